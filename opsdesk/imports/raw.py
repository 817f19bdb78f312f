"""One punch as its machine wrote it, and what reading a punch file gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal

from opsdesk.imports.columns import bare_name, pin_key
from opsdesk.services.errors import Finding
from opsdesk.services.text import clean, one_line

KeyKind = Literal["staff_no", "pin", "name"]
FormatKey = Literal["zk_udisk", "zk_push", "glg", "record_sheet", "raw_sheet", "detail_sheet", "template"]

FORMATS: dict[FormatKey, str] = {
    "zk_udisk": "中控考勤机 U 盘记录",
    "zk_push": "中控考勤机推送记录",
    "glg": "考勤机流水（GLG/AGL）",
    "record_sheet": "考勤记录表",
    "raw_sheet": "考勤软件原始打卡",
    "detail_sheet": "考勤明细表",
    "template": "打卡导入模板",
}
"""Format key → its name for people."""


@dataclass(frozen=True, slots=True)
class RawPunch:
    """One punch. `key` is what the person is looked up by, `key_kind` says which of the columns it comes from.

    A `key` of kind "pin" has no leading zeros; `pin` keeps them. `status` and `verify` are the machine's own words and
    decide nothing: machines are set wrong too often to tell coming from going. `raw` is the row as it stood.
    """

    row: int
    key_kind: KeyKind
    key: str
    staff_no: str
    pin: str
    name: str
    dept: str
    at: datetime
    device: str
    status: str
    verify: str
    raw: str


@dataclass(frozen=True)
class PunchFile:
    """What a punch file holds: rows_read == len(punches) + len(findings), each bad row being one finding.

    A row that offers two times (签到时间, 签退时间) counts as two; one that offers none (a day of absence) as none.
    `alternatives` are format keys the user may choose instead, where the columns alone do not decide (`as_format`).
    """

    format: str
    format_key: FormatKey
    rows_read: int
    punches: tuple[RawPunch, ...]
    findings: tuple[Finding, ...]
    sha256: str
    alternatives: tuple[FormatKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """The columns that say who: whichever the file has, "" for the others."""

    staff_no: str = ""
    pin: str = ""
    name: str = ""
    dept: str = ""

    def fault(self) -> str:
        """A whole sentence where nobody can be looked up by these columns; "" where they serve."""
        key = self.key()[1]
        if not key:
            return "没有工号、考勤号或姓名，不知道是谁打的卡。请在原软件里补上再导出。"
        if "\ufffd" in key:
            return "工号、考勤号或姓名里有认不出的字，可能是文件损坏。请重新导出，或手工补录这一行。"
        if len(key) > 50:
            return "工号、考勤号或姓名超过 50 个字，不像是人的标识。请检查列是否对齐。"
        return ""

    def key(self) -> tuple[KeyKind, str]:
        """Which column to look the person up by, in the order 工号, 考勤号, 姓名, and its value."""
        if self.staff_no:
            return "staff_no", self.staff_no
        if self.pin:
            return "pin", pin_key(self.pin)
        return "name", self.name


@lru_cache(maxsize=4096)
def person(staff_no: str = "", pin: str = "", name: str = "", dept: str = "") -> Person:
    """A person's columns as written, tidied: no spaces inside numbers, no (离职) behind names."""
    return Person("".join(clean(staff_no).split()), "".join(clean(pin).split()), bare_name(name), one_line(dept))


@lru_cache(maxsize=4096)
def mark(text: str) -> str:
    """A machine's short mark (device, status, way of checking) on one line, at most 50 characters."""
    return one_line(text)[:50]


def punch(row: int, who: Person, at: datetime, *, device: str, status: str, verify: str, raw: str) -> RawPunch:
    """One punch of a person whose columns have no fault."""
    kind, key = who.key()
    return RawPunch(row, kind, key, who.staff_no, who.pin, who.name, who.dept, at, device, status, verify, raw)
