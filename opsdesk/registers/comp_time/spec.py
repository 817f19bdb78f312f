"""调休账 as a register: read only."""

from __future__ import annotations

from opsdesk.register import Column, Field, Filter, Kind, Paper, Register
from opsdesk.registers.comp_time import documents, service
from opsdesk.services import choices

REGISTER = Register(
    slug="comp_time",
    title="调休账",
    singular="调休账",
    topics=frozenset({"comp_time", "overtime", "leave", "sign_in", "roster", "month", "staff"}),
    columns=(
        Column("staff_no", "工号", Kind.CODE, 96),
        Column("name", "人员", width=160),
        Column("vendor", "所属公司", width=0),
        Column("earned", "已积", width=152),
        Column("used", "已用", width=152),
        Column("left", "余额", Kind.CHIP, 168),
    ),
    list=service.listed,
    fields=(
        Field("who", "人员", read_only=True),
        Field("earned", "已积", read_only=True),
        Field("used", "已用", read_only=True, help="已批准的今后调休算作已用。"),
        Field("left", "余额", read_only=True),
        Field("lines", "明细", Kind.LONG_TEXT, read_only=True),
    ),
    load=service.load,
    filters=(Filter("vendor", "外包单位", choices.vendors),),
    papers=(Paper("statement", "调休对账单", documents.statement),),
    empty="还没有调休记录。批准的加班选择调休补偿，或者结算的月份超过工时上限，都会记在这里。",
)
