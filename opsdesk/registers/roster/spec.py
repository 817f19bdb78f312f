"""排班 as a register."""

from __future__ import annotations

from opsdesk.register import Column, Field, Filter, Kind, Register
from opsdesk.registers.roster import service
from opsdesk.services import choices

REGISTER = Register(
    slug="roster",
    stored_as="roster_entry",
    title="排班",
    singular="排班",
    topics=frozenset({"roster", "shift", "staff"}),
    columns=(
        Column("day", "日期", Kind.DATE, 136),
        Column("staff_no", "工号", Kind.CODE, 96),
        Column("name", "姓名", width=128),
        Column("vendor", "外包单位", width=120),
        Column("shift", "班次", width=120),
        Column("pairs", "时间", width=0),
    ),
    list=service.listed,
    fields=(
        Field("staff_id", "人员", Kind.CHOICE, required=True, options=choices.staff, help="可以输入工号或姓名查找。"),
        Field("day", "日期", Kind.DATE, required=True, default=lambda ctx: ctx.today()),
        Field("shift_id", "班次", Kind.CHOICE, required=True, options=choices.shifts),
    ),
    load=service.load,
    save=service.save,
    filters=(
        Filter("month", "月份", service.months),
        Filter("vendor", "外包单位", choices.vendors),
    ),
    empty="还没有排班。没有排班的人按日历和合同作息上班；需要倒班时请新建或导入排班表。",
)
