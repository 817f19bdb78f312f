"""Acts and list of the contracts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, or_, select

from opsdesk.models import Contract, ContractTerm, Vendor
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.registers.contract import terms as dated
from opsdesk.registers.contract.terms import FIELDS, NOT_APPLIED, OPEN, Term
from opsdesk.rules.vocabulary import Topic
from opsdesk.services import entry, incident_clocks, listing, rejudging, retiring
from opsdesk.services.choices import in_use
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.services.transaction import Transaction

TOUCHED = frozenset({"contract", "vendor", "sign_in"})
RUNNING, COMING, OVER = "执行中", "未开始", "已到期"


def _state(begins_on: date, ends_on: date | None, today: date) -> str:
    if begins_on > today:
        return COMING
    return OVER if ends_on is not None and ends_on < today else RUNNING


def _looked_at(begins_on: date, ends_on: date | None, today: date) -> date:
    """The day whose terms are shown: today, or the contract's first or last day where today is outside it."""
    return max(begins_on, today if ends_on is None else min(today, ends_on))


def listed(ctx: Context, query: Query) -> Page:
    """Contracts by vendor and beginning, the newest first, with the terms in force today."""
    today, chosen = ctx.today(), query.filters or {}
    asked = (
        select(
            Contract.id, Contract.number, Contract.project, Contract.begins_on, Contract.ends_on,
            Vendor.short_name.label("vendor"),
        )
        .join(Vendor, Vendor.id == Contract.vendor_id)
        .where(listing.holds(query.text, Contract.number, Contract.project, Vendor.name, Vendor.short_name))
        .order_by(Vendor.code, Contract.begins_on.desc(), Contract.id)
    )  # fmt: skip
    if (vendor := chosen.get("vendor")) is not None:
        asked = asked.where(Contract.vendor_id == vendor)
    match chosen.get("state"):
        case "未开始":
            asked = asked.where(Contract.begins_on > today)
        case "已到期":
            asked = asked.where(Contract.ends_on < today)
        case "执行中":
            asked = asked.where(Contract.begins_on <= today, or_(Contract.ends_on.is_(None), Contract.ends_on >= today))
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
        terms = dated.of_contracts(connection, [row.id for row in rows])
    return Page(tuple(_row(row, terms[row.id], today) for row in rows), total)


def _row(row: Any, terms: list[Term], today: date) -> Row:
    held = dated.in_force(terms, _looked_at(row.begins_on, row.ends_on, today))
    state = _state(row.begins_on, row.ends_on, today)
    tones = {RUNNING: Tone.FINE, COMING: Tone.INFORMATION, OVER: Tone.NEUTRAL}
    values = {
        "number": row.number,
        "vendor": row.vendor,
        "project": row.project,
        "begins_on": row.begins_on,
        "ends_on": row.ends_on,
        "hours": dated.shown(Topic.HOURS, held.get(Topic.HOURS, "")),
        "penalties": dated.shown(Topic.PENALTIES, held.get(Topic.PENALTIES, "")),
        "state": Chip(state, tones[state]),
    }
    return Row(row.id, values, muted=state == OVER)


