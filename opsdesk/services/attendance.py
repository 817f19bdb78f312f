"""The record of attendance: reading people's days as the rules judge them, and keeping the frozen verdicts in step."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Text, select, type_coerce

from opsdesk.models import Punch, StoredVerdict
from opsdesk.rules import attendance as rules
from opsdesk.rules.attendance import DayResult
from opsdesk.rules.calendar import days
from opsdesk.rules.clause import Citation, Law, Regulations
from opsdesk.rules.facts import Duty, Terms
from opsdesk.rules.facts import Punch as PunchFact
from opsdesk.rules.vocabulary import Direction, Judgement, State
from opsdesk.services import duties
from opsdesk.services.duties import Absence, Person, Plan
from opsdesk.services.transaction import Transaction

DIRECTIONS = {str(each): each for each in Direction}
CHARGED = {Judgement.LATE, Judgement.ABSENT, Judgement.EARLY}


@dataclass(frozen=True, slots=True)
class Recorded:
    """A punch that counts, with what the list shows of it."""

    fact: PunchFact
    source: str
    doubted: bool
    entered_by: str
    entered_at: datetime


@dataclass(frozen=True, slots=True)
class PersonDay:
    """One person's shift day: what was due, what was recorded, what it amounts to."""

    person: Person
    day: date
    duty: Duty | None
    absence: Absence | None
    punches: tuple[Recorded, ...]
    result: DayResult
    terms: Terms

    @property
    def arrived_at(self) -> datetime | None:
        """First arrival that counts, by pair or, off the roster, at all."""
        if self.result.pairs:
            return next((pair.arrival.at for pair in self.result.pairs if pair.arrival), None)
        return next((punch.fact.at for punch in self.punches if punch.fact.direction is not Direction.OUT), None)

    @property
    def left_at(self) -> datetime | None:
        """Last departure that counts, unless the person has come back since."""
        if self.result.pairs:
            if self.punches and self.punches[-1].fact.direction is Direction.IN:
                return None
            return next((pair.departure.at for pair in reversed(self.result.pairs) if pair.departure), None)
        last = self.punches[-1].fact if self.punches else None
        return last.at if last and last.direction is Direction.OUT else None

    @property
    def due(self) -> bool:
        """True for somebody who has a duty that leave does not cover whole."""
        return self.duty is not None and self.result.state is not State.ON_LEAVE


def punches_on(
    connection: Connection, first: date, last: date, ids: Collection[int] | None = None
) -> dict[tuple[int, date], list[Recorded]]:
    """Punches that count (not taken back) of the shift days between `first` and `last`, in order of time."""
    # Moments are read as the texts they are stored as: their own conversion costs as much as all the rest.
    query = (
        select(
            Punch.staff_id, type_coerce(Punch.day, Text), Punch.id, type_coerce(Punch.at, Text), Punch.direction,
            Punch.source, Punch.doubted, Punch.entered_by, type_coerce(Punch.entered_at, Text),
        )
        .where(Punch.day.between(first, last), Punch.void_at.is_(None))
        .order_by(Punch.at, Punch.id)
    )  # fmt: skip
    if ids is not None:
        query = query.where(Punch.staff_id.in_(ids))
    found: dict[tuple[int, date], list[Recorded]] = defaultdict(list)
    moment, calendar_day = datetime.fromisoformat, date.fromisoformat
    for staff, day, punch, at, direction, source, doubted, by, entered in connection.execute(query):
        fact = PunchFact(punch, moment(at), DIRECTIONS[direction])
        found[staff, calendar_day(day)].append(Recorded(fact, source, doubted, by, moment(entered)))
    return found


