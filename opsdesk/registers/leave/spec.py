"""请假外出 as a register."""

from __future__ import annotations

from opsdesk.register import Act, Column, Field, Filter, Kind, Register
from opsdesk.registers.leave import service
from opsdesk.rules.vocabulary import LeaveKind, Role
from opsdesk.services import choices

SUPERVISOR = frozenset({str(Role.SUPERVISOR)})

REGISTER = Register(
    slug="leave",
    title="请假外出",
    singular="请假外出",
    topics=frozenset({"leave", "staff"}),
    columns=(
        Column("staff_no", "工号", Kind.CODE, 96),
        Column("name", "姓名", width=128),
        Column("vendor", "外包单位", width=120),
        Column("kind", "类别", width=80),
        Column("begins_at", "开始时间", Kind.MOMENT, 144),
        Column("ends_at", "结束时间", Kind.MOMENT, 144),
        Column("reason", "事由", width=0),
        Column("approved_by", "批准人", width=96),
        Column("state", "状态", Kind.CHIP, 96),
    ),
    list=service.listed,
    fields=(
        Field("staff_id", "人员", Kind.CHOICE, required=True, options=choices.staff, help="可以输入工号或姓名查找。"),
        Field(
            "kind",
            "类别",
            Kind.CHOICE,
            required=True,
            options=lambda _ctx: [(str(kind), str(kind)) for kind in LeaveKind],
        ),
        Field("begins_at", "开始时间", Kind.MOMENT, required=True),
        Field("ends_at", "结束时间", Kind.MOMENT, required=True),
        Field("reason", "事由", required=True),
        Field("approved_by", "批准人", default=lambda ctx: ctx.actor.name),
    ),
    load=service.load,
    save=service.save,
    filters=(
        Filter("month", "月份", service.months),
        Filter("state", "状态", lambda _ctx: [(word, word) for word in (service.STANDING, service.WITHDRAWN)]),
    ),
    acts=(
        Act(
            "withdraw",
            "撤销",
            lambda ctx, record_id, values: service.withdraw(ctx, leave_id=record_id, reason=values["reason"]),
            fields=(Field("reason", "撤销原因", required=True),),
            confirm="撤销以后，这段时间的到岗会按没有请假重新判定。",
            roles=SUPERVISOR,
            offered=lambda values: values["withdrawn_at"] is None,
        ),
    ),
    empty="没有请假外出。主管批准后在这里登记，到岗判定会扣除批准的时间。",
    save_roles=SUPERVISOR,
)
