"""The inputs for days and times, typed in many ways, and which input a field gets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from PySide6.QtCore import QDate, QPoint, Qt
from PySide6.QtGui import QAction, QColor, QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QFrame, QLineEdit, QVBoxLayout

from opsdesk.register import Field, Kind
from opsdesk.ui.kit import look
from opsdesk.ui.kit.editors import (
    ChoiceEditor,
    Editor,
    FlagEditor,
    IntegerEditor,
    LineEditor,
    LongTextEditor,
    PasswordEditor,
    read_or_none,
    reads,
)
from opsdesk.ui.kit.typed import read_day, read_time
from opsdesk.ui.kit.wording import day_in_words

Today = Callable[[], date]


def computers_day() -> date:
    """The day by the computer, where the site's clock was not given."""
    day = QDate.currentDate()
    return date(day.year(), day.month(), day.day())


class TimeEditor(LineEditor):
    """A time of day to the minute: 8:27, 0827, 8点27分."""

    def __init__(self) -> None:
        super().__init__(figures=True)
        self.line.setPlaceholderText("时:分")
        self.line.editingFinished.connect(self._tidy)

    def value(self) -> Any:
        """The time, None where empty or unreadable."""
        return read_or_none(read_time, self.line.text())

    def set_value(self, value: Any) -> None:
        """Write a time as 08:27."""
        super().set_value(f"{value:%H:%M}" if isinstance(value, time) else value)

    def problem(self) -> str:
        """A text that is no time of day."""
        return "" if reads(read_time, self.line.text()) else "时间请写成 08:27 这样。"

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
        return read_or_none(self._read, self.line.text())

    def set_value(self, value: Any) -> None:
        """Write a day with its weekday."""
        super().set_value(day_in_words(value) if isinstance(value, date) else value)

    def problem(self) -> str:
        """A text that is no day of the calendar."""
        return "" if reads(self._read, self.line.text()) else "日期请写成 2026-03-05、20260305 或 3-5 这样。"

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
        weekend = QTextCharFormat()
        weekend.setForeground(QColor(look.colours().text))
        for free in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            calendar.setWeekdayTextFormat(free, weekend)
        heading = QTextCharFormat()
        heading.setForeground(QColor(look.colours().text_secondary))
        heading.setBackground(QColor(look.colours().raised))
        calendar.setHeaderTextFormat(heading)
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
    """A day and a time beside each other, local wall time; a time alone is one of today.

    A moment that was set keeps its seconds, which are not shown, as long as its minute stands.
    """

    def __init__(self, today: Today) -> None:
        super().__init__()
        self._today = today
        self._given: datetime | None = None
        self.day, self.time = DateEditor(today), TimeEditor()
        self.time.setFixedWidth(look.px(88))
        self.day.changed.connect(self.changed)
        self.time.changed.connect(self.changed)
        self.time.line.editingFinished.connect(self.settle)
        self.hold(self.day, self.time)

    def value(self) -> Any:
        """The moment, None where the time is empty or a part unreadable."""
        at = self.time.value()
        day = self._today() if at is not None and self._has_no_day() else self.day.value()
        if day is None or at is None:
            return None
        read, given = datetime.combine(day, at), self._given
        return given if given is not None and given.replace(second=0, microsecond=0) == read else read

    def set_value(self, value: Any) -> None:
        """Write a moment."""
        self._given = value if isinstance(value, datetime) else None
        self.day.set_value(value.date() if isinstance(value, datetime) else None)
        self.time.set_value(value.time() if isinstance(value, datetime) else None)

    def problem(self) -> str:
        """An unreadable part, or a day without its time."""
        if said := self.day.problem() or self.time.problem():
            return said
        return "还要填写时间。" if self.day.value() is not None and self.time.value() is None else ""

    def settle(self) -> None:
        """Write the day that a time alone was taken for."""
        if not self.time.line.isReadOnly() and self.time.value() is not None and self._has_no_day():
            self.day.set_value(self._today())

    def typed(self) -> str:
        """Both texts, as long as they make no moment."""
        return f"{self.day.line.text()} {self.time.line.text()}" if self.problem() else ""

    def set_read_only(self, read_only: bool) -> None:
        """Both parts."""
        self.day.set_read_only(read_only)
        self.time.set_read_only(read_only)

    def mark_wrong(self, wrong: bool) -> None:
        """Both parts."""
        self.day.mark_wrong(wrong)
        self.time.mark_wrong(wrong)

    def _has_no_day(self) -> bool:
        return not self.day.line.text().strip()


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
        case Kind.SECRET:
            return PasswordEditor()
        case _:
            return LineEditor(figures=field.kind is Kind.CODE)
