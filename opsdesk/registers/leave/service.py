"""请假单 (F02): the list, filing a slip, and what happens to the days once it counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, exists, func, literal, null, select, union_all
from sqlalchemy.orm import aliased

from opsdesk.models import Leave, LeaveSlip, Staff, Vendor
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.registers.leave import asking
from opsdesk.rules import leave as rules
from opsdesk.rules.leave import LeaveStanding, SlipStanding
from opsdesk.rules.vocabulary import Role
from opsdesk.services import duties, incident_clocks, leave_slips, listing, rejudging, retiring
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.leave_slips import Edge
from opsdesk.services.numbering import monthly
from opsdesk.services.outcome import Outcome
from opsdesk.services.transaction import Transaction

Values = Mapping[str, Any]
TOUCHED = frozenset({"leave", "sign_in", "incident"})
WHAT = "请假单"
WAITING, STANDING, REFUSED, WITHDRAWN = "待同意", "已同意", "未同意", "已撤销"
APPROVED = "已批准"
"""How an approved absence shows that was entered before there were slips."""
TONES = {
    LeaveStanding.COMPLETE: Tone.FINE,
    LeaveStanding.WITHDRAWN: Tone.NEUTRAL,
    LeaveStanding.REFUSED: Tone.BROKEN,
    LeaveStanding.OVERDUE: Tone.BROKEN,
}
STATES = (WAITING, STANDING, REFUSED, WITHDRAWN)
DECIDED = ("consented_at", "vendor_agreed_at", "refused_at", "withdrawn_at")


def listed(ctx: Context, query: Query) -> Page:
    """Slips, and the absences approved before there were slips (their id is negative), the latest first."""
    chosen = query.filters or {}
    every = union_all(_slips(), _absences()).subquery()
    asked = (
        select(every, Staff.staff_no, Staff.name, Vendor.short_name.label("vendor"))
        .join(Staff, Staff.id == every.c.staff_id)
        .join(Vendor, Vendor.id == Staff.vendor_id)
        .where(
            listing.holds(
                query.text, every.c.number, Staff.staff_no, Staff.name, Staff.initials, every.c.kind, every.c.reason
            )
        )
        .order_by(every.c.begins_at.desc(), every.c.id.desc())
    )
    if span := listing.month_of(str(chosen.get("month") or "")):
        first, last = (datetime.combine(day, time()) for day in span)
        asked = asked.where(every.c.begins_at < last + timedelta(days=1), every.c.ends_at > first)
    if (state := chosen.get("state")) is not None:
        stands, refused, withdrawn = every.c.leave_id.is_not(None), every.c.refused_at, every.c.withdrawn_at
        asked = asked.where(
            {
                WAITING: and_(~stands, refused.is_(None), withdrawn.is_(None)),
                STANDING: and_(stands, withdrawn.is_(None)),
                REFUSED: and_(refused.is_not(None), withdrawn.is_(None)),
                WITHDRAWN: withdrawn.is_not(None),
            }[state]
        )
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
        slips = select(LeaveSlip.__table__).where(LeaveSlip.id.in_([row.id for row in rows if row.id > 0]))
        full = connection.execute(slips).mappings().all()
        standings = leave_slips.standings(connection, ctx.regulations, full, ctx.today())
    return Page(tuple(_row(row, standings.get(row.id)) for row in rows), total)


def _slips() -> Select[*tuple[Any, ...]]:
    """Slips with the end that counts: of somebody who came back early, the return."""
    columns = (LeaveSlip.refused_at, LeaveSlip.withdrawn_at, LeaveSlip.leave_id)
    return select(
        LeaveSlip.id, LeaveSlip.number, LeaveSlip.staff_id, LeaveSlip.kind, LeaveSlip.begins_at,
        func.coalesce(Leave.ends_at, LeaveSlip.ends_at).label("ends_at"), LeaveSlip.reason,
        func.coalesce(LeaveSlip.consented_by, "").label("consented_by"), *columns,
    ).join(Leave, Leave.id == LeaveSlip.leave_id, isouter=True)  # fmt: skip


def _absences() -> Select[*tuple[Any, ...]]:
    """Approved absences without a slip; not those that a slip has replaced by a shorter one."""
    slip = aliased(LeaveSlip)
    same = and_(slip.staff_id == Leave.staff_id, slip.kind == Leave.kind, slip.begins_at == Leave.begins_at)
    replaced = and_(Leave.withdrawn_at.is_not(None), exists().where(same, slip.leave_id.is_not(None)))
    return select(
        (-Leave.id).label("id"), literal("").label("number"), Leave.staff_id, Leave.kind, Leave.begins_at,
        Leave.ends_at, Leave.reason, Leave.approved_by.label("consented_by"), null().label("refused_at"),
        Leave.withdrawn_at, Leave.id.label("leave_id"),
    ).where(~exists().where(slip.leave_id == Leave.id), ~replaced)  # fmt: skip


def _row(row: Any, standing: SlipStanding | None) -> Row:
    over = row.withdrawn_at is not None
    if standing is None:
        chip = Chip(WITHDRAWN) if over else Chip(APPROVED, Tone.AWAY)
    else:
        chip = Chip(str(standing.standing), TONES.get(standing.standing, Tone.WARNING))
    keys = ("number", "staff_no", "name", "vendor", "kind", "begins_at", "ends_at", "reason", "consented_by")
    return Row(row.id, {**{key: getattr(row, key) for key in keys}, "state": chip}, muted=over)


def months(ctx: Context) -> list[tuple[str, str]]:
    """Months to choose from: this one first."""
    return listing.months_around(ctx.today())


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One slip as its form shows it; a negative id is an absence approved before there were slips."""
    with ctx.read() as connection:
        if record_id < 0:
            row = _absence(connection, -record_id)
            return _form(row, *_edges(connection, ctx, row))
        row = slip(connection, record_id)
        found = leave_slips.standings(connection, ctx.regulations, [row], ctx.today())[record_id]
        extends = select(LeaveSlip.number).where(LeaveSlip.id == row["extends_id"])
        course = _course(row, found, connection.execute(extends).scalar_one_or_none())
        return _form({**row, "course": course}, *_edges(connection, ctx, row))


