"""The machine room as an appraisal reads it: visits, use outside working hours, rounds (E15-09), cleaning (E1-11).

What was not done names nobody: a missed round or a late cleaning is held against the vendor whose people alone did all
rounds or cleanings of the room in the period, else against the vendor of its keeper (机房管理员), else against nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from opsdesk.models import Cleaning, Inspection, InspectionLine, OffHours, Room
from opsdesk.rules import upkeep
from opsdesk.rules.calendar import days
from opsdesk.rules.room_access import Breach, Missed
from opsdesk.rules.scoring import Event
from opsdesk.services import off_hours_slips
from opsdesk.services.appraisal_feeds_record import DAY, Record, Row, Share, Whose, clause, event
from opsdesk.services.choices import in_use

BEFORE = timedelta(days=366)
"""So long before the period a cleaning may lie after which the next fell due in it."""


def breaches(record: Record) -> list[Event]:
    """Everything missed on visits but their use outside working hours; void and imported ones are not judged."""
    return [
        _breach("room.breach", row, "visit", each, whose)
        for row, whose, several in _visits(record)
        for each in several
        if each.missed is not Missed.OFF_HOURS
    ]


def off_hours(record: Record) -> list[Event]:
    """Use outside working hours without approval (T3-06), of visits and of slips; one by both is told by the visit."""
    found, told = [], []
    for row, whose, several in _visits(record):
        for each in several:
            if each.missed is Missed.OFF_HOURS:
                found.append(_breach("off_hours.breach", row, "visit", each, whose))
                told.append(row)
    slips = record.read(
        select(OffHours.__table__)
        .where(record.within(OffHours.entered_at), OffHours.void_at.is_(None))
        .order_by(OffHours.entered_at, OffHours.id)
    )
    missed = off_hours_slips.breaches(record.connection, record.regulations, slips, record.now)
    for slip in slips:
        if not any(_same_use(slip, visit) for visit in told):
            whose = _of_slip(record, slip)
            found += [_breach("off_hours.breach", slip, "off_hours", each, whose) for each in missed[slip["id"]]]
    return found


def _same_use(slip: Row, visit: Row) -> bool:
    """Whether a slip was for this visit: by its number, else the same unit at the same time."""
    if visit["off_hours_number"]:
        return bool(visit["off_hours_number"] == slip["number"])
    before = visit["left_at"] is not None and visit["left_at"] <= slip["entered_at"]
    after = slip["left_at"] is not None and slip["left_at"] <= visit["entered_at"]
    return visit["unit"] == slip["unit"] and not before and not after


def _visits(record: Record) -> Iterator[tuple[Row, Whose, Sequence[Breach]]]:
    for row, several in record.visits:
        yield row, record.owner(row["vendor_id"], row["staff_id"], row["name"]), several


def _of_slip(record: Record, slip: Row) -> Whose:
    """The applicant where he is one of the vendor's people, else the vendor."""
    known = record.named(slip["applicant"], slip["entered_at"].date(), slip["unit"])
    fits = slip["vendor_id"] in {None, known.vendor_id}
    return known if fits else Whose(slip["vendor_id"], None, slip["applicant"])


def _breach(feed: str, row: Row, table: str, each: Breach, whose: Whose) -> Event:
    when = f"{row['entered_at']:%m-%d %H:%M}"
    said = f"{whose.person} {when} 进入，{each.missed}：{each.sentence[:-1]}{clause(each.citation)}。"
    return event(
        f"{feed}/{each.missed.name}", row["entered_at"].date(), said, (f"{table}:{row['id']}",), whose,
        citation=each.citation,
    )  # fmt: skip


def abnormal(record: Record) -> list[Event]:
    """Each item that a round found out of order and of which nobody wrote what was done (E1-07)."""
    query = (
        select(
            InspectionLine.id, InspectionLine.inspection_id, InspectionLine.name, InspectionLine.value,
            InspectionLine.standard, Inspection.number, Inspection.day, Inspection.inspected_by,
            Room.name.label("room"),
        )
        .join(Inspection, Inspection.id == InspectionLine.inspection_id)
        .join(Room, Room.id == Inspection.room_id)
        .where(Inspection.day.between(record.first, record.last), Inspection.void_at.is_(None))
        .where(InspectionLine.normal.is_(False), InspectionLine.action == "", InspectionLine.incident_number == "")
        .order_by(Inspection.day, InspectionLine.id)
    )  # fmt: skip
    found = []
    for row in record.read(query):
        whose, cited = record.named(row["inspected_by"], row["day"]), upkeep.anomaly(record.regulations.on(row["day"]))
        value = f" {row['value']}（标准 {row['standard']}）" if row["value"] != upkeep.ABNORMAL else "异常"
        said = f"{row['number']} {row['room']}{row['name']}{value}，没有写处置{clause(cited)}。"
        evidence = (f"inspection:{row['inspection_id']}",)
        found.append(event(f"inspection.abnormal/{row['id']}", row["day"], said, evidence, whose, citation=cited))
    return found


