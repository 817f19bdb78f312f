"""Changing one's own password (设置 · 站点): who set it up for somebody need not know it for ever (ASVS 6.2.2)."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from opsdesk.register import Field, Kind, Tone
from opsdesk.services import accounts
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.outcome import Outcome
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.operation import Fault
from opsdesk.ui.kit.parts import Card, label, secondary_button
from opsdesk.ui.pages.short_form import ShortForm

FIELDS = (
    Field("old", "原密码", Kind.SECRET, required=True),
    Field("password", "新密码", Kind.SECRET, required=True, help="至少 8 个字符，建议用一句只有自己知道的话。"),
    Field("again", "再输一次", Kind.SECRET, required=True),
)


class PasswordCard(Card):
    """Three fields and a button, for whoever is at the desk."""

    def __init__(self, ctx: Context, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("我的登录密码", parent)
        self._ctx, self._desk = ctx, desk
        self.whose = label("", "secondary", wraps=True)
        self.form = ShortForm(FIELDS)
        self.submit = secondary_button("修改密码", "key-round")
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.submit)
        self.body.setSpacing(look.px(12))
        self.body.addWidget(self.whose)
        self.body.addWidget(self.form)
        self.body.addLayout(foot)
        self.submit.clicked.connect(self.form.submit)
        self.form.submitted.connect(self._change)
        self.set_context(ctx)

    def set_context(self, ctx: Context) -> None:
        """Somebody else is at the desk."""
        self._ctx = ctx
        self.whose.setText(f"账号“{ctx.actor.name}”的密码。别人设的，请改成只有自己知道的。")
        self.form.clear()

    def _change(self) -> None:
        ctx, old, new = self._ctx, self.form.value("old"), self.form.value("password")
        if new != self.form.value("again"):
            self.form.show_refusal(Refusal("两次输入的新密码不一样。请重新输一次。", field="again"))
            return
        self._desk.operations.run(
            lambda: accounts.change_own(ctx, old=old, new=new),
            done=self._on_changed,
            failed=self._on_failed,
            owner=self,
            busy=self.submit,
        )

    def _on_changed(self, outcome: Outcome[str]) -> None:
        self.form.clear()
        self._desk.notices.show(outcome.value, Tone.FINE)

    def _on_failed(self, error: Refusal | Trouble) -> None:
        if not (isinstance(error, Refusal) and self.form.show_refusal(error)) and not isinstance(error, Fault):
            self._desk.notices.show(f"{error}{getattr(error, 'remedy', '')}", Tone.WARNING)
