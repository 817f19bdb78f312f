"""Where bugs are written down: `log/opsdesk.log` in the data folder, without what people typed."""

from __future__ import annotations

import traceback
from datetime import datetime
from pathlib import Path

LARGEST = 1_000_000
"""Bytes after which the log is set aside as opsdesk.log.1 and begun anew."""


def path_of(home: Path) -> Path:
    """The log of a site."""
    return home / "log" / "opsdesk.log"


def write(home: Path, error: BaseException, now: datetime) -> Path:
    """Append the error with its traceback; the values of a failed statement are left out. Raises OSError."""
    if hasattr(error, "hide_parameters"):
        error.hide_parameters = True
    path = path_of(home)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LARGEST:
        path.replace(path.with_name(f"{path.name}.1"))
    with path.open("a", encoding="utf-8", errors="backslashreplace") as log:
        log.write(f"{now.isoformat(' ', 'seconds')}\n{''.join(traceback.format_exception(error))}\n")
    return path
