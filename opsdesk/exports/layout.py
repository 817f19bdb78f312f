"""From a Document to sheets: what stands where, on how many pages.

Head, facts and headings repeat on every page. A bound register (`Table.rows_per_page`) keeps its rows per page and has
the place to sign on every page; other forms are signed at the end. Nothing ever leaves the paper: a text higher than a
page goes on over the next ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import inf
from typing import NamedTuple

from opsdesk.exports import bars_on_paper, head_and_foot, ruling, sheets, typeface, wording
from opsdesk.exports.document import Align, BarChart, Block, Document, FormCell, FormGrid, Kind, Table, Text, Value
from opsdesk.exports.fitting import fit, fit_heading, lines_of
from opsdesk.exports.head_and_foot import FACT_SIZE, REMARK_SIZE, SIGNING_HEIGHT, Area
from opsdesk.exports.sheets import IDEOGRAPH_CENTRE, LEADING, MM, Cell, Row, Sheet
from opsdesk.exports.typeface import Line

MOST_REPEATED = 24 * MM
"""Facts or remarks higher than this are printed once instead of on every page."""
SMALLEST_ROW = 6.5 * MM
ROW_STEP = 0.25 * MM
"""By so much rows of a bound page become lower, down to the smallest, until all of them stand on it."""
KEPT_TOGETHER = 32 * MM
"""A bold line is a heading: it does not stand on a page that has less room than this for what follows."""
KEPT_ROWS = 2
"""So many of the last rows stand on the page that is signed."""
CHART_GAP = 2 * MM
HEADING_HEIGHT = 8.0 * MM
STACKED_HEADING_HEIGHT = 5.6 * MM


class _Slot(NamedTuple):
    """A column, measured: its edges, the room for text, how its values stand, and the cell of an empty value.

    Texts shrink to save the row's height or `height`, whichever is more: without end where the column is even.
    """

    left: float
    right: float
    room: float
    align: Align
    tint: float | None
    kind: Kind
    height: float
    blank: Cell


class _Heading(NamedTuple):
    """A table's heading, measured: each cell with its upper and lower edge, and the height of the whole."""

    cells: tuple[tuple[Cell, float, float], ...]
    height: float


def compose(document: Document, rows_done: Callable[[int], None] | None = None) -> list[Sheet]:
    """All pages of one document. `rows_done(count)` is told now and then how many more rows stand; it may raise."""
    try:
        flow = _Flow(document, rows_done)
        for place, block in enumerate(document.body):
            following = document.body[place + 1 : place + 2]
            flow.ends = not following
            flow.block(block, following[0] if following else None)
            if not (following and _share_frame(block, following[0])):
                flow.close_frame()
        flow.finish()
    except typeface.MissingGlyph as missing:
        raise missing.of(wording.document_label(document)) from None
    head_and_foot.number_pages(document, flow.pages, flow.area)
    return flow.pages


def on_fewest_pages(made: Document, lowered: Mapping[float, float]) -> Document:
    """The form as it is, or with its cells and rows as low as `lowered` says where that saves a page."""
    low = replace(made, body=tuple(_lower(block, lowered) for block in made.body))
    try:
        return min((made, low), key=lambda each: len(compose(each)))
    except typeface.MissingGlyph:
        return made  # the workbook needs no glyphs; who prints is told


def _lower(block: Block, lowered: Mapping[float, float]) -> Block:
    if isinstance(block, FormGrid):
        low = [[replace(cell, height=lowered.get(cell.height, cell.height)) for cell in row] for row in block.rows]
        return replace(block, rows=tuple(tuple(row) for row in low))
    if isinstance(block, Table):
        return replace(block, row_height=lowered.get(block.row_height, block.row_height))
    return block


def _share_frame(above: object, below: object) -> bool:
    """Ruled blocks stand without a gap, except two tables, which would read as one."""
    if isinstance(above, (Text, BarChart)) or isinstance(below, (Text, BarChart)):
        return False
    return not (isinstance(above, Table) and isinstance(below, Table))


