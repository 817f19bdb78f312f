"""Hears from the system that its screen was locked, that it goes to sleep or woke up (`promises.md` H13).

On Linux the session and the sleep tell it by D-Bus, on Windows by messages to the window. Where neither is there,
`idle` finds a sleep of some minutes by the clock.
"""

from __future__ import annotations

import ctypes
import os
import sys
from ctypes import wintypes
from typing import Any

from PySide6.QtCore import SLOT, QAbstractNativeEventFilter, QCoreApplication, QObject, Signal, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage
from PySide6.QtWidgets import QWidget

LOGIN, PROPERTIES = "org.freedesktop.login1.Session", "org.freedesktop.DBus.Properties"
"""Whose LockedHint says that the screen is locked, and how it is told."""
SAID = (
    ("org.freedesktop.login1.Manager", "PrepareForSleep"),
    (LOGIN, "Lock"),
    ("org.ukui.ScreenSaver", "lock"),
    *((f"org.{of}.ScreenSaver", "ActiveChanged") for of in ("freedesktop", "gnome", "cinnamon", "mate")),
)
"""Who else says by which signal that the screen is locked, or that the computer sleeps."""
POWER, SESSION = 0x0218, 0x02B1
"""WM_POWERBROADCAST and WM_WTSSESSION_CHANGE."""
AWAY = {(POWER, 4), (POWER, 18), (SESSION, 2), (SESSION, 4), (SESSION, 7)}
"""Going to sleep, waking up by itself, another user's screen, a remote one that ended, a locked one."""


class AwayWatch(QObject):
    """Emits `left` when the system says that nobody sits here any more, or that nobody did while it slept."""

    left = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._filter: Messages | None = None
        if sys.platform == "win32":
            self._filter = Messages(self)
            if (app := QCoreApplication.instance()) is not None:
                app.installNativeEventFilter(self._filter)
            ctypes.WinDLL("wtsapi32").WTSRegisterSessionNotification(int(window.winId()), 0)
        elif sys.platform.startswith("linux"):
            self.listen(QDBusConnection.systemBus())
            if os.environ.get("DBUS_SESSION_BUS_ADDRESS"):  # none is started for this
                self.listen(QDBusConnection.sessionBus())

    def listen(self, bus: QDBusConnection) -> None:
        """Hear what is said on a bus; one that is not there says nothing."""
        if not bus.isConnected():
            return
        hear: Any = SLOT("hear(QDBusMessage)")  # the stubs ask for bytes, which are not taken
        for interface, name in SAID:
            bus.connect("", "", interface, name, self, hear)
        look: Any = SLOT("look(QString,QVariantMap,QStringList)")
        bus.connect("", "", PROPERTIES, "PropertiesChanged", [LOGIN], "sa{sv}as", self, look)

    @Slot(QDBusMessage)
    def hear(self, message: QDBusMessage) -> None:
        """Judge what was said; of a sleep also its end counts, in case that there was no time before."""
        if message.member() != "ActiveChanged" or message.arguments()[0]:
            self.left.emit()

    @Slot("QString", "QVariantMap", "QStringList")  # type: ignore[arg-type]  # the stubs know no names of Qt's types
    def look(self, _of: str, changed: dict[str, Any], _others: list[str]) -> None:
        """Judge what changed of a session."""
        if changed.get("LockedHint") is True:
            self.left.emit()


class Messages(QAbstractNativeEventFilter):
    """Reads the messages of Windows to the window."""

    def __init__(self, watch: AwayWatch) -> None:
        super().__init__()
        self._watch = watch

    def nativeEventFilter(self, _kind: object, message: int) -> object:  # noqa: N802 — Qt's name
        """Take note; keep nothing back."""
        heard = wintypes.MSG.from_address(int(message))
        if (heard.message, heard.wParam) in AWAY:
            self._watch.left.emit()
        return False, 0
