"""The lock, on for a closed day and off for the day beside it, asked of every table that belongs to a day."""

from __future__ import annotations

import ast
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select

from opsdesk import models
from opsdesk.models import Base, ClosedPeriod
from opsdesk.services import chain, chain_check, closing_days
from opsdesk.services.closing_rules import (
    BY_TABLE,
    MONTHLY,
    QUARTERLY,
    RULES,
    UNDATED,
    PeriodKind,
    Rule,
)
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.transaction import Transaction

DAY = timedelta(days=1)
CLOSED, OPEN = date(2026, 3, 31), date(2026, 4, 1)
"""The last day of a quarter and the first of the next, so that one step leads out of day, month and quarter."""
LONG_AGO = date(2025, 1, 1)
CLOSED_AT = datetime(2026, 4, 2, 9, 0)
numbers = count(1)
every = pytest.mark.parametrize("model", RULES, ids=lambda model: model.__tablename__)


def table_of(model: type[Base]) -> Table:
    return Base.metadata.tables[model.__tablename__]


def home_of(model: type[Base]) -> Rule:
    """The rule by whose day rows of a table are locked."""
    rule = RULES[model]
    return rule if rule.parent is None else home_of(rule.parent[1])


def on(model: type[Base], day: date) -> dict[str, Any]:
    """Values by which a row of a table with a day of its own belongs to `day`."""
    rule, noon = RULES[model], datetime.combine(day, datetime.min.time()).replace(hour=12)
    if rule.day == "month":
        return {"month": f"{day:%Y-%m}"}

    def value(column: str) -> Any:
        return noon if table_of(model).columns[column].type.__class__.__name__ == "Moment" else day

    return {column: value(column) for column in (rule.day, rule.last, rule.moment) if column}


def made(tx: Transaction, model: type[Base], day: date, **values: Any) -> int:
    """A row of the table that belongs to `day`, with whatever it needs beside it."""
    rule, table = RULES.get(model), table_of(model)
    own = on(model, day) if rule is not None and rule.parent is None else {}
    for column in table.columns:
        if column.name in {"id", *values, *own}:
            continue
        if column.foreign_keys and not column.nullable:
            own_parent = bool(rule and rule.parent and rule.parent[0] == column.name)
            own[column.name] = parent_of(tx, column, day if own_parent else LONG_AGO)
        elif not column.nullable:
            own[column.name] = filler(column, day)
    return tx.insert(model, **{**own, **values})


def parent_of(tx: Transaction, column: Any, day: date) -> int:
    target = next(iter(column.foreign_keys)).column.table
    model = next(each for each in (*RULES, *UNDATED) if each.__tablename__ == target.name)
    return made(tx, model, day)


def filler(column: Any, day: date) -> Any:
    kind = column.type.__class__.__name__
    if kind == "Moment":
        return datetime.combine(day, datetime.min.time())
    return {"Day": day, "Flag": False, "Integer": next(numbers)}.get(kind, f"值{next(numbers)}")


def shut(ctx: Context, kind: PeriodKind, at: datetime = CLOSED_AT, day: date = CLOSED, **more: Any) -> int:
    """A closing of the day, or of the month or quarter that ends with it."""
    first = {PeriodKind.DAY: day, PeriodKind.MONTH: day.replace(day=1), PeriodKind.QUARTER: date(2026, 1, 1)}[kind]
    label = {PeriodKind.DAY: day.isoformat(), PeriodKind.MONTH: "2026-03", PeriodKind.QUARTER: "2026Q1"}[kind]
    usual = {"closed_by": "主管", "open_items": "[]", "seq": 1, "head": "", "reopened_by": "", "reopen_reason": ""}
    with ctx.transaction(str(kind)) as tx:
        return tx.insert(
            ClosedPeriod, kind=str(kind), label=label, first=first, last=day, closed_at=at, **{**usual, **more}
        )


def kind_for(model: type[Base]) -> PeriodKind:
    """The smallest closing that locks a table."""
    return next(kind for kind in PeriodKind if kind in home_of(model).kinds and kind in RULES[model].kinds)


