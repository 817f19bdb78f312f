"""储备人员 as a register."""

from __future__ import annotations

from opsdesk.register import Column, Field, Filter, Kind, Register
from opsdesk.registers.stand_by import service
from opsdesk.services import choices

REGISTER = Register(
    slug="stand_by",
    title="储备人员",
    singular="储备人员",
    topics=frozenset({"stand_by", "staff", "vendor", "post"}),
    columns=(
        Column("staff_no", "工号", Kind.CODE, 96),
        Column("name", "姓名", width=128),
        Column("vendor", "外包单位", width=112),
        Column("post", "岗位", width=112),
        Column("trained_on", "培训日期", Kind.DATE, 128),
        Column("training", "培训内容", width=0),
        Column("confirmed", "两部门确认", width=144),
        Column("remarks", "备注", width=144),
        Column("state", "状态", Kind.CHIP, 96),
    ),
    list=service.listed,
    fields=(
        Field(
            "staff_id",
            "姓名",
            Kind.CHOICE,
            required=True,
            options=service.reserves,
            help="只列出人员里勾选了“储备人员”的人。",
        ),
        Field("post_id", "岗位", Kind.CHOICE, options=choices.posts, help="培训后可以顶的岗位。"),
        Field("trained_on", "培训日期", Kind.DATE),
        Field("training", "培训内容"),
        Field("confirmed_by_personnel", "人力部门", help="人力部门确认人（T2 三.4）。"),
        Field("confirmed_by_user", "使用部门", help="使用部门确认人（T2 三.4）。"),
        Field("remarks", "备注", Kind.LONG_TEXT),
    ),
    load=service.load,
    save=service.save,
    filters=(Filter("state", "状态", lambda _ctx: [(word, word) for word in service.STATES]),),
    empty="还没有储备人员。请先在人员里勾选“储备人员”，再在这里登记培训和两部门的确认。",
)