def slip(connection: Connection, slip_id: int) -> dict[str, Any]:
    """A row of `leave_slip`. Refuses one that is not there."""
    return retiring.one(connection, select(LeaveSlip.__table__).where(LeaveSlip.id == slip_id), WHAT)


def _absence(connection: Connection, leave_id: int) -> dict[str, Any]:
    row = retiring.one(connection, select(Leave.__table__).where(Leave.id == leave_id), WHAT)
    unknown = {column.name: None for column in LeaveSlip.__table__.columns}
    course = "建立请假单以前登记的请假，没有单据。"
    return {
        **unknown,
        **row,
        "id": -leave_id,
        "consented_by": row["approved_by"],
        "leave_id": leave_id,
        "course": course,
        "number": "无单号",
    }


def _edges(connection: Connection, ctx: Context, row: Mapping[str, Any]) -> tuple[Edge, Edge]:
    """The ends of a leave by the parts of the person's duties, as far as they fit."""
    first, last = row["begins_at"].date() - leave_slips.DAY, row["ends_at"].date()
    plan = duties.load(connection, ctx.regulations, first, last, (row["staff_id"],))
    (person,) = duties.people(connection, ids=(row["staff_id"],))
    return leave_slips.edges(plan, person, row["begins_at"], row["ends_at"])


def _form(row: Mapping[str, Any], first: Edge, last: Edge) -> dict[str, Any]:
    return {
        **row,
        "certificate": row["certificate"] or None,
        "hospital_level": row["hospital_level"] or None,
        "first_day": first.day,
        "first_part": str(first.part),
        "first_time": first.at,
        "last_day": last.day,
        "last_part": str(last.part),
        "last_time": last.at,
    }


def _course(row: Mapping[str, Any], found: SlipStanding, extends: str | None) -> str:
    """What became of the slip so far, in sentences."""
    said = [each.sentence for each in found.missing] or [found.sentence]
    if found.hint:
        said.append(found.hint)
    if extends:
        said.append(f"续 {extends} 的假。")
    if row["refused_at"]:
        said.append(f"{row['refused_by']}于 {row['refused_at']:%Y-%m-%d %H:%M} 不同意：{row['refusal']}。")
    if row["returned_at"]:
        over = "超出的时间不计为请假，" if row["returned_at"] > row["ends_at"] else ""
        said.append(f"{row['returned_at']:%Y-%m-%d %H:%M} 返岗，{over}已销假。")
    if row["withdrawn_at"]:
        said.append(f"{row['withdrawn_at']:%Y-%m-%d %H:%M} 撤销：{row['withdrawal']}。")
    return "\n".join(said)


def save(ctx: Context, record_id: int | None, values: Mapping[str, Any]) -> Outcome[int]:
    """File a slip, or correct one that nobody has decided on yet; decided ones are withdrawn and filed again.

    Dates come as days with their part (上午, 下午 …) or, from callers without a form, as `begins_at` and `ends_at`. A
    slip that the supervisor files counts as consented to by him unless `consented_by` is given empty; others cannot
    consent.
    """
    ctx.require(*WRITERS)
    with ctx.read() as connection:
        asked = asking.read(connection, ctx, values)
        standing = None if record_id is None or record_id < 0 else slip(connection, record_id)
    if record_id is not None and (standing is None or any(standing[key] is not None for key in DECIDED)):
        if standing is not None and all(standing[key] == value for key, value in asked.facts.items()):
            return Outcome(record_id)
        raise Refusal("已经办理的请假单不能改。请由主管撤销这一条，再重新填写。")
    if asked.facts["consented_by"] and ctx.actor.role is not Role.SUPERVISOR:
        raise Refusal("同意请假由主管登记。请把“同意人”空着，保存后由主管办理。", field="consented_by")
    with ctx.transaction("登记请假单" if record_id is None else "修改请假单", asked.facts["reason"]) as tx:
        refuse_overlap(tx.connection, asked.facts, asked.begin_key, but=record_id)
        asking.check_deputy(tx.connection, asking.deputy_plan(tx.connection, ctx, asked.facts), asked.facts)
        if record_id is None:
            record_id = insert(tx, ctx, asked.facts)
        else:
            tx.update(LeaveSlip, record_id, **asked.facts)
        take_effect(tx, ctx, record_id)
    return Outcome(record_id, TOUCHED)


