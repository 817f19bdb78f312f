"""P7: what is changed outside the program is found: bytes flipped, rows edited, added, deleted, history rewritten.

Bytes and rows the program finds by itself. A history that was rewritten whole, chain and all, or cut at its end, agrees
with itself; only a head that lies elsewhere, on signed paper or in the manifest of a backup, tells of it, and only of
what is older than that head. Both are held here, also that the program by itself does not find them.
"""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import Any

from benchmarks.reliability import living
from benchmarks.reliability.result import Result
from opsdesk import bootstrap
from opsdesk.services import anchors as memory
from opsdesk.services import backup, chain, restoring, seals, witness
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal, Trouble

NAME = "P7"
ACTS, AT_ANCHOR = 24, 16
"""Acts of the site; after so many of them a backup is made elsewhere and a paper is signed."""
PAGE = 512
"""Bytes of a page: small, so that little of the file is empty."""
FLIPS, EDITS = 0.7, 0.25
"""Shares of the count; the rest are histories rewritten and cut."""
TABLES = "SELECT name FROM pragma_table_list WHERE schema='main' AND type='table' AND name NOT LIKE 'sqlite_%'"


@dataclass(frozen=True)
class Anchors:
    """Heads kept elsewhere: in a backup's manifest, on a signed paper, and, newest, in this computer's own memory."""

    folder: Path
    seq: int
    head: str
    state: Path

    def told(self, ctx: Context) -> dict[str, bool]:
        """Which of them contradict the record."""
        remembered = memory.kept(self.state, ctx.home)
        with ctx.read() as connection:
            return {
                "manifest": any(True for _ in witness.contradictions(connection, [self.folder])),
                "paper": not seals.since(ctx, self.seq, self.head).holds,
                "memory": remembered is not None and bool(memory.missing(connection, remembered)),
            }


def run(count: int, seed: int) -> Result:
    """Tamper `count` times with a small site."""
    chance, counted, failures = random.Random(seed), Counter[str](), list[str]()
    with living.folder() as place:
        home, elsewhere = place / "site", place / "elsewhere"
        anchors = _site(home, elsewhere)
        original = bootstrap.database(home).read_bytes()
        flips = min(max(round(count * FLIPS), 1), len(original))
        edits = max(round(count * EDITS), 1)
        counted["bytes of the database"] = len(original)
        if noticed(home):
            failures.append("An untouched site is told to be wrong, so nothing that is told means anything.")
        failures += _flips(home, original, flips, chance, counted)
        failures += _edits(home, original, edits, chance, counted)
        for n in range(max(count - flips - edits, len(ATTACKS))):
            bootstrap.database(home).write_bytes(original)
            failures += _attacked(home, list(ATTACKS)[n % len(ATTACKS)], anchors, chance, counted)
    return Result(NAME, count, tuple(failures), dict(counted))


def _site(home: Path, elsewhere: Path) -> Anchors:
    living.copy(home)
    ctx = living.opened(home)
    for n in range(ACTS):
        if n == AT_ANCHOR:
            backup.make(home, ctx.now(), "日终", folder=elsewhere)
            with ctx.read() as connection:
                seq, head = chain.head(connection)
        living.act(ctx, n)
    memory.keep(ctx, elsewhere / "state")
    living.close(ctx)
    with closing(sqlite3.connect(bootstrap.database(home), isolation_level=None)) as connection:
        connection.execute(f"PRAGMA page_size={PAGE}")
        connection.execute("VACUUM")
    shutil.rmtree(home / backup.FOLDER, ignore_errors=True)
    return Anchors(elsewhere, seq, head[:16], elsewhere / "state")


def contents(home: Path) -> object:
    """All that the file says, read by SQLite alone; an error where it says nothing."""
    try:
        with closing(sqlite3.connect(f"{bootstrap.database(home).as_uri()}?mode=ro", uri=True)) as connection:
            names = [name for (name,) in connection.execute(TABLES).fetchall()]
            rows = {name: connection.execute(f'SELECT * FROM "{name}" ORDER BY 1').fetchall() for name in names}
            marks = [connection.execute(f"PRAGMA {each}").fetchone() for each in ("user_version", "application_id")]
            named = "SELECT * FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name"
            return rows, marks, connection.execute(named).fetchall()
    except (sqlite3.Error, OverflowError, UnicodeError) as error:
        return error


def noticed(home: Path) -> bool:
    """Whether the program, opened on the site and asked to check it, finds that something is wrong."""
    try:
        ctx = living.opened(home, ACTS)
    except (Refusal, Trouble):
        return True
    try:
        return bool(living.findings(ctx))
    except (Refusal, Trouble):
        return True
    finally:
        living.close(ctx)


