"""P10: a disk that is full, or fails, at any write: a sentence, nothing lost, reading goes on, it works once freed."""

from __future__ import annotations

import os
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from benchmarks.reliability import living, vfs
from benchmarks.reliability.result import Result
from opsdesk.services.errors import Trouble

NAME = "P10"
ACTS = 12
"""Acts of a site before it gets a new folder."""
MOST = 60
"""An act makes some tens of calls that change a file; the fault falls on one of them, or on none."""


@dataclass
class Faulty:
    """A disk that takes nothing more (`full`: no file may grow) or fails once, from call number `at` on."""

    full: bool
    at: int
    calls: int = 0
    struck: int = 0
    freed: bool = False

    def opened(self, _path: str, *, made: bool, journal: bool) -> None:
        """Opening costs nothing."""

    def delete(self, _path: str, *, sync: bool) -> int:  # noqa: ARG002 — the layer names it
        """Nor does deleting."""
        return vfs.OK

    def write(self, path: str, offset: int, data: bytes, /) -> int:
        """Write; on a full disk what is there already may be written over."""
        if self.full:
            return self._call(vfs.FULL) if os.path.getsize(path) < offset + len(data) else vfs.OK  # noqa: PTH202
        return self._call(vfs.WRITE_FAILED)

    def truncate(self, _path: str, _size: int) -> int:
        """Cut; a full disk can do that."""
        return vfs.OK if self.full else self._call(vfs.TRUNCATE_FAILED)

    def sync(self, _path: str) -> int:
        """Sync; a full disk can do that."""
        return vfs.OK if self.full else self._call(vfs.SYNC_FAILED)

    def _call(self, code: int) -> int:
        self.calls += 1
        strikes = not self.freed and (self.calls >= self.at if self.full else self.calls == self.at)
        self.struck += strikes
        return code if strikes else vfs.OK


def run(count: int, seed: int) -> Result:
    """Let the disk be full, or fail, in `count` acts."""
    chance, twin, counted = random.Random(seed), living.Twin(), Counter[str]()
    failures, held = list[str](), 0
    try:
        while held < count:
            with living.folder() as home:
                living.copy(home)
                for n in range(min(ACTS, count - held)):
                    held += 1
                    disk = Faulty(full=bool(held % 2), at=chance.randrange(1, MOST if not held % 2 else MOST // 4))
                    failures += [f"Fault {held}: {each}" for each in _struck(home, n, disk, twin, counted)]
    except vfs.Unreachable as reason:
        return Result(NAME, 0, unheld=str(reason))
    finally:
        twin.close()
    return Result(NAME, count, tuple(failures), dict(counted))


def _struck(home: Path, n: int, disk: Faulty, twin: living.Twin, counted: Counter[str]) -> list[str]:
    """Do act `n` on a faulty disk, look at the record meanwhile, then free the disk and see that the act is done."""
    wrong, kind = list[str](), "full" if disk.full else "failing"
    with vfs.heard_by(disk):
        ctx = living.opened(home, n)
        try:
            living.act(ctx, n)
        except Trouble as trouble:
            counted[f"{kind}: refused with a sentence"] += 1
            wrong += [] if trouble.remedy else ["the sentence names no way out"]
        except Exception as error:  # noqa: BLE001 — a crash is what this looks for
            wrong.append(f"the program broke: {error!r}")
        else:
            counted[f"{kind}: done all the same"] += 1
        if not n <= (there := living.done(ctx)) <= n + 1:
            wrong.append(f"{there} acts can be read, {n} had been acknowledged")
        disk.freed = True
        if there == n:
            living.act(ctx, n)
        living.close(ctx)
    counted[f"{kind}: calls that failed"] += disk.struck
    return wrong + living.compared(home, n + 1, twin)[0]
