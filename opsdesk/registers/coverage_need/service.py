"""Acts and list of the coverage needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from opsdesk.models import CoverageNeed, Post, Shift
from opsdesk.register import Chip, Options, Page, Query, Row, Tone
from opsdesk.services import choices, coverage, entry, listing, retiring
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.duties import STANDARD
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome

TOUCHED = frozenset({"coverage_need", "roster"})
ANY = 0
"""Stands for any post, and for the standard hours, where one is chosen."""
MOST = 99


def posts(ctx: Context) -> Options:
    """All posts together, then each."""
    return [(ANY, f"{coverage.ANYWHERE}（不分岗位）"), *choices.posts(ctx)]


def shifts(ctx: Context) -> Options:
    """The standard hours, then the shifts."""
    return [(ANY, f"{STANDARD}（按合同作息）"), *(each for each in choices.shifts(ctx) if each[0] != choices.REST)]


def kinds(_ctx: Context) -> Options:
    """On which days a need holds."""
    return [(kind, kind) for kind in coverage.KINDS]


def usual(ctx: Context) -> int:
    """How many people E17-02 asks for at any hour; one where it is not in force."""
    clause = coverage.at_least(ctx.law_on(ctx.today()))
    return clause.number("roster.at_least") if clause else 1


def listed(ctx: Context, query: Query) -> Page:
    """Needs by post and shift."""
    today = ctx.today()
    post, shift = func.coalesce(Post.name, coverage.ANYWHERE), func.coalesce(Shift.name, STANDARD)
    asked = (
        select(
            CoverageNeed.id, post.label("post"), shift.label("shift"), CoverageNeed.days, CoverageNeed.need,
            CoverageNeed.begins_on, CoverageNeed.ends_on,
        )
        .join(Post, Post.id == CoverageNeed.post_id, isouter=True)
        .join(Shift, Shift.id == CoverageNeed.shift_id, isouter=True)
        .where(listing.holds(query.text, post, shift, CoverageNeed.days))
        .order_by(post, shift, CoverageNeed.begins_on, CoverageNeed.id)
    )  # fmt: skip
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
    found = []
    for row in rows:
        over = row.ends_on is not None and row.ends_on < today
        ahead = row.begins_on > today
        chip = Chip("已结束") if over else Chip("未开始", Tone.INFORMATION) if ahead else Chip("在用", Tone.FINE)
        values = {key: row._mapping[key] for key in ("post", "shift", "days", "need", "begins_on", "ends_on")}
        found.append(Row(row.id, {**values, "state": chip}, muted=over))
    return Page(tuple(found), total)


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One need as its form shows it."""
    with ctx.read() as connection:
        found = _stored(connection, record_id)
    if found is None:
        raise retiring.missing("岗位需求")
    return {**found, "post_id": found["post_id"] or ANY, "shift_id": found["shift_id"] or ANY}


def _stored(connection: Connection, record_id: int) -> Mapping[str, Any] | None:
    query = select(
        CoverageNeed.post_id, CoverageNeed.shift_id, CoverageNeed.days, CoverageNeed.need, CoverageNeed.begins_on,
        CoverageNeed.ends_on,
    ).where(CoverageNeed.id == record_id)  # fmt: skip
    found = connection.execute(query).mappings().one_or_none()
    return dict(found) if found is not None else None


def save(ctx: Context, record_id: int | None, values: Mapping[str, Any]) -> Outcome[int]:
    """Register a need or change it; needs of one post and shift may not overlap in time on the same days."""
    ctx.require(*WRITERS)
    need = entry.whole_or_none(values, "need", "人数", 1, MOST)
    kept: dict[str, Any] = {
        "post_id": entry.chosen(values, "post_id", "岗位", [key for key, _ in posts(ctx)]) or None,
        "shift_id": entry.chosen(values, "shift_id", "班次", [key for key, _ in shifts(ctx)]) or None,
        "days": entry.chosen(values, "days", "日子", coverage.KINDS),
        "need": need,
        "begins_on": entry.day(values, "begins_on", "起始日"),
        "ends_on": entry.day_or_none(values, "ends_on", "截止日"),
    }
    if need is None:
        raise Refusal("请填写人数。", field="need")
    if kept["ends_on"] is not None and kept["ends_on"] < kept["begins_on"]:
        raise Refusal("截止日早于起始日。请核对。", field="ends_on")
    with ctx.transaction("登记岗位需求" if record_id is None else "修改岗位需求") as tx:
        if record_id is not None and _stored(tx.connection, record_id) is None:
            raise retiring.missing("岗位需求")
        _refuse_overlap(tx.connection, kept, record_id)
        if record_id is None:
            record_id = tx.insert(CoverageNeed, **kept)
        else:
            tx.update(CoverageNeed, record_id, **kept)
    return Outcome(record_id, TOUCHED)


def _refuse_overlap(connection: Connection, kept: Mapping[str, Any], but: int | None) -> None:
    alike = select(CoverageNeed.id, CoverageNeed.days, CoverageNeed.begins_on, CoverageNeed.ends_on).where(
        CoverageNeed.post_id.is_(None) if kept["post_id"] is None else CoverageNeed.post_id == kept["post_id"],
        CoverageNeed.shift_id.is_(None) if kept["shift_id"] is None else CoverageNeed.shift_id == kept["shift_id"],
    )
    for row in connection.execute(alike):
        same_days = row.days == kept["days"] or coverage.EVERY_DAY in {row.days, kept["days"]}
        apart = (kept["ends_on"] is not None and kept["ends_on"] < row.begins_on) or (
            row.ends_on is not None and row.ends_on < kept["begins_on"]
        )
        if row.id != but and same_days and not apart:
            raise Refusal(
                f"这个岗位和班次自 {row.begins_on.isoformat()} 起已有{row.days}的需求。请改那一条，或先写它的截止日。",
                field="days",
            )
