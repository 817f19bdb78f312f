"""Loans, moves, media and changes as the clauses look at them, and what was missed on each by the law of its day."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.models import BackupNotice
from opsdesk.rules import lending
from opsdesk.rules.clause import Regulations
from opsdesk.rules.lending import ChangeFacts, ChangeKind, Lapse, LoanFacts, MediaFacts, MoveFacts

Row = Mapping[Any, Any]
INWARD, INSTALLED = "进", "新装"
"""A move into the room, and of a device that is new there."""
CLEAN, CLEANED = "通过", "清除后通过"
PASSED = (CLEAN, CLEANED)
"""Results of a check with which a medium may be used."""
SUCCESS = "成功"
"""With this word the result of a change begins that went well."""


def loan_facts(row: Row, *, partly: bool = False) -> LoanFacts:
    """A row of `loan`; `partly` where something has come back."""
    return LoanFacts(
        number=row["number"],
        due=row["due_on"],
        approved=row["approved_at"],
        lent=row["lent_at"],
        returned=row["returned_at"],
        vendor=row["vendor_id"] is not None,
        partly=partly,
        damage=row["damage"],
        liability=row["liability"],
        refused=row["refused_at"] is not None,
        void=row["void_at"] is not None,
    )


def of_loan(regulations: Regulations, row: Row, now: datetime) -> list[Lapse]:
    """What was missed on a loan as it stands now, by the law of the day it was lent."""
    return lending.loan_lapses(loan_facts(row), regulations.on((row["lent_at"] or row["applied_at"]).date()), now)


def move_facts(row: Row) -> MoveFacts:
    """A row of `equipment_move`."""
    return MoveFacts(
        inward=row["direction"] == INWARD,
        moved=row["moved_at"],
        approved=row["approved_at"],
        powered=row["powered"],
        new=row["reason"] == INSTALLED,
        instructions=row["instructions"],
        due=row["due_on"],
        returned=row["returned_on"],
    )


def of_move(regulations: Regulations, row: Row, now: datetime) -> list[Lapse]:
    """What was missed on a move as it stands now, by the law of its day."""
    if row["void_at"] is not None:
        return []
    return lending.move_lapses(move_facts(row), regulations.on(row["moved_at"].date()), now)


def of_media(regulations: Regulations, row: Row) -> list[Lapse]:
    """What was missed on a medium, by the law of the day it was used."""
    if row["void_at"] is not None:
        return []
    facts = MediaFacts(row["checked_at"], row["result"] in PASSED, row["approved_at"], row["used_from"])
    return lending.media_lapses(facts, regulations.on((row["used_from"] or row["filed_at"]).date()))


def told_systems(connection: Connection) -> frozenset[str]:
    """Systems of which somebody has told what to back up (E1-20)."""
    return frozenset(connection.execute(select(BackupNotice.system)).scalars())


def of_change(regulations: Regulations, row: Row, told: Collection[str]) -> list[Lapse]:
    """What was missed on a shutdown or change, by the law of the day it began; `told` as of `told_systems`."""
    if row["void_at"] is not None:
        return []
    facts = ChangeFacts(
        kind=ChangeKind(row["kind"]),
        approved=row["approved_at"],
        began=row["began_at"],
        ended=row["ended_at"],
        succeeded=row["result"].partition("：")[0] == SUCCESS,
        performed_by=row["performed_by"],
        backup_told=row["system"] in told,
    )
    return lending.change_lapses(facts, regulations.on((row["began_at"] or row["planned_from"]).date()))
