"""Booking a month and deciding its proposed deductions; what was proposed stays beside what was decided."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.models import Deduction, Settlement
from opsdesk.rules.settlement import Figures, Line
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
    state: Decision
    decided: Decimal | None
    decided_by: str
    decided_at: datetime | None
    note: str


@dataclass(frozen=True)
class Standing:
    """How a month stands: settled from the record now, what was booked, and what is still open."""

    month: Month
    booked: Mapping[int, tuple[Booked, ...]]
    booked_at: Mapping[int, datetime]
    changed: frozenset[int]
    questions: tuple[Question, ...]

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
        booked, made_at, figures = _booked(connection, month.key, {each.person.id for each in month.people})
        asked = open_questions.of_month(connection, regulations, month, ctx.now())
    changed = frozenset(
        each.person.id
        for each in month.people
        if each.person.id in figures and _differs(each, figures[each.person.id], booked[each.person.id])
    )
    return Standing(month, booked, made_at, changed, asked)


def _booked(
    connection: Connection, month: str, staff: set[int]
) -> tuple[dict[int, tuple[Booked, ...]], dict[int, datetime], dict[int, str]]:
    query = select(Deduction.__table__).where(Deduction.month == month, Deduction.replaced_at.is_(None))
    lines: dict[int, list[Booked]] = defaultdict(list)
    for row in connection.execute(query.order_by(Deduction.id)).mappings():
        lines[row["staff_id"]].append(_line(row))
    made = connection.execute(
        select(Settlement.staff_id, Settlement.made_at, Settlement.figures).where(
            Settlement.month == month, Settlement.replaced_at.is_(None)
        )
    ).all()
    known = [row for row in made if row.staff_id in staff]
    return (
        {row.staff_id: tuple(lines[row.staff_id]) for row in known},
        {row.staff_id: row.made_at for row in known},
        {row.staff_id: row.figures for row in known},
    )


def _line(row: Mapping[Any, Any]) -> Booked:
    cited = json.loads(row["citations"])[0]
    return Booked(
        id=row["id"],
        staff_id=row["staff_id"],
        part=row["part"],
        clause=row["clause"],
        short=f"{cited['regulation']} {cited['number']}",
        wording=cited["wording"],
        amount=Decimal(row["amount_fen"]) / FEN,
        half_days=row["half_days"],
        sentence=row["sentence"],
        evidence=tuple(json.loads(row["evidence"])),
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
        "absent_days": figures.absent_days,
        "absent_wage_days": figures.absent_wage_days,
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


def _content(line: Line) -> tuple[str, str, int, int, str, str, str]:
    return (
        line.part,
        line.citation.key,
        int(line.amount * FEN),
        line.half_days,
        line.because,
        json.dumps(line.evidence),
        attendance.quoted((line.citation,)),
    )


def _differs(each: PersonMonth, figures: str, booked: Sequence[Booked]) -> bool:
    now = Counter((line.part, line.amount, line.half_days, line.because) for line in each.settled.lines)
    then = Counter((line.part, line.amount, line.half_days, line.sentence) for line in booked)
    return now != then or _figures_text(each) != figures


def book(ctx: Context, year: int, number: int, *, vendor_id: int | None = None) -> Outcome[str]:
    """Book the month: freeze everybody's figures and proposed deductions. Only the supervisor may, after its last day.

    Booking again replaces what has changed since; a line that is the same keeps its decision.
    """
    ctx.require(Role.SUPERVISOR)
    with ctx.transaction("月度结算", f"{year}-{number:02}") as tx:
        month = settlement.read(tx.connection, ctx.regulations, year, number, ctx.now(), vendor_id=vendor_id)
        last = month.dates[-1]
        if last > ctx.today():
            raise Refusal(f"{month.key} 还没有过完，{last.isoformat()} 当天或以后才能结算。现在可以查看和试算。")
        new, changed = _write(tx, ctx, month)
    same = len(month.people) - new - changed
    said = f"{month.key} 已结算：新结算 {new} 人，更新 {changed} 人，不变 {same} 人。"
    return Outcome(f"{said}拟扣减由主管逐条确认或免除。", TOUCHED)


def _write(tx: Transaction, ctx: Context, month: Month) -> tuple[int, int]:
    rows = tx.connection.execute(
        select(Settlement.id, Settlement.staff_id, Settlement.figures).where(
            Settlement.month == month.key, Settlement.replaced_at.is_(None)
        )
    )
    standing_rows = {row.staff_id: row for row in rows}
    lines: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    asked = select(Deduction.__table__).where(Deduction.month == month.key, Deduction.replaced_at.is_(None))
    for row in tx.connection.execute(asked).mappings():
        lines[row["settlement_id"]].append(dict(row))
    new = changed = 0
    for each in month.people:
        old = standing_rows.get(each.person.id)
        old_lines = lines[old.id] if old else []
        wanted = Counter(_content(line) for line in each.settled.lines)
        had = Counter(_stored(row) for row in old_lines)
        if old and old.figures == _figures_text(each) and wanted == had:
            continue
        new, changed = (new, changed + 1) if old else (new + 1, changed)
        if old:
            tx.update(Settlement, old.id, replaced_at=ctx.now())
        _book_person(tx, ctx, month, each, old_lines)
    return new, changed


def _stored(row: Mapping[str, Any]) -> tuple[str, str, int, int, str, str, str]:
    return (
        row["part"],
        row["clause"],
        row["amount_fen"],
        row["half_days"],
        row["sentence"],
        row["evidence"],
        row["citations"],
    )


def _book_person(
    tx: Transaction, ctx: Context, month: Month, each: PersonMonth, old_lines: Iterable[Mapping[str, Any]]
) -> None:
    """Freeze a person's month; decisions on lines that are the same are carried over with their reasons."""
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
    decided = defaultdict(list)
    for row in old_lines:
        decided[_stored(row)].append(row)
        tx.update(Deduction, row["id"], replaced_at=ctx.now())
    fresh = []
    for line in each.settled.lines:
        part, clause, fen, half_days, sentence, evidence, citations = content = _content(line)
        before = decided[content].pop() if decided[content] else {}
        fresh.append(
            {
                "settlement_id": settlement_id,
                "staff_id": each.person.id,
                "month": month.key,
                "part": part,
                "clause": clause,
                "citations": citations,
                "amount_fen": fen,
                "half_days": half_days,
                "sentence": sentence,
                "evidence": evidence,
                "state": before.get("state", str(Decision.PROPOSED)),
                "decision_note": before.get("decision_note", ""),
                **{key: before.get(key) for key in ("decided_fen", "decided_at", "decided_by")},
            }
        )
    tx.insert_many(Deduction, fresh)


def decide(ctx: Context, *, deduction_ids: Sequence[int], confirm: bool, note: str = "") -> Outcome[str]:
    """Confirm proposed deductions, or waive them with a reason. Only the supervisor may; both stay on record."""
    ctx.require(Role.SUPERVISOR)
    note = one_line(note)
    if not confirm and len(note) < 2:
        raise Refusal("免除拟扣减要写明理由，理由会和原金额一起保留并印在表上。", field="note")
    state = Decision.CONFIRMED if confirm else Decision.WAIVED
    with ctx.transaction("确认扣减" if confirm else "免除扣减", note) as tx:
        rows = tx.connection.execute(
            select(Deduction.id, Deduction.amount_fen, Deduction.replaced_at).where(Deduction.id.in_(deduction_ids))
        ).all()
        if len(rows) != len(set(deduction_ids)):
            raise Refusal("有拟扣减找不到。请刷新后再看。")
        if any(row.replaced_at is not None for row in rows):
            raise Refusal("这个月已经重新结算，这条拟扣减已被新的替代。请刷新后再看。")
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
    word = "确认" if confirm else "免除"
    return Outcome(f"已{word} {len(rows)} 条拟扣减，原拟 {yuan:f} 元。", TOUCHED)
