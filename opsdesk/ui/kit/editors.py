"""The typed inputs of a form. Each knows its value, what is wrong with it, and loses nothing that was typed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from PySide6.QtCore import QDate, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QFocusEvent, QWheelEvent
from PySide6.QtWidgets import (
    QCalendarWidget,
    QCheckBox,
    QComboBox,
    QCompleter,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from opsdesk.register import Field, Kind, Options
from opsdesk.ui.kit import look
from opsdesk.ui.kit.typed import read_day, read_integer, read_time
from opsdesk.ui.kit.wording import day_in_words

LINE_LIMIT = 32767
"""UTF-16 units at which a line field silently stops taking text."""

Today = Callable[[], date]


def computers_day() -> date:
    """The day by the computer, where the site's clock was not given."""
    day = QDate.currentDate()
    return date(day.year(), day.month(), day.day())


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

    def set_read_only(self, read_only: bool) -> None:
        """Show, but let nothing be changed."""
        self.input.setEnabled(not read_only)

    def set_options(self, options: Options) -> None:
        """Offer these (value, label) pairs, where there is a choice."""

    def mark_wrong(self, wrong: bool) -> None:
        """Draw the edge of an error."""
        look.dress(self.input, wrong=wrong)

    def _hold(self, *inputs: QWidget) -> None:
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
        self._hold(self.line)

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

    def set_read_only(self, read_only: bool) -> None:
        """Text can still be selected and copied."""
        self.line.setReadOnly(read_only)


class IntegerEditor(LineEditor):
    """A whole number."""

    def value(self) -> Any:
        """The number, None where empty or unreadable."""
        return _read_or_none(read_integer, self.line.text())

    def problem(self) -> str:
        """A text that is no whole number."""
        return "" if _reads(read_integer, self.line.text()) else "请填写整数，例如 12。"


class TimeEditor(LineEditor):
    """A time of day to the minute: 8:27, 0827, 8点27分."""

    def __init__(self) -> None:
        super().__init__(figures=True)
        self.line.setPlaceholderText("时:分")
        self.line.editingFinished.connect(self._tidy)

    def value(self) -> Any:
        """The time, None where empty or unreadable."""
        return _read_or_none(read_time, self.line.text())

    def set_value(self, value: Any) -> None:
        """Write a time as 08:27."""
        super().set_value(f"{value:%H:%M}" if isinstance(value, time) else value)

    def problem(self) -> str:
        """A text that is no time of day."""
        return "" if _reads(read_time, self.line.text()) else "时间请写成 08:27 这样。"

    def _tidy(self) -> None:
        if not self.line.isReadOnly() and (read := self.value()) is not None:
            self.set_value(read)


class DateEditor(LineEditor):
    """A day: typed in many ways, or taken from the calendar (button or Alt+↓); may be empty."""

    def __init__(self, today: Today) -> None:
        super().__init__(figures=True)
        self._today = today
        self.line.setPlaceholderText("年-月-日")
        self.line.editingFinished.connect(self._tidy)
        self._button = QAction(look.icon("calendar"), "打开日历", self)
        self._button.setShortcut("Alt+Down")
        self._button.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._button.triggered.connect(self.open_calendar)
        self.line.addAction(self._button, QLineEdit.ActionPosition.TrailingPosition)
        self._popup: QFrame | None = None

    def value(self) -> Any:
        """The day, None where empty or unreadable."""
        return _read_or_none(self._read, self.line.text())

    def set_value(self, value: Any) -> None:
        """Write a day with its weekday."""
        super().set_value(day_in_words(value) if isinstance(value, date) else value)

    def problem(self) -> str:
        """A text that is no day of the calendar."""
        return "" if _reads(self._read, self.line.text()) else "日期请写成 2026-03-05、20260305 或 3-5 这样。"

    def set_read_only(self, read_only: bool) -> None:
        """No calendar either."""
        super().set_read_only(read_only)
        self._button.setVisible(not read_only)

    def open_calendar(self) -> QFrame:
        """Show the calendar below the field; a click or Enter takes the day."""
        popup = QFrame(self, Qt.WindowType.Popup)
        popup.setObjectName("calendar")
        popup.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        calendar = QCalendarWidget()
        calendar.setGridVisible(False)
        calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        calendar.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        day = self.value() or self._today()
        calendar.setSelectedDate(QDate(day.year, day.month, day.day))
        calendar.clicked.connect(self._take)
        calendar.activated.connect(self._take)
        column = QVBoxLayout(popup)
        column.setContentsMargins(*(look.px(4),) * 4)
        column.addWidget(calendar)
        popup.move(self.mapToGlobal(QPoint(0, self.height() + look.px(4))))
        popup.setVisible(True)
        calendar.setFocus()
        self._popup = popup
        return popup

    def _take(self, day: QDate) -> None:
        self.set_value(date(day.year(), day.month(), day.day()))
        if self._popup is not None:
            popup, self._popup = self._popup, None
            popup.close()
        self.line.setFocus()

    def _read(self, text: str) -> date | None:
        return read_day(text, self._today())

    def _tidy(self) -> None:
        if not self.line.isReadOnly() and (read := self.value()) is not None:
            self.set_value(read)


