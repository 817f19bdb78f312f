"""The find field and the filters above a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from opsdesk.register import Filter, Options, Query
from opsdesk.ui.kit import look
from opsdesk.ui.kit.flow import FlowRow
from opsdesk.ui.kit.parts import ChoiceBox, ghost_button

DELAY = 120
"""Milliseconds after the last key until the list is asked."""


class FindField(QLineEdit):
    """A field to find by: Esc clears it; text still being composed by an input method asks nothing."""

    left = Signal()

    def __init__(self, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(hint)
        self.setAccessibleName(hint)
        self.setClearButtonEnabled(False)
        self._glass = QAction(look.icon("search"), "", self)
        self.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 — Qt's name
        """Esc clears; when there is nothing to clear it is left to the page. Down goes to the list."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
        else:
            super().keyPressEvent(event)


class FilterBar(QWidget):
    """Find field (answers 120 ms after the last key, Esc clears) and one box for each filter; emits `changed(Query)`.

    Where the width ends they go to the next line. `find_left`: Enter or ↓ in the field, go to the list.
    """

    changed = Signal(object)
    find_left = Signal()

    def __init__(self, filters: Sequence[Filter] = (), find_hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.find_field = FindField(find_hint or "查找（编号、姓名、拼音首字母）")
        self.find_field.setFixedWidth(look.px(280))
        self._boxes: dict[str, QComboBox] = {}
        self._timer = QTimer(self, singleShot=True, interval=DELAY)
        self._timer.timeout.connect(self._tell)
        self._reset = ghost_button("清除条件", "x")
        self._reset.clicked.connect(self.clear)
        self._told = Query("", {})

        flow = FlowRow()
        flow.add(self.find_field)
        for chosen in filters:
            box = ChoiceBox()
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            box.setMaximumWidth(look.px(168))
            box.setAccessibleName(chosen.title)
            box.addItem(f"{chosen.title}：{chosen.usual}", None)
            box.currentIndexChanged.connect(self._tell)
            self._boxes[chosen.key] = box
            flow.add(box)
        flow.add(self._reset)
        self._reset.setVisible(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(flow)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.find_field.textChanged.connect(lambda _text: self._timer.start())
        self.find_field.left.connect(self._leave_find)

    def set_options(self, key: str, options: Options) -> None:
        """Fill a filter's box with (value, label) pairs; what is usual stays first and what was chosen stays chosen."""
        box = self._boxes[key]
        chosen = box.currentData()
        box.blockSignals(True)
        while box.count() > 1:
            box.removeItem(1)
        for value, text in options:
            box.addItem(text, value)
        box.setCurrentIndex(max(0, _place(box, chosen)))
        box.blockSignals(False)
        if box.currentData() != chosen:
            self._tell()

    def choose(self, key: str, value: Any) -> None:
        """Choose a filter's value as if by hand; None means all."""
        self._boxes[key].setCurrentIndex(max(0, _place(self._boxes[key], value)))

    def query(self) -> Query:
        """What is asked now."""
        filters = {key: box.currentData() for key, box in self._boxes.items() if box.currentIndex() > 0}
        return Query(self.find_field.text().strip(), filters)

    def in_words(self) -> str:
        """What is asked now as people say it: 打印机 · 超时 · 华信; empty where everything is asked for."""
        chosen = [box.currentText() for box in self._boxes.values() if box.currentIndex() > 0]
        return " · ".join(part for part in (self.find_field.text().strip(), *chosen) if part)

    def ask(self, query: Query) -> None:
        """Ask this question as if by hand; a value that is no longer offered is left out."""
        self.clear()
        for key, value in (query.filters or {}).items():
            if key in self._boxes:
                self.choose(key, value)
        self.set_text(query.text)

    @property
    def narrowed(self) -> bool:
        """Whether something is asked at all."""
        return bool(self.query().text or self.query().filters)

    def clear(self) -> None:
        """Ask for everything, once."""
        self.find_field.clear()
        for box in self._boxes.values():
            box.blockSignals(True)
            box.setCurrentIndex(0)
            box.blockSignals(False)
        self._tell()

    def set_text(self, text: str) -> None:
        """Write into the find field and ask at once."""
        self.find_field.setText(text)
        self._tell()

    def focus_find(self) -> None:
        """Put the cursor into the find field, its text selected."""
        self.find_field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.find_field.selectAll()

    def _leave_find(self) -> None:
        if self._timer.isActive():
            self._tell()
        self.find_left.emit()

    def _tell(self) -> None:
        self._timer.stop()
        self._reset.setVisible(self.narrowed)
        query = self.query()
        if query != self._told:
            self._told = query
            self.changed.emit(query)


def _place(box: QComboBox, value: Any) -> int:
    return next((n for n in range(box.count()) if box.itemData(n) == value), -1)
