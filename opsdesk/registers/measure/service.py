"""奖惩建议: the list, one as it is looked at, and the supervisor's decision."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.models import AppraisalSheet, Measure, Staff, Vendor
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.rules.clause import short_name
from opsdesk.rules.vocabulary import Role
from opsdesk.services import entry, listing, retiring
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.measures import MeasureState
from opsdesk.services.outcome import Outcome

Values = Mapping[str, Any]
TOUCHED = frozenset({"measure"})
WHAT = "奖惩建议"
TONES = {
    MeasureState.PROPOSED: Tone.WARNING,
    MeasureState.ACCEPTED: Tone.FINE,
    MeasureState.DECLINED: Tone.NEUTRAL,
    MeasureState.WITHDRAWN: Tone.NEUTRAL,
}


def _asked() -> Any:
    return (
        select(
            Measure.__table__, Vendor.short_name.label("vendor"), Staff.name.label("person"),
            AppraisalSheet.number.label("sheet"), AppraisalSheet.name.label("appraisee"),
        )
        .join(Vendor, Vendor.id == Measure.vendor_id, isouter=True)
        .join(Staff, Staff.id == Measure.staff_id, isouter=True)
        .join(AppraisalSheet, AppraisalSheet.id == Measure.sheet_id, isouter=True)
    )  # fmt: skip


def listed(ctx: Context, query: Query) -> Page:
    """Proposals, those that wait for a decision first, then the latest first."""
    chosen = query.filters or {}
    asked = (
        _asked()
        .where(
            listing.holds(
                query.text, Measure.number, Measure.kind, Measure.step, Measure.sentence, Vendor.short_name,
                Staff.name, AppraisalSheet.number, AppraisalSheet.name,
            )
        )
        .order_by(Measure.state != str(MeasureState.PROPOSED), Measure.made_at.desc(), Measure.id.desc())
    )  # fmt: skip
    if (wanted := chosen.get("state")) is not None:
        asked = asked.where(Measure.state == str(wanted))
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
    return Page(tuple(_row(row._mapping) for row in rows), total)


def _row(row: Mapping[Any, Any]) -> Row:
    state = MeasureState(row["state"])
    return Row(
        row["id"],
        {
            **{key: row[key] for key in ("number", "made_at", "kind", "step", "sentence")},
            "whose": whose(row),
            "state": Chip(str(state), TONES[state]),
        },
        muted=state in {MeasureState.DECLINED, MeasureState.WITHDRAWN},
    )


def whose(row: Mapping[Any, Any]) -> str:
    """Whom a proposal concerns: the person with his vendor, the vendor, or the team or department by name."""
    if row["person"]:
        return f"{row['person']}（{row['vendor']}）" if row["vendor"] else str(row["person"])
    return str(row["vendor"] or row["appraisee"] or "")


def row_of(connection: Connection, measure_id: int) -> dict[str, Any]:
    """A row of `measure` with the names it concerns. Refuses one that is not there."""
    return retiring.one(connection, _asked().where(Measure.id == measure_id), WHAT)


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One proposal as it is looked at, with its clauses and what became of it."""
    with ctx.read() as connection:
        row = row_of(connection, record_id)
    decided = ""
    if row["decided_at"] is not None:
        why = f"：{row['reason']}" if row["reason"] else ""
        decided = f"{row['decided_at']:%Y-%m-%d %H:%M} {row['decided_by']} {row['state']}{why}。"
    cited = [
        f"{short_name(each['regulation'], each['number'])} {each['wording']}" for each in json.loads(row["citations"])
    ]
    return {**row, "whose": whose(row), "clauses": "\n".join(cited), "decided": decided}


def accept(ctx: Context, measure_id: int, values: Values) -> Outcome[str]:
    """The supervisor follows the proposal; what follows from it is his own act."""
    return _decide(ctx, measure_id, MeasureState.ACCEPTED, entry.text(values, "reason", "说明", longest=200))


def decline(ctx: Context, measure_id: int, values: Values) -> Outcome[str]:
    """The supervisor does not follow the proposal and says why."""
    ctx.require(Role.SUPERVISOR)
    reason = entry.text(values, "reason", "不采纳的理由", required=True, longest=200)
    return _decide(ctx, measure_id, MeasureState.DECLINED, reason)


def _decide(ctx: Context, measure_id: int, state: MeasureState, reason: str) -> Outcome[str]:
    ctx.require(Role.SUPERVISOR)
    act = "采纳奖惩建议" if state is MeasureState.ACCEPTED else "不采纳奖惩建议"
    with ctx.transaction(act, reason) as tx:
        row = row_of(tx.connection, measure_id)
        if row["state"] != MeasureState.PROPOSED:
            raise Refusal(f"{row['number']} 在 {row['decided_at']:%Y-%m-%d %H:%M} {row['state']}，不能再改。")
        decided = {"state": str(state), "decided_at": ctx.now(), "decided_by": ctx.actor.name, "reason": reason}
        tx.update(Measure, measure_id, **decided)
    return Outcome(f"{row['number']} {whose(row)}：{row['step']}，{state}。", TOUCHED)
