"""Going back to a backup: what it holds, a trial in a copy, and putting it in the record's place (`promises.md` F5).

A backup is always first restored into a copy, opened and checked there. What stood in its place is set aside, sidecars
too, never overwritten; and the record that comes out of it says in its chain that it was restored, and how far back.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from opsdesk.models.engine import APPLICATION_ID, read_engine, write_engine
from opsdesk.models.schema import SCHEMA, migrate
from opsdesk.rules.vocabulary import Role
from opsdesk.services import attachments, backup, backup_crypt, chain, chain_fork, folders, health, unsound, whole_files
from opsdesk.services.backup import DATABASE, SIDECARS, Contents
from opsdesk.services.backup_crypt import Opener
from opsdesk.services.chain import Entry, Signer
from opsdesk.services.chain_fork import Stretch
from opsdesk.services.clock import Clock
from opsdesk.services.context import Context
from opsdesk.services.errors import Damaged, Refusal, Trouble, system_said
from opsdesk.services.outcome import Outcome
from opsdesk.services.record_names import all_in_words

TRIAL = ".opsdesk-trial-"
"""Begins the name of a folder in which a backup is looked at; it is removed afterwards."""
RESTORED, APART = "恢复备份", "恢复到别处"
KINDS = (
    ("staff", "人员"), ("punch", "到岗打卡"), ("leave", "请假"), ("incident", "运维事件"), ("visit", "机房出入"),
    ("inspection", "巡检"), ("loan", "设备借用"), ("deduction", "考勤扣减"), ("appraisal_sheet", "考核"),
    ("setting", "设置"),
)  # fmt: skip
"""Tables that people ask for, in the order of the windows."""


@dataclass(frozen=True)
class Preview:
    """What a backup holds, and how it stands to the record of today.

    `first` and `last` are when its first and last link were made. `shared` counts the links at the beginning that both
    hold alike; None where there is no record to compare with. `later` are today's links that it does not hold, `ahead`
    its own that are not in today's record: after going back to an older backup, a newer one has some. `wrong` is what
    is known not to hold in it (`backup.mark`).
    """

    path: Path
    site: str
    first: datetime | None
    last: datetime | None
    contents: Contents
    encrypted: bool
    shared: int | None
    later: Stretch
    ahead: Stretch
    wrong: str

    @property
    def kinds(self) -> tuple[tuple[str, int], ...]:
        """Rows by kind, in words."""
        return tuple((word, self.contents.tables[name]) for name, word in KINDS if name in self.contents.tables)

    @property
    def loss(self) -> str:
        """What would be lost by going back to it, as a sentence."""
        if self.shared is None:
            return "现在没有能读的数据可以对照，看不出恢复会少掉什么。"
        if not self.ahead.count and not self.later.count:
            return "现在的数据和这份备份一样，恢复不会少掉记录。"
        if not self.ahead.count:
            return f"将丢失这份备份以后的 {self.later}。"
        if not self.later.count:
            return f"现在的数据都在这份备份里，恢复不会少掉记录，会多出 {self.ahead}。"
        if not self.shared:
            return f"这份备份和现在的数据不是同一段历史，没有一条相同。恢复以后，现在的 {self.later}都不在其中。"
        parted = f"两边前 {self.shared:,} 条相同，以后各走各的"
        return f"{parted}：将丢失现在才有的 {self.later}，换成这份备份里的 {self.ahead}。"


@contextmanager
def readable(path: Path, password: str = "", *, near: Path | None = None) -> Iterator[Path]:
    """The database of a backup as a file that can be opened: itself, or for a locked one a copy that is then removed.

    The copy lies in the folder `near`. Refuses a wrong password; raises Trouble.
    """
    if not path.is_file():
        raise Trouble(f"找不到备份 {path}。", remedy="请插好 U 盘或核对路径后再试。")
    if not backup_crypt.is_locked(path):
        yield path
        return
    if not password:
        raise Refusal("这份备份是加密的，请输入备份密码。", field="password")
    with trial_folder(near or path.parent) as folder:
        plain = folder / DATABASE
        try:
            Opener(password).unseal(path, plain)
        except OSError as error:
            raise Trouble(f"{path.name} 读不出来（{system_said(error)}）。", remedy="请换一份备份。") from error
        yield plain


@contextmanager
def trial_folder(near: Path) -> Iterator[Path]:
    """A folder beside the record for a copy, removed with all that is in it."""
    try:
        folder = Path(tempfile.mkdtemp(prefix=TRIAL, dir=near))
    except OSError as error:
        raise Trouble(
            f"{near} 里建不了临时文件夹（{system_said(error)}）。", remedy="请检查权限和磁盘空间。"
        ) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(home: Path) -> None:
    """Remove trial copies that a power cut left behind."""
    for folder in home.glob(f"{TRIAL}*"):
        shutil.rmtree(folder, ignore_errors=True)


def preview(home: Path, path: Path, password: str = "") -> Preview:
    """Look into a backup. Refuses a wrong password; raises Damaged where it is not sound, remembers what changed."""
    with readable(path, password, near=home) as plain:
        found = _sound_contents(plain, path)
        with closing(backup.looking(plain)) as connection:
            span = connection.execute("SELECT min(at), max(at) FROM ledger").fetchone()
            named = connection.execute("SELECT value FROM setting WHERE name='site.name'").fetchone()
        shared, later, ahead = chain_fork.compared(home / DATABASE, plain)
    return Preview(
        path,
        named[0] if named else "",
        chain_fork.wall_time(span[0]),
        chain_fork.wall_time(span[1]),
        found,
        backup_crypt.is_locked(path),
        shared,
        later,
        ahead,
        manifest.wrong if (manifest := backup.read_manifest(path)) is not None else "",
    )


def _sound_contents(plain: Path, path: Path) -> Contents:
    try:
        return backup.contents(plain)
    except Damaged:
        manifest = backup.read_manifest(path)
        with suppress(OSError):  # a stick that cannot be written is told all the same
            if manifest is not None and backup.has_changed(manifest):
                backup.mark(path, backup.CHANGED)
        raise


@dataclass(frozen=True)
class Restored:
    """A backup that stands in the record's place: where the former files are, and what it holds."""

    aside: Path
    contents: Contents


