"""Permits for the machine room (F09) as clauses, visits and boards see them: facts, people, what can be used now."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from opsdesk.models import Permit, PermitPerson, Room, Visit
from opsdesk.rules.facts import Span
from opsdesk.rules.room_access import PermitFacts
from opsdesk.services.context import Context

PURPOSES = ("勘察", "维护", "调测", "故障处理", "施工", "检查", "参观", "其他")
"""事由 of F09 and F08, in the order of the paper."""
ASSESSMENT = ("cause", "plan", "reach")
"""原因判断, 处理方案, 影响范围 (E1-15)."""


@dataclass(frozen=True)
class PermitMember:
    """Somebody whom a permit names. The number is as it is kept: what shows it masks it (`id_numbers.masked`)."""

    id: int
    permit_id: int
    name: str
    unit: str
    id_kind: str
    id_number: str | None
    phone: str | None


@dataclass(frozen=True)
class UsablePermit:
    """A permit that somebody may enter with now; `people` are those of whom no visit has used it up yet."""

    id: int
    number: str
    room: str
    unit: str
    people: tuple[PermitMember, ...]


def words(kept: str) -> tuple[str, ...]:
    """Names or purposes kept in one column, “王强、李敏”."""
    return tuple(part for part in kept.split("、") if part)


def facts_of(row: Mapping[Any, Any]) -> PermitFacts:
    """A row of `permit` as the clauses look at it; one that was refused or made void approves nothing."""
    stands = row["refused_at"] is None and row["void_at"] is None
    return PermitFacts(
        number=row["number"],
        span=Span(row["planned_from"], row["planned_to"]),
        approved=row["approved_at"] if stands else None,
        operates=row["operates"],
        assessed=all(row[key].strip() for key in ASSESSMENT),
        urgent=row["urgent"],
        phoned=row["phoned_at"] if stands else None,
        papered=row["papered_at"],
    )


def facts(connection: Connection, permit_ids: Collection[int]) -> dict[int, PermitFacts]:
    """These permits as the clauses look at them, by id."""
    query = select(Permit.__table__).where(Permit.id.in_(permit_ids))
    return {row["id"]: facts_of(row) for row in connection.execute(query).mappings()}


def people_of(connection: Connection, permit_ids: Collection[int]) -> dict[int, list[PermitMember]]:
    """The people of each of these permits in the order in which they were written; one without people has none."""
    keys = ("id", "permit_id", "name", "unit", "id_kind", "id_number", "phone")
    query = (
        select(PermitPerson.__table__)
        .where(PermitPerson.permit_id.in_(permit_ids), PermitPerson.void_at.is_(None))
        .order_by(PermitPerson.id)
    )
    found: dict[int, list[PermitMember]] = {each: [] for each in permit_ids}
    for row in connection.execute(query).mappings():
        found[row["permit_id"]].append(PermitMember(**{key: row[key] for key in keys}))
    return found


def standing() -> ColumnElement[bool]:
    """True of permits that were neither refused nor made void."""
    return and_(Permit.refused_at.is_(None), Permit.void_at.is_(None))


def granted() -> ColumnElement[bool]:
    """True of permits that somebody approved: in writing, or an urgent one by phone."""
    return or_(Permit.approved_at.is_not(None), and_(Permit.urgent, Permit.phoned_at.is_not(None)))


def visited() -> ColumnElement[bool]:
    """True of permits on which somebody has entered."""
    return exists().where(Visit.permit_id == Permit.id, Visit.void_at.is_(None))


def used_up() -> ColumnElement[bool]:
    """True of permits for one visit on which everybody named has entered and nobody is inside any more."""
    mine = and_(Visit.permit_id == Permit.id, Visit.void_at.is_(None))
    waiting = exists().where(
        PermitPerson.permit_id == Permit.id,
        PermitPerson.void_at.is_(None),
        ~exists().where(mine, Visit.name == PermitPerson.name),
    )
    inside = exists().where(mine, Visit.left_at.is_(None))
    return and_(~Permit.several, visited(), ~waiting, ~inside)


def first_entry() -> Any:
    """When somebody first entered with a permit, as a column; NULL where nobody has."""
    query = select(func.min(Visit.entered_at)).where(Visit.permit_id == Permit.id, Visit.void_at.is_(None))
    return query.correlate(Permit).scalar_subquery()


def usable(ctx: Context, at: datetime) -> list[UsablePermit]:
    """Permits with which one may enter at `at`: granted by then, within their time, with somebody left to enter.

    A permit for one visit is used up for a person by a visit in his name; one for several visits never is.
    """
    query = (
        select(Permit.__table__, Room.name.label("room"))
        .join(Room, Room.id == Permit.room_id)
        .where(standing(), granted(), Permit.planned_from <= at, Permit.planned_to >= at)
        .order_by(Permit.planned_to, Permit.id)
    )
    with ctx.read() as connection:
        rows = [row for row in connection.execute(query).mappings() if _granted_by(row, at)]
        people = people_of(connection, [row["id"] for row in rows])
        entered = select(Visit.permit_id, Visit.name).where(Visit.permit_id.in_(people), Visit.void_at.is_(None))
        came = {(row.permit_id, row.name) for row in connection.execute(entered)}
    found = [_usable(row, people[row["id"]], came) for row in rows]
    return [each for each in found if each.people]


def _granted_by(row: Mapping[Any, Any], at: datetime) -> bool:
    given = (row["approved_at"], row["phoned_at"] if row["urgent"] else None)
    return any(each is not None and each <= at for each in given)


def _usable(row: Mapping[Any, Any], people: list[PermitMember], came: set[tuple[int, str]]) -> UsablePermit:
    left = [each for each in people if row["several"] or (row["id"], each.name) not in came]
    return UsablePermit(row["id"], row["number"], row["room"], row["unit"], tuple(left))
