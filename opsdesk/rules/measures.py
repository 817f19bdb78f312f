"""Rewards, training, penalties and replacement as an appraisal suggests them; nothing is done before a human decides.

Clauses: E8-06, E9-07 (rewards), E8-07, E10-05 (penalties, step by step), E14-04 (pass mark and training), E6-02 and
E14-06 (that an appraisal is a ground for them), E19-22, E19-23 (limits of points).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from opsdesk.rules.clause import Citation, Law
from opsdesk.rules.payment import Reached
from opsdesk.rules.review import listed
from opsdesk.rules.scoring import ObjectKind, plain

REWARDS, PENALTIES, PASS = "E8", "E10", "E14"
"""Whose ladders and whose pass mark hold where the regulation of the scheme has none of its own."""
TRAINING, REPLACEMENT = "培训和指导", "更换人员"
DECIDES = "是否采用由主管决定"


class MeasureKind(StrEnum):
    """What a suggestion is about."""

    REWARD = "奖励"
    TRAINING = "培训"
    PENALTY = "处分"
    REPLACEMENT = "更换"


@dataclass(frozen=True)
class Suggestion:
    """A measure that a score, an event or a count suggests: its step on the ladder, its clauses, and why."""

    kind: MeasureKind
    step: str
    citations: tuple[Citation, ...]
    sentence: str


@dataclass(frozen=True)
class Taken:
    """A measure that a human confirmed on a day."""

    kind: MeasureKind
    step: str
    day: date


@dataclass(frozen=True)
class Result:
    """A decided score with its grade (empty without one), whose it is, and the day it was decided."""

    score: Decimal
    grade: str
    object_kind: ObjectKind
    day: date

    @property
    def words(self) -> str:
        """得分 92.5，等级优."""
        return f"得分 {plain(self.score)}{self.grade and '，等级' + self.grade}"


def by_score(result: Result, taken: Iterable[Taken], law: Law, regulation: str) -> list[Suggestion]:
    """What a score suggests by the regulation of its scheme; `taken` are earlier measures on the same appraisee.

    From the line for rewards on, the next reward, but only the first one to departments, teams and vendors; below the
    pass mark training, and to a person the next penalty; between the two nothing.
    """
    before = list(taken)
    found = [*_rewarded(result, before, law, regulation), *_failed(result, before, law, regulation)]
    ground = law.part("measure.ground", regulation)
    return [replace(each, citations=(*each.citations, ground.cite())) for each in found] if ground else found


def _rewarded(result: Result, taken: Sequence[Taken], law: Law, regulation: str) -> list[Suggestion]:
    held = law.part("measure.reward", regulation) or law.part("measure.reward", REWARDS)
    if held is None or result.score < held.number("reward.from"):
        return []
    steps = listed(held.text("reward.steps"))
    because = f"{result.words}，达到 {held.number('reward.from')} 分"
    if result.object_kind is not ObjectKind.PERSON:
        return [
            Suggestion(MeasureKind.REWARD, each, (held.cite(),), f"{because}，建议{each}，{DECIDES}。")
            for each in steps[:1]
        ]
    return _next(MeasureKind.REWARD, steps, because, result.day, taken, held.number("reward.within"), held.cite())


def _failed(result: Result, taken: Sequence[Taken], law: Law, regulation: str) -> list[Suggestion]:
    held = law.part("measure.pass", regulation) or law.part("measure.pass", PASS)
    if held is None or result.score >= held.number("appraisal.pass"):
        return []
    because = f"{result.words}，不满合格线 {held.number('appraisal.pass')} 分"
    said = f"{because}，建议安排{TRAINING}，{DECIDES}。"
    training = Suggestion(MeasureKind.TRAINING, TRAINING, (held.cite(),), said)
    if result.object_kind is not ObjectKind.PERSON:
        return [training]
    return [training, *penalty(because, result.day, taken, law, regulation)]


def penalty(because: str, day: date, taken: Iterable[Taken], law: Law, regulation: str) -> list[Suggestion]:
    """The next penalty for a person on `day`, after the last one confirmed within the months of the clause.

    `because` is the fact in words, without its stop. Nothing where no ladder is in force.
    """
    held = law.part("measure.penalty", regulation) or law.part("measure.penalty", PENALTIES)
    if held is None:
        return []
    steps = listed(held.text("penalty.steps"))
    return _next(MeasureKind.PENALTY, steps, because, day, taken, held.number("penalty.within"), held.cite())


def replacement(reached: Reached) -> Suggestion:
    """To replace the person, once a limit of points is reached (E19-22, E19-23)."""
    return Suggestion(MeasureKind.REPLACEMENT, REPLACEMENT, (reached.citation,), reached.sentence)


def _next(
    kind: MeasureKind,
    steps: Sequence[str],
    because: str,
    day: date,
    taken: Iterable[Taken],
    months: int,
    citation: Citation,
) -> list[Suggestion]:
    """The step after the last one of this ladder within the months before `day`; the last step stays the last."""
    since = _months_before(day, months)
    past = [each for each in taken if each.kind is kind and each.step in steps and since <= each.day <= day]
    last = max(past, key=lambda each: (each.day, steps.index(each.step)), default=None)
    if not steps:
        return []
    step = steps[min(steps.index(last.step) + 1, len(steps) - 1)] if last else steps[0]
    so_far = f"{last.day.isoformat()} 已有{last.step}" if last else f"近 {months} 个月没有{kind}"
    then = f"已是最后一级，仍建议{step}" if last and last.step == step else f"建议{step}"
    said = f"{because}，{so_far}，{then}，{DECIDES}，外包人员由其所属公司办理。"
    return [Suggestion(kind, step, (citation,), said)]


def _months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    if year < 1:
        return date.min
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
