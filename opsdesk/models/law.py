"""Values of clauses entered in the program."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from opsdesk.models.base import Base, Key


class Amendment(Base):
    """From `begins_on` on a clause holds the values of `held` (JSON by parameter name), or is repealed.

    Append-only: a wrong one is followed by a later entry for the same day, which counts.
    """

    __tablename__ = "amendment"

    id: Mapped[Key]
    clause: Mapped[str]
    begins_on: Mapped[date]
    issued_on: Mapped[date | None]
    repealed: Mapped[bool]
    held: Mapped[str]
    source: Mapped[str]
    reason: Mapped[str]
    entered_at: Mapped[datetime]
    entered_by: Mapped[str]

    __table_args__ = (Index(None, "clause"), {"sqlite_strict": True})
