"""Beside what stands open: which papers are printed, why it is closed all the same, and what closing came to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from opsdesk.register import Tone
from opsdesk.services.closing import LEAST_REASON
from opsdesk.services.closings import Closed
from opsdesk.services.open_items import Status
from opsdesk.ui.kit import look
from opsdesk.ui.kit.notices import open_outside, size_in_words
from opsdesk.ui.kit.parts import Card, ElidedLabel, icon_label, label, link_button

WIDTH, NARROW = 348, 192
"""Pixels, and how far it gives way to the list."""
MOST_FILES = 8


@dataclass(frozen=True)
class Papers:
    """What the shell knows of the papers of a period: which there are, how they are made, and closing with them.

    `choices(ctx, period)` gives key, title; `make(ctx, period, chosen)` the Documents; `close(ctx, period, folder,
    chosen, because, progress)` an Outcome with what was closed, backed up and written.
    """

    choices: Callable[..., Sequence[Any]]
    make: Callable[..., Sequence[Any]]
    close: Callable[..., Any]
    folder: Callable[[], Path]


class Side(QWidget):
    """The column at the right; `changed` when the reason or a tick was."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ticks: dict[str, QCheckBox] = {}
        self._unticked: set[str] = set()
        self.setFixedWidth(look.px(WIDTH))
        self.why = Card("理由")
        self.reason = QLineEdit()
        self.reason.setAccessibleName("理由")
        self.reason.textChanged.connect(lambda _text: self.changed.emit())
        self.wrong = label("", "error", wraps=True)
        self.wrong.setVisible(False)
        self.reason.textEdited.connect(lambda _text: self.wrong.setVisible(False))
        self.hint = label("", "secondary", wraps=True)
        for widget in (self.reason, self.wrong, self.hint):
            self.why.body.addWidget(widget)
        self.papers = Card("打印哪些表")
        self._paper_rows = QVBoxLayout()
        self._paper_rows.setSpacing(look.px(4))
        self.papers.body.addLayout(self._paper_rows)
        self.result = Card("结果")
        self._result_rows = QVBoxLayout()
        self._result_rows.setSpacing(look.px(8))
        self.result.body.addLayout(self._result_rows)
        self.course = Card("经过")
        self._course_rows = QVBoxLayout()
        self._course_rows.setSpacing(look.px(4))
        self.course.body.addLayout(self._course_rows)
        inside = QWidget()
        inside.setProperty("class", "scrolled")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.px(12))
        for card in (self.result, self.why, self.papers, self.course):
            column.addWidget(card)
        column.addStretch(1)
        scroller = QScrollArea()
        scroller.setWidgetResizable(True)
        scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroller.viewport().setProperty("class", "scrolled")
        scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroller.setWidget(inside)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(scroller)
        self.result.setVisible(False)

    def take(self, room: int) -> None:
        """Take of the page what what stands open can spare."""
        width = max(look.px(NARROW), min(look.px(WIDTH), room))
        self.setFixedWidth(width)
        margin = look.px(16 if width == look.px(WIDTH) else 12)
        for card in (self.result, self.why, self.papers, self.course):
            card.body.setContentsMargins(*(margin,) * 4)

    @property
    def chosen(self) -> set[str]:
        """The papers ticked."""
        return {key for key, box in self.ticks.items() if box.isChecked()}

    def show_status(self, status: Status, choices: Sequence[Any], *, may_close: bool) -> None:
        """Show what belongs to a period: its papers, whether a reason is asked for, how it was closed before."""
        kind = status.period.kind
        asks = may_close and bool(status.items)
        self.why.setVisible(asks)
        self.hint.setText(f"还有 {len(status.items)} 项没有了结，写明为什么现在就{kind}，会印在表上。")
        self.reason.setPlaceholderText(f"至少 {LEAST_REASON} 个字")
        self._show_papers(choices)
        _clear(self._course_rows)
        for line in _course(status.closings):
            self._course_rows.addWidget(label(line, "secondary", wraps=True))
        self.course.setVisible(bool(status.closings))

    def begin(self) -> None:
        """Another period: nothing was written yet."""
        self.reason.clear()
        self.wrong.setVisible(False)
        self._unticked.clear()
        self.result.setVisible(False)

    def refuse(self, sentence: str) -> None:
        """Say at the reason what is wrong with it."""
        self.wrong.setText(sentence)
        self.wrong.setVisible(True)
        self.reason.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_result(self, done: Any) -> None:
        """Show when it was closed, the backup, every file with 打开, and what failed."""
        _clear(self._result_rows)
        closed: Closed = done.closed
        self._line("circle-check", Tone.FINE, f"{closed.period.label} 已{closed.period.kind}，{closed.closed_at:%H:%M}")
        if done.backup is not None and done.backup.here is not None:
            path = done.backup.here.path
            self._line("shield-check", Tone.FINE, f"备份可恢复 ✔ {path.name}", "打开文件夹", path.parent)
        files = [*done.written.files, *done.written.vendors] if done.written is not None else []
        for each in files[:MOST_FILES]:
            said = f"{each.path.name}（{size_in_words(each.size)}）"
            self._line("file-text", Tone.NEUTRAL, said, "打开", each.path)
        if len(files) > MOST_FILES:
            folder = files[0].path.parent
            self._line("folder-open", Tone.NEUTRAL, f"共 {len(files)} 个文件", "打开文件夹", folder)
        for trouble in done.troubles:
            self._result_rows.addWidget(label(trouble, "error", wraps=True))
        self.result.setVisible(True)

    def _line(self, icon: str, tone: Tone, said: str, action: str = "", path: Path | None = None) -> None:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.px(8))
        row.addWidget(icon_label(icon, tone.value))
        row.addWidget(ElidedLabel(said), 1)
        if path is not None:
            button = link_button(action)
            button.setAccessibleName(f"{action} {path.name}")
            button.clicked.connect(partial(open_outside, path))
            row.addWidget(button)
        self._result_rows.addWidget(line)

    def _show_papers(self, choices: Sequence[Any]) -> None:
        if [(each.key, each.title) for each in choices] == [(key, box.text()) for key, box in self.ticks.items()]:
            return
        self._unticked = (self._unticked - self.ticks.keys()) | {
            key for key, box in self.ticks.items() if not box.isChecked()
        }
        _clear(self._paper_rows)
        self.ticks = {}
        for each in choices:
            box = QCheckBox(each.title)
            box.setToolTip(each.title)
            box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # a long one alone is cut
            box.setChecked(each.key not in self._unticked)
            box.toggled.connect(lambda _on: self.changed.emit())
            self.ticks[each.key] = box
            self._paper_rows.addWidget(box)


def _course(found: Sequence[Closed]) -> list[str]:
    """Each closing and opening of a period, a line each."""
    lines = []
    for each in found:
        left = f"，未结 {len(each.open_items)} 项：{each.because}" if each.open_items else ""
        lines.append(f"{each.closed_at:%Y-%m-%d %H:%M} {each.closed_by}{each.period.kind}{left}")
        if each.reopened_at is not None:
            lines.append(f"{each.reopened_at:%Y-%m-%d %H:%M} {each.reopened_by}重新打开：{each.reopen_reason}")
    return lines


def _clear(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        widget.setVisible(False)
        widget.deleteLater()
