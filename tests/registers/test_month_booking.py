"""A month booked and decided: what was proposed stays, what changes is told, and only the supervisor decides."""

from datetime import date, datetime
from decimal import Decimal

import a_site
import pytest
from filled_site import as_role, change, new_staff, save, whole
from sqlalchemy import select
from team import go_to, grant

from opsdesk.catalog import by_slug
from opsdesk.models import Deduction, Punch, Settlement, Vendor
from opsdesk.register import Query
from opsdesk.registers.correction import service as correction
from opsdesk.registers.month import evidence, listing, service
from opsdesk.registers.month.documents import month_sheets, vendor_workbook
from opsdesk.rules.vocabulary import Decision, Direction, Role
from opsdesk.services import amending, chain, settings
from opsdesk.services.errors import Refusal


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


def void(ctx, number: str, day: int, direction: str = "到岗", *, entered: datetime | None = None) -> None:
    """A sign-in is taken back, and entered once more where a moment is given."""
    with ctx.transaction("更正") as tx:
        row = tx.connection.exec_driver_sql(
            "SELECT id FROM punch WHERE staff_id=? AND day=? AND direction=? AND void_at IS NULL",
            (ids(ctx)[number], f"2026-02-{day:02}", direction),
        ).scalar_one()
        tx.update(Punch, row, void_at=ctx.now(), void_by="主管", void_reason="误录")
        if entered:
            tx.insert(
                Punch,
                staff_id=ids(ctx)[number],
                day=date(2026, 2, day),
                at=entered,
                direction=direction,
                source="服务台",
                device="",
                entered_at=ctx.now(),
                entered_by="主管",
                doubted=False,
            )


def confirm(ctx, number: str) -> None:
    service.decide(ctx, deduction_ids=[line.id for line in lines_of(ctx, number).values()], confirm=True)


def amend(ctx, clause: str, begins_on: date = date(2026, 2, 1), **typed: str) -> None:
    values = {name.replace("__", "."): value for name, value in typed.items()}
    amending.amend(ctx, clause=clause, begins_on=begins_on, typed=values, source="补充协议", reason="双方商定")


def live(ctx, model, staff_id: int) -> list[int]:
    query = select(model.id).where(model.staff_id == staff_id, model.replaced_at.is_(None))
    with ctx.read() as connection:
        return list(connection.execute(query).scalars())


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
    said = service.book(ctx, 2026, 2).value
    assert "更新 1 人，不变 7 人" in said
    assert "2 条已确认或免除的扣减因记录变化失效，请重新确认。" in said
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
    void(ctx, "1006", 27, entered=datetime(2026, 2, 27, 8, 50))
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


@pytest.fixture
def stranger(ctx) -> int:
    """周错 of 华信, entered as here since February though he comes in March; he is booked as awol."""
    with ctx.read() as connection:
        vendor = connection.execute(select(Vendor.id).where(Vendor.code == "V1")).scalar_one()
    number = new_staff(ctx, vendor, "1007", "周错", arrived_on=date(2026, 2, 1))
    service.book(ctx, 2026, 2)
    (line,) = lines_of(ctx, "1007").values()
    assert (line.part, line.half_days) == ("awol", 32)
    confirm(ctx, "1007")
    change(ctx, "staff", number, arrived_on=date(2026, 3, 1))
    return number


def test_who_drops_out_of_a_booked_month_is_charged_no_longer(ctx, stranger):
    standing = service.standing(ctx, 2026, 2)
    assert (standing.dropped, standing.changed) == (("周错",), {stranger})
    assert stranger not in standing.booked_at
    (line,) = live(ctx, Deduction, stranger)
    with pytest.raises(Refusal, match=r"周错 2026-02 的记录在结算后有变动.*请先重新结算"):
        service.decide(ctx, deduction_ids=[line], confirm=False, note="没有到场")
    notes = [note for sheet in month_sheets(ctx, 2026, 2) for note in sheet.notes]
    assert [note for note in notes if "周错" in note] == ["周错结算后已不在本月名单，原结算还没有作废，请重新结算。"]
    said = service.book(ctx, 2026, 2).value
    assert "新结算 0 人，更新 1 人，不变 8 人。周错已不在本月名单，原结算和拟扣减作废。" in said
    assert "1 条已确认或免除的扣减因记录变化失效" in said
    assert live(ctx, Settlement, stranger) == live(ctx, Deduction, stranger) == []
    after = service.standing(ctx, 2026, 2)
    assert (after.dropped, after.changed) == ((), frozenset())
    assert "更新 0 人，不变 8 人" in service.book(ctx, 2026, 2).value
    whole(ctx)


