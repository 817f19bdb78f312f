"""Light or dark: as the system wears, or as chosen on this computer."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from opsdesk.ui.kit import look


def is_dark(app: QApplication, chosen: str) -> bool:
    """Whether to wear dark: chosen "dark", or "system" and the system does."""
    if chosen == "system":
        return app.styleHints().colorScheme() is Qt.ColorScheme.Dark
    return chosen == "dark"


def wear(chosen: str) -> None:
    """Dress the program, unless it already wears that."""
    app = cast(QApplication, QApplication.instance())
    dark = is_dark(app, chosen)
    if not app.styleSheet() or look.colours().dark != dark:
        look.apply(app, dark=dark)
