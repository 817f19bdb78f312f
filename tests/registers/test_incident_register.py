"""运维事件记录单 on a real database: its life through the acts, its clocks, verdicts, files and full text."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import team
from filled_site import as_role, change, load, run, save, whole
from sqlalchemy import select
from team import Team, go_to

from opsdesk.catalog import by_slug
from opsdesk.models import Incident, IncidentPause, Problem, RosterEntry, StoredVerdict
from opsdesk.register import Query
from opsdesk.registers.incident import closing, detail, listing, service
from opsdesk.registers.incident.detail import Detail
from opsdesk.registers.incident.service import Course
from opsdesk.rules.vocabulary import ClockState, DayKind, IncidentState, Role, Whose
from opsdesk.services import amending, attachments, calendar_acts, case_reports, chain, settings
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal, Trouble

LINE = "财务科张会计上不了网"


@pytest.fixture
def crew(site: Context) -> Team:
    return team.build(site)


def at(written: str) -> datetime:
    return datetime.fromisoformat(f"2026-{written}")


def opened(ctx: Context, line: str = LINE, **more: Any) -> int:
    return service.open_incident(ctx, line, more).value.id


def do(ctx: Context, act: str, incident_id: int, **values: Any) -> str:
    return run(ctx, "incident", act, incident_id, **values)


def seen(ctx: Context, incident_id: int) -> Detail:
    return detail.detail(ctx, incident_id)


def course(ctx: Context, incident_id: int) -> list[tuple[str, str]]:
    return [(line.what, line.said) for line in seen(ctx, incident_id).course]


def verdicts(ctx: Context, *, replaced: bool = False) -> list[tuple[str, int]]:
    query = select(StoredVerdict.judgement, StoredVerdict.minutes).where(StoredVerdict.subject == "incident")
    with ctx.read() as connection:
        rows = connection.execute(query.where(StoredVerdict.replaced_at.is_not(None) == replaced))
        return [(row.judgement, row.minutes) for row in rows]


def links(ctx: Context) -> int:
    with ctx.read() as connection:
        return chain.count(connection)


def refused(ctx: Context, act: str, incident_id: int, match: str, field: str = "", **values: Any) -> None:
    before = links(ctx)
    with pytest.raises(Refusal, match=match) as told:
        do(ctx, act, incident_id, **values)
    assert told.value.field == field
    assert str(told.value).endswith("。")
    assert links(ctx) == before


def signed(ctx: Context, crew: Team, *, responded: str = "03-05 09:15:00", resolved: str = "03-05 10:00:00") -> int:
    """An incident of 09:00 that was answered, solved, handed in and signed."""
    go_to(ctx, "2026-03-05 09:00:00")
    made = opened(ctx)
    go_to(ctx, f"2026-{responded}")
    do(ctx, "respond", made, staff_id=crew["1001"])
    go_to(ctx, f"2026-{resolved}")
    do(ctx, "solve", made)
    do(ctx, "sign", made)
    return made


class TestOpening:
    def test_one_line_opens_it_and_the_clock_starts(self, site: Context) -> None:
        go_to(site, "2026-03-05 09:00:00")
        made = service.open_incident(site, f"  {LINE}\n13812345678").value
        row = seen(site, made.id).row
        assert (made.number, row["title"], row["state"]) == ("SJ-20260305-001", LINE, "待响应")
        assert row["reported_at"] == row["accepted_at"] == at("03-05 09:00:00")
        assert row["respond_by"] == at("03-05 09:10:00")
        assert row["reporter_phone"] == "13812345678"
        assert course(site, made.id) == [("受理", LINE)]
        whole(site)

    def test_what_is_known_and_named_is_filled_in(self, site: Context) -> None:
        opened(site, "食堂的机器", system="一卡通", device="POS机", reporter_dept="食堂")
        row = seen(site, opened(site, "食堂一卡通pos机掉线，网络不通 010-62345678")).row
        kept = (row["system"], row["device"], row["reporter_dept"], row["category"], row["reporter_phone"])
        assert kept == ("一卡通", "POS机", "食堂", "网络故障", "010-62345678")

    @pytest.mark.parametrize(("line", "match"), [(" \u200b ", "先写一行"), ("网" * 121, "121 个字")])
    def test_what_is_no_line_is_refused(self, site: Context, line: str, match: str) -> None:
        with pytest.raises(Refusal, match=match) as told:
            opened(site, line)
        assert told.value.field == "title"
        assert opened(site, "网" * 120)

    def test_numbers_have_no_gap_and_a_void_one_is_not_used_again(self, site: Context) -> None:
        numbers = [service.open_incident(site, LINE).value for _ in range(3)]
        do(site, "void", numbers[2].id, reason="重复开单")
        with pytest.raises(Refusal, match="外包单位"):  # refused after its number was given
            save(site, "incident", None, title=LINE, kind="故障", vendor_id=99)
        after = service.open_incident(site, LINE).value.number
        assert [*(each.number[-3:] for each in numbers), after[-3:]] == ["001", "002", "003", "004"]
        go_to(site, "2026-03-06 00:00:00")
        assert service.open_incident(site, LINE).value.number == "SJ-20260306-001"

    def test_a_thousand_in_a_day(self, site: Context) -> None:
        made = opened(site)
        with site.transaction("测试") as tx:
            tx.update(Incident, made, number="SJ-20260305-999")
        for number in (1000, 1001, 1002):
            following = service.open_incident(site, LINE).value
            assert following.number == f"SJ-20260305-{number}"
            do(site, "void", following.id, reason="测试")

    def test_two_desks_at_once_get_different_numbers(self, site: Context) -> None:
        found: list[str] = []
        begin = threading.Barrier(2)

        def answer() -> None:
            begin.wait()
            found.extend(service.open_incident(site, LINE).value.number for _ in range(8))

        desks = [threading.Thread(target=answer) for _ in range(2)]
        for each in desks:
            each.start()
        for each in desks:
            each.join()
        assert sorted(found) == [f"SJ-20260305-{n:03}" for n in range(1, 17)]
        whole(site)


WITH: dict[str, dict[str, Any]] = {
    "wait": {"whose": "甲方", "reason": "等用户下班"},
    "confirm": {"rating": "满意"},
    "due": {"due_at": at("03-05 18:00"), "reason": "用户开会"},
    "appoint": {"appointed_at": at("03-05 15:00")},
    "escalate": {"escalated_to": "厂家二线", "reason": "要换主板"},
    "give_back": {"reason": "没有写方案"},
    "reopen": {"reason": "又断了"},
    "correct_time": {"which": "accepted_at", "at": at("03-05 09:00"), "reason": "记晚了"},
    "void": {"reason": "重复开单"},
    "join_problem": {"title": "交换机端口老化"},
}
"""What each act is given where it asks for something."""
ACTS = [act.key for act in by_slug("incident").acts]
REPEATED = {("已确认", "confirm")}
"""What is not offered and yet not refused: a user may change his mind about what he said."""


def bring(ctx: Context, crew: Team, state: str) -> int:
    """A new incident, a visit at the user's, in this state."""
    made = opened(ctx, kind="上门报修", staff_id=crew["1001"], vendor_id=1)
    steps = {
        "待响应": (),
        "处理中": ("respond",),
        "等待": ("respond", "wait"),
        "已解决": ("respond", "solve"),
        "已确认": ("respond", "solve", "confirm"),
        "退回": ("respond", "solve", "give_back"),
        "已签收": ("respond", "solve", "sign"),
        "已作废": ("void",),
    }
    for act in steps[state]:
        do(ctx, act, made, **WITH.get(act, {}))
    assert seen(ctx, made).row["state"] == state
    return made


