"""What a 加班申请 comes to: the time that was both approved and stayed for, outside the planned time (E7-03, T3-06)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from sqlalchemy import Connection, select

from opsdesk.models import Overtime
from opsdesk.rules import hours
from opsdesk.rules.calendar import days
from opsdesk.rules.clause import Regulations
from opsdesk.rules.facts import Span
from opsdesk.rules.vocabulary import DayKind
from opsdesk.services import attendance, duties

WAITING, APPROVED, DECLINED, WITHDRAWN = "待审批", "已批准", "不批准", "已撤销"
TIME_OFF, PAID = "调休", "加班费"
SETTLED_AS = (TIME_OFF, PAID)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Slip:
    """A 加班申请 as far as it is counted."""

    id: int
    number: str
    staff_id: int
    span: Span
    settled_as: str

    @property
    def day(self) -> date:
        """The day it belongs to: the one on which it begins (G6)."""
        return self.span.begins.date()


@dataclass(frozen=True)
class Worked:
    """What became of a slip: the kind of its day, minutes asked for, minutes stayed; `present` by the punches.

    Minutes are outside the planned time and without the noon break.
    """

    kind: DayKind
    asked: int
    credited: int
    present: tuple[Span, ...]


def approved(connection: Connection, staff_ids: Collection[int], first: date, last: date) -> list[Slip]:
    """Approved slips of these people that begin between `first` and `last`, in order of time."""
    query = (
        select(
            Overtime.id, Overtime.number, Overtime.staff_id, Overtime.begins_at, Overtime.ends_at, Overtime.settled_as
        )
        .where(
            Overtime.state == APPROVED,
            Overtime.staff_id.in_(staff_ids),
            Overtime.begins_at >= datetime.combine(first, time()),
            Overtime.begins_at < datetime.combine(last + ONE_DAY, time()),
        )
        .order_by(Overtime.begins_at, Overtime.id)
    )
    return [
        Slip(row.id, row.number, row.staff_id, Span(row.begins_at, row.ends_at), row.settled_as)
        for row in connection.execute(query)
    ]


def counted(connection: Connection, regulations: Regulations, slips: Sequence[Slip]) -> dict[int, Worked]:
    """What each slip comes to by plan and punches, by slip id; read month by month."""
    found: dict[int, Worked] = {}
    ordered = sorted(slips, key=lambda slip: slip.span)
    for _, group in groupby(ordered, key=lambda slip: (slip.day.year, slip.day.month)):
        found.update(_counted_in_month(connection, regulations, list(group)))
    return found


def _counted_in_month(connection: Connection, regulations: Regulations, slips: Sequence[Slip]) -> dict[int, Worked]:
    first = slips[0].day - ONE_DAY
    last = max(slip.span.ends.date() for slip in slips) + ONE_DAY
    ids = sorted({slip.staff_id for slip in slips})
    plan = duties.load(connection, regulations, first, last, ids)
    people = {person.id: person for person in duties.people(connection, ids=ids)}
    punches = attendance.punches_on(connection, first, last, ids)
    found = {}
    for slip in slips:
        person, law = people[slip.staff_id], regulations.on(slip.day)
        noon = hours.noon_of(law, plan.terms_on(person.vendor_id, slip.day).hours)
        near = days(slip.day - ONE_DAY, slip.span.ends.date() + ONE_DAY)
        planned = [pair for duty in plan.duties(person, near[0], near[-1]) for pair in duty.pairs]
        present = [
            span
            for day in near
            for span in hours.presence([each.fact for each in punches.get((slip.staff_id, day), ())])
            if span.begins < slip.span.ends and span.ends > slip.span.begins
        ]
        found[slip.id] = Worked(
            plan.calendar.kind(slip.day),
            hours.overtime_minutes(slip.span, [slip.span], planned, noon),
            hours.overtime_minutes(slip.span, present, planned, noon),
            tuple(present),
        )
    return found
