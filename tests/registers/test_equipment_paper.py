"""F10, F11, F12, F24, F25 and the backup notice on paper, read back from the PDF: columns, rows, boxes, blanks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import filled_equipment as made
import pypdfium2
import pytest
import team as team_module
from filled_site import load, run
from team import go_to

from opsdesk.catalog import by_slug
from opsdesk.exports.document import Choice, Document, FormGrid, Kind, Table, Text
from opsdesk.exports.pdf import pdf_bytes
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal


def paper(ctx: Context, slug: str, key: str, record_id: int = 0) -> Document:
    (chosen,) = (each for each in by_slug(slug).papers if each.key == key)
    made = chosen.make(ctx, record_id)
    document: Document = made[0] if isinstance(made, tuple) else made
    return document


def table(document: Document) -> Table:
    (found,) = (block for block in document.body if isinstance(block, Table))
    return found


def cells(document: Document) -> dict[str, Any]:
    grids = [block for block in document.body if isinstance(block, FormGrid)]
    return {cell.label: cell.value for grid in grids for row in grid.rows for cell in row}


def pages(document: Document) -> list[str]:
    pdf = pypdfium2.PdfDocument(pdf_bytes(document))
    try:
        return ["".join(page.get_textpage().get_text_range().split()) for page in pdf]
    finally:
        pdf.close()


def titles(document: Document) -> list[str]:
    return [column.title for column in table(document).columns]


def says(document: Document, *words: str) -> None:
    text = "".join(pages(document))
    for each in words:
        assert each.replace(" ", "") in text, each


class TestLedger:
    def test_columns_of_the_form_in_their_order(self, filled: Context) -> None:
        document = paper(filled, "asset", "ledger")
        assert titles(document) == [
            "资产编号", "分类", "设备名称", "品牌", "型号", "序列号", "配置", "购置日期", "原值（元）", "折旧／年限",
            "使用部门",             "使用人", "存放地点", "状态", "责任人", "保修到期", "维修记录", "备注",
        ]  # fmt: skip
        assert (document.code, document.number, document.landscape) == ("OD-F12", "TZ-2026", True)
        assert [each.label for each in document.signatures] == ["保管人", "盘点人", "监盘人"]
        says(
            document, "设备台账", "创建日期：2026年3月5日", "在册：6 台（另有报废 1 台）", "原值合计：148,450.50 元",
            "128,000.00", "6,800.50", "保存期限：永久", "E7 三.1",
        )  # fmt: skip

    def test_written_off_last_and_repairs_with_the_asset(self, filled: Context) -> None:
        rows = table(paper(filled, "asset", "ledger")).rows
        assert rows[-1][0] == "ZC-005"
        assert {row[0]: row[16] for row in rows}["ZC-004"] == "2026-03-05 报修：不能开机"

    @pytest.mark.parametrize(
        ("bought_on", "age"),
        [
            (date(2025, 3, 6), "0 年"), (date(2025, 3, 5), "1 年"), (date(2023, 3, 6), "2 年"),
            (date(2023, 3, 5), "3 年"), (date(2024, 2, 29), "2 年"), (None, ""), (date(2026, 3, 6), ""),
        ],
    )  # fmt: skip
    def test_whole_years_since_the_purchase(self, site: Context, bought_on: date | None, age: str) -> None:
        made.asset(site, "A1", bought_on=bought_on)
        assert table(paper(site, "asset", "ledger")).rows[0][9] == age

    def test_an_empty_ledger_can_be_printed(self, site: Context) -> None:
        document = paper(site, "asset", "ledger")
        assert (table(document).rows, table(document).rows_per_page) == ((), 15)
        says(document, "创建日期：—", "在册：0 台")

    def test_what_was_given_out_this_year_and_last(self, site: Context) -> None:
        asset = made.asset(site, "A1")
        for at in (datetime(2025, 12, 31, 23, 59), datetime(2026, 1, 1)):
            run(site, "asset", "issue", asset, taken_by="王强", purpose="备用", issued_at=at)
            run(site, "asset", "give_back", asset, outcome="完好", returned_at=at)
        now, before = paper(site, "asset_issue", "issues"), paper(site, "asset_issue", "last_year")
        assert titles(now) == [
            "序号", "日期", "资产编号", "名称型号", "数量", "领用人", "领用用途", "领用签字", "归还日期",
            "归还状况", "验收人", "备注",
        ]  # fmt: skip
        assert [row[1] for row in table(now).rows] == [datetime(2026, 1, 1)]
        assert [row[1] for row in table(before).rows] == [datetime(2025, 12, 31, 23, 59)]
        assert table(now).columns[7].kind is Kind.SIGNATURE
        assert table(now).rows[0][2:7] == ("A1", "笔记本电脑 示例牌 T14", 1, "王强", "备用")
        says(now, "LY-2026", "未归还：0 台", "2026-01-01", "完好", "主管")


class TestMove:
    def test_columns_boxes_and_void_rows_of_the_month(self, filled: Context) -> None:
        document = paper(filled, "equipment_move", "month")
        assert titles(document) == [
            "序号", "日期", "设备名称", "品牌型号", "序列号（S/N）", "资产编号", "数量", "方向", "来源／去向", "原因",
            "安装位置（机柜／U 位）", "是否加电", "经办人", "陪同", "批准人", "应还日", "实还日", "备注",
        ]  # fmt: skip
        rows = table(document).rows
        assert [row[0] for row in rows] == [1, 2, 3, 4, 5, 6]
        by_number = {str(row[17]).split("\n")[0]: row for row in rows}
        new, out, back = (by_number[f"SB-202603-00{n}"] for n in (1, 2, 5))
        assert (new[7], new[9], new[10], new[11], new[14]) == ("☑进\n□出", "新装", "A01 柜 12U", "是", "主管")
        assert (out[5], out[7], out[11]) == ("ZC-002", "□进\n☑出", "否")
        assert back[16] == date(2026, 3, 5)
        assert str(by_number["SB-202603-006"][17]).endswith("作废：重复登记")
        assert [each.label for each in document.signatures] == ["经办人", "管理员", "批准人"]
        says(
            document,
            "机房设备进出登记表",
            "SB-202603",
            "进：1 次",
            "出：4 次",
            "待还：3 次",
            "未批出机房、逾期 1 天",
            "E1 二.4",
        )
        assert len(pages(document)) == 1

    def test_last_month_is_the_month_before(self, site: Context) -> None:
        made.move(site, moved_at=datetime(2026, 2, 28, 23, 59))
        made.move(site, moved_at=datetime(2026, 3, 1))
        assert len(table(paper(site, "equipment_move", "month")).rows) == 1
        before = paper(site, "equipment_move", "last_month")
        assert (before.number, len(table(before).rows)) == ("SB-202602", 1)

    def test_pass_in_two_parts_on_one_page(self, site: Context) -> None:
        asset = made.asset(site, "ZC-001")
        move = made.move(
            site, asset_id=asset, name="", model="", direction="出", reason="维修", due_on=date(2026, 3, 20)
        )
        run(site, "equipment_move", "approve", move)
        document = paper(site, "equipment_move", "pass", move)
        headings = [block.text for block in document.body if isinstance(block, Text) and block.bold]
        assert headings == ["出门联（交门卫）　No. SB-202603-001", "存根联（信息中心留存）　No. SB-202603-001"]
        (page,) = pages(document)
        for words in ("笔记本电脑", "SN-ZC-001", "厂家", "2026年3月20日", "主管 2026年3月5日 08:00", "门卫查验"):
            assert page.count(words.replace(" ", "")) == 2, words

    def test_pass_only_for_what_goes_out_approved(self, site: Context) -> None:
        inward, waiting, void = made.move(site), made.move(site, direction="出"), made.move(site, direction="出")
        run(site, "equipment_move", "void", void, reason="写错")
        for move, why in ((inward, "进机房"), (waiting, "还没有批准"), (void, "已经作废")):
            with pytest.raises(Refusal, match=why):
                paper(site, "equipment_move", "pass", move)


class TestLoan:
    def test_it_is_made_in_two_copies_one_for_each_side(self, site: Context) -> None:
        loan = made.lent(site)
        (slip,) = (each for each in by_slug("loan").papers if each.key == "slip")
        first, second = slip.make(site, loan)
        assert [each.facts[0].value for each in (first, second)] == ["第一联，信息中心留存", "第二联，借用人留存"]
        assert first.body == second.body

    def test_slip_says_what_the_record_holds(self, site: Context) -> None:
        team_module.build(site)
        made.asset(site, "ZC-001")
        loan = made.lent(site, "ZC-001\n网线 六类 - 3", borrower="王强", unit="")
        run(site, "loan", "extend", loan, until=date(2026, 3, 20), reason="评审延后")
        document = paper(site, "loan", "slip", loan)
        shown = cells(document)
        assert shown["借用时设备状况"] == Choice(("正常运行", "没有损坏", "其他"), ("正常运行", "没有损坏"))
        assert shown["归还时状况"] == Choice(("数量型号一致", "正常", "没有损坏", "其他"), ())
        assert (shown["预期归还日期"], shown["归还日期"]) == ("2026年3月20日（原3月10日）", "")
        assert [row[1:] for row in table(document).rows[:3]] == [
            ("笔记本电脑", "示例牌 T14", "ZC-001", 1), ("网线", "六类", "", 3), (None,) * 4,
        ]  # fmt: skip
        says(
            document, "OD-F11 A/0", "设备借用单", "JY-2026-0001", "王强", "华信", "2026年3月5日 08:00", "三楼会议室",
            "评审会演示", "同意 主管 2026年3月5日 08:00", "借用人（借出）", "借用人（归还）", "损坏照价赔偿",
            "评审延后", "一式两份", "未定日期的借 5 日", "T3 第三条", "E1 一.6", "E7 三.2", "保存期限：3 年",
        )  # fmt: skip
        assert len(pages(document)) == 1
        assert "13800001111" not in "".join(pages(document))

    def test_return_is_filled_in_with_its_damage(self, site: Context) -> None:
        loan = made.lent(site)
        go_to(site, "2026-03-12 09:30:00")
        run(
            site, "loan", "give_back", loan, matches=True, outcome="有损坏", damage="接头断裂", liability="照价赔偿",
            received_by="刘芳",
        )  # fmt: skip
        document = paper(site, "loan", "slip", loan)
        shown = cells(document)
        assert shown["归还时状况"].chosen == ("数量型号一致", "其他：有损坏")
        assert (shown["归还日期"], shown["管理员（归还）"]) == ("2026年3月12日 09:30", "刘芳")
        says(document, "其他：有损坏", "接头断裂", "照价赔偿", "逾期 2 天。依据 E1 一.6。")

    def test_sheet_before_and_without_consent(self, site: Context) -> None:
        waiting, refused, void = (made.loan(site) for _ in range(3))
        run(site, "loan", "refuse", refused, reason="设备不出单位")
        run(site, "loan", "void", void, reason="写错")
        assert cells(paper(site, "loan", "slip", waiting))["负责人意见"] == ""
        assert cells(paper(site, "loan", "slip", refused))["负责人意见"].startswith("不同意：设备不出单位")
        assert paper(site, "loan", "slip", void).title == "设备借用单（已作废）"

    def test_many_items_go_on_over_pages(self, site: Context) -> None:
        loan = made.loan(site, "\n".join(f"网线{n} 六类 - {n}" for n in range(1, 31)))
        text = "".join(pages(paper(site, "loan", "slip", loan)))
        assert "网线1六类1" in text
        assert "网线30六类30" in text

    def test_register_of_the_year_has_a_row_for_each_item(self, site: Context) -> None:
        made.lent(site, lent_at=datetime(2025, 12, 31, 23, 59))
        first = made.lent(site, "网线 六类 - 3\n扳手 - - 2", lent_at=datetime(2026, 1, 1), due_on=date(2026, 3, 6))
        made.lent(site)
        made.loan(site)
        run(site, "loan", "give_back", first, lines="2", normal=True)
        go_to(site, "2026-03-08 08:00:00")
        document, before = paper(site, "loan", "register"), paper(site, "loan", "last_year")
        assert titles(document) == [
            "序号", "借出日期", "设备名称", "型号", "编号", "数量", "借用人", "单位", "用途", "批准人", "应还日期",
            "归还日期", "归还状况", "经手人", "备注",
        ]  # fmt: skip
        rows = table(document).rows
        assert [(row[1], row[2], row[12], row[14]) for row in rows] == [
            (date(2026, 1, 1), "网线", "", "JY-2026-0002\n逾期 2 天"),
            (date(2026, 1, 1), "扳手", "已还 2 件", "JY-2026-0002\n逾期 2 天"),
            (date(2026, 3, 5), "网线", "", "JY-2026-0003\n"),
        ]
        assert (len(table(before).rows), before.number) == (1, "JY-2025")
        says(document, "借用单：2 张", "未还清：2 张", "逾期：1 张", "财务科", "评审会演示")


class TestMedia:
    def test_columns_and_rows_of_the_month(self, filled: Context) -> None:
        document = paper(filled, "media_check", "month")
        assert titles(document) == [
            "序号", "日期", "介质类型", "编号", "持有人", "单位", "用途", "查毒软件／病毒库日期", "查毒结果",
            "批准人", "使用起止", "备注",
        ]  # fmt: skip
        rows = table(document).rows
        assert len(rows) == 7
        assert rows[6][6:11] == (
            "演示（服务器没有联网）", "示例杀毒 6.0\n2026-03-04", "通过", "主管", "03-05 08:00\n至 08:00",
        )  # fmt: skip
        assert (rows[4][10], rows[0][10]) == ("03-05 08:00\n至", "")
        assert rows[5][11] == "JZ-202603-006\n作废：重复登记"
        says(
            document,
            "外来移动介质查毒登记表",
            "OD-F24 A/0",
            "JZ-202603",
            "登记：6 件",
            "未查毒使用",
            "E1 一.5",
            "E1 三.4",
        )
        assert table(paper(filled, "media_check", "last_month")).rows == ()

    def test_use_over_midnight_shows_both_days(self, site: Context) -> None:
        medium = made.media(site)
        run(site, "media_check", "begin", medium, used_from=datetime(2026, 3, 4, 23))
        run(site, "media_check", "end", medium, used_to=datetime(2026, 3, 5, 1))
        assert table(paper(site, "media_check", "month")).rows[0][10] == "03-04 23:00\n至 03-05 01:00"


class TestChange:
    def test_request_in_the_order_of_the_paper(self, site: Context) -> None:
        request = made.change(site, kind="新系统上线", system="门禁")
        run(site, "change_request", "opine", request, department_opinion="后勤处同意")
        blank = cells(paper(site, "change_request", "request", request))
        assert list(blank) == [
            "系统／设施名称", "类型", "申请人", "申请日期", "预计变更起止时间", "变更原因说明", "变更计划或程序",
            "影响范围", "回退方案", "执行的系统管理员", "审核意见：系统主管部门", "审核意见：信息中心",
            "审核意见：信息安全主管领导", "实际起止", "结果", "验证人",
        ]  # fmt: skip
        assert (blank["实际起止"], blank["审核意见：信息中心"]) == ("", "")
        run(site, "change_request", "approve", request, security_opinion="同意")
        run(site, "change_request", "begin", request)
        run(site, "change_request", "end", request, outcome="成功", verified_by="刘芳")
        document = paper(site, "change_request", "request", request)
        assert cells(document)["类型"].chosen == ("新系统上线",)
        says(
            document, "OD-F25 A/0", "停机／变更申请单", "BG-202603-001", "王强（华信）",
            "自 2026年3月6日 20:00 至 2026年3月6日 22:00", "先通知", "装回旧电源", "后勤处同意",
            "同意 主管 2026年3月5日 08:00", "自 2026年3月5日 08:00 至", "成功", "刘芳",
            "还没有书面告知要备份的数据和周期。依据 E1 三.3。", "E1 三.2", "E1 一.5",
        )  # fmt: skip
        assert len(pages(document)) == 1

    def test_clauses_follow_the_kind(self, site: Context) -> None:
        shutdown = paper(site, "change_request", "request", made.change(site))
        software = paper(site, "change_request", "request", made.change(site, kind="软件变更"))
        assert "E1 一.3" in shutdown.basis[0]
        assert "E1 三.2" not in shutdown.basis[0]
        assert "E1 三.2" in software.basis[0]
        assert "E1 三.3" not in software.basis[0]

    def test_refused_and_void(self, site: Context) -> None:
        refused, void = made.change(site), made.change(site)
        run(site, "change_request", "refuse", refused, reason="业务高峰")
        run(site, "change_request", "void", void, reason="不做了")
        opinion = cells(paper(site, "change_request", "request", refused))["审核意见：信息中心"]
        assert opinion.startswith("不同意：业务高峰")
        assert paper(site, "change_request", "request", void).title == "停机／变更申请单（已作废）"


def test_backup_notice_is_a_writing_to_sign(site: Context) -> None:
    notice = made.notice(site)
    document = paper(site, "backup_notice", "notice", notice)
    says(
        document, "新系统备份告知单", "一卡通", "数据库 card_main", "每天 02:00", "陈工", "刘芳", "E1 三.3", "一式两份"
    )
    assert load(site, "backup_notice", notice)["system"] in document.name
