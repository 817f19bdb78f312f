"""The door's own log as each system exports it: 海康 event list, ZKAccess events, 企业微信, and a plain list (4.8).

The kind is told by the headings. A direction that the system does not know stays unknown; times become the site's.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from opsdesk.imports.columns import Column, Heading, bare_name, find_heading, formula_error, synonyms
from opsdesk.imports.files import Source, kind_of, read_source
from opsdesk.imports.lines import read_lines
from opsdesk.imports.sheets import sheets_of
from opsdesk.imports.table import MAX_COLUMNS, MAX_ROWS, Row, Sheet
from opsdesk.imports.when import SITE_ZONE, parse_day, parse_moment, parse_time
from opsdesk.services.errors import Finding, Refusal
from opsdesk.services.text import clean, one_line

IN, OUT, UNKNOWN = "进", "出", "未知"
HIK, ZK, WECOM, LIST = "海康门禁事件", "ZKAccess 门禁事件", "企业微信门禁", "门禁记录"
COLUMNS = (
    Column("at", "事件时间", "刷卡的时刻。", "2026-03-05 08:27:13", ("eventTime", "时间", "刷卡时间", "发生时间")),
    Column("day", "日期", "", "", ("刷卡日期", "事件日期")),
    Column("name", "人员姓名", "持卡人姓名。", "张三", ("personName", "姓名", "name")),
    Column("staff_no", "工号", "人员的工号。", "V012", ("jobNo", "员工编号", "userid", "账号")),
    Column("pin", "PIN", "", "", ("考勤号", "人员编号", "用户编号")),
    Column("unit", "所属组织", "单位或部门。", "某公司", ("orgName", "部门", "单位", "所属部门")),
    Column("door", "门禁点", "门的名称，与机房登记的一致。", "一楼信息中心机房",
           ("doorName", "门", "门名称", "门id", "门号", "doorId", "device_name", "设备名称")),
    Column("direction", "进出方向", "进、出或未知。", "进",
           ("inAndOutType", "出入状态", "InOutState", "pass_type", "方向", "出入类型")),
    Column("event", "事件", "刷卡成功、无权限等。", "刷卡成功", ("eventName", "事件名称", "事件描述")),
    Column("event_type", "事件类型", "", "", ("eventType",)),
    Column("verify", "验证方式", "", "", ("pass_method", "verifyType", "开门方式")),
    Column("card", "卡号", "门禁卡的卡号。", "3891192334", ("cardNo",)),
    Column("reader", "读卡器", "读卡器的名称。", "读卡器_1", ("readerDevName", "读头")),
    Column("device", "设备号", "", "", ("devName", "控制器", "设备")),
    Column("stamp", "timestamp", "", "", ("时间戳",)),
    Column("id", "eventId", "", "", ("事件编号",)),
)  # fmt: skip
FILLED = ("at", "name", "staff_no", "unit", "door", "direction", "event", "card", "reader")
TEMPLATE = tuple(column for column in COLUMNS if column.field in FILLED)
"""The plain list, in the order of `domain.md` 4.8."""
BARE = ("at", "pin", "door", "event_type", "direction", "verify", "card", "device")
"""ZKAccess writes eight fields without a heading."""
WORDS = {
    **dict.fromkeys(("进", "入", "进门", "入门", "进入", "in", "entry", "enter"), IN),
    **dict.fromkeys(("出", "出门", "离开", "out", "exit", "leave"), OUT),
}
CODES = {HIK: {"1": IN, "0": OUT}, ZK: {"0": IN, "1": OUT}, WECOM: {"1": IN, "2": OUT}, LIST: dict[str, str]()}
METHODS = {"1": "人脸", "2": "二维码", "3": "远程", "4": "指纹"}
ABNORMAL = range(20, 200)
"""Event numbers of ZKAccess by which the door did not let anybody in, or raised an alarm."""
DENIED = re.compile("失败|无权|无效|拒绝|非法|过期|黑名单|禁止|未通过|未注册|不存在|异常|超时|报警|错误")
LONGEST = 100
_NAMES = synonyms(COLUMNS)
_OLDEST, _NEWEST = 946_684_800, 4_102_444_800  # 2000 and 2100


@dataclass(frozen=True, slots=True)
class DoorRow:
    """One event: when, who as the door knows him, where, which way. `pin` is a number of the door's own list.

    `key` is the same for the same event in another file; it is a digest, in which no name can be read.
    """

    row: int
    at: datetime
    name: str
    staff_no: str
    pin: str
    unit: str
    door: str
    direction: str
    event: str
    card: str
    reader: str
    key: str


@dataclass(frozen=True)
class DoorFile:
    """What a log holds: rows_read == len(rows) + len(findings)."""

    rows: tuple[DoorRow, ...]
    findings: tuple[Finding, ...]
    sha256: str
    label: str

    @property
    def rows_read(self) -> int:
        """How many events the file holds."""
        return len(self.rows) + len(self.findings)


def read_door_log(path: Path) -> DoorFile:
    """Read a log of any of the four kinds. Refuses a file of none."""
    source = read_source(path)
    sheets = _json(source) or sheets_of(source).sheets
    found = [(sheet, heading) for sheet in sheets if (heading := find_heading(sheet, _NAMES)) is not None]
    layouts = [(sheet, heading) for sheet, heading in found if {"at", "stamp"} & set(heading.places)]
    if not layouts:
        layouts = [(sheet, heading) for sheet in sheets if (heading := _bare(sheet)) is not None]
    if not layouts:
        raise Refusal(
            f"认不出“{source.name}”是哪种门禁记录。请选择海康、ZKAccess、企业微信导出的事件，"
            "或用表头为“事件时间、人员姓名、工号、门禁点、进出方向”的表格。",
            field="file",
        )
    label = _label(layouts[0][1])
    rows: list[DoorRow] = []
    findings: list[Finding] = []
    for sheet, heading in layouts:
        for row in sheet.rows[heading.at + 1 :]:
            read = _row(row, heading, label)
            if isinstance(read, Finding):
                findings.append(read)
            else:
                rows.append(read)
    return DoorFile(tuple(rows), tuple(findings), source.sha256, label)


def granted(event: str) -> bool:
    """Whether an event let somebody through the door, by its words."""
    return DENIED.search(event) is None


def _label(heading: Heading) -> str:
    headings = {one_line(text).casefold() for text in heading.row.cells}
    if "stamp" in heading.places and "staff_no" in heading.places:
        return WECOM
    if {"eventtime", "inandouttype"} & headings:
        return HIK
    return ZK if {"pin", "出入状态", "inoutstate"} & headings else LIST


def _bare(sheet: Sheet) -> Heading | None:
    """Eight fields without a heading, the first of which is a time."""
    sample = [row for row in sheet.rows[:20] if not row.fault]
    fits = [row for row in sample if 7 <= len(row.cells) <= len(BARE) and parse_moment(row.cell(0)) is not None]
    if not fits or len(fits) * 2 < len(sample):
        return None
    return Heading(-1, Row(0, BARE), {field: (place,) for place, field in enumerate(BARE)}, ())


def _json(source: Source) -> tuple[Sheet, ...] | None:
    """A list of objects, as the systems' interfaces give it; None where the file is no JSON."""
    if source.data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in {b"[", b"{"} or kind_of(source) != "text":
        return None
    try:
        listed = _listed(json.loads("\n".join(read_lines(source).lines)))
    except (ValueError, RecursionError):
        return None
    if not listed:
        return None
    keys = list(dict.fromkeys(str(key) for each in listed for key in each))[:MAX_COLUMNS]
    rows = [Row(1, tuple(keys))]
    for n, each in enumerate(listed[:MAX_ROWS], 1):
        rows.append(Row(n, tuple(clean(_plain(each.get(key))) for key in keys)))
    return (Sheet("", tuple(rows)),)


