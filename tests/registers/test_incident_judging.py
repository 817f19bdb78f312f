"""How incidents are judged on a real database: what is frozen, who may back-date, whose time it was, by which law."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import team
from filled_site import as_role, change, run, save, whole
from sqlalchemy import select
from team import Team, go_to

from opsdesk.exports.document import Document, FormGrid
from opsdesk.models import ContractTerm, Incident, IncidentOption, StoredVerdict
from opsdesk.register import Query
from opsdesk.registers.incident import detail, documents, hand_in, importing, listing, service
from opsdesk.registers.staff.service import import_staff
from opsdesk.rules.sla import Reading
from opsdesk.rules.vocabulary import ClockState, Role
from opsdesk.services import amending, incident_breaches, incident_clocks
from opsdesk.services.choices import REST
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal

MARCH = (date(2026, 3, 1), date(2026, 3, 31))


@pytest.fixture
def crew(site: Context) -> Team:
    return team.build(site)


def at(written: str) -> datetime:
    return datetime.fromisoformat(f"2026-{written}")


def opened(ctx: Context, moment: str, **more: Any) -> int:
    go_to(ctx, f"2026-{moment}")
    return service.open_incident(ctx, "打印机不出纸", more).value.id


def do(ctx: Context, moment: str, act: str, incident_id: int, **values: Any) -> str:
    go_to(ctx, f"2026-{moment}")
    return run(ctx, "incident", act, incident_id, **values)


def refused(ctx: Context, moment: str, act: str, incident_id: int, match: str, field: str, **values: Any) -> None:
    go_to(ctx, f"2026-{moment}")
    with pytest.raises(Refusal, match=match) as told:
        run(ctx, "incident", act, incident_id, **values)
    assert told.value.field == field
    assert str(told.value).endswith("。")


def row(ctx: Context, incident_id: int) -> Mapping[str, Any]:
    return detail.detail(ctx, incident_id).row


def read(ctx: Context, incident_id: int, name: str) -> Reading:
    return next(each for each in detail.detail(ctx, incident_id).standing.readings if each.name == name)


def cell(made: Document, label: str) -> str:
    cells = [each for block in made.body if isinstance(block, FormGrid) for line in block.rows for each in line]
    return next(str(each.value) for each in cells if each.label == label)


def option(ctx: Context, name: str) -> int:
    with ctx.read() as connection:
        return connection.execute(select(IncidentOption.id).where(IncidentOption.name == name)).scalar_one()


def by(ctx: Context, name: str, hours: str) -> None:
    change(ctx, "incident_option", option(ctx, name), hours=hours)


def amend(ctx: Context, clause: str, begins: date, **typed: str) -> None:
    values = {name.replace("__", "."): value for name, value in typed.items()}
    amending.amend(ctx, clause=clause, begins_on=begins, typed=values, source="补充协议", reason="更正")


def sentences(ctx: Context, incident_id: int) -> list[tuple[str, str, str]]:
    query = select(StoredVerdict.judgement, StoredVerdict.sentence, StoredVerdict.citations)
    with ctx.read() as connection:
        found = connection.execute(query.where(StoredVerdict.subject_id == incident_id))
        return [(each.judgement, each.sentence, each.citations) for each in found]


def exceeded(ctx: Context) -> list[tuple[str, int, int | None]]:
    with ctx.read() as connection:
        found = incident_breaches.breaches(connection, ctx.regulations, *MARCH, ctx.now())
        return [(each.clock, each.over, each.limit) for each in found]


def works_by(ctx: Context, regulation: str) -> None:
    with ctx.transaction("合同") as tx:
        tx.insert(ContractTerm, contract_id=1, topic="响应", regulation=regulation, holds_from=date(2026, 1, 1))


class TestUsersTime:
    @pytest.mark.parametrize(("resolved", "over"), [("03-05 16:00:00", 0), ("03-05 16:00:01", 1)])
    def test_a_new_time_is_not_moved_by_what_was_over_when_he_named_it(
        self, site: Context, crew: Team, resolved: str, over: int
    ) -> None:
        made = opened(site, "03-05 09:00:00")
        do(site, "03-05 09:05:00", "respond", made, staff_id=crew["1001"])
        do(site, "03-05 09:05:00", "due", made, due_at=at("03-05 12:00"))
        do(site, "03-05 10:00:00", "wait", made, whose="甲方", reason="开会")
        do(site, "03-05 14:00:00", "resume", made)
        assert row(site, made)["solve_by"] == at("03-05 16:00:00"), "the pause moves the time named before it"
        do(site, "03-05 14:00:00", "due", made, due_at=at("03-05 16:00"), reason="改期")
        assert row(site, made)["solve_by"] == at("03-05 16:00:00")
        do(site, resolved, "solve", made)
        assert row(site, made)["solve_over"] == over

    def test_after_a_reopening_the_new_time_is_the_limit(self, site: Context, crew: Team) -> None:
        made = opened(site, "03-05 09:00:00")
        do(site, "03-05 09:05:00", "respond", made, staff_id=crew["1001"])
        do(site, "03-05 09:05:00", "due", made, due_at=at("03-05 17:00"))
        do(site, "03-05 15:00:00", "solve", made)
        do(site, "03-10 09:00:00", "reopen", made, reason="又坏")
        do(site, "03-10 09:00:00", "due", made, due_at=at("03-11 12:00"), reason="重开")
        assert row(site, made)["solve_by"] == at("03-11 12:00:00")


class TestSigned:
    def signed(self, ctx: Context, crew: Team, responded: str = "09:08:00", **more: Any) -> int:
        made = opened(ctx, "03-05 09:00:00", **more)
        do(ctx, f"03-05 {responded}", "respond", made, staff_id=crew["1001"])
        do(ctx, "03-05 10:00:00", "solve", made)
        do(ctx, "03-05 10:00:00", "sign", made)
        return made

    def test_an_amendment_changes_neither_screen_nor_paper(self, site: Context, crew: Team) -> None:
        made = self.signed(site, crew)
        before, paper = read(site, made, "响应"), documents.record(site, made)
        go_to(site, "2026-03-05 10:00:01")
        amend(site, "T1-FLT-01", date(2026, 3, 5), sla__respond_min="5")
        other = opened(site, "03-05 11:00:00")
        do(site, "03-05 11:08:00", "respond", other, staff_id=crew["1001"])
        assert read(site, other, "响应").limit == 300
        after = documents.record(site, made)
        assert read(site, made, "响应") == before
        assert (cell(after, "响应用时"), after.basis) == (cell(paper, "响应用时"), paper.basis)
        assert "10 分" in cell(after, "响应用时")
        assert exceeded(site) == [("响应", 180, 300)]

    def test_what_was_entered_before_the_signature_counts(self, site: Context, crew: Team) -> None:
        go_to(site, "2026-03-05 08:59:00")
        amend(site, "T1-FLT-01", date(2026, 3, 5), sla__respond_min="5")
        made = self.signed(site, crew)
        go_to(site, "2026-03-05 10:01:00")
        amend(site, "T1-FLT-01", date(2026, 3, 5), sla__respond_min="20")
        assert (read(site, made, "响应").limit, row(site, made)["respond_over"]) == (300, 180)
        assert exceeded(site) == [("响应", 180, 300)]

    def test_given_back_it_is_judged_by_the_law_of_now(self, site: Context, crew: Team) -> None:
        made = self.signed(site, crew)
        go_to(site, "2026-03-05 10:01:00")
        amend(site, "T1-FLT-01", date(2026, 3, 5), sla__respond_min="5")
        do(site, "03-05 10:02:00", "give_back", made, reason="补方案")
        assert (read(site, made, "响应").over, row(site, made)["respond_over"]) == (180, 180)

    def test_deadlines_of_a_visit_stay(self, site: Context, crew: Team) -> None:
        works_by(site, "E19")
        amend(site, "E19-13", date(2026, 3, 5), visit__contact_min="20", visit__arrive_min="60")
        made = opened(site, "03-05 09:00:00", kind="上门报修", vendor_id=1)
        do(site, "03-05 09:10:00", "contact", made)
        do(site, "03-05 09:50:00", "respond", made, staff_id=crew["1001"], response_way="现场")
        do(site, "03-05 10:00:00", "solve", made)
        do(site, "03-05 10:00:00", "sign", made)
        go_to(site, "2026-03-06 08:00:00")
        amend(site, "E19-13", date(2026, 3, 5), visit__contact_min="5", visit__arrive_min="30")
        assert (read(site, made, "联系用户").state, read(site, made, "到达").limit) == (ClockState.MET, 3600)
        assert exceeded(site) == []

    def test_other_hours_of_the_category_or_another_contract_change_nothing(self, site: Context, crew: Team) -> None:
        by(site, "硬件故障", "工作时间")
        made = opened(site, "03-05 17:25:00", category="硬件故障")
        do(site, "03-06 08:33:00", "respond", made, staff_id=crew["1001"])
        do(site, "03-06 09:00:00", "solve", made)
        do(site, "03-06 09:00:00", "sign", made)
        before, basis = read(site, made, "响应"), documents.record(site, made).basis
        assert (before.used, before.state) == (480, ClockState.MET)
        go_to(site, "2026-03-06 09:30:00")
        by(site, "硬件故障", "全天")
        assert (read(site, made, "响应"), documents.record(site, made).basis) == (before, basis)
        works_by(site, "E19")
        assert exceeded(site) == []


class TestCategoryHours:
    def test_a_response_that_was_given_stays_as_it_was_timed(self, site: Context, crew: Team) -> None:
        by(site, "硬件故障", "工作时间")
        given, waiting = (opened(site, "03-05 17:25:00", category="硬件故障", vendor_id=1) for _ in range(2))
        do(site, "03-06 08:33:00", "respond", given, staff_id=crew["1001"])
        assert row(site, waiting)["respond_by"] == at("03-06 08:35:00")
        go_to(site, "2026-03-06 08:34:00")
        by(site, "硬件故障", "全天")
        assert row(site, waiting)["respond_by"] == at("03-05 17:35:00")
        assert (row(site, given)["respond_over"], read(site, given, "响应").used) == (0, 480)
        do(site, "03-06 09:00:00", "solve", given)
        assert row(site, given)["respond_over"] == 0, "nor does a later act time it anew"
        whole(site)

    def test_closed_history_of_an_imported_register_stays(self, site: Context, crew: Team, tmp_path: Path) -> None:
        lines = [
            "编号,标题,报告时间,响应时间,解决时间,类别,等级,处理人,外包单位",
            "OLD-1,打印机坏,2014-01-06 17:25,2014-01-07 08:33,2014-01-07 09:00,硬件故障,高,王强,华信",
            "OLD-2,打印机坏,2014-01-06 17:25,,,硬件故障,高,王强,华信",
        ]
        path = tmp_path / "旧登记簿.csv"
        path.write_text("\n".join(lines), encoding="utf-8")
        assert importing.import_incidents(site, path, create_values=True).stored == 2
        closed, still_open = (detail.id_of(site, number) for number in ("OLD-1", "OLD-2"))
        before = row(site, closed)["respond_over"]
        assert before > 0
        go_to(site, "2026-03-05 09:00:00")
        by(site, "硬件故障", "工作时间")
        assert (row(site, closed)["respond_over"], read(site, closed, "响应").over) == (before, before)
        assert row(site, still_open)["respond_by"] == datetime(2014, 1, 7, 8, 35)

    def test_the_working_time_of_a_day_is_worked_out_once_for_a_list(self, site: Context, crew: Team) -> None:
        by(site, "硬件故障", "工作时间")
        opened(site, "03-05 09:00:00", category="硬件故障", vendor_id=1)
        with site.transaction("旧单") as tx:
            first = dict(tx.connection.execute(select(Incident.__table__)).mappings().one())
            long_ago = {**first, "reported_at": datetime(2014, 1, 6, 9), "accepted_at": datetime(2014, 1, 6, 9)}
            tx.insert_many(Incident, [{**long_ago, "number": f"SJ-{n}"} for n in range(60)])
        with site.read() as connection:
            rows = [dict(each) for each in connection.execute(select(Incident.__table__)).mappings()]
            found = incident_clocks.standings(connection, site.regulations, rows, site.now())
        facts = found[2].facts
        assert facts.working is not None
        assert {facts.working(date(2014, 1, 6)) is found[n].facts.working(date(2014, 1, 6)) for n in (3, 40)} == {True}  # type: ignore[misc]
        assert listing.listed(site, Query(filters={"state": "未结"})).total == 61


class TestOrder:
    @pytest.fixture
    def made(self, site: Context, crew: Team) -> int:
        made = opened(site, "03-05 09:00:00")
        do(site, "03-05 09:05:00", "respond", made, staff_id=crew["1001"])
        return made

    def test_not_solved_before_it_was_reopened(self, site: Context, made: int) -> None:
        do(site, "03-05 10:00:00", "solve", made)
        do(site, "03-05 14:00:30", "reopen", made, reason="又坏")
        refused(
            site, "03-05 15:00:00", "solve", made, "请填 03-05 14:00 以后", "resolved_at", resolved_at=at("03-05 13:59")
        )
        do(site, "03-05 15:00:00", "solve", made, resolved_at=at("03-05 14:00"))
        assert row(site, made)["resolved_at"] == at("03-05 14:00:30")
        whole(site)

    def test_not_solved_amid_a_pause_that_is_over(self, site: Context, made: int) -> None:
        do(site, "03-05 10:00:00", "wait", made, whose="甲方", reason="开会")
        do(site, "03-05 11:00:00", "resume", made)
        refused(site, "03-05 12:00:00", "solve", made, "才恢复处理", "resolved_at", resolved_at=at("03-05 10:59"))
        do(site, "03-05 12:00:00", "solve", made)
        right = {"which": "resolved_at", "reason": "记晚了"}
        refused(site, "03-05 12:00:00", "correct_time", made, "才恢复处理", "at", at=at("03-05 10:59"), **right)
        do(site, "03-05 12:00:00", "correct_time", made, at=at("03-05 11:00"), **right)
        assert row(site, made)["resolved_at"] == at("03-05 11:00:00")

    def test_the_pause_that_the_solution_ended_follows_its_correction(self, site: Context, made: int) -> None:
        do(site, "03-05 10:00:00", "wait", made, whose="甲方", reason="开会")
        do(site, "03-05 12:00:00", "solve", made)
        do(site, "03-05 12:30:00", "correct_time", made, which="resolved_at", at=at("03-05 11:00"), reason="记晚了")
        assert [each.ends for each in detail.detail(site, made).pauses] == [at("03-05 11:00:00")]
        assert row(site, made)["paused_seconds"] == 3600

    def test_not_solved_after_the_user_confirmed(self, site: Context, made: int) -> None:
        do(site, "03-05 16:00:00", "solve", made)
        do(site, "03-05 16:30:00", "hand_in", made)
        do(site, "03-05 16:40:00", "confirm", made, rating="满意")
        right = {"which": "resolved_at", "reason": "记早了"}
        refused(
            site,
            "03-05 17:00:00",
            "correct_time",
            made,
            "确认时间 03-05 16:40 会早于",
            "at",
            at=at("03-05 16:41"),
            **right,
        )
        refused(
            site,
            "03-05 17:00:00",
            "correct_time",
            made,
            "交单时间 03-05 16:30 会早于",
            "at",
            at=at("03-05 16:31"),
            **right,
        )
        do(site, "03-05 17:00:00", "correct_time", made, at=at("03-05 16:30"), **right)


class TestBackDated:
    @pytest.fixture
    def desk(self, site: Context) -> Context:
        return as_role(site, Role.DESK)

    def test_the_desk_hands_in_now(self, site: Context, crew: Team, desk: Context) -> None:
        made = opened(desk, "03-05 09:00:00")
        do(desk, "03-05 09:05:00", "respond", made, staff_id=crew["1001"])
        do(desk, "03-05 10:00:00", "solve", made)
        refused(desk, "03-06 15:00:30", "hand_in", made, "请主管补记", "handed_in_at", handed_in_at=at("03-05 17:00"))
        refused(desk, "03-06 15:00:30", "hand_in", made, "请主管补记", "handed_in_at", handed_in_at=at("03-06 14:59"))
        do(desk, "03-06 15:00:30", "hand_in", made, handed_in_at=at("03-06 15:00"))
        do(site, "03-06 15:30:00", "sign", made)
        assert [word for word, _, _ in sentences(site, made)] == ["晚交单"]
        assert row(site, made)["handed_in_at"] == at("03-06 15:00:30"), "the minute typed is now"

    def test_the_supervisor_may_write_when_he_had_it(self, site: Context, crew: Team) -> None:
        made = opened(site, "03-05 09:00:00")
        do(site, "03-05 09:05:00", "respond", made, staff_id=crew["1001"])
        do(site, "03-05 10:00:00", "solve", made)
        do(site, "03-06 15:00:00", "hand_in", made, handed_in_at=at("03-05 17:00"))
        assert row(site, made)["handed_in_at"] == at("03-05 17:00:00")

    @pytest.mark.parametrize(("now", "hides"), [("09:10:00", False), ("09:10:01", True)])
    def test_no_pause_over_a_limit_that_is_exceeded(
        self, site: Context, crew: Team, desk: Context, now: str, hides: bool
    ) -> None:
        made = opened(desk, "03-05 09:00:00")
        past = {"whose": "甲方", "reason": "开会", "begins_at": at("03-05 09:02")}
        if hides:
            refused(desk, f"03-05 {now}", "wait", made, "响应已超时 1 秒", "begins_at", **past)
            do(desk, "03-05 09:10:20", "wait", made, **{**past, "begins_at": at("03-05 09:10")})
            assert read(site, made, "响应").state is ClockState.BREACHED
        else:
            do(desk, f"03-05 {now}", "wait", made, **past)
            assert read(site, made, "响应").state is ClockState.PAUSED

    def test_the_supervisor_may_enter_it(self, site: Context, crew: Team) -> None:
        made = opened(site, "03-05 09:00:00")
        do(site, "03-05 09:30:00", "wait", made, whose="甲方", reason="开会", begins_at=at("03-05 09:02"))
        assert read(site, made, "响应").state is ClockState.PAUSED

    def test_the_paper_says_what_was_written_down_later(self, site: Context, crew: Team, desk: Context) -> None:
        made = opened(desk, "03-05 09:00:00")
        do(desk, "03-05 09:10:00", "respond", made, staff_id=crew["1001"], responded_at=at("03-05 09:05"))
        do(desk, "03-05 10:05:00", "wait", made, whose="甲方", reason="开会", begins_at=at("03-05 10:00"))
        do(desk, "03-05 11:05:00", "resume", made, ends_at=at("03-05 11:00"))
        do(desk, "03-05 12:05:00", "solve", made, resolved_at=at("03-05 12:00"))
        assert not any("录入" in note for note in documents.record(site, made).notes), "five minutes are few"

        late = opened(desk, "03-06 09:00:00")
        do(desk, "03-06 09:10:01", "respond", late, staff_id=crew["1001"], responded_at=at("03-06 09:05"))
        do(desk, "03-06 10:06:00", "wait", late, whose="甲方", reason="开会", begins_at=at("03-06 10:00"))
        do(desk, "03-06 11:00:00", "resume", late)
        do(desk, "03-06 15:00:00", "solve", late, resolved_at=at("03-06 12:00"))
        assert (
            "事后录入：响应 3月6日 09:05，录入于 3月6日 09:10；等待 3月6日 10:00，录入于 3月6日 10:06；"
            "解决 3月6日 12:00，录入于 3月6日 15:00。"
        ) in documents.record(site, late).notes

    def test_the_reply_tells_the_time_that_the_clock_counted(self, site: Context, crew: Team) -> None:
        made = opened(site, "03-05 09:00:00")
        do(site, "03-05 09:09:00", "wait", made, whose="第三方", reason="等运营商")
        assert "用时 9 分。" in do(site, "03-05 16:00:00", "respond", made, staff_id=crew["1001"])
        change(site, "contract", 1, response="不适用", holds_from=date(2026, 3, 1))
        other = opened(site, "03-05 17:00:00", staff_id=crew["1001"], vendor_id=1)
        assert "用时 12 分。" in do(site, "03-05 17:12:00", "respond", other, staff_id=crew["1001"])


class TestWhose:
    def test_verdict_and_paper_say_since_when_it_was_theirs(self, site: Context, crew: Team) -> None:
        made = opened(site, "03-05 09:00:00")
        do(site, "03-05 09:05:00", "respond", made, staff_id=crew["1001"])
        do(site, "03-05 09:05:00", "due", made, due_at=at("03-05 12:00"))
        change(site, "incident", made, staff_id=crew["1002"])
        assert detail.detail(site, made).handed_over == "", "a colleague is no other vendor"
        go_to(site, "2026-03-05 11:55:00")
        change(site, "incident", made, staff_id=crew["2001"])
        do(site, "03-05 12:30:00", "solve", made)
        do(site, "03-05 12:30:00", "sign", made)
        since = "自 03-05 11:55 起由恒通处理"
        assert detail.detail(site, made).handed_over == since
        assert [(word, since in said) for word, said, _ in sentences(site, made)] == [("解决超时", True)]
        assert f"本单{since}，用时自接到起算。" in documents.record(site, made).notes

    def test_who_had_it_first_is_not_said(self, site: Context, crew: Team) -> None:
        made = opened(site, "03-05 09:00:00")
        do(site, "03-05 09:05:00", "respond", made, staff_id=crew["1001"])
        assert detail.detail(site, made).handed_over == ""


class TestHandIn:
    def solved(self, ctx: Context, crew: Team, moment: str, *, accepted: str = "03-05 09:00:00") -> int:
        made = opened(ctx, accepted)
        do(ctx, accepted, "respond", made, staff_id=crew["1001"])
        do(ctx, moment, "solve", made)
        return made

    @pytest.mark.parametrize(
        ("begins", "ends", "due"),
        [
            ("2026-03-06 08:30", "2026-03-06 17:30", "03-09 17:30:00"),
            ("2026-03-06 08:30", "2026-03-10 17:30", "03-11 17:30:00"),
            ("2026-03-06 08:30", "2026-03-06 17:29", "03-06 17:30:00"),
            ("2026-03-06 08:31", "2026-03-06 17:30", "03-06 17:30:00"),
        ],
    )
    def test_a_shift_on_leave_is_no_shift(self, site: Context, crew: Team, begins: str, ends: str, due: str) -> None:
        team.grant(site, crew["1001"], begins, ends)
        assert row(site, self.solved(site, crew, "03-05 18:00:00"))["hand_in_due_at"] == at(due)

    def test_due_follows_leave_and_roster_also_of_days_to_come(self, site: Context, crew: Team) -> None:
        made = self.solved(site, crew, "03-05 18:00:00")
        whose = {"staff_id": crew["1001"]}

        def due() -> datetime:
            found: datetime = row(site, made)["hand_in_due_at"]
            return found

        def slip(day: int) -> int:
            span = {"begins_at": at(f"03-{day:02} 08:30"), "ends_at": at(f"03-{day:02} 17:30")}
            return save(as_role(site, Role.DESK), "leave", kind="事假", reason="家中有事", **whose, **span)

        assert due() == at("03-06 17:30:00")
        friday = slip(6)
        assert due() == at("03-06 17:30:00"), "it frees nothing yet"
        run(site, "leave", "consent", friday)
        assert due() == at("03-09 17:30:00")
        monday = slip(9)
        run(site, "leave", "consent", monday)
        assert due() == at("03-10 17:30:00")
        run(site, "leave", "withdraw", monday, reason="不请了")
        assert due() == at("03-09 17:30:00")
        entered = save(site, "roster", day=date(2026, 3, 9), shift_id=REST, **whose)
        assert due() == at("03-10 17:30:00")
        change(site, "roster", entered, shift_id=crew.night)
        assert due() == at("03-10 08:00:00")
        save(site, "roster", day=date(2026, 3, 5), shift_id=crew.night, **whose)
        assert due() == at("03-06 08:00:00")
        do(site, "03-05 18:30:00", "sign", made)
        save(site, "roster", day=date(2026, 3, 5), shift_id=REST, **whose)
        assert due() == at("03-06 08:00:00"), "what is signed stays"

    def test_due_follows_who_is_on_site(self, site: Context, crew: Team, tmp_path: Path) -> None:
        made = self.solved(site, crew, "03-05 18:00:00")
        go_to(site, "2026-03-09 10:00:00")

        def due() -> datetime:
            found: datetime = row(site, made)["hand_in_due_at"]
            return found

        assert due() == at("03-06 17:30:00")
        run(site, "staff", "leave_site", crew["1001"], day=date(2026, 3, 5), reason="调走")
        assert due() == at("03-06 23:59:59"), "no shift of his comes any more"
        run(site, "staff", "return_to_site", crew["1001"])
        assert due() == at("03-06 17:30:00")
        change(site, "staff", crew["1001"], arrived_on=date(2026, 3, 9))
        assert due() == at("03-09 17:30:00")
        path = tmp_path / "人员.csv"
        path.write_text("工号,姓名,外包单位,到场日期\n1001,王强,华信,2026-03-06\n", "utf-8")
        assert import_staff(site, path).stored == 1
        assert due() == at("03-06 17:30:00")
        change(site, "staff", crew["1001"], arrived_on=date(2026, 3, 5))
        do(site, "03-09 10:00:00", "sign", made)
        change(site, "staff", crew["1001"], arrived_on=date(2026, 3, 9))
        assert due() == at("03-06 17:30:00"), "what is signed stays"
        whole(site)

    def test_a_colleagues_plan_moves_nothing(self, site: Context, crew: Team) -> None:
        made = self.solved(site, crew, "03-05 18:00:00")
        save(site, "roster", staff_id=crew["1002"], day=date(2026, 3, 6), shift_id=REST)
        assert row(site, made)["hand_in_due_at"] == at("03-06 17:30:00")

    def test_the_verdict_cites_the_reading_of_the_day_of_work(self, site: Context, crew: Team) -> None:
        go_to(site, "2026-03-05 08:30:00")
        amend(site, "T3-05", date(2026, 3, 6), incident__after_hours="same_day")
        made = self.solved(site, crew, "03-06 18:00:00", accepted="03-05 17:00:00")
        assert row(site, made)["hand_in_due_at"] == at("03-06 23:59:59")
        do(site, "03-07 08:00:00", "sign", made)
        ((word, _, cited),) = sentences(site, made)
        assert (word, '"held_from": "2026-03-06"' in cited) == ("晚交单", True)
        assert "班后完成的当日交" in documents.record(site, made).basis[0]

    def test_work_of_the_day_before_goes_by_the_reading_before(self, site: Context, crew: Team) -> None:
        go_to(site, "2026-03-05 08:30:00")
        amend(site, "T3-05", date(2026, 3, 6), incident__after_hours="same_day")
        made = self.solved(site, crew, "03-05 18:00:00")
        do(site, "03-09 08:00:00", "sign", made)
        ((word, _, cited),) = sentences(site, made)
        assert (word, '"held_from": "2026-03-06"' in cited) == ("晚交单", False)
        assert "班后完成的次工作日" in documents.record(site, made).basis[0]

    def test_nothing_is_reported_by_who_has_nothing_to_report(self, site: Context, crew: Team) -> None:
        self.solved(site, crew, "03-05 10:00:00")
        go_to(site, "2026-03-09 10:00:00")
        for number, day, match in (
            (9999, date(2026, 3, 5), "不在人员名册"),
            (crew["1002"], date(2026, 3, 8), "没有当班"),
            (crew["1001"], date(2026, 3, 5), "有 1 张事件记录要交"),
        ):
            with pytest.raises(Refusal, match=match) as told:
                hand_in.report_nothing(site, staff_id=number, day=day)
            assert str(told.value).endswith("。")
        said = hand_in.report_nothing(site, staff_id=crew["1002"], day=date(2026, 3, 5)).value
        assert said == "李敏 2026-03-05 零报告已交。"


class TestUrgent:
    @pytest.mark.parametrize(("responded", "over"), [("09:05:00", 0), ("09:05:01", 1)])
    def test_an_urgent_call_has_five_minutes_by_the_law_that_ships(
        self, site: Context, crew: Team, responded: str, over: int
    ) -> None:
        made = opened(site, "03-05 09:00:00", urgent=True)
        do(site, f"03-05 {responded}", "respond", made, staff_id=crew["1001"])
        assert row(site, made)["respond_over"] == over
        assert read(site, made, "响应").citation.key == "E10-04"
        assert "5 分内" in documents.record(site, made).basis[0]

    @pytest.mark.parametrize(("responded", "over"), [("09:10:00", 0), ("09:10:01", 1)])
    def test_a_contract_on_e10_times_the_rest_by_t1(self, site: Context, crew: Team, responded: str, over: int) -> None:
        works_by(site, "E10")
        made = opened(site, "03-05 09:00:00", vendor_id=1)
        do(site, f"03-05 {responded}", "respond", made, staff_id=crew["1001"])
        do(site, f"03-05 {responded}", "due", made, due_at=at("03-05 12:00"))
        do(site, "03-05 12:00:01", "solve", made)
        assert (row(site, made)["respond_over"], row(site, made)["solve_over"]) == (over, 1)
