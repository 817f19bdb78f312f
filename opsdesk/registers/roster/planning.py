"""Planning many days at once: each act is one transaction, chained row by row, and judged again once.

Where nothing is entered, calendar and contract hold. Clearing a cell takes its entry out; the chain keeps what it was.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import select

from opsdesk.exports.document import chinese_date
from opsdesk.models import RosterEntry, RosterSwap, Shift
from opsdesk.registers.roster.service import REST_WORD, TOUCHED, judge_again, refuse_absent
from opsdesk.registers.roster.short_rest import ShortRest, short_rests
from opsdesk.rules.calendar import days, month
from opsdesk.rules.facts import Duty
from opsdesk.rules.vocabulary import Role
from opsdesk.services import coverage, duties
from opsdesk.services.choices import REST, in_use
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.duties import Person, Plan
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.services.shifts import Minutes, parse_pairs, spans
from opsdesk.services.transaction import Transaction

CellKey = tuple[int, date]
Cells = Mapping[CellKey, int | None]
"""What stands in cells: a shift's id, REST, or None where nothing is entered."""
LONGEST = 366
"""Days that a rotation is laid out for at most."""


@dataclass(frozen=True)
class Written:
    """What an act changed: how many cells, what stood in them before, and a sentence with what was left out.

    `whole` is false where something asked for was left out; `warnings` say where the act leaves too little rest.
    """

    count: int
    before: Cells
    sentence: str
    whole: bool = True
    warnings: tuple[ShortRest, ...] = ()


@dataclass(frozen=True)
class _Shift:
    name: str
    pairs: Minutes
    current: bool


@dataclass(frozen=True)
class _Record:
    """What an act compares its cells with: the people and shifts, the entries with their ids, and the plan."""

    people: Mapping[int, Person]
    shifts: Mapping[int, _Shift]
    standing: Mapping[CellKey, tuple[int, int]]
    plan: Plan

    def person(self, staff_id: int) -> Person:
        """The person, refused where there is none."""
        if staff_id not in self.people:
            raise Refusal("人员不在名册里。请刷新后再试。", field="staff_id")
        return self.people[staff_id]

    def entry(self, key: CellKey) -> int | None:
        """What is entered for a day."""
        return self.standing[key][1] if key in self.standing else None

    def without_entry(self, person: Person, day: date) -> Duty | None:
        """What the person would owe if nothing were entered."""
        return replace(self.plan, roster={}).duty(person, day)

    def of_hours(self, duty: Duty) -> int | None:
        """A shift in use that has the hours of a duty."""
        same = (
            shift_id
            for shift_id, shift in self.shifts.items()
            if shift.current and spans(duty.day, shift.pairs) == duty.pairs
        )
        return next(same, None)


def set_cells(ctx: Context, cells: Cells, *, reason: str = "") -> Outcome[Written]:
    """Put people on shifts or on rest, or clear cells (None), all of it or nothing.

    Days gone by are the supervisor's and want a reason. Of too little rest it warns where the later duty is entered: a
    night shift just typed is most often followed by the next cell.
    """
    ctx.require(*WRITERS)
    with ctx.transaction("排班", reason) as tx:
        record = _record(tx, ctx, cells)
        before, close = _write(tx, ctx, record, cells, reason)
    warnings = tuple(rest for rest in close if {(rest.staff_id, rest.day)} & (cells.keys() | record.plan.roster.keys()))
    return Outcome(Written(len(before), before, f"已排 {len(before)} 格。", warnings=warnings), TOUCHED)


def take_back(ctx: Context, before: Cells, *, reason: str = "") -> Outcome[Written]:
    """Put back exactly what stood before: entries that were not there are taken out, a shift out of use comes back."""
    ctx.require(*WRITERS)
    with ctx.transaction("撤销排班", reason) as tx:
        changed, _ = _write(tx, ctx, _record(tx, ctx, before), before, reason, known=True)
    return Outcome(Written(len(changed), changed, f"已撤销 {len(changed)} 格。"), TOUCHED)


