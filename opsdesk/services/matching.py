"""Whose row of a foreign report is whose: by 工号, then 考勤号, then a name that only one person bears."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from opsdesk.services.duties import Person
from opsdesk.services.foreign_report import DayFigures, Entry, MonthFigures, Report


@dataclass(frozen=True)
class Stranger:
    """Somebody of the report whose figures were compared with nobody's, and the sentence that says why."""

    staff_no: str
    name: str
    sentence: str


@dataclass
class Matched:
    """Entries of the report by our person's id; who is named in it at all (`seen`); and who could not be matched."""

    entries: dict[int, list[MonthFigures | DayFigures]] = field(default_factory=lambda: defaultdict(list))
    seen: set[int] = field(default_factory=set)
    strangers: list[Stranger] = field(default_factory=list)


def match(report: Report, people: Sequence[Person]) -> Matched:
    """Find our person for each of the report's; a number that belongs to somebody of another name matches nobody."""
    found = Matched()
    theirs: dict[tuple[str, str, str], list[MonthFigures | DayFigures]] = defaultdict(list)
    named: list[MonthFigures | DayFigures] = [*report.months, *report.days]
    for entry in named:
        theirs[entry.staff_no.casefold(), entry.user_id.casefold(), entry.name].append(entry)
    bearers: dict[str, int] = defaultdict(int)
    for _, _, name in theirs:
        bearers[name] += 1
    taken: dict[int, str] = {}
    for entries in theirs.values():
        person = _person(entries[0], people, report.source, alone=bearers[entries[0].name] == 1)
        if isinstance(person, Person):
            found.seen.add(person.id)
            who = _named(entries[0])
            if person.id in taken:
                person = f"{report.source}的{who}和{taken[person.id]}对到了同一个人，没有对照。请核对工号。"
            else:
                taken[person.id] = who
                found.entries[person.id] = entries
        elif bearer := _bearer(entries[0], people):
            found.seen.add(bearer)
        if isinstance(person, str):
            found.strangers.append(Stranger(entries[0].staff_no, entries[0].name, person))
    return found


def _named(entry: Entry) -> str:
    number = f"（工号 {entry.staff_no}）" if entry.staff_no else f"（账号 {entry.user_id}）" if entry.user_id else ""
    return f"{entry.name or '无姓名的人'}{number}"


def _bearer(entry: Entry, people: Sequence[Person]) -> int | None:
    """Who is meant by name alone though not compared, so that he is not called missing as well."""
    same = [person.id for person in people if person.name == entry.name]
    return same[0] if len(same) == 1 else None


def _bare(pin: str) -> str:
    return pin.lstrip("0") or pin[:1]


def _person(entry: Entry, people: Sequence[Person], source: str, *, alone: bool) -> Person | str:
    if entry.staff_no:
        for person in people:
            if person.staff_no.casefold() == entry.staff_no.casefold():
                if entry.name and entry.name != person.name:
                    return (
                        f"工号 {entry.staff_no} 在{source}是{entry.name}，在本系统是{person.name}，没有对照。"
                        "请核对工号。"
                    )
                return person
    same = [person for person in people if person.name == entry.name]
    numbers = {number.casefold() for number in (entry.staff_no, entry.user_id) if number}
    for person in same:
        pins = {_bare(number) for number in numbers}
        if person.staff_no.casefold() in numbers or (person.pin and _bare(person.pin) in pins):
            return person
    if len(same) == 1 and alone:
        return same[0]
    if len(same) > 1 or (same and not alone):
        return f"{source}的{_named(entry)}有同名的人，分不清是谁，没有对照。请在{source}里填上工号。"
    return f"{source}里有{_named(entry)}，本系统没有这个人，没有对照。"
