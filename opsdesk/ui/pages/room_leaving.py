"""Leaving the machine room: what was operated, what became of the goods, who looked after the place."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
from opsdesk.services.text import one_line
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.form_panel import FormPanel, Sheet

GOODS = re.compile(r"带出\s*(\d{1,4})\D+留存\s*(\d{1,4})")
USUAL = (
    Field("operated", "上机操作", Kind.FLAG),
    Field("operation", "操作记录", Kind.LONG_TEXT, help="做了什么、结果怎样；上机的要写。"),
)
AFTER = (
    Field("left_check", "离场检查", help="检查人；现场清理、工具归还、断电、锁门。"),
    Field("left_at", "离开时间", Kind.MOMENT, help="空着就是现在。"),
)
WITH_GOODS = (
    Field("goods", "物品", Kind.LONG_TEXT, help="改带出、留存的件数；带入应等于带出加留存。"),
    Field("confirm_goods", "不符也登记", Kind.FLAG, help="物品对不上仍要离开的，勾上，会记为“物品不符”。"),
)


def goods_lines(goods: Sequence[Carried]) -> str:
    """Goods as the form shows them: everything brought is taken out again unless somebody says otherwise."""
    return "\n".join(f"{each.name} 带入 {each.brought} 带出 {each.brought} 留存 0" for each in goods if each.brought)


def read_goods(text: str, goods: Sequence[Carried]) -> list[GoodsLeft]:
    """What the form says of each of these goods, line by line. Refuses a line that cannot be read."""
    brought = [each for each in goods if each.brought]
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) != len(brought):
        raise Refusal(f"带入的物品有 {len(brought)} 件，这里写了 {len(lines)} 行。请一件一行。", field="goods")
    found, left = [], list(brought)
    for line in lines:
        numbers = GOODS.search(line)
        named = one_line(line[: numbers.start()].partition("带入")[0]) if numbers else ""
        item = next((each for each in left if each.name == named), None)
        if numbers is None or item is None:
            shown = left[0].name
            raise Refusal(f"“{line[:30]}”看不懂，或没有带入这件物品。请写成：{shown} 带出 1 留存 0。", field="goods")
        left.remove(item)
        found.append(GoodsLeft(item_id=item.id, taken=int(numbers[1]), stays=int(numbers[2])))
    return found


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
        self._goods = tuple(item for each in who for item in each.goods)
        said = {bool(each.operated) for each in who}
        asked = (
            *(USUAL if len(said) == 1 else USUAL[1:]),
            *(WITH_GOODS if any(item.brought for item in self._goods) else ()),
            *AFTER,
        )
        values: dict[str, Any] = {
            "operated": said == {True},
            "goods": goods_lines(self._goods),
            "left_check": next((each.escorts[0] for each in who if each.escorts), ""),
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
                goods=read_goods(values["goods"], goods) if "goods" in values else (),
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
