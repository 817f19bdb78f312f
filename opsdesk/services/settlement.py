"""The month read and settled: per person what was due, what happened, and what it comes to by the law of each day.

Everything is derived from the record when it is read; what has been booked stands in `registers/month`.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Connection

from opsdesk.rules import calendar as dates
from opsdesk.rules import hours
from opsdesk.rules.calendar import Calendar
from opsdesk.rules.clause import Law, Regulations
from opsdesk.rules.facts import Span
from opsdesk.rules.halves import Half, halves
from opsdesk.rules.settlement import (
    Account,
    Missed,
    Occurrence,
    OpenEnd,
    Settled,
    basis,
    common_basis,
    hours_basis,
    penalty_basis,
    settle,
)
from opsdesk.rules.vocabulary import AT_WORK, Judgement, LeaveKind, Mark, State
from opsdesk.services import attendance, duties, overtime, settings, wages
from opsdesk.services.attendance import PersonDay
from opsdesk.services.duties import Person, Plan

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
ATTENDED = frozenset({Mark.PRESENT, Mark.LATE, Mark.EARLY, Mark.OPEN})


@dataclass(frozen=True)
class Missing:
    """A shift day with an end missing (未签退, 缺签到); `overdue` where the time for a 补签单 is over (G12)."""

    day: date
    what: State
    overdue: bool


@dataclass(frozen=True)
class Taken:
    """Leave of one kind taken in the month: half days, and minutes of planned time without the noon break."""

    half_days: int
    minutes: int


@dataclass(frozen=True)
class PersonMonth:
    """One person's month. Half days are counted in halves; minutes are net of the noon break (G11)."""

    person: Person
    days: tuple[PersonDay, ...]
    halves: Mapping[date, tuple[Half, Half]]
    due_days: int
    attended_half_days: int
    late: tuple[Occurrence, ...]
    early: tuple[Occurrence, ...]
    missed: tuple[Missed, ...]
    missing: tuple[Missing, ...]
    leave: Mapping[LeaveKind, Taken]
    planned_minutes: int
    worked_minutes: int
    overtime_minutes: int
    overtime_days: Mapping[date, int]
    over_cap_minutes: int
    settled: Settled
    warnings: tuple[str, ...]

    @property
    def unplanned(self) -> tuple[PersonDay, ...]:
        """Days on which the person signed without being planned."""
        return tuple(each for each in self.days if each.duty is None and each.punches)


@dataclass(frozen=True)
class Month:
    """A settled month: people by vendor and number, the readings used (采用口径), the vendor it was narrowed to."""

    year: int
    number: int
    calendar: Calendar
    people: tuple[PersonMonth, ...]
    basis: tuple[str, ...]
    vendor_id: int | None = None

    @property
    def key(self) -> str:
        """2026-03."""
        return f"{self.year}-{self.number:02}"

    @property
    def dates(self) -> list[date]:
        """Every day of the month."""
        return dates.month(self.year, self.number)

    def of_vendor(self, vendor_id: int) -> tuple[PersonMonth, ...]:
        """The people of one vendor."""
        return tuple(each for each in self.people if each.person.vendor_id == vendor_id)


def read(
    connection: Connection,
    regulations: Regulations,
    year: int,
    number: int,
    now: datetime,
    *,
    vendor_id: int | None = None,
    staff_id: int | None = None,
) -> Month:
    """Settle a calendar month (G6) from the record; one vendor's people or one person if given.

    Before the site's 启用日 nobody is absent from a desk that was not there.
    """
    with without_collection():
        return _read(connection, regulations, year, number, now, vendor_id, staff_id)


