"""What still stands open when a day, a month or a quarter is to be closed: each item one sentence and one door."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Select, func, select

from opsdesk.models import Appraisal, AppraisalSheet, ClosedPeriod, Deduction, Settlement
from opsdesk.rules import periods
from opsdesk.rules.calendar import days
from opsdesk.rules.reporting import ReportKind
from opsdesk.rules.scoring import ObjectKind
from opsdesk.rules.scoring import PeriodKind as Rhythm
from opsdesk.rules.vocabulary import Decision
from opsdesk.services import (
    appraisal_schemes,
    appraisal_subjects,
    closing_days,
    closings,
    open_questions,
    settings,
    settlement,
)
from opsdesk.services.closing_rules import PeriodKind
from opsdesk.services.closings import Closed, Period
from opsdesk.services.context import Context
from opsdesk.services.open_item import OpenItem
from opsdesk.services.open_of_day import of_day
from opsdesk.services.open_of_reports import of_reports
from opsdesk.services.open_questions import Question

DAY = timedelta(days=1)
MOST_NAMED = 5
MONTH_PAGE, MONTH_CLOSE = "month", "month_close"


@dataclass(frozen=True)
class Status:
    """How a period stands: what is open, and every closing of it up to now.

    `goes_on` where it was closed before it was over and something was recorded since.
    """

    period: Period
    items: tuple[OpenItem, ...]
    closings: tuple[Closed, ...]
    goes_on: bool = False

    @property
    def closed(self) -> Closed | None:
        """The closing that stands."""
        return closings.standing(self.closings)

    @property
    def sentence(self) -> str:
        """The state of things in one line."""
        kind, known = self.period.kind, self.closings[-1] if self.closings else None
        if known is not None and known.stands:
            again = " · 曾重新打开更正" if any(not each.stands for each in self.closings) else ""
            later = " · 之后又有记录" if self.goes_on else ""
            return f"{known.closed_at:%Y-%m-%d %H:%M} 由{known.closed_by}{kind}{again}{later}"
        left = f"未结 {len(self.items)} 项" if self.items else f"没有未结事项，可以{kind}"
        if known is not None:
            return f"{known.reopened_at:%m-%d %H:%M} 由{known.reopened_by}重新打开，还没有再次{kind} · {left}"
        return left


def status(ctx: Context, period: Period) -> Status:
    """How a period stands now."""
    with ctx.read() as connection:
        known = tuple(closings.of(connection, period))
        closed = closings.standing(known)
        items: Iterable[OpenItem]
        if period.kind is PeriodKind.DAY:
            own = of_day(connection, ctx, period.first, closed=closed is not None)
            items = [*own, *_days_before(connection, period.first)]
        elif period.kind is PeriodKind.MONTH:
            items = _of_month(connection, ctx, period)
        else:
            items = _of_quarter(connection, ctx, period)
        goes_on = closed is not None and closings.goes_on(connection, closed)
        return Status(period, tuple(items), known, goes_on)


def _days_before(connection: Connection, day: date) -> Iterator[OpenItem]:
    """Earlier days opened again and not closed since, and days left out since the last one that was closed."""
    opened = settings.opened_on(connection)
    for each in closings.waiting(connection, opened, day - DAY):
        if each.period.kind is PeriodKind.DAY:
            yield OpenItem(
                "日结", f"{each.period.label} 重新打开后还没有再次日结。", "day_close", day=each.period.first
            )
    newest = _day_closings().where(ClosedPeriod.first < day, ClosedPeriod.reopened_at.is_(None))
    last = connection.execute(newest.order_by(ClosedPeriod.last.desc()).limit(1)).scalar_one_or_none()
    between = [] if last is None else days(last + DAY, day - DAY)
    closed = closing_days.closed_days(connection, last or day, day)
    if left := [each for each in between if each not in closed]:
        more = f" 到 {left[-1]:%m-%d} 有 {len(left)} 天" if len(left) > 1 else " "
        yield OpenItem("日结", f"{left[0].isoformat()}{more}还没有日结。", "day_close", day=left[0])


def _day_closings() -> Select[*tuple[Any, ...]]:
    return select(ClosedPeriod.last).where(ClosedPeriod.kind == str(PeriodKind.DAY))


def _of_month(connection: Connection, ctx: Context, period: Period) -> Iterator[OpenItem]:
    month = settlement.read(connection, ctx.regulations, period.first.year, period.first.month, ctx.now())
    asked = open_questions.of_month(connection, ctx.regulations, month, ctx.now())
    yield from (_question(each) for each in asked)
    booked = dict(
        connection.execute(
            select(Settlement.staff_id, Settlement.total_fen).where(
                Settlement.month == period.label, Settlement.replaced_at.is_(None)
            )
        ).all()
    )
    left = [each.person.name for each in month.people if each.person.id not in booked]
    if left:
        yield OpenItem("结算", f"{period.label} 还有 {_named(left)}没有结算。请先结算。", MONTH_PAGE, day=period.first)
    changed = [
        each.person.name
        for each in month.people
        if each.person.id in booked and int(each.settled.figures.total * 100) != booked[each.person.id]
    ]
    if changed:
        yield OpenItem("结算", f"{_named(changed)}的拟扣减在结算后有变动。请重新结算。", MONTH_PAGE, day=period.first)
    undecided = connection.execute(
        select(func.count()).where(
            Deduction.month == period.label,
            Deduction.replaced_at.is_(None),
            Deduction.state == str(Decision.PROPOSED),
            Deduction.amount_fen > 0,
        )
    ).scalar_one()
    if undecided:
        yield OpenItem("拟扣减", f"{period.label} 还有 {undecided} 条拟扣减没有确认或免除。", "deduction")
    yield from _days_left(connection, period, ctx.today())


def _days_left(connection: Connection, period: Period, today: date) -> Iterator[OpenItem]:
    """Days of a month that nobody closed, where the site closes days at all."""
    if connection.execute(_day_closings().limit(1)).first() is None:
        return
    known = {
        each.period.first: each.stands
        for each in closings.within(connection, period.first, period.last, {PeriodKind.DAY})
    }
    first, last = max(period.first, settings.opened_on(connection)), min(period.last, today)
    left = [day for day in days(first, last) if not known.get(day)]
    if left:
        shown = "、".join(f"{day:%m-%d}" for day in left[:MOST_NAMED])
        more = f" 等 {len(left)} 天" if len(left) > MOST_NAMED else " "
        yield OpenItem("日结", f"{shown}{more}没有日结，月结会一并锁定。", "day_close", day=left[0])


def months_left(connection: Connection, quarter: Period) -> list[Period]:
    """Months of a quarter that are not closed; those before the site kept its record need not be."""
    opened = settings.opened_on(connection)
    months = [closings.of_month(quarter.first.year, quarter.first.month + n) for n in range(3)]
    return [
        each
        for each in months
        if each.last >= opened and closings.standing(closings.of(connection, each)) is None
    ]  # fmt: skip


def _of_quarter(connection: Connection, ctx: Context, period: Period) -> Iterator[OpenItem]:
    for month in months_left(connection, period):
        yield OpenItem("月结", f"{month.label} 还没有月结。先月结，才能季结。", MONTH_CLOSE, day=month.first)
    yield from _not_appraised(connection, period)
    yield from of_reports(connection, ctx, period.first, period.last, (ReportKind.QUARTERLY,))
    query = (
        select(AppraisalSheet.number, AppraisalSheet.name)
        .join(Appraisal, Appraisal.id == AppraisalSheet.appraisal_id)
        .where(
            Appraisal.ends_on.between(period.first, period.last),
            Appraisal.void_at.is_(None),
            AppraisalSheet.void_at.is_(None),
            AppraisalSheet.decided_at.is_(None),
        )
        .order_by(AppraisalSheet.number)
    )
    for row in connection.execute(query):
        said = f"{row.name}的考核评分表 {row.number} 还没有核定。"
        yield OpenItem("考核", said, "appraisal", name=row.name)


def _not_appraised(connection: Connection, quarter: Period) -> Iterator[OpenItem]:
    """Vendors' appraisals of a quarter that nobody began, by each scheme that was made public (T1-APP-01)."""
    of = periods.quarter(quarter.first.year, (quarter.first.month + 2) // 3)
    for scheme in appraisal_schemes.all_in_force(connection, Rhythm.QUARTER, ObjectKind.VENDOR, quarter.last):
        editions = appraisal_schemes.editions(connection, scheme.code)
        begun = select(Appraisal.id).where(
            Appraisal.period == of.text, Appraisal.scheme_id.in_(editions), Appraisal.void_at.is_(None)
        )
        wanted = scheme.published_on is not None and connection.execute(begun.limit(1)).first() is None
        if wanted and appraisal_subjects.usual(connection, ObjectKind.VENDOR, scheme.regulation, of):
            said = f"{of.text} 还没有按“{scheme.title}”考核，合同款按得分支付。请先考核。"
            yield OpenItem("考核", said, "appraisal", day=of.first)


def _question(each: Question) -> OpenItem:
    return OpenItem(each.kind, each.sentence, each.door, name=each.name, staff_id=each.staff_id, day=each.day)


def _named(names: list[str]) -> str:
    return f"{'、'.join(names[:MOST_NAMED])}{f'等 {len(names)} 人' if len(names) > MOST_NAMED else ''}"
