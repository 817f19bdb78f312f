"""Acts and list of the end user's consents to holidays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from opsdesk.models import HolidayConsent, Vendor
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.rules.calendar import Calendar
from opsdesk.rules.vocabulary import Role
from opsdesk.services import calendars, entry, holiday_consents, listing, retiring
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.services.transaction import Transaction

TOUCHED = frozenset({"holiday_consent", "month"})
AGREED, AFTERWARDS, WITHDRAWN = "已同意", "事后同意", "已撤销"
TONES = {AGREED: Tone.FINE, AFTERWARDS: Tone.WARNING, WITHDRAWN: Tone.NEUTRAL}
LONGEST = timedelta(days=31)


def _state(row: Any) -> str:
    if row.withdrawn_at is not None:
        return WITHDRAWN
    return AFTERWARDS if row.agreed_on > row.first_day else AGREED


def listed(ctx: Context, query: Query) -> Page:
    """Consents, the latest holidays first; one given after the first day counts and is told as 事后同意."""
    asked = (
        select(HolidayConsent.__table__, Vendor.short_name.label("vendor"))
        .join(Vendor, Vendor.id == HolidayConsent.vendor_id)
        .where(
            listing.holds(
                query.text, Vendor.name, Vendor.short_name, HolidayConsent.agreed_by, HolidayConsent.evidence,
                HolidayConsent.first_day,
            )
        )
        .order_by(HolidayConsent.first_day.desc(), Vendor.code, HolidayConsent.id)
    )  # fmt: skip
    chosen = query.filters or {}
    if (vendor := chosen.get("vendor")) is not None:
        asked = asked.where(HolidayConsent.vendor_id == vendor)
    match chosen.get("state"):
        case "已同意":
            asked = asked.where(
                HolidayConsent.withdrawn_at.is_(None), HolidayConsent.agreed_on <= HolidayConsent.first_day
            )
        case "事后同意":
            asked = asked.where(
                HolidayConsent.withdrawn_at.is_(None), HolidayConsent.agreed_on > HolidayConsent.first_day
            )
        case "已撤销":
            asked = asked.where(HolidayConsent.withdrawn_at.is_not(None))
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
        calendar = calendars.load(connection)
    return Page(tuple(_row(row, calendar) for row in rows), total)


def _row(row: Any, calendar: Calendar) -> Row:
    state = _state(row)
    rest = holiday_consents.holidays(calendar, row.first_day, row.last_day)
    values = {
        "vendor": row.vendor,
        "first_day": row.first_day,
        "last_day": row.last_day,
        "holiday": holiday_consents.names(calendar, rest) or "日历上没有节假日",
        "agreed_by": row.agreed_by,
        "agreed_on": row.agreed_on,
        "evidence": row.evidence,
        "state": Chip(state, TONES[state]),
    }
    return Row(row.id, values, muted=state == WITHDRAWN)


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One consent as its form shows it."""
    query = select(HolidayConsent.__table__).where(HolidayConsent.id == record_id)
    with ctx.read() as connection:
        return retiring.one(connection, query, "同意记录")


def save(ctx: Context, record_id: int | None, values: Mapping[str, Any]) -> Outcome[int]:
    """Enter a consent or correct it. Refuses days out of order, a consent of the future, and one there already."""
    ctx.require(*WRITERS)
    with ctx.read() as connection:
        vendors = list(connection.execute(select(Vendor.id)).scalars())
    kept: dict[str, Any] = {
        "vendor_id": entry.chosen(values, "vendor_id", "外包单位", vendors),
        "first_day": entry.day(values, "first_day", "第一天"),
        "last_day": entry.day(values, "last_day", "最后一天"),
        "agreed_by": entry.name(values, "agreed_by", "同意人"),
        "agreed_on": entry.day(values, "agreed_on", "同意日期"),
        "evidence": entry.text(values, "evidence", "凭据", longest=100),
    }
    if kept["last_day"] < kept["first_day"]:
        raise Refusal("最后一天早于第一天，请核对。", field="last_day")
    if kept["last_day"] - kept["first_day"] >= LONGEST:
        raise Refusal(f"一次同意最多 {LONGEST.days} 天，请按节日分别登记。", field="last_day")
    if kept["agreed_on"] > ctx.today():
        raise Refusal("同意日期还没有到。请填用户已经同意的那一天。", field="agreed_on")
    if record_id is not None:
        standing = load(ctx, record_id)
        if all(standing[key] == value for key, value in kept.items()):
            return Outcome(record_id)
        if standing["withdrawn_at"] is not None:
            raise Refusal("已撤销的同意记录不能改。请新建一条。")
    with ctx.transaction("登记节假日同意") as tx:
        _refuse_overlap(tx, kept["vendor_id"], kept["first_day"], kept["last_day"], record_id)
        if record_id is None:
            record_id = tx.insert(HolidayConsent, **kept)
        else:
            tx.update(HolidayConsent, record_id, **kept)
    return Outcome(record_id, TOUCHED)


def _refuse_overlap(tx: Transaction, vendor_id: int, first: date, last: date, but: int | None) -> None:
    query = select(HolidayConsent.first_day, HolidayConsent.last_day).where(
        HolidayConsent.vendor_id == vendor_id,
        HolidayConsent.withdrawn_at.is_(None),
        HolidayConsent.first_day <= last,
        HolidayConsent.last_day >= first,
    )
    if but is not None:
        query = query.where(HolidayConsent.id != but)
    if same := tx.connection.execute(query).first():
        span = f"{same.first_day.isoformat()} 至 {same.last_day.isoformat()}"
        raise Refusal(f"这个单位 {span} 已有同意记录。请改日期，或去改那一条。", field="first_day")


def withdraw(ctx: Context, *, consent_id: int, reason: str) -> Outcome[str]:
    """Withdraw a consent that was entered wrongly or taken back; it stays in the record. Only the supervisor may."""
    ctx.require(Role.SUPERVISOR)
    why = entry.text({"reason": reason}, "reason", "撤销原因", required=True, longest=200)
    with ctx.transaction("撤销节假日同意", why) as tx:
        query = (
            select(Vendor.short_name, HolidayConsent.first_day, HolidayConsent.last_day, HolidayConsent.withdrawn_at)
            .join(Vendor, Vendor.id == HolidayConsent.vendor_id)
            .where(HolidayConsent.id == consent_id)
        )
        row = tx.connection.execute(query).one_or_none()
        if row is None:
            raise retiring.missing("同意记录")
        if row.withdrawn_at is not None:
            raise Refusal(f"这条同意记录在 {row.withdrawn_at:%Y-%m-%d %H:%M} 已经撤销。")
        tx.update(HolidayConsent, consent_id, withdrawn_at=ctx.now())
    span = f"{row.first_day.isoformat()} 至 {row.last_day.isoformat()}"
    return Outcome(f"{row.short_name} {span} 的同意记录已撤销，这些天重新提示缺少同意。", TOUCHED)
