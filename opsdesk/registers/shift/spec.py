"""班次 as a register."""

from __future__ import annotations

from opsdesk.register import Act, Column, Field, Kind, Register
from opsdesk.registers.shift import service

REGISTER = Register(
    slug="shift",
    title="班次",
    singular="班次",
    topics=frozenset({"shift", "roster"}),
    columns=(
        Column("code", "代码", Kind.CODE, 88),
        Column("name", "名称", width=160),
        Column("pairs", "时间", width=0),
        Column("hours", "时长", width=120),
        Column("used", "已排次数", Kind.INTEGER, 88),
        Column("state", "状态", Kind.CHIP, 96),
    ),
    list=service.listed,
    fields=(
        Field("code", "代码", Kind.CODE, required=True, help="排班表里填写的代码，例如 B。"),
        Field("name", "名称", required=True, help="例如 白班。"),
        Field(
            "pairs",
            "时间",
            required=True,
            help="写成 08:30-17:30；多段用空格隔开；跨夜写 20:00-次日08:00，算上班那一天的班。",
        ),
    ),
    load=service.load,
    save=service.save,
    acts=(
        Act(
            "retire",
            "停用",
            lambda ctx, record_id, _values: service.retire(ctx, shift_id=record_id),
            offered=lambda values: values["left_on"] is None,
        ),
        Act(
            "bring_back",
            "恢复",
            lambda ctx, record_id, _values: service.bring_back(ctx, shift_id=record_id),
            offered=lambda values: values["left_on"] is not None,
        ),
    ),
    empty="还没有班次。没有排班的人按合同作息上班；需要倒班时先在这里新建班次。",
)
