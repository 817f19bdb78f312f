from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from chart_samples import BY_CATEGORY, BY_VENDOR, CHARTS, DAILY, EMPTY, LYING_RATE, RATE
from openpyxl.chart.bar_chart import BarChart as NativeBars
from openpyxl.chart.line_chart import LineChart
from openpyxl.utils.cell import range_boundaries
from paper_samples import one_column, with_body

from opsdesk.exports import bars
from opsdesk.exports.document import BarChart, Column, Document, Kind, Series, Table
from opsdesk.exports.layout import compose
from opsdesk.exports.workbook import write_workbook


def written(document: Document, folder: Path):  # openpyxl ships no types
    path = folder / "a.xlsx"
    write_workbook(document, path)
    return openpyxl.load_workbook(path).worksheets[0]


def referred(sheet, reference: str) -> list[object]:  # openpyxl ships no types
    """The values of the cells that a chart refers to."""
    title, _, area = reference.rpartition("!")
    assert title.strip("'").replace("''", "'") == sheet.title
    left, top, right, bottom = range_boundaries(area.replace("$", ""))
    assert left == right
    return [sheet.cell(row, left).value for row in range(top, bottom + 1)]


def series_of(chart) -> list[object]:  # openpyxl ships no types
    return [series for part in chart._charts for series in part.series]


@pytest.mark.parametrize("name", CHARTS)
def test_the_chart_takes_its_figures_from_the_right_cells(name: str, tmp_path: Path) -> None:
    chart = CHARTS[name]
    sheet = written(with_body(chart, sheet="统计 '3' & 4"), tmp_path)
    (native,) = sheet._charts
    columns = dict(bars.columns(chart))
    read = {}
    for series in series_of(native):
        (head,) = referred(sheet, series.tx.strRef.f) if series.tx.strRef else (bars.TOTAL,)
        assert referred(sheet, series.cat.strRef.f) == bars.labels(chart)
        read[head] = [
            value if value is None else pytest.approx(Decimal(str(value)))
            for value in referred(sheet, series.val.numRef.f)
        ]
    assert {head: columns[head] for head in read} == read
    shown = set(bars.names(chart)) | ({bars.TOTAL} if bars.has_totals(chart) else set())
    assert set(read) - {bars.TARGET} == shown


@pytest.mark.parametrize("name", CHARTS)
def test_the_copy_in_the_chart_says_what_the_cells_say(name: str, tmp_path: Path) -> None:
    sheet = written(with_body(CHARTS[name]), tmp_path)
    for series in series_of(sheet._charts[0]):
        kept = {point.idx: float(point.v) for point in series.val.numRef.numCache.pt}
        cells = referred(sheet, series.val.numRef.f)
        assert kept == {row: float(value) for row, value in enumerate(cells) if value is not None}
        assert [point.v for point in series.cat.strRef.strCache.pt] == referred(sheet, series.cat.strRef.f)


def shown(cell) -> str:  # openpyxl ships no types
    """A cell as Excel shows it."""
    if not isinstance(cell.value, (int, float)):
        return cell.value or ""
    digits = len((re.search(r"0\.(0+)", cell.number_format) or ["", ""])[1])
    return f"{cell.value:,.{digits}f}" + ("%" if '"%"' in cell.number_format else "")


def pieces(texts: Iterable[str]) -> set[str]:
    return {"".join(piece.split()) for text in texts for piece in text.split("\u3000")} - {""}


@pytest.mark.parametrize("name", CHARTS)
def test_paper_and_sheet_say_the_same_words_and_figures(name: str, tmp_path: Path) -> None:
    chart = CHARTS[name]
    sheet = written(with_body(chart), tmp_path)
    cells = pieces(shown(cell) for row in sheet.iter_rows() for cell in row)
    titled = cells | {run.t for part in sheet._charts[0].title.tx.rich.p for run in part.r}
    pages = compose(with_body(chart))
    paper = "".join(pieces(["".join(ink.text for page in pages for ink in page.inks)]))
    assert {words for words in cells if words not in paper} == set()
    ticks = {bars.tick(chart, value) for most in range(1, 6) for value in bars.axis(chart, most).ticks}
    frame = {bars.NO_FIGURE, "第1页共1页", "".join(bars.target(chart).split())}
    inks = pieces(ink.text for page in pages for ink in page.inks if ink.text not in ticks) - frame
    assert {words for words in inks if words not in "".join(sorted(titled))} == set()


