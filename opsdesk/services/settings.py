"""Settings of the site, by name, with their defaults."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import Connection, func, select

from opsdesk.models import Account, Punch, Setting
from opsdesk.models.base import SpoiltValue
from opsdesk.rules.vocabulary import Role
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.services.text import one_line
from opsdesk.services.transaction import Transaction

DEFAULTS: Mapping[str, str] = {
    "site.name": "",
    "site.project": "",
    "site.supervisor": "",
    "site.opened_on": "",
    "site.offices": "",
    "desk.lock_minutes": "5",
    "desk.double_scan_seconds": "5",
    "desk.undo_seconds": "10",
    "paper.retention_years": "3",
    "paper.rows": "15",
    "incident.file_megabytes": "20",
    "privacy.visitor_months": "6",
    "privacy.number_lock": "",
    "room.screening": "0",
    "room.vendor_staff_internal": "0",
    "backup.second_folder": "",
    "backup.lock": "",
}


def read_all(ctx: Context) -> dict[str, str]:
    """Every setting, defaults filled in."""
    with ctx.read() as connection:
        stored = {row.name: row.value for row in connection.execute(select(Setting.name, Setting.value))}
    return {**DEFAULTS, **stored}


def read(ctx: Context, name: str) -> str:
    """One setting. KeyError for a name that does not exist."""
    return read_all(ctx)[name]


def opened_on(connection: Connection) -> date:
    """启用日, before which nobody is absent: as set, else the set-up of the site or the first sign-in, if earlier."""
    stored = connection.execute(select(Setting.value).where(Setting.name == "site.opened_on")).scalar_one_or_none()
    if stored:
        try:
            return date.fromisoformat(stored)
        except ValueError:
            raise SpoiltValue(stored) from None
    founded: datetime = connection.execute(select(func.min(Account.created_at))).scalar_one()
    signed = connection.execute(select(func.min(Punch.day)).where(Punch.void_at.is_(None))).scalar_one_or_none()
    return min(founded.date(), signed or founded.date())


def number(ctx: Context, name: str) -> int:
    """A setting that is a whole number. Raises Damaged where it was changed outside the program."""
    with ctx.read() as connection:
        stored = connection.execute(select(Setting.value).where(Setting.name == name)).scalar_one_or_none()
        value = DEFAULTS[name] if stored is None else stored
        if not value.isdecimal():
            raise SpoiltValue(value)
    return int(value)


LIMITS = {
    "desk.lock_minutes": (1, 120),
    "desk.double_scan_seconds": (1, 120),
    "desk.undo_seconds": (3, 120),
    "paper.retention_years": (2, 30),
    "paper.rows": (5, 18),
    "incident.file_megabytes": (1, 200),
    "privacy.visitor_months": (1, 120),
    "room.screening": (0, 1),
    "room.vendor_staff_internal": (0, 1),
}


def write(ctx: Context, values: Mapping[str, str]) -> Outcome[None]:
    """Change settings; only the supervisor may. Refuses a number out of its limits."""
    ctx.require(Role.SUPERVISOR)
    with ctx.transaction("修改设置") as tx:
        for name, raw in values.items():
            value = one_line(raw)
            check(name, value)
            put(tx, name, value)
    return Outcome(None, frozenset({"settings", "sign_in", "month"}))


def put(tx: Transaction, name: str, value: str) -> None:
    """Keep one setting as part of another act."""
    stored = tx.connection.execute(select(Setting.id).where(Setting.name == name)).scalar_one_or_none()
    if stored is None:
        tx.insert(Setting, name=name, value=value)
    else:
        tx.update(Setting, stored, value=value)


def check(name: str, value: str) -> None:
    """Refuse a value that the setting cannot have."""
    if name not in DEFAULTS:
        raise KeyError(name)
    if name == "site.name" and not value:
        raise Refusal("站点名称不能空着。请填写单位全称，它会印在每张表上。", field=name)
    if name == "site.opened_on" and value:
        try:
            date.fromisoformat(value)
        except ValueError:
            raise Refusal(f"启用日要写成 2026-03-05 这样的日期，“{value}”不是。", field=name) from None
    if name in LIMITS:
        low, high = LIMITS[name]
        if not value.isdecimal() or not low <= int(value) <= high:
            raise Refusal(f"这里要填 {low} 到 {high} 之间的整数，填的是“{value}”。", field=name)
