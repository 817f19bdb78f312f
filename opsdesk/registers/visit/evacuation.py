"""疏散清点单: everybody who is in the machine rooms now, with boxes to tick at the assembly point."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from opsdesk.exports.document import (
    Align,
    Choice,
    Column,
    Document,
    Fact,
    Kind,
    Signature,
    Table,
    Value,
    chinese_date,
)
from opsdesk.services import chain, room_visits, settings
from opsdesk.services.context import Context
from opsdesk.services.room_visits import Inside

COLUMNS = (
    Column("序号", 9, Kind.NUMBER, Align.CENTER),
    Column("机房", 28),
    Column("姓名", 20, align=Align.CENTER),
    Column("单位/部门", 30),
    Column("身份", 12, align=Align.CENTER),
    Column("联系电话", 22, Kind.CODE),
    Column("进入时间", 17, align=Align.CENTER),
    Column("清点", 38, align=Align.CENTER),
    Column("备注", 14),
)
ROWS = 20
OUT = Choice(("已撤离", "未见"))


def evacuation(ctx: Context) -> Document:
    """Who has to be found when the rooms are cleared: visitors by room, and their escorts with them."""
    site, now = settings.read_all(ctx), ctx.now()
    people = sorted(room_visits.inside(ctx), key=lambda each: (each.room, each.entered_at, each.visit_id))
    with ctx.read() as connection:
        trace = chain.short_head(connection)
    found = _lines(people, now)
    lines = [line for _, line in found]
    rooms = Counter(room for room, _ in found)
    return Document(
        code="OD-F08E",
        revision="A/0",
        title="机房疏散清点单",
        number=f"SS-{now:%Y%m%d-%H%M}",
        name=f"机房疏散清点单-{now:%Y-%m-%d-%H%M}",
        sheet="疏散清点单",
        organisation=site["site.name"],
        facts=(
            Fact("清点时间", f"{chinese_date(now.date())} {now:%H:%M:%S}"),
            Fact("应清点", f"{len(lines)} 人"),
            Fact("其中", "，".join(f"{room} {count} 人" for room, count in rooms.items()) or "机房里没有登记在场的人"),
        ),
        body=(
            Table(
                COLUMNS,
                tuple((place, *line) for place, line in enumerate(lines, 1)),
                rows_per_page=ROWS,
                row_height=9.5,
                font_size=9.5,
                record_labels=tuple(f"{line[1]} {line[0]}" for line in lines),
            ),
        ),
        notes=("陪同人员全程在场，列在同一机房之后。没有登记而在场的人写在空白行。",),
        signatures=(Signature("清点人"), Signature("现场负责人")),
        retention=f"保存期限：{site['paper.retention_years']} 年",
        trace=trace,
    )


def _lines(people: list[Inside], now: datetime) -> list[tuple[str, tuple[Value, ...]]]:
    """Each room with its visitors, then the escorts who are with them and are not visitors themselves."""
    lines: list[tuple[str, tuple[Value, ...]]] = []
    for room in dict.fromkeys(each.room for each in people):
        here = [each for each in people if each.room == room]
        lines += [(room, _visitor(each, now)) for each in here]
        names = {each.name for each in here}
        escorts = dict.fromkeys(name for each in here for name in each.escorts if name not in names)
        lines += [(room, (room, name, "", "陪同", "", "", OUT, "")) for name in escorts]
    return lines


def _visitor(each: Inside, now: datetime) -> tuple[Value, ...]:
    place = "　".join(part for part in (each.room, each.module) if part)
    same_day = each.entered_at.date() == now.date()
    entered = f"{each.entered_at:%H:%M}" if same_day else f"{each.entered_at:%m-%d %H:%M}"
    return (place, each.name, each.unit, "外部" if each.external else "内部", each.phone, entered, OUT, "")
