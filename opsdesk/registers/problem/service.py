"""Acts and list of 问题: the cause behind several incidents, its measure, and how it ends (E6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, select

from opsdesk.models import Incident, Problem
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.rules.vocabulary import Role
from opsdesk.services import entry, listing, retiring
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.numbering import monthly
from opsdesk.services.outcome import Outcome
from opsdesk.services.transaction import Transaction

Values = Mapping[str, Any]
TOUCHED = frozenset({"problem", "incident"})
WHAT = "问题"
PREFIX = "WT"
OPEN, OVERDUE, CLOSED = "处理中", "已逾期", "已关闭"
TONES = {OPEN: Tone.INFORMATION, OVERDUE: Tone.BROKEN, CLOSED: Tone.NEUTRAL}
MOST_JOINED, MOST_ALIKE = 60, 12
"""As many incidents are named in the form; of the others only the number is told."""
LOOK_BACK = timedelta(days=30)
"""How far back incidents of the same system are looked for."""


def state(closed: bool, due_on: date | None, today: date) -> str:
    """Where a problem stands; its last day is still in time."""
    if closed:
        return CLOSED
    return OVERDUE if due_on is not None and due_on < today else OPEN


def _in_state(wanted: str, today: date) -> ColumnElement[bool]:
    late = func.coalesce(Problem.due_on < today, 0)
    is_open = Problem.closed_at.is_(None)
    return {OPEN: and_(is_open, ~late), OVERDUE: and_(is_open, late), CLOSED: ~is_open}[wanted]


def listed(ctx: Context, query: Query) -> Page:
    """Problems with the incidents joined to each: those in hand first, the latest first."""
    today = ctx.today()
    asked = (
        select(Problem.__table__)
        .where(
            listing.holds(
                query.text, Problem.number, Problem.title, Problem.system, Problem.cause, Problem.measure, Problem.owner
            )
        )
        .order_by(Problem.closed_at.is_not(None), Problem.opened_at.desc(), Problem.id.desc())
    )
    if (wanted := (query.filters or {}).get("state")) is not None:
        asked = asked.where(_in_state(wanted, today))
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
        joined = _counted(connection, [row.id for row in rows])
    return Page(tuple(_row(row, joined.get(row.id, 0), today) for row in rows), total)


def _counted(connection: Connection, ids: Sequence[int]) -> dict[int, int]:
    """How many incidents that count are joined to each of these problems; one reading for all of a page."""
    query = (
        select(Incident.problem_id, func.count())
        .where(Incident.problem_id.in_(ids), Incident.void_at.is_(None))
        .group_by(Incident.problem_id)
    )
    return {key: number for key, number in connection.execute(query) if key is not None}


def _row(row: Any, incidents: int, today: date) -> Row:
    shown = state(row.closed_at is not None, row.due_on, today)
    keys = ("number", "title", "system", "owner", "due_on")
    values = {**{key: getattr(row, key) for key in keys}, "incidents": incidents, "state": Chip(shown, TONES[shown])}
    return Row(row.id, values, muted=shown == CLOSED)


def _row_of(connection: Connection, problem_id: int) -> dict[str, Any]:
    return retiring.one(connection, select(Problem.__table__).where(Problem.id == problem_id), WHAT)


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One problem as its form shows it, with its incidents and its course."""
    with ctx.read() as connection:
        row = _row_of(connection, record_id)
        joined, alike = _joined(connection, record_id), _alike(connection, ctx, row)
    return {**row, "joined": joined, "alike": alike, "course": _course(row)}


def _joined(connection: Connection, problem_id: int) -> str:
    query = select(Incident.number, Incident.title, Incident.state).where(Incident.problem_id == problem_id)
    rows = connection.execute(query.order_by(Incident.reported_at.desc(), Incident.id.desc())).all()
    said = [f"{row.number} {row.title}（{row.state}）" for row in rows[:MOST_JOINED]]
    if len(rows) > MOST_JOINED:
        said.append(f"另有 {len(rows) - MOST_JOINED} 张，请在事件记录里查找。")
    return "\n".join(said) or "还没有归入的事件。在事件记录上用“归入问题”。"