def _flips(home: Path, original: bytes, count: int, chance: random.Random, counted: Counter[str]) -> list[str]:
    """Spoil single bytes, spread evenly over the file: found, or the content is the same."""
    failures, database, step = list[str](), bootstrap.database(home), len(original) / count
    database.write_bytes(original)
    whole = contents(home)
    for n in range(count):
        at = min(int(n * step + chance.random() * step), len(original) - 1)
        spoilt = bytearray(original)
        spoilt[at] ^= chance.randrange(1, 256)
        database.write_bytes(spoilt)
        counted["bytes flipped"] += 1
        try:
            if contents(home) == whole:
                counted["flips in unused space, nothing changed"] += 1
            elif noticed(home):
                counted["flips found"] += 1
            else:
                failures.append(f"Byte {at} was flipped unseen.")
        except Exception as error:  # noqa: BLE001 — whatever lies in a file may not break the program
            failures.append(f"Byte {at} flipped: the program broke: {error!r}")
        for left in home.iterdir():
            if left != database:
                shutil.rmtree(left) if left.is_dir() else left.unlink()
    return failures


@dataclass(frozen=True)
class Edit:
    """One thing to do to a table by SQL: of what kind (punch.at changed), to which rows, and by which statements."""

    kind: str
    rows: str
    steps: tuple[tuple[str, tuple[Any, ...]], ...]


def _possible(connection: sqlite3.Connection) -> Iterator[Edit]:
    """Every column of every row changed; every row deleted, doubled, and exchanged with its neighbour."""
    for (table,) in connection.execute(TABLES).fetchall():
        columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
        names = ", ".join(f'"{name}"' for name in columns)
        rows = connection.execute(f'SELECT rowid, {names} FROM "{table}" ORDER BY rowid').fetchall()
        for rowid, *values in rows:
            for name, value in zip(columns, values, strict=True):
                other = value + 1 if isinstance(value, int) else f"{value or ''}改"
                sql = f'UPDATE OR REPLACE "{table}" SET "{name}"=? WHERE rowid=?'
                yield Edit(f"{table}.{name} changed", f"{rowid}", ((sql, (other, rowid)),))
            yield Edit(f"{table} deleted", f"{rowid}", ((f'DELETE FROM "{table}" WHERE rowid=?', (rowid,)),))
            if key := next((name for name in ("id", "seq") if name in columns), ""):
                others = ", ".join(f'"{name}"' for name in columns if name != key)
                doubled = f'INSERT OR IGNORE INTO "{table}" ("{key}", {others}) SELECT 900001, {others} FROM "{table}"'
                yield Edit(f"{table} doubled", f"{rowid}", ((f"{doubled} WHERE rowid=?", (rowid,)),))
        for (one, *_), (two, *_) in pairwise(rows):
            sql = f'UPDATE "{table}" SET rowid=? WHERE rowid=?'
            steps = tuple((sql, places) for places in ((-1, one), (one, two), (two, -1)))
            yield Edit(f"{table} exchanged", f"{one} and {two}", steps)


def _chosen(possible: Sequence[Edit], count: int, chance: random.Random) -> list[Edit]:
    """So many of the edits, of every kind as many as can be, so that each column is tried."""
    kinds: dict[str, list[Edit]] = {}
    for edit in chance.sample(possible, len(possible)):
        kinds.setdefault(edit.kind, []).append(edit)
    rounds = zip_longest(*kinds.values())
    return [edit for each in rounds for edit in each if edit is not None][:count]


