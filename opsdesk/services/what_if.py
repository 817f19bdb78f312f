"""试算: a month settled by the law in force and by a draft, person by person; nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import select

from opsdesk.models import Vendor
from opsdesk.rules.attendance import REACH
from opsdesk.rules.clause import Clause, Regulations
from opsdesk.rules.settlement import Figures, Line
from opsdesk.services import settlement
from opsdesk.services.context import Context
from opsdesk.services.duties import Person
from opsdesk.services.settlement import PersonMonth

TRIED = ("attendance.", "reading.", "hours.", "leave.pay")
"""Parts of clauses that a month's settlement is made by."""
NOT_SORTED = (
    "草稿改了跨夜或靠近半夜的工作时间。试算仍按到岗记录现在所属的日子，修订以后会重新归日，"
    "结果可能与试算不同，以修订以后的为准。"
)
"""Said of a draft under which sign-ins would belong to other days: a trial leaves them where they stand."""

Progress = Callable[[int, int], bool]


@dataclass(frozen=True)
class Compared:
    """One person's month by the law in force and by the draft; a side is empty where nothing was due or signed."""

    person: Person
    figures: Figures
    draft: Figures
    lines: tuple[Line, ...]
    draft_lines: tuple[Line, ...]
    due_days: int
    draft_due_days: int
    warnings: tuple[str, ...]
    draft_warnings: tuple[str, ...]

    @property
    def difference(self) -> Decimal:
        """What the draft adds to the fines, in yuan; less than zero where it takes away."""
        return self.draft.total - self.figures.total

    @property
    def changed(self) -> bool:
        """Whether anything is another, be it money, minutes, days or a warning."""
        ours, theirs = (
            (self.figures, self.due_days, self.warnings),
            (self.draft, self.draft_due_days, self.draft_warnings),
        )
        return ours != theirs


@dataclass(frozen=True)
class Total:
    """The sums of several people by both laws."""

    figures: Figures
    draft: Figures

    @property
    def difference(self) -> Decimal:
        """What the draft adds to the fines, in yuan."""
        return self.draft.total - self.figures.total


@dataclass(frozen=True)
class Comparison:
    """A month by both laws: people by vendor and number. `note` says what an amendment would do beyond the trial."""

    year: int
    number: int
    rows: tuple[Compared, ...]
    note: str = ""

    @property
    def changed(self) -> tuple[Compared, ...]:
        """Only the people for whom the draft makes a difference."""
        return tuple(row for row in self.rows if row.changed)

    @property
    def total(self) -> Total:
        """Everybody together."""
        return _sum(self.rows)

    @property
    def vendors(self) -> dict[str, Total]:
        """The sums of each vendor by its short name."""
        names = dict.fromkeys(row.person.vendor for row in self.rows)
        return {name: _sum(row for row in self.rows if row.person.vendor == name) for name in names}


def tries(clause: Clause) -> bool:
    """Whether a change of the clause can show in a month's settlement."""
    return clause.does.startswith(TRIED)


def compare(
    ctx: Context,
    draft: Regulations,
    year: int,
    month: int,
    vendor_id: int | None = None,
    progress: Progress | None = None,
) -> Comparison | None:
    """Settle a calendar month by the law in force and by `draft`, one vendor's people if given.

    `progress(done, total)` is told vendor by vendor; None once it gave False.
    """
    now, standing = ctx.now(), ctx.regulations
    rows: list[Compared] = []
    note = ""
    with ctx.read() as connection:
        vendors = list(connection.execute(select(Vendor.id).order_by(Vendor.code)).scalars())
        chosen = vendors if vendor_id is None else [vendor_id]
        for done, vendor in enumerate(chosen, 1):
            sides = [
                settlement.read(connection, law, year, month, now, vendor_id=vendor).people for law in (standing, draft)
            ]
            rows.extend(_compared(*sides))
            note = note or (NOT_SORTED if _sorts_anew(*sides) else "")
            if progress is not None and not progress(done, len(chosen)):
                return None
    return Comparison(year, month, tuple(rows), note)


def _sorts_anew(in_force: Iterable[PersonMonth], drafted: Iterable[PersonMonth]) -> bool:
    """Whether the draft moves a duty that reaches, or would reach, into another day, and with it sign-ins."""
    ours, theirs = _spans(in_force), _spans(drafted)
    return any(
        begins - REACH < midnight or ends + REACH > midnight + timedelta(days=1)
        for (_, day), (begins, ends) in ours ^ theirs
        for midnight in (datetime.combine(day, time()),)
    )


def _spans(people: Iterable[PersonMonth]) -> set[tuple[tuple[int, date], tuple[datetime, datetime]]]:
    return {
        ((each.person.id, day.day), (day.duty.begins, day.duty.ends))
        for each in people
        for day in each.days
        if day.duty
    }


def _compared(in_force: Iterable[PersonMonth], drafted: Iterable[PersonMonth]) -> Iterable[Compared]:
    ours = {each.person.id: each for each in in_force}
    theirs = {each.person.id: each for each in drafted}
    people = {key: each.person for key, each in (ours | theirs).items()}
    for key, person in sorted(people.items(), key=lambda item: item[1].staff_no):
        now, then = ours.get(key), theirs.get(key)
        yield Compared(
            person=person,
            figures=now.settled.figures if now else Figures(),
            draft=then.settled.figures if then else Figures(),
            lines=now.settled.lines if now else (),
            draft_lines=then.settled.lines if then else (),
            due_days=now.due_days if now else 0,
            draft_due_days=then.due_days if then else 0,
            warnings=now.warnings if now else (),
            draft_warnings=then.warnings if then else (),
        )


def _sum(rows: Iterable[Compared]) -> Total:
    figures = draft = Figures()
    for row in rows:
        figures, draft = figures + row.figures, draft + row.draft
    return Total(figures, draft)
