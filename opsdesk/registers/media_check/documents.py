"""外来移动介质查毒登记表 of a month on paper (F24, OD-F24 A/0)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from opsdesk.exports.document import Align, Column, Document, Fact, Kind, Signature, Table, Value
from opsdesk.exports.making import made_as
from opsdesk.models import MediaCheck
from opsdesk.registers.media_check import service
from opsdesk.rules import lending
from opsdesk.rules.calendar import month
from opsdesk.rules.clause import Law
from opsdesk.services import chain, listing, settings
from opsdesk.services.context import Context

CODE, REVISION = "OD-F24", "A/0"
COLUMNS = (
    Column("序号", 9, Kind.NUMBER, Align.CENTER),
    Column("日期", 20, Kind.DATE),
    Column("介质类型", 18, align=Align.CENTER),
    Column("编号", 24, Kind.CODE),
    Column("持有人", 18, align=Align.CENTER),
    Column("单位", 24),
    Column("用途", 36),
    Column("查毒软件／病毒库日期", 30),
    Column("查毒结果", 20, align=Align.CENTER),
    Column("批准人", 18, align=Align.CENTER),
    Column("使用起止", 24, align=Align.CENTER),
    Column("备注", 36),
)


def this_month(ctx: Context, _record_id: int = 0) -> Document:
    """The register of the month under way."""
    return month_sheet(ctx, ctx.today().year, ctx.today().month)


def last_month(ctx: Context, _record_id: int = 0) -> Document:
    """The register of the month before."""
    day = ctx.today().replace(day=1) - timedelta(days=1)
    return month_sheet(ctx, day.year, day.month)


@made_as("media_check.month")
def month_sheet(ctx: Context, year: int, number: int) -> Document:
    """Every medium of a month in order, void ones too, since no number is left out; blanks to write in."""
    site, days = settings.read_all(ctx), month(year, number)
    with ctx.read() as connection:
        query = (
            select(MediaCheck.__table__)
            .where(listing.within(MediaCheck.filed_at, days[0], days[-1]))
            .order_by(MediaCheck.filed_at, MediaCheck.id)
        )
        rows = [dict(row) for row in connection.execute(query).mappings()]
        trace = chain.short_head(connection)
    kept = [row for row in rows if row["void_at"] is None]
    wrong = sum(bool(service.lapses(ctx, row)) for row in kept)
    return Document(
        code=CODE,
        revision=REVISION,
        title="外来移动介质查毒登记表",
        number=f"{service.PREFIX}-{year}{number:02}",
        name=f"介质查毒登记表-{year}-{number:02}",
        sheet=f"{year}年{number}月",
        organisation=site["site.name"],
        facts=(
            Fact("月份", f"{year}年{number}月"),
            Fact("登记", f"{len(kept)} 件"),
            Fact("未查毒或未批准使用", f"{wrong} 件"),
        ),
        body=(
            Table(
                COLUMNS,
                tuple(_line(ctx, place, row) for place, row in enumerate(rows, 1)),
                rows_per_page=int(site["paper.rows"]),
                font_size=8.5,
                record_labels=tuple(row["number"] for row in rows),
            ),
        ),
        notes=("先查毒，通过并批准以后使用。用途后括号里是不用 FTP 的原因。",),
        basis=_basis(ctx.law_on(days[-1])),
        signatures=(Signature("持有人", dated=False), Signature("批准人"), Signature("管理员")),
        retention=f"保存期限：{site['paper.retention_years']} 年",
        trace=trace,
        landscape=True,
    )


def _line(ctx: Context, place: int, row: Mapping[str, Any]) -> tuple[Value, ...]:
    missed = lending.in_short(service.lapses(ctx, row))
    remarks = "；".join(part for part in (missed, *row["remarks"].split("\n")) if part)
    purpose = f"{row['purpose']}（{row['by_ftp']}）"
    checked = "\n".join(
        part for part in (row["scanner"], row["signatures_on"].isoformat() if row["signatures_on"] else "") if part
    )
    return (
        place, row["filed_at"].date(), row["kind"], row["media_no"], row["holder"], row["unit"],
        purpose, checked, row["result"], row["approved_by"], _used(row), f"{row['number']}\n{remarks}",
    )  # fmt: skip


def _used(row: Mapping[str, Any]) -> str:
    """03-05 09:00 over 11:30; the end of another day with its date."""
    if row["used_from"] is None:
        return ""
    begins, ends = row["used_from"], row["used_to"]
    if ends is None:
        return f"{begins:%m-%d %H:%M}\n至"
    same_day = begins.date() == ends.date()
    return f"{begins:%m-%d %H:%M}\n至 {ends:%H:%M}" if same_day else f"{begins:%m-%d %H:%M}\n至 {ends:%m-%d %H:%M}"


def _basis(law: Law) -> tuple[str, ...]:
    said = (("media.check", "外来介质先查毒后使用"), ("media.approval", "传数据用 FTP，用便携介质须批准"))
    found = [f"{words}（{held.cite().short}）" for part, words in said if (held := law.part(part, lending.SITE))]
    return ("；".join(found) + "。",) if found else ()
