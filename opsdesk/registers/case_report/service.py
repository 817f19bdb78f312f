"""case 报告: the list with what is still to be written, the form drawn from the incident, and saving a report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, case, or_, select

from opsdesk.models import CaseReport, Incident
from opsdesk.register import Chip, Options, Page, Query, Row, Tone
from opsdesk.registers.case_report.facts import facts
from opsdesk.rules.vocabulary import IncidentState
from opsdesk.services import calendars, case_reports, entry, incident_numbers, listing, retiring
from opsdesk.services.case_reports import LONGEST, SOLVED, Deadline, Standing
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.services.transaction import Transaction

Values = Mapping[str, Any]
TOUCHED = frozenset({"case_report", "incident"})
WHAT = "case 报告"
TONES = {
    Standing.TO_WRITE: Tone.WARNING,
    Standing.DRAFT: Tone.WARNING,
    Standing.ON_TIME: Tone.FINE,
    Standing.LATE: Tone.BROKEN,
    Standing.OVERDUE: Tone.BROKEN,
    Standing.APPROVED: Tone.NEUTRAL,
    Standing.VOID: Tone.NEUTRAL,
}
MOST_OFFERED = 300
"""As many of the latest solved incidents are offered to choose from; any other can be opened from its row."""
ROW = case((CaseReport.id.is_not(None), CaseReport.id), else_=-Incident.id)
"""Id of a row: the report's, or below zero that of an incident whose report is still to be written."""


def deadline(ctx: Context, connection: Connection) -> Deadline:
    """By when reports are due."""
    return Deadline(calendars.load(connection), ctx.regulations)


def listed(ctx: Context, query: Query) -> Page:
    """Reports, and signed faults that have none yet (their id is negative), by incident, the latest first."""
    chosen = query.filters or {}
    asked = _asked(ctx, query)
    today = ctx.today()
    with ctx.read() as connection:
        due = deadline(ctx, connection)
        if (wanted := chosen.get("state")) is None:
            rows, total = listing.page(connection, asked, query.offset, query.limit)
            return Page(tuple(_row(row, due, ctx) for row in rows), total)
        # How one stands depends on calendar and law, so it is said of every row and not asked of the database.
        light = select(ROW.label("id"), CaseReport.id.label("report_id"), Incident.closed_at, Incident.void_at,
                       CaseReport.submitted_at, CaseReport.approved_at)  # fmt: skip
        found = [
            row.id for row in connection.execute(_narrowed(ctx, query, light)) if _standing(row, due, today) == wanted
        ]
        here = found[max(0, query.offset) :][: max(0, query.limit)]
        known = {row.id: row for row in connection.execute(asked.where(ROW.in_(here)))}
    return Page(tuple(_row(known[each], due, ctx) for each in here), len(found))


def _asked(ctx: Context, query: Query) -> Select[*tuple[Any, ...]]:
    columns = (
        ROW.label("id"), CaseReport.id.label("report_id"), CaseReport.number, Incident.number.label("incident"),
        Incident.title, Incident.system, Incident.closed_at, Incident.void_at, CaseReport.submitted_at,
        CaseReport.approved_at,
    )  # fmt: skip
    return _narrowed(ctx, query, select(*columns))


