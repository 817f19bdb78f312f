"""The demo site while its past is being lived through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from opsdesk.demo_days import Plan
from opsdesk.services.clock import FixedClock
from opsdesk.services.context import Actor, Context


@dataclass
class Site:
    """The site while it is being lived through."""

    ctx: Context
    clock: FixedClock
    plan: Plan
    supervisor: Actor
    desk: Actor
    ids: dict[str, int] = field(default_factory=dict)
    shifts: dict[str, int] = field(default_factory=dict)
    vendors: dict[str, int] = field(default_factory=dict)
    acts: list[tuple[datetime, Callable[[], object]]] = field(default_factory=list)

    def move(self, at: datetime) -> None:
        """Let time pass until `at`; never back."""
        self.clock.advance(seconds=max(0.0, (at - self.clock.at).total_seconds()))

    def by(self, actor: Actor) -> Context:
        """The site with one of the two at the desk."""
        return self.ctx.acting_as(actor)

    def before(self, day: date, at: time) -> datetime:
        """`at` on the last workday before `day`; where there is none, just after the beginning."""
        earlier = [each for each in self.plan.workdays if each < day]
        return datetime.combine(earlier[-1], at) if earlier else self.clock.at + timedelta(minutes=5)
