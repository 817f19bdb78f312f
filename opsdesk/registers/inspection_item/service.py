"""Acts and list of 巡检项目: the sheet of the site, edited by the supervisor himself (F13)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from opsdesk.models import InspectionItem, Room
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.rules import upkeep
from opsdesk.rules.upkeep import Limit
from opsdesk.rules.vocabulary import Role
from opsdesk.services import choices, entry, inspection_items, listing, retiring, room_upkeep
from opsdesk.services.choices import in_use
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.services.transaction import Transaction

Values = Mapping[str, Any]
TOUCHED = frozenset({"inspection_item"})
WHAT = "巡检项目"
EVERY_ROOM = 0
"""Stands for 所有机房 where a room is chosen."""
LAST_PLACE = 9999
USED, RETIRED = "在用", "已停用"


def rooms(ctx: Context) -> list[tuple[int, str]]:
    """Where an item holds: in every room, or in one."""
    return [(EVERY_ROOM, "所有机房"), *choices.rooms(ctx)]


def categories(ctx: Context) -> list[tuple[str, str]]:
    """Groups to choose from: those in use in the order of the sheet, then those a site begins with."""
    with ctx.read() as connection:
        rows = connection.execute(select(InspectionItem.__table__)).mappings().all()
    known = [row["category"] for row in inspection_items.in_order(rows)]
    return [(name, name) for name in dict.fromkeys([*known, *inspection_items.GROUPS])]


def listed(ctx: Context, query: Query) -> Page:
    """Items in the order of the sheet."""
    chosen, today = query.filters or {}, ctx.today()
    asked = (
        select(InspectionItem.__table__, Room.name.label("room"))
        .join(Room, Room.id == InspectionItem.room_id, isouter=True)
        .where(
            listing.holds(
                query.text, InspectionItem.category, InspectionItem.name, InspectionItem.standard, InspectionItem.unit,
                Room.name,
            )
        )
    )  # fmt: skip
    if category := chosen.get("category"):
        asked = asked.where(InspectionItem.category == category)
    if (state := chosen.get("state")) is not None:
        used = InspectionItem.left_on.is_(None) | (InspectionItem.left_on > today)
        asked = asked.where(used if state == USED else ~used)
    with ctx.read() as connection:
        rows = inspection_items.in_order(connection.execute(asked).mappings())
    begin, end = max(0, query.offset), max(0, query.offset) + max(0, query.limit)
    return Page(tuple(_row(row, used=in_use(row["left_on"], today)) for row in rows[begin:end]), len(rows))


def _row(row: Values, *, used: bool) -> Row:
    limit = Limit(row["name"], row["unit"], row["low"], row["high"])
    return Row(
        row["id"],
        {
            **{key: row[key] for key in ("place", "category", "name", "standard", "unit")},
            "limits": limit.words or _from_elsewhere(row),
            "room": row["room"] or "所有机房",
            "state": Chip(USED, Tone.FINE) if used else Chip(RETIRED),
        },
        muted=not used,
    )


def _from_elsewhere(row: Values) -> str:
    """Where the limits of an item come from that has none of its own."""
    if (row["name"], row["unit"]) in inspection_items.OF_ROOM:
        return "按机房"
    return "按清扫间隔" if row["unit"] == inspection_items.DAYS and inspection_items.CLEANED in row["name"] else ""


def _row_of(connection: Connection, item_id: int) -> dict[str, Any]:
    return retiring.one(connection, select(InspectionItem.__table__).where(InspectionItem.id == item_id), WHAT)


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One item as its form shows it."""
    with ctx.read() as connection:
        row = _row_of(connection, record_id)
    return {
        **row,
        "room_id": row["room_id"] or EVERY_ROOM,
        **{key: upkeep.shown(row[key]) for key in ("low", "high")},
    }


