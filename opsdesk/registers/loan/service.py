"""设备借用 (F11): the list with what is late, filing a sheet, and how it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, or_, select

from opsdesk.models import Loan, LoanItem
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.registers.loan import items
from opsdesk.registers.loan.items import Item
from opsdesk.rules import lending
from opsdesk.rules.lending import Lapse, LoanFacts, LoanState, Missed
from opsdesk.services import duties, entry, listing, masking, retiring, visitors
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.lapses import loan_facts, of_loan
from opsdesk.services.numbering import yearly
from opsdesk.services.outcome import Outcome
from opsdesk.services.transaction import Transaction

Values = Mapping[str, Any]
TOUCHED = frozenset({"loan", "asset"})
WHAT = "借用单"
PREFIX = "JY"
OUT = "未还"
"""All that is lent and not back whole, late or not."""
TONES = {
    LoanState.WAITING: Tone.WARNING,
    LoanState.APPROVED: Tone.INFORMATION,
    LoanState.LENT: Tone.FINE,
    LoanState.DUE_TODAY: Tone.WARNING,
    LoanState.LATE: Tone.BROKEN,
    LoanState.PARTLY: Tone.INFORMATION,
    LoanState.RETURNED: Tone.NEUTRAL,
    LoanState.DAMAGED: Tone.WARNING,
    LoanState.REFUSED: Tone.NEUTRAL,
    LoanState.VOID: Tone.NEUTRAL,
}
OVER = frozenset({LoanState.RETURNED, LoanState.DAMAGED, LoanState.REFUSED, LoanState.VOID})
STATES = (OUT, *(str(state) for state in LoanState))


def facts_with(row: Mapping[Any, Any], lines: Sequence[Mapping[str, Any]]) -> LoanFacts:
    """A row as the clauses look at it, given the lines of the sheet."""
    return loan_facts(row, partly=any(line["returned"] for line in lines))


def lapses(ctx: Context, row: Mapping[Any, Any]) -> list[Lapse]:
    """What was missed on a loan as it stands now, by the law of the day it was lent."""
    return of_loan(ctx.regulations, row, ctx.now())


def _some_back() -> ColumnElement[bool]:
    return exists().where(LoanItem.loan_id == Loan.id, LoanItem.returned > 0)


def _in_state(wanted: str, today: date) -> ColumnElement[bool]:
    live = and_(Loan.void_at.is_(None), Loan.refused_at.is_(None))
    out = and_(live, Loan.lent_at.is_not(None), Loan.returned_at.is_(None))
    back = and_(live, Loan.returned_at.is_not(None))
    asked, approved = and_(live, Loan.lent_at.is_(None)), Loan.approved_at.is_not(None)
    return {
        OUT: out,
        LoanState.WAITING: and_(asked, ~approved),
        LoanState.APPROVED: and_(asked, approved),
        LoanState.LENT: and_(out, Loan.due_on > today, ~_some_back()),
        LoanState.DUE_TODAY: and_(out, Loan.due_on == today),
        LoanState.LATE: and_(out, Loan.due_on < today),
        LoanState.PARTLY: and_(out, Loan.due_on > today, _some_back()),
        LoanState.RETURNED: and_(back, Loan.damage == ""),
        LoanState.DAMAGED: and_(back, Loan.damage != ""),
        LoanState.REFUSED: and_(Loan.void_at.is_(None), Loan.refused_at.is_not(None)),
        LoanState.VOID: Loan.void_at.is_not(None),
    }[wanted]


def listed(ctx: Context, query: Query) -> Page:
    """Loans: those still to be dealt with first, by the day they are due; then the others, the latest first."""
    now = ctx.now()
    blank = " "
    words = (
        select(func.group_concat(LoanItem.name + blank + LoanItem.model + blank + LoanItem.asset_no, blank))
        .where(LoanItem.loan_id == Loan.id)
        .scalar_subquery()
    )
    over = or_(Loan.void_at.is_not(None), Loan.refused_at.is_not(None), Loan.returned_at.is_not(None))
    asked = (
        select(Loan.__table__)
        .where(listing.holds(query.text, Loan.number, Loan.borrower, Loan.unit, Loan.place, Loan.reason, words))
        .order_by(over, case((over, None), else_=Loan.due_on), Loan.id.desc())
    )
    if (wanted := (query.filters or {}).get("state")) is not None:
        asked = asked.where(_in_state(wanted, now.date()))
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
        lines = items.rows(connection, [row.id for row in rows])
    return Page(tuple(_row(ctx, row._mapping, lines.get(row.id, []), now) for row in rows), total)


def _row(ctx: Context, row: Mapping[Any, Any], lines: Sequence[Mapping[str, Any]], now: datetime) -> Row:
    known = facts_with(row, lines)
    state = lending.standing(known, now)
    found = lapses(ctx, row)
    missed = lending.in_short(each for each in found if state is not LoanState.LATE or each.missed is not Missed.LATE)
    keys = ("number", "borrower", "unit", "lent_at", "due_on", "returned_at")
    values = {**{key: row[key] for key in keys}, "items": in_short(lines), "missed": missed}
    return Row(row["id"], {**values, "state": chip(known, state, now)}, muted=state in OVER)


def chip(loan: LoanFacts, state: LoanState, now: datetime) -> Chip:
    """The state with the days where it is late: 逾期 3 天."""
    late = f" {lending.late_days(loan.due, None, now)} 天" if state is LoanState.LATE else ""
    return Chip(f"{state}{late}", TONES[state])


def in_short(lines: Sequence[Mapping[str, Any]]) -> str:
    """What a sheet lends in a few words: 笔记本电脑 1、网线 等 4 项 9 件."""
    if not lines:
        return ""
    first = "、".join(f"{line['name']} {line['quantity']}" for line in lines[:2])
    more = f" 等 {len(lines)} 项 {sum(line['quantity'] for line in lines)} 件" if len(lines) > 2 else ""
    return f"{first}{more}"


def row_of(connection: Connection, loan_id: int) -> dict[str, Any]:
    """A row of `loan`. Refuses one that is not there."""
    return retiring.one(connection, select(Loan.__table__).where(Loan.id == loan_id), WHAT)


def id_of(ctx: Context, number: str) -> int:
    """The loan with this number, capitals or not. Refuses an unknown one."""
    with ctx.read() as connection:
        found = connection.execute(select(Loan.id).where(func.lower(Loan.number) == func.lower(number))).scalar()
    if found is None:
        raise Refusal(f"没有编号是“{number}”的借用单。编号写成 {PREFIX}-2026-0001 这样。", field="number")
    return int(found)


def usual_due(ctx: Context) -> date | None:
    """The day by which what is lent today is due (E1-10)."""
    return lending.usual_due(ctx.today(), ctx.law_on(ctx.today()))


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One sheet as its form shows it: its lines, what has come back of them, what was missed."""
    with ctx.read() as connection:
        row = row_of(connection, record_id)
        lines = items.rows(connection, [record_id]).get(record_id, [])
    return {
        **row,
        "phone": masking.phone_for(ctx.actor.role, row["phone"]),
        "items": "\n".join(items.item_of(line).written for line in lines),
        "counted": "\n".join(_counted(place, line) for place, line in enumerate(lines, 1)),
        "told": "\n".join(_told(ctx, row)),
    }


