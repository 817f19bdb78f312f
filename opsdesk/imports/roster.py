"""The roster, as a list (工号, 日期, 班次) or as the month grid that attendance software prints."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from opsdesk.imports.columns import (
    HEADING_ROWS,
    Column,
    Heading,
    Read,
    bare_name,
    best_sheet,
    find_heading,
    formula_error,
    require,
    synonyms,
)
from opsdesk.imports.sheets import read_sheets
from opsdesk.imports.table import Row, Sheet
from opsdesk.imports.when import parse_day
from opsdesk.services.errors import Finding, Refusal
from opsdesk.services.text import one_line

COLUMNS = (
    Column(
        "staff_no",
        "工号",
        "人员的工号，与人员名册一致。",
        "V001",
        ("员工编号", "员工工号", "人员编号", "编号"),
        required=True,
    ),
    Column("name", "姓名", "人员姓名，用来核对，可以空着。", "张三", ("人员姓名", "员工姓名", "名字")),
    Column(
        "day",
        "日期",
        "上班的日期，写成 2026-03-05。",
        "2026-03-05",
        ("排班日期", "工作日期", "班次日期"),
        required=True,
    ),
    Column(
        "shift",
        "班次",
        "班次的代码或名称，休息填“休”。",
        "白班",
        ("班次名称", "班次代码", "排班", "对应班次"),
        required=True,
    ),
)
"""Columns of the list layout, in the order of our template."""

REST = "休"
"""How a day off is written in `RosterRow.shift`, whatever mark the file uses."""

_NAMES = synonyms(COLUMNS)
_REST_MARKS = frozenset({"休", "休息", "空", "○", "〇", "◯", "公休", "轮休", "休班"})
_WEEKDAYS = frozenset("一二三四五六日天")
_DAY_NUMBER = re.compile(r"0?([1-9]|[12]\d|3[01])\s*[日号]?(?:\s*\(?(?:星期|周)?[一二三四五六日天]\)?)?", re.ASCII)
_MONTH_DAY = re.compile(
    r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(?:\s*\(?(?:星期|周)?[一二三四五六日天]\)?)?", re.ASCII
)
_WHOLE_DAY = r"(\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2})"
_RANGE = re.compile(_WHOLE_DAY + r"\D*?(?:~|\uff5e|\u301c|至|到|—|-|起)\D*?" + _WHOLE_DAY)
_MONTH = re.compile(r"(?<!\d)(20\d{2})\s*[-/.年_]?\s*(1[0-2]|0?[1-9])(?!\d)")
_LEAST_DAYS = 5
_LONGEST_SPAN = timedelta(days=62)


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One person's shift on one day; `shift` is code or name as written, 休 for a day off; `staff_no` may be ""."""

    row: int
    staff_no: str
    name: str
    day: date
    shift: str


@dataclass(frozen=True)
class _Grid:
    """Where the days of a month grid stand: column → day, or the heading of a day that the month does not have."""

    heading: Heading
    days: dict[int, date | str]


def read_roster(path: Path) -> Read[RosterRow]:
    """Read a roster in either layout; each bad entry is one finding, so rows_read == len(rows) + len(findings).

    In a grid each filled day is an entry, an empty one is none. A second, different shift on a day is a finding.
    """
    book = read_sheets(path)
    for sheet in book.sheets:
        grid = _grid(sheet, path.stem)
        if grid is not None:
            entries = _grid_entries(sheet, grid)
            unknown = tuple(text for text in grid.heading.unknown if not _day_like(text))
            break
    else:
        found = best_sheet(book.sheets, _NAMES)
        heading = require(found[1] if found else None, COLUMNS, "排班表")
        entries = _list_entries(found[0] if found else Sheet("", ()), heading)
        unknown = heading.unknown
    rows: list[RosterRow] = []
    findings: list[Finding] = []
    first: dict[tuple[str, date], RosterRow] = {}
    for entry in entries:
        if isinstance(entry, Finding):
            findings.append(entry)
            continue
        before = first.setdefault((entry.staff_no or entry.name, entry.day), entry)
        if before.shift != entry.shift:
            who = entry.name or entry.staff_no
            reason = f"{who} {entry.day} 在第 {before.row} 行已排“{before.shift}”。请只留一个班次。"
            findings.append(Finding(entry.row, reason, "班次", entry.shift))
        else:
            rows.append(entry)
    return Read(tuple(rows), tuple(findings), len(rows) + len(findings), book.sha256, unknown)


def _shift(text: str) -> str:
    shift = one_line(text)
    return REST if shift in _REST_MARKS else shift


def _fault(text: str) -> str:
    if formula_error(text):
        return f"单元格里是公式错误“{text}”，不是内容。请改成真实的值。"
    if "\ufffd" in text:
        return "里面有认不出的字，可能是文件损坏或编码不对。请重新导出，或改正这一格。"
    return "超过 50 个字，不像是班次或工号。请检查列是否对齐。" if len(text) > 50 else ""


def _who(row: Row, heading: Heading) -> tuple[str, str]:
    return "".join(one_line(heading.value(row, "staff_no")).split()), bare_name(heading.value(row, "name"))


