"""The 运维事件记录单 on paper (F05, OD-F05 A/0): what is on record filled in, the rest left to the pen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from opsdesk.exports.document import (
    Align,
    Block,
    Choice,
    Column,
    Document,
    FormCell,
    FormGrid,
    Kind,
    Table,
    Value,
    chinese_moment,
)
from opsdesk.exports.layout import on_fewest_pages
from opsdesk.exports.making import made_as
from opsdesk.registers.incident import paper_words as words
from opsdesk.registers.incident.acts import RESULTS, WAYS
from opsdesk.registers.incident.closing import RATINGS
from opsdesk.registers.incident.detail import Detail, detail
from opsdesk.registers.incident.service import SOURCES
from opsdesk.rules import sla
from opsdesk.rules.sla import in_words
from opsdesk.rules.vocabulary import DISPATCHED
from opsdesk.services import chain, incident_options, settings
from opsdesk.services.context import Context
from opsdesk.services.incident_options import What

CODE, REVISION = "OD-F05", "A/0"
TITLE = "运维事件记录单"
LINE, ROW, TEXT = 7.0, 6.5, 11.0
"""Heights in millimetres of a line of the form, of a row to write in, and of a box for a text."""
LOWERED = {LINE: 6.0, ROW: 6.0, TEXT: 9.0}
"""The same where the form would else need another page; there is still room for a pen."""
SIGN_ROOM = 12.0
LABEL = 24.0
LEAST_STEPS, LEAST_PARTS = 4, 2
"""Rows there always are, so that the rest can be written by hand."""
UNSOLVED = "未解决"
MOST_TO_TICK = 5
"""So many severities have boxes to tick; of more, the chosen one is written."""
STEPS = (
    Column("时间", 33, Kind.MOMENT, group="⑥ 处理过程"),
    Column("操作", 70, group="⑥ 处理过程"),
    Column("结果", 45, group="⑥ 处理过程"),
    Column("操作人", 22, align=Align.CENTER, group="⑥ 处理过程"),
)
PARTS = (
    Column("⑦ 更换／使用配件名称", 78),
    Column("型号", 70),
    Column("数量", 22, Kind.NUMBER, Align.CENTER),
)
Row = tuple[FormCell, ...]


@made_as("incident.record", of="incident")
def record(ctx: Context, incident_id: int) -> Document:
    """One incident in the order of the paper (F05), on one page unless its texts are long."""
    found, site = detail(ctx, incident_id), settings.read_all(ctx)
    with ctx.read() as connection:
        trace = chain.short_head(connection)
        severities = incident_options.names(connection, What.SEVERITY)
    row = found.row
    made = Document(
        code=CODE,
        revision=REVISION,
        title=f"{TITLE}（已作废）" if row["void_at"] else TITLE,
        number=row["number"],
        name=f"事件记录单-{row['number']}",
        sheet="事件记录单",
        organisation=site["site.name"],
        body=tuple(_body(found, site["site.project"], severities)),
        notes=_notes(found),
        basis=words.record_basis(found.standing),
        retention=f"保存期限：{site['paper.retention_years']} 年",
        trace=trace,
    )
    return on_fewest_pages(made, LOWERED)


def _body(found: Detail, project: str, severities: Sequence[str]) -> list[Block]:
    row = found.row
    top = [
        *_report(row, project),
        *_acceptance(found),
        *(_visit(found) if row["kind"] in DISPATCHED else ()),
        *_grading(row, severities),
        (FormCell("④ 故障现象", row["symptom"] or row["title"], height=TEXT),),
        (FormCell("⑤ 初步诊断／原因", row["diagnosis"], height=TEXT),),
        (FormCell("处理方案", row["plan"], height=LINE),),
    ]
    waits = [words.pause_words(pause, number) for number, pause in enumerate(found.pauses, 1)]
    between = [(_line("等待", "\n".join(waits)),)]
    bottom = [*_result(found), *_signatures(found)]
    return [_grid(top), _steps(found), _grid(between), _parts(found), _grid(bottom)]


def _grid(rows: Sequence[Row]) -> FormGrid:
    return FormGrid(tuple(rows), label_width=LABEL, font_size=10.0)


def _line(label: str, value: Value = "", span: int = 1, kind: Kind = Kind.TEXT) -> FormCell:
    return FormCell(label, value, span, LINE, kind)


def _ticked(offered: Sequence[str], chosen: str) -> Choice:
    """Boxes for what is offered; what is on record stands there even where it is offered no more."""
    options = (*offered, chosen) if chosen and chosen not in offered else tuple(offered)
    return Choice(options, (chosen,) if chosen else ())


def _report(row: Mapping[str, Any], project: str) -> list[Row]:
    belongs = "／".join(part for part in (project, row["system"], row["device"]) if part)
    return [
        (_line("编号", row["number"], kind=Kind.CODE), _line("项目／系统", belongs, 2)),
        (_line("① 报告人", row["reporter"]), _line("单位／科室", row["reporter_dept"]),
         _line("电话", row["reporter_phone"], kind=Kind.CODE)),
        (_line("报告方式", _ticked(SOURCES, row["source"]), 2),
         _line("报告时间", chinese_moment(row["reported_at"]))),
    ]  # fmt: skip


def _acceptance(found: Detail) -> list[Row]:
    row = found.row
    ways = _ticked(WAYS, row["response_way"])
    return [
        (_line("② 受理人", row["accepted_by"]), _line("接到时间", words.moment(row["accepted_at"]))),
        (_line("响应时间", words.moment(row["responded_at"])), _line("响应用时", _response(found), 2)),
        (_line("响应方式", ways), _line("到达时间", chinese_moment(row["arrived_at"]))),
    ]


def _response(found: Detail) -> str:
    """10 分 1 秒，超时 1 秒（时限 10 分，T1 5 故障）; what is not known is left to the pen."""
    row, reading = found.row, found.standing.response
    if row["responded_at"] is None:
        return ""
    if reading is None:
        begins = row["accepted_at"] or row["reported_at"]
        return words.minutes_and_seconds(int((row["responded_at"] - begins).total_seconds()))
    return f"{words.minutes_and_seconds(reading.used)}，{words.judged(reading)}"


def _visit(found: Detail) -> list[Row]:
    """What is asked of somebody who is sent to the user (E19)."""
    row, standing = found.row, found.standing
    rows: list[Row] = [
        (_line("联系用户", chinese_moment(row["contacted_at"])),
         _line("约定上门", chinese_moment(row["appointed_at"]))),
    ]  # fmt: skip
    if readings := [reading for reading in standing.visit if not reading.running or reading.over]:
        said = [f"{reading.name} {in_words(reading.used)}，{words.judged(reading)}" for reading in readings]
        rows.append((_line("上门时限", "\n".join(said)),))
    if row["visit_missing"]:
        rows.append((_line("检查不符", row["visit_missing"]),))
    if standing.points:
        said = [f"拟扣 {each.points} 分：{each.because}（{each.citation.short}）" for each in standing.points]
        rows.append((_line("拟扣分", "\n".join(said)),))
    return rows


def _grading(row: Mapping[str, Any], severities: Sequence[str]) -> list[Row]:
    boxes = len(severities) <= MOST_TO_TICK
    severity: Value = _ticked(severities, row["severity"]) if boxes else row["severity"]
    urgent = Choice(("是", "否"), ("是" if row["urgent"] else "否",))
    return [
        (_line("③ 类别", row["category"], 3), _line("等级", severity, 4), _line("是否紧急", urgent, 3)),
        (_line("影响范围", row["reach"]), _line("要求完成时间", chinese_moment(row["due_at"]))),
    ]


def _steps(found: Detail) -> Table:
    rows: list[tuple[Value, ...]] = [(each.at, each.said, each.result, each.by) for each in found.steps]
    return _padded(STEPS, rows, LEAST_STEPS, found.row["number"])


def _parts(found: Detail) -> Table:
    rows: list[tuple[Value, ...]] = [(each.name, each.model, each.quantity) for each in found.parts]
    return _padded(PARTS, rows, LEAST_PARTS, found.row["number"])


def _padded(columns: tuple[Column, ...], rows: list[tuple[Value, ...]], least: int, number: str) -> Table:
    blank: tuple[Value, ...] = (None,) * len(columns)
    filled = (*rows, *[blank] * (least - len(rows)))
    return Table(columns, filled, row_height=ROW, font_size=9.5, record_labels=(number,) * len(filled))


def _result(found: Detail) -> list[Row]:
    row = found.row
    result = row["result"] or (UNSOLVED if found.is_open and row["escalated_to"] else "")
    after = "\n经验教训：".join(part for part in (row["root_cause"], row["lesson"]) if part)
    if row["lesson"] and not row["root_cause"]:
        after = f"经验教训：{row['lesson']}"
    return [
        (
            _line("⑧ 处理结果", _ticked((*RESULTS, UNSOLVED), result)),
            _line("解决时间", words.moment(row["resolved_at"])),
        ),
        (_line("解决用时", _solution(found)),),
        (_line("转派／升级至", row["escalated_to"]), _line("下次服务时间", chinese_moment(row["next_visit_at"]))),
        (FormCell("⑨ 根本原因与改进", after, height=TEXT),),
        (FormCell("⑩ 遗留问题", row["open_points"], height=LINE),),
        (_line("⑪ 用户评价", _ticked(RATINGS, row["rating"]), 3), _line("意见", row["opinion"], 2)),
    ]


def _solution(found: Detail) -> str:
    row, reading = found.row, found.standing.solution
    if row["resolved_at"] is None:
        return ""
    if reading is not None:
        return f"{in_words(reading.used)}，{words.judged(reading)}"
    begins = row["accepted_at"] or row["reported_at"]
    used = int((row["resolved_at"] - begins).total_seconds()) - row["paused_seconds"]
    asked = "" if row["due_at"] else "，用户没有提出完成时间，不判时限"
    return f"{in_words(max(0, used))}{asked}"


def _signatures(found: Detail) -> list[Row]:
    row = found.row
    person = f"{row['person']}（{row['vendor']}）" if row["person"] and row["vendor"] else row["person"]
    handed = f"　{words.this_year(row['handed_in_at'])} 交单" if row["handed_in_at"] else ""
    confirmed = f"{row['confirmed_by']}　{words.this_year(row['confirmed_at'])} 确认" if row["confirmed_at"] else ""
    signed = f"{row['signed_by']}　{chinese_moment(row['signed_at'])} 签收\n" if row["signed_at"] else ""
    supervisor = FormCell("运维主管签收", f"{signed}{words.SIGN_WITH_TIME}", height=SIGN_ROOM)
    return [
        (_sign("⑫ 处理人", f"{person}{handed}"), _sign("用户", confirmed or row["reporter"] or "")),
        (_sign("关联单位", row["related_party"]), supervisor),
    ]


def _sign(label: str, value: str) -> FormCell:
    return FormCell(label, value, height=SIGN_ROOM, kind=Kind.SIGNATURE)


def _notes(found: Detail) -> tuple[str, ...]:
    row, said = found.row, list[str]()
    if row["void_at"]:
        said.append(f"本单已于 {chinese_moment(row['void_at'])} 作废：{row['void_reason']}。编号不再使用。")
    if row["batch_id"] is not None:
        said.append("本单由原登记簿导入，原登记簿没有的时间留空。")
    if row["reopened"]:
        said.append(f"本单重开过 {row['reopened']} 次，已解决到重开之间的时间不计入用时。")
    if found.handed_over:
        said.append(f"本单{found.handed_over}，用时自接到起算。")
    if late_lines := found.entered_late:
        said.append(
            f"事后录入：{'；'.join(words.entered(line.what, line.at, line.entered_at) for line in late_lines)}。"
        )
    due, handed = row["hand_in_due_at"], row["handed_in_at"]
    if due is not None and handed is not None and sla.hand_in_is_late(due, handed, handed):
        late = in_words(int((handed - due).total_seconds()))
        said.append(f"应在 {chinese_moment(due)} 前交单，晚 {late}。")
    return tuple(said)
