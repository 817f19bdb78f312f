"""P16: a record of half a million rows opens at once, is checked whole while one waits, backed up in a moment."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from benchmarks.reliability import living
from benchmarks.reliability.result import Result
from opsdesk import bootstrap
from opsdesk.models import Punch
from opsdesk.services import backup
from opsdesk.services.clock import FixedClock

NAME = "P16"
ROWS = 500_000
LIMITS = {"opened and checked, s": 1.0, "checked whole, s": 5.0, "backed up, s": 2.0}
"""What each may take with half a million rows; judged at that size."""
BATCH = 20_000


def run(count: int, _seed: int) -> Result:
    """Fill a site with so many rows, half of them links of the chain, and open, check and back it up; on the disk."""
    with living.folder(on_disk=True) as home:
        living.copy(home)
        ctx = living.opened(home)
        assert isinstance(ctx.clock, FixedClock)
        with ctx.transaction("导入打卡") as tx:
            for rows in _punches(count // 2):
                tx.insert_many(Punch, rows)
                tx.flush()
        ctx.clock.at += timedelta(days=10_000)
        living.close(ctx)
        seconds = {
            "opened and checked, s": _timed(lambda: living.close(bootstrap.open_site(home, ctx.clock))),
            "checked whole, s": _timed(lambda: living.findings(ctx)),
            "backed up, s": _timed(lambda: backup.make(home, ctx.now(), "日终")),
        }
        size = bootstrap.database(home).stat().st_size
        wrong = living.findings(ctx)[:3]
        living.close(ctx)
    if count >= ROWS:
        wrong += [
            f"{what} took {seconds[what]:.1f} s, limit {limit} s"
            for what, limit in LIMITS.items()
            if seconds[what] > limit
        ]
    return Result(
        NAME, count, tuple(wrong), {**{key: round(value, 2) for key, value in seconds.items()}, "MB": size // 1_000_000}
    )


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _punches(count: int) -> Iterator[list[dict[str, Any]]]:
    """Punches of years, in batches."""
    first = datetime(2000, 1, 1, 8)
    for start in range(0, count, BATCH):
        yield [
            {"staff_id": 1 + n % living.PEOPLE, "day": (at := first + timedelta(minutes=20 * n)).date(), "at": at,
             "direction": "到岗", "source": "考勤机", "device": "一号机", "entered_at": at,
             "entered_by": "主管", "doubted": False}
            for n in range(start, min(start + BATCH, count))
        ]  # fmt: skip
