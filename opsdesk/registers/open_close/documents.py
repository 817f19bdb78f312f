"""办公室开关门及消防安全检查表 of a month on paper (F15, OD-F15 A/0): a day on a line, missing days to be seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from opsdesk.exports.document import Align, Column, Document, Fact, Kind, Signature, Table, Value, weekday
from opsdesk.exports.layout import on_fewest_pages
from opsdesk.exports.making import made_as
from opsdesk.registers.open_close import service
from opsdesk.rules import calendar, premises, upkeep
from opsdesk.rules.clause import Regulations
from opsdesk.services import calendars, chain, closings, offices, settings
from opsdesk.services.context import Context

OPEN, CLOSE, LEAVING, FIRE = "开门", "关门", "离开时", "消防安全"
MARKS = {upkeep.NORMAL: "√", upkeep.ABNORMAL: "×", upkeep.NONE: "/"}
BOX_WIDTH = 8.4
COLUMNS = (
    Column("日期", 9, Kind.CODE),
    Column("星期", 10, align=Align.CENTER),
    Column("时间", 11, Kind.CODE, group=OPEN),
    Column("开门人", 18.5, align=Align.CENTER, group=OPEN),
    Column("时间", 11, Kind.CODE, group=CLOSE),
    Column("关门人", 18.5, align=Align.CENTER, group=CLOSE),
    *(Column(title, BOX_WIDTH, align=Align.CENTER, group=LEAVING) for title in premises.CLOSING.values()),
    *(
        Column(title, 11.5 if len(title) > 6 else BOX_WIDTH, align=Align.CENTER, group=FIRE)
        for title in premises.FIRE.values()
    ),
    Column("巡查情况", 38),
    Column("处置情况", 32),
    Column("巡查人①②", 19, align=Align.CENTER),
    Column("主管签字（周）", 16, align=Align.CENTER),
)
LOWERED = {3.7: 3.0}
"""The height of rows that keeps a month on its page though some findings take two lines."""
KEPT_YEARS = 3
"""Kept at least so long, whatever the site says of its other papers."""


def month_of_check(ctx: Context, check_id: int) -> Document:
    """The month in which a check falls, of its office."""
    with ctx.read() as connection:
        row = service.row_of(connection, check_id)
    return month(ctx, row["office"], row["day"])


def this_month(ctx: Context, _record_id: int = 0) -> Document:
    """The month under way, of the site's first office."""
    return month(ctx, offices.first_known(ctx), ctx.today())


def month_sheets(ctx: Context, day: date) -> list[Document]:
    """The month of `day` of every office that is looked after at its end; none where the site keeps none."""
    with ctx.read() as connection:
        known = offices.kept(connection, calendar.month(day.year, day.month)[-1])
    return [month(ctx, each, day) for each in known]


@dataclass(frozen=True)
class _Site:
    """What a line is judged by: the law, which days are worked, on which somebody came, from when the office counts."""

    regulations: Regulations
    calendar: calendar.Calendar
    came: set[date]
    since: date
    today: date


@made_as("open_close.month")
def month(ctx: Context, office: str, day: date) -> Document:
    """Every day of the month of `day`: who opened and closed, how it was left, what was found; missing days say so."""
    site, days = settings.read_all(ctx), calendar.month(day.year, day.month)
    with ctx.read() as connection:
        rows = offices.standing(connection, office, days[0], days[-1])
        worked = calendars.load(connection)
        came = offices.came(connection, days[0], days[-1])
        since = max(settings.opened_on(connection), offices.first_day(connection, office) or days[-1])
        remarks = closings.remarks(connection, days[0], days[-1])
        trace = chain.short_head(connection)
    known = _Site(ctx.regulations, worked, came, since, ctx.today())
    lacking = [_lacking(known, each, rows.get(each)) for each in days]
    law = ctx.law_on(min(days[-1], max(days[0], ctx.today())))
    cited = "、".join(each.short for each in premises.citations(law))
    missed = sum(bool(each) for each in lacking)
    made = Document(
        code="OD-F15",
        revision="A/0",
        title="办公室开关门及消防安全检查表",
        number=f"XF-{day:%Y%m}",
        name=f"开关门及消防检查表-{office}-{day:%Y-%m}",
        sheet=f"{office}{day:%Y%m}",
        organisation=site["site.name"],
        facts=(
            Fact("办公室", office),
            Fact("月份", f"{day.year}年{day.month}月"),
            Fact("检查", f"{len(rows)} 天"),
            Fact("发现问题", f"{sum(bool(row['found']) for row in rows.values())} 天"),
            Fact("缺登记", f"{missed} 天"),
        ),
        body=(
            Table(
                COLUMNS,
                tuple(_line(known, each, rows.get(each), said) for each, said in zip(days, lacking, strict=True)),
                row_height=3.7,
                font_size=7.5,
                number_column=False,
                record_labels=tuple(f"{office} {each.isoformat()}" for each in days),
            ),
        ),
        notes=("√ 正常　× 异常　/ 不涉及。关门人是最后离开的人；发现问题当场处置或报修，写在处置情况里。", *remarks),
        basis=(f"每日开门、关门和防火检查，离岗关闭设备、锁好门窗（{cited}）。",) if cited else (),
        signatures=(Signature("研发组负责人"), Signature("月末审核")),
        retention=f"保存期限：{max(KEPT_YEARS, int(site['paper.retention_years']))} 年，每月一本",
        trace=trace,
        landscape=True,
    )
    return on_fewest_pages(made, LOWERED)


def _lacking(known: _Site, day: date, row: Mapping[Any, Any] | None) -> str:
    """What a day that is over lacks, in short: 缺关门登记; nothing of days before the office was first looked after."""
    if day >= known.today or (row is None and day < known.since):
        return ""
    workday, present = known.calendar.works(day), day in known.came
    state = offices.judged(row, known.regulations.on(day), workday=workday, present=present)
    if row is None and state.lacking:
        return "没有登记"
    return f"缺{'、'.join(state.lacking)}" if state.lacking else ""


def _line(known: _Site, day: date, row: Mapping[Any, Any] | None, lacking: str) -> tuple[Value, ...]:
    head = (f"{day.month}-{day.day}", weekday(day))
    if row is None:
        rest = "休" if not lacking and not known.calendar.works(day) else ""
        return (*head, *("" for _ in range(4 + len(premises.BOXES))), lacking or rest, "", "", "")
    return (
        *head,
        _clock(row["opened_at"], day),
        row["opened_by"],
        _clock(row["closed_at"], day),
        row["closed_by"],
        *(MARKS.get(row[key], "") for key in premises.BOXES),
        "；".join(part for part in (" ".join(row["found"].split()), lacking) if part),
        " ".join(row["remedy"].split()),
        "、".join(part for part in (row["inspector"], row["second_inspector"]) if part),
        f"{row['signed_by']} {row['signed_at']:%m-%d}" if row["signed_at"] else "",
    )


def _clock(at: datetime | None, day: date) -> str:
    if at is None:
        return ""
    return f"{at:%H:%M}" if at.date() == day else f"次日{at:%H:%M}"