def insert(tx: Transaction, ctx: Context, facts: Mapping[str, Any]) -> int:
    """File a slip under the next number; it frees nothing yet."""
    usual = {"refusal": "", "withdrawal": "", "filed_at": ctx.now(), "filed_by": ctx.actor.name}
    number = monthly(tx, LeaveSlip.number, "QJ", ctx.today())
    return tx.insert(LeaveSlip, **{**usual, **facts, "number": number})


def refuse_overlap(
    connection: Connection, facts: Mapping[str, Any], key: str = "begins_at", *, but: int | None = None
) -> None:
    """Refuse time that an approved absence or a slip still waiting has taken already; `but` is the slip itself."""

    def touching(table: type[Leave] | type[LeaveSlip]) -> Any:
        return and_(
            table.staff_id == facts["staff_id"],
            table.withdrawn_at.is_(None),
            table.begins_at < facts["ends_at"],
            table.ends_at > facts["begins_at"],
        )

    approved = select(Leave.kind, Leave.begins_at, Leave.ends_at).where(touching(Leave))
    if taken := connection.execute(approved).first():
        span = f"{taken.begins_at:%Y-%m-%d %H:%M} 到 {taken.ends_at:%Y-%m-%d %H:%M}"
        raise Refusal(f"这段时间与已批准的{taken.kind}（{span}）重叠。请改时间，或先撤销那一条。", field=key)
    waiting = select(LeaveSlip.number, LeaveSlip.kind).where(
        touching(LeaveSlip), LeaveSlip.leave_id.is_(None), LeaveSlip.refused_at.is_(None), LeaveSlip.id != (but or 0)
    )
    if asked := connection.execute(waiting).first():
        raise Refusal(f"这段时间与待同意的{asked.kind} {asked.number} 重叠。请先办理那一张。", field=key)


def take_effect(tx: Transaction, ctx: Context, slip_id: int) -> bool:
    """Make the approved absence of a slip that has come to count, and judge its days again; False where it does not."""
    row = slip(tx.connection, slip_id)
    day = row["begins_at"].date()
    plan = duties.load(tx.connection, ctx.regulations, day, row["ends_at"].date(), (row["staff_id"],))
    person = duties.people(tx.connection, ids=(row["staff_id"],))[0]
    regulation = plan.terms_on(person.vendor_id, day).penalties
    facts = leave_slips.facts(plan, person, row)
    if row["leave_id"] is not None or not rules.counts(facts, ctx.law_on(day), regulation):
        return False
    refuse_overlap(tx.connection, row, but=slip_id)
    tx.update(LeaveSlip, slip_id, leave_id=_absent(tx, row))
    judge_again(tx, ctx, row)
    return True


def _absent(tx: Transaction, row: Mapping[str, Any]) -> int:
    return tx.insert(
        Leave,
        staff_id=row["staff_id"],
        kind=row["kind"],
        begins_at=row["begins_at"],
        ends_at=row["ends_at"],
        reason=row["reason"],
        approved_by=row["consented_by"],
    )


def judge_again(tx: Transaction, ctx: Context, row: Mapping[str, Any]) -> None:
    """Judge the shift days touched again, those of who takes over too; the day before, for shifts past midnight.

    By a shift to come the record of work already done may be due.
    """
    first, last = row["begins_at"].date() - timedelta(days=1), row["ends_at"].date()
    staff = _with_deputies(tx.connection, {row["staff_id"], row["deputy_id"]} - {None}, row)
    if first <= (judged := min(last, ctx.today())):
        rejudging.rejudge(tx, ctx, first, judged, staff)
    incident_clocks.rejudge(tx, ctx, first, last + timedelta(days=1), staff_ids=staff)


def _with_deputies(connection: Connection, staff: set[int], row: Mapping[str, Any]) -> set[int]:
    """These people and whoever takes over from them at that time, also by way of other stand-bys."""
    query = (
        select(LeaveSlip.staff_id, LeaveSlip.deputy_id)
        .join(Leave, Leave.id == LeaveSlip.leave_id)
        .where(
            LeaveSlip.deputy_id.is_not(None),
            Leave.withdrawn_at.is_(None),
            Leave.begins_at < row["ends_at"],
            Leave.ends_at > row["begins_at"],
        )
    )
    taking_over = connection.execute(query).all()
    while more := {each.deputy_id for each in taking_over if each.staff_id in staff} - staff:
        staff = staff | more
    return staff


def prolonging(connection: Connection, slip_id: int) -> str | None:
    """Number of the extension of a slip that is still in hand or counts; None where there is none."""
    query = select(LeaveSlip.number).where(
        LeaveSlip.extends_id == slip_id, LeaveSlip.withdrawn_at.is_(None), LeaveSlip.refused_at.is_(None)
    )
    return connection.execute(query).scalars().first()
