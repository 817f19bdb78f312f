"""Identity numbers: GB 11643 to the last digit, other papers, what is shown of them, and what refusals keep quiet."""

from __future__ import annotations

import re
from datetime import date

import pytest

from opsdesk.services import id_numbers
from opsdesk.services.errors import Refusal
from opsdesk.services.id_numbers import IdKind, check_character, checked, fault, masked

TODAY = date(2026, 3, 5)
KNOWN = "11010519491231002X"
WIDE = "".join(chr(ord(sign) + 0xFEE0) for sign in KNOWN)
"""The example of GB 11643."""
SECOND = "440524188001010014"


def whole(seventeen: str) -> str:
    return seventeen + check_character(seventeen)


@pytest.mark.parametrize("number", [KNOWN, SECOND, whole("11010120260305" + "001"), whole("810000199408230" + "02")])
def test_right_numbers_are_kept_as_they_are(number: str) -> None:
    assert fault(number, TODAY) == ""
    assert checked(IdKind.CARD, number, TODAY) == number


@pytest.mark.parametrize(
    "typed",
    ["11010519491231002x", " 110105 19491231 002X ", "110105-19491231-002X", "１１０１０５１９４９１２３１００２Ｘ"],
)
def test_how_it_is_typed_does_not_matter(typed: str) -> None:
    assert checked(IdKind.CARD, typed, TODAY) == KNOWN


@pytest.mark.parametrize("number", [KNOWN, SECOND])
def test_every_single_wrong_digit_and_every_swap_of_neighbours_is_found(number: str) -> None:
    wrong = {
        number[:place] + other + number[place + 1 :]
        for place in range(18)
        for other in ("0123456789X" if place == 17 else "0123456789")
        if other != number[place]
    }
    wrong |= {
        number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        for place in range(17)
        if number[place] != number[place + 1]
    }
    assert len(wrong) > 170
    assert [each for each in wrong if fault(each, TODAY) == ""] == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("11010519491231002", "有 17 位，应是 18 位"),
        (f"{KNOWN}1", "有 19 位"),
        ("110105194912310021", "校验码不对"),
        ("1101051949123100AX", "只能有数字"),
        ("X10105194912310021", "只能有数字"),
        (whole("11010520260230" + "001"), "不是出生日期"),
        (whole("11010520260306" + "001"), "出生日期不合理"),
        (whole("11010518791231" + "001"), "出生日期不合理"),
        (whole("01010519491231" + "002"), "地区码"),
        ("110105491331002", "不是出生日期"),
        ("12345", "有 5 位"),
    ],
)
def test_what_is_wrong_is_named_and_the_number_is_not_repeated(typed: str, said: str) -> None:
    with pytest.raises(Refusal, match=said) as refused:
        checked(IdKind.CARD, typed, TODAY, field="who", whose="王强的")
    assert refused.value.field == "who"
    assert str(refused.value).startswith("王强的身份证号")
    assert not re.search(r"[0-9]{5}", str(refused.value))


@pytest.mark.parametrize("born", [date(2026, 3, 5), date(1880, 1, 1), date(2024, 2, 29)])
def test_edges_of_the_day_of_birth(born: date) -> None:
    assert fault(whole(f"110105{born:%Y%m%d}001"), TODAY) == ""


def test_an_old_number_of_fifteen_digits_is_upgraded() -> None:
    assert checked(IdKind.CARD, "110105491231002", TODAY) == KNOWN


def test_the_last_four_alone_are_enough_where_no_more_is_kept() -> None:
    assert checked(IdKind.CARD, "002x", TODAY) == "002X"
    with pytest.raises(Refusal, match="有 4 位"):
        checked(IdKind.CARD, "00AX", TODAY)


@pytest.mark.parametrize("reason", ["老证件，号码如此", "旧证"])
def test_a_reason_lets_a_number_pass(reason: str) -> None:
    assert checked(IdKind.CARD, "110105194912310021", TODAY, reason=reason) == "110105194912310021"
    assert checked(IdKind.CARD, "110105491331002", TODAY, reason=reason) == "110105491331002"


