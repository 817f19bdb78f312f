"""P3, P3b: two processes that write at once never see “locked”, number nothing twice, survive each other's death."""

from __future__ import annotations

import random
import statistics
import time
from multiprocessing.connection import Connection, wait
from pathlib import Path

from sqlalchemy import event, func, select

from benchmarks.reliability import children, living
from benchmarks.reliability.result import Result
from opsdesk import bootstrap
from opsdesk.models import Incident
from opsdesk.registers.incident import service
from opsdesk.services import chain
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal, Trouble

LONGEST, MANY = 1.0, 1000
"""Seconds for which a writer may wait where both write all the time; judged where there were so many acts."""
LATEST = 0.5
"""Seconds within which one of two writers is killed."""
AFTER = 3
"""Acts that the other one does after that."""


def work(pipe: Connection, home: Path, who: int, count: int) -> None:
    """Open incidents beside the other; each is told with its number and the wait for the other, or with what failed."""
    ctx = bootstrap.open_site(home)
    ctx = ctx.acting_as(bootstrap.supervisor_of(ctx))
    waited = _waits(ctx)
    pipe.send(None)
    pipe.recv()
    for n in range(count):
        try:
            number = service.open_incident(ctx, f"{who} 号窗口第 {n} 次来电，网络不通").value.number
            pipe.send((number, waited[-1]))
        except (Refusal, Trouble) as error:
            pipe.send(("", str(error)))
    pipe.send(None)


def _waits(ctx: Context) -> list[float]:
    """Filled with the seconds that each transaction waits until it may begin."""
    began, waited = [0.0], [0.0]
    event.listen(ctx.writing, "engine_connect", lambda _: began.__setitem__(0, time.perf_counter()))
    event.listen(ctx.writing, "begin", lambda _: waited.append(time.perf_counter() - began[0]))
    return waited


def run(count: int, _seed: int) -> Result:
    """Let two processes do `count` acts between them, on the disk."""
    failures, numbers, waits = list[str](), list[str](), list[float]()
    with living.folder(on_disk=True) as home:
        living.copy(home)
        each = -(-count // 2)
        with (
            children.child(work, home, 1, each) as (_, first),
            children.child(work, home, 2, each) as (_, second),
        ):
            for pipe in (first, second):
                children.heard(pipe)
            for pipe in (first, second):
                pipe.send(None)
            began, open_pipes = time.perf_counter(), {first, second}
            while open_pipes:
                for pipe in wait(open_pipes, children.PATIENCE):
                    told = children.heard(pipe)
                    if told is None:
                        open_pipes.discard(pipe)
                    elif told[0]:
                        numbers.append(told[0])
                        waits.append(told[1])
                    else:
                        failures.append(f"An act was not done: {told[1]}")
        seconds = time.perf_counter() - began
        rows, wrong = _checked(home, numbers)
        failures += wrong
    if max(waits, default=0) > LONGEST and count >= MANY:
        failures.append(f"A writer waited {max(waits):.2f} s.")
    ordered = sorted(waits)
    figures = {
        "rows of the chain": rows,
        "acts in a second": round(len(numbers) / seconds, 1),
        "median wait, ms": round(statistics.median(ordered) * 1000, 1),
        "p99 wait, ms": round(ordered[int(len(ordered) * 0.99)] * 1000, 1),
        "worst wait, ms": round(ordered[-1] * 1000, 1),
    }
    return Result("P3", 2 * each, tuple(failures), figures)


def run_killed(count: int, seed: int) -> Result:
    """Kill one of two writers, `count` times: the other goes on as if nothing had been."""
    chance, failures, worst, told = random.Random(seed), list[str](), 0.0, 0
    with living.folder() as home:
        living.copy(home)
        numbers: list[str] = []
        for kill in range(1, count + 1):
            with (
                children.child(work, home, 1, 10_000) as (_, first),
                children.child(work, home, 2, 10_000) as (victim, second),
            ):
                for pipe in (first, second):
                    children.heard(pipe)
                for pipe in (first, second):
                    pipe.send(None)
                time.sleep(chance.uniform(0, LATEST))
                victim.kill()
                victim.join()
                said = [*children.rest(second), *children.rest(first), *(children.heard(first) for _ in range(AFTER))]
            said += children.rest(first)
            numbers += [number for number, _ in said if number]
            failures += [f"Kill {kill}: the other could not write: {wrong}" for number, wrong in said if not number]
            worst, told = max([worst, *(waited for number, waited in said if number)]), told + len(said)
            if kill == count or kill % 10 == 0:
                failures += [f"Up to kill {kill}: {wrong}" for wrong in _checked(home, numbers)[1]]
    return Result("P3b", count, tuple(failures), {"acts acknowledged": told, "worst wait, ms": round(worst * 1000, 1)})


def _checked(home: Path, numbers: list[str]) -> tuple[int, list[str]]:
    """How many links the chain has, and what is wrong with the record after these incidents were acknowledged."""
    ctx = bootstrap.open_site(home)
    try:
        with ctx.read() as connection:
            there = set(connection.execute(select(Incident.number)).scalars())
            rows = connection.execute(select(func.count()).select_from(Incident)).scalar_one()
            links = chain.count(connection)
        wrong = living.findings(ctx)[:5]
    finally:
        living.close(ctx)
    if len(set(numbers)) != len(numbers) or len(there) != rows:
        wrong.append("a number was given twice")
    if lost := set(numbers) - there:
        wrong.append(f"{len(lost)} acknowledged incidents are not there, among them {min(lost)}")
    return links, wrong
