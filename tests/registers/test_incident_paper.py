"""The papers of incidents, read back from PDF and xlsx: F05, F06, the day's list, the month's statistics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import a_site
import incident_month
import openpyxl
import pypdfium2
import pytest
import team as team_module
from sqlalchemy import select
from team import Team, go_to

from opsdesk.catalog import by_slug
from opsdesk.exports import archive
from opsdesk.exports.document import BarChart, Choice, Document, FormGrid, Table, Text
from opsdesk.exports.pdf import pdf_bytes
from opsdesk.models import CaseReport, Contract, ContractTerm, ImportBatch, IncidentOption, Staff, Vendor
from opsdesk.register import Query
from opsdesk.registers.incident import acts, closing, detail, documents, listing, service
from opsdesk.services import amending, incident_figures, settings
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.incident_breaches import breaches

DAY = date(2026, 3, 5)
SYMPTOM = "财务科打印机送纸后卡在出口，连续三次，面板提示“卡纸 E3”。重启后仍不能打印。"


@pytest.fixture
def crew(site: Context) -> Team:
    return team_module.build(site)


def opened(ctx: Context, line: str = "财务科张三 打印机不出纸 13812345678") -> int:
    return service.open_incident(ctx, line).value.id


def fill_in(ctx: Context, incident_id: int, **values: Any) -> None:
    service.save(ctx, incident_id, {**service.load(ctx, incident_id), **values})


def lived(ctx: Context, crew: Team) -> int:
    """One incident from the call to the signature: one second late, three hours of the user's, handed in late."""
    go_to(ctx, "2026-03-05 09:00:00")
    incident_id = opened(ctx)
    fill_in(
        ctx, incident_id, symptom=SYMPTOM, reporter="张三", reporter_dept="财务科", system="办公打印", device="HP M435",
        severity="高", urgent=True, category="硬件故障", reach="财务科 6 人", diagnosis="搓纸轮磨损", plan="更换搓纸轮",
        staff_id=crew["1001"], related_party="打印设备维保单位",
    )  # fmt: skip
    go_to(ctx, "2026-03-05 09:10:01")
    acts.respond(ctx, incident_id, {"response_way": "现场"})
    acts.ask_due(ctx, incident_id, {"due_at": datetime(2026, 3, 5, 12, 0), "confirmed": True})
    detail.add_step(ctx, incident_id, {"said": "检查走纸通道", "result": "搓纸轮磨损"})
    go_to(ctx, "2026-03-05 10:00:00")
    acts.wait(ctx, incident_id, {"whose": "甲方", "reason": "用户要求下午再修"})
    go_to(ctx, "2026-03-05 13:00:00")
    acts.resume(ctx, incident_id, {})
    detail.add_part(ctx, incident_id, {"name": "搓纸轮", "model": "RL1-2412", "quantity": 2})
    go_to(ctx, "2026-03-05 13:25:30")
    acts.solve(ctx, incident_id, {"root_cause": "超过寿命没有更换。", "handling": "更换搓纸轮"})
    closing.confirm(ctx, incident_id, {"rating": "满意", "opinion": "处理及时"})
    fill_in(ctx, incident_id, lesson="耗材寿命应登记。")
    go_to(ctx, "2026-03-05 17:40:00")
    closing.hand_in(ctx, [incident_id], {})
    closing.sign(ctx, [incident_id], {})
    return incident_id


def pages_of(document: Document) -> list[str]:
    pdf = pypdfium2.PdfDocument(pdf_bytes(document))
    return ["".join(page.get_textpage().get_text_range().split()) for page in pdf]


def cells(document: Document) -> dict[str, Any]:
    grids = [block for block in document.body if isinstance(block, FormGrid)]
    return {cell.label: cell.value for grid in grids for row in grid.rows for cell in row}


def cells_of_facts(document: Document) -> dict[str, str]:
    return {fact.label: fact.value for fact in document.facts}


def tables(document: Document) -> list[Table]:
    return [block for block in document.body if isinstance(block, Table)]


def in_workbook(document: Document, folder: Path) -> str:
    (kept,) = archive.export(document, folder, ("xlsx",))
    sheet = openpyxl.load_workbook(kept.path).worksheets[0]
    return "".join("".join(str(cell).split()) for row in sheet.values for cell in row if cell is not None)


