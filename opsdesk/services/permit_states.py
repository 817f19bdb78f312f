"""Where a permit stands: asked, granted, used, over; what it lacks before it may be approved (E1-14, E1-15, E1-17).

A state is a condition in the record, so that lists of any length can be narrowed to it, and it is told in words
from the very same condition.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, true

from opsdesk.models import Permit
from opsdesk.rules.clause import Held, Law
from opsdesk.rules.room_access import paper_due
from opsdesk.services import room_permits

DAY = timedelta(days=1)


class PermitState(StrEnum):
    """Where a permit stands."""

    WAITING = "待批准"
    APPROVED = "已批准"
    URGENT = "紧急待补单"
    LATE = "紧急逾期"
    USED = "已用完"
    EXPIRED = "已过期"
    REFUSED = "未批准"
    VOID = "已作废"


ENTERED = "first_entry"
STATE = "state"


def paper_late(begun: ColumnElement[datetime], now: datetime) -> ColumnElement[bool]:
    """True where the paper for an emergency that began then is overdue, as `room_access.paper_due` has it."""
    return begun < datetime.combine(now.date() - DAY, time())


def first_of(conditions: Mapping[Any, ColumnElement[bool]]) -> ColumnElement[str]:
    """The first state whose condition holds, to be asked for or compared with."""
    return case(*((when, literal(str(state))) for state, when in conditions.items()), else_="")


def conditions(now: datetime) -> dict[PermitState, ColumnElement[bool]]:
    """When a permit is in a state; of these the first that holds is the one."""
    over = Permit.planned_to < now
    entered = room_permits.first_entry()
    begun = func.coalesce(entered, Permit.planned_from)
    owes = and_(Permit.urgent, Permit.papered_at.is_(None), Permit.approved_at.is_(None))
    decided = or_(Permit.approved_at.is_not(None), and_(Permit.urgent, Permit.papered_at.is_not(None)))
    return {
        PermitState.VOID: Permit.void_at.is_not(None),
        PermitState.REFUSED: Permit.refused_at.is_not(None),
        PermitState.LATE: and_(owes, paper_late(begun, now)),
        PermitState.URGENT: owes,
        # what is over needs no look at each person
        PermitState.USED: and_(decided, case((over, entered.is_not(None)), else_=room_permits.used_up())),
        PermitState.EXPIRED: over,
        PermitState.APPROVED: decided,
        PermitState.WAITING: literal(value=True),
    }


def state_at(now: datetime) -> ColumnElement[str]:
    """The state, to be asked for or compared with."""
    return first_of(conditions(now))


def in_state(wanted: str, now: datetime) -> ColumnElement[bool]:
    """True of permits in a state; what is over is passed by quickly where it cannot be meant."""
    running = wanted in {PermitState.WAITING, PermitState.APPROVED}
    return and_(Permit.planned_to >= now if running else true(), state_at(now) == wanted)


def rows(now: datetime) -> Select[*tuple[Any, ...]]:
    """Permits with their state and first entry."""
    return select(Permit.__table__, state_at(now).label(STATE), room_permits.first_entry().label(ENTERED))


def due(row: Mapping[Any, Any]) -> datetime:
    """Until when the paper for an urgent permit has to be there."""
    return paper_due(row[ENTERED] or row["planned_from"])


def assessment(row: Mapping[Any, Any], law: Law) -> list[str]:
    """What is missing of cause, plan and reach where the machines are worked on (E1-15)."""
    if not row["operates"] or law.part("room.assessment", "E1") is None:
        return []
    titles = {"cause": "原因判断", "plan": "处理方案", "reach": "影响范围"}
    return [titles[key] for key in room_permits.ASSESSMENT if not row[key].strip()]


def secrecy(row: Mapping[Any, Any], law: Law) -> Held | None:
    """The clause that asks for the promise of secrecy, where it was not given by who works on the machines (E1-17)."""
    return law.part("room.secrecy", "E1") if row["operates"] and not row["secrecy"] else None


def lacks(row: Mapping[Any, Any], people: int, law: Law) -> list[str]:
    """Everything that has to be written before the permit may be approved, in the order of the paper."""
    found = [] if people else ["出入人员"]
    found += assessment(row, law)
    return [*found, "保密承诺"] if secrecy(row, law) is not None else found
