"""Short ways to register a machine room and to file its permits and off-hours slips."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from opsdesk.catalog import by_slug
from opsdesk.services.context import Context
from opsdesk.services.id_numbers import check_character


def save(ctx: Context, slug: str, **values: Any) -> int:
    """Save a new record of a register and give its id."""
    register = by_slug(slug)
    assert register.save is not None
    return register.save(ctx, None, values).value


def act(ctx: Context, slug: str, key: str, record_id: int, **values: Any) -> str:
    """Run an act of a register and give its sentence."""
    chosen = next(each for each in by_slug(slug).acts if each.key == key)
    return chosen.run(ctx, record_id, values).value


def id_number(n: int = 0, born: str = "19900307") -> str:
    """A 身份证 number whose check character is right; each `n` another one."""
    seventeen = f"110101{born}{n:03}"
    return seventeen + check_character(seventeen)


PEOPLE = f"周工 恒通网络 身份证 {id_number(1)} 13912345678\n吴工 恒通网络 护照 E12345678 010-88880001"


def a_room(ctx: Context, name: str = "三楼中心机房", **more: Any) -> int:
    """A room registered by its form."""
    usual = {"modules": "网络区\n主机区", "keeper": "赵敏", "door_name": f"{name}门"}
    return save(ctx, "room", **{"name": name, **usual, **more})


def permit(ctx: Context, room: int, **more: Any) -> int:
    """A complete permit for this morning, nine to twelve."""
    usual: dict[str, Any] = {
        "unit": "恒通网络",
        "applicant": "周工",
        "phone": "13912345678",
        "people": PEOPLE,
        "room_id": room,
        "module": "网络区",
        "purposes": "维护、检查",
        "work": "更换核心交换机电源",
        "planned_from": datetime(2026, 3, 5, 9),
        "planned_to": datetime(2026, 3, 5, 12),
        "escorts": "赵敏、王强",
        "operates": True,
        "cause": "电源模块老化",
        "plan": "逐个更换，先切换到备用",
        "reach": "无，双电源冗余",
        "secrecy": True,
    }
    return save(ctx, "permit", **{**usual, **more})


def off_hours(ctx: Context, **more: Any) -> int:
    """A slip for this evening, six to nine."""
    usual: dict[str, Any] = {
        "unit": "恒通网络",
        "applicant": "周工",
        "phone": "13912345678",
        "place": "办公室",
        "begins_at": datetime(2026, 3, 5, 18),
        "ends_at": datetime(2026, 3, 5, 21),
        "people": "周工 0012 13912345678\n吴工",
        "reason": "割接前的准备",
        "responsible": "周工",
    }
    return save(ctx, "off_hours", **{**usual, **more})
