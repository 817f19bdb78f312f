"""Acts and lists of 日报, 周报 and 季度总结 (F07): written, sent with its moment, taken in (签收)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, select, true

from opsdesk.models import Report, Vendor
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.registers.report.chapters import FORMS, KEYS
from opsdesk.rules import reporting as rules
from opsdesk.rules.reporting import Judged, ReportKind, ReportState
from opsdesk.rules.sla import in_words
from opsdesk.rules.vocabulary import Role
from opsdesk.services import entry, listing, numbering, reporting, retiring
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome

BETWEEN = re.compile(r"[|｜\t]")
_NUMBERED = re.compile(r"^\s*\d{1,2}[.、．)）]\s*")
Values = Mapping[str, Any]
TOUCHED = frozenset({"report"})
VOID, SIGNED = "已作废", "已签收"
TONES = {
    ReportState.IN_TIME: Tone.FINE,
    ReportState.FREE: Tone.FINE,
    ReportState.WAITING: Tone.INFORMATION,
    ReportState.LATE: Tone.WARNING,
    ReportState.NOT_WHOLE: Tone.WARNING,
    ReportState.MISSED: Tone.BROKEN,
}


def listed(kind: ReportKind, ctx: Context, query: Query) -> Page:
    """Reports of a kind, the latest days first."""
    chosen = query.filters or {}
    asked = (
        select(Report.__table__, Vendor.short_name.label("vendor"))
        .join(Vendor, Vendor.id == Report.vendor_id)
        .where(
            Report.kind == str(kind),
            listing.holds(query.text, Report.number, Vendor.short_name, Report.author, Report.work, Report.problems),
        )
        .order_by(Report.first.desc(), Vendor.code, Report.id.desc())
    )
    if (vendor := chosen.get("vendor")) is not None:
        asked = asked.where(Report.vendor_id == vendor)
    span = listing.month_of(chosen.get("month") or "")
    asked = asked.where(Report.last.between(*span) if span else true())
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
        shown = [row._mapping for row in rows]
        judged = reporting.of_rows(connection, ctx.regulations, shown, ctx.now())
    return Page(tuple(_row(row, judged[row["id"]]) for row in shown), total)


def _row(row: Mapping[Any, Any], judged: Judged) -> Row:
    keys = ("number", "vendor", "author", "submitted_at", "signed_by")
    daily = row["kind"] == ReportKind.DAILY
    work = "；".join(map(what_of, filled_lines(row["work"]))) if daily else " ".join(row["work"].split())
    chip = state_chip(row, judged)
    values = {**{key: row[key] for key in keys}, "period": period_words(row), "work": work, "state": chip}
    return Row(row["id"], values, muted=row["void_at"] is not None)


def filled_lines(text: str) -> list[str]:
    """The lines that say something, without the numbers (1. 2、) that were typed before them."""
    return [_NUMBERED.sub("", line).strip() for line in text.split("\n") if line.strip()]


def parts_of(line: str) -> list[str]:
    """A line's parts as F07 divides them: 事项｜系统｜起止｜结果."""
    return [part.strip() for part in BETWEEN.split(line, maxsplit=3)]


def what_of(line: str) -> str:
    """What was done, of a line that says when and with what result, too."""
    return parts_of(line)[0].rstrip("；。")


def period_words(row: Mapping[Any, Any]) -> str:
    """2026-03-05, 2026-03-02 至 03-08, 2026 年第一季度."""
    kind, first, last = ReportKind(row["kind"]), row["first"], row["last"]
    if kind is ReportKind.DAILY:
        return str(first.isoformat())
    if kind is ReportKind.WEEKLY:
        return f"{first.isoformat()} 至 {last:%m-%d}"
    return f"{first.year} 年第{'一二三四'[first.month // 3]}季度"


def state_chip(row: Mapping[Any, Any], judged: Judged) -> Chip:
    """How a report stands, in a word."""
    if row["void_at"] is not None:
        return Chip(VOID)
    word = str(judged.state)
    if judged.state is ReportState.LATE:
        word = f"迟交 {in_words(judged.seconds)}"
    return Chip(word, TONES[judged.state])


