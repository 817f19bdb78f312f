"""问题, 应急预案, 事件选项 and case 报告 on a real database."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import team
from filled_site import as_role, change, load, run, save, whole
from sqlalchemy import select
from team import Team, go_to

from opsdesk.catalog import by_slug
from opsdesk.models import CaseReport, ImportBatch, Incident, IncidentOption
from opsdesk.register import Query, Row
from opsdesk.registers.incident import detail, documents, problems, service
from opsdesk.rules.vocabulary import DayKind, Role
from opsdesk.services import amending, calendar_acts, case_reports, chain, incident_options
from opsdesk.services.case_reports import Standing
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.incident_options import What

TODAY = date(2026, 3, 5)
DAY = timedelta(days=1)


@pytest.fixture
def crew(site: Context) -> Team:
    return team.build(site)


def at(written: str) -> datetime:
    return datetime.fromisoformat(f"2026-{written}")


def rows(ctx: Context, slug: str, text: str = "", **filters: Any) -> list[Row]:
    return list(by_slug(slug).list(ctx, Query(text, filters)).rows)


def shown(ctx: Context, slug: str, key: str, text: str = "", **filters: Any) -> list[Any]:
    return [row.values[key] for row in rows(ctx, slug, text, **filters)]


def words(ctx: Context, slug: str, text: str = "", **filters: Any) -> list[str]:
    return [chip.word for chip in shown(ctx, slug, "state", text, **filters)]


def opened(ctx: Context, line: str = "财务科上不了网", **more: Any) -> int:
    return service.open_incident(ctx, line, more).value.id


def do(ctx: Context, act: str, incident_id: int, **values: Any) -> str:
    return run(ctx, "incident", act, incident_id, **values)


def kept(ctx: Context, incident_id: int) -> dict[str, Any]:
    with ctx.read() as connection:
        return dict(connection.execute(select(Incident.__table__).where(Incident.id == incident_id)).mappings().one())


def links(ctx: Context) -> int:
    with ctx.read() as connection:
        return chain.count(connection)


class TestProblem:
    def test_numbered_by_the_month_and_closed_with_a_conclusion(self, site: Context) -> None:
        made = [save(site, "problem", title=f"端口老化 {n}", system="办公网") for n in (1, 2)]
        assert shown(site, "problem", "number") == ["WT-202603-002", "WT-202603-001"]
        with pytest.raises(Refusal, match="结论") as told:
            run(site, "problem", "close", made[0], conclusion=" ")
        assert told.value.field == "conclusion"
        assert run(site, "problem", "close", made[0], conclusion="已更换端口") == "WT-202603-001 已关闭：已更换端口。"
        with pytest.raises(Refusal, match="已经关闭"):
            run(site, "problem", "close", made[0], conclusion="再关一次")
        with pytest.raises(Refusal, match="不能改"):
            change(site, "problem", made[0], measure="再换")
        assert "由主管关闭：已更换端口" in load(site, "problem", made[0])["course"]
        run(site, "problem", "reopen", made[0], reason="又老化")
        with pytest.raises(Refusal, match="不需要重新打开"):
            run(site, "problem", "reopen", made[0], reason="再开")
        assert load(site, "problem", made[0])["course"].splitlines()[1:] == [
            "2026-03-05 08:00 由主管关闭：已更换端口。",
            "2026-03-05 08:00 由主管重新打开：又老化。",
        ]
        change(site, "problem", made[0], measure="换交换机")
        go_to(site, "2026-04-01 08:00:00")
        save(site, "problem", title="下个月的")
        assert shown(site, "problem", "number", "下个月")[0] == "WT-202604-001"
        whole(site)

    def test_every_conclusion_and_reason_stays_in_sight(self, site: Context) -> None:
        made = save(site, "problem", title="端口老化")
        for day, conclusion, reason in (("05", "换端口", "又断了"), ("06", "换板卡", "还是断")):
            go_to(site, f"2026-03-{day} 09:00:00")
            run(site, "problem", "close", made, conclusion=conclusion)
            go_to(site, f"2026-03-{day} 10:00:00")
            run(site, "problem", "reopen", made, reason=reason)
        assert run(site, "problem", "close", made, conclusion="换交换机") == "WT-202603-001 已关闭：换交换机。"
        assert load(site, "problem", made)["course"].splitlines() == [
            "2026-03-05 08:00 由主管提出。",
            "2026-03-05 09:00 由主管关闭：换端口。",
            "2026-03-05 10:00 由主管重新打开：又断了。",
            "2026-03-06 09:00 由主管关闭：换板卡。",
            "2026-03-06 10:00 由主管重新打开：还是断。",
            "2026-03-06 10:00 由主管关闭：换交换机。",
        ]
        whole(site)

    def test_a_void_incident_is_not_counted_and_can_be_taken_out(self, site: Context) -> None:
        made, empty = (save(site, "problem", title=title) for title in ("端口老化", "没有事件的"))
        first, second = opened(site), opened(site)
        for each in (first, second):
            do(site, "join_problem", each, problem_id=made)
        assert {row.id: row.values["incidents"] for row in rows(site, "problem")} == {made: 2, empty: 0}
        do(site, "void", first, reason="重复开单")
        assert {row.id: row.values["incidents"] for row in rows(site, "problem")} == {made: 1, empty: 0}
        with pytest.raises(Refusal, match="已作废"):
            do(site, "join_problem", first, problem_id=empty)
        problems.leave_problem(site, first, {})
        assert kept(site, first)["problem_id"] is None
        assert "SJ-20260305-001" not in load(site, "problem", made)["joined"]
        whole(site)

    def test_only_the_supervisor_ends_it(self, site: Context) -> None:
        desk = as_role(site, Role.DESK)
        made = save(desk, "problem", title="端口老化")
        for act, values in (("close", {"conclusion": "好了"}), ("reopen", {"reason": "又坏"})):
            with pytest.raises(Refusal, match="需要主管"):
                run(desk, "problem", act, made, **values)

    @pytest.mark.parametrize(
        ("due", "word"), [(TODAY - DAY, "已逾期"), (TODAY, "处理中"), (TODAY + DAY, "处理中"), (None, "处理中")]
    )
    def test_its_last_day_is_still_in_time(self, site: Context, due: date | None, word: str) -> None:
        made = save(site, "problem", title="端口老化", due_on=due)
        assert words(site, "problem") == [word]
        for wanted in ("处理中", "已逾期", "已关闭"):
            assert words(site, "problem", state=wanted) == ([word] if wanted == word else [])
        run(site, "problem", "close", made, conclusion="已更换")
        assert words(site, "problem", state="已关闭") == ["已关闭"]
        assert words(site, "problem", state=word) == []

    def test_it_names_its_incidents(self, site: Context) -> None:
        made = save(site, "problem", title="端口老化")
        assert "还没有归入的事件" in load(site, "problem", made)["joined"]
        first, second = opened(site), opened(site, "打印机卡纸")
        for each in (first, second):
            do(site, "join_problem", each, problem_id=made)
        assert load(site, "problem", made)["joined"].splitlines() == [
            "SJ-20260305-002 打印机卡纸（待响应）",
            "SJ-20260305-001 财务科上不了网（待响应）",
        ]
        assert shown(site, "problem", "incidents") == [2]
        before = links(site)
        change(site, "problem", made, joined="改不了", course="改不了")
        assert links(site) == before

    def test_it_asks_about_others_of_the_same_system(self, site: Context) -> None:
        made = save(site, "problem", title="端口老化")
        assert "写了系统" in load(site, "problem", made)["alike"]
        change(site, "problem", made, system="办公网")
        old = opened(site, system="办公网")
        go_to(site, "2026-04-04 08:00:00")
        assert load(site, "problem", made)["alike"].splitlines() == [
            "近 30 天同一系统还有 1 张没有归入，请看是不是同一个原因（E6 第三章第一条）：",
            "SJ-20260305-001 财务科上不了网",
        ]
        go_to(site, "2026-04-04 08:00:01")
        assert "没有别的事件" in load(site, "problem", made)["alike"]
        do(site, "void", opened(site, system="办公网"), reason="重复开单")
        opened(site, system="OA")
        do(site, "join_problem", opened(site, system="办公网"), problem_id=made)
        assert "没有别的事件" in load(site, "problem", made)["alike"]
        do(site, "join_problem", old, problem_id=made)
        run(site, "problem", "close", made, conclusion="已更换")
        assert load(site, "problem", made)["alike"] == ""


class TestPlan:
    def test_shown_beside_the_incidents_of_its_system(self, site: Context) -> None:
        switch = save(site, "emergency_plan", name="核心交换机故障", system="核心交换机", steps="切到备机", contacts="")
        save(site, "emergency_plan", name="停电", system="", steps="通报")
        made = opened(site, system="二楼核心交换机")
        other = opened(site, system="OA")
        assert [plan.name for plan in detail.detail(site, made).plans] == ["核心交换机故障", "停电"]
        assert [plan.name for plan in detail.detail(site, other).plans] == ["停电"]
        assert shown(site, "emergency_plan", "system") == ["核心交换机", "全部系统"]
        run(site, "emergency_plan", "retire", switch)
        assert [plan.name for plan in detail.detail(site, made).plans] == ["停电"]
        assert words(site, "emergency_plan") == ["在用", "已停用"]
        run(site, "emergency_plan", "bring_back", switch)
        assert len(detail.detail(site, made).plans) == 2
        whole(site)

    @pytest.mark.parametrize(
        ("wrong", "field"), [({"name": " "}, "name"), ({"steps": ""}, "steps"), ({"name": "停电"}, "name")]
    )
    def test_what_is_no_plan_is_refused(self, site: Context, wrong: dict[str, Any], field: str) -> None:
        save(site, "emergency_plan", name="停电", system="", steps="通报")
        with pytest.raises(Refusal) as told:
            save(site, "emergency_plan", **{"name": "断网", "system": "", "steps": "通报", **wrong})
        assert told.value.field == field


class TestOption:
    def test_what_ships_with_the_program_can_be_added_to(self, site: Context) -> None:
        assert [len(rows(site, "incident_option", what=what)) for what in What] == [10, 3, 3]
        save(site, "incident_option", what="等级", name="特高", place=None, hours="全天")
        save(site, "incident_option", what="等级", name="一级", place=1)
        assert shown(site, "incident_option", "name", what="等级") == ["高", "一级", "中", "低", "特高"]
        assert set(shown(site, "incident_option", "hours", what="等级")) == {""}
        with site.read() as connection:
            assert incident_options.names(connection, What.SEVERITY) == ["高", "一级", "中", "低", "特高"]
        whole(site)

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"what": "颜色"}, "what"),
            ({"name": "硬件故障"}, "name"),
            ({"name": ""}, "name"),
            ({"hours": None}, "hours"),
            ({"hours": "半天"}, "hours"),
            ({"place": 0}, "place"),
            ({"place": 1000}, "place"),
        ],
    )
    def test_what_is_no_option_is_refused(self, site: Context, values: dict[str, Any], field: str) -> None:
        good = {"what": "类别", "name": "安防", "place": 999, "hours": "全天"}
        with pytest.raises(Refusal) as told:
            save(site, "incident_option", **{**good, **values})
        assert told.value.field == field
        save(site, "incident_option", **good)

    def test_the_same_name_under_another_kind_is_another_option(self, site: Context) -> None:
        save(site, "incident_option", what="等级", name="硬件故障")
        with pytest.raises(Refusal, match="已经有"):
            save(site, "incident_option", what="等级", name="硬件故障")

    def test_a_name_that_incidents_bear_stays(self, site: Context) -> None:
        made = save(site, "incident_option", what="类别", name="安防", hours="全天")
        change(site, "incident_option", made, name="安全防范")
        borne = opened(site, category="安全防范")
        with pytest.raises(Refusal, match="写在 1 张事件记录上，名称不能改") as told:
            change(site, "incident_option", made, name="安防")
        assert told.value.field == "name"
        with pytest.raises(Refusal, match="种类不能改") as told:
            change(site, "incident_option", made, what="等级")
        assert told.value.field == "what"
        assert shown(site, "incident_option", "used", "安全防范") == [1]
        run(site, "incident_option", "retire", made)
        assert change(site, "incident", borne, severity="高") == borne
        assert ("安全防范", "安全防范（已停用）") in incident_options.offered(site, What.CATEGORY)
        run(site, "incident_option", "bring_back", made)

    def test_only_the_supervisor_changes_them(self, site: Context) -> None:
        desk = as_role(site, Role.DESK)
        option = rows(site, "incident_option")[0].id
        for act in ("retire", "bring_back"):
            with pytest.raises(Refusal, match="需要主管"):
                run(desk, "incident_option", act, option)

    def test_changed_hours_leave_what_was_responded_before_as_it_was(self, site: Context, crew: Team) -> None:
        option = save(site, "incident_option", what="类别", name="安防", hours="全天")
        made = []
        for clock, number, category in (
            ("17:25", "1001", "安防"),
            ("17:26", "1001", "安防"),
            ("17:27", "1001", "其他"),
        ):
            go_to(site, f"2026-03-05 {clock}:00")
            made.append(opened(site, category=category, staff_id=crew[number], vendor_id=1))
        void = opened(site, category="安防")
        do(site, "void", void, reason="重复开单")
        go_to(site, "2026-03-06 08:30:00")
        for each in made:
            do(site, "respond", each)
        do(site, "solve", made[0])
        do(site, "sign", made[0])
        night = (datetime(2026, 3, 6, 8, 30) - datetime(2026, 3, 5, 17, 35)).seconds
        assert [kept(site, each)["respond_over"] for each in made] == [night, night - 60, night - 120]
        change(site, "incident_option", option, hours="工作时间")
        assert [kept(site, each)["respond_over"] for each in made] == [night, night - 60, night - 120]
        change(site, "incident_option", option, hours="全天")
        assert [kept(site, each)["respond_over"] for each in made] == [night, night - 60, night - 120]
        before = kept(site, void)
        change(site, "incident_option", option, place=3)
        assert kept(site, void) == before
        whole(site)

    def test_hours_reach_a_category_that_was_written_before_it_was_an_option(self, site: Context, crew: Team) -> None:
        go_to(site, "2026-03-05 17:25:00")
        made = opened(site, category="电梯", vendor_id=1)
        assert kept(site, made)["respond_by"] == at("03-05 17:35")
        save(site, "incident_option", what="类别", name="电梯", hours="工作时间")
        assert kept(site, made)["respond_by"] == at("03-06 08:35")

    def test_options_of_other_kinds_touch_no_clock(self, site: Context) -> None:
        made = opened(site, severity="高")
        before = kept(site, made)
        with site.read() as connection:
            option = connection.execute(select(IncidentOption.id).where(IncidentOption.name == "中")).scalar_one()
        change(site, "incident_option", option, name="一般")
        assert kept(site, made) == before


DUE = (
    ("03-05", "03-06"),  # Thursday
    ("03-06", "03-09"),  # Friday
    ("03-07", "03-09"),  # Saturday
    ("04-03", "04-07"),  # the day before 清明节
    ("02-13", "02-14"),  # a Saturday that is worked
    ("02-14", "02-24"),  # the last day before 春节
)


class TestReport:
    def solved(self, ctx: Context, crew: Team, **more: Any) -> int:
        usual = {
            "symptom": "时断时续", "diagnosis": "光模块老化", "root_cause": "定期更换光模块", "system": "办公网",
            "severity": "中", "reach": "财务科 8 人",
        }  # fmt: skip
        made = opened(ctx, **{**usual, **more})
        do(ctx, "respond", made, staff_id=crew["1001"])
        detail.add_step(ctx, made, {"said": "测光功率", "result": "偏低"})
        do(ctx, "solve", made, handling="更换光模块")
        return made

    def signed(self, ctx: Context, crew: Team, **more: Any) -> int:
        made = self.solved(ctx, crew, **more)
        do(ctx, "sign", made)
        return made

    def test_a_signed_fault_waits_to_be_written(self, site: Context, crew: Team) -> None:
        self.solved(site, crew)
        self.signed(site, crew, kind="服务请求")
        assert rows(site, "case_report") == []
        made = self.signed(site, crew)
        (row,) = rows(site, "case_report")
        assert row.id == -made
        assert row.values["number"] == ""
        assert (row.values["incident"], row.values["closed_on"], row.values["due_on"]) == (
            "SJ-20260305-003", TODAY, TODAY + DAY,
        )  # fmt: skip
        assert words(site, "case_report") == ["待写"]
        values = load(site, "case_report", -made)
        assert values["number"] == "CASE-20260305-003"
        drawn = ("overview", "direct_cause", "measures", "improvement", "written_by")
        assert [values[key] for key in drawn] == [
            "时断时续", "光模块老化", "1. 测光功率（偏低）\n2. 更换光模块", "定期更换光模块", "王强",
        ]  # fmt: skip
        assert "影响范围：财务科 8 人" in values["facts"]
        assert "签收关闭，报告最晚 2026-03-06 提交（T1 5 故障）" in values["course"]

    def test_written_from_its_row_submitted_taken_back_and_approved(self, site: Context, crew: Team) -> None:
        incident = self.signed(site, crew)
        with pytest.raises(Refusal, match="不能改变"):
            change(site, "case_report", -incident)
        made = change(site, "case_report", -incident, loss="无", improve_by=date(2026, 3, 20))
        assert made > 0
        assert load(site, "case_report", -incident)["id"] == made
        assert words(site, "case_report") == ["待提交"]
        with pytest.raises(Refusal, match="还没有提交"):
            run(site, "case_report", "approve", made)
        assert run(site, "case_report", "submit", made) == "CASE-20260305-001 已提交，等待主管批准。"
        assert words(site, "case_report") == ["按时"]
        with pytest.raises(Refusal, match="已经提交"):
            run(site, "case_report", "submit", made)
        with pytest.raises(Refusal, match="提交，不能改"):
            change(site, "case_report", made, loss="一小时")
        with pytest.raises(Refusal, match="需要主管"):
            run(as_role(site, Role.DESK), "case_report", "approve", made)
        run(as_role(site, Role.DESK), "case_report", "take_back", made)
        with pytest.raises(Refusal, match="还没有提交"):
            run(site, "case_report", "take_back", made)
        change(site, "case_report", made, loss="一小时")
        run(site, "case_report", "submit", -incident)  # by its incident, as the page of incidents opens it
        run(site, "case_report", "approve", -incident)
        assert words(site, "case_report") == ["已批准"]
        assert load(site, "case_report", made)["approved_by"] == "主管"
        for act in ("take_back", "approve"):
            with pytest.raises(Refusal, match="已经批准"):
                run(site, "case_report", act, made)
        with pytest.raises(Refusal, match="批准，不能改"):
            change(site, "case_report", made, loss="两小时")
        whole(site)

    def test_submitted_as_it_is_drawn(self, site: Context, crew: Team) -> None:
        incident = self.signed(site, crew)
        run(site, "case_report", "submit", -incident)
        (row,) = rows(site, "case_report")
        assert row.id > 0
        assert row.values["state"].word == "按时"

    @pytest.mark.parametrize("key", ["direct_cause", "measures", "improvement", "written_by"])
    def test_not_submitted_without_cause_measures_improvement_and_author(
        self, site: Context, crew: Team, key: str
    ) -> None:
        made = change(site, "case_report", -self.signed(site, crew), **{key: ""})
        with pytest.raises(Refusal, match="还没有写") as told:
            run(site, "case_report", "submit", made)
        assert told.value.field == key

    def test_chosen_by_number_and_filled_where_left_empty(self, site: Context, crew: Team) -> None:
        incident = self.solved(site, crew)
        number = load(site, "incident", incident)["number"]
        assert [value for value, _ in by_slug("case_report").fields[1].options(site)] == [number]
        made = save(site, "case_report", incident=number, direct_cause="端口松动", loss="无")
        values = load(site, "case_report", made)
        assert (values["direct_cause"], values["improvement"], values["loss"]) == ("端口松动", "定期更换光模块", "无")
        assert "还没有签收关闭" in values["course"]
        with pytest.raises(Refusal, match=r"已有报告 CASE-20260305-001") as told:
            save(site, "case_report", incident=number.lower())
        assert told.value.field == "incident"
        before = links(site)
        change(site, "case_report", made)
        assert links(site) == before

    @pytest.mark.parametrize(
        ("state", "match"), [("待响应", "解决以后"), ("处理中", "解决以后"), ("等待", "解决以后"), ("已作废", "不用写")]
    )
    def test_not_of_what_is_not_solved(self, site: Context, crew: Team, state: str, match: str) -> None:
        made = opened(site)
        for act in {"处理中": ("respond",), "等待": ("respond", "wait"), "已作废": ("void",)}.get(state, ()):
            do(site, act, made, staff_id=crew["1001"], whose="甲方", reason="等")
        for write in (
            lambda: save(site, "case_report", incident="SJ-20260305-001"),
            lambda: change(site, "case_report", -made, loss="无"),
            lambda: run(site, "case_report", "submit", -made),
        ):
            with pytest.raises(Refusal, match=match) as told:
                write()
            assert told.value.field == "incident"

    def test_its_incident_stays(self, site: Context, crew: Team) -> None:
        made = change(site, "case_report", -self.signed(site, crew), loss="无")
        self.signed(site, crew)
        for number in ("SJ-20260305-002", "SJ-20260305-009"):
            with pytest.raises(Refusal, match="不能改") as told:
                change(site, "case_report", made, incident=number)
            assert told.value.field == "incident"
        with pytest.raises(Refusal, match="没有编号是"):
            save(site, "case_report", incident="SJ-20260305-009")

    @pytest.mark.parametrize(
        ("number", "expected"),
        [
            ("SJ-20260305-001", "CASE-20260305-001"),
            ("SJ-20260305-1000", "CASE-20260305-1000"),
            ("INC0012345", "CASE-INC0012345"),
            ("SJ-2026-1", "CASE-SJ-2026-1"),
        ],
    )
    def test_its_number_is_its_incidents(self, number: str, expected: str) -> None:
        assert case_reports.number_for(number) == expected

    def test_an_imported_number_that_reads_like_ours_gets_another(self, site: Context, crew: Team) -> None:
        ours, theirs = self.signed(site, crew), self.signed(site, crew)
        with site.transaction("测试") as tx:
            tx.update(Incident, theirs, number="20260305-001")
        for each in (ours, theirs):
            run(site, "case_report", "submit", -each)
        assert set(shown(site, "case_report", "number")) == {"CASE-20260305-001", f"CASE-20260305-001-{theirs}"}

    @pytest.mark.parametrize(("closed", "due"), DUE)
    def test_due_the_next_workday_and_late_the_day_after(
        self, site: Context, crew: Team, closed: str, due: str
    ) -> None:
        team.clock_of(site).set(at(f"{closed} 16:00"))
        self.signed(site, crew)
        last = at(f"{due} 23:59:59")
        incident = -rows(site, "case_report")[0].id
        assert shown(site, "case_report", "due_on") == [last.date()]
        for clock, unwritten, sent in ((last, "待写", "按时"), (last + timedelta(seconds=1), "逾期未交", "逾期提交")):
            team.clock_of(site).set(clock)
            assert words(site, "case_report") == [unwritten]
            run(site, "case_report", "submit", -incident)
            assert words(site, "case_report") == [sent]
            for wanted in Standing:
                assert words(site, "case_report", state=str(wanted)) == ([sent] if wanted == sent else [])
            run(site, "case_report", "take_back", -incident)
            with site.transaction("测试") as tx:
                (report,) = tx.connection.execute(select(CaseReport.id)).scalars()
                tx.remove(CaseReport, report)

    def test_a_draft_too_late_is_told_as_such(self, site: Context, crew: Team) -> None:
        change(site, "case_report", -self.signed(site, crew), loss="无")
        go_to(site, "2026-03-06 23:59:59")
        assert words(site, "case_report") == ["待提交"]
        go_to(site, "2026-03-07 00:00:00")
        assert words(site, "case_report") == ["逾期未交"]

    def test_the_calendar_and_the_law_move_the_day(self, site: Context, crew: Team) -> None:
        self.signed(site, crew)
        calendar_acts.set_day(site, day=date(2026, 3, 6), kind=DayKind.DAY_OFF, name="站庆")
        assert shown(site, "case_report", "due_on") == [date(2026, 3, 9)]
        self.amend(site, {"case.due_workdays": "2"}, TODAY)
        assert shown(site, "case_report", "due_on") == [date(2026, 3, 10)]
        self.amend(site, {"case.due_workdays": "5"}, TODAY + DAY)
        assert shown(site, "case_report", "due_on") == [date(2026, 3, 10)]

    def amend(self, ctx: Context, typed: dict[str, str], begins_on: date, *, repealed: bool = False) -> None:
        amending.amend(
            ctx, clause="T1-FLT-03", begins_on=begins_on, typed=typed, source="补充协议", reason="调整",
            repealed=repealed,
        )  # fmt: skip

    def test_nothing_is_asked_for_once_the_clause_is_repealed(self, site: Context, crew: Team) -> None:
        first = self.signed(site, crew)
        self.amend(site, {}, TODAY + DAY, repealed=True)
        go_to(site, "2026-03-06 09:00:00")
        second = self.signed(site, crew)
        assert [row.id for row in rows(site, "case_report")] == [-first]
        made = change(site, "case_report", -second, loss="无")  # but it may be written
        run(site, "case_report", "submit", made)
        (row,) = rows(site, "case_report", state="按时")
        assert (row.id, row.values["due_on"]) == (made, None)

    def test_what_came_from_another_register_is_not_asked_for(self, site: Context, crew: Team) -> None:
        made = self.signed(site, crew)
        with site.transaction("测试") as tx:
            counted = dict.fromkeys(("rows_read", "rows_stored", "rows_duplicate", "rows_rejected"), 1)
            batch = tx.insert(
                ImportBatch, what="事件", file_name="旧台账.xlsx", sha256="0", format="xlsx", at=site.now(), **counted
            )
            tx.update(Incident, made, batch_id=batch)
        assert rows(site, "case_report") == []

    def test_reopened_it_is_due_again_when_it_is_closed_again(self, site: Context, crew: Team) -> None:
        incident = self.signed(site, crew)
        made = change(site, "case_report", -incident, loss="无")
        do(site, "reopen", incident, reason="又断了")
        assert shown(site, "case_report", "due_on") == [None]
        with pytest.raises(Refusal, match="解决以后"):
            run(site, "case_report", "submit", made)
        go_to(site, "2026-03-06 10:00:00")
        do(site, "solve", incident)
        do(site, "sign", incident)
        assert shown(site, "case_report", "due_on") == [date(2026, 3, 9)]

    def test_found_by_words_and_by_month(self, site: Context, crew: Team) -> None:
        self.signed(site, crew)
        run(site, "case_report", "submit", -self.signed(site, crew, system="一卡通"))
        assert len(rows(site, "case_report", "一卡通")) == 1
        assert len(rows(site, "case_report", "财务科")) == 2
        assert len(rows(site, "case_report", month="2026-03")) == 2
        assert rows(site, "case_report", month="2026-02") == []
        page = by_slug("case_report").list(site, Query(filters={"state": "待写"}, offset=0, limit=1))
        assert (page.total, len(page.rows)) == (1, 1)

    def test_of_a_void_incident_nothing_is_waited_for(self, site: Context, crew: Team) -> None:
        incident = self.solved(site, crew)
        made = save(site, "case_report", incident="SJ-20260305-001")
        do(site, "void", incident, reason="重复开单")
        go_to(site, "2026-03-20 08:00:00")
        assert words(site, "case_report") == ["事件已作废"]
        assert words(site, "case_report", state="待提交") == []
        assert words(site, "case_report", state="事件已作废") == ["事件已作废"]
        assert "作废，不用交报告" in load(site, "case_report", made)["course"]
        with pytest.raises(Refusal, match="不用写报告"):
            run(site, "case_report", "submit", made)

    def test_approved_once_its_incident_is_signed(self, site: Context, crew: Team) -> None:
        incident = self.solved(site, crew)
        made = save(site, "case_report", incident="SJ-20260305-001")
        run(site, "case_report", "submit", made)
        with pytest.raises(Refusal, match="签收以后再批准"):
            run(site, "case_report", "approve", made)
        do(site, "sign", incident)
        run(site, "case_report", "approve", made)
        with site.read() as connection, pytest.raises(Refusal, match=r"CASE-20260305-001 已经批准.*撤回批准"):
            case_reports.refuse_approved(connection, kept(site, incident))
        for act in ("give_back", "reopen"):
            with pytest.raises(Refusal, match="撤回批准"):
                do(site, act, incident, reason="根因写错")
        with pytest.raises(Refusal, match="原因") as told:
            run(site, "case_report", "withdraw", made, reason=" ")
        assert told.value.field == "reason"
        with pytest.raises(Refusal, match="需要主管"):
            run(as_role(site, Role.DESK), "case_report", "withdraw", made, reason="原因写错")
        assert "的批准已撤回：原因写错" in run(site, "case_report", "withdraw", made, reason="原因写错")
        with pytest.raises(Refusal, match="没有批准"):
            run(site, "case_report", "withdraw", made, reason="原因写错")
        assert words(site, "case_report") == ["待提交"]
        with site.read() as connection:
            case_reports.refuse_approved(connection, kept(site, incident))
        whole(site)

    def test_approved_its_paper_stays_as_it_was(self, site: Context, crew: Team) -> None:
        incident = self.signed(site, crew)
        do(site, "join_problem", incident, title="光模块老化")
        made = change(site, "case_report", -incident, loss="无")
        run(site, "case_report", "submit", made)
        run(site, "case_report", "approve", made)
        before = documents.case_report(site, incident).body
        go_to(site, "2026-03-06 08:00:00")
        do(site, "leave_problem", incident)
        do(site, "join_problem", incident, title="另一个问题")
        assert documents.case_report(site, incident).body == before
        run(site, "case_report", "withdraw", made, reason="换问题")
        assert documents.case_report(site, incident).body != before

    def test_an_approved_one_keeps_its_incident_from_being_changed(self, site: Context, crew: Team) -> None:
        incident = self.solved(site, crew)
        made = save(site, "case_report", incident="SJ-20260305-001")
        with site.transaction("旧版本的批准") as tx:
            tx.update(CaseReport, made, submitted_at=site.now(), approved_at=site.now(), approved_by="主管")
        with pytest.raises(Refusal, match="已经批准"):
            change(site, "incident", incident, root_cause="误操作")
        run(site, "case_report", "withdraw", made, reason="改原因")
        change(site, "incident", incident, root_cause="误操作")
