"""What is done with a permit after it was filed: 批准, 不批准, 补单, 延长, 作废, 查看证件号."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from opsdesk.models import Permit, Visit
from opsdesk.registers.permit import asking, service
from opsdesk.registers.permit.service import TOUCHED
from opsdesk.rules.vocabulary import Role
from opsdesk.services import entry, id_numbers, permit_states, privacy, room_permits
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.services.text import added
from opsdesk.services.transaction import Transaction

Values = Mapping[str, Any]
TITLES = {"原因判断": "cause", "处理方案": "plan", "影响范围": "reach", "保密承诺": "secrecy", "出入人员": "people"}


def _standing(tx: Transaction, ctx: Context, permit_id: int) -> dict[str, Any]:
    """A permit that is neither refused nor void. Refuses any other."""
    row = service.found(tx.connection, permit_id, ctx.now())
    if row["void_at"] is not None:
        raise Refusal(f"审批单 {row['number']} 已经作废。请另填一张。")
    if row["refused_at"] is not None:
        raise Refusal(f"审批单 {row['number']} 没有批准，已经结束。需要时请另填一张。")
    return row


def _refuse_incomplete(tx: Transaction, ctx: Context, row: Values) -> None:
    """Refuse to approve what does not say who comes, or does not say what E1-15 and E1-17 ask for."""
    people = len(room_permits.people_of(tx.connection, [row["id"]])[row["id"]])
    law = ctx.law_on(row["applied_at"].date())
    missing = permit_states.lacks(row, people, law)
    if not missing:
        return
    asked = law.part("room.assessment", "E1") if permit_states.assessment(row, law) else None
    promised = permit_states.secrecy(row, law)
    clauses = "、".join(held.cite().short for held in (asked, promised) if held is not None)
    by = f"（{clauses}）" if clauses else ""
    raise Refusal(
        f"审批单 {row['number']} 还缺{'、'.join(missing)}{by}。请写齐保存，再批准。", field=TITLES[missing[0]]
    )


def approve(ctx: Context, permit_id: int, values: Values) -> Outcome[str]:
    """The supervisor approves; what says too little, and a time that is over, are refused."""
    ctx.require(Role.SUPERVISOR)
    now = ctx.now().replace(microsecond=0)
    at = entry.past(values, "approved_at", "批准时间", now)
    by = entry.text(values, "approved_by", "批准人", longest=30) or ctx.actor.name
    sealed = entry.past_day_or_none(values, "sealed_on", "盖章日期", now.date())
    with ctx.transaction("批准机房进入") as tx:
        row = _standing(tx, ctx, permit_id)
        if row["approved_at"] is not None:
            raise Refusal(f"审批单 {row['number']} 在 {row['approved_at']:%m-%d %H:%M} 已经批准。")
        if row["urgent"]:
            raise Refusal(f"审批单 {row['number']} 是紧急进入，已由电话批准。书面的来了请用“补单”。")
        if at > row["planned_to"]:
            raise Refusal(
                f"审批单 {row['number']} 的时间到 {row['planned_to']:%m-%d %H:%M} 为止，已经过去，不能现在批准。"
                "事前批准过的请填当时的批准时间。",
                field="approved_at",
            )
        _refuse_incomplete(tx, ctx, row)
        tx.update(Permit, permit_id, approved_by=by, approved_at=at, sealed_on=sealed or row["sealed_on"])
    late = "，晚于预计进入时间，先进入的会按未批先入核对" if at > row["planned_from"] else ""
    until = f"{row['planned_to']:%m-%d %H:%M}"
    return Outcome(f"审批单 {row['number']} 已批准，可用到 {until}{late}。", TOUCHED)


def refuse(ctx: Context, permit_id: int, values: Values) -> Outcome[str]:
    """The supervisor does not approve; the reason is kept. Of an urgent one the word by telephone holds no more."""
    ctx.require(Role.SUPERVISOR)
    why = id_numbers.cut_free(entry.text(values, "reason", "不批准的理由", required=True, longest=200))
    with ctx.transaction("不批准机房进入", why) as tx:
        row = _standing(tx, ctx, permit_id)
        if row["approved_at"] is not None or row["papered_at"] is not None:
            raise Refusal(f"审批单 {row['number']} 已经批准。要收回请用“作废”。")
        tx.update(Permit, permit_id, refused_by=ctx.actor.name, refused_at=ctx.now(), refusal=why)
    return Outcome(f"审批单 {row['number']} 没有批准：{why}。", TOUCHED)


def paper(ctx: Context, permit_id: int, values: Values) -> Outcome[str]:
    """The paper of an urgent entry has come, complete; too late is told, and kept."""
    ctx.require(Role.SUPERVISOR)
    now = ctx.now().replace(microsecond=0)
    at = entry.past(values, "papered_at", "补单时间", now)
    sealed = entry.past_day_or_none(values, "sealed_on", "盖章日期", now.date())
    with ctx.transaction("机房进入补单") as tx:
        row = _standing(tx, ctx, permit_id)
        if not row["urgent"]:
            raise Refusal(f"审批单 {row['number']} 不是紧急进入，请用“批准”。")
        if row["papered_at"] is not None:
            raise Refusal(f"审批单 {row['number']} 在 {row['papered_at']:%m-%d %H:%M} 已经补单。")
        if at < row["phoned_at"].replace(second=0):
            raise Refusal(f"补单时间早于电话批准 {row['phoned_at']:%m-%d %H:%M}。请核对。", field="papered_at")
        _refuse_incomplete(tx, ctx, row)
        tx.update(Permit, permit_id, papered_at=at, sealed_on=sealed or row["sealed_on"])
    due = permit_states.due(row)
    late = f"，超过了期限 {due:%Y-%m-%d}" if at > due else ""
    return Outcome(f"审批单 {row['number']} 已补单{late}。", TOUCHED)


def extend(ctx: Context, permit_id: int, values: Values) -> Outcome[str]:
    """The supervisor lets them stay longer, with a reason; who is inside by the old time has until the new one."""
    ctx.require(Role.SUPERVISOR)
    why = id_numbers.cut_free(entry.text(values, "reason", "延长原因", required=True, longest=100))
    until = entry.moment(values, "planned_to", "延长至")
    now = ctx.now().replace(microsecond=0)
    with ctx.transaction("延长机房进入", why) as tx:
        row = _standing(tx, ctx, permit_id)
        if row["approved_at"] is None and not row["urgent"]:
            raise Refusal(f"审批单 {row['number']} 还没有批准，直接改预计离开的时间就行。")
        if until <= row["planned_to"]:
            raise Refusal(f"现在可用到 {row['planned_to']:%m-%d %H:%M}，延长要更晚。请核对。", field="planned_to")
        asking.refuse_span(row["planned_from"], until, several=row["several"])
        span = f"由 {row['planned_to']:%m-%d %H:%M} 延长至 {until:%m-%d %H:%M}"
        said = f"{now:%m-%d %H:%M} {ctx.actor.name}同意{span}：{why}。"
        tx.update(Permit, permit_id, planned_to=until, remarks=added(row["remarks"], said))
        inside = select(Visit.id).where(
            Visit.permit_id == permit_id, Visit.left_at.is_(None), Visit.void_at.is_(None),
            Visit.due_at == row["planned_to"],
        )  # fmt: skip
        for visit_id in tx.connection.execute(inside).scalars().all():
            tx.update(Visit, visit_id, due_at=until)
    return Outcome(f"审批单 {row['number']} 延长至 {until:%m-%d %H:%M}：{why}。", frozenset({*TOUCHED, "visit"}))


def void(ctx: Context, permit_id: int, values: Values) -> Outcome[str]:
    """A permit that is not used after all: it stays with its number. Of an approved one only the supervisor may."""
    ctx.require(*WRITERS)
    why = id_numbers.cut_free(entry.text(values, "reason", "作废原因", required=True, longest=200))
    with ctx.transaction("作废机房进入审批单", why) as tx:
        row = _standing(tx, ctx, permit_id)
        if row["approved_at"] is not None or row["urgent"]:
            ctx.require(Role.SUPERVISOR)
        visits = select(func.count()).where(Visit.permit_id == permit_id, Visit.void_at.is_(None))
        if came := tx.connection.execute(visits).scalar_one():
            raise Refusal(f"已有 {came} 人次凭审批单 {row['number']} 进入，不能作废。")
        tx.update(Permit, permit_id, void_at=ctx.now(), void_reason=why)
    return Outcome(f"审批单 {row['number']} 已作废，编号不再使用：{why}。", TOUCHED)


def reveal(ctx: Context, permit_id: int, values: Values) -> Outcome[str]:
    """The whole number of one of the people for the supervisor, with a reason, recorded."""
    ctx.require(Role.SUPERVISOR)
    wanted = entry.text(values, "name", "姓名")
    with ctx.read() as connection:
        service.found(connection, permit_id, ctx.now())
        people = room_permits.people_of(connection, [permit_id])[permit_id]
    those = [each for each in people if not wanted or each.name == wanted]
    if len(those) != 1:
        names = "、".join(each.name for each in people) or "没有人"
        raise Refusal(f"请写明看谁的证件号，这张单上有：{names}。", field="name")
    reason, password = (str(values.get(key) or "") for key in ("reason", "number_password"))
    return Outcome(privacy.reveal(ctx, "permit_person", those[0].id, reason, password).value.sentence)