def test_booking_one_vendor_leaves_the_dropped_of_another_alone(ctx, stranger):
    with ctx.read() as connection:
        vendors = dict(connection.execute(select(Vendor.code, Vendor.id)).all())
    assert service.standing(ctx, 2026, 2, vendor_id=vendors["V2"]).dropped == ()
    assert "更新 0 人，不变 2 人" in service.book(ctx, 2026, 2, vendor_id=vendors["V2"]).value
    assert len(live(ctx, Settlement, stranger)) == 1
    assert service.standing(ctx, 2026, 2, vendor_id=vendors["V1"]).dropped == ("周错",)
    assert "更新 1 人，不变 6 人" in service.book(ctx, 2026, 2, vendor_id=vendors["V1"]).value
    assert live(ctx, Settlement, stranger) == []


def test_a_sign_in_entered_once_more_changes_no_line_and_no_decision(ctx):
    service.book(ctx, 2026, 2)
    confirm(ctx, "1001")
    before = lines_of(ctx, "1001")
    void(ctx, "1001", 6, entered=datetime(2026, 2, 6, 8, 56))
    assert service.standing(ctx, 2026, 2).changed == frozenset()
    service.decide(ctx, deduction_ids=[before["count_fine"].id], confirm=True)
    (sheet, _) = month_sheets(ctx, 2026, 2)
    assert "已确认" in str(sheet.body), "the sheet still knows what was decided"
    said = service.book(ctx, 2026, 2).value
    assert "更新 0 人，不变 8 人。不变的人中有 1 人更新了依据，原决定保留。" in said
    assert "失效" not in said
    after = lines_of(ctx, "1001")
    assert {line.state for line in after.values()} == {Decision.CONFIRMED}
    assert after["count_fine"].decided == 20
    assert after["count_fine"].evidence != before["count_fine"].evidence
    assert not any(each.void for each in evidence.read(ctx, after["count_fine"].evidence).values())
    whole(ctx)


def test_a_clause_amended_with_the_same_result_changes_no_decision(ctx):
    service.book(ctx, 2026, 2)
    confirm(ctx, "1001")
    amend(ctx, "T2-ATT-09", late__bands="100=100,150=200,=600")
    assert service.standing(ctx, 2026, 2).changed == frozenset()
    assert "不变 8 人。不变的人中有 " in service.book(ctx, 2026, 2).value
    line = lines_of(ctx, "1001")["minute_fine"]
    assert (line.state, line.decided) == (Decision.CONFIRMED, 200)
    assert "2026-02-01" in line.citations


def test_changed_is_told_exactly_where_booking_changes_something(ctx):
    service.book(ctx, 2026, 2)
    void(ctx, "1001", 6, entered=datetime(2026, 2, 6, 8, 56))
    void(ctx, "1002", 10, entered=datetime(2026, 2, 10, 9, 33))
    grant(ctx, ids(ctx)["1006"], "2026-02-26 08:30", "2026-02-26 17:30")
    changed = service.standing(ctx, 2026, 2).changed
    assert changed == {ids(ctx)["1002"], ids(ctx)["1006"]}
    assert f"更新 {len(changed)} 人，不变 6 人" in service.book(ctx, 2026, 2).value


def test_a_line_that_no_longer_holds_is_not_decided(ctx):
    service.book(ctx, 2026, 2)
    lines = {part: line.id for part, line in lines_of(ctx, "1002").items()}
    other = lines_of(ctx, "1001")["count_fine"].id
    grant(ctx, ids(ctx)["1002"], "2026-02-10 08:30", "2026-02-10 17:30")
    assert service.standing(ctx, 2026, 2).changed == {ids(ctx)["1002"]}
    for chosen in ([lines["minute_fine"]], [other, lines["minute_fine"]]):
        with pytest.raises(Refusal, match=r"李敏 2026-02 的记录在结算后有变动.*请先重新结算"):
            service.decide(ctx, deduction_ids=chosen, confirm=True)
    assert lines_of(ctx, "1001")["count_fine"].state is Decision.PROPOSED
    service.decide(ctx, deduction_ids=[other], confirm=True)
    with pytest.raises(Refusal, match="没有选中"):
        service.decide(ctx, deduction_ids=[], confirm=True)


