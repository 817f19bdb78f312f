"""The door's log into the record: every event stored, known already, or reported with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, select

from opsdesk.imports.columns import pin_key
from opsdesk.imports.door_log import DoorFile, DoorRow, read_door_log
from opsdesk.models import DoorEvent
from opsdesk.services import duties
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Finding
from opsdesk.services.import_result import ImportResult, note_batch
from opsdesk.services.outcome import Outcome
from opsdesk.services.text import one_line

WHAT = "door-log"
STEP = 5000
AHEAD = timedelta(minutes=3)
"""By so much the door's clock may be ahead of ours (`domain.md` 4.8)."""
KEPT = ("at", "name", "unit", "door", "direction", "event", "card", "reader", "key")


def import_door_log(ctx: Context, path: Path, *, dry_run: bool = False) -> Outcome[ImportResult]:
    """Import a log of any known format; an event that is on record already, by whichever file, is a duplicate."""
    ctx.require(*WRITERS)
    file = read_door_log(path)
    if dry_run:
        with ctx.read() as connection:
            return Outcome(_sorted(connection, ctx, file)[0])
    with ctx.transaction("导入门禁记录", one_line(path.name)) as tx:
        result, new = _sorted(tx.connection, ctx, file)
        if new:
            batch = note_batch(tx, result, what=WHAT, file_name=path.name, sha256=file.sha256, at=ctx.now())
            numbers = _numbers(tx.connection)
            for begin in range(0, len(new), STEP):
                part = new[begin : begin + STEP]
                tx.insert_many(DoorEvent, [{**_values(row, numbers), "batch_id": batch} for row in part])
                tx.flush()
    return Outcome(result, frozenset({"door_event"}) if result.stored else frozenset())


def _sorted(connection: Connection, ctx: Context, file: DoorFile) -> tuple[ImportResult, list[DoorRow]]:
    seen = _known(connection, file.rows)
    new: list[DoorRow] = []
    duplicates, findings, latest = 0, list(file.findings), ctx.now() + AHEAD
    for row in file.rows:
        if row.at > latest:
            findings.append(Finding(row.row, f"事件时间 {row.at:%Y-%m-%d %H:%M:%S} 还没有到。请核对门禁的时钟。"))
        elif row.key in seen:
            duplicates += 1
        else:
            seen.add(row.key)
            new.append(row)
    found = tuple(sorted(findings, key=lambda finding: finding.row))
    return ImportResult(file.rows_read, len(new), duplicates, found, file.label), new


def _known(connection: Connection, rows: Sequence[DoorRow]) -> set[str]:
    """Keys on record of the days that the file speaks of."""
    if not rows:
        return set()
    span = min(row.at for row in rows), max(row.at for row in rows)
    return set(connection.execute(select(DoorEvent.key).where(DoorEvent.at.between(*span))).scalars())


def _numbers(connection: Connection) -> dict[str, str]:
    """Staff numbers by the number that a door or an attendance machine knows people by."""
    return {pin_key(each.pin): each.staff_no for each in duties.people(connection) if each.pin}


def _values(row: DoorRow, numbers: dict[str, str]) -> dict[str, object]:
    plain = asdict(row)
    staff_no = row.staff_no or numbers.get(pin_key(row.pin), row.pin)
    return {**{key: plain[key] for key in KEPT}, "card": row.card or None, "staff_no": staff_no}
