"""停机变更 (F25): the list, the form, and how a request stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select

from opsdesk.models import ChangeRequest
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.rules import lending
from opsdesk.rules.lending import ChangeKind, Lapse
from opsdesk.services import entry, listing, retiring
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.lapses import of_change, told_systems
from opsdesk.services.numbering import monthly
from opsdesk.services.outcome import Outcome

Values = Mapping[str, Any]
TOUCHED = frozenset({"change_request"})
WHAT = "变更申请"
PREFIX = "BG"
KINDS = tuple(str(kind) for kind in ChangeKind)
WAITING, APPROVED, RUNNING, DONE, REFUSED, VOID = "待批准", "已批准", "进行中", "已完成", "未批准", "作废"
TONES = {
    WAITING: Tone.WARNING,
    APPROVED: Tone.FINE,
    RUNNING: Tone.INFORMATION,
    DONE: Tone.NEUTRAL,
    REFUSED: Tone.NEUTRAL,
    VOID: Tone.NEUTRAL,
}
SHOWN = ("number", "kind", "system", "applicant", "planned_from", "performed_by", "result")


def lapses(ctx: Context, row: Mapping[Any, Any], told: Collection[str]) -> list[Lapse]:
    """What was missed on a request, by the law of the day it began."""
    return of_change(ctx.regulations, row, told)


def state(row: Mapping[Any, Any]) -> str:
    """Where a request stands; what has begun has begun, approved or not."""
    if row["void_at"] is not None:
        return VOID
    if row["began_at"] is not None:
        return RUNNING if row["ended_at"] is None else DONE
    if row["refused_at"] is not None:
        return REFUSED
    return WAITING if row["approved_at"] is None else APPROVED


def _in_state(wanted: str) -> ColumnElement[bool]:
    live, begun = ChangeRequest.void_at.is_(None), ChangeRequest.began_at.is_not(None)
    asked, refused = and_(live, ~begun), ChangeRequest.refused_at.is_not(None)
    return {
        VOID: ~live,
        RUNNING: and_(live, begun, ChangeRequest.ended_at.is_(None)),
        DONE: and_(live, begun, ChangeRequest.ended_at.is_not(None)),
        REFUSED: and_(asked, refused),
        WAITING: and_(asked, ~refused, ChangeRequest.approved_at.is_(None)),
        APPROVED: and_(asked, ~refused, ChangeRequest.approved_at.is_not(None)),
    }[wanted]


def listed(ctx: Context, query: Query) -> Page:
    """Requests by planned time, the latest first."""
    chosen = query.filters or {}
    columns = (
        ChangeRequest.number, ChangeRequest.kind, ChangeRequest.system, ChangeRequest.applicant, ChangeRequest.unit,
        ChangeRequest.reason, ChangeRequest.plan, ChangeRequest.performed_by,
    )  # fmt: skip
    asked = (
        select(ChangeRequest.__table__)
        .where(listing.holds(query.text, *columns))
        .order_by(ChangeRequest.planned_from.desc(), ChangeRequest.id.desc())
    )
    if (kind := chosen.get("kind")) is not None:
        asked = asked.where(ChangeRequest.kind == kind)
    asked = asked.where(listing.in_month(ChangeRequest.planned_from, chosen.get("month")))
    if (wanted := chosen.get("state")) is not None:
        asked = asked.where(_in_state(wanted))
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
        told = told_systems(connection)
    return Page(tuple(_row(ctx, row._mapping, told) for row in rows), total)


def _row(ctx: Context, row: Mapping[Any, Any], told: Collection[str]) -> Row:
    word = state(row)
    missed = lending.in_short(lapses(ctx, row, told))
    same_day = row["planned_from"].date() == row["planned_to"].date()
    until = f"{row['planned_to']:%H:%M}" if same_day else f"{row['planned_to']:%m-%d %H:%M}"
    values = {key: row[key] for key in SHOWN}
    chip = Chip(word, TONES[word])
    return Row(
        row["id"],
        {**values, "planned_to": until, "missed": missed, "state": chip},
        muted=word in {VOID, REFUSED},
    )


def months(ctx: Context) -> list[tuple[str, str]]:
    """Months to choose from: this one first."""
    return listing.months_around(ctx.today())


def row_of(connection: Connection, change_id: int) -> dict[str, Any]:
    """A row of `change_request`. Refuses one that is not there."""
    return retiring.one(connection, select(ChangeRequest.__table__).where(ChangeRequest.id == change_id), WHAT)


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One request as its form shows it, with its course and what was missed."""
    with ctx.read() as connection:
        row = row_of(connection, record_id)
        told = told_systems(connection)
    return {**row, "told": "\n".join([*(each.told for each in lapses(ctx, row, told)), *_course(row)])}


