"""What a day leaves open in the machine room and of equipment: people inside, papers owed, rounds, things lent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, select

from opsdesk.models import EquipmentMove, Inspection, Loan, OffHours, Permit, Reading, Room, Visit
from opsdesk.rules import upkeep
from opsdesk.services import off_hours_slips, permit_states, room_upkeep
from opsdesk.services.choices import in_use
from opsdesk.services.context import Context
from opsdesk.services.off_hours_slips import SlipState
from opsdesk.services.open_item import OpenItem
from opsdesk.services.permit_states import PermitState

DAY = timedelta(days=1)


def of_rooms(connection: Connection, ctx: Context, day: date) -> Iterator[OpenItem]:
    """Everything open in the room and of equipment on `day`, or before it and still open."""
    yield from _inside(connection, day)
    yield from _papers(connection, day, ctx.now())
    yield from _upkeep(connection, ctx, day)
    yield from _lent(connection, day)


def _inside(connection: Connection, day: date) -> Iterator[OpenItem]:
    query = (
        select(Visit.id, Visit.name, Visit.entered_at, Room.name.label("room"))
        .join(Room, Room.id == Visit.room_id)
        .where(
            Visit.entered_at < datetime.combine(day + DAY, time()),
            Visit.left_at.is_(None),
            Visit.void_at.is_(None),
            Visit.batch_id.is_(None),
        )
        .order_by(Visit.entered_at, Visit.id)
    )
    for row in connection.execute(query):
        said = f"{row.name} {row.entered_at:%m-%d %H:%M} 进入{row.room}，还没有登记离开。"
        yield OpenItem("在机房", said, "visit", id=row.id, name=row.name)


def _papers(connection: Connection, day: date, now: datetime) -> Iterator[OpenItem]:
    """Emergencies approved by telephone whose paper has not come (T3-06)."""
    ends = datetime.combine(day + DAY, time())
    permits = permit_states.rows(now).where(Permit.planned_from < ends).order_by(Permit.number)
    states = permit_states.state_at(now)
    for row in connection.execute(permits.where(states.in_([PermitState.URGENT, PermitState.LATE]))).mappings():
        late = "，已经逾期" if row["state"] == PermitState.LATE else ""
        said = f"紧急审批单 {row['number']}（{row['unit']}）的书面单还没有补{late}。"
        yield OpenItem("待补单", said, "permit", id=row["id"], name=row["number"])
    state = off_hours_slips.state_at(now)
    slips = select(OffHours.id, OffHours.number, OffHours.unit, state.label("state")).where(
        OffHours.begins_at < ends, state.in_([SlipState.URGENT, SlipState.LATE])
    )
    for slip in connection.execute(slips.order_by(OffHours.number)):
        late = "，已经逾期" if slip.state == SlipState.LATE else ""
        said = f"紧急使用场地 {slip.number}（{slip.unit}）的书面申请还没有补{late}。"
        yield OpenItem("待补单", said, "off_hours", id=slip.id, name=slip.number)


def _upkeep(connection: Connection, ctx: Context, day: date) -> Iterator[OpenItem]:
    """Rounds not made on the day, cleaning that is overdue, readings out of range of which nothing was done."""
    law = ctx.law_on(day)
    rooms = connection.execute(select(Room.id, Room.name, Room.left_on).order_by(Room.id)).all()
    for room in (each for each in rooms if in_use(each.left_on, day)):
        turns = select(Inspection.turn).where(
            Inspection.room_id == room.id, Inspection.day == day, Inspection.void_at.is_(None)
        )
        rounds = upkeep.rounds(connection.execute(turns).scalars(), law)
        if rounds.missing:
            yield OpenItem("巡检", f"{room.name}{rounds.sentence}", "inspection_round", id=room.id, day=day)
        cleaned = upkeep.cleaning(room_upkeep.last_cleaned(connection, room.id, day), day, law)
        if cleaned.over:
            yield OpenItem("清扫", f"{room.name}{cleaned.sentence}", "cleaning", name=room.name)
    readings = (
        select(Reading.id, Reading.at, Reading.out, Room.name)
        .join(Room, Room.id == Reading.room_id)
        .where(
            Reading.at < datetime.combine(day + DAY, time()),
            Reading.out != "",
            Reading.action == "",
            Reading.void_at.is_(None),
        )
        .order_by(Reading.at)
    )
    for row in connection.execute(readings):
        said = f"{row.name} {row.at:%m-%d %H:%M} {row.out}，还没有写处置。"
        yield OpenItem("环境", said, "reading", id=row.id, name=row.name)


def _lent(connection: Connection, day: date) -> Iterator[OpenItem]:
    """Things that were to be back by the day."""
    loans = (
        select(Loan.id, Loan.number, Loan.borrower, Loan.due_on)
        .where(
            Loan.lent_at.is_not(None),
            Loan.returned_at.is_(None),
            Loan.void_at.is_(None),
            Loan.refused_at.is_(None),
            Loan.due_on <= day,
        )
        .order_by(Loan.due_on, Loan.number)
    )
    for row in connection.execute(loans):
        when = "当天应还" if row.due_on == day else f"{row.due_on:%m-%d} 应还，逾期 {(day - row.due_on).days} 天"
        yield OpenItem(
            "借用", f"{row.borrower}借的 {row.number} {when}，还没有还清。", "loan", id=row.id, name=row.number
        )
    moves = (
        select(EquipmentMove.id, EquipmentMove.number, EquipmentMove.name, EquipmentMove.due_on)
        .where(EquipmentMove.due_on <= day, EquipmentMove.returned_on.is_(None), EquipmentMove.void_at.is_(None))
        .order_by(EquipmentMove.due_on, EquipmentMove.number)
    )
    for move in connection.execute(moves):
        said = f"{move.name}（{move.number}）应在 {move.due_on:%m-%d} 归还，还没有归还。"
        yield OpenItem("设备进出", said, "equipment_move", id=move.id, name=move.number)
