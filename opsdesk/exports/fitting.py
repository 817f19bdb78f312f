"""Fitting texts into boxes: what is drawn as a shape, what may be broken, and how small a text may become."""

from __future__ import annotations

from functools import lru_cache

from opsdesk.exports import sheets, typeface
from opsdesk.exports.document import Kind
from opsdesk.exports.typeface import Line

SMALLEST_SIZE = 5.0
STEPS = (1.0, 0.95, 0.9, 0.86, 0.82, 0.78)
"""How far a text may shrink to save the height of its row."""
UNBROKEN = {Kind.CODE, Kind.NUMBER, Kind.MONEY, Kind.TIME, Kind.DATE, Kind.MOMENT}

_DRAWN = str.maketrans(
    {"\t": "  ", "☐": typeface.EMPTY_BOX, "□": typeface.EMPTY_BOX, "☑": typeface.TICKED_BOX}
    | {chr(code): "" for code in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))}  # variation selectors
)


def inked(text: str) -> str:
    """The text as it is drawn: tick boxes become shapes, tabs spaces; variation selectors go, their base stays."""
    return text if text.isascii() and "\t" not in text else text.translate(_DRAWN)


def lines_of(text: str, room: float, size: float, *, bold: bool = False) -> tuple[Line, ...]:
    """A text of the form itself, wrapped to `room` points."""
    return typeface.wrap(inked(text), room, size, bold)


@lru_cache(maxsize=8192)
def fit(text: str, room: float, size: float, height: float, kind: Kind) -> tuple[tuple[Line, ...], float]:
    """Lines and size of a cell's text: as it is, a little smaller if that saves the row's height, else a higher row.

    Numbers that are names, amounts and times are never broken: they shrink until they fit. Lengths in points.
    """
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
    return typeface.wrap(text, room, size), size


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
