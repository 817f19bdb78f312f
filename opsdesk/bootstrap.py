"""The composition root: data folder → engines → migration → law → Context."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError

from opsdesk.models import Account, LedgerRow, Setting
from opsdesk.models.engine import read_engine, write_engine
from opsdesk.models.schema import SCHEMA, ForeignDatabase, NewerDatabase, migrate, schema_of
from opsdesk.rules.vocabulary import Role
from opsdesk.services import (
    accounts,
    appraisal_schemes,
    attachments,
    backup,
    backup_keeping,
    backup_second,
    calendars,
    chain,
    folders,
    health,
    incident_options,
    inspection_items,
    law_library,
    salvage,
    stray_journal,
    unsound,
    witness,
)
from opsdesk.services.backup import Backup
from opsdesk.services.chain import Entry, Signer
from opsdesk.services.clock import Clock
from opsdesk.services.context import Actor, Context
from opsdesk.services.errors import UNSOUND, Damaged, Refusal, Trouble, system_said
from opsdesk.services.health import Whole
from opsdesk.services.law_library import Library
from opsdesk.services.record_names import all_in_words
from opsdesk.services.text import one_line
from opsdesk.services.transaction import NOT_OPENED, Transaction, database_trouble, is_damage

SUPERVISOR = "主管"
SYSTEM = Signer("系统", "系统", "desk")
SEEDS = (
    (3, "建立事件选项", incident_options.seed),
    (4, "建立巡检项目", inspection_items.seed),
    (5, "建立考核方案", appraisal_schemes.seed),
)
"""What an older site is given at first: since which schema, by which act, and the act itself."""
STEPS = 100_000
"""Of SQLite's machine between two looks whether to go on; some hundredths of a second."""
verify = health.verify


def database(home: Path) -> Path:
    """The site's database file."""
    return home / backup.DATABASE


def _engine_pair(home: Path) -> tuple[Engine, Engine]:
    return write_engine(database(home)), read_engine(database(home))


def _migrate(home: Path, engine: Engine, clock: Clock) -> None:
    with engine.connect() as connection:
        number = schema_of(connection)
    if number == SCHEMA:
        return
    if number:
        backup.make(home, clock.now(), f"迁移前{number}")
    with engine.begin() as connection:
        migrate(connection)
        facts = {"schema": chain.schema_hash(connection), "number": SCHEMA}
        chain.append(connection, clock, SYSTEM, "建立数据结构", "", [Entry("schema", "schema", SCHEMA, facts)])
        for since, act, seed in SEEDS:
            if number < since:
                work = Transaction(connection, clock, SYSTEM, act, "")
                seed(work)
                chain.append(connection, clock, SYSTEM, work.act, work.reason, work.entries)


def open_site(home: Path, clock: Clock | None = None, *, thorough: bool = False) -> Context:
    """Open (or create) the site's database, bring it to this program's schema, and give its Context.

    It is checked quickly, or whole where that is asked for or it was damaged before. Raises Trouble with a way out
    where the file is another program's or newer than this program; Damaged where it is not sound, or gone.
    """
    clock = clock or Clock()
    folders.refuse_unfit(home)
    try:
        folders.make(home)
    except OSError as error:
        raise Trouble(
            f"数据文件夹 {home} 建不了（{system_said(error)}）。", remedy="请用 --home 指定另一个文件夹。"
        ) from error
    _refuse_to_begin_anew(home)
    with stray_journal.copied(home) as before:
        try:
            return _opened(home, clock, thorough=thorough)
        except Damaged:
            if before is None or not stray_journal.undone(home, before, clock.now()):
                raise
    return _opened(home, clock, thorough=True)


def _opened(home: Path, clock: Clock, *, thorough: bool) -> Context:
    writing, reading = _engine_pair(home)
    try:
        _bring_up(home, writing, reading, clock, thorough=thorough)
    except BaseException:
        for engine in (writing, reading):
            engine.dispose()  # or Windows would not let the file be set aside
        raise
    return Context(home, writing, reading, clock, Library(law_library.shipped()), station=platform.node() or "desk")


