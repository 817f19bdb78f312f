"""设备台账 and 领用归还记录 on paper (F12, OD-F12 A/0)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from opsdesk.exports.document import Align, Column, Document, Fact, Kind, Signature, Table, Value, chinese_date
from opsdesk.exports.making import made_as
from opsdesk.models import Asset, AssetIssue, LedgerRow
from opsdesk.registers.asset.issues import device
from opsdesk.rules import lending
from opsdesk.rules.amounts import in_yuan
from opsdesk.rules.qualification import years_after
from opsdesk.services import chain, money, settings
from opsdesk.services.assets import AssetState
from opsdesk.services.context import Context

CODE, REVISION = "OD-F12", "A/0"
LEDGER = (
    Column("资产编号", 15, Kind.CODE),
    Column("分类", 11, align=Align.CENTER),
    Column("设备名称", 17),
    Column("品牌", 11),
    Column("型号", 14),
    Column("序列号", 18, Kind.CODE),
    Column("配置", 20),
    Column("购置日期", 16, Kind.DATE),
    Column("原值（元）", 17, Kind.MONEY),
    Column("折旧／年限", 11, align=Align.CENTER),
    Column("使用部门", 14),
    Column("使用人", 11, align=Align.CENTER),
    Column("存放地点", 16),
    Column("状态", 9, align=Align.CENTER),
    Column("责任人", 11, align=Align.CENTER),
    Column("保修到期", 16, Kind.DATE),
    Column("维修记录", 18),
    Column("备注", 12),
)
ISSUES = (
    Column("序号", 9, Kind.NUMBER, Align.CENTER),
    Column("日期", 20, Kind.DATE),
    Column("资产编号", 24, Kind.CODE),
    Column("名称型号", 40),
    Column("数量", 10, Kind.NUMBER, Align.CENTER),
    Column("领用人", 18, align=Align.CENTER),
    Column("领用用途", 34),
    Column("领用签字", 24, Kind.SIGNATURE),
    Column("归还日期", 20, Kind.DATE),
    Column("归还状况", 26),
    Column("验收人", 16, align=Align.CENTER),
    Column("备注", 16),
)
YEARS_FOR_ISSUES = 3
"""领用清单双方各执一份，存 3 年 (`domain.md` F12)."""


@made_as("asset.ledger")
def ledger(ctx: Context, _record_id: int = 0) -> Document:
    """Every asset by number, those written off last, to be counted once a year."""
    site, today = settings.read_all(ctx), ctx.today()
    with ctx.read() as connection:
        query = select(Asset.__table__).order_by(Asset.state == AssetState.SCRAPPED, Asset.asset_no)
        rows = connection.execute(query).mappings().all()
        begun = connection.execute(select(func.min(LedgerRow.at)).where(LedgerRow.subject == "asset")).scalar()
        trace = chain.short_head(connection)
    worth = sum((money.yuan(row["value_fen"]) or Decimal(0) for row in rows), Decimal(0))
    kept = [row for row in rows if row["state"] != AssetState.SCRAPPED]
    gone = f"（另有报废 {len(rows) - len(kept)} 台）" if len(rows) > len(kept) else ""
    return Document(
        code=CODE,
        revision=REVISION,
        title="设备台账",
        number=f"TZ-{today.year}",
        name=f"设备台账-{today.isoformat()}",
        sheet="设备台账",
        organisation=site["site.name"],
        facts=(
            Fact("台账编号", f"TZ-{today.year}"),
            Fact("创建日期", chinese_date(date.fromisoformat(begun[:10])) if begun else "—"),
            Fact("更新日期", chinese_date(today)),
            Fact("负责人", "________"),
            Fact("在册", f"{len(kept)} 台{gone}"),
            Fact("原值合计", f"{in_yuan(worth, exact=True)} 元"),
        ),
        body=(
            Table(
                LEDGER,
                tuple(_line(row, today) for row in rows),
                rows_per_page=int(site["paper.rows"]),
                font_size=7.5,
                record_labels=tuple(f"{row['asset_no']} {row['name']}" for row in rows),
            ),
        ),
        notes=("“折旧／年限”是从购置日到打印日已满的年数。每年盘点打印一次，盘点不符的写在备注里。",),
        basis=_basis(ctx),
        signatures=(Signature("保管人"), Signature("盘点人"), Signature("监盘人")),
        retention="保存期限：永久",
        trace=trace,
        landscape=True,
    )


def _line(row: Mapping[Any, Any], today: date) -> tuple[Value, ...]:
    return (
        row["asset_no"], row["category"], row["name"], row["brand"], row["model"], row["serial"], row["config"],
        row["bought_on"], money.yuan(row["value_fen"]), _age(row["bought_on"], today), row["dept"], row["user"],
        row["place"], row["state"], row["owner"], row["warranty_until"], row["repairs"], row["remarks"],
    )  # fmt: skip


def _age(bought_on: date | None, today: date) -> str:
    """3 年: whole years since the purchase."""
    if bought_on is None or bought_on > today:
        return ""
    years = today.year - bought_on.year
    return f"{years if years_after(bought_on, years) <= today else years - 1} 年"


def issues_this_year(ctx: Context, _record_id: int = 0) -> Document:
    """What was given out this year."""
    return issues(ctx, ctx.today().year)


def issues_last_year(ctx: Context, _record_id: int = 0) -> Document:
    """What was given out last year."""
    return issues(ctx, ctx.today().year - 1)


@made_as("asset.issues")
def issues(ctx: Context, year: int) -> Document:
    """What was given out in a year, in order, with room to sign."""
    site = settings.read_all(ctx)
    with ctx.read() as connection:
        query = (
            select(AssetIssue.__table__, Asset.asset_no, Asset.name, Asset.brand, Asset.model)
            .join(Asset, Asset.id == AssetIssue.asset_id)
            .where(AssetIssue.issued_at >= datetime(year, 1, 1), AssetIssue.issued_at < datetime(year + 1, 1, 1))
            .order_by(AssetIssue.issued_at, AssetIssue.id)
        )
        rows = connection.execute(query).mappings().all()
        trace = chain.short_head(connection)
    lines: Sequence[tuple[Value, ...]] = [
        (
            place, row["issued_at"], row["asset_no"], device(row), 1, row["taken_by"], row["purpose"], None,
            row["returned_at"], row["condition"], row["checked_by"], None,
        )
        for place, row in enumerate(rows, 1)
    ]  # fmt: skip
    return Document(
        code=CODE,
        revision=REVISION,
        title="设备领用归还记录",
        number=f"LY-{year}",
        name=f"设备领用归还记录-{year}",
        sheet=f"{year}年领用归还",
        organisation=site["site.name"],
        facts=(
            Fact("年度", f"{year}年"),
            Fact("领用", f"{len(rows)} 次"),
            Fact("未归还", f"{sum(row['returned_at'] is None for row in rows)} 台"),
        ),
        body=(
            Table(
                ISSUES,
                tuple(lines),
                rows_per_page=int(site["paper.rows"]),
                font_size=9.0,
                record_labels=tuple(f"{row['asset_no']} {row['taken_by']}" for row in rows),
            ),
        ),
        notes=("领用时本人签字，归还时当面验收。领用清单双方各执一份。",),
        basis=_basis(ctx),
        signatures=(Signature("保管人"), Signature("审核人")),
        retention=f"保存期限：{YEARS_FOR_ISSUES} 年",
        trace=trace,
        landscape=True,
    )


def _basis(ctx: Context) -> tuple[str, ...]:
    """The clauses that the ledger is kept by."""
    law = ctx.law_on(ctx.today())
    said = (("goods.ledger", "登记、领用、归还按设备管理制度"), ("goods.liability", "损坏、丢失的及时上报并承担责任"))
    found = [f"{words}（{held.cite().short}）" for part, words in said if (held := law.part(part, lending.STAFF))]
    return ("；".join(found) + "。",) if found else ()
