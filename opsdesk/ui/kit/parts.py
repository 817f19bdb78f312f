"""Small parts every page is made of."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStyledItemDelegate,
    QVBoxLayout,
    QWidget,
)

from opsdesk.register import Tone
from opsdesk.ui.kit import look
from opsdesk.ui.kit.flow import FlowRow

LEAST_PANEL, LEAST_LIST = 320, 420
"""Pixels that a side panel and the list beside it keep in a narrow window."""


def label(text: str = "", kind: str = "", *, wraps: bool = False) -> QLabel:
    """Plain text (never markup) of a kind of the look: "title", "heading", "secondary", "state", "error", "figure"."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wraps)
    if kind:
        made.setProperty("class", kind)
    return made


def icon_label(name: str, ground: str = "", size: int = look.ICON_SIZE) -> QLabel:
    """An icon by itself; `ground` as in `look.set_icon`."""
    made = QLabel()
    made.setProperty("icon_size", size)
    made.setFixedSize(look.px(size), look.px(size))
    look.set_icon(made, name, ground)
    return made


class ElidedLabel(QLabel):
    """One line of plain text that shortens itself with … and then tells all in its tooltip."""

    def __init__(self, text: str = "", kind: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(look.px(48))
        if kind:
            self.setProperty("class", kind)
        self.setText(text)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 — Qt's signature
        """Draw what fits."""
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        self.setToolTip(self.text() if shown != self.text() else "")
        painter = QPainter(self)
        painter.drawText(self.rect(), int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), shown)


