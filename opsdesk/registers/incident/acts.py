"""What happens to an incident between the call and its solution: each act one line in the course of events.

受理 → 响应 → (等待) → 解决; what follows stands in `closing`. Nothing is ever taken out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from opsdesk.models import Incident, IncidentDue, IncidentPause, Staff
from opsdesk.registers.incident.moments import end_pause, happened_at, last_pause_end, refuse_before, working_state
from opsdesk.registers.incident.service import (
    LONG_TEXTS,
    TOUCHED,
    Course,
    cited,
    note,
    person_of,
    refresh,
    refuse_closed,
    row_of,
)
from opsdesk.rules.sla import in_words
from opsdesk.rules.vocabulary import OPEN_INCIDENT, ClockState, IncidentState, Role, Whose
from opsdesk.services import entry, incident_clocks
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.services.transaction import Transaction

Values = Mapping[str, Any]
WAYS = ("电话", "远程", "现场")
SOLVED, FOR_NOW = "已解决", "临时解决"
RESULTS = (SOLVED, FOR_NOW)


def _open(tx: Transaction, incident_id: int, what: str) -> dict[str, Any]:
    """The record, which somebody still works on. Refuses otherwise."""
    row = row_of(tx.connection, incident_id)
    refuse_closed(row)
    if row["state"] not in OPEN_INCIDENT:
        raise Refusal(f"{row['number']} 已是“{row['state']}”，不能再{what}。如果问题又出现了，请用“重开”。")
    return row


def respond(ctx: Context, incident_id: int, values: Values) -> Outcome[str]:
    """Somebody has taken it up, by phone or on the spot (T1-FLT-01)."""
    ctx.require(*WRITERS)
    with ctx.transaction("响应事件") as tx:
        row = _open(tx, incident_id, "响应")
        if row["responded_at"] is not None:
            raise Refusal(f"{row['number']} 已在 {row['responded_at']:%H:%M:%S} 响应。时间不对请用“更正时间”。")
        at = happened_at(ctx, values, "responded_at", "响应时间", row)
        way = entry.chosen(
            {**values, "response_way": values.get("response_way") or WAYS[0]}, "response_way", "响应方式", WAYS
        )
        hands = _hands(tx, values.get("staff_id") or row["staff_id"])
        state = row["state"] if row["state"] == IncidentState.WAITING else str(IncidentState.WORKING)
        arrived = {"arrived_at": at} if way == WAYS[2] and row["arrived_at"] is None else {}
        tx.update(Incident, incident_id, responded_at=at, response_way=way, state=state, **hands, **arrived)
        after = row_of(tx.connection, incident_id)
        note(tx, ctx, incident_id, Course.RESPOND, at, f"{way}响应", by=person_of(tx.connection, after))
        refresh(tx, ctx, [incident_id])
        used = _response_took(tx, ctx, row_of(tx.connection, incident_id))
    return Outcome(f"{row['number']} 已响应，用时 {in_words(used)}。", TOUCHED)


def _standing(tx: Transaction, ctx: Context, row: dict[str, Any]) -> incident_clocks.Standing:
    return incident_clocks.standings(tx.connection, ctx.regulations, [row], ctx.now())[row["id"]]


def _response_took(tx: Transaction, ctx: Context, row: dict[str, Any]) -> int:
    """Seconds as the clock counts them; where there is no limit, from the call to the response."""
    reading = _standing(tx, ctx, row).response
    if reading is not None:
        return reading.used
    return max(0, int((row["responded_at"] - (row["accepted_at"] or row["reported_at"])).total_seconds()))


def _hands(tx: Transaction, staff_id: int | None) -> dict[str, Any]:
    if staff_id is None:
        raise Refusal("请选择处理人，响应和交单都记在他名下。", field="staff_id")
    vendor = tx.connection.execute(select(Staff.vendor_id).where(Staff.id == staff_id)).scalar_one_or_none()
    if vendor is None:
        raise Refusal("处理人不在人员名册里。请从列表中选择。", field="staff_id")
    return {"staff_id": staff_id, "vendor_id": vendor}


MOMENTS = {
    "contact": (Course.CONTACT, "contacted_at", "联系时间", "已联系用户"),
    "arrive": (Course.ARRIVE, "arrived_at", "到达时间", "已到达现场"),
    "tell_back": (Course.TELL_BACK, "told_back_at", "反馈时间", "已反馈结果"),
}
"""Acts that only say when something was done."""


def happened(ctx: Context, incident_id: int, values: Values, *, what: str) -> Outcome[str]:
    """The user was called, the engineer arrived, the result was told back (E19-13, 25)."""
    ctx.require(*WRITERS)
    course, key, title, said = MOMENTS[what]
    with ctx.transaction(str(course)) as tx:
        row = row_of(tx.connection, incident_id) if what == "tell_back" else _open(tx, incident_id, f"记{title}")
        refuse_closed(row)
        if what == "tell_back" and row["resolved_at"] is None:
            raise Refusal(f"{row['number']} 还没有解决，没有结果可以反馈。")
        if row[key] is not None:
            raise Refusal(f"{row['number']} 已在 {row[key]:%m-%d %H:%M} {course}。时间不对请用“更正时间”。")
        at = happened_at(ctx, values, key, title, row)
        tx.update(Incident, incident_id, **{key: at})
        note(tx, ctx, incident_id, course, at, said, by=person_of(tx.connection, row))
        refresh(tx, ctx, [incident_id])
    return Outcome(f"{row['number']} {said}，{at:%H:%M}。", TOUCHED)


def appoint(ctx: Context, incident_id: int, values: Values) -> Outcome[str]:
    """The time at which the user expects somebody (E19-24)."""
    ctx.require(*WRITERS)
    with ctx.transaction("约定上门时间") as tx:
        row = _open(tx, incident_id, "约定时间")
        at = entry.moment(values, "appointed_at", "约定上门时间")
        tx.update(Incident, incident_id, appointed_at=at)
        note(tx, ctx, incident_id, Course.APPOINT, ctx.now(), f"约定 {at:%Y-%m-%d %H:%M} 上门")
        refresh(tx, ctx, [incident_id])
    return Outcome(f"{row['number']} 约定 {at:%m-%d %H:%M} 上门。", TOUCHED)


def ask_due(ctx: Context, incident_id: int, values: Values) -> Outcome[str]:
    """By when the user wants it solved; a later time is kept beside the first, and only a confirmed one counts."""
    ctx.require(*WRITERS)
    with ctx.transaction("记录用户要求时间") as tx:
        row = _open(tx, incident_id, "改要求时间")
        due = entry.moment(values, "due_at", "要求完成时间")
        if due <= (row["accepted_at"] or row["reported_at"]):
            raise Refusal(f"要求完成时间 {due:%m-%d %H:%M} 早于接到时间。请核对。", field="due_at")
        asked_by = entry.text(values, "asked_by", "提出人") or row["reporter"] or "用户"
        reason = entry.text(values, "reason", "改期原因", required=row["due_at"] is not None, longest=200)
        sure = values.get("confirmed") is not False
        tx.insert(
            IncidentDue, incident_id=incident_id, asked_at=ctx.now(), due_at=due, confirmed=sure, asked_by=asked_by,
            reason=reason,
        )  # fmt: skip
        before = f"（原 {row['due_at']:%m-%d %H:%M}，{reason}）" if row["due_at"] is not None else ""
        said = f"{due:%Y-%m-%d %H:%M} 前完成{before}{'' if sure else '，用户还没有确认，不作数'}"
        note(tx, ctx, incident_id, Course.DUE, ctx.now(), said, by=asked_by)
        refresh(tx, ctx, [incident_id])
    return Outcome(f"{row['number']} 要求 {said}。", TOUCHED)


def wait(ctx: Context, incident_id: int, values: Values) -> Outcome[str]:
    """The clock stands: whose time it is, and why. Only 外包单位's own waiting counts against it."""
    ctx.require(*WRITERS)
    with ctx.transaction("等待（暂停计时）") as tx:
        row = _open(tx, incident_id, "等待")
        if row["state"] == IncidentState.WAITING:
            raise Refusal(f"{row['number']} 已经在等待。恢复处理以后才能再次等待。")
        whose = Whose(entry.chosen(values, "whose", "等待谁", [str(each) for each in Whose]))
        reason = entry.text(values, "reason", "等待原因", required=True, longest=200)
        at = happened_at(ctx, values, "begins_at", "开始时间", row)
        ended = last_pause_end(tx.connection, incident_id)
        if ended is not None and at < ended.replace(second=0):
            raise Refusal(f"上一次等待到 {ended:%m-%d %H:%M} 才结束，这次不能更早开始。", field="begins_at")
        at = max(_not_hiding(tx, ctx, row, at), ended or at)
        tx.insert(IncidentPause, incident_id=incident_id, begins_at=at, ends_at=None, whose=str(whose), reason=reason)
        tx.update(Incident, incident_id, state=str(IncidentState.WAITING))
        note(tx, ctx, incident_id, Course.WAIT, at, f"等待{whose.removeprefix('等待')}：{reason}")
        refresh(tx, ctx, [incident_id])
    counts = "计入外包单位用时" if whose is Whose.VENDOR else "不计入外包单位用时"
    return Outcome(f"{row['number']} 自 {at:%H:%M} 等待（{whose}），{counts}。", TOUCHED)