def restore(
    home: Path, path: Path, now: datetime, *, password: str = "", by: Signer | None = None, clock: Clock | None = None
) -> Restored:
    """Put a backup in the record's place; what was there is set aside, sidecars too, never overwritten.

    It is first restored into a copy, opened and checked there. Attachments that are missing here and lie beside the
    backup are brought back. `by` is who signs for it in the chain. No connection may be open. Raises Refusal, Trouble.
    """
    with readable(path, password, near=home) as plain, trial_folder(home) as folder:
        incoming = folder / DATABASE
        backup.contents(plain)
        lost = chain_fork.compared(home / DATABASE, plain)[1].count
        _copy(plain, incoming)
        found = _fit(incoming)
        say_so(incoming, RESTORED, {"file": path.name, "lost": lost}, by, clock)
        aside = swap(home, incoming, now)
    found = backup.contents(home / DATABASE)
    _bring_attachments(path, home, password)
    unsound.clear(home)
    return Restored(aside, found)


def swap(home: Path, incoming: Path, now: datetime) -> Path:
    """Set the record's files aside and put `incoming` in their place; gives where they are. All or nothing: Trouble."""
    aside = _free_folder(home, now)
    moved: list[Path] = []
    try:
        whole_files.sync(incoming)
        aside.mkdir()
        for name in (DATABASE, *(DATABASE + suffix for suffix in SIDECARS)):
            if (home / name).exists():
                (home / name).replace(aside / name)
                moved.append(aside / name)
        incoming.replace(home / DATABASE)
        whole_files.sync_folder(home)
    except OSError as error:
        for each in reversed(moved):
            with suppress(OSError):
                each.replace(home / each.name)
        with suppress(OSError):
            aside.rmdir()
        raise Trouble(
            f"没有换成（{system_said(error)}），原来的数据文件还在原处。",
            remedy="请关闭其他打开数据文件的程序，或检查磁盘后再试一次。",
        ) from error
    return aside


def into(path: Path, folder: Path, *, password: str = "") -> Contents:
    """Restore a backup into a new data folder, beside everything else. Refuses a folder that is not empty."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refusal(f"{folder} 不是空文件夹，没有恢复。请另写一个新的或空的文件夹。", field="into")
    try:
        folders.make(folder)
    except OSError as error:
        raise Trouble(f"文件夹 {folder} 建不了（{system_said(error)}）。", remedy="请换一个位置。") from error
    with readable(path, password, near=folder) as plain:
        backup.contents(plain)
        draft = folder / f".{DATABASE}.part"
        try:
            _copy(plain, draft)
            found = _fit(draft)
            draft.replace(folder / DATABASE)
        finally:
            draft.unlink(missing_ok=True)
    _bring_attachments(path, folder, password)
    return found


def apart(ctx: Context, path: Path, folder: Path, *, password: str = "") -> Outcome[Contents]:
    """The same from the window, where it is chained: whoever opens that folder reads everything. Supervisor only."""
    ctx.require(Role.SUPERVISOR)
    found = into(path, folder, password=password)
    with ctx.transaction(APART) as tx:
        tx.event("backup", file=path.name, folder=str(folder))
    return Outcome(found, frozenset({"backup"}))


@dataclass(frozen=True)
class Rehearsal:
    """A backup that was restored into a copy as if in earnest: what it held, how long it took, what does not hold.

    `sha256` is that of the file; `made_at` None where neither name nor manifest tells it.
    """

    path: Path
    sha256: str
    made_at: datetime | None
    links: int
    rows: int
    milliseconds: int
    findings: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether one could work with it."""
        return not self.findings


