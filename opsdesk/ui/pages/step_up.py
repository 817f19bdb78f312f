"""A supervisor's name and password for one act, asked in a small dialog because it signs (`promises.md` H14)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from opsdesk.register import Field, Kind
from opsdesk.rules.vocabulary import Role
from opsdesk.services import accounts
from opsdesk.services.context import Actor, Context
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.ui.kit import look
from opsdesk.ui.kit.change_bus import ChangeBus
from opsdesk.ui.kit.operation import Operations
from opsdesk.ui.kit.parts import label, primary_button, secondary_button
from opsdesk.ui.pages.short_form import ShortForm

Sign = Callable[[Context, Mapping[str, Any]], object]
"""What is signed, given the site with the supervisor at the desk and the values of the fields."""


class StepUp(QDialog):
    """Asks which supervisor and the password; `granted` is the site with that supervisor once it was right.

    `more` are fields asked for besides (a reason); `sign` then does what is signed with them, and may refuse.
    `verb` stands on the button.
    """

    def __init__(
        self, parent: QWidget | None, ctx: Context, sentence: str, more: Sequence[Field] = (),
        sign: Sign | None = None, *, verb: str,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._ctx, self._more, self._sign = ctx, tuple(more), sign
        self.granted: Context | None = None
        self.operations = Operations(ChangeBus(self), None, self)
        self.setWindowTitle("主管确认")
        self.setModal(True)
        self.setFixedWidth(look.px(440))
        self.form = ShortForm(
            (
                Field("name", "主管", Kind.CHOICE, required=True),
                Field("password", "密码", Kind.SECRET, required=True),
                *more,
            ),
        )
        self.submit, self.refuse = primary_button(verb), secondary_button("取消")
        self.said = label("", "error", wraps=True)
        self.said.setVisible(False)
        self.form.submitted.connect(self._submit)
        self.submit.clicked.connect(self.form.submit)
        self.refuse.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.setSpacing(look.px(8))
        foot.addStretch(1)
        foot.addWidget(self.refuse)
        foot.addWidget(self.submit)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(look.px(24),) * 4)
        column.setSpacing(look.px(12))
        column.addWidget(label("需要主管确认", "heading"))
        words = label(sentence, wraps=True)
        words.setMinimumHeight(words.heightForWidth(self.width() - 2 * look.px(24)))  # a dialog would cut several lines
        column.addWidget(words)
        column.addWidget(self.form)
        column.addWidget(self.said)
        column.addLayout(foot)
        self.operations.run(partial(accounts.names, ctx), done=self._offer, failed=self._say, owner=self)

    def _offer(self, actors: list[Actor]) -> None:
        names = [actor.name for actor in actors if actor.role is Role.SUPERVISOR]
        self.form.set_options("name", [(name, name) for name in names])
        if names:
            own = self._ctx.actor.name
            self.form.set_value("name", own if own in names else names[0])
            self.form.focus("password")

    def _submit(self) -> None:
        values = {key: self.form.value(key) for key in self.form.rows}
        self.operations.run(
            partial(self._check, values),
            done=self._grant,
            failed=self._say,
            owner=self,
            busy=self.submit,
        )

    def _check(self, values: Mapping[str, Any]) -> Context:
        actor = accounts.log_in(self._ctx, name=values["name"], password=values["password"], act="主管确认")
        if actor.role is not Role.SUPERVISOR:
            raise Refusal(f"{actor.name}不是主管。请由主管输入密码。", field="name")
        granted = self._ctx.acting_as(actor)
        if self._sign is not None:
            self._sign(granted, values)
        return granted

    def _grant(self, granted: Context) -> None:
        self.granted = granted
        self.accept()

    def _say(self, error: Refusal | Trouble) -> None:
        if not isinstance(error, Refusal) or error.field in {"", "name", "password"}:
            self.form.set_value("password", "")
        if isinstance(error, Refusal) and self.form.show_refusal(error):
            return
        self.said.setText(f"{error}{getattr(error, 'remedy', '')}")
        self.said.setVisible(True)


def ask_supervisor(
    parent: QWidget | None, ctx: Context, sentence: str, more: Sequence[Field] = (), sign: Sign | None = None,
    *, verb: str,
) -> Context | None:  # fmt: skip
    """Ask a supervisor for name and password; the site with that supervisor at the desk, None if refused.

    The password is checked off the GUI thread; both outcomes are chained.
    """
    dialog = StepUp(parent.window() if parent else None, ctx, sentence, more, sign, verb=verb)
    try:
        dialog.exec()
        return dialog.granted
    finally:
        dialog.operations.close()
        dialog.deleteLater()
