"""Keys of a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget


def bind(page: QWidget, keys: Iterable[tuple[str, Callable[[], object]]]) -> None:
    """Let keys hold while the page can be seen, wherever the focus is: also in the moment when it is nowhere."""
    for sequence, slot in keys:
        QShortcut(QKeySequence(sequence), page, slot)
