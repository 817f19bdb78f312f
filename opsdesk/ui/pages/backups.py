"""设置 · 备份: what there is to go back to, and 立即备份."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from opsdesk.register import Chip, Column, Kind, Row, Tone
from opsdesk.services import backup
from opsdesk.services.backup import Backup
from opsdesk.services.context import Context
from opsdesk.services.errors import Trouble
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.notices import open_outside, size_in_words
from opsdesk.ui.kit.operation import Progress
from opsdesk.ui.kit.parts import page_title, primary_button, secondary_button
from opsdesk.ui.kit.record_table import RecordTable

_NAME = re.compile(r"ops-(\d{8}-\d{6})-(.+)\.db")

COLUMNS = (
    Column("at", "时间", Kind.MOMENT, 160),
    Column("why", "原因", width=120),
    Column("size", "大小", width=96),
    Column("state", "检查结果", Kind.CHIP, 120),
    Column("links", "记录链", width=120),
    Column("file", "文件", width=0),
)


@dataclass(frozen=True)
class Kept:
    """A backup as its name tells it: when and why it was made, and its size in bytes."""

    path: Path
    at: datetime | None
    why: str
    size: int


def kept(home: Path) -> list[Kept]:
    """The site's backups, newest first."""
    return [_told_by_name(path) for path in backup.listed(home)]


def _told_by_name(path: Path) -> Kept:
    found = _NAME.fullmatch(path.name)
    at = datetime.strptime(found[1], "%Y%m%d-%H%M%S") if found else None
    return Kept(path, at, found[2] if found else "", path.stat().st_size)


class BackupsPage(QWidget):
    """The list of backups. Enter on a row checks that one whole; a new one is checked as it is made."""

    def __init__(self, ctx: Context, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx, self._desk = ctx, desk
        self._kept: Sequence[Kept] = ()
        self._checked: dict[Path, int | Trouble] = {}
        self.setProperty("class", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.title = page_title("备份")
        self.folder = secondary_button("打开文件夹", "folder-open")
        self.check = secondary_button("检查选中的备份", "shield-check")
        self.make = primary_button("立即备份", "save")
        for button in (self.folder, self.check, self.make):
            self.title.add_action(button)
        self.table = RecordTable(COLUMNS)
        self.table.set_empty("还没有备份。请点“立即备份”，并定期复制到 U 盘。", "立即备份", self.make_one)
        column = QVBoxLayout(self)
        column.setContentsMargins(look.px(24), look.px(16), look.px(24), look.px(16))
        column.setSpacing(look.px(12))
        column.addWidget(self.title)
        column.addWidget(self.table, 1)
        self.folder.clicked.connect(lambda: open_outside(self._folder()))
        self.check.clicked.connect(self._check_current)
        self.make.clicked.connect(self.make_one)
        self.table.opened.connect(self.check_one)
        QShortcut(QKeySequence("F5"), self, self.refresh)
        self.refresh()

    def set_context(self, ctx: Context) -> None:
        """Somebody else is at the desk."""
        self._ctx = ctx

    def refresh(self) -> None:
        """Read the folder anew."""
        self._desk.operations.run(
            partial(kept, self._ctx.home),
            done=self._show,
            failed=self.table.show_failure,
            owner=self,
            replaces="backups",
        )

    def make_one(self) -> None:
        """Make a backup now, beside the work that goes on, and check that it can be restored."""
        ctx = self._ctx

        def work(progress: Progress) -> Backup:
            return backup.make(ctx.home, ctx.now(), "手动", progress=progress)

        self._desk.operations.run_long(work, "正在备份", done=self._on_made, owner=self, busy=self.make, beside=True)

    def check_one(self, place: int) -> None:
        """Check one backup whole, beside the work that goes on."""
        path = self._kept[place].path

        def judge(_progress: Progress) -> int | Trouble:
            try:
                return backup.check_file(path)
            except Trouble as trouble:
                return trouble

        self._desk.operations.run_long(
            judge,
            "正在检查备份",
            done=partial(self._on_checked, path),
            owner=self,
            busy=self.check,
            beside=True,
        )

    def _on_made(self, made: Backup) -> None:
        self._checked[made.path] = made.links
        self._desk.notices.show(
            f"已备份，可恢复 ✔ 含 {made.links:,} 条记录链，{size_in_words(made.size)}：{made.path}",
            Tone.FINE,
            [("打开文件夹", partial(open_outside, made.path.parent))],
        )
        self.refresh()

    def _on_checked(self, path: Path, verdict: int | Trouble) -> None:
        self._checked[path] = verdict
        if isinstance(verdict, Trouble):
            self._desk.notices.show(f"{verdict}{verdict.remedy}", Tone.BROKEN)
        else:
            self._desk.notices.show(f"{path.name} 可恢复 ✔ 含 {verdict:,} 条记录链。", Tone.FINE)
        self._show(self._kept)

    def _show(self, found: Sequence[Kept]) -> None:
        self._kept = found
        newest = found[0].at if found else None
        self.title.set_state(f"共 {len(found)} 份，最近一份 {newest:%Y-%m-%d %H:%M}" if newest else "")
        self.table.set_rows([self._row(place, each) for place, each in enumerate(found)])

    def _row(self, place: int, each: Kept) -> Row:
        verdict = self._checked.get(each.path)
        chip = Chip("未检查")
        if isinstance(verdict, Trouble):
            chip = Chip("不能恢复", Tone.BROKEN)
        elif verdict is not None:
            chip = Chip("可恢复", Tone.FINE)
        links = f"{verdict:,} 条" if isinstance(verdict, int) else ""
        return Row(
            place,
            {
                "at": each.at,
                "why": each.why,
                "size": size_in_words(each.size),
                "state": chip,
                "links": links,
                "file": each.path.name,
            },
        )

    def _check_current(self) -> None:
        row = self.table.chosen_row()
        if row is None:
            self._desk.notices.show("请先在列表中选一份备份。", Tone.INFORMATION)
        else:
            self.check_one(row.id)

    def _folder(self) -> Path:
        folder = self._ctx.home / backup.FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        return folder
