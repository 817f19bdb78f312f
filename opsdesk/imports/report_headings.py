"""Headings of 钉钉 and 企业微信 reports: one or two lines, columns known by their words alone, and the period above."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import zip_longest

from opsdesk.imports.columns import HEADING_ROWS
from opsdesk.imports.report_cells import LEAVE, UNITS, leave_kind, plain
from opsdesk.imports.table import Row, Sheet
from opsdesk.imports.when import parse_day
from opsdesk.rules.calendar import month
from opsdesk.services.foreign_report import Source
from opsdesk.services.text import one_line

PEOPLE = {
    "姓名": "name", "员工姓名": "name", "人员姓名": "name", "成员": "name",
    "工号": "staff_no", "员工编号": "staff_no", "员工工号": "staff_no",
    "userid": "user_id", "账号": "user_id", "帐号": "user_id",
    "部门": "dept", "公司": "dept",
    "日期": "day", "时间": "day", "考勤日期": "day",
}  # fmt: skip
FIGURES = {
    "应出勤天数": "due_days", "应出勤总天数": "due_days", "应出勤": "due_days",
    "出勤天数": "attended_days", "实际出勤天数": "attended_days", "实出勤天数": "attended_days",
    "实出勤总天数": "attended_days",
    "迟到次数": "late_count", "严重迟到次数": "late_count",
    "迟到时长": "late_minutes", "严重迟到时长": "late_minutes", "迟到分钟": "late_minutes",
    "迟到分钟数": "late_minutes",
    "旷工迟到天数": "absent_days", "旷工迟到次数": "absent_days", "旷工迟到": "absent_days",
    "早退次数": "early_count", "早退时长": "early_minutes", "早退分钟": "early_minutes", "早退分钟数": "early_minutes",
    "上班缺卡次数": "missing_in", "上班缺卡": "missing_in",
    "下班缺卡次数": "missing_out", "下班缺卡": "missing_out",
    "缺卡次数": "missing",
    "旷工天数": "awol_days", "旷工次数": "awol_count",
}  # fmt: skip
"""Words of either program for figures we compute too; figures of one field in several columns are added up."""

_ELSEWHERE = frozenset({"外出打卡", "外勤打卡", "加班统计", "打卡详情"})
_RESULTS = "考勤结果"
_UNIT = re.compile(r"\((" + "|".join(UNITS) + r")\)$")
_LENGTH = re.compile(r"(?:时长|天数|小时数)$")
_TIME = re.compile(r"(上班|下班)\d?打卡时间")
_RESULT = re.compile(r"(上班|下班)\d?打卡(?:结果|状态)")
_DAY = r"(\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2})\s*日?"
_TO = r"\s*(?:至|到|~|—|-{1,2})\s*"
_RANGE = re.compile(_DAY + _TO + _DAY)
_MONTH_DAY = r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
_SHORT_RANGE = re.compile(r"(?<![\d/.年-])" + _MONTH_DAY + _TO + _MONTH_DAY + r"(?![\d/.-])")
_FILE_RANGE = re.compile(r"(?<!\d)(20\d{6})\D{1,3}(20\d{6})(?!\d)")
_MONTH = re.compile(r"(?<!\d)(20\d{2})\s*[-/.年_]?\s*(1[0-2]|0?[1-9])(?:\s*月|(?![\d/.-]))")
_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class Column:
    """One column: its place, the words of both heading lines without the unit, the unit, and the title as written."""

    index: int
    group: str
    name: str
    unit: str
    title: str


@dataclass
class Headings:
    """The columns of a report by what they hold; `below` is the first row of data, `days` those of the month grid."""

    source: Source
    above: tuple[Row, ...]
    below: int
    people: dict[str, Column] = field(default_factory=dict)
    figures: dict[str, list[Column]] = field(default_factory=dict)
    leave: list[Column] = field(default_factory=list)
    arrivals: list[Column] = field(default_factory=list)
    departures: list[Column] = field(default_factory=list)
    results: list[Column] = field(default_factory=list)
    approvals: list[Column] = field(default_factory=list)
    days: list[Column] = field(default_factory=list)

    @property
    def weight(self) -> int:
        """How many columns can be held against our own figures."""
        return sum(map(len, (self.figures, self.leave, self.arrivals, self.departures, self.results, self.days)))


def find(sheet: Sheet) -> Headings | None:
    """The headings of a sheet that is a report of either program; None for any other sheet."""
    for at, row in enumerate(sheet.rows[:HEADING_ROWS]):
        cells = [_key(cell) for cell in row.cells]
        if row.fault or len(set(cells) - {""}) < 2 or not any(PEOPLE.get(cell) == "name" for cell in cells):
            continue
        below = sheet.rows[at + 1] if at + 1 < len(sheet.rows) else None
        second = below if below is not None and _is_second_line(row, below) else None
        columns = _columns(row, second)
        source = _source(columns, sheet, at)
        if source is None:
            return None
        found = Headings(source, sheet.rows[:at], at + (2 if second else 1))
        for column in columns:
            _sort_in(column, found)
        return found if found.weight else None
    return None


def _key(text: str) -> str:
    return re.sub(r"[\s*:]+", "", plain(text)).casefold()


def _is_second_line(first: Row, second: Row) -> bool:
    """A second heading line has nobody's name in it and names something under a common heading."""
    named = False
    group = ""
    for above, below in zip_longest(first.cells, second.cells, fillvalue=""):
        over, under = _key(above), _key(below)
        group = over or group
        if PEOPLE.get(over) == "name" and under not in {"", over}:
            return False
        bare = _UNIT.sub("", under)
        known = bare in FIGURES or bare in PEOPLE or leave_kind(bare) is not None or bare.startswith("打卡")
        named = named or (bool(under) and under != over and (known or group == _RESULTS))
    return named and not second.fault


