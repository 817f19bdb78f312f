"""The incident records of the demo site, written as the acts of incidents would have left them.

What has happened to the calls of a day is written that evening in one transaction; the supervisor signs them the next
workday by the program's own act, and their case reports follow.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from opsdesk import demo_calls, demo_incidents
from opsdesk import demo_people as invented
from opsdesk.demo_incidents import Call
from opsdesk.demo_living import Site
from opsdesk.models import CaseReport, Incident, IncidentAct, IncidentDue, IncidentPart, IncidentPause
from opsdesk.registers.emergency_plan import service as emergency_plan
from opsdesk.registers.incident import closing
from opsdesk.registers.incident.acts import MOMENTS, SOLVED
from opsdesk.registers.incident.service import BLANK, Course
from opsdesk.registers.problem import service as problem
from opsdesk.rules.sla import in_words
from opsdesk.rules.vocabulary import DISPATCHED, IncidentKind, IncidentState, Whose
from opsdesk.services import case_reports, incident_clocks, incident_text
from opsdesk.services.transaction import Transaction

EVENING, SIGNING = time(17, 52), time(8, 57)
NAMES = {person.number: person.name for person in invented.PEOPLE}
REACH = {"高": "全中心", "中": "{dept}及相邻科室", "低": "{dept}一人"}
Line = tuple[datetime, Course, str, str, str]
"""At, what, said, result, by."""


@dataclass(frozen=True)
class Problem:
    """A problem in hand: its id, number and title, and since when."""

    id: int
    named: str
    since: datetime


@dataclass
class Desk:
    """What lies on the supervisor's desk while time passes: records to sign, reports to come, problems by key."""

    chance: random.Random
    to_sign: list[tuple[int, Call]] = field(default_factory=list)
    to_report: list[tuple[int, Call]] = field(default_factory=list)
    late: list[tuple[int, Call]] = field(default_factory=list)
    unsettled: list[int] = field(default_factory=list)
    problems: dict[str, Problem] = field(default_factory=dict)


def register(site: Site) -> None:
    """Enter the emergency plans, as the supervisor does on the first day."""
    for name, system, steps, contacts in demo_calls.PLANS:
        site.clock.advance(seconds=40)
        values = {"name": name, "system": system, "steps": steps, "contacts": contacts}
        emergency_plan.save(site.by(site.supervisor), None, values)


def plan(site: Site, seed: int) -> None:
    """Plan every record, signature, problem and report from the first day to now."""
    desk = Desk(random.Random(f"reports {seed}"))  # noqa: S311 — invented reports, no secret
    left = demo_incidents.calls(site.plan, seed)
    for day in site.plan.workdays:
        evening = datetime.combine(day, EVENING)
        if day < site.plan.today:
            site.acts.append((datetime.combine(day, SIGNING), _signing(site, desk)))
        if evening <= site.plan.now:
            done = [call for call in left if call.settled <= evening]
            left = [call for call in left if call.settled > evening]
            site.acts.append((evening, _recording(site, desk, done)))
    _plan_problems(site, desk)
    site.acts.append((site.plan.now, _closing(site, desk, left)))


def _plan_problems(site: Site, desk: Desk) -> None:
    for key, (begins, ends) in demo_incidents.problem_days(site.plan).items():
        if begins < site.plan.today:
            site.acts.append((datetime.combine(begins, time(11, 20)), _opening(site, desk, key)))
        if ends is not None and begins < ends < site.plan.today:
            site.acts.append((datetime.combine(ends, time(16, 20)), _ending(site, desk, key)))


def _opening(site: Site, desk: Desk, key: str) -> Callable[[], None]:
    title, system, cause, measure, owner, conclusion = demo_calls.PROBLEMS[key]

    def begin() -> None:
        values = {"title": title, "system": system, "cause": cause, "measure": measure, "owner": owner}
        due_on = site.clock.now().date() + timedelta(days=45) if conclusion else site.plan.today + timedelta(days=9)
        made = problem.save(site.by(site.desk), None, {**values, "due_on": due_on}).value
        number = problem.load(site.ctx, made)["number"]
        desk.problems[key] = Problem(made, f"{number} {title}", site.clock.now())

    return begin


def _ending(site: Site, desk: Desk, key: str) -> Callable[[], None]:
    def end() -> None:
        conclusion = demo_calls.PROBLEMS[key][-1]
        problem.close(site.by(site.supervisor), desk.problems.pop(key).id, {"conclusion": conclusion})

    return end


def _recording(site: Site, desk: Desk, calls: Sequence[Call]) -> Callable[[], None]:
    def record() -> None:
        if calls:
            with site.by(site.desk).transaction("登记事件记录") as tx:
                _write(tx, site, desk, calls)

    return record


def _signing(site: Site, desk: Desk) -> Callable[[], None]:
    """Sign what was handed in, and approve the reports on what was signed the workday before."""

    def sign() -> None:
        if desk.to_sign:
            closing.sign(site.by(site.supervisor), [made for made, _ in desk.to_sign], {})
        _report(site, desk)
        desk.to_report, desk.to_sign = [*desk.to_report, *desk.to_sign], []

    return sign


