"""What is done with a report: 提交, 批准, 撤回提交, 撤回批准. A submitted one is frozen until it is taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opsdesk.models import CaseReport
from opsdesk.registers.case_report import service
from opsdesk.rules.vocabulary import IncidentState, Role
from opsdesk.services import case_reports, entry
from opsdesk.services.case_reports import Standing
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.services.transaction import Transaction

Values = Mapping[str, Any]
NEEDED = {"direct_cause": "直接原因", "measures": "处理措施", "improvement": "改进措施", "written_by": "编写人"}
"""What has to be written before a report is submitted (E2-05)."""


def submit(ctx: Context, record_id: int, _values: Values) -> Outcome[str]:
    """The report is handed in; one that nobody has touched, as it is drawn from the incident."""
    ctx.require(*WRITERS)
    with ctx.transaction("提交 case 报告") as tx:
        report, incident = service.found(tx.connection, record_id)
        if report is None:
            made = service.create(tx, incident, case_reports.drawn(tx.connection, incident))
            report, _ = service.found(tx.connection, made)
        assert report is not None  # noqa: S101 — just made
        if report["submitted_at"] is not None:
            raise Refusal(f"{report['number']} 在 {report['submitted_at']:%m-%d %H:%M} 已经提交。")
        service.refuse_unsolved(incident)
        if missing := [(key, title) for key, title in NEEDED.items() if not report[key]]:
            titles = "、".join(f"“{title}”" for _, title in missing)
            raise Refusal(f"{report['number']} 还没有写{titles}。请写好保存，再提交。", field=missing[0][0])
        now = ctx.now()
        tx.update(CaseReport, report["id"], submitted_at=now)
        due = service.deadline(ctx, tx.connection).of(incident["closed_at"])
        stands = case_reports.standing(written=True, submitted=now, approved=None, due=due, today=now.date())
    late = f"，超过了期限 {due:%Y-%m-%d}" if stands is Standing.LATE and due is not None else ""
    return Outcome(f"{report['number']} 已提交{late}，等待主管批准。", service.TOUCHED)


def approve(ctx: Context, record_id: int, _values: Values) -> Outcome[str]:
    """The supervisor approves a submitted report; it stays as it is from then on, and so does the signed incident."""
    ctx.require(Role.SUPERVISOR)
    with ctx.transaction("批准 case 报告") as tx:
        report = _submitted(tx, record_id, "批准")
        incident = service.incident_of(tx.connection, report["incident_id"])
        service.refuse_unsolved(incident)
        if incident["state"] != IncidentState.SIGNED:
            raise Refusal(f"{incident['number']} 是“{incident['state']}”，还会改动。主管签收以后再批准报告。")
        tx.update(CaseReport, report["id"], approved_at=ctx.now(), approved_by=ctx.actor.name)
    return Outcome(f"{report['number']} 已批准，内容不再改动。", service.TOUCHED)


def take_back(ctx: Context, record_id: int, _values: Values) -> Outcome[str]:
    """Take a submission back to change the report, before it is approved."""
    ctx.require(*WRITERS)
    with ctx.transaction("撤回提交 case 报告") as tx:
        report = _submitted(tx, record_id, "撤回")
        tx.update(CaseReport, report["id"], submitted_at=None)
    return Outcome(f"{report['number']} 已撤回，改好以后要重新提交，提交时间从新算。", service.TOUCHED)


def withdraw(ctx: Context, record_id: int, values: Values) -> Outcome[str]:
    """The supervisor takes his approval back, so that report and incident can be changed; both are then due again."""
    ctx.require(Role.SUPERVISOR)
    reason = entry.text(values, "reason", "原因", required=True, longest=200)
    with ctx.transaction("撤回批准 case 报告", reason) as tx:
        report, incident = service.found(tx.connection, record_id)
        if report is None or report["approved_at"] is None:
            raise Refusal(f"{incident['number']} 的报告没有批准，不用撤回。")
        tx.update(CaseReport, report["id"], submitted_at=None, approved_at=None, approved_by="")
    return Outcome(f"{report['number']} 的批准已撤回：{reason}。改好以后要重新提交、批准。", service.TOUCHED)


def _submitted(tx: Transaction, record_id: int, what: str) -> Values:
    """A report that waits for approval. Refuses any other."""
    report, incident = service.found(tx.connection, record_id)
    if report is None or report["submitted_at"] is None:
        raise Refusal(f"{incident['number']} 的报告还没有提交，不能{what}。")
    if report["approved_at"] is not None:
        raise Refusal(f"{report['number']} 在 {report['approved_at']:%m-%d %H:%M} 已经批准，不能再{what}。")
    return report