def row_of(connection: Connection, report_id: int, kind: ReportKind | None = None) -> dict[str, Any]:
    """A row of `report` with the vendor's names. Refuses one that is not there, or is of another kind."""
    query = (
        select(Report.__table__, Vendor.short_name.label("vendor"), Vendor.name.label("company"))
        .join(Vendor, Vendor.id == Report.vendor_id)
        .where(Report.id == report_id, Report.kind == str(kind) if kind is not None else true())
    )
    return retiring.one(connection, query, str(kind or "报告"))


def id_of(ctx: Context, number: str) -> int:
    """The report that bears a number. Refuses one that is not there."""
    typed = "".join(number.split()).upper()
    with ctx.read() as connection:
        found = connection.execute(select(Report.id).where(Report.number == typed)).scalar_one_or_none()
    if found is None:
        raise Refusal(f"没有编号为 {typed} 的报告。请核对编号。", field="number")
    return found


def load(kind: ReportKind, ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One report as its form shows it, with by when it was due."""
    with ctx.read() as connection:
        row = row_of(connection, record_id, kind)
        judged = reporting.of_row(connection, ctx.regulations, row, ctx.now())
    said = [f"{row['vendor']} {period_words(row)}。", judged.sentence]
    if row["submitted_at"] is not None:
        to, copied = row["submitted_to"] or "（没有）", row["copied_to"] or "（没有）"
        said.append(f"{row['submitted_at']:%Y-%m-%d %H:%M:%S} 提交，收件 {to}，抄送 {copied}。")
    if row["signed_at"] is not None:
        said.append(f"{row['signed_at']:%Y-%m-%d %H:%M} {row['signed_by']}签收。")
    if row["void_at"] is not None:
        said.append(f"{row['void_at']:%Y-%m-%d %H:%M} 作废：{row['void_reason']}。")
    return {**row, "day": row["first"], "told": "\n".join(each for each in said if each)}


def save(kind: ReportKind, ctx: Context, record_id: int | None, values: Values) -> Outcome[int]:
    """Keep a report that is being written; one of its kind for a vendor and the same days."""
    ctx.require(*WRITERS)
    form = FORMS[kind]
    first, last = rules.span(kind, entry.day(values, "day", "日期"))
    kept: dict[str, Any] = {
        "vendor_id": None, "first": first, "last": last,
        "author": entry.text(values, "author", "填报人", required=True),
        "weather": entry.text(values, "weather", "天气", longest=20),
        **{
            each.key: entry.long_text(values, each.key, each.title, required=each.required, longest=4000)
            for each in form.chapters
        },
    }  # fmt: skip
    if first > ctx.today():
        raise Refusal(f"{first.isoformat()} 还没有到，不能先写{kind}。", field="day")
    with ctx.transaction(f"写{kind}" if record_id is None else f"修改{kind}") as tx:
        known = list(tx.connection.execute(select(Vendor.id)).scalars())
        kept["vendor_id"] = entry.chosen(values, "vendor_id", "外包单位", known)
        row = None if record_id is None else row_of(tx.connection, record_id, kind)
        if row is not None and all(row[key] == value for key, value in kept.items()):
            return Outcome(row["id"])
        if row is not None and (row["submitted_at"] is not None or row["void_at"] is not None):
            why = "已作废" if row["void_at"] is not None else "已经提交"
            raise Refusal(f"{row['number']} {why}，不能改。填错的请由主管作废，再写一份。")
        _refuse_second(tx.connection, kind, kept, record_id)
        if row is not None:
            tx.update(Report, row["id"], **kept)
            return Outcome(row["id"], TOUCHED)
        blanks = dict.fromkeys((*KEYS, "submitted_to", "copied_to", "signed_by", "void_reason"), "")
        number = numbering.daily(tx, Report.number, form.prefix, first)
        made = {"number": number, "kind": str(kind), "made_at": ctx.now(), "made_by": ctx.actor.name}
        return Outcome(tx.insert(Report, **{**blanks, **kept, **made}), TOUCHED)


def _refuse_second(connection: Connection, kind: ReportKind, kept: Values, but: int | None) -> None:
    query = select(Report.number).where(
        Report.kind == str(kind), Report.vendor_id == kept["vendor_id"], Report.first == kept["first"],
        Report.void_at.is_(None), Report.id != (but or 0),
    )  # fmt: skip
    if (number := connection.execute(query.limit(1)).scalar_one_or_none()) is not None:
        raise Refusal(f"这个单位这一期的{kind}已经有 {number}。请去改那一份。", field="day")


def submit(kind: ReportKind, ctx: Context, report_id: int, values: Values) -> Outcome[str]:
    """The report was sent: now, or, where a letter came earlier, when it came; to whom, with whom in copy."""
    ctx.require(*WRITERS)
    at = entry.past(values, "submitted_at", "提交时间", ctx.now())
    to = entry.text(values, "submitted_to", "收件人", longest=100)
    copied = entry.text(values, "copied_to", "抄送", longest=100)
    with ctx.transaction(f"提交{kind}") as tx:
        row = row_of(tx.connection, report_id, kind)
        retiring.refuse_void(row)
        if row["submitted_at"] is not None:
            raise Refusal(f"{row['number']} 在 {row['submitted_at']:%Y-%m-%d %H:%M} 已经提交。")
        if at.date() < row["first"]:
            raise Refusal(f"提交时间 {at:%Y-%m-%d %H:%M} 早于这份{kind}的日期。请核对。", field="submitted_at")
        sent = {"submitted_at": at, "submitted_to": to, "copied_to": copied}
        tx.update(Report, report_id, **sent)
        judged = reporting.of_row(tx.connection, ctx.regulations, {**row, **sent}, ctx.now())
    return Outcome(f"{row['number']} 已提交。{judged.sentence}", TOUCHED)


def sign(kind: ReportKind, ctx: Context, report_id: int, _values: Values) -> Outcome[str]:
    """The client's supervisor takes a report in that was sent (签收)."""
    ctx.require(Role.SUPERVISOR)
    with ctx.transaction(f"签收{kind}") as tx:
        row = row_of(tx.connection, report_id, kind)
        retiring.refuse_void(row)
        if row["submitted_at"] is None:
            raise Refusal(f"{row['number']} 还没有提交，不能签收。")
        if row["signed_at"] is not None:
            raise Refusal(f"{row['number']} 在 {row['signed_at']:%Y-%m-%d %H:%M} 已经签收。")
        tx.update(Report, report_id, signed_at=ctx.now(), signed_by=ctx.actor.name)
    return Outcome(f"{row['number']} 已签收。", TOUCHED)


def void(kind: ReportKind, ctx: Context, report_id: int, values: Values) -> Outcome[str]:
    """A report entered wrongly stays in the record, but counts no longer; only the supervisor may."""
    ctx.require(Role.SUPERVISOR)
    why = entry.text(values, "reason", "原因", required=True, longest=200)
    with ctx.transaction(f"作废{kind}", why) as tx:
        row = row_of(tx.connection, report_id, kind)
        retiring.refuse_void(row)
        tx.update(Report, report_id, void_at=ctx.now(), void_reason=why)
    return Outcome(f"{row['number']} 已作废：{why}。", TOUCHED)


def sent(connection: Connection, kind: ReportKind, first: date, last: date) -> list[int]:
    """The reports of a kind that were sent and end on a day from `first` to `last`, in order."""
    query = select(Report.id).where(
        Report.kind == str(kind), Report.last.between(first, last), Report.submitted_at.is_not(None),
        Report.void_at.is_(None),
    )  # fmt: skip
    return list(connection.execute(query.order_by(Report.first, Report.number)).scalars())