def _closing(site: Site, desk: Desk, calls: Sequence[Call]) -> Callable[[], None]:
    """Write what is still open now, and read the clocks of everything that is not signed."""

    def close() -> None:
        with site.by(site.desk).transaction("登记事件记录") as tx:
            _write(tx, site, desk, calls)
            ids = [*desk.unsettled, *(made for made, _ in desk.to_sign)]
            incident_clocks.settle(tx, site.by(site.desk), ids)
            incident_text.refresh(tx.connection, ids)
        _report(site, desk, approve=False)

    return close


def _write(tx: Transaction, site: Site, desk: Desk, calls: Sequence[Call]) -> None:
    until = site.clock.now()
    rows = [_row(site, desk, call, until) for call in calls]
    ids = tx.insert_many(Incident, rows)
    course: list[dict[str, Any]] = []
    for made, call, row in zip(ids, calls, rows, strict=True):
        course += _course(site, desk, made, call, until)
        handed = row.get("handed_in_at") is not None
        (desk.to_sign.append((made, call)) if handed else desk.unsettled.append(made))
    tx.insert_many(IncidentAct, course)
    pairs = list(zip(ids, calls, strict=True))
    tx.insert_many(IncidentPause, [pause for made, call in pairs for pause in _pauses(made, call, until)])
    tx.insert_many(IncidentDue, [
        {"incident_id": made, "asked_at": _asked(call), "due_at": call.due, "confirmed": True,
         "asked_by": call.reporter, "reason": ""}
        for made, call in pairs if call.due is not None and _asked(call) <= until
    ])  # fmt: skip
    tx.insert_many(IncidentPart, [
        {"incident_id": made, "name": call.scene.part, "model": "", "quantity": 1}
        for made, call in pairs if call.scene.part and _done(call, until) <= until
    ])  # fmt: skip


def _asked(call: Call) -> datetime:
    return call.responded + timedelta(seconds=95)


def _done(call: Call, until: datetime) -> datetime:
    """When it was solved, or solved again where it has been reopened by then."""
    return call.again[1] if call.again and call.again[0] <= until else call.solved


def _state(call: Call, until: datetime) -> IncidentState:
    if call.void <= until:
        return IncidentState.VOID
    if _done(call, until) <= until:
        return IncidentState.CONFIRMED if call.confirmed <= until else IncidentState.SOLVED
    if call.wait and call.wait[0] <= until < call.wait[1]:
        return IncidentState.WAITING
    return IncidentState.WORKING if call.responded <= until else IncidentState.ACCEPTED


def _row(site: Site, desk: Desk, call: Call, until: datetime) -> dict[str, Any]:
    scene, done = call.scene, _done(call, until)
    row: dict[str, Any] = {
        **BLANK, "number": call.number, "kind": str(scene.kind), "state": str(_state(call, until)),
        "title": call.title, "symptom": scene.symptom, "reporter": call.reporter, "reporter_dept": call.dept,
        "reporter_phone": call.phone, "customer_kind": "最终用户", "source": call.source, "system": scene.system,
        "device": scene.device, "category": scene.category, "severity": scene.severity,
        "urgent": scene.severity == "高", "reach": REACH[scene.severity].format(dept=call.dept),
        "reported_at": call.accepted, "accepted_at": call.accepted, "accepted_by": site.desk.name,
    }  # fmt: skip
    if call.responded <= until:
        row |= {
            "staff_id": site.ids[call.engineer], "vendor_id": site.vendors[call.engineer[:2]],
            "responded_at": call.responded, "response_way": call.way, "diagnosis": scene.diagnosis, "plan": scene.plan,
            "arrived_at": call.responded if call.way == "现场" else None,
            "contacted_at": call.responded if scene.kind in DISPATCHED else None,
        }  # fmt: skip
    if done <= until:
        row |= {"resolved_at": done, "result": SOLVED, "root_cause": scene.cause, "lesson": scene.lesson}
        row["told_back_at"] = done if scene.kind in DISPATCHED else None
    if call.confirmed <= until:
        row |= {"rating": call.rating, "opinion": call.opinion, "confirmed_by": call.reporter}
        row["confirmed_at"] = call.confirmed
    if call.handed <= until:
        row |= {"handed_in_at": call.handed, "handed_in_by": NAMES[call.engineer]}
    if call.void <= until:
        row |= {"void_at": call.void, "void_reason": demo_calls.TWICE}
    if joined := _problem(desk, call, until):
        row["problem_id"] = joined.id
    return {**row, "reopened": int(call.again is not None and call.again[0] <= until)}


def _problem(desk: Desk, call: Call, until: datetime) -> Problem | None:
    """The problem in hand that a call belongs to, once somebody has looked at it."""
    found = desk.problems.get(call.scene.problem)
    return found if found and found.since < call.accepted and _asked(call) <= until else None


def _course(site: Site, desk: Desk, made: int, call: Call, until: datetime) -> Iterator[dict[str, Any]]:
    lines = [line for line in _lines(site, desk, call, until) if line[0] <= until]
    for at, what, said, result, by in sorted(lines, key=lambda line: line[0]):
        yield {
            "incident_id": made, "at": at, "what": str(what), "said": said, "result": result, "by": by,
            "entered_at": at, "entered_by": site.desk.name,
        }  # fmt: skip


