"""What is suggested in a text of several lines, line by line, while one types."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QCompleter, QPlainTextEdit

from opsdesk.register import Options

TAKES = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)


class SuggestingText(QPlainTextEdit):
    """A text that may suggest. While suggestions are in sight, Esc closes them and Enter or Tab take the chosen one."""

    suggestions: LineSuggestions | None = None

    def suggest(self, options: Options) -> None:
        """Suggest the labels of these; the value of the one taken is written."""
        if self.suggestions is not None:
            self.suggestions.deleteLater()
        self.suggestions = LineSuggestions(self, options)

    def event(self, event: QEvent) -> bool:
        """Keep the keys of the suggestions from being shortcuts of the form."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._is_theirs(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 — Qt's name
        """What belongs to the suggestions is left to them; the rest is typed."""
        if self._is_theirs(event):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _is_theirs(self, event: QKeyEvent) -> bool:
        popup = self.suggestions.popup() if self.suggestions is not None else None
        if popup is None or not popup.isVisible():
            return False
        return event.key() == Qt.Key.Key_Escape or (event.key() in TAKES and popup.currentIndex().isValid())


class LineSuggestions(QCompleter):
    """Offers what contains the line up to the cursor; the one taken stands as the whole line, by its value."""

    def __init__(self, text: QPlainTextEdit, options: Options) -> None:
        self._values = {label: str(value) for value, label in options}
        super().__init__(list(self._values), text)
        self._text = text
        self.setWidget(text)
        self.setFilterMode(Qt.MatchFlag.MatchContains)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.activated.connect(self._take)
        text.textChanged.connect(self._offer)

    def _offer(self) -> None:
        cursor = self._text.textCursor()
        line = cursor.block().text()[: cursor.positionInBlock()].strip()
        self.setCompletionPrefix(line)
        writes = self._text.hasFocus() and not self._text.isReadOnly()
        if not writes or not line or line in self._values.values() or not self.completionCount():
            self.popup().hide()
            return
        place = self._text.cursorRect()
        place.setLeft(0)
        place.setWidth(self._text.viewport().width())
        self.complete(place)

    def _take(self, label: str) -> None:
        cursor = self._text.textCursor()
        cursor.movePosition(QTextCursor.MoveOperation.StartOfBlock)
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(self._values[label])
