"""A whole page made from the description of a register."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from opsdesk.register import Act, Options, Page, Paper, Query, Register, Row, Tone
from opsdesk.ui.kit import look
from opsdesk.ui.kit.change_bus import MINUTE
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.filter_bar import FilterBar
from opsdesk.ui.kit.parts import page_title, primary_button, secondary_button
from opsdesk.ui.kit.record_buttons import allow, may
from opsdesk.ui.kit.record_panel import RecordPanel
from opsdesk.ui.kit.record_table import Deliver, RecordTable

if TYPE_CHECKING:
    from opsdesk.services.context import Context

_SIDE_BY_SIDE = 2


class RegisterPage(QWidget):
    """List, find, filters, form, acts and papers of one register.

    Ctrl+N makes a new record, Ctrl+F goes to the find field, F5 asks anew. A click or Enter on a row opens it in the
    panel; with the panel open the arrow keys go on to the next record. The list is asked when the page is first shown.
    """

    def __init__(
        self,
        register: Register,
        ctx: Context,
        desk: Desk,
        parent: QWidget | None = None,
        *,
        make_panel: Callable[..., RecordPanel] = RecordPanel,
    ) -> None:
        super().__init__(parent)
        self.register, self.ctx, self.desk = register, ctx, desk
        self._query = Query()
        self._asked = False
        self._wished: int | None = None
        self.setProperty("class", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.title = page_title(register.title)
        self.filters = FilterBar(register.filters)
        self.table = RecordTable(register.columns, self._fetch)
        self.panel = make_panel(register, ctx, desk, find_row=self.table.row_of)
        self.panel.setVisible(False)
        self.new_button: QPushButton | None = None
        self.actions_by_key: dict[str, QPushButton] = {}
        self._lay_out()
        self._add_head_buttons()

        self.filters.changed.connect(self._on_query)
        self.filters.find_left.connect(self.table.enter)
        self.table.opened.connect(partial(self.open_record, enter=True))
        self.table.clicked.connect(self._on_clicked)
        self.table.chosen.connect(self._on_chosen)
        self.table.copied.connect(self._on_copied)
        self.panel.shown.connect(self.table.set_compact)
        self.panel.left.connect(self._close_panel)
        self.panel.saved.connect(self._on_saved)
        self.panel.settled.connect(self._give_keys_to_list)
        for keys, slot in (("Ctrl+N", self.new_record), ("Ctrl+F", self.filters.focus_find), ("F5", self.refresh)):
            QShortcut(QKeySequence(keys), self, slot)
        away = QShortcut(QKeySequence("Esc"), self.table, self.panel.closed.emit)
        away.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        away.setEnabled(False)
        self.panel.shown.connect(away.setEnabled)
        desk.bus.watch(self, register.topics, self.refresh)
        desk.bus.watch(self, {MINUTE}, self.table.reload)

    def refresh(self) -> None:
        """Ask the list anew, and the record shown unless something typed there would be lost."""
        self._load_options()
        self.table.reload()
        if self.panel.isVisible():
            self.panel.refresh()

    def state_line(self, total: int, *, narrowed: bool) -> str:
        """The line beside the title: how many records there are by this question."""
        return f"符合条件 {total:,} 条" if narrowed else f"共 {total:,} 条"

    def find_text(self, text: str) -> None:
        """Put `text` into the find field and ask."""
        self.filters.set_text(text)

    def open_record(self, record_id: int, enter: bool = False) -> None:
        """Open a record in the panel; `enter` puts the cursor into its form."""
        if self.register.load is None:
            return
        if self.panel.record_id != record_id and not self.panel.may_leave():
            self.table.choose(self.panel.record_id or 0)
            return
        self.panel.show_record(record_id, self.panel.focus_form if enter else None)
        row = self.table.chosen_row()
        if row is None or row.id != record_id or not self.table.selected:
            self._wished = None if self.table.choose(record_id) else record_id

    def new_record(self) -> None:
        """Open an empty form."""
        self.new_with({})

    def new_with(self, values: Mapping[str, Any]) -> None:
        """Open an empty form that already holds these values, by field."""
        if self.new_button is not None and self.new_button.isEnabled() and self.panel.may_leave():
            self.panel.show_new(values)

    def may_leave(self) -> bool:
        """True if nothing typed beside the list would be lost, or the user says so."""
        return self.panel.may_leave()

    def set_context(self, ctx: Context) -> None:
        """Somebody else is at the desk: buttons follow the role, the panel is closed."""
        self.ctx = ctx
        self.panel.set_context(ctx)
        self._close_panel()
        self._add_head_buttons()
        if self._asked:
            self.refresh()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 — Qt's name
        """Ask the list when the page is first looked at."""
        super().showEvent(event)
        if not self._asked:
            self._asked = True
            self._load_options()
            self.table.reload(from_top=True)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 — Qt's name
        """In a narrow window the panel leaves a list that can be read, down to its own least width."""
        super().resizeEvent(event)
        self.panel.fit(self.width())

    def _lay_out(self) -> None:
        self.column = left = QVBoxLayout()
        left.setContentsMargins(look.px(24), look.px(16), look.px(24), look.px(16))
        left.setSpacing(look.px(12))
        left.addWidget(self.title)
        left.addWidget(self.filters)
        left.addWidget(self.table, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(self.panel)

    def _add_head_buttons(self) -> None:
        for old in (*self.actions_by_key.values(), *([self.new_button] if self.new_button else [])):
            old.setVisible(False)
            old.deleteLater()
        self.actions_by_key, self.new_button = {}, None
        register, role = self.register, self.ctx.actor.role
        papers = [paper for paper in register.papers if not paper.on_record]
        if len(papers) > _SIDE_BY_SIDE:
            self._add_paper_menu(papers)
        else:
            for paper in papers:
                button = secondary_button(joined("预览", paper.title), "printer")
                button.clicked.connect(partial(_open_paper, self.panel, paper, button))
                self.actions_by_key[paper.key] = button
                self.title.add_action(button)
        for act in register.acts:
            if not act.on_record:
                button = secondary_button(act.title)
                button.clicked.connect(partial(self._press_act, act))
                allow(button, role, act.roles, register)
                self.actions_by_key[act.key] = button
                self.title.add_action(button)
        if register.save is not None and register.fields:
            button = primary_button(joined("新建", register.singular), "plus")
            button.clicked.connect(self.new_record)
            button.setToolTip("Ctrl+N")
            allow(button, role, frozenset(), register)
            self.new_button = button
            self.title.add_action(button)
        action = joined("新建", register.singular) if self.new_button and may(role, frozenset(), register) else ""
        self.table.set_empty(register.empty or f"{joined('还没有', register.singular)}。", action, self.new_record)

    def _add_paper_menu(self, papers: list[Paper]) -> None:
        button = secondary_button("预览", "printer")
        button.setProperty("menu", True)
        menu = QMenu(button)
        for paper in papers:
            menu.addAction(paper.title).triggered.connect(partial(_open_paper, self.panel, paper, button))
        button.setMenu(menu)
        self.actions_by_key["papers"] = button
        self.title.add_action(button)

    def _press_act(self, act: Act, _checked: bool = False) -> None:
        if self.panel.may_leave():
            self.panel.start_act(act, 0)

    def _load_options(self) -> None:
        ctx, filters = self.ctx, self.register.filters
        if filters:
            self.desk.operations.run(
                lambda: [(chosen.key, chosen.options(ctx)) for chosen in filters],
                done=self._offer,
                owner=self,
                replaces="options",
            )

    def _offer(self, offered: Sequence[tuple[str, Options]]) -> None:
        for key, options in offered:
            self.filters.set_options(key, options)

    def _fetch(self, offset: int, limit: int, deliver: Deliver) -> None:
        ctx, register, query = self.ctx, self.register, replace(self._query, offset=offset, limit=limit)

        def show(page: Page) -> None:
            deliver(page)
            if self._wished is not None:
                wished, self._wished = self._wished, None
                self.table.choose(wished)
            narrowed = bool(query.text or query.filters)
            self.title.set_state(self.state_line(page.total, narrowed=narrowed))

        self.desk.operations.run(
            lambda: register.list(ctx, query), done=show, failed=self.table.show_failure, owner=self, replaces="list"
        )

    def _on_query(self, query: Query) -> None:
        self._query = query
        self.table.set_narrowed(self.filters.narrowed, self.filters.clear)
        self.table.reload(from_top=True)

    def _on_clicked(self) -> None:
        row = self.table.chosen_row()
        if row is not None and self.table.selected and len(self.table.selected) == 1:
            self.open_record(row.id)

    def _on_chosen(self, row: Row | None) -> None:
        shown = (self.panel.record_id, self.panel.coming)
        if row is not None and self.panel.isVisible() and not self.panel.dirty and row.id not in shown:
            self.open_record(row.id)

    def _on_copied(self, copied: int, selected: int) -> None:
        if copied:
            rest = f"另有 {selected - copied} 行还没有读取，没有复制。" if copied < selected else ""
            self.desk.notices.show(f"已复制 {copied} 行。{rest}", Tone.WARNING if rest else Tone.FINE)

    def _on_saved(self, record_id: int) -> None:
        if not self.table.choose(record_id):
            self._wished = record_id
            self.table.reload()

    def _close_panel(self) -> None:
        self._give_keys_to_list()
        self.panel.forget()
        self.panel.setVisible(False)

    def _give_keys_to_list(self) -> None:
        """The keys go back to the list, to the row that was worked on, unless they have gone elsewhere meanwhile."""
        if self.panel.has_focus() or (self.isVisible() and QApplication.focusWidget() is None):
            self.table.setFocus()


def joined(word: str, name: str) -> str:
    """A Chinese word before a name, with a space where the name begins with a Latin letter: 新建 case 报告."""
    return f"{word} {name}" if name[:1].isascii() else f"{word}{name}"


def _open_paper(panel: RecordPanel, paper: Paper, button: QPushButton, _checked: bool = False) -> None:
    panel.open_paper(paper, 0, button)
