"""What the window does for the safety of the record: the marker, the check after an unclean end, rounds of backups.

Also going back to a backup while the window is open: everything that holds the record is let go, the backup is put in
its place, and the record is opened anew.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from opsdesk.register import Tone
from opsdesk.services.clock import Clock
from opsdesk.services.context import Context
from opsdesk.services.errors import Damaged, Refusal, Trouble

if TYPE_CHECKING:
    from opsdesk.services.backup_keeping import Round
    from opsdesk.services.restoring import Restored

log = logging.getLogger("opsdesk.ui")
MOST_FINDINGS = 2
SOON = 60_000
"""Milliseconds from opening the record to the first round: whoever just came in signs in first."""


def open_checked(home: Path, clock: Clock) -> tuple[Context, str, bool]:
    """Open the site; after an unclean end, or where it was damaged, check it whole.

    Gives the context, a sentence on that check (empty where none was due) and whether all was found to hold. The
    sentence belongs to who opens the window: no other command takes the marker for its own. Raises Refusal, Trouble.
    """
    from opsdesk import bootstrap
    from opsdesk.services import restoring, running, unsound

    left, damaged = running.left_open(home), unsound.found(home)
    suspect = left is not None or damaged is not None
    ctx = bootstrap.open_site(home, clock, thorough=suspect)
    try:
        bootstrap.refuse_altered(ctx)
    except Damaged:
        ctx.reading.dispose()
        ctx.writing.dispose()
        raise
    restoring.sweep(home)
    said, fine = "", True
    if suspect:
        found = bootstrap.check_whole(ctx)
        said, fine = _checked(left, found), not found
    running.begin(home, clock.now())
    return ctx, said, fine


def _checked(left: datetime | None, found: list[str]) -> str:
    when = f"（{left:%Y-%m-%d %H:%M} 打开的）" if left is not None and left > datetime.min else ""
    why = f"上次{when}没有正常退出，可能是断电或被强行关闭" if left is not None else "数据文件曾经损坏"
    if not found:
        return f"{why}。已全面核对：数据库完好，审计链前后相符。"
    return f"{why}。全面核对发现：{_named(found)}请到“设置 · 备份”修复，或从备份恢复。"


def _named(found: list[str]) -> str:
    more = f"等 {len(found):,} 处。" if len(found) > MOST_FINDINGS else ""
    return f"{''.join(found[:MOST_FINDINGS])}{more}"


def restored_in_words(done: Restored) -> str:
    """What was put in the record's place and where that lies now; to be told until somebody has come in."""
    held = done.contents
    return f"已恢复：审计链 {held.links:,} 条，共 {held.rows:,} 行。原来的数据文件在 {done.aside}。"


def _against_backups(ctx: Context) -> str:
    """What the record lacks of its newest backup that holds a link which it does not; empty where it lacks nothing."""
    from opsdesk.services import backup, witness

    with ctx.read() as connection:
        found = list(witness.unknown(connection, [ctx.home / backup.FOLDER]))
    if not found:
        return ""
    made, stands = found[-1]
    lacks = "没有这一条" if stands is None else "是另外一条"
    return f"{made.made_at:%Y-%m-%d %H:%M} 的备份记到第 {made.contents.last:,} 条改动，现在的数据里{lacks}。"


