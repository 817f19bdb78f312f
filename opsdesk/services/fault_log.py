"""Where bugs are written down: `log/opsdesk.log` in the data folder, without what people typed."""

from __future__ import annotations

import re
import traceback
from datetime import datetime
from pathlib import Path

LARGEST = 1_000_000
"""Bytes after which the log is set aside as opsdesk.log.1 and begun anew."""


def path_of(home: Path) -> Path:
    """The log of a site."""
    return home / "log" / "opsdesk.log"


def told(error: BaseException) -> str:
    """The error with its traceback and those behind it; long figures, which may be identity or telephone numbers, cut.

    The values of a failed statement are not in it: the engines hide them.
    """
    trace = "".join(traceback.format_exception(error))
    return re.sub(r"\d{6,}", lambda figures: f"{figures[0][:2]}…", trace)


def write(home: Path, error: BaseException, now: datetime) -> Path:
    """Append the error as `told`. Raises OSError."""
    path = path_of(home)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LARGEST:
        path.replace(path.with_name(f"{path.name}.1"))
    with path.open("a", encoding="utf-8", errors="backslashreplace") as log:
        log.write(f"{now.isoformat(' ', 'seconds')}\n{told(error)}\n")
    return path
