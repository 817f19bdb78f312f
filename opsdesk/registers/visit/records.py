"""Rows of visits, and the sentences that say how one stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.models import Permit, Room, Visit
from opsdesk.rules.room_access import Breach
from opsdesk.services import retiring, room_visits
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.room_visits import Carried

WHAT = "出入记录"
TOUCHED = frozenset({"visit"})


def rows_of(connection: Connection, ids: Collection[int]) -> list[dict[str, Any]]:
    """These visits with the names of their room and permit, in the order of the ids. Refuses one that is not there."""
    query = (
        select(Visit.__table__, Room.name.label("room"), Permit.number.label("permit_number"))
        .join(Room, Room.id == Visit.room_id)
        .join(Permit, Permit.id == Visit.permit_id, isouter=True)
        .where(Visit.id.in_(ids))
    )
    found = {row["id"]: dict(row) for row in connection.execute(query).mappings()}
    if any(each not in found for each in ids):
        raise retiring.missing(WHAT)
    return [found[each] for each in ids]


def row_of(connection: Connection, visit_id: int) -> dict[str, Any]:
    """One visit. Refuses one that is not there."""
    return rows_of(connection, [visit_id])[0]


def refuse_fixed(row: Mapping[str, Any]) -> None:
    """Refuse to change what is void, and what was taken over from an old register."""
    if row["void_at"] is not None:
        raise Refusal(f"{stay_in_words(row)}的记录已作废，不能改。")
    if row["batch_id"] is not None:
        raise Refusal(f"{stay_in_words(row)}的记录是从旧登记表导入的，不能改。")


def stay_in_words(row: Mapping[str, Any]) -> str:
    """王强 03-05 09:00 进入一楼机房."""
    return f"{row['name']} {row['entered_at']:%m-%d %H:%M} 进入{row['room']}"


def names_of(rows: Iterable[Mapping[str, Any]]) -> str:
    """王强、李敏; of many the first three and how many there are."""
    names = [row["name"] for row in rows]
    return "、".join(names) if len(names) <= 3 else f"{'、'.join(names[:3])}等 {len(names)} 人"


def breach_sentence(breach: Breach) -> str:
    """无陪同：没有陪同人（E1 二.2）。"""
    return f"{breach.missed}：{breach.sentence.removesuffix('。')}（{breach.citation.short}）。"


def breach_words(missed: Iterable[Breach]) -> str:
    """Every breach with its clause, each said once, as one text; empty where nothing was missed."""
    return "".join(dict.fromkeys(breach_sentence(each) for each in missed))


def goods_words(goods: Sequence[Carried], *, left: bool) -> str:
    """笔记本电脑（T14） 带入2; after leaving also what was taken out and stays. An old register has words alone."""
    return "；".join(_item_words(each, left=left) for each in goods)


def _item_words(each: Carried, *, left: bool) -> str:
    marks = " ".join(part for part in (each.model, each.serial) if part)
    counts = [("带入", each.brought)]
    if left and each.brought + each.taken + each.stays:
        counts += [("带出", each.taken), ("留存", each.stays)]
    amounts = [f"{word}{count}" for word, count in counts if count or word == "带出"]
    return " ".join([each.name + (f"（{marks}）" if marks else ""), *amounts])


def told(ctx: Context, visit_ids: Sequence[int]) -> str:
    """What to say after an entry: who is inside where until when, then every breach with its clause."""
    with ctx.read() as connection:
        rows = rows_of(connection, visit_ids)
        missed = room_visits.breaches(connection, ctx.regulations, rows, ctx.now())
    first = rows[0]
    due = f"，应在 {_when(first['due_at'], first['entered_at'])} 前离开" if first["due_at"] else ""
    escorts = room_visits.escorts_of(first)
    with_whom = f"，陪同 {'、'.join(escorts)}" if escorts else ""
    said = f"{names_of(rows)} {first['entered_at']:%H:%M} 进入{first['room']}{due}{with_whom}。"
    return said + breach_words(each for row in rows for each in missed[row["id"]])


def _when(at: datetime, beside: datetime) -> str:
    return f"{at:%H:%M}" if at.date() == beside.date() else f"{at:%m-%d %H:%M}"


INSIDE, LEFT, UNKNOWN, VOID = "在场", "已离开", "离开不详", "作废"


def state_of(row: Mapping[str, Any]) -> str:
    """Where a visit stands; an old register may not say when somebody left."""
    if row["void_at"] is not None:
        return VOID
    if row["left_at"] is not None:
        return LEFT
    return INSIDE if row["batch_id"] is None else UNKNOWN
