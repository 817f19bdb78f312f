"""What waits for the supervisor, counted beside each section of the rail."""

from __future__ import annotations

from collections.abc import Mapping

from opsdesk.catalog import by_slug
from opsdesk.register import Query
from opsdesk.registers.correction import service as correction
from opsdesk.registers.incident import listing
from opsdesk.rules.lending import LoanState
from opsdesk.services import room_upkeep, room_visits
from opsdesk.services.context import Context
from opsdesk.services.permit_states import PermitState

TOPICS = frozenset({"correction", "incident", "visit", "permit", "cleaning", "room", "loan", "law"})


def waiting(ctx: Context) -> Mapping[str, int]:
    """By section: slips to decide, incidents exceeded or to sign, who overstays, cleanings and loans overdue."""
    incidents = listing.counts(ctx)
    return {
        "leave": _how_many(ctx, "correction", correction.WAITING),
        "incident": incidents.breached + incidents.to_sign,
        "room": sum(each.over > 0 for each in room_visits.inside(ctx)) + _how_many(ctx, "permit", PermitState.WAITING),
        "upkeep": sum(each.state.over > 0 for each in room_upkeep.cleanings_due(ctx)),
        "asset": _how_many(ctx, "loan", LoanState.LATE) + _how_many(ctx, "loan", LoanState.WAITING),
    }


def _how_many(ctx: Context, slug: str, state: str) -> int:
    return by_slug(slug).list(ctx, Query(filters={"state": str(state)}, limit=1)).total
