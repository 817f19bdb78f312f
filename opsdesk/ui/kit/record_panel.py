"""The panel at the right of a register's list: one record as a form, its acts and papers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from opsdesk.register import Act, Field, Kind, Options, Paper, Register, Tone
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.outcome import Outcome
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.flow import FlowRow
from opsdesk.ui.kit.notices import confirm
from opsdesk.ui.kit.operation import Fault
from opsdesk.ui.kit.parts import Panel, label, primary_button, secondary_button
from opsdesk.ui.kit.record_form import RecordForm

if TYPE_CHECKING:
    from opsdesk.services.context import Context


@dataclass(frozen=True)
class _Sheet:
    """What the worker read for a form: the record's values and the choices of its fields."""

    values: Mapping[str, Any]
    options: Mapping[str, Options] = field(default_factory=dict)


def may(role: str, roles: frozenset[str], register: Register) -> bool:
    """Whether a role may do what is open to `roles` (empty: everybody who may write)."""
    return role in (roles or register.save_roles)


def lacking(roles: frozenset[str], register: Register) -> str:
    """The sentence on a button that somebody else has to press."""
    return f"这一步需要{'或'.join(sorted(roles or register.save_roles))}来做。"


class RecordPanel(Panel):
    """Shows one record, a new one, or what an act asks; keeps what is typed until it is saved or given up."""

    saved = Signal(int)
    left = Signal()

    def __init__(self, register: Register, ctx: Context, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(register.singular, parent)
        self._register, self._ctx, self._desk = register, ctx, desk
        self.record_id: int | None = None
        self.form: RecordForm | None = None
        self.acts: dict[str, QPushButton] = {}
        self.papers: dict[str, QPushButton] = {}
        self._act: Act | None = None
        self._values: Mapping[str, Any] = {}
        self._buttons = FlowRow()
        self._said = label("", "error", wraps=True)
        self.submit = primary_button("保存")
        self.cancel = secondary_button("关闭")
        self.submit.setToolTip("Ctrl+S")
        self.submit.clicked.connect(self.save)
        self.cancel.clicked.connect(self.leave)
        self.closed.connect(self.leave)
        self.body.addWidget(self._buttons)
        self.body.addWidget(self._said)
        self.body.addStretch(1)
        self.foot.addWidget(self.submit)
        self.foot.addWidget(self.cancel)
        self.foot.addStretch(1)
        self._say("")

    @property
    def dirty(self) -> bool:
        """Whether something typed is not saved."""
        return self.form is not None and self.form.dirty

    def may_leave(self) -> bool:
        """True if nothing would be lost, or the user says so."""
        return self.form is None or self.form.may_close()

    def set_context(self, ctx: Context) -> None:
        """Somebody else is at the desk."""
        self._ctx = ctx

    def show_record(self, record_id: int, then: Callable[[], object] | None = None) -> None:
        """Read a record and show it; `then()` once it stands there."""
        register, ctx = self._register, self._ctx
        if register.load is None:
            return
        load = register.load

        def read() -> _Sheet:
            return _Sheet(load(ctx, record_id), _options(ctx, register.fields))

        def show(sheet: _Sheet) -> None:
            self._show_sheet(record_id, sheet)
            if then is not None:
                then()

        self._desk.operations.run(read, done=show, failed=self._tell, owner=self, replaces="sheet")

    def show_new(self) -> None:
        """An empty form with what is usual filled in."""
        register, ctx = self._register, self._ctx

        def read() -> _Sheet:
            usual = {f.key: f.default(ctx) for f in register.fields if f.default is not None}
            return _Sheet(usual, _options(ctx, register.fields))

        def show(sheet: _Sheet) -> None:
            self._show_sheet(None, sheet)
            if self.form is not None:
                self.form.focus_first()

        self._desk.operations.run(read, done=show, failed=self._tell, owner=self, replaces="sheet")

    def start_act(self, act: Act, record_id: int) -> None:
        """Ask what the act needs, or do it at once (after its question) where it needs nothing."""
        if not act.fields:
            if not act.confirm or confirm(self.window(), act.title, act.confirm, act.title):
                self._run_act(act, record_id, {}, self.acts.get(act.key))
            return
        ctx = self._ctx

        def read() -> _Sheet:
            usual = {f.key: f.default(ctx) for f in act.fields if f.default is not None}
            return _Sheet(usual, _options(ctx, act.fields))

        def show(sheet: _Sheet) -> None:
            self.record_id = record_id or None
            self._act = act
            self._lay_out(act.title, act.fields, sheet, [])
            self.submit.setText(act.title)
            self.cancel.setText("取消")
            if self.form is not None:
                self.form.focus_first()

        self._desk.operations.run(read, done=show, failed=self._tell, owner=self, replaces="sheet")

    def open_paper(self, paper: Paper, record_id: int, button: QPushButton | None = None) -> None:
        """Make a paper and show its preview."""
        make, ctx = paper.make, self._ctx
        self._desk.operations.run(
            lambda: make(ctx, record_id), done=self._desk.open_paper, failed=self._tell_outside, owner=self, busy=button
        )

    def save(self) -> None:
        """Save the form or do the act asked for; on a refusal everything stays as typed."""
        form = self.form
        if form is None or self.submit.isHidden() or self.submit.property("busy"):
            return
        self._say("")
        if not form.check():
            return
        values = form.values()
        if self._act is not None:
            act = self._act
            if not act.confirm or confirm(self.window(), act.title, act.confirm, act.title):
                self._run_act(act, self.record_id or 0, values, self.submit)
            return
        if self._register.save is None:
            return
        save, ctx, record_id = self._register.save, self._ctx, self.record_id
        self._desk.operations.run(
            lambda: save(ctx, record_id, values), done=self._on_saved, failed=self._tell, owner=self, busy=self.submit
        )

    def leave(self) -> None:
        """Close the panel (from an act: back to the record) unless something would be lost that the user wants."""
        if not self.may_leave():
            return
        back = self.record_id if self._act is not None else None
        self.forget()
        if back is not None:
            self.show_record(back)
        else:
            self.left.emit()

    def forget(self) -> None:
        """Take the form away, saved or not."""
        self._act = None
        self._take_form()

    def said(self) -> str:
        """The sentence shown above the form."""
        return self._said.text()

    def _show_sheet(self, record_id: int | None, sheet: _Sheet) -> None:
        register = self._register
        self.record_id, self._act, self._values = record_id, None, sheet.values
        writes = register.save is not None and may(self._ctx.actor.role, frozenset(), register)
        title = f"新建{register.singular}" if record_id is None else self._name_of(sheet.values)
        offered = [] if record_id is None else [act for act in register.acts if self._is_offered(act, sheet.values)]
        self._lay_out(title, register.fields, sheet, offered)
        self.submit.setText("保存")
        self.submit.setVisible(writes)
        self.cancel.setText("关闭")
        if self.form is not None:
            self.form.set_read_only(not writes)

    def _name_of(self, values: Mapping[str, Any]) -> str:
        first = next((str(values[f.key]) for f in self._register.fields if isinstance(values.get(f.key), str)), "")
        return f"{self._register.singular} · {first}" if first else self._register.singular

    def _is_offered(self, act: Act, values: Mapping[str, Any]) -> bool:
        return act.on_record and (act.offered is None or act.offered(values))

    def _lay_out(self, title: str, fields: Sequence[Field], sheet: _Sheet, acts: Sequence[Act]) -> None:
        self._take_form()
        self.set_title(title)
        self._say("")
        self.submit.setVisible(True)
        self._lay_out_buttons(acts)
        form = RecordForm(fields, self._desk.today, scope=self)
        for key, options in sheet.options.items():
            form.set_options(key, options)
        form.set_values(sheet.values)
        form.save_requested.connect(self.save)
        form.close_requested.connect(self._leave_clean)
        self.body.insertWidget(2, form)
        self.form = form
        self.show_foot(True)
        self.setVisible(True)
        self.scroller.verticalScrollBar().setValue(0)

    def _lay_out_buttons(self, acts: Sequence[Act]) -> None:
        self._buttons.clear()
        self.acts, self.papers = {}, {}
        role = self._ctx.actor.role
        for act in acts:
            button = secondary_button(act.title)
            button.clicked.connect(partial(self._press_act, act))
            if not may(role, act.roles, self._register):
                button.setEnabled(False)
                button.setToolTip(lacking(act.roles, self._register))
            self.acts[act.key] = button
            self._buttons.add(button)
        if self._act is None and self.record_id is not None:
            for paper in self._register.papers:
                if paper.on_record:
                    button = secondary_button(f"预览{paper.title}", "printer")
                    button.clicked.connect(partial(self._press_paper, paper, button))
                    self.papers[paper.key] = button
                    self._buttons.add(button)
        self._buttons.setVisible(bool(self.acts or self.papers))

    def _press_act(self, act: Act, _checked: bool = False) -> None:
        if self.record_id is not None and self.may_leave():
            self.start_act(act, self.record_id)

    def _press_paper(self, paper: Paper, button: QPushButton, _checked: bool = False) -> None:
        if self.record_id is not None:
            self.open_paper(paper, self.record_id, button)

    def _run_act(self, act: Act, record_id: int, values: Mapping[str, Any], button: QPushButton | None) -> None:
        ctx = self._ctx
        self._desk.operations.run(
            lambda: act.run(ctx, record_id, values),
            done=partial(self._on_act_done, record_id),
            failed=self._tell if self.form is not None else self._tell_outside,
            owner=self,
            busy=button,
        )

    def _on_act_done(self, record_id: int, outcome: Outcome[str]) -> None:
        self._desk.notices.show(outcome.value or "已办理。", Tone.FINE)
        self.forget()
        if record_id:
            self.show_record(record_id)
        else:
            self.left.emit()

    def _on_saved(self, outcome: Outcome[int]) -> None:
        self._desk.notices.show(f"已保存{self._register.singular}。", Tone.FINE)
        if self.form is not None:
            self.form.set_values(self.form.values())
        self.saved.emit(outcome.value)
        self.show_record(outcome.value)

    def _tell(self, error: Refusal | Trouble) -> None:
        if isinstance(error, Refusal) and self.form is not None and self.form.show_refusal(error):
            return
        if self.form is None:
            self._tell_outside(error)
        elif not isinstance(error, Fault):
            self._say(f"{error}{getattr(error, 'remedy', '')}")

    def _tell_outside(self, error: Refusal | Trouble) -> None:
        if not isinstance(error, Fault):
            tone = Tone.WARNING if isinstance(error, Refusal) else Tone.BROKEN
            self._desk.notices.show(f"{error}{getattr(error, 'remedy', '')}", tone)

    def _say(self, sentence: str) -> None:
        self._said.setText(sentence)
        self._said.setVisible(bool(sentence))

    def _leave_clean(self) -> None:
        if self.form is not None:
            self.form.set_values(self.form.values())  # the form has asked already
        self.leave()

    def _take_form(self) -> None:
        if self.form is not None:
            form, self.form = self.form, None
            self.body.removeWidget(form)
            form.setVisible(False)
            QTimer.singleShot(0, form.deleteLater)


def _options(ctx: Context, fields: Sequence[Field]) -> dict[str, Options]:
    return {f.key: f.options(ctx) for f in fields if f.kind is Kind.CHOICE and f.options is not None}
