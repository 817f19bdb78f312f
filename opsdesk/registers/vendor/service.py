"""Acts and list of the vendors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select

from opsdesk.models import Contract, Incident, Staff, Vendor
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.services import entry, incident_text, listing, retiring
from opsdesk.services.choices import in_use
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome

TOUCHED = frozenset({"vendor", "staff", "contract", "sign_in"})
IN_USE, ENDED = "在用", "已停用"


def listed(ctx: Context, query: Query) -> Page:
    """Vendors by code with the people on site today and the contracts running today."""
    today = ctx.today()
    on_site = (
        select(func.count())
        .where(Staff.vendor_id == Vendor.id, Staff.arrived_on <= today, Staff.reserve.is_(False))
        .where(or_(Staff.left_on.is_(None), Staff.left_on >= today))
        .scalar_subquery()
    )
    running = (
        select(func.group_concat(Contract.number, "、"))
        .where(Contract.vendor_id == Vendor.id, Contract.begins_on <= today)
        .where(or_(Contract.ends_on.is_(None), Contract.ends_on >= today))
        .scalar_subquery()
    )
    asked = (
        select(
            Vendor.id, Vendor.code, Vendor.name, Vendor.short_name, Vendor.left_on,
            on_site.label("on_site"), running.label("running"),
        )
        .where(listing.holds(query.text, Vendor.code, Vendor.name, Vendor.short_name))
        .order_by(Vendor.left_on.is_not(None), Vendor.code)
    )  # fmt: skip
    match (query.filters or {}).get("state"):
        case "在用":
            asked = asked.where(or_(Vendor.left_on.is_(None), Vendor.left_on > today))
        case "已停用":
            asked = asked.where(Vendor.left_on <= today)
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
    return Page(tuple(_row(row, today) for row in rows), total)


def _row(row: Any, today: date) -> Row:
    current = in_use(row.left_on, today)
    values = {
        "code": row.code,
        "name": row.name,
        "short_name": row.short_name,
        "on_site": row.on_site,
        "contracts": row.running or "",
        "state": Chip(IN_USE, Tone.FINE) if current else Chip(ENDED),
    }
    return Row(row.id, values, muted=not current)


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One vendor as its form shows it."""
    with ctx.read() as connection:
        query = select(Vendor.code, Vendor.name, Vendor.short_name, Vendor.left_on).where(Vendor.id == record_id)
        return retiring.one(connection, query, "外包单位")


def save(ctx: Context, record_id: int | None, values: Mapping[str, Any]) -> Outcome[int]:
    """Register a vendor or change it. Code and name belong to one vendor only."""
    ctx.require(*WRITERS)
    name = entry.text(values, "name", "单位全称", required=True, longest=100)
    kept = {
        "code": entry.code(values, "code", "编号", required=True, longest=16),
        "name": name,
        "short_name": entry.text(values, "short_name", "简称", longest=20) or name[:20],
    }
    with ctx.transaction("登记外包单位" if record_id is None else "修改外包单位") as tx:
        for column, title in ((Vendor.code, "编号"), (Vendor.name, "单位全称")):
            entry.refuse_taken(tx.connection, column, kept[column.key], title=title, holder=Vendor.name, but=record_id)
        if record_id is None:
            record_id = tx.insert(Vendor, **kept)
        else:
            old = tx.connection.execute(select(Vendor.short_name).where(Vendor.id == record_id)).scalar_one()
            tx.update(Vendor, record_id, **kept)
            if old != kept["short_name"]:
                incident_text.renamed(tx.connection, Incident.vendor_id, record_id)
    return Outcome(record_id, TOUCHED)


def retire(ctx: Context, *, vendor_id: int, day: date) -> Outcome[str]:
    """End a vendor's work on site; refused while somebody of it is still there."""
    ctx.require(*WRITERS)
    with ctx.read() as connection:
        staying = connection.execute(
            select(func.count())
            .select_from(Staff)
            .where(Staff.vendor_id == vendor_id, or_(Staff.left_on.is_(None), Staff.left_on > day))
        ).scalar_one()
    if staying:
        raise Refusal(f"这个单位还有 {staying} 人没有离场。请先在人员中办理离场，再停用单位。")
    done = retiring.retire(ctx, Vendor, vendor_id, what="外包单位", day=day)
    return Outcome(done.value, TOUCHED)


def bring_back(ctx: Context, *, vendor_id: int) -> Outcome[str]:
    """Take a vendor into use again."""
    return Outcome(retiring.bring_back(ctx, Vendor, vendor_id, what="外包单位").value, TOUCHED)
