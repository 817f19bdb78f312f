"""Leave applications (F02), overtime, stand-by staff, the end user's consent to holidays."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from opsdesk.models.base import PERSONAL, Base, Key


class LeaveSlip(Base):
    """请假单 (F02) with every opinion on it. Consent makes the approved absence `leave_id`, which frees planned time.

    `applied_at` is when it was asked for, `submitted_on` when the written slip came in after the event (T2-ATT-02c),
    `vendor_agreed_at` the company's agreement, `sealed_on` its seal, `consented_at` the centre's consent; `extends_id`
    is the slip that this one prolongs (续假, T2-ATT-04); `returned_at` the return to work (销假).
    """

    __tablename__ = "leave_slip"

    id: Mapped[Key]
    number: Mapped[str]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    kind: Mapped[str]
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str]
    applied_at: Mapped[datetime]
    filed_at: Mapped[datetime]
    filed_by: Mapped[str]
    place: Mapped[str]
    contact: Mapped[str | None] = mapped_column(info=PERSONAL)
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    handover: Mapped[str]
    certificate: Mapped[str]
    hospital: Mapped[str]
    hospital_level: Mapped[str]
    submitted_on: Mapped[date | None]
    vendor_agreed_by: Mapped[str | None]
    vendor_agreed_at: Mapped[datetime | None]
    sealed_on: Mapped[date | None]
    consented_by: Mapped[str | None]
    consented_at: Mapped[datetime | None]
    refused_by: Mapped[str | None]
    refused_at: Mapped[datetime | None]
    refusal: Mapped[str]
    archive_no: Mapped[str]
    extends_id: Mapped[int | None] = mapped_column(ForeignKey("leave_slip.id"))
    returned_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawal: Mapped[str]
    leave_id: Mapped[int | None] = mapped_column(ForeignKey("leave.id"))

    __table_args__ = (
        UniqueConstraint("number"),
        Index(None, "staff_id", "begins_at"),
        Index(None, "leave_id"),
        {"sqlite_strict": True},
    )


class Overtime(Base):
    """Work outside the planned time, applied for and approved beforehand (E7-03, T3-06); paid or taken as time off."""

    __tablename__ = "overtime"

    id: Mapped[Key]
    number: Mapped[str]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str]
    settled_as: Mapped[str]
    filed_at: Mapped[datetime]
    filed_by: Mapped[str]
    state: Mapped[str]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    decision_note: Mapped[str]

    __table_args__ = (UniqueConstraint("number"), Index(None, "staff_id", "begins_at"), {"sqlite_strict": True})


class StandBy(Base):
    """What a stand-by (储备) is ready for: post, training, the two departments that chose him (T2-RSV-01, 04)."""

    __tablename__ = "stand_by"

    id: Mapped[Key]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    trained_on: Mapped[date | None]
    training: Mapped[str]
    confirmed_by_personnel: Mapped[str]
    confirmed_by_user: Mapped[str]
    remarks: Mapped[str]

    __table_args__ = (UniqueConstraint("staff_id"), {"sqlite_strict": True})


class HolidayConsent(Base):
    """The end user's consent that a vendor's people rest on these days (T1-ATT-02)."""

    __tablename__ = "holiday_consent"

    id: Mapped[Key]
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    agreed_by: Mapped[str]
    agreed_on: Mapped[date]
    evidence: Mapped[str]
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "vendor_id"), {"sqlite_strict": True})


class CoverageNeed(Base):
    """How many people a post needs on a shift (none: the standard hours) on which days (每天, 工作日, 休息日)."""

    __tablename__ = "coverage_need"

    id: Mapped[Key]
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    shift_id: Mapped[int | None] = mapped_column(ForeignKey("shift.id"))
    days: Mapped[str]
    need: Mapped[int]
    begins_on: Mapped[date]
    ends_on: Mapped[date | None]


class RosterSwap(Base):
    """Two people change duties (换班): both signed, the supervisor approved (E11-08)."""

    __tablename__ = "roster_swap"

    id: Mapped[Key]
    at: Mapped[datetime]
    by: Mapped[str]
    first_staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    first_day: Mapped[date]
    second_staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    second_day: Mapped[date]
    reason: Mapped[str]
