"""Fitting texts into boxes: what is drawn as a shape, what may be broken, and how small a text may become."""

from __future__ import annotations

from functools import lru_cache

from opsdesk.exports import sheets, typeface, wording
from opsdesk.exports.document import Kind
from opsdesk.exports.typeface import Line

SMALLEST_SIZE = 5.0
STEPS = (1.0, 0.95, 0.9, 0.86, 0.82, 0.78)
"""How far a text may shrink to save the height of its row."""
NAME_STEP = 0.25
"""By how many points a long name shrinks at a time, down to the smallest size, before its row grows."""
NAME_LINES = (2, 3)
"""A name that is too long for its row even so takes two lines, or three, of the largest size that allows it."""
UNBROKEN = {Kind.CODE, Kind.NUMBER, Kind.MONEY, Kind.TIME, Kind.DATE, Kind.MOMENT}

_DRAWN = str.maketrans(
    {"\t": "  ", "☐": typeface.EMPTY_BOX, "□": typeface.EMPTY_BOX, "☑": typeface.TICKED_BOX, "√": typeface.TICK}
    | {chr(code): "" for code in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))}  # variation selectors
)


def inked(text: str) -> str:
    """The text as it is drawn: tick boxes become shapes, √ a tick; variation selectors go, their base stays."""
    return text if text.isascii() and "\t" not in text else text.translate(_DRAWN)


def lines_of(text: str, room: float, size: float, *, bold: bool = False) -> tuple[Line, ...]:
    """A text of the form itself, wrapped to `room` points."""
    return typeface.wrap(inked(text), room, size, bold)


@lru_cache(maxsize=8192)
def fit(
    text: str, room: float, size: float, height: float, kind: Kind, *, column: bool = False
) -> tuple[tuple[Line, ...], float]:
    """Lines and size of a cell's text: as it is, a little smaller if that saves the row's height, else a higher row.

    Numbers that are names, amounts and times are never broken: they shrink until they fit. A long name in a `column`
    of a table shrinks, too, before it makes a tower of its row. Lengths in points.
    """
    name = column and wording.is_name(text)
    text = inked(text)
    size = min(size, max(room, 1.0))
    if kind in UNBROKEN and "\n" not in text:
        widest = typeface.width(text, size)
        if widest > room:
            size = max(min(SMALLEST_SIZE, size), size * room / widest - 0.01)
    for step in STEPS:
        lines = typeface.wrap(text, room, size * step)
        if len(lines) == 1 or sheets.height_of(len(lines), size * step) <= height:
            return lines, size * step
    if name:
        return _fit_name(text, room, size, height)
    return typeface.wrap(text, room, size), size


def _fit_name(text: str, room: float, size: float, height: float) -> tuple[tuple[Line, ...], float]:
    """Lines and size of a name that has no room in its row: small, so that a narrow column grows no tower."""
    steps = max(int((size - SMALLEST_SIZE) / NAME_STEP), 0)
    ways = [(typeface.wrap(text, room, each), each) for each in (size - n * NAME_STEP for n in range(steps + 1))]
    for lines, each in ways:
        if sheets.height_of(len(lines), each) <= height:
            return lines, each
    for most in NAME_LINES:
        for lines, each in ways:
            if len(lines) <= most:
                return lines, each
    return ways[-1]


@lru_cache(maxsize=1024)
def fit_heading(text: str, room: float, size: float, *, bold: bool = True) -> tuple[tuple[Line, ...], float]:
    """Lines and size of a heading or label: as few lines as a slightly smaller size allows."""
    text = inked(text)
    size = min(size, max(room, 1.0))
    for most, steps in ((1, STEPS[:4]), (2, STEPS), (3, STEPS)):
        for step in steps:
            lines = typeface.wrap(text, room, size * step, bold)
            if len(lines) <= most:
                return lines, size * step
    return typeface.wrap(text, room, size * STEPS[-1], bold), size * STEPS[-1]
