"""P2: the power goes at any moment, and the disk keeps of what was not synced whatever it likes.

A desk works while everything SQLite does to its files is written down (`vfs`). Then the power is cut after any step of
that log: what was synced is there; of the rest each sector of 512 bytes is there or not by chance, so is each change of
size, and a file that is new or deleted may be so or not until its directory was synced. The site is opened on what is
left. Nested cuts fall during that opening. Two controls, `synchronous=OFF` and `NORMAL`, must show losses by the same
means: else the trial is blind.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.reliability import living, vfs
from benchmarks.reliability.result import Result
from opsdesk.models import engine
from opsdesk.services.errors import Refusal, Trouble

NAME = "P2"
SECTOR = 512
ACTS = 24
"""Acts of one recorded desk; the power is cut many times along each."""
CUTS = 100
NESTED, CONTROLS, LEAST, ENOUGH = 7, 5, 8, 200
"""One cut in so many is followed by one during recovery; the controls have a fifth of the cuts but at least eight, and
NORMAL, which harms only now and then, has to harm where it had two hundred."""
SHARES = (0.0, 0.1, 0.5, 0.9, 1.0)
"""How much of what was not synced a disk keeps; chosen anew for each cut."""


@dataclass(frozen=True)
class Step:
    """One thing that was done to a file, or an act acknowledged (`what` is ack, `place` its number)."""

    what: str
    path: str = ""
    place: int = 0
    data: bytes = b""
    journal: bool = False


@dataclass
class Log:
    """Everything SQLite did to the files of a folder, in order."""

    steps: list[Step] = field(default_factory=list)

    def opened(self, path: str, *, made: bool, journal: bool) -> None:
        """A new file has no place in its directory yet."""
        if made:
            self.steps.append(Step("make", path, journal=journal))

    def write(self, path: str, offset: int, data: bytes) -> int:
        """Write."""
        self.steps.append(Step("write", path, offset, data))
        return vfs.OK

    def truncate(self, path: str, size: int) -> int:
        """Cut."""
        self.steps.append(Step("truncate", path, size))
        return vfs.OK

    def sync(self, path: str) -> int:
        """Sync."""
        self.steps.append(Step("sync", path))
        return vfs.OK

    def delete(self, path: str, *, sync: bool) -> int:
        """Delete."""
        self.steps.append(Step("delete", path, place=int(sync)))
        return vfs.OK


@dataclass
class OnDisk:
    """A file as the disk has it: what is certain, what was asked for since, and whether its directory knows it."""

    kept: bytearray
    journal: bool = False
    named: bool = True
    gone: bool = False
    asked: list[Step] = field(default_factory=list)

    def sync(self) -> None:
        """All that was asked for is certain now."""
        self.kept = self.left(random.Random(0), 1.0)
        self.asked.clear()

    def left(self, chance: random.Random, share: float) -> bytearray:
        """The content after a cut: each sector and each change of size is there with a probability of `share`."""
        left = bytearray(self.kept)
        for step in self.asked:
            if step.what == "truncate":
                if chance.random() < share:
                    left[step.place :] = bytes(max(0, step.place - len(left)))
                continue
            end = step.place + len(step.data)
            for at in (step.place, *range((step.place // SECTOR + 1) * SECTOR, end, SECTOR)):
                if chance.random() < share:
                    piece = step.data[at - step.place : (at // SECTOR + 1) * SECTOR - step.place]
                    left.extend(bytes(max(0, at - len(left))))
                    left[at : at + len(piece)] = piece
        return left


def after_cut(before: Path, steps: Sequence[Step], into: Path, chance: random.Random) -> None:
    """Put into a folder what is left of the files of `before` when the power goes after these steps."""
    files = {path.name: OnDisk(bytearray(path.read_bytes())) for path in before.iterdir() if path.is_file()}
    for step in steps:
        name = Path(step.path).name
        if step.what == "make":
            files[name] = OnDisk(bytearray(), step.journal, named=False)
        elif step.what in {"write", "truncate"}:
            files[name].asked.append(step)
        elif step.what == "sync":
            files[name].sync()
            if files[name].journal and not files[name].named:  # SQLite syncs the directory with a new journal
                files = _names_synced(files)
        elif step.what == "delete":
            files[name].gone = True
            files = _names_synced(files) if step.place else files
    share = chance.choice(SHARES)
    into.mkdir()
    for name, file in files.items():
        if (file.named or chance.random() < share) and not (file.gone and chance.random() < share):
            (into / name).write_bytes(file.left(chance, share))


def _names_synced(files: dict[str, OnDisk]) -> dict[str, OnDisk]:
    kept = {name: file for name, file in files.items() if not file.gone}
    for file in kept.values():
        file.named = True
    return kept


@contextmanager
def under(setting: str) -> Iterator[None]:
    """The program with another setting of its database: what `promises.md` F1 and F2 found to lose records."""
    ours = engine.SETTINGS
    engine.SETTINGS = tuple(setting if each.startswith("synchronous=") else each for each in ours)  # type: ignore[assignment]  # as long
    try:
        yield
    finally:
        engine.SETTINGS = ours


def recorded(home: Path) -> Log:
    """A desk at work in `home`, and everything that happened to its files."""
    log = Log()
    with vfs.heard_by(log):
        ctx = living.opened(home)
        for n in range(ACTS):
            living.act(ctx, n)
            log.steps.append(Step("ack", place=n + 1))
        living.close(ctx)
    return log


def run(count: int, seed: int) -> Result:
    """Cut the power `count` times, every seventh time once more during recovery; a fifth as often with each control."""
    chance, twin = random.Random(seed), living.Twin()
    try:
        failures, nested = _cuts(count, chance, twin, NESTED)
        figures: dict[str, int | float | str] = {"cuts": count, "second cuts, during recovery": nested}
        controls = max(count // CONTROLS, LEAST)
        for setting in ("OFF", "NORMAL"):
            with under(f"synchronous={setting}"):
                lost, _ = _cuts(controls, chance, twin, 0)
            figures[f"control {setting}: cuts with loss or damage"] = f"{len(lost)} of {controls}"
            if not lost and (setting == "OFF" or controls >= ENOUGH):
                failures.append(f"The trial is blind: with synchronous={setting} no cut did any harm.")
    except vfs.Unreachable as reason:
        return Result(NAME, 0, unheld=str(reason))
    finally:
        twin.close()
    return Result(NAME, count, tuple(failures), figures)


def _cuts(count: int, chance: random.Random, twin: living.Twin, nested: int) -> tuple[list[str], int]:
    """What was wrong after so many cuts, a sentence each, and how many of them were followed by a second one."""
    failures, second, held = list[str](), 0, 0
    while held < count:
        with living.folder() as place:
            before, home = place / "before", place / "home"
            living.copy(before)
            living.copy(home)
            steps = recorded(home).steps
            for _ in range(min(CUTS, count - held)):
                held += 1
                cut = steps[: chance.randint(0, len(steps))]
                kept = max((step.place for step in cut if step.what == "ack"), default=0)
                left = place / f"cut-{held}"
                after_cut(before, cut, left, chance)
                if nested and held % nested == 0:
                    second += 1
                    left = _cut_again(left, kept, chance)
                wrong, _ = living.compared(left, kept, twin)
                failures += [f"Cut {held}, after step {len(cut)}: {'; '.join(wrong)}"] if wrong else []
                shutil.rmtree(left)
    return failures, second


def _cut_again(left: Path, kept: int, chance: random.Random) -> Path:
    """Begin to recover, and cut the power once more; gives the folder with what is left then."""
    recovering, again = left.with_name(f"{left.name}-recovering"), left.with_name(f"{left.name}-again")
    shutil.copytree(left, recovering)
    log = Log()
    with vfs.heard_by(log):
        try:
            living.close(living.opened(recovering, kept))
        except (Refusal, Trouble):
            pass  # the comparison after the second cut will say so
    after_cut(left, log.steps[: chance.randint(0, len(log.steps))], again, chance)
    shutil.rmtree(left)
    shutil.rmtree(recovering)
    return again
