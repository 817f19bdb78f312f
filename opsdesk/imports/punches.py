"""Punch files of attendance machines and their software: format told by content, each row a punch or a finding."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from opsdesk.imports.columns import Column, Heading, find_heading, formula_error, synonyms
from opsdesk.imports.files import Source, kind_of, read_source
from opsdesk.imports.lines import read_lines
from opsdesk.imports.machines import read_glg, read_zk
from opsdesk.imports.raw import FORMATS, FormatKey, Person, PunchFile, RawPunch, mark, person, punch
from opsdesk.imports.sheets import delimited, sheets_of
from opsdesk.imports.table import Row, Sheet
from opsdesk.imports.when import parse_day, parse_moment, parse_time
from opsdesk.services.errors import Finding, Refusal
from opsdesk.services.text import one_line

TEMPLATE_COLUMNS = (
    Column("staff_no", "工号", "人员的工号，与人员名册一致；没有工号时可以空着，改用姓名对应。", "V001"),
    Column("name", "姓名", "人员姓名，工号空着时用它找人。", "张三"),
    Column("day", "日期", "打卡那天的日期，写成 2026-03-05。", "2026-03-05"),
    Column("time", "时间", "打卡的时刻，写成 08:29 或 08:29:59，24 小时制。", "08:29:59"),
)
"""Our own template; machines' reports are read by the wider list below."""

_COLUMNS = (
    Column("staff_no", "工号", "", "", ("员工编号", "员工工号", "人员工号", "人员编号", "jobNo")),
    Column(
        "pin", "考勤号码", "", "", ("考勤号", "考勤编号", "登记号", "登记号码", "PIN", "EnNo", "用户编号", "用户ID")
    ),
    Column("name", "姓名", "", "", ("人员姓名", "员工姓名", "名字", "name", "personName")),
    Column("dept", "部门", "", "", ("部门名称", "所属部门", "所属组织", "orgName")),
    Column(
        "moment",
        "日期时间",
        "",
        "",
        ("打卡日期时间", "刷卡日期时间", "考勤日期时间", "事件时间", "eventTime", "datetime"),
    ),
    Column("day", "日期", "", "", ("打卡日期", "刷卡日期", "考勤日期", "签卡日期")),
    Column("time", "时间", "", "", ("打卡时间", "刷卡时间", "考勤时间", "签卡时间", "打卡时刻")),
    Column("in", "签到时间", "", "", ("上班1打卡时间", "上班2打卡时间", "上班3打卡时间")),
    Column("out", "签退时间", "", "", ("下班1打卡时间", "下班2打卡时间", "下班3打卡时间")),
    Column("plan_in", "上班时间", "", ""),
    Column("plan_out", "下班时间", "", ""),
    Column("device", "机器号", "", "", ("设备号", "机号", "设备编号", "设备名称", "设备", "考勤机", "Mchn", "读卡器")),
    Column("status", "状态", "", "", ("打卡状态", "考勤状态", "进出状态", "IOMd")),
    Column("verify", "比对方式", "", "", ("验证方式", "识别方式", "打卡方式", "Mode")),
)
_NAMES = synonyms(_COLUMNS)

_SEVERAL = re.compile(r"[\s,;、\uff0c\uff1b]+")

_TOP = 500  # lines of a text in which a heading row is looked for

_LIKE = "应写成 2026-03-05 08:29:59 这样。"
_NO_MOMENT = "打卡时间“{text}”认不出来或不存在，" + _LIKE
_NO_DAY = "打卡日期“{text}”认不出来或不存在，应写成 2026-03-05 这样。"
_EMPTY_TIME = "打卡时间是空的。请补上时刻，或删掉这一行。"
_EMPTY_DAY = "打卡日期是空的。请补上日期，或删掉这一行。"
_TORN = "文件最后一行不完整，可能是导出中断。请重新导出，或手工补录这一行。"
_ERROR = "单元格里是公式错误“{text}”，不是内容。请改成真实的值。"

_Offer = tuple[datetime | None, str, Finding | None]


@dataclass(frozen=True)
class _Layout:
    sheet: Sheet
    heading: Heading
    format_key: FormatKey

    @property
    def pairs(self) -> bool:
        return self.format_key == "detail_sheet"


