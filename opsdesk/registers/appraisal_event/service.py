"""考核事项: what happened, whose it is and what proves it (T4-02). What was entered stands; a wrong one is voided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.models import AppraisalEvent, Staff, Vendor
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.rules.clause import Regulations
from opsdesk.rules.scoring import EventKind, plain
from opsdesk.rules.vocabulary import Role
from opsdesk.services import appraisal_typed, choices, entry, listing, retiring
from opsdesk.services.appraisal_typed import HUNDRED
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.numbering import monthly
from opsdesk.services.outcome import Outcome
from opsdesk.services.text import one_line

Values = Mapping[str, Any]
TOUCHED = frozenset({"appraisal_event"})
WHAT = "考核事项"
PREFIX = "KS"
KINDS = tuple(str(kind) for kind in EventKind)
STANDING, VOID = "有效", "作废"
TONES = {STANDING: Tone.FINE, VOID: Tone.NEUTRAL}
ADDED = {EventKind.PRAISE, EventKind.SUGGESTION}
"""Kinds that earn points instead of costing them."""


def _asked() -> Any:
    return (
        select(AppraisalEvent.__table__, Vendor.short_name.label("vendor"), Staff.name.label("person"))
        .join(Vendor, Vendor.id == AppraisalEvent.vendor_id, isouter=True)
        .join(Staff, Staff.id == AppraisalEvent.staff_id, isouter=True)
    )


def listed(ctx: Context, query: Query) -> Page:
    """Entries by day, the latest first."""
    chosen = query.filters or {}
    asked = (
        _asked()
        .where(
            listing.holds(
                query.text, AppraisalEvent.number, AppraisalEvent.facts, AppraisalEvent.proof, AppraisalEvent.clause,
                Vendor.short_name, Vendor.name, Staff.name, Staff.initials,
            )
        )
        .order_by(AppraisalEvent.day.desc(), AppraisalEvent.id.desc())
    )  # fmt: skip
    for key in ("kind", "vendor_id"):
        if (wanted := chosen.get(key)) is not None:
            asked = asked.where(getattr(AppraisalEvent, key) == wanted)
    if (span := listing.month_of(chosen.get("month") or "")) is not None:
        asked = asked.where(AppraisalEvent.day >= span[0], AppraisalEvent.day <= span[1])
    if (wanted := chosen.get("state")) is not None:
        void = AppraisalEvent.void_at.is_not(None)
        asked = asked.where(void if wanted == VOID else ~void)
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
    return Page(tuple(_row(row._mapping, ctx.regulations) for row in rows), total)


def _row(row: Mapping[Any, Any], regulations: Regulations) -> Row:
    word = STANDING if row["void_at"] is None else VOID
    return Row(
        row["id"],
        {
            **{key: row[key] for key in ("number", "day", "kind")},
            "vendor": row["vendor"] or "",
            "person": row["person"] or "",
            "facts": one_line(row["facts"]),
            "points": _signed(row),
            "clause": regulations.clause(row["clause"]).short if row["clause"] else "",
            "state": Chip(word, TONES[word]),
        },
        muted=word == VOID,
    )


def _signed(row: Mapping[Any, Any]) -> str:
    """+2 or −1 where the entry sets points of its own; by the scheme where it sets none."""
    if not row["points"]:
        return "按方案"
    return f"{'+' if row['kind'] in ADDED else '−'}{row['points']}"


def months(ctx: Context) -> list[tuple[str, str]]:
    """Months to choose from: this one first."""
    return listing.months_around(ctx.today(), after=0)


def row_of(connection: Connection, event_id: int) -> dict[str, Any]:
    """A row of `appraisal_event` with the names of vendor and person. Refuses one that is not there."""
    return retiring.one(connection, _asked().where(AppraisalEvent.id == event_id), WHAT)


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One entry as its form shows it, with who entered it and why it is void."""
    with ctx.read() as connection:
        row = row_of(connection, record_id)
    said = f"{row['entered_at']:%Y-%m-%d %H:%M} {row['entered_by']}登记。"
    if row["void_at"] is not None:
        said += f"\n{row['void_at']:%Y-%m-%d %H:%M} 作废：{row['void_reason']}。"
    return {**row, "clause": row["clause"] or None, "told": said}


def save(ctx: Context, record_id: int | None, values: Values) -> Outcome[int]:
    """Enter what happened under the next number of its month; what was entered is not changed but voided."""
    ctx.require(*WRITERS)
    kept = _read(ctx, values)
    with ctx.transaction("登记考核事项") as tx:
        if record_id is None:
            filed = {"entered_at": ctx.now(), "entered_by": ctx.actor.name, "void_reason": ""}
            number = monthly(tx, AppraisalEvent.number, PREFIX, kept["day"])
            return Outcome(tx.insert(AppraisalEvent, **kept, **filed, number=number), TOUCHED)
        row = row_of(tx.connection, record_id)
        if any(row[key] != value for key, value in kept.items()):
            raise Refusal(f"{row['number']} 登记以后不能改。填错的请由主管作废，再登记一条。")
    return Outcome(record_id)


def _read(ctx: Context, values: Values) -> dict[str, Any]:
    if values.get("day") in (None, ""):
        raise Refusal("请填写“发生日期”。", field="day")
    known = [key for key, _ in choices.clauses(ctx)]
    points = appraisal_typed.points(values, "points", "分值", most=HUNDRED)
    kept = {
        "kind": str(EventKind(entry.chosen(values, "kind", "类别", KINDS))),
        "day": entry.past_day_or_none(values, "day", "发生日期", ctx.today()),
        "facts": entry.long_text(values, "facts", "事实", required=True),
        "points": "" if points is None else plain(points),
        "proof": entry.long_text(values, "proof", "证据", required=True, longest=500),
        "clause": entry.chosen(values, "clause", "条款", known) if values.get("clause") else "",
    }
    return {**kept, **_whose(ctx, values)}


def _whose(ctx: Context, values: Values) -> dict[str, int | None]:
    """The vendor and, where one is named, the person, whose vendor it is then."""
    with ctx.read() as connection:
        vendors = {row.id: row.name for row in connection.execute(select(Vendor.id, Vendor.name))}
        people = {row.id: row for row in connection.execute(select(Staff.id, Staff.name, Staff.vendor_id))}
    vendor_id = entry.chosen(values, "vendor_id", "外包单位", vendors) if values.get("vendor_id") else None
    if not values.get("staff_id"):
        if vendor_id is None:
            raise Refusal("请选择外包单位或人员：这件事算谁的。", field="vendor_id")
        return {"vendor_id": vendor_id, "staff_id": None}
    person = people[entry.chosen(values, "staff_id", "人员", people)]
    if vendor_id not in (None, person.vendor_id):
        raise Refusal(f"{person.name}属于{vendors[person.vendor_id]}。外包单位请空着或选它。", field="vendor_id")
    return {"vendor_id": person.vendor_id, "staff_id": person.id}


def void(ctx: Context, event_id: int, values: Values) -> Outcome[str]:
    """Void an entry; its number is not used again and it counts for nothing. Only the supervisor may."""
    ctx.require(Role.SUPERVISOR)
    reason = entry.text(values, "reason", "作废原因", required=True, longest=200)
    with ctx.transaction("作废考核事项", reason) as tx:
        row = row_of(tx.connection, event_id)
        retiring.refuse_void(row)
        tx.update(AppraisalEvent, event_id, void_at=ctx.now(), void_reason=reason)
    return Outcome(f"{row['number']} 已作废：{reason}。没有核定的考核不再算它，编号不再使用。", TOUCHED)
