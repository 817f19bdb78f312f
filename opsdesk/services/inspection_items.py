"""The items of the inspection sheet (F13): what a site begins with, and which hold in a room on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, or_, select

from opsdesk.models import InspectionItem, Room
from opsdesk.rules import upkeep
from opsdesk.rules.clause import Law
from opsdesk.rules.upkeep import ItemFacts, Limit, OwnLimits
from opsdesk.services.choices import in_use
from opsdesk.services.transaction import Transaction

STEP = 100
"""Places of one group lie within a hundred, so that an item can be put between others."""
LOAD = "负载率"
"""The item whose limit also holds for the load of the UPS in a reading."""
CLEANED, DAYS = "清扫天数", "天"
OF_ROOM = (("温度", "℃"), ("湿度", "%"))
"""Items that, without limits of their own, are under those of the room, by name and unit."""
SHIPPED: tuple[tuple[str, tuple[tuple[str, str, str, int | None, int | None], ...]], ...] = (
    ("环境", (
        ("温度", "", "℃", None, None), ("湿度", "", "%", None, None), ("漏水", "无漏水", "", None, None),
        ("照明", "完好", "", None, None), ("清洁", "整洁", "", None, None), ("异味", "无异味", "", None, None),
        ("禁烟、明火、危险品", "无", "", None, None),
    )),
    ("空调", (
        ("送风温度", "", "℃", None, None), ("回风温度", "", "℃", None, None),
        ("湿度", "", "%", None, None), ("压缩机", "运行正常", "", None, None), ("告警", "无告警", "", None, None),
        ("滤网", "清洁", "", None, None),
    )),
    ("UPS/配电", (
        ("输入电压 A 相", "", "V", 1980, 2350), ("输入电压 B 相", "", "V", 1980, 2350),
        ("输入电压 C 相", "", "V", 1980, 2350), ("输出电压", "", "V", 2090, 2310), ("电流", "", "A", None, None),
        (LOAD, "", "%", None, 800), ("电池电压", "", "V", None, None), ("电池温度", "", "℃", None, None),
        ("旁路", "未旁路", "", None, None), ("告警", "无告警", "", None, None),
    )),
    ("消防", (
        ("气体灭火压力", "绿区", "MPa", None, None), ("烟感", "无告警", "", None, None),
        ("手自动状态", "自动", "", None, None), ("灭火器", "在位有效", "", None, None),
    )),
    ("安防", (
        ("门禁", "正常", "", None, None), ("视频", "画面录像正常", "", None, None), ("门窗", "锁好", "", None, None),
    )),
    ("主机/存储/网络", (
        ("电源灯", "常亮", "", None, None), ("告警灯", "不亮", "", None, None), ("风扇", "运转正常", "", None, None),
        ("线标", "齐全", "", None, None),
    )),
    ("备份", (("昨夜作业结果", "成功", "", None, None),)),
    ("卫生", (("距上次集中清扫天数", "", "天", None, None), ("杂物、食品", "无", "", None, None))),
)  # fmt: skip
"""Name, standard, unit and limits in tenths. Without limits of their own 温度 and 湿度 are under those of the room, the
days since the last cleaning under E1-11. Voltages and load are usual values; a site may change them all."""
GROUPS = tuple(category for category, _ in SHIPPED)
"""Groups of the sheet in the order in which one walks through the room (`domain.md` F13)."""


@dataclass(frozen=True)
class Item:
    """An item as a round takes it: `standard` is what the sheet prints, with the limit where there is one."""

    id: int
    category: str
    name: str
    standard: str
    unit: str
    facts: ItemFacts

    @property
    def takes_figure(self) -> bool:
        """Whether a figure is read off, which is always typed."""
        return self.facts.limit is not None


def seed(tx: Transaction) -> None:
    """Give a site its first items."""
    blank = {"room_id": None, "left_on": None}
    rows = [
        {"place": group * STEP + place, "category": category, "name": name, "standard": standard, "unit": unit,
         "low": low, "high": high, **blank}
        for group, (category, items) in enumerate(SHIPPED, 1)
        for place, (name, standard, unit, low, high) in enumerate(items, 1)
    ]  # fmt: skip
    tx.insert_many(InspectionItem, rows)


def in_order(rows: Iterable[Mapping[Any, Any]]) -> list[Mapping[Any, Any]]:
    """Rows of items group by group: the group whose first item comes first, and within it by place."""
    found = list(rows)
    first: dict[str, int] = {}
    for row in found:
        first[row["category"]] = min(row["place"], first.get(row["category"], row["place"]))
    return sorted(found, key=lambda row: (first[row["category"]], row["category"], row["place"], row["id"]))


def own_limits(room: Mapping[Any, Any]) -> OwnLimits:
    """The limits written with a room."""
    return OwnLimits(*(room[key] for key in ("temp_min", "temp_max", "humidity_min", "humidity_max")))


def room_row(connection: Connection, room_id: int) -> Mapping[Any, Any] | None:
    """A room's row; None where there is none."""
    return connection.execute(select(Room.__table__).where(Room.id == room_id)).mappings().one_or_none()


def limit_of(row: Mapping[Any, Any], own: OwnLimits, law: Law, cleaned: date | None) -> Limit | None:
    """The limit of an item that takes a figure: its own, the room's climate, or the days between two cleanings."""
    if not row["unit"]:
        return None
    if row["low"] is None and row["high"] is None:
        if (row["name"], row["unit"]) in OF_ROOM:
            return upkeep.climate(own, law)[OF_ROOM.index((row["name"], row["unit"]))]
        if row["unit"] == DAYS and CLEANED in row["name"]:
            days = upkeep.cleaning_limit(cleaned, law)
            return Limit(row["name"], DAYS, days.low, days.high, days.citation)
    return Limit(row["name"], row["unit"], row["low"], row["high"])


def item_of(row: Mapping[Any, Any], own: OwnLimits, law: Law, cleaned: date | None) -> Item:
    """An item of the sheet out of its row."""
    limit = limit_of(row, own, law, cleaned)
    measured = f"单位 {row['unit']}" if limit and not limit.words else limit.words if limit else ""
    standard = "，".join(part for part in (row["standard"], measured) if part)
    return Item(row["id"], row["category"], row["name"], standard, row["unit"], ItemFacts(row["name"], limit))


def items_of(
    connection: Connection, room_id: int, day: date, law: Law, cleaned: date | None, also: Iterable[int] = ()
) -> list[Item]:
    """Items of a room on a day in the order of the sheet, with those of `also` even where they are out of use."""
    room = room_row(connection, room_id)
    own = own_limits(room) if room is not None else OwnLimits()
    query = select(InspectionItem.__table__).where(
        or_(InspectionItem.room_id.is_(None), InspectionItem.room_id == room_id)
    )
    kept = set(also)
    rows = [
        row for row in connection.execute(query).mappings() if row["id"] in kept or in_use(row["left_on"], day)
    ]  # fmt: skip
    return [item_of(row, own, law, cleaned) for row in in_order(rows)]


def ups_limit(items: Iterable[Item]) -> Limit:
    """The limit of the UPS load: that of the inspection item 负载率, so that one figure stands in one place."""
    for item in items:
        limit = item.facts.limit
        if limit is not None and LOAD in item.name and item.unit == "%":
            return Limit("UPS 负载", "%", limit.low, limit.high, limit.citation)
    return Limit("UPS 负载", "%")
