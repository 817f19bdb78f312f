"""The trials by their number in the plan: which module holds each, how often, what it proves and what it does not."""

from __future__ import annotations

import importlib
import traceback
from dataclasses import dataclass

from benchmarks.reliability.result import Result

PACKAGE = "benchmarks.reliability"


@dataclass(frozen=True)
class Trial:
    """A trial. `quick` and `full` are its counts; `run` the name of the function in its module."""

    name: str
    module: str
    title: str
    quick: int
    full: int
    proves: str
    not_proved: str
    run: str = "run"

    def hold(self, count: int, seed: int) -> Result:
        """Hold it; one that breaks off has failed."""
        try:
            result: Result = getattr(importlib.import_module(f"{PACKAGE}.{self.module}"), self.run)(count, seed)
        except Exception as error:  # noqa: BLE001 — the other trials are held all the same
            traceback.print_exc()
            return Result(self.name, 0, (f"The trial broke off: {error!r}",))
        return result


TRIALS = (
    Trial(
        "P1", "kill", "kill -9 at random moments", 40, 2000,
        "An act that was acknowledged is there after the process is killed; none is there by half; the chain holds.",
        "Nothing of a power cut: what the system still holds in memory survives a kill, even with synchronous=OFF.",
    ),
    Trial(
        "P2", "power_cut", "power cut at any step, and again during recovery", 60, 2000,
        "With the settings of the program nothing acknowledged is lost and nothing is damaged, whatever the disk kept "
        "of unsynced sectors, sizes and names; the same cuts do harm with synchronous=OFF and NORMAL, so the trial "
        "sees.",
        "Disks that lie about syncing. Sectors of 512 bytes are taken as whole. Files beside the database "
        "(attachments, exports) are not cut.",
    ),
    Trial(
        "P3", "two_writers", "two processes write at once", 120, 10_000,
        "No act is refused as locked, no number is given twice, the chain is whole; the worst wait is told.",
        "Two computers on one file: network shares are refused instead.",
    ),
    Trial(
        "P3b", "two_writers", "one of two writers is killed", 8, 200,
        "The other goes on without an error, and all that either acknowledged is there.",
        "A power cut (P2).",
        "run_killed",
    ),
    Trial(
        "P4", "migrating", "migration from every past schema, killed before every statement", 40, 1000,
        "A site is of its old schema, unchanged, or of the new one, whole; old rows are equal; a backup was made "
        "before; a newer database is not touched.",
        "Past versions of the program: the old sites are made by its migrations, not by its old code.",
    ),
    Trial(
        "P5", "odd_texts", "odd texts from form to paper", 300, 10_000,
        "Every text is refused with a sentence or stored fit to be shown; workbook and paper say what is stored; no "
        "formula, no bad file name.",
        "How Excel or WPS show it: the file is read back by its own rules. Boxes and ticks are drawn on paper, not "
        "written.",
    ),
    Trial(
        "P5b", "monkey", "a monkey at the keyboard", 200, 10_000,
        "No key, text, click, wheel or size raised anything uncaught or stopped the window for two seconds.",
        "Input methods, printers and native file dialogs; file dialogs are closed at once.",
    ),
    Trial(
        "P6", "restoring", "restore after ten kinds of damage", 10, 200,
        "A backup brings the record back row by row, whatever was done to the file, within a minute; what was there is "
        "set aside.",
        "Backups that are damaged themselves on every medium.",
    ),
    Trial(
        "P7", "tamper", "tampering with bytes, rows and history", 300, 10_000,
        "Bytes flipped and rows changed, added, deleted or exchanged outside the program are found; a history "
        "rewritten or cut is found from any head kept elsewhere that is younger than the change.",
        "Without a head kept elsewhere a rewritten history is not found, nor what is younger than the last head. A "
        "forged restore silences backups and this computer's memory; signed paper still tells.",
    ),
    Trial(
        "P8", "restoring", "starting on damaged databases", 9, 90,
        "Every start ends in a sentence with a way out; the damaged file is not changed, and a backup leads on.",
        "Media that fail while they are read.",
        "run_starts",
    ),
    Trial(
        "P9", "hostile_files", "hostile, damaged and odd files", 30, 1000,
        "Each is refused with a sentence or read; below one second of the processor and 100 MB, large honest files "
        "apart.",
        "Files that exploit a fault of the XML or zip library itself.",
    ),
    Trial(
        "P10", "disk_full", "a full or failing disk at any write", 60, 1000,
        "The act is refused with a sentence and a way out, nothing is lost, reading goes on, and it works once freed.",
        "A disk that fails while reading.",
    ),
    Trial(
        "P11", "clock_attacks", "the clock is turned", 20, 1000,
        "A clock set back by more than two minutes is noticed in five ways of doing it; weekends, sleep and network "
        "time raise no alarm.",
        "A clock set back in the firmware within the night, and one that is put right again afterwards, cannot be "
        "told.",
    ),
    Trial(
        "P12", "altered_forms", "forms altered after they were issued", 2000, 100_000,
        "No altered code, QR code, text or row of the record passes for the form that was issued.",
        "A genuine code copied on another paper: whoever checks has to compare what the screen shows.",
    ),
    Trial(
        "P13", "leaks", "what leaves for one vendor, and what is left of visitors", 30, 1000,
        "No file for a vendor holds anything of another or an identity number; of cleared visitors no byte is left in "
        "the data folder, nor of any number once numbers are sealed.",
        "Copies that people made themselves; what the file system keeps of deleted files.",
    ),
    Trial(
        "P14", "one_window", "one window for one folder", 5, 100,
        "A second window is turned away and calls the first, and one that hangs is told; the lock of a killed one "
        "counts for nothing.",
        "Two users of one computer with folders of their own.",
    ),
    Trial(
        "P15", "soak", "three days without pause", 60, 8640,
        "Memory and open files stay level over 72 simulated hours with a leap day; days turn where they should.",
        "The window: it has no part in this.",
    ),
    Trial(
        "P16", "scale", "half a million rows", 20_000, 500_000,
        "The record opens at once and is checked and backed up while one waits.",
        "Slower disks than this one.",
    ),
    Trial(
        "S1", "roles", "who may do what", 1, 1,
        "Every act of every register refuses exactly the roles that its description does, before anything else; "
        "nobody who only looks can write by any act of the program.",
        "The operating system's user: who may open the file may change it (see the boundary above).",
    ),
    Trial(
        "X", "mutants", "the program spoilt on purpose", 3, 21,
        "The trials notice when a safeguard is taken out.",
        "Safeguards that have no mutant yet.",
    ),
)  # fmt: skip


def named(names: list[str]) -> tuple[Trial, ...]:
    """The trials asked for, all where none is named. KeyError for one that does not exist."""
    known = {trial.name.lower(): trial for trial in TRIALS}
    return tuple(known[name.lower()] for name in names) or TRIALS
