"""Mending a damaged database in a copy: REINDEX, else every row that can still be read into a new file.

The original is never written. Of tables that lost rows, the audit chain gives back what it holds of them: each link has
the row as it stood then, and the side table its personal values. What is mended is only put in place when somebody says
so, knowing what was saved and what was lost (Firefox's three steps; the third is a backup).
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from opsdesk.models import LedgerRow
from opsdesk.models.engine import APPLICATION_ID, read_engine, write_engine
from opsdesk.models.incident import INDEX_TABLE
from opsdesk.models.schema import SCHEMA, migrate
from opsdesk.services import backup, chain, health, incident_text, restoring, salvage_rows, unsound, witness
from opsdesk.services.backup import DATABASE, SIDECARS, SPOILT, Contents
from opsdesk.services.clock import Clock
from opsdesk.services.errors import Damaged, Trouble, system_said
from opsdesk.services.record_names import all_in_words, table_words

HIGHEST = 1 << 40
"""No row of ours has a greater id."""
MOST_PROBES = 4_000
"""As often in a row may a damaged table give nothing before the search ends; a spoilt leaf takes some hundred."""
MAGIC = b"SQLite format 3\0"
MAXIMAL_PAGE = 65_536
MENDED, SALVAGED = "重建索引", "逐表抢救"
REPAIRED = "修复数据"


@dataclass(frozen=True)
class Table:
    """How one table came out: rows read, rows given back from the audit chain, and rows known to be lost.

    `righted` counts rows that were changed or added outside the program and put back to what the chain says of them.
    `gaps` counts stretches that could not be read; of the chain itself nobody knows how many links stood in them.
    """

    name: str
    read: int
    rebuilt: int
    lost: int
    gaps: int
    righted: int = 0


@dataclass(frozen=True)
class Salvage:
    """A mended copy that waits to be put in place: by which way, table by table, and what does not hold in it."""

    file: Path
    way: str
    tables: tuple[Table, ...]
    contents: Contents
    findings: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing was lost: every check of the database and its chain holds."""
        return not self.findings

    def told(self) -> str:
        """What was saved and what was lost."""
        saved = f"修复（{self.way}）读出 {self.contents.rows:,} 行，审计链 {self.contents.links:,} 条。"
        rebuilt = sum(each.rebuilt for each in self.tables)
        if rebuilt:
            saved += f"其中 {rebuilt:,} 行在原表中已坏，按审计链还原。"
        if righted := {table_words(each.name): each.righted for each in self.tables if each.righted}:
            saved += f"与审计链不符的{_counted(righted)}，已按审计链改回。"
        if self.whole:
            return f"{saved}没有丢失，数据库和审计链核对无误。"
        lost = _counted({table_words(each.name): each.lost for each in self.tables if each.lost})
        return f"{saved}{f'丢失：{lost}。' if lost else ''}还有 {len(self.findings):,} 处对不上，明细见下。"


def _counted(rows: Mapping[str, int]) -> str:
    return "、".join(f"{name} {count:,} 行" for name, count in rows.items())


def attempt(home: Path) -> Salvage:
    """Mend a copy of the record; nothing of the record itself is touched. Raises Damaged where nothing can be read."""
    restoring.sweep(home)
    try:
        folder = Path(tempfile.mkdtemp(prefix=restoring.TRIAL, dir=home))
        for name in (DATABASE, *(DATABASE + suffix for suffix in SIDECARS)):
            if (home / name).is_file():
                shutil.copyfile(home / name, folder / name)
    except OSError as error:
        raise Trouble(f"修复没有开始（{system_said(error)}）。", remedy="请检查磁盘空间和权限后再试。") from error
    backups = home / backup.FOLDER
    try:
        try:
            return _by_any_way(folder, backups)
        except SPOILT:
            if not _lend_first_page(folder, backups):
                raise
            return _by_any_way(folder, backups)
    except SPOILT as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise Damaged("数据文件损坏太重，读不出内容。", remedy="请从备份恢复。") from error
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _by_any_way(folder: Path, backups: Path) -> Salvage:
    mended = _mended(folder)
    return mended if mended is not None and mended.whole else _better(mended, _salvaged(folder, backups))


