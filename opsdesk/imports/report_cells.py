"""The words and amounts in the cells of 钉钉 and 企业微信 reports; what is none of them is None, never a guess."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from opsdesk.imports.when import parse_day, parse_moment, parse_time
from opsdesk.rules.vocabulary import LeaveKind
from opsdesk.services.foreign_report import ANY_LEAVE, Unit

LEAVE = {
    "事假": LeaveKind.PERSONAL,
    "病假": LeaveKind.SICK,
    "年休假": LeaveKind.ANNUAL,
    "年假": LeaveKind.ANNUAL,
    "调休假": LeaveKind.COMP_TIME,
    "调休": LeaveKind.COMP_TIME,
    "出差": LeaveKind.OFFICIAL,
    "公出": LeaveKind.OFFICIAL,
    "公差": LeaveKind.OFFICIAL,
    "外出": LeaveKind.OUT,
    "远程办公": LeaveKind.REMOTE,
    "居家办公": LeaveKind.REMOTE,
    "婚假": LeaveKind.MARRIAGE,
    "陪产假": LeaveKind.OTHER,
    "产检假": LeaveKind.OTHER,
    "产假": LeaveKind.MATERNITY,
    "丧假": LeaveKind.BEREAVEMENT,
    "工伤假": LeaveKind.INJURY,
    "工伤": LeaveKind.INJURY,
    "哺乳假": LeaveKind.OTHER,
    "护理假": LeaveKind.OTHER,
    "育儿假": LeaveKind.OTHER,
    "路途假": LeaveKind.OTHER,
    "例假": LeaveKind.OTHER,
    "探亲假": LeaveKind.OTHER,
    "其他假": LeaveKind.OTHER,
}
"""Their words for absence and ours; a longer word stands before the shorter one it contains."""

IN_HOURS = frozenset({"事假", "病假", "调休", "哺乳假"})
"""每日统计 of 钉钉 counts these in hours and all other kinds in days where the heading does not say (S80)."""

NOTHING = frozenset({"", "-", "--", "—", "——", "/", "无"})
UNITS: dict[str, Unit | str] = {
    "天": "天", "日": "天", "小时": "小时", "时": "小时", "h": "小时", "分钟": "分", "分": "分", "min": "分",
    "次": "次",
}  # fmt: skip

_LONGEST = 500
"""Characters of a cell that may be words or a time; a longer one is something else."""

_AMOUNT = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)\s*(天|日|小时|时|h|分钟|分|min|次)?", re.ASCII)
_HOURS_MINUTES = re.compile(r"(\d{1,4})(?:小时|时)(\d{1,2})(?:分钟|分)", re.ASCII)
_DURATION = r"(?:(?P<hours>\d{1,3}(?:\.\d+)?)小时)?(?:(?P<minutes>\d{1,4})分钟?)?"
_WORD = re.compile(
    r"(?P<end>上班|下班)?\d?(?:打卡)?"
    r"(?P<what>旷工迟到|严重迟到|迟到|早退|缺卡|未打卡|未签到|未签退|旷工)"
    + _DURATION
    + r"(?P<days>半天|\d(?:\.\d)?天)?",
    re.ASCII,
)
_QUIET = re.compile(
    r"(?:上班|下班)?\d?(?:打卡)?(?:正常|休息|加班|外勤|补卡|出勤|未排班|无需打卡|不在考勤组|入职|未入职|离职|已离职|节假日|法定"
    r"|公休|轮休|管理员|范围外|地点异常|设备异常).*",
    re.ASCII,
)
_TIMES = re.compile(r"\(([\d:\s,;、/~\-—次日]*)\)")
_SHIFT_END = re.compile(r"(?<!\d):|:(?!\d)")
_BETWEEN = re.compile(r"[,;、\n]+")
_NO_TIME = re.compile(r"(?:未打卡|缺卡|休息|请假|无需打卡|旷工|外出|出差|未排班)?[-—/\s]*")
_SHORT_DAY = re.compile(r"(\d{2}-\d{1,2}-\d{1,2})(\D.*)?", re.ASCII)


@dataclass(frozen=True)
class Said:
    """What the words of one cell come to; minutes are None where a lateness stands without them."""

    late_count: int = 0
    late_minutes: int | None = 0
    absent: bool = False
    early_count: int = 0
    early_minutes: int | None = 0
    awol_days: Decimal = Decimal(0)
    missing_in: int = 0
    missing_out: int = 0
    missing: int = 0
    leave: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    timed: bool = False


@dataclass
class _Sum:
    late: list[int | None] = field(default_factory=list)
    early: list[int | None] = field(default_factory=list)
    absent: bool = False
    awol: Decimal = Decimal(0)
    missing: dict[str, int] = field(default_factory=lambda: {"上班": 0, "下班": 0, "": 0})
    leave: list[str] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    timed: bool = False


def plain(text: str) -> str:
    """One width of letters and signs, ends stripped: （08:17，18:30） becomes (08:17,18:30)."""
    return unicodedata.normalize("NFKC", text).strip()


def leave_kind(name: str) -> LeaveKind | None:
    """Our kind of leave for the heading or word that begins with theirs (病假, 年假(天)); None for anything else."""
    return next((kind for word, kind in LEAVE.items() if name.startswith(word)), None)


def kinds_in(text: str) -> tuple[str, ...]:
    """The kinds of leave named anywhere in an approval's text, each once."""
    rest, found = plain(text), []
    for word, kind in LEAVE.items():
        if word in rest:
            rest = rest.replace(word, " ")
            found.append(str(kind))
    return tuple(dict.fromkeys(found))


