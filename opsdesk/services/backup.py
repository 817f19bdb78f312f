"""Backups: made by SQLite's own copy, opened and checked before they count, restored beside what was there before.

Attachments lie beside them, each content once.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from opsdesk.services import attachments
from opsdesk.services.errors import Trouble

DATABASE = "ops.db"
FOLDER = "backups"
SIDECARS = ("-journal", "-wal", "-shm")


@dataclass(frozen=True)
class Backup:
    """A checked backup: where, how large, its SHA-256, and how many links of the audit chain it holds."""

    path: Path
    size: int
    sha256: str
    links: int


def check_file(path: Path) -> int:
    """Open a database file and check it whole; returns the number of links. Raises Trouble where it is not sound."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            verdict = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            links = int(connection.execute("SELECT count(*) FROM ledger").fetchone()[0])
    except sqlite3.Error as error:
        raise Trouble(f"文件 {path.name} 打不开或已损坏（{error}）。", remedy="请换一份备份。") from None
    if verdict != "ok":
        raise Trouble(f"文件 {path.name} 已损坏。", remedy="请换一份备份。")
    return links


def make(
    home: Path,
    now: datetime,
    why: str,
    *,
    folder: Path | None = None,
    progress: Callable[[int, int], bool] | None = None,
) -> Backup:
    """Copy the database while it is in use, check the copy, and only then give it its name.

    Attachments go into one folder beside all backups, each only once. `why` becomes part of the name (迁移前, 手动 …).
    Raises Trouble where the copy cannot be written or is not sound.
    """
    target_folder = folder or home / FOLDER
    temporary = target_folder / f".{DATABASE}.{os.getpid()}.tmp"
    final = target_folder / f"ops-{now:%Y%m%d-%H%M%S}-{why}.db"

    def tell(_status: int, remaining: int, total: int) -> None:
        if progress and not progress(total - remaining, total):
            raise InterruptedError

    try:
        target_folder.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(home / DATABASE)) as source, closing(sqlite3.connect(temporary)) as copy:
            source.backup(copy, pages=2000, progress=tell)
        links = check_file(temporary)
        attachments.copy_missing(home / attachments.FOLDER, target_folder / attachments.FOLDER, progress)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(final)
    except (OSError, sqlite3.Error) as error:
        temporary.unlink(missing_ok=True)
        raise Trouble(
            f"备份没有写成（{error}）。", remedy=f"请检查 {target_folder} 是否可写、磁盘是否已满。"
        ) from error
    return Backup(final, final.stat().st_size, _sha256(final), links)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def listed(home: Path) -> list[Path]:
    """Backups of the site, newest first."""
    return sorted((home / FOLDER).glob("ops-*.db"), reverse=True)


def restore(home: Path, backup: Path, now: datetime) -> Path:
    """Put a backup in the database's place; what was there is set aside, sidecars too. Returns where it was put.

    Attachments that are missing here and lie beside the backup are brought back.

    The copy is checked before anything is moved. No connection may be open. Raises Trouble.
    """
    check_file(backup)
    incoming = home / f".{DATABASE}.incoming"
    aside = home / f"set-aside-{now:%Y%m%d-%H%M%S}"
    try:
        shutil.copy2(backup, incoming)
        check_file(incoming)
        aside.mkdir()
        for name in (DATABASE, *(DATABASE + suffix for suffix in SIDECARS)):
            if (home / name).exists():
                (home / name).replace(aside / name)
        incoming.replace(home / DATABASE)
        attachments.copy_missing(backup.parent / attachments.FOLDER, home / attachments.FOLDER)
    except OSError as error:
        raise Trouble(
            f"恢复没有完成（{error}）。", remedy=f"原文件在 {aside}，备份在 {backup}，都没有被改动。"
        ) from error
    return aside
