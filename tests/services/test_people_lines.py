"""People one a line: told apart by looks, refused line by line, completed from those known, kept behind their masks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from opsdesk.services import people_lines
from opsdesk.services.errors import Refusal
from opsdesk.services.visitors import Named

TODAY = date(2026, 3, 5)
CARD = "11010519491231002X"
OTHER = "440524188001010014"
WANG = Named("王强", "华信", "身份证", CARD, "13800000001")


def read(
    typed: str, before: Sequence[Named] = (), known: Sequence[Named] = (), unit: str = "华信", reason: str = ""
) -> list[Named]:
    return people_lines.read(
        typed,
        before=before,
        known=lambda name: [each for each in known if each.name == name],
        unit=unit,
        today=TODAY,
        reason=reason,
    )


@pytest.mark.parametrize(
    "line",
    [
        f"王强 华信 身份证 {CARD} 13800000001",
        f"王强 {CARD} 13800000001",
        f"王强,华信,身份证,{CARD},13800000001",
        f"王强，华信，，{CARD.lower()}，13800000001",
        f"王强\t华信\t{CARD}\t13800000001",
        f"王强 13800000001 {CARD} 华信",
        f"王强 华信 身份证：{CARD} 13800000001",
        f"王强；华信；居民身份证；{CARD}；138 0000 0001",
        f"王强 华信 身份证号{CARD} 13800000001",
        f"王强 华信 证件号码： {CARD} 13800000001",
        f"王强 华信身份证{CARD} 13800000001",
        f"王强，华信，身份证号{CARD}，13800000001",
        f"王强，华信，，身份证号码：{CARD}，13800000001",
        "王强 华信 １１０１０５１９４９１２３１００２Ｘ 13800000001",
        "王强 华信 110105 19491231 002X 13800000001",
        "王强 华信 1101 0519 4912 3100 2X 13800000001",
        f"  王强   华信 二代证 {CARD} (138)00000001 ",
    ],
)
def test_a_line_is_read_however_it_is_divided(line: str) -> None:
    assert read(line) == [WANG]


@pytest.mark.parametrize(
    ("line", "person"),
    [
        ("李敏", Named("李敏", "华信")),
        ("Tom Lee 3M公司 护照 E12345678", Named("Tom Lee", "3M公司", "护照", "E12345678")),
        ("买买提•艾力 中科 010-88880001", Named("买买提·艾力", "中科", phone="010-88880001")),
        ("李敏 工牌 HT-0028", Named("李敏", "华信", "工作证", "HT0028")),
        ("李敏 台胞证 01234567 13800000002", Named("李敏", "华信", "港澳台通行证", "01234567", "13800000002")),
        ("李敏 002X", Named("李敏", "华信", "身份证", "002X")),
        ("李敏 中国 电信 +8613800000001", Named("李敏", "中国 电信", phone="+8613800000001")),
        ("李敏，263，，，88880001", Named("李敏", "263", phone="88880001")),
        ("李敏 110105491231002", Named("李敏", "华信", "身份证", CARD)),
    ],
)
def test_what_a_line_says_is_told_by_its_looks(line: str, person: Named) -> None:
    assert read(line) == [person]


@pytest.mark.parametrize(
    "person",
    [
        WANG,
        Named("王强"),
        Named("王强", "263", "身份证", "002X"),
        Named("Tom Lee", "A B C Ltd", "护照", "E12345678", "010-88880001"),
        Named("Tom", "ABC Ltd", "工作证", "0012345", "88880001"),
        Named("王强", "1688", "", None, "12345"),
        Named("王强", "其他", "其他", "12", None),
        Named("王强", "华信", "身份证", "110105194912310021", "+8613800000001"),
    ],
)
def test_what_is_shown_comes_back_as_it_is(person: Named) -> None:
    shown = people_lines.shown(person)
    assert not person.id_number or len(person.id_number) < 8 or person.id_number not in shown
    assert read(shown, [person], unit="别的单位") == [person]
    written = people_lines.apart(shown)
    assert (written.name, written.unit) == (person.name, person.unit)


def test_a_number_stays_behind_its_mask_when_the_rest_of_the_line_changes() -> None:
    shown = people_lines.shown(WANG)
    for changed, person in (
        (shown.replace("王强", "王小强"), Named("王小强", "华信", "身份证", CARD, "13800000001")),
        (shown.replace("华信", "中科"), Named("王强", "中科", "身份证", CARD, "13800000001")),
        (shown.replace("138****0001", "13911112222"), Named("王强", "华信", "身份证", CARD, "13911112222")),
        (shown.replace(" 138****0001", ""), Named("王强", "华信", "身份证", CARD)),
        (shown.replace("1101**********002X", OTHER), Named("王强", "华信", "身份证", OTHER, "13800000001")),
    ):
        assert read(changed, [WANG]) == [person]


def test_a_masked_line_of_another_slip_takes_its_number_from_those_known() -> None:
    assert read(people_lines.shown(WANG), known=[WANG]) == [WANG]
    with pytest.raises(Refusal, match=r"第 1 行：王强的证件号是遮住的“1101\*{10}002X”，和登记的对不上"):
        read(people_lines.shown(WANG))
    with pytest.raises(Refusal, match=r"电话是遮住的“138\*{4}0001”"):
        read("王强 138****0001")


def test_two_behind_one_mask_are_not_mixed_up() -> None:
    twin = Named("王强", "中科", "身份证", "11019519491231002X", None)
    with pytest.raises(Refusal, match="对不上"):
        read("王强 1101**********002X", [WANG, twin])
    assert read("李敏 1101**********002X", [WANG])[0].id_number == CARD


class TestKnown:
    def test_a_name_alone_is_completed(self) -> None:
        assert read("王强", known=[WANG], unit="中科") == [WANG]
        assert read("王强 ", known=[]) == [Named("王强", "华信")]

    def test_more_than_a_name_is_taken_as_written(self) -> None:
        assert read("王强 华信", known=[WANG]) == [Named("王强", "华信")]
        assert read("王强 13911112222", known=[WANG]) == [Named("王强", "华信", phone="13911112222")]

    def test_two_of_one_name_are_told_apart_by_the_unit_of_the_slip(self) -> None:
        other = Named("王强", "中科", "护照", "E12345678")
        assert read("王强", known=[WANG, other], unit="中科") == [other]
        with pytest.raises(Refusal, match="来过 2 位（华信、中科）"):
            read("王强", known=[WANG, other], unit="恒通")


class TestRefused:
    @pytest.mark.parametrize(
        "typed",
        [f"王强{CARD}", f"王强 华信{CARD}", f"王强，{CARD}，，，", f"{CARD[:17]}1王强 华信", f"王强 华信（{CARD}）"],
    )
    def test_a_number_within_a_name_or_a_unit_is_refused(self, typed: str) -> None:
        with pytest.raises(Refusal) as refused:
            read(typed)
        assert refused.value.field == "people"
        assert CARD[:8] not in str(refused.value)

    @pytest.mark.parametrize("number", [OTHER, OTHER[:15], f"{OTHER[:6]}-{OTHER[6:14]}-{OTHER[14:]}"])
    def test_a_number_of_a_paper_is_no_telephone(self, number: str) -> None:
        with pytest.raises(Refusal, match="看不懂"):
            read(f"王强，华信，，，{number}")

    @pytest.mark.parametrize("number", [f"{CARD[:17]}11", "１１０１０５１９４９１２３１００２１１"])
    def test_a_number_with_a_sign_too_many_is_refused(self, number: str) -> None:
        with pytest.raises(Refusal, match="有 19 位"):
            read(f"王强 华信 {number}")

    def test_every_line_that_is_wrong_is_named(self) -> None:
        typed = f"王强 华信 {CARD[:-1]}1\n\n李敏\n13800000001\n赵工 12\n钱工 123456789012345678901234567890\n孙工 90"
        with pytest.raises(Refusal) as refused:
            read(typed)
        assert refused.value.field == "people"
        said = str(refused.value)
        assert said.startswith("第 1 行：王强的身份证号的校验码不对")
        assert "第 4 行：开头要写姓名。" in said
        assert "第 6 行：" in said
        assert [each.row for each in refused.value.findings] == [1, 4, 6]

    def test_of_many_the_first_are_told(self) -> None:
        with pytest.raises(Refusal, match=r"还有 2 行也要核对。$"):
            read("\n".join("12345678" for _ in range(5)))

    def test_no_sentence_repeats_a_number(self) -> None:
        for typed in (f"王强 {CARD[:-1]}1", f"王强 {CARD} {OTHER}", "王强 13800000001 13900000001 13700000001"):
            with pytest.raises(Refusal) as refused:
                read(typed)
            assert CARD[:-1] not in str(refused.value)
            assert OTHER not in str(refused.value)
            assert "13900000001" not in str(refused.value)

    def test_a_person_stands_once(self) -> None:
        with pytest.raises(Refusal, match="第 2 行：王强在第 1 行已经写过"):
            read(f"王强 {CARD}\n王强 华信 {CARD}")
        assert len(read(f"王强 {CARD}\n王强 {OTHER}\n王强")) == 3

    def test_fifty_are_enough(self) -> None:
        names = [f"工程师{chr(0x4E00 + n)}" for n in range(51)]
        assert len(read("\n".join(names[:50]))) == 50
        with pytest.raises(Refusal, match="写了 51 个人"):
            read("\n".join(names))

    def test_a_reason_lets_an_odd_number_pass(self) -> None:
        assert read(f"王强 {CARD[:-1]}1", reason="老证件")[0].id_number == f"{CARD[:-1]}1"

    @pytest.mark.parametrize("line", ["王强，华信，驾照，12345，", "身份证 王强", "王强 12-3a", "王强 ,,,,"])
    def test_odd_lines_end_in_words_or_people(self, line: str) -> None:
        try:
            (person,) = read(line)
            assert person.name == "王强"
        except Refusal as refusal:
            assert str(refusal).endswith("。")  # noqa: PT017 — either is an answer

    def test_nobody_is_nobody(self) -> None:
        assert read("") == read(" \n\u200b\n") == []
