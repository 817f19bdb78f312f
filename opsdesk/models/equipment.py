"""Equipment: the asset ledger (F12), moves (F10), lending (F11), media (F24), changes (F25), backup notices."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from opsdesk.models.base import PERSONAL, Base, Key


class Asset(Base):
    """设备台账 (F12): one device of the centre. `value_fen` is its price in 分, `repairs` its repairs, one a line."""

    __tablename__ = "asset"

    id: Mapped[Key]
    asset_no: Mapped[str]
    category: Mapped[str]
    name: Mapped[str]
    brand: Mapped[str]
    model: Mapped[str]
    serial: Mapped[str]
    config: Mapped[str]
    bought_on: Mapped[date | None]
    value_fen: Mapped[int | None]
    dept: Mapped[str]
    user: Mapped[str]
    place: Mapped[str]
    state: Mapped[str]
    owner: Mapped[str]
    warranty_until: Mapped[date | None]
    repairs: Mapped[str]
    remarks: Mapped[str]

    __table_args__ = (UniqueConstraint("asset_no"), Index(None, "serial"), {"sqlite_strict": True})


class AssetIssue(Base):
    """领用归还 (F12): who was given an asset, for what, and in what state it came back."""

    __tablename__ = "asset_issue"

    id: Mapped[Key]
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"))
    issued_at: Mapped[datetime]
    taken_by: Mapped[str] = mapped_column(info=PERSONAL)
    unit: Mapped[str]
    purpose: Mapped[str]
    issued_by: Mapped[str]
    returned_at: Mapped[datetime | None]
    condition: Mapped[str]
    checked_by: Mapped[str]

    __table_args__ = (Index(None, "asset_id"), {"sqlite_strict": True})


class EquipmentMove(Base):
    """机房设备进出 (F10): a device goes into the room or out of it, approved, with power or without."""

    __tablename__ = "equipment_move"

    id: Mapped[Key]
    number: Mapped[str]
    moved_at: Mapped[datetime]
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id"))
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id"))
    permit_number: Mapped[str]
    direction: Mapped[str]
    name: Mapped[str]
    model: Mapped[str]
    serial: Mapped[str]
    asset_no: Mapped[str]
    quantity: Mapped[int]
    reason: Mapped[str]
    other_end: Mapped[str]
    rack: Mapped[str]
    powered: Mapped[bool]
    instructions: Mapped[str]
    handled_by: Mapped[str] = mapped_column(info=PERSONAL)
    escort: Mapped[str]
    approved_by: Mapped[str]
    approved_at: Mapped[datetime | None]
    due_on: Mapped[date | None]
    returned_on: Mapped[date | None]
    remarks: Mapped[str]
    void_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("number"), Index(None, "moved_at"), {"sqlite_strict": True})


class Loan(Base):
    """设备借用单 (F11): one sheet for many items, approved, due on a day (E1-10), extended, returned."""

    __tablename__ = "loan"

    id: Mapped[Key]
    number: Mapped[str]
    applied_at: Mapped[datetime]
    filed_by: Mapped[str]
    borrower: Mapped[str] = mapped_column(info=PERSONAL)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    vendor_id: Mapped[int | None] = mapped_column(ForeignKey("vendor.id"))
    unit: Mapped[str]
    phone: Mapped[str | None] = mapped_column(info=PERSONAL)
    place: Mapped[str]
    reason: Mapped[str]
    lent_at: Mapped[datetime | None]
    due_on: Mapped[date]
    first_due_on: Mapped[date]
    extensions: Mapped[int]
    condition_out: Mapped[str]
    lent_by: Mapped[str]
    approved_by: Mapped[str]
    approved_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    refusal: Mapped[str]
    returned_at: Mapped[datetime | None]
    received_by: Mapped[str]
    condition_in: Mapped[str]
    damage: Mapped[str]
    liability: Mapped[str]
    photo_sha256: Mapped[str]
    photo_name: Mapped[str]
    void_at: Mapped[datetime | None]
    remarks: Mapped[str]

    __table_args__ = (UniqueConstraint("number"), Index(None, "due_on"), {"sqlite_strict": True})


class LoanItem(Base):
    """A line of a 借用单: what, how many, and how many of them have come back."""

    __tablename__ = "loan_item"

    id: Mapped[Key]
    loan_id: Mapped[int] = mapped_column(ForeignKey("loan.id"))
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id"))
    name: Mapped[str]
    model: Mapped[str]
    asset_no: Mapped[str]
    quantity: Mapped[int]
    returned: Mapped[int]

    __table_args__ = (Index(None, "loan_id"), {"sqlite_strict": True})


class MediaCheck(Base):
    """外来移动介质查毒登记 (F24): checked before use (E1-09), portable media only with approval (E1-21)."""

    __tablename__ = "media_check"

    id: Mapped[Key]
    number: Mapped[str]
    kind: Mapped[str]
    media_no: Mapped[str]
    holder: Mapped[str] = mapped_column(info=PERSONAL)
    unit: Mapped[str]
    purpose: Mapped[str]
    by_ftp: Mapped[str]
    scanner: Mapped[str]
    signatures_on: Mapped[date | None]
    checked_at: Mapped[datetime | None]
    result: Mapped[str]
    approved_by: Mapped[str]
    approved_at: Mapped[datetime | None]
    used_from: Mapped[datetime | None]
    used_to: Mapped[datetime | None]
    filed_by: Mapped[str]
    filed_at: Mapped[datetime]
    remarks: Mapped[str]
    void_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("number"), {"sqlite_strict": True})


class ChangeRequest(Base):
    """停机／变更申请单 (F25): applied for, approved before it begins (E1-04, 05), with a way back and a result."""

    __tablename__ = "change_request"

    id: Mapped[Key]
    number: Mapped[str]
    kind: Mapped[str]
    system: Mapped[str]
    applicant: Mapped[str] = mapped_column(info=PERSONAL)
    unit: Mapped[str]
    applied_at: Mapped[datetime]
    filed_by: Mapped[str]
    planned_from: Mapped[datetime]
    planned_to: Mapped[datetime]
    reason: Mapped[str]
    plan: Mapped[str]
    reach: Mapped[str]
    fallback: Mapped[str]
    performed_by: Mapped[str]
    department_opinion: Mapped[str]
    approved_by: Mapped[str]
    approved_at: Mapped[datetime | None]
    security_opinion: Mapped[str]
    refused_at: Mapped[datetime | None]
    refusal: Mapped[str]
    began_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    result: Mapped[str]
    verified_by: Mapped[str]
    void_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("number"), Index(None, "planned_from"), {"sqlite_strict": True})


class BackupNotice(Base):
    """What of a new system has to be backed up and how often, told in writing (E1-20)."""

    __tablename__ = "backup_notice"

    id: Mapped[Key]
    system: Mapped[str]
    items: Mapped[str]
    every: Mapped[str]
    told_by: Mapped[str] = mapped_column(info=PERSONAL)
    told_on: Mapped[date]
    received_by: Mapped[str]
    remarks: Mapped[str]
    left_on: Mapped[date | None]

    __table_args__ = (UniqueConstraint("system"), {"sqlite_strict": True})