@pytest.mark.parametrize("reason", ["", " ", "旧", "\u200b\u200b"])
def test_no_reason_is_none(reason: str) -> None:
    with pytest.raises(Refusal, match="证件号说明"):
        checked(IdKind.CARD, "110105194912310021", TODAY, reason=reason)


@pytest.mark.parametrize("kind", [each for each in IdKind if each is not IdKind.CARD])
def test_other_papers_are_only_cleaned(kind: IdKind) -> None:
    assert checked(kind, " e1234-5678 ", TODAY) == "E12345678"
    with pytest.raises(Refusal, match="最多 30 位"):
        checked(kind, "1" * 31, TODAY)
    assert checked(kind, "1" * 30, TODAY) == "1" * 30
    assert checked(kind, "", TODAY) == ""


def test_a_masked_number_is_never_kept() -> None:
    for kind in IdKind:
        with pytest.raises(Refusal, match="遮住"):
            checked(kind, masked(KNOWN), TODAY, reason="就是它")


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (KNOWN, IdKind.CARD),
        ("110105491231002", IdKind.CARD),
        ("1101**********002X", IdKind.CARD),
        ("E12345678", IdKind.PASSPORT),
        ("EA1234567", IdKind.PASSPORT),
        ("H12345678", IdKind.PERMIT),
        ("M1234567801", IdKind.PERMIT),
        ("AB-12/C", IdKind.OTHER),
    ],
)
def test_a_kind_is_told_by_its_looks(number: str, kind: IdKind) -> None:
    assert id_numbers.kind_of(number) is kind


@pytest.mark.parametrize(
    ("number", "shown", "four"),
    [
        (KNOWN, "1101**********002X", "002X"),
        ("E12345678", "E****5678", "5678"),
        ("12345678", "1****5678", "5678"),
        ("1234567", "****67", "67"),
        ("12345", "****45", "45"),
        ("002X", "****002X", "002X"),
        ("123", "****", ""),
        ("", "", ""),
        (None, "", ""),
    ],
)
def test_what_is_shown_and_what_goes_on_paper(number: str | None, shown: str, four: str) -> None:
    assert masked(number) == shown
    assert id_numbers.last_four(number) == four


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"王强 {KNOWN} 13800000001", "王强 002X 13800000001"),
        ("王强110105491231002", "王强1002"),
        ("王强 110105 19491231 002x", "王强 002x"),
        ("电话 13800000001，订单 1234567890123456", "电话 13800000001，订单 1234567890123456"),
        (f"号{KNOWN}1", "号002X1"),
        ("王强 1101051949123100281", "王强 0281"),
        ("王强 1101 0519 4912 3100 2X", "王强 002X"),
        ("王强 110105-19491231-002X。", "王强 002X。"),
        (f"王强 {WIDE}（一队）", "王强 002X（一队）"),
        ("王强 11010519491231００２８", "王强 0028"),
    ],
)
def test_whole_numbers_in_a_text_are_cut_short(text: str, kept: str) -> None:
    assert id_numbers.cut_short(text) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"维护 {KNOWN}", "维护 002X"),
        (f"代李四（{WIDE}）来，面积 9㎡", "代李四（002X）来，面积 9㎡"),
        ("李四110105491231002", "李四1002"),
        ("李四 110105 19491231 002x", "李四 002x"),
        ("李四 1101051949123100281", "李四 0281"),
        ("工单 202603050000123，序列号 21023104321234567890", "工单 202603050000123，序列号 21023104321234567890"),
        ("订单 202603050000123456", "订单 202603050000123456"),
        ("2026-03-05 09:00 至 12:00，电话 13800000001", "2026-03-05 09:00 至 12:00，电话 13800000001"),
        ("", ""),
    ],
)
def test_in_a_free_text_numbers_of_orders_and_devices_stay(text: str, kept: str) -> None:
    assert id_numbers.cut_free(text) == kept


@pytest.mark.parametrize(
    ("text", "long"),
    [(KNOWN[:15], True), (KNOWN[:14], False), (WIDE, True), ("1101 0519 4912 3100 2", True), ("263网络", False)],
)
def test_a_run_of_digits_is_long_from_fifteen_on(text: str, long: bool) -> None:
    assert id_numbers.long_run(text) is long
