"""What lets thousands of tests with a site of their own end within minutes; nothing here changes what they see."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from pathlib import Path

from sqlalchemy import Connection, Engine, event
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

MEMORY = Path("/dev/shm")
ENOUGH = 4 << 30
ENOUGH_GARBAGE = 200_000
"""Objects made and not let go since the last look."""
STATEMENTS: LRUCache[object, object] = LRUCache(4000)


def keep_files_in_memory() -> None:
    """Let temporary folders lie in memory where there is plenty: a disk waits at each of thousands of commits."""
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def compile_once() -> None:
    """Let all sites of a process share compiled statements, as they are all the same SQLite."""
    SQLiteDialect_pysqlite.__eq__ = lambda _, other: isinstance(other, SQLiteDialect_pysqlite)  # type: ignore[method-assign]
    SQLiteDialect_pysqlite.__hash__ = lambda _: 0  # type: ignore[method-assign]

    @event.listens_for(Engine, "engine_connect")
    def _share(connection: Connection) -> None:
        connection.execution_options(compiled_cache=STATEMENTS)


def collect_between_tests() -> None:
    """Look for no garbage within a test: a window of an earlier one would die in a thread or an event of this one."""
    gc.collect()
    gc.freeze()
    gc.disable()


def collect() -> None:
    """Between two tests, where enough has come together."""
    if gc.get_count()[0] > ENOUGH_GARBAGE:
        gc.collect()
