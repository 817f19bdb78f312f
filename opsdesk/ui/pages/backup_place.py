"""The line above the backups: how the second place stands, and what can be done about it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFileDialog, QFrame, QHBoxLayout, QWidget

from opsdesk.register import Field, Kind, Tone
from opsdesk.rules.vocabulary import Role
from opsdesk.services import backup_second
from opsdesk.services.backup import Backup
from opsdesk.services.backup_second import Second
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.flow import FlowRow
from opsdesk.ui.kit.operation import Progress
from opsdesk.ui.kit.parts import icon_label, label, secondary_button
from opsdesk.ui.pages.step_up import ask_supervisor

BESIDE = 560
"""Pixels of width from which the buttons stand beside the sentence."""
NEW_PASSWORD = (
    Field("new", "新备份密码", Kind.SECRET, help="至少 8 个字符；两格都空着就是以后不加密。"),
    Field("again", "再输一次", Kind.SECRET),
)


class Banner(QFrame):
    """A sentence in the colour of how things stand, with buttons at its right, in little room below it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("class", "notice")
        self._icon = icon_label(look.TONE_ICONS[Tone.NEUTRAL])
        self._words = label("", wraps=True)
        self._buttons = FlowRow()
        self._inner = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._inner.setSpacing(look.px(4))
        self._inner.addWidget(self._words, 1)
        self._inner.addWidget(self._buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(look.px(12), look.px(4), look.px(8), look.px(4))
        row.setSpacing(look.px(8))
        row.addWidget(self._icon)
        row.addLayout(self._inner, 1)
        self.setMinimumHeight(look.px(40))
        self.tone = Tone.NEUTRAL

    def add(self, button: QWidget) -> None:
        """Put a button after the others."""
        self._buttons.add(button)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 — Qt's name
        """The sentence keeps the room it needs."""
        super().resizeEvent(event)
        narrow = self.width() < look.px(BESIDE)
        self._inner.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)

    def say(self, sentence: str, tone: Tone) -> None:
        """Show this sentence; none hides the line."""
        self.tone = tone
        self._words.setText(sentence)
        look.set_icon(self._icon, look.TONE_ICONS[tone], tone.value)
        look.dress(self, tone=tone.value)
        self.setVisible(bool(sentence))

    def sentence(self) -> str:
        """The sentence shown."""
        return self._words.text()


class SecondPlace(Banner):
    """How the second place stands: red where nothing went there for three days, amber where it is not plugged in.

    `made(Backup)` after a backup went there.
    """

    made = Signal(object)

    def __init__(self, ctx: Context, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx, self._desk = ctx, desk
        self.second: Second | None = None
        self.copy = secondary_button("备份到第二位置", "download")
        self.choose = secondary_button("选择…", "folder-open")
        self.password = secondary_button("备份密码…", "key-round")
        self.password.setToolTip("备份到第二位置和 U 盘的文件按这个密码加密，本机的备份不加密。")
        for button in (self.copy, self.choose, self.password):
            self.add(button)
        self.copy.clicked.connect(self.make_copy)
        self.choose.clicked.connect(self._choose_folder)
        self.password.clicked.connect(self._ask_password)

    def set_context(self, ctx: Context) -> None:
        """Somebody else is at the desk."""
        self._ctx = ctx

    def show_second(self, second: Second) -> None:
        """Say how it stands."""
        self.second = second
        locked = "那里的备份已加密。" if second.locked else "那里的备份没有加密。" if second.folder else ""
        if second.plain:
            locked = f"以后的备份加密；那里还有 {second.plain} 份设密码以前的没有加密，不再需要时请删除。"
        tone = Tone.FINE if second.fine else Tone.BROKEN if second.folder and second.late else Tone.WARNING
        self.say(f"{second.sentence}{locked}", tone)
        self.copy.setVisible(second.folder is not None)
        self.choose.setText("更改…" if second.folder else "选择…")

    def make_copy(self) -> None:
        """Back up there now, beside the work that goes on."""
        ctx = self._ctx

        def work(progress: Progress) -> Backup:
            return backup_second.copy(ctx, "手动", progress)

        self._desk.operations.run_long(
            work, "正在备份到第二位置", done=self.made.emit, owner=self, busy=self.copy, beside=True
        )

    def take(self, folder: Path) -> None:
        """Let this folder be the second place; only a supervisor may say so."""
        ctx = self._supervisor("选择第二备份位置需要主管输入密码。")
        if ctx is not None:
            self._desk.operations.run(partial(backup_second.choose, ctx, folder), done=self._tell, owner=self)

    def set_password(self, granted: Context, values: Mapping[str, Any]) -> None:
        """Keep the lock of a new password that was typed twice. Refuses where the two differ, or a weak one."""
        new, again = str(values["new"] or ""), str(values["again"] or "")
        if new != again:
            raise Refusal("两次输入的备份密码不一样。请重新输一次。", field="again")
        try:
            said = backup_second.set_password(granted, new)
        except Refusal as refusal:
            raise Refusal(str(refusal), field="new") from None
        self._said = said

    def _ask_password(self) -> None:
        sentence = (
            "给带出去的备份设一个密码。程序不保存它，忘记了谁也打不开；请抄好锁进保险柜。"
            "以前加密的备份仍用当时的密码打开。"
        )
        if ask_supervisor(self, self._ctx, sentence, NEW_PASSWORD, self.set_password, verb="设备份密码") is not None:
            self._desk.bus.announce(self._said.touched)
            self._tell(self._said)

    def _choose_folder(self) -> None:
        usual = str(self.second.folder) if self.second and self.second.folder else ""
        name = QFileDialog.getExistingDirectory(self, "选择第二备份位置", usual)
        if name:
            self.take(Path(name))

    def _supervisor(self, sentence: str) -> Context | None:
        if self._ctx.actor.role is Role.SUPERVISOR:
            return self._ctx
        return ask_supervisor(self, self._ctx, sentence, verb="选择这里")

    def _tell(self, outcome: Any) -> None:
        self._desk.notices.show(outcome.value, Tone.FINE)
