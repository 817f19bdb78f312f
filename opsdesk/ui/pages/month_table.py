"""The month's table: a figure can be pointed at, columns give way by their worth, and the sums stand below."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from opsdesk.register import Column, Kind
from opsdesk.ui.kit import look
from opsdesk.ui.kit.cells import CellPainter
from opsdesk.ui.kit.record_table import RecordTable
from opsdesk.ui.kit.wording import RIGHT_ALIGNED
from opsdesk.ui.pages import month_rows as rows

LEAST_ROWS, LEAST_WIDTH, GAP = 1, 240, 8
MOST_MORE = 72
"""Pixels that a name gets first of what is left over; then all columns share."""


class FigureCells(CellPainter):
    """Draws a ring around the figure that the arrow keys stand on; `said_of_state` by row is told of a state."""

    def __init__(self, table: RecordTable) -> None:
        super().__init__(table)
        self.said_of_state: Mapping[int, str] = {}

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw the cell, and the ring where it is the current figure of a table that has the keyboard."""
        super().paint(painter, option, index)
        table = self._table
        if index != table.currentIndex() or rows.COLUMNS[index.column()].key not in rows.FIGURES:
            return
        if table.hasFocus() or index.row() in table.selected:
            rect: QRect = option.rect  # type: ignore[attr-defined]  # PySide's stubs lack the members of style options
            painter.save()
            painter.setPen(QPen(QColor(look.colours().accent), 1))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawRoundedRect(rect.adjusted(2, 4, -2, -5), 4, 4)
            painter.restore()

    def whole_text(self, index: QModelIndex | QPersistentModelIndex) -> str:
        """What the table has to say about a state; else the text that is cut."""
        row = self._table.records.row_at(index.row())
        of_state = row is not None and rows.COLUMNS[index.column()].key == "state"
        return (self.said_of_state.get(row.id, "") if row and of_state else "") or super().whole_text(index)