def test_stacks_lie_or_stand_as_described_with_sums_at_their_ends(tmp_path: Path) -> None:
    sheet = written(with_body(DAILY, BY_VENDOR, RATE, LYING_RATE, BY_CATEGORY), tmp_path)
    standing, vendors, rates, lying, categories = sheet._charts
    assert [chart.barDir for chart in sheet._charts] == ["col", "bar", "col", "bar", "bar"]
    assert [(chart.grouping, chart.overlap) for chart in (standing, vendors)] == [("stacked", 100)] * 2
    sums = [part for part in standing._charts if isinstance(part, LineChart)]
    assert [series.dLbls.showVal for part in sums for series in part.series] == [True]
    assert [series.dLbls is None for series in standing._charts[0].series] == [True, True]
    assert vendors.series[-1].dLbls.dLblPos == "inBase"
    assert [isinstance(part, LineChart) for part in rates._charts] == [False, True]
    assert [type(part) for part in lying._charts] == [NativeBars]
    assert "目标 95%" in "".join(run.t for run in lying.title.tx.rich.p[0].r)
    assert categories.x_axis.scaling.orientation == "maxMin"
    for chart in sheet._charts:
        assert not chart.x_axis.delete
        assert not chart.y_axis.delete
        assert chart.y_axis.scaling.min == 0


def test_charts_stand_over_free_rows_above_their_table(tmp_path: Path) -> None:
    charts = (RATE, BY_CATEGORY, BY_VENDOR)
    sheet = written(with_body(*charts), tmp_path)
    below = 0
    for native, chart in zip(sheet._charts, charts, strict=True):
        top, bottom = native.anchor._from.row + 1, native.anchor.to.row + 1
        assert top > below
        free = [cell.value for row in sheet.iter_rows(min_row=top, max_row=bottom) for cell in row]
        assert set(free) == {None}
        assert native.anchor.to.col == len({cell.column for cell in sheet[top]})
        assert sheet.cell(bottom + 1, 1).value == chart.title
        assert sheet.cell(bottom + 2, 1).value == bars.unit(chart)
        below = bottom + 2 + len(chart.labels)
    assert [entry.id for entry in sheet.row_breaks.brk] == [sheet._charts[2].anchor._from.row]


def test_numbers_are_numbers_and_texts_are_never_formulas(tmp_path: Path) -> None:
    labels = ("=1+1", "2026-03-05", "7", "@SUM(A1)")
    values = (1, Decimal("2.5"), None, 10**15)
    chart = BarChart("=cmd", labels, (Series("+名", values),), "-件", horizontal=True)
    sheet = written(with_body(chart), tmp_path)
    head = next(row[0].row for row in sheet.iter_rows() if row[0].value == "单位：-件")
    figures = sheet.max_column
    while sheet.cell(head, figures).value is None:
        figures -= 1
    cells = [(sheet.cell(head + n, 1), sheet.cell(head + n, figures)) for n in range(1, 5)]
    assert [(label.value, label.data_type) for label, _ in cells] == [(label, "s") for label in labels]
    assert [(value.value, value.number_format) for _, value in cells[:2]] == [(1, "#,##0.0"), (2.5, "#,##0.0")]
    assert cells[2][1].value is None
    assert (cells[3][1].value, cells[3][1].data_type) == ("1000000000000000", "s")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_nothing_to_draw_is_a_sentence_and_no_chart(tmp_path: Path) -> None:
    sheet = written(with_body(EMPTY), tmp_path)
    assert sheet._charts == []
    assert {"没有的", bars.NOTHING} <= {cell.value for row in sheet.iter_rows() for cell in row}


def test_tables_beside_charts_keep_their_columns_and_heights(tmp_path: Path) -> None:
    table = Table((Column("甲", 1), Column("乙", 3, Kind.NUMBER)), (("a", 1), ("b", 2)), row_height=10)
    sheet = written(with_body(table, BY_CATEGORY), tmp_path)
    heading = next(row[0].row for row in sheet.iter_rows() if row[0].value == "甲")
    plain = written(one_column("a"), tmp_path)
    assert sheet.sheet_format.defaultRowHeight == pytest.approx(10 * 72 / 25.4)
    assert plain.sheet_format.defaultRowHeight == pytest.approx(8 * 72 / 25.4)
    assert [sheet.cell(heading + n, 1).value for n in (1, 2)] == ["a", "b"]
    assert len(sheet._charts) == 1


def test_a_book_of_many_sheets_keeps_every_chart_with_its_own_cells(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    write_workbook([with_body(DAILY), with_body(RATE), with_body(BY_VENDOR)], path)
    book = openpyxl.load_workbook(path)
    for sheet, chart in zip(book.worksheets, (DAILY, RATE, BY_VENDOR), strict=True):
        (native,) = sheet._charts
        assert referred(sheet, series_of(native)[0].cat.strRef.f) == bars.labels(chart)
