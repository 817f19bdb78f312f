"""P6 and P8 in short: each kind of damage once, and a start on each kind of damaged file. The long run is a command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import restore_trials

SEED = 20260305


def test_restored_is_what_was_backed_up_and_no_start_ends_in_a_traceback(tmp_path: Path) -> None:
    ended = restore_trials.run(1, len(restore_trials.STARTS) * 2, SEED, tmp_path)
    assert len(ended) == len(restore_trials.KINDS) + len(restore_trials.STARTS) * 2
    assert [each for each in ended if each.wrong] == []
    assert max(each.seconds for each in ended) < restore_trials.SECONDS


def test_a_difference_would_be_seen(tmp_path: Path) -> None:
    made = restore_trials.template(tmp_path / "template")
    wanted = restore_trials.rows(made / "ops.db")
    said = {**wanted, "ledger": [*wanted["ledger"], ("one more",)]}
    assert restore_trials.equal(said, wanted) == ""
    changed = {**said, "setting": wanted["setting"][1:]}
    assert restore_trials.equal(wanted, wanted) == "ledger: 0 added, 0 gone", "a link has to be added"
    assert restore_trials.equal(changed, wanted) == "setting: 0 added, 1 gone"
    assert restore_trials.equal({}, wanted) == "other tables"


def test_the_command_runs_and_counts(tmp_path: Path) -> None:
    command = [sys.executable, restore_trials.__file__, "--each", "0", "--starts", "2", "--seed", "7"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("seed 7: 2 trials, 0 failed, slowest ")
