"""Kiosk mode: the sign-in field alone on the whole screen; only a password leads back."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from opsdesk.rules.vocabulary import Role
from opsdesk.services.context import Actor, Context
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.pages.kiosk import KioskPage
from opsdesk.ui.shell.log_in import LEAVE_KIOSK, LogInPage

KIOSK = Actor("自助签到", Role.KIOSK)
PATIENCE = 30_000
"""Milliseconds until an unanswered question for the password gives way to signing in."""


class KioskScreen(QWidget):
    """The kiosk page, or the question for a password; `left(Actor)` when it was right."""

    left = Signal(object)

    def __init__(self, ctx: Context, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx = ctx.acting_as(KIOSK)
        self._notices = desk.notices
        self.setProperty("class", "page")
        self.page = KioskPage(self._ctx, desk)
        self.question = LogInPage(desk)
        self._stack = QStackedWidget()
        self._stack.setProperty("class", "pages")
        self._stack.addWidget(self.page)
        self._stack.addWidget(self.question)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._stack, 1)
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE)
        self._patience.timeout.connect(self.sign_in)
        self.page.leave_asked.connect(self.ask)
        self.question.gone_back.connect(self.sign_in)
        self.question.entered.connect(self._leave)
        self.question.form.line("password").textEdited.connect(lambda _text: self._patience.start())

    @property
    def asking(self) -> bool:
        """Whether the password is asked for."""
        return self._stack.currentWidget() is self.question

    def begin(self) -> None:
        """Show the field; notices stand above it."""
        self._notices.clear()
        self._column.insertWidget(0, self._notices)
        self.sign_in()

    def sign_in(self) -> None:
        """Back to the field."""
        self._patience.stop()
        self._stack.setCurrentWidget(self.page)
        self.page.focus_first()

    def focus_first(self) -> None:
        """The cursor stands in the field, or in that of the password."""
        (self.question if self.asking else self.page).focus_first()

    def ask(self) -> None:
        """Ask for a password before anything else can be done."""
        self.question.begin(self._ctx, LEAVE_KIOSK)
        self._stack.setCurrentWidget(self.question)
        self._patience.start()

    def _leave(self, actor: Actor) -> None:
        self._patience.stop()
        self._notices.clear()
        self.left.emit(actor)