def read_punches(path: Path, *, file_name: str | None = None, as_format: FormatKey | None = None) -> PunchFile:
    """Read a punch file of any known format; `file_name` is its original name where `path` is a copy.

    `as_format` is the user's choice among `PunchFile.alternatives`. A punch that stands twice in
    the file is passed on twice. Files of no known format are refused.
    """
    source = replace(read_source(path), name=file_name or path.name)
    if kind_of(source) == "text":
        text = read_lines(source)
        machine = read_glg(text.lines)
        if machine is None and not _layouts([Sheet("", delimited(replace(text, lines=text.lines[:_TOP])))]):
            machine = read_zk(text.lines, source.name, as_format)
        if machine is not None:
            return _file(machine.format_key, machine.punches, machine.findings, source, machine.alternatives)
        layouts = _layouts([Sheet("", delimited(text))])
    else:
        layouts = _layouts(sheets_of(source).sheets)
    if not layouts:
        raise Refusal(
            f"认不出“{source.name}”是哪种打卡文件。请选择考勤机的 attlog.dat、GLG 或 AGL 文本、考勤软件导出的记录表，"
            "或用打卡导入模板填写工号、姓名、日期、时间。",
            field="file",
        )
    punches: list[RawPunch] = []
    findings: list[Finding] = []
    for layout in layouts:
        label = layout.sheet.name if len(layouts) > 1 else ""
        _read_layout(layout, label, punches, findings)
    return _file(layouts[0].format_key, punches, findings, source)


def _file(
    key: FormatKey,
    punches: Sequence[RawPunch],
    findings: Sequence[Finding],
    source: Source,
    alternatives: tuple[FormatKey, ...] = (),
) -> PunchFile:
    read = len(punches) + len(findings)
    return PunchFile(FORMATS[key], key, read, tuple(punches), tuple(findings), source.sha256, alternatives)


def _layouts(sheets: Sequence[Sheet]) -> list[_Layout]:
    """The sheets that hold punches; where one workbook has a plain record and a summary by day, the record alone."""
    found = []
    for sheet in sheets:
        heading = find_heading(sheet, _NAMES)
        key = _format(heading) if heading else None
        if heading and key:
            found.append(_Layout(sheet, heading, key))
    plain = [layout for layout in found if not layout.pairs]
    return plain or found


def _format(heading: Heading) -> FormatKey | None:
    has = heading.places.keys()
    if not has & {"staff_no", "pin", "name"}:
        return None
    if "moment" in has:
        return "raw_sheet"
    if "time" in has:
        own = heading.name("day") == "日期" and "pin" not in has and "staff_no" in has
        return "template" if own else "record_sheet"
    return "detail_sheet" if "day" in has and has & {"in", "out"} else None


def _read_layout(layout: _Layout, label: str, punches: list[RawPunch], findings: list[Finding]) -> None:
    heading = layout.heading
    last_place = max(max(places) for places in heading.places.values())
    seconds_seen = False
    for row in layout.sheet.rows[heading.at + 1 :]:
        if _is_repeated_heading(row, heading):
            continue
        offers, bad = _judged(row, layout)
        if offers and row.torn and (len(row.cells) <= last_place or seconds_seen > _has_seconds(offers)):
            offers, bad = [], Finding(row.number, _TORN, "", " ".join(row.cells)[:80])
        if bad is not None:
            findings.append(replace(bad, reason=f"工作表“{label}”：{bad.reason}") if label else bad)
        seconds_seen = seconds_seen or _has_seconds(offers)
        punches.extend(_punch(row, heading, at) for at, _, _ in offers if at is not None)


def _judged(row: Row, layout: _Layout) -> tuple[list[_Offer], Finding | None]:
    """The good times of one row and its one finding; damage and an unknown person spoil the whole row."""
    if row.fault:
        return [], Finding(row.number, row.fault, "", " ".join(row.cells)[:80])
    heading = layout.heading
    offers = _pair_offers(row, heading) if layout.pairs else _plain_offers(row, heading)
    fault = _row_fault(row, heading) if offers else None
    if fault is not None:
        return [], fault
    bad = next((finding for _, _, finding in offers if finding is not None), None)
    return [offer for offer in offers if offer[2] is None], bad


def _punch(row: Row, heading: Heading, at: datetime) -> RawPunch:
    return punch(
        row.number,
        _person(row, heading),
        at,
        device=mark(heading.value(row, "device")),
        status=mark(heading.value(row, "status")),
        verify=mark(heading.value(row, "verify")),
        raw="\t".join(row.cells)[:500],
    )


