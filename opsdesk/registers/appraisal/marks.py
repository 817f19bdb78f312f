"""Points given by hand: 自评, 小组, 核定."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select

from opsdesk.models import AppraisalMark
from opsdesk.registers.appraisal.sheets import TOUCHED, appraisal_row, open_sheet
from opsdesk.rules import review, scoring
from opsdesk.rules.scoring import Item, ScorerKind, Way, plain
from opsdesk.rules.vocabulary import Role
from opsdesk.services import appraisal_schemes
from opsdesk.services.appraisal_schemes import Scheme
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.services.text import one_line, person_name
from opsdesk.services.transaction import Transaction


@dataclass(frozen=True)
class Entry:
    """Points typed for one item of one sheet; `points` None takes the scorer's mark back."""

    sheet_id: int
    item_id: int
    points: Decimal | None
    reason: str = ""


def typed_points(text: str, item: Item) -> Decimal | None:
    """Points as typed into a cell of the grid; None where it was emptied. Refuses what the item cannot be given."""
    plain_text = "".join(text.split()).replace("．", ".").replace("。", ".")
    if not plain_text:
        return None
    try:
        points = Decimal(plain_text)
    except InvalidOperation:
        raise Refusal(
            f"“{one_line(text)}”不是分数。请写数字，例如 {plain(item.weight)} 或 8.5。", field="points"
        ) from None
    if not points.is_finite() or not 0 <= points <= item.weight:
        raise Refusal(
            f"{item.title}满分 {plain(item.weight)} 分，得分要在 0 到 {plain(item.weight)} 之间。", field="points"
        )
    if points != points.quantize(scoring.HUNDREDTH):
        raise Refusal("得分最多两位小数。请改写。", field="points")
    return points.normalize() if points else Decimal(0)


def mark(ctx: Context, *, entries: Sequence[Entry], scorer_kind: ScorerKind, scorer: str = "") -> Outcome[list[Entry]]:
    """Give points by hand as appraisee (自评), member of the group (小组) or as decided (核定); gives what stood.

    Less than full points need the fact behind them (T4-02). A decided mark is the supervisor's, one of the group that
    of somebody who is in it (T4-06, T4-07). Giving the former entries again takes the change back.
    """
    ctx.require(*([Role.SUPERVISOR] if scorer_kind is ScorerKind.DECIDED else WRITERS))
    who = ctx.actor.name if scorer_kind is ScorerKind.DECIDED else person_name(scorer)
    if scorer_kind is ScorerKind.GROUP and not who:
        raise Refusal("请选择是考核小组哪一位的评分。", field="scorer")
    with ctx.transaction(f"{scorer_kind}打分") as tx:
        schemes: dict[int, Scheme] = {}
        before = [_mark(tx, ctx, entry, scorer_kind, who, schemes) for entry in entries]
    return Outcome(before, TOUCHED)


def _mark(
    tx: Transaction, ctx: Context, entry: Entry, scorer_kind: ScorerKind, scorer: str, schemes: dict[int, Scheme]
) -> Entry:
    sheet = open_sheet(tx, entry.sheet_id)
    period = appraisal_row(tx, entry.sheet_id)
    if period["scheme_id"] not in schemes:
        schemes[period["scheme_id"]] = appraisal_schemes.read(tx.connection, period["scheme_id"])
    item = next((each for each in schemes[period["scheme_id"]].items if each.id == entry.item_id), None)
    who = sheet["name"] if scorer_kind is ScorerKind.SELF else scorer
    if scorer_kind is ScorerKind.GROUP:
        _refuse_outsider(scorer, period)
    if item is None or item.way is not Way.HAND:
        raise Refusal("这一项由记录取数，不能直接打分。请在右侧逐条确认、修改或免除。", field="points")
    reason = one_line(entry.reason)
    if entry.points is not None:
        typed_points(str(entry.points), item)
        why = review.without_facts(entry.points, item.weight, reason, ctx.law_on(period["ends_on"]))
        if why and scorer_kind is not ScorerKind.SELF:
            raise Refusal(f"{item.title}{why}", field="reason")
    query = select(AppraisalMark.id, AppraisalMark.points, AppraisalMark.reason).where(
        AppraisalMark.sheet_id == entry.sheet_id,
        AppraisalMark.item_id == entry.item_id,
        AppraisalMark.scorer_kind == str(scorer_kind),
        AppraisalMark.replaced_at.is_(None),
    )
    if scorer_kind is ScorerKind.GROUP:  # the others are one each, whoever typed them
        query = query.where(AppraisalMark.scorer == who)
    known = tx.connection.execute(query).one_or_none()
    if known is not None:
        tx.update(AppraisalMark, known.id, replaced_at=ctx.now())
    if entry.points is not None:
        tx.insert(
            AppraisalMark,
            sheet_id=entry.sheet_id,
            item_id=entry.item_id,
            scorer_kind=str(scorer_kind),
            scorer=who,
            points=plain(entry.points),
            reason=reason,
            made_at=ctx.now(),
            made_by=ctx.actor.name,
        )
    stood = (Decimal(known.points), known.reason) if known else (None, "")
    return Entry(entry.sheet_id, entry.item_id, *stood)


def _refuse_outsider(scorer: str, row: Mapping[str, Any]) -> None:
    """Refuse somebody who is not in the group that the appraisal was begun with; without a group anybody may be."""
    group = [name for each in (row["leader"], *row["members"].splitlines()) if (name := person_name(each))]
    if group and scorer not in group:
        raise Refusal(f"考核小组里没有{scorer}，小组是{'、'.join(group)}。请选择小组里的人。", field="scorer")