def _lend_first_page(folder: Path, backups: Path) -> bool:
    """Give the copy the first page of the newest backup that has one; False where none has.

    A backup is the record page by page, and the first one says where every table begins: where only it is spoilt,
    nothing is lost. Which pages are free is not known any more; nothing of the first try stays.
    """
    for path in (each.path for each in backup.kept(backups) if not each.encrypted):
        with suppress(OSError), path.open("rb") as file:
            page = bytearray(file.read(MAXIMAL_PAGE))
            if not page.startswith(MAGIC):
                continue
            size = int.from_bytes(page[16:18], "big") % MAXIMAL_PAGE or MAXIMAL_PAGE
            pages = (folder / DATABASE).stat().st_size // size
            page[28:40] = pages.to_bytes(4, "big") + bytes(8)  # so many pages, none of them free
            page[92:96] = page[24:28]  # and that is to be believed
            with (folder / DATABASE).open("rb+") as copy:
                copy.write(page[:size])
            for left in set(folder.iterdir()) - {folder / DATABASE}:
                left.unlink()
            return True
    return False


def _better(mended: Salvage | None, salvaged: Salvage) -> Salvage:
    """Of two mended copies the one in which less does not hold."""
    return mended if mended is not None and len(mended.findings) <= len(salvaged.findings) else salvaged


def accept(home: Path, salvage: Salvage, now: datetime, clock: Clock | None = None) -> Path:
    """Put the mended copy in the record's place; the damaged files are set aside. Gives where they are.

    Its chain says so. Where something was lost the marker stays, so that backups made before are not let go.
    """
    facts = {"way": salvage.way, "rows": salvage.contents.rows, "findings": len(salvage.findings)}
    restoring.say_so(salvage.file, REPAIRED, facts, None, clock)
    aside = restoring.swap(home, salvage.file, now)
    if salvage.whole:
        unsound.clear(home)
    drop(salvage)
    return aside


def drop(salvage: Salvage) -> None:
    """The mended copy is not wanted."""
    shutil.rmtree(salvage.file.parent, ignore_errors=True)


def _mended(folder: Path) -> Salvage | None:
    """The copy with its indexes made anew, where that is all it needs."""
    tried = folder / f"reindexed-{DATABASE}"
    try:
        with closing(_open(folder / DATABASE)) as damaged:  # a journal that lies beside it is played back here
            damaged.execute("SELECT count(*) FROM sqlite_master").fetchone()
        shutil.copyfile(folder / DATABASE, tried)
        with closing(_open(tried)) as connection:
            connection.execute("REINDEX")
            if connection.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
                return None
            if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                return None
        return _judged(tried, MENDED, ())
    except (*SPOILT, Damaged):
        return None