def _has_seconds(offers: Sequence[_Offer]) -> bool:
    return any(text.count(":") >= 2 for _, text, _ in offers)


def _is_repeated_heading(row: Row, heading: Heading) -> bool:
    """Reports printed page by page repeat their heading row."""
    return all(row.cell(places[0]) == heading.row.cell(places[0]) for places in heading.places.values())


def _person(row: Row, heading: Heading) -> Person:
    return person(*(heading.value(row, field) for field in ("staff_no", "pin", "name", "dept")))


def _row_fault(row: Row, heading: Heading) -> Finding | None:
    for field in ("staff_no", "pin", "name"):
        text = heading.value(row, field)
        if formula_error(text):
            return Finding(row.number, _ERROR.format(text=text), heading.name(field), text)
    fault = _person(row, heading).fault()
    return Finding(row.number, fault) if fault else None


def _plain_offers(row: Row, heading: Heading) -> list[_Offer]:
    """One time a row, or several in one cell under one day."""
    whole = heading.value(row, "moment")
    if whole:
        at = parse_moment(whole)
        return [(at, whole, None if at else _wrong(row, heading, "moment", whole, _NO_MOMENT))]
    text = heading.value(row, "time")
    if not text:
        field = "time" if "time" in heading.places else "moment"
        return [(None, "", _wrong(row, heading, field, "", _EMPTY_TIME))]
    at = parse_moment(text)
    if at:
        return [(at, text, None)]
    day_text = heading.value(row, "day")
    if "day" not in heading.places:
        return [(None, text, _wrong(row, heading, "time", text, _NO_MOMENT))]
    if not day_text:
        return [(None, text, _wrong(row, heading, "day", "", _EMPTY_DAY))]
    day = parse_day(day_text)
    if day is None:
        return [(None, text, _wrong(row, heading, "day", day_text, _NO_DAY))]
    whole_time = _on(day, text)
    if whole_time:
        return [(whole_time, text, None)]
    parts = [part for part in _SEVERAL.split(text) if part]
    offers: list[_Offer] = []
    for part in parts:
        at = _on(day, part)
        if at is None:
            return [(None, text, _wrong(row, heading, "time", text, _NO_MOMENT))]
        offers.append((at, part, None))
    return offers


def _pair_offers(row: Row, heading: Heading) -> list[_Offer]:
    """Arrival and departure of one day; a departure earlier than the arrival beside it is on the day after."""
    cells = [
        (field, place, row.cell(place))
        for field in ("in", "out")
        for place in heading.places.get(field, ())
        if row.cell(place).strip("-—/ ")
    ]
    if not cells:
        return []
    day_text = heading.value(row, "day")
    day = parse_day(day_text)
    if day is None:
        reason = _NO_DAY if day_text else _EMPTY_DAY
        return [(None, "", _wrong(row, heading, "day", day_text, reason))]
    offers: list[_Offer] = []
    arrived: datetime | None = None
    for _, place, text in sorted(cells, key=lambda cell: cell[1]):
        leaving = place in heading.places.get("out", ())
        at = parse_moment(text) or _on(day, text)
        if at is None:
            offers.append((None, text, _wrong(row, heading, "out" if leaving else "in", text, _NO_MOMENT)))
            continue
        if leaving and at.date() == day and parse_moment(text) is None and _after_midnight(row, heading, at, arrived):
            at += timedelta(days=1)
        if not leaving:
            arrived = at
        offers.append((at, text, None))
    return offers


def _after_midnight(row: Row, heading: Heading, left: datetime, arrived: datetime | None) -> bool:
    if arrived is not None:
        return left < arrived
    begins, ends = parse_time(heading.value(row, "plan_in")), parse_time(heading.value(row, "plan_out"))
    return begins is not None and ends is not None and ends < begins and left.time() < begins


def _on(day: date, text: str) -> datetime | None:
    """The time on that day; 次日 02:10 is on the day after."""
    next_day = text.startswith("次日")
    clock = parse_time(text.removeprefix("次日").strip() if next_day else text)
    return datetime.combine(day, clock) + timedelta(days=int(next_day)) if clock is not None else None


def _wrong(row: Row, heading: Heading, field: str, text: str, reason: str) -> Finding:
    if formula_error(text):
        reason = _ERROR
    return Finding(row.number, reason.format(text=one_line(text)[:40]), heading.name(field), one_line(text)[:40])
