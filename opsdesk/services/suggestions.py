"""What forms suggest while one types: what was written in a column lately, and the people on site."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, func, select

from opsdesk.services import duties
from opsdesk.services.context import Context

RECENT, MOST_VALUES = 2000, 200
"""Among how many of the last records words are looked for to suggest, and how many are suggested."""
Suggested = list[tuple[str, str]]


def recent_values(connection: Connection, column: Any) -> list[str]:
    """What was written in this column lately, the latest first, each once."""
    key = column.class_.id
    since = select(func.max(key) - RECENT).scalar_subquery()
    last = select(column).where(key > since, column != "").order_by(key.desc())
    return list(dict.fromkeys(connection.execute(last).scalars()))[:MOST_VALUES]


def written(*columns: Any) -> Callable[[Context], Suggested]:
    """Options of a field: what was written in these columns before."""

    def read(ctx: Context) -> Suggested:
        with ctx.read() as connection:
            known = [value for column in columns for value in recent_values(connection, column)]
        return [(value, value) for value in dict.fromkeys(known)]

    return read


def people(ctx: Context) -> Suggested:
    """Names of the people on site today."""
    today = ctx.today()
    with ctx.read() as connection:
        names = [each.name for each in duties.people(connection) if each.on_site(today)]
    return [(name, name) for name in dict.fromkeys(names)]
