from __future__ import annotations

import hashlib
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from opsdesk.imports.assets import read_assets
from opsdesk.imports.columns import yes_or_no
from opsdesk.imports.door_log import read_door_log
from opsdesk.imports.incidents import lay_out, open_book, read_incidents
from opsdesk.imports.leave import read_leave
from opsdesk.imports.people import COLUMNS, StaffRow, read_staff
from opsdesk.imports.punches import read_punches
from opsdesk.imports.roster import read_roster
from opsdesk.imports.sheets import read_sheets
from opsdesk.imports.templates import TEMPLATES, write_template
from opsdesk.imports.visits import read_visits
from opsdesk.services.errors import Refusal, Trouble


def book(path: Path, rows: list[list[object]], title: str = "Sheet1") -> Path:
    made = Workbook()
    made.active.title = title
    for row in rows:
        made.active.append(row)
    made.save(path)
    return path


def csv(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def test_a_whole_person_with_every_field(tmp_path: Path) -> None:
    headings = [column.heading for column in COLUMNS]
    cells = ["V001", "买买提•艾力", "甲公司", "桌面", 12.0, 3891192334, "138 0000-0000", date(2026, 3, 5), None]
    cells += ["√", "是", "1995年7月1日", "8008", "否", None, "25分钟"]
    path = book(tmp_path / "a.xlsx", [["人员名册"], [], headings, cells])
    read = read_staff(path)
    assert read.findings == ()
    assert read.rows == (
        StaffRow(
            row=4,
            staff_no="V001",
            name="买买提·艾力",
            vendor="甲公司",
            post="桌面",
            pin="12",
            badge_no="3891192334",
            phone="138 0000-0000",
            arrived_on=date(2026, 3, 5),
            reserve=True,
            joined_implementation=True,
            career_started_on=date(1995, 7, 1),
            hotline_phone="8008",
            has_pc=False,
            lodging_minutes=25,
        ),
    )
    assert (read.rows_read, read.unknown_columns) == (1, ())
    assert read.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_headings_go_by_many_names_in_any_order(tmp_path: Path) -> None:
    text = "备注,所属公司*,员工编号,,姓 名,登记号,胸牌号(必填),入场日期\nx,甲公司,007,,张三（离职）,0012,B1,2026/3/5\n"
    read = read_staff(csv(tmp_path / "a.csv", text, "gbk"))
    staff = read.rows[0]
    assert (staff.staff_no, staff.name, staff.vendor, staff.pin, staff.badge_no) == (
        "007",
        "张三",
        "甲公司",
        "0012",
        "B1",
    )
    assert staff.arrived_on == date(2026, 3, 5)
    assert read.unknown_columns == ("备注",)


@pytest.mark.parametrize(
    ("column", "value", "word"),
    [
        ("工号", "", "空的"),
        ("工号", "V" * 33, "最多 32"),
        ("工号", "#N/A", "公式错误"),
        ("姓名", "", "空的"),
        ("姓名", "张" * 51, "最多 50"),
        ("外包单位", "", "空的"),
        ("电话", "打前台", "电话"),
        ("到场日期", "2026-02-30", "不存在"),
        ("离场日期", "2026-01-01", "早于"),
        ("储备人员", "也许", "“是”或“否”"),
        ("配电脑", "2台", "“是”或“否”"),
        ("从业起始日", "1949-12-31", "不存在"),
        ("住地分钟", "1441", "1440"),
        ("住地分钟", "半小时", "1440"),
    ],
)
def test_each_doubt_is_a_finding_with_column_and_value(tmp_path: Path, column: str, value: str, word: str) -> None:
    good = {"工号": "V001", "姓名": "张三", "外包单位": "甲", "到场日期": "2026-03-05", column: value}
    path = csv(tmp_path / "a.csv", ",".join(good) + "\n" + ",".join(good.values()) + "\nV9,李四,甲,\n")
    read = read_staff(path)
    assert [(f.row, f.column, f.value) for f in read.findings] == [(2, column, value[:80])]
    assert word in read.findings[0].reason
    assert read.findings[0].reason.endswith("。")
    assert [staff.staff_no for staff in read.rows] == ["V9"]
    assert read.rows_read == 2


@pytest.mark.parametrize(
    ("column", "value"), [("姓名", "张" * 50), ("住地分钟", "1440"), ("从业起始日", "1950-01-01"), ("工号", "V" * 32)]
)
def test_values_on_the_boundary_pass(tmp_path: Path, column: str, value: str) -> None:
    good = {"工号": "V001", "姓名": "张三", "外包单位": "甲", column: value}
    read = read_staff(csv(tmp_path / "a.csv", ",".join(good) + "\n" + ",".join(good.values()) + "\n"))
    assert (len(read.rows), read.findings) == (1, ())


@pytest.mark.parametrize("word", ["是", "有", "对", "true", "Yes", "Y", "1", "√", "✓", "✔", "☑", " ✓ "])
def test_every_word_for_yes_is_one_to_all_readers(tmp_path: Path, word: str) -> None:
    assert yes_or_no(word) is True
    staff = read_staff(csv(tmp_path / "a.csv", f"工号,姓名,外包单位,配电脑\nV001,张三,甲,{word}\n"))
    visits = read_visits(csv(tmp_path / "b.csv", f"日期,姓名,进入时间,是否上机\n2026-03-04,周工,09:00,{word}\n"))
    assert (staff.rows[0].has_pc, visits.rows[0].operated) == (True, True)


@pytest.mark.parametrize(
    ("word", "told"),
    [("否", False), ("无", False), ("没有", False), ("×", False), ("N", False), ("", None), ("2台", None)],
)
def test_words_for_no_and_what_is_neither(tmp_path: Path, word: str, told: bool | None) -> None:
    assert yes_or_no(word) is told
    visits = read_visits(csv(tmp_path / "b.csv", f"日期,姓名,进入时间,是否上机\n2026-03-04,周工,09:00,{word}\n"))
    assert (visits.rows[0].operated, visits.findings) == (told, ())


def test_long_numbers_that_excel_has_rounded_are_doubted(tmp_path: Path) -> None:
    read = read_staff(book(tmp_path / "a.xlsx", [["工号", "姓名", "外包单位", "工牌号"], ["V1", "张三", "甲", 4.4e17]]))
    assert [(f.column, f.value) for f in read.findings] == [("工牌号", "440000000000000000")]
    assert "15 位" in read.findings[0].reason


def test_numbers_shared_by_two_people_are_findings(tmp_path: Path) -> None:
    text = (
        "工号,姓名,公司,考勤号,离场日期\nV001,张三,甲,12,\nv001,李四,甲,13,\n"
        "V003,王五,甲,0012,\nV004,赵六,甲,14,2026-01-31\nV005,钱七,甲,14,\n"
    )
    read = read_staff(csv(tmp_path / "a.csv", text))
    assert [(f.row, f.column, f.value) for f in read.findings] == [(3, "工号", "v001"), (4, "考勤号", "0012")]
    assert "第 2 行（张三）" in read.findings[0].reason
    assert [staff.staff_no for staff in read.rows] == ["V001", "V004", "V005"]
    assert read.rows_read == len(read.rows) + len({f.row for f in read.findings})


def test_missing_columns_and_missing_headings_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="缺少列：外包单位"):
        read_staff(csv(tmp_path / "a.csv", "工号,姓名,电话\nV001,张三,138\n"))
    with pytest.raises(Refusal, match="工号、姓名、外包单位"):
        read_staff(csv(tmp_path / "b.csv", "a,b\n1,2\n"))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.text(max_size=20), min_size=1, max_size=6), max_size=8))
