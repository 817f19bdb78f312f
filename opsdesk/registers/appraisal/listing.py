"""考核表 as a list: every sheet of every appraisal, with its score and how far it has come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, select

from opsdesk.models import Appraisal, AppraisalScheme, AppraisalSheet, Vendor
from opsdesk.register import Chip, Options, Page, Query, Row, Tone
from opsdesk.rules import periods as dates
from opsdesk.rules.payment import HUNDRED
from opsdesk.rules.scoring import Opinion, plain
from opsdesk.services import appraisal_money, appraisal_record, listing, retiring
from opsdesk.services.appraisal_record import SheetState
from opsdesk.services.context import Context
from opsdesk.services.money import in_capitals, yuan

WHAT = "考核表"
TONES = {
    SheetState.SCORING: Tone.NEUTRAL,
    SheetState.DECIDED: Tone.INFORMATION,
    SheetState.TOLD: Tone.INFORMATION,
    SheetState.OBJECTED: Tone.WARNING,
    SheetState.ANSWERED: Tone.INFORMATION,
    SheetState.SUBMITTED: Tone.FINE,
    SheetState.FILED: Tone.FINE,
}


def _conditions() -> Mapping[SheetState, ColumnElement[bool]]:
    """When a sheet is in a state; of these the first that holds is the one, as `Sheet.state` has it."""
    sheet = AppraisalSheet
    return {
        SheetState.FILED: sheet.filed_at.is_not(None),
        SheetState.OBJECTED: and_(sheet.opinion == str(Opinion.OBJECT), sheet.answered_at.is_(None)),
        SheetState.SUBMITTED: sheet.submitted_at.is_not(None),
        SheetState.ANSWERED: sheet.opinion != "",
        SheetState.TOLD: sheet.talk_at.is_not(None),
        SheetState.DECIDED: sheet.decided_at.is_not(None),
        SheetState.SCORING: sheet.decided_at.is_(None),
    }


def _in_state(wanted: str) -> ColumnElement[bool]:
    """True where this state is the first that holds."""
    known = _conditions()
    before = [~condition for state, condition in list(known.items())[: list(known).index(SheetState(wanted))]]
    return and_(*before, known[SheetState(wanted)])


def listed(ctx: Context, query: Query) -> Page:
    """Sheets that are not void, the newest period first."""
    asked = query.filters or {}
    base = (
        select(
            AppraisalSheet.__table__,
            Appraisal.period,
            AppraisalScheme.title.label("scheme"),
            Vendor.short_name.label("vendor"),
        )
        .join(Appraisal, Appraisal.id == AppraisalSheet.appraisal_id)
        .join(AppraisalScheme, AppraisalScheme.id == Appraisal.scheme_id)
        .join(Vendor, Vendor.id == AppraisalSheet.vendor_id, isouter=True)
        .where(AppraisalSheet.void_at.is_(None), Appraisal.void_at.is_(None))
        .where(listing.holds(query.text, AppraisalSheet.number, AppraisalSheet.name, AppraisalScheme.title))
        .order_by(Appraisal.ends_on.desc(), Appraisal.id.desc(), AppraisalSheet.id)
    )
    if period := asked.get("period"):
        base = base.where(Appraisal.period == period)
    if vendor := asked.get("vendor"):
        base = base.where(AppraisalSheet.vendor_id == vendor)
    if state := asked.get("state"):
        base = base.where(_in_state(state))
    with ctx.read() as connection:
        rows, total = listing.page(connection, base, query.offset, query.limit)
    return Page(tuple(_row(row._mapping) for row in rows), total)


def _row(row: Mapping[Any, Any]) -> Row:
    state = appraisal_record.state_of(row)
    pays, money = appraisal_money.thawed(row["pay"])
    amounts = [each.pay.amount_fen for each in pays] or ([money.amount_fen] if money else [])
    known = None not in amounts and bool(amounts)
    return Row(
        row["id"],
        {
            "number": row["number"],
            "period": row["period"],
            "scheme": row["scheme"],
            "name": row["name"],
            "vendor": row["vendor"] or "",
            "score": row["score"],
            "grade": row["grade"],
            "amount": f"{yuan(sum(fen for fen in amounts if fen is not None))}" if known else "",
            "opinion": row["opinion"],
            "state": Chip(state, TONES[state]),
        },
    )


def load(ctx: Context, sheet_id: int) -> dict[str, Any]:
    """One sheet's values by field: what was decided, item by item, and all that followed."""
    query = (
        select(AppraisalSheet.__table__, Appraisal.period, AppraisalScheme.title.label("scheme"))
        .join(Appraisal, Appraisal.id == AppraisalSheet.appraisal_id)
        .join(AppraisalScheme, AppraisalScheme.id == Appraisal.scheme_id)
        .where(AppraisalSheet.id == sheet_id, AppraisalSheet.void_at.is_(None), Appraisal.void_at.is_(None))
    )
    with ctx.read() as connection:
        row = retiring.one(connection, query, WHAT)
    return {
        **row,
        "state": str(appraisal_record.state_of(row)),
        "items": _items(row["frozen"]),
        "pays": _pays(row["pay"]),
    }


def _items(frozen: str) -> str:
    """Item by item: score of full points, and the lines that took something off."""
    said = []
    for each in appraisal_record.thawed(frozen) if frozen else ():
        said.append(f"{each.item.title}　{plain(each.score)} / {plain(each.item.weight)} 分")
        said += [f"　{plain(line.counted)} 分　{line.proposal.because}" for line in each.lines if line.counted]
    return "\n".join(said)


def _pays(text: str) -> str:
    """What is paid or taken off, with the arithmetic and the amount in capitals."""
    pays, money = appraisal_money.thawed(text)
    said = [f"{each.contract}：{each.pay.sentence}" for each in pays]
    amounts = [each.pay.amount_fen for each in pays if each.pay.amount_fen is not None]
    if amounts and len(amounts) == len(pays):
        said.append(f"合计人民币（大写）{in_capitals(sum(amounts) / HUNDRED)}。")
    return "\n".join([*said, *([money.sentence] if money else [])])


def periods(ctx: Context) -> Options:
    """Periods that were appraised, the newest first."""
    query = select(Appraisal.period).where(Appraisal.void_at.is_(None)).group_by(Appraisal.period)
    with ctx.read() as connection:
        found = connection.execute(query.order_by(Appraisal.ends_on.desc())).scalars().all()
    return [(period, dates.parse(period).words) for period in found]


def states(_ctx: Context) -> Options:
    """How far a sheet can have come."""
    return [(str(state), str(state)) for state in TONES]
