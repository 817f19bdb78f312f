"""环境记录 as a register."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opsdesk.models import Reading
from opsdesk.register import Act, Column, Field, Filter, Kind, Options, Paper, Register
from opsdesk.registers.reading import documents, service
from opsdesk.rules.upkeep import STATES
from opsdesk.rules.vocabulary import Role
from opsdesk.services import choices, room_upkeep, suggestions
from opsdesk.services.context import Context

SUPERVISOR = frozenset({str(Role.SUPERVISOR)})


def _states(_ctx: Context) -> Options:
    return [(word, word) for word in STATES]


def _open_to_incident(values: Mapping[str, Any]) -> bool:
    return bool(values["out"]) and not values["incident_number"] and values["void_at"] is None


REGISTER = Register(
    slug="reading",
    title="环境记录",
    singular="环境记录",
    topics=frozenset({"reading", "room"}),
    columns=(
        Column("at", "时间", Kind.MOMENT, 144),
        Column("room", "机房", width=120),
        Column("temperature", "温度 ℃", Kind.CODE, 80),
        Column("humidity", "湿度 %", Kind.CODE, 80),
        Column("ups_load", "UPS 负载 %", Kind.CODE, 104),
        Column("alarms", "状态项", width=72),
        Column("out", "超出范围", width=0),
        Column("read_by", "抄表人", width=96),
        Column("state", "状态", Kind.CHIP, 128),
    ),
    list=service.listed,
    fields=(
        Field("room_id", "机房", Kind.CHOICE, required=True, options=choices.rooms,
              default=room_upkeep.first_room),
        Field("at", "时间", Kind.MOMENT, required=True,
              default=lambda ctx: ctx.now().replace(second=0, microsecond=0)),
        Field("read_by", "抄表人", required=True, options=suggestions.people,
              default=lambda ctx: ctx.actor.name),
        Field("temperature", "温度（℃）", Kind.CODE, help="最多一位小数，例如 23.5。"),
        Field("humidity", "湿度（%）", Kind.CODE),
        Field("ups_load", "UPS 负载（%）", Kind.INTEGER, help="上限取巡检项目“负载率”的上限。"),
        *(Field(key, title, Kind.CHOICE, options=_states) for key, title in service.TICKED),
        Field("action", "处置措施", options=suggestions.written(Reading.action),
              help="有超出范围的就要写明怎样处置。"),
        Field("told", "说明", Kind.LONG_TEXT, read_only=True),
    ),
    load=service.load,
    save=service.save,
    filters=(
        Filter("room", "机房", choices.rooms),
        Filter("month", "月份", service.months),
        Filter("state", "状态", lambda _ctx: [(word, word) for word in service.TONES]),
    ),
    acts=(
        Act(
            "link_incident", "关联事件单",
            lambda ctx, record_id, values: service.link_incident(ctx, record_id, values.get("incident_number") or ""),
            fields=(Field("incident_number", "事件编号", Kind.CODE, required=True,
                          options=room_upkeep.recent_incidents),),
            offered=_open_to_incident,
        ),
        Act(
            "void", "作废",
            lambda ctx, record_id, values: service.void(ctx, record_id, values.get("reason") or ""),
            fields=(Field("reason", "原因", required=True),), roles=SUPERVISOR,
            offered=lambda values: values["void_at"] is None,
        ),
    ),
    papers=(Paper("month", "环境记录月表", documents.month_of_reading),),
    empty="还没有环境记录。先登记机房，再点“新建”抄下温度、湿度和各项状态。",
)  # fmt: skip
