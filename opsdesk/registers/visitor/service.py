"""List and acts of 常来人员: masked numbers, the whole ones on demand, and the clearing of what is over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from opsdesk.models import Visitor
from opsdesk.register import Options, Page, Query, Row
from opsdesk.rules.vocabulary import Role
from opsdesk.services import entry, id_numbers, listing, masking, people_lines, privacy, retiring
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.id_numbers import IdKind
from opsdesk.services.number_finding import by_number
from opsdesk.services.outcome import Outcome
from opsdesk.services.pinyin import initials

Values = Mapping[str, Any]
TOUCHED = frozenset({"visitor"})
WHAT = "常来人员"
_NUMBERED = by_number(Visitor.id_number, Visitor.phone)


def listed(ctx: Context, query: Query) -> Page:
    """Frequent visitors, the last to come first; what was cleared is not shown."""
    asked = (
        select(Visitor.__table__)
        .where(
            Visitor.purged_at.is_(None),
            listing.holds(query.text, Visitor.name, Visitor.initials, Visitor.unit, means=_NUMBERED),
        )
        .order_by(Visitor.last_on.desc(), Visitor.id.desc())
    )
    if (unit := (query.filters or {}).get("unit")) is not None:
        asked = asked.where(Visitor.unit == unit)
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
    return Page(tuple(Row(row.id, _shown(row._mapping)) for row in rows), total)


def _shown(row: Mapping[Any, Any]) -> dict[str, Any]:
    masked = {"id_number": id_numbers.masked(row["id_number"]), "phone": masking.phone(row["phone"])}
    return {**{key: row[key] for key in ("name", "unit", "id_kind", "last_on")}, **masked}


def units(ctx: Context) -> Options:
    """Units from which somebody comes."""
    with ctx.read() as connection:
        query = select(Visitor.unit).where(Visitor.purged_at.is_(None), Visitor.unit != "").distinct()
        return [(unit, unit) for unit in connection.execute(query.order_by(Visitor.unit)).scalars()]


def _row_of(connection: Any, record_id: int) -> Mapping[str, Any]:
    query = select(Visitor.__table__).where(Visitor.id == record_id, Visitor.purged_at.is_(None))
    return retiring.one(connection, query, WHAT)


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One visitor as the form shows him: number and telephone masked for everybody."""
    with ctx.read() as connection:
        row = _row_of(connection, record_id)
    return {**_shown(row), "id_kind": row["id_kind"] or None, "id_reason": ""}


def save(ctx: Context, record_id: int | None, values: Values) -> Outcome[int]:
    """Register a visitor or change him; a masked number that comes back unchanged is kept."""
    ctx.require(*WRITERS)
    name = entry.name(values, "name", "姓名")
    unit = entry.text(values, "unit", "单位", longest=100)
    reason = entry.text(values, "id_reason", id_numbers.REASON_TITLE, longest=100)
    with ctx.transaction("登记常来人员" if record_id is None else "修改常来人员", reason) as tx:
        before = None if record_id is None else _row_of(tx.connection, record_id)
        kind, number = _number(ctx, values, before, reason)
        kept = {"name": name, "initials": initials(name), "unit": unit, "id_kind": kind, "id_number": number}
        kept["phone"] = _phone(values, before)
        if record_id is not None:
            tx.update(Visitor, record_id, **kept)
            return Outcome(record_id, TOUCHED)
        same = select(Visitor.id).where(Visitor.name == name, Visitor.unit == unit, Visitor.purged_at.is_(None))
        if tx.connection.execute(same).first() is not None:
            raise Refusal(f"{unit or '没有单位'}的{name}已经登记过。请改原来那一条。", field="name")
        return Outcome(tx.insert(Visitor, **kept, last_on=ctx.today()), TOUCHED)


def _number(ctx: Context, values: Values, before: Values | None, reason: str) -> tuple[str, str | None]:
    """Kind and number; as they stand where the number came back as it was shown."""
    typed = entry.code(values, "id_number", "证件号")
    kind = str(entry.chosen(values, "id_kind", "证件类型", list(IdKind))) if values.get("id_kind") else ""
    if before is not None and before["id_number"] and typed == id_numbers.masked(before["id_number"]):
        return kind or before["id_kind"], before["id_number"]
    if not typed:
        return "", None
    kind = kind or str(id_numbers.kind_of(typed))
    return kind, id_numbers.checked(kind, typed, ctx.today(), reason=reason)


def _phone(values: Values, before: Values | None) -> str | None:
    typed = entry.code(values, "phone", "电话")
    if before is not None and before["phone"] and typed == masking.phone(before["phone"]):
        return str(before["phone"])
    return people_lines.phone(typed, field="phone") if typed else None


def reveal(ctx: Context, record_id: int, values: Values) -> Outcome[str]:
    """The whole number for the supervisor, with a reason, recorded."""
    ctx.require(Role.SUPERVISOR)
    reason, password = (str(values.get(key) or "") for key in ("reason", "number_password"))
    return Outcome(privacy.reveal(ctx, "visitor", record_id, reason, password).value.sentence)


def purge(ctx: Context, _record_id: int, _values: Values) -> Outcome[str]:
    """Clear the personal data whose time is over; the panel has shown what that is."""
    return privacy.purge(ctx)


def due(ctx: Context) -> str:
    """What a clearing would do, for the panel that asks before it."""
    return privacy.look(ctx).sentence if ctx.actor.role is Role.SUPERVISOR else ""
