"""How visitors' identity numbers are kept, and what the supervisor can do about it (设置 · 站点)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtWidgets import QWidget

from opsdesk.register import Field, Kind, Tone
from opsdesk.services import number_password
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.number_password import Standing
from opsdesk.services.outcome import Outcome
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.flow import FlowRow
from opsdesk.ui.kit.parts import Card, label, secondary_button
from opsdesk.ui.pages.step_up import ask_supervisor

Act = Callable[[Context, Mapping[str, Any]], Outcome[str]]

NEW = (
    Field("new", "新证件号密码", Kind.SECRET, required=True, help="至少 8 个字符，不要和登录密码一样。"),
    Field("again", "再输一次", Kind.SECRET, required=True),
)
OLD = Field("number_password", "证件号密码", Kind.SECRET, required=True)
SEAL = (
    *NEW,
    Field("copies", "删除旧备份", Kind.FLAG, help="里面是全号。先写一份新备份，再删。"),
)
OPEN = (
    Field("number_password", "证件号密码", Kind.SECRET, help="全号要靠它恢复。"),
    Field("lost", "密码忘了", Kind.FLAG, help="不用密码，只留遮住的号码，全号不能找回。"),
)
SAID = {
    "seal": "证件号加密保存以后，列表、表单和纸上照旧只见遮住的号码，要看全号除了主管还要证件号密码。"
    "程序不保存这个密码：忘记了，全号谁也找不回来，只剩遮住的号码。请抄好锁进保险柜。",
    "change": "所有证件号改用新密码。更换以前的备份仍用旧密码；忘记了新密码，全号谁也找不回来。",
    "open": "不再加密以后，证件号又存全号，打开数据文件的人看得到。",
    "drop": "加密以前的备份和移开的旧数据文件里是全号。现在写一份新备份，再把它们删掉，删掉后不能找回。",
}
VERBS = {"seal": "加密保存", "change": "更换密码", "open": "不再加密", "drop": "删除旧备份"}


class NumberCard(Card):
    """A sentence on how identity numbers are kept, and buttons; each takes a supervisor's password."""

    def __init__(self, ctx: Context, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("访客证件号", parent)
        self._ctx, self._desk = ctx, desk
        self._outcome: Outcome[str] | None = None
        self.said = label("", wraps=True)
        self.seal = secondary_button("加密保存…", "key-round")
        self.change = secondary_button("更换密码…", "key-round")
        self.open = secondary_button("不再加密…")
        self.drop = secondary_button("删除旧备份…")
        self._buttons = FlowRow()
        self.body.addWidget(self.said)
        self.body.addWidget(self._buttons)
        for button in (self.seal, self.change, self.open, self.drop):
            self._buttons.add(button)
            button.setVisible(False)
        self.seal.clicked.connect(lambda: self._ask("seal", SEAL, _seal))
        self.change.clicked.connect(lambda: self._ask("change", (OLD, *NEW), _change))
        self.open.clicked.connect(lambda: self._ask("open", OPEN, _open))
        self.drop.clicked.connect(lambda: self._ask("drop", (), lambda ctx, _: number_password.drop_copies(ctx)))
        desk.bus.watch(self, {"settings", "backup"}, self.refresh)
        self.refresh()

    def set_context(self, ctx: Context) -> None:
        """Somebody else is at the desk."""
        self._ctx = ctx

    def refresh(self) -> None:
        """Look anew."""
        ctx = self._ctx
        self._desk.operations.run(
            lambda: number_password.look(ctx), done=self._show, owner=self, replaces="identity numbers"
        )

    def _show(self, standing: Standing) -> None:
        self.said.setText(standing.sentence)
        self.seal.setVisible(not standing.sealed)
        for button in (self.change, self.open):
            button.setVisible(standing.sealed)
        self.drop.setVisible(bool(standing.copies))
        self._buttons.updateGeometry()

    def _ask(self, what: str, fields: Sequence[Field], act: Act) -> None:
        def sign(granted: Context, values: Mapping[str, Any]) -> None:
            self._outcome = act(granted, values)

        if (
            ask_supervisor(self, self._ctx, SAID[what], fields, sign, verb=VERBS[what]) is not None
            and self._outcome is not None
        ):
            self._desk.bus.announce(self._outcome.touched)
            self._desk.notices.show(self._outcome.value, Tone.FINE)


def _seal(ctx: Context, values: Mapping[str, Any]) -> Outcome[str]:
    return _with_new(values, lambda new: number_password.turn_on(ctx, new, drop_copies=bool(values["copies"])))


def _change(ctx: Context, values: Mapping[str, Any]) -> Outcome[str]:
    return _with_new(values, lambda new: number_password.change(ctx, str(values["number_password"] or ""), new))


def _open(ctx: Context, values: Mapping[str, Any]) -> Outcome[str]:
    if values["lost"]:
        return number_password.give_up(ctx)
    return number_password.turn_off(ctx, str(values["number_password"] or ""))


def _with_new(values: Mapping[str, Any], act: Callable[[str], Outcome[str]]) -> Outcome[str]:
    """The act with a password that was typed twice. Refuses where the two differ; a weak one beside its field."""
    new = str(values["new"] or "")
    if new != str(values["again"] or ""):
        raise Refusal("两次输入的证件号密码不一样。请重新输一次。", field="again")
    try:
        return act(new)
    except Refusal as refusal:
        if refusal.field == "password":
            raise Refusal(str(refusal), field="new") from None
        raise
