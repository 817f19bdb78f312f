"""Acts and list of the posts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, or_, select

from opsdesk.models import Post, Staff
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.services import entry, listing, retiring
from opsdesk.services.choices import in_use
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.outcome import Outcome

TOUCHED = frozenset({"post", "staff"})


def listed(ctx: Context, query: Query) -> Page:
    """Posts by name with the people on site in each."""
    today = ctx.today()
    filled = (
        select(func.count())
        .where(Staff.post_id == Post.id, Staff.arrived_on <= today)
        .where(or_(Staff.left_on.is_(None), Staff.left_on >= today))
        .scalar_subquery()
    )
    asked = (
        select(Post.id, Post.name, Post.duties, Post.left_on, filled.label("filled"))
        .where(listing.holds(query.text, Post.name, Post.duties))
        .order_by(Post.left_on.is_not(None), Post.name)
    )
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
    return Page(
        tuple(
            Row(
                row.id,
                {
                    "name": row.name,
                    "duties": row.duties,
                    "filled": row.filled,
                    "state": Chip("在用", Tone.FINE) if in_use(row.left_on, today) else Chip("已停用"),
                },
                muted=not in_use(row.left_on, today),
            )
            for row in rows
        ),
        total,
    )


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One post as its form shows it."""
    with ctx.read() as connection:
        query = select(Post.name, Post.duties, Post.left_on).where(Post.id == record_id)
        return retiring.one(connection, query, "岗位")


def save(ctx: Context, record_id: int | None, values: Mapping[str, Any]) -> Outcome[int]:
    """Register a post or change it."""
    ctx.require(*WRITERS)
    kept = {
        "name": entry.text(values, "name", "岗位", required=True),
        "duties": entry.long_text(values, "duties", "职责"),
    }
    with ctx.transaction("登记岗位" if record_id is None else "修改岗位") as tx:
        entry.refuse_taken(tx.connection, Post.name, kept["name"], title="岗位", holder=Post.name, but=record_id)
        if record_id is None:
            record_id = tx.insert(Post, **kept)
        else:
            tx.update(Post, record_id, **kept)
    return Outcome(record_id, TOUCHED)


def retire(ctx: Context, *, post_id: int) -> Outcome[str]:
    """Take a post out of use from today on; who holds it keeps it until it is changed."""
    return Outcome(retiring.retire(ctx, Post, post_id, what="岗位", day=ctx.today()).value, TOUCHED)


def bring_back(ctx: Context, *, post_id: int) -> Outcome[str]:
    """Take a post into use again."""
    return Outcome(retiring.bring_back(ctx, Post, post_id, what="岗位").value, TOUCHED)