def _bring_up(home: Path, writing: Engine, reading: Engine, clock: Clock, *, thorough: bool) -> None:
    """Migrate where it is needed, and check the file. Raises Trouble, Damaged."""
    check = "integrity_check(1)" if thorough or unsound.found(home) else "quick_check(1)"
    try:
        with database_trouble(NOT_OPENED):
            _migrate(home, writing, clock)
            with reading.connect() as connection:
                sound = connection.exec_driver_sql(f"PRAGMA {check}").scalar_one()
    except ForeignDatabase:
        raise Trouble(
            f"{database(home)} 不是运维台的数据库，没有打开。", remedy="请核对数据文件夹，或用 --home 指定另一个。"
        ) from None
    except NewerDatabase as newer:
        raise Trouble(
            f"数据由更新版本的运维台写成（结构 {newer.args[0]}，本程序只到 {SCHEMA}），没有打开，也没有改动。",
            remedy="请安装新版本后再打开。",
        ) from None
    except Damaged as damaged:
        raise _damaged(home, clock, "有损坏，没有打开，也没有改动。") from damaged
    except Trouble as trouble:
        if is_damage(trouble.__cause__):
            raise _damaged(home, clock, "已损坏，打不开，没有改动。") from trouble
        raise _in_the_way(home) or trouble from trouble
    except (DBAPIError, *backup.SPOILT) as error:
        raise _damaged(home, clock, "里的表或内容不是运维台写的样子，打不开，没有改动。") from error
    if sound != "ok":
        raise _damaged(home, clock, "已损坏，没有打开，也没有改动。")


def _in_the_way(home: Path) -> Trouble | None:
    """What the system says of the files where they cannot be opened: a folder of that name, or no permission."""
    for path in (home, *(home / f"{backup.DATABASE}{suffix}" for suffix in ("", *backup.SIDECARS))):
        if path != home and path.is_dir():
            said = f"{path} 是一个文件夹，不是数据文件，没有打开，也没有改动。"
            return Trouble(said, remedy="请把这个文件夹移到别处再试，或从备份恢复。")
        if path.exists() and not os.access(path, os.R_OK | os.W_OK):
            said = f"这个电脑账户没有读写 {path} 的权限，没有打开，也没有改动。"
            return Trouble(said, remedy="请让电脑管理员给读写权限，或去掉只读属性，然后再试。")
    return None


def _damaged(home: Path, clock: Clock, what: str) -> Damaged:
    """The record is not sound: remember it, so that no backup is let go, and name the way out."""
    said = f"数据文件 {database(home)} {what}"
    unsound.note(home, clock.now(), said)
    return Damaged(said, remedy=_way_out(home))


def _way_out(home: Path, first: str = "可以试修复，或") -> str:
    lying = backup.kept(home / backup.FOLDER)
    newest = backup_keeping.best(lying) or next(iter(lying), None)
    if newest is None:
        return f"本机没有找到备份。{first}从第二位置、U 盘上的备份恢复；数据文件夹里的文件都不要删除。"
    return f"{first}从备份恢复。最近的备份是 {newest.path.name}。"


def _refuse_to_begin_anew(home: Path) -> None:
    """Refuse an empty database where there was one before: its backups, or what was set aside, still lie there."""
    path = database(home)
    try:
        if path.exists() and path.stat().st_size:
            return
        known = bool(backup.listed(home) or any(home.glob("set-aside-*")) or unsound.found(home))
    except OSError:
        return
    if known:
        gone = "是空的" if path.exists() else "不见了"
        raise Damaged(f"数据文件 {path} {gone}，没有新建。", remedy=_way_out(home, "请"))


def check_whole(ctx: Context) -> list[str]:
    """Check record, chain and the backups as its witnesses; where all holds, the record counts as sound again.

    Raises Damaged where it cannot even be read.
    """
    try:
        lying = backup_second.folders(ctx)
        with ctx.read() as connection:
            found = all_in_words([*health.verify(connection), *witness.contradictions(connection, lying)], connection)
    except Trouble as trouble:
        if is_damage(trouble.__cause__):
            raise _damaged(ctx.home, ctx.clock, "有一部分读不出来。") from trouble
        raise
    if found:
        unsound.note(ctx.home, ctx.now(), found[0])
    else:
        unsound.clear(ctx.home)
    return found


def check_copy(ctx: Context, made: Path, stopped: Callable[[], bool] = lambda: False) -> list[str]:
    """Check a backup just made of the record whole, which keeps nobody waiting; what does not hold is remembered.

    The backups as witnesses are asked about the record itself: some may have been made since, of more links. Finds
    nothing where it was `stopped` on the way.
    """
    lying = backup_second.folders(ctx)
    with ctx.read() as connection:
        against = list(witness.contradictions(connection, lying))
    engine, own, found = read_engine(made), [], []
    try:
        with engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            driver.set_progress_handler(lambda: int(stopped()), STEPS)
            own = all_in_words(health.verify(connection), connection)
        found = [*own, *against]
    except DBAPIError:
        if not stopped():
            raise
    finally:
        engine.dispose()
    if stopped():
        return []
    if found:
        unsound.note(ctx.home, ctx.now(), found[0])
    if own:
        backup.mark(made, own[0])
    return found


