"""The program as it is started, telling on its output where the keys go; run by the tests with real keys."""

from __future__ import annotations

import json
import sys
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

from opsdesk.__main__ import main

EVERY_MS = 20


def _name(widget: QWidget) -> str:
    return widget.accessibleName() or widget.property("placeholderText") or widget.property("text") or ""


def _text(widget: QWidget) -> str:
    return next((str(widget.property(key)) for key in ("text", "currentText", "plainText") if widget.property(key)), "")


def seen() -> dict[str, Any]:
    """What holds the keyboard, what stands in it, and whether everything begun has come to its end."""
    window, focus = QApplication.activeWindow(), QApplication.focusWidget()
    works = [top.operations for top in QApplication.topLevelWidgets() if hasattr(top, "operations")]
    return {
        "window": window.windowTitle() if window is not None else "",
        "focus": _name(focus) if focus is not None else "",
        "kind": type(focus).__name__,
        "text": _text(focus) if focus is not None else "",
        "idle": all(work.idle for work in works),
    }


class Witness:
    """Writes a line whenever what is seen has changed."""

    def __init__(self) -> None:
        self.last: dict[str, Any] = {}

    def look(self) -> None:
        """Once in a while, on the thread of the window."""
        now = seen()
        if now != self.last:
            self.last = now
            print(json.dumps(now), flush=True)


if __name__ == "__main__":
    stay = QApplication.exec

    def exec_watched() -> int:
        witness, timer = Witness(), QTimer(interval=EVERY_MS)
        timer.timeout.connect(witness.look)
        timer.start()
        return stay()

    QApplication.exec = staticmethod(exec_watched)  # type: ignore[method-assign]
    sys.exit(main())
