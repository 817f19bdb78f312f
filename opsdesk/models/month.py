"""The month as settled: booked figures, proposed deductions and what became of them; wages."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from opsdesk.models.base import PERSONAL, Base, Key


class Settlement(Base):
    """A person's month as it was booked (F04): `month` is 2026-03, `figures` JSON; a later booking replaces it."""

    __tablename__ = "settlement"

    id: Mapped[Key]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    month: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    figures: Mapped[str]
    total_fen: Mapped[int]
    over_cap_minutes: Mapped[int]
    replaced_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "month", "staff_id"), {"sqlite_strict": True})


class Deduction(Base):
    """拟扣减: one line of a booked month, frozen with clause, wording and evidence; then confirmed or waived.

    `amount_fen` is what was proposed and never changes; `decided_fen` is what the supervisor decided, with his reason.
    """

    __tablename__ = "deduction"

    id: Mapped[Key]
    settlement_id: Mapped[int] = mapped_column(ForeignKey("settlement.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    month: Mapped[str]
    part: Mapped[str]
    clause: Mapped[str]
    citations: Mapped[str]
    amount_fen: Mapped[int]
    half_days: Mapped[int]
    sentence: Mapped[str]
    evidence: Mapped[str]
    state: Mapped[str]
    decided_fen: Mapped[int | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    decision_note: Mapped[str]
    replaced_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "month", "staff_id"), Index(None, "settlement_id"), {"sqlite_strict": True})


class Wage(Base):
    """Monthly wage in yuan (“8000.00”) from a day on: for the 20 % warning and the worth of a day; never exported."""

    __tablename__ = "wage"

    id: Mapped[Key]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    holds_from: Mapped[date]
    monthly: Mapped[str] = mapped_column(info=PERSONAL)

    __table_args__ = (UniqueConstraint("staff_id", "holds_from"), {"sqlite_strict": True})
