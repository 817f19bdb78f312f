from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsdesk.services.text import clean, one_line, person_name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  张三\u3000", "张三"),
        ("a\x00b\x07c\x1b[0m\x7f\x85d", "abc[0md"),
        ("行一\u2028行二\u2029行三\r\n行四\r行五", "行一\n行二\n行三\n行四\n行五"),
        ("a\tb", "a\tb"),
        ("exe\u202egpj.scr\u2066x\u2069", "exegpj.scrx"),
        ("零\u200b宽\u200d度\ufeff", "零宽度"),
        ("a\ud800b\udfff", "ab"),
        ("a\ufffe\uffff\ufdd0\U0001fffe\U0010ffffb", "ab"),
        ("e\u0301", "é"),
        ("𠮷野家", "𠮷野家"),
        ("葛\U000e0100", "葛\U000e0100"),
        ("坏\ufffd字", "坏\ufffd字"),
        ("", ""),
    ],
)
def test_clean_keeps_what_is_seen_and_drops_what_hides(typed: str, kept: str) -> None:
    assert clean(typed) == kept


@given(st.text(st.characters()))
def test_clean_twice_is_clean_once_and_fit_to_keep(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    once.encode("utf-8")
    assert unicodedata.is_normalized("NFC", once)
    assert not any(unicodedata.category(mark) in {"Cc", "Cs"} and mark not in "\n\t" for mark in once)


def test_one_line_folds_every_space() -> None:
    assert one_line(" 张\u3000三\r\n\t李\u2028四\xa0") == "张 三 李 四"


@pytest.mark.parametrize("dot", "•‧・．･·")
def test_names_have_one_middle_dot(dot: str) -> None:
    assert person_name(f" 买买提 {dot}艾力 ") == "买买提·艾力"


def test_names_keep_their_inner_space() -> None:
    assert person_name("Henrique  Silva      ") == "Henrique Silva"
