"""Leave slips as the record holds them: which time they free, how much it is, and what they still lack."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.models import LeaveSlip
from opsdesk.rules import leave as rules
from opsdesk.rules.attendance import uncovered
from opsdesk.rules.calendar import days
from opsdesk.rules.clause import Regulations
from opsdesk.rules.facts import Duty, Span
from opsdesk.rules.leave import SlipFacts, SlipStanding
from opsdesk.rules.vocabulary import LeaveKind
from opsdesk.services import duties
from opsdesk.services.duties import Person, Plan
from opsdesk.services.errors import Refusal

DAY = timedelta(days=1)
FAR = 31
"""Days after a leave within which the next duty is looked for; then the next workday of the calendar counts."""
NO_CERTIFICATE, CERTIFICATE, OTHER_PAPER = "", "医院诊断书", "其他"


class Part(StrEnum):
    """Where on its day a leave begins or ends; the hours of a part are those of the person's own duty."""

    WHOLE = "全天"
    MORNING = "上午"
    AFTERNOON = "下午"
    EXACT = "自定"


@dataclass(frozen=True)
class Edge:
    """The first or the last day of a leave and the part of it taken; `at` is the time where the part is EXACT."""

    day: date
    part: Part = Part.WHOLE
    at: time | None = None


@dataclass(frozen=True)
class Extent:
    """How much planned time a leave takes: days by tenths and minutes."""

    days: float
    minutes: int

    @property
    def words(self) -> str:
        """共 1.5 天 13.5 小时."""
        return f"共 {self.days:g} 天 {round(self.minutes / 60, 1):g} 小时"


@dataclass(frozen=True)
class SlipQuestion:
    """Something that a slip still lacks: one sentence that names the clause, for the day on which the leave begins."""

    slip_id: int
    number: str
    staff_id: int
    day: date
    sentence: str


def middle(duty: Duty) -> tuple[datetime, datetime]:
    """When the morning of a duty ends and its afternoon begins: between its pairs, or half-way through its only one."""
    place = len(duty.pairs) // 2
    if place:
        return duty.pairs[place - 1].ends, duty.pairs[place].begins
    noon = duty.begins + (duty.ends - duty.begins) / 2
    return noon, noon


def begin_of(plan: Plan, person: Person, edge: Edge) -> datetime:
    """When a leave begins; a day without duty begins at midnight. Refuses its afternoon, and EXACT without a time."""
    if edge.part is Part.EXACT:
        return _exact(edge, "first_time", "开始时刻")
    duty = plan.duty(person, edge.day)
    if edge.part is Part.AFTERNOON:
        return middle(_duty(duty, person, edge, "first_part"))[1]
    return duty.begins if duty else datetime.combine(edge.day, time())


def end_of(plan: Plan, person: Person, edge: Edge) -> datetime:
    """When a leave ends; a day without duty ends at midnight. Refuses its morning, and EXACT without a time."""
    if edge.part is Part.EXACT:
        return _exact(edge, "last_time", "结束时刻")
    duty = plan.duty(person, edge.day)
    if edge.part is Part.MORNING:
        return middle(_duty(duty, person, edge, "last_part"))[0]
    return duty.ends if duty else datetime.combine(edge.day + DAY, time())


def edges(plan: Plan, person: Person, begins: datetime, ends: datetime) -> tuple[Edge, Edge]:
    """The ends of a leave in the words of its form: 全天, 上午 or 下午 where they fit the duty, else exact times.

    One half of a single day has that half at both ends.
    """
    first = _edge_of(plan, person, begins, begin_of, Part.AFTERNOON)
    last = _edge_of(plan, person, ends, end_of, Part.MORNING)
    if last.day < first.day:
        return Edge(begins.date(), Part.EXACT, begins.time()), Edge(ends.date(), Part.EXACT, ends.time())
    if first.day == last.day and (first.part, last.part) == (Part.WHOLE, Part.MORNING):
        return Edge(first.day, Part.MORNING), last
    if first.day == last.day and (first.part, last.part) == (Part.AFTERNOON, Part.WHOLE):
        return first, Edge(last.day, Part.AFTERNOON)
    return first, last


def _edge_of(plan: Plan, person: Person, at: datetime, moment: Callable[..., datetime], half: Part) -> Edge:
    """The edge of which `moment` (begin_of, end_of) makes this time; a night shift belongs to the day before."""
    for day in (at.date(), at.date() - DAY):
        halves = (Part.WHOLE, half) if plan.duty(person, day) else (Part.WHOLE,)
        for part in halves:
            if moment(plan, person, Edge(day, part)) == at:
                return Edge(day, part)
    return Edge(at.date(), Part.EXACT, at.time())


def _exact(edge: Edge, key: str, title: str) -> datetime:
    if edge.at is None:
        raise Refusal(f"选了“自定”，请填写{title}，例如 13:30。", field=key)
    return datetime.combine(edge.day, edge.at.replace(second=0, microsecond=0))


