"""How trials came out: a line each on the screen, and the block of figures in `docs/reliability.md`."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.reliability.result import Result
from benchmarks.reliability.trials import TRIALS, Trial
from opsdesk.services.clock import Clock

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
FIGURES = Path(__file__).with_name("figures.json")
"""What every trial came to when it was last written down, by its name: the page is made from it."""
BEGIN, END = "<!-- figures: written by make trials ARGS=--full -->\n", "<!-- end of figures -->\n"
MOST_FAILURES = 10


@dataclass(frozen=True)
class Held:
    """A trial that was held: when (ISO date), with which seed, for how many seconds, on what machine, how it ended."""

    trial: Trial
    result: Result
    seconds: float
    seed: int
    on: str
    machine: str

    @property
    def often(self) -> str:
        """`full` where it was held as often as the plan asks."""
        return "full" if self.result.count >= self.trial.full else "short"


def held(trial: Trial, result: Result, seconds: float, seed: int) -> Held:
    """A trial that was held just now, on this machine."""
    return Held(trial, result, round(seconds, 1), seed, f"{Clock().now():%Y-%m-%d}", machine())


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


def block(held: Sequence[Held]) -> str:
    """The figures as Markdown: a table, then what was measured on the way, then what failed."""
    rows = [f"{'. '.join(sorted({each.machine for each in held}))}.", ""]
    rows += ["| trial | held | count | seed | on | outcome | seconds |", "|---|---:|---|---:|---|---|---:|"]
    for each in held:
        title, count = f"{each.trial.name} {each.trial.title}", f"{each.result.count:,} | {each.often}"
        rows.append(f"| {title} | {count} | {each.seed} | {each.on} | {outcome(each.result)} | {each.seconds:.0f} |")
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


def kept() -> list[Held]:
    """What was written down of each trial, in the order of the plan."""
    figures = json.loads(FIGURES.read_text("utf-8"))
    return [_read(trial, figures[trial.name]) for trial in TRIALS if trial.name in figures]


def _read(trial: Trial, one: dict[str, Any]) -> Held:
    result = Result(trial.name, one["count"], tuple(one["failures"]), one["figures"], one["unheld"])
    return Held(trial, result, one["seconds"], one["seed"], one["on"], one["machine"])


def keep(held: Held) -> None:
    """Write a trial down, in place of what stood of it, and make the page anew."""
    figures = json.loads(FIGURES.read_text("utf-8"))
    result = asdict(held.result)
    del result["name"]
    rest = {"seconds": held.seconds, "seed": held.seed, "on": held.on, "machine": held.machine}
    figures[held.trial.name] = {**result, **rest}
    FIGURES.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", "utf-8")
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")


def page(text: str) -> str:
    """The page with the figures kept in place of those that stand in it."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{block(kept())}\n{proved()}\n{END}{after}"
