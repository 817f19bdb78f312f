"""The panel beside the law: a clause to read, its 修订 as a form, and the draft of a 试算."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from enum import Enum
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from opsdesk.register import Field, Tone
from opsdesk.rules.clause import Clause, Regulation
from opsdesk.rules.vocabulary import Role
from opsdesk.services import amending, what_if
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.outcome import Outcome
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.form_panel import FormPanel, Sheet
from opsdesk.ui.kit.operation import Fault
from opsdesk.ui.kit.parts import label, secondary_button
from opsdesk.ui.pages import law_form
from opsdesk.ui.pages.law_detail import ClauseDetail, RepeatDetail
from opsdesk.ui.pages.step_up import ask_supervisor


class Mode(Enum):
    """What the panel is doing."""

    READ = "read"
    AMEND = "amend"
    TRY = "try"


class LawPanel(FormPanel):
    """`page_asked(slug)`, `regulation_asked(code)`; `try_asked` runs a trial of `draft()`; `mode_changed(Mode)`.

    `amended(day)` after an amendment from that day was kept; `say_tried()` gives what the trial adopted had counted.
    """

    page_asked = Signal(str)
    regulation_asked = Signal(str)
    try_asked = Signal()
    draft_changed = Signal()
    mode_changed = Signal(object)
    amended = Signal(object)
    left = Signal()

    def __init__(self, ctx: Context, desk: Desk, pages: Collection[str], parent: QWidget | None = None) -> None:
        super().__init__("", desk.today or ctx.today, parent)
        self._ctx, self._desk, self._pages = ctx, desk, pages
        self.mode = Mode.READ
        self.clause: Clause | None = None
        self._day = ctx.today()
        self._content: QWidget | None = None
        self._kept: dict[str, Any] = {}
        self.say_tried: Callable[[], str] = str
        self._tried = ""
        self._changes = label("", wraps=True)
        self._changes_box = QWidget()
        box = QVBoxLayout(self._changes_box)
        box.setContentsMargins(look.px(16), look.px(12), look.px(16), 0)
        box.setSpacing(look.px(4))
        box.addWidget(label("改动", "heading"))
        box.addWidget(self._changes)
        column = self.layout()
        assert isinstance(column, QVBoxLayout)  # noqa: S101 — a panel is laid out as a column
        column.insertWidget(column.count() - 1, self._changes_box)
        self.amend_button, self.try_button = secondary_button("修订", "pencil"), secondary_button("试算", "scale")
        self.adopt_button = secondary_button("采用（转为修订）")
        for button in (self.amend_button, self.try_button, self.adopt_button):
            self.foot.insertWidget(self.foot.count() - 2, button)
        self.foot.insertWidget(0, self.submit)
        self.amend_button.clicked.connect(lambda _on: self.start_amend())
        self.try_button.clicked.connect(lambda _on: self.start_try())
        self.adopt_button.clicked.connect(self._adopt)
        self.cancel.clicked.disconnect()
        self.cancel.clicked.connect(self._give_up)
        self.submit_asked.connect(self._submit_form)
        self.close_asked.connect(self._back)
        self._show_mode(Mode.READ)

    def set_context(self, ctx: Context) -> None:
        """Somebody else is at the desk."""
        self._ctx = ctx
        if self.mode is Mode.READ:
            self._show_mode(Mode.READ)

    def may_leave(self) -> bool:
        """True if nothing would be lost, or the user says so; a draft of a trial is nobody's loss."""
        return self.mode is not Mode.AMEND or super().may_leave()

    def show_clause(self, clause: Clause, regulation: Regulation, day: date) -> None:
        """Show a clause on a day, to be read."""
        self.clause, self._day, self._kept = clause, day, {}
        self.take_form()
        detail = ClauseDetail(clause, regulation, day, self._pages)
        detail.page_asked.connect(self.page_asked)
        self._lay_content(clause.short, detail)
        self._desk.operations.run(
            partial(amending.used, self._ctx, clause.key, day),
            done=detail.show_usage,
            owner=detail,
            replaces="usage",
        )

    def show_repeat(self, regulation: Regulation) -> None:
        """Show a regulation that only repeats others."""
        self.clause = None
        self.take_form()
        detail = RepeatDetail(regulation)
        detail.regulation_asked.connect(self.regulation_asked)
        self._lay_content(regulation.code, detail)

    def start_amend(self, values: Mapping[str, Any] | None = None) -> None:
        """Ask for an amendment of the clause shown; `values` are those tried before."""
        if (clause := self.clause) is not None:
            kept, self._kept = self._kept, {}
            self._tried = ""
            given = {law_form.BEGINS: self._ctx.today(), **kept, **(values or {})}
            fields = law_form.amendment_fields(clause, self._day)
            self._start(Mode.AMEND, f"修订 {clause.short}", fields, law_form.sheet(clause, self._day, given))

    def start_try(self) -> None:
        """Ask for a draft of the clause's values and let the month be tried by it."""
        if (clause := self.clause) is not None:
            given: dict[str, Any] = {law_form.BEGINS: self._ctx.today().replace(day=1)}
            if self.mode is Mode.AMEND and self.form is not None:
                self._kept = self.form.values()
                given |= {each.name: self._kept[each.name] for each in clause.parameters}
                if self._kept[law_form.BEGINS] not in (None, self._ctx.today()):
                    given[law_form.BEGINS] = self._kept[law_form.BEGINS]
            fields = law_form.trial_fields(clause, self._day)
            self._start(Mode.TRY, f"试算 {clause.short}", fields, law_form.sheet(clause, self._day, given))

    def turn_month(self, before: date, month: date) -> None:
        """Another month is tried: a draft that began with the one before begins with this one."""
        if self.mode is Mode.TRY and self.form is not None:
            editor = self.form.rows[law_form.BEGINS].editor
            if editor.value() == before:
                editor.set_value(month)

    def draft(self) -> tuple[date, dict[str, str]]:
        """From when, and the values typed."""
        assert self.form is not None and self.clause is not None  # noqa: S101, PT018 — asked of a form that can be read
        return law_form.draft_of(self.form, self.clause)

    def tell(self, error: Refusal | Trouble) -> None:
        """Show what was refused beside its field, else above the form."""
        if isinstance(error, Refusal) and self.show_refusal(error):
            return
        if not isinstance(error, Fault):
            self.say(f"{error}{getattr(error, 'remedy', '')}")

    def leave(self) -> None:
        """Close the panel; a draft is dropped."""
        self.take_form()
        self._show_mode(Mode.READ)
        self.setVisible(False)
        self.left.emit()

    def changes(self) -> str:
        """What is said of the form: old → new, and from when."""
        return self._changes.text()

    def _start(self, mode: Mode, title: str, fields: list[Field], sheet: Sheet) -> None:
        if self._content is not None:
            self._content.setVisible(False)
        form = self.lay_form(title, fields, sheet)
        form.changed.connect(self._say_changes)
        form.changed.connect(self.draft_changed)
        self._show_mode(mode)
        self._say_changes()
        form.focus_first()

    def _say_changes(self) -> None:
        if self.form is not None and self.clause is not None:
            signing = self.mode is Mode.AMEND
            self._changes.setText(law_form.form_in_words(self.form, self.clause, self._ctx.today(), signing=signing))

    def _submit_form(self) -> None:
        if self.mode is Mode.TRY:
            self.try_asked.emit()
        elif self.mode is Mode.AMEND:
            self._check()

    def _check(self) -> None:
        """Let the rules look at the amendment before anybody signs it."""
        assert self.form is not None and self.clause is not None  # noqa: S101, PT018 — the form asked for it
        ctx, values = self._ctx, self.form.values()
        begins, typed = self.draft()
        repealed = bool(values.get(law_form.REPEALED))
        source, reason = values[law_form.SOURCE] or "", values[law_form.REASON] or ""
        draft = amending.Draft(
            self.clause.key, begins, {} if repealed else typed, source, reason, values[law_form.ISSUED], repealed
        )
        self._desk.operations.run(
            partial(amending.check, ctx, draft),
            done=lambda _row: self._sign(draft),
            failed=self.tell,
            owner=self,
            busy=self.submit,
        )

    def _sign(self, draft: amending.Draft) -> None:
        short = self.clause.short if self.clause else draft.clause
        granted = ask_supervisor(self, self._ctx, f"修订 {short}。{self._changes.text()}", verb="修订")
        if granted is None:
            return
        self._desk.operations.run_long(
            lambda progress: amending.amend(granted, **vars(draft), progress=progress),
            "正在保存修订，并重新判定",
            done=partial(self._amended, draft.begins_on),
            failed=self.tell,
            owner=self,
            busy=self.submit,
        )

    def _amended(self, begins: date, outcome: Outcome[str]) -> None:
        self._desk.notices.show(f"{outcome.value}{self._tried}", Tone.FINE)
        self.take_form()
        self._kept, self._tried = {}, ""
        self._show_mode(Mode.READ)
        self.amend_button.setFocus()
        self.amended.emit(begins)

    def _adopt(self) -> None:
        if self.form is not None:
            tried = self.say_tried()
            self.start_amend(self.form.values())
            self._tried = tried

    def _give_up(self) -> None:
        """放弃 of a trial says what it does; anything else asks where something would be lost."""
        if self.mode is Mode.TRY:
            self.close_asked.emit()
        else:
            self._close()

    def _close(self) -> None:
        """Esc and × ask also before a draft of a trial is dropped."""
        if self.mode is not Mode.TRY or super().may_leave():
            super()._close()

    def _back(self) -> None:
        if self.mode is Mode.READ:
            self.leave()
            return
        if self.mode is Mode.TRY and self._kept:
            self.start_amend()
            return
        self.take_form()
        self.say("")
        self._show_mode(Mode.READ)
        if self.clause is not None:
            self.set_title(self.clause.short)
        if self._content is not None:
            self._content.setVisible(True)
        self.amend_button.setFocus()

    def _lay_content(self, title: str, content: QWidget) -> None:
        if self._content is not None:
            self.body.removeWidget(self._content)
            self._content.setVisible(False)
            self._content.deleteLater()
        self._content = content
        self.body.insertWidget(self.body.count() - 1, content)
        self.say("")
        self.set_title(title)
        self._show_mode(Mode.READ)
        self.setVisible(True)
        self.scroller.verticalScrollBar().setValue(0)

    def _show_mode(self, mode: Mode) -> None:
        changed, self.mode = mode is not self.mode, mode
        clause = self.clause
        reading, trying = mode is Mode.READ, mode is Mode.TRY
        self._changes_box.setVisible(not reading)
        self.submit.setVisible(not reading)
        self.cancel.setVisible(not reading)
        self.submit.setText("试算" if trying else "保存修订")
        self.cancel.setText("放弃" if trying else "取消")
        self.adopt_button.setVisible(trying)
        self.amend_button.setVisible(reading)
        self.try_button.setVisible(not trying)
        self.show_foot(clause is not None)
        if clause is not None:
            self._allow(clause)
        if changed:
            self.mode_changed.emit(mode)

    def _allow(self, clause: Clause) -> None:
        reader = self._ctx.actor.role not in {Role.SUPERVISOR, Role.DESK}
        self.amend_button.setEnabled(not reader)
        self.amend_button.setToolTip("只读账号不能修订，请由主管或服务台登录后再办。" if reader else "")
        tries = what_if.tries(clause) and bool(clause.parameters)
        self.try_button.setEnabled(tries)
        self.try_button.setToolTip("" if tries else "这一条不参与月度考勤的计算，没有可以试算的结果。")
