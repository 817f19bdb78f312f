"""When the invented people come and go: by roster, absence and chance, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from opsdesk import demo_people as invented
from opsdesk.demo_people import Invented
from opsdesk.rules.calendar import Calendar, days
from opsdesk.rules.vocabulary import Direction

EARLY_BIRDS = 4
HOURS = {"白班": (8.5, 17.5), "夜班": (20, 32)}
TOLD_LATE = time(8, 51, 20)
"""When somebody who claims to have been early was really there (补签, declined)."""

Times = tuple[datetime | None, datetime | None]
Span = tuple[datetime, datetime]


@dataclass(frozen=True, order=True)
class Signing:
    """Who signs when, for which shift day; `charged` where it is late or early, so that a verdict follows."""

    at: datetime
    number: str
    day: date
    direction: Direction
    charged: bool


@dataclass
class Plan:
    """What is known beforehand of the days from `first` to now.

    `roster` has the shift's name or None for rest, `absent` the span of an approved absence, `told` the end of a day
    that is missing or wrong because a 补签 will speak of it, `stays` until when somebody works overtime, `missing` who
    does not come and has not asked; all by number and day.
    """

    first: date
    now: datetime
    calendar: Calendar
    chance: random.Random
    roster: dict[tuple[str, date], str | None] = field(default_factory=dict)
    absent: dict[tuple[str, date], Span] = field(default_factory=dict)
    told: dict[tuple[str, date], Direction] = field(default_factory=dict)
    stays: dict[tuple[str, date], datetime] = field(default_factory=dict)
    missing: set[tuple[str, date]] = field(default_factory=set)

    @property
    def today(self) -> date:
        """The last day."""
        return self.now.date()

    @property
    def workdays(self) -> list[date]:
        """Workdays before today, and today if it is one."""
        return [day for day in days(self.first, self.today) if self.calendar.works(day)]

    def workday(self, number: int) -> date:
        """The workday `number` places after the beginning, at most the last one."""
        return self.workdays[min(number, len(self.workdays) - 1)]


def signings(plan: Plan) -> Iterator[Signing]:
    """Every punch from the first day until now."""
    for day in days(plan.first, plan.today):
        spans = {person.number: due(plan, person, day) for person in invented.PEOPLE}
        times = {
            person.number: found
            for person in invented.PEOPLE
            if (found := _day(plan, person, day, spans[person.number])) is not None
        }
        if day == plan.today:
            _make_presentable(plan, times)
        for number, (arrived, left) in times.items():
            span = spans[number]
            if arrived and arrived <= plan.now:
                yield Signing(arrived, number, day, Direction.IN, span is not None and arrived > span[0])
            if left and left <= plan.now:
                yield Signing(left, number, day, Direction.OUT, span is not None and left < span[1])


def _day(plan: Plan, person: Invented, day: date, span: Span | None) -> Times | None:
    """When a person comes and goes on a day; None where nothing is due. Chance is asked alike for every day."""
    chance = plan.chance
    late, very_late, early, forgotten = (chance.random() for _ in range(4))
    before = timedelta(seconds=chance.triangular(70, 1300, 640))
    behind = timedelta(seconds=min(50 * 60, 60 + chance.expovariate(1 / 540)))
    after = timedelta(seconds=chance.triangular(20, 2900, 480))
    sooner = timedelta(minutes=chance.triangular(3, 70, 15))
    if span is None or (person.number, day) in plan.missing:
        return None
    arrived, left = span[0] - before, span[1] + after
    if late * 100 < person.late:
        arrived = span[0] + behind
    elif very_late < 0.0015:
        arrived = span[0] + timedelta(minutes=62) + behind
    if early < 0.013:
        left = span[1] - sooner
    left = plan.stays.get((person.number, day), left)
    told = plan.told.get((person.number, day))
    if told is Direction.IN:
        return (datetime.combine(day, TOLD_LATE) if person.number == "LS006" else None), _cut(left)
    gone = told is Direction.OUT or (forgotten < 0.006 and (person.number, day) not in plan.stays)
    return _cut(arrived), None if gone else _cut(left)


def _cut(at: datetime) -> datetime:
    return at.replace(microsecond=0)


def due(plan: Plan, person: Invented, day: date) -> Span | None:
    """When a person is to be there on a day, by roster and absence; None where not at all."""
    if person.arrives and day < plan.workday(person.arrives):
        return None
    if person.leaves is not None and day > plan.workday(person.leaves):
        return None
    usual = "白班" if plan.calendar.works(day) and not person.reserve else None
    name = plan.roster.get((person.number, day), usual)
    if name is None:
        return None
    midnight = datetime.combine(day, time())
    begins, ends = (midnight + timedelta(hours=each) for each in HOURS[name])
    if away := plan.absent.get((person.number, day)):
        begins = max(begins, away[1]) if away[0] <= begins else begins
        ends = min(ends, away[0]) if away[1] >= ends else ends
    return (begins, ends) if begins < ends else None


def _make_presentable(plan: Plan, times: dict[str, Times]) -> None:
    """Today shows something whatever the hour: one is late, and before half past eight some have come early."""
    if invented.LATE_TODAY in times:
        late = datetime.combine(plan.today, time(8, 42, 10))
        times[invented.LATE_TODAY] = late, times[invented.LATE_TODAY][1]
    opens = datetime.combine(plan.today, time(8, 30))
    if plan.now >= opens or not times:
        return
    due = [number for number, (arrived, _) in times.items() if arrived and arrived < opens + timedelta(hours=2)]
    waiting = [number for number in due if number != invented.LATE_TODAY and not _here(times[number], plan.now)]
    since = max(datetime.combine(plan.today, time()), plan.now - timedelta(minutes=45))
    span = (plan.now - since).total_seconds()
    for number in waiting[:: max(1, len(waiting) // EARLY_BIRDS)][: max(0, EARLY_BIRDS - len(due) + len(waiting))]:
        times[number] = _cut(since + timedelta(seconds=plan.chance.uniform(0, span))), times[number][1]


def _here(times: Times, now: datetime) -> bool:
    return times[0] is not None and times[0] <= now
