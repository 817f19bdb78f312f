"""Acts and list of the calendar's special days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select

from opsdesk.models import CalendarDay, CalendarYear
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.rules.vocabulary import DayKind, Role
from opsdesk.services import calendar_acts, entry, listing, retiring
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome

TONES = {
    DayKind.WORKDAY: Tone.NEUTRAL,
    DayKind.WEEKEND: Tone.NEUTRAL,
    DayKind.MAKE_UP: Tone.WARNING,
    DayKind.STATUTORY: Tone.FINE,
    DayKind.DAY_OFF: Tone.INFORMATION,
}


def listed(ctx: Context, query: Query) -> Page:
    """Special days of the chosen year in their order, else from this year on and then those gone by."""
    year = func.substr(CalendarDay.day, 1, 4)
    asked = (
        select(CalendarDay.id, CalendarDay.day, CalendarDay.kind, CalendarDay.name, CalendarYear.source)
        .join(CalendarYear, CalendarYear.year == func.cast(year, CalendarYear.year.type), isouter=True)
        .where(listing.holds(query.text, CalendarDay.day, CalendarDay.kind, CalendarDay.name))
        .order_by(CalendarDay.day < date(ctx.today().year, 1, 1), CalendarDay.day)
    )
    if (chosen := (query.filters or {}).get("year")) is not None:
        asked = asked.where(CalendarDay.day.between(date(int(chosen), 1, 1), date(int(chosen), 12, 31)))
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
    return Page(
        tuple(
            Row(
                row.id,
                {
                    "day": row.day,
                    "kind": Chip(row.kind, TONES[DayKind(row.kind)]),
                    "name": row.name,
                    "source": row.source or "本年放假通知尚未导入",
                },
                muted=row.day < ctx.today(),
            )
            for row in rows
        ),
        total,
    )


def years(ctx: Context) -> list[tuple[int, str]]:
    """Years to choose from, each with whether its holiday notice is known: this year first, then the next."""
    this = ctx.today().year
    with ctx.read() as connection:
        known = set(connection.execute(select(CalendarYear.year)).scalars())
        written = {day.year for day in connection.execute(select(CalendarDay.day)).scalars()}
    order = sorted({this, this + 1, *known, *written}, key=lambda year: (abs(year - this), year < this))
    return [(year, f"{year} 年（{'已导入' if year in known else '未导入'}）") for year in order]


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One day as its form shows it."""
    with ctx.read() as connection:
        query = select(CalendarDay.day, CalendarDay.kind, CalendarDay.name).where(CalendarDay.id == record_id)
        return retiring.one(connection, query, "日历")


def save(ctx: Context, record_id: int | None, values: Mapping[str, Any]) -> Outcome[int]:
    """Mark a day as the site's own; only the supervisor may. A day marked before is changed."""
    ctx.require(Role.SUPERVISOR)
    day = entry.day(values, "day", "日期")
    kind = entry.chosen(values, "kind", "性质", list(DayKind))
    name = entry.text(values, "name", "名称", longest=20)
    if record_id is not None and load(ctx, record_id)["day"] != day:
        raise Refusal("日期不能改。要改另一天，请新建；这一天不再特殊，请把性质改回工作日或周末。", field="day")
    done = calendar_acts.set_day(ctx, day=day, kind=kind, name=name)
    with ctx.read() as connection:
        kept = connection.execute(select(CalendarDay.id).where(CalendarDay.day == day)).scalar_one()
    return Outcome(kept, done.touched)