def _salvaged(folder: Path, backups: Path) -> Salvage:
    """A new database with the schema of the damaged one and every row of it that can be read or rebuilt.

    Of a current schema, what was added to it outside is left behind, and what is missing is made anew. Rows are put
    right only by a chain that was read whole and never lost a link.
    """
    target = folder / f"salvaged-{DATABASE}"
    with closing(_open(folder / DATABASE)) as damaged, closing(_open(target)) as fresh:
        damaged.execute("PRAGMA writable_schema=ON")  # or a file that was cut short is refused as a whole
        fresh.execute("PRAGMA synchronous=OFF")  # it is synced whole before it takes the record's place
        fresh.execute("BEGIN")
        number = int(damaged.execute("PRAGMA user_version").fetchone()[0])
        objects = _objects(damaged, *_of_program(folder)) if number == SCHEMA else _described(damaged)
        tables = _like(objects, number, fresh)
        taken = {name: _take(damaged, fresh, name) for name in tables}
        fresh.execute("DELETE FROM personal_value WHERE seq NOT IN (SELECT seq FROM ledger)")  # no purge would find it
        fresh.execute("COMMIT")
        whole = not taken["ledger"][1] and not _lost_links(target, backups)
        fresh.execute("BEGIN")
        righted = salvage_rows.put_right(fresh, tables) if whole else {}
        rebuilt, lost = salvage_rows.rebuild(fresh, tables)  # after what stood in the way of a row has gone
        _add_indexes(objects, fresh)
        fresh.execute("COMMIT")
    found = tuple(
        Table(name, read, rebuilt.get(name, 0), lost.get(name, 0), gaps, righted.get(name, 0))
        for name, (read, gaps) in taken.items()
    )
    return _judged(target, SALVAGED, found)


def _lost_links(path: Path, backups: Path) -> bool:
    """Whether the chain lacks a link that a backup knows of, or went on after a repair that did not find all of it.

    Rows that are newer than what is left of it would pass for added or changed outside.
    """
    engine = read_engine(path)
    repairs = select(LedgerRow.seq).where(
        LedgerRow.act == REPAIRED, LedgerRow.kind == "event", LedgerRow.body.not_like('%"findings":0,%')
    )
    try:
        with engine.connect() as connection:
            incomplete = connection.execute(repairs.limit(1)).first() is not None
            return incomplete or any(witness.contradictions(connection, [backups]))
    finally:
        engine.dispose()


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA trusted_schema=OFF")
    return connection


Objects = Mapping[str, tuple[str, str]]
"""Tables, indexes and triggers by name: kind, and the words that make it."""


def _described(connection: sqlite3.Connection) -> Objects:
    query = "SELECT name, type, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
    return {row[0]: (row[1], row[2]) for row in connection.execute(query) if not row[0].startswith("sqlite_")}


def _of_program(folder: Path) -> tuple[Objects, str]:
    """What the migrations of this program make, and its hash."""
    path = folder / f"model-{DATABASE}"
    engine = write_engine(path)
    try:
        with engine.begin() as connection:
            migrate(connection)
            made = chain.schema_hash(connection)
    finally:
        engine.dispose()
    with closing(_open(path)) as model:
        return _described(model), made


def _objects(damaged: sqlite3.Connection, ours: Objects, made: str) -> Objects:
    """As the program makes them where the chain says that it did; else as they are described, what is missing added."""
    last = "SELECT json_extract(body, '$.schema') FROM ledger WHERE subject='schema' ORDER BY seq DESC LIMIT 1"
    with suppress(*SPOILT):
        if damaged.execute(last).fetchone() == (made,):
            return ours
    there = _described(damaged)
    return {**{name: found for name, found in there.items() if name in ours},
            **{name: found for name, found in ours.items() if name not in there}}  # fmt: skip


def _like(objects: Objects, number: int, fresh: sqlite3.Connection) -> list[str]:
    """Give a new file the identity and the tables described; gives those with rows."""
    names = []
    shadows = tuple(f"{INDEX_TABLE}_{part}" for part in ("data", "idx", "content", "docsize", "config"))
    for name, (kind, sql) in objects.items():
        if kind == "table" and name not in shadows:
            try:
                fresh.execute(sql)
            except SPOILT:
                continue  # its description is spoilt: the check tells
            if name != INDEX_TABLE:
                names.append(name)
    if "ledger" not in names:
        raise sqlite3.DatabaseError("没有审计链")
    fresh.execute(f"PRAGMA user_version={number}")
    fresh.execute(f"PRAGMA application_id={APPLICATION_ID}")
    return names


def _add_indexes(objects: Objects, fresh: sqlite3.Connection) -> None:
    for kind, sql in objects.values():
        if kind != "table":
            with suppress(*SPOILT):  # two rows of one number, or words that are spoilt: told by the check
                fresh.execute(sql)


