"""What is done with a slip after it was filed: 批准, 不批准, 补单, 登记进出, 作废."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opsdesk.models import OffHours
from opsdesk.registers.off_hours import service
from opsdesk.registers.off_hours.service import TOUCHED
from opsdesk.rules.vocabulary import Role
from opsdesk.services import entry, id_numbers, off_hours_slips
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.services.transaction import Transaction

Values = Mapping[str, Any]
CHECKS = {"power": "断电", "windows": "关窗", "door": "锁门"}
"""What is looked after at leaving, in the order of the paper."""


def _standing(tx: Transaction, ctx: Context, slip_id: int) -> dict[str, Any]:
    """A slip that is neither refused nor void. Refuses any other."""
    row = service.found(tx.connection, slip_id, ctx.now())
    if row["void_at"] is not None:
        raise Refusal(f"申请 {row['number']} 已经作废。请另填一张。")
    if row["refused_at"] is not None:
        raise Refusal(f"申请 {row['number']} 没有批准，已经结束。需要时请另填一张。")
    return row


def approve(ctx: Context, slip_id: int, values: Values) -> Outcome[str]:
    """The supervisor approves; after the beginning it is told, after the end it is refused."""
    ctx.require(Role.SUPERVISOR)
    now = ctx.now().replace(microsecond=0)
    at = entry.past(values, "approved_at", "批准时间", now)
    by = entry.text(values, "approved_by", "批准人", longest=30) or ctx.actor.name
    with ctx.transaction("批准场地使用") as tx:
        row = _standing(tx, ctx, slip_id)
        if row["emergency"]:
            raise Refusal(f"申请 {row['number']} 是紧急抢修，已由电话批准。书面的来了请用“补单”。")
        if row["approved_at"] is not None:
            raise Refusal(f"申请 {row['number']} 在 {row['approved_at']:%m-%d %H:%M} 已经批准。")
        if at > row["ends_at"]:
            raise Refusal(
                f"申请 {row['number']} 的时间到 {row['ends_at']:%m-%d %H:%M} 为止，已经过去，不能现在批准。"
                "事前批准过的请填当时的批准时间。",
                field="approved_at",
            )
        tx.update(OffHours, slip_id, approved_by=by, approved_at=at)
    late = "，晚于开始时间，先用的会按未批先用核对（T3 第六条）" if at > row["begins_at"] else ""
    return Outcome(f"申请 {row['number']} 已批准{late}。", TOUCHED)


def refuse(ctx: Context, slip_id: int, values: Values) -> Outcome[str]:
    """The supervisor does not approve; the reason is kept."""
    ctx.require(Role.SUPERVISOR)
    why = id_numbers.cut_free(entry.text(values, "reason", "不批准的理由", required=True, longest=200))
    with ctx.transaction("不批准场地使用", why) as tx:
        row = _standing(tx, ctx, slip_id)
        if row["papered_at"] is not None or (row["approved_at"] is not None and not row["emergency"]):
            raise Refusal(f"申请 {row['number']} 已经批准。要收回请用“作废”。")
        tx.update(OffHours, slip_id, refused_at=ctx.now(), refusal=why)
    return Outcome(f"申请 {row['number']} 没有批准：{why}。", TOUCHED)


def paper(ctx: Context, slip_id: int, values: Values) -> Outcome[str]:
    """The paper of an emergency has come; too late is told, and kept."""
    ctx.require(Role.SUPERVISOR)
    now = ctx.now().replace(microsecond=0)
    at = entry.past(values, "papered_at", "补单时间", now)
    with ctx.transaction("场地使用补单") as tx:
        row = _standing(tx, ctx, slip_id)
        if not row["emergency"]:
            raise Refusal(f"申请 {row['number']} 不是紧急抢修，请用“批准”。")
        if row["papered_at"] is not None:
            raise Refusal(f"申请 {row['number']} 在 {row['papered_at']:%m-%d %H:%M} 已经补单。")
        if at < row["approved_at"].replace(second=0):
            raise Refusal(f"补单时间早于电话批准 {row['approved_at']:%m-%d %H:%M}。请核对。", field="papered_at")
        tx.update(OffHours, slip_id, papered_at=at)
    due = off_hours_slips.due(row)
    late = f"，超过了期限 {due:%Y-%m-%d}" if at > due else ""
    return Outcome(f"申请 {row['number']} 已补单{late}。", TOUCHED)


def use(ctx: Context, slip_id: int, values: Values) -> Outcome[str]:
    """When they really came and left, and who looked after the place; whether it was as approved is told at once."""
    ctx.require(*WRITERS)
    now = ctx.now().replace(microsecond=0)
    entered = entry.past_or_none(values, "entered_at", "实际进入", now)
    left = entry.past_or_none(values, "left_at", "实际离开", now)
    done = [word for key, word in CHECKS.items() if entry.flag(values, key)]
    by = entry.text(values, "checked_by", "检查人", longest=30)
    with ctx.transaction("登记场地进出") as tx:
        row = service.found(tx.connection, slip_id, ctx.now())
        if row["void_at"] is not None:
            raise Refusal(f"申请 {row['number']} 已经作废。请另填一张。")
        entered, left = entered or row["entered_at"], left or row["left_at"]
        if entered is None:
            raise Refusal("请填写“实际进入”。", field="entered_at")
        if left is not None and left < entered:
            raise Refusal(f"实际离开早于实际进入 {entered:%m-%d %H:%M}。请核对。", field="left_at")
        if (done or by) and left is None:
            raise Refusal("做了离场检查，请填写“实际离开”。", field="left_at")
        check = f"{'、'.join(done)}{f'（{by}）' if by else ''}" or row["left_check"]
        tx.update(OffHours, slip_id, entered_at=entered, left_at=left, left_check=check)
        row = service.found(tx.connection, slip_id, ctx.now())
        missed = off_hours_slips.breaches(tx.connection, ctx.regulations, [row], now)[slip_id]
    span = f"{entered:%m-%d %H:%M} 进入" + (f"，{left:%m-%d %H:%M} 离开" if left else "")
    told = "".join(f"不合规：{each.sentence.rstrip('。')}（{each.citation.short}）。" for each in missed)
    return Outcome(f"申请 {row['number']}：{span}。{told}", TOUCHED)


def void(ctx: Context, slip_id: int, values: Values) -> Outcome[str]:
    """A slip that is not used after all: it stays with its number. Of an approved one only the supervisor may."""
    ctx.require(*WRITERS)
    why = id_numbers.cut_free(entry.text(values, "reason", "作废原因", required=True, longest=200))
    with ctx.transaction("作废场地使用申请", why) as tx:
        row = _standing(tx, ctx, slip_id)
        if row["approved_at"] is not None:
            ctx.require(Role.SUPERVISOR)
        if row["entered_at"] is not None:
            raise Refusal(f"申请 {row['number']} 已经用过，不能作废。")
        tx.update(OffHours, slip_id, void_at=ctx.now(), refusal=why)
    return Outcome(f"申请 {row['number']} 已作废，编号不再使用：{why}。", TOUCHED)
