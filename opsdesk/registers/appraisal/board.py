"""What the scoring page shows, read in one go: which schemes there are, the period scored by one, what is open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, select

from opsdesk.models import Appraisal
from opsdesk.registers.appraisal import check
from opsdesk.rules import periods, review
from opsdesk.rules.periods import Period, around
from opsdesk.rules.scoring import Item, ObjectKind, PeriodKind
from opsdesk.services import appraisal, appraisal_schemes, appraisal_subjects
from opsdesk.services.appraisal import Round, Scored
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.open_questions import Question

GRACE = {PeriodKind.MONTH: 10, PeriodKind.QUARTER: 45, PeriodKind.YEAR: 90}
"""So many days into a period one still scores the one before."""


@dataclass(frozen=True)
class SchemeChoice:
    """A scheme to choose, whatever its edition."""

    code: str
    title: str
    period_kind: PeriodKind
    object_kind: ObjectKind

    @property
    def words(self) -> str:
        """T1Q · 外包单位季度考核."""
        return f"{self.code} · {self.title}"


@dataclass(frozen=True)
class Board:
    """A period by a scheme; without a round `why` says what is missing. `begun` are the scheme's periods on record.

    `wants_facts` says that less than full points need a reason (T4-02).
    """

    choices: tuple[SchemeChoice, ...]
    chosen: SchemeChoice | None
    period: Period
    round: Round | None = None
    why: str = ""
    questions: tuple[Question, ...] = ()
    begun: tuple[Period, ...] = ()
    wants_facts: bool = True

    def step(self, by: int) -> Period | None:
        """The period before or after; of projects and spot checks the one on record, None where there is none."""
        if self.period.kind is not None:
            return self.period.before() if by < 0 else around(self.period.last + DAY, self.period.kind)
        known = [each for each in self.begun if (each < self.period if by < 0 else each > self.period)]
        return (known[-1] if by < 0 else known[0]) if known else None


DAY = date.resolution


def read(ctx: Context, code: str | None = None, period: Period | None = None, *, before: Round | None = None) -> Board:
    """The board of a scheme and period; without them of the vendors' quarter and of the period to be scored now.

    `before` is the same round as it was read before nothing but marks, rulings and decisions changed.
    """
    with ctx.read() as connection:
        choices = _choices(connection)
        chosen = _chosen(choices, code)
        begun = _begun(connection, chosen.code) if chosen else ()
    shown = _period(chosen, period, begun, ctx.today())
    if chosen is None:
        return Board((), None, shown, None, "还没有考核方案。请先登记方案和考核指标，再来评分。")
    try:
        made = appraisal.renewed(ctx, before) if before else appraisal.compute(ctx, shown, code=chosen.code)
    except Refusal as refusal:
        return Board(choices, chosen, shown, None, str(refusal), (), begun)
    wants = review.without_facts(Decimal(0), Decimal(1), "", ctx.law_on(shown.last))
    return Board(choices, chosen, shown, made, "", check.of_round(ctx, made), begun, bool(wants))


def _choices(connection: Connection) -> tuple[SchemeChoice, ...]:
    latest = [
        appraisal_schemes.read(connection, appraisal_schemes.editions(connection, code)[-1])
        for code in appraisal_schemes.codes(connection)
    ]
    return tuple(SchemeChoice(each.code, each.title, each.period_kind, each.object_kind) for each in latest)


def _chosen(choices: Iterable[SchemeChoice], code: str | None) -> SchemeChoice | None:
    found = list(choices)
    usual = [each for each in found if each.object_kind is ObjectKind.VENDOR]
    return next((each for each in found if each.code == code), next(iter([*usual, *found]), None))


def _begun(connection: Connection, code: str) -> tuple[Period, ...]:
    editions = appraisal_schemes.editions(connection, code)
    query = select(Appraisal.period).where(Appraisal.scheme_id.in_(editions), Appraisal.void_at.is_(None))
    return tuple(sorted({periods.parse(text) for text in connection.execute(query).scalars()}))


def _period(chosen: SchemeChoice | None, wanted: Period | None, begun: tuple[Period, ...], today: date) -> Period:
    kind = chosen.period_kind if chosen else PeriodKind.QUARTER
    of_days = kind in {PeriodKind.PROJECT, PeriodKind.SPOT}
    if wanted is not None and (wanted.kind is None) == of_days:
        return wanted if of_days or wanted.kind is kind else around(min(wanted.last, today), kind)
    if of_days:
        return begun[-1] if begun else periods.of_days(today, today)
    now = around(today, kind)
    return now.before() if (today - now.first).days < GRACE[kind] else now


def one_more(ctx: Context, shown: Round, scored: Scored) -> list[tuple[Item, Decimal, int | None]]:
    """What one more event of each item would cost (仿真): the score then, and how much less is paid (分)."""
    with ctx.read() as connection:
        terms = appraisal_subjects.pay_terms(connection, shown.period, shown.scheme.regulation)
    own = terms.get(scored.subject.vendor_id or 0, [])
    return appraisal.one_more(scored, shown.scheme, own, ctx.regulations, shown.period)
