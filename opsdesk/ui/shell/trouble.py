"""When the record cannot be opened: what happened, and the ways out: mend it, or go back to a backup; no traceback."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from opsdesk import bootstrap
from opsdesk.register import Column, Field, Kind, Row, Tone
from opsdesk.services import backup, backup_crypt, backup_keeping, restoring, salvage
from opsdesk.services.backup import Backup, Kept
from opsdesk.services.clock import Clock
from opsdesk.services.errors import Damaged, Refusal, Trouble
from opsdesk.services.restoring import Preview
from opsdesk.services.salvage import Salvage
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.notices import confirm, open_outside, size_in_words
from opsdesk.ui.kit.parts import Card, danger_button, icon_label, label, secondary_button
from opsdesk.ui.kit.record_table import RecordTable
from opsdesk.ui.pages.backup_panel import known_wrong, state_of
from opsdesk.ui.pages.backups import FILES
from opsdesk.ui.pages.short_form import ShortForm, in_the_middle
from opsdesk.ui.shell.keeping import restored_in_words

COLUMNS = (
    Column("at", "时间", Kind.MOMENT, 160),
    Column("why", "原因", width=140),
    Column("state", "检查结果", Kind.CHIP, 112),
    Column("size", "大小", width=88),
    Column("file", "文件", width=0),
)
PASSWORD = (Field("password", "备份密码", Kind.SECRET),)
MOST_FINDINGS = 6
MENDING = "正在副本里修复…"
NO_BACKUP = (
    "数据文件夹里没有备份。U 盘或别处有备份的，请点“其他文件…”；"
    "确实没有的，请把 ops.db、ops.unsound 和名字以 set-aside 开头的文件夹移到别处再点“重试”，从空白站点开始，照纸补录。"
)
SHUT = "备份文件夹打不开，这个电脑账户没有读它的权限。请让电脑管理员给权限再试；U 盘或别处有备份的，请点“其他文件…”。"


class TroublePage(QWidget):
    """The sentence, its remedy, and 重试, 修复, 从备份恢复, 打开数据文件夹, 退出. `retried` opens anew, `left` ends."""

    retried = Signal()
    left = Signal()

    def __init__(self, home: Path, clock: Clock, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._home, self._clock, self._desk = home, clock, desk
        self._kept: Sequence[Kept] = ()
        self._mended: Salvage | None = None
        self._told = ("", "")
        self.chosen: Path | None = None
        self.setProperty("class", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.sentence = label("", "heading", wraps=True)
        self.remedy = label("", wraps=True)
        self.again = secondary_button("重试", "refresh-cw")
        self.repair = secondary_button("修复", "wrench")
        self.folder = secondary_button("打开数据文件夹", "folder-open")
        self.choose = secondary_button("从备份恢复", "history")
        self.leave = secondary_button("退出", "log-out")
        self.table = RecordTable(COLUMNS)
        self.table.setFixedHeight(look.px(look.ROW_HEIGHT * 6))
        self.table.set_empty(NO_BACKUP)
        self.contents = label("", wraps=True)
        self.form = ShortForm(PASSWORD)
        self.restore = danger_button("用选中的备份恢复")
        self.other = secondary_button("其他文件…", "folder-open")
        self.report = label("", wraps=True)
        self.accept = secondary_button("用修复的数据打开")
        self.said = label("", "error", wraps=True)
        self._list, self._outcome = QWidget(), QWidget()
        self._lay_out()
        self.again.clicked.connect(self.retried)
        self.repair.clicked.connect(self.mend)
        self.folder.clicked.connect(lambda: open_outside(self._home))
        self.choose.clicked.connect(self.show_backups)
        self.restore.clicked.connect(self._ask)
        self.other.clicked.connect(self._choose_file)
        self.accept.clicked.connect(self._take_mended)
        self.leave.clicked.connect(self.left)
        self.form.submitted.connect(self._read)
        self.table.chosen.connect(lambda row: self.look_at(self._kept[row.id].path if row is not None else None))

    def tell(self, error: Refusal | Trouble) -> None:
        """Say what happened and what can be done."""
        self._told = (str(error), getattr(error, "remedy", ""))
        self._head(*self._told)
        damaged = isinstance(error, Damaged)
        self.repair.setVisible(damaged and _holds_something(bootstrap.database(self._home)))
        self._list.setVisible(False)
        self._drop_mended()
        self._say("")
        self._lead(self.again if not damaged else self.choose if self.repair.isHidden() else self.repair)

    def mend(self) -> None:
        """Mend a copy of the record and say what was saved and what was lost; nothing is put in place yet."""
        self._drop_mended()
        self._head(MENDING)
        self._say("")
        self._desk.operations.run(
            lambda: (salvage.attempt(self._home), _newest(self._home)),
            done=self._show_mended,
            failed=self._fail,
            owner=self,
            busy=self.repair,
        )

    def show_backups(self) -> None:
        """List what there is to go back to."""
        self._say("")
        folder = self._home / backup.FOLDER
        self._desk.operations.run(partial(backup.kept, folder), done=self._show, failed=self._fail, owner=self)

    def look_at(self, path: Path | None) -> None:
        """Say what a backup holds; a locked one needs its password first."""
        self.chosen = path
        self.restore.setEnabled(path is not None)
        self.form.clear()
        self.form.setVisible(path is not None and backup_crypt.is_locked(path))
        self.contents.setText("")
        if path is not None and not backup_crypt.is_locked(path):
            self._read()

    def restore_from(self, chosen: Path) -> None:
        """Put a backup in the record's place and open it; what was there is set aside."""
        password = self.form.value("password") or ""

        self._desk.operations.run(
            partial(restoring.restore, self._home, chosen, self._clock.now(), password=password, clock=self._clock),
            done=lambda done: self._open(restored_in_words(done)),
            failed=self._fail,
            owner=self,
            busy=self.restore,
        )

    def _open(self, said: str) -> None:
        """Open what was put in place, and say so until somebody has come in."""
        self._desk.notices.show(said, Tone.FINE, seconds=0)
        self.retried.emit()

    def _read(self) -> None:
        if self.chosen is not None:
            password = self.form.value("password") or ""
            self._desk.operations.run(
                partial(restoring.preview, self._home, self.chosen, password),
                done=self._show_contents,
                failed=self._tell_contents,
                owner=self,
                replaces="preview",
                beside=True,
            )

    def _show_contents(self, seen: Preview) -> None:
        if seen.path == self.chosen:
            until = f"，记录到 {seen.last:%Y-%m-%d %H:%M}" if seen.last else ""
            found = seen.contents
            self.contents.setText(
                f"{seen.path.name}：{seen.site or '（没有名称）'}{until}，审计链 {found.links:,} 条，"
                f"共 {found.rows:,} 行，可恢复 ✔ {seen.loss}{known_wrong(seen)}"
            )

    def _tell_contents(self, error: Refusal | Trouble) -> None:
        self.contents.setText(f"{error}{getattr(error, 'remedy', '')}")

    def _ask(self) -> None:
        if self.chosen is None:
            return
        at = backup.moment_of(self.chosen)
        when = f"{at:%Y-%m-%d %H:%M} 的备份" if at else self.chosen.name
        sentence = f"数据将回到 {when}，之后的记录不在其中。现在的数据文件会移到旁边保留，不会删除。"
        if confirm(self, "从备份恢复", sentence, "恢复"):
            self.restore_from(self.chosen)

    def _choose_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "打开一份备份", "", FILES)
        if name:
            self.table.clearSelection()
            self.look_at(Path(name))

    def _show(self, found: Sequence[Kept]) -> None:
        self._kept = found
        self._drop_mended()
        self._head(*self._told)
        places = (self._home, self._home / backup.FOLDER)
        shut = any(os.access(each, os.F_OK) and not os.access(each, os.R_OK | os.X_OK) for each in places)
        self.table.set_empty(SHUT if shut else NO_BACKUP)
        self.table.set_rows([_row(n, each) for n, each in enumerate(found)])
        self._list.setVisible(True)
        self.look_at(None)
        if found:
            good = backup_keeping.best(found)
            self.table.selectRow(found.index(good) if good is not None else 0)
            self._lead(None)
            self.table.setFocus()
        else:
            self._lead(self.other)

    def _show_mended(self, found: tuple[Salvage, Backup | None]) -> None:
        """What was saved; where the newest backup holds more, that is the way to go."""
        mended, newest = found
        self._mended = mended
        self._head("修复的结果如下，还没有采用。")
        self._list.setVisible(False)
        lines = [*mended.findings[:MOST_FINDINGS]]
        more = len(mended.findings) - len(lines)
        lines += [f"另有 {more:,} 处。"] if more > 0 else []
        held = newest.contents if newest is not None and newest.links > mended.contents.links else None
        if newest is not None and held is not None:
            holds = f"审计链 {held.links:,} 条、共 {held.rows:,} 行"
            then = f"{newest.made_at:%Y-%m-%d %H:%M} 的备份有{holds}，比修复的多，请改从备份恢复。"
        else:
            then = "" if mended.whole else "也可以不用它，改从备份恢复。"
        self.report.setText("\n".join([mended.told(), *lines, f"原来的文件没有动，采用后移到旁边保留。{then}"]))
        self.accept.setText("仍用修复的数据打开" if held else "用修复的数据打开")
        self._outcome.setVisible(True)
        self._lead(self.choose if held else self.accept)

    def _take_mended(self) -> None:
        if (mended := self._mended) is None:
            return
        self._mended = None  # it is put in place, not dropped
        self._desk.operations.run(
            lambda: salvage.accept(self._home, mended, self._clock.now(), self._clock),
            done=lambda aside: self._open(f"已用修复的数据打开。原来的数据文件在 {aside}。"),
            failed=self._fail,
            owner=self,
            busy=self.accept,
        )

    def _drop_mended(self) -> None:
        if self._mended is not None:
            salvage.drop(self._mended)
        self._mended = None
        self._outcome.setVisible(False)

    def _fail(self, error: Refusal | Trouble) -> None:
        if self.sentence.text() == MENDING:
            self._head("没有修复成。")
            self._lead(self.choose if isinstance(error, Damaged) else self.repair)
        self._say(f"{error}{getattr(error, 'remedy', '')}")

    def _lead(self, first: QPushButton | None) -> None:
        """One button, or none, is the one to press next: it looks so, and the keys are there."""
        for button in (self.again, self.repair, self.choose, self.other, self.accept):
            look.dress(button, class_="primary" if button is first else "")
            look.set_icon(button, button.property("icon_name") or "", "accent" if button is first else "")
        if first is not None:
            first.setFocus()

    def _head(self, sentence: str, remedy: str = "") -> None:
        self.sentence.setText(sentence)
        self.remedy.setText(remedy)
        self.remedy.setVisible(bool(remedy))

    def _say(self, sentence: str) -> None:
        self.said.setText(sentence)
        self.said.setVisible(bool(sentence))

    def _lay_out(self) -> None:
        card = Card()
        card.setFixedWidth(look.px(760))
        card.body.setContentsMargins(*(look.px(24),) * 4)
        card.body.setSpacing(look.px(12))
        head = QHBoxLayout()
        head.setSpacing(look.px(12))
        head.addWidget(icon_label("triangle-alert", "broken", 28))
        head.addWidget(label("数据没有打开", "title"), 1)
        card.body.addLayout(head)
        card.body.addWidget(self.sentence)
        card.body.addWidget(self.remedy)
        card.body.addSpacing(look.px(4))
        card.body.addLayout(_in_a_row(self.again, self.repair, self.choose, self.folder, last=self.leave))
        self._outcome.setVisible(False)
        below = _column(self._outcome)
        below.addWidget(label("修复结果", "heading"))
        below.addWidget(self.report)
        below.addWidget(self.accept, 0, Qt.AlignmentFlag.AlignLeft)
        inside = _column(self._list)
        inside.addWidget(
            label("选一份备份，先检查，完好才会恢复。第二位置和 U 盘里可能有更新的，点“其他文件…”。", "secondary")
        )
        inside.addWidget(self.table)
        inside.addWidget(self.contents)
        inside.addWidget(self.form)
        inside.addLayout(_in_a_row(self.restore, self.other))
        card.body.addWidget(self._outcome)
        card.body.addWidget(self._list)
        card.body.addWidget(self.said)
        in_the_middle(self, card)


def _holds_something(database: Path) -> bool:
    """Whether there is anything to mend; also where nobody can tell."""
    try:
        return database.stat().st_size > 0
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _newest(home: Path) -> Backup | None:
    """The newest backup that was opened and counted after writing, and against which nothing is known."""
    found = backup_keeping.best(backup.kept(home / backup.FOLDER))
    return found.manifest if found is not None else None


def _row(place: int, each: Kept) -> Row:
    values = {
        "at": each.at,
        "why": each.why,
        "state": state_of(each),
        "size": size_in_words(each.size),
        "file": each.path.name,
    }
    return Row(place, values)


def _column(within: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(within)
    column.setContentsMargins(0, look.px(8), 0, 0)
    column.setSpacing(look.px(8))
    return column


def _in_a_row(*parts: QWidget, last: QWidget | None = None) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(look.px(8))
    for part in parts:
        row.addWidget(part)
    row.addStretch(1)
    if last is not None:
        row.addWidget(last)
    return row