class TestLife:
    def test_from_the_call_to_the_signature(self, site: Context, crew: Team) -> None:
        go_to(site, "2026-03-05 09:00:00")
        made = opened(site, reporter="张会计")
        steps: tuple[tuple[str, str, dict[str, Any], str], ...] = (
            ("09:08", "respond", {"staff_id": crew["1001"], "response_way": "现场"}, "已响应，用时 8 分"),
            ("09:10", "due", {"due_at": at("03-05 11:00")}, "要求 2026-03-05 11:00 前完成"),
            ("09:30", "wait", {"whose": "等待备件", "reason": "等交换机模块"}, "不计入外包单位用时"),
            ("10:30", "resume", {}, "这次等待了 1 小时"),
            ("11:30", "solve", {"handling": "更换光模块", "root_cause": "模块老化"}, "请在 03-05 17:30 前交单"),
            ("11:40", "confirm", {"rating": "非常满意", "opinion": "很快"}, "张会计确认：非常满意"),
            ("17:30", "hand_in", {}, "已交单 1 张：SJ-20260305-001"),
            ("17:45", "sign", {}, "已签收 1 张"),
        )
        for clock, act, values, said in steps:
            go_to(site, f"2026-03-05 {clock}:00")
            assert said in do(site, act, made, **values)
        row = seen(site, made).row
        assert [row[key] for key in ("state", "person", "vendor", "result", "rating")] == [
            "已签收", "王强", "华信", "已解决", "非常满意",
        ]  # fmt: skip
        assert (row["arrived_at"], row["closed_at"]) == (at("03-05 09:08"), at("03-05 17:45"))
        assert (row["respond_over"], row["solve_over"], row["paused_seconds"]) == (0, 0, 3600)
        assert [what for what, _ in course(site, made)] == [
            "受理", "响应", "要求时间", "等待", "恢复处理", "处理", "解决", "用户确认", "交单", "主管签收",
        ]  # fmt: skip
        assert verdicts(site) == []
        whole(site)

    @pytest.mark.parametrize("state", [str(state) for state in IncidentState])
    def test_what_is_offered_can_be_done_and_nothing_else(self, site: Context, crew: Team, state: str) -> None:
        go_to(site, "2026-03-05 09:00:00")
        for key in ACTS:
            act = next(each for each in by_slug("incident").acts if each.key == key)
            made = bring(site, crew, state)
            assert act.offered is not None
            if act.offered(load(site, "incident", made)):
                assert do(site, key, made, **WITH.get(key, {})).endswith("。")
            elif (state, key) not in REPEATED:
                before = links(site)
                with pytest.raises(Refusal) as told:
                    do(site, key, made, **WITH.get(key, {}))
                assert "SJ-20260305-" in str(told.value)
                assert links(site) == before
        whole(site)

    @pytest.mark.parametrize(
        ("act", "values", "field"),
        [
            ("respond", {}, "staff_id"),
            ("respond", {"staff_id": 99}, "staff_id"),
            ("respond", {"staff_id": 1, "response_way": "传真"}, "response_way"),
            ("wait", {"reason": "等"}, "whose"),
            ("wait", {"whose": "天气", "reason": "等"}, "whose"),
            ("wait", {"whose": "甲方"}, "reason"),
            ("due", {}, "due_at"),
            ("due", {"due_at": at("03-05 09:00")}, "due_at"),
            ("appoint", {}, "appointed_at"),
            ("escalate", {"reason": "难"}, "escalated_to"),
            ("escalate", {"escalated_to": "厂家"}, "reason"),
            ("void", {}, "reason"),
            ("join_problem", {}, "problem_id"),
            ("join_problem", {"problem_id": 1, "title": "新的"}, "title"),
            ("join_problem", {"problem_id": 99}, ""),
        ],
    )
    def test_what_is_lacking_is_named(
        self, site: Context, crew: Team, act: str, values: Mapping[str, Any], field: str
    ) -> None:
        go_to(site, "2026-03-05 09:00:00")
        refused(site, act, opened(site, kind="上门报修"), "。", field, **values)

    def test_not_solved_before_somebody_took_it_up(self, site: Context) -> None:
        refused(site, "solve", opened(site), "还没有响应")

    def test_a_later_time_needs_a_reason_and_the_users_word(self, site: Context, crew: Team) -> None:
        go_to(site, "2026-03-05 09:00:00")
        made = opened(site)
        do(site, "due", made, due_at=at("03-05 12:00"))
        refused(site, "due", made, "改期原因", "reason", due_at=at("03-05 15:00"))
        do(site, "due", made, due_at=at("03-05 15:00"), reason="工程师想改期", confirmed=False)
        assert seen(site, made).row["due_at"] == at("03-05 12:00")
        do(site, "due", made, due_at=at("03-05 16:00"), reason="用户下午开会", confirmed=True, asked_by="张会计")
        assert seen(site, made).row["due_at"] == at("03-05 16:00")
        assert [said for what, said in course(site, made) if what == Course.DUE] == [
            "2026-03-05 12:00 前完成",
            "2026-03-05 15:00 前完成（原 03-05 12:00，工程师想改期），用户还没有确认，不作数",
            "2026-03-05 16:00 前完成（原 03-05 12:00，用户下午开会）",
        ]

    def test_several_are_handed_in_and_signed_at_once_or_none(self, site: Context, crew: Team) -> None:
        solved = [bring(site, crew, "已解决") for _ in range(2)]
        working = bring(site, crew, "处理中")
        for act in (closing.hand_in, closing.sign):
            before = links(site)
            with pytest.raises(Refusal, match="处理中"):
                act(site, [*solved, working], {})
            assert links(site) == before
        assert closing.hand_in(site, solved, {}).value.startswith("已交单 2 张")
        with pytest.raises(Refusal, match="都已经交过"):
            closing.hand_in(site, solved, {})
        assert closing.sign(site, solved, {}).value == "已签收 2 张。"

    def test_signing_hands_in_what_was_not(self, site: Context, crew: Team) -> None:
        row = seen(site, bring(site, crew, "已签收")).row
        assert (row["handed_in_at"], row["handed_in_by"], row["signed_by"]) == (site.now(), "王强", "主管")

    def test_given_back_it_is_handed_in_again(self, site: Context, crew: Team) -> None:
        made = bring(site, crew, "已确认")
        do(site, "hand_in", made)
        do(site, "give_back", made, reason="没有写方案")
        row = seen(site, made).row
        assert (row["state"], row["handed_in_at"], row["rating"]) == ("退回", None, "满意")
        refused(site, "sign", made, "不能签收")
        do(site, "hand_in", made)
        assert seen(site, made).row["state"] == "已确认"
        assert (Course.RETURN, "没有写方案") in course(site, made)

    def test_reopened_it_keeps_its_history_and_the_time_it_was_thought_solved_is_nobodys(
        self, site: Context, crew: Team
    ) -> None:
        go_to(site, "2026-03-05 09:00:00")
        made = opened(site)
        do(site, "respond", made, staff_id=crew["1001"])
        do(site, "due", made, due_at=at("03-05 12:00"))
        go_to(site, "2026-03-05 11:00:00")
        do(site, "solve", made, handling="重启")
        do(site, "hand_in", made)
        go_to(site, "2026-03-06 08:30:00")
        assert "第 1 次" in do(site, "reopen", made, reason="又断了")
        found = seen(site, made)
        kept = ("state", "resolved_at", "result", "handed_in_at", "hand_in_due_at", "reopened", "responded_at")
        assert [found.row[key] for key in kept] == ["处理中", None, "", None, None, 1, at("03-05 09:00")]
        assert [(pause.begins, pause.ends, pause.whose) for pause in found.pauses] == [
            (at("03-05 11:00"), at("03-06 08:30"), Whose.CLIENT)
        ]
        assert found.row["solve_by"] == at("03-06 09:30"), "an hour was left"
        assert [what for what, _ in course(site, made)][-3:] == ["解决", "交单", "重开"]
        go_to(site, "2026-03-06 09:30:01")
        assert "超时 1 秒" in do(site, "solve", made)
        whole(site)

    def test_void_it_stays_in_sight_and_its_clocks_stand(self, site: Context, crew: Team) -> None:
        made = bring(site, crew, "等待")
        do(site, "void", made, reason="重复开单")
        found = seen(site, made)
        assert (found.row["void_reason"], found.row["respond_by"], found.row["solve_by"]) == ("重复开单", None, None)
        assert all(pause.ends is not None for pause in found.pauses)
        assert listing.listed(site, Query()).total == 1
        assert listing.counts(site).today == 0


