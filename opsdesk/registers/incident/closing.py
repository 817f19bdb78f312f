"""From the solution to the signature: 用户确认 → 交单 → 主管签收, and back: 退回, 重开, 作废, 更正时间 (T3-05)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import select

from opsdesk.models import Incident, IncidentPause
from opsdesk.registers.incident.moments import end_pause, happened_at, last_pause_end, refuse_before, working_state
from opsdesk.registers.incident.service import TOUCHED, Course, note, person_of, refresh, refuse_closed, row_of
from opsdesk.rules.vocabulary import OPEN_INCIDENT, IncidentState, Role, Whose
from opsdesk.services import case_reports, entry, incident_verdicts
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.services.transaction import Transaction

Values = Mapping[str, Any]
RATINGS = ("非常满意", "满意", "一般", "不满意")
DONE = (IncidentState.SOLVED, IncidentState.CONFIRMED, IncidentState.RETURNED)


def confirm(ctx: Context, incident_id: int, values: Values) -> Outcome[str]:
    """The user says that it works, and how satisfied he is."""
    ctx.require(*WRITERS)
    with ctx.transaction("用户确认") as tx:
        row = row_of(tx.connection, incident_id)
        refuse_closed(row)
        if row["state"] not in DONE:
            raise Refusal(f"{row['number']} 还没有解决，不能确认。")
        rating = entry.chosen(values, "rating", "用户评价", RATINGS)
        opinion = entry.text(values, "opinion", "意见", longest=200)
        by = entry.text(values, "confirmed_by", "确认人") or row["reporter"] or "用户"
        at = happened_at(ctx, values, "confirmed_at", "确认时间", row)
        if at < _solved_at(row).replace(second=0):
            raise Refusal(f"确认时间早于解决时间 {_solved_at(row):%m-%d %H:%M}。请核对。", field="confirmed_at")
        returned = row["state"] == IncidentState.RETURNED
        state = row["state"] if returned else str(IncidentState.CONFIRMED)
        tx.update(
            Incident, incident_id, rating=rating, opinion=opinion, confirmed_by=by, confirmed_at=at, state=state
        )  # fmt: skip
        note(tx, ctx, incident_id, Course.CONFIRM, at, f"{rating}{f'：{opinion}' if opinion else ''}", by=by)
        refresh(tx, ctx, [incident_id])
    return Outcome(f"{row['number']} {by}确认：{rating}。", TOUCHED)


def _solved_at(row: Values) -> datetime:
    """When it was solved; a record taken over from elsewhere may not know it, and was not solved before the call."""
    at: datetime = row["resolved_at"] or row["reported_at"]
    return at


def hand_in(ctx: Context, ids: Sequence[int], values: Values) -> Outcome[str]:
    """The engineer hands his records to the supervisor (T3-05); all of them, or none where one cannot be.

    They are handed in now; only the supervisor may write that he had them before.
    """
    ctx.require(*WRITERS)
    with ctx.transaction("交单") as tx:
        numbers = []
        for incident_id in ids:
            row = row_of(tx.connection, incident_id)
            refuse_closed(row)
            if row["state"] not in DONE:
                raise Refusal(f"{row['number']} 是“{row['state']}”，解决以后才交单。")
            if row["handed_in_at"] is not None:
                continue
            at = happened_at(ctx, values, "handed_in_at", "交单时间", row)
            if ctx.actor.role is not Role.SUPERVISOR:
                at = _handed_in_now(ctx, at)
            if at < _solved_at(row).replace(second=0):
                raise Refusal(
                    f"{row['number']} 的交单时间早于解决时间 {_solved_at(row):%m-%d %H:%M}。请核对。",
                    field="handed_in_at",
                )
            at = max(at, _solved_at(row))
            state = row["state"]
            if state == IncidentState.RETURNED:
                state = str(IncidentState.CONFIRMED if row["confirmed_at"] else IncidentState.SOLVED)
            by = person_of(tx.connection, row) or ctx.actor.name
            tx.update(Incident, incident_id, handed_in_at=at, handed_in_by=by, state=state)
            note(tx, ctx, incident_id, Course.HAND_IN, at, "交运维主管", by=by)
            numbers.append(row["number"])
        refresh(tx, ctx, list(ids))
    if not numbers:
        raise Refusal("选中的记录都已经交过。")
    return Outcome(f"已交单 {len(numbers)} 张：{'、'.join(numbers[:3])}{'等' if len(numbers) > 3 else ''}。", TOUCHED)


def _handed_in_now(ctx: Context, at: datetime) -> datetime:
    now = ctx.now()
    if at < now.replace(second=0):
        raise Refusal(
            f"交单以登记的时刻为准，不能补记到 {at:%m-%d %H:%M}。请把交单时间空着再交；"
            "确实早已交到主管手里的，请主管补记。",
            field="handed_in_at",
        )
    return now


def sign(ctx: Context, ids: Sequence[int], _values: Values) -> Outcome[str]:
    """The supervisor signs for one or all; what was not handed in is handed in by that. Verdicts are frozen now."""
    ctx.require(Role.SUPERVISOR)
    now, numbers = ctx.now(), []
    with ctx.transaction("主管签收") as tx:
        for incident_id in ids:
            row = row_of(tx.connection, incident_id)
            refuse_closed(row)
            if row["state"] not in DONE or row["state"] == IncidentState.RETURNED:
                raise Refusal(f"{row['number']} 是“{row['state']}”，不能签收。解决并交单以后再签收。")
            handed = {} if row["handed_in_at"] else {"handed_in_at": now, "handed_in_by": person_of(tx.connection, row)}
            closed = row["closed_at"] or now
            tx.update(
                Incident, incident_id, state=str(IncidentState.SIGNED), signed_at=now, signed_by=ctx.actor.name,
                closed_at=closed, **handed,
            )  # fmt: skip
            note(tx, ctx, incident_id, Course.SIGN, now, "签收")
            numbers.append(row["number"])
        refresh(tx, ctx, list(ids))
        incident_verdicts.freeze(tx, ctx, list(ids))
    if not numbers:
        raise Refusal("没有可以签收的记录。")
    return Outcome(f"已签收 {len(numbers)} 张。", frozenset({*TOUCHED, "verdict"}))


def give_back(ctx: Context, incident_id: int, values: Values) -> Outcome[str]:
    """The supervisor gives a record back to be completed; it has to be handed in again."""
    ctx.require(Role.SUPERVISOR)
    with ctx.transaction("退回事件记录", entry.text(values, "reason", "退回原因", required=True, longest=200)) as tx:
        row = row_of(tx.connection, incident_id)
        case_reports.refuse_approved(tx.connection, row)
        if row["state"] == IncidentState.SIGNED:
            incident_verdicts.withdraw(tx, ctx, incident_id)
        elif row["state"] == IncidentState.RETURNED or row["state"] not in DONE:
            raise Refusal(f"{row['number']} 是“{row['state']}”，没有交上来的记录可以退回。")
        tx.update(
            Incident, incident_id, state=str(IncidentState.RETURNED), handed_in_at=None, handed_in_by="",
            signed_at=None, signed_by="", closed_at=None,
        )  # fmt: skip
        note(tx, ctx, incident_id, Course.RETURN, ctx.now(), tx.reason)
        refresh(tx, ctx, [incident_id])
    return Outcome(f"{row['number']} 已退回：{tx.reason}。", TOUCHED)


def reopen(ctx: Context, incident_id: int, values: Values) -> Outcome[str]:
    """It came back: work goes on, and so do the clocks; the time it was thought solved is nobody's."""
    ctx.require(*WRITERS)
    reason = entry.text(values, "reason", "重开原因", required=True, longest=200)
    with ctx.transaction("重开事件", reason) as tx:
        row = row_of(tx.connection, incident_id)
        case_reports.refuse_approved(tx.connection, row)
        if row["state"] not in (*DONE, IncidentState.SIGNED):
            raise Refusal(f"{row['number']} 是“{row['state']}”，不需要重开。")
        if row["state"] == IncidentState.SIGNED:
            ctx.require(Role.SUPERVISOR)
            incident_verdicts.withdraw(tx, ctx, incident_id)
        now = ctx.now()
        if row["resolved_at"] is not None and row["resolved_at"] < now:
            # Between the solution and the new call nobody had anything to do.
            tx.insert(
                IncidentPause, incident_id=incident_id, begins_at=row["resolved_at"], ends_at=now,
                whose=str(Whose.CLIENT), reason=f"已解决，{now:%m-%d %H:%M} 重开",
            )  # fmt: skip
        tx.update(
            Incident, incident_id, state=working_state(row), resolved_at=None, result="", confirmed_at=None,
            confirmed_by=None, rating="", opinion="", handed_in_at=None, handed_in_by="", signed_at=None,
            signed_by="", closed_at=None, told_back_at=None, reopened=row["reopened"] + 1,
        )  # fmt: skip
        note(tx, ctx, incident_id, Course.REOPEN, now, reason)
        refresh(tx, ctx, [incident_id])
    return Outcome(f"{row['number']} 已重开（第 {row['reopened'] + 1} 次）：{reason}。", TOUCHED)