def _measure_heading(table: Table, width: float) -> _Heading:
    edges = ruling.table_edges(table, width)
    cells, levels = ruling.heading(table)
    heights = [HEADING_HEIGHT if levels == 1 else STACKED_HEADING_HEIGHT] * levels
    fitted = []
    for cell in cells:
        room = edges[cell.last] - edges[cell.first]
        lines, size = fit_heading(wording.words(cell.text), room - 2 * sheets.padding(room), table.font_size)
        fitted.append(Cell(edges[cell.first], edges[cell.last], lines, size, Align.CENTER, sheets.HEADING_TINT))
        lacking = sheets.height_of(len(lines), size) - sum(heights[cell.top : cell.bottom])
        if lacking > 0:
            heights[cell.bottom - 1] += lacking
    placed = tuple(
        (box, sum(heights[: cell.top]), sum(heights[: cell.bottom])) for box, cell in zip(fitted, cells, strict=True)
    )
    return _Heading(placed, sum(heights))


def _measure_columns(table: Table, width: float) -> tuple[_Slot, ...]:
    edges = ruling.table_edges(table, width)
    slots = []
    for column, left, right in zip(table.columns, edges, edges[1:], strict=False):
        tint = sheets.SHADE if column.shaded else None
        room = right - left - 2 * sheets.padding(right - left)
        blank = Cell(left, right, (), table.font_size, Align.LEFT, tint)
        height = inf if column.even else 0.0
        slots.append(_Slot(left, right, room, wording.alignment(column), tint, column.kind, height, blank))
    return tuple(slots)


