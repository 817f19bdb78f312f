"""The case 报告 on paper (F06, OD-F06 A/0): written by its register, and where nothing is written from the incident."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.exports.document import (
    Align,
    Column,
    Document,
    FormCell,
    FormGrid,
    Kind,
    Table,
    Value,
    chinese_date,
    chinese_moment,
)
from opsdesk.exports.making import made_as
from opsdesk.models import CaseReport
from opsdesk.registers.incident import paper_words as words
from opsdesk.registers.incident.detail import Detail, detail
from opsdesk.registers.incident.service import Course
from opsdesk.rules.sla import in_words
from opsdesk.services import calendars, case_reports, chain, settings
from opsdesk.services.case_reports import Deadline
from opsdesk.services.context import Context

CODE, REVISION = "OD-F06", "A/0"
LINE, TEXT, SIGN_ROOM, LABEL = 7.5, 13.0, 14.0, 26.0
LEAST_LINES = 3
COURSE = (
    Column("时间", 36, Kind.MOMENT, group="经过"),
    Column("事项", 22, align=Align.CENTER, group="经过"),
    Column("内容和结果", 86, group="经过"),
    Column("人员", 26, align=Align.CENTER, group="经过"),
)
OF_THE_PAPER = frozenset({Course.CHANGE, Course.CORRECT, Course.HAND_IN, Course.SIGN, Course.RETURN, Course.VOID})
"""Lines about the record itself; the report tells what happened to the incident."""


@made_as("incident.case", of="incident")
def case_report(ctx: Context, incident_id: int) -> Document:
    """The report on one incident, in the order of the paper (F06); an approved one as it was when approved."""
    found, site = detail(ctx, incident_id), settings.read_all(ctx)
    with ctx.read() as connection:
        case = _case(connection, found.row)
        if case["approved_at"] is not None:
            found = _until(found, case["approved_at"])
        notes = _notes(ctx, connection, found)
        trace = chain.short_head(connection)
    row = found.row
    number = case["number"]
    held = found.standing.law.part(case_reports.PART, case_reports.REGULATION)
    return Document(
        code=CODE,
        revision=REVISION,
        title="故障分析报告（case 报告）",
        number=number,
        name=f"case报告-{number}",
        sheet="case 报告",
        organisation=site["site.name"],
        body=(
            _grid(_what_happened(found, case, site["site.project"], number)),
            _course(found),
            _grid((*_what_follows(found, case), *_signatures(case))),
        ),
        notes=notes,
        basis=(_due_words(held.number("case.due_workdays"), held.cite().short),) if held else (),
        retention=f"保存期限：{site['paper.retention_years']} 年，随 {row['number']}",
        trace=trace,
    )


def _case(connection: Connection, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The report as it is written; else what the incident tells already."""
    query = select(CaseReport.__table__).where(CaseReport.incident_id == row["id"])
    written = connection.execute(query).mappings().one_or_none()
    if written is not None:
        return dict(written)
    unsigned = {"submitted_at": None, "approved_at": None, "approved_by": ""}
    return {**case_reports.drawn(connection, row), **unsigned, "number": case_reports.number_for(row["number"])}


def _until(found: Detail, approved: datetime) -> Detail:
    """The signed incident at this moment: it can be joined to a problem later, and that is not of the report."""
    course = tuple(line for line in found.course if line.entered_at <= approved)
    joined = [line for line in course if line.what in (Course.JOIN_PROBLEM, Course.LEAVE_PROBLEM)]
    problem = joined[-1].said if joined and joined[-1].what == Course.JOIN_PROBLEM else ""
    return replace(found, course=course, problem=problem)


def _due_words(workdays: int, clause: str) -> str:
    return f"故障关闭后 {workdays} 个工作日内提交，关闭当日不计（{clause}、G2）。"


def _notes(ctx: Context, connection: Connection, found: Detail) -> tuple[str, ...]:
    closed = found.row["closed_at"]
    due = Deadline(calendars.load(connection), ctx.regulations).of(closed)
    if due is None:
        return ()
    return (f"故障于 {chinese_moment(closed)} 关闭，本报告应在 {chinese_date(due)} 前提交（含当日）。",)


def _grid(rows: tuple[tuple[FormCell, ...], ...]) -> FormGrid:
    return FormGrid(rows, label_width=LABEL)


