"""What is done with an 考核方案: 公示, 新版, 停用, 恢复."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from opsdesk.models import AppraisalItem, AppraisalScheme
from opsdesk.registers.scheme.service import TOUCHED
from opsdesk.rules.vocabulary import Role
from opsdesk.services import appraisal_schemes, entry
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.services.transaction import Transaction

Values = Mapping[str, Any]


def publish(ctx: Context, scheme_id: int, values: Values) -> Outcome[str]:
    """The scheme is made public on a day (T4-01). Refuses weights that are not the full points and a bare item."""
    ctx.require(Role.SUPERVISOR)
    day = entry.past_day_or_none(values, "day", "公示日期", ctx.today()) or ctx.today()
    with ctx.transaction("公示考核方案") as tx:
        row = appraisal_schemes.row_of(tx.connection, scheme_id)
        if row["published_on"] is not None:
            raise Refusal(f"{_named(row)}在 {row['published_on'].isoformat()} 已经公示。")
        scheme = appraisal_schemes.read(tx.connection, scheme_id)
        full = appraisal_schemes.full_points(scheme, ctx.law_on(max(day, scheme.begins_on)))
        if why := appraisal_schemes.unfit(scheme, full):
            raise Refusal(f"{_named(row)}还不能公示：{why}")
        tx.update(AppraisalScheme, scheme_id, published_on=day)
    said = f"{_named(row)}已于 {day.isoformat()} 公示，从这一天起可以按它打分（T4 2.1）。"
    if back := (ctx.today() - day).days:
        said += f"公示日期比登记的今天早 {back} 天，请留好当天张贴或发出的凭据。"
    return Outcome(said, TOUCHED)


def renew(ctx: Context, scheme_id: int, values: Values) -> Outcome[str]:
    """Copy a scheme and its items as the next edition, which begins on a day and can be changed until published."""
    ctx.require(Role.SUPERVISOR)
    begins_on = entry.day(values, "begins_on", "生效日")
    with ctx.transaction("新版考核方案") as tx:
        row = appraisal_schemes.row_of(tx.connection, scheme_id)
        editions = _editions(tx, row["code"])
        if open_one := next((each for each in editions if not appraisal_schemes.fixed(each)), None):
            raise Refusal(f"{_named(open_one)}还没有公示，也没有用过，可以直接改。请改那一版。")
        latest = max(each["begins_on"] for each in editions)
        if begins_on < latest:
            raise Refusal(
                f"新版的生效日不能早于现有一版的 {latest.isoformat()}，否则两版分不清先后。", field="begins_on"
            )
        edition = 1 + max(each["edition"] for each in editions)
        fresh = {"edition": edition, "begins_on": begins_on, "published_on": None, "frozen_at": None, "ended_on": None}
        kept = {key: value for key, value in row.items() if key != "id"}
        new_id = tx.insert(AppraisalScheme, **{**kept, **fresh})
        items = appraisal_schemes.item_rows(tx.connection, [scheme_id])[scheme_id]
        copied = [{key: value for key, value in each.items() if key != "id"} for each in items]
        tx.insert_many(AppraisalItem, [{**each, "scheme_id": new_id} for each in copied])
    said = f"已复制为 {row['code']} 第 {edition} 版，自 {begins_on.isoformat()} 起。"
    return Outcome(f"{said}改好以后公示，公示以前仍按原来的一版。", TOUCHED)


def retire(ctx: Context, scheme_id: int, values: Values) -> Outcome[str]:
    """Take a scheme with all its editions out of use from a day on; what was appraised by it stays."""
    ctx.require(Role.SUPERVISOR)
    day = entry.day_or_none(values, "day", "停用日期") or ctx.today()
    with ctx.transaction("停用考核方案") as tx:
        row = appraisal_schemes.row_of(tx.connection, scheme_id)
        if row["ended_on"] is not None:
            raise Refusal(f"{row['code']} 在 {row['ended_on'].isoformat()} 已经停用。")
        for each in _editions(tx, row["code"]):
            if each["ended_on"] is None:
                tx.update(AppraisalScheme, each["id"], ended_on=day)
    return Outcome(f"{row['code']} 各版自 {day.isoformat()} 起停用，以前的考核都还在。", TOUCHED)


def bring_back(ctx: Context, scheme_id: int, _values: Values) -> Outcome[str]:
    """Take a scheme with all its editions into use again."""
    ctx.require(Role.SUPERVISOR)
    with ctx.transaction("恢复考核方案") as tx:
        row = appraisal_schemes.row_of(tx.connection, scheme_id)
        if row["ended_on"] is None:
            raise Refusal(f"{row['code']} 正在使用，不需要恢复。")
        for each in _editions(tx, row["code"]):
            tx.update(AppraisalScheme, each["id"], ended_on=None)
    return Outcome(f"{row['code']} 已恢复使用。", TOUCHED)


def _editions(tx: Transaction, code: str) -> list[Mapping[Any, Any]]:
    query = select(AppraisalScheme.__table__).where(AppraisalScheme.code == code)
    return list(tx.connection.execute(query.order_by(AppraisalScheme.edition)).mappings())


def _named(row: Mapping[Any, Any]) -> str:
    return f"{row['code']} 第 {row['edition']} 版"
