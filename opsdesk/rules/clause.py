"""Clauses of regulations as dated values: Clause → Holding → Citation, and the law that held on a day.

A clause's values never change in place: each set of values begins to hold on a day, with the source that says so. What
was decided cites the day's holding, so an old month is always explained by the law of its day (`domain.md` G9).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import cast

from opsdesk.rules.vocabulary import CarriedOut, ClauseKind

Value = int | str | tuple[tuple[int | None, int], ...] | None


class ClauseNotInForce(LookupError):
    """No holding of the clause is in force on the day: not yet begun, repealed, or left blank (待填)."""

    def __init__(self, key: str, day: date, why: str) -> None:
        super().__init__(f"条款 {key} 在 {day.isoformat()} 不生效：{why}。请在规章中核对生效日期。")
        self.key, self.day = key, day


def short_name(regulation: str, number: str) -> str:
    """“T2 二.7” of a regulation's code and a clause's number; “G12” where the number names the regulation itself."""
    return number if number.startswith(regulation) else f"{regulation} {number}"


@dataclass(frozen=True)
class Parameter:
    """A named value of a clause (“late.free”): its unit (次, 分, 元, 时刻, 档) and what it means.

    A switch (unit 口径) has `readings`: the codes it may take (“sum”) with their Chinese words (相加); the first is
    what the text is taken to mean (`domain.md` 2.2).
    """

    name: str
    unit: str
    label: str
    readings: tuple[tuple[str, str], ...] = ()

    def word(self, code: str) -> str:
        """A reading in words; the value itself where it is no switch."""
        return dict(self.readings).get(code, code)


@dataclass(frozen=True)
class Holding:
    """The values of a clause from `begins` on, with the source that says so. `repealed` ends the clause.

    `issued` is the day the source was issued; None where the source bears no date. `entered` says who entered it, when
    and why, for values entered in the program; empty for those that ship with it.
    """

    begins: date
    values: Mapping[str, Value]
    source: str
    issued: date | None = None
    repealed: bool = False
    entered: str = ""

    @property
    def blank(self) -> bool:
        """True while a value is left open (待填): the clause is off (`domain.md` G8)."""
        return any(value is None for value in self.values.values())


@dataclass(frozen=True)
class Citation:
    """A clause as quoted by a verdict: frozen with the verdict, so it can be printed years later."""

    key: str
    regulation: str
    number: str
    wording: str
    held_from: date

    @property
    def short(self) -> str:
        """“T2 二.7”: how the window and the paper name the clause."""
        return short_name(self.regulation, self.number)


@dataclass(frozen=True)
class Clause:
    """One clause: key (T2-ATT-07), number in its regulation, our own short wording, and its dated holdings.

    `does` names the part it plays in a computation (“attendance.late_count”), so that another regulation can play the
    same part; `governs` is the slug of the register it concerns.
    """

    key: str
    regulation: str
    number: str
    wording: str
    kind: ClauseKind
    carried_out: CarriedOut
    governs: str
    does: str
    parameters: tuple[Parameter, ...]
    holdings: tuple[Holding, ...]

    @property
    def short(self) -> str:
        """“T2 二.7”: how the window and the paper name the clause."""
        return short_name(self.regulation, self.number)

    def parameter(self, name: str) -> Parameter:
        """The parameter called `name`. KeyError for an unknown one."""
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        raise KeyError(name)

    def with_holding(self, holding: Holding) -> Clause:
        """The clause with one more holding; one of the same day is followed, not erased, so the later entry counts."""
        return replace(self, holdings=tuple(sorted((*self.holdings, holding), key=lambda each: each.begins)))

    def holding_on(self, day: date) -> Holding:
        """The holding in force on `day`. Raises ClauseNotInForce."""
        held = None
        for holding in self.holdings:
            if holding.begins <= day:
                held = holding
        if held is None:
            raise ClauseNotInForce(self.key, day, f"自 {self.holdings[0].begins.isoformat()} 起生效")
        if held.repealed:
            raise ClauseNotInForce(self.key, day, f"已于 {held.begins.isoformat()} 废止")
        if held.blank:
            raise ClauseNotInForce(self.key, day, "数值待填")
        return held


@dataclass(frozen=True)
class Held:
    """A clause together with the holding in force on the day asked about."""

    clause: Clause
    holding: Holding

    def number(self, name: str) -> int:
        """A whole-number value (minutes, times, yuan)."""
        return cast(int, self.holding.values[name])

    def text(self, name: str) -> str:
        """A text value, such as the code of a reading."""
        return cast(str, self.holding.values[name])

    def word(self, name: str) -> str:
        """The reading of a switch in Chinese words."""
        return self.clause.parameter(name).word(self.text(name))

    def bands(self, name: str) -> tuple[tuple[int | None, int], ...]:
        """Bands (up to and including, yuan) in rising order; the last has no upper end."""
        return cast(tuple[tuple[int | None, int], ...], self.holding.values[name])

    def cite(self) -> Citation:
        """The citation that a verdict freezes."""
        return self._citation

    @cached_property
    def _citation(self) -> Citation:
        clause = self.clause
        return Citation(clause.key, clause.regulation, clause.number, clause.wording, self.holding.begins)


@dataclass(frozen=True)
class Regulation:
    """One regulation: code (T2), title, where it comes from, and its clauses in their order.

    `repeats` names the regulations whose text it only repeats (E16, E18): it has no clauses of its own.
    """

    code: str
    title: str
    origin: str
    clauses: tuple[Clause, ...]
    repeats: tuple[str, ...] = ()


@dataclass
class Stretch:
    """What has been looked up of the law between two changes of any clause."""

    held: dict[str, Held] = field(default_factory=dict)
    parts: dict[tuple[str, str], Held] | None = None


@dataclass(frozen=True)
class Law:
    """All clauses as they stand on one day. `stretch` is shared by days between which nothing changes."""

    day: date
    clauses: Mapping[str, Clause]
    stretch: Stretch = field(default_factory=Stretch, compare=False, repr=False)

    def held(self, key: str) -> Held:
        """The clause `key` with the values of this day. Raises ClauseNotInForce; KeyError for an unknown key."""
        known = self.stretch.held.get(key)
        if known is None:
            clause = self.clauses[key]
            known = self.stretch.held[key] = Held(clause, clause.holding_on(self.day))
        return known

    def part(self, does: str, regulation: str) -> Held | None:
        """The clause of `regulation` that plays the part `does` on this day; None where it has none in force."""
        if self.stretch.parts is None:
            self.stretch.parts = self._parts()
        return self.stretch.parts.get((does, regulation))

    def _parts(self) -> dict[tuple[str, str], Held]:
        found: dict[tuple[str, str], Held] = {}
        for key, clause in self.clauses.items():
            if clause.does:
                try:
                    found.setdefault((clause.does, clause.regulation), self.held(key))
                except ClauseNotInForce:
                    continue
        return found


@dataclass(frozen=True)
class Regulations:
    """The law library: every regulation with its dated clauses."""

    regulations: tuple[Regulation, ...]

    def on(self, day: date) -> Law:
        """The law as it stands on `day`."""
        begun = bisect_right(self._changes, day)
        return Law(day, self._clauses, self._stretches.setdefault(begun, Stretch()))

    def clause(self, key: str) -> Clause:
        """The clause `key`. KeyError for an unknown one."""
        return self._clauses[key]

    def amended(self, holdings: Iterable[tuple[str, Holding]]) -> Regulations:
        """These regulations with further holdings, each given with its clause's key, in the order they were entered."""
        changed = dict(self._clauses)
        for key, holding in holdings:
            changed[key] = changed[key].with_holding(holding)
        return Regulations(
            tuple(replace(each, clauses=tuple(changed[c.key] for c in each.clauses)) for each in self.regulations)
        )

    @cached_property
    def _changes(self) -> list[date]:
        """Days on which any clause begins to hold something new, in order."""
        return sorted({holding.begins for clause in self._clauses.values() for holding in clause.holdings})

    @cached_property
    def _stretches(self) -> dict[int, Stretch]:
        return {}

    @cached_property
    def _clauses(self) -> Mapping[str, Clause]:
        return {clause.key: clause for regulation in self.regulations for clause in regulation.clauses}
