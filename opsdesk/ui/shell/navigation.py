"""The rail at the left: the tabs of the program, with icon, word and what waits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from opsdesk.services.context import Context
from opsdesk.ui.kit import look
from opsdesk.ui.kit.parts import Separator


@dataclass(frozen=True)
class Tab:
    """A page of a section; made when it is first looked at."""

    key: str
    title: str
    make: Callable[[Context], QWidget]


@dataclass(frozen=True)
class Section:
    """An item of the rail with its tabs (one: no tab bar). `apart` draws a line above it."""

    key: str
    title: str
    icon: str
    tabs: Sequence[Tab]
    apart: bool = False


class RailButton(QToolButton):
    """Icon, word, and a small count at the right; with the rail folded the icon with a dot of the count."""

    def __init__(self, title: str, icon: str, tip: str) -> None:
        super().__init__()
        self._title, self._tip = title, tip
        self._icon, self._ground = icon, ""
        self._count = QLabel(self)
        self._count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._count.setVisible(False)
        self._number = 0
        self.setText(title)
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.toggled.connect(self._show_icon)
        self.setProperty("icon_size", look.ICON_SIZE + 2)
        self._show_icon(False)
        self.fold(False)

    def fold(self, folded: bool) -> None:
        """Show the icon alone."""
        style = Qt.ToolButtonStyle.ToolButtonIconOnly if folded else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        self.setToolButtonStyle(style)
        self.setText("" if folded else f" {self._title}")
        self.setToolTip(f"{self._title}（{self._tip}）" if folded else self._tip)
        self.setAccessibleName(self._title)
        self._place_count()

    def set_count(self, number: int) -> None:
        """Show how many wait; none shows nothing."""
        self._number = number
        look.dress(self._count, class_="count")  # only inside the rail its rule is found
        self._count.setText(str(number) if number < 100 else "99+")
        self._count.setVisible(number > 0)
        self.setAccessibleDescription(f"{number} 项待处理" if number else "")
        self._place_count()

    @property
    def count(self) -> int:
        """How many wait."""
        return self._number

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 — Qt's name
        """Keep the count at the right."""
        super().resizeEvent(event)
        self._place_count()

    def _place_count(self) -> None:
        size = self._count.sizeHint()
        size.setWidth(max(size.width(), look.px(20)))
        folded = self.toolButtonStyle() is Qt.ToolButtonStyle.ToolButtonIconOnly
        left = self.width() - size.width() - look.px(1 if folded else 16)
        top = 0 if folded else (self.height() - size.height()) // 2
        self._count.setGeometry(left, top, size.width(), size.height())

    def _show_icon(self, checked: bool) -> None:
        look.set_icon(self, self._icon, "link" if checked else "")


class Rail(QFrame):
    """The items below each other; `chosen(key)` after a press. 184 px wide, folded 56 px."""

    chosen = Signal(str)
    folded = Signal(bool)
    manual_asked = Signal()

    def __init__(self, sections: Sequence[Section], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.buttons: dict[str, RailButton] = {}
        self._group = QButtonGroup(self)
        self._folded = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, look.px(8), 0, look.px(8))
        column.setSpacing(look.px(4))
        for number, section in enumerate(sections, 1):
            if section.apart:
                line = Separator()
                column.addSpacing(look.px(4))
                column.addWidget(line)
                column.addSpacing(look.px(4))
            button = RailButton(section.title, section.icon, f"Ctrl+{number}" if number < 10 else "")
            button.clicked.connect(partial(self._press, section.key))
            self._group.addButton(button)
            self.buttons[section.key] = button
            column.addWidget(button)
        column.addStretch(1)
        self.manual_button = RailButton("使用手册", "book-open", "F1")
        self.manual_button.setCheckable(False)
        self.manual_button.clicked.connect(self.manual_asked)
        column.addWidget(self.manual_button)
        self.fold_button = RailButton("收起", "panel-left", "收起或展开侧栏")
        self.fold_button.setCheckable(False)
        self.fold_button.clicked.connect(lambda: self.fold(not self._folded))
        column.addWidget(self.fold_button)
        self.fold(False)

    @property
    def is_folded(self) -> bool:
        """Whether only icons are shown."""
        return self._folded

    def fold(self, folded: bool) -> None:
        """Show icons alone, or icons and words."""
        changed, self._folded = folded != self._folded, folded
        self.setFixedWidth(look.px(look.RAIL_FOLDED if folded else look.RAIL_WIDTH))
        for button in (*self.buttons.values(), self.manual_button, self.fold_button):
            button.fold(folded)
        if changed:
            self.folded.emit(folded)

    def mark(self, key: str) -> None:
        """Show which item is open."""
        self.buttons[key].setChecked(True)

    def set_count(self, key: str, number: int) -> None:
        """Show what waits behind an item."""
        self.buttons[key].set_count(number)

    def _press(self, key: str, _checked: bool = False) -> None:
        self.chosen.emit(key)