class TestRecord:
    def test_says_what_the_record_holds_on_one_page(self, site: Context, crew: Team, tmp_path: Path) -> None:
        document = documents.record(site, lived(site, crew))
        (text,) = pages_of(document)
        sheet = in_workbook(document, tmp_path)
        for words in (
            "OD-F05 A/0", "运维事件记录单", "SJ-20260305-001", "示例市信息中心", "一卡通运维／办公打印／HP M435",
            "张三", "财务科", "13812345678", "2026年3月5日 09:00:00", "2026年3月5日 09:10:01",
            "10 分 1 秒，超时 5 分 1 秒（时限 5 分，E10 三.2）", "硬件故障", "财务科 6 人", "2026年3月5日 12:00",
            "卡纸 E3", "搓纸轮磨损", "2026-03-05 09:10", "检查走纸通道", "王强",
            "1. 3月5日 10:00 至 13:00，共 3 小时，等待甲方：用户要求下午再修（不计入用时）", "RL1-2412",
            "2026年3月5日 13:25:30", "1 小时 25 分，达标（时限 3 小时，T1 5 故障）", "超过寿命没有更换。",
            "经验教训：耗材寿命应登记。", "处理及时", "王强（华信）", "3月5日 17:40 交单", "3月5日 13:25 确认",
            "打印设备维保单位", "主管", "2026年3月5日 17:40 签收", "签字：",
            "应在 2026年3月5日 17:30 前交单，晚 10 分。", "以用户最后确认的时间为准（T1 5 故障）", "T3 第五条", "G3",
            "全天计时",
        ):  # fmt: skip
            plain = "".join(words.split())
            assert plain in text, words
            assert plain in sheet, words
        assert "保存期限：3年" in text
        assert "第1页共1页" in text

    def test_stands_in_the_order_of_the_form(self, site: Context, crew: Team) -> None:
        (text,) = pages_of(documents.record(site, lived(site, crew)))
        order = ["编号", "项目／系统"] + [
            f"{sign}{words}"
            for sign, words in zip(
                "①②③④⑤⑥⑦⑧⑨⑩⑪⑫",
                ("报告人", "受理人", "类别", "故障现象", "初步诊断", "处理过程", "更换／使用配件", "处理结果",
                 "根本原因", "遗留问题", "用户评价", "处理人"),
                strict=True,
            )
        ]  # fmt: skip
        places = [text.index(words) for words in order]
        assert places == sorted(places)
        for label in ("单位／科室", "电话", "报告方式", "报告时间", "接到时间", "响应时间", "响应用时", "响应方式",
                      "到达时间", "等级", "是否紧急", "影响范围", "要求完成时间", "解决时间", "解决用时",
                      "转派／升级至", "下次服务时间", "意见", "关联单位", "运维主管签收"):  # fmt: skip
            assert label in text, label

    def test_boxes_are_ticked(self, site: Context, crew: Team) -> None:
        shown = cells(documents.record(site, lived(site, crew)))
        ticked = {key: value.chosen for key, value in shown.items() if isinstance(value, Choice)}
        assert ticked == {
            "报告方式": ("电话",), "响应方式": ("现场",), "等级": ("高",), "是否紧急": ("是",),
            "⑧ 处理结果": ("已解决",), "⑪ 用户评价": ("满意",),
        }  # fmt: skip
        assert shown["⑪ 用户评价"].options == ("非常满意", "满意", "一般", "不满意")
        assert shown["⑧ 处理结果"].options == ("已解决", "临时解决", "未解决")

    def test_what_is_not_known_is_left_to_the_pen(self, site: Context, crew: Team) -> None:
        document = documents.record(site, opened(site, "门禁刷不开"))
        shown = cells(document)
        for label in ("响应时间", "响应用时", "到达时间", "要求完成时间", "解决时间", "解决用时", "下次服务时间",
                      "等待", "⑤ 初步诊断／原因", "转派／升级至", "意见"):  # fmt: skip
            assert not shown[label], label
        assert shown["④ 故障现象"] == "门禁刷不开"
        ticked = {key: value.chosen for key, value in shown.items() if isinstance(value, Choice)}
        assert ticked["响应方式"] == ticked["⑧ 处理结果"] == ticked["⑪ 用户评价"] == ()
        steps, parts = tables(document)
        assert len(steps.rows) == 4
        assert len(parts.rows) == 2
        assert {value for row in (*steps.rows, *parts.rows) for value in row} == {None}
        assert len(pages_of(document)) == 1

    def test_solved_for_now_and_handed_on(self, site: Context, crew: Team) -> None:
        incident_id = opened(site)
        acts.respond(site, incident_id, {"staff_id": crew["1001"]})
        acts.escalate(
            site,
            incident_id,
            {"escalated_to": "厂商二线", "reason": "缺件", "next_visit_at": datetime(2026, 3, 6, 9, 0)},
        )
        shown = cells(documents.record(site, incident_id))
        assert shown["⑧ 处理结果"].chosen == ("未解决",)
        assert (shown["转派／升级至"], shown["下次服务时间"]) == ("厂商二线", "2026年3月6日 09:00")
        acts.solve(site, incident_id, {"result": "临时解决"})
        shown = cells(documents.record(site, incident_id))
        assert shown["⑧ 处理结果"].chosen == ("临时解决",)
        assert shown["解决用时"].endswith("用户没有提出完成时间，不判时限")

    def test_long_texts_flow_to_further_pages_and_nothing_is_lost(self, site: Context, crew: Team) -> None:
        incident_id = lived(site, crew)
        closing.give_back(site, incident_id, {"reason": "补充"})
        sentences = "".join(f"第{place}次检查，逐段测试走纸通道，记录读数。" for place in range(150))
        fill_in(site, incident_id, symptom=sentences[:3900], root_cause=sentences[:2000])
        for place in range(12):
            detail.add_step(site, incident_id, {"said": f"第 {place} 步", "result": "正常"})
        pages = pages_of(documents.record(site, incident_id))
        assert len(pages) > 1
        whole = "".join(page.split("运维事件记录单", 1)[1] for page in pages)
        assert whole.count("次检查，逐段测试走纸通道，记录读数。") >= 150
        for place in range(12):
            assert f"第{place}步" in whole
        assert f"第{len(pages)}页共{len(pages)}页" in pages[-1]
        assert "运维主管签收" in whole

    def test_a_void_record_says_so(self, site: Context, crew: Team) -> None:
        incident_id = opened(site)
        closing.void(site, incident_id, {"reason": "重复登记"})
        (text,) = pages_of(documents.record(site, incident_id))
        assert "运维事件记录单（已作废）" in text
        assert "作废：重复登记。编号不再使用。" in text

    def test_a_record_of_an_old_register(self, site: Context, crew: Team) -> None:
        with site.transaction("导入") as tx:
            batch = tx.insert(
                ImportBatch, what="incidents", file_name="旧登记簿.xlsx", sha256="", format="", at=site.now(),
                rows_read=1, rows_stored=1, rows_duplicate=0, rows_rejected=0,
            )  # fmt: skip
        at = datetime(2024, 5, 1, 9, 30)
        (incident_id,) = incident_month.insert(
            site,
            [
                {"number": "GD-2024-17", "title": "交换机掉电", "reported_at": at, "state": "已签收", "batch_id": batch,
                 "vendor_written": "远山公司", "person_written": "赵某", "source": "手工"}
            ],
        )  # fmt: skip
        document = documents.record(site, incident_id)
        (text,) = pages_of(document)
        shown = cells(document)
        assert shown["接到时间"] == shown["响应时间"] == shown["解决时间"] == shown["解决用时"] == ""
        assert shown["报告方式"].options[-1] == "手工"
        assert shown["⑫ 处理人"] == "赵某（远山公司）"
        assert "由原登记簿导入" in text
        assert cells(documents.case_report(site, incident_id))["编号"] == "CASE-GD-2024-17"

    def test_a_visit_tells_its_deadlines_and_points(self, site: Context, crew: Team) -> None:
        with site.transaction("合同") as tx:
            contract = tx.connection.execute(Contract.__table__.select().where(Contract.vendor_id == 1)).first()
            assert contract is not None
            tx.insert(
                ContractTerm, contract_id=contract.id, topic="响应", regulation="E19", holds_from=date(2026, 1, 1)
            )
        at = datetime(2026, 3, 5, 9, 0)
        (incident_id,) = incident_month.insert(
            site,
            [
                {
                    "number": "SJ-20260305-001", "title": "上门", "kind": "上门报修", "reported_at": at,
                    "accepted_at": at, "responded_at": at, "contacted_at": at + timedelta(minutes=31),
                    "arrived_at": at + timedelta(hours=2), "vendor_id": 1,
                    "staff_id": crew["1001"], "visit_missing": "工作证、鞋套",
                }
            ],
        )  # fmt: skip
        draft = site.regulations.amended(
            [
                (key, amending.proposed(site.regulations.clause(key), date(2026, 1, 1), values))
                for key, values in (("E19-13", {"visit.contact_min": "30"}), ("E19-14", {"visit.points": "2"}))
            ]
        )
        document = documents.record(site.under(draft), incident_id)
        shown = cells(document)
        assert "联系用户 31 分，超时 1 分（时限 30 分，E19" in shown["上门时限"]
        assert "到达 2 小时，超时 1 小时" in shown["上门时限"]
        assert shown["检查不符"] == "工作证、鞋套"
        assert "拟扣 2 分" in shown["拟扣分"]
        (text,) = pages_of(document)
        assert "E19没有规定响应时限" in text

    def test_retired_and_many_severities(self, site: Context, crew: Team) -> None:
        with site.transaction("等级") as tx:
            for place, name in enumerate(("特急", "加急", "常规"), 10):
                tx.insert(IncidentOption, what="等级", name=name, place=place, hours="")
        incident_id = opened(site)
        fill_in(site, incident_id, severity="特急")
        assert cells(documents.record(site, incident_id))["等级"] == "特急", "too many to tick"

    def test_the_register_offers_both_papers(self, site: Context, crew: Team) -> None:
        incident_id = lived(site, crew)
        made = [(paper.key, paper.title, paper.make(site, incident_id).code) for paper in by_slug("incident").papers]
        assert made == [("record", "事件记录单", "OD-F05"), ("case", "case 报告", "OD-F06")]
        for paper in by_slug("incident").papers:
            with pytest.raises(Refusal, match="已经不在了"):
                paper.make(site, 999)


