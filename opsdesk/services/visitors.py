"""People who come often (常来人员): remembered from permits and visits, so that next time a name is enough."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, or_, select

from opsdesk.models import Vendor, Visitor
from opsdesk.services import id_numbers
from opsdesk.services.pinyin import initials
from opsdesk.services.transaction import Transaction


@dataclass(frozen=True)
class Named:
    """Somebody by name, with what is known of him; the number as it is kept, whole or sealed, is shown masked only."""

    name: str
    unit: str = ""
    id_kind: str = ""
    id_number: str | None = None
    phone: str | None = None


def vendor_of(connection: Connection, unit: str, *, coded: bool = False) -> int | None:
    """The vendor that a unit is, by its name or short name, where it may be `coded` by its code too; None of others."""
    columns = (Vendor.name, Vendor.short_name, *((Vendor.code,) if coded else ()))
    query = select(Vendor.id).where(or_(*(column == unit for column in columns))).order_by(Vendor.id)
    return connection.execute(query).scalars().first()


def known(connection: Connection, name: str) -> list[Named]:
    """Everybody of this name who came before, the last to come first."""
    query = (
        select(Visitor.name, Visitor.unit, Visitor.id_kind, Visitor.id_number, Visitor.phone)
        .where(Visitor.name == name, Visitor.purged_at.is_(None))
        .order_by(Visitor.last_on.desc(), Visitor.id.desc())
    )
    return [Named(*row) for row in connection.execute(query)]


def remember(tx: Transaction, people: Iterable[Named], day: date) -> None:
    """Keep these people for next time; what is new of somebody known is added, and `day` is when he came last."""
    for person in people:
        query = select(Visitor.__table__).where(Visitor.name == person.name, Visitor.purged_at.is_(None))
        rows = tx.connection.execute(query.order_by(Visitor.last_on.desc(), Visitor.id.desc())).mappings().all()
        found = next((row for row in rows if _same(Named(*(row[key] for key in KEYS)), person)), None)
        if found is None:
            tx.insert(
                Visitor, **{key: getattr(person, key) for key in KEYS}, initials=initials(person.name), last_on=day
            )
            continue
        new = {key: getattr(person, key) for key in ("unit", "phone") if getattr(person, key)}
        if person.id_number and not _only_its_end(person.id_number, found["id_number"]):
            new |= {"id_kind": person.id_kind, "id_number": person.id_number}
        tx.update(Visitor, found["id"], **new, last_on=max(day, found["last_on"]))


KEYS = ("name", "unit", "id_kind", "id_number", "phone")


def _same(before: Named, now: Named) -> bool:
    """Whether two of one name are one person: by the number where both have one, else by the unit."""
    if before.id_number and now.id_number:
        return id_numbers.same(before.id_number, now.id_number) or _only_its_end(now.id_number, before.id_number)
    return before.unit == now.unit or not now.unit


def _only_its_end(number: str, whole: str | None) -> bool:
    """Whether a number is the last four of one that is known whole."""
    known = id_numbers.readable(whole or "")
    return len(number) == id_numbers.FOUR < len(known) and known.endswith(number)
