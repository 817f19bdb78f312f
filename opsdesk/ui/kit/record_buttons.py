"""The buttons above a record's form: its acts and its papers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton, QWidget

from opsdesk.register import Act, Paper, Register
from opsdesk.ui.kit.flow import FlowRow
from opsdesk.ui.kit.parts import secondary_button


def may(role: str, roles: frozenset[str], register: Register) -> bool:
    """Whether a role may do what is open to `roles` (empty: everybody who may write)."""
    return role in (roles or register.save_roles)


def allow(button: QPushButton | QAction, role: str, roles: frozenset[str], register: Register) -> None:
    """Let a role press the button, or say on it who has to."""
    if not may(role, roles, register):
        button.setEnabled(False)
        button.setToolTip(f"这一步需要{'或'.join(sorted(roles or register.save_roles))}来做。")


class RecordButtons(FlowRow):
    """Acts and papers of one record; `act_pressed(Act)`, `paper_pressed(Paper)`."""

    act_pressed = Signal(object)
    paper_pressed = Signal(object)

    def __init__(self, register: Register, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.register = register
        self.acts: dict[str, QPushButton] = {}
        self.papers: dict[str, QPushButton] = {}

    def offer(self, acts: Sequence[Act], papers: Sequence[Paper], role: str) -> None:
        """Show these instead of what was offered before."""
        self.clear()
        self.acts, self.papers = {}, {}
        for act in acts:
            button = secondary_button(act.title)
            button.clicked.connect(partial(self._press_act, act))
            allow(button, role, act.roles, self.register)
            self.acts[act.key] = button
            self.add(button)
        for paper in papers:
            button = secondary_button(f"预览{paper.title}", "printer")
            button.clicked.connect(partial(self._press_paper, paper))
            if paper.roles:
                allow(button, role, paper.roles, self.register)
            self.papers[paper.key] = button
            self.add(button)
        self.setVisible(bool(acts or papers))

    def _press_act(self, act: Act, _checked: bool = False) -> None:
        self.act_pressed.emit(act)

    def _press_paper(self, paper: Paper, _checked: bool = False) -> None:
        self.paper_pressed.emit(paper)
