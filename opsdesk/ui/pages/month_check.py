"""The check beside a report of 钉钉 or 企业微信: differences by person and day, each leading to the day."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from opsdesk.register import Column, Kind, Row, Tone
from opsdesk.registers.month.check import CheckResult, check_report
from opsdesk.registers.month.check_paper import without_subject, write_differences
from opsdesk.services.comparison import Difference
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.filter_bar import FindField
from opsdesk.ui.kit.operation import Fault
from opsdesk.ui.kit.parts import PageTitle, label, primary_button, secondary_button
from opsdesk.ui.kit.record_table import RecordTable

COLUMNS = (
    Column("staff_no", "工号", Kind.CODE, 72),
    Column("name", "姓名", width=96),
    Column("vendor", "单位", width=80),
    Column("day", "日期", Kind.DATE, 124),
    Column("figure", "项目", width=96),
    Column("theirs", "报表", width=96),
    Column("ours", "本程序", width=96),
    Column("sentence", "说明", width=0),
)
WHAT = "选择钉钉或企业微信导出的月报或日报（xlsx、csv），格式自动识别。只对照，不改动任何记录。"
NARROW, LEAST_SENTENCE = 900, 160
FILES = "表格 (*.xlsx *.xls *.csv);;所有文件 (*)"


class DifferenceTable(RecordTable):
    """Where there is little room the sentence, which says both figures, has all but name, day and item give way."""

    def fit_columns(self) -> None:
        """Share the width."""
        super().fit_columns()
        if self.viewport().width() < look.px(NARROW):
            keys = [column.key for column in COLUMNS]
            self._fitting = True
            for key in ("staff_no", "vendor", "theirs", "ours"):
                self.setColumnHidden(keys.index(key), True)
            kept = sum(self.columnWidth(n) for n in range(len(keys) - 1) if not self.isColumnHidden(n))
            self.setColumnWidth(len(keys) - 1, max(look.px(LEAST_SENTENCE), self.viewport().width() - kept))
            self._fitting = False


class CheckView(QWidget):
    """Stands in the place of the month while a report is compared; `left` when the month should be shown again."""

    left = Signal()

    def __init__(self, ctx: Context, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx, self._desk = ctx, desk
        self.result: CheckResult | None = None
        self._file = ""
        self.title = PageTitle("考勤对照")
        self.said = label(WHAT, wraps=True)
        self.choose = secondary_button("选择报表…", "folder-open")
        self.paper = primary_button("预览对照表", "printer")
        self.back = secondary_button("返回", "chevron-left")
        self.table = DifferenceTable(COLUMNS)
        self.findings = label("", "secondary", wraps=True)
        self.find_field = FindField("查找（工号、姓名、单位、项目）")
        self.find_field.setFixedWidth(look.px(280))
        self.find_field.textChanged.connect(self._filter)
        self.find_field.left.connect(self.table.setFocus)
        self.counted = label("", "secondary")
        self.choose.clicked.connect(self.ask_file)
        self.paper.clicked.connect(self.open_paper)
        self.back.clicked.connect(self.left)
        for button in (self.back, self.choose, self.paper):
            self.title.add_action(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.px(12))
        column.addWidget(self.title)
        column.addWidget(self.said)
        row = QHBoxLayout()
        row.setSpacing(look.px(12))
        row.addWidget(self.find_field)
        row.addWidget(self.counted, 1)
        column.addLayout(row)
        column.addWidget(self.table, 1)
        column.addWidget(self.findings)
        self.forget()

    def set_context(self, ctx: Context) -> None:
        """Another person sits at the desk."""
        self._ctx = ctx
        self.forget()

    def forget(self) -> None:
        """No report is compared yet."""
        self._clear()
        self.said.setText(WHAT)
        self.table.set_rows([])

    def _clear(self) -> None:
        """Take away what was compared before; it is no answer about the next file."""
        self.result = None
        self.findings.setVisible(False)
        self.find_field.clear()
        self.find_field.setVisible(False)
        self.counted.setText("")
        self.table.set_narrowed(False)
        self.paper.setEnabled(False)
        self.paper.setToolTip("请先选择报表。")
        self.table.set_empty("选择报表以后，这里列出与本程序不一致的每一处。", "选择报表…", self.ask_file)

    def ask_file(self) -> None:
        """Let the user choose the report."""
        name, _ = QFileDialog.getOpenFileName(self, "选择钉钉或企业微信的考勤报表", "", FILES)
        if name:
            self.take_file(Path(name))

    def take_file(self, path: Path) -> None:
        """Compare this report with the record."""
        self._file = path.name
        self.said.setText(f"正在对照 {path.name}…")
        self._desk.operations.run_long(
            lambda _progress: check_report(self._ctx, path),
            f"正在对照 {path.name}",
            done=self._show,
            failed=self._fail,
            owner=self,
            busy=self.choose,
        )

    def open_paper(self) -> None:
        """Preview the list of differences; it is exported from there."""
        if self.result is not None:
            self._desk.operations.run(
                partial(write_differences, self._ctx, self.result),
                done=self._desk.open_paper,
                owner=self,
                busy=self.paper,
            )

    def _show(self, result: CheckResult) -> None:
        self._clear()
        self.result = result
        self.said.setText(f"“{self._file}”：{result.sentence}")
        self.paper.setEnabled(True)
        self.paper.setToolTip("在预览中打印或导出")
        self.table.set_empty("没有不一致的地方。" if result.compared else "没有可以对照的内容。")
        self.find_field.setVisible(bool(result.differences))
        self._filter()
        told = [f"第 {each.row} 行：{each.reason}" if each.row else each.reason for each in result.findings[:5]]
        more = f"另有 {len(result.findings) - 5} 处，见对照表。" if len(result.findings) > 5 else ""
        self.findings.setText("\n".join(["没有对照的内容：", *told, *([more] if more else [])]))
        self.findings.setVisible(bool(told))
        self.table.setFocus()

    def _filter(self) -> None:
        if self.result is None:
            return
        wanted = self.find_field.text().strip().upper()
        found = [each for each in self.result.differences if wanted in _searched(each)]
        self.table.set_narrowed(bool(wanted), self.find_field.clear)
        self.table.set_rows([_row(place, each) for place, each in enumerate(found)])
        total = len(self.result.differences)
        self.counted.setText(f"符合条件 {len(found)} 处，共 {total} 处" if wanted else "")

    def _fail(self, error: Refusal | Trouble) -> None:
        self._clear()
        self.table.set_rows([])
        said = f"{error}{getattr(error, 'remedy', '')}"
        self.said.setText(said if self._file in said else f"“{self._file}”没有对照：{said}")
        if not isinstance(error, Refusal | Fault):
            self._desk.notices.show(f"{error}{error.remedy}", Tone.BROKEN)


def _searched(each: Difference) -> str:
    return " ".join((each.staff_no, each.name, each.vendor, each.figure)).upper()


def _row(place: int, each: Difference) -> Row:
    return Row(
        place,
        {
            "staff_no": each.staff_no,
            "name": each.name,
            "vendor": each.vendor,
            "day": each.day,
            "figure": each.figure,
            "theirs": each.theirs,
            "ours": each.ours,
            "sentence": without_subject(each),
        },
    )
