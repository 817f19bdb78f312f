from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
import team
from openpyxl import Workbook
from sqlalchemy import select

from opsdesk import paths
from opsdesk.models import CalendarYear, ImportBatch
from opsdesk.registers.calendar.importing import import_holidays, imported
from opsdesk.rules.calendar import Calendar
from opsdesk.rules.vocabulary import DayKind, Role
from opsdesk.services import attendance, calendar_acts, calendars
from opsdesk.services.context import Actor, Context
from opsdesk.services.errors import Refusal

BY_HOLIDAY = [
    ["2027 年放假安排（国办发明电〔2026〕9号）"],
    ["节日", "放假起", "放假止", "调休上班", "法定假日"],
    ["元旦", "2027-01-01", date(2027, 1, 3), "无", ""],
    ["春节", "2027年2月5日", "2027/2/11", "2027-01-30（周六）、2月13日", "02-05、02-06、02-07、02-08"],
    ["国庆节", "2027-10-01", "2027-10-07", "2027-09-26,2027-10-09", None],
]
BY_DAY = [
    ["日期", "类型", "名称"],
    ["2027-01-01", "法定假日", "元旦"],
    ["2027-01-02", "放假", "元旦"],
    ["2027-01-04", "调休放假", "元旦"],
    ["2027-01-09", "上班", ""],
]


def book(path: Path, rows: list[list[object]]) -> Path:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    made.save(path)
    return path


def calendar(ctx: Context) -> Calendar:
    with ctx.read() as connection:
        return calendars.load(connection)


def test_the_shipped_form_is_accepted_and_changes_nothing(site: Context) -> None:
    shipped = paths.resources() / "holidays" / "cn.json"
    days = sum(len(plan.special) for plan in calendars.shipped())
    result = import_holidays(site, shipped)
    assert (result.read, result.stored, result.duplicates, result.rejected) == (days, 0, days, ())
    assert "2025、2026 年放假安排" in result.sentence


