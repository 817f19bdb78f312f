"""Restoring after damage of ten kinds, and starting on damaged databases (`promises.md` P6, P8); counts are options.

Usage: python tests/reliability/restore_trials.py [--each 20] [--starts 20] [--seed N]
Pass: every restored record equals its backup row by row and opens; no start ends in a traceback or changes the file.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import a_site

from opsdesk import bootstrap
from opsdesk.models import Setting, Shift
from opsdesk.models.schema import SCHEMA
from opsdesk.services import backup, restoring, salvage
from opsdesk.services.clock import FixedClock
from opsdesk.services.errors import Damaged, Trouble

PAGE = 4096
ROWS = 120
SECONDS = 60
"""From damage to a record that works again, at most."""

Rows = dict[str, list[tuple[object, ...]]]


@dataclass(frozen=True)
class Outcome:
    """How one trial ended: which kind, what was wrong (empty: nothing), and the seconds until the record worked."""

    kind: str
    wrong: str
    seconds: float


def template(folder: Path) -> Path:
    """A site with some hundred rows and a backup, to be copied for each trial."""
    home = a_site.found(folder)
    ctx = bootstrap.open_site(home, FixedClock(a_site.NOW))
    with ctx.transaction("写") as tx:
        tx.insert_many(Setting, [{"name": f"n{n}", "value": f"值 {n} " * 20} for n in range(ROWS)])
        tx.insert_many(Shift, [{"code": f"S{n}", "name": f"班 {n}", "pairs": "08:00-17:00"} for n in range(ROWS)])
    a_site.close(ctx)
    backup.make(home, a_site.NOW, "手动")
    return home


def rows(database: Path) -> Rows:
    """Every row of every table of the record; the full text follows from it."""
    with closing(backup.looking(database)) as connection:
        names = [
            name
            for (name,) in map(tuple, connection.execute("SELECT name FROM sqlite_master WHERE type='table'"))
            if not name.startswith(("sqlite_", "incident_text"))
        ]
        return {name: sorted(map(tuple, connection.execute(f'SELECT * FROM "{name}"')), key=repr) for name in names}


def equal(restored: Rows, wanted: Rows) -> str:
    """What differs; the restored chain has one link more, which says that it was restored."""
    if restored.keys() != wanted.keys():
        return "other tables"
    for name in wanted:
        added = [row for row in restored[name] if row not in wanted[name]]
        gone = [row for row in wanted[name] if row not in restored[name]]
        if gone or len(added) != (name == "ledger"):
            return f"{name}: {len(added)} added, {len(gone)} gone"
    return ""


def _pragma(path: Path, words: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA {words}")


def _stale(path: Path, chance: random.Random) -> None:
    """Sidecars of another moment: the journal of a write that was rolled back since."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size=1")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE setting SET value = value || hex(randomblob(400))")
        journal = path.with_name(f"{path.name}-journal").read_bytes()
        connection.execute("ROLLBACK")
    path.with_name(f"{path.name}-journal").write_bytes(journal)
    for suffix in ("-wal", "-shm"):
        path.with_name(f"{path.name}{suffix}").write_bytes(chance.randbytes(PAGE))


def _flip(path: Path, chance: random.Random) -> None:
    raw = bytearray(path.read_bytes())
    for place in chance.sample(range(100), 12):
        raw[place] ^= chance.randrange(1, 256)
    path.write_bytes(raw)


def _cut(path: Path, chance: random.Random) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[: chance.randrange(1, len(raw))])


Harm = Callable[[Path, random.Random], object]
KINDS: dict[str, Harm] = {
    "missing": lambda path, _chance: path.unlink(),
    "0 bytes": lambda path, _chance: path.write_bytes(b""),
    "truncated": _cut,
    "flipped header": _flip,
    "wrong application id": lambda path, chance: _pragma(path, f"application_id={chance.randrange(2, 1 << 30)}"),
    "older schema": lambda path, chance: _pragma(path, f"user_version={chance.randrange(1, SCHEMA)}"),
    "stale sidecars": _stale,
    "read-only": lambda path, _chance: path.chmod(0o444),
    "locked": lambda _path, _chance: None,
    "newer schema": lambda path, chance: _pragma(path, f"user_version={SCHEMA + chance.randrange(1, 9)}"),
}


@contextmanager
def _held(path: Path, kind: str) -> Iterator[None]:
    """Another program that has the database locked, where that is the trial."""
    if kind != "locked":
        yield
        return
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")


