"""Month and day reports of 钉钉 and 企业微信, read for a check beside our own computation (`domain.md` 4.6, 4.7).

Layouts differ by year and by what a company has ticked, so columns are known by their headings alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from opsdesk.imports import report_cells as cells
from opsdesk.imports import report_headings as headings
from opsdesk.imports.columns import bare_name, formula_error
from opsdesk.imports.report_cells import Said
from opsdesk.imports.report_headings import Column, Headings
from opsdesk.imports.sheets import read_sheets
from opsdesk.imports.table import Row, Sheet
from opsdesk.imports.when import Numeral
from opsdesk.services.errors import Finding, Refusal
from opsdesk.services.foreign_report import DayFigures, Kind, LeaveSum, MonthFigures, Report
from opsdesk.services.text import clean, one_line

LONGEST = timedelta(days=92)
"""A longer period is not a month's report: the program exports at most three months."""

_SUMS = frozenset({"合计", "总计", "小计"})
_COUNTS = frozenset({"late_count", "early_count", "awol_count", "missing_in", "missing_out", "missing"})
_MINUTES = frozenset({"late_minutes", "early_minutes"})
_MOST = Decimal(200_000)  # no count, day, hour or minute of three months is larger

_ERROR = "单元格里是公式错误“{text}”，不是内容。请重新导出。"
_NO_NUMBER = "{title}“{text}”不是数，读不出来。请重新导出，或改正这一格。"
_NO_DAY = "日期“{text}”认不出来或不存在，应写成 2026-03-05 这样。"
_NO_TIME = "{title}“{text}”不是时刻，读不出来。应写成 08:29 这样。"
_NO_WORDS = "考勤结果“{text}”认不出来，这一天没有对照。请核对原表。"

_Key = tuple[str, str, str, str]


class _Doubt(Exception):
    """Raised on one cell with its finding."""

    def __init__(self, reason: str, column: str = "", value: str = "") -> None:
        super().__init__(reason)
        self.reason, self.column, self.value = reason, column, value


@dataclass(frozen=True)
class _Sheet:
    rows: tuple[Row, ...]
    found: Headings
    first: date
    last: date
    kind: Kind


def read_report(path: Path) -> Report:
    """Read a 月度汇总 or 每日统计 of 钉钉, a 日报 or 月报 of 企业微信; any other file is refused.

    Everything that cannot be read is a finding with its row, column and value, and the rest is read all the same.
    """
    book = read_sheets(path)
    sheet = _prepared(book.sheets, path)
    months: list[MonthFigures] = []
    days: list[DayFigures] = []
    findings: list[Finding] = []
    seen: dict[tuple[_Key, date | None], int] = {}
    grid = headings.grid_days(sheet.found.days, sheet.first, sheet.last)
    for row in sheet.rows:
        for entry in _entries(row, sheet, grid):
            if isinstance(entry, Finding):
                findings.append(entry)
                continue
            key = (_key(entry), entry.day if isinstance(entry, DayFigures) else None)
            before = seen.setdefault(key, row.number)
            if before != row.number:
                when = f" {key[1].isoformat()} " if key[1] else "的记录"
                findings.append(Finding(row.number, f"{entry.name}{when}与第 {before} 行重复，只对照了前一行。"))
            elif isinstance(entry, MonthFigures):
                months.append(entry)
            else:
                days.append(entry)
    read = len(months) + len(days) + len(findings)
    return Report(
        sheet.found.source, sheet.kind, sheet.first, sheet.last, book.sha256,
        tuple(months), tuple(days), tuple(findings), read,
    )  # fmt: skip


def _key(entry: MonthFigures | DayFigures) -> _Key:
    return entry.staff_no.casefold(), entry.user_id.casefold(), entry.name, entry.dept