def _edits(home: Path, original: bytes, count: int, chance: random.Random, counted: Counter[str]) -> list[str]:
    failures, database = list[str](), bootstrap.database(home)
    database.write_bytes(original)
    whole = contents(home)
    with closing(sqlite3.connect(database)) as connection:
        possible = list(_possible(connection))
    counted["edits there are"], counted["kinds of them"] = len(possible), len({edit.kind for edit in possible})
    for edit in _chosen(possible, count, chance):
        database.write_bytes(original)
        with closing(sqlite3.connect(database, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN")
                for statement, values in edit.steps:
                    connection.execute(statement, values)
                connection.execute("COMMIT")
            except sqlite3.Error:
                counted["edits that SQLite refused"] += 1
                continue
        try:
            if contents(home) == whole:
                counted["edits that changed nothing"] += 1
            elif noticed(home):
                counted["edits found"] += 1
            else:
                failures.append(f"Unseen: {edit.kind}, row {edit.rows}.")
        except Exception as error:  # noqa: BLE001 — whatever stands in a table may not break the program
            failures.append(f"{edit.kind}, row {edit.rows}: the program broke: {error!r}")
    return failures


def _rows(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    connection.row_factory = sqlite3.Row
    return [dict(row) for row in connection.execute("SELECT * FROM ledger ORDER BY seq")]


def _chained_anew(connection: sqlite3.Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Write these links over the chain, each with the hash that fits."""
    connection.execute("DELETE FROM ledger")
    previous = chain.GENESIS
    for row in rows:
        previous = row["hash"] = chain.link(previous, row)
        names = ", ".join(f'"{name}"' for name in row)
        connection.execute(f"INSERT INTO ledger ({names}) VALUES ({','.join('?' * len(row))})", tuple(row.values()))


def _rewritten(connection: sqlite3.Connection, _anchors: Anchors, chance: random.Random) -> int:
    """Change when somebody signed, in the table and in the chain, and compute the chain anew."""
    rows = _rows(connection)
    chosen = chance.choice([row for row in rows if row["subject"] == "punch"])
    body = json.loads(chosen["body"])
    body["at"] = body["at"][:-5] + f"{chance.randrange(60):02}:{chance.randrange(1, 60):02}"
    connection.execute("UPDATE punch SET at=? WHERE id=?", (body["at"], chosen["subject_id"]))
    chosen["body"] = chain.canonical(body)
    _chained_anew(connection, rows)
    return int(chosen["seq"])


def _cut(connection: sqlite3.Connection, _anchors: Anchors, chance: random.Random) -> int:
    """Take back the last links and what they did, as if a part of the day had never been."""
    rows = _rows(connection)
    first = next(row["seq"] for row in rows if row["subject"] == "punch")
    kept = chance.randrange(first, len(rows))
    known = {(row["subject"], row["subject_id"]): json.loads(row["body"]) for row in rows[:kept]}
    for row in reversed(rows[kept:]):
        if row["kind"] == "insert":
            connection.execute(f'DELETE FROM "{row["subject"]}" WHERE id=?', (row["subject_id"],))
        elif row["kind"] == "update" and (row["subject"], row["subject_id"]) in known:
            before = known[row["subject"], row["subject_id"]]
            plain = {name: value for name, value in before.items() if not isinstance(value, dict)}
            changes = ", ".join(f'"{name}"=?' for name in plain)
            connection.execute(f'UPDATE "{row["subject"]}" SET {changes} WHERE id=?', (*plain.values(), before["id"]))
    for table in ("ledger", "personal_value"):
        connection.execute(f"DELETE FROM {table} WHERE seq>?", (kept,))
    return kept + 1


def _explained(connection: sqlite3.Connection, anchors: Anchors, chance: random.Random) -> int:
    """Rewrite, and forge a link that says a backup was restored, which would explain that earlier links are gone."""
    rows = _rows(connection)
    place = chance.randrange(2, anchors.seq)
    forged = {
        **rows[-1],
        "seq": place, "kind": "event", "subject": "backup", "subject_id": 0, "act": restoring.RESTORED, "body": "{}",
    }  # fmt: skip
    for row in rows[place - 1 :]:
        row["seq"] += 1
    connection.execute("UPDATE personal_value SET seq = -seq - 1 WHERE seq >= ?", (place,))
    connection.execute("UPDATE personal_value SET seq = -seq WHERE seq < 0")
    _chained_anew(connection, [*rows[: place - 1], forged, *rows[place - 1 :]])
    return place


ATTACKS: Mapping[str, Callable[[sqlite3.Connection, Anchors, random.Random], int]] = {
    "histories rewritten": _rewritten,
    "ends cut off": _cut,
    "histories explained by a forged restore": _explained,
}
"""What somebody does who knows how the chain is made; each gives the first link that is not what it was."""


def _attacked(home: Path, what: str, anchors: Anchors, chance: random.Random, counted: Counter[str]) -> list[str]:
    """Whether the anchors tell of what is older than they are; what the program finds by itself is counted."""
    with closing(sqlite3.connect(bootstrap.database(home), isolation_level=None)) as connection:
        connection.execute("BEGIN")
        first = ATTACKS[what](connection, anchors, chance)
        connection.execute("COMMIT")
    ctx = living.opened(home, ACTS)
    alone, told = bool(living.findings(ctx)), anchors.told(ctx)
    living.close(ctx)
    counted[what] += 1
    counted[f"{what}: missed without an anchor, as documented"] += not alone
    if first > anchors.seq:
        counted[f"{what}: younger than paper and backup, which miss it, as documented"] += not (
            told["paper"] or told["manifest"]
        )
        expected = {"memory"}
    elif what == "histories explained by a forged restore":
        counted[f"{what}: only the paper tells"] += not (told["manifest"] or told["memory"])
        expected = {"paper"}
    else:
        counted[f"{what}: older than paper and backup"] += 1
        expected = {"paper", "manifest", "memory"}
    return [f"{what}: the {name} did not tell of it" for name in sorted(expected) if not told[name]]
