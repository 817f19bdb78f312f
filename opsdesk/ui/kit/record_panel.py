"""The panel at the right of a register's list: one record as a form, its acts and papers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from opsdesk.register import Act, Field, Kind, Options, Paper, Register, Row, Tone
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.outcome import Outcome
from opsdesk.ui.kit.closing_note import ClosingNote
from opsdesk.ui.kit.desk import Desk, Signing, asked
from opsdesk.ui.kit.form_panel import FormPanel, Sheet
from opsdesk.ui.kit.operation import Fault
from opsdesk.ui.kit.parts import icon_button
from opsdesk.ui.kit.record_buttons import RecordButtons, may
from opsdesk.ui.kit.record_form import RecordForm

if TYPE_CHECKING:
    from opsdesk.services.context import Context


DESTROYING = ("撤销", "作废", "废止", "删除", "取消")
"""Words by which the title of an act says that it takes something back or away."""
MOST_WORDS = 3


class RecordPanel(FormPanel):
    """Shows one record, a new one, or what an act asks; keeps what is typed until it is saved or given up.

    `saved(id)` after a record was kept; `left` when the panel should close; `settled` when what was begun here is over
    and the keys belong to the list again; `laid(id)` when a kept record's form stands here. `find_row(id)` is the
    list's row; it names the record in the title of an act.
    """

    saved = Signal(int)
    left = Signal()
    settled = Signal()
    laid = Signal(int)

    def __init__(
        self,
        register: Register,
        ctx: Context,
        desk: Desk,
        parent: QWidget | None = None,
        *,
        find_row: Callable[[int], Row | None] | None = None,
        buttons: RecordButtons | None = None,
    ) -> None:
        super().__init__(register.singular, desk.today, parent)
        self._find_row = find_row
        self.register, self.ctx, self.desk = register, ctx, desk
        self.record_id: int | None = None
        self.coming: int | None = None
        self._act: Act | None = None
        self.buttons = buttons or RecordButtons(register)
        self.buttons.act_pressed.connect(self._press_act)
        self.buttons.paper_pressed.connect(self._press_paper)
        self.closing = ClosingNote(desk)
        self.body.insertWidget(0, self.closing)
        self.body.insertWidget(1, self.buttons)
        self.history = icon_button("history", "这条记录的历史：谁在什么时候改了什么")
        self.history.clicked.connect(self._open_history)
        self.history.setVisible(False)
        self.add_tool(self.history)
        self.submit_asked.connect(self._submit_form)
        self.close_asked.connect(self._go_back)

    @property
    def asks(self) -> bool:
        """Whether the form here is what an act asks, not a record."""
        return self._act is not None

    def set_context(self, ctx: Context) -> None:
        """Somebody else is at the desk."""
        self.ctx = ctx

    def show_record(self, record_id: int, then: Callable[[], object] | None = None) -> None:
        """Read a record and show it; `then()` once it stands there."""

        def show(sheet: Sheet) -> None:
            self.coming = None
            self._show_sheet(record_id, sheet)
            if then is not None:
                then()

        self.coming = record_id
        self._read_record(record_id, show, "sheet")

    def refresh(self) -> None:
        """Read the record shown anew; the cursor and everything typed meanwhile stay."""
        record_id, form = self.record_id, self.form

        def show(sheet: Sheet) -> None:
            if form is not None and self.form is form and not form.dirty:
                self.renew_form(form, sheet.values)
                form.hide_unwritten()
                if self.register.closed is not None:  # it may have been decided meanwhile
                    _let_write(self, form, sheet.values)
                self.set_title(_name_of(self.register, sheet))
                self.offer(sheet.values)

        if record_id is not None and form is not None and self._act is None and not form.dirty:
            self._read_record(record_id, show, "renewal")

    def renew_form(self, form: RecordForm, values: Mapping[str, Any]) -> None:
        """Show in a form in which nothing was typed what its record holds now."""
        form.set_values(values)

    def show_new(self, values: Mapping[str, Any] | None = None) -> None:
        """An empty form with what is usual filled in, and these values."""

        def show(sheet: Sheet) -> None:
            self._show_sheet(None, Sheet({**sheet.values, **(values or {})}, sheet.options))
            if self.form is not None:
                self.form.focus_first(missing=bool(values))

        self._read_usual(self.register.fields, show)

    def start_act(self, act: Act, record_id: int) -> None:
        """Ask what the act needs, or do it at once (after its question) where it needs nothing."""
        if not act.fields:
            self._run_act(act, record_id, {}, self.buttons.acts.get(act.key))
            return

        def show(sheet: Sheet) -> None:
            beneath = self.release_form() if record_id and record_id == self.record_id else None
            self.record_id = record_id or None
            self._act = act
            self.hold_focus(self.buttons)
            self.buttons.offer((), (), self.ctx.actor.role)
            self.closing.show_sentence("")
            row = self._find_row(record_id) if self._find_row is not None and record_id else None
            form = self.lay_form(_title_of(act, self.register, row), act.fields, sheet)
            self.lay_beneath(beneath)
            self.note(act.confirm)
            self.submit.setText(act.title)
            self.cancel.setText("取消")
            if any(field.required for field in act.fields):
                form.focus_first()
            else:
                self.submit.setFocus(Qt.FocusReason.TabFocusReason)

        self._read_usual(act.fields, show)

    def open_paper(self, paper: Paper, record_id: int, button: QPushButton | None = None) -> None:
        """Make a paper and show its preview."""
        make, ctx = paper.make, self.ctx
        self.desk.operations.run(
            lambda: make(ctx, record_id), done=self.desk.open_paper, failed=self._tell_outside, owner=self, busy=button
        )

    def forget(self) -> None:
        """Take the form away, saved or not."""
        self._act = None
        self.record_id = self.coming = None
        self.closing.show_sentence("")
        self.take_form()

    def _read_record(self, record_id: int, show: Callable[[Sheet], object], replaces: str) -> None:
        register, ctx, load = self.register, self.ctx, self.register.load
        if load is not None:
            self.desk.operations.run(
                lambda: Sheet(load(ctx, record_id), _options(ctx, register.fields)),
                done=show,
                failed=self._tell_unread,
                owner=self,
                replaces=replaces,
            )

    def _read_usual(self, fields: Sequence[Field], show: Callable[[Sheet], object]) -> None:
        ctx = self.ctx
        self.desk.operations.run(
            lambda: Sheet({f.key: f.default(ctx) for f in fields if f.default is not None}, _options(ctx, fields)),
            done=show,
            failed=self._tell_outside,
            owner=self,
            replaces="sheet",
        )

    def _show_sheet(self, record_id: int | None, sheet: Sheet) -> None:
        register = self.register
        self.record_id, self._act = record_id, None
        title = f"新建{register.singular}" if record_id is None else _name_of(register, sheet)
        form = self.lay_form(title, register.fields, sheet)
        _let_write(self, form, sheet.values)
        form.hide_unwritten()
        if record_id is None:
            self.closing.watch_new(self.ctx, register.table, form)
        else:
            self.closing.watch_kept(self.ctx, register.table, record_id)
        self.submit.setText("保存")
        self.cancel.setText("关闭")
        self.history.setVisible((record_id or 0) > 0 and self.desk.open_history is not None)
        self.offer(sheet.values)
        if record_id is not None:
            self.laid.emit(record_id)

    def offer(self, values: Mapping[str, Any]) -> None:
        """Show the buttons of what can be done with a record that holds these values."""
        kept = self.record_id is not None
        acts = [
            act for act in self.register.acts if kept and act.on_record and (act.offered is None or act.offered(values))
        ]
        papers = [paper for paper in self.register.papers if kept and paper.on_record]
        self.hold_focus(self.buttons)
        self.buttons.offer(acts, papers, self.ctx.actor.role)

    def _press_act(self, act: Act) -> None:
        if self.record_id is not None and self.may_leave():
            self.start_act(act, self.record_id)

    def _open_history(self) -> None:
        if self.record_id is not None and self.desk.open_history is not None and self.may_leave():
            self.desk.open_history(self.register.slug, self.record_id)

    def _press_paper(self, paper: Paper) -> None:
        if self.record_id is not None:
            self.open_paper(paper, self.record_id, self.buttons.papers.get(paper.key))

    def _submit_form(self) -> None:
        form, save, ctx, record_id = self.form, self.register.save, self.ctx, self.record_id
        if form is None:
            return
        values = form.values()
        if self._act is not None:
            self._run_act(self._act, record_id or 0, values, self.submit)
        elif save is not None:
            self.desk.operations.run(
                lambda: save(ctx, record_id, values),
                done=partial(self._on_saved, form, form.written()),
                failed=self._tell,
                owner=self,
                busy=self.submit,
            )

    def _run_act(self, act: Act, record_id: int, values: Mapping[str, Any], button: QPushButton | None) -> None:
        danger = destroys(act)
        said = act.confirm if danger or not act.fields else ""
        signing = Signing(act.title, act.title, said, danger)
        ctx: Context | None = self.ctx
        if act.signs:
            row = self._find_row(record_id) if self._find_row is not None and record_id else None
            signing = replace(signing, title=_title_of(act, self.register, row))
            ctx = self.desk.signed(self, self.ctx, signing)
        elif not asked(self, signing):
            ctx = None
        if ctx is None:
            return
        self.desk.operations.run(
            lambda: act.run(ctx, record_id, values),
            done=partial(self._on_act_done, record_id),
            failed=self._tell if act.fields else self._tell_outside,
            owner=self,
            busy=button,
        )

    def _on_act_done(self, record_id: int, outcome: Outcome[str]) -> None:
        self.desk.notices.show(outcome.value or "已办理。", Tone.FINE)
        self.settled.emit()
        self.forget()
        if record_id:
            self.show_record(record_id)
        else:
            self.left.emit()

    def _on_saved(self, form: RecordForm, written: Mapping[str, Any], outcome: Outcome[int]) -> None:
        self.desk.notices.show(f"已保存{self.register.singular}。", Tone.FINE)
        if self.form is form:
            form.accept(written)
            self.record_id = outcome.value
            if not form.dirty:  # what was typed meanwhile stays, not yet saved
                self.settled.emit()
                self.show_record(outcome.value)
        self.saved.emit(outcome.value)

    def _go_back(self) -> None:
        back = self.record_id if self._act is not None else None
        self.settled.emit()
        self.forget()
        if back is not None:
            self.show_record(back)
        else:
            self.left.emit()

    def _tell(self, error: Refusal | Trouble) -> None:
        if isinstance(error, Refusal) and self.show_refusal(error):
            return
        if self.form is None:
            self._tell_outside(error)
        elif not isinstance(error, Fault):
            self.say(f"{error}{getattr(error, 'remedy', '')}")

    def _tell_unread(self, error: Refusal | Trouble) -> None:
        self.coming = None
        self._tell_outside(error)
        if self.form is None:
            self.left.emit()

    def _tell_outside(self, error: Refusal | Trouble) -> None:
        if not isinstance(error, Fault):
            tone = Tone.WARNING if isinstance(error, Refusal) else Tone.BROKEN
            self.desk.notices.show(f"{error}{getattr(error, 'remedy', '')}", tone)


def destroys(act: Act) -> bool:
    """Whether an act takes something back or away; only such a button is red."""
    return any(word in act.title for word in DESTROYING)


def row_in_words(register: Register, row: Row) -> str:
    """A row as people name it: its first three texts and, of what happens, its day (王强 华信 事假 2026-03-09)."""
    values = [(column.kind, row.values.get(column.key)) for column in register.columns]
    words = [value for kind, value in values if kind is Kind.TEXT and isinstance(value, str) and value][:MOST_WORDS]
    happens = any(kind is Kind.MOMENT for kind, _ in values)
    day = next((value for _, value in values if happens and isinstance(value, date)), None)
    return " ".join([*words, f"{day:%Y-%m-%d}"] if day is not None else words)


def _title_of(act: Act, register: Register, row: Row | None) -> str:
    named = row_in_words(register, row) if row is not None else ""
    return f"{act.title} · {named}" if named else act.title


def _let_write(panel: RecordPanel, form: RecordForm, values: Mapping[str, Any]) -> None:
    """A form can be written by who may, and as long as its record is not closed."""
    register = panel.register
    closed = panel.record_id is not None and register.closed is not None and register.closed(values)
    writes = register.save is not None and not closed and may(panel.ctx.actor.role, frozenset(), register)
    form.set_read_only(not writes)
    panel.submit.setVisible(writes)


def _options(ctx: Context, fields: Sequence[Field]) -> dict[str, Options]:
    return {f.key: f.options(ctx) for f in fields if f.options is not None}


def _name_of(register: Register, sheet: Sheet) -> str:
    """补签单 · LS004 叶文彬 · 待审批: the first of its fields that says something, as it is read, and how it stands."""
    first = next((words for field in register.fields if (words := _in_words(field, sheet))), "")
    state = sheet.values.get("state")
    named = (register.singular, first, state if isinstance(state, str) else "")
    return " · ".join(dict.fromkeys(part for part in named if part))


def _in_words(field: Field, sheet: Sheet) -> str:
    value = sheet.values.get(field.key)
    words = dict(sheet.options.get(field.key, ())).get(value) if field.kind is Kind.CHOICE else value
    return words if isinstance(words, str) else ""