class TestCase:
    def test_is_drawn_from_the_incident_while_nothing_is_written(self, site: Context, crew: Team) -> None:
        document = documents.case_report(site, lived(site, crew))
        text = "".join(pages_of(document))
        for words in (
            "OD-F06 A/0", "故障分析报告（case 报告）", "CASE-20260305-001", "SJ-20260305-001", "华信", "王强",
            "从发现到恢复 4 小时 25 分，其中等待 3 小时", "响应用时 10 分 1 秒，超时 5 分 1 秒",
            "解决达标（时限 3 小时",
            "卡纸 E3", "等待甲方：用户要求下午再修", "检查走纸通道；结果：搓纸轮磨损", "用户确认", "搓纸轮磨损",
            "超过寿命没有更换。", "耗材寿命应登记。", "损失评估", "改进措施", "附件", "编写", "审核（公司项目经理）",
            "信息中心运维主管", "本报告应在 2026年3月6日 前提交", "1 个工作日内提交",
            "保存期限：3 年，随 SJ-20260305-001",
        ):  # fmt: skip
            assert "".join(words.split()) in text, words
        shown = cells(document)
        assert shown["发生时间"] == ""
        assert shown["发现时间"] == "2026年3月5日 09:00:00"
        (course,) = tables(document)
        assert {row[1] for row in course.rows} == {
            "受理", "响应", "要求时间", "处理", "等待", "恢复处理", "解决", "用户确认",
        }  # fmt: skip
        assert [row[0] for row in course.rows] == sorted(row[0] for row in course.rows)  # type: ignore[type-var]  # moments

    def test_says_what_its_register_holds(self, site: Context, crew: Team, tmp_path: Path) -> None:
        incident_id = lived(site, crew)
        with site.transaction("报告") as tx:
            tx.insert(
                CaseReport, incident_id=incident_id, number="CASE-20260305-007", overview="财务打印中断半天",
                place="三楼财务科", direct_cause="搓纸轮打滑", measures="现场更换", loss="报表延后半天",
                improvement="建立耗材台账", owner="李敏", improve_by=date(2026, 4, 1), informed="财务科、运维组",
                written_by="王强", reviewed_by="钱经理",
                submitted_at=datetime(2026, 3, 6, 16, 0), approved_at=datetime(2026, 3, 6, 17, 0), approved_by="主管",
            )  # fmt: skip
        document = documents.case_report(site, incident_id)
        text, sheet = "".join(pages_of(document)), in_workbook(document, tmp_path)
        assert document.number == "CASE-20260305-007"
        for words in (
            "财务打印中断半天", "三楼财务科", "搓纸轮打滑", "现场更换", "报表延后半天", "建立耗材台账", "李敏",
            "2026年4月1日", "财务科、运维组", "钱经理", "3月6日 16:00 提交", "2026年3月6日 17:00 批准",
        ):  # fmt: skip
            assert "".join(words.split()) in text, words
            assert "".join(words.split()) in sheet, words

    def test_an_open_incident_has_no_day_on_which_it_is_due(self, site: Context, crew: Team) -> None:
        document = documents.case_report(site, opened(site))
        assert document.notes == ()
        assert cells(document)["时长"] == ""


