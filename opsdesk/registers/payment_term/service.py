"""付款约定: the fee of a quarter and how the score decides it, from a day on; what held before stays (T1-APP-01)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import aliased

from opsdesk.models import Contract, PaymentTerm, Vendor
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.rules.payment import GRADES, Mode
from opsdesk.rules.vocabulary import Role
from opsdesk.services import appraisal_typed, entry, listing, money, retiring
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome

Values = Mapping[str, Any]
TOUCHED = frozenset({"payment_term"})
WHAT = "付款约定"
BY_LAW = "regulation"
"""Stands for 按规章 where a mode is chosen."""
MODES = {BY_LAW: "按规章", Mode.LINEAR: "按比例", Mode.TIER3: "三档", Mode.GRADE4: "四等"}
HOLDING, COMING, PAST = "执行中", "待执行", "已停用"
TONES = {HOLDING: Tone.FINE, COMING: Tone.INFORMATION, PAST: Tone.NEUTRAL}


def contracts(ctx: Context) -> list[tuple[int, str]]:
    """Contracts by vendor, the newest first."""
    query = (
        select(Contract.id, Contract.number, Contract.project, Vendor.short_name)
        .join(Vendor, Vendor.id == Contract.vendor_id)
        .order_by(Vendor.code, Contract.begins_on.desc(), Contract.id)
    )
    with ctx.read() as connection:
        rows = connection.execute(query).all()
    return [(row.id, " ".join(filter(None, (row.number, row.short_name, row.project)))) for row in rows]


def listed(ctx: Context, query: Query) -> Page:
    """Terms by vendor and contract, the newest first."""
    later, today, chosen = aliased(PaymentTerm), ctx.today(), query.filters or {}
    holding = (
        select(func.max(later.holds_from))
        .where(later.contract_id == PaymentTerm.contract_id, later.holds_from <= today)
        .correlate(PaymentTerm)
        .scalar_subquery()
    )
    asked = (
        select(
            PaymentTerm.__table__, Contract.number, Contract.project, Vendor.short_name.label("vendor"),
            holding.label("holding"),
        )
        .join(Contract, Contract.id == PaymentTerm.contract_id)
        .join(Vendor, Vendor.id == Contract.vendor_id)
        .where(listing.holds(query.text, Contract.number, Contract.project, Vendor.name, Vendor.short_name))
        .order_by(Vendor.code, Contract.number, PaymentTerm.holds_from.desc())
    )  # fmt: skip
    if (vendor := chosen.get("vendor")) is not None:
        asked = asked.where(Contract.vendor_id == vendor)
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
    return Page(tuple(_row(row._mapping, today) for row in rows), total)


def _row(row: Mapping[Any, Any], today: date) -> Row:
    word = COMING if row["holds_from"] > today else HOLDING if row["holding"] == row["holds_from"] else PAST
    return Row(
        row["id"],
        {
            **{key: row[key] for key in ("number", "vendor", "project", "holds_from")},
            "fee": f"{money.yuan(row['quarter_fen']):,}",
            "mode": MODES[row["mode"] or BY_LAW],
            "shares": appraisal_typed.shares_words(appraisal_typed.shares_of(row["shares"])),
            "state": Chip(word, TONES[word]),
        },
        muted=word == PAST,
    )


def row_of(connection: Connection, term_id: int) -> dict[str, Any]:
    """A row of `payment_term`. Refuses one that is not there."""
    return retiring.one(connection, select(PaymentTerm.__table__).where(PaymentTerm.id == term_id), WHAT)


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One term as its form shows it, with all terms of its contract."""
    with ctx.read() as connection:
        row = row_of(connection, record_id)
        query = select(PaymentTerm.__table__).where(PaymentTerm.contract_id == row["contract_id"])
        terms = connection.execute(query.order_by(PaymentTerm.holds_from)).mappings().all()
    return {
        **row,
        "fee": str(money.yuan(row["quarter_fen"])),
        "mode": row["mode"] or BY_LAW,
        "shares": appraisal_typed.shares_words(appraisal_typed.shares_of(row["shares"])),
        "history": "\n".join(_in_words(each) for each in terms),
    }


