"""Parts of the window that nobody holds any more are taken down on the GUI thread, between two events."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget

from opsdesk.ui.kit import garbage

MANY = 50_000


class Part(QWidget):
    """A part that holds itself, as most parts with slots of their own do."""

    def __init__(self, died: list[str]) -> None:
        super().__init__()
        self.myself = self
        self.destroyed.connect(
            lambda _: died.append(threading.current_thread().name), Qt.ConnectionType.DirectConnection
        )


class Busy(QObject):
    """Makes many objects while Qt is in the middle of an event."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[list[int]] = []

    def event(self, event: QEvent) -> bool:
        make_many(self.made)
        return True


def make_many(into: list[list[int]]) -> None:
    into.extend([] for _ in range(MANY))


@pytest.fixture
def owner(qapp: QApplication) -> Iterator[QObject]:
    gc.enable()
    made = QObject()
    garbage.look_from_here(made)
    yield made
    made.deleteLater()


def test_a_part_dies_on_the_gui_thread_and_not_amid_an_event(qtbot: Any, owner: QObject) -> None:
    died: list[str] = []
    Part(died)
    made: list[list[int]] = []
    worker = threading.Thread(target=make_many, args=(made,))
    worker.start()
    worker.join()
    busy = Busy()
    QApplication.sendEvent(busy, QEvent(QEvent.Type.User))
    assert (died, len(made), len(busy.made)) == ([], MANY, MANY)
    qtbot.waitUntil(lambda: died == [threading.main_thread().name])


def test_nothing_is_looked_for_before_enough_has_come_together(owner: QObject) -> None:
    died: list[str] = []
    gc.collect()
    Part(died)
    garbage.look()
    assert died == []
    kept = [[] for _ in range(gc.get_threshold()[0])]
    garbage.look()
    assert (len(died), len(kept)) == (1, gc.get_threshold()[0])
