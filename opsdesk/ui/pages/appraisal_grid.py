"""The scoring grid: points typed like a sheet, the sums beside always in sight."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from opsdesk.rules.scoring import ScorerKind, plain
from opsdesk.services.appraisal import Round
from opsdesk.services.errors import Refusal
from opsdesk.ui.kit import look
from opsdesk.ui.kit.parts import Separator
from opsdesk.ui.pages import appraisal_block as block
from opsdesk.ui.pages import appraisal_rows as rows
from opsdesk.ui.pages.appraisal_block import BlockAct, Typed
from opsdesk.ui.pages.appraisal_mark import STAY, MarkEditor, Step
from opsdesk.ui.pages.appraisal_model import AppraisalModel
from opsdesk.ui.pages.appraisal_painting import NAMES, NARROW_NAMES
from opsdesk.ui.pages.appraisal_rows import Scorer
from opsdesk.ui.pages.appraisal_tables import ItemTable, ScoreTable

LEAST_ITEM, LEAST_NARROW, MOST_ITEM = 52, 46, 96
WIDEST = 16777215
"""Qt's own limit for a part that is as wide as there is room."""
SUM_WIDTHS = {rows.TOTAL: 64, rows.GRADE: 56, rows.PAY: 104, rows.STATE: 132}
BY_RECORD = "按回车在右侧逐条确认、修改或免除。"


