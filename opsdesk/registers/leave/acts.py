"""What is done with a slip after it was filed: agreed to, refused, made up for, prolonged, closed, withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from opsdesk.models import Leave, LeaveSlip, Staff
from opsdesk.registers.leave import asking, service
from opsdesk.registers.leave.service import TOUCHED, slip, take_effect
from opsdesk.rules.leave import HospitalLevel
from opsdesk.rules.vocabulary import Role
from opsdesk.services import duties, entry, leave_slips, retiring
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.leave_slips import CERTIFICATE, OTHER_PAPER
from opsdesk.services.outcome import Outcome
from opsdesk.services.transaction import Transaction

Values = Mapping[str, Any]
COUNTS = "已计为请假，相关日期的到岗已重新判定"


def _open_slip(tx: Transaction, slip_id: int) -> dict[str, Any]:
    """A slip that is neither withdrawn nor refused."""
    if slip_id < 0:
        raise Refusal("这次请假没有单据，只能撤销。")
    row = slip(tx.connection, slip_id)
    if row["withdrawn_at"] is not None:
        raise Refusal(f"请假单 {row['number']} 已经撤销。请刷新后再看。")
    if row["refused_at"] is not None:
        raise Refusal(f"请假单 {row['number']} 未获同意，已经结束。需要时请重新填写一张。")
    return row


def _now_what(tx: Transaction, ctx: Context, slip_id: int, done: str) -> str:
    """`done`, and whether the slip counts by now or what it waits for."""
    if take_effect(tx, ctx, slip_id):
        done = f"{done}，{COUNTS}"
    row = slip(tx.connection, slip_id)
    found = leave_slips.standings(tx.connection, ctx.regulations, [row], ctx.today())[slip_id]
    return f"{done}。{found.sentence}"


def agree(ctx: Context, slip_id: int, values: Values) -> Outcome[str]:
    """The company agrees, with or without its seal yet; an extension that the centre consented to then counts."""
    ctx.require(*WRITERS)
    entry.text(values, "vendor_agreed_by", "公司同意人", required=True, longest=30)
    given = asking.agreement(values, ctx.now().replace(second=0))
    with ctx.transaction("公司同意请假") as tx:
        row = _open_slip(tx, slip_id)
        if row["vendor_agreed_at"] is not None:
            raise Refusal(f"请假单 {row['number']} 的公司意见已经登记过。")
        tx.update(LeaveSlip, slip_id, **{**given, "sealed_on": given["sealed_on"] or row["sealed_on"]})
        said = _now_what(tx, ctx, slip_id, f"请假单 {row['number']} 公司已同意")
    return Outcome(said, TOUCHED)


def consent(ctx: Context, slip_id: int, values: Values) -> Outcome[str]:
    """The centre consents (only the supervisor may): the time is freed and its days are judged again."""
    ctx.require(Role.SUPERVISOR)
    now = ctx.now().replace(second=0)
    at = entry.past(values, "consented_at", "同意时间", now)
    by = entry.text(values, "consented_by", "同意人", longest=30) or ctx.actor.name
    with ctx.transaction("同意请假") as tx:
        row = _open_slip(tx, slip_id)
        if row["consented_at"] is not None:
            raise Refusal(f"请假单 {row['number']} 已经同意过。请刷新后再看。")
        archive_no = entry.text(values, "archive_no", "存档号") or row["archive_no"]
        tx.update(LeaveSlip, slip_id, consented_by=by, consented_at=at, archive_no=archive_no)
        said = _now_what(tx, ctx, slip_id, f"请假单 {row['number']} 已同意")
    return Outcome(said, TOUCHED)


def refuse(ctx: Context, slip_id: int, values: Values) -> Outcome[str]:
    """The centre does not consent (only the supervisor may); the reason is kept and no time is freed."""
    ctx.require(Role.SUPERVISOR)
    why = entry.text(values, "reason", "不同意的理由", required=True, longest=200)
    with ctx.transaction("不同意请假", why) as tx:
        row = _open_slip(tx, slip_id)
        if row["leave_id"] is not None:
            raise Refusal(f"请假单 {row['number']} 已经同意。要收回请用“撤销”。")
        tx.update(LeaveSlip, slip_id, refused_by=ctx.actor.name, refused_at=ctx.now(), refusal=why)
    return Outcome(f"请假单 {row['number']} 不同意，这段时间不计为请假。", TOUCHED)


def submit(ctx: Context, slip_id: int, values: Values) -> Outcome[str]:
    """The written slip has come in, sealed or not (T2-ATT-02b, 02c); what stands on record already stays."""
    ctx.require(*WRITERS)
    now = ctx.now()
    given = {
        "submitted_on": entry.past_day_or_none(values, "submitted_on", "补交日期", now.date()),
        "sealed_on": entry.past_day_or_none(values, "sealed_on", "盖章日期", now.date()),
        "archive_no": entry.text(values, "archive_no", "存档号"),
    }
    changes = {key: value for key, value in given.items() if value}
    if not changes:
        raise Refusal("请填写补交日期、盖章日期或存档号。", field="submitted_on")
    with ctx.transaction("补交请假说明") as tx:
        row = _open_slip(tx, slip_id)
        tx.update(LeaveSlip, slip_id, **changes)
        said = _now_what(tx, ctx, slip_id, f"请假单 {row['number']} 的说明和盖章已登记")
    return Outcome(said, TOUCHED)


def certify(ctx: Context, slip_id: int, values: Values) -> Outcome[str]:
    """A certificate has come in: from which hospital of which level (T2-ATT-06)."""
    ctx.require(*WRITERS)
    paper = entry.chosen(values, "certificate", "证明材料", [CERTIFICATE, OTHER_PAPER])
    given = {"certificate": paper, "hospital": entry.text(values, "hospital", "医院名称"), "hospital_level": ""}
    if paper == CERTIFICATE or values.get("hospital_level"):
        levels = [str(level) for level in HospitalLevel]
        given["hospital_level"] = entry.chosen(values, "hospital_level", "医院级别", levels)
    with ctx.transaction("补请假证明") as tx:
        row = _open_slip(tx, slip_id)
        tx.update(LeaveSlip, slip_id, **given)
        said = _now_what(tx, ctx, slip_id, f"请假单 {row['number']} 的证明已登记")
    return Outcome(said, TOUCHED)


def extend(ctx: Context, slip_id: int, values: Values) -> Outcome[str]:
    """File an extension (续假): a slip of its own from where this one ends; it waits for company and centre."""
    ctx.require(*WRITERS)
    why = entry.text(values, "reason", "续假事由", required=True, longest=200)
    entry.day(values, "last_day", "延至（日期）")
    last = asking.edge(values, "last", "延至（日期）")
    with ctx.transaction("申请续假", why) as tx:
        row = _open_slip(tx, slip_id)
        if row["leave_id"] is None or row["returned_at"] is not None:
            raise Refusal(f"请假单 {row['number']} 还没有同意或已经销假，不能续假。请另填一张请假单。")
        if other := service.prolonging(tx.connection, slip_id):
            raise Refusal(f"请假单 {row['number']} 已有续假单 {other}。请在那一张上办理。")
        begins = row["ends_at"]
        plan = duties.load(tx.connection, ctx.regulations, last.day, last.day, (row["staff_id"],))
        person = duties.people(tx.connection, ids=(row["staff_id"],))[0]
        ends = leave_slips.end_of(plan, person, last)
        asking.check(person, begins, ends, ("last_day", "last_day"))
        kept = ("staff_id", "kind", "place", "contact", "deputy_id", "handover")
        facts = {
            **{key: row[key] for key in kept},
            "begins_at": begins,
            "ends_at": ends,
            "reason": why,
            "applied_at": ctx.now().replace(second=0),
            "certificate": "",
            "hospital": "",
            "hospital_level": "",
            "archive_no": "",
            "extends_id": slip_id,
        }
        service.refuse_overlap(tx.connection, facts, "last_day")
        alone = ""
        try:
            asking.check_deputy(tx.connection, asking.deputy_plan(tx.connection, ctx, facts), facts)
        except Refusal as refusal:
            facts["deputy_id"], alone = None, f"续假单没有写顶岗人：{refusal}"
        number = slip(tx.connection, service.insert(tx, ctx, facts))["number"]
    return Outcome(f"续假单 {number} 已填好，公司和信息中心都同意后才计为请假。{alone}", TOUCHED)


def close(ctx: Context, slip_id: int, values: Values) -> Outcome[str]:
    """Back at work (销假): an earlier return shortens the absence and has the rest of its days judged again."""
    ctx.require(*WRITERS)
    entry.moment(values, "returned_at", "返岗时间")
    at = entry.past(values, "returned_at", "返岗时间", ctx.now())
    with ctx.transaction("销假") as tx:
        row = _open_slip(tx, slip_id)
        if row["leave_id"] is None:
            raise Refusal(f"请假单 {row['number']} 还没有同意，不用销假。")
        if row["returned_at"] is not None:
            raise Refusal(f"请假单 {row['number']} 在 {row['returned_at']:%Y-%m-%d %H:%M} 已经销假。")
        if other := service.prolonging(tx.connection, slip_id):
            raise Refusal(f"这次请假已续到 {other}。请在续假单上销假。")
        if at <= row["begins_at"]:
            raise Refusal("返岗时间早于请假开始。没有去的请用“撤销”。", field="returned_at")
        said = f"请假单 {row['number']} 已销假"
        tx.update(LeaveSlip, slip_id, returned_at=at)
        if at < row["ends_at"]:
            tx.update(Leave, row["leave_id"], ends_at=at)  # days of it that are closed stay as they are
            service.judge_again(tx, ctx, row)
            said += f"，提前返岗，请假计到 {at:%Y-%m-%d %H:%M}，之后的到岗已重新判定"
    return Outcome(f"{said}。", TOUCHED)


def withdraw(ctx: Context, slip_id: int, values: Values) -> Outcome[str]:
    """Withdraw a slip, or (negative id) an absence without one; it stays, marked. Only the supervisor may."""
    ctx.require(Role.SUPERVISOR)
    why = entry.text(values, "reason", "撤销原因", required=True, longest=200)
    with ctx.transaction("撤销请假单", why) as tx:
        row = _absence(tx, -slip_id) if slip_id < 0 else slip(tx.connection, slip_id)
        name = tx.connection.execute(select(Staff.name).where(Staff.id == row["staff_id"])).scalar_one()
        if row["withdrawn_at"] is not None:
            raise Refusal(f"{name}的这次{row['kind']}在 {row['withdrawn_at']:%Y-%m-%d %H:%M} 已经撤销。")
        if other := service.prolonging(tx.connection, slip_id):
            raise Refusal(f"这次请假已有续假单 {other}。请先撤销续假单。")
        if slip_id > 0:
            tx.update(LeaveSlip, slip_id, withdrawn_at=ctx.now(), withdrawal=why)
        if row["leave_id"] is None:
            return Outcome(f"{name}的{row['kind']}已撤销。", TOUCHED)
        tx.update(Leave, row["leave_id"], withdrawn_at=ctx.now())
        service.judge_again(tx, ctx, row)
    return Outcome(f"{name}的{row['kind']}已撤销，相关日期的到岗已重新判定。", TOUCHED)


def _absence(tx: Transaction, leave_id: int) -> dict[str, Any]:
    row = retiring.one(tx.connection, select(Leave.__table__).where(Leave.id == leave_id), service.WHAT)
    return {**row, "leave_id": leave_id, "deputy_id": None}
