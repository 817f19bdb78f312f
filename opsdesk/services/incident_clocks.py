"""How incidents stand against their deadlines: facts out of the record, judged by the contract's law of the day.

What is read from the clocks is also kept with the incident (`respond_over`, `solve_by` …), so that lists and statistics
can ask for it at any size; it follows after every act and whenever law, contract, calendar, roster or leave changes.
A closed record is read by the law as it was known when it was closed, a response by the calendar its category then had.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cache, partial
from typing import Any

from sqlalchemy import Connection, or_, select

from opsdesk.models import Amendment, ImportBatch, Incident, IncidentDue, IncidentPause, LedgerRow
from opsdesk.rules import dispatch, sla
from opsdesk.rules.calendar import month
from opsdesk.rules.clause import Clause, Held, Holding, Law, Regulations
from opsdesk.rules.dispatch import Points, Step, VisitFacts
from opsdesk.rules.facts import Span
from opsdesk.rules.sla import Asked, IncidentFacts, Pause, Reading
from opsdesk.rules.vocabulary import ClockState, IncidentKind, IncidentState, Whose
from opsdesk.services import duties, hand_in_due, incident_options, law_library, room_permits
from opsdesk.services.context import Context
from opsdesk.services.duties import Plan
from opsdesk.services.hand_in_due import DAY, FAR
from opsdesk.services.incident_options import What
from opsdesk.services.shifts import spans
from opsdesk.services.transaction import Transaction

BATCH = 500


@dataclass(frozen=True)
class Standing:
    """An incident as its clauses see it now. `hand_in` is the clause on handing its record in, of the day of work."""

    facts: IncidentFacts
    regulation: str
    law: Law
    response: Reading | None
    solution: Reading | None
    hand_in: Held | None
    visit: tuple[Reading, ...]
    points: tuple[Points, ...]
    due_steps: tuple[Step, ...]

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Every clock that runs or ran, in order."""
        return tuple(each for each in (self.response, *self.visit, self.solution) if each is not None)

    @property
    def worst(self) -> Reading | None:
        """The clock to look at: of those that run the one nearest its end; else one that was exceeded; else None."""
        running = [each for each in self.readings if each.running]
        missed = [each for each in self.readings if each.state is ClockState.BREACHED]
        return min(running, key=lambda each: each.limit - each.used, default=missed[0] if missed else None)


def standings(
    connection: Connection, regulations: Regulations, rows: Sequence[Mapping[str, Any]], now: datetime
) -> dict[int, Standing]:
    """How each of these rows of `incident` stands at `now`, by its id."""
    if not rows:
        return {}
    ids = [row["id"] for row in rows]
    pauses = pauses_of(connection, ids)
    asked = _asked_of(connection, ids)
    closed = _closed_at(connection, rows)
    known = _known_at(connection, _plan(connection, regulations, rows, now), known_once=bool(closed))
    by = _calendars_at(connection, rows, closed)
    return {
        row["id"]: _standing(
            row, known(closed.get(row["id"])), by[row["id"]], pauses.get(row["id"], ()), asked.get(row["id"], ()), now
        )
        for row in rows
    }


def as_signed(row: Mapping[str, Any], standing: Standing) -> Standing:
    """A closed record as it stood when it was closed: what was kept of its clocks then counts, not what follows now."""
    if row["state"] != IncidentState.SIGNED:
        return standing
    return replace(
        standing,
        response=sla.as_kept(standing.response, row["respond_over"]),
        solution=sla.as_kept(standing.solution, row["solve_over"]),
    )


@dataclass(frozen=True)
class Known:
    """What was known at a moment of the days' plans, and the working time by a regulation's hours, worked out once."""

    plan: Plan
    working: Callable[[str, date], tuple[Span, ...]]
    worked: Callable[[str, date, date], int]


def _known(plan: Plan) -> Known:
    @cache
    def working(regulation: str, day: date) -> tuple[Span, ...]:
        return spans(day, plan.hours_on(regulation, day)) if plan.calendar.works(day) else ()

    @cache
    def on_day(regulation: str, day: date) -> int:
        return sla.worked_on(partial(working, regulation), day)

    @cache
    def in_month(regulation: str, year: int, number: int) -> int:
        return sum(on_day(regulation, day) for day in month(year, number))

    def worked(regulation: str, first: date, before: date) -> int:
        total, day = 0, first
        while day < before:
            following = (day.replace(day=1) + FAR * DAY).replace(day=1)
            whole = day.day == 1 and following <= before
            total += in_month(regulation, day.year, day.month) if whole else on_day(regulation, day)
            day = following if whole else day + DAY
        return total

    return Known(plan, working, worked)


