"""The fields of a round's items, by keyboard alone: a state by one key, a figure typed, what is wrong told beside."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from opsdesk.register import Tone
from opsdesk.registers.inspection import round_sheet
from opsdesk.registers.inspection.round_sheet import Line
from opsdesk.rules.clause import Law
from opsdesk.rules.upkeep import ABNORMAL, NONE, NORMAL
from opsdesk.services.inspection_items import Item
from opsdesk.ui.kit import look
from opsdesk.ui.kit.parts import icon_label, label, link_button, secondary_button

NAME, STANDARD, ENTRY, ACTION = 168, 144, 112, 640
DOWN = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down)
KEYS: dict[int, str] = {
    Qt.Key.Key_Space: NORMAL, Qt.Key.Key_X: ABNORMAL, Qt.Key.Key_Slash: NONE, Qt.Key.Key_Delete: "",
    Qt.Key.Key_Backspace: "",
}  # fmt: skip
CLICKED = {"": NORMAL, NORMAL: ABNORMAL, ABNORMAL: NONE, NONE: ""}
ICONS = {True: ("circle-check", Tone.FINE), False: ("circle-x", Tone.BROKEN), None: ("circle-dashed", Tone.NEUTRAL)}


class Entry(QLineEdit):
    """One field of a round. `moved(step)` by Enter, ↓ and ↑; `entered` when the cursor comes in."""

    moved = Signal(int)
    entered = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFont(look.font(tabular=True))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        # Figures and the keys for a state must not be caught by an input method that stands on Chinese.
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 — Qt's name
        """Enter and ↓ go on, ↑ goes back."""
        if event.key() in DOWN:
            self.moved.emit(1)
        elif event.key() == Qt.Key.Key_Up:
            self.moved.emit(-1)
        else:
            self.take_key(event)

    def take_key(self, event: QKeyEvent) -> None:
        """What another key does: it is typed."""
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 — Qt's name
        """Typing replaces what stands here; the row comes into sight."""
        super().focusInEvent(event)
        self.selectAll()
        self.entered.emit()


class StateEntry(Entry):
    """正常, 异常 or 不涉及 by one key: space, x, /; a click goes through them."""

    def take_key(self, event: QKeyEvent) -> None:
        """Take the keys for a state; Tab, shortcuts and the rest go on to the window, letters nowhere."""
        state = KEYS.get(event.key())
        if state is not None and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.choose(state)
        elif not event.text() or not event.text().isprintable():
            event.ignore()

    def choose(self, state: str) -> None:
        """Write a state as if by hand."""
        if state != self.text() or state == ABNORMAL:
            self.setText(state)
            self.textEdited.emit(state)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 — Qt's name
        """The next state."""
        super().mousePressEvent(event)
        if self.isEnabled():
            self.choose(CLICKED.get(self.text(), NORMAL))


class ItemRow(QWidget):
    """An item of a round to be filled in. `changed` after each key; `moved(step)` asks for the row after or before."""

    changed = Signal()
    moved = Signal(int)
    entered = Signal()

    def __init__(self, item: Item, law: Law, last: str, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.item, self._law = item, law
        self._asked = False
        self._icon = icon_label("circle-dashed", Tone.NEUTRAL.value)
        self.entry: Entry = Entry(item.name) if item.takes_figure else StateEntry(item.name)
        self.entry.setFixedWidth(look.px(ENTRY))
        self.entry.setMaxLength(10)
        if item.takes_figure and last:
            self.entry.setPlaceholderText(f"上次 {last}")
        self.action = QLineEdit()
        self.action.setPlaceholderText("怎样处置，写完按回车")
        self.action.setAccessibleName(f"{item.name}的处置")
        self.said = label("", "error", wraps=True)
        self._hint = label(hint, "secondary")
        beside = QWidget()
        told = QVBoxLayout(beside)
        told.setContentsMargins(0, 0, 0, 0)
        told.setSpacing(look.px(2))
        for widget in (self._hint, self.action, self.said):
            told.addWidget(widget)
        _lay(self, self._icon, item.name, item.standard, self.entry, beside)
        self.entry.textEdited.connect(self._on_typed)
        self.entry.moved.connect(self._go)
        self.entry.entered.connect(self.entered)
        self.action.textEdited.connect(self._on_action)
        self.action.returnPressed.connect(partial(self.moved.emit, 1))
        self._show()

    @property
    def value(self) -> str:
        """What is typed for the item."""
        return self.entry.text().strip()

    @property
    def told(self) -> str:
        """The disposition typed; none where nothing is wrong."""
        return "" if self.action.isHidden() else self.action.text().strip()

    @property
    def wrong(self) -> bool:
        """Whether what is typed is not normal."""
        found, _ = round_sheet.look_at(self.item, self.value, "", self._law)
        return found is not None and not found.normal

    def lacking(self) -> str:
        """What is still missing of this item; empty where all is said."""
        return round_sheet.look_at(self.item, self.value, self.told, self._law)[1]

    def set_values(self, value: str, action: str) -> None:
        """Write a value and a disposition, without asking for more."""
        self.entry.setText(value)
        self.action.setText(action)
        self._show()

    def ask(self) -> str:
        """Say beside the field what is missing, and give it."""
        self._asked = True
        self._show()
        return self.lacking()

    def focus_missing(self) -> None:
        """Put the cursor where something is missing: into the field, or into the disposition."""
        (self.action if self.wrong else self.entry).setFocus()

    def set_writable(self, writable: bool) -> None:
        """Show, but let nothing be typed."""
        self.entry.setEnabled(writable)
        self.action.setEnabled(writable)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 — Qt's name
        """In the disposition ↓, ↑ and Esc leave it."""
        if self.action.hasFocus() and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.moved.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        elif self.action.hasFocus() and event.key() == Qt.Key.Key_Escape:
            self.entry.setFocus()
        else:
            super().keyPressEvent(event)

    def _on_typed(self, typed: str) -> None:
        self._asked = False
        self._show()
        self.changed.emit()
        if typed == ABNORMAL:
            self.action.setFocus()

    def _on_action(self, _typed: str) -> None:
        self._show()
        self.changed.emit()

    def _go(self, step: int) -> None:
        """Go on; a figure out of range asks for its disposition first."""
        if step > 0 and self.wrong and not self.told:
            self._asked = True
            self._show()
            self.action.setFocus()
        else:
            self.moved.emit(step)

    def _show(self) -> None:
        found, lacking = round_sheet.look_at(self.item, self.value, self.action.text(), self._law)
        wrong = found is not None and not found.normal
        unreadable = found is None and bool(self.value)
        name, tone = ICONS[None if found is None else found.normal]
        look.set_icon(self._icon, name, tone.value)
        look.dress(self.entry, wrong=wrong or unreadable or (self._asked and bool(lacking)))
        self.action.setVisible(wrong)
        look.dress(self.action, wrong=wrong and self._asked and bool(lacking))
        if wrong and found is not None and self.item.takes_figure and not lacking:
            said = f"{found.sentence}。"
        else:
            said = lacking if wrong or unreadable or self._asked else ""
        self.said.setText(said)
        self.said.setVisible(bool(said))
        self._hint.setVisible(bool(self._hint.text()) and not wrong and not said)


class LineRow(QWidget):
    """An item of a round that was kept; what was wrong has its disposition, and its incident or a button for one."""

    incident_wanted = Signal(int)
    incident_asked = Signal(str)

    def __init__(self, line: Line, *, may_open: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = line
        name, tone = ICONS[line.normal]
        value = label(line.value, "" if line.normal else "toned")
        value.setFont(look.font(tabular=True))
        value.setFixedWidth(look.px(ENTRY))
        if not line.normal:
            look.dress(value, tone=Tone.BROKEN.value)
        self.button = secondary_button("开事件单", "ticket")
        self.button.setVisible(False)
        beside = QWidget()
        told = QHBoxLayout(beside)
        told.setContentsMargins(0, 0, 0, 0)
        told.setSpacing(look.px(8))
        if not line.normal:
            told.addWidget(label(line.action, wraps=True), 1)
            if line.incident_number:
                self.button = link_button(line.incident_number)
                self.button.clicked.connect(partial(self.incident_asked.emit, line.incident_number))
            else:
                self.button.clicked.connect(partial(self.incident_wanted.emit, line.id))
                self.button.setEnabled(may_open)
            told.addWidget(self.button)
        _lay(self, icon_label(name, tone.value), line.name, line.standard, value, beside)
        self.button.setVisible(not line.normal)


def _lay(row: QWidget, icon: QWidget, name: str, standard: str, entry: QWidget, beside: QWidget) -> None:
    """Icon, name, standard and field in columns of the same width in every row; the rest beside."""
    line = QHBoxLayout(row)
    line.setContentsMargins(look.px(12), look.px(2), look.px(12), look.px(2))
    line.setSpacing(look.px(12))
    line.addWidget(icon)
    for text, kind, width in ((name, "", NAME), (standard, "secondary", STANDARD)):
        words = label(text, kind, wraps=True)
        words.setFixedWidth(look.px(width))
        line.addWidget(words)
    line.addWidget(entry)
    beside.setMaximumWidth(look.px(ACTION))
    line.addWidget(beside, 1)
    line.addStretch(0)
    row.setMinimumHeight(look.px(look.ROW_HEIGHT))