def _narrowed(ctx: Context, query: Query, asked: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    words = (
        CaseReport.number, Incident.number, Incident.title, Incident.system, CaseReport.overview,
        CaseReport.direct_cause, CaseReport.written_by,
    )  # fmt: skip
    asked = (
        asked.select_from(Incident)
        .join(CaseReport, CaseReport.incident_id == Incident.id, isouter=True)
        .where(or_(CaseReport.id.is_not(None), case_reports.unwritten(ctx.regulations)))
        .where(listing.holds(query.text, *words))
    )
    asked = asked.where(listing.in_month(Incident.closed_at, (query.filters or {}).get("month")))
    return asked.order_by(Incident.reported_at.desc(), Incident.id.desc())


def _standing(row: Any, due: Deadline, today: date) -> Standing:
    return case_reports.standing(
        written=row.report_id is not None, submitted=row.submitted_at, approved=row.approved_at,
        due=due.of(row.closed_at), today=today, void=row.void_at is not None,
    )  # fmt: skip


def _row(row: Any, due: Deadline, ctx: Context) -> Row:
    stands = _standing(row, due, ctx.today())
    return Row(
        row.id,
        {
            "number": row.number or "",
            "incident": row.incident,
            "title": row.title,
            "system": row.system,
            "closed_on": row.closed_at.date() if row.closed_at else None,
            "due_on": due.of(row.closed_at),
            "state": Chip(str(stands), TONES[stands]),
        },
        muted=stands in {Standing.APPROVED, Standing.VOID},
    )


def months(ctx: Context) -> list[tuple[str, str]]:
    """Months in which incidents were closed, this one first."""
    return listing.months_around(ctx.today(), 12, 0)


def solved(ctx: Context) -> Options:
    """The latest solved incidents to choose from by number; those that have their report say so."""
    query = (
        select(Incident.number, Incident.title, CaseReport.number.label("report"))
        .join(CaseReport, CaseReport.incident_id == Incident.id, isouter=True)
        .where(Incident.state.in_([str(state) for state in SOLVED]))
        .order_by(Incident.reported_at.desc(), Incident.id.desc())
        .limit(MOST_OFFERED)
    )
    with ctx.read() as connection:
        rows = connection.execute(query).all()
    return [(row.number, f"{row.number} {row.title}{f'（已有 {row.report}）' if row.report else ''}") for row in rows]


def incident_of(connection: Connection, incident_id: int) -> dict[str, Any]:
    """The incident of a report. Refuses one that is not there."""
    return retiring.one(connection, select(Incident.__table__).where(Incident.id == incident_id), WHAT)


def found(connection: Connection, record_id: int) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """The report and its incident; below zero `record_id` is the incident's, and the report None until written."""
    own = CaseReport.id == record_id if record_id > 0 else CaseReport.incident_id == -record_id
    row = connection.execute(select(CaseReport.__table__).where(own)).mappings().one_or_none()
    if row is None and record_id > 0:
        raise retiring.missing(WHAT)
    return (None if row is None else dict(row)), incident_of(connection, row["incident_id"] if row else -record_id)


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One report as its form shows it; one that is still to be written, as it is drawn from the incident."""
    with ctx.read() as connection:
        report, incident = found(connection, record_id)
        written = report if report is not None else case_reports.drawn(connection, incident)
        due = deadline(ctx, connection)
        unknown = {"id": record_id, "submitted_at": None, "approved_at": None, "approved_by": ""}
        return {
            **unknown,
            **written,
            "number": report["number"] if report else case_reports.number_for(incident["number"]),
            "incident": incident["number"],
            "facts": facts(connection, incident),
            "course": _course(report, incident, due),
        }


def _course(report: Values | None, incident: Values, due: Deadline) -> str:
    said = []
    if incident["void_at"] is not None:
        said.append(f"{incident['number']} 在 {incident['void_at']:%Y-%m-%d %H:%M} 作废，不用交报告。")
    elif (closed := incident["closed_at"]) is not None:
        last = due.of(closed)
        when = f"，报告最晚 {last:%Y-%m-%d} 提交（{due.clause(closed)}）" if last is not None else ""
        said.append(f"{incident['number']} 在 {closed:%Y-%m-%d %H:%M} 签收关闭{when}。")
    else:
        said.append(f"{incident['number']} 还没有签收关闭，提交期限从签收那天算起。")
    if report is None:
        said.append("还没有写。下面的内容照事件记录带出，可以改。")
    if report is not None and report["submitted_at"] is not None:
        said.append(f"{report['submitted_at']:%Y-%m-%d %H:%M} 提交。")
    if report is not None and report["approved_at"] is not None:
        said.append(f"{report['approved_at']:%Y-%m-%d %H:%M} {report['approved_by']}批准。")
    return "\n".join(said)


def save(ctx: Context, record_id: int | None, values: Values) -> Outcome[int]:
    """Write a report, or change one that was not submitted yet.

    In a new one what is left empty is drawn from the incident; an incident has one report.
    """
    ctx.require(*WRITERS)
    number = entry.code(values, "incident", "事件编号", required=True, longest=60)
    kept = _read(values)
    with ctx.transaction("写 case 报告" if record_id is None else "修改 case 报告") as tx:
        if record_id is None:
            incident = _chosen(tx.connection, number)
            drawn = case_reports.drawn(tx.connection, incident)
            full = {key: value or drawn[key] for key, value in kept.items()}
            return Outcome(create(tx, incident, full), TOUCHED)
        report, incident = found(tx.connection, record_id)
        if number != incident["number"]:
            raise Refusal("报告写的是哪一张事件记录不能改。请为那一张另写一份。", field="incident")
        if report is None:
            if kept == case_reports.drawn(tx.connection, incident):
                raise Refusal("内容都是照事件记录带出来的，存一遍不能改变它的状态。请补充以后保存，或者直接点“提交”。")
            return Outcome(create(tx, incident, kept), TOUCHED)
        if all(report[key] == value for key, value in kept.items()):
            return Outcome(report["id"])
        refuse_submitted(report)
        tx.update(CaseReport, report["id"], **kept)
    return Outcome(report["id"], TOUCHED)


def _read(values: Values) -> dict[str, Any]:
    """What a form says, cleaned and measured, in the order of F06."""
    return {
        "overview": entry.long_text(values, "overview", "概述", longest=LONGEST),
        "place": entry.text(values, "place", "地点", longest=60),
        "direct_cause": entry.long_text(values, "direct_cause", "直接原因", longest=LONGEST),
        "measures": entry.long_text(values, "measures", "处理措施", longest=LONGEST),
        "loss": entry.long_text(values, "loss", "损失评估"),
        "improvement": entry.long_text(values, "improvement", "改进措施", longest=LONGEST),
        "owner": entry.text(values, "owner", "改进责任人"),
        "improve_by": entry.day_or_none(values, "improve_by", "改进完成日"),
        "informed": entry.text(values, "informed", "反馈部门", longest=120),
        "written_by": entry.text(values, "written_by", "编写人"),
        "reviewed_by": entry.text(values, "reviewed_by", "审核人"),
    }


def _chosen(connection: Connection, number: str) -> dict[str, Any]:
    """The incident of this number, capitals or not; the one written as it is typed before the other."""
    row = incident_numbers.found(connection, number)
    if row is None:
        raise Refusal(f"没有编号是“{number}”的事件记录。请从列表中选择。", field="incident")
    return incident_of(connection, row["id"])


def create(tx: Transaction, incident: Values, kept: Values) -> int:
    """Write the report of an incident under its number. Refuses one that is not solved, or has its report."""
    refuse_unsolved(incident)
    query = select(CaseReport.number).where(CaseReport.incident_id == incident["id"])
    if known := tx.connection.execute(query).scalar_one_or_none():
        raise Refusal(f"{incident['number']} 已有报告 {known}。请在那一份上写。", field="incident")
    number = case_reports.number_for(incident["number"])
    taken = select(CaseReport.id).where(CaseReport.number == number)
    if tx.connection.execute(taken).first() is not None:  # an imported number that reads like one of ours
        number = f"{number}-{incident['id']}"
    return tx.insert(CaseReport, **kept, incident_id=incident["id"], number=number, approved_by="")


def refuse_unsolved(incident: Values) -> None:
    """Refuse to write of an incident on which somebody still works, or that is void."""
    if incident["state"] not in SOLVED:
        after = "不用写报告" if incident["state"] == IncidentState.VOID else "解决以后再写报告"
        raise Refusal(f"{incident['number']} 是“{incident['state']}”，{after}。", field="incident")


def refuse_submitted(report: Values) -> None:
    """Refuse to change what was submitted."""
    if report["approved_at"] is not None:
        raise Refusal(f"{report['number']} 已经批准，不能改。")
    if report["submitted_at"] is not None:
        raise Refusal(
            f"{report['number']} 已在 {report['submitted_at']:%m-%d %H:%M} 提交，不能改。要修改请先点“撤回提交”。"
        )
