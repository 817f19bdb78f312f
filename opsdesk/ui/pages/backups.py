"""设置 · 备份: what there is to go back to, here and in the second place; making, looking, restoring, trying."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from opsdesk.register import Column, Kind, Row, Tone
from opsdesk.registers.restore_drill import documents
from opsdesk.registers.restore_drill import service as drills
from opsdesk.services import backup, backup_keeping, backup_second, restoring, unsound
from opsdesk.services.backup import Backup, Contents, Kept
from opsdesk.services.backup_second import Second
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Trouble
from opsdesk.services.outcome import Outcome
from opsdesk.services.restoring import Preview
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.notices import open_outside, size_in_words
from opsdesk.ui.kit.operation import Progress
from opsdesk.ui.kit.parts import label, page_title, primary_button, secondary_button
from opsdesk.ui.kit.record_table import RecordTable
from opsdesk.ui.pages.backup_panel import BackupPanel, known_wrong, state_of
from opsdesk.ui.pages.backup_place import Banner, SecondPlace
from opsdesk.ui.pages.step_up import ask_supervisor

Restore = Callable[[Path, Context, str], object]
HERE, AWAY = "本机", "第二位置"
COLUMNS = (
    Column("at", "时间", Kind.MOMENT, 152),
    Column("why", "原因", width=140),
    Column("where", "位置", width=96),
    Column("state", "检查结果", Kind.CHIP, 120),
    Column("links", "审计链", width=88),
    Column("rows", "行数", width=88),
    Column("size", "大小", width=88),
    Column("locked", "加密", width=56),
    Column("file", "文件", width=0),
)
SMALL = 800
"""Pixels below which a page is small: 1366 of them at 150 %, without the rail."""
FILES = "备份 (ops-*.db ops-*.db.aes);;所有文件 (*)"


@dataclass(frozen=True)
class Standing:
    """Everything the page shows: the backups with where they lie, the second place, the drills, and a known damage."""

    lying: tuple[tuple[Kept, str], ...]
    second: Second
    drill: str
    drill_late: bool
    damage: str


def standing(ctx: Context) -> Standing:
    """How backups stand, newest first."""
    places = zip((HERE, AWAY), backup_second.folders(ctx), strict=False)
    lying = [(each, where) for where, folder in places for each in backup.kept(folder)]
    lying.sort(key=lambda pair: pair[0].at.isoformat() if pair[0].at else "", reverse=True)
    due, damage = drills.due(ctx), unsound.found(ctx.home)
    today = ctx.today()
    return Standing(
        tuple(lying),
        backup_second.look(ctx),
        due.sentence(today),
        due.late(today),
        f"{damage.sentence}在核对无误之前，以前的备份都保留，不会清理。" if damage else "",
    )


class BackupsPage(QWidget):
    """The list of backups; Enter looks into one. `restore(path, supervisor's context, password)` once it is signed.

    `mend()` mends a record of which damage is known, once that is signed.
    """

    def __init__(
        self, ctx: Context, desk: Desk, restore: Restore, mend: Callable[[], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._ctx, self._desk, self._go_back, self._mend = ctx, desk, restore, mend
        self._lying: Sequence[tuple[Kept, str]] = ()
        self._checked: dict[Path, bool] = {}
        self._wanted: Path | None = None
        self.setProperty("class", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.title = page_title("备份")
        self.other = secondary_button("其他文件…", "folder-open")
        self.other.setToolTip("打开别处的一份备份，例如另一台电脑的 U 盘。")
        self.show_contents = secondary_button("查看内容", "eye")
        self.restore = secondary_button("恢复…", "history")
        self.drill = secondary_button("恢复演练", "clipboard-check")
        self.drill.setToolTip("把选中的一份（没有选就是最近的）恢复到副本里核对，记一张演练单。")
        self.away = secondary_button("备份到…", "external-link")
        self.away.setToolTip("另存一份到 U 盘或别的文件夹。")
        self.make = primary_button("立即备份", "save")
        for button in (self.other, self.show_contents, self.restore, self.drill, self.away, self.make):
            self.title.add_action(button)
        self.damage, self.place = Banner(), SecondPlace(ctx, desk)
        self.damage.setVisible(False)
        self.repair = secondary_button("修复…", "wrench")
        self.repair.setToolTip("在副本里修复，看过结果再决定用不用；现在的文件不动。")
        self.repair.clicked.connect(self.ask_mend)
        self.damage.add(self.repair)
        self.due = label("", "toned", wraps=True)
        self.table = RecordTable(COLUMNS)
        self.table.set_empty("还没有备份。请点“立即备份”，并选一个第二备份位置。", "立即备份", self.make_one)
        self.panel = BackupPanel(ctx, desk)
        self._lay_out()
        self.other.clicked.connect(self._choose_file)
        self.show_contents.clicked.connect(self._look_at_current)
        self.restore.clicked.connect(self._restore_current)
        self.drill.clicked.connect(lambda: self.carry_out_drill(self._current()))
        self.away.clicked.connect(self._choose_folder)
        self.make.clicked.connect(self.make_one)
        self.place.made.connect(self._on_made)
        self.table.opened.connect(self.look_at)
        self.panel.looked.connect(self._on_looked)
        self.panel.shown.connect(self.table.set_compact)
        self.panel.shown.connect(lambda _shown: _make_room(self))
        self.panel.restore_asked.connect(self.ask_restore)
        self.panel.drill_asked.connect(self.carry_out_drill)
        self.panel.apart_asked.connect(self._choose_apart)
        QShortcut(QKeySequence("F5"), self, self.refresh)
        desk.bus.watch(self, {"backup", "settings", "restore_drill"}, self.refresh)
        self.set_context(ctx)

    def set_context(self, ctx: Context) -> None:
        """Somebody else is at the desk."""
        self._ctx = ctx
        self.place.set_context(ctx)
        self.panel.set_context(ctx)
        may = ctx.actor.role in WRITERS
        self.drill.setEnabled(may)
        if not may:
            self.drill.setToolTip("恢复演练要记录，请由主管或服务台登录后做。")
        self.refresh()

    def refresh(self) -> None:
        """Look into the folders anew."""
        self._desk.operations.run(
            partial(standing, self._ctx),
            done=self._show,
            failed=self.table.show_failure,
            owner=self,
            replaces="backups",
        )

    def make_one(self) -> None:
        """Make a backup now, beside the work that goes on, and check that it can be restored."""
        ctx = self._ctx

        def work(progress: Progress) -> Backup:
            made = backup.make(ctx.home, ctx.now(), "手动", progress=progress)
            since = backup_keeping.damaged_since(ctx.home)
            backup_keeping.thin(ctx.home / backup.FOLDER, ctx.now(), since=since)
            return made

        self._desk.operations.run_long(work, "正在备份", done=self._on_made, owner=self, busy=self.make, beside=True)

    def back_up_to(self, folder: Path) -> None:
        """Make a backup in any folder, encrypted where a password is set."""
        ctx = self._ctx

        def work(progress: Progress) -> Backup:
            return backup_second.elsewhere(ctx, folder, "另存", progress)

        self._desk.operations.run_long(work, "正在备份", done=self._on_made, owner=self, busy=self.away, beside=True)

    def look_at(self, place: int) -> None:
        """Open one backup of the list whole and show what it holds."""
        self._wanted = None
        self.panel.show_backup(self._lying[place][0].path)

    def ask_restore(self, path: Path) -> None:
        """Say what would be lost, let a supervisor sign, and go back to this backup."""
        preview = self.panel.preview
        if preview is None or preview.path != path:
            return
        last = f"数据将回到 {preview.last:%Y-%m-%d %H:%M} 的样子。" if preview.last else ""
        aside = "现在的数据文件会移到旁边保留，不会删除。恢复会记入审计链。"
        sentence = f"{last}{preview.loss}{known_wrong(preview)}{aside}"
        password = self.panel.password
        granted = ask_supervisor(self, self._ctx, sentence, verb="恢复")
        if granted is not None:
            self._go_back(path, granted, password)

    def ask_mend(self) -> None:
        """Let a supervisor sign, close the record, and mend it in a copy."""
        sentence = "数据会先关上，在副本里修复：索引重建，缺的和与审计链不符的行按审计链改回。看过结果再决定用不用。"
        if ask_supervisor(self, self._ctx, sentence, verb="修复") is not None:
            self._mend()

    def restore_apart(self, path: Path, folder: Path) -> None:
        """Restore a backup into an empty folder, once a supervisor signed: all the record can be read there."""
        sentence = f"备份会恢复到 {folder}，现在的数据不动。那里的数据谁打开都能看到，看完请删除。恢复会记入审计链。"
        granted = ask_supervisor(self, self._ctx, sentence, verb="恢复到别处")
        if granted is None:
            return
        ctx, password = granted, self.panel.password

        def work(_progress: Progress) -> Outcome[Contents]:
            return restoring.apart(ctx, path, folder, password=password)

        self._desk.operations.run_long(
            work,
            "正在恢复",
            done=partial(_tell_apart, self._desk, folder),
            owner=self,
            busy=self.panel.apart,
            beside=True,
        )

    def carry_out_drill(self, path: Path | None) -> None:
        """Restore a backup into a copy and record the drill; the newest where none is given."""
        ctx = self._ctx
        shown = self.panel.path is not None and self.panel.path == path
        values = {"chosen": str(path) if path else drills.NEWEST, "password": self.panel.password if shown else ""}

        def work(_progress: Progress) -> Outcome[tuple[int, str]]:
            return drills.drill(ctx, values)

        self._desk.operations.run_long(
            work, "正在演练恢复", done=self._on_drilled, owner=self, busy=self.drill, beside=True
        )

    def _on_drilled(self, outcome: Outcome[tuple[int, str]]) -> None:
        drill_id, said = outcome.value
        tone = Tone.FINE if drills.FAILED not in said else Tone.BROKEN
        self._desk.notices.show(said, tone, [("打印记录", partial(_open_drill, self, self._ctx, self._desk, drill_id))])

    def _on_made(self, made: Backup) -> None:
        self._checked[made.path] = True
        locked = "，已加密" if made.encrypted else ""
        self._desk.notices.show(
            f"已备份，可恢复 ✔ 含 {made.links:,} 条审计链、{made.contents.rows:,} 行，"
            f"{size_in_words(made.size)}{locked}：{made.path}",
            Tone.FINE,
            [("打开文件夹", partial(open_outside, made.path.parent))],
        )
        self.refresh()

    def _on_looked(self, path: Path, verdict: Preview | Trouble) -> None:
        self._checked[path] = isinstance(verdict, Preview)
        self._show_rows()
        wanted, self._wanted = self._wanted, None
        if wanted == path and isinstance(verdict, Preview):
            self.ask_restore(path)

    def _show(self, found: Standing) -> None:
        self._lying = found.lying
        here = [each for each, where in found.lying if where == HERE]
        newest = here[0].at if here else None
        self.title.set_state(f"本机共 {len(here)} 份，最近一份 {newest:%Y-%m-%d %H:%M}" if newest else "")
        self.damage.say(found.damage, Tone.BROKEN)
        self.place.show_second(found.second)
        self.due.setText(found.drill)
        look.dress(self.due, tone=(Tone.WARNING if found.drill_late else Tone.NEUTRAL).value)
        self._show_rows()

    def _show_rows(self) -> None:
        self.table.set_rows([self._row(place, each, where) for place, (each, where) in enumerate(self._lying)])

    def _row(self, place: int, each: Kept, where: str) -> Row:
        manifest = each.manifest
        return Row(
            place,
            {
                "at": each.at,
                "why": each.why,
                "where": where,
                "state": state_of(each, self._checked.get(each.path)),
                "links": f"{manifest.links:,} 条" if manifest else "",
                "rows": f"{manifest.contents.rows:,} 行" if manifest else "",
                "size": size_in_words(each.size),
                "locked": "加密" if each.encrypted else "",
                "file": each.path.name,
            },
        )

    def _current(self) -> Path | None:
        row = self.table.chosen_row()
        return self._lying[row.id][0].path if row is not None else None

    def _look_at_current(self) -> None:
        if (path := self._current()) is not None:
            self.panel.show_backup(path)
        else:
            self._desk.notices.show("请先在列表中选一份备份。", Tone.INFORMATION)

    def _restore_current(self) -> None:
        """Restoring begins with a look: what the backup holds, and what would be lost."""
        self._wanted = self._current()
        self._look_at_current()

    def _choose_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "打开一份备份", "", FILES)
        if name:
            self.panel.show_backup(Path(name))

    def _choose_apart(self, path: Path) -> None:
        name = QFileDialog.getExistingDirectory(self, "恢复到哪个空文件夹")
        if name:
            self.restore_apart(path, Path(name))

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "备份到哪个文件夹")
        if name:
            self.back_up_to(Path(name))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 — Qt's name
        """On a small page list and panel share the width."""
        super().resizeEvent(event)
        _make_room(self)

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setContentsMargins(look.px(24), look.px(16), look.px(24), look.px(16))
        left.setSpacing(look.px(12))
        for part in (self.title, self.damage, self.place):
            left.addWidget(part)
        left.addWidget(self.table, 1)
        left.addWidget(self.due)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(self.panel)


def _make_room(page: BackupsPage) -> None:
    """What the panel offers too is not offered twice where there is little room."""
    page.panel.fit(page.width())
    crowded = not page.panel.isHidden() and page.width() < look.px(SMALL)
    for button in (page.show_contents, page.restore, page.drill):
        button.setVisible(not crowded)


def _open_drill(page: BackupsPage, ctx: Context, desk: Desk, drill_id: int) -> None:
    desk.operations.run(partial(documents.record, ctx, drill_id), done=desk.open_paper, owner=page)


def _tell_apart(desk: Desk, folder: Path, outcome: Outcome[Contents]) -> None:
    found = outcome.value
    desk.notices.show(
        f"已恢复到 {folder}：审计链 {found.links:,} 条，共 {found.rows:,} 行。"
        f'要打开它，请运行 opsdesk --home "{folder}"。',
        Tone.FINE,
        [("打开文件夹", partial(open_outside, folder))],
    )
