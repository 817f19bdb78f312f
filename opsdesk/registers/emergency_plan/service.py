"""Acts and list of the emergency plans."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from opsdesk.models import EmergencyPlan
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.services import entry, listing, retiring
from opsdesk.services.choices import in_use
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.outcome import Outcome

TOUCHED = frozenset({"emergency_plan", "incident"})
WHAT = "应急预案"
FOR_ALL = "全部系统"
"""What lists show where a plan names no system."""


def listed(ctx: Context, query: Query) -> Page:
    """Plans by system and name, those out of use last."""
    today = ctx.today()
    asked = (
        select(EmergencyPlan.__table__)
        .where(
            listing.holds(
                query.text, EmergencyPlan.name, EmergencyPlan.system, EmergencyPlan.steps, EmergencyPlan.contacts
            )
        )
        .order_by(
            EmergencyPlan.left_on.is_not(None), EmergencyPlan.system == "", EmergencyPlan.system, EmergencyPlan.name
        )
    )
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
    return Page(
        tuple(
            Row(
                row.id,
                {
                    "name": row.name,
                    "system": row.system or FOR_ALL,
                    "steps": " ".join(row.steps.split()),
                    "state": Chip("在用", Tone.FINE) if in_use(row.left_on, today) else Chip("已停用"),
                },
                muted=not in_use(row.left_on, today),
            )
            for row in rows
        ),
        total,
    )


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One plan as its form shows it."""
    with ctx.read() as connection:
        return retiring.one(connection, select(EmergencyPlan.__table__).where(EmergencyPlan.id == record_id), WHAT)


def save(ctx: Context, record_id: int | None, values: Mapping[str, Any]) -> Outcome[int]:
    """Register a plan or change it."""
    ctx.require(*WRITERS)
    kept = {
        "name": entry.text(values, "name", "名称", required=True, longest=60),
        "system": entry.text(values, "system", "系统", longest=60),
        "steps": entry.long_text(values, "steps", "处置步骤", required=True, longest=4000),
        "contacts": entry.long_text(values, "contacts", "联系人"),
    }
    with ctx.transaction("登记应急预案" if record_id is None else "修改应急预案") as tx:
        entry.refuse_taken(
            tx.connection, EmergencyPlan.name, kept["name"], title="名称", holder=EmergencyPlan.name, but=record_id
        )
        if record_id is None:
            record_id = tx.insert(EmergencyPlan, **kept)
        else:
            tx.update(EmergencyPlan, record_id, **kept)
    return Outcome(record_id, TOUCHED)


def retire(ctx: Context, *, plan_id: int) -> Outcome[str]:
    """Take a plan out of use from today on; it is no longer shown beside incidents."""
    return Outcome(retiring.retire(ctx, EmergencyPlan, plan_id, what=WHAT, day=ctx.today()).value, TOUCHED)


def bring_back(ctx: Context, *, plan_id: int) -> Outcome[str]:
    """Take a plan into use again."""
    return Outcome(retiring.bring_back(ctx, EmergencyPlan, plan_id, what=WHAT).value, TOUCHED)
