"""开关门检查: the panel of its register, in which one key says of every box not yet ticked that it is in order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut

from opsdesk.rules.premises import BOXES
from opsdesk.rules.upkeep import NORMAL
from opsdesk.services.context import WRITERS
from opsdesk.ui.kit.parts import secondary_button
from opsdesk.ui.kit.record_panel import RecordPanel


class OfficePanel(RecordPanel):
    """Panel of one check. F7 fills in 正常 wherever nothing is chosen, to be saved or not."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.normal_button = secondary_button("其余正常 F7", "check")
        self.normal_button.setToolTip("还没有勾的各项都填正常。")
        self.normal_button.clicked.connect(self.fill_normal)
        self.normal_button.setVisible(False)
        self.body.insertWidget(1, self.normal_button, 0, Qt.AlignmentFlag.AlignLeft)
        key = QShortcut(QKeySequence("F7"), self)
        key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        key.activated.connect(self.fill_normal)

    def offer(self, values: Mapping[str, Any]) -> None:
        """Show what can be done with the check."""
        super().offer(values)
        kept = values.get("void_at") is None and values.get("signed_at") is None
        self.normal_button.setVisible(kept and self.ctx.actor.role in WRITERS)

    def forget(self) -> None:
        """Take the form away."""
        super().forget()
        self.normal_button.setVisible(False)

    def fill_normal(self) -> None:
        """Say of every box at which nobody has looked that it is in order."""
        if self.form is None or self.asks or self.normal_button.isHidden():
            return
        for key in BOXES:
            editor = self.form.rows[key].editor
            if editor.value() in (None, ""):
                editor.set_value(NORMAL)
        self.form.changed.emit()
