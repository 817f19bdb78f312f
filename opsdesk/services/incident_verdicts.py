"""Verdicts on incidents, frozen when the supervisor signs: what was missed, by which clause, on whose record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from opsdesk.models import Incident, StoredVerdict
from opsdesk.rules import sla
from opsdesk.rules.clause import Citation
from opsdesk.rules.vocabulary import ClockState
from opsdesk.services import incident_clocks
from opsdesk.services.attendance import quoted
from opsdesk.services.context import Context
from opsdesk.services.incident_clocks import Standing
from opsdesk.services.transaction import Transaction

SUBJECT = "incident"
LATE_HAND_IN = "晚交单"


def judged(row: Mapping[str, Any], standing: Standing) -> Iterator[tuple[str, int, str, Citation]]:
    """What was missed: word, whole minutes begun, sentence, clause."""
    for reading in standing.readings:
        if reading.state is ClockState.BREACHED:
            yield f"{reading.name}超时", -(-reading.over // 60), reading.sentence, reading.citation
    due, handed = row["hand_in_due_at"], row["handed_in_at"]
    held = standing.law.part("incident.hand_in", "T3")
    if held is not None and due is not None and handed is not None and sla.hand_in_is_late(due, handed, handed):
        late = int((handed - due).total_seconds())
        said = f"应在 {due:%m-%d %H:%M} 前交单，{handed:%m-%d %H:%M} 交，晚 {sla.in_words(late)}。"
        yield LATE_HAND_IN, -(-late // 60), f"{said}依据 {held.cite().short}。", held.cite()


def freeze(tx: Transaction, ctx: Context, ids: Sequence[int]) -> None:
    """Keep the verdicts of these incidents as they stand; of a record without an engineer of ours nobody is charged."""
    query = select(Incident.__table__).where(Incident.id.in_(ids), Incident.staff_id.is_not(None))
    rows = [dict(row) for row in tx.connection.execute(query).mappings()]
    standings = incident_clocks.standings(tx.connection, ctx.regulations, rows, ctx.now())
    tx.insert_many(
        StoredVerdict,
        [
            {
                "subject": SUBJECT,
                "subject_id": row["id"],
                "staff_id": row["staff_id"],
                "day": row["reported_at"].date(),
                "judgement": word,
                "minutes": minutes,
                "amount_fen": None,
                "citations": quoted((citation,)),
                "sentence": sentence,
                "made_at": ctx.now(),
            }
            for row in rows
            for word, minutes, sentence, citation in judged(row, standings[row["id"]])
        ],
    )


def withdraw(tx: Transaction, ctx: Context, incident_id: int) -> None:
    """The record was opened again: its verdicts no longer hold, and stay in sight as replaced."""
    query = select(StoredVerdict.id).where(
        StoredVerdict.subject == SUBJECT, StoredVerdict.subject_id == incident_id, StoredVerdict.replaced_at.is_(None)
    )
    for verdict_id in tx.connection.execute(query).scalars().all():
        tx.update(StoredVerdict, verdict_id, replaced_at=ctx.now())
