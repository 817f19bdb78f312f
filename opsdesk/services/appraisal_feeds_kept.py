"""What an appraisal keeps itself: facts entered by hand (考核事项), and the scores of the months before (T4-10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import select, true

from opsdesk.models import Appraisal, AppraisalEvent, AppraisalScheme, AppraisalSheet
from opsdesk.rules.clause import Citation, ClauseNotInForce
from opsdesk.rules.scoring import HUNDREDTH, Event, EventKind, PeriodKind, plain
from opsdesk.services.appraisal_feeds_record import Record, Share, clause, event

SOURCES = {
    EventKind.VIOLATION: "event.violation",
    EventKind.COMPLAINT: "event.complaint",
    EventKind.REPORT: "event.report",
    EventKind.SPOT: "event.spot",
    EventKind.PRAISE: "event.praise",
    EventKind.SUGGESTION: "event.suggestion",
    EventKind.OTHER: "event.other",
}
FULL = 100 * 100
"""Full points of a month, in hundredths."""


def by_hand(kind: EventKind, record: Record) -> list[Event]:
    """Facts of a kind that stand, with points of their own where somebody wrote them."""
    query = select(AppraisalEvent.__table__).where(
        AppraisalEvent.kind == str(kind),
        AppraisalEvent.day.between(record.first, record.last),
        AppraisalEvent.void_at.is_(None),
    )
    found = []
    for row in record.read(query.order_by(AppraisalEvent.day, AppraisalEvent.id)):
        whose = record.owner(row["vendor_id"], row["staff_id"])
        cited = _cited(record, row["clause"], row["day"])
        who = f"{whose.person} " if whose.person else ""
        said = f"{who}{row['day']:%m-%d} {kind}：{row['facts'].rstrip('。')}{clause(cited)}。"
        made = event(SOURCES[kind], row["day"], said, (f"appraisal_event:{row['id']}",), whose, citation=cited)
        found.append(replace(made, points=Decimal(row["points"]) if row["points"] else None))
    return found


def _cited(record: Record, key: str, day: date) -> Citation | None:
    """The clause as it held on the day; None for none, and for one that was not in force."""
    try:
        return record.regulations.on(day).held(key).cite() if key else None
    except (ClauseNotInForce, KeyError):
        return None


def monthly_scores(record: Record) -> list[Share]:
    """Scores decided for the months of the period, in hundredths of a point of the hundred that a month has.

    Only of schemes by the regulation of the scheme that asks: a month scored by two regulations is one month.
    """
    query = (
        select(AppraisalSheet.id, AppraisalSheet.vendor_id, AppraisalSheet.staff_id, AppraisalSheet.name,
               AppraisalSheet.score)
        .join(Appraisal, Appraisal.id == AppraisalSheet.appraisal_id)
        .join(AppraisalScheme, AppraisalScheme.id == Appraisal.scheme_id)
        .where(AppraisalScheme.period_kind == str(PeriodKind.MONTH), Appraisal.void_at.is_(None))
        .where(Appraisal.begins_on >= record.first, Appraisal.ends_on <= record.last)
        .where(AppraisalSheet.decided_at <= record.now, AppraisalSheet.void_at.is_(None))
        .where(AppraisalScheme.regulation == record.by if record.by else true())
        .order_by(Appraisal.begins_on, AppraisalSheet.id)
    )  # fmt: skip
    return [
        Share(row["vendor_id"], row["staff_id"], _hundredths(row["score"]), FULL, (f"sheet:{row['id']}",), row["name"])
        for row in record.read(query)
    ]


def _hundredths(score: str) -> int:
    return int(Decimal(score).quantize(HUNDREDTH, ROUND_HALF_UP) * 100)


def monthly_words(done: int, of: int) -> str:
    """How many months were scored, and the sum of their scores."""
    return f"{of // FULL} 个月的得分合计 {plain(Decimal(done) / 100)} 分，"
