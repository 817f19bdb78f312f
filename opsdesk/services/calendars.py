"""The site's calendar: read for judging, imported from the yearly notice, changed by the supervisor."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from opsdesk import paths
from opsdesk.models import CalendarDay, CalendarYear
from opsdesk.rules.calendar import Calendar, SpecialDay, days
from opsdesk.rules.vocabulary import DayKind
from opsdesk.services.errors import Refusal
from opsdesk.services.transaction import Transaction


@dataclass(frozen=True)
class YearPlan:
    """A year's holidays as announced: the notice and what kind each special day is."""

    year: int
    source: str
    special: Mapping[date, SpecialDay]


def load(connection: Connection) -> Calendar:
    """The calendar as the record holds it."""
    special = {
        row.day: SpecialDay(DayKind(row.kind), row.name)
        for row in connection.execute(select(CalendarDay.day, CalendarDay.kind, CalendarDay.name))
    }
    announced = frozenset(connection.execute(select(CalendarYear.year)).scalars())
    return Calendar(special, announced)


def parse(raw: Any) -> list[YearPlan]:
    """Years out of the holiday file: {year: {source, off: [[name, from, to]], work: […], statutory: […]}}.

    Refuses, naming the entry, what is not such a file.
    """
    try:
        return [_year(int(year), plan) for year, plan in raw.items()]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Refusal(
            f"节假日文件的内容不完整（{error}）。每年需要 source、off、work、statutory 四项，日期写成 2026-10-01。"
        ) from None


def _year(year: int, plan: Mapping[str, Any]) -> YearPlan:
    statutory = {date.fromisoformat(day) for day in plan["statutory"]}
    special: dict[date, SpecialDay] = {}
    for name, first, last in plan["off"]:
        for day in days(date.fromisoformat(first), date.fromisoformat(last)):
            if day in statutory:
                special[day] = SpecialDay(DayKind.STATUTORY, name)
            elif day.weekday() < 5:
                special[day] = SpecialDay(DayKind.DAY_OFF, name)
            else:
                special[day] = SpecialDay(DayKind.WEEKEND, name)
    for written in plan["work"]:
        special[date.fromisoformat(written)] = SpecialDay(DayKind.MAKE_UP, "调休上班")
    if strangers := [day.isoformat() for day in special if day.year != year]:
        raise ValueError(f"{year} 年中混入了 {'、'.join(strangers)}")
    return YearPlan(year, str(plan["source"]), special)


def shipped() -> list[YearPlan]:
    """The years that ship with the program (2025 and 2026)."""
    return parse(json.loads((paths.resources() / "holidays" / "cn.json").read_text(encoding="utf-8")))


def read_file(path: Path) -> list[YearPlan]:
    """Years from a file that the site was given. Refuses what cannot be read."""
    try:
        return parse(json.loads(path.read_text(encoding="utf-8-sig")))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError):
        raise Refusal(f"文件 {path.name} 不是节假日文件。请选择 JSON 格式、UTF-8 编码的节假日文件。") from None


def store(tx: Transaction, plans: list[YearPlan]) -> int:
    """Put years into the calendar; days already there as written stay untouched. Returns how many days changed."""
    known = {
        row.day: row
        for row in tx.connection.execute(select(CalendarDay.id, CalendarDay.day, CalendarDay.kind, CalendarDay.name))
    }
    years = {row.year: row.id for row in tx.connection.execute(select(CalendarYear.year, CalendarYear.id))}
    changed, new = 0, []
    for plan in plans:
        if plan.year in years:
            tx.update(CalendarYear, years[plan.year], source=plan.source)
        else:
            tx.insert(CalendarYear, year=plan.year, source=plan.source)
        for day, special in sorted(plan.special.items()):
            if day in known:
                changed += tx.update(CalendarDay, known[day].id, kind=str(special.kind), name=special.name)
            else:
                new.append({"day": day, "kind": str(special.kind), "name": special.name})
    tx.insert_many(CalendarDay, new)
    return changed + len(new)
