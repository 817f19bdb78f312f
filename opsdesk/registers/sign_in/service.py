"""The acts of the sign-in desk: sign, take back, and the board that shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, select

from opsdesk.models import Punch, Setting
from opsdesk.rules import attendance as rules
from opsdesk.rules.facts import Duty, Terms
from opsdesk.rules.facts import Punch as PunchFact
from opsdesk.rules.verdict import Verdict
from opsdesk.rules.vocabulary import Direction, Judgement, Role, Source, State
from opsdesk.services import attendance, clock_guard, closing_days, duties
from opsdesk.services.attendance import PersonDay, Recorded
from opsdesk.services.closing_rules import PeriodKind
from opsdesk.services.context import SIGNERS, Context
from opsdesk.services.duties import Person
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.services.settings import DEFAULTS

TOUCHED = frozenset({"sign_in"})
UNDO = "撤销"
"""The reason of whoever takes a punch back in the moment after it."""


@dataclass(frozen=True)
class Signed:
    """What signing came to, as the desk shows it in big type.

    `repeated` is a second scan within seconds: nothing was added. `sentence` names the clause where there is one.
    """

    punch_id: int
    person: Person
    day: date
    at: datetime
    direction: Direction
    judgement: Judgement
    sentence: str
    repeated: bool = False
    doubted: bool = False


@dataclass(frozen=True)
class Board:
    """The whole team on a day. `notes` are sentences to heed (holiday, calendar not announced, clock).

    `closed` says why nothing can be added to the day any more, where it is closed; `goes_on` what still can, where it
    was closed before it was over.

    `rows` also hold last night's shift while it reaches into the day; the counts are of the day's own duties.
    """

    day: date
    rows: tuple[PersonDay, ...]
    notes: tuple[str, ...]
    vendors: tuple[str, ...]
    closed: str = ""
    goes_on: str = ""

    @property
    def own(self) -> tuple[PersonDay, ...]:
        """The rows of this day, without last night's shift."""
        return tuple(row for row in self.rows if row.day == self.day)

    def count(self, *states: State) -> int:
        """How many of the day's own rows are in one of `states`."""
        return sum(row.result.state in states for row in self.own)

    @property
    def due(self) -> int:
        """应到: everybody with a duty."""
        return sum(row.duty is not None for row in self.own)

    @property
    def arrived(self) -> int:
        """已到: everybody with a duty who has signed in."""
        return sum(row.duty is not None and bool(row.punches) for row in self.own)

    @property
    def late(self) -> int:
        """迟到: whoever was late, gone again or not."""
        return sum(row.result.late_minutes > 0 for row in self.own)

    @property
    def left(self) -> int:
        """已签退: whoever has a duty and is gone, early or not."""
        return self.count(State.LEFT, State.EARLY)


def board(ctx: Context, day: date | None = None) -> Board:
    """The board of `day` (today where not given): who is due and who is here without being due."""
    day = day or ctx.today()
    before = day - timedelta(days=1)
    with ctx.read() as connection:
        rows = attendance.read(connection, ctx.regulations, before, day, ctx.now())
        calendar = duties.load(connection, ctx.regulations, day, day, ()).calendar
        behind = clock_guard.set_back_by(connection, ctx.clock)
        closed = closing_days.why_no_more(connection, "punch", {"day": day})
        goes_on = "" if closed else _goes_on(connection, day)
    notes = []
    if warning := calendar.unannounced(day):
        notes.append(warning)
    if not calendar.works(day):
        name = calendar.name(day) or "周末"
        notes.append(f"当天是{name}，按日历休息；排了班的人照常应到。法定假日休息需最终用户同意（T1 2.3）。")
    if behind > clock_guard.TOLERANCE:
        notes.append("电脑时钟比上一条记录倒退了，签到前需主管确认。")
    shown = tuple(row for row in rows if (row.duty or row.punches) and (row.day == day or _over_midnight(row, day)))
    return Board(day, shown, tuple(notes), tuple(dict.fromkeys(row.person.vendor for row in shown)), closed, goes_on)


def _goes_on(connection: Connection, day: date) -> str:
    """What can still be recorded of a day that was closed before it was over; empty where it was not."""
    for each in closing_days.standing(connection, day, day):
        if each.kind is PeriodKind.DAY and each.closed_at.date() <= each.last:
            at = f"{each.closed_at:%H:%M}"
            kept = f"{each.label} 已在 {at} 日结。之后的签到、签退照常记录，可以再次日结"
            return f"{kept}；{at} 以前的不能再补记或更改。{closing_days.WAY_OUT}"
    return ""


def _over_midnight(row: PersonDay, day: date) -> bool:
    midnight = datetime.combine(day, time())
    return bool(row.punches) and row.duty is not None and row.day < day and row.duty.ends > midnight


