"""设备借用单 and 借用登记簿 on paper (F11, OD-F11 A/0)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from opsdesk.exports.document import (
    Align,
    Block,
    Choice,
    Column,
    Document,
    Fact,
    FormCell,
    FormGrid,
    Kind,
    Signature,
    Table,
    Value,
    chinese_date,
    chinese_moment,
)
from opsdesk.exports.making import made_as
from opsdesk.models import Loan
from opsdesk.registers.loan import condition, items, service
from opsdesk.rules import lending
from opsdesk.rules.clause import Held, Law
from opsdesk.services import chain, settings
from opsdesk.services.context import Context

CODE, REVISION = "OD-F11", "A/0"
RETENTION = "保存期限：3 年"
"""借用单据存 3 年 (`domain.md` F11)."""
SIGN_ROOM, LEAST_LINES, LABEL = 14.0, 8, 30.0
LINES = (
    Column("序号", 12, Kind.NUMBER, Align.CENTER),
    Column("设备名称", 56),
    Column("规格型号", 46),
    Column("设备编号", 36, Kind.CODE),
    Column("数量", 20, Kind.NUMBER, Align.CENTER),
)
REGISTER = (
    Column("序号", 9, Kind.NUMBER, Align.CENTER),
    Column("借出日期", 18, Kind.DATE),
    Column("设备名称", 26),
    Column("型号", 22),
    Column("编号", 19, Kind.CODE),
    Column("数量", 9, Kind.NUMBER, Align.CENTER),
    Column("借用人", 15, align=Align.CENTER),
    Column("单位", 15, align=Align.CENTER),
    Column("用途", 26),
    Column("批准人", 15, align=Align.CENTER),
    Column("应还日期", 18, Kind.DATE),
    Column("归还日期", 18, Kind.DATE),
    Column("归还状况", 22),
    Column("经手人", 15, align=Align.CENTER),
    Column("备注", 24),
)
Cells = tuple[FormCell, ...]


def slip(ctx: Context, loan_id: int) -> Document:
    """One sheet in the order of the paper, signed by both at lending and at return."""
    site = settings.read_all(ctx)
    with ctx.read() as connection:
        row = service.row_of(connection, loan_id)
        lines = items.rows(connection, [loan_id]).get(loan_id, [])
        trace = chain.short_head(connection)
    law = ctx.law_on((row["lent_at"] or row["applied_at"]).date())
    missed = [each.told for each in service.lapses(ctx, row)]
    body: tuple[Block, ...] = (_grid(_request(row)), _lines(lines, row["number"]), _grid(_course(row, missed)))
    return Document(
        code=CODE,
        revision=REVISION,
        title="设备借用单（已作废）" if row["void_at"] else "设备借用单",
        number=row["number"],
        name=f"借用单-{row['number']}",
        sheet="借用单",
        organisation=site["site.name"],
        body=body,
        notes=("本单一式两份，借用人和信息中心各执一份；借出和归还时，管理员和借用人都在两份上签字。",),
        basis=_basis(law, vendor=row["vendor_id"] is not None),
        retention=RETENTION,
        trace=trace,
    )


@made_as("loan.slip", of="loan")
def copies(ctx: Context, loan_id: int) -> tuple[Document, ...]:
    """The sheet in two copies, one for each side (F11)."""
    made = slip(ctx, loan_id)
    return tuple(
        replace(made, facts=(Fact("联次", f"第{which}联，{whose}留存"),), sheet=f"第{which}联")
        for which, whose in (("一", "信息中心"), ("二", "借用人"))
    )


def _grid(rows: Sequence[Cells]) -> FormGrid:
    return FormGrid(tuple(rows), label_width=LABEL)


def _request(row: Mapping[str, Any]) -> list[Cells]:
    due = chinese_date(row["due_on"])
    if row["extensions"]:
        first = row["first_due_on"]
        due = f"{due}（原{first.month}月{first.day}日）"
    return [
        (FormCell("借用人", row["borrower"]), FormCell("单位", row["unit"])),
        (FormCell("借用时间", chinese_moment(row["lent_at"])), FormCell("预期归还日期", due)),
        (FormCell("使用地点", row["place"]),),
    ]


def _lines(lines: Sequence[Mapping[str, Any]], number: str) -> Table:
    rows: list[tuple[Value, ...]] = [
        (place, line["name"], line["model"], line["asset_no"], line["quantity"]) for place, line in enumerate(lines, 1)
    ]
    blank: tuple[Value, ...] = (None,) * len(LINES)
    filled = (*rows, *[blank] * (LEAST_LINES - len(rows)))
    return Table(LINES, filled, row_height=8.0, record_labels=(number,) * len(filled))


def _course(row: Mapping[str, Any], missed: Sequence[str]) -> list[Cells]:
    if row["refused_at"]:
        opinion = f"不同意：{row['refusal']}　{chinese_moment(row['refused_at'])}"
    else:
        opinion = f"同意　{row['approved_by']}　{chinese_moment(row['approved_at'])}" if row["approved_at"] else ""
    remarks = [line for line in row["remarks"].split("\n") if line]
    if row["damage"]:
        remarks.append(f"损坏或丢失：{row['damage']}。责任和赔偿：{row['liability']}。")
    return [
        (_sign("申请理由（借用人签字）", row["reason"], 18.0),),
        (FormCell("借用时设备状况", _boxes(row["condition_out"], tuple(condition.OUT.values()))),),
        (_sign("管理员（借出）", row["lent_by"]), _sign("借用人（借出）")),
        (_sign("负责人意见", opinion, 18.0),),
        (FormCell("归还时状况", _boxes(row["condition_in"], tuple(condition.IN.values()))),),
        (FormCell("归还日期", chinese_moment(row["returned_at"])),),
        (_sign("管理员（归还）", row["received_by"] if row["returned_at"] else ""), _sign("借用人（归还）")),
        (FormCell("备注（损坏照价赔偿）", "\n".join([*remarks, *missed]), height=14.0),),
    ]


def _sign(label: str, value: str = "", height: float = SIGN_ROOM) -> FormCell:
    return FormCell(label, value, height=height, kind=Kind.SIGNATURE)


def _boxes(kept: str, boxes: tuple[str, ...]) -> Choice:
    words = condition.other(kept)
    last = f"{condition.OTHER}：{words}" if words else condition.OTHER
    chosen = tuple(last if each == condition.OTHER else each for each in condition.ticked(kept, boxes))
    return Choice((*boxes, last), chosen)


def this_year(ctx: Context, _record_id: int = 0) -> Document:
    """The register of what was lent this year."""
    return register(ctx, ctx.today().year)


def last_year(ctx: Context, _record_id: int = 0) -> Document:
    """The register of what was lent last year."""
    return register(ctx, ctx.today().year - 1)


@made_as("loan.register")
def register(ctx: Context, year: int) -> Document:
    """Everything that was lent in a year, a line for each item, with room to write in."""
    site = settings.read_all(ctx)
    with ctx.read() as connection:
        query = select(Loan.__table__).where(
            Loan.lent_at >= datetime(year, 1, 1), Loan.lent_at < datetime(year + 1, 1, 1)
        )
        loans = [dict(row) for row in connection.execute(query.order_by(Loan.lent_at, Loan.id)).mappings()]
        lines = items.rows(connection, [row["id"] for row in loans])
        trace = chain.short_head(connection)
    every = [(row, line) for row in loans for line in lines.get(row["id"], [])]
    out = [row for row in loans if row["returned_at"] is None]
    late = sum(lending.late_days(row["due_on"], None, ctx.now()) > 0 for row in out)
    return Document(
        code=CODE,
        revision=REVISION,
        title="设备借用登记簿",
        number=f"{service.PREFIX}-{year}",
        name=f"设备借用登记簿-{year}",
        sheet=f"{year}年借用登记簿",
        organisation=site["site.name"],
        facts=(
            Fact("年度", f"{year}年"),
            Fact("借用单", f"{len(loans)} 张"),
            Fact("未还清", f"{len(out)} 张"),
            Fact("逾期", f"{late} 张"),
        ),
        body=(
            Table(
                REGISTER,
                tuple(_line(ctx, place, row, line) for place, (row, line) in enumerate(every, 1)),
                rows_per_page=int(site["paper.rows"]),
                font_size=8.0,
                record_labels=tuple(f"{row['number']} {line['name']}" for row, line in every),
            ),
        ),
        notes=("一行一件设备，同一张借用单可以有几行。应还日当天归还为按时。",),
        basis=_basis(ctx.law_on(min(ctx.today(), date(year, 12, 31))), vendor=True),
        signatures=(Signature("登记人"), Signature("审核人")),
        retention=RETENTION,
        trace=trace,
        landscape=True,
    )


def _line(ctx: Context, place: int, row: Mapping[str, Any], line: Mapping[str, Any]) -> tuple[Value, ...]:
    missed = lending.in_short(service.lapses(ctx, row))
    longer = f"延期 {row['extensions']} 次" if row["extensions"] else ""
    said = "；".join(part for part in (missed, longer) if part)
    if row["returned_at"]:
        state = "；".join(part for part in (row["condition_in"], row["damage"]) if part)
    else:
        state = f"已还 {line['returned']} 件" if line["returned"] else ""
    return (
        place, row["lent_at"].date(), line["name"], line["model"], line["asset_no"], line["quantity"],
        row["borrower"], row["unit"], row["reason"], row["approved_by"], row["due_on"], row["returned_at"], state,
        row["lent_by"], f"{row['number']}\n{said}",
    )  # fmt: skip


def _basis(law: Law, *, vendor: bool) -> tuple[str, ...]:
    """The clauses that lending goes by, with the usual term."""
    said = []
    if vendor and (consent := law.part("goods.consent", lending.CENTRE)):
        said.append(f"使用信息中心设备须先得到同意（{consent.cite().short}）")
    if held := law.part("goods.lend", lending.SITE):
        said.append(_term(held))
    if liability := law.part("goods.liability", lending.STAFF):
        said.append(f"损坏、丢失的及时上报并承担责任（{liability.cite().short}）")
    return ("；".join(said) + "。",) if said else ()


def _term(held: Held) -> str:
    days = held.number("lend.days")
    return f"外借须批准登记，未定日期的借 {days} 日，借出当天不计，应还日当天归还为按时（{held.cite().short}）"
