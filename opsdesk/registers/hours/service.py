"""The site's own working hours, dated: what held in March still explains March."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from opsdesk.models import SiteHours
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.rules.vocabulary import Role
from opsdesk.services import entry, listing, rejudging, retiring
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.services.shifts import parse_pairs, shown_pairs, write_pairs


def listed(ctx: Context, query: Query) -> Page:
    """Hours, newest first, each with whether it holds today."""
    asked = (
        select(SiteHours.id, SiteHours.holds_from, SiteHours.pairs)
        .where(listing.holds(query.text, SiteHours.holds_from, SiteHours.pairs))
        .order_by(SiteHours.holds_from.desc())
    )
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
        begun = select(SiteHours.id).where(SiteHours.holds_from <= ctx.today())
        holding = connection.execute(begun.order_by(SiteHours.holds_from.desc()).limit(1)).scalar_one_or_none()
    return Page(tuple(_row(ctx, row, holding) for row in rows), total)


def _row(ctx: Context, row: Any, holding: int | None) -> Row:
    if row.id == holding:
        state = Chip("执行中", Tone.FINE)
    elif row.holds_from > ctx.today():
        state = Chip("待执行", Tone.INFORMATION)
    else:
        state = Chip("已停用", Tone.NEUTRAL)
    values = {"holds_from": row.holds_from, "pairs": shown_pairs(parse_pairs(row.pairs)), "state": state}
    return Row(row.id, values, muted=state.word == "已停用")


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One entry as its form shows it."""
    asked = select(SiteHours.holds_from, SiteHours.pairs).where(SiteHours.id == record_id)
    with ctx.read() as connection:
        return retiring.one(connection, asked, "作息")


def save(ctx: Context, record_id: int | None, values: Mapping[str, Any]) -> Outcome[int]:
    """Let hours hold from a day on; only the supervisor may. The same day twice corrects that day.

    Signed days from then on are judged again.
    """
    ctx.require(Role.SUPERVISOR)
    holds_from = entry.day(values, "holds_from", "生效日")
    pairs = write_pairs(parse_pairs(entry.text(values, "pairs", "作息", longest=100), field="pairs"))
    if record_id is not None and load(ctx, record_id)["holds_from"] != holds_from:
        raise Refusal("生效日不能改。要从另一天起执行，请新建一条。", field="holds_from")
    with ctx.transaction("修改作息") as tx:
        same = select(SiteHours.id).where(SiteHours.holds_from == holds_from)
        kept = tx.connection.execute(same).scalar_one_or_none()
        if kept is None:
            kept = tx.insert(SiteHours, holds_from=holds_from, pairs=pairs)
            changed = True
        else:
            changed = tx.update(SiteHours, kept, pairs=pairs)
        if changed:
            rejudging.everybody(tx, ctx, holds_from, max(holds_from, ctx.today()))
    return Outcome(kept, frozenset({"hours", "sign_in"}))
