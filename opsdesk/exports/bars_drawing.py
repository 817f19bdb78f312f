"""How parts of a bar chart are drawn on paper: filled boxes, dashes, title and key, and texts of one size."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from opsdesk.exports import bars, typeface
from opsdesk.exports.document import BarChart
from opsdesk.exports.fitting import inked, lines_of
from opsdesk.exports.sheets import CELL_LEADING, IDEOGRAPH_CENTRE, LEADING, Sheet
from opsdesk.exports.typeface import Line

TITLE_SIZE = 10.5
TITLE_LINES = 4
SIZE = 8.0
AXIS_SIZE = 7.5
SIZES = (8.0, 7.5, 7.0, 6.5, 6.0, 5.5)
KEY_ROW = 13.0
GAP = 10.0
SWATCH, SWATCH_HEIGHT, SWATCH_ROOM = 11.0, 6.5, 15.0
GRID_GREY = 0.82
HAIRLINE = 0.4
HATCH_STEP = 3.0
THINNEST_BAR = 0.8
DASH, DASH_GAP, DASH_WEIGHT = 3.5, 2.0, 1.1
WHITE = 1.0
TARGET_SAMPLE = -1

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in points from the upper left corner."""


class Fill(NamedTuple):
    """What a series is filled with: a grey, and lines that rise (/), fall (\\) or both (x)."""

    grey: float
    hatch: str = ""


FILLS = (Fill(0.5), Fill(1.0, "/"), Fill(0.78), Fill(1.0, "x"), Fill(0.3), Fill(0.9, "\\"))
"""Neighbours differ in grey and in pattern, so that they stay apart on a poor copy."""


class Entry(NamedTuple):
    """Words of the key at a place, with the sample of a series, of the target (TARGET_SAMPLE) or none before them."""

    line: Line
    size: float
    sample: int | None
    x: float
    row: int


class Head(NamedTuple):
    """Title and key, measured; row -1 of the key is the title's last line."""

    title: tuple[Line, ...]
    entries: tuple[Entry, ...]
    height: float


def write(sheet: Sheet, line: Line, x: float, middle: float, size: float) -> None:
    """Write a line whose ideographs have their middle `middle` points below the upper edge."""
    sheet.write(line, x, middle + IDEOGRAPH_CENTRE * size, size)


def width_of(text: str, size: float) -> float:
    """Width of a text in points."""
    return typeface.width(inked(text), size)


def widest(texts: Iterable[str], size: float) -> float:
    """Width in points of the widest of some texts."""
    return max((width_of(text, size) for text in texts), default=0.0)


def common_size(texts: Sequence[str], room: float) -> float | None:
    """The largest size at which every text stands in `room` points; none if even the smallest is too wide."""
    broadest = widest(texts, 1.0)
    return next((size for size in SIZES if broadest * size <= room), None)


def squeezed(text: str, room: float, size: float) -> tuple[Line, float]:
    """One line, smaller if it must be, cut (…) only where even the smallest size does not fit."""
    text = inked(text)
    broad = typeface.width(text, 1.0)
    if broad * size > room:
        size = max(SIZES[-1], room / broad)
        if broad * size > room + 0.01:
            text = typeface.break_text(text, room - size, size)[0] + "…"
    return typeface.line(text, size), size


def wrapped(text: str, room: float, size: float, most: int) -> tuple[Line, ...]:
    """At most `most` lines, the last one cut (…) if there are more."""
    lines = lines_of(text, room, size)
    if len(lines) <= most:
        return lines
    broken = typeface.break_text(inked(text), room, size)[: most - 1]
    begun = inked(text)[sum(map(len, broken)) :].lstrip()
    last = typeface.break_text(begun, room - size, size)[0] + "…"
    return (*lines[: most - 1], typeface.line(last, size))


def write_block(sheet: Sheet, lines: Sequence[Line], middle_x: float, top: float, size: float) -> None:
    """Write lines under each other, each centred on `middle_x`."""
    step = size * CELL_LEADING
    for number, line in enumerate(lines):
        write(sheet, line, middle_x - line.width / 2, top + (number + 0.5) * step, size)