def save(ctx: Context, record_id: int | None, values: Values) -> Outcome[int]:
    """Enter an item or change it; only the supervisor may. Rounds that were made keep its words as they stood."""
    ctx.require(Role.SUPERVISOR)
    kept: dict[str, Any] = {
        "category": entry.text(values, "category", "类别", required=True, longest=20),
        "name": entry.text(values, "name", "检查项目", required=True, longest=30),
        "standard": entry.text(values, "standard", "标准", longest=40),
        "unit": entry.text(values, "unit", "单位", longest=10),
        "low": room_upkeep.tenths(values, "low", "下限"),
        "high": room_upkeep.tenths(values, "high", "上限"),
    }
    _check_limits(kept)
    place = entry.whole_or_none(values, "place", "次序", 1, LAST_PLACE)
    with ctx.transaction("建立巡检项目" if record_id is None else "修改巡检项目") as tx:
        kept["room_id"] = _room(tx.connection, values)
        _refuse_same_name(tx.connection, kept, record_id)
        if record_id is None:
            kept["place"] = place or _next_place(tx, kept["category"])
            return Outcome(tx.insert(InspectionItem, **kept), TOUCHED)
        row = _row_of(tx.connection, record_id)
        changed = tx.update(InspectionItem, record_id, **kept, place=place or row["place"])
    return Outcome(record_id, TOUCHED if changed else frozenset())


def _check_limits(kept: Values) -> None:
    """Refuse limits without a unit and limits the wrong way round; an item that is only ticked says what is normal."""
    for key in ("low", "high"):
        if kept[key] is not None and not kept["unit"]:
            raise Refusal("写了上下限，就要写单位，例如 ℃。不读数的项目请把上下限空着。", field="unit")
    if kept["low"] is not None and kept["high"] is not None and kept["low"] > kept["high"]:
        raise Refusal("下限不能高于上限，请核对。", field="high")
    if not kept["unit"] and not kept["standard"]:
        raise Refusal("只勾选正常或异常的项目，请写明怎样算正常，例如 无告警。", field="standard")


def _room(connection: Connection, values: Values) -> int | None:
    if values.get("room_id") in (None, "", EVERY_ROOM):
        return None
    return int(room_upkeep.chosen_room(connection, values)["id"])


def _refuse_same_name(connection: Connection, kept: Values, but: int | None) -> None:
    """Refuse a second item of the same name in a group of the same room; where one holds everywhere, in any room."""
    query = select(InspectionItem.id).where(
        InspectionItem.category == kept["category"],
        func.lower(InspectionItem.name) == func.lower(kept["name"]),
        InspectionItem.left_on.is_(None),
        InspectionItem.id != (but or 0),
    )
    if kept["room_id"] is not None:
        query = query.where(InspectionItem.room_id.is_(None) | (InspectionItem.room_id == kept["room_id"]))
    if connection.execute(query.limit(1)).first() is not None:
        raise Refusal(f"“{kept['category']}”里已经有“{kept['name']}”。请换一个名称，或去改原来那一条。", field="name")


def _next_place(tx: Transaction, category: str) -> int:
    """After the last of its group; a new group begins at the next full hundred."""
    last = select(func.coalesce(func.max(InspectionItem.place), 0))
    of_group = tx.connection.execute(last.where(InspectionItem.category == category)).scalar_one()
    if of_group:
        return min(LAST_PLACE, of_group + 1)
    of_all = tx.connection.execute(last).scalar_one()
    return min(LAST_PLACE, (of_all // inspection_items.STEP + 1) * inspection_items.STEP + 1)


def retire(ctx: Context, *, item_id: int) -> Outcome[str]:
    """Take an item out of use from today on; rounds that were made keep it. Only the supervisor may."""
    ctx.require(Role.SUPERVISOR)
    return retiring.retire(ctx, InspectionItem, item_id, what=WHAT, day=ctx.today())


def bring_back(ctx: Context, *, item_id: int) -> Outcome[str]:
    """Take an item into use again; only the supervisor may. Refuses where another took its name meanwhile."""
    ctx.require(Role.SUPERVISOR)
    with ctx.read() as connection:
        _refuse_same_name(connection, _row_of(connection, item_id), item_id)
    return retiring.bring_back(ctx, InspectionItem, item_id, what=WHAT)
