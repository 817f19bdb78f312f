"""Points and rulings, saved one act after the other, and taken back or repeated by what each act gave as standing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QPushButton

from opsdesk.register import Tone
from opsdesk.registers.appraisal import marks, rulings
from opsdesk.registers.appraisal.marks import Entry
from opsdesk.registers.appraisal.rulings import Wish
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.outcome import Outcome
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.pages.appraisal_rows import Scorer

MOST_UNDO = 100
Failed = Callable[[Refusal | Trouble], object]


@dataclass(frozen=True)
class Step:
    """One act on marks or rulings; run, it gives what stood before, from which the step back is made.

    `cell` names the sheet and the item that it changes first.
    """

    cell: tuple[int, int]
    run: Callable[[Context], Outcome[Any]]
    back: Callable[[Any], Step]


def marking(entries: Sequence[Entry], scorer: Scorer) -> Step:
    """Points of a scorer."""
    return Step(
        (entries[0].sheet_id, entries[0].item_id),
        lambda ctx: marks.mark(ctx, entries=entries, scorer_kind=scorer.kind, scorer=scorer.name),
        lambda before: marking(before, scorer),
    )


def ruling(wishes: Sequence[Wish]) -> Step:
    """Rulings upon lines."""
    cell = (wishes[0].sheet_id, wishes[0].item_id)
    return Step(cell, lambda ctx: rulings.rule(ctx, wishes=wishes), ruling)


class AppraisalSaving(QObject):
    """The queue of steps. `changed` when one is under way or done, `refused` when one was not kept.

    Taking back waits until what is under way is saved; `went(sheet, item)` says where it changes something.
    """

    changed = Signal()
    went = Signal(int, int)
    refused = Signal()

    def __init__(self, ctx: Context, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ctx, self._desk = ctx, desk
        self._under_way = 0
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._later = 0

    @property
    def busy(self) -> bool:
        """Whether something is being saved."""
        return bool(self._under_way)

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether there is something to repeat."""
        return bool(self._undone)

    def set_context(self, ctx: Context) -> None:
        """Another person sits at the desk and answers for nothing done before."""
        self._ctx = ctx
        self.forget()

    def forget(self) -> None:
        """Nothing can be taken back or repeated any more."""
        self._done, self._undone, self._later = [], [], 0
        self.changed.emit()

    def run(self, step: Step, *, done: Callable[[], object] | None = None, failed: Failed | None = None,
            button: QPushButton | None = None) -> None:  # fmt: skip
        """Save a step; what was taken back before cannot be repeated after it."""
        self._undone = []
        self._run(step, self._done, done, failed, button)

    def undo(self) -> None:
        """Take back what was saved last."""
        self._go_back(-1, self._done, self._undone)

    def redo(self) -> None:
        """Repeat what was taken back last."""
        self._go_back(1, self._undone, self._done)

    def _go_back(self, way: int, of: list[Step], onto: list[Step]) -> None:
        if self._under_way:
            self._later += way
        elif of:
            step = of.pop()
            self._run(step, onto, partial(self.went.emit, *step.cell), None, None)

    def _run(
        self, step: Step, onto: list[Step], done: Callable[[], object] | None, failed: Failed | None,
        button: QPushButton | None,
    ) -> None:  # fmt: skip
        self._under_way += 1
        self.changed.emit()
        self._desk.operations.run(
            lambda: step.run(self._ctx),
            done=partial(self._saved, step, onto, done),
            failed=partial(self._failed, failed),
            owner=self,
            busy=button,
            must=True,
        )

    def _saved(self, step: Step, onto: list[Step], done: Callable[[], object] | None, outcome: Outcome[Any]) -> None:
        onto.append(step.back(outcome.value))
        del onto[:-MOST_UNDO]
        if done is not None:
            done()
        self._end()

    def _failed(self, failed: Failed | None, error: Refusal | Trouble) -> None:
        if failed is not None:
            failed(error)
        else:
            tone = Tone.WARNING if isinstance(error, Refusal) else Tone.BROKEN
            self._desk.notices.show(f"{error}{getattr(error, 'remedy', '')}", tone)
        self.refused.emit()
        self._end()

    def _end(self) -> None:
        self._under_way -= 1
        self.changed.emit()
        if self._later and not self._under_way:
            way = 1 if self._later > 0 else -1
            self._later -= way
            (self.redo if way > 0 else self.undo)()
