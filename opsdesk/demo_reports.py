"""The offices and the reports of the demo site: opened and closed every day, reports sent by two of the vendors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from opsdesk import demo_people as invented
from opsdesk.demo_living import Site
from opsdesk.registers.contract import service as contract
from opsdesk.registers.open_close import service as open_close
from opsdesk.registers.report import facts
from opsdesk.registers.report import service as report
from opsdesk.rules.calendar import days
from opsdesk.rules.reporting import ReportKind
from opsdesk.services import offices, reporting, settings

OFFICE = "驻场运维办公室"
LOOKED_AFTER, REPORTED = 22, 12
"""Workdays at the end of which the offices are looked after, and reports are asked for."""
FORGOTTEN, FOUND, LATE = 6, 9, 4
"""Which of these workdays nobody entered, on which something was found, and on which the reports came too late."""
ASKED = (0, 2)
"""Which of the contracts ask for reports."""
WORK = (
    "处理当天报修，回访两户｜桌面｜08:30-17:30｜完成\n更新终端台账｜资产｜14:00-16:00｜完成",
    "巡检业务库，清理归档日志｜数据库｜09:00-10:30｜完成\n核对夜间备份｜备份｜08:40-09:00｜正常",
    "配合应用升级测试｜应用｜09:30-16:00｜发现问题 1 项，已反馈",
)
Values = dict[str, Any]


def register(site: Site) -> None:
    """Say which office is looked after."""
    settings.write(site.by(site.supervisor), {"site.offices": OFFICE})


def plan(site: Site) -> None:
    """Plan it all from the first of these days to now."""
    workdays = site.plan.workdays
    for place, day in enumerate(workdays[-LOOKED_AFTER:]):
        if place != FORGOTTEN:
            site.acts.append((datetime.combine(day, time(8, 36)), _open(site)))
            site.acts.append((datetime.combine(day, time(18, 20)), _close(site, day, found=place == FOUND)))
        if day.weekday() == 4 and (workdays[-1] - day).days > 3:
            site.acts.append((datetime.combine(day, time(18, 30)), _sign(site, day)))
    asked = workdays[-REPORTED:]
    if len(workdays) <= REPORTED:
        return
    site.acts.append((datetime.combine(asked[0], time(9, 20)), _ask(site, asked[0])))
    for place, day in enumerate(days(asked[0], site.plan.today)):
        at = time(20, 12) if day == asked[min(LATE, len(asked) - 1)] else time(19, 10)
        site.acts.append((datetime.combine(day, at), _report(site, day, place)))


def _open(site: Site) -> Callable[[], object]:
    """Whoever signed in first has opened it."""

    def act() -> None:
        ctx = site.by(site.desk)
        begun = offices.begun(ctx, OFFICE, site.clock.now().date())
        if begun["opened_at"] is not None:
            open_close.open_office(ctx, 0, begun)

    return act


def _close(site: Site, day: date, *, found: bool) -> Callable[[], object]:
    def act() -> None:
        ctx, values = site.by(site.desk), {"office": OFFICE, "day": day, "closed_by": invented.PEOPLE[0].name}
        with ctx.read() as connection:
            row = offices.standing(connection, OFFICE, day, day).get(day)
        if found and row is not None:
            wrong = {"passage": "异常", "found": "东侧通道堆放纸箱两个", "remedy": "当场清走，告知物业"}
            open_close.save(ctx, row["id"], {**row, **wrong})
        open_close.close_normal(ctx, 0, {**values, "second_inspector": invented.PEOPLE[9].name})

    return act


def _sign(site: Site, day: date) -> Callable[[], object]:
    def act() -> None:
        ctx = site.by(site.supervisor)
        with ctx.read() as connection:
            row = offices.standing(connection, OFFICE, day, day).get(day)
        if row is not None:
            open_close.sign_week(ctx, row["id"], {})

    return act


def _ask(site: Site, day: date) -> Callable[[], object]:
    """Two contracts take up reports by T1 from this day on."""

    def act() -> None:
        for place in ASKED:
            record_id = site.ids[invented.CONTRACTS[place][1]]
            values = dict(contract.load(site.ctx, record_id))
            contract.save(site.by(site.supervisor), record_id, {**values, "reports": "T1", "holds_from": day})
            site.clock.advance(minutes=3)

    return act


def _report(site: Site, day: date, turn: int) -> Callable[[], object]:
    """Write and send whatever is due on the day."""

    def act() -> None:
        ctx = site.by(site.desk)
        with ctx.read() as connection:
            owed = list(reporting.owed(connection, ctx.regulations, day, day, ctx.now()))
        to, copied = (reporting.addressed(ctx, role) for role in (reporting.CONTACT, reporting.SERVICE))
        for each in owed:
            begun: Values = dict(facts.begun(ctx, each.due.kind, each.vendor_id, day))
            plain = "本期工作按计划完成，见日报。" if each.due.kind is not ReportKind.DAILY else WORK[turn % len(WORK)]
            author = begun.get("people", "").split("（")[0].split("、")[0] or invented.PEOPLE[0].name
            if each.due.kind is not ReportKind.DAILY:
                author = invented.PEOPLE[0].name
            values = {"vendor_id": each.vendor_id, "day": day, "author": author, "work": plain, "plan": "继续日常运维"}
            site.clock.advance(seconds=50)
            made = report.save(each.due.kind, ctx, None, {**begun, **values}).value
            site.clock.advance(seconds=40)
            report.submit(each.due.kind, ctx, made, {"submitted_to": to, "copied_to": copied})

    return act
