"""How the chains of two records part: what both hold alike, and what only one of them has."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from opsdesk.services import backup


@dataclass(frozen=True)
class Stretch:
    """Links that only one of two records holds: how many, when the first and the last were made."""

    count: int = 0
    first: datetime | None = None
    last: datetime | None = None

    def __str__(self) -> str:
        """“3 条记录（2026-03-05 08:01 到 2026-03-05 08:03）”."""
        span = f"（{self.first:%Y-%m-%d %H:%M} 到 {self.last:%Y-%m-%d %H:%M}）" if self.first and self.last else ""
        return f"{self.count:,} 条记录{span}"


def wall_time(written: str | None) -> datetime | None:
    """The time of a link as the workstation's clock shows it; None where there is none, or it was spoilt."""
    try:
        return datetime.fromisoformat(written).astimezone().replace(tzinfo=None) if written else None
    except ValueError:
        return None


def compared(database: Path, other: Path) -> tuple[int | None, Stretch, Stretch]:
    """How many links the record and a backup share, and which only the record and only the backup hold."""
    if not database.is_file():
        return None, Stretch(), Stretch()
    try:
        with closing(backup.looking(database)) as today, closing(backup.looking(other)) as theirs:
            shared = _shared(today, theirs)
            return shared, _after(today, shared), _after(theirs, shared)
    except backup.SPOILT:
        return None, Stretch(), Stretch()


def _shared(one: sqlite3.Connection, other: sqlite3.Connection) -> int:
    """Number of the last link that two chains hold alike: as each holds the hash before it, so are all before."""

    def alike(seq: int) -> bool:
        ours, theirs = (each.execute("SELECT hash FROM ledger WHERE seq=?", (seq,)).fetchone() for each in (one, other))
        return ours is not None and theirs is not None and ours[0] == theirs[0]

    low, high = 0, min(each.execute("SELECT coalesce(max(seq), 0) FROM ledger").fetchone()[0] for each in (one, other))
    if alike(high):  # whatever is missing before
        return int(high)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if alike(middle) else (low, middle - 1)
    return int(low)


def _after(connection: sqlite3.Connection, seq: int) -> Stretch:
    count, first, last = connection.execute(
        "SELECT count(*), min(at), max(at) FROM ledger WHERE seq>?", (seq,)
    ).fetchone()
    return Stretch(int(count), wall_time(first), wall_time(last))
