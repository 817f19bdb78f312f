"""机房出入登记表 on paper (F08, OD-F08 A/0): a day, a month, a quarter as it is bound; fifteen fixed rows a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.exports.document import (
    Align,
    Column,
    Document,
    Fact,
    Kind,
    Signature,
    Table,
    Value,
    chinese_date,
    weekday,
)
from opsdesk.exports.layout import compose, on_fewest_pages
from opsdesk.exports.making import made_as
from opsdesk.models import Visit
from opsdesk.registers.visit.records import VOID, goods_words, row_of, rows_of, state_of
from opsdesk.rules.calendar import month as days_of
from opsdesk.rules.clause import Law
from opsdesk.rules.room_access import SITE, Breach, Missed
from opsdesk.rules.sla import in_words
from opsdesk.services import chain, closings, id_numbers, listing, masking, privacy, room_visits, settings
from opsdesk.services.context import Context
from opsdesk.services.room_visits import Carried

PREFIX = "JC"
BATCH = 500
COLUMNS = (
    Column("序号", 8, Kind.NUMBER, Align.CENTER),
    Column("日期", 17, align=Align.CENTER),
    Column("姓名", 16, align=Align.CENTER),
    Column("单位/部门（内部/外部）", 26, align=Align.CENTER),
    Column("证件类型及后四位", 17, align=Align.CENTER),
    Column("联系电话", 19, Kind.CODE),
    Column("进入事由/操作内容", 48),
    Column("申请单号", 19, Kind.CODE),
    Column("进入时间", 14, Kind.TIME),
    Column("离开时间", 14, Kind.TIME),
    Column("携带物品", 30),
    Column("是否上机", 8, align=Align.CENTER),
    Column("陪同人员签字", 17, align=Align.CENTER),
    Column("进入人签字", 17, Kind.SIGNATURE),
    Column("备注（异常）", 36),
)
LOWERED = {9.0: 8.0}
"""The height of rows that makes room for what is said of the closing, so that the paper stays on its page."""
TIMED = {Missed.OVERSTAY, Missed.OFF_HOURS}
"""Breaches of which the remark tells by how long."""


@made_as("visit.day")
def day(ctx: Context, on: date) -> Document:
    """The register of one day."""
    return _document(
        ctx, on, on, number=f"{PREFIX}-{on:%Y%m%d}", named=on.isoformat(), sheet=f"{on:%m月%d日}",
        period=Fact("日期", f"{chinese_date(on)} {weekday(on)}"),
    )  # fmt: skip


def day_of_visit(ctx: Context, visit_id: int) -> Document:
    """The register of the day of a visit."""
    with ctx.read() as connection:
        row = row_of(connection, visit_id)
    return day(ctx, row["entered_at"].date())


@made_as("visit.month")
def month(ctx: Context, year: int, number: int) -> Document:
    """The register of a month; its pages run on from those of the quarter's earlier months."""
    first = (number - 1) // 3 * 3 + 1
    return _run_on([_month(ctx, year, each) for each in range(first, number + 1)])[-1]


@made_as("visit.quarter")
def quarter(ctx: Context, year: int, number: int) -> list[Document]:
    """The register of a quarter as it is bound: its months, one after the other, with one count of pages."""
    bound = _run_on([_month(ctx, year, each) for each in range(number * 3 - 2, number * 3 + 1)])
    return [replace(each, of_pages=bound[-1].of_pages) for each in bound]


def _run_on(months: Sequence[Document]) -> list[Document]:
    """Let every document's pages begin where those before it end; a month without a visit takes no page then."""
    found, before = [], 0
    for place, each in enumerate(months):
        pages = len(compose(each)) if _filled(each) or place == len(months) - 1 else 0
        found.append(replace(each, first_page=before + 1, of_pages=before + max(pages, 1)))
        before += pages
    return [each for place, each in enumerate(found) if _filled(each) or place == len(months) - 1]


def _filled(document: Document) -> bool:
    return any(isinstance(block, Table) and block.rows for block in document.body)


def _month(ctx: Context, year: int, number: int) -> Document:
    dates = days_of(year, number)
    return _document(
        ctx, dates[0], dates[-1], number=f"{PREFIX}-{year}{number:02}", named=f"{year}-{number:02}",
        sheet=f"{year}年{number}月", period=Fact("月份", f"{year}年{number}月（第 {(number + 2) // 3} 季度）"),
    )  # fmt: skip


