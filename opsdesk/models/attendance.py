"""Shifts, roster, leave, punches, corrections and the verdicts on them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from opsdesk.models.base import PERSONAL, Base, Key


class Shift(Base):
    """A shift of the site. `pairs` reads “08:30-17:30” or “20:00-32:00”; hours above 24 are the next day's."""

    __tablename__ = "shift"

    id: Mapped[Key]
    code: Mapped[str]
    name: Mapped[str]
    pairs: Mapped[str]
    left_on: Mapped[date | None]

    __table_args__ = (UniqueConstraint("code"), UniqueConstraint("name"), {"sqlite_strict": True})


class SiteHours(Base):
    """The site's own working hours from a day on, for regulations that leave them to the client (T2-ATT-01, T3-02)."""

    __tablename__ = "site_hours"

    id: Mapped[Key]
    holds_from: Mapped[date]
    pairs: Mapped[str]

    __table_args__ = (UniqueConstraint("holds_from"), {"sqlite_strict": True})


class RosterEntry(Base):
    """Who works which shift on a day; without a shift the day is rest. No entry: by calendar and contract."""

    __tablename__ = "roster_entry"

    id: Mapped[Key]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    day: Mapped[date]
    shift_id: Mapped[int | None] = mapped_column(ForeignKey("shift.id"))

    __table_args__ = (UniqueConstraint("staff_id", "day"), Index(None, "day"), {"sqlite_strict": True})


class Leave(Base):
    """An approved absence (请假, 公出, 外出) from `begins_at` to `ends_at`; withdrawn ones stay and are marked."""

    __tablename__ = "leave"

    id: Mapped[Key]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    kind: Mapped[str]
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str]
    approved_by: Mapped[str]
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "staff_id", "begins_at"), Index(None, "begins_at"), {"sqlite_strict": True})


class Punch(Base):
    """A sign-in or sign-out. Never changed in substance: taken back (`void_*`) or followed by a correction.

    `day` is the shift's day it belongs to. `doubted` marks 时间存疑 (clock had gone back). `batch_id` is the import.
    """

    __tablename__ = "punch"

    id: Mapped[Key]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    day: Mapped[date]
    at: Mapped[datetime]
    direction: Mapped[str]
    source: Mapped[str]
    device: Mapped[str]
    entered_at: Mapped[datetime]
    entered_by: Mapped[str]
    doubted: Mapped[bool]
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"))
    void_at: Mapped[datetime | None]
    void_by: Mapped[str | None]
    void_reason: Mapped[str | None]

    __table_args__ = (
        Index(None, "day", "staff_id"),
        Index(None, "staff_id", "at"),
        Index(None, "batch_id"),
        {"sqlite_strict": True},
    )


class Correction(Base):
    """补签单 (F03): a claimed time with reason, witness and approval; points to the punch it corrects, if any.

    `punch_id` is the new punch made when it is approved; the old one stays and is marked as replaced.
    """

    __tablename__ = "correction"

    id: Mapped[Key]
    number: Mapped[str]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    day: Mapped[date]
    direction: Mapped[str]
    actual_at: Mapped[datetime]
    cause: Mapped[str]
    explanation: Mapped[str]
    witness: Mapped[str] = mapped_column(info=PERSONAL)
    evidence: Mapped[str]
    filed_at: Mapped[datetime]
    filed_by: Mapped[str]
    state: Mapped[str]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    decision_note: Mapped[str]
    corrects_punch_id: Mapped[int | None] = mapped_column(ForeignKey("punch.id"))
    punch_id: Mapped[int | None] = mapped_column(ForeignKey("punch.id"))

    __table_args__ = (UniqueConstraint("number"), Index(None, "day"), {"sqlite_strict": True})


class StoredVerdict(Base):
    """A frozen verdict on a record: judgement, minutes, proposed amount in 分, citations as JSON, sentence.

    A verdict that no longer holds (leave approved later, a correction) gets `replaced_at` and a new one follows.
    """

    __tablename__ = "verdict"

    id: Mapped[Key]
    subject: Mapped[str]
    subject_id: Mapped[int]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    day: Mapped[date]
    judgement: Mapped[str]
    minutes: Mapped[int]
    amount_fen: Mapped[int | None]
    citations: Mapped[str]
    sentence: Mapped[str]
    made_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "day", "staff_id"), Index(None, "subject", "subject_id"), {"sqlite_strict": True})


class ImportBatch(Base):
    """One import: the file's name, hash and format, and how many rows were read, stored, known already, refused."""

    __tablename__ = "import_batch"

    id: Mapped[Key]
    what: Mapped[str]
    file_name: Mapped[str]
    sha256: Mapped[str]
    format: Mapped[str]
    at: Mapped[datetime]
    rows_read: Mapped[int]
    rows_stored: Mapped[int]
    rows_duplicate: Mapped[int]
    rows_rejected: Mapped[int]


class PrintedPaper(Base):
    """A form that was printed or exported: which, when, by whom, with what content hash and chain head."""

    __tablename__ = "printed_paper"

    id: Mapped[Key]
    code: Mapped[str]
    number: Mapped[str]
    title: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]
    format: Mapped[str]
    sha256: Mapped[str]
    head: Mapped[str]
