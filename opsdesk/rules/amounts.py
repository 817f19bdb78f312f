"""Amounts of money as they stand in a sentence: 1,240 元, 92,500.00 元."""

from __future__ import annotations

from decimal import Decimal


def in_yuan(amount: Decimal | int, *, exact: bool = False) -> str:
    """An amount in yuan with its thousands apart: 1,240, 1,240.50; `exact` writes the 分 always, as payments do."""
    whole = amount == int(amount)
    return f"{amount:,.2f}" if exact or not whole else f"{int(amount):,}"
