"""What a day leaves open in the offices: not opened, closed or looked over, findings, the week's signature (F15)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import Connection, select

from opsdesk.models import OfficeCheck
from opsdesk.rules import premises
from opsdesk.services import calendars, offices
from opsdesk.services.context import Context
from opsdesk.services.open_item import OpenItem

DOOR = "open_close"
CHECK, FOUND, SIGNATURE = "开关门", "安全隐患", "周签字"


def of_offices(connection: Connection, ctx: Context, day: date) -> Iterator[OpenItem]:
    """Everything open in the offices on `day`, or before it and still open; nothing where the site keeps none."""
    known = offices.kept(connection, day)
    if not known:
        return
    calendar, law = calendars.load(connection), ctx.law_on(day)
    workday, present = calendar.works(day), bool(offices.came(connection, day, day))
    for office in known:
        row = offices.standing(connection, office, day, day).get(day)
        state = offices.judged(row, law, workday=workday, present=present)
        if state.lacking:
            record_id = row["id"] if row is not None else None
            yield OpenItem(CHECK, f"{office}{state.sentence}", DOOR, id=record_id, name=office, day=day)
    yield from _found(connection, day)
    for office in known:
        if left := offices.unsigned(connection, office, offices.week_over(calendar, day)):
            span = f"{left[0]:%m-%d}" + (f" 至 {left[-1]:%m-%d}" if len(left) > 1 else "")
            said = f"{office} {span} 的检查有 {len(left)} 天，主管还没有周签字。"
            yield OpenItem(SIGNATURE, said, DOOR, id=_last(connection, office, left[-1]), name=office, day=left[-1])


def _found(connection: Connection, day: date) -> Iterator[OpenItem]:
    """What was found up to the day and of which nobody has said what was done."""
    query = select(OfficeCheck.__table__).where(
        OfficeCheck.day <= day, OfficeCheck.found != "", OfficeCheck.remedy == "", OfficeCheck.void_at.is_(None)
    )
    for row in connection.execute(query.order_by(OfficeCheck.day, OfficeCheck.id)).mappings():
        what = "、".join(premises.wrong({key: row[key] for key in premises.BOXES})) or "巡查发现问题"
        said = f"{row['office']} {row['day']:%m-%d} {what}，还没有写处置。"
        yield OpenItem(FOUND, said, DOOR, id=row["id"], name=row["office"])


def _last(connection: Connection, office: str, day: date) -> int:
    query = select(OfficeCheck.id).where(
        OfficeCheck.office == office, OfficeCheck.day == day, OfficeCheck.void_at.is_(None)
    )
    return connection.execute(query).scalar_one()
