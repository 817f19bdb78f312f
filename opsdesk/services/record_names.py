"""What people call the records that checks speak of by table and row: the words of `resources/history_words.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from opsdesk import paths
from opsdesk.models import Base
from opsdesk.services.errors import Trouble

NUMBERS = ("number", "staff_no", "asset_no")
"""Columns by which people ask for a record."""
ROW = re.compile(r"(?<![\w./\\-])([a-z][a-z_]+) 第 ([0-9]{1,18}) 行")
WORD = re.compile(r"(?<![\w./\\-])[a-z][a-z_]+(?![\w./\\-])")
COLUMN = re.compile(r"(?<= 条的 )[a-z_]+(?= )")


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """Words of tables, of columns, and of single tables' columns, by section."""
    return tomllib.loads((paths.resources() / "history_words.toml").read_text(encoding="utf-8"))


def table_words(subject: str) -> str:
    """What the records of a table are called."""
    return words()["tables"].get(subject, subject)


def in_words(finding: str, connection: Connection | None = None) -> str:
    """What a check found, with tables and columns called as people call them.

    With the `connection` to the record that was checked, what bears a number is called by it instead of by its row.
    """
    said = COLUMN.sub(lambda found: words()["columns"].get(found[0], found[0]), finding)
    if connection is not None:
        said = ROW.sub(lambda found: _named(connection, found[1], int(found[2])) or found[0], said)
    return WORD.sub(lambda found: table_words(found[0]), said)


def all_in_words(findings: Iterable[str], connection: Connection | None = None) -> list[str]:
    """The same for what was found in all."""
    return [in_words(each, connection) for each in findings]


def _named(connection: Connection, name: str, row_id: int) -> str:
    table = Base.metadata.tables.get(name)
    column = next((each for each in NUMBERS if table is not None and each in table.columns), None)
    if table is None or column is None:
        return ""
    number = None
    with suppress(DBAPIError, Trouble):  # what is spoilt is called by its row
        number = connection.execute(select(table.c[column]).where(table.c.id == row_id)).scalar()
    return f"{table_words(name)} {number} " if isinstance(number, str) and number else ""
