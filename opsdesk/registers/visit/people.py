"""Who enters: our own engineers, the people of a permit, those who come often, or a name just typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from opsdesk.models import PermitPerson, Staff, Visit, Visitor
from opsdesk.services import duties, entry, id_numbers, masking, pinyin, settings, visitors
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.id_numbers import IdKind
from opsdesk.services.transaction import Transaction
from opsdesk.services.visitors import Named

MOST_KNOWN = 500
"""Frequent visitors offered, those who came last first."""


@dataclass(frozen=True)
class PersonEntry:
    """Somebody who enters. One of our own engineers is named by `staff_id` alone.

    `permit_person_id` (a person of the permit) and `visitor_id` (常客) lend whatever is left empty here, the numbers
    too, which a window never sees in full. `external` left None: by the unit, as the site's setting says. A number
    that the check does not accept needs a reason, which goes into the remarks.
    """

    name: str = ""
    unit: str = ""
    staff_id: int | None = None
    permit_person_id: int | None = None
    visitor_id: int | None = None
    external: bool | None = None
    id_kind: str = ""
    id_number: str = ""
    phone: str = ""
    id_reason: str = ""


@dataclass(frozen=True)
class Known:
    """Somebody who can be entered with one key, as a list offers him; numbers are masked, `entry` carries none."""

    name: str
    initials: str
    unit: str
    external: bool
    id_kind: str
    id_number: str
    phone: str
    since: str
    entry: PersonEntry


@dataclass(frozen=True)
class Coming:
    """Somebody who enters, as his visit will say."""

    name: str
    unit: str
    external: bool
    staff_id: int | None
    vendor_id: int | None
    id_kind: str
    id_number: str | None
    phone: str | None
    id_reason: str

    @property
    def columns(self) -> dict[str, Any]:
        """What a row of `visit` says of him."""
        return {
            "name": self.name, "initials": pinyin.initials(self.name), "unit": self.unit, "external": self.external,
            "staff_id": self.staff_id, "vendor_id": self.vendor_id, "id_kind": self.id_kind,
            "id_number": self.id_number, "phone": self.phone,
        }  # fmt: skip


@dataclass(frozen=True)
class House:
    """What decides who is of another unit: the site's name, and whether vendors' engineers count as its own."""

    name: str
    vendor_staff_internal: bool

    def external(self, unit: str, staff_id: int | None) -> bool:
        """Whether somebody counts as of another unit, as long as nobody says otherwise."""
        if staff_id is not None:
            return not self.vendor_staff_internal
        return unit != self.name


def house_of(ctx: Context) -> House:
    """The site as its settings describe it."""
    stored = settings.read_all(ctx)
    return House(stored["site.name"], stored["room.vendor_staff_internal"] == "1")


def resolved(
    connection: Connection, house: House, people: Sequence[PersonEntry], permit_id: int | None, today: date
) -> list[Coming]:
    """Everybody named, with what is known of him filled in. Refuses nobody at all, and one person named twice."""
    if not people:
        raise Refusal("请写明进入的人：至少一个姓名，或从常客、审批单里选。", field="people")
    found = [
        _one(connection, house, each, permit_id, today, n if len(people) > 1 else 0) for n, each in enumerate(people, 1)
    ]
    for n, each in enumerate(found):
        if any(_same(each, other) for other in found[:n]):
            raise Refusal(f"{each.name}（{each.unit}）写了两次。请去掉一行。", field="people")
    return found


def _same(one: Coming, other: Coming) -> bool:
    if one.staff_id is not None and other.staff_id is not None:
        return one.staff_id == other.staff_id
    if _whole(one.id_number) and _whole(other.id_number):
        alike = one.name == other.name and id_numbers.same(one.id_number, other.id_number)
        same = alike or one.id_number == other.id_number
        if same or one.id_kind == other.id_kind:
            return same
    return (one.name, one.unit) == (other.name, other.unit)


def _whole(number: str | None) -> bool:
    return number is not None and len(number) > id_numbers.FOUR


def _one(
    connection: Connection, house: House, asked: PersonEntry, permit_id: int | None, today: date, place: int
) -> Coming:
    if asked.staff_id is not None:
        return _engineer(connection, house, asked, today)
    lent = _lent(connection, asked, permit_id)
    typed = {key: value for key in ("name", "unit", "id_kind", "phone") if (value := getattr(asked, key))}
    values = {**lent, **typed}
    whose = f"第 {place} 人" if place else ""
    if not str(values.get("name") or "").strip():
        raise Refusal(f"请填写{whose}“姓名”。", field="name")
    name = entry.name(values, "name", "姓名")
    unit = entry.text(values, "unit", f"{name}的单位", required=True, longest=60)
    kind = str(values.get("id_kind") or "")
    if asked.id_number:
        kind = kind or str(id_numbers.kind_of(asked.id_number))
        number = id_numbers.checked(kind, asked.id_number, today, whose=f"{name}的", reason=asked.id_reason)
    else:
        number = lent.get("id_number") or ""
    if kind:
        entry.chosen({"id_kind": kind}, "id_kind", "证件类型", [str(each) for each in IdKind])
    return Coming(
        name=name,
        unit=unit,
        external=house.external(unit, None) if asked.external is None else asked.external,
        staff_id=None,
        vendor_id=visitors.vendor_of(connection, unit),
        id_kind=kind if number else "",
        id_number=number or None,
        phone=entry.code(values, "phone", f"{name}的联系电话", longest=20) or None,
        id_reason=id_numbers.cut_free(asked.id_reason.strip()),
    )


def _engineer(connection: Connection, house: House, asked: PersonEntry, today: date) -> Coming:
    people = duties.people(connection, ids=(asked.staff_id or 0,))
    if not people:
        raise Refusal("没有这个人员。请先在人员中登记。", field="staff_id")
    person = people[0]
    if not person.on_site(today):
        raise Refusal(f"{person.name}（{person.staff_no}）不在场，请核对人员的到场、离场日期。", field="staff_id")
    phone = connection.execute(select(Staff.phone).where(Staff.id == person.id)).scalar_one()
    return Coming(
        name=person.name,
        unit=person.vendor,
        external=house.external(person.vendor, person.id) if asked.external is None else asked.external,
        staff_id=person.id,
        vendor_id=person.vendor_id,
        id_kind=str(IdKind.WORK),
        id_number=person.staff_no,
        phone=entry.code({"phone": asked.phone}, "phone", "联系电话", longest=20) or phone,
        id_reason="",
    )


def _lent(connection: Connection, asked: PersonEntry, permit_id: int | None) -> dict[str, Any]:
    """What the permit or the list of frequent visitors knows of him."""
    if asked.permit_person_id is not None:
        query = select(PermitPerson.__table__).where(
            PermitPerson.id == asked.permit_person_id,
            PermitPerson.permit_id == (permit_id or 0),
            PermitPerson.void_at.is_(None),
        )
        row = connection.execute(query).mappings().one_or_none()
        if row is None:
            raise Refusal("这个人不在所选的审批单上。请重新选择，或直接写姓名。", field="people")
        return {key: row[key] for key in ("name", "unit", "id_kind", "id_number", "phone")}
    if asked.visitor_id is not None:
        known = select(Visitor.__table__).where(Visitor.id == asked.visitor_id, Visitor.purged_at.is_(None))
        row = connection.execute(known).mappings().one_or_none()
        if row is None:
            raise Refusal("这个常客的资料已经不在了。请直接写姓名。", field="people")
        return {key: row[key] for key in ("name", "unit", "id_kind", "id_number", "phone")}
    return {}


def coming_of(row: Mapping[str, Any]) -> Coming:
    """Whom a row of `visit` speaks of."""
    keys = ("name", "unit", "external", "staff_id", "vendor_id", "id_kind", "id_number", "phone")
    return Coming(**{key: row[key] for key in keys}, id_reason="")


def refuse_inside(
    connection: Connection,
    coming: Coming,
    entered: datetime,
    *,
    left: datetime | None = None,
    but: int = 0,
    field: str = "entered_at",
) -> None:
    """Refuse a stay of somebody who is inside at that time by another entry; `but` is the entry itself."""
    query = (
        select(Visit.entered_at, Visit.left_at)
        .where(Visit.id != but, Visit.void_at.is_(None), Visit.batch_id.is_(None))
        .where(_alike(coming), or_(Visit.left_at.is_(None), Visit.left_at > entered))
        .order_by(Visit.left_at.is_not(None), Visit.entered_at)
    )
    if left is not None:
        query = query.where(Visit.entered_at < left)
    found = connection.execute(query.limit(1)).one_or_none()
    if found is None:
        return
    if found.left_at is None:
        raise Refusal(
            f"{coming.name} {found.entered_at:%m-%d %H:%M} 进入后还没有登记离开，不能再登记进入。请先登记他离开。",
            field="people" if not but else field,
        )
    stay = f"{found.entered_at:%m-%d %H:%M} 至 {found.left_at:%H:%M}"
    raise Refusal(f"{coming.name} 已登记 {stay} 在机房，和这次重叠。请核对时间。", field=field)


def _alike(coming: Coming) -> ColumnElement[bool]:
    """Visits of the same person: by staff or number, else by name and unit; whole numbers that differ tell two.

    Sealed numbers are one where name and mask are.
    """
    named = and_(Visit.name == coming.name, Visit.unit == coming.unit)
    alike: list[ColumnElement[bool]] = []
    if coming.staff_id is not None:
        alike.append(Visit.staff_id == coming.staff_id)
    if _whole(coming.id_number):
        short = or_(Visit.id_number.is_(None), func.length(Visit.id_number) <= id_numbers.FOUR)
        named = and_(named, or_(short, Visit.id_kind != coming.id_kind))
        mask = id_numbers.masked(coming.id_number)
        alike.append(Visit.id_number == coming.id_number)
        alike.append(and_(Visit.name == coming.name, Visit.id_number.startswith(mask, autoescape=True)))
    return or_(named, *alike)


def remember(tx: Transaction, coming: Sequence[Coming], day: date) -> None:
    """Keep visitors for the next time; our own engineers are on the staff list already."""
    visitors.remember(
        tx,
        [
            Named(each.name, each.unit, each.id_kind, each.id_number, each.phone)
            for each in coming
            if each.staff_id is None
        ],
        day,
    )


def known(ctx: Context) -> list[Known]:
    """Who may be entered with one key: our engineers on site, then frequent visitors, the latest first."""
    house, today = house_of(ctx), ctx.today()
    with ctx.read() as connection:
        engineers = [each for each in duties.people(connection) if each.on_site(today)]
        query = select(Visitor.__table__).where(Visitor.purged_at.is_(None))
        rows = connection.execute(query.order_by(Visitor.last_on.desc(), Visitor.id.desc()).limit(MOST_KNOWN))
        visitors = [dict(row) for row in rows.mappings()]
    found = [
        Known(
            each.name, each.initials, each.vendor, house.external(each.vendor, each.id), str(IdKind.WORK), "", "",
            each.staff_no, PersonEntry(staff_id=each.id),
        )
        for each in engineers
    ]  # fmt: skip
    return [*found, *(_shown(row, house, PersonEntry(visitor_id=row["id"])) for row in visitors)]


def of_permit(connection: Connection, house: House, permit_id: int) -> list[Known]:
    """The people whom a permit names, each to be entered with one key."""
    query = select(PermitPerson.__table__).where(PermitPerson.permit_id == permit_id, PermitPerson.void_at.is_(None))
    rows = connection.execute(query.order_by(PermitPerson.id)).mappings()
    return [_shown(row, house, PersonEntry(permit_person_id=row["id"])) for row in rows]


def _shown(row: Mapping[Any, Any], house: House, asked: PersonEntry) -> Known:
    name = row["name"]
    since = f"{row['last_on']:%Y-%m-%d} 登记过" if "last_on" in row else ""
    return Known(
        name, pinyin.initials(name), row["unit"], house.external(row["unit"], None), row["id_kind"],
        id_numbers.masked(row["id_number"]), masking.phone(row["phone"]), since,
        replace(asked, name=name, unit=row["unit"]),
    )  # fmt: skip
