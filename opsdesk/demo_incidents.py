"""The calls of the demo site: when they came, who took them, how long it took; the last two days partly open.

The whole life of each call is made up beforehand; `demo_records` writes of it what has happened by a moment.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from opsdesk import demo_calls
from opsdesk import demo_people as invented
from opsdesk.demo_calls import DEPARTMENTS, OPINIONS, PORT, SCENES, Scene
from opsdesk.demo_days import Plan, due
from opsdesk.rules.calendar import days
from opsdesk.rules.vocabulary import DISPATCHED, IncidentKind, Whose

A_DAY = (4, 5, 6, 6, 7, 8)
"""How many calls a workday brings."""
WAYS = ("电话", "电话", "电话", "远程", "远程", "现场")
RATINGS = ("非常满意",) * 3 + ("满意",) * 6 + ("一般",)
SHIFT_END, LATEST = time(17, 30), time(18, 20)
NEVER = datetime(2999, 1, 1)


@dataclass
class Call:
    """One call with everything that happens to it; a moment that lies ahead has not happened yet.

    `again` is (reopened, solved again), `wait` (from, until, whose, why).
    """

    scene: Scene
    accepted: datetime
    dept: str
    reporter: str
    phone: str
    source: str
    number: str = ""
    engineer: str = ""
    way: str = WAYS[0]
    responded: datetime = NEVER
    due: datetime | None = None
    wait: tuple[datetime, datetime, Whose, str] | None = None
    solved: datetime = NEVER
    again: tuple[datetime, datetime] | None = None
    confirmed: datetime = NEVER
    rating: str = ""
    opinion: str = ""
    handed: datetime = NEVER
    void: datetime = NEVER

    @property
    def title(self) -> str:
        """The line that was written at the phone."""
        return self.scene.title.format(dept=self.dept)

    @property
    def settled(self) -> datetime:
        """When nothing more happens to it but the signature."""
        return min(self.handed, self.void)


def calls(plan: Plan, seed: int) -> list[Call]:
    """Every call from the first day until now in the order of time, with its number."""
    chance = random.Random(f"incidents {seed}")  # noqa: S311 — invented calls, no secret
    made = [call for day in days(plan.first, plan.today) for call in _day(plan, chance, day)]
    made += _open_now(plan)
    made = sorted((call for call in made if call.accepted <= plan.now), key=lambda call: call.accepted)
    for day, those in groupby(made, key=lambda call: call.accepted.date()):
        for place, call in enumerate(those, 1):
            call.number = f"SJ-{day:%Y%m%d}-{place:03}"
    return made


def problem_days(plan: Plan) -> dict[str, tuple[date, date | None]]:
    """On which days the problems are opened and closed; None for one that is still in hand."""
    last = len(plan.workdays) - 1
    return {
        PORT: (plan.workday(last // 3), plan.workday(last * 4 // 5)),
        demo_calls.TOP_UP: (plan.workday(last * 3 // 5), None),
    }


def _day(plan: Plan, chance: random.Random, day: date) -> Iterator[Call]:
    count = chance.choice(A_DAY) if plan.calendar.works(day) else int(chance.random() < 0.25)
    ended = {key for key, (_, closed) in problem_days(plan).items() if closed is not None and closed < day}
    scenes = [scene for scene in SCENES if scene.problem not in ended]
    midnight = datetime.combine(day, time())
    for _ in range(count):
        hours = chance.triangular(8.65, 17.1, 10)
        accepted = _cut(midnight + timedelta(hours=hours))
        scene = chance.choices(scenes, [scene.often for scene in scenes])[0]
        call = _opened(chance, scene, accepted)
        engineer = _engineer(plan, chance, scene.post, accepted)
        if chance.random() < 0.012:
            call.void = accepted + timedelta(minutes=4)
        elif engineer:
            call.engineer = engineer
            _handle(plan, chance, call)
        yield call


def _opened(chance: random.Random, scene: Scene, accepted: datetime) -> Call:
    known = [each for each in DEPARTMENTS if each[0] == scene.place] if scene.place else list(DEPARTMENTS[:10])
    dept, reporter, phone = chance.choice(known)
    source = chance.choice((scene.source, scene.source, scene.source, demo_calls.FACE))
    return Call(scene, accepted, dept, reporter, phone, scene.source if scene.place == "信息中心" else source)


def _engineer(plan: Plan, chance: random.Random, post: str, at: datetime) -> str:
    """Somebody who is there at that moment, of the post if there is one."""
    there = []
    for person in invented.PEOPLE:
        span = due(plan, person, at.date())
        if span and span[0] <= at <= span[1] and (person.number, at.date()) not in plan.missing:
            there.append(person)
    fitting = [person for person in there if person.post == post]
    return chance.choice(fitting or there).number if there else ""


def _handle(plan: Plan, chance: random.Random, call: Call) -> None:
    """What follows the call: response, a wish for a time, waiting, solution, confirmation, handing in."""
    scene = call.scene
    slow = chance.random() < 0.045
    seconds = chance.triangular(660, 1500, 780) if slow else chance.triangular(35, 590, 170)
    call.responded = _cut(call.accepted + timedelta(seconds=seconds))
    call.way = "现场" if scene.kind in DISPATCHED else chance.choice(WAYS)
    if chance.random() < 0.5:
        call.due = _wish(chance, call.accepted)
    began = call.responded
    if scene.waits and chance.random() < 0.3:
        call.wait = _waiting(plan, chance, call)
        began = call.wait[1]
    call.solved = _later(plan, began, chance.triangular(12, 150, 34))
    if scene.kind is IncidentKind.FAULT and chance.random() < 0.035:
        reopened = _later(plan, call.solved, chance.triangular(60, 420, 180))
        call.again = reopened, _later(plan, reopened, chance.triangular(20, 90, 40))
    _finish(plan, chance, call)


def _finish(plan: Plan, chance: random.Random, call: Call) -> None:
    done = call.again[1] if call.again else call.solved
    evening = datetime.combine(done.date(), time(16, 42)) + timedelta(seconds=chance.uniform(0, 2700))
    if done + timedelta(minutes=4) > evening:
        evening = done + timedelta(minutes=chance.uniform(4, 9))
    forgotten = chance.random() < 0.04
    if forgotten or evening.time() > SHIFT_END or evening.date() != done.date():
        following = datetime.combine(_workday_after(plan, done.date()), time(8, 50))
        evening = following + timedelta(minutes=chance.uniform(0, 130 if forgotten else 40))
    call.handed = _cut(evening)
    asked, said = chance.random() < 0.82, chance.choice(RATINGS)
    call.rating = "不满意" if call.again and chance.random() < 0.4 else said
    call.opinion = chance.choice(OPINIONS[call.rating])
    if asked:
        call.confirmed = _cut(min(done + timedelta(minutes=chance.uniform(2, 40)), call.handed - timedelta(minutes=1)))


def _wish(chance: random.Random, accepted: datetime) -> datetime:
    """By when the user wants it, to five minutes."""
    hours = chance.choice((2, 3, 4, 6, 24))
    wanted = accepted + timedelta(hours=hours)
    return wanted.replace(minute=wanted.minute // 5 * 5, second=0)


def _waiting(plan: Plan, chance: random.Random, call: Call) -> tuple[datetime, datetime, Whose, str]:
    whose, why = chance.choice(call.scene.waits)
    begins = _cut(call.responded + timedelta(minutes=chance.uniform(8, 25)))
    if whose is not Whose.PARTS:
        return begins, _later(plan, begins, chance.triangular(30, 260, 80)), whose, why
    arrives = _workday_after(plan, begins.date())
    ends = datetime.combine(arrives, time(9, 40)) + timedelta(minutes=chance.uniform(0, 300))
    return begins, _cut(ends), whose, why


def _later(plan: Plan, at: datetime, minutes: float) -> datetime:
    """So many minutes later; what would last into the evening is done the next workday in the morning."""
    then = at + timedelta(minutes=minutes)
    if then.date() == at.date() and then.time() <= LATEST:
        return _cut(then)
    return _cut(datetime.combine(_workday_after(plan, at.date()), time(8, 45)) + timedelta(minutes=minutes % 150))


def _workday_after(plan: Plan, day: date) -> date:
    day += timedelta(days=1)
    while not plan.calendar.works(day):
        day += timedelta(days=1)
    return day


def _cut(at: datetime) -> datetime:
    return at.replace(microsecond=0)


def _open_now(plan: Plan) -> Iterator[Call]:
    """What is open whatever the hour: waiting for response, running out, exceeded, waiting, not handed in."""
    before = [day for day in plan.workdays if day < plan.today]
    if not before:
        return
    past = datetime.combine(before[-1], time())
    printer, network, program, disk, screen = (
        next(scene for scene in SCENES if words in scene.title)
        for words in ("脱机", "时断时续", "会签", "黄灯", "偏色")
    )
    people = {
        scene.post: _engineer(plan, random.Random(scene.post), scene.post, past.replace(hour=14))  # noqa: S311
        for scene in (network, program, disk, screen)
    }
    yield Call(printer, plan.now - timedelta(seconds=190), *DEPARTMENTS[4], demo_calls.PHONE)
    for scene, begun, left, dept in (
        (network, past.replace(hour=16, minute=10, second=12), 40, DEPARTMENTS[5]),
        (program, past.replace(hour=14, minute=20, second=41), -65, DEPARTMENTS[1]),
    ):
        wanted = plan.now + timedelta(minutes=left)
        wish = wanted.replace(minute=wanted.minute // 5 * 5, second=0)
        answered = begun + timedelta(minutes=4, seconds=25)
        yield Call(
            scene, begun, *dept, demo_calls.PHONE, engineer=people[scene.post], responded=answered, due=wish, way="远程"
        )
    begun = past.replace(hour=15, minute=5, second=3)
    pause = (begun + timedelta(minutes=36), NEVER, *disk.waits[0])
    yield Call(
        disk, begun, *DEPARTMENTS[12], demo_calls.ROUND, engineer=people[disk.post],
        responded=begun + timedelta(minutes=2, seconds=8), way="现场", wait=pause,
    )  # fmt: skip
    begun = past.replace(hour=16, minute=22, second=37)
    yield Call(
        screen, begun, *DEPARTMENTS[11], demo_calls.PHONE, engineer=people[screen.post],
        responded=begun + timedelta(minutes=3), way="现场", solved=begun + timedelta(minutes=41),
    )  # fmt: skip