def amount(text: str, unit: str) -> tuple[Decimal, str] | None:
    """A count or duration with its unit (天, 小时, 分, 次): the cell's own before the heading's; empty cells are 0."""
    solid = "".join(plain(text).split())
    if solid in NOTHING:
        return Decimal(0), unit
    if both := _HOURS_MINUTES.fullmatch(solid):
        return Decimal(both[1]) * 60 + Decimal(both[2]), "分"
    found = _AMOUNT.fullmatch(solid)
    if not found:
        return None
    return Decimal(found[1]), UNITS[found[2]] if found[2] else unit


def whole(value: Decimal) -> int:
    """Rounded to the nearest whole, halves up: hours with two decimals come back to their minute."""
    return int(value.to_integral_value(ROUND_HALF_UP))


def clock(day: date, text: str) -> datetime | None:
    """A time of the day or of the next one (次日 02:10); None where it cannot be read."""
    if len(text) > _LONGEST:
        return None
    at = parse_moment(text)
    if at is not None:
        return at
    normal = plain(re.sub(r"\([^)]*\)$", "", plain(text)))
    later = normal.startswith("次日")
    time = parse_time(normal.removeprefix("次日").strip() if later else text if normal == text else normal)
    return datetime.combine(day, time) + timedelta(days=later) if time is not None else None


def no_time(text: str) -> bool:
    """Whether a cell for a time says that there is none."""
    return _NO_TIME.fullmatch(plain(text)) is not None


def day_of(text: str) -> date | None:
    """The day of a row: 2026/02/01 星期日, 2026-02-01, also with the two-digit year of 钉钉 (26-02-01 星期日)."""
    short = _SHORT_DAY.fullmatch(plain(text))
    return parse_day(f"20{short[1]}") if short else parse_day(text)


@lru_cache(maxsize=4096)
def read_words(text: str) -> Said | None:
    """A cell of 考勤结果 (正常班:迟到12分钟,下班缺卡\\n(08:42,-)) as figures; None where a word of it is unknown."""
    if len(text) > _LONGEST:
        return None
    sums = _Sum()
    for line in plain(text).split("\n"):
        rest = _TIMES.sub(lambda found: _take_times(found[1], sums), line)
        for word in _BETWEEN.split(_SHIFT_END.split(rest)[-1]):
            if not _take_word("".join(word.split()), sums):
                return None
    return Said(
        late_count=len(sums.late),
        late_minutes=None if None in sums.late else sum(each or 0 for each in sums.late),
        absent=sums.absent,
        early_count=len(sums.early),
        early_minutes=None if None in sums.early else sum(each or 0 for each in sums.early),
        awol_days=sums.awol,
        missing_in=sums.missing["上班"],
        missing_out=sums.missing["下班"],
        missing=sum(sums.missing.values()),
        leave=tuple(dict.fromkeys(sums.leave)),
        times=tuple(sums.times),
        timed=sums.timed,
    )


def _take_times(inside: str, sums: _Sum) -> str:
    sums.timed = True
    sums.times.extend(part.strip() for part in re.split(r"[,;、~]", inside))
    return ""


def _take_word(word: str, sums: _Sum) -> bool:
    if word in NOTHING or word == "√":
        return True
    found = _WORD.fullmatch(word)
    if found:
        _take_charge(found, sums)
        return True
    if kind := leave_kind(word):
        sums.leave.append(str(kind))
        return True
    if word.startswith(("请假", "休假")):
        sums.leave.append(ANY_LEAVE)
        return True
    return _QUIET.fullmatch(word) is not None


def _take_charge(found: re.Match[str], sums: _Sum) -> None:
    what, end = found["what"], found["end"] or ""
    minutes: int | None = None
    if found["hours"] or found["minutes"]:
        minutes = whole(Decimal(found["hours"] or 0) * 60) + int(found["minutes"] or 0)
    if what == "旷工迟到":
        sums.absent = True
    elif what in {"迟到", "严重迟到"}:
        sums.late.append(minutes)
    elif what == "早退":
        sums.early.append(minutes)
    elif what == "旷工":
        days = found["days"] or "1天"
        sums.awol += Decimal("0.5") if days == "半天" else Decimal(days.removesuffix("天"))
    else:
        sums.missing[{"未签到": "上班", "未签退": "下班"}.get(what, end)] += 1
