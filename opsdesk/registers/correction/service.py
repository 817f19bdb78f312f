"""Filing and deciding 补签: the claimed time enters as a new punch, judged like any other; nothing is overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, or_, select

from opsdesk.models import Correction, Punch, Staff, Vendor
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.rules import attendance as rules
from opsdesk.rules.vocabulary import Direction, Role, Source
from opsdesk.services import attendance, duties, entry
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.numbering import monthly
from opsdesk.services.outcome import Outcome
from opsdesk.services.retiring import missing
from opsdesk.services.text import clean, one_line

WAITING, ACCEPTED, DECLINED = "待审批", "已认可", "不认可"
TONES = {WAITING: Tone.WARNING, ACCEPTED: Tone.FINE, DECLINED: Tone.BROKEN}
CAUSES = ("忘签", "外勤", "设备故障", "其他")
TOUCHED = frozenset({"sign_in", "correction"})


def file(
    ctx: Context,
    *,
    staff_id: int,
    day: date,
    direction: Direction,
    actual_at: datetime,
    cause: str,
    explanation: str,
    witness: str,
    evidence: str = "",
) -> Outcome[int]:
    """File a 补签单 for a missed or wrong punch of shift day `day`; it counts once the supervisor has approved it.

    It points to the punch of that end which counted so far, if there is one. Refuses a future time, a time outside the
    shift's day, and a missing reason or witness.
    """
    ctx.require(*WRITERS)
    explanation, witness = clean(explanation), one_line(witness)
    if cause not in CAUSES:
        raise Refusal("请选择漏签的原因。", field="cause")
    if len(explanation) < 2:
        raise Refusal("请写明经过，例如“到岗后直接去机房处理告警，忘记签到”。", field="explanation")
    if not witness:
        raise Refusal("补签需要证明人。请填写证明人姓名。", field="witness")
    now = ctx.now()
    if actual_at > now:
        raise Refusal(f"补签时间 {actual_at:%Y-%m-%d %H:%M} 还没有到。请填已经发生的时间。", field="actual_at")
    with ctx.transaction("填补签单", explanation) as tx:
        _belongs(tx.connection, ctx, staff_id, day, actual_at, direction)
        waiting = tx.connection.execute(
            select(Correction.number).where(
                Correction.staff_id == staff_id,
                Correction.day == day,
                Correction.direction == str(direction),
                Correction.state == WAITING,
            )
        ).scalar_one_or_none()
        if waiting:
            raise Refusal(f"同一天的{direction}已有一张待审批的补签单 {waiting}。请先审批它。", field="direction")
        made = tx.insert(
            Correction,
            number=monthly(tx, Correction.number, "BQ", now.date()),
            staff_id=staff_id,
            day=day,
            direction=str(direction),
            actual_at=actual_at.replace(second=0),
            cause=cause,
            explanation=explanation,
            witness=witness,
            evidence=one_line(evidence),
            filed_at=now,
            filed_by=ctx.actor.name,
            state=WAITING,
            decision_note="",
            corrects_punch_id=_counting(tx.connection, ctx, staff_id, day, direction, actual_at),
        )
    return Outcome(made, TOUCHED)


def _belongs(
    connection: Connection, ctx: Context, staff_id: int, day: date, at: datetime, direction: Direction
) -> None:
    person = duties.people(connection, ids=(staff_id,))[0]
    if not person.on_site(day):
        raise Refusal(f"{person.name} 在 {day.isoformat()} 不在场，不能补签。", field="day")
    plan = duties.load(connection, ctx.regulations, day, day, (staff_id,))
    if not rules.belongs(plan.duties(person, day - timedelta(days=1), day + timedelta(days=1)), day, at, direction):
        raise Refusal(f"{at:%m-%d %H:%M} 不属于 {day.isoformat()} 的班次。请核对日期和时间。", field="actual_at")


def _counting(
    connection: Connection, ctx: Context, staff_id: int, day: date, direction: Direction, at: datetime
) -> int | None:
    for each in attendance.read(connection, ctx.regulations, day, day, ctx.now(), (staff_id,)):
        arriving = direction is Direction.IN
        ends = [
            (abs(pair.plan.begins - at), pair.arrival) if arriving else (abs(pair.plan.ends - at), pair.departure)
            for pair in each.result.pairs
        ]
        if ends:
            nearest = min(ends, key=lambda end: end[0])[1]
            return nearest.id if nearest else None
        loose = [punch.fact.id for punch in each.punches if punch.fact.direction in {direction, Direction.UNKNOWN}]
        if loose:
            return loose[0] if arriving else loose[-1]
    return None


def decide(ctx: Context, *, correction_id: int, accept: bool, note: str = "") -> Outcome[str]:
    """The supervisor approves or declines; approved, the new punch counts and the old one is marked as replaced."""
    ctx.require(Role.SUPERVISOR)
    now = ctx.now()
    with ctx.transaction("认可补签单" if accept else "不认可补签单", note) as tx:
        row = tx.connection.execute(select(Correction).where(Correction.id == correction_id)).mappings().one_or_none()
        if row is None:
            raise missing("补签单")
        if row["state"] != WAITING:
            raise Refusal(f"补签单 {row['number']} 已经审批过（{row['state']}）。请刷新后再看。")
        if not accept and len(one_line(note)) < 2:
            raise Refusal("不认可时请写明理由。", field="note")
        changes: dict[str, Any] = {
            "state": ACCEPTED if accept else DECLINED,
            "decided_at": now,
            "decided_by": ctx.actor.name,
            "decision_note": one_line(note),
        }
        if accept:
            replaced = _counting(
                tx.connection, ctx, row["staff_id"], row["day"], Direction(row["direction"]), row["actual_at"]
            )
            changes["punch_id"] = tx.insert(
                Punch,
                staff_id=row["staff_id"],
                day=row["day"],
                at=row["actual_at"],
                direction=row["direction"],
                source=str(Source.CORRECTION),
                device=ctx.station,
                entered_at=now,
                entered_by=ctx.actor.name,
                doubted=False,
            )
            if replaced:
                changes["corrects_punch_id"] = replaced
                tx.update(
                    Punch,
                    replaced,
                    void_at=now,
                    void_by=ctx.actor.name,
                    void_reason=f"由补签单 {row['number']} 更正",
                )
        tx.update(Correction, correction_id, **changes)
        if accept:
            attendance.rejudge(tx, ctx.regulations, [(row["staff_id"], row["day"])], now)
    said = f"补签单 {row['number']} {'已认可，记录已更正，原记录保留' if accept else '不认可，记录不变'}。"
    return Outcome(said, TOUCHED)


def nth_of_month(connection: Connection, staff_id: int, number: str) -> int:
    """Which slip of the person in its month this one is (本月第几次), counted by number."""
    stem = number[:-3]
    return connection.execute(
        select(func.count())
        .select_from(Correction)
        .where(Correction.staff_id == staff_id, Correction.number.startswith(stem), Correction.number <= number)
    ).scalar_one()


def rows(ctx: Context, query: Query) -> Page:
    """The list of slips, newest first."""
    asked = query.filters or {}
    base = select(Correction, Staff.name, Staff.staff_no, Vendor.short_name).join(
        Staff, Staff.id == Correction.staff_id
    )
    base = base.join(Vendor, Vendor.id == Staff.vendor_id)
    if state := asked.get("state"):
        base = base.where(Correction.state == state)
    if text := one_line(query.text):
        base = base.where(
            or_(
                Staff.name.contains(text, autoescape=True),
                Staff.staff_no.contains(text, autoescape=True),
                Staff.initials.contains(text.upper(), autoescape=True),
                Correction.number.contains(text, autoescape=True),
            )
        )
    with ctx.read() as connection:
        total = connection.execute(select(func.count()).select_from(base.subquery())).scalar_one()
        found = connection.execute(
            base.order_by(Correction.filed_at.desc(), Correction.id.desc()).offset(query.offset).limit(query.limit)
        ).mappings()
        return Page(tuple(_row(row) for row in found), total)


def _row(row: Mapping[Any, Any]) -> Row:
    return Row(
        row["id"],
        {
            "number": row["number"],
            "day": row["day"],
            "name": row["name"],
            "staff_no": row["staff_no"],
            "vendor": row["short_name"],
            "direction": row["direction"],
            "actual_at": row["actual_at"],
            "cause": row["cause"],
            "state": Chip(row["state"], TONES[row["state"]]),
        },
    )


def load(ctx: Context, correction_id: int) -> dict[str, Any]:
    """One slip's values by field."""
    with ctx.read() as connection:
        row = connection.execute(select(Correction).where(Correction.id == correction_id)).mappings().one_or_none()
    if row is None:
        raise missing("补签单")
    return dict(row)


def save(ctx: Context, correction_id: int | None, values: Mapping[str, Any]) -> Outcome[int]:
    """File a new slip from the form; a filed one is not edited."""
    ctx.require(*WRITERS)
    if correction_id is not None:
        raise Refusal("补签单填好后不能改。有误请由主管不认可，再填一张。")
    with ctx.read() as connection:
        staff = [person.id for person in duties.people(connection)]
    return file(
        ctx,
        staff_id=entry.chosen(values, "staff_id", "人员", staff),
        day=entry.day(values, "day", "漏签日期"),
        direction=entry.chosen(values, "direction", "应签时段", [Direction.IN, Direction.OUT]),
        actual_at=entry.moment(values, "actual_at", "实际时间"),
        cause=entry.chosen(values, "cause", "原因", CAUSES),
        explanation=entry.long_text(values, "explanation", "经过说明", required=True),
        witness=entry.name(values, "witness", "证明人"),
        evidence=entry.text(values, "evidence", "佐证", longest=100),
    )
