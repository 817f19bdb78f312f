"""Where the rules of tables and form grids run: PDF and xlsx take their columns from the same edges."""

from __future__ import annotations

from itertools import accumulate, groupby
from typing import NamedTuple

from opsdesk.exports.document import FormCell, FormGrid, Table


class HeadingCell(NamedTuple):
    """A heading over columns `first` to `last` (exclusive), on heading rows `top` to `bottom` (exclusive)."""

    text: str
    top: int
    bottom: int
    first: int
    last: int


class Box(NamedTuple):
    """A label or a value of a form grid between two edges; the label has no cell's value."""

    cell: FormCell
    is_label: bool
    left: float
    right: float


def table_edges(table: Table, width: float) -> list[float]:
    """Left edge of each column and the right edge of the last, when the table is `width` wide."""
    total = sum(column.width for column in table.columns) or 1.0
    return [0.0, *(width * share / total for share in accumulate(column.width for column in table.columns))]


def heading(table: Table) -> tuple[list[HeadingCell], int]:
    """The heading's cells and its number of rows: groups over titles over subtitles, as far as the table has them."""
    columns = table.columns
    title_row = 1 if any(column.group for column in columns) else 0
    subtitle_row = title_row + 1
    height = subtitle_row + (1 if any(column.subtitle for column in columns) else 0)
    cells = []
    for group, members in groupby(enumerate(columns), key=lambda pair: pair[1].group):
        indices = [index for index, _ in members]
        if group:
            cells.append(HeadingCell(group, 0, 1, indices[0], indices[-1] + 1))
        for index in indices:
            column = columns[index]
            top = title_row if group else 0
            cells.append(HeadingCell(column.title, top, subtitle_row if column.subtitle else height, index, index + 1))
            if column.subtitle:
                cells.append(HeadingCell(column.subtitle, subtitle_row, height, index, index + 1))
    return cells, height


def grid_boxes(grid: FormGrid, row: tuple[FormCell, ...], width: float, millimetre: float = 1.0) -> list[Box]:
    """Labels and values of one grid row from left to right, filling `width` (in the unit that has `millimetre`)."""
    label = min(grid.label_width * millimetre, width / (2 * max(len(row), 1)))
    spans = sum(max(cell.span, 1) for cell in row) or 1
    share = (width - label * sum(1 for cell in row if cell.label)) / spans
    boxes, x = [], 0.0
    for cell in row:
        if cell.label:
            boxes.append(Box(cell, True, x, x + label))
            x += label
        right = x + share * max(cell.span, 1)
        boxes.append(Box(cell, False, x, right))
        x = right
    return boxes