@dataclass(frozen=True)
class _RoomDay:
    """A working day of a room that is over: which rounds were made, and whose the room is."""

    room: Row
    day: date
    turns: tuple[int, ...]
    whose: Whose


def _room_days(record: Record) -> Iterator[_RoomDay]:
    """From a room's first round on record: before that nobody kept its rounds here."""
    query = select(Inspection.room_id, Inspection.day, Inspection.turn, Inspection.inspected_by)
    rows = record.read(query.where(Inspection.void_at.is_(None), Inspection.day <= record.last))
    by_room: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        by_room[row["room_id"]].append(row)
    last = min(record.last, record.now.date() - DAY)
    for room in record.rooms:
        own = by_room[room["id"]]
        if not own:
            continue
        made: dict[date, list[int]] = defaultdict(list)
        for row in own:
            made[row["day"]].append(row["turn"])
        whose = _care(record, room, own, "inspected_by")
        for day in days(max(record.first, record.opened, min(made)), last):
            if record.calendar.works(day) and in_use(room["left_on"], day):
                yield _RoomDay(room, day, tuple(made.get(day, ())), whose)


def _care(record: Record, room: Row, rows: Sequence[Row], key: str) -> Whose:
    """Whose a room is: see the head of this module."""
    here = [record.named(row[key], row["day"]).vendor_id for row in rows if record.holds(row["day"])]
    alone = set(here)
    vendor = alone.pop() if len(alone) == 1 else None
    return Whose(vendor if vendor is not None else record.named(room["keeper"], record.last).vendor_id)


def missed_rounds(record: Record) -> list[Event]:
    """Each working day on which a room had fewer rounds than are due, counted in rounds; without a clause, none."""
    found = []
    for each in _room_days(record):
        rounds = upkeep.rounds(each.turns, record.regulations.on(each.day))
        lacking = len(rounds.missing) if rounds.due else int(not each.turns)
        if lacking:
            evidence = (f"room:{each.room['id']}:{each.day.isoformat()}",)
            said = f"{each.room['name']} {each.day:%m-%d} {rounds.sentence}"
            found.append(event("inspection.missed", each.day, said, evidence, each.whose, citation=rounds.citation,
                               count=lacking))  # fmt: skip
    return found


def rounds_done(record: Record) -> list[Share]:
    """Working days of rooms on which somebody went round, of all."""
    found = []
    for each in _room_days(record):
        evidence = () if each.turns else (f"room:{each.room['id']}:{each.day.isoformat()}",)
        found.append(Share(each.whose.vendor_id, None, int(bool(each.turns)), evidence=evidence))
    return found


def late_cleaning(record: Record) -> list[Event]:
    """Each time that a room was not cleaned again in time, on the first day that was too late (E1-11)."""
    query = select(Cleaning.id, Cleaning.room_id, Cleaning.day, Cleaning.cleaned_by).where(
        Cleaning.void_at.is_(None), Cleaning.day >= record.first - BEFORE, Cleaning.day <= record.now.date()
    )
    by_room: dict[int, list[Row]] = defaultdict(list)
    for row in record.read(query.order_by(Cleaning.day, Cleaning.id)):
        by_room[row["room_id"]].append(row)
    found = []
    for room in record.rooms:
        own = by_room[room["id"]]
        whose = _care(record, room, own, "cleaned_by")
        for row, following in zip(own, [*own[1:], None], strict=False):
            until = following["day"] if following else record.now.date()
            stands = upkeep.cleaning(row["day"], until, record.regulations.on(until))
            if stands.due is None or not stands.over:
                continue
            day = stands.due + DAY
            if record.holds(day) and in_use(room["left_on"], day):
                when = f"{until:%m-%d} 才清扫" if following else "还没有清扫"
                said = f"{room['name']} {when}：{stands.sentence}"
                evidence = (f"cleaning:{row['id']}",)
                found.append(event("cleaning.overdue", day, said, evidence, whose, citation=stands.citation))
    return found
