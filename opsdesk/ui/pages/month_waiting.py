"""Booked lines that nobody has decided: which can be confirmed together, and which wait for something else first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from opsdesk.registers.month.listing import undecided
from opsdesk.registers.month.service import Booked, Standing
from opsdesk.rules.settlement import days_in_words
from opsdesk.services.settlement import PersonMonth
from opsdesk.ui.pages.month_rows import money

ABSENCE = "无假缺席"
"""The kind of open question that a slip of leave still may answer."""


@dataclass(frozen=True)
class Waiting:
    """Undecided lines: `ready` to be confirmed; `absences` still open as a question; `changed` since the booking."""

    ready: tuple[Booked, ...]
    absences: tuple[Booked, ...]
    changed: tuple[Booked, ...]

    @property
    def left_out(self) -> str:
        """Why the other lines are not confirmed with these; empty where there are none."""
        said = []
        if self.absences:
            said.append(
                f"没有列入 {_counted(self.absences)}：当天的“{ABSENCE}”还没有办结，补请假单后会变，请先处理或逐条决定。"
            )
        if self.changed:
            said.append(f"没有列入 {_counted(self.changed)}：结算后记录有变动，请先重新结算。")
        return "".join(said)

    @property
    def sentence(self) -> str:
        """What confirming all comes to: people, lines, yuan, days; and what is left out."""
        yuan = sum((line.amount for line in self.ready), Decimal(0))
        half_days = sum(line.half_days for line in self.ready)
        costs = [f"{money(yuan)} 元"] if yuan else []
        costs += [f"{days_in_words(half_days)} 日"] if half_days else []
        return f"确认 {_counted(self.ready)}，共 {'、'.join(costs)}。{self.left_out}以后仍可逐条改为免除。"


def of(standing: Standing | None, people: Sequence[PersonMonth]) -> Waiting:
    """The undecided lines of these people."""
    if standing is None:
        return Waiting((), (), ())
    asked = {
        f"day:{question.staff_id}:{question.day.isoformat()}"
        for question in standing.questions
        if question.kind == ABSENCE
    }
    lines = [line for each in people for line in standing.booked.get(each.person.id, ()) if undecided(line)]
    changed = tuple(line for line in lines if line.staff_id in standing.changed)
    held = tuple(line for line in lines if line.staff_id not in standing.changed)
    return Waiting(
        tuple(line for line in held if not asked.intersection(line.evidence)),
        tuple(line for line in held if asked.intersection(line.evidence)),
        changed,
    )


def _counted(lines: Sequence[Booked]) -> str:
    return f"{len({line.staff_id for line in lines})} 人的 {len(lines)} 条拟扣减"
