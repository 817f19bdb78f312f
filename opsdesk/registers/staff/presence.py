"""When a person is on site, and what of the record stands in the way of changing it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, select

from opsdesk.models import Punch
from opsdesk.register import Chip, Tone
from opsdesk.services.errors import Refusal

ON_SITE, RESERVE, COMING, GONE = "在场", "储备", "未到场", "已离场"
STATES = (ON_SITE, RESERVE, COMING, GONE)
TONES = {ON_SITE: Tone.FINE, RESERVE: Tone.INFORMATION, COMING: Tone.AWAY, GONE: Tone.NEUTRAL}


@dataclass(frozen=True)
class Signed:
    """First and last shift day on which a person signed."""

    first: date
    last: date


def state(arrived_on: date, left_on: date | None, reserve: bool, today: date) -> str:
    """The person's state today; the day of leaving still counts as on site."""
    if left_on is not None and left_on < today:
        return GONE
    if arrived_on > today:
        return COMING
    return RESERVE if reserve else ON_SITE


def chip(word: str) -> Chip:
    """A state as a chip."""
    return Chip(word, TONES[word])


def signed(connection: Connection, ids: Collection[int] | None = None) -> Mapping[int, Signed]:
    """First and last signed day by person; who never signed is left out."""
    query = (
        select(Punch.staff_id, func.min(Punch.day).label("first"), func.max(Punch.day).label("last"))
        .where(Punch.void_at.is_(None))
        .group_by(Punch.staff_id)
    )
    if ids is not None:
        query = query.where(Punch.staff_id.in_(ids))
    return {row.staff_id: Signed(row.first, row.last) for row in connection.execute(query)}


def settled(arrived_on: date, record: Signed | None, today: date) -> bool:
    """Whether days of the person are over by which he was judged as he is marked: he was on site before, or signed."""
    return record is not None or arrived_on < today


def check(arrived_on: date, left_on: date | None, record: Signed | None) -> None:
    """Refuse dates that contradict each other or leave signed days outside the time on site."""
    if left_on is not None and left_on < arrived_on:
        raise Refusal(
            f"离场日期 {left_on.isoformat()} 早于到场日期 {arrived_on.isoformat()}，请核对。", field="left_on"
        )
    if record is None:
        return
    if record.first < arrived_on:
        raise Refusal(
            f"{record.first.isoformat()} 已有到岗记录，到场日期不能晚于这一天。请核对到场日期，或先处理那条记录。",
            field="arrived_on",
        )
    if left_on is not None and record.last > left_on:
        raise Refusal(
            f"{record.last.isoformat()} 还有到岗记录，离场日期不能早于这一天。请核对离场日期，或先处理那条记录。",
            field="left_on",
        )
