"""Booking a month and deciding its proposed deductions; what was proposed stays beside what was decided."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.models import Deduction, Settlement, Staff
from opsdesk.rules.amounts import in_yuan
from opsdesk.rules.clause import short_name
from opsdesk.rules.settlement import Figures, Line, days_in_words
from opsdesk.rules.vocabulary import Decision, Role
from opsdesk.services import attendance, open_questions, settlement
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.open_questions import Question
from opsdesk.services.outcome import Outcome
from opsdesk.services.settlement import Month, PersonMonth
from opsdesk.services.text import one_line
from opsdesk.services.transaction import Transaction

TOUCHED = frozenset({"month", "comp_time"})
FEN = 100

Identity = tuple[str, str, Decimal, int, str]


@dataclass(frozen=True)
class Booked:
    """A booked deduction: what was proposed, and what became of it (yuan; None while undecided)."""

    id: int
    staff_id: int
    part: str
    clause: str
    short: str
    wording: str
    amount: Decimal
    half_days: int
    sentence: str
    evidence: tuple[str, ...]
    citations: str
    state: Decision
    decided: Decimal | None
    decided_by: str
    decided_at: datetime | None
    note: str

    @property
    def decided_at_stake(self) -> bool:
        """True for a line of money or days that has been confirmed or waived."""
        return self.state is not Decision.PROPOSED and bool(self.amount or self.half_days)


@dataclass(frozen=True)
class _Booking:
    """One person's booking that has not been replaced: its row, the figures as text, and its lines."""

    id: int
    name: str
    made_at: datetime
    figures: str
    lines: tuple[Booked, ...]


@dataclass(frozen=True)
class _Written:
    """What a booking wrote: people booked first, changed, with fresh evidence only; who has left the month; lost lines.

    `changed` includes those who have `dropped` out; `lost` counts decided lines that are no longer there.
    """

    new: int
    changed: int
    fresh: int
    dropped: tuple[str, ...]
    lost: int


@dataclass(frozen=True)
class Standing:
    """How a month stands: settled from the record now, what was booked, and what is still open.

    `changed` are the people for whom booking again would change a figure or a line, those included who are booked but
    no longer in the month; `dropped` are the names of the latter.
    """

    month: Month
    booked: Mapping[int, tuple[Booked, ...]]
    booked_at: Mapping[int, datetime]
    changed: frozenset[int]
    questions: tuple[Question, ...]
    dropped: tuple[str, ...] = ()

    @property
    def proposed(self) -> Decimal:
        """All proposed deductions by the record as it is now, in yuan."""
        return sum((each.settled.figures.total for each in self.month.people), Decimal(0))

    @property
    def undecided(self) -> int:
        """Booked deductions of money that the supervisor has not decided yet."""
        return sum(
            line.state is Decision.PROPOSED and line.amount > 0 for lines in self.booked.values() for line in lines
        )


def standing(ctx: Context, year: int, number: int, *, vendor_id: int | None = None) -> Standing:
    """The month as it stands, for the page and the papers."""
    with ctx.read() as connection:
        regulations = ctx.regulations
        month = settlement.read(connection, regulations, year, number, ctx.now(), vendor_id=vendor_id)
        booked = _bookings(connection, month.key, vendor_id=vendor_id)
        asked = open_questions.of_month(connection, regulations, month, ctx.now())
    here = {each.person.id: booked[each.person.id] for each in month.people if each.person.id in booked}
    return Standing(
        month,
        {staff: kept.lines for staff, kept in here.items()},
        {staff: kept.made_at for staff, kept in here.items()},
        _changed(month, booked),
        asked,
        tuple(kept.name for staff, kept in booked.items() if staff not in here),
    )


