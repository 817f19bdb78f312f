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
NAMES = {
    "account": "name",
    "appraisal_scheme": "title",
    "incident_option": "name",
    "inspection_item": "name",
    "post": "name",
    "room": "name",
    "setting": "name",
    "shift": "name",
    "vendor": "short_name",
}
"""Columns that name a record without a number; whose name is personal is called by the row."""
LONGEST = 40
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

    With the `connection` to the record that was checked, what bears a number or a name of its own is called by it
    instead of by its row.
    """
    said = COLUMN.sub(lambda found: words()["columns"].get(found[0], found[0]), finding)
    parts, end = [], 0
    for row in ROW.finditer(said):
        named = _named(connection, row[1], int(row[2])) if connection is not None else ""
        parts += [_tables_in_words(said[end : row.start()]), named or _tables_in_words(row[0])]
        end = row.end()
    return "".join([*parts, _tables_in_words(said[end:])])


def all_in_words(findings: Iterable[str], connection: Connection | None = None) -> list[str]:
    """The same for what was found in all."""
    return [in_words(each, connection) for each in findings]


def _tables_in_words(said: str) -> str:
    return WORD.sub(lambda found: table_words(found[0]), said)


def _named(connection: Connection, name: str, row_id: int) -> str:
    table = Base.metadata.tables.get(name)
    column = next((each for each in NUMBERS if table is not None and each in table.columns), NAMES.get(name))
    if table is None or column is None:
        return ""
    found = None
    with suppress(DBAPIError, Trouble):  # what is spoilt is called by its row
        found = connection.execute(select(table.c[column]).where(table.c.id == row_id)).scalar()
    called = " ".join(found.split())[:LONGEST] if isinstance(found, str) else ""
    if name == "setting":
        called = words()["settings"].get(called, "")
    return f"{table_words(name)} {called} " if called else ""