def void(ctx: Context, incident_id: int, values: Values) -> Outcome[str]:
    """A record opened by mistake: it stays with its number, which nobody gets again."""
    ctx.require(*WRITERS)
    reason = entry.text(values, "reason", "作废原因", required=True, longest=200)
    with ctx.transaction("作废事件记录", reason) as tx:
        row = row_of(tx.connection, incident_id)
        refuse_closed(row)
        if row["state"] not in OPEN_INCIDENT:
            ctx.require(Role.SUPERVISOR)
        now = ctx.now()
        if row["state"] == IncidentState.WAITING:
            end_pause(tx, ctx, row, now)
        tx.update(Incident, incident_id, state=str(IncidentState.VOID), void_at=now, void_reason=reason)
        note(tx, ctx, incident_id, Course.VOID, now, reason)
        refresh(tx, ctx, [incident_id])
    return Outcome(f"{row['number']} 已作废，编号不再使用：{reason}。", TOUCHED)


CORRECTED = {
    "accepted_at": "接到时间",
    "responded_at": "响应时间",
    "contacted_at": "联系时间",
    "arrived_at": "到达时间",
    "resolved_at": "解决时间",
}
"""Times that the supervisor may correct, in the order in which they have to be."""


def correct_time(ctx: Context, incident_id: int, values: Values) -> Outcome[str]:
    """A time was written down wrong: the supervisor sets it right with a reason; the old one stays in the course."""
    ctx.require(Role.SUPERVISOR)
    reason = entry.text(values, "reason", "更正原因", required=True, longest=200)
    key = entry.chosen(values, "which", "更正哪个时间", list(CORRECTED))
    with ctx.transaction("更正事件时间", reason) as tx:
        row = row_of(tx.connection, incident_id)
        refuse_closed(row)
        if row[key] is None:
            raise Refusal(f"{CORRECTED[key]}还没有记录，不用更正。", field="which")
        at = entry.moment(values, "at", "正确时间")
        if at > ctx.now():
            raise Refusal(f"正确时间 {at:%m-%d %H:%M} 还没有到。请核对。", field="at")
        _refuse_disorder({**row, key: at}, key)
        if key == "resolved_at":
            refuse_before(row, last_pause_end(tx.connection, incident_id, but=row[key]), at, "at")
            _move_pause_end(tx, incident_id, row[key], at)
        tx.update(Incident, incident_id, **{key: at})
        said = f"{CORRECTED[key]} {row[key]:%m-%d %H:%M:%S} 改为 {at:%m-%d %H:%M:%S}：{reason}"
        note(tx, ctx, incident_id, Course.CORRECT, ctx.now(), said)
        refresh(tx, ctx, [incident_id])
    return Outcome(f"{row['number']} {said}。", TOUCHED)


