"""Who owes what on which day: by roster, else by calendar and contract (T1-ATT-01, T2-ATT-01, T3-02)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Row, or_, select
from sqlalchemy.orm import aliased

from opsdesk.models import Contract, ContractTerm, Leave, LeaveSlip, Post, RosterEntry, Shift, SiteHours, Staff, Vendor
from opsdesk.rules.calendar import Calendar, days
from opsdesk.rules.clause import Regulations
from opsdesk.rules.facts import Duty, Span, Terms
from opsdesk.rules.vocabulary import Topic
from opsdesk.services import calendars
from opsdesk.services.shifts import Minutes, parse_pairs, spans

NO_CONTRACT = Terms("T3", "T2")
"""Without a contract the client's hours (T3-02), the code for on-site staff (T2) and the response times of T1 hold."""
STANDARD = "标准班"
CUSTOMARY = "08:30-17:30"
"""Hours of a site that has not said its own."""
COVERS = "顶岗"
STRANGER = "其他单位人员"
"""Stands for a deputy of another vendor: no vendor reads the names of another's people."""


@dataclass(frozen=True)
class Person:
    """A member of staff as lists show him; `vendor` and `post` are names."""

    id: int
    staff_no: str
    name: str
    initials: str
    pin: str | None
    badge_no: str | None
    vendor_id: int
    vendor: str
    post: str
    arrived_on: date
    left_on: date | None
    reserve: bool

    def on_site(self, day: date) -> bool:
        """True from the day of arrival to the day of leaving, both included."""
        return self.there_in(day, day)

    def there_in(self, first: date, last: date) -> bool:
        """True where he is on site on any of these days."""
        return self.arrived_on <= last and (self.left_on is None or first <= self.left_on)


@dataclass(frozen=True)
class Absence:
    """An approved absence as planned time is freed by it; `cover` names who takes over (顶岗人), of the same vendor."""

    id: int
    kind: str
    span: Span
    reason: str
    cover: str = ""


@dataclass(frozen=True)
class Cover:
    """A stand-by's duty to take over for `person` while his absence lasts (T2-RSV-02)."""

    span: Span
    person: Person


@dataclass(frozen=True)
class _Term:
    begins: date
    ends: date | None
    topic: str
    regulation: str
    holds_from: date


def people(connection: Connection, *, ids: Collection[int] | None = None) -> list[Person]:
    """Staff by vendor and number, those who have left included."""
    query = (
        select(
            Staff.id, Staff.staff_no, Staff.name, Staff.initials, Staff.pin, Staff.badge_no, Staff.vendor_id,
            Vendor.short_name.label("vendor"), Post.name.label("post"), Staff.arrived_on, Staff.left_on, Staff.reserve,
        )
        .join(Vendor, Vendor.id == Staff.vendor_id)
        .join(Post, Post.id == Staff.post_id, isouter=True)
        .order_by(Vendor.code, Staff.staff_no)
    )  # fmt: skip
    if ids is not None:
        query = query.where(Staff.id.in_(ids))
    return [Person(**{**row, "post": row["post"] or ""}) for row in connection.execute(query).mappings()]


