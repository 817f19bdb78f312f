"""Frozen facts that the rules judge; times are the site's local wall time without zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from opsdesk.rules.vocabulary import Direction


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """From `begins` to `ends`, both local wall time."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Duty:
    """What a person owes on a shift day: one or more planned pairs, in order.

    An overnight pair ends on the next calendar day and still belongs to `day`. `approved` are the approved absences
    (请假, 外出, 公出) that are taken out of the planned time before anything is judged (`domain.md` G7).
    """

    day: date
    shift: str
    pairs: tuple[Span, ...]
    approved: tuple[Span, ...] = ()

    @property
    def begins(self) -> datetime:
        """Start of the first pair."""
        return self.pairs[0].begins

    @property
    def ends(self) -> datetime:
        """End of the last pair."""
        return self.pairs[-1].ends


@dataclass(frozen=True, slots=True)
class Punch:
    """A sign-in or sign-out as recorded; `id` leads back to the record."""

    id: int
    at: datetime
    direction: Direction


@dataclass(frozen=True)
class Terms:
    """By which regulation a contract works that day: code for 作息, for 考勤罚则 and for 响应."""

    hours: str
    penalties: str
    response: str = "T1"
