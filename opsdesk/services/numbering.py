"""Slip numbers: BQ-202603-001 in a month, SJ-20260305-001 on a day, JY-2026-0001 in a year; gap-free, never reused."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

from opsdesk.services.transaction import Transaction


def monthly(tx: Transaction, column: InstrumentedAttribute[Any], prefix: str, day: date) -> str:
    """The next number of `prefix` in the month of `day`; numbers of voided slips are not used again."""
    return _next(tx, column, f"{prefix}-{day:%Y%m}-")


def daily(
    tx: Transaction, column: InstrumentedAttribute[Any], prefix: str, day: date, digits: int = 3,
    ours: ColumnElement[bool] | None = None,
) -> str:  # fmt: skip
    """The next number of `prefix` on `day`; numbers of voided slips are not used again.

    Only rows that are `ours` count on; a number that another row bears already is passed over.
    """
    return _next(tx, column, f"{prefix}-{day:%Y%m%d}-", digits, ours)


def yearly(tx: Transaction, column: InstrumentedAttribute[Any], prefix: str, day: date) -> str:
    """The next number of `prefix` in the year of `day`, of four digits; numbers of voided slips are not used again."""
    return _next(tx, column, f"{prefix}-{day:%Y}-", 4)


def _next(
    tx: Transaction, column: InstrumentedAttribute[Any], stem: str, digits: int = 3,
    ours: ColumnElement[bool] | None = None,
) -> str:  # fmt: skip
    known = select(column).where(column >= stem, column < f"{stem[:-1]}.")  # a range, so that the index is used
    if ours is not None:
        known = known.where(ours)
    written = known.order_by(func.length(column).desc(), column.desc())
    numbers = (each.removeprefix(stem) for each in tx.connection.execute(written).scalars())
    newest = next((int(each) for each in numbers if each.isascii() and each.isdigit()), 0)
    following = (f"{stem}{number:0{digits}}" for number in count(newest + 1))
    return next(each for each in following if not _taken(tx, column, each))


def _taken(tx: Transaction, column: InstrumentedAttribute[Any], number: str) -> bool:
    return tx.connection.execute(select(column).where(column == number)).first() is not None