def check_today(ctx: Context, made: Backup | None, stopped: Callable[[], bool] = lambda: False) -> list[str]:
    """The same by a copy that goes again, where nothing was written and therefore no backup was made of late."""
    if made is not None:
        return check_copy(ctx, made.path, stopped)
    copy = backup.make(ctx.home, ctx.now(), "核对").path
    try:
        return check_copy(ctx, copy, stopped)
    finally:
        with suppress(OSError):  # held by a scanner it stays, a backup like any other
            backup.discard(copy)


def check_everything(ctx: Context, stopped: Callable[[], bool] = lambda: False) -> Whole | None:
    """Check record, chain, attachments and the files of all backups; None where it was `stopped` on the way."""
    with ctx.read() as connection:
        links = chain.count(connection)
    found = check_today(ctx, None, stopped)
    with ctx.read() as connection:
        beside = list(attachments.verify(ctx.home, connection))
    beside += backup_keeping.changed_files(ctx, stopped)
    return None if stopped() else Whole(tuple(found), tuple(beside), links)


def refuse_altered(ctx: Context) -> None:
    """Refuse a record whose structure or accounts are not as the chain has them, or that has no chain any more.

    Whoever came in would find pages that cannot be read, or could be somebody whom nobody let in; or nobody could come
    in at all. Raises Damaged.
    """
    what = ""
    try:
        with ctx.read() as connection:
            if chain.schema_altered(connection):
                what = "的结构"
            elif _accounts_altered(connection):
                what = "里的账号"
    except DBAPIError:  # the chain itself has no table any more
        what = "的结构"
    if what:
        raise _damaged(ctx.home, ctx.clock, f"{what}与审计链不符（{UNSOUND}），没有打开，也没有改动。")


def _accounts_altered(connection: Connection) -> bool:
    """Whether an account was changed, added or taken away outside the program.

    What a repair could not put right, and somebody took all the same, counts as it stands.
    """
    name = Account.__tablename__
    links = select(LedgerRow.subject_id, LedgerRow.body, LedgerRow.seq).where(
        LedgerRow.subject == name, LedgerRow.kind.in_(("insert", "update"))
    )
    chained = connection.execute(links.order_by(LedgerRow.seq)).all()
    rows = connection.exec_driver_sql(f"SELECT * FROM {name}").mappings()  # noqa: S608 — our own name
    if {row["id"]: chain.canonical(dict(row)) for row in rows} == {link.subject_id: link.body for link in chained}:
        return False
    repairs = select(func.max(LedgerRow.seq)).where(LedgerRow.act == salvage.REPAIRED, LedgerRow.kind == "event")
    return (connection.execute(repairs).scalar() or 0) <= (chained[-1].seq if chained else 0)


def is_set_up(ctx: Context) -> bool:
    """True once the site has a supervisor."""
    with ctx.read() as connection:
        return connection.execute(select(Account.id).limit(1)).first() is not None


def found_site(ctx: Context, *, site: str, password: str, supervisor: str = SUPERVISOR, project: str = "") -> Actor:
    """First start: the site's name, the supervisor's account, and the holidays that ship with the program."""
    site, supervisor = one_line(site), one_line(supervisor) or SUPERVISOR
    if not site:
        raise Refusal("站点名称不能空着。请填写单位全称，它会印在每张表上。", field="site")
    actor = Actor(supervisor, Role.SUPERVISOR)
    with ctx.acting_as(actor).transaction("建立站点") as tx:
        if tx.connection.execute(select(Account.id).limit(1)).first():
            raise Refusal("这个数据文件夹里已经有一个站点。要另建站点，请用 --home 指定另一个文件夹。")
        accounts.add(tx, name=supervisor, role=Role.SUPERVISOR, password=password, now=ctx.now())
        chosen = {"site.name": site, "site.project": one_line(project), "site.supervisor": supervisor}
        tx.insert_many(Setting, [{"name": name, "value": value} for name, value in chosen.items()])
        calendars.store(tx, calendars.shipped())
    return actor


def supervisor_of(ctx: Context) -> Actor:
    """The supervisor that `init` made. Refuses where the site is not set up."""
    found = [actor for actor in accounts.names(ctx) if actor.role is Role.SUPERVISOR]
    if not found:
        raise Refusal("这里还没有建立站点。请先打开窗口完成首次设置，或运行 opsdesk init --site 单位名称。")
    return found[0]


def last_entry(connection: Connection) -> str:
    """When the newest link was made, as text; empty for a new database."""
    newest = connection.execute(select(LedgerRow.at).order_by(LedgerRow.seq.desc()).limit(1)).scalar_one_or_none()
    return newest or ""


def password_from_environment() -> str | None:
    """OPSDESK_PASSWORD, if set."""
    return os.environ.get("OPSDESK_PASSWORD")
