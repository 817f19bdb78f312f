"""机房设备进出登记表 (F10, OD-F10 A/0) of a month, and the 放行条 that goes out with a device."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from opsdesk.exports.document import (
    Align,
    Choice,
    Column,
    Document,
    Fact,
    FormCell,
    FormGrid,
    Kind,
    Signature,
    Table,
    Text,
    Value,
    chinese_date,
    chinese_moment,
)
from opsdesk.exports.making import made_as
from opsdesk.models import EquipmentMove
from opsdesk.registers.equipment_move import service
from opsdesk.rules import lending
from opsdesk.rules.calendar import month
from opsdesk.rules.clause import Law
from opsdesk.services import chain, listing, settings
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal

CODE, REVISION = "OD-F10", "A/0"
COLUMNS = (
    Column("序号", 8, Kind.NUMBER, Align.CENTER),
    Column("日期", 16, Kind.DATE),
    Column("设备名称", 19),
    Column("品牌型号", 17),
    Column("序列号（S/N）", 18, Kind.CODE),
    Column("资产编号", 16, Kind.CODE),
    Column("数量", 8, Kind.NUMBER, Align.CENTER),
    Column("方向", 9, align=Align.CENTER),
    Column("来源／去向", 16),
    Column("原因", 9, align=Align.CENTER),
    Column("安装位置（机柜／U 位）", 16),
    Column("是否加电", 9, align=Align.CENTER),
    Column("经办人", 12, align=Align.CENTER),
    Column("陪同", 12, align=Align.CENTER),
    Column("批准人", 12, align=Align.CENTER),
    Column("应还日", 16, Kind.DATE),
    Column("实还日", 16, Kind.DATE),
    Column("备注", 30),
)
PARTS = (
    ("goods.lend", lending.SITE, "设备外借须经批准并登记，用后及时归还"),
    ("goods.instructions", lending.SITE, "新装设备须说明注意事项"),
    ("goods.ledger", lending.STAFF, "加电按设备管理制度批准"),
)
DIRECTIONS = {service.IN: "☑进\n□出", service.OUT: "□进\n☑出"}
GATE, STUB = "出门联（交门卫）", "存根联（信息中心留存）"
CUT = "－　" * 22 + "－"
"""The line along which the two halves of a 放行条 are cut."""


def this_month(ctx: Context, _record_id: int = 0) -> Document:
    """The register of the month under way."""
    return month_sheet(ctx, ctx.today().year, ctx.today().month)


def last_month(ctx: Context, _record_id: int = 0) -> Document:
    """The register of the month before."""
    day = ctx.today().replace(day=1) - timedelta(days=1)
    return month_sheet(ctx, day.year, day.month)


@made_as("equipment_move.month")
def month_sheet(ctx: Context, year: int, number: int) -> Document:
    """Every move of a month in order, void ones too, since no number is left out; blanks to write in."""
    site, days = settings.read_all(ctx), month(year, number)
    with ctx.read() as connection:
        query = (
            service.every()
            .where(listing.within(EquipmentMove.moved_at, days[0], days[-1]))
            .order_by(EquipmentMove.moved_at, EquipmentMove.id)
        )
        rows = [dict(row) for row in connection.execute(query).mappings()]
        trace = chain.short_head(connection)
    kept = [row for row in rows if row["void_at"] is None]
    inward = sum(row["direction"] == service.IN for row in kept)
    out = sum(row["returned_on"] is None and row["due_on"] is not None for row in kept)
    return Document(
        code=CODE,
        revision=REVISION,
        title="机房设备进出登记表",
        number=f"{service.PREFIX}-{year}{number:02}",
        name=f"设备进出登记表-{year}-{number:02}",
        sheet=f"{year}年{number}月",
        organisation=site["site.name"],
        facts=(
            Fact("机房", "、".join(dict.fromkeys(row["room"] for row in rows)) or "—"),
            Fact("月份", f"{year}年{number}月"),
            Fact("进", f"{inward} 次"),
            Fact("出", f"{len(kept) - inward} 次"),
            Fact("待还", f"{out} 次"),
        ),
        body=(
            Table(
                COLUMNS,
                tuple(_line(ctx, place, row) for place, row in enumerate(rows, 1)),
                rows_per_page=int(site["paper.rows"]),
                font_size=7.5,
                record_labels=tuple(row["number"] for row in rows),
            ),
        ),
        notes=("设备出机房和加电须先批准。新装设备，安装人员须告知使用和维护的注意事项。按季装订。",),
        basis=_basis(ctx.law_on(days[-1])),
        signatures=(Signature("经办人"), Signature("管理员"), Signature("批准人")),
        retention=f"保存期限：{site['paper.retention_years']} 年",
        trace=trace,
        landscape=True,
    )


def _line(ctx: Context, place: int, row: Mapping[str, Any]) -> tuple[Value, ...]:
    missed = lending.in_short(service.lapses(ctx, row))
    remarks = "；".join(part for part in (missed, *row["remarks"].split("\n")) if part)
    return (
        place, row["moved_at"].date(), row["name"], row["model"], row["serial"], row["asset_no"], row["quantity"],
        DIRECTIONS[row["direction"]], row["other_end"], row["reason"], row["rack"], "是" if row["powered"] else "否",
        row["handled_by"], row["escort"], row["approved_by"], row["due_on"], row["returned_on"],
        f"{row['number']}\n{remarks}",
    )  # fmt: skip


def _basis(law: Law, parts: Sequence[tuple[str, str, str]] = PARTS) -> tuple[str, ...]:
    found = [f"{words}（{held.cite().short}）" for part, whose, words in parts if (held := law.part(part, whose))]
    return ("；".join(found) + "。",) if found else ()


@made_as("equipment_move.pass", of="equipment_move")
def exit_pass(ctx: Context, move_id: int) -> Document:
    """The 放行条 of a device that leaves the room, approved; of anything else there is none."""
    site = settings.read_all(ctx)
    with ctx.read() as connection:
        row = service.row_of(connection, move_id)
        trace = chain.short_head(connection)
    if row["direction"] != service.OUT:
        raise Refusal(f"{row['number']} 是设备进机房，放行条只在设备出机房时开。")
    if row["void_at"] is not None:
        raise Refusal(f"{row['number']} 已经作废，不能开放行条。")
    if row["approved_at"] is None:
        raise Refusal(f"{row['number']} 还没有批准，批准以后才能开放行条。")
    grid = FormGrid(_pass_rows(row), label_width=26.0)
    return Document(
        code="OD-F10F",
        revision=REVISION,
        title="设备放行条",
        number=row["number"],
        name=f"放行条-{row['number']}",
        sheet="放行条",
        organisation=site["site.name"],
        body=(
            Text(f"{GATE}　No. {row['number']}", bold=True),
            grid,
            Text(CUT),
            Text(f"{STUB}　No. {row['number']}", bold=True),
            grid,
        ),
        notes=("放行条当日有效，实物与本条不符的不放行。",),
        basis=_basis(ctx.law_on(row["moved_at"].date()), PARTS[:1]),
        retention=f"保存期限：{site['paper.retention_years']} 年",
        trace=trace,
    )


def _pass_rows(row: Mapping[str, Any]) -> tuple[tuple[FormCell, ...], ...]:
    approved = f"{row['approved_by']}　{chinese_moment(row['approved_at'])}"
    return (
        (_cell("机房", row["room"]), _cell("出门日期", chinese_moment(row["moved_at"]))),
        (_cell("设备名称", row["name"]), _cell("数量", row["quantity"])),
        (_cell("品牌型号", row["model"]), _cell("序列号（S/N）", row["serial"], Kind.CODE)),
        (_cell("资产编号", row["asset_no"], Kind.CODE), _cell("去向", row["other_end"])),
        (_cell("原因", Choice(service.REASONS, (row["reason"],))),),
        (_cell("应还日", chinese_date(row["due_on"]) if row["due_on"] else "不归还"), _cell("批准", approved)),
        (_sign("经办人", row["handled_by"]), _sign("管理员")),
        (_sign("批准人（盖章）"), _sign("门卫查验")),
    )


def _cell(label: str, value: Value, kind: Kind = Kind.TEXT) -> FormCell:
    return FormCell(label, value, height=8.0, kind=kind)


def _sign(label: str, value: str = "") -> FormCell:
    return FormCell(label, value, height=14.0, kind=Kind.SIGNATURE)
