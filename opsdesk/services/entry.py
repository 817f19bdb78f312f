"""What was typed into a form, read field by field: cleaned, measured, or refused with the field's key."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import InstrumentedAttribute

from opsdesk.services.errors import Refusal
from opsdesk.services.text import clean, one_line, person_name

Values = Mapping[str, Any]
T = TypeVar("T")


def _fit(value: str, key: str, title: str, required: bool, longest: int) -> str:
    if required and not value:
        raise Refusal(f"请填写“{title}”。", field=key)
    if len(value) > longest:
        raise Refusal(f"{title}有 {len(value)} 个字，最多 {longest} 个。请改短。", field=key)
    return value


def text(values: Values, key: str, title: str, *, required: bool = False, longest: int = 50) -> str:
    """Text on one line; empty where nothing was typed."""
    return _fit(one_line(str(values.get(key) or "")), key, title, required, longest)


def long_text(values: Values, key: str, title: str, *, required: bool = False, longest: int = 1000) -> str:
    """Text of several lines."""
    return _fit(clean(str(values.get(key) or "")), key, title, required, longest)


def code(values: Values, key: str, title: str, *, required: bool = False, longest: int = 32) -> str:
    """A number that is a name: without blanks."""
    return _fit("".join(one_line(str(values.get(key) or "")).split()), key, title, required, longest)


def name(values: Values, key: str, title: str) -> str:
    """A person's name, required, with one kind of middle dot; no pictures, which no form can print."""
    written = _fit(person_name(str(values.get(key) or "")), key, title, True, 50)
    if picture := next((sign for sign in written if unicodedata.category(sign) in {"So", "Cn", "Co"}), None):
        raise Refusal(f"{title}里的“{picture}”印不到表上。请去掉它。", field=key)
    return written


def day_or_none(values: Values, key: str, title: str) -> date | None:
    """A day, None where empty."""
    value = values.get(key)
    if value in (None, ""):
        return None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise Refusal(f"{title}不是日期。请写成 2026-03-05。", field=key)
    if not 1950 <= value.year <= 2099:
        raise Refusal(f"{title}的年份是 {value.year}，应在 1950 到 2099 之间。请核对。", field=key)
    return value


def day(values: Values, key: str, title: str) -> date:
    """A day that has to be given."""
    value = day_or_none(values, key, title)
    if value is None:
        raise Refusal(f"请填写“{title}”。", field=key)
    return value


def moment(values: Values, key: str, title: str) -> datetime:
    """A day and time that have to be given."""
    value = values.get(key)
    if value in (None, ""):
        raise Refusal(f"请填写“{title}”。", field=key)
    if not isinstance(value, datetime) or not 2000 <= value.year <= 2099:
        raise Refusal(f"{title}要写日期和时间，例如 2026-03-05 08:30。", field=key)
    return value.replace(tzinfo=None, microsecond=0)


def past_or_none(values: Values, key: str, title: str, now: datetime) -> datetime | None:
    """A moment that has come already, None where empty; in the minute of `now` it is `now`."""
    if values.get(key) in (None, ""):
        return None
    at = moment(values, key, title)
    if at.replace(second=0) > now:
        raise Refusal(f"{title} {at:%Y-%m-%d %H:%M} 还没有到。请填已经发生的时间。", field=key)
    return min(at, now.replace(microsecond=0))


def past(values: Values, key: str, title: str, now: datetime) -> datetime:
    """A moment that has come already, `now` where empty."""
    return past_or_none(values, key, title, now) or now


def past_day_or_none(values: Values, key: str, title: str, today: date) -> date | None:
    """A day that has come already, None where empty."""
    found = day_or_none(values, key, title)
    if found is not None and found > today:
        raise Refusal(f"{title} {found.isoformat()} 还没有到。请填已经发生的日期。", field=key)
    return found


def whole_or_none(values: Values, key: str, title: str, low: int, high: int) -> int | None:
    """A whole number within its limits, None where empty."""
    value = values.get(key)
    if value in (None, ""):
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise Refusal(f"{title}要填 {low} 到 {high} 之间的整数。", field=key)
    return value


def flag(values: Values, key: str) -> bool:
    """Yes or no; not filled in is no."""
    return bool(values.get(key))


def flag_or_none(values: Values, key: str) -> bool | None:
    """Yes, no, or not filled in."""
    value = values.get(key)
    return None if value in (None, "") else bool(value)


def chosen(values: Values, key: str, title: str, offered: Collection[T]) -> T:
    """One of what is offered; has to be chosen."""
    value = values.get(key)
    if value in (None, ""):
        raise Refusal(f"请选择“{title}”。", field=key)
    for option in offered:
        if option == value:
            return option
    raise Refusal(f"{title}不在可选的范围内。请从列表中选择。", field=key)


def refuse_taken(
    connection: Connection,
    column: InstrumentedAttribute[Any],
    value: str | None,
    *,
    title: str,
    holder: InstrumentedAttribute[Any],
    but: int | None,
) -> None:
    """Refuse a value that another row of the table already bears, capitals or not; `holder` is what names that row."""
    if not value:
        return
    table = column.class_
    query = select(holder).where(func.lower(column) == func.lower(value))
    if but is not None:
        query = query.where(table.id != but)
    found = connection.execute(query.limit(1)).scalar_one_or_none()
    if found is not None:
        whose = "" if found == value else f"（{found}）"
        raise Refusal(f"{title}“{value}”已经登记过{whose}。请换一个，或去改原来那一条。", field=column.key)
