"""Acts and list of the approved absences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from opsdesk.models import Leave, Staff, Vendor
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.rules.calendar import days
from opsdesk.rules.vocabulary import LeaveKind, Role
from opsdesk.services import attendance, duties, entry, listing, retiring
from opsdesk.services.context import Context
from opsdesk.services.duties import Person
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.services.transaction import Transaction

TOUCHED = frozenset({"leave", "sign_in"})
STANDING, WITHDRAWN = "已批准", "已撤销"
LONGEST = timedelta(days=366)
FIELDS = ("staff_id", "kind", "begins_at", "ends_at", "reason", "approved_by")


def listed(ctx: Context, query: Query) -> Page:
    """Absences, the latest first."""
    chosen = query.filters or {}
    asked = (
        select(
            Leave.id, Leave.kind, Leave.begins_at, Leave.ends_at, Leave.reason, Leave.approved_by, Leave.withdrawn_at,
            Staff.staff_no, Staff.name, Vendor.short_name.label("vendor"),
        )
        .join(Staff, Staff.id == Leave.staff_id)
        .join(Vendor, Vendor.id == Staff.vendor_id)
        .where(listing.holds(query.text, Staff.staff_no, Staff.name, Staff.initials, Leave.kind, Leave.reason))
        .order_by(Leave.begins_at.desc(), Leave.id.desc())
    )  # fmt: skip
    if span := listing.month_of(str(chosen.get("month") or "")):
        first, last = (datetime(day.year, day.month, day.day) for day in span)
        asked = asked.where(Leave.begins_at < last + timedelta(days=1), Leave.ends_at > first)
    if (state := chosen.get("state")) is not None:
        asked = asked.where(Leave.withdrawn_at.is_(None) if state == STANDING else Leave.withdrawn_at.is_not(None))
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
    return Page(tuple(_row(row) for row in rows), total)


def _row(row: Any) -> Row:
    stands = row.withdrawn_at is None
    values = {
        "staff_no": row.staff_no,
        "name": row.name,
        "vendor": row.vendor,
        "kind": row.kind,
        "begins_at": row.begins_at,
        "ends_at": row.ends_at,
        "reason": row.reason,
        "approved_by": row.approved_by,
        "state": Chip(STANDING, Tone.AWAY) if stands else Chip(WITHDRAWN),
    }
    return Row(row.id, values, muted=not stands)


def months(ctx: Context) -> list[tuple[str, str]]:
    """Months to choose from: this one first."""
    return listing.months_around(ctx.today())


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One absence as its form shows it."""
    with ctx.read() as connection:
        query = select(Leave.__table__).where(Leave.id == record_id)
        found = connection.execute(query).mappings().one_or_none()
    if found is None:
        raise retiring.missing("请假外出")
    return dict(found)


def save(ctx: Context, record_id: int | None, values: Mapping[str, Any]) -> Outcome[int]:
    """Enter an approved absence; only the supervisor may. What is approved is not changed: withdraw and enter again."""
    ctx.require(Role.SUPERVISOR)
    with ctx.read() as connection:
        people = {person.id: person for person in duties.people(connection)}
    kept: dict[str, Any] = {
        "staff_id": entry.chosen(values, "staff_id", "人员", people),
        "kind": str(entry.chosen(values, "kind", "类别", list(LeaveKind))),
        "begins_at": entry.moment(values, "begins_at", "开始时间"),
        "ends_at": entry.moment(values, "ends_at", "结束时间"),
        "reason": entry.text(values, "reason", "事由", required=True, longest=200),
        "approved_by": entry.text(values, "approved_by", "批准人", longest=30) or ctx.actor.name,
    }
    _check(people[kept["staff_id"]], kept["begins_at"], kept["ends_at"])
    if record_id is not None:
        standing = load(ctx, record_id)
        if all(standing[key] == kept[key] for key in FIELDS):
            return Outcome(record_id)
        raise Refusal("已批准的请假外出不能改。请撤销这一条，再重新登记。")
    with ctx.transaction("批准请假外出", kept["reason"]) as tx:
        _refuse_overlap(tx, kept["staff_id"], kept["begins_at"], kept["ends_at"])
        made = tx.insert(Leave, **kept)
        _judge_again(tx, ctx, kept["staff_id"], kept["begins_at"], kept["ends_at"])
    return Outcome(made, TOUCHED)


def _check(person: Person, begins_at: datetime, ends_at: datetime) -> None:
    if ends_at <= begins_at:
        raise Refusal("结束时间要晚于开始时间，请核对。", field="ends_at")
    if ends_at - begins_at > LONGEST:
        raise Refusal("一次请假外出超过一年，请核对起止时间。", field="ends_at")
    if begins_at.date() < person.arrived_on:
        raise Refusal(f"{person.name}在 {person.arrived_on.isoformat()} 才到场，请核对开始时间。", field="begins_at")
    if person.left_on is not None and ends_at.date() > person.left_on + timedelta(days=1):
        raise Refusal(f"{person.name}在 {person.left_on.isoformat()} 离场，请核对结束时间。", field="ends_at")


def _refuse_overlap(tx: Transaction, staff_id: int, begins_at: datetime, ends_at: datetime) -> None:
    same_time = tx.connection.execute(
        select(Leave.kind, Leave.begins_at, Leave.ends_at).where(
            Leave.staff_id == staff_id,
            Leave.withdrawn_at.is_(None),
            Leave.begins_at < ends_at,
            Leave.ends_at > begins_at,
        )
    ).first()
    if same_time:
        span = f"{same_time.begins_at:%Y-%m-%d %H:%M} 到 {same_time.ends_at:%Y-%m-%d %H:%M}"
        raise Refusal(
            f"这段时间与已批准的{same_time.kind}（{span}）重叠。请改时间，或先撤销那一条。", field="begins_at"
        )


def _judge_again(tx: Transaction, ctx: Context, staff_id: int, begins_at: datetime, ends_at: datetime) -> None:
    """Judge the shift days touched again; the day before too, for a shift that runs past midnight."""
    last: date = min(ends_at.date(), ctx.today())
    keys = {(staff_id, day) for day in days(begins_at.date() - timedelta(days=1), last)}
    attendance.rejudge(tx, ctx.regulations, keys, ctx.now())


def withdraw(ctx: Context, *, leave_id: int, reason: str) -> Outcome[str]:
    """Withdraw an absence; it stays in the record, marked. Only the supervisor may."""
    ctx.require(Role.SUPERVISOR)
    why = entry.text({"reason": reason}, "reason", "撤销原因", required=True, longest=200)
    with ctx.transaction("撤销请假外出", why) as tx:
        query = (
            select(Leave.staff_id, Leave.begins_at, Leave.ends_at, Leave.withdrawn_at, Leave.kind, Staff.name)
            .join(Staff, Staff.id == Leave.staff_id)
            .where(Leave.id == leave_id)
        )
        row = tx.connection.execute(query).one_or_none()
        if row is None:
            raise retiring.missing("请假外出")
        if row.withdrawn_at is not None:
            raise Refusal(f"{row.name}的这次{row.kind}在 {row.withdrawn_at:%Y-%m-%d %H:%M} 已经撤销。")
        tx.update(Leave, leave_id, withdrawn_at=ctx.now())
        _judge_again(tx, ctx, row.staff_id, row.begins_at, row.ends_at)
    return Outcome(f"{row.name}的{row.kind}已撤销，相关日期的到岗已重新判定。", TOUCHED)