def _bookings(connection: Connection, month: str, *, vendor_id: int | None = None) -> dict[int, _Booking]:
    """What stands booked for the month by person, whoever is in the month now; of one vendor's people if given."""
    query = select(Deduction.__table__).where(Deduction.month == month, Deduction.replaced_at.is_(None))
    lines: dict[int, list[Booked]] = defaultdict(list)
    for row in connection.execute(query.order_by(Deduction.id)).mappings():
        lines[row["settlement_id"]].append(_line(row))
    made = (
        select(Settlement.id, Settlement.staff_id, Staff.name, Settlement.made_at, Settlement.figures)
        .join(Staff, Staff.id == Settlement.staff_id)
        .where(Settlement.month == month, Settlement.replaced_at.is_(None))
        .order_by(Staff.staff_no)
    )
    if vendor_id is not None:
        made = made.where(Staff.vendor_id == vendor_id)
    return {
        row.staff_id: _Booking(row.id, row.name, row.made_at, row.figures, tuple(lines[row.id]))
        for row in connection.execute(made)
    }


def _line(row: Mapping[Any, Any]) -> Booked:
    cited = json.loads(row["citations"])[0]
    return Booked(
        id=row["id"],
        staff_id=row["staff_id"],
        part=row["part"],
        clause=row["clause"],
        short=short_name(cited["regulation"], cited["number"]),
        wording=cited["wording"],
        amount=Decimal(row["amount_fen"]) / FEN,
        half_days=row["half_days"],
        sentence=row["sentence"],
        evidence=tuple(json.loads(row["evidence"])),
        citations=row["citations"],
        state=Decision(row["state"]),
        decided=None if row["decided_fen"] is None else Decimal(row["decided_fen"]) / FEN,
        decided_by=row["decided_by"] or "",
        decided_at=row["decided_at"],
        note=row["decision_note"],
    )


def figures_json(figures: Figures) -> dict[str, Any]:
    """The sums of a month as the command line gives them: whole numbers where they are whole."""
    return {
        "late_count": figures.late_count,
        "late_minutes": figures.late_minutes,
        "count_fine": plain(figures.count_fine),
        "minute_fine": plain(figures.minute_fine),
        "late_fine": plain(figures.late_fine),
        "early_count": figures.early_count,
        "early_minutes": figures.early_minutes,
        "early_fine": plain(figures.early_fine),
        "absent_days": plain(figures.absent_days),
        "absent_wage_days": plain(figures.absent_wage_days),
        "awol_days": plain(figures.awol_days),
        "total": plain(figures.total),
    }


def plain(value: Decimal) -> int | float:
    """A sum as JSON has it: an integer where it is whole; halves are exact in binary."""
    return int(value) if value == value.to_integral_value() else float(value)


def _figures_text(each: PersonMonth) -> str:
    more = {
        "due_days": each.due_days,
        "attended_half_days": each.attended_half_days,
        "worked_minutes": each.worked_minutes,
        "over_cap_minutes": each.over_cap_minutes,
    }
    return json.dumps({**figures_json(each.settled.figures), **more}, ensure_ascii=False, sort_keys=True)


def identity(line: Line | Booked) -> Identity:
    """What makes two lines the same to those who decide them: part, clause, yuan, half days, and the arithmetic.

    The records behind a line and the version of its clause are no part of it: where they alone change, nothing has.
    """
    if isinstance(line, Booked):
        return line.part, line.clause, line.amount, line.half_days, line.sentence
    return line.part, line.citation.key, line.amount, line.half_days, line.because


def paired(lines: Sequence[Line], booked: Sequence[Booked]) -> list[Booked | None]:
    """For each line what was booked for it; of several that say the same, the one made of the same records first."""
    waiting: dict[Identity, list[Booked]] = defaultdict(list)
    for kept in booked:
        waiting[identity(kept)].append(kept)
    found: list[Booked | None] = [None] * len(lines)
    for exactly in (True, False):
        for place, line in enumerate(lines):
            same = waiting[identity(line)]
            chosen = next((kept for kept in same if not exactly or kept.evidence == line.evidence), None)
            if found[place] is None and chosen is not None:
                found[place] = chosen
                same.remove(chosen)
    return found


