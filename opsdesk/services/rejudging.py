"""Judging days again after what they were judged by has changed: contract, roster, leave, calendar, hours."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import select

from opsdesk.models import Punch, Staff
from opsdesk.services import attendance
from opsdesk.services.context import Context
from opsdesk.services.transaction import Transaction


def staff_of(tx: Transaction, vendor_id: int) -> list[int]:
    """Everybody of a vendor, those who have left included."""
    return list(tx.connection.execute(select(Staff.id).where(Staff.vendor_id == vendor_id)).scalars())


def everybody(tx: Transaction, ctx: Context, first: date, last: date) -> None:
    """Judge all signed days from `first` to `last` again."""
    rejudge(tx, ctx, first, last, list(tx.connection.execute(select(Staff.id)).scalars()))


def rejudge(tx: Transaction, ctx: Context, first: date, last: date, staff_ids: Collection[int]) -> None:
    """Bring the stored verdicts of these people's signed days from `first` to `last` in step with the record."""
    if not staff_ids:
        return
    signed = select(Punch.staff_id, Punch.day).where(
        Punch.day.between(first, last), Punch.staff_id.in_(staff_ids), Punch.void_at.is_(None)
    )
    keys = {(row.staff_id, row.day) for row in tx.connection.execute(signed)}
    attendance.rejudge(tx, ctx.regulations, keys, ctx.now())
