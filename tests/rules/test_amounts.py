"""Money in sentences: thousands apart, 分 where there are any or where payments want them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from opsdesk.rules.amounts import in_yuan


@pytest.mark.parametrize(
    ("amount", "said", "exactly"),
    [
        ("0", "0", "0.00"), ("20", "20", "20.00"), ("999", "999", "999.00"), ("1000", "1,000", "1,000.00"),
        ("1234.5", "1,234.50", "1,234.50"), ("92500.00", "92,500", "92,500.00"), ("-1200", "-1,200", "-1,200.00"),
        ("1234567.89", "1,234,567.89", "1,234,567.89"),
    ],
)  # fmt: skip
def test_thousands_stand_apart(amount: str, said: str, exactly: str) -> None:
    assert in_yuan(Decimal(amount)) == said
    assert in_yuan(Decimal(amount), exact=True) == exactly


def test_a_whole_number_is_an_amount_too() -> None:
    assert in_yuan(1240) == "1,240"
