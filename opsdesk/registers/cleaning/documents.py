"""机房清扫记录 on paper (F23, OD-F23 A/0): half a year of a room on a page."""

from __future__ import annotations

from datetime import date

from opsdesk.exports.document import Align, Column, Document, Fact, Kind, Signature, Table, Value, chinese_date
from opsdesk.exports.making import made_as
from opsdesk.registers.cleaning import service
from opsdesk.rules import upkeep
from opsdesk.rules.clause import Held
from opsdesk.services import chain, inspection_items, retiring, settings
from opsdesk.services.context import Context

ROWS = 16
"""Every two weeks are thirteen or fourteen in half a year; two more for what is done in between."""
RETENTION = "保存期限：1 年"


def half_year_of_cleaning(ctx: Context, cleaning_id: int) -> Document:
    """The half year in which a cleaning falls, of its room."""
    with ctx.read() as connection:
        row = service.row_of(connection, cleaning_id)
    return half_year(ctx, row["room_id"], row["day"])


@made_as("cleaning.half_year")
def half_year(ctx: Context, room_id: int, day: date) -> Document:
    """Every standing cleaning of a room in the half year of `day`, in order, with the days since the one before."""
    site, part = settings.read_all(ctx), 1 if day.month <= 6 else 2
    first = date(day.year, 1 if part == 1 else 7, 1)
    last = date(day.year, 6, 30) if part == 1 else date(day.year, 12, 31)
    with ctx.read() as connection:
        room = inspection_items.room_row(connection, room_id)
        if room is None:
            raise retiring.missing("机房")
        rows = service.rows_between(connection, room_id, first, last)
        trace = chain.short_head(connection)
    regulations = ctx.regulations
    lines: list[tuple[Value, ...]] = []
    for place, row in enumerate(rows, 1):
        stands = upkeep.cleaning(row["previous"], row["day"], regulations.on(row["day"]))
        since = "首次" if stands.since is None else str(stands.since)
        over = f"\n逾期 {stands.over} 天" if stands.over else ""
        texts = [row[key] for key in ("scope", "cleaned_by", "checked_by", "result", "remarks")]
        lines.append((place, row["day"], f"{since}{over}", *texts))
    held = regulations.on(min(last, max(first, ctx.today()))).part("room.cleaning", upkeep.SITE)
    most = f"\n（≤{held.number('clean.interval')}）" if held else ""
    return Document(
        code="OD-F23",
        revision="A/0",
        title="机房清扫记录",
        number=f"QS-{day.year}-{part}",
        name=f"机房清扫记录-{room['name']}-{day.year}年{'上' if part == 1 else '下'}半年",
        sheet=f"{room['name']}{day.year}{'上' if part == 1 else '下'}",
        organisation=site["site.name"],
        facts=(
            Fact("机房名称", room["name"]),
            Fact("期间", f"{chinese_date(first)} 至 {chinese_date(last)}"),
            Fact("清扫", f"{len(lines)} 次"),
        ),
        body=(
            Table(
                (
                    Column("序号", 10, Kind.NUMBER, Align.CENTER),
                    Column("日期", 24, Kind.DATE),
                    Column(f"距上次天数{most}", 24, align=Align.CENTER),
                    Column("范围", 40),
                    Column("清扫人", 18, align=Align.CENTER),
                    Column("检查人", 18, align=Align.CENTER),
                    Column("结果", 18, align=Align.CENTER),
                    Column("备注", 24),
                ),
                tuple(lines),
                rows_per_page=ROWS,
                row_height=12.0,
                font_size=9.5,
                record_labels=tuple(f"{room['name']} {row['day'].isoformat()}" for row in rows),
            ),
        ),
        notes=("每两周集中清扫一次，按自然日计，遇节假日不顺延。检查人由清扫人以外的人担任。",),
        basis=(basis(held),) if held else (),
        signatures=(Signature("检查人"), Signature("运维主管")),
        retention=RETENTION,
        trace=trace,
    )


def basis(held: Held) -> str:
    """The reading by which the days between two cleanings are counted, with its clause."""
    days, count = held.number("clean.interval"), held.word("clean.count")
    return f"相邻两次清扫最长间隔 {days} 天，{count}（{held.cite().short}）。"
