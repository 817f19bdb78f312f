"""非工作时间场地使用 as a register, its form in the order of F14."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opsdesk.models import OffHours, Permit
from opsdesk.register import Act, Column, Field, Filter, Kind, Options, Paper, Register
from opsdesk.registers.off_hours import acts, documents, service
from opsdesk.rules.vocabulary import Role
from opsdesk.services import choices, rooms, suggestions
from opsdesk.services.context import Context
from opsdesk.services.off_hours_slips import SlipState

SUPERVISOR = frozenset({str(Role.SUPERVISOR)})
ASKED, USE, URGENT, STANDING = "申请", "使用", "紧急抢修", "实际使用"
PLACES = ("机房", "办公室", "会议室")


def _units(ctx: Context) -> Options:
    written = suggestions.written(OffHours.unit, Permit.unit)(ctx)
    return list(dict.fromkeys([*choices.vendor_names(ctx), *written]))


def _places(ctx: Context) -> Options:
    return [(name, name) for name in dict.fromkeys([*PLACES, *(name for _, name in rooms.offered(ctx))])]


def _undecided(values: Mapping[str, Any]) -> bool:
    return not service.decided(values)


REGISTER = Register(
    slug="off_hours",
    title="非工作时间场地使用",
    singular="场地使用申请",
    topics=frozenset({"off_hours", "calendar", "hours", "law"}),
    columns=(
        Column("number", "编号", Kind.CODE, 136),
        Column("unit", "申请单位", width=176),
        Column("place", "使用场地", width=112),
        Column("reason", "事由", width=0),
        Column("begins_at", "开始", Kind.MOMENT, 136),
        Column("ends_at", "结束", width=104),
        Column("check", "核对", Kind.CHIP, 96),
        Column("state", "状态", Kind.CHIP, 136),
    ),
    list=service.listed,
    fields=(
        Field("number", "编号", Kind.CODE, group=ASKED, read_only=True),
        Field("course", "办理情况", Kind.LONG_TEXT, group=ASKED, read_only=True),
        Field("unit", "申请单位", required=True, group=ASKED, options=_units),
        Field("applicant", "申请人", required=True, group=ASKED),
        Field("phone", "电话", Kind.CODE, group=ASKED),
        Field("applied_at", "申请时间", Kind.MOMENT, group=ASKED, default=lambda ctx: ctx.now().replace(second=0)),
        Field("place", "使用场地", required=True, group=USE, options=_places, help="进机房的还要有机房进入审批单。"),
        Field("begins_at", "开始时间", Kind.MOMENT, required=True, group=USE, help="先批准后使用（T3 第六条）。"),
        Field("ends_at", "结束时间", Kind.MOMENT, required=True, group=USE),
        Field("kinds", "时间性质", group=USE, read_only=True),
        Field("people", "人员名单", Kind.LONG_TEXT, required=True, group=USE,
              help="一行一人：姓名 证件后四位 电话。身份证号只留后四位。"),
        Field("reason", "事由", Kind.LONG_TEXT, required=True, group=USE),
        Field("responsible", "安全责任人", group=USE, help="现场负责人。"),
        Field("emergency", "紧急抢修", Kind.FLAG, group=URGENT, help="主管电话批准后先用，次日内补单（T3 第六条）。"),
        Field("phoned_by", "电话批准人", group=URGENT),
        Field("phoned_at", "批准时刻", Kind.MOMENT, group=URGENT, help="电话批准的时刻。"),
        Field("entered_at", "实际进入", Kind.MOMENT, group=STANDING, read_only=True),
        Field("left_at", "实际离开", Kind.MOMENT, group=STANDING, read_only=True),
        Field("left_check", "离场检查", group=STANDING, read_only=True),
    ),
    load=service.load,
    save=service.save,
    filters=(
        Filter("state", "状态", lambda _ctx: [(str(each), str(each)) for each in SlipState]),
        Filter("month", "月份", service.months),
    ),
    acts=(
        Act("approve", "批准", acts.approve, roles=SUPERVISOR,
            fields=(
                Field("approved_at", "批准时间", Kind.MOMENT, help="空着就是现在。"),
                Field("approved_by", "批准人", help="空着就是登录的主管。"),
            ),
            offered=lambda values: _undecided(values) and not values["emergency"]),
        Act("paper", "补单", acts.paper, roles=SUPERVISOR,
            fields=(Field("papered_at", "补单时间", Kind.MOMENT, help="书面申请交来的时间，空着就是现在。"),),
            offered=lambda values: _undecided(values) and values["emergency"]),
        Act("refuse", "不批准", acts.refuse, roles=SUPERVISOR, fields=(Field("reason", "理由", required=True),),
            offered=_undecided),
        Act("use", "登记进出", acts.use,
            fields=(
                Field("entered_at", "实际进入", Kind.MOMENT, help="已经登记过的可以空着。"),
                Field("left_at", "实际离开", Kind.MOMENT, help="还没有离开就空着。"),
                *(Field(key, word, Kind.FLAG) for key, word in acts.CHECKS.items()),
                Field("checked_by", "检查人", options=suggestions.people),
            ),
            offered=lambda values: values["void_at"] is None),
        Act("void", "作废", acts.void, fields=(Field("reason", "作废原因", required=True),),
            confirm="作废以后这张申请不再有效，编号不再使用。",
            offered=lambda values: values["entered_at"] is None and values["refused_at"] is None
            and values["void_at"] is None),
    ),
    papers=(Paper("slip", "申请单", documents.slip),),
    closed=service.closed,
    empty="还没有场地使用申请。班后、周末或节假日要用场地，点“新建”填写，由主管事先批准。",
)  # fmt: skip
