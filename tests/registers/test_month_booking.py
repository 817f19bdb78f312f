"""A month booked and decided: what was proposed stays, what changes is told, and only the supervisor decides."""

from datetime import date, datetime
from decimal import Decimal

import a_site
import february
import pytest
from filled_site import as_role, whole
from team import go_to

from opsdesk.catalog import by_slug
from opsdesk.models import Punch
from opsdesk.register import Query
from opsdesk.registers.correction import service as correction
from opsdesk.registers.month import evidence, listing, service
from opsdesk.rules.vocabulary import Decision, Direction, Role
from opsdesk.services import chain
from opsdesk.services.errors import Refusal


@pytest.fixture(scope="module")
def lived(founded, tmp_path_factory):
    """Data folder of a site that has lived through February."""
    home = tmp_path_factory.mktemp("february")
    for ctx in a_site.opened_copy(founded, home):
        february.live(ctx)
    return home


@pytest.fixture
def ctx(lived, tmp_path):
    yield from a_site.opened_copy(lived, tmp_path)


def ids(ctx) -> dict[str, int]:
    with ctx.read() as connection:
        return {row.staff_no: row.id for row in connection.exec_driver_sql("SELECT staff_no, id FROM staff")}


def lines_of(ctx, number: str) -> dict[str, service.Booked]:
    return {line.part: line for line in service.standing(ctx, 2026, 2).booked[ids(ctx)[number]]}


def correct(ctx, number: str, day: int) -> None:
    """A 补签单 says that the person had come in time."""
    slip = correction.file(
        ctx,
        staff_id=ids(ctx)[number],
        day=date(2026, 2, day),
        direction=Direction.IN,
        actual_at=datetime(2026, 2, day, 8, 25),
        cause="忘签",
        explanation="到岗后直接去机房",
        witness="李敏",
    ).value
    correction.decide(ctx, correction_id=slip, accept=True)


def links(ctx) -> int:
    with ctx.read() as connection:
        return chain.count(connection)


def test_a_month_is_booked_on_its_last_day_and_not_before(ctx):
    go_to(ctx, "2026-03-30 18:00:00")
    with pytest.raises(Refusal, match="2026-03-31"):
        service.book(ctx, 2026, 3)
    go_to(ctx, "2026-03-31 18:00:00")
    assert "新结算 8 人" in service.book(ctx, 2026, 3).value


def test_what_is_booked_are_the_figures_and_every_line(ctx):
    before = service.standing(ctx, 2026, 2)
    assert before.proposed == 20 + 200 + 100 + 40
    assert "新结算 8 人，更新 0 人，不变 0 人" in service.book(ctx, 2026, 2).value
    after = service.standing(ctx, 2026, 2)
    assert set(after.booked_at) == {each.person.id for each in after.month.people}
    assert after.changed == frozenset()
    late = lines_of(ctx, "1001")
    assert (late["count_fine"].amount, late["minute_fine"].amount) == (20, 200)
    assert late["count_fine"].sentence == "当月迟到 4 次，超过 3 次的 1 次 × 20 元 = 20 元。"
    assert late["count_fine"].short == "T2 二.7"
    assert len(late["minute_fine"].evidence) == 4
    assert {part: line.half_days for part, line in lines_of(ctx, "1005").items()} == {"early_fine": 0, "early_awol": 2}
    assert lines_of(ctx, "1006")["awol"].half_days == 2
    whole(ctx)


def test_the_same_booked_again_changes_nothing(ctx):
    service.book(ctx, 2026, 2)
    first, count = service.standing(ctx, 2026, 2).booked, links(ctx)
    assert "新结算 0 人，更新 0 人，不变 8 人" in service.book(ctx, 2026, 2).value
    assert service.standing(ctx, 2026, 2).booked == first
    assert links(ctx) <= count + 1, "at most the act itself is noted, no row is written"


def test_a_correction_changes_only_its_person_and_decisions_on_the_rest_stay(ctx):
    service.book(ctx, 2026, 2)
    who = ids(ctx)
    for number in ("1001", "1002", "1005"):
        service.decide(ctx, deduction_ids=[line.id for line in lines_of(ctx, number).values()], confirm=True)
    before = lines_of(ctx, "1001")
    correct(ctx, "1001", 6)
    standing = service.standing(ctx, 2026, 2)
    assert standing.changed == {who["1001"]}
    assert lines_of(ctx, "1001") == before, "what was booked stands until the month is booked again"
    assert "更新 1 人，不变 7 人" in service.book(ctx, 2026, 2).value
    after = lines_of(ctx, "1001")
    assert (after["count_fine"].amount, after["minute_fine"].amount) == (0, 100)
    assert {line.state for line in after.values()} == {Decision.PROPOSED}
    assert {line.state for line in lines_of(ctx, "1005").values()} == {Decision.CONFIRMED}
    assert service.standing(ctx, 2026, 2).changed == frozenset()
    kept = listing.listed(ctx, Query(filters={"state": listing.REPLACED}))
    assert {row.values["amount"] for row in kept.rows} == {20, 200}
    assert {row.values["decided"] for row in kept.rows} == {20, 200}, "the old decision is still on record"
    whole(ctx)


