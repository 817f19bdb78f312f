"""What was closed and opened again, as pages and papers read it; the acts stand in `services.closing`."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select

from opsdesk.models import ClosedPeriod, LedgerRow
from opsdesk.rules import periods
from opsdesk.services.closing_rules import BY_TABLE, EVERY, PeriodKind
from opsdesk.services.errors import Refusal

MOST_NAMED = 8
"""As many days are told by name on a paper; of more how many there are."""
LONGEST_REASON = 40


@dataclass(frozen=True)
class Period:
    """A day (2026-03-05), a month (2026-03) or a quarter (2026Q1) that can be closed."""

    kind: PeriodKind
    label: str
    first: date
    last: date

    @property
    def words(self) -> str:
        """2026-03-05, 2026 年 3 月, 2026 年第一季度."""
        return self.label if self.kind is PeriodKind.DAY else periods.parse(self.label).words


def of_day(day: date) -> Period:
    """The day as a period."""
    return Period(PeriodKind.DAY, day.isoformat(), day, day)


def of_month(year: int, number: int) -> Period:
    """A calendar month."""
    return _named(PeriodKind.MONTH, periods.month(year, number))


def of_quarter(year: int, number: int) -> Period:
    """A quarter; the first one begins in January."""
    return _named(PeriodKind.QUARTER, periods.quarter(year, number))


def _named(kind: PeriodKind, of: periods.Period) -> Period:
    return Period(kind, of.text, of.first, of.last)


def month_with(day: date) -> Period:
    """The month in which a day lies."""
    return of_month(day.year, day.month)


def quarter_with(day: date) -> Period:
    """The quarter in which a day lies."""
    return of_quarter(day.year, (day.month + 2) // 3)


def named(label: str) -> Period:
    """The period with this label. Refuses what is none."""
    try:
        if found := re.fullmatch(r"(\d{4})Q([1-4])", label):
            return of_quarter(int(found[1]), int(found[2]))
        if found := re.fullmatch(r"(\d{4})-(\d{2})", label):
            return of_month(int(found[1]), int(found[2]))
        return of_day(date.fromisoformat(label))
    except ValueError:
        raise Refusal(f"“{label}”不是日期、月份或季度。请写成 2026-03-05、2026-03 或 2026Q1。") from None


@dataclass(frozen=True)
class Closed:
    """One closing: when, by whom, what stood open and why all the same, and where the audit chain stood.

    Opened again, it says when, by whom and why; `reopened_at` is None while it stands.
    """

    id: int
    period: Period
    closed_at: datetime
    closed_by: str
    open_items: tuple[str, ...]
    because: str
    seq: int
    head: str
    reopened_at: datetime | None
    reopened_by: str
    reopen_reason: str

    @property
    def stands(self) -> bool:
        """Whether the period is closed by it still."""
        return self.reopened_at is None

    @property
    def before_its_end(self) -> bool:
        """Whether it was closed before its last day was over: what happened afterwards is not in it."""
        return self.closed_at.date() <= self.period.last


def within(connection: Connection, first: date, last: date, kinds: Collection[PeriodKind] = EVERY) -> list[Closed]:
    """Closings of periods that lie wholly in these days, in order of time, those opened again too."""
    table = ClosedPeriod.__table__
    query = select(table).where(
        ClosedPeriod.first >= first, ClosedPeriod.last <= last, ClosedPeriod.kind.in_([str(kind) for kind in kinds])
    )
    rows = connection.execute(query.order_by(ClosedPeriod.id)).mappings().all()
    why = _reasons(connection, [row["id"] for row in rows])
    return [
        Closed(
            id=row["id"],
            period=Period(PeriodKind(row["kind"]), row["label"], row["first"], row["last"]),
            closed_at=row["closed_at"],
            closed_by=row["closed_by"],
            open_items=tuple(json.loads(row["open_items"])),
            because=why.get(row["id"], ""),
            seq=row["seq"],
            head=row["head"],
            reopened_at=row["reopened_at"],
            reopened_by=row["reopened_by"],
            reopen_reason=row["reopen_reason"],
        )
        for row in rows
    ]


def _reasons(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    """Why each was closed with something open, out of the audit chain."""
    query = select(LedgerRow.subject_id, LedgerRow.reason).where(
        LedgerRow.subject == ClosedPeriod.__tablename__, LedgerRow.kind == "insert", LedgerRow.subject_id.in_(ids)
    )
    return {row.subject_id: row.reason for row in connection.execute(query)} if ids else {}


def of(connection: Connection, period: Period) -> list[Closed]:
    """The closings of a period, the first one first."""
    return within(connection, period.first, period.last, {period.kind})


def standing(found: Sequence[Closed]) -> Closed | None:
    """The latest of a period's closings where it stands."""
    return found[-1] if found and found[-1].stands else None


