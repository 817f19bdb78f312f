"""The machine rooms of the site, as forms offer them."""

from __future__ import annotations

from sqlalchemy import select

from opsdesk.models import Room, Visit
from opsdesk.services.choices import Choice, in_use
from opsdesk.services.context import Context


def offered(ctx: Context) -> Choice:
    """Rooms in use by name."""
    with ctx.read() as connection:
        rows = connection.execute(select(Room.id, Room.name, Room.left_on).order_by(Room.name)).all()
    return [(row.id, row.name) for row in rows if in_use(row.left_on, ctx.today())]


def usual(ctx: Context) -> int | None:
    """The room in use that somebody entered last, to begin a form with; without a visit the only one there is."""
    rooms = [room_id for room_id, _ in offered(ctx)]
    last = select(Visit.room_id).where(Visit.room_id.in_(rooms)).order_by(Visit.entered_at.desc(), Visit.id.desc())
    with ctx.read() as connection:
        found = connection.execute(last.limit(1)).scalar_one_or_none()
    return found if found is not None or len(rooms) != 1 else int(rooms[0])


def keepers(ctx: Context) -> list[str]:
    """Who keeps a room (机房管理员): the first to be offered as escort."""
    with ctx.read() as connection:
        rows = connection.execute(select(Room.keeper, Room.left_on).where(Room.keeper != "").order_by(Room.name)).all()
    return list(dict.fromkeys(row.keeper for row in rows if in_use(row.left_on, ctx.today())))
