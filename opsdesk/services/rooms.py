"""The machine rooms of the site, as forms offer them."""

from __future__ import annotations

from sqlalchemy import select

from opsdesk.models import Room
from opsdesk.services.choices import Choice, in_use
from opsdesk.services.context import Context


def offered(ctx: Context) -> Choice:
    """Rooms in use by name."""
    with ctx.read() as connection:
        rows = connection.execute(select(Room.id, Room.name, Room.left_on).order_by(Room.name)).all()
    return [(row.id, row.name) for row in rows if in_use(row.left_on, ctx.today())]


def keepers(ctx: Context) -> list[str]:
    """Who keeps a room (机房管理员): the first to be offered as escort."""
    with ctx.read() as connection:
        rows = connection.execute(select(Room.keeper, Room.left_on).where(Room.keeper != "").order_by(Room.name)).all()
    return list(dict.fromkeys(row.keeper for row in rows if in_use(row.left_on, ctx.today())))
