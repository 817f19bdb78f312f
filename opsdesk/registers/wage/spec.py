"""工资基数 as a register."""

from __future__ import annotations

from opsdesk.register import Column, Field, Kind, Register
from opsdesk.registers.wage import service
from opsdesk.rules.vocabulary import Role
from opsdesk.services import choices

REGISTER = Register(
    slug="wage",
    title="工资基数",
    singular="工资基数",
    topics=frozenset({"wage", "staff"}),
    columns=(
        Column("staff_no", "工号", Kind.CODE, 96),
        Column("name", "姓名", width=160),
        Column("vendor", "所属公司", width=0),
        Column("holds_from", "生效日", Kind.DATE, 152),
        Column("monthly", "月工资（元）", Kind.CODE, 136),
        Column("state", "状态", Kind.CHIP, 104),
    ),
    list=service.listed,
    fields=(
        Field("staff_id", "人员", Kind.CHOICE, required=True, options=choices.staff, help="可以输入工号或姓名查找。"),
        Field("holds_from", "生效日", Kind.DATE, required=True, help="从这一天起按新的算，以前的月份不变。"),
        Field("monthly", "月工资", Kind.CODE, required=True, help="单位元，例如 8000.00。只有主管能看，不打印。"),
    ),
    load=service.load,
    save=service.save,
    empty="还没有登记工资基数。登记以后，当月扣减超过工资两成时会提示。金额只有主管能看。",
    save_roles=frozenset({str(Role.SUPERVISOR)}),
)
