"""P5b: a monkey at the keyboard: keys, odd texts, pastes, clicks, wheel and sizes at random, on every page it finds.

No event may raise anything that nobody caught, and none may keep the window from answering for two seconds.
"""

from __future__ import annotations

import logging
import os
import random
import sys
import tempfile
import time
from collections import Counter
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.reliability import children, living, odd, rivals
from benchmarks.reliability.result import Result
from opsdesk import bootstrap, demo_site
from opsdesk.services.clock import Clock, FixedClock

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from opsdesk.ui.shell.main_window import MainWindow

NAME = "P5b"
HANG = 2.0
"""Seconds for which the window may not answer, time in which other programs had the processor left out."""
BEAT = 20
"""Milliseconds between two looks at the clock."""
WHOLE = 2000
"""From so many events on the demo site is worked on, with everything in it; below a small one."""
LATER = datetime(2026, 3, 5, 9, 30)
"""When the monkey sits down at the small site: after all that happened there."""
LONGEST_TEXT = 2000
SILENT = 300.0
SAYS_NOTHING = ("This plugin does not support ", "qt.text.font.db", "OpenType support missing")
SCHEDULED = Path("/proc/self/schedstat")


def run(count: int, seed: int) -> Result:
    """Let a monkey do `count` things to the main window."""
    with living.folder() as place:
        home = place / "site"
        if count >= WHOLE:
            living.close(demo_site.build(home, seed=seed, months=1).ctx)
        else:
            living.copy(home)
            ctx = living.opened(home)
            rivals.filled(ctx, 2, 1)
            living.close(ctx)
        with children.child(work, home, count, seed) as (process, pipe):
            if not pipe.poll(SILENT + count * HANG / 10):
                return Result(NAME, count, ("The window fell silent and was ended.",))
            try:
                failures, counted, longest = pipe.recv()
            except EOFError:
                process.join()
                return Result(NAME, count, (f"The program ended with {process.exitcode}.",))
        ctx = bootstrap.open_site(home)
        failures += living.findings(ctx)
        living.close(ctx)
    figures = {**counted, "longest without an answer, ms": round(longest * 1000)}
    return Result(NAME, count, tuple(failures), figures)


def work(pipe: Connection, home: Path, count: int, seed: int) -> None:
    """Open the window on the site and play; tell what went wrong, what was done, and the longest silence."""
    private = tempfile.mkdtemp(dir=home)
    os.environ.update(QT_QPA_PLATFORM="offscreen", HOME=private, OPSDESK_STATE=private, PATH="")
    os.chdir(private)
    from PySide6.QtWidgets import QApplication

    from opsdesk.ui.kit import garbage

    app = QApplication([])
    garbage.look_from_here(app)
    play = Play(home, count, random.Random(seed))
    play.begin()
    app.exec()
    pipe.send((play.failures, dict(play.counted), play.longest))
    pipe.close()
    os._exit(0)  # what the monkey left half open need not be taken down


class Faults(logging.Handler):
    """Collects what the program reports as its own fault."""

    def __init__(self, failures: list[str]) -> None:
        super().__init__(logging.ERROR)
        self.failures, self.after = failures, ""

    def emit(self, record: logging.LogRecord) -> None:
        """A fault was met, in a slot or in the worker."""
        lines = record.getMessage().strip().splitlines()
        self.failures.append(f"After {self.after}: {' | '.join(lines[-3:])}")


