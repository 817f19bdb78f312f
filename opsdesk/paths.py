"""Where things lie: the program's resources (checkout, wheel, frozen) and the site's data folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path

NEEDED = ("appraisal", "fonts", "history_words.toml", "holidays", "icons", "manual.md", "passwords", "regulations")
"""What ships beside the program: folders that are not empty, and a file."""


def resources() -> Path:
    """Folder of fonts, icons, regulations and holidays, wherever the program was started from."""
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen:
        return Path(frozen) / "resources"
    installed = Path(__file__).parent / "_resources"
    return installed if installed.is_dir() else Path(__file__).parents[1] / "resources"


def missing() -> list[str]:
    """What of the program's own files is not there: half copied, or taken away by a virus scanner."""
    return [name for name in NEEDED if not next((resources() / name).glob("*"), (resources() / name).is_file())]


def home(chosen: str | None = None) -> Path:
    """The site's data folder: `--home`, else OPSDESK_HOME, else the platform's own place. Not created here."""
    if chosen:
        return Path(chosen).expanduser().resolve()
    if from_environment := os.environ.get("OPSDESK_HOME"):
        return Path(from_environment).expanduser().resolve()
    import platformdirs

    return Path(platformdirs.user_data_dir("OpsDesk", appauthor=False, roaming=False))


def state() -> Path:
    """This computer's own memory, apart from every data folder: OPSDESK_STATE, else the platform's place."""
    if from_environment := os.environ.get("OPSDESK_STATE"):
        return Path(from_environment).expanduser().resolve()
    import platformdirs

    return Path(platformdirs.user_state_dir("OpsDesk", appauthor=False))
