"""Leaving the machine room: goods are reconciled, what was operated is written down, breaches are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsdesk.models import Visit, VisitItem
from opsdesk.registers.visit.fields import goods_of
from opsdesk.registers.visit.records import TOUCHED, breach_words, names_of, refuse_fixed, rows_of, stay_in_words
from opsdesk.rules.room_access import Item, unbalanced
from opsdesk.rules.sla import in_words
from opsdesk.services import entry, id_numbers, room_visits
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.services.room_visits import Carried
from opsdesk.services.transaction import Transaction

MOST_PIECES = 999


@dataclass(frozen=True)
class GoodsLeft:
    """What became of goods at leaving: how many were taken out, how many stay there on purpose.

    Without `item_id` it is something that was not brought and only goes out; then it needs a name.
    """

    item_id: int | None = None
    taken: int = 0
    stays: int = 0
    note: str = ""
    name: str = ""
    model: str = ""
    serial: str = ""


def leave(
    ctx: Context,
    *,
    visit_ids: Sequence[int],
    left_at: datetime | None = None,
    goods: Sequence[GoodsLeft] = (),
    all_taken: bool = False,
    confirm_goods: bool = False,
    operated: bool | None = None,
    operation: str = "",
    left_check: str = "",
) -> Outcome[str]:
    """Sign a group out in one act. Gives the sentence to show, breaches included.

    Goods that do not add up (带入 ≠ 带出 + 留存) are asked about: a Refusal with field `goods`, kept as they are with
    `confirm_goods`. `all_taken` takes out again all of which nothing else is said. Fields of refusals: `visit_ids`,
    `left_at`, `goods`, `operation`, `left_check`.
    """
    ctx.require(*WRITERS)
    ids, now = list(dict.fromkeys(visit_ids)), ctx.now()
    if not ids:
        raise Refusal("请先选择要登记离开的人。", field="visit_ids")
    written = {
        "operation": id_numbers.cut_free(entry.long_text({"operation": operation}, "operation", "操作内容")),
        "left_check": entry.text({"left_check": left_check}, "left_check", "离场检查", longest=60),
    }
    with ctx.transaction("机房离开登记") as tx:
        rows = rows_of(tx.connection, ids)
        for row in rows:
            refuse_fixed(row)
            if row["left_at"] is not None:
                raise Refusal(f"{stay_in_words(row)}，{row['left_at']:%H:%M} 已经离开。", field="visit_ids")
        at = entry.past({"left_at": left_at}, "left_at", "离开时间", now)
        if early := [row for row in rows if at < row["entered_at"].replace(second=0)]:
            raise Refusal(
                f"离开时间 {at:%m-%d %H:%M} 早于进入时间：{stay_in_words(early[0])}。请核对。", field="left_at"
            )
        _reconcile(tx, rows, goods, all_taken=all_taken, confirmed=confirm_goods)
        some = operated is None and any(row["operated"] for row in rows)
        for row in rows:
            changes: dict[str, Any] = {"left_at": max(at, row["entered_at"])}
            own = row["operated"] or not some
            changes |= {key: value for key, value in written.items() if value and (own or key != "operation")}
            if operated is not None:
                changes["operated"] = operated
            tx.update(Visit, row["id"], **changes)
        after = rows_of(tx.connection, ids)
        missed = room_visits.breaches(tx.connection, ctx.regulations, after, now)
    stayed = in_words(int((after[0]["left_at"] - after[0]["entered_at"]).total_seconds()))
    said = f"{names_of(after)} {after[0]['left_at']:%H:%M} 离开{after[0]['room']}，停留 {stayed}。"
    return Outcome(said + breach_words(each for found in missed.values() for each in found), TOUCHED)


def leave_now(ctx: Context, visit_id: int) -> Outcome[str]:
    """Sign one person out with one key, now; goods that he brought are asked about first."""
    return leave(ctx, visit_ids=[visit_id])


def _reconcile(
    tx: Transaction,
    rows: Sequence[Mapping[str, Any]],
    goods: Sequence[GoodsLeft],
    *,
    all_taken: bool,
    confirmed: bool,
) -> None:
    """Write down what became of the goods; what does not add up is asked about once."""
    brought = [each for own in room_visits.carried(tx.connection, [row["id"] for row in rows]).values() for each in own]
    said = {each.item_id: each for each in goods if each.item_id is not None}
    if set(said) - {each.id for each in brought}:
        raise Refusal("有一件物品不属于要离开的人。请刷新后再试。", field="goods")
    counted = {each.id: _counted(each, said.get(each.id), all_taken=all_taken) for each in brought}
    items = [Item(each.name, each.brought, *counted[each.id]) for each in brought]
    wrong = unbalanced(items)
    if wrong and not confirmed:
        told = "、".join(f"{item.name} 带入 {item.brought} 带出 {item.taken} 留存 {item.stays}" for item in wrong)
        raise Refusal(f"物品对不上：{told}。请清点带出和留存的数量；确实不符的，选“不符”一项再登记。", field="goods")
    for each in brought:
        taken, stays = counted[each.id]
        note = said[each.id].note if each.id in said and said[each.id].note else each.note
        tx.update(VisitItem, each.id, taken=taken, stays=stays, note=goods_of(each.name, "", "", note)["note"])
    for more in (each for each in goods if each.item_id is None):
        kept = goods_of(more.name, more.model, more.serial, more.note)
        tx.insert(VisitItem, visit_id=rows[0]["id"], **kept, brought=0, taken=_whole(more.taken, kept["name"]), stays=0)


def _counted(item: Carried, said: GoodsLeft | None, *, all_taken: bool) -> tuple[int, int]:
    if said is None:
        return (item.brought - item.stays, item.stays) if all_taken else (item.taken, item.stays)
    return _whole(said.taken, item.name), _whole(said.stays, item.name)


def _whole(count: int, name: str) -> int:
    if not 0 <= count <= MOST_PIECES:
        raise Refusal(f"{name}的数量要填 0 到 {MOST_PIECES} 之间的整数。", field="goods")
    return count


def set_right(tx: Transaction, row: Mapping[str, Any], goods: Sequence[GoodsLeft]) -> None:
    """Write down afterwards what became of the goods of one visit, whether it adds up or not."""
    _reconcile(tx, [row], goods, all_taken=False, confirmed=True)