class TestHands:
    def test_the_desk_does_all_but_sign(self, site: Context, crew: Team) -> None:
        desk = as_role(site, Role.DESK)
        made = bring(desk, crew, "已确认")
        for act in ("sign", "give_back", "correct_time"):
            refused(desk, act, made, "需要主管来做", **WITH.get(act, {}))
        refused(desk, "void", made, "需要主管来做", **WITH["void"])
        do(site, "sign", made)
        refused(desk, "reopen", made, "需要主管来做", **WITH["reopen"])
        with pytest.raises(Refusal, match="签收，不能改"):
            change(desk, "incident", made, title="换个标题")
        with pytest.raises(Refusal, match="签收，不能改"):
            detail.add_step(desk, made, {"said": "补一步"})
        assert seen(site, made).row["accepted_by"] == "李值班"

    def test_the_desk_voids_what_is_open_and_reopens_what_is_not_signed(self, site: Context, crew: Team) -> None:
        desk = as_role(site, Role.DESK)
        do(desk, "void", bring(desk, crew, "处理中"), reason="重复开单")
        do(desk, "reopen", bring(desk, crew, "已解决"), reason="又断了")

    @pytest.mark.parametrize("state", ["已签收", "已作废"])
    def test_what_is_closed_is_not_changed(self, site: Context, crew: Team, state: str) -> None:
        made = bring(site, crew, state)
        for key, value in (("title", "换个标题"), ("severity", "高"), ("root_cause", "补写")):
            with pytest.raises(Refusal, match="不能改"):
                change(site, "incident", made, **{key: value})
        with pytest.raises(Refusal, match="不能改"):
            detail.add_part(site, made, {"name": "光模块"})


