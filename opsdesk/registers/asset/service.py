"""设备台账 (F12): its list, the form of an asset, and what became of it so far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.models import Asset, AssetIssue, EquipmentMove, Loan, LoanItem, Room
from opsdesk.register import Chip, Options, Page, Query, Row, Tone
from opsdesk.services import assets, entry, listing, money
from opsdesk.services.assets import AssetState
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome

Values = Mapping[str, Any]
TOUCHED = frozenset({"asset", "asset_issue"})
TONES = {
    AssetState.USED: Tone.FINE,
    AssetState.SPARE: Tone.NEUTRAL,
    AssetState.REPAIR: Tone.WARNING,
    AssetState.SCRAPPED: Tone.BROKEN,
    AssetState.LENT: Tone.AWAY,
}
STATES = tuple(str(state) for state in AssetState)
SHOWN = ("asset_no", "name", "category", "serial", "place", "user", "warranty_until")


def listed(ctx: Context, query: Query) -> Page:
    """Assets by number, those written off at the end."""
    chosen = query.filters or {}
    found_by = (
        Asset.asset_no, Asset.name, Asset.category, Asset.brand, Asset.model, Asset.serial, Asset.dept, Asset.user,
        Asset.place, Asset.owner, Asset.remarks,
    )  # fmt: skip
    asked = (
        select(Asset.__table__)
        .where(listing.holds(query.text, *found_by))
        .order_by(Asset.state == AssetState.SCRAPPED, Asset.asset_no)
    )
    for key in ("state", "category"):
        if (value := chosen.get(key)) is not None:
            asked = asked.where(getattr(Asset, key) == value)
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
    return Page(tuple(_row(row._mapping) for row in rows), total)


def _row(asset: Mapping[Any, Any]) -> Row:
    state = AssetState(asset["state"])
    values = {key: asset[key] for key in SHOWN}
    chip = Chip(str(state), TONES[state])
    return Row(
        asset["id"],
        {**values, "kind": assets.kind_words(asset), "state": chip},
        muted=state is AssetState.SCRAPPED,
    )


def categories(ctx: Context) -> Options:
    """The categories of the ledger, each once."""
    with ctx.read() as connection:
        names = connection.execute(select(Asset.category).distinct().order_by(Asset.category)).scalars()
        return [(name, name) for name in names]


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One asset as its form shows it, its price in yuan, with its history."""
    with ctx.read() as connection:
        asset = assets.row(connection, record_id)
        taken = assets.open_issue(connection, record_id)
        told = history(connection, record_id)
    price = money.yuan(asset["value_fen"])
    return {
        **asset,
        "value": "" if price is None else f"{price:f}",
        "issue_id": taken["id"] if taken else None,
        "history": "\n".join(told) or "还没有领用、借用或进出机房的记录。",
    }


def history(connection: Connection, asset_id: int) -> list[str]:
    """What became of an asset, the latest first: given out, lent, moved."""
    lines: list[tuple[Any, str]] = []
    issues = select(AssetIssue.__table__).where(AssetIssue.asset_id == asset_id)
    for each in connection.execute(issues).mappings():
        back = f"，{each['returned_at']:%Y-%m-%d} 归还，{each['condition']}" if each["returned_at"] else "，还没有归还"
        who = f"{each['taken_by']}（{each['unit']}）" if each["unit"] else each["taken_by"]
        lines.append((each["issued_at"], f"{who}领用：{each['purpose']}{back}。"))
    loans = (
        select(Loan.number, Loan.lent_at, Loan.borrower, Loan.due_on, LoanItem.quantity, LoanItem.returned)
        .join(LoanItem, LoanItem.loan_id == Loan.id)
        .where(LoanItem.asset_id == asset_id, Loan.lent_at.is_not(None), Loan.void_at.is_(None))
    )
    for loan in connection.execute(loans):
        back = "已归还" if loan.returned >= loan.quantity else f"应还 {loan.due_on.isoformat()}"
        lines.append((loan.lent_at, f"借给{loan.borrower}（{loan.number}），{back}。"))
    moves = (
        select(EquipmentMove.__table__, Room.name.label("room"))
        .join(Room, Room.id == EquipmentMove.room_id)
        .where(EquipmentMove.asset_id == asset_id, EquipmentMove.void_at.is_(None))
    )
    for move in connection.execute(moves).mappings():
        said = f"{move['direction']}{move['room']}（{move['number']}）：{move['reason']}"
        lines.append((move["moved_at"], f"{said}，{move['rack']}。" if move["rack"] else f"{said}。"))
    return [f"{at:%Y-%m-%d %H:%M} {said}" for at, said in sorted(lines, key=lambda line: line[0], reverse=True)]


