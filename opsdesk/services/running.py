"""The marker of an open window: one that is found at the start says that the last end was none."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

FILE = "ops.open"


def begin(home: Path, now: datetime) -> None:
    """The window works on the record from now on. A folder that takes nothing is told elsewhere."""
    try:
        (home / FILE).write_text(now.isoformat(), "utf-8")
    except OSError:
        return


def end(home: Path) -> None:
    """The window was closed as it should be."""
    try:
        (home / FILE).unlink(missing_ok=True)
    except OSError:
        return


def left_open(home: Path) -> datetime | None:
    """When the window was opened that was never closed (power cut, killed); None after an orderly end."""
    try:
        return datetime.fromisoformat((home / FILE).read_text("utf-8"))
    except OSError:
        return None
    except ValueError:
        return datetime.min  # written when the power went: unclean all the same
