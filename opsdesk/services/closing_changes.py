"""What was changed of a period between opening it again and closing it once more, out of the audit chain (更正记录)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, select

from opsdesk.models import Base, ClosedPeriod, LedgerRow, PersonalValue
from opsdesk.services import closings, history
from opsdesk.services.chain import DIALECT
from opsdesk.services.closing_days import Lock
from opsdesk.services.closing_rules import BY_TABLE
from opsdesk.services.closings import Closed
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.history import Link
from opsdesk.services.retiring import missing

ROWS = ("insert", "update", "delete")


@dataclass(frozen=True)
class Corrected:
    """A closing that was opened again, the one that followed (None: still open), and the links between them.

    `place` says which of the period's openings it was, from one on.
    """

    closed: Closed
    again: Closed | None
    place: int
    links: tuple[Link, ...]


def of_closing(ctx: Context, closed_id: int) -> Corrected:
    """What was changed while this closing stood open. Refuses one that is not there, or was never opened again."""
    with ctx.read() as connection:
        query = select(ClosedPeriod.label).where(ClosedPeriod.id == closed_id)
        label = connection.execute(query).scalar_one_or_none()
        if label is None:
            raise missing("日结记录")
        every = closings.of(connection, closings.named(label))
        closed = next(each for each in every if each.id == closed_id)
        if closed.stands:
            raise Refusal(f"{label} 没有重新打开过，没有更正记录。")
        opened = closings.openings(every)
        closed = next(each for each in opened if each.reopened_at == closed.reopened_at)
        again = next((each for each in every if each.id > closed.id), None)
        numbers = list(_numbers(connection, closed, again))
    found = [history.one(ctx, seq) for seq in numbers]
    return Corrected(closed, again, opened.index(closed) + 1, tuple(link for link in found if link is not None))


def _numbers(connection: Connection, closed: Closed, again: Closed | None) -> Iterator[int]:
    """The links after the opening and up to the next closing that touch the period's days, or what was added then."""
    opening = select(LedgerRow.seq).where(
        LedgerRow.subject == ClosedPeriod.__tablename__,
        LedgerRow.subject_id == closed.id,
        LedgerRow.kind == "update",
    )
    since = connection.execute(opening.order_by(LedgerRow.seq.desc()).limit(1)).scalar_one()
    query = select(LedgerRow.seq, LedgerRow.kind, LedgerRow.subject, LedgerRow.subject_id, LedgerRow.body).where(
        LedgerRow.seq > since, LedgerRow.subject.in_(list(BY_TABLE)), LedgerRow.kind.in_(ROWS)
    )
    if again is not None:
        query = query.where(LedgerRow.seq <= again.seq)
    lock = Lock(connection)
    added: set[tuple[str, int]] = set()
    for row in connection.execute(query.order_by(LedgerRow.seq)).all():
        table, rule = Base.metadata.tables[row.subject], BY_TABLE[row.subject]
        now = _row(connection, table, row.seq, row.body)
        before = None if row.kind == "insert" else now if row.kind == "delete" else _before(connection, table, row, now)
        after = None if row.kind == "delete" else now
        places = lock.places(table, rule, before, after) if closed.period.kind in rule.kinds else ()
        touched = any(place.first <= closed.period.last and place.last >= closed.period.first for place in places)
        if touched and row.kind == "insert":
            added.add((row.subject, row.subject_id))
        if touched or (row.subject, row.subject_id) in added:
            yield row.seq


def _before(connection: Connection, table: Table, row: Any, now: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The row before a link; what was cleared of it since, or sealed by the link, counts as it was afterwards."""
    query = select(LedgerRow.seq, LedgerRow.body).where(
        LedgerRow.subject == row.subject,
        LedgerRow.subject_id == row.subject_id,
        LedgerRow.seq < row.seq,
        LedgerRow.kind.in_(ROWS),
    )
    found = connection.execute(query.order_by(LedgerRow.seq.desc()).limit(1)).one_or_none()
    return _row(connection, table, found.seq, found.body, now) if found is not None else None


def _row(
    connection: Connection, table: Table, seq: int, body: str, unknown: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A link's row with its days and moments read and its personal values, of `unknown` where they were cleared."""
    query = select(PersonalValue.column, PersonalValue.value).where(PersonalValue.seq == seq)
    personal = {row.column: row.value for row in connection.execute(query)}
    personal = {**(unknown or {}), **personal}
    facts = {key: personal.get(key) if isinstance(value, dict) else value for key, value in json.loads(body).items()}
    found = {}
    for column in table.columns:
        value = facts.get(column.name)
        read = getattr(column.type, "process_result_value", None)
        found[column.name] = read(value, DIALECT) if read is not None else value
    return found
