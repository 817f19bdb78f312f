"""Deadlines of a visit at the user's (派单): installation, contact, arrival, renewal, and the points they cost.

Clauses: E19-12 … E19-19, E19-24 … E19-26. A clause with a figure left blank is off (G8): neither deadline nor points.
Points are proposals; a human decides. Everything here is pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from opsdesk.rules.clause import Citation, Held, Law
from opsdesk.rules.sla import IncidentFacts, Reading, read_clock, read_moment
from opsdesk.rules.vocabulary import DISPATCHED, ClockState, IncidentKind

CONTACT, ARRIVAL, INSTALLED, APPOINTED = "联系用户", "到达", "完成报装", "按约完成"
MINUTE = 60


@dataclass(frozen=True)
class Points:
    """Points that a clause proposes to take off, with the sentence that says why."""

    points: int
    citation: Citation
    because: str


@dataclass(frozen=True)
class VisitFacts:
    """What was found of a visit: items of dress, badge and tools that were missing; whose delay; who was told when.

    `unsolved_at` is when he saw that he could not solve it, `technician_at` and `service_at` when the technical side
    and customer service were told; `tell_back_by` ends the shift before which the result is told back. `delayed` and
    `complained` are what a human has confirmed.
    """

    missing: tuple[str, ...] = ()
    delayed: bool = False
    complained: bool = False
    unsolved_at: datetime | None = None
    technician_at: datetime | None = None
    service_at: datetime | None = None
    told_back_at: datetime | None = None
    tell_back_by: datetime | None = None


def install_due(dispatched: datetime, held: Held) -> datetime:
    """By when an installation has to be done (E19-12): days without the first, to 24:00 of the last; or by hours."""
    days = held.number("install.days")
    if held.text("install.count") == "hours":
        return dispatched + timedelta(hours=24 * days)
    last = dispatched.date() + timedelta(days=days)
    return datetime.combine(last, time(23, 59, 59))


def clocks(facts: IncidentFacts, law: Law, regulation: str, now: datetime) -> list[Reading]:
    """Every clock of a visit that the regulation sets, in the course of a visit."""
    if facts.kind not in DISPATCHED or facts.accepted is None:
        return []
    return [reading for reading in _clocks(facts, law, regulation, now) if reading is not None]


def _clocks(facts: IncidentFacts, law: Law, regulation: str, now: datetime) -> Iterable[Reading | None]:
    renewal = facts.kind is IncidentKind.RENEWAL
    contact = law.part("dispatch.renewal" if renewal else "response.contact", regulation)
    if contact is not None:
        minutes = contact.number("renewal.contact_min" if renewal else "visit.contact_min")
        yield _by_minutes(CONTACT, contact, minutes, facts.contacted, facts, now)
    appointment = law.part("dispatch.appointment", regulation)
    if facts.appointed is not None and appointment is not None:
        yield _by_moment(ARRIVAL, appointment, facts.appointed, None, facts.arrived, facts, now)
    elif contact is not None and not renewal:
        yield _by_minutes(ARRIVAL, contact, contact.number("visit.arrive_min"), facts.arrived, facts, now)
    install = law.part("dispatch.install", regulation)
    if facts.kind is IncidentKind.INSTALL and install is not None and facts.accepted is not None:
        yield _by_moment(INSTALLED, install, install_due(facts.accepted, install), None, facts.resolved, facts, now)
        if facts.due is not None:
            yield _by_moment(APPOINTED, install, facts.due, facts.asked, facts.resolved, facts, now)


def _by_minutes(
    name: str, held: Held, minutes: int, done: datetime | None, facts: IncidentFacts, now: datetime
) -> Reading | None:
    if facts.accepted is None or (done is None and facts.resolved is not None):
        return None  # it was done, and nobody wrote down when
    return read_clock(name, held, limit=minutes * MINUTE, begins=facts.accepted, done=done, facts=facts, now=now)


def _by_moment(
    name: str,
    held: Held,
    due: datetime,
    asked: datetime | None,
    done: datetime | None,
    facts: IncidentFacts,
    now: datetime,
) -> Reading | None:
    if done is None and facts.resolved is not None:
        return None
    return read_moment(name, held, due=due, asked=asked, done=done, facts=facts, now=now)


def points(
    facts: IncidentFacts, visit: VisitFacts, readings: Sequence[Reading], law: Law, regulation: str
) -> list[Points]:
    """What the clauses propose to take off for this visit, in the order of the regulation."""
    if facts.kind not in DISPATCHED:
        return []
    late = {reading.name: reading for reading in readings if reading.state is ClockState.BREACHED}
    found: list[Points] = []
    if held := law.part("dispatch.install", regulation):
        over = [late[name] for name in (INSTALLED, APPOINTED) if name in late]
        found += _charged(held, "install", over)
    if facts.kind is not IncidentKind.RENEWAL and (held := law.part("dispatch.visit_points", regulation)):
        found += _charged(held, "visit", [late[name] for name in (CONTACT, ARRIVAL) if name in late])
    if visit.delayed and (held := law.part("dispatch.tech_delay", regulation)):
        found.append(Points(held.number("tech_delay.points"), held.cite(), "没有及时联系技术人员，使排障延误。"))
    if facts.kind is IncidentKind.RENEWAL and visit.complained and (held := law.part("dispatch.renewal", regulation)):
        found.append(Points(held.number("renewal.points"), held.cite(), "续费上门失约，引起客户投诉。"))
    if visit.missing and (held := law.part("dispatch.visit_check", regulation)):
        times = len(visit.missing) if held.text("visit_check.count") == "item" else 1
        because = f"上门检查不符：{'、'.join(visit.missing)}，按{held.word('visit_check.count')}。"
        found.append(Points(times * held.number("visit_check.points"), held.cite(), because))
    return found


def _charged(held: Held, what: str, late: Sequence[Reading]) -> list[Points]:
    """Points for deadlines missed: once a visit, or each, as the clause is read."""
    if not late:
        return []
    each = held.number(f"{what}.points")
    times = len(late) if held.text(f"{what}.twice") == "each" else 1
    said = "；".join(reading.sentence.split("。")[0] for reading in late)
    return [Points(times * each, held.cite(), f"{said}，按{held.word(f'{what}.twice')}。")]


@dataclass(frozen=True)
class Step:
    """A step of the escalation chain that is due: who has to be told, since when, by which clause."""

    sentence: str
    since: datetime
    citation: Citation


def escalation(facts: IncidentFacts, law: Law, regulation: str, now: datetime) -> list[Step]:
    """Who has to be told when nobody has called the user (E19-15, 16): only said, nobody is fined by the program."""
    first = law.part("dispatch.escalate", regulation)
    reached = facts.contacted is not None or facts.arrived is not None
    if facts.kind not in DISPATCHED or facts.accepted is None or reached or first is None:
        return []
    silent = facts.accepted + timedelta(minutes=first.number("escalate.silent_min"))
    tell_by = silent + timedelta(minutes=first.number("escalate.notify_min"))
    steps = []
    if now > silent and facts.resolved is None:
        said = f"{silent:%H:%M} 前没有联系用户，请客服在 {tell_by:%H:%M} 前报告运营部经理。"
        steps.append(Step(said, silent, first.cite()))
    joint = law.part("dispatch.joint", regulation)
    if steps and joint is not None:
        still = tell_by + timedelta(minutes=joint.number("escalate.still_min"))
        if now > still:
            said = "报告以后仍没有联系上用户：运维人员、站长、经理、客服人员、运营部经理，"
            steps.append(Step(f"{said}{joint.word('escalate.joint')}。", still, joint.cite()))
    return steps


def told(facts: IncidentFacts, visit: VisitFacts, law: Law, regulation: str, now: datetime) -> list[Step]:
    """What has to be told and is not: an unsolved repair to technicians and service (E19-26), the result (E19-25)."""
    found = []
    held = law.part("dispatch.tech_feedback", regulation)
    if held is not None and facts.kind is IncidentKind.REPAIR and visit.unsolved_at is not None:
        due = visit.unsolved_at + timedelta(minutes=held.number("tech_feedback.min"))
        for who, at in (("技术人员", visit.technician_at), ("客服", visit.service_at)):
            if (at or now) > due:
                found.append(Step(f"未能解决的报修没有在 {due:%H:%M} 前告知{who}。", due, held.cite()))
    back = law.part("dispatch.told_back", regulation)
    by = visit.tell_back_by
    done = facts.kind in DISPATCHED and facts.resolved is not None
    if back is not None and done and by is not None and (visit.told_back_at or now) > by:
        found.append(Step(f"解决以后没有在 {by:%m-%d %H:%M} 前反馈结果。", by, back.cite()))
    return found