class TestChanges:
    def test_what_matters_is_told_in_the_course(self, site: Context, crew: Team) -> None:
        made = opened(site, staff_id=crew["1001"])
        change(site, "incident", made, severity="高", urgent=True, category="硬件故障", system="办公网")
        change(site, "incident", made, severity="中", staff_id=crew["1002"], kind="服务请求")
        change(site, "incident", made, symptom="时断时续", root_cause="端口老化")
        assert [said for what, said in course(site, made) if what == Course.CHANGE] == [
            "等级 空→高，紧急 否→是，类别 网络故障→硬件故障，系统 空→办公网",
            "等级 高→中，单据类型 故障→服务请求，处理人 王强→李敏",
        ]

    def test_nothing_changed_writes_nothing(self, site: Context, crew: Team) -> None:
        made = opened(site, staff_id=crew["1001"], vendor_id=1)
        before = links(site)
        change(site, "incident", made)
        assert links(site) == before

    def test_a_pause_is_never_lost_when_the_severity_changes(self, site: Context, crew: Team) -> None:
        go_to(site, "2026-03-05 09:00:00")
        made = opened(site)
        go_to(site, "2026-03-05 09:05:00")
        do(site, "respond", made, staff_id=crew["1001"])
        do(site, "due", made, due_at=at("03-05 10:00"))
        do(site, "wait", made, whose="第三方", reason="等运营商")
        go_to(site, "2026-03-05 11:00:00")
        change(site, "incident", made, severity="高", urgent=True)
        found = seen(site, made)
        assert [(pause.begins, pause.ends) for pause in found.pauses] == [(at("03-05 09:05"), None)]
        assert found.standing.solution is not None
        assert (found.standing.solution.state, found.standing.solution.used) == (ClockState.PAUSED, 300)
        go_to(site, "2026-03-05 11:30:00")
        do(site, "resume", made)
        change(site, "incident", made, severity="低", urgent=False)
        go_to(site, "2026-03-05 12:25:00")
        do(site, "solve", made)
        row = seen(site, made).row
        assert (row["solve_over"], row["paused_seconds"]) == (0, (2 * 60 + 25) * 60)

    @pytest.mark.parametrize("regulation", ["T1", "E10"])
    def test_urgency_shortens_the_response(self, site: Context, crew: Team, regulation: str) -> None:
        change(site, "contract", 1, response=regulation, holds_from=date(2026, 3, 1))
        go_to(site, "2026-03-05 09:00:00")
        made = opened(site, staff_id=crew["1001"], vendor_id=1)
        assert seen(site, made).row["respond_by"] == at("03-05 09:10")
        change(site, "incident", made, urgent=True)
        assert seen(site, made).row["respond_by"] == at("03-05 09:05")

    def test_the_company_at_the_time_of_the_work_stays(self, site: Context, crew: Team) -> None:
        made = opened(site, staff_id=crew["1001"], vendor_id=1)
        change(site, "staff", crew["1001"], vendor_id=2)
        change(site, "incident", made, title="改标题")
        assert seen(site, made).row["vendor"] == "华信"
        with pytest.raises(Refusal) as told:
            change(site, "incident", made, staff_id=99)
        assert told.value.field == "staff_id"

    def test_steps_are_struck_not_taken_out(self, site: Context, crew: Team) -> None:
        made = bring(site, crew, "处理中")
        detail.add_step(site, made, {"said": "重启交换机", "result": "正常"})
        line = seen(site, made).steps[0]
        detail.strike(site, line.id)
        found = seen(site, made)
        assert found.steps == ()
        assert next(each for each in found.course if each.id == line.id).void.startswith("主管 03-05")
        with pytest.raises(Refusal, match="已经不在了"):
            detail.strike(site, line.id)
        accepted = next(each for each in found.course if each.what == Course.ACCEPT)
        with pytest.raises(Refusal, match="不能划去"):
            detail.strike(site, accepted.id)


