"""Slip numbers: BQ-202603-001, counted within a month, never used twice."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute

from opsdesk.services.transaction import Transaction


def monthly(tx: Transaction, column: InstrumentedAttribute[Any], prefix: str, day: date) -> str:
    """The next number of `prefix` in the month of `day`; numbers of voided slips are not used again."""
    stem = f"{prefix}-{day:%Y%m}-"
    written = select(column).where(column.startswith(stem)).order_by(func.length(column).desc(), column.desc()).limit(1)
    newest = tx.connection.execute(written).scalar_one_or_none()
    return f"{stem}{int(newest.removeprefix(stem)) + 1 if newest else 1:03}"