def refused(ctx: Context, act: Callable[[Transaction], object]) -> str:
    """The sentence by which an act is refused; empty where it is done."""
    try:
        with ctx.transaction("测试") as tx:
            act(tx)
    except Refusal as refusal:
        return str(refusal)
    return ""


def free_columns(model: type[Base]) -> set[str]:
    """Columns of a table that may always change."""
    rule = RULES[model]
    return {*rule.later, *rule.moments}


def plain(model: type[Base]) -> list[str]:
    """Columns whose value can be changed by the test: texts that lead nowhere and tell no day."""
    table, home = table_of(model), RULES[model]
    return [
        column.name
        for column in table.columns
        if column.type.__class__.__name__ == "Text" and not column.foreign_keys and column.name != home.day
    ]


def another(tx: Transaction, model: type[Base]) -> dict[str, Any]:
    """A change of something that is locked."""
    if model is models.RosterEntry:
        return {"staff_id": made(tx, models.Staff, OPEN)}
    return {next(each for each in plain(model) if each not in free_columns(model)): "改"}


def test_every_table_belongs_to_a_day_or_is_said_to_belong_to_none() -> None:
    mapped = {mapper.class_ for mapper in Base.registry.mappers}
    assert set(RULES) | set(UNDATED) == mapped
    assert not set(RULES) & set(UNDATED)
    assert all(reason.strip() for reason in UNDATED.values())


def test_nothing_is_written_but_through_the_unit_of_work() -> None:
    """Only the unit of work and the chain below it may say insert, update or delete; the full text is no record."""
    root = Path(models.__file__).parent.parent
    writing = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("sqlalchemy")
        and {each.name for each in node.names} & {"insert", "update", "delete"}
    }
    assert writing == {"services/transaction.py", "services/chain.py"}


@every
def test_rules_speak_of_columns_that_are_there(model: type[Base]) -> None:
    rule, table = RULES[model], table_of(model)
    assert bool(rule.day) != bool(rule.parent)
    named = {*rule.later, *rule.moments, *rule.fixed, *filter(None, (rule.day, rule.last, rule.moment, rule.began))}
    assert named <= set(table.columns.keys())
    assert not {*rule.later, *rule.moments} & {rule.day, rule.last, *rule.fixed} - {"entered_at"}
    home = rule.parent[1] if rule.parent else model
    assert set(rule.settled_by) <= set(table_of(home).columns.keys())
    assert rule.why or not {*rule.later, *rule.moments, *rule.settled_by}, "what goes on says why"
    assert BY_TABLE[table.name] is rule


@every
def test_nothing_is_added_to_a_closed_day(model: type[Base], site: Context) -> None:
    with site.transaction("备料") as tx:
        ids = {}
        for day in (CLOSED, OPEN):
            if parent := RULES[model].parent:
                ids[day] = made(tx, parent[1], day)
    shut(site, kind_for(model))
    rule, parent = RULES[model], RULES[model].parent

    def adding(day: date) -> Callable[[Transaction], object]:
        return lambda tx: made(tx, model, day, **({parent[0]: ids[day]} if parent else {}))

    locked = bool(rule.fixed) or not rule.settled_by
    said = refused(site, adding(CLOSED))
    assert bool(said) == locked, said
    if locked:
        assert f"已{kind_for(model)}" in said
        assert rule.name in said
        assert said.endswith("要改请主管在“日结”页重新打开并写明理由。")
    assert refused(site, adding(OPEN)) == ""
    if parent is None:  # told before anything is typed
        with site.read() as connection:
            for day, sentence in ((CLOSED, said), (OPEN, "")):
                assert closing_days.why_no_more(connection, model.__tablename__, on(model, day)) == sentence


def settled(model: type[Base]) -> dict[str, Any]:
    """Values by which a row that may be written until then is settled."""
    rule = RULES[model]
    if not rule.settled_by or rule.parent is not None:
        return {}
    return {rule.settled_by[0]: datetime.combine(OPEN, datetime.min.time())} if rule.settled_by[0] != "leave_id" else {}