@dataclass(frozen=True)
class Plan:
    """Everything needed to say who is due between two days, read once."""

    regulations: Regulations
    calendar: Calendar
    site_hours: Sequence[tuple[date, Minutes]]
    shifts: Mapping[int, tuple[str, Minutes]]
    roster: Mapping[tuple[int, date], int | None]
    terms: Mapping[int, Sequence[_Term]]
    absences: Mapping[int, Sequence[Absence]]
    covers: Mapping[int, Sequence[Cover]] = field(default_factory=dict)

    @cached_property
    def _hours(self) -> dict[tuple[str, date], Minutes]:
        return {}

    @cached_property
    def _known(self) -> dict[tuple[str, Minutes, date], Duty]:
        return {}

    @cached_property
    def _terms(self) -> dict[tuple[int, date], Terms]:
        return {}

    def terms_on(self, vendor_id: int, day: date) -> Terms:
        """By which regulations the vendor's contract works on `day`."""
        if (vendor_id, day) not in self._terms:
            self._terms[vendor_id, day] = self._terms_on(vendor_id, day)
        return self._terms[vendor_id, day]

    def reports_on(self, vendor_id: int, day: date) -> str:
        """The regulation by which the vendor's contract wants reports on `day`; empty where it wants none."""
        chosen = self._chosen(vendor_id, day)
        return chosen[Topic.REPORTS][2] if Topic.REPORTS in chosen else ""

    def _chosen(self, vendor_id: int, day: date) -> dict[str, tuple[date, date, str]]:
        """What the vendor's contracts name by topic on `day`, of several the latest."""
        chosen: dict[str, tuple[date, date, str]] = {}
        for term in self.terms.get(vendor_id, ()):
            if term.begins <= day and (term.ends is None or day <= term.ends) and term.holds_from <= day:
                rank = (term.begins, term.holds_from, term.regulation)
                chosen[term.topic] = max(chosen.get(term.topic, rank), rank)
        return chosen

    def _terms_on(self, vendor_id: int, day: date) -> Terms:
        chosen = self._chosen(vendor_id, day)
        hours = chosen[Topic.HOURS][2] if Topic.HOURS in chosen else NO_CONTRACT.hours
        penalties = chosen[Topic.PENALTIES][2] if Topic.PENALTIES in chosen else NO_CONTRACT.penalties
        response = (chosen[Topic.RESPONSE][2] if Topic.RESPONSE in chosen else "") or NO_CONTRACT.response
        return Terms(hours, penalties, response)

    def hours_on(self, regulation: str, day: date) -> Minutes:
        """Working hours of a regulation on `day`; the site's own where the regulation leaves them to the client."""
        key = (regulation, day)
        if key not in self._hours:
            held = self.regulations.on(day).part("attendance.hours", regulation)
            self._hours[key] = parse_pairs(held.text("hours.pairs")) if held else self._own_hours(day)
        return self._hours[key]

    def _own_hours(self, day: date) -> Minutes:
        known = [pairs for holds_from, pairs in self.site_hours if holds_from <= day]
        return known[-1] if known else parse_pairs(CUSTOMARY)

    def open_hours(self, day: date) -> Span | None:
        """The site's own working day from morning to evening, noon break included; None on days of rest."""
        if not self.calendar.works(day):
            return None
        pairs = spans(day, self.hours_on("", day))
        return Span(pairs[0].begins, pairs[-1].ends)

    def duty(self, person: Person, day: date) -> Duty | None:
        """What the person owes on `day`; None on rest days, before arrival, after leaving, and for stand-by staff."""
        if not person.on_site(day):
            return None
        if (person.id, day) in self.roster:
            shift_id = self.roster[person.id, day]
            if shift_id is None:
                return None
            name, pairs = self.shifts[shift_id]
        elif person.reserve:
            duty = self._cover_duty(person, day, frozenset())
            return self._freed(person, duty) if duty else None
        elif not self.calendar.works(day):
            return None
        else:
            name, pairs = STANDARD, self.hours_on(self.terms_on(person.vendor_id, day).hours, day)
        key = (name, pairs, day)
        if key not in self._known:
            self._known[key] = Duty(day, name, spans(day, pairs))
        return self._freed(person, self._known[key])

    def _freed(self, person: Person, duty: Duty) -> Duty:
        """The duty with the person's own approved absences that touch it."""
        absences = self.absences.get(person.id, ())
        approved = tuple(
            each.span for each in absences if each.span.begins < duty.ends and each.span.ends > duty.begins
        )
        return replace(duty, approved=approved) if approved else duty

    def _waits(self, person: Person, day: date) -> bool:
        """True of a stand-by on site whose day the roster says nothing about: he owes only what he takes over."""
        return person.reserve and person.on_site(day) and (person.id, day) not in self.roster

    def _cover_duty(self, person: Person, day: date, asked: frozenset[int]) -> Duty | None:
        """What a waiting stand-by owes because he takes over: the planned time of all others that he stands in for."""
        parts = self._taken_over(person, day, asked)
        pairs = _joined([pair for _, own in parts for pair in own])
        names = "、".join(dict.fromkeys(each.name for each, _ in parts if each.vendor_id == person.vendor_id))
        return Duty(day, f"{COVERS}（{names}）" if names else COVERS, pairs) if pairs else None

    def _taken_over(self, person: Person, day: date, asked: frozenset[int]) -> list[tuple[Person, tuple[Span, ...]]]:
        """Whom a waiting stand-by takes over from and the planned time that each absence frees.

        A stand-by may cover another who covers; `asked` are those on the way here, so that a ring of them ends.
        """
        found = []
        asked = asked | {person.id}
        for cover in self.covers.get(person.id, ()):
            other = cover.person
            if other.id in asked:
                continue
            theirs = self._cover_duty(other, day, asked) if self._waits(other, day) else self.duty(other, day)
            cut = (
                Span(max(pair.begins, cover.span.begins), min(pair.ends, cover.span.ends))
                for pair in (theirs.pairs if theirs else ())
            )
            if pairs := tuple(span for span in cut if span.begins < span.ends):
                found.append((other, pairs))
        return found

    def stood_in_for(self, person: Person, day: date) -> tuple[Person, ...]:
        """Those whose own planned time a stand-by owes on `day`, also by way of other stand-bys; empty for others."""
        return tuple(dict.fromkeys(self._stood_in_for(person, day, frozenset())))

    def _stood_in_for(self, person: Person, day: date, asked: frozenset[int]) -> Iterator[Person]:
        if not self._waits(person, day):
            return
        for other, _ in self._taken_over(person, day, asked):
            if self._waits(other, day):
                yield from self._stood_in_for(other, day, asked | {person.id})
            else:
                yield other

    def duties(self, person: Person, first: date, last: date) -> list[Duty]:
        """The person's duties from `first` to `last`, in order of time."""
        return [duty for day in days(first, last) if (duty := self.duty(person, day))]

    def absence_on(self, person_id: int, duty: Duty) -> Absence | None:
        """The first approved absence that touches the duty."""
        for absence in self.absences.get(person_id, ()):
            if absence.span.begins < duty.ends and absence.span.ends > duty.begins:
                return absence
        return None


