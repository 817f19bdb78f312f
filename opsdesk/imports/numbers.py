"""Numbers of a sheet as people see them: days and times by the cell's format, whole numbers without .0."""

from __future__ import annotations

import re
from math import isfinite

from opsdesk.imports.when import Numeral, serial_moment
from opsdesk.services.text import clean

_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]")
_DAYS = frozenset({14, 15, 16, 17, 22, *range(27, 32), 36, *range(50, 55), 57, 58})
_TIMES = frozenset({18, 19, 20, 21, 22, *range(32, 36), 45, 46, 47, 55, 56})


def builtin_shows(number: int) -> tuple[bool, bool]:
    """Whether Excel's built-in number format (Chinese edition included) shows a day, and whether it shows a time."""
    return number in _DAYS, number in _TIMES


def shows(code: str) -> tuple[bool, bool]:
    """The same for a format code such as yyyy-mm-dd hh:mm; [h]:mm counts as a time."""
    lower = code.lower().split(";")[0]
    if _ELAPSED.search(lower):
        return False, True
    letters = _QUOTED.sub("", lower)
    if "general" in letters:
        return False, False
    time = "h" in letters or "s" in letters
    day = "y" in letters or "d" in letters or ("m" in letters and not time)
    return day, time


def shown_number(raw: str, *, day: bool, time: bool, shift: int = 0) -> str:
    """A stored number as text: ISO day, time or both by the cell's format; `shift` are the days of the 1904 system."""
    try:
        value = float(raw)
    except ValueError:
        return clean(raw)
    if day or time:
        shifted = value + shift if value >= 1 or day else value
        at = serial_moment(shifted) if shifted >= 0 else None
        if at is not None:
            if shifted < 1 or (time and not day and value < 1):
                return f"{at:%H:%M:%S}"
            if day and not time and at.hour == at.minute == at.second == 0:
                return f"{at:%Y-%m-%d}"
            return f"{at:%Y-%m-%d %H:%M:%S}"
    return numeral(value, raw)


def numeral(value: float, raw: str = "") -> Numeral:
    """A sheet's number as text: 1001.0 is 1001, long numbers keep their digits, never 4.4E+17."""
    if raw.isascii() and raw.isdigit():
        return Numeral(raw)
    if isfinite(value) and abs(value) < 1e21 and value == int(value):
        return Numeral(f"{value:.0f}")
    return Numeral(repr(value))
