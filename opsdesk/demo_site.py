"""The demo site: an invented centre with three vendors and three months of sign-ins, the same for the same seed.

The past is lived through on a clock that is moved along: every act is an act of the program, every punch is chained at
the moment it was made, and nothing is later than now.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from opsdesk import bootstrap, demo_appraisal, demo_months, demo_records, demo_reports, demo_rooms
from opsdesk import demo_people as invented
from opsdesk.demo_days import Plan, Signing, signings
from opsdesk.demo_living import Site
from opsdesk.models import LedgerRow, Punch, RosterEntry
from opsdesk.registers.contact import service as contact
from opsdesk.registers.contract import service as contract
from opsdesk.registers.correction import service as correction
from opsdesk.registers.coverage_need import service as coverage_need
from opsdesk.registers.leave import service as leave
from opsdesk.registers.post import service as post
from opsdesk.registers.shift import service as shift
from opsdesk.registers.staff import service as staff
from opsdesk.registers.stand_by import service as stand_by
from opsdesk.registers.vendor import service as vendor
from opsdesk.rules.calendar import month
from opsdesk.rules.vocabulary import Direction, LeaveKind, Role, Source
from opsdesk.services import accounts, attendance, calendars, chain, settings
from opsdesk.services.clock import Clock, FixedClock
from opsdesk.services.context import Actor, Context
from opsdesk.services.errors import Refusal

PASSWORD = "yundu-chenguang-0830"  # noqa: S105 — printed for everybody to see; nothing real is behind it
MARK = "demo"
MONTHS = 3
LEARN_TERMS = 30
"""Workdays after the beginning on which the last contract takes up T2's penalties."""


@dataclass(frozen=True)
class Demo:
    """The demo site, open with its supervisor at the desk, and the password of both its accounts."""

    ctx: Context
    password: str


def is_demo(ctx: Context) -> bool:
    """True for a site that was made here; the chain says so from its first day."""
    with ctx.read() as connection:
        return connection.execute(select(LedgerRow.seq).where(LedgerRow.subject == MARK).limit(1)).first() is not None


def build(
    home: Path, *, seed: int = 1, today: date | None = None, clock: Clock | None = None, months: int = MONTHS
) -> Demo:
    """Make the demo site in `home`, `months` up to now (or to the end of `today`), and open it.

    Refuses a folder that holds a site already. It is made aside and put in its place whole.
    """
    clock = clock or Clock()
    if bootstrap.database(home).exists():
        raise Refusal(f"{home} 里已经有数据，没有改动。请用 --home 指定另一个文件夹再建演示站点。")
    now = clock.now()
    if today is not None and today > now.date():
        raise Refusal(f"{today.isoformat()} 还没有到，演示站点只能建到今天。")
    if today is not None and today < now.date():
        now = datetime.combine(today, time(23, 59, 59))
    aside = home / ".building"
    shutil.rmtree(aside, ignore_errors=True)
    try:
        ctx = _live(aside, seed, now, months)
        ctx.reading.dispose()
        ctx.writing.dispose()
        bootstrap.database(aside).replace(bootstrap.database(home))
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    ctx = bootstrap.open_site(home, clock)
    return Demo(ctx.acting_as(bootstrap.supervisor_of(ctx)), PASSWORD)


def _live(home: Path, seed: int, now: datetime, months: int) -> Context:
    first = _months_before(now.date(), months)
    clock = FixedClock(datetime.combine(first - timedelta(days=2), time(14)), run=f"{MARK}-{seed}")
    opened = bootstrap.open_site(home, clock)
    ctx = replace(opened, station="服务台一号机")
    supervisor = bootstrap.found_site(
        ctx, site=invented.SITE, password=PASSWORD, supervisor=invented.SUPERVISOR, project=invented.PROJECT
    )
    with ctx.acting_as(supervisor).transaction("建立演示站点") as tx:
        tx.event(MARK, seed=seed)
    clock.advance(minutes=6)
    accounts.create(ctx.acting_as(supervisor), name=invented.DESK, role=Role.DESK, password=PASSWORD)
    with ctx.read() as connection:
        calendar = calendars.load(connection)
    plan = Plan(first, now, calendar, random.Random(seed))  # noqa: S311 — invented times, no secret
    site = Site(ctx, clock, plan, supervisor, Actor(invented.DESK, Role.DESK))
    _register(site)
    _plan_roster(site)
    _plan_absences(site)
    _plan_corrections(site)
    _plan_changes(site)
    demo_months.plan(site)
    demo_records.register(site)
    demo_rooms.register(site)
    demo_reports.register(site)
    demo_appraisal.register(site)
    demo_records.plan(site, seed)
    demo_rooms.plan(site)
    demo_reports.plan(site)
    demo_appraisal.plan(site, seed)
    _pass_time(site)
    return ctx


