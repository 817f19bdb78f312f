"""Judging days again after what they were judged by has changed: contract, roster, leave, calendar, hours.

Closed days stand as they were judged.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Set
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import select

from opsdesk.models import Punch, Staff
from opsdesk.rules import attendance as rules
from opsdesk.rules.facts import Duty
from opsdesk.rules.facts import Punch as PunchFact
from opsdesk.rules.vocabulary import Direction, Source
from opsdesk.services import attendance, closing_days, duties, incident_clocks
from opsdesk.services.context import Context
from opsdesk.services.transaction import Transaction

TWO_DAYS = timedelta(days=2)
BY_CLOCK = (Source.DESK, Source.KIOSK, Source.IMPORT)
"""Punches whose shift day was found from their time; in a roll-call or a 补签单 a human has named the day."""


def staff_of(tx: Transaction, vendor_id: int) -> list[int]:
    """Everybody of a vendor, those who have left included."""
    return list(tx.connection.execute(select(Staff.id).where(Staff.vendor_id == vendor_id)).scalars())


def everybody(tx: Transaction, ctx: Context, first: date, last: date) -> None:
    """Judge all signed days from `first` to `last` again, and the incidents of that time."""
    incident_clocks.rejudge(tx, ctx, first, last)
    rejudge(tx, ctx, first, last, list(tx.connection.execute(select(Staff.id)).scalars()))


def rejudge(tx: Transaction, ctx: Context, first: date, last: date, staff_ids: Collection[int]) -> None:
    """Bring these people's signed days from `first` to `last` in step with what is planned now.

    A punch goes to the shift day it now belongs to, and the stored verdicts follow.
    """
    if not staff_ids:
        return
    signed = (
        select(Punch.id, Punch.staff_id, Punch.day, Punch.at, Punch.direction, Punch.source)
        .where(
            Punch.day.between(first - TWO_DAYS, last + TWO_DAYS),
            Punch.staff_id.in_(staff_ids),
            Punch.void_at.is_(None),
        )
        .order_by(Punch.staff_id, Punch.at, Punch.id)
    )
    rows = tx.connection.execute(signed).all()
    closed = closing_days.closed_days(tx.connection, first - 2 * TWO_DAYS, last + 2 * TWO_DAYS)
    keys = {(row.staff_id, row.day) for row in rows if first <= row.day <= last and row.day not in closed}
    if rows:
        keys |= _sort_anew(tx, ctx, rows, closed)
    attendance.rejudge(tx, ctx.regulations, keys, ctx.now())


def _sort_anew(tx: Transaction, ctx: Context, rows: Collection[Any], closed: Set[date]) -> set[tuple[int, date]]:
    days = [row.day for row in rows]
    since, until = min(days) - TWO_DAYS, max(days) + TWO_DAYS
    ids = {row.staff_id for row in rows}
    plan = duties.load(tx.connection, ctx.regulations, since, until, ids)
    people = {person.id: person for person in duties.people(tx.connection, ids=ids)}
    moved = set()
    for staff_id, own in groupby(rows, key=lambda row: row.staff_id):
        owed = plan.duties(people[staff_id], since, until)
        for row, day in _days_of(list(own), owed):
            if day != row.day and row.source in BY_CLOCK and not closed & {day, row.day}:
                tx.update(Punch, row.id, day=day)
                moved |= {(staff_id, row.day), (staff_id, day)}
    return moved


def _days_of(rows: Collection[Any], owed: list[Duty]) -> Iterable[tuple[Any, date]]:
    """Each punch of a person with the shift day it belongs to; a departure closes the arrival before it."""
    opened: tuple[PunchFact, date] | None = None
    for row in rows:
        fact = PunchFact(row.id, row.at, Direction(row.direction))
        duty = rules.duty_at(owed, row.at)
        day = duty.day if duty else row.at.date()
        if fact.direction is Direction.OUT and opened and rules.still_open([opened[0]], row.at):
            begun = next((each for each in owed if each.day == opened[1]), None)
            after = next((each for each in owed if each.day > opened[1]), None)
            if begun is None or rules.departs(begun, after, row.at):
                day = opened[1]
        if row.source not in BY_CLOCK:
            day = row.day
        yield row, day
        opened = (fact, day) if fact.direction is Direction.IN else None
