"""Acts and list of the machine rooms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import or_, select

from opsdesk.models import Room
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.services import entry, listing, retiring
from opsdesk.services.choices import in_use
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.services.text import one_line

Values = Mapping[str, Any]
TOUCHED = frozenset({"room"})
WHAT = "机房"
IN_USE, ENDED = "在用", "已停用"
LIMITS = (("temp_min", "temp_max", "温度", "℃", -40, 80), ("humidity_min", "humidity_max", "湿度", "%", 0, 100))


def listed(ctx: Context, query: Query) -> Page:
    """Rooms by name, those out of use last."""
    today = ctx.today()
    asked = (
        select(Room.__table__)
        .where(listing.holds(query.text, Room.name, Room.modules, Room.keeper, Room.door_name))
        .order_by(Room.left_on.is_not(None), Room.name)
    )
    match (query.filters or {}).get("state"):
        case "在用":
            asked = asked.where(or_(Room.left_on.is_(None), Room.left_on > today))
        case "已停用":
            asked = asked.where(Room.left_on <= today)
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
    return Page(tuple(_row(row, current=in_use(row.left_on, today)) for row in rows), total)


def _row(row: Any, *, current: bool) -> Row:
    values = {
        "name": row.name,
        "modules": "、".join(row.modules.split("\n")),
        "keeper": row.keeper,
        "door_name": row.door_name,
        "temperature": _range(row.temp_min, row.temp_max, "℃"),
        "humidity": _range(row.humidity_min, row.humidity_max, "%"),
        "state": Chip(IN_USE, Tone.FINE) if current else Chip(ENDED),
    }
    return Row(row.id, values, muted=not current)


def _range(low: int | None, high: int | None, unit: str) -> str:
    """“18 至 27 ℃”, “27 ℃ 以下”; empty where the room has no limit of its own."""
    if low is not None and high is not None:
        return f"{low} 至 {high} {unit}"
    if low is not None:
        return f"{low} {unit}以上"
    return f"{high} {unit}以下" if high is not None else ""


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One room as its form shows it."""
    with ctx.read() as connection:
        return retiring.one(connection, select(Room.__table__).where(Room.id == record_id), WHAT)


def save(ctx: Context, record_id: int | None, values: Values) -> Outcome[int]:
    """Register a room or change it; a name belongs to one room only."""
    ctx.require(*WRITERS)
    modules = entry.long_text(values, "modules", "模块", longest=500)
    kept: dict[str, Any] = {
        "name": entry.text(values, "name", "名称", required=True),
        "modules": "\n".join(dict.fromkeys(line for each in modules.split("\n") if (line := one_line(each)))),
        "keeper": entry.text(values, "keeper", "机房管理员"),
        "door_name": entry.text(values, "door_name", "门禁名称"),
    }
    for low, high, title, unit, least, most in LIMITS:
        kept[low] = entry.whole_or_none(values, low, f"{title}下限", least, most)
        kept[high] = entry.whole_or_none(values, high, f"{title}上限", least, most)
        if kept[low] is not None and kept[high] is not None and kept[low] >= kept[high]:
            raise Refusal(f"{title}上限 {kept[high]} {unit}要高于下限 {kept[low]} {unit}。请核对。", field=high)
    with ctx.transaction("登记机房" if record_id is None else "修改机房") as tx:
        entry.refuse_taken(tx.connection, Room.name, kept["name"], title="机房", holder=Room.name, but=record_id)
        if record_id is None:
            record_id = tx.insert(Room, **kept)
        else:
            tx.update(Room, record_id, **kept)
    return Outcome(record_id, TOUCHED)


def retire(ctx: Context, record_id: int, _values: Values) -> Outcome[str]:
    """Take a room out of use from today on; it is no longer offered."""
    return retiring.retire(ctx, Room, record_id, what=WHAT, day=ctx.today())


def bring_back(ctx: Context, record_id: int, _values: Values) -> Outcome[str]:
    """Take a room into use again."""
    return retiring.bring_back(ctx, Room, record_id, what=WHAT)