def _changed(month: Month, booked: Mapping[int, _Booking]) -> frozenset[int]:
    """Whose booking says another thing than the record now, those included who are no longer in the month."""
    now = {each.person.id: each for each in month.people}
    return frozenset(staff for staff, kept in booked.items() if staff not in now or _differs(now[staff], kept))


def _differs(each: PersonMonth, kept: _Booking) -> bool:
    now, then = Counter(map(identity, each.settled.lines)), Counter(map(identity, kept.lines))
    return now != then or _figures_text(each) != kept.figures


def _outdated(each: PersonMonth, kept: _Booking) -> bool:
    """Whether the same lines now rest on other records or on another version of their clause."""
    now = Counter((identity(line), line.evidence, attendance.quoted((line.citation,))) for line in each.settled.lines)
    return now != Counter((identity(line), line.evidence, line.citations) for line in kept.lines)


def book(ctx: Context, year: int, number: int, *, vendor_id: int | None = None) -> Outcome[str]:
    """Book the month: freeze everybody's figures and proposed deductions. Only the supervisor may, after its last day.

    Booking again replaces what has changed since; a line that is the same keeps its decision.
    """
    ctx.require(Role.SUPERVISOR)
    with ctx.transaction("月度结算", f"{year}-{number:02}") as tx:
        month = settlement.read(tx.connection, ctx.regulations, year, number, ctx.now(), vendor_id=vendor_id)
        last = month.dates[-1]
        if last > ctx.today():
            raise Refusal(f"{month.key} 还没有过完，{last.isoformat()} 当天或以后才能结算。现在可以先处理未结事项。")
        done = _write(tx, ctx, month, vendor_id)
    same = len(month.people) - done.new - (done.changed - len(done.dropped))
    said = f"{month.key} 已结算：新结算 {done.new} 人，更新 {done.changed} 人，不变 {same} 人。"
    if done.dropped:
        said += f"{'、'.join(done.dropped)}已不在本月名单，原结算和拟扣减作废。"
    if done.fresh:
        said += f"不变的人中有 {done.fresh} 人更新了依据，原决定保留。"
    if done.lost:
        said += f"{done.lost} 条已确认或免除的扣减因记录变化失效，请重新确认。"
    return Outcome(f"{said}拟扣减由主管逐条确认或免除。", TOUCHED)


def _write(tx: Transaction, ctx: Context, month: Month, vendor_id: int | None) -> _Written:
    booked = _bookings(tx.connection, month.key, vendor_id=vendor_id)
    changed = _changed(month, booked)
    new = fresh = lost = 0
    for each in month.people:
        kept = booked.pop(each.person.id, None)
        if kept is None:
            new += 1
        elif each.person.id not in changed:
            if not _outdated(each, kept):
                continue
            fresh += 1
        before = paired(each.settled.lines, kept.lines if kept else ())
        if kept:
            _replace(tx, ctx, kept)
            carried = {line.id for line in before if line}
            lost += sum(line.decided_at_stake for line in kept.lines if line.id not in carried)
        _book_person(tx, ctx, month, each, before)
    for gone in booked.values():
        _replace(tx, ctx, gone)
        lost += sum(line.decided_at_stake for line in gone.lines)
    return _Written(new, len(changed), fresh, tuple(gone.name for gone in booked.values()), lost)


def _replace(tx: Transaction, ctx: Context, kept: _Booking) -> None:
    """Mark a person's booking and its lines as replaced; they stay on record."""
    tx.update(Settlement, kept.id, replaced_at=ctx.now())
    for line in kept.lines:
        tx.update(Deduction, line.id, replaced_at=ctx.now())


