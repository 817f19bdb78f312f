"""The lock: a row that belongs to a closed day is neither added, changed nor taken out.

It is asked by the unit of work alone (`services.transaction`), so that no act can pass it by. Reports of what is
locked are Refusals that say how to go on. A day closed before it is over is closed up to then: who signs out, calls or
enters the room afterwards is recorded all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Table, select

from opsdesk.models import Base, ClosedPeriod
from opsdesk.rules.calendar import days, month
from opsdesk.services.closing_rules import BY_TABLE, FORGOTTEN_WITH, RULES, PeriodKind, Rule
from opsdesk.services.errors import Refusal

Values = Mapping[Any, Any]
Change = tuple[Values | None, Values | None]
"""A row before and after: None before it is added and after it is taken out."""
SPANS = {PeriodKind.DAY: "这一天", PeriodKind.MONTH: "这个月", PeriodKind.QUARTER: "这个季度"}
WAY_OUT = "要改请主管在“日结”页重新打开并写明理由。"


@dataclass(frozen=True)
class Standing:
    """A closing that stands."""

    id: int
    kind: PeriodKind
    label: str
    first: date
    last: date
    closed_at: datetime


@dataclass(frozen=True)
class Place:
    """The days that a change touches, and when it happened, where that is known.

    `told` where that is only said now, maybe to the minute.
    """

    first: date
    last: date
    moment: datetime | None = None
    told: bool = False


@dataclass
class Lock:
    """The closings as one transaction sees them; the same days are asked for once."""

    connection: Connection
    _known: dict[tuple[date, date], tuple[Standing, ...]] = field(default_factory=dict)
    _any: bool | None = None

    def refuse(self, table: Table, changes: Iterable[Change]) -> None:
        """Refuse changes of rows that belong to a closed period."""
        rule = BY_TABLE.get(table.name)
        if rule is None or (rule.parent is not None and not self._something_closed()):
            return
        places = [place for before, after in changes for place in self.places(table, rule, before, after)]
        if not places:
            return
        first, last = min(each.first for each in places), max(each.last for each in places)
        for period in self.over(first, last):
            if period.kind in rule.kinds and any(_held(period, place) for place in places):
                raise Refusal(_sentence(period, rule))

    def refuse_but_personal(self, table: Table, personal: Collection[str], changes: Iterable[Change]) -> None:
        """The same where personal data is cleared: the clearing itself may touch closed days."""
        free = {*personal, *FORGOTTEN_WITH}
        self.refuse(table, ((before, _without(before, after, free)) for before, after in changes))

    def over(self, first: date, last: date) -> tuple[Standing, ...]:
        """The closings that touch these days, days before months before quarters."""
        if (first, last) not in self._known:
            self._known[first, last] = standing(self.connection, first, last)
        return self._known[first, last]

    def forget(self) -> None:
        """Ask anew: something was closed or opened in this very transaction."""
        self._known.clear()
        self._any = None

    def _something_closed(self) -> bool:
        if self._any is None:
            query = select(ClosedPeriod.id).where(ClosedPeriod.reopened_at.is_(None)).limit(1)
            self._any = self.connection.execute(query).first() is not None
        return self._any

    def places(self, table: Table, rule: Rule, before: Values | None, after: Values | None) -> Iterator[Place]:
        """The days that a change of a row touches; none where it may be changed whatever is closed."""
        changed = {
            column.name
            for column in table.columns
            if before is None or after is None or before[column.name] != after[column.name]
        } - {"id", *rule.later}
        for column in changed & rule.moments:
            if after is not None and after[column] is not None:
                if before is not None and before[column] is not None:
                    yield _at(before[column])
                yield replace(_at(after[column]), told=True)
        fixed = changed - rule.moments
        if before is not None and rule.began and _stood(rule, before, fixed):
            yield from (Place(row[rule.day], row[rule.day], before[rule.began]) for row in (before, after) if row)
        if fixed and (not rule.settled_by or fixed & rule.fixed or self._settled(rule, before, after)):
            yield from self._spans(rule, before, after, fixed)

    def holding(self, rule: Rule, row: Values) -> Iterator[Standing]:
        """The closings that keep a row as it is."""
        if not rule.settled_by or self._settled(rule, row, row):
            place = _span(*self._home(rule, row))
            periods = self.over(place.first, place.last)
            yield from (each for each in periods if each.kind in rule.kinds and _held(each, place))

    def _settled(self, rule: Rule, before: Values | None, after: Values | None) -> bool:
        home = self._home(rule, before or after or {})[1] if rule.parent is not None else before
        return home is not None and any(home[column] is not None for column in rule.settled_by)

    def _spans(self, rule: Rule, before: Values | None, after: Values | None, fixed: set[str]) -> Iterator[Place]:
        found = [_span(*self._home(rule, before))] if before is not None else []
        found += [replace(_span(*self._home(rule, after)), told=True)] if after is not None else []
        if len(found) == 2 and rule.last and fixed <= {rule.day, rule.last}:
            # Only the days by which a span becomes longer or shorter are touched: who comes back early keeps the rest.
            for key, ends in ((rule.day, "first"), (rule.last, "last")):
                if key in fixed:
                    edges = [getattr(each, ends) for each in found]
                    yield Place(min(edges), max(edges))
        else:
            yield from found

    def _home(self, rule: Rule, row: Values) -> tuple[Rule, Values]:
        """The row by whose day this one is locked, with its rule."""
        while rule.parent is not None:
            column, model = rule.parent
            table = Base.metadata.tables[model.__tablename__]
            row = self.connection.execute(select(table).where(table.c.id == row[column])).mappings().one()
            rule = RULES[model]
        return rule, row


def _without(before: Values | None, after: Values | None, free: Collection[str]) -> Values | None:
    if before is None or after is None:
        return after
    return {key: before[key] if key in free else value for key, value in after.items()}


def _stood(rule: Rule, before: Values, changed: set[str]) -> bool:
    """Whether a change touches what a row said already; its `fixed` columns count even where they were empty."""
    return any(column in rule.fixed or before[column] not in (None, "") for column in changed)


def _at(value: date) -> Place:
    """The place of a date, or of a moment."""
    if isinstance(value, datetime):
        return Place(value.date(), value.date(), value)
    return Place(value, value)


def _span(rule: Rule, row: Values) -> Place:
    begins = row[rule.day]
    if isinstance(begins, str):
        year, number = map(int, begins.split("-"))
        whole = month(year, number)
        return Place(whole[0], whole[-1])
    if rule.last:
        return Place(_at(begins).first, _at(row[rule.last]).last)
    if rule.moment:
        return Place(begins, begins, row[rule.moment])
    return _at(begins)


def _held(period: Standing, place: Place) -> bool:
    """Whether a place lies in what is closed. What is told to the minute now may lie in the minute of the closing."""
    closed_at, at = period.closed_at, place.moment
    if place.told and at is not None and (at.second, at.microsecond) == (0, 0):
        closed_at = closed_at.replace(second=0, microsecond=0)
    afterwards = at is not None and at >= closed_at
    return period.first <= place.last and period.last >= place.first and not afterwards


def _sentence(period: Standing, rule: Rule) -> str:
    return f"{period.label} 已{period.kind}，{SPANS[period.kind]}的{rule.name}不能再补记或更改。{WAY_OUT}"


def standing(connection: Connection, first: date, last: date) -> tuple[Standing, ...]:
    """The closings that stand and touch these days: days before months before quarters."""
    query = select(
        ClosedPeriod.id, ClosedPeriod.kind, ClosedPeriod.label, ClosedPeriod.first, ClosedPeriod.last,
        ClosedPeriod.closed_at,
    ).where(ClosedPeriod.first <= last, ClosedPeriod.last >= first, ClosedPeriod.reopened_at.is_(None))  # fmt: skip
    found = [Standing(**{**row, "kind": PeriodKind(row["kind"])}) for row in connection.execute(query).mappings()]
    order = list(PeriodKind)
    return tuple(sorted(found, key=lambda each: (order.index(each.kind), each.first, each.id)))


def why_closed(connection: Connection, model: type[Base], first: date, last: date) -> Callable[[date], str]:
    """Why a row of this table cannot be brought in for a day from `first` to `last` afterwards; empty where it can.

    An import takes whole days: half of one that was closed before it was over would be judged wrongly.
    """
    rule = RULES[model]
    closed = [each for each in standing(connection, first, last) if each.kind in rule.kinds]
    return lambda day: next((_sentence(each, rule) for each in closed if each.first <= day <= each.last), "")


def why_locked(connection: Connection, table: str, record_id: int) -> str:
    """Why a row can no longer be written, but for what may happen afterwards (`Rule.later`); empty where it can."""
    rule = BY_TABLE.get(table)
    if rule is None:
        return ""
    known = Base.metadata.tables[table]
    row = connection.execute(select(known).where(known.c.id == record_id)).mappings().one_or_none()
    lock = Lock(connection)
    return next((_sentence(each, rule) for each in lock.holding(rule, row)), "") if row is not None else ""


def told_by(table: str) -> tuple[str, ...]:
    """The columns that say to which day a new row of a table belongs; none where it belongs to no day."""
    rule = BY_TABLE.get(table)
    return tuple(filter(None, (rule.day, rule.last, rule.moment))) if rule is not None else ()


def why_no_more(connection: Connection, table: str, values: Values) -> str:
    """Why no row with these values can be added any more; empty where it can, or where they name no day yet.

    Of a day that was closed before it was over, what happens afterwards is recorded all the same.
    """
    rule = BY_TABLE.get(table)
    if rule is None or rule.parent is not None or (rule.settled_by and not rule.fixed) or not values.get(rule.day):
        return ""
    place = replace(_span(rule, {rule.last: values[rule.day], rule.moment: None, **values}), told=True)
    timeless = bool(rule.moment) and place.moment is None
    return next(
        (
            _sentence(each, rule)
            for each in standing(connection, min(place.first, place.last), place.last)
            if each.kind in rule.kinds and _held(each, place) and not (timeless and each.closed_at.date() <= each.last)
        ),
        "",
    )


def closed_days(connection: Connection, first: date, last: date) -> frozenset[date]:
    """The days from `first` to `last` that are closed, and are not judged again therefore."""
    return frozenset(
        day for each in standing(connection, first, last) for day in days(max(first, each.first), min(last, each.last))
    )
