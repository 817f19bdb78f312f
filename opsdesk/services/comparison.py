"""A report of 钉钉 or 企业微信 beside our own computation: what differs, per person and day, in whole sentences.

The tolerance is zero; a figure that the report has no column for is not compared (`domain.md` 4.6, 4.7).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from opsdesk.services import matching
from opsdesk.services.duties import Person
from opsdesk.services.foreign_report import ANY_LEAVE, DayFigures, LeaveSum, MonthFigures, Report


@dataclass(frozen=True)
class OwnLeave:
    """Approved absence of one kind on a day: half days of the plan, minutes of planned time without the noon break."""

    kind: str
    half_days: int
    minutes: int


@dataclass(frozen=True)
class OwnDay:
    """One person's day as OpsDesk computes it; minutes of each lateness and early leaving, `missing` ends by name.

    `absent` are the minutes of those latenesses in `late` that count as absence for the day (T2-ATT-08).
    """

    staff_id: int
    day: date
    due: bool
    punched: bool
    arrived_at: datetime | None = None
    left_at: datetime | None = None
    attended_half_days: int = 0
    late: tuple[int, ...] = ()
    absent: tuple[int, ...] = ()
    early: tuple[int, ...] = ()
    awol_half_days: int = 0
    missing: tuple[str, ...] = ()
    leave: tuple[OwnLeave, ...] = ()


NO_SIGN_IN, NO_SIGN_OUT = "缺签到", "未签退"


@dataclass(frozen=True)
class Difference:
    """One figure that differs; `day` is None for figures of the whole period, `sentence` says it in words."""

    staff_no: str
    name: str
    vendor: str
    day: date | None
    figure: str
    theirs: str
    ours: str
    sentence: str


@dataclass(frozen=True)
class Compared:
    """How many days and months of people were held against our own, and what differed."""

    count: int
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class _Gap:
    """A figure that differs, before it is put into the sentence of its person and day."""

    figure: str
    theirs: str
    ours: str
    words: str


def compare(report: Report, people: Sequence[Person], days: Sequence[OwnDay], *, whole: bool) -> Compared:
    """Hold the report against our own days; months only where the period is over (`whole`).

    Vendors of whom nobody stands in the report are left out: a vendor's own report holds its own people only.
    """
    found = matching.match(report, people)
    own: dict[int, dict[date, OwnDay]] = defaultdict(dict)
    for each in days:
        own[each.staff_id][each.day] = each
    count = 0
    differences = [
        Difference(stranger.staff_no, stranger.name, "", None, "人员", "有", "无", stranger.sentence)
        for stranger in found.strangers
    ]
    for person in people:
        entries = found.entries.get(person.id, [])
        theirs = {entry.day: entry for entry in entries if isinstance(entry, DayFigures)}
        for day in sorted({*theirs, *own[person.id]} if theirs else ()):
            mine = own[person.id].get(day)
            if mine is None and not person.on_site(day):
                gaps = _off_site(theirs[day], report.source)
            elif mine is None:
                continue  # a day that is not over
            elif day not in theirs:
                gaps = _no_entry(mine, report)
            else:
                gaps = _day_gaps(theirs[day], mine, report.source)
            count += 1
            differences += [_difference(person, day, day.isoformat(), gap) for gap in gaps]
        for entry in entries:
            if isinstance(entry, MonthFigures) and whole:
                count += 1
                gaps = _month_gaps(entry, list(own[person.id].values()), report.source)
                differences += [_difference(person, None, report.period, gap) for gap in gaps]
    vendors = {person.vendor_id for person in people if person.id in found.seen}
    for person in people:
        busy = sum(each.due or each.punched for each in own[person.id].values())
        if person.id not in found.seen and person.vendor_id in vendors and busy:
            words = f"本系统有 {busy} 天应到或到岗，{report.source}文件里没有可以对照的记录"
            differences.append(_difference(person, None, report.period, _Gap("人员", "无", "有", words)))
    return Compared(count, tuple(differences))


def _difference(person: Person, day: date | None, when: str, gap: _Gap) -> Difference:
    said = f"{person.name} {when}：{gap.words}。"
    return Difference(person.staff_no, person.name, person.vendor, day, gap.figure, gap.theirs, gap.ours, said)


def _clock(at: datetime | None, day: date) -> str:
    if at is None:
        return ""
    return f"{at:%H:%M}" if at.date() == day else f"次日 {at:%H:%M}"


def _came_and_went(arrived: datetime | None, left: datetime | None, day: date) -> str:
    said = [f"{_clock(arrived, day)} 到岗"] if arrived else []
    return "、".join([*said, f"{_clock(left, day)} 离岗"] if left else said)


def _off_site(entry: DayFigures, source: str) -> Iterator[_Gap]:
    if entry.punched or any((entry.late_count, entry.late_minutes, entry.early_count, entry.early_minutes)):
        said = _came_and_went(entry.first_in, entry.last_out, entry.day) or "有出勤"
        yield _Gap("记录", "有", "不在场", f"{source}记 {said}，本系统这一天不在场")


def _no_entry(mine: OwnDay, report: Report) -> Iterator[_Gap]:
    if report.first <= mine.day <= report.last and (mine.due or mine.punched):
        said = _came_and_went(mine.arrived_at, mine.left_at, mine.day) or ("有打卡" if mine.punched else "应到")
        yield _Gap("记录", "无", "有", f"{report.source}没有这一天的记录，本系统{_spaced(said)}")


def _spaced(said: str) -> str:
    return f" {said}" if said[0].isdigit() else said


def _day_gaps(entry: DayFigures, mine: OwnDay, source: str) -> Iterator[_Gap]:
    theirs_in, theirs_out = _clock(entry.first_in, entry.day), _clock(entry.last_out, entry.day)
    ours_in, ours_out = _clock(mine.arrived_at, mine.day), _clock(mine.left_at, mine.day)
    late = list(mine.late)
    if entry.absent:
        for minutes in mine.absent:
            late.remove(minutes)
    yield from _charged("迟到", entry.late_minutes, entry.late_count, late, (theirs_in, ours_in, "到岗"), source)
    early = list(mine.early)
    yield from _charged("早退", entry.early_minutes, entry.early_count, early, (theirs_out, ours_out, "离岗"), source)
    yield from _flag("视缺勤", entry.absent, bool(mine.absent), source)
    if entry.awol_days is not None:
        yield from _number("旷工", "旷工天数", entry.awol_days, Decimal(mine.awol_half_days) / 2, "天", source)
    else:
        yield from _flag("旷工", entry.awol, bool(mine.awol_half_days), source)
    if entry.missing_in is not None or entry.missing_out is not None:
        for word, count in ((NO_SIGN_IN, entry.missing_in), (NO_SIGN_OUT, entry.missing_out)):
            yield from _number(word, word, count, mine.missing.count(word), "次", source)
    else:
        yield from _number("缺卡", "缺卡", entry.missing, len(mine.missing), "次", source)
    yield from _leave_of_day(entry, mine, source)
    if entry.timed and entry.punched != mine.punched:
        if entry.punched:
            said = _came_and_went(entry.first_in, entry.last_out, entry.day)
            yield _Gap("打卡", "有", "无", f"{source}记 {said}，本系统没有打卡记录")
        else:
            said = _came_and_went(mine.arrived_at, mine.left_at, mine.day) or "有打卡"
            yield _Gap("打卡", "无", "有", f"{source}没有打卡，本系统{_spaced(said)}")


def _charged(
    word: str,
    minutes: int | None,
    count: int | None,
    ours: Sequence[int],
    clocks: tuple[str, str, str],
    source: str,
) -> Iterator[_Gap]:
    theirs_at, ours_at, end = clocks
    total = sum(ours)
    if minutes is None:
        yield from _flag(word, None if count is None else count > 0, bool(total), source)
    elif minutes != total:
        seen = f"（{theirs_at} {end}）" if theirs_at and theirs_at != ours_at else ""
        own = f"（{ours_at} {end}）" if ours_at else ""
        theirs = f"{source}记{word} {minutes} 分{seen}" if minutes else f"{source}没有记{word}{seen}"
        told = f"{'' if minutes else word} {total} 分".strip() if total else f"没有{word}"
        gap = " " if told[0].isdigit() else ""
        yield _Gap(f"{word}分钟", str(minutes), str(total), f"{theirs}，本系统{gap}{told}{own}")


def _flag(word: str, theirs: bool | None, ours: bool, source: str) -> Iterator[_Gap]:
    if theirs is not None and theirs != ours:
        said = f"{source}记{word}，本系统没有{word}" if theirs else f"{source}没有记{word}，本系统记{word}"
        yield _Gap(word, "是" if theirs else "否", "是" if ours else "否", said)


def _plain(value: Decimal | int) -> str:
    return f"{Decimal(value).normalize():f}" if value else "0"


def _number(
    word: str, figure: str, theirs: Decimal | int | None, ours: Decimal | int, unit: str, source: str
) -> Iterator[_Gap]:
    if theirs is None or theirs == ours:
        return
    left = f"{source}记{word} {_plain(theirs)} {unit}" if theirs else f"{source}没有记{word}"
    right = f"{'' if theirs else word} {_plain(ours)} {unit}" if ours else f"没有{word}"
    yield _Gap(figure, _plain(theirs), _plain(ours), f"{left}，本系统{right}")


def _leave_of_day(entry: DayFigures, mine: OwnDay, source: str) -> Iterator[_Gap]:
    if entry.leave is None:
        return
    ours = {each.kind for each in mine.leave}
    theirs = set(entry.leave)
    if theirs == ours or (ANY_LEAVE in theirs and ours):
        return
    left, right = "、".join(sorted(theirs)), "、".join(sorted(ours))
    said = f"{source}记{left}" if left else f"{source}没有记请假"
    yield _Gap("请假", left or "无", right or "无", f"{said}，本系统{f'记{right}' if right else '没有请假'}")


def _month_gaps(entry: MonthFigures, days: Sequence[OwnDay], source: str) -> Iterator[_Gap]:
    late = [minutes for each in days for minutes in each.late]
    absent = [minutes for each in days for minutes in each.absent]
    if entry.absent_days:
        for minutes in absent:
            late.remove(minutes)
    early = [minutes for each in days for minutes in each.early]
    missing = [word for each in days for word in each.missing]
    half_days = sum(each.awol_half_days for each in days)
    for word, figure, theirs, ours, unit in (
        ("应出勤", "应出勤天数", entry.due_days, sum(each.due for each in days), "天"),
        ("出勤", "出勤天数", entry.attended_days, Decimal(sum(each.attended_half_days for each in days)) / 2, "天"),
        ("迟到", "迟到次数", entry.late_count, len(late), "次"),
        ("迟到", "迟到分钟", entry.late_minutes, sum(late), "分"),
        ("视缺勤", "视缺勤天数", entry.absent_days, sum(bool(each.absent) for each in days), "天"),
        ("早退", "早退次数", entry.early_count, len(early), "次"),
        ("早退", "早退分钟", entry.early_minutes, sum(early), "分"),
        ("旷工", "旷工天数", entry.awol_days, Decimal(half_days) / 2, "天"),
        ("旷工", "旷工次数", entry.awol_count, sum(bool(each.awol_half_days) for each in days), "次"),
        (NO_SIGN_IN, NO_SIGN_IN, entry.missing_in, missing.count(NO_SIGN_IN), "次"),
        (NO_SIGN_OUT, NO_SIGN_OUT, entry.missing_out, missing.count(NO_SIGN_OUT), "次"),
        ("缺卡", "缺卡", entry.missing, len(missing), "次"),
    ):
        yield from _number(word, figure, theirs, ours, unit, source)
    taken = [each for own in days for each in own.leave]
    for each in entry.leave:
        yield from _leave_of_month(each, [own for own in taken if own.kind == each.kind], source)


def _leave_of_month(theirs: LeaveSum, ours: Sequence[OwnLeave], source: str) -> Iterator[_Gap]:
    """Days against half days, hours against minutes; a sum without a unit may be either."""
    days = Decimal(sum(each.half_days for each in ours)) / 2
    hours = Decimal(sum(each.minutes for each in ours)) / 60
    if theirs.unit == "小时":
        yield from _number(theirs.kind, theirs.kind, theirs.amount, hours.quantize(Decimal("0.01")), "小时", source)
    elif theirs.unit == "天" or theirs.amount != hours:
        yield from _number(theirs.kind, theirs.kind, theirs.amount, days, "天", source)
