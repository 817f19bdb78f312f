"""日结单 (OD-RJ A/0): what stood open when a period was closed; 更正记录 (OD-GZ A/0): what was changed afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from opsdesk import history
from opsdesk.exports.document import (
    Align,
    Block,
    Column,
    Document,
    FormCell,
    FormGrid,
    Kind,
    Signature,
    Table,
    Value,
    chinese_date,
    chinese_moment,
)
from opsdesk.exports.layout import on_fewest_pages
from opsdesk.exports.making import made_as
from opsdesk.services import chain, closing_changes, closings, settings
from opsdesk.services.closing_changes import Corrected
from opsdesk.services.closing_rules import PeriodKind
from opsdesk.services.closings import Closed, Period
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.history import Change, Link

REVISION = "A/0"
PREFIXES = {PeriodKind.DAY: "RJ", PeriodKind.MONTH: "YJ", PeriodKind.QUARTER: "JJ"}
OPEN_COLUMNS = (
    Column("序号", 10, Kind.NUMBER, Align.CENTER),
    Column("没有了结的事项", 120, even=True),
    Column("后来怎样", 40),
)
COLUMNS = (
    Column("序号", 8, Kind.NUMBER, Align.CENTER),
    Column("时间", 17, align=Align.CENTER),
    Column("记录", 30, even=True),
    Column("项目", 19),
    Column("更正前", 32, even=True),
    Column("更正后", 40, even=True),
    Column("操作人", 14, align=Align.CENTER),
    Column("动作和理由", 28, even=True),
)
LOWERED = {8.0: 6.5, 9.0: 7.5}
"""The height of rows that keeps the places to sign on the page of what they are signed for."""
LEAST_ROWS = 4
UNTOLD = frozenset({
    "number", "initials", "entered_by", "entered_at", "filed_by", "filed_at", "registered_by", "registered_at",
    "device", "decided_at", "decided_by", "decision_note",
})  # fmt: skip
"""Columns that tell a reader nothing which the line does not say already."""
REASON, VOIDED = "void_reason", frozenset({"void_at", "void_by"})
"""Of what was voided the reason tells enough, where there is one: when and by whom stands in the line."""
KINDS = {"insert": "（新增）", "delete": "（撤去）"}


def sheet(ctx: Context, period: Period) -> Document:
    """The sheet of a period's latest closing. Refuses a period that was never closed."""
    return latest(ctx, period.label)


@made_as("closing.sheet")
def latest(ctx: Context, label: str) -> Document:
    """The same of the period with this label (2026-03-05, 2026-03, 2026Q1)."""
    period = closings.named(label)
    with ctx.read() as connection:
        every = closings.of(connection, period)
    if not every:
        raise Refusal(f"{period.label} 还没有{period.kind}，没有{period.kind}单。")
    closed = every[-1]
    items = tuple(map(_as_signed, closed.open_items))
    rows = tuple((place, said, None) for place, said in enumerate(items, 1))
    blanks = ((None, None if rows else "没有未结事项。", None),) if not rows else ()
    head = f"{closed.seq}·{' '.join(closed.head[n : n + 4] for n in range(0, 16, 4))}".upper()
    said = (
        (FormCell("期间", _named(period)), FormCell(f"{period.kind}时间", chinese_moment(closed.closed_at))),
        (FormCell(f"{period.kind}人", closed.closed_by), FormCell("审计链", head, kind=Kind.CODE)),
        (FormCell("理由", closed.because or "没有未结事项", 3),),
        (FormCell("以前的结账", _before(every), 3),),
    )
    table = Table(OPEN_COLUMNS, (*rows, *blanks), row_height=8.0, font_size=9.5, record_labels=items)
    made = _document(
        ctx,
        period,
        title=f"{period.kind}单",
        code="OD-RJ",
        number=f"{PREFIXES[period.kind]}-{period.label.replace('-', '')}",
        body=(FormGrid(said, label_width=26.0, font_size=10.0), table),
        notes=(f"{period.kind}以后，这一期间的记录不能再补记或更改；要改由主管重新打开，另印更正记录。",),
        signatures=("服务台值班员", "运维主管"),
    )
    return on_fewest_pages(made, LOWERED)


def _named(period: Period) -> str:
    """2026年3月5日, 2026年3月, 2026年第一季度."""
    return chinese_date(period.first) if period.kind is PeriodKind.DAY else period.words.replace(" ", "")


def _as_signed(item: str) -> str:
    """What was open, without what could be done about it: that is for the window, and over when the sheet is signed."""
    return "".join(f"{part}。" for part in item.split("。") if part and not part.startswith("请"))