def _prepared(sheets: Sequence[Sheet], path: Path) -> _Sheet:
    known = [(sheet, found) for sheet in sheets if (found := headings.find(sheet))]
    if not known:
        raise Refusal(
            f"认不出“{path.name}”是哪种报表。请选择钉钉的月度汇总或每日统计、企业微信的打卡日报或月报，表头不要改动。",
            field="file",
        )
    sheet, found = max(known, key=lambda pair: pair[1].weight)
    rows = tuple(row for row in sheet.rows[found.below :] if not _is_extra(row, found))
    kind: Kind = "日报" if "day" in found.people else "月报"
    span = headings.period(found.above, sheet.name, path.stem)
    if span is None and kind == "日报":
        days = [day for row in rows if (day := cells.day_of(row.cell(found.people["day"].index)))]
        span = (min(days), max(days)) if days else None
    if span is None:
        raise Refusal(
            f"看不出“{path.name}”是哪一个月的报表。请保留表头上方的“统计日期”一行，或在文件名里写上月份，如 2026-03。",
            field="file",
        )
    if span[1] - span[0] >= LONGEST:
        raise Refusal(
            f"这份报表从 {span[0].isoformat()} 到 {span[1].isoformat()}，超过 {LONGEST.days} 天。请按月导出。",
            field="file",
        )
    return _Sheet(rows, found, *span, kind)


def _is_extra(row: Row, found: Headings) -> bool:
    """Sums at the foot, and headings that a long report repeats."""
    column = found.people.get("name")
    name = one_line(row.cell(column.index)) if column else ""
    return not row.fault and (name in _SUMS or headings.PEOPLE.get(name) == "name")


def _entries(row: Row, sheet: _Sheet, grid: Mapping[int, date | None]) -> Iterator[MonthFigures | DayFigures | Finding]:
    if row.fault:
        yield Finding(row.number, row.fault, "", " ".join(row.cells)[:80])
        return
    try:
        who = _who(row, sheet.found)
    except _Doubt as doubt:
        yield _finding(row, doubt)
        return
    readers: list[Callable[[], MonthFigures | DayFigures]]
    if sheet.kind == "日报":
        readers = [lambda: _day(row, sheet, who)]
    else:
        readers = [lambda: _month(row, sheet.found, who)]
        filled = [column for column in sheet.found.days if row.cell(column.index)]
        readers += [_cell_reader(row, column, grid[column.index], who) for column in filled]
    for read in readers:
        try:
            yield read()
        except _Doubt as doubt:
            yield _finding(row, doubt)


def _finding(row: Row, doubt: _Doubt) -> Finding:
    return Finding(row.number, doubt.reason, doubt.column, doubt.value)


def _who(row: Row, found: Headings) -> dict[str, Any]:
    who: dict[str, Any] = {"row": row.number, "staff_no": "", "user_id": "", "name": "", "dept": ""}
    for field in ("staff_no", "user_id", "name", "dept"):
        column = found.people.get(field)
        if column is None:
            continue
        text = row.cell(column.index)
        value = one_line(text)
        if formula_error(value):
            raise _Doubt(_ERROR.format(text=value), column.title, value)
        if "\ufffd" in value:
            raise _Doubt("里面有认不出的字，可能是文件损坏或编码不对。请重新导出。", column.title, value[:40])
        if len(value) > 100:
            raise _Doubt(f"{column.title}超过 100 个字，不像是人的标识。请检查列是否对齐。", column.title, value[:40])
        if field in {"staff_no", "user_id"}:
            value = "".join(value.split())
            if isinstance(text, Numeral) and len(value) > 15:
                raise _Doubt(
                    f"{column.title}超过 15 位，表格已经丢了后几位。请重新导出为文本格式。", column.title, value
                )
            who[field] = "" if value in cells.NOTHING else value
        else:
            who[field] = bare_name(value) if field == "name" else value
    if not (who["staff_no"] or who["user_id"] or who["name"]):
        raise _Doubt("没有工号、账号或姓名，不知道是谁的记录。请在原软件里补上再导出。")
    return who


