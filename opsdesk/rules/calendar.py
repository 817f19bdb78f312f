"""The site's calendar: weekends, holidays and 调休 as announced, and the site's own days (`domain.md` chapter 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from opsdesk.rules.vocabulary import DayKind


@dataclass(frozen=True)
class SpecialDay:
    """A day that is not what its weekday says; `name` is the holiday's."""

    kind: DayKind
    name: str


@dataclass(frozen=True)
class Calendar:
    """Which days are worked. `announced` are the years whose State Council notice is known."""

    special: Mapping[date, SpecialDay] = field(default_factory=dict)
    announced: frozenset[int] = frozenset()

    def kind(self, day: date) -> DayKind:
        """The kind of `day`: as announced, else by its weekday."""
        if day in self.special:
            return self.special[day].kind
        return DayKind.WEEKEND if day.weekday() >= 5 else DayKind.WORKDAY

    def works(self, day: date) -> bool:
        """True on ordinary workdays and on 调休上班 days."""
        return self.kind(day) in {DayKind.WORKDAY, DayKind.MAKE_UP}

    def name(self, day: date) -> str:
        """Holiday's name, “调休上班”, or empty on an ordinary day."""
        return self.special[day].name if day in self.special else ""

    def unannounced(self, day: date) -> str:
        """A warning sentence where the year's holidays are not known; empty where they are."""
        if day.year in self.announced:
            return ""
        return f"{day.year} 年放假安排尚未导入，节假日与调休按普通星期计算。请在设置中导入当年通知。"


def days(first: date, last: date) -> list[date]:
    """Every day from `first` to `last`, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def month(year: int, number: int) -> list[date]:
    """Every day of a calendar month."""
    first = date(year, number, 1)
    following = date(year + number // 12, number % 12 + 1, 1)
    return days(first, following - timedelta(days=1))


def months_later(day: date, months: int) -> date:
    """The same day so many months later (below zero: earlier); at the end of a shorter month its last day."""
    year, number = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = month(year, number + 1)[-1]
    return last.replace(day=min(day.day, last.day))
