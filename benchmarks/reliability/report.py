"""How trials came out: a line each on the screen, and the block of figures in `docs/reliability.md`."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.reliability.result import Result
from benchmarks.reliability.trials import TRIALS, Trial
from opsdesk.services.clock import Clock

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- figures: written by make trials ARGS=--full -->\n", "<!-- end of figures -->\n"
MOST_FAILURES = 10


@dataclass(frozen=True)
class Held:
    """A trial that was held, and the seconds it took."""

    trial: Trial
    result: Result
    seconds: float


def outcome(result: Result) -> str:
    """In a word or two."""
    if result.unheld:
        return f"not held: {result.unheld}"
    return f"{len(result.failures)} failed" if result.failures else "passed"


def line(held: Held) -> str:
    """One line for the screen."""
    figures = "; ".join(f"{name} {value}" for name, value in held.result.figures.items())
    return f"{held.trial.name:<4} {outcome(held.result):<10} {held.result.count:>8,} {held.seconds:>8.1f} s  {figures}"


def machine() -> str:
    """The machine in words that name neither it nor a folder of it."""
    python = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, {python}"


def block(held: Sequence[Held], seed: int, *, full: bool) -> str:
    """The figures as Markdown: a table, then what was measured on the way, then what each trial proves."""
    counts = "full counts" if full else "short counts"
    rows = [f"{Clock().now():%Y-%m-%d}, {counts}, seed {seed}. {machine()}.", ""]
    rows += ["| trial | held | outcome | seconds |", "|---|---:|---|---:|"]
    for each in held:
        title = f"{each.trial.name} {each.trial.title}"
        rows.append(f"| {title} | {each.result.count:,} | {outcome(each.result)} | {each.seconds:.0f} |")
    rows += ["", "| trial | measured |", "|---|---|"]
    for each in held:
        figures = "; ".join(f"{name}: {_written(value)}" for name, value in each.result.figures.items())
        if figures:
            rows.append(f"| {each.trial.name} | {figures} |")
    for each in held:
        rows += (
            [f"\n{each.trial.name} failed:", *(f"- {failure}" for failure in each.result.failures[:MOST_FAILURES])]
            if each.result.failures
            else []
        )
    return "\n".join(rows) + "\n"


def _written(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:,}"


def proved() -> str:
    """What each trial proves and does not, as a table."""
    rows = ["| trial | proves | does not prove |", "|---|---|---|"]
    return "\n".join([*rows, *(f"| {each.name} | {each.proves} | {each.not_proved} |" for each in TRIALS)]) + "\n"


def write(held: Sequence[Held], seed: int, *, full: bool) -> None:
    """Put the figures into the page, in place of those that stand there."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{block(held, seed, full=full)}\n{proved()}\n{END}{after}", "utf-8")