def _in_words(row: Mapping[Any, Any]) -> str:
    shares = appraisal_typed.shares_words(appraisal_typed.shares_of(row["shares"]))
    told = f"{MODES[row['mode'] or BY_LAW]}{f'（{shares}）' if shares else ''}"
    return f"{row['holds_from'].isoformat()} 起 每季度 {money.in_words(row['quarter_fen'])} 元，{told}"


def save(ctx: Context, record_id: int | None, values: Values) -> Outcome[int]:
    """Let a fee and a mode hold from a day on; only the supervisor may. The same day twice corrects that day."""
    ctx.require(Role.SUPERVISOR)
    with ctx.read() as connection:
        query = select(Contract.id, Contract.number, Contract.begins_on, Contract.ends_on)
        known = {row.id: row for row in connection.execute(query)}
    contract = known[entry.chosen(values, "contract_id", "合同", known)]
    kept = {"contract_id": contract.id, "holds_from": entry.day(values, "holds_from", "生效日"), **_read(values)}
    if kept["holds_from"] < contract.begins_on or (contract.ends_on and kept["holds_from"] > contract.ends_on):
        until = contract.ends_on.isoformat() if contract.ends_on else "以后"
        span = f"{contract.begins_on.isoformat()} 至 {until}"
        raise Refusal(f"生效日不在合同 {contract.number} 的起止日期（{span}）之内，请核对。", field="holds_from")
    with ctx.transaction("登记付款约定") as tx:
        if record_id is not None:
            row = row_of(tx.connection, record_id)
            for key, title in (("contract_id", "合同"), ("holds_from", "生效日")):
                if row[key] != kept[key]:
                    raise Refusal(f"{title}不能改，以前的付款按它计算。请另建一条。", field=key)
        same = select(PaymentTerm.id).where(
            PaymentTerm.contract_id == contract.id, PaymentTerm.holds_from == kept["holds_from"]
        )
        found = tx.connection.execute(same).scalar_one_or_none()
        if found is None:
            return Outcome(tx.insert(PaymentTerm, **kept), TOUCHED)
        changed = tx.update(PaymentTerm, found, **kept)
    return Outcome(found, TOUCHED if changed else frozenset())


def _read(values: Values) -> dict[str, Any]:
    mode = entry.chosen(values, "mode", "付款方式", MODES)
    typed = entry.text(values, "shares", "各等比例", longest=100)
    if typed and mode in {Mode.LINEAR, Mode.TIER3}:
        raise Refusal(f"{MODES[mode]}付款不分四等，请把“各等比例”空着。", field="shares")
    if not typed and mode == Mode.GRADE4:
        raise Refusal("按四等付款要写各等比例，例如 优 100% 良 95% 合格 80% 不合格 0%。", field="shares")
    shares = appraisal_typed.read_shares(typed, "shares") if typed else ()
    if typed and tuple(word for word, _ in shares) != GRADES:
        raise Refusal(f"各等比例要把{'、'.join(GRADES)}依次写全。请核对。", field="shares")
    return {
        "quarter_fen": _fee(values),
        "mode": "" if mode == BY_LAW else str(mode),
        "shares": appraisal_typed.kept_shares(shares),
        "remarks": entry.long_text(values, "remarks", "备注"),
    }


def _fee(values: Values) -> int:
    try:
        fen = money.read_fen(entry.text(values, "fee", "季度合同款", required=True))
    except ValueError:
        said = "季度合同款要写成数字，单位是元，最多两位小数，例如 100000.00。"
        raise Refusal(said, field="fee") from None
    if not fen:
        raise Refusal("季度合同款要大于 0 元。请核对。", field="fee")
    return fen
