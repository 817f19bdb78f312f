"""By when the record of a solved incident has to be handed in: before the shift ends in which it was solved (T3-05)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.models import IncidentAct
from opsdesk.rules import sla
from opsdesk.rules.calendar import days
from opsdesk.rules.clause import Regulations
from opsdesk.rules.facts import Span
from opsdesk.rules.hours import without
from opsdesk.services import duties
from opsdesk.services.duties import Person, Plan

DAY = timedelta(days=1)
FAR = 40
"""Days after an incident within which the next shift or working day is looked for."""
SOLVING = "解决"
"""The line of the course that says it was solved here, not where the record was imported from."""


def of(connection: Connection, regulations: Regulations, rows: Sequence[Mapping[str, Any]]) -> dict[int, datetime]:
    """By when the record of each solved incident has to be handed in (T3-05), by its id; others are left out."""
    imported = [row["id"] for row in rows if row["batch_id"] is not None]
    query = select(IncidentAct.incident_id).where(IncidentAct.incident_id.in_(imported), IncidentAct.what == SOLVING)
    here = set(connection.execute(query).scalars()) if imported else set()
    done = [row for row in rows if row["resolved_at"] is not None and (row["batch_id"] is None or row["id"] in here)]
    if not done:
        return {}
    first = min(row["resolved_at"] for row in done).date()
    last = max(row["resolved_at"] for row in done).date()
    ids = {row["staff_id"] for row in done if row["staff_id"] is not None}
    plan = duties.load(connection, regulations, first - DAY, last + FAR * DAY, ids)
    people = {person.id: person for person in duties.people(connection, ids=ids)} if ids else {}
    found = {}
    for row in done:
        held = regulations.on(row["resolved_at"].date()).part("incident.hand_in", "T3")
        if held is not None:
            end, following = _shift_ends(plan, people.get(row["staff_id"]), row["resolved_at"])
            found[row["id"]] = sla.hand_in_due(row["resolved_at"], end, following, held)
    return found


def _shift_ends(plan: Plan, person: Person | None, done: datetime) -> tuple[datetime | None, datetime]:
    """The end of the shift in which the work was done, or that was still to come that day, and the next one's end.

    Without a person the desk's own hours count.
    """
    day = done.date()
    current: Span | None = None
    for shift in (_shift(plan, person, each) for each in days(day - DAY, day + FAR * DAY)):
        if shift is None or shift.ends < done:
            continue
        if current is None and (shift.begins <= done or shift.begins.date() == day):
            current = shift
        else:
            return current.ends if current else None, shift.ends
    return current.ends if current else None, datetime.combine(day + DAY, time(23, 59, 59))


def _shift(plan: Plan, person: Person | None, day: date) -> Span | None:
    if person is not None:
        duty = plan.duty(person, day)
        there = duty is not None and without(duty.pairs, duty.approved)
        return Span(duty.begins, duty.ends) if duty and there else None
    return plan.open_hours(day)
