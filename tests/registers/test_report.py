"""日报, 周报, 季度总结 (F07): begun from the record, sent by the clause, asked for when a day is closed, on paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import a_room
import openpyxl
import pypdfium2
import pytest
import team
from filled_reports import COPY, TO, asks_for_reports, sent, vendor, written
from filled_site import as_role, change, load, run
from team import Team, go_to, grant

from opsdesk import closing_papers
from opsdesk.catalog import by_slug
from opsdesk.exports.document import Document, FormGrid, Table
from opsdesk.exports.layout import compose
from opsdesk.exports.pdf import pdf_bytes
from opsdesk.exports.workbook import write_workbook
from opsdesk.register import Query
from opsdesk.registers.incident import acts, service
from opsdesk.registers.report import documents, facts
from opsdesk.registers.report.spec import first_vendor
from opsdesk.registers.sign_in.service import sign
from opsdesk.rules.reporting import ReportKind
from opsdesk.rules.vocabulary import Role
from opsdesk.services import amending, closing, closings, reporting
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.open_item import OpenItem

THURSDAY, FRIDAY = date(2026, 3, 5), date(2026, 3, 6)
DAILY, WEEKLY, QUARTERLY = ReportKind


@pytest.fixture
def crew(site: Context) -> Team:
    made = team.build(site)
    asks_for_reports(site)
    return made


def came(ctx: Context, crew: Team, *numbers: str) -> None:
    for number in numbers or ("1001",):
        sign(ctx, staff_id=crew[number])


def items(ctx: Context, day: date = THURSDAY) -> Sequence[OpenItem]:
    return [each for each in closing.status(ctx, closings.of_day(day)).items if each.door.startswith("report")]


def state(ctx: Context, report_id: int, slug: str = "report") -> str:
    rows = by_slug(slug).list(ctx, Query()).rows
    return str(next(row.values["state"].word for row in rows if row.id == report_id))  # type: ignore[union-attr]


class TestSending:
    @pytest.mark.parametrize(
        ("at", "word"), [("20:00:00", "按时"), ("20:00:01", "迟交 1 秒"), ("21:12:00", "迟交 1 小时 12 分")]
    )
    def test_to_the_second_by_the_clock_of_the_program(self, site: Context, crew: Team, at: str, word: str) -> None:
        came(site, crew)
        made = written(site, vendor(site), THURSDAY)
        assert state(site, made) == "待交"
        go_to(site, f"2026-03-05 {at}")
        said = sent(site, made)
        assert "（T1 5 巡检 1）" in said
        assert state(site, made) == word
        assert load(site, "report", made)["submitted_at"] == datetime.fromisoformat(f"2026-03-05 {at}")

    def test_a_letter_that_came_earlier_counts_from_when_it_came(self, site: Context, crew: Team) -> None:
        came(site, crew)
        made = written(site, vendor(site), THURSDAY)
        go_to(site, "2026-03-06 09:00:00")
        assert state(site, made) == "逾期未交"
        with pytest.raises(Refusal, match="还没有到") as refused:
            sent(site, made, datetime(2026, 3, 6, 9, 1))
        assert refused.value.field == "submitted_at"
        with pytest.raises(Refusal, match="早于这份日报的日期"):
            sent(site, made, datetime(2026, 3, 4, 23, 59))
        sent(site, made, datetime(2026, 3, 5, 19, 48))
        assert state(site, made) == "按时"
        with pytest.raises(Refusal, match="已经提交"):
            sent(site, made)

    def test_x15_without_customer_service_it_is_not_whole(self, site: Context, crew: Team) -> None:
        came(site, crew)
        made = written(site, vendor(site), THURSDAY)
        said = sent(site, made, copied_to="")
        assert "没有发给客服专员" in said
        assert state(site, made) == "收件不齐"

    def test_the_contract_of_the_day_says_whether_and_by_what(self, site: Context) -> None:
        crew = team.build(site)
        asks_for_reports(site, FRIDAY)
        came(site, crew)
        made = written(site, vendor(site), THURSDAY)
        assert load(site, "report", made)["told"] == "华信 2026-03-05。", "nobody asks for it yet"
        sent(site, made)
        assert state(site, made) == "已交"
        go_to(site, "2026-03-06 20:30:00")
        came(site, crew)
        assert state(site, written(site, vendor(site), FRIDAY)) == "逾期未交"

    def test_the_law_of_the_day_says_by_when(self, site: Context, crew: Team) -> None:
        came(site, crew)
        go_to(site, "2026-03-06 08:20:00")
        came(site, crew)
        amending.amend(
            site, clause="T1-RPT-01", begins_on=FRIDAY, source="补充协议第 3 条", reason="甲方要求提前一小时",
            typed={"report.daily.due": "19:00", "report.daily.days": "attended"},
        )  # fmt: skip
        first, second = (written(site, vendor(site), day) for day in (THURSDAY, FRIDAY))
        go_to(site, "2026-03-06 19:30:00")
        sent(site, first, datetime(2026, 3, 5, 19, 30))
        sent(site, second)
        assert (state(site, first), state(site, second)) == ("按时", "迟交 30 分")

    def test_contact_persons_are_suggested(self, filled: Context) -> None:
        assert reporting.addressed(filled, "接口人") == TO
        assert reporting.addressed(filled, "客服专员") == COPY
        assert reporting.addressed(filled, "项目经理") == ""


class TestKeeping:
    def test_one_of_its_kind_for_a_vendor_and_the_same_days(self, site: Context, crew: Team) -> None:
        who = vendor(site)
        made = written(site, who, date(2026, 3, 4), "report_weekly")
        kept = load(site, "report_weekly", made)
        assert (kept["number"], kept["first"], kept["last"]) == ("ZB-20260302-001", date(2026, 3, 2), date(2026, 3, 8))
        with pytest.raises(Refusal, match="已经有 ZB-20260302-001"):
            written(site, who, THURSDAY, "report_weekly")
        written(site, vendor(site, "恒通"), THURSDAY, "report_weekly")
        run(site, "report_weekly", "void", made, reason="写错了单位")
        written(site, who, THURSDAY, "report_weekly")
        quarter = load(site, "report_quarterly", written(site, who, THURSDAY, "report_quarterly"))
        assert (quarter["number"], quarter["last"]) == ("JB-20260101-001", date(2026, 3, 31))

    def test_what_was_sent_is_not_written_any_more(self, site: Context, crew: Team) -> None:
        made = written(site, vendor(site), THURSDAY)
        change(site, "report", made, work="改写")
        sent(site, made)
        with pytest.raises(Refusal, match="已经提交，不能改"):
            change(site, "report", made, work="再改")

    def test_days_to_come_are_not_reported(self, site: Context, crew: Team) -> None:
        with pytest.raises(Refusal, match="还没有到，不能先写日报"):
            written(site, vendor(site), FRIDAY)
        with pytest.raises(Refusal, match="下周计划"):
            written(site, vendor(site), THURSDAY, "report_weekly", plan="")

    def test_only_the_supervisor_takes_in_and_voids(self, site: Context, crew: Team) -> None:
        desk = as_role(site, Role.DESK)
        made = written(desk, vendor(site), THURSDAY)
        with pytest.raises(Refusal, match="还没有提交"):
            run(site, "report", "sign", made)
        sent(desk, made)
        for act in ("sign", "void"):
            with pytest.raises(Refusal, match="主管"):
                run(desk, "report", act, made, reason="填错")
        assert run(site, "report", "sign", made) == "RB-20260305-001 已签收。"
        with pytest.raises(Refusal, match="已经签收"):
            run(site, "report", "sign", made)

    def test_a_report_of_another_kind_is_not_there(self, site: Context, crew: Team) -> None:
        made = written(site, vendor(site), THURSDAY)
        with pytest.raises(Refusal, match="已经不在了"):
            load(site, "report_weekly", made)

    def test_sent_after_its_day_was_closed_it_belongs_to_the_day_it_comes(self, site: Context, crew: Team) -> None:
        came(site, crew)
        made, begun = written(site, vendor(site), THURSDAY), written(site, vendor(site, "恒通"), THURSDAY)
        sent(site, begun)
        go_to(site, "2026-03-05 17:45:00")
        closing.close(site, closings.of_day(THURSDAY), because="日报还没有交")
        with pytest.raises(Refusal, match="已日结"):
            sent(site, made, datetime(2026, 3, 5, 17, 44))
        with pytest.raises(Refusal, match="已日结"):
            run(site, "report", "void", begun, reason="填错")
        go_to(site, "2026-03-05 19:30:00")
        change(site, "report", made, problems="备件没有到")
        sent(site, made)
        assert state(site, made) == "按时"
        go_to(site, "2026-03-06 09:00:00")
        run(site, "report", "sign", made)


class TestBegun:
    def test_a_day_begins_with_people_incidents_rounds_and_what_is_left(self, site: Context, crew: Team) -> None:
        grant(site, crew["1003"], "2026-03-05 08:30:00", "2026-03-05 17:30:00")
        go_to(site, "2026-03-05 08:20:00")
        came(site, crew, "1001", "1002", "2001")
        room = a_room.room(site)
        a_room.went_round(site, room, site.now(), 漏水=a_room.Typed("异常", "关阀擦干"))
        go_to(site, "2026-03-05 09:00:00")
        first = service.open_incident(site, "打印机不出纸").value.id
        second = service.open_incident(site, "核心交换机告警").value.id
        go_to(site, "2026-03-05 09:04:30")
        for made in (first, second):
            acts.respond(site, made, {"staff_id": crew["1001"]})
        acts.solve(site, first, {})
        found = facts.begun(site, DAILY, vendor(site), THURSDAY)
        assert found["people"] == "王强、李敏（2 人）；请假：刘芳"
        assert found["incidents"].split("\n") == [
            "SJ-20260305-001 打印机不出纸｜响应 4 分｜已解决",
            "SJ-20260305-002 核心交换机告警｜响应 4 分｜处理中",
        ]
        assert found["inspections"] == "主机房① 王强，异常 1 项：漏水 异常（关阀擦干）"
        assert found["problems"] == "SJ-20260305-002 核心交换机告警，处理中"
        other = facts.begun(site, DAILY, vendor(site, "恒通"), THURSDAY)
        assert other["people"] == "陈晨（1 人）"
        assert (other["incidents"], other["inspections"], other["problems"]) == ("无", "无", "无")

    def test_a_week_and_a_quarter_begin_with_figures(self, site: Context, crew: Team) -> None:
        go_to(site, "2026-03-05 08:40:00")
        came(site, crew, "1001")
        room = a_room.room(site)
        a_room.went_round(site, room, site.now())
        made = service.open_incident(site, "打印机不出纸").value.id
        acts.respond(site, made, {"staff_id": crew["1001"]})
        acts.solve(site, made, {"category": "终端故障"})
        go_to(site, "2026-03-06 08:20:00")
        came(site, crew, "1001")
        week = facts.begun(site, WEEKLY, vendor(site), FRIDAY)
        assert week["people"].startswith("出勤 2 人天；迟到 1 次，早退 0 次")
        assert week["incidents"].startswith("受理 1 件，已解决 1 件，没有解决 0 件；\n响应达标率 100.00%（1／1）")
        assert week["inspections"] == "巡检 1 次，全部正常。"
        quarter = facts.begun(site, QUARTERLY, vendor(site), FRIDAY)
        assert quarter["people"].startswith("王强（1 人）。出勤 2 人天")
        assert quarter["trends"].endswith("1 件。")

    def test_nothing_is_known_of_days_to_come_or_of_nobody(self, site: Context, crew: Team) -> None:
        assert facts.begun(site, DAILY, None, THURSDAY) == facts.begun(site, DAILY, vendor(site), FRIDAY) == {}

    def test_a_form_begins_with_a_vendor_that_owes_its_report(self, site: Context, crew: Team) -> None:
        came(site, crew, "1001", "2001")
        assert first_vendor(site) == vendor(site)
        written(site, vendor(site), THURSDAY)
        assert first_vendor(site) == vendor(site, "恒通")


class TestClosingTheDay:
    def test_vendors_that_nobody_asks_owe_nothing(self, site: Context) -> None:
        crew = team.build(site)
        came(site, crew)
        assert items(site) == []

    def test_before_the_moment_as_due_and_after_it_as_missed(self, site: Context, crew: Team) -> None:
        came(site, crew)
        (item,) = items(site)
        assert (item.kind, item.door, item.id, item.name) == ("待交报告", "report", None, "华信")
        assert item.sentence == "华信 03-05 的日报应在 03-05 20:00 前提交（T1 5 巡检 1）。"
        go_to(site, "2026-03-05 20:00:00")
        assert items(site)[0].kind == "待交报告"
        go_to(site, "2026-03-05 20:00:01")
        (item,) = items(site)
        assert item.kind == "报告未交"
        assert item.sentence == "华信 03-05 的日报应在 03-05 20:00 前提交，还没有交（T1 5 巡检 1）。"

    def test_begun_it_leads_to_itself_and_sent_it_is_gone(self, site: Context, crew: Team) -> None:
        came(site, crew)
        made = written(site, vendor(site), THURSDAY)
        (item,) = items(site)
        assert (item.id, item.sentence) == (
            made,
            "华信 03-05 的日报应在 03-05 20:00 前提交（T1 5 巡检 1），已经开始写。",
        )
        sent(site, made)
        assert items(site) == []

    def test_the_weeks_report_is_asked_on_its_day(self, site: Context, crew: Team) -> None:
        go_to(site, "2026-03-06 17:30:00")
        assert [(each.door, each.name) for each in items(site, FRIDAY)] == [
            ("report_weekly", "华信"), ("report_weekly", "恒通"),
        ]  # fmt: skip
        sent(site, written(site, vendor(site), FRIDAY, "report_weekly"), slug="report_weekly")
        assert [each.name for each in items(site, FRIDAY)] == ["恒通"]

    def test_the_quarters_report_is_asked_on_its_last_day_and_by_the_quarter(self, site: Context, crew: Team) -> None:
        go_to(site, "2026-03-31 12:00:00")
        doors = [each.door for each in items(site, date(2026, 3, 31))]
        assert doors == ["report_quarterly", "report_quarterly"]
        found = [each for each in closing.status(site, closings.named("2026Q1")).items if each.kind == "待交报告"]
        assert [each.name for each in found] == ["华信", "恒通"]
        assert not items(site, date(2026, 3, 30))

    def test_nothing_is_owed_of_the_time_before_the_record(self, site: Context, crew: Team) -> None:
        with site.read() as connection:
            owed = list(reporting.owed(connection, site.regulations, date(2025, 12, 1), date(2025, 12, 31), site.now()))
        assert owed == []

    def test_the_days_papers_have_what_was_sent(self, site: Context, crew: Team) -> None:
        day = closings.of_day(THURSDAY)
        came(site, crew)
        made = written(site, vendor(site), THURSDAY)
        assert "report" not in {each.key for each in closing_papers.choices(site, day)}
        sent(site, made)
        (choice,) = [each for each in closing_papers.choices(site, day) if each.key == "report"]
        assert (choice.title, [each.code for each in choice.make()]) == ("日报 1 份", ["OD-F07a"])
        for slug, period, code in (
            ("report_weekly", "2026-03", "OD-F07b"), ("report_quarterly", "2026Q1", "OD-F07c"),
        ):  # fmt: skip
            sent(site, written(site, vendor(site), THURSDAY, slug), slug=slug)
            chosen = {each.key: each for each in closing_papers.choices(site, closings.named(period))}
            assert [each.code for each in chosen["report"].make()] == [code]


def pages(document: Document) -> list[str]:
    pdf = pypdfium2.PdfDocument(pdf_bytes(document))
    try:
        return ["".join(page.get_textpage().get_text_range().split()) for page in pdf]
    finally:
        pdf.close()


def labels(document: Document) -> list[str]:
    return [cell.label for block in document.body if isinstance(block, FormGrid) for row in block.rows for cell in row]


class TestPaper:
    @pytest.fixture
    def day(self, site: Context, crew: Team) -> Document:
        came(site, crew)
        work = "1. 更换三楼交换机电源｜办公网｜09:00-11:30｜完成\n整理机柜标签\n巡检 | 机房 | 15:10 | 正常"
        made = written(site, vendor(site), THURSDAY, work=work, incidents="SJ-1 打印机｜响应 4 分｜已解决")
        go_to(site, "2026-03-05 19:48:07")
        sent(site, made)
        return documents.paper(site, made)

    def test_a_day_is_one_page_in_the_order_of_the_form(self, day: Document) -> None:
        assert (day.code, day.number, day.landscape) == ("OD-F07a", "RB-20260305-001", False)
        assert labels(day) == [
            "外包单位", "项目", "日期", "填报人", "天气", "在岗人员", "② 故障处理", "③ 巡检情况", "④ 系统运行情况",
            "⑤ 遗留和需协调", "⑥ 明日计划", "⑦ 提交时间", "签收", "收件人", "抄送",
        ]  # fmt: skip
        (text,) = pages(day)
        for word in (
            "运维日报",
            "2026年3月5日19:48:07",
            "赵敏",
            "钱进",
            "前发到甲方管理接口人，并抄送客服专员（T15巡检1）",
            "按时（T15巡检1）",
        ):
            assert word in text

    def test_lines_of_work_fall_into_columns(self, day: Document) -> None:
        (table,) = [block for block in day.body if isinstance(block, Table)]
        assert table.rows[:3] == (
            (1, "更换三楼交换机电源", "办公网", "09:00-11:30", "完成"),
            (2, "整理机柜标签", "", "", ""),
            (3, "巡检", "机房", "15:10", "正常"),
        )

    def test_the_list_names_the_work_without_its_columns(self, site: Context, crew: Team) -> None:
        work = "1. 巡检业务库｜数据库｜09:00-10:30｜完成\n\n2、核对夜间备份；|备份\n回访两户"
        made = written(site, vendor(site), THURSDAY, work=work)
        (row,) = [row for row in by_slug("report").list(site, Query()).rows if row.id == made]
        assert row.values["work"] == "巡检业务库；核对夜间备份；回访两户"

    def test_a_busy_day_still_is_one_page(self, site: Context, crew: Team) -> None:
        lines = "\n".join(f"第 {n} 件工作，更换端口并测试｜办公网｜09:00-10:00｜完成" for n in range(1, 11))
        busy = "\n".join(f"SJ-20260305-{n:03} 财务科上不了网｜响应 4 分｜已解决" for n in range(1, 9))
        made = written(site, vendor(site), THURSDAY, work=lines, incidents=busy, systems="运行平稳。" * 20)
        assert len(compose(documents.paper(site, made))) == 1

    @pytest.mark.parametrize(("slug", "code", "last"), [
        ("report_weekly", "OD-F07b", "⑥ 考勤小结"), ("report_quarterly", "OD-F07c", "⑩ 附件"),
    ])  # fmt: skip
    def test_week_and_quarter_have_their_own_chapters(
        self, site: Context, crew: Team, slug: str, code: str, last: str
    ) -> None:
        made = documents.paper(site, written(site, vendor(site), THURSDAY, slug))
        assert made.code == code
        assert last in labels(made)
        (text,) = pages(made)
        assert "跟进核心链路割接" in text

    def test_the_workbook_says_the_same(self, day: Document, tmp_path: Path) -> None:
        path = tmp_path / "f07.xlsx"
        write_workbook(day, path)
        cells = {str(cell) for row in openpyxl.load_workbook(path).active.iter_rows(values_only=True) for cell in row}
        assert {"更换三楼交换机电源", "2026年3月5日 19:48:07", TO, COPY} <= cells

    def test_a_void_one_says_so(self, site: Context, crew: Team) -> None:
        made = written(site, vendor(site), THURSDAY)
        run(site, "report", "void", made, reason="写错")
        assert documents.paper(site, made).title == "运维日报（已作废）"