def _months_before(day: date, count: int) -> date:
    year, number = divmod(day.year * 12 + day.month - 1 - count, 12)
    return min(date(year, number + 1, day.day if day.day <= 28 else 28), day)


def _register(site: Site) -> None:
    """Enter vendors, contracts, posts, shifts, staff and contact persons, as the supervisor does on the first day."""
    ctx, clock = site.by(site.supervisor), site.clock

    def kept(save: Callable[[Context, int | None, Mapping[str, Any]], Any], **values: Any) -> int:
        clock.advance(seconds=40)
        made: int = save(ctx, None, values).value
        return made

    settings.write(ctx, {"site.opened_on": site.plan.first.isoformat()})
    vendors = site.vendors = {
        code: kept(vendor.save, code=code, name=name, short_name=short) for code, name, short in invented.VENDORS
    }
    begins = site.plan.first.replace(month=1, day=1)
    for code, number, project, hours, penalties in invented.CONTRACTS:
        terms = {"begins_on": begins, "ends_on": date(begins.year + 2, 12, 31), "hours": hours, "penalties": penalties}
        site.ids[number] = kept(contract.save, vendor_id=vendors[code], number=number, project=project, **terms)
    posts = {name: kept(post.save, name=name, duties=duties) for name, duties in invented.POSTS}
    for code, name, pairs in invented.SHIFTS:
        site.shifts[name] = kept(shift.save, code=code, name=name, pairs=pairs)
    for name, code, days, need in invented.NEEDS:
        wanted = {"post_id": posts[name], "shift_id": site.shifts[code] if code else coverage_need.ANY}
        kept(coverage_need.save, **wanted, days=days, need=need, begins_on=begins)
    for place, person in enumerate(invented.PEOPLE, 1):
        site.ids[person.number] = kept(
            staff.save,
            staff_no=person.number,
            name=person.name,
            pin=str(place),
            badge_no=f"{4207100 + 37 * place:010}",
            vendor_id=vendors[person.number[:2]],
            post_id=posts[person.post],
            phone=f"1990000{2000 + 113 * place % 7919:04}",
            arrived_on=site.plan.workday(person.arrives) if person.arrives else begins,
            reserve=person.reserve,
            joined_implementation=place % 13 != 0,
            career_started_on=date(begins.year - 2 - place % 9, 1 + place % 12, 1),
            hotline_phone=f"1990001{2000 + 113 * place % 7919:04}",
            has_pc=True,
            has_internet=place % 11 != 0,
            lodging_minutes=3 + place % 3 if place % 9 else 12,
        )
    for person in invented.PEOPLE:
        if person.reserve:
            kept(
                stand_by.save,
                staff_id=site.ids[person.number],
                post_id=posts[person.post],
                trained_on=site.plan.first - timedelta(days=5),
                training="到现场了解项目一周",
                confirmed_by_personnel="郑怀安",
                confirmed_by_user="陶一宁",
            )
    for place, (role, name, organisation, of) in enumerate(invented.CONTACTS, 1):
        kept(
            contact.save,
            role=role,
            name=name,
            organisation=organisation,
            vendor_id=vendors.get(of),
            phone=f"19900030{place:03}",
            email=f"contact{place}@yundu.example",
        )