def _not_hiding(tx: Transaction, ctx: Context, row: dict[str, Any], at: datetime) -> datetime:
    """When a pause may begin: over a limit that is exceeded only the supervisor may enter one in the past."""
    now = ctx.now()
    if ctx.actor.role is Role.SUPERVISOR or at == now:
        return at
    over = [each for each in _standing(tx, ctx, row).readings if each.running and each.state is ClockState.BREACHED]
    if over and at < now.replace(second=0):
        raise Refusal(
            f"{row['number']} 的{over[0].name}已超时 {in_words(over[0].over)}，等待不能补记到 {at:%m-%d %H:%M}。"
            "请把开始时间空着，从现在起等待；确实早就在等待的，请主管补记。",
            field="begins_at",
        )
    return now if over else at


def resume(ctx: Context, incident_id: int, values: Values) -> Outcome[str]:
    """The waiting is over."""
    ctx.require(*WRITERS)
    with ctx.transaction("恢复处理（恢复计时）") as tx:
        row = _open(tx, incident_id, "恢复处理")
        at = happened_at(ctx, values, "ends_at", "结束时间", row)
        waited = end_pause(tx, ctx, row, at)
        tx.update(Incident, incident_id, state=working_state(row))
        refresh(tx, ctx, [incident_id])
    return Outcome(f"{row['number']} 恢复处理，这次等待了 {in_words(waited)}。", TOUCHED)


