"""设置 · 站点: the site's name, desk and papers, and how this computer shows them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from opsdesk.register import Field, Kind, Tone
from opsdesk.rules.vocabulary import Role
from opsdesk.services import settings
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.operation import Fault
from opsdesk.ui.kit.parts import (
    Card,
    ChoiceBox,
    label,
    page_title,
    primary_button,
    secondary_button,
)
from opsdesk.ui.kit.record_form import RecordForm
from opsdesk.ui.pages.number_card import NumberCard
from opsdesk.ui.pages.password_card import PasswordCard
from opsdesk.ui.pages.step_up import ask_supervisor

FIELDS = (
    Field("site.name", "站点名称", required=True, group="站点", help="单位全称，印在每张表上。"),
    Field("site.project", "项目名称", group="站点", help="有的单位要求印在表头，可以不填。"),
    Field("site.supervisor", "运维主管", group="站点", help="印在表尾“运维主管”处的姓名。"),
    Field(
        "site.opened_on",
        "启用日",
        Kind.CODE,
        group="站点",
        help="写成 2026-03-05。此前没有记录的不算缺席；空着就取建站或最早到岗那一天。",
    ),
    Field(
        "site.offices",
        "办公室",
        group="站点",
        help="每天要开关门和防火检查的办公室，用顿号隔开；空着就是登记过的那些。",
    ),
    Field("desk.lock_minutes", "自动锁定", Kind.CODE, required=True, group="服务台", help="几分钟无人操作就锁定。"),
    Field(
        "desk.double_scan_seconds",
        "重复刷卡",
        Kind.CODE,
        required=True,
        group="服务台",
        help="几秒之内重复刷卡只算一次。",
    ),
    Field("desk.undo_seconds", "撤销时限", Kind.CODE, required=True, group="服务台", help="签到后几秒之内可以撤销。"),
    Field(
        "paper.retention_years",
        "保存期限",
        Kind.CODE,
        required=True,
        group="纸张",
        help="几年，印在表尾。考勤记录至少保存 2 年。",
    ),
    Field("paper.rows", "每页行数", Kind.CODE, required=True, group="纸张", help="到岗记录每页印几行，含空白行。"),
    Field(
        "incident.file_megabytes",
        "附件上限",
        Kind.CODE,
        required=True,
        group="事件",
        help="一个附件最多几 MB，照片和文件存在数据文件夹里。",
    ),
    Field(
        "room.screening",
        "进入筛查",
        Kind.CHOICE,
        required=True,
        group="机房",
        options=lambda _ctx: [("0", "不登记"), ("1", "登记体温、健康码、口罩")],
        help="疫情防控期间打开（E5）；平时不登记。",
    ),
    Field(
        "room.vendor_staff_internal",
        "驻场人员",
        Kind.CHOICE,
        required=True,
        group="机房",
        options=lambda _ctx: [("0", "按外单位人员审批"), ("1", "按本单位人员进入")],
        help="外包单位的驻场人员进机房按哪一种判定（E1）。",
    ),
    Field(
        "privacy.visitor_months",
        "访客信息",
        Kind.CODE,
        required=True,
        group="机房",
        help="证件号和电话保存几个月，到期在“常来人员”清除。",
    ),
)
APPEARANCES = (("system", "跟随系统"), ("light", "浅色"), ("dark", "深色"))


@dataclass(frozen=True)
class ThisComputer:
    """What is chosen for this computer alone: appearance (system, light, dark) and where exports go.

    `restore(path, supervisor's context, password)` puts a backup in the record's place and opens it; `mend()` lets
    go of the record and mends it in a copy.
    """

    appearance: Callable[[], str]
    set_appearance: Callable[[str], object]
    export_folder: Callable[[], Path]
    set_export_folder: Callable[[Path], object]
    restore: Callable[[Path, Context, str], object]
    mend: Callable[[], object]


class SitePage(QWidget):
    """Settings with a sentence each; what is out of its limits is refused beside the field. Ctrl+S saves.

    Who is not a supervisor may fill in, and a supervisor's password is asked before it is kept.
    """

    def __init__(self, ctx: Context, desk: Desk, computer: ThisComputer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx, self._desk, self._computer = ctx, desk, computer
        self.setProperty("class", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.title = page_title("站点")
        self.save = primary_button("保存", "save")
        self.save.setToolTip("Ctrl+S")
        self.title.add_action(self.save)
        self.form = RecordForm(FIELDS, desk.today, keys=False)
        for field in FIELDS:
            if field.options is not None:
                self.form.set_options(field.key, field.options(ctx))
        self.appearance = ChoiceBox()
        for value, word in APPEARANCES:
            self.appearance.addItem(word, value)
        self.appearance.setCurrentIndex(max(0, self.appearance.findData(computer.appearance())))
        self.appearance.setAccessibleName("外观")
        self.folder = label(_in_lines(computer.export_folder()), wraps=True)
        self.choose_folder = secondary_button("选择…", "folder-open")
        self.choose_folder.setAccessibleName("选择导出文件夹")
        self.numbers, self.password = NumberCard(ctx, desk), PasswordCard(ctx, desk)
        self._lay_out()
        self.save.clicked.connect(self._submit)
        QShortcut(QKeySequence("Ctrl+S"), self, self._submit)
        self.form.changed.connect(self._show_state)
        self.appearance.currentIndexChanged.connect(
            lambda _n: self._computer.set_appearance(self.appearance.currentData())
        )
        self.choose_folder.clicked.connect(self._choose_folder)
        desk.bus.watch(self, {"settings"}, self.refresh)
        self.refresh()

    def set_context(self, ctx: Context) -> None:
        """Somebody else is at the desk."""
        self._ctx = ctx
        self.numbers.set_context(ctx)
        self.password.set_context(ctx)
        self.refresh()

    def focus_first(self) -> None:
        """The cursor stands in the first field."""
        self.form.focus_first()

    def may_leave(self) -> bool:
        """True if nothing would be lost, or the user says so."""
        return self.form.may_close()

    def refresh(self) -> None:
        """Read the settings anew unless something typed would be lost."""
        if not self.form.dirty:
            self._desk.operations.run(
                partial(settings.read_all, self._ctx), done=self._show, owner=self, replaces="settings"
            )

    def _lay_out(self) -> None:
        site = Card()
        site.body.addWidget(self.form)
        computer = Card("这台电脑")
        for title, part in (("外观", self.appearance), ("导出文件夹", self.folder)):
            row = QHBoxLayout()
            row.setSpacing(look.px(8))
            name = label(title)
            name.setFixedWidth(look.px(96))
            row.addWidget(name, 0, Qt.AlignmentFlag.AlignTop if part is self.folder else Qt.AlignmentFlag.AlignVCenter)
            row.addWidget(part, 1)
            computer.body.addLayout(row)
        computer.body.addWidget(self.choose_folder, 0, Qt.AlignmentFlag.AlignRight)
        said = "只影响这台电脑，选了就生效。"
        computer.body.addWidget(label(said, "secondary"))
        inside = QWidget()
        inside.setProperty("class", "scrolled")
        sides = QHBoxLayout(inside)
        sides.setContentsMargins(0, 0, 0, 0)
        sides.setSpacing(look.px(16))
        site.setMaximumWidth(look.px(640))
        beside = QVBoxLayout()
        beside.setSpacing(look.px(16))
        for card in (computer, self.password, self.numbers):
            card.setMaximumWidth(look.px(440))
            beside.addWidget(card)
        beside.addStretch(1)
        sides.addWidget(site, 3, Qt.AlignmentFlag.AlignTop)
        sides.addLayout(beside, 2)
        sides.addStretch()
        self.scroller = QScrollArea()
        self.scroller.setWidgetResizable(True)
        self.scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroller.viewport().setProperty("class", "scrolled")
        self.scroller.setWidget(inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(look.px(24), look.px(16), look.px(24), look.px(16))
        column.setSpacing(look.px(12))
        column.addWidget(self.title)
        column.addWidget(self.scroller, 1)

    def _show(self, values: dict[str, str]) -> None:
        self.form.set_values({field.key: values[field.key] for field in FIELDS})
        self._show_state()

    def _show_state(self) -> None:
        self.title.set_state("有修改还没有保存。" if self.form.dirty else "")

    def _submit(self) -> None:
        if self.save.property("busy"):
            return
        if not self.form.check():
            self._look_at_errors()
            return
        ctx: Context | None = self._ctx
        if self._ctx.actor.role is not Role.SUPERVISOR:
            ctx = ask_supervisor(self, self._ctx, "修改站点设置需要主管输入密码。", verb="保存设置")
        if ctx is None:
            return
        written = self.form.written()
        values = {key: str(value or "") for key, value in self.form.values().items()}
        self._desk.operations.run(
            partial(settings.write, ctx, values),
            done=lambda _outcome: self._on_saved(written),
            failed=self._on_failed,
            owner=self,
            busy=self.save,
        )

    def _on_saved(self, written: dict[str, object]) -> None:
        self.form.accept(written)
        self._show_state()
        self._desk.notices.show("设置已保存。", Tone.FINE)

    def _on_failed(self, error: Refusal | Trouble) -> None:
        if isinstance(error, Refusal) and self.form.show_refusal(error):
            self._look_at_errors()
            return
        if not isinstance(error, Fault):
            tone = Tone.WARNING if isinstance(error, Refusal) else Tone.BROKEN
            self._desk.notices.show(f"{error}{getattr(error, 'remedy', '')}", tone)

    def _look_at_errors(self) -> None:
        for key in self.form.errors():
            QTimer.singleShot(0, self, partial(self.scroller.ensureWidgetVisible, self.form.rows[key], 0, 24))

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "导出到哪个文件夹", str(self._computer.export_folder()))
        if chosen:
            self._computer.set_export_folder(Path(chosen))
            self.folder.setText(_in_lines(Path(chosen)))


def _in_lines(path: Path) -> str:
    """A path that goes on in the next line after any of its folders."""
    return re.sub(r"([/\\])", "\\1\u200b", str(path))