def test_a_line_that_is_the_same_keeps_its_decision_when_another_of_the_person_changes(ctx):
    service.book(ctx, 2026, 2)
    awol = lines_of(ctx, "1006")["awol"]
    service.decide(ctx, deduction_ids=[awol.id], confirm=False, note="当天参加抢修，事后补单")
    with ctx.transaction("补记") as tx:
        row = tx.connection.exec_driver_sql(
            "SELECT id FROM punch WHERE staff_id=? AND day='2026-02-27' AND direction='到岗'", (ids(ctx)["1006"],)
        ).scalar_one()
        tx.update(Punch, row, void_at=ctx.now(), void_by="主管", void_reason="误录")
        tx.insert(
            Punch,
            staff_id=ids(ctx)["1006"],
            day=date(2026, 2, 27),
            at=datetime(2026, 2, 27, 8, 50),
            direction="到岗",
            source="服务台",
            device="",
            entered_at=ctx.now(),
            entered_by="主管",
            doubted=False,
        )
    service.book(ctx, 2026, 2)
    now = lines_of(ctx, "1006")
    assert set(now) == {"awol", "count_fine", "minute_fine"}
    assert (now["awol"].state, now["awol"].note) == (Decision.WAIVED, "当天参加抢修，事后补单")
    assert now["awol"].id != awol.id
    assert now["count_fine"].state is Decision.PROPOSED


def test_a_waiver_needs_its_reason_and_keeps_what_was_proposed(ctx):
    service.book(ctx, 2026, 2)
    line = lines_of(ctx, "1001")["minute_fine"]
    for note in ("", "  ", "一"):
        with pytest.raises(Refusal, match="理由") as refused:
            service.decide(ctx, deduction_ids=[line.id], confirm=False, note=note)
        assert refused.value.field == "note"
    assert lines_of(ctx, "1001")["minute_fine"].state is Decision.PROPOSED
    service.decide(ctx, deduction_ids=[line.id], confirm=False, note="暴雨停运")
    kept = lines_of(ctx, "1001")["minute_fine"]
    assert (kept.amount, kept.decided, kept.state, kept.note) == (200, Decimal(0), Decision.WAIVED, "暴雨停运")
    assert kept.decided_by == ctx.actor.name
    service.decide(ctx, deduction_ids=[line.id], confirm=True)
    assert lines_of(ctx, "1001")["minute_fine"].decided == 200
    whole(ctx)


@pytest.mark.parametrize("role", [Role.DESK, Role.READER, Role.KIOSK])
def test_only_the_supervisor_books_and_decides(ctx, role):
    with pytest.raises(Refusal, match="需要主管来做"):
        service.book(as_role(ctx, role), 2026, 2)
    service.book(ctx, 2026, 2)
    line, count = lines_of(ctx, "1001")["count_fine"], links(ctx)
    with pytest.raises(Refusal, match="需要主管来做"):
        service.decide(as_role(ctx, role), deduction_ids=[line.id], confirm=True)
    assert links(ctx) == count


def test_a_replaced_line_is_not_decided_any_more(ctx):
    service.book(ctx, 2026, 2)
    old = lines_of(ctx, "1001")["count_fine"]
    correct(ctx, "1001", 6)
    service.book(ctx, 2026, 2)
    with pytest.raises(Refusal, match="重新结算"):
        service.decide(ctx, deduction_ids=[old.id], confirm=True)
    with pytest.raises(Refusal, match="找不到"):
        service.decide(ctx, deduction_ids=[999_999], confirm=True)
    register = by_slug("deduction")
    values = register.load(ctx, old.id)
    assert values["state"] == listing.REPLACED
    assert not any(act.offered(values) for act in register.acts)


def test_the_register_finds_lines_that_cost_something(ctx):
    service.book(ctx, 2026, 2)
    ask = by_slug("deduction").list
    found = ask(ctx, Query())
    assert [(row.values["staff_no"], row.values["amount"], row.values["days"]) for row in found.rows] == [
        ("1001", 20, ""),
        ("1001", 200, ""),
        ("1002", 100, ""),
        ("1002", None, "1 日"),
        ("1005", 40, ""),
        ("1005", None, "1 日"),
        ("1006", None, "1 日"),
    ]
    assert ask(ctx, Query("李敏")).total == 2
    assert ask(ctx, Query(filters={"month": "2026-03"})).total == 0
    assert ask(ctx, Query(filters={"state": "已确认"})).total == 0
    by_slug("deduction").acts[0].run(ctx, found.rows[0].id, {})
    (row,) = ask(ctx, Query(filters={"state": "已确认"})).rows
    assert (row.values["decided"], row.values["decided_by"]) == (20, ctx.actor.name)


def test_the_records_behind_a_line_tell_what_was_taken_back(ctx):
    service.book(ctx, 2026, 2)
    line = lines_of(ctx, "1001")["count_fine"]
    correct(ctx, "1001", 6)
    found = evidence.read(ctx, [*line.evidence, "day:6:2026-02-26", "punch:999999"])
    assert len(found) == 5, "a reference that leads nowhere is left out"
    said = sorted(each.sentence for each in found.values())
    assert said[0] == "2026-02-03 08:56 到岗 服务台"
    assert said[3].startswith("2026-02-06 08:56 到岗 服务台（已作废：由补签单")
    assert said[4] == "2026-02-26 没有到岗记录"
    values = by_slug("deduction").load(ctx, line.id)
    assert values["evidence"].count("\n") == 3
