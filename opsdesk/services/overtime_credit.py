"""Approved overtime as it was really stayed for: what counts is approved, present, and outside the planned time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, select

from opsdesk.models import Overtime
from opsdesk.rules import hours
from opsdesk.rules.facts import Span
from opsdesk.rules.hours import Noon
from opsdesk.services.attendance import PersonDay

APPROVED = "已批准"


def minutes_by_day(
    connection: Connection, first: date, last: date, own: Mapping[int, Sequence[PersonDay]], noon: Noon | None
) -> dict[int, dict[date, int]]:
    """Credited minutes by person and day on which the overtime began; approved days without presence count zero."""
    begins, ends = datetime.combine(first, time()), datetime.combine(last + timedelta(days=1), time())
    query = select(Overtime.staff_id, Overtime.begins_at, Overtime.ends_at).where(
        Overtime.state == APPROVED, Overtime.begins_at >= begins, Overtime.begins_at < ends
    )
    found: dict[int, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for row in connection.execute(query):
        days = [each for each in own.get(row.staff_id, ()) if abs((each.day - row.begins_at.date()).days) <= 1]
        present = [span for each in days for span in hours.presence([punch.fact for punch in each.punches])]
        planned = [pair for each in days if each.duty for pair in each.duty.pairs]
        credited = hours.overtime_minutes(Span(row.begins_at, row.ends_at), present, planned, noon)
        found[row.staff_id][row.begins_at.date()] += credited
    return found
