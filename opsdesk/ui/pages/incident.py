"""运维事件记录单: one line at the phone opens a record; the list with its countdowns; the record beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QMenu, QVBoxLayout, QWidget

from opsdesk.register import Query, Tone
from opsdesk.registers.incident import listing, service
from opsdesk.registers.incident.listing import Counts, Similar
from opsdesk.registers.incident.service import Opened
from opsdesk.registers.incident.spec import REGISTER
from opsdesk.services import saved_filters
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.drafts import Drafts
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.outcome import Outcome
from opsdesk.services.saved_filters import Saved
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.filter_bar import FilterBar
from opsdesk.ui.kit.keys import bind
from opsdesk.ui.kit.parts import label, link_button, secondary_button
from opsdesk.ui.kit.register_page import RegisterPage
from opsdesk.ui.pages.incident_buttons import NEXT_KEY, WAIT_KEY
from opsdesk.ui.pages.incident_panel import IncidentPanel

LOOK_AFTER, RENEW_AFTER = 150, 5000
"""Milliseconds until similar incidents are looked for, and between two looks at the clocks of the list."""
DRAFT = "incident:new:"
PAGE = "incident"


class CallField(QFrame):
    """One line and Enter opens a record. While one types, what was alike in the past and what helped then.

    `opened(Opened)` after a record was opened; `similar_asked(id)` to look at one of the past.
    """

    opened = Signal(object)
    similar_asked = Signal(int)

    def __init__(self, ctx: Context, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx, self._desk = ctx, desk
        self._drafts = Drafts(ctx.home)
        self._opening = ""
        self.setProperty("class", "card")
        self.line = QLineEdit()
        self.line.setProperty("class", "big")
        self.line.setPlaceholderText("接电话：谁、什么坏了，写一行按回车就开单")
        self.line.setAccessibleName("新建事件记录")
        self.line.setClearButtonEnabled(True)
        self.line.setText(self._drafts.of(DRAFT).get("line", ""))
        self.line.returnPressed.connect(self.open)
        self.line.textChanged.connect(self._on_typing)
        self._said = label("", "error", wraps=True)
        self._said.setVisible(False)
        self._past = QWidget()
        self._past.setVisible(False)
        self._rows = QVBoxLayout(self._past)
        self._rows.setContentsMargins(0, look.px(4), 0, 0)
        self._rows.setSpacing(look.px(2))
        column = QVBoxLayout(self)
        column.setContentsMargins(*(look.px(12),) * 4)
        column.setSpacing(look.px(4))
        for widget in (self.line, self._said, self._past):
            column.addWidget(widget)
        self._look = QTimer(self, singleShot=True, interval=LOOK_AFTER)
        self._look.timeout.connect(self._look_back)

    def set_context(self, ctx: Context) -> None:
        """Somebody else is at the desk."""
        self._ctx = ctx
        may = ctx.actor.role in WRITERS
        self.line.setEnabled(may)
        self.line.setToolTip("" if may else "只读账号不能开单，请由主管或服务台登录后再办。")

    def open(self) -> None:
        """Open a record out of the line."""
        ctx, typed = self._ctx, self.line.text()
        if not typed.strip() or self._opening:
            return
        self._opening = typed
        self.line.clear()
        self._drafts.keep(f"{DRAFT}line", typed)
        self._desk.operations.run(
            partial(service.open_incident, ctx, typed), done=self._on_opened, failed=self._on_refused, owner=self
        )

    def _on_opened(self, outcome: Outcome[Opened]) -> None:
        self._opening = ""
        self._drafts.forget(DRAFT)
        if self.line.text():
            self._drafts.keep(f"{DRAFT}line", self.line.text())
        self.opened.emit(outcome.value)

    def _on_refused(self, error: Refusal | Trouble) -> None:
        self.line.setText(f"{self._opening}{self.line.text()}")
        self._opening = ""
        self._tell(f"{error}{getattr(error, 'remedy', '')}")

    def _tell(self, sentence: str) -> None:
        self._said.setText(sentence)
        self._said.setVisible(bool(sentence))

    def _on_typing(self, typed: str) -> None:
        self._tell("")
        self._drafts.keep(f"{DRAFT}line", f"{self._opening}{typed}")
        self._look.start()

    def _look_back(self) -> None:
        ctx, typed = self._ctx, self.line.text()
        if len(typed.strip()) < 2:
            self._show_past(())
            return
        self._desk.operations.run(
            partial(listing.similar, ctx, typed), done=self._show_past, owner=self, replaces="similar"
        )

    def _show_past(self, found: Sequence[Similar]) -> None:
        while self._rows.count():
            old = self._rows.takeAt(0).widget()
            old.setVisible(False)
            old.deleteLater()
        for each in found[:4] if self.line.text().strip() else ():
            self._rows.addWidget(self._past_row(each))
        self._past.setVisible(bool(self._rows.count()))

    def _past_row(self, each: Similar) -> QWidget:
        widget = QWidget()
        row = QHBoxLayout(widget)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.px(8))
        button = link_button(each.number)
        button.setToolTip("看以前这一单")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(partial(self.similar_asked.emit, each.id))
        helped = f"　{' '.join(each.helped.split())}" if each.helped else ""
        words = label(f"{each.reported_at:%Y-%m-%d}　{each.title}{helped}", "secondary")
        words.setMinimumWidth(1)
        row.addWidget(button)
        row.addWidget(words, 1)
        return widget

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 — Qt's name
        """Esc empties the line."""
        if event.key() == Qt.Key.Key_Escape and self.line.text():
            self.line.clear()
        else:
            super().keyPressEvent(event)


class SavedFilters(QWidget):
    """常用查询: questions kept by name, one press each; what is asked now can be kept under its own words."""

    def __init__(self, ctx: Context, desk: Desk, filters: FilterBar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx, self._desk, self._filters = ctx, desk, filters
        self._saved: Sequence[Saved] = ()
        self.button = secondary_button("常用查询", "filter")
        self.button.setProperty("menu", True)
        self.menu = QMenu(self.button)
        self.button.setMenu(self.menu)
        self.menu.aboutToShow.connect(self._fill)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.button)
        desk.bus.watch(self, saved_filters.TOUCHED, self.refresh)

    def set_context(self, ctx: Context) -> None:
        """Somebody else has questions of his own."""
        self._ctx = ctx
        self.refresh()

    def refresh(self) -> None:
        """Read the questions anew."""
        self._desk.operations.run(
            partial(saved_filters.of, self._ctx, PAGE), done=self._take, owner=self, replaces="saved"
        )

    def _take(self, saved: Sequence[Saved]) -> None:
        self._saved = saved

    def _fill(self) -> None:
        self.menu.clear()
        for each in self._saved:
            self.menu.addAction(each.name).triggered.connect(partial(self._ask, each))
        if self._saved:
            self.menu.addSeparator()
        named = self._filters.in_words()
        keep = self.menu.addAction(f"保存当前条件“{named}”" if named else "先选择条件，再在这里保存")
        keep.setEnabled(bool(named))
        keep.triggered.connect(self._keep)
        if self._saved:
            away = self.menu.addMenu("删除")
            for each in self._saved:
                away.addAction(each.name).triggered.connect(partial(self._drop, each))

    def _ask(self, each: Saved, _checked: bool = False) -> None:
        self._filters.ask(Query(each.text, each.filters))

    def _keep(self) -> None:
        query, named = self._filters.query(), self._filters.in_words()
        self._run(partial(saved_filters.keep, self._ctx, PAGE, named, query.text, dict(query.filters or {})))

    def _drop(self, each: Saved, _checked: bool = False) -> None:
        self._run(partial(saved_filters.drop, self._ctx, each.id))

    def _run(self, act: Callable[[], Outcome[str]]) -> None:
        self._desk.operations.run(
            act, done=lambda outcome: self._desk.notices.show(outcome.value, Tone.FINE), owner=self
        )


class IncidentPage(RegisterPage):
    """The page of the register, with the call's line on top.

    `clause_asked(key)` when a clause is to be read.
    """

    clause_asked = Signal(str)

    def __init__(self, ctx: Context, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(REGISTER, ctx, desk, parent, make_panel=IncidentPanel)
        self.counts: Counts | None = None
        self.call = CallField(ctx, desk)
        self.call.opened.connect(self._on_opened)
        self.call.similar_asked.connect(self.open_record)
        self.column.insertWidget(1, self.call)
        bind(
            self,
            (
                (NEXT_KEY, self.incident.press),
                (WAIT_KEY, partial(self.incident.press, "wait")),
                ("Ctrl+P", self.incident.print_record),
                ("F2", self.focus_first),
            ),
        )
        self.incident.clause_asked.connect(self.clause_asked)
        self.often = SavedFilters(ctx, desk, self.filters)
        self.title.add_action(self.often)
        self.set_context(ctx)  # the page's own button comes after it
        self._clocks = QTimer(self, interval=RENEW_AFTER)
        self._clocks.timeout.connect(self._renew)
        self._clocks.start()
        self._count()

    @property
    def incident(self) -> IncidentPanel:
        """The panel, which here is that of an incident."""
        assert isinstance(self.panel, IncidentPanel)  # noqa: S101 — made so above
        return self.panel

    def set_context(self, ctx: Context) -> None:
        """Somebody else is at the desk."""
        super().set_context(ctx)
        self.call.set_context(ctx)
        self.often.set_context(ctx)

    def focus_first(self) -> None:
        """The cursor stands in the call's line."""
        self.call.line.setFocus(Qt.FocusReason.OtherFocusReason)
        self.call.line.selectAll()

    def new_record(self) -> None:
        """A new record begins with one line."""
        self.focus_first()

    def state_line(self, total: int, *, narrowed: bool) -> str:
        """How many came in, are open, exceeded, wait to be handed in and signed."""
        if narrowed or self.counts is None:
            return super().state_line(total, narrowed=narrowed)
        return self.counts.sentence

    def refresh(self) -> None:
        """Ask list, record and counts anew."""
        super().refresh()
        self._count()

    def _on_opened(self, opened: Opened) -> None:
        said = f"已开单 {opened.number}{opened.clause}，计时开始。"
        self.filters.clear()
        if self.panel.asks and self.panel.dirty:
            self.desk.notices.show(f"{said}右边的“{self.panel.submit.text()}”还没有办完，先留着。", Tone.WARNING)
            self.table.reload(from_top=True)
            return
        self.desk.notices.show(said, Tone.FINE)
        self.incident.keep()
        self._wished = opened.id
        self.panel.show_record(opened.id, None if self.call.line.text() else self.incident.focus_details)
        self.table.reload(from_top=True)

    def _renew(self) -> None:
        """The clocks go on while the list is looked at."""
        if self.isVisible() and (self.counts is None or self.counts.open):
            self.table.reload()
            self.incident.renew_clocks()
            self._count()

    def _count(self) -> None:
        ctx = self.ctx
        self.desk.operations.run(partial(listing.counts, ctx), done=self._show_counts, owner=self, replaces="counts")

    def _show_counts(self, counts: Counts) -> None:
        self.counts = counts
        if not self.filters.narrowed:
            self.title.set_state(counts.sentence)