def restore_after(kind: str, made: Path, home: Path, chance: random.Random) -> Outcome:
    """Write on after the backup, damage the record, restore, and compare."""
    shutil.copytree(made, home)
    database, kept = bootstrap.database(home), backup.listed(home)[0]
    wanted = rows(kept)
    ctx = bootstrap.open_site(home, FixedClock(a_site.NOW + timedelta(hours=1)))
    with ctx.transaction("写") as tx:
        tx.insert_many(Setting, [{"name": f"later{n}", "value": "后来"} for n in range(chance.randrange(1, 40))])
    a_site.close(ctx)
    KINDS[kind](database, chance)
    began = time.monotonic()
    clock = FixedClock(a_site.NOW + timedelta(hours=2))
    try:
        with _held(database, kind):
            restoring.restore(home, kept, clock.now(), clock=clock)
        again = bootstrap.open_site(home, clock)
        with again.read() as connection:
            findings = bootstrap.verify(connection)
        a_site.close(again)
    except Exception as error:  # noqa: BLE001 — whatever it is, the trial has failed by it
        return Outcome(kind, f"{type(error).__name__}: {error}", time.monotonic() - began)
    took = time.monotonic() - began
    wrong = equal(rows(database), wanted) or "; ".join(findings)
    if not list(home.glob("set-aside-*")) and kind not in {"missing"}:
        wrong = wrong or "nothing was set aside"
    return Outcome(kind, wrong or ("" if took <= SECONDS else f"{took:.0f} s"), took)


def _scribble(path: Path, chance: random.Random) -> None:
    raw = bytearray(path.read_bytes())
    for _ in range(chance.randrange(1, 6)):
        page, width = chance.randrange(len(raw) // PAGE), chance.choice((1, 16, 300, PAGE))
        place = page * PAGE + chance.randrange(PAGE - width + 1)
        raw[place : place + width] = chance.randbytes(width)
    path.write_bytes(raw)


STARTS: dict[str, Harm] = {
    "scribbled": _scribble,
    "truncated": _cut,
    "flipped header": _flip,
    "0 bytes": KINDS["0 bytes"],
    "missing": KINDS["missing"],
    "garbage": lambda path, chance: path.write_bytes(chance.randbytes(chance.randrange(1, 50_000))),
    "first page gone": lambda path, chance: path.write_bytes(chance.randbytes(PAGE) + path.read_bytes()[PAGE:]),
    "text": lambda path, _chance: path.write_text("not a database at all\n" * 400, "utf-8"),
    "stale sidecars": _stale,
}


def start_on(kind: str, made: Path, home: Path, chance: random.Random) -> Outcome:
    """Damage the record and start; whatever is told, it is told in words, and the damaged file stays as it is."""
    shutil.copytree(made, home)
    database = bootstrap.database(home)
    STARTS[kind](database, chance)
    before = database.read_bytes() if database.exists() else None
    began = time.monotonic()
    clock = FixedClock(a_site.NOW + timedelta(hours=1))
    try:
        opened = _opened(home, clock)
        if not opened and kind != "stale sidecars" and _bytes(database) != before:
            return Outcome(kind, "the damaged file was changed", time.monotonic() - began)
        before = _bytes(database)
        with suppress(Damaged):
            salvage.drop(salvage.attempt(home))
        if _bytes(database) != before:
            return Outcome(kind, "mending changed the original", time.monotonic() - began)
        restoring.restore(home, backup.listed(home)[-1], clock.now(), clock=clock)
        a_site.close(bootstrap.open_site(home, clock))
    except Exception as error:  # noqa: BLE001 — a traceback is what must not be
        return Outcome(kind, f"{type(error).__name__}: {error}", time.monotonic() - began)
    return Outcome(kind, "", time.monotonic() - began)


def _opened(home: Path, clock: FixedClock) -> bool:
    """Whether the record opens; a Trouble is an answer in words."""
    try:
        ctx = bootstrap.open_site(home, clock, thorough=True)
    except Trouble as trouble:
        if not str(trouble).endswith("。") or not trouble.remedy:
            raise AssertionError(f"no sentence: {trouble}") from trouble
        return False
    with suppress(Trouble):
        bootstrap.check_whole(ctx)
    a_site.close(ctx)
    return True


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def run(each: int, starts: int, seed: int, folder: Path) -> list[Outcome]:
    """All trials: every kind of damage `each` times, and so many starts, the kinds in turn."""
    chance, made = random.Random(seed), template(folder / "template")
    ended = []
    for number in range(each):
        for kind in KINDS:
            home = folder / f"restore-{number}-{kind}"
            ended.append(restore_after(kind, made, home, chance))
            shutil.rmtree(home, ignore_errors=True)
    for number in range(starts):
        kind = list(STARTS)[number % len(STARTS)]
        home = folder / f"start-{number}"
        ended.append(start_on(kind, made, home, chance))
        shutil.rmtree(home, ignore_errors=True)
    return ended


def main() -> int:
    """Run the trials and print what came of them; 1 where any failed."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--each", type=int, default=20)
    words.add_argument("--starts", type=int, default=20)
    words.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ended = run(asked.each, asked.starts, asked.seed, Path(folder))
    failed = [each for each in ended if each.wrong]
    for each in failed:
        print(f"{each.kind}: {each.wrong}")
    slowest = max(ended, key=lambda each: each.seconds)
    print(
        f"seed {asked.seed}: {len(ended)} trials, {len(failed)} failed, "
        f"slowest {slowest.seconds:.2f} s ({slowest.kind})"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