def test_of_two_lines_that_say_the_same_each_keeps_its_own_decision(ctx):
    """The same band is reached in both segments of a month in which the law changed (G14)."""
    amend(ctx, "T2-ATT-07", date(2026, 2, 5), late__unit="30")
    amend(ctx, "T2-ATT-07", date(2026, 2, 5), late__unit="20")
    void(ctx, "1001", 3, entered=datetime(2026, 2, 3, 9, 16))
    void(ctx, "1001", 5, entered=datetime(2026, 2, 5, 9, 16))
    service.book(ctx, 2026, 2)

    def minute_fines() -> list[service.Booked]:
        booked = service.standing(ctx, 2026, 2).booked[ids(ctx)["1001"]]
        return [line for line in booked if line.part == "minute_fine"]

    first, second = minute_fines()
    assert service.identity(first) == service.identity(second)
    service.decide(ctx, deduction_ids=[second.id], confirm=True)
    service.decide(ctx, deduction_ids=[first.id], confirm=False, note="暴雨停运")
    (sheet, _) = month_sheets(ctx, 2026, 2)
    assert "核定扣减 100.00 元" in str(sheet.body)
    for day, minutes in ((3, 16), (5, 16)):
        void(ctx, "1001", day, entered=datetime(2026, 2, day, 9, minutes))
    service.book(ctx, 2026, 2)
    assert [line.state for line in minute_fines()] == [Decision.WAIVED, Decision.CONFIRMED]
    void(ctx, "1001", 3, entered=datetime(2026, 2, 3, 9, 17))
    service.book(ctx, 2026, 2)
    assert [line.state for line in minute_fines()] == [Decision.PROPOSED, Decision.CONFIRMED]


@pytest.mark.parametrize(("opened", "first"), [("2026-02-10", "2026-02-10"), ("2026-03-02", None)])
def test_no_gap_in_the_roster_is_asked_about_before_the_site_was_opened(ctx, opened, first):
    need = {"post_id": 0, "shift_id": 0, "days": "每天", "need": 50, "begins_on": date(2026, 1, 1), "ends_on": None}
    save(ctx, "coverage_need", **need)
    settings.write(ctx, {"site.opened_on": opened})
    gaps = [each.day for each in service.standing(ctx, 2026, 2).questions if each.kind == "排班缺口"]
    assert min(gaps, default=None) == (date.fromisoformat(first) if first else None)


def test_a_sheet_counts_the_open_questions_of_its_own_vendor(ctx):
    need = {"post_id": 0, "shift_id": 0, "days": "每天", "need": 50, "begins_on": date(2026, 2, 1), "ends_on": None}
    save(ctx, "coverage_need", **need)
    questions = service.standing(ctx, 2026, 2).questions
    assert any(each.kind == "排班缺口" for each in questions), "the gap in the roster is no vendor's own"
    for sheet in month_sheets(ctx, 2026, 2):
        own = sum(each.vendor == sheet.sheet for each in questions)
        notes = [note for note in sheet.notes if "未结事项" in note]
        assert notes == ([f"本月有 {own} 项未结事项，办结后数据可能变动。"] if own else [])


def test_the_papers_say_where_a_clause_is_carried_out_by_other_figures(ctx):
    (before, _) = month_sheets(ctx, 2026, 2)
    assert "现按修订后的数值执行" not in str(before.body)
    amend(ctx, "T2-ATT-07", late__unit="30")
    (sheet, _) = month_sheets(ctx, 2026, 2)
    with ctx.read() as connection:
        vendor = connection.execute(select(Vendor.id).where(Vendor.code == "V1")).scalar_one()
    verdicts, readings = [each for each in vendor_workbook(ctx, 2026, 2, vendor) if each.sheet in {"判定", "口径"}]
    wording = ctx.regulations.clause("T2-ATT-07").wording
    for paper in (sheet, verdicts, readings):
        told = str(paper.body)
        assert f"{wording}（现按修订后的数值执行）" in told
        assert f"{ctx.regulations.clause('T2-ATT-09').wording}（" not in told


def test_companies_of_one_short_name_have_papers_of_different_names(ctx):
    with ctx.read() as connection:
        vendors = dict(connection.execute(select(Vendor.code, Vendor.id)).all())

    def names() -> set[str]:
        return {
            name
            for vendor in vendors.values()
            for name in (vendor_workbook(ctx, 2026, 2, vendor)[0].name, month_sheets(ctx, 2026, 2, vendor)[0].name)
        }

    assert "考勤结算-华信-2026-02" in names()
    with ctx.transaction("改简称") as tx:
        tx.update(Vendor, vendors["V2"], short_name="华信")
    assert names() == {f"{what}-华信-2026-02-{code}" for what in ("考勤结算", "考勤汇总") for code in ("V1", "V2")}