def _book_person(
    tx: Transaction, ctx: Context, month: Month, each: PersonMonth, before: Sequence[Booked | None]
) -> None:
    """Freeze a person's month; a line that says the same as `before` keeps its decision with the reason."""
    settlement_id = tx.insert(
        Settlement,
        staff_id=each.person.id,
        month=month.key,
        made_at=ctx.now(),
        made_by=ctx.actor.name,
        figures=_figures_text(each),
        total_fen=int(each.settled.figures.total * FEN),
        over_cap_minutes=each.over_cap_minutes,
    )
    rows = []
    for line, kept in zip(each.settled.lines, before, strict=True):
        rows.append(
            {
                "settlement_id": settlement_id,
                "staff_id": each.person.id,
                "month": month.key,
                "part": line.part,
                "clause": line.citation.key,
                "citations": attendance.quoted((line.citation,)),
                "amount_fen": int(line.amount * FEN),
                "half_days": line.half_days,
                "sentence": line.because,
                "evidence": json.dumps(line.evidence),
                "state": str(kept.state if kept else Decision.PROPOSED),
                "decision_note": kept.note if kept else "",
                "decided_fen": int(kept.decided * FEN) if kept and kept.decided is not None else None,
                "decided_at": kept.decided_at if kept else None,
                "decided_by": (kept.decided_by or None) if kept else None,
            }
        )
    tx.insert_many(Deduction, rows)


def decide(ctx: Context, *, deduction_ids: Sequence[int], confirm: bool, note: str = "") -> Outcome[str]:
    """Confirm proposed deductions, or waive them with a reason. Only the supervisor may; both stay on record.

    Refuses lines of people whose month has changed since it was booked: what they would confirm no longer holds.
    """
    ctx.require(Role.SUPERVISOR)
    if not deduction_ids:
        raise Refusal("没有选中任何拟扣减。请先选中，再确认或免除。")
    note = one_line(note)
    if not confirm and len(note) < 2:
        raise Refusal("免除拟扣减要写明理由，理由会和原金额一起保留并印在表上。", field="note")
    state = Decision.CONFIRMED if confirm else Decision.WAIVED
    with ctx.transaction("确认扣减" if confirm else "免除扣减", note) as tx:
        rows = tx.connection.execute(
            select(
                Deduction.id,
                Deduction.staff_id,
                Deduction.month,
                Deduction.amount_fen,
                Deduction.half_days,
                Deduction.replaced_at,
            ).where(Deduction.id.in_(deduction_ids))
        ).all()
        if len(rows) != len(set(deduction_ids)):
            raise Refusal("有拟扣减找不到。请刷新后再看。")
        if any(row.replaced_at is not None for row in rows):
            raise Refusal("这个月已经重新结算，这条拟扣减已被新的替代。请刷新后再看。")
        for key in sorted({row.month for row in rows}):
            _refuse_changed(tx, ctx, key, {row.staff_id for row in rows if row.month == key})
        for row in rows:
            tx.update(
                Deduction,
                row.id,
                state=str(state),
                decided_fen=row.amount_fen if confirm else 0,
                decided_at=ctx.now(),
                decided_by=ctx.actor.name,
                decision_note=note,
            )
        yuan = Decimal(sum(row.amount_fen for row in rows)) / FEN
        half_days = sum(row.half_days for row in rows)
    word = "确认" if confirm else "免除"
    costs = [f"{in_yuan(yuan)} 元"] * bool(yuan or not half_days) + [f"{days_in_words(half_days)} 日"] * bool(half_days)
    return Outcome(f"已{word} {len(rows)} 条拟扣减，原拟 {'、'.join(costs)}。", TOUCHED)


def _refuse_changed(tx: Transaction, ctx: Context, key: str, staff: Set[int]) -> None:
    year, number = map(int, key.split("-"))
    alone = next(iter(staff)) if len(staff) == 1 else None
    month = settlement.read(tx.connection, ctx.regulations, year, number, ctx.now(), staff_id=alone)
    booked = {each: kept for each, kept in _bookings(tx.connection, key).items() if each in staff}
    if changed := _changed(month, booked):
        names = "、".join(kept.name for each, kept in booked.items() if each in changed)
        raise Refusal(f"{names} {key} 的记录在结算后有变动，这些拟扣减不能再确认或免除。请先重新结算。")
