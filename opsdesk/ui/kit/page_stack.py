"""Pages of which one is seen."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget


class PageStack(QStackedWidget):
    """Gives the page that is seen the whole room.

    Qt would ask every page, also those out of sight, how high it is at this width, each time another one is opened.
    """

    def hasHeightForWidth(self) -> bool:  # noqa: N802 — Qt's name
        """The room is given, whatever the pages are like."""
        return False

    def focus_first(self) -> None:
        """Put the cursor where work begins on the page that is seen, where the page has such a place."""
        page = self.currentWidget()
        if hasattr(page, "focus_first"):
            page.focus_first()