class TestTimes:
    @pytest.fixture
    def made(self, site: Context, crew: Team) -> int:
        go_to(site, "2026-03-05 09:00:20")
        made = opened(site, kind="上门报修", staff_id=crew["1001"], vendor_id=1)
        go_to(site, "2026-03-05 12:00:00")
        return made

    @pytest.mark.parametrize(
        ("act", "key", "more"),
        [
            ("respond", "responded_at", {}),
            ("wait", "begins_at", WITH["wait"]),
            ("contact", "contacted_at", {}),
            ("arrive", "arrived_at", {}),
            ("escalate", "technician_at", WITH["escalate"]),
        ],
    )
    def test_neither_to_come_nor_before_the_call(
        self, site: Context, made: int, act: str, key: str, more: Mapping[str, Any]
    ) -> None:
        refused(site, act, made, "还没有到", key, **{**more, key: at("03-05 12:00:01")})
        refused(site, act, made, "早于报告时间", key, **{**more, key: at("03-05 08:59")})
        refused(site, act, made, "日期和时间", key, **{**more, key: "上午"})
        do(site, act, made, **{**more, key: at("03-05 09:00")})  # typed to the minute of the call
        if key in seen(site, made).row:
            assert seen(site, made).row[key] == at("03-05 09:00:20")

    def test_solved_after_the_response_handed_in_after_the_solution(self, site: Context, made: int) -> None:
        do(site, "respond", made, responded_at=at("03-05 09:30"))
        go_to(site, "2026-03-05 12:00:30")
        refused(site, "solve", made, "早于响应时间", "resolved_at", resolved_at=at("03-05 09:29"))
        do(site, "solve", made)
        go_to(site, "2026-03-05 13:00:00")
        refused(site, "confirm", made, "早于解决时间", "confirmed_at", rating="满意", confirmed_at=at("03-05 11:59"))
        refused(site, "hand_in", made, "早于解决时间", "handed_in_at", handed_in_at=at("03-05 11:59"))
        do(site, "hand_in", made, handed_in_at=at("03-05 12:00"))
        assert seen(site, made).row["handed_in_at"] == at("03-05 12:00:30")

    def test_solved_in_the_minute_of_the_response(self, site: Context, made: int) -> None:
        do(site, "respond", made)
        go_to(site, "2026-03-05 12:00:40")
        do(site, "solve", made, resolved_at=at("03-05 12:00"))
        assert seen(site, made).row["resolved_at"] == at("03-05 12:00:00")

    def test_pauses_do_not_overlap(self, site: Context, made: int) -> None:
        do(site, "wait", made, **WITH["wait"], begins_at=at("03-05 10:00"))
        refused(site, "resume", made, "不能更早结束", "ends_at", ends_at=at("03-05 09:59"))
        do(site, "resume", made, ends_at=at("03-05 11:00"))
        refused(site, "wait", made, "才结束", "begins_at", **WITH["wait"], begins_at=at("03-05 10:59"))
        do(site, "wait", made, **WITH["wait"], begins_at=at("03-05 11:00"))
        refused(site, "wait", made, "已经在等待", **WITH["wait"])

    def test_only_the_vendors_own_waiting_counts(self, site: Context, crew: Team) -> None:
        used = {}
        for whose in Whose:
            go_to(site, f"2026-03-{9 + list(Whose).index(whose):02} 09:00:00")
            made = opened(site, staff_id=crew["1001"], vendor_id=1)
            do(site, "wait", made, whose=str(whose), reason="等")
            team.clock_of(site).advance(minutes=30)
            do(site, "resume", made)
            team.clock_of(site).advance(seconds=1)
            do(site, "respond", made)
            used[whose] = seen(site, made).row["respond_over"]
        assert used == {Whose.VENDOR: 20 * 60 + 1, Whose.CLIENT: 0, Whose.THIRD: 0, Whose.PARTS: 0}

    @pytest.mark.parametrize(("second", "over"), [(9 * 60 + 59, 0), (10 * 60, 0), (10 * 60 + 1, 1)])
    def test_the_limit_itself_is_kept(self, site: Context, crew: Team, second: int, over: int) -> None:
        go_to(site, "2026-03-05 09:00:00")
        made = opened(site)
        team.clock_of(site).advance(seconds=second)
        do(site, "respond", made, staff_id=crew["1001"])
        assert seen(site, made).row["respond_over"] == over

    def test_a_wrong_time_is_set_right_and_the_old_one_stays_in_sight(self, site: Context, made: int) -> None:
        do(site, "respond", made)
        assert seen(site, made).row["respond_over"] == (3 * 60 - 10) * 60 - 20
        right = {"which": "responded_at", "at": at("03-05 09:10:20"), "reason": "当场响应，补记"}
        said = do(site, "correct_time", made, **right)
        assert "响应时间 03-05 12:00:00 改为 03-05 09:10:20：当场响应，补记" in said
        assert (Course.CORRECT, said.split(" ", 1)[1].rstrip("。")) in course(site, made)
        assert seen(site, made).row["respond_over"] == 0
        whole(site)

    @pytest.mark.parametrize(
        ("which", "moment", "field", "match"),
        [
            ("responded_at", "03-05 12:00:01", "at", "还没有到"),
            ("responded_at", "03-05 08:59:59", "at", "会早于接到时间"),
            ("responded_at", "03-05 11:31:00", "at", "会早于响应时间"),
            ("accepted_at", "03-05 11:01:00", "at", "会早于接到时间"),
            ("resolved_at", "03-05 10:59:59", "at", "会早于响应时间"),
            ("resolved_at", "03-05 11:46:00", "at", "会早于解决时间"),
            ("contacted_at", "03-05 11:00:00", "which", "还没有记录"),
            ("arrived_at", "03-05 08:59:00", "which", "还没有记录"),
            ("signed_at", "03-05 11:00:00", "which", "可选的范围"),
        ],
    )
    def test_corrected_times_keep_their_order(
        self, site: Context, made: int, which: str, moment: str, field: str, match: str
    ) -> None:
        do(site, "respond", made, responded_at=at("03-05 11:00"))
        do(site, "solve", made, resolved_at=at("03-05 11:30"))
        do(site, "hand_in", made, handed_in_at=at("03-05 11:45"))
        refused(site, "correct_time", made, match, field, which=which, at=at(moment), reason="记错")
        refused(site, "correct_time", made, "更正原因", "reason", which=which, at=at(moment), reason=" ")


