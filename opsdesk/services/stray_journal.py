"""A journal that is not the record's own: SQLite plays back whatever bears the name, and would spoil the record by it.

One is left where a power cut came in the middle of writing and somebody then put another copy of ops.db in its place.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from opsdesk.services import backup, restoring
from opsdesk.services.errors import Damaged, Trouble, system_said

BEGINNING = bytes.fromhex("d9d505f920a163d7")
"""Of a journal that waits to be played back."""
log = logging.getLogger("opsdesk")


@contextmanager
def copied(home: Path) -> Iterator[Path | None]:
    """A copy of the record before its journal is played back; None where none waits. Trouble where there is no room."""
    database = home / backup.DATABASE
    if not _waits(database.with_name(f"{database.name}-journal")):
        yield None
        return
    with restoring.trial_folder(home) as folder:
        try:
            shutil.copyfile(database, folder / backup.DATABASE)
        except OSError as error:
            raise Trouble(
                f"上次没有写完的数据要先理清，现在理不了（{system_said(error)}），没有打开，也没有改动。",
                remedy="请检查磁盘空间和权限后再试。",
            ) from error
        yield folder / backup.DATABASE


def _waits(journal: Path) -> bool:
    with suppress(OSError), journal.open("rb") as file:
        return file.read(len(BEGINNING)) == BEGINNING
    return False


def undone(home: Path, copy: Path, now: datetime) -> bool:
    """Put the copy in the record's place where it is sound without the journal; what was spoilt is set aside."""
    try:
        if not backup.contents(copy).whole:
            return False
    except Damaged:
        return False
    aside = restoring.swap(home, copy, now)
    log.warning("数据文件旁边的日志不是它的，没有采用；用它改过的文件在 %s。", aside)
    return True
