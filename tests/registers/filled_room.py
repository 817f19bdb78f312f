"""Rooms, permits in every state and off-hours slips for the filled site; frequent visitors come of the permits."""

from __future__ import annotations

from datetime import datetime

from filled_site import run
from machine_room import a_room, off_hours, permit

from opsdesk.services.context import Context


def fill(ctx: Context) -> dict[str, list[int]]:
    """At least three of each, permits and slips in different states."""
    urgent = {"urgent": True, "phoned_by": "主管", "phoned_at": datetime(2026, 3, 5, 6, 30)}
    rooms = [
        a_room(ctx),
        a_room(ctx, "二楼配线间%_", modules="", temp_min=15, temp_max=30),
        a_room(ctx, "旧机房", humidity_max=65),
    ]
    permits = [
        permit(ctx, rooms[0], remarks="100% 按方案"),
        permit(ctx, rooms[0]),
        permit(ctx, rooms[1], people="周工", several=True, planned_to=datetime(2026, 4, 5, 12), operates=False),
        permit(ctx, rooms[0], planned_from=datetime(2026, 3, 5, 6, 30), planned_to=datetime(2026, 3, 5, 9), **urgent),
        permit(ctx, rooms[2], people="冯工 中科"),
        permit(ctx, rooms[2], people=""),
        permit(ctx, rooms[0], planned_from=datetime(2026, 3, 4, 9), planned_to=datetime(2026, 3, 4, 10)),
    ]
    run(ctx, "permit", "approve", permits[1])
    run(ctx, "permit", "approve", permits[2])
    run(ctx, "permit", "refuse", permits[4], reason="改到周末")
    run(ctx, "permit", "void", permits[5], reason="填错了")
    run(ctx, "room", "retire", rooms[2])
    slips = [
        off_hours(ctx),
        off_hours(ctx, begins_at=datetime(2026, 3, 7, 9), ends_at=datetime(2026, 3, 8, 12), place="三楼中心机房"),
        off_hours(
            ctx, begins_at=datetime(2026, 3, 5, 6), ends_at=datetime(2026, 3, 5, 8), emergency=True, phoned_by="主管",
            phoned_at=datetime(2026, 3, 5, 5, 50),
        ),
        off_hours(ctx, reason="不用了%_"),
    ]  # fmt: skip
    run(ctx, "off_hours", "approve", slips[1])
    run(ctx, "off_hours", "use", slips[2], entered_at=datetime(2026, 3, 5, 6, 5), left_at=datetime(2026, 3, 5, 7, 40))
    run(ctx, "off_hours", "void", slips[3], reason="改期")
    return {"room": rooms, "permit": permits, "off_hours": slips}
