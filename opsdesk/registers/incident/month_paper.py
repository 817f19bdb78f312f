"""The month's statistics of incidents on paper (OD-F05M): figures beside the month before, charts, tables, breaches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection, select

from opsdesk.exports.document import (
    Align,
    Block,
    Column,
    Document,
    Fact,
    Kind,
    Signature,
    Table,
    Text,
    Value,
    chinese_date,
)
from opsdesk.exports.making import made_as
from opsdesk.models import Vendor
from opsdesk.registers.incident import statistics
from opsdesk.registers.incident.glyphs import boxed
from opsdesk.registers.incident.service import PREFIX
from opsdesk.rules.calendar import month as days_of
from opsdesk.rules.sla import in_words
from opsdesk.services import chain, incident_basis, incident_figures, retiring, settings
from opsdesk.services.context import Context
from opsdesk.services.incident_breaches import Breach, breaches
from opsdesk.services.incident_figures import By, Figures, Group, MonthFigures
from opsdesk.services.incident_measures import MEASURES, NOTES, NOTHING, change, said

NUMERALS = "一二三四五六七八九"
COMPARED = (
    Column("指标", 40),
    Column("本月", 45, align=Align.CENTER),
    Column("上月", 45, align=Align.CENTER),
    Column("比上月", 40, align=Align.CENTER),
)
BREACHES = (
    Column("序号", 9, Kind.NUMBER, Align.CENTER),
    Column("编号", 28, Kind.CODE),
    Column("接到", 20, Kind.DATE),
    Column("标题", 33),
    Column("处理人", 14, align=Align.CENTER),
    Column("单位", 14, align=Align.CENTER),
    Column("超时项", 14, align=Align.CENTER),
    Column("秒", 16, Kind.NUMBER, group="超过时限"),
    Column("合", 27, align=Align.CENTER, group="超过时限"),
    Column("条款", 18, align=Align.CENTER),
)


@made_as("incident.month")
def month_statistics(ctx: Context, year: int, month: int, vendor_id: int | None = None) -> Document:
    """The statistics of a month, of one vendor if given."""
    site, dates, now = settings.read_all(ctx), days_of(year, month), ctx.now()
    figures = incident_figures.of_month(ctx, year, month, vendor_id=vendor_id)
    with ctx.read() as connection:
        vendor = _vendor(connection, vendor_id)
        late = breaches(connection, ctx.regulations, dates[0], dates[-1], now, vendor_id=vendor_id)
        basis = incident_basis.of_period(connection, ctx.regulations, dates[0], dates[-1], vendor_id)
        trace = chain.short_head(connection)
    signatures = [Signature("制表人"), Signature("运维主管")]
    if vendor:
        signatures.insert(1, Signature("驻场公司负责人", seal=True))
    return Document(
        code="OD-F05M",
        revision="A/0",
        title=f"{year}年{month}月运维事件统计表",
        number=f"{PREFIX}-{year}{month:02}{f'-{vendor[0]}' if vendor else ''}",
        name=f"事件统计-{f'{vendor[2]}-' if vendor else ''}{year}-{month:02}",
        sheet=f"{year}年{month}月事件",
        organisation=site["site.name"],
        facts=(
            Fact("所属公司" if vendor else "项目", vendor[1] if vendor else site["site.project"] or "—"),
            Fact("统计期间", f"{chinese_date(dates[0])}至{dates[-1].day}日{_so_far(dates, now)}"),
            Fact("受理", f"{figures.total.count} 件"),
            Fact("超时", f"{len(late)} 项"),
        ),
        body=tuple(_body(figures, late, of_vendor=vendor is not None)),
        notes=(*NOTES, *_until(dates[-1], now)),
        basis=basis,
        signatures=tuple(signatures),
        retention=f"保存期限：{site['paper.retention_years']} 年",
        trace=trace,
    )


def _vendor(connection: Connection, vendor_id: int | None) -> tuple[str, str, str] | None:
    """Code, name and short name of a vendor. Refuses one that is not there."""
    if vendor_id is None:
        return None
    query = select(Vendor.code, Vendor.name, Vendor.short_name).where(Vendor.id == vendor_id)
    found = connection.execute(query).one_or_none()
    if found is None:
        raise retiring.missing("外包单位")
    return found.code, found.name, found.short_name


def _so_far(dates: Sequence[date], now: datetime) -> str:
    return f"（截至 {now.month}月{now.day}日）" if dates[0] <= now.date() <= dates[-1] else ""


def _until(last: date, now: datetime) -> tuple[str, ...]:
    return (f"本月尚未过完，数据截至 {now:%Y-%m-%d %H:%M}。",) if now.date() <= last else ()


def _body(figures: MonthFigures, late: Sequence[Breach], *, of_vendor: bool) -> Iterator[Block]:
    """The sections in order; a month without incidents has the first alone."""
    numerals = iter(NUMERALS)

    def heading(words: str) -> Text:
        return Text(f"{next(numerals)}、{words}", 11.5, bold=True)

    yield heading("总体情况")
    yield _comparison(figures)
    if not figures.total.count:
        yield Text("本月没有接到事件。")
        return
    if late:
        yield Text(statistics.late_in_words(late))
    yield statistics.daily_chart(figures)
    yield heading("按类别")
    yield statistics.group_chart(figures, By.CATEGORY, "各类别受理")
    yield _table(figures, By.CATEGORY)
    yield heading("按系统")
    yield statistics.group_chart(figures, By.SYSTEM, "各系统受理")
    yield _table(figures, By.SYSTEM)
    if not of_vendor:
        yield heading("按外包单位")
        yield statistics.rate_chart(figures, By.VENDOR, "各单位达标率")
        yield _table(figures, By.VENDOR)
    yield heading("按处理人")
    yield _table(figures, By.PERSON)
    yield heading("按等级")
    yield _table(figures, By.SEVERITY)
    yield heading(f"超时明细（{len(late)} 项）")
    yield _breaches(late) if late else Text("本月没有超过时限的事件。")


def _comparison(figures: MonthFigures) -> Table:
    """Every measure of this month beside the month before."""
    rows: list[tuple[Value, ...]] = [
        (each.title, said(each, figures.total), said(each, figures.before), change(each, figures.total, figures.before))
        for each in MEASURES
    ]
    return Table(COMPARED, tuple(rows), row_height=6.2, font_size=9.5)


def _columns(title: str) -> tuple[Column, ...]:
    def count(name: str, width: float, group: str = "") -> Column:
        return Column(name, width, Kind.NUMBER, Align.CENTER, group=group)

    return (
        Column(title, 32),
        count("受理", 10),
        count("已解决", 11),
        count("未解决", 11),
        count("重开", 10),
        count("解决率%", 14),
        count("达标", 10, "响应"),
        count("应达标", 11, "响应"),
        count("率%", 13, "响应"),
        count("达标", 10, "解决"),
        count("应达标", 11, "解决"),
        count("率%", 13, "解决"),
        count("响应中位", 14, "用时（分）"),
        count("解决中位", 14, "用时（分）"),
        count("解决九成", 14, "用时（分）"),
    )


def _table(figures: MonthFigures, by: By) -> Table:
    groups = figures.groups[by]
    rows = [_row(group.name, group.figures) for group in groups]
    if len(groups) > 1:
        rows.append(_row("合计", figures.total))
    labels = (*(group.name for group in groups), "合计")
    title = incident_figures.WORDS[by]
    return Table(_columns(title), tuple(rows), row_height=6.5, font_size=8.5, record_labels=labels)


def _row(name: str, figures: Figures | Group) -> tuple[Value, ...]:
    values = statistics.row(figures, name)
    return (name, *(_cell(value) for key, value in values.items() if key != "name"))


def _cell(value: int | Decimal | str | None) -> Value:
    """A number without needless zeros; what could not be measured is a dash, never a zero."""
    if value is None:
        return NOTHING
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else value.normalize()
    return value


def _breaches(late: Sequence[Breach]) -> Table:
    rows: list[tuple[Value, ...]] = [
        (
            place, each.number, each.reported_at, boxed(each.title),
            boxed(each.person.strip("（）")), boxed(each.vendor.strip("（）")),
            f"{'未' if each.running else ''}{each.clock}", each.over, in_words(each.over), each.clause or NOTHING,
        )
        for place, each in enumerate(late, 1)
    ]  # fmt: skip
    labels = tuple(each.number for each in late)
    return Table(BREACHES, tuple(rows), row_height=6.5, font_size=8.5, record_labels=labels)
