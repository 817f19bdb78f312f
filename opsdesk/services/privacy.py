"""Personal data of visitors: the whole number on demand, and what is cleared when its time is over (H16, H17).

Kept as long as needed and no longer: after the months of `privacy.visitor_months` a visit, a permit, an off-hours
slip, a loan loses identity numbers and telephones. The names on them stay, since those papers (F08, F09, F11, F14) are
kept for years and the record has to say the same as they do. Of issued papers that show such numbers the salt goes,
with which one could try numbers against their hashes. Frequent visitors and the door's log are on no paper:
there the name goes too. Earlier versions of each value go with it, and so do backups and files set aside that are as
old. The file is written anew afterwards, since what SQLite moved within a page before may still lie there,
secure_delete or not.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, case, func, select

from opsdesk.models import Base, DoorEvent, LedgerRow, Loan, OffHours, Permit, PermitPerson, Seal, Visit, Visitor
from opsdesk.rules.calendar import months_later
from opsdesk.rules.vocabulary import Role
from opsdesk.services import (
    backup,
    backup_keeping,
    backup_second,
    chain,
    id_numbers,
    number_sealing,
    retiring,
    settings,
)
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.outcome import Outcome
from opsdesk.services.text import one_line
from opsdesk.services.transaction import Transaction, database_trouble

SETTING = "privacy.visitor_months"
PURGED = "已清除"
"""Stands in place of a name that was cleared."""
TOUCHED = frozenset({"visitor", "visit", "permit", "off_hours", "loan", "door_event", "seal"})
WITH_NUMBERS = ("OD-F08", "OD-F08E", "OD-F09", "OD-F14", "OD-GR")
"""Forms on which numbers of visitors stand, whole, masked or in part."""
REASON = 2
CLEARED, COMPACTED = "清除到期个人信息", "整理数据文件"
_NUMBER = re.compile(r"[A-Za-z]{0,2}[0-9*+][0-9*Xx()+-]{2,}")
_COPY = re.compile(r"(?:ops|set-aside)-([0-9]{8}-[0-9]{6}).*")


@dataclass(frozen=True)
class Kept:
    """Personal data of one kind of record: which columns are cleared, and when somebody was last there."""

    what: str
    model: type[Base]
    columns: tuple[str, ...]
    last: Callable[[], Any]
    marked: bool = True
    """Whether the row says when it was cleared; where it does, it is cleared once."""


def _of_permit() -> Any:
    return select(Permit.planned_to).where(Permit.id == PermitPerson.permit_id).scalar_subquery()


def _of_loan() -> Any:
    """The day on which things came back, else on which they should have."""
    return func.coalesce(func.date(Loan.returned_at), Loan.due_on, type_=Loan.due_on.type)


KINDS = (
    Kept("进出记录", Visit, ("id_number", "phone"), lambda: func.coalesce(Visit.left_at, Visit.entered_at)),
    Kept("审批单人员", PermitPerson, ("id_number", "phone"), _of_permit),
    Kept("审批单", Permit, ("phone",), lambda: Permit.planned_to, marked=False),
    Kept("场地使用申请", OffHours, ("phone",), lambda: OffHours.ends_at, marked=False),
    Kept("借用单", Loan, ("phone",), _of_loan, marked=False),
    Kept("常来人员", Visitor, ("name", "id_number", "phone"), lambda: Visitor.last_on),
    Kept("门禁日志", DoorEvent, ("name", "card"), lambda: DoorEvent.at),
    Kept("表单校验", Seal, ("salt",), lambda: case((Seal.form.in_(WITH_NUMBERS), Seal.issued_at)), marked=False),
)


@dataclass(frozen=True)
class Due:
    """What has to be cleared: records of one kind."""

    what: str
    ids: tuple[int, ...]


@dataclass(frozen=True)
class Clearing:
    """What a clearing would do: everything last used before `cutoff`, by kind, and copies made before it."""

    months: int
    cutoff: date
    due: tuple[Due, ...]
    copies: tuple[Path, ...]
    unfinished: bool

    @property
    def sentence(self) -> str:
        """What would be cleared, or that nothing is due."""
        parts = [f"{each.what} {len(each.ids)} 条" for each in self.due if each.ids]
        parts += [f"旧备份 {len(self.copies)} 份"] if self.copies else []
        since = f"{self.cutoff.isoformat()} 以前（满 {self.months} 个月）"
        unfinished = "上次清除或加密以后数据文件还没有整理，要再整理一次。" if self.unfinished else ""
        if not parts:
            return unfinished or f"{since}没有要清除的访客个人信息。"
        return f"{since}要清除：{'、'.join(parts)}。证件号和电话清除后不能找回，纸质登记不受影响。{unfinished}"


def cutoff(today: date, months: int) -> date:
    """The first day that is kept: so many months before today, at a month's end its last day."""
    return months_later(today, -months)


