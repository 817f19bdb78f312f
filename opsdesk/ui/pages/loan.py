"""设备借用: the panel of its register, with a photo of what came back beside the form."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from opsdesk.register import Tone
from opsdesk.registers.loan import acts
from opsdesk.services import attachments
from opsdesk.services.context import WRITERS
from opsdesk.services.outcome import Outcome
from opsdesk.ui.kit import look
from opsdesk.ui.kit.notices import open_outside
from opsdesk.ui.kit.parts import label, link_button, secondary_button
from opsdesk.ui.kit.record_panel import RecordPanel

PICTURES = "照片 (*.jpg *.jpeg *.png *.heic *.webp *.bmp)"


class LoanPanel(RecordPanel):
    """Panel of one 借用单; of one that was lent it also keeps a photo, which opens by a click."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.photo = QWidget()
        self.name = link_button("")
        self.none = label("还没有照片。", "secondary")
        self.choose = secondary_button("附照片…", "upload")
        row = QHBoxLayout(self.photo)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.px(8))
        row.addWidget(label("归还照片", "heading"))
        row.addWidget(self.name)
        row.addWidget(self.none)
        row.addStretch(1)
        row.addWidget(self.choose)
        self.body.insertWidget(1, self.photo)
        self.photo.setVisible(False)
        self.choose.clicked.connect(self._ask)
        self.name.clicked.connect(self._open)
        self._kept: tuple[str, str] = ("", "")

    def offer(self, values: Mapping[str, Any]) -> None:
        """Show what can be done with the 借用单, and its photo."""
        super().offer(values)
        self._kept = (values.get("photo_sha256") or "", values.get("photo_name") or "")
        self.photo.setVisible(self.record_id is not None and values.get("lent_at") is not None)
        self.name.setText(self._kept[1])
        self.name.setVisible(bool(self._kept[0]))
        self.none.setVisible(not self._kept[0])
        self.choose.setVisible(self.ctx.actor.role in WRITERS and values.get("void_at") is None)

    def attach(self, path: Path) -> None:
        """Keep this photo with the 借用单."""
        if self.record_id is not None:
            self.desk.operations.run(
                partial(acts.attach_photo, self.ctx, self.record_id, path),
                done=self._on_attached, owner=self, busy=self.choose, must=True,
            )  # fmt: skip

    def _on_attached(self, outcome: Outcome[str]) -> None:
        self.desk.notices.show(outcome.value, Tone.FINE)

    def _ask(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "归还照片", "", f"{PICTURES};;所有文件 (*)")
        if name:
            self.attach(Path(name))

    def _open(self) -> None:
        self.desk.operations.run(
            partial(attachments.find, self.ctx.home, *self._kept), done=open_outside, owner=self, busy=self.name
        )
