"""Cells of an xlsx sheet: styles made once, values in their right type, widths and heights from millimetres."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from math import ceil
from typing import Any, NamedTuple

from openpyxl.cell.cell import Cell, WriteOnlyCell
from openpyxl.styles.alignment import Alignment
from openpyxl.styles.borders import Border, Side
from openpyxl.styles.fills import PatternFill
from openpyxl.styles.fonts import Font

from opsdesk.exports import wording
from opsdesk.exports.document import Align, Choice, Kind, Value
from opsdesk.services.errors import Refusal
from opsdesk.services.text import clean

FONT = "宋体"
DEFAULT_FONT = Font(name="Arial", size=10)
"""Only measures columns: its digits are 7 pixels wide in Excel, WPS and LibreOffice alike."""
POINTS = 72 / 25.4
LONGEST_TEXT = 32_767
"""Excel's own limit for one cell, in UTF-16 units."""
MOST_DIGITS = 15
"""Excel keeps fifteen digits of a number; longer ones are written as text."""
TALLEST_ROW = 409.0
SMALLER = (0.88, 0.77)
"""How far a text may shrink to save the height of its row."""
SMALLEST_NAME, NAME_LINES = 5.0, 3
"""How small a long name may become, in points, before it takes more than so many lines of its row."""
HEADING_FILL = "EBEBEB"
LABEL_FILL = "F2F2F2"
SHADE_FILL = "EDEDED"

_NUMBER_FORMATS = {
    Kind.CODE: "@",
    Kind.NUMBER: "0",
    Kind.MONEY: "#,##0.00",
    Kind.TIME: "hh:mm",
    Kind.DATE: "yyyy-mm-dd",
    Kind.MOMENT: "yyyy-mm-dd hh:mm",
}
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_RISKY = ("=", "+", "-", "@")
_LIKE_AN_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


class Look(NamedTuple):
    """All that makes one style of cell."""

    number_format: str = "General"
    size: float = 10.5
    bold: bool = False
    align: Align = Align.LEFT
    fill: str = ""
    ruled: bool = False
    low: bool = False  # at the bottom of its box, where one signs
    wrapped: bool = True
    quoted: bool = False  # Excel shows the text as typed even where it begins like a formula


class Typed(NamedTuple):
    """A value as a cell holds it: openpyxl's data type and number format beside it."""

    value: Any
    data_type: str
    number_format: str


class StreamedCell(Cell):
    """A cell for a streamed sheet that knows its style's number, which openpyxl would look up for every cell."""

    __slots__ = ("number",)

    def __init__(self, sheet: Any) -> None:
        super().__init__(sheet, row=1, column=1)  # type: ignore[no-untyped-call]  # openpyxl ships no types
        self.number = 0

    def __repr__(self) -> str:
        return "StreamedCell"

    @property
    def style_id(self) -> int:
        """Number of the style in the book."""
        return self.number

    @property
    def has_style(self) -> bool:
        """Always: even an empty cell of a form has its rules."""
        return True


class Styles:
    """The styles of one book, each made the first time it is asked for."""

    def __init__(self, sheet: Any) -> None:
        self.sheet = sheet
        self.made: dict[Look, int] = {}

    def of(self, look: Look) -> int:
        """The number in the book of the style for a look."""
        if look not in self.made:
            self.made[look] = self._make(look)
        return self.made[look]

    def _make(self, look: Look) -> int:
        cell = WriteOnlyCell(self.sheet)
        cell.font = Font(name=FONT, size=look.size, bold=look.bold)
        cell.alignment = Alignment(
            horizontal=look.align.value, vertical="bottom" if look.low else "center", wrap_text=look.wrapped
        )
        if look.fill:
            cell.fill = PatternFill("solid", fgColor=look.fill)
        if look.ruled:
            side = Side(style="thin", color="000000")
            cell.border = Border(left=side, right=side, top=side, bottom=side)
        cell.number_format = look.number_format
        cell.quotePrefix = look.quoted
        return int(cell.style_id)


@dataclass
class Slot:
    """A column of a table, its cell filled anew for every record, and its styles by number format."""

    kind: Kind
    title: str
    first: int
    last: int
    width: float
    look: Look
    cell: StreamedCell
    even: bool = False
    styles: dict[tuple[str, float, bool], int] = field(default_factory=dict)
    room: float = 0.0

    def __post_init__(self) -> None:
        self.room = capacity(self.width, self.look.size)

    def fill(self, content: Typed, styles: Styles, size: float) -> None:
        """Put a value into the cell, past openpyxl's guesses at what a text might mean."""
        quoted = content.data_type == "s" and is_risky(content.value)
        key = (content.number_format, size, quoted)
        if key not in self.styles:
            look = self.look._replace(number_format=content.number_format, size=size, quoted=quoted)
            self.styles[key] = styles.of(look)
        self.cell._value = as_written(content.value) if content.data_type == "s" else content.value
        self.cell.data_type = content.data_type
        self.cell.number = self.styles[key]


def number_format(kind: Kind) -> str:
    """The format an empty cell of this kind waits with."""
    return _NUMBER_FORMATS.get(kind, "General")


def typed(value: Value, kind: Kind, place: str) -> Typed:
    """A value in its Excel type; `place` is named if it is longer than a cell holds.

    What Excel cannot hold as a number (more than 15 digits, dates before 1901) is written as the words of the paper.
    """
    if isinstance(value, str):
        return Typed(fitting(clean(value), place), "s", number_format(kind))
    if value is None:
        return Typed(None, "n", number_format(kind))
    if isinstance(value, Choice):
        return Typed(fitting(wording.words(value), place), "s", "General")
    if isinstance(value, (date, time)):
        return _typed_time(value, kind)
    if kind is Kind.CODE or not _fits_number(value):
        return Typed(wording.words(value, kind), "s", "@")
    if kind is Kind.MONEY:
        return Typed(value, "n", number_format(kind))
    places = -int(value.as_tuple().exponent) if isinstance(value, Decimal) else 0
    return Typed(value, "n", "0." + "0" * places if places > 0 else "0")


