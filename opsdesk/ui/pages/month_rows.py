"""What the month's page shows of a person: one row, one chip, and the lines of which a figure is made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from opsdesk.register import CellValue, Chip, Column, Kind, Row, Tone
from opsdesk.registers.month import service
from opsdesk.registers.month.figures import hours_of, part_sum, waiver_words
from opsdesk.registers.month.listing import at_stake, undecided
from opsdesk.registers.month.service import Booked, Standing
from opsdesk.rules.amounts import in_yuan
from opsdesk.rules.settlement import days_in_words
from opsdesk.rules.vocabulary import Decision
from opsdesk.services.settlement import PersonMonth

COLUMNS = (
    Column("staff_no", "工号", Kind.CODE, 72),
    Column("name", "姓名", width=84),
    Column("vendor", "单位", width=76),
    Column("due", "应出勤", Kind.INTEGER, 56),
    Column("attended", "实出勤", Kind.INTEGER, 56),
    Column("late", "迟到 次/分", Kind.INTEGER, 80),
    Column("early", "早退 次/分", Kind.INTEGER, 80),
    Column("absent", "缺勤", Kind.INTEGER, 48),
    Column("awol", "旷工", Kind.INTEGER, 48),
    Column("missing", "缺签", Kind.INTEGER, 48),
    Column("leave", "请假", Kind.INTEGER, 48),
    Column("hours", "净工时 时", Kind.INTEGER, 76),
    Column("overtime", "加班 时", Kind.INTEGER, 64),
    Column("count_fine", "次数罚", Kind.INTEGER, 56),
    Column("minute_fine", "分钟罚", Kind.INTEGER, 56),
    Column("early_fine", "早退扣", Kind.INTEGER, 56),
    Column("total", "合计", Kind.INTEGER, 64),
    Column("state", "状态", Kind.CHIP, 112),
)
GIVING_WAY = (
    "overtime", "hours", "vendor", "attended", "due", "staff_no", "early_fine", "minute_fine", "count_fine", "missing",
    "early", "awol", "absent", "late", "leave",
)  # fmt: skip
"""Columns that are hidden where there is no room, the first one first; the panel shows them all."""
FIGURES = frozenset(column.key for column in COLUMNS if column.kind is Kind.INTEGER)
"""Columns that lead to what they are made of."""


@dataclass(frozen=True)
class Entry:
    """A line as the panel shows it: of the booking, of the record as it is now, or of both (`booked` and `now`)."""

    part: str
    short: str
    key: str
    wording: str
    amount: Decimal
    half_days: int
    sentence: str
    evidence: tuple[str, ...]
    booked: Booked | None = None
    now: bool = True


def entries(each: PersonMonth, booked: Sequence[Booked]) -> list[Entry]:
    """The person's lines now, each with what was booked for it, then booked lines that no longer hold.

    Lines that cost something stand first.
    """
    found = service.paired(each.settled.lines, booked)
    shown = [
        Entry(
            line.part, line.citation.short, line.citation.key, line.citation.wording, line.amount, line.half_days,
            line.because, line.evidence, kept,
        )
        for line, kept in zip(each.settled.lines, found, strict=True)
    ]  # fmt: skip
    matched = {kept.id for kept in found if kept}
    shown.extend(_outdated(kept) for kept in booked if kept.id not in matched)
    return sorted(shown, key=lambda entry: (not entry.now, not (entry.amount or entry.half_days)))


def _outdated(kept: Booked) -> Entry:
    return Entry(
        kept.part, kept.short, kept.clause, kept.wording, kept.amount, kept.half_days, kept.sentence, kept.evidence,
        kept, now=False,
    )  # fmt: skip


def chip(each: PersonMonth, standing: Standing) -> Chip:
    """How far the person's month is: 未结算, 有变化, 拟扣减 2, 含免除, 已确认, 已结算."""
    who = each.person.id
    if who not in standing.booked_at:
        return Chip("未结算", Tone.NEUTRAL)
    if who in standing.changed:
        return Chip("有变化", Tone.WARNING)
    lines = [line for line in standing.booked[who] if at_stake(line)]
    if waiting := sum(undecided(line) for line in lines):
        return Chip(f"{Decision.PROPOSED} {waiting}", Tone.INFORMATION)
    if any(line.state is Decision.WAIVED for line in lines):
        return Chip("含免除", Tone.FINE)
    return Chip("已确认" if lines else "已结算", Tone.FINE)


def waived(each: PersonMonth, standing: Standing) -> str:
    """The person's waived lines in words, for the tooltip of the state: 旷工 1 日已免除（暴雨停运）。"""
    lines = [line for line in standing.booked.get(each.person.id, ()) if at_stake(line)]
    said = [waiver_words(line) for line in lines if line.state is Decision.WAIVED]
    return f"{'；'.join(said)}。" if said else ""