def goes_on(connection: Connection, known: Closed) -> bool:
    """Whether a period closed before it was over has records since: it can be closed once more with them."""
    later = select(LedgerRow.seq).where(
        LedgerRow.seq > known.seq, LedgerRow.subject.in_(list(BY_TABLE)), LedgerRow.kind != "event"
    )
    return known.before_its_end and connection.execute(later.limit(1)).first() is not None


def openings(found: Sequence[Closed]) -> list[Closed]:
    """Closings that were opened again: of those opened together, since one completed the other, the last."""
    last = {(each.period.label, each.reopened_at): each for each in found if not each.stands}
    return list(last.values())


def waiting(connection: Connection, first: date, last: date) -> list[Closed]:
    """Closings of these days that were opened again and have to be closed once more, one for each period."""
    newest: dict[tuple[PeriodKind, str], Closed] = {}
    for each in within(connection, first, last):
        newest[each.period.kind, each.period.label] = each
    return [each for each in newest.values() if not each.stands]


def remarks(connection: Connection, first: date, last: date) -> tuple[str, ...]:
    """What papers of these days say of their closing: closed with something open, opened again and corrected.

    A paper of one day says why and how often; one of several days, which may go to a vendor, only which days.
    """
    found = within(connection, first, last)
    if first < last:
        return tuple(_of_several(found))
    said = "；".join(_of_day(found))
    return (f"本日 {said}。",) if said else ()


def _of_day(found: Sequence[Closed]) -> Iterator[str]:
    """The course of a day's closings in short; nothing of a day that was closed once with nothing open."""
    opened = openings(found)
    for place, each in enumerate(found):
        again = "再次" if place and not found[place - 1].stands else ""
        if each.open_items:
            left = f"有 {len(each.open_items)} 项没有了结（见日结单）"
            yield f"{each.closed_at:%m-%d %H:%M} {again}日结时{left}，理由：{_short(each.because)}"
        elif again:
            yield f"{each.closed_at:%m-%d %H:%M} 再次日结"
        if each in opened:
            when = f"{each.reopened_at:%m-%d %H:%M} 由{each.reopened_by}重新打开更正一次"
            yield f"{when}，理由：{_short(each.reopen_reason)}"
            if each is found[-1]:
                yield "还没有再次日结"


def _of_several(found: Sequence[Closed]) -> Iterator[str]:
    kept = [each for each in found if each.open_items and each.period.kind is PeriodKind.DAY]
    if kept:
        yield f"{_days(kept)}日结时有事项没有了结，详见当天的日结单。"
    opened = [each for each in openings(found) if each.period.kind is PeriodKind.DAY]
    if opened:
        yield f"{_days(opened)}日结以后重新打开更正过，详见更正记录。"
    for each in found:
        if each.period.kind is not PeriodKind.DAY and each.reopened_at is not None:
            yield f"{each.period.label} {each.reopened_at:%m-%d %H:%M} 由{each.reopened_by}重新打开更正一次。"
        if each.period.kind is not PeriodKind.DAY and each.open_items:
            when = f"{each.closed_at:%m-%d %H:%M}"
            yield f"{each.period.label} {when} {each.period.kind}时有 {len(each.open_items)} 项没有了结。"


def _days(found: Sequence[Closed]) -> str:
    days = list(dict.fromkeys(f"{each.period.first:%m-%d}" for each in found))
    more = f" 等 {len(days)} 天" if len(days) > MOST_NAMED else " "
    return f"{'、'.join(days[:MOST_NAMED])}{more}"


def _short(text: str) -> str:
    """A reason that stays on its line; the whole of it stands on the sheet of the closing."""
    plain = text.rstrip("。")
    return f"{plain[: LONGEST_REASON - 1]}…" if len(plain) > LONGEST_REASON else plain
