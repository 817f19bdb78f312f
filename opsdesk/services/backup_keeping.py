"""Which backups are kept, and when one is due: all of two days, then 12 daily, 10 weekly and 9 monthly ones (Anki's).

A damaged record never turns good backups out: what was made before the damage was found stays until it is sound again,
and nothing goes while some backup holds more links than the newest (a record that was replaced by an older one).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from opsdesk.services import backup, backup_second, chain, unsound
from opsdesk.services.backup import Backup, Kept, Progress
from opsdesk.services.context import Context
from opsdesk.services.errors import Trouble, system_said

ALL_FOR = timedelta(days=2)
DAILY, WEEKLY, MONTHLY = 12, 10, 9
EVERY = timedelta(minutes=30)
"""How often the window looks whether a backup is due."""
MANY_ROWS = 500
"""An import of so many rows and more has a backup before it."""
UNDER_WAY = timedelta(hours=1)
LEAST_FREE = 2 * 1024**3
SCHEDULED, CLOSING, BEFORE_IMPORT = "定时", "关闭", "导入前"


def to_keep(moments: Iterable[datetime], now: datetime) -> set[datetime]:
    """Which of these moments are kept: the newest of each day, then of each week (ISO), then of each month.

    A day, a week or a month without a backup takes no place from another.
    """
    kept: set[datetime] = set()
    stages: tuple[tuple[int, Callable[[date], object]], ...] = (
        (DAILY, lambda day: day),
        (WEEKLY, lambda day: tuple(day.isocalendar())[:2]),
        (MONTHLY, lambda day: (day.year, day.month)),
    )
    stage, left, last = 0, stages[0][0], None
    for moment in sorted(moments, reverse=True):
        if now - moment <= ALL_FOR:
            kept.add(moment)
            last = moment
            continue
        while stage < len(stages) and not left:
            stage += 1
            left = stages[stage][0] if stage < len(stages) else 0
        if stage == len(stages):
            break
        span = stages[stage][1]
        if last is None or span(moment.date()) != span(last.date()):
            kept.add(moment)
            last, left = moment, left - 1
    return kept


def thin(folder: Path, now: datetime, *, since: datetime | None = None) -> list[Path]:
    """Delete the backups of a folder that the rule lets go; gives which. Files named otherwise are left alone.

    `since` is when the record was found damaged: older backups stay. What the machine does not let go of stays too.
    """
    files = [each for each in backup.kept(folder) if each.at is not None]
    links = [each.manifest.links for each in files if each.manifest is not None]
    newest = files[0].manifest if files else None
    if newest is None or newest.links < max(links):
        return []
    wanted = to_keep((each.at for each in files if each.at is not None), now)
    gone = []
    for each in files:
        if each.at in wanted or (since is not None and each.at is not None and each.at <= since):
            continue
        try:
            backup.discard(each.path)
        except OSError:
            continue
        gone.append(each.path)
    return gone


def newest(folder: Path) -> Backup | None:
    """The manifest of the newest backup that was opened and counted."""
    return next((each.manifest for each in backup.kept(folder) if each.sound), None)


def best(found: Iterable[Kept]) -> Kept | None:
    """Of backups, newest first, the one to go back to: sound, and nothing known against it."""
    return next((each for each in found if each.sound and not each.wrong), None)


def moved(ctx: Context) -> bool:
    """Whether anything was written since the newest backup."""
    last = newest(ctx.home / backup.FOLDER)
    with ctx.read() as connection:
        seq, head = chain.head(connection)
    return last is None or (last.contents.last, last.contents.head) != (seq, head)


def sweep(ctx: Context) -> None:
    """Remove copies under way that a killed program left: they hold everything, and no rule lets them go.

    What is younger than an hour may still be written.
    """
    for folder in backup_second.folders(ctx):
        for each in folder.glob(f".{backup.DATABASE}.*"):
            try:
                if ctx.now() - datetime.fromtimestamp(each.stat().st_mtime) > UNDER_WAY:
                    each.unlink()
            except OSError:
                continue  # gone by itself, or held


@dataclass(frozen=True)
class Round:
    """What a round came to: the backup here and the one in the second place, each only if it was due.

    `trouble` is why the second place took nothing; the next round tries again.
    """

    here: Backup | None = None
    second: Backup | None = None
    trouble: Trouble | None = None


def go_round(ctx: Context, why: str = SCHEDULED, *, progress: Progress | None = None) -> Round:
    """Make the backups that are due and let go what the rule lets go. Raises Trouble where none can be made here."""
    sweep(ctx)
    here = backup.make(ctx.home, ctx.now(), why, progress=progress) if moved(ctx) else None
    if here is not None:
        thin(ctx.home / backup.FOLDER, ctx.now(), since=damaged_since(ctx.home))
    try:
        second = backup_second.copy(ctx, why, progress) if backup_second.due(ctx) else None
    except Trouble as trouble:
        return Round(here, None, trouble)
    if second is not None:
        thin(second.path.parent, ctx.now(), since=damaged_since(ctx.home))
    return Round(here, second)


def changed_files(ctx: Context, stopped: Callable[[], bool]) -> Iterator[str]:
    """A sentence for every backup whose bytes are not those that were checked after writing; each is remembered so."""
    for folder in backup_second.folders(ctx):
        for each in backup.kept(folder):
            if stopped():
                return
            if each.manifest is None:
                continue
            try:
                if each.sound and backup.has_changed(each.manifest):
                    backup.mark(each.path, backup.CHANGED)
                elif each.sound:
                    continue
            except FileNotFoundError:
                continue  # let go meanwhile, as the rule has it
            except OSError as error:
                yield f"备份 {each.path.name} 读不出来（{system_said(error)}）。"
            else:
                yield f"备份 {each.path.name} 和写完时不一样，不能用来恢复。"


def warnings(ctx: Context) -> list[str]:
    """What will cost records if nobody does anything: a second place without a backup for days, a disk nearly full."""
    second = backup_second.look(ctx)
    found = [second.sentence] if second.folder is not None and second.late else []
    free = shutil.disk_usage(ctx.home).free
    if free < LEAST_FREE:
        found.append(f"数据所在的磁盘只剩 {free / 1024**3:.1f} GB，少于 2 GB。请清理磁盘，以免记录存不下。")
    return found


def before_import(ctx: Context, rows: int) -> Backup | None:
    """A backup before many rows come in at once, if anything was written since the last. Raises Trouble."""
    return backup.make(ctx.home, ctx.now(), BEFORE_IMPORT) if rows >= MANY_ROWS and moved(ctx) else None


def damaged_since(home: Path) -> datetime | None:
    """Since when the record is known to be damaged; None where it is sound."""
    marker = unsound.found(home)
    return marker.since if marker else None
