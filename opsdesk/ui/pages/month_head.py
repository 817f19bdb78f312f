"""The head of the month's page: how it stands, and the acts on it; the one primary act follows the state."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QPushButton, QWidget

from opsdesk.register import Tone
from opsdesk.registers.month import service
from opsdesk.registers.month.documents import month_sheets
from opsdesk.registers.month.service import Standing
from opsdesk.rules.vocabulary import Role
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.outcome import Outcome
from opsdesk.services.settlement import PersonMonth
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk, Signing
from opsdesk.ui.kit.parts import PageTitle, primary_button, secondary_button
from opsdesk.ui.pages import month_export, month_waiting
from opsdesk.ui.pages import month_rows as rows
from opsdesk.ui.pages.month_export import Exported
from opsdesk.ui.pages.month_waiting import Waiting

ICON_WIDTH, WIDEST = 40, 16777215
"""Pixels of a button that shows its icon alone, and Qt's own limit for one that is as wide as its words."""
CHECK, EXPORT = "对照报表", "导出各单位"
SUPERVISOR_ONLY = "这一步由主管来做。"


class MonthHead(PageTitle):
    """Books, confirms, prints and exports the month shown; `check_asked` opens the check beside a report.

    The buttons `check` and `export` have no room here: the page puts them into its own bar.
    """

    check_asked = Signal()

    def __init__(self, ctx: Context, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("月度考勤", parent=parent)
        self._ctx, self._desk = ctx, desk
        self._standing: Standing | None = None
        self._people: Sequence[PersonMonth] = ()
        self._vendor: int | None = None
        self.check = secondary_button(CHECK, "file-spreadsheet")
        self.export = secondary_button(EXPORT, "download")
        self.confirm = secondary_button("全部确认", "check")
        self.print = secondary_button("打印汇总", "printer")
        self.settle = primary_button("结算", "calculator")
        self.check.clicked.connect(self.check_asked)
        self.export.clicked.connect(self.choose_folder)
        for button, act in (
            (self.confirm, self.confirm_all),
            (self.print, self.open_paper),
            (self.settle, self.book),
        ):
            button.clicked.connect(act)
            self.add_action(button)
        self._allow()

    def shorten(self, narrow: bool) -> None:
        """Show the minor buttons as icons alone where there is little room."""
        for button, words in ((self.check, CHECK), (self.export, EXPORT)):
            button.setText("" if narrow else words)
            button.setAccessibleName(words)
            button.setMaximumWidth(look.px(ICON_WIDTH) if narrow else WIDEST)

    def set_context(self, ctx: Context) -> None:
        """Another person sits at the desk."""
        self._ctx = ctx
        self._allow()

    def show_month(
        self, standing: Standing | None, people: Sequence[PersonMonth] = (), vendor: int | None = None
    ) -> None:
        """Show how the month stands; acts are about these people, and of papers and files about this vendor."""
        self._standing, self._people, self._vendor = standing, people, vendor
        self.set_state(rows.state_line(standing) if standing else "")
        self._allow()

    def waiting(self) -> Waiting:
        """Booked lines of the people shown that nobody has decided."""
        return month_waiting.of(self._standing, self._people)

    def book(self) -> None:
        """Book the month; with questions left open only when the supervisor says so."""
        standing = self._standing
        if standing is None or not self.settle.isEnabled() or self.settle.isHidden():
            return
        count, said = len(standing.questions), ""
        if count:
            said = f"还有 {count} 件未结事项。现在也可以结算；以后处理了，相关的人要重新结算。"
        granted = self._desk.signed(self, self._ctx, Signing(f"结算 {standing.month.key}", "结算", said))
        if granted is None:
            return
        self._desk.operations.run(
            partial(service.book, granted, standing.month.year, standing.month.number),
            done=self._told,
            owner=self,
            busy=self.settle,
        )

    def confirm_all(self) -> None:
        """Confirm every undecided line of the people shown that waits for nothing else, asking once."""
        waiting = self.waiting()
        if not waiting.ready:
            return
        granted = self._desk.signed(self, self._ctx, Signing("全部确认", "全部确认", waiting.sentence))
        if granted is not None:
            self._desk.operations.run(
                partial(service.decide, granted, deduction_ids=[line.id for line in waiting.ready], confirm=True),
                done=self._told,
                owner=self,
                busy=self.confirm,
            )

    def open_paper(self) -> None:
        """Preview the F04 of the vendor chosen, or of all."""
        if self._standing is not None and self._people:
            month = self._standing.month
            self._desk.operations.run(
                partial(month_sheets, self._ctx, month.year, month.number, self._vendor),
                done=self._desk.open_paper,
                owner=self,
                busy=self.print,
            )

    def choose_folder(self) -> None:
        """Let the user choose one folder for all workbooks."""
        start = self._ctx.home / "exports"
        start.mkdir(parents=True, exist_ok=True)  # else the dialog opens somewhere and takes no Enter
        name = QFileDialog.getExistingDirectory(self, "各单位的工作簿保存到哪个文件夹", str(start))
        if name:
            self.export_to(Path(name))

    def export_to(self, folder: Path) -> None:
        """Write one workbook a vendor into `folder`."""
        if self._standing is None:
            return
        month, ctx = self._standing.month, self._ctx
        vendors = [self._vendor] if self._vendor else list(rows.vendors(month.people))
        self._desk.operations.run_long(
            partial(month_export.export_vendors, ctx, month.year, month.number, vendors, folder),
            "正在导出各单位",
            done=partial(self._exported, folder),
            owner=self,
            busy=self.export,
            beside=True,
        )

    def _exported(self, folder: Path, exported: Exported) -> None:
        month_export.tell(self._desk.notices, exported, folder)

    def _told(self, outcome: Outcome[str]) -> None:
        self._desk.notices.show(outcome.value, Tone.FINE)

    def _allow(self) -> None:
        standing, role = self._standing, self._ctx.actor.role
        people = bool(standing and standing.month.people)
        supervises = role is Role.SUPERVISOR
        over = standing is not None and standing.month.dates[-1] <= self._ctx.today()
        settled = people and standing is not None and _settled(standing)
        nobody = "" if people else "这个月没有应到岗的人员。"
        _let(
            self.check,
            "" if role in WRITERS else "对照要记入操作记录，由主管或服务台来做。",
            "与钉钉或企业微信的报表对照",
        )
        _let(self.export, nobody, "导出各单位：每家单位一份工作簿，只含本单位人员。")
        _let(self.print, nobody, "Ctrl+P")
        waiting = self.waiting()
        self.confirm.setVisible(bool(waiting.ready or waiting.left_out))
        self.confirm.setText(f"全部确认（{len(waiting.ready)}）")
        nothing = "" if waiting.ready else waiting.left_out
        _let(self.confirm, nothing if supervises else SUPERVISOR_ONLY, waiting.left_out)
        self.settle.setVisible(not settled)
        self.settle.setText("重新结算" if standing and standing.booked_at else "结算")
        early = f"{standing.month.dates[-1].isoformat()} 当天或以后才能结算，现在的数字还会变。" if standing else ""
        empty = "" if standing and standing.dropped else nobody
        reason = empty or (SUPERVISOR_ONLY if not supervises else "" if over else early)
        _let(self.settle, reason, "记下每个人的数字和拟扣减，再逐条确认或免除。")
        look.dress(self.print, class_="primary" if settled else "")
        look.set_icon(self.print, "printer", "accent" if settled else "")


def _settled(standing: Standing) -> bool:
    return not standing.changed and all(each.person.id in standing.booked_at for each in standing.month.people)


def _let(button: QPushButton, reason: str, tip: str = "") -> None:
    button.setEnabled(not reason)
    button.setToolTip(reason or tip)
