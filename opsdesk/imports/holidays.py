"""A year's holidays as a table: a row a day (日期, 类型, 名称) or a row a holiday (节日, 放假起, 放假止, 调休上班)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from opsdesk.imports.columns import Column, Heading, best_sheet, formula_error, require, synonyms
from opsdesk.imports.report_cells import plain
from opsdesk.imports.sheets import read_sheets
from opsdesk.imports.table import Row
from opsdesk.imports.when import Numeral, parse_day
from opsdesk.rules.calendar import days
from opsdesk.services.errors import Finding
from opsdesk.services.text import one_line

BY_DAY = (
    Column("day", "日期", "写成 2026-10-01。", "2026-10-01", ("放假日期", "日子"), required=True),
    Column("kind", "类型", "法定假日、调休放假或调休上班。", "法定假日", ("性质", "日期类型", "类别"), required=True),
    Column("name", "名称", "节日的名称。", "国庆节", ("节日", "节日名称", "节假日")),
)
"""One row a day."""

BY_HOLIDAY = (
    Column("name", "节日", "节日的名称。", "国庆节", ("名称", "节日名称", "节假日"), required=True),
    Column("first", "放假起", "放假的第一天。", "2026-10-01", ("放假开始", "开始日期", "起"), required=True),
    Column("last", "放假止", "放假的最后一天。", "2026-10-07", ("放假结束", "结束日期", "止"), required=True),
    Column("work", "调休上班", "要上班的周末，几天之间用“、”隔开。", "2026-09-20、2026-10-10", ("调休", "补班")),
    Column("statutory", "法定假日", "其中的法定假日，几天之间用“、”隔开。", "2026-10-01", ("法定日", "法定")),
)
"""One row a holiday; days off that are not named as statutory count as 调休放假, but for the fixed ones."""

FIXED = {"元旦": ((1, 1),), "劳动": ((5, 1), (5, 2)), "国庆": ((10, 1), (10, 2), (10, 3))}
"""Statutory days on the same date every year (holiday law of 2024-11-10, `domain.md` 5.1); others follow the moon."""

LONGEST = 15
_KINDS = {
    "法定假日": "statutory", "法定节假日": "statutory", "法定": "statutory", "节日": "statutory",
    "调休放假": "off", "放假": "off", "休息": "off", "休": "off", "周末": "off", "假日": "off",
    "调休上班": "work", "上班": "work", "补班": "work", "调休": "work", "班": "work", "工作日": "work",
}  # fmt: skip
_NOTICE = re.compile(r"国办发明电\s*[〔\[(]\s*20\d{2}\s*[〕\])]\s*\d+\s*号")
_BETWEEN = re.compile(r"[、,;\s]+")
_WEEKDAY = re.compile(r"\((?:星期|周)[一二三四五六日天]\)")
_SHORT = re.compile(r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", re.ASCII)
_NO_DAYS = frozenset({"", "无", "-", "—", "/"})


@dataclass(frozen=True)
class HolidayFile:
    """The years of a holiday table in the form of the JSON file, and the rows that could not be taken."""

    years: dict[str, dict[str, Any]]
    findings: tuple[Finding, ...]
    rows_read: int
    sha256: str


class _Doubt(Exception):
    """Raised on one row with the sentence, the heading and the value of its finding."""


@dataclass
class _Taken:
    """What a table says so far: the kind and the name of each day, with the row that said it."""

    days: dict[date, tuple[str, str, int]] = field(default_factory=dict)

    def put(self, day: date, kind: str, name: str, row: int) -> None:
        before = self.days.get(day)
        if before is not None:
            raise _Doubt(f"{day.isoformat()} 与第 {before[2]} 行重复。请只留一行。", "", day.isoformat())
        self.days[day] = (kind, name, row)


def read_holidays(path: Path) -> HolidayFile:
    """Read a holiday table in either layout; a file with the headings of neither is refused."""
    book = read_sheets(path)
    by_holiday = best_sheet(book.sheets, synonyms(BY_HOLIDAY), least=3)
    columns = BY_HOLIDAY if by_holiday and "first" in by_holiday[1].places else BY_DAY
    found = by_holiday if columns is BY_HOLIDAY else best_sheet(book.sheets, synonyms(BY_DAY))
    heading = require(found[1] if found else None, columns, "放假安排")
    rows = found[0].rows if found else ()
    taken, findings = _Taken(), []
    for row in rows[heading.at + 1 :]:
        try:
            if row.fault:
                raise _Doubt(row.fault, "", " ".join(row.cells)[:80])
            said = _of_holiday(row, heading) if columns is BY_HOLIDAY else _of_day(row, heading)
            for day, kind, name in list(said):
                taken.put(day, kind, name, row.number)
        except _Doubt as doubt:
            findings.append(Finding(row.number, *doubt.args))
    above = plain(" ".join(cell for row in rows[: heading.at] for cell in row.cells))
    notice = _NOTICE.search(above)
    source = notice[0] if notice else one_line(path.name)
    return HolidayFile(_years(taken, source), tuple(findings), len(rows) - heading.at - 1, book.sha256)


def _of_day(row: Row, heading: Heading) -> Iterator[tuple[date, str, str]]:
    written = plain(_text(row, heading, "kind"))
    kind = _KINDS.get("".join(written.split()))
    day = _day(row, heading, "day")
    if kind is None:
        raise _Doubt(
            f"类型“{written[:20]}”认不出来。请写法定假日、调休放假或调休上班。", heading.name("kind"), written[:40]
        )
    yield day, kind, _name(row, heading, required=False) or ("调休上班" if kind == "work" else "放假")


def _of_holiday(row: Row, heading: Heading) -> Iterator[tuple[date, str, str]]:
    name = _name(row, heading, required=True)
    first, last = _day(row, heading, "first"), _day(row, heading, "last")
    if not timedelta() <= last - first < timedelta(days=LONGEST):
        reason = f"放假从 {first.isoformat()} 到 {last.isoformat()}，不合理。请核对起止日期。"
        raise _Doubt(reason, heading.name("last"), last.isoformat())
    if first.year != last.year:
        raise _Doubt("放假跨了年。请按年分成两行。", heading.name("last"), last.isoformat())
    off = days(first, last)
    named = {date(first.year, *month_day) for feast, fixed in FIXED.items() if feast in name for month_day in fixed}
    statutory = set(_listed(row, heading, "statutory", first.year)) or named & set(off)
    if strangers := sorted(statutory - set(off)):
        reason = f"法定假日 {strangers[0].isoformat()} 不在放假日期里。请核对。"
        raise _Doubt(reason, heading.name("statutory"), strangers[0].isoformat())
    for day in off:
        yield day, "statutory" if day in statutory else "off", name
    for day in _listed(row, heading, "work", first.year):
        yield day, "work", "调休上班"


def _text(row: Row, heading: Heading, field_name: str) -> str:
    text = heading.value(row, field_name)
    if formula_error(text):
        raise _Doubt(f"单元格里是公式错误“{text}”，不是内容。请改成真实的值。", heading.name(field_name), text)
    if "\ufffd" in text:
        raise _Doubt("里面有认不出的字，可能是编码不对。请重新保存。", heading.name(field_name), one_line(text)[:40])
    return text


def _name(row: Row, heading: Heading, *, required: bool) -> str:
    name = one_line(_text(row, heading, "name"))
    if required and not name:
        raise _Doubt("节日名称是空的。请补上。", heading.name("name"), "")
    if len(name) > 20:
        raise _Doubt(f"名称有 {len(name)} 个字，最多 20 个字。请改短。", heading.name("name"), name[:40])
    return name


def _day(row: Row, heading: Heading, field_name: str) -> date:
    text = _text(row, heading, field_name)
    day = parse_day(text)
    if day is None:
        said = one_line(text)[:40]
        reason = f"日期“{said}”认不出来或不存在，应写成 2026-10-01 这样。" if said else "日期是空的。请补上。"
        raise _Doubt(reason, heading.name(field_name), said)
    return day


def _listed(row: Row, heading: Heading, field_name: str, year: int) -> list[date]:
    """Several days in one cell, with or without the year: 2026-02-14(周六)、2026-02-28(周六), 2月14日."""
    text = _text(row, heading, field_name)
    parts = [text] if isinstance(text, Numeral) else _BETWEEN.split(_WEEKDAY.sub("", plain(text)))
    found = []
    for part in parts:
        if part in _NO_DAYS:
            continue
        short = _SHORT.fullmatch(part)
        day = parse_day(f"{year}-{short[1]}-{short[2]}") if short else parse_day(part)
        if day is None:
            said = one_line(text)[:40]
            raise _Doubt(f"“{part[:20]}”不是日期，应写成 2026-10-10 这样。", heading.name(field_name), said)
        found.append(day)
    return found


def _years(taken: _Taken, source: str) -> dict[str, dict[str, Any]]:
    years: dict[str, dict[str, Any]] = {}
    for day, (kind, name, _) in sorted(taken.days.items()):
        plan = years.setdefault(str(day.year), {"source": source, "off": [], "work": [], "statutory": []})
        if kind == "work":
            plan["work"].append(day.isoformat())
        else:
            plan["off"].append([name, day.isoformat(), day.isoformat()])
        if kind == "statutory":
            plan["statutory"].append(day.isoformat())
    return years
