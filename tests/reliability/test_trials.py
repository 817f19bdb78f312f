"""Every reliability trial, held a few times: the program passes, and spoilt on purpose it does not."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.reliability import __main__ as command
from benchmarks.reliability import mutants, report, trials
from benchmarks.reliability.result import Result

SEED = 7
COUNTS = {
    "P1": 4, "P2": 6, "P3": 20, "P3b": 1, "P4": 5, "P5": 40, "P5b": 30, "P7": 40, "P9": 4, "P10": 8, "P11": 2,
    "P12": 80, "P13": 6, "P14": 1, "P15": 12, "P16": 1000, "S1": 1,
}  # fmt: skip
"""So often here; `make trials` holds them more often, `make trials ARGS=--full` as often as the plan asks."""
SPOILT = ("the clock is not checked", "altered rows of issued forms are genuine")
"""Mutants whose trials are quick; `X` has all of them."""


SPOIL = "import sys; from benchmarks.reliability import mutants; mutants.MUTANTS[sys.argv[1]].spoil()"


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


@pytest.mark.parametrize("name", mutants.MUTANTS)
def test_every_mutant_finds_what_it_spoils(name: str) -> None:
    spoilt = subprocess.run([sys.executable, "-c", SPOIL, name], cwd=mutants.ROOT, capture_output=True, check=False)
    assert spoilt.returncode == 0, spoilt.stderr.decode()


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
    block = report.block([report.held(trial, result, 12.34, 5)])
    assert re.search(
        r"\| P7 tampering with bytes, rows and history \| 3,000 \| short \| 5 \| 20..-..-.. \| 1 failed \| 12 \|", block
    )
    assert "bytes of the database: 337,408" in block
    assert "- Byte 7 was flipped unseen." in block
    assert not re.search(r"/(home|root|tmp|work|dev)/", block)
    assert report.outcome(Result("P6", 0, unheld="its trials lie with the tests, which are not here")).startswith(
        "not held"
    )


def test_a_trial_written_down_takes_its_own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PAGE", "FIGURES"):
        copy = tmp_path / getattr(report, name).name
        copy.write_bytes(getattr(report, name).read_bytes())
        monkeypatch.setattr(report, name, copy)
    before = report.kept()
    (trial,) = trials.named(["P14"])
    now = report.held(trial, Result("P14", 100, figures={"slowest take-over, ms": 4.5}), 3.0, 8)
    report.keep(now)
    assert report.kept() == [now if each.trial is trial else each for each in before]
    page = report.PAGE.read_text("utf-8")
    assert f"| P14 one window for one folder | 100 | full | 8 | {now.on} | passed | 3 |" in page
    assert "| P14 | slowest take-over, ms: 4.5 |" in page


def test_the_page_in_the_book_says_what_is_kept() -> None:
    page = report.PAGE.read_text("utf-8")
    before, _, _ = page.partition(report.BEGIN)
    assert "tamper-evidence" in before
    assert page == report.page(page)
    assert [each.trial for each in report.kept()] == list(trials.TRIALS)
