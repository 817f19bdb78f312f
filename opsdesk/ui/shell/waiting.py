"""What waits for the supervisor, counted beside each section of the rail, and who has to be seen to at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from opsdesk.catalog import by_slug
from opsdesk.register import Query
from opsdesk.registers.correction import service as correction
from opsdesk.registers.incident import listing
from opsdesk.registers.leave import service as leave
from opsdesk.rules.lending import LoanState
from opsdesk.services import closings, offices, overtime, room_upkeep, room_visits
from opsdesk.services.context import Context
from opsdesk.services.permit_states import PermitState
from opsdesk.services.room_visits import Inside

SLIPS = {"correction": correction.WAITING, "leave": leave.WAITING, "overtime": overtime.WAITING}
"""What the supervisor decides in 请假排班, each by the state in which it waits for that."""
TOPICS = frozenset(
    {
        "correction",
        "leave",
        "overtime",
        "incident",
        "visit",
        "permit",
        "cleaning",
        "open_close",
        "room",
        "loan",
        "law",
        "closing",
    }
)


@dataclass(frozen=True)
class Waiting:
    """How many wait by section, and of each visit that has become too long the sentence that reminds of it."""

    counts: Mapping[str, int]
    overstays: Mapping[int, str]


def waiting(ctx: Context) -> Waiting:
    """Slips to decide, incidents exceeded or to sign, who overstays, what is overdue, and days to close again."""
    incidents = listing.counts(ctx)
    overstays = {
        each.visit_id: f"{each.name}在{each.room}{_too_long(each)}，请提醒或登记离开。"
        for each in room_visits.inside(ctx)
        if each.over > 0
    }
    with ctx.read() as connection:
        to_close_again = len(closings.waiting(connection, date.min, date.max))
    counts = {
        "leave": sum(_how_many(ctx, slug, state) for slug, state in SLIPS.items()),
        "incident": incidents.breached + incidents.to_sign,
        "room": len(overstays) + _how_many(ctx, "permit", PermitState.WAITING),
        "upkeep": sum(each.state.over > 0 for each in room_upkeep.cleanings_due(ctx)) + offices.undone(ctx),
        "asset": _how_many(ctx, "loan", LoanState.LATE) + _how_many(ctx, "loan", LoanState.WAITING),
        "close": to_close_again,
    }
    return Waiting(counts, overstays)


def _too_long(each: Inside) -> str:
    if each.due_at is None:
        return f"已超过 {room_visits.LONGEST_OPEN.seconds // 3600} 小时，没有登记离开"
    return f"超时，应在 {each.due_at:%H:%M} 离开"


def _how_many(ctx: Context, slug: str, state: str) -> int:
    return by_slug(slug).list(ctx, Query(filters={"state": str(state)}, limit=1)).total
