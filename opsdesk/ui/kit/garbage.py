"""Python looks for garbage on the GUI thread alone, and never while Qt is in the middle of something.

By itself it looks in whichever thread makes an object, at any line. A part of the window that lies in a cycle would
then be taken down in the records worker, or while Qt goes through the very parts of it; both end the program.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

EVERY = 500
"""Milliseconds between two looks."""


def look_from_here(owner: QObject) -> None:
    """From now on look for garbage by a timer of `owner`, which lives on the GUI thread; what is loaded now stays."""
    gc.disable()
    gc.freeze()
    timer = QTimer(owner, interval=EVERY)
    timer.timeout.connect(look)
    timer.start()


def look() -> None:
    """Collect the oldest generation for which Python itself would do so by now."""
    due = [count > limit for count, limit in zip(gc.get_count(), gc.get_threshold(), strict=True)]
    if any(due):
        gc.collect(max(generation for generation, is_due in enumerate(due) if is_due))
