"""The month as the planner sees it: people by days, who is away, totals per person, who is on duty, what is short."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum

from sqlalchemy import Connection, select

from opsdesk.models import LeaveSlip, RosterEntry, Shift, Staff
from opsdesk.registers.roster.short_rest import ShortRest, short_rests
from opsdesk.rules.calendar import month
from opsdesk.rules.facts import Duty
from opsdesk.rules.vocabulary import LeaveKind
from opsdesk.services import closing_days, coverage, duties
from opsdesk.services.choices import REST, in_use
from opsdesk.services.context import Context
from opsdesk.services.coverage import Gap
from opsdesk.services.duties import Absence, Person, Plan
from opsdesk.services.marks import SYMBOLS
from opsdesk.services.shifts import parse_pairs, shown_pairs

STANDARD_MARK = "·"
"""Stands for the standard hours, which nobody has entered, in the grid and on paper."""
REST_MARK = "休"


@dataclass(frozen=True)
class PlannedShift:
    """A shift as the grid needs it; `overnight` ends on another day than it begins, `current` may still be chosen."""

    id: int
    code: str
    name: str
    hours: str
    overnight: bool
    current: bool


@dataclass(frozen=True)
class PlannedDay:
    """A day of the month: whether the calendar works it, its name (清明节, 调休上班) or none.

    `closed` says why its roster cannot be changed any more, where it is closed.
    """

    day: date
    works: bool
    name: str
    closed: str = ""


class Part(Enum):
    """Which part of a duty an absence takes: all of it, its beginning, or a later one."""

    WHOLE, FIRST, LAST = range(3)


@dataclass(frozen=True)
class PlannedCell:
    """One person's day. `entry`: shift id, REST, or None where nothing was entered; `mark` is what the grid shows.

    `holds` is the duty's name or 休, empty off site and for stand-by staff without an entry; `away` the kind of absence
    with its time, `covered` who stands in; `kept_away` is true where the absence leaves the duty undone. `signs` are
    the lines of the cell: the sign of the absence, or where it takes a part, sign and mark in order of time.
    `without` is what `holds` where nothing is entered.
    """

    entry: int | None
    mark: str
    holds: str
    on_site: bool
    due: bool
    away: str = ""
    covered: str = ""
    kept_away: bool = False
    leave: LeaveKind | None = None
    part: Part = Part.WHOLE
    without: str = ""

    @property
    def signs(self) -> tuple[str, ...]:
        """One line, or two where leave takes a part of the duty."""
        if self.leave is None or not self.due:
            return (self.mark,)
        sign = SYMBOLS[self.leave]
        return {Part.WHOLE: (sign,), Part.FIRST: (sign, self.mark), Part.LAST: (self.mark, sign)}[self.part]


@dataclass(frozen=True)
class PlannedPerson:
    """A person's line: cells by day, and how many days of each shift by id, of the standard hours, and of rest.

    `short_rests`: before which of the month's duties there is too little rest.
    """

    person: Person
    cells: tuple[PlannedCell, ...]
    shifts: Mapping[int, int]
    standard: int
    rest: int
    short_rests: tuple[ShortRest, ...] = ()


@dataclass(frozen=True)
class MonthPlan:
    """A month of the roster. `on_duty` counts by day who is due and not away; `warning`: the year is not announced."""

    year: int
    month: int
    today: date
    shifts: tuple[PlannedShift, ...]
    days: tuple[PlannedDay, ...]
    people: tuple[PlannedPerson, ...]
    vendors: tuple[tuple[int, str], ...]
    on_duty: tuple[int, ...]
    gaps: tuple[Gap, ...]
    warning: str

    @property
    def short_rests(self) -> tuple[ShortRest, ...]:
        """Before which duties there is too little rest, by day."""
        found = (rest for line in self.people for rest in line.short_rests)
        return tuple(sorted(found, key=lambda rest: rest.day))


def planned_shifts(connection: Connection, today: date) -> tuple[PlannedShift, ...]:
    """Every shift by code, those out of use last."""
    query = select(Shift.id, Shift.code, Shift.name, Shift.pairs, Shift.left_on).order_by(Shift.code)
    found = []
    for row in connection.execute(query):
        pairs = parse_pairs(row.pairs)
        current = in_use(row.left_on, today)
        found.append(PlannedShift(row.id, row.code, row.name, shown_pairs(pairs), pairs[-1][1] > 24 * 60, current))
    return tuple(sorted(found, key=lambda shift: not shift.current))


def month_plan(ctx: Context, year: int, number: int, vendor_id: int | None = None) -> MonthPlan:
    """The month's roster and all that bears on it; one vendor's people if given, shortages always of the whole site."""
    dates = month(year, number)
    with ctx.read() as connection:
        plan = duties.load(connection, ctx.regulations, dates[0], dates[-1])
        everybody = duties.people(connection)
        shifts = planned_shifts(connection, ctx.today())
        deputies = _deputies(connection)
        closed = closing_days.why_closed(connection, RosterEntry, dates[0], dates[-1])
        short = coverage.gaps(connection, ctx.regulations, dates[0], dates[-1], plan=plan, people=everybody)
    people = [
        each
        for each in everybody
        if each.arrived_on <= dates[-1] and (each.left_on is None or each.left_on >= dates[0])
    ]
    vendors = tuple({each.vendor_id: each.vendor for each in people}.items())
    chosen = [each for each in people if vendor_id is None or each.vendor_id == vendor_id]
    lines = tuple(_line(plan, each, dates, {shift.id: shift for shift in shifts}, deputies) for each in chosen)
    used = {shift for line in lines for shift in line.shifts}
    return MonthPlan(
        year=year,
        month=number,
        today=ctx.today(),
        shifts=tuple(shift for shift in shifts if shift.current or shift.id in used),
        days=tuple(PlannedDay(day, plan.calendar.works(day), plan.calendar.name(day), closed(day)) for day in dates),
        people=lines,
        vendors=vendors,
        on_duty=tuple(
            sum(line.cells[n].due and not line.cells[n].kept_away for line in lines) for n in range(len(dates))
        ),
        gaps=short,
        warning=plan.calendar.unannounced(dates[0]),
    )


def _deputies(connection: Connection) -> dict[int, str]:
    query = (
        select(LeaveSlip.leave_id, Staff.name)
        .join(Staff, Staff.id == LeaveSlip.deputy_id)
        .where(LeaveSlip.leave_id.is_not(None))
    )
    return {row.leave_id: row.name for row in connection.execute(query)}


def _line(
    plan: Plan,
    person: Person,
    dates: Sequence[date],
    shifts: Mapping[int, PlannedShift],
    deputies: Mapping[int, str],
) -> PlannedPerson:
    eve = plan.duty(person, dates[0] - timedelta(days=1))
    owed = [plan.duty(person, day) for day in dates]
    bare = replace(plan, roster={})
    cells = tuple(_cell(plan, bare, person, day, duty, shifts, deputies) for day, duty in zip(dates, owed, strict=True))
    worked: dict[int, int] = {}
    for cell in cells:
        if cell.entry:
            worked[cell.entry] = worked.get(cell.entry, 0) + 1
    standard = sum(cell.due and cell.entry is None for cell in cells)
    resting = sum(cell.holds == REST_MARK for cell in cells)
    return PlannedPerson(person, cells, worked, standard, resting, tuple(short_rests(plan, person, [eve, *owed])))


def _cell(
    plan: Plan,
    bare: Plan,
    person: Person,
    day: date,
    duty: Duty | None,
    shifts: Mapping[int, PlannedShift],
    deputies: Mapping[int, str],
) -> PlannedCell:
    if not person.on_site(day):
        return PlannedCell(None, "", "", on_site=False, due=False)
    entered = (person.id, day) in plan.roster
    shift_id = plan.roster.get((person.id, day))
    entry = (shift_id or REST) if entered else None
    idle = "" if person.reserve else REST_MARK  # a stand-by without an entry waits, he does not rest
    standing = bare.duty(person, day) if entered else duty
    without = standing.shift if standing else idle
    if duty is None:
        mark, holds = (REST_MARK, REST_MARK) if entered else ("", idle)
        return PlannedCell(entry, mark, holds, on_site=True, due=False, without=without)
    mark = shifts[shift_id].code if shift_id else STANDARD_MARK
    cell = PlannedCell(entry, mark, duty.shift, on_site=True, due=True, without=without)
    touching = [
        each
        for each in plan.absences.get(person.id, ())
        if each.span.begins < duty.ends and each.span.ends > duty.begins
    ]
    if not touching:
        return cell
    kept = coverage.away(plan, person, duty)
    absence = next((each for each in touching if each.kind == kept), touching[0])
    kind = LeaveKind(absence.kind)
    return replace(
        cell,
        away=f"{kind} {_when(absence, duty)}",
        covered=deputies.get(absence.id, ""),
        kept_away=bool(kept),
        leave=kind,
        part=_part(absence, duty),
    )


def _part(absence: Absence, duty: Duty) -> Part:
    span = absence.span
    if span.begins > duty.begins:
        return Part.LAST
    return Part.WHOLE if span.ends >= duty.ends else Part.FIRST


def _when(absence: Absence, duty: Duty) -> str:
    span = absence.span
    if span.begins <= duty.begins and span.ends >= duty.ends:
        return "全天"
    begins, ends = max(span.begins, duty.begins), min(span.ends, duty.ends)
    return f"{begins:%H:%M}–{ends:%H:%M}"
