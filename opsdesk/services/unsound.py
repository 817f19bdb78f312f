"""The marker of a record that was found damaged: until it is sound again, no earlier backup is let go."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

FILE = "ops.unsound"


@dataclass(frozen=True)
class Unsound:
    """Since when the record is known to be damaged, and the sentence that was told."""

    since: datetime
    sentence: str


def note(home: Path, now: datetime, sentence: str) -> None:
    """Remember that the record is damaged; the first time counts. A disk that takes nothing more stops nobody."""
    if found(home) is not None:
        return
    text = json.dumps({"since": now.isoformat(), "sentence": sentence}, ensure_ascii=False)
    try:
        (home / FILE).write_text(text, "utf-8")
    except OSError:
        return


def found(home: Path) -> Unsound | None:
    """The marker; None where the record is not known to be damaged. One that cannot be read protects all backups."""
    try:
        text = (home / FILE).read_text("utf-8")
    except OSError:
        return None
    try:
        told = json.loads(text)
        return Unsound(datetime.fromisoformat(told["since"]), str(told["sentence"]))
    except (ValueError, KeyError, TypeError):
        return Unsound(datetime.max, "数据文件曾经损坏。")


def clear(home: Path) -> None:
    """The record is sound again."""
    (home / FILE).unlink(missing_ok=True)
