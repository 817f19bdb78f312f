"""Slip numbers: BQ-202603-001 within a month, SJ-20260305-001 within a day; gap-free, never used twice."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute

from opsdesk.services.transaction import Transaction


def monthly(tx: Transaction, column: InstrumentedAttribute[Any], prefix: str, day: date) -> str:
    """The next number of `prefix` in the month of `day`; numbers of voided slips are not used again."""
    return _next(tx, column, f"{prefix}-{day:%Y%m}-")


def daily(tx: Transaction, column: InstrumentedAttribute[Any], prefix: str, day: date) -> str:
    """The next number of `prefix` on `day`; numbers of voided slips are not used again."""
    return _next(tx, column, f"{prefix}-{day:%Y%m%d}-")


def _next(tx: Transaction, column: InstrumentedAttribute[Any], stem: str) -> str:
    known = select(column).where(column >= stem, column < f"{stem[:-1]}.")  # a range, so that the index is used
    written = known.order_by(func.length(column).desc(), column.desc())
    numbers = (each.removeprefix(stem) for each in tx.connection.execute(written).scalars())
    newest = next((int(each) for each in numbers if each.isascii() and each.isdigit()), 0)
    return f"{stem}{newest + 1:03}"
