"""The unit of work: writes of the record and their audit rows in one transaction, kept only if it ends well."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Engine, Table, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from opsdesk.models import Base
from opsdesk.models.base import SpoiltValue
from opsdesk.services import chain, id_numbers, number_sealing
from opsdesk.services.chain import Entry, Signer
from opsdesk.services.clock import Clock
from opsdesk.services.closing_days import Lock
from opsdesk.services.errors import UNSOUND, Damaged, Trouble
from opsdesk.services.password_lock import Lock as NumberLock

WAYS_OUT = {
    sqlite3.SQLITE_FULL: ("磁盘已满", "请清理磁盘，然后再试一次。"),
    sqlite3.SQLITE_IOERR: ("磁盘读写失败", "请检查磁盘或连接线，然后再试一次。"),
    sqlite3.SQLITE_READONLY: ("数据文件是只读的", "请在文件属性中去掉只读，或检查文件夹权限。"),
    sqlite3.SQLITE_BUSY: ("数据文件正被另一个程序占用", "请关闭其他打开数据文件的程序后再试。"),
    sqlite3.SQLITE_LOCKED: ("数据文件正被占用", "请稍候再试一次。"),
    sqlite3.SQLITE_CORRUPT: ("数据文件已损坏", "请退出程序后重新打开，按提示从备份恢复。"),
    sqlite3.SQLITE_NOTADB: ("数据文件不是运维台的数据库", "请核对数据文件夹，或按提示从备份恢复。"),
    sqlite3.SQLITE_CANTOPEN: ("数据文件打不开", "请检查数据文件夹是否存在、是否有权限。"),
}
NOT_SAVED, NOT_READ, NOT_OPENED = "没有保存", "没有读出", "没有打开"
STILL_THERE = "已输入的内容还在。"
PASSING = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
"""What may pass while the window stays open, and with it what was typed."""

BATCH = 500
LONGEST_SPOILT = 40
"""As much of a spoilt value is told."""


def as_trouble(error: BaseException, undone: str = NOT_SAVED) -> Trouble | None:
    """A database error as a sentence and a way out; None where it is a bug. `undone` says what did not come about."""
    known = WAYS_OUT.get(_code(error))
    if known is None:
        return None
    stays = undone == NOT_SAVED and _code(error) in PASSING
    return Trouble(f"{known[0]}，{undone}。", remedy=known[1] + (STILL_THERE if stays else ""))


def _code(error: BaseException | None) -> int:
    """SQLite's word for an error, 0 for none; a text that is no text any more is damage, too."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(origin, sqlite3.OperationalError) and str(origin).startswith("Could not decode to UTF-8"):
        return sqlite3.SQLITE_CORRUPT
    return int(getattr(origin, "sqlite_errorcode", 0)) & 0xFF


def is_damage(error: BaseException | None) -> bool:
    """Whether a database error says that the file itself is spoilt, not that it is busy, full or closed to us."""
    return _code(error) in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