def open_sign_outs(ctx: Context, first: date, last: date) -> list[PersonDay]:
    """Days between `first` and `last` with an end missing (未签退, 缺签到): each waits for a human to settle it."""
    with ctx.read() as connection:
        rows = attendance.read(connection, ctx.regulations, first, last, ctx.now())
    return [row for row in rows if row.result.state in {State.NO_SIGN_OUT, State.NO_SIGN_IN}]


def sign(
    ctx: Context,
    *,
    staff_id: int,
    direction: Direction | None = None,
    source: Source = Source.DESK,
) -> Outcome[Signed]:
    """Sign a person in, or out where he is already in, at the clock's time; the time is never an input (T3-02).

    A second scan within seconds is answered with the first one. `direction` forces 到岗 or 离岗 (command line).
    Refuses a clock that has gone back, and people not on site.
    """
    ctx.require(*SIGNERS)
    now = ctx.now()
    with ctx.transaction("签到") as tx:
        clock_guard.check(tx.connection, ctx.clock)
        person = _found(tx.connection, staff_id)
        before = now.date() - timedelta(days=1)
        plan = duties.load(tx.connection, ctx.regulations, before, now.date(), (staff_id,))
        known = attendance.punches_on(tx.connection, before, now.date() + timedelta(days=1), (staff_id,))
        duty, day = _place(plan, person, known, now)
        if not person.on_site(day):
            raise Refusal(_absent(person, day))
        facts = [punch.fact for punch in known.get((staff_id, day), [])]
        if same := _repeated(tx.connection, facts, now, direction):
            return Outcome(
                _signed(ctx, person, day, duty, same, facts, plan.terms_on(person.vendor_id, day), repeated=True)
            )
        chosen = direction or rules.next_direction(duty, facts, now)
        if chosen is Direction.OUT and not facts and not (duty and now >= duty.ends):
            raise Refusal(f"{person.name} 当天还没有到岗记录，不能签退。漏签到请走补签单。")
        doubted = clock_guard.doubted(tx.connection, ctx.clock)
        punch_id = tx.insert(
            Punch,
            staff_id=staff_id,
            day=day,
            at=now,
            direction=str(chosen),
            source=str(source),
            device=ctx.station,
            entered_at=now,
            entered_by=ctx.actor.name,
            doubted=doubted,
        )
        attendance.rejudge(tx, ctx.regulations, [(staff_id, day)], now, plan)
    new = PunchFact(punch_id, now, chosen)
    signed = _signed(ctx, person, day, duty, new, [*facts, new], plan.terms_on(person.vendor_id, day), doubted=doubted)
    return Outcome(signed, TOUCHED)


def _place(
    plan: duties.Plan, person: Person, known: Mapping[tuple[int, date], Sequence[Recorded]], now: datetime
) -> tuple[Duty | None, date]:
    """The duty and shift day of a punch made now: overtime past midnight closes the day on which it began."""
    before = now.date() - timedelta(days=1)
    owed = plan.duties(person, before - timedelta(days=1), now.date() + timedelta(days=1))
    duty = rules.duty_at(owed, now)
    day = duty.day if duty else now.date()
    earlier = [punch.fact for punch in known.get((person.id, before), [])]
    if day != before and not known.get((person.id, day)) and rules.still_open(earlier, now):
        opened = next((each for each in owed if each.day == before), None)
        after = next((each for each in owed if each.day > before), None)
        if opened is None or rules.departs(opened, after, now):
            return opened, before
    return duty, day


def _found(connection: Connection, staff_id: int) -> Person:
    people = duties.people(connection, ids=(staff_id,))
    if not people:
        raise Refusal("没有这个人员。请先在人员中登记。")
    return people[0]


def _absent(person: Person, day: date) -> str:
    when = f"{person.arrived_on:%Y-%m-%d} 到场" if day < person.arrived_on else f"{person.left_on:%Y-%m-%d} 已离场"
    return f"{person.name}（{person.staff_no}）{when}，不在场，不能签到。请核对人员登记。"


def person_on(connection: Connection, staff_id: int, day: date) -> Person:
    """The person, refused where he is unknown or not on site on `day`."""
    person = _found(connection, staff_id)
    if not person.on_site(day):
        raise Refusal(_absent(person, day))
    return person


def _repeated(
    connection: Connection, facts: Sequence[PunchFact], now: datetime, direction: Direction | None
) -> PunchFact | None:
    stored = connection.execute(
        select(Setting.value).where(Setting.name == "desk.double_scan_seconds")
    ).scalar_one_or_none()
    gap = timedelta(seconds=int(stored or DEFAULTS["desk.double_scan_seconds"]))
    last = facts[-1] if facts else None
    again = last is not None and timedelta() <= now - last.at <= gap and direction in {None, last.direction}
    return last if again else None


