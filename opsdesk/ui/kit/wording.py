"""How values are written on the screen: 08:27, 2026-03-05 周四, 1 小时 12 分."""

from __future__ import annotations

from datetime import date, datetime, time

from opsdesk.register import CellValue, Chip, Kind

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
RIGHT_ALIGNED = frozenset({Kind.INTEGER, Kind.TIME})
"""Kinds whose figures stand under each other."""


def shown(value: CellValue) -> str:
    """A value as one line of text; nothing is an empty line."""
    match value:
        case None | False:
            return ""
        case True:
            return "是"
        case Chip():
            return value.word
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case date():
            return day_in_words(value)
        case time():
            return f"{value:%H:%M}"
        case str():
            return " ".join(value.split()) if any(c in value for c in "\n\r\t") else value
    return str(value)


def day_in_words(day: date) -> str:
    """A day with its weekday: 2026-03-05 周四."""
    return f"{day:%Y-%m-%d} {WEEKDAYS[day.weekday()]}"


def minutes_in_words(minutes: int) -> str:
    """A duration in minutes: 42 分, 1 小时 12 分, 2 小时."""
    hours, rest = divmod(minutes, 60)
    return " ".join(
        part for part in (f"{hours} 小时" if hours else "", f"{rest} 分" if rest or not hours else "") if part
    )
