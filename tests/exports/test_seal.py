"""What a form says under seal: the code, the hashes, the places that differ, and how it stands on paper."""

from __future__ import annotations

import io
import random
import re
import zipfile
from dataclasses import replace
from datetime import time
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
import qr_reader
from paper_samples import pdf_texts, register, slip, with_body

from opsdesk.exports import layout, qr, seal, seal_differences
from opsdesk.exports.document import (
    BarChart,
    Column,
    Document,
    Fact,
    FormCell,
    FormGrid,
    Kind,
    Paper,
    Series,
    Signature,
    Table,
    Text,
)
from opsdesk.exports.pdf import pdf_bytes
from opsdesk.exports.sheets import MM
from opsdesk.exports.workbook import write_workbook
from opsdesk.services import seal_code

SALT = "5a" * 16
CODE = seal_code.made_of("a form")


def sealed(document: Document, code: str = CODE) -> Document:
    words = seal.qr_words(code, document.code, document.number, "a1" * 32, 1234, "b2" * 32)
    return replace(document, seal=words, trace="1234·B2B2 B2B2 B2B2 B2B2")


def changed(before: Document, after: Document) -> list[str]:
    kept, today = seal.digests(seal.lines(before), SALT), seal.lines(after)
    return [each.sentence for each in seal_differences.differences(kept, SALT, today, today)]


class TestCode:
    def test_every_wrong_sign_and_every_exchange_is_told_by_the_code_alone(self) -> None:
        signs = CODE.replace("-", "")
        wrong = {
            signs[:place] + other + signs[place + 1 :]
            for place in range(16)
            for other in seal_code.ALPHABET
            if other != signs[place]
        }
        assert len(wrong) == 16 * 31
        for one in range(16):
            for other in range(one):
                swapped = list(signs)
                swapped[one], swapped[other] = swapped[other], swapped[one]
                if swapped[one] != swapped[other]:
                    wrong.add("".join(swapped))
        assert [each for each in wrong if seal_code.holds(seal_code.grouped(each))] == []
        assert seal_code.holds(CODE)

    @pytest.mark.parametrize(
        "typed",
        [
            "7K3M-9QXA-HTRW-2F0P",
            "7k3m-9qxa-htrw-2f0p",
            "7K3M9QXAHTRW2F0P",
            " 7K3M 9QXA  HTRW 2F0P\r\n",
            "７Ｋ３Ｍ－９ＱＸＡ－ＨＴＲＷ－２Ｆ０Ｐ",
            "7K3M—9QXA—HTRW—2F0P",
            "7K3M-9QXA-HTRW-2FOP",
            "校验码：7K3M-9QXA-HTRW-2F0P。",
            "7K3M-9QXA-HTRW-2F0P OD-F01 DG-20260305 A1A1A1A1A1A1 1234-B2B2B2B2B2B2",
        ],
    )
    def test_what_is_meant_is_read(self, typed: str) -> None:
        assert seal_code.read(typed) == "7K3M-9QXA-HTRW-2F0P"

    @pytest.mark.parametrize("typed", ["", "王强", "7K3M-9QXA-HTRW-2F0", "7K3M9QXAHTRW2F0P1", "DG-20260305", "-" * 40])
    def test_what_is_no_code_is_none(self, typed: str) -> None:
        assert seal_code.read(typed) == ""
        assert not seal_code.holds(typed)

    def test_letters_for_figures_are_taken_as_meant(self) -> None:
        assert seal_code.read("OIL0-UUUU-0000-1111") == "0110-VVVV-0000-1111"


