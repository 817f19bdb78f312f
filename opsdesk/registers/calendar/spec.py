"""日历 as a register."""

from __future__ import annotations

from opsdesk.register import Column, Field, Filter, Kind, Register
from opsdesk.registers.calendar import service
from opsdesk.rules.vocabulary import DayKind, Role

REGISTER = Register(
    slug="calendar",
    stored_as="calendar_day",
    title="日历",
    singular="特殊日",
    topics=frozenset({"calendar"}),
    columns=(
        Column("day", "日期", Kind.DATE, 152),
        Column("kind", "性质", Kind.CHIP, 112),
        Column("name", "名称", width=160),
        Column("source", "依据", width=0),
    ),
    list=service.listed,
    fields=(
        Field("day", "日期", Kind.DATE, required=True),
        Field(
            "kind",
            "性质",
            Kind.CHOICE,
            required=True,
            options=lambda _ctx: [(str(kind), str(kind)) for kind in DayKind],
            help="工作日和调休上班要上班，其余不上班。",
        ),
        Field("name", "名称", help="例如 国庆节；空着就写性质。"),
    ),
    load=service.load,
    save=service.save,
    filters=(Filter("year", "年份", service.years),),
    empty="还没有特殊日，按普通星期计算。请在设置中导入当年的放假通知，或新建本单位自己的特殊日。",
    save_roles=frozenset({str(Role.SUPERVISOR)}),
)
