"""The typed inputs of a form. Each knows its value, what is wrong with it, and loses nothing that was typed."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QFocusEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QCompleter,
    QHBoxLayout,
    QLineEdit,
    QWidget,
)

from opsdesk.register import Options
from opsdesk.services.pinyin import initials
from opsdesk.ui.kit import look
from opsdesk.ui.kit.line_suggestions import SuggestingText
from opsdesk.ui.kit.parts import ChoiceBox
from opsdesk.ui.kit.typed import read_integer

LINE_LIMIT = 32766
"""UTF-16 units from which a line field may silently have stopped taking text (32,767, one less before a pair)."""


TEXT_HEIGHT = 96
"""Pixels of a text of several lines that can be written; what can only be read is as high as its text."""


FOUND_BY = Qt.ItemDataRole.UserRole + 1
"""Where a choice keeps the text by which it is found: its own, and its initials."""


class Editor(QWidget):
    """One input; `changed` after every change of what is written (never while an input method composes)."""

    changed = Signal()
    input: QWidget

    def value(self) -> Any:
        """What is written, in the field's type; None (text: "") where empty or unreadable."""
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        """Write a value."""
        raise NotImplementedError

    def problem(self) -> str:
        """A sentence on what cannot be read; empty if all is well."""
        return ""

    def typed(self) -> str:
        """The unreadable text that stands where a value should; empty if all is well."""
        return ""

    def set_read_only(self, read_only: bool) -> None:
        """Show, but let nothing be changed."""
        self.input.setEnabled(not read_only)

    def set_options(self, options: Options) -> None:
        """Offer these (value, label) pairs, where there is a choice."""

    def settle(self) -> None:
        """Write what was typed as it was understood, where that is clear."""

    def mark_wrong(self, wrong: bool) -> None:
        """Draw the edge of an error."""
        look.dress(self.input, wrong=wrong)

    def hold(self, *inputs: QWidget) -> None:
        """Lay out the inputs; the first takes the focus."""
        self.input = inputs[0]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.px(8))
        for widget in inputs:
            row.addWidget(widget)
        self.setFocusProxy(self.input)


class LineEditor(Editor):
    """One line of text; a code stays as typed (leading zeros, letters)."""

    def __init__(self, *, figures: bool = False) -> None:
        super().__init__()
        self.line = _Line()
        if figures:
            self.line.setFont(look.font(tabular=True))
        self.line.textChanged.connect(lambda _text: self.changed.emit())
        self.hold(self.line)

    def value(self) -> Any:
        """The text without blanks at its ends."""
        return self.line.text().strip()

    def set_value(self, value: Any) -> None:
        """Write a text, from its beginning."""
        self.line.setText("" if value is None else str(value))
        self.line.setCursorPosition(0)

    def problem(self) -> str:
        """Text so long that the line may have cut it is not kept."""
        too_long = len(self.line.text().encode("utf-16-le")) // 2 >= LINE_LIMIT
        return "文字太长，这一栏写不下，请缩短后再保存。" if too_long else ""

    def typed(self) -> str:
        """The text, as long as it cannot be read."""
        return self.line.text() if self.problem() else ""

    def set_read_only(self, read_only: bool) -> None:
        """Text can still be selected and copied."""
        self.line.setReadOnly(read_only)

    def set_options(self, options: Options) -> None:
        """Suggest these while one types; anything else may be written as well."""
        suggested = QCompleter([text for _, text in options], self.line)
        suggested.setFilterMode(Qt.MatchFlag.MatchContains)
        suggested.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.line.setCompleter(suggested)


class PasswordEditor(LineEditor):
    """A password: kept exactly as typed, hidden unless the eye is pressed."""

    def __init__(self) -> None:
        super().__init__()
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)
        self._eye = QAction(look.icon("eye"), "显示密码", self)
        self._eye.setCheckable(True)
        self._eye.toggled.connect(self._show_typed)
        self.line.addAction(self._eye, QLineEdit.ActionPosition.TrailingPosition)

    def value(self) -> Any:
        """The password, blanks and all."""
        return self.line.text()

    def set_value(self, value: Any) -> None:
        """Write a password, hidden again."""
        super().set_value(value)
        self._eye.setChecked(False)

    def _show_typed(self, shown: bool) -> None:
        self.line.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)