def prepared(tx: Transaction, model: type[Base], day: date) -> int:
    """A settled row of `day`."""
    rule = RULES[model]
    if rule.parent is not None and rule.settled_by:
        above = made(tx, rule.parent[1], day, **{rule.settled_by[0]: datetime.combine(OPEN, datetime.min.time())})
        return made(tx, model, day, **{rule.parent[0]: above})
    more = settled(model)
    if rule.settled_by == ("leave_id",):
        more = {"leave_id": made(tx, models.Leave, day)}
    return made(tx, model, day, **more)


@every
def test_what_was_said_of_a_closed_day_stays(model: type[Base], site: Context) -> None:
    with site.transaction("备料") as tx:
        ids = {day: prepared(tx, model, day) for day in (CLOSED, OPEN)}
    columns = [column for column in plain(model) if column not in free_columns(model)]
    for column in columns:
        assert not refused(site, lambda tx, c=column: tx.update(model, ids[CLOSED], **{c: f"前{next(numbers)}"}))
    shut(site, kind_for(model))
    for column in columns:
        said = refused(site, lambda tx, c=column: tx.update(model, ids[CLOSED], **{c: f"改{next(numbers)}"}))
        assert RULES[model].name in said, column
        assert not refused(site, lambda tx, c=column: tx.update(model, ids[OPEN], **{c: f"改{next(numbers)}"})), column
    for column in [each for each in plain(model) if each in RULES[model].later]:
        assert not refused(site, lambda tx, c=column: tx.update(model, ids[CLOSED], **{c: f"改{next(numbers)}"})), (
            column
        )
    with site.read() as connection:
        told = {day: closing_days.why_locked(connection, model.__tablename__, ids[day]) for day in ids}
    assert told[OPEN] == ""
    assert f"已{kind_for(model)}" in told[CLOSED]
    assert refused(site, lambda tx: tx.remove(model, ids[CLOSED]))
    if not any(map(chain.personal, table_of(model).columns)):  # such rows are never taken out
        assert not refused(site, lambda tx: tx.remove(model, ids[OPEN]))
    with site.read() as connection:
        assert not list(chain_check.verify(connection))


@pytest.mark.parametrize(
    "model", [each for each, rule in RULES.items() if rule.parent is None], ids=lambda model: model.__tablename__
)
def test_no_row_wanders_into_a_closed_day_or_out_of_it(model: type[Base], site: Context) -> None:
    with site.transaction("备料") as tx:
        ids = {day: prepared(tx, model, day) for day in (CLOSED, OPEN)}
    shut(site, kind_for(model))
    assert refused(site, lambda tx: tx.update(model, ids[OPEN], **on(model, CLOSED)))
    assert refused(site, lambda tx: tx.update(model, ids[CLOSED], **on(model, OPEN)))
    after = on(model, OPEN + timedelta(days=40))
    assert not refused(site, lambda tx: tx.update(model, ids[OPEN], **after))


@pytest.mark.parametrize(
    ("model", "column"),
    [(model, column) for model, rule in RULES.items() for column in sorted(rule.moments)],
    ids=lambda each: each if isinstance(each, str) else each.__tablename__,
)
def test_each_thing_that_happens_belongs_to_its_own_day(model: type[Base], column: str, site: Context) -> None:
    date_only = table_of(model).columns[column].type.__class__.__name__ == "Day"

    def at(day: date) -> Any:
        return day if date_only else datetime.combine(day, datetime.min.time()).replace(hour=23, minute=59)

    with site.transaction("备料") as tx:
        row = made(tx, model, CLOSED - DAY, **({column: at(OPEN)} if column == "second_day" else {}))
        other = made(tx, model, CLOSED - DAY, **{column: at(CLOSED)})
    shut(site, PeriodKind.DAY)
    assert refused(site, lambda tx: tx.update(model, row, **{column: at(CLOSED)}))
    assert not refused(site, lambda tx: tx.update(model, row, **{column: at(OPEN)}))
    assert refused(site, lambda tx: tx.update(model, other, **{column: at(OPEN)})), "it is not moved out either"
    if table_of(model).columns[column].nullable:
        assert not refused(site, lambda tx: tx.update(model, other, **{column: None})), "but can be taken back"


