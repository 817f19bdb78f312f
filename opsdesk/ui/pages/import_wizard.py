"""Importing a file without leaving the window: choose or drop, see what it would do, then do it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from opsdesk.register import Column, Kind, Row, Tone
from opsdesk.services import backup_keeping
from opsdesk.services.context import Context
from opsdesk.services.errors import Finding, Refusal, Trouble
from opsdesk.services.import_result import ImportResult
from opsdesk.services.outcome import Outcome
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.notices import exported
from opsdesk.ui.kit.operation import Fault, Progress
from opsdesk.ui.kit.parts import (
    Card,
    ChoiceBox,
    ElidedLabel,
    Figure,
    label,
    page_title,
    primary_button,
    secondary_button,
)
from opsdesk.ui.kit.record_table import RecordTable
from opsdesk.ui.pages.import_matching import Matching

Run = Callable[[Context, Path, bool, Progress | None], Outcome[ImportResult]]

FINDING_COLUMNS = (
    Column("row", "行", Kind.INTEGER, 72),
    Column("column", "列", width=120),
    Column("reason", "原因", width=0),
    Column("value", "原内容", width=180),
)


@dataclass(frozen=True)
class ImportKind:
    """What can be imported. `run(ctx, path, dry_run, progress)` reads and, unless `dry_run`, stores.

    `key` names the template (staff, roster, punches), `sentence` says what the file should be. With `all_or_nothing`
    one finding keeps the whole file out; else good rows are stored and the others reported. With `matching` the columns
    of a foreign file can be said by hand (`MatchedImportPanel`).
    """

    key: str
    title: str
    sentence: str
    run: Run
    all_or_nothing: bool
    matching: Matching | None = None


class ImportPanel(QWidget):
    """Choose a file or drop it here, read the preview, import. `left` when the page should go back to its list."""

    left = Signal()

    def __init__(self, ctx: Context, desk: Desk, kinds: Sequence[ImportKind], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx, self._desk, self._kinds = ctx, desk, tuple(kinds)
        self.path: Path | None = None
        self.result: ImportResult | None = None
        self.setProperty("class", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAcceptDrops(True)
        self.title = page_title(f"导入{self._kinds[0].title}" if len(self._kinds) == 1 else "导入")
        self.back = secondary_button("返回", "chevron-left")
        self.kind_box = ChoiceBox()
        for kind in self._kinds:
            self.kind_box.addItem(kind.title, kind.key)
        self.sentence = label("", wraps=True)
        self.chosen = ElidedLabel("还没有选择文件。", "state")
        self.choose = secondary_button("选择文件…", "folder-open")
        self.template = secondary_button("下载模板", "download")
        self.again = secondary_button("重新预览", "refresh-cw")
        self.submit = primary_button("导入", "upload")
        self.read, self.new = Figure("–", "读到"), Figure("–", "新增或更新")
        self.known, self.wrong = Figure("–", "原来就有"), Figure("–", "有问题")
        self.said = label("", wraps=True)
        self.table = RecordTable(FINDING_COLUMNS)
        self.table.set_empty("选择文件以后，这里列出有问题的行和原因。")
        self._lay_out()
        self.kind_box.setVisible(len(self._kinds) > 1)
        self.back.clicked.connect(self.left)
        self.choose.clicked.connect(self._choose_file)
        self.template.clicked.connect(self._choose_template_place)
        self.again.clicked.connect(self.preview)
        self.submit.clicked.connect(self.store)
        self.kind_box.currentIndexChanged.connect(self._on_kind)
        self.table.copied.connect(self._on_copied)
        for keys, slot in (("Esc", self.left.emit), ("Ctrl+O", self._choose_file), ("F5", self.preview)):
            shortcut = QShortcut(QKeySequence(keys), self, slot)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._on_kind()

    @property
    def kind(self) -> ImportKind:
        """What is imported."""
        return self._kinds[max(0, self.kind_box.currentIndex())]

    def set_context(self, ctx: Context) -> None:
        """Somebody else is at the desk."""
        self._ctx = ctx
        self._forget()

    def focus_first(self) -> None:
        """The button for the file is ready for Enter."""
        self.choose.setFocus()

    def take_file(self, path: Path) -> None:
        """Take this file and show at once what importing it would do."""
        self._forget()
        self.path = path
        self.chosen.setText(str(path))
        self.preview()

    def preview(self) -> None:
        """Read the file without storing anything."""
        if self.path is None:
            return
        self.submit.setEnabled(False)
        self.said.setText("正在读取文件…")
        ctx, path, run = self._ctx, self.path, self.kind.run
        self._desk.operations.run(
            lambda: run(ctx, path, True, None).value,
            done=self._show_preview,
            failed=self._show_failure,
            owner=self,
            replaces="preview",
            busy=self.again,
        )

    def store(self) -> None:
        """Import the file for good; before many rows a backup is made."""
        if self.path is None or not self.submit.isEnabled():
            return
        ctx, act = self._ctx, self.storing(self.path)
        rows = self.result.stored if self.result is not None else 0

        def work(progress: Progress) -> Outcome[ImportResult]:
            backup_keeping.before_import(ctx, rows)
            return act(progress)

        self._desk.operations.run_long(
            work,
            f"正在导入 {self.path.name}",
            done=lambda outcome: self._show_stored(outcome.value),
            failed=self._show_failure,
            owner=self,
            busy=self.submit,
        )

    def storing(self, path: Path) -> Callable[[Progress], Outcome[ImportResult]]:
        """The act that imports the file, to be run with progress."""
        ctx, run = self._ctx, self.kind.run
        return lambda progress: run(ctx, path, False, progress)

    def write_template(self, path: Path) -> None:
        """Write the empty form of this kind to `path` and say where it is."""
        from opsdesk.imports.templates import TEMPLATES, write_template

        key = next(known for known in TEMPLATES if known == self.kind.key)
        self._desk.operations.run(
            partial(write_template, key, path),
            done=lambda _none: exported(self._desk.notices, [path]),
            owner=self,
            busy=self.template,
        )

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 — Qt's name
        """One file may be dropped."""
        if len(event.mimeData().urls()) == 1 and event.mimeData().urls()[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 — Qt's name
        """Take the file dropped."""
        event.acceptProposedAction()
        self.take_file(Path(event.mimeData().urls()[0].toLocalFile()))

    def _lay_out(self) -> None:
        self.title.add_action(self.template)
        self.title.add_action(self.back)
        self.file_row = QHBoxLayout()
        self.file_row.setSpacing(look.px(8))
        for widget in (self.kind_box, self.choose):
            self.file_row.addWidget(widget)
        self.file_row.addWidget(self.chosen, 1)
        self.file_row.addWidget(self.again)
        card = Card()
        card.body.addWidget(self.sentence)
        card.body.addLayout(self.file_row)
        figures = QHBoxLayout()
        figures.setSpacing(look.px(32))
        for figure in (self.read, self.new, self.known, self.wrong):
            figures.addWidget(figure)
        figures.addWidget(self.said, 1)
        figures.addWidget(self.submit)
        column = QVBoxLayout(self)
        column.setContentsMargins(look.px(24), look.px(16), look.px(24), look.px(16))
        column.setSpacing(look.px(12))
        column.addWidget(self.title)
        column.addWidget(card)
        column.addLayout(figures)
        column.addWidget(self.table, 1)

    def _on_kind(self) -> None:
        self.sentence.setText(f"{self.kind.sentence}也可以把文件拖到这里。")
        path = self.path
        self._forget()
        if path is not None:
            self.take_file(path)

    def _forget(self) -> None:
        self.path = self.result = None
        self.chosen.setText("还没有选择文件。")
        for figure in (self.read, self.new, self.known, self.wrong):
            figure.set_number("–", Tone.NEUTRAL)
        self.said.setText("")
        self.again.setEnabled(False)
        self._allow("请先选择文件。")
        self._show_findings(())

    def _show_preview(self, result: ImportResult) -> None:
        self.result = result
        self.again.setEnabled(True)
        self._show_figures(result)
        if result.rejected and self.kind.all_or_nothing:
            self._allow("有问题的行改正以后才能导入，整份文件要么全部导入，要么都不导入。")
        elif not result.stored:
            self._allow("没有需要导入的内容。" if not result.rejected else "没有可以导入的行。")
        else:
            self._allow("")
            left_out = f"，{len(result.rejected)} 处有问题的不导入" if result.rejected else ""
            self.said.setText(f"识别为{result.label}。将导入 {result.stored:,} 条{left_out}。")
            self.submit.setFocus()

    def _show_stored(self, result: ImportResult) -> None:
        self._show_figures(result)
        left_out = f"，{len(result.rejected)} 处有问题没有导入" if result.rejected else ""
        known = f"，{result.duplicates:,} 条原来就有" if result.duplicates else ""
        if result.stored:
            self._desk.notices.show(f"已导入 {result.stored:,} 条{known}{left_out}。", Tone.FINE)
        self._allow("这份文件已经处理完，要再导入请重新选择。")
        if result.stored and not result.rejected:
            self._forget()
            self.left.emit()

    def _show_figures(self, result: ImportResult) -> None:
        self.read.set_number(f"{result.read:,}", Tone.NEUTRAL)
        self.new.set_number(f"{result.stored:,}", Tone.FINE if result.stored else Tone.NEUTRAL)
        self.known.set_number(f"{result.duplicates:,}", Tone.NEUTRAL)
        self.wrong.set_number(f"{len(result.rejected):,}", Tone.BROKEN if result.rejected else Tone.NEUTRAL)
        self._show_findings((*(Finding(0, note) for note in result.notes), *result.rejected))
        self.table.set_empty("这份文件没有有问题的行。")

    def _show_findings(self, findings: Sequence[Finding]) -> None:
        self.table.set_rows(
            [
                Row(n, {"row": f.row or None, "column": f.column, "reason": f.reason, "value": f.value})
                for n, f in enumerate(findings)
            ]
        )

    def _show_failure(self, error: Refusal | Trouble) -> None:
        self.again.setEnabled(True)
        self._allow(str(error))
        self.said.setText(f"{error}{getattr(error, 'remedy', '')}")
        if isinstance(error, Refusal):
            self._show_findings(error.findings or (Finding(0, str(error)),))
        elif not isinstance(error, Fault):
            self._desk.notices.show(f"{error}{error.remedy}", Tone.BROKEN)

    def _allow(self, reason: str) -> None:
        self.submit.setEnabled(not reason)
        self.submit.setToolTip(reason)
        if reason and self.path is not None:
            self.said.setText(reason)

    def _on_copied(self, copied: int, _selected: int) -> None:
        if copied:
            self._desk.notices.show(f"已复制 {copied} 行。", Tone.FINE)

    def _choose_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, f"选择{self.kind.title}文件", "", "表格和文本 (*.xlsx *.xls *.csv *.txt *.dat *.log);;所有文件 (*)"
        )
        if name:
            self.take_file(Path(name))

    def _choose_template_place(self) -> None:
        from opsdesk.imports.templates import TEMPLATES

        title = next(title for key, (title, _) in TEMPLATES.items() if key == self.kind.key)
        name, _ = QFileDialog.getSaveFileName(
            self, "模板保存到", str(self._ctx.home / "exports" / f"{title}.xlsx"), "Excel 工作簿 (*.xlsx)"
        )
        if name:
            self.write_template(Path(name))
