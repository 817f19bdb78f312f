"""Dates and times as machines and people write them; what cannot be true is None, never a guess.

All moments are local wall time of the site (UTC+8) without a zone. Years outside 2000-2099 are a dead clock battery.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta, timezone

SITE_ZONE = timezone(timedelta(hours=8))
_SERIAL_ZERO = datetime(1899, 12, 30)
_FIRST_YEAR, _LAST_YEAR = 2000, 2099

_PLAIN = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T]+(\d{1,2}):(\d{2}):(\d{2})", re.ASCII)
_DAY = (
    r"(?:(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?|(\d{4})(\d{2})(\d{2}))"
    r"(?:\s*\(?(?:星期|周)[一二三四五六日天]\)?)?"
)
_TIME = (
    r"(?:(上午|下午|AM|PM)\s*)?"
    r"(\d{1,2})(?::(\d{2})(?::(\d{2})(?:\.\d+)?)?|[时点](?:\s*(\d{1,2})\s*分?(?:\s*(\d{1,2})\s*秒?)?)?)"
    r"(?:\s*(AM|PM|上午|下午))?"
)
_OFFSET = r"(?:\s*(Z|[+-]\d{2}:?\d{2}))?"
_DAY_ONLY = re.compile(_DAY, re.ASCII)
_TIME_ONLY = re.compile(r"(?:(?:1899-12-3[01]|1900-01-0[01])\s+)?" + _TIME, re.ASCII | re.IGNORECASE)
_MOMENT = re.compile(_DAY + r"\s*[T,]?\s*" + _TIME + _OFFSET, re.ASCII | re.IGNORECASE)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})", re.ASCII)


class Numeral(str):
    """Text of a cell that its sheet holds as a number; only such text may be an Excel serial day."""

    __slots__ = ()


def parse_moment(text: str) -> datetime | None:
    """Day and time to the second, or None where either is missing or impossible; an offset is turned into UTC+8."""
    plain = _PLAIN.fullmatch(text)
    if plain:
        return _moment(*(int(part) for part in plain.groups()))
    if isinstance(text, Numeral) and (serial := _serial(text)) is not None:
        return serial if "." in text and _known_year(serial.year) else None
    plain_text = normal(text)
    compact = _COMPACT.fullmatch(plain_text)
    if compact:
        return _moment(*(int(part) for part in compact.groups()))
    found = _MOMENT.fullmatch(plain_text)
    if not found:
        return None
    parts = found.groups()
    day, clock = _day(parts[:6], _FIRST_YEAR), _clock(parts[6:13])
    if day is None or clock is None:
        return None
    at = datetime.combine(day, clock)
    return _to_site(at, parts[13]) if parts[13] else at


def parse_day(text: str, *, since: int = _FIRST_YEAR) -> date | None:
    """A calendar day from year `since` to 2099; of a full moment its day; None where there is no such day."""
    if isinstance(text, Numeral) and (serial := _serial(text)) is not None:
        return serial.date() if since <= serial.year <= _LAST_YEAR else None
    found = _DAY_ONLY.fullmatch(normal(text))
    if found:
        return _day(found.groups(), since)
    at = parse_moment(text)
    return at.date() if at else None


def parse_time(text: str) -> time | None:
    """A time of day to the second: 8:29, 08:29:59, 8时29分, 下午 5:30; of a number its fraction of a day."""
    if isinstance(text, Numeral):
        fraction = _number(text)
        if fraction is None or not 0 <= fraction < 1:
            return None
        seconds = round(fraction * 86_400)
        return (_SERIAL_ZERO + timedelta(seconds=min(seconds, 86_399))).time()
    found = _TIME_ONLY.fullmatch(normal(text))
    return _clock(found.groups()) if found else None


def serial_moment(value: float) -> datetime | None:
    """Excel's day number (1900 system, fraction of a day) as a moment to the nearest second; None beyond all dates."""
    try:
        return _SERIAL_ZERO + timedelta(seconds=round(value * 86_400))
    except (OverflowError, ValueError):
        return None


def normal(text: str) -> str:
    """A cell without blanks around it, in one width of letters and figures."""
    stripped = text.strip()
    return stripped if stripped.isascii() else unicodedata.normalize("NFKC", stripped)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _serial(text: str) -> datetime | None:
    """The moment of a serial number between 1900 and 2099; a compact 20260305 held as a number is not one."""
    value = _number(text)
    return serial_moment(value) if value is not None and 1 <= value < 73_051 else None


def _known_year(year: int) -> bool:
    return _FIRST_YEAR <= year <= _LAST_YEAR


def _moment(year: int, month: int, day: int, hour: int, minute: int, second: int) -> datetime | None:
    if not _known_year(year):
        return None
    try:
        return datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None


def _day(parts: tuple[str | None, ...], since: int) -> date | None:
    year, month, day = (int(part) for part in parts if part is not None)
    if not since <= year <= _LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _clock(parts: tuple[str | None, ...]) -> time | None:
    before, hours, minutes, seconds, spoken_minutes, spoken_seconds, after = parts
    hour, half = int(hours or 0), (before or after or "").upper()
    if half:
        if hour > 12 and half in {"上午", "AM"}:
            return None
        if half in {"下午", "PM"} and hour < 12:
            hour += 12
        elif half in {"上午", "AM"} and hour == 12:
            hour = 0
    try:
        return time(hour, int(minutes or spoken_minutes or 0), int(seconds or spoken_seconds or 0))
    except ValueError:
        return None


def _to_site(at: datetime, offset: str) -> datetime | None:
    try:
        aware = datetime.fromisoformat(at.isoformat() + offset.upper())
        local = aware.astimezone(SITE_ZONE).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
    return local if _known_year(local.year) else None
