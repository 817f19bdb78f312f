"""The one window: opening, first start, log in, the desk, the lock, the kiosk. One of them is shown at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QDialog, QVBoxLayout, QWidget

from opsdesk import paths
from opsdesk.register import Tone
from opsdesk.services.clock import Clock
from opsdesk.services.context import Actor, Context
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.ui.kit.change_bus import ChangeBus
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.notices import Notices
from opsdesk.ui.kit.operation import Operations
from opsdesk.ui.kit.page_stack import PageStack
from opsdesk.ui.kit.parts import label
from opsdesk.ui.pages.signature import Signature
from opsdesk.ui.shell import appearance, keeping, manual, preferences
from opsdesk.ui.shell.away import AwayWatch
from opsdesk.ui.shell.idle import IdleWatch
from opsdesk.ui.shell.preferences import Preferences

LEAST_WIDTH, LEAST_HEIGHT = 880, 480
log = logging.getLogger("opsdesk.ui")


@dataclass(frozen=True)
class Opened:
    """The record once it is open, whether somebody has set the site up, and what this computer remembers otherwise.

    `checked` says how a check of the whole came out, where one was due, `fine` whether all held.
    """

    ctx: Context
    set_up: bool
    doubt: str = ""
    checked: str = ""
    fine: bool = True


def open_record(home: Path, clock: Clock) -> Opened:
    """Open the site; runs in the worker, where the heavy imports do not hold up the first picture."""
    from opsdesk import bootstrap
    from opsdesk.ui.shell import sections

    ctx, checked, fine = keeping.open_checked(home, clock)
    sections.registers()
    set_up = bootstrap.is_set_up(ctx)
    return Opened(ctx, set_up, _doubt(ctx, set_up), checked, fine)


def _doubt(ctx: Context, set_up: bool) -> str:
    """What does not fit the last link that this computer remembers, put on record."""
    from opsdesk.services import anchors

    anchor = anchors.kept(paths.state(), ctx.home)
    if anchor is None:
        return ""
    if not set_up:
        gone = f"本机 {anchor.at} 在这个文件夹里有过数据（到第 {anchor.seq} 条改动），现在没有了。"
        return f"{gone}请先退出，找回数据或从备份恢复。"
    with ctx.read() as connection:
        said = anchors.missing(connection, anchor)
    if said:
        anchors.report(ctx, anchor, said)
    return said


def _remember(ctx: Context) -> None:
    """Remember the head of the record; of one that cannot be read any more, or never was one, nothing is changed."""
    from opsdesk import bootstrap
    from opsdesk.services import anchors

    try:
        if bootstrap.is_set_up(ctx):
            anchors.keep(ctx, paths.state())
    except Trouble as trouble:
        log.warning("%s", trouble)


class MainWindow(QWidget):
    """Shows one screen at a time; `ready` each time somebody can work. Nothing of the record is shown while locked."""

    ready = Signal()

    def __init__(self, home: Path, clock: Clock, chosen: Preferences, *, kiosk: bool = False) -> None:
        super().__init__()
        self.home, self.clock, self.preferences = home, clock, chosen
        self._starts_as_kiosk = kiosk
        self.ctx: Context | None = None
        self.frame: Any = None
        self.kiosk: Any = None
        self.log_in: Any = None
        self.first_start: Any = None
        self.trouble: Any = None
        self.bus = ChangeBus(self)
        self.notices = Notices()
        self.operations = Operations(self.bus, self.notices, self)
        self.signature = Signature()
        self.desk = Desk(
            self.operations, self.bus, self.notices, self._open_paper, lambda: clock.now().date(), self._open_history,
            self.signature.ask,
        )  # fmt: skip
        self.idle = IdleWatch(clock, self)
        self.idle.idle.connect(self.lock)
        self.away = AwayWatch(self)
        self.away.left.connect(self.lock)
        self.keeper = keeping.Keeper(self)
        self.screens = PageStack()
        self.screens.setProperty("class", "pages")
        self._opening = _opening_page()
        self.screens.addWidget(self._opening)
        self.notices.focus_left.connect(self.screens.focus_first)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.screens)
        column.addWidget(self.notices)  # until a page takes them over
        self.setProperty("class", "page")
        self.setWindowTitle("运维台")
        self.setMinimumSize(LEAST_WIDTH, LEAST_HEIGHT)
        room = self.screen().availableGeometry()
        self.resize(
            min(max(chosen.width, LEAST_WIDTH), room.width()), min(max(chosen.height, LEAST_HEIGHT), room.height())
        )
        self.bus.watch(self, {"settings"}, self._watch_idle)
        QShortcut(QKeySequence("F1"), self, partial(manual.show_beside, self))

    def open_site(self) -> None:
        """Open the record in the worker, then ask who is there."""
        self.screens.setCurrentWidget(self._opening)
        self.operations.run(
            partial(open_record, self.home, self.clock), done=self._take, failed=self.show_trouble, owner=self
        )

    def sit_down(self, ctx: Context) -> None:
        """Let the actor of `ctx` work."""
        from opsdesk.ui.shell.frame import Frame

        self.ctx = ctx
        if self.frame is None:
            self.frame = Frame(ctx, self.desk, self._computer())
            self.frame.rail.fold(self.preferences.rail_folded)
            self.frame.rail.folded.connect(partial(setattr, self.preferences, "rail_folded"))
            self.frame.rail.manual_asked.connect(partial(manual.show_beside, self))
            self.frame.bar.lock_asked.connect(self.lock)
            self.frame.bar.switch_asked.connect(self.change_person)
            self.frame.bar.kiosk_asked.connect(self.enter_kiosk)
            QShortcut(QKeySequence("Ctrl+L"), self.frame, self.lock)
            QShortcut(QKeySequence("F11"), self.frame, self.enter_kiosk)
            self.screens.addWidget(self.frame)
        elif self.frame.ctx.actor != ctx.actor:
            self.frame.set_context(ctx)
        self.frame.place_notices()
        self.screens.setCurrentWidget(self.frame)
        self.frame.current.focus_first()
        self._watch_idle()
        self.ready.emit()

    def ask_who(self, ctx: Context, occasion: Any = None, name: str = "") -> None:
        """Show the page that asks for account and password."""
        from opsdesk.ui.shell.log_in import START, LogInPage

        self.signature.forget()
        if self.log_in is None:
            self.log_in = LogInPage(self.desk)
            self.log_in.entered.connect(self._on_entered)
            self.log_in.gone_back.connect(self._on_gone_back)
            self.screens.addWidget(self.log_in)
        self.log_in.begin(ctx, occasion or START, name)
        self.screens.setCurrentWidget(self.log_in)

    def lock(self) -> None:
        """Cover everything until the password is typed; dialogs are refused, what was typed stays."""
        from opsdesk.ui.shell.log_in import LOCKED

        working = self.frame is not None and self.screens.currentWidget() in (self.frame, self.log_in)
        if not working or self.ctx is None or self.locked:
            return
        self.idle.stop()
        _refuse_dialogs()
        self.ask_who(self.ctx, LOCKED, self.ctx.actor.name)

    @property
    def locked(self) -> bool:
        """Whether only a password leads on."""
        asked = self.log_in is not None and self.screens.currentWidget() is self.log_in
        return bool(asked and not self.log_in.occasion.may_go_back)

    def change_person(self) -> None:
        """Let somebody else log in; one may go back as long as nobody did."""
        from opsdesk.ui.shell.log_in import CHANGE

        if self.ctx is not None and self.frame.may_leave():
            self.ask_who(self.ctx, CHANGE, self.ctx.actor.name)

    def enter_kiosk(self) -> None:
        """Give the whole screen to signing in; only a password leads back."""
        from opsdesk.ui.shell.kiosk import KioskScreen

        if self.ctx is None or (self.frame is not None and not self.frame.may_leave()):
            return
        self.idle.stop()
        self.signature.forget()
        if self.kiosk is None:
            self.kiosk = KioskScreen(self.ctx, self.desk)
            self.kiosk.left.connect(self._leave_kiosk)
            self.screens.addWidget(self.kiosk)
        self.screens.setCurrentWidget(self.kiosk)
        self.kiosk.begin()
        self.showFullScreen()
        self.ready.emit()

    @property
    def in_kiosk(self) -> bool:
        """Whether only signing in is possible."""
        return self.kiosk is not None and self.screens.currentWidget() is self.kiosk

    def raise_up(self) -> None:
        """Come to the front: the program was started once more."""
        if self.isMinimized():
            self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.raise_()
        self.activateWindow()

    def set_appearance(self, chosen: str) -> None:
        """Wear light, dark, or what the system wears; kept for the next start."""
        self.preferences.appearance = chosen
        appearance.wear(chosen)
        preferences.save(self.home, self.preferences)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 — Qt's name
        """The kiosk is not left without a password, and nothing typed is lost unasked."""
        if self.in_kiosk:
            event.ignore()
            self.kiosk.ask()
        elif self.frame is not None and not self.frame.may_leave():
            event.ignore()
        else:
            self.close_desk()
            if self.ctx is not None:
                preferences.save(self.home, self.preferences)
                self.setVisible(False)
                self.keeper.last_round()
                _remember(self.ctx)
            event.accept()

    def close_desk(self) -> None:
        """End the work in the background and let go of what a preview holds."""
        self.idle.stop()
        self.keeper.stop()
        self.operations.close()
        if self.frame is not None:
            self.frame.preview.view.show_pages(None)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 — Qt's name
        """Remember the size of the window, not that of the whole screen."""
        super().resizeEvent(event)
        if not self.isFullScreen():
            self.preferences.maximized = self.isMaximized()
            if not self.isMaximized():
                self.preferences.width, self.preferences.height = self.width(), self.height()

    def _take(self, opened: Opened) -> None:
        self.ctx = opened.ctx
        self.keeper.begin()
        if opened.checked:
            tone = Tone.INFORMATION if opened.fine else Tone.BROKEN
            self.notices.show(opened.checked, tone, seconds=None if opened.fine else 0)
        if opened.doubt:
            self.notices.show(f"{opened.doubt}请对照最近打印的表和备份。", Tone.BROKEN, seconds=None)
        if not opened.set_up:
            self.show_first_start(opened.ctx)
        elif self._starts_as_kiosk:
            self.enter_kiosk()
        else:
            self.ask_who(opened.ctx)

    def show_first_start(self, ctx: Context) -> None:
        """Ask for what a new site needs."""
        from opsdesk.ui.shell.first_start import FirstStartPage

        self.first_start = FirstStartPage(ctx, self.desk)
        self.first_start.founded.connect(self._on_founded)
        self.first_start.restore_asked.connect(self.keeper.offer_restore)
        self.screens.addWidget(self.first_start)
        self.screens.setCurrentWidget(self.first_start)
        self.first_start.form.focus("site")

    def _on_founded(self, actor: Actor) -> None:
        if self.ctx is not None:
            self.sit_down(self.ctx.acting_as(actor))
            self.operations.run(partial(_doubt, self.ctx, True), owner=self)  # that there was another stays on record
            self.notices.show(
                "站点已建立。接下来登记外包单位和人员，或者从表格导入名单。",
                Tone.FINE,
                [("登记外包单位", lambda: self.frame.open("people", "vendor"))],
                seconds=None,
            )

    def show_trouble(self, error: Refusal | Trouble) -> None:
        """Say why the record is not open, and what can be done."""
        from opsdesk.ui.shell.trouble import TroublePage

        if self.trouble is None:
            self.trouble = TroublePage(self.home, self.clock, self.desk)
            self.trouble.retried.connect(self.open_site)
            self.trouble.left.connect(self.close)
            self.screens.addWidget(self.trouble)
        self.screens.setCurrentWidget(self.trouble)
        self.trouble.tell(error)

    def _on_entered(self, actor: Actor) -> None:
        if self.ctx is not None:
            self.sit_down(self.ctx.acting_as(actor))

    def _on_gone_back(self) -> None:
        if self.ctx is not None and self.frame is not None:
            self.sit_down(self.ctx)

    def _leave_kiosk(self, actor: Actor) -> None:
        if self.preferences.maximized:
            self.showMaximized()
        else:
            self.showNormal()
        self._on_entered(actor)

    def _open_paper(self, documents: Any) -> None:
        if self.frame is not None:
            self.frame.open_paper(documents)

    def _open_history(self, slug: str, record_id: int) -> None:
        from opsdesk import history

        if self.frame is not None and self.ctx is not None:
            self.frame.show_page("history").find_text(history.asked_for(self.ctx, slug, record_id))

    def _watch_idle(self) -> None:
        from opsdesk.services import settings

        if self.ctx is None or self.frame is None or self.in_kiosk or self.locked:
            return
        self.idle.start()
        self.operations.run(
            partial(settings.number, self.ctx, "desk.lock_minutes"), done=self.idle.set_minutes, owner=self
        )

    def _computer(self) -> Any:
        from opsdesk.ui.pages.settings import ThisComputer
        from opsdesk.ui.shell.frame import export_folder

        chosen = self.preferences

        def set_folder(folder: Path) -> None:
            chosen.export_folder = str(folder)
            preferences.save(self.home, chosen)

        folder: Callable[[], Path] = lambda: export_folder(self.home, chosen.export_folder)  # noqa: E731 — read anew
        keeper = self.keeper
        return ThisComputer(
            lambda: chosen.appearance, self.set_appearance, folder, set_folder, keeper.restore, keeper.mend
        )


def _opening_page() -> QWidget:
    made = QWidget()
    made.setProperty("class", "page")
    column = QVBoxLayout(made)
    column.addStretch(2)
    for text, kind in (("运维台", "title"), ("正在打开数据…", "state")):
        column.addWidget(label(text, kind), 0, Qt.AlignmentFlag.AlignHCenter)
    column.addStretch(3)
    return made


def _refuse_dialogs() -> None:
    while (popup := QApplication.activePopupWidget()) is not None:
        popup.close()
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, QDialog) and widget.isVisible():
            widget.reject()
