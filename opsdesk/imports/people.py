"""The staff list as the vendor sends it: one person a row, every doubt a finding with column and value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from opsdesk.imports.columns import (
    Column,
    Heading,
    Read,
    bare_name,
    best_sheet,
    formula_error,
    pin_key,
    require,
    synonyms,
)
from opsdesk.imports.sheets import read_sheets
from opsdesk.imports.table import Row
from opsdesk.imports.when import Numeral, parse_day
from opsdesk.services.errors import Finding
from opsdesk.services.text import one_line

COLUMNS = (
    Column(
        "staff_no",
        "工号",
        "每人一个，不能重复，最多 32 个字。",
        "V001",
        ("员工编号", "员工工号", "人员编号", "编号"),
        required=True,
    ),
    Column(
        "name", "姓名", "1 到 50 个字，少数民族姓名中间用“·”。", "张三", ("人员姓名", "员工姓名", "名字"), required=True
    ),
    Column(
        "vendor",
        "外包单位",
        "所属公司的名称，与系统里的外包单位一致。",
        "示例科技有限公司",
        ("所属公司", "公司", "单位", "外包公司", "服务商"),
        required=True,
    ),
    Column("post", "岗位", "岗位名称，可以空着。", "桌面运维", ("职务", "岗位名称", "职位")),
    Column(
        "pin",
        "考勤号",
        "考勤机里的登记号，可以空着，不能重复。",
        "12",
        ("考勤号码", "登记号", "登记号码", "考勤编号", "PIN", "EnNo"),
    ),
    Column(
        "badge_no",
        "工牌号",
        "扫码或刷卡读出的号码，可以空着，不能重复。",
        "3891192334",
        ("卡号", "胸牌号", "工卡号", "门禁卡号"),
    ),
    Column(
        "phone", "电话", "手机或座机，可以空着。", "13800000000", ("手机", "联系电话", "手机号", "手机号码", "电话号码")
    ),
    Column(
        "arrived_on",
        "到场日期",
        "到本现场的第一天，写成 2026-03-05。",
        "2026-03-05",
        ("入场日期", "进场日期", "到岗日期"),
    ),
    Column("left_on", "离场日期", "离开本现场的日期，还在场的空着。", "", ("退场日期", "离岗日期", "离职日期")),
    Column("reserve", "储备人员", "是储备人员填“是”，不是的空着或填“否”。", "否", ("储备", "是否储备")),
    Column(
        "joined_implementation", "参与实施", "参加过本系统实施填“是”，没有填“否”，不清楚空着。", "是", ("是否参与实施",)
    ),
    Column(
        "career_started_on",
        "从业起始日",
        "开始从事运维工作的日期，写成 2019-07-01。",
        "2019-07-01",
        ("从业起始日期", "从业日期"),
    ),
    Column("hotline_phone", "热线电话", "接服务热线用的号码，可以空着。", "", ("热线号码",)),
    Column("has_pc", "配电脑", "已配电脑填“是”，没有填“否”，不清楚空着。", "是", ("是否配电脑", "配备电脑")),
    Column(
        "has_internet", "配上网", "已开通上网填“是”，没有填“否”，不清楚空着。", "是", ("是否配上网", "配备上网", "上网")
    ),
    Column(
        "lodging_minutes",
        "住地分钟",
        "从住地到现场要多少分钟，只写整数。",
        "25",
        ("住地时间", "住地距离分钟", "到场分钟"),
    ),
)
"""The staff list's columns, in the order of our template."""

