"""The first start: the site's name and the supervisor's password, in the window, and straight in."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from opsdesk import bootstrap
from opsdesk.register import Field, Kind, Tone
from opsdesk.services import accounts
from opsdesk.services.context import Actor, Context
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.parts import Card, ghost_button, label, primary_button
from opsdesk.ui.pages.short_form import ShortForm, in_the_middle

LONG = 15
FIELDS = (
    Field("site", "站点名称", required=True, help="单位全称，会印在每张表上。"),
    Field("project", "项目名称", help="可以不填，以后在设置里也能改。"),
    Field("supervisor", "主管姓名", required=True, help="就是主管的账号名，每一步操作都记在名下。"),
    Field("password", "密码", Kind.SECRET, required=True),
    Field("again", "再输一次", Kind.SECRET, required=True),
)


def strength(password: str) -> tuple[str, Tone]:
    """What to say of a password while it is typed."""
    if not password:
        return f"至少 {accounts.SHORTEST} 个字符，建议用一句 {LONG} 个字以上、只有自己知道的话。", Tone.NEUTRAL
    try:
        accounts.check_password(password)
    except Refusal as refusal:
        missing = accounts.SHORTEST - len(password)
        return (f"还差 {missing} 个字符。", Tone.NEUTRAL) if missing > 0 else (str(refusal), Tone.WARNING)
    if len(password) >= LONG:
        return "这个密码很稳妥。", Tone.FINE
    return f"可以使用。{LONG} 个字符以上更稳妥。", Tone.INFORMATION


class FirstStartPage(QWidget):
    """Five fields and one button; `founded(Actor)` when the site stands, `restore_asked` where there is a backup."""

    founded = Signal(object)
    restore_asked = Signal()

    def __init__(self, ctx: Context, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx, self._desk = ctx, desk
        self.setProperty("class", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.form = ShortForm(FIELDS)
        self.hint = label("", "toned", wraps=True)
        self.hint.setFont(look.font(look.SECONDARY_SIZE))
        self.form.put_below("password", self.hint)
        self.said = label("", "error", wraps=True)
        self.submit = primary_button("建立站点并进入", "arrow-right")
        self.restore = ghost_button("已有备份，从备份恢复…", "history")
        self._lay_out()
        self.form.line("password").textChanged.connect(self._show_strength)
        self.form.submitted.connect(self._submit)
        self.submit.clicked.connect(self.form.submit)
        self.restore.clicked.connect(self.restore_asked)
        self._show_strength("")
        self._say("")
        self.form.focus("site")

    def _submit(self) -> None:
        if self.submit.property("busy"):
            return
        self._say("")
        site, project, supervisor, password, again = (self.form.value(field.key) for field in FIELDS)
        try:
            accounts.check_password(password)
            if password != again:
                raise Refusal("两次输入的密码不一样。请重新输一次。", field="again")
        except Refusal as refusal:
            self._show_failure(refusal)
            return
        self._desk.operations.run(
            partial(
                bootstrap.found_site,
                self._ctx,
                site=site,
                project=project,
                supervisor=supervisor,
                password=password,
            ),
            done=self._enter,
            failed=self._show_failure,
            owner=self,
            busy=self.submit,
        )

    def _enter(self, actor: Actor) -> None:
        self.form.clear()
        self.founded.emit(actor)

    def _show_failure(self, error: Refusal | Trouble) -> None:
        if not (isinstance(error, Refusal) and self.form.show_refusal(error)):
            self._say(f"{error}{getattr(error, 'remedy', '')}")

    def _show_strength(self, password: str) -> None:
        said, tone = strength(password)
        self.hint.setText(said)
        look.dress(self.hint, tone=tone.value)

    def _say(self, sentence: str) -> None:
        self.said.setText(sentence)
        self.said.setVisible(bool(sentence))

    def _lay_out(self) -> None:
        card = Card()
        card.setFixedWidth(look.px(520))
        card.body.setContentsMargins(*(look.px(24),) * 4)
        card.body.setSpacing(look.px(12))
        card.body.addWidget(label("建立站点", "title"))
        card.body.addWidget(
            label(f"数据只存在本机文件夹 {self._ctx.home}，不上传。填好这几项就可以开始。", "state", wraps=True)
        )
        card.body.addSpacing(look.px(4))
        card.body.addWidget(self.form)
        card.body.addWidget(self.said)
        foot = QHBoxLayout()
        foot.addWidget(label("密码忘了不能找回，请记牢；进去以后再建一个主管账号备用。", "secondary"), 1)
        foot.addWidget(self.submit)
        card.body.addLayout(foot)
        card.body.addWidget(self.restore, 0, Qt.AlignmentFlag.AlignLeft)
        in_the_middle(self, card, above="运维台")
