"""Initials, masks, words of a find field, typed values."""

from __future__ import annotations

import time
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsdesk.services import entry, listing, masking
from opsdesk.services.errors import Refusal
from opsdesk.services.pinyin import MOST, initials


@pytest.mark.parametrize(
    ("name", "first", "among"),
    [
        ("王强", "WQ", "WQ"),
        ("单伟", "DW", "SW"),
        ("解缙", "JJ", "XJ"),
        ("仇英", "CY", "QY"),
        ("买买提·艾力江", "MMTALJ", "MMTALJ"),
        ("Tom Lee", "TOMLEE", "TOMLEE"),
        ("李强2", "LQ2", "LQ2"),
        ("Ａｌｉ", "ALI", "ALI"),
        ("王\U000f0000强", "WQ", "WQ"),
    ],
)
def test_initials_of_names(name: str, first: str, among: str) -> None:
    readings = initials(name).split()
    assert readings[0] == first
    assert among in readings


def test_initials_of_nothing_are_nothing() -> None:
    assert initials("") == initials("·") == initials("\U000f0000") == ""


def test_at_most_eight_readings_even_of_fifty_polyphones() -> None:
    begun = time.monotonic()
    readings = initials("单" * 50).split()
    assert time.monotonic() - begun < 1
    assert len(readings) == len(set(readings)) == MOST
    assert len(initials("单重").split()) == MOST
    assert len(initials("单单").split()) == MOST
    assert len(initials("单王").split()) == 6


@given(st.text(max_size=20))
def test_initials_are_plain_words(name: str) -> None:
    found = initials(name)
    assert all(
        reading.isascii() and reading.isalnum() and reading == reading.upper() for reading in found.split(" ") if found
    )


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13812345678", "138****5678"),
        ("0755-12345678", "075****5678"),
        ("1234567", "****4567"),
        ("12345", "****45"),
        ("8008", "****"),
        ("", ""),
        (None, ""),
    ],
)
def test_phone_masks(number: str | None, shown: str) -> None:
    assert masking.phone(number) == shown


def test_mail_masks() -> None:
    assert masking.email("wang@example.com") == "w****@example.com"
    assert masking.email(None) == ""


def test_words_are_at_most_eight() -> None:
    assert listing.words(" 王  强\u200b ") == ["王", "强"]
    assert listing.words("\x00\u200b") == []
    assert listing.words("a b c d e f g h i j") == ["a", "b", "c", "d", "e", "f", "g", "h i j"]


def test_months_are_this_one_then_the_coming_then_the_past() -> None:
    keys = [key for key, _ in listing.months_around(date(2026, 1, 31), before=2, after=2)]
    assert keys == ["2026-01", "2026-02", "2026-03", "2025-12", "2025-11"]
    assert listing.month_of("2028-02") == (date(2028, 2, 1), date(2028, 2, 29))
    assert listing.month_of("2028-13") is None


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda v: entry.day(v, "k", "日期"), datetime(2026, 3, 5, 8, 0)),
        (lambda v: entry.day(v, "k", "日期"), date(1949, 12, 31)),
        (lambda v: entry.day(v, "k", "日期"), "2026-03-05"),
        (lambda v: entry.moment(v, "k", "时间"), date(2026, 3, 5)),
        (lambda v: entry.moment(v, "k", "时间"), datetime(1999, 12, 31, 23, 59)),
        (lambda v: entry.whole_or_none(v, "k", "数", 0, 5), 6),
        (lambda v: entry.whole_or_none(v, "k", "数", 0, 5), True),
        (lambda v: entry.chosen(v, "k", "项", ("甲", "乙")), "丙"),
        (lambda v: entry.text(v, "k", "字", longest=3), "一二三四"),
        (lambda v: entry.name(v, "k", "姓名"), " \u200b"),
    ],
)
def test_what_cannot_be_is_refused_with_the_field(read: Any, value: Any) -> None:
    with pytest.raises(Refusal) as refused:
        read({"k": value})
    assert refused.value.field == "k"
    assert str(refused.value).endswith("。")


def test_what_can_be_is_read_as_meant() -> None:
    assert entry.text({"k": " 一\u200b二\n三 "}, "k", "字") == "一二 三"
    assert entry.long_text({"k": "一\r\n二"}, "k", "字") == "一\n二"
    assert entry.code({"k": " V 001 "}, "k", "号") == "V001"
    assert entry.text({"k": "一二三"}, "k", "字", longest=3) == "一二三"
    assert entry.whole_or_none({"k": 5}, "k", "数", 0, 5) == 5
    assert entry.moment({"k": datetime(2026, 3, 5, 8, 0, 1, 5)}, "k", "时间") == datetime(2026, 3, 5, 8, 0, 1)
    assert (entry.flag_or_none({}, "k"), entry.flag_or_none({"k": False}, "k")) == (None, False)
