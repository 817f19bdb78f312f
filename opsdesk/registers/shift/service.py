"""Acts and list of the shifts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from opsdesk.models import RosterEntry, Shift
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.services import entry, listing, retiring
from opsdesk.services.choices import in_use
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.services.shifts import parse_pairs, shown_pairs, write_pairs

TOUCHED = frozenset({"shift", "roster", "sign_in"})
RESERVED = frozenset({"休", "休息", "空", "○", "〇", "◯", "公休", "轮休", "休班"})
"""Names that mean rest in a roster, so that no shift may bear them."""


def listed(ctx: Context, query: Query) -> Page:
    """Shifts by code with their hours and how often the roster uses each."""
    today = ctx.today()
    used = select(func.count()).where(RosterEntry.shift_id == Shift.id).scalar_subquery()
    asked = (
        select(Shift.id, Shift.code, Shift.name, Shift.pairs, Shift.left_on, used.label("used"))
        .where(listing.holds(query.text, Shift.code, Shift.name, Shift.pairs))
        .order_by(Shift.left_on.is_not(None), Shift.code)
    )
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
    found = []
    for row in rows:
        pairs, current = parse_pairs(row.pairs), in_use(row.left_on, today)
        values = {
            "code": row.code,
            "name": row.name,
            "pairs": shown_pairs(pairs),
            "hours": _in_words(sum(ends - begins for begins, ends in pairs)),
            "used": row.used,
            "state": Chip("在用", Tone.FINE) if current else Chip("已停用"),
        }
        found.append(Row(row.id, values, muted=not current))
    return Page(tuple(found), total)


def _in_words(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"{hours} 小时 {rest} 分" if rest else f"{hours} 小时"


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One shift as its form shows it."""
    with ctx.read() as connection:
        query = select(Shift.code, Shift.name, Shift.pairs, Shift.left_on).where(Shift.id == record_id)
        found = retiring.one(connection, query, "班次")
    return {**found, "pairs": _typed(found["pairs"])}


def _typed(stored: str) -> str:
    """Pairs as one would type them, 20:00-次日08:00; as stored where that would be read differently."""
    pairs = parse_pairs(stored)
    if pairs[0][0] >= 1440:
        return stored
    typed = " ".join(
        f"{a // 60 % 24:02}:{a % 60:02}-{'次日' if b >= 1440 else ''}{b // 60 % 24:02}:{b % 60:02}" for a, b in pairs
    )
    return typed if parse_pairs(typed) == pairs else stored


def save(ctx: Context, record_id: int | None, values: Mapping[str, Any]) -> Outcome[int]:
    """Register a shift or change it. The hours of a shift that the roster uses stay: days worked hang on them."""
    ctx.require(*WRITERS)
    kept = {
        "code": entry.code(values, "code", "代码", required=True, longest=16),
        "name": entry.text(values, "name", "名称", required=True, longest=20),
        "pairs": write_pairs(parse_pairs(entry.text(values, "pairs", "时间", required=True, longest=200))),
    }
    for key in ("code", "name"):
        if kept[key] in RESERVED:
            raise Refusal(f"“{kept[key]}”在排班表里表示休息，不能作班次。请换一个。", field=key)
    with ctx.transaction("登记班次" if record_id is None else "修改班次") as tx:
        for column, title in ((Shift.code, "代码"), (Shift.name, "名称")):
            for other in (Shift.code, Shift.name):
                _refuse_named(tx.connection, column.key, other, kept[column.key], title, record_id)
        if record_id is None:
            record_id = tx.insert(Shift, **kept)
        else:
            standing = tx.connection.execute(select(Shift.pairs).where(Shift.id == record_id)).scalar_one()
            used = tx.connection.execute(
                select(func.count()).select_from(RosterEntry).where(RosterEntry.shift_id == record_id)
            ).scalar_one()
            if used and standing != kept["pairs"]:
                raise Refusal(
                    f"这个班次已排 {used} 次，改时间会改动以前的考勤。请新建一个班次，把这个停用。", field="pairs"
                )
            tx.update(Shift, record_id, **kept)
    return Outcome(record_id, TOUCHED)


def _refuse_named(connection: Any, key: str, column: Any, value: str, title: str, but: int | None) -> None:
    """Codes and names share one space: an imported roster writes either."""
    try:
        entry.refuse_taken(connection, column, value, title=title, holder=Shift.name, but=but)
    except Refusal as refusal:
        raise Refusal(str(refusal), field=key) from None


def retire(ctx: Context, *, shift_id: int) -> Outcome[str]:
    """Take a shift out of use from today on; the roster that uses it stays."""
    return Outcome(retiring.retire(ctx, Shift, shift_id, what="班次", day=ctx.today()).value, TOUCHED)


def bring_back(ctx: Context, *, shift_id: int) -> Outcome[str]:
    """Take a shift into use again."""
    return Outcome(retiring.bring_back(ctx, Shift, shift_id, what="班次").value, TOUCHED)
