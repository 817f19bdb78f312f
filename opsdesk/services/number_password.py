"""The password of the identity numbers: seal those on record, open them again, change it, or give up what is lost.

Each act converts every number in one transaction, the chain's side table included: earlier values are erased there as
a clearing erases them, so the chain stays whole, and each row's form of today is chained anew. Then the file is written
anew. Backups made before, and files set aside, still hold whole numbers until they are deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from opsdesk.models import Base, LedgerRow, OffHours, PersonalValue
from opsdesk.rules.vocabulary import Role
from opsdesk.services import (
    accounts,
    backup,
    backup_second,
    id_numbers,
    number_sealing,
    people_lines,
    privacy,
    settings,
    unsound,
)
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.number_sealing import SETTING, lock, opened, seal
from opsdesk.services.outcome import Outcome
from opsdesk.services.password_lock import Lock, new_lock
from opsdesk.services.transaction import Transaction

SEALED, CHANGED, OPENED, GIVEN_UP = "加密证件号", "更换证件号密码", "不再加密证件号", "放弃加密的证件号"
DROPPED = "删除旧备份"
TOUCHED = frozenset({"settings", "visitor", "visit", "permit", "off_hours", "backup"})


@dataclass(frozen=True)
class Standing:
    """Whether numbers are sealed, since when, and the copies made before, which still hold whole numbers."""

    sealed: bool
    since: datetime | None
    copies: tuple[Path, ...]

    @property
    def sentence(self) -> str:
        """How identity numbers are kept."""
        if not self.sealed:
            return "访客的证件号存全号：列表和纸上遮住，打开数据文件的人看得到。"
        since = f"自 {self.since:%Y-%m-%d} 起" if self.since else ""
        old = f"那以前的备份还有 {len(self.copies)} 份，里面仍是全号。" if self.copies else ""
        return f"访客的证件号{since}加密保存，平时只看得到遮住的号码，看全号要证件号密码。{old}"


def look(ctx: Context) -> Standing:
    """How identity numbers are kept now."""
    with ctx.read() as connection:
        if lock(connection) is None:
            return Standing(False, None, ())
        query = select(func.max(LedgerRow.at)).where(LedgerRow.act == SEALED, LedgerRow.subject == "privacy")
        at = connection.execute(query).scalar_one_or_none()
    since = datetime.fromisoformat(at).astimezone().replace(tzinfo=None, microsecond=0) if at else None
    old = [each for each in _copies(ctx) if since and (privacy.made_at(each) or datetime.min) < since]
    return Standing(True, since, tuple(old))


def _copies(ctx: Context) -> list[Path]:
    """Backups and files set aside, wherever they can be reached."""
    backups = [each for folder in backup_second.folders(ctx) for each in backup.found_in(folder)]
    return sorted([*backups, *ctx.home.glob("set-aside-*")])


def turn_on(ctx: Context, password: str, *, drop_copies: bool = False) -> Outcome[str]:
    """Seal every identity number under a new password, which is kept nowhere; only the supervisor may.

    With `drop_copies` a new backup is made and the earlier ones are deleted. Refuses a weak password, and the
    one for logging in.
    """
    ctx.require(Role.SUPERVISOR)
    _refuse_unfit(ctx, password)
    if drop_copies and unsound.found(ctx.home) is not None:
        raise Refusal("数据文件损坏过，还没有核对无误，旧备份不能删除。请先修复，或选保留旧备份。", field="copies")
    new, old = new_lock(password), _copies(ctx)
    with ctx.transaction(SEALED) as tx:
        if tx.number_lock is not None:
            raise Refusal("证件号已经加密了。要换密码请用“更换密码”。", field="password")
        _keep(tx, new)
        counts = _convert(tx, lambda number: seal(number, new) if number_sealing.is_plain(number) else number)
        _shorten_people(tx)
        tx.event("privacy", **counts)
    told = privacy.compact(ctx)
    told += _renewed(ctx, old) if drop_copies else f"以前的备份有 {len(old)} 份，里面仍是全号。" if old else ""
    second = backup_second.look(ctx)
    told += (
        f"第二备份位置 {second.folder} 现在不在，那里的旧备份里仍是全号。"
        if second.folder and not second.present
        else ""
    )
    return Outcome(
        f"证件号已加密，共 {sum(counts.values())} 处。程序不保存证件号密码，请抄好锁进保险柜。{told}", TOUCHED
    )


def _refuse_unfit(ctx: Context, password: str) -> None:
    accounts.check_password(password)
    accounts.refuse_own_password(ctx, password, "证件号密码")


def drop_copies(ctx: Context) -> Outcome[str]:
    """Make a new backup in each place, then delete those from before the sealing; only the supervisor may."""
    ctx.require(Role.SUPERVISOR)
    standing = look(ctx)
    if not standing.copies:
        raise Refusal("没有加密以前的旧备份，不用删除。")
    if unsound.found(ctx.home) is not None:
        raise Refusal("数据文件损坏过，还没有核对无误，旧备份不能删除。请先修复。")
    return Outcome(_renewed(ctx, standing.copies), TOUCHED)


def _renewed(ctx: Context, old: Sequence[Path]) -> str:
    """Make a new backup in each place and delete these copies; what became of it."""
    try:
        backup.make(ctx.home, ctx.now(), SEALED)
        if backup_second.look(ctx).present:
            backup_second.copy(ctx, SEALED)
    except Trouble as trouble:
        return f"{trouble}旧备份没有删除。{trouble.remedy}"
    left = privacy.delete(old)
    gone = [each.name for each in old if each not in left]
    if gone:
        with ctx.transaction(DROPPED, "里面是没有加密的证件号") as tx:
            tx.event("backup", deleted=gone)
    said = f"已写一份新备份，删除旧备份 {len(gone)} 份。"
    return said + (f"{'、'.join(each.name for each in left)} 删不掉，请手工删除。" if left else "")


def change(ctx: Context, old: str, new: str) -> Outcome[str]:
    """Seal every number anew under another password; only the supervisor may.

    Refuses a wrong password, and as the new one a weak one and the one for logging in.
    """
    ctx.require(Role.SUPERVISOR)
    _refuse_unfit(ctx, new)
    under = new_lock(new)
    with ctx.transaction(CHANGED) as tx:
        key = number_sealing.key(old, _present(tx))
        _keep(tx, under)
        counts = _convert(tx, lambda kept: seal(opened(kept, key), under) if id_numbers.is_sealed(kept) else kept)
        tx.event("privacy", **counts)
    told = privacy.compact(ctx)
    return Outcome(
        f"证件号密码已更换，{sum(counts.values())} 处证件号改用新密码。更换以前的备份仍用旧密码。{told}", TOUCHED
    )


def turn_off(ctx: Context, password: str) -> Outcome[str]:
    """Keep numbers as they are again, those on record too; only the supervisor may. Refuses a wrong password."""
    ctx.require(Role.SUPERVISOR)
    with ctx.transaction(OPENED) as tx:
        key = number_sealing.key(password, _present(tx))
        _keep(tx, None)
        counts = _convert(tx, lambda kept: opened(kept, key))
        tx.event("privacy", **counts)
    return Outcome(f"不再加密，{sum(counts.values())} 处证件号恢复成全号。{privacy.compact(ctx)}", TOUCHED)


def give_up(ctx: Context) -> Outcome[str]:
    """The password is lost: of the numbers sealed so far only the masks stay; only the supervisor may."""
    ctx.require(Role.SUPERVISOR)
    with ctx.transaction(GIVEN_UP) as tx:
        _present(tx)
        _keep(tx, None)
        counts = _convert(tx, id_numbers.readable)
        tx.event("privacy", **counts)
    told = privacy.compact(ctx)
    return Outcome(
        f"{sum(counts.values())} 处证件号只留下遮住的号码，全号不能找回。可以重新设证件号密码。{told}", TOUCHED
    )


def _present(tx: Transaction) -> Lock:
    if tx.number_lock is None:
        raise Refusal("证件号没有加密。")
    return tx.number_lock


def _keep(tx: Transaction, new: Lock | None) -> None:
    """From here on this transaction, and every one after it, writes under this lock."""
    settings.put(tx, SETTING, new.text if new else "")
    tx.number_lock = new


def _convert(tx: Transaction, kept: Callable[[str], str]) -> dict[str, int]:
    """Rewrite each identity number that is on record, and erase what earlier links said; how many a table holds."""
    counts = {}
    for model in number_sealing.models():
        table = Base.metadata.tables[model.__tablename__]
        for column in number_sealing.columns(table.name):
            tx.rewrite(model, _holding(tx.connection, table.name, column), [column], partial(_rewritten, column, kept))
            held = select(func.count()).where(func.length(table.c[column]) > id_numbers.FOUR)
            counts[table.name] = tx.connection.execute(held).scalar_one()
    return counts


def _rewritten(column: str, kept: Callable[[str], str], row: Mapping[str, Any]) -> dict[str, str | None]:
    return {column: kept(row[column]) if row[column] else None}


def _holding(connection: Connection, table: str, column: str) -> list[int]:
    """Rows of which a number that is longer than its last four, of today or earlier, is on record."""
    query = (
        select(LedgerRow.subject_id)
        .join(PersonalValue, PersonalValue.seq == LedgerRow.seq)
        .where(LedgerRow.subject == table, PersonalValue.column == column)
        .where(func.length(PersonalValue.value) > id_numbers.FOUR)
        .distinct()
    )
    return sorted(connection.execute(query).scalars())


def _shorten_people(tx: Transaction) -> None:
    """Off-hours slips name people as text: numbers of identity papers that stand whole in it keep their last four."""
    query = (
        select(LedgerRow.subject_id, PersonalValue.value)
        .join(PersonalValue, PersonalValue.seq == LedgerRow.seq)
        .where(LedgerRow.subject == OffHours.__tablename__, PersonalValue.column == "people")
    )
    ids = sorted({row.subject_id for row in tx.connection.execute(query) if _shortened(row.value) != row.value})
    tx.rewrite(OffHours, ids, ["people"], lambda row: {"people": _shortened(row["people"])})


def _shortened(people: str) -> str:
    return "\n".join(people_lines.without_papers(line) for line in people.split("\n"))
