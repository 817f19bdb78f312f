"""Short ways to let people into a machine room, for tests of the register of visits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from filled_visits import a_room
from machine_room import id_number, permit
from sqlalchemy import select
from team import go_to

from opsdesk.models import Visit
from opsdesk.registers.visit import service
from opsdesk.registers.visit.service import PersonEntry
from opsdesk.rules.room_access import Breach
from opsdesk.services import room_visits
from opsdesk.services.context import Context
from opsdesk.services.room_visits import Inside

UNIT = "恒通网络"
CARD = id_number(7)
"""A 身份证 number that passes its check."""
PHONE = "13912345678"


def at(written: str) -> datetime:
    """A moment; a mere clock is one of 5 March 2026."""
    return datetime.fromisoformat(written if "-" in written else f"2026-03-05 {written}")


def guest(name: str = "周工", unit: str = UNIT, **more: Any) -> PersonEntry:
    """Somebody of another unit."""
    return PersonEntry(name, unit, **more)


def enter(ctx: Context, *people: PersonEntry, **more: Any) -> list[int]:
    """Let people in with an escort, to do something; a guest where nobody is named."""
    usual: dict[str, Any] = {"room_id": a_room(ctx), "purpose": "检查", "escorts": ("赵敏",)}
    return service.enter(ctx, people=people or (guest(),), **{**usual, **more}).value


def approved(ctx: Context, room: int, when: str = "2026-03-05 08:30", **more: Any) -> int:
    """A permit for this morning, nine to twelve, approved at this moment."""
    from filled_site import run

    made = permit(ctx, room, **more)
    go_to(ctx, when)
    run(ctx, "permit", "approve", made)
    return made


def row(ctx: Context, visit_id: int) -> dict[str, Any]:
    """A visit as the record holds it."""
    with ctx.read() as connection:
        return dict(connection.execute(select(Visit.__table__).where(Visit.id == visit_id)).mappings().one())


def missed(ctx: Context, visit_id: int) -> list[Breach]:
    """What was missed on a visit by now."""
    with ctx.read() as connection:
        return room_visits.breaches(connection, ctx.regulations, [row(ctx, visit_id)], ctx.now())[visit_id]


def words(ctx: Context, visit_id: int) -> list[str]:
    """What was missed, in the words of the register."""
    return [str(each.missed) for each in missed(ctx, visit_id)]


def inside(ctx: Context) -> dict[str, Inside]:
    """Who is inside, by name."""
    return {each.name: each for each in room_visits.inside(ctx)}
