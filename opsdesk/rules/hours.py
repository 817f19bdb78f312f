"""Hours of work: planned, worked and overtime without the noon break (G11), and the month's cap (E7-04).

Everything is counted in whole minutes; begun minutes do not count (G4).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache

from opsdesk.rules.attendance import PairResult
from opsdesk.rules.calendar import days
from opsdesk.rules.clause import Held, Law
from opsdesk.rules.facts import Duty, Punch, Span
from opsdesk.rules.vocabulary import DayKind, Direction

CLOCK = re.compile(r"(?<!\d)([01]?\d|2[0-3])[:：]([0-5]\d)(?!\d)")
NO_TIME = timedelta()
CAP_REGULATION = "E7"
"""Whose month cap is told to everybody whose own regulation has none."""
OFF_DUTY, REST_DAY, STATUTORY_DAY = "工作日班后", "休息日", "法定假日"
RATES = {OFF_DUTY: "1.5 倍", REST_DAY: "2 倍", STATUTORY_DAY: "3 倍"}
"""What the labour law pays for overtime, in words; the program computes no pay."""


@dataclass(frozen=True)
class Noon:
    """The noon break, every day at the same time."""

    begins: time
    ends: time

    @property
    def written(self) -> str:
        """“12:00–13:00”."""
        return f"{self.begins:%H:%M}–{self.ends:%H:%M}"


def noon_of(law: Law, regulation: str) -> Noon | None:
    """The noon break of a regulation's own hours, else of reading G11; None where neither is in force.

    Raises ValueError where what is written is no time of day.
    """
    own, reading = law.part("attendance.hours", regulation), law.part("reading.noon", "G")
    for held in (own, reading):
        if held is not None and (written := held.holding.values.get("hours.noon")) is not None:
            return _noon(str(written))
    return None


def _noon(written: str) -> Noon:
    found = CLOCK.findall(written)
    if len(found) == 2:
        begins, ends = (time(int(hour), int(minute)) for hour, minute in found)
        if begins < ends:
            return Noon(begins, ends)
    raise ValueError(f"午休“{written}”看不懂。请写成 12:00-13:00。")


def merged(spans: Sequence[Span]) -> list[Span]:
    """The same time in order, with overlapping and touching spans joined and empty ones left out."""
    found: list[Span] = []
    for span in sorted(each for each in spans if each.begins < each.ends):
        if found and span.begins <= found[-1].ends:
            found[-1] = Span(found[-1].begins, max(found[-1].ends, span.ends))
        else:
            found.append(span)
    return found


def common(one: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    """The time that lies in both."""
    cut = [
        Span(max(a.begins, b.begins), min(a.ends, b.ends))
        for a in merged(one)
        for b in merged(other)
        if a.begins < b.ends and b.begins < a.ends
    ]
    return merged(cut)


def without(spans: Sequence[Span], taken: Sequence[Span]) -> list[Span]:
    """The time of `spans` that lies in none of `taken`."""
    left: list[Span] = []
    for span in merged(spans):
        edge = span.begins
        for hole in merged(taken):
            if hole.ends <= edge or hole.begins >= span.ends:
                continue
            left.append(Span(edge, max(edge, hole.begins)))
            edge = max(edge, hole.ends)
        left.append(Span(edge, max(edge, span.ends)))
    return merged(left)


def whole(spans: Sequence[Span]) -> int:
    """Whole minutes of the spans together."""
    return int(sum((each.ends - each.begins for each in merged(spans)), timedelta()).total_seconds()) // 60


def breaks(spans: Sequence[Span], noon: Noon | None) -> list[Span]:
    """Every noon break that lies wholly within one of the spans (G11)."""
    if noon is None:
        return []
    return [
        Span(datetime.combine(day, noon.begins), datetime.combine(day, noon.ends))
        for span in merged(spans)
        for day in days(span.begins.date(), span.ends.date())
        if span.begins <= datetime.combine(day, noon.begins) and datetime.combine(day, noon.ends) <= span.ends
    ]


def work_of(spans: Sequence[Span], noon: Noon | None) -> list[Span]:
    """The spans without the noon breaks that lie wholly within them."""
    return without(spans, breaks(spans, noon))


def net_minutes(spans: Sequence[Span], noon: Noon | None) -> int:
    """Minutes of the spans without the noon breaks that lie wholly within them."""
    return whole(work_of(spans, noon))


@lru_cache(maxsize=4096)
def _planned(pairs: tuple[Span, ...], noon: Noon | None) -> tuple[Span, ...]:
    """The work of planned pairs: the same for everybody on the same shift."""
    return tuple(work_of(pairs, noon))


def planned_minutes(duty: Duty, noon: Noon | None) -> int:
    """Minutes of work that a duty asks for, leave not regarded."""
    return sum(int((each.ends - each.begins).total_seconds()) for each in _planned(duty.pairs, noon)) // 60


def freed_minutes(duty: Duty, away: Sequence[Span], noon: Noon | None) -> int:
    """Minutes of a duty's work that an absence frees; a break wholly within the planned time is no work to be freed."""
    return whole(common(work_of(duty.pairs, noon), away))


