"""An old register of the machine room (F08, or a list by the headings of S01 and S06), row by row.

One row may name several people. What cannot be read, or cannot have been, is a finding on its row; a time of leaving
that the file does not know stays unknown.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

from opsdesk.imports.columns import Column, Heading, bare_name, best_sheet, formula_error, require, synonyms, yes_or_no
from opsdesk.imports.sheets import read_sheets
from opsdesk.imports.table import Row, Sheet
from opsdesk.imports.when import parse_day, parse_moment, parse_time
from opsdesk.services.errors import Finding
from opsdesk.services.text import one_line

LABEL = "机房出入登记表"
COLUMNS = (
    Column("day", "日期", "进入那天的日期。", "2026-03-05", ("进入日期", "登记日期", "来访日期")),
    Column("name", "姓名", "进入人；几个人用顿号隔开。", "张三",
           ("进入人", "进入人员", "实际进入人员", "人员姓名", "来访人", "来访人员", "出入人员"), True),
    Column("unit", "单位/部门", "进入人的单位或部门。", "某公司",
           ("单位", "部门", "所属部门", "单位部门", "所属单位", "工作单位", "来访单位", "申请处室")),
    Column("duty", "职务", "", ""),
    Column("id", "证件类型及后四位", "证件类型和后四位。", "身份证 0011",
           ("证件号", "证件号码", "身份证号", "身份证号码", "证件后四位")),
    Column("phone", "联系电话", "进入人的电话。", "13800000001", ("联系方式", "电话", "手机", "手机号")),
    Column("purpose", "进入事由", "做什么。", "更换交换机电源",
           ("事由", "进入事由/操作内容", "出入事由", "来访事由", "工作内容", "申请事由", "进入原因")),
    Column("detail", "具体描述", "", "", ("操作内容", "操作记录", "工作描述")),
    Column("permit", "申请单号", "审批单的编号。", "JF-20260305-01",
           ("审批单号", "机房出入编号", "审批编号", "申请编号")),
    Column("entered", "进入时间", "进入的时刻。", "09:00",
           ("实际进入", "实际进入时间", "时间", "入场时间", "来访时间"), True),
    Column("left", "离开时间", "离开的时刻；不知道就空着。", "11:00",
           ("实际离开", "实际离开时间", "离场时间", "离去时间")),
    Column("due", "预计离开", "", "", ("预计离开时间",)),
    Column("kind", "出入类型", "", "", ("类型", "进出", "进出类型")),
    Column("goods", "携带物品", "带入、带出的物品。", "笔记本电脑 1",
           ("携带物品、数量", "实际携带物品、数量", "携带物品、数量、进出情况", "携带设备", "物品")),
    Column("operated", "是否上机", "是或否。", "是", ("上机",)),
    Column("escort", "陪同人员", "陪同的人。", "赵敏",
           ("陪同人", "陪同人员签字", "陪同人员1", "陪同人1", "实际陪同", "实际陪同人员", "随工")),
    Column("second", "陪同人员2", "", "", ("陪同人2",)),
    Column("room", "机房", "机房的名称；只有一个机房的可以不写。", "一楼信息中心机房",
           ("机房名称", "机房所属中心", "出入机房", "出入机房名称")),
    Column("module", "机房模块", "", "", ("模块", "实际模块")),
    Column("state", "状态", "", ""),
    Column("by", "登记人", "", "", ("实际登记人", "经办人")),
    Column("remarks", "备注", "异常和说明。", "", ("备注（异常）", "异常")),
)  # fmt: skip
FILLED = ("day", "name", "unit", "id", "phone", "purpose", "permit", "entered", "left", "goods", "operated", "escort",
          "room", "remarks")  # fmt: skip
TEMPLATE = tuple(column for column in COLUMNS if column.field in FILLED)
"""Our own template, in the order of F08."""
NOT_ENTERED = ("暂存", "已申请", "通过", "退回", "作废")
"""States of a bank's register in which nobody came."""
OUT = ("出", "离开", "出门", "离场")
LONGEST = {"name": 200, "purpose": 200, "detail": 800, "goods": 400, "remarks": 300}
USUAL = 60
PEOPLE = 20
_NAMES = synonyms(COLUMNS)
_DIVIDERS = re.compile(r"[、,，;；\n]+")
_SIDE = re.compile(r"[(（]\s*(?:☑\s*)?(内部|外部|内|外)\s*[)）]\s*$")
_NO_YEAR = re.compile(r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(?:\s+(\d{1,2}:\d{2}(?::\d{2})?))?")
_YEAR = re.compile(r"(20\d{2})\s*(?:年|-\d{2})")
_MASKED = re.compile(r"[*＊]")
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One person's stay as an old register knows it; what it does not know is empty or None."""

    row: int
    name: str
    unit: str
    external: bool | None
    id_kind: str
    id_number: str
    phone: str
    purpose: str
    operation: str
    permit: str
    entered: datetime
    left: datetime | None
    due: datetime | None
    goods: tuple[str, ...]
    operated: bool | None
    escort: str
    second: str
    room: str
    module: str
    by: str
    remarks: str


@dataclass(frozen=True)
class VisitFile:
    """What a register holds: people read == len(rows) + len(findings); a row that only says 离开 ends another."""

    rows: tuple[VisitRow, ...]
    findings: tuple[Finding, ...]
    sha256: str
    label: str = LABEL

    @property
    def rows_read(self) -> int:
        """How many stays the file speaks of."""
        return len(self.rows) + len(self.findings)


def read_visits(path: Path) -> VisitFile:
    """Read an old register; Refusal where it has no such headings."""
    book = read_sheets(path)
    found = best_sheet(book.sheets, _NAMES)
    heading = require(found[1] if found else None, COLUMNS, LABEL)
    sheet = found[0] if found else Sheet("", ())
    reader = _Reader(heading, _year_above(sheet, heading))
    rows: list[VisitRow] = []
    findings: list[Finding] = []
    still_in: dict[str, list[int]] = defaultdict(list)
    for row in sheet.rows[heading.at + 1 :]:
        if _is_blank(row, heading):
            continue
        for read in reader.stays(row):
            if isinstance(read, Finding):
                findings.append(read)
            elif not reader.says_out(row):
                if read.left is None:
                    still_in[read.name].append(len(rows))
                rows.append(read)
            elif (place := _open(rows, still_in[read.name], read)) is not None:
                rows[place] = replace(rows[place], left=read.entered)
                still_in[read.name].remove(place)
            else:
                findings.append(Finding(row.number, f"{read.name}只有离开，前面没有他的进入。请核对。"))
    return VisitFile(tuple(rows), tuple(findings), book.sha256)


def _year_above(sheet: Sheet, heading: Heading) -> int | None:
    """The year that stands above the heading: a printed register writes only month and day in its rows."""
    for row in sheet.rows[: heading.at]:
        for text in row.cells:
            if found := _YEAR.search(text):
                return int(found[1])
    return None


def _is_blank(row: Row, heading: Heading) -> bool:
    """A row of a printed register that has nothing but its number, or words under the table."""
    if row.fault:
        return False
    asked = [index for places in heading.places.values() for index in places]
    filled = [index for index in asked if row.cell(index)]
    return not filled or (len(filled) == 1 and not heading.value(row, "name") and not heading.value(row, "entered"))


def _open(rows: Sequence[VisitRow], places: Sequence[int], out: VisitRow) -> int | None:
    """The last of the person's entries without an end that he can have left by then."""
    fits = (place for place in reversed(places) if rows[place].entered <= out.entered <= rows[place].entered + DAY)
    return next(fits, None)


class _Reader:
    """Rows below one heading: the columns found, and the year of dates that have none."""

    def __init__(self, heading: Heading, year: int | None) -> None:
        self.heading, self.year = heading, year

    def text(self, row: Row, field: str) -> str:
        """A cell on one line."""
        return one_line(self.heading.value(row, field))

    def says_out(self, row: Row) -> bool:
        """Whether the row tells of a leaving only."""
        return self.text(row, "kind") in OUT

    def stays(self, row: Row) -> Iterator[VisitRow | Finding]:
        """The stays of everybody whom a row names, or the one thing that is wrong with it."""
        wrong = next(self._faults(row), None)
        if wrong is not None:
            yield wrong
            return
        entered = self._at(row, "entered", self._day(row))
        if entered is None:
            yield self._finding(row, "entered", "进入时间认不出来，或不知道是哪一天。请写成 2026-03-05 09:00。")
            return
        left = self._at(row, "left", entered.date())
        if left is None and self.text(row, "left"):
            yield self._finding(row, "left", "离开时间认不出来。请写成 2026-03-05 11:00，不知道就空着。")
            return
        if left is not None and left < entered:
            if parse_time(self.heading.value(row, "left")) is None:
                yield self._finding(row, "left", f"离开时间早于进入时间 {entered:%Y-%m-%d %H:%M}。请核对。")
                return
            left += DAY
        for name in self._people(row):
            yield self._stay(row, name, entered, left)

    def _finding(self, row: Row, field: str, reason: str) -> Finding:
        return Finding(row.number, reason, self.heading.name(field), self.heading.value(row, field)[:80])

    def _faults(self, row: Row) -> Iterator[Finding]:
        if row.fault:
            yield Finding(row.number, row.fault, "", " ".join(row.cells)[:80])
            return
        for field in self.heading.places:
            text = self.heading.value(row, field)
            most = LONGEST.get(field, USUAL)
            if formula_error(text):
                yield self._finding(row, field, f"单元格里是公式错误“{text}”，不是内容。请改成真实的值。")
            elif "\ufffd" in text:
                yield self._finding(row, field, "里面有认不出的字，可能是文件损坏或编码不对。请改正这一格。")
            elif len(text) > most:
                yield self._finding(row, field, f"超过 {most} 个字。请改短，或检查列是否对齐。")
        if (state := self.text(row, "state")) in NOT_ENTERED:
            yield self._finding(row, "state", f"状态是“{state}”，没有进入机房，没有导入。")
        people = self._people(row)
        if not people:
            yield self._finding(row, "name", "没有姓名，不知道是谁进入。请补上。")
        elif len(people) > PEOPLE or any(len(name) > 50 for name in people):
            yield self._finding(row, "name", f"姓名认不出来，一行最多 {PEOPLE} 人，用顿号隔开。请改正。")

    def _people(self, row: Row) -> list[str]:
        names = (bare_name(part) for part in _DIVIDERS.split(self.heading.value(row, "name")))
        return list(dict.fromkeys(name for name in names if name))

    def _day(self, row: Row) -> date | None:
        written = self.heading.value(row, "day")
        return parse_day(written) or self._without_year(one_line(written))

    def _without_year(self, written: str) -> date | None:
        found = _NO_YEAR.fullmatch(written)
        if found is None or self.year is None:
            return None
        try:
            return date(self.year, int(found[1]), int(found[2]))
        except ValueError:
            return None

    def _at(self, row: Row, field: str, day: date | None) -> datetime | None:
        """A moment, or a clock on the row's day; a printed register writes another day as 3-6 10:30."""
        written = self.heading.value(row, field)
        if (at := parse_moment(written)) is not None:
            return at
        clock: time | None = parse_time(written)
        if clock is not None:
            return datetime.combine(day, clock) if day else None
        found = _NO_YEAR.fullmatch(one_line(written))
        if found is None or day is None or not found[3]:
            return None
        for year in (day.year, day.year + 1):
            at = parse_moment(f"{year}-{found[1]}-{found[2]} {found[3]}")
            if at is not None and at.date() >= day:
                return at
        return None

    def _stay(self, row: Row, name: str, entered: datetime, left: datetime | None) -> VisitRow:
        unit, external = self.text(row, "unit"), None
        if side := _SIDE.search(unit):
            unit, external = unit[: side.start()].strip(), side[1].startswith("外")
        kind, number = _identity(self.text(row, "id"))
        phone = "".join(self.text(row, "phone").split())
        escorts = [part for part in _DIVIDERS.split(self.heading.value(row, "escort")) if part.strip()]
        escorts = [bare_name(part) for part in (*escorts, self.text(row, "second")) if part.strip()]
        goods = (one_line(part) for part in re.split(r"[;；\n]+", self.heading.value(row, "goods")))
        return VisitRow(
            row=row.number,
            name=name,
            unit=unit,
            external=external,
            id_kind=kind,
            id_number=number,
            phone="" if _MASKED.search(phone) else phone,
            purpose=self.text(row, "purpose"),
            operation=self.text(row, "detail"),
            permit=self.text(row, "permit"),
            entered=entered,
            left=left,
            due=self._at(row, "due", entered.date()),
            goods=tuple(part for part in goods if part not in {"", "无", "/", "-", "—"}),
            operated=yes_or_no(self.heading.value(row, "operated")),
            escort=escorts[0] if escorts else "",
            second=escorts[1] if len(escorts) > 1 else "",
            room=self.text(row, "room"),
            module=self.text(row, "module"),
            by=self.text(row, "by"),
            remarks=self.text(row, "remarks"),
        )


def _identity(written: str) -> tuple[str, str]:
    """身份证 0011 as kind and number; what is masked is no number."""
    kind, _, number = written.rpartition(" ")
    number = "".join(number.split()).upper()
    if _MASKED.search(number) or not re.fullmatch(r"[0-9A-Z]{2,30}", number):
        return "", ""
    return kind, number
