"""Slips for the use of the site outside working hours (F14): where each stands, and whether it was used as approved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, literal, or_

from opsdesk.models import OffHours
from opsdesk.rules import room_access
from opsdesk.rules.calendar import Calendar, days
from opsdesk.rules.clause import Regulations
from opsdesk.rules.facts import Span
from opsdesk.rules.room_access import Breach, Leave, VisitFacts, paper_due
from opsdesk.rules.vocabulary import DayKind
from opsdesk.services import duties
from opsdesk.services.duties import Plan
from opsdesk.services.permit_states import first_of, paper_late

DAY = timedelta(days=1)
KINDS = {
    DayKind.WORKDAY: "工作日班后",
    DayKind.MAKE_UP: "工作日班后",
    DayKind.WEEKEND: "周末",
    DayKind.STATUTORY: "法定节假日",
    DayKind.DAY_OFF: "调休休息日",
}
"""What the time is, as F14 ticks it."""


class SlipState(StrEnum):
    """Where a slip stands."""

    WAITING = "待批准"
    APPROVED = "已批准"
    URGENT = "紧急待补单"
    LATE = "紧急逾期"
    USED = "已使用"
    EXPIRED = "已过期"
    REFUSED = "未批准"
    VOID = "已作废"


def conditions(now: datetime) -> dict[SlipState, ColumnElement[bool]]:
    """When a slip is in a state; of these the first that holds is the one."""
    owes = and_(OffHours.emergency, OffHours.papered_at.is_(None))
    begun = func.coalesce(OffHours.entered_at, OffHours.begins_at)
    decided = or_(
        and_(OffHours.emergency, OffHours.papered_at.is_not(None)),
        and_(~OffHours.emergency, OffHours.approved_at.is_not(None)),
    )
    return {
        SlipState.VOID: OffHours.void_at.is_not(None),
        SlipState.REFUSED: OffHours.refused_at.is_not(None),
        SlipState.LATE: and_(owes, paper_late(begun, now)),
        SlipState.URGENT: owes,
        SlipState.USED: and_(decided, OffHours.left_at.is_not(None)),
        SlipState.EXPIRED: and_(OffHours.ends_at < now, OffHours.entered_at.is_(None)),
        SlipState.APPROVED: decided,
        SlipState.WAITING: literal(value=True),
    }


def state_at(now: datetime) -> ColumnElement[str]:
    """The state, to be asked for or compared with."""
    return first_of(conditions(now))


def due(row: Mapping[Any, Any]) -> datetime:
    """Until when the paper for an emergency has to be there."""
    return paper_due(row["entered_at"] or row["begins_at"])


def breaches(
    connection: Connection, regulations: Regulations, rows: Sequence[Mapping[Any, Any]], now: datetime
) -> dict[int, list[Breach]]:
    """What was missed in the use by each slip, by its id (T3-06); one that is void or not used yet misses nothing."""
    used = [row for row in rows if row["entered_at"] is not None and row["void_at"] is None]
    found: dict[int, list[Breach]] = {row["id"]: [] for row in rows}
    if not used:
        return found
    last = max(row["left_at"] or max(now, row["entered_at"]) for row in used).date()
    plan = duties.load(connection, regulations, min(row["entered_at"] for row in used).date() - DAY, last + DAY, ())
    for row in used:
        found[row["id"]] = room_access.off_hours(_facts(plan, row, now), regulations.on(row["entered_at"].date()), now)
    return found


def _facts(plan: Plan, row: Mapping[Any, Any], now: datetime) -> VisitFacts:
    until = row["left_at"] or max(now, row["entered_at"])
    approved = row["approved_at"] if row["refused_at"] is None else None
    slip = Leave(Span(row["begins_at"], row["ends_at"]), approved, row["emergency"], row["papered_at"])
    return VisitFacts(
        external=True,
        entered=row["entered_at"],
        left=row["left_at"],
        working=working(plan, row["entered_at"], until),
        leaves=(slip,),
    )


def working(plan: Plan, begins: datetime, ends: datetime) -> tuple[Span, ...]:
    """The site's working time on these days, from morning to evening; the noon break is no time outside it."""
    found = (plan.open_hours(day) for day in days(begins.date() - DAY, ends.date() + DAY))
    return tuple(each for each in found if each is not None)


def kinds(calendar: Calendar, begins: datetime, ends: datetime) -> list[str]:
    """What the time is, in the words of the paper: the kind of each day that it touches."""
    last = (ends - timedelta(microseconds=1)).date()
    return list(dict.fromkeys(KINDS[calendar.kind(day)] for day in days(begins.date(), last)))
