"""日报, 周报 and 季度总结 on paper (F07, OD-F07a/b/c A/0), upright A4; a day is one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

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
    weekday,
)
from opsdesk.exports.layout import on_fewest_pages
from opsdesk.exports.making import made_as
from opsdesk.registers.report import service
from opsdesk.registers.report.chapters import FORMS, Chapter
from opsdesk.rules.reporting import Judged, ReportKind
from opsdesk.services import chain, reporting, settings
from opsdesk.services.context import Context

REVISION = "A/0"
WORK = (
    Column("序号", 10, Kind.NUMBER, Align.CENTER),
    Column("① 今日工作", 76),
    Column("系统", 26),
    Column("起止", 24, align=Align.CENTER),
    Column("结果", 34),
)
LEAST_ROWS = 6
LINE = 9.0
LOWERED = {26.0: 14.0, 22.0: 12.0, 18.0: 9.0, 40.0: 24.0, 36.0: 24.0, 30.0: 20.0, 28.0: 16.0, 24.0: 14.0, 20.0: 12.0,
           8.0: 7.0}  # fmt: skip
"""Heights that give way where a report is long."""


@made_as("report.paper", of="report")
def paper(ctx: Context, report_id: int) -> Document:
    """One report in the order of its form, with when and to whom it was sent, and whether it came in time."""
    site = settings.read_all(ctx)
    with ctx.read() as connection:
        row = service.row_of(connection, report_id)
        judged = reporting.of_row(connection, ctx.regulations, row, ctx.now())
        trace = chain.short_head(connection)
    kind = ReportKind(row["kind"])
    form = FORMS[kind]
    made = Document(
        code=form.code,
        revision=REVISION,
        title=f"运维{kind}（已作废）" if row["void_at"] else f"运维{kind}",
        number=row["number"],
        name=f"{kind}-{row['vendor']}-{row['first'].isoformat()}",
        sheet=f"{kind}{row['vendor']}{row['first']:%m%d}",
        organisation=site["site.name"],
        body=tuple(_body(kind, row, site["site.project"])),
        notes=tuple(_notes(judged)),
        signatures=(Signature("填报人", dated=False), Signature("项目经理", dated=False), Signature("甲方接口人签收")),
        retention=f"保存期限：{site['paper.retention_years']} 年",
        trace=trace,
    )
    return on_fewest_pages(made, LOWERED)


def _body(kind: ReportKind, row: Mapping[str, Any], project: str) -> Sequence[Block]:
    chapters = FORMS[kind].chapters
    if kind is not ReportKind.DAILY:
        numbered = [_cell(f"{_circled(place)} {each.title}", row, each) for place, each in enumerate(chapters, 1)]
        return (_grid([*_head(kind, row, project), *numbered, *_sent(row, len(chapters) + 1)]),)
    people, _work, *rest = chapters
    numbered = [_cell(f"{_circled(place)} {each.title}", row, each) for place, each in enumerate(rest, 2)]
    top = [*_head(kind, row, project), _cell(people.title, row, people)]
    return (_grid(top), _work_table(row), _grid([*numbered, *_sent(row, len(rest) + 2)]))


def _grid(rows: Sequence[tuple[FormCell, ...]]) -> FormGrid:
    return FormGrid(tuple(rows), label_width=32.0, font_size=10.0)


def _cell(label: str, row: Mapping[str, Any], chapter: Chapter) -> tuple[FormCell, ...]:
    return (FormCell(label, row[chapter.key].replace("｜", "，"), 3, chapter.height),)


def _head(kind: ReportKind, row: Mapping[str, Any], project: str) -> list[tuple[FormCell, ...]]:
    last: tuple[FormCell, ...] = (FormCell("填报人", row["author"], 3),)
    when = f"{chinese_date(row['first'])} 至 {chinese_date(row['last'])}"
    if kind is ReportKind.DAILY:
        when = f"{chinese_date(row['first'])} {weekday(row['first'])}"
        last = (FormCell("填报人", row["author"]), FormCell("天气", row["weather"]))
    return [
        (FormCell("外包单位", row["company"]), FormCell("项目", project)),
        (FormCell("日期" if kind is ReportKind.DAILY else "期间", when, 3),),
        last,
    ]


def _work_table(row: Mapping[str, Any]) -> Table:
    """① 今日工作: a row for each line that was written, its parts divided by ｜; blanks to write in."""
    rows: list[tuple[Value, ...]] = []
    for place, line in enumerate(service.filled_lines(row["work"]), 1):
        what, *more = service.parts_of(line)
        rows.append((place, what, *more, *[""] * (3 - len(more))))
    blank: tuple[Value, ...] = (None,) * len(WORK)
    filled = (*rows, *[blank] * max(0, LEAST_ROWS - len(rows)))
    return Table(WORK, filled, row_height=8.0, font_size=10.0, record_labels=(row["number"],) * len(filled))


def _sent(row: Mapping[str, Any], place: int) -> list[tuple[FormCell, ...]]:
    at = row["submitted_at"]
    return [
        (
            FormCell(f"{_circled(place)} 提交时间", f"{chinese_date(at)} {at:%H:%M:%S}" if at else "", 1, LINE),
            FormCell("签收", f"{row['signed_by']} {row['signed_at']:%m-%d %H:%M}" if row["signed_at"] else "", 1, LINE),
        ),
        (FormCell("收件人", row["submitted_to"]), FormCell("抄送", row["copied_to"])),
    ]


def _notes(judged: Judged) -> list[str]:
    """What the clause wants, in its words; what a report is for which nobody asks."""
    if judged.citation is None:
        return ["合同没有约定报告，按需要提交。"]
    wording = judged.citation.wording.rstrip("。")
    return [f"{wording}（{judged.citation.short}）。{judged.sentence}"]


def _circled(place: int) -> str:
    """① to ⑳."""
    return chr(ord("①") + place - 1)
