"""巡检表 as a register: rounds are made on the page 机房巡检, here they are looked over, checked and printed."""

from __future__ import annotations

from opsdesk.register import Act, Column, Field, Filter, Kind, Paper, Register
from opsdesk.registers.inspection import documents, listing, service
from opsdesk.rules.vocabulary import Role
from opsdesk.services import choices, suggestions

SUPERVISOR = frozenset({str(Role.SUPERVISOR)})

REGISTER = Register(
    slug="inspection",
    title="巡检表",
    singular="巡检表",
    topics=frozenset({"inspection", "room"}),
    columns=(
        Column("number", "编号", Kind.CODE, 144),
        Column("day", "日期", Kind.DATE, 136),
        Column("turn", "次", width=48),
        Column("at", "时间", Kind.TIME, 64),
        Column("room", "机房", width=0),
        Column("inspected_by", "巡检人", width=104),
        Column("found", "结果", Kind.CHIP, 120),
        Column("checked_by", "复核人", width=104),
        Column("spot_checked_by", "主管抽查", width=104),
        Column("state", "状态", Kind.CHIP, 96),
    ),
    list=listing.listed,
    fields=(
        Field("number", "编号", Kind.CODE, read_only=True),
        Field("room", "机房", read_only=True),
        Field("day", "日期", Kind.DATE, read_only=True),
        Field("turn", "第几次", read_only=True),
        Field("at", "巡检时间", Kind.MOMENT, read_only=True),
        Field("inspected_by", "巡检人", read_only=True),
        Field("checked_by", "复核人", read_only=True),
        Field("spot_checked_by", "主管抽查", read_only=True),
        Field("entered", "录入", read_only=True),
        Field("wrong", "异常和处置", Kind.LONG_TEXT, read_only=True),
        Field("lines", "逐项结果", Kind.LONG_TEXT, read_only=True),
        Field("remarks", "备注", read_only=True),
    ),
    load=listing.load,
    filters=(
        Filter("room", "机房", choices.rooms),
        Filter("month", "月份", listing.months),
        Filter("found", "结果", lambda _ctx: [(word, word) for word in (listing.WRONG, listing.ALL_FINE)]),
        Filter("state", "状态", lambda _ctx: [(word, word) for word in listing.TONES]),
    ),
    acts=(
        Act(
            "check", "复核",
            lambda ctx, record_id, values: service.check(ctx, record_id, values.get("checked_by") or ""),
            fields=(Field("checked_by", "复核人", required=True, options=suggestions.people,
                          default=lambda ctx: ctx.actor.name),),
            offered=lambda values: values["void_at"] is None and not values["checked_by"],
        ),
        Act(
            "spot_check", "主管抽查", lambda ctx, record_id, _values: service.spot_check(ctx, record_id),
            roles=SUPERVISOR,
            offered=lambda values: values["void_at"] is None and not values["spot_checked_by"],
        ),
        Act(
            "void", "作废",
            lambda ctx, record_id, values: service.void(ctx, record_id, values.get("reason") or ""),
            fields=(Field("reason", "原因", required=True),), roles=SUPERVISOR,
            offered=lambda values: values["void_at"] is None,
        ),
    ),
    papers=(Paper("day", "机房巡检表", documents.day_of_inspection),),
    empty="还没有巡检记录。先登记机房，再到“巡检”页逐项填写。",
)  # fmt: skip
