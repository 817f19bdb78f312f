from __future__ import annotations

import subprocess
import sys
from unicodedata import name as character_name

import pytest
from paper_samples import RARE_NAMES, one_column, pdf_texts

from opsdesk.exports import typeface
from opsdesk.exports.pdf import pdf_bytes
from opsdesk.services.errors import Trouble


def gb2312() -> str:
    return "".join(
        bytes((row, cell)).decode("gb2312", "ignore") for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF)
    )


def test_every_character_of_gb2312_prints_and_is_read_back() -> None:
    characters = gb2312()
    assert len(characters) == 7445
    printable = [c for c in characters if not c.isspace() and c not in "□√"]  # drawn as a box and as a tick
    lines = ["".join(printable[start : start + 300]) for start in range(0, len(printable), 300)]
    assert "".join(pdf_texts(pdf_bytes(one_column(*lines)))).count("一") >= 1
    read = set("".join(pdf_texts(pdf_bytes(one_column(*lines)))))
    assert [character_name(c) for c in printable if c not in read] == []


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (0x4E00, 0x9FEF),
        (0x3400, 0x4DB5),
        (0x20000, 0x2A6D6),
        (0x2A700, 0x2B734),
        (0x2B740, 0x2B81D),
        (0x2B820, 0x2CEA1),
    ],
    ids=["unified", "A", "B", "C", "D", "E"],
)
@pytest.mark.parametrize("bold", [False, True])
def test_every_block_of_the_table_of_standard_characters_has_its_glyphs(first: int, last: int, bold: bool) -> None:
    """All 8,105 of 通用规范汉字表 (2013) lie in these blocks."""
    block = "".join(map(chr, range(first, last + 1)))
    assert "".join(text for _, text in typeface.runs(block, bold=bold)) == block


@pytest.mark.parametrize("name", RARE_NAMES)
def test_rare_names_are_read_back_exactly(name: str) -> None:
    assert f"甲{name}乙" in pdf_texts(pdf_bytes(one_column(f"甲{name}乙")))[0]


def test_a_text_of_many_rare_characters_keeps_its_order() -> None:
    text = "".join(chr(code) for code in range(0x20000, 0x20000 + 600))
    assert text in "".join(
        pdf_texts(pdf_bytes(one_column(text, title="题", number="", organisation="", code="", revision="")))
    ).replace("内容", "")


def test_each_character_goes_to_the_first_face_that_has_it() -> None:
    assert typeface.runs("王𠮷𠅤A") == [
        (typeface.REGULAR, "王"),
        (typeface.RARE, "𠮷"),
        (typeface.REGULAR, "𠅤A"),
    ]
    assert typeface.runs("王𠮷", bold=True) == [(typeface.BOLD, "王"), (typeface.RARE, "𠮷")]


@pytest.mark.parametrize("character", ["😀", "\U00030000", "\U0010fffd"])
def test_a_missing_glyph_names_the_character_and_the_record(character: str) -> None:
    with pytest.raises(typeface.MissingGlyph) as caught:
        typeface.runs(f"王{character}", record="王某 2026-03-05")
    sentence = str(caught.value)
    assert character in sentence
    assert f"U+{ord(character):04X}" in sentence
    assert "王某 2026-03-05" in sentence
    assert isinstance(caught.value, Trouble)
    assert caught.value.remedy


def test_the_text_map_writes_surrogate_pairs_and_blocks_of_a_hundred() -> None:
    text_map = typeface.to_unicode_map("F", [0, *range(0x4E00, 0x4E00 + 120), 0x20BB7])
    assert "<79> <D842DFB7>" in text_map
    assert "<00> <0000>" not in text_map
    assert text_map.count("100 beginbfchar") == 1
    assert "21 beginbfchar" in text_map


def test_the_width_is_the_sum_of_the_advances() -> None:
    assert typeface.width("王强", 10) == pytest.approx(20)
    assert typeface.width("王𠮷", 10) == pytest.approx(20)
    assert typeface.width("", 10) == 0


def test_chinese_breaks_anywhere_but_not_before_closing_punctuation() -> None:
    assert typeface.break_text("甲乙丙丁，戊己", 40, 10) == ["甲乙丙", "丁，戊己"]
    assert typeface.break_text("甲乙丙丁，戊己", 50, 10) == ["甲乙丙丁，", "戊己"]
    assert typeface.break_text("甲乙丙（丁戊）", 40, 10) == ["甲乙丙", "（丁戊）"]


def test_words_and_numbers_stay_whole_where_the_line_has_room_for_them() -> None:
    room = typeface.width("SJ-20260304-003 已", 10)
    assert typeface.break_text("故障单 SJ-20260304-003 已结", room, 10) == ["故障单", "SJ-20260304-003 已", "结"]
    assert typeface.break_text("下午12:30到城南分局", 40, 10) == ["下午", "12:30到", "城南分局"]


def test_a_word_wider_than_the_line_is_cut_and_nothing_is_lost() -> None:
    lines = typeface.break_text("x" * 200, 50, 10)
    assert "".join(lines) == "x" * 200
    assert all(typeface.width(line, 10) <= 50 for line in lines)


@pytest.mark.parametrize("room", [11, 30, 57.5, 200])
def test_no_line_is_wider_than_the_room(room: float) -> None:
    text = "到岗，“迟到”（12 分）：Cisco-3850 交换机。" * 8
    lines = typeface.break_text(text, room, 10)
    assert all(typeface.width(line, 10) <= room for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_newlines_always_break() -> None:
    assert typeface.break_text("上午\n\n下午", 500, 10) == ["上午", "", "下午"]


def test_the_rare_face_is_loaded_only_when_needed() -> None:
    program = (
        "from opsdesk.exports import typeface\n"
        "typeface.runs('王强')\nassert list(typeface._loaded) == [typeface.REGULAR], typeface._loaded\n"
        "typeface.runs('𠮷')\nassert typeface.RARE in typeface._loaded\n"
    )
    subprocess.run([sys.executable, "-X", "utf8", "-c", program], check=True)
