"""P15: three simulated days of work without pause, over a leap day and a month's end: memory and files stay level."""

from __future__ import annotations

import gc
from datetime import date, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.reliability import children, living
from benchmarks.reliability.measuring import memory, open_files
from benchmarks.reliability.result import Result
from opsdesk.exports.pdf import pdf_bytes
from opsdesk.registers.incident import service as incident
from opsdesk.registers.sign_in import documents, service
from opsdesk.services import backup
from opsdesk.services.clock import FixedClock
from opsdesk.services.errors import Refusal

NAME = "P15"
WHOLE, QUICK = 72, 6
"""Simulated hours; the whole where there are at least ten acts to each of them."""
AN_HOUR = 10
BEGINS = datetime(2028, 2, 28, 21)
"""Three midnights lie within: before and after 29 February, and the first of March."""
SETTLED, GROWTH = 24, 5.0
"""Hours after which memory may grow by so many megabytes more."""
KEPT = 2
"""Backups that are left in place."""


def work(pipe: Connection, home: Path, acts: int, hours: int) -> None:
    """Live through the hours; tell after each one what the process has, and at the end what the check finds."""
    ctx = living.opened(home)
    assert isinstance(ctx.clock, FixedClock)
    ctx.clock.at = BEGINS
    done = refused = 0
    for hour in range(1, hours + 1):
        while done < acts * hour // hours:
            ctx.clock.advance(seconds=3600 * hours / acts)
            done += 1
            try:
                if done % 3:
                    incident.open_incident(ctx, f"{done} 号楼网络不通")
                else:
                    service.sign(ctx, staff_id=1 + done // 3 % living.PEOPLE)
            except Refusal:
                refused += 1  # a second sign-in within seconds, or a sign-out before any sign-in
        sheet = documents.daily_sheet(ctx, ctx.today())
        pdf_bytes(sheet)
        backup.make(home, ctx.now(), "定时")
        for old in backup.listed(home)[KEPT:]:
            backup.discard(old)
        gc.collect()
        pipe.send((memory(), open_files(), sheet.number, ctx.today()))
    pipe.send((done, refused, living.findings(ctx)))
    living.close(ctx)


def run(count: int, _seed: int) -> Result:
    """Let a desk do `count` acts."""
    hours, failures = (WHOLE if count >= WHOLE * AN_HOUR else QUICK), list[str]()
    with living.folder() as home:
        living.copy(home)
        with children.child(work, home, count, hours) as (_, pipe):
            told: list[tuple[int, int, str, date]] = [children.heard(pipe) for _ in range(hours)]
            done, refused, findings = children.heard(pipe)
    failures += findings
    megabytes = [each[0] / 1_000_000 for each in told]
    settled = min(SETTLED, hours // 2)
    growth = megabytes[-1] - megabytes[settled]
    if hours == WHOLE and growth > GROWTH:
        failures.append(f"Memory grew by {growth:.1f} MB after hour {SETTLED}.")
    if told[-1][1] > told[settled][1]:
        failures.append(f"{told[-1][1]} files are open at the end, {told[settled][1]} were at hour {settled}.")
    for hour, (_, _, number, today) in enumerate(told, 1):
        expected = (BEGINS + timedelta(hours=hour)).date()
        if today != expected or f"{expected:%Y%m%d}" not in number:
            failures.append(f"In hour {hour} it was {today}, and the sheet was {number}.")
    figures = {
        "simulated hours": hours,
        "acts refused by the rules": refused,
        "memory at the first third, MB": round(megabytes[settled], 1),
        "memory at the end, MB": round(megabytes[-1], 1),
        "open files": f"{told[settled][1]}, at the end {told[-1][1]}",
    }
    return Result(NAME, done, tuple(failures), figures)