class TestContent:
    def test_layout_pages_trace_and_seal_are_no_content(self) -> None:
        plain = register(3)
        table = plain.body[0]
        assert isinstance(table, Table)
        other = replace(
            sealed(plain),
            paper=Paper.A3,
            landscape=False,
            margins=(1, 2, 3, 4),
            first_page=7,
            of_pages=9,
            name="x",
            sheet="y",
            body=(replace(table, rows_per_page=30, row_height=5, font_size=7, record_labels=()),),
        )
        assert seal.content_hash(seal.lines(other), SALT) == seal.content_hash(seal.lines(plain), SALT)

    @pytest.mark.parametrize(
        "other",
        [
            {"title": "到岗记录（补）"},
            {"number": "DG-20260306"},
            {"organisation": "另一家"},
            {"revision": "A/1"},
            {"facts": (Fact("单位", "某市信息中心"), Fact("日期", "2026年3月6日 周五"))},
            {"notes": ()},
            {"basis": ("迟到免罚 3 次。", "次数罚与分钟罚不并罚。")},
            {"signatures": (Signature("服务台值班员"), Signature("运维主管"))},
            {"retention": "5 年"},
            {"body": ()},
            {"body": register(4).body},
            {"body": (*register(3).body, Text("另附一页"))},
        ],
        ids=lambda each: next(iter(each)),
    )
    def test_whatever_a_reader_sees_is_content(self, other: dict[str, object]) -> None:
        before, after = register(3), replace(register(3), **other)  # type: ignore[arg-type]
        assert seal.content_hash(seal.lines(before), SALT) != seal.content_hash(seal.lines(after), SALT)
        assert changed(before, after) != []

    def test_equal_words_have_other_hashes_under_another_salt(self) -> None:
        said = seal.lines(register(3))
        assert seal.content_hash(said, SALT) != seal.content_hash(said, "00" * 16)
        assert seal.digests(said, SALT) != seal.digests(said, "00" * 16)
        assert all("王强" not in each and "8:27" not in each for each in seal.digests(said, SALT))

    def test_the_period_is_read_from_the_form(self) -> None:
        assert seal.period(register(1)) == "2026年3月5日 周四"
        assert seal.period(with_body(FormGrid(((FormCell("日期", "2026年3月5日"),),)))) == "2026年3月5日"
        assert seal.period(slip()) == ""


class TestDifferences:
    def test_a_form_that_says_the_same_has_none(self) -> None:
        for each in (register(0), register(40), slip()):
            assert changed(each, each) == []

    def test_a_cell_is_named_by_row_record_and_column(self) -> None:
        before = register(5)
        table = before.body[0]
        assert isinstance(table, Table)
        rows = [list(row) for row in table.rows]
        rows[2][4], rows[3][7] = time(8, 41), ""
        rows[2][7] = ""
        after = replace(before, body=(replace(table, rows=tuple(map(tuple, rows))),))
        assert changed(before, after) == [
            "第 3 行（王强3 2026-03-05） 到岗时间：今日记录为 08:41",
            "第 3 行（王强3 2026-03-05） 缺勤／请假说明：今日记录为空",
        ]

    def test_a_row_too_many_does_not_make_the_rows_after_it_differ(self) -> None:
        before = register(5)
        table = before.body[0]
        assert isinstance(table, Table)
        rows = list(table.rows)
        rows.insert(1, (2, "0099", "李敏", "华信", time(8, 0), None, None, ""))
        rows = [(place, *row[1:]) for place, row in enumerate(rows, 1)]
        labels = ("王强1", "李敏", *table.record_labels[1:])
        after = replace(before, body=(replace(table, rows=tuple(rows), record_labels=labels),))
        assert changed(before, after) == ["表格：今日记录多出：李敏"]
        assert changed(after, before) == ["第 2 行：今日记录里已没有"]

    def test_a_change_beside_a_row_too_many_is_still_named(self) -> None:
        before = register(3)
        table = before.body[0]
        assert isinstance(table, Table)
        rows = [list(row) for row in table.rows]
        rows[1][4] = time(9, 30)
        rows.insert(2, [3, "0099", "李敏", "恒通", time(8, 0), None, None, "外勤"])
        labels = (*table.record_labels[:2], "李敏 2026-03-05", table.record_labels[2])
        after = replace(before, body=(replace(table, rows=tuple(map(tuple, rows)), record_labels=labels),))
        assert changed(before, after) == [
            "第 2 行（王强2 2026-03-05） 到岗时间：今日记录为 09:30",
            "表格：今日记录多出：李敏 2026-03-05",
        ]

    def test_head_grid_notes_charts_and_second_tables_are_named(self) -> None:
        table = Table((Column("姓名", 1), Column("金额", 1, Kind.MONEY)), (("王强", Decimal(50)),))
        chart = BarChart("各日受理", ("1日", "2日"), (Series("件", (3, 4)),))
        grid = FormGrid(((FormCell("处理方案", "扩表"), FormCell("结果", "好")),))
        before = with_body(grid, table, table, Text("合计 50 元"), chart, facts=(Fact("人数", "1 人"),))
        after = with_body(
            FormGrid(((FormCell("处理方案", "重启"), FormCell("结果", "好")),)),
            table,
            replace(table, rows=(("王强", Decimal(70)),)),
            Text("合计 70 元"),
            replace(chart, series=(Series("件", (3, 5)),)),
            facts=(Fact("人数", "2 人"),),
            title="另一个标题",
            notes=("新的注",),
        )
        assert changed(before, after) == [
            "标题：今日记录为 另一个标题",
            "人数：今日记录为 2 人",
            "处理方案：今日记录为 重启",
            "第 2 张表第 1 行 金额：今日记录为 70.00",
            "正文：今日记录为 合计 70 元",
            "2日 件：今日记录为 5",
            "注：今日记录多出：新的注",
        ]
        assert changed(after, before)[-1] == "注：今日记录里已没有"

    def test_who_may_not_see_all_is_told_what_he_may_see(self) -> None:
        before = with_body(FormGrid(((FormCell("电话", "13800001111"),),)))
        today = seal.lines(with_body(FormGrid(((FormCell("电话", "13800002222"),),))))
        shown = seal.lines(with_body(FormGrid(((FormCell("电话", "138****2222"),),))))
        kept = seal.digests(seal.lines(before), SALT)
        (told,) = seal_differences.differences(kept, SALT, today, shown)
        assert told.sentence == "电话：今日记录为 138****2222"


