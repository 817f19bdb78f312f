"""外包单位 as a register."""

from __future__ import annotations

from opsdesk.register import Act, Column, Field, Filter, Kind, Register
from opsdesk.registers.vendor import service

REGISTER = Register(
    slug="vendor",
    title="外包单位",
    singular="外包单位",
    topics=frozenset({"vendor", "staff", "contract"}),
    columns=(
        Column("code", "编号", Kind.CODE, 88),
        Column("name", "单位全称", width=0),
        Column("short_name", "简称", width=120),
        Column("on_site", "在场人数", Kind.INTEGER, 88),
        Column("contracts", "执行中的合同", width=200),
        Column("state", "状态", Kind.CHIP, 96),
    ),
    list=service.listed,
    fields=(
        Field("code", "编号", Kind.CODE, required=True, help="自己定的短编号，例如 W01。"),
        Field("name", "单位全称", required=True, help="与合同和公章一致，会印在表上。"),
        Field("short_name", "简称", help="看板和列表上显示，空着就用全称。"),
    ),
    load=service.load,
    save=service.save,
    filters=(Filter("state", "状态", lambda _ctx: [(word, word) for word in (service.IN_USE, service.ENDED)]),),
    acts=(
        Act(
            "retire",
            "停用",
            lambda ctx, record_id, values: service.retire(ctx, vendor_id=record_id, day=values["day"]),
            fields=(
                Field(
                    "day",
                    "停用日期",
                    Kind.DATE,
                    required=True,
                    help="从这一天起不再在场。",
                    default=lambda ctx: ctx.today(),
                ),
            ),
            offered=lambda values: values["left_on"] is None,
        ),
        Act(
            "bring_back",
            "恢复",
            lambda ctx, record_id, _values: service.bring_back(ctx, vendor_id=record_id),
            offered=lambda values: values["left_on"] is not None,
        ),
    ),
    empty="还没有登记外包单位。请先新建单位，再登记合同和人员。",
)