def _who_fault(row: Row, heading: Heading) -> Finding | None:
    if row.fault:
        return Finding(row.number, row.fault, "", " ".join(row.cells)[:80])
    staff_no, name = _who(row, heading)
    if not staff_no and not name:
        return Finding(row.number, "没有工号也没有姓名，不知道给谁排班。请补上工号。", heading.name("staff_no"))
    for field, text in (("staff_no", staff_no), ("name", name)):
        reason = _fault(text)
        if reason:
            return Finding(row.number, reason, heading.name(field), text[:80])
    return None


def _list_entries(sheet: Sheet, heading: Heading) -> Iterator[RosterRow | Finding]:
    for row in sheet.rows[heading.at + 1 :]:
        bad = _who_fault(row, heading)
        if bad is not None:
            yield bad
            continue
        day_text, shift_text = heading.value(row, "day"), heading.value(row, "shift")
        day, shift = parse_day(day_text), _shift(shift_text)
        if day is None:
            reason = "日期认不出来或不存在。请写成 2026-03-05 这样。" if day_text else "日期是空的。请补上。"
            yield Finding(row.number, reason, heading.name("day"), day_text[:80])
        elif not shift:
            yield Finding(row.number, "班次是空的。请填班次的代码或名称，休息填“休”。", heading.name("shift"))
        elif _fault(shift):
            yield Finding(row.number, _fault(shift), heading.name("shift"), shift[:80])
        else:
            staff_no, name = _who(row, heading)
            yield RosterRow(row.number, staff_no, name, day, shift)


def _day_like(text: str) -> bool:
    return bool(_DAY_NUMBER.fullmatch(text) or _MONTH_DAY.fullmatch(text) or parse_day(text))


def _title(text: str) -> str:
    return unicodedata.normalize("NFKC", one_line(text))


def _grid(sheet: Sheet, file_stem: str) -> _Grid | None:
    """The month grid of a sheet, None where no heading row names people and at least five days."""
    who = synonyms(COLUMNS[:2])
    heading = find_heading(sheet, who, least=1)
    candidates = [heading] if heading else []
    for at, row in enumerate(sheet.rows[:HEADING_ROWS]):
        one = find_heading(Sheet("", (row,)), who, least=1)
        if one is not None:
            candidates.append(Heading(at, row, one.places, one.unknown))
    for heading in candidates:
        texts = {at: _title(text) for at, text in enumerate(heading.row.cells)}
        places = {at: text for at, text in texts.items() if _day_like(text)}
        if len(places) >= _LEAST_DAYS:
            titles = [cell for row in sheet.rows[: heading.at] for cell in row.cells if cell]
            return _Grid(heading, _days(places, [*titles, sheet.name, file_stem], heading.row))
    return None


def _days(places: dict[int, str], titles: Sequence[str], row: Row) -> dict[int, date | str]:
    span = _span(titles)
    days: dict[int, date | str] = {}
    for at, text in places.items():
        whole = parse_day(row.cell(at))
        if whole is not None:
            days[at] = whole
            continue
        if span is None:
            raise Refusal(
                "排班表只写了几号，找不到是哪年哪月。请在表头上面写“2026年3月排班表”，或把表头改成完整日期。",
                field="file",
            )
        days[at] = _in_span(text, span) or text
    return days


def _span(titles: Sequence[str]) -> tuple[date, date] | None:
    for title in titles:
        found = _RANGE.search(title)
        if found:
            begin, end = parse_day(found[1]), parse_day(found[2])
            if begin and end and begin <= end <= begin + _LONGEST_SPAN:
                return begin, end
    for title in titles:
        found = _MONTH.search(title)
        if found:
            begin = date(int(found[1]), int(found[2]), 1)
            return begin, (begin + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return None


def _in_span(text: str, span: tuple[date, date]) -> date | None:
    """The one day of the span with that number (or month and number); None where the span has no such day."""
    number = _DAY_NUMBER.fullmatch(text)
    month_day = _MONTH_DAY.fullmatch(text)
    wanted = (None, int(number[1])) if number else (int(month_day[1]), int(month_day[2])) if month_day else (None, 0)
    for offset in range((span[1] - span[0]).days + 1):
        day = span[0] + timedelta(days=offset)
        if day.day == wanted[1] and wanted[0] in {None, day.month}:
            return day
    return None


def _grid_entries(sheet: Sheet, grid: _Grid) -> Iterator[RosterRow | Finding]:
    heading = grid.heading
    for row in sheet.rows[heading.at + 1 :]:
        filled = {at: text for at in grid.days if (text := row.cell(at))}
        if not row.fault and all(text.removeprefix("星期").removeprefix("周") in _WEEKDAYS for text in filled.values()):
            continue  # the row of weekdays under the heading, or a person without any entry
        bad = _who_fault(row, heading)
        if bad is not None:
            yield bad
            continue
        staff_no, name = _who(row, heading)
        for at, text in filled.items():
            day, title = grid.days[at], one_line(heading.row.cell(at))
            shift = _shift(text)
            reason = _fault(shift)
            if isinstance(day, str):
                reason = f"这个月没有 {day} 这一天，却填了班次。请核对月份。"
            if reason or isinstance(day, str):
                yield Finding(row.number, reason, title, shift[:80])
            else:
                yield RosterRow(row.number, staff_no, name, day, shift)
