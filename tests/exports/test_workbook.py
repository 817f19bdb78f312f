from __future__ import annotations

import re
import tempfile
import zipfile
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape
from paper_samples import DAY, one_column, pdf_texts, register, slip, with_body

from opsdesk.exports.archive import Cancelled
from opsdesk.exports.cells import POINTS, safe_title
from opsdesk.exports.document import Choice, Column, Document, Kind, Paper, Table, Value
from opsdesk.exports.pdf import pdf_bytes
from opsdesk.exports.workbook import write_workbook
from opsdesk.imports.sheets import read_sheets
from opsdesk.services.errors import Refusal
from opsdesk.services.text import clean


def written(document: Document, folder: Path):  # openpyxl ships no types
    path = folder / "a.xlsx"
    write_workbook(document, path)
    return openpyxl.load_workbook(path).worksheets[0]


def only_cell(folder: Path, value: Value, kind: Kind):  # openpyxl ships no types
    sheet = written(one_column(value, kind=kind), folder)
    heading = next(row[0].row for row in sheet.iter_rows() if row[0].value == "内容")
    return sheet.cell(heading + 1, 1)


def all_words(sheet) -> str:  # openpyxl ships no types
    cells = []
    for row in sheet.iter_rows():
        for cell in row:
            value = cell.value
            if isinstance(value, datetime):
                cells.append(f"{value:%Y-%m-%d %H:%M}" if "hh" in cell.number_format else f"{value:%Y-%m-%d}")
            elif isinstance(value, time):
                cells.append(f"{value:%H:%M}")
            elif isinstance(value, (int, float)):
                cells.append(f"{value:,.2f}" if cell.number_format == "#,##0.00" else f"{value}")
            elif value is not None:
                cells.append(value)
    footer = sheet.oddFooter
    return " ".join((*cells, footer.left.text or "", footer.right.text or ""))


def bag(text: str) -> list[str]:
    """The characters that are said, without what only draws lines and boxes."""
    return sorted(re.sub(r"[\s_□☑]", "", text))


@pytest.mark.parametrize("document", [register(3, rows_per_page=5), slip()], ids=["register", "slip"])
def test_the_sheet_says_the_words_of_the_paper(document: Document, tmp_path: Path) -> None:
    paper = re.sub(r"第\d+页共\d+页", "", "".join(pdf_texts(pdf_bytes(document)))).replace("✓", "√")  # as it is drawn
    assert bag(all_words(written(document, tmp_path))) == bag(paper)


@pytest.mark.parametrize(
    ("value", "kind", "stored", "number_format"),
    [
        ("110101199003071234", Kind.CODE, "110101199003071234", "@"),
        (13800138000, Kind.CODE, "13800138000", "@"),
        ("0012", Kind.CODE, "0012", "@"),
        (12, Kind.NUMBER, 12, "0"),
        (Decimal("21.5"), Kind.NUMBER, 21.5, "0.0"),
        (10**15 - 1, Kind.NUMBER, 10**15 - 1, "0"),
        (10**15, Kind.NUMBER, "1000000000000000", "@"),
        (Decimal("1234.5"), Kind.MONEY, 1234.5, "#,##0.00"),
        (Decimal("NaN"), Kind.NUMBER, "NaN", "@"),
        (time(8, 27), Kind.TIME, time(8, 27), "hh:mm"),
        (datetime(2026, 3, 6, 7, 10), Kind.TIME, time(7, 10), "hh:mm"),
        (DAY, Kind.DATE, datetime(2026, 3, 5), "yyyy-mm-dd"),
        (datetime(2026, 3, 5, 8, 27), Kind.MOMENT, datetime(2026, 3, 5, 8, 27), "yyyy-mm-dd hh:mm"),
        (date(1900, 12, 31), Kind.DATE, "1900-12-31", "@"),
        (date(1901, 1, 1), Kind.DATE, datetime(1901, 1, 1), "yyyy-mm-dd"),
        (None, Kind.TIME, None, "hh:mm"),
        ("未签退", Kind.TIME, "未签退", "hh:mm"),
        (Choice(("忘签", "外勤"), ("外勤",)), Kind.TEXT, "□忘签　☑外勤", "General"),
    ],
)
def test_values_keep_their_type(value: Value, kind: Kind, stored: object, number_format: str, tmp_path: Path) -> None:
    cell = only_cell(tmp_path, value, kind)
    assert (cell.value, cell.number_format) == (stored, number_format)


