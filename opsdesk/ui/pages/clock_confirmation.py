"""The supervisor confirms a clock that has gone back: name, password, reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QWidget

from opsdesk.register import Field, Tone
from opsdesk.services import clock_guard
from opsdesk.services.context import Context
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.pages.sign_desk import SignDesk
from opsdesk.ui.pages.step_up import ask_supervisor

REASON = Field("reason", "变动原因", required=True, help="例如：昨晚校时前快了一小时。")
SAID = "已确认电脑时间，可以继续签到。之后的记录会标注“时间存疑”，直到超过原来的时间。"


def sign(ctx: Context, values: Mapping[str, Any]) -> None:
    """Record that the clock is right as it stands."""
    clock_guard.confirm(ctx, reason=values["reason"])


def confirm_clock(parent: QWidget, ctx: Context, desk: Desk, field: SignDesk, sentence: str) -> None:
    """Ask the supervisor over the window; afterwards whoever was refused at `field` is signed at once."""
    if ask_supervisor(parent, ctx, sentence, (REASON,), sign, verb="确认电脑时间") is not None:
        desk.bus.announce({"clock"})
        desk.notices.show(SAID, Tone.WARNING)
        field.sign_refused()
