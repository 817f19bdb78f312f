"""A page and, in its place while it is wanted, the import panel for what it lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QStackedWidget

from opsdesk.rules.vocabulary import Role
from opsdesk.services.context import Context
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.parts import secondary_button
from opsdesk.ui.kit.register_page import RegisterPage
from opsdesk.ui.pages.import_matched import MatchedImportPanel
from opsdesk.ui.pages.import_wizard import ImportKind, ImportPanel

WRITERS = frozenset({Role.SUPERVISOR, Role.DESK})


class WithImport(QStackedWidget):
    """Shows `page`, or the import panel. A register's page gets a button 导入; other pages ask by `import_asked`."""

    def __init__(self, page: Any, ctx: Context, desk: Desk, kinds: Sequence[ImportKind]) -> None:
        super().__init__()
        self.setProperty("class", "pages")
        self.page = page
        self._ctx, self._desk, self._kinds = ctx, desk, tuple(kinds)
        self.importing: ImportPanel | None = None
        self.addWidget(page)
        self.button = secondary_button("导入", "upload")
        if isinstance(page, RegisterPage):
            page.title.add_action(self.button)
            page.set_context(ctx)  # puts the page's own buttons after it: the primary one stays at the right
            self.button.clicked.connect(self.open_import)
            self._allow()
        else:
            self.button.setParent(self)
            self.button.setVisible(False)
            page.import_asked.connect(self.open_import)

    def open_import(self) -> ImportPanel:
        """Show the import panel."""
        if self.importing is None:
            made = MatchedImportPanel if any(kind.matching for kind in self._kinds) else ImportPanel
            self.importing = made(self._ctx, self._desk, self._kinds)
            self.importing.left.connect(self.close_import)
            self.addWidget(self.importing)
        self.setCurrentWidget(self.importing)
        self.importing.focus_first()
        return self.importing

    def close_import(self) -> None:
        """Back to the page."""
        self.setCurrentWidget(self.page)
        self.focus_first()

    def set_context(self, ctx: Context) -> None:
        """Somebody else is at the desk."""
        self._ctx = ctx
        self.close_import()
        self.page.set_context(ctx)
        if self.importing is not None:
            self.importing.set_context(ctx)
        self._allow()

    def focus_first(self) -> None:
        """The cursor stands where work begins."""
        shown = self.currentWidget()
        if hasattr(shown, "focus_first"):
            shown.focus_first()
        elif isinstance(shown, RegisterPage):
            shown.filters.focus_find()

    def find_text(self, text: str) -> None:
        """Find in the list."""
        self.close_import()
        self.page.find_text(text)

    def may_leave(self) -> bool:
        """True if nothing typed on the page would be lost, or the user says so."""
        asked: Any = self.page if hasattr(self.page, "may_leave") else self.page.panel
        return bool(asked.may_leave())

    def _allow(self) -> None:
        allowed = self._ctx.actor.role in WRITERS
        self.button.setEnabled(allowed)
        self.button.setToolTip("" if allowed else "只读账号不能导入，请由主管或服务台登录后再办。")
