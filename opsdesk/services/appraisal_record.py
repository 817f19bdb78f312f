"""Appraisals as they stand on record: sheets, marks by hand, rulings on lines; a decided sheet as it was frozen."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.models import Appraisal, AppraisalLine, AppraisalMark, AppraisalScheme, AppraisalSheet, Post, Staff, Vendor
from opsdesk.rules.clause import Citation
from opsdesk.rules.scoring import (
    Item,
    Line,
    LineState,
    ObjectKind,
    Opinion,
    PeriodKind,
    Proposal,
    Ruling,
    ScoredItem,
    ScorerKind,
    Way,
)
from opsdesk.services.appraisal_subjects import Subject


class SheetState(StrEnum):
    """How far a sheet has come; an objection that has no answer yet is a state of its own."""

    LIVE = "未建"
    SCORING = "评分中"
    DECIDED = "已核定"
    TOLD = "已反馈"
    OBJECTED = "申诉待复"
    ANSWERED = "已听取意见"
    SUBMITTED = "已提交"
    FILED = "已归档"


@dataclass(frozen=True)
class Mark:
    """Points of one scorer for one item, with his reason."""

    id: int
    scorer_kind: ScorerKind
    scorer: str
    points: Decimal
    reason: str


@dataclass(frozen=True)
class Sheet:
    """One appraisee's sheet as it is kept: its columns, marks and rulings by item."""

    id: int
    appraisal_id: int
    number: str
    subject: Subject
    row: Mapping[str, Any]
    marks: Mapping[int, tuple[Mark, ...]] = field(default_factory=dict)
    rulings: Mapping[int, Mapping[str, Ruling]] = field(default_factory=dict)

    @property
    def state(self) -> SheetState:
        """How far it has come."""
        return state_of(self.row)

    @property
    def decided(self) -> bool:
        """True once its score is frozen."""
        return self.row["decided_at"] is not None


def state_of(row: Mapping[Any, Any]) -> SheetState:
    """How far a sheet has come, by its row."""
    if row["filed_at"]:
        return SheetState.FILED
    if row["opinion"] == Opinion.OBJECT and not row["answered_at"]:
        return SheetState.OBJECTED
    if row["submitted_at"]:
        return SheetState.SUBMITTED
    if row["opinion"]:
        return SheetState.ANSWERED
    if row["talk_at"]:
        return SheetState.TOLD
    return SheetState.DECIDED if row["decided_at"] else SheetState.SCORING


@dataclass(frozen=True)
class Kept:
    """One appraisal on record with its sheets in their order."""

    id: int
    scheme_id: int
    period: str
    title: str
    begins_on: date
    ends_on: date
    leader: str
    members: str
    made_at: datetime
    sheets: tuple[Sheet, ...]


def standing(connection: Connection, period: str, scheme_ids: Collection[int]) -> Kept | None:
    """The appraisal of this period by any of these schemes that is not void; None where none was begun."""
    query = select(Appraisal.__table__).where(
        Appraisal.period == period, Appraisal.scheme_id.in_(scheme_ids), Appraisal.void_at.is_(None)
    )
    row = connection.execute(query.order_by(Appraisal.id.desc()).limit(1)).mappings().one_or_none()
    return _kept(connection, row) if row is not None else None


def by_id(connection: Connection, appraisal_id: int) -> Kept | None:
    """One appraisal; None for one that is void or not there."""
    query = select(Appraisal.__table__).where(Appraisal.id == appraisal_id, Appraisal.void_at.is_(None))
    row = connection.execute(query).mappings().one_or_none()
    return _kept(connection, row) if row is not None else None


def ending(connection: Connection, first: date, last: date) -> list[int]:
    """The appraisals on record whose last day lies in these days, in the order in which they were begun."""
    query = select(Appraisal.id).where(Appraisal.ends_on.between(first, last), Appraisal.void_at.is_(None))
    return list(connection.execute(query.order_by(Appraisal.id)).scalars())


def months_begun(connection: Connection, regulation: str, first: date, last: date) -> Counter[str]:
    """How often each month of these days was appraised by schemes of a regulation."""
    query = (
        select(Appraisal.period)
        .join(AppraisalScheme, AppraisalScheme.id == Appraisal.scheme_id)
        .where(AppraisalScheme.regulation == regulation, AppraisalScheme.period_kind == str(PeriodKind.MONTH))
        .where(Appraisal.begins_on >= first, Appraisal.ends_on <= last, Appraisal.void_at.is_(None))
    )
    return Counter(connection.execute(query).scalars())


