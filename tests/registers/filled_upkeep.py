"""A room looked after: readings, rounds and cleanings, at least three of each."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from a_room import room, went_round
from filled_site import run, save

from opsdesk.registers.inspection.service import Typed
from opsdesk.rules.premises import BOXES
from opsdesk.rules.upkeep import NORMAL
from opsdesk.services.context import Context


def reading(ctx: Context, room_id: int, at: datetime, **more: Any) -> int:
    """A reading with everything in its range, but for these."""
    usual: dict[str, Any] = {"temperature": "23.5", "humidity": "50", "ups_load": 42, "leak": NORMAL, "read_by": "王强"}
    return save(ctx, "reading", room_id=room_id, at=at, **{**usual, **more})


def cleaning(ctx: Context, room_id: int, day: date, **more: Any) -> int:
    """A cleaning of the whole room."""
    usual: dict[str, Any] = {"scope": "地面、机柜表面", "cleaned_by": "保洁组", "checked_by": "王强", "result": "合格"}
    return save(ctx, "cleaning", room_id=room_id, day=day, **{**usual, **more})


def office_day(ctx: Context, day: date, **more: Any) -> int:
    """An office opened at 08:05 and closed at 17:40, with everything in order but for these."""
    usual: dict[str, Any] = {
        "office": "办公室", "opened_at": datetime.combine(day, time(8, 5)), "opened_by": "王强",
        "closed_at": datetime.combine(day, time(17, 40)), "closed_by": "李敏", "inspector": "李敏",
        **dict.fromkeys(BOXES, NORMAL),
    }  # fmt: skip
    return save(ctx, "open_close", day=day, **{**usual, **more})


def fill(ctx: Context) -> dict[str, list[int]]:
    """Three days of a room, with something wrong on the second, and an item of its own."""
    main = room(ctx)
    cleanings = [cleaning(ctx, main, date(2026, *day), remarks="100%_擦拭") for day in ((2, 2), (2, 16), (3, 3))]
    items = [
        save(ctx, "inspection_item", category="卫生", name=name, standard="整齐%_", unit="", room_id=where)
        for name, where in (("工具柜", main), ("备件架", 0), ("废纸箱", 0))
    ]
    run(ctx, "inspection_item", "retire", items[2])
    rounds = [
        went_round(ctx, main, datetime(2026, 3, 3, 8, 10)),
        went_round(ctx, main, datetime(2026, 3, 3, 16, 5), 2),
        went_round(
            ctx, main, datetime(2026, 3, 4, 8, 12), 温度=Typed("28.5", "开启备用空调"), 漏水=Typed("异常", "关阀擦干")
        ),
        went_round(ctx, main, datetime(2026, 3, 5, 7, 55)),
    ]
    run(ctx, "inspection", "check", rounds[0].id, checked_by="李敏")
    run(ctx, "inspection", "spot_check", rounds[1].id)
    readings = [
        reading(ctx, main, datetime(2026, 3, 3, 9)),
        reading(ctx, main, datetime(2026, 3, 4, 9), temperature="28.5", action="开启备用空调 100%_"),
        reading(ctx, main, datetime(2026, 3, 5, 7, 30), ups_load=None, fire="不涉及"),
    ]
    offices = [
        office_day(ctx, date(2026, 3, 3), closed_by="李敏%_"),
        office_day(ctx, date(2026, 3, 4), lights="异常", found="东侧灯管不亮", remedy="报修 100%_"),
        office_day(ctx, date(2026, 3, 4), office="302 办公室", closed_at=None, closed_by=""),
        save(
            ctx,
            "open_close",
            office="302 办公室",
            day=date(2026, 3, 5),
            opened_at=datetime(2026, 3, 5, 7, 50),
            opened_by="王强",
        ),
    ]
    run(ctx, "open_close", "sign_week", offices[0])
    return {
        "cleaning": cleanings,
        "open_close": offices,
        "inspection_item": items,
        "inspection": [kept.id for kept in rounds],
        "reading": readings,
    }
