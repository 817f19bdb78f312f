"""Between the grid and the panel: points typed, cells opened, the next open one, all on the appraisal shown."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from opsdesk.register import Tone
from opsdesk.registers.appraisal.marks import Entry, typed_points
from opsdesk.services.appraisal import Round, Scored
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.operation import Fault
from opsdesk.ui.pages import appraisal_rows as rows
from opsdesk.ui.pages.appraisal_ask import AskPanel
from opsdesk.ui.pages.appraisal_block import Typed
from opsdesk.ui.pages.appraisal_grid import ScoringGrid
from opsdesk.ui.pages.appraisal_panel import AppraisalPanel
from opsdesk.ui.pages.appraisal_rows import Scorer
from opsdesk.ui.pages.appraisal_saving import AppraisalSaving, marking

NOTHING_OPEN = "没有未评或待处理的格子了。"


class Scoring(QObject):
    """`stood(Scored | None)` where one stands now; `opening` before the panel comes, `opened` after."""

    stood = Signal(object)
    opening = Signal()
    opened = Signal()

    def __init__(
        self, desk: Desk, grid: ScoringGrid, panel: AppraisalPanel, ask: AskPanel, saving: AppraisalSaving
    ) -> None:
        super().__init__(grid)
        self._desk, self._grid, self._panel, self._ask, self._saving = desk, grid, panel, ask, saving
        self._round: Round | None = None
        grid.marked.connect(self._mark)
        grid.moved.connect(self._follow)
        grid.opened.connect(self.open_cell)
        grid.entered.connect(partial(self.open_cell, enters=True))
        grid.told.connect(lambda said: desk.notices.show(said, Tone.INFORMATION))
        panel.item_asked.connect(self._open_item)
        saving.went.connect(self._go_to_cell)

    def show_round(self, shown: Round | None, scorer: Scorer) -> None:
        """Show an appraisal as a scorer sees it, in the panel too where somebody's cell is open."""
        self._round = shown
        self._grid.show_round(shown, scorer)
        self.stood.emit(self.current)
        if shown is not None and self._panel.key is not None and not self._panel.isHidden():
            identity, item_id = self._panel.key
            again = next((each for each in shown.objects if each.subject.identity == identity), None)
            if again is not None:
                self._panel.show_cell(shown, again, item_id)

    @property
    def current(self) -> Scored | None:
        """The appraisee where one stands."""
        row = self._grid.place[0]
        return self._grid.model.objects[row] if 0 <= row < len(self._grid.model.objects) else None

    def find_text(self, text: str) -> None:
        """Go to the first appraisee whose name or vendor holds the text."""
        for row, each in enumerate(self._grid.model.objects):
            if text.strip() and text.strip() in f"{each.subject.name} {each.subject.vendor}":
                self._grid.table.go(row, max(self._grid.place[1], 0))
                return

    def open_cell(self, row: int, column: int, *, enters: bool = False) -> None:
        """Show in the panel why a figure is what it is, in the sums the sheet; `enters` takes the keys there."""
        if self._round is None or not 0 <= row < len(self._grid.model.objects) or not self._put_ask_away():
            return
        item = self._grid.model.item_at(column)
        self.opening.emit()
        self._panel.show_cell(self._round, self._grid.model.objects[row], item.id if item else None, enters=enters)
        self.opened.emit()

    def open_sheet(self, scored: Scored) -> None:
        """Show the form of what comes next in somebody's sheet."""
        row = next((n for n, each in enumerate(self._grid.model.objects) if each.subject == scored.subject), 0)
        self._grid.table.go(row, len(self._grid.model.items))
        self.open_cell(row, len(self._grid.model.items), enters=True)

    def go_to_open(self) -> None:
        """Go to the next cell that waits, and show it where its points are not typed."""
        if not self._grid.go_to_open():
            self._desk.notices.show(NOTHING_OPEN, Tone.FINE)
            return
        item = self._grid.model.item_at(self._grid.place[1])
        if item is not None and not rows.by_hand(item):
            self.open_cell(*self._grid.place)

    def score_as(self, scorer: Scorer) -> Scorer:
        """Type another one's points from now on; gives whose are typed, the one before while points cannot be kept."""
        if self._grid.editor.finish():
            self.show_round(self._round, scorer)
            self._grid.table.setFocus()
        return self._grid.model.scorer

    def _put_ask_away(self) -> bool:
        if self._ask.isVisible():
            if not self._ask.may_leave():
                return False
            self._ask.leave()
        return True

    def _open_item(self, item_id: int) -> None:
        column = next((n for n, item in enumerate(self._grid.model.items) if item.id == item_id), None)
        if column is not None:
            self._grid.table.go(self._grid.place[0], column)
            self.open_cell(self._grid.place[0], column)

    def _follow(self, _row: int, column: int) -> None:
        scored = self.current
        self.stood.emit(scored)
        if scored is not None and self._round is not None and self._panel.isVisible():
            item = self._grid.model.item_at(column)
            self._panel.follow(self._round, scored, item.id if item else None)

    def _go_to_cell(self, sheet_id: int, item_id: int) -> None:
        if (place := self._grid.model.place_of(sheet_id, item_id)) is not None:
            self._grid.table.go(*place)

    def _mark(self, column: int, typed: Sequence[Typed]) -> None:
        """Save what was typed in a column; however many cells, it is one step to take back."""
        item, entries = self._grid.model.item_at(column), []
        for each in typed:
            sheet = self._grid.model.objects[each.row].sheet
            if sheet is not None and item is not None:
                points = typed_points(each.points, item)
                entries.append(Entry(sheet.id, item.id, points, each.reason))
                self._grid.model.put(sheet.id, item.id, points, each.reason)
        if entries:
            one = typed[0] if len(typed) == 1 else None
            failed = partial(self._not_kept, (one.row, column), one.points, one.reason) if one else None
            self._saving.run(marking(entries, self._grid.model.scorer), failed=failed)

    def _not_kept(self, place: tuple[int, int], text: str, reason: str, error: Refusal | Trouble) -> None:
        """Nothing typed is lost: the line stands over its cell again, or waits until what is typed now is done."""
        if isinstance(error, Fault):
            return
        if not self._grid.editor.open_now and isinstance(error, Refusal):
            self._grid.reopen(place, text, reason, error)
            return
        said = f"{error}{getattr(error, 'remedy', '')}"
        again = partial(self._grid.reopen, place, text, reason, Refusal(said))
        self._desk.notices.show(said, Tone.WARNING, [("重新填写", again)])
