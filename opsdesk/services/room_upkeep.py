"""What the records of a room's upkeep share: the room chosen, figures typed, the last cleaning, incidents named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.models import Cleaning, Incident, Room
from opsdesk.rules import upkeep
from opsdesk.rules.upkeep import CleaningState
from opsdesk.services import entry, incident_numbers, inspection_items
from opsdesk.services.choices import in_use
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.rooms import offered

Values = Mapping[str, Any]
MOST_SUGGESTED = 50


def first_room(ctx: Context) -> int | None:
    """The site's first room, which a form begins with; None where there is none yet."""
    return next((room_id for room_id, _ in offered(ctx)), None)


def chosen_room(connection: Connection, values: Values) -> Mapping[Any, Any]:
    """The room a form names. Refuses none, and one that is not in the record."""
    known = list(connection.execute(select(Room.id)).scalars())
    found = inspection_items.room_row(connection, entry.chosen(values, "room_id", "机房", known))
    assert found is not None  # noqa: S101 — read in the same look
    return found


def tenths(values: Values, key: str, title: str) -> int | None:
    """A figure typed with at most one place after the point, in tenths; None where empty."""
    typed = str(values.get(key) if values.get(key) is not None else "")
    plain = entry.text({key: typed}, key, title)
    if not plain:
        return None
    try:
        return upkeep.read_tenths(plain)
    except ValueError:
        raise Refusal(f"{title}要写数字，最多一位小数，例如 23.5，“{plain}”不是。", field=key) from None


def last_cleaned(connection: Connection, room_id: int, day: date) -> date | None:
    """The day of the last cleaning up to `day`; None where there is none."""
    query = select(Cleaning.day).where(Cleaning.room_id == room_id, Cleaning.void_at.is_(None), Cleaning.day <= day)
    return connection.execute(query.order_by(Cleaning.day.desc()).limit(1)).scalar_one_or_none()


@dataclass(frozen=True)
class RoomCleaning:
    """How the cleaning of one room stands today."""

    room_id: int
    room: str
    state: CleaningState


def cleanings_due(ctx: Context) -> Sequence[RoomCleaning]:
    """Every room in use with its cleaning as it stands today: what is over, and what is to be reminded of (E1-11)."""
    today, law = ctx.today(), ctx.law_on(ctx.today())
    with ctx.read() as connection:
        rows = connection.execute(select(Room.id, Room.name, Room.left_on).order_by(Room.id)).all()
        return [
            RoomCleaning(row.id, row.name, upkeep.cleaning(last_cleaned(connection, row.id, today), today, law))
            for row in rows
            if in_use(row.left_on, today)
        ]


def named_incident(connection: Connection, values: Values) -> str:
    """The number of an incident as a form names it. Refuses one that is not in the record, or is void."""
    typed = entry.code(values, "incident_number", "事件编号", required=True)
    row = incident_numbers.found(connection, typed)
    if row is None or row["void_at"] is not None:
        raise Refusal(f"没有编号为 {typed.upper()} 的事件记录，或已作废。请核对编号。", field="incident_number")
    return str(row["number"])


def recent_incidents(ctx: Context) -> list[tuple[str, str]]:
    """Numbers of the latest incidents, to be suggested while one types."""
    with ctx.read() as connection:
        query = select(Incident.number).where(Incident.void_at.is_(None)).order_by(Incident.id.desc())
        return [(number, number) for number in connection.execute(query.limit(MOST_SUGGESTED)).scalars()]
