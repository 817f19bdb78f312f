"""What the feeds of an appraisal give on a site of a test."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from opsdesk.rules.clause import Regulations
from opsdesk.rules.scoring import Event
from opsdesk.services import appraisal_feeds
from opsdesk.services.appraisal_feeds import Feeds
from opsdesk.services.context import Context

QUARTER = (date(2026, 1, 1), date(2026, 3, 31))


def feeds(
    ctx: Context, *keys: str, days: tuple[date, date] = QUARTER, now: str = "", regulations: Regulations | None = None
) -> Feeds:
    """The feeds read for some days, at the moment of the site's clock or at `now`."""
    moment = datetime.fromisoformat(now) if now else ctx.now()
    with ctx.read() as connection:
        return appraisal_feeds.read(connection, regulations or ctx.regulations, *days, moment, keys)


def events(ctx: Context, key: str, *, days: tuple[date, date] = QUARTER, now: str = "") -> tuple[Event, ...]:
    """All events of one feed."""
    return feeds(ctx, key, days=days, now=now).events(key)


def told(found: Sequence[Event]) -> list[str]:
    """The sentences of events."""
    return [each.sentence for each in found]
