"""Documents as xlsx: the words of the paper in real cells, ready to be summed, filtered and printed.

Numbers that are names are text, times and dates are real, texts are always text: never a formula, never an error value.
Every sheet is new and streamed row by row, so nothing of another vendor can linger in it and memory stays flat.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import chain, pairwise
from math import inf
from pathlib import Path
from typing import Any

from openpyxl.utils.cell import get_column_letter
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import PageSetupProperties

from opsdesk.exports import bars, bars_in_cells, cells, column_edges, ruling, seal, wording
from opsdesk.exports.archive import Cancelled
from opsdesk.exports.cells import POINTS, Look, Slot, StreamedCell, Styles, Typed
from opsdesk.exports.document import Align, BarChart, Document, FormCell, FormGrid, Kind, Paper, Table, Text
from opsdesk.services.errors import Refusal
from opsdesk.services.text import clean

Progress = Callable[[int, int], bool]
"""Told (rows done, rows in all) now and then; False stops the work."""

MOST_ROWS = 1_048_576
REPORT_EVERY = 500
SURELY_OVER = 1.15
"""Programs scale and break pages each in its own way: a page is taken as full at once, as turned only beyond this."""
SIGN_LINE = "________"
_GAP = "　　"
_Piece = tuple[int, int, Typed, Look]


def write_workbook(documents: Document | Sequence[Document], path: Path, *, progress: Progress | None = None) -> int:
    """Write the documents to `path`, a sheet each; gives the number of table rows written (blank ones not counted).

    `progress(done, total)` returning False raises `Cancelled`; the file is written last, so none stays behind.
    """
    several = [documents] if isinstance(documents, Document) else list(documents)
    total = sum(len(block.rows) for document in several for block in document.body if isinstance(block, Table))
    done = 0

    def advance(rows: int) -> None:
        nonlocal done
        done += rows
        if progress is not None and not progress(done, total):
            raise Cancelled

    book = Workbook(write_only=True)
    book.properties.creator = "、".join(dict.fromkeys(clean(document.organisation) for document in several))
    book.properties.title = "、".join(dict.fromkeys(clean(document.title) for document in several))
    book.properties.keywords = seal.codes(several) or None
    book._named_styles["Normal"].font = cells.DEFAULT_FONT
    try:
        for document in several:
            sheet = book.create_sheet(cells.safe_title(document.sheet or document.title, book.sheetnames))
            _Page(sheet, document, advance).write()
        advance(0)
        book.save(path)
    except BaseException:
        _drop_drafts(book)
        raise
    return total


def _drop_drafts(book: Workbook) -> None:
    """Remove the temporary files that openpyxl keeps for streamed sheets until the program ends."""
    for sheet in book.worksheets:
        if sheet._writer is not None:
            if not sheet.closed:
                sheet.close()
            Path(sheet._writer.out).unlink(missing_ok=True)


class _Page:
    """One sheet under way: its columns, its styles, and the row that comes next."""

    def __init__(self, sheet: Any, document: Document, advance: Callable[[int], None]) -> None:
        self.sheet, self.document, self.advance = sheet, document, advance
        _, right, _, left = document.margins
        self.width = document.paper.value[1 if document.landscape else 0] - left - right
        self.edges = column_edges.of_document(document, self.width)
        self.columns = len(self.edges) - 1
        top, _, bottom, _ = document.margins
        self.page_height = (document.paper.value[0 if document.landscape else 1] - top - bottom) * POINTS * 0.97
        self.default_height = min((each.row_height for each in document.body if isinstance(each, Table)), default=8.0)
        self.styles = Styles(sheet)
        self.row, self.filled, self.height = 0, 0.0, 0.0

    def write(self) -> None:
        """Write head, body and foot."""
        self._set_up()
        self._freeze_and_repeat()
        self._head()
        for block in self.document.body:
            if isinstance(block, Table):
                self._table(block)
            elif isinstance(block, FormGrid):
                for row in block.rows:
                    self._grid_row(block, row)
            elif isinstance(block, BarChart):
                self._chart(block)
            else:
                self._text(block)
        self._foot()
        self._fit_one_page()

    def _set_up(self) -> None:
        sheet, document = self.sheet, self.document
        sheet.page_setup.paperSize = 8 if document.paper is Paper.A3 else 9
        sheet.page_setup.orientation = "landscape" if document.landscape else "portrait"
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        top, right, bottom, left = document.margins
        margins = sheet.page_margins
        margins.left, margins.right = left / 25.4, right / 25.4
        margins.top, margins.bottom = max(top - 8, 5) / 25.4, max(bottom - 5, 10) / 25.4
        margins.header = margins.footer = 8 / 25.4
        sheet.print_options.horizontalCentered = True
        sheet.oddFooter.left.text = _footer_words(wording.retention(document))
        sheet.oddFooter.center.text = f"第 &P 页 共 {document.of_pages or '&N'} 页"
        if document.first_page > 1:
            sheet.page_setup.firstPageNumber, sheet.page_setup.useFirstPageNumber = document.first_page, True
        issued = (seal.words(document), clean(document.trace))
        sheet.oddFooter.right.text = "\n".join(filter(None, map(_footer_words, issued))) or None
        for place, (left_edge, right_edge) in enumerate(zip(self.edges, self.edges[1:], strict=False), 1):
            width = cells.column_width((right_edge - left_edge) * 0.985)
            sheet.column_dimensions[get_column_letter(place)].width = width
        sheet.sheet_format.defaultRowHeight = self.default_height * POINTS
        sheet.sheet_format.customHeight = True

    def _fit_one_page(self) -> None:
        """What is hardly higher than one page is printed on one: Excel's rows are a little higher than on paper."""
        margins = self.sheet.page_margins
        sheet = self.document.paper.value[0 if self.document.landscape else 1] / 25.4
        room = (sheet - margins.top - margins.bottom) * 72
        if not self.sheet.row_breaks.brk and self.height <= room * SURELY_OVER:
            self.sheet.page_setup.fitToHeight = 1

    def _freeze_and_repeat(self) -> None:
        """Where the form is one table, its heading stays in sight and on every page."""
        first = self.document.body[0] if self.document.body else None
        if not isinstance(first, Table):
            return
        heading_ends = 2 + len(self._fact_rows()) + ruling.heading(first)[1]
        self.sheet.print_title_rows = f"1:{heading_ends}"
        names = [place for place, column in enumerate(first.columns[:4], 1) if column.title == "姓名"]
        beside = names[0] + 1 if names and len(first.columns) > 20 else 1
        self.sheet.freeze_panes = f"{get_column_letter(beside)}{heading_ends + 1}"

    def _fact_rows(self) -> list[str]:
        """The facts, as many in a row as fit."""
        return cells.filled_rows(wording.facts(self.document), cells.capacity(self.width, 10.5))

    def _head(self) -> None:
        document = self.document
        parts = (
            (wording.template(document), Look(size=9.0)),
            (clean(document.organisation), Look(size=11.0, align=Align.CENTER)),
            (wording.number(document), Look(size=9.0, align=Align.RIGHT)),
        )
        if self.columns >= 3:
            bounds = (0, *column_edges.middle(self.edges), self.columns)
            pieces = [
                (bounds[place], bounds[place + 1], Typed(words, "s", "General"), look)
                for place, (words, look) in enumerate(parts)
            ]
            self._emit(pieces, 18.0)
        else:
            self._line(_GAP.join(words for words, _ in parts if words), Look(size=9.0, align=Align.CENTER), 18.0)
        self._line(clean(document.title), Look(size=17.0, bold=True, align=Align.CENTER), 30.0)
        for facts in self._fact_rows():
            self._line(facts, Look(), 18.0)

    def _foot(self) -> None:
        for remark in wording.remarks(self.document):
            self._line(remark, Look(size=9.0), 14.0)
        places = []
        for place in self.document.signatures:
            before, stamp, day = wording.signature(place)
            places.append(f"{before}{SIGN_LINE}{stamp}{day}")
        for places_in_row in cells.filled_rows(places, cells.capacity(self.width, 10.5)):
            self._line(places_in_row, Look(), 34.0)
        if issued := seal.words(self.document):
            self._line(issued, Look(size=8.0, align=Align.RIGHT), 14.0)

    def _text(self, block: Text) -> None:
        self._line(clean(block.text), Look(size=block.font_size, bold=block.bold), 16.0)

    def _chart(self, chart: BarChart) -> None:
        """The chart over the rows left free for it, its figures in a table below."""
        if not bars.is_empty(chart):
            spans = list(pairwise(self._column_at(edge) for edge in bars_in_cells.edges(chart, self.width)))
            first, free = self.row + 1, bars_in_cells.rows_under(chart, self.width)
            self._keep_together((free + 4) * bars_in_cells.CHART_ROW)
            for _ in range(free):
                self._append([None] * self.columns, bars_in_cells.CHART_ROW)
            place = bars_in_cells.Place(self.sheet.title, self.row + 2, tuple(left + 1 for left, _ in spans))
            native = bars_in_cells.native(chart, place, self.width)
            self.sheet.add_chart(native, bars_in_cells.anchor(first, free, self.columns))
        self._line(bars.title(chart), Look(bold=True), 18.0)
        if bars.is_empty(chart):
            self._line(bars.NOTHING, Look(), 16.0)
            return
        for row, height in bars_in_cells.table(chart, self.width):
            self._emit([(*span, *cell) for span, cell in zip(spans, row, strict=True)], height)
        self._line("", Look(), 12.0)

    def _keep_together(self, height: float) -> None:
        """Begin a new page where so many points have no room on this one, as far as heights tell."""
        if self.filled + height > self.page_height and self.row:
            self.sheet.row_breaks.append(Break(id=self.row))
            self.filled = 0.0

    def _grid_row(self, grid: FormGrid, row: tuple[FormCell, ...]) -> None:
        pieces, height = [], 0.0
        for box in ruling.grid_boxes(grid, row, self.width):
            first, last = self._column_at(box.left), self._column_at(box.right)
            room = cells.capacity(box.right - box.left, grid.font_size)
            cell = box.cell
            if box.is_label:
                look = Look(size=grid.font_size, align=Align.CENTER, fill=cells.LABEL_FILL, ruled=True)
                content = Typed(clean(cell.label), "s", "General")
            else:
                content = self._grid_value(cell)
                signed = content.value == wording.SIGN_HERE
                look = Look(size=grid.font_size, align=Align.RIGHT if signed else Align.LEFT, ruled=True, low=signed)
            words = content.value if content.data_type == "s" else ""
            lines = cells.line_count(words or "", room)
            height = max(height, cells.row_height(lines, grid.font_size, cell.height * POINTS))
            pieces.append((first, last, content, look))
        self._emit(pieces, height)

    def _grid_value(self, cell: FormCell) -> Typed:
        place = f"{wording.document_label(self.document)} {cell.label}"
        if cell.kind is Kind.SIGNATURE and cell.height >= wording.ROOM_TO_SIGN:
            words = wording.words(cell.value, cell.kind)
            return Typed(cells.fitting(f"{words}\n{wording.SIGN_HERE}".strip(), place), "s", "General")
        return cells.typed(cell.value, cell.kind, place)

    def _table(self, table: Table) -> None:
        self._heading(table)
        blanks = wording.blanks(table)
        if self.row + len(table.rows) + len(blanks) > MOST_ROWS:
            raise Refusal(
                f"《{clean(self.document.title)}》有 {len(table.rows)} 行，Excel 一张表放不下。请缩小日期范围后再导出。"
            )
        columns = self._columns_of(table)
        start, line, least = self.row, self._line_of(columns), table.row_height * POINTS
        for index, values in enumerate(chain(table.rows, blanks)):
            height = least
            for column, value in zip(columns, values, strict=True):
                try:
                    content = cells.typed(value, column.kind, column.title)
                except Refusal:
                    label = wording.record_label(self.document, table, index)
                    cells.typed(value, column.kind, f"{label} {column.title}")
                    raise
                size = table.font_size
                if content.data_type == "s" and (len(content.value) > column.room or "\n" in content.value):
                    size, lines = cells.fitted_size(content.value, column.width, size, inf if column.even else least)
                    height = max(height, cells.row_height(lines, size, least))
                column.fill(content, self.styles, size)
            self._append(line, height if height > least else None)
            self._merge_spans(columns)
            if table.rows_per_page and (index + 1) % table.rows_per_page == 0 and index + 1 < len(table.rows):
                self.sheet.row_breaks.append(Break(id=start + index + 1))
            if index < len(table.rows) and (index + 1) % REPORT_EVERY == 0:
                self.advance(REPORT_EVERY)
        self.advance(len(table.rows) % REPORT_EVERY)

    def _columns_of(self, table: Table) -> list[Slot]:
        edges = ruling.table_edges(table, self.width)
        columns = []
        for column, left, right in zip(table.columns, edges, edges[1:], strict=False):
            look = Look(
                cells.number_format(column.kind),
                table.font_size,
                align=wording.alignment(column),
                fill=cells.SHADE_FILL if column.shaded else "",
                ruled=True,
            )
            first, last = self._column_at(left), max(self._column_at(right), self._column_at(left) + 1)
            cell = StreamedCell(self.sheet)
            columns.append(Slot(column.kind, column.title, first, last, right - left, look, cell, column.even))
        return columns

    def _line_of(self, columns: Sequence[Slot]) -> list[Any]:
        """The row of cells that is filled and sent again for every record."""
        line: list[Any] = [None] * self.columns
        for column in columns:
            for place in range(column.first + 1, column.last):
                line[place] = self._blank(column.look)
            line[column.first] = column.cell
        return line

    def _merge_spans(self, columns: Sequence[Slot]) -> None:
        for column in columns:
            if column.last - column.first > 1:
                self._merge(self.row, self.row, column.first, column.last)

    def _heading(self, table: Table) -> None:
        edges = ruling.table_edges(table, self.width)
        boxes, levels = ruling.heading(table)
        look = Look(size=table.font_size, bold=True, align=Align.CENTER, fill=cells.HEADING_FILL, ruled=True)
        least = (8.0 if levels == 1 else 5.6) * POINTS
        grid: list[list[Any]] = [[None] * self.columns for _ in range(levels)]
        heights = [least] * levels
        for box in boxes:
            first, last = self._column_at(edges[box.first]), self._column_at(edges[box.last])
            for level in range(box.top, box.bottom):
                for place in range(first, last):
                    grid[level][place] = self._blank(look)
            short = look._replace(wrapped=not (box.text.isascii() and len(box.text) <= 3))
            grid[box.top][first] = self._cell(Typed(clean(box.text), "s", "General"), short)
            lines = cells.line_count(
                clean(box.text), cells.capacity(edges[box.last] - edges[box.first], table.font_size)
            )
            lacking = cells.row_height(lines, table.font_size, least) - sum(heights[box.top : box.bottom])
            heights[box.bottom - 1] += max(lacking, 0.0)
            if box.bottom - box.top > 1 or last - first > 1:
                self._merge(self.row + box.top + 1, self.row + box.bottom, first, last)
        for level, line in enumerate(grid):
            self._append(line, heights[level])

    def _column_at(self, edge: float) -> int:
        """The column that begins at (or nearest to) an edge in millimetres."""
        place = bisect_left(self.edges, edge - column_edges.SAME)
        return min(place, self.columns)

    def _line(self, words: str, look: Look, height: float) -> None:
        """A text over the whole width."""
        words = cells.fitting(words, wording.document_label(self.document))
        lines = cells.line_count(words, cells.capacity(self.width, look.size))
        piece = (0, self.columns, Typed(words, "s", "General"), look)
        self._emit([piece], cells.row_height(lines, look.size, height) if lines > 1 else height)

    def _emit(self, pieces: Sequence[_Piece], height: float) -> None:
        line: list[Any] = [None] * self.columns
        for first, last, content, look in pieces:
            for place in range(first + 1, last):
                line[place] = self._blank(look)
            line[first] = self._cell(content, look)
            if last - first > 1:
                self._merge(self.row + 1, self.row + 1, first, last)
        self._append(line, height)

    def _cell(self, content: Typed, look: Look) -> Any:
        cell = StreamedCell(self.sheet)
        Slot(Kind.TEXT, "", 0, 1, 0.0, look, cell).fill(content, self.styles, look.size)
        return cell

    def _blank(self, look: Look) -> Any:
        return self._cell(Typed(None, "n", look.number_format), look)

    def _append(self, line: list[Any], height: float | None) -> None:
        self.row += 1
        taken = self.default_height * POINTS if height is None else height
        self.filled += taken
        self.height += taken
        if self.filled > self.page_height * SURELY_OVER:
            self.filled -= self.page_height
        if height is not None:
            self.sheet.row_dimensions[self.row].height = round(height, 1)
        self.sheet.append(line)
        if height is not None:
            del self.sheet.row_dimensions[self.row]  # it is written; keeping it would grow with the rows

    def _merge(self, top: int, bottom: int, first: int, last: int) -> None:
        area = CellRange(min_col=first + 1, max_col=last, min_row=top, max_row=bottom)
        self.sheet.merged_cells.ranges.add(area)


def _footer_words(text: str) -> str | None:
    """A text for the page footer, where & begins a code and the whole has 255 characters; none if there is no text."""
    return text[:60].replace("&", "&&") or None
