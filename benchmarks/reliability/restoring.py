"""P6, P8: restoring after ten kinds of damage, and starting on damaged databases, as `tests/reliability` holds them."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

from benchmarks.reliability import living
from benchmarks.reliability.result import Result

PLACE = Path(__file__).parents[2] / "tests" / "reliability"
MODULE = "restore_trials"


def run(count: int, seed: int) -> Result:
    """Damage, restore and compare, `count` times, the kinds in turn."""
    return _held("P6", seed, lambda trials: (-(-count // len(trials.KINDS)), 0))


def run_starts(count: int, seed: int) -> Result:
    """Start on `count` damaged databases, the kinds in turn."""
    return _held("P8", seed, lambda _trials: (0, count))


def _held(name: str, seed: int, counts: Any) -> Result:
    if not (PLACE / f"{MODULE}.py").exists():
        return Result(name, 0, unheld="its trials lie with the tests, which are not here")
    if str(PLACE) not in sys.path:
        sys.path.insert(0, str(PLACE))
    trials = importlib.import_module(MODULE)
    with living.folder(on_disk=True) as folder:
        ended = trials.run(*counts(trials), seed, folder)
    slowest = max(ended, key=lambda each: each.seconds)
    failures = tuple(f"{each.kind}: {each.wrong}" for each in ended if each.wrong)
    kinds = len({each.kind for each in ended})
    return Result(name, len(ended), failures, {"kinds": kinds, "slowest": f"{slowest.kind}, {slowest.seconds:.1f} s"})
