"""What is done with a visit after the entry: a longer stay, another escort, times and goods set right, void, reveal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from opsdesk.models import Visit
from opsdesk.registers.visit import people as who
from opsdesk.registers.visit.fields import due_after, with_whom
from opsdesk.registers.visit.leaving import GoodsLeft, leave, set_right
from opsdesk.registers.visit.records import TOUCHED, refuse_fixed, row_of, rows_of, stay_in_words
from opsdesk.rules.vocabulary import Role
from opsdesk.services import entry, id_numbers, privacy, room_visits
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome

Values = Mapping[str, Any]
TIMES = {"entered_at": "进入时间", "left_at": "离开时间"}
OUT, STAYS, AS_IT_IS = "全部带出", "全部留存", "不符，照此登记"
REST_OUT, REST_STAYS = "其余带出", "其余留存"
GOODS = (OUT, STAYS, AS_IT_IS)
"""What is said of the goods as a whole; the page of the machine room counts them piece by piece."""


def sign_out(ctx: Context, visit_id: int, values: Values) -> Outcome[str]:
    """Sign one person out from the list."""
    goods = values.get("goods") or ""
    with ctx.read() as connection:
        brought = room_visits.carried(connection, [visit_id])[visit_id]
    return leave(
        ctx,
        visit_ids=[visit_id],
        left_at=values.get("left_at"),
        goods=[GoodsLeft(each.id, 0, each.brought) for each in brought] if goods == STAYS else (),
        all_taken=goods == OUT,
        confirm_goods=goods == AS_IT_IS,
        operated=entry.flag_or_none(values, "operated"),
        operation=str(values.get("operation") or ""),
        left_check=str(values.get("left_check") or ""),
    )


def extend(ctx: Context, visit_id: int, values: Values) -> Outcome[str]:
    """Let somebody stay longer, with a reason; once he has overstayed only the supervisor may."""
    ctx.require(*WRITERS)
    reason = entry.text(values, "reason", "延时原因", required=True, longest=120)
    with ctx.transaction("延长停留", reason) as tx:
        row = row_of(tx.connection, visit_id)
        refuse_fixed(row)
        if row["left_at"] is not None:
            raise Refusal(f"{stay_in_words(row)}，{row['left_at']:%H:%M} 已经离开，不用延时。", field="due_at")
        if row["due_at"] is not None and ctx.now() > row["due_at"]:
            ctx.require(Role.SUPERVISOR)
        due = due_after(entry.moment(values, "due_at", "应离开时间"), None, row["entered_at"])
        if due is None or due <= ctx.now():
            raise Refusal("新的应离开时间要晚于现在。请核对。", field="due_at")
        tx.update(Visit, visit_id, due_at=due, remarks=added(row["remarks"], f"延时至 {due:%m-%d %H:%M}：{reason}"))
    return Outcome(f"{row['name']} 可以停留到 {due:%m-%d %H:%M}：{reason}。", TOUCHED)


def added(remarks: str, said: str) -> str:
    """Remarks with a line more; what does not fit any more is in the chain."""
    return "；".join(part for part in (remarks, id_numbers.cut_free(said)) if part)[:300]


def change_escort(ctx: Context, visit_id: int, values: Values) -> Outcome[str]:
    """Somebody else takes over the escort."""
    ctx.require(*WRITERS)
    names = [str(values.get(key) or "") for key in ("escort", "second_escort")]
    if not names[0].strip():
        raise Refusal("请填写“陪同人”。", field="escort")
    with ctx.transaction("更换陪同人") as tx:
        row = row_of(tx.connection, visit_id)
        refuse_fixed(row)
        now = with_whom(names, [row["name"]], field="escort")
        before = "、".join(room_visits.escorts_of(row)) or "无"
        said = f"{ctx.now():%H:%M} 陪同 {before} 换为 {'、'.join(filter(None, now.values()))}"
        tx.update(Visit, visit_id, **now, remarks=added(row["remarks"], said))
    return Outcome(f"{row['name']}：{said}。", TOUCHED)


def correct_time(ctx: Context, visit_id: int, values: Values) -> Outcome[str]:
    """A time was written down wrong: the supervisor sets it right with a reason; the old one is told in the remarks.

    Who entered later than he was to leave may stay as long as before, from the true entry on.
    """
    ctx.require(Role.SUPERVISOR)
    reason = entry.text(values, "reason", "更正原因", required=True, longest=120)
    key = entry.chosen(values, "which", "更正哪个时间", list(TIMES))
    with ctx.transaction("更正出入时间", reason) as tx:
        row = row_of(tx.connection, visit_id)
        refuse_fixed(row)
        if row[key] is None:
            raise Refusal("离开时间还没有登记，不用更正。", field="which")
        at = entry.past({"at": entry.moment(values, "at", "正确时间")}, "at", "正确时间", ctx.now())
        changed, moved = {key: at}, ""
        if key == "entered_at" and row["due_at"] is not None and row["due_at"] <= at:
            changed["due_at"] = at + (row["due_at"] - row["entered_at"])
            moved = f"，应离开时间随之改为 {changed['due_at']:%m-%d %H:%M}"
        after = {**row, **changed}
        _refuse_disorder(after)
        stay = {"left": after["left_at"], "but": visit_id, "field": "at"}
        who.refuse_inside(tx.connection, who.coming_of(row), after["entered_at"], **stay)
        said = f"{TIMES[key]} {row[key]:%m-%d %H:%M} 更正为 {at:%m-%d %H:%M}{moved}：{reason}"
        tx.update(Visit, visit_id, **changed, remarks=added(row["remarks"], said))
    return Outcome(f"{row['name']} {said}。", TOUCHED)


def _refuse_disorder(row: Values) -> None:
    entered: datetime = row["entered_at"]
    if row["left_at"] is not None and row["left_at"] < entered:
        raise Refusal(
            f"离开时间 {row['left_at']:%m-%d %H:%M} 会早于进入时间 {entered:%m-%d %H:%M}。请核对。", field="at"
        )


def correct_goods(ctx: Context, visit_id: int, values: Values) -> Outcome[str]:
    """Goods that did not add up were found: the supervisor writes down where they are, with a reason."""
    ctx.require(Role.SUPERVISOR)
    reason = entry.text(values, "reason", "更正原因", required=True, longest=120)
    what = entry.chosen(values, "goods", "物品", (REST_OUT, REST_STAYS))
    with ctx.transaction("更正携带物品", reason) as tx:
        row = row_of(tx.connection, visit_id)
        refuse_fixed(row)
        brought = [each for each in room_visits.carried(tx.connection, [visit_id])[visit_id] if each.brought]
        if not brought:
            raise Refusal(f"{stay_in_words(row)}时没有带物品，不用更正。", field="goods")
        goods = [
            GoodsLeft(each.id, max(0, each.brought - each.stays), each.stays) if what == REST_OUT
            else GoodsLeft(each.id, each.taken, max(0, each.brought - each.taken))
            for each in brought
        ]  # fmt: skip
        set_right(tx, row, goods)
        tx.update(Visit, visit_id, remarks=added(row["remarks"], f"物品更正为{what}：{reason}"))
    return Outcome(f"{row['name']} 的物品更正为{what}：{reason}。", TOUCHED)


def reveal(ctx: Context, visit_id: int, values: Values) -> Outcome[str]:
    """The whole number for the supervisor, with a reason, recorded."""
    reason, password = (str(values.get(key) or "") for key in ("reason", "number_password"))
    return Outcome(privacy.reveal(ctx, "visit", visit_id, reason, password).value.sentence)


def void(ctx: Context, visit_id: int, values: Values) -> Outcome[str]:
    """A visit entered by mistake: it stays in the list, struck out, and no rule looks at it any more."""
    ctx.require(Role.SUPERVISOR)
    reason = id_numbers.cut_free(entry.text(values, "reason", "作废原因", required=True, longest=200))
    with ctx.transaction("作废出入记录", reason) as tx:
        (row,) = rows_of(tx.connection, [visit_id])
        if row["void_at"] is not None:
            raise Refusal(f"{stay_in_words(row)}的记录已经作废了。")
        tx.update(Visit, visit_id, void_at=ctx.now(), void_reason=reason)
    return Outcome(f"{stay_in_words(row)}的记录已作废：{reason}。", TOUCHED)
