"""新系统备份告知 (E1-20): what to back up of each system and how often, as it was told in writing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.models import BackupNotice
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.services import entry, listing, retiring
from opsdesk.services.choices import in_use
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome

Values = Mapping[str, Any]
TOUCHED = frozenset({"backup_notice", "change_request"})
WHAT = "备份告知"
RUNNING, GONE = "在用", "已停用"
TONES = {RUNNING: Tone.FINE, GONE: Tone.NEUTRAL}
PERIODS = ("每天", "每周", "每月", "每季度", "变更后立即")
SHOWN = ("system", "items", "every", "told_by", "told_on", "received_by")


def listed(ctx: Context, query: Query) -> Page:
    """Systems by name, those out of use at the end."""
    today = ctx.today()
    columns = (BackupNotice.system, BackupNotice.items, BackupNotice.every, BackupNotice.told_by)
    asked = (
        select(BackupNotice.__table__)
        .where(listing.holds(query.text, *columns, BackupNotice.received_by))
        .order_by(BackupNotice.left_on.is_not(None), BackupNotice.system)
    )
    if (wanted := (query.filters or {}).get("state")) is not None:
        running = BackupNotice.left_on.is_(None) | (BackupNotice.left_on > today)
        asked = asked.where(running if wanted == RUNNING else ~running)
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
    return Page(tuple(_row(row._mapping, in_use(row.left_on, today)) for row in rows), total)


def _row(row: Mapping[Any, Any], running: bool) -> Row:
    word = RUNNING if running else GONE
    values = {**{key: row[key] for key in SHOWN}, "items": row["items"].replace("\n", "；")}
    return Row(row["id"], {**values, "state": Chip(word, TONES[word])}, muted=not running)


def row_of(connection: Connection, notice_id: int) -> dict[str, Any]:
    """A row of `backup_notice`. Refuses one that is not there."""
    return retiring.one(connection, select(BackupNotice.__table__).where(BackupNotice.id == notice_id), WHAT)


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One notice as its form shows it."""
    with ctx.read() as connection:
        return row_of(connection, record_id)


def save(ctx: Context, record_id: int | None, values: Values) -> Outcome[int]:
    """Enter what was told of a system, each system once; a list of data and a period have to be there."""
    ctx.require(*WRITERS)
    kept: dict[str, Any] = {
        "system": entry.text(values, "system", "系统", required=True, longest=60),
        "items": entry.long_text(values, "items", "要备份的数据", required=True),
        "every": entry.text(values, "every", "备份周期", required=True),
        "told_by": entry.name(values, "told_by", "告知人"),
        "told_on": entry.day(values, "told_on", "告知日期"),
        "received_by": entry.text(values, "received_by", "接收人", required=True, longest=30),
        "remarks": entry.long_text(values, "remarks", "备注"),
    }
    entry.past_day_or_none(values, "told_on", "告知日期", ctx.today())
    with ctx.transaction("登记备份告知" if record_id is None else "修改备份告知") as tx:
        entry.refuse_taken(
            tx.connection, BackupNotice.system, kept["system"], title="系统", holder=BackupNotice.system, but=record_id
        )
        if record_id is None:
            return Outcome(tx.insert(BackupNotice, **kept), TOUCHED)
        tx.update(BackupNotice, record_id, **kept)
    return Outcome(record_id, TOUCHED)


def retire(ctx: Context, notice_id: int, _values: Values) -> Outcome[str]:
    """The system is out of use: nothing has to be backed up any more."""
    ctx.require(*WRITERS)
    with ctx.transaction("停用备份告知") as tx:
        row = row_of(tx.connection, notice_id)
        if row["left_on"] is not None:
            raise Refusal(f"{row['system']}在 {row['left_on'].isoformat()} 已经停用。")
        tx.update(BackupNotice, notice_id, left_on=ctx.today())
    return Outcome(f"{row['system']}自 {ctx.today().isoformat()} 起停用，以前的记录都还在。", TOUCHED)


def bring_back(ctx: Context, notice_id: int, _values: Values) -> Outcome[str]:
    """The system is in use again."""
    ctx.require(*WRITERS)
    with ctx.transaction("恢复备份告知") as tx:
        row = row_of(tx.connection, notice_id)
        if row["left_on"] is None:
            raise Refusal(f"{row['system']}正在使用，不需要恢复。")
        tx.update(BackupNotice, notice_id, left_on=None)
    return Outcome(f"{row['system']}已恢复使用。", TOUCHED)
