"""The bar on top: where, what day, what time, find, and who is at the desk."""

from __future__ import annotations

from datetime import date
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from opsdesk.register import Tone
from opsdesk.rules.vocabulary import DayKind
from opsdesk.services import calendars, settings
from opsdesk.services.context import Context
from opsdesk.ui.kit import look
from opsdesk.ui.kit.change_bus import MINUTE
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.filter_bar import FindField
from opsdesk.ui.kit.parts import (
    ChipLabel,
    ElidedLabel,
    Separator,
    ghost_button,
    icon_button,
    icon_label,
    label,
)
from opsdesk.ui.kit.wording import day_in_words

TONES = {
    DayKind.WORKDAY: Tone.NEUTRAL,
    DayKind.MAKE_UP: Tone.INFORMATION,
    DayKind.WEEKEND: Tone.AWAY,
    DayKind.STATUTORY: Tone.AWAY,
    DayKind.DAY_OFF: Tone.AWAY,
}


def read_head(ctx: Context) -> tuple[str, date, str, DayKind, str]:
    """Site name, the day, its name (国庆节, 调休上班, 工作日), its kind, and a warning for a year not announced."""
    day = ctx.today()
    with ctx.read() as connection:
        calendar = calendars.load(connection)
    kind = calendar.kind(day)
    return settings.read(ctx, "site.name"), day, calendar.name(day) or str(kind), kind, calendar.unannounced(day)


class TopBar(QFrame):
    """48 px: site, day, clock, the way back, find, person, 换人, lock, kiosk."""

    back_asked = Signal()
    minute = Signal()
    find_asked = Signal(str)
    lock_asked = Signal()
    switch_asked = Signal()
    kiosk_asked = Signal()

    def __init__(self, ctx: Context, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx, self._desk = ctx, desk
        self._day: date | None = None
        self.setObjectName("topbar")
        self.setFixedHeight(look.px(look.TOP_BAR_HEIGHT))
        self.site = ElidedLabel("", "heading")
        self.day = label("")
        self.day.setFont(look.font(tabular=True))
        self.kind = ChipLabel("工作日")
        self.clock = label("")
        self.clock.setProperty("class", "clock")
        self.clock.setFont(look.font(16, bold=True, tabular=True))
        self.back = ghost_button("返回", "chevron-left")
        self.back.setToolTip("回到刚才的页面（Ctrl+[）")
        self.back.setVisible(False)
        self.finder = FindField("找人（Ctrl+K）")
        self.finder.setMinimumWidth(look.px(120))
        self.finder.setMaximumWidth(look.px(200))
        self.person = label("")
        self.switch = ghost_button("换人")
        self.switch.setToolTip("由另一位登录")
        self.lock = icon_button("lock", "锁定（Ctrl+L）")
        self.kiosk = ghost_button("自助签到", "id-card")
        self.kiosk.setToolTip("进入自助签到（F11）")
        self._lay_out()
        self.finder.left.connect(self._find)
        self.back.clicked.connect(self.back_asked)
        self.switch.clicked.connect(self.switch_asked)
        self.lock.clicked.connect(self.lock_asked)
        self.kiosk.clicked.connect(self.kiosk_asked)
        self._tick = QTimer(self, interval=1000)
        self._tick.timeout.connect(self.show_time)
        self._tick.start()
        desk.bus.watch(self, {"settings", "calendar"}, self.refresh)
        self.set_context(ctx)

    def set_context(self, ctx: Context) -> None:
        """Somebody else is at the desk."""
        self._ctx = ctx
        self.person.setText(
            f"{ctx.actor.name}　{ctx.actor.role}" if ctx.actor.name != ctx.actor.role else ctx.actor.name
        )
        self.show_time()
        self.refresh()

    def offer_back(self, where: str) -> None:
        """Offer the way back to a page; none where `where` is empty."""
        self.back.setText(f"返回{where}")
        self.back.setVisible(bool(where))

    def show_time(self) -> None:
        """Show the minute; at midnight the day as well."""
        now = self._ctx.now()
        if self.clock.text() != f"{now:%H:%M}":
            self.clock.setText(f"{now:%H:%M}")
            self.minute.emit()
            self._desk.bus.announce({MINUTE})
        if self._day is not None and now.date() != self._day:
            self.refresh()

    def refresh(self) -> None:
        """Read the site's name and what kind of day it is."""
        self._day = self._ctx.today()
        self._desk.operations.run(partial(read_head, self._ctx), done=self._show, owner=self, replaces="head")

    def _show(self, head: tuple[str, date, str, DayKind, str]) -> None:
        site, day, name, kind, warning = head
        self.site.setText(site)
        self.day.setText(day_in_words(day))
        self.kind.set_chip(name, Tone.WARNING if warning else TONES[kind])
        self.kind.setToolTip(warning)
        self.window().setWindowTitle(f"{site} · 运维台" if site else "运维台")

    def _find(self) -> None:
        if text := self.finder.text().strip():
            self.find_asked.emit(text)
            self.finder.clear()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(look.px(16), 0, look.px(12), 0)
        row.setSpacing(look.px(12))
        self.site.setMaximumWidth(look.px(320))
        row.addWidget(self.site, 3)
        upright = Separator(upright=True)
        upright.setFixedHeight(look.px(20))
        row.addWidget(upright)
        for widget in (self.day, self.kind, self.clock):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.back)
        row.addStretch(1)
        row.addWidget(self.finder, 100)  # gives way only where there is no room
        row.addSpacing(look.px(4))
        row.addWidget(icon_label("user"))
        row.addWidget(self.person)
        for button in (self.switch, self.kiosk, self.lock):
            row.addWidget(button)
        row.setSpacing(look.px(8))