def worked_minutes(duty: Duty, pairs: Sequence[PairResult], noon: Noon | None, at_work: Sequence[Span] = ()) -> int:
    """Minutes worked within the planned time: present from arrival to departure, approved absence taken out.

    `at_work` are those of the approved absences that are work all the same (公出, 外出, 远程办公). A pair with a
    missing end counts nothing: no time is invented (G12).
    """
    work = _planned(duty.pairs, noon)
    present = [
        Span(pair.arrival.at, pair.departure.at)
        for pair in pairs
        if pair.arrival and pair.departure and pair.arrival.at < pair.departure.at
    ]
    if not duty.approved and not at_work:
        shared = (min(a.ends, b.ends) - max(a.begins, b.begins) for a in work for b in merged(present))
        return int(sum((each for each in shared if each > NO_TIME), NO_TIME).total_seconds()) // 60
    stayed = without(present, duty.approved)
    return whole(common(work, [*stayed, *at_work]))


def presence(punches: Sequence[Punch]) -> list[Span]:
    """When a person was there by the punches of a shift day, from each arrival to the last departure before the next.

    Of a machine's undirected punches the first counts as arrival and the last as departure.
    """
    found: list[Span] = []
    arrived: datetime | None = None
    left: datetime | None = None
    for punch in sorted(punches, key=lambda each: (each.at, each.id)):
        if arrived is None:
            arrived = None if punch.direction is Direction.OUT else punch.at
        elif punch.direction is not Direction.IN:
            left = punch.at
        elif left is not None:
            found.append(Span(arrived, left))
            arrived, left = punch.at, None
    if arrived is not None and left is not None:
        found.append(Span(arrived, left))
    return merged(found)


def overtime_spans(
    approved: Span, present: Sequence[Span], planned: Sequence[Span], noon: Noon | None = None
) -> list[Span]:
    """The time that is both approved as overtime and stayed for, outside the planned time and the noon break."""
    return without(common(work_of([approved], noon), present), planned)


def overtime_minutes(approved: Span, present: Sequence[Span], planned: Sequence[Span], noon: Noon | None = None) -> int:
    """Minutes of `overtime_spans`."""
    return whole(overtime_spans(approved, present, planned, noon))


def overtime_kind(kind: DayKind) -> str:
    """工作日班后, 休息日 or 法定假日: of the rest only the thirteen statutory days count thrice (`domain.md` 5.3)."""
    if kind is DayKind.STATUTORY:
        return STATUTORY_DAY
    return REST_DAY if kind in {DayKind.WEEKEND, DayKind.DAY_OFF} else OFF_DUTY


def rate(kind: DayKind) -> str:
    """What overtime on such a day is paid by the labour law, in words: 1.5 倍, 2 倍, 3 倍."""
    return RATES[overtime_kind(kind)]


def cap_of(law: Law, regulation: str) -> Held | None:
    """The clause that caps the month's hours: the regulation's own, else E7-04; None where none is in force."""
    return law.part("hours.month_cap", regulation) or law.part("hours.month_cap", CAP_REGULATION)


def over_cap(minutes: int, law: Law, regulation: str) -> tuple[int, str]:
    """Minutes above the month's cap and the warning that tells them; (0, "") up to and including the cap.

    The excess may be taken as time off; it is never a violation by itself (E7-04).
    """
    held = cap_of(law, regulation)
    if held is None:
        return 0, ""
    hours = held.number("hours.month_cap")
    over = minutes - hours * 60
    if over <= 0:
        return 0, ""
    return over, (
        f"当月净工时 {duration(minutes)}，超 {hours} 小时 {duration(over)}，可转调休（{held.cite().short}），不判违规。"
    )


def duration(minutes: int) -> str:
    """“8 小时”, “1 小时 12 分”, “45 分”; a minus sign before what is owed."""
    sign, (hours, rest) = "-" if minutes < 0 else "", divmod(abs(minutes), 60)
    parts = [f"{hours} 小时"] * bool(hours) + [f"{rest} 分"] * bool(rest or not hours)
    return sign + " ".join(parts)
