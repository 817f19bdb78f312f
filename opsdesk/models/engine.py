"""SQLite as `promises.md` 4 settles it: TRUNCATE + FULL, a write engine (BEGIN IMMEDIATE) and a read engine.

No power cut loses what was acknowledged with these settings; no read holds a lock between statements. Errors do not
tell the values of their statement, which may be names and numbers of visitors.
"""

from __future__ import annotations

import random
import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event

APPLICATION_ID = 0x4F504431
BUSY_MS = 10_000
SETTINGS = (
    "synchronous=FULL",
    "foreign_keys=ON",
    "recursive_triggers=ON",
    "secure_delete=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "temp_store=MEMORY",
)


class _Cursor(sqlite3.Cursor):
    """Python cannot read SQLite's message where the spoilt name of a column stands in it, and fails on that instead."""

    def execute(self, *args: Any) -> Any:
        """Run a statement. Raises sqlite3.Error, a damaged schema included."""
        try:
            return super().execute(*args)
        except UnicodeDecodeError as error:
            damaged = sqlite3.DatabaseError("malformed database schema")
            damaged.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise damaged from error


class Database(sqlite3.Connection):
    """A connection that tells of every damage as sqlite3.Error."""

    def cursor(self, factory: Any = _Cursor) -> Any:
        """A cursor; of that kind where nothing else is asked for, as `execute` does not."""
        return super().cursor(factory)


def _settle(connection: Any, _record: Any = None) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    if cursor.execute("PRAGMA journal_mode=TRUNCATE").fetchone()[0] != "truncate":
        raise sqlite3.OperationalError("journal_mode not honoured")
    for setting in SETTINGS:
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


CONNECTING: dict[str, Any] = {"timeout": BUSY_MS / 1000, "factory": Database}


def _url(path: Path) -> URL:
    return URL.create("sqlite", database=str(path))


def write_engine(path: Path) -> Engine:
    """Engine for acts: every transaction begins IMMEDIATE, polling fairly instead of SQLite's long waits."""
    engine = create_engine(
        _url(path), poolclass=NullPool, hide_parameters=True, connect_args={**CONNECTING, "isolation_level": None}
    )
    event.listen(engine, "connect", _settle)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        raw: Any = connection.connection.dbapi_connection
        end = time.monotonic() + BUSY_MS / 1000
        raw.execute("PRAGMA busy_timeout=0")
        try:
            while True:
                try:
                    raw.execute("BEGIN IMMEDIATE")
                    return
                except sqlite3.OperationalError as error:
                    busy = (error.sqlite_errorcode & 0xFF) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
                    if not busy or time.monotonic() > end:
                        raise
                    time.sleep(random.uniform(0.0005, 0.004))  # noqa: S311 — jitter, not a secret
        finally:
            raw.execute(f"PRAGMA busy_timeout={BUSY_MS}")

    return engine


def read_engine(path: Path) -> Engine:
    """Engine for looking: nothing stays open between statements, and nothing can be written."""
    engine = create_engine(
        _url(path),
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
        connect_args={**CONNECTING, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _read_only(connection: Any, _record: Any) -> None:
        _settle(connection)
        connection.execute("PRAGMA query_only=ON")

    return engine
