"""Joining an incident to a problem and taking it out again (E6-03); the course of events tells both.

A signed incident may be joined, too: what was signed is not changed by it, and its clocks are not read again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.models import Incident, Problem
from opsdesk.register import Options
from opsdesk.registers.incident.service import Course, note, row_of
from opsdesk.rules.vocabulary import IncidentState
from opsdesk.services import entry, incident_text, retiring
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.numbering import monthly
from opsdesk.services.outcome import Outcome
from opsdesk.services.transaction import Transaction

Values = Mapping[str, Any]
TOUCHED = frozenset({"incident", "problem"})
PREFIX = "WT"


def open_problems(ctx: Context) -> Options:
    """Problems in hand to choose from, the latest first."""
    query = select(Problem.id, Problem.number, Problem.title).where(Problem.closed_at.is_(None))
    with ctx.read() as connection:
        rows = connection.execute(query.order_by(Problem.id.desc())).all()
    return [(row.id, f"{row.number} {row.title}") for row in rows]


def join_problem(ctx: Context, incident_id: int, values: Values) -> Outcome[str]:
    """Join an incident to an open problem, or to a new one that gets this title and the incident's system."""
    ctx.require(*WRITERS)
    problem_id = values.get("problem_id") or None
    title = entry.text(values, "title", "新问题的标题", longest=120)
    if problem_id is None and not title:
        raise Refusal("请选择一个问题，或者写一个标题开新的。", field="problem_id")
    if problem_id is not None and title:
        raise Refusal("已经选了问题，标题请空着；要开新的，请把问题空着。", field="title")
    with ctx.transaction(str(Course.JOIN_PROBLEM)) as tx:
        row = row_of(tx.connection, incident_id)
        if row["state"] == IncidentState.VOID:
            raise Refusal(f"{row['number']} 已作废，不能改。")
        if row["problem_id"] is not None:
            raise Refusal(f"{row['number']} 已经归入 {_named(tx.connection, row['problem_id'])}。请先移出。")
        if problem_id is None:
            problem_id = _open(tx, ctx, title, row["system"])
        else:
            _refuse_closed(tx.connection, problem_id)
        named = _named(tx.connection, problem_id)
        tx.update(Incident, incident_id, problem_id=problem_id)
        note(tx, ctx, incident_id, Course.JOIN_PROBLEM, ctx.now(), named)
        incident_text.refresh(tx.connection, [incident_id])
    return Outcome(f"{row['number']} 已归入 {named}。", TOUCHED)


def leave_problem(ctx: Context, incident_id: int, _values: Values) -> Outcome[str]:
    """Take an incident out of its problem, a void one, too; that it was joined stays in the course."""
    ctx.require(*WRITERS)
    with ctx.transaction(str(Course.LEAVE_PROBLEM)) as tx:
        row = row_of(tx.connection, incident_id)
        if row["problem_id"] is None:
            raise Refusal(f"{row['number']} 没有归入任何问题，不用移出。")
        named = _named(tx.connection, row["problem_id"])
        tx.update(Incident, incident_id, problem_id=None)
        note(tx, ctx, incident_id, Course.LEAVE_PROBLEM, ctx.now(), named)
        incident_text.refresh(tx.connection, [incident_id])
    return Outcome(f"{row['number']} 已移出 {named}。", TOUCHED)


def _named(connection: Connection, problem_id: int) -> str:
    row = connection.execute(select(Problem.number, Problem.title).where(Problem.id == problem_id)).one()
    return f"{row.number} {row.title}"


def _refuse_closed(connection: Connection, problem_id: int) -> None:
    query = select(Problem.number, Problem.closed_at).where(Problem.id == problem_id)
    found = connection.execute(query).one_or_none()
    if found is None:
        raise retiring.missing("问题")
    if found.closed_at is not None:
        raise Refusal(f"{found.number} 已关闭。请由主管重新打开，或者另开一个。", field="problem_id")


def _open(tx: Transaction, ctx: Context, title: str, system: str) -> int:
    now = ctx.now()
    return tx.insert(
        Problem, number=monthly(tx, Problem.number, PREFIX, now.date()), title=title, system=system, cause="",
        measure="", owner="", opened_at=now, opened_by=ctx.actor.name, conclusion="",
    )  # fmt: skip
