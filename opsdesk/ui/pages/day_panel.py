"""One person's day beside the board: what was due, what was recorded, by which clause, and what can be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from opsdesk.register import Field, Options, Tone
from opsdesk.registers.correction import service as corrections
from opsdesk.registers.correction.documents import slip
from opsdesk.registers.correction.spec import REGISTER as CORRECTION
from opsdesk.registers.sign_in import service
from opsdesk.registers.sign_in.service import HistoryLine
from opsdesk.rules.clause import Citation
from opsdesk.rules.vocabulary import Direction, Role
from opsdesk.services.attendance import PersonDay
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.outcome import Outcome
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.form_panel import FormPanel, Sheet
from opsdesk.ui.kit.moment_editors import MomentEditor
from opsdesk.ui.kit.notices import Notice
from opsdesk.ui.kit.parts import ChipLabel, Separator, label, link_button, secondary_button
from opsdesk.ui.kit.record_form import RecordForm
from opsdesk.ui.pages import board

VOID_FIELDS = (Field("reason", "作废原因", required=True, help="原记录保留，并注明作废人和原因。"),)
CORRECTION_FIELDS = tuple(field for field in CORRECTION.fields if field.key not in {"staff_id", "day"})


class DayPanel(FormPanel):
    """The panel at the right of the board. Its form is a 补签单 or the reason for taking a record back."""

    clause_asked = Signal(str)

    def __init__(self, ctx: Context, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("", desk.today, parent)
        self._ctx, self._desk = ctx, desk
        self._day: PersonDay | None = None
        self._save: Callable[[], None] = lambda: None
        self._content: QWidget | None = None
        self.cancel.setText("返回")
        self.submit_asked.connect(self._submit_form)
        self.close_asked.connect(self._back)

    def set_context(self, ctx: Context) -> None:
        """Another person sits at the desk."""
        self._ctx = ctx
        self.leave()

    @property
    def person_day(self) -> PersonDay | None:
        """Whose day is shown."""
        return self._day

    def leave(self) -> None:
        """Close the panel."""
        self._day = None
        self.take_form()
        self.setVisible(False)

    def show_day(self, each: PersonDay) -> None:
        """Show a person's day; a form being filled in for the same day stays."""
        same = self._day is not None and (self._day.person.id, self._day.day) == (each.person.id, each.day)
        if same and self.form is not None:
            return
        if self.form is not None and not self.may_leave():
            return
        self._day = each
        self.take_form()
        self.show_foot(False)
        self.say("")
        self.set_title(f"{each.person.name}　{each.person.staff_no}")
        self.setVisible(True)
        ctx = self._ctx
        self._desk.operations.run(
            partial(service.history, ctx, staff_id=each.person.id, day=each.day),
            done=partial(self._fill, each),
            owner=self,
            replaces="day",
        )

    def _fill(self, each: PersonDay, lines: list[HistoryLine]) -> None:
        if self._content is not None:
            self.body.removeWidget(self._content)
            self._content.deleteLater()
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        chip = board.chip(each, self._ctx.now())
        head = QHBoxLayout()
        head.addWidget(ChipLabel(chip.word, chip.tone))
        head.addStretch(1)
        column.addLayout(head)
        column.addWidget(label(f"{each.person.vendor}　{each.person.post}", "secondary"))
        column.addWidget(label(_planned(each), wraps=True))
        for _, verdict in each.result.verdicts:
            column.addWidget(label(verdict.sentence, wraps=True))
            if verdict.minutes:
                for cited in verdict.citations:
                    column.addWidget(self._clause(cited))
        column.addWidget(Separator())
        column.addWidget(label("当天记录", "heading"))
        if not lines:
            column.addWidget(label("还没有记录。", "secondary"))
        for line in lines:
            column.addWidget(self._line(line, each.day))
        column.addWidget(Separator())
        column.addLayout(self._buttons(each))
        self._content = content
        self.body.insertWidget(self.body.count() - 1, content)

    def _clause(self, cited: Citation) -> QWidget:
        widget = QWidget()
        row = QHBoxLayout(widget)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        button = link_button(cited.short)
        button.setToolTip("查看这条规章")
        button.clicked.connect(partial(self.clause_asked.emit, cited.key))
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(label(f"{cited.held_from} 起：{cited.wording}", "secondary", wraps=True), 1)
        return widget

    def _line(self, line: HistoryLine, day: date) -> QWidget:
        widget = QWidget()
        row = QHBoxLayout(widget)
        row.setContentsMargins(0, 0, 0, 0)
        late = f"，{line.entered_at:%m-%d %H:%M} 录入" if abs(line.entered_at - line.at).total_seconds() > 60 else ""
        doubt = ("，开机后第一条" if line.first else "") + ("，时间存疑" if line.doubted else "")
        said = f"{board.clock(line.at, day)}　{line.direction}　{line.source}　{line.entered_by}{late}{doubt}"
        if line.void:
            row.addWidget(label(f"{said}　已作废（{line.void}）", "secondary", wraps=True), 1)
            return widget
        row.addWidget(label(said, wraps=True), 1)
        if self._ctx.actor.role is Role.SUPERVISOR:
            button = secondary_button("作废")
            button.clicked.connect(partial(self._start_void, line))
            row.addWidget(button)
        return widget

    def _buttons(self, each: PersonDay) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        arrive, leave = secondary_button("补到岗"), secondary_button("补离岗")
        arrive.clicked.connect(partial(self._start_correction, each, Direction.IN))
        leave.clicked.connect(partial(self._start_correction, each, Direction.OUT))
        for button in (arrive, leave):
            button.setEnabled(self._ctx.actor.role in {Role.SUPERVISOR, Role.DESK})
            row.addWidget(button)
        row.addStretch(1)
        return row

    def start_correction(self, direction: Direction) -> None:
        """Open the 补签单 for the day shown."""
        if self._day is not None:
            self._start_correction(self._day, direction)

    def _start_correction(self, each: PersonDay, direction: Direction) -> None:
        due = datetime.combine(each.day, time(8, 30))
        if each.duty is not None:
            due = each.duty.begins if direction is Direction.IN else each.duty.ends
        values = {"direction": str(direction), "actual_at": due, "cause": "忘签", "explanation": "", "witness": ""}
        options = {field.key: field.options(self._ctx) for field in CORRECTION_FIELDS if field.options is not None}
        form = self._start(f"补签单　{each.person.name}　{each.day:%m-%d}", CORRECTION_FIELDS, values, options)
        actual = form.rows["actual_at"].editor
        if isinstance(actual, MomentEditor):  # who, which day and which half of it are chosen already
            actual.time.setFocus(Qt.FocusReason.TabFocusReason)
        self._save = partial(self._file, each)

    def _start_void(self, line: HistoryLine) -> None:
        self._start(f"作废 {line.at:%H:%M} 的{line.direction}记录", VOID_FIELDS, {"reason": ""}, {}).focus_first()
        self._save = partial(self._void, line.id)

    def _start(
        self, title: str, fields: tuple[Field, ...], values: dict[str, object], options: dict[str, Options]
    ) -> RecordForm:
        if self._content is not None:
            self._content.setVisible(False)
        return self.lay_form(title, fields, Sheet(values, options))

    def _submit_form(self) -> None:
        self._save()

    def _back(self) -> None:
        if self.form is None:
            self.leave()
            return
        self.take_form()
        self.show_foot(False)
        self.say("")
        if self._day is not None:
            self.set_title(f"{self._day.person.name}　{self._day.person.staff_no}")
        if self._content is not None:
            self._content.setVisible(True)

    def _file(self, each: PersonDay) -> None:
        assert self.form is not None  # noqa: S101 — the form asked for it
        values = {**self.form.values(), "staff_id": each.person.id, "day": each.day}
        ctx = self._ctx
        self._desk.operations.run(
            partial(corrections.save, ctx, None, values),
            done=self._filed,
            failed=self._failed,
            owner=self,
            busy=self.submit,
        )

    def _filed(self, outcome: Outcome[int]) -> None:
        self._back()
        actions = [("预览补签单", partial(self._preview, outcome.value))]
        said = "补签单已填，待主管审批；审批前到岗记录不变。"
        if self._ctx.actor.role is Role.SUPERVISOR:
            actions.insert(0, ("认可并生效", partial(self._accept, outcome.value)))
        self._desk.notices.show(said, Tone.INFORMATION, actions)
        notice = self._desk.notices.shown[-1]
        self._desk.bus.watch(notice, {"correction"}, partial(self._look_again, notice, outcome.value))

    def _look_again(self, notice: Notice, correction_id: int) -> None:
        """Once somebody has decided, here or elsewhere, nothing waits any more."""

        def show(values: Mapping[str, object]) -> None:
            if values["state"] != corrections.WAITING:
                notice.gone.emit()

        self._desk.operations.run(partial(corrections.load, self._ctx, correction_id), done=show, owner=notice)

    def _accept(self, correction_id: int) -> None:
        self._desk.operations.run(
            partial(corrections.decide, self._ctx, correction_id=correction_id, accept=True),
            done=lambda outcome: self._desk.notices.show(outcome.value, Tone.FINE),
            owner=self,
        )

    def _preview(self, correction_id: int) -> None:
        self._desk.operations.run(partial(slip, self._ctx, correction_id), done=self._desk.open_paper, owner=self)

    def _void(self, punch_id: int) -> None:
        assert self.form is not None  # noqa: S101 — the form asked for it
        reason = str(self.form.values()["reason"] or "")
        self._desk.operations.run(
            partial(service.take_back, self._ctx, punch_id=punch_id, reason=reason),
            done=self._voided,
            failed=self._failed,
            owner=self,
            busy=self.submit,
        )

    def _voided(self, outcome: Outcome[str]) -> None:
        self._back()
        self._desk.notices.show(outcome.value, Tone.FINE)

    def _failed(self, error: Refusal | Trouble) -> None:
        if not (isinstance(error, Refusal) and self.show_refusal(error)):
            self.say(f"{error}{getattr(error, 'remedy', '')}")


def _planned(each: PersonDay) -> str:
    if each.duty is None:
        return f"{each.day:%Y-%m-%d}，当天未排班。"
    pairs = "，".join(f"{pair.begins:%H:%M}–{pair.ends:%H:%M}" for pair in each.duty.pairs)
    away = ""
    if each.absence:
        span = each.absence.span
        away = f"　{each.absence.kind} {span.begins:%m-%d %H:%M}–{span.ends:%m-%d %H:%M}"
    return f"{each.day:%Y-%m-%d} {each.duty.shift} {pairs}{away}"