def _counted(place: int, line: Mapping[str, Any]) -> str:
    rest = line["quantity"] - line["returned"]
    return f"{place}. {items.named(line)}：{line['quantity']} 件，{f'未还 {rest} 件' if rest else '已还清'}"


def _told(ctx: Context, row: Values) -> list[str]:
    said = [each.told for each in lapses(ctx, row)]
    if row["void_at"] is not None:
        said.append(f"{row['void_at']:%Y-%m-%d %H:%M} 作废。")
    elif row["refused_at"] is not None:
        said.append(f"{row['refused_at']:%Y-%m-%d %H:%M} 不批准：{row['refusal']}。")
    elif row["approved_at"] is None:
        clause = lending.consent_clause(ctx.law_on(ctx.today()), vendor=row["vendor_id"] is not None)
        said.append(f"还没有批准，批准以后才能借出{f'（{clause.cite().short}）' if clause else ''}。")
    else:
        said.append(f"{row['approved_at']:%Y-%m-%d %H:%M} {row['approved_by']}批准。")
    if row["lent_at"] is not None:
        said.append(f"{row['lent_at']:%Y-%m-%d %H:%M} 借出，经手人{row['lent_by']}，{row['condition_out']}。")
    if row["extensions"]:
        said.append(f"原应还 {row['first_due_on'].isoformat()}，延期 {row['extensions']} 次。")
    if row["returned_at"] is not None:
        said.append(f"{row['returned_at']:%Y-%m-%d %H:%M} 还清，验收人{row['received_by']}，{row['condition_in']}。")
    if row["damage"]:
        said.append(f"损坏或丢失：{row['damage']}。责任和赔偿：{row['liability']}。")
    return said