def _amount(row: Row, column: Column, unit: str = "") -> tuple[Decimal, str]:
    text = row.cell(column.index)
    if formula_error(text):
        raise _Doubt(_ERROR.format(text=text), column.title, text)
    found = cells.amount(text, column.unit or unit)
    if found is None or found[0] > _MOST:
        said = one_line(text)[:40]
        raise _Doubt(_NO_NUMBER.format(title=column.title, text=said), column.title, said)
    return found


def _figures(row: Row, found: Headings) -> dict[str, Any]:
    """Sums of our figures: counts and minutes as whole numbers, days as they stand."""
    sums: dict[str, Any] = {}
    for field, columns in found.figures.items():
        total = Decimal(0)
        for column in columns:
            value, unit = _amount(row, column)
            total += value * 60 if field in _MINUTES and unit == "小时" else value
        sums[field] = cells.whole(total) if field in _COUNTS | _MINUTES else total
    return sums


def _leave(row: Row, sheet_kind: Kind, found: Headings) -> list[LeaveSum]:
    """Leave of each kind; of several columns of one kind in different units only those that are filled."""
    sums: dict[tuple[str, str], Decimal] = {}
    for column in found.leave:
        usual = "" if sheet_kind == "月报" or found.source != "钉钉" else _usual_unit(column.name)
        value, unit = _amount(row, column, usual)
        if unit == "分":
            value, unit = value / 60, "小时"
        key = (str(cells.leave_kind(column.name)), unit if unit in {"天", "小时"} else "")
        sums[key] = sums.get(key, Decimal(0)) + value
    kinds = [kind for kind, _ in sums]
    filled = {kind: sum(value > 0 for (each, _), value in sums.items() if each == kind) for kind in kinds}
    return [
        LeaveSum(kind, value, unit)  # type: ignore[arg-type]  # made of the two units above
        for (kind, unit), value in sums.items()
        if kinds.count(kind) == 1 or (value > 0 and filled[kind] == 1)
    ]


def _usual_unit(name: str) -> str:
    return "小时" if name in cells.IN_HOURS else "天"


def _month(row: Row, found: Headings, who: Mapping[str, Any]) -> MonthFigures:
    return MonthFigures(**who, **_figures(row, found), leave=tuple(_leave(row, "月报", found)))


def _day(row: Row, sheet: _Sheet, who: Mapping[str, Any]) -> DayFigures:
    found = sheet.found
    column = found.people["day"]
    text = row.cell(column.index)
    day = cells.day_of(text)
    if day is None:
        said = one_line(text)[:40]
        reason = _ERROR if formula_error(text) else _NO_DAY
        raise _Doubt(reason.format(text=said), column.title, said)
    if not sheet.first <= day <= sheet.last:
        reason = (
            f"日期 {day.isoformat()} 不在统计期 {sheet.first.isoformat()} 至 {sheet.last.isoformat()} 里。请核对原表。"
        )
        raise _Doubt(reason, column.title, one_line(text))
    figures = _figures(row, found)
    awol_count, awol_days = figures.pop("awol_count", None), figures.get("awol_days")
    absent = figures.pop("absent_days", None)
    figures.pop("due_days", None)
    figures.pop("attended_days", None)
    entry = DayFigures(
        **who,
        **figures,
        day=day,
        absent=None if absent is None else absent > 0,
        awol=awol_count > 0 if awol_count is not None else None if awol_days is None else awol_days > 0,
        leave=_kinds(row, found),
        timed=bool(found.arrivals or found.departures),
        raw=clean("\t".join(row.cells))[:500],
    )
    return _with_results(
        row, found, _with_times(entry, _times(row, found.arrivals, day), _times(row, found.departures, day))
    )


def _kinds(row: Row, found: Headings) -> tuple[str, ...] | None:
    if found.leave:
        return tuple(dict.fromkeys(each.kind for each in _leave(row, "日报", found) if each.amount))
    if found.approvals:
        return tuple(dict.fromkeys(kind for each in found.approvals for kind in cells.kinds_in(row.cell(each.index))))
    return None


