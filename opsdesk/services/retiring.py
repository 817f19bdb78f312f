"""Taking things out of use instead of deleting them (停用), and bringing them back (恢复)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, Executable, select

from opsdesk.models import ContactPerson, EmergencyPlan, IncidentOption, InspectionItem, Post, Room, Shift, Vendor
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.services.transaction import Transaction

Retirable = (
    type[Vendor] | type[Post] | type[Shift] | type[ContactPerson] | type[EmergencyPlan] | type[IncidentOption]
    | type[InspectionItem] | type[Room]
)  # fmt: skip


def missing(what: str) -> Refusal:
    """The refusal of a record that is not there."""
    return Refusal(f"这条{what}已经不在了。请刷新列表后再试。")


def one(connection: Connection, query: Executable, what: str) -> dict[str, Any]:
    """The one row that a question is after. Refuses where it is not there."""
    found = connection.execute(query).mappings().one_or_none()
    if found is None:
        raise missing(what)
    return dict(found)


def refuse_void(row: Mapping[str, Any]) -> None:
    """Refuse a numbered record that is void."""
    if row["void_at"] is not None:
        raise Refusal(f"{row['number']} 已经作废。请刷新后再看。")


def _row(tx: Transaction, model: Retirable, record_id: int, what: str) -> Any:
    found = tx.connection.execute(select(model.name, model.left_on).where(model.id == record_id)).one_or_none()
    if found is None:
        raise missing(what)
    return found


def retire(ctx: Context, model: Retirable, record_id: int, *, what: str, day: date) -> Outcome[str]:
    """Take a record out of use from `day` on."""
    ctx.require(*WRITERS)
    with ctx.transaction(f"停用{what}") as tx:
        row = _row(tx, model, record_id, what)
        if row.left_on is not None:
            raise Refusal(f"{row.name}在 {row.left_on.isoformat()} 已经停用。")
        tx.update(model, record_id, left_on=day)
    return Outcome(f"{row.name}自 {day.isoformat()} 起停用，以前的记录都还在。", frozenset({model.__tablename__}))


def bring_back(ctx: Context, model: Retirable, record_id: int, *, what: str) -> Outcome[str]:
    """Take a record into use again."""
    ctx.require(*WRITERS)
    with ctx.transaction(f"恢复{what}") as tx:
        row = _row(tx, model, record_id, what)
        if row.left_on is None:
            raise Refusal(f"{row.name}正在使用，不需要恢复。")
        tx.update(model, record_id, left_on=None)
    return Outcome(f"{row.name}已恢复使用。", frozenset({model.__tablename__}))