class IntegerEditor(LineEditor):
    """A whole number."""

    def value(self) -> Any:
        """The number, None where empty or unreadable."""
        return read_or_none(read_integer, self.line.text())

    def problem(self) -> str:
        """A text that is no whole number."""
        return "" if reads(read_integer, self.line.text()) else "请填写整数，例如 12。"


class LongTextEditor(Editor):
    """Several lines of text; Tab goes to the next field."""

    def __init__(self) -> None:
        super().__init__()
        self.text = _Text()
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(look.px(TEXT_HEIGHT))
        self.text.resized.connect(self._grow)
        self.text.textChanged.connect(self.changed)
        self.hold(self.text)

    def value(self) -> Any:
        """The text without blanks at its ends."""
        return self.text.toPlainText().strip()

    def set_value(self, value: Any) -> None:
        """Write a text."""
        self.text.setPlainText("" if value is None else str(value))
        self._grow()

    def set_options(self, options: Options) -> None:
        """Suggest these line by line while one types; anything else may be written as well."""
        self.text.suggest(options)

    def set_read_only(self, read_only: bool) -> None:
        """Text can still be selected and copied."""
        look.dress(self.text, readOnly=read_only)  # Qt's own property: set otherwise, the look would not follow
        off, needed = Qt.ScrollBarPolicy.ScrollBarAlwaysOff, Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self.text.setVerticalScrollBarPolicy(off if read_only else needed)
        self._grow()

    def _grow(self) -> None:
        """What can only be read is as high as its text."""
        if not self.text.isReadOnly():
            self.text.setFixedHeight(look.px(TEXT_HEIGHT))
            return
        lines = max(1, round(self.text.document().size().height()))
        around = self.text.height() - self.text.viewport().height() + 2 * ceil(self.text.document().documentMargin())
        height = lines * (self.text.fontMetrics().lineSpacing() + 1) + around + look.px(4)
        self.text.setFixedHeight(max(look.px(look.CONTROL_HEIGHT), height))


class FlagEditor(Editor):
    """Yes or no."""

    def __init__(self) -> None:
        super().__init__()
        self.box = QCheckBox("是")
        self.box.toggled.connect(lambda _on: self.changed.emit())
        self.hold(self.box)
        self.setFixedHeight(look.px(look.CONTROL_HEIGHT))

    def value(self) -> Any:
        """True or False."""
        return self.box.isChecked()

    def set_value(self, value: Any) -> None:
        """Tick or not."""
        self.box.setChecked(bool(value))