def look(ctx: Context) -> Clearing:
    """What would be cleared now. Only the supervisor may look, as only he may clear."""
    ctx.require(Role.SUPERVISOR)
    months = settings.number(ctx, SETTING)
    before = cutoff(ctx.today(), months)
    with ctx.read() as connection:
        due = _due(connection, before)
        query = select(LedgerRow.act).where(LedgerRow.subject == "privacy").order_by(LedgerRow.seq.desc()).limit(1)
        unfinished = connection.execute(query).scalar_one_or_none() not in {None, COMPACTED}
    return Clearing(months, before, due, tuple(_copies(ctx, before)), unfinished)


def _due(connection: Connection, before: date) -> tuple[Due, ...]:
    return tuple(Due(kept.what, tuple(_ids(connection, kept, before))) for kept in KINDS)


def _ids(connection: Connection, kept: Kept, before: date) -> list[int]:
    table = Base.metadata.tables[kept.model.__tablename__]
    limit = before if kept.model in {Visitor, Loan} else datetime.combine(before, time())
    query = select(table.c.id).where(kept.last() < limit).order_by(table.c.id)
    if kept.marked:
        query = query.where(table.c.purged_at.is_(None))
    old = connection.execute(query).scalars().all()
    held = chain.holders(connection, table.name, kept.columns) if old else set()
    if kept.model is OffHours:
        held |= set(_spelled_out(connection, old))
    return [each for each in old if each in held]


