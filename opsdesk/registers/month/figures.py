"""The figures of a settled person as the month's papers write them, and the people a paper is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import select

from opsdesk.exports import archive
from opsdesk.exports.document import Align, Column, Kind, Value, weekday
from opsdesk.models import Vendor
from opsdesk.registers.month import service
from opsdesk.registers.month.listing import PARTS
from opsdesk.registers.month.service import Booked, Standing
from opsdesk.rules.amounts import in_yuan
from opsdesk.rules.calendar import Calendar
from opsdesk.rules.settlement import Line
from opsdesk.rules.vocabulary import AT_WORK, Decision, Direction, LeaveKind
from opsdesk.services.context import Context
from opsdesk.services.duties import people
from opsdesk.services.settlement import PersonMonth, Taken

DAY = 5.5
"""Width of a day's column in millimetres: with names and signatures 31 of them fill a landscape A4."""
NAMED = (LeaveKind.PERSONAL, LeaveKind.SICK)
"""Kinds of leave with a column of their own; the others share one."""


@dataclass(frozen=True)
class Company:
    """A vendor as its papers name it."""

    id: int
    code: str
    name: str
    short_name: str


def companies(ctx: Context, vendor_id: int | None = None) -> list[Company]:
    """Vendors that have people, by code; only one of them if given."""
    with ctx.read() as connection:
        employing = {person.vendor_id for person in people(connection)}
        query = select(Vendor.id, Vendor.code, Vendor.name, Vendor.short_name).order_by(Vendor.code)
        found = [Company(row.id, row.code, row.name, row.short_name) for row in connection.execute(query)]
    return [each for each in found if each.id in employing and vendor_id in {None, each.id}]


def file_name(ctx: Context, what: str, company: Company, month: str) -> str:
    """“考勤结算-华信-2026-03”; the code stands behind it where another company's file would be called the same."""
    same = archive.safe_name(company.short_name).casefold()
    alike = [each for each in companies(ctx) if archive.safe_name(each.short_name).casefold() == same]
    name = f"{what}-{company.short_name}-{month}"
    return f"{name}-{company.code}" if len(alike) > 1 else name


def whole(value: Decimal) -> int | Decimal:
    """An integer where it is whole, else without needless zeros."""
    return int(value) if value == value.to_integral_value() else value.normalize()


def days_of(half_days: int) -> int | Decimal:
    """Half days as days."""
    return whole(Decimal(half_days) / 2)


def hours_of(minutes: int) -> int | Decimal:
    """Minutes as hours with at most two places."""
    return whole((Decimal(minutes) / 60).quantize(Decimal("0.01"), ROUND_HALF_UP))


def nonzero(value: int | Decimal) -> int | Decimal | None:
    """The value, or nothing where it is zero: an empty cell says it more quietly."""
    return value or None


def part_sum(lines: Iterable[Line], part: str) -> Decimal:
    """What the lines of one part come to; the parts together are always the total, whatever the readings."""
    return sum((line.amount for line in lines if line.part == part), Decimal(0))


def leave_of(each: PersonMonth, kind: LeaveKind | None) -> Taken:
    """Leave taken of one kind; None: of all kinds that have no column of their own and are no work either."""
    kinds = [kind] if kind else [other for other in each.leave if other not in NAMED and other not in AT_WORK]
    taken = [each.leave[one] for one in kinds if one in each.leave]
    return Taken(sum(one.half_days for one in taken), sum(one.minutes for one in taken))


def leave_words(taken: Taken) -> str:
    """Days over hours (1.5日, 12时); less than half a day in hours alone."""
    said = [f"{days_of(taken.half_days)}日"] if taken.half_days else []
    if taken.minutes:
        said.append(f"{hours_of(taken.minutes)}时")
    return "\n".join(said)


def charged(each: PersonMonth) -> bool:
    """True where a line of the person comes to money or to days."""
    return any(line.amount or line.half_days for line in each.settled.lines)


def warning_words(each: PersonMonth) -> list[str]:
    """The person's warnings with his name."""
    return [f"{each.person.name}：{warning}" for warning in each.warnings]