class TestDay:
    def test_lists_every_incident_of_the_day_and_counts_them(self, site: Context, crew: Team, tmp_path: Path) -> None:
        lived(site, crew)
        late = opened(site, "无线连不上")
        by_mistake = opened(site, "打错了")
        closing.void(site, by_mistake, {"reason": "重复"})
        go_to(site, "2026-03-05 18:30:00")
        document = documents.day_list(site, DAY)
        (text,) = pages_of(document)
        sheet = in_workbook(document, tmp_path)
        for words in (
            "运维事件日清单", "2026年3月5日 周四", "受理：2 件", "已解决：1 件", "未结：1 件", "超时：2 件",
            "未交单：0 件", "SJ-20260305-001", "SJ-20260305-002", "SJ-20260305-003", "响应超时 5 分 1 秒", "响应已超时",
            "已作废", "作废的 1 件不计入件数", "1 小时 25 分", "高，急", "09:10", "13:25", "17:40", "T1 5 故障",
        ):  # fmt: skip
            assert "".join(words.split()) in text, words
            assert "".join(words.split()) in sheet, words
        assert "运维主管（签字）" in text
        (table,) = tables(document)
        assert [column.title for column in table.columns] == [
            "序号", "编号", "接到", "系统", "标题", "等级", "处理人", "单位", "响应", "解决", "用时", "时限",
            "状态", "交单", "签收",
        ]  # fmt: skip
        assert table.rows_per_page == 15
        assert document.landscape
        assert late

    def test_an_open_incident_is_never_in_time_but_what_the_list_says(self, site: Context, crew: Team) -> None:
        go_to(site, "2026-03-05 09:00:00")
        asked, waiting, quiet = opened(site, "门禁打不开"), opened(site, "无线连不上"), opened(site, "打印机卡纸")
        go_to(site, "2026-03-05 09:05:00")
        for each in (asked, waiting, quiet):
            acts.respond(site, each, {"staff_id": crew["1001"]})
        for each in (asked, waiting):
            acts.ask_due(site, each, {"due_at": datetime(2026, 3, 5, 12, 0), "confirmed": True})
        acts.wait(site, waiting, {"whose": "甲方", "reason": "用户不在"})
        done = opened(site, "账号锁定")
        acts.respond(site, done, {"staff_id": crew["1001"]})
        acts.solve(site, done, {})
        go_to(site, "2026-03-05 10:00:00")
        (table,) = tables(documents.day_list(site, DAY))
        screen = listing.listed(site, Query()).rows
        shown = {row.values["number"]: row.values["clock"].word if row.values["clock"] else "" for row in screen}
        assert {row[1]: row[11] for row in table.rows} == shown
        assert [row[11] for row in table.rows] == ["解决 剩 2 小时", "解决 暂停", "", "达标"]

    def test_rows_per_page_are_the_sites_and_the_last_row_is_on_the_second_page(
        self, site: Context, crew: Team
    ) -> None:
        settings.write(site, {"paper.rows": "10"})
        at = datetime(2026, 3, 5, 8, 0)
        incident_month.insert(
            site,
            [
                {
                    "number": f"SJ-20260305-{place:03}",
                    "title": f"第{place}件",
                    "reported_at": at + timedelta(minutes=place),
                }
                for place in range(1, 12)
            ],
        )
        pages = pages_of(documents.day_list(site, DAY))
        assert len(pages) == 2
        assert "SJ-20260305-010" in pages[0]
        assert "SJ-20260305-011" in pages[1]
        assert all("运维主管（签字）" in page for page in pages)

    def test_long_names_of_people_and_vendors_leave_the_day_its_page(self, site: Context, crew: Team) -> None:
        with site.transaction("改名") as tx:
            for vendor in tx.connection.execute(select(Vendor.id)).scalars().all():
                name = f"中国电子信息产业集团第六研究所华北信息系统集成与运行维护服务有限公司第 {vendor} 分部"
                tx.update(Vendor, vendor, name=name, short_name=name)
            tx.update(Staff, crew["1001"], name="阿卜杜热合曼·买买提明·艾合买提·吐尔逊江·阿不都")
        for number in ("1001", "1002", "2001"):
            acts.respond(site, opened(site), {"staff_id": crew[number]})
        (page,) = pages_of(documents.day_list(site, DAY))
        assert "吐尔逊江" in page

    def test_times_of_another_day_stand_with_their_date(self, site: Context, crew: Team) -> None:
        at = datetime(2026, 3, 5, 23, 50)
        incident_month.insert(
            site,
            [
                {"number": "SJ-1", "title": "夜里", "reported_at": at, "accepted_at": at,
                 "responded_at": at + timedelta(minutes=20), "resolved_at": at + timedelta(hours=9), "state": "已解决"}
            ],
        )  # fmt: skip
        (table,) = tables(documents.day_list(site, DAY))
        assert (table.rows[0][8], table.rows[0][9]) == ("3-6\n00:10", "3-6\n08:50")

    def test_a_day_without_incidents_is_a_blank_sheet(self, site: Context, crew: Team) -> None:
        document = documents.day_list(site, date(2026, 3, 4))
        (text,) = pages_of(document)
        assert "受理：0件" in text
        assert tables(document)[0].rows == ()


