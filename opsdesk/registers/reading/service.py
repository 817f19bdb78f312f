"""Acts and list of 环境记录: what was read in a room, judged by the room's limits, and what was done (E1-03, E1-07)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from opsdesk.models import Reading, Room
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.rules import upkeep
from opsdesk.rules.upkeep import ABNORMAL, STATES, ReadingFacts
from opsdesk.rules.vocabulary import Role
from opsdesk.services import entry, inspection_items, listing, retiring, room_upkeep
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.services.transaction import Transaction

Values = Mapping[str, Any]
TOUCHED = frozenset({"reading"})
WHAT = "环境记录"
TICKED = (("air_conditioning", "空调"), ("leak", "漏水"), ("fire", "消防告警"))
"""What has no figure: normal, not normal, or not there in this room."""
FIGURES = ("temperature", "humidity", "ups_load")
FINE, HANDLED, OPENED, VOID = "正常", "异常已处置", "异常已开单", "已作废"
TONES = {FINE: Tone.FINE, HANDLED: Tone.WARNING, OPENED: Tone.BROKEN, VOID: Tone.NEUTRAL}


def state(row: Values) -> str:
    """How a reading stands."""
    if row["void_at"] is not None:
        return VOID
    if not row["out"]:
        return FINE
    return OPENED if row["incident_number"] else HANDLED


def _in_state(wanted: str) -> ColumnElement[bool]:
    stands, wrong, opened = Reading.void_at.is_(None), Reading.out != "", Reading.incident_number != ""
    return {
        FINE: stands & ~wrong,
        HANDLED: stands & wrong & ~opened,
        OPENED: stands & wrong & opened,
        VOID: ~stands,
    }[wanted]


def months(ctx: Context) -> list[tuple[str, str]]:
    """Months to choose from: this one first."""
    return listing.months_around(ctx.today(), after=0)


def listed(ctx: Context, query: Query) -> Page:
    """Readings, the latest first."""
    chosen = query.filters or {}
    asked = (
        select(Reading.__table__, Room.name.label("room"))
        .join(Room, Room.id == Reading.room_id)
        .where(listing.holds(query.text, Room.name, Reading.read_by, Reading.out, Reading.action,
                             Reading.incident_number))
        .order_by(Reading.at.desc(), Reading.id.desc())
    )  # fmt: skip
    if (room := chosen.get("room")) is not None:
        asked = asked.where(Reading.room_id == room)
    asked = asked.where(listing.in_month(Reading.at, chosen.get("month")))
    if (wanted := chosen.get("state")) is not None:
        asked = asked.where(_in_state(wanted))
    with ctx.read() as connection:
        found, total = listing.page(connection, asked, query.offset, query.limit)
    return Page(tuple(_row(row._mapping) for row in found), total)


def _row(row: Mapping[Any, Any]) -> Row:
    shown = state(row)
    states = [row[key] for key, _ in TICKED]
    return Row(
        row["id"],
        {
            "at": row["at"],
            "room": row["room"],
            "temperature": degrees(row["temperature"]),
            "humidity": degrees(row["humidity"]),
            "ups_load": "" if row["ups_load"] is None else str(row["ups_load"]),
            "alarms": ABNORMAL if ABNORMAL in states else (upkeep.NORMAL if upkeep.NORMAL in states else ""),
            "out": row["out"],
            "read_by": row["read_by"],
            "state": Chip(shown, TONES[shown]),
        },
        muted=shown == VOID,
    )


def degrees(tenths: int | None) -> str:
    """A reading with its place after the point, so that they stand under each other: 23.0."""
    if tenths is None:
        return ""
    whole, tenth = divmod(abs(tenths), 10)
    return f"{'-' if tenths < 0 else ''}{whole}.{tenth}"


def _row_of(connection: Connection, reading_id: int) -> dict[str, Any]:
    return retiring.one(connection, select(Reading.__table__).where(Reading.id == reading_id), WHAT)


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One reading as its form shows it."""
    with ctx.read() as connection:
        row = _row_of(connection, record_id)
    return {
        **row,
        **{key: degrees(row[key]) for key in ("temperature", "humidity")},
        **{key: row[key] or None for key, _ in TICKED},
        "state": state(row),
        "told": _told(row),
    }


def _told(row: Values) -> str:
    said = [f"{row['out']}。"] if row["out"] else ["各项都在范围内。"]
    if row["incident_number"]:
        said.append(f"已开事件单 {row['incident_number']}。")
    late = "" if row["entered_by"] == row["read_by"] else f"，{row['entered_by']}录入"
    said.append(f"{row['entered_at']:%Y-%m-%d %H:%M} 记入{late}。")
    if row["void_at"] is not None:
        said.append(f"{row['void_at']:%Y-%m-%d %H:%M} 作废。")
    return "\n".join(said)


