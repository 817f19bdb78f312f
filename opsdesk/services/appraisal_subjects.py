"""Who is appraised in a period, and what each vendor's contracts pay for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, or_, select

from opsdesk.models import Contract, ContractTerm, PaymentTerm, Vendor
from opsdesk.rules.payment import Ran
from opsdesk.rules.periods import Period
from opsdesk.rules.scoring import ObjectKind
from opsdesk.rules.vocabulary import Topic
from opsdesk.services import appraisal_typed, duties


@dataclass(frozen=True)
class Subject:
    """An appraisee: a vendor, a person with his vendor and post, or a team or department by name."""

    kind: ObjectKind
    name: str
    vendor_id: int | None = None
    staff_id: int | None = None
    vendor: str = ""
    post: str = ""

    @property
    def whole(self) -> bool:
        """True of a department: all of the site's record is its own."""
        return self.kind is ObjectKind.DEPARTMENT

    @property
    def identity(self) -> tuple[str, int | None, int | None, str]:
        """What tells one appraisee from another over the periods; a person keeps his name changes."""
        named = self.name if self.vendor_id is None and self.staff_id is None else ""
        return str(self.kind), self.vendor_id, self.staff_id, named


@dataclass(frozen=True)
class PayTerm:
    """What a contract pays a quarter (分), by which mode (empty: as the regulation reads), shares of the grades.

    `begins_on` and `ends_on` (None: open) are the contract's own days.
    """

    contract: str
    project: str
    quarter_fen: int
    mode: str
    shares: tuple[tuple[str, Decimal], ...]
    begins_on: date
    ends_on: date | None

    def ran(self, period: Period) -> Ran | None:
        """The days of a period on which the contract runs; None where it runs on all of them."""
        first, last = max(self.begins_on, period.first), min(self.ends_on or period.last, period.last)
        if (first, last) == (period.first, period.last):
            return None
        return Ran(first, last, (period.last - period.first).days + 1)


def usual(connection: Connection, kind: ObjectKind, regulation: str, period: Period) -> list[Subject]:
    """Whom a scheme appraises in a period: vendors under contract, or people on site; teams are named by hand.

    A vendor is left out only where every contract of his chooses another regulation for 考核.
    """
    if kind is ObjectKind.VENDOR:
        return _vendors(connection, regulation, period)
    if kind is ObjectKind.PERSON:
        return [
            Subject(kind, person.name, person.vendor_id, person.id, person.vendor, person.post)
            for person in duties.people(connection)
            if person.there_in(period.first, period.last) and not person.reserve
        ]
    return []


def _vendors(connection: Connection, regulation: str, period: Period) -> list[Subject]:
    chosen = _chosen(connection, period)
    running = (
        select(Vendor.id, Vendor.name, Vendor.short_name)
        .join(Contract, Contract.vendor_id == Vendor.id)
        .where(Contract.begins_on <= period.last, or_(Contract.ends_on.is_(None), Contract.ends_on >= period.first))
        .group_by(Vendor.id)
        .order_by(Vendor.code)
    )
    return [
        Subject(ObjectKind.VENDOR, row.name, row.id, None, row.short_name)
        for row in connection.execute(running)
        if any(_follows(code, regulation) for code in chosen[row.id].values())
    ]


def _follows(chosen: str, regulation: str) -> bool:
    """Whether a contract that chooses this regulation, or none, is appraised by a scheme of that one, or of any."""
    return chosen in {"", regulation} or not regulation


def _chosen(connection: Connection, period: Period) -> defaultdict[int, dict[int, str]]:
    """What each vendor's contracts that ran in the period choose for 考核 at its end, by contract; empty for none."""
    terms = (
        select(ContractTerm.contract_id, ContractTerm.regulation)
        .where(ContractTerm.topic == str(Topic.APPRAISAL), ContractTerm.holds_from <= period.last)
        .order_by(ContractTerm.holds_from)
    )
    held = {row.contract_id: row.regulation or "" for row in connection.execute(terms)}
    running = select(Contract.id, Contract.vendor_id).where(
        Contract.begins_on <= period.last, or_(Contract.ends_on.is_(None), Contract.ends_on >= period.first)
    )
    found: defaultdict[int, dict[int, str]] = defaultdict(dict)
    for row in connection.execute(running):
        found[row.vendor_id][row.id] = held.get(row.id, "")
    return found


def pay_terms(connection: Connection, period: Period, regulation: str) -> dict[int, list[PayTerm]]:
    """付款约定 by vendor as they hold on the last day of the period, of contracts that ran in it.

    A contract that chooses another regulation than the scheme's is paid by what that one's scheme makes of it.
    """
    chosen = _chosen(connection, period)
    query = (
        select(
            Contract.vendor_id, Contract.number, Contract.project, Contract.begins_on, Contract.ends_on,
            PaymentTerm.__table__,
        )
        .join(Contract, Contract.id == PaymentTerm.contract_id)
        .where(PaymentTerm.holds_from <= period.last, Contract.begins_on <= period.last)
        .where(or_(Contract.ends_on.is_(None), Contract.ends_on >= period.first))
        .order_by(PaymentTerm.holds_from)
    )  # fmt: skip
    held = {row["contract_id"]: row for row in connection.execute(query).mappings()}
    found: dict[int, list[PayTerm]] = defaultdict(list)
    for row in sorted(held.values(), key=lambda each: str(each["number"])):
        if not _follows(chosen[row["vendor_id"]][row["contract_id"]], regulation):
            continue
        term = PayTerm(
            row["number"], row["project"], row["quarter_fen"], row["mode"], appraisal_typed.shares_of(row["shares"]),
            row["begins_on"], row["ends_on"],
        )  # fmt: skip
        found[row["vendor_id"]].append(term)
    return dict(found)


def without_terms(connection: Connection, period: Period) -> dict[int, list[str]]:
    """Contracts by vendor that ran in the period and of which nobody has said what they pay, by number."""
    agreed = select(PaymentTerm.contract_id).where(PaymentTerm.holds_from <= period.last)
    query = (
        select(Contract.vendor_id, Contract.number)
        .where(Contract.begins_on <= period.last, or_(Contract.ends_on.is_(None), Contract.ends_on >= period.first))
        .where(Contract.id.not_in(agreed))
    )
    found: dict[int, list[str]] = defaultdict(list)
    for row in connection.execute(query.order_by(Contract.number)):
        found[row.vendor_id].append(row.number)
    return dict(found)


def without_sheet(
    connection: Connection, kind: ObjectKind, regulation: str, period: Period, known: Iterable[Subject]
) -> list[Subject]:
    """Whom a scheme appraises in a period and who is not among those with a sheet: come since the sheets were made."""
    there = {each.identity for each in known}
    return [each for each in usual(connection, kind, regulation, period) if each.identity not in there]


def named(kind: ObjectKind, names: Sequence[str]) -> list[Subject]:
    """Teams or departments as they were named by hand."""
    return [Subject(kind, name) for name in names]
