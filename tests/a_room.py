"""A machine room for tests, and rounds made in it by a few words."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from opsdesk.models import Room
from opsdesk.registers.inspection import round_sheet, service
from opsdesk.registers.inspection.round_sheet import Round
from opsdesk.registers.inspection.service import Kept, Typed
from opsdesk.rules.upkeep import NORMAL
from opsdesk.services.context import Context

FIGURES = {"温度": "23.5", "湿度": "50", "距上次集中清扫天数": "3", "负载率": "42"}
"""Usual figures; what is not named here reads 220."""


def room(ctx: Context, name: str = "主机房", **limits: int | None) -> int:
    """A room by its name, made where it is not there yet."""
    with ctx.transaction("登记机房") as tx:
        known = tx.connection.execute(select(Room.id).where(Room.name == name)).scalar_one_or_none()
        usual: dict[str, Any] = {"modules": "", "keeper": "王强", "door_name": ""}
        return known or tx.insert(Room, name=name, **usual, **limits)


def all_normal(ctx: Context, room_id: int, day: date, turn: int = 1, **other: str | Typed) -> dict[int, Typed]:
    """What is typed in a round where everything is as it should be, but for these items, by name."""
    typed = {}
    for item in round_sheet.sheet(ctx, room_id, day, turn).items:
        given = other.get(item.name, FIGURES.get(item.name, "220") if item.takes_figure else NORMAL)
        typed[item.id] = given if isinstance(given, Typed) else Typed(given)
    return typed


def went_round(ctx: Context, room_id: int, at: datetime, turn: int = 1, **other: str | Typed) -> Kept:
    """A round made at this moment, everything normal but for these items, by name."""
    typed = all_normal(ctx, room_id, at.date(), turn, **other)
    return service.inspect(
        ctx, room_id=room_id, day=at.date(), turn=turn, at=at, inspected_by="王强", typed=typed
    ).value  # fmt: skip


def rounds(ctx: Context, room_id: int, day: date) -> dict[int, Round]:
    """The standing rounds of a room on a day, by turn."""
    with ctx.read() as connection:
        return dict(round_sheet.rounds_of(connection, room_id, day))
