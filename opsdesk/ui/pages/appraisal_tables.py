"""The two tables of the scoring grid: appraisees by items with the keys of a sheet, and the sums beside them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QTableView, QWidget

from opsdesk.ui.kit import look
from opsdesk.ui.kit.list_state import ListState
from opsdesk.ui.pages import appraisal_block as block
from opsdesk.ui.pages import appraisal_rows as rows
from opsdesk.ui.pages.appraisal_block import BlockAct
from opsdesk.ui.pages.appraisal_model import AppraisalModel
from opsdesk.ui.pages.appraisal_painting import CellInk, ItemHeads, NameHeads

ENTER_KEYS = {Qt.Key.Key_Return, Qt.Key.Key_Enter}
CLEAR_KEYS = {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}
POINT_KEYS = "0123456789."
STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class ScoreTable(QTableView):
    """One of the two tables that show the model: the items, or the sums beside them."""

    def __init__(self, model: AppraisalModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.ink = CellInk(self, model)
        self.setItemDelegate(self.ink)
        self.heads = ItemHeads(self, model)
        self.setHorizontalHeader(self.heads)
        self.setFrameShape(QFrame.Shape.NoFrame)
        look.dress(self, class_="inside")
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 — Qt's name
        """Follow a change of the look."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            for each in (self.ink, self.heads, self.verticalHeader()):
                if hasattr(each, "inks"):
                    each.inks = type(each.inks)()


class ItemTable(ScoreTable):
    """Appraisees by items; it has the keys of both tables, the sums are columns beyond its last.

    A digit or F2 asks to type (`typing(digit)`), Enter goes down, or into the panel where nothing is typed (`entered`),
    Space says why (`opened`). Of the cells chosen in one column Delete takes the marks back, Ctrl+D fills them down,
    Ctrl+C and Ctrl+V copy and paste them (`blocked` with what does it).
    """

    typing = Signal(str)
    blocked = Signal(object)
    opened = Signal()
    entered = Signal()

    def __init__(self, model: AppraisalModel, parent: QWidget | None = None) -> None:
        super().__init__(model, parent)
        self.records = model
        self.setVerticalHeader(NameHeads(self, model))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("考核评分表格")
        self.list_state = ListState(self)  # type: ignore[arg-type]  # it needs a table with columns, no more
        self.list_state.load()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 — Qt's name
        """Points are typed straight into the cells; what the grid does not want goes on to the page."""
        key, text = Qt.Key(event.key()), event.text()
        command = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        if event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo):
            event.ignore()
            return
        if (act := _block_act(event)) is not None:
            self.blocked.emit(act)
        elif key in ENTER_KEYS and not command:
            self._enter(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        elif key in STEPS and event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not command:
            self._extend(STEPS[key])
        elif key == Qt.Key.Key_F2:
            self.typing.emit("")
        elif key == Qt.Key.Key_Space and not command:
            self.opened.emit()
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self.step(0, 1 if key == Qt.Key.Key_Tab else -1)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and not command:
            self.step(0, 1 if key == Qt.Key.Key_Right else -1)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and not command:
            self.go(self.currentIndex().row(), 0 if key == Qt.Key.Key_Home else len(self.records.items))
        elif text and (digit := text.replace("．", ".").replace("。", ".")) in POINT_KEYS and not command:
            self.typing.emit(digit)
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def focusNextPrevChild(self, _next: bool) -> bool:  # noqa: N802 — Qt's name
        """Tab goes to the next item, as in a sheet; Esc and the mouse lead out."""
        return False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 — Qt's name
        """Type into the cell."""
        if event.button() == Qt.MouseButton.LeftButton and self.indexAt(event.position().toPoint()).isValid():
            self.typing.emit("")

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 — Qt's name
        """The ring says that keys go here."""
        super().focusInEvent(event)
        self.ink.focused = True
        if not self.currentIndex().isValid() and self.records.rowCount():
            self.go(0, 0)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 — Qt's name
        """The ring fades."""
        super().focusOutEvent(event)
        self.ink.focused = False
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 — Qt's name
        """Let what stands in the place of rows cover them."""
        super().resizeEvent(event)
        self.list_state.setGeometry(self.viewport().geometry())

    def step(self, down: int, right: int) -> None:
        """Go so many rows and columns on, not beyond the edge."""
        here = self.currentIndex()
        if here.isValid():
            self.go(here.row() + down, here.column() + right)

    def go(self, row: int, column: int) -> None:
        """Stand on a cell and bring it into sight."""
        if not self.records.rowCount():
            return
        row = min(max(row, 0), self.records.rowCount() - 1)
        column = min(max(column, 0), self.records.columnCount() - 1)
        index = self.records.index(row, column)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.scrollTo(index if column < len(self.records.items) else self.records.index(row, self.columnAt(1)))

    def chosen_rows(self) -> list[int]:
        """The rows chosen in the column where one stands."""
        here = self.currentIndex()
        chosen = {index.row() for index in self.selectedIndexes() if index.column() == here.column()}
        return sorted(chosen | ({here.row()} if here.isValid() else set()))

    def _extend(self, down: int) -> None:
        """Choose one more row of the column, or one less."""
        here, chosen = self.currentIndex(), self.chosen_rows()
        row = here.row() + down
        if not chosen or not 0 <= row < self.records.rowCount():
            return
        fixed = chosen[0] if here.row() == chosen[-1] else chosen[-1]
        flags, column = QItemSelectionModel.SelectionFlag, here.column()
        cells = QItemSelection(self.records.index(min(fixed, row), column), self.records.index(max(fixed, row), column))
        self.selectionModel().setCurrentIndex(self.records.index(row, column), flags.NoUpdate)
        self.selectionModel().select(cells, flags.ClearAndSelect)
        self.scrollTo(self.records.index(row, min(column, len(self.records.items) - 1)))

    def _enter(self, down: int) -> None:
        item = self.records.item_at(self.currentIndex().column())
        if item is not None and rows.by_hand(item):
            self.step(down, 0)
        else:
            self.entered.emit()


def _block_act(event: QKeyEvent) -> BlockAct | None:
    """What the keys do with the cells chosen; None for keys that do something else."""
    if event.matches(QKeySequence.StandardKey.Copy):
        return block.copy
    if event.matches(QKeySequence.StandardKey.Paste):
        return block.paste
    if event.key() == Qt.Key.Key_D and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
        return block.fill_down
    if Qt.Key(event.key()) in CLEAR_KEYS and not event.modifiers():
        return block.take_back
    return None
