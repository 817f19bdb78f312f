"""Sentences in the page instead of dialogs: what happened, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QEvent, QRect, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QDialog,
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from opsdesk.register import Tone
from opsdesk.ui.kit import look
from opsdesk.ui.kit.parts import (
    danger_button,
    icon_button,
    icon_label,
    label,
    link_button,
    primary_button,
    secondary_button,
)

Action = tuple[str, Callable[[], object]]

SECONDS = {Tone.FINE: 6, Tone.NEUTRAL: 6, Tone.INFORMATION: 10, Tone.AWAY: 10}
"""How long a notice without buttons stays by its tone; what is broken stays until closed, a warning with its page."""

WITH_BUTTONS = 30
"""Seconds that a notice of these tones stays which offers something to press (打开文件)."""

LEAST_WIDTH, MOST_WIDTH = 320, 720
BESIDE = 480
"""Pixels of width from which the buttons stand beside the sentence."""

MOST = 3
"""As many notices are shown at once; the oldest makes room."""


class Notice(QFrame):
    """One sentence with its buttons; `gone` when it was closed, used or timed out."""

    gone = Signal()

    def __init__(self, sentence: str, tone: Tone, actions: Sequence[Action], seconds: int | None) -> None:
        super().__init__()
        self.sentence = sentence
        self.tone = tone
        self._first_words = actions[0][0] if actions else ""
        usual = SECONDS.get(tone, 0)
        self.left = (WITH_BUTTONS if usual and actions else usual) if seconds is None else seconds
        self._counts = seconds is not None and bool(actions)
        self.setProperty("class", "notice")
        self.setProperty("tone", tone.value)
        self.setAccessibleName(sentence)
        words = label(sentence, wraps=True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(look.px(12), look.px(4), look.px(4), look.px(4))
        row.setSpacing(look.px(8))
        row.addWidget(icon_label(look.TONE_ICONS[tone], tone.value))
        self._inner = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._inner.setSpacing(look.px(4))
        self._inner.addWidget(words, 1)
        row.addLayout(self._inner, 1)
        self.buttons = [link_button(text) for text, _ in actions]
        beside = QHBoxLayout()
        beside.setSpacing(look.px(8))
        for button, (_, callback) in zip(self.buttons, actions, strict=True):
            button.clicked.connect(partial(self._use, callback))
            beside.addWidget(button)
        if actions:
            self._inner.addLayout(beside)
            beside.addStretch(1)
        close = icon_button("x", "关闭这条消息")
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close.clicked.connect(self.gone)
        row.addWidget(close)
        self.setMinimumHeight(look.px(42))
        self._timer = QTimer(self, interval=1000)
        self._timer.timeout.connect(self._count)
        self._show_count()
        if self.left:
            self._timer.start()

    def fit(self, width: int) -> None:
        """Put the buttons below the sentence where there is little room."""
        narrow = width < look.px(BESIDE)
        self._inner.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)

    def hurry(self) -> None:
        """Its page was left: what leaves by itself leaves as soon as one without buttons, but for an undo.

        What was to stay only as long as nobody was at the desk begins to count.
        """
        usual = SECONDS.get(self.tone, 0)
        if usual and not self._counts:
            self.left = min(self.left or usual, usual)
            self._timer.start()

    def _use(self, callback: Callable[[], object], _checked: bool = False) -> None:
        if self._counts:
            self.gone.emit()
        callback()

    def _count(self) -> None:
        if self.underMouse() and not self._counts:  # somebody is reading it
            return
        self.left -= 1
        self._show_count()
        if self.left <= 0:
            self._timer.stop()
            self.gone.emit()

    def _show_count(self) -> None:
        if self._counts:
            self.buttons[0].setText(f"{self._first_words}（{max(self.left, 0)}）")


class ProgressStrip(QFrame):
    """How far a long work is, with 取消; `cancelled` once it was pressed."""

    cancelled = Signal()

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setProperty("class", "notice")
        self.setProperty("tone", Tone.INFORMATION.value)
        self._title = title
        self._words = label(f"{title}…")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 0)
        self.button = secondary_button("取消")
        self.button.clicked.connect(self._cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(look.px(12), look.px(4), look.px(4), look.px(4))
        row.setSpacing(look.px(12))
        row.addWidget(icon_label("loader-circle", Tone.INFORMATION.value))
        row.addWidget(self._words)
        row.addWidget(self._bar, 1)
        row.addWidget(self.button)

    def set_progress(self, done: int, total: int, *, count: bool) -> None:
        """Fill the bar; with `count` also say how far in figures."""
        if total > 0:
            self._bar.setRange(0, total)
            self._bar.setValue(min(done, total))
            if count and self.button.isEnabled():
                self._words.setText(f"{self._title}：{done:,} / {total:,}（{done * 100 // total}%）")

    def text(self) -> str:
        """The words beside the bar."""
        return self._words.text()

    def _cancel(self) -> None:
        self.button.setEnabled(False)
        self._words.setText(f"正在取消：{self._title}…")
        self.cancelled.emit()


class Notices(QWidget):
    """The notices of a window: they float over the edge at which this widget stands, which takes no room itself.

    They leave the width of a side panel free, so that its buttons stay in reach; the newest stands on top.
    `focus_left` where one went that had the focus: it belongs to the page again.
    """

    focus_left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown: list[Notice] = []
        self._strips = 0
        self._sheet = QWidget(self)
        self._sheet.setVisible(False)
        self._column = QVBoxLayout(self._sheet)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(look.px(4))
        self.setFixedHeight(0)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setVisible(False)
        self._move_sheet()

    def event(self, event: QEvent) -> bool:
        """Float over the window's part in which this widget was put, wherever its edge goes."""
        taken = super().event(event)
        if event.type() == QEvent.Type.ParentChange:
            self._move_sheet()
        elif event.type() in (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show):
            self._place()
        return taken

    def showing(self) -> QRect:
        """Where the notices float now, in the coordinates of the widget they float over; empty without any."""
        return self._sheet.geometry() if self.shown or self._strips else QRect()

    def show(
        self,
        sentence: str = "",
        tone: Tone = Tone.INFORMATION,
        actions: Sequence[Action] = (),
        seconds: int | None = None,
    ) -> None:
        """Show a sentence with buttons. Fine ones leave by themselves, broken ones stay until closed.

        `seconds` sets how long; the first action then counts down (撤销（8）) and the notice leaves when it is used;
        with 0 it stays until another page is shown.
        The same sentence is not shown twice. Without a sentence: QWidget.show.
        """
        if not sentence:
            super().show()
            return
        for old in [notice for notice in self.shown if notice.sentence == sentence]:
            self._remove(old)
        for old in self.shown[: max(0, len(self.shown) - MOST + 1)]:
            self._remove(old)
        notice = Notice(sentence, tone, actions, seconds)
        notice.gone.connect(lambda: self._remove(notice))
        self.shown.append(notice)
        self._column.insertWidget(self._strips, notice)
        notice.setVisible(True)
        self._float()

    def add_strip(self, strip: ProgressStrip) -> None:
        """Show how far a long work is, above the sentences."""
        self._strips += 1
        self._column.insertWidget(0, strip)
        strip.setVisible(True)
        self._float()

    def remove_strip(self, strip: ProgressStrip) -> None:
        """Take a strip away, if it was shown; its work has ended."""
        if self._column.indexOf(strip) >= 0:
            self._strips -= 1
        self._take(strip)

    def clear(self) -> None:
        """Take all sentences away; work under way stays in sight."""
        for notice in tuple(self.shown):
            self._remove(notice)

    def leave_page(self) -> None:
        """Another page is shown: warnings without buttons were about the last one and leave; what is fine hurries."""
        for notice in tuple(self.shown):
            if notice.tone is Tone.WARNING and not notice.buttons:
                self._remove(notice)
            else:
                notice.hurry()

    def sentences(self) -> list[str]:
        """The sentences shown now, oldest first."""
        return [notice.sentence for notice in self.shown]

    def _remove(self, notice: Notice) -> None:
        if notice in self.shown:
            self.shown.remove(notice)
            self._take(notice)

    def _take(self, widget: QWidget) -> None:
        focus = QApplication.focusWidget()
        held = focus is not None and widget.isAncestorOf(focus)
        self._column.removeWidget(widget)
        widget.setVisible(False)
        widget.deleteLater()
        self._float()
        if held:
            self.focus_left.emit()

    def _move_sheet(self) -> None:
        over = self.parentWidget()
        if over is not None and self._sheet.parentWidget() is not over:
            self._sheet.setParent(over)
            self._float()

    def _float(self) -> None:
        said = bool(self.shown or self._strips)
        self.setVisible(said)
        self._sheet.setVisible(said)
        self._place()

    def _place(self) -> None:
        """At the left of this widget's edge, upwards from a lower edge and downwards from an upper one."""
        over = self._sheet.parentWidget()
        if self._sheet.isHidden() or over is None:
            return
        edge, side, gap = self.geometry(), look.px(24), look.px(8)
        free = edge.width() - look.px(look.PANEL_WIDTH) - 2 * side
        width = min(look.px(MOST_WIDTH), max(look.px(LEAST_WIDTH), free))
        for notice in self.shown:
            notice.fit(width)
        self._column.activate()
        height = max(self._sheet.heightForWidth(width), self._sheet.minimumSizeHint().height())
        below = edge.y() * 2 > over.height()
        self._sheet.setGeometry(edge.x() + side, edge.y() - height - gap if below else edge.y() + gap, width, height)
        self._sheet.raise_()


