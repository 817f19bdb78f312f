"""What people type for a day or a time, read as they mean it: 2026-3-5, 20260305, 3-5, 3月5日; 8:27, 827, 8点27分."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, time, timedelta

_WEEKDAY = re.compile(r"\s*(周|星期)[一二三四五六日天]$")
_DAY = re.compile(r"(?:(\d{4}|\d{2})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?")
_DAY_FIGURES = re.compile(r"(\d{4})(\d{2})(\d{2})")
_TIME = re.compile(r"(\d{1,2})[:.点时](\d{1,2})?分?")
_TIME_FIGURES = re.compile(r"(\d{1,2})(\d{2})")
_NAMED = {"今天": 0, "昨天": -1, "前天": -2, "明天": 1, "后天": 2}


def read_day(text: str, today: date) -> date | None:
    """The day typed, without a year that of `today`; None if nothing was typed. ValueError if it is no day."""
    plain = _WEEKDAY.sub("", _plain(text))
    if not plain:
        return None
    if plain in _NAMED:
        return today + timedelta(days=_NAMED[plain])
    if figures := _DAY_FIGURES.fullmatch(plain):
        return date(*(int(part) for part in figures.groups()))
    if parts := _DAY.fullmatch(plain):
        year = int(parts[1]) if parts[1] else today.year
        return date(year + 2000 if year < 100 else year, int(parts[2]), int(parts[3]))
    raise ValueError(text)


def read_time(text: str) -> time | None:
    """The time typed, to the minute; None if nothing was typed. ValueError if it is no time of day."""
    plain = _plain(text)
    if not plain:
        return None
    parts = _TIME.fullmatch(plain) or _TIME_FIGURES.fullmatch(plain)
    if parts is None:
        raise ValueError(text)
    return time(int(parts[1]), int(parts[2] or 0))


def read_integer(text: str) -> int | None:
    """The whole number typed; None if nothing was typed. ValueError if it is none."""
    plain = _plain(text).replace(",", "")
    if not plain:
        return None
    if not re.fullmatch(r"[+-]?\d{1,15}", plain):
        raise ValueError(text)
    return int(plain)


def _plain(text: str) -> str:
    """Full-width figures and signs made narrow, spaces taken away."""
    return "".join(unicodedata.normalize("NFKC", text).replace("。", ".").split())
