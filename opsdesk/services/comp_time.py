"""The comp-time ledger (调休账): earned by approved overtime and by months above the cap (E7-04), spent as 调休."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from sqlalchemy import Connection, Select, func, select, union

from opsdesk.models import Leave, LeaveSlip, Overtime, Settlement
from opsdesk.rules import hours
from opsdesk.rules.calendar import month
from opsdesk.rules.clause import Regulations
from opsdesk.rules.facts import Span
from opsdesk.rules.vocabulary import LeaveKind
from opsdesk.services import duties, overtime
from opsdesk.services.overtime import Slip, Worked

OVERTIME, OVER_CAP, TAKEN = "加班", "月工时超限", "调休"
UNNUMBERED = "未编号"
"""The reference of time off that was entered without a 请假单."""
SINCE = date(2000, 1, 1)


@dataclass(frozen=True)
class Line:
    """One entry: minutes earned (above zero) or spent (below), with the record behind it in words and in a sentence."""

    day: date
    what: str
    minutes: int
    reference: str
    sentence: str


@dataclass(frozen=True)
class Balance:
    """A person's entries in order of time and what they come to, in minutes."""

    lines: tuple[Line, ...] = ()

    @property
    def earned(self) -> int:
        """Minutes earned in all."""
        return sum(line.minutes for line in self.lines if line.minutes > 0)

    @property
    def used(self) -> int:
        """Minutes spent in all."""
        return -sum(line.minutes for line in self.lines if line.minutes < 0)

    @property
    def left(self) -> int:
        """What is left; below zero where more was taken than earned."""
        return self.earned - self.used


def holders() -> Select[tuple[int]]:
    """Staff ids of everybody of whom the ledger has something to say."""
    found = union(
        select(Overtime.staff_id).where(Overtime.state == overtime.APPROVED, Overtime.settled_as == overtime.TIME_OFF),
        select(Settlement.staff_id).where(Settlement.replaced_at.is_(None), Settlement.over_cap_minutes > 0),
        select(Leave.staff_id).where(Leave.kind == str(LeaveKind.COMP_TIME), Leave.withdrawn_at.is_(None)),
    ).subquery()
    return select(found.c.staff_id)


def ledger(
    connection: Connection, regulations: Regulations, staff_ids: Collection[int], until: date, now: datetime
) -> dict[int, Balance]:
    """The ledger of these people up to and including `until`; everybody asked for has a balance.

    Overtime counts by presence, so what lies after `now` has earned nothing yet; approved time off counts as spent at
    once. A month above the cap earns only what its overtime has not earned or been paid for already.
    """
    lines: dict[int, list[Line]] = {staff: [] for staff in staff_ids}
    slips = overtime.approved(connection, staff_ids, SINCE, until)
    worked = overtime.counted(connection, regulations, slips)
    for slip in slips:
        if slip.settled_as == overtime.TIME_OFF:
            lines[slip.staff_id].append(_of_overtime(slip, worked[slip.id], now))
    settled: dict[tuple[int, str], int] = defaultdict(int)
    for slip in slips:
        settled[slip.staff_id, f"{slip.day:%Y-%m}"] += worked[slip.id].credited
    for staff, line in _months(connection, staff_ids, until, settled):
        lines[staff].append(line)
    for staff, line in _taken(connection, regulations, staff_ids, until):
        lines[staff].append(line)
    return {staff: Balance(tuple(sorted(own, key=lambda each: each.day))) for staff, own in lines.items()}


def _when(span: Span) -> str:
    """The span as it is told beside its first day: 18:00 至 21:00, 20:00 至 03-08 02:00."""
    same = span.begins.date() == span.ends.date()
    return f"{span.begins:%H:%M} 至 {span.ends:{'%H:%M' if same else '%m-%d %H:%M'}}"


def _of_overtime(slip: Slip, worked: Worked, now: datetime) -> Line:
    asked, stayed = hours.duration(worked.asked), hours.duration(worked.credited)
    if slip.span.begins > now:
        said = f"{_when(slip.span)}，已批准，还没有到。"
    elif worked.credited:
        said = f"{_when(slip.span)}，批准 {asked}，在场 {stayed}，按在场时间计入。"
    else:
        said = f"{_when(slip.span)}，批准 {asked}，没有在场的签到记录，不计入。"
    return Line(slip.day, OVERTIME, worked.credited, slip.number, said)


def _months(
    connection: Connection, staff_ids: Collection[int], until: date, settled: Mapping[tuple[int, str], int]
) -> list[tuple[int, Line]]:
    booked = (
        select(Settlement.staff_id, Settlement.month, Settlement.over_cap_minutes)
        .where(
            Settlement.replaced_at.is_(None),
            Settlement.over_cap_minutes > 0,
            Settlement.staff_id.in_(staff_ids),
        )
        .order_by(Settlement.month)
    )
    found = []
    for row in connection.execute(booked):
        last = month(*(int(part) for part in row.month.split("-")))[-1]
        if last > until:
            continue
        already = settled.get((row.staff_id, row.month), 0)
        minutes = max(0, row.over_cap_minutes - already)
        said = f"当月工时超限 {hours.duration(row.over_cap_minutes)}"
        if already:
            said += f"，其中 {hours.duration(already)}已按加班申请结算"
        said += f"，计入 {hours.duration(minutes)}。" if minutes else "，不再计入。"
        found.append((row.staff_id, Line(last, OVER_CAP, minutes, row.month, said)))
    return found


def _taken(
    connection: Connection, regulations: Regulations, staff_ids: Collection[int], until: date
) -> list[tuple[int, Line]]:
    number = select(func.min(LeaveSlip.number)).where(LeaveSlip.leave_id == Leave.id).correlate(Leave)
    standing = (
        select(Leave.staff_id, Leave.begins_at, Leave.ends_at, number.scalar_subquery().label("number"))
        .where(
            Leave.kind == str(LeaveKind.COMP_TIME),
            Leave.withdrawn_at.is_(None),
            Leave.staff_id.in_(staff_ids),
            Leave.begins_at < datetime.combine(until + timedelta(days=1), time()),
        )
        .order_by(Leave.begins_at, Leave.id)
    )
    found = []
    rows = connection.execute(standing).all()
    for _, group in groupby(rows, key=lambda row: (row.begins_at.year, row.begins_at.month)):
        own = list(group)
        first = own[0].begins_at.date() - timedelta(days=1)
        last = min(until, max(row.ends_at.date() for row in own))
        ids = sorted({row.staff_id for row in own})
        plan = duties.load(connection, regulations, first, last, ids)
        people = {person.id: person for person in duties.people(connection, ids=ids)}
        for row in own:
            span, person = Span(row.begins_at, row.ends_at), people[row.staff_id]
            minutes = 0
            for duty in plan.duties(person, span.begins.date() - timedelta(days=1), min(until, span.ends.date())):
                noon = hours.noon_of(regulations.on(duty.day), plan.terms_on(person.vendor_id, duty.day).hours)
                minutes += hours.freed_minutes(duty, [span], noon)
            said = f"{_when(span)}，占用应出勤 {hours.duration(minutes)}。"
            found.append((row.staff_id, Line(span.begins.date(), TAKEN, -minutes, row.number or UNNUMBERED, said)))
    return found
