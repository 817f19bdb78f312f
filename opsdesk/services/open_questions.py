"""What a month still leaves open before it can be settled: each question with the door to its remedy."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, select

from opsdesk.models import Contract, Correction, Overtime
from opsdesk.rules.clause import Regulations
from opsdesk.rules.vocabulary import State
from opsdesk.services import coverage, duties, holiday_consents, leave_slips, settings
from opsdesk.services.overtime import WAITING
from opsdesk.services.settlement import Month, PersonMonth

CORRECTION = "补签单"


@dataclass(frozen=True)
class Question:
    """One open question: what it is about, whose and of which day, in a sentence; `door` is the register to go to."""

    kind: str
    staff_id: int | None
    name: str
    vendor: str
    day: date
    sentence: str
    door: str


def of_month(connection: Connection, regulations: Regulations, month: Month, now: datetime) -> tuple[Question, ...]:
    """Everything open in the month up to now, by day."""
    first, last = month.dates[0], min(month.dates[-1], now.date())
    people = {each.person.id: each for each in month.people}
    found = [question for each in month.people for question in _of_person(each, regulations)]
    found.extend(_slips(connection, regulations, people, first, last, now.date()))
    waiting = _waiting(connection, people, first, last)
    filed = {(each.staff_id, each.day) for each in waiting if each.kind == CORRECTION}
    ends = {str(State.NO_SIGN_OUT), str(State.NO_SIGN_IN)}
    found = [each for each in found if each.kind not in ends or (each.staff_id, each.day) not in filed]
    found.extend(waiting)
    vendors = {each.person.vendor_id: each.person.vendor for each in month.people}
    found.extend(
        Question("节假日同意", None, "", vendors[gap.vendor_id], gap.first, gap.sentence, "holiday_consent")
        for gap in holiday_consents.missing(connection, regulations, month.calendar, first, last)
        if gap.vendor_id in vendors
    )
    found.extend(_contracts(connection, people, first, last))
    found.extend(_reserves(connection, regulations, month, people, last))
    opened = max(first, settings.opened_on(connection))  # before that nobody was asked for
    if month.vendor_id is None and opened <= last:
        found.extend(
            Question("排班缺口", None, "", "", gap.day, gap.sentence, "roster")
            for gap in coverage.gaps(connection, regulations, opened, last)
        )
    if warning := month.calendar.unannounced(first):
        found.append(Question("日历", None, "", "", first, warning, "calendar"))
    return tuple(sorted(found, key=lambda each: (each.day, each.kind, each.name)))


def _of_person(each: PersonMonth, regulations: Regulations) -> list[Question]:
    who = each.person
    found = []
    for missing in each.missing:
        late = "已过补签期限，补签要写明原因，由主管认可。" if missing.overdue else "请补签。"
        said = f"{who.name} {missing.day.isoformat()} {missing.what}，{late}"
        found.append(Question(str(missing.what), who.id, who.name, who.vendor, missing.day, said, "correction"))
    terms = {day.day: day.terms for day in each.days}
    for missed in each.missed:
        part = "全天" if missed.half_days == 2 else "半天"
        clause = regulations.on(missed.day).part("attendance.no_leave", terms[missed.day].penalties)
        end = f"，否则按旷工（{clause.cite().short}）。" if clause else "。"
        said = f"{who.name} {missed.day.isoformat()} {part}没有到岗记录，也没有获准的请假单。请补请假单{end}"
        found.append(Question("无假缺席", who.id, who.name, who.vendor, missed.day, said, "leave"))
    for day in each.unplanned:
        if day.result.state is State.PRESENT_UNPLANNED and day.day not in each.overtime_days:
            said = f"{who.name} {day.day.isoformat()} 未排班到岗，没有获准的加班申请。请补申请或核对。"
            found.append(Question("未排班到岗", who.id, who.name, who.vendor, day.day, said, "overtime"))
    for begun, credited in each.overtime_days.items():
        if not credited:
            said = f"{who.name} {begun.isoformat()} 获准的加班没有完整的到离岗记录，没有计入。请补签或核对。"
            found.append(Question("加班未计", who.id, who.name, who.vendor, begun, said, "correction"))
    return found


def _slips(
    connection: Connection,
    regulations: Regulations,
    people: dict[int, PersonMonth],
    first: date,
    last: date,
    today: date,
) -> list[Question]:
    plan = duties.load(connection, regulations, first, last + timedelta(days=leave_slips.FAR), list(people))
    found = []
    for slip in leave_slips.open_questions(connection, plan, first, last, today, list(people)):
        who = people[slip.staff_id].person
        found.append(Question("请假单", who.id, who.name, who.vendor, slip.day, slip.sentence, "leave"))
    return found


def _waiting(connection: Connection, people: dict[int, PersonMonth], first: date, last: date) -> list[Question]:
    found = []
    slips = select(Correction.staff_id, Correction.day, Correction.number).where(
        Correction.day.between(first, last), Correction.state == WAITING
    )
    for row in connection.execute(slips):
        if row.staff_id in people:
            who = people[row.staff_id].person
            said = f"{who.name} {row.day.isoformat()} 的补签单 {row.number} 还没有批。"
            found.append(Question(CORRECTION, who.id, who.name, who.vendor, row.day, said, "correction"))
    begins, ends = datetime.combine(first, time()), datetime.combine(last + timedelta(days=1), time())
    extra = select(Overtime.staff_id, Overtime.begins_at, Overtime.number).where(
        Overtime.begins_at >= begins, Overtime.begins_at < ends, Overtime.state == WAITING
    )
    for row in connection.execute(extra):
        if row.staff_id in people:
            who, day = people[row.staff_id].person, row.begins_at.date()
            said = f"{who.name} {day.isoformat()} 的加班申请 {row.number} 还没有批。"
            found.append(Question("加班申请", who.id, who.name, who.vendor, day, said, "overtime"))
    return found


def _reserves(
    connection: Connection, regulations: Regulations, month: Month, people: dict[int, PersonMonth], last: date
) -> list[Question]:
    """Vendors whose regulation asks for stand-by people (T2-RSV-01) and that had fewer on the last day looked at."""
    standing_by: Counter[int] = Counter(
        person.vendor_id for person in duties.people(connection) if person.reserve and person.on_site(last)
    )
    found = {}
    for each in people.values():
        who, day = each.person, each.days[-1]
        held = regulations.on(last).part("staff.reserve", day.terms.penalties)
        if held and standing_by[who.vendor_id] < held.number("reserve.min"):
            said = (
                f"{who.vendor}登记的储备人员 {standing_by[who.vendor_id]} 人，少于 {held.number('reserve.min')} 人"
                f"（{held.cite().short}）。请在人员里登记储备人员。"
            )
            found[who.vendor_id] = Question("储备人员", None, "", who.vendor, month.dates[0], said, "staff")
    return list(found.values())


def _contracts(connection: Connection, people: dict[int, PersonMonth], first: date, last: date) -> list[Question]:
    """Vendors that worked in the month without a contract on some day: by what they were settled is told."""
    spans: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for row in connection.execute(select(Contract.vendor_id, Contract.begins_on, Contract.ends_on)):
        spans[row.vendor_id].append((row.begins_on, row.ends_on or last))
    found: dict[str, Question] = {}
    for each in people.values():
        own, vendor = spans[each.person.vendor_id], each.person.vendor
        days = [day.day for day in each.days if day.duty and first <= day.day <= last]
        if bare := [day for day in days if not any(begins <= day <= ends for begins, ends in own)]:
            by = "作息按客户单位、罚则按驻场人员守则（T2）计算"
            said = f"{vendor} {bare[0].isoformat()} 没有有效的合同，{by}。请登记合同。"
            found.setdefault(vendor, Question("合同", None, "", vendor, bare[0], said, "contract"))
    return list(found.values())