@pytest.mark.parametrize(
    "text", ["=1+1", "+86 138", "-5", "@SUM(A1)", "#N/A", "#REF!", "TRUE", "1e5", "2026-03-05", "<b>"]
)
@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.CODE, Kind.NUMBER])
def test_texts_are_never_formulas_errors_or_numbers(text: str, kind: Kind, tmp_path: Path) -> None:
    cell = only_cell(tmp_path, text, kind)
    assert (cell.value, cell.data_type) == (text, "s")
    assert cell.quotePrefix == text.startswith(("=", "+", "-", "@"))
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        xml = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in xml
    assert 't="e"' not in xml


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=20))
@example(["\x00\x08=cmd", "\ud800", "\ufffe", "a\r\nb\u2028c", "_x0041_", " ", "\u202eexe"])
def test_any_text_survives_as_cleaned(texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        sheet = written(one_column(*texts), Path(folder))
        stored = [row[0].value for row in sheet.iter_rows(min_row=sheet.max_row - len(texts) + 1)]
    assert [unescape(text or "") for text in stored] == [clean(text) for text in texts]


@pytest.mark.parametrize("text", ["_x0041_", "甲_x000d_乙", "_x005F_x0041_", "_x0041_x0042_"])
def test_what_looks_like_an_escape_is_shown_as_typed(text: str, tmp_path: Path) -> None:
    assert unescape(only_cell(tmp_path, text, Kind.TEXT).value) == text
    assert [row.cells[0] for row in read_sheets(tmp_path / "a.xlsx").sheets[0].rows][-1] == text


def test_a_text_that_no_cell_holds_is_refused_and_named(tmp_path: Path) -> None:
    assert only_cell(tmp_path, "王" * 32767, Kind.TEXT).value == "王" * 32767
    for text in ("王" * 32768, "𠮷" * 16384):
        with pytest.raises(Refusal, match=r"到岗记录 第 1 行 内容.*32768"):
            write_workbook(one_column(text), tmp_path / "b.xlsx")
    assert not (tmp_path / "b.xlsx").exists()


def test_the_page_is_set_up_for_printing(tmp_path: Path) -> None:
    sheet = written(register(20), tmp_path)
    heading = next(row[0].row for row in sheet.iter_rows() if row[0].value == "序号")
    assert sheet.print_title_rows == f"$1:${heading}"
    assert sheet.freeze_panes == f"A{heading + 1}"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.paperSize == 9
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.oddFooter.center.text == "第 &P 页 共 &N 页"
    assert [entry.id for entry in sheet.row_breaks.brk] == [heading + 16]
    assert str(sheet.merged_cells).count("A2:") == 1
    assert sheet["A2"].value == "到岗记录"
    assert sheet["A2"].font.name == "宋体"
    assert sheet["A2"].font.bold


def test_blank_rows_wait_numbered_for_the_pen(tmp_path: Path) -> None:
    sheet = written(register(3, rows_per_page=5), tmp_path)
    heading = next(row[0].row for row in sheet.iter_rows() if row[0].value == "序号")
    rows = [[cell.value for cell in row[:3]] for row in sheet.iter_rows(min_row=heading + 1, max_row=heading + 5)]
    assert rows == [[1, "001", "王强1"], [2, "002", "王强2"], [3, "003", "王强3"], [4, None, None], [5, None, None]]
    assert sheet.cell(heading + 5, 3).border.left.style == "thin"


def test_columns_are_as_wide_as_on_paper(tmp_path: Path) -> None:
    table = Table((Column("甲", 1), Column("乙", 3)), (("a", "b"),))
    sheet = written(with_body(table, paper=Paper.A3, landscape=True), tmp_path)
    narrow, wide = (sheet.column_dimensions[letter].width for letter in "AB")
    assert wide / narrow == pytest.approx(3)
    assert (narrow + wide) * 7 / 96 * 25.4 == pytest.approx(420 - 15 - 25, rel=0.03)
    assert sheet.page_setup.paperSize == 8


def test_a_month_sheet_groups_its_days_and_keeps_names_in_sight(tmp_path: Path) -> None:
    days = tuple(Column(str(day), 5, group="日期", subtitle="一", shaded=day > 29) for day in range(1, 32))
    row: tuple[Value, ...] = (1, "王强", *("√\n√",) * 31)
    sheet = written(with_body(Table((Column("序号", 6), Column("姓名", 14), *days), (row,)), landscape=True), tmp_path)
    assert {"C3:AG3", "A3:A5", "B3:B5"} <= {str(area) for area in sheet.merged_cells.ranges}
    assert sheet.freeze_panes == "C6"
    assert [sheet["C3"].value, sheet["C4"].value, sheet["C5"].value, sheet["C6"].value] == ["日期", "1", "一", "√\n√"]
    assert sheet["AG6"].fill.fgColor.rgb != sheet["C6"].fill.fgColor.rgb


def test_the_file_is_the_centres_and_holds_nothing_hidden(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    assert write_workbook([register(3), slip(), register(2)], path) == 6
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["到岗记录", "到岗记录 (2)", "到岗记录 (3)"]
    assert (book.properties.creator, book.properties.lastModifiedBy) == ("某市信息中心", None)
    assert all(sheet.sheet_state == "visible" for sheet in book)
    with zipfile.ZipFile(path) as parts:
        assert not [name for name in parts.namelist() if "comment" in name or "external" in name or "custom" in name]


def test_cancel_leaves_no_file_and_no_draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drafts = tmp_path / "drafts"
    drafts.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(drafts))
    with pytest.raises(Cancelled):
        write_workbook(register(1200), tmp_path / "a.xlsx", progress=lambda done, total: done < 1000)
    assert [path.name for path in tmp_path.rglob("*")] == ["drafts"]


def test_progress_is_told_every_five_hundred_rows(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    rows = write_workbook(register(1100), tmp_path / "a.xlsx", progress=lambda *step: not told.append(step))
    assert rows == 1100
    assert told[:3] == [(500, 1100), (1000, 1100), (1100, 1100)]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=4))
