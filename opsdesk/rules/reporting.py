"""Reports of a vendor: daily, weekly, quarterly; by when each is due, and whether it came in time and whole.

Clauses: T1-RPT-01 to 03, E8-04. A report sent at the very second of its due moment is in time (G3); it is whole when it
went to the contact person with customer service in copy. Everything here is pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from opsdesk.rules import periods
from opsdesk.rules.calendar import Calendar, days
from opsdesk.rules.clause import Citation, Held, Regulations
from opsdesk.rules.sla import in_words

DAY = timedelta(days=1)
WEEKDAYS = "一二三四五六日"
FRIDAY = 4


class ReportKind(StrEnum):
    """What a report is of: a day, a week, a quarter."""

    DAILY = "日报"
    WEEKLY = "周报"
    QUARTERLY = "季度总结"


PARTS: Mapping[ReportKind, str] = {
    ReportKind.DAILY: "reports.daily",
    ReportKind.WEEKLY: "reports.weekly",
    ReportKind.QUARTERLY: "reports.quarterly",
}


class ReportState(StrEnum):
    """How a report stands."""

    IN_TIME = "按时"
    LATE = "迟交"
    NOT_WHOLE = "收件不齐"
    WAITING = "待交"
    MISSED = "逾期未交"
    FREE = "已交"  # nobody asked for it


@dataclass(frozen=True)
class Due:
    """By when the report of the days from `first` to `last` has to be sent, and the clause that says so."""

    kind: ReportKind
    first: date
    last: date
    at: datetime
    citation: Citation


def span(kind: ReportKind, day: date) -> tuple[date, date]:
    """The days of which a report of this kind is that has `day` in it: the day, Monday to Sunday, the quarter."""
    if kind is ReportKind.DAILY:
        return day, day
    if kind is ReportKind.WEEKLY:
        monday = day - DAY * day.weekday()
        return monday, monday + 6 * DAY
    quarter = periods.quarter(day.year, (day.month + 2) // 3)
    return quarter.first, quarter.last


def due(
    kind: ReportKind, day: date, regulations: Regulations, regulation: str, calendar: Calendar, *, attended: bool = True
) -> Due | None:
    """By when the report that has `day` in it is due under a regulation; None where none is asked for.

    A daily report is asked for on days on which somebody of the vendor was there (other reading: every day). A week's
    day of rest gives way to the workday before it, and a week without one goes free; a quarter's last day stands. A
    week is judged by the law of its Friday.
    """
    first, last = span(kind, day)
    held = regulations.on(law_day(kind, first, last)).part(PARTS[kind], regulation)
    on = _moved(kind, _named(kind, first, last, held), first, held, calendar, attended) if held else None
    if held is None or on is None:
        return None
    return Due(kind, first, last, datetime.combine(on, _clock(held, kind)), held.cite())


def law_day(kind: ReportKind, first: date, last: date) -> date:
    """The day by whose law and contract a report is judged: its last, of a week the Friday."""
    return first + FRIDAY * DAY if kind is ReportKind.WEEKLY else last


def _named(kind: ReportKind, first: date, last: date, held: Held) -> date:
    """The day that the clause names, before rest days are looked at."""
    if kind is not ReportKind.WEEKLY:
        return last
    written = held.text("report.weekly.day").strip()[-1:]
    return first + DAY * (WEEKDAYS.index(written) if written and written in WEEKDAYS else FRIDAY)


def _moved(kind: ReportKind, named: date, first: date, held: Held, calendar: Calendar, attended: bool) -> date | None:
    """The day on which the report is due indeed; None where it goes free."""
    if kind is ReportKind.DAILY:
        return named if attended or held.text("report.daily.days") == "every" else None
    if calendar.works(named):
        return named
    if kind is ReportKind.WEEKLY:
        if held.text("report.weekly.holiday") != "earlier":
            return named
        return max((day for day in days(first, named) if calendar.works(day)), default=None)
    if held.text("report.quarterly.holiday") != "next_workday":
        return named
    return next(day for day in days(named, named + 31 * DAY) if calendar.works(day))


def _clock(held: Held, kind: ReportKind) -> time:
    name = {"reports.daily": "daily", "reports.weekly": "weekly", "reports.quarterly": "quarterly"}[PARTS[kind]]
    hour, minute = map(int, held.text(f"report.{name}.due").split(":"))
    return time(hour, minute) if hour < 24 else time(23, 59, 59)


@dataclass(frozen=True)
class Judged:
    """How a report stands, with the sentence and the clause; `seconds` late."""

    state: ReportState
    sentence: str
    citation: Citation | None
    seconds: int = 0

    @property
    def missed(self) -> bool:
        """Whether the clause was not kept, up to now."""
        return self.state in {ReportState.LATE, ReportState.NOT_WHOLE, ReportState.MISSED}


def judge(wanted: Due | None, submitted: datetime | None, to: str, copied: str, now: datetime) -> Judged:
    """Whether a report was sent in time and to whom it had to go; how one stands that was not sent yet."""
    if wanted is None:
        return Judged(ReportState.FREE if submitted else ReportState.WAITING, "", None)
    by, clause = f"{wanted.at:%m-%d %H:%M}", f"（{wanted.citation.short}）"
    if submitted is None:
        if now <= wanted.at:
            return Judged(ReportState.WAITING, f"应在 {by} 前提交{clause}。", wanted.citation)
        return Judged(ReportState.MISSED, f"应在 {by} 前提交，还没有交{clause}。", wanted.citation)
    late = max(0, int((submitted - wanted.at).total_seconds()))
    if late:
        said = f"应在 {by} 前提交，迟交 {in_words(late)}{clause}。"
        return Judged(ReportState.LATE, said, wanted.citation, late)
    lacking = "、".join(word for word, given in (("接口人", to), ("客服专员", copied)) if not given)
    if lacking:
        return Judged(ReportState.NOT_WHOLE, f"按时提交，但没有发给{lacking}{clause}。", wanted.citation)
    return Judged(ReportState.IN_TIME, f"应在 {by} 前提交，按时{clause}。", wanted.citation)
