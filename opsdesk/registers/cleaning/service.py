"""Acts and list of 机房清扫 (F23): every two weeks, counted from one cleaning of the room to the next (E1-11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import aliased

from opsdesk.models import Cleaning, Room
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.rules import upkeep
from opsdesk.rules.clause import Regulations
from opsdesk.rules.vocabulary import Role
from opsdesk.services import entry, listing, retiring, room_upkeep
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome

Values = Mapping[str, Any]
TOUCHED = frozenset({"cleaning"})
WHAT = "清扫记录"
RESULTS = ("合格", "已返工合格", "待返工")
FIRST, VOID = "首次", "已作废"


def previous() -> Any:
    """The day of the cleaning before a row, in the same room, as part of a question."""
    earlier = aliased(Cleaning)
    query = select(func.max(earlier.day)).where(
        earlier.room_id == Cleaning.room_id, earlier.day < Cleaning.day, earlier.void_at.is_(None)
    )
    return query.scalar_subquery().label("previous")


def listed(ctx: Context, query: Query) -> Page:
    """Cleanings, the latest first, with the days since the one before."""
    asked = (
        select(Cleaning.__table__, Room.name.label("room"), previous())
        .join(Room, Room.id == Cleaning.room_id)
        .where(
            listing.holds(
                query.text, Room.name, Cleaning.scope, Cleaning.cleaned_by, Cleaning.checked_by, Cleaning.result,
                Cleaning.remarks,
            )
        )
        .order_by(Cleaning.day.desc(), Cleaning.id.desc())
    )  # fmt: skip
    if (room := (query.filters or {}).get("room")) is not None:
        asked = asked.where(Cleaning.room_id == room)
    with ctx.read() as connection:
        found, total = listing.page(connection, asked, query.offset, query.limit)
        regulations = ctx.regulations
    return Page(tuple(_row(row._mapping, regulations) for row in found), total)


def _row(row: Mapping[Any, Any], regulations: Regulations) -> Row:
    keys = ("day", "room", "scope", "cleaned_by", "checked_by", "result")
    return Row(
        row["id"],
        {**{key: row[key] for key in keys}, "since": since_chip(row, regulations)},
        muted=row["void_at"] is not None,
    )


def since_chip(row: Mapping[Any, Any], regulations: Regulations) -> Chip:
    """How many days after the one before: 14 天, or 15 天，逾期 1 天."""
    if row["void_at"] is not None:
        return Chip(VOID)
    stands = upkeep.cleaning(row["previous"], row["day"], regulations.on(row["day"]))
    if stands.since is None:
        return Chip(FIRST, Tone.INFORMATION)
    if stands.over:
        return Chip(f"{stands.since} 天，逾期 {stands.over} 天", Tone.BROKEN)
    return Chip(f"{stands.since} 天", Tone.FINE)


def row_of(connection: Connection, cleaning_id: int) -> dict[str, Any]:
    """A row of `cleaning` with the one before. Refuses one that is not there."""
    return retiring.one(connection, select(Cleaning.__table__, previous()).where(Cleaning.id == cleaning_id), WHAT)


def rows_between(connection: Connection, room_id: int, first: date, last: date) -> Iterable[Mapping[Any, Any]]:
    """Standing cleanings of a room from `first` to `last` in order, each with the one before."""
    query = select(Cleaning.__table__, previous()).where(
        Cleaning.room_id == room_id, Cleaning.day >= first, Cleaning.day <= last, Cleaning.void_at.is_(None)
    )
    return connection.execute(query.order_by(Cleaning.day, Cleaning.id)).mappings().all()


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One cleaning as its form shows it, with by when the next is due."""
    with ctx.read() as connection:
        row = row_of(connection, record_id)
        last = room_upkeep.last_cleaned(connection, row["room_id"], ctx.today())
        regulations = ctx.regulations
    if row["void_at"] is not None:
        told = f"{row['void_at']:%Y-%m-%d %H:%M} 作废。"
    else:
        before, chip = row["previous"], since_chip(row, regulations)
        told = f"上一次是 {before.isoformat()}，相隔 {chip.word}。" if before else "这是这个机房的第一次清扫记录。"
        told += f"\n{upkeep.cleaning(last, ctx.today(), regulations.on(ctx.today())).sentence}"
    return {**row, "told": told}


def save(ctx: Context, record_id: int | None, values: Values) -> Outcome[int]:
    """Keep a cleaning, or correct one that stands; one a day in each room, none in days to come."""
    ctx.require(*WRITERS)
    kept: dict[str, Any] = {
        "day": entry.day(values, "day", "日期"),
        "scope": entry.text(values, "scope", "范围", required=True, longest=60),
        "cleaned_by": entry.text(values, "cleaned_by", "清扫人", required=True),
        "checked_by": entry.text(values, "checked_by", "检查人"),
        "result": entry.text(values, "result", "结果", required=True, longest=30),
        "remarks": entry.text(values, "remarks", "备注", longest=120),
    }
    if kept["day"] > ctx.today():
        raise Refusal(f"{kept['day'].isoformat()} 还没有到，清扫以后再登记。", field="day")
    with ctx.transaction("登记清扫" if record_id is None else "更正清扫记录") as tx:
        row = None if record_id is None else row_of(tx.connection, record_id)
        kept["room_id"] = room_upkeep.chosen_room(tx.connection, values)["id"]
        if row is not None and all(row[key] == value for key, value in kept.items()):
            return Outcome(row["id"])
        if row is not None and row["void_at"] is not None:
            raise Refusal("这条清扫记录已作废，不能改。请另记一条。")
        _refuse_second(tx.connection, kept, record_id)
        if row is not None:
            tx.update(Cleaning, row["id"], **kept)
            return Outcome(row["id"], TOUCHED)
        made = tx.insert(Cleaning, **kept, entered_by=ctx.actor.name)
    return Outcome(made, TOUCHED)


def _refuse_second(connection: Connection, kept: Values, but: int | None) -> None:
    query = select(Cleaning.id).where(
        Cleaning.room_id == kept["room_id"], Cleaning.day == kept["day"], Cleaning.void_at.is_(None),
        Cleaning.id != (but or 0),
    )  # fmt: skip
    if connection.execute(query.limit(1)).first() is not None:
        raise Refusal(f"这个机房 {kept['day'].isoformat()} 的清扫已经登记过。请去改原来那一条。", field="day")


def void(ctx: Context, cleaning_id: int, reason: str) -> Outcome[str]:
    """A cleaning entered wrongly stays in the record, but counts no longer; only the supervisor may."""
    ctx.require(Role.SUPERVISOR)
    why = entry.text({"reason": reason}, "reason", "原因", required=True, longest=200)
    with ctx.transaction("作废清扫记录", why) as tx:
        row = row_of(tx.connection, cleaning_id)
        if row["void_at"] is not None:
            raise Refusal(f"这条清扫记录在 {row['void_at']:%Y-%m-%d %H:%M} 已经作废。")
        tx.update(Cleaning, cleaning_id, void_at=ctx.now())
    return Outcome(f"{row['day'].isoformat()} 的清扫记录已作废：{why}。", TOUCHED)