def test_any_cells_are_rows_or_findings(tmp_path: Path, cells: list[list[str]]) -> None:
    lines = ["工号\t姓名\t单位\t到场日期\t储备\t住地分钟", *("\t".join(row) for row in cells)]
    path = csv(tmp_path / "a.tsv", "\n".join(lines))
    if sum(mark < " " and mark not in "\t\r\n" for line in lines for mark in line):
        return  # control characters are the matter of test_read_sheets
    if any(mark in "".join(row) for row in cells for mark in ",;"):
        return  # which mark parts the columns is, too: here some lines could outvote the heading
    read = read_staff(path)
    assert read.rows_read == len(read.rows) + len({finding.row for finding in read.findings})
    assert all(staff.staff_no and staff.name and staff.vendor for staff in read.rows)


def test_roster_as_a_list(tmp_path: Path) -> None:
    text = (
        "工号,姓名,日期,班次\nV001,张三,2026/3/1,白班\nV001,张三,2026-03-02,休息\n,,2026-03-02,白班\n"
        "V001,张三,2026-03-32,白班\nV002,李四,2026-03-01,\nV001,张三,2026-03-01,夜班\nV001,张三,2026-03-01,白班\n"
    )
    read = read_roster(csv(tmp_path / "a.csv", text))
    assert [(r.row, r.staff_no, r.day, r.shift) for r in read.rows] == [
        (2, "V001", date(2026, 3, 1), "白班"),
        (3, "V001", date(2026, 3, 2), "休"),
        (8, "V001", date(2026, 3, 1), "白班"),
    ]
    assert [(f.row, f.column) for f in read.findings] == [(4, "工号"), (5, "日期"), (6, "班次"), (7, "班次")]
    assert read.rows_read == 7


