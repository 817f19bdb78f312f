"""查看内容: what one backup holds, beside the list; a locked one asks for its password here."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QGridLayout, QVBoxLayout, QWidget

from opsdesk.register import Chip, Field, Kind, Tone
from opsdesk.services import backup, backup_crypt, restoring
from opsdesk.services.backup import Kept
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.restoring import Preview
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.flow import FlowRow
from opsdesk.ui.kit.parts import Panel, Separator, danger_button, label, primary_button, secondary_button
from opsdesk.ui.pages.short_form import ShortForm

NOT_AS_CHAINED = "与审计链不符"
PASSWORD = (Field("password", "备份密码", Kind.SECRET, required=True),)


class BackupPanel(Panel):
    """Opens a backup whole and shows what it holds. `restore_asked`, `drill_asked`, `apart_asked` carry its path.

    `shown(bool)` tells the list beside that it has less room.

    `looked(path, Preview | Trouble)` tells how the check came out. The password of a locked one is kept while it is
    shown, and no longer.
    """

    shown = Signal(bool)
    restore_asked = Signal(object)
    drill_asked = Signal(object)
    apart_asked = Signal(object)
    looked = Signal(object, object)

    def __init__(self, ctx: Context, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("查看内容", parent)
        self._ctx, self._desk = ctx, desk
        self.path: Path | None = None
        self.preview: Preview | None = None
        self.password = ""
        self.form = ShortForm(PASSWORD)
        self.open = primary_button("打开")
        self.said = label("", wraps=True)
        self._asks = QWidget()
        self._facts = QWidget()
        self.restore = danger_button("恢复到这一份…", "history")
        self.drill = secondary_button("恢复演练", "clipboard-check")
        self.apart = secondary_button("恢复到别处…")
        self.apart.setToolTip("恢复到一个空文件夹里，现在的数据不动。")
        asks = QVBoxLayout(self._asks)
        asks.setContentsMargins(0, 0, 0, 0)
        asks.setSpacing(look.px(8))
        asks.addWidget(label("这份备份是加密的，输入写它时的备份密码才能打开。", wraps=True))
        asks.addWidget(self.form)
        asks.addWidget(self.open, 0, Qt.AlignmentFlag.AlignRight)
        self._grid = QGridLayout(self._facts)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(look.px(12))
        self._grid.setVerticalSpacing(look.px(8))
        self._grid.setColumnStretch(1, 1)
        for part in (self.said, self._asks, self._facts):
            self.body.addWidget(part)
        self.body.addStretch(1)
        buttons = FlowRow()
        for button in (self.restore, self.drill, self.apart):
            buttons.add(button)
        self.foot.addWidget(buttons, 1)
        self.form.submitted.connect(self._submit)
        self.open.clicked.connect(self.form.submit)
        self.restore.clicked.connect(lambda: self.restore_asked.emit(self.path))
        self.drill.clicked.connect(lambda: self.drill_asked.emit(self.path))
        self.apart.clicked.connect(lambda: self.apart_asked.emit(self.path))
        self.closed.connect(self.leave)
        close = QShortcut(QKeySequence("Esc"), self, self.leave)
        close.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.setVisible(False)

    def set_context(self, ctx: Context) -> None:
        """Somebody else is at the desk: what was open is closed, its password forgotten."""
        self._ctx = ctx
        self.leave()

    def show_backup(self, path: Path) -> None:
        """Open this backup; a locked one whose password is not known yet asks for it."""
        if path != self.path:
            self._forget()
        self.path = path
        self.set_title(path.name)
        self.setVisible(True)
        self.shown.emit(True)
        if backup_crypt.is_locked(path) and not self.password:
            self._ask("")
        else:
            self._read()

    def leave(self) -> None:
        """Close, and forget the password."""
        self._forget()
        self.setVisible(False)
        self.shown.emit(False)

    def _forget(self) -> None:
        self.path, self.preview, self.password = None, None, ""
        self.form.clear()

    def _submit(self) -> None:
        self.password = self.form.value("password")
        self._read()

    def _read(self) -> None:
        if self.path is None:
            return
        self.preview = None
        self._show("正在打开…", facts=False)
        self._desk.operations.run(
            partial(restoring.preview, self._ctx.home, self.path, self.password),
            done=self._show_preview,
            failed=self._fail,
            owner=self,
            replaces="preview",
            busy=self.open,
            beside=True,
        )

    def _show_preview(self, preview: Preview) -> None:
        if preview.path != self.path:
            return
        self.preview = preview
        self._fill(preview)
        self._show("")
        self.looked.emit(preview.path, preview)

    def _fail(self, error: Refusal | Trouble) -> None:
        if isinstance(error, Refusal):
            self.password = ""
            self._ask(str(error))
            return
        self._show(f"{error}{error.remedy}", facts=False, tone=Tone.BROKEN)
        if self.path is not None:
            self.looked.emit(self.path, error)

    def _ask(self, wrong: str) -> None:
        self._show("", facts=False)
        self._asks.setVisible(True)
        self.form.clear()
        self.form.rows["password"].show_error(wrong)
        self.form.focus("password")

    def _show(self, sentence: str, *, facts: bool = True, tone: Tone = Tone.NEUTRAL) -> None:
        if (focus := QApplication.focusWidget()) is not None and self._asks.isAncestorOf(focus):
            self.setFocus(Qt.FocusReason.OtherFocusReason)  # not to whatever stands next in the window
        self._asks.setVisible(False)
        self._facts.setVisible(facts)
        self.show_foot(facts)
        self.said.setText(sentence)
        self.said.setVisible(bool(sentence))
        look.dress(self.said, tone=tone.value, class_="toned" if tone is not Tone.NEUTRAL else "")

    def _fill(self, preview: Preview) -> None:
        while self._grid.count():
            if (widget := self._grid.takeAt(0).widget()) is not None:
                widget.setVisible(False)  # a dialog that comes next keeps what is to be deleted in sight
                widget.deleteLater()
        found = preview.contents
        span = [f"{each:%Y-%m-%d %H:%M}" for each in (preview.first, preview.last) if each is not None]
        whole = "前后相符" if found.whole else "有缺，恢复后请核对"
        told = [
            ("核对", f"可恢复 ✔ 已打开并逐表计数。{known_wrong(preview)}"),
            ("站点", preview.site or "（还没有名称）"),
            ("记录时间", " 至 ".join(dict.fromkeys(span))),
            ("审计链", f"{found.links:,} 条，{whole}"),
            ("链首", f"{found.last}·{' '.join(found.head[at : at + 4] for at in range(0, 16, 4)).upper()}"),
            ("同现在的数据", _compared(preview)),
            ("恢复会怎样", preview.loss),
        ]
        for place, (name, words) in enumerate(told):
            self._row(place, name, words)
        self._grid.addWidget(Separator(), len(told), 0, 1, 2)
        counted = [(word, f"{count:,} 行") for word, count in preview.kinds if count]
        for place, (name, words) in enumerate([*counted, ("共", f"{found.rows:,} 行")], len(told) + 1):
            self._row(place, name, words)

    def _row(self, place: int, name: str, words: str) -> None:
        head, said = label(name, "state"), label(words, wraps=True)
        said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._grid.addWidget(head, place, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(said, place, 1)


def state_of(each: Kept, checked: bool | None = None) -> Chip:
    """Whether one can go back to a backup; `checked` says what came of opening it just now."""
    if checked is False or (each.manifest is not None and not each.sound):
        return Chip("不能恢复", Tone.BROKEN)
    if each.wrong:
        return Chip(NOT_AS_CHAINED, Tone.BROKEN)
    return Chip("可恢复 ✔", Tone.FINE) if checked or each.sound else Chip("未检查")


def known_wrong(seen: Preview) -> str:
    """What is known not to hold in a backup, as a warning; empty where nothing is."""
    if not seen.wrong:
        return ""
    if seen.wrong == backup.CHANGED:
        return f"注意：{seen.wrong}，请尽量用别的备份。"
    return f"注意：里面有和审计链不符的记录（{seen.wrong.rstrip('。')}），恢复后它们还在。"


def _compared(preview: Preview) -> str:
    if preview.shared is None:
        return "没有可以对照的数据"
    if not preview.ahead.count:
        return "同一段历史，链首在现在的审计链里"
    return f"同一段历史，前 {preview.shared:,} 条相同" if preview.shared else "不是同一段历史"
