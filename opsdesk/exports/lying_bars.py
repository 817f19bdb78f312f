"""Lying bars on paper: a line for each label, for names of any length."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from opsdesk.exports import bars, bars_drawing
from opsdesk.exports.bars_drawing import AXIS_SIZE, SWATCH_ROOM, Box, Head
from opsdesk.exports.document import BarChart
from opsdesk.exports.sheets import CELL_LEADING, Sheet
from opsdesk.exports.typeface import Line

LABELS_SHARE = 0.34
LABEL_LINES = 4
NAME_ROOM = 56.0
STEPS = ((8.5, 17.0), (8.0, 14.0), (7.0, 11.0), (6.0, 8.6))
"""Size of the labels and height of a line, from roomy to tight."""
BAR_SHARE = 0.64
AXIS_ROOM = 14.0
BASELINE = 0.8


class Plan(NamedTuple):
    """Lying bars, measured: the lines of the labels and their heights, the columns of figures at the right."""

    chart: BarChart
    axis: bars.Axis
    head: Head
    size: float
    labels: tuple[tuple[Line, ...], ...]
    rows: tuple[float, ...]
    lane: float
    left: float
    right: float
    columns: tuple[tuple[tuple[Line, ...], float], ...]
    heads_height: float

    @property
    def height(self) -> float:
        """Height of the whole picture."""
        return self.head.height + self.heads_height + sum(self.rows) + AXIS_ROOM


def plan(chart: BarChart, width: float, room: float, reach: Decimal | None) -> Plan:
    """Measure lying bars, as tight as it takes to stand in `room`; the tightest may still be too high."""
    tabled = bars.has_totals(chart)
    head = bars_drawing.measure_head(chart, width, keyed=not tabled)
    columns = _columns(chart) if tabled else ()
    heads_height = max((len(lines) for lines, _ in columns), default=0) * AXIS_SIZE * CELL_LEADING + 3.0
    names, lanes = bars.labels(chart), 1 if chart.stacked else max(len(chart.series), 1)
    for size, least in STEPS:
        left = min(bars_drawing.widest(names, size), width * LABELS_SHARE) + 6.0
        labels = tuple(bars_drawing.wrapped(name, left - 5.5, size, LABEL_LINES) for name in names)
        lane = least * BAR_SHARE if lanes == 1 else least * 0.66
        one = max(least, lanes * lane + least * 0.36)
        rows = tuple(max(one, len(lines) * size * CELL_LEADING + 3.0) for lines in labels)
        scale, right = _axis(chart, width, left, size, columns, reach)
        made = Plan(chart, scale, head, size, labels, rows, lane, left, right, columns, heads_height)
        if made.height <= room:
            break
    return made


def _columns(chart: BarChart) -> tuple[tuple[tuple[Line, ...], float], ...]:
    """The heads of the columns of figures and their widths."""
    made = []
    for name, series in zip(bars.names(chart), chart.series, strict=True):
        lines = bars_drawing.wrapped(name, NAME_ROOM, AXIS_SIZE, 3)
        figures = bars_drawing.widest((bars.figure(chart, value) for value in series.values), 8.0)
        made.append((lines, max(max(line.width for line in lines) + SWATCH_ROOM, figures) + 10.0))
    return tuple(made)


def _axis(
    chart: BarChart,
    width: float,
    left: float,
    size: float,
    columns: Sequence[tuple[tuple[Line, ...], float]],
    reach: Decimal | None,
) -> tuple[bars.Axis, float]:
    """The axis with as many ticks as have room beside each other, and where it ends."""
    for most in (5, 4, 3, 2, 1):
        scale = bars.axis(chart, most, reach)
        marks = (mark.words for place in range(len(chart.labels)) for mark in bars.marks(chart, place, scale))
        tick = bars_drawing.widest((bars.tick(chart, value) for value in scale.ticks), AXIS_SIZE)
        beside = max(bars_drawing.widest(marks, min(size, 8.0)) + 5.0, tick / 2)
        right = max(width - sum(each for _, each in columns) - beside, left + width * 0.15)
        if (right - left) / (len(scale.ticks) - 1) >= tick + 6.0:
            break
    return scale, right


def draw(plan: Plan, width: float) -> Sheet:
    """Draw lying bars."""
    sheet = Sheet(width, plan.height)
    top = bars_drawing.draw_head(sheet, plan.head) + plan.heads_height
    base, length = top + sum(plan.rows), plan.right - plan.left
    for value in plan.axis.ticks:
        x = plan.left + length * plan.axis.share(value)
        line, size = bars_drawing.squeezed(bars.tick(plan.chart, value), width, AXIS_SIZE)
        bars_drawing.write(sheet, line, x - line.width / 2, base + AXIS_ROOM / 2 + 0.5, size)
        if value:
            bars_drawing.grid_line(sheet, x, top, x, base)
    figures: list[Box] = []
    y = top
    for place, height in enumerate(plan.rows):
        _label(sheet, plan, place, y + height / 2)
        figures.extend(_row(sheet, plan, place, y + height / 2, length))
        y += height
    if plan.chart.target is not None:
        x = plan.left + length * plan.axis.share(plan.chart.target)
        bars_drawing.dashes(sheet, (x, top, x, base), figures)
    sheet.rule(plan.left, top, plan.left, base, BASELINE)
    _table(sheet, plan, top)
    return sheet


def _label(sheet: Sheet, plan: Plan, place: int, middle: float) -> None:
    lines = plan.labels[place]
    for number, line in enumerate(lines):
        y = middle + (number - (len(lines) - 1) / 2) * plan.size * CELL_LEADING
        bars_drawing.write(sheet, line, plan.left - 5.0 - line.width, y, plan.size)


def _row(sheet: Sheet, plan: Plan, place: int, middle: float, length: float) -> list[Box]:
    """Draw the bars of one label and the figures at them; gives the boxes of the figures."""
    lanes = 1 if plan.chart.stacked else max(len(plan.chart.series), 1)
    thickness, boxes = plan.lane * lanes, []
    top = middle - thickness / 2
    for number, lane, span in bars.bars(plan.chart, place, plan.axis):
        x1, x2 = (plan.left + length * end for end in span)
        y1, y2 = (top + thickness * edge for edge in lane)
        bars_drawing.bar(sheet, (x1, y1, max(x2, x1 + bars_drawing.THINNEST_BAR), y2), number)
    for words, across, end in bars.marks(plan.chart, place, plan.axis):
        line, size = bars_drawing.squeezed(words, sheet.width, min(plan.size, 8.0))
        x, y = plan.left + length * end + 3.0, top + thickness * across
        box = (x - 1.5, y - size * 0.5, x + line.width + 1.5, y + size * 0.5)
        sheet.tint(*box, bars_drawing.WHITE)
        bars_drawing.write(sheet, line, x, y, size)
        boxes.append(box)
    return boxes


def _table(sheet: Sheet, plan: Plan, top: float) -> None:
    """Write the figures of every series at the right, each column with its sample of the key."""
    right = begins = sheet.width - sum(width for _, width in plan.columns)
    size, y = min(plan.size, 8.0), top
    for height in plan.rows if plan.columns else ():
        bars_drawing.grid_line(sheet, begins + 6.0, y, sheet.width, y)
        y += height
    for number, (lines, width) in enumerate(plan.columns):
        right += width
        longest = max(line.width for line in lines)
        middle = top - plan.heads_height / 2
        bars_drawing.draw_sample(sheet, number, right - longest - SWATCH_ROOM, middle)
        for row, line in enumerate(lines):
            y = middle + (row - (len(lines) - 1) / 2) * AXIS_SIZE * CELL_LEADING
            bars_drawing.write(sheet, line, right - line.width, y, AXIS_SIZE)
        y = top
        for value, height in zip(plan.chart.series[number].values, plan.rows, strict=True):
            line, _ = bars_drawing.squeezed(bars.figure(plan.chart, value), width, size)
            bars_drawing.write(sheet, line, right - line.width, y + height / 2, size)
            y += height
