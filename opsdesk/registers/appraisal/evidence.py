"""The records behind a line of an appraisal (“incident:17”), in words: what a link that leads there says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from opsdesk.models import (
    AppraisalEvent,
    AppraisalSheet,
    Base,
    ChangeRequest,
    Cleaning,
    EquipmentMove,
    Incident,
    Inspection,
    Loan,
    MediaCheck,
    OffHours,
    Punch,
    Report,
    Room,
    Visit,
)
from opsdesk.services import attendance
from opsdesk.services.attendance import PersonDay
from opsdesk.services.context import Context

Row = Mapping[Any, Any]
Words = Callable[[Row], str]


def _numbered(word: str) -> Words:
    return lambda row: f"{word} {row['number']}"


def _punch(row: Row) -> str:
    gone = f"（已作废：{row['void_reason'] or '无原因'}）" if row["void_at"] else ""
    return f"{row['at']:%Y-%m-%d %H:%M} {row['direction']} {row['source']}{gone}"


KINDS: Mapping[str, tuple[type[Base], Words]] = {
    "incident": (Incident, _numbered("事件")),
    "loan": (Loan, _numbered("借用")),
    "equipment_move": (EquipmentMove, _numbered("设备进出")),
    "media_check": (MediaCheck, _numbered("查毒")),
    "change_request": (ChangeRequest, _numbered("变更")),
    "off_hours": (OffHours, _numbered("非工作时间")),
    "inspection": (Inspection, _numbered("巡检")),
    "appraisal_event": (AppraisalEvent, _numbered("考核事项")),
    "sheet": (AppraisalSheet, _numbered("考核表")),
    "punch": (Punch, _punch),
    "visit": (Visit, lambda row: f"机房出入 {row['entered_at']:%m-%d %H:%M} {row['name']}"),
    "report": (Report, _numbered("日报")),
    "report_weekly": (Report, _numbered("周报")),
    "report_quarterly": (Report, _numbered("季度总结")),
    "cleaning": (Cleaning, lambda row: f"清扫 {row['day']:%Y-%m-%d}"),
}
"""Records by the word that a reference begins with, and what they say."""


def read(ctx: Context, references: Iterable[str]) -> Mapping[str, str]:
    """What each reference leads to in words; those that lead nowhere are left out."""
    of: dict[str, list[str]] = defaultdict(list)
    for reference in dict.fromkeys(references):
        kind, _, rest = reference.partition(":")
        of[kind].append(rest)
    found = {f"day:{rest}": f"{_day(rest):%Y-%m-%d} 没有到岗记录" for rest in of["day"]}
    found |= {f"report_due:{rest}": f"{_day(rest):%Y-%m-%d} 没有交报告" for rest in of["report_due"]}
    with ctx.read() as connection:
        for kind, (model, words) in KINDS.items():
            table = model.__table__
            query = select(table).where(table.c.id.in_([int(rest) for rest in of[kind]]))
            if of[kind]:
                found |= {f"{kind}:{row['id']}": words(row) for row in connection.execute(query).mappings()}
        names = dict(connection.execute(select(Room.id, Room.name)).tuples().all()) if of["room"] else {}
    for rest in of["room"]:
        if (name := names.get(int(rest.partition(":")[0]))) is not None:
            found[f"room:{rest}"] = f"{name} {_day(rest):%m-%d} 没有巡检"
    return found


def _day(rest: str) -> date:
    return date.fromisoformat(rest.rpartition(":")[2])


def person_day(ctx: Context, reference: str) -> PersonDay | None:
    """The person's day of a sign-in or an absence (“punch:17”, “day:3:2026-02-06”); None where it is gone."""
    kind, _, rest = reference.partition(":")
    with ctx.read() as connection:
        if kind == "day":
            staff_id, day = int(rest.partition(":")[0]), _day(rest)
        else:
            row = connection.execute(select(Punch.staff_id, Punch.day).where(Punch.id == int(rest))).one_or_none()
            if row is None:
                return None
            staff_id, day = row.staff_id, row.day
        found = attendance.read(connection, ctx.regulations, day, day, ctx.now(), [staff_id])
    return next(iter(found), None)