def _times(row: Row, columns: Sequence[Column], day: date) -> list[datetime]:
    times = []
    for column in columns:
        text = row.cell(column.index)
        if cells.no_time(text):
            continue
        at = cells.clock(day, text)
        if at is None:
            said = one_line(text)[:40]
            reason = _ERROR if formula_error(text) else _NO_TIME
            raise _Doubt(reason.format(title=column.title, text=said), column.title, said)
        times.append(at)
    return times


def _with_times(entry: DayFigures, arrivals: Sequence[datetime], departures: Sequence[datetime]) -> DayFigures:
    first, last = min(arrivals, default=None), max(departures, default=None)
    return replace(entry, first_in=first, last_out=None if first == last else last)


def _with_results(row: Row, found: Headings, entry: DayFigures) -> DayFigures:
    """Figures that have no column of their own, out of the results of each punch (迟到, 缺卡), where those stand."""
    if (
        not found.results
        or not {"late_count", "late_minutes", "missing_in", "missing", "awol_days"} - found.figures.keys()
    ):
        return entry
    said = []
    for column in found.results:
        text = row.cell(column.index)
        end = "上班" if (column.group + column.name).startswith("上班") else "下班"
        words = cells.read_words(f"{end}{text}" if text[:2] in {"缺卡", "未打"} else text)
        if words is None:
            shown = one_line(text)[:40]
            raise _Doubt(_NO_WORDS.format(text=shown), column.title, shown)
        said.append(words)
    derived = {
        "late": ({"late_count": _added(said, "late_count"), "late_minutes": _added(said, "late_minutes")}),
        "early": ({"early_count": _added(said, "early_count"), "early_minutes": _added(said, "early_minutes")}),
        "missing": ({"missing_in": _added(said, "missing_in"), "missing_out": _added(said, "missing_out")}),
    }
    changes: dict[str, Any] = {}
    for about, figures in derived.items():
        if not any(field.startswith(about) for field in found.figures):
            changes |= figures
    if "absent_days" not in found.figures and "late_count" not in found.figures:
        changes["absent"] = any(each.absent for each in said)
    return replace(entry, **changes)


def _added(said: Sequence[Said], field: str) -> int | None:
    values = [getattr(each, field) for each in said]
    return None if None in values else sum(values)


def _cell_reader(row: Row, column: Column, day: date | None, who: Mapping[str, Any]) -> Callable[[], DayFigures]:
    def read() -> DayFigures:
        text = row.cell(column.index)
        shown = one_line(text)[:40]
        if day is None:
            raise _Doubt(f"考勤结果的列名“{column.title}”对不上统计期里的日期。请重新导出。", column.title, shown)
        if formula_error(text):
            raise _Doubt(_ERROR.format(text=shown), column.title, shown)
        said = cells.read_words(text)
        times = [cells.clock(day, each) for each in said.times if not cells.no_time(each)] if said else []
        if said is None or None in times:
            raise _Doubt(_NO_WORDS.format(text=shown), f"{day:%m-%d}", shown)
        return _from_words(who, day, said, text)

    return read


def _from_words(who: Mapping[str, Any], day: date, said: Said, text: str) -> DayFigures:
    """Of four times the first is the arrival and the last the departure; a dash keeps its place."""
    at = [None if cells.no_time(each) else cells.clock(day, each) for each in said.times]
    arrived = [each for each in at[:1] if each] or [each for each in at[:-1] if each]
    left = [each for each in at[-1:] if each and len(at) > 1] or [each for each in at[1:] if each]
    sided = said.missing == said.missing_in + said.missing_out
    entry = DayFigures(
        **who,
        day=day,
        timed=said.timed,
        late_count=said.late_count,
        late_minutes=said.late_minutes,
        absent=said.absent,
        early_count=said.early_count,
        early_minutes=said.early_minutes,
        awol=said.awol_days > 0,
        awol_days=said.awol_days,
        missing_in=said.missing_in if sided else None,
        missing_out=said.missing_out if sided else None,
        missing=said.missing,
        leave=said.leave,
        raw=clean(text)[:500],
    )
    return _with_times(entry, arrived[:1], left[-1:])
