"""What a day leaves open: people, slips, incidents. See also the other `open_of_*`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, and_, func, or_, select

from opsdesk.models import Correction, Incident, LeaveSlip, Overtime, Staff, ZeroReport
from opsdesk.rules.vocabulary import OPEN_INCIDENT, IncidentState, State
from opsdesk.services import attendance, drafts, settings
from opsdesk.services.attendance import PersonDay
from opsdesk.services.context import Context
from opsdesk.services.drafts import Drafts
from opsdesk.services.open_item import OpenItem
from opsdesk.services.open_of_offices import of_offices
from opsdesk.services.open_of_reports import of_reports
from opsdesk.services.open_of_rooms import of_rooms
from opsdesk.services.overtime import WAITING

DAY = timedelta(days=1)
MOST_NAMED = 3
NO_SIGN_OUT, NO_SIGN_IN, NOT_COME, ON_SHIFT, UNSIGNED = "未签退", "缺签到", "未到", "在班", "未签收"
SOLVED = tuple(str(state) for state in (IncidentState.SOLVED, IncidentState.CONFIRMED))
_OF_INCIDENT = re.compile(r"incident:(\d+):")


def of_day(connection: Connection, ctx: Context, day: date, *, closed: bool = False) -> Iterator[OpenItem]:
    """Everything open on `day`, or before it and still open: people first.

    Of a day that is `closed` no 补签单 can be filed any more: who has not signed out still can, as time goes on.
    """
    people: Sequence[PersonDay] = ()
    if day >= settings.opened_on(connection):
        people = attendance.read(connection, ctx.regulations, day, day, ctx.now())
    yield from _people(people, ctx.now(), closed=closed)
    yield from _slips(connection, day)
    yield from _incidents(connection, day, ctx.now())
    yield from _zero_reports(connection, ctx, people, day)
    yield from _drafts(connection, ctx)
    yield from of_rooms(connection, ctx, day)
    yield from of_offices(connection, ctx, day)
    yield from of_reports(connection, ctx, day, day)


def _people(people: Sequence[PersonDay], now: datetime, *, closed: bool) -> Iterator[OpenItem]:
    """Who has not signed out or in, who has not come without leave, and whose shift goes on."""
    working = []
    for each in people:
        who, day, state = each.person, each.day, each.result.state
        if each.duty is not None and each.duty.ends > now and state is not State.ON_LEAVE:
            working += [each] if each.left_at is None else []
            continue
        if state is State.NO_SIGN_IN:
            said, remedy, kind, door = "没有到岗记录，只有离岗记录。", "请补签。", NO_SIGN_IN, "correction"
        elif state is State.DUE and each.duty is not None:
            said = f"应到 {each.duty.begins:%H:%M}，没有到岗记录，也没有请假。"
            remedy, kind, door = "请补请假单或补签。", NOT_COME, "leave"
        elif each.punches and each.left_at is None:
            said, remedy, kind, door = "没有签退。", "请签退或补签。", NO_SIGN_OUT, "correction"
        else:
            continue
        if closed:
            still = "请签退；人已经走了的，" if kind == NO_SIGN_OUT else ""
            remedy, door = f"{still}请重新打开当天再补。", "sign_in"
        said += remedy
        yield OpenItem(kind, f"{who.name}（{who.vendor}）{said}", door, name=who.name, staff_id=who.id, day=day)
    yield from _on_shift(working)


def _on_shift(working: Sequence[PersonDay]) -> Iterator[OpenItem]:
    """Who still works, an item for each time at which a shift ends; one that goes on into the next day is no matter."""
    by_end: dict[datetime, list[PersonDay]] = {}
    for each in working:
        if each.duty is not None and each.duty.ends.date() == each.day:
            by_end.setdefault(each.duty.ends, []).append(each)
    for ends, group in sorted(by_end.items()):
        names = [each.person.name for each in group]
        who = "、".join(names) if len(names) <= MOST_NAMED else f"{names[0]}等 {len(names)} 人"
        said = f"{who}的班到 {ends:%H:%M} 才结束，之后的签到签退照常记录。"
        yield OpenItem(ON_SHIFT, said, "sign_in", day=group[0].day)


def _slips(connection: Connection, day: date) -> Iterator[OpenItem]:
    """补签单, 请假单 and 加班申请 of the day, or of earlier ones, on which nobody has decided."""
    ends = datetime.combine(day + DAY, time())
    corrections = (
        select(Correction.id, Correction.number, Correction.day, Staff.name)
        .join(Staff, Staff.id == Correction.staff_id)
        .where(Correction.state == WAITING, Correction.day <= day)
        .order_by(Correction.number)
    )
    for row in connection.execute(corrections):
        said = f"{row.name} {row.day:%m-%d} 的补签单 {row.number} 还没有批。"
        yield OpenItem("补签单", said, "correction", id=row.id, name=row.number)
    leave = (
        select(LeaveSlip.id, LeaveSlip.number, LeaveSlip.kind, LeaveSlip.begins_at, Staff.name)
        .join(Staff, Staff.id == LeaveSlip.staff_id)
        .where(
            LeaveSlip.begins_at < ends,
            LeaveSlip.leave_id.is_(None),
            LeaveSlip.refused_at.is_(None),
            LeaveSlip.withdrawn_at.is_(None),
        )
        .order_by(LeaveSlip.number)
    )
    for slip in connection.execute(leave):
        said = f"{slip.name} {slip.begins_at:%m-%d} 起的{slip.kind} {slip.number} 还没有办完。"
        yield OpenItem("请假单", said, "leave", id=slip.id, name=slip.number)
    extra = (
        select(Overtime.id, Overtime.number, Overtime.begins_at, Staff.name)
        .join(Staff, Staff.id == Overtime.staff_id)
        .where(Overtime.state == WAITING, Overtime.begins_at < ends)
        .order_by(Overtime.number)
    )
    for more in connection.execute(extra):
        said = f"{more.name} {more.begins_at:%m-%d} 的加班申请 {more.number} 还没有批。"
        yield OpenItem("加班申请", said, "overtime", id=more.id, name=more.number)


def _incidents(connection: Connection, day: date, now: datetime) -> Iterator[OpenItem]:
    """Records that were not handed in, not signed or given back, and deadlines that are being exceeded."""
    ends = datetime.combine(day + DAY, time())
    handed = Incident.handed_in_at.is_not(None)
    owed = and_(Incident.state.in_(SOLVED), or_(handed, Incident.hand_in_due_at < ends))
    running = and_(
        Incident.state.in_([str(each) for each in OPEN_INCIDENT]),
        or_(Incident.respond_by < now, Incident.solve_by < now),
    )
    query = (
        select(
            Incident.id, Incident.number, Incident.title, Incident.state, Incident.handed_in_at,
            Incident.hand_in_due_at, Incident.respond_by, Incident.solve_by,
            func.coalesce(Staff.name, Incident.person_written, "").label("person"),
        )
        .join(Staff, Staff.id == Incident.staff_id, isouter=True)
        .where(
            Incident.reported_at < ends,
            or_(owed, running, Incident.state == str(IncidentState.RETURNED)),
        )
        .order_by(Incident.reported_at, Incident.id)
    )  # fmt: skip
    for row in connection.execute(query):
        named = f"{row.number} {row.title}" + (f"（{row.person}）" if row.person else "")
        if row.state in OPEN_INCIDENT:
            clock = "解决" if row.solve_by is not None and row.solve_by < now else "响应"
            kind, said = "超时", f"{clock}已经超过时限，还在{row.state}。"
        elif row.state == IncidentState.RETURNED:
            kind, said = "退回", "退回后还没有重新交单。"
        elif row.handed_in_at is not None:
            kind, said = UNSIGNED, "已交单，还没有签收。"
        else:
            kind, said = "未交单", f"应在 {row.hand_in_due_at:%m-%d %H:%M} 前交单，还没有交。"
        handed_in = row.handed_in_at.date() if kind == UNSIGNED else None
        yield OpenItem(kind, f"{named}{said}", "incident", id=row.id, name=row.number, day=handed_in)


def _zero_reports(connection: Connection, ctx: Context, people: Sequence[PersonDay], day: date) -> Iterator[OpenItem]:
    """Who was on duty, had no record to hand in and has not said so, where the site asks for it (T3-05)."""
    held = ctx.law_on(day).part("incident.hand_in", "T3")
    if held is None or held.text("incident.zero_report") != "zero":
        return
    begins, ends = datetime.combine(day, time()), datetime.combine(day + DAY, time())
    due = select(Incident.staff_id).where(
        Incident.void_at.is_(None), Incident.hand_in_due_at >= begins, Incident.hand_in_due_at < ends
    )
    said = select(ZeroReport.staff_id).where(ZeroReport.day == day)
    done = set(connection.execute(due).scalars()) | set(connection.execute(said).scalars())
    for each in people:
        if each.due and each.person.id not in done:
            yield OpenItem("零报告", f"{each.person.name}当天没有事件，还没有交零报告。", "hand_in", day=day)


def _drafts(connection: Connection, ctx: Context) -> Iterator[OpenItem]:
    """Records into which something was typed that is not saved yet."""
    if not (ctx.home / drafts.FILE).exists():
        return
    with closing(Drafts(ctx.home)) as kept:
        ids = {
            int(key[1]) for each, typed in kept.of("").items() if typed.strip() and (key := _OF_INCIDENT.match(each))
        }
    query = select(Incident.id, Incident.number, Incident.title).where(Incident.id.in_(ids))
    for row in connection.execute(query.order_by(Incident.id)):
        yield OpenItem(
            "没存完", f"{row.number} {row.title}还有没存进记录的文字。", "incident", id=row.id, name=row.number
        )
