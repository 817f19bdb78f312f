"""The list of a register: a table of fixed rows over `RecordModel`, with its states and its keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QItemSelection, QModelIndex, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from opsdesk.register import Column, Row
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.ui.kit.cells import CellPainter
from opsdesk.ui.kit.list_state import ListState
from opsdesk.ui.kit.plain_table import PlainTable
from opsdesk.ui.kit.record_model import Deliver, Fetch, RecordModel

__all__ = ["Deliver", "Fetch", "RecordModel", "RecordTable"]


class RecordTable(PlainTable):
    """Table of records: `opened(id)` on Enter or double click, `chosen(Row | None)` when the current row changes.

    `copied(rows copied, rows selected)` after Ctrl+C. Without `fetch`, rows come by `set_rows`. Before the first answer
    a skeleton stands there; with no rows, what to do first (`set_empty`) or how to widen (`set_narrowed`).
    """

    opened = Signal(int)
    chosen = Signal(object)
    copied = Signal(int, int)

    def __init__(self, columns: Sequence[Column], fetch: Fetch | None = None, parent: QWidget | None = None) -> None:
        super().__init__(columns, parent)
        self.records = RecordModel(columns, fetch, self)
        self.selected: frozenset[int] = frozenset()
        self._last_chosen: int | None = None
        self._kept: tuple[int | None, int] = (None, 0)
        self._empty: tuple[str, str, Callable[[], object] | None] = ("这里还没有记录。", "", None)
        self._widen: Callable[[], object] | None = None
        self._narrowed = False
        self._answered = False
        self._failed = False

        self.setModel(self.records)
        self.setItemDelegate(CellPainter(self))
        self.list_state = ListState(self)
        self.fit_columns()
        self.records.modelAboutToBeReset.connect(self._keep_place)
        self.records.modelReset.connect(self._restore_place)
        self.records.answered.connect(self._show_answer)
        self.selectionModel().selectionChanged.connect(self._on_selection)
        self.selectionModel().currentRowChanged.connect(self._on_current)
        self._show_state()

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show a whole short list at once; rows that stay keep their place and selection."""
        self.records.set_rows(rows)

    def reload(self, *, from_top: bool = False) -> None:
        """Ask anew; what is shown stays until the answer is here."""
        if self._failed:
            self._failed = self._answered = False
        if from_top:
            self.verticalScrollBar().setValue(0)
        self.records.reload(0 if from_top else max(0, self.rowAt(0)))
        self._show_state()

    def set_empty(self, sentence: str, action: str = "", callback: Callable[[], object] | None = None) -> None:
        """What an empty list says: what to do first, and a button for it."""
        self._empty = (sentence or "这里还没有记录。", action, callback)
        self._show_state()

    def set_narrowed(self, narrowed: bool, widen: Callable[[], object] | None = None) -> None:
        """Whether the question is narrowed by text or filters; `widen` takes them away."""
        self._narrowed, self._widen = narrowed, widen

    def show_failure(self, error: Refusal | Trouble) -> None:
        """Say what failed and what now, with 重试."""
        self._failed = True
        self.records.give_up()
        remedy = getattr(error, "remedy", "")
        self.list_state.tell("triangle-alert", str(error), remedy, "重新读取", self.reload, tone="broken")

    def chosen_row(self) -> Row | None:
        """The current row."""
        index = self.currentIndex()
        return self.records.row_at(index.row()) if index.isValid() else None

    def row_of(self, record_id: int) -> Row | None:
        """The row of this record, None if it is not among the rows fetched so far."""
        place = self.records.place_of(record_id)
        return self.records.row_at(place) if place is not None else None

    def choose(self, record_id: int) -> bool:
        """Make this record the current row; False if it is not among the rows fetched so far."""
        place = self.records.place_of(record_id)
        if place is None:
            return False
        self.selectRow(place)
        self.scrollTo(self.records.index(place, 0))
        return True

    def enter(self) -> None:
        """The keys come to the list, to its first row where none is chosen yet."""
        self.setFocus()
        if not self.selected and self.records.rowCount():  # Qt makes a row the current one without choosing it
            self.selectRow(max(0, self.currentIndex().row()))

    def copy_selected(self) -> int:
        """Put the selected rows on the clipboard as text with tabs, as shown; gives how many."""
        lines = [self.records.line(place) for place in sorted(self.selected)]
        rows = ["\t".join(text for text in line[1]) for line in lines if line is not None]
        if rows:
            QGuiApplication.clipboard().setText("\n".join(rows))
        self.copied.emit(len(rows), len(lines))
        return len(rows)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 — Qt's name
        """Enter opens, Home and End go to the first and last row, Ctrl+C copies."""
        key, plain = event.key(), not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_selected()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
            self._open(self.currentIndex())
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and plain and self.records.rowCount():
            self.selectRow(0 if key == Qt.Key.Key_Home else self.records.rowCount() - 1)
            self.scrollTo(self.currentIndex())
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 — Qt's name
        """Open the row."""
        super().mouseDoubleClickEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._open(self.indexAt(event.position().toPoint()))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 — Qt's name
        """Let what stands in the place of rows cover them."""
        super().resizeEvent(event)
        self.list_state.setGeometry(self.viewport().geometry())

    def _open(self, index: QModelIndex) -> None:
        row = self.records.row_at(index.row()) if index.isValid() else None
        if row is not None:
            self.opened.emit(row.id)

    def _on_selection(self, _on: QItemSelection, _off: QItemSelection) -> None:
        self.selected = frozenset(index.row() for index in self.selectionModel().selectedRows())
        self.viewport().update()

    def _on_current(self, current: QModelIndex, _previous: QModelIndex) -> None:
        row = self.records.row_at(current.row()) if current.isValid() else None
        self._last_chosen = row.id if row else None
        self.chosen.emit(row)

    def _keep_place(self) -> None:
        self._kept = (self._last_chosen, self.verticalScrollBar().value())

    def _restore_place(self) -> None:
        chosen, scrolled = self._kept
        self.selected = frozenset()
        self.hovered = -1
        place = self.records.place_of(chosen) if chosen is not None else None
        if place is not None:
            self.selectionModel().blockSignals(True)
            self.selectRow(place)
            self.selectionModel().blockSignals(False)
            self.selected = frozenset({place})
        elif chosen is not None:
            self._last_chosen = None
            self.chosen.emit(None)
        self.updateGeometries()
        self.verticalScrollBar().setValue(scrolled)

    def _show_answer(self) -> None:
        self._answered = True
        self._failed = False
        self._show_state()

    def _show_state(self) -> None:
        if self.records.rowCount():
            self.list_state.rest()
        elif not self._answered:
            self.list_state.load()
        elif self._failed:
            return
        elif self._narrowed:
            self.list_state.tell(
                "search-x",
                "没有找到符合条件的记录。",
                "可以换一个说法、少写几个字，或者清除条件。",
                "清除条件",
                self._widen,
            )
        else:
            self.list_state.tell("inbox", self._empty[0], "", self._empty[1], self._empty[2])

    def event(self, event: QEvent) -> bool:
        """Follow a change of the look."""
        if event.type() == QEvent.Type.StyleChange:
            delegate: Any = self.itemDelegate()
            delegate.forget_colours()
        return super().event(event)
