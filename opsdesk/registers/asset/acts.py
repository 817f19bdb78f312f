"""What is done with an asset: 报修, 修复, 报废, and taken back into the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opsdesk.registers.asset.service import TOUCHED
from opsdesk.rules.vocabulary import Role
from opsdesk.services import assets, entry
from opsdesk.services.assets import AssetState
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome

Values = Mapping[str, Any]


def fault(ctx: Context, asset_id: int, values: Values) -> Outcome[str]:
    """The asset is broken: 维修, with a line among its repairs; who was given it keeps it in his name."""
    ctx.require(*WRITERS)
    reason = entry.text(values, "reason", "故障现象", required=True, longest=200)
    return _become(ctx, asset_id, assets.AT_HAND, AssetState.REPAIR, "报修", reason)


def repaired(ctx: Context, asset_id: int, values: Values) -> Outcome[str]:
    """The asset works again: 在用 where somebody uses it, else 闲置."""
    ctx.require(*WRITERS)
    reason = entry.text(values, "reason", "修复情况", required=True, longest=200)
    return _become(ctx, asset_id, (AssetState.REPAIR,), None, "修复", reason)


def scrap(ctx: Context, asset_id: int, values: Values) -> Outcome[str]:
    """Write an asset off; only the supervisor may, and not while somebody has it."""
    ctx.require(Role.SUPERVISOR)
    reason = entry.text(values, "reason", "报废原因", required=True, longest=200)
    return _become(ctx, asset_id, (*assets.AT_HAND, AssetState.REPAIR), AssetState.SCRAPPED, "报废", reason)


def restore(ctx: Context, asset_id: int, values: Values) -> Outcome[str]:
    """Take an asset that was written off, or lost and found, into use again; only the supervisor may."""
    ctx.require(Role.SUPERVISOR)
    reason = entry.text(values, "reason", "恢复原因", required=True, longest=200)
    return _become(ctx, asset_id, (AssetState.SCRAPPED,), None, "恢复使用", reason)


def _become(
    ctx: Context, asset_id: int, of: tuple[AssetState, ...], state: AssetState | None, act: str, reason: str
) -> Outcome[str]:
    """Change the state and keep a line of it; `state` None is 在用 or 闲置."""
    with ctx.transaction(act, reason) as tx:
        asset = assets.row(tx.connection, asset_id)
        named = f"{asset['asset_no']} {asset['name']}"
        if asset["state"] not in of:
            raise Refusal(f"{named}现在是{asset['state']}，不能{act}。请刷新后再看。")
        if state is AssetState.SCRAPPED and (taken := assets.open_issue(tx.connection, asset_id)) is not None:
            raise Refusal(f"{named}还在{taken['taken_by']}手里，请先办理归还，再报废。")
        becomes = state or assets.at_rest(asset)
        changes = {"user": ""} if becomes is AssetState.SCRAPPED else {}
        assets.become(tx, asset_id, becomes, f"{ctx.today().isoformat()} {act}：{reason}", **changes)
    return Outcome(f"{named}已{act}，现在是{becomes}。", TOUCHED)
