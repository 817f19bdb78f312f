"""The main window on a real site."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import team as team_module
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from opsdesk.services.clock import Clock
from opsdesk.services.context import Context
from opsdesk.ui.kit.notices import Confirmation
from opsdesk.ui.pages.step_up import StepUp
from opsdesk.ui.shell.app import settle
from opsdesk.ui.shell.main_window import MainWindow
from opsdesk.ui.shell.preferences import Preferences


class Hands:
    """Types and presses like a person, and waits until the window has answered."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window

    def settle(self) -> None:
        settle(self.window)

    def type(self, text: str, *, enter: bool = True) -> None:
        widget = QApplication.focusWidget()
        assert widget is not None
        if text.isascii():
            QTest.keyClicks(widget, text)
        else:  # as an input method does
            committed = QInputMethodEvent()
            committed.setCommitString(text)
            QApplication.sendEvent(widget, committed)
        QApplication.processEvents()  # suggestions come up before the next key, as they do for people
        if enter:
            self.press(Qt.Key.Key_Return)

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        if QApplication.activeWindow() is None:  # suggestions that went left the screenless platform without one
            self.window.activateWindow()
            QApplication.processEvents()
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifiers)
        self.settle()

    def ctrl(self, key: Qt.Key) -> None:
        self.press(key, Qt.KeyboardModifier.ControlModifier)

    def click(self, button: QWidget) -> None:
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        self.settle()

    @property
    def screen(self) -> QWidget:
        return self.window.screens.currentWidget()


def doing(desk: Hands, act: Callable[[], object], password: str = "") -> str:
    """Do it, answer what is asked on the way; gives what the dialog for the password said, empty where none came."""
    said: list[str] = []

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, Confirmation):
            dialog.action.click()
        elif isinstance(dialog, StepUp):
            assert dialog.operations.wait_idle()
            said.append(_words(dialog))
            dialog.form.set_value("password", password)
            dialog.submit.click()
            assert dialog.operations.wait_idle()
            if dialog.isVisible():
                said.append(dialog.form.rows["password"].error)
                dialog.refuse.click()

    timer = QTimer(interval=10)
    timer.timeout.connect(answer)
    timer.start()
    act()
    desk.settle()
    timer.stop()
    return " ".join(said)


def _words(dialog: QWidget) -> str:
    return " ".join(each.text() for each in dialog.findChildren(QWidget) if hasattr(each, "text") and each.text())


def leave_unsaved(window: QWidget) -> None:
    """Let a test that failed amid a form end: whoever closes its window does not want what was typed."""

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, Confirmation):
            dialog.action.click()

    timer = QTimer(window, interval=10)
    timer.timeout.connect(answer)
    timer.start()


Opener = Callable[[Path, Clock], Hands]


@pytest.fixture
def open_window(qtbot) -> Iterator[Opener]:
    """Opens the window on a data folder as the program does, up to the first question."""
    opened: list[MainWindow] = []

    def start(home: Path, clock: Clock, *, kiosk: bool = False) -> Hands:
        window = MainWindow(home, clock, Preferences(), kiosk=kiosk)
        qtbot.addWidget(window, before_close_func=leave_unsaved)
        opened.append(window)
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        window.open_site()
        hands = Hands(window)
        hands.settle()
        return hands

    yield start
    for window in opened:
        window.close_desk()
        if window.ctx is not None:
            window.ctx.reading.dispose()
            window.ctx.writing.dispose()


@pytest.fixture
def crew(site: Context) -> team_module.Team:
    return team_module.build(site)


@pytest.fixture
def desk(open_window: Opener, site: Context, crew: team_module.Team) -> Hands:
    """The supervisor at work on the small team's site, whose password was asked for a moment ago."""
    hands = open_window(site.home, site.clock)
    hands.window.sit_down(hands.window.ctx.acting_as(site.actor))
    hands.window.signature.keep(hands.window.ctx)
    hands.settle()
    return hands
