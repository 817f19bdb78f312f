"""Incidents as an appraisal reads them: deadlines by the clocks, hand-ins, what came back, case reports, points of E19.

Like the statistics, an incident counts on the day it was reported, void ones nowhere, and a deadline by what is kept of
its clock; what happened to it later (晚交单, 重开, 退回, case 报告) counts on the day it happened.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import or_, select

from opsdesk.models import CaseReport, Incident, IncidentAct, IncidentOption
from opsdesk.rules import sla
from opsdesk.rules.clause import Citation
from opsdesk.rules.scoring import Event
from opsdesk.rules.sla import in_words
from opsdesk.rules.vocabulary import OPEN_INCIDENT, IncidentKind, IncidentState
from opsdesk.services import case_reports
from opsdesk.services.appraisal_feeds_record import DAY, Record, Row, Share, Whose, clause, event, incidents
from opsdesk.services.choices import in_use
from opsdesk.services.incident_breaches import RESPONSE, SOLUTION, exceeded
from opsdesk.services.incident_figures import UNASSIGNED
from opsdesk.services.incident_options import What

REOPENED, RETURNED = "重开", "退回"
"""Lines of an incident's course of events."""
FAR = timedelta(days=366)
"""So long before the period an incident may have been closed whose report falls due in it."""


def late_response(record: Record) -> list[Event]:
    """Each response later than its limit, or not given though the limit has passed (T1-FLT-01, E10-04)."""
    return list(_exceeded(record, "incident.response", RESPONSE))


def late_solution(record: Record) -> list[Event]:
    """Each solution later than the time the user asked for (T1-FLT-02); only the vendor's own minutes count."""
    return list(_exceeded(record, "incident.deadline", SOLUTION))


def _exceeded(record: Record, feed: str, clock: str) -> Iterator[Event]:
    for row, standing in record.suspected:
        for name, over, reading in exceeded(row, standing):
            if name == clock:
                said = reading.sentence if reading else f"{name}超时 {in_words(over)}。"
                yield _event(record, feed, row, said, cited=reading.citation if reading else None)


def points(record: Record) -> list[Event]:
    """Points that clauses take off for visits at the user's (E19-12 … 19); none while their figures are 待填."""
    found = []
    for row, standing in record.suspected:
        for each in standing.points:
            said = f"{each.because}扣 {each.points} 分{clause(each.citation)}。"
            source = f"dispatch.points/{each.citation.key}"
            whose = _whose(record, row)
            found.append(
                Event(source, _day(row), f"{_named(row, whose)}：{said}", _evidence(row), each.citation,
                      whose.vendor_id, whose.staff_id, whose.person, points=Decimal(each.points))
            )  # fmt: skip
    return found


def late_hand_in(record: Record) -> list[Event]:
    """Each record handed in after its time, or not handed in though it has passed (T3-05)."""
    due = Incident.hand_in_due_at
    late = or_(Incident.handed_in_at > due, Incident.handed_in_at.is_(None))
    found = []
    for row in record.read(incidents(record.within(due), late)):
        ended, handed = row["hand_in_due_at"], row["handed_in_at"]
        if sla.hand_in_is_late(ended, handed, record.now):
            over = in_words(int(((handed or record.now) - ended).total_seconds()))
            came = f"{handed:%m-%d %H:%M} 交，晚 {over}" if handed else f"还没有交，已晚 {over}"
            held = record.regulations.on(row["resolved_at"].date()).part("incident.hand_in", "T3")
            cited = held.cite() if held else None
            said = f"应在 {ended:%m-%d %H:%M} 前交单，{came}{clause(cited)}。"
            found.append(_event(record, "incident.hand_in", row, said, cited=cited, day=ended.date()))
    return found


def reopened(record: Record) -> list[Event]:
    """Each time that an incident thought solved came back."""
    return list(_acts(record, "incident.reopened", REOPENED))


def returned(record: Record) -> list[Event]:
    """Each time that the supervisor gave a record back to be completed."""
    return list(_acts(record, "incident.returned", RETURNED))


def _acts(record: Record, feed: str, what: str) -> Iterator[Event]:
    query = (
        select(IncidentAct.id, IncidentAct.at, IncidentAct.said, IncidentAct.incident_id)
        .where(IncidentAct.what == what, IncidentAct.void_at.is_(None), record.within(IncidentAct.at))
        .order_by(IncidentAct.at, IncidentAct.id)
    )
    acts = record.connection.execute(query).all()
    rows = {row["id"]: row for row in record.read(incidents(Incident.id.in_({act.incident_id for act in acts})))}
    for act in acts:
        if row := rows.get(act.incident_id):
            said = f"{act.at:%m-%d %H:%M} {what}{f'（{act.said}）' if act.said else ''}。"
            yield _event(record, feed, row, said, day=act.at.date(), part=str(act.id))