def read(
    connection: Connection,
    regulations: Regulations,
    first: date,
    last: date,
    now: datetime,
    ids: Collection[int] | None = None,
    plan: Plan | None = None,
) -> list[PersonDay]:
    """Every person's days between `first` and `last`, judged: by vendor, number, day; days of rest too.

    `plan` is passed by who has read it already, for at least these days and people.
    """
    plan = plan or duties.load(connection, regulations, first, last, ids)
    punches = punches_on(connection, first, last, ids)
    laws = {day: regulations.on(day) for day in days(first, last)}
    found = []
    for person in duties.people(connection, ids=ids):
        owed = {duty.day: duty for duty in plan.duties(person, first - timedelta(days=1), last + timedelta(days=1))}
        for day in days(first, last):
            recorded = tuple(punches.get((person.id, day), ()))
            if person.on_site(day) or recorded:
                found.append(_judged(plan, person, day, owed, recorded, laws[day], now))
    return found


def _judged(
    plan: Plan,
    person: Person,
    day: date,
    owed: dict[date, Duty],
    recorded: tuple[Recorded, ...],
    law: Law,
    now: datetime,
) -> PersonDay:
    duty, terms = owed.get(day), plan.terms_on(person.vendor_id, day)
    if duty is None:
        state = State.PRESENT_UNPLANNED if recorded else State.REST
        return PersonDay(person, day, None, None, recorded, DayResult(state, ()), terms)
    before, after = owed.get(day - timedelta(days=1)), owed.get(day + timedelta(days=1))
    closes = rules.reach(duty, before, after).ends
    result = rules.judge_day(duty, [punch.fact for punch in recorded], law, terms, now, closes)
    return PersonDay(person, day, duty, plan.absence_on(person.id, duty), recorded, result, terms)


def quoted(citations: Iterable[Citation]) -> str:
    """Citations as JSON, as they are frozen with what was decided."""
    return json.dumps(
        [
            {
                "key": cited.key,
                "regulation": cited.regulation,
                "number": cited.number,
                "wording": cited.wording,
                "held_from": cited.held_from.isoformat(),
            }
            for cited in citations
        ],
        ensure_ascii=False,
    )


def rejudge(
    tx: Transaction,
    regulations: Regulations,
    keys: Iterable[tuple[int, date]],
    now: datetime,
    plan: Plan | None = None,
) -> None:
    """Bring the stored verdicts of these (staff, day) in step with the record, in the same transaction.

    Only what is charged (迟到, 视缺勤, 早退) is stored. A verdict that no longer holds is marked, a new one follows.
    """
    wanted = set(keys)
    if not wanted:
        return
    first, last = min(day for _, day in wanted), max(day for _, day in wanted)
    ids = {staff for staff, _ in wanted}
    new: dict[int, dict[str, Any]] = {}
    for each in read(tx.connection, regulations, first, last, now, ids, plan):
        if (each.person.id, each.day) in wanted:
            for punch, verdict in each.result.verdicts:
                if verdict.judgement in CHARGED:
                    new[punch.id] = {
                        "subject": "punch",
                        "subject_id": punch.id,
                        "staff_id": each.person.id,
                        "day": each.day,
                        "judgement": str(verdict.judgement),
                        "minutes": verdict.minutes,
                        "amount_fen": None if verdict.amount is None else int(verdict.amount * 100),
                        "citations": quoted(verdict.citations),
                        "sentence": verdict.sentence,
                    }
    old = tx.connection.execute(
        select(StoredVerdict).where(
            StoredVerdict.replaced_at.is_(None),
            StoredVerdict.subject == "punch",
            StoredVerdict.day.between(first, last),
            StoredVerdict.staff_id.in_(ids),
        )
    ).mappings()
    for row in old.all():
        if (row["staff_id"], row["day"]) not in wanted:
            continue
        same = new.get(row["subject_id"])
        if same and all(row[key] == value for key, value in same.items()):
            del new[row["subject_id"]]
        else:
            tx.update(StoredVerdict, row["id"], replaced_at=now)
    tx.insert_many(StoredVerdict, [{**row, "made_at": now} for row in new.values()])