def _read(connection: Connection, values: Values, day: date) -> tuple[dict[str, Any], list[Item]]:
    kept: dict[str, Any] = {
        "borrower": entry.name(values, "borrower", "借用人"),
        "phone": entry.text(values, "phone", "电话", longest=40) or None,
        "place": entry.text(values, "place", "使用地点", required=True),
        "reason": entry.text(values, "reason", "申请理由", required=True, longest=200),
        "due_on": entry.day(values, "due_on", "应还日期"),
        "remarks": entry.long_text(values, "remarks", "备注"),
    }
    unit = entry.text(values, "unit", "单位")
    lines = items.read(connection, str(values.get("items") or ""))
    if kept["due_on"] < day:
        raise Refusal(f"应还日期早于申请的日期 {day.isoformat()}，请核对。", field="due_on")
    return {**kept, **_whose(connection, kept["borrower"], unit, day)}, lines


def _whose(connection: Connection, name: str, unit: str, day: date) -> dict[str, Any]:
    """Who borrows: one of the staff by his name (and unit, where two bear it), else a unit that has to be written."""
    same = [each for each in duties.people(connection) if each.name == name and each.on_site(day)]
    if len(same) > 1:
        same = [each for each in same if each.vendor == unit]
    if len(same) == 1 and unit in {"", same[0].vendor}:
        return {"staff_id": same[0].id, "vendor_id": same[0].vendor_id, "unit": same[0].vendor}
    if not unit:
        raise Refusal(f"{name}不在人员里，或有人同名。请填写“单位”。", field="unit")
    return {"staff_id": None, "vendor_id": visitors.vendor_of(connection, unit, coded=True), "unit": unit}


def save(ctx: Context, record_id: int | None, values: Values) -> Outcome[int]:
    """File a sheet under the next number of the year, or correct one that nobody has decided on yet."""
    ctx.require(*WRITERS)
    with ctx.transaction("填写借用单" if record_id is None else "修改借用单") as tx:
        if record_id is None:
            kept, lines = _read(tx.connection, values, ctx.today())
            return Outcome(_file(tx, ctx, kept, lines), TOUCHED)
        row = row_of(tx.connection, record_id)
        if closed(row):
            if _same(ctx, record_id, values):
                return Outcome(record_id)
            raise Refusal(f"{row['number']} 已经办理，不能改。延期和归还请用按钮，填错的请由主管作废。")
        kept, lines = _read(tx.connection, values, row["applied_at"].date())
        tx.update(Loan, record_id, **kept, first_due_on=kept["due_on"])
        _put(tx, record_id, lines)
    return Outcome(record_id, TOUCHED)


def closed(row: Values) -> bool:
    """Whether somebody has decided on a sheet: its form can only be looked at from then on."""
    return any(row[key] is not None for key in ("approved_at", "refused_at", "void_at", "lent_at"))


def _same(ctx: Context, loan_id: int, values: Values) -> bool:
    known = load(ctx, loan_id)
    keys = ("borrower", "unit", "phone", "place", "reason", "due_on", "items", "remarks")
    return all((values.get(key) or "") == (known[key] or "") for key in keys)


def _file(tx: Transaction, ctx: Context, kept: Values, lines: Sequence[Item]) -> int:
    usual = {
        "number": yearly(tx, Loan.number, PREFIX, ctx.today()),
        "applied_at": ctx.now(),
        "filed_by": ctx.actor.name,
        "first_due_on": kept["due_on"],
        "extensions": 0,
    }
    blanks = (
        "condition_out", "lent_by", "approved_by", "refusal", "received_by", "condition_in", "damage", "liability",
        "photo_sha256", "photo_name",
    )  # fmt: skip
    loan_id = tx.insert(Loan, **kept, **usual, **dict.fromkeys(blanks, ""))
    _put(tx, loan_id, lines)
    return loan_id


def _put(tx: Transaction, loan_id: int, lines: Sequence[Item]) -> None:
    """Let the sheet have these lines; as long as it is only asked for, lines are a plan and can go."""
    old = items.rows(tx.connection, [loan_id]).get(loan_id, [])
    for row, item in zip(old, lines, strict=False):
        tx.update(LoanItem, row["id"], **vars(item))
    for row in old[len(lines) :]:
        tx.remove(LoanItem, row["id"])
    tx.insert_many(LoanItem, [{**vars(item), "loan_id": loan_id, "returned": 0} for item in lines[len(old) :]])