def appraisal_of(connection: Connection, sheet_id: int) -> int | None:
    """The appraisal that a sheet belongs to; None for one that is void or not there."""
    query = (
        select(AppraisalSheet.appraisal_id)
        .join(Appraisal, Appraisal.id == AppraisalSheet.appraisal_id)
        .where(AppraisalSheet.id == sheet_id, AppraisalSheet.void_at.is_(None), Appraisal.void_at.is_(None))
    )
    return connection.execute(query).scalar_one_or_none()


@dataclass(frozen=True)
class Past:
    """A decided score of an earlier appraisal; `identity` tells whose (`Subject.identity`)."""

    period: str
    identity: tuple[str, int | None, int | None, str]
    score: Decimal
    grade: str


def scores_of(connection: Connection, scheme_ids: Collection[int], before: date) -> list[Past]:
    """Decided scores of appraisals by these editions whose period began before a day, the oldest first."""
    query = (
        select(Appraisal.period, AppraisalSheet.object_kind, AppraisalSheet.name, AppraisalSheet.vendor_id,
               AppraisalSheet.staff_id, AppraisalSheet.score, AppraisalSheet.grade)
        .join(Appraisal, Appraisal.id == AppraisalSheet.appraisal_id)
        .where(Appraisal.scheme_id.in_(scheme_ids), Appraisal.begins_on < before, Appraisal.void_at.is_(None))
        .where(AppraisalSheet.void_at.is_(None), AppraisalSheet.decided_at.is_not(None))
        .order_by(Appraisal.begins_on, AppraisalSheet.id)
    )  # fmt: skip
    return [
        Past(
            row.period,
            Subject(ObjectKind(row.object_kind), row.name, row.vendor_id, row.staff_id).identity,
            Decimal(row.score),
            row.grade,
        )
        for row in connection.execute(query)
    ]


def _kept(connection: Connection, row: Mapping[Any, Any]) -> Kept:
    keys = ("id", "scheme_id", "period", "title", "begins_on", "ends_on", "leader", "members", "made_at")
    return Kept(**{key: row[key] for key in keys}, sheets=sheets(connection, row["id"]))


def sheets(connection: Connection, appraisal_id: int) -> tuple[Sheet, ...]:
    """The sheets of an appraisal with marks and rulings; void ones are left out."""
    query = (
        select(
            AppraisalSheet.__table__,
            Vendor.short_name.label("vendor"),
            Post.name.label("post"),
        )
        .join(Vendor, Vendor.id == AppraisalSheet.vendor_id, isouter=True)
        .join(Staff, Staff.id == AppraisalSheet.staff_id, isouter=True)
        .join(Post, Post.id == Staff.post_id, isouter=True)
        .where(AppraisalSheet.appraisal_id == appraisal_id, AppraisalSheet.void_at.is_(None))
        .order_by(AppraisalSheet.id)
    )
    rows = connection.execute(query).mappings().all()
    ids = [row["id"] for row in rows]
    marks, rulings = _marks(connection, ids), _rulings(connection, ids)
    return tuple(_sheet(row, marks[row["id"]], rulings[row["id"]]) for row in rows)


def _sheet(
    row: Mapping[Any, Any], marks: Mapping[int, list[Mark]], rulings: Mapping[int, Mapping[str, Ruling]]
) -> Sheet:
    known = json.loads(row["frozen"]) if row["frozen"] else row
    subject = Subject(
        ObjectKind(row["object_kind"]),
        row["name"],
        row["vendor_id"],
        row["staff_id"],
        known["vendor"] or "",
        known["post"] or "",
    )
    given = {item: tuple(found) for item, found in marks.items()}
    return Sheet(row["id"], row["appraisal_id"], row["number"], subject, dict(row), given, rulings)