class MomentEditor(Editor):
    """A day and a time beside each other, local wall time."""

    def __init__(self, today: Today) -> None:
        super().__init__()
        self.day, self.time = DateEditor(today), TimeEditor()
        self.time.setFixedWidth(look.px(88))
        self.day.changed.connect(self.changed)
        self.time.changed.connect(self.changed)
        self._hold(self.day, self.time)

    def value(self) -> Any:
        """The moment, None where one part is empty or unreadable."""
        day, at = self.day.value(), self.time.value()
        return datetime.combine(day, at) if day is not None and at is not None else None

    def set_value(self, value: Any) -> None:
        """Write a moment."""
        self.day.set_value(value.date() if isinstance(value, datetime) else None)
        self.time.set_value(value.time() if isinstance(value, datetime) else None)

    def problem(self) -> str:
        """An unreadable part, or one part without the other."""
        if said := self.day.problem() or self.time.problem():
            return said
        return "日期和时间要一起填写。" if (self.day.value() is None) != (self.time.value() is None) else ""

    def set_read_only(self, read_only: bool) -> None:
        """Both parts."""
        self.day.set_read_only(read_only)
        self.time.set_read_only(read_only)

    def mark_wrong(self, wrong: bool) -> None:
        """Both parts."""
        self.day.mark_wrong(wrong)
        self.time.mark_wrong(wrong)


class LongTextEditor(Editor):
    """Several lines of text; Tab goes to the next field."""

    def __init__(self) -> None:
        super().__init__()
        self.text = _Text()
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(look.px(96))
        self.text.textChanged.connect(self.changed)
        self._hold(self.text)

    def value(self) -> Any:
        """The text without blanks at its ends."""
        return self.text.toPlainText().strip()

    def set_value(self, value: Any) -> None:
        """Write a text."""
        self.text.setPlainText("" if value is None else str(value))

    def set_read_only(self, read_only: bool) -> None:
        """Text can still be selected and copied."""
        self.text.setReadOnly(read_only)
        look.dress(self.text, readOnly=read_only)


class FlagEditor(Editor):
    """Yes or no."""

    def __init__(self) -> None:
        super().__init__()
        self.box = QCheckBox("是")
        self.box.toggled.connect(lambda _on: self.changed.emit())
        self._hold(self.box)
        self.setFixedHeight(look.px(look.CONTROL_HEIGHT))

    def value(self) -> Any:
        """True or False."""
        return self.box.isChecked()

    def set_value(self, value: Any) -> None:
        """Tick or not."""
        self.box.setChecked(bool(value))


class ChoiceEditor(Editor):
    """One of several: choose from the list or type a part of it."""

    def __init__(self) -> None:
        super().__init__()
        self.box = _Choice()
        self.box.setEditable(True)
        self.box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.box.setMaxVisibleItems(12)
        completer = self.box.completer()
        if completer is not None:
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.box.currentIndexChanged.connect(lambda _n: self.changed.emit())
        self.box.editTextChanged.connect(lambda _text: self.changed.emit())
        self._kept: Any = None
        self._hold(self.box)
        self.set_options([])

    def set_options(self, options: Options) -> None:
        """Offer these; what was chosen stays chosen."""
        chosen = self.value()
        self.box.blockSignals(True)
        self.box.clear()
        self.box.addItem("", None)
        for value, text in options:
            self.box.addItem(text, value)
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

    def problem(self) -> str:
        """A text that is not offered."""
        return "请从列表中选择一项。" if self._place() < 0 else ""

    def _place(self) -> int:
        text = self.box.currentText().strip()
        if self.box.itemText(self.box.currentIndex()) == text:
            return self.box.currentIndex()
        return next((n for n in range(self.box.count()) if self.box.itemText(n) == text), -1 if text else 0)


def editor_for(field: Field, today: Today) -> Editor:
    """The input for a field's kind."""
    match field.kind:
        case Kind.LONG_TEXT:
            return LongTextEditor()
        case Kind.INTEGER:
            return IntegerEditor(figures=True)
        case Kind.DATE:
            return DateEditor(today)
        case Kind.TIME:
            return TimeEditor()
        case Kind.MOMENT:
            return MomentEditor(today)
        case Kind.FLAG:
            return FlagEditor()
        case Kind.CHOICE:
            return ChoiceEditor()
        case _:
            return LineEditor(figures=field.kind is Kind.CODE)


class _Line(QLineEdit):
    """Entered by keyboard, its text is selected, so that typing replaces it."""

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 — Qt's name
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.selectAll()


class _Text(QPlainTextEdit):
    """The wheel scrolls the form where there is nothing to scroll in the text."""

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 — Qt's name
        if self.verticalScrollBar().maximum() > 0:
            super().wheelEvent(event)
        else:
            event.ignore()


class _Choice(QComboBox):
    """The wheel scrolls the form and never changes what was chosen."""

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 — Qt's name
        event.ignore()


def _reads(read: Callable[[str], Any], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True


def _read_or_none(read: Callable[[str], Any], text: str) -> Any:
    try:
        return read(text)
    except ValueError:
        return None
