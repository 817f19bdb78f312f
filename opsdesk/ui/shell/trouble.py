"""When the record cannot be opened: what happened, what can be done, and a way back from a backup; no traceback."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from opsdesk.register import Column, Kind, Row
from opsdesk.services import restoring
from opsdesk.services.clock import Clock
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.notices import confirm, open_outside, size_in_words
from opsdesk.ui.kit.parts import Card, danger_button, icon_label, label, primary_button, secondary_button
from opsdesk.ui.kit.record_table import RecordTable
from opsdesk.ui.pages.backups import Kept, kept
from opsdesk.ui.pages.short_form import in_the_middle

COLUMNS = (
    Column("at", "时间", Kind.MOMENT, 160),
    Column("why", "原因", width=120),
    Column("size", "大小", width=96),
    Column("file", "文件", width=0),
)


class TroublePage(QWidget):
    """The sentence, its remedy, and 重试, 打开数据文件夹, 从备份恢复, 退出. `retried` opens anew, `left` ends."""

    retried = Signal()
    left = Signal()

    def __init__(self, home: Path, clock: Clock, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._home, self._clock, self._desk = home, clock, desk
        self._kept: Sequence[Kept] = ()
        self.setProperty("class", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.sentence = label("", "heading", wraps=True)
        self.remedy = label("", wraps=True)
        self.again = primary_button("重试", "refresh-cw")
        self.folder = secondary_button("打开数据文件夹", "folder-open")
        self.choose = secondary_button("从备份恢复", "history")
        self.leave = secondary_button("退出", "log-out")
        self.table = RecordTable(COLUMNS)
        self.table.setFixedHeight(look.px(look.ROW_HEIGHT * 6))
        self.table.set_empty("数据文件夹里没有备份。请联系技术支持，不要删除数据文件。")
        self.restore = danger_button("用选中的备份恢复")
        self.said = label("", "error", wraps=True)
        self._list = QWidget()
        self._lay_out()
        self.again.clicked.connect(self.retried)
        self.folder.clicked.connect(lambda: open_outside(self._home))
        self.choose.clicked.connect(self.show_backups)
        self.restore.clicked.connect(self._ask)
        self.leave.clicked.connect(self.left)
        self.table.chosen.connect(lambda row: self.restore.setEnabled(row is not None))

    def tell(self, error: Refusal | Trouble) -> None:
        """Say what happened and what can be done."""
        self.sentence.setText(str(error))
        self.remedy.setText(getattr(error, "remedy", ""))
        self.remedy.setVisible(bool(self.remedy.text()))
        self._list.setVisible(False)
        self._say("")
        self.again.setFocus()

    def show_backups(self) -> None:
        """List what there is to go back to."""
        self._desk.operations.run(partial(kept, self._home), done=self._show, failed=self._fail, owner=self)

    def restore_from(self, chosen: Path) -> None:
        """Put a backup in the record's place and open it; what was there is set aside."""

        def work() -> Path:
            return restoring.restore(self._home, chosen, self._clock.now(), clock=self._clock).aside

        self._desk.operations.run(
            work, done=lambda _aside: self.retried.emit(), failed=self._fail, owner=self, busy=self.restore
        )

    def _ask(self) -> None:
        row = self.table.chosen_row()
        if row is None:
            return
        chosen = self._kept[row.id]
        when = f"{chosen.at:%Y-%m-%d %H:%M} 的备份" if chosen.at else chosen.path.name
        sentence = f"数据将回到{when}，之后的记录不在其中。现在的数据文件会移到旁边保留，不会删除。"
        if confirm(self, "从备份恢复", sentence, "恢复"):
            self.restore_from(chosen.path)

    def _show(self, found: Sequence[Kept]) -> None:
        self._kept = found
        self.table.set_rows(
            [
                Row(n, {"at": each.at, "why": each.why, "size": size_in_words(each.size), "file": each.path.name})
                for n, each in enumerate(found)
            ]
        )
        self._list.setVisible(True)
        self.restore.setEnabled(bool(found))
        if found:
            self.table.selectRow(0)
            self.table.setFocus()

    def _fail(self, error: Refusal | Trouble) -> None:
        self._say(f"{error}{getattr(error, 'remedy', '')}")

    def _say(self, sentence: str) -> None:
        self.said.setText(sentence)
        self.said.setVisible(bool(sentence))

    def _lay_out(self) -> None:
        card = Card()
        card.setFixedWidth(look.px(720))
        card.body.setContentsMargins(*(look.px(24),) * 4)
        card.body.setSpacing(look.px(12))
        head = QHBoxLayout()
        head.setSpacing(look.px(12))
        head.addWidget(icon_label("triangle-alert", "broken", 28))
        head.addWidget(label("数据没有打开", "title"), 1)
        card.body.addLayout(head)
        card.body.addWidget(self.sentence)
        card.body.addWidget(self.remedy)
        buttons = QHBoxLayout()
        buttons.setSpacing(look.px(8))
        for button in (self.again, self.choose, self.folder):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.leave)
        card.body.addSpacing(look.px(4))
        card.body.addLayout(buttons)
        inside = QVBoxLayout(self._list)
        inside.setContentsMargins(0, look.px(8), 0, 0)
        inside.setSpacing(look.px(8))
        inside.addWidget(label("选一份备份，先检查，完好才会恢复。", "secondary"))
        inside.addWidget(self.table)
        inside.addWidget(self.restore, 0, Qt.AlignmentFlag.AlignLeft)
        card.body.addWidget(self._list)
        card.body.addWidget(self.said)
        in_the_middle(self, card)
