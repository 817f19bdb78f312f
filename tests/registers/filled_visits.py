"""Visits for the filled site: somebody inside, somebody gone, somebody who overstays, one made void."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from opsdesk.models import Room
from opsdesk.registers.visit import service
from opsdesk.registers.visit.service import GoodsEntry, PersonEntry
from opsdesk.services.context import Context


def a_room(ctx: Context, name: str = "一楼信息中心机房", door_name: str = "一楼信息中心机房") -> int:
    """A machine room of this name, made where there is none."""
    with ctx.transaction("登记机房") as tx:
        found = tx.connection.execute(select(Room.id).where(Room.name == name)).scalar()
        if found is not None:
            return int(found)
        return tx.insert(Room, name=name, modules="A 区\nB 区", keeper="赵敏", door_name=door_name)


def fill(ctx: Context) -> dict[str, list[int]]:
    """Five visits of 5 March 2026, in the morning before eight."""
    from filled_site import run

    room = a_room(ctx)
    group = service.enter(
        ctx,
        people=[
            PersonEntry("周工", "恒通网络%_有限公司", id_number="110101199003070011", phone="13912345678"),
            PersonEntry("吴工", "恒通网络%_有限公司", id_kind="工作证", id_number="HT0028"),
        ],
        room_id=room,
        module="A 区",
        purpose="更换交换机电源",
        escorts=("赵敏",),
        due_at=datetime(2026, 3, 5, 7, 50),
        operates=True,
        goods=[GoodsEntry("电源模块", 2, "PWR-460", "SN-1, SN-2"), GoodsEntry("笔记本电脑", 1, "T14")],
        entered_at=datetime(2026, 3, 5, 7, 0),
        remarks="100% 按方案",
    ).value
    gone = service.enter(
        ctx,
        people=[PersonEntry("孙丽", "示例市信息中心", phone="010-88886666")],
        room_id=room,
        purpose="检查",
        entered_at=datetime(2026, 3, 5, 7, 10),
    ).value
    service.leave(ctx, visit_ids=gone, left_at=datetime(2026, 3, 5, 7, 30), left_check="赵敏")
    wrong = service.enter(
        ctx, people=[PersonEntry("钱进", "客服")], room_id=room, purpose="参观", entered_at=datetime(2026, 3, 5, 7, 40)
    ).value
    run(ctx, "visit", "void", wrong[0], reason="登记错了人")
    return {"visit": [*group, *gone, *wrong]}
