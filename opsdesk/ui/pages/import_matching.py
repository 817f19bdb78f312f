"""Saying which column of a foreign file is which of ours, and what its words are here; done once for these headings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby, pairwise
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from opsdesk.imports.column_map import ColumnMap
from opsdesk.imports.columns import Column
from opsdesk.imports.day_order import ORDERS
from opsdesk.registers.incident.import_trial import ADDED, KEPT, Stranger, Trial
from opsdesk.services.context import Context
from opsdesk.services.import_result import ImportResult
from opsdesk.services.outcome import Outcome
from opsdesk.ui.kit import look
from opsdesk.ui.kit.operation import Progress
from opsdesk.ui.kit.parts import Card, ChoiceBox, label, secondary_button

HINT = "每一栏选文件里的一列，认得的已经选好。同样表头的文件以后不用再选。"
NOT_TAKEN, RECOGNISED = "（不导入）", "自动识别"
ACROSS, MOST_WORDS = 3, 40
"""Fields beside each other, and as many words of one field as are asked about at once."""
LEAST_CHOICE = 12
"""Characters of the longest choice that a box makes room for."""


@dataclass(frozen=True)
class Matching:
    """How files of a kind are matched: our columns, a trial with a map, the import with it, and remembering it."""

    columns: Sequence[Column]
    tried: Callable[[Context, Path, ColumnMap | None, Progress | None], Trial]
    run: Callable[[Context, Path, ColumnMap | None, Progress | None], Outcome[ImportResult]]
    remember: Callable[[Context, Sequence[str], ColumnMap], Outcome[None]]


class MatchingCard(Card):
    """A box for each of our columns, how the dates are written, and a box for each word that the site does not know.

    `asked` when the file is to be tried with what was chosen; `changed` when something else was chosen.
    """

    asked = Signal()
    changed = Signal()

    def __init__(self, columns: Sequence[Column], parent: QWidget | None = None) -> None:
        super().__init__("对照列", parent)
        self.boxes: dict[str, ChoiceBox] = {}
        self.words: dict[tuple[str, str], ChoiceBox] = {}
        self.dates = _box()
        self.as_written = QCheckBox("新的类别、等级、单位、人员按原文接受")
        self.submit = secondary_button("按此对照预览", "refresh-cw")
        self.submit.setToolTip("F5")
        self._columns = tuple(columns)
        self._mapping = ColumnMap()
        self._asks_order = False
        self._values = QWidget()
        self._holder = QVBoxLayout()
        self._lay_out()
        self.submit.clicked.connect(self.asked)
        self.as_written.toggled.connect(self.changed)
        for box in (self.dates, *self.boxes.values()):
            box.activated.connect(self.changed)

    def mapping(self) -> ColumnMap:
        """What is chosen: every field says its column, also that it has none."""
        values = {each: dict(words) for each, words in self._mapping.values.items()}
        accepted = {each: list(words) for each, words in self._mapping.accepted.items()}
        for (each, word), box in self.words.items():
            ours = box.currentData()
            kept = [other for other in accepted.get(each, []) if other != word]
            if ours is None:
                accepted[each] = [*kept, word]
                values.get(each, {}).pop(word, None)
            elif ours != word:
                accepted[each] = kept
                known = values.setdefault(each, {})
                known.update({theirs: ours for theirs, meant in known.items() if meant == word})
                known[word] = ours
        return ColumnMap(
            columns={each: box.currentData() for each, box in self.boxes.items()},
            dates=self.dates.currentData(),
            values={each: words for each, words in values.items() if words},
            accepted={each: tuple(words) for each, words in accepted.items() if words},
            create=self.as_written.isChecked(),
            order=self._mapping.order,
        )

    def show_trial(self, trial: Trial) -> None:
        """Show how a file was read: the columns found are chosen, its strange words asked about."""
        self._mapping = replace(trial.mapping, columns={})
        self._asks_order = trial.refusal is not None and trial.refusal.field == "dates"
        for each, box in self.boxes.items():
            _offer(box, [(NOT_TAKEN, ""), *((text, text) for text in trial.headings)], trial.columns.get(each, ""))
        written = trial.mapping.dates
        shown = [(RECOGNISED, ""), *((order, order) for order in ORDERS)]
        _offer(self.dates, shown if written in {"", *ORDERS} else [*shown, (written, written)], written)
        self.as_written.blockSignals(True)
        self.as_written.setChecked(self.as_written.isChecked() or trial.mapping.create)
        self.as_written.blockSignals(False)
        self._show_words(trial)

    def forget(self) -> None:
        """Another file: nothing is chosen."""
        self._mapping = ColumnMap()
        self.as_written.blockSignals(True)
        self.as_written.setChecked(False)
        self.as_written.blockSignals(False)

    def focus_first(self) -> None:
        """What is to be answered first: the order of dates, a column that is required, a strange word, any column."""
        required = [self.boxes[each.field] for each in self._columns if each.required]
        boxes = [self.dates] if self._asks_order else [box for box in required if not box.currentData()]
        boxes = boxes or list(self.words.values())
        boxes = boxes or [box for box in self.boxes.values() if not box.currentData()] or required
        boxes[0].setFocus()
        QTimer.singleShot(0, boxes[0], partial(self._scroller.ensureWidgetVisible, boxes[0], 0, look.px(96)))

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(look.px(8))
        grid.setVerticalSpacing(look.px(4))
        for n, each in enumerate(self._columns):
            box = self.boxes[each.field] = _box()
            _place(grid, n, f"{each.heading}{'（必填）' if each.required else ''}", box, each.note)
        _place(
            grid,
            len(self._columns),
            "日期顺序",
            self.dates,
            "四位的年在前不用选；日和月分不清、年只有两位的再选。",
        )
        inside = QWidget()
        inside.setProperty("class", "scrolled")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, look.px(8), 0)
        column.setSpacing(look.px(12))
        column.addWidget(label(HINT, "secondary", wraps=True))
        column.addLayout(grid)
        column.addLayout(self._holder)
        column.addStretch(1)
        scroller = QScrollArea()
        scroller.setWidgetResizable(True)
        scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroller.viewport().setProperty("class", "scrolled")
        scroller.setWidget(inside)
        self._scroller = scroller
        foot = QHBoxLayout()
        foot.addWidget(self.as_written)
        foot.addStretch(1)
        foot.addWidget(self.submit)
        self.body.addWidget(scroller, 1)
        self.body.addLayout(foot)

    def _show_words(self, trial: Trial) -> None:
        old, self._values = self._values, QWidget()
        self._values.setProperty("class", "scrolled")
        self.words = {}
        rows = QVBoxLayout(self._values)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(look.px(8))
        titles = {column.field: column.heading for column in self._columns}
        for each, found in groupby(trial.strangers, key=lambda stranger: stranger.field):
            strangers = list(found)
            rows.addWidget(label(f"系统里没有的{titles[each]}（{len(strangers):,} 个）", "heading"))
            asked = strangers[:MOST_WORDS] if each in trial.choices else []
            grid = QGridLayout()
            grid.setHorizontalSpacing(look.px(8))
            grid.setVerticalSpacing(look.px(4))
            for n, stranger in enumerate(asked):
                box = self._word_box(stranger, trial.choices[each])
                _place(grid, n, stranger.word, box, f"“{stranger.word}”在文件里有 {stranger.rows:,} 行。")
            rows.addLayout(grid)
            if rest := strangers[len(asked) :]:
                told = "、".join(stranger.word for stranger in rest[:MOST_WORDS])
                more = "等" if len(rest) > MOST_WORDS else ""
                rows.addWidget(label(f"{told}{more}：勾选下面的“按原文接受”才能导入。", "secondary", wraps=True))
        self._holder.removeWidget(old)
        self._holder.addWidget(self._values)
        old.setVisible(False)
        old.deleteLater()
        chain: list[QWidget] = [*self.boxes.values(), self.dates, *self.words.values(), self.as_written, self.submit]
        for before, after in pairwise(chain):
            QWidget.setTabOrder(before, after)

    def _word_box(self, stranger: Stranger, choices: Sequence[str]) -> ChoiceBox:
        box = _box()
        if stranger.field in ADDED:
            box.addItem("新增为选项", None)
        elif stranger.field in KEPT:
            box.addItem("按原文保留", None)
        else:
            box.addItem("请选择", stranger.word)
        for choice in choices:
            box.addItem(f"归为 {choice}", choice)
        if stranger.field not in {"kind"}:
            box.addItem("当作没有填", "")
        box.activated.connect(self.changed)
        self.words[stranger.field, stranger.word] = box
        return box


def _box() -> ChoiceBox:
    box = ChoiceBox()
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(LEAST_CHOICE)
    return box


def _offer(box: ChoiceBox, choices: Sequence[tuple[str, str]], chosen: str) -> None:
    box.clear()
    for text, value in choices:
        box.addItem(text, value)
    box.setCurrentIndex(max(0, box.findData(chosen)))


def _place(grid: QGridLayout, n: int, title: str, box: ChoiceBox, note: str) -> None:
    """Put a title and its box into the next place of a grid."""
    named = label(title if len(title) <= 14 else f"{title[:13]}…")
    named.setBuddy(box)
    for widget in (named, box):
        widget.setToolTip(note)
    box.setAccessibleName(title)
    row, column = divmod(n, ACROSS)
    grid.addWidget(named, row, 2 * column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    grid.addWidget(box, row, 2 * column + 1)
    grid.setColumnStretch(2 * column + 1, 1)


def needed(trial: Trial) -> bool:
    """Whether somebody has to look at how a file was matched before it is imported."""
    asks = any(not stranger.accepted for stranger in trial.strangers)
    return trial.refusal is not None or asks or not (trial.recognised or trial.mapping.columns)


def open_points(trial: Trial, titles: Mapping[str, str]) -> str:
    """What somebody should look at before the file is imported; empty where nothing is open."""
    if strange := Counter(stranger.field for stranger in trial.strangers if not stranger.accepted):
        told = "、".join(f"{titles[each]} {count:,} 个" for each, count in strange.items())
        return f"系统里没有的：{told}。请在下面归为已有的，或勾选“按原文接受”，再按此对照预览。"
    return "" if trial.recognised else "文件里有认不出的列。请核对下面的对照，不需要的列可以不导入。"
