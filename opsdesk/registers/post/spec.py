"""岗位 as a register."""

from __future__ import annotations

from opsdesk.register import Act, Column, Field, Kind, Register
from opsdesk.registers.post import service

REGISTER = Register(
    slug="post",
    title="岗位",
    singular="岗位",
    topics=frozenset({"post", "staff"}),
    columns=(
        Column("name", "岗位", width=200),
        Column("duties", "职责", width=0),
        Column("filled", "在场人数", Kind.INTEGER, 88),
        Column("state", "状态", Kind.CHIP, 96),
    ),
    list=service.listed,
    fields=(
        Field("name", "岗位", required=True, help="会印在到岗记录表的岗位一栏。"),
        Field("duties", "职责", Kind.LONG_TEXT),
    ),
    load=service.load,
    save=service.save,
    acts=(
        Act(
            "retire",
            "停用",
            lambda ctx, record_id, _values: service.retire(ctx, post_id=record_id),
            offered=lambda values: values["left_on"] is None,
        ),
        Act(
            "bring_back",
            "恢复",
            lambda ctx, record_id, _values: service.bring_back(ctx, post_id=record_id),
            offered=lambda values: values["left_on"] is not None,
        ),
    ),
    empty="还没有岗位。可以在这里新建，导入人员名册时也会自动登记。",
)
