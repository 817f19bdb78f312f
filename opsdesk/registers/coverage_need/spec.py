"""岗位需求 as a register."""

from __future__ import annotations

from opsdesk.register import Column, Field, Kind, Register
from opsdesk.registers.coverage_need import service

REGISTER = Register(
    slug="coverage_need",
    title="岗位需求",
    singular="岗位需求",
    topics=frozenset({"coverage_need", "post", "shift"}),
    columns=(
        Column("post", "岗位", width=0),
        Column("shift", "班次", width=160),
        Column("days", "日子", width=96),
        Column("need", "人数", Kind.INTEGER, 72),
        Column("begins_on", "起始日", Kind.DATE, 136),
        Column("ends_on", "截止日", Kind.DATE, 136),
        Column("state", "状态", Kind.CHIP, 104),
    ),
    list=service.listed,
    fields=(
        Field(
            "post_id", "岗位", Kind.CHOICE, required=True, options=service.posts,
            help="按人员登记的岗位数人；不分岗位时数全体。",
        ),
        Field(
            "shift_id", "班次", Kind.CHOICE, required=True, options=service.shifts,
            help="没有排班、标准班的时间与这个班次相同的人也算。",
        ),
        Field("days", "日子", Kind.CHOICE, required=True, options=service.kinds),
        Field(
            "need", "人数", Kind.INTEGER, required=True, default=service.usual,
            help="至少要有几个人到岗；请假的人不算。",
        ),
        Field("begins_on", "起始日", Kind.DATE, required=True, default=lambda ctx: ctx.today()),
        Field("ends_on", "截止日", Kind.DATE, help="不填表示一直需要。"),
    ),
    load=service.load,
    save=service.save,
    empty="还没有岗位需求。登记每个岗位、每个班次至少要几个人，排班时缺人会标出来。",
)  # fmt: skip
