"""Dates of a whole file, read by a given format or by the one order of day and month that fits all of its values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from opsdesk.imports.when import SITE_ZONE, Numeral, normal, parse_day, parse_moment, serial_moment
from opsdesk.services.errors import Refusal

DAY_FIRST, MONTH_FIRST, YEAR_FIRST = "日/月/年", "月/日/年", "年/月/日"
ORDERS = (DAY_FIRST, MONTH_FIRST, YEAR_FIRST)
"""Words that may stand where a strptime format is asked for: the order alone, however the time is written."""
HOW_TO_SAY = "请在对照列里选日期顺序。"
HOW_TO_WRITE = '请写成 "%d/%m/%Y %H:%M"（日在前）或 "%m/%d/%Y %H:%M"（月在前）这样。'

_NUMBERED = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?!\d)(.*)", re.ASCII)
_SHORT = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)(.*)", re.ASCII)
_MONTHS = (
    ("jan", "一月"), ("feb", "二月"), ("mar", "三月"), ("apr", "四月"), ("may", "五月"), ("jun", "六月"),
    ("jul", "七月"), ("aug", "八月"), ("sep", "九月"), ("oct", "十月"), ("nov", "十一月"), ("dec", "十二月"),
)  # fmt: skip
_MONTH_OF = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_NAME = r"([A-Za-z]{3})[a-z]*\.?|(十[一二]?月|[一二三四五六七八九]月)"
_DAY_NAMED = re.compile(rf"(\d{{1,2}})[-/ .]*(?:{_NAME})[-/ .,]*(\d{{4}}|\d{{2}})(?!\d)(.*)", re.ASCII)
_NAMED_DAY = re.compile(rf"(?:{_NAME})[- ]*(\d{{1,2}})(?:[, ]+)(\d{{4}})(?!\d)(.*)", re.ASCII)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)
_SERIALS = (36_526, 73_050)  # the first day of 2000 and the last of 2099
_TRIAL = datetime(2026, 3, 25, 8, 29, 59, tzinfo=SITE_ZONE)
_TIMED = re.compile(r"%[HIcX]")


@dataclass(frozen=True, slots=True)
class Moment:
    """A day and time; of `day_only` nothing but the day was written."""

    at: datetime
    day_only: bool = False


@dataclass(frozen=True)
class Dates:
    """How the dates of one file are read: by `pattern` (strptime), with the year first, or without one by `order`.

    `told`: the file's own dates say that it is this order. `short` is the order of dates with two figures of the year
    (26-3-5); without one those are not read.
    """

    pattern: str = ""
    order: str = DAY_FIRST
    told: bool = False
    short: str = ""

    def read(self, text: str) -> Moment | None:
        """The moment that a cell holds, None where it cannot be read or lies outside 2000 to 2099."""
        if self.pattern and (found := self._by_pattern(text)) is not None:
            return found
        if (at := parse_moment(text)) is not None:
            return Moment(at)
        if (day := parse_day(text)) is not None:
            return _whole_day(day)
        return _serial(text) or (None if self.pattern else self._turned(text))

    def _by_pattern(self, text: str) -> Moment | None:
        try:
            at = datetime.strptime(text.strip(), self.pattern)
        except ValueError:
            return None
        if at.tzinfo is not None:
            at = at.astimezone(SITE_ZONE).replace(tzinfo=None)
        if not 2000 <= at.year <= 2099:
            return None
        return Moment(at.replace(microsecond=0)) if _TIMED.search(self.pattern) else _whole_day(at.date())

    def _turned(self, text: str) -> Moment | None:
        """A date with the year last or the month by name, turned to year, month, day and read as such."""
        plain = normal(text)
        if self.order != YEAR_FIRST and (found := _NUMBERED.fullmatch(plain)):
            first, _, second, year, rest = found.groups()
            day, month = (first, second) if self.order == DAY_FIRST else (second, first)
        elif (found := _SHORT.fullmatch(plain)) and (parts := _short_days(found).get(self.short)):
            (year, month, day), rest = map(str, parts), found[5]
        elif found := _DAY_NAMED.fullmatch(plain):
            day, latin, chinese, year, rest = found.groups()
            month = str(_MONTH_OF.get((latin or chinese).lower(), 0))
            year = year if len(year) == 4 else f"20{year}"
        elif found := _NAMED_DAY.fullmatch(plain):
            latin, chinese, day, year, rest = found.groups()
            month = str(_MONTH_OF.get((latin or chinese).lower(), 0))
        else:
            return None
        turned = f"{year}-{month}-{day}"
        rest = rest.strip(" ,T")
        if not rest:
            only = parse_day(turned)
            return _whole_day(only) if only else None
        at = parse_moment(f"{turned} {rest}")
        return Moment(at) if at else None


def given(written: str) -> Dates:
    """Dates as a map says they are written: a strptime format or one of `ORDERS`. Refuses what is no format."""
    if written in ORDERS:
        return Dates(order=written, short=written)
    if not re.search(r"%[Yycx]", written):
        raise Refusal(f"日期格式“{written}”里没有年。{HOW_TO_WRITE}", field="map")
    try:
        back = datetime.strptime(_TRIAL.strftime(written), written)
    except (ValueError, UnicodeError):
        raise Refusal(f"日期格式“{written}”写得不对，认不出来。{HOW_TO_WRITE}", field="map") from None
    if back.date() != _TRIAL.date():
        raise Refusal(f"日期格式“{written}”不完整，要有年、月、日。{HOW_TO_WRITE}", field="map")
    return Dates(pattern=written)


def recognised(cells: Iterable[tuple[int, str]], *, usual: str = "") -> Dates:
    """The order of day and month that fits every date of a file, each given with its row.

    Where both orders fit everywhere and give different days, the `usual` one of such files holds; without one it is
    refused, and so is a file that no order fits. Dates with two figures of the year are read only where one order
    alone fits all of them, or the usual one does.
    """
    only: dict[str, tuple[int, str]] = {}
    unclear: tuple[int, str] | None = None
    short = set(ORDERS)
    for row, text in cells:
        plain = normal(text)
        if (abridged := _SHORT.fullmatch(plain)) and (fitting := _short_days(abridged)):
            short &= fitting.keys()
        found = _NUMBERED.fullmatch(plain)
        if found is None:
            continue
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        fits = [_exists(year, second, first), _exists(year, first, second)]
        if all(fits) and first != second:
            unclear = unclear or (row, text)
        elif any(fits) and first != second:
            only.setdefault(ORDERS[fits.index(True)], (row, text))
    if len(only) == 2:
        (one, written), (other, against) = only[DAY_FIRST], only[MONTH_FIRST]
        raise Refusal(
            f"日期的写法不一致：第 {one} 行“{written}”只能是日在前，第 {other} 行“{against}”只能是月在前。"
            "请统一写法再导入。",
            field="file",
        )
    read_short = next(iter(short)) if len(short) == 1 else usual if usual in short else ""
    if only:
        return Dates(order=next(iter(only)), told=True, short=read_short)
    if unclear is not None and not usual:
        raise Refusal(
            f"分不清日期是{DAY_FIRST}还是{MONTH_FIRST}：全部日期两种读法都通（如第 {unclear[0]} 行“{unclear[1]}”）。"
            + HOW_TO_SAY,
            field="dates",
        )
    return Dates(order=usual or DAY_FIRST, short=read_short)


def _short_days(found: re.Match[str]) -> dict[str, tuple[int, int, int]]:
    """Year, month and day of a date with two figures of the year, by each order in which there is such a day."""
    first, _, second, third, _ = found.groups()
    turned = {
        YEAR_FIRST: (first, second, third), DAY_FIRST: (third, second, first), MONTH_FIRST: (third, first, second),
    }  # fmt: skip
    days = {order: tuple(map(int, parts)) for order, parts in turned.items() if len(parts[0]) == 2}
    return {order: (2000 + y, m, d) for order, (y, m, d) in days.items() if _exists(2000 + y, m, d)}


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _whole_day(day: date) -> Moment:
    return Moment(datetime.combine(day, time()), day_only=True)


def _serial(text: str) -> Moment | None:
    """Excel's day number where a text file holds it; of a sheet's own numbers `when` has read those with a time."""
    if isinstance(text, Numeral) or not _SERIAL.fullmatch(text.strip()):
        return None
    value = float(text)
    at = serial_moment(value) if _SERIALS[0] <= value < _SERIALS[1] + 1 else None
    if at is None:
        return None
    return _whole_day(at.date()) if "." not in text else Moment(at)
