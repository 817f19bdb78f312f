"""What a decided score suggests: rewards, training, penalties, replacement; proposed once, decided by a human."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, Connection, select

from opsdesk.models import Appraisal, AppraisalScheme, AppraisalSheet, Measure
from opsdesk.rules import measures as rules
from opsdesk.rules import payment
from opsdesk.rules.clause import Law
from opsdesk.rules.measures import MeasureKind, Result, Suggestion, Taken
from opsdesk.rules.scoring import ObjectKind
from opsdesk.services import appraisal_record, measures
from opsdesk.services.appraisal import Scored
from opsdesk.services.appraisal_schemes import POINTS
from opsdesk.services.appraisal_subjects import Subject
from opsdesk.services.context import Context
from opsdesk.services.measures import MeasureState
from opsdesk.services.transaction import Transaction

WINDOW, TOTAL = "measure.window", "measure.total"


def suggest(tx: Transaction, ctx: Context, sheet_id: int, scored: Scored) -> None:
    """Propose what follows from a sheet just decided; what was proposed before of the same step is not again."""
    query = (
        select(AppraisalScheme.regulation, Appraisal.ends_on)
        .join(Appraisal, Appraisal.scheme_id == AppraisalScheme.id)
        .join(AppraisalSheet, AppraisalSheet.appraisal_id == Appraisal.id)
        .where(AppraisalSheet.id == sheet_id)
    )
    row = tx.connection.execute(query).one()
    law, subject = ctx.law_on(row.ends_on), scored.subject
    result = Result(scored.score, scored.grade, subject.kind, ctx.today())
    found = rules.by_score(result, _taken(tx.connection, subject), law, row.regulation)
    found += _limits(tx.connection, scored, law, row.regulation)
    for each in found:
        measures.propose(
            tx,
            sheet_id=sheet_id,
            vendor_id=subject.vendor_id,
            staff_id=subject.staff_id,
            kind=str(each.kind),
            step=each.step,
            sentence=each.sentence,
            citations=each.citations,
            now=ctx.now(),
        )


def _of(subject: Subject) -> ColumnElement[bool]:
    if subject.staff_id is not None:
        return Measure.staff_id == subject.staff_id
    return (Measure.vendor_id == subject.vendor_id) & Measure.staff_id.is_(None)


def _taken(connection: Connection, subject: Subject) -> list[Taken]:
    """Measures on the same appraisee that the supervisor has followed."""
    query = select(Measure.kind, Measure.step, Measure.decided_at).where(
        _of(subject), Measure.state == str(MeasureState.ACCEPTED)
    )
    return [Taken(MeasureKind(row.kind), row.step, row.decided_at.date()) for row in connection.execute(query)]


def _limits(connection: Connection, scored: Scored, law: Law, regulation: str) -> list[Suggestion]:
    """Whether points lost over the months reach a limit of the regulation, or no point is left (E19-21 to E19-23)."""
    if scored.subject.kind is not ObjectKind.PERSON:
        return []
    offs = _points_off(connection, scored.subject, regulation)
    reached = (
        payment.within_appraisals(offs, law.part(WINDOW, regulation)),
        payment.within_months(offs, law.part(TOTAL, regulation)),
        payment.used_up(scored.score, law.part(POINTS, regulation)),
    )
    found = [rules.replacement(each) for each in reached if each is not None]
    return found[:1]


def _points_off(connection: Connection, subject: Subject, regulation: str) -> list[tuple[date, Decimal]]:
    """Points that the person lost in each decided appraisal by this regulation, with the last day of its period."""
    query = (
        select(AppraisalSheet.frozen, Appraisal.ends_on)
        .join(Appraisal, Appraisal.id == AppraisalSheet.appraisal_id)
        .join(AppraisalScheme, AppraisalScheme.id == Appraisal.scheme_id)
        .where(
            AppraisalSheet.staff_id == subject.staff_id,
            AppraisalSheet.decided_at.is_not(None),
            AppraisalSheet.void_at.is_(None),
            Appraisal.void_at.is_(None),
            AppraisalScheme.regulation == regulation,
        )
    )
    return [
        (
            row.ends_on,
            -sum(
                (
                    line.counted
                    for item in appraisal_record.thawed(row.frozen)
                    for line in item.lines
                    if line.counted < 0
                ),
                Decimal(0),
            ),
        )
        for row in connection.execute(query)
    ]
