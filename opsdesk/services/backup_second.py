"""The second place of backups: another disk or a USB stick, at least daily, under a password where one is set.

A small text file marks the folder, so that a drive that is not plugged in is told from an empty folder of its name.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from opsdesk.rules.vocabulary import Role
from opsdesk.services import accounts, backup, password_lock, settings, whole_files
from opsdesk.services.backup import Backup, Progress
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal, Trouble, system_said
from opsdesk.services.outcome import Outcome
from opsdesk.services.password_lock import Lock
from opsdesk.services.text import one_line

SETTING, LOCK = "backup.second_folder", "backup.lock"
MARK = "运维台备份.txt"
MEMORY = "second.json"
"""In the folder of backups: when the second place last took one, for days on which it is not plugged in."""
LATE = timedelta(days=3)
TOUCHED = frozenset({"settings", "backup"})


@dataclass(frozen=True)
class Second:
    """How the second place stands: where (None: not chosen), whether it is there, when it last took a backup.

    `late` where that is more than three days ago, or never; `locked` where what goes there is encrypted; `plain` counts
    what lies there from before, not encrypted.
    """

    folder: Path | None
    present: bool
    last: datetime | None
    late: bool
    locked: bool
    sentence: str
    plain: int = 0

    @property
    def fine(self) -> bool:
        """Whether nothing has to be done."""
        return self.present and not self.late


def look(ctx: Context) -> Second:
    """How the second place stands now."""
    chosen = settings.read_all(ctx)
    locked = bool(chosen[LOCK])
    if not chosen[SETTING]:
        said = "还没有第二备份位置。本机磁盘一坏，记录和备份会一起丢失；请选另一块磁盘或 U 盘上的文件夹。"
        return Second(None, False, None, True, locked, said)
    folder = Path(chosen[SETTING])
    present, last = is_there(folder), _last(ctx.home, folder)
    late = last is None or ctx.now() - last > LATE
    plain = sum(not each.encrypted for each in backup.kept(folder)) if locked and present else 0
    return Second(folder, present, last, late, locked, _sentence(folder, present, last, late, ctx.now()), plain)


def _sentence(folder: Path, present: bool, last: datetime | None, late: bool, now: datetime) -> str:
    when = f"最近一次备份到那里是 {last:%Y-%m-%d %H:%M}" if last else "还没有备份到那里"
    days = f"，已经 {(now - last).days} 天" if last and (now - last).days else ""
    if not present:
        then = "请插上 U 盘或接好磁盘，再点“备份到第二位置”。"
        return f"第二备份位置 {folder} 现在不在，{when}{days}。{then}"
    if late:
        over = "，超过 3 天" if last else ""
        return f"第二备份位置 {folder}：{when}{days}{over}。请点“备份到第二位置”。"
    return f"第二备份位置 {folder}：{when}{days}。"


def folders(ctx: Context) -> list[Path]:
    """Where backups lie: our own folder, and the second place while it is there."""
    second = settings.read(ctx, SETTING)
    return [ctx.home / backup.FOLDER, *([Path(second)] if second and is_there(Path(second)) else [])]


def is_there(folder: Path) -> bool:
    """Whether the folder that was chosen is plugged in."""
    try:
        return (folder / MARK).is_file()
    except OSError:
        return False


def _last(home: Path, folder: Path) -> datetime | None:
    lying = next((each.manifest.made_at for each in backup.kept(folder) if each.manifest and each.sound), None)
    try:
        told = json.loads((home / backup.FOLDER / MEMORY).read_text("utf-8"))
        known = datetime.fromisoformat(told["at"]) if told["folder"] == str(folder) else None
    except (OSError, ValueError, KeyError, TypeError):
        known = None
    if is_there(folder):
        return lying
    return known


def choose(ctx: Context, folder: Path | None) -> Outcome[str]:
    """Choose the second place, or none; only the supervisor may. Refuses a folder that is missing, our own, or closed.

    A folder that is marked already is taken as it is.
    """
    ctx.require(Role.SUPERVISOR)
    if folder is None:
        settings.write(ctx, {SETTING: ""})
        return Outcome("已不再备份到第二位置，那里原有的备份没有删除。", TOUCHED)
    folder = folder.absolute()
    if not folder.is_dir():
        raise Refusal(f"找不到文件夹 {folder}。请先插好 U 盘或建好文件夹。", field=SETTING)
    if one_line(str(folder)) != str(folder):
        raise Refusal("文件夹名里有连续的空格或看不见的字符，请改名后再选。", field=SETTING)
    home = ctx.home.resolve()
    if folder.resolve() == home or home in folder.resolve().parents:
        raise Refusal("第二备份位置要在数据文件夹以外，最好是另一块磁盘或 U 盘。", field=SETTING)
    words = f"这个文件夹是运维台（{settings.read(ctx, 'site.name')}）的第二备份位置，请不要删除或改名。\n"
    try:
        whole_files.write_whole(folder / MARK, words)
    except OSError as error:
        why = system_said(error)
        raise Refusal(f"{folder} 写不进去（{why}）。请换一个文件夹，或开放写入权限。", field=SETTING) from None
    settings.write(ctx, {SETTING: str(folder)})
    near = "" if _other_disk(home, folder) else "它和数据在同一块磁盘上，最好换成另一块磁盘或 U 盘，以免一起丢失。"
    return Outcome(f"第二备份位置已设为 {folder}。{near}", TOUCHED)


def _other_disk(home: Path, folder: Path) -> bool:
    return os.stat(home).st_dev != os.stat(folder).st_dev  # noqa: PTH116 — the device, as the system numbers it


def set_password(ctx: Context, password: str) -> Outcome[str]:
    """From now on backups that leave the computer are encrypted by this password; empty: no longer. It is not kept.

    Only the supervisor may. Refuses a weak password.
    """
    ctx.require(Role.SUPERVISOR)
    if not password:
        settings.write(ctx, {LOCK: ""})
        return Outcome("以后备份到别处的文件不再加密，原来加密的仍要用当时的密码打开。", TOUCHED)
    accounts.check_password(password)
    settings.write(ctx, {LOCK: password_lock.new_lock(password).text})
    said = "以后备份到第二位置和 U 盘的文件都加密。程序不保存这个密码，忘记了谁也打不开，请抄好锁进保险柜。"
    return Outcome(said, TOUCHED)


def lock(ctx: Context) -> Lock | None:
    """The lock under which backups leave the computer; None where none is set."""
    return password_lock.lock_of(settings.read(ctx, LOCK))


def due(ctx: Context) -> bool:
    """Whether the second place is there and took nothing yet today."""
    second = look(ctx)
    return second.present and (second.last is None or second.last.date() != ctx.today())


def copy(ctx: Context, why: str, progress: Progress | None = None) -> Backup:
    """Back up to the second place. Raises Trouble where it is not there or takes nothing."""
    second = look(ctx)
    if second.folder is None or not second.present:
        raise Trouble(second.sentence)
    made = elsewhere(ctx, second.folder, why, progress)
    told = {"folder": str(second.folder), "at": made.made_at.isoformat()}
    try:
        whole_files.write_whole(ctx.home / backup.FOLDER / MEMORY, json.dumps(told, ensure_ascii=False))
    except OSError:
        return made  # only how old it is on days without the drive is not remembered
    return made


def elsewhere(ctx: Context, folder: Path, why: str, progress: Progress | None = None) -> Backup:
    """Back up to any folder, encrypted where a password is set. Raises Trouble."""
    return backup.make(ctx.home, ctx.now(), why, folder=folder, progress=progress, lock=lock(ctx))