@pytest.fixture(scope="module")
def two_months(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """February and March of two vendors, seen on the first of April."""
    opened_site = a_site.opened_copy(founded, tmp_path_factory.mktemp("statistics_paper"))
    ctx = next(opened_site)
    crew = team_module.build(ctx)
    incident_month.insert(ctx, incident_month.invented(crew, 2026, 2, 50, seed=3))
    incident_month.insert(ctx, incident_month.invented(crew, 2026, 3, 70, seed=11))
    go_to(ctx, "2026-04-01 09:00:00")
    yield ctx
    opened_site.close()


class TestMonth:
    def test_says_figures_changes_charts_and_breaches(self, two_months: Context, tmp_path: Path) -> None:
        document = documents.month_statistics(two_months, 2026, 3)
        figures = incident_figures.of_month(two_months, 2026, 3)
        with two_months.read() as connection:
            late = breaches(connection, two_months.regulations, date(2026, 3, 1), date(2026, 3, 31), two_months.now())
        pages = pages_of(document)
        text, sheet = "".join(pages), in_workbook(document, tmp_path)
        total, before = figures.total, figures.before
        for words in (
            "OD-F05M", "2026年3月运维事件统计表", "SJ-202603", "2026年3月1日至31日", f"受理：{total.count} 件",
            f"超时：{len(late)} 项", "一、总体情况", f"{total.count} 件", f"{before.count} 件",
            f"↑ 多 {total.count - before.count} 件", f"（{total.within_response}/{total.response_measured}）",
            "二、按类别", "三、按系统", "四、按外包单位", "五、按处理人", "六、按等级",
            f"七、超时明细（{len(late)} 项）", "每日受理", "各类别受理", "各单位达标率", "已解决", "未解决", "华信",
            "恒通", "（未指派）", "T1 5 故障", "G3", late[0].number, str(late[0].over),
            "等于时限为达标", "以用户最后确认的时间为准", "响应全天计时。",
        ):  # fmt: skip
            assert "".join(words.split()) in text, words
            assert "".join(words.split()) in sheet, words
        assert all(each.number in text for each in late)
        assert "制表人（签字）" in pages[-1]
        assert f"第{len(pages)}页共{len(pages)}页" in pages[-1]
        assert [block.title for block in document.body if isinstance(block, BarChart)] == [
            "每日受理", "各类别受理", "各系统受理（最多的 10 个）", "各单位达标率",
        ]  # fmt: skip

    def test_tables_add_up(self, two_months: Context) -> None:
        document = documents.month_statistics(two_months, 2026, 3)
        groups = [table for table in tables(document) if table.columns[1].title == "受理"]
        assert [table.columns[0].title for table in groups] == ["类别", "系统", "单位", "处理人", "等级"]
        totals = {tuple(table.rows[-1][1:]) for table in groups}
        assert len(totals) == 1
        for table in groups:
            assert sum(row[1] for row in table.rows[:-1]) == table.rows[-1][1]  # type: ignore[misc]  # counts

    def test_of_one_vendor_has_nothing_of_the_other(self, two_months: Context, tmp_path: Path) -> None:
        document = documents.month_statistics(two_months, 2026, 3, 1)
        text, sheet = "".join(pages_of(document)), in_workbook(document, tmp_path)
        assert "华信系统集成有限公司" in text
        assert document.number == "SJ-202603-V1"
        assert document.name == "事件统计-华信-2026-03"
        for strange in ("恒通", "陈晨", "未指派"):
            assert strange not in text
            assert strange not in sheet
        assert "按外包单位" not in text
        assert "驻场公司负责人（签字）" in text

    def test_a_month_without_incidents_says_so(self, two_months: Context) -> None:
        document = documents.month_statistics(two_months, 2025, 3)
        (text,) = pages_of(document)
        assert "本月没有接到事件。" in text
        assert not [block for block in document.body if isinstance(block, BarChart)]
        with pytest.raises(Refusal, match="已经不在了"):
            documents.month_statistics(two_months, 2026, 3, 999)

    def test_a_month_under_way_says_until_when(self, two_months: Context) -> None:
        document = documents.month_statistics(two_months, 2026, 4)
        assert "本月尚未过完，数据截至 2026-04-01 09:00。" in document.notes
        assert cells_of_facts(document)["统计期间"] == "2026年4月1日至30日（截至 4月1日）"
        over = documents.month_statistics(two_months, 2026, 3)
        assert cells_of_facts(over)["统计期间"] == "2026年3月1日至31日"

    def test_what_was_exceeded_adds_up_with_the_rates(self, two_months: Context) -> None:
        figures = incident_figures.of_month(two_months, 2026, 3).total
        with two_months.read() as connection:
            late = breaches(connection, two_months.regulations, date(2026, 3, 1), date(2026, 3, 31), two_months.now())
        running = sum(each.running for each in late)
        answered = figures.response_measured - (figures.within_response or 0)
        solved = figures.deadline_measured - (figures.within_deadline or 0)
        assert running > 0
        assert answered + solved + running == len(late)
        said = (
            f"超时 {len(late)} 项：已计入达标率的响应 {answered} 项、解决 {solved} 项；"
            f"进行中已超时 {running} 项（还没有响应或解决，暂不计入达标率）。"
        )
        document = documents.month_statistics(two_months, 2026, 3)
        assert any(isinstance(block, Text) and block.text == said for block in document.body)

    def test_a_month_without_breaches_says_so(self, site: Context, crew: Team) -> None:
        go_to(site, "2026-03-05 09:00:00")
        incident_id = opened(site)
        acts.respond(site, incident_id, {"staff_id": crew["1001"]})
        document = documents.month_statistics(site, 2026, 3)
        assert any(isinstance(block, Text) and block.text == "本月没有超过时限的事件。" for block in document.body)
        assert "—" in "".join(pages_of(replace(document, notes=())))
