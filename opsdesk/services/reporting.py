"""The reports that vendors owe: by when each is due under the contract's law, and whether it came (T1-RPT, E8-04)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.models import ContactPerson, Punch, Report, Staff, Vendor
from opsdesk.rules import reporting as rules
from opsdesk.rules.calendar import Calendar, days
from opsdesk.rules.clause import Regulations
from opsdesk.rules.reporting import Due, Judged, ReportKind
from opsdesk.services import calendars, duties, settings
from opsdesk.services.choices import in_use
from opsdesk.services.context import Context
from opsdesk.services.duties import Plan

DAY = timedelta(days=1)
BEFORE, AFTER = timedelta(days=92), timedelta(days=32)
"""So long before it is due a report's days may begin, and so long after them it may be due."""
CONTACT, SERVICE = "接口人", "客服专员"
Row = Mapping[Any, Any]


@dataclass(frozen=True)
class Desk:
    """What is read once to tell when reports are due: contracts, calendar, and of which vendor somebody came when."""

    connection: Connection
    regulations: Regulations
    first: date
    last: date

    @cached_property
    def plan(self) -> Plan:
        """The contracts."""
        return duties.load(self.connection, self.regulations, self.first - BEFORE, self.last + AFTER, ids=())

    @cached_property
    def calendar(self) -> Calendar:
        """The site's calendar."""
        return calendars.load(self.connection)

    @cached_property
    def opened(self) -> date:
        """The day from which the site keeps its record."""
        return settings.opened_on(self.connection)

    @cached_property
    def attended(self) -> set[tuple[int, date]]:
        """The vendors of which somebody signed in or out, by day."""
        query = (
            select(Staff.vendor_id, Punch.day)
            .join(Staff, Staff.id == Punch.staff_id)
            .where(Punch.day.between(self.first - BEFORE, self.last + AFTER), Punch.void_at.is_(None))
            .distinct()
        )
        return {(row.vendor_id, row.day) for row in self.connection.execute(query)}

    def due(self, vendor_id: int, kind: ReportKind, day: date) -> Due | None:
        """By when the vendor's report that has `day` in it is due; None where the contract's law asks for none."""
        first, last = rules.span(kind, day)
        regulation = self.plan.reports_on(vendor_id, rules.law_day(kind, first, last))
        attended = (vendor_id, day) in self.attended
        found = rules.due(kind, day, self.regulations, regulation, self.calendar, attended=attended)
        return found if found is not None and found.at.date() >= self.opened else None


@dataclass(frozen=True)
class Owed:
    """A report that is due, with how it stands; `row` is the report, sent or begun, where there is one."""

    vendor_id: int
    vendor: str
    due: Due
    row: Row | None
    judged: Judged

    @property
    def title(self) -> str:
        """华信 03-05 的日报, 华信 03-02 至 03-08 的周报."""
        first, last = self.due.first, self.due.last
        return f"{self.vendor} {first:%m-%d}{'' if first == last else f' 至 {last:%m-%d}'} 的{self.due.kind}"


def owed(
    connection: Connection,
    regulations: Regulations,
    first: date,
    last: date,
    now: datetime,
    kinds: Collection[ReportKind] = tuple(ReportKind),
) -> Iterator[Owed]:
    """Every report that is due on a day from `first` to `last`, by day and vendor, with how it stands at `now`."""
    desk = Desk(connection, regulations, first, last)
    vendors = connection.execute(select(Vendor.id, Vendor.short_name).order_by(Vendor.code)).all()
    wanted: dict[tuple[int, ReportKind, date], tuple[str, Due]] = {}
    for vendor in vendors:
        if not desk.plan.terms.get(vendor.id):
            continue
        for kind in kinds:
            for day in _days_of(kind, first, last):
                due = desk.due(vendor.id, kind, day)
                if due is not None and first <= due.at.date() <= last:
                    wanted[vendor.id, kind, due.first] = (vendor.short_name, due)
    rows = {(row["vendor_id"], ReportKind(row["kind"]), row["first"]): row for row in _standing(connection, wanted)}
    for key, (name, due) in sorted(wanted.items(), key=lambda each: each[1][1].at):
        row = rows.get(key)
        yield Owed(key[0], name, due, row, judged(due, row, now))


def _days_of(kind: ReportKind, first: date, last: date) -> list[date]:
    """A day of each report that may be due on a day from `first` to `last`."""
    if kind is ReportKind.DAILY:
        return days(first, last)
    if kind is ReportKind.WEEKLY:
        monday = first - DAY * first.weekday()
        return days(monday, last)[::7]
    begins = rules.span(kind, first - AFTER)[0]
    return sorted({rules.span(kind, day)[0] for day in days(begins, last)})


def _standing(connection: Connection, wanted: Collection[tuple[int, ReportKind, date]]) -> list[Row]:
    if not wanted:
        return []
    begins = [first for _, _, first in wanted]
    query = select(Report.__table__).where(Report.first.between(min(begins), max(begins)), Report.void_at.is_(None))
    return list(connection.execute(query.order_by(Report.id)).mappings())


def judged(due: Due | None, row: Row | None, now: datetime) -> Judged:
    """How a report stands at `now`."""
    if row is None:
        return rules.judge(due, None, "", "", now)
    return rules.judge(due, row["submitted_at"], row["submitted_to"], row["copied_to"], now)


def of_row(connection: Connection, regulations: Regulations, row: Row, now: datetime) -> Judged:
    """How one report stands."""
    return of_rows(connection, regulations, [row], now)[row["id"]]


def of_rows(
    connection: Connection, regulations: Regulations, rows: Sequence[Row], now: datetime
) -> Mapping[int, Judged]:
    """How each of these reports stands, by id."""
    if not rows:
        return {}
    first, last = min(row["first"] for row in rows), max(row["last"] for row in rows)
    desk = Desk(connection, regulations, first, last)
    return {
        row["id"]: judged(desk.due(row["vendor_id"], ReportKind(row["kind"]), row["first"]), row, now) for row in rows
    }


def addressed(ctx: Context, role: str) -> str:
    """The client's contact persons of a role with their addresses: 周敏 zhou@example.com; empty where none is known."""
    query = select(ContactPerson.name, ContactPerson.email, ContactPerson.left_on).where(
        ContactPerson.role == role, ContactPerson.vendor_id.is_(None)
    )
    with ctx.read() as connection:
        rows = connection.execute(query.order_by(ContactPerson.id)).all()
    found = (f"{row.name} {row.email or ''}".strip() for row in rows if in_use(row.left_on, ctx.today()))
    return "、".join(found)


def vendor_named(ctx: Context, short_name: str) -> int | None:
    """The vendor with this short name."""
    query = select(Vendor.id).where(Vendor.short_name == short_name)
    with ctx.read() as connection:
        return connection.execute(query.order_by(Vendor.id).limit(1)).scalar_one_or_none()