class Card(QFrame):
    """A quiet box on the window: `body` is its layout."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("class", "card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(*(look.px(16),) * 4)
        self.body.setSpacing(look.px(8))
        if title:
            self.body.addWidget(label(title, "heading"))


class Figure(QFrame):
    """A figure that matters in 28 px with its label below: 已到 19."""

    def __init__(
        self, number: str | int, label_text: str, tone: Tone = Tone.NEUTRAL, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._number = label("", "figure")
        self._number.setFont(look.font(look.FIGURE_SIZE, bold=True, tabular=True))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._number)
        column.addWidget(label(label_text, "secondary"))
        self.set_number(number, tone)

    def set_number(self, number: str | int, tone: Tone | None = None) -> None:
        """Show another number, in the colour of another tone if given."""
        self._number.setText(str(number))
        if tone:
            look.dress(self._number, tone=tone.value)


class ChipLabel(QFrame):
    """A state as a quiet tinted pill with icon and word, so that colour never stands alone."""

    def __init__(self, word: str, tone: Tone = Tone.NEUTRAL, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("class", "chip")
        self.setFixedHeight(look.px(24))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(look.px(8), 0, look.px(10), 0)
        row.setSpacing(look.px(4))
        self._icon = icon_label(look.TONE_ICONS[tone], tone.value, 14)
        self._word = label(word)
        row.addWidget(self._icon)
        row.addWidget(self._word)
        self.set_chip(word, tone)

    def set_chip(self, word: str, tone: Tone) -> None:
        """Show another state."""
        self._word.setText(word)
        look.set_icon(self._icon, look.TONE_ICONS[tone], tone.value)
        look.dress(self, tone=tone.value)
        look.dress(self._word, tone=tone.value)  # a child is not polished anew with its frame
        self.setAccessibleName(word)

    def word(self) -> str:
        """The state shown."""
        return self._word.text()


LEAST_STATE = 48


class PageTitle(QWidget):
    """Title in 20 px and the line that says the state of things; `add_action` puts buttons at the right.

    Where title, state and buttons find no room beside each other, the buttons go below.
    """

    def __init__(self, title: str, state: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = label(title, "title")
        self._state = ElidedLabel(state, "state")
        self._state.setMinimumWidth(0)
        self._actions = FlowRow()
        head = QWidget()
        head.setFixedHeight(look.px(look.CONTROL_HEIGHT))
        named = QHBoxLayout(head)
        named.setContentsMargins(0, 0, 0, 0)
        named.setSpacing(look.px(12))
        named.addWidget(self._title, 0, Qt.AlignmentFlag.AlignVCenter)
        named.addWidget(self._state, 1)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(look.px(8))
        self._row.addWidget(head, 1)
        self._row.addWidget(self._actions)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_title(self, title: str) -> None:
        """Show another title."""
        self._title.setText(title)

    def set_state(self, state: str) -> None:
        """Show another state line."""
        self._state.setText(state)

    def state(self) -> str:
        """The state line shown."""
        return self._state.text()

    def add_action(self, button: QWidget) -> None:
        """Put a button at the right."""
        self._actions.add(button)

    def hasHeightForWidth(self) -> bool:  # noqa: N802 — Qt's name
        """The buttons may need lines of their own."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 — Qt's name
        """One line, or the title and below it the buttons."""
        one = look.px(look.CONTROL_HEIGHT)
        return one + look.px(8) + self._actions.heightForWidth(width) if self._folds(width) else one

    def sizeHint(self) -> QSize:  # noqa: N802 — Qt's name
        """All in one line, as high as the present width needs."""
        return QSize(self._one_line(), self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 — Qt's name
        """The title, or the widest button."""
        widest = max(self._title.sizeHint().width(), self._actions.minimumSizeHint().width())
        return QSize(widest, look.px(look.CONTROL_HEIGHT))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 — Qt's name
        """Put the buttons where there is room for them."""
        super().resizeEvent(event)
        self._fold()

    def event(self, event: QEvent) -> bool:
        """The same when a button comes, goes or changes its words."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fold()
        return super().event(event)

    def _fold(self) -> None:
        below = QBoxLayout.Direction.TopToBottom if self._folds(self.width()) else QBoxLayout.Direction.LeftToRight
        if self._row.direction() != below:
            self._row.setDirection(below)
            self.updateGeometry()

    def _folds(self, width: int) -> bool:
        return self._one_line() > width

    def _one_line(self) -> int:
        state = look.px(LEAST_STATE) if self._state.text() else 0
        return self._title.sizeHint().width() + state + look.px(20) + self._actions.sizeHint().width()


def page_title(title: str, state: str = "") -> PageTitle:
    """Head of a page: title and state line."""
    return PageTitle(title, state)


def primary_button(text: str, icon: str = "") -> QPushButton:
    """The one button a page is about."""
    return _button(text, icon, "primary", "accent")


def secondary_button(text: str, icon: str = "") -> QPushButton:
    """Any other button."""
    return _button(text, icon, "", "")


def danger_button(text: str, icon: str = "") -> QPushButton:
    """A button that destroys or cannot be taken back."""
    return _button(text, icon, "danger", Tone.BROKEN.value)


def ghost_button(text: str, icon: str = "") -> QPushButton:
    """A button without a box, for what is offered beside."""
    return _button(text, icon, "ghost", "")


def link_button(text: str) -> QPushButton:
    """A word to press inside a line: 撤销."""
    return _button(text, "", "link", "")


def icon_button(icon: str, name: str) -> QPushButton:
    """A button of 32 × 32 px with only an icon; `name` is its tooltip and what a screen reader says."""
    made = _button("", icon, "icon", "")
    made.setToolTip(name)
    made.setAccessibleName(name)
    return made


class Button(QPushButton):
    """A button that Enter presses as Space does, once for each stroke: a key held down presses nothing further."""

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 — Qt's name
        """Enter presses."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
            return
        event.accept()
        if not event.isAutoRepeat():
            self.click()


def _button(text: str, icon: str, kind: str, ground: str) -> QPushButton:
    made = Button(text)
    made.setAutoDefault(False)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    if kind:
        made.setProperty("class", kind)
    if icon:
        look.set_icon(made, icon, ground)
    return made


class ChoiceBox(QComboBox):
    """A box to choose from; the wheel scrolls the page and never changes what was chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(QStyledItemDelegate(self))  # only this one follows the stylesheet
        self.setMaxVisibleItems(12)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 — Qt's name
        """Leave the wheel to the page."""
        event.ignore()


class Panel(QFrame):
    """The right side panel, 420 px, with a header and a close button.

    `body` is its scrolling middle, `foot` the row of buttons that always stays in sight.
    """

    closed = Signal()

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("class", "panel")
        self.setFixedWidth(look.px(look.PANEL_WIDTH))
        self._title = ElidedLabel(title, "heading")
        close = icon_button("x", "关闭（Esc）")
        close.clicked.connect(self.closed)
        self._header = header = QHBoxLayout()
        header.setContentsMargins(look.px(16), look.px(8), look.px(8), look.px(8))
        header.addWidget(self._title, 1)
        header.addWidget(close)

        inside = QWidget()
        inside.setProperty("class", "scrolled")
        self.body = QVBoxLayout(inside)
        self.body.setContentsMargins(look.px(16), look.px(16), look.px(16), look.px(16))
        self.body.setSpacing(look.px(12))
        self.scroller = QScrollArea()
        self.scroller.setWidgetResizable(True)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroller.viewport().setProperty("class", "scrolled")
        self.scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroller.setWidget(inside)

        self._foot_line = Separator()
        self._foot = QWidget()
        self.foot = QHBoxLayout(self._foot)
        self.foot.setContentsMargins(look.px(16), look.px(12), look.px(16), look.px(12))
        self.foot.setSpacing(look.px(8))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(header)
        column.addWidget(Separator())
        column.addWidget(self.scroller, 1)
        column.addWidget(self._foot_line)
        column.addWidget(self._foot)
        self.show_foot(False)

    def set_title(self, title: str) -> None:
        """Show another heading."""
        self._title.setText(title)

    def title(self) -> str:
        """The heading shown."""
        return self._title.text()

    def add_tool(self, button: QPushButton) -> None:
        """Put a small button into the header, before the one that closes."""
        self._header.insertWidget(self._header.count() - 1, button)

    def fit(self, room: int) -> None:
        """Take what a list beside it can spare of `room` pixels, from 320 to 420."""
        spare = max(look.px(LEAST_PANEL), room - look.px(LEAST_LIST))
        self.setFixedWidth(min(look.px(look.PANEL_WIDTH), spare))

    def show_foot(self, shown: bool) -> None:
        """Show or hide the row of buttons at the bottom."""
        self._foot_line.setVisible(shown)
        self._foot.setVisible(shown)

    def sizeHint(self) -> QSize:  # noqa: N802 — Qt's name
        """420 px wide."""
        return QSize(look.px(look.PANEL_WIDTH), super().sizeHint().height())


class Separator(QFrame):
    """A one-pixel line, across or (`upright`) down."""

    def __init__(self, *, upright: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("class", "separator")
        if upright:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)
