"""考核评分 (F18): schemes with their items, what is proposed, scored and decided of whom, and what it pays.

Points, weights and rates are decimal texts (“92.5”), money is 分; nothing is ever a float.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from opsdesk.models.base import PERSONAL, Base, Key


class AppraisalScheme(Base):
    """One edition of an 考核方案: for whom, how often, by which regulation. Used once, it is frozen.

    `grades` is JSON, falling: [["90", "优"], ["75", "良"], …], the last from zero on. `grounds` are the documents that
    the scheme rests on (T4-08), `leader` and `members` the appraisal group (T4-06, T4-07), a member a line.
    """

    __tablename__ = "appraisal_scheme"

    id: Mapped[Key]
    code: Mapped[str]
    edition: Mapped[int]
    title: Mapped[str]
    period_kind: Mapped[str]
    level: Mapped[str]
    object_kind: Mapped[str]
    regulation: Mapped[str]
    grades: Mapped[str]
    grounds: Mapped[str]
    leader: Mapped[str]
    members: Mapped[str]
    begins_on: Mapped[date]
    published_on: Mapped[date | None]
    frozen_at: Mapped[datetime | None]
    ended_on: Mapped[date | None]
    remarks: Mapped[str]

    __table_args__ = (UniqueConstraint("code", "edition"), {"sqlite_strict": True})


class AppraisalItem(Base):
    """One 考核指标 of a scheme: its weight in points, its standard, and how it is scored.

    `source` names the feed of the record (“incident.within_deadline”), empty where it is scored by hand. `each` are the
    points taken off (or added, by a bonus) for one event, `cap` the most of it; `ladder` is JSON, falling:
    [["95", "1"], ["90", "0.8"]] gives a rate of 90 % eight tenths of the weight. `clause` is the clause it follows.
    """

    __tablename__ = "appraisal_item"

    id: Mapped[Key]
    scheme_id: Mapped[int] = mapped_column(ForeignKey("appraisal_scheme.id"))
    place: Mapped[int]
    category: Mapped[str]
    title: Mapped[str]
    weight: Mapped[str]
    standard: Mapped[str]
    target: Mapped[str]
    way: Mapped[str]
    source: Mapped[str]
    each: Mapped[str]
    cap: Mapped[str]
    ladder: Mapped[str]
    clause: Mapped[str]
    left_on: Mapped[date | None]

    __table_args__ = (Index(None, "scheme_id"), {"sqlite_strict": True})


class Appraisal(Base):
    """One 考核 of a period by a scheme: `period` is 2026Q1, 2026-03, 2026, or the days of a project or spot check."""

    __tablename__ = "appraisal"

    id: Mapped[Key]
    scheme_id: Mapped[int] = mapped_column(ForeignKey("appraisal_scheme.id"))
    period: Mapped[str]
    title: Mapped[str]
    begins_on: Mapped[date]
    ends_on: Mapped[date]
    leader: Mapped[str]
    members: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    void_at: Mapped[datetime | None]
    void_reason: Mapped[str]

    __table_args__ = (Index(None, "period", "scheme_id"), {"sqlite_strict": True})


class AppraisalSheet(Base):
    """One appraisee's 考核评分表: a vendor, a person, or a team or department by name.

    What was decided is frozen: `score`, `grade`, `pay` (JSON: mode, per cent, base and amount in 分, citations) and
    `frozen` (JSON: every item with its lines as decided). Then 反馈 (`talk_*`), the opinion with its day, the answer to
    an objection, hand-in (T4-03b), filing (T4-03a).
    """

    __tablename__ = "appraisal_sheet"

    id: Mapped[Key]
    appraisal_id: Mapped[int] = mapped_column(ForeignKey("appraisal.id"))
    number: Mapped[str]
    object_kind: Mapped[str]
    vendor_id: Mapped[int | None] = mapped_column(ForeignKey("vendor.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    name: Mapped[str] = mapped_column(info=PERSONAL)
    score: Mapped[str]
    grade: Mapped[str]
    pay: Mapped[str]
    frozen: Mapped[str]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str]
    talk_at: Mapped[datetime | None]
    talk: Mapped[str]
    opinion: Mapped[str]
    opinion_text: Mapped[str]
    opinion_on: Mapped[date | None]
    witness: Mapped[str]
    answer: Mapped[str]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str]
    submitted_at: Mapped[datetime | None]
    submitted_to: Mapped[str]
    filed_at: Mapped[datetime | None]
    filed_by: Mapped[str]
    void_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("number"), Index(None, "appraisal_id"), {"sqlite_strict": True})


class AppraisalMark(Base):
    """Points that somebody gave an item: the appraisee himself (自评), one of the group (小组), or as decided (核定).

    A later mark of the same scorer replaces the earlier one, which stays. Less than full points need a reason (T4-02).
    """

    __tablename__ = "appraisal_mark"

    id: Mapped[Key]
    sheet_id: Mapped[int] = mapped_column(ForeignKey("appraisal_sheet.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("appraisal_item.id"))
    scorer_kind: Mapped[str]
    scorer: Mapped[str]
    points: Mapped[str]
    reason: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    replaced_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "sheet_id", "item_id"), {"sqlite_strict": True})


class AppraisalLine(Base):
    """What became of one line that the record proposes: confirmed, changed or waived, with the reason.

    `key` tells the line among those of its item (feed and evidence), so that a decision follows it while the record
    changes elsewhere; `proposed` and `sentence` are as they stood at the decision.
    """

    __tablename__ = "appraisal_line"

    id: Mapped[Key]
    sheet_id: Mapped[int] = mapped_column(ForeignKey("appraisal_sheet.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("appraisal_item.id"))
    key: Mapped[str]
    proposed: Mapped[str]
    sentence: Mapped[str]
    state: Mapped[str]
    decided: Mapped[str]
    reason: Mapped[str]
    decided_at: Mapped[datetime]
    decided_by: Mapped[str]
    replaced_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "sheet_id"), {"sqlite_strict": True})


class AppraisalEvent(Base):
    """考核事项: a fact that no other register keeps (违规, 投诉, 表扬, 建议, 抽查 …), by hand, with what proves it."""

    __tablename__ = "appraisal_event"

    id: Mapped[Key]
    number: Mapped[str]
    kind: Mapped[str]
    day: Mapped[date]
    vendor_id: Mapped[int | None] = mapped_column(ForeignKey("vendor.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    clause: Mapped[str]
    facts: Mapped[str]
    points: Mapped[str]
    proof: Mapped[str]
    entered_at: Mapped[datetime]
    entered_by: Mapped[str]
    void_at: Mapped[datetime | None]
    void_reason: Mapped[str]

    __table_args__ = (UniqueConstraint("number"), Index(None, "day"), {"sqlite_strict": True})


class PaymentTerm(Base):
    """付款约定 of a contract from a day on: the quarter's fee and how the score decides what is paid (T1-APP-01).

    `mode` is linear, tier3 or grade4, empty where the regulation's reading holds; `shares` is JSON of per cent by grade
    for grade4: [["优", "100"], ["良", "95"], ["合格", "80"], ["不合格", "0"]].
    """

    __tablename__ = "payment_term"

    id: Mapped[Key]
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    holds_from: Mapped[date]
    quarter_fen: Mapped[int]
    mode: Mapped[str]
    shares: Mapped[str]
    remarks: Mapped[str]

    __table_args__ = (UniqueConstraint("contract_id", "holds_from"), {"sqlite_strict": True})


class Measure(Base):
    """奖惩建议: what a score or a count proposes (E8, E10, E14, E19-22), for a human to decide."""

    __tablename__ = "measure"

    id: Mapped[Key]
    number: Mapped[str]
    sheet_id: Mapped[int | None] = mapped_column(ForeignKey("appraisal_sheet.id"))
    vendor_id: Mapped[int | None] = mapped_column(ForeignKey("vendor.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    kind: Mapped[str]
    step: Mapped[str]
    citations: Mapped[str]
    sentence: Mapped[str]
    made_at: Mapped[datetime]
    state: Mapped[str]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str]
    reason: Mapped[str]

    __table_args__ = (UniqueConstraint("number"), Index(None, "staff_id"), {"sqlite_strict": True})
