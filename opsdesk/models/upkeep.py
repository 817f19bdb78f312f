"""Care of the rooms: readings, inspection rounds (F13), cleaning (F23), opening and closing the offices (F15)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from opsdesk.models.base import Base, Key


class Reading(Base):
    """The environment of a room as it was read: tenths of ℃ and of %RH, UPS load in %, and what was normal.

    `out` names what was out of range, with the limit; then `action` says what was done and `incident_number` which
    incident was opened for it.
    """

    __tablename__ = "reading"

    id: Mapped[Key]
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id"))
    at: Mapped[datetime]
    temperature: Mapped[int | None]
    humidity: Mapped[int | None]
    ups_load: Mapped[int | None]
    air_conditioning: Mapped[str]
    leak: Mapped[str]
    fire: Mapped[str]
    read_by: Mapped[str]
    entered_by: Mapped[str]
    entered_at: Mapped[datetime]
    out: Mapped[str]
    action: Mapped[str]
    incident_number: Mapped[str]
    void_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "room_id", "at"), {"sqlite_strict": True})


class InspectionItem(Base):
    """An item of the inspection sheet, edited by the supervisor: group, what is normal, limits if it is a figure.

    `unit` is empty for an item that is normal or not; `low` and `high` are tenths of the unit.
    """

    __tablename__ = "inspection_item"

    id: Mapped[Key]
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id"))
    place: Mapped[int]
    category: Mapped[str]
    name: Mapped[str]
    standard: Mapped[str]
    unit: Mapped[str]
    low: Mapped[int | None]
    high: Mapped[int | None]
    left_on: Mapped[date | None]


class Inspection(Base):
    """巡检表 (F13): one round of a day in a room; two a day are usual."""

    __tablename__ = "inspection"

    id: Mapped[Key]
    number: Mapped[str]
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id"))
    day: Mapped[date]
    turn: Mapped[int]
    at: Mapped[datetime]
    inspected_by: Mapped[str]
    checked_by: Mapped[str]
    spot_checked_by: Mapped[str]
    entered_by: Mapped[str]
    entered_at: Mapped[datetime]
    remarks: Mapped[str]
    void_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("number"), Index(None, "room_id", "day"), {"sqlite_strict": True})


class InspectionLine(Base):
    """What a round found of one item, with the item's words as they stood: value or 正常／异常, and what was done."""

    __tablename__ = "inspection_line"

    id: Mapped[Key]
    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("inspection_item.id"))
    category: Mapped[str]
    name: Mapped[str]
    standard: Mapped[str]
    value: Mapped[str]
    normal: Mapped[bool]
    action: Mapped[str]
    incident_number: Mapped[str]

    __table_args__ = (Index(None, "inspection_id"), {"sqlite_strict": True})


class Cleaning(Base):
    """机房清扫 (F23): when, what, by whom, who looked after it; at most fourteen days after the last (E1-11)."""

    __tablename__ = "cleaning"

    id: Mapped[Key]
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id"))
    day: Mapped[date]
    scope: Mapped[str]
    cleaned_by: Mapped[str]
    checked_by: Mapped[str]
    result: Mapped[str]
    remarks: Mapped[str]
    entered_by: Mapped[str]
    void_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "room_id", "day"), {"sqlite_strict": True})


class OfficeCheck(Base):
    """办公室开关门及消防安全检查 (F15): who opened and closed an office on a day, how it was left, what was found.

    A box holds 正常, 异常 or 不涉及, and nothing until somebody has looked. What was found asks for what was done about
    it (`remedy`), maybe on a later day. The supervisor signs once a week.
    """

    __tablename__ = "office_check"

    id: Mapped[Key]
    office: Mapped[str]
    day: Mapped[date]
    opened_at: Mapped[datetime | None]
    opened_by: Mapped[str]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str]
    computers: Mapped[str]
    sockets: Mapped[str]
    air_conditioning: Mapped[str]
    lights: Mapped[str]
    windows: Mapped[str]
    door: Mapped[str]
    no_flame: Mapped[str]
    passage: Mapped[str]
    extinguishers: Mapped[str]
    emergency_lights: Mapped[str]
    found: Mapped[str]
    remedy: Mapped[str]
    inspector: Mapped[str]
    second_inspector: Mapped[str]
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[str]
    entered_at: Mapped[datetime]
    entered_by: Mapped[str]
    void_at: Mapped[datetime | None]
    void_reason: Mapped[str]

    __table_args__ = (Index(None, "day", "office"), {"sqlite_strict": True})
