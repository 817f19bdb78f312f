"""What the supervisor has not signed for yet though it was handed in on an earlier day, and what he signed on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, or_, select

from opsdesk.models import Incident
from opsdesk.registers.incident.hand_in import CAN_SIGN
from opsdesk.services import listing
from opsdesk.services.context import Context


@dataclass(frozen=True)
class Earlier:
    """How many records of earlier days wait for the signature, and the latest of these days."""

    count: int
    day: date | None


def before(ctx: Context, day: date) -> Earlier:
    """Records that were handed in before `day`, are not signed, and do not stand on the day's own board."""
    begins = datetime.combine(day, time())
    ends = begins + timedelta(days=1)
    query = select(func.count(), func.max(Incident.handed_in_at)).where(
        Incident.state.in_(sorted(CAN_SIGN)),
        Incident.batch_id.is_(None),
        Incident.handed_in_at < begins,
        or_(Incident.hand_in_due_at < begins, Incident.hand_in_due_at >= ends, Incident.hand_in_due_at.is_(None)),
    )
    with ctx.read() as connection:
        count, last = connection.execute(query).one()
    return Earlier(count, last.date() if last else None)


def signed_on(ctx: Context, day: date) -> list[int]:
    """The records that were signed on `day` and are so still, by number."""
    query = select(Incident.id).where(listing.within(Incident.signed_at, day, day)).order_by(Incident.number)
    with ctx.read() as connection:
        return list(connection.execute(query).scalars())