class ScoringGrid(QFrame):
    """Both tables beside each other and the line that stands over a cell.

    `marked(column, [Typed])` for what was typed, in several rows at once too, `moved(row, column)` where one stands,
    `opened(row, column)` when a cell should say why, `entered(row, column)` when the keys should go there too,
    `told(sentence)` where nothing can be typed.
    """

    marked = Signal(int, object)
    moved = Signal(int, int)
    opened = Signal(int, int)
    entered = Signal(int, int)
    told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = AppraisalModel(self)
        self.table, self.sums = ItemTable(self.model), ScoreTable(self.model)
        self.editor = MarkEditor(self)
        self.closed, self.wants_facts = "", True
        self._narrow = False
        self.sums.setSelectionModel(self.table.selectionModel())
        self.sums.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.sums.setFocusProxy(self.table)
        self.sums.verticalHeader().setVisible(False)
        self.sums.verticalHeader().setDefaultSectionSize(self.table.verticalHeader().defaultSectionSize())
        self.sums.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        look.dress(self, class_="card")
        self._below = QWidget()
        beside = QVBoxLayout()
        beside.setSpacing(0)
        beside.addWidget(self.sums, 1)
        beside.addWidget(self._below)
        row = QHBoxLayout(self)
        row.setContentsMargins(1, 1, 1, 1)
        row.setSpacing(0)
        row.addWidget(self.table, 1)
        row.addWidget(Separator(upright=True))
        row.addLayout(beside)
        row.addStretch()
        self._connect()

    def _connect(self) -> None:
        ours, theirs = self.table.verticalScrollBar(), self.sums.verticalScrollBar()
        ours.valueChanged.connect(theirs.setValue)
        theirs.valueChanged.connect(ours.setValue)
        across = self.table.horizontalScrollBar()
        across.rangeChanged.connect(self._level)
        for bar in (ours, across):
            bar.valueChanged.connect(self.place_editor)
        self.table.selectionModel().currentChanged.connect(self._on_place)
        self.table.typing.connect(self._type)
        self.table.blocked.connect(self._do_block)
        self.table.opened.connect(self._open)
        self.table.entered.connect(lambda: self.entered.emit(*self.place))
        for view in (self.table, self.sums):
            view.clicked.connect(self._on_clicked)
        self.table.verticalHeader().sectionClicked.connect(self._on_name)
        self.table.heads.sectionClicked.connect(lambda column: self.table.go(self.table.currentIndex().row(), column))
        self.editor.given.connect(self._given)
        self.editor.moved.connect(self._back)
        self.editor.left.connect(lambda: self._back(STAY))
        self.table.viewport().installEventFilter(self)
        self.sums.viewport().installEventFilter(self)

    def show_round(self, shown: Round | None, scorer: Scorer) -> None:
        """Show an appraisal as a scorer sees it; place and what is being typed stay where they can."""
        before, here = self.model.round, self.table.currentIndex()
        place = (here.row(), here.column()) if here.isValid() else (0, 0)
        self.model.show(shown, scorer)
        other = before is None or shown is None or before.scheme.id != shown.scheme.id
        if self.editor.open_now and other:
            self.editor.give_up()
        count = len(self.model.items)
        for column in range(self.model.columnCount()):
            self.table.setColumnHidden(column, column >= count)
            self.sums.setColumnHidden(column, column < count)
        self.fit()
        if self.model.rowCount() and not self.table.currentIndex().isValid():
            self.table.go(*((0, 0) if other else place))
        if self.model.rowCount():
            self.table.list_state.rest()
        for view in (self.table, self.sums):
            view.viewport().update()
            view.heads.viewport().update()

    @property
    def place(self) -> tuple[int, int]:
        """Row and column where one stands; -1 where there is nothing."""
        here = self.table.currentIndex()
        return here.row(), here.column()

    def set_narrow(self, narrow: bool) -> None:
        """Beside the panel, which tells it all, only the sum and the state stay."""
        if narrow != self._narrow:
            self._narrow = narrow
            self.table.verticalHeader().setFixedWidth(look.px(NARROW_NAMES if narrow else NAMES))
            self.fit()

    def fit(self) -> None:
        """Share the width: the sums as wide as they need, the items alike."""
        model, count = self.model, len(self.model.items)
        wide = 0
        for place, key in enumerate(model.keys):
            hidden = self._narrow and key in {rows.GRADE, rows.PAY}
            self.sums.setColumnHidden(count + place, hidden)
            self.sums.setColumnWidth(count + place, look.px(SUM_WIDTHS[key]))
            wide += 0 if hidden else look.px(SUM_WIDTHS[key])
        bar = self.sums.verticalScrollBar()
        scrolls = bar.sizeHint().width() if self.sums.verticalScrollBar().maximum() > 0 else 0
        self.sums.setFixedWidth(wide + scrolls)
        self.sums.setVisible(bool(model.keys))
        self.table.setMaximumWidth(WIDEST)
        if count:
            room = self.width() - self.sums.minimumWidth() - self.table.verticalHeader().width() - 4
            least = look.px(LEAST_NARROW if self._narrow else LEAST_ITEM)
            each = max(least, min(look.px(MOST_ITEM), room // count))
            for column in range(count):
                self.table.setColumnWidth(column, each)
            whole = self.table.verticalHeader().width() + count * each
            self.table.setMaximumWidth(whole if model.rowCount() else WIDEST)
        self.place_editor()

    def reopen(self, place: tuple[int, int], points: str, reason: str, refusal: Refusal) -> None:
        """Stand over a cell again with what was typed there and why it was not kept."""
        item = self.model.item_at(place[1])
        if item is not None:
            self.table.go(*place)
            self.editor.open(place, item, points=points, reason=reason, asks=True)
            self.editor.refuse(str(refusal), self.editor.reason if refusal.field == "reason" else self.editor.points)

    def go_to_open(self, *, first: bool = False) -> bool:
        """Go to the next (or the first) cell that nobody has scored or whose lines wait; False where there is none."""
        count, here = len(self.model.items), (-1, -1) if first else self.place
        cells = [(row, column) for row in range(self.model.rowCount()) for column in range(count)]
        after = [place for place in cells if place > here] + [place for place in cells if place <= here]
        for row, column in after:
            cell, item = self.model.cell(row, column), self.model.item_at(column)
            blank = cell.blank and item is not None and rows.by_hand(item)
            if (blank or cell.waiting) and not rows.scored_over(self.model.objects[row]):
                self.table.go(row, column)
                self.table.setFocus()
                return True
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 — Qt's name
        """Share the width anew."""
        super().resizeEvent(event)
        self.fit()

    def eventFilter(self, watched: object, event: QEvent) -> bool:  # noqa: N802 — Qt's name
        """A press beside the line keeps what was typed first; where it cannot be kept one stays there."""
        if event.type() == QEvent.Type.MouseButtonPress and self.editor.open_now:
            return not self.editor.finish()
        return super().eventFilter(watched, event)  # type: ignore[arg-type]  # Qt gives the object it watches

    def place_editor(self) -> None:
        """Keep the line over its cell."""
        row, column = self.editor.place
        if self.editor.open_now and row >= 0:
            rect = self.table.visualRect(self.model.index(row, column))
            corner = self.table.viewport().mapTo(self, QPoint(0, 0))
            self.editor.stand_at(rect.translated(corner), self.rect())

    def _type(self, first: str) -> None:
        if self.editor.open_now:
            self.editor.go_on(first)
            return
        row, column = self.place
        item = self.model.item_at(column)
        each = self.model.objects[row]
        why = self.closed or rows.closed(each)
        if item is None or not rows.by_hand(item):
            if first and item is not None:
                self.told.emit(why or f"“{item.title}”由记录取数，不能直接打分。{BY_RECORD}")
            self._open()
            return
        if why:
            self.told.emit(why)
            return
        points, reason = self.model.given(row, column)
        asks = self.wants_facts and self.model.scorer.kind is not ScorerKind.SELF
        self.editor.open(
            (row, column),
            item,
            points=plain(points) if points is not None else "",
            reason=reason,
            asks=asks,
            first=first,
        )
        self.place_editor()

    def _do_block(self, act: BlockAct) -> None:
        try:
            typed = act(self)
        except Refusal as refusal:
            self.told.emit(str(refusal))
            return
        if typed:
            self.marked.emit(self.place[1], typed)
            if act in {block.fill_down, block.paste} and any(each.reason for each in typed):
                self.told.emit(f"已填 {len(typed)} 格，扣分的事实依据也一并填入，请核对是否人人如此。")

    def _given(self, points: str, reason: str, step: Step) -> None:
        row, column = self.editor.place
        self.marked.emit(column, [Typed(row, points, reason)])
        self._back(step)

    def _back(self, step: Step) -> None:
        self.table.setFocus()
        if step != STAY:
            self.table.step(*step)

    def _open(self) -> None:
        if self.place[0] >= 0:
            self.opened.emit(*self.place)

    def _on_clicked(self, index: QModelIndex) -> None:
        self.table.setFocus(Qt.FocusReason.MouseFocusReason)
        item = self.model.item_at(index.column())
        if item is None or not rows.by_hand(item):
            self.opened.emit(index.row(), index.column())

    def _on_name(self, row: int) -> None:
        self.table.go(row, len(self.model.items))
        self._open()

    def _on_place(self, current: QModelIndex, _before: QModelIndex) -> None:
        for view in (self.table, self.sums):
            view.viewport().update()
            view.heads.viewport().update()
        self.table.verticalHeader().viewport().update()
        self.sums.ink.focused = self.table.ink.focused
        if current.isValid():
            self.moved.emit(current.row(), current.column())

    def _level(self) -> None:
        """Both tables are as high while the items have a bar below them."""
        bar = self.table.horizontalScrollBar()
        self._below.setFixedHeight(bar.sizeHint().height() if bar.maximum() > 0 else 0)
