"""One line below the page for what stays wrong until somebody goes and sees to it; it covers nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from opsdesk.register import Tone
from opsdesk.ui.kit import look
from opsdesk.ui.kit.parts import ElidedLabel, icon_button, icon_label, link_button


class Reminder(QFrame):
    """Says one sentence, or how many there are (`summary(n)`); once closed or used it waits for something new."""

    def __init__(
        self, action: str, go: Callable[[], object], summary: Callable[[int], str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._go, self._summary = go, summary
        self._told: Mapping[int, str] = {}
        self._seen: frozenset[int] = frozenset()
        self.setProperty("class", "notice")
        self.setProperty("tone", Tone.WARNING.value)
        self._words = ElidedLabel("")
        self.button = link_button(action)
        self.button.clicked.connect(self._use)
        self.close_button = icon_button("x", "关闭这条提醒，有新的再提醒")
        self.close_button.clicked.connect(self._dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(look.px(24), look.px(2), look.px(12), look.px(2))
        row.setSpacing(look.px(8))
        row.addWidget(icon_label(look.TONE_ICONS[Tone.WARNING], Tone.WARNING.value))
        row.addWidget(self._words, 1)
        row.addWidget(self.button)
        row.addWidget(self.close_button)
        self.setVisible(False)

    def remind(self, told: Mapping[int, str]) -> None:
        """Tell these sentences by the id of what each is about; none hides the line."""
        self._told = told
        self._seen &= told.keys()
        sentence = next(iter(told.values())) if len(told) == 1 else self._summary(len(told))
        self._words.setText(sentence)
        self.setToolTip("\n".join(told.values()))
        self.setAccessibleName(sentence)
        self.setVisible(bool(told.keys() - self._seen))

    def forget(self) -> None:
        """Somebody else is at the desk, who has closed nothing yet."""
        self._seen = frozenset()
        self.remind(self._told)

    def sentence(self) -> str:
        """What is told now; empty where the line is hidden."""
        return "" if self.isHidden() else self.accessibleName()

    def _dismiss(self) -> None:
        self._seen = frozenset(self._told)
        self.setVisible(False)

    def _use(self) -> None:
        self._dismiss()
        self._go()