@pytest.mark.parametrize(
    "model", [each for each, rule in RULES.items() if rule.settled_by], ids=lambda model: model.__tablename__
)
def test_what_nobody_has_settled_may_still_be_written(model: type[Base], site: Context) -> None:
    own = set(table_of(model).columns.keys())
    with site.transaction("备料") as tx:
        row = made(tx, model, CLOSED, **{each: None for each in RULES[model].settled_by if each in own})
    shut(site, PeriodKind.DAY)
    for column in plain(model):
        said = refused(site, lambda tx, c=column: tx.update(model, row, **{c: f"改{next(numbers)}"}))
        stays = bool(RULES[model].began) and column not in free_columns(model)
        assert bool(said) == (column in RULES[model].fixed or stays), column
    with site.read() as connection:
        assert closing_days.why_locked(connection, model.__tablename__, row) == ""


@every
@pytest.mark.parametrize("kind", PeriodKind)
def test_a_table_is_locked_by_its_own_kinds_of_closing(model: type[Base], kind: PeriodKind, site: Context) -> None:
    with site.transaction("备料") as tx:
        row = prepared(tx, model, CLOSED)
    shut(site, kind)
    said = refused(site, lambda tx: tx.update(model, row, **another(tx, model)))
    assert bool(said) == (kind in RULES[model].kinds), said
    if said:
        assert said.startswith(
            {
                PeriodKind.DAY: "2026-03-31 已日结",
                PeriodKind.MONTH: "2026-03 已月结",
                PeriodKind.QUARTER: "2026Q1 已季结",
            }[kind]
        )


def test_settlements_wait_for_the_month_and_scores_for_the_quarter() -> None:
    assert {model for model, rule in RULES.items() if rule.kinds == MONTHLY} == {models.Settlement, models.Deduction}
    assert {model for model, rule in RULES.items() if rule.kinds == QUARTERLY} == {
        models.Appraisal,
        models.AppraisalSheet,
        models.AppraisalMark,
        models.AppraisalLine,
        models.AppraisalEvent,
    }


@every
def test_a_period_opened_again_locks_nothing(model: type[Base], site: Context) -> None:
    with site.transaction("备料") as tx:
        row = prepared(tx, model, CLOSED)
    shut(site, kind_for(model), reopened_at=CLOSED_AT + DAY, reopened_by="主管", reopen_reason="更正")
    assert not refused(site, lambda tx: tx.update(model, row, **another(tx, model)))


HAPPENING = [
    model
    for model, rule in RULES.items()
    if rule.parent is None and not rule.last and rule.kinds == frozenset(PeriodKind)
    and (rule.moment or table_of(model).columns[rule.day].type.__class__.__name__ == "Moment")
]  # fmt: skip


@pytest.mark.parametrize("model", HAPPENING, ids=lambda model: model.__tablename__)
def test_a_day_closed_in_its_course_is_closed_up_to_then(model: type[Base], site: Context) -> None:
    at = datetime.combine(CLOSED, datetime.min.time()).replace(hour=17, minute=45)
    shut(site, PeriodKind.DAY, at=at)
    when = RULES[model].moment or RULES[model].day
    assert refused(site, lambda tx: made(tx, model, CLOSED, **{when: at - timedelta(seconds=1)}))
    assert not refused(site, lambda tx: made(tx, model, CLOSED, **{when: at}))


@pytest.mark.parametrize("model", HAPPENING, ids=lambda model: model.__tablename__)
def test_what_is_told_to_the_minute_may_lie_in_the_minute_of_the_closing(model: type[Base], site: Context) -> None:
    minute = datetime.combine(CLOSED, datetime.min.time()).replace(hour=17, minute=25)
    when = RULES[model].moment or RULES[model].day
    with site.transaction("备料") as tx:
        before = made(tx, model, CLOSED, **{**settled(model), when: minute})
    shut(site, PeriodKind.DAY, at=minute.replace(second=20))
    assert not refused(site, lambda tx: made(tx, model, CLOSED, **{when: minute}))
    assert refused(site, lambda tx: made(tx, model, CLOSED, **{when: minute.replace(second=19)}))
    assert refused(site, lambda tx: made(tx, model, CLOSED, **{when: minute - timedelta(minutes=1)}))
    assert refused(site, lambda tx: tx.update(model, before, **another(tx, model))), "what was there stays"


