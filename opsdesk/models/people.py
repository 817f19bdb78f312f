"""Vendors, contracts, posts, staff and contact persons."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from opsdesk.models.base import PERSONAL, Base, Key


class Vendor(Base):
    """An outsourcing company (外包单位). Leaving ends it; nothing is deleted."""

    __tablename__ = "vendor"

    id: Mapped[Key]
    code: Mapped[str]
    name: Mapped[str]
    short_name: Mapped[str]
    left_on: Mapped[date | None]

    __table_args__ = (UniqueConstraint("code"), UniqueConstraint("name"), {"sqlite_strict": True})


class Contract(Base):
    """A contract of a vendor; its terms say by which regulation it works."""

    __tablename__ = "contract"

    id: Mapped[Key]
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"))
    number: Mapped[str]
    project: Mapped[str]
    begins_on: Mapped[date]
    ends_on: Mapped[date | None]

    __table_args__ = (UniqueConstraint("number"), {"sqlite_strict": True})


class ContractTerm(Base):
    """From `holds_from` on, the contract follows `regulation` in `topic` (作息, 考勤罚则)."""

    __tablename__ = "contract_term"

    id: Mapped[Key]
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    topic: Mapped[str]
    regulation: Mapped[str]
    holds_from: Mapped[date]

    __table_args__ = (UniqueConstraint("contract_id", "topic", "holds_from"), {"sqlite_strict": True})


class Post(Base):
    """A post (岗位) that the site wants filled."""

    __tablename__ = "post"

    id: Mapped[Key]
    name: Mapped[str]
    duties: Mapped[str]
    left_on: Mapped[date | None]

    __table_args__ = (UniqueConstraint("name"), {"sqlite_strict": True})


class Staff(Base):
    """An engineer of a vendor, with the qualification card of T1-QLF-01 and T1-RES-01/02.

    `initials` are the pinyin initials of the name (WQ for 王强): every reading, divided by blanks.
    """

    __tablename__ = "staff"

    id: Mapped[Key]
    staff_no: Mapped[str]
    name: Mapped[str] = mapped_column(info=PERSONAL)
    initials: Mapped[str]
    pin: Mapped[str | None]
    badge_no: Mapped[str | None]
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    phone: Mapped[str | None] = mapped_column(info=PERSONAL)
    arrived_on: Mapped[date]
    left_on: Mapped[date | None]
    reserve: Mapped[bool]
    joined_implementation: Mapped[bool | None]
    career_started_on: Mapped[date | None]
    hotline_phone: Mapped[str | None] = mapped_column(info=PERSONAL)
    has_pc: Mapped[bool | None]
    has_internet: Mapped[bool | None]
    lodging_minutes: Mapped[int | None]
    remarks: Mapped[str]

    __table_args__ = (
        UniqueConstraint("staff_no"),
        UniqueConstraint("pin"),
        UniqueConstraint("badge_no"),
        Index(None, "vendor_id"),
        {"sqlite_strict": True},
    )


class ContactPerson(Base):
    """A contact person (接口人, 客服专员, 运维主管) of the client or of a vendor."""

    __tablename__ = "contact_person"

    id: Mapped[Key]
    role: Mapped[str]
    name: Mapped[str] = mapped_column(info=PERSONAL)
    organisation: Mapped[str]
    vendor_id: Mapped[int | None] = mapped_column(ForeignKey("vendor.id"))
    phone: Mapped[str | None] = mapped_column(info=PERSONAL)
    email: Mapped[str | None] = mapped_column(info=PERSONAL)
    left_on: Mapped[date | None]
