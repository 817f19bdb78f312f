"""个人信息副本 (OD-GR A/0): all that the record holds about one person, for whoever asks (个人信息保护法 45)."""

from __future__ import annotations

import json
from collections.abc import Sequence

from opsdesk import history
from opsdesk.exports.document import Align, Block, Column, Document, Fact, Kind, Signature, Table, Text
from opsdesk.exports.making import made_as
from opsdesk.registers.staff import service as staff
from opsdesk.registers.visitor import service as visitor
from opsdesk.rules.vocabulary import Role
from opsdesk.services import chain, held, settings
from opsdesk.services.context import Context
from opsdesk.services.held import Held
from opsdesk.services.history import Change, Link
from opsdesk.services.record_names import table_words

COLUMNS = (
    Column("序号", 12, Kind.NUMBER, Align.CENTER),
    Column("记录", 44, even=True),
    Column("内容", 114, even=True),
)
TOLD = {
    "incident": ("title", "reported_at", "responded_at", "resolved_at", "result", "state"),
    "appraisal_sheet": ("appraisal_id", "score", "grade", "opinion", "opinion_text", "opinion_on", "state"),
}
"""What is told of records that are about others, too, or whose own paper says the rest."""
UNTOLD = frozenset({"initials", "staff_id", "subject", "subject_id", "evidence"})
"""Columns that serve the program alone."""
NOTES = (
    "列出系统中登记在本人名下的全部记录，作废的也在内；别人的单子里以姓名提到本人的（如经办人、签字人）不在内。"
    "电话和证件号只印前后几位，完整的号码请当面核对。",
    "内容有误的，可以要求更正；保存期满的信息，可以要求删除（《个人信息保护法》第四十五条至第四十七条）。",
)


@made_as("extract.staff", of="staff")
def of_staff(ctx: Context, staff_id: int) -> Document:
    """The copy for somebody of a company; for the supervisor to give."""
    ctx.require(Role.SUPERVISOR)
    known = staff.load(ctx, staff_id)
    return _sheet(ctx, known["name"], known["staff_no"], held.about_staff(ctx, staff_id))


@made_as("extract.visitor", of="visitor")
def of_visitor(ctx: Context, visitor_id: int) -> Document:
    """The copy for somebody who came to the machine room, found by name and unit."""
    ctx.require(Role.SUPERVISOR)
    known = visitor.load(ctx, visitor_id)
    name, unit = known["name"], known["unit"] or ""
    return _sheet(ctx, name, unit, held.about_visitor(ctx, name, unit))


def _sheet(ctx: Context, name: str, told_by: str, found: Sequence[Held]) -> Document:
    site = settings.read_all(ctx)
    with ctx.read() as connection:
        trace = chain.short_head(connection)
    who = f"{name}（{told_by}）" if told_by else name
    count = sum(len(each.rows) for each in found)
    return Document(
        code="OD-GR",
        revision="A/0",
        title="个人信息副本",
        number="",
        name=f"个人信息副本-{name}",
        sheet="个人信息副本",
        organisation=site["site.name"],
        facts=(Fact("本人", who), Fact("记录", f"{count} 条"), Fact("截止", f"{ctx.now():%Y-%m-%d %H:%M}")),
        body=tuple(block for each in found for block in _blocks(each)),
        notes=NOTES,
        signatures=(Signature("本人签收"), Signature("运维主管")),
        retention=f"保存期限：{site['paper.retention_years']} 年",
        trace=trace,
    )


def _blocks(each: Held) -> tuple[Block, Block]:
    rows = tuple((place, _name(row), _told(row)) for place, row in enumerate(each.rows, 1))
    labels = tuple(name for _, name, _ in rows)
    return (
        Text(f"{table_words(each.subject)}　{len(rows)} 条", bold=True),
        Table(COLUMNS, rows, font_size=9.0, record_labels=labels),
    )


def _name(row: Link) -> str:
    return row.name or f"#{row.subject_id}"


def _told(row: Link) -> str:
    wanted = TOLD.get(row.subject)
    told = [each for each in row.changes if each.column in wanted] if wanted else row.changes
    pairs = [(each.column, _value(row.subject, each).rstrip("。")) for each in told if each.column not in UNTOLD]
    return "；".join(f"{history.column_words(row.subject, column)}：{value}" for column, value in pairs if value)


def _value(subject: str, change: Change) -> str:
    """A value in words: clauses by their numbers; empty for what only the program reads."""
    value = change.after
    if not (isinstance(value, str) and value[:1] in ("{", "[")):
        return history.value_on_paper(subject, change.column, value)
    if change.column != "citations":
        return ""
    return "、".join(f"{each['regulation']} {each['number']}" for each in json.loads(value))
