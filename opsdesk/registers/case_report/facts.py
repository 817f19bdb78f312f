"""What the incident's own record says, as a report begins with it: times, reach, course, cause, lesson (F06)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.models import IncidentAct
from opsdesk.rules.sla import in_words

MOST_LINES = 40
"""As many lines of the course are shown in the form."""


def facts(connection: Connection, incident: Mapping[str, Any]) -> str:
    """The incident in lines: title, system, severity, times with durations, reach, course, root cause, lesson."""
    said = [incident["title"], _graded(incident), _times(incident)]
    said += [
        f"{title}：{incident[key]}"
        for key, title in (("reach", "影响范围"), ("root_cause", "根本原因与改进"), ("lesson", "经验教训"))
        if incident[key]
    ]
    course = _course(connection, incident["id"])
    return "\n".join([*(line for line in said if line), "经过：", *course])


def _graded(incident: Mapping[str, Any]) -> str:
    parts = [f"{title} {incident[key]}" for key, title in (("system", "系统"), ("severity", "等级")) if incident[key]]
    return "，".join(parts)


def _times(incident: Mapping[str, Any]) -> str:
    accepted, solved = incident["accepted_at"] or incident["reported_at"], incident["resolved_at"]
    parts = [f"报告 {incident['reported_at']:%m-%d %H:%M}"]
    if incident["responded_at"] is not None:
        used = max(0, int((incident["responded_at"] - accepted).total_seconds()))
        parts.append(f"响应 {incident['responded_at']:%m-%d %H:%M}（用时 {in_words(used)}）")
    if solved is not None:
        whole = max(0, int((solved - accepted).total_seconds()))
        waited = f"，其中等待他方 {in_words(incident['paused_seconds'])}" if incident["paused_seconds"] else ""
        parts.append(f"恢复 {solved:%m-%d %H:%M}（历时 {in_words(whole)}{waited}）")
    return "，".join(parts)


def _course(connection: Connection, incident_id: int) -> list[str]:
    query = (
        select(IncidentAct.at, IncidentAct.what, IncidentAct.said, IncidentAct.result, IncidentAct.by)
        .where(IncidentAct.incident_id == incident_id, IncidentAct.void_at.is_(None))
        .order_by(IncidentAct.at, IncidentAct.id)
        .limit(MOST_LINES)
    )
    return [
        f"{row.at:%m-%d %H:%M} {row.what} {row.said}{f'，{row.result}' if row.result else ''}（{row.by}）"
        for row in connection.execute(query)
    ]