def _columns(first: Row, second: Row | None) -> list[Column]:
    columns = []
    group = ""
    for index in range(max(len(first.cells), len(second.cells) if second else 0)):
        over, under = first.cell(index), second.cell(index) if second else ""
        if "_" in over and not under:
            over, _, under = over.partition("_")
        group = _key(over) or group
        if not over and not under:
            continue
        name = _key(under) or _key(over)
        unit = _UNIT.search(name)
        bare = _UNIT.sub("", name)
        word = str(UNITS[unit[1]]) if unit else ""
        columns.append(Column(index, group if under else "", bare, word, one_line(under or over)))
    return columns


def _source(columns: Sequence[Column], sheet: Sheet, at: int) -> Source | None:
    names = {column.name for column in columns}
    groups = {column.group for column in columns}
    title = plain(" ".join([sheet.name, *(cell for row in sheet.rows[:at] for cell in row.cells)]))
    if names & {"账号", "帐号", "所属规则", "假勤申请"} or groups & {"考勤概况", "假勤统计"}:
        return "企业微信"
    ding = {"考勤组", "userid", "旷工迟到天数", "上班缺卡次数", "下班缺卡次数"}
    if names & ding or _RESULTS in groups or "月度汇总" in title or "每日统计" in title:
        return "钉钉"
    return None


def _sort_in(column: Column, found: Headings) -> None:
    name, group = column.name, column.group
    joined = group + name
    if group in _ELSEWHERE:
        return
    if group == _RESULTS:
        found.days.append(column)
    elif name in PEOPLE:
        found.people.setdefault(PEOPLE[name], column)
    elif name in FIGURES:
        found.figures.setdefault(FIGURES[name], []).append(column)
    elif _TIME.fullmatch(joined) or name in {"最早", "最晚"}:
        (found.departures if name == "最晚" or joined.startswith("下班") else found.arrivals).append(column)
    elif _RESULT.fullmatch(joined):
        found.results.append(column)
    elif name in {"关联的审批单", "假勤申请"}:
        found.approvals.append(column)
    elif _LENGTH.sub("", name) in LEAVE:
        found.leave.append(column)


def period(above: Sequence[Row], sheet_name: str, file_stem: str) -> tuple[date, date] | None:
    """First and last day of the report, by its title lines, else by the name of the file; None where neither says."""
    title = plain(" ".join(cell for row in above for cell in row.cells))
    for text, pattern in ((title, _RANGE), (title, _SHORT_RANGE), (plain(file_stem), _FILE_RANGE)):
        for found in pattern.finditer(text):
            span = _short(found, title) if pattern is _SHORT_RANGE else _span(found[1], found[2])
            if span:
                return span
    lines = [plain(cell) for row in above for cell in row.cells if "生成" not in cell and "制表" not in cell]
    for text in (*lines, plain(sheet_name), plain(file_stem)):
        if found_month := _MONTH.search(text):
            whole = month(int(found_month[1]), int(found_month[2]))
            return whole[0], whole[-1]
    return None


def _span(first: str, last: str) -> tuple[date, date] | None:
    begins, ends = parse_day("".join(first.split())), parse_day("".join(last.split()))
    return (begins, ends) if begins and ends and begins <= ends else None


def _short(found: re.Match[str], title: str) -> tuple[date, date] | None:
    """统计时间:06-01 ~ 06-07 beside 制表时间:2026-06-07: the year is that of making, or the one before it."""
    made = re.search(_DAY, title)
    made_on = parse_day("".join(made[1].split())) if made else None
    if made_on is None:
        return None
    first, last = (int(found[1]), int(found[2])), (int(found[3]), int(found[4]))
    year = made_on.year if last <= (made_on.month, made_on.day) else made_on.year - 1
    begun = year if first <= last else year - 1
    return _span(f"{begun}-{first[0]}-{first[1]}", f"{year}-{last[0]}-{last[1]}")


def grid_days(columns: Sequence[Column], first: date, last: date) -> dict[int, date | None]:
    """The day of each column of the month grid: 1, 2, 3, 六, 日 … in order; None where the period has no such day."""
    found: dict[int, date | None] = {}
    free = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    reached = 0
    for column in columns:
        ahead = [day for day in free[reached:] if _labels(column.name, day)]
        behind = [day for day in free[:reached] if not _weekday_only(column.name) and _labels(column.name, day)]
        day = next((day for day in (*ahead, *behind) if day not in found.values()), None)
        found[column.index] = day
        if day in ahead:
            reached = free.index(day) + 1
    return found


def _weekday_only(label: str) -> bool:
    return not any(sign.isdigit() for sign in label)


def _labels(label: str, day: date) -> bool:
    if _weekday_only(label):
        return label[-1:].replace("天", "日") == _WEEKDAYS[day.weekday()]
    whole = parse_day(label)
    if whole is not None:
        return whole == day
    numbers = [int(number) for number in re.findall(r"\d+", label)]
    return numbers in ([day.day], [day.month, day.day])