HAND_IN = (
    ("1001", "03-05 07:50:00", "03-05 17:30:00"),  # before the shift of that day
    ("1001", "03-05 17:30:00", "03-05 17:30:00"),
    ("1001", "03-05 17:30:01", "03-06 17:30:00"),
    ("1001", "03-06 17:30:01", "03-09 17:30:00"),  # over the week-end
    ("1001", "03-07 10:00:00", "03-09 17:30:00"),
    ("1001", "04-03 17:30:00", "04-03 17:30:00"),
    ("1001", "04-03 17:30:01", "04-07 17:30:00"),  # over 清明节
    ("2002", "03-05 20:00:00", "03-06 08:00:00"),
    ("2002", "03-06 02:00:00", "03-06 08:00:00"),  # past midnight, still that night
    ("2002", "03-06 08:00:00", "03-06 08:00:00"),
    ("2002", "03-06 08:00:01", "03-09 17:30:00"),  # after the night he rests
    ("", "03-05 17:30:00", "03-05 17:30:00"),  # nobody's: the desk's hours
    ("", "03-05 17:30:01", "03-06 17:30:00"),
)


class TestHandIn:
    def solved(self, ctx: Context, crew: Team, number: str, resolved: str) -> int:
        made = opened(ctx)
        do(ctx, "respond", made, staff_id=crew[number or "1001"])
        if not number:
            change(ctx, "incident", made, staff_id=None, vendor_id=None)
        go_to(ctx, f"2026-{resolved}")
        do(ctx, "solve", made)
        return made

    @pytest.mark.parametrize(("number", "resolved", "due"), HAND_IN)
    def test_due_before_the_end_of_the_shift(
        self, site: Context, crew: Team, number: str, resolved: str, due: str
    ) -> None:
        team.clock_of(site).set(at("03-05 07:40"))
        with site.transaction("排班") as tx:
            tx.insert(RosterEntry, staff_id=crew["2002"], day=date(2026, 3, 6), shift_id=None)
        assert seen(site, self.solved(site, crew, number, resolved)).row["hand_in_due_at"] == at(due)

    def test_after_the_shift_on_the_same_day_where_the_clause_is_read_so(self, site: Context, crew: Team) -> None:
        amending.amend(
            site, clause="T3-05", begins_on=date(2026, 3, 1), typed={"incident.after_hours": "same_day"},
            source="会议纪要", reason="当日交",
        )  # fmt: skip
        made = self.solved(site, crew, "1001", "03-05 17:30:01")
        assert seen(site, made).row["hand_in_due_at"] == at("03-05 23:59:59")

    @pytest.mark.parametrize(
        ("handed", "expected"), [("17:30:00", []), ("17:30:01", [("晚交单", 1)]), ("17:32:00", [("晚交单", 2)])]
    )
    def test_too_late_is_a_verdict_once_signed(
        self, site: Context, crew: Team, handed: str, expected: list[tuple[str, int]]
    ) -> None:
        made = self.solved(site, crew, "1001", "03-05 10:00:00")
        go_to(site, f"2026-03-05 {handed}")
        do(site, "hand_in", made)
        assert verdicts(site) == []
        do(site, "sign", made)
        assert [each for each in verdicts(site) if each[0] == "晚交单"] == expected

    def test_what_was_not_handed_in_is_handed_in_by_the_signature(self, site: Context, crew: Team) -> None:
        made = self.solved(site, crew, "1001", "03-05 10:00:00")
        go_to(site, "2026-03-06 09:00:00")
        do(site, "sign", made)
        assert ("晚交单", 15 * 60 + 30) in verdicts(site)


