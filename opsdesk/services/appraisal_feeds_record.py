"""What the feeds of an appraisal look at: the record of a period, every table read once, and whose each record is."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, SQLColumnExpression, and_, func, or_, select

from opsdesk.models import Incident, Loan, Room, Staff, Vendor, Visit
from opsdesk.rules.calendar import Calendar, days
from opsdesk.rules.clause import Citation, Regulations
from opsdesk.rules.room_access import Breach
from opsdesk.rules.scoring import Event
from opsdesk.services import calendars, duties, incident_breaches, listing, room_visits, settings, settlement
from opsdesk.services.duties import Person
from opsdesk.services.incident_clocks import Standing
from opsdesk.services.settlement import Month

Row = Mapping[Any, Any]
DAY = timedelta(days=1)
DIVIDERS = re.compile(r"[、,，;；/\n]+")


@dataclass(frozen=True)
class Whose:
    """Whose a record is: our engineer, the vendor, the name as it stands; neither where it fits nobody of the site."""

    vendor_id: int | None = None
    staff_id: int | None = None
    person: str = ""


@dataclass(frozen=True)
class Share:
    """What one record adds to a rate: `done` of `of`. `name` is that of an appraisee who is neither vendor nor staff.

    `evidence` names it where something was missed.
    """

    vendor_id: int | None
    staff_id: int | None
    done: int
    of: int = 1
    evidence: tuple[str, ...] = ()
    name: str = ""


def event(
    source: str, day: date, sentence: str, evidence: tuple[str, ...], whose: Whose, *,
    citation: Citation | None = None, count: int = 1,
) -> Event:  # fmt: skip
    """An event of somebody's."""
    return Event(source, day, sentence, evidence, citation, whose.vendor_id, whose.staff_id, whose.person, count)


def clause(citation: Citation | None) -> str:
    """（T2 二.7）, or nothing where no clause asks for it."""
    return f"（{citation.short}）" if citation else ""


