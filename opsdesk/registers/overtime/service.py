"""Filing, deciding and withdrawing 加班申请, and their list with what was really stayed for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select

from opsdesk.models import Overtime, Staff, Vendor
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.rules import hours
from opsdesk.rules.clause import Law
from opsdesk.rules.facts import Span
from opsdesk.rules.vocabulary import Role
from opsdesk.services import duties, entry, listing, overtime, retiring
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.numbering import monthly
from opsdesk.services.outcome import Outcome
from opsdesk.services.overtime import APPROVED, DECLINED, WAITING, WITHDRAWN, Slip, Worked
from opsdesk.services.transaction import Transaction

TOUCHED = frozenset({"overtime", "comp_time"})
AFTERWARDS = "事后补批"
"""Approved after the overtime had begun: it counts, and is told (E7-03, T3-06)."""
TONES = {
    WAITING: Tone.WARNING,
    APPROVED: Tone.FINE,
    AFTERWARDS: Tone.WARNING,
    DECLINED: Tone.BROKEN,
    WITHDRAWN: Tone.NEUTRAL,
}
LONGEST = timedelta(hours=24)


def state(row: Mapping[Any, Any]) -> str:
    """The state that lists show: as kept, but 事后补批 where it was approved after it had begun."""
    late = row["state"] == APPROVED and row["decided_at"] > row["begins_at"]
    return AFTERWARDS if late else str(row["state"])


def slip_of(row: Mapping[Any, Any]) -> Slip:
    """A row of the table as it is counted."""
    span = Span(row["begins_at"], row["ends_at"])
    return Slip(row["id"], row["number"], row["staff_id"], span, row["settled_as"])


def _in_state(wanted: str) -> ColumnElement[bool]:
    if wanted == AFTERWARDS:
        return (Overtime.state == APPROVED) & (Overtime.decided_at > Overtime.begins_at)
    return Overtime.state == wanted


def listed(ctx: Context, query: Query) -> Page:
    """Slips, the newest first, with the kind of day, the time asked for and what counts of it."""
    chosen = query.filters or {}
    asked = (
        select(Overtime.__table__, Staff.staff_no, Staff.name, Vendor.short_name.label("vendor"))
        .join(Staff, Staff.id == Overtime.staff_id)
        .join(Vendor, Vendor.id == Staff.vendor_id)
        .where(listing.holds(query.text, Overtime.number, Staff.staff_no, Staff.name, Staff.initials, Overtime.reason))
        .order_by(Overtime.begins_at.desc(), Overtime.id.desc())
    )
    asked = asked.where(listing.in_month(Overtime.begins_at, chosen.get("month")))
    if wanted := chosen.get("state"):
        asked = asked.where(_in_state(wanted))
    with ctx.read() as connection:
        found, total = listing.page(connection, asked, query.offset, query.limit)
        rows = [row._mapping for row in found]
        worked = overtime.counted(connection, ctx.regulations, [slip_of(row) for row in rows])
    return Page(tuple(_row(row, worked[row["id"]], ctx.now()) for row in rows), total)


def _row(row: Mapping[Any, Any], worked: Worked, now: datetime) -> Row:
    shown, same_day = state(row), row["begins_at"].date() == row["ends_at"].date()
    counts = row["state"] == APPROVED and row["begins_at"] <= now
    return Row(
        row["id"],
        {
            "number": row["number"],
            "staff_no": row["staff_no"],
            "name": row["name"],
            "vendor": row["vendor"],
            "begins_at": row["begins_at"],
            "ends_at": f"{'' if same_day else '次日 '}{row['ends_at']:%H:%M}",
            "kind": hours.overtime_kind(worked.kind),
            "asked": hours.duration(worked.asked),
            "credited": hours.duration(worked.credited) if counts else "",
            "settled_as": row["settled_as"],
            "state": Chip(shown, TONES[shown]),
        },
        muted=row["state"] in {DECLINED, WITHDRAWN},
    )


def months(ctx: Context) -> list[tuple[str, str]]:
    """Months to choose from: this one first."""
    return listing.months_around(ctx.today())


def load(ctx: Context, record_id: int) -> dict[str, Any]:
    """One slip's values by field, with a line on what counts of it."""
    with ctx.read() as connection:
        found = retiring.one(connection, select(Overtime.__table__).where(Overtime.id == record_id), "加班申请")
        worked = overtime.counted(connection, ctx.regulations, [slip_of(found)])[record_id]
    return {**found, "told": told(found, worked, ctx.now(), ctx.law_on(found["begins_at"].date()))}


def beforehand(law: Law) -> str:
    """The clause that asks for approval beforehand, “（E7 一.3）”; empty where it is not in force."""
    held = law.part("overtime.approval", "E7")
    return f"（{held.cite().short}）" if held else ""


def told(row: Mapping[Any, Any], worked: Worked, now: datetime, law: Law) -> str:
    """What counts of a slip and why, a sentence a line."""
    said = [
        f"{hours.overtime_kind(worked.kind)}，班外 {hours.duration(worked.asked)}"
        f"（法定倍率 {hours.rate(worked.kind)}，仅供参考）。"
    ]
    if row["state"] == APPROVED and row["begins_at"] <= now:
        said.append(
            f"在场 {hours.duration(worked.credited)}，按在场时间计入。"
            if worked.credited
            else "没有在场的签到记录，不计入。"
        )
    if state(row) == AFTERWARDS:
        said.append(f"{row['decided_at']:%m-%d %H:%M} 批准，晚于开始时间，属事后补批，应事先批准{beforehand(law)}。")
    elif row["state"] == WAITING and row["begins_at"] <= now:
        said.append("加班已经开始还没有批，批准后按事后补批记录。")
    return "\n".join(said)


