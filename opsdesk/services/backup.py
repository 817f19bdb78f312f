"""Backups: made by SQLite's own copy, opened and counted before they count, with a manifest beside each.

The manifest (JSON) holds when and why, the SHA-256, the rows of every table, and the last link of the audit chain: one
that lies elsewhere is a witness of the chain (`promises.md` 2.3). Attachments lie beside backups, each content once.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from opsdesk.models.engine import Database
from opsdesk.services import attachments, backup_crypt, chain, unsound, whole_files
from opsdesk.services.errors import Damaged, Trouble, system_said
from opsdesk.services.password_lock import Lock
from opsdesk.services.transaction import is_damage

DATABASE = "ops.db"
FOLDER = "backups"
SIDECARS = ("-journal", "-wal", "-shm")
MANIFEST = ".json"
FORMAT = 1
STEP = 2000
LONGEST = 300
"""Seconds after which a copy is given up that begins anew again and again: the record is written all the time."""
LEAST_ROOM = 1.2
"""So many times the database's size has to be free."""
SPOILT = (sqlite3.Error, UnicodeDecodeError)
"""What comes of reading a spoilt file: its own words may be in SQLite's message, and no text any more."""
_NAME = re.compile(r"ops-(\d{8}-\d{6})-(.+)\.db(?:\.aes)?")
_UNFIT = re.compile(r'[<>:"/\\|?*\s\x00-\x1f]+')

CHANGED = "文件和写完时不一样"
"""What a manifest says of a backup whose bytes are not those that were opened and counted."""
TURN = threading.Lock()
Progress = Callable[[int, int], bool]


@dataclass(frozen=True)
class Contents:
    """What a sound database holds: how many links, number and hash of the last one, its schema, rows of each table.

    `whole` where the last link fits the one before it and none is missing by number.
    """

    links: int
    last: int
    head: str
    whole: bool
    schema: int
    tables: Mapping[str, int]

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(self.tables.values())


@dataclass(frozen=True)
class Backup:
    """A backup that was opened and counted: where, when and why it was made, size and SHA-256 of the file, contents.

    `wrong` is what a check of the whole found in it, or was known of the record when it was made; empty where nothing.
    """

    path: Path
    made_at: datetime
    why: str
    size: int
    sha256: str
    contents: Contents
    wrong: str = ""

    @property
    def links(self) -> int:
        """Links of its audit chain."""
        return self.contents.links

    @property
    def encrypted(self) -> bool:
        """Whether it needs a password."""
        return backup_crypt.is_locked(self.path)


@dataclass(frozen=True)
class Kept:
    """A file in a folder of backups as its name tells it, with its manifest where it has one."""

    path: Path
    at: datetime | None
    why: str
    size: int
    manifest: Backup | None

    @property
    def sound(self) -> bool:
        """Whether it was opened and counted after writing, is still as large as then, and was not found to differ."""
        return self.manifest is not None and self.manifest.size == self.size and self.wrong != CHANGED

    @property
    def wrong(self) -> str:
        """What is known not to hold in it; empty where nothing is."""
        return self.manifest.wrong if self.manifest is not None else ""

    @property
    def encrypted(self) -> bool:
        """Whether it needs a password."""
        return backup_crypt.is_locked(self.path)


def check_file(path: Path) -> int:
    """Open a database file and check it whole; returns the number of links. Raises Damaged where it is not sound."""
    return contents(path).links


def contents(path: Path) -> Contents:
    """Open a database file, check it whole and count it. Raises Damaged where it is not sound."""
    try:
        with closing(looking(path)) as connection:
            verdict = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if verdict == "ok":
                return counted(connection)
    except SPOILT:
        raise Damaged(f"文件 {path.name} 打不开或已损坏。", remedy="请换一份备份。") from None
    raise Damaged(f"文件 {path.name} 已损坏。", remedy="请换一份备份。")


