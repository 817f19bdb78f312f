"""人民币大写: the words beside the figures."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsdesk.services.money import DIGITS, in_capitals, read_fen, yuan


@pytest.mark.parametrize(
    ("yuan", "words"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("1.05", "壹元零伍分"),
        ("1.50", "壹元伍角整"),
        ("10", "壹拾元整"),
        ("105", "壹佰零伍元整"),
        ("1005", "壹仟零伍元整"),
        ("1240", "壹仟贰佰肆拾元整"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("20000", "贰万元整"),
        ("100500", "壹拾万零伍佰元整"),
        ("10010001", "壹仟零壹万零壹元整"),
        ("100000001", "壹亿零壹元整"),
        ("999999999999.99", "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
        ("-20", "负贰拾元整"),
    ],
)
def test_amounts_in_capitals(yuan, words):
    assert in_capitals(Decimal(yuan)) == words


@pytest.mark.parametrize("yuan", ["0.001", "1000000000000", "NaN", "Infinity"])
def test_what_is_no_amount_is_refused(yuan):
    with pytest.raises(ValueError, match="不能写成大写"):
        in_capitals(Decimal(yuan))


def read_back(words: str) -> int:
    """The fen that words in capitals say, by their places."""
    units = {"拾": 10, "佰": 100, "仟": 1000}
    total = group = digit = 0
    for word in words.removesuffix("整"):
        if word in DIGITS:
            digit = DIGITS.index(word)
        elif word in units:
            group, digit = group + digit * units[word], 0
        elif word in "亿万元":
            total += (group + digit) * {"亿": 10**8, "万": 10**4, "元": 1}[word] * 100
            group = digit = 0
        else:
            total, digit = total + digit * {"角": 10, "分": 1}[word], 0
    return total


@given(st.integers(0, 10**14 - 1))
def test_the_words_say_the_figures(fen):
    words = in_capitals(Decimal(fen) / 100)
    assert read_back(words) == fen
    assert "零零" not in words
    assert words[0] != "零" or words == "零元整"


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("1200", 120000),
        ("1,200.5", 120050),
        ("￥1，200.05", 120005),
        (" 1200 元 ", 120000),
        ("１２００．５", 120050),
        ("0.01", 1),
        ("999999999999.99", 99999999999999),
        ("", None),
        ("   ", None),
    ],
)
def test_amounts_as_they_are_typed(typed: str, fen: int | None) -> None:
    assert read_fen(typed) == fen


@pytest.mark.parametrize("typed", ["一千", "1.234", "-5", "1e3", "1000000000000", "元", "1.2.3"])
def test_what_cannot_be_an_amount_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=typed.replace(".", r"\.")):
        read_fen(typed)


@given(st.integers(0, 10**13))
def test_fen_and_yuan_go_round(fen: int) -> None:
    assert read_fen(f"{yuan(fen):,f}") == fen
    assert yuan(None) is None
