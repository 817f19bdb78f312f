"""Attendance of a day: which shift day a punch belongs to, and what arriving and leaving amount to.

Clauses: T1-ATT-01 (hours), T2-ATT-07 … T2-ATT-10 (lateness, early leaving), T3-02 (signing at the desk); reading G4
(minutes are cut, not rounded) and G7 (approved absence is taken out first). Everything here is pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from opsdesk.rules.amounts import in_yuan
from opsdesk.rules.clause import Citation, Law
from opsdesk.rules.facts import Duty, Punch, Span, Terms
from opsdesk.rules.verdict import Verdict
from opsdesk.rules.vocabulary import Direction, Judgement, State

REACH = timedelta(hours=6)  # how far a duty reaches into free time before and after it when no other duty is near
LONGEST = timedelta(hours=16)  # how long an arrival may stay open until the departure that closes it
SAME_END = timedelta(minutes=30)  # a machine's punches so near each other are one coming or one going


@dataclass(frozen=True, slots=True)
class PairResult:
    """One planned pair with the punches that count for it and their verdicts; None where there is no punch."""

    plan: Span
    arrival: Punch | None
    departure: Punch | None
    arrival_verdict: Verdict | None
    departure_verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class DayResult:
    """A person's day: its state for the board and the pairs behind it.

    `late_minutes` and `early_minutes` are sums over the pairs. `state` follows the last thing that happened.
    """

    state: State
    pairs: tuple[PairResult, ...]
    late_minutes: int = 0
    early_minutes: int = 0

    @property
    def verdicts(self) -> tuple[tuple[Punch, Verdict], ...]:
        """Every judged punch with its verdict, in order."""
        found = []
        for pair in self.pairs:
            if pair.arrival and pair.arrival_verdict:
                found.append((pair.arrival, pair.arrival_verdict))
            if pair.departure and pair.departure_verdict:
                found.append((pair.departure, pair.departure_verdict))
        return tuple(found)


def reach(duty: Duty, before: Duty | None, after: Duty | None) -> Span:
    """The time in which a punch belongs to `duty`: half way to the neighbouring duties, at most REACH beyond its ends.

    So the morning's arrival is never taken for yesterday's leaving, and a night's leaving belongs to the night.
    """
    first, last = duty.begins - REACH, duty.ends + REACH
    if before is not None:
        first = max(first, before.ends + (duty.begins - before.ends) / 2)
    if after is not None:
        last = min(last, duty.ends + (after.begins - duty.ends) / 2)
    return Span(first, last)


def duty_at(duties: Sequence[Duty], at: datetime) -> Duty | None:
    """The duty that a punch at `at` belongs to, among a person's duties in order of time; None: not on the roster."""
    for index, duty in enumerate(duties):
        before = duties[index - 1] if index else None
        after = duties[index + 1] if index + 1 < len(duties) else None
        span = reach(duty, before, after)
        if span.begins <= at < span.ends:
            return duty
    return None


def still_open(punches: Sequence[Punch], at: datetime) -> bool:
    """Whether a departure at `at` can close the last arrival among `punches`: overtime runs past midnight."""
    if not punches:
        return False
    last = max(punches, key=lambda punch: (punch.at, punch.id))
    return last.direction is Direction.IN and timedelta() <= at - last.at <= LONGEST


def departs(duty: Duty, after: Duty | None, at: datetime) -> bool:
    """Whether a departure at `at` may belong to `duty`: after it began, before half way to the next duty."""
    latest = duty.ends + LONGEST
    if after is not None:
        latest = min(latest, duty.ends + (after.begins - duty.ends) / 2)
    return duty.begins <= at < latest


def belongs(duties: Sequence[Duty], day: date, at: datetime, direction: Direction) -> bool:
    """Whether a time that somebody claims for shift day `day` can be of that day, among the person's duties."""
    own = next((duty for duty in duties if duty.day == day), None)
    if direction is Direction.OUT and own is not None:
        after = next((duty for duty in duties if duty.begins > own.begins), None)
        return departs(own, after, at)
    found = duty_at(duties, at)
    return (found.day if found else at.date()) == day


def next_direction(duty: Duty | None, punches: Sequence[Punch], at: datetime) -> Direction:
    """Whether the next punch of the day is an arrival or a departure.

    An open arrival is closed; after the planned end a person who has already left leaves again (a later time), and
    before it he comes back. Whoever forgot to sign in and scans after the planned end is leaving (缺签到).
    """
    if not punches:
        return Direction.OUT if duty is not None and at >= duty.ends else Direction.IN
    last = max(punches, key=lambda punch: (punch.at, punch.id))
    if last.direction is not Direction.OUT:
        return Direction.OUT
    return Direction.OUT if duty is not None and at >= duty.ends else Direction.IN