def _alike(connection: Connection, ctx: Context, row: Values) -> str:
    """Incidents of the same system that belong to no problem yet, as E6-03 wants causes looked for and not symptoms."""
    held = ctx.law_on(ctx.today()).part("incident.problems", "E6")
    if held is None or row["closed_at"] is not None:
        return ""
    if not row["system"]:
        return "写了系统，这里就列出同一系统最近的事件。"
    query = select(Incident.number, Incident.title).where(
        Incident.system == row["system"],
        Incident.problem_id.is_(None),
        Incident.void_at.is_(None),
        Incident.reported_at >= ctx.now() - LOOK_BACK,
    )
    rows = connection.execute(query.order_by(Incident.reported_at.desc(), Incident.id.desc())).all()
    if not rows:
        return f"近 {LOOK_BACK.days} 天同一系统没有别的事件。"
    said = [f"近 {LOOK_BACK.days} 天同一系统还有 {len(rows)} 张没有归入，请看是不是同一个原因（{held.cite().short}）："]
    return "\n".join([*said, *(f"{each.number} {each.title}" for each in rows[:MOST_ALIKE])])


def _course(row: Values) -> str:
    said = [f"{row['opened_at']:%Y-%m-%d %H:%M} 由{row['opened_by']}提出。", *_earlier(row)]
    if row["closed_at"] is not None:
        said.append(_closing(row))
    return "\n".join(said)


def _closing(row: Values) -> str:
    return f"{row['closed_at']:%Y-%m-%d %H:%M} 由{row['closed_by']}关闭：{row['conclusion'].splitlines()[-1]}。"


def _earlier(row: Values) -> list[str]:
    """The closings and reopenings before: lines of the conclusion, whose last is that of a closed problem."""
    lines: list[str] = row["conclusion"].splitlines()
    return lines if row["closed_at"] is None else lines[:-1]


def save(ctx: Context, record_id: int | None, values: Values) -> Outcome[int]:
    """Open a problem under the next number of the month, or change one that is still in hand."""
    ctx.require(*WRITERS)
    kept = {
        "title": entry.text(values, "title", "标题", required=True, longest=120),
        "system": entry.text(values, "system", "系统", longest=60),
        "cause": entry.long_text(values, "cause", "原因", longest=4000),
        "measure": entry.long_text(values, "measure", "措施", longest=4000),
        "owner": entry.text(values, "owner", "责任人"),
        "due_on": entry.day_or_none(values, "due_on", "完成日期"),
    }
    with ctx.transaction("提出问题" if record_id is None else "修改问题") as tx:
        if record_id is None:
            return Outcome(_open(tx, ctx, kept), TOUCHED)
        row = _row_of(tx.connection, record_id)
        if all(row[key] == value for key, value in kept.items()):
            return Outcome(record_id)
        if row["closed_at"] is not None:
            raise Refusal(f"{row['number']} 已关闭，不能改。要继续处理，请由主管重新打开。")
        tx.update(Problem, record_id, **kept)
    return Outcome(record_id, TOUCHED)


def _open(tx: Transaction, ctx: Context, kept: Values) -> int:
    now = ctx.now()
    number = monthly(tx, Problem.number, PREFIX, now.date())
    return tx.insert(Problem, **kept, number=number, opened_at=now, opened_by=ctx.actor.name, conclusion="")


def close(ctx: Context, problem_id: int, values: Values) -> Outcome[str]:
    """The measure has been taken and holds: closed with a conclusion; only the supervisor may."""
    ctx.require(Role.SUPERVISOR)
    conclusion = entry.text(values, "conclusion", "结论", required=True, longest=200)
    with ctx.transaction("关闭问题", conclusion) as tx:
        row = _row_of(tx.connection, problem_id)
        if row["closed_at"] is not None:
            raise Refusal(f"{row['number']} 在 {row['closed_at']:%Y-%m-%d %H:%M} 已经关闭。")
        kept = "\n".join([*_earlier(row), conclusion])
        tx.update(Problem, problem_id, closed_at=ctx.now(), closed_by=ctx.actor.name, conclusion=kept)
    return Outcome(f"{row['number']} 已关闭：{conclusion}。", TOUCHED)


def reopen(ctx: Context, problem_id: int, values: Values) -> Outcome[str]:
    """It was not the end of it: only the supervisor may, as he closed it. Conclusion and reason stay in sight."""
    ctx.require(Role.SUPERVISOR)
    reason = entry.text(values, "reason", "原因", required=True, longest=200)
    with ctx.transaction("重新打开问题", reason) as tx:
        row = _row_of(tx.connection, problem_id)
        if row["closed_at"] is None:
            raise Refusal(f"{row['number']} 还在处理，不需要重新打开。")
        opened = f"{ctx.now():%Y-%m-%d %H:%M} 由{ctx.actor.name}重新打开：{reason}。"
        kept = "\n".join([*_earlier(row), _closing(row), opened])
        tx.update(Problem, problem_id, closed_at=None, closed_by=None, conclusion=kept)
    return Outcome(f"{row['number']} 已重新打开：{reason}。", TOUCHED)
