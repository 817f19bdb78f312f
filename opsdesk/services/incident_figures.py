"""Statistics of incidents: how many, how fast, how many in time, for any period, grouped by what one asks for.

An incident counts on the day it was reported; void ones count nowhere. It is resolved when its state says so: an
imported record may be, without anybody knowing the time. Minutes run from acceptance (of an imported
record that does not know it, from the report); the pauses of others are taken off the time to the solution. What was
kept in time follows from the clocks as they are kept with the incident, so the figures agree with list and record.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Connection, Integer, Text, cast, func, select, type_coerce

from opsdesk.models import Incident, Staff, Vendor
from opsdesk.rules.calendar import month
from opsdesk.rules.vocabulary import OPEN_INCIDENT
from opsdesk.services import incident_options, listing
from opsdesk.services.context import Context
from opsdesk.services.incident_options import What

DAY = timedelta(days=1)
UNASSIGNED, UNWRITTEN = "（未指派）", "（未填写）"
HUNDREDTH = Decimal("0.01")


class By(StrEnum):
    """What incidents can be grouped by."""

    SEVERITY = "severity"
    CATEGORY = "category"
    VENDOR = "vendor"
    PERSON = "person"
    SYSTEM = "system"


WORDS: Mapping[By, str] = {
    By.SEVERITY: "等级",
    By.CATEGORY: "类别",
    By.VENDOR: "单位",
    By.PERSON: "处理人",
    By.SYSTEM: "系统",
}
"""What each kind of group is called."""
CHOSEN = {By.SEVERITY: What.SEVERITY, By.CATEGORY: What.CATEGORY}
"""Groups that stand in the order in which the site lists them; all others begin with the one that has most."""


class Counted(NamedTuple):
    """One incident as the statistics see it: its groups, its times in seconds (None: not known), what was exceeded."""

    id: int
    day: date
    severity: str
    category: str
    system: str
    vendor: str
    person: str
    resolved: bool
    reopened: bool
    response: int | None
    resolve: int | None
    respond_over: int | None
    solve_over: int | None


@dataclass(frozen=True)
class Figures:
    """The figures of some incidents. Minutes and percentages have two places; None where nothing could be measured.

    `response_measured` and `deadline_measured` are the incidents that had a limit and have come to their end: of so
    many were `within_response` and `within_deadline`.
    """

    count: int
    resolved: int
    unresolved: int
    reopened: int
    resolved_rate: Decimal | None
    response_median_min: Decimal | None
    resolve_median_min: Decimal | None
    resolve_p90_min: Decimal | None
    response_measured: int
    within_response: int | None
    response_rate: Decimal | None
    deadline_measured: int
    within_deadline: int | None
    deadline_rate: Decimal | None


@dataclass(frozen=True)
class Group:
    """Incidents that have something in common, and their figures."""

    name: str
    figures: Figures


@dataclass(frozen=True)
class Statistics:
    """Figures of a period: group by group, and of all together."""

    first: date
    last: date
    by: By | None
    groups: tuple[Group, ...]
    total: Figures


@dataclass(frozen=True)
class DayCount:
    """How many incidents were opened on a day, and how many of them have been resolved since."""

    day: date
    opened: int
    resolved: int

    @property
    def unresolved(self) -> int:
        """How many of them are not resolved yet."""
        return self.opened - self.resolved


@dataclass(frozen=True)
class MonthFigures:
    """A month whole: its figures, those of the month before, every kind of group, and day by day."""

    year: int
    month: int
    total: Figures
    before: Figures
    groups: Mapping[By, tuple[Group, ...]]
    days: tuple[DayCount, ...]


def of_month(ctx: Context, year: int, number: int, *, vendor_id: int | None = None) -> MonthFigures:
    """The figures of a month; only those of one vendor if given."""
    dates = month(year, number)
    last_before = dates[0] - DAY
    with ctx.read() as connection:
        found = read(connection, dates[0], dates[-1], vendor_id=vendor_id)
        before = read(connection, last_before.replace(day=1), last_before, vendor_id=vendor_id)
        groups = {by: grouped(connection, found, by) for by in By}
    return MonthFigures(year, number, figures(found), figures(before), groups, by_day(found, dates))


def statistics(
    ctx: Context, first: date, last: date, *, by: By | None = None, vendor_id: int | None = None
) -> Statistics:
    """Figures of the incidents reported from `first` to `last`, both included; only those of one vendor if given."""
    with ctx.read() as connection:
        found = read(connection, first, last, vendor_id=vendor_id)
        groups = grouped(connection, found, by) if by else ()
    return Statistics(first, last, by, groups, figures(found))


def read(connection: Connection, first: date, last: date, *, vendor_id: int | None = None) -> list[Counted]:
    """Every incident that counts in the period, in one question, in no particular order."""
    begins = _second(func.coalesce(Incident.accepted_at, Incident.reported_at))
    query = select(
        Incident.id, type_coerce(Incident.reported_at, Text), Incident.severity, Incident.category, Incident.system,
        Incident.vendor_id, Incident.vendor_written, Incident.staff_id, Incident.person_written, Incident.reopened,
        Incident.state, _second(Incident.responded_at) - begins,
        _second(Incident.resolved_at) - begins - Incident.paused_seconds, Incident.respond_over, Incident.solve_over,
    ).where(*within(first, last, vendor_id))  # fmt: skip
    rows = connection.execute(query).all()
    vendors = _names(connection, select(Vendor.id, Vendor.short_name, Vendor.code), {row[5] for row in rows})
    people = _names(connection, select(Staff.id, Staff.name, Staff.staff_no), {row[7] for row in rows})
    return [_counted(row, vendors, people) for row in rows]


def _second(moment: Any) -> Any:
    """A moment as a number of seconds, counted by SQLite: two hundred thousand of them take a tenth of a second."""
    return cast(func.strftime("%s", moment), Integer)


def within(first: date, last: date, vendor_id: int | None = None) -> list[Any]:
    """What a row of `incident` has to be to count in the period."""
    asked = [listing.within(Incident.reported_at, first, last), Incident.void_at.is_(None)]
    return asked if vendor_id is None else [*asked, Incident.vendor_id == vendor_id]


def _names(connection: Connection, query: Any, ids: set[int | None]) -> dict[int, str]:
    """Names by id; where two of those asked for are called the same, the number tells them apart."""
    known = {key: (name, number) for key, name, number in connection.execute(query) if key in ids}
    alike = Counter(name for name, _ in known.values())
    return {key: f"{name}（{number}）" if alike[name] > 1 else name for key, (name, number) in known.items()}


def _counted(row: Sequence[Any], vendors: Mapping[int, str], people: Mapping[int, str]) -> Counted:
    (
        key, reported, severity, category, system, vendor_id, vendor_written, staff_id, person_written, reopened,
        state, response, resolve, respond_over, solve_over,
    ) = row  # fmt: skip
    return Counted(
        key,
        date.fromisoformat(reported[:10]),
        severity or UNWRITTEN,
        category or UNWRITTEN,
        system or UNWRITTEN,
        vendors[vendor_id] if vendor_id is not None else vendor_written or UNASSIGNED,
        people[staff_id] if staff_id is not None else person_written or UNASSIGNED,
        state not in OPEN_INCIDENT,
        reopened > 0,
        response,
        resolve,
        respond_over,
        solve_over,
    )


def figures(counted: Sequence[Counted]) -> Figures:
    """The figures of these incidents together."""
    resolved = sum(each.resolved for each in counted)
    responses = sorted(each.response for each in counted if each.response is not None)
    solutions = sorted(each.resolve for each in counted if each.resolve is not None)
    answered = [each.respond_over == 0 for each in counted if each.respond_over is not None]
    finished = [each.solve_over == 0 for each in counted if each.solve_over is not None]
    return Figures(
        count=len(counted),
        resolved=resolved,
        unresolved=len(counted) - resolved,
        reopened=sum(each.reopened for each in counted),
        resolved_rate=rate(resolved, len(counted)),
        response_median_min=percentile(responses, 50),
        resolve_median_min=percentile(solutions, 50),
        resolve_p90_min=percentile(solutions, 90),
        response_measured=len(answered),
        within_response=sum(answered) if answered else None,
        response_rate=rate(sum(answered), len(answered)),
        deadline_measured=len(finished),
        within_deadline=sum(finished) if finished else None,
        deadline_rate=rate(sum(finished), len(finished)),
    )


def rate(part: int, of: int) -> Decimal | None:
    """A share in per cent with two places; None of nothing."""
    return (Decimal(part) * 100 / of).quantize(HUNDREDTH, ROUND_HALF_UP) if of else None


def percentile(rising: Sequence[int], per_cent: int) -> Decimal | None:
    """The percentile of seconds in rising order, in minutes with two places; between two values it is interpolated."""
    if not rising:
        return None
    place, rest = divmod(per_cent * (len(rising) - 1), 100)
    low, high = rising[place], rising[min(place + 1, len(rising) - 1)]
    return (Decimal(low * 100 + (high - low) * rest) / 6000).quantize(HUNDREDTH, ROUND_HALF_UP)


def grouped(connection: Connection, counted: Iterable[Counted], by: By) -> tuple[Group, ...]:
    """The incidents group by group: in the order of the site's own list, else the largest group first."""
    parts: dict[str, list[Counted]] = defaultdict(list)
    for each in counted:
        parts[getattr(each, by)].append(each)
    listed = incident_options.names(connection, CHOSEN[by]) if by in CHOSEN else []
    place = {name: number for number, name in enumerate(listed)}

    def order(name: str) -> tuple[bool, int, int, str]:
        return name in {UNASSIGNED, UNWRITTEN}, place.get(name, len(place)), -len(parts[name]), name

    return tuple(Group(name, figures(parts[name])) for name in sorted(parts, key=order))


def by_day(counted: Iterable[Counted], days: Iterable[date]) -> tuple[DayCount, ...]:
    """How many were opened on each of these days, and how many of them are resolved."""
    found = Counter((each.day, each.resolved) for each in counted)
    return tuple(DayCount(day, found[day, True] + found[day, False], found[day, True]) for day in days)
