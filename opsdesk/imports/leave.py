"""Leave as a list (our template) or as 钉钉 exports it (请假单据), columns found by their headings.

Of 钉钉 only what is 完成 and 同意 is leave; every other slip is reported and passed over, as it may still change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from opsdesk.imports.columns import Column, Heading, bare_name, best_sheet, formula_error, require, synonyms
from opsdesk.imports.sheets import read_sheets
from opsdesk.imports.table import Row, Sheet
from opsdesk.imports.when import Numeral, parse_day, parse_moment
from opsdesk.rules.leave import HospitalLevel
from opsdesk.rules.vocabulary import LeaveKind
from opsdesk.services.errors import Finding
from opsdesk.services.leave_slips import Edge, Part
from opsdesk.services.text import one_line

COLUMNS = (
    Column("staff_no", "工号", "人员的工号，与人员名册一致。", "V001", ("员工编号", "员工工号", "发起人工号")),
    Column("name", "姓名", "没有工号的，按姓名找人。", "张三", ("人员姓名", "员工姓名", "发起人姓名", "发起人")),
    Column("kind", "类别", "事假、病假、年休假、调休、公出、外出等。", "事假", ("请假类型", "请假类别", "假别"), True),
    Column(
        "begins",
        "开始时间",
        "日期和时刻，或日期加上午、下午；只写日期是从上班起。",
        "2026-03-05 08:30",
        ("请假开始时间", "开始日期"),
        True,
    ),
    Column(
        "ends",
        "结束时间",
        "日期和时刻，或日期加上午、下午；只写日期是到下班止。",
        "2026-03-05 下午",
        ("请假结束时间", "结束日期"),
        True,
    ),
    Column("reason", "事由", "请假的事由。", "家中有事", ("请假事由", "请假原因", "原因"), True),
    Column(
        "deputy",
        "顶岗人",
        "顶岗人的工号或姓名，要是本单位的人。",
        "V002",
        ("顶岗人工号", "顶岗人姓名", "替岗人", "顶班人"),
    ),
    Column("applied_at", "申请时间", "空着按导入的时间。", "2026-03-04 15:20", ("申请日期", "发起时间")),
    Column("consented_by", "同意人", "信息中心同意的人；空着就是待同意。", "赵敏", ("批准人", "审批人")),
    Column("vendor_agreed_by", "公司同意人", "驻场公司同意的人。", "钱经理", ("公司意见",)),
    Column("sealed_on", "盖章日期", "请假说明盖章的日期。", "2026-03-04", ("盖章",)),
    Column("submitted_on", "补交日期", "事后补交说明的日期。", "", ("补交说明日期",)),
    Column("hospital", "医院名称", "病假诊断书的医院。", "", ("医院",)),
    Column("hospital_level", "医院级别", "社区或乡镇、区县级、市级、省级、国家级。", "", ("诊断书级别",)),
    Column("archive_no", "存档号", "原单的编号。", "", ("编号", "单号", "审批编号")),
)
"""Columns of the list, in the order of our template."""

STATUS = (
    Column("status", "审批状态", "", ""),
    Column("result", "审批结果", "", ""),
    Column("finished_at", "完成时间", "", ""),
)
"""What 钉钉 adds."""
DINGTALK, LIST = "钉钉请假单据", "请假表"
DONE, AGREED = "完成", "同意"
KINDS = {
    **{str(kind): kind for kind in LeaveKind},
    "年假": LeaveKind.ANNUAL, "带薪年假": LeaveKind.ANNUAL, "年休": LeaveKind.ANNUAL,
    "调休假": LeaveKind.COMP_TIME, "倒休": LeaveKind.COMP_TIME,
    "出差": LeaveKind.OFFICIAL, "因公外出": LeaveKind.OFFICIAL, "居家办公": LeaveKind.REMOTE,
    "陪产假": LeaveKind.MATERNITY, "产检假": LeaveKind.MATERNITY, "产/陪产": LeaveKind.MATERNITY,
    "婚": LeaveKind.MARRIAGE, "丧": LeaveKind.BEREAVEMENT, "工伤假": LeaveKind.INJURY,
    "哺乳假": LeaveKind.OTHER, "育儿假": LeaveKind.OTHER, "其他假": LeaveKind.OTHER,
}  # fmt: skip
"""Words for the kinds of leave."""

_NAMES = synonyms((*COLUMNS, *STATUS))
_HALF = re.compile(r"(.+?)\s*(上午|下午)")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class LeaveRow:
    """One leave of a file, its ends as days with their parts; `name` or `staff_no` may be "".

    `deputy` is the number or the name of who takes over, "" where nobody is named.
    """

    row: int
    staff_no: str
    name: str
    kind: LeaveKind
    begins: Edge
    ends: Edge
    reason: str
    deputy: str = ""
    applied_at: datetime | None = None
    consented_by: str = ""
    consented_at: datetime | None = None
    vendor_agreed_by: str = ""
    sealed_on: date | None = None
    submitted_on: date | None = None
    hospital: str = ""
    hospital_level: str = ""
    archive_no: str = ""


@dataclass(frozen=True)
class LeaveFile:
    """What a file holds: rows that can be offered, findings on those that cannot, and slips passed over (`waiting`).

    rows_read == len(rows) + len(findings) + len(waiting).
    """

    rows: tuple[LeaveRow, ...]
    findings: tuple[Finding, ...]
    waiting: tuple[Finding, ...]
    sha256: str
    label: str

    @property
    def rows_read(self) -> int:
        """How many slips the file holds."""
        return len(self.rows) + len(self.findings) + len(self.waiting)

    @property
    def approved_elsewhere(self) -> bool:
        """True of a 钉钉 export, whose slips were agreed to there."""
        return self.label == DINGTALK


def read_leave(path: Path) -> LeaveFile:
    """Read a file of either kind; Refusal where it has no such headings."""
    book = read_sheets(path)
    found = best_sheet(book.sheets, _NAMES)
    heading = require(found[1] if found else None, COLUMNS, LIST)
    dingtalk = {"status", "result"} <= set(heading.places)
    rows: list[LeaveRow] = []
    findings: list[Finding] = []
    waiting: list[Finding] = []
    for row in (found[0] if found else Sheet("", ())).rows[heading.at + 1 :]:
        if dingtalk and not row.fault and (why := _not_agreed(row, heading)):
            waiting.append(why)
        elif isinstance(read := _row(row, heading), Finding):
            findings.append(read)
        else:
            rows.append(read)
    label = DINGTALK if dingtalk else LIST
    return LeaveFile(tuple(rows), tuple(findings), tuple(waiting), book.sha256, label)


def _not_agreed(row: Row, heading: Heading) -> Finding | None:
    status, result = one_line(heading.value(row, "status")), one_line(heading.value(row, "result"))
    if status in {DONE, f"已{DONE}"} and result == AGREED:
        return None
    said = f"钉钉里这张单状态是“{status or '空'}”、结果是“{result or '空'}”，不是完成并同意的，没有导入。"
    return Finding(row.number, said, heading.name("result"), result)


def _row(row: Row, heading: Heading) -> LeaveRow | Finding:
    """The row read, or the first thing wrong with it."""
    if row.fault:
        return Finding(row.number, row.fault, "", " ".join(row.cells)[:80])
    fault = next(_faults(row, heading), None)
    if fault is not None:
        return fault
    begins, ends = _edge(heading.value(row, "begins")), _edge(heading.value(row, "ends"))
    if begins is None:
        return _unread(row, heading, "begins", "开始时间")
    if ends is None:
        return _unread(row, heading, "ends", "结束时间")
    return _leave(row, heading, begins, ends)


def _unread(row: Row, heading: Heading, field: str, title: str) -> Finding:
    text = heading.value(row, field)
    said = "认不出来。请写成 2026-03-05 08:30，或 2026-03-05 上午。" if text else "是空的。请补上。"
    return Finding(row.number, f"{title}{said}", heading.name(field), text[:80])


def _faults(row: Row, heading: Heading) -> Iterator[Finding]:
    def fault(field: str, reason: str) -> Finding:
        return Finding(row.number, reason, heading.name(field), heading.value(row, field)[:80])

    for field in heading.places:
        text = heading.value(row, field)
        if formula_error(text):
            yield fault(field, f"单元格里是公式错误“{text}”，不是内容。请改成真实的值。")
        elif "\ufffd" in text:
            yield fault(field, "里面有认不出的字，可能是文件损坏或编码不对。请重新导出，或改正这一格。")
        elif len(text) > _LONGEST:
            yield fault(field, f"超过 {_LONGEST} 个字。请改短，或检查列是否对齐。")
    if not heading.value(row, "staff_no") and not heading.value(row, "name"):
        yield fault("name", "没有工号也没有姓名，不知道是谁的假。请补上。")
    kind = one_line(heading.value(row, "kind"))
    if kind not in KINDS:
        known = "、".join(str(each) for each in LeaveKind)
        yield fault("kind", f"请假类别认不出来。请用：{known}。" if kind else "请假类别是空的。请补上。")
    if not one_line(heading.value(row, "reason")):
        yield fault("reason", "事由是空的。请补上。")
    for field, title in (("sealed_on", "盖章日期"), ("submitted_on", "补交日期"), ("applied_at", "申请时间")):
        text = heading.value(row, field)
        if text and parse_day(text) is None:
            yield fault(field, f"{title}认不出来。请写成 2026-03-05。")
    level = one_line(heading.value(row, "hospital_level"))
    if level and level not in list(HospitalLevel):
        yield fault("hospital_level", f"医院级别要用：{'、'.join(HospitalLevel)}。")


def _edge(text: str) -> Edge | None:
    """A day with its part, or a moment; a day alone is the whole day."""
    plain = text if isinstance(text, Numeral) else one_line(text)
    if not isinstance(plain, Numeral) and (half := _HALF.fullmatch(plain)) and (day := parse_day(half[1])):
        return Edge(day, Part(half[2]))
    if at := parse_moment(plain):
        return Edge(at.date(), Part.EXACT, at.time())
    day = parse_day(plain)
    return Edge(day) if day else None


def _moment(text: str) -> datetime | None:
    if at := parse_moment(text):
        return at
    day = parse_day(text)
    return datetime(day.year, day.month, day.day) if day else None


def _leave(row: Row, heading: Heading, begins: Edge, ends: Edge) -> LeaveRow:
    def text(field: str) -> str:
        return one_line(heading.value(row, field))

    return LeaveRow(
        row=row.number,
        staff_no="".join(text("staff_no").split()),
        name=bare_name(heading.value(row, "name")),
        kind=KINDS[text("kind")],
        begins=begins,
        ends=ends,
        reason=text("reason"),
        deputy=bare_name(heading.value(row, "deputy")),
        applied_at=_moment(heading.value(row, "applied_at")),
        consented_by=text("consented_by"),
        consented_at=_moment(heading.value(row, "finished_at")),
        vendor_agreed_by=text("vendor_agreed_by"),
        sealed_on=parse_day(heading.value(row, "sealed_on")),
        submitted_on=parse_day(heading.value(row, "submitted_on")),
        hospital=text("hospital"),
        hospital_level=text("hospital_level"),
        archive_no=text("archive_no"),
    )