def _listed(value: Any, depth: int = 0) -> list[Mapping[str, Any]]:
    """The first list of objects within a few levels."""
    if isinstance(value, list):
        return [each for each in value if isinstance(each, Mapping)]
    if isinstance(value, Mapping) and depth < 4:
        for inner in value.values():
            if found := _listed(inner, depth + 1):
                return found
    return []


def _plain(value: Any) -> str:
    return "" if value is None or isinstance(value, (list, dict)) else str(value)


def _row(row: Row, heading: Heading, label: str) -> DoorRow | Finding:
    def text(field: str) -> str:
        return one_line(heading.value(row, field))

    if row.fault:
        return Finding(row.number, row.fault, "", " ".join(row.cells)[:80])
    for field in heading.places:
        if fault := _fault(heading.value(row, field)):
            return Finding(row.number, fault, heading.name(field), heading.value(row, field)[:80])
    at = _moment(heading, row)
    if at is None:
        written = heading.value(row, "at") or heading.value(row, "stamp")
        said = f"事件时间“{written[:40]}”认不出来或不存在。" if written else "事件时间是空的。"
        return Finding(row.number, f"{said}请改成 2026-03-05 08:27:13 这样。", heading.name("at"), written[:80])
    if row.torn and label == ZK and heading.at < 0 and len(row.cells) < len(BARE):
        return Finding(row.number, "文件最后一行不完整，可能是导出中断。请重新导出。", "", " ".join(row.cells)[:80])
    staff_no, pin = "".join(text("staff_no").split()), "".join(text("pin").split())
    door = text("door")
    if label == ZK and door.isdigit():
        door = f"{f'设备 {device} ' if (device := text('device')) else ''}门 {door}"
    reader = text("reader") or (text("device") if label != ZK else "")
    direction = _direction(text("direction"), label)
    event, card, name = _event(heading, row, label), text("card"), bare_name(heading.value(row, "name"))
    who = staff_no or pin or card or name
    same = (text("id"),) if text("id") else (at.isoformat(), who, door, reader, direction, event)
    key = hashlib.sha256("\x1f".join((label, *same)).encode()).hexdigest()[:32]
    return DoorRow(row.number, at, name, staff_no, pin, text("unit"), door, direction, event, card, reader, key)


