"""Hold trials and tell how they came out: `python -m benchmarks.reliability [P1 P2 …] [--full | --count N] [--seed S]`.

Ends with 1 where a trial failed. `--full` holds them as often as the plan asks and writes each into
`docs/reliability.md`.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import time
from collections.abc import Sequence

from benchmarks.reliability import mutants, report
from benchmarks.reliability.trials import TRIALS, named

SEED = 20260305


def main(arguments: Sequence[str]) -> int:
    """Hold the trials named, all of them where none is."""
    words = argparse.ArgumentParser(prog="python -m benchmarks.reliability", description=__doc__)
    words.add_argument(
        "trials", nargs="*", metavar="TRIAL", help=f"{', '.join(each.name for each in TRIALS)}; all if none"
    )
    words.add_argument("--full", action="store_true", help="as often as the plan asks, and written down")
    words.add_argument("--count", type=int, help="how often to hold each")
    words.add_argument("--write", action="store_true", help="write short trials down in docs/reliability.md too")
    words.add_argument("--seed", type=int, default=SEED, help="0 for one by chance, which is printed")
    given = words.parse_args(arguments)
    seed = given.seed or secrets.randbelow(10**6) + 1
    try:
        chosen = named(given.trials)
    except KeyError as unknown:
        words.error(f"there is no trial {unknown}")
    mutants.put_on()
    print(f"seed {seed}")
    failed = False
    for trial in chosen:
        began = time.perf_counter()
        result = trial.hold(given.count or (trial.full if given.full else trial.quick), seed)
        held = report.held(trial, result, time.perf_counter() - began, seed)
        print(report.line(held), flush=True)
        for failure in result.failures[: report.MOST_FAILURES]:
            print(f"      {failure}")
        if given.full or given.write:
            report.keep(held)
        failed = failed or bool(result.failures)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
