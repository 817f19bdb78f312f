"""What the audit chain gives back of tables that lost rows, or whose rows were changed outside the program."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping
from typing import Any

from opsdesk.models import Base
from opsdesk.services import chain

Tally = dict[str, int]
"""How many rows, by table."""


def rebuild(fresh: sqlite3.Connection, tables: Collection[str]) -> tuple[Tally, Tally]:
    """Give back from the audit chain what is missing in its tables; gives how many rows by table, and how many not."""
    rebuilt: Tally = {}
    lost: Tally = {}
    for (name, row_id), seq in _last_links(fresh).items():
        if name not in tables or fresh.execute(f'SELECT 1 FROM "{name}" WHERE id=?', (row_id,)).fetchone():  # noqa: S608
            continue
        tally = rebuilt if _give_back(fresh, name, seq) else lost
        tally[name] = tally.get(name, 0) + 1
    return rebuilt, lost


def _last_links(fresh: sqlite3.Connection) -> dict[tuple[str, int], int]:
    """The link that says how each row stands; rows that were removed have none."""
    latest: dict[tuple[str, int], int] = {}
    for seq, kind, subject, subject_id in fresh.execute(
        "SELECT seq, kind, subject, subject_id FROM ledger ORDER BY seq"
    ):
        if kind == "delete":
            latest.pop((subject, subject_id), None)
        elif kind in {"insert", "update"}:
            latest[subject, subject_id] = seq
    return latest


def _give_back(fresh: sqlite3.Connection, name: str, seq: int) -> bool:
    """Write a row as its last link has it, personal values from the side table where they are still there."""
    (body,) = fresh.execute("SELECT body FROM ledger WHERE seq=?", (seq,)).fetchone()
    kept = dict(fresh.execute('SELECT "column", value FROM personal_value WHERE seq=?', (seq,)).fetchall())
    try:
        values = {
            column: kept.get(column) if isinstance(value, dict) else value for column, value in json.loads(body).items()
        }
        listed, marks = ",".join(f'"{each}"' for each in values), ",".join("?" * len(values))
        fresh.execute(f'INSERT INTO "{name}" ({listed}) VALUES ({marks})', tuple(values.values()))  # noqa: S608
    except (ValueError, AttributeError, sqlite3.Error):
        return False
    return True


def put_right(fresh: sqlite3.Connection, tables: Collection[str]) -> Tally:
    """Put rows that were changed or added outside back to what the chain says of them; gives how many by table.

    Nothing is touched where the chain itself does not hold: it would be no witness.
    """
    if not _holds(fresh):
        return {}
    latest, righted = _last_links(fresh), Tally()
    for name in tables:
        if name in chain.OUTSIDE or name not in Base.metadata.tables:
            continue
        wrong = [
            (row["id"], seq)
            for row in _rows(fresh, name)
            if (seq := latest.get((name, row["id"]))) is None or not _as_chained(fresh, row, seq)
        ]
        for row_id, seq in wrong:
            fresh.execute(f'DELETE FROM "{name}" WHERE id=?', (row_id,))  # noqa: S608 — the file's own names
            if seq is not None and not _give_back(fresh, name, seq):
                continue
            righted[name] = righted.get(name, 0) + 1
    return righted


def _rows(fresh: sqlite3.Connection, name: str) -> list[dict[str, Any]]:
    cursor = fresh.execute(f'SELECT * FROM "{name}"')  # noqa: S608 — the file's own names
    columns = [column[0] for column in cursor.description]
    return [dict(zip(columns, values, strict=True)) for values in cursor]


def _as_chained(fresh: sqlite3.Connection, row: Mapping[str, Any], seq: int) -> bool:
    """Whether a row is as its last link has it; personal values that were forgotten since are not compared."""
    (body,) = fresh.execute("SELECT body FROM ledger WHERE seq=?", (seq,)).fetchone()
    facts = json.loads(body)
    if any(isinstance(value, dict) for value in facts.values()):
        kept = dict(fresh.execute('SELECT "column", value FROM personal_value WHERE seq=?', (seq,)).fetchall())
        facts = {
            column: kept.get(column, row.get(column)) if isinstance(value, dict) else value
            for column, value in facts.items()
        }
    return bool(chain.canonical(facts) == chain.canonical(row))


def _holds(fresh: sqlite3.Connection) -> bool:
    previous, number = chain.GENESIS, 0
    for row in _rows(fresh, chain.LEDGER.name):
        number += 1
        if row["seq"] != number or chain.link(previous, row) != row["hash"]:
            return False
        previous = row["hash"]
    return number > 0
