"""机房清扫 as a register."""

from __future__ import annotations

from opsdesk.models import Cleaning
from opsdesk.register import Act, Column, Field, Filter, Kind, Paper, Register
from opsdesk.registers.cleaning import documents, service
from opsdesk.rules.vocabulary import Role
from opsdesk.services import choices, room_upkeep, suggestions

SUPERVISOR = frozenset({str(Role.SUPERVISOR)})

REGISTER = Register(
    slug="cleaning",
    title="机房清扫",
    singular="清扫记录",
    topics=frozenset({"cleaning", "room", "law"}),
    columns=(
        Column("day", "日期", Kind.DATE, 136),
        Column("since", "距上次天数", Kind.CHIP, 160),
        Column("room", "机房", width=128),
        Column("scope", "范围", width=0),
        Column("cleaned_by", "清扫人", width=104),
        Column("checked_by", "检查人", width=104),
        Column("result", "结果", width=104),
    ),
    list=service.listed,
    fields=(
        Field("room_id", "机房", Kind.CHOICE, required=True, options=choices.rooms,
              default=room_upkeep.first_room),
        Field("day", "日期", Kind.DATE, required=True, default=lambda ctx: ctx.today(),
              help="距上次清扫的天数按日期自动计算。"),
        Field("scope", "范围", required=True, options=suggestions.written(Cleaning.scope),
              help="例如 地面、机柜表面、空调滤网。"),
        Field("cleaned_by", "清扫人", required=True, options=suggestions.people),
        Field("checked_by", "检查人", options=suggestions.people),
        Field("result", "结果", required=True, options=lambda _ctx: [(word, word) for word in service.RESULTS]),
        Field("remarks", "备注"),
        Field("told", "说明", Kind.LONG_TEXT, read_only=True),
    ),
    load=service.load,
    save=service.save,
    filters=(Filter("room", "机房", choices.rooms),),
    acts=(
        Act(
            "void", "作废",
            lambda ctx, record_id, values: service.void(ctx, record_id, values.get("reason") or ""),
            fields=(Field("reason", "原因", required=True),), roles=SUPERVISOR,
            offered=lambda values: values["void_at"] is None,
        ),
    ),
    papers=(Paper("half_year", "机房清扫记录", documents.half_year_of_cleaning),),
    empty="还没有清扫记录。先登记机房，清扫以后点“新建”登记，两周到期前会提醒。",
)  # fmt: skip