class MonthTable(RecordTable):
    """People with their figures. `figure_chosen(staff id, column key)`: a click or Enter; `moved_to` the arrow keys.

    `retry_asked` when it should be read again after a failure.
    """

    figure_chosen = Signal(int, str)
    moved_to = Signal(int, str)
    retry_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(rows.COLUMNS, parent=parent)
        self.cells = FigureCells(self)
        self.setItemDelegate(self.cells)
        self.selectionModel().currentChanged.connect(self._on_place)
        self.opened.connect(self._on_opened)

    def begin_reading(self) -> None:
        """Show the skeleton until the month asked for is here."""
        self.records.set_rows(())
        self._answered = False
        self._show_state()

    def reload(self, *, from_top: bool = False) -> None:
        """Ask the page to read the month anew."""
        super().reload(from_top=from_top)
        self.retry_asked.emit()

    def fit_columns(self) -> None:
        """Hide the minor columns, the least first, until all others have their width; what is left is shared."""
        room = self.viewport().width()
        kept = dict(enumerate(rows.COLUMNS))
        for key in rows.GIVING_WAY:
            if sum(look.px(column.width) for column in kept.values()) > room:
                kept = {n: column for n, column in kept.items() if column.key != key}
        widths = {n: self._own_widths.get(n, look.px(column.width)) for n, column in kept.items()}
        free = [n for n in kept if n not in self._own_widths]
        texts = [n for n in free if kept[n].kind is Kind.TEXT]
        rest = max(0, room - sum(widths.values())) if free else 0
        for n in texts:
            give = min(look.px(MOST_MORE), rest // len(texts))
            widths[n] += give
        rest = max(0, room - sum(widths.values())) if free else 0
        for n in free:
            widths[n] += rest // len(free)
        self._fitting = True
        for n in range(len(rows.COLUMNS)):
            self.setColumnHidden(n, n not in kept)
        for n, width in widths.items():
            self.setColumnWidth(n, width)
        self._fitting = False

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 — Qt's name
        """A click opens what it stands on."""
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid() and len(self.selected) == 1:
            self._tell(index)

    def _on_opened(self, _record_id: int) -> None:
        self._tell(self.currentIndex())

    def _on_place(self, index: QModelIndex, _before: QModelIndex) -> None:
        self.viewport().update()
        row = self.records.row_at(index.row()) if index.isValid() else None
        if row is not None:
            self.moved_to.emit(row.id, rows.COLUMNS[index.column()].key)

    def _tell(self, index: QModelIndex) -> None:
        row = self.records.row_at(index.row())
        if row is not None:
            self.figure_chosen.emit(row.id, rows.COLUMNS[index.column()].key)


class TotalsLine(QWidget):
    """The sums of the people shown, each below its column."""

    def __init__(self, table: MonthTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self._head = ""
        self._sums: Mapping[str, str] = {}
        self.setFixedHeight(look.px(look.ROW_HEIGHT))
        table.horizontalHeader().sectionResized.connect(self.update)
        table.horizontalScrollBar().valueChanged.connect(self.update)
        table.viewport().installEventFilter(self)

    def show_sums(self, head: str, sums: Mapping[str, str]) -> None:
        """Show other sums; `head` stands at the left (合计 23 人)."""
        self._head, self._sums = head, sums
        self.setAccessibleName(f"{head} " + " ".join(f"{c.title} {sums[c.key]}" for c in _summed(sums)))
        self.update()

    @property
    def sums(self) -> Mapping[str, str]:
        """The sums shown, by column."""
        return self._sums

    def eventFilter(self, watched: object, event: QEvent) -> bool:  # noqa: N802 — Qt's name
        """Follow the table's width."""
        if event.type() == QEvent.Type.Resize:
            self.update()
        return super().eventFilter(watched, event)  # type: ignore[arg-type]  # Qt gives the object it watches

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 — Qt's name
        """Draw head and sums."""
        c, pad = look.colours(), look.px(10)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(c.line))
        painter.setBrush(QColor(c.surface))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), look.RADIUS, look.RADIUS)
        painter.setPen(QColor(c.text))
        painter.setFont(look.font(bold=True, tabular=True))
        left = self._table.viewport().x()
        centre = int(Qt.AlignmentFlag.AlignVCenter)
        first = min((self._left(n) for n, column in enumerate(rows.COLUMNS) if self._at(n, column)), default=0)
        painter.drawText(QRect(left + pad, 0, max(first, look.px(160)), self.height()), centre, self._head)
        for n, column in enumerate(rows.COLUMNS):
            if self._at(n, column) and (text := self._sums.get(column.key, "")):
                width = self._table.columnWidth(n) - pad
                wanted = painter.fontMetrics().horizontalAdvance(text)
                place = QRect(left + self._left(n) + min(0, width - wanted), 0, max(width, wanted), self.height())
                painter.drawText(place, centre | int(Qt.AlignmentFlag.AlignRight), text)

    def _left(self, n: int) -> int:
        return self._table.columnViewportPosition(n)

    def _at(self, n: int, column: Column) -> bool:
        return column.kind in RIGHT_ALIGNED and not self._table.isColumnHidden(n)


class TableOverTotals(QWidget):
    """The table as high as whole rows are, so that none is cut in half, and the sums close below it."""

    def __init__(self, table: MonthTable, totals: TotalsLine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table, self._totals = table, totals
        for part in (table, totals):
            part.setParent(self)
        row = look.px(look.ROW_HEIGHT)
        self.setMinimumHeight((1 + LEAST_ROWS) * row + GAP + row)
        self.setMinimumWidth(look.px(LEAST_WIDTH))
        totals.installEventFilter(self)
        table.records.modelReset.connect(self._place)

    def eventFilter(self, watched: object, event: QEvent) -> bool:  # noqa: N802 — Qt's name
        """Give the room of the sums to the table while they are hidden."""
        if event.type() in {QEvent.Type.ShowToParent, QEvent.Type.HideToParent}:
            self._place()
        return super().eventFilter(watched, event)  # type: ignore[arg-type]  # Qt gives the object it watches

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 — Qt's name
        """Place both anew."""
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        below = 0 if self._totals.isHidden() else self._totals.height() + look.px(GAP)
        height, row = self.height() - below, look.px(look.ROW_HEIGHT)
        edges = 2 * self._table.frameWidth() + self._table.horizontalHeader().height()
        room = max(0, height - edges) // row
        if self._table.records.rowCount() > room:
            height = edges + room * row
        self._table.setGeometry(0, 0, self.width(), height)
        self._totals.setGeometry(0, height + look.px(GAP), self.width(), self._totals.height())


def _summed(sums: Mapping[str, str]) -> list[Column]:
    return [column for column in rows.COLUMNS if sums.get(column.key)]