def _before(every: Sequence[Closed]) -> str:
    """How the period was closed and opened again before, a line each."""
    lines = [f"{each.closed_at:%Y-%m-%d %H:%M} {each.closed_by}" for each in every[:-1]]
    told = {each.id: each for each in closings.openings(every)}
    for place, each in enumerate(every[:-1]):
        if each.id in told and each.reopened_at is not None:
            lines[place] += f"，{each.reopened_at:%m-%d %H:%M} 由{each.reopened_by}重新打开：{each.reopen_reason}"
    return "\n".join(lines) or "无"


@made_as("closing.corrections")
def corrections(ctx: Context, closed_id: int) -> Document:
    """The changes between the opening of this closing and the next closing. Refuses one that was never opened."""
    found = closing_changes.of_closing(ctx, closed_id)
    closed, period = found.closed, found.closed.period
    rows = [(place, *line) for place, line in enumerate((line for link in found.links for line in _lines(link)), 1)]
    blanks = [(None,) * len(COLUMNS)] * max(0, LEAST_ROWS - len(rows))
    said = (
        (FormCell("期间", _named(period)), FormCell("第几次更正", f"第 {found.place} 次")),
        (
            FormCell(f"原{period.kind}", f"{chinese_moment(closed.closed_at)} {closed.closed_by}"),
            FormCell("重新打开", f"{chinese_moment(closed.reopened_at)} {closed.reopened_by}"),
        ),
        (FormCell("更正理由", closed.reopen_reason, 3),),
        (FormCell(f"再次{period.kind}", _again(found), 3),),
    )
    labels = tuple(str(row[2]) for row in rows)
    return _document(
        ctx,
        period,
        title=f"{period.kind}更正记录",
        code="OD-GZ",
        number=f"GZ-{period.label.replace('-', '')}-{found.place}",
        body=(
            FormGrid(said, label_width=24.0, font_size=10.0),
            Table(COLUMNS, (*rows, *blanks), row_height=8.0, font_size=8.5, record_labels=labels),
        ),
        notes=(_told(found), "原记录和每一步改动都在审计链中保留。更正人和审核人不应是同一人。"),
        signatures=("更正人", "运维主管", "信息中心审核"),
    )


def _document(
    ctx: Context,
    period: Period,
    *,
    title: str,
    code: str,
    number: str,
    body: tuple[Block, ...],
    notes: tuple[str, ...],
    signatures: Sequence[str],
) -> Document:
    site = settings.read_all(ctx)
    with ctx.read() as connection:
        trace = chain.short_head(connection)
    return Document(
        code=code,
        revision=REVISION,
        title=title,
        number=number,
        name=f"{title}-{period.label}",
        sheet=title,
        organisation=site["site.name"],
        body=body,
        notes=notes,
        signatures=tuple(Signature(label) for label in signatures),
        retention=f"保存期限：{site['paper.retention_years']} 年",
        trace=trace,
    )


def _again(found: Corrected) -> str:
    return f"{chinese_moment(found.again.closed_at)} {found.again.closed_by}" if found.again else "（还没有）"


def _told(found: Corrected) -> str:
    if not found.links:
        return "重新打开期间没有改动这一期间的记录。"
    records = {(link.subject, link.subject_id) for link in found.links}
    return f"列出重新打开以后改动的 {len(records)} 条记录。"


def _lines(link: Link) -> Iterator[tuple[Value, ...]]:
    """A line for each column that was changed; of what was added or taken out one line with all of it."""
    changed = {each.column for each in link.changes}
    untold = UNTOLD | VOIDED if REASON in changed else UNTOLD
    told = [each for each in link.changes if each.column not in untold]
    why = "：".join(part for part in (link.act, link.reason) if part)
    head = (f"{link.at:%m-%d}\n{link.at:%H:%M:%S}", history.record_words(link))
    if link.kind in KINDS:
        words = "\n".join(f"{_title(link, each)}：{_words(link, each, each.after or each.before)}" for each in told)
        before, after = ("", words) if link.kind == "insert" else (words, "")
        yield (*head, KINDS[link.kind], before, after, link.operator, why)
        return
    for each in told:
        yield (
            *head,
            _title(link, each),
            _words(link, each, each.before),
            _words(link, each, each.after),
            link.operator,
            why,
        )


def _title(link: Link, change: Change) -> str:
    return history.column_words(link.subject, change.column)


def _words(link: Link, change: Change, value: Any) -> str:
    return history.value_on_paper(link.subject, change.column, value)
