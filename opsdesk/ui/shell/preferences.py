"""What is chosen on this computer: window, rail, appearance, export folder. Losing it loses nothing of the record."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from opsdesk.exports.archive import keep
from opsdesk.services.errors import Trouble

FILE = "preferences.json"
log = logging.getLogger("opsdesk.ui")


@dataclass
class Preferences:
    """Window size in pixels, whether the rail is folded, appearance (system, light, dark), export folder ("": own)."""

    width: int = 1366
    height: int = 768
    maximized: bool = False
    rail_folded: bool = False
    appearance: str = "system"
    export_folder: str = ""


def load(home: Path) -> Preferences:
    """What was kept in the data folder; whatever cannot be read is as it was at first."""
    usual = Preferences()
    try:
        raw: Any = json.loads((home / FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return usual
    if not isinstance(raw, dict):
        return usual
    for field in fields(Preferences):
        value = raw.get(field.name)
        if type(value) is type(getattr(usual, field.name)):
            setattr(usual, field.name, value)
    return usual


def save(home: Path, preferences: Preferences) -> None:
    """Keep them; a full disk is logged and otherwise without effect."""
    text = json.dumps(asdict(preferences), ensure_ascii=False, indent=1)
    try:
        keep(home / FILE, lambda draft: draft.write_text(text, "utf-8"))
    except Trouble as trouble:
        log.warning("%s", trouble)