def apply_pattern(
    ctx: Context,
    staff_ids: Sequence[int],
    first: date,
    last: date,
    pattern: Sequence[int],
    offset: int = 0,
    *,
    begins: date | None = None,
    reason: str = "",
) -> Outcome[Written]:
    """Lay a rotation (shift ids and REST) over the days from `first` to `last`.

    The first person begins the pattern on `begins` (else on `first`), each one after him `offset` places further on.
    Days off site are left out.
    """
    ctx.require(*WRITERS)
    if not staff_ids:
        raise Refusal("请先在表里选中要轮班的人。", field="staff")
    if not pattern:
        raise Refusal("请填写轮班的顺序。", field="pattern")
    if not 0 <= (last - first).days < LONGEST:
        raise Refusal(f"结束日期不能早于开始日期，最多排 {LONGEST} 天。请核对。", field="last")
    begins = begins or first
    cells: dict[CellKey, int | None] = {
        (staff_id, day): pattern[((day - begins).days + place * offset) % len(pattern)]
        for place, staff_id in enumerate(staff_ids)
        for day in days(first, last)
    }
    with ctx.transaction("套用轮班", reason) as tx:
        record = _record(tx, ctx, cells)
        here = {key: value for key, value in cells.items() if record.person(key[0]).on_site(key[1])}
        before, warnings = _write(tx, ctx, record, here, reason)
    said = f"已为 {len(staff_ids)} 人排 {_span(first, last)}，改动 {len(before)} 格。"
    if len(here) < len(cells):
        said += f"不在场的 {len(cells) - len(here)} 格没有排。"
    return Outcome(Written(len(before), before, said, len(here) == len(cells), warnings), TOUCHED)


def copy_week(ctx: Context, day: date, *, staff_ids: Collection[int] | None = None) -> Outcome[Written]:
    """Copy the week before into the week of `day`, Monday to Sunday, where nothing is entered yet."""
    monday = day - timedelta(days=day.weekday())
    week = days(monday, monday + timedelta(days=6))
    return _copy(ctx, "上周", [(each - timedelta(days=7), each) for each in week], staff_ids)


