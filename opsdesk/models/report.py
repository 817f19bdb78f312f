"""What vendors report: every day, every week, every quarter (F07)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from opsdesk.models.base import Base, Key


class Report(Base):
    """日报, 周报 or 季度总结 of a vendor on the days from `first` to `last` (T1-RPT-01..03, E8-04).

    It is written until `submitted_at`: when it was sent, to whom (接口人) and with whom in copy (客服专员). A chapter
    that its kind does not have stays empty. `signed_at` is when the client's supervisor took it in (签收).
    """

    __tablename__ = "report"

    id: Mapped[Key]
    number: Mapped[str]
    kind: Mapped[str]
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"))
    first: Mapped[date]
    last: Mapped[date]
    author: Mapped[str]
    weather: Mapped[str]
    people: Mapped[str]
    work: Mapped[str]
    incidents: Mapped[str]
    trends: Mapped[str]
    inspections: Mapped[str]
    systems: Mapped[str]
    revisits: Mapped[str]
    self_assessment: Mapped[str]
    problems: Mapped[str]
    plan: Mapped[str]
    enclosures: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    submitted_at: Mapped[datetime | None]
    submitted_to: Mapped[str]
    copied_to: Mapped[str]
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[str]
    void_at: Mapped[datetime | None]
    void_reason: Mapped[str]

    __table_args__ = (UniqueConstraint("number"), Index(None, "vendor_id", "kind", "last"), {"sqlite_strict": True})
