"""The list of visits: filters in SQL, what was missed is judged for the rows that are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select

from opsdesk.models import Permit, Room, Visit
from opsdesk.register import Chip, Options, Page, Query, Row, Tone
from opsdesk.registers.visit.records import INSIDE, LEFT, UNKNOWN, VOID, rows_of, state_of
from opsdesk.rules.room_access import Breach
from opsdesk.rules.sla import in_words
from opsdesk.services import listing, room_visits
from opsdesk.services.context import Context
from opsdesk.services.number_finding import by_number
from opsdesk.services.suggestions import recent_values

DAY = timedelta(days=1)
MISSED = "有问题"
LOOKED_AT = 90
"""Days looked at for what was missed where no period is chosen: it is judged when it is read."""
TONES = {INSIDE: Tone.INFORMATION, LEFT: Tone.NEUTRAL, UNKNOWN: Tone.NEUTRAL, VOID: Tone.NEUTRAL}


def listed(ctx: Context, query: Query) -> Page:
    """Visits by the question, the latest first."""
    now, chosen = ctx.now(), query.filters or {}
    with ctx.read() as connection:
        wanted = _wanted(query, now)
        if chosen.get("state") == MISSED:
            ids = _with_breaches(ctx, connection, wanted, now)
            shown, total = ids[max(0, query.offset) :][: max(0, query.limit)], len(ids)
        else:
            found, total = listing.page(connection, wanted, query.offset, query.limit)
            shown = [row.id for row in found]
        rows = rows_of(connection, shown)
        missed = room_visits.breaches(connection, ctx.regulations, rows, now)
    return Page(tuple(_row(row, missed[row["id"]], now) for row in rows), total)


def _wanted(query: Query, now: datetime) -> Select[*tuple[Any, ...]]:
    asked = (
        select(Visit.id)
        .join(Room, Room.id == Visit.room_id)
        .join(Permit, Permit.id == Visit.permit_id, isouter=True)
        .where(*_conditions(query, now))
    )
    return asked.order_by(Visit.entered_at.desc(), Visit.id.desc())


def _conditions(query: Query, now: datetime) -> list[ColumnElement[bool]]:
    chosen = query.filters or {}
    columns = (
        Visit.name, Visit.initials, Visit.unit, Visit.purpose, Visit.escort, Visit.second_escort, Visit.operation,
        Room.name, Permit.number,
    )  # fmt: skip
    found = [listing.holds(query.text, *columns, means=by_number(Visit.id_number, Visit.phone))]
    state = chosen.get("state")
    span = listing.period(str(chosen.get("period") or ""), now.date())
    if span is None and state == MISSED:
        span = now.date() - LOOKED_AT * DAY, now.date()
    if span is not None:
        found.append(listing.within(Visit.entered_at, *span))
    for key, column in (("room", Visit.room_id), ("vendor", Visit.vendor_id), ("unit", Visit.unit)):
        if chosen.get(key) is not None:
            found.append(column == chosen[key])
    if state is not None:
        found += _in_state(state)
    return found


def _in_state(state: str) -> list[ColumnElement[bool]]:
    if state == VOID:
        return [Visit.void_at.is_not(None)]
    stands = Visit.void_at.is_(None)
    if state == LEFT:
        return [stands, Visit.left_at.is_not(None)]
    if state == INSIDE:
        return [stands, Visit.left_at.is_(None), Visit.batch_id.is_(None)]
    return [stands]


def _with_breaches(
    ctx: Context, connection: Connection, wanted: Select[*tuple[Any, ...]], now: datetime
) -> Sequence[int]:
    query = select(Visit.__table__).where(Visit.id.in_(wanted.order_by(None))).order_by(Visit.entered_at, Visit.id)
    rows = [dict(row) for row in connection.execute(query).mappings()]
    missed = room_visits.breaches(connection, ctx.regulations, rows, now)
    return [row["id"] for row in reversed(rows) if missed[row["id"]]]


def states(_ctx: Context) -> Options:
    """States to choose from; what was missed is looked for in a period."""
    return [(INSIDE, INSIDE), (LEFT, LEFT), (MISSED, f"{MISSED}（没有选时间的看近 {LOOKED_AT} 天）"), (VOID, VOID)]


def units(ctx: Context) -> Options:
    """Units whose people came lately."""
    with ctx.read() as connection:
        return [(unit, unit) for unit in recent_values(connection, Visit.unit)]


def _row(row: Mapping[str, Any], missed: Sequence[Breach], now: datetime) -> Row:
    entered: datetime = row["entered_at"]
    state = state_of(row)
    over = room_visits.overstay(row, now)
    chip = Chip(state, TONES[state])
    if state == INSIDE and over:
        chip = Chip(f"超时 {in_words(over)}", Tone.BROKEN)
    return Row(
        row["id"],
        {
            "when": f"{entered:%m-%d %H:%M}" if entered.year == now.year else f"{entered:%Y-%m-%d}",
            "name": row["name"],
            "unit": row["unit"],
            "room": "　".join(part for part in (row["room"], row["module"]) if part),
            "purpose": row["purpose"],
            "permit": row["permit_number"] or "",
            "escort": "、".join(room_visits.escorts_of(row)),
            "left": _clock(row["left_at"], entered),
            "missed": _missed_chip(missed),
            "state": chip,
            "entered_at": entered,
            "left_at": row["left_at"],
            "due_at": row["due_at"],
        },
        muted=state in {LEFT, UNKNOWN, VOID},
    )


def _clock(at: datetime | None, beside: datetime) -> str:
    if at is None:
        return ""
    return f"{at:%H:%M}" if at.date() == beside.date() else f"{at:%m-%d %H:%M}"


def _missed_chip(missed: Sequence[Breach]) -> Chip | None:
    if not missed:
        return None
    words = list(dict.fromkeys(str(each.missed) for each in missed))
    return Chip(words[0] if len(words) == 1 else f"{words[0]} 等 {len(words)} 项", Tone.WARNING)
