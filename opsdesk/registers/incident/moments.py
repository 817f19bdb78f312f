"""Times of acts as they are typed, and the pause that ends with an act."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from opsdesk.models import IncidentPause
from opsdesk.registers.incident.service import Course, note
from opsdesk.rules.sla import in_words
from opsdesk.rules.vocabulary import IncidentState
from opsdesk.services import entry
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.transaction import Transaction

Values = Mapping[str, Any]
FEW = timedelta(minutes=5)
"""What is written down within so much time after it happened is not called 事后录入."""


def happened_at(ctx: Context, values: Values, key: str, title: str, row: Values) -> datetime:
    """When it happened: now, or a moment given that is neither in the future nor before the call."""
    now = ctx.now()
    at = now if values.get(key) in (None, "") else entry.moment(values, key, title)
    if at > now:
        raise Refusal(f"{title}写的是 {at:%m-%d %H:%M}，还没有到。请核对。", field=key)
    if at < row["reported_at"].replace(second=0):
        raise Refusal(f"{title} {at:%m-%d %H:%M} 早于报告时间 {row['reported_at']:%m-%d %H:%M}。请核对。", field=key)
    earliest: datetime = row["reported_at"]
    return max(at, earliest)


def working_state(row: Values) -> str:
    """The state of a record on which work goes on."""
    return str(IncidentState.ACCEPTED if row["responded_at"] is None else IncidentState.WORKING)


def last_pause_end(connection: Connection, incident_id: int, *, but: datetime | None = None) -> datetime | None:
    """When the last pause that is over ended, a reopening included; `but` leaves out those that ended then."""
    query = select(func.max(IncidentPause.ends_at)).where(IncidentPause.incident_id == incident_id)
    if but is not None:
        query = query.where(IncidentPause.ends_at != but)
    ended: datetime | None = connection.execute(query).scalar_one()
    return ended


def refuse_before(row: Values, ended: datetime | None, at: datetime, field: str) -> None:
    """Refuse a solution before the waiting was over or the record opened again."""
    if ended is not None and at < ended.replace(second=0):
        raise Refusal(
            f"{row['number']} 到 {ended:%m-%d %H:%M} 才恢复处理或重开，不会在 {at:%m-%d %H:%M} 解决。"
            f"请填 {ended:%m-%d %H:%M} 以后的时间。",
            field=field,
        )


def end_pause(tx: Transaction, ctx: Context, row: Values, at: datetime) -> int:
    """End the pause that still lasts; gives its seconds. Refuses where none does."""
    query = select(IncidentPause.id, IncidentPause.begins_at).where(
        IncidentPause.incident_id == row["id"], IncidentPause.ends_at.is_(None)
    )
    pause = tx.connection.execute(query).one_or_none()
    if pause is None:
        raise Refusal(f"{row['number']} 没有在等待。")
    if at < pause.begins_at.replace(second=0):
        raise Refusal(f"等待从 {pause.begins_at:%m-%d %H:%M} 开始，不能更早结束。", field="ends_at")
    at = max(at, pause.begins_at)
    tx.update(IncidentPause, pause.id, ends_at=at)
    waited = int((at - pause.begins_at).total_seconds())
    note(tx, ctx, row["id"], Course.RESUME, at, f"等待 {in_words(waited)} 后恢复")
    return waited
