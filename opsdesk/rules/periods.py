"""Periods of appraisal: a month (2026-03), a quarter (2026Q1), a year (2026), or days of a project or spot check."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from opsdesk.rules.scoring import PeriodKind

QUARTERS = ("一", "二", "三", "四")


@dataclass(frozen=True, order=True)
class Period:
    """A stretch of whole days with its usual name. `kind` is of a month, quarter or year; of other days None."""

    first: date
    last: date
    text: str
    kind: PeriodKind | None = None

    @property
    def words(self) -> str:
        """2026 年第一季度, 2026 年 3 月, 2026 年, or the day, or the first and last."""
        if self.kind is PeriodKind.QUARTER:
            return f"{self.first.year} 年第{QUARTERS[self.first.month // 3]}季度"
        if self.kind is PeriodKind.MONTH:
            return f"{self.first.year} 年 {self.first.month} 月"
        if self.kind is PeriodKind.YEAR:
            return f"{self.first.year} 年"
        if self.first == self.last:
            return self.first.isoformat()
        return f"{self.first.isoformat()} 至 {self.last.isoformat()}"

    @property
    def kinds(self) -> tuple[PeriodKind, ...]:
        """Kinds of schemes by which it can be appraised: its own; of other days those of spot checks and projects."""
        return (self.kind,) if self.kind else (PeriodKind.SPOT, PeriodKind.PROJECT)

    @property
    def months(self) -> list[tuple[int, int]]:
        """Every (year, month) that the period touches."""
        begin, end = self.first.year * 12 + self.first.month - 1, self.last.year * 12 + self.last.month - 1
        return [(month // 12, month % 12 + 1) for month in range(begin, end + 1)]

    def before(self) -> Period:
        """The period of the same length just before."""
        day = self.first - timedelta(days=1)
        if self.kind is None:
            return of_days(day - (self.last - self.first), day)
        return around(day, self.kind)


def month(year: int, number: int) -> Period:
    """A calendar month."""
    last = date(year, number, monthrange(year, number)[1])
    return Period(date(year, number, 1), last, f"{year}-{number:02}", PeriodKind.MONTH)


def quarter(year: int, number: int) -> Period:
    """A calendar quarter, 1 to 4."""
    first, last = month(year, number * 3 - 2).first, month(year, number * 3).last
    return Period(first, last, f"{year}Q{number}", PeriodKind.QUARTER)


def year(number: int) -> Period:
    """A calendar year."""
    return Period(date(number, 1, 1), date(number, 12, 31), f"{number}", PeriodKind.YEAR)


def of_days(first: date, last: date) -> Period:
    """Days of a project or a spot check. Raises ValueError where they are the wrong way round."""
    if last < first:
        raise ValueError(f"{first}..{last}")
    return Period(first, last, f"{first.isoformat()}..{last.isoformat()}")


def around(day: date, kind: PeriodKind) -> Period:
    """The month, quarter or year of a day; of other kinds the day itself."""
    if kind is PeriodKind.MONTH:
        return month(day.year, day.month)
    if kind is PeriodKind.QUARTER:
        return quarter(day.year, (day.month + 2) // 3)
    return year(day.year) if kind is PeriodKind.YEAR else of_days(day, day)


def parse(text: str) -> Period:
    """The period that is written so: 2026Q1, 2026-03, 2026, 2026-03-01..2026-03-15. Raises ValueError."""
    plain = "".join(text.split()).upper()
    if found := re.fullmatch(r"(20\d\d)Q([1-4])", plain, re.ASCII):
        return quarter(int(found[1]), int(found[2]))
    if found := re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", plain, re.ASCII):
        return month(int(found[1]), int(found[2]))
    if re.fullmatch(r"20\d\d", plain, re.ASCII):
        return year(int(plain))
    first, dots, last = plain.partition("..")
    if not dots:
        raise ValueError(text)
    return of_days(date.fromisoformat(first), date.fromisoformat(last))
