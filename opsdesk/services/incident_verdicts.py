"""Verdicts on incidents, frozen when the supervisor signs: what was missed, by which clause, on whose record."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.models import Incident, LedgerRow, StoredVerdict, Vendor
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


def handed_over(connection: Connection, row: Mapping[str, Any]) -> str:
    """自 03-05 11:55 起由恒通处理: since when the vendor has had what another one had before; empty without one."""
    query = select(LedgerRow.at, LedgerRow.zone, LedgerRow.body).where(
        LedgerRow.subject == Incident.__tablename__, LedgerRow.subject_id == row["id"]
    )
    since, vendor = None, None
    for link in connection.execute(query.order_by(LedgerRow.seq)):
        now = json.loads(link.body).get("vendor_id")
        if vendor is not None and now is not None and now != vendor:
            since = incident_clocks.wall_time(link.at, link.zone)
        vendor = now or vendor
    if since is None:
        return ""
    name = connection.execute(select(Vendor.short_name).where(Vendor.id == row["vendor_id"])).scalar_one_or_none()
    return f"自 {since:%m-%d %H:%M} 起由{name}处理" if name else ""


def judged(row: Mapping[str, Any], standing: Standing, over_to: str) -> Iterator[tuple[str, int, str, Citation]]:
    """What was missed: word, whole minutes begun, sentence, clause; `over_to` says since when it was the vendor's."""
    since = f"{over_to}。" if over_to else ""
    for reading in standing.readings:
        if reading.state is ClockState.BREACHED:
            yield f"{reading.name}超时", -(-reading.over // 60), f"{reading.sentence}{since}", reading.citation
    due, handed = row["hand_in_due_at"], row["handed_in_at"]
    held = standing.hand_in
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
            for word, minutes, sentence, citation in judged(row, standings[row["id"]], handed_over(tx.connection, row))
        ],
    )


def withdraw(tx: Transaction, ctx: Context, incident_id: int) -> None:
    """The record was opened again: its verdicts no longer hold, and stay in sight as replaced."""
    query = select(StoredVerdict.id).where(
        StoredVerdict.subject == SUBJECT, StoredVerdict.subject_id == incident_id, StoredVerdict.replaced_at.is_(None)
    )
    for verdict_id in tx.connection.execute(query).scalars().all():
        tx.update(StoredVerdict, verdict_id, replaced_at=ctx.now())
