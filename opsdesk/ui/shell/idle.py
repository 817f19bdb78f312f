"""Finds that nobody has touched the keyboard or the mouse for a while, or that the computer was asleep."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import QCoreApplication, QElapsedTimer, QEvent, QObject, QTimer, Signal

from opsdesk.services.clock import Clock

TOUCHES = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TabletPress,
    }
)


class IdleWatch(QObject):
    """Emits `idle` once after `limit` without a touch; begins anew with `start`."""

    idle = Signal()

    def __init__(self, clock: Clock, parent: QObject) -> None:
        super().__init__(parent)
        self.limit = timedelta(minutes=5)
        self._clock = clock
        self._since = QElapsedTimer()
        self._seen: datetime = clock.now()
        self._tick = QTimer(self, interval=1000)
        self._tick.timeout.connect(self.look)
        if (app := QCoreApplication.instance()) is not None:
            app.installEventFilter(self)

    def set_minutes(self, minutes: int) -> None:
        """Allow so many minutes without a touch."""
        self.limit = timedelta(minutes=minutes)

    def start(self) -> None:
        """Watch from now on."""
        self._seen = self._clock.now()
        self._since.start()
        self._tick.start()

    def stop(self) -> None:
        """Watch no more."""
        self._tick.stop()

    def look(self) -> None:
        """Judge now; the wall clock finds a sleep that the machine's own does not count."""
        now = self._clock.now()
        slept = now - self._seen
        self._seen = now
        if timedelta(milliseconds=self._since.elapsed()) >= self.limit or slept >= self.limit:
            self._tick.stop()
            self.idle.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 — Qt's name
        """Take note of a touch; keep nothing back."""
        if event.type() in TOUCHES:
            self._since.start()
        return super().eventFilter(watched, event)
