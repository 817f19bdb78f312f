"""The month read and settled: per person what was due, what happened, and what it comes to by the law of each day.

Everything is derived from the record when it is read; what has been booked stands in `registers/month`.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection

from opsdesk.rules import calendar as dates
from opsdesk.rules import hours
from opsdesk.rules.amounts import in_yuan
from opsdesk.rules.calendar import Calendar
from opsdesk.rules.clause import Law, Regulations
from opsdesk.rules.facts import Span
from opsdesk.rules.halves import Half, halves
from opsdesk.rules.settlement import Missed, Occurrence, Settled, settle
from opsdesk.rules.vocabulary import AT_WORK, LeaveKind, Mark
from opsdesk.services import attendance, duties, month_basis, overtime, settings, wages
from opsdesk.services.attendance import PersonDay
from opsdesk.services.day_charges import UNEXCUSED, Charged, Missing, accounts, charges, open_end
from opsdesk.services.duties import Person, Plan

ATTENDED = frozenset({Mark.PRESENT, Mark.LATE, Mark.EARLY, Mark.OPEN})


@dataclass(frozen=True)
class Taken:
    """Leave of one kind taken in the month: half days, and minutes of planned time without the noon break."""

    half_days: int
    minutes: int


@dataclass(frozen=True)
class PersonMonth:
    """One person's month. Half days are counted in halves; minutes are net of the noon break (G11)."""

    person: Person
    days: tuple[PersonDay, ...]
    halves: Mapping[date, tuple[Half, Half]]
    due_days: int
    attended_half_days: int
    late: tuple[Occurrence, ...]
    early: tuple[Occurrence, ...]
    missed: tuple[Missed, ...]
    missing: tuple[Missing, ...]
    leave: Mapping[LeaveKind, Taken]
    planned_minutes: int
    worked_minutes: int
    overtime_minutes: int
    overtime_days: Mapping[date, int]
    over_cap_minutes: int
    settled: Settled
    warnings: tuple[str, ...]

    @property
    def unplanned(self) -> tuple[PersonDay, ...]:
        """Days on which the person signed without being planned."""
        return tuple(each for each in self.days if each.duty is None and each.punches)


@dataclass(frozen=True)
class Month:
    """A settled month: people by vendor and number, the readings used (采用口径), the vendor it was narrowed to."""

    year: int
    number: int
    calendar: Calendar
    people: tuple[PersonMonth, ...]
    basis: tuple[str, ...]
    vendor_id: int | None = None

    @property
    def key(self) -> str:
        """2026-03."""
        return f"{self.year}-{self.number:02}"

    @property
    def dates(self) -> list[date]:
        """Every day of the month."""
        return dates.month(self.year, self.number)

    def of_vendor(self, vendor_id: int) -> tuple[PersonMonth, ...]:
        """The people of one vendor."""
        return tuple(each for each in self.people if each.person.vendor_id == vendor_id)


def read(
    connection: Connection,
    regulations: Regulations,
    year: int,
    number: int,
    now: datetime,
    *,
    vendor_id: int | None = None,
    staff_id: int | None = None,
) -> Month:
    """Settle a calendar month (G6) from the record; one vendor's people or one person if given.

    Before the site's 启用日 nobody is absent from a desk that was not there.
    """
    with without_collection():
        return _read(connection, regulations, year, number, now, vendor_id, staff_id)


