"""The bar above the roster: which month, whose people, and what can be done with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from opsdesk.registers.roster.month_plan import MonthPlan
from opsdesk.rules.vocabulary import Role
from opsdesk.services.context import WRITERS
from opsdesk.ui.kit import look
from opsdesk.ui.kit.flow import FlowRow
from opsdesk.ui.kit.parts import ChoiceBox, icon_button, label, secondary_button

COPIES = (
    ("week", "复制上周到光标所在的一周"),
    ("by_weekday", "复制上月，按星期对应"),
    ("by_day", "复制上月，按日期对应"),
)


class RosterBar(FlowRow):
    """Buttons and choices, on as many lines as the width asks for; `copy_asked` tells a key of `COPIES`."""

    turned = Signal(int)
    now_asked = Signal()
    vendor_chosen = Signal()
    gaps_asked = Signal()
    undo_asked = Signal()
    rotation_asked = Signal()
    copy_asked = Signal(str)
    swap_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plan: MonthPlan | None = None
        self._compact = self._tight = False
        before, after = icon_button("chevron-left", "上个月（Alt+←）"), icon_button("chevron-right", "下个月（Alt+→）")
        before.clicked.connect(partial(self._turn, -1))
        after.clicked.connect(partial(self._turn, 1))
        self.month = label("", "heading")
        self.month.setMinimumWidth(look.px(104))
        self.month.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.now = secondary_button("回到本月")
        self.vendors = ChoiceBox()
        self.vendors.setMinimumWidth(look.px(120))
        self.vendors.setAccessibleName("外包单位")
        self.vendors.addItem("全部单位", None)
        self.vendors.currentIndexChanged.connect(lambda _n: self.vendor_chosen.emit())
        self.gaps = secondary_button("", "triangle-alert")
        self.gaps.setVisible(False)
        self.undo = secondary_button("撤销", "undo-2")
        self.undo.setToolTip("Ctrl+Z")
        self.rotation = secondary_button("套用轮班", "refresh-cw")
        self.copy = secondary_button("复制", "copy")
        self.copy.setProperty("menu", True)
        menu = QMenu(self.copy)
        for key, words in COPIES:
            menu.addAction(words).triggered.connect(partial(self._copy, key))
        self.copy.setMenu(menu)
        self.swap = secondary_button("换班", "users")
        asked: tuple[tuple[QWidget, Callable[[], object]], ...] = (
            (self.now, self.now_asked.emit),
            (self.gaps, self.gaps_asked.emit),
            (self.undo, self.undo_asked.emit),
            (self.rotation, self.rotation_asked.emit),
            (self.swap, self.swap_asked.emit),
        )
        for button, ask in asked:
            button.clicked.connect(partial(_press, ask))  # type: ignore[attr-defined]  # all are buttons
        for group in (
            (before, self.month, after),
            (self.now, self.vendors),
            (self.gaps,),
            (self.undo, self.rotation, self.copy, self.swap),
        ):
            self.add(_together(group))

    def event(self, event: QEvent) -> bool:
        """The lines needed are held against what stands below; none is cut."""
        taken = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self.setMinimumHeight(self.heightForWidth(self.width()))
        return taken

    @property
    def vendor_id(self) -> int | None:
        """Whose people are shown; None for everybody."""
        chosen: int | None = self.vendors.currentData()
        return chosen

    def show_plan(self, plan: MonthPlan) -> None:
        """Say which month it is, offer its vendors, and count what is short."""
        self.month.setText(f"{plan.year} 年 {plan.month} 月")
        self._plan = plan
        self.set_compact(self._compact, tight=self._tight)
        chosen = self.vendor_id
        self.vendors.blockSignals(True)
        self.vendors.clear()
        self.vendors.addItem("全部单位", None)
        for vendor_id, name in plan.vendors:
            self.vendors.addItem(name, vendor_id)
        self.vendors.setCurrentIndex(max(0, self.vendors.findData(chosen)))
        self.vendors.blockSignals(False)
        if chosen is not None and self.vendor_id is None:
            self.vendor_chosen.emit()

    def set_compact(self, compact: bool, *, tight: bool = False) -> None:
        """With a form open beside there is room for less; `tight` leaves the month, the vendor and what is short."""
        self._compact, self._tight, plan = compact, tight, self._plan
        self.rotation.setVisible(not tight)
        self.swap.setVisible(not tight)
        self.undo.setVisible(not compact)
        self.copy.setVisible(not compact)
        if plan is not None:
            here = (plan.year, plan.month) == (plan.today.year, plan.today.month)
            self.now.setVisible(not here and not compact)
            rests, short = len(plan.short_rests), len(plan.gaps)
            words = [f"缺口 {short}" if compact or rests else f"岗位缺口 {short} 处"] if short else []
            words += [f"间隔过短 {rests}" if compact or short else f"间隔过短 {rests} 处"] if rests else []
            self.gaps.setText(" · ".join(words))
            self.gaps.setVisible(bool(words))

    def allow(self, role: Role) -> None:
        """Offer what the role may do, and say why the rest is closed."""
        writes = role in WRITERS
        for button in (self.rotation, self.copy):
            button.setEnabled(writes)
            button.setToolTip("" if writes else "只读账号不能排班。")
        self.swap.setEnabled(role is Role.SUPERVISOR)
        self.swap.setToolTip("" if role is Role.SUPERVISOR else "换班由主管来办。")

    def _turn(self, step: int, _checked: bool = False) -> None:
        self.turned.emit(step)

    def _copy(self, key: str, _checked: bool = False) -> None:
        self.copy_asked.emit(key)


def _together(widgets: Iterable[QWidget]) -> QWidget:
    """Widgets that stay on one line; nothing where all of them are hidden."""
    group = QWidget()
    row = QHBoxLayout(group)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(look.px(8))
    for widget in widgets:
        row.addWidget(widget)
    return group


def _press(act: Callable[[], object], _checked: bool = False) -> None:
    act()
