"""Terms of a contract: which regulation it follows in 作息 and 考勤罚则, each from a day on; old terms stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from opsdesk.models import ContractTerm
from opsdesk.rules.clause import Regulations
from opsdesk.rules.vocabulary import Topic
from opsdesk.services.duties import NO_CONTRACT

FIELDS = {Topic.HOURS: "hours", Topic.PENALTIES: "penalties"}
"""Which field of the form speaks of which topic."""
HOURS = frozenset({"attendance.hours", "attendance.client_hours"})
PENALTIES = frozenset({"attendance.late_count"})
NO_PENALTIES = NO_CONTRACT.penalties
"""The regulation that names no penalty; shown as 不适用."""
NOT_APPLIED = "不适用"


@dataclass(frozen=True)
class Term:
    """One term as it stands."""

    id: int
    topic: Topic
    regulation: str
    holds_from: date


def offered(regulations: Regulations, parts: frozenset[str]) -> list[tuple[str, str]]:
    """Regulations that have a clause playing one of `parts`, as (code, “T1 title”)."""
    return [
        (each.code, f"{each.code} {each.title}")
        for each in regulations.regulations
        if any(clause.does in parts for clause in each.clauses)
    ]


def hours_offered(regulations: Regulations) -> list[tuple[str, str]]:
    """Regulations to choose for 作息."""
    return offered(regulations, HOURS)


def penalties_offered(regulations: Regulations) -> list[tuple[str, str]]:
    """Regulations to choose for 考勤罚则, and 不适用."""
    return [*offered(regulations, PENALTIES), (NO_PENALTIES, NOT_APPLIED)]


def shown(topic: Topic, regulation: str) -> str:
    """A term's regulation as lists show it."""
    return NOT_APPLIED if topic is Topic.PENALTIES and regulation == NO_PENALTIES else regulation


def of_contracts(connection: Connection, ids: Sequence[int]) -> Mapping[int, list[Term]]:
    """Terms of these contracts in the order they begin to hold."""
    found: dict[int, list[Term]] = {contract_id: [] for contract_id in ids}
    query = (
        select(
            ContractTerm.id,
            ContractTerm.contract_id,
            ContractTerm.topic,
            ContractTerm.regulation,
            ContractTerm.holds_from,
        )
        .where(ContractTerm.contract_id.in_(ids))
        .order_by(ContractTerm.holds_from, ContractTerm.id)
    )
    for row in connection.execute(query):
        found[row.contract_id].append(Term(row.id, Topic(row.topic), row.regulation, row.holds_from))
    return found


def in_force(terms: Sequence[Term], day: date) -> dict[Topic, str]:
    """The regulation of each topic on `day`; topics without a term are left out."""
    held: dict[Topic, str] = {}
    for term in terms:
        if term.holds_from <= day:
            held[term.topic] = term.regulation
    return held


def history(terms: Sequence[Term]) -> str:
    """Every term there ever was, one a line."""
    return "\n".join(
        f"{term.holds_from.isoformat()} 起 {term.topic} {shown(term.topic, term.regulation)}" for term in terms
    )
