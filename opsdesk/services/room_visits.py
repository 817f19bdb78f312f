"""Visits to the machine room as the clauses look at them, and who is inside now."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.models import OffHours, Permit, Room, Visit, VisitItem
from opsdesk.rules import room_access
from opsdesk.rules.clause import Regulations
from opsdesk.rules.facts import Span
from opsdesk.rules.room_access import Breach, Item, Leave, VisitFacts
from opsdesk.services import duties, masking, off_hours_slips, room_permits
from opsdesk.services.context import Context
from opsdesk.services.duties import Person, Plan

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
LONGEST_OPEN = timedelta(hours=12)
"""After so long somebody of whom nobody knows when he should leave is asked after."""
BATCH = 500
ROOM = "机房"
_DIVIDERS = re.compile(r"[\n、,，;；]+")


@dataclass(frozen=True)
class Carried:
    """Something that a visitor carries: what, how many were brought, how many were taken out and stay."""

    id: int
    name: str
    model: str
    serial: str
    brought: int
    taken: int
    stays: int
    note: str


@dataclass(frozen=True)
class Inside:
    """Somebody who is in a room now. `over` is by how many seconds he has overstayed; `phone` is masked.

    `group` holds the ids of those who entered with him and are inside still, himself included.
    """

    visit_id: int
    room_id: int
    room: str
    module: str
    name: str
    unit: str
    external: bool
    phone: str
    purpose: str
    permit_number: str
    entered_at: datetime
    due_at: datetime | None
    over: int
    escorts: tuple[str, ...]
    operated: bool | None
    goods: tuple[Carried, ...]
    breaches: tuple[Breach, ...]
    group: tuple[int, ...]


def breaches(
    connection: Connection, regulations: Regulations, rows: Sequence[Mapping[str, Any]], now: datetime
) -> dict[int, list[Breach]]:
    """What was missed on each of these rows of `visit`, by its id; what is void or was imported is not judged."""
    judged = [row for row in rows if row["void_at"] is None and row["batch_id"] is None]
    found: dict[int, list[Breach]] = {row["id"]: [] for row in rows}
    for begin in range(0, len(judged), BATCH):
        for row, facts in _facts(connection, regulations, judged[begin : begin + BATCH], now):
            found[row["id"]] = room_access.breaches(facts, regulations.on(row["entered_at"].date()), now)
    return found


def _facts(
    connection: Connection, regulations: Regulations, rows: Sequence[Mapping[str, Any]], now: datetime
) -> Iterable[tuple[Mapping[str, Any], VisitFacts]]:
    """Each row with its facts; permits, goods, hours and off-hours slips are read once for all."""
    until = {row["id"]: row["left_at"] or max(now, row["entered_at"] + SECOND) for row in rows}
    first, last = min(row["entered_at"] for row in rows), max(until.values())
    staff = {row["staff_id"] for row in rows if row["staff_id"] is not None}
    plan = duties.load(connection, regulations, first.date() - DAY, last.date() + DAY, staff)
    people = {person.id: person for person in duties.people(connection, ids=staff)} if staff else {}
    asked = {row["permit_id"] for row in rows if row["permit_id"] is not None}
    permits, named = room_permits.facts(connection, asked), _named(connection, asked)
    goods = carried(connection, [row["id"] for row in rows])
    rooms = {row.id: row.name for row in connection.execute(select(Room.id, Room.name))}
    slips = _off_hours(connection, first, last)
    for row in rows:
        yield (
            row,
            VisitFacts(
                external=row["external"],
                entered=row["entered_at"],
                left=row["left_at"],
                due=row["due_at"],
                permit=permits.get(row["permit_id"]),
                escorts=escorts_of(row),
                operated=bool(row["operated"]),
                operation=row["operation"],
                items=tuple(Item(each.name, each.brought, each.taken, each.stays) for each in goods[row["id"]]),
                working=_working(plan, people.get(row["staff_id"]), row["entered_at"], until[row["id"]]),
                leaves=tuple(
                    _leave(slip) for slip in slips if _covers(slip, row, until[row["id"]], rooms[row["room_id"]])
                ),
                named=_is_named(row, named.get(row["permit_id"], set())),
                own=not row["external"] and row["staff_id"] is None,
            ),
        )


def _is_named(row: Mapping[str, Any], names: Collection[str]) -> bool:
    return not names or row["name"] in names


def escorts_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The one or two who stay all the way."""
    return tuple(each for each in (row["escort"], row["second_escort"]) if each)


def _named(connection: Connection, permit_ids: Collection[int]) -> dict[int, set[str]]:
    """Whom each of these permits names, its applicant included."""
    people = room_permits.people_of(connection, permit_ids)
    found = {each: {member.name for member in members} for each, members in people.items()}
    for row in connection.execute(select(Permit.id, Permit.applicant).where(Permit.id.in_(permit_ids))):
        found[row.id].add(row.applicant)
    return found