def _fits_number(value: int | Decimal) -> bool:
    if isinstance(value, Decimal):
        digits = len(value.as_tuple().digits)
        return value.is_finite() and max(digits, value.adjusted() + 1) <= MOST_DIGITS
    return len(str(abs(value))) <= MOST_DIGITS


def _typed_time(value: date | time, kind: Kind) -> Typed:
    if isinstance(value, datetime):
        value = value.replace(tzinfo=None)
        if kind is Kind.TIME:
            value = value.time()
        elif kind is Kind.DATE:
            value = value.date()
    if isinstance(value, time):
        return Typed(value.replace(tzinfo=None), "d", number_format(Kind.TIME))
    if value.year < 1901:
        return Typed(wording.words(value, kind), "s", "@")
    return Typed(value, "d", number_format(Kind.MOMENT if isinstance(value, datetime) else Kind.DATE))


def fitting(text: str, place: str) -> str:
    """The text, if a cell can hold it whole; Excel would cut it without a word."""
    if len(text) * 2 > LONGEST_TEXT and (units := len(text.encode("utf-16-le")) // 2) > LONGEST_TEXT:
        raise Refusal(
            f"“{place}”有 {units} 个字符，Excel 的一个单元格最多放 {LONGEST_TEXT} 个。请缩短文字，或者导出为 PDF。"
        )
    return text


def as_written(text: str) -> str:
    """The text as the file has to say it: Excel and WPS take a typed _x0041_ for an A, and _x000D_ for a line break."""
    return _LIKE_AN_ESCAPE.sub("_x005F_", text) if "_x" in text else text


def is_risky(text: str) -> bool:
    """Whether Excel would take the text for a formula if someone edits the cell."""
    return text.startswith(_RISKY)


def capacity(millimetres: float, size: float) -> float:
    """How many ideographs of this size stand side by side in a column."""
    return max((millimetres - 1.5) * POINTS / size, 1.0)


def line_count(text: str, room: float) -> int:
    """Lines a wrapped text takes in a column with room for so many ideographs."""
    if len(text) <= room and "\n" not in text:
        return 1
    return sum(max(ceil(ems(part) / room), 1) for part in text.split("\n"))


def ems(text: str) -> float:
    """Rough width of a text in ideographs: no face is loaded for an xlsx."""
    return sum(1.0 if character > "\u2e7f" else 0.55 for character in text)


def filled_rows(texts: Sequence[str], room: float) -> list[str]:
    """The texts, as many beside each other as have room (in ideographs), spread over the width."""
    rows: list[list[str]] = []
    for text in texts:
        if rows and sum(ems(other) + 2 for other in rows[-1]) + ems(text) <= room:
            rows[-1].append(text)
        else:
            rows.append([text])
    return [_spread(row, room) for row in rows]


def _spread(texts: Sequence[str], room: float) -> str:
    free = room - sum(map(ems, texts))
    return ("　" * max(2, min(10, int(free / max(len(texts), 1))))).join(texts)


def fitted_size(text: str, millimetres: float, size: float, height: float) -> tuple[float, int]:
    """Size and lines of a text: a little smaller if that saves the row's height in points, else as it is."""
    lines = line_count(text, capacity(millimetres, size))
    if lines == 1 or row_height(lines, size, 0) <= height:
        return size, lines
    for step in SMALLER:
        smaller = round(size * step * 2) / 2
        count = line_count(text, capacity(millimetres, smaller))
        if row_height(count, smaller, 0) <= height:
            return smaller, count
    return _name_size(text, millimetres, smaller, height) if wording.is_name(text) else (size, lines)


def _name_size(text: str, millimetres: float, size: float, height: float) -> tuple[float, int]:
    """Size and lines of a name that has no room in its row: small, so that a narrow column grows no tower."""
    while True:
        lines = line_count(text, capacity(millimetres, size))
        if lines <= NAME_LINES or row_height(lines, size, 0) <= height or size - 0.5 < SMALLEST_NAME:
            return size, lines
        size -= 0.5


def row_height(lines: int, size: float, least: float) -> float:
    """Height in points of a row with so many lines, at least `least` and at most what Excel takes."""
    return min(max(lines * size * 1.28 + 1.5, least), TALLEST_ROW)


def column_width(millimetres: float) -> float:
    """Excel's width unit (digits of the default face, 7 pixels at 96 dpi) for a width on paper."""
    return max(millimetres / 25.4 * 96 / 7, 1.0)


def safe_title(text: str, used: Collection[str]) -> str:
    """A sheet title that Excel takes: no []:*?/\\, no quotes at the ends, at most 31 units, none of `used`."""
    title = _NOT_IN_TITLES.sub(" ", clean(text))
    title = " ".join(title.split()).strip("' ")
    if not title or title.casefold() == "history":
        title = f"表 {title}".strip()
    taken = {name.casefold() for name in used}
    for number in range(1, len(taken) + 2):
        mark = f" ({number})" if number > 1 else ""
        candidate = _cut(title, 31 - len(mark)) + mark
        if candidate.casefold() not in taken:
            return candidate
    return candidate


def _cut(text: str, units: int) -> str:
    while len(text.encode("utf-16-le")) // 2 > units:
        text = text[:-1]
    return text.strip("' ")