def _take(damaged: sqlite3.Connection, fresh: sqlite3.Connection, name: str) -> tuple[int, int]:
    """Copy every row of a table that can be read; gives how many, and how many stretches could not be."""
    columns = [row[1] for row in fresh.execute(f'PRAGMA table_info("{name}")')]
    marks = ",".join("?" * len(columns))
    listed = ",".join(f'"{each}"' for each in columns)
    put = f'INSERT OR IGNORE INTO "{name}" ({listed}) VALUES ({marks})'  # noqa: S608 — the file's own names
    read = 0

    def ask(low: int, high: int, order: str) -> sqlite3.Cursor:
        question = f'SELECT rowid,{listed} FROM "{name}" NOT INDEXED WHERE rowid BETWEEN ? AND ? ORDER BY rowid {order}'  # noqa: S608
        return damaged.execute(question, (low, high))

    def keep(row: tuple[Any, ...]) -> None:
        nonlocal read
        with suppress(sqlite3.IntegrityError):  # a spoilt value of the wrong type
            read += fresh.execute(put, row[1:]).rowcount

    gaps = sum(1 for _ in _gaps(ask, keep, 0, HIGHEST))
    return read, gaps


def _gaps(
    ask: Callable[[int, int, str], sqlite3.Cursor], keep: Callable[[tuple[Any, ...]], None], low: int, high: int
) -> Iterator[tuple[int, int]]:
    """Read between two row ids from below and from above, and halve what lies between until nothing more comes out."""
    waiting, idle = [(low, high)], 0
    while waiting:
        low, high = begun = waiting.pop()
        upward = _read(ask, keep, low, high, "ASC")
        if upward is None:
            continue
        low = upward + 1
        downward = _read(ask, keep, low, high, "DESC")
        if downward is None or low >= downward:
            continue
        high = downward - 1
        idle = idle + 1 if (low, high) == begun else 0
        if low >= high or idle >= MOST_PROBES:
            yield low, high
            continue
        middle = (low + high) // 2
        waiting += [(middle + 1, high), (low, middle)]


def _read(
    ask: Callable[[int, int, str], sqlite3.Cursor],
    keep: Callable[[tuple[Any, ...]], None],
    low: int,
    high: int,
    order: str,
) -> int | None:
    """Read as far as it goes; None where it went to the end, else the last row id read, or the edge.

    Ids that do not go on in their order come from a page that is spoilt, and could go round in circles.
    """
    step = 1 if order == "ASC" else -1
    last = low - 1 if order == "ASC" else high + 1
    try:
        for row in ask(low, high, order):
            if (row[0] - last) * step <= 0:
                return last
            keep(row)
            last = row[0]
    except SPOILT:
        return last
    return None


def _judged(path: Path, way: str, tables: tuple[Table, ...]) -> Salvage:
    """Make the full text anew where it differs, and check the mended copy whole. Raises Damaged, sqlite3.Error."""
    schema = backup.contents(path).schema
    findings: list[str] = []
    if schema == SCHEMA:
        writing, reading = write_engine(path), read_engine(path)
        try:
            with writing.begin() as connection:
                if incident_text.out_of_step(connection):
                    incident_text.rebuild(connection)
            with reading.connect() as connection:
                findings = all_in_words(health.verify(connection), connection)
        except (DBAPIError, *SPOILT) as error:
            said = f"修复后的文件还是读不出来（{getattr(error, 'orig', error)}）。"
            raise Damaged(said, remedy="请从备份恢复。") from error
        finally:
            writing.dispose()
            reading.dispose()
    gaps = [each for each in tables if each.gaps and each.name == "ledger"]
    findings += [f"{table_words(each.name)}有 {each.gaps} 段读不出来。" for each in gaps]
    return Salvage(path, way, tables, backup.contents(path), tuple(findings))