def severe(record: Record) -> list[Event]:
    """Each incident of the most severe class: the first of the site's 等级 that was in use on its day."""
    query = select(IncidentOption.name, IncidentOption.left_on).where(IncidentOption.what == str(What.SEVERITY))
    classes = record.connection.execute(query.order_by(IncidentOption.place, IncidentOption.id)).all()
    found = []
    for row in record.reported:
        most = next((each.name for each in classes if in_use(each.left_on, _day(row))), None)
        if row["severity"] == most:
            said = f"{row['reported_at']:%m-%d %H:%M} 报修，等级为“{most}”，是最高一级。"
            found.append(_event(record, "incident.severe", row, said))
    return found


def late_report(record: Record) -> list[Event]:
    """Each case report handed in after its last day, or not there though it has passed (T1-FLT-03)."""
    deadline = case_reports.Deadline(record.calendar, record.regulations)
    begins = datetime.combine(record.first, datetime.min.time()) - FAR
    asked = incidents(
        Incident.kind == str(IncidentKind.FAULT),
        Incident.state == str(IncidentState.SIGNED),
        Incident.batch_id.is_(None),
        Incident.closed_at >= begins,
        Incident.closed_at <= record.now,
    )
    reports = asked.join(CaseReport, CaseReport.incident_id == Incident.id, isouter=True)
    found = []
    for row in record.read(reports.add_columns(CaseReport.submitted_at)):
        due = deadline.of(row["closed_at"])
        submitted = row["submitted_at"]
        if due is None or not record.holds(due + DAY) or (submitted or record.now).date() <= due:
            continue
        held = record.regulations.on(row["closed_at"].date()).part(case_reports.PART, case_reports.REGULATION)
        cited = held.cite() if held else None
        came = f"{submitted:%m-%d} 提交" if submitted else "还没有提交"
        late = ((submitted or record.now).date() - due).days
        said = f"case 报告最迟 {due:%m-%d} 提交，{came}，逾期 {late} 天{clause(cited)}。"
        found.append(_event(record, "case_report.late", row, said, cited=cited, day=due + DAY))
    return found


def within_response(record: Record) -> list[Share]:
    """Incidents responded to in time, of those whose limit is over: answered, or still unanswered beyond it."""
    return _kept(record, "respond_over", RESPONSE)


def within_deadline(record: Record) -> list[Share]:
    """Incidents solved by the time asked for, of those whose time is over: solved, or still open beyond it."""
    return _kept(record, "solve_over", SOLUTION)


def _kept(record: Record, key: str, clock: str) -> list[Share]:
    """What has not been done and is late counts as missed: never answering is no better than answering late."""
    running = {
        row["id"] for row, standing in record.suspected for name, over, _ in exceeded(row, standing)
        if name == clock and over
    }  # fmt: skip
    return [
        _share(record, row, done=row[key] == 0)
        for row in record.reported
        if row[key] is not None or row["id"] in running
    ]


def resolved(record: Record) -> list[Share]:
    """Incidents that are resolved, of all reported."""
    return [_share(record, row, done=row["state"] not in OPEN_INCIDENT) for row in record.reported]


def _share(record: Record, row: Row, *, done: bool) -> Share:
    whose = _whose(record, row)
    return Share(whose.vendor_id, whose.staff_id, int(done), evidence=() if done else _evidence(row))


def _event(
    record: Record, feed: str, row: Row, said: str, *, cited: Citation | None = None, day: date | None = None,
    part: str = "",
) -> Event:  # fmt: skip
    whose = _whose(record, row)
    source = f"{feed}/{part}" if part else feed
    return event(source, day or _day(row), f"{_named(row, whose)}：{said}", _evidence(row), whose, citation=cited)


def _whose(record: Record, row: Row) -> Whose:
    person = "" if row["person"] == UNASSIGNED else row["person"]
    return record.owner(row["vendor_id"], row["staff_id"], person)


def _named(row: Row, whose: Whose) -> str:
    return f"{row['number']} {row['title']}{f'（{whose.person}）' if whose.person else ''}"


def _day(row: Row) -> date:
    day: date = row["reported_at"].date()
    return day


def _evidence(row: Row) -> tuple[str, ...]:
    return (f"incident:{row['id']}",)
