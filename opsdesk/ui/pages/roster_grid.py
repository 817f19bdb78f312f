"""The roster grid: a month typed like a sheet, code by code, with blocks, copy, paste and taking back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QTableView, QWidget

from opsdesk.registers.roster import rotation
from opsdesk.registers.roster.month_plan import STANDARD_MARK, MonthPlan
from opsdesk.services.choices import REST
from opsdesk.ui.kit import look
from opsdesk.ui.kit.list_state import ListState
from opsdesk.ui.pages.roster_model import Index, RosterModel, written
from opsdesk.ui.pages.roster_painting import DayHeads, Inks, PeopleHeads, RowInk

Cells = Mapping[tuple[int, date], int | None]
"""As `planning.Cells`: None clears."""
LEAST_DAY, MOST_DAY, TOTAL = 26, 44, 30
CLEAR_KEYS = {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}
ENTER_KEYS = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


class RosterGrid(QTableView):
    """People by days. `entered(cells)` for what was typed, pasted or cleared; `told(sentence)` where that cannot be.

    A shift's code (or its number in the legend) sets the cell and goes right; in a block it fills the block. “.” is
    rest; Delete takes the entry out, so that calendar and contract hold. A code that another one begins with waits for
    the next key; Enter or an arrow takes it as it stands.
    """

    entered = Signal(object)
    told = Signal(str)
    undo_asked = Signal()
    typing = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.month = RosterModel(self)
        self.records = self.month
        self.inks = Inks()
        self.overnight: frozenset[int] = frozenset()
        self.typed_so_far = ""
        self.standing = (-1, -1)
        self.block = QRect()
        self.writable = True
        self._codes: dict[str, int] = {}
        self._words: dict[str, int | None] = {}
        self.setModel(self.month)
        self.setHorizontalHeader(DayHeads(self))
        self.setVerticalHeader(PeopleHeads(self))
        self._painter = RowInk(self)
        self.month.dataChanged.connect(lambda first, last: self._painter.forget_rows(first.row(), last.row()))
        self.month.modelReset.connect(self._painter.forget)
        self.horizontalHeader().sectionResized.connect(self._painter.forget)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName("排班表格")
        self.list_state = ListState(self)  # type: ignore[arg-type]  # it needs a table with columns, no more
        self.list_state.load()

    def show_plan(self, plan: MonthPlan) -> None:
        """Show a month; the place and the block chosen stay where people and days are the same."""
        held = self.currentIndex()
        place = (held.row(), held.column()) if held.isValid() else None
        self.overnight = frozenset(shift.id for shift in plan.shifts if shift.overnight)
        self._painter.forget()
        current = [shift for shift in plan.shifts if shift.current]
        self._words = {**rotation.names(plan.shifts), STANDARD_MARK: None}
        self._codes = {shift.code.casefold(): shift.id for shift in current} | {".": REST}
        if not any(code[0].isdigit() for code in self._codes):
            self._codes |= {str(n): shift.id for n, shift in enumerate(current[:9], 1)} | {"0": REST}
        before = self.month.plan
        self.month.set_plan(plan)
        if before is None or before.days != plan.days or before.shifts != plan.shifts:
            self._fit()
        if not self.currentIndex().isValid() and plan.people and plan.days:
            today = next((n for n, each in enumerate(plan.days) if each.day == plan.today), 0)
            row, column = place or (0, today)
            self._go(min(row, len(plan.people) - 1), min(column, len(plan.days) - 1))

    def chosen(self) -> list[QModelIndex]:
        """The days chosen, row by row."""
        found = self.selectedIndexes() or [self.currentIndex()]
        own = [index for index in found if self.month.cell(index) is not None]
        return sorted(own, key=lambda index: (index.row(), index.column()))

    def chosen_staff(self) -> list[int]:
        """The people of the rows chosen."""
        rows = dict.fromkeys(index.row() for index in self.chosen())
        return [self.month.line(row).person.id for row in rows]

    def chosen_days(self) -> list[date]:
        """The days of the columns chosen."""
        return [self.month.days[column].day for column in sorted({index.column() for index in self.chosen()})]

    def go_to_person(self, row: int) -> None:
        """Bring a person into sight, on the day where one stands."""
        self._go(row, max(0, self.currentIndex().column()))

    def choose_block(self, first: tuple[int, int], last: tuple[int, int]) -> None:
        """Choose the cells from one corner (row, column) to the other."""
        block = QItemSelection(self.month.index(*first), self.month.index(*last))
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(self.month.index(*first), flags.NoUpdate)
        self.selectionModel().select(block, flags.ClearAndSelect)

    def copy(self) -> None:
        """Put the block chosen on the clipboard as text with tabs."""
        lines: dict[int, list[str]] = {}
        for index in self.chosen():
            cell = self.month.cell(index)
            lines.setdefault(index.row(), []).append(written(cell) if cell else "")
        QGuiApplication.clipboard().setText("\n".join("\t".join(line) for line in lines.values()))

    def paste(self) -> None:
        """Enter the clipboard's block from the upper left of what is chosen; one value fills the block chosen.

        “·”, no entry, clears; what is blank in the clipboard leaves its cell as it is.
        """
        text = QGuiApplication.clipboard().text().strip("\r\n")
        lines = [[part.strip() for part in line.split("\t")] for line in text.splitlines()]
        chosen = self.chosen()
        if not text or not chosen:
            return
        if len(lines) == 1 and len(lines[0]) == 1:
            places = [(index.row(), index.column(), lines[0][0]) for index in chosen]
        else:
            top, left = chosen[0].row(), min(index.column() for index in chosen)
            places = [(top + n, left + m, part) for n, line in enumerate(lines) for m, part in enumerate(line)]
        wanted: dict[tuple[int, int], int | None] = {}
        for row, column, part in places:
            if not part or row >= self.month.rowCount() or column >= len(self.month.days):
                continue
            if part.casefold() not in self._words:
                self.told.emit(f"剪贴板里的“{part[:12]}”不是班次，没有粘贴。请核对后再试。")
                return
            wanted[row, column] = self._words[part.casefold()]
        self._enter(wanted)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 — Qt's name
        """Codes are typed straight into the cells; what the grid does not want goes on to the page."""
        key, text = event.key(), event.text()
        command = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif event.matches(QKeySequence.StandardKey.Undo):
            self.undo_asked.emit()
        elif key in CLEAR_KEYS and not command:
            self._forget_or_clear()
        elif key in ENTER_KEYS:
            self._finish_code()
            self._step(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1, 0)
        elif key == Qt.Key.Key_Escape and self.typed_so_far:
            self._set_typed("")
        elif text and text.isprintable() and text != " " and not command:
            self._type(text.casefold())
        else:
            self._finish_code()
            self._move(event)
            return
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 — Qt's name
        """Draw the rows in sight that are to be drawn."""
        first, last = self.rowAt(event.rect().top()), self.rowAt(event.rect().bottom())
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), self.inks.surface)
        if first >= 0:
            self._painter.draw(painter, first, last if last >= 0 else self.month.rowCount() - 1)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 — Qt's name
        """Share the width anew."""
        super().resizeEvent(event)
        self._fit()
        self.list_state.setGeometry(self.viewport().geometry())

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 — Qt's name
        """Follow a change of the look."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.inks = Inks()
            self._painter.forget()

    def currentChanged(self, current: Index, previous: Index) -> None:  # noqa: N802 — Qt's name
        """A code typed half is forgotten on leaving its cell."""
        super().currentChanged(current, previous)
        self.standing = (current.row(), current.column())
        self._set_typed("")
        self.verticalHeader().viewport().update()
        self.viewport().update()

    def selectionChanged(self, on: QItemSelection, off: QItemSelection) -> None:  # noqa: N802 — Qt's name
        """Keep the block chosen, in columns and rows, for drawing."""
        super().selectionChanged(on, off)
        self.block = QRect()
        for part in self.selectionModel().selection().toList():
            self.block |= QRect(part.left(), part.top(), part.width(), part.height())
        self.viewport().update()

    def _move(self, event: QKeyEvent) -> None:
        plain = not event.modifiers()
        if plain and event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and self.month.days:
            row = max(0, self.currentIndex().row())
            self._go(row, 0 if event.key() == Qt.Key.Key_Home else len(self.month.days) - 1)
            event.accept()
        elif event.key() == Qt.Key.Key_Right and self.currentIndex().column() + 1 >= len(self.month.days):
            event.accept()  # the totals are not for the cursor
        else:
            super().keyPressEvent(event)

    def _forget_or_clear(self) -> None:
        if self.typed_so_far:
            self._set_typed("")
        else:
            self._fill(None, go_on=False)

    def _type(self, sign: str) -> None:
        typed = self.typed_so_far + sign
        alike = [code for code in self._codes if code.startswith(typed)]
        if not alike and self.typed_so_far in self._codes:
            self._finish_code(go_on=True)
            typed, alike = sign, [code for code in self._codes if code.startswith(sign)]
        if not alike:
            self._set_typed("")
            self.told.emit(f"“{typed.upper()}”不是班次的代码。请看表上方的图例。")
        elif alike == [typed]:
            self._set_typed("")
            self._fill(self._codes[typed], go_on=True)
        else:
            self._set_typed(typed)

    def _finish_code(self, *, go_on: bool = False) -> None:
        value = self._codes.get(self.typed_so_far)
        self._set_typed("")
        if value is not None:
            self._fill(value, go_on=go_on)

    def _set_typed(self, typed: str) -> None:
        if typed != self.typed_so_far:
            self.typed_so_far = typed
            self.typing.emit(typed)
            self.viewport().update()

    def _fill(self, value: int | None, *, go_on: bool) -> None:
        chosen = self.chosen()
        done = bool(chosen) and self._enter({(index.row(), index.column()): value for index in chosen})
        if done and go_on and len(chosen) == 1:
            self._step(0, 1)

    def _enter(self, wanted: Mapping[tuple[int, int], int | None]) -> bool:
        if not self.writable:
            self.told.emit("只读账号不能排班。请由主管或服务台登录后再排。")
            return False
        cells: dict[tuple[int, date], int | None] = {}
        off = ""
        for (row, column), value in wanted.items():
            index = self.month.index(row, column)
            cell = self.month.cell(index)
            if cell is not None and cell.on_site:
                if cell.entry != value:
                    cells[self.month.key(index)] = value
            else:
                off = self.month.sentence(index)
        if off and len(wanted) == 1:
            self.told.emit(f"{off}这一天不能排班。")
            return False
        closed = {each.day: each.closed for each in self.month.days}
        if why := next((closed[day] for _, day in sorted(cells) if closed[day]), ""):
            self.told.emit(why)
            return False
        if cells:
            self.entered.emit(cells)
        return True

    def _step(self, down: int, right: int) -> None:
        here = self.currentIndex()
        if here.isValid():
            row = min(max(here.row() + down, 0), self.month.rowCount() - 1)
            self._go(row, min(here.column() + right, len(self.month.days) - 1))

    def _go(self, row: int, column: int) -> None:
        index = self.month.index(row, column)
        self.setCurrentIndex(index)
        self.scrollTo(index)

    def _fit(self) -> None:
        count, days = self.month.columnCount(), len(self.month.days)
        if not days:
            return
        total = look.px(TOTAL)
        room = (self.viewport().width() - total * (count - days)) // days
        wide = max(look.px(LEAST_DAY), min(look.px(MOST_DAY), room))
        for column in range(count):
            self.setColumnWidth(column, wide if column < days else total)