def _course(row: Values) -> list[str]:
    said = []
    if row["department_opinion"]:
        said.append(f"系统主管部门意见：{row['department_opinion']}。")
    if row["approved_at"] is not None:
        said.append(f"{row['approved_at']:%Y-%m-%d %H:%M} {row['approved_by']}批准。")
    if row["refused_at"] is not None:
        said.append(f"{row['refused_at']:%Y-%m-%d %H:%M} 不批准：{row['refusal']}。")
    if row["began_at"] is not None:
        said.append(f"{row['began_at']:%Y-%m-%d %H:%M} 开始，执行人{row['performed_by'] or '没有写明'}。")
    elif row["approved_at"] is None and row["refused_at"] is None and row["void_at"] is None:
        said.append("还没有批准，批准以后才能开始。")
    if row["ended_at"] is not None:
        said.append(f"{row['ended_at']:%Y-%m-%d %H:%M} 结束：{row['result']}，{row['verified_by']}验证。")
    if row["void_at"] is not None:
        why = "" if row["refused_at"] else f"：{row['refusal']}"
        said.append(f"{row['void_at']:%Y-%m-%d %H:%M} 作废{why}。")
    return said


def save(ctx: Context, record_id: int | None, values: Values) -> Outcome[int]:
    """File a request under the next number of its month, or correct one that nobody has decided on yet."""
    ctx.require(*WRITERS)
    kept: dict[str, Any] = {
        "kind": entry.chosen(values, "kind", "类型", KINDS),
        "system": entry.text(values, "system", "系统／设施名称", required=True, longest=60),
        "applicant": entry.name(values, "applicant", "申请人"),
        "unit": entry.text(values, "unit", "单位", required=True),
        "planned_from": entry.moment(values, "planned_from", "预计开始"),
        "planned_to": entry.moment(values, "planned_to", "预计结束"),
        "reason": entry.long_text(values, "reason", "变更原因", required=True),
        "plan": entry.long_text(values, "plan", "变更计划", required=True, longest=4000),
        "reach": entry.long_text(values, "reach", "影响范围", required=True),
        "fallback": entry.long_text(values, "fallback", "回退方案", required=True),
        "performed_by": entry.text(values, "performed_by", "执行的系统管理员", longest=30),
    }
    if kept["planned_to"] <= kept["planned_from"]:
        raise Refusal("预计结束要晚于预计开始，请核对。", field="planned_to")
    with ctx.transaction("填写变更申请" if record_id is None else "修改变更申请") as tx:
        if record_id is None:
            names = (
                "department_opinion", "approved_by", "security_opinion", "refusal", "result", "verified_by",
            )  # fmt: skip
            number = monthly(tx, ChangeRequest.number, PREFIX, ctx.today())
            filed = {"number": number, "applied_at": ctx.now(), "filed_by": ctx.actor.name}
            return Outcome(tx.insert(ChangeRequest, **kept, **dict.fromkeys(names, ""), **filed), TOUCHED)
        row = row_of(tx.connection, record_id)
        if all(row[key] == value for key, value in kept.items()):
            return Outcome(record_id)
        if any(row[key] is not None for key in ("approved_at", "refused_at", "began_at", "void_at")):
            raise Refusal(f"{row['number']} 已经办理，不能改。方案有变的，请由主管作废，再填一张。")
        tx.update(ChangeRequest, record_id, **kept)
    return Outcome(record_id, TOUCHED)