def _document(ctx: Context, first: date, last: date, *, number: str, named: str, sheet: str, period: Fact) -> Document:
    site, now = settings.read_all(ctx), ctx.now()
    with ctx.read() as connection:
        rows = _rows(connection, first, last)
        ids = [row["id"] for row in rows]
        goods = _goods(connection, ids)
        missed = room_visits.breaches(connection, ctx.regulations, rows, now)
        remarks = closings.remarks(connection, first, last)
        trace = chain.short_head(connection)
    kept = [row for row in rows if row["void_at"] is None]
    facts = (
        Fact("机房", "、".join(dict.fromkeys(row["room"] for row in rows)) or "—"),
        period,
        Fact("出入", f"{len(kept)} 人次"),
        Fact("外单位", f"{sum(row['external'] for row in kept)} 人次"),
        Fact("有问题", f"{sum(bool(missed[row['id']]) for row in kept)} 人次"),
    )
    several = len({row["room_id"] for row in rows}) > 1
    lines = [
        _line(place, row, goods[row["id"]], missed[row["id"]], several=several) for place, row in enumerate(rows, 1)
    ]
    made = Document(
        code="OD-F08",
        revision="A/0",
        title="机房出入登记表",
        number=number,
        name=f"机房出入登记表-{named}",
        sheet=sheet,
        organisation=site["site.name"],
        facts=facts,
        body=(
            Table(
                COLUMNS,
                tuple(lines),
                rows_per_page=int(site["paper.rows"]),
                row_height=9.0,
                font_size=7.5,
                record_labels=tuple(f"{row['name']} {row['entered_at']:%Y-%m-%d %H:%M}" for row in rows),
            ),
        ),
        notes=("证件号只印后四位，电话中间四位不印；进入人、陪同人当场签字，空白行供手写补登。", *remarks),
        basis=basis(ctx.law_on(min(last, max(first, now.date())))),
        signatures=(Signature("机房管理员"), Signature("审核人")),
        retention=f"保存期限：{site['paper.retention_years']} 年，按季装订",
        trace=trace,
        landscape=True,
        margins=(16.0, 15.0, 16.0, 25.0),
    )
    return on_fewest_pages(made, LOWERED) if remarks else made


def basis(law: Law) -> tuple[str, ...]:
    """采用口径: the clauses by which the remarks are made."""
    said = []
    for part, words in (
        ("room.approval", "外单位人员须审批、登记，超过应离开时间记超时"),
        ("room.operation", "上机另经批准"),
        ("room.assessment", "上机的审批单写明原因、方案、影响"),
        ("room.escort", "全程陪同，操作有记录，物品带入等于带出加留存"),
    ):
        if held := law.part(part, SITE):
            said.append(f"{words}（{held.cite().short}）")
    if held := law.part("offhours.approval", "T3"):
        makeup = held.word("offhours.emergency_makeup")
        said.append(f"正常工作时间以外先批后用，紧急{makeup}（{held.cite().short}）")
    return ("；".join(said) + "。",) if said else ()


def _rows(connection: Connection, first: date, last: date) -> list[dict[str, Any]]:
    query = select(Visit.id).where(listing.within(Visit.entered_at, first, last)).order_by(Visit.entered_at, Visit.id)
    ids = list(connection.execute(query).scalars())
    return [row for begin in range(0, len(ids), BATCH) for row in rows_of(connection, ids[begin : begin + BATCH])]


def _goods(connection: Connection, ids: Sequence[int]) -> dict[int, list[Carried]]:
    found: dict[int, list[Carried]] = {each: [] for each in ids}
    for begin in range(0, len(ids), BATCH):
        found |= room_visits.carried(connection, ids[begin : begin + BATCH])
    return found


def _line(
    place: int, row: Mapping[str, Any], goods: Sequence[Carried], missed: Sequence[Breach], *, several: bool
) -> tuple[Value, ...]:
    on = row["entered_at"].date()
    where = (row["room"] if several else "", row["module"])
    why = "；".join(part for part in (*where, row["purpose"], row["operation"].replace("\n", "，")) if part)
    number = id_numbers.last_four(row["id_number"])
    gone = privacy.PURGED if row["purged_at"] is not None else ""
    return (
        place,
        f"{on.month}月{on.day}日",
        row["name"],
        f"{row['unit']}（{'外部' if row['external'] else '内部'}）",
        f"{row['id_kind']} {number}".strip() if number else gone,
        masking.phone(row["phone"]) or gone,
        why,
        row["permit_number"] or "",
        row["entered_at"].time(),
        _clock(row["left_at"], on),
        goods_words(goods, left=row["left_at"] is not None),
        {True: "是", False: "否", None: ""}[row["operated"]],
        "\n".join(room_visits.escorts_of(row)),
        None,
        _remark(row, missed),
    )


def _clock(at: datetime | None, on: date) -> Value:
    if at is None:
        return None
    return at.time() if at.date() == on else f"{at.month}-{at.day}\n{at:%H:%M}"


def _remark(row: Mapping[str, Any], missed: Sequence[Breach]) -> str:
    """What was missed, then what was written; of a void entry why. The clauses stand below as 采用口径."""
    if state_of(row) == VOID:
        return f"作废：{row['void_reason']}"
    said = [
        f"{each.missed} {in_words(each.seconds)}" if each.missed in TIMED and each.seconds else str(each.missed)
        for each in missed
    ]
    return "；".join(part for part in ("、".join(dict.fromkeys(said)), _screened(row), row["remarks"]) if part)


def _screened(row: Mapping[str, Any]) -> str:
    """The screening fields of E5 where they were filled in: 体温 36.5 ℃，已扫码，戴口罩."""
    said = [] if row["temperature"] is None else [f"体温 {row['temperature'] / 10:.1f} ℃"]
    said += [] if row["code_shown"] is None else ["已扫码" if row["code_shown"] else "未扫码"]
    said += [] if row["mask"] is None else ["戴口罩" if row["mask"] else "未戴口罩"]
    return "，".join(said)