def line_days(line: Line) -> Value:
    """The days a line costs, empty where it costs money only."""
    return nonzero(days_of(line.half_days))


def day_columns(dates: Sequence[date], calendar: Calendar, width: float = DAY) -> tuple[Column, ...]:
    """A column a day, the weekday under it, rest days shaded."""
    return tuple(
        Column(str(day.day), width, Kind.TEXT, Align.CENTER, subtitle=weekday(day)[1], shaded=not calendar.works(day))
        for day in dates
    )


def evidence_words(each: PersonMonth, line: Line) -> str:
    """The records behind a line as anybody can look them up: day and time of each sign-in, or the day without one."""
    punches = {punch.fact.id: punch.fact for day in each.days for punch in day.punches}
    said = []
    for reference in dict.fromkeys(line.evidence):
        what, _, rest = reference.partition(":")
        if what == "punch" and int(rest) in punches:
            fact = punches[int(rest)]
            way = "打卡" if fact.direction is Direction.UNKNOWN else str(fact.direction)
            said.append(f"{fact.at:%Y-%m-%d %H:%M} {way}")
        elif what == "day":
            said.append(f"{rest.rpartition(':')[2]} 无到岗记录")
    return "；".join(said)


def totals(people_: Sequence[PersonMonth], of: Callable[[PersonMonth], int | Decimal]) -> int | Decimal | None:
    """The sum of a figure over the people, empty where it is zero."""
    return nonzero(whole(Decimal(sum((of(each) for each in people_), Decimal(0)))))


def decisions(standing: Standing, each: PersonMonth) -> list[Booked | None]:
    """For each line of the person what was booked for it, if it still says the same."""
    return service.paired(each.settled.lines, standing.booked.get(each.person.id, ()))


def decided_sum(standing: Standing, each: PersonMonth) -> Decimal:
    """What the person's confirmed lines come to, in yuan."""
    found = decisions(standing, each)
    return sum((kept.decided for kept in found if kept and kept.decided is not None), Decimal(0))


def handled_words(line: Line, kept: Booked | None) -> str:
    """What became of a line: 拟扣减, 已确认, 已免除 with its reason; 未结算 before the month was booked."""
    if not line.amount and not line.half_days:
        return "—"
    if kept is None:
        return "未结算"
    return f"{kept.state}：{kept.note}" if kept.note else str(kept.state)


def cost_words(line: Line | Booked) -> str:
    """What a line comes to: 200 元, 1 日, or both."""
    said = [f"{in_yuan(line.amount)} 元"] if line.amount else []
    return "、".join([*said, *([f"{days_of(line.half_days)} 日"] if line.half_days else [])])


def waiver_words(kept: Booked) -> str:
    """A waived line in one phrase: 旷工 1 日已免除（暴雨停运）."""
    return f"{PARTS.get(kept.part, kept.part)} {cost_words(kept)}已免除（{kept.note}）"


def person_words(standing: Standing, each: PersonMonth) -> str:
    """What became of the person's lines: the waived ones singly with their reasons, the others by their number."""
    if each.person.id not in standing.booked_at:
        return "未结算" if charged(each) else ""
    found = decisions(standing, each)
    at_stake = [kept for line, kept in zip(each.settled.lines, found, strict=True) if line.amount or line.half_days]
    said = [waiver_words(kept) for kept in at_stake if kept and kept.state is Decision.WAIVED]
    counts = Counter(kept.state for kept in at_stake if kept)
    said += [f"{state} {counts[state]} 条" for state in (Decision.CONFIRMED, Decision.PROPOSED) if counts[state]]
    if None in at_stake or each.person.id in standing.changed:
        said.append("记录有变动，待重新结算")
    return "；".join(said)


def until(dates: Sequence[date], now: datetime) -> tuple[str, ...]:
    """A note where the month is not over yet."""
    if now.date() > dates[-1]:
        return ()
    return (f"本月尚未过完，数据截至 {now:%Y-%m-%d %H:%M}。",)