class Keeper(QObject):
    """One timer for the rounds of backups; the last round when the window closes; restoring in between."""

    def __init__(self, window: Any) -> None:
        super().__init__(window)
        self._window = window
        self._running = self._stopping = False
        self._looked_on: date | None = None
        self._warned_on: date | None = None
        self.timer = QTimer(self)
        self.timer.timeout.connect(self.look)

    def begin(self) -> None:
        """The record is open: rounds from now on. One that is not the one of its backups is told at once."""
        from opsdesk.services.backup_keeping import EVERY

        self._stopping = False
        self.timer.start(int(EVERY.total_seconds() * 1000))
        QTimer.singleShot(SOON, self, self.look)
        self._window.operations.run(
            partial(_against_backups, self._window.ctx), done=self._tell_strange, owner=self, beside=True
        )

    def look(self) -> None:
        """Make the backups that are due, beside the work that goes on, never two at once.

        Once a day the record is checked whole, and what will cost records is told.
        """
        ctx = self._window.ctx
        if ctx is None or self._running:
            return
        from opsdesk import bootstrap
        from opsdesk.services import backup_keeping
        from opsdesk.services.backup_keeping import Round

        self._running = True
        first, unwarned = self._looked_on != ctx.today(), self._warned_on != ctx.today()

        def work() -> tuple[Round, list[str], list[str]]:
            if not bootstrap.is_set_up(ctx):
                return Round(), [], []
            done = backup_keeping.go_round(ctx, progress=lambda _done, _total: not self._stopping)
            warnings = backup_keeping.warnings(ctx) if unwarned else []
            try:
                found = bootstrap.check_today(ctx, done.here, lambda: self._stopping) if first else []
            except Damaged:
                raise
            except Trouble as trouble:
                return replace(done, trouble=done.trouble or trouble), [], warnings
            return done, found, warnings

        self._window.operations.run(
            work,
            done=self._on_round,
            failed=self._on_failed,
            owner=self,
            beside=True,
        )

    def stop(self) -> None:
        """No more rounds; the window was left as it should be."""
        from opsdesk.services import running

        self.timer.stop()
        self._stopping = True
        if self._window.ctx is not None:
            running.end(self._window.home)

    def last_round(self) -> None:
        """On closing: back up what was written since, in both places; what fails is logged and stops nobody."""
        from opsdesk.services import backup_keeping

        if self._window.ctx is None:
            return
        try:
            done = backup_keeping.go_round(self._window.ctx, backup_keeping.CLOSING)
        except Trouble as trouble:
            log.warning("%s", trouble)
        else:
            if done.trouble is not None:
                log.warning("%s", done.trouble)

    def let_go(self) -> None:
        """Close everything that holds the record, as one should; the window waits on its first page."""
        from opsdesk.services import running

        window = self._window
        running.end(window.home)
        self.timer.stop()
        self._stopping = True
        window.idle.stop()
        window.operations.wait_idle()
        window.notices.clear()  # their buttons lead into what goes now
        window.layout().addWidget(window.notices)  # they outlive the page over which they float
        window.screens.setCurrentIndex(0)
        for name in ("frame", "kiosk", "log_in", "first_start"):
            if (screen := getattr(window, name)) is not None:
                window.screens.removeWidget(screen)
                screen.deleteLater()
                setattr(window, name, None)
        if window.ctx is not None:
            window.ctx.reading.dispose()
            window.ctx.writing.dispose()
            window.ctx = None

    def offer_restore(self) -> None:
        """On a new computer: go back to a backup that lies elsewhere instead of founding a site."""
        remedy = "点“其他文件…”选 U 盘或别处的备份。没有备份的点“重试”，回去建立新站点。"
        self._offer_backups(Trouble("这个文件夹里还没有数据。", remedy=remedy))

    def _offer_backups(self, why: Trouble) -> None:
        if self._window.frame is not None and not self._window.frame.may_leave():
            return
        self.let_go()
        self._window.show_trouble(why)
        self._window.trouble.show_backups()

    def mend(self) -> None:
        """Let go of the record, mend it in a copy, and show what came of it before anything is put in place."""
        QTimer.singleShot(0, self, self._mend)  # the asking page goes, too

    def _mend(self) -> None:
        window = self._window
        if window.frame is not None and not window.frame.may_leave():
            return
        self.let_go()
        remedy = "数据已关上，采用以前什么都没有改。不采用就点“重试”，照原样打开。"
        window.show_trouble(Damaged("正在修复。", remedy=remedy))
        window.trouble.mend()

    def restore(self, path: Path, signed: Context | None = None, password: str = "") -> None:
        """Let go of the record, put a backup in its place and open it; `signed` is the supervisor's context."""
        QTimer.singleShot(0, self, partial(self._restore, path, signed, password))  # the asking page goes, too

    def _restore(self, path: Path, signed: Context | None, password: str) -> None:
        from opsdesk.services import restoring
        from opsdesk.services.chain import Signer

        window = self._window
        if window.frame is not None and not window.frame.may_leave():
            return
        self.let_go()
        by = Signer(signed.actor.name, str(signed.actor.role), signed.station) if signed is not None else None
        window.operations.run(
            partial(
                restoring.restore, window.home, path, window.clock.now(), password=password, by=by, clock=window.clock
            ),
            done=self._on_restored,
            failed=self._on_not_restored,
            owner=self,
            must=True,
        )

    def _on_restored(self, done: Restored) -> None:
        self._window.notices.show(restored_in_words(done), Tone.FINE, seconds=0)
        self._window.open_site()

    def _on_not_restored(self, error: Refusal | Trouble) -> None:
        self._window.notices.show(f"{error}{getattr(error, 'remedy', '')}", Tone.BROKEN)
        self._window.open_site()

    def _tell_strange(self, found: str) -> None:
        if found:
            why = Trouble(found, remedy="请选一份备份恢复。不恢复的点“重试”，照原样打开。")
            act = ("从备份恢复…", lambda: QTimer.singleShot(0, self, partial(self._offer_backups, why)))
            said = f"{found}可能换成了较早的备份或别处的数据。要找回的，请从备份恢复。"
            self._window.notices.show(said, Tone.BROKEN, [act], seconds=None)

    def _on_round(self, found: tuple[Round, list[str], list[str]]) -> None:
        done, wrong, warnings = found
        self._running = False
        for each in warnings:
            self._window.notices.show(each, Tone.BROKEN, seconds=None)
        if self._window.ctx is not None:
            self._looked_on = self._window.ctx.today()
            self._warned_on = self._looked_on if warnings else self._warned_on
        if wrong:
            said = f"每天的全面核对发现：{_named(wrong)}请到“设置 · 备份”修复，或从备份恢复。"
            self._window.notices.show(said, Tone.BROKEN, seconds=None)
        if wrong or done.here is not None or done.second is not None:
            self._window.bus.announce({"backup"})
        if done.trouble is not None:
            self._window.notices.show(f"{done.trouble}{done.trouble.remedy}", Tone.WARNING)

    def _on_failed(self, error: Refusal | Trouble) -> None:
        self._running = False
        tone = Tone.BROKEN if isinstance(error, Damaged) else Tone.WARNING
        self._window.notices.show(f"{error}{getattr(error, 'remedy', '')}", tone)
        self._window.bus.announce({"backup"})
