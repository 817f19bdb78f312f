"""The list of a register: a table of fixed rows over `RecordModel`, with its states and its keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QItemSelection, QModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from opsdesk.register import Column, Kind, Row
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.ui.kit import look
from opsdesk.ui.kit.cells import CellPainter
from opsdesk.ui.kit.list_state import ListState
from opsdesk.ui.kit.record_model import Deliver, Fetch, RecordModel

__all__ = ["Deliver", "Fetch", "RecordModel", "RecordTable"]

_SHRINKING = frozenset({Kind.TEXT, Kind.LONG_TEXT})
_LEAST = 160


class RecordTable(QTableView):
    """Table of records: `opened(id)` on Enter or double click, `chosen(Row | None)` when the current row changes.

    `copied(rows copied, rows selected)` after Ctrl+C. Without `fetch`, rows come by `set_rows`. Before the first answer
    a skeleton stands there; with no rows, what to do first (`set_empty`) or how to widen (`set_narrowed`).
    """

    opened = Signal(int)
    chosen = Signal(object)
    copied = Signal(int, int)

    def __init__(self, columns: Sequence[Column], fetch: Fetch | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.records = RecordModel(columns, fetch, self)
        self.hovered = -1
        self.selected: frozenset[int] = frozenset()
        self._last_chosen: int | None = None
        self._kept: tuple[int | None, int] = (None, 0)
        self._empty: tuple[str, str, Callable[[], object] | None] = ("这里还没有记录。", "", None)
        self._widen: Callable[[], object] | None = None
        self._narrowed = False
        self._answered = False
        self._failed = False
        self._own_widths: dict[int, int] = {}
        self._fitting = False

        self.setModel(self.records)
        self.setItemDelegate(CellPainter(self))
        self.list_state = ListState(self)
        self._arrange()
        self.records.modelAboutToBeReset.connect(self._keep_place)
        self.records.modelReset.connect(self._restore_place)
        self.records.answered.connect(self._on_answer)
        self.selectionModel().selectionChanged.connect(self._on_selection)
        self.selectionModel().currentRowChanged.connect(self._on_current)
        self._show_state()

    def _arrange(self) -> None:
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        vertical, across = self.verticalHeader(), self.horizontalHeader()
        vertical.setVisible(False)
        vertical.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        vertical.setMinimumSectionSize(look.px(look.ROW_HEIGHT))
        vertical.setDefaultSectionSize(look.px(look.ROW_HEIGHT))
        across.setHighlightSections(False)
        across.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        across.setMinimumSectionSize(look.px(48))
        across.setFixedHeight(look.px(look.ROW_HEIGHT))
        across.sectionResized.connect(self._on_resized)
        self.fit_columns()

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show a whole short list at once; rows that stay keep their place and selection."""
        self.records.set_rows(rows)

    def reload(self, *, from_top: bool = False) -> None:
        """Ask anew; what is shown stays until the answer is here."""
        self._failed = False
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

    def choose(self, record_id: int) -> bool:
        """Make this record the current row; False if it is not among the rows fetched so far."""
        place = self.records.place_of(record_id)
        if place is None:
            return False
        self.selectRow(place)
        self.scrollTo(self.records.index(place, 0))
        return True

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

    def keyboardSearch(self, search: str) -> None:  # noqa: N802 — Qt's name
        """Typing in a list finds nothing by surprise; the find field is for that."""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 — Qt's name
        """Open the row."""
        super().mouseDoubleClickEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._open(self.indexAt(event.position().toPoint()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 — Qt's name
        """Let the row under the pointer be seen."""
        super().mouseMoveEvent(event)
        self._hover(self.rowAt(event.position().toPoint().y()))

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 — Qt's name
        """No row is under the pointer."""
        super().leaveEvent(event)
        self._hover(-1)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 — Qt's name
        """Share the width anew."""
        super().resizeEvent(event)
        self.fit_columns()
        self.list_state.setGeometry(self.viewport().geometry())

    def fit_columns(self) -> None:
        """Give each column its width; columns of width 0 share the rest, texts give way where there is too little."""
        columns = self.records.columns
        widths = {n: self._own_widths.get(n, look.px(c.width)) for n, c in enumerate(columns)}
        takers = [n for n, c in enumerate(columns) if c.width == 0 and n not in self._own_widths]
        rest = self.viewport().width() - sum(widths.values())
        if takers:
            for n in takers:
                widths[n] = max(look.px(_LEAST), rest // len(takers))
        elif rest > 0 and columns:
            widths[max(widths, key=lambda n: (columns[n].kind in _SHRINKING, widths[n]))] += rest
        missing = sum(widths.values()) - self.viewport().width()
        for n in sorted(widths, key=lambda n: -widths[n]):
            if missing > 0 and columns[n].kind in _SHRINKING and n not in self._own_widths:
                give = min(missing, max(0, widths[n] - look.px(88)))
                widths[n] -= give
                missing -= give
        self._fitting = True
        for n, width in widths.items():
            self.setColumnWidth(n, width)
        self._fitting = False

    def _on_resized(self, section: int, _old: int, new: int) -> None:
        if not self._fitting:
            self._own_widths[section] = new

    def _hover(self, place: int) -> None:
        if place != self.hovered:
            for row in (self.hovered, place):
                if row >= 0:
                    top = self.rowViewportPosition(row)
                    self.viewport().update(QRect(0, top, self.viewport().width(), self.rowHeight(row)))
            self.hovered = place

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

    def _on_answer(self) -> None:
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