def _fault(text: str) -> str:
    if formula_error(text):
        return f"单元格里是公式错误“{text}”，不是内容。请改成真实的值。"
    if "\ufffd" in text:
        return "里面有认不出的字，可能是文件损坏或编码不对。请重新导出，或改正这一格。"
    return f"超过 {LONGEST} 个字。请检查列是否对齐。" if len(text) > LONGEST else ""


def _moment(heading: Heading, row: Row) -> datetime | None:
    if written := heading.value(row, "at"):
        day, clock = parse_day(heading.value(row, "day")), parse_time(written)
        return parse_moment(written) or (datetime.combine(day, clock) if day and clock else None)
    stamp = one_line(heading.value(row, "stamp"))
    if not re.fullmatch(r"\d{10}(?:\d{3})?(?:\.0+)?", stamp, re.ASCII):
        return None
    seconds = int(stamp[:10])
    if not _OLDEST <= seconds < _NEWEST:
        return None
    return datetime.fromtimestamp(seconds, SITE_ZONE).replace(tzinfo=None)


def _direction(written: str, label: str) -> str:
    return CODES[label].get(written.removesuffix(".0")) or WORDS.get(written.casefold(), UNKNOWN)


def _event(heading: Heading, row: Row, label: str) -> str:
    said: Sequence[str] = [one_line(heading.value(row, field)) for field in ("event", "event_type", "verify")]
    event, kind, verify = said
    if label == ZK and not event and kind.isascii() and kind.isdigit():
        return f"事件 {kind}{'（异常）' if int(kind[:6]) in ABNORMAL else ''}"
    if label == WECOM and not event:
        return METHODS.get(verify, verify)
    return event or kind
