"""Leaving the machine room: what was operated, what became of the goods, who looked after the place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from opsdesk.register import Field, Kind, Tone
from opsdesk.registers.visit import service
from opsdesk.registers.visit.service import GoodsLeft
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.outcome import Outcome
from opsdesk.services.room_visits import Carried, Inside
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.form_panel import FormPanel, Sheet

OPERATED, OPERATION = (
    Field("operated", "上机操作", Kind.FLAG),
    Field("operation", "操作记录", Kind.LONG_TEXT, help="做了什么、结果怎样；上机的要写。"),
)
CONFIRM = Field("confirm_goods", "不符也登记", Kind.FLAG, group="物品",
                help="带入不等于带出加留存、仍要离开的，勾上，会记为“物品不符”。")  # fmt: skip
AFTER = (
    Field("left_check", "离场检查", group="离场", help="检查人；现场清理、工具归还、断电、锁门。"),
    Field("left_at", "离开时间", Kind.MOMENT, group="离场", help="空着就是现在。"),
)


def goods_fields(goods: Sequence[Carried]) -> list[Field]:
    """Two figures for each thing that was brought: how many go out again, how many stay."""
    found = []
    for each in goods:
        told = "　".join(part for part in (f"带入 {each.brought}", each.model, each.serial) if part)
        found += [
            Field(f"taken{each.id}", f"{each.name} 带出", Kind.INTEGER, required=True, group="物品", help=told),
            Field(f"stays{each.id}", f"{each.name} 留存", Kind.INTEGER, required=True, group="物品"),
        ]
    return found


def read_goods(values: Mapping[str, Any], goods: Sequence[Carried]) -> list[GoodsLeft]:
    """What the form says of each of these goods."""
    return [
        GoodsLeft(item_id=each.id, taken=values[f"taken{each.id}"], stays=values[f"stays{each.id}"]) for each in goods
    ]


class LeavePanel(FormPanel):
    """The form of leaving, for one or for all who came together. `gone` after they were signed out."""

    gone = Signal()
    left = Signal()

    def __init__(self, ctx: Context, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("登记离开", desk.today, parent)
        self._ctx, self._desk = ctx, desk
        self._ids: tuple[int, ...] = ()
        self._goods: tuple[Carried, ...] = ()
        self.submit_asked.connect(self._submit_leave)
        self.close_asked.connect(self.left)

    def set_context(self, ctx: Context) -> None:
        """Somebody else is at the desk."""
        self._ctx = ctx

    def begin(self, who: Sequence[Inside]) -> None:
        """Ask what is needed for these people to leave."""
        self._ids = tuple(each.visit_id for each in who)
        self._goods = tuple(item for each in who for item in each.goods if item.brought)
        said = {bool(each.operated) for each in who}
        work = (OPERATED, OPERATION) if len(said) == 1 else (OPERATION,)
        asked = (*work, *goods_fields(self._goods), *((CONFIRM,) if self._goods else ()), *AFTER)
        values: dict[str, Any] = {
            "operated": said == {True},
            "left_check": next((each.escorts[0] for each in who if each.escorts), ""),
            **{f"taken{each.id}": each.brought for each in self._goods},
            **{f"stays{each.id}": 0 for each in self._goods},
        }
        names = "、".join(each.name for each in who)
        self.lay_form(f"登记离开 · {names}", asked, Sheet(values))
        self.submit.setText("登记离开")
        self.cancel.setText("取消")
        self.submit.setFocus()

    def _submit_leave(self) -> None:
        if self.form is None:
            return
        values, ctx, ids, goods = self.form.values(), self._ctx, self._ids, self._goods

        def act() -> Outcome[str]:
            return service.leave(
                ctx,
                visit_ids=ids,
                left_at=values["left_at"],
                goods=read_goods(values, goods),
                confirm_goods=bool(values.get("confirm_goods")),
                operated=values.get("operated"),
                operation=values["operation"],
                left_check=values["left_check"],
            )

        self._desk.operations.run(act, done=self._on_gone, failed=self._tell, owner=self, busy=self.submit)

    def _on_gone(self, outcome: Outcome[str]) -> None:
        self._desk.notices.show(outcome.value, Tone.WARNING if "（" in outcome.value else Tone.FINE)
        self.take_form()
        self.gone.emit()

    def _tell(self, error: Refusal | Trouble) -> None:
        if not (isinstance(error, Refusal) and self.show_refusal(error)):
            self.say(f"{error}{getattr(error, 'remedy', '')}")