def _joined(pairs: Collection[Span]) -> tuple[Span, ...]:
    """These spans in order, those that touch or overlap as one."""
    joined: list[Span] = []
    for pair in sorted(pairs):
        if joined and pair.begins <= joined[-1].ends:
            joined[-1] = Span(joined[-1].begins, max(joined[-1].ends, pair.ends))
        else:
            joined.append(pair)
    return tuple(joined)


def _covered(away: Collection[Row[*tuple[Any, ...]]], ids: Collection[int] | None) -> set[int]:
    """Everybody covered by one of `ids` (None: by anybody), or by a stand-by whom one of them covers."""
    if ids is None:
        return {row.staff_id for row in away if row.deputy_id is not None}
    found: set[int] = set()
    while more := {row.staff_id for row in away if row.deputy_id in {*ids, *found}} - found:
        found |= more
    return found


def load(
    connection: Connection, regulations: Regulations, first: date, last: date, ids: Collection[int] | None = None
) -> Plan:
    """Read the plan for `first` to `last`, a day more on either side for overnight shifts; `ids` narrows to staff."""
    since, until = first - timedelta(days=1), last + timedelta(days=1)
    ends, begins = datetime.combine(until + timedelta(days=2), time()), datetime.combine(since, time())
    deputy = aliased(Staff)
    absent = (
        select(
            Leave.id, Leave.staff_id, Leave.kind, Leave.begins_at, Leave.ends_at, Leave.reason,
            LeaveSlip.deputy_id, deputy.name.label("deputy"), (deputy.vendor_id != Staff.vendor_id).label("strange"),
        )
        .join(Staff, Staff.id == Leave.staff_id)
        .join(LeaveSlip, LeaveSlip.leave_id == Leave.id, isouter=True)
        .join(deputy, deputy.id == LeaveSlip.deputy_id, isouter=True)
        .where(Leave.withdrawn_at.is_(None), Leave.begins_at < ends, Leave.ends_at > begins)
        .order_by(Leave.begins_at)
    )  # fmt: skip
    away = connection.execute(absent).all()
    covered = _covered(away, ids)
    roster = select(RosterEntry.staff_id, RosterEntry.day, RosterEntry.shift_id).where(
        RosterEntry.day.between(since, until)
    )
    if ids is not None:
        roster = roster.where(RosterEntry.staff_id.in_({*ids, *covered}))
    terms: dict[int, list[_Term]] = defaultdict(list)
    for row in connection.execute(
        select(
            Contract.vendor_id, Contract.begins_on, Contract.ends_on, ContractTerm.topic, ContractTerm.regulation,
            ContractTerm.holds_from,
        )
        .join(ContractTerm, ContractTerm.contract_id == Contract.id)
        .where(Contract.begins_on <= until, or_(Contract.ends_on.is_(None), Contract.ends_on >= since))
    ):  # fmt: skip
        terms[row.vendor_id].append(_Term(row.begins_on, row.ends_on, row.topic, row.regulation, row.holds_from))
    absences: dict[int, list[Absence]] = defaultdict(list)
    covers: dict[int, list[Cover]] = defaultdict(list)
    those = {person.id: person for person in people(connection, ids=covered)} if covered else {}
    for gone in away:
        span = Span(gone.begins_at, gone.ends_at)
        told = STRANGER if gone.strange else gone.deputy or ""
        absences[gone.staff_id].append(Absence(gone.id, gone.kind, span, gone.reason, told))
        if gone.staff_id in those and gone.deputy_id is not None:
            covers[gone.deputy_id].append(Cover(span, those[gone.staff_id]))
    own_hours = select(SiteHours.holds_from, SiteHours.pairs).order_by(SiteHours.holds_from)
    return Plan(
        regulations=regulations,
        calendar=calendars.load(connection),
        site_hours=[(row.holds_from, parse_pairs(row.pairs)) for row in connection.execute(own_hours)],
        shifts={
            row.id: (row.name, parse_pairs(row.pairs))
            for row in connection.execute(select(Shift.id, Shift.name, Shift.pairs))
        },
        roster={(row.staff_id, row.day): row.shift_id for row in connection.execute(roster)},
        terms=terms,
        absences=absences,
        covers=covers,
    )
