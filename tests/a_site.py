"""A site for tests: set up once, copied for each test, on a clock that stands still."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from opsdesk import bootstrap
from opsdesk.services.clock import FixedClock
from opsdesk.services.context import Context

NOW = datetime(2026, 3, 5, 8, 0)
"""A Thursday, an ordinary workday."""
PASSWORD = "值班室里有一盆绿萝"


def found(home: Path) -> Path:
    """Set up a site in a data folder."""
    ctx = bootstrap.open_site(home, FixedClock(NOW))
    bootstrap.found_site(ctx, site="示例市信息中心", password=PASSWORD, project="一卡通运维")
    close(ctx)
    return home


def close(ctx: Context) -> None:
    """Let go of the database file."""
    ctx.writing.dispose()
    ctx.reading.dispose()


def opened_copy(template: Path, home: Path) -> Iterator[Context]:
    """The supervisor at a site of its own, on a clock that stands at `NOW`."""
    shutil.copy2(bootstrap.database(template), bootstrap.database(home))
    ctx = bootstrap.open_site(home, FixedClock(NOW))
    yield ctx.acting_as(bootstrap.supervisor_of(ctx))
    close(ctx)
