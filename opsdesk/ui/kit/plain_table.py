"""The table below every list: fixed rows, no grid, columns that share the width."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from opsdesk.register import Column
from opsdesk.ui.kit import look
from opsdesk.ui.kit.column_widths import share_width


class PlainTable(QTableView):
    """Rows of 36 px, whole rows selected, the row under the pointer seen; widths by `share_width`."""

    def __init__(self, columns: Sequence[Column], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hovered = -1
        self._columns = tuple(columns)
        self._own_widths: dict[int, int] = {}
        self._fitting = False
        self._compact = False
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

    def keyboardSearch(self, search: str) -> None:  # noqa: N802 — Qt's name
        """Typing in a list finds nothing by surprise; the find field is for that."""

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 — Qt's name
        """Let the row under the pointer be seen."""
        super().mouseMoveEvent(event)
        self.hover(self.rowAt(event.position().toPoint().y()))

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 — Qt's name
        """No row is under the pointer."""
        super().leaveEvent(event)
        self.hover(-1)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 — Qt's name
        """Share the width anew."""
        super().resizeEvent(event)
        self.fit_columns()

    def fit_columns(self) -> None:
        """Give each column its width; columns of width 0 share the rest, texts give way where there is too little."""
        widths = share_width(self._columns, self.viewport().width(), self._own_widths, compact=self._compact)
        self._fitting = True
        for n in range(len(self._columns)):
            self.setColumnHidden(n, not widths.get(n))
        for n, width in widths.items():
            self.setColumnWidth(n, width)
        self._fitting = False

    def set_compact(self, compact: bool) -> None:
        """With the record open beside, columns that do not fit give way: not the first two, and never a state."""
        self._compact = compact
        self.fit_columns()

    def leave_out(self, key: str, out: bool) -> None:
        """Hide a column where the others need its room, or show it again."""
        n = [column.key for column in self._columns].index(key)
        if out:
            self._own_widths[n] = 0
        elif self._own_widths.get(n) == 0:
            del self._own_widths[n]
        self.fit_columns()

    def _on_resized(self, section: int, _old: int, new: int) -> None:
        if not self._fitting:
            self._own_widths[section] = new

    def hover(self, place: int) -> None:
        """Let this row be seen as the one under the pointer; -1 for none."""
        if place != self.hovered:
            for row in (self.hovered, place):
                if row >= 0:
                    top = self.rowViewportPosition(row)
                    self.viewport().update(QRect(0, top, self.viewport().width(), self.rowHeight(row)))
            self.hovered = place
