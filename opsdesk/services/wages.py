"""Monthly wages as they stand on a day: for the warning of G13 and the worth of a day; never exported."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, select

from opsdesk.models import Wage


def on(connection: Connection, day: date) -> dict[int, Decimal]:
    """The monthly wage in yuan that holds on `day`, by staff id; people without one are left out."""
    known = select(Wage.staff_id, Wage.monthly).where(Wage.holds_from <= day).order_by(Wage.holds_from)
    return {row.staff_id: Decimal(row.monthly) for row in connection.execute(known)}
