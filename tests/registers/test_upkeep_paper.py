"""机房巡检表 (F13), 机房清扫记录 (F23) and the readings of a month, read back from the PDF."""

from __future__ import annotations

from datetime import date, datetime

import pypdfium2
import pytest
from a_room import room, rounds, went_round
from filled_site import change, run
from filled_upkeep import cleaning, reading
from team import go_to

from opsdesk.catalog import by_slug
from opsdesk.exports.document import Document, FormGrid, Table
from opsdesk.exports.pdf import pdf_bytes
from opsdesk.registers.cleaning import documents as cleanings
from opsdesk.registers.incident import service as incident
from opsdesk.registers.inspection import documents as inspections
from opsdesk.registers.inspection import round_sheet, service
from opsdesk.registers.inspection.service import Typed
from opsdesk.registers.reading import documents as readings
from opsdesk.rules.upkeep import ABNORMAL
from opsdesk.services import amending
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal

DAY = date(2026, 3, 5)
GROUPS = ["环境", "空调", "UPS/配电", "消防", "安防", "主机/存储/网络", "备份", "卫生"]


def pages(document: Document) -> list[str]:
    pdf = pypdfium2.PdfDocument(pdf_bytes(document))
    return ["".join(page.get_textpage().get_text_range().split()) for page in pdf]


def table(document: Document) -> Table:
    (found,) = (block for block in document.body if isinstance(block, Table))
    return found


def rows_by_item(document: Document) -> dict[str, list[str]]:
    """Standard, rounds and what was told, by item; of two with one name the first."""
    found: dict[str, list[str]] = {}
    for row in table(document).rows:
        found.setdefault(str(row[2]), [str(cell) for cell in row[3:]])
    return found


def facts(document: Document) -> dict[str, str]:
    (grid,) = (block for block in document.body if isinstance(block, FormGrid))
    return {cell.label: str(cell.value) for row in grid.rows for cell in row}


