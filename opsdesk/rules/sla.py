"""Deadlines of an incident: response, solution, hand-in, case report; only the vendor's own time counts.

Clauses: T1-FLT-01 … 03, T3-05, E10-04, E2-02 … 06; readings G1 and G3 (compared by the second, the limit itself is
kept). Everything here is pure. The deadlines of a visit at the user's (E19) stand in `rules.dispatch`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from opsdesk.rules.calendar import Calendar
from opsdesk.rules.clause import Citation, Held, Law
from opsdesk.rules.facts import Span
from opsdesk.rules.hours import common, merged, without
from opsdesk.rules.vocabulary import ClockState, IncidentKind, Whose

DAY = timedelta(days=1)
FAR = 400
"""Days after which a deadline on the working calendar is given up: no working time was found."""

HoursOf = Callable[[date], Sequence[Span]]
"""The working time of a day; empty on days of rest."""
NOT_APPLIED = "不适用"
"""Stands for the regulation in a contract that sets no response times."""
WorkedOf = Callable[[date, date], int]
"""The seconds of working time from the midnight of a day to that of another."""


@dataclass(frozen=True)
class Pause:
    """The clock stands: since when, until when (None: still), whose time it is, and why."""

    begins: datetime
    ends: datetime | None
    whose: Whose
    reason: str = ""


@dataclass(frozen=True)
class IncidentFacts:
    """What the clauses look at. `accepted` starts every clock (接到, not 报修); None is a time that is not known.

    `due` is the time that the user asked for, in the reading of T1-FLT-02, and `asked` when he did (None: with the
    call). `working` is the working calendar of the category, None for round the clock, and `worked` counts its whole
    days where somebody has counted them before.
    """

    kind: IncidentKind
    accepted: datetime | None
    urgent: bool = False
    responded: datetime | None = None
    contacted: datetime | None = None
    arrived: datetime | None = None
    appointed: datetime | None = None
    due: datetime | None = None
    asked: datetime | None = None
    resolved: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    working: HoursOf | None = field(default=None, compare=False)
    worked: WorkedOf | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Reading:
    """One clock, read: what it measures, its limit and what is used of it in seconds, and where it stands.

    `running` as long as what it waits for has not happened. `deadline` is when the limit will be reached; None while
    the clock is paused or where it cannot be said. `over` is the number of seconds beyond the limit, else 0.
    """

    name: str
    state: ClockState
    limit: int
    used: int
    over: int
    deadline: datetime | None
    held: Held
    sentence: str
    running: bool = False

    @property
    def citation(self) -> Citation:
        """The clause that sets the limit."""
        return self.held.cite()


def not_vendors(pauses: Sequence[Pause], now: datetime) -> list[Span]:
    """Time that is not the vendor's, joined; a pause that still lasts reaches to `now`."""
    return merged([Span(each.begins, each.ends or now) for each in pauses if each.whose is not Whose.VENDOR])


def seconds_between(begins: datetime, ends: datetime, facts: IncidentFacts, now: datetime) -> int:
    """Seconds of the vendor from one moment to another: working time of the category, without the pauses of others."""
    if ends <= begins:
        return 0
    away = common([Span(begins, ends)], not_vendors(facts.pauses, max(now, ends)))
    return _worked(facts, begins, ends) - sum(_worked(facts, span.begins, span.ends) for span in away)


def _worked(facts: IncidentFacts, begins: datetime, ends: datetime) -> int:
    """Seconds of the category's working time; whole days in between are not counted anew."""
    first, last = datetime.combine(begins.date() + DAY, time()), datetime.combine(ends.date(), time())
    if facts.worked is None or first >= last:
        return _sum(_working(facts.working, begins, ends))
    whole = facts.worked(first.date(), last.date())
    return _sum(_working(facts.working, begins, first)) + whole + _sum(_working(facts.working, last, ends))


def worked_on(hours: HoursOf, day: date) -> int:
    """The seconds of working time on a calendar day, the end of a night's shift included."""
    midnight = datetime.combine(day, time())
    return _sum(_working(hours, midnight, midnight + DAY))


def _sum(spans: Sequence[Span]) -> int:
    return int(sum((span.ends - span.begins for span in spans), timedelta()).total_seconds())


def _working(hours: HoursOf | None, begins: datetime, ends: datetime) -> list[Span]:
    whole = [Span(begins, ends)]
    if hours is None:
        return whole
    days = (ends.date() - begins.date()).days
    # The day before, too: its last shift may end after midnight.
    planned = (span for n in range(-1, days + 1) for span in hours(begins.date() + n * DAY))
    return common(whole, [span for span in planned if span.begins < ends and begins < span.ends])


