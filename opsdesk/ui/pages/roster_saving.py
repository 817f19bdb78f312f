"""Saving what is typed into the roster, one act after the other, and taking it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QPushButton

from opsdesk.register import Tone
from opsdesk.registers.roster import planning
from opsdesk.registers.roster.planning import Written
from opsdesk.registers.roster.short_rest import ShortRest
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.outcome import Outcome
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.pages.roster_panel import RosterPanel

Acted = Callable[[Context, str], Outcome[Written]]
"""An act on the roster, given who acts and the reason for changing days gone by."""
MOST_UNDO = 50
UNDO_SECONDS = 12
WARNING_SECONDS = 20


class RosterSaving(QObject):
    """The queue of acts. `changed` when something is under way or done, `refused` when the grid shows what is not kept.

    The reason for changing days gone by is asked once and holds until `forget`.
    """

    changed = Signal()
    refused = Signal()

    def __init__(self, ctx: Context, desk: Desk, panel: RosterPanel) -> None:
        super().__init__(panel)
        self._ctx, self._desk, self._panel = ctx, desk, panel
        self._under_way = 0
        self._reason = ""
        self._waiting: list[tuple[Acted, bool]] = []
        self._done: list[planning.Cells] = []
        self._undo_later = 0

    @property
    def busy(self) -> bool:
        """Whether something is being saved or waits for its reason."""
        return bool(self._under_way or self._waiting)

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return bool(self._done)

    def set_context(self, ctx: Context) -> None:
        """Another person sits at the desk and answers for nothing done before."""
        self._ctx = ctx
        self.forget()

    def forget(self) -> None:
        """Nothing can be taken back any more, and the reason is asked anew."""
        self._reason, self._done, self._waiting, self._undo_later = "", [], [], 0
        self.changed.emit()

    def run(self, act: Acted, *, aloud: bool = False, button: QPushButton | None = None) -> None:
        """Save; `aloud` closes the form and tells the sentence, else the grid alone shows it."""
        self._begin()
        self._desk.operations.run(
            partial(act, self._ctx, self._reason),
            done=partial(self._saved, aloud),
            failed=partial(self._failed, act, aloud),
            owner=self,
            busy=button,
        )

    def undo(self) -> None:
        """Take back what was changed last, once everything before is saved."""
        if self._under_way:
            self._undo_later += 1
        elif self._done:
            before = self._done.pop()
            self._begin()
            self._desk.operations.run(
                partial(planning.take_back, self._ctx, before, reason=self._reason or "撤销"),
                done=self._taken_back,
                failed=partial(self._tell, ends=True),
                owner=self,
            )

    def _begin(self) -> None:
        self._under_way += 1
        self.changed.emit()

    def _end(self) -> None:
        self._under_way -= 1
        self.changed.emit()
        if self._undo_later and not self._under_way:
            self._undo_later -= 1
            self.undo()

    def _saved(self, aloud: bool, outcome: Outcome[Written]) -> None:
        done = outcome.value
        if done.count:
            self._done = [*self._done[1 - MOST_UNDO :], done.before]
        if aloud:
            self._panel.done()
            undo = [("撤销", self.undo)] if done.count else []
            self._desk.notices.show(done.sentence, Tone.FINE, undo, UNDO_SECONDS if undo else None)
        self.warn(done.warnings)
        self._end()

    def warn(self, warnings: Sequence[ShortRest]) -> None:
        """Tell where an act leaves too little rest; it stands all the same."""
        if warnings:
            more = f"这样的共有 {len(warnings)} 处。" if len(warnings) > 1 else ""
            self._desk.notices.show(f"{warnings[0].sentence}{more}请核对。", Tone.WARNING, (), WARNING_SECONDS)

    def _failed(self, act: Acted, aloud: bool, error: Refusal | Trouble) -> None:
        if isinstance(error, Refusal) and error.field == "reason":
            self._waiting.append((act, aloud))
            if len(self._waiting) == 1:
                self._panel.ask_reason(str(error), self._explain, self._give_up)
            self._end()
        elif aloud and self._panel.form is not None:
            self._panel.show_failure(error)
            self._end()
        else:
            self._tell(error, ends=True)

    def _explain(self, values: Mapping[str, Any]) -> None:
        self._reason = str(values["reason"])
        waiting, self._waiting = self._waiting, []
        self._panel.done()
        for act, aloud in waiting:
            self.run(act, aloud=aloud)

    def _give_up(self) -> None:
        self._waiting = []
        self.changed.emit()
        self.refused.emit()

    def _taken_back(self, outcome: Outcome[Written]) -> None:
        self._desk.notices.show(outcome.value.sentence, Tone.FINE)
        self._end()

    def _tell(self, error: Refusal | Trouble, *, ends: bool) -> None:
        self._desk.notices.show(f"{error}{getattr(error, 'remedy', '')}", Tone.WARNING)
        self.refused.emit()
        if ends:
            self._end()
