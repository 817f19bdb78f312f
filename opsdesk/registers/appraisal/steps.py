"""What comes next in an appraisal: of one sheet its course from the decision to the file, of all the one next thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from opsdesk.rules import review
from opsdesk.rules.clause import Law
from opsdesk.rules.scoring import Opinion
from opsdesk.services.appraisal import Round, Scored
from opsdesk.services.appraisal_record import Sheet, SheetState


class Task(StrEnum):
    """The next thing to do in an appraisal."""

    BEGIN = "建立考核"
    SCORE = "继续评分"
    DECIDE = "核定"
    TELL = "登记反馈"
    HEAR = "登记意见"
    ANSWER = "答复申诉"
    SUBMIT = "提交"
    FILE = "归档"
    NOTHING = "已全部归档"


@dataclass(frozen=True)
class Step:
    """One step of a sheet's course: done or not, when and by whom in words; `late` says that it came too late."""

    title: str
    done: bool
    words: str = ""
    late: str = ""


@dataclass(frozen=True)
class Next:
    """The next thing to do and the sheets it is about; `why_not` says why it has to wait."""

    task: Task
    sheets: tuple[Scored, ...] = ()
    why_not: str = ""

    @property
    def sheet_ids(self) -> list[int]:
        """Their ids."""
        return [each.sheet.id for each in self.sheets if each.sheet]


def ready(scored: Scored) -> bool:
    """Whether a sheet can be decided: it is not yet, and nothing of it is open."""
    return scored.state is SheetState.SCORING and not scored.blanks and not scored.open_lines


def next_of(shown: Round, today: date) -> Next:
    """What comes next; objections go before all others, then scoring, and so on in the order of the course."""
    if shown.kept is None:
        early = shown.period.first > today
        return Next(Task.BEGIN, (), f"{shown.period.words}还没有开始，不能考核。" if early else "")
    of = {state: tuple(each for each in shown.objects if each.state is state) for state in SheetState}
    if of[SheetState.OBJECTED]:
        return Next(Task.ANSWER, of[SheetState.OBJECTED])
    if open_ones := tuple(each for each in of[SheetState.SCORING] if not ready(each)):
        return Next(Task.SCORE, open_ones)
    if of[SheetState.SCORING]:
        return decision(shown, today)
    for state, task in (
        (SheetState.DECIDED, Task.TELL),
        (SheetState.TOLD, Task.HEAR),
        (SheetState.ANSWERED, Task.SUBMIT),
        (SheetState.SUBMITTED, Task.FILE),
    ):
        if of[state]:
            return Next(task, of[state])
    return Next(Task.NOTHING)


def decision(shown: Round, today: date) -> Next:
    """The sheets that can be decided now, or why none can."""
    fit = tuple(each for each in shown.objects if ready(each))
    early = f"考核周期到 {shown.period.last.isoformat()} 才结束，当天或以后才能核定。现在可以先打分。"
    return Next(Task.DECIDE, fit, early if shown.period.last > today else "")


def course(sheet: Sheet, last: date, law: Law) -> tuple[Step, ...]:
    """The steps of a sheet whose period ends on `last`; an answer is one of them only where there is an objection."""
    row = sheet.row
    decided, told, submitted = row["decided_at"], row["talk_at"], row["submitted_at"]
    steps = [
        Step("核定", decided is not None, f"{decided:%m-%d} {row['decided_by']}" if decided else ""),
        Step("反馈", told is not None, f"{told:%m-%d}" if told else ""),
        Step("意见", bool(row["opinion"]), f"{row['opinion']} {row['opinion_on']:%m-%d}" if row["opinion"] else ""),
    ]
    if row["opinion"] == Opinion.OBJECT:
        answered = row["answered_at"]
        said = f"{answered:%m-%d} {row['answered_by']}" if answered else ""
        steps.append(Step("答复", answered is not None, said))
    late = review.submitted_late(last, submitted, law) if submitted else ""
    steps.append(Step("提交", submitted is not None, f"{submitted:%m-%d}" if submitted else "", late))
    filed = row["filed_at"]
    steps.append(Step("归档", filed is not None, f"{filed:%m-%d} {row['filed_by']}" if filed else ""))
    return tuple(steps)


def lacking(sheet: Sheet, law: Law) -> Sequence[str]:
    """What a decided sheet lacks before it may be filed (T4-03a), each a clause of a sentence."""
    row = sheet.row
    return review.lacks_for_filing(
        talked=row["talk_at"] is not None,
        opinion=row["opinion"],
        signed=row["opinion_on"] is not None,
        witness=row["witness"],
        answered=row["answered_at"] is not None,
        submitted=row["submitted_at"] is not None,
        law=law,
    )