def _plan_roster(site: Site) -> None:
    """A roster a month, entered before it begins: nights in turn, and two people on days of rest."""
    nights = [person.number for person in invented.PEOPLE if person.night]
    start = site.plan.first
    while start <= site.plan.today:
        dates = [day for day in month(start.year, start.month) if day >= start]
        own: dict[tuple[str, date], str | None] = {}
        for day in dates:
            for place, number in enumerate(nights):
                own[number, day] = "夜班" if day.toordinal() % len(nights) == place else None
            if not site.plan.calendar.works(day):
                turn = day.toordinal() % (len(invented.WEEKEND) // 2) * 2
                own.update({(number, day): "白班" for number in invented.WEEKEND[turn : turn + 2]})
        site.plan.roster.update(own)
        site.acts.append((site.before(start, time(16, 30)), _entering(site, own)))
        start = dates[-1] + timedelta(days=1)


def _entering(site: Site, own: Mapping[tuple[str, date], str | None]) -> Callable[[], None]:
    rows = [
        {"staff_id": site.ids[number], "day": day, "shift_id": site.shifts[name] if name else None}
        for (number, day), name in own.items()
    ]

    def enter() -> None:
        with site.by(site.supervisor).transaction("排班") as tx:
            tx.insert_many(RosterEntry, rows)

    return enter


def _plan_absences(site: Site) -> None:
    number, kind, reason = invented.TODAYS_ABSENCE
    planned = [
        (number, kind, site.plan.workdays[place : place + count], begins, ends, reason)
        for number, kind, place, count, begins, ends, reason in invented.ABSENCES
        if place + count < len(site.plan.workdays) - 2
    ]
    planned.append((number, kind, site.plan.workdays[-1:], "08:30", "17:30", reason))
    for number, kind, dates, begins, ends, reason in planned:
        span = (
            datetime.combine(dates[0], time.fromisoformat(begins)),
            datetime.combine(dates[-1], time.fromisoformat(ends)),
        )
        for day in dates:
            site.plan.absent[number, day] = span
        at = site.before(dates[0], time(15, 20))
        values = {
            "staff_id": site.ids[number],
            "kind": LeaveKind(kind),
            "begins_at": span[0],
            "ends_at": span[1],
            "reason": reason,
            "vendor_agreed_by": "驻场项目部",
            "sealed_on": at.date(),
            **invented.CERTIFIED.get(number, {}),
        }
        site.acts.append((at, _being_absent(site, values)))


def _being_absent(site: Site, values: Mapping[str, Any]) -> Callable[[], object]:
    return lambda: leave.save(site.by(site.supervisor), None, values)


def _plan_corrections(site: Site) -> None:
    past = [day for day in site.plan.workdays if day < site.plan.today]
    for number, back, end, claimed, cause, explanation, witness, decision, note in invented.RETOLD:
        if back >= len(past):
            continue
        day, direction = past[-back], Direction(end)
        site.plan.told[number, day] = direction
        values = {
            "staff_id": site.ids[number],
            "day": day,
            "direction": direction,
            "actual_at": datetime.combine(day, time.fromisoformat(claimed)),
            "cause": cause,
            "explanation": explanation,
            "witness": witness,
        }
        site.acts.append((datetime.combine(past[-back + 1], time(9, 35)), _telling(site, values, decision, note)))


def _telling(site: Site, values: Mapping[str, Any], decision: bool | None, note: str) -> Callable[[], None]:
    def tell() -> None:
        slip = correction.file(site.by(site.desk), **values).value
        if decision is not None:
            site.clock.advance(minutes=45)
            correction.decide(site.by(site.supervisor), correction_id=slip, accept=decision, note=note)

    return tell


def _plan_changes(site: Site) -> None:
    """One contract takes up other penalties; one person leaves."""
    number = invented.CONTRACTS[-1][1]
    day = site.plan.workday(LEARN_TERMS)
    if day < site.plan.today:

        def change() -> None:
            values = dict(contract.load(site.ctx, site.ids[number]))
            contract.save(site.by(site.supervisor), site.ids[number], {**values, "penalties": "T2", "holds_from": day})

        site.acts.append((site.before(day, time(16, 5)), change))
    for person in invented.PEOPLE:
        if person.leaves is not None and site.plan.workday(person.leaves) < site.plan.today:
            last = site.plan.workday(person.leaves)
            site.acts.append((datetime.combine(last, time(18, 40)), _leaving(site, site.ids[person.number], last)))


def _leaving(site: Site, staff_id: int, day: date) -> Callable[[], object]:
    return lambda: staff.leave_site(
        site.by(site.supervisor), staff_id=staff_id, day=day, reason="合同期内人员轮换，工作已交接"
    )


def _pass_time(site: Site) -> None:
    """Live through the punches and the other acts in order of time, a day's punches in one transaction."""
    acts = sorted(site.acts, key=lambda each: each[0])
    waiting: list[Signing] = []
    for punch in sorted(signings(site.plan)):
        while acts and acts[0][0] <= punch.at:
            _flush(site, waiting)
            _carry_out(site, *acts.pop(0))
        if waiting and waiting[-1].at.date() != punch.at.date():
            _flush(site, waiting)
        waiting.append(punch)
    _flush(site, waiting)
    for at, act in acts:
        if at <= site.plan.now:
            _carry_out(site, at, act)


def _carry_out(site: Site, at: datetime, act: Callable[[], object]) -> None:
    site.move(at)
    act()


def _flush(site: Site, waiting: list[Signing]) -> None:
    """Enter punches, each chained at its own moment, then judge the days of those that are charged."""
    if not waiting:
        return
    rows = [
        {
            "staff_id": site.ids[punch.number],
            "day": punch.day,
            "at": punch.at,
            "direction": str(punch.direction),
            "source": str(Source.DESK),
            "device": site.ctx.station,
            "entered_at": punch.at,
            "entered_by": site.desk.name,
            "doubted": False,
        }
        for punch in waiting
    ]
    with site.by(site.desk).transaction("签到") as tx:
        tx.insert_many(Punch, rows)
        entries = list(tx.entries)
        tx.entries.clear()
        for entry, punch in zip(entries, waiting, strict=True):
            site.move(punch.at)
            chain.append(tx.connection, site.clock, tx.signer, tx.act, "", [entry])
        keys = {(site.ids[punch.number], punch.day) for punch in waiting if punch.charged}
        attendance.rejudge(tx, site.ctx.regulations, keys, site.clock.now())
    waiting.clear()
