"""Acts and list of the accounts; all of it is the supervisor's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from opsdesk.models import Account
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.rules.vocabulary import Role
from opsdesk.services import accounts, entry, listing, retiring
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome

ROLES = (Role.SUPERVISOR, Role.DESK, Role.READER)
"""Roles that a person may have; 自助 is nobody's account."""


def listed(ctx: Context, query: Query) -> Page:
    """Accounts in the order they were made."""
    ctx.require(Role.SUPERVISOR)
    asked = (
        select(Account.id, Account.name, Account.role, Account.active, Account.created_at)
        .where(listing.holds(query.text, Account.name, Account.role))
        .order_by(Account.id)
    )
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
    return Page(
        tuple(
            Row(
                row.id,
                {
                    "name": row.name,
                    "role": row.role,
                    "created_at": row.created_at,
                    "state": Chip("可登录", Tone.FINE) if row.active else Chip("已停用"),
                },
                muted=not row.active,
            )
            for row in rows
        ),
        total,
    )


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One account as its form shows it; the password is never given back."""
    ctx.require(Role.SUPERVISOR)
    with ctx.read() as connection:
        query = select(Account.name, Account.role, Account.active).where(Account.id == record_id)
        found = retiring.one(connection, query, "账号")
    return {**found, "password": ""}


def save(ctx: Context, record_id: int | None, values: Mapping[str, Any]) -> Outcome[int]:
    """Add an account, or change role, state or password of one; only the supervisor may. An empty password stays."""
    ctx.require(Role.SUPERVISOR)
    name = entry.text(values, "name", "账号名", required=True, longest=30)
    role = Role(entry.chosen(values, "role", "角色", ROLES))
    password = str(values.get("password") or "")
    if record_id is None:
        if not entry.flag(values, "active"):
            raise Refusal("新账号先建立，以后才能停用。请勾选“可登录”。", field="active")
        if not password:
            raise Refusal("请填写密码。", field="password")
        return accounts.create(ctx, name=name, role=role, password=password)
    if load(ctx, record_id)["name"] != name:
        raise Refusal("账号名不能改，它写在以前的记录里。请停用这个账号，再新建一个。", field="name")
    return accounts.change(ctx, record_id, {**values, "role": role})
