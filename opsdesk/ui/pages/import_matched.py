"""The import panel for foreign files: between choosing the file and importing it, its columns are matched with ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QVBoxLayout, QWidget

from opsdesk.imports.column_map import ColumnMap
from opsdesk.imports.columns import Column
from opsdesk.imports.incident_columns import TIME_COLUMNS, TIME_OF, TITLES
from opsdesk.registers.incident.import_trial import Trial
from opsdesk.services.context import Context
from opsdesk.services.import_result import ImportResult
from opsdesk.services.outcome import Outcome
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.operation import Progress
from opsdesk.ui.kit.parts import secondary_button
from opsdesk.ui.pages.import_matching import Matching, MatchingCard, needed, open_points
from opsdesk.ui.pages.import_wizard import ImportKind, ImportPanel

MATCH, BACK_TO_RESULT = "对照列", "看结果"


@dataclass(frozen=True)
class _Answer:
    """What trying the file gave; None where the user cancelled it."""

    trial: Trial | None


class MatchedImportPanel(ImportPanel):
    """`ImportPanel` with a card on which columns and words are matched; shown by itself where something is open."""

    def __init__(self, ctx: Context, desk: Desk, kinds: Sequence[ImportKind], parent: QWidget | None = None) -> None:
        self.trial: Trial | None = None
        self._mapping: ColumnMap | None = None
        matching = next(kind.matching for kind in kinds if kind.matching)
        self._matching: Matching = matching
        self.card = MatchingCard(_with_times(matching.columns))
        self.match = secondary_button(MATCH, "pencil")
        super().__init__(ctx, desk, kinds, parent)
        self.file_row.insertWidget(self.file_row.indexOf(self.again), self.match)
        column = self.layout()
        assert isinstance(column, QVBoxLayout)  # noqa: S101 — laid out so above
        column.insertWidget(column.indexOf(self.table), self.card, 1)
        self.show_card(False)
        self.match.clicked.connect(self._on_match)
        self.card.asked.connect(self.preview)
        self.card.changed.connect(self._on_changed)

    def preview(self) -> None:
        """Try the file; with the card in sight by what is chosen there, which is then remembered for such files."""
        if self.path is None:
            return
        if self.trial is not None and not self.card.isHidden() and self.trial.headings:
            mapping = self.card.mapping()
            if mapping != self._mapping:
                self._mapping = mapping
                self._remember(self.trial.headings, mapping)
        self.submit.setEnabled(False)
        self.said.setText("正在读取文件…")
        ctx, path, mapping_, tried = self._ctx, self.path, self._mapping, self._matching.tried

        def look(progress: Progress) -> _Answer:
            going = True

            def watched(done: int, total: int) -> bool:
                nonlocal going
                going = going and progress(done, total)
                return going

            trial = tried(ctx, path, mapping_, watched)
            return _Answer(trial if going else None)

        self._desk.operations.run_long(
            look,
            f"正在读取 {path.name}",
            done=lambda answer: self._show_answer(path, answer),
            failed=self._show_failure,
            owner=self,
            busy=self.again,
        )

    def storing(self, path: Path) -> Callable[[Progress], Outcome[ImportResult]]:
        """Import by what was chosen, else by what is remembered or recognised."""
        ctx, mapping, run = self._ctx, self._mapping, self._matching.run
        return lambda progress: run(ctx, path, mapping, progress)

    def show_card(self, shown: bool) -> None:
        """Show the card in the place of the findings, or the findings."""
        self.card.setVisible(shown)
        self.table.setVisible(not shown)
        self.match.setText(BACK_TO_RESULT if shown else MATCH)

    def _remember(self, headings: Sequence[str], mapping: ColumnMap) -> None:
        ctx, remember = self._ctx, self._matching.remember
        self._desk.operations.run(lambda: remember(ctx, headings, mapping), owner=self)

    def _show_answer(self, path: Path, answer: _Answer) -> None:
        if path != self.path:
            return
        self.again.setEnabled(True)
        if answer.trial is None:
            self._allow("读取已取消，要看结果请重新预览。")
            return
        self.trial = answer.trial
        self.match.setEnabled(bool(self.trial.headings))
        self.card.show_trial(self.trial)
        self.show_card(bool(self.trial.headings) and needed(self.trial))
        if self.trial.result is not None:
            self._show_preview(self.trial.result)
        elif self.trial.refusal is not None:
            self._show_failure(self.trial.refusal)
        if not self.card.isHidden():
            if self.trial.result is not None:
                self.said.setText(open_points(self.trial, TITLES))
            self.card.focus_first()

    def _show_stored(self, result: ImportResult) -> None:
        self.show_card(False)
        super()._show_stored(result)

    def _forget(self) -> None:
        super()._forget()
        self.trial = self._mapping = None
        self.card.forget()
        self.match.setEnabled(False)
        self.show_card(False)

    def _on_match(self) -> None:
        self.show_card(self.card.isHidden())
        if not self.card.isHidden():
            self.card.focus_first()

    def _on_changed(self) -> None:
        self._allow("对照改过了，请先按此对照预览。")


def _with_times(columns: Sequence[Column]) -> list[Column]:
    """The columns to match, after each moment the column in which its time of day may stand by itself."""
    beside = {TIME_OF[each.field]: each for each in TIME_COLUMNS}
    return [each for column in columns for each in (column, beside.get(column.field)) if each is not None]