def free_of(plan: Span, approved: Sequence[Span]) -> Span | None:
    """`plan` without the approved absences at its two ends; None where nothing is left (G7)."""
    begins, ends = plan.begins, plan.ends
    for leave in sorted(approved):
        if leave.begins <= begins < leave.ends:
            begins = leave.ends
    for leave in sorted(approved, reverse=True):
        if leave.begins < ends <= leave.ends:
            ends = leave.begins
    return Span(begins, ends) if begins < ends else None


def whole_minutes(span: timedelta, law: Law) -> int:
    """Minutes of lateness or early leaving by reading G4: cut to whole minutes, nothing within grace."""
    reading = law.held("G4")
    seconds = int(span.total_seconds())
    minutes = -(-seconds // 60) if reading.text("clock.rounding") == "ceil" else seconds // 60
    return 0 if minutes <= reading.number("clock.grace") else minutes


def _hours_citations(law: Law, terms: Terms) -> tuple[Citation, ...]:
    held = law.part("attendance.hours", terms.hours) or law.part("attendance.client_hours", terms.hours)
    return (held.cite(),) if held else ()


def uncovered(gap: Span, approved: Sequence[Span]) -> timedelta:
    """How much of `gap` no approved absence covers (G7)."""
    missing, edge = timedelta(), gap.begins
    for leave in sorted(approved):
        if leave.ends <= edge or leave.begins >= gap.ends:
            continue
        missing += max(timedelta(), leave.begins - edge)
        edge = max(edge, leave.ends)
    return missing + max(timedelta(), gap.ends - edge)


def judge_arrival(due: Span, at: datetime, law: Law, terms: Terms, approved: Sequence[Span] = ()) -> Verdict:
    """Judge an arrival at `at` against the start of `due`, without what approved absence covers.

    Minutes are whole minutes begun and completed (G4: 08:30:59 is not late). More than `absent.over` minutes counts as
    absence for the day (T2-ATT-08: 60 exactly is still lateness). The amount of lateness is settled by the month.
    """
    minutes = whole_minutes(uncovered(Span(due.begins, at), approved), law)
    hours = _hours_citations(law, terms)
    if minutes == 0:
        return Verdict(Judgement.ON_TIME, 0, f"{at:%H:%M} 到岗，准时。", hours)
    absent = law.part("attendance.absent", terms.penalties)
    if absent and minutes > absent.number("absent.over"):
        cited = (absent.cite(), *hours)
        sentence = (
            f"{at:%H:%M} 到岗，应到 {due.begins:%H:%M}，迟到 {minutes} 分，超过 {absent.number('absent.over')} 分，"
            f"视当天缺勤。依据 {cited[0].short}。"
        )
        return Verdict(Judgement.ABSENT, minutes, sentence, cited)
    counted = law.part("attendance.late_count", terms.penalties)
    cited = ((counted.cite(),) if counted else ()) + hours
    by = f"依据 {cited[0].short}。" if cited else ""
    sentence = f"{at:%H:%M} 到岗，应到 {due.begins:%H:%M}，迟到 {minutes} 分。{by}"
    return Verdict(Judgement.LATE, minutes, sentence, cited)


def judge_departure(due: Span, at: datetime, law: Law, terms: Terms, approved: Sequence[Span] = ()) -> Verdict:
    """Judge a departure at `at` against the end of `due`; an early one proposes the amount of T2-ATT-10a."""
    minutes = whole_minutes(uncovered(Span(at, due.ends), approved), law)
    hours = _hours_citations(law, terms)
    if minutes == 0:
        return Verdict(Judgement.LEFT, 0, f"{at:%H:%M} 离岗。", hours)
    each = law.part("attendance.early_each", terms.penalties)
    cited = ((each.cite(),) if each else ()) + hours
    amount = Decimal(each.number("early.unit")) if each else None
    money = f"，拟扣减 {in_yuan(amount)} 元" if amount is not None else ""
    by = f"依据 {cited[0].short}。" if cited else ""
    sentence = f"{at:%H:%M} 离岗，应至 {due.ends:%H:%M}，早退 {minutes} 分{money}。{by}"
    return Verdict(Judgement.EARLY, minutes, sentence, cited, amount)


def _by_pair(duty: Duty, punches: Sequence[Punch]) -> list[list[Punch]]:
    """The punches of each planned pair.

    An arrival belongs to the first pair that is not over, a departure to the last one that has begun; a machine's punch
    to the pair it is nearest to, half way between two.
    """
    sorted_: list[list[Punch]] = [[] for _ in duty.pairs]
    last = len(duty.pairs) - 1
    for punch in punches:
        if punch.direction is Direction.IN:
            place = next((n for n, pair in enumerate(duty.pairs) if punch.at < pair.ends), last)
        elif punch.direction is Direction.OUT:
            place = max((n for n, pair in enumerate(duty.pairs) if pair.begins < punch.at), default=0)
        else:
            edges = [before.ends + (after.begins - before.ends) / 2 for before, after in pairwise(duty.pairs)]
            place = sum(edge <= punch.at for edge in edges)
        sorted_[place].append(punch)
    return sorted_


def choose(plan: Span, punches: Sequence[Punch]) -> tuple[Punch | None, Punch | None]:
    """The punches that count for a pair: the first arrival and the last departure.

    Machines do not know directions (`domain.md` 4.1): of undirected punches the first counts as arrival and the last as
    departure, unless they are so near each other, or to a directed one, that they are the same coming or going. One
    alone counts for the nearer end. A missing end stays missing; who came back after leaving has not left.
    """
    ordered = sorted(punches, key=lambda punch: (punch.at, punch.id))
    if not ordered:
        return None, None
    first, last = ordered[0], ordered[-1]
    if all(_open(punch) for punch in ordered) and last.at - first.at <= SAME_END:
        near_start = abs(first.at - plan.begins) <= abs(plan.ends - last.at)
        return (first, None) if near_start else (None, last)
    arrival = next((p for p in ordered if p.direction is Direction.IN or (p is first and _open(p))), None)
    departure = next((p for p in reversed(ordered) if p.direction is Direction.OUT or (p is last and _open(p))), None)
    if departure and any(p.direction is Direction.IN and p.at > departure.at for p in ordered):
        departure = None
    if arrival and departure:
        if _open(arrival) and departure.at - arrival.at <= SAME_END:
            arrival = None
        elif (_open(departure) and departure.at - arrival.at <= SAME_END) or departure.at < arrival.at:
            departure = None
    return arrival, departure


def _open(punch: Punch) -> bool:
    return punch.direction is Direction.UNKNOWN


def judge_day(
    duty: Duty, punches: Sequence[Punch], law: Law, terms: Terms, now: datetime, closes: datetime
) -> DayResult:
    """Judge a person's day from its effective punches.

    `now` decides whether somebody is still to come or still inside; after `closes` (the end of the duty's reach) an
    open arrival is 未签退 until a human settles it: a departure is never invented.
    """
    pairs, late, early = [], 0, 0
    for plan, inside in zip(duty.pairs, _by_pair(duty, punches), strict=True):
        arrival, departure = choose(plan, inside)
        due = free_of(plan, duty.approved)
        arrival_verdict = departure_verdict = None
        if due is not None:
            if arrival:
                arrival_verdict = _with_evidence(judge_arrival(due, arrival.at, law, terms, duty.approved), arrival)
                late += arrival_verdict.minutes
            if departure:
                departure_verdict = _with_evidence(
                    judge_departure(due, departure.at, law, terms, duty.approved), departure
                )
                early += departure_verdict.minutes
        pairs.append(PairResult(plan, arrival, departure, arrival_verdict, departure_verdict))
    result = tuple(pairs)
    return DayResult(_state(duty, result, punches, now, closes), result, late, early)


def _with_evidence(verdict: Verdict, punch: Punch) -> Verdict:
    evidence = (f"punch:{punch.id}",)
    return Verdict(verdict.judgement, verdict.minutes, verdict.sentence, verdict.citations, verdict.amount, evidence)


def _state(
    duty: Duty, pairs: tuple[PairResult, ...], punches: Sequence[Punch], now: datetime, closes: datetime
) -> State:
    if not punches:
        free = all(free_of(plan, duty.approved) is None for plan in duty.pairs)
        return State.ON_LEAVE if free else State.DUE
    touched = [pair for pair in pairs if pair.arrival or pair.departure]
    last = touched[-1]
    missed = [pair for pair in pairs[: pairs.index(last) + 1] if pair.arrival is None]
    if any(pair.departure or free_of(pair.plan, duty.approved) for pair in missed):
        return State.NO_SIGN_IN
    back_inside = max(punches, key=lambda punch: (punch.at, punch.id)).direction is Direction.IN
    missing = any(pair.arrival and not pair.departure for pair in touched[:-1]) or (
        last.arrival is not None and (last.departure is None or back_inside)
    )
    if missing and now >= closes:
        return State.NO_SIGN_OUT
    if last.departure and not back_inside:
        verdict = last.departure_verdict
        return State.EARLY if verdict and verdict.judgement is Judgement.EARLY else State.LEFT
    arrivals = [pair.arrival_verdict for pair in pairs if pair.arrival_verdict]
    if any(verdict.judgement is Judgement.ABSENT for verdict in arrivals):
        return State.ABSENT
    if any(verdict.judgement is Judgement.LATE for verdict in arrivals):
        return State.LATE
    return State.ON_TIME
