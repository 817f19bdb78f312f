"""机房进入审批单 as a register, its form in the order of F09."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from opsdesk.models import Incident, OffHours, Permit, Room
from opsdesk.register import Act, Column, Field, Filter, Kind, Options, Paper, Register
from opsdesk.registers.permit import acts, documents, service
from opsdesk.rules.vocabulary import OPEN_INCIDENT, Role
from opsdesk.services import choices, id_numbers, suggestions
from opsdesk.services.context import Context
from opsdesk.services.permit_states import PermitState
from opsdesk.services.room_permits import PURPOSES

SUPERVISOR = frozenset({str(Role.SUPERVISOR)})
ASKED, PEOPLE, WORK, TIME, JUDGED, URGENT = "申请", "出入人员", "工作", "时间与随工", "上机与判断", "紧急与备注"
MOST_INCIDENTS = 50
"""As many of the latest open incidents are suggested."""


def _modules(ctx: Context) -> Options:
    with ctx.read() as connection:
        kept = connection.execute(select(Room.modules).order_by(Room.name)).scalars().all()
    return [(name, name) for name in dict.fromkeys(name for each in kept for name in each.split("\n") if name)]


def _units(ctx: Context) -> Options:
    written = suggestions.written(Permit.unit, OffHours.unit)(ctx)
    return list(dict.fromkeys([*choices.vendor_names(ctx), *written]))


def _incidents(ctx: Context) -> Options:
    query = (
        select(Incident.number, Incident.title)
        .where(Incident.state.in_([str(state) for state in OPEN_INCIDENT]))
        .order_by(Incident.reported_at.desc(), Incident.id.desc())
        .limit(MOST_INCIDENTS)
    )
    with ctx.read() as connection:
        return [(row.number, f"{row.number} {row.title}") for row in connection.execute(query)]


def _undecided(values: Mapping[str, Any]) -> bool:
    return not service.decided(values)


def _granted(values: Mapping[str, Any]) -> bool:
    return _stands(values) and (values["approved_at"] is not None or values["urgent"])


def _stands(values: Mapping[str, Any]) -> bool:
    return values["refused_at"] is None and values["void_at"] is None


REGISTER = Register(
    slug="permit",
    title="机房进入审批单",
    singular="审批单",
    topics=frozenset({"permit", "visit", "room", "law"}),
    columns=(
        Column("number", "编号", Kind.CODE, 144),
        Column("unit", "申请单位", width=0),
        Column("people", "出入人员", width=136),
        Column("room", "机房", width=128),
        Column("purposes", "事由", width=120),
        Column("planned_from", "预计进入", Kind.MOMENT, 136),
        Column("planned_to", "预计离开", width=104),
        Column("lacks", "待补", width=120),
        Column("state", "状态", Kind.CHIP, 136),
    ),
    list=service.listed,
    fields=(
        Field("number", "编号", Kind.CODE, group=ASKED, read_only=True),
        Field("course", "办理情况", Kind.LONG_TEXT, group=ASKED, read_only=True),
        Field("unit", "申请单位", required=True, group=ASKED, options=_units),
        Field("applicant", "申请人", required=True, group=ASKED),
        Field("phone", "联系电话", Kind.CODE, group=ASKED),
        Field("applied_at", "申请时间", Kind.MOMENT, group=ASKED, default=lambda ctx: ctx.now().replace(second=0)),
        Field("sealed_on", "盖章日期", Kind.DATE, group=ASKED, help="申请单位还没有盖章就空着。"),
        Field("people", "出入人员", Kind.LONG_TEXT, group=PEOPLE,
              help="一行一人：姓名 单位 证件类型 证件号 电话。来过的人只写姓名；遮住的号码不改就保留。"),
        Field("id_reason", id_numbers.REASON_TITLE, group=PEOPLE, help="证件号核对不上而证件确实如此时，写明原因。"),
        Field("room_id", "机房", Kind.CHOICE, required=True, group=WORK, options=choices.rooms),
        Field("module", "模块", group=WORK, options=_modules),
        Field("purposes", "事由", required=True, group=WORK, options=lambda _ctx: [(each, each) for each in PURPOSES],
              help="可以写几项，用顿号隔开，例如 维护、检查。"),
        Field("work", "工作内容", Kind.LONG_TEXT, required=True, group=WORK),
        Field("equipment", "新增设备", Kind.LONG_TEXT, group=WORK, help="新增或扩容的设备，一行一件，没有就空着。"),
        Field("incident_number", "事件编号", Kind.CODE, group=WORK, options=_incidents),
        Field("planned_from", "预计进入", Kind.MOMENT, required=True, group=TIME,
              default=lambda ctx: ctx.now().replace(second=0)),
        Field("planned_to", "预计离开", Kind.MOMENT, required=True, group=TIME),
        Field("several", "多次有效", Kind.FLAG, group=TIME, help="这段时间里可以多次进出；不勾选的每人进一次。"),
        Field("escorts", "随工", group=TIME, options=suggestions.people, help="陪同的机房人员，一至三人，用顿号隔开。"),
        Field("operates", "上机操作", Kind.FLAG, group=JUDGED, help="要操作设备的勾选，并写齐下面三栏（E1 二.1）。"),
        Field("cause", "原因判断", Kind.LONG_TEXT, group=JUDGED),
        Field("plan", "处理方案", Kind.LONG_TEXT, group=JUDGED),
        Field("reach", "影响范围", Kind.LONG_TEXT, group=JUDGED),
        Field("secrecy", "保密承诺", Kind.FLAG, group=JUDGED,
              help="承诺不复制、不外传设备配置和信息（E1 二.3），上机的必须勾选。"),
        Field("urgent", "紧急", Kind.FLAG, group=URGENT, help="负责人电话批准后先进入，次日内补单（T3 第六条）。"),
        Field("phoned_by", "电话批准人", group=URGENT),
        Field("phoned_at", "批准时刻", Kind.MOMENT, group=URGENT, help="电话批准的时刻。"),
        Field("remarks", "备注", Kind.LONG_TEXT, group=URGENT),
    ),
    load=service.load,
    save=service.save,
    filters=(
        Filter("state", "状态", lambda _ctx: [(str(each), str(each)) for each in PermitState]),
        Filter("room", "机房", choices.rooms),
        Filter("month", "月份", service.months),
    ),
    acts=(
        Act("approve", "批准", acts.approve, roles=SUPERVISOR,
            fields=(
                Field("approved_at", "批准时间", Kind.MOMENT, help="空着就是现在。"),
                Field("approved_by", "批准人", help="空着就是登录的主管。"),
                Field("sealed_on", "盖章日期", Kind.DATE, help="已经填过的可以空着。"),
            ),
            offered=lambda values: _undecided(values) and not values["urgent"]),
        Act("paper", "补单", acts.paper, roles=SUPERVISOR,
            fields=(
                Field("papered_at", "补单时间", Kind.MOMENT, help="书面审批单交来的时间，空着就是现在。"),
                Field("sealed_on", "盖章日期", Kind.DATE, help="已经填过的可以空着。"),
            ),
            offered=lambda values: _undecided(values) and values["urgent"]),
        Act("refuse", "不批准", acts.refuse, roles=SUPERVISOR, fields=(Field("reason", "理由", required=True),),
            offered=_undecided),
        Act("extend", "延长", acts.extend, roles=SUPERVISOR,
            fields=(
                Field("planned_to", "延长至", Kind.MOMENT, required=True, help="还在机房里的人也按新的时间离开。"),
                Field("reason", "延长原因", required=True),
            ),
            offered=_granted),
        Act("reveal", "查看证件号", acts.reveal, roles=SUPERVISOR,
            fields=(
                Field("name", "姓名", help="单上只有一个人时可以空着。"),
                Field("reason", "原因", required=True, help="查看会连同原因记入审计。"),
                Field("number_password", "证件号密码", Kind.SECRET, help="证件号加密了才要填；只看电话可以空着。"),
            ),
            offered=lambda values: bool(values["with_numbers"])),
        Act("void", "作废", acts.void, fields=(Field("reason", "作废原因", required=True),),
            confirm="作废以后不能再凭这张审批单进入，编号不再使用。", offered=_stands),
    ),
    papers=(Paper("permit", "审批单", documents.permit),),
    closed=service.decided,
    empty="还没有机房进入审批单。外单位人员进机房之前，点“新建”填写，由主管批准。",
)  # fmt: skip
