"""The qualification card of a member of staff: T1-QLF-01 (experience), T1-RES-01 (equipment, lodging), T1-RES-02."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from opsdesk.rules.clause import Citation, Law

REGULATION = "T1"


class Standing(StrEnum):
    """What the card amounts to; 不足 outweighs 未填."""

    MET = "合格"
    SHORT = "不足"
    OPEN = "未填"


@dataclass(frozen=True)
class Card:
    """What is known of a person; None where nobody has filled it in. `lodging_minutes` from lodging to the site."""

    arrived_on: date
    joined_implementation: bool | None = None
    career_started_on: date | None = None
    has_pc: bool | None = None
    has_internet: bool | None = None
    lodging_minutes: int | None = None
    hotline_phone: str | None = None


@dataclass(frozen=True)
class Qualification:
    """The standing, the sentence that gives the reason, and the clauses it rests on."""

    standing: Standing
    sentence: str
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True)
class _Point:
    met: bool | None
    short: str
    blank: str
    citation: Citation


def years_after(day: date, years: int) -> date:
    """The same day `years` later; 29 February ends on the 28th where the year has none (民法典 202)."""
    year = day.year + years
    return date(year, day.month, min(day.day, calendar.monthrange(year, day.month)[1]))


def judge(card: Card, law: Law) -> Qualification:
    """Judge the card by the clauses in force; the limits themselves are met (一年以上 and 不超过 include them)."""
    points = list(_points(card, law))
    cited = tuple(dict.fromkeys(point.citation for point in points))
    short = [f"{point.short}（{point.citation.short}）" for point in points if point.met is False]
    blank = [point.blank for point in points if point.met is None]
    rest = f"还没有填写{'、'.join(blank)}。" if blank else ""
    if short:
        return Qualification(Standing.SHORT, f"{'；'.join(short)}。{rest}", cited)
    if blank:
        return Qualification(Standing.OPEN, rest, cited)
    clauses = "、".join(dict.fromkeys(citation.short for citation in cited))
    return Qualification(Standing.MET, f"各项都符合 {clauses}。" if cited else "现行规章没有资格要求。", cited)


def _points(card: Card, law: Law) -> Iterator[_Point]:
    if held := law.part("staff.qualification", REGULATION):
        cited, years = held.cite(), held.number("qual.years")
        yield _Point(card.joined_implementation, "没有参加过项目实施", "是否参与实施", cited)
        began = card.career_started_on
        enough = None if began is None else years_after(began, years) <= card.arrived_on
        since = "" if began is None else began.isoformat()
        short = f"从业自 {since} 起，到场 {card.arrived_on.isoformat()} 不满 {years} 年"
        yield _Point(enough, short, "从业起始日", cited)
    if held := law.part("staff.lodging", REGULATION):
        cited, most = held.cite(), held.number("housing.max")
        yield _Point(card.has_pc, "没有配电脑", "是否配电脑", cited)
        yield _Point(card.has_internet, "没有配上网", "是否配上网", cited)
        near = None if card.lodging_minutes is None else card.lodging_minutes <= most
        yield _Point(near, f"住地到现场 {card.lodging_minutes} 分，超过 {most} 分", "住地到现场分钟", cited)
    if held := law.part("staff.hotline", REGULATION):
        given = True if card.hotline_phone else None
        yield _Point(given, "没有热线电话", "热线电话", held.cite())