def looking(path: Path) -> sqlite3.Connection:
    """A connection that only looks, and trusts nothing in the file. Raises sqlite3.Error."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, factory=Database)
    connection.execute("PRAGMA trusted_schema=OFF")
    connection.execute("PRAGMA cell_size_check=ON")
    connection.row_factory = sqlite3.Row
    return connection


def counted(connection: sqlite3.Connection) -> Contents:
    """What an open database holds. Raises sqlite3.Error where it is no record of ours."""
    links, last = connection.execute("SELECT count(*), coalesce(max(seq), 0) FROM ledger").fetchone()
    newest = [dict(row) for row in connection.execute("SELECT * FROM ledger ORDER BY seq DESC LIMIT 2")]
    before = newest[1]["hash"] if len(newest) > 1 else chain.GENESIS
    head = newest[0]["hash"] if newest else chain.GENESIS
    fits = not newest or chain.link(before, newest[0]) == head
    names = connection.execute(
        "SELECT name FROM pragma_table_list WHERE schema='main' AND type='table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    tables = {
        name: int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])  # noqa: S608 — its own names
        for (name,) in sorted(map(tuple, names))
    }
    schema = int(connection.execute("PRAGMA user_version").fetchone()[0])
    return Contents(int(links), int(last), head, fits and links == last, schema, tables)


def make(
    home: Path,
    now: datetime,
    why: str,
    *,
    folder: Path | None = None,
    progress: Progress | None = None,
    lock: Lock | None = None,
) -> Backup:
    """Copy the database while it is in use, open and count the copy, and only then give it its name.

    Attachments go into one folder beside all backups, each only once. `why` becomes part of the name (迁移前, 手动 …).
    What goes to another `folder` is compared with the copy after writing; with `lock` it is encrypted.
    Raises Trouble where the copy cannot be written or is not sound; a record that is not sound is remembered as such.
    One at a time: the records worker and the rounds beside it wait for each other.
    """
    with TURN:
        return _made(home, now, why, folder, progress, lock)


def _made(
    home: Path, now: datetime, why: str, folder: Path | None, progress: Progress | None, lock: Lock | None
) -> Backup:
    own = home / FOLDER
    target = folder or own
    copy = own / f".{DATABASE}.{os.getpid()}.tmp"
    draft = target / f".{DATABASE}.{os.getpid()}.part"
    try:
        for each in (own, target):
            each.mkdir(parents=True, exist_ok=True)
        _copy_database(home / DATABASE, copy, progress)
        found = contents(copy)
        _keep_attachments(home, target, lock, progress)
        if lock:
            backup_crypt.seal(copy, draft, lock)
        elif target != own:
            _copy_file(copy, draft)
        else:
            copy.replace(draft)
        whole_files.sync(draft)
        ending = backup_crypt.ENDING if lock else ""
        final = _free_name(target, f"ops-{now:%Y%m%d-%H%M%S}-{_UNFIT.sub('-', why)}", f".db{ending}")
        draft.replace(final)
        known = unsound.found(home)
        wrong = known.sentence if known is not None else ""
        made = Backup(final, now, why, final.stat().st_size, whole_files.sha256_of(final), found, wrong)
        _write_manifest(made)
        whole_files.sync_folder(target)
    except (Damaged, OSError, *SPOILT) as error:
        if isinstance(error, Damaged) or is_damage(error):
            unsound.note(home, now, str(error))
            raise Damaged(
                "数据文件有损坏，这次没有备份，原来的备份都保留着。",
                remedy="请退出程序后重新打开，按提示修复或恢复。",
            ) from error
        raise Trouble(f"备份没有写成（{_why(error)}）。", remedy=f"请检查 {target} 是否可写、磁盘是否已满。") from error
    finally:
        for each in (copy, draft):
            whole_files.remove(each)
    return made


def _copy_database(source: Path, target: Path, progress: Progress | None) -> None:
    began = time.monotonic()
    whole_files.remove(target)

    def tell(_status: int, remaining: int, total: int) -> None:
        if progress and not progress(total - remaining, total):
            raise InterruptedError("已取消")
        if time.monotonic() - began > LONGEST:
            raise TimeoutError("数据一直在写入，没有等到空隙")

    room = shutil.disk_usage(target.parent).free
    if room < source.stat().st_size * LEAST_ROOM:
        raise OSError(f"磁盘只剩 {room // 1_000_000} MB")
    with closing(looking(source)) as reading, closing(sqlite3.connect(target)) as copy:
        reading.backup(copy, pages=STEP, progress=tell)


def _keep_attachments(home: Path, target: Path, lock: Lock | None, progress: Progress | None) -> None:
    source = home / attachments.FOLDER
    if lock is None:
        attachments.copy_missing(source, target / attachments.FOLDER, progress)
        return
    attachments.copy_missing(
        source,
        target / locked_attachments(lock),
        progress,
        copy=lambda file, draft: backup_crypt.seal(file, draft, lock),
        locks=backup_crypt.ENDING,
    )


def locked_attachments(lock: Lock) -> str:
    """The folder of attachments that were written under this lock."""
    return f"{attachments.FOLDER}-{lock.short}"


def _copy_file(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    whole_files.sync(target)
    if whole_files.sha256_of(source) != whole_files.sha256_of(target):
        raise OSError("写出后读回来不一样，磁盘可能有问题")


def _free_name(folder: Path, stem: str, ending: str) -> Path:
    """A name that no file bears; two backups of one second never overwrite each other."""
    final, number = folder / f"{stem}{ending}", 2
    while final.exists():
        final, number = folder / f"{stem}-{number}{ending}", number + 1
    return final


def _why(error: Exception) -> str:
    return system_said(error) if isinstance(error, OSError) else str(error)


def manifest_of(path: Path) -> Path:
    """Where the manifest of a backup lies."""
    return path.with_name(f"{path.name}{MANIFEST}")


def has_changed(made: Backup) -> bool:
    """Whether its bytes are no longer those that were opened and counted. Raises OSError."""
    return whole_files.sha256_of(made.path) != made.sha256


def mark(path: Path, wrong: str) -> None:
    """Remember what does not hold in a backup, so that it is not offered as a good one. Raises OSError."""
    if (made := read_manifest(path)) is not None:
        _write_manifest(replace(made, wrong=wrong))


def _write_manifest(made: Backup) -> None:
    whole_files.write_whole(manifest_of(made.path), json.dumps(_as_json(made), ensure_ascii=False, indent=1))


def _as_json(made: Backup) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "file": made.path.name,
        "made_at": made.made_at.isoformat(),
        "why": made.why,
        "size": made.size,
        "sha256": made.sha256,
        "encrypted": made.encrypted,
        "schema": made.contents.schema,
        "seq": made.contents.last,
        "links": made.links,
        "head": made.contents.head,
        "whole": made.contents.whole,
        "rows": made.contents.rows,
        "tables": dict(made.contents.tables),
        "wrong": made.wrong,
    }


def read_manifest(path: Path) -> Backup | None:
    """The manifest beside a backup; None where there is none, or it cannot be read."""
    try:
        told: Any = json.loads(manifest_of(path).read_text("utf-8"))
        tables = {str(name): int(count) for name, count in told["tables"].items()}
        links, last, head = int(told["links"]), int(told["seq"]), str(told["head"])
        found = Contents(links, last, head, bool(told["whole"]), int(told["schema"]), tables)
        made_at = datetime.fromisoformat(told["made_at"])
        wrong = str(told.get("wrong", ""))
        return Backup(path, made_at, str(told["why"]), int(told["size"]), str(told["sha256"]), found, wrong)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def moment_of(path: Path) -> datetime | None:
    """When a backup was made, by its name; None for a file that is named otherwise."""
    found = _NAME.fullmatch(path.name)
    try:
        return datetime.strptime(found[1], "%Y%m%d-%H%M%S") if found else None
    except ValueError:
        return None


def listed(home: Path) -> list[Path]:
    """Backups of the site, newest first."""
    return found_in(home / FOLDER)


def found_in(folder: Path) -> list[Path]:
    """Backups in a folder, newest first; what is named otherwise stands last. Empty where the folder is not there."""
    try:
        files = [each for each in folder.iterdir() if re.fullmatch(r"ops-.*\.db(?:\.aes)?", each.name)]
        return sorted(files, key=lambda each: (moment_of(each) or datetime.min, each.stat().st_mtime_ns), reverse=True)
    except OSError:
        return []


def kept(folder: Path) -> list[Kept]:
    """What lies in a folder of backups, newest first."""
    return [_told(path) for path in found_in(folder)]


def _told(path: Path) -> Kept:
    manifest, named = read_manifest(path), _NAME.fullmatch(path.name)
    why = manifest.why if manifest else named[2] if named else ""
    return Kept(path, moment_of(path), why, path.stat().st_size, manifest)


def discard(path: Path) -> None:
    """Delete a backup and its manifest. Raises OSError."""
    path.unlink()
    manifest_of(path).unlink(missing_ok=True)