class Play:
    """One monkey before one window: an event, then the loop turns, then the next."""

    def __init__(self, home: Path, count: int, chance: random.Random) -> None:
        self.home, self.left, self.chance = home, count, chance
        self.failures: list[str] = []
        self.counted: Counter[str] = Counter()
        self.longest = 0.0
        self.faults = Faults(self.failures)
        logging.getLogger("opsdesk").addHandler(self.faults)
        self.window: MainWindow | None = None
        self.last = (time.monotonic(), waited())
        self.pages: set[str] = set()

    def begin(self) -> None:
        """Sit down before the window, and start."""
        from PySide6.QtCore import QTimer, qInstallMessageHandler

        qInstallMessageHandler(self.heard)
        self.sit_down()
        QTimer.singleShot(0, self.step)
        QTimer.singleShot(BEAT, self.beat)

    def heard(self, _kind: object, _where: object, message: str) -> None:
        """Qt says something; all but what the offscreen platform lacks is a fault of ours."""
        if not message.startswith(SAYS_NOTHING):
            self.failures.append(f"After {self.faults.after}: Qt says {message}")

    def sit_down(self) -> None:
        """A new window with the supervisor at it, where there is none or it was closed."""
        from opsdesk.ui.shell.main_window import MainWindow
        from opsdesk.ui.shell.preferences import Preferences

        if self.window is not None:  # a window that is closed ends its program
            self.window.close_desk()
            self.window.deleteLater()
        clock = Clock() if demo_site.is_demo(bootstrap.open_site(self.home)) else FixedClock(LATER)
        self.window = MainWindow(self.home, clock, Preferences())
        sys.excepthook = self.window.operations.catch_faults
        ctx = bootstrap.open_site(self.home, clock)
        self.window.sit_down(ctx.acting_as(bootstrap.supervisor_of(ctx)))
        self.window.show()
        self.window.activateWindow()
        self.counted["windows"] += 1

    def beat(self) -> None:
        """Look how long the loop has not turned, less what this thread had to wait for a processor."""
        from PySide6.QtCore import QTimer

        QTimer.singleShot(BEAT, self.beat)
        now, lost = time.monotonic(), waited()
        silent = now - self.last[0] - (lost - self.last[1])
        self.last = (now, lost)
        if self.window is not None and self.window.ctx is not None:
            self.window.signature.keep(self.window.ctx)  # a monkey knows no password, and what it signs is tried, too
        self.longest = max(self.longest, silent)
        if silent > HANG:
            self.failures.append(f"After {self.faults.after}: no answer for {silent:.1f} s")

    def step(self) -> None:
        """Do one thing; the next one is due before, so that it comes within a dialog too."""
        from PySide6.QtCore import QTimer
        from PySide6.QtWidgets import QApplication

        assert self.window is not None
        if self.left <= 0:
            if QApplication.activeModalWidget() is None and QApplication.activePopupWidget() is None:
                self.window.operations.wait_idle()
                self.counted["pages seen"] = len(self.pages)
                QApplication.exit()
                return
            self.give_way()
        QTimer.singleShot(0, self.step)
        self.left -= 1
        if not self.give_way():
            self.act()
        if not self.window.isVisible():
            self.sit_down()
        elif self.window.ctx is not None and (self.window.locked or self.window.in_kiosk):
            self.window.sit_down(self.window.ctx)
            self.window.showNormal()

    def give_way(self) -> bool:
        """Refuse what would lead out of the program (file and print dialogs), and now and then any other dialog."""
        from PySide6.QtPrintSupport import QPrintDialog
        from PySide6.QtWidgets import QApplication, QDialog, QFileDialog

        popup, modal = QApplication.activePopupWidget(), QApplication.activeModalWidget()
        if popup is not None and (self.left <= 0 or self.chance.random() < 0.3):
            popup.close()
            return True
        if isinstance(modal, QDialog) and (
            self.left <= 0 or isinstance(modal, QFileDialog | QPrintDialog) or self.chance.random() < 0.1
        ):
            self.counted["dialogs refused"] += 1
            modal.reject()
            return True
        return False

    def act(self) -> None:
        """Play one key, text, click, turn or size."""
        from PySide6.QtWidgets import QApplication

        top = QApplication.activePopupWidget() or QApplication.activeModalWidget() or self.window
        assert top is not None
        play = self.chance.choice((self.press, self.press, self.type, self.paste, self.click, self.click, self.click,
                                   self.turn, self.resize, self.go))  # fmt: skip
        self.counted[play.__name__] += 1
        play(top)
        if self.window is not None and self.window.frame is not None:
            page = self.window.frame.current
            self.pages.add(f"{page.section.key}.{page.current_key}")

    def widget(self, top: QWidget) -> QWidget:
        """Any widget that can be seen and used; buttons as often as all the others."""
        from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

        seen = [each for each in top.findChildren(QWidget) if each.isVisible() and each.isEnabled()]
        buttons = [each for each in seen if isinstance(each, QAbstractButton)]
        focused = QApplication.focusWidget()
        choices = [pool for pool in (seen, buttons, [focused] if focused else []) if pool]
        return self.chance.choice(self.chance.choice(choices)) if choices else top

    def press(self, top: QWidget) -> None:
        """A key, often with Ctrl, Alt or Shift."""
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest
        from PySide6.QtWidgets import QApplication

        keys = [
            Qt.Key.Key_Tab, Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Left,
            Qt.Key.Key_Right, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Delete, Qt.Key.Key_Space,
            Qt.Key.Key_Backspace, Qt.Key.Key_F2, Qt.Key.Key_F3, Qt.Key.Key_F5, Qt.Key.Key_F6, Qt.Key.Key_F11,
            Qt.Key.Key_Backtab, Qt.Key.Key_Menu,
            *(Qt.Key(ord(letter)) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
        ]  # fmt: skip
        none = Qt.KeyboardModifier.NoModifier
        held = self.chance.choice((none, none, none, Qt.KeyboardModifier.ControlModifier,
                                   Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier))  # fmt: skip
        key = self.chance.choice(keys)
        self.faults.after = f"key {key.name} with {held.name}"
        QTest.keyClick(QApplication.focusWidget() or top, key, held)

    def type(self, top: QWidget) -> None:
        """A text from an input method."""
        from PySide6.QtGui import QInputMethodEvent
        from PySide6.QtWidgets import QApplication

        text = self.text()
        event = QInputMethodEvent()
        event.setCommitString(text)
        target = QApplication.focusWidget() or top
        self.faults.after = f"{text[:40]!r} typed into {type(target).__name__}"
        QApplication.sendEvent(target, event)

    def paste(self, top: QWidget) -> None:
        """A text from the clipboard."""
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest
        from PySide6.QtWidgets import QApplication

        text = self.text()
        QApplication.clipboard().setText(text)
        target = QApplication.focusWidget() or top
        self.faults.after = f"{text[:40]!r} pasted into {type(target).__name__}"
        QTest.keyClick(target, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)

    def text(self) -> str:
        """An odd text as a keyboard can give it: Qt takes no halves of characters."""
        return odd.text(self.chance)[:LONGEST_TEXT].encode("utf-16", "replace").decode("utf-16")

    def click(self, top: QWidget) -> None:
        """A click somewhere on something; seldom twice, or with the other button."""
        from PySide6.QtCore import QPoint, Qt
        from PySide6.QtTest import QTest

        target = self.widget(top)
        place = QPoint(self.chance.randrange(max(target.width(), 1)), self.chance.randrange(max(target.height(), 1)))
        words = getattr(target, "text", None)
        self.faults.after = f"a click on {type(target).__name__} {words() if callable(words) else ''}"
        button = self.chance.choice((Qt.MouseButton.LeftButton,) * 9 + (Qt.MouseButton.RightButton,))
        strike = QTest.mouseDClick if self.chance.random() < 0.1 else QTest.mouseClick
        strike(target, button, Qt.KeyboardModifier.NoModifier, place)

    def turn(self, top: QWidget) -> None:
        """A turn of the wheel."""
        from PySide6.QtCore import QPoint, QPointF, Qt
        from PySide6.QtGui import QWheelEvent
        from PySide6.QtWidgets import QApplication

        target = self.widget(top)
        middle = QPointF(target.width() / 2, target.height() / 2)
        turned = QPoint(0, self.chance.choice((-120, 120, 1200, -1200)))
        self.faults.after = f"the wheel over {type(target).__name__}"
        none, buttons = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.NoButton
        phase = Qt.ScrollPhase.NoScrollPhase
        QApplication.sendEvent(target, QWheelEvent(middle, middle, QPoint(), turned, buttons, none, phase, False))

    def go(self, top: QWidget) -> None:
        """To another page, as the rail and its tabs lead there."""
        assert self.window is not None
        if top is self.window and not self.window.locked:
            section = self.chance.choice(self.window.frame.sections)
            tab = self.chance.choice(section.tabs)
            self.faults.after = f"going to {section.key}.{tab.key}"
            self.window.frame.open(section.key, tab.key)

    def resize(self, _top: QWidget) -> None:
        """Another size of the window; seldom it is closed."""
        assert self.window is not None
        if self.chance.random() < 0.02:
            self.faults.after = "closing the window"
            self.window.close()
            return
        self.faults.after = "another size"
        self.window.resize(self.chance.randrange(300, 2000), self.chance.randrange(200, 1300))


def waited() -> float:
    """Seconds for which this thread was ready to go on and had no processor; 0 where the system does not tell."""
    try:
        return int(SCHEDULED.read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0
