"""站点作息 as a register."""

from __future__ import annotations

from opsdesk.register import Column, Field, Kind, Register
from opsdesk.registers.hours import service
from opsdesk.rules.vocabulary import Role

REGISTER = Register(
    slug="hours",
    stored_as="site_hours",
    title="作息",
    singular="作息",
    topics=frozenset({"hours"}),
    columns=(
        Column("holds_from", "生效日", Kind.DATE, 160),
        Column("pairs", "上下班时间", width=0),
        Column("state", "状态", Kind.CHIP, 110),
    ),
    list=service.listed,
    fields=(
        Field("holds_from", "生效日", Kind.DATE, required=True, help="从这一天起执行，以前的日子仍按原来的作息判定。"),
        Field(
            "pairs",
            "上下班时间",
            Kind.CODE,
            required=True,
            help="写成 08:30-17:30；中午也要签的写 08:30-12:00 13:30-17:30。",
        ),
    ),
    load=service.load,
    save=service.save,
    empty="还没有登记本单位的作息，暂按 08:30-17:30 判定。合同作息随客户单位的人按这里的时间。",
    save_roles=frozenset({str(Role.SUPERVISOR)}),
)