class ChoiceEditor(Editor):
    """One of several: choose from the list, or type a part of it or its pinyin initials."""

    def __init__(self) -> None:
        super().__init__()
        self.box = ChoiceBox()
        self.box.setEditable(True)
        self.box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(4)
        self.box.setCompleter(_Completer(self.box))
        line = self.box.lineEdit()
        if line is not None:
            line.textEdited.connect(self._learn_initials)
            line.editingFinished.connect(self.settle)
        self.box.currentIndexChanged.connect(lambda _n: self.changed.emit())
        self.box.editTextChanged.connect(lambda _text: self.changed.emit())
        self._kept: Any = None
        self._learned = False
        self.hold(self.box)
        self.set_options([])

    def set_options(self, options: Options) -> None:
        """Offer these; what was chosen stays chosen."""
        chosen = self.value()
        self.box.blockSignals(True)
        self.box.clear()
        self.box.addItem("", None)
        for value, text in options:
            self.box.addItem(text, value)
            self.box.setItemData(self.box.count() - 1, text, FOUND_BY)
        self._learned = False
        self.box.blockSignals(False)
        self.set_value(chosen)

    def value(self) -> Any:
        """The value chosen, None where nothing or nothing offered is written."""
        place = self._place()
        if place > 0:
            return self.box.itemData(place)
        return self._kept if not self.box.currentText().strip() and self.box.count() == 1 else None

    def set_value(self, value: Any) -> None:
        """Choose a value; one that is no longer offered is shown as it is kept."""
        place = next((n for n in range(1, self.box.count()) if self.box.itemData(n) == value), 0)
        if place == 0 and value not in (None, "") and self.box.count() > 1:
            self.box.addItem(str(value), value)
            place = self.box.count() - 1
        self._kept = value
        self.box.setCurrentIndex(place)
        self.box.setEditText(self.box.itemText(place))
        line = self.box.lineEdit()
        if line is not None:
            line.setCursorPosition(0)

    def settle(self) -> None:
        """Write in full what was typed of a choice, once it is clear which one is meant."""
        place = self._place()
        if place > 0 and self.box.currentText() != self.box.itemText(place):
            self.box.setCurrentIndex(place)
            self.box.setEditText(self.box.itemText(place))

    def typed(self) -> str:
        """The text, as long as it is not offered."""
        return self.box.currentText() if self._place() < 0 else ""

    def problem(self) -> str:
        """A text that is not offered."""
        return "请从列表中选择一项。" if self._place() < 0 else ""

    def _place(self) -> int:
        text = self.box.currentText().strip()
        if self.box.itemText(self.box.currentIndex()) == text:
            return self.box.currentIndex()
        if not text:
            return 0
        texts = [self.box.itemText(n) for n in range(self.box.count())]
        if text in texts:
            return texts.index(text)
        alike = [n for n, offered in enumerate(texts) if text.casefold() in offered.casefold()]
        if not alike:
            self._learn_initials(text)
            hay = [str(self.box.itemData(n, FOUND_BY) or "") for n in range(self.box.count())]
            alike = [n for n, found in enumerate(hay) if text.casefold() in found.casefold()]
        return alike[0] if len(alike) == 1 else -1

    def _learn_initials(self, text: str) -> None:
        """The first Latin letter typed has the initials of the choices worked out, once.

        The model keeps still meanwhile: told of a change, the box would write its current item over what is typed.
        """
        if self._learned or not any(sign.isascii() and sign.isalpha() for sign in text):
            return
        self._learned = True
        with QSignalBlocker(self.box.model()):
            for n in range(1, self.box.count()):
                offered = self.box.itemText(n)
                self.box.setItemData(n, f"{offered} {initials(offered)}", FOUND_BY)


class _Completer(QCompleter):
    """Offers what contains the text typed, or has it among its initials; what is chosen is written as it is offered."""

    def __init__(self, box: QComboBox) -> None:
        super().__init__(box.model(), box)
        self.setFilterMode(Qt.MatchFlag.MatchContains)
        self.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setCompletionRole(FOUND_BY)

    def pathFromIndex(self, index: QModelIndex | QPersistentModelIndex) -> str:  # noqa: N802 — Qt's name
        return str(index.data() or "")


class _Line(QLineEdit):
    """Entered by keyboard, its text is selected, so that typing replaces it."""

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 — Qt's name
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.selectAll()


class _Text(SuggestingText):
    """The wheel scrolls the form where there is nothing to scroll in the text; `resized` when lines may break anew."""

    resized = Signal()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 — Qt's name
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.resized.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 — Qt's name
        if self.verticalScrollBar().maximum() > 0:
            super().wheelEvent(event)
        else:
            event.ignore()


def reads(read: Callable[[str], Any], text: str) -> bool:
    """Whether `read` takes the text."""
    try:
        read(text)
    except ValueError:
        return False
    return True


def read_or_none(read: Callable[[str], Any], text: str) -> Any:
    """What `read` makes of the text, None where it cannot be read."""
    try:
        return read(text)
    except ValueError:
        return None