def copy_month(
    ctx: Context, year: int, number: int, *, by_weekday: bool, staff_ids: Collection[int] | None = None
) -> Outcome[Written]:
    """Copy the month before where nothing is entered yet: the n-th Monday from its n-th, or the 5th from the 5th."""
    target = month(year, number)
    source = month(*((year, number - 1) if number > 1 else (year - 1, 12)))
    key = (lambda each: (each.weekday(), (each.day - 1) // 7)) if by_weekday else (lambda each: each.day)
    by_key = {key(each): each for each in source}
    return _copy(ctx, "上月", [(by_key.get(key(each)), each) for each in target], staff_ids)


def _copy(
    ctx: Context, what: str, pairs: Sequence[tuple[date | None, date]], staff_ids: Collection[int] | None
) -> Outcome[Written]:
    ctx.require(*WRITERS)
    sources = {source for source, _ in pairs if source is not None}
    first, last = pairs[0][1], pairs[-1][1]
    with ctx.transaction(f"复制{what}排班") as tx:
        entered = tx.connection.execute(
            select(RosterEntry.staff_id, RosterEntry.day, RosterEntry.shift_id).where(
                RosterEntry.day.between(min(sources), max(sources))
            )
        )
        old = {
            (row.staff_id, row.day): row.shift_id or REST
            for row in entered
            if staff_ids is None or row.staff_id in staff_ids
        }
        if not any(day in sources for _, day in old):
            raise Refusal(f"{what}没有排班，没有可以复制的。请先排好{what}，或者套用轮班。")
        cells = {
            (staff_id, target): old[staff_id, source]
            for staff_id in sorted({staff_id for staff_id, _ in old})
            for source, target in pairs
            if source is not None and (staff_id, source) in old
        }
        unmatched = [target for source, target in pairs if source is None]
        record = _record(tx, ctx, cells)
        wanted, left = _free(ctx, record, cells)
        before, warnings = _write(tx, ctx, record, wanted, "")
    if unmatched:
        left.append(f"{'、'.join(_short(day) for day in unmatched)}在{what}没有对应的日子")
    said = f"已把{what}的排班复制到 {_span(first, last)}，写入 {len(before)} 格。"
    said += f"{'；'.join(left)}。" if left else ""
    return Outcome(Written(len(before), before, said, not left, warnings), TOUCHED)


def _free(ctx: Context, record: _Record, cells: Mapping[CellKey, int]) -> tuple[dict[CellKey, int], list[str]]:
    """The cells that a copy may fill, and what it leaves alone, in words."""
    wanted: dict[CellKey, int] = {}
    past, kept, retired = 0, 0, 0
    absent: dict[str, int] = {}
    for key, value in cells.items():
        person = record.person(key[0])
        if not person.on_site(key[1]):
            absent[person.name] = absent.get(person.name, 0) + 1
        elif key[1] < ctx.today():
            past += 1
        elif key in record.standing:
            kept += record.entry(key) != value
        elif value and not record.shifts[value].current:
            retired += 1
        else:
            wanted[key] = value
    left = [f"{name}不在场的 {count} 格没有复制" for name, count in absent.items()]
    left += [f"已经过去的 {past} 格没有改动"] if past else []
    left += [f"另外排过的 {kept} 格没有改动"] if kept else []
    left += [f"班次已停用的 {retired} 格没有复制"] if retired else []
    return wanted, left


def swap(
    ctx: Context, *, first_staff: int, first_day: date, second_staff: int, second_day: date, reason: str
) -> Outcome[Written]:
    """Two people change duties (换班, E11-08): both agreed and sign on the roster, the supervisor approves by doing it.

    On each of the days the two exchange what holds for them: two cells, or four where the days differ.
    """
    ctx.require(Role.SUPERVISOR)
    if first_staff == second_staff:
        raise Refusal("换班要两个人。请选另一个人。", field="second_staff")
    if not reason.strip():
        raise Refusal("请写明换班原因。", field="reason")
    keys = [(staff, day) for day in sorted({first_day, second_day}) for staff in (first_staff, second_staff)]
    with ctx.transaction("换班", reason) as tx:
        record = _record(tx, ctx, dict.fromkeys(keys))
        one, other = record.person(first_staff), record.person(second_staff)
        for giver, taker, day, field in (
            (one, other, first_day, "first_day"),
            (other, one, second_day, "second_day"),
        ):
            refuse_absent(giver, day)
            if first_day != second_day and record.plan.duty(giver, day) is None:
                raise Refusal(f"{giver.name} {_short(day)}没有班，不能换出。请核对日期。", field=field)
            if first_day != second_day and record.plan.duty(taker, day) is not None:
                raise Refusal(f"{taker.name} {_short(day)}自己有班，不能再接班。请换一个人或一天。", field=field)
        wanted: dict[CellKey, int | None] = {}
        for day in {first_day, second_day}:
            for taker, giver in ((one, other), (other, one)):
                wanted.update(_taken_over(record, taker, giver, day))
        if not wanted:
            raise Refusal("两人的班次相同，不需要换班。请核对人员和日期。", field="second_day")
        given, got = _word(record, one, first_day), _word(record, other, second_day)
        before, warnings = _write(tx, ctx, record, wanted, reason)
        tx.insert(
            RosterSwap, at=ctx.now(), by=ctx.actor.name, first_staff_id=first_staff, first_day=first_day,
            second_staff_id=second_staff, second_day=second_day, reason=f"{given}换{got}，{reason.strip()}",
        )  # fmt: skip
    said = f"已换班：{one.name} {_short(first_day)}{given}，换{other.name} {_short(second_day)}{got}。"
    return Outcome(Written(len(before), before, f"{said}请双方在换班记录上签字。", warnings=warnings), TOUCHED)


def _taken_over(record: _Record, taker: Person, giver: Person, day: date) -> dict[CellKey, int | None]:
    """The cell by which one takes over what the other owes on a day; none where he owes the same already.

    Standard hours need no entry where they are the taker's own too, else a shift of the same hours.
    """
    owed, own = record.plan.duty(giver, day), record.plan.duty(taker, day)
    if (owed.pairs if owed else None) == (own.pairs if own else None):
        return {}
    refuse_absent(taker, day)
    if owed is None:
        return {(taker.id, day): REST}
    absence = coverage.away(record.plan, taker, Duty(day, owed.shift, owed.pairs))
    if absence:
        raise Refusal(f"{taker.name} {_short(day)}{absence}，不能接班。请换一个人或一天。", field="second_day")
    entry = record.entry((giver.id, day))
    if entry is not None:
        return {(taker.id, day): entry}
    bare = record.without_entry(taker, day)
    if bare is not None and bare.pairs == owed.pairs:
        return {(taker.id, day): None}
    shift_id = record.of_hours(owed)
    if shift_id is None:
        raise Refusal(
            f"{giver.name} {_short(day)}没有排班，按合同作息上{owed.shift}，{taker.name}没有同样时间的班次可接。"
            "请先新建一个同样时间的班次，再换班。",
            field="second_day",
        )
    return {(taker.id, day): shift_id}


def _word(record: _Record, person: Person, day: date) -> str:
    duty = record.plan.duty(person, day)
    return duty.shift if duty else REST_WORD


def _record(tx: Transaction, ctx: Context, cells: Iterable[CellKey]) -> _Record:
    keys = list(cells)
    ids = {staff_id for staff_id, _ in keys}
    first = min((day for _, day in keys), default=ctx.today())
    last = max((day for _, day in keys), default=ctx.today())
    shifts = {
        row.id: _Shift(row.name, parse_pairs(row.pairs), in_use(row.left_on, ctx.today()))
        for row in tx.connection.execute(select(Shift.id, Shift.name, Shift.pairs, Shift.left_on).order_by(Shift.code))
    }
    entered = select(RosterEntry.id, RosterEntry.staff_id, RosterEntry.day, RosterEntry.shift_id).where(
        RosterEntry.day.between(first, last), RosterEntry.staff_id.in_(ids)
    )
    return _Record(
        {person.id: person for person in duties.people(tx.connection, ids=ids)},
        shifts,
        {(row.staff_id, row.day): (row.id, row.shift_id or REST) for row in tx.connection.execute(entered)},
        duties.load(tx.connection, ctx.regulations, first, last, ids),
    )


def _write(
    tx: Transaction, ctx: Context, record: _Record, wanted: Cells, reason: str, *, known: bool = False
) -> tuple[Cells, tuple[ShortRest, ...]]:
    """Write what differs and judge again; gives what stood in the cells that changed, and where rest becomes short.

    `known` values stood there before: a shift may be out of use by now.
    """
    changed = {key: value for key, value in sorted(wanted.items()) if record.entry(key) != value}
    for (staff_id, day), value in changed.items():
        person = record.person(staff_id)
        if value is None:
            continue
        refuse_absent(person, day)
        if value != REST and value not in record.shifts:
            raise Refusal("班次不在可选的范围内。请刷新后再试。", field="shift_id")
        if value != REST and not known and not record.shifts[value].current:
            raise Refusal(f"班次“{record.shifts[value].name}”已停用。请换一个班次。", field="shift_id")
    _guard_past(ctx, [day for _, day in changed if day < ctx.today()], reason)
    new = []
    for key, value in changed.items():
        if key not in record.standing:
            new.append({"staff_id": key[0], "day": key[1], "shift_id": value or None})
        elif value is None:
            tx.remove(RosterEntry, record.standing[key][0])
        else:
            tx.update(RosterEntry, record.standing[key][0], shift_id=value or None)
    tx.insert_many(RosterEntry, new)
    if changed:
        judge_again(tx, ctx, set(changed))
    return {key: record.entry(key) for key in changed}, _warnings(record, changed)


def _warnings(record: _Record, changed: Cells) -> tuple[ShortRest, ...]:
    """Where the changed cells leave too little rest that was not too little before."""
    roster = {key: value for key, value in record.plan.roster.items() if key not in changed}
    roster |= {key: value or None for key, value in changed.items() if value is not None}
    after = replace(record.plan, roster=roster)
    touched: dict[int, list[date]] = {}
    for staff_id, day in changed:
        touched.setdefault(staff_id, []).append(day)
    told: list[ShortRest] = []
    step = timedelta(days=1)
    for staff_id, own in touched.items():
        person, around = record.person(staff_id), days(min(own) - step, max(own) + step)
        was, now = (
            short_rests(plan, person, (plan.duty(person, day) for day in around)) for plan in (record.plan, after)
        )
        told += [rest for rest in now if rest not in was]
    return tuple(told)


def _guard_past(ctx: Context, past: Sequence[date], reason: str) -> None:
    if not past:
        return
    if ctx.actor.role is not Role.SUPERVISOR:
        raise Refusal(f"{_short(min(past))}已经过去，只有主管可以改动以前的排班。请由主管登录后再改。")
    if not reason.strip():
        raise Refusal(f"{_short(min(past))}已经过去。改动以前的排班要写明原因，相关考勤会重新判定。", field="reason")


def _short(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _span(first: date, last: date) -> str:
    return chinese_date(first) if first == last else f"{chinese_date(first)}至{_short(last)}"
