"""Sheets of paper before they are ink: texts, rules and tints at their places, ready for any canvas.

Points, measured from the lower left corner as PDF does. What is drawn here is plain text and lines, never markup.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from opsdesk.exports.document import Align
from opsdesk.exports.typeface import Line

MM = 72 / 25.4
LEADING = 1.32
"""Paragraphs: distance of lines in parts of the size."""
CELL_LEADING = 1.2
"""The same inside boxes."""
FOOT_ABOVE_RULE = 2.2 * MM
"""How far the words of a place to sign stand above the rule below them."""
IDEOGRAPH_CENTRE = 0.38
"""Middle of an ideograph above the baseline, in parts of the size."""

RULE = 0.5
OUTER_RULE = 1.0
HEADING_TINT = 0.92
LABEL_TINT = 0.95
SHADE = 0.93


class Ink(NamedTuple):
    """One piece of text in one face; `grey` 0 is black."""

    x: float
    y: float
    font: str
    size: float
    text: str
    grey: float


@dataclass(slots=True)
class Sheet:
    """One page: `rules` by line width as (x1, y1, x2, y2), `tints` as (x, y, width, height, grey).

    `modules` are the black boxes of a QR code as (x, y, width, height). `dividers` are the vertical rules between
    cells, by x: what continues the piece above is one rule, not one per row.
    """

    width: float
    height: float
    inks: list[Ink] = field(default_factory=list)
    rules: dict[float, list[tuple[float, float, float, float]]] = field(default_factory=dict)
    tints: list[tuple[float, float, float, float, float]] = field(default_factory=list)
    dividers: dict[float, list[tuple[float, float]]] = field(default_factory=dict)
    modules: list[tuple[float, float, float, float]] = field(default_factory=list)

    def rule(self, x1: float, top: float, x2: float, bottom: float, weight: float = RULE) -> None:
        """Draw a straight rule; `top` and `bottom` are measured from the upper edge of the paper."""
        self.rules.setdefault(weight, []).append((x1, self.height - top, x2, self.height - bottom))

    def divide(self, x: float, top: float, bottom: float) -> None:
        """Draw the rule between two cells."""
        pieces = self.dividers.setdefault(x, [])
        y1, y2 = self.height - top, self.height - bottom
        if pieces and abs(pieces[-1][1] - y1) < 0.01:
            pieces[-1] = (pieces[-1][0], y2)
        else:
            pieces.append((y1, y2))

    def tint(self, x1: float, top: float, x2: float, bottom: float, grey: float) -> None:
        """Fill a box with a light grey."""
        self.tints.append((x1, self.height - bottom, x2 - x1, bottom - top, grey))

    def code(self, runs: Iterable[tuple[int, int, int]], left: float, top: float, module: float) -> None:
        """Draw a QR code from runs of dark modules (row, first column, how many), each `module` points wide."""
        for row, column, count in runs:
            y = self.height - top - (row + 1) * module
            self.modules.append((left + column * module, y, count * module, module))

    def write(self, line: Line, x: float, baseline: float, size: float, grey: float = 0.0) -> None:
        """Write a line whose baseline is `baseline` below the upper edge."""
        y = self.height - baseline
        for font, text, offset in line.pieces:
            self.inks.append(Ink(x + offset, y, font, size, text, grey))

    def paste(self, picture: Sheet, left: float, top: float) -> None:
        """Put a smaller sheet on this one, its upper left corner at (`left`, `top`)."""
        up = self.height - top - picture.height
        self.inks.extend(ink._replace(x=ink.x + left, y=ink.y + up) for ink in picture.inks)
        self.tints.extend((x + left, y + up, width, height, grey) for x, y, width, height, grey in picture.tints)
        for weight, rules in picture.rules.items():
            moved = [(x1 + left, y1 + up, x2 + left, y2 + up) for x1, y1, x2, y2 in rules]
            self.rules.setdefault(weight, []).extend(moved)


@dataclass(slots=True)
class Cell:
    """A box of a row from `left` to `right`: its lines, where they stand, and its tint."""

    left: float
    right: float
    lines: tuple[Line, ...]
    size: float
    align: Align = Align.LEFT
    tint: float | None = None
    foot: Line | None = None  # stands at the lower right: the place to sign
    foot_size: float = 0.0

    @property
    def foot_height(self) -> float:
        """What the place to sign takes of the box, in points; no text stands there."""
        return foot_height(self.foot_size) if self.foot is not None else 0.0

    def split(self, room: float) -> tuple[Cell, Cell]:
        """The lines that fit into a height of `room` points (one at least), and the rest with the foot."""
        count = max(int((room - 1.6) / (self.size * CELL_LEADING)), 1)
        head = Cell(self.left, self.right, self.lines[:count], self.size, self.align, self.tint)
        rest = Cell(self.left, self.right, self.lines[count:], self.size, self.align, self.tint)
        rest.foot, rest.foot_size = self.foot, self.foot_size
        return head, rest


@dataclass(slots=True)
class Row:
    """Boxes side by side between two horizontal rules."""

    height: float
    cells: list[Cell]


def padding(room: float) -> float:
    """Free space at either side of a cell's text, in points: 1.2 mm, less in narrow columns."""
    return min(1.2 * MM, room * 0.06)


def height_of(lines: int, size: float) -> float:
    """Height in points that so many lines of this size take in a box."""
    return lines * size * CELL_LEADING + 1.6


def foot_height(size: float) -> float:
    """Height in points of a place to sign whose words have this size."""
    return FOOT_ABOVE_RULE + size


def draw(sheet: Sheet, row: Row, left: float, top: float) -> None:
    """Write one row: tints, texts centred in height, rules left of every cell but the first."""
    bottom = top + row.height
    for place, cell in enumerate(row.cells):
        x1, x2 = left + cell.left, left + cell.right
        if cell.tint is not None:
            sheet.tint(x1, top, x2, bottom, cell.tint)
        if place:
            sheet.divide(x1, top, bottom)
        if cell.lines:
            _draw_lines(sheet, cell, (x1, top, x2, bottom))
        if cell.foot is not None:
            x = x2 - padding(x2 - x1) - cell.foot.width - 4
            sheet.write(cell.foot, x, bottom - FOOT_ABOVE_RULE, cell.foot_size)


def _draw_lines(sheet: Sheet, cell: Cell, box: tuple[float, float, float, float]) -> None:
    x1, top, x2, bottom = box
    pad, step = padding(x2 - x1), cell.size * CELL_LEADING
    bottom -= cell.foot_height
    baseline = (top + bottom - len(cell.lines) * step) / 2 + step / 2 + IDEOGRAPH_CENTRE * cell.size
    for line in cell.lines:
        if cell.align is Align.CENTER:
            x = (x1 + x2 - line.width) / 2
        elif cell.align is Align.RIGHT:
            x = x2 - pad - line.width
        else:
            x = x1 + pad
        sheet.write(line, x, baseline, cell.size)
        baseline += step


def frame(sheet: Sheet, left: float, top: float, right: float, bottom: float) -> None:
    """The heavier rule round a table."""
    half = OUTER_RULE / 2
    for y in (top, bottom):
        sheet.rule(left - half, y, right + half, y, OUTER_RULE)
    for x in (left, right):
        sheet.rule(x, top, x, bottom, OUTER_RULE)


def tallest(cells: Iterable[Cell]) -> float:
    """Height in points of the cell with the most lines."""
    return max((height_of(len(cell.lines), cell.size) + cell.foot_height for cell in cells), default=0.0)
