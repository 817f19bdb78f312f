"""Incidents (F05, F06): the record of a call from acceptance to signature, its acts, pauses, deadlines and papers."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import DDL, ForeignKey, Index, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column

from opsdesk.models.base import PERSONAL, Base, Key


class Incident(Base):
    """运维事件记录单 (F05). `accepted_at` starts every clock; a time that is not known is None.

    `staff_id` and `vendor_id` are ours; of an imported register that names nobody of the site, `person_written` and
    `vendor_written` hold the names as they stood there. `due_at` is the time that the user asked for, as T1-FLT-02
    reads all that he asked for. `respond_by` and `solve_by` are when a running clock will run out; `respond_over` and
    `solve_over` the seconds beyond the limit once it has stopped (0: kept, None: no limit or not known); they follow
    from the rest of the record and the law (`services.incident_clocks`). `paused_seconds` is time of others than the
    vendor between acceptance and solution.
    """

    __tablename__ = "incident"

    id: Mapped[Key]
    number: Mapped[str]
    kind: Mapped[str]
    state: Mapped[str]
    title: Mapped[str]
    symptom: Mapped[str]
    reporter: Mapped[str | None] = mapped_column(info=PERSONAL)
    reporter_dept: Mapped[str]
    reporter_phone: Mapped[str | None] = mapped_column(info=PERSONAL)
    customer_kind: Mapped[str]
    source: Mapped[str]
    system: Mapped[str]
    device: Mapped[str]
    category: Mapped[str]
    severity: Mapped[str]
    urgent: Mapped[bool]
    reach: Mapped[str]
    related_party: Mapped[str]
    vendor_id: Mapped[int | None] = mapped_column(ForeignKey("vendor.id"))
    vendor_written: Mapped[str]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    person_written: Mapped[str | None] = mapped_column(info=PERSONAL)
    reported_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[str]
    responded_at: Mapped[datetime | None]
    response_way: Mapped[str]
    contacted_at: Mapped[datetime | None]
    appointed_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    diagnosis: Mapped[str]
    plan: Mapped[str]
    result: Mapped[str]
    resolved_at: Mapped[datetime | None]
    next_visit_at: Mapped[datetime | None]
    root_cause: Mapped[str]
    lesson: Mapped[str]
    open_points: Mapped[str]
    told_back_at: Mapped[datetime | None]
    unsolved_at: Mapped[datetime | None]
    technician_at: Mapped[datetime | None]
    service_at: Mapped[datetime | None]
    escalated_to: Mapped[str]
    visit_missing: Mapped[str]
    delayed: Mapped[bool]
    complained: Mapped[bool]
    rating: Mapped[str]
    opinion: Mapped[str]
    confirmed_by: Mapped[str | None] = mapped_column(info=PERSONAL)
    confirmed_at: Mapped[datetime | None]
    handed_in_at: Mapped[datetime | None]
    handed_in_by: Mapped[str]
    hand_in_due_at: Mapped[datetime | None]
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[str]
    closed_at: Mapped[datetime | None]
    void_at: Mapped[datetime | None]
    void_reason: Mapped[str]
    reopened: Mapped[int]
    problem_id: Mapped[int | None] = mapped_column(ForeignKey("problem.id"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"))
    respond_by: Mapped[datetime | None]
    respond_over: Mapped[int | None]
    solve_by: Mapped[datetime | None]
    solve_over: Mapped[int | None]
    paused_seconds: Mapped[int]

    __table_args__ = (
        UniqueConstraint("number"),
        Index(None, "reported_at", "id"),
        Index(None, "state", "reported_at"),
        Index(None, "staff_id", "reported_at"),
        Index(None, "vendor_id", "reported_at"),
        {"sqlite_strict": True},
    )


class IncidentAct(Base):
    """One act on an incident: what (受理, 响应, 处理, 等待 …), when it happened, who did it, what came of it.

    `by` is who did it, `entered_by` the account that wrote it down. A void line stays, with who struck it and when.
    """

    __tablename__ = "incident_act"

    id: Mapped[Key]
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    at: Mapped[datetime]
    what: Mapped[str]
    said: Mapped[str]
    result: Mapped[str]
    by: Mapped[str] = mapped_column(info=PERSONAL)
    entered_at: Mapped[datetime]
    entered_by: Mapped[str]
    void_at: Mapped[datetime | None]
    void_by: Mapped[str | None]

    __table_args__ = (Index(None, "incident_id", "at"), {"sqlite_strict": True})


class IncidentPause(Base):
    """The clock stands (等待): since when, until when, whose time it is (外包单位, 甲方, 第三方, 等待备件), why."""

    __tablename__ = "incident_pause"

    id: Mapped[Key]
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    whose: Mapped[str]
    reason: Mapped[str]

    __table_args__ = (Index(None, "incident_id"), {"sqlite_strict": True})


class IncidentDue(Base):
    """A time by which the user asked for the solution; only what he confirmed counts (T1-FLT-02). Never changed."""

    __tablename__ = "incident_due"

    id: Mapped[Key]
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    confirmed: Mapped[bool]
    asked_by: Mapped[str] = mapped_column(info=PERSONAL)
    reason: Mapped[str]

    __table_args__ = (Index(None, "incident_id"), {"sqlite_strict": True})


class IncidentPart(Base):
    """A part that was changed or used: name, model, quantity."""

    __tablename__ = "incident_part"

    id: Mapped[Key]
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    name: Mapped[str]
    model: Mapped[str]
    quantity: Mapped[int]
    void_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "incident_id"), {"sqlite_strict": True})


class IncidentFile(Base):
    """An attachment (photo, file), kept in the data folder under its SHA-256; `size` in bytes."""

    __tablename__ = "incident_file"

    id: Mapped[Key]
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    name: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int]
    added_at: Mapped[datetime]
    added_by: Mapped[str]
    void_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "incident_id"), {"sqlite_strict": True})


class IncidentOption(Base):
    """A value that the site chooses from: `what` it is of (类别, 等级, 客户类型), name, place in the list.

    `hours` says of a 类别 by which calendar its response is timed (全天 or 工作时间); empty for the others.
    """

    __tablename__ = "incident_option"

    id: Mapped[Key]
    what: Mapped[str]
    name: Mapped[str]
    place: Mapped[int]
    hours: Mapped[str]
    left_on: Mapped[date | None]

    __table_args__ = (UniqueConstraint("what", "name"), {"sqlite_strict": True})


class CaseReport(Base):
    """case 报告 (F06) of an incident, due after it is closed (T1-FLT-03)."""

    __tablename__ = "case_report"

    id: Mapped[Key]
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    number: Mapped[str]
    overview: Mapped[str]
    place: Mapped[str]
    direct_cause: Mapped[str]
    measures: Mapped[str]
    loss: Mapped[str]
    improvement: Mapped[str]
    owner: Mapped[str]
    improve_by: Mapped[date | None]
    informed: Mapped[str]
    written_by: Mapped[str] = mapped_column(info=PERSONAL)
    reviewed_by: Mapped[str] = mapped_column(info=PERSONAL)
    submitted_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str]

    __table_args__ = (UniqueConstraint("incident_id"), UniqueConstraint("number"), {"sqlite_strict": True})


class Problem(Base):
    """问题 (E6): the cause behind several incidents and the measure that ends it."""

    __tablename__ = "problem"

    id: Mapped[Key]
    number: Mapped[str]
    title: Mapped[str]
    system: Mapped[str]
    cause: Mapped[str]
    measure: Mapped[str]
    owner: Mapped[str]
    due_on: Mapped[date | None]
    opened_at: Mapped[datetime]
    opened_by: Mapped[str]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    conclusion: Mapped[str]

    __table_args__ = (UniqueConstraint("number"), {"sqlite_strict": True})


class EmergencyPlan(Base):
    """应急预案 (E6): what to do first when a system fails, and whom to call."""

    __tablename__ = "emergency_plan"

    id: Mapped[Key]
    name: Mapped[str]
    system: Mapped[str]
    steps: Mapped[str]
    contacts: Mapped[str]
    left_on: Mapped[date | None]

    __table_args__ = (UniqueConstraint("name"), {"sqlite_strict": True})


class ZeroReport(Base):
    """零报告: an engineer says that there was no incident on the day, where the site asks for it (T3-05)."""

    __tablename__ = "zero_report"

    id: Mapped[Key]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    day: Mapped[date]
    at: Mapped[datetime]
    by: Mapped[str]

    __table_args__ = (UniqueConstraint("staff_id", "day"), {"sqlite_strict": True})


class ImportMap(Base):
    """Which column of a foreign file is which of our fields: made once for these headings, remembered (JSON)."""

    __tablename__ = "import_map"

    id: Mapped[Key]
    what: Mapped[str]
    headings: Mapped[str]
    body: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]

    __table_args__ = (UniqueConstraint("what", "headings"), {"sqlite_strict": True})


class SavedFilter(Base):
    """A question that somebody asks often of a list: its name, the words and filters as JSON, whose it is."""

    __tablename__ = "saved_filter"

    id: Mapped[Key]
    page: Mapped[str]
    name: Mapped[str]
    asked: Mapped[str]
    by: Mapped[str]

    __table_args__ = (UniqueConstraint("page", "by", "name"), {"sqlite_strict": True})


INDEX_TABLE = "incident_text"
INDEX_DDL = f"CREATE VIRTUAL TABLE {INDEX_TABLE} USING fts5(words, tokenize = 'unicode61 remove_diacritics 0')"
"""The full-text index, a row for each incident, one token for each character; `services.incident_text` fills it."""
event.listen(Incident.__table__, "after_create", DDL(INDEX_DDL))  # type: ignore[no-untyped-call]  # SQLAlchemy's
