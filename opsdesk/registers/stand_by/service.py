"""Acts and list of the stand-by staff (T2-RSV-01, T2-RSV-04)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from opsdesk.models import Post, Staff, StandBy, Vendor
from opsdesk.register import Chip, Options, Page, Query, Row, Tone
from opsdesk.services import duties, entry, listing, retiring
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome

TOUCHED = frozenset({"stand_by", "leave"})
READY, UNTRAINED, UNCONFIRMED, NO_LONGER = "可顶岗", "未培训", "待确认", "不再储备"
STATES = {READY: Tone.FINE, UNTRAINED: Tone.WARNING, UNCONFIRMED: Tone.WARNING, NO_LONGER: Tone.NEUTRAL}


def _conditions() -> Mapping[str, ColumnElement[bool]]:
    """Each state as it is asked of the record; the first that holds counts."""
    unconfirmed = or_(StandBy.confirmed_by_personnel == "", StandBy.confirmed_by_user == "")
    over = ~Staff.reserve
    return {
        NO_LONGER: over,
        UNTRAINED: and_(~over, StandBy.trained_on.is_(None)),
        UNCONFIRMED: and_(~over, StandBy.trained_on.is_not(None), unconfirmed),
        READY: and_(~over, StandBy.trained_on.is_not(None), ~unconfirmed),
    }


def listed(ctx: Context, query: Query) -> Page:
    """Stand-by staff by vendor and number."""
    asked = (
        select(
            StandBy.id, Staff.staff_no, Staff.name, Staff.reserve, Vendor.short_name.label("vendor"),
            Post.name.label("post"), StandBy.trained_on, StandBy.training, StandBy.confirmed_by_personnel,
            StandBy.confirmed_by_user, StandBy.remarks,
        )
        .join(Staff, Staff.id == StandBy.staff_id)
        .join(Vendor, Vendor.id == Staff.vendor_id)
        .join(Post, Post.id == StandBy.post_id, isouter=True)
        .where(listing.holds(query.text, Staff.staff_no, Staff.name, Staff.initials, Post.name, StandBy.training))
        .order_by(Vendor.code, Staff.staff_no)
    )  # fmt: skip
    if (state := (query.filters or {}).get("state")) is not None:
        asked = asked.where(_conditions()[state])
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
    return Page(tuple(_row(row) for row in rows), total)


def _state(row: Any) -> str:
    if not row.reserve:
        return NO_LONGER
    if row.trained_on is None:
        return UNTRAINED
    return READY if row.confirmed_by_personnel and row.confirmed_by_user else UNCONFIRMED


def _row(row: Any) -> Row:
    state = _state(row)
    values = {
        "staff_no": row.staff_no,
        "name": row.name,
        "vendor": row.vendor,
        "post": row.post or "",
        "trained_on": row.trained_on,
        "training": row.training,
        "confirmed": "、".join(each for each in (row.confirmed_by_personnel, row.confirmed_by_user) if each),
        "remarks": row.remarks,
        "state": Chip(state, STATES[state]),
    }
    return Row(row.id, values, muted=not row.reserve)


def reserves(ctx: Context) -> Options:
    """Staff marked as stand-by, and who is entered here already."""
    with ctx.read() as connection:
        entered = set(connection.execute(select(StandBy.staff_id)).scalars())
        people = [each for each in duties.people(connection) if each.reserve or each.id in entered]
    return [(each.id, f"{each.staff_no} {each.name}（{each.vendor}）") for each in people]


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One stand-by as the form shows it."""
    with ctx.read() as connection:
        return retiring.one(connection, select(StandBy.__table__).where(StandBy.id == record_id), "储备人员")


def save(ctx: Context, record_id: int | None, values: Mapping[str, Any]) -> Outcome[int]:
    """Enter what a stand-by is ready for, or change it; only staff marked as 储备, each of them once."""
    ctx.require(*WRITERS)
    with ctx.transaction("登记储备人员" if record_id is None else "修改储备人员") as tx:
        people = {person.id: person for person in duties.people(tx.connection)}
        staff_id = entry.chosen(values, "staff_id", "姓名", people)
        standing = tx.connection.execute(select(StandBy.id).where(StandBy.staff_id == staff_id)).scalar_one_or_none()
        name = people[staff_id].name
        if standing is not None and standing != record_id:
            raise Refusal(f"{name}已经登记过储备。请去改原来那一条。", field="staff_id")
        if standing is None and not people[staff_id].reserve:
            raise Refusal(f"{name}不是储备人员。请先在人员里勾选“储备人员”。", field="staff_id")
        posts = list(tx.connection.execute(select(Post.id)).scalars())
        post = values.get("post_id")
        kept: dict[str, Any] = {
            "staff_id": staff_id,
            "post_id": None if post in (None, "") else entry.chosen(values, "post_id", "岗位", posts),
            "trained_on": entry.day_or_none(values, "trained_on", "培训日期"),
            "training": entry.text(values, "training", "培训内容", longest=200),
            "confirmed_by_personnel": entry.text(values, "confirmed_by_personnel", "人力部门确认人", longest=30),
            "confirmed_by_user": entry.text(values, "confirmed_by_user", "使用部门确认人", longest=30),
            "remarks": entry.long_text(values, "remarks", "备注"),
        }
        if kept["trained_on"] and kept["trained_on"] > ctx.today():
            raise Refusal("培训日期还没有到。请填已经培训过的日期。", field="trained_on")
        if record_id is None:
            record_id = tx.insert(StandBy, **kept)
        else:
            tx.update(StandBy, record_id, **kept)
    return Outcome(record_id, TOUCHED)
