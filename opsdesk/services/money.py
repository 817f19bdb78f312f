"""Amounts of money: as they are typed and kept, and in words as 人民币大写 beside the figures (`domain.md` 1.0)."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from opsdesk.rules.amounts import in_yuan

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿")
MOST = Decimal(10) ** 12
"""Amounts from here on are not written: no form of the house comes near."""

TYPED = re.compile(r"(?:人民币|¥)?(\d{1,12}(?:\.\d{1,2})?)(?:元|圆)?", re.ASCII)


def read_fen(typed: str) -> int | None:
    """An amount as people type it (1,200.50, ￥1200, 1200 元) in 分; None where nothing is typed.

    Raises ValueError for what is no amount, or has more than two decimals.
    """
    plain = "".join(unicodedata.normalize("NFKC", typed).split()).replace(",", "")
    if not plain:
        return None
    found = TYPED.fullmatch(plain)
    if found is None or Decimal(found[1]) >= MOST:
        raise ValueError(typed)
    return int(Decimal(found[1]) * 100)


def yuan(fen: int | None) -> Decimal | None:
    """An amount of 分 in yuan with two decimals; None where it is not known."""
    return None if fen is None else (Decimal(fen) / 100).quantize(Decimal("0.01"))


def in_words(fen: int) -> str:
    """An amount of 分 as it stands in a sentence about payments: 92,500.00."""
    return in_yuan(Decimal(fen) / 100, exact=True)


def in_capitals(yuan: Decimal) -> str:
    """An amount in yuan in capitals: 1240 → 壹仟贰佰肆拾元整, 0.05 → 伍分.

    Raises ValueError for a fraction of a 分 and for amounts of a million million or more.
    """
    fen = abs(yuan) * 100
    if not fen.is_finite() or fen != fen.to_integral_value() or fen >= MOST * 100:
        raise ValueError(f"金额 {yuan} 不能写成大写。请核对，最小到分，少于一万亿元。")
    whole, cents = divmod(int(fen), 100)
    sign = "负" if yuan < 0 else ""
    said = f"{_whole(whole)}元" if whole else ""
    jiao, rest = divmod(cents, 10)
    if not cents:
        return f"{sign}{said or '零元'}整"
    if jiao:
        said += f"{DIGITS[jiao]}角"
    elif said:
        said += DIGITS[0]
    return f"{sign}{said}{f'{DIGITS[rest]}分' if rest else '整'}"


def _whole(number: int) -> str:
    """A whole number in capitals; a run of zeros between figures is one 零."""
    said, skipped = "", False
    for group in range(len(GROUPS) - 1, -1, -1):
        part = number // 10_000**group % 10_000
        written = ""
        for place in range(3, -1, -1):
            digit = part // 10**place % 10
            if digit:
                written += (DIGITS[0] if skipped and (said or written) else "") + DIGITS[digit] + PLACES[place]
            skipped = not digit
        said += f"{written}{GROUPS[group]}" if written else ""
        if written:
            skipped = False
        elif said:
            skipped = True
    return said
