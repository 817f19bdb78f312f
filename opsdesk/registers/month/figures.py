"""The figures of a settled person as the month's papers write them, and the people a paper is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import select

from opsdesk.exports.document import Align, Column, Kind, Value, weekday
from opsdesk.models import Vendor
from opsdesk.rules.calendar import Calendar
from opsdesk.rules.settlement import Line
from opsdesk.rules.vocabulary import AT_WORK, Direction, LeaveKind
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


def until(dates: Sequence[date], now: datetime) -> tuple[str, ...]:
    """A note where the month is not over yet."""
    if now.date() > dates[-1]:
        return ()
    return (f"本月尚未过完，数据截至 {now:%Y-%m-%d %H:%M}。",)