def incidents(*asked: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Incidents that are not void, by when they were reported, with the name of who worked on them."""
    return (
        select(
            Incident.id, Incident.number, Incident.title, Incident.state, Incident.severity, Incident.vendor_id,
            Incident.staff_id, Incident.reported_at, Incident.resolved_at, Incident.handed_in_at, Incident.closed_at,
            Incident.hand_in_due_at, Incident.respond_over, Incident.solve_over,
            func.coalesce(Staff.name, Incident.person_written, "").label("person"),
        )
        .join(Staff, Staff.id == Incident.staff_id, isouter=True)
        .where(Incident.void_at.is_(None), *asked)
        .order_by(Incident.reported_at, Incident.id)
    )  # fmt: skip


@dataclass(frozen=True)
class Record:
    """The record of the days from `first` to `last`, both included; nothing is later than `now`.

    `by` is the regulation of the scheme that asks, empty for any. With `vendor_id` or `staff_id` nobody else is asked
    for, so that nobody else's attendance is settled.
    """

    connection: Connection
    regulations: Regulations
    first: date
    last: date
    now: datetime
    by: str = ""
    vendor_id: int | None = None
    staff_id: int | None = None

    def holds(self, day: date) -> bool:
        """Whether a day lies within the period."""
        return self.first <= day <= self.last

    def within(self, column: SQLColumnExpression[Any]) -> ColumnElement[bool]:
        """True where a moment lies within the period and is not in the future."""
        return and_(listing.within(column, self.first, self.last), column <= self.now)

    @cached_property
    def people(self) -> tuple[Person, ...]:
        """Everybody, those who have left included."""
        return tuple(duties.people(self.connection))

    @cached_property
    def _by_id(self) -> Mapping[int, Person]:
        return {person.id: person for person in self.people}

    @cached_property
    def _by_name(self) -> Mapping[str, list[Person]]:
        found: dict[str, list[Person]] = defaultdict(list)
        for person in self.people:
            found[person.name].append(person)
        return found

    @cached_property
    def _vendors(self) -> Mapping[str, int]:
        """Vendors by each of their names; of two that are called the same, the first."""
        query = select(Vendor.id, Vendor.name, Vendor.short_name, Vendor.code).order_by(Vendor.id.desc())
        return {name: row.id for row in self.connection.execute(query) for name in (row.code, row.short_name, row.name)}

    def owner(self, vendor_id: int | None, staff_id: int | None, person: str = "") -> Whose:
        """Of a record that names vendor or engineer by id."""
        known = self._by_id.get(staff_id) if staff_id is not None else None
        if known is None:
            return Whose(vendor_id, None, person)
        return Whose(known.vendor_id if vendor_id is None else vendor_id, known.id, known.name)

    def named(self, written: str, day: date, unit: str = "") -> Whose:
        """Of a record that only has names: one of the staff on site that day, of the `unit` where one is given.

        Several names are their vendor's, where they have one; a unit that is a vendor owns what no engineer fits.
        """
        vendor = self._vendors.get(unit) if unit else None
        parts = [part for each in DIVIDERS.split(written) if (part := each.strip())]
        found = [self._one(part, day, vendor, unit) for part in parts]
        if len(found) == 1 and found[0] is not None:
            return Whose(found[0].vendor_id, found[0].id, found[0].name)
        vendors = {person.vendor_id if person else None for person in found}
        return Whose(vendors.pop() if len(vendors) == 1 and vendor is None else vendor, None, written)

    def _one(self, name: str, day: date, vendor: int | None, unit: str) -> Person | None:
        same = [each for each in self._by_name.get(name, ()) if each.on_site(day)]
        if unit:
            same = [each for each in same if each.vendor_id == vendor]
        return same[0] if len(same) == 1 else None

    @cached_property
    def calendar(self) -> Calendar:
        """The site's calendar."""
        return calendars.load(self.connection)

    @cached_property
    def opened(self) -> date:
        """The day from which the site keeps its record."""
        return settings.opened_on(self.connection)

    @cached_property
    def rooms(self) -> tuple[Row, ...]:
        """The machine rooms, those out of use included."""
        return tuple(self.connection.execute(select(Room.__table__).order_by(Room.id)).mappings())

    @cached_property
    def months(self) -> tuple[Month, ...]:
        """The months that the period touches, each settled once."""
        wanted = dict.fromkeys((day.year, day.month) for day in days(self.first, self.last))
        return tuple(
            settlement.read(
                self.connection, self.regulations, year, month, self.now,
                vendor_id=self.vendor_id, staff_id=self.staff_id,
            )
            for year, month in wanted
        )  # fmt: skip

    def read(self, query: Select[*tuple[Any, ...]]) -> list[Row]:
        """The rows of a question."""
        return list(self.connection.execute(query).mappings())

    @cached_property
    def reported(self) -> tuple[Row, ...]:
        """Incidents that count in the statistics of the period."""
        return tuple(self.read(incidents(self.within(Incident.reported_at))))

    @cached_property
    def suspected(self) -> tuple[tuple[Row, Standing], ...]:
        """Incidents reported in the period that may have exceeded a deadline, or were visits, with how they stand."""
        found = incident_breaches.suspected(self.connection, self.regulations, self.first, self.last, self.now)
        return tuple((row, standing) for row, standing in found if row["reported_at"] <= self.now)

    @cached_property
    def visits(self) -> tuple[tuple[Row, Sequence[Breach]], ...]:
        """Visits to machine rooms with what was missed on each; void and imported ones are not judged."""
        query = select(Visit.__table__).where(
            self.within(Visit.entered_at), Visit.void_at.is_(None), Visit.batch_id.is_(None)
        )
        rows = self.read(query.order_by(Visit.entered_at, Visit.id))
        found = room_visits.breaches(self.connection, self.regulations, rows, self.now)
        return tuple((row, found[row["id"]]) for row in rows)

    @cached_property
    def loans(self) -> tuple[Row, ...]:
        """Loans that were handed over, fell due or came back in the period."""
        touched = or_(
            self.within(Loan.lent_at), self.within(Loan.returned_at), Loan.due_on.between(self.first - DAY, self.last)
        )
        query = select(Loan.__table__).where(Loan.void_at.is_(None), Loan.lent_at <= self.now, touched)
        return tuple(self.read(query.order_by(Loan.lent_at, Loan.id)))