def carried(connection: Connection, ids: Collection[int]) -> dict[int, list[Carried]]:
    """The goods of these visits in the order of entry; a visit without goods has an empty list."""
    found: dict[int, list[Carried]] = defaultdict(list)
    table = VisitItem.__table__
    query = select(table).where(VisitItem.visit_id.in_(ids), VisitItem.void_at.is_(None)).order_by(VisitItem.id)
    keys = ("id", "name", "model", "serial", "brought", "taken", "stays", "note")
    for row in connection.execute(query).mappings():
        found[row["visit_id"]].append(Carried(**{key: row[key] for key in keys}))
    return found


def _working(plan: Plan, person: Person | None, begins: datetime, ends: datetime) -> tuple[Span, ...]:
    """The site's working time, and the duties of one of our engineers, which the roster sets."""
    duty = () if person is None else plan.duties(person, begins.date() - DAY, ends.date() + DAY)
    own = [Span(each.begins, each.ends) for each in duty]
    return tuple(sorted([*off_hours_slips.working(plan, begins, ends), *own]))


def _off_hours(connection: Connection, first: datetime, last: datetime) -> list[Mapping[str, Any]]:
    """Slips for off-hours use (F14) that may cover visits of the period."""
    query = select(OffHours.__table__).where(
        OffHours.void_at.is_(None),
        OffHours.refused_at.is_(None),
        OffHours.begins_at < datetime.combine(last.date() + DAY, time()),
        OffHours.ends_at > datetime.combine(first.date(), time()),
    )
    return [dict(row) for row in connection.execute(query.order_by(OffHours.begins_at)).mappings()]


def _covers(slip: Mapping[str, Any], row: Mapping[str, Any], until: datetime, room: str) -> bool:
    """Whether a slip speaks of this visit: by its number, else by the name or, where it names nobody, by the unit."""
    if slip["number"] == row["off_hours_number"]:
        return True
    if slip["begins_at"] >= until or slip["ends_at"] <= row["entered_at"]:
        return False
    if slip["place"] and ROOM not in slip["place"] and room not in slip["place"]:
        return False
    lines = [line.split() for line in _DIVIDERS.split(slip["people"] or "")]
    if names := {words[0] for words in lines if words}:
        return row["name"] in {*names, slip["applicant"]}
    return slip["unit"] == row["unit"] or (slip["vendor_id"] is not None and slip["vendor_id"] == row["vendor_id"])


def _leave(slip: Mapping[str, Any]) -> Leave:
    span = Span(slip["begins_at"], slip["ends_at"])
    return Leave(span, slip["approved_at"], slip["emergency"], slip["papered_at"])


def inside(ctx: Context) -> list[Inside]:
    """Who is in which room now: those who overstay most first, then by when they came."""
    now = ctx.now()
    query = (
        select(Visit.__table__, Room.name.label("room"), Permit.number.label("permit_number"))
        .join(Room, Room.id == Visit.room_id)
        .join(Permit, Permit.id == Visit.permit_id, isouter=True)
        .where(Visit.left_at.is_(None), Visit.void_at.is_(None), Visit.batch_id.is_(None))
    )
    with ctx.read() as connection:
        rows = [dict(row) for row in connection.execute(query).mappings()]
        goods = carried(connection, [row["id"] for row in rows])
        missed = breaches(connection, ctx.regulations, rows, now)
    groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for row in rows:
        groups[_group(row)].append(row["id"])
    found = [
        Inside(
            visit_id=row["id"],
            room_id=row["room_id"],
            room=row["room"],
            module=row["module"],
            name=row["name"],
            unit=row["unit"],
            external=row["external"],
            phone=masking.phone(row["phone"]),
            purpose=row["purpose"],
            permit_number=row["permit_number"] or "",
            entered_at=row["entered_at"],
            due_at=row["due_at"],
            over=overstay(row, now),
            escorts=escorts_of(row),
            operated=row["operated"],
            goods=tuple(goods[row["id"]]),
            breaches=tuple(missed[row["id"]]),
            group=tuple(groups[_group(row)]),
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: (-each.over, each.entered_at, each.visit_id))


def _group(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """People entered by one act share room, permit, time and the moment of the entry."""
    return row["room_id"], row["permit_id"], row["entered_at"], row["registered_at"]


def overstay(row: Mapping[str, Any], now: datetime) -> int:
    """By how many seconds a visitor stays, or stayed, beyond the time that he had; 0 within it and at its end.

    Who had none is asked after once he is in for `LONGEST_OPEN`; after he has left nobody says that it was too long.
    """
    until: datetime = row["left_at"] or now
    due = row["due_at"] or (row["entered_at"] + LONGEST_OPEN if row["left_at"] is None else until)
    return max(0, int((until - due).total_seconds()))