class TestInspection:
    def test_columns_and_groups_stand_in_the_order_of_the_form(self, site: Context) -> None:
        document = inspections.day_sheet(site, room(site), DAY)
        assert [column.title for column in table(document).columns] == [
            "序号", "类别", "检查项目", "标准值", "①读数/结果", "②读数/结果", "异常描述与处理",
        ]  # fmt: skip
        assert list(dict.fromkeys(row[1] for row in table(document).rows)) == GROUPS
        assert (document.code, document.number, document.landscape) == ("OD-F13", "XJ-20260305", False)
        assert not document.margins[0] < 20

    def test_blank_sheet_is_one_page_to_be_filled_by_hand(self, site: Context) -> None:
        document = inspections.day_sheet(site, room(site), DAY)
        (text,) = pages(document)
        for words in (
            "OD-F13A/0", "No.XJ-20260305", "机房巡检表", "主机房", "2026年3月5日周四", "18–27℃", "≤14天",
            "巡检人签字", "复核人签字", "主管抽查签字", "保存期限：3年", "每日巡检2次（E153.2）", "E1一.2", "不得代填",
        ):  # fmt: skip
            assert words in text, words
        assert rows_by_item(document)["温度"] == ["18–27 ℃", "", "", ""]

    def test_two_rounds_stand_side_by_side_on_one_page(self, site: Context) -> None:
        main = room(site)
        went_round(site, main, datetime(2026, 3, 5, 7, 10), 温度=Typed("28.5", "开启备用空调"), 旁路="/")
        went_round(site, main, datetime(2026, 3, 5, 7, 55), 2, 漏水=Typed(ABNORMAL, "关阀擦干"))
        line = next(each for each in rounds(site, main, DAY)[1].lines if each.name == "温度")
        number = incident.open_incident(site, "机房高温").value.number
        service.link_incident(site, line.id, number)
        document = inspections.day_of_inspection(site, 1)
        (text,) = pages(document)
        assert f"①开启备用空调（{number}）" in text
        rows = rows_by_item(document)
        assert rows["温度"] == ["18–27 ℃", "28.5 ×", "23.5", f"①开启备用空调（{number}）"]
        assert rows["漏水"] == ["无漏水", "√", "×", "②关阀擦干"]
        assert rows["旁路"] == ["未旁路", "/", "√", ""]
        assert facts(document)["巡检时间"] == "①07:10　②07:55"
        assert facts(document)["巡检人"] == "①王强　②王强"

    def test_many_anomalies_still_stand_on_the_page(self, site: Context) -> None:
        told = "接头渗水，关阀擦干，已更换接头并通知厂家"
        wrong = {name: Typed(ABNORMAL, told) for name in ("漏水", "照明", "清洁", "异味", "门禁")}
        went_round(site, room(site), datetime(2026, 3, 5, 7), **wrong)
        (text,) = pages(inspections.day_sheet(site, 1, DAY))
        assert text.count(f"①{told}") == 5
        assert "主管抽查签字" in text

    def test_void_round_leaves_its_column_blank(self, site: Context) -> None:
        kept = went_round(site, room(site), datetime(2026, 3, 5, 7))
        run(site, "inspection", "void", kept.id, reason="抄错")
        assert rows_by_item(inspections.day_of_inspection(site, kept.id))["温度"] == ["18–27 ℃", "", "", ""]

    def test_what_was_looked_at_stays_on_the_sheet_of_its_day(self, site: Context) -> None:
        main = room(site)
        went_round(site, main, datetime(2026, 3, 5, 7))
        lamp = next(each for each in round_sheet.sheet(site, main, DAY, 2).items if each.name == "照明").id
        change(site, "inspection_item", lamp, standard="全亮")
        run(site, "inspection_item", "retire", lamp)
        document = inspections.day_sheet(site, main, DAY)
        assert rows_by_item(document)["照明"] == ["完好", "√", "", ""]
        assert list(dict.fromkeys(row[1] for row in table(document).rows)) == GROUPS
        assert "照明" not in rows_by_item(inspections.day_sheet(site, main, date(2026, 3, 6)))

    def test_has_a_column_for_every_round_that_is_due(self, site: Context) -> None:
        amending.amend(
            site, clause="E15-09", begins_on=DAY, typed={"inspection.daily": "3"}, source="中心通知", reason="加密巡检"
        )  # fmt: skip
        document = inspections.day_sheet(site, room(site), DAY)
        assert [column.title for column in table(document).columns][4:7] == ["①读数/结果", "②读数/结果", "③读数/结果"]
        assert len(pages(document)) == 1

    def test_several_rooms_are_told_apart_and_only_those_gone_round_are_printed(self, site: Context) -> None:
        main, other = room(site), room(site, "二号机房")
        assert [each.sheet for each in inspections.day_sheets(site, DAY)] == ["主机房0305", "二号机房0305"]
        assert {each.name for each in inspections.day_sheets(site, DAY)} == {"机房巡检表-2026-03-05"}
        went_round(site, other, datetime(2026, 3, 5, 7))
        (sheet,) = inspections.day_sheets(site, DAY)
        assert (sheet.number, sheet.name) == ("XJ-20260305 二号机房", "机房巡检表-二号机房-2026-03-05")
        assert inspections.day_sheet(site, main, DAY).number == "XJ-20260305 主机房"

    def test_unknown_room_has_none(self, site: Context) -> None:
        assert inspections.day_sheets(site, DAY) == []
        for make in (
            lambda: inspections.day_sheet(site, 9, DAY),
            lambda: cleanings.half_year(site, 9, DAY),
            lambda: readings.month(site, 9, DAY),
            lambda: by_slug("reading").papers[0].make(site, 9),
            lambda: by_slug("cleaning").papers[0].make(site, 9),
            lambda: by_slug("inspection").papers[0].make(site, 9),
        ):
            with pytest.raises(Refusal, match="已经不在了"):
                make()


