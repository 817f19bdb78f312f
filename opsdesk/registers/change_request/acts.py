"""What is done with a request: opinion, approval, refusal, begin, end, voiding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opsdesk.models import ChangeRequest
from opsdesk.registers.change_request import service
from opsdesk.registers.change_request.service import TOUCHED, row_of
from opsdesk.rules.vocabulary import Role
from opsdesk.services import entry, retiring
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.lapses import SUCCESS, told_systems
from opsdesk.services.outcome import Outcome
from opsdesk.services.transaction import Transaction

Values = Mapping[str, Any]
RESULTS = (SUCCESS, "部分完成", "失败，已回退", "取消")


def _standing(tx: Transaction, change_id: int) -> dict[str, Any]:
    row = row_of(tx.connection, change_id)
    retiring.refuse_void(row)
    return row


def opine(ctx: Context, change_id: int, values: Values) -> Outcome[str]:
    """The department that answers for the system has given its opinion."""
    ctx.require(*WRITERS)
    said = entry.text(values, "department_opinion", "系统主管部门意见", required=True, longest=200)
    with ctx.transaction("登记部门意见") as tx:
        row = _standing(tx, change_id)
        if row["approved_at"] is not None or row["refused_at"] is not None:
            raise Refusal(f"{row['number']} 信息中心已经有结论，部门意见不再改。")
        tx.update(ChangeRequest, change_id, department_opinion=said)
    return Outcome(f"{row['number']} 的部门意见已登记。", TOUCHED)


def approve(ctx: Context, change_id: int, values: Values) -> Outcome[str]:
    """The centre approves; only the supervisor may enter it. After the beginning it is told as too late."""
    ctx.require(Role.SUPERVISOR)
    at = entry.past(values, "approved_at", "批准时间", ctx.now())
    by = entry.text(values, "approved_by", "批准人", longest=30) or ctx.actor.name
    security = entry.text(values, "security_opinion", "信息安全主管领导意见", longest=200)
    with ctx.transaction("批准变更") as tx:
        row = _standing(tx, change_id)
        if row["approved_at"] is not None:
            raise Refusal(f"{row['number']} 在 {row['approved_at']:%Y-%m-%d %H:%M} 已经批准。")
        if row["refused_at"] is not None:
            raise Refusal(f"{row['number']} 没有批准，已经结束。需要时请重新填写一张。")
        given = {"approved_by": by, "approved_at": at, "security_opinion": security}
        tx.update(ChangeRequest, change_id, **given)
        found = service.lapses(ctx, {**row, **given}, told_systems(tx.connection))
        told = "".join(each.told for each in found)
    return Outcome(f"{row['number']} 已批准。{told}", TOUCHED)


def refuse(ctx: Context, change_id: int, values: Values) -> Outcome[str]:
    """The centre does not approve; only the supervisor may enter it."""
    ctx.require(Role.SUPERVISOR)
    reason = entry.text(values, "reason", "理由", required=True, longest=200)
    with ctx.transaction("不批准变更", reason) as tx:
        row = _standing(tx, change_id)
        if row["approved_at"] is not None or row["refused_at"] is not None:
            raise Refusal(f"{row['number']} 已经有结论。请刷新后再看。")
        tx.update(ChangeRequest, change_id, refused_at=ctx.now(), refusal=reason)
    return Outcome(f"{row['number']} 不批准：{reason}。", TOUCHED)


def begin(ctx: Context, change_id: int, values: Values) -> Outcome[str]:
    """It has begun; what begins without approval is told with its clause, not refused: it has happened."""
    ctx.require(*WRITERS)
    at = entry.past(values, "began_at", "开始时间", ctx.now())
    by = entry.text(values, "performed_by", "执行人", longest=30)
    with ctx.transaction("开始变更") as tx:
        row = _standing(tx, change_id)
        if row["began_at"] is not None:
            raise Refusal(f"{row['number']} 在 {row['began_at']:%Y-%m-%d %H:%M} 已经开始。")
        given = {"began_at": at, "performed_by": by or row["performed_by"]}
        tx.update(ChangeRequest, change_id, **given)
        found = service.lapses(ctx, {**row, **given}, told_systems(tx.connection))
        told = "".join(each.told for each in found)
    return Outcome(f"{row['number']} 已开始。{told}", TOUCHED)


def end(ctx: Context, change_id: int, values: Values) -> Outcome[str]:
    """It is over: with which result, and who verified it."""
    ctx.require(*WRITERS)
    at = entry.past(values, "ended_at", "结束时间", ctx.now())
    result = entry.chosen(values, "outcome", "结果", RESULTS)
    note = entry.text(values, "note", "说明", longest=200)
    by = entry.text(values, "verified_by", "验证人", required=True, longest=30)
    with ctx.transaction("完成变更") as tx:
        row = _standing(tx, change_id)
        if row["began_at"] is None:
            raise Refusal(f"{row['number']} 还没有开始。请先办理“开始”。")
        if row["ended_at"] is not None:
            raise Refusal(f"{row['number']} 在 {row['ended_at']:%Y-%m-%d %H:%M} 已经结束。")
        if at < row["began_at"]:
            raise Refusal(f"结束时间早于开始时间 {row['began_at']:%Y-%m-%d %H:%M}，请核对。", field="ended_at")
        words = f"{result}：{note}" if note else result
        given = {"ended_at": at, "result": words, "verified_by": by}
        tx.update(ChangeRequest, change_id, **given)
        before = set(service.lapses(ctx, row, told := told_systems(tx.connection)))
        found = [each for each in service.lapses(ctx, {**row, **given}, told) if each not in before]
    return Outcome(f"{row['number']} 已完成：{result}。{''.join(each.told for each in found)}", TOUCHED)


def void(ctx: Context, change_id: int, values: Values) -> Outcome[str]:
    """Void a request before anything has begun; its number is not used again. Only the supervisor may."""
    ctx.require(Role.SUPERVISOR)
    reason = entry.text(values, "reason", "作废原因", required=True, longest=200)
    with ctx.transaction("作废变更申请", reason) as tx:
        row = _standing(tx, change_id)
        if row["began_at"] is not None:
            raise Refusal(f"{row['number']} 已经开始，不能作废。请办理“完成”。")
        tx.update(ChangeRequest, change_id, void_at=ctx.now(), refusal=row["refusal"] or reason)
    return Outcome(f"{row['number']} 已作废：{reason}。编号不再使用。", TOUCHED)