IN_ORDER = (
    ("accepted_at", "responded_at", "resolved_at", "confirmed_at"),
    ("accepted_at", "responded_at", "resolved_at", "handed_in_at"),
)
"""Times that follow each other; the user may confirm before or after the record is handed in."""
NAMED = {**CORRECTED, "confirmed_at": "确认时间", "handed_in_at": "交单时间"}


def _refuse_disorder(row: Values, key: str) -> None:
    for names in IN_ORDER:
        order = [(name, row[name]) for name in names if row[name] is not None]
        if key not in names:
            order = [("accepted_at", row["accepted_at"] or row["reported_at"]), (key, row[key])]
        for (before, earlier), (after, later) in pairwise(order):
            if earlier.replace(second=0) > later:
                raise Refusal(
                    f"{NAMED[after]} {later:%m-%d %H:%M} 会早于{NAMED[before]} {earlier:%m-%d %H:%M}。请核对。",
                    field="at",
                )


def _move_pause_end(tx: Transaction, incident_id: int, before: datetime, after: datetime) -> None:
    """A pause that the solution ended ends with it still; it began before."""
    query = select(IncidentPause.id, IncidentPause.begins_at).where(
        IncidentPause.incident_id == incident_id, IncidentPause.ends_at == before
    )
    for pause in tx.connection.execute(query):
        tx.update(IncidentPause, pause.id, ends_at=max(after, pause.begins_at))
