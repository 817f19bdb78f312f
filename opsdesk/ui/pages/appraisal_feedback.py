"""What follows a decision: its course as quiet steps, the form of the next one, what the file lacks (T4 2.3)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from opsdesk.register import Act, Tone
from opsdesk.registers.appraisal import spec, steps
from opsdesk.registers.appraisal.steps import Step
from opsdesk.services.appraisal import Round, Scored
from opsdesk.services.appraisal_record import SheetState
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.outcome import Outcome
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk, Signing
from opsdesk.ui.kit.flow import FlowRow
from opsdesk.ui.kit.operation import Fault
from opsdesk.ui.kit.parts import Separator, ghost_button, icon_label, label, primary_button
from opsdesk.ui.kit.record_form import RecordForm, bind_keys
from opsdesk.ui.pages.appraisal_summary import notice

NEXT = {
    SheetState.DECIDED: spec.TELL,
    SheetState.TOLD: spec.HEAR,
    SheetState.OBJECTED: spec.ANSWER,
    SheetState.ANSWERED: spec.SUBMIT,
    SheetState.SUBMITTED: spec.FILE,
}
"""The act that a state waits for."""
AGAIN = {
    SheetState.TOLD: (spec.TELL,),
    SheetState.OBJECTED: (spec.HEAR,),
    SheetState.ANSWERED: (spec.HEAR,),
    SheetState.SUBMITTED: (spec.SUBMIT,),
}
"""Acts of earlier steps that may be done anew."""
NOT_YOURS = "这一步由主管来做。"
READ_ONLY = "只读账号不能登记。"


class FeedbackPart(QWidget):
    """The course of one decided sheet. `asked(widget)` when something there is to be brought into sight."""

    asked = Signal(QWidget)

    def __init__(self, ctx: Context, desk: Desk, shown: Round, scored: Scored) -> None:
        super().__init__()
        assert scored.sheet is not None  # noqa: S101 — it is decided
        self._ctx, self._desk, self.sheet = ctx, desk, scored.sheet
        self.form: RecordForm | None = None
        self.act: Act | None = None
        self.submit: QPushButton = primary_button("")
        self.again: dict[str, QPushButton] = {}
        self._said = label("", "error", wraps=True)
        self._place = QVBoxLayout()
        self._place.setSpacing(look.px(8))
        law = ctx.law_on(shown.period.last)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.px(8))
        column.addWidget(Separator())
        column.addWidget(label("反馈与归档", "heading"))
        self.steps = steps.course(self.sheet, shown.period.last, law)
        column.addWidget(stepper(self.steps))
        for step in self.steps:
            if step.late:
                column.addWidget(notice(step.late))
        self._tell_past(column)
        column.addLayout(self._place)
        self._lay_act(NEXT.get(self.sheet.state))
        lacks = steps.lacking(self.sheet, ctx.law_on(self.sheet.row["decided_at"].date()))
        self.lacking = () if self.sheet.row["filed_at"] else tuple(lacks)
        if self.lacking:
            column.addWidget(label(f"归档前还缺：{'；'.join(self.lacking)}。", "secondary", wraps=True))
        self._lay_again(column)
        bind_keys(self, self.send, lambda: None)

    @property
    def dirty(self) -> bool:
        """Whether something typed here is not saved."""
        return self.form is not None and self.form.dirty

    def focus(self) -> None:
        """Put the cursor where the next step begins."""
        if self.form is not None:
            self.form.focus_first()
        else:
            self.submit.setFocus()
        self.asked.emit(self)

    def send(self) -> None:
        """Save the step if the form can be read."""
        if self.act is None or not self.submit.isEnabled() or self.submit.property("busy"):
            return
        if self.form is not None and not self.form.check():
            return
        self._said.setVisible(False)
        values = self.form.values() if self.form is not None else {}
        title = f"{self.act.title} {self.sheet.number}"
        granted = self._desk.signed(self, self._ctx, Signing(title, self.act.title)) if self.act.signs else self._ctx
        if granted is None:
            return
        self._desk.operations.run(
            partial(self.act.run, granted, self.sheet.id, values),
            done=partial(self._done, self.form),
            failed=self._failed,
            owner=self,
            busy=self.submit,
        )

    def _done(self, form: RecordForm | None, outcome: Outcome[str]) -> None:
        if form is not None:
            form.accept(form.written())
        late = "逾期" in outcome.value
        self._desk.notices.show(outcome.value, Tone.WARNING if late else Tone.FINE)

    def _failed(self, error: Refusal | Trouble) -> None:
        if isinstance(error, Refusal) and self.form is not None and self.form.show_refusal(error):
            return
        if not isinstance(error, Fault):
            self._said.setText(f"{error}{getattr(error, 'remedy', '')}")
            self._said.setVisible(True)

    def _tell_past(self, column: QVBoxLayout) -> None:
        """What was said so far: the talk, the opinion, the answer."""
        row = self.sheet.row
        for word, text in (("反馈", row["talk"]), ("意见", row["opinion_text"]), ("答复", row["answer"])):
            if text:
                column.addWidget(label(f"{word}：{text}", wraps=True))
        if row["witness"]:
            column.addWidget(label(f"见证人：{row['witness']}", "secondary", wraps=True))

    def _lay_act(self, act: Act | None) -> None:
        """Offer the form of an act in the place of the one before."""
        while self._place.count():
            old = self._place.takeAt(0).widget()
            if old is not None and old is not self._said:
                old.setVisible(False)
                old.deleteLater()
        self.act, self.form = act, None
        if act is None:
            return
        self.submit = primary_button(act.title, "check")
        if act.fields:
            self.form = RecordForm(act.fields, self._desk.today, keys=False)
            values = {field.key: field.default(self._ctx) for field in act.fields if field.default}
            for field in act.fields:
                if field.options:
                    self.form.set_options(field.key, field.options(self._ctx))
            known = {field.key: self.sheet.row[field.key] for field in act.fields if self.sheet.row.get(field.key)}
            self.form.set_values({**values, **known})
            self.submit.setToolTip("Ctrl+S")
            self._place.addWidget(self.form)
        self._place.addWidget(self._said)
        self._said.setVisible(False)
        why = closed(self._ctx, act)
        self.submit.setEnabled(not why)
        if why:
            self.submit.setToolTip(why)
            if self.form is not None:
                self.form.set_read_only(True)
        self.submit.clicked.connect(self.send)
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addStretch(1)
        line.addWidget(self.submit)
        self._place.addWidget(row)

    def _lay_again(self, column: QVBoxLayout) -> None:
        """Earlier steps done anew, and taking the decision back, as quiet buttons."""
        acts = [*AGAIN.get(self.sheet.state, ())]
        if self.sheet.state is not SheetState.FILED:
            acts.append(spec.WITHDRAW)
        row = FlowRow()
        for act in acts:
            word = "撤回核定…" if act is spec.WITHDRAW else f"更改{act.title.removeprefix('登记')}…"
            button = ghost_button(word, "undo-2" if act is spec.WITHDRAW else "pencil")
            why = closed(self._ctx, act)
            button.setEnabled(not why)
            button.setToolTip(why)
            button.clicked.connect(partial(self._turn_to, act))
            self.again[act.key] = button
            row.add(button)
        if acts:
            column.addWidget(row)

    def _turn_to(self, act: Act, _checked: bool = False) -> None:
        if not self.dirty:
            self._lay_act(act)
            self.focus()


def closed(ctx: Context, act: Act) -> str:
    """Why the one at the desk may not do it; empty where he may."""
    if ctx.actor.role not in WRITERS:
        return READ_ONLY
    return NOT_YOURS if act.roles and str(ctx.actor.role) not in act.roles else ""


def stepper(course: Sequence[Step]) -> QWidget:
    """核定 → 反馈 → 意见 → 提交 → 归档, each done, next, or still to come."""
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(look.px(4))
    coming = next((n for n, step in enumerate(course) if not step.done), len(course))
    said = []
    for n, step in enumerate(course):
        column = QVBoxLayout()
        column.setSpacing(look.px(2))
        tone = (
            Tone.WARNING if step.late else Tone.FINE if step.done else Tone.INFORMATION if n == coming else Tone.NEUTRAL
        )
        icon = (
            "circle-check" if step.done and not step.late else look.TONE_ICONS[tone] if step.late else "circle-dashed"
        )
        column.addWidget(icon_label(icon, tone.value), 0, Qt.AlignmentFlag.AlignHCenter)
        word = label(step.title, "heading" if n == coming else "")
        word.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        when = label(_two_lines(step.words), "secondary", wraps=True)
        when.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        column.addWidget(word)
        column.addWidget(when, 1)
        row.addLayout(column, 1)
        said.append(
            f"{step.title}{'已完成' if step.done else '下一步' if n == coming else '未到'} {step.words}".strip()
        )
    made.setAccessibleName("，".join(said))
    return made


def _two_lines(words: str) -> str:
    return words.replace(" ", "\n", 1) if words else "—"