class TestCleaning:
    def test_half_a_year_on_a_page_with_the_days_between(self, site: Context) -> None:
        main = room(site)
        made = [cleaning(site, main, date(2026, *day)) for day in ((1, 6), (1, 20), (2, 4), (3, 5))]
        run(site, "cleaning", "void", made[1], reason="重复登记")
        document: Document = by_slug("cleaning").papers[0].make(site, made[0])
        assert [column.title for column in table(document).columns] == [
            "序号", "日期", "距上次天数\n（≤14）", "范围", "清扫人", "检查人", "结果", "备注",
        ]  # fmt: skip
        assert [row[2] for row in table(document).rows] == ["首次", "29\n逾期 15 天", "29\n逾期 15 天"]
        (text,) = pages(document)
        for words in ("OD-F23A/0", "QS-2026-1", "2026年1月1日至2026年6月30日", "保存期限：1年", "按天滚动（E1一.7）"):
            assert words in text, words

    @pytest.mark.parametrize(
        ("day", "number", "rows"),
        [(date(2025, 12, 31), "QS-2025-2", 1), (date(2026, 1, 1), "QS-2026-1", 1), (date(2025, 6, 30), "QS-2025-1", 0)],
    )
    def test_half_years_meet_at_midnight(self, site: Context, day: date, number: str, rows: int) -> None:
        main = room(site)
        cleaning(site, main, date(2025, 12, 31))
        cleaning(site, main, date(2026, 1, 1))
        document = cleanings.half_year(site, main, day)
        assert (document.number, len(table(document).rows)) == (number, rows)

    def test_days_count_from_the_half_year_before(self, site: Context) -> None:
        main = room(site)
        cleaning(site, main, date(2025, 12, 25))
        made = cleaning(site, main, date(2026, 1, 8))
        assert table(cleanings.half_year_of_cleaning(site, made)).rows[0][2] == "14"

    def test_more_than_a_page_goes_on_with_the_next(self, site: Context) -> None:
        main = room(site)
        go_to(site, "2026-06-30 08:00:00")
        for day in range(1, 18):
            cleaning(site, main, date(2026, 5, day))
        assert len(pages(cleanings.half_year(site, main, DAY))) == 2


class TestReadings:
    def test_month_has_a_line_for_each_day_with_lowest_and_highest(self, site: Context) -> None:
        main = room(site)
        reading(site, main, datetime(2026, 3, 3, 8), temperature="22.1", fire="正常")
        reading(site, main, datetime(2026, 3, 3, 16), temperature="23.4", humidity="55", fire="不涉及")
        made = reading(site, main, datetime(2026, 3, 4, 8), temperature="28", leak=ABNORMAL, action="关阀")
        void = reading(site, main, datetime(2026, 3, 4, 9), temperature="10", action="误抄")
        run(site, "reading", "void", void, reason="抄错")
        reading(site, room(site, "二号机房"), datetime(2026, 3, 3, 9), temperature="19")
        document: Document = by_slug("reading").papers[0].make(site, made)
        rows = table(document).rows
        assert len(rows) == 31
        assert rows[2] == ("3-3", "周二", 2, "22.1–23.4", "50.0–55.0", "42", "", "√", "√", "")
        assert rows[3] == (
            "3-4", "周三", 1, "28.0", "50.0", "42", "", "×", "", "08:00 温度 28 ℃，超出 18–27 ℃、漏水异常；关阀",
        )  # fmt: skip
        assert rows[0][2:] == (None, "", "", "", "", "", "", "")
        (text,) = pages(document)
        for words in (
            "机房环境记录月表",
            "HJ-202603",
            "主机房",
            "读数：3次",
            "超出范围：1次",
            "E1一.2",
            "保存期限：3年",
        ):
            assert words in text, words

    def test_february_has_its_own_days(self, site: Context) -> None:
        main = room(site)
        reading(site, main, datetime(2026, 2, 28, 23, 59))
        reading(site, main, datetime(2026, 3, 1))
        document = readings.month(site, main, date(2026, 2, 1))
        assert len(table(document).rows) == 28
        assert sum(row[2] or 0 for row in table(document).rows) == 1  # type: ignore[misc]