class TestSigning:
    def test_verdicts_are_frozen_with_clause_and_sentence(self, site: Context, crew: Team) -> None:
        signed(site, crew)
        assert verdicts(site) == [("响应超时", 5)]
        with site.read() as connection:
            row = connection.execute(select(StoredVerdict.__table__)).mappings().one()
        assert (row["staff_id"], row["day"], row["amount_fen"]) == (crew["1001"], date(2026, 3, 5), None)
        assert "T1 5 故障" in row["sentence"]
        assert "超时 5 分" in row["sentence"]
        assert "T1-FLT-01" in row["citations"]

    @pytest.mark.parametrize("act", ["give_back", "reopen"])
    def test_given_back_or_reopened_they_are_replaced(self, site: Context, crew: Team, act: str) -> None:
        made = signed(site, crew)
        go_to(site, "2026-03-05 11:00:00")
        do(site, act, made, **WITH[act])
        assert (verdicts(site), verdicts(site, replaced=True)) == ([], [("响应超时", 5)])
        row = seen(site, made).row
        assert (row["signed_at"], row["closed_at"], row["signed_by"]) == (None, None, "")
        if act == "reopen":
            do(site, "solve", made)
        do(site, "hand_in", made)
        do(site, "sign", made)
        assert (verdicts(site), verdicts(site, replaced=True)) == ([("响应超时", 5)], [("响应超时", 5)])
        whole(site)

    def test_nobody_is_charged_for_a_record_without_an_engineer_of_ours(self, site: Context, crew: Team) -> None:
        go_to(site, "2026-03-05 09:00:00")
        made = opened(site)
        go_to(site, "2026-03-05 09:15:00")
        do(site, "respond", made, staff_id=crew["1001"])
        do(site, "solve", made)
        change(site, "incident", made, staff_id=None)
        do(site, "sign", made)
        assert verdicts(site) == []

    def test_an_amended_law_judges_what_is_not_signed(self, site: Context, crew: Team) -> None:
        kept = signed(site, crew)
        go_to(site, "2026-03-05 11:00:00")
        waiting = opened(site)
        go_to(site, "2026-03-05 11:15:00")
        do(site, "respond", waiting, staff_id=crew["1001"])
        amending.amend(
            site, clause="T1-FLT-01", begins_on=date(2026, 3, 5), typed={"sla.respond_min": "20"}, source="补充协议",
            reason="放宽",
        )  # fmt: skip
        assert [seen(site, each).row["respond_over"] for each in (kept, waiting)] == [300, 0]
        do(site, "solve", waiting)
        do(site, "sign", waiting)
        assert verdicts(site) == [("响应超时", 5)]
        whole(site)

    @pytest.mark.parametrize(("begins", "over"), [(date(2026, 3, 5), 0), (date(2026, 3, 6), 300)])
    def test_by_the_law_of_the_day_of_the_call(self, site: Context, crew: Team, begins: date, over: int) -> None:
        go_to(site, "2026-03-05 23:59:00")
        made = opened(site)
        go_to(site, "2026-03-06 00:14:00")
        do(site, "respond", made, staff_id=crew["1001"])
        amending.amend(
            site, clause="T1-FLT-01", begins_on=begins, typed={"sla.respond_min": "15"}, source="补充协议",
            reason="放宽",
        )  # fmt: skip
        assert seen(site, made).row["respond_over"] == over

    def test_a_law_on_handing_in_reaches_what_was_reported_before(self, site: Context, crew: Team) -> None:
        go_to(site, "2026-03-05 16:00:00")
        made = opened(site)
        do(site, "respond", made, staff_id=crew["1001"])
        go_to(site, "2026-03-06 18:00:00")
        do(site, "solve", made)
        assert seen(site, made).row["hand_in_due_at"] == at("03-09 17:30")
        amending.amend(
            site, clause="T3-05", begins_on=date(2026, 3, 6), typed={"incident.after_hours": "same_day"},
            source="会议纪要", reason="当日交",
        )  # fmt: skip
        assert seen(site, made).row["hand_in_due_at"] == at("03-06 23:59:59")

    def test_a_changed_contract_judges_what_is_not_signed(self, site: Context, crew: Team) -> None:
        kept = signed(site, crew)
        go_to(site, "2026-03-05 11:00:00")
        waiting, others = opened(site), opened(site)
        go_to(site, "2026-03-05 11:15:00")
        do(site, "respond", waiting, staff_id=crew["1001"])
        do(site, "respond", others, staff_id=crew["2001"])
        change(site, "contract", 1, response="不适用", holds_from=date(2026, 3, 1))
        assert [seen(site, each).row["respond_over"] for each in (kept, waiting, others)] == [300, None, 300]
        assert verdicts(site) == [("响应超时", 5)]
        whole(site)

    def test_a_changed_calendar_judges_what_is_not_signed(self, site: Context, crew: Team) -> None:
        made = []
        go_to(site, "2026-03-05 09:00:00")
        for _ in range(2):
            made.append(opened(site))
            do(site, "respond", made[-1], staff_id=crew["1001"])
        go_to(site, "2026-03-05 18:00:00")
        for each in made:
            do(site, "solve", each)
        do(site, "sign", made[0])
        calendar_acts.set_day(site, day=date(2026, 3, 6), kind=DayKind.DAY_OFF, name="站庆")
        due = [seen(site, each).row["hand_in_due_at"] for each in made]
        assert due == [at("03-06 17:30"), at("03-09 17:30")]
        whole(site)

    def test_changed_working_hours_time_what_is_not_signed(self, site: Context, crew: Team) -> None:
        option = next(row.id for row in by_slug("incident_option").list(site, Query("网络故障")).rows)
        change(site, "incident_option", option, hours="工作时间")
        go_to(site, "2026-03-05 17:25:00")
        made = opened(site, category="网络故障", staff_id=crew["1001"], vendor_id=1)
        assert seen(site, made).row["respond_by"] == at("03-06 08:35")
        amending.amend(
            site, clause="T1-ATT-01", begins_on=date(2026, 3, 5), typed={"hours.pairs": "08:30-18:00"},
            source="通知", reason="试行",
        )  # fmt: skip
        assert seen(site, made).row["respond_by"] == at("03-05 17:35")


class TestFiles:
    @pytest.fixture
    def made(self, site: Context) -> int:
        settings.write(site, {"incident.file_megabytes": "1"})
        return opened(site)

    def test_kept_under_their_hash_once(self, site: Context, made: int, tmp_path: Path) -> None:
        photo = tmp_path / "现场.JPG"
        photo.write_bytes(b"\xff\xd8 photo")
        detail.attach(site, made, photo)
        (file,) = seen(site, made).files
        assert (file.name, file.size) == ("现场.JPG", 8)
        kept = attachments.find(site.home, file.sha256, file.name)
        assert kept.read_bytes() == photo.read_bytes()
        assert kept.name == f"{file.sha256}.jpg"
        with pytest.raises(Refusal, match="已经附在这张单上") as told:
            detail.attach(site, made, photo)
        assert told.value.field == "file"
        detail.attach(site, opened(site), photo)
        detail.detach(site, file.id)
        assert seen(site, made).files == ()
        assert kept.exists()
        detail.attach(site, made, photo)
        whole(site)

    @pytest.mark.parametrize(
        ("name", "size", "match"),
        [
            ("大图.png", (1 << 20) + 1, "超过一个附件的上限 1 MB"),
            ("空.txt", 0, "空文件"),
            ("工具.EXE", 10, "是程序"),
            ("不在.png", None, "找不到"),
        ],
    )
    def test_limits(self, site: Context, made: int, tmp_path: Path, name: str, size: int | None, match: str) -> None:
        path = tmp_path / name
        if size is not None:
            path.write_bytes(b"x" * size)
        with pytest.raises(Refusal, match=match) as told:
            detail.attach(site, made, path)
        assert told.value.field == "file"
        assert seen(site, made).files == ()

    def test_the_limit_itself_is_taken(self, site: Context, made: int, tmp_path: Path) -> None:
        path = tmp_path / "大图.png"
        path.write_bytes(b"x" * (1 << 20))
        detail.attach(site, made, path)
        assert seen(site, made).files[0].size == 1 << 20

    def test_a_file_changed_or_gone_is_told(self, site: Context, made: int, tmp_path: Path) -> None:
        path = tmp_path / "日志.txt"
        path.write_text("原文", encoding="utf-8")
        detail.attach(site, made, path)
        (file,) = seen(site, made).files
        kept = attachments.place(site.home, file.sha256, file.name)
        kept.write_text("改过", encoding="utf-8")
        with pytest.raises(Trouble, match="在程序以外被改过"):
            attachments.find(site.home, file.sha256, file.name)
        kept.unlink()
        with pytest.raises(Trouble, match="不在数据文件夹里"):
            attachments.find(site.home, file.sha256, file.name)

    def test_a_closed_record_takes_none(self, site: Context, made: int, tmp_path: Path) -> None:
        path = tmp_path / "现场.jpg"
        path.write_bytes(b"photo")
        do(site, "void", made, reason="重复开单")
        with pytest.raises(Refusal, match="不能改"):
            detail.attach(site, made, path)