def _standing(connection: Connection, record_id: int) -> Any:
    query = select(Contract.vendor_id, Contract.number, Contract.project, Contract.begins_on, Contract.ends_on).where(
        Contract.id == record_id
    )
    found = connection.execute(query).one_or_none()
    if found is None:
        raise retiring.missing("合同")
    return found


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One contract as its form shows it, with the terms in force today and all that ever were."""
    with ctx.read() as connection:
        row = _standing(connection, record_id)
        terms = dated.of_contracts(connection, [record_id])[record_id]
    held = dated.in_force(terms, _looked_at(row.begins_on, row.ends_on, ctx.today()))
    return {
        "vendor_id": row.vendor_id,
        "number": row.number,
        "project": row.project,
        "begins_on": row.begins_on,
        "ends_on": row.ends_on,
        **{field: held.get(topic) for topic, field in FIELDS.items()},
        "holds_from": None,
        "history": dated.history(terms),
    }


def save(ctx: Context, record_id: int | None, values: Mapping[str, Any]) -> Outcome[int]:
    """Register a contract or change it.

    A change of terms needs the day from which it holds; it adds a term and leaves the old ones, so that days before
    are judged as before. A second change for the same day replaces that day's. Days signed since are judged again.
    响应, 报告 and 考核 may be left open; a topic that is not among the values stays as it is.
    """
    ctx.require(*WRITERS)
    with ctx.read() as connection:
        vendors = {row.id: row for row in connection.execute(select(Vendor.id, Vendor.name, Vendor.left_on))}
    vendor_id = entry.chosen(values, "vendor_id", "外包单位", vendors)
    begins_on, ends_on = entry.day(values, "begins_on", "开始日期"), entry.day_or_none(values, "ends_on", "结束日期")
    kept = {
        "vendor_id": vendor_id,
        "number": entry.text(values, "number", "合同编号", required=True),
        "project": entry.text(values, "project", "项目", longest=100),
        "begins_on": begins_on,
        "ends_on": ends_on,
    }
    wanted = {
        Topic.HOURS: entry.chosen(values, "hours", "作息", [code for code, _ in dated.hours_offered(ctx.regulations)]),
        Topic.PENALTIES: entry.chosen(
            values, "penalties", "考勤罚则", [code for code, _ in dated.penalties_offered(ctx.regulations)]
        ),
    }
    for topic in dated.OPTIONAL:
        if (field := FIELDS[topic]) in values:
            wanted[topic] = _optional(ctx, values, topic, field)
    holds_from = entry.day_or_none(values, "holds_from", "生效日")
    if ends_on is not None and ends_on < begins_on:
        raise Refusal("结束日期早于开始日期，请核对。", field="ends_on")
    if holds_from is not None and (holds_from < begins_on or (ends_on is not None and holds_from > ends_on)):
        raise Refusal("生效日不在合同的起止日期之内，请核对。", field="holds_from")
    with ctx.transaction("登记合同" if record_id is None else "修改合同") as tx:
        entry.refuse_taken(
            tx.connection, Contract.number, kept["number"], title="合同编号", holder=Contract.number, but=record_id
        )
        if record_id is None:
            if not in_use(vendors[vendor_id].left_on, ctx.today()):
                raise Refusal(f"{vendors[vendor_id].name}已停用。请先恢复单位再登记合同。", field="vendor_id")
            if holds_from not in (None, begins_on):
                raise Refusal("新合同的各项规章从开始日期起执行，生效日请空着。", field="holds_from")
            record_id = _sign(tx, kept, wanted)
            changed_from: date | None = begins_on
        else:
            changed_from = _change(tx, ctx, record_id, kept, wanted, holds_from)
        if changed_from is not None:
            rejudging.rejudge(tx, ctx, changed_from, ctx.today(), rejudging.staff_of(tx, vendor_id))
            incident_clocks.rejudge(tx, ctx, changed_from, ctx.today(), (vendor_id,))
    return Outcome(record_id, TOUCHED)


def _optional(ctx: Context, values: Mapping[str, Any], topic: Topic, field: str) -> str:
    if values[field] in (None, ""):
        return OPEN if topic is Topic.RESPONSE else NOT_APPLIED
    return entry.chosen(values, field, str(topic), [code for code, _ in dated.optional_offered(ctx.regulations, topic)])


def _sign(tx: Transaction, kept: Mapping[str, Any], wanted: Mapping[Topic, str]) -> int:
    contract_id = tx.insert(Contract, **kept)
    for topic, regulation in wanted.items():
        if regulation != dated.standing({}, topic):
            _add(tx, contract_id, topic, regulation, kept["begins_on"])
    return contract_id


def _add(tx: Transaction, contract_id: int, topic: Topic, regulation: str, day: date) -> None:
    tx.insert(ContractTerm, contract_id=contract_id, topic=str(topic), regulation=regulation, holds_from=day)


def _change(
    tx: Transaction,
    ctx: Context,
    contract_id: int,
    kept: Mapping[str, Any],
    wanted: Mapping[Topic, str],
    holds_from: date | None,
) -> date | None:
    """Write what differs; returns the first day that may now be judged differently, None where there is none."""
    old = _standing(tx.connection, contract_id)
    if old.vendor_id != kept["vendor_id"]:
        raise Refusal("合同的外包单位不能改，以前的考勤按它计算。请新建一份合同。", field="vendor_id")
    terms = dated.of_contracts(tx.connection, [contract_id])[contract_id]
    shown = dated.in_force(terms, _looked_at(old.begins_on, old.ends_on, ctx.today()))
    ended = {topic: NOT_APPLIED for topic, regulation in wanted.items() if regulation == OPEN and topic in shown}
    wanted = {**wanted, **ended}
    changed = {topic: regulation for topic, regulation in wanted.items() if dated.standing(shown, topic) != regulation}
    if changed and holds_from is None:
        raise Refusal("执行的规章有改动，请填写从哪一天起执行。", field="holds_from")
    days: list[date] = []
    if holds_from is not None:
        for topic, regulation in (changed or wanted).items():
            if _hold(tx, contract_id, terms, topic, regulation, holds_from) and topic in dated.JUDGED:
                days.append(holds_from)
    if kept["begins_on"] < old.begins_on:
        terms = dated.of_contracts(tx.connection, [contract_id])[contract_id]
        for topic, regulation in dated.in_force(terms, old.begins_on).items():
            if not any(term.topic == topic and term.holds_from <= kept["begins_on"] for term in terms):
                _add(tx, contract_id, topic, regulation, kept["begins_on"])
    tx.update(Contract, contract_id, **kept)
    if old.begins_on != kept["begins_on"]:
        days.append(min(old.begins_on, kept["begins_on"]))
    if old.ends_on != kept["ends_on"]:
        days.append(min(end for end in (old.ends_on, kept["ends_on"]) if end is not None))
    return min(days, default=None)


def _hold(
    tx: Transaction, contract_id: int, terms: list[Term], topic: Topic, regulation: str, holds_from: date
) -> bool:
    """Let `regulation` hold from the day on; False where it does already."""
    same_day = next((term for term in terms if term.topic == topic and term.holds_from == holds_from), None)
    if same_day is not None:
        return tx.update(ContractTerm, same_day.id, regulation=regulation)
    if dated.standing(dated.in_force(terms, holds_from), topic) == regulation:
        return False
    _add(tx, contract_id, topic, regulation, holds_from)
    return True