class _Flow:
    """Where the next block goes: the page, how far down it is filled, and the frame of the ruled blocks under way."""

    def __init__(self, document: Document, rows_done: Callable[[int], None] | None) -> None:
        self.document = document
        self.rows_done = rows_done
        short, long = document.paper.value
        self.paper = (long * MM, short * MM) if document.landscape else (short * MM, long * MM)
        top, right, bottom, left = (side * MM for side in document.margins)
        self.area = Area(left, top, self.paper[0] - right, self.paper[1] - bottom)
        self.foot = head_and_foot.measure_foot(self.area, document)
        bound = any(isinstance(block, Table) and block.rows_per_page for block in document.body)
        self.signed_each = bound and self.foot.signings_height <= 3 * SIGNING_HEIGHT
        self.remarked_each = bound and self.foot.remarks_height <= MOST_REPEATED
        self.limit = self.area.bottom
        self.limit -= self.foot.signings_height if self.signed_each else 0.0
        self.limit -= self.foot.remarks_height if self.remarked_each else 0.0
        self.pages: list[Sheet] = []
        self.y = self.begun = 0.0
        self.frame_top: float | None = None
        self.ends = False
        self._begin_page()

    def block(self, block: Block, following: Block | None = None) -> None:
        """Place one block of the body under what stands already; a heading stays with what follows it."""
        if isinstance(block, Table):
            self._table(block)
        elif isinstance(block, FormGrid):
            rows = [self._grid_row(block, cells) for cells in block.rows]
            for place, row in enumerate(rows):
                self._put(row, self._turn, self._below(rows[place + 1 :]))
        elif isinstance(block, BarChart):
            self._chart(block)
        else:
            kept = self._chart_below_heading(following) if isinstance(following, BarChart) else KEPT_TOGETHER
            fresh = self.y == self.begun
            lines = lines_of(wording.words(block.text), self.area.width, block.font_size, bold=block.bold)
            if not block.bold and self._parts(len(lines) * block.font_size * LEADING + 2.5 * MM, self._below(())):
                self._turn()
            if block.bold and self.y + kept > self.limit and not (fresh and isinstance(following, BarChart)):
                self._turn()
                fresh = True
            self.y += 1 * MM
            self._paragraph(lines, block.font_size)
            self.y += 1.5 * MM
            if block.bold and fresh:
                self.begun = self.y

    def finish(self) -> None:
        """Write what stands at the foot of the last page."""
        if not self.remarked_each:
            self.y += 1.5 * MM
            self._paragraph(self.foot.remarks, REMARK_SIZE)
        if not self.signed_each and self.y + self.foot.signings_height > self.limit:
            self._turn()
        self._end_page()
        if not self.signed_each:
            head_and_foot.draw_signings(self.sheet, self.area, self.foot, self.y)

    def close_frame(self) -> None:
        """Draw the heavier rule round the ruled blocks under way and leave a gap."""
        if self.frame_top is not None:
            sheets.frame(self.sheet, self.area.left, self.frame_top, self.area.right, self.y)
            self.frame_top = None
            self.y += 1 * MM

    def _begin_page(self) -> None:
        self.sheet = Sheet(*self.paper)
        self.pages.append(self.sheet)
        self.y, facts = head_and_foot.draw_head(self.sheet, self.area, self.document)
        if facts and (len(self.pages) == 1 or len(facts) * FACT_SIZE * LEADING <= MOST_REPEATED):
            self._paragraph(facts, FACT_SIZE)
            self.y += 1.2 * MM
        self.begun = self.y

    def _end_page(self) -> None:
        """On a bound register every page has its remarks and its place to sign."""
        self.close_frame()
        if self.remarked_each:
            self.y = head_and_foot.draw_remarks(self.sheet, self.area, self.foot.remarks, self.y - 1 * MM)
        if self.signed_each:
            head_and_foot.draw_signings(self.sheet, self.area, self.foot, self.y)

    def _turn(self) -> None:
        self._end_page()
        self._begin_page()

    def _paragraph(self, lines: Sequence[Line], size: float) -> None:
        step = size * LEADING
        for line in lines:
            if self.y + step > self.limit:
                self._turn()
            self.sheet.write(line, self.area.left, self.y + step / 2 + IDEOGRAPH_CENTRE * size, size)
            self.y += step

    def _place(self, row: Row) -> None:
        """Write a row that fits, under the one before."""
        if self.frame_top is None:
            self.frame_top = self.y
        else:
            self.sheet.rule(self.area.left, self.y, self.area.right, self.y)
        sheets.draw(self.sheet, row, self.area.left, self.y)
        self.y += row.height

    def _below(self, after: Sequence[Row]) -> float:
        """The room that has to stay below one of the last rows of the body: for those after it, remarks, signatures."""
        if not self.ends or self.signed_each or not self.foot.signings or len(after) >= KEPT_ROWS:
            return 0.0
        remarks = 0.0 if self.remarked_each else self.foot.remarks_height
        return sum(row.height for row in after) + 1 * MM + remarks + self.foot.signings_height

    def _parts(self, height: float, below: float) -> bool:
        """Whether the end of this page would part something from what is signed below it, and the next would not."""
        whole = height + below
        return below > 0 and self.begun < self.y and self.y + whole > self.limit >= self.begun + whole

    def _put(self, row: Row, turn: Callable[[], None], below: float = 0.0) -> None:
        """Place a row on this page or the next; a row higher than a whole page goes on over as many as it takes.

        `below` is the room for what must not be parted from it, as far as one page holds both.
        """
        if self._parts(row.height, below):
            turn()
        if self.y + row.height <= self.limit + 0.01:
            self._place(row)
            return
        if self.frame_top is not None or self.y > self.paper[1] / 2:
            turn()
        while self.y + row.height > self.limit + 0.01:
            room = self.limit - self.y
            parts = [cell.split(room) for cell in row.cells]
            heads = [head for head, _ in parts]
            self._place(Row(max(room, sheets.tallest(heads)), heads))
            turn()
            rest = [tail for _, tail in parts]
            row = Row(sheets.tallest(rest), rest)
        self._place(row)

    def _grid_row(self, block: FormGrid, cells: tuple[FormCell, ...]) -> Row:
        size, boxes = block.font_size, []
        height = max((cell.height for cell in cells), default=0.0) * MM
        for box in ruling.grid_boxes(block, cells, self.area.width, MM):
            cell = box.cell
            signed = not box.is_label and cell.kind is Kind.SIGNATURE and cell.height >= wording.ROOM_TO_SIGN
            foot = sheets.foot_height(size) if signed else 0.0
            room = box.right - box.left - 2 * sheets.padding(box.right - box.left)
            if box.is_label:
                lines, fitted = fit_heading(wording.words(cell.label), room, size, bold=False)
            else:
                lines, fitted = fit(wording.words(cell.value, cell.kind), room, size, height - foot, cell.kind)
            align, tint = (Align.CENTER, sheets.LABEL_TINT) if box.is_label else (Align.LEFT, None)
            boxes.append(Cell(box.left, box.right, lines, fitted, align, tint))
            if signed:
                boxes[-1].foot, boxes[-1].foot_size = lines_of(wording.SIGN_HERE, room, size)[0], size
        return Row(max(height, sheets.tallest(boxes)), boxes)

    def _chart(self, chart: BarChart) -> None:
        """Place a chart whole: on this page or on the next, there no higher than the page is."""
        drawn = bars_on_paper.pictures(chart, self.area.width, self.paper[1])
        if self.y + CHART_GAP + drawn[0].height > self.limit:
            if self.y > self.begun or self.limit - self.y < bars_on_paper.LEAST_ROOM:
                self._turn()
            room = self.limit - self.y - 3 * CHART_GAP
            drawn = bars_on_paper.pictures(chart, self.area.width, max(room, bars_on_paper.LEAST_ROOM))
        for picture in drawn:
            if self.y > self.begun and self.y + CHART_GAP + picture.height > self.limit:
                self._turn()
            self.sheet.paste(picture, self.area.left, self.y + CHART_GAP)
            self.y += picture.height + 2 * CHART_GAP

    def _chart_below_heading(self, chart: BarChart) -> float:
        """The room that a heading needs with a chart below it."""
        return bars_on_paper.pictures(chart, self.area.width, self.paper[1])[0].height + 10 * MM

    def _place_heading(self, heading: _Heading) -> None:
        top = self.y
        if self.frame_top is None:
            self.frame_top = top
        else:
            self.sheet.rule(self.area.left, top, self.area.right, top)
        for cell, upper, lower in heading.cells:
            sheets.draw(self.sheet, Row(lower - upper, [cell]), self.area.left, top + upper)
            left, right = self.area.left + cell.left, self.area.left + cell.right
            if cell.left > 0:
                self.sheet.divide(left, top + upper, top + lower)
            if upper:
                self.sheet.rule(left, top + upper, right, top + upper)
        self.y += heading.height

    def _table(self, table: Table) -> None:
        heading, slots = _measure_heading(table, self.area.width), _measure_columns(table, self.area.width)
        height, on_page = table.row_height * MM, 0

        def turn() -> None:
            nonlocal on_page
            self._turn()
            self._place_heading(heading)
            on_page = 0

        if self.y + heading.height + height > self.limit:
            self._turn()
        self._place_heading(heading)
        if table.rows_per_page:
            height = min(height, max((self.limit - self.y) / table.rows_per_page, SMALLEST_ROW))
        planned = height
        for index, values in enumerate(table.rows):
            if on_page == table.rows_per_page:
                turn()
            if on_page == 0 and table.rows_per_page:
                height = self._lowered(table, slots, index, planned)
            rest = table.rows[index + 1 : index + 1 + KEPT_ROWS]
            last = self.ends and len(rest) < KEPT_ROWS
            below = self._below([self._row(table, slots, each, height, index) for each in rest]) if last else 0.0
            self._put(self._row(table, slots, values, height, index), turn, below)
            on_page += 1
            if self.rows_done is not None and index % 200 == 199:
                self.rows_done(200)
        empty: tuple[Value, ...] = (None,) * len(table.columns)
        for values in wording.blanks(table) or (() if table.rows else (empty,)):
            if self.y + height > self.limit + 0.01:
                break
            self._place(self._row(table, slots, values, height, len(table.rows)))

    def _lowered(self, table: Table, slots: tuple[_Slot, ...], first: int, planned: float) -> float:
        """The height of a bound page's rows, from row `first` on, that keeps them together though some are higher."""
        count, room = table.rows_per_page or 0, self.limit - self.y + 0.01
        rows, height = table.rows[first : first + count], planned
        while height >= SMALLEST_ROW:
            higher = (self._row(table, slots, each, height, first + n).height for n, each in enumerate(rows))
            if sum(higher) + (count - len(rows)) * height <= room:
                return height
            height -= ROW_STEP
        return planned

    def _row(self, table: Table, slots: tuple[_Slot, ...], values: tuple[Value, ...], height: float, index: int) -> Row:
        cells, tallest, size = [], height, table.font_size
        for slot, value in zip(slots, values, strict=True):
            if value is None or value == "":
                cells.append(slot.blank)
                continue
            try:
                words = wording.words(value, slot.kind)
                lines, fitted = fit(words, slot.room, size, max(height, slot.height), slot.kind, column=True)
            except typeface.MissingGlyph as missing:
                raise missing.of(wording.record_label(self.document, table, index)) from None
            if len(lines) > 1:
                tallest = max(tallest, sheets.height_of(len(lines), fitted))
            cells.append(Cell(slot.left, slot.right, lines, fitted, slot.align, slot.tint))
        return Row(tallest, cells)
