"""Who sits down at the desk: log in, unlock, change places, leave the kiosk. Nothing of the record is visible here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QWidget

from opsdesk.register import Field, Kind
from opsdesk.services import accounts
from opsdesk.services.context import Actor, Context
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.parts import Card, icon_label, label, primary_button, secondary_button
from opsdesk.ui.pages.short_form import ShortForm, in_the_middle
from opsdesk.ui.pages.step_up import ask_supervisor

__all__ = ["CHANGE", "LEAVE_KIOSK", "LOCKED", "START", "LogInPage", "Occasion", "ask_supervisor"]


@dataclass(frozen=True)
class Occasion:
    """Why somebody logs in: words on the page, the act in the record, whether one may go back without."""

    title: str
    sentence: str
    button: str
    act: str
    icon: str
    may_go_back: bool = False


START = Occasion("登录", "", "登录", "登录", "user")
LOCKED = Occasion("已锁定", "输入密码继续。没有保存的内容还在。", "解锁", "解锁", "lock")
CHANGE = Occasion("换人", "由另一位登录，之后的操作都记在他的名下。", "登录", "换人登录", "users", may_go_back=True)
LEAVE_KIOSK = Occasion(
    "退出自助签到", "退出自助签到需要任一账号的密码。", "退出自助", "退出自助签到", "log-out", may_go_back=True
)


class LogInPage(QWidget):
    """Account, password, Enter. `entered(Actor)` when the password was right, `gone_back` where that is allowed."""

    entered = Signal(object)
    gone_back = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._ctx: Context | None = None
        self._wanted = ""
        self.occasion = START
        self.setProperty("class", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._icon = icon_label("user", "link", 28)
        self.title = label("", "title")
        self.sentence = label("", "state", wraps=True)
        self.form = ShortForm(
            (Field("name", "账号", Kind.CHOICE, required=True), Field("password", "密码", Kind.SECRET, required=True)),
        )
        self.said = label("", "error", wraps=True)
        self.submit = primary_button("登录")
        self.back = secondary_button("返回")
        self._lay_out()
        self.form.submitted.connect(self._submit)
        self.submit.clicked.connect(self.form.submit)
        self.back.clicked.connect(self._go_back)
        QShortcut(QKeySequence("Esc"), self, self._go_back)

    def begin(self, ctx: Context, occasion: Occasion, name: str = "") -> None:
        """Ask for an account and its password; `name` is chosen beforehand."""
        self._ctx, self.occasion, self._wanted = ctx, occasion, name
        look.set_icon(self._icon, occasion.icon, "link")
        self.title.setText(occasion.title)
        self.sentence.setText(occasion.sentence)
        self.sentence.setVisible(bool(occasion.sentence))
        self.submit.setText(occasion.button)
        self.back.setVisible(occasion.may_go_back)
        self._say("")
        self.form.clear()
        self._desk.operations.run(
            partial(accounts.names, ctx), done=self._offer, failed=self._show_failure, owner=self, replaces="names"
        )

    def focus_first(self) -> None:
        """The cursor stands where the password is typed."""
        self.form.focus("password")

    def _offer(self, actors: list[Actor]) -> None:
        self.form.set_options("name", [(actor.name, actor.name) for actor in actors])
        names = [actor.name for actor in actors]
        if self.occasion is CHANGE:
            names.sort(key=lambda name: name == self._wanted)  # most likely it is somebody else
            self.form.set_value("name", names[0] if names else None)
        else:
            self.form.set_value("name", self._wanted if self._wanted in names else names[0] if names else None)
        self.focus_first()

    def _submit(self) -> None:
        if self._ctx is None or self.submit.property("busy"):
            return
        self._say("")
        name, password = self.form.value("name"), self.form.value("password")
        self._desk.operations.run(
            partial(accounts.log_in, self._ctx, name=name, password=password, act=self.occasion.act),
            done=self._enter,
            failed=self._show_failure,
            owner=self,
            busy=self.submit,
        )

    def _enter(self, actor: Actor) -> None:
        self.form.clear()
        self.entered.emit(actor)

    def _show_failure(self, error: Refusal | Trouble) -> None:
        self.form.set_value("password", "")
        if not (isinstance(error, Refusal) and self.form.show_refusal(error)):
            self._say(f"{error}{getattr(error, 'remedy', '')}")

    def _say(self, sentence: str) -> None:
        self.said.setText(sentence)
        self.said.setVisible(bool(sentence))

    def _go_back(self) -> None:
        if self.occasion.may_go_back:
            self.form.clear()
            self.gone_back.emit()

    def _lay_out(self) -> None:
        card = Card()
        card.setFixedWidth(look.px(400))
        card.body.setContentsMargins(*(look.px(24),) * 4)
        card.body.setSpacing(look.px(12))
        head = QHBoxLayout()
        head.setSpacing(look.px(12))
        head.addWidget(self._icon)
        head.addWidget(self.title, 1)
        card.body.addLayout(head)
        card.body.addWidget(self.sentence)
        card.body.addSpacing(look.px(4))
        card.body.addWidget(self.form)
        card.body.addWidget(self.said)
        foot = QHBoxLayout()
        foot.setSpacing(look.px(8))
        foot.addStretch(1)
        foot.addWidget(self.back)
        foot.addWidget(self.submit)
        card.body.addLayout(foot)
        in_the_middle(self, card, above="运维台")
