"""Windows learn what changed from the topics an act touched, never from each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

MINUTE = "minute"
"""The topic of what changes by time alone: touched as each minute begins, also while nothing is looked at."""


class ChangeBus(QObject):
    """Carries the touched topics of acts to the widgets that show them; lives and is used on the GUI thread only."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._watchers: list[_Watcher] = []

    def announce(self, topics: Iterable[str]) -> None:
        """Mark every watcher of one of `topics` stale: visible ones refresh now, hidden ones when shown."""
        touched = frozenset(topics)
        for watcher in tuple(self._watchers):
            if watcher.topics & touched:
                watcher.mark_stale()

    def watch(self, widget: QWidget, topics: Iterable[str], refresh: Callable[[], object]) -> None:
        """Call `refresh()` after topics changed, once however many acts there were; ends when the widget is deleted."""
        watcher = _Watcher(widget, frozenset(topics), refresh)
        self._watchers.append(watcher)
        widget.destroyed.connect(lambda: self._watchers.remove(watcher))


class _Watcher(QObject):
    """One widget's interest in topics; a child of the widget, so that it dies with it."""

    def __init__(self, widget: QWidget, topics: frozenset[str], refresh: Callable[[], object]) -> None:
        super().__init__(widget)
        self.topics = topics
        self._widget = widget
        self._refresh = refresh
        self._stale = False
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._refresh_if_stale)
        widget.installEventFilter(self)

    def mark_stale(self) -> None:
        """Refresh at the end of this turn if the widget can be seen, else when it is shown."""
        self._stale = True
        if self._widget.isVisible():
            self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 — Qt's name
        """Catch the moment the widget is looked at again."""
        if event.type() == QEvent.Type.Show and self._stale:
            self._timer.start()
        return super().eventFilter(watched, event)

    def _refresh_if_stale(self) -> None:
        if self._stale and self._widget.isVisible():
            self._stale = False
            self._refresh()