@contextmanager
def without_collection() -> Iterator[None]:
    """Hold back Python's search for cycles while a great many small facts are made: it would cost a quarter more."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read(
    connection: Connection,
    regulations: Regulations,
    year: int,
    number: int,
    now: datetime,
    vendor_id: int | None,
    staff_id: int | None,
) -> Month:
    days = dates.month(year, number)
    ids = _ids(connection, vendor_id, staff_id)
    plan = duties.load(connection, regulations, days[0], days[-1], ids)
    laws = {day: regulations.on(day) for day in days}
    own: dict[int, list[PersonDay]] = defaultdict(list)
    for each in attendance.read(connection, regulations, days[0], days[-1], now, ids, plan):
        own[each.person.id].append(each)
    opened = settings.opened_on(connection)
    extra = _overtime(connection, regulations, own, days)
    pay = wages.on(connection, days[-1])
    people = [
        _person_month(plan, laws, person_days, now, opened, extra.get(staff, {}), pay.get(staff))
        for staff, person_days in own.items()
        if any(each.duty or each.punches for each in person_days)
    ]
    said = month_basis.in_use(laws, [day for each in people for day in each.days], now)
    if days[0] < opened and any(day.duty and day.day < opened for each in people for day in each.days):
        said = (*said, f"自启用日 {opened.isoformat()} 起计缺席，此前没有记录的不计。")
    return Month(year, number, plan.calendar, tuple(people), said, vendor_id)


def _ids(connection: Connection, vendor_id: int | None, staff_id: int | None) -> list[int] | None:
    if staff_id is not None:
        return [staff_id]
    if vendor_id is None:
        return None
    return [person.id for person in duties.people(connection) if person.vendor_id == vendor_id]


def _overtime(
    connection: Connection, regulations: Regulations, own: Mapping[int, object], days: Sequence[date]
) -> Mapping[int, Mapping[date, int]]:
    """Credited minutes by person and day on which approved overtime began; a day without presence counts zero."""
    slips = overtime.approved(connection, list(own), days[0], days[-1])
    counted = overtime.counted(connection, regulations, slips)
    found: dict[int, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for slip in slips:
        found[slip.staff_id][slip.day] += counted[slip.id].credited
    return found


def _person_month(
    plan: Plan,
    laws: Mapping[date, Law],
    days: Sequence[PersonDay],
    now: datetime,
    opened: date,
    credited: Mapping[date, int],
    wage: Decimal | None,
) -> PersonMonth:
    person = days[0].person
    split: dict[date, tuple[Half, Half]] = {}
    charged: list[Charged] = []
    missing: list[Missing] = []
    taken: dict[LeaveKind, list[int]] = defaultdict(lambda: [0, 0])
    planned = worked = 0
    for each in days:
        if each.duty is None:
            continue
        law = laws[each.day]
        away = _away(plan, person, each)
        noon = hours.noon_of(law, each.terms.hours)
        no_leave = law.part("attendance.no_leave", each.terms.penalties)
        unexcused = Mark.AHEAD if each.day < opened else Mark.AWOL if no_leave else Mark.AWAY
        split[each.day] = parts = halves(each.duty, each.result, away, now, unexcused)
        if end := open_end(each, parts, law, now):
            missing.append(end)
        for half in parts:
            if half.leave is not None:
                taken[half.leave][0] += 1
        counting = [half.span for half in parts if half.mark not in UNEXCUSED]
        personal = 0
        for span, kind in away:
            freed = hours.freed_minutes(each.duty, hours.common([span], counting), noon)
            taken[kind][1] += freed
            personal += freed if kind is LeaveKind.PERSONAL else 0
        if (found := charges(each, parts, end, personal)) is not None:
            charged.append(found)
        planned += hours.planned_minutes(each.duty, noon)
        at_work = [span for span, kind in away if kind in AT_WORK]
        worked += hours.worked_minutes(each.duty, each.result.pairs, noon, at_work)
    more = sum(credited.values())
    last = days[-1]
    over, cap_words = hours.over_cap(worked + more, laws[last.day], last.terms.hours)
    settled = settle(accounts(laws, charged))
    return PersonMonth(
        person=person,
        days=tuple(days),
        halves=split,
        due_days=len(split),
        attended_half_days=sum(attended(half) for parts in split.values() for half in parts),
        late=tuple(one for each in charged for one in each.late),
        early=tuple(one for each in charged for one in each.early),
        missed=tuple(one for each in charged for one in each.missed),
        missing=tuple(missing),
        leave={kind: Taken(*sums) for kind, sums in taken.items()},
        planned_minutes=planned,
        worked_minutes=worked,
        overtime_minutes=more,
        overtime_days=dict(credited),
        over_cap_minutes=over,
        settled=settled,
        warnings=tuple(filter(None, (cap_words, _over_wage(settled, wage, laws[last.day])))),
    )


def _away(plan: Plan, person: Person, each: PersonDay) -> list[tuple[Span, LeaveKind]]:
    assert each.duty is not None  # noqa: S101 — the caller has looked
    return [
        (absence.span, LeaveKind(absence.kind))
        for absence in plan.absences.get(person.id, ())
        if absence.span.begins < each.duty.ends and absence.span.ends > each.duty.begins
    ]


def attended(half: Half) -> bool:
    """Whether half a planned day was worked: at the desk, or away on business."""
    return half.mark in ATTENDED or (half.leave is not None and half.leave in AT_WORK)


def _over_wage(settled: Settled, wage: Decimal | None, law: Law) -> str:
    total = settled.figures.total
    if not total or wage is None:
        return ""
    cap = law.held("G13")
    percent = cap.number("fine.cap_pct")
    if total * 100 <= wage * percent:
        return ""
    # The wage itself is not told: the sentence is printed and goes to the vendor.
    return f"扣减合计 {in_yuan(total)} 元，超过当月工资的 {percent}%，请核对（G13）。"
