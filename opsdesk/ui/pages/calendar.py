"""设置 · 日历: the site's special days, and the yearly holiday notice."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from opsdesk.register import Register, Tone
from opsdesk.registers.calendar.importing import imported
from opsdesk.rules.vocabulary import Role
from opsdesk.services import calendars
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.import_result import ImportResult
from opsdesk.services.outcome import Outcome
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.parts import icon_label, label, secondary_button
from opsdesk.ui.kit.register_page import RegisterPage
from opsdesk.ui.pages.step_up import ask_supervisor


def announced(ctx: Context) -> tuple[str, str]:
    """Which years are announced, and a warning where this year is not (from December on: or the next)."""
    with ctx.read() as connection:
        calendar = calendars.load(connection)
    today = ctx.today()
    years = "、".join(str(year) for year in sorted(calendar.announced))
    warning = calendar.unannounced(today)
    if not warning and today.month == 12:
        warning = calendar.unannounced(today.replace(year=today.year + 1, day=1))
    return f"已导入 {years} 年放假安排。" if years else "还没有导入放假安排。", warning


def _imported(ctx: Context, path: Path) -> Outcome[ImportResult]:
    """The import, refused with its first row at fault: nothing was written then."""
    outcome = imported(ctx, path)
    if wrong := outcome.value.rejected:
        where = f"第 {wrong[0].row} 行：" if wrong[0].row else ""
        raise Refusal(f"{outcome.value.sentence}{where}{wrong[0].reason}", findings=wrong)
    return outcome


class CalendarPage(QWidget):
    """The register of special days below the line that says which years are announced."""

    def __init__(self, register: Register, ctx: Context, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx, self._desk = ctx, desk
        self.setProperty("class", "page")
        self.page = RegisterPage(register, ctx, desk)
        self.import_button = secondary_button("导入放假通知", "upload")
        self.import_button.clicked.connect(self._choose)
        self.page.title.add_action(self.import_button)
        self.page.set_context(ctx)
        self.line = QFrame()
        self.line.setProperty("class", "notice")
        self._icon = icon_label("info", "information")
        self.said = label("", wraps=True)
        row = QHBoxLayout(self.line)
        row.setContentsMargins(look.px(12), look.px(8), look.px(12), look.px(8))
        row.setSpacing(look.px(8))
        row.addWidget(self._icon)
        row.addWidget(self.said, 1)
        around = QHBoxLayout()
        around.setContentsMargins(look.px(24), look.px(16), look.px(24), 0)
        around.addWidget(self.line)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(around)
        column.addWidget(self.page, 1)
        self.panel = self.page.panel
        desk.bus.watch(self, {"calendar"}, self.refresh)
        self.refresh()

    def set_context(self, ctx: Context) -> None:
        """Somebody else is at the desk."""
        self._ctx = ctx
        self.page.set_context(ctx)

    def focus_first(self) -> None:
        """The cursor stands in the find field."""
        self.page.filters.focus_find()

    def refresh(self) -> None:
        """Read anew which years are announced."""
        self._desk.operations.run(partial(announced, self._ctx), done=self._show, owner=self, replaces="announced")

    def import_file(self, path: Path) -> None:
        """Import a holiday notice; a supervisor's password is asked where another person is at the desk."""
        ctx: Context | None = self._ctx
        if self._ctx.actor.role is not Role.SUPERVISOR:
            ctx = ask_supervisor(self, self._ctx, "导入放假通知需要主管输入密码。", verb="导入")
        if ctx is not None:
            self._desk.operations.run(
                partial(_imported, ctx, path),
                done=lambda outcome: self._desk.notices.show(outcome.value.sentence, Tone.FINE),
                owner=self,
                busy=self.import_button,
            )

    def _show(self, found: tuple[str, str]) -> None:
        said, warning = found
        self.said.setText(f"{said}{warning}")
        tone = Tone.WARNING if warning else Tone.INFORMATION
        look.set_icon(self._icon, look.TONE_ICONS[tone], tone.value)
        look.dress(self.line, tone=tone.value)

    def _choose(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "选择放假通知文件", "", "放假通知 (*.json *.xlsx *.xls *.csv)")
        if name:
            self.import_file(Path(name))
