"""What each day of a month may be charged with, and the accounts in which it is settled (G12, G14)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from opsdesk.rules.clause import Law
from opsdesk.rules.halves import Half
from opsdesk.rules.settlement import Account, Missed, Occurrence, OpenEnd
from opsdesk.rules.vocabulary import Judgement, Mark, State
from opsdesk.services.attendance import PersonDay

PENALTY_PARTS = (
    "attendance.late_count",
    "attendance.absent",
    "attendance.late_minutes",
    "attendance.early_each",
    "attendance.early_awol",
    "attendance.no_leave",
    "leave.pay",
)
UNEXCUSED = frozenset({Mark.AWOL, Mark.AWAY})


@dataclass(frozen=True)
class Missing:
    """A shift day with an end missing (未签退, 缺签到); `overdue` where the time for a 补签单 is over (G12)."""

    day: date
    what: State
    overdue: bool


@dataclass(frozen=True, slots=True)
class Charged:
    """What one day has that a clause may charge; never more than the day itself (a whole day, or what leave left)."""

    day: PersonDay
    late: tuple[Occurrence, ...] = ()
    early: tuple[Occurrence, ...] = ()
    missed: tuple[Missed, ...] = ()
    personal: tuple[Occurrence, ...] = ()
    open_ends: tuple[OpenEnd, ...] = ()


def charges(each: PersonDay, parts: tuple[Half, Half], end: Missing | None, personal: int) -> Charged | None:
    """A day of lateness beyond the limit is absent as a whole: no half of it is counted as missed a second time.

    An open end is charged only where the day costs no other half days. None: an ordinary day.
    """
    minutes = each.result.late_minutes or each.result.early_minutes
    if not minutes and end is None and not personal and not any(half.mark in UNEXCUSED for half in parts):
        return None
    verdicts = [(punch, verdict) for punch, verdict in each.result.verdicts if verdict.minutes]
    halves_due = sum(half.mark is not Mark.LEAVE for half in parts)
    reference = (f"day:{each.person.id}:{each.day.isoformat()}",)
    absent = any(half.mark is Mark.ABSENT for half in parts)
    gone = 0 if absent else sum(half.mark in UNEXCUSED for half in parts)
    evidence = tuple(f"punch:{punch.fact.id}" for punch in each.punches)
    charged_end = end is not None and end.overdue and not absent and not gone
    return Charged(
        each,
        tuple(
            Occurrence(each.day, verdict.minutes, (f"punch:{punch.id}",), max(1, halves_due))
            for punch, verdict in verdicts
            if verdict.judgement in {Judgement.LATE, Judgement.ABSENT}
        ),
        tuple(
            Occurrence(each.day, verdict.minutes, (f"punch:{punch.id}",))
            for punch, verdict in verdicts
            if verdict.judgement is Judgement.EARLY
        ),
        (Missed(each.day, gone, reference),) if gone else (),
        (Occurrence(each.day, personal, reference),) if personal else (),
        (OpenEnd(each.day, str(end.what), evidence),) if end is not None and charged_end else (),
    )


def open_end(each: PersonDay, parts: tuple[Half, Half], law: Law, now: datetime) -> Missing | None:
    """The missing end of a day, unless leave frees it; after the time limit it is overdue (G12)."""
    assert each.duty is not None  # noqa: S101 — the caller has looked
    state = each.result.state
    known = state in {State.NO_SIGN_OUT, State.NO_SIGN_IN}
    if not known and not (now >= each.duty.ends and any(half.mark is Mark.OPEN for half in parts)):
        return None
    concerned = parts[0] if state is State.NO_SIGN_IN else parts[1]
    if concerned.mark is Mark.LEAVE:
        return None
    overdue = now - each.duty.ends > timedelta(hours=law.held("G12").number("missing.hours"))
    return Missing(each.day, state if known else State.NO_SIGN_OUT, overdue)


def accounts(laws: Mapping[date, Law], charged: Sequence[Charged]) -> list[Account]:
    """The month in segments of one regulation with one set of values, in order of time (G14)."""
    found: dict[tuple[str, tuple[date | None, ...]], list[Charged]] = defaultdict(list)
    for each in charged:
        code = each.day.terms.penalties
        found[code, _values(laws[each.day.day], code)].append(each)
    return [
        Account(
            laws[days[0].day.day],
            code,
            late=tuple(one for each in days for one in each.late),
            early=tuple(one for each in days for one in each.early),
            missed=tuple(one for each in days for one in each.missed),
            personal=tuple(one for each in days for one in each.personal),
            open_ends=tuple(one for each in days for one in each.open_ends),
        )
        for (code, _), days in found.items()
    ]


def _values(law: Law, regulation: str) -> tuple[date | None, ...]:
    """Since when each penalty clause of the regulation holds as it does: equal for days that are settled together."""
    parts = (law.part(does, regulation) for does in PENALTY_PARTS)
    return (*(held.holding.begins if held else None for held in parts), law.held("G12").holding.begins)