def escalate(ctx: Context, incident_id: int, values: Values) -> Outcome[str]:
    """Not solved in time: to whom it goes, who was told when, and when somebody comes again (E15-07, E19-26)."""
    ctx.require(*WRITERS)
    with ctx.transaction("升级事件") as tx:
        row = _open(tx, incident_id, "升级")
        to = entry.text(values, "escalated_to", "转派／升级至", required=True)
        reason = entry.text(values, "reason", "原因", required=True, longest=200)
        kept: dict[str, Any] = {"escalated_to": to, "unsolved_at": row["unsolved_at"] or ctx.now()}
        said = [f"升级至 {to}：{reason}"]
        for key, who in (("technician_at", "技术人员"), ("service_at", "客服")):
            if values.get(key) not in (None, ""):
                kept[key] = happened_at(ctx, values, key, f"告知{who}时间", row)
                said.append(f"{kept[key]:%H:%M} 告知{who}")
        if values.get("next_visit_at") not in (None, ""):
            kept["next_visit_at"] = entry.moment(values, "next_visit_at", "下次服务时间")
            said.append(f"下次服务 {kept['next_visit_at']:%m-%d %H:%M}")
        tx.update(Incident, incident_id, **kept)
        note(tx, ctx, incident_id, Course.ESCALATE, ctx.now(), "，".join(said))
        refresh(tx, ctx, [incident_id])
    return Outcome(f"{row['number']} 已升级至 {to}{cited(ctx, 'incident.escalation', 'E15')}。", TOUCHED)


def solve(ctx: Context, incident_id: int, values: Values) -> Outcome[str]:
    """It works again: for good or for now. A pause that still lasts ends with it."""
    ctx.require(*WRITERS)
    with ctx.transaction("解决事件") as tx:
        row = _open(tx, incident_id, "解决")
        at = happened_at(ctx, values, "resolved_at", "解决时间", row)
        if row["responded_at"] is None:
            raise Refusal(f"{row['number']} 还没有响应。请先记响应，再记解决。")
        if at < row["responded_at"].replace(second=0):
            raise Refusal(f"解决时间早于响应时间 {row['responded_at']:%m-%d %H:%M}。请核对。", field="resolved_at")
        ended = last_pause_end(tx.connection, incident_id)
        refuse_before(row, ended, at, "resolved_at")
        at = max(at, row["responded_at"], ended or at)
        result = entry.chosen({**values, "result": values.get("result") or SOLVED}, "result", "处理结果", RESULTS)
        texts = {
            key: entry.long_text(values, key, title, longest=4000)
            for key, title in LONG_TEXTS.items()
            if values.get(key) not in (None, "")
        }
        if row["state"] == IncidentState.WAITING:
            end_pause(tx, ctx, row, at)
        if handling := entry.long_text(values, "handling", "处理过程", longest=1000):
            note(tx, ctx, incident_id, Course.STEP, at, handling, by=person_of(tx.connection, row))
        tx.update(Incident, incident_id, resolved_at=at, result=result, state=str(IncidentState.SOLVED), **texts)
        note(tx, ctx, incident_id, Course.SOLVE, at, result, by=person_of(tx.connection, row))
        refresh(tx, ctx, [incident_id])
        after = row_of(tx.connection, incident_id)
    late = f"，超时 {in_words(after['solve_over'])}" if after["solve_over"] else ""
    due = f"请在 {after['hand_in_due_at']:%m-%d %H:%M} 前交单" if after["hand_in_due_at"] else "请交单"
    return Outcome(f"{row['number']} {result}{late}。{due}。", TOUCHED)
