"""交单 of a day (T3-05): whose records have come to the supervisor, whose have not, and which came late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import and_, or_, select

from opsdesk.models import Incident, ZeroReport
from opsdesk.register import Chip, Tone
from opsdesk.registers.incident.closing import DONE
from opsdesk.registers.incident.listing import rows_of
from opsdesk.registers.incident.service import TOUCHED
from opsdesk.rules.clause import Citation
from opsdesk.rules.sla import hand_in_is_late, in_words
from opsdesk.rules.vocabulary import IncidentState
from opsdesk.services import duties
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.duties import Person
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome

DAY = timedelta(days=1)
CAN_HAND_IN = frozenset({str(state) for state in DONE})
CAN_SIGN = frozenset({str(IncidentState.SOLVED), str(IncidentState.CONFIRMED)})


@dataclass(frozen=True)
class Slip:
    """A record that is due on the day or was not handed in before: `row` as in the list of incidents."""

    row: Mapping[str, Any]
    verdict: Chip
    late: bool

    @property
    def handed_in(self) -> bool:
        """Whether the supervisor has it."""
        return self.row["handed_in_at"] is not None

    @property
    def signed(self) -> bool:
        """Whether the supervisor has signed for it."""
        return bool(self.row["state"] == IncidentState.SIGNED)


@dataclass(frozen=True)
class Engineer:
    """Somebody who is on duty or has records due: when his shift ends, what is due, handed in, missing, late.

    `zero` says whether he still owes a 零报告, None where the site asks for none or he has records.
    """

    id: int
    name: str
    staff_no: str
    vendor: str
    shift_end: datetime | None
    due: int
    handed_in: int
    late: int
    zero: bool | None

    @property
    def missing(self) -> int:
        """Records not handed in."""
        return self.due - self.handed_in


@dataclass(frozen=True)
class DayBoard:
    """The hand-in of a day, and the clause that asks for it."""

    day: date
    slips: tuple[Slip, ...]
    engineers: tuple[Engineer, ...]
    citation: Citation | None

    @property
    def sentence(self) -> str:
        """The state of things in one line."""
        handed = sum(each.handed_in for each in self.slips)
        waiting = sum(each.handed_in and each.row["state"] in CAN_SIGN for each in self.slips)
        owing = [each for each in self.engineers if each.missing or each.zero]
        said = [f"应交 {len(self.slips)}", f"已交 {handed}", f"待签收 {waiting}"]
        return " · ".join([*said, f"{len(owing)} 人未交齐" if owing else "全部交齐"])


def board(ctx: Context, day: date) -> DayBoard:
    """What has to be handed in on a day: what is due then, and what is overdue from before."""
    now = ctx.now()
    begins, ends = datetime.combine(day, time()), datetime.combine(day + DAY, time())
    overdue = and_(Incident.hand_in_due_at < begins, Incident.handed_in_at.is_(None))
    today = and_(Incident.hand_in_due_at >= begins, Incident.hand_in_due_at < ends)
    brought = and_(Incident.handed_in_at >= begins, Incident.handed_in_at < ends)
    wanted = or_(overdue, today, brought) if day <= now.date() else today
    with ctx.read() as connection:
        here = or_(Incident.batch_id.is_(None), Incident.hand_in_due_at.is_not(None))
        query = select(Incident.id).where(wanted, here, Incident.void_at.is_(None))
        ids = list(connection.execute(query.order_by(Incident.hand_in_due_at, Incident.id)).scalars())
        rows = rows_of(connection, ids)
        plan = duties.load(connection, ctx.regulations, day, day)
        people = duties.people(connection)
        zero = set(connection.execute(select(ZeroReport.staff_id).where(ZeroReport.day == day)).scalars())
    slips = tuple(_slip(row, now) for row in rows)
    held = ctx.law_on(day).part("incident.hand_in", "T3")
    asks = held is not None and held.text("incident.zero_report") == "zero"
    found = []
    for person in people:
        own = [slip for slip in slips if slip.row["staff_id"] == person.id]
        duty = plan.duty(person, day)
        if own or duty is not None:
            found.append(_engineer(person, own, duty.ends if duty else None, asks, person.id in zero))
    order = sorted(found, key=lambda each: (not each.missing and not each.zero, not each.due))
    return DayBoard(day, slips, tuple(order), held.cite() if held else None)


def _engineer(person: Person, own: list[Slip], shift_end: datetime | None, asks: bool, reported: bool) -> Engineer:
    return Engineer(
        id=person.id,
        name=person.name,
        staff_no=person.staff_no,
        vendor=person.vendor,
        shift_end=shift_end,
        due=len(own),
        handed_in=sum(slip.handed_in for slip in own),
        late=sum(slip.late for slip in own),
        zero=not reported if asks and shift_end is not None and not own else None,
    )


def _slip(row: Mapping[str, Any], now: datetime) -> Slip:
    due, handed = row["hand_in_due_at"], row["handed_in_at"]
    late = due is not None and hand_in_is_late(due, handed, now)
    over = int(((handed or now) - due).total_seconds()) if late else 0
    if handed is None:
        verdict = Chip(f"未交，超过 {in_words(over)}", Tone.BROKEN) if late else Chip("待交", Tone.WARNING)
    else:
        verdict = Chip(f"晚交 {in_words(over)}", Tone.BROKEN) if late else Chip("按时", Tone.FINE)
    return Slip(row, verdict, late)


def report_nothing(ctx: Context, *, staff_id: int, day: date) -> Outcome[str]:
    """The engineer says that he had no incident on the day (零报告), where the site asks for it."""
    ctx.require(*WRITERS)
    if day > ctx.today():
        raise Refusal("零报告只能交当天和以前的。", field="day")
    own = _owing(ctx, staff_id, day)
    if own.due:
        raise Refusal(
            f"{own.name} {day.isoformat()} 有 {own.due} 张事件记录要交，不能交零报告。请交事件记录单。", field="day"
        )
    with ctx.transaction("交零报告") as tx:
        known = select(ZeroReport.id).where(ZeroReport.staff_id == staff_id, ZeroReport.day == day)
        if tx.connection.execute(known).first() is not None:
            raise Refusal("这一天的零报告已经交过。")
        tx.insert(ZeroReport, staff_id=staff_id, day=day, at=ctx.now(), by=ctx.actor.name)
    return Outcome(f"{own.name} {day.isoformat()} 零报告已交。", TOUCHED)


def _owing(ctx: Context, staff_id: int, day: date) -> Engineer:
    """Somebody on the board of a day. Refuses who is unknown, or has neither duty nor records on that day."""
    found = next((each for each in board(ctx, day).engineers if each.id == staff_id), None)
    if found is not None and (found.due or found.shift_end is not None):
        return found
    with ctx.read() as connection:
        people = duties.people(connection, ids=(staff_id,))
    if not people:
        raise Refusal("交零报告的人不在人员名册里。请从列表中选择。", field="staff_id")
    raise Refusal(f"{people[0].name} {day.isoformat()} 没有当班，不用交零报告。请核对日期。", field="day")
