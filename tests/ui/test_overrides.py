"""A fault in what Qt calls of ours is raised like any other; it does not end the program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QWidget

import opsdesk.ui.overrides  # noqa: F401 — what is tried here

RAISED: dict[type[Exception], Callable[[], object]] = {
    IndexError: [].pop,
    ZeroDivisionError: lambda: 1 // 0,
    TypeError: lambda: len(3),  # type: ignore[arg-type]
    KeyError: lambda: {}[1],
    AttributeError: lambda: None.nothing,  # type: ignore[attr-defined]
}


@pytest.mark.parametrize("kind", RAISED)
def test_what_an_event_meets_is_raised_where_it_was_sent(qtbot: Any, kind: type[Exception]) -> None:
    class Faulty(QWidget):
        def resizeEvent(self, event: QResizeEvent) -> None:
            RAISED[kind]()

    widget = Faulty()
    qtbot.addWidget(widget)
    with pytest.raises(kind):
        QApplication.sendEvent(widget, QResizeEvent(QSize(9, 9), QSize(8, 8)))
