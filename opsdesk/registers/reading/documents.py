"""The readings of a month on paper (OD-HJ A/0): a day on a line, of one room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.exports.document import Align, Column, Document, Fact, Kind, Signature, Table, Value, weekday
from opsdesk.exports.making import made_as
from opsdesk.models import Reading
from opsdesk.registers.reading import service
from opsdesk.registers.reading.service import degrees
from opsdesk.rules import calendar, upkeep
from opsdesk.rules.clause import Law
from opsdesk.services import chain, inspection_items, listing, retiring, settings
from opsdesk.services.context import Context

COLUMNS = (
    Column("日期", 12, Kind.CODE),
    Column("星期", 12, align=Align.CENTER),
    Column("次数", 10, Kind.NUMBER, Align.CENTER),
    Column("温度 ℃", 21, Kind.CODE),
    Column("湿度 %", 21, Kind.CODE),
    Column("UPS 负载 %", 16, Kind.CODE),
    Column("空调", 12, align=Align.CENTER),
    Column("漏水", 12, align=Align.CENTER),
    Column("消防", 12, align=Align.CENTER),
    Column("超出范围和处置", 58),
)
MARKS = {upkeep.NORMAL: "√", upkeep.ABNORMAL: "×", upkeep.NONE: "/"}
"""How a state is written on paper (`domain.md` 1.0)."""


def month_of_reading(ctx: Context, reading_id: int) -> Document:
    """The month in which a reading falls, of its room."""
    with ctx.read() as connection:
        query = select(Reading.room_id, Reading.at).where(Reading.id == reading_id)
        found = connection.execute(query).one_or_none()
    if found is None:
        raise retiring.missing(service.WHAT)
    return month(ctx, found.room_id, found.at.date())


@made_as("reading.month")
def month(ctx: Context, room_id: int, day: date) -> Document:
    """The standing readings of a room in the month of `day`: lowest and highest of each day, and what was wrong."""
    site, days = settings.read_all(ctx), calendar.month(day.year, day.month)
    with ctx.read() as connection:
        room = inspection_items.room_row(connection, room_id)
        if room is None:
            raise retiring.missing("机房")
        rows = _rows(connection, room_id, days[0], days[-1])
        trace = chain.short_head(connection)
    law = ctx.law_on(min(days[-1], max(days[0], ctx.today())))
    wrong = sum(bool(row["out"]) for row in rows)
    return Document(
        code="OD-HJ",
        revision="A/0",
        title="机房环境记录月表",
        number=f"HJ-{day:%Y%m}",
        name=f"机房环境记录-{room['name']}-{day:%Y-%m}",
        sheet=f"{room['name']}{day:%Y%m}",
        organisation=site["site.name"],
        facts=(
            Fact("机房名称", room["name"]),
            Fact("月份", f"{day.year}年{day.month}月"),
            Fact("读数", f"{len(rows)} 次"),
            Fact("超出范围", f"{wrong} 次"),
        ),
        body=(
            Table(
                COLUMNS,
                tuple(_line(each, [row for row in rows if row["at"].date() == each]) for each in days),
                row_height=6.0,
                font_size=8.5,
                number_column=False,
                record_labels=tuple(f"{room['name']} {each.isoformat()}" for each in days),
            ),
        ),
        notes=("一天有几次读数的，温度、湿度、UPS 负载写最低至最高；状态有一次异常就写 ×，正常 √，不涉及 /。",),
        basis=(_basis(room, law),),
        signatures=(Signature("制表人"), Signature("运维主管")),
        retention=f"保存期限：{site['paper.retention_years']} 年",
        trace=trace,
    )


def _rows(connection: Connection, room_id: int, first: date, last: date) -> Sequence[Mapping[Any, Any]]:
    query = select(Reading.__table__).where(
        Reading.room_id == room_id, listing.within(Reading.at, first, last), Reading.void_at.is_(None)
    )
    return connection.execute(query.order_by(Reading.at, Reading.id)).mappings().all()


def _line(day: date, rows: Sequence[Mapping[Any, Any]]) -> tuple[Value, ...]:
    told = [
        f"{row['at']:%H:%M} {service.plain(row['out'])}；{row['action']}"
        + (f"（{row['incident_number']}）" if row["incident_number"] else "")
        for row in rows
        if row["out"]
    ]
    return (
        f"{day.month}-{day.day}",
        weekday(day),
        len(rows) or None,
        *(_span(degrees(value) for value in _ordered(rows, key)) for key in ("temperature", "humidity")),
        _span(str(value) for value in _ordered(rows, "ups_load")),
        *(_mark(row[key] for row in rows) for key, _ in service.TICKED),
        "\n".join(told),
    )


def _ordered(rows: Sequence[Mapping[Any, Any]], key: str) -> list[int]:
    return sorted(row[key] for row in rows if row[key] is not None)


def _span(written: Iterable[str]) -> str:
    """The lowest and the highest: 22.1–23.4, or the one there is."""
    values = list(written)
    if not values:
        return ""
    return values[0] if values[0] == values[-1] else f"{values[0]}–{values[-1]}"


def _mark(states: Iterable[str]) -> str:
    """The worst of a day's states as it is written on paper."""
    found = set(states)
    worst = next((state for state in (upkeep.ABNORMAL, upkeep.NORMAL, upkeep.NONE) if state in found), "")
    return MARKS.get(worst, "")


def _basis(room: Mapping[Any, Any], law: Law) -> str:
    limits = upkeep.climate(inspection_items.own_limits(room), law)
    said = "，".join(f"{limit.name} {limit.words}" for limit in limits if limit.words)
    clause = upkeep.bracketed(limits[0].citation)
    return f"{said or '没有规定温度、湿度的范围'}，含上下限{clause}。"