def _spelled_out(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    """Off-hours slips whose people are, or were before a change, written with numbers, and the text without them."""
    query = select(OffHours.id, OffHours.people).where(OffHours.id.in_(ids))
    found = {row.id: (row.people, _without_numbers(row.people)) for row in connection.execute(query)}
    changed = chain.holders(connection, OffHours.__tablename__, ("people",), more_than=1) if found else set()
    return {each: names for each, (people, names) in found.items() if names != people or each in changed}


def _without_numbers(people: str) -> str:
    return "\n".join(one_line(_NUMBER.sub(" ", id_numbers.narrow(line))) for line in people.split("\n"))


def purge(ctx: Context) -> Outcome[str]:
    """Clear what is due, also from the chain's side table, write the file anew, then delete copies as old.

    Only the supervisor may.
    """
    clearing = look(ctx)
    said = f"{clearing.cutoff.isoformat()} 以前"
    parts = []
    if any(each.ids for each in clearing.due):
        with ctx.transaction(CLEARED, said) as tx:
            due = _due(tx.connection, clearing.cutoff)
            counts = {}
            for kept, each in zip(KINDS, due, strict=True):
                _clear(tx, kept, each.ids, ctx.now())
                counts[kept.model.__tablename__] = len(each.ids)
            tx.event("privacy", cutoff=clearing.cutoff.isoformat(), **counts)
        parts = [f"{each.what} {len(each.ids)} 条" for each in due if each.ids]
    backup_keeping.sweep(ctx)
    told = compact(ctx) if parts or clearing.unfinished else ""
    left = delete(clearing.copies)
    if gone := [each.name for each in clearing.copies if each not in left]:
        with ctx.transaction("删除过期备份", said) as tx:
            tx.event("backup", deleted=gone)
        parts.append(f"旧备份 {len(gone)} 份")
    if left:
        told += f"{'、'.join(each.name for each in left)} 删不掉，请手工删除。"
    cleared = f"已清除 {said}的{'、'.join(parts)}。" if parts else ""
    return Outcome(cleared + told or clearing.sentence, TOUCHED if parts else frozenset())


def compact(ctx: Context) -> str:
    """Write the database file anew, without what lay between its rows; a sentence where that did not succeed."""
    try:
        with database_trouble(), closing(ctx.writing.raw_connection()) as connection:
            connection.execute("VACUUM")
    except Trouble as trouble:
        return f"数据文件还没有整理（{str(trouble).rstrip('。')}），请稍后再清除一次。"
    with ctx.transaction(COMPACTED) as tx:
        tx.event("privacy")
    return ""


def _clear(tx: Transaction, kept: Kept, ids: tuple[int, ...], now: datetime) -> None:
    gone: dict[str, Any] = {key: PURGED if key == "name" else None for key in kept.columns}
    if kept.marked:
        gone["purged_at"] = now
    if kept.model is Visitor:
        gone["initials"] = ""
    tx.forget(kept.model, ids, **gone)
    if kept.model is OffHours:
        for each, names in _spelled_out(tx.connection, ids).items():
            tx.forget(OffHours, [each], people=names)


def _copies(ctx: Context, before: date) -> list[Path]:
    """Backups and files set aside before that day; the newest backup of each place is kept however old it is."""
    backups = [each for folder in backup_second.folders(ctx) for each in backup.found_in(folder)[1:]]
    return [
        each
        for each in sorted([*backups, *ctx.home.glob("set-aside-*")])
        if (made := made_at(each)) and made.date() < before
    ]


def made_at(copy: Path) -> datetime | None:
    """When a backup was made or a file set aside, by its name; None for what is named otherwise."""
    found = _COPY.fullmatch(copy.name)
    try:
        return datetime.strptime(found[1], "%Y%m%d-%H%M%S") if found else None
    except ValueError:
        return None


def delete(copies: Sequence[Path]) -> list[Path]:
    """Delete copies; those that the machine does not let go of are given back."""
    left = []
    for each in copies:
        try:
            if each.is_dir():
                shutil.rmtree(each)
            else:
                backup.discard(each)
        except OSError:
            left.append(each)
    return left


@dataclass(frozen=True)
class Revealed:
    """Somebody's numbers as they are, for the eyes of the supervisor; of a `sealed` identity number the mask."""

    name: str
    id_kind: str
    id_number: str
    phone: str
    sealed: bool = False

    @property
    def sentence(self) -> str:
        """The numbers in one sentence, which also says that this was recorded."""
        parts = [f"{self.id_kind}号 {self.id_number}"] if self.id_number else []
        parts += ["全号要填证件号密码"] if self.sealed else []
        parts += [f"电话 {self.phone}"] if self.phone else []
        return f"{self.name}：{'，'.join(parts) or '没有登记证件号和电话'}。查看已记入审计。"


SHOWN: dict[str, tuple[type[Visitor] | type[PermitPerson] | type[Visit], str]] = {
    "visitor": (Visitor, "常来人员"),
    "permit_person": (PermitPerson, "审批单人员"),
    "visit": (Visit, "进出记录"),
}
"""Whose numbers can be revealed, by the name of the table."""


def reveal(ctx: Context, what: str, record_id: int, reason: str, password: str = "") -> Outcome[Revealed]:
    """Somebody's whole numbers: only for the supervisor, with a reason, and recorded. KeyError for another `what`.

    A sealed number takes the password, too, refused in `number_password` where it is wrong; without it the telephone
    is shown alone.
    """
    ctx.require(Role.SUPERVISOR)
    model, named = SHOWN[what]
    why = one_line(reason)
    if len(why) < REASON:
        raise Refusal("请写明为什么要看完整的号码，查看会记入审计。", field="reason")
    with ctx.transaction("查看证件号", why) as tx:
        query = select(model.name, model.id_kind, model.id_number, model.phone, model.purged_at)
        row = tx.connection.execute(query.where(model.id == record_id)).one_or_none()
        if row is None:
            raise retiring.missing(named)
        if row.purged_at is not None:
            raise Refusal(f"这条{named}的证件号和电话已在 {row.purged_at:%Y-%m-%d} 到期清除，不能再看。")
        number, sealed = row.id_number or "", id_numbers.is_sealed(row.id_number)
        if sealed and tx.number_lock is not None and (password or not row.phone):
            number, sealed = number_sealing.opened(number, number_sealing.key(password, tx.number_lock)), False
        tx.event(what, record_id, shown=["phone"] if sealed else ["id_number", "phone"])
    return Outcome(Revealed(row.name, row.id_kind, id_numbers.readable(number), row.phone or "", sealed))
