"""应急预案 as a register."""

from __future__ import annotations

from opsdesk.models import EmergencyPlan, Incident
from opsdesk.register import Act, Column, Field, Kind, Register
from opsdesk.registers.emergency_plan import service
from opsdesk.services import suggestions

REGISTER = Register(
    slug="emergency_plan",
    title="应急预案",
    singular="应急预案",
    topics=service.TOUCHED,
    columns=(
        Column("name", "名称", width=200),
        Column("system", "系统", width=120),
        Column("steps", "处置步骤", width=0),
        Column("state", "状态", Kind.CHIP, 96),
    ),
    list=service.listed,
    fields=(
        Field("name", "名称", required=True),
        Field(
            "system", "系统", options=suggestions.written(Incident.system, EmergencyPlan.system),
            help="事件的系统里有这几个字时，这份预案就显示在旁边；空着就对所有事件显示。",
        ),
        Field("steps", "处置步骤", Kind.LONG_TEXT, required=True, help="一行一步，先写最先要做的。"),
        Field("contacts", "联系人", Kind.LONG_TEXT, help="一行一位：姓名、职责、电话。"),
    ),
    load=service.load,
    save=service.save,
    acts=(
        Act(
            "retire", "停用", lambda ctx, record_id, _values: service.retire(ctx, plan_id=record_id),
            offered=lambda values: values["left_on"] is None,
        ),
        Act(
            "bring_back", "恢复", lambda ctx, record_id, _values: service.bring_back(ctx, plan_id=record_id),
            offered=lambda values: values["left_on"] is not None,
        ),
    ),
    empty="还没有应急预案。点“新建”写明系统停摆时先做什么、找谁，处理这个系统的事件时会显示出来。",
)  # fmt: skip