@pytest.mark.parametrize(
    ("model", "column"),
    [
        (model, column)
        for model, rule in RULES.items()
        for column in sorted(rule.moments)
        if table_of(model).columns[column].type.__class__.__name__ == "Moment"
    ],
    ids=lambda each: each if isinstance(each, str) else each.__tablename__,
)
def test_what_comes_later_in_the_minute_of_the_closing_is_taken(model: type[Base], column: str, site: Context) -> None:
    minute = datetime.combine(CLOSED, datetime.min.time()).replace(hour=17, minute=25)
    with site.transaction("备料") as tx:
        row = made(tx, model, CLOSED - DAY, **({column: None} if table_of(model).columns[column].nullable else {}))
    shut(site, PeriodKind.DAY, at=minute.replace(second=20))
    for early in (minute.replace(second=19), minute - timedelta(minutes=1)):
        assert refused(site, lambda tx, at=early: tx.update(model, row, **{column: at}))
    assert not refused(site, lambda tx: tx.update(model, row, **{column: minute}))
    assert refused(site, lambda tx: tx.update(model, row, **{column: minute + timedelta(hours=1)})), "and stays then"


def test_what_a_row_said_when_its_day_was_closed_stays_though_its_last_moment_comes_afterwards(site: Context) -> None:
    closed = datetime.combine(CLOSED, datetime.min.time()).replace(hour=17, minute=25)
    left = {"closed_at": closed + timedelta(minutes=3), "closed_by": "李敏", "lights": "正常"}
    with site.transaction("备料") as tx:
        opened = {"opened_at": closed.replace(hour=8), "opened_by": "王强", "passage": "异常", "found": "纸箱"}
        blank = dict.fromkeys(("lights", "closed_by", "door", "remedy"), "")
        row = made(tx, models.OfficeCheck, CLOSED, entered_at=closed.replace(hour=8), **opened, **blank, closed_at=None)
    shut(site, PeriodKind.DAY, at=closed)
    assert not refused(site, lambda tx: tx.update(models.OfficeCheck, row, **left))
    changes: tuple[dict[str, Any], ...] = (
        {"opened_at": closed.replace(hour=7)}, {"opened_by": "李敏"}, {"passage": "正常"}, {"found": "无"},
        {"found": ""}, {"void_at": closed + DAY, "void_reason": "重登"}, {"office": "另一间"}, {"day": OPEN},
    )  # fmt: skip
    for change in changes:
        assert refused(site, lambda tx, c=change: tx.update(models.OfficeCheck, row, **c)), change
    assert refused(site, lambda tx: tx.remove(models.OfficeCheck, row))
    for more in ({"door": "正常"}, {"remedy": "清走"}, {"closed_at": closed + timedelta(minutes=5)}):
        assert not refused(site, lambda tx, c=more: tx.update(models.OfficeCheck, row, **c)), more


def test_a_row_begun_after_its_day_was_closed_is_free(site: Context) -> None:
    closed = datetime.combine(CLOSED, datetime.min.time()).replace(hour=17, minute=25)
    shut(site, PeriodKind.DAY, at=closed)
    with site.transaction("备料") as tx:
        row = made(
            tx, models.OfficeCheck, CLOSED, entered_at=closed, closed_at=closed + timedelta(minutes=3), opened_by="王强"
        )
    assert not refused(site, lambda tx: tx.update(models.OfficeCheck, row, opened_by="李敏"))
    assert not refused(site, lambda tx: tx.update(models.OfficeCheck, row, void_at=closed + DAY, void_reason="重登"))


