"""What the audit chain gives back of tables that lost rows, or whose rows were changed outside the program."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

from opsdesk.models import Base
from opsdesk.services import chain

Row = Mapping[str, Any]
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


def _give_back(fresh: sqlite3.Connection, name: str, seq: int, row: Row | None = None) -> bool:
    """Write a row as its last link has it, personal values from the side table where they are still there.

    Where they are not, or are not what was committed to, what stands in the `row` itself stays.
    """
    try:
        _write(fresh, name, _chained(fresh, seq, row or {}))
    except (ValueError, AttributeError, sqlite3.Error):
        return False
    return True


def _write(fresh: sqlite3.Connection, name: str, values: Row) -> None:
    listed, marks = ",".join(f'"{each}"' for each in values), ",".join("?" * len(values))
    fresh.execute(f'INSERT INTO "{name}" ({listed}) VALUES ({marks})', tuple(values.values()))  # noqa: S608


def put_right(fresh: sqlite3.Connection, tables: Collection[str]) -> Tally:
    """Put rows that were changed or added outside back to what the chain says of them; gives how many by table.

    Nothing is touched where the chain itself does not hold: it would be no witness. A row that cannot be put back stays
    as it is.
    """
    if not _holds(fresh):
        return {}
    latest, righted = _last_links(fresh), Tally()
    for name in tables:
        if name in chain.OUTSIDE or name not in Base.metadata.tables:
            continue
        wrong = [
            (row, seq)
            for row in _rows(fresh, name)
            if (seq := latest.get((name, row["id"]))) is None or not _as_chained(fresh, row, seq)
        ]
        for row, _ in wrong:  # all at first, or two that changed names would stand in each other's way
            fresh.execute(f'DELETE FROM "{name}" WHERE id=?', (row["id"],))  # noqa: S608 — the file's own names
        left = [row for row, seq in wrong if seq is not None and not _give_back(fresh, name, seq, row)]
        for row in left:
            with suppress(sqlite3.Error):
                _write(fresh, name, row)
        if len(wrong) > len(left):
            righted[name] = len(wrong) - len(left)
    return righted


def _rows(fresh: sqlite3.Connection, name: str) -> list[dict[str, Any]]:
    cursor = fresh.execute(f'SELECT * FROM "{name}"')  # noqa: S608 — the file's own names
    columns = [column[0] for column in cursor.description]
    return [dict(zip(columns, values, strict=True)) for values in cursor]


def _as_chained(fresh: sqlite3.Connection, row: Row, seq: int) -> bool:
    """Whether a row is as its last link has it; personal values that the side table no longer has count as right."""
    return bool(chain.canonical(_chained(fresh, seq, row)) == chain.canonical(row))


def _chained(fresh: sqlite3.Connection, seq: int, row: Row) -> dict[str, Any]:
    """A row as a link has it. Of personal values the side table has what was committed to, else the `row` itself."""
    (body,) = fresh.execute("SELECT body FROM ledger WHERE seq=?", (seq,)).fetchone()
    facts: dict[str, Any] = json.loads(body)
    if not any(isinstance(value, dict) for value in facts.values()):
        return facts
    query = 'SELECT "column", salt, value FROM personal_value WHERE seq=?'
    kept = {column: (salt, value) for column, salt, value in fresh.execute(query, (seq,))}
    for column, claim in facts.items():
        if isinstance(claim, dict):
            salt, value = kept.get(column, ("", None))
            sound = value is not None and chain.commitment(salt, value) == claim.get("commitment")
            facts[column] = value if sound else row.get(column, value)
    return facts


def _holds(fresh: sqlite3.Connection) -> bool:
    previous, number = chain.GENESIS, 0
    for row in _rows(fresh, chain.LEDGER.name):
        number += 1
        if row["seq"] != number or chain.link(previous, row) != row["hash"]:
            return False
        previous = row["hash"]
    return number > 0
