"""排班表 and 节假日值班表 on paper: read back from the PDF and the xlsx."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
import team as team_module
from filled_site import save
from team import Team, grant

from opsdesk.exports.document import Document, Table
from opsdesk.exports.pdf import pdf_bytes
from opsdesk.exports.workbook import write_workbook
from opsdesk.registers.roster import documents, planning
from opsdesk.services import duties
from opsdesk.services.choices import REST
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal


@pytest.fixture
def team(site: Context) -> Team:
    made = team_module.build(site)
    day = save(site, "shift", code="D", name="白班", pairs="08:30-17:30")
    cells = {("1001", 7): day, ("1001", 9): REST, ("2001", 8): day, ("2002", 5): day}
    planning.set_cells(site, {(made[who], date(2026, 3, n)): shift for (who, n), shift in cells.items()})
    grant(site, made["1002"], "2026-03-10 08:30:00", "2026-03-11 17:30:00", "病假")
    grant(site, made["1003"], "2026-03-12 08:30:00", "2026-03-12 12:00:00")
    planning.swap(
        site,
        first_staff=made["2001"],
        first_day=date(2026, 3, 8),
        second_staff=made["1001"],
        second_day=date(2026, 3, 7),
        reason="家中有事",
    )
    save(
        site, "coverage_need", post_id=0, shift_id=made.night, days="每天", need=1, begins_on=date(2026, 3, 30),
        ends_on=None,
    )  # fmt: skip
    return made


def rows(document: Document) -> dict[str, tuple[object, ...]]:
    table = document.body[0]
    assert isinstance(table, Table)
    return {str(row[1]): row for row in table.rows}


def text_of(document: Document) -> str:
    pages = pypdfium2.PdfDocument(pdf_bytes(document))
    return "\n".join(page.get_textpage().get_text_range() for page in pages).replace("\r\n", "\n")


def test_month_sheet_says_what_the_record_holds(site: Context, team: Team) -> None:
    document = documents.month_sheet(site, 2026, 3)
    text = text_of(document)
    for words in (
        "OD-F20 A/0", "No. PB-202603", "2026年3月排班表", "示例市信息中心", "D＝白班＝08:30–17:30",
        "N＝夜班＝20:00–次日08:00", "编制（运维主管）", "审核", "批准", "发布日期", "本人确认", "保存期限：1 年",
        "换班记录", "陈晨 3月8日", "王强 3月7日", "白班换白班，家中有事", "李敏 3月10日至3月11日 病假 全天",
        "刘芳 3月12日 事假 08:30–12:00", "孙备（储备）", "全体 夜班 3月30日、3月31日缺 1 人",
    ):  # fmt: skip
        assert words in text, words
    own = rows(document)
    assert own["李敏"][3 + 9 : 3 + 12] == ("＋", "＋", "·")
    assert own["刘芳"][3 + 11] == "△\n·"
    assert "图例：休 休息　· 标准班，按合同作息　△ 事假　＋ 病假。一格两行的，先上行后下行。" in document.notes[0]
    assert own["陈晨"][3 + 6] == "D"
    assert (own["陈晨"][3 + 7], own["王强"][3 + 6], own["王强"][3 + 7]) == ("休", "休", "D")
    assert own["赵夜"][3 + 3 : 3 + 5] == ("N", "D")
    table = document.body[0]
    assert isinstance(table, Table)
    assert [column.title for column in table.columns[34:]] == ["D", "N", "·", "休", "本人确认"]
    assert own["赵夜"][34:] == (1, 1, 20, 9, None)
    assert sum(column.shaded for column in table.columns) == 9
    assert own["孙备（储备）"][3:] == ("",) * 31 + (None,) * 5


def test_a_vendors_sheet_names_nobody_of_another(site: Context, team: Team) -> None:
    with site.read() as connection:
        vendor = {each.vendor: each.vendor_id for each in duties.people(connection)}["恒通"]
    text = text_of(documents.month_sheet(site, 2026, 3, vendor_id=vendor))
    assert "赵夜" in text
    assert not any(name in text for name in ("王强", "李敏", "华信", "换班记录", "缺 1 人"))


def test_more_shifts_than_columns_share_one(site: Context, team: Team) -> None:
    more = [save(site, "shift", code=f"S{n}", name=f"班{n}", pairs=f"0{n}:00-1{n}:00") for n in range(1, 5)]
    planning.set_cells(site, {(team["1004"], date(2026, 3, 23 + n)): shift for n, shift in enumerate(more)})
    document = documents.month_sheet(site, 2026, 3)
    table = document.body[0]
    assert isinstance(table, Table)
    assert [column.title for column in table.columns[34:]] == ["D", "N", "S1", "他", "休", "本人确认"]
    assert rows(document)["吴琼"][34:39] == (None, None, 1, 3 + 18, 9)


def test_the_workbook_holds_the_same(site: Context, team: Team, tmp_path: Path) -> None:
    path = tmp_path / "排班.xlsx"
    write_workbook(documents.month_sheet(site, 2026, 3), path)
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    (line,) = [row for row in cells if "赵夜" in row]
    values = [value for value in line if value not in (None, "")]
    assert values[:3] == [8, "赵夜", "恒通"]
    assert values[3:] == [
        "休",
        "·",
        "·",
        "N",
        "D",
        "·",
        "休",
        "休",
        *(["·"] * 5 + ["休"] * 2) * 3,
        "·",
        "·",
        1,
        1,
        20,
        9,
    ]
    words = "".join(str(value) for row in cells for value in row if value)
    assert "陈晨 3月8日" in words
    assert "PB-202603" in words


def test_holiday_sheet_lists_who_is_on_duty(site: Context, team: Team) -> None:
    planning.set_cells(
        site, {(team["2002"], date(2026, 4, 4)): team.night, (team["1001"], date(2026, 4, 5)): team.night}
    )
    grant(site, team["1001"], "2026-04-05 20:00:00", "2026-04-06 08:00:00")
    document = documents.holiday_sheet(site, 2026, 4)
    table = document.body[0]
    assert isinstance(table, Table)
    assert [column.title for column in table.columns[1:]] == [
        "日期", "星期", "带班领导", "值班人员", "联系电话", "值班地点", "交接时间", "备注",
    ]  # fmt: skip
    assert [(row[1], row[4], row[7], row[8]) for row in table.rows] == [
        (date(2026, 4, 4), "赵夜", "20:00–次日08:00", "夜班"),
        (date(2026, 4, 5), "王强", "20:00–次日08:00", "夜班，事假 全天"),
        (date(2026, 4, 6), "", "", "清明节，未安排值班"),
    ]
    text = text_of(document)
    for words in ("清明节值班表", "PB-202604-J", "检查门窗", "全体 夜班 4月5日、4月6日缺 1 人", "编制（运维主管）"):
        assert words in text, words


def test_a_month_without_holidays_has_no_such_sheet(site: Context, team: Team) -> None:
    with pytest.raises(Refusal, match="2026年3月没有节假日"):
        documents.holiday_sheet(site, 2026, 3)
    with pytest.raises(Refusal, match="2027 年放假安排尚未导入"):
        documents.holiday_sheet(site, 2027, 1)
