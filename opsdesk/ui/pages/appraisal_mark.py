"""Typing points right at the cell: digits, and beside them the reason where points are taken off."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from opsdesk.registers.appraisal.marks import typed_points
from opsdesk.rules.scoring import Item, plain
from opsdesk.services.errors import Refusal
from opsdesk.services.text import one_line
from opsdesk.ui.kit import look
from opsdesk.ui.kit.parts import label

WIDE, GAP = 320, 4
Step = tuple[int, int]
DOWN, UP, RIGHT, LEFT, STAY = (1, 0), (-1, 0), (0, 1), (0, -1), (0, 0)
STEPS = {
    Qt.Key.Key_Return: DOWN, Qt.Key.Key_Enter: DOWN, Qt.Key.Key_Down: DOWN, Qt.Key.Key_Up: UP,
    Qt.Key.Key_Tab: RIGHT, Qt.Key.Key_Backtab: LEFT,
}  # fmt: skip
WHY = "扣分的事实依据：哪一天、哪件事"
KEEPS, BELOW, REASON = "回车保存", "没有给满分，回车写明事实依据（T4 2.2）", "写明事实依据，回车保存（T4 2.2）"
NO_REASON = "没有给满分，要写明扣分的事实依据（T4 2.2）。"


class MarkEditor(QFrame):
    """The box below a cell with what the item is and why points are taken off; `points` stands over the cell itself.

    `given(points, reason, step)` once both can be kept, `moved(step)` where nothing was changed, `left` when it is
    given up. Enter goes down, Tab right, ↑ ↓ as they say; less than full points ask for the reason first (T4-02). What
    is refused stays as it was typed.
    """

    given = Signal(str, str, tuple)
    moved = Signal(tuple)
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.item: Item | None = None
        self.place = (-1, -1)
        self._asks = True
        self._before = ("", "")
        self._wants_reason = False
        self._cell, self._within = QRect(), QRect()
        look.dress(self, class_="panel", floating=True)
        self.points, self.reason = QLineEdit(parent), QLineEdit()
        self.points.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.points.setAccessibleName("得分")
        self.points.setMaxLength(12)
        self.reason.setPlaceholderText(WHY)
        self.reason.setAccessibleName("扣分的事实依据")
        self._hint, self._said = label("", "secondary"), label("", "error", wraps=True)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(*(look.px(8),) * 4)
        column.setSpacing(look.px(4))
        for widget in (self._hint, self.reason, self._said):
            column.addWidget(widget)
        for line in (self.points, self.reason):
            line.installEventFilter(self)
            line.textEdited.connect(self._renew)
        self._show(False)

    @property
    def open_now(self) -> bool:
        """Whether it stands over a cell."""
        return not self.points.isHidden()

    @property
    def dirty(self) -> bool:
        """Whether something typed here would be lost."""
        return self.open_now and self._written() != self._before

    def open(
        self, place: tuple[int, int], item: Item, *, points: str, reason: str, asks: bool, first: str = ""
    ) -> None:
        """Stand over the cell at `place` with what it holds; `first` is the digit typed, in its stead."""
        self.place, self.item, self._asks = place, item, asks
        self._before = (points, reason)
        self.points.setText(first or points)
        self.reason.setText(reason)
        self._wants_reason = bool(reason)
        self._show(True)
        self._renew()
        self.points.setFocus()
        if not first:
            self.points.selectAll()

    def go_on(self, sign: str) -> None:
        """A digit that came while another cell still had the keys."""
        self.points.setFocus()
        self.points.insert(sign)
        self._renew()

    def refuse(self, sentence: str, line: QLineEdit) -> None:
        """Say why it was not kept; what was typed stays."""
        self._said.setText(sentence)
        self._said.setVisible(True)
        for each in (self.points, self.reason):
            look.dress(each, wrong=each is line)
        line.setFocus()
        self._settle()

    def stand_at(self, cell: QRect, within: QRect) -> None:
        """Stand over a cell, the box below it, or above where there is no room."""
        self._cell, self._within = cell, within
        self._settle()

    def finish(self) -> bool:
        """Keep what was typed, if anything; False where it cannot be kept as it stands."""
        if not self.dirty:
            self.give_up()
            return True
        return self._give(STAY, ask=False)

    def give_up(self) -> None:
        """Forget what was typed."""
        if self.open_now:
            self._show(False)
            self.left.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 — Qt's name
        """Keys that leave the line, and those that are its own and not the page's."""
        if isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride and event.key() in (
                Qt.Key.Key_Escape, Qt.Key.Key_Z, Qt.Key.Key_Y,
            ):  # fmt: skip
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                return self._take(watched, event)
        return super().eventFilter(watched, event)

    def _take(self, line: QObject, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self.give_up()
        elif key == Qt.Key.Key_Backtab and line is self.reason:
            self.points.setFocus()
        elif (step := STEPS.get(key)) is None:
            return False
        else:
            shifted = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            step = UP if step == DOWN and shifted else step
            if self.dirty:
                self._give(step, ask=line is self.points)
            else:
                self._show(False)
                self.moved.emit(step)
        return True

    def _give(self, step: Step, *, ask: bool) -> bool:
        """Keep what was typed; with `ask` the reason is looked at first, also where one stood before."""
        assert self.item is not None  # noqa: S101 — it stands over a cell
        try:
            typed_points(self.points.text(), self.item)
        except Refusal as refusal:
            self.refuse(str(refusal), self.points)
            return False
        if self._takes_off():
            lacks = not one_line(self.reason.text())
            if ask and (lacks or self.points.text() != self._before[0]):
                self._wants_reason = True
                self._renew()
                self.reason.setFocus()
                self.reason.selectAll()
                return False
            if lacks:
                self._wants_reason = True
                self._renew()
                self.refuse(NO_REASON, self.reason)
                return False
        text, reason = self.points.text(), self.reason.text() if self._takes_off() else ""
        self._show(False)
        self.given.emit(text, reason, step)
        return True

    def _takes_off(self) -> bool:
        """Whether a reason is wanted for what is typed now."""
        assert self.item is not None  # noqa: S101 — it stands over a cell
        try:
            points = typed_points(self.points.text(), self.item)
        except Refusal:
            return False
        return self._asks and points is not None and points < self.item.weight

    def _written(self) -> tuple[str, str]:
        return self.points.text(), self.reason.text()

    def _renew(self) -> None:
        """The reason is written where points are taken off, once they are typed."""
        off = self._takes_off()
        how = KEEPS if not off else REASON if self._wants_reason else BELOW
        self._hint.setText(f"满分 {plain(self.item.weight) if self.item else ''} 分，{how}")
        self._said.setVisible(False)
        for each in (self.points, self.reason):
            look.dress(each, wrong=False)
        self.reason.setVisible(off and self._wants_reason)
        self._settle()

    def _settle(self) -> None:
        cell, within = self._cell, self._within
        if cell.isNull():
            return
        wide = max(cell.width(), look.px(64))
        self.points.setGeometry(QRect(cell.x(), cell.y(), wide, look.px(look.CONTROL_HEIGHT + 2)))
        self.points.move(cell.x(), cell.y() + (cell.height() - self.points.height()) // 2)
        self.setFixedWidth(look.px(WIDE))
        self._column.invalidate()
        high = max(self._column.heightForWidth(look.px(WIDE)), self._column.sizeHint().height())
        self.setFixedHeight(high)
        left = max(min(cell.x(), within.right() - look.px(WIDE)), within.x())
        below = cell.bottom() + look.px(GAP)
        above = cell.y() - look.px(GAP) - high
        self.move(left, below if below + high <= within.bottom() or above < within.y() else above)

    def _show(self, shown: bool) -> None:
        for widget in (self.points, self):
            widget.setVisible(shown)
            if shown:
                widget.raise_()
