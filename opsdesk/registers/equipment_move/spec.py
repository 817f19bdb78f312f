"""设备进出机房 as a register."""

from __future__ import annotations

from opsdesk.models import EquipmentMove
from opsdesk.register import Act, Column, Field, Filter, Kind, Options, Paper, Register
from opsdesk.registers.equipment_move import documents, service
from opsdesk.rules.vocabulary import Role
from opsdesk.services import assets, choices, room_upkeep, suggestions
from opsdesk.services.context import Context

SUPERVISOR = frozenset({str(Role.SUPERVISOR)})
DEVICE, WAY, PEOPLE = "设备", "进出", "经办"


def _directions(_ctx: Context) -> Options:
    return [(word, word) for word in service.DIRECTIONS]


REGISTER = Register(
    slug="equipment_move",
    title="设备进出机房",
    singular="进出登记",
    topics=frozenset({"equipment_move", "asset", "room"}),
    columns=(
        Column("number", "编号", Kind.CODE, 136),
        Column("moved_at", "时间", Kind.MOMENT, 144),
        Column("room", "机房", width=120),
        Column("direction", "方向", width=56),
        Column("name", "设备名称", width=0),
        Column("model", "品牌型号", width=112),
        Column("quantity", "数量", Kind.INTEGER, 56),
        Column("reason", "原因", width=64),
        Column("other_end", "来源／去向", width=112),
        Column("handled_by", "经办人", width=80),
        Column("missed", "核对", width=168),
        Column("state", "状态", Kind.CHIP, 120),
    ),
    list=service.listed,
    fields=(
        Field("number", "编号", Kind.CODE, group=DEVICE, read_only=True),
        Field("told", "核对", Kind.LONG_TEXT, group=DEVICE, read_only=True),
        Field(
            "asset_id", "台账设备", Kind.CHOICE, group=DEVICE, options=assets.options,
            help="选了台账里的设备，下面空着的栏由台账填写。",
        ),
        Field("name", "设备名称", group=DEVICE, help="不在台账里的设备要写名称。"),
        Field("model", "品牌型号", group=DEVICE),
        Field("serial", "序列号", Kind.CODE, group=DEVICE),
        Field("quantity", "数量", Kind.INTEGER, group=DEVICE, default=lambda _ctx: 1),
        Field(
            "moved_at", "日期", Kind.MOMENT, required=True, group=WAY, default=lambda ctx: ctx.now().replace(second=0)
        ),
        Field(
            "room_id", "机房", Kind.CHOICE, required=True, group=WAY, options=choices.rooms,
            default=room_upkeep.first_room,
        ),
        Field("direction", "方向", Kind.CHOICE, required=True, group=WAY, options=_directions),
        Field(
            "reason", "原因", Kind.CHOICE, required=True, group=WAY,
            options=lambda _ctx: [(word, word) for word in service.REASONS],
        ),
        Field("other_end", "来源／去向", group=WAY, options=suggestions.written(EquipmentMove.other_end)),
        Field("rack", "机柜／U 位", group=WAY, help="例如 A01 柜 12U。"),
        Field("powered", "是否加电", Kind.FLAG, group=WAY, help="加电须先批准。"),
        Field(
            "instructions", "注意事项", Kind.LONG_TEXT, group=WAY,
            help="新装的设备，记下安装人员告知的使用和维护注意事项（E1 二.4）。",
        ),
        Field("due_on", "应还日", Kind.DATE, group=WAY, help="要送回来或带走的才填。"),
        Field("handled_by", "经办人", required=True, group=PEOPLE, options=suggestions.people),
        Field("escort", "陪同", group=PEOPLE, options=suggestions.people),
        Field("permit_number", "进入审批单", Kind.CODE, group=PEOPLE, options=service.permits),
        Field("approved_by", "批准人", group=PEOPLE, read_only=True),
        Field("returned_on", "实还日", Kind.DATE, group=PEOPLE, read_only=True),
        Field("remarks", "备注", Kind.LONG_TEXT, group=PEOPLE),
    ),
    load=service.load,
    save=service.save,
    filters=(
        Filter("month", "月份", service.months),
        Filter("direction", "方向", _directions),
        Filter("state", "状态", lambda _ctx: [(word, word) for word in service.TONES]),
    ),
    acts=(
        Act(
            "approve", "批准", service.approve, roles=SUPERVISOR,
            fields=(
                Field("approved_by", "批准人", help="空着就是当前登录的主管。"),
                Field("approved_at", "批准时间", Kind.MOMENT, help="事前口头批准的，填那时的时间；空着就是现在。"),
            ),
            offered=lambda values: values["approved_at"] is None and values["void_at"] is None,
        ),
        Act(
            "give_back", "归还登记", service.give_back,
            fields=(
                Field("returned_on", "实还日", Kind.DATE, help="空着就是今天。"),
                Field("note", "情况"),
            ),
            offered=lambda values: (
                values["due_on"] is not None and values["returned_on"] is None and values["void_at"] is None
            ),
        ),
        Act(
            "void", "作废", service.void, fields=(Field("reason", "作废原因", required=True),), roles=SUPERVISOR,
            confirm="作废以后这一条不再算数，编号保留不再使用。",
            offered=lambda values: values["void_at"] is None,
        ),
    ),
    papers=(
        Paper("pass", "放行条", documents.exit_pass),
        Paper("month", "本月设备进出登记表", documents.this_month, on_record=False),
        Paper("last_month", "上月设备进出登记表", documents.last_month, on_record=False),
    ),
    closed=service.closed,
    empty="还没有设备进出登记。设备进出机房时点“新建”登记，出机房和加电由主管批准。",
)  # fmt: skip
