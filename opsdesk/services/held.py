"""What the record holds about one person, register by register (个人信息保护法 45: whoever asks gets a copy)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from opsdesk.models import Base, Loan, LoanItem, PermitPerson, Staff, Visit, VisitItem, Visitor
from opsdesk.services import history
from opsdesk.services.context import Context
from opsdesk.services.history import Link

STAFF, GOODS, LENT = Staff.__tablename__, VisitItem.__tablename__, LoanItem.__tablename__
OF_ANOTHER = frozenset({"deputy_id"})
"""Columns that name somebody in a record about another: who stands in knows of the absence, not of its reason."""


@dataclass(frozen=True)
class Held:
    """The rows of one table that are about the person, as they stand; telephones and identity papers masked."""

    subject: str
    rows: tuple[Link, ...]


def about_staff(ctx: Context, staff_id: int) -> list[Held]:
    """The person's own row, then whatever leads to it; empty for nobody."""
    own = select(Staff.id).where(Staff.id == staff_id)
    found = [(STAFF, own)]
    for table in Base.metadata.sorted_tables:
        leading = [
            key.parent
            for key in table.foreign_keys
            if key.column.table.name == STAFF and key.parent.name not in OF_ANOTHER
        ]
        if leading:
            ids = select(table.c.id).where(or_(*(column == staff_id for column in leading)))
            found.append((table.name, ids))
    lent = select(LoanItem.id).join(Loan, Loan.id == LoanItem.loan_id).where(Loan.staff_id == staff_id)
    return _held(ctx, [*found, (GOODS, _goods(Visit.staff_id == staff_id)), (LENT, lent)])


def about_visitor(ctx: Context, name: str, unit: str) -> list[Held]:
    """What names a visitor of this name and unit, who is nobody's staff: kept for next time, permits, visits."""
    named = [
        (model.__tablename__, select(model.id).where(model.name == name, model.unit == unit))
        for model in (Visitor, PermitPerson, Visit)
    ]
    return _held(ctx, [*named, (GOODS, _goods(Visit.name == name, Visit.unit == unit))])


def _goods(*whose: ColumnElement[bool]) -> Select[Any]:
    """What was carried in and out on these visits."""
    return select(VisitItem.id).join(Visit, Visit.id == VisitItem.visit_id).where(*whose)


def _held(ctx: Context, wanted: Sequence[tuple[str, Select[Any]]]) -> list[Held]:
    found = [Held(subject, tuple(history.standing(ctx, subject, ids))) for subject, ids in wanted]
    return [each for each in found if each.rows]