def _signed(
    ctx: Context,
    person: Person,
    day: date,
    duty: Duty | None,
    punch: PunchFact,
    facts: Sequence[PunchFact],
    terms: Terms,
    *,
    repeated: bool = False,
    doubted: bool = False,
) -> Signed:
    verdict = _verdict_of(ctx, duty, punch, facts, terms)
    if verdict is not None:
        judgement, said = verdict.judgement, verdict.sentence
    elif duty is None:
        judgement, said = Judgement.UNPLANNED, f"{punch.at:%H:%M} {punch.direction}，当天未排班。"
    else:
        arriving = punch.direction is Direction.IN
        judgement = Judgement.ON_TIME if arriving else Judgement.LEFT
        said = f"{punch.at:%H:%M} {'返回' if arriving else '离岗'}。"
    if punch.direction is Direction.OUT and duty is not None and all(f.direction is Direction.OUT for f in facts):
        said += "当天没有到岗记录，请补签。"
    if repeated:
        said += "几秒内重复刷，只记一次。"
    if doubted:
        said += "电脑时间曾倒退，本条标注“时间存疑”。"
    return Signed(
        punch.id, person, day, punch.at, punch.direction, judgement, f"{person.name} {said}", repeated, doubted
    )


def _verdict_of(
    ctx: Context, duty: Duty | None, punch: PunchFact, facts: Sequence[PunchFact], terms: Terms
) -> Verdict | None:
    if duty is None:
        return None
    result = rules.judge_day(duty, facts, ctx.law_on(duty.day), terms, punch.at, duty.ends + rules.REACH)
    return next((verdict for judged, verdict in result.verdicts if judged.id == punch.id), None)


def take_back(ctx: Context, *, punch_id: int, reason: str = UNDO) -> Outcome[str]:
    """Take a punch back. Anyone at the desk may for a moment (撤销); later only the supervisor, with a reason (作废).

    The punch stays in the record, marked as taken back.
    """
    ctx.require(*SIGNERS)
    now = ctx.now()
    word = "撤销" if reason == UNDO else "作废"
    with ctx.transaction(f"{word}到岗记录", reason) as tx:
        row = tx.connection.execute(
            select(
                Punch.staff_id, Punch.day, Punch.at, Punch.entered_at, Punch.direction, Punch.source, Punch.void_at
            ).where(Punch.id == punch_id)
        ).one_or_none()
        if row is None or row.void_at is not None:
            raise Refusal("这条记录不存在，或已经撤销过了。请刷新后再看。")
        stored = tx.connection.execute(select(Setting.value).where(Setting.name == "desk.undo_seconds")).scalar()
        moment = timedelta(seconds=int(stored or DEFAULTS["desk.undo_seconds"]) + 2)
        fresh = row.source in {Source.DESK, Source.KIOSK} and timedelta() <= now - row.entered_at <= moment
        if not fresh:
            if ctx.actor.role is not Role.SUPERVISOR:
                raise Refusal("撤销的时间已过。请走补签单，或由主管作废。")
            if len(reason.strip()) < 2 or reason == UNDO:
                raise Refusal("作废记录要写明原因，原记录会保留。", field="reason")
        tx.update(Punch, punch_id, void_at=now, void_by=ctx.actor.name, void_reason=reason)
        attendance.rejudge(tx, ctx.regulations, [(row.staff_id, row.day)], now)
        name = duties.people(tx.connection, ids=(row.staff_id,))[0].name
    return Outcome(f"已{word} {name} {row.at:%H:%M} 的{row.direction}记录，原记录保留并注明{word}。", TOUCHED)


@dataclass(frozen=True)
class HistoryLine:
    """A punch as the day's detail lists it, taken back or not; `first` since the machine was started, or not."""

    id: int
    at: datetime
    direction: str
    source: str
    entered_at: datetime
    entered_by: str
    doubted: bool
    first: bool
    void: str


def history(ctx: Context, *, staff_id: int, day: date) -> list[HistoryLine]:
    """Every punch of a person's shift day, those taken back or corrected too."""
    with ctx.read() as connection:
        rows = connection.execute(
            select(Punch).where(Punch.staff_id == staff_id, Punch.day == day).order_by(Punch.at, Punch.id)
        ).mappings()
        return [
            HistoryLine(
                row["id"],
                row["at"],
                row["direction"],
                row["source"],
                row["entered_at"],
                row["entered_by"],
                row["doubted"],
                clock_guard.first_of_run(connection, row["id"]),
                f"{row['void_by']} {row['void_at']:%m-%d %H:%M} {row['void_reason']}" if row["void_at"] else "",
            )
            for row in rows
        ]


def staff_of(ctx: Context) -> list[Person]:
    """Everybody, for the sign-in field to find in."""
    with ctx.read() as connection:
        return duties.people(connection)