def _duty(duty: Duty | None, person: Person, edge: Edge, key: str) -> Duty:
    if duty is None:
        raise Refusal(f"{person.name}在 {edge.day.isoformat()} 没有班次，分不出半天。请选“自定”并填时刻。", field=key)
    return duty


def extent(plan: Plan, person: Person, taken: Sequence[Span], first: date, last: date) -> Extent:
    """How much of what the person owes from `first` to `last` these spans take; a whole duty is one day."""
    whole, minutes = 0.0, 0
    for duty in plan.duties(person, first, last):
        planned = sum((pair.ends - pair.begins for pair in duty.pairs), timedelta())
        left = sum((uncovered(pair, taken) for pair in duty.pairs), timedelta())
        whole += (planned - left) / planned
        minutes += int((planned - left).total_seconds() // 60)
    return Extent(round(whole, 1), minutes)


def due_back(plan: Plan, person: Person, ends: datetime) -> date:
    """The day on which planned work goes on after a leave that ends at `ends`."""
    for day in days(ends.date(), ends.date() + timedelta(days=FAR)):
        duty = plan.duty(person, day)
        if duty and any(pair.ends > ends for pair in duty.pairs):
            return day
    day = ends.date() + DAY
    while not plan.calendar.works(day):
        day += DAY
    return day


def facts(plan: Plan, person: Person, row: Mapping[Any, Any]) -> SlipFacts:
    """A row of `leave_slip` as the clauses look at it."""
    return SlipFacts(
        kind=LeaveKind(row["kind"]),
        begins=row["begins_at"],
        ends=row["ends_at"],
        applied_at=row["applied_at"],
        due_back=due_back(plan, person, row["ends_at"]),
        consented=row["consented_at"] is not None,
        refused=row["refused_at"] is not None,
        withdrawn=row["withdrawn_at"] is not None,
        vendor_agreed=row["vendor_agreed_at"] is not None,
        sealed=row["sealed_on"] is not None,
        certificate=row["certificate"] == CERTIFICATE,
        hospital_level=row["hospital_level"],
        submitted_on=row["submitted_on"],
        returned_on=row["returned_at"].date() if row["returned_at"] else None,
        extends=row["extends_id"] is not None,
        covered=row["deputy_id"] is not None,
    )


def standing(plan: Plan, person: Person, row: Mapping[Any, Any], today: date) -> SlipStanding:
    """Where a slip stands today, by the law of the day on which the leave begins."""
    day = row["begins_at"].date()
    regulation = plan.terms_on(person.vendor_id, day).penalties
    return rules.standing(facts(plan, person, row), plan.calendar, plan.regulations.on(day), regulation, today)


def standings(
    connection: Connection, regulations: Regulations, rows: Sequence[Mapping[Any, Any]], today: date
) -> dict[int, SlipStanding]:
    """Where each of these rows of `leave_slip` stands, by its id."""
    if not rows:
        return {}
    ids = {row["staff_id"] for row in rows}
    first, last = min(row["begins_at"] for row in rows).date(), max(row["ends_at"] for row in rows).date()
    plan = duties.load(connection, regulations, first, last + timedelta(days=FAR), ids)
    people = {person.id: person for person in duties.people(connection, ids=ids)}
    return {row["id"]: standing(plan, people[row["staff_id"]], row, today) for row in rows}


def open_questions(
    connection: Connection, plan: Plan, first: date, last: date, today: date, ids: Collection[int] | None = None
) -> list[SlipQuestion]:
    """What the slips of these days still lack on `today`: consent, company, written slip, seal, certificate.

    In order of staff and day; refused and withdrawn slips ask for nothing. `ids` narrows to staff.
    """
    asked = (
        select(LeaveSlip.__table__)
        .where(
            LeaveSlip.begins_at < datetime.combine(last + DAY, time()),
            LeaveSlip.ends_at > datetime.combine(first, time()),
            LeaveSlip.refused_at.is_(None),
            LeaveSlip.withdrawn_at.is_(None),
        )
        .order_by(LeaveSlip.staff_id, LeaveSlip.begins_at)
    )
    if ids is not None:
        asked = asked.where(LeaveSlip.staff_id.in_(ids))
    rows = connection.execute(asked).mappings().all()
    people = {person.id: person for person in duties.people(connection, ids={row["staff_id"] for row in rows})}
    return [
        SlipQuestion(row["id"], row["number"], row["staff_id"], max(first, row["begins_at"].date()), sentence)
        for row in rows
        for sentence in _lacking(standing(plan, people[row["staff_id"]], row, today), people[row["staff_id"]], row)
    ]


def _lacking(found: SlipStanding, person: Person, row: Mapping[Any, Any]) -> Iterable[str]:
    for each in found.missing:
        yield f"{person.name}的{row['kind']}（{row['number']}）：{each.sentence}"