def test_a_day_closed_in_its_course_takes_what_happens_afterwards(site: Context) -> None:
    shut(site, PeriodKind.DAY, at=datetime.combine(CLOSED, datetime.min.time()).replace(hour=17))
    with site.read() as connection:

        def told(**values: Any) -> str:
            return closing_days.why_no_more(connection, "punch", {"day": CLOSED, **values})

        assert told() == told(at=datetime(2026, 3, 31, 17, 0)) == ""
        assert "到岗记录" in told(at=datetime(2026, 3, 31, 16, 59))
        assert "补签单" in closing_days.why_no_more(connection, "correction", {"day": CLOSED})
        assert closing_days.why_no_more(connection, "correction", {"day": None}) == ""


def test_what_counts_by_days_alone_is_closed_for_the_whole_day(site: Context) -> None:
    shut(site, PeriodKind.DAY, at=datetime.combine(CLOSED, datetime.min.time()))
    for model in (models.RosterEntry, models.Cleaning, models.Correction, models.Leave, models.CalendarDay):
        assert refused(site, lambda tx, m=model: made(tx, m, CLOSED)), model


def test_a_leave_is_cut_short_without_touching_its_closed_days(site: Context) -> None:
    begins, ends = datetime(2026, 3, 30, 8, 30), datetime(2026, 4, 3, 17, 30)
    with site.transaction("备料") as tx:
        row = made(tx, models.Leave, CLOSED, begins_at=begins, ends_at=ends)
    shut(site, PeriodKind.DAY)
    assert not refused(site, lambda tx: tx.update(models.Leave, row, ends_at=datetime(2026, 4, 1, 12, 0)))
    assert refused(site, lambda tx: tx.update(models.Leave, row, ends_at=datetime(2026, 3, 31, 12, 0)))
    assert refused(site, lambda tx: tx.update(models.Leave, row, begins_at=datetime(2026, 3, 31, 8, 30)))
    assert refused(site, lambda tx: tx.update(models.Leave, row, kind="病假"))
    assert refused(site, lambda tx: tx.update(models.Leave, row, withdrawn_at=datetime(2026, 4, 2)))


def test_clearing_personal_data_is_no_change_of_the_day(site: Context) -> None:
    with site.transaction("备料") as tx:
        row = made(tx, models.Visit, CLOSED, id_number="110101199003070011", phone="13800000000", name="访客")
    shut(site, PeriodKind.DAY)
    gone = {"id_number": None, "phone": None, "purged_at": datetime(2026, 10, 1)}
    assert not refused(site, lambda tx: tx.forget(models.Visit, [row], **gone))
    assert refused(site, lambda tx: tx.forget(models.Visit, [row], unit="另一单位"))
    assert refused(site, lambda tx: tx.update(models.Visit, row, name="另一人")), "only clearing may"


def test_what_stands_as_it_is_asks_nothing(site: Context) -> None:
    with site.transaction("备料") as tx:
        row = made(tx, models.Cleaning, CLOSED, scope="地面")
    shut(site, PeriodKind.DAY)
    with site.transaction("测试") as tx:
        assert not tx.update(models.Cleaning, row, scope="地面")


def test_one_refused_row_of_many_keeps_all_out(site: Context) -> None:
    shut(site, PeriodKind.DAY)

    def rows(tx: Transaction) -> None:
        room = made(tx, models.Room, OPEN)
        usual = dict.fromkeys(("scope", "cleaned_by", "checked_by", "result", "remarks", "entered_by"), "")
        tx.insert_many(models.Cleaning, [{**usual, "room_id": room, "day": day} for day in (OPEN, CLOSED)])

    assert refused(site, rows)
    with site.read() as connection:
        assert connection.execute(select(models.Cleaning.id)).all() == []


def test_days_between_months_are_told_apart(site: Context) -> None:
    shut(site, PeriodKind.MONTH)
    with site.read() as connection:
        closed = closing_days.closed_days(connection, date(2026, 2, 27), date(2026, 4, 2))
        why = closing_days.why_closed(connection, models.Punch, date(2026, 2, 27), date(2026, 4, 2))
    assert (min(closed), max(closed), len(closed)) == (date(2026, 3, 1), CLOSED, 31)
    assert why(date(2026, 2, 28)) == why(OPEN) == ""
    assert why(CLOSED).startswith("2026-03 已月结，这个月的到岗记录")
