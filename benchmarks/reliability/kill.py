"""P1: a desk that is killed at any moment (start, recovery, amid a commit) has kept all that it said was kept."""

from __future__ import annotations

import random
import time
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.reliability import children, living
from benchmarks.reliability.result import Result
from opsdesk.services import backup

NAME = "P1"
LATEST = 0.4
"""Seconds from the start within which the kill falls."""
A_SITE = 20
"""Kills that one site goes through; every other one is followed by a kill during its recovery."""


def work(pipe: Connection, home: Path, kept: int) -> None:
    """Open the site and do act after act; each is told only after it was kept."""
    pipe.send(None)
    ctx = living.opened(home, kept)
    n = living.done(ctx)
    while True:
        living.act(ctx, n)
        n += 1
        pipe.send(n)


def run(count: int, seed: int) -> Result:
    """Kill a working desk `count` times."""
    chance, twin = random.Random(seed), living.Twin()
    failures: list[str] = []
    acknowledged = idle = journals = checks = 0
    held = 0
    while held < count:
        with living.folder() as home:
            living.copy(home)
            kept = 0
            for kill in range(min(A_SITE, count - held)):
                said = _killed(home, kept, chance.uniform(0, LATEST))
                held += 1
                idle += not said
                acknowledged += len(said)
                kept = max([kept, *said])
                journal = home / f"{backup.DATABASE}-journal"
                journals += journal.exists() and journal.stat().st_size > 0
                if kill % 2 or held == count:
                    checks += 1
                    wrong, kept = living.compared(home, kept, twin)
                    failures += [f"Kill {held}: {each}" for each in wrong]
    twin.close()
    figures = {
        "acts acknowledged": acknowledged,
        "killed before the first act": idle,
        "hot journals left": journals,
        "checks of the whole record": checks,
    }
    return Result(NAME, count, tuple(failures), figures)


def _killed(home: Path, kept: int, after: float) -> list[int]:
    """The acts that a desk told of before it was killed."""
    with children.child(work, home, kept) as (process, pipe):
        children.heard(pipe)
        time.sleep(after)
        process.kill()
        process.join()
        return children.rest(pipe)
