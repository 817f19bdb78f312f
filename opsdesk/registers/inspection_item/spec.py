"""巡检项目 as a register."""

from __future__ import annotations

from opsdesk.models import InspectionItem
from opsdesk.register import Act, Column, Field, Filter, Kind, Register
from opsdesk.registers.inspection_item import service
from opsdesk.rules.vocabulary import Role
from opsdesk.services import suggestions

SUPERVISOR = frozenset({str(Role.SUPERVISOR)})

REGISTER = Register(
    slug="inspection_item",
    title="巡检项目",
    singular="巡检项目",
    topics=frozenset({"inspection_item", "room"}),
    columns=(
        Column("place", "次序", Kind.INTEGER, 64),
        Column("category", "类别", width=128),
        Column("name", "检查项目", width=0),
        Column("standard", "标准", width=120),
        Column("unit", "单位", width=56),
        Column("limits", "上下限", Kind.CODE, 104),
        Column("room", "机房", width=120),
        Column("state", "状态", Kind.CHIP, 96),
    ),
    list=service.listed,
    fields=(
        Field("name", "检查项目", required=True),
        Field("category", "类别", required=True, options=service.categories, help="同一类别的项目排在一起。"),
        Field(
            "standard", "标准", options=suggestions.written(InspectionItem.standard),
            help="怎样算正常，例如 无告警；印在巡检表上。",
        ),
        Field("unit", "单位", help="要读数的写单位，例如 ℃；空着就只勾选正常或异常。"),
        Field(
            "low", "下限", Kind.CODE,
            help="含本数，最多一位小数。“温度”“湿度”空着上下限，就按机房自己的限值，没有的按 E1 一.2。",
        ),
        Field("high", "上限", Kind.CODE),
        Field(
            "room_id", "机房", Kind.CHOICE, options=service.rooms, default=lambda _ctx: service.EVERY_ROOM,
        ),
        Field("place", "次序", Kind.INTEGER, help="巡检表按这个次序排列；空着就排在同类的最后。"),
    ),
    load=service.load,
    save=service.save,
    filters=(
        Filter("category", "类别", service.categories),
        Filter("state", "状态", lambda _ctx: [(word, word) for word in (service.USED, service.RETIRED)]),
    ),
    acts=(
        Act(
            "retire", "停用", lambda ctx, record_id, _values: service.retire(ctx, item_id=record_id),
            roles=SUPERVISOR, offered=lambda values: values["left_on"] is None,
        ),
        Act(
            "bring_back", "恢复", lambda ctx, record_id, _values: service.bring_back(ctx, item_id=record_id),
            roles=SUPERVISOR, offered=lambda values: values["left_on"] is not None,
        ),
    ),
    empty="还没有巡检项目。点“新建”写下巡检时要看的项目和标准。",
    save_roles=SUPERVISOR,
)  # fmt: skip
