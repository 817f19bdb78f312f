"""case 报告 (F06): its number, by when it is due, how it stands, and what the incident already tells (T1-FLT-03)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, false, or_, select
from sqlalchemy.orm import aliased

from opsdesk.models import CaseReport, Incident, IncidentAct, Staff
from opsdesk.rules import sla
from opsdesk.rules.calendar import Calendar
from opsdesk.rules.clause import Held, Regulations
from opsdesk.rules.vocabulary import IncidentKind, IncidentState
from opsdesk.services.errors import Refusal

PART, REGULATION = "incident.case_report", "T1"
OUR_NUMBER = re.compile(r"SJ-(\d{8}-\d{3,})")
STEP = "处理"
"""What the course of events calls a step of the handling (F05 ⑥)."""
SOLVED = frozenset({IncidentState.SOLVED, IncidentState.CONFIRMED, IncidentState.RETURNED, IncidentState.SIGNED})
"""States of an incident on which a report can be written."""
LONGEST = 4000
BLANK: dict[str, Any] = {
    **dict.fromkeys(
        ("overview", "place", "direct_cause", "measures", "loss", "improvement", "owner", "informed", "written_by",
         "reviewed_by"), ""
    ),
    "improve_by": None,
}  # fmt: skip
"""A report in which nothing is written, in the order of F06."""


class Standing(StrEnum):
    """How a report stands."""

    TO_WRITE = "待写"
    DRAFT = "待提交"
    ON_TIME = "按时"
    LATE = "逾期提交"
    OVERDUE = "逾期未交"
    APPROVED = "已批准"
    VOID = "事件已作废"


def standing(
    *, written: bool, submitted: datetime | None, approved: datetime | None, due: date | None, today: date,
    void: bool = False,
) -> Standing:  # fmt: skip
    """How a report stands that is due at the end of `due` (None: not closed yet, or nothing is due).

    Of a `void` incident nothing is waited for.
    """
    if void:
        return Standing.VOID
    if approved is not None:
        return Standing.APPROVED
    if submitted is not None:
        return Standing.LATE if due is not None and submitted.date() > due else Standing.ON_TIME
    if due is not None and today > due:
        return Standing.OVERDUE
    return Standing.DRAFT if written else Standing.TO_WRITE


@dataclass(frozen=True)
class Deadline:
    """By when reports are due, by the site's calendar and the law of the day on which the incident was closed."""

    calendar: Calendar
    regulations: Regulations

    @cached_property
    def _known(self) -> dict[date, date | None]:
        return {}

    def of(self, closed: datetime | None) -> date | None:
        """The last day for the report; None where the incident is not closed or the clause does not hold."""
        if closed is None:
            return None
        day = closed.date()
        if day not in self._known:
            held = self._held(day)
            self._known[day] = sla.case_report_due(day, self.calendar, held) if held else None
        return self._known[day]

    def clause(self, closed: datetime) -> str:
        """The clause that asks for the report, “T1 5 故障”; empty where it does not hold."""
        held = self._held(closed.date())
        return held.cite().short if held else ""

    def _held(self, day: date) -> Held | None:
        return self.regulations.on(day).part(PART, REGULATION)


def number_for(incident_number: str) -> str:
    """CASE-20260305-001 of SJ-20260305-001; of another's number CASE- and the whole of it."""
    ours = OUR_NUMBER.fullmatch(incident_number)
    return f"CASE-{ours[1] if ours else incident_number}"


def unwritten(regulations: Regulations) -> ColumnElement[bool]:
    """True of signed faults of ours that have no report though the clause asked for one on the day they were closed."""
    report = aliased(CaseReport)  # the caller may have joined the table already
    return and_(
        Incident.kind == str(IncidentKind.FAULT),
        Incident.state == str(IncidentState.SIGNED),
        Incident.batch_id.is_(None),
        _asked_for(regulations),
        ~exists().where(report.incident_id == Incident.id),
    )


def _asked_for(regulations: Regulations) -> ColumnElement[bool]:
    """True of incidents closed on a day on which the clause holds."""
    begins = sorted(
        {
            holding.begins
            for regulation in regulations.regulations
            for clause in regulation.clauses
            if clause.does == PART
            for holding in clause.holdings
        }
    )
    spans = [
        and_(
            Incident.closed_at >= datetime.combine(day, time()),
            Incident.closed_at < datetime.combine(after, time()),
        )
        for day, after in zip(begins, [*begins[1:], date.max - timedelta(days=1)], strict=True)
        if regulations.on(day).part(PART, REGULATION) is not None
    ]
    return or_(false(), *spans)


def refuse_approved(connection: Connection, incident: Mapping[str, Any]) -> None:
    """Refuse to change an incident whose report is approved: what was approved says what the incident says."""
    query = select(CaseReport.number).where(
        CaseReport.incident_id == incident["id"], CaseReport.approved_at.is_not(None)
    )
    if number := connection.execute(query).scalar_one_or_none():
        raise Refusal(
            f"{incident['number']} 的报告 {number} 已经批准，它的内容来自这张单，不能再改。请先由主管撤回批准。"
        )


def drawn(connection: Connection, incident: Mapping[str, Any]) -> dict[str, Any]:
    """What the incident tells already: symptom, diagnosis, what was done, the improvement, who worked on it."""
    query = (
        select(IncidentAct.said, IncidentAct.result)
        .where(IncidentAct.incident_id == incident["id"], IncidentAct.what == STEP, IncidentAct.void_at.is_(None))
        .order_by(IncidentAct.at, IncidentAct.id)
    )
    steps = [f"{row.said}{f'（{row.result}）' if row.result else ''}" for row in connection.execute(query)]
    measures = (
        "\n".join(f"{place}. {said}" for place, said in enumerate(steps, 1)) if len(steps) > 1 else "".join(steps)
    )
    name = select(Staff.name).where(Staff.id == incident["staff_id"])
    person = connection.execute(name).scalar_one_or_none() or incident["person_written"] or ""
    return {
        **BLANK,
        "overview": incident["symptom"] or incident["title"],
        "direct_cause": incident["diagnosis"],
        "measures": measures[:LONGEST].strip(),
        "improvement": incident["root_cause"],
        "written_by": person,
    }
