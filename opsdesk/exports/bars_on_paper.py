"""Bar charts as small sheets to be pasted on a page: greys and hatches that a black-and-white printer keeps apart.

Every figure is on the paper: at the end of its bar, and where bars stand on each other in a small table beside them.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from opsdesk.exports import bars, bars_drawing, lying_bars, standing_bars
from opsdesk.exports.document import BarChart, Series
from opsdesk.exports.fitting import lines_of
from opsdesk.exports.sheets import LEADING, Sheet

LEAST_ROOM = 170.0
"""Points a chart may be pressed into; where a page has less left, it goes to the next."""
CONTINUED = "（续）"


def pictures(chart: BarChart, width: float, room: float, reach: Decimal | None = None) -> list[Sheet]:
    """The chart as one picture of this width, no higher than `room` points.

    Lying bars that are too many for one page become several pictures on one scale, each with title and key.
    """
    if bars.is_empty(chart):
        return [_nothing(chart, width)]
    standing = None if chart.horizontal else standing_bars.plan(chart, width, reach)
    if standing is not None:
        return [standing_bars.draw(standing, room)]
    lying = lying_bars.plan(chart, width, room, reach)
    if lying.height <= room or len(chart.labels) == 1:
        return [lying_bars.draw(lying, width)]
    half = (len(chart.labels) + 1) // 2
    reach = bars.highest(chart) if reach is None else reach
    continued = chart.title if chart.title.endswith(CONTINUED) else f"{chart.title}{CONTINUED}"
    parts = (_part(chart, chart.title, slice(half)), _part(chart, continued, slice(half, None)))
    return [picture for part in parts for picture in pictures(part, width, room, reach)]


def _part(chart: BarChart, title: str, which: slice) -> BarChart:
    series = tuple(Series(each.name, each.values[which]) for each in chart.series)
    return replace(chart, title=title, labels=chart.labels[which], series=series, horizontal=True)


def _nothing(chart: BarChart, width: float) -> Sheet:
    """Title and the sentence that there is nothing to draw."""
    head = bars_drawing.measure_head(replace(chart, series=(), target=None, unit=""), width, keyed=False)
    step = bars_drawing.SIZE * LEADING
    sheet = Sheet(width, head.height + step)
    top = bars_drawing.draw_head(sheet, head)
    line = lines_of(bars.NOTHING, width, bars_drawing.SIZE)[0]
    bars_drawing.write(sheet, line, 0.0, top + step / 2, bars_drawing.SIZE)
    return sheet
