"""The staff list as the vendor sends it: one person a row, every doubt a finding with column and value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from opsdesk.imports.columns import (
    Column,
    Heading,
    Read,
    bare_name,
    pin_key,
    yes_or_no,
)
from opsdesk.imports.listed import Cells, Doubt, Reader, read_list
from opsdesk.services.errors import Finding

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

_PHONE = re.compile(r"[0-9+()\uff08\uff09\-—\s/、,\uff0c;\uff1b转*#extEXT.]{3,40}")
_MINUTES = re.compile(r"(\d{1,4})\s*分?钟?", re.ASCII)
_CELLS = Cells(COLUMNS, {"staff_no": 32, "vendor": 100, "post": 50, "pin": 24, "badge_no": 64})


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


def read_staff(path: Path) -> Read[StaffRow]:
    """Read a staff list by its headings; rows with findings are left out of `rows`."""
    return read_list(path, _CELLS, _READ, what="人员名册", make=StaffRow, against=_disorder, repeated=_repeated)


def _disorder(staff: StaffRow, heading: Heading) -> Finding | None:
    if staff.arrived_on and staff.left_on and staff.left_on < staff.arrived_on:
        reason = f"离场日期早于到场日期 {staff.arrived_on}。请核对这两个日期。"
        return Finding(staff.row, reason, heading.name("left_on"), str(staff.left_on))
    return None


def _number(field: str, text: str) -> str:
    """A number that is a name, without spaces."""
    return "".join(_CELLS.number(field, text).split())


def _staff_no(field: str, text: str) -> str:
    _CELLS.required(field, text)
    return _number(field, text)


def _name(field: str, text: str) -> str:
    return bare_name(_CELLS.required(field, text))


def _phone(field: str, text: str) -> str:
    value = _CELLS.text(field, text)
    if value and not _PHONE.fullmatch(value):
        raise Doubt("电话里有数字以外的字，或不足三位。请核对号码。")
    return value


def _flag(field: str, text: str) -> bool | None:
    value = _CELLS.text(field, text)
    told = yes_or_no(value)
    if value and told is None:
        raise Doubt(f"{_CELLS.heading(field)}只能填“是”或“否”。请改正。")
    return told


def _reserve(field: str, text: str) -> bool | None:
    return True if _CELLS.text(field, text) in {_CELLS.heading(field), "储备"} else _flag(field, text)


def _minutes(field: str, text: str) -> int | None:
    value = _CELLS.text(field, text)
    if not value:
        return None
    found = _MINUTES.fullmatch(value)
    if not found or int(found[1]) > 1440:
        raise Doubt(f"{_CELLS.heading(field)}要写 0 到 1440 之间的整数。请改正。")
    return int(found[1])


_READ: Mapping[str, Reader] = {
    "staff_no": _staff_no,
    "name": _name,
    "vendor": _CELLS.required,
    "pin": _number,
    "badge_no": _number,
    "phone": _phone,
    "hotline_phone": _phone,
    "arrived_on": partial(_CELLS.day, since=2000),
    "left_on": partial(_CELLS.day, since=2000),
    "career_started_on": partial(_CELLS.day, since=1950),
    "reserve": _reserve,
    "joined_implementation": _flag,
    "has_pc": _flag,
    "has_internet": _flag,
    "lodging_minutes": _minutes,
}


def _repeated(rows: Sequence[StaffRow], heading: Heading) -> Iterator[Finding]:
    """Numbers that two people of the list share; 考勤号 and 工牌号 may pass on from somebody who has left."""
    for field, key in (("staff_no", str.casefold), ("pin", pin_key), ("badge_no", str.casefold)):
        first: dict[str, StaffRow] = {}
        for staff in rows:
            number: str = getattr(staff, field)
            if not number or (field != "staff_no" and staff.left_on is not None):
                continue
            before = first.setdefault(key(number), staff)
            if before is not staff:
                reason = f"{_CELLS.heading(field)}与第 {before.row} 行（{before.name}）重复。请核对后只留一个。"
                yield Finding(staff.row, reason, heading.name(field), number)
