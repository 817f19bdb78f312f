"""门禁核对 as a list: what the door's log and the register of visits do not agree on, by month (4.8)."""

from __future__ import annotations

from datetime import date

from opsdesk.register import Chip, Column, Filter, Kind, Options, Page, Query, Register, Row, Tone
from opsdesk.registers.visit.door_check import Finds, Line, check
from opsdesk.services import listing
from opsdesk.services.context import Context

LATELY = "近 7 天"
MONTHS = 12
TONES = {
    Finds.MATCHED: Tone.FINE,
    Finds.DIFFERS: Tone.WARNING,
    Finds.UNREGISTERED: Tone.BROKEN,
    Finds.UNLOGGED: Tone.WARNING,
}


def _months(ctx: Context) -> Options:
    return listing.months_around(ctx.today(), MONTHS, 0)


def _finds(_ctx: Context) -> Options:
    return [(str(each), str(each)) for each in Finds]


def days(ctx: Context, chosen: str | None) -> tuple[date, date]:
    """First and last day of a month as a filter gives it (2026-03); without one the last seven days."""
    today = ctx.today()
    first, last = listing.period(chosen or LATELY, today) or (today, today)
    return first, min(last, today)


def listed(ctx: Context, query: Query) -> Page:
    """Comings and goings that do not agree, the latest first; those that do only where they are asked for."""
    filters = query.filters or {}
    found = check(ctx, *days(ctx, filters.get("month"))).lines
    finds, sought = filters.get("finds"), query.text.strip()
    lines = [
        (place, each)
        for place, each in enumerate(found, 1)
        if (each.finds == finds if finds else each.finds is not Finds.MATCHED)
        and (not sought or sought in each.name or sought in each.room)
    ]
    lines.reverse()
    shown = lines[query.offset : query.offset + query.limit]
    return Page(tuple(_row(place, each) for place, each in shown), len(lines))


def _row(place: int, line: Line) -> Row:
    return Row(
        place,
        {
            "finds": Chip(str(line.finds), TONES[line.finds]),
            "at": line.at,
            "name": line.name,
            "room": line.room,
            "way": line.way,
            "registered": f"{line.registered:%H:%M}" if line.registered else "",
            "logged": f"{line.logged:%H:%M:%S}" if line.logged else "",
            "sentence": line.sentence,
            "visit_id": line.visit_id,
        },
    )


VIEW = Register(
    slug="door_check",
    title="门禁核对",
    singular="核对",
    topics=frozenset({"visit", "door_event", "room"}),
    columns=(
        Column("finds", "结果", Kind.CHIP, 136),
        Column("at", "时间", Kind.MOMENT, 136),
        Column("name", "姓名", width=96),
        Column("room", "机房", width=144),
        Column("way", "进出", width=56),
        Column("registered", "登记", Kind.CODE, 72),
        Column("logged", "门禁", Kind.CODE, 88),
        Column("sentence", "说明", width=0),
    ),
    list=listed,
    filters=(Filter("month", "月份", _months, LATELY), Filter("finds", "结果", _finds, "对不上的")),
    empty="没有对不上的进出，或者还没有导入门禁记录。先点“导入”选择门禁导出的文件，再按月份核对；在一行上按回车去看登记，没有登记的补登。",
)
"""Read only; the record is the visit. It is no register of its own and stands in no catalog."""
