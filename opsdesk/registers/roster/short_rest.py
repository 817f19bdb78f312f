"""Two duties of a person too close together: the day shift on the morning after a night shift."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from opsdesk.rules.facts import Duty
from opsdesk.rules.vocabulary import AT_WORK
from opsdesk.services.duties import Person, Plan

LEAST_REST = timedelta(hours=8)
"""Between two duties of a person. No clause in force names a figure, so nothing is refused; below eight hours there is
no night's sleep with the way home and back, and the entry is more often a slip than meant."""


@dataclass(frozen=True)
class ShortRest:
    """Less than `LEAST_REST` before the duty of `day`, and the sentence that says so."""

    staff_id: int
    day: date
    sentence: str


def short_rests(plan: Plan, person: Person, owed: Iterable[Duty | None]) -> list[ShortRest]:
    """What lies too close in a person's duties, given in order of time; a duty wholly on leave is none."""
    held = [duty for duty in owed if duty is not None and not _on_leave(plan, person, duty)]
    return [
        ShortRest(person.id, after.day, _sentence(person, before, after))
        for before, after in pairwise(held)
        if after.begins - before.ends < LEAST_REST
    ]


def _on_leave(plan: Plan, person: Person, duty: Duty) -> bool:
    return any(
        absence.span.begins <= duty.begins and absence.span.ends >= duty.ends and absence.kind not in AT_WORK
        for absence in plan.absences.get(person.id, ())
    )


def _sentence(person: Person, before: Duty, after: Duty) -> str:
    off, on = before.ends, after.begins
    between = f"中间只隔 {_length(on - off)}" if on > off else "中间没有休息" if on == off else "两个班重叠"
    again = _moment(on) if on.date() != off.date() else f"{on:%H:%M}"
    return f"{person.name} {_moment(off)} 下{before.shift}，{again} 又上{after.shift}，{between}。"


def _moment(at: datetime) -> str:
    return f"{at.month}月{at.day}日 {at:%H:%M}"


def _length(span: timedelta) -> str:
    hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
    return " ".join(filter(None, (f"{hours} 小时" if hours else "", f"{minutes} 分钟" if minutes else "")))
