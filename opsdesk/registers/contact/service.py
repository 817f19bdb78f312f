"""Acts and list of the contact persons."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from opsdesk.models import ContactPerson, Vendor
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.services import entry, listing, masking, retiring
from opsdesk.services.choices import in_use
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome

TOUCHED = frozenset({"contact_person"})
ROLES = ("接口人", "客服专员", "运维主管", "其他")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def listed(ctx: Context, query: Query) -> Page:
    """Contact persons by role and name; phone and mail are masked."""
    today = ctx.today()
    asked = (
        select(
            ContactPerson.id, ContactPerson.role, ContactPerson.name, ContactPerson.organisation, ContactPerson.phone,
            ContactPerson.email, ContactPerson.left_on, Vendor.short_name.label("vendor"),
        )
        .join(Vendor, Vendor.id == ContactPerson.vendor_id, isouter=True)
        .where(
            listing.holds(query.text, ContactPerson.name, ContactPerson.organisation, ContactPerson.role, Vendor.name)
        )
        .order_by(ContactPerson.left_on.is_not(None), ContactPerson.role, ContactPerson.name, ContactPerson.id)
    )  # fmt: skip
    if (role := (query.filters or {}).get("role")) is not None:
        asked = asked.where(ContactPerson.role == role)
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
    return Page(
        tuple(
            Row(
                row.id,
                {
                    "role": row.role,
                    "name": row.name,
                    "organisation": row.organisation,
                    "vendor": row.vendor or "",
                    "phone": masking.phone(row.phone),
                    "email": masking.email(row.email),
                    "state": Chip("在用", Tone.FINE) if in_use(row.left_on, today) else Chip("已停用"),
                },
                muted=not in_use(row.left_on, today),
            )
            for row in rows
        ),
        total,
    )


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One contact person as the form shows it; phone and mail whole only for 主管 and 服务台."""
    columns = ContactPerson.__table__.columns
    with ctx.read() as connection:
        person = retiring.one(connection, select(*columns).where(ContactPerson.id == record_id), "接口人")
    if ctx.actor.role not in WRITERS:
        person.update(phone=masking.phone(person["phone"]), email=masking.email(person["email"]))
    return person


def save(ctx: Context, record_id: int | None, values: Mapping[str, Any]) -> Outcome[int]:
    """Register a contact person or change it."""
    ctx.require(*WRITERS)
    email = entry.text(values, "email", "邮箱", longest=100)
    if email and not _EMAIL.fullmatch(email):
        raise Refusal(f"邮箱“{email}”看不懂。请写成 name@example.com。", field="email")
    kept = {
        "role": entry.chosen(values, "role", "角色", ROLES),
        "name": entry.name(values, "name", "姓名"),
        "organisation": entry.text(values, "organisation", "单位部门", required=True, longest=100),
        "vendor_id": values.get("vendor_id") or None,
        "phone": entry.text(values, "phone", "电话", longest=40) or None,
        "email": email or None,
    }
    with ctx.transaction("登记接口人" if record_id is None else "修改接口人") as tx:
        if kept["vendor_id"] is not None:
            entry.chosen(values, "vendor_id", "外包单位", list(tx.connection.execute(select(Vendor.id)).scalars()))
        if record_id is None:
            record_id = tx.insert(ContactPerson, **kept)
        else:
            tx.update(ContactPerson, record_id, **kept)
    return Outcome(record_id, TOUCHED)


def retire(ctx: Context, *, contact_id: int) -> Outcome[str]:
    """Take a contact person out of use from today on."""
    return retiring.retire(ctx, ContactPerson, contact_id, what="接口人", day=ctx.today())


def bring_back(ctx: Context, *, contact_id: int) -> Outcome[str]:
    """Take a contact person into use again."""
    return retiring.bring_back(ctx, ContactPerson, contact_id, what="接口人")
