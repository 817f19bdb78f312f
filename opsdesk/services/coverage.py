"""Where the roster leaves a post short: needs per post and shift against who is planned and not on leave (E17-02)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from opsdesk.models import CoverageNeed, Post, Shift
from opsdesk.rules.calendar import days
from opsdesk.rules.clause import Held, Law, Regulations
from opsdesk.rules.facts import Duty
from opsdesk.rules.vocabulary import AT_WORK, LeaveKind
from opsdesk.services import duties
from opsdesk.services.duties import STANDARD, Person, Plan
from opsdesk.services.shifts import spans

EVERY_DAY, WORKDAYS, REST_DAYS = "每天", "工作日", "休息日"
KINDS = (EVERY_DAY, WORKDAYS, REST_DAYS)
"""On which days a need holds; 工作日 are the days that the calendar works, 调休上班 included."""
ANYWHERE = "全体"


@dataclass(frozen=True)
class Need:
    """How many people a post (None: any) needs on a shift (None: the standard hours), and when."""

    post: str | None
    shift_id: int | None
    shift: str
    days: str
    need: int
    begins_on: date
    ends_on: date | None

    def holds(self, day: date, works: bool) -> bool:
        """Whether people are needed on `day`, which the calendar works or not."""
        if day < self.begins_on or (self.ends_on is not None and day > self.ends_on):
            return False
        return self.days == EVERY_DAY or (self.days == WORKDAYS) == works


@dataclass(frozen=True)
class Gap:
    """A need that the roster does not meet on a day: wanted, there, and who is missing because of leave."""

    day: date
    post: str
    shift: str
    need: int
    there: int
    away: tuple[str, ...]
    sentence: str


def at_least(law: Law) -> Held | None:
    """The clause that asks for people at any hour (E17-02) with its number, where it is in force."""
    return law.part("roster.coverage", "E17")


def needs(connection: Connection) -> list[Need]:
    """Every need on record, by post and shift."""
    query = (
        select(
            Post.name.label("post"), CoverageNeed.shift_id, Shift.name.label("shift"), CoverageNeed.days,
            CoverageNeed.need, CoverageNeed.begins_on, CoverageNeed.ends_on,
        )
        .join(Post, Post.id == CoverageNeed.post_id, isouter=True)
        .join(Shift, Shift.id == CoverageNeed.shift_id, isouter=True)
        .order_by(Post.name, Shift.code, CoverageNeed.id)
    )  # fmt: skip
    return [Need(**{**row, "shift": row["shift"] or STANDARD}) for row in connection.execute(query).mappings()]


def gaps(
    connection: Connection,
    regulations: Regulations,
    first: date,
    last: date,
    *,
    plan: Plan | None = None,
    people: Sequence[Person] | None = None,
) -> tuple[Gap, ...]:
    """Every need not met from `first` to `last`, by day; `plan` and `people` are passed by who has read them."""
    wanted = needs(connection)
    if not wanted:
        return ()
    plan = plan or duties.load(connection, regulations, first, last)
    people = duties.people(connection) if people is None else people
    found: list[Gap] = []
    for day in days(first, last):
        holding = [need for need in wanted if need.holds(day, plan.calendar.works(day))]
        if holding:
            clause = at_least(regulations.on(day))
            due = [(person, duty) for person in people if (duty := plan.duty(person, day)) is not None]
            found.extend(gap for need in holding if (gap := _gap(plan, need, day, due, clause)) is not None)
    return tuple(found)


def away(plan: Plan, person: Person, duty: Duty) -> str:
    """The kind of absence that keeps a person from the duty; empty where he is there.

    Any leave keeps him away; 公出 and 外出 only where they take the whole duty, and 远程办公 never does.
    """
    for absence in plan.absences.get(person.id, ()):
        span = absence.span
        if span.begins >= duty.ends or span.ends <= duty.begins:
            continue
        whole = span.begins <= duty.begins and span.ends >= duty.ends
        if absence.kind not in AT_WORK or (whole and absence.kind != LeaveKind.REMOTE):
            return absence.kind
    return ""


def _gap(plan: Plan, need: Need, day: date, due: Sequence[tuple[Person, Duty]], clause: Held | None) -> Gap | None:
    planned = [(person, duty) for person, duty in due if _serves(plan, need, person, duty)]
    absent = [person.name for person, duty in planned if away(plan, person, duty)]
    there = len(planned) - len(absent)
    if there >= need.need:
        return None
    post = need.post or ANYWHERE
    cause = f"（{'、'.join(absent)}请假或外出）" if absent else ""
    cited = f"依据 {clause.cite().short}。" if clause else ""
    sentence = (
        f"{day.isoformat()} {need.shift} {post}需要 {need.need} 人，能到岗 {there} 人{cause}，"
        f"缺 {need.need - there} 人。{cited}"
    )
    return Gap(day, post, need.shift, need.need, there, tuple(absent), sentence)


def _serves(plan: Plan, need: Need, person: Person, duty: Duty) -> bool:
    """Whether the duty is one that the need asks for; a stand-by serves what those serve for whom he stands in."""
    instead = plan.stood_in_for(person, duty.day)
    if not instead:
        return _serves_himself(plan, need, person, duty)
    owed = ((each, plan.duty(each, duty.day)) for each in instead)
    return any(own is not None and _serves_himself(plan, need, each, own) for each, own in owed)


def _serves_himself(plan: Plan, need: Need, person: Person, duty: Duty) -> bool:
    """A need of the standard hours is served by whoever works them, also by a shift of the same hours.

    One of a shift is served by that shift, and by standard hours (nothing entered) that are the same.
    """
    if need.post is not None and person.post != need.post:
        return False
    if need.shift_id is not None:
        if (person.id, duty.day) in plan.roster:
            return plan.roster[person.id, duty.day] == need.shift_id
        return duty.shift == STANDARD and duty.pairs == spans(duty.day, plan.shifts[need.shift_id][1])
    hours = plan.hours_on(plan.terms_on(person.vendor_id, duty.day).hours, duty.day)
    return duty.shift == STANDARD or duty.pairs == spans(duty.day, hours)
