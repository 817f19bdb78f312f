"""Amendments of clauses entered in the program: checked, kept append-only, and signed days judged again by them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import func, select

from opsdesk.models import Amendment, Contract, ContractTerm, Deduction, Punch, Staff, StoredVerdict, Vendor
from opsdesk.rules.calendar import month
from opsdesk.rules.clause import Clause, Holding, Parameter, Regulations, Value
from opsdesk.rules.vocabulary import Role
from opsdesk.services import entry, incident_clocks, law_library, rejudging
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.law_library import GOVERNED
from opsdesk.services.outcome import Outcome
from opsdesk.services.shifts import parse_pairs, write_pairs
from opsdesk.services.text import one_line
from opsdesk.services.transaction import Transaction

FIRST_DAY = date(2000, 1, 1)
"""The day written in a regulation whose source bears no date; nothing holds before it."""
YEARS_AHEAD = 5
JUDGED = ("attendance.", "reading.")
"""Parts of clauses by which signed days are judged."""
TIMED = ("response.", "incident.", "dispatch.")
"""Parts of clauses by which incidents are timed."""
SETTLED = (*JUDGED, "hours.", "leave.pay")
"""Parts of clauses by which a month is settled."""
AGAIN = "月度结算随之变动，未结算的月份按新数值计算，已结算的请重新结算。"
READING = "reading."
"""Parts the program cannot do without: they may be changed, but neither repealed nor left open."""
AT_LEAST_ONE = frozenset(
    {
        "early.awol_from",
        "leave.unit",
        "hours.day",
        "score.unit",
        "score.full",
        "pay.full",
        "score.months",
        "score.total_months",
    }
)
"""Values by which something is divided, or of which there has to be one."""
LONGEST_TEXT = 100
CLOCK = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)")
TOUCHED = frozenset({"law", "sign_in", "month", "incident"})

Progress = Callable[[int, int], bool]


@dataclass(frozen=True)
class Following:
    """A contract that follows a regulation on a day, and in which topics."""

    contract: str
    vendor: str
    topics: tuple[str, ...]


@dataclass(frozen=True)
class Usage:
    """Where a clause is used: contracts, the work it governs, and what cites it in the month of the day asked about."""

    month: str
    contracts: tuple[Following, ...]
    governs: str
    verdicts: int
    people: int
    deductions: int


def standing(clause: Clause, day: date) -> Holding | None:
    """The newest holding that has begun by `day`, be it in force, repealed or still blank; None before the first."""
    begun = [holding for holding in clause.holdings if holding.begins <= day]
    return begun[-1] if begun else None


def base(clause: Clause, day: date) -> Holding:
    """What values that are left out are filled from: those of the day, after a repeal those it ended."""
    kept = [holding for holding in clause.holdings if holding.begins <= day and not holding.repealed]
    return kept[-1] if kept else next(holding for holding in clause.holdings if not holding.repealed)


def judges(clause: Clause) -> bool:
    """Whether signed days are judged by the clause."""
    return clause.does.startswith(JUDGED)


def times(clause: Clause) -> bool:
    """Whether incidents are timed by the clause."""
    return clause.does.startswith(TIMED)


def settles(clause: Clause) -> bool:
    """Whether months are settled by the clause."""
    return clause.does.startswith(SETTLED)


def following(clause: Clause, day: date) -> Holding | None:
    """The next holding after `day`, which ends what begins there; None where there is none."""
    return next((holding for holding in clause.holdings if holding.begins > day), None)


def proposed(clause: Clause, begins_on: date, typed: Mapping[str, str], *, repealed: bool = False) -> Holding:
    """What would hold from `begins_on`: what was typed, the rest as it stands that day. Refuses unreadable values."""
    if repealed:
        return Holding(begins_on, {}, "", repealed=True)
    known = {parameter.name for parameter in clause.parameters}
    for name in typed:
        if name not in known:
            raise Refusal(f"{clause.short} 没有“{name}”这一项。请核对名称。", field=name)
    now = base(clause, begins_on).values
    values: dict[str, Value] = {}
    for parameter in clause.parameters:
        value = _read(parameter, typed[parameter.name]) if parameter.name in typed else now[parameter.name]
        if value is None and now[parameter.name] is not None:
            raise Refusal(f"请填写{parameter.label}。要停用这一条，请选废止。", field=parameter.name)
        values[parameter.name] = value
    _check_bands(clause, values)
    return Holding(begins_on, values, "")


def drafted(
    ctx: Context, clause: str, begins_on: date, typed: Mapping[str, str], *, repealed: bool = False
) -> Regulations:
    """The law with this draft in it; nothing is written. Refuses as `amend` does, without source and reason."""
    regulations = ctx.regulations
    found = _known(regulations, clause)
    _check_day(ctx, begins_on)
    return regulations.amended([(clause, proposed(found, begins_on, typed, repealed=repealed))])


@dataclass(frozen=True)
class Draft:
    """An amendment as it was typed: `source` and `reason` are required, `issued_on` is the day of the source if any."""

    clause: str
    begins_on: date
    typed: Mapping[str, str]
    source: str
    reason: str
    issued_on: date | None = None
    repealed: bool = False


def check(ctx: Context, draft: Draft) -> dict[str, Any]:
    """The row an amendment would be kept as; refuses what `amend` refuses, whoever is at the desk.

    Refusals bear the parameter's name, or `clause`, `begins_on`, `issued_on`, `source`, `reason`, `repealed` as field.
    """
    found = _known(ctx.regulations, draft.clause)
    _check_day(ctx, draft.begins_on)
    _check_repeal(found, draft.begins_on, draft.repealed)
    holding = proposed(found, draft.begins_on, draft.typed, repealed=draft.repealed)
    _check_change(found, holding)
    values = {"source": draft.source, "reason": draft.reason, "issued_on": draft.issued_on}
    held = {name: law_library.written(value) for name, value in holding.values.items()}
    return {
        "clause": draft.clause,
        "begins_on": draft.begins_on,
        "issued_on": _issued(ctx, values),
        "repealed": draft.repealed,
        "held": json.dumps(held, ensure_ascii=False),
        "source": entry.text(values, "source", "出处", required=True, longest=200),
        "reason": _reason(values),
    }


def amend(
    ctx: Context,
    *,
    clause: str,
    begins_on: date,
    typed: Mapping[str, str],
    source: str,
    reason: str,
    issued_on: date | None = None,
    repealed: bool = False,
    progress: Progress | None = None,
) -> Outcome[str]:
    """Let a clause hold `typed` from `begins_on`, or repeal it; only the supervisor may.

    Append-only: what was entered before stays. Signed days from `begins_on` to today are judged again in the same
    transaction, month by month; `progress(done, total)` hears of it and gives False to give the whole up.
    """
    ctx.require(Role.SUPERVISOR)
    row = check(ctx, Draft(clause, begins_on, typed, source, reason, issued_on, repealed))
    row |= {"entered_at": ctx.now(), "entered_by": ctx.actor.name}
    regulations = ctx.regulations
    found = regulations.clause(clause)
    holding = law_library.holding(found, row)
    with ctx.transaction("修订规章", row["reason"]) as tx:
        tx.insert(Amendment, **row)
        after = ctx.under(regulations.amended([(clause, holding)]))
        if judges(found) and begins_on <= ctx.today():
            _judge_again(tx, after, begins_on, progress)
        if (times(found) or judges(found)) and begins_on <= ctx.today():  # working hours time incidents, too
            incident_clocks.rejudge(tx, after, begins_on, ctx.today())
        said = _said(ctx, found, holding, _changed(tx))
    return Outcome(said, TOUCHED)


def used(ctx: Context, clause: str, day: date) -> Usage:
    """Where the clause is used on `day` and in its month."""
    found = _known(ctx.regulations, clause)
    days = month(day.year, day.month)
    key = f"{day:%Y-%m}"
    cited = func.json_each(StoredVerdict.citations).table_valued("value")
    cites = select(cited.c.value).where(func.json_extract(cited.c.value, "$.key") == clause).exists()
    verdicts = select(func.count(), func.count(StoredVerdict.staff_id.distinct())).where(
        StoredVerdict.replaced_at.is_(None), StoredVerdict.day.between(days[0], days[-1]), cites
    )
    booked = select(func.count()).where(
        Deduction.clause == clause, Deduction.month == key, Deduction.replaced_at.is_(None)
    )
    with ctx.read() as connection:
        count, people = connection.execute(verdicts).one()
        deductions = connection.execute(booked).scalar_one()
        rows = connection.execute(
            select(Contract.number, Vendor.short_name, ContractTerm.topic, ContractTerm.regulation)
            .join(ContractTerm, ContractTerm.contract_id == Contract.id)
            .join(Vendor, Vendor.id == Contract.vendor_id)
            .where(Contract.begins_on <= day, func.coalesce(Contract.ends_on, day) >= day)
            .where(ContractTerm.holds_from <= day)
            .order_by(Vendor.code, Contract.number, ContractTerm.holds_from, ContractTerm.id)
        ).all()
    chosen = {(row.number, row.short_name, row.topic): row.regulation for row in rows}
    contracts: dict[tuple[str, str], list[str]] = {}
    for (number, vendor, topic), regulation in chosen.items():
        if regulation == found.regulation:
            contracts.setdefault((number, vendor), []).append(topic)
    return Usage(
        month=key,
        contracts=tuple(Following(number, vendor, tuple(topics)) for (number, vendor), topics in contracts.items()),
        governs=GOVERNED[found.governs],
        verdicts=count,
        people=people,
        deductions=deductions,
    )


def _known(regulations: Regulations, key: str) -> Clause:
    try:
        return regulations.clause(key)
    except KeyError:
        raise Refusal(f"规章里没有条款 {key}。请在规章中核对编号。", field="clause") from None


def _check_bands(clause: Clause, values: Mapping[str, Value]) -> None:
    """Refuse minutes to begin with that lie above the first band: nobody could ever fall into it."""
    begins, bands = values.get("late.from"), values.get("late.bands")
    if isinstance(begins, int) and isinstance(bands, tuple) and (first := bands[0][0]) is not None and begins > first:
        label = clause.parameter("late.from").label
        raise Refusal(f"{label} {begins} 分超过了第一档的上限 {first} 分。请核对。", field="late.from")


def _read(parameter: Parameter, typed: str) -> Value:
    typed = one_line(typed)
    if parameter.unit == law_library.TIMES and parameter.name.startswith("hours."):
        typed = _hours(parameter, typed)
    try:
        value = law_library.read_value(parameter, typed)
    except ValueError as error:
        raise Refusal(str(error), field=parameter.name) from None
    if parameter.name in AT_LEAST_ONE and value == 0:
        raise Refusal(f"{parameter.label}至少是 1。请核对。", field=parameter.name)
    return _text(parameter, value) if isinstance(value, str) else value


def _hours(parameter: Parameter, typed: str) -> str:
    """Working hours or a noon break in the way they are kept: “08:30-12:00,13:30-17:30”."""
    if typed in ("", law_library.BLANK):
        return typed
    pairs = parse_pairs(typed, field=parameter.name)
    if parameter.name == "hours.noon" and (len(pairs) > 1 or pairs[0][1] >= 24 * 60):
        raise Refusal("午休只写一段，在当天之内，例如 12:00-13:00。", field=parameter.name)
    return write_pairs(pairs).replace(" ", ",")


def _text(parameter: Parameter, written: str) -> str:
    """A time of day, the days of pay of a month, or words; refused where they cannot be meant."""
    if len(written) > LONGEST_TEXT:
        raise Refusal(f"{parameter.label}最多写 {LONGEST_TEXT} 个字。请改短。", field=parameter.name)
    if parameter.name == "wage.days" and not _days_of_pay(written):
        raise Refusal(f"{parameter.label}要填 1 到 31 之间的数，例如 21.75。", field=parameter.name)
    if parameter.unit != law_library.TIMES or parameter.name.startswith("hours."):
        return written
    if not (found := CLOCK.fullmatch(written)):
        raise Refusal(f"{parameter.label}要写成 20:00 这样的时刻，“{written}”不是。", field=parameter.name)
    return f"{int(found[1]):02}:{found[2]}"


def _days_of_pay(written: str) -> bool:
    try:
        number = Decimal(written)
    except InvalidOperation:
        return False
    return number.is_finite() and 1 <= number <= 31


def _check_day(ctx: Context, begins_on: date) -> None:
    last = ctx.today().replace(year=ctx.today().year + YEARS_AHEAD, month=12, day=31)
    if not FIRST_DAY <= begins_on <= last:
        raise Refusal(
            f"生效日 {begins_on.isoformat()} 应在 {FIRST_DAY.isoformat()} 到 {last.isoformat()} 之间。请核对。",
            field="begins_on",
        )


def _check_repeal(clause: Clause, begins_on: date, repealed: bool) -> None:
    now = standing(clause, begins_on)
    gone = now is not None and now.repealed
    if repealed and clause.does.startswith(READING):
        raise Refusal(f"{clause.short} 是程序判定的口径，不能废止。可以修订它的数值。", field="repealed")
    if repealed and gone:
        raise Refusal(f"{clause.short} 在 {begins_on.isoformat()} 已经是废止的。请核对生效日。", field="repealed")
    if not repealed and not clause.parameters and not gone:
        raise Refusal(f"{clause.short} 没有数值可改。这一条只能废止，废止以后可以恢复。", field="clause")


def _check_change(clause: Clause, holding: Holding) -> None:
    now = standing(clause, holding.begins)
    if now is not None and not holding.repealed and not now.repealed and dict(now.values) == dict(holding.values):
        first = clause.parameters[0].name if clause.parameters else "clause"
        raise Refusal(
            f"这些数值与 {holding.begins.isoformat()} 当日适用的相同，没有需要修订的内容。请改数值或生效日。",
            field=first,
        )


def _issued(ctx: Context, values: Mapping[str, Any]) -> date | None:
    issued = entry.day_or_none(values, "issued_on", "发布日")
    if issued is not None and issued > ctx.today():
        raise Refusal(f"发布日 {issued.isoformat()} 在今天之后。文件发布以后再录入。", field="issued_on")
    return issued


def _reason(values: Mapping[str, Any]) -> str:
    reason = entry.text(values, "reason", "理由", required=True, longest=200)
    if len(reason) < 2:
        raise Refusal("理由至少写两个字，说明为什么修订。", field="reason")
    return reason


def _judge_again(tx: Transaction, ctx: Context, begins_on: date, progress: Progress | None) -> None:
    """Judge what was signed from `begins_on` to today anew, a calendar month at a time."""
    today = ctx.today()
    signed = select(func.min(Punch.day)).where(Punch.day >= begins_on, Punch.day <= today, Punch.void_at.is_(None))
    first = tx.connection.execute(signed).scalar_one()
    spans: list[tuple[date, date]] = []
    while first is not None and first <= today:
        last = min(today, month(first.year, first.month)[-1])
        spans.append((first, last))
        first = last + timedelta(days=1)
    everyone = list(tx.connection.execute(select(Staff.id)).scalars()) if spans else []
    for done, (since, until) in enumerate(spans, 1):
        rejudging.rejudge(tx, ctx, since, until, everyone)
        if progress is not None and not progress(done, len(spans)):
            raise Refusal("修订已取消，没有保存任何内容。")


def _changed(tx: Transaction) -> set[tuple[int, date]]:
    """Whose verdicts of which days were replaced, added or taken away in this transaction."""
    return {(each.values["staff_id"], each.values["day"]) for each in tx.entries if each.subject == "verdict"}


def _said(ctx: Context, clause: Clause, holding: Holding, changed: set[tuple[int, date]]) -> str:
    begins = holding.begins.isoformat()
    said = f"{clause.short} 自 {begins} 起{'废止' if holding.repealed else '按新的数值办'}。"
    if holding.blank:
        left = sum(value is None for value in holding.values.values())
        said += f"还有 {left} 项待填，填齐之前这一条不执行。"
    if not settles(clause):
        return said
    if holding.begins > ctx.today():
        return f"{said}到那一天才生效，已有的判定不变。"
    if not changed:
        return f"{said}{AGAIN}"
    people = len({staff for staff, _ in changed})
    return f"{said}{people} 人共 {len(changed)} 天的判定已重新作出，原判定保留备查。"
