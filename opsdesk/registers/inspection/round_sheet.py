"""The sheet of one round as it is filled in: its items with limits, what the last round found, how the day stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select, tuple_

from opsdesk.models import Inspection, InspectionLine
from opsdesk.rules import upkeep
from opsdesk.rules.clause import Law
from opsdesk.rules.upkeep import NONE, CleaningState, Found, Rounds
from opsdesk.services import closing_days, duties, inspection_items, retiring, room_upkeep
from opsdesk.services.context import Context
from opsdesk.services.inspection_items import Item

FIGURE_MISSING = "请读数后填写；没有这一项就写 /。"
STATE_MISSING = "还没有看。正常按空格，异常按 x，没有这一项按 /。"
FIGURE_UNREADABLE = "要写数字，最多一位小数，例如 23.5；没有这一项就写 /。"
MOST_ROUNDS = 4


@dataclass(frozen=True)
class Line:
    """What a round found of an item, as it is kept."""

    id: int
    item_id: int
    category: str
    name: str
    standard: str
    value: str
    normal: bool
    action: str
    incident_number: str


@dataclass(frozen=True)
class Round:
    """A round that was made and stands."""

    id: int
    number: str
    turn: int
    at: datetime
    inspected_by: str
    entered_by: str
    entered_at: datetime
    checked_by: str
    remarks: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class RoundSheet:
    """A room's sheet of a day and turn. `made` is the round that stands already; `last` what the one before found.

    `closed` says why no round of the day can be added any more, where it is closed.
    """

    room_id: int
    room: str
    day: date
    turn: int
    turns: int
    law: Law
    items: tuple[Item, ...]
    made: Round | None
    last: Mapping[int, Line]
    last_round: str
    rounds: Rounds
    cleaning: CleaningState
    people: tuple[str, ...] = field(default=())
    closed: str = ""


def lines_of(connection: Connection, ids: Sequence[int]) -> Mapping[int, tuple[Line, ...]]:
    """The lines of rounds, by the round's id, in the order in which they were written."""
    query = select(InspectionLine.__table__).where(InspectionLine.inspection_id.in_(ids)).order_by(InspectionLine.id)
    found: dict[int, list[Line]] = {each: [] for each in ids}
    for row in connection.execute(query).mappings():
        values = {key: value for key, value in row.items() if key != "inspection_id"}
        found[row["inspection_id"]].append(Line(**values))
    return {key: tuple(lines) for key, lines in found.items()}


def rounds_of(connection: Connection, room_id: int, day: date) -> Mapping[int, Round]:
    """The standing rounds of a room on a day, by turn."""
    query = select(Inspection.__table__).where(
        Inspection.room_id == room_id, Inspection.day == day, Inspection.void_at.is_(None)
    )
    rows = connection.execute(query.order_by(Inspection.turn, Inspection.id)).mappings().all()
    lines = lines_of(connection, [row["id"] for row in rows])
    return {row["turn"]: _round(row, lines[row["id"]]) for row in rows}


def _round(row: Mapping[Any, Any], lines: tuple[Line, ...]) -> Round:
    keys = ("id", "number", "turn", "at", "inspected_by", "entered_by", "entered_at", "checked_by", "remarks")
    return Round(**{key: row[key] for key in keys}, lines=lines)


def last_round(connection: Connection, room_id: int, day: date, turn: int) -> Round | None:
    """The standing round of the room before this one; None where it is the first."""
    query = (
        select(Inspection.__table__)
        .where(
            Inspection.room_id == room_id,
            Inspection.void_at.is_(None),
            tuple_(Inspection.day, Inspection.turn) < tuple_(day, turn),
        )
        .order_by(Inspection.day.desc(), Inspection.turn.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _round(row, lines_of(connection, [row["id"]])[row["id"]])


def sheet(ctx: Context, room_id: int, day: date, turn: int) -> RoundSheet:
    """The sheet of a room, a day and a turn. Refuses a room that is not in the record."""
    law = ctx.law_on(day)
    with ctx.read() as connection:
        room = inspection_items.room_row(connection, room_id)
        if room is None:
            raise retiring.missing("机房")
        made = rounds_of(connection, room_id, day)
        before = last_round(connection, room_id, day, turn)
        cleaned = room_upkeep.last_cleaned(connection, room_id, day)
        closed = closing_days.why_no_more(connection, "inspection", {"day": day})
        items = inspection_items.items_of(connection, room_id, day, law, cleaned)
        people = tuple(person.name for person in duties.people(connection) if person.on_site(day))
    rounds = upkeep.rounds(made, law)
    return RoundSheet(
        room_id=room_id,
        room=room["name"],
        day=day,
        turn=turn,
        turns=turns_of(rounds),
        law=law,
        items=tuple(items),
        made=made.get(turn),
        last={line.item_id: line for line in before.lines} if before is not None else {},
        last_round=f"{before.at:%m-%d %H:%M} {before.inspected_by}" if before is not None else "",
        rounds=rounds,
        cleaning=upkeep.cleaning(cleaned, day, law),
        people=tuple(dict.fromkeys(people)),
        closed=closed,
    )


def turns_of(rounds: Rounds) -> int:
    """How many rounds the sheet of a day has room for: two, or as many as are due or were made."""
    return min(MOST_ROUNDS, max(2, rounds.due, *rounds.done))


def next_turn(ctx: Context, room_id: int, day: date) -> int:
    """The first round of the day that was not made yet; the last where all were."""
    with ctx.read() as connection:
        rounds = upkeep.rounds(rounds_of(connection, room_id, day), ctx.law_on(day))
    turns = turns_of(rounds)
    return next((turn for turn in range(1, turns + 1) if turn not in rounds.done), turns)


def look_at(item: Item, typed: str, action: str, law: Law) -> tuple[Found | None, str]:
    """What a typed value amounts to, and what is still missing of the item; no sentence where all is said."""
    if not typed.strip():
        return None, FIGURE_MISSING if item.takes_figure else STATE_MISSING
    try:
        found = upkeep.judge(item.facts, typed, law)
    except ValueError:
        return None, FIGURE_UNREADABLE if item.takes_figure else STATE_MISSING
    if not found.normal and not action.strip():
        return found, f"{found.sentence}。请写明处置。"
    return found, ""


def copied(item: Item, last: Mapping[int, Line]) -> tuple[str, str]:
    """State and action to take over from the last round; a figure is never copied, only that there is none."""
    line = last.get(item.id)
    takes_over = (NONE,) if item.takes_figure else upkeep.STATES
    return (line.value, line.action) if line is not None and line.value in takes_over else ("", "")