_NAMES = synonyms(COLUMNS)
_HEADINGS = {column.field: column.heading for column in COLUMNS}
_YES = frozenset({"是", "√", "✓", "✔", "☑", "有", "对", "y", "yes", "true", "1", "t"})
_NO = frozenset({"否", "×", "✗", "✘", "x", "无", "没有", "n", "no", "false", "0", "f", "-", "—", "/"})
_PHONE = re.compile(r"[0-9+()\uff08\uff09\-—\s/、,\uff0c;\uff1b转*#extEXT.]{3,40}")
_MINUTES = re.compile(r"(\d{1,4})\s*分?钟?", re.ASCII)
_LONGEST = {"staff_no": 32, "vendor": 100, "post": 50, "pin": 24, "badge_no": 64}


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One person as the list has it; `row` is the row in the file, None where a cell is empty, minutes of travel."""

    row: int
    staff_no: str
    name: str
    vendor: str
    pin: str = ""
    badge_no: str = ""
    post: str = ""
    phone: str = ""
    arrived_on: date | None = None
    left_on: date | None = None
    reserve: bool | None = None
    joined_implementation: bool | None = None
    career_started_on: date | None = None
    hotline_phone: str = ""
    has_pc: bool | None = None
    has_internet: bool | None = None
    lodging_minutes: int | None = None


class _Doubt(Exception):
    """Raised on one value with the sentence of its finding."""


def read_staff(path: Path) -> Read[StaffRow]:
    """Read a staff list by its headings; rows with findings are left out of `rows`.

    A row may have several findings, so rows_read == len(rows) + the number of different rows in `findings`.
    """
    book = read_sheets(path)
    found = best_sheet(book.sheets, _NAMES)
    heading = require(found[1] if found else None, COLUMNS, "人员名册")
    rows: list[StaffRow] = []
    findings: list[Finding] = []
    filled = found[0].rows[heading.at + 1 :] if found else ()
    for row in filled:
        doubts: list[Finding] = []
        staff = _staff(row, heading, doubts)
        findings.extend(doubts)
        if staff is not None and not doubts:
            rows.append(staff)
    repeated = list(_repeated(rows, heading))
    bad = {finding.row for finding in repeated}
    kept = tuple(staff for staff in rows if staff.row not in bad)
    findings = sorted([*findings, *repeated], key=lambda finding: finding.row)
    return Read(kept, tuple(findings), len(filled), book.sha256, heading.unknown)


def _staff(row: Row, heading: Heading, doubts: list[Finding]) -> StaffRow | None:
    if row.fault:
        doubts.append(Finding(row.number, row.fault, "", " ".join(row.cells)[:80]))
        return None
    values: dict[str, object] = {}
    for column in COLUMNS:
        text = heading.value(row, column.field)
        try:
            values[column.field] = _READ.get(column.field, _text)(column.field, text)
        except _Doubt as doubt:
            title = heading.name(column.field) or column.heading
            doubts.append(Finding(row.number, str(doubt), title, one_line(text)[:80]))
    if doubts:
        return None
    staff = StaffRow(row=row.number, **values)  # type: ignore[arg-type]  # _READ gives each field its own type
    if staff.arrived_on and staff.left_on and staff.left_on < staff.arrived_on:
        reason = f"离场日期早于到场日期 {staff.arrived_on}。请核对这两个日期。"
        doubts.append(Finding(row.number, reason, heading.name("left_on"), str(staff.left_on)))
    return staff


def _text(field: str, text: str) -> str:
    value = one_line(text)
    if formula_error(value):
        raise _Doubt(f"单元格里是公式错误“{value}”，不是内容。请改成真实的值。")
    if "\ufffd" in value:
        raise _Doubt("里面有认不出的字，可能是文件损坏或编码不对。请重新导出，或改正这一格。")
    longest = _LONGEST.get(field, 50)
    if len(value) > longest:
        raise _Doubt(f"{_HEADINGS[field]}有 {len(value)} 个字，最多 {longest} 个。请改短。")
    return value


def _required(field: str, text: str) -> str:
    value = _text(field, text)
    if not value:
        raise _Doubt(f"{_HEADINGS[field]}是空的。请补上。")
    return value


def _number(field: str, text: str) -> str:
    """A number that is a name: without spaces, and refused where the sheet has rounded its last digits away."""
    value = "".join(_text(field, text).split())
    if isinstance(text, Numeral) and len(value) > 15:
        raise _Doubt(f"{_HEADINGS[field]}超过 15 位，Excel 已经丢了后几位。请把这一列设成文本格式后重填。")
    return value


def _staff_no(field: str, text: str) -> str:
    _required(field, text)
    return _number(field, text)


def _name(field: str, text: str) -> str:
    return bare_name(_required(field, text))


def _phone(field: str, text: str) -> str:
    value = _text(field, text)
    if value and not _PHONE.fullmatch(value):
        raise _Doubt("电话里有数字以外的字，或不足三位。请核对号码。")
    return value


def _day(since: int) -> Callable[[str, str], date | None]:
    def read(field: str, text: str) -> date | None:
        if not _text(field, text).strip("-—/"):
            return None
        day = parse_day(text, since=since)
        if day is None:
            raise _Doubt(f"{_HEADINGS[field]}认不出来或不存在。请写成 2026-03-05 这样。")
        return day

    return read


def _flag(field: str, text: str) -> bool | None:
    value = _text(field, text).casefold()
    if not value:
        return None
    if value in _YES or value in _NO:
        return value in _YES
    raise _Doubt(f"{_HEADINGS[field]}只能填“是”或“否”。请改正。")


def _reserve(field: str, text: str) -> bool | None:
    return True if _text(field, text) in {_HEADINGS[field], "储备"} else _flag(field, text)


def _minutes(field: str, text: str) -> int | None:
    value = _text(field, text)
    if not value:
        return None
    found = _MINUTES.fullmatch(value)
    if not found or int(found[1]) > 1440:
        raise _Doubt(f"{_HEADINGS[field]}要写 0 到 1440 之间的整数。请改正。")
    return int(found[1])


_READ: dict[str, Callable[[str, str], object]] = {
    "staff_no": _staff_no,
    "name": _name,
    "vendor": _required,
    "pin": _number,
    "badge_no": _number,
    "phone": _phone,
    "hotline_phone": _phone,
    "arrived_on": _day(2000),
    "left_on": _day(2000),
    "career_started_on": _day(1950),
    "reserve": _reserve,
    "joined_implementation": _flag,
    "has_pc": _flag,
    "has_internet": _flag,
    "lodging_minutes": _minutes,
}


def _repeated(rows: list[StaffRow], heading: Heading) -> Iterator[Finding]:
    """Numbers that two people of the list share; 考勤号 and 工牌号 may pass on from somebody who has left."""
    for field, key in (("staff_no", str.casefold), ("pin", pin_key), ("badge_no", str.casefold)):
        first: dict[str, StaffRow] = {}
        for staff in rows:
            number: str = getattr(staff, field)
            if not number or (field != "staff_no" and staff.left_on is not None):
                continue
            before = first.setdefault(key(number), staff)
            if before is not staff:
                reason = f"{_HEADINGS[field]}与第 {before.row} 行（{before.name}）重复。请核对后只留一个。"
                yield Finding(staff.row, reason, heading.name(field), number)