class _HasPath(Protocol):
    @property
    def path(self) -> Path: ...


def exported(notices: Notices, kept_files: Sequence[Path | _HasPath]) -> None:
    """Say where each file was written and how large it is, with 打开文件 and 打开所在文件夹.

    A file that is not there is said to be missing: 导出成功 is never claimed without a file.
    """
    for kept in kept_files:
        path = kept if isinstance(kept, Path) else kept.path
        if not path.is_file():
            notices.show(f"没有找到文件 {path}，导出没有成功，请重新导出。", Tone.BROKEN)
            continue
        notices.show(
            f"已保存：{path}（{size_in_words(path.stat().st_size)}）。",
            Tone.FINE,
            [("打开文件", partial(open_outside, path)), ("打开所在文件夹", partial(open_outside, path.parent))],
            seconds=None,
        )


def open_outside(path: Path) -> bool:
    """Open a file or folder with the desktop's own program; False if there is none."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def size_in_words(size: int) -> str:
    """A size in bytes as people say it: 812 字节, 23.4 KB, 1.2 MB."""
    if size < 1024:
        return f"{size} 字节"
    return f"{size / 1024:.1f} KB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MB"


class Confirmation(QDialog):
    """A question before what destroys or signs; Esc and 取消 say no. Enter presses what has the focus."""

    def __init__(self, parent: QWidget | None, title: str, sentence: str, action_label: str, danger: bool) -> None:
        super().__init__(parent)
        self._danger = danger
        self.setWindowTitle(title)
        self.setModal(True)
        self.setMinimumWidth(look.px(400))
        self.setMaximumWidth(look.px(560))
        self.action = danger_button(action_label) if danger else primary_button(action_label)
        if danger:
            look.dress(self.action, class_="danger-fill")
        self.refuse = secondary_button("取消")
        self.action.clicked.connect(self.accept)
        self.refuse.clicked.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(look.px(24),) * 4)
        column.setSpacing(look.px(8))
        column.addWidget(label(title, "heading"))
        column.addWidget(label(sentence, wraps=True))
        column.addSpacing(look.px(16))
        row = QHBoxLayout()
        row.setSpacing(look.px(8))
        row.addStretch(1)
        row.addWidget(self.refuse)
        row.addWidget(self.action)
        column.addLayout(row)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 — Qt's name
        """Put the focus where nothing is lost by Enter: on 取消 where something is destroyed, else on the act."""
        super().showEvent(event)
        (self.refuse if self._danger else self.action).setFocus()


def confirm(parent: QWidget | None, title: str, sentence: str, action_label: str, danger: bool = True) -> bool:
    """Ask before what destroys or signs, and only there. True if the user pressed the action."""
    dialog = Confirmation(parent.window() if parent else None, title, sentence, action_label, danger)
    try:
        return dialog.exec() == QDialog.DialogCode.Accepted
    finally:
        dialog.deleteLater()


def tell(title: str, sentence: str) -> None:
    """Say what has to be known before the program ends, where there is no window that could show it."""
    dialog = Confirmation(None, title, sentence, "知道了", danger=False)
    dialog.refuse.setVisible(False)
    try:
        dialog.exec()
    finally:
        dialog.deleteLater()
