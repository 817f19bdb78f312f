"""What is done with a 借用单: approved, refused, lent, extended, returned whole or in part, voided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from opsdesk.models import Loan, LoanItem
from opsdesk.registers.loan import condition, items
from opsdesk.registers.loan.service import TOUCHED, row_of
from opsdesk.rules import lending
from opsdesk.rules.vocabulary import Role
from opsdesk.services import assets, attachments, entry, retiring, settings
from opsdesk.services.assets import AssetState
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.lapses import loan_facts
from opsdesk.services.outcome import Outcome
from opsdesk.services.text import added
from opsdesk.services.transaction import Transaction

Values = Mapping[str, Any]
SOUND, DAMAGED, LOST = "完好", "有损坏", "有丢失"
OUTCOMES = (SOUND, DAMAGED, LOST)
AFTER = {DAMAGED: AssetState.REPAIR, LOST: AssetState.SCRAPPED}
"""What an asset becomes that did not come back sound."""


def _standing(tx: Transaction, loan_id: int) -> dict[str, Any]:
    """A loan that is neither void nor refused."""
    row = row_of(tx.connection, loan_id)
    retiring.refuse_void(row)
    if row["refused_at"] is not None:
        raise Refusal(f"{row['number']} 没有批准，已经结束。需要时请重新填写一张。")
    return row


def approve(ctx: Context, loan_id: int, values: Values) -> Outcome[str]:
    """The supervisor consents, or enters who of the centre did by word of mouth and when (T3-03)."""
    ctx.require(Role.SUPERVISOR)
    at = entry.past(values, "approved_at", "同意时间", ctx.now())
    by = entry.text(values, "approved_by", "同意人", longest=30) or ctx.actor.name
    with ctx.transaction("批准借用") as tx:
        row = _standing(tx, loan_id)
        if row["approved_at"] is not None:
            raise Refusal(f"{row['number']} 在 {row['approved_at']:%Y-%m-%d %H:%M} 已经批准。")
        tx.update(Loan, loan_id, approved_by=by, approved_at=at)
    return Outcome(f"{row['number']} 已批准，可以借出。", TOUCHED)


def refuse(ctx: Context, loan_id: int, values: Values) -> Outcome[str]:
    """The supervisor does not consent; the sheet stays with the reason."""
    ctx.require(Role.SUPERVISOR)
    reason = entry.text(values, "reason", "理由", required=True, longest=200)
    with ctx.transaction("不批准借用", reason) as tx:
        row = _standing(tx, loan_id)
        if row["approved_at"] is not None:
            raise Refusal(f"{row['number']} 已经批准。要收回请用“作废”。")
        tx.update(Loan, loan_id, refused_at=ctx.now(), refusal=reason)
    return Outcome(f"{row['number']} 不批准：{reason}。", TOUCHED)


def lend(ctx: Context, loan_id: int, values: Values) -> Outcome[str]:
    """Hand the things over in the state ticked; assets of the ledger are 借出 from then on."""
    ctx.require(*WRITERS)
    state = condition.read(values, condition.OUT)
    at = entry.past(values, "lent_at", "借出时间", ctx.now())
    until = entry.day_or_none(values, "due_on", "应还日期")
    by = entry.text(values, "lent_by", "经手人", longest=30) or ctx.actor.name
    with ctx.transaction("借出设备") as tx:
        row = _standing(tx, loan_id)
        if row["lent_at"] is not None:
            raise Refusal(f"{row['number']} 在 {row['lent_at']:%Y-%m-%d %H:%M} 已经借出。")
        if row["approved_at"] is None:
            clause = lending.consent_clause(ctx.law_on(at.date()), vendor=row["vendor_id"] is not None)
            by_clause = f"（{clause.cite().short}）" if clause else ""
            said = "请主管先批准；事前口头同意的，由主管补登同意人和时间。"
            raise Refusal(f"{row['number']} 还没有批准，不能借出{by_clause}。{said}")
        due = until or row["due_on"]
        if due < at.date():
            raise Refusal(f"应还日期 {due.isoformat()} 已过，请填新的应还日期。", field="due_on")
        for line in items.rows(tx.connection, [loan_id])[loan_id]:
            if line["asset_id"] is not None:
                asset = assets.row(tx.connection, line["asset_id"])
                if why := assets.why_not_at_hand(tx.connection, asset):
                    raise Refusal(why)
                assets.become(tx, asset["id"], AssetState.LENT)
        tx.update(Loan, loan_id, lent_at=at, lent_by=by, condition_out=state, due_on=due, first_due_on=due)
    return Outcome(f"{row['number']} 已借出，{due.isoformat()} 前归还。", TOUCHED)


def extend(ctx: Context, loan_id: int, values: Values) -> Outcome[str]:
    """The supervisor agrees to a later day; the reason and the day it was stay on the sheet."""
    ctx.require(Role.SUPERVISOR)
    until = entry.day(values, "until", "延至")
    reason = entry.text(values, "reason", "延期原因", required=True, longest=100)
    with ctx.transaction("延期归还", reason) as tx:
        row = _standing(tx, loan_id)
        known = loan_facts(row)
        if why := lending.no_extension(known, until, ctx.now()):
            raise Refusal(why, field="until")
        late = lending.late_days(row["due_on"], None, ctx.now())
        already = f"（已逾期 {late} 天）" if late else ""
        was = f"{row['due_on'].isoformat()}{already or ' '}"
        line = f"{ctx.today().isoformat()} 延期：{was}改为 {until.isoformat()}，{reason}"
        changes = {"due_on": until, "extensions": row["extensions"] + 1, "remarks": added(row["remarks"], line)}
        tx.update(Loan, loan_id, **changes)
    return Outcome(f"{row['number']} 延期到 {until.isoformat()}{already}。", TOUCHED)


def give_back(ctx: Context, loan_id: int, values: Values) -> Outcome[str]:
    """Take things back, all or some; what is damaged or lost needs a word on who is liable (E7-09)."""
    ctx.require(*WRITERS)
    outcome = entry.chosen({"outcome": SOUND, **values}, "outcome", "归还结果", OUTCOMES)
    damage, liability = _damage(ctx, values, outcome)
    if outcome != SOUND and not values.get("other"):
        values = {**values, "other": outcome}
    state = condition.read(values, condition.IN)
    if outcome != SOUND and condition.IN["undamaged"] in condition.ticked(state, tuple(condition.IN.values())):
        raise Refusal(f"归还结果选了“{outcome}”，就不能勾“没有损坏”。", field="undamaged")
    at = entry.past(values, "returned_at", "归还时间", ctx.now())
    by = entry.text(values, "received_by", "验收人", longest=30) or ctx.actor.name
    with ctx.transaction("归还借用设备") as tx:
        row = _standing(tx, loan_id)
        if row["lent_at"] is None:
            raise Refusal(f"{row['number']} 还没有借出，不用归还。")
        if row["returned_at"] is not None:
            raise Refusal(f"{row['number']} 在 {row['returned_at']:%Y-%m-%d %H:%M} 已经还清。")
        if at < row["lent_at"]:
            raise Refusal(f"归还时间早于借出时间 {row['lent_at']:%Y-%m-%d %H:%M}，请核对。", field="returned_at")
        lines = items.rows(tx.connection, [loan_id])[loan_id]
        taken = items.back(lines, str(values.get("lines") or ""))
        said = _take(tx, row["number"], lines, taken, outcome, damage, at)
        rest = sum(line["quantity"] - line["returned"] - taken.get(line["id"], 0) for line in lines)
        changes: dict[str, Any] = {
            "condition_in": state,
            "received_by": by,
            "damage": "；".join(part for part in (row["damage"], damage) if part),
            "liability": "；".join(part for part in (row["liability"], liability) if part),
        }
        if rest or len(taken) < len(lines):
            changes["remarks"] = added(row["remarks"], f"{at:%Y-%m-%d} 归还：{said}，{outcome}")
        tx.update(Loan, loan_id, **changes, returned_at=None if rest else at)
        late = lending.late_days(row["due_on"], at, ctx.now())
    when = f"，逾期 {late} 天" if late else "，按时"
    more = f"，还有 {rest} 件没还" if rest else f"，已还清{when}"
    return Outcome(f"{row['number']} 归还 {said}{more}。", TOUCHED)


def attach_photo(ctx: Context, loan_id: int, source: Path) -> Outcome[str]:
    """Keep a photo of what was lent or came back; a newer one takes its place, the older stays in the chain."""
    ctx.require(*WRITERS)
    with ctx.read() as connection:
        refuse_not_lent(row_of(connection, loan_id))
    stored = attachments.store(ctx.home, source, most_megabytes=settings.number(ctx, "incident.file_megabytes"))
    with ctx.transaction("附借用照片") as tx:
        row = _standing(tx, loan_id)
        refuse_not_lent(row)
        tx.update(Loan, loan_id, photo_sha256=stored.sha256, photo_name=stored.name)
    return Outcome(f"{row['number']} 已附照片“{stored.name}”。", TOUCHED)


def refuse_not_lent(row: Values) -> None:
    """Refuse a 借用单 of which nothing was handed over yet."""
    if row["lent_at"] is None:
        raise Refusal(f"{row['number']} 还没有借出，借出以后再附照片。", field="file")


def _damage(ctx: Context, values: Values, outcome: str) -> tuple[str, str]:
    """What happened and who is liable; both have to be written where something is damaged or lost."""
    damage = entry.text(values, "damage", "损坏或丢失的情况", longest=200)
    liability = entry.text(values, "liability", "责任和赔偿", longest=200)
    if outcome == SOUND:
        if damage or liability:
            raise Refusal("写了损坏或赔偿，请把“归还结果”改成有损坏或有丢失。", field="outcome")
        return "", ""
    held = ctx.law_on(ctx.today()).part("goods.liability", lending.STAFF)
    by = f"（{held.cite().short}）" if held else ""
    for key, written in (("damage", damage), ("liability", liability)):
        if not written:
            raise Refusal(f"{outcome}的，要写明情况、责任和赔偿{by}。", field=key)
    return damage, liability


def _take(
    tx: Transaction,
    number: str,
    lines: Sequence[Mapping[str, Any]],
    taken: Mapping[int, int],
    outcome: str,
    damage: str,
    at: datetime,
) -> str:
    """Book what has come back; its assets are at rest again, or what the damage makes of them. Says what it was."""
    said = []
    for line in lines:
        pieces = taken.get(line["id"], 0)
        if not pieces:
            continue
        said.append(f"{line['name']} {pieces} 件")
        tx.update(LoanItem, line["id"], returned=line["returned"] + pieces)
        if line["asset_id"] is not None:
            asset = assets.row(tx.connection, line["asset_id"])
            becomes = AFTER.get(outcome) or assets.at_rest(asset)
            repair = "" if outcome == SOUND else f"{at:%Y-%m-%d} 借用归还（{number}）{outcome}：{damage}"
            assets.become(tx, asset["id"], becomes, repair)
    return "、".join(said)


def void(ctx: Context, loan_id: int, values: Values) -> Outcome[str]:
    """Void a sheet of which nothing was lent; its number is not used again. Only the supervisor may."""
    ctx.require(Role.SUPERVISOR)
    reason = entry.text(values, "reason", "作废原因", required=True, longest=200)
    with ctx.transaction("作废借用单", reason) as tx:
        row = row_of(tx.connection, loan_id)
        retiring.refuse_void(row)
        if row["lent_at"] is not None:
            raise Refusal(f"{row['number']} 已经借出过，不能作废。请办理归还。")
        tx.update(Loan, loan_id, void_at=ctx.now(), remarks=added(row["remarks"], f"作废：{reason}"))
    return Outcome(f"{row['number']} 已作废：{reason}。编号不再使用。", TOUCHED)