@pytest.mark.parametrize(
    "title", ["2026年2月排班表", "排班日期 2026-02-01 起 ～ 2026-02-28", "统计日期:2026/02/01 至 2026/02/28"]
)
def test_roster_as_a_month_grid(tmp_path: Path, title: str) -> None:
    rows: list[list[object]] = [
        [title],
        ["工号", "姓名", "部门", *range(1, 32)],
        ["", "", "", *("日一二三四五六"[day % 7] for day in range(31))],
        ["V001", "张三", "运维", "白", "休", "○", "", 1, *[""] * 24, "夜", "白"],
        ["", "", "", "白"],
    ]
    read = read_roster(book(tmp_path / "a.xlsx", rows))
    assert [(r.staff_no, r.name, r.day.day, r.shift) for r in read.rows] == [
        ("V001", "张三", 1, "白"),
        ("V001", "张三", 2, "休"),
        ("V001", "张三", 3, "休"),
        ("V001", "张三", 5, "1"),
    ]
    assert {r.day.month for r in read.rows} == {2}
    assert [(f.row, f.column, f.value) for f in read.findings] == [(4, "30", "夜"), (4, "31", "白"), (5, "工号", "")]
    assert read.rows_read == 7
    assert read.unknown_columns == ("部门",)


def test_a_grid_over_two_months_follows_its_title(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["排班日期 2026-02-26 ~ 2026-03-03"],
        ["工号", "姓名", "26日", "27日", "28日", "1日", "2日", "3日"],
        ["V001", "张三", *"ABCDEF"],
    ]
    read = read_roster(book(tmp_path / "a.xlsx", rows))
    assert [(r.day, r.shift) for r in read.rows][2:4] == [(date(2026, 2, 28), "C"), (date(2026, 3, 1), "D")]


def test_a_grid_headed_by_whole_dates_needs_no_title(tmp_path: Path) -> None:
    days = [datetime(2026, 3, day) for day in range(1, 8)]
    read = read_roster(book(tmp_path / "a.xlsx", [["工号", "姓名", *days], ["V001", "张三", *"ABCDEFG"]]))
    assert [(r.day.day, r.shift) for r in read.rows] == list(zip(range(1, 8), "ABCDEFG", strict=True))


def test_a_grid_without_month_is_refused_with_a_way_out(tmp_path: Path) -> None:
    rows = [["工号", "姓名", *range(1, 32)], ["V001", "张三", *"A" * 31]]
    with pytest.raises(Refusal, match="2026年3月排班表"):
        read_roster(book(tmp_path / "a.xlsx", rows))
    assert read_roster(book(tmp_path / "a.xlsx", rows, "2026年3月")).rows_read == 31
    assert read_roster(book(tmp_path / "2026-03排班.xlsx", rows)).rows[0].day == date(2026, 3, 1)


READERS = {
    "staff": read_staff,
    "roster": read_roster,
    "punches": read_punches,
    "leave": read_leave,
    "assets": read_assets,
    "visits": read_visits,
    "door-log": read_door_log,
    "incidents": lambda path: read_incidents(book := open_book(path), lay_out(book)),
}


@pytest.mark.parametrize("kind", TEMPLATES)
def test_an_unfilled_template_holds_nothing(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "模板.xlsx"
    write_template(kind, path)
    read = READERS[kind](path)
    assert (read.rows_read, read.findings) == (0, ())
    assert [sheet.name for sheet in read_sheets(path).sheets] == ["模板", "填写说明"]


@pytest.mark.parametrize("kind", TEMPLATES)
def test_a_template_filled_with_its_own_examples_is_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "模板.xlsx"
    write_template(kind, path)
    filled = load_workbook(path)
    form, guide = filled["模板"], filled["填写说明"]
    examples = {row[0].value: row[3].value for row in guide.iter_rows(min_row=3)}
    assert [cell.value for cell in form[1]] == list(examples)
    assert all(row[2].value.endswith("。") for row in guide.iter_rows(min_row=3))
    form.append([examples[cell.value] for cell in form[1]])
    filled.save(path)
    read = READERS[kind](path)
    assert (read.rows_read, read.findings) == (1, ())
    assert form.column_dimensions["A"].number_format == "@"


def test_a_template_that_cannot_be_written_is_trouble(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="没有写成") as trouble:
        write_template("staff", tmp_path / "没有这个文件夹" / "a.xlsx")
    assert trouble.value.remedy