def save(ctx: Context, record_id: int | None, values: Mapping[str, Any]) -> Outcome[int]:
    """File a slip; it counts once the supervisor has approved it. A filed one is not edited.

    Refuses a time that lies wholly in the planned time, one longer than a day, and one already applied for.
    """
    ctx.require(*WRITERS)
    if record_id is not None:
        raise Refusal("加班申请交上以后不能改。有误请由主管不批准或撤销，再填一张。")
    with ctx.read() as connection:
        people = {person.id: person for person in duties.people(connection)}
    person = people[entry.chosen(values, "staff_id", "人员", people)]
    kept: dict[str, Any] = {
        "staff_id": person.id,
        "begins_at": entry.moment(values, "begins_at", "开始时间"),
        "ends_at": entry.moment(values, "ends_at", "结束时间"),
        "reason": entry.text(values, "reason", "事由", required=True, longest=200),
        "settled_as": entry.chosen(values, "settled_as", "补偿方式", overtime.SETTLED_AS),
    }
    span = Span(kept["begins_at"], kept["ends_at"])
    if span.ends <= span.begins:
        raise Refusal("结束时间要晚于开始时间，请核对。", field="ends_at")
    if span.ends - span.begins > LONGEST:
        raise Refusal("一次加班超过 24 小时，请核对起止时间，或分几张填。", field="ends_at")
    if not person.on_site(span.begins.date()):
        raise Refusal(f"{person.name}在 {span.begins.date().isoformat()} 不在场，不能申请加班。", field="begins_at")
    now = ctx.now()
    with ctx.transaction("填加班申请", kept["reason"]) as tx:
        _refuse_overlap(tx, person.id, span)
        draft = Slip(0, "", person.id, span, kept["settled_as"])
        if not overtime.counted(tx.connection, ctx.regulations, [draft])[0].asked:
            raise Refusal("这段时间都在班内或午休，不算加班。请核对起止时间。", field="begins_at")
        made = tx.insert(
            Overtime,
            **kept,
            number=monthly(tx, Overtime.number, "JB", now.date()),
            filed_at=now,
            filed_by=ctx.actor.name,
            state=WAITING,
            decision_note="",
        )
    return Outcome(made, TOUCHED)


def _refuse_overlap(tx: Transaction, staff_id: int, span: Span) -> None:
    same_time = tx.connection.execute(
        select(Overtime.number, Overtime.begins_at, Overtime.ends_at).where(
            Overtime.staff_id == staff_id,
            Overtime.state.in_((WAITING, APPROVED)),
            Overtime.begins_at < span.ends,
            Overtime.ends_at > span.begins,
        )
    ).first()
    if same_time:
        when = f"{same_time.begins_at:%Y-%m-%d %H:%M} 到 {same_time.ends_at:%Y-%m-%d %H:%M}"
        raise Refusal(f"这段时间与加班申请 {same_time.number}（{when}）重叠。请改时间。", field="begins_at")


def _decide(ctx: Context, record_id: int, becomes: str, note: str, *, of: tuple[str, ...]) -> Mapping[Any, Any]:
    ctx.require(Role.SUPERVISOR)
    written = entry.text({"note": note}, "note", "意见", longest=200)
    if becomes != APPROVED and len(written) < 2:
        raise Refusal(f"{'不批准' if becomes == DECLINED else '撤销'}时请写明理由。", field="note")
    with ctx.transaction(f"加班申请{becomes}", written) as tx:
        row = retiring.one(tx.connection, select(Overtime.__table__).where(Overtime.id == record_id), "加班申请")
        if row["state"] not in of:
            raise Refusal(f"加班申请 {row['number']} 已经办过（{row['state']}）。请刷新后再看。")
        tx.update(
            Overtime,
            record_id,
            state=becomes,
            decided_at=ctx.now(),
            decided_by=ctx.actor.name,
            decision_note=written,
        )
    return {**row, "state": becomes, "decided_at": ctx.now()}


def approve(ctx: Context, *, overtime_id: int, note: str = "") -> Outcome[str]:
    """Approve a waiting slip; only the supervisor may. After the beginning it is told as 事后补批, not refused."""
    row = _decide(ctx, overtime_id, APPROVED, note, of=(WAITING,))
    late = "开始以后才批准，记为事后补批。" if state(row) == AFTERWARDS else ""
    return Outcome(f"加班申请 {row['number']} 已批准，按在场时间计入{row['settled_as']}。{late}", TOUCHED)


def decline(ctx: Context, *, overtime_id: int, note: str) -> Outcome[str]:
    """Decline a waiting slip with a reason; only the supervisor may."""
    row = _decide(ctx, overtime_id, DECLINED, note, of=(WAITING,))
    return Outcome(f"加班申请 {row['number']} 不批准，不计入。", TOUCHED)


def withdraw(ctx: Context, *, overtime_id: int, note: str) -> Outcome[str]:
    """Withdraw a waiting or approved slip with a reason; it stays in the record. Only the supervisor may."""
    row = _decide(ctx, overtime_id, WITHDRAWN, note, of=(WAITING, APPROVED))
    return Outcome(f"加班申请 {row['number']} 已撤销，不再计入，记录保留。", TOUCHED)