def save(ctx: Context, record_id: int | None, values: Values) -> Outcome[int]:
    """Keep a reading, or correct one that stands; what is out of range asks for the action taken (E1-03, E1-07)."""
    ctx.require(*WRITERS)
    with ctx.transaction("记环境" if record_id is None else "更正环境记录") as tx:
        row = None if record_id is None else _row_of(tx.connection, record_id)
        kept = _read(tx.connection, ctx, values)
        if row is not None and all(row[key] == value for key, value in kept.items()):
            return Outcome(row["id"])
        if row is not None and row["void_at"] is not None:
            raise Refusal("这条环境记录已作废，不能改。请另记一条。")
        if row is None or any(row[key] != value for key, value in kept.items() if key != "action"):
            kept["out"] = "；".join(_out(tx.connection, ctx, kept))
        else:
            kept["out"] = row["out"]
        if kept["out"] and not kept["action"]:
            raise Refusal(f"{kept['out']}。请写明处置措施后再保存。", field="action")
        if row is not None:
            tx.update(Reading, row["id"], **kept)
            return Outcome(row["id"], TOUCHED)
        made = tx.insert(Reading, **kept, entered_by=ctx.actor.name, entered_at=ctx.now(), incident_number="")
    return Outcome(made, TOUCHED)


def _read(connection: Connection, ctx: Context, values: Values) -> dict[str, Any]:
    """What a form says, cleaned and measured."""
    room = room_upkeep.chosen_room(connection, values)
    kept: dict[str, Any] = {
        "room_id": room["id"],
        "at": entry.moment(values, "at", "时间"),
        "temperature": room_upkeep.tenths(values, "temperature", "温度"),
        "humidity": room_upkeep.tenths(values, "humidity", "湿度"),
        "ups_load": entry.whole_or_none(values, "ups_load", "UPS 负载", 0, 200),
        **{
            key: "" if values.get(key) in (None, "") else entry.chosen(values, key, title, STATES)
            for key, title in TICKED
        },
        "read_by": entry.text(values, "read_by", "抄表人", required=True),
        "action": entry.text(values, "action", "处置措施", longest=200),
    }
    if kept["at"] > ctx.now():
        raise Refusal(f"{kept['at']:%Y-%m-%d %H:%M} 还没有到，请核对时间。", field="at")
    humidity = kept["humidity"]
    if humidity is not None and not 0 <= humidity <= 1000:
        raise Refusal("湿度要在 0 到 100 之间，请核对。", field="humidity")
    if all(kept[key] is None for key in FIGURES) and not any(kept[key] for key, _ in TICKED):
        raise Refusal("还没有读数。请至少填写温度、湿度、UPS 负载或一项状态。", field="temperature")
    return kept


def _out(connection: Connection, ctx: Context, kept: Values) -> list[str]:
    day = kept["at"].date()
    law = ctx.law_on(day)
    room = inspection_items.room_row(connection, kept["room_id"])
    assert room is not None  # noqa: S101 — chosen from the record
    items = inspection_items.items_of(connection, kept["room_id"], day, law, None)
    states = tuple((title, kept[key]) for key, title in TICKED)
    facts = ReadingFacts(kept["temperature"], kept["humidity"], kept["ups_load"], states)
    limits = upkeep.climate(inspection_items.own_limits(room), law)
    return upkeep.out_of_range(facts, limits, inspection_items.ups_limit(items), law)


def link_incident(ctx: Context, reading_id: int, incident_number: str) -> Outcome[str]:
    """Say which incident was opened for a reading out of range."""
    ctx.require(*WRITERS)
    with ctx.transaction("环境异常关联事件") as tx:
        return Outcome(link(tx, reading_id, incident_number), TOUCHED)


def link(tx: Transaction, reading_id: int, incident_number: str) -> str:
    """The same within an act; gives the sentence."""
    row = _standing(tx.connection, reading_id)
    if not row["out"]:
        raise Refusal("这条环境记录各项正常，不需要关联事件单。")
    number = room_upkeep.named_incident(tx.connection, {"incident_number": incident_number})
    tx.update(Reading, reading_id, incident_number=number)
    return f"环境记录已关联事件单 {number}。"


def _standing(connection: Connection, reading_id: int) -> dict[str, Any]:
    row = _row_of(connection, reading_id)
    if row["void_at"] is not None:
        raise Refusal(f"这条环境记录在 {row['void_at']:%Y-%m-%d %H:%M} 已经作废。")
    return row


def plain(out: str) -> str:
    """What was out of range without the clauses: 温度 28.3 ℃，超出 18–27 ℃、漏水异常."""
    return "、".join(part.partition("（")[0] for part in out.split("；"))


def incident_line(ctx: Context, reading_id: int) -> tuple[str, str]:
    """What an incident for this reading begins with: its one line, and the symptom; refuses one that has its number."""
    with ctx.read() as connection:
        row = _standing(connection, reading_id)
        room = inspection_items.room_row(connection, row["room_id"])
    if not row["out"]:
        raise Refusal("这条环境记录各项正常，不需要开事件单。")
    if row["incident_number"]:
        raise Refusal(f"这条环境记录已经开了事件单 {row['incident_number']}。")
    name = room["name"] if room is not None else ""
    return f"{name} {plain(row['out'])}", f"{row['at']:%Y-%m-%d %H:%M} {name}：{row['out']}。已处置：{row['action']}。"


def void(ctx: Context, reading_id: int, reason: str) -> Outcome[str]:
    """A reading that was wrong stays in the record, but counts no longer; only the supervisor may."""
    ctx.require(Role.SUPERVISOR)
    why = entry.text({"reason": reason}, "reason", "原因", required=True, longest=200)
    with ctx.transaction("作废环境记录", why) as tx:
        row = _standing(tx.connection, reading_id)
        tx.update(Reading, reading_id, void_at=ctx.now())
    return Outcome(f"{row['at']:%m-%d %H:%M} 的环境记录已作废：{why}。", TOUCHED)
