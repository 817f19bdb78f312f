"""领用归还 (F12): an asset is given to somebody and comes back, sound, damaged or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from opsdesk.models import Asset, AssetIssue
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.registers.asset.service import TOUCHED
from opsdesk.rules import lending
from opsdesk.services import assets, entry, listing, retiring
from opsdesk.services.assets import AssetState
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome

Values = Mapping[str, Any]
SOUND, DAMAGED, LOST = "完好", "损坏", "丢失"
CONDITIONS = (SOUND, DAMAGED, LOST)
AFTER = {SOUND: AssetState.SPARE, DAMAGED: AssetState.REPAIR, LOST: AssetState.SCRAPPED}
"""What an asset is once it has come back so."""
OUT, BACK = "领用中", "已归还"
TONES = {OUT: Tone.INFORMATION, BACK: Tone.FINE}


def issue(ctx: Context, asset_id: int, values: Values) -> Outcome[str]:
    """Give an asset to somebody: it is 在用 by him from then on."""
    ctx.require(*WRITERS)
    given: dict[str, Any] = {
        "taken_by": entry.name(values, "taken_by", "领用人"),
        "unit": entry.text(values, "unit", "单位部门"),
        "purpose": entry.text(values, "purpose", "领用用途", required=True, longest=100),
        "issued_at": entry.past(values, "issued_at", "领用时间", ctx.now()),
    }
    place = entry.text(values, "place", "存放地点")
    with ctx.transaction("领用设备") as tx:
        asset = assets.row(tx.connection, asset_id)
        if why := assets.why_not_at_hand(tx.connection, asset):
            raise Refusal(why)
        back = select(func.max(AssetIssue.returned_at)).where(AssetIssue.asset_id == asset_id)
        last: datetime | None = tx.connection.execute(back).scalar()
        if last is not None and given["issued_at"] < last:
            said = f"这台设备 {last:%Y-%m-%d %H:%M} 才归还，领用时间要晚于它。"
            raise Refusal(said, field="issued_at")
        tx.insert(AssetIssue, **given, asset_id=asset_id, issued_by=ctx.actor.name, condition="", checked_by="")
        where = {"place": place} if place else {}
        dept = given["unit"] or asset["dept"]
        assets.become(tx, asset_id, AssetState.USED, "", user=given["taken_by"], dept=dept, **where)
    return Outcome(f"{asset['asset_no']} {asset['name']}已由{given['taken_by']}领用。", TOUCHED)


def give_back(ctx: Context, asset_id: int, values: Values) -> Outcome[str]:
    """The asset comes back: 闲置 if it is sound, 维修 if damaged, 报废 if lost; of both the liability is written."""
    ctx.require(*WRITERS)
    return _give_back(ctx, asset_id, None, values)


def give_back_issue(ctx: Context, issue_id: int, values: Values) -> Outcome[str]:
    """The same, begun from the list of what was given out."""
    ctx.require(*WRITERS)
    with ctx.read() as connection:
        asset_id = int(row_of(connection, issue_id)["asset_id"])
    return _give_back(ctx, asset_id, issue_id, values)


def _give_back(ctx: Context, asset_id: int, issue_id: int | None, values: Values) -> Outcome[str]:
    condition = entry.chosen(values, "outcome", "归还状况", CONDITIONS)
    note = entry.text(values, "note", "说明", longest=200)
    checked_by = entry.text(values, "checked_by", "验收人", longest=30) or ctx.actor.name
    at = entry.past(values, "returned_at", "归还时间", ctx.now())
    held = ctx.law_on(at.date()).part("goods.liability", lending.STAFF)
    if condition != SOUND and not note:
        by = f"（{held.cite().short}）" if held else ""
        raise Refusal(f"设备{condition}的，请写明经过、责任和赔偿{by}。", field="note")
    with ctx.transaction("归还设备") as tx:
        asset = assets.row(tx.connection, asset_id)
        taken = assets.open_issue(tx.connection, asset_id)
        if taken is None or issue_id not in {None, taken["id"]}:
            raise Refusal(f"{asset['asset_no']} {asset['name']}已经归还过。请刷新后再看。")
        if at < taken["issued_at"]:
            said = f"归还时间早于领用时间 {taken['issued_at']:%Y-%m-%d %H:%M}，请核对。"
            raise Refusal(said, field="returned_at")
        words = f"{condition}：{note}" if note else condition
        tx.update(AssetIssue, taken["id"], returned_at=at, condition=words, checked_by=checked_by)
        state = AFTER[condition]
        if condition == SOUND and asset["state"] == AssetState.REPAIR:
            state = AssetState.REPAIR  # it was reported broken meanwhile, and nobody has repaired it
        repair = "" if condition == SOUND else f"{at:%Y-%m-%d} 归还时{words}"
        assets.become(tx, asset_id, state, repair, user="")
    return Outcome(f"{asset['asset_no']} {asset['name']}已归还，{condition}，现在是{state}。", TOUCHED)


def row_of(connection: Connection, issue_id: int) -> dict[str, Any]:
    """A 领用 with its asset's number and name. Refuses one that is not there."""
    found = retiring.one(connection, _every().where(AssetIssue.id == issue_id), "领用记录")
    return {**found, "device": device(found)}


def device(row: Mapping[Any, Any]) -> str:
    """Name, brand and model of the asset of a 领用."""
    return " ".join(part for part in (row["name"], assets.kind_words(row)) if part)


def _every() -> Any:
    columns = (Asset.asset_no, Asset.name, Asset.brand, Asset.model)
    return select(AssetIssue.__table__, *columns).join(Asset, Asset.id == AssetIssue.asset_id)


def listed(ctx: Context, query: Query) -> Page:
    """What was given out, the latest first, what is still out before what has come back."""
    chosen = query.filters or {}
    columns = (Asset.asset_no, Asset.name, Asset.brand, Asset.model, AssetIssue.taken_by, AssetIssue.unit)
    asked = (
        _every()
        .where(listing.holds(query.text, *columns, AssetIssue.purpose))
        .order_by(AssetIssue.returned_at.is_not(None), AssetIssue.issued_at.desc(), AssetIssue.id.desc())
    )
    if (state := chosen.get("state")) is not None:
        out = AssetIssue.returned_at.is_(None)
        asked = asked.where(out if state == OUT else ~out)
    asked = asked.where(listing.in_month(AssetIssue.issued_at, chosen.get("month")))
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
    return Page(tuple(_row(row._mapping) for row in rows), total)


def _row(row: Mapping[Any, Any]) -> Row:
    state = OUT if row["returned_at"] is None else BACK
    keys = ("issued_at", "asset_no", "taken_by", "unit", "purpose", "returned_at", "condition")
    values = {key: row[key] for key in keys}
    return Row(row["id"], {**values, "device": device(row), "state": Chip(state, TONES[state])}, muted=state == BACK)


def months(ctx: Context) -> list[tuple[str, str]]:
    """Months to choose from: this one first."""
    return listing.months_around(ctx.today(), after=0)


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One 领用 as its form shows it."""
    with ctx.read() as connection:
        return row_of(connection, record_id)
