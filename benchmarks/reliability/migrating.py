"""P4: a site of any past schema becomes a site of this one whole or not at all, wherever the migration is killed."""

from __future__ import annotations

import itertools
import os
import random
import shutil
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, Table, event, insert, inspect

from benchmarks.reliability import children, living
from benchmarks.reliability.result import Result
from opsdesk import bootstrap, models
from opsdesk.models import Base, base
from opsdesk.models.engine import APPLICATION_ID, write_engine
from opsdesk.models.schema import SCHEMA
from opsdesk.services import backup, chain
from opsdesk.services.chain import Entry
from opsdesk.services.clock import FixedClock
from opsdesk.services.errors import Trouble

NAME = "P4"
ROWS = 5
"""Rows that each table of a past site holds."""
BEFORE, NOW = datetime(2026, 3, 1, 8), datetime(2026, 3, 5, 8)
Contents = dict[str, list[tuple[Any, ...]]]


def golden(home: Path, number: int) -> Contents:
    """A site as the program of schema `number` left it: every table filled, every row chained. Gives its rows."""
    home.mkdir()
    made = write_engine(bootstrap.database(home))
    config = Config()
    config.set_main_option("script_location", str(Path(models.__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    clock = FixedClock(BEFORE)
    with made.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, f"{number:04}")
        connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
        connection.exec_driver_sql(f"PRAGMA user_version={number}")
        schema = Entry("schema", "schema", number, {"schema": chain.schema_hash(connection), "number": number})
        there = set(inspect(connection).get_table_names()) - chain.OUTSIDE
        entries = [schema]
        for table in Base.metadata.sorted_tables:
            if table.name in there:
                rows = [_row(table, n) for n in range(1, ROWS + 1)]
                connection.execute(insert(table), rows)
                entries += [Entry("insert", table.name, row["id"], row) for row in rows]
        chain.append(connection, clock, bootstrap.SYSTEM, "旧版本的记录", "", entries)
    made.dispose()
    return contents(home)


def _row(table: Table, n: int) -> dict[str, Any]:
    """Row `n` of a table: something of its kind in every column; what points elsewhere points at row `n` there."""
    filled: dict[str, Any] = {}
    for column in table.columns:
        if column.name == "id" or column.foreign_keys:
            filled[column.name] = n
        elif isinstance(column.type, base.Day):
            filled[column.name] = date(2026, 1, n)
        elif isinstance(column.type, base.Moment):
            filled[column.name] = datetime(2026, 1, n, 8, 30)
        elif isinstance(column.type, base.Flag):
            filled[column.name] = bool(n % 2)
        else:
            filled[column.name] = n if column.type.python_type is int else f"{table.name}·{column.name}·{n}"
    return filled


def contents(home: Path) -> Contents:
    """Every row of every table, by SQLite alone."""
    with closing(sqlite3.connect(bootstrap.database(home))) as connection:
        names = connection.execute(
            "SELECT name FROM pragma_table_list WHERE schema='main' AND type='table' AND name NOT LIKE 'sqlite_%'"
        )
        return {
            name: connection.execute(f'SELECT * FROM "{name}" ORDER BY 1, 2').fetchall()
            for (name,) in names.fetchall()
            if name != "alembic_version"
        }


def version(home: Path) -> int:
    """The schema number in the file."""
    with closing(sqlite3.connect(bootstrap.database(home))) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def steps(act: Callable[[], object], last: int = 0) -> int:
    """Count the statements and commits of an act on the database; before number `last` the process dies."""
    counted = itertools.count(1)
    done = 0

    def step(*_: Any) -> None:
        nonlocal done
        done = next(counted)
        if done == last:
            os.kill(os.getpid(), signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)

    def statement(_connection: Any, _cursor: Any, _statement: str, _values: Any, _context: Any, _many: bool) -> None:
        step()

    event.listen(Engine, "before_cursor_execute", statement)
    event.listen(Engine, "commit", step)
    try:
        act()
    finally:
        event.remove(Engine, "before_cursor_execute", statement)
        event.remove(Engine, "commit", step)
    return done


def open_now(home: Path) -> None:
    """Open the site with the program of today."""
    living.close(bootstrap.open_site(home, FixedClock(NOW)))


def work(pipe: Connection, home: Path, last: int) -> None:
    """Open the site, and die before step `last`."""
    pipe.send(steps(lambda: open_now(home), last))


def run(count: int, seed: int) -> Result:
    """Kill `count` migrations, from every past schema in turn, each before a statement chosen by chance."""
    chance, failures = random.Random(seed), list[str]()
    figures: dict[str, int | float | str] = {"past schemas": SCHEMA - 1, "rows in each table": ROWS}
    with living.folder() as place:
        old, whole, rows = dict[int, Contents](), dict[int, list[int]](), 0
        (place / "0").mkdir()
        for number in range(SCHEMA):
            old[number] = golden(place / f"{number}", number) if number else {}
            shutil.copytree(place / f"{number}", place / "whole")
            total = steps(lambda: open_now(place / "whole"))
            failures += [f"From schema {number}: {each}" for each in _judged(place / "whole", number, old[number])]
            shutil.rmtree(place / "whole")
            whole[number] = chance.sample(range(1, total + 1), total)
            figures[f"steps from schema {number}"] = total
            rows += sum(map(len, old[number].values()))
        figures["rows that had to come through"] = rows
        halves = 0
        for kill in range(count):
            number = kill % SCHEMA
            last = whole[number][kill // SCHEMA % len(whole[number])]
            home = place / "killed"
            shutil.copytree(place / f"{number}", home)
            with children.child(work, home, last) as (process, pipe):
                process.join(children.PATIENCE)
                survived = children.rest(pipe)
            wrong = ["it was not killed"] if survived else _between(home, number, old[number])
            halves += bool(wrong)
            wrong = wrong or _judged(home, number, old[number])
            failures += [f"From schema {number}, killed before step {last}: {each}" for each in wrong]
            shutil.rmtree(home)
        failures += _newer(place)
    figures["half migrated"] = halves
    return Result(NAME, count, tuple(failures), figures)


def _between(home: Path, number: int, before: Contents) -> list[str]:
    """What is wrong with a site whose migration was killed: it has to be as it was, or migrated whole."""
    database = bootstrap.database(home)
    if not database.exists():
        return [] if number == 0 else ["the database is gone"]
    now = version(home)
    if now == SCHEMA:
        return []
    if now != number:
        return [f"it is of schema {now}"]
    return [] if contents(home) == before else ["its tables are not what they were"]


def _judged(home: Path, number: int, before: Contents) -> list[str]:
    """Open the site with today's program, and say what is not as it has to be."""
    open_now(home)
    wrong = [] if version(home) == SCHEMA else [f"it is of schema {version(home)}"]
    now = contents(home)
    for table, rows in before.items():
        if now.get(table, [])[: len(rows)] != rows:
            wrong.append(f"rows of {table} are not what they were")
    ctx = bootstrap.open_site(home, FixedClock(NOW + timedelta(minutes=1)))
    wrong += living.findings(ctx)[:3]
    living.close(ctx)
    copies = [each for each in backup.listed(home) if f"迁移前{number}" in each.name]
    if number and not copies:
        wrong.append("no backup was made before")
    return wrong + [f"the backup {each.name} holds nothing" for each in copies if backup.check_file(each) == 0]


def _newer(place: Path) -> list[str]:
    """A database of a newer program is not touched."""
    home = place / "newer"
    living.copy(home)
    with closing(sqlite3.connect(bootstrap.database(home))) as connection:
        connection.execute(f"PRAGMA user_version={SCHEMA + 1}")
    before = bootstrap.database(home).read_bytes()
    try:
        open_now(home)
    except Trouble:
        return [] if bootstrap.database(home).read_bytes() == before else ["A newer database was changed."]
    return ["A newer database was opened."]
