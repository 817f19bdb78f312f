"""The end user's consent to holidays (T1-ATT-02): which holidays of which vendor have none on record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, select

from opsdesk.models import HolidayConsent, Vendor
from opsdesk.rules.calendar import Calendar, days
from opsdesk.rules.clause import Citation, Regulations
from opsdesk.rules.vocabulary import DayKind
from opsdesk.services import duties

HOLIDAYS = frozenset({DayKind.STATUTORY, DayKind.DAY_OFF})
"""Days that are rest because of a holiday; plain weekends need nobody's consent."""
PART = "attendance.holidays"


@dataclass(frozen=True)
class Missing:
    """A run of holidays of one vendor without consent, `first` to `last`, in a sentence; nobody is absent by it."""

    vendor_id: int
    first: date
    last: date
    name: str
    sentence: str
    citation: Citation


def holidays(calendar: Calendar, first: date, last: date) -> list[date]:
    """The holidays between two days: 法定假日 and 调休放假."""
    return [day for day in days(first, last) if calendar.kind(day) in HOLIDAYS]


def names(calendar: Calendar, dates: Sequence[date]) -> str:
    """The holidays' names, each once: 国庆节."""
    return "、".join(dict.fromkeys(filter(None, map(calendar.name, dates))))


def missing(
    connection: Connection, regulations: Regulations, calendar: Calendar, first: date, last: date
) -> list[Missing]:
    """Holidays between `first` and `last` that have no standing consent, of vendors whose 作息 asks for one.

    A consent given late counts; a holiday without consent is told and never judged as absence by itself (X28).
    """
    asked = holidays(calendar, first, last)
    if not asked:
        return []
    agreed: dict[int, set[date]] = defaultdict(set)
    standing = select(HolidayConsent.vendor_id, HolidayConsent.first_day, HolidayConsent.last_day).where(
        HolidayConsent.withdrawn_at.is_(None), HolidayConsent.first_day <= last, HolidayConsent.last_day >= first
    )
    for row in connection.execute(standing):
        agreed[row.vendor_id].update(days(row.first_day, row.last_day))
    plan = duties.load(connection, regulations, first, last, ())
    laws = {day: regulations.on(day) for day in asked}
    found: list[Missing] = []
    for vendor in connection.execute(select(Vendor.id, Vendor.short_name).order_by(Vendor.code)).all():
        cited: dict[date, Citation] = {}
        for day in asked:
            held = laws[day].part(PART, plan.terms_on(vendor.id, day).hours)
            if held is not None and day not in agreed[vendor.id]:
                cited[day] = held.cite()
        found += [
            _told(vendor.id, vendor.short_name, run, names(calendar, run), cited[run[0]])
            for run in _runs(calendar, sorted(cited))
        ]
    return found


def _told(vendor_id: int, vendor: str, run: Sequence[date], name: str, citation: Citation) -> Missing:
    when = run[0].isoformat() + (f" 至 {run[-1].isoformat()}" if run[-1] > run[0] else "")
    said = f"{when} {name}：{vendor}没有最终用户同意休息的记录（{citation.short}），请补登；不自动判旷工。"
    return Missing(vendor_id, run[0], run[-1], name, said, citation)


def _runs(calendar: Calendar, dates: Sequence[date]) -> list[list[date]]:
    """Days of one holiday together; the weekend in its middle does not part them."""
    found: list[list[date]] = []
    for day in dates:
        if found and _goes_on(calendar, found[-1][-1], day):
            found[-1].append(day)
        else:
            found.append([day])
    return found


def _goes_on(calendar: Calendar, before: date, day: date) -> bool:
    between = days(before + timedelta(days=1), day - timedelta(days=1))
    return calendar.name(before) == calendar.name(day) and all(
        calendar.kind(each) is DayKind.WEEKEND and calendar.name(each) == calendar.name(day) for each in between
    )
