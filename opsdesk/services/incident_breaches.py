"""Which deadlines of incidents were exceeded in a period: by how many seconds, by which clause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, or_, select

from opsdesk.models import Incident, Staff, Vendor
from opsdesk.rules.clause import Regulations
from opsdesk.rules.sla import Reading
from opsdesk.rules.vocabulary import DISPATCHED
from opsdesk.services import incident_clocks
from opsdesk.services.incident_clocks import Standing
from opsdesk.services.incident_figures import UNASSIGNED, within

BATCH = 500
RESPONSE, SOLUTION = "响应", "解决"


@dataclass(frozen=True)
class Breach:
    """One deadline that was exceeded: of which incident, which clock, by how many seconds beyond its limit.

    `running` says that the clock has not stopped yet. `clause` is empty where no clause holds any more.
    """

    incident_id: int
    number: str
    reported_at: datetime
    title: str
    system: str
    person: str
    vendor: str
    clock: str
    limit: int | None
    over: int
    running: bool
    clause: str


def breaches(
    connection: Connection,
    regulations: Regulations,
    first: date,
    last: date,
    now: datetime,
    *,
    vendor_id: int | None = None,
) -> list[Breach]:
    """Every deadline exceeded by incidents reported in the period, in their order; only one vendor's if given."""
    return [
        _breach(row, name, over, reading)
        for row, standing in suspected(connection, regulations, first, last, now, vendor_id=vendor_id)
        for name, over, reading in exceeded(row, standing)
    ]


def suspected(
    connection: Connection,
    regulations: Regulations,
    first: date,
    last: date,
    now: datetime,
    *,
    vendor_id: int | None = None,
) -> list[tuple[dict[str, Any], Standing]]:
    """Incidents reported in the period that exceeded a deadline or were visits, in order, with how they stand.

    Some of them may have exceeded none; `person` and `vendor` in their rows are names.
    """
    doubtful = or_(
        Incident.respond_over > 0,
        Incident.solve_over > 0,
        Incident.respond_by < now,
        Incident.solve_by < now,
        Incident.kind.in_([str(kind) for kind in DISPATCHED]),
    )
    query = (
        select(
            Incident.__table__,
            func.coalesce(Staff.name, func.nullif(Incident.person_written, ""), UNASSIGNED).label("person"),
            func.coalesce(Vendor.short_name, func.nullif(Incident.vendor_written, ""), UNASSIGNED).label("vendor"),
        )
        .join(Staff, Staff.id == Incident.staff_id, isouter=True)
        .join(Vendor, Vendor.id == Incident.vendor_id, isouter=True)
        .where(*within(first, last, vendor_id), doubtful)
        .order_by(Incident.reported_at, Incident.id)
    )
    rows = [dict(row) for row in connection.execute(query).mappings()]
    found: list[tuple[dict[str, Any], Standing]] = []
    for begin in range(0, len(rows), BATCH):
        some = rows[begin : begin + BATCH]
        standings = incident_clocks.standings(connection, regulations, some, now)
        found += [(row, incident_clocks.as_signed(row, standings[row["id"]])) for row in some]
    return found


def exceeded(row: Mapping[str, Any], standing: Standing) -> Iterator[tuple[str, int, Reading | None]]:
    """Each clock of an incident that was exceeded: its name, by how many seconds, its reading (None: no clause now).

    What is kept of a clock that has stopped counts, as in the figures; what was never kept is read now.
    """
    kept = {RESPONSE: row["respond_over"], SOLUTION: row["solve_over"]}
    for reading in standing.readings:
        stopped = None if reading.running else kept.pop(reading.name, None)
        over = reading.over if stopped is None else stopped
        if over:
            yield reading.name, over, reading
    for name, over in kept.items():
        if over:
            yield name, over, None


def _breach(row: Mapping[str, Any], clock: str, over: int, reading: Reading | None) -> Breach:
    limit, running, clause = (reading.limit, reading.running, reading.citation.short) if reading else (None, False, "")
    return Breach(
        row["id"], row["number"], row["reported_at"], row["title"], row["system"], row["person"], row["vendor"],
        clock, limit, over, running, clause,
    )  # fmt: skip
