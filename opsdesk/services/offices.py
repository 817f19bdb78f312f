"""The offices that are opened, closed and looked over every day (F15): which, what a day lacks, what is unsigned.

A site keeps this register of the offices that its settings name; while they name none, of those it has once checked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from opsdesk.models import OfficeCheck, Punch, Setting, Staff
from opsdesk.rules import premises
from opsdesk.rules.calendar import Calendar, days
from opsdesk.rules.clause import Law
from opsdesk.rules.premises import OfficeDay, OfficeState
from opsdesk.rules.vocabulary import Direction
from opsdesk.services.context import Context

DAY = timedelta(days=1)
SETTING = "site.offices"
USUAL = "办公室"
_BETWEEN = re.compile(r"[、,，;；\n]+")
Check = Mapping[Any, Any]


def named(connection: Connection) -> list[str]:
    """The offices that the settings name."""
    stored = connection.execute(select(Setting.value).where(Setting.name == SETTING)).scalar_one_or_none() or ""
    return [word.strip() for word in _BETWEEN.split(stored) if word.strip()]


def kept(connection: Connection, day: date) -> list[str]:
    """The offices of which the site keeps the register on `day`."""
    checked = select(OfficeCheck.office).where(OfficeCheck.void_at.is_(None), OfficeCheck.day <= day).distinct()
    return named(connection) or sorted(connection.execute(checked).scalars())


def known(ctx: Context) -> list[tuple[str, str]]:
    """Offices to choose from while one types."""
    with ctx.read() as connection:
        found = kept(connection, ctx.today())
    return [(name, name) for name in found or [USUAL]]


def first_known(ctx: Context) -> str:
    """The office with which a form begins."""
    return known(ctx)[0][0]


def standing(connection: Connection, office: str, first: date, last: date) -> Mapping[date, Check]:
    """The checks of an office that count, by day."""
    query = select(OfficeCheck.__table__).where(
        OfficeCheck.office == office, OfficeCheck.day.between(first, last), OfficeCheck.void_at.is_(None)
    )
    return {row["day"]: row for row in connection.execute(query).mappings()}


def first_day(connection: Connection, office: str) -> date | None:
    """The day from which an office is looked after; None while it never was."""
    checked = select(func.min(OfficeCheck.day)).where(OfficeCheck.office == office, OfficeCheck.void_at.is_(None))
    return connection.execute(checked).scalar_one()


def came(connection: Connection, first: date, last: date) -> set[date]:
    """The days on which somebody signed in or out."""
    query = select(Punch.day).where(Punch.day.between(first, last), Punch.void_at.is_(None)).distinct()
    return set(connection.execute(query).scalars())


def first_in(connection: Connection, day: date) -> tuple[str, datetime | None]:
    """Who signed in first on a day, and when: whoever opened the office, as a form suggests; nobody yet: empty."""
    query = (
        select(Staff.name, Punch.at)
        .join(Staff, Staff.id == Punch.staff_id)
        .where(Punch.day == day, Punch.void_at.is_(None), Punch.direction != str(Direction.OUT))
    )
    found = connection.execute(query.order_by(Punch.at, Punch.id).limit(1)).one_or_none()
    return (found.name, found.at) if found else ("", None)


def begun(ctx: Context, office: str, day: date) -> dict[str, Any]:
    """The values with which the check of an office on a day begins."""
    with ctx.read() as connection:
        name, at = first_in(connection, day)
    return {"office": office, "day": day, "opened_by": name, "opened_at": at}


def judged(row: Check | None, law: Law, *, workday: bool, present: bool) -> OfficeState:
    """What a day of an office lacks."""
    if row is None:
        return premises.judge(OfficeDay(), law, workday=workday, present=present)
    looked = all(row[key] for key in premises.FIRE)
    facts = OfficeDay(row["opened_at"] is not None, row["closed_at"] is not None, looked)
    return premises.judge(facts, law, workday=workday, present=present)


def week_over(calendar: Calendar, day: date) -> date:
    """The last day up to which weeks are over at the end of `day`: a week is with its last workday, else on Sunday."""
    monday = day - DAY * day.weekday()
    worked = [each for each in days(monday, monday + 6 * DAY) if calendar.works(each)]
    return day if day >= max(worked, default=monday + 6 * DAY) else monday - DAY


def unsigned(connection: Connection, office: str, last: date) -> Sequence[date]:
    """The days up to `last` for which the supervisor has not signed yet."""
    query = select(OfficeCheck.day).where(
        OfficeCheck.office == office,
        OfficeCheck.day <= last,
        OfficeCheck.signed_at.is_(None),
        OfficeCheck.void_at.is_(None),
    )
    return connection.execute(query.order_by(OfficeCheck.day)).scalars().all()


def undone(ctx: Context) -> int:
    """How many checks found something of which nobody has said what was done."""
    query = select(func.count()).where(OfficeCheck.found != "", OfficeCheck.remedy == "", OfficeCheck.void_at.is_(None))
    with ctx.read() as connection:
        return connection.execute(query).scalar_one()