@contextmanager
def database_trouble(undone: str = NOT_SAVED) -> Iterator[None]:
    """Turn the database's faults into Trouble within the block; `undone` as of `as_trouble`."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        trouble = as_trouble(error, undone)
        if trouble is None:
            raise
        raise trouble from error
    except SpoiltValue as error:
        said = f"记录里有一处“{str(error)[:LONGEST_SPOILT]}”读不出来：{UNSOUND}。"
        raise Damaged(said, remedy="请到“设置 · 备份”点“修复…”，按审计链改回。") from error


@dataclass
class Transaction:
    """An open transaction. Writes go through it, so that each one is chained; reads use `connection`.

    Each write is refused where it would touch a closed day (`closing_days`), and seals identity numbers where the site
    keeps them so (`number_sealing`).
    """

    connection: Connection
    clock: Clock
    signer: Signer
    act: str
    reason: str
    entries: list[Entry] = field(default_factory=list)
    lock: Lock = field(init=False)

    def __post_init__(self) -> None:
        self.lock = Lock(self.connection)

    @cached_property
    def number_lock(self) -> NumberLock | None:
        """Under which lock identity numbers are written; None where they are kept as they are."""
        return number_sealing.lock(self.connection)

    def insert(self, model: type[Base], /, **values: Any) -> int:
        """Add one row and return its id."""
        return self.insert_many(model, [values])[0]

    def insert_many(self, model: type[Base], rows: Iterable[Mapping[str, Any]]) -> list[int]:
        """Add rows, filling columns left out with None; return their ids in order."""
        table = _table(model)
        # The write lock is held, so the ids that follow the highest one are ours.
        highest = self.connection.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()
        empty: dict[str, Any] = dict.fromkeys(column.name for column in table.columns)
        full = [{**empty, **self._sealed(table, row), "id": highest + n} for n, row in enumerate(rows, 1)]
        self.lock.refuse(table, ((None, row) for row in full))
        if full:
            self.connection.execute(insert(table), full)
        self.entries.extend(Entry("insert", table.name, row["id"], row) for row in full)
        return [row["id"] for row in full]

    def update(self, model: type[Base], row_id: int, /, **changes: Any) -> bool:
        """Change a row; False, and nothing chained, where it already stands so."""
        table = _table(model)
        now = dict(self.connection.execute(select(table).where(table.c.id == row_id)).mappings().one())
        if all(now[key] == value for key, value in changes.items()):
            return False
        changes = dict(self._sealed(table, changes))
        self.lock.refuse(table, [(now, {**now, **changes})])
        self.connection.execute(update(table).where(table.c.id == row_id).values(**changes))
        self.entries.append(Entry("update", table.name, row_id, {**now, **changes}))
        return True

    def remove(self, model: type[Base], row_id: int) -> None:
        """Take a row of a plan out (a roster entry): the chain keeps what it was. What happened is never removed."""
        table = _table(model)
        known = dict(self.connection.execute(select(table).where(table.c.id == row_id)).mappings().one())
        self.lock.refuse(table, [(known, None)])
        self.connection.execute(delete(table).where(table.c.id == row_id))
        self.entries.append(Entry("delete", table.name, row_id, known))

    def forget(self, model: type[Base], ids: Sequence[int], /, **changes: Any) -> None:
        """Change rows and erase what the changed personal columns ever held, from the chain's side table too."""
        self.rewrite(model, ids, list(changes), lambda _row: changes)

    def rewrite(
        self, model: type[Base], ids: Sequence[int], keys: Sequence[str],
        changed: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    ) -> None:  # fmt: skip
        """Change these columns of rows, each to what `changed` makes of its row; earlier personal values are erased."""
        table = _table(model)
        personal = [name for name in keys if chain.personal(table.columns[name])]
        change = (
            update(table).where(table.c.id == bindparam("row")).values({key: bindparam(f"new_{key}") for key in keys})
        )
        self.flush()
        for begin in range(0, len(ids), BATCH):
            these = ids[begin : begin + BATCH]
            self.entries += chain.forget(self.connection, table.name, these, personal)
            found = self.connection.execute(select(table).where(table.c.id.in_(these))).mappings()
            rows = [dict(row) for row in found]
            now = [{**row, **self._sealed(table, changed(row))} for row in rows]
            self.lock.refuse_but_personal(table, personal, zip(rows, now, strict=True))
            if now:
                told = [{"row": row["id"], **{f"new_{key}": row[key] for key in keys}} for row in now]
                self.connection.execute(change, told)
            self.entries += [Entry("update", table.name, row["id"], row) for row in now]
            self.flush()

    def _sealed(self, table: Table, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """The values as they are kept; the lock is asked for only where there is a number to seal."""
        if any(number_sealing.is_plain(values.get(name)) for name in number_sealing.columns(table.name)):
            return number_sealing.sealed(table.name, values, self.number_lock) if self.number_lock else values
        return values

    def event(self, subject: str, subject_id: int = 0, **facts: Any) -> None:
        """Chain something that happened without changing a row (登录, 打印, 时钟确认)."""
        self.entries.append(Entry("event", subject, subject_id, facts))

    def flush(self) -> None:
        """Chain what has been written so far, so that a large import need not hold every link until its end."""
        chain.append(self.connection, self.clock, self.signer, self.act, self.reason, self.entries)
        self.entries.clear()


def _table(model: type[Base]) -> Table:
    return Base.metadata.tables[model.__tablename__]


@contextmanager
def transaction(engine: Engine, clock: Clock, signer: Signer, act: str, reason: str = "") -> Iterator[Transaction]:
    """Run a block of writes: committed with its audit rows if it ends well, else nothing of it remains.

    Of an identity number in the reason the last four are kept: what stands in the chain cannot be cleared.
    """
    with database_trouble(), engine.begin() as connection:
        work = Transaction(connection, clock, signer, act, id_numbers.cut_free(reason))
        yield work
        work.flush()
