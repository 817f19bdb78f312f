"""The declarative base and the column types: texts and integers only, as STRICT tables demand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

from sqlalchemy import Dialect, Integer, MetaData, Text
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

Read = TypeVar("Read")


class SpoiltValue(ValueError):
    """A value that this program never writes; `args[0]` is what stands there."""


def _parsed(parse: Callable[[str], Read], value: str) -> Read:
    try:
        return parse(value)
    except ValueError:
        raise SpoiltValue(value) from None


class Day(TypeDecorator[date]):
    """A calendar day as ISO text, 2026-03-05."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:  # noqa: ARG002 — the signature is SQLAlchemy's
        """Day to text."""
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:  # noqa: ARG002 — the signature is SQLAlchemy's
        """Text to day. Raises SpoiltValue."""
        return None if value is None else _parsed(date.fromisoformat, value)


class Moment(TypeDecorator[datetime]):
    """A moment of the site's local wall time to the second, 2026-03-05 08:27:13; sorts as text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002 — the signature is SQLAlchemy's
        """Moment to text."""
        return None if value is None else value.isoformat(" ", "seconds")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 — the signature is SQLAlchemy's
        """Text to moment. Raises SpoiltValue."""
        return None if value is None else _parsed(datetime.fromisoformat, value)


class Flag(TypeDecorator[bool]):
    """Yes or no as 1 or 0."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> int | None:  # noqa: ARG002 — the signature is SQLAlchemy's
        """Flag to integer."""
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> bool | None:  # noqa: ARG002 — the signature is SQLAlchemy's
        """Integer to flag."""
        return None if value is None else bool(value)


NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """All tables of the record. `sqlite_strict` makes SQLite check every value's type."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {str: Text, date: Day, datetime: Moment, bool: Flag, int: Integer}  # noqa: RUF012 — SQLAlchemy's hook
    __table_args__: Any = {"sqlite_strict": True}  # noqa: RUF012 — tuples and dicts, by table


Key = Annotated[int, mapped_column(primary_key=True)]
PERSONAL = {"personal": True}
"""Marks a column of personal data: the audit chain holds a salted commitment, not the value (`promises.md` 2.3)."""
NUMBER = {**PERSONAL, "number": True}
"""Marks a personal column of identity numbers, which a site may keep sealed (`services.number_sealing`)."""
