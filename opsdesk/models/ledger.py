"""The audit chain and the side table of personal values (`promises.md` 2.3)."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from opsdesk.models.base import Base, Key


class LedgerRow(Base):
    """One link of the chain: who did what to which row, when, why, and the row as it then stood.

    `at` is UTC+08:00 in ISO 8601, so that its text sorts as time; `zone` is the offset that the machine showed.
    `uptime_ms` and `boot` let a set-back clock be found within one boot. `body` is
    canonical JSON of the full new row, with commitments in place of personal values. `hash` = SHA-256 over the previous
    hash and all other columns as a JSON array.
    """

    __tablename__ = "ledger"

    seq: Mapped[Key]
    at: Mapped[str]
    zone: Mapped[str]
    uptime_ms: Mapped[int]
    boot: Mapped[str]
    operator: Mapped[str]
    role: Mapped[str]
    station: Mapped[str]
    act: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[str]
    subject_id: Mapped[int]
    body: Mapped[str]
    reason: Mapped[str]
    hash: Mapped[str]

    __table_args__ = (Index(None, "subject", "subject_id"), Index(None, "at"), {"sqlite_strict": True})


class PersonalValue(Base):
    """Salt and value behind one commitment of the chain; deleting the row forgets the person, the chain stays whole."""

    __tablename__ = "personal_value"

    seq: Mapped[Key]
    column: Mapped[str] = mapped_column(primary_key=True)
    salt: Mapped[str]
    value: Mapped[str]