def bar(sheet: Sheet, box: Box, series: int) -> None:
    """Draw a bar in the fill of its series, with an outline."""
    x1, top, x2, bottom = box
    fill = FILLS[series % len(FILLS)]
    sheet.tint(x1, top, x2, bottom, fill.grey)
    for x, y, to_x, to_y in _hatching(x2 - x1, bottom - top):
        if fill.hatch in ("/", "x"):
            sheet.rule(x1 + x, top + y, x1 + to_x, top + to_y, HAIRLINE)
        if fill.hatch in ("\\", "x"):
            sheet.rule(x2 - x, top + y, x2 - to_x, top + to_y, HAIRLINE)
    for edge in ((x1, top, x2, top), (x1, bottom, x2, bottom), (x1, top, x1, bottom), (x2, top, x2, bottom)):
        sheet.rule(*edge, HAIRLINE)


def _hatching(width: float, height: float) -> list[Box]:
    """Lines at 45° over a box with its corner at (0, 0), from its upper or right edge down to its left or lower one."""
    steps = (HATCH_STEP * number for number in range(1, int((width + height) / HATCH_STEP) + 1))
    return [(min(c, width), c - min(c, width), c - min(c, height), min(c, height)) for c in steps]


def grid_line(sheet: Sheet, x1: float, top: float, x2: float, bottom: float) -> None:
    """Draw a light line of the axis behind the bars."""
    sheet.tint(x1, top, max(x2, x1 + HAIRLINE), max(bottom, top + HAIRLINE), GRID_GREY)


def dashes(sheet: Sheet, line: Box, spared: Sequence[Box] = ()) -> None:
    """Draw the target as a dashed line, level or upright, that leaves out the boxes with figures."""
    x1, y1, x2, y2 = line
    length, begun = max(x2 - x1, y2 - y1), 0.0
    while begun < length:
        ends = min(begun + DASH, length)
        a, b = ((x1 + begun, y1), (x1 + ends, y1)) if x2 > x1 else ((x1, y1 + begun), (x1, y1 + ends))
        if not any(
            left <= b[0] and a[0] <= right and top <= b[1] and a[1] <= bottom for left, top, right, bottom in spared
        ):
            sheet.rule(*a, *b, DASH_WEIGHT)
        begun += DASH + DASH_GAP


def measure_head(chart: BarChart, width: float, *, keyed: bool) -> Head:
    """Title, then the key of the series (if `keyed`) and of the target; what is said once stands at the right."""
    title = lines_of(bars.title(chart), width, TITLE_SIZE, bold=True)[:TITLE_LINES]
    names = bars.names(chart) if keyed else []
    samples: list[tuple[str, int]] = [(name, number) for number, name in enumerate(names)]
    if names == [bars.title(chart)]:
        samples = []
    if chart.target is not None:
        samples.append((bars.target(chart), TARGET_SAMPLE))
    entries: list[Entry] = []
    x, row = 0.0, 0
    for words, sample in samples:
        line, size = squeezed(words, width - SWATCH_ROOM, SIZE)
        if x and x + SWATCH_ROOM + line.width > width:
            x, row = 0.0, row + 1
        entries.append(Entry(line, size, sample, x, row))
        x += SWATCH_ROOM + line.width + GAP
    rows = row + 1 if entries else 0
    note = "　".join(filter(None, (bars.unit(chart), bars.TOTAL_NOTE if bars.has_totals(chart) else "")))
    if note:
        line, size = squeezed(note, width, SIZE)
        free = width - (title[-1].width if title else 0.0)
        beside = line.width + GAP <= free
        entries.append(Entry(line, size, None, width - line.width, -1 if beside else rows))
        rows += not beside
    return Head(title, tuple(entries), len(title) * TITLE_SIZE * LEADING + rows * KEY_ROW + 4.0)


def draw_head(sheet: Sheet, head: Head) -> float:
    """Write title and key at the top of the picture; gives the place below them."""
    step = TITLE_SIZE * LEADING
    for number, line in enumerate(head.title):
        write(sheet, line, 0.0, (number + 0.5) * step, TITLE_SIZE)
    below = len(head.title) * step
    for entry in head.entries:
        middle = below + 1.0 + (entry.row + 0.5) * KEY_ROW if entry.row >= 0 else below - step / 2
        if entry.sample is not None:
            draw_sample(sheet, entry.sample, entry.x, middle)
        write(sheet, entry.line, entry.x + (SWATCH_ROOM if entry.sample is not None else 0.0), middle, entry.size)
    return head.height


def draw_sample(sheet: Sheet, sample: int, x: float, middle: float) -> None:
    """Draw what stands before a name in the key: a small bar, or dashes."""
    if sample == TARGET_SAMPLE:
        dashes(sheet, (x, middle, x + SWATCH, middle))
    else:
        bar(sheet, (x, middle - SWATCH_HEIGHT / 2, x + SWATCH, middle + SWATCH_HEIGHT / 2), sample)
