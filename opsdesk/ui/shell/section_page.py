"""The tabs of one section; each page is made when it is first looked at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QTabBar, QVBoxLayout, QWidget

from opsdesk.services.context import Context
from opsdesk.ui.kit import look
from opsdesk.ui.kit.page_stack import PageStack
from opsdesk.ui.shell.navigation import Section


class SectionPage(QWidget):
    """A tab bar (where there is more than one tab) over the pages. Ctrl+PgUp and Ctrl+PgDn go on to the next tab."""

    def __init__(self, section: Section, ctx: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.section, self._ctx = section, ctx
        self._made: dict[str, Any] = {}
        self.setProperty("class", "page")
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setContentsMargins(look.px(24), 0, 0, 0)
        for tab in section.tabs:
            self.tabs.addTab(tab.title)
        self.stack = PageStack()
        self.stack.setProperty("class", "pages")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(look.px(12), look.px(4) if len(section.tabs) > 1 else 0, look.px(12), 0)
        head.addWidget(self.tabs)
        column.addLayout(head)
        column.addWidget(self.stack, 1)
        self.tabs.setVisible(len(section.tabs) > 1)  # within the page: alone it would be a window of its own
        self.tabs.currentChanged.connect(self._show)
        self.tabs.tabBarClicked.connect(self._after_click)

    @property
    def current(self) -> Any:
        """The page shown; None before the first look."""
        return self.stack.currentWidget()

    @property
    def current_key(self) -> str:
        """The key of the tab shown."""
        return self.section.tabs[max(0, self.tabs.currentIndex())].key

    def pages(self) -> Iterator[Any]:
        """The pages made so far."""
        yield from self._made.values()

    def open_tab(self, key: str = "") -> Any:
        """Show a tab, the current one if not named, and give its page. KeyError for an unknown key."""
        places = {tab.key: n for n, tab in enumerate(self.section.tabs)}
        place = places[key] if key else max(0, self.tabs.currentIndex())
        self.tabs.setCurrentIndex(place)
        self._show(place)
        return self.current

    def turn(self, step: int) -> None:
        """Go to the next or the previous tab."""
        self.open_tab(self.section.tabs[(self.tabs.currentIndex() + step) % len(self.section.tabs)].key)
        self.focus_first()

    def set_context(self, ctx: Context) -> None:
        """Somebody else is at the desk."""
        self._ctx = ctx
        for page in self.pages():
            page.set_context(ctx)

    def may_leave(self) -> bool:
        """True if no page would lose something typed, or the user says so."""
        for page in self.pages():
            asked: Any = page if hasattr(page, "may_leave") else getattr(page, "panel", None)
            if hasattr(asked, "may_leave") and not asked.may_leave():
                return False
        return True

    def focus_first(self) -> None:
        """Put the cursor where work begins: the page's own first field, its find field, or its list."""
        page = self.current
        if hasattr(page, "focus_first"):
            page.focus_first()
        elif hasattr(page, "filters"):
            page.filters.focus_find()
        elif hasattr(page, "table"):
            page.table.setFocus()

    def _after_click(self, _place: int) -> None:
        QTimer.singleShot(0, self, self.focus_first)  # once the tab has turned

    def _show(self, place: int) -> None:
        tab = self.section.tabs[place]
        if tab.key not in self._made:
            self._made[tab.key] = tab.make(self._ctx)
            self.stack.addWidget(self._made[tab.key])
        self.stack.setCurrentWidget(self._made[tab.key])
