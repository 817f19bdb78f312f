"""The supervisor's roll-call: times that he attests, entered for many people at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from opsdesk.models import Leave, Punch
from opsdesk.registers.sign_in.service import TOUCHED, person_on
from opsdesk.rules import attendance as rules
from opsdesk.rules.vocabulary import Direction, LeaveKind, Role, Source
from opsdesk.services import attendance, clock_guard, duties
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.services.transaction import Transaction


@dataclass(frozen=True)
class Called:
    """One person's line of a roll-call: arrived at, left at (None leaves that end untouched), or away on leave."""

    staff_id: int
    arrived_at: datetime | None = None
    left_at: datetime | None = None
    away: LeaveKind | None = None


def roll_call(ctx: Context, *, day: date, lines: Sequence[Called]) -> Outcome[str]:
    """Enter a roll-call: times that a person attests, marked 点名 and judged like any other; leave covers the duty.

    Only the supervisor calls the roll. Refuses, and stores nothing, where a time is in the future, outside the person's
    duty, or an end that is on record already (that is what 补签 is for).
    """
    ctx.require(Role.SUPERVISOR)
    now = ctx.now()
    with ctx.transaction("点名", f"{day.isoformat()} 点名") as tx:
        clock_guard.check(tx.connection, ctx.clock)
        rows: list[dict[str, Any]] = []
        for line in lines:
            rows.extend(_called(ctx, tx, day, line, now))
        tx.insert_many(Punch, rows)
        away = [_away(ctx, tx, day, line) for line in lines if line.away]
        tx.insert_many(Leave, away)
        touched = {(row["staff_id"], day) for row in (*rows, *away)}
        attendance.rejudge(tx, ctx.regulations, touched, now)
    people = len({row["staff_id"] for row in rows})
    said = f"，{len(away)} 人请假" if away else ""
    return Outcome(f"点名已记录：{people} 人 {len(rows)} 条{said}。", TOUCHED | {"leave"})


def _away(ctx: Context, tx: Transaction, day: date, line: Called) -> dict[str, Any]:
    person = person_on(tx.connection, line.staff_id, day)
    duty = duties.load(tx.connection, ctx.regulations, day, day, (line.staff_id,)).duty(person, day)
    if duty is None:
        raise Refusal(f"{person.name} 在 {day.isoformat()} 没有排班，不用请假。")
    if duty.approved:
        raise Refusal(f"{person.name} 在 {day.isoformat()} 已有请假记录。要改请到“请假排班 · 请假单”。")
    return {
        "staff_id": person.id,
        "kind": str(line.away),
        "begins_at": duty.begins,
        "ends_at": duty.ends,
        "reason": "点名时登记",
        "approved_by": ctx.actor.name,
    }


def _called(ctx: Context, tx: Transaction, day: date, line: Called, now: datetime) -> list[dict[str, Any]]:
    person = person_on(tx.connection, line.staff_id, day)
    plan = duties.load(tx.connection, ctx.regulations, day, day, (line.staff_id,))
    own = plan.duties(person, day - timedelta(days=1), day + timedelta(days=1))
    known = attendance.punches_on(tx.connection, day, day, (line.staff_id,)).get((line.staff_id, day), [])
    rows: list[dict[str, Any]] = []
    for at, direction in ((line.arrived_at, Direction.IN), (line.left_at, Direction.OUT)):
        if at is None:
            continue
        if any(punch.fact.direction is direction for punch in known):
            raise Refusal(f"{person.name} 当天的{direction}已有记录，点名不能改它。要更正请走补签单。")
        if at > now:
            raise Refusal(f"{person.name} 的{direction}时间 {at:%H:%M} 还没有到。请改成已经发生的时间。")
        if not rules.belongs(own, day, at, direction):
            raise Refusal(f"{person.name} 的{direction}时间 {at:%m-%d %H:%M} 不属于 {day.isoformat()} 的班次。请核对。")
        rows.append(
            {
                "staff_id": person.id,
                "day": day,
                "at": at,
                "direction": str(direction),
                "source": str(Source.ROLL_CALL),
                "device": ctx.station,
                "entered_at": now,
                "entered_by": ctx.actor.name,
                "doubted": False,
            }
        )
    if line.arrived_at and line.left_at and line.left_at <= line.arrived_at:
        raise Refusal(f"{person.name} 的离岗时间不晚于到岗时间。请核对。")
    return rows
