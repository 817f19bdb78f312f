"""The supervisor confirms a clock that has gone back: name, password, reason; modal, because it signs."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from opsdesk.register import Tone
from opsdesk.rules.vocabulary import Role
from opsdesk.services import accounts, clock_guard
from opsdesk.services.context import Actor, Context
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.outcome import Outcome
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.parts import ChoiceBox, label, primary_button, secondary_button


def confirm(ctx: Context, *, name: str, password: str, reason: str) -> Outcome[str]:
    """Check the supervisor's password and record the confirmation."""
    return clock_guard.confirm(ctx.acting_as(accounts.log_in(ctx, name=name, password=password)), reason=reason)


class ClockConfirmation(QDialog):
    """Asks which supervisor, the password, and why the clock changed."""

    def __init__(self, parent: QWidget, ctx: Context, desk: Desk, sentence: str) -> None:
        super().__init__(parent)
        self._ctx, self._desk = ctx, desk
        self.setWindowTitle("确认电脑时间")
        self.setMinimumWidth(look.px(480))
        self.name, self.password, self.reason = ChoiceBox(), QLineEdit(), QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.reason.setPlaceholderText("例如：昨晚校时前快了一小时")
        self.said = label("", "error", wraps=True)
        self.submit, cancel = primary_button("时间无误，继续签到"), secondary_button("取消")
        self.submit.setDefault(True)
        self.submit.clicked.connect(self._submit)
        cancel.clicked.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(look.px(24),) * 4)
        column.setSpacing(look.px(8))
        column.addWidget(label(sentence, wraps=True))
        for title, widget in (("主管", self.name), ("密码", self.password), ("时钟变动的原因", self.reason)):
            column.addWidget(label(title, "secondary"))
            column.addWidget(widget)
        column.addWidget(self.said)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(cancel)
        foot.addWidget(self.submit)
        column.addLayout(foot)
        desk.operations.run(partial(accounts.names, ctx), done=self._fill, owner=self)
        self.password.setFocus()

    def _fill(self, actors: list[Actor]) -> None:
        for actor in actors:
            if actor.role is Role.SUPERVISOR:
                self.name.addItem(actor.name)

    def _submit(self) -> None:
        self._desk.operations.run(
            partial(
                confirm,
                self._ctx,
                name=self.name.currentText(),
                password=self.password.text(),
                reason=self.reason.text(),
            ),
            done=self._done,
            failed=self._failed,
            owner=self,
            busy=self.submit,
        )

    def _done(self, outcome: Outcome[str]) -> None:
        self._desk.notices.show(outcome.value, Tone.WARNING)
        self.accept()

    def _failed(self, error: Refusal | Trouble) -> None:
        self.said.setText(str(error))


def confirm_clock(parent: QWidget, ctx: Context, desk: Desk, sentence: str) -> None:
    """Open the confirmation over the window."""
    ClockConfirmation(parent, ctx, desk, sentence).open()