def figures(people: Iterable[PersonMonth]) -> dict[str, str]:
    """The figures of one person, or their sums, as texts by column; what is zero stays empty, but not the total."""
    several = list(people)
    all_ = [each.settled.figures for each in several]
    lines = [line for each in several for line in each.settled.lines]
    leave = sum(taken.half_days for each in several for taken in each.leave.values())
    return {
        "due": number(sum(each.due_days for each in several)),
        "attended": half_days(sum(each.attended_half_days for each in several)) or "0",
        "late": _times(sum(one.late_count for one in all_), sum(one.late_minutes for one in all_)),
        "early": _times(sum(one.early_count for one in all_), sum(one.early_minutes for one in all_)),
        "absent": half_days(sum(one.absent_half_days for one in all_)),
        "awol": half_days(sum(one.awol_half_days for one in all_)),
        "missing": number(sum(len(each.missing) for each in several)),
        "leave": half_days(leave),
        "hours": hours(sum(each.worked_minutes for each in several)),
        "overtime": hours(sum(each.overtime_minutes for each in several)),
        **{part: money(part_sum(lines, part)) for part in ("count_fine", "minute_fine", "early_fine")},
        "total": money(sum((one.total for one in all_), Decimal(0))) or "0",
    }


def row(each: PersonMonth, standing: Standing) -> Row:
    """One row of the month."""
    who = each.person
    values: dict[str, CellValue] = {
        "staff_no": who.staff_no,
        "name": who.name,
        "vendor": who.vendor,
        "state": chip(each, standing),
        **figures([each]),
    }
    return Row(who.id, values)


def number(value: int) -> str:
    """A count; nothing where it is zero."""
    return f"{value:,}" if value else ""


def half_days(count: int) -> str:
    """Half days as days; nothing where there are none."""
    return days_in_words(count) if count else ""


def hours(minutes: int) -> str:
    """Minutes as hours with at most two places, as the papers have them; nothing where there are none."""
    return f"{hours_of(minutes):,}" if minutes else ""


def money(yuan: Decimal) -> str:
    """An amount without needless zeros; nothing where it is zero."""
    if not yuan:
        return ""
    return in_yuan(yuan)


def _times(count: int, minutes: int) -> str:
    return f"{count:,}/{minutes:,}" if count else ""


def state_line(standing: Standing) -> str:
    """“应出勤 23 人 · 合计拟扣减 1,240 元 · 未结事项 5 · 已结算 18 人，12 条仍为拟扣减”."""
    people = standing.month.people
    waiting = sum(undecided(line) for lines in standing.booked.values() for line in lines)
    parts = [
        f"应出勤 {sum(each.due_days > 0 for each in people)} 人",
        f"合计拟扣减 {money(standing.proposed) or 0} 元",
        f"未结事项 {len(standing.questions)}",
        f"已结算 {len(standing.booked_at)} 人" + (f"，{waiting} 条仍为{Decision.PROPOSED}" if waiting else ""),
    ]
    if standing.changed:
        parts.append(f"有变化 {len(standing.changed)} 人")
    return " · ".join(parts)


def progress(standing: Standing, now: datetime) -> str:
    """That the month is not over, and up to when its figures are; empty once it is over."""
    last = standing.month.dates[-1]
    if last < now.date():
        return ""
    state = "今天是最后一天" if last == now.date() else "未过完，暂不能结算"
    return f"{state}，数据截至 {now:%m-%d %H:%M}"


def change_words(each: PersonMonth, booked: Sequence[Booked]) -> str:
    """What has changed since the booking, as a sentence."""
    before, now = sum((line.amount for line in booked), Decimal(0)), each.settled.figures.total
    if before == now:
        return f"结算后记录有变化，金额仍为 {money(now) or 0} 元，重新结算后生效。"
    return f"结算后记录有变化：原 {money(before) or 0} 元，现 {money(now) or 0} 元，重新结算后生效。"


def chosen(people: Sequence[PersonMonth], *, vendor: int | None, text: str, charged: bool) -> list[PersonMonth]:
    """The people of a vendor who answer to the typed text (工号, 姓名, initials), only those charged if wanted."""
    wanted = text.strip().upper()
    return [
        each
        for each in people
        if (vendor is None or each.person.vendor_id == vendor)
        and (not charged or any(at_stake(line) for line in each.settled.lines))
        and (
            not wanted
            or wanted in each.person.staff_no.upper()
            or wanted in each.person.name.upper()
            or wanted in each.person.initials
        )
    ]


def vendors(people: Sequence[PersonMonth]) -> Mapping[int, tuple[str, int, Decimal]]:
    """Of each vendor its short name, how many people, and what they come to in yuan, by vendor id."""
    found: dict[int, tuple[str, int, Decimal]] = {}
    for each in people:
        name, count, total = found.get(each.person.vendor_id, (each.person.vendor, 0, Decimal(0)))
        found[each.person.vendor_id] = (name, count + 1, total + each.settled.figures.total)
    return found


def opening_month(today: date) -> tuple[int, int]:
    """The month one looks at first: the last one during the first ten days, then this one."""
    if today.day > 10:
        return today.year, today.month
    return step(today.year, today.month, -1)


def step(year: int, month: int, by: int) -> tuple[int, int]:
    """The month `by` months on."""
    years, place = divmod(year * 12 + month - 1 + by, 12)
    return years, place + 1