def scanned(page: pypdfium2.PdfPage, scale: float = 4.0) -> str:
    """The QR code of a page as a picture shows it: the dark box at the lower right, its modules by their middles."""
    picture = page.render(scale=scale).to_pil().convert("L")
    width, height = picture.size
    corner = (int(width - 30 * MM * scale), int(height - 19 * MM * scale), width, height)
    dark = picture.crop(corner).point(lambda grey: 255 if grey < 128 else 0)
    right = dark.getbbox()
    assert right is not None
    left = next(
        x for x in range(right[2] - 1, 0, -1) if not dark.crop((x - int(1.2 * MM * scale), 0, x, dark.height)).getbbox()
    )
    box = dark.crop((left, 0, right[2], dark.height)).getbbox()
    assert box is not None
    side = box[3] - box[1]
    assert abs(side - (box[2] - box[0])) <= 2, "square"
    for size in (29, 33, 37):
        step = side / size
        modules = [
            [
                bool(dark.getpixel((left + box[0] + int((c + 0.5) * step), box[1] + int((r + 0.5) * step))))
                for c in range(size)
            ]
            for r in range(size)
        ]
        timing = [modules[6][column] for column in range(8, size - 8)]
        if timing == [place % 2 == 0 for place in range(len(timing))]:
            return qr_reader.read(modules)
    raise AssertionError("no timing pattern")


