"""The buttons of one incident: the next step as the one primary button, a few beside it, the rest in menus."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from opsdesk.register import Act, Paper
from opsdesk.registers.incident.spec import STEPS, WAIT
from opsdesk.ui.kit.parts import primary_button, secondary_button
from opsdesk.ui.kit.record_buttons import RecordButtons, allow

NEXT_KEY, WAIT_KEY = "F3", "F4"
BESIDE = 3
"""Acts that stand beside the first; the others are in the menu."""


class IncidentButtons(RecordButtons):
    """The next step as the one primary button, a few beside it, the rest and the papers in menus.

    `step` is its key; a record that is signed or void has none, and what takes it back is never the next thing to do.
    """

    step = ""

    def offer(self, acts: Sequence[Act], papers: Sequence[Paper], role: str) -> None:
        """Show these instead of what was offered before."""
        self.clear()
        self.acts, self.papers = {}, {}
        self.step = acts[0].key if acts and acts[0] in STEPS else ""
        for act in acts[: 1 + BESIDE]:
            leads = act.key == self.step
            button = primary_button(act.title) if leads else secondary_button(act.title)
            button.clicked.connect(partial(self.act_pressed.emit, act))
            button.setToolTip(NEXT_KEY if leads else WAIT_KEY if act.key == WAIT.key else "")
            allow(button, role, act.roles, self.register)
            self.acts[act.key] = button
            self.add(button)
        if rest := acts[1 + BESIDE :]:
            entries = self._add_menu("更多", "", [(act.title, partial(self.act_pressed.emit, act)) for act in rest])
            for act, entry in zip(rest, entries, strict=True):
                allow(entry, role, act.roles, self.register)
        if papers:
            self._add_menu("打印", "printer", [(each.title, partial(self.paper_pressed.emit, each)) for each in papers])
        self.setVisible(bool(acts or papers))

    def _add_menu(self, word: str, icon: str, entries: Sequence[tuple[str, Callable[[], object]]]) -> list[QAction]:
        button = secondary_button(word, icon)
        button.setProperty("menu", True)
        menu = QMenu(button)
        menu.setToolTipsVisible(True)
        for title, press in entries:
            menu.addAction(title).triggered.connect(press)
        button.setMenu(menu)
        self.add(button)
        return menu.actions()
