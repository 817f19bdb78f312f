"""What an act on the whole appraisal has to know before it runs: whom to appraise, when, why, to whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from opsdesk.register import Field, Kind
from opsdesk.registers.appraisal.board import SchemeChoice
from opsdesk.rules.scoring import ObjectKind, PeriodKind
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.form_panel import FormPanel, Sheet
from opsdesk.ui.kit.operation import Fault

Submit = Callable[[Mapping[str, Any]], object]
NAMED = {ObjectKind.TEAM, ObjectKind.DEPARTMENT}
OF_DAYS = {PeriodKind.PROJECT, PeriodKind.SPOT}


def needs_asking(choice: SchemeChoice) -> bool:
    """Whether an appraisal by the scheme cannot begin without being told whom or when."""
    return choice.object_kind in NAMED or choice.period_kind in OF_DAYS


def begin_fields(choice: SchemeChoice) -> tuple[Field, ...]:
    """What is asked before an appraisal begins."""
    days = (
        Field("first", "开始日期", Kind.DATE, required=True),
        Field("last", "结束日期", Kind.DATE, required=True),
    )
    names = Field("names", f"考核{choice.object_kind}", Kind.LONG_TEXT, required=True, help="一行一个。")
    return (
        Field("title", "名称", help="不填则按周期和方案命名。"),
        *(days if choice.period_kind in OF_DAYS else ()),
        *((names,) if choice.object_kind in NAMED else ()),
    )


VOID = (Field("reason", "原因", Kind.LONG_TEXT, required=True, help="原因和已打的分都留在记录里，编号不再使用。"),)


class AskPanel(FormPanel):
    """One form at a time; the page gives each what to do with its values. `left` when it closes."""

    left = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("", desk.today, parent)
        self._act: Submit = lambda _values: None
        self.submit_asked.connect(self._send)
        self.close_asked.connect(self.leave)
        self.setVisible(False)

    def start(self, title: str, verb: str, fields: Sequence[Field], values: Mapping[str, Any], act: Submit) -> None:
        """Ask; what was being written here before is asked about first."""
        if self.form is not None and not self.may_leave():
            return
        self._act = act
        self.submit.setText(verb)
        self.lay_form(title, fields, Sheet(values)).focus_first()

    def leave(self) -> None:
        """Close."""
        shown = self.isVisible()
        self.take_form()
        self.setVisible(False)
        if shown:
            self.left.emit()

    def fail(self, error: Refusal | Trouble) -> None:
        """Say what was refused, beside its field where there is one; what was typed stays."""
        if isinstance(error, Fault) or (isinstance(error, Refusal) and self.show_refusal(error)):
            return
        self.say(f"{error}{getattr(error, 'remedy', '')}")

    def _send(self) -> None:
        if self.form is not None:
            self._act(self.form.values())


def begin_values(choice: SchemeChoice, today: date) -> Mapping[str, Any]:
    """What the form begins with."""
    return {"first": today, "last": today} if choice.period_kind in OF_DAYS else {}
