"""Every reliability trial, held a few times: the program passes, and spoilt on purpose it does not."""

from __future__ import annotations

import re

import pytest

from benchmarks.reliability import __main__ as command
from benchmarks.reliability import mutants, report, trials
from benchmarks.reliability.report import Held
from benchmarks.reliability.result import Result

SEED = 7
COUNTS = {
    "P1": 4, "P2": 6, "P3": 20, "P3b": 1, "P4": 5, "P5": 40, "P5b": 30, "P7": 40, "P9": 4, "P10": 8, "P11": 2,
    "P12": 80, "P13": 6, "P14": 1, "P15": 12, "P16": 1000, "S1": 1,
}  # fmt: skip
"""So often here; `make trials` holds them more often, `make trials ARGS=--full` as often as the plan asks."""
SPOILT = ("the clock is not checked", "altered rows of issued forms are genuine")
"""Mutants whose trials are quick; `X` has all of them."""


@pytest.mark.parametrize("name", COUNTS)
def test_the_program_passes(name: str) -> None:
    (trial,) = trials.named([name])
    result = trial.hold(COUNTS[name], SEED)
    assert result.failures == ()
    assert result.unheld == ""
    assert result.count >= COUNTS[name]


def test_each_trial_of_the_plan_is_there() -> None:
    names = [trial.name for trial in trials.TRIALS]
    assert set(COUNTS) | {"P6", "P8", "X"} == set(names)  # test_restore_trials holds the first two
    assert len(names) == len(set(names))
    assert all(trial.quick <= trial.full for trial in trials.TRIALS)
    assert {mutant.trial for mutant in mutants.MUTANTS.values()} <= set(COUNTS)


def test_spoilt_on_purpose_it_fails() -> None:
    assert mutants.run(len(SPOILT), SEED, SPOILT).failures == ()


def test_the_command_tells_and_ends_by_how_it_went(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["p12", "--count", "4", "--seed", "3"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("seed 3\nP12  passed")
    with pytest.raises(SystemExit):
        command.main(["P99"])


def test_the_page_tells_figures_and_failures_and_nothing_of_the_machine() -> None:
    (trial,) = trials.named(["P7"])
    result = Result("P7", 3000, ("Byte 7 was flipped unseen.",), {"bytes of the database": 337_408})
    block = report.block([Held(trial, result, 12.3)], 5, full=False)
    assert "short counts, seed 5" in block
    assert "| P7 tampering with bytes, rows and history | 3,000 | 1 failed | 12 |" in block
    assert "bytes of the database: 337,408" in block
    assert "- Byte 7 was flipped unseen." in block
    assert not re.search(r"/(home|root|tmp|work|dev)/", block)
    assert report.outcome(Result("P6", 0, unheld="its trials lie with the tests, which are not here")).startswith(
        "not held"
    )


def test_the_page_in_the_book_has_a_place_for_the_figures() -> None:
    page = report.PAGE.read_text("utf-8")
    before, _, rest = page.partition(report.BEGIN)
    figures, _, _ = rest.partition(report.END)
    assert "tamper-evidence" in before
    assert all(f"| {trial.name} {trial.title} |" in figures for trial in trials.TRIALS)