def reached(begins: datetime, limit: int, facts: IncidentFacts, now: datetime) -> datetime | None:
    """When the vendor will have used `limit` seconds; None while somebody else's pause lasts, or beyond a year.

    A limit that was exceeded before the pause began keeps its moment.
    """
    stands = [each.begins for each in facts.pauses if each.ends is None and each.whose is not Whose.VENDOR]
    stopped = min((moment for moment in stands if moment <= now), default=None)
    if stopped is not None and seconds_between(begins, stopped, facts, now) <= limit:
        return None
    away = not_vendors(facts.pauses, now)
    left = timedelta(seconds=limit)
    if facts.working is None:
        return _walk(begins, left, [Span(begins, begins + left + FAR * DAY)], away)
    planned: list[Span] = []
    for n in range(-1, FAR):
        planned += [span for span in facts.working(begins.date() + n * DAY) if span.ends > begins]
        free = timedelta(seconds=_sum(merged(planned)) - _sum(common(planned, away)))
        if free > left + DAY:
            break
    return _walk(begins, left, planned, away)


def _walk(begins: datetime, left: timedelta, planned: Sequence[Span], away: Sequence[Span]) -> datetime | None:
    for span in without(merged(planned), away):
        start = max(span.begins, begins)
        if start < span.ends and span.ends - start >= left:
            return start + left
        left -= max(span.ends - start, timedelta())
    return None


def read_clock(
    name: str, held: Held, *, limit: int, begins: datetime, done: datetime | None, facts: IncidentFacts, now: datetime
) -> Reading:
    """Read a clock that began at `begins` and ended at `done` (None: still runs), by the second (G3)."""
    used = seconds_between(begins, done or now, facts, now)
    over = max(0, used - limit)
    deadline = reached(begins, limit, facts, now)
    if over:
        state = ClockState.BREACHED
    elif done is not None:
        state = ClockState.MET
    elif deadline is None:
        state = ClockState.PAUSED
    elif used * 4 >= limit * 3:
        state = ClockState.WARNING
    else:
        state = ClockState.RUNNING
    said = _sentence(name, state, limit, used, over, held)
    return Reading(name, state, limit, used, over, deadline, held, said, running=done is None)


def _sentence(name: str, state: ClockState, limit: int, used: int, over: int, held: Held) -> str:
    rule = f"时限 {in_words(limit)}，依据 {held.cite().short}。"
    if state is ClockState.BREACHED:
        return f"{name}已用 {in_words(used)}，超时 {in_words(over)}。{rule}"
    if state is ClockState.MET:
        return f"{name}用时 {in_words(used)}，达标。{rule}"
    if state is ClockState.PAUSED:
        return f"{name}计时暂停，已用 {in_words(used)}。{rule}"
    return f"{name}已用 {in_words(used)}，还剩 {in_words(limit - used)}。{rule}"


def in_words(seconds: int) -> str:
    """1 小时 12 分, 10 分 1 秒, 3 天 2 小时; seconds are said below one hour."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "天"), (hours, "小时"), (minutes, "分")] if seconds >= 3600 else [(minutes, "分"), (rest, "秒")]
    said = [f"{number} {unit}" for number, unit in parts if number]
    return " ".join(said) or "0 秒"


def term(law: Law, does: str, regulation: str) -> Held | None:
    """The clause of a contract's regulation that plays a part; what E10 leaves open is timed by T1."""
    held = law.part(does, regulation)
    return law.part(does, "T1") if held is None and regulation == "E10" else held


def response_clause(law: Law, regulation: str, *, urgent: bool) -> tuple[Held, int] | None:
    """The clause on response of a contract's regulation and its limit in seconds; None where it sets none.

    An urgent call is under the shorter of the ordinary limit and that of E10, whichever the contract names (E10-04).
    """
    found = []
    if held := term(law, "response.within", regulation):
        found.append((held, held.number("sla.respond_min") * 60))
    if urgent and regulation != NOT_APPLIED and (held := law.part("response.urgent", "E10")):
        found.append((held, held.number("sla.urgent_min") * 60))
    return min(found, key=lambda pair: pair[1], default=None)


def response(facts: IncidentFacts, law: Law, regulation: str, now: datetime) -> Reading | None:
    """How the first response stands (T1-FLT-01, E10-04); None without a limit, or where times are missing."""
    found = response_clause(law, regulation, urgent=facts.urgent)
    unknown = facts.accepted is None or (facts.responded is None and facts.resolved is not None)
    if found is None or unknown:
        return None
    held, limit = found
    assert facts.accepted is not None  # noqa: S101 — said above
    return read_clock("响应", held, limit=limit, begins=facts.accepted, done=facts.responded, facts=facts, now=now)


