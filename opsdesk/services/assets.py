"""The asset ledger as other registers see it: an asset by its id or number, what to choose from, what it is now."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, func, select

from opsdesk.models import Asset, AssetIssue
from opsdesk.services import retiring
from opsdesk.services.choices import Choice
from opsdesk.services.context import Context
from opsdesk.services.transaction import Transaction

WHAT = "设备"


class AssetState(StrEnum):
    """What an asset is now (F12); 借出 begins and ends with a 借用单."""

    USED = "在用"
    SPARE = "闲置"
    REPAIR = "维修"
    SCRAPPED = "报废"
    LENT = "借出"


AT_HAND = (AssetState.USED, AssetState.SPARE)
"""States in which an asset can be lent or taken out of service."""


def row(connection: Connection, asset_id: int) -> dict[str, Any]:
    """A row of `asset`. Refuses one that is not there."""
    found = connection.execute(select(Asset.__table__).where(Asset.id == asset_id)).mappings().one_or_none()
    if found is None:
        raise retiring.missing(WHAT)
    return dict(found)


def numbered(connection: Connection, asset_no: str) -> dict[str, Any] | None:
    """The asset with this number, capitals or not; None where there is none."""
    query = select(Asset.__table__).where(func.lower(Asset.asset_no) == func.lower(asset_no))
    found = connection.execute(query).mappings().first()
    return dict(found) if found else None


def kind_words(asset: Mapping[Any, Any]) -> str:
    """Brand and model in one line: 联想 T14."""
    return " ".join(part for part in (asset["brand"], asset["model"]) if part)


def at_rest(asset: Mapping[str, Any]) -> AssetState:
    """What an asset is that is neither lent nor broken: 在用 where somebody uses it."""
    return AssetState.USED if asset["user"] else AssetState.SPARE


def become(tx: Transaction, asset_id: int, state: AssetState, repair: str = "", /, **changes: Any) -> None:
    """Change an asset's state; `repair` is one more line of its repairs."""
    if repair:
        kept = row(tx.connection, asset_id)["repairs"]
        changes["repairs"] = "\n".join(line for line in (kept, repair) if line)
    tx.update(Asset, asset_id, state=str(state), **changes)


def options(ctx: Context) -> Choice:
    """Assets to choose from by number, those written off last."""
    with ctx.read() as connection:
        query = select(Asset.id, Asset.asset_no, Asset.name, Asset.brand, Asset.model, Asset.state)
        rows = connection.execute(query.order_by(Asset.state == AssetState.SCRAPPED, Asset.asset_no)).mappings().all()
    return [(each["id"], f"{each['asset_no']} {each['name']} {kind_words(each)}（{each['state']}）") for each in rows]


def at_hand(ctx: Context) -> list[tuple[str, str]]:
    """Numbers of the assets that can be lent, each with what it is."""
    query = select(Asset.asset_no, Asset.name, Asset.brand, Asset.model).where(Asset.state.in_(map(str, AT_HAND)))
    with ctx.read() as connection:
        rows = connection.execute(query.order_by(Asset.asset_no)).mappings().all()
    return [(each["asset_no"], " ".join([each["asset_no"], each["name"], kind_words(each)]).strip()) for each in rows]


def open_issue(connection: Connection, asset_id: int) -> dict[str, Any] | None:
    """The 领用 of an asset that has not been given back; None where there is none."""
    query = select(AssetIssue.__table__).where(AssetIssue.asset_id == asset_id, AssetIssue.returned_at.is_(None))
    found = connection.execute(query.order_by(AssetIssue.id.desc())).mappings().first()
    return dict(found) if found else None


def why_not_at_hand(connection: Connection, asset: Mapping[str, Any]) -> str:
    """Why an asset cannot be lent or given out now, as a sentence; empty where it can."""
    if asset["state"] not in AT_HAND:
        return f"{asset['asset_no']} {asset['name']}现在是{asset['state']}，不能借出或领用。"
    if (taken := open_issue(connection, asset["id"])) is not None:
        return f"{asset['asset_no']} {asset['name']}已由{taken['taken_by']}领用，请先办理归还。"
    return ""
