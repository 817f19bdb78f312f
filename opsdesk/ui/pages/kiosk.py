"""Kiosk mode: the sign-in field alone, large, for engineers to use themselves."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from opsdesk.exports.document import chinese_date, weekday
from opsdesk.registers.sign_in import service
from opsdesk.registers.sign_in.service import Board
from opsdesk.rules.vocabulary import State
from opsdesk.services import settings
from opsdesk.services.context import Context
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.parts import ghost_button, label
from opsdesk.ui.pages.clock_confirmation import confirm_clock
from opsdesk.ui.pages.sign_desk import SignDesk

COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


class KioskPage(QWidget):
    """Site, clock, one field, and how many are here; names of others are not shown. `leave_asked` wants a password."""

    leave_asked = Signal()

    def __init__(self, ctx: Context, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx, self._desk = ctx, desk
        self.setProperty("class", "page")
        self.site = label("", "title")
        self.day = label("", "kiosk_text")
        self.clock = label("", "kiosk_clock")
        self.clock.setFont(look.font(72, bold=True, tabular=True))
        self.sign = SignDesk(ctx, desk, kiosk=True)
        self.sign.setFixedWidth(look.px(760))
        self.sign.clock_refused.connect(lambda said: confirm_clock(self, self._ctx, self._desk, self.sign, said))
        self.count = label("", "kiosk_text")
        self.leave_button = ghost_button("退出自助签到", "log-out")
        self.leave_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.leave_button.clicked.connect(self.leave_asked)
        self._lay_out()
        self._second = QTimer(self, interval=1000)
        self._second.timeout.connect(self._show_time)
        self._second.start()
        self._show_time()
        desk.bus.watch(self, {"sign_in", "staff", "leave", "roster", "settings"}, self.refresh)
        self.refresh()

    def _lay_out(self) -> None:
        middle = Qt.AlignmentFlag.AlignHCenter
        column = QVBoxLayout(self)
        column.setContentsMargins(*(look.px(24),) * 4)
        top = QHBoxLayout()
        top.addWidget(self.site)
        top.addStretch(1)
        top.addWidget(self.leave_button)
        column.addLayout(top)
        column.addStretch(2)
        column.addWidget(self.clock, 0, middle)
        column.addWidget(self.day, 0, middle)
        column.addSpacing(look.px(32))
        column.addWidget(self.sign, 0, middle)
        column.addSpacing(look.px(24))
        column.addWidget(self.count, 0, middle)
        column.addStretch(3)

    def set_context(self, ctx: Context) -> None:
        """The site as the kiosk sees it."""
        self._ctx = ctx
        self.sign.set_context(ctx)

    def focus_first(self) -> None:
        """The cursor stands in the field."""
        self.sign.focus_field()

    def refresh(self) -> None:
        """Read the counts and the site's name anew."""
        ctx = self._ctx

        def read() -> tuple[str, Board]:
            return settings.read(ctx, "site.name"), service.board(ctx)

        self._desk.operations.run(read, done=self._take, owner=self, replaces="kiosk")

    def _take(self, found: tuple[str, Board]) -> None:
        name, board = found
        self.site.setText(name)
        away = board.count(State.ON_LEAVE)
        self.count.setText(f"今日应到 {board.due} 人，已到 {board.arrived} 人" + (f"，请假 {away} 人" if away else ""))

    def _show_time(self) -> None:
        now = self._ctx.now()
        self.clock.setText(f"{now:%H:%M:%S}")
        self.day.setText(f"{chinese_date(now.date())} {weekday(now.date())}")

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 — Qt's name
        """Esc asks to leave; whatever else is typed goes into the field."""
        if event.key() == Qt.Key.Key_Escape:
            self.leave_asked.emit()
        elif event.text().isprintable() and event.text() and not event.modifiers() & COMMANDS:
            self.focus_first()
            self.sign.field.insert(event.text())
        else:
            super().keyPressEvent(event)