def test_a_table_of_holidays_becomes_the_calendar(site: Context, tmp_path: Path) -> None:
    path = book(tmp_path / "2027.xlsx", BY_HOLIDAY)
    tried = import_holidays(site, path, dry_run=True)
    assert 2027 not in calendar(site).announced
    done = import_holidays(site, path)
    assert done == tried
    assert (done.read, done.stored, done.duplicates, done.rejected) == (21, 21, 0, ())
    known = calendar(site)
    assert 2027 in known.announced
    kinds = {
        date(2027, 1, 1): DayKind.STATUTORY,
        date(2027, 1, 2): DayKind.WEEKEND,
        date(2027, 1, 30): DayKind.MAKE_UP,
        date(2027, 2, 4): DayKind.WORKDAY,
        date(2027, 2, 5): DayKind.STATUTORY,
        date(2027, 2, 8): DayKind.STATUTORY,
        date(2027, 2, 9): DayKind.DAY_OFF,
        date(2027, 2, 11): DayKind.DAY_OFF,
        date(2027, 2, 12): DayKind.WORKDAY,
        date(2027, 2, 13): DayKind.MAKE_UP,
        date(2027, 10, 3): DayKind.STATUTORY,
        date(2027, 10, 4): DayKind.DAY_OFF,
    }
    assert {day: known.kind(day) for day in kinds} == kinds
    assert known.name(date(2027, 2, 9)) == "春节"
    with site.read() as connection:
        source = connection.execute(select(CalendarYear.source).where(CalendarYear.year == 2027)).scalar_one()
        batch = connection.execute(select(ImportBatch)).mappings().one()
    assert source == "国办发明电〔2026〕9号"
    assert (batch["what"], batch["rows_stored"], batch["file_name"]) == ("holidays", 21, "2027.xlsx")
    again = import_holidays(site, path)
    assert (again.stored, again.duplicates) == (0, 21)


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_list_of_days_says_the_same_in_any_encoding(site: Context, tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "放假.csv"
    path.write_bytes("\n".join(",".join(map(str, row)) for row in BY_DAY).encode(encoding) + b"\n")
    outcome = imported(site, path)
    assert outcome.touched == {"calendar", "sign_in"}
    assert (outcome.value.read, outcome.value.stored) == (4, 4)
    known = calendar(site)
    assert [known.kind(date(2027, 1, day)) for day in (1, 2, 4, 5, 9)] == [
        DayKind.STATUTORY, DayKind.WEEKEND, DayKind.DAY_OFF, DayKind.WORKDAY, DayKind.MAKE_UP,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([["2027-02-30", "放假", "春节"]], (6, "日期", "2027-02-30")),
        ([["", "放假", "春节"]], (6, "日期", "")),
        ([["2027-02-05", "随便", "春节"]], (6, "类型", "随便")),
        ([["2027-01-01", "放假", "元旦"]], (6, "", "2027-01-01")),
        ([["2027-02-05", "放假", "春" * 21]], (6, "名称", "春" * 21)),
        ([["#REF!", "放假", "春节"]], (6, "日期", "#REF!")),
    ],
)
def test_one_bad_day_keeps_the_whole_file_out(
    site: Context, tmp_path: Path, rows: list[list[object]], found: tuple[int, str, str]
) -> None:
    result = import_holidays(site, book(tmp_path / "a.xlsx", [*BY_DAY, *rows]))
    assert [(each.row, each.column, each.value) for each in result.rejected] == [found]
    assert result.rejected[0].reason.endswith("。")
    assert (result.stored, result.read) == (0, 5)
    assert 2027 not in calendar(site).announced


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (["春节", "2027-02-11", "2027-02-05", "", ""], "不合理"),
        (["春节", "2027-02-01", "2027-02-16", "", ""], "不合理"),
        (["元旦", "2027-12-31", "2028-01-02", "", ""], "跨了年"),
        (["春节", "2027-02-05", "2027-02-11", "下周六", ""], "不是日期"),
        (["春节", "2027-02-05", "2027-02-11", "", "02-12"], "不在放假日期里"),
        (["", "2027-02-05", "2027-02-11", "", ""], "节日名称是空的"),
        (["春节", "2027-01-03", "2027-01-05", "", ""], "与第 3 行重复"),
    ],
)
def test_a_holiday_that_cannot_be_is_said_with_its_row(site: Context, tmp_path: Path, row: list[str], why: str) -> None:
    result = import_holidays(site, book(tmp_path / "a.xlsx", [*BY_HOLIDAY[:3], row]))
    assert [each.row for each in result.rejected] == [4]
    assert why in result.rejected[0].reason
    longest = ["春节", "2027-02-01", "2027-02-15", "", ""]
    assert import_holidays(site, book(tmp_path / "b.xlsx", [*BY_HOLIDAY[:3], longest])).rejected == ()


def test_signed_days_are_judged_again_and_own_days_stay(site: Context, tmp_path: Path) -> None:
    squad = team.build(site)
    calendar_acts.set_day(site, day=date(2026, 3, 12), kind=DayKind.DAY_OFF, name="本单位放假")
    rows = [["日期", "类型", "名称"], ["2026-03-05", "放假", "临时放假"]]
    result = import_holidays(site, book(tmp_path / "a.xlsx", rows))
    assert result.stored == 1
    with site.read() as connection:
        first, last = date(2026, 3, 5), date(2026, 3, 12)
        days = attendance.read(connection, site.regulations, first, last, site.now(), {squad["1001"]})
    assert {each.day: each.duty is None for each in days if each.day.day in {5, 6, 12}} == {
        date(2026, 3, 5): True,
        date(2026, 3, 6): False,
        date(2026, 3, 12): True,
    }


def test_only_the_supervisor_imports_and_strange_files_are_refused(site: Context, tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", BY_DAY)
    desk = site.acting_as(Actor("值班员", Role.DESK))
    with pytest.raises(Refusal, match="主管"):
        import_holidays(desk, path)
    assert import_holidays(desk, path, dry_run=True).stored == 4
    with pytest.raises(Refusal, match="没有找到放假安排的表头"):
        import_holidays(site, book(tmp_path / "b.xlsx", [["姓名", "电话"], ["张三", "1"]]))
    broken = tmp_path / "c.json"
    broken.write_text("{", "utf-8")
    with pytest.raises(Refusal, match="不是节假日文件"):
        import_holidays(site, broken)
    empty = tmp_path / "d.json"
    empty.write_text(json.dumps({}), "utf-8")
    assert import_holidays(site, empty).rejected[0].row == 0