def rehearse(home: Path, path: Path, clock: Clock, *, password: str = "") -> Rehearsal:
    """Restore a backup into a copy, bring it to this program's schema, check it and its chain whole, remove the copy.

    A backup that is not sound is a finding, not an error. Refuses a missing or a wrong password.
    """
    began = clock.uptime_ms()
    manifest = backup.read_manifest(path)
    found, findings, sha256 = None, [], ""
    try:
        with trial_folder(home) as folder:
            sha256 = whole_files.sha256_of(path)
            if manifest is not None and manifest.sha256 != sha256:
                findings.append("文件与写成时的校验值不一致。")
            site = folder / "site"
            found = into(path, site, password=password)
            if manifest is not None and manifest.contents != found:
                findings.append("内容与备份清单上登记的不一致。")
            findings += _worked_with(site / DATABASE)
    except (Trouble, OSError) as error:
        findings.append(str(error) if isinstance(error, Trouble) else f"备份读不出来（{system_said(error)}）。")
    took = clock.uptime_ms() - began
    links, rows = (found.links, found.rows) if found else (0, 0)
    made_at = manifest.made_at if manifest else backup.moment_of(path)
    return Rehearsal(path, sha256, made_at, links, rows, took, tuple(findings))


def _worked_with(database: Path) -> list[str]:
    """Open a restored copy as the program does and check it whole; gives what does not hold."""
    writing, reading = write_engine(database), read_engine(database)
    try:
        with reading.connect() as connection:
            schema = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
            found = all_in_words(health.verify(connection), connection) if schema == SCHEMA else []
        if schema < SCHEMA:
            with writing.begin() as connection:
                migrate(connection)
            with reading.connect() as connection:
                found = all_in_words(health.sound(connection), connection)
    finally:
        writing.dispose()
        reading.dispose()
    return found


def _fit(path: Path) -> Contents:
    """What a copy holds; refuses one that this program cannot work with. Raises Damaged."""
    found = backup.contents(path)
    with closing(backup.looking(path)) as connection:
        application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    if application != APPLICATION_ID:
        raise Damaged(f"{path.name} 不是运维台的数据库。", remedy="请换一份备份。")
    if found.schema > SCHEMA:
        said = f"这份备份由更新版本的运维台写成（结构 {found.schema}，本程序只到 {SCHEMA}）。"
        raise Trouble(said, remedy="请安装新版本后再恢复。")
    return found


def _copy(source: Path, target: Path) -> None:
    try:
        shutil.copyfile(source, target)
        whole_files.sync(target)
    except OSError as error:
        raise Trouble(
            f"恢复没有开始（{system_said(error)}），现在的数据没有改动。", remedy="请检查磁盘空间和权限后再试。"
        ) from error


def say_so(
    database: Path, act: str, facts: Mapping[str, object], by: Signer | None = None, clock: Clock | None = None
) -> None:
    """Add to the chain of a copy what was done with it, by whom; nobody has it open yet."""
    engine = write_engine(database)
    try:
        with engine.begin() as connection:
            signer = by or Signer("系统", "系统", "desk")
            chain.append(connection, clock or Clock(), signer, act, "", [Entry("event", "backup", 0, facts)])
    finally:
        engine.dispose()
    for suffix in SIDECARS:
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def _free_folder(home: Path, now: datetime) -> Path:
    folder, number = home / f"set-aside-{now:%Y%m%d-%H%M%S}", 2
    while folder.exists():
        folder, number = home / f"set-aside-{now:%Y%m%d-%H%M%S}-{number}", number + 1
    return folder


def _bring_attachments(path: Path, home: Path, password: str) -> None:
    """Attachments that are missing and lie beside the backup; what is spoilt there is left out."""
    target = home / attachments.FOLDER
    try:
        if not backup_crypt.is_locked(path):
            attachments.copy_missing(path.parent / attachments.FOLDER, target)
            return
        source = path.parent / backup.locked_attachments(backup_crypt.lock_in(path))
        opener = Opener(password)

        def unlock(file: Path, draft: Path) -> None:
            with suppress(Trouble):
                opener.unseal(file, draft)

        attachments.copy_missing(source, target, copy=unlock, unlocks=backup_crypt.ENDING)
    except OSError as error:
        raise Trouble(
            f"数据已经恢复，附件没有全部找回（{system_said(error)}）。",
            remedy=f"请检查磁盘空间，附件还在 {path.parent}。",
        ) from error
