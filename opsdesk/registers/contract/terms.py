"""Terms of a contract: its regulations for 作息, 考勤罚则, 响应, 报告, 考核, each from a day on; old terms stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from opsdesk.models import ContractTerm
from opsdesk.rules.clause import Clause, Regulations
from opsdesk.rules.vocabulary import Topic

FIELDS = {
    Topic.HOURS: "hours",
    Topic.PENALTIES: "penalties",
    Topic.RESPONSE: "response",
    Topic.REPORTS: "reports",
    Topic.APPRAISAL: "appraisal",
}
"""Which field of the form speaks of which topic."""
OPTIONAL = {Topic.RESPONSE: "response.", Topic.REPORTS: "reports.", Topic.APPRAISAL: "appraisal."}
"""Topics that a contract may leave open, each with how the parts begin that a regulation plays in it."""
JUDGED = frozenset({Topic.HOURS, Topic.PENALTIES, Topic.RESPONSE})
"""Topics by which days of attendance or incidents are judged."""
HOURS = frozenset({"attendance.hours", "attendance.client_hours"})
PENALTIES = frozenset({"attendance.late_count"})
NO_PENALTIES = "T3"
"""The regulation that names no penalty; shown as 不适用."""
OPEN = ""
"""What stands for an optional topic about which the contract says nothing."""
NOT_APPLIED = "不适用"
"""What lists show for no regulation; an optional topic that ends is kept under this name."""


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
        if any(clause.does in parts and _filled_in(clause) for clause in each.clauses)
    ]


def _filled_in(clause: Clause) -> bool:
    """False while every value the clause ever had is left open (待填): it has nothing to follow (G8)."""
    return any(not holding.blank and not holding.repealed for holding in clause.holdings)


def hours_offered(regulations: Regulations) -> list[tuple[str, str]]:
    """Regulations to choose for 作息."""
    return offered(regulations, HOURS)


def penalties_offered(regulations: Regulations) -> list[tuple[str, str]]:
    """Regulations to choose for 考勤罚则, and 不适用."""
    return [*offered(regulations, PENALTIES), (NO_PENALTIES, NOT_APPLIED)]


def optional_offered(regulations: Regulations, topic: Topic) -> list[tuple[str, str]]:
    """Regulations to choose for an optional topic, and 不适用."""
    begins = OPTIONAL[topic]
    parts = frozenset(
        clause.does for each in regulations.regulations for clause in each.clauses if clause.does.startswith(begins)
    )
    return [*offered(regulations, parts), (NOT_APPLIED, NOT_APPLIED)]


def shown(topic: Topic, regulation: str) -> str:
    """A term's regulation as lists show it."""
    if regulation == OPEN:
        return "未约定"
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


def standing(held: Mapping[Topic, str], topic: Topic) -> str:
    """What holds for a topic: 响应 that nobody chose is left open (T1 then holds), the others do not apply."""
    return held.get(topic, OPEN if topic is Topic.RESPONSE else NOT_APPLIED)


def history(terms: Sequence[Term]) -> str:
    """Every term there ever was, one a line."""
    return "\n".join(
        f"{term.holds_from.isoformat()} 起 {term.topic} {shown(term.topic, term.regulation)}" for term in terms
    )
