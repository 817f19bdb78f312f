"""Attendance as an appraisal reads it: out of the settled months, so that it says what the month sheet says (F04).

What the supervisor waived in a booked month (已免除) is held against nobody here either.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from sqlalchemy import select

from opsdesk.models import Deduction
from opsdesk.rules.clause import Citation, Law
from opsdesk.rules.facts import Punch
from opsdesk.rules.scoring import Event
from opsdesk.rules.settlement import Missed, Occurrence, days_in_words
from opsdesk.rules.verdict import Verdict
from opsdesk.rules.vocabulary import Decision, Mark
from opsdesk.services import settlement
from opsdesk.services.appraisal_feeds_record import Record, Share, Whose, clause, event
from opsdesk.services.attendance import PersonDay
from opsdesk.services.day_charges import UNEXCUSED
from opsdesk.services.settlement import PersonMonth

LATE, EARLY, ABSENT, OPEN = "attendance.late", "attendance.early", "attendance.absent", "attendance.open"
LINES = {
    LATE: ("count_fine", "minute_fine"),
    EARLY: ("early_fine", "early_awol"),
    ABSENT: ("absent", "awol"),
    OPEN: ("open_end",),
}
"""Which lines of a booked month charge what a feed tells."""


def late(record: Record) -> list[Event]:
    """Each lateness. One beyond the limit is 视缺勤, and lateness too only where the clause is read so (T2-ATT-08)."""
    found = []
    for person, days in _people(record):
        for each in person.late:
            if (day := days.get(each.day)) and (not _over(record, day, each) or _counts_twice(record, day)):
                punch, verdict = _judged(day, each)
                cited = _cited(record, day, "attendance.late_count", verdict)
                said = f"{punch.at:%m-%d %H:%M} 签到，迟到 {each.minutes} 分"
                found.append(_event(LATE, person, each.day, said, each.evidence, cited))
    return _standing(record, LATE, found)


def early(record: Record) -> list[Event]:
    """Each early leaving."""
    found = []
    for person, days in _people(record):
        for each in person.early:
            if day := days.get(each.day):
                punch, verdict = _judged(day, each)
                cited = _cited(record, day, "attendance.early_each", verdict)
                said = f"{punch.at:%m-%d %H:%M} 签退，早退 {each.minutes} 分"
                found.append(_event(EARLY, person, each.day, said, each.evidence, cited))
    return _standing(record, EARLY, found)


def _judged(day: PersonDay, each: Occurrence) -> tuple[Punch, Verdict]:
    return next(found for found in day.result.verdicts if f"punch:{found[0].id}" in each.evidence)


def _cited(record: Record, day: PersonDay, part: str, verdict: Verdict) -> Citation | None:
    held = _law(record, day).part(part, day.terms.penalties)
    return held.cite() if held else next(iter(verdict.citations), None)


def _law(record: Record, day: PersonDay) -> Law:
    return record.regulations.on(day.day)


def _over(record: Record, day: PersonDay, each: Occurrence) -> bool:
    """Whether a lateness makes the day 视缺勤."""
    held = _law(record, day).part("attendance.absent", day.terms.penalties)
    return held is not None and each.minutes > held.number("absent.over")


def _counts_twice(record: Record, day: PersonDay) -> bool:
    held = _law(record, day).part("attendance.absent", day.terms.penalties)
    return held is not None and held.text("double.mode") == "A"


def absent(record: Record) -> list[Event]:
    """Each day of absence, counted in half days: without sign-in or leave, or 视缺勤 because of coming too late."""
    found = []
    for person, days in _people(record):
        found += [_missed(record, person, days[each.day], each) for each in person.missed if each.day in days]
        for day, several in _too_late(record, person, days).items():
            found.append(_absent(record, person, days[day], several))
    return _standing(record, ABSENT, found)


def _too_late(record: Record, person: PersonMonth, days: dict[date, PersonDay]) -> dict[date, list[Occurrence]]:
    found: dict[date, list[Occurrence]] = {}
    for each in person.late:
        if each.day in days and _over(record, days[each.day], each):
            found.setdefault(each.day, []).append(each)
    return found


def _missed(record: Record, person: PersonMonth, day: PersonDay, each: Missed) -> Event:
    held = _law(record, day).part("attendance.no_leave", day.terms.penalties)
    whole = held is not None and held.text("awol.unit") == "day"
    count = 2 if whole else each.half_days
    word = "缺席" if held is None else "旷工"
    said = f"{each.day:%m-%d} 没有到岗记录，也没有获准的请假，{word} {days_in_words(count)} 日"
    return _event(ABSENT, person, each.day, said, each.evidence, held.cite() if held else None, count)


def _absent(record: Record, person: PersonMonth, day: PersonDay, several: Sequence[Occurrence]) -> Event:
    held = _law(record, day).part("attendance.absent", day.terms.penalties)
    assert held is not None  # noqa: S101 — without the clause no lateness is too long
    count = several[-1].half_days
    punch, verdict = _judged(day, several[0])
    word = "计旷工" if held.text("absent.as") == "awol" else "视当天缺勤，计"
    said = (
        f"{punch.at:%m-%d %H:%M} 签到，迟到 {verdict.minutes} 分，超过 {held.number('absent.over')} 分，"
        f"{word} {days_in_words(count)} 日"
    )
    evidence = tuple(reference for each in several for reference in each.evidence)
    return _event(ABSENT, person, day.day, said, evidence, held.cite(), count)


def open_ends(record: Record) -> list[Event]:
    """Each day whose sign-in or sign-out is missing and whose time for a 补签单 is over (G12).

    A day that counts as absence costs that alone.
    """
    found = []
    for person, days in _people(record):
        gone = {each.day for each in person.missed} | set(_too_late(record, person, days))
        for end in person.missing:
            if end.overdue and end.day in days and end.day not in gone:
                held = record.regulations.on(end.day).held("G12")
                said = f"{end.day:%m-%d} {end.what}，下班后 {held.number('missing.hours')} 小时内没有补签"
                evidence = tuple(f"punch:{punch.fact.id}" for punch in days[end.day].punches)
                found.append(_event(OPEN, person, end.day, said, evidence, held.cite()))
    return _standing(record, OPEN, found)


def rate(record: Record) -> list[Share]:
    """Half days worked of those due, as the month sheet counts them: leave is due and not worked, 公出 is work."""
    found = []
    for person, days in _people(record):
        halves = [
            (day, half)
            for day, parts in person.halves.items()
            if day in days
            for half in parts
            if half.mark is not Mark.AHEAD
        ]
        worked = sum(settlement.attended(half) for _, half in halves)
        missed = dict.fromkeys(
            f"day:{person.person.id}:{day.isoformat()}"
            for day, half in halves
            if half.mark is Mark.ABSENT or half.mark in UNEXCUSED
        )
        found.append(Share(person.person.vendor_id, person.person.id, worked, len(halves), tuple(missed)))
    return found


def _people(record: Record) -> Iterator[tuple[PersonMonth, dict[date, PersonDay]]]:
    """Every person's months, with their days that lie within the period."""
    for month in record.months:
        for person in month.people:
            yield person, {each.day: each for each in person.days if record.holds(each.day)}


def _event(
    feed: str, person: PersonMonth, day: date, said: str, evidence: tuple[str, ...], cited: Citation | None,
    count: int = 1,
) -> Event:  # fmt: skip
    who = person.person
    sentence = f"{who.name} {said}{clause(cited)}。"
    whose = Whose(who.vendor_id, who.id, who.name)
    return event(feed, day, sentence, evidence, whose, citation=cited, count=count)


def _standing(record: Record, feed: str, found: Iterable[Event]) -> list[Event]:
    """Without those of which everything at stake in the booked months was waived, as far as lines charge this feed."""
    query = select(Deduction.evidence, Deduction.state, Deduction.amount_fen, Deduction.half_days).where(
        Deduction.month.in_([month.key for month in record.months]),
        Deduction.part.in_(LINES[feed]),
        Deduction.replaced_at.is_(None),
    )
    waived: set[str] = set()
    kept: set[str] = set()
    for row in record.connection.execute(query):
        if row.amount_fen or row.half_days:
            (waived if row.state == Decision.WAIVED else kept).update(json.loads(row.evidence))
    return [each for each in found if not (waived - kept).issuperset(each.evidence)]
