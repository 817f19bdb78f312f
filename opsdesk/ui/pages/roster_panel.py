"""The panel beside the roster: rotation, swap, the reason for changing the past, and what the roster leaves short."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from opsdesk.exports.document import weekday
from opsdesk.register import Field, Kind, Options
from opsdesk.registers.roster import rotation, short_rest
from opsdesk.registers.roster.month_plan import MonthPlan
from opsdesk.registers.roster.short_rest import ShortRest
from opsdesk.services.coverage import Gap
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.form_panel import FormPanel, Sheet
from opsdesk.ui.kit.parts import label

Submit = Callable[[Mapping[str, Any]], object]
NAMED = 4
"""People named before “等”."""


@dataclass(frozen=True)
class Block:
    """What is chosen in the grid: people and days, in the order of rows and columns."""

    staff_ids: Sequence[int]
    days: Sequence[date]


class RosterPanel(FormPanel):
    """One form at a time, or a list of shortages. The page gives each form what to do with its values.

    `left` when it closes: the keys belong to the page again.
    """

    left = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("", desk.today, parent)
        self._submit_values: Submit = lambda _values: None
        self._given_up: Callable[[], object] | None = None
        self._content: QWidget | None = None
        self.submit_asked.connect(self._send)
        self.close_asked.connect(self.leave)

    def leave(self) -> None:
        """Close the panel; what waited for it is given up."""
        given_up, self._given_up = self._given_up, None
        shown = self.isVisible()
        self._clear()
        self.setVisible(False)
        if given_up is not None:
            given_up()
        if shown:
            self.left.emit()

    def done(self) -> None:
        """What was asked for is saved."""
        self._given_up = None
        self.leave()

    def start_rotation(self, plan: MonthPlan, block: Block, submit: Submit) -> None:
        """Ask which rotation, for the people and days chosen; one day chosen means the rest of the month."""
        names = [line.person.name for line in plan.people if line.person.id in set(block.staff_ids)]
        end = plan.days[-1].day
        first = block.days[0] if block.days else plan.days[0].day
        last = block.days[-1] if len(block.days) > 1 else end
        offered = rotation.customary(plan.shifts)
        fields = (
            Field("who", "人员", read_only=True),
            *((Field("usual", "常用轮班", Kind.CHOICE),) if offered else ()),
            Field(
                "pattern", "轮班顺序",
                help=f"一天一个班次代码，休息写休，例如 {rotation.example(plan.shifts)}。写了这里就不看常用轮班。",
            ),
            Field("first", "开始日期", Kind.DATE, required=True),
            Field("last", "结束日期", Kind.DATE, required=True),
            Field("offset", "每人错开", Kind.INTEGER, help="第二个人从往后数几个班开始，依次类推；不错开填 0。"),
            Field("begins", "起算日", Kind.DATE, help="轮班从哪一天的第一个班算起；接着上月排时填当初的起算日。"),
        )  # fmt: skip
        values = {
            "who": _named(names),
            "usual": offered[0][0] if offered else None,
            "first": first,
            "last": last,
            "offset": 0,
            "begins": first,
        }
        self._start("套用轮班", "排班", fields, Sheet(values, {"usual": offered} if offered else {}), submit)

    def start_swap(self, plan: MonthPlan, block: Block, submit: Submit) -> None:
        """Ask who changes which duty with whom; two cells chosen are filled in."""
        people: Options = [
            (line.person.id, f"{line.person.staff_no} {line.person.name}（{line.person.vendor}）")
            for line in plan.people
        ]
        fields = (
            Field("first_staff", "原班人", Kind.CHOICE, required=True),
            Field("first_day", "原班日期", Kind.DATE, required=True),
            Field("second_staff", "换班人", Kind.CHOICE, required=True),
            Field("second_day", "换班日期", Kind.DATE, required=True, help="同一天对换就填同一天。"),
            Field(
                "reason", "换班原因", Kind.LONG_TEXT, required=True,
                help="双方同意后由主管办理；换班记录印在排班表上，由双方签字。",
            ),
        )  # fmt: skip
        values: dict[str, Any] = {}
        if block.staff_ids and block.days:
            values = {"first_staff": block.staff_ids[0], "first_day": block.days[0], "second_day": block.days[-1]}
        if len(block.staff_ids) == 2:
            values["second_staff"] = block.staff_ids[1]
        options = {"first_staff": people, "second_staff": people}
        self._start("换班", "换班", fields, Sheet(values, options), submit)

    def ask_reason(self, refusal: str, submit: Submit, given_up: Callable[[], object]) -> None:
        """Ask why days gone by are changed; `given_up()` where nobody says."""
        self._given_up = None
        self.take_form()  # what was asked for there waits for this answer
        fields = (Field("reason", "原因", required=True, help="会记入审计记录；离开这个月以前不再问。"),)
        self._start("改动以前的排班", "保存", fields, Sheet({"reason": ""}), submit)
        self.say(refusal)
        self._given_up = given_up

    def show_gaps(self, gaps: Sequence[Gap], rests: Sequence[ShortRest], day: date | None) -> None:
        """List what the roster leaves short, people and rest, on one day or in the month."""
        if self.form is not None and not self.may_leave():
            return
        self._clear()
        own = [gap for gap in gaps if day is None or gap.day == day]
        close = [rest for rest in rests if day is None or rest.day == day]
        self.set_title(f"排班提醒　{f'{day.isoformat()} {weekday(day)}' if day else f'{len(own) + len(close)} 处'}")
        self._content = QWidget()
        column = QVBoxLayout(self._content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.px(8))
        if close:
            column.addWidget(label(f"两班之间不足 {short_rest.LEAST_REST // timedelta(hours=1)} 小时", "heading"))
        for rest in close:
            column.addWidget(label(rest.sentence, wraps=True))
        column.addWidget(label("岗位缺口", "heading"))
        if not own:
            column.addWidget(label("没有缺口。每个岗位需要几个人，在人员单位的岗位需求里登记。", "state", wraps=True))
        for gap in own:
            column.addWidget(label(gap.sentence, wraps=True))
        self.body.insertWidget(self.body.count() - 1, self._content)
        self.setVisible(True)

    def show_failure(self, error: Refusal | Trouble) -> None:
        """Say what was refused, beside its field where there is one."""
        if not (isinstance(error, Refusal) and self.show_refusal(error)):
            self.say(f"{error}{getattr(error, 'remedy', '')}")

    def _start(self, title: str, verb: str, fields: Sequence[Field], sheet: Sheet, submit: Submit) -> None:
        if self.form is not None and not self.may_leave():
            return
        self._clear()
        self._submit_values = submit
        self.submit.setText(verb)
        self.lay_form(title, fields, sheet).focus_first()

    def _clear(self) -> None:
        self.take_form()
        self.show_foot(False)
        self.say("")
        if self._content is not None:
            self.body.removeWidget(self._content)
            self._content.setVisible(False)
            self._content.deleteLater()
            self._content = None

    def _send(self) -> None:
        if self.form is not None:
            self._submit_values(self.form.values())


def _named(names: Sequence[str]) -> str:
    if len(names) <= NAMED:
        return "、".join(names)
    return f"{'、'.join(names[:NAMED])}等 {len(names)} 人"
