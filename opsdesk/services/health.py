"""The state of the site's database as `doctor` tells it: looked at without opening the site, changing nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from opsdesk.models.engine import read_engine
from opsdesk.models.schema import SCHEMA, ForeignDatabase, NewerDatabase, schema_of
from opsdesk.services import backup, calendars, chain_check, clock_guard, incident_text
from opsdesk.services.clock import Clock
from opsdesk.services.errors import UNSOUND, Damaged, Trouble
from opsdesk.services.transaction import NOT_READ, database_trouble


@dataclass(frozen=True)
class Health:
    """A sound database: size in bytes, schema number, links of its audit chain, years whose holidays are announced.

    `behind` is how far the workstation's clock is behind the record; zero where it is right. `text_differs` counts
    where the full text of incidents does not say what the record says.
    """

    path: Path
    size: int
    schema: int
    links: int
    announced: frozenset[int]
    behind: timedelta
    text_differs: int

    @property
    def current(self) -> bool:
        """True where the program opens it without migrating."""
        return self.schema == SCHEMA


def examine(home: Path, clock: Clock) -> Health | None:
    """Look at the database of `home`; None where there is none. Raises Trouble where it cannot be used as it is."""
    path = home / backup.DATABASE
    if not path.is_file():
        return None
    engine = read_engine(path)
    try:
        with database_trouble(NOT_READ), engine.connect() as connection:
            schema = schema_of(connection)
            if connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one() != "ok":
                raise Damaged(f"数据文件 {path} 已损坏。", remedy="请打开程序，按提示修复或从备份恢复。")
            announced: frozenset[int] = frozenset()
            links, behind, text_differs = 0, timedelta(), 0
            if schema == SCHEMA:
                announced = calendars.load(connection).announced
                links = backup.check_file(path)
                behind = clock_guard.set_back_by(connection, clock)
                text_differs = incident_text.out_of_step(connection)
    except ForeignDatabase:
        raise Trouble(f"{path} 不是运维台的数据库。", remedy="请核对数据文件夹，或用 --home 指定另一个。") from None
    except NewerDatabase as newer:
        raise Trouble(
            f"{path} 由更新版本的运维台写成（结构 {newer.args[0]}，本程序只到 {SCHEMA}）。", remedy="请安装新版本。"
        ) from None
    finally:
        engine.dispose()
    return Health(path, path.stat().st_size, schema, links, announced, behind, text_differs)


@dataclass(frozen=True)
class Whole:
    """What came of checking everything: sentences about the record and about what lies beside it; the chain's links."""

    record: tuple[str, ...]
    beside: tuple[str, ...]
    links: int

    @property
    def findings(self) -> tuple[str, ...]:
        """All sentences; none where everything holds."""
        return (*self.record, *self.beside)


def sound(connection: Connection) -> list[str]:
    """Check the database file whole and every reference in it; an empty list means that everything holds."""
    damage = connection.exec_driver_sql("PRAGMA integrity_check").scalars()
    found = [f"数据库文件损坏：{line}。" for line in damage if line != "ok"]
    try:
        orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    except DBAPIError as error:
        return [*found, f"表与表之间的引用不能核对（{error.orig}）：{UNSOUND}。"]
    return [*found, *(f"{row[0]} 第 {row[1]} 行指向不存在的 {row[2]}。" for row in orphans)]


def verify(connection: Connection) -> list[str]:
    """Check the database and the audit chain whole; an empty list means that everything holds."""
    return [*sound(connection), *chain_check.verify(connection)]