def _read(values: Values) -> dict[str, Any]:
    try:
        value = money.read_fen(str(values.get("value") or ""))
    except ValueError:
        said = "原值要写成数字，单位是元，最多两位小数，例如 12800.00。"
        raise Refusal(said, field="value") from None
    return {
        "asset_no": entry.code(values, "asset_no", "资产编号", required=True),
        "category": entry.text(values, "category", "分类", required=True),
        "name": entry.text(values, "name", "设备名称", required=True),
        "brand": entry.text(values, "brand", "品牌"),
        "model": entry.text(values, "model", "型号"),
        "serial": entry.text(values, "serial", "序列号", longest=60),
        "config": entry.text(values, "config", "配置", longest=200),
        "bought_on": entry.day_or_none(values, "bought_on", "购置日期"),
        "value_fen": value,
        "dept": entry.text(values, "dept", "使用部门"),
        "user": entry.text(values, "user", "使用人", longest=30),
        "place": entry.text(values, "place", "存放地点"),
        "state": str(AssetState(entry.chosen(values, "state", "状态", STATES))) if values.get("state") else "",
        "owner": entry.text(values, "owner", "责任人", longest=30),
        "warranty_until": entry.day_or_none(values, "warranty_until", "保修到期"),
        "remarks": entry.long_text(values, "remarks", "备注"),
    }


def save(ctx: Context, record_id: int | None, values: Values) -> Outcome[int]:
    """Enter an asset or change it; 维修, 报废 and 借出 come about by acts and loans, not by the form."""
    ctx.require(*WRITERS)
    kept = _read(values)
    if kept["warranty_until"] and kept["bought_on"] and kept["warranty_until"] < kept["bought_on"]:
        raise Refusal("保修到期早于购置日期，请核对。", field="warranty_until")
    with ctx.transaction("登记设备" if record_id is None else "修改设备") as tx:
        entry.refuse_taken(
            tx.connection, Asset.asset_no, kept["asset_no"], title="资产编号", holder=Asset.name, but=record_id
        )
        if record_id is None:
            kept["state"] = first_state(kept)
            return Outcome(tx.insert(Asset, **kept, repairs=""), TOUCHED)
        old = assets.row(tx.connection, record_id)
        kept["state"] = kept["state"] or old["state"]
        if said := no_change(tx.connection, old, kept):
            raise Refusal(said[1], field=said[0])
        tx.update(Asset, record_id, **kept)
    return Outcome(record_id, TOUCHED)


def first_state(asset: Values) -> str:
    """The state an asset is entered in: as written, else by whether somebody uses it. Refuses 借出."""
    if asset["state"] == AssetState.LENT:
        raise Refusal("借出要用借用单办理。请先按在用或闲置登记，再填借用单。", field="state")
    return asset["state"] or str(assets.at_rest(asset))


def no_change(connection: Connection, old: Values, new: Values) -> tuple[str, str] | None:
    """Field and sentence where a change of state or user does not go by the form; None where it does."""
    if new["state"] != old["state"] and not {old["state"], new["state"]} <= set(assets.AT_HAND):
        way = "借用单" if AssetState.LENT in {old["state"], new["state"]} else "报修、修复、报废、恢复使用"
        return "state", f"{old['asset_no']} 现在是{old['state']}，改成{new['state']}请用{way}办理。"
    moved = (new["state"], new["user"]) != (old["state"], old["user"])
    taken = assets.open_issue(connection, old["id"]) if moved else None
    if taken is not None:
        return "user", f"{old['asset_no']} 已由{taken['taken_by']}领用，换人或转闲置请先办理归还。"
    return None
