"""Acts and list of the monthly wages; amounts are shown to the supervisor alone and stand on no paper."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from opsdesk.models import Staff, Vendor, Wage
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.rules.amounts import in_yuan
from opsdesk.rules.vocabulary import Role
from opsdesk.services import duties, entry, listing, retiring
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome

TOUCHED = frozenset({"wage"})
HIDDEN = "＊＊＊"
AMOUNT = re.compile(r"\d+(\.\d{1,2})?", re.ASCII)
MOST = Decimal("999999.99")
HOLDING, COMING, PAST = "执行中", "待执行", "已停用"


def listed(ctx: Context, query: Query) -> Page:
    """Wages by vendor and person, the newest first; amounts hidden from everybody but the supervisor."""
    later, today = aliased(Wage), ctx.today()
    holding = (
        select(func.max(later.holds_from))
        .where(later.staff_id == Wage.staff_id, later.holds_from <= today)
        .correlate(Wage)
        .scalar_subquery()
    )
    asked = (
        select(
            Wage.id, Wage.holds_from, Wage.monthly, Staff.staff_no, Staff.name,
            Vendor.short_name.label("vendor"), holding.label("holding"),
        )
        .join(Staff, Staff.id == Wage.staff_id)
        .join(Vendor, Vendor.id == Staff.vendor_id)
        .where(listing.holds(query.text, Staff.staff_no, Staff.name, Staff.initials))
        .order_by(Vendor.code, Staff.staff_no, Wage.holds_from.desc())
    )  # fmt: skip
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
    return Page(tuple(_row(ctx, row) for row in rows), total)


def _row(ctx: Context, row: Any) -> Row:
    if row.holds_from > ctx.today():
        state = Chip(COMING, Tone.INFORMATION)
    else:
        state = Chip(HOLDING, Tone.FINE) if row.holding == row.holds_from else Chip(PAST)
    values = {
        "staff_no": row.staff_no,
        "name": row.name,
        "vendor": row.vendor,
        "holds_from": row.holds_from,
        "monthly": row.monthly if ctx.actor.role is Role.SUPERVISOR else HIDDEN,
        "state": state,
    }
    return Row(row.id, values, muted=state.word == PAST)


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One wage as its form shows it; only the supervisor may see it."""
    ctx.require(Role.SUPERVISOR)
    asked = select(Wage.staff_id, Wage.holds_from, Wage.monthly).where(Wage.id == record_id)
    with ctx.read() as connection:
        return retiring.one(connection, asked, "工资基数")


def amount(values: Mapping[str, Any]) -> str:
    """The monthly wage as it is kept, “8000.00”. Refuses what is no amount, zero, and more than 999999.99."""
    written = entry.code(values, "monthly", "月工资", required=True).replace(",", "").replace("，", "")
    if not AMOUNT.fullmatch(written):
        raise Refusal("月工资要写成数字，单位是元，最多两位小数，例如 8000.00。", field="monthly")
    if not 0 < Decimal(written) <= MOST:
        raise Refusal(f"月工资要大于 0，不超过 {in_yuan(MOST)} 元。请核对。", field="monthly")
    return f"{Decimal(written):.2f}"


def save(ctx: Context, record_id: int | None, values: Mapping[str, Any]) -> Outcome[int]:
    """Let a wage hold from a day on; only the supervisor may. The same day twice corrects that day."""
    ctx.require(Role.SUPERVISOR)
    with ctx.read() as connection:
        people = [person.id for person in duties.people(connection)]
    staff_id = entry.chosen(values, "staff_id", "人员", people)
    holds_from = entry.day(values, "holds_from", "生效日")
    monthly = amount(values)
    if record_id is not None:
        standing = load(ctx, record_id)
        if standing["staff_id"] != staff_id:
            raise Refusal("人员不能改。请为另一个人新建一条。", field="staff_id")
        if standing["holds_from"] != holds_from:
            raise Refusal("生效日不能改。要从另一天起执行，请新建一条。", field="holds_from")
    with ctx.transaction("登记工资基数") as tx:
        same = select(Wage.id).where(Wage.staff_id == staff_id, Wage.holds_from == holds_from)
        kept = tx.connection.execute(same).scalar_one_or_none()
        if kept is None:
            kept = tx.insert(Wage, staff_id=staff_id, holds_from=holds_from, monthly=monthly)
        else:
            tx.update(Wage, kept, monthly=monthly)
    return Outcome(kept, TOUCHED)
