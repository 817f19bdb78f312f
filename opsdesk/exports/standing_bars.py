"""Standing bars on paper: a column for each label, for days and months."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from opsdesk.exports import bars, bars_drawing
from opsdesk.exports.bars_drawing import AXIS_SIZE, SIZE, SWATCH_ROOM, Box, Head
from opsdesk.exports.document import BarChart
from opsdesk.exports.sheets import CELL_LEADING, MM, Sheet
from opsdesk.exports.typeface import Line

LOWEST_PLOT = 30 * MM
SQUEEZED_PLOT = 12 * MM
BROADEST_BAR = 11 * MM
BROADEST_LANE = 9.5 * MM
BAR_SHARE = 0.68
CLUSTER_SHARE = 0.86
LABEL_LINES = 3
TABLE_ROW = 11.0
NAMES_SHARE = 0.28
BASELINE = 0.8


class Plan(NamedTuple):
    """Standing bars, measured: the columns, and the sizes and lines of what is written at them."""

    chart: BarChart
    axis: bars.Axis
    head: Head
    gutter: float
    slot: float
    thickness: float
    mark_size: float | None
    labels: tuple[tuple[Line, ...], ...]
    label_size: float
    table_size: float | None
    names: tuple[tuple[Line, ...], ...]

    @property
    def labels_height(self) -> float:
        """Height of the labels below the bars."""
        return max(map(len, self.labels), default=1) * self.label_size * CELL_LEADING + 4.0

    @property
    def row_heights(self) -> list[float]:
        """Heights of the rows of the table below the labels."""
        return [max(TABLE_ROW, len(lines) * AXIS_SIZE * CELL_LEADING + 2.0) for lines in self.names]

    @property
    def above_plot(self) -> float:
        """Where the axis ends: below title, key and the figure of the longest bar."""
        return self.head.height + (self.mark_size or 2.0) * CELL_LEADING + 3.0


def plan(chart: BarChart, width: float, reach: Decimal | None) -> Plan | None:
    """Measure standing bars; none where labels or figures have no room beside each other."""
    clustered = len(chart.series) > 1 and not chart.stacked
    axis, count = bars.axis(chart, 5, reach), len(chart.labels)
    figures = [bars.figure(chart, value) for series in chart.series for value in series.values]
    marks = [mark.words for place in range(count) for mark in bars.marks(chart, place, axis)]
    gutter = bars_drawing.widest((bars.tick(chart, value) for value in axis.ticks), AXIS_SIZE) + 5.0
    slot = (width - gutter) / count
    share = CLUSTER_SHARE if clustered else BAR_SHARE
    lanes = len(chart.series) if clustered else 1
    thickness = min(slot * share, BROADEST_LANE * lanes if clustered else BROADEST_BAR)
    mark_size = bars_drawing.common_size(marks, thickness / lanes - 2.0 if clustered else slot - 0.8)
    tabled = bars.has_totals(chart) or (clustered and mark_size is None)
    names: tuple[tuple[Line, ...], ...] = ()
    if tabled:
        longest = bars_drawing.widest(bars.names(chart), AXIS_SIZE) + SWATCH_ROOM + 5.0
        gutter = max(gutter, min(longest, width * NAMES_SHARE))
        slot, room = (width - gutter) / count, gutter - SWATCH_ROOM - 4.0
        names = tuple(bars_drawing.wrapped(name, room, AXIS_SIZE, 3) for name in bars.names(chart))
        if not clustered:
            mark_size = bars_drawing.common_size(marks, slot - 0.8)
    table_size = bars_drawing.common_size(figures, slot - 1.5) if tabled else None
    labels = _label_lines(bars.labels(chart), slot)
    if labels is None or (mark_size is None and (table_size is None or not clustered)) or (tabled and not table_size):
        return None
    head = bars_drawing.measure_head(chart, width, keyed=not tabled)
    thickness = min(slot * share, thickness)
    return Plan(chart, axis, head, gutter, slot, thickness, mark_size, *labels, table_size, names)


def _label_lines(labels: list[str], slot: float) -> tuple[tuple[tuple[Line, ...], ...], float] | None:
    """The labels in as few lines as possible, all in one size; what is no Chinese is never broken."""
    room = slot - 2.0
    latin = bars_drawing.widest((label for label in labels if label.isascii()), 1.0)
    for most in range(1, LABEL_LINES + 1):
        for size in bars_drawing.SIZES[:5]:
            if latin * size > room or size > room:
                continue
            lines = tuple(bars_drawing.wrapped(label, room, size, LABEL_LINES + 1) for label in labels)
            if max(map(len, lines)) <= most:
                return lines, size
    return None


def draw(plan: Plan, room: float) -> Sheet:
    """Draw standing bars as high as the chart asks, in any case no higher than `room` if they can be read then."""
    below = plan.labels_height + sum(plan.row_heights) + 3.0
    plot = max(plan.chart.height * MM - plan.above_plot - below, LOWEST_PLOT)
    plot = max(min(plot, room - plan.above_plot - below), SQUEEZED_PLOT)
    width = plan.gutter + plan.slot * len(plan.chart.labels)
    sheet = Sheet(width, plan.above_plot + plot + below)
    bars_drawing.draw_head(sheet, plan.head)
    base = plan.above_plot + plot
    for value in plan.axis.ticks:
        y = base - plot * plan.axis.share(value)
        line, size = bars_drawing.squeezed(bars.tick(plan.chart, value), plan.gutter, AXIS_SIZE)
        bars_drawing.write(sheet, line, plan.gutter - line.width - 4.0, y, size)
        if value:
            bars_drawing.grid_line(sheet, plan.gutter, y, width, y)
    figures: list[Box] = []
    for place in range(len(plan.chart.labels)):
        figures.extend(_column(sheet, plan, place, base, plot))
    if plan.chart.target is not None:
        y = base - plot * plan.axis.share(plan.chart.target)
        bars_drawing.dashes(sheet, (plan.gutter, y, width, y), figures)
    sheet.rule(plan.gutter, base, width, base, BASELINE)
    for place, lines in enumerate(plan.labels):
        bars_drawing.write_block(sheet, lines, _middle(plan, place), base + 2.5, plan.label_size)
    _table(sheet, plan, base + plan.labels_height)
    return sheet


def _middle(plan: Plan, place: int) -> float:
    return plan.gutter + plan.slot * (place + 0.5)


def _column(sheet: Sheet, plan: Plan, place: int, base: float, plot: float) -> list[Box]:
    """Draw the bars of one label and the figures at them; gives the boxes of the figures."""
    left = _middle(plan, place) - plan.thickness / 2
    for number, lane, span in bars.bars(plan.chart, place, plan.axis):
        low, high = base - plot * span[0], base - plot * span[1]
        x1, x2 = (left + plan.thickness * edge for edge in lane)
        bars_drawing.bar(sheet, (x1, min(high, low - bars_drawing.THINNEST_BAR), x2, low), number)
    size = plan.mark_size
    if size is None:
        return []
    boxes = []
    for words, middle, end in bars.marks(plan.chart, place, plan.axis):
        line, size = bars_drawing.squeezed(words, plan.slot, size)
        x, bottom = left + plan.thickness * middle - line.width / 2, base - plot * end - 1.8
        box = (x - 0.5, bottom - size * 0.95, x + line.width + 0.5, bottom)
        sheet.tint(*box, bars_drawing.WHITE)
        bars_drawing.write(sheet, line, x, bottom - size * 0.47, size)
        boxes.append(box)
    return boxes


def _table(sheet: Sheet, plan: Plan, top: float) -> None:
    """Write the figures of every series under the labels, each row with its sample of the key."""
    for number, (lines, height) in enumerate(zip(plan.names, plan.row_heights, strict=True)):
        middle, step = top + height / 2, AXIS_SIZE * CELL_LEADING
        bars_drawing.grid_line(sheet, 0.0, top, sheet.width, top)
        bars_drawing.draw_sample(sheet, number, 0.0, middle)
        for row, line in enumerate(lines):
            y = middle + (row - (len(lines) - 1) / 2) * step
            bars_drawing.write(sheet, line, SWATCH_ROOM, y, AXIS_SIZE)
        for place, value in enumerate(plan.chart.series[number].values):
            line, size = bars_drawing.squeezed(bars.figure(plan.chart, value), plan.slot, plan.table_size or SIZE)
            bars_drawing.write(sheet, line, _middle(plan, place) - line.width / 2, middle, size)
        top += height
