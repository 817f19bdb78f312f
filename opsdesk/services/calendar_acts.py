"""Changing the site's calendar: the yearly notice and the site's own days; signed days are judged again."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlalchemy import select

from opsdesk.models import CalendarDay
from opsdesk.rules.vocabulary import DayKind, Role
from opsdesk.services import calendars, rejudging
from opsdesk.services.context import Context
from opsdesk.services.outcome import Outcome
from opsdesk.services.text import one_line


def import_file(ctx: Context, path: Path) -> Outcome[str]:
    """Import a holiday file; only the supervisor may."""
    ctx.require(Role.SUPERVISOR)
    plans = calendars.read_file(path)
    with ctx.transaction("导入节假日", path.name) as tx:
        changed = calendars.store(tx, plans)
        special = [day for plan in plans for day in plan.special]
        if special:
            rejudging.everybody(tx, ctx, min(special), max(special))
    years = "、".join(str(plan.year) for plan in plans)
    return Outcome(f"已导入 {years} 年放假安排，{changed} 天有变化。", frozenset({"calendar", "sign_in"}))


def set_day(ctx: Context, *, day: date, kind: DayKind, name: str) -> Outcome[str]:
    """Mark one day as the site's own (本单位放假、加班); only the supervisor may."""
    ctx.require(Role.SUPERVISOR)
    name = one_line(name) or str(kind)
    with ctx.transaction("修改日历") as tx:
        row = tx.connection.execute(select(CalendarDay.id).where(CalendarDay.day == day)).one_or_none()
        if row:
            tx.update(CalendarDay, row.id, kind=str(kind), name=name)
        else:
            tx.insert(CalendarDay, day=day, kind=str(kind), name=name)
        rejudging.everybody(tx, ctx, day, day)
    return Outcome(f"{day.isoformat()} 已设为{kind}（{name}）。", frozenset({"calendar", "sign_in"}))
