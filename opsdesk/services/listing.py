"""What every list asks of the record: rows that hold the typed words, one page at a time, with their number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, SQLColumnExpression, and_, func, or_, select, true

from opsdesk.services.context import Context
from opsdesk.services.text import one_line

MOST_WORDS = 8
"""Words looked for one by one; what follows is one more word, so that a pasted page stays one question."""
PERIODS = {"今天": (0, 0), "昨天": (1, 1), "近 7 天": (6, 0), "近 30 天": (29, 0)}
"""Periods by their word: the days by which the first and the last of them lie before today."""
DAY = timedelta(days=1)


def words(typed: str) -> list[str]:
    """Words of a find field, cleaned; none where nothing visible was typed."""
    return one_line(typed).split(maxsplit=MOST_WORDS - 1)


def holds(
    typed: str, *columns: SQLColumnExpression[Any], means: Callable[[str], ColumnElement[bool]] | None = None
) -> ColumnElement[bool]:
    """True where every word typed stands in one of the columns, capitals or not; % and _ are letters like others.

    `means` says of a word whether it means the row in another way, such as the last four of a number.
    """
    return and_(
        true(),
        *(
            or_(
                *(func.instr(func.lower(func.coalesce(column, "")), func.lower(word)) > 0 for column in columns),
                *([means(word)] if means else ()),
            )
            for word in words(typed)
        ),
    )


def page(connection: Connection, query: Select[*tuple[Any, ...]], offset: int, limit: int) -> tuple[Sequence[Any], int]:
    """The rows from `offset` on, at most `limit`, and how many the question has in all."""
    total = connection.execute(select(func.count()).select_from(query.order_by(None).subquery())).scalar_one()
    rows = connection.execute(query.offset(max(0, offset)).limit(max(0, limit))).all()
    return rows, total


def month_of(key: str) -> tuple[date, date] | None:
    """First and last day of a month written 2026-03; None where it is none."""
    from opsdesk.rules.calendar import month

    try:
        first = date.fromisoformat(f"{key}-01")
    except ValueError:
        return None
    return first, month(first.year, first.month)[-1]


def within(column: SQLColumnExpression[Any], first: date, last: date) -> ColumnElement[bool]:
    """True where a moment falls on a day from `first` to `last`, both included."""
    return and_(column >= datetime.combine(first, time()), column < datetime.combine(last + DAY, time()))


def in_month(column: SQLColumnExpression[Any], key: str | None) -> ColumnElement[bool]:
    """True where a moment falls in the month written 2026-03; true of every row where that is no month."""
    span = month_of(key or "")
    return within(column, *span) if span else true()


def period(key: str, today: date) -> tuple[date, date] | None:
    """First and last day of a period, also of one written 2026-03-01/2026-03-05; None where it is none."""
    begins, between, ends = key.partition("/")
    if between:
        return date.fromisoformat(begins), date.fromisoformat(ends)
    if key in PERIODS:
        back, until = PERIODS[key]
        return today - back * DAY, today - until * DAY
    return month_of(key)


def periods(ctx: Context) -> list[tuple[str, str]]:
    """Periods to choose from: the days just gone by, then months."""
    return [*((word, word) for word in PERIODS), *months_around(ctx.today(), 24, 0)]


def months_around(today: date, before: int = 12, after: int = 2) -> list[tuple[str, str]]:
    """Months to choose from as (2026-03, 2026 年 3 月): this one first, then the coming, then those gone by."""
    here = today.year * 12 + today.month - 1
    order = [0, *range(1, after + 1), *range(-1, -before - 1, -1)]
    found = [divmod(here + step, 12) for step in order]
    return [(f"{year:04}-{number + 1:02}", f"{year} 年 {number + 1} 月") for year, number in found]