@example(["History", "history", "'x'", "a/b:c", "[x]*?\\", "", "\n", "𠮷" * 40, "𠮷" * 40])
def test_sheet_titles_are_always_taken(texts: list[str]) -> None:
    used: list[str] = []
    for text in texts:
        title = safe_title(text, used)
        assert title.casefold() not in {name.casefold() for name in used}
        assert 0 < len(title.encode("utf-16-le")) // 2 <= 31
        assert not set(title) & set("[]:*?/\\\n")
        assert title.strip("' ") == title
        assert title.casefold() != "history"
        used.append(title)


def test_a_long_name_makes_no_tower_of_a_narrow_column(tmp_path: Path) -> None:
    company = "中国电子信息产业集团第六研究所华北信息系统集成与运行维护服务有限公司北京分部"
    columns = (Column("单位", 21), Column("说明", 149))
    rows = ((company, None), ("华信", None), ("来过一次，又走了。" * 4, None))
    document = with_body(Table(columns, rows, font_size=8.5))
    path = tmp_path / "a.xlsx"
    write_workbook(document, path)
    sheet = openpyxl.load_workbook(path).active
    found = {cell.value: cell for row in sheet.iter_rows() for cell in row if cell.value}
    heights = {words: sheet.row_dimensions[cell.row].height for words, cell in found.items()}
    assert found[company].font.size == 5.0
    assert heights[company] < 14 * POINTS
    assert (found["华信"].font.size, found["来过一次，又走了。" * 4].font.size) == (8.5, 8.5)


@pytest.mark.parametrize(("rows", "pages"), [(1, 1), (23, 1), (27, 1), (40, 0)])
def test_what_is_hardly_higher_than_a_page_is_printed_on_one(rows: int, pages: int, tmp_path: Path) -> None:
    sheet = written(one_column(*(f"第{n}项" for n in range(rows))), tmp_path)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, pages)
    assert sheet.print_title_rows is not None