class TestPaper:
    def test_a_hundred_codes_are_scanned_from_the_rendered_page(self) -> None:
        """P12: drawn by reportlab's encoder, read by a reader of our own from the pixels of the page."""
        chance = random.Random(12)
        forms = [register(3), slip(), replace(register(3), margins=(16.0, 15.0, 16.0, 25.0))]
        for number in range(100):
            form = replace(forms[number % 3], number=f"DG-{chance.randrange(10**8):08}{'-ABC' * (number % 2)}")
            words = seal.qr_words(
                seal_code.made_of(str(number)), form.code, form.number, f"{chance.getrandbits(256):064x}",
                chance.randrange(10**7), f"{chance.getrandbits(256):064x}",
            )  # fmt: skip
            with pypdfium2.PdfDocument(pdf_bytes(replace(form, seal=words))) as pdf:
                assert scanned(pdf[len(pdf) - 1]) == words

    def test_the_modules_drawn_are_those_of_the_encoder(self) -> None:
        form = sealed(register(3))
        size = len(qr.modules(form.seal))
        sheet = layout.compose(form)[0]
        left, top = min(box[0] for box in sheet.modules), max(box[1] + box[3] for box in sheet.modules)
        step = sheet.modules[0][3]
        drawn = [[False] * size for _ in range(size)]
        for x, y, width, height in sheet.modules:
            row, column, count = round((top - y - height) / step), round((x - left) / step), round(width / step)
            drawn[row][column : column + count] = [True] * count
        assert tuple(map(tuple, drawn)) == qr.modules(form.seal)
        assert qr_reader.read(drawn) == form.seal
        assert step >= 0.3 * MM, "a scan gun needs modules of a quarter of a millimetre"

    @pytest.mark.parametrize("landscape", [True, False])
    @pytest.mark.parametrize("bottom", [16.0, 20.0])
    def test_code_and_words_stand_clear_of_everything(self, bottom: float, landscape: bool) -> None:
        form = replace(
            sealed(register(40)),
            landscape=landscape,
            margins=(16.0, 15.0, bottom, 25.0),
            retention="3 年，按季装订成册",
        )
        boxes = []
        for sheet in layout.compose(form):
            left, right = min(box[0] for box in sheet.modules), max(box[0] + box[2] for box in sheet.modules)
            low, high = min(box[1] for box in sheet.modules), max(box[1] + box[3] for box in sheet.modules)
            quiet = 1.2 * MM
            assert low >= 4 * MM, "within what printers reach"
            assert high <= bottom * MM - quiet, "below the body"
            assert right <= sheet.width - 15 * MM + 0.01
            boxes.append((left - quiet, low - quiet, right + quiet, high + quiet))
        with pypdfium2.PdfDocument(pdf_bytes(form)) as pdf:
            for page, code in zip(pdf, boxes, strict=True):
                text = page.get_textpage()
                pieces = [text.get_rect(place) for place in range(text.count_rects())]
                said = [text.get_text_bounded(*piece) for piece in pieces if piece[1] < bottom * MM]
                text.close()
                page.close()
                assert "".join(said).replace(" ", "").count(CODE) == 1
                assert len(said) >= 4, "retention, page, code, trace"
                assert [piece for piece in pieces if _touch(piece, code)] == []
                assert [(one, other) for one, other in combinations(pieces, 2) if _touch(one, other)] == []

    def test_a_preview_says_that_it_is_none_and_has_no_code(self) -> None:
        form = replace(register(3), seal=seal.UNISSUED)
        assert seal.code_of(form) == ""
        assert layout.compose(form)[0].modules == []
        assert "预览，未签发" in pdf_texts(pdf_bytes(form))[0]
        assert b"/Keywords ()" in pdf_bytes(form)

    def test_files_name_their_codes(self, tmp_path: Path) -> None:
        other = seal_code.made_of("another")
        forms = [sealed(register(3)), sealed(replace(slip(), sheet="补签单"), other)]
        content = pdf_bytes(*forms)
        assert f"/Keywords ({CODE} {other})".encode() in content
        assert all(f"校验码{code}" in text for code, text in zip((CODE, other), pdf_texts(content), strict=True))
        path = tmp_path / "a.xlsx"
        write_workbook(forms, path)
        book = openpyxl.load_workbook(path)
        assert book.properties.keywords == f"{CODE} {other}"
        for sheet, code in zip(book, (CODE, other), strict=True):
            assert sheet.oddFooter.right.text == f"校验码 {code}\n1234·B2B2 B2B2 B2B2 B2B2"
            assert [cell.value for row in sheet.iter_rows() for cell in row if cell.value][-1] == f"校验码 {code}"

    def test_a_form_that_was_not_issued_is_drawn_as_before(self, tmp_path: Path) -> None:
        path = tmp_path / "a.xlsx"
        write_workbook(register(3), path)
        assert b"keywords" not in zipfile.ZipFile(io.BytesIO(path.read_bytes())).read("docProps/core.xml")
        assert not re.search("校验码|预览", "".join(pdf_texts(pdf_bytes(register(3)))))


def _touch(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Whether two boxes (left, bottom, right, top) overlap by more than a hair."""
    return all(min(one[2 + n], other[2 + n]) - max(one[n], other[n]) > 0.5 for n in (0, 1))
