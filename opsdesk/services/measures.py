"""奖惩建议: what a score or a count proposes, once for each sheet and step; a human decides (E8-06, E8-07, E19-22)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from opsdesk.models import Measure
from opsdesk.rules.clause import Citation
from opsdesk.services.attendance import quoted
from opsdesk.services.numbering import yearly
from opsdesk.services.transaction import Transaction

PREFIX = "JC"


class MeasureState(StrEnum):
    """What became of a proposal."""

    PROPOSED = "建议"
    ACCEPTED = "已采纳"
    DECLINED = "未采纳"
    WITHDRAWN = "已撤回"


def propose(
    tx: Transaction,
    *,
    sheet_id: int | None,
    vendor_id: int | None = None,
    staff_id: int | None = None,
    kind: str,
    step: str,
    sentence: str,
    citations: Iterable[Citation] = (),
    now: datetime,
) -> int:
    """Propose a measure under the next number of its year and give its id.

    The same step of the same sheet is proposed once, whatever the supervisor made of it, and again only after it was
    retracted; without a sheet, once for each person or vendor and sentence.
    """
    same = select(Measure.id).where(
        Measure.sheet_id.is_(sheet_id), Measure.step == step, Measure.state != str(MeasureState.WITHDRAWN)
    )
    if sheet_id is None:
        whose = (Measure.vendor_id.is_(vendor_id), Measure.staff_id.is_(staff_id))
        same = same.where(*whose, Measure.sentence == sentence)
    known = tx.connection.execute(same.limit(1)).scalar_one_or_none()
    if known is not None:
        return known
    return tx.insert(
        Measure,
        number=yearly(tx, Measure.number, PREFIX, now.date()),
        sheet_id=sheet_id,
        vendor_id=vendor_id,
        staff_id=staff_id,
        kind=kind,
        step=step,
        citations=quoted(citations),
        sentence=sentence,
        made_at=now,
        state=str(MeasureState.PROPOSED),
        decided_by="",
        reason="",
    )


def retract(tx: Transaction, sheet_ids: Collection[int], *, reason: str, now: datetime, by: str) -> None:
    """What sheets had proposed whose decision is taken back waits for nobody any more; what was ruled on it stands."""
    waiting = select(Measure.id).where(Measure.sheet_id.in_(sheet_ids), Measure.state == str(MeasureState.PROPOSED))
    for measure_id in tx.connection.execute(waiting).scalars().all():
        tx.update(Measure, measure_id, state=str(MeasureState.WITHDRAWN), decided_at=now, decided_by=by, reason=reason)
