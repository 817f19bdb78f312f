"""What forms and filters offer to choose from: (value, label) pairs; what is out of use comes last and says so."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from opsdesk.models import Post, Room, Shift, Vendor
from opsdesk.services import duties
from opsdesk.services.context import Context
from opsdesk.services.shifts import parse_pairs, shown_pairs

Choice = list[tuple[int, str]]
YES_OR_NO: list[tuple[bool, str]] = [(True, "是"), (False, "否")]
REST = 0
"""Stands for 休 where a shift is chosen."""


def in_use(left_on: date | None, today: date) -> bool:
    """True until the day on which something was taken out of use."""
    return left_on is None or left_on > today


def _ordered(rows: list[tuple[int, str, bool]], word: str) -> Choice:
    used = [(key, label) for key, label, current in rows if current]
    return used + [(key, f"{label}（{word}）") for key, label, current in rows if not current]


def vendors(ctx: Context) -> Choice:
    """Vendors by code."""
    with ctx.read() as connection:
        query = select(Vendor.id, Vendor.name, Vendor.left_on).order_by(Vendor.code)
        rows = [(row.id, row.name, in_use(row.left_on, ctx.today())) for row in connection.execute(query)]
    return _ordered(rows, "已停用")


def vendor_names(ctx: Context) -> list[tuple[str, str]]:
    """Names of the vendors in use by code, for a field in which others may be written too."""
    with ctx.read() as connection:
        rows = connection.execute(select(Vendor.name, Vendor.left_on).order_by(Vendor.code)).all()
    return [(row.name, row.name) for row in rows if in_use(row.left_on, ctx.today())]


def rooms(ctx: Context) -> Choice:
    """Rooms by name."""
    with ctx.read() as connection:
        query = select(Room.id, Room.name, Room.left_on).order_by(Room.name)
        rows = [(row.id, row.name, in_use(row.left_on, ctx.today())) for row in connection.execute(query)]
    return _ordered(rows, "已停用")


def posts(ctx: Context) -> Choice:
    """Posts by name."""
    with ctx.read() as connection:
        query = select(Post.id, Post.name, Post.left_on).order_by(Post.name)
        rows = [(row.id, row.name, in_use(row.left_on, ctx.today())) for row in connection.execute(query)]
    return _ordered(rows, "已停用")


def shifts(ctx: Context) -> Choice:
    """Shifts by code with their hours, 休 first."""
    with ctx.read() as connection:
        query = select(Shift.id, Shift.code, Shift.name, Shift.pairs, Shift.left_on).order_by(Shift.code)
        rows = [
            (row.id, f"{row.code} {row.name} {shown_pairs(parse_pairs(row.pairs))}", in_use(row.left_on, ctx.today()))
            for row in connection.execute(query)
        ]
    return [(REST, "休"), *_ordered(rows, "已停用")]


def staff(ctx: Context) -> Choice:
    """Staff by vendor and number."""
    with ctx.read() as connection:
        rows = [
            (
                each.id,
                f"{each.staff_no} {each.name}（{each.vendor}）",
                each.left_on is None or each.left_on >= ctx.today(),
            )
            for each in duties.people(connection)
        ]
    return _ordered(rows, "已离场")


def clauses(ctx: Context) -> list[tuple[str, str]]:
    """Every clause of the regulations in their order, by its key."""
    return [
        (clause.key, f"{clause.short} {clause.wording}")
        for each in ctx.regulations.regulations
        for clause in each.clauses
    ]
