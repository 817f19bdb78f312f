"""The machine room: permits (F09), visits (F08), goods, frequent visitors, the door's log, off-hours use (F14)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from opsdesk.models.base import NUMBER, PERSONAL, Base, Key


class Room(Base):
    """A machine room: its modules one a line, who keeps it, the door's name in the log, and its own limits.

    Limits left empty are those of E1-03; temperatures in ℃, relative humidity in %.
    """

    __tablename__ = "room"

    id: Mapped[Key]
    name: Mapped[str]
    modules: Mapped[str]
    keeper: Mapped[str]
    door_name: Mapped[str]
    temp_min: Mapped[int | None]
    temp_max: Mapped[int | None]
    humidity_min: Mapped[int | None]
    humidity_max: Mapped[int | None]
    left_on: Mapped[date | None]

    __table_args__ = (UniqueConstraint("name"), {"sqlite_strict": True})


class Visitor(Base):
    """Somebody who comes often (常客): what the next permit or visit is filled in with."""

    __tablename__ = "visitor"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(info=PERSONAL)
    initials: Mapped[str]
    unit: Mapped[str]
    id_kind: Mapped[str]
    id_number: Mapped[str | None] = mapped_column(info=NUMBER)
    phone: Mapped[str | None] = mapped_column(info=PERSONAL)
    last_on: Mapped[date]
    purged_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "last_on"), {"sqlite_strict": True})


class Permit(Base):
    """机房进入申请审批单 (F09): who may come, why, when, to do what; approved before, or urgent with paper after.

    `several` permits any number of visits from `planned_from` to `planned_to`. Of an urgent one approved by phone,
    `phoned_by` and `phoned_at` say by whom and when; `papered_at` is when the paper came afterwards.
    """

    __tablename__ = "permit"

    id: Mapped[Key]
    number: Mapped[str]
    applied_at: Mapped[datetime]
    filed_by: Mapped[str]
    unit: Mapped[str]
    vendor_id: Mapped[int | None] = mapped_column(ForeignKey("vendor.id"))
    applicant: Mapped[str] = mapped_column(info=PERSONAL)
    phone: Mapped[str | None] = mapped_column(info=PERSONAL)
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id"))
    module: Mapped[str]
    purposes: Mapped[str]
    work: Mapped[str]
    cause: Mapped[str]
    plan: Mapped[str]
    reach: Mapped[str]
    equipment: Mapped[str]
    planned_from: Mapped[datetime]
    planned_to: Mapped[datetime]
    several: Mapped[bool]
    operates: Mapped[bool]
    secrecy: Mapped[bool]
    escorts: Mapped[str]
    incident_number: Mapped[str]
    urgent: Mapped[bool]
    phoned_by: Mapped[str]
    phoned_at: Mapped[datetime | None]
    papered_at: Mapped[datetime | None]
    sealed_on: Mapped[date | None]
    approved_by: Mapped[str]
    approved_at: Mapped[datetime | None]
    refused_by: Mapped[str]
    refused_at: Mapped[datetime | None]
    refusal: Mapped[str]
    void_at: Mapped[datetime | None]
    void_reason: Mapped[str]
    remarks: Mapped[str]

    __table_args__ = (UniqueConstraint("number"), Index(None, "planned_from"), {"sqlite_strict": True})


class PermitPerson(Base):
    """Somebody whom a permit names."""

    __tablename__ = "permit_person"

    id: Mapped[Key]
    permit_id: Mapped[int] = mapped_column(ForeignKey("permit.id"))
    name: Mapped[str] = mapped_column(info=PERSONAL)
    unit: Mapped[str]
    id_kind: Mapped[str]
    id_number: Mapped[str | None] = mapped_column(info=NUMBER)
    phone: Mapped[str | None] = mapped_column(info=PERSONAL)
    void_at: Mapped[datetime | None]
    purged_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "permit_id"), {"sqlite_strict": True})


class Visit(Base):
    """One person's stay in the room (F08): who, why, with whom, from when to when, what was operated.

    `external` is true of people of other units (E1-14). `due_at` is until when he may stay. `escort` and
    `second_escort` stay all the way. `left_check` says who looked after the place when he left. `temperature` (tenths
    of ℃), `code_shown` and `mask` are the screening fields of E5, which a site may switch on.
    """

    __tablename__ = "visit"

    id: Mapped[Key]
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id"))
    module: Mapped[str]
    permit_id: Mapped[int | None] = mapped_column(ForeignKey("permit.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    vendor_id: Mapped[int | None] = mapped_column(ForeignKey("vendor.id"))
    name: Mapped[str] = mapped_column(info=PERSONAL)
    initials: Mapped[str]
    unit: Mapped[str]
    external: Mapped[bool]
    id_kind: Mapped[str]
    id_number: Mapped[str | None] = mapped_column(info=NUMBER)
    phone: Mapped[str | None] = mapped_column(info=PERSONAL)
    purpose: Mapped[str]
    entered_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    escort: Mapped[str]
    second_escort: Mapped[str]
    operated: Mapped[bool | None]
    operation: Mapped[str]
    left_check: Mapped[str]
    off_hours_number: Mapped[str]
    remarks: Mapped[str]
    temperature: Mapped[int | None]
    code_shown: Mapped[bool | None]
    mask: Mapped[bool | None]
    registered_by: Mapped[str]
    registered_at: Mapped[datetime]
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"))
    void_at: Mapped[datetime | None]
    void_reason: Mapped[str]
    purged_at: Mapped[datetime | None]

    __table_args__ = (
        Index(None, "entered_at", "id"),
        Index(None, "left_at"),
        Index(None, "permit_id"),
        {"sqlite_strict": True},
    )


class VisitItem(Base):
    """Something carried in, out, or left there: what was brought has to be taken along again or stay on purpose."""

    __tablename__ = "visit_item"

    id: Mapped[Key]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    name: Mapped[str]
    model: Mapped[str]
    serial: Mapped[str]
    brought: Mapped[int]
    taken: Mapped[int]
    stays: Mapped[int]
    note: Mapped[str]
    void_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "visit_id"), {"sqlite_strict": True})


class DoorEvent(Base):
    """A line of the door's own log (`domain.md` 4.8): when, who by the card, through which door, which way."""

    __tablename__ = "door_event"

    id: Mapped[Key]
    at: Mapped[datetime]
    name: Mapped[str] = mapped_column(info=PERSONAL)
    staff_no: Mapped[str]
    unit: Mapped[str]
    door: Mapped[str]
    direction: Mapped[str]
    event: Mapped[str]
    card: Mapped[str | None] = mapped_column(info=PERSONAL)
    reader: Mapped[str]
    key: Mapped[str]
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"))
    purged_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("key"), Index(None, "at"), {"sqlite_strict": True})


class OffHours(Base):
    """非工作时间场地使用申请 (F14), approved before (T3-06); an emergency is approved by phone, its paper follows."""

    __tablename__ = "off_hours"

    id: Mapped[Key]
    number: Mapped[str]
    applied_at: Mapped[datetime]
    filed_by: Mapped[str]
    unit: Mapped[str]
    vendor_id: Mapped[int | None] = mapped_column(ForeignKey("vendor.id"))
    applicant: Mapped[str] = mapped_column(info=PERSONAL)
    phone: Mapped[str | None] = mapped_column(info=PERSONAL)
    place: Mapped[str]
    people: Mapped[str] = mapped_column(info=PERSONAL)
    reason: Mapped[str]
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    emergency: Mapped[bool]
    responsible: Mapped[str]
    approved_by: Mapped[str]
    approved_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    refusal: Mapped[str]
    entered_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    left_check: Mapped[str]
    papered_at: Mapped[datetime | None]
    void_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("number"), Index(None, "begins_at"), {"sqlite_strict": True})
