"""Acts and list of the options of incidents; the hours of a category decide by which calendar its clock runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, case, func, select

from opsdesk.models import Incident, IncidentOption
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.rules.vocabulary import OPEN_INCIDENT, Role
from opsdesk.services import entry, incident_clocks, incident_options, listing, retiring
from opsdesk.services.choices import in_use
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.incident_options import ALL_HOURS, WORKING_HOURS, What
from opsdesk.services.outcome import Outcome
from opsdesk.services.transaction import Transaction

Values = Mapping[str, Any]
TOUCHED = frozenset({"incident_option", "incident"})
WHAT = "事件选项"
KINDS = tuple(str(what) for what in What)
HOURS = (ALL_HOURS, WORKING_HOURS)
BORNE = {What.CATEGORY: Incident.category, What.SEVERITY: Incident.severity, What.CUSTOMER: Incident.customer_kind}
"""Which column of an incident bears an option of each kind."""
LAST_PLACE = 999


def listed(ctx: Context, query: Query) -> Page:
    """Options by kind and place, with the number of incidents that bear each."""
    today = ctx.today()
    order = case({what: place for place, what in enumerate(KINDS)}, value=IncidentOption.what)
    asked = (
        select(IncidentOption.__table__)
        .where(listing.holds(query.text, IncidentOption.what, IncidentOption.name, IncidentOption.hours))
        .order_by(order, IncidentOption.place, IncidentOption.id)
    )
    if (what := (query.filters or {}).get("what")) is not None:
        asked = asked.where(IncidentOption.what == what)
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
        used = {what: _used(connection, what) for what in {What(row.what) for row in rows}}
    return Page(
        tuple(
            Row(
                row.id,
                {
                    "what": row.what,
                    "name": row.name,
                    "place": row.place,
                    "hours": row.hours,
                    "used": used[What(row.what)].get(row.name, 0),
                    "state": Chip("在用", Tone.FINE) if in_use(row.left_on, today) else Chip("已停用"),
                },
                muted=not in_use(row.left_on, today),
            )
            for row in rows
        ),
        total,
    )


def _used(connection: Connection, what: What) -> dict[str, int]:
    """How many incidents bear each option of a kind."""
    column = BORNE[what]
    return {row[0]: row[1] for row in connection.execute(select(column, func.count()).group_by(column))}


def _row_of(connection: Connection, option_id: int) -> dict[str, Any]:
    return retiring.one(connection, select(IncidentOption.__table__).where(IncidentOption.id == option_id), WHAT)


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One option as its form shows it."""
    with ctx.read() as connection:
        row = _row_of(connection, record_id)
    return {**row, "hours": row["hours"] or None}


def save(ctx: Context, record_id: int | None, values: Values) -> Outcome[int]:
    """Enter an option or change it; only the supervisor may.

    Where the hours of a category change, its incidents that wait for a response are judged again.
    """
    ctx.require(Role.SUPERVISOR)
    what = What(entry.chosen(values, "what", "种类", KINDS))
    kept: dict[str, Any] = {
        "what": str(what),
        "name": entry.text(values, "name", "名称", required=True, longest=20),
        "hours": entry.chosen(values, "hours", "计时", HOURS) if what is What.CATEGORY else "",
    }
    place = entry.whole_or_none(values, "place", "次序", 1, LAST_PLACE)
    with ctx.transaction("建立事件选项" if record_id is None else "修改事件选项") as tx:
        _refuse_same_name(tx.connection, kept, record_id)
        before = incident_options.hours_of(tx.connection)
        if record_id is None:
            kept["place"] = place or _next_place(tx.connection, what)
            record_id = tx.insert(IncidentOption, **kept)
        else:
            row = _row_of(tx.connection, record_id)
            _refuse_borne(tx.connection, row, kept)
            tx.update(IncidentOption, record_id, **kept, place=place or row["place"])
        _judge_again(tx, ctx, before)
    return Outcome(record_id, TOUCHED)


def _refuse_same_name(connection: Connection, kept: Values, but: int | None) -> None:
    query = select(IncidentOption.id).where(
        IncidentOption.what == kept["what"],
        func.lower(IncidentOption.name) == func.lower(kept["name"]),
        IncidentOption.id != (but or 0),
    )
    if connection.execute(query).first() is not None:
        raise Refusal(f"{kept['what']}里已经有“{kept['name']}”。请换一个名称，或恢复停用的那一条。", field="name")


def _refuse_borne(connection: Connection, row: Values, kept: Values) -> None:
    """Refuse to rename what incidents bear: they would lose their category, and the statistics their past."""
    if row["what"] != kept["what"]:
        raise Refusal("选项的种类不能改。请停用这一条，再新建一条。", field="what")
    if row["name"] == kept["name"]:
        return
    borne = _used(connection, What(row["what"])).get(row["name"], 0)
    if borne:
        raise Refusal(
            f"“{row['name']}”已经写在 {borne} 张事件记录上，名称不能改。请停用这一条，再新建一条。", field="name"
        )


def _next_place(connection: Connection, what: What) -> int:
    query = select(func.coalesce(func.max(IncidentOption.place), 0)).where(IncidentOption.what == str(what))
    return min(LAST_PLACE, connection.execute(query).scalar_one() + 1)


def _judge_again(tx: Transaction, ctx: Context, before: Mapping[str, str]) -> None:
    """Judge the open incidents again whose category is now timed by another calendar than `before`.

    A response that was given is kept as it was timed.
    """
    after = incident_options.hours_of(tx.connection)
    usual = ALL_HOURS
    changed = {name for name in {*before, *after} if before.get(name, usual) != after.get(name, usual)}
    if changed:
        still_open = Incident.state.in_([str(state) for state in OPEN_INCIDENT])
        waiting = select(Incident.id).where(Incident.category.in_(changed), still_open, Incident.responded_at.is_(None))
        incident_clocks.settle(tx, ctx, list(tx.connection.execute(waiting).scalars()))


def retire(ctx: Context, *, option_id: int) -> Outcome[str]:
    """Take an option out of use from today on; incidents that bear it keep it. Only the supervisor may."""
    ctx.require(Role.SUPERVISOR)
    return Outcome(retiring.retire(ctx, IncidentOption, option_id, what=WHAT, day=ctx.today()).value, TOUCHED)


def bring_back(ctx: Context, *, option_id: int) -> Outcome[str]:
    """Take an option into use again; only the supervisor may."""
    ctx.require(Role.SUPERVISOR)
    return Outcome(retiring.bring_back(ctx, IncidentOption, option_id, what=WHAT).value, TOUCHED)