def _closed_at(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> dict[int, datetime]:
    """When each closed record was signed, or taken over as closed, by its id."""
    closed = [row for row in rows if row["state"] == IncidentState.SIGNED]
    imported = _imported_at(connection, closed)
    found = {row["id"]: row["signed_at"] or imported.get(row["batch_id"]) for row in closed}
    return {key: at for key, at in found.items() if at is not None}


def _imported_at(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> dict[int, datetime]:
    batches = {row["batch_id"] for row in rows} - {None}
    query = select(ImportBatch.id, ImportBatch.at).where(ImportBatch.id.in_(batches))
    return {row.id: row.at for row in connection.execute(query)} if batches else {}


def _known_at(connection: Connection, plan: Plan, *, known_once: bool) -> Callable[[datetime | None], Known]:
    """The law as it was known at a moment, None for now: without what was entered later (`domain.md` G9)."""
    query = select(Amendment.__table__).order_by(Amendment.entered_at, Amendment.id)
    entered = [dict(row) for row in connection.execute(query).mappings()] if known_once else []
    moments = [row["entered_at"] for row in entered]
    found = {len(entered): _known(plan)}

    def known(moment: datetime | None) -> Known:
        cut = len(entered) if moment is None else bisect_right(moments, moment)
        if cut not in found:
            found[cut] = _known(replace(plan, regulations=_before(plan.regulations, entered[cut:])))
        return found[cut]

    return known


def _before(regulations: Regulations, later: Sequence[Mapping[str, Any]]) -> Regulations:
    """The law without these amendments."""
    gone: dict[str, list[Holding]] = defaultdict(list)
    for row in later:
        gone[row["clause"]].append(law_library.holding(regulations.clause(row["clause"]), row))

    def before(clause: Clause) -> Clause:
        return replace(clause, holdings=tuple(each for each in clause.holdings if each not in gone[clause.key]))

    return Regulations(
        tuple(replace(each, clauses=tuple(map(before, each.clauses))) for each in regulations.regulations)
    )


def _calendars_at(
    connection: Connection, rows: Sequence[Mapping[str, Any]], closed: Mapping[int, datetime]
) -> dict[int, str]:
    """By which calendar each incident is timed: that of its category when the response was given, else of now."""
    now, imported = incident_options.hours_of(connection), _imported_at(connection, rows)
    changes = _changes_of_calendars(connection)
    found = {}
    for row in rows:
        given = row["responded_at"] or closed.get(row["id"])
        changed = changes.get(row["category"], [])
        if given is None:
            found[row["id"]] = now.get(row["category"], incident_options.ALL_HOURS)
        else:
            moment = max(given, imported.get(row["batch_id"], given))
            place = bisect_right([at for at, _ in changed], moment)
            found[row["id"]] = changed[max(0, place - 1)][1] if changed else incident_options.ALL_HOURS
    return found


def _changes_of_calendars(connection: Connection) -> dict[str, list[tuple[datetime, str]]]:
    """Since when each category has had which calendar, in order, out of the audit chain."""
    query = select(LedgerRow.at, LedgerRow.zone, LedgerRow.body).where(LedgerRow.subject == "incident_option")
    found: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for row in connection.execute(query.order_by(LedgerRow.seq)):
        body = json.loads(row.body)
        if body["what"] == What.CATEGORY:
            found[body["name"]].append((wall_time(row.at, row.zone), body["hours"]))
    return found


def wall_time(at: str, zone: str) -> datetime:
    """The moment of a link of the audit chain as the clock of the site showed it, to the second."""
    shown = datetime.fromisoformat(at).astimezone(datetime.fromisoformat(f"2000-01-01T00:00{zone}").tzinfo)
    return shown.replace(tzinfo=None, microsecond=0)


def _plan(connection: Connection, regulations: Regulations, rows: Sequence[Mapping[str, Any]], now: datetime) -> Plan:
    first = min(row["reported_at"] for row in rows).date()
    last = max([now, *(row["resolved_at"] or row["reported_at"] for row in rows)]).date()
    return duties.load(connection, regulations, first - DAY, last + FAR * DAY, ())


def pauses_of(connection: Connection, ids: Collection[int]) -> dict[int, list[Pause]]:
    """The pauses of these incidents, in order of time."""
    found: dict[int, list[Pause]] = defaultdict(list)
    query = select(
        IncidentPause.incident_id, IncidentPause.begins_at, IncidentPause.ends_at, IncidentPause.whose,
        IncidentPause.reason,
    ).where(IncidentPause.incident_id.in_(ids)).order_by(IncidentPause.begins_at, IncidentPause.id)  # fmt: skip
    for row in connection.execute(query):
        found[row.incident_id].append(Pause(row.begins_at, row.ends_at, Whose(row.whose), row.reason))
    return found


def _asked_of(connection: Connection, ids: Collection[int]) -> dict[int, list[Asked]]:
    found: dict[int, list[Asked]] = defaultdict(list)
    query = select(IncidentDue.incident_id, IncidentDue.asked_at, IncidentDue.due_at, IncidentDue.confirmed)
    for row in connection.execute(query.where(IncidentDue.incident_id.in_(ids)).order_by(IncidentDue.id)):
        found[row.incident_id].append(Asked(row.asked_at, row.due_at, row.confirmed))
    return found


def _standing(
    row: Mapping[str, Any],
    known: Known,
    calendar: str,
    pauses: Sequence[Pause],
    asked: Sequence[Asked],
    now: datetime,
) -> Standing:
    plan, begins = known.plan, row["accepted_at"] or row["reported_at"]
    law, terms = plan.regulations.on(begins.date()), plan.terms_on(row["vendor_id"] or 0, begins.date())
    in_hours = calendar == incident_options.WORKING_HOURS
    counts = sla.due_time(asked, sla.term(law, "response.solved", terms.response))
    facts = IncidentFacts(
        kind=IncidentKind(row["kind"]),
        accepted=begins,
        urgent=row["urgent"],
        responded=row["responded_at"],
        contacted=row["contacted_at"],
        arrived=row["arrived_at"],
        appointed=row["appointed_at"],
        due=row["due_at"] if not asked else counts.due if counts else None,
        asked=counts.at if counts else None,
        resolved=row["resolved_at"],
        pauses=tuple(pauses),
        working=partial(known.working, terms.hours) if in_hours else None,
        worked=partial(known.worked, terms.hours) if in_hours else None,
    )
    visit = VisitFacts(
        missing=room_permits.words(row["visit_missing"]),
        delayed=row["delayed"],
        complained=row["complained"],
        unsolved_at=row["unsolved_at"],
        technician_at=row["technician_at"],
        service_at=row["service_at"],
        told_back_at=row["told_back_at"],
        tell_back_by=row["hand_in_due_at"],
    )
    readings = tuple(dispatch.clocks(facts, law, terms.response, now))
    return Standing(
        facts=facts,
        regulation=terms.response,
        law=law,
        response=sla.response(facts, law, terms.response, now),
        solution=sla.solution(facts, law, terms.response, now),
        hand_in=plan.regulations.on((facts.resolved or begins).date()).part("incident.hand_in", "T3"),
        visit=readings,
        points=tuple(dispatch.points(facts, visit, readings, law, terms.response)),
        due_steps=(
            *dispatch.escalation(facts, law, terms.response, now),
            *dispatch.told(facts, visit, law, terms.response, now),
        ),
    )


def derived(standing: Standing, row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What is kept with the incident of how it stands."""
    facts = standing.facts
    paused = 0
    if facts.accepted is not None and facts.resolved is not None and facts.resolved > facts.accepted:
        whole = int((facts.resolved - facts.accepted).total_seconds())
        paused = whole - sla.seconds_between(
            facts.accepted, facts.resolved, replace(facts, working=None, worked=None), now
        )
    respond, solve = standing.response, standing.solution
    over = row["void_at"] is not None
    return {
        "due_at": facts.due,
        "respond_by": None if respond is None or facts.responded or over else respond.deadline,
        "respond_over": respond.over if respond is not None and facts.responded else None,
        "solve_by": None if solve is None or facts.resolved or over else solve.deadline,
        "solve_over": solve.over if solve is not None and facts.resolved else None,
        "paused_seconds": paused,
    }


def settle(tx: Transaction, ctx: Context, ids: Sequence[int]) -> None:
    """Bring what is kept of these incidents' clocks in step with their record, in the same transaction."""
    now = ctx.now()
    for begin in range(0, len(ids), BATCH):
        query = select(Incident.__table__).where(Incident.id.in_(ids[begin : begin + BATCH]))
        rows = [dict(row) for row in tx.connection.execute(query).mappings()]
        found = standings(tx.connection, ctx.regulations, rows, now)
        dues = hand_in_due.of(tx.connection, ctx.regulations, rows)
        for row in rows:
            kept = {**derived(found[row["id"]], row, now), "hand_in_due_at": dues.get(row["id"])}
            tx.update(Incident, row["id"], **kept)


def rejudge(
    tx: Transaction,
    ctx: Context,
    first: date,
    last: date,
    vendor_ids: Collection[int] | None = None,
    *,
    staff_ids: Collection[int] | None = None,
) -> None:
    """Judge the incidents again that days from `first` to `last` can touch and that are not closed.

    An earlier one is touched, too, while it is unsolved or its record may be due on those days. `vendor_ids` narrows to
    vendors, `staff_ids` to those who work on them.
    """
    begins = datetime.combine(first, time())
    query = select(Incident.id).where(
        or_(
            Incident.reported_at >= begins,
            Incident.resolved_at.is_(None),
            Incident.resolved_at >= begins - FAR * DAY,
        ),
        Incident.reported_at < datetime.combine(last + DAY, time()),
        Incident.state.not_in([str(IncidentState.SIGNED), str(IncidentState.VOID)]),
    )
    if vendor_ids is not None:
        query = query.where(Incident.vendor_id.in_(vendor_ids))
    if staff_ids is not None:
        query = query.where(Incident.staff_id.in_(staff_ids))
    settle(tx, ctx, list(tx.connection.execute(query).scalars()))
