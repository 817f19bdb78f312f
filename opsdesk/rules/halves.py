"""A planned day as two halves, each with what was planned, what happened and what leave covers (F04)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from opsdesk.rules.attendance import DayResult, PairResult, uncovered
from opsdesk.rules.facts import Duty, Span
from opsdesk.rules.vocabulary import Judgement, LeaveKind, Mark, State


@dataclass(frozen=True, slots=True)
class Half:
    """Half a planned day: its time, its mark, minutes of lateness or early leaving, and the kind of leave on it."""

    span: Span
    mark: Mark
    minutes: int = 0
    leave: LeaveKind | None = None


def halves(
    duty: Duty, result: DayResult, away: Sequence[tuple[Span, LeaveKind]], now: datetime, unexcused: Mark = Mark.AWOL
) -> tuple[Half, Half]:
    """The two halves of a duty: of several pairs the first and the last ones, of one pair its two equal parts.

    A half that leave covers by half or more is leave. Planned time that is over without any sign-in is absence without
    leave (`unexcused`: 旷工 only where a clause says so); more than the clause's limit late makes the day 视缺勤, both
    halves of it that are not leave (T2-ATT-08).
    """
    middle = len(duty.pairs) // 2
    if middle:
        first, second = result.pairs[:middle], result.pairs[middle:]
        spans = (Span(duty.begins, duty.pairs[middle - 1].ends), Span(duty.pairs[middle].begins, duty.ends))
    else:
        first = second = result.pairs
        noon = duty.begins + (duty.ends - duty.begins) / 2
        spans = (Span(duty.begins, noon), Span(noon, duty.ends))
    if not away and not middle and _ordinary(result.pairs[0]):
        return Half(spans[0], Mark.PRESENT), Half(spans[1], Mark.PRESENT)
    away_first, away_second = (_leave_on(span, away) is not None for span in spans)
    # Of a single pair the half that is left alone by leave has both the coming and the going.
    morning = _half(spans[0], first, result, away, now, duty, arriving=True, leaving=bool(middle) or away_second)
    afternoon = _half(spans[1], second, result, away, now, duty, arriving=bool(middle) or away_first, leaving=True)
    for absent in (morning, afternoon):
        if absent.mark is Mark.ABSENT:
            morning, afternoon = (
                half if half.mark is Mark.LEAVE else Half(half.span, Mark.ABSENT, absent.minutes)
                for half in (morning, afternoon)
            )
            break
    if unexcused is not Mark.AWOL:
        morning, afternoon = (
            Half(half.span, unexcused) if half.mark is Mark.AWOL else half for half in (morning, afternoon)
        )
    return morning, afternoon


def _ordinary(pair: PairResult) -> bool:
    """Came and went in time."""
    came, gone = pair.arrival_verdict, pair.departure_verdict
    return came is not None and gone is not None and came.minutes == 0 and gone.minutes == 0


def _half(
    span: Span,
    pairs: Sequence[PairResult],
    result: DayResult,
    away: Sequence[tuple[Span, LeaveKind]],
    now: datetime,
    duty: Duty,
    *,
    arriving: bool,
    leaving: bool,
) -> Half:
    if kind := _leave_on(span, away):
        return Half(span, Mark.LEAVE, leave=kind)
    if not any(pair.arrival or pair.departure for pair in pairs):
        return Half(span, Mark.AWOL if now >= duty.ends else Mark.AHEAD)
    arrival, departure = pairs[0].arrival_verdict, pairs[-1].departure_verdict
    if arriving and arrival and arrival.judgement is Judgement.ABSENT:
        return Half(span, Mark.ABSENT, arrival.minutes)
    if arriving and arrival and arrival.judgement is Judgement.LATE:
        return Half(span, Mark.LATE, arrival.minutes)
    if leaving and departure and departure.judgement is Judgement.EARLY:
        return Half(span, Mark.EARLY, departure.minutes)
    incomplete = (arriving and pairs[0].arrival is None) or (leaving and pairs[-1].departure is None)
    if incomplete:
        settled = result.state in {State.NO_SIGN_OUT, State.NO_SIGN_IN}
        return Half(span, Mark.OPEN if settled or now >= duty.ends else Mark.PRESENT)
    return Half(span, Mark.PRESENT)


def _leave_on(span: Span, away: Sequence[tuple[Span, LeaveKind]]) -> LeaveKind | None:
    touching = [(each, kind) for each, kind in away if each.begins < span.ends and each.ends > span.begins]
    if not touching or uncovered(span, [each for each, _ in touching]) * 2 > span.ends - span.begins:
        return None
    return max(touching, key=lambda each: min(each[0].ends, span.ends) - max(each[0].begins, span.begins))[1]
