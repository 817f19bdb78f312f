"""A fault at any statement that a page asks of the record is told under a code, and the window goes on (H24)."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from functools import partial

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from sqlalchemy import event

from opsdesk.ui.kit.change_bus import MINUTE
from opsdesk.ui.shell import app
from opsdesk.ui.shell.main_window import MainWindow

TOLD = "程序出错（编号 E-"
STEP = 7
"""So much further on in its questions the fault falls with each page."""


class Fault:
    """Strikes once, at the statement of this number from `set` on; counts those that come."""

    def __init__(self) -> None:
        self.at = self.count = 0

    def __call__(self, *_told: object) -> None:
        self.count += 1
        if self.count == self.at:
            raise ZeroDivisionError("a fault on purpose")

    def set(self, at: int) -> None:
        self.at, self.count = at, 0


@pytest.fixture
def fault(desk, monkeypatch) -> Iterator[Fault]:
    strike = Fault()
    monkeypatch.setattr(sys, "excepthook", desk.window.operations.catch_faults)  # as the program does
    for engine in (desk.window.ctx.reading, desk.window.ctx.writing):
        event.listen(engine, "before_cursor_execute", strike)
    yield strike
    strike.set(0)


def told(desk) -> int:
    """How many faults are told; they are taken away."""
    found = sum(TOLD in each for each in desk.window.notices.sentences())
    desk.window.notices.clear()
    return found


def opened(desk, qtbot, section: str, tab: str) -> None:
    """Go there as a press on the rail does: from the event loop, where a fault is nobody else's."""
    QTimer.singleShot(0, partial(desk.window.frame.open, section, tab))
    qtbot.wait(1)
    desk.settle()


def refreshed(desk) -> None:
    """Let everything that is seen ask anew."""
    watchers = desk.window.bus._watchers
    desk.window.bus.announce({MINUTE}.union(*(each.topics for each in watchers)))
    desk.settle()


def test_on_every_page_a_fault_is_told_and_the_window_goes_on(desk, fault, qtbot) -> None:
    places = [(section.key, tab.key) for section in desk.window.frame.sections for tab in section.tabs]
    for n, place in enumerate(places):
        fault.set(1)
        opened(desk, qtbot, *place)
        told(desk)
        fault.set(0)
        opened(desk, qtbot, *place)
        assert told(desk) == 0, f"{place} does not come back after a fault while it was opened"
        current = desk.window.frame.current
        assert (current.section.key, current.current_key) == place
        assert current.current.isVisible()
        struck(desk, fault, n * STEP)
        assert told(desk) == 1, f"the fault at question {fault.at} of {place}"
        fault.set(0)
        refreshed(desk)
        assert told(desk) == 0
        assert fault.count, f"{place} asks no more after a fault"


def struck(desk, fault: Fault, place: int) -> None:
    """Let a fault fall at one of the questions that are asked anew; how many those are may differ from time to time."""
    for _ in range(10):
        fault.set(0)
        refreshed(desk)
        fault.set(place % fault.count + 1)
        refreshed(desk)
        if fault.count >= fault.at:
            return
    raise AssertionError(f"question {fault.at} is never asked")


def _window() -> MainWindow:
    (found,) = (each for each in QApplication.topLevelWidgets() if isinstance(each, MainWindow) and each.isVisible())
    return found


def test_the_program_catches_what_a_slot_raises_logs_it_and_lives_on(qtbot, tmp_path) -> None:
    before, root = sys.excepthook, logging.getLogger("opsdesk")
    handlers = list(root.handlers)
    lived: list[str] = []

    def strike() -> None:
        QTimer.singleShot(50, end)
        raise ZeroDivisionError("证件 610113199003070011")

    def end() -> None:
        lived.extend(_window().notices.sentences())
        QApplication.exit(0)

    QTimer.singleShot(500, strike)
    try:
        assert app.run(tmp_path / "new") == 0
    finally:
        _window().close()  # within the event loop it would ask to quit once more, and end the next test's loops
        sys.excepthook = before
        for each in set(root.handlers) - set(handlers):
            root.removeHandler(each)
            each.close()
    (sentence,) = lived
    assert TOLD in sentence
    log = (tmp_path / "new" / app.LOG).read_text("utf-8")
    assert "ZeroDivisionError: 证件 61…" in log
    assert sentence[len("程序出错（编号 ") :][:6] in log
