"""Accounts and passwords: argon2id, no default account, growing delay after wrong tries (`promises.md` H13)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from opsdesk import paths
from opsdesk.models import Account, LedgerRow
from opsdesk.rules.vocabulary import Role
from opsdesk.services.context import Actor, Context
from opsdesk.services.errors import UNSOUND, Refusal, Trouble
from opsdesk.services.outcome import Outcome
from opsdesk.services.text import one_line
from opsdesk.services.transaction import Transaction

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST = 8
FREE_TRIES = 5
LONGEST_WAIT = timedelta(minutes=5)


@cache
def _common() -> frozenset[str]:
    """What everybody tries first, in small letters: the 3,000 most frequent of leaked passwords, and our own."""
    return frozenset((paths.resources() / "passwords" / "common.txt").read_text("utf-8").split())


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)


def check_password(password: str) -> None:
    """Refuse a password that is too short or too common. No rules on which characters (ASVS 6.2)."""
    if len(password) < SHORTEST:
        raise Refusal(f"密码至少要 {SHORTEST} 个字符，建议用一句 15 个字以上、只有自己知道的话。", field="password")
    if password.lower() in _common() or len(set(password)) <= 2:
        raise Refusal("这个密码太常见，容易被猜到。请换一个。", field="password")


def refuse_own_password(ctx: Context, password: str, what: str) -> None:
    """Refuse, for something else that is locked, the password by which the acting person logs in."""
    from argon2.exceptions import VerificationError

    query = select(Account.password_hash).where(Account.name == ctx.actor.name, Account.active.is_(True))
    with ctx.read() as connection:
        known = connection.execute(query).scalar_one_or_none()
    try:
        same = known is not None and _hasher().verify(known, password)
    except VerificationError:
        same = False
    if same:
        raise Refusal(f"{what}不能和登录密码一样：知道登录密码的人也就能打开它。请另想一个。", field="password")


def add(tx: Transaction, *, name: str, role: Role, password: str, now: datetime) -> int:
    """Add an account within an open transaction. Refuses an empty or taken name and a weak password."""
    name = one_line(name)
    if not name:
        raise Refusal("账号名不能空着。请填写使用人的姓名。", field="name")
    if tx.connection.execute(select(Account.id).where(Account.name == name)).first():
        raise Refusal(f"账号“{name}”已经存在。请换一个名字。", field="name")
    check_password(password)
    return tx.insert(
        Account, name=name, role=str(role), password_hash=_hasher().hash(password), active=True, created_at=now
    )


def create(ctx: Context, *, name: str, role: Role, password: str) -> Outcome[int]:
    """Add an account; only the supervisor may."""
    ctx.require(Role.SUPERVISOR)
    with ctx.transaction("新增账号") as tx:
        made = add(tx, name=name, role=role, password=password, now=ctx.now())
    return Outcome(made, frozenset({"account"}))


def change(ctx: Context, account_id: int, values: Mapping[str, object]) -> Outcome[int]:
    """Change role, active state or password; only the supervisor may. The last supervisor cannot be switched off."""
    ctx.require(Role.SUPERVISOR)
    with ctx.transaction("修改账号") as tx:
        changes: dict[str, object] = {"role": str(values["role"]), "active": bool(values["active"])}
        password = str(values.get("password") or "")
        if password:
            check_password(password)
            changes["password_hash"] = _hasher().hash(password)
        others = tx.connection.execute(
            select(Account.id).where(
                Account.role == Role.SUPERVISOR, Account.active.is_(True), Account.id != account_id
            )
        ).first()
        if not others and (changes["role"] != Role.SUPERVISOR or not changes["active"]):
            raise Refusal(
                "这是最后一个可用的主管账号，不能停用或改为其他角色。请先增加另一个主管账号。", field="active"
            )
        tx.update(Account, account_id, **changes)
    return Outcome(account_id, frozenset({"account"}))


def change_own(ctx: Context, *, old: str, new: str) -> Outcome[str]:
    """Give oneself another password; the old one is asked, and wrong tries of it wait as at the door."""
    ctx.require(Role.SUPERVISOR, Role.DESK, Role.READER)
    check_password(new)
    try:
        log_in(ctx, name=ctx.actor.name, password=old, act="核对原密码")
    except Refusal as refusal:
        raise Refusal(str(refusal), field="old") from None
    if old == new:
        raise Refusal("新密码和原密码一样。请另想一个。", field="password")
    with ctx.transaction("修改自己的密码") as tx:
        query = select(Account.id).where(Account.name == ctx.actor.name)
        tx.update(Account, tx.connection.execute(query).scalar_one(), password_hash=_hasher().hash(new))
    return Outcome("密码已修改，下次登录用新密码。", frozenset({"account"}))


def names(ctx: Context) -> list[Actor]:
    """Active accounts in the order they were made; the first is the supervisor that `init` made."""
    with ctx.read() as connection:
        rows = connection.execute(
            select(Account.name, Account.role).where(Account.active.is_(True)).order_by(Account.id)
        )
        return [Actor(row.name, _role(row.role)) for row in rows]


def _role(written: str) -> Role:
    """The role that an account has. Trouble where it is none any more, so that nobody comes in under it."""
    try:
        return Role(written)
    except ValueError:
        raise Trouble(
            f"账号的角色“{written}”不是本程序的角色：{UNSOUND}。",
            remedy="请到“设置 · 备份”修复，或从备份恢复。",
        ) from None


def wait_left(connection: Connection, name: str, now: datetime) -> timedelta:
    """How long `name` must wait after wrong passwords: none up to five, then doubling, at most five minutes."""
    rows = connection.execute(
        select(LedgerRow.act, LedgerRow.at)
        .where(LedgerRow.subject == "login", LedgerRow.operator == name)
        .order_by(LedgerRow.seq.desc())
        .limit(FREE_TRIES + 8)
    ).all()
    failed = 0
    for row in rows:
        if row.act != "登录失败":
            break
        failed += 1
    if failed < FREE_TRIES:
        return timedelta()
    passed = now - datetime.fromisoformat(rows[0].at)
    wait = min(timedelta(seconds=2 ** (failed - FREE_TRIES + 1)), LONGEST_WAIT)
    # A clock that has gone back since must not lock anybody out.
    return wait - passed if timedelta() <= passed < wait else timedelta()


def log_in(ctx: Context, *, name: str, password: str, act: str = "登录") -> Actor:
    """Check a password and give back who it is; success and failure are both chained.

    Refuses a wrong name or password without saying which, and makes repeated guesses wait.
    """
    from argon2.exceptions import VerificationError

    name = one_line(name)
    with ctx.read() as connection:
        wait = wait_left(connection, name, ctx.clock.moment())
        row = connection.execute(
            select(Account.id, Account.role, Account.password_hash).where(
                Account.name == name, Account.active.is_(True)
            )
        ).one_or_none()
    if wait:
        raise Refusal(f"密码连续输错，请等 {int(wait.total_seconds()) + 1} 秒后再试。", field="password")
    right = False
    try:
        right = row is not None and _hasher().verify(row.password_hash, password)
    except VerificationError:
        right = False
    if row is None:
        _hasher().hash(password)  # as long as a real check, so that a guess does not learn which names exist
    actor = Actor(name, _role(row.role)) if row is not None else Actor(name, Role.READER)
    with ctx.acting_as(actor).transaction(act if right else "登录失败") as tx:
        tx.event("login", row.id if row is not None else 0)
    if not right:
        raise Refusal("账号或密码不对。请核对后再输一次。", field="password")
    return actor