def _marks(connection: Connection, ids: Collection[int]) -> defaultdict[int, defaultdict[int, list[Mark]]]:
    query = select(AppraisalMark.__table__).where(AppraisalMark.sheet_id.in_(ids), AppraisalMark.replaced_at.is_(None))
    found: defaultdict[int, defaultdict[int, list[Mark]]] = defaultdict(lambda: defaultdict(list))
    for row in connection.execute(query.order_by(AppraisalMark.id)).mappings():
        mark = Mark(row["id"], ScorerKind(row["scorer_kind"]), row["scorer"], Decimal(row["points"]), row["reason"])
        found[row["sheet_id"]][row["item_id"]].append(mark)
    return found


def _rulings(connection: Connection, ids: Collection[int]) -> defaultdict[int, defaultdict[int, dict[str, Ruling]]]:
    query = select(AppraisalLine.__table__).where(AppraisalLine.sheet_id.in_(ids), AppraisalLine.replaced_at.is_(None))
    found: defaultdict[int, defaultdict[int, dict[str, Ruling]]] = defaultdict(lambda: defaultdict(dict))
    for row in connection.execute(query).mappings():
        ruling = Ruling(
            LineState(row["state"]), Decimal(row["decided"]), row["reason"], row["decided_by"], Decimal(row["proposed"])
        )
        found[row["sheet_id"]][row["item_id"]][row["key"]] = ruling
    return found


def frozen_text(items: Collection[ScoredItem], subject: Subject) -> str:
    """Scored items as JSON, and of whom: what papers say, whatever becomes of scheme, record, law, vendor and post."""
    facts = {"vendor": subject.vendor, "post": subject.post, "items": [_item_facts(each) for each in items]}
    return json.dumps(facts, ensure_ascii=False)


def _item_facts(scored: ScoredItem) -> dict[str, Any]:
    item = scored.item
    return {
        "id": item.id,
        "place": item.place,
        "category": item.category,
        "title": item.title,
        "weight": str(item.weight),
        "standard": item.standard,
        "target": item.target,
        "way": str(item.way),
        "source": item.source,
        "each": str(item.each),
        "cap": None if item.cap is None else str(item.cap),
        "clause": item.clause,
        "base": str(scored.base),
        "lines": [_line_facts(line) for line in scored.lines],
    }


def _line_facts(line: Line) -> dict[str, Any]:
    proposal, cited = line.proposal, line.proposal.citation
    return {
        "key": proposal.key,
        "proposed": str(proposal.points),
        "because": proposal.because,
        "evidence": list(proposal.evidence),
        "day": proposal.day.isoformat() if proposal.day else None,
        "person": proposal.person,
        "count": proposal.count,
        "citation": cited and [cited.key, cited.regulation, cited.number, cited.wording, cited.held_from.isoformat()],
        "counted": str(line.counted),
        "ruling": line.ruling and [str(line.ruling.state), str(line.ruling.points), line.ruling.reason, line.ruling.by],
    }


def thawed(text: str) -> tuple[ScoredItem, ...]:
    """The items of a decided sheet as they were frozen."""
    return tuple(_item(each) for each in json.loads(text)["items"])


def _item(facts: Mapping[str, Any]) -> ScoredItem:
    item = Item(
        id=facts["id"],
        place=facts["place"],
        category=facts["category"],
        title=facts["title"],
        weight=Decimal(facts["weight"]),
        standard=facts["standard"],
        target=facts["target"],
        way=Way(facts["way"]),
        source=facts["source"],
        each=Decimal(facts["each"]),
        cap=None if facts["cap"] is None else Decimal(facts["cap"]),
        clause=facts["clause"],
    )
    return ScoredItem(item, Decimal(facts["base"]), tuple(_line(each) for each in facts["lines"]))


def _line(facts: Mapping[str, Any]) -> Line:
    cited, ruled = facts["citation"], facts["ruling"]
    proposal = Proposal(
        facts["key"],
        Decimal(facts["proposed"]),
        facts["because"],
        tuple(facts["evidence"]),
        Citation(cited[0], cited[1], cited[2], cited[3], date.fromisoformat(cited[4])) if cited else None,
        date.fromisoformat(facts["day"]) if facts["day"] else None,
        facts["person"],
        facts["count"],
    )
    ruling = Ruling(LineState(ruled[0]), Decimal(ruled[1]), ruled[2], ruled[3]) if ruled else None
    return Line(proposal, Decimal(facts["counted"]), ruling)
