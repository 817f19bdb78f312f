"""Marking days of the site's own in its calendar; signed days are judged again."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from opsdesk.models import CalendarDay
from opsdesk.rules.vocabulary import DayKind, Role
from opsdesk.services import rejudging
from opsdesk.services.context import Context
from opsdesk.services.outcome import Outcome
from opsdesk.services.text import one_line


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
