"""What goes on behind the days of the demo site: overtime, consent to holidays, and the months as they are settled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from opsdesk import demo_people as invented
from opsdesk.demo_living import Site
from opsdesk.registers.holiday_consent import service as consent
from opsdesk.registers.month import service as month_end
from opsdesk.registers.overtime import service as overtime
from opsdesk.rules.calendar import days
from opsdesk.services.holiday_consents import holidays


def plan(site: Site) -> None:
    """Plan it all from the first day to now."""
    _plan_overtime(site)
    _plan_consents(site)
    _plan_month_ends(site)
    number, place = invented.NOT_COME
    site.plan.missing.add((number, site.plan.workday(place)))


def _plan_overtime(site: Site) -> None:
    for number, place, begins, ends, settled_as, reason in invented.OVERTIME:
        day = site.plan.workday(place)
        if day >= site.plan.today:
            continue
        span = (datetime.combine(day, time.fromisoformat(begins)), datetime.combine(day, time.fromisoformat(ends)))
        site.plan.stays[number, day] = span[1] + timedelta(minutes=4)
        values = {"begins_at": span[0], "ends_at": span[1], "reason": reason, "settled_as": settled_as}
        site.acts.append((datetime.combine(day, time(15, 45)), _working_late(site, number, values)))


def _working_late(site: Site, number: str, values: dict[str, object]) -> Callable[[], None]:
    def ask() -> None:
        slip = overtime.save(site.by(site.desk), None, {**values, "staff_id": site.ids[number]}).value
        site.clock.advance(minutes=20)
        overtime.approve(site.by(site.supervisor), overtime_id=slip)

    return ask


def _plan_consents(site: Site) -> None:
    """The end user consents to each holiday beforehand; of the last one the second vendor's paper is still lacking."""
    runs: list[list[date]] = []
    for day in holidays(site.plan.calendar, site.plan.first, site.plan.today):
        if runs and day - runs[-1][-1] <= timedelta(days=3):
            runs[-1].append(day)
        else:
            runs.append([day])
    asking = [code for code, _, _, hours, _ in invented.CONTRACTS if hours == "T1"]
    for place, run in enumerate(runs):
        for code in asking[:1] if place == len(runs) - 1 else asking:
            values = {"first_day": run[0], "last_day": run[-1], "agreed_by": "郑怀安", "evidence": "放假通知回执"}
            at = site.before(run[0], time(11, 10))
            site.acts.append((at, _consenting(site, code, {**values, "agreed_on": at.date()})))


def _consenting(site: Site, code: str, values: dict[str, object]) -> Callable[[], object]:
    return lambda: consent.save(site.by(site.supervisor), None, {**values, "vendor_id": site.vendors[code]})


def _plan_month_ends(site: Site) -> None:
    """Each month that is over is booked on the next workday; deductions are confirmed, one of them waived."""
    months = sorted({(day.year, day.month) for day in days(site.plan.first, site.plan.today)})
    for year, number in months:
        following = [day for day in site.plan.workdays if (day.year, day.month) > (year, number)]
        if following and following[0] < site.plan.today:
            site.acts.append((datetime.combine(following[0], time(10, 5)), _settling(site, year, number)))


def _settling(site: Site, year: int, number: int) -> Callable[[], None]:
    def settle() -> None:
        ctx = site.by(site.supervisor)
        month_end.book(ctx, year, number)
        site.clock.advance(minutes=25)
        booked = month_end.standing(ctx, year, number).booked
        charged = [line.id for lines in booked.values() for line in lines if line.amount]
        if charged:
            month_end.decide(ctx, deduction_ids=charged[:1], confirm=False, note=invented.WAIVED)
        if charged[1:]:
            month_end.decide(ctx, deduction_ids=charged[1:], confirm=True)

    return settle
