"""What the form behind an open question can be filled with, so that only the answer is left to write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opsdesk.rules.vocabulary import Direction, Mark, State
from opsdesk.services import holiday_consents
from opsdesk.services.attendance import PersonDay
from opsdesk.services.context import Context
from opsdesk.services.leave_slips import Part
from opsdesk.services.open_questions import Question
from opsdesk.services.settlement import Month, PersonMonth

HOLIDAY = "节假日同意"
"""The kind of open question that a consent of the end user answers."""


def consent(ctx: Context, month: Month, question: Question) -> Mapping[str, Any]:
    """Vendor and days of a new 同意记录; who agreed and when is left to be written."""
    last = min(month.dates[-1], ctx.today())
    with ctx.read() as connection:
        found = holiday_consents.missing(connection, ctx.regulations, month.calendar, month.dates[0], last)
    return next(
        (
            {"vendor_id": gap.vendor_id, "first_day": gap.first, "last_day": gap.last}
            for gap in found
            if gap.sentence == question.sentence
        ),
        {},
    )


def values(question: Question, each: PersonMonth | None) -> Mapping[str, Any]:
    """Values by field of a new 补签单, 请假单 or 加班申请; nothing where a record is already there to be looked at."""
    day = next((one for one in each.days if one.day == question.day), None) if each else None
    if each is None or day is None:
        return {}
    match question.kind:
        case State.NO_SIGN_OUT | State.NO_SIGN_IN:
            return _missed_end(question, day)
        case "无假缺席" if day.day in each.halves:
            morning, afternoon = (half.mark is Mark.AWOL for half in each.halves[day.day])
            part = Part.WHOLE if morning and afternoon else Part.MORNING if morning else Part.AFTERNOON
            return {"staff_id": day.person.id, "first_day": day.day, "first_part": str(part), "last_day": day.day,
                    "last_part": str(part)}  # fmt: skip
        case "未排班到岗" if day.punches:
            first, last = day.punches[0].fact.at, day.punches[-1].fact.at
            return {"staff_id": day.person.id, "begins_at": first, "ends_at": last if last > first else None}
    return {}


def _missed_end(question: Question, day: PersonDay) -> Mapping[str, Any]:
    leaving = question.kind == State.NO_SIGN_OUT
    due = (day.duty.ends if leaving else day.duty.begins) if day.duty else None
    return {
        "staff_id": day.person.id,
        "day": day.day,
        "direction": str(Direction.OUT if leaving else Direction.IN),
        "actual_at": due,
        "cause": "忘签",
    }
