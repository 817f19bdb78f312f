"""Widgets that flow: none is cut, none lies over another, whenever their words were changed."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from opsdesk.register import Filter
from opsdesk.ui.kit.filter_bar import FilterBar
from opsdesk.ui.kit.flow import FlowRow
from opsdesk.ui.kit.page_stack import PageStack
from opsdesk.ui.kit.parts import PageTitle, primary_button, secondary_button


def window_with(qtbot: Any, *rows: QWidget) -> QWidget:
    """A window of two pages; the rows stand on the second, which nobody has seen yet."""
    window = QWidget()
    page = QWidget()
    inside = QVBoxLayout(page)
    for row in rows:
        inside.addWidget(row)
    inside.addStretch(1)
    window.stack = PageStack()
    window.stack.addWidget(QWidget())
    window.stack.addWidget(page)
    column = QVBoxLayout(window)
    column.addWidget(window.stack)
    window.resize(700, 300)
    qtbot.addWidget(window)
    window.show()
    QApplication.processEvents()
    return window


def whole(row: FlowRow) -> bool:
    """Whether every part has the room it needs, one after the other."""
    parts = [part for part in row._parts if not part.isHidden()]
    apart = all(
        before.geometry().right() < after.geometry().left() or before.geometry().bottom() < after.geometry().top()
        for before, after in pairwise(parts)
    )
    return apart and all(part.width() >= part.sizeHint().width() for part in parts)


def test_words_that_changed_out_of_sight_have_their_room_at_the_first_look(qtbot: Any) -> None:
    row, button = FlowRow(), primary_button("日结", "lock")
    row.add(button)
    row.add(secondary_button("打印整套"))
    title = PageTitle("日结")
    closing = primary_button("日结", "lock")
    title.add_action(secondary_button("打印整套"))
    title.add_action(closing)
    window = window_with(qtbot, title, row)
    for pressed in (button, closing):
        pressed.setText("再次日结并打印")
    window.stack.setCurrentIndex(1)
    QApplication.processEvents()
    assert whole(row)
    assert whole(title._actions)
    window.stack.setCurrentIndex(0)
    for pressed in (button, closing):
        pressed.setText("再次季结并打印全部的表")
    window.stack.setCurrentIndex(1)
    assert whole(row), "before anything is painted"
    QApplication.processEvents()
    assert whole(title._actions)


def test_filters_that_were_filled_out_of_sight_do_not_lie_over_each_other(qtbot: Any) -> None:
    bar = FilterBar((Filter("when", "时间", lambda _ctx: ()), Filter("room", "机房", lambda _ctx: ())))
    window = window_with(qtbot, bar)
    window.stack.setCurrentIndex(1)
    QApplication.processEvents()
    window.stack.setCurrentIndex(0)
    bar.set_options("when", [(1, "2026 年 11 月"), (2, "上个季度")])
    bar.set_options("room", [(1, "一号机房主机区")])
    bar.choose("when", 1)
    window.stack.setCurrentIndex(1)
    (row,) = bar.findChildren(FlowRow)
    assert whole(row)
    for width in (700, 500, 320):
        window.resize(width, 300)
        QApplication.processEvents()
        assert whole(row)
