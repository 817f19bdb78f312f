"""What every register of the catalog keeps to, whatever it holds."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Any

import pytest
from filled_site import as_role, whole

from opsdesk.catalog import REGISTERS, by_slug
from opsdesk.register import Chip, Kind, Page, Query, Register
from opsdesk.rules.vocabulary import Role
from opsdesk.services import chain
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal

every = pytest.mark.parametrize("register", REGISTERS, ids=lambda register: register.slug)
saving = pytest.mark.parametrize(
    "register", [each for each in REGISTERS if each.save is not None], ids=lambda register: register.slug
)
CLOSING = {
    "case_report": "place",
    "equipment_move": "other_end",
    "loan": "place",
    "off_hours": "applicant",
    "permit": "applicant",
    "report": "author",
    "report_quarterly": "author",
    "report_weekly": "author",
    "visit": "purpose",
}
"""Registers whose records are only looked at some day, and a field that can be written until then."""
HOSTILE = {
    "percent": "%",
    "underscore": "_",
    "quote": "' OR 1=1 --",
    "double quote": '"',
    "backslash": "\\",
    "emoji": "👨‍👩‍👧",
    "null": "\x00",
    "surrogate": "\ud800",
    "long": "王" * 5000,
    "many words": "王 " * 2500,
    "long quotes": "'\"%" * 1700,
}
CHINESE = re.compile("[\u4e00-\u9fff]")
CELLS: dict[Kind, tuple[type, ...]] = {
    Kind.TEXT: (str,),
    Kind.LONG_TEXT: (str,),
    Kind.CODE: (str,),
    Kind.INTEGER: (int,),
    Kind.DATE: (date,),
    Kind.TIME: (time,),
    Kind.MOMENT: (datetime,),
    Kind.FLAG: (bool,),
    Kind.CHIP: (Chip,),
}


def asked(register: Register, ctx: Context, **query: Any) -> Page:
    return register.list(ctx, Query(**query))


def links(ctx: Context) -> int:
    with ctx.read() as connection:
        return chain.count(connection)


def record_of(register: Register, ctx: Context) -> int:
    rows = asked(register, ctx).rows
    assert rows
    return rows[0].id


def test_slugs_are_single_and_found() -> None:
    slugs = [register.slug for register in REGISTERS]
    assert len(set(slugs)) == len(slugs) >= 10
    assert [by_slug(slug) for slug in slugs] == list(REGISTERS)


@every
def test_words_are_chinese_and_keys_single(register: Register) -> None:
    acts = register.acts
    fields = [*register.fields, *(field for act in acts for field in act.fields)]
    titled = [*register.columns, *fields, *register.filters, *acts, *register.papers]
    assert all(CHINESE.search(each.title) for each in titled), [each.title for each in titled]
    assert all(CHINESE.search(title) for title in (register.title, register.singular))
    assert register.empty.endswith("。")
    for parts in (register.columns, register.fields, register.filters, acts, register.papers):
        keys = [part.key for part in parts]
        assert len(set(keys)) == len(keys)
    for sentence in [each.help for each in fields if each.help] + [act.confirm for act in acts if act.confirm]:
        assert sentence.endswith("。"), sentence


@every
def test_exactly_one_column_takes_the_rest(register: Register) -> None:
    assert [column.width for column in register.columns].count(0) == 1


@every
def test_new_site_gives_an_answer(register: Register, site: Context) -> None:
    page = asked(register, site)
    assert page.total == len(page.rows)


@every
def test_rows_fill_their_columns_with_their_kind(register: Register, filled: Context) -> None:
    page = asked(register, filled)
    assert page.total >= 3
    for row in page.rows:
        assert set(row.values) >= {column.key for column in register.columns}
        for column in register.columns:
            value = row.values[column.key]
            assert value is None or isinstance(value, CELLS[column.kind]), (column.key, value)


@every
def test_pages_are_pieces_of_the_whole(register: Register, filled: Context) -> None:
    whole_list = asked(register, filled).rows
    page = asked(register, filled, offset=1, limit=1)
    assert page.rows == whole_list[1:2]
    assert page.total == len(whole_list)
    beyond = asked(register, filled, offset=len(whole_list), limit=5)
    assert (beyond.rows, beyond.total) == ((), len(whole_list))


@every
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_find_field_takes_anything(register: Register, filled: Context, text: str) -> None:
    page = asked(register, filled, text=text)
    assert page.total == len(page.rows) <= asked(register, filled).total


@every
def test_what_is_not_there_is_not_found(register: Register, filled: Context) -> None:
    assert asked(register, filled, text="绝无此字样").total == 0
    assert asked(register, filled, text="_%").total == 0  # letters like others, not wildcards


@every
def test_filters_offer_and_narrow(register: Register, filled: Context) -> None:
    total = asked(register, filled).total
    for chosen in register.filters:
        options = chosen.options(filled)
        assert options
        assert all(CHINESE.search(label) for _, label in options)
        for value, _ in options:
            assert asked(register, filled, filters={chosen.key: value}).total <= total


@every
def test_choices_can_be_read_and_hold_what_is_kept(register: Register, filled: Context) -> None:
    kept = register.load(filled, record_of(register, filled)) if register.load else {}
    for field in [*register.fields, *(field for act in register.acts for field in act.fields)]:
        if field.default is not None:
            field.default(filled)
        if field.kind is Kind.CHOICE:
            assert field.options is not None
            values = [value for value, _ in field.options(filled)]
            assert values
            assert len(set(values)) == len(values)
            if (value := kept.get(field.key)) is not None:
                assert value in values


@every
def test_loaded_record_speaks_of_every_field(register: Register, filled: Context) -> None:
    if register.load is None:
        assert register.fields == ()
        return
    values = register.load(filled, record_of(register, filled))
    assert set(values) >= {field.key for field in register.fields}
    for act in register.acts:
        if act.offered is not None:
            assert act.offered(values) in {True, False}


@every
def test_record_that_is_not_there_is_refused_in_words(register: Register, filled: Context) -> None:
    if register.load is not None:
        with pytest.raises(Refusal, match="已经不在了"):
            register.load(filled, 999_999)


@saving
def test_saving_what_was_loaded_changes_nothing(register: Register, filled: Context) -> None:
    assert register.save
    assert register.load
    for row in asked(register, filled).rows:
        before, values = links(filled), register.load(filled, row.id)
        try:
            assert register.save(filled, row.id, values).value == row.id
        except Refusal as refusal:
            assert "不能改" in str(refusal)  # noqa: PT017 — what was decided may say so instead
        assert links(filled) == before
        assert register.load(filled, row.id) == values
    whole(filled)


@pytest.mark.parametrize(("slug", "key"), CLOSING.items())
def test_what_is_only_looked_at_is_what_saving_refuses(slug: str, key: str, filled: Context) -> None:
    register = by_slug(slug)
    assert register.save
    assert register.load
    assert register.closed
    seen = set()
    for row in asked(register, filled).rows:
        values, before = register.load(filled, row.id), links(filled)
        seen.add(closed := register.closed(values))
        changed = {**values, key: "另写一处"}
        if closed:
            with pytest.raises(Refusal, match="不能改"):
                register.save(filled, row.id, changed)
            assert links(filled) == before
        else:
            kept = register.save(filled, row.id, changed).value
            assert register.load(filled, kept)[key] == "另写一处"
    assert seen == {True, False}


@saving
@pytest.mark.parametrize("empty", [None, "", "  \u200b "], ids=["none", "empty", "blank"])
def test_empty_required_field_is_refused_by_name(register: Register, filled: Context, empty: Any) -> None:
    assert register.save
    assert register.load
    record_id = record_of(register, filled)
    values, before = register.load(filled, record_id), links(filled)
    required = [field for field in register.fields if field.required]
    assert required
    for field in required:
        for target in (None, record_id):
            with pytest.raises(Refusal) as refused:
                register.save(filled, target, {**values, field.key: empty})
            frozen = target is not None and "不能改" in str(refused.value)
            assert frozen or refused.value.field == field.key, field.key
            assert str(refused.value).endswith("。")
    assert links(filled) == before


@saving
@pytest.mark.parametrize("role", [Role.READER, Role.KIOSK])
def test_who_may_only_look_saves_nothing(register: Register, filled: Context, role: Role) -> None:
    assert register.save
    assert register.load
    values, before = register.load(filled, record_of(register, filled)), links(filled)
    for target in (None, record_of(register, filled)):
        with pytest.raises(Refusal, match="登录"):
            register.save(as_role(filled, role), target, values)
    assert links(filled) == before


@saving
def test_roles_of_the_description_are_those_of_the_act(register: Register, filled: Context) -> None:
    assert register.save
    assert register.load
    record_id = record_of(register, filled)
    values = register.load(filled, record_id)
    desk = as_role(filled, Role.DESK)
    if Role.DESK in register.save_roles:
        try:
            assert register.save(desk, record_id, values).value == record_id
        except Refusal as refusal:
            assert "不能改" in str(refusal)  # noqa: PT017 — what was decided may say so instead
    else:
        with pytest.raises(Refusal, match="主管"):
            register.save(desk, record_id, values)


@every
def test_acts_are_closed_to_who_may_only_look(register: Register, filled: Context) -> None:
    record_id, before = record_of(register, filled), links(filled)
    usual = {"day": date(2026, 3, 5), "reason": "测试"}
    for act in register.acts:
        with pytest.raises(Refusal, match="登录"):
            act.run(as_role(filled, Role.READER), record_id, usual)
    assert links(filled) == before