def _lines(site: Site, desk: Desk, call: Call, until: datetime) -> Iterator[Line]:
    here = site.desk.name
    yield call.accepted, Course.ACCEPT, call.title, "", here
    yield call.void, Course.VOID, demo_calls.TWICE, "", here
    if not call.engineer:
        return
    person = NAMES[call.engineer]
    yield call.responded, Course.RESPOND, f"{call.way}响应", "", person
    if call.scene.kind in DISPATCHED:
        yield call.responded, MOMENTS["contact"][0], MOMENTS["contact"][3], "", person
        yield call.solved, MOMENTS["tell_back"][0], MOMENTS["tell_back"][3], "", person
    if call.due is not None:
        yield _asked(call), Course.DUE, f"{call.due:%Y-%m-%d %H:%M} 前完成", "", call.reporter
    if joined := _problem(desk, call, until):
        yield _asked(call), Course.JOIN_PROBLEM, joined.named, "", here
    began = call.responded
    if call.wait is not None:
        begins, ends, whose, why = call.wait
        began = ends
        yield begins, Course.WAIT, f"等待{whose.removeprefix('等待')}：{why}", "", here
        yield ends, Course.RESUME, f"等待 {in_words(int((ends - begins).total_seconds()))} 后恢复", "", here
    for place, (said, result) in enumerate(call.scene.steps, 1):
        share = (call.solved - began) * place / (len(call.scene.steps) + 1)
        yield (began + share).replace(microsecond=0), Course.STEP, said, result, person
    yield call.solved, Course.SOLVE, SOLVED, "", person
    if call.again is not None:
        reopened, solved = call.again
        yield reopened, Course.REOPEN, demo_calls.REOPENED, "", here
        again = (reopened + (solved - reopened) / 2).replace(microsecond=0)
        yield again, Course.STEP, "复查并重新处理，观察一段时间", "没有再出现", person
        yield solved, Course.SOLVE, SOLVED, "", person
    opinion = f"：{call.opinion}" if call.opinion else ""
    yield call.confirmed, Course.CONFIRM, f"{call.rating}{opinion}", "", call.reporter
    yield call.handed, Course.HAND_IN, "交运维主管", "", person


def _pauses(made: int, call: Call, until: datetime) -> Iterator[dict[str, Any]]:
    if call.wait is not None and call.wait[0] <= until:
        begins, ends, whose, why = call.wait
        yield {
            "incident_id": made, "begins_at": begins, "ends_at": ends if ends <= until else None,
            "whose": str(whose), "reason": why,
        }  # fmt: skip
    if call.again is not None and call.again[0] <= until:
        yield {
            "incident_id": made, "begins_at": call.solved, "ends_at": call.again[0], "whose": str(Whose.CLIENT),
            "reason": f"已解决，{call.again[0]:%m-%d %H:%M} 重开",
        }  # fmt: skip


def _report(site: Site, desk: Desk, *, approve: bool = True) -> None:
    """Write the case reports on what was signed before: most of them the same afternoon, a few too late or not yet."""
    written = [(made, call, True) for made, call in desk.late]
    desk.late = []
    for made, call in desk.to_report:
        luck = desk.chance.random()
        if call.scene.kind is IncidentKind.FAULT and luck < (0.94 if approve else 0.5):
            written.append((made, call, False))
        elif call.scene.kind is IncidentKind.FAULT and luck < 0.98 and approve:
            desk.late.append((made, call))
    desk.to_report = []
    if not written:
        return
    now, actor = site.clock.now(), site.supervisor
    yesterday = max(day for day in [site.plan.first, *site.plan.workdays] if day < now.date())
    with site.by(site.desk).transaction("写 case 报告") as tx:
        ids = [made for made, _, _ in written]
        query = select(Incident.__table__).where(Incident.id.in_(ids))
        known = {row["id"]: dict(row) for row in tx.connection.execute(query).mappings()}
        tx.insert_many(CaseReport, [
            {
                **case_reports.drawn(tx.connection, known[made]), "incident_id": made,
                "number": case_reports.number_for(call.number), "place": call.dept, "loss": "没有数据损失",
                "owner": NAMES[call.engineer], "improve_by": now.date() + timedelta(days=14), "informed": call.dept,
                "reviewed_by": _reviewer(call.engineer), "submitted_at": now if late else _afternoon(desk, yesterday),
                "approved_at": now if approve and not late else None,
                "approved_by": actor.name if approve and not late else "",
            }
            for made, call, late in written
        ])  # fmt: skip


def _reviewer(number: str) -> str:
    """The contact person of the engineer's company."""
    return next(name for _, name, _, vendor in invented.CONTACTS if vendor == number[:2])


def _afternoon(desk: Desk, day: date) -> datetime:
    at = datetime.combine(day, time(15)) + timedelta(minutes=desk.chance.uniform(0, 120))
    return at.replace(microsecond=0)
