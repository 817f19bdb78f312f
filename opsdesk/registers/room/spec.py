"""机房 as a register."""

from __future__ import annotations

from opsdesk.register import Act, Column, Field, Filter, Kind, Register
from opsdesk.registers.room import service
from opsdesk.services import suggestions

OWN = "空着就按制度的范围（E1 一.2）。"
ROOM, CLIMATE = "机房", "温湿度范围"

REGISTER = Register(
    slug="room",
    title="机房",
    singular="机房",
    topics=service.TOUCHED,
    columns=(
        Column("name", "名称", width=160),
        Column("modules", "模块", width=0),
        Column("keeper", "机房管理员", width=120),
        Column("door_name", "门禁名称", width=160),
        Column("temperature", "温度", width=112),
        Column("humidity", "湿度", width=112),
        Column("state", "状态", Kind.CHIP, 96),
    ),
    list=service.listed,
    fields=(
        Field("name", "名称", required=True, group=ROOM, help="印在审批单和登记表上，例如 三楼中心机房。"),
        Field("modules", "模块", Kind.LONG_TEXT, group=ROOM, help="一行一个，例如 网络区；不分区就空着。"),
        Field("keeper", "机房管理员", group=ROOM, options=suggestions.people),
        Field("door_name", "门禁名称", group=ROOM, help="门禁日志里这道门的写法，核对时按它对应。"),
        Field("temp_min", "温度下限", Kind.INTEGER, group=CLIMATE, help=OWN),
        Field("temp_max", "温度上限", Kind.INTEGER, group=CLIMATE),
        Field("humidity_min", "湿度下限", Kind.INTEGER, group=CLIMATE, help=OWN),
        Field("humidity_max", "湿度上限", Kind.INTEGER, group=CLIMATE),
    ),
    load=service.load,
    save=service.save,
    filters=(Filter("state", "状态", lambda _ctx: [(word, word) for word in (service.IN_USE, service.ENDED)]),),
    acts=(
        Act("retire", "停用", service.retire, offered=lambda values: values["left_on"] is None),
        Act("bring_back", "恢复", service.bring_back, offered=lambda values: values["left_on"] is not None),
    ),
    empty="还没有登记机房。审批单、出入登记和巡检都要先有机房，请新建。",
)  # fmt: skip
