"""Ruling upon what the record proposes, line by line: confirmed, changed or waived; the proposal stays beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from opsdesk.models import AppraisalLine
from opsdesk.registers.appraisal.sheets import TOUCHED, open_sheet, reason_typed, scored_sheets
from opsdesk.rules.payment import HUNDRED
from opsdesk.rules.scoring import HUNDREDTH, LineState, Proposal, ScoredItem, Way, plain
from opsdesk.rules.vocabulary import Role
from opsdesk.services.appraisal import Scored
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.services.text import one_line
from opsdesk.services.transaction import Transaction


@dataclass(frozen=True)
class Wish:
    """What is to become of one proposed line; `state` 拟定 takes the ruling back. `points` only where it is changed.

    `seen` are the points that were proposed when it was looked at: where the record proposes others by now, the ruling
    is refused.
    """

    sheet_id: int
    item_id: int
    key: str
    state: LineState
    points: Decimal | None = None
    reason: str = ""
    seen: Decimal | None = None


def rule(ctx: Context, *, wishes: Sequence[Wish]) -> Outcome[list[Wish]]:
    """Confirm, change or waive proposed lines; gives what stood before, so that it can be taken back.

    Changing and waiving need a reason; what was proposed stays beside it. Only the supervisor may.
    """
    ctx.require(Role.SUPERVISOR)
    if not wishes:
        raise Refusal("没有选中任何扣分行。请先选中，再确认、修改或免除。")
    words = {str(wish.state) for wish in wishes}
    with ctx.transaction(f"考核扣分{'、'.join(sorted(words))}", wishes[0].reason) as tx:
        for sheet_id in {wish.sheet_id for wish in wishes}:
            open_sheet(tx, sheet_id)
        found = scored_sheets(tx, ctx, {wish.sheet_id for wish in wishes}, {wish.item_id for wish in wishes})
        before = [_rule(tx, ctx, wish, found[wish.sheet_id]) for wish in wishes]
    return Outcome(before, TOUCHED)


def _rule(tx: Transaction, ctx: Context, wish: Wish, scored: Scored) -> Wish:
    item = next((each for each in scored.items if each.item.id == wish.item_id), None)
    if item is not None and item.item.way is Way.HAND:
        raise Refusal(f"{item.item.title}由人工评分，没有拟扣分可以确认或免除。请在表格里直接打分。")
    line = next((each for each in item.lines if each.proposal.key == wish.key), None) if item else None
    if item is None or line is None:
        raise Refusal("这条扣分已不在记录里（记录在这期间有变动）。请刷新后再看。")
    if wish.seen is not None and wish.seen != line.proposal.points:
        now, then = plain(line.proposal.points), plain(wish.seen)
        raise Refusal(f"记录在这期间有变动，这条拟分由 {then} 变为 {now}：{line.proposal.because}请核对后再处理。")
    points, reason = _ruled(wish, item, line.proposal)
    query = select(AppraisalLine.id).where(
        AppraisalLine.sheet_id == wish.sheet_id, AppraisalLine.item_id == wish.item_id, AppraisalLine.key == wish.key,
        AppraisalLine.replaced_at.is_(None),
    )  # fmt: skip
    for line_id in tx.connection.execute(query).scalars().all():
        tx.update(AppraisalLine, line_id, replaced_at=ctx.now())
    if wish.state is not LineState.PROPOSED:
        tx.insert(
            AppraisalLine,
            sheet_id=wish.sheet_id,
            item_id=wish.item_id,
            key=wish.key,
            proposed=plain(line.proposal.points),
            sentence=line.proposal.because,
            state=str(wish.state),
            decided=plain(points),
            reason=reason,
            decided_at=ctx.now(),
            decided_by=ctx.actor.name,
        )
    if line.ruling is None:
        return Wish(wish.sheet_id, wish.item_id, wish.key, LineState.PROPOSED)
    return Wish(wish.sheet_id, wish.item_id, wish.key, line.ruling.state, line.ruling.points, line.ruling.reason)


def _ruled(wish: Wish, item: ScoredItem, proposal: Proposal) -> tuple[Decimal, str]:
    """Points and reason of a ruling; refuses a change without one, or by points the item cannot lose."""
    reason = one_line(wish.reason)
    if wish.state in {LineState.CONFIRMED, LineState.PROPOSED}:
        return proposal.points, reason
    reason = reason_typed(
        reason, f"{'免除' if wish.state is LineState.WAIVED else '修改'}要写明理由，理由和原拟分数一起保留。"
    )
    if wish.state is LineState.WAIVED:
        return Decimal(0), reason
    points = wish.points
    if points is None:
        raise Refusal("请写明改为多少分。", field="points")
    if not points.is_finite() or abs(points) > HUNDRED or points != points.quantize(HUNDREDTH):
        raise Refusal("一条最多改到 100 分，最多两位小数。请改写。", field="points")
    bonus = item.item.way is Way.BONUS
    if (points < 0) == bonus and points:
        raise Refusal("加分项要写正数，扣分项要写扣几分。请改写。", field="points")
    if abs(points) > max(item.item.weight, abs(proposal.points)) and not bonus:
        raise Refusal(
            f"{item.item.title}满分 {plain(item.item.weight)} 分，一条不能扣 {plain(abs(points))} 分。", field="points"
        )
    return points, reason