def _line(label: str, value: Value = "", span: int = 1, kind: Kind = Kind.TEXT) -> FormCell:
    return FormCell(label, value, span, LINE, kind)


def _text(label: str, value: str) -> tuple[FormCell, ...]:
    return (FormCell(label, value, height=TEXT),)


def _what_happened(
    found: Detail, case: Mapping[str, Any], project: str, number: str
) -> tuple[tuple[FormCell, ...], ...]:
    row = found.row
    return (
        (_line("编号", number, kind=Kind.CODE), _line("对应事件单", row["number"], kind=Kind.CODE)),
        (_line("标题", row["title"]),),
        (_line("项目／系统", "／".join(part for part in (project, row["system"], row["device"]) if part)),
         _line("地点", case["place"] or row["reporter_dept"])),
        (_line("等级", f"{row['severity']}{'，紧急' if row['urgent'] else ''}"), _line("类别", row["category"])),
        (_line("责任单位", row["vendor"]), _line("处理人", row["person"])),
        (_line("发生时间"), _line("发现时间", words.moment(row["reported_at"]))),
        (_line("响应时间", words.moment(row["responded_at"])), _line("恢复时间", words.moment(row["resolved_at"]))),
        (FormCell("时长", _lasted(found), height=11.0),),
        (_line("影响范围", row["reach"]),),
        _text("概述", case["overview"]),
    )  # fmt: skip


def _lasted(found: Detail) -> str:
    """从发现到恢复 4 小时 25 分，其中等待 3 小时；响应用时 10 分 1 秒，超时 1 秒（…）."""
    row, said = found.row, list[str]()
    if row["resolved_at"] is not None:
        whole = int((row["resolved_at"] - row["reported_at"]).total_seconds())
        away = f"，其中等待 {in_words(row['paused_seconds'])}" if row["paused_seconds"] else ""
        said.append(f"从发现到恢复 {in_words(whole)}{away}")
    if (response := found.standing.response) is not None and not response.running:
        said.append(f"响应用时 {words.minutes_and_seconds(response.used)}，{words.judged(response)}")
    if (solution := found.standing.solution) is not None and not solution.running:
        said.append(f"解决{words.judged(solution)}")
    return "；".join(said)


def _course(found: Detail) -> Table:
    rows: list[tuple[Value, ...]] = [
        (line.at, line.what, "；结果：".join(part for part in (line.said, line.result) if part), line.by)
        for line in found.course
        if not line.void and line.what not in OF_THE_PAPER
    ]
    blank: tuple[Value, ...] = (None,) * len(COURSE)
    filled = (*rows, *[blank] * (LEAST_LINES - len(rows)))
    labels = (found.row["number"],) * len(filled)
    return Table(COURSE, filled, row_height=7.0, font_size=9.5, record_labels=labels)


def _what_follows(found: Detail, case: Mapping[str, Any]) -> tuple[tuple[FormCell, ...], ...]:
    row = found.row
    finished = case["improve_by"]
    return (
        _text("直接原因", case["direct_cause"]),
        _text("根本原因", row["root_cause"]),
        _text("处理措施", case["measures"]),
        _text("损失评估", case["loss"]),
        _text("经验教训", row["lesson"]),
        _text("改进措施", case["improvement"]),
        (_line("责任人", case["owner"]), _line("完成日期", chinese_date(finished) if finished else "")),
        *(((_line("所属问题", found.problem),),) if found.problem else ()),
        (_line("反馈部门", case["informed"]),),
        (_line("附件", "、".join(file.name for file in found.files)),),
    )


def _signatures(case: Mapping[str, Any]) -> tuple[tuple[FormCell, ...], ...]:
    submitted = f"　{words.this_year(case['submitted_at'])} 提交" if case["submitted_at"] else ""
    approved = f"{case['approved_by']}　{chinese_moment(case['approved_at'])} 批准" if case["approved_at"] else ""
    return (
        (_sign("编写", f"{case['written_by']}{submitted}"), _sign("审核（公司项目经理）", case["reviewed_by"])),
        (_sign("信息中心运维主管", approved),),
    )


def _sign(label: str, value: str) -> FormCell:
    return FormCell(label, value, height=SIGN_ROOM, kind=Kind.SIGNATURE)