class TestText:
    @pytest.fixture
    def made(self, site: Context, crew: Team) -> int:
        made = opened(
            site, "食堂POS机掉线", symptom="刷卡没有反应，屏幕黑", reporter="李𬭎", system="一卡通",
            staff_id=crew["1005"],
        )  # fmt: skip
        do(site, "respond", made)
        detail.add_step(site, made, {"said": "更换网线 CAT6，重启 Switch3"})
        opened(site, "打印机不出纸")
        return made

    @pytest.mark.parametrize(
        ("typed", "found"),
        [
            ("掉线", True),
            ("堂P", True),
            ("机掉", True),
            ("POS", True),
            ("pos机", True),
            ("OS", True),  # within a Latin word
            ("witch3", True),
            ("𬭎", True),  # beyond the characters that SQLite's tokenizer knows
            ("李𬭎", True),
            ("掉线 更换", True),  # words of different fields
            ("艾力江", True),
            ("SJ-20260305-001", True),
            ("305-001", True),
            ("掉线刷卡", False),  # not across two fields
            ("线掉", False),
            ("掉线 不出纸", False),
            ("𬭊", False),
            ("_%", False),
        ],
    )
    def test_found_by(self, site: Context, made: int, typed: str, found: bool) -> None:
        assert [row.id for row in listing.listed(site, Query(typed)).rows] == ([made] if found else [])

    def test_what_is_written_later_is_found_and_what_is_struck_is_not(self, site: Context, made: int) -> None:
        change(site, "incident", made, root_cause="网线老化")
        assert listing.listed(site, Query("网线老化")).total == 1
        detail.strike(site, seen(site, made).steps[0].id)
        assert listing.listed(site, Query("CAT6")).total == 0

    def test_similar_ones_of_the_past(self, site: Context, made: int) -> None:
        assert [each.id for each in listing.similar(site, "二楼食堂的POS机又掉线了")][:1] == [made]
        assert listing.similar(site, "掉") == []


class TestProblems:
    def test_joined_to_a_new_one_and_taken_out(self, site: Context, crew: Team) -> None:
        made = opened(site, system="办公网")
        assert do(site, "join_problem", made, title="三楼端口老化") == (
            "SJ-20260305-001 已归入 WT-202603-001 三楼端口老化。"
        )
        assert seen(site, made).problem == "WT-202603-001 三楼端口老化"
        assert load(site, "problem", 1)["system"] == "办公网"
        refused(site, "join_problem", made, "已经归入 WT-202603-001", problem_id=1)
        do(site, "leave_problem", made)
        refused(site, "leave_problem", made, "没有归入")
        other = opened(site)
        do(site, "join_problem", other, problem_id=1)
        assert [line for line in course(site, made) if "问题" in line[0]] == [
            ("归入问题", "WT-202603-001 三楼端口老化"),
            ("移出问题", "WT-202603-001 三楼端口老化"),
        ]
        assert listing.listed(site, Query("端口老化")).total == 2
        whole(site)

    def test_not_to_a_closed_one(self, site: Context) -> None:
        problem = save(site, "problem", title="端口老化")
        run(site, "problem", "close", problem, conclusion="已更换")
        refused(site, "join_problem", opened(site), "已关闭", "problem_id", problem_id=problem)

    def test_a_signed_record_may_be_joined_and_its_clocks_stay(self, site: Context, crew: Team) -> None:
        made = signed(site, crew)
        with site.transaction("测试") as tx:
            tx.update(Incident, made, respond_over=1234)
        do(site, "join_problem", made, title="端口老化")
        row = seen(site, made).row
        assert (row["state"], row["respond_over"]) == ("已签收", 1234)

    def test_steps_are_what_a_report_takes_them_for(self) -> None:
        assert case_reports.STEP == Course.STEP


def test_problems_and_pauses_are_where_they_were_put(site: Context, crew: Team) -> None:
    """Nothing of an incident's life is ever taken out of the tables."""
    made = bring(site, crew, "等待")
    do(site, "resume", made)
    do(site, "solve", made)
    team.clock_of(site).advance(minutes=5)
    do(site, "reopen", made, reason="又断了")
    do(site, "join_problem", made, title="端口老化")
    do(site, "leave_problem", made)
    with site.read() as connection:
        assert len(connection.execute(select(IncidentPause.id)).all()) == 2
        assert len(connection.execute(select(Problem.id)).all()) == 1
    assert links(site) > 20
    assert site.now() - at("03-05 08:00") == timedelta(minutes=5)