@contextmanager
def without_collection() -> Iterator[None]:
    """Hold back Python's search for cycles while a great many small facts are made: it would cost a quarter more."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read(
    connection: Connection,
    regulations: Regulations,
    year: int,
    number: int,
    now: datetime,
    vendor_id: int | None,
    staff_id: int | None,
) -> Month:
    days = dates.month(year, number)
    ids = _ids(connection, vendor_id, staff_id)
    plan = duties.load(connection, regulations, days[0], days[-1], ids)
    laws = {day: regulations.on(day) for day in days}
    own: dict[int, list[PersonDay]] = defaultdict(list)
    for each in attendance.read(connection, regulations, days[0], days[-1], now, ids, plan):
        own[each.person.id].append(each)
    opened = settings.opened_on(connection)
    extra = _overtime(connection, regulations, own, days)
    pay = wages.on(connection, days[-1])
    people = [
        _person_month(plan, laws, person_days, now, opened, extra.get(staff, {}), pay.get(staff))
        for staff, person_days in own.items()
        if any(each.duty or each.punches for each in person_days)
    ]
    said = _basis(laws, people, days, now)
    if days[0] < opened and any(day.duty and day.day < opened for each in people for day in each.days):
        said = (*said, f"自启用日 {opened.isoformat()} 起计缺席，此前没有记录的不计。")
    return Month(year, number, plan.calendar, tuple(people), said, vendor_id)


def _ids(connection: Connection, vendor_id: int | None, staff_id: int | None) -> list[int] | None:
    if staff_id is not None:
        return [staff_id]
    if vendor_id is None:
        return None
    return [person.id for person in duties.people(connection) if person.vendor_id == vendor_id]


def _overtime(
    connection: Connection, regulations: Regulations, own: Mapping[int, object], days: Sequence[date]
) -> Mapping[int, Mapping[date, int]]:
    """Credited minutes by person and day on which approved overtime began; a day without presence counts zero."""
    slips = overtime.approved(connection, list(own), days[0], days[-1])
    counted = overtime.counted(connection, regulations, slips)
    found: dict[int, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for slip in slips:
        found[slip.staff_id][slip.day] += counted[slip.id].credited
    return found


def _person_month(
    plan: Plan,
    laws: Mapping[date, Law],
    days: Sequence[PersonDay],
    now: datetime,
    opened: date,
    credited: Mapping[date, int],
    wage: Decimal | None,
) -> PersonMonth:
    person = days[0].person
    split: dict[date, tuple[Half, Half]] = {}
    charged: list[_Charged] = []
    missing: list[Missing] = []
    taken: dict[LeaveKind, list[int]] = defaultdict(lambda: [0, 0])
    planned = worked = 0
    for each in days:
        if each.duty is None:
            continue
        law = laws[each.day]
        away = _away(plan, person, each)
        noon = hours.noon_of(law, each.terms.hours)
        no_leave = law.part("attendance.no_leave", each.terms.penalties)
        unexcused = Mark.AHEAD if each.day < opened else Mark.AWOL if no_leave else Mark.AWAY
        split[each.day] = parts = halves(each.duty, each.result, away, now, unexcused)
        if end := _open_end(each, parts, law, now):
            missing.append(end)
        for half in parts:
            if half.leave is not None:
                taken[half.leave][0] += 1
        counting = [half.span for half in parts if half.mark not in UNEXCUSED]
        personal = 0
        for span, kind in away:
            freed = hours.freed_minutes(each.duty, hours.common([span], counting), noon)
            taken[kind][1] += freed
            personal += freed if kind is LeaveKind.PERSONAL else 0
        charged.append(_charges(each, parts, end, personal))
        planned += hours.planned_minutes(each.duty, noon)
        at_work = [span for span, kind in away if kind in AT_WORK]
        worked += hours.worked_minutes(each.duty, each.result.pairs, noon, at_work)
    more = sum(credited.values())
    last = days[-1]
    over, cap_words = hours.over_cap(worked + more, laws[last.day], last.terms.hours)
    settled = settle(_accounts(laws, charged))
    return PersonMonth(
        person=person,
        days=tuple(days),
        halves=split,
        due_days=len(split),
        attended_half_days=sum(_attended(half) for parts in split.values() for half in parts),
        late=tuple(one for each in charged for one in each.late),
        early=tuple(one for each in charged for one in each.early),
        missed=tuple(one for each in charged for one in each.missed),
        missing=tuple(missing),
        leave={kind: Taken(*sums) for kind, sums in taken.items()},
        planned_minutes=planned,
        worked_minutes=worked,
        overtime_minutes=more,
        overtime_days=dict(credited),
        over_cap_minutes=over,
        settled=settled,
        warnings=tuple(filter(None, (cap_words, _over_wage(settled, wage, laws[last.day])))),
    )


def _away(plan: Plan, person: Person, each: PersonDay) -> list[tuple[Span, LeaveKind]]:
    assert each.duty is not None  # noqa: S101 — the caller has looked
    return [
        (absence.span, LeaveKind(absence.kind))
        for absence in plan.absences.get(person.id, ())
        if absence.span.begins < each.duty.ends and absence.span.ends > each.duty.begins
    ]


def _attended(half: Half) -> bool:
    return half.mark in ATTENDED or (half.leave is not None and half.leave in AT_WORK)


@dataclass(frozen=True, slots=True)
class _Charged:
    """What one day has that a clause may charge; never more than the day itself (a whole day, or what leave left)."""

    day: PersonDay
    late: tuple[Occurrence, ...] = ()
    early: tuple[Occurrence, ...] = ()
    missed: tuple[Missed, ...] = ()
    personal: tuple[Occurrence, ...] = ()
    open_ends: tuple[OpenEnd, ...] = ()


def _charges(each: PersonDay, parts: tuple[Half, Half], end: Missing | None, personal: int) -> _Charged:
    """A day of lateness beyond the limit is absent as a whole: no half of it is counted as missed a second time.

    An open end is charged only where the day costs no other half days.
    """
    verdicts = [(punch, verdict) for punch, verdict in each.result.verdicts if verdict.minutes]
    halves_due = sum(half.mark is not Mark.LEAVE for half in parts)
    reference = (f"day:{each.person.id}:{each.day.isoformat()}",)
    absent = any(half.mark is Mark.ABSENT for half in parts)
    gone = 0 if absent else sum(half.mark in UNEXCUSED for half in parts)
    evidence = tuple(f"punch:{punch.fact.id}" for punch in each.punches)
    charged_end = end is not None and end.overdue and not absent and not gone
    return _Charged(
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


def _open_end(each: PersonDay, parts: tuple[Half, Half], law: Law, now: datetime) -> Missing | None:
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


def _accounts(laws: Mapping[date, Law], charged: Sequence[_Charged]) -> list[Account]:
    """The month in segments of one regulation with one set of values, in order of time (G14)."""
    found: dict[tuple[str, tuple[date | None, ...]], list[_Charged]] = defaultdict(list)
    for each in charged:
        if each.late or each.early or each.missed or each.personal or each.open_ends:
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


def _over_wage(settled: Settled, wage: Decimal | None, law: Law) -> str:
    total = settled.figures.total
    if not total or wage is None:
        return ""
    cap = law.held("G13")
    percent = cap.number("fine.cap_pct")
    # The wage itself is not told: the sentence is printed and goes to the vendor.
    return f"扣减合计 {total} 元，超过当月工资的 {percent}%，请核对（G13）。" if total * 100 > wage * percent else ""


def _basis(
    laws: Mapping[date, Law], people: Sequence[PersonMonth], days: Sequence[date], now: datetime
) -> tuple[str, ...]:
    """The readings in use: common ones, then hours and penalties by regulation; a change within the month is told."""
    said: dict[tuple[str, str], dict[str, date]] = {}
    seen: set[tuple[int, str, str]] = set()
    chosen: dict[tuple[str, str], dict[str, date]] = {}
    for each in people:
        for day in each.days:
            law, pair = laws[day.day], (day.terms.hours, day.terms.penalties)
            if day.duty is None:
                continue
            for topic, code in zip(("作息", "罚则"), pair, strict=True):
                chosen.setdefault((each.person.vendor, topic), {}).setdefault(code, day.day)
            if (key := (id(law.stretch), *pair)) in seen:
                continue
            seen.add(key)
            lines = {
                ("", ""): common_basis(law),
                ("作息", pair[0]): hours_basis(law, pair[0]),
                ("罚则", pair[1]): penalty_basis(law, pair[1]),
            }
            for subject, line in lines.items():
                begun = said.setdefault(subject, {})
                begun[line] = min(day.day, begun.get(line, day.day))
    if not said:
        return basis(laws[min(days[-1], max(days[0], now.date()))], "T3", "T3")
    found = []
    for _, versions in sorted(said.items()):
        for line, since in sorted(versions.items(), key=lambda item: item[1]):
            found.append(f"{since.isoformat()} 起：{line}" if len(versions) > 1 else line)
    for (vendor, topic), codes in chosen.items():
        if len(codes) > 1:
            listed = "，".join(
                f"{first.isoformat()} 起{_by(laws[first], topic, code)}" for code, first in codes.items()
            )
            found.append(f"{vendor}的{topic}：{listed}。")
    if any(len(each) > 1 for each in (*said.values(), *chosen.values())):
        found.append("月中有变更，以生效日为界分段结算（G14）。")
    return tuple(dict.fromkeys(filter(None, found)))


def _by(law: Law, topic: str, code: str) -> str:
    none = topic == "罚则" and not any(law.part(does, code) for does in PENALTY_PARTS)
    return "不适用" if none else f"按 {code}"
