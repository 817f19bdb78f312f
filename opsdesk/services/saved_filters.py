"""Questions that somebody asks often of a list, kept by name for his account."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from opsdesk.models import SavedFilter
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.services.text import one_line

MOST = 20
LONGEST = 80
TOUCHED = frozenset({"saved_filter"})


@dataclass(frozen=True)
class Saved:
    """One question: its name, the words typed and the filters chosen by key."""

    id: int
    name: str
    text: str
    filters: dict[str, Any]


def of(ctx: Context, page: str) -> list[Saved]:
    """The questions that the actor keeps for a page, by name."""
    query = select(SavedFilter.id, SavedFilter.name, SavedFilter.asked).where(
        SavedFilter.page == page, SavedFilter.by == ctx.actor.name
    )
    with ctx.read() as connection:
        rows = connection.execute(query.order_by(SavedFilter.name)).all()
    return [Saved(row.id, row.name, *_asked(row.asked)) for row in rows]


def _asked(written: str) -> tuple[str, dict[str, Any]]:
    asked = json.loads(written)
    return asked["text"], asked["filters"]


def keep(ctx: Context, page: str, name: str, text: str, filters: dict[str, Any]) -> Outcome[str]:
    """Keep a question under a name; one of the same name is replaced."""
    name = one_line(name)[:LONGEST]
    if not name:
        raise Refusal("还没有条件可以保存。请先输入文字或选择条件。")
    asked = json.dumps({"text": one_line(text), "filters": filters}, ensure_ascii=False, sort_keys=True)
    with ctx.transaction("保存查询条件") as tx:
        known = select(SavedFilter.id, SavedFilter.name).where(
            SavedFilter.page == page, SavedFilter.by == ctx.actor.name
        )
        rows = {row.name: row.id for row in tx.connection.execute(known)}
        if name in rows:
            tx.update(SavedFilter, rows[name], asked=asked)
        elif len(rows) >= MOST:
            raise Refusal(f"最多保存 {MOST} 个常用查询。请先删掉不用的。")
        else:
            tx.insert(SavedFilter, page=page, name=name, asked=asked, by=ctx.actor.name)
    return Outcome(f"已保存常用查询“{name}”。", TOUCHED)


def drop(ctx: Context, saved_id: int) -> Outcome[str]:
    """Take one of the actor's questions away."""
    with ctx.transaction("删除查询条件") as tx:
        query = select(SavedFilter.name).where(SavedFilter.id == saved_id, SavedFilter.by == ctx.actor.name)
        name = tx.connection.execute(query).scalar_one_or_none()
        if name is None:
            raise Refusal("这个常用查询已经不在了。")
        tx.remove(SavedFilter, saved_id)
    return Outcome(f"已删除常用查询“{name}”。", TOUCHED)