@dataclass(frozen=True)
class Asked:
    """A time that the user asked for: when he named it, by when he wants it solved, whether he has confirmed it."""

    at: datetime
    due: datetime
    sure: bool


def due_time(asked: Sequence[Asked], held: Held | None) -> Asked | None:
    """The time by which to solve, out of all that the user asked for in order.

    T1-FLT-02 is read either way: the last confirmed time counts, or the first; without the clause the last confirmed.
    """
    confirmed = [each for each in asked if each.sure]
    if not confirmed:
        return None
    return confirmed[0] if held is not None and held.text("sla.solve_by") == "first" else confirmed[-1]


def solution(facts: IncidentFacts, law: Law, regulation: str, now: datetime) -> Reading | None:
    """How the solution stands against the user's time (T1-FLT-02); None where he gave none."""
    held = term(law, "response.solved", regulation)
    if held is None or facts.due is None:
        return None
    return read_moment("解决", held, due=facts.due, asked=facts.asked, done=facts.resolved, facts=facts, now=now)


def read_moment(
    name: str,
    held: Held,
    *,
    due: datetime,
    asked: datetime | None,
    done: datetime | None,
    facts: IncidentFacts,
    now: datetime,
) -> Reading | None:
    """Read a clock that runs to a moment, round the clock; None where the call has no time.

    Pauses of others move the moment, but only from when it was `asked` for: what was over by then, the user knew of.
    """
    if facts.accepted is None:
        return None
    always = replace(facts, working=None, worked=None)
    since = max(facts.accepted, asked or facts.accepted)
    spent = seconds_between(facts.accepted, since, always, now)
    limit = max(0, spent + int((due - since).total_seconds()))
    return read_clock(name, held, limit=limit, begins=facts.accepted, done=done, facts=always, now=now)


def as_kept(reading: Reading | None, over: int | None) -> Reading | None:
    """A clock that was read once and kept by its seconds beyond the limit; None where nothing was measured then."""
    if reading is None or over is None:
        return None
    if over == reading.over:
        return reading
    limit, used = reading.limit, reading.used
    if not over:
        limit = max(limit, used)
    elif used > over:
        limit = used - over
    else:
        used = limit + over
    state = ClockState.BREACHED if over else ClockState.MET
    said = _sentence(reading.name, state, limit, used, over, reading.held)
    return replace(reading, state=state, limit=limit, used=used, over=over, sentence=said)


def hand_in_due(done: datetime, shift_end: datetime | None, next_end: datetime, held: Held) -> datetime:
    """By when the record of work done at `done` has to be handed in (T3-05).

    `shift_end` ends the engineer's duty on that day (None: he had none), `next_end` his next one. What is done after
    the shift is handed in before the end of the next, or, in the other reading, on the same day.
    """
    if shift_end is not None and done <= shift_end:
        return shift_end
    if held.text("incident.after_hours") == "same_day":
        return datetime.combine(done.date(), time(23, 59, 59))
    return next_end


def hand_in_is_late(due: datetime, handed_in: datetime | None, now: datetime) -> bool:
    """Whether a record came in after its time, or is not here and the time has passed; the limit itself is kept."""
    return (handed_in or now) > due


def case_report_due(closed: date, calendar: Calendar, held: Held) -> date:
    """The last day for the case report of an incident closed on that day, its own day not counted (T1-FLT-03, G2)."""
    left, day = held.number("case.due_workdays"), closed
    while left > 0:
        day += DAY
        left -= calendar.works(day)
    return day


@dataclass(frozen=True)
class Written:
    """How far a record is written, for the clauses on what it must hold (E2)."""

    kind: str
    reach: str
    plan: str
    steps: int
    root_cause: str
    lesson: str


@dataclass(frozen=True)
class Lacking:
    """Something a record lacks: the field to fill in, one sentence, and the clause."""

    field: str
    sentence: str
    citation: Citation


def lacking(written: Written, law: Law) -> list[Lacking]:
    """What E2 asks of a fault's record before it is handed in and is not there yet."""
    asked = (
        ("incident.diagnosis", "category", bool(written.kind and written.reach), "还没有写故障类别和影响范围"),
        ("incident.plan", "plan", bool(written.plan), "还没有写处理方案"),
        ("incident.steps", "steps", written.steps > 0, "还没有写处理过程"),
        ("incident.root_cause", "root_cause", bool(written.root_cause), "还没有写根本原因"),
        ("incident.lesson", "lesson", bool(written.lesson), "还没有写经验教训"),
    )
    found = []
    for part, key, there, sentence in asked:
        if not there and (held := law.part(part, "E2")):
            found.append(Lacking(key, f"{sentence}（{held.cite().short}）。", held.cite()))
    return found
