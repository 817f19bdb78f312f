from __future__ import annotations

import csv
import hashlib
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from opsdesk.imports.report_cells import read_words
from opsdesk.imports.reports import read_report
from opsdesk.services.errors import Refusal
from opsdesk.services.foreign_report import Report

FAST = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
MARCH = [date(2026, 3, 1) + timedelta(days=n) for n in range(31)]
TITLE = "月度汇总 统计日期：2026-03-01 至 2026-03-31"
MADE = "报表生成时间：2026-04-01 09:12"

Part = tuple[str, tuple[str, ...], tuple[object, ...]]
"""One heading of the first line, the headings under it (or none), and one person's cells."""


def sheet_rows(parts: Sequence[Part], title: str, made: str) -> list[list[object]]:
    first: list[object] = []
    second: list[object] = []
    data: list[object] = []
    for name, under, cells in parts:
        first += [name, *[""] * (len(cells) - 1)]
        second += under or [""]
        data += cells
    return [[title], [made], first, second, data]


def single(**cells: object) -> list[Part]:
    return [(name, (), (value,)) for name, value in cells.items()]


def book(path: Path, rows: Sequence[Sequence[object]], sheet: str = "月度汇总") -> Path:
    made = Workbook()
    made.active.title = sheet
    for row in rows:
        made.active.append([None if cell == "" else cell for cell in row])
    made.save(path)
    return path


def day_label(day: date) -> str:
    return {5: "六", 6: "日"}.get(day.weekday(), str(day.day))


def grid(**days: str) -> Part:
    cells = [
        days.get(f"d{day.day}", "休息\n(-)" if day.weekday() > 4 else "正常班:正常\n(08:17,18:30)") for day in MARCH
    ]
    return "考勤结果", tuple(map(day_label, MARCH)), tuple(cells)


def month_of(**figures: object) -> list[Part]:
    who = single(姓名="李敏", 考勤组="驻场组", 部门="运维部", 工号="1002", 职位="", UserID="manager8841")
    return who + single(**figures)


DING_MONTH = [
    *month_of(
        出勤天数=20, 休息天数=9, 工作时长="9600", 迟到次数=2, 迟到时长="27", 严重迟到次数=1, 严重迟到时长="40",
        旷工迟到天数=1, 早退次数=1, 早退时长="1小时5分钟", 上班缺卡次数=1, 下班缺卡次数="2", 旷工天数="0.5",
        出差时长="1天",
    ),
    ("请假", ("事假(天)", "病假(小时)", "年假(天)"), ("0.5", 4, "")),
    grid(
        d2="正常班:上班迟到12分钟,下班缺卡\n(08:42,-)",
        d3="正常班:病假\n(-)",
        d4="正常班:旷工\n(-)",
        d5="旷工迟到72分钟\n(09:42,17:30)",
        d6="早退1小时5分钟,外勤\n(08:20,16:25)",
        d7="休息并打卡\n(09:00,次日 02:10)",
        d9="事假03-09 08:30到03-09 17:30 1天",
        d10="缺卡",
    ),
]  # fmt: skip

DING_DAY = [
    *single(姓名="李敏(离职)", 考勤组="驻场组", 部门="运维部", 工号="", 职位="", UserId="0412", 日期="26-03-05 星期四",
            班次="白班 08:30-17:30", 上班1打卡时间="08:42", 上班1打卡结果="迟到", 下班1打卡时间="次日 02:10",
            下班1打卡结果="正常", 关联的审批单="", 出勤天数=1, 休息天数=0, 迟到次数=1, 迟到时长=12, 旷工迟到天数="",
            早退次数=0, 早退时长="", 上班缺卡=0, 下班缺卡=1, 旷工天数=0),
    ("请假", ("事假", "年假", "哺乳假"), (4, 0, "")),
    *single(加班总时长="3"),
]  # fmt: skip

WECOM_DAY: list[Part] = [
    *single(时间="2026/02/01 星期日", 姓名="李敏", 账号="LiMin"),
    ("基础信息", ("部门", "职务"), ("运维部", "--")),
    (
        "考勤概况",
        ("所属规则", "班次", "最早", "最晚", "打卡次数(次)", "标准工作时长(小时)", "实际工作时长(小时)", "假勤申请",
         "考勤结果"),
        ("驻场", "08:30-17:30", "08:45", "17:31", 2, 8, "7.8", "--", "迟到"),
    ),
    (
        "异常统计",
        ("异常合计(次)", "迟到次数(次)", "迟到时长(分钟)", "早退次数(次)", "早退时长(分钟)", "旷工次数(次)",
         "旷工时长(分钟)",
         "缺卡次数(次)", "地点异常(次)", "设备异常(次)"),
        (1, 1, 15, 0, "--", "--", "--", 1, "--", "--"),
    ),
    ("外出打卡", ("外出打卡次数(次)", "最早", "最晚"), (1, "06:00", "23:00")),
    ("加班统计", ("加班状态", "加班时长(小时)", "工作日加班计为调休(小时)"), ("--", "--", "2")),
    ("假勤统计", ("补卡次数(次)", "外出(小时)", "出差(天)", "年假(天)", "病假(天)"), ("--", "--", "--", "0.5", "--")),
    ("上班1", ("打卡时间", "打卡状态"), ("08:45", "迟到15分钟")),
    ("下班1", ("打卡时间", "打卡状态"), ("17:31", "正常")),
    *single(打卡时间记录="08:45、17:31", 打卡详情="08:45 一楼"),
]  # fmt: skip

WECOM_MONTH = single(
    姓名="李敏", 账号="LiMin", 所属规则="驻场", 部门="运维部", 职务="--",
    **{"应出勤天数(天)": 22, "实际出勤天数(天)": "21", "休息天数(天)": 9, "迟到次数(次)": 2, "迟到时长(分钟)": 27,
       "早退次数(次)": "--", "早退时长(分钟)": "--", "旷工次数(次)": 1, "旷工时长(分钟)": 480, "缺卡次数(次)": 3,
       "外出(小时)": 2, "出差(天)": 1, "年假(天)": "0.5", "工作日加班计为调休(小时)": 3},
)  # fmt: skip


def balanced(report: Report) -> bool:
    entries = (*report.months, *report.days)
    return (
        report.rows_read == len(entries) + len(report.findings)
        and all(finding.reason.endswith("。") and finding.row > 0 for finding in report.findings)
        and all(each.name or each.staff_no or each.user_id for each in entries)
        and all(report.first <= each.day <= report.last for each in report.days)
    )


def balanced_or_refused(path: Path) -> None:
    try:
        report = read_report(path)
    except Refusal as refusal:
        said = str(refusal)
    else:
        said = ""
        assert balanced(report)
    assert said[-1:] in {"", "。"}


def test_month_of_dingtalk_gives_figures_leave_and_every_day(tmp_path: Path) -> None:
    path = book(tmp_path / "月度汇总.xlsx", sheet_rows(DING_MONTH, TITLE, MADE))
    report = read_report(path)
    assert (report.source, report.kind, report.first, report.last) == ("钉钉", "月报", MARCH[0], MARCH[-1])
    assert report.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (report.findings, report.rows_read, report.period) == ((), 32, "2026-03")
    (month,) = report.months
    assert (month.row, month.staff_no, month.user_id, month.name, month.dept) == (
        5,
        "1002",
        "manager8841",
        "李敏",
        "运维部",
    )
    assert (month.due_days, month.attended_days) == (None, 20)
    assert (month.late_count, month.late_minutes, month.absent_days) == (3, 67, 1)
    assert (month.early_count, month.early_minutes, month.awol_days) == (1, 65, Decimal("0.5"))
    assert (month.missing_in, month.missing_out, month.missing) == (1, 2, None)
    assert [(each.kind, each.amount, each.unit) for each in month.leave] == [
        ("公出", 1, "天"), ("事假", Decimal("0.5"), "天"), ("病假", 4, "小时"), ("年休假", 0, "天"),
    ]  # fmt: skip
    days = {each.day.day: each for each in report.days}
    assert len(days) == 31
    late, sick, awol, absent, early, night = (days[n] for n in (2, 3, 4, 5, 6, 7))
    assert (late.late_count, late.late_minutes, late.missing_in, late.missing_out) == (1, 12, 0, 1)
    assert (late.first_in, late.last_out) == (datetime(2026, 3, 2, 8, 42), None)
    assert (sick.leave, sick.punched, sick.timed) == (("病假",), False, True)
    assert (awol.awol, awol.awol_days, awol.absent) == (True, 1, False)
    assert (absent.absent, absent.late_minutes, absent.awol) == (True, 0, False)
    assert (early.early_count, early.early_minutes) == (1, 65)
    assert (night.first_in, night.last_out) == (datetime(2026, 3, 7, 9), datetime(2026, 3, 8, 2, 10))
    assert (days[9].leave, days[9].timed) == (("事假",), False)
    assert (days[10].missing, days[10].missing_in, days[10].missing_out) == (1, None, None)
    assert (days[11].late_minutes, days[11].leave, days[11].raw) == (0, (), "正常班:正常\n(08:17,18:30)")


@pytest.mark.parametrize("width", [16, 34, 37, 48])
def test_every_variant_of_the_month_is_known_by_its_headings(tmp_path: Path, width: int) -> None:
    fill = single(**{f"自定义列{n}": "甲" for n in range(width)})
    core = [part for part in DING_MONTH if part[0] != "考勤结果"]
    narrow = [
        part for part in core if part[0] in {"姓名", "考勤组", "部门", "工号", "UserID", "出勤天数", "迟到次数", "请假"}
    ]
    parts = narrow if width == 16 else core
    count = sum(len(cells) for _, _, cells in parts)
    parts = [*parts, *fill[: width - count], grid()]
    shuffled = parts[:]
    random.Random(width).shuffle(shuffled)
    read = [
        read_report(book(tmp_path / f"{n}.xlsx", sheet_rows(each, TITLE, MADE)))
        for n, each in enumerate([parts, shuffled])
    ]
    straight, mixed = (replace(each.months[0], leave=tuple(sorted(each.months[0].leave, key=str))) for each in read)
    assert straight == mixed
    assert {each.raw + str(each.day) for each in read[0].days} == {each.raw + str(each.day) for each in read[1].days}
    for report in read:
        assert (report.findings, len(report.days)) == ((), 31)
        assert report.months[0].late_count == (2 if width == 16 else 3)
        assert report.months[0].early_minutes == (None if width == 16 else 65)


def test_days_of_dingtalk_keep_the_user_id_where_the_number_is_empty(tmp_path: Path) -> None:
    title = "每日统计表 统计日期：2026-03-01 至 2026-03-31"
    report = read_report(book(tmp_path / "每日统计.xlsx", sheet_rows(DING_DAY, title, MADE), "每日统计"))
    assert (report.source, report.kind, report.findings, report.months) == ("钉钉", "日报", (), ())
    (day,) = report.days
    assert (day.staff_no, day.user_id, day.name, day.day) == ("", "0412", "李敏", date(2026, 3, 5))
    assert (day.first_in, day.last_out) == (datetime(2026, 3, 5, 8, 42), datetime(2026, 3, 6, 2, 10))
    assert (day.late_count, day.late_minutes, day.absent, day.early_minutes) == (1, 12, False, 0)
    assert (day.missing_in, day.missing_out, day.awol, day.leave) == (0, 1, False, ("事假",))


def test_results_of_punches_speak_where_there_are_no_sums(tmp_path: Path) -> None:
    parts = single(姓名="李敏", 考勤组="甲", 工号="1002", 日期="2026-03-05", 上班1打卡时间="08:42",
                   上班1打卡结果="迟到12分钟", 下班1打卡时间="", 下班1打卡结果="缺卡")  # fmt: skip
    (day,) = read_report(book(tmp_path / "a.xlsx", sheet_rows(parts, "", ""))).days
    assert (day.late_minutes, day.missing_in, day.missing_out, day.early_minutes, day.leave) == (12, 0, 1, 0, None)
    odd = [(name, under, ("奇怪",) if name == "上班1打卡结果" else cells) for name, under, cells in parts]
    report = read_report(book(tmp_path / "b.xlsx", sheet_rows(odd, "", "")))
    assert [(each.row, each.column, each.value) for each in report.findings] == [(5, "上班1打卡结果", "奇怪")]


def test_days_of_wecom_take_no_times_of_errands_and_no_hours_of_overtime(tmp_path: Path) -> None:
    rows = sheet_rows(WECOM_DAY, "概况统计与打卡明细", "统计时间：02-01 ～ 02-28　制表时间：2026-03-01 08:00(UTC+8)")
    path = book(tmp_path / "上下班打卡_日报_20260201-20260228.xlsx", rows, "概况统计与打卡明细")
    report = read_report(path)
    assert (report.source, report.kind, report.findings) == ("企业微信", "日报", ())
    assert (report.first, report.last) == (date(2026, 2, 1), date(2026, 2, 28))
    (day,) = report.days
    assert (day.row, day.user_id, day.staff_no, day.dept, day.day) == (5, "LiMin", "", "运维部", date(2026, 2, 1))
    assert (day.first_in, day.last_out) == (datetime(2026, 2, 1, 8, 45), datetime(2026, 2, 1, 17, 31))
    assert (day.late_count, day.late_minutes, day.early_minutes, day.missing) == (1, 15, 0, 1)
    assert (day.awol, day.awol_days, day.absent, day.missing_in) == (False, None, None, None)
    assert day.leave == ("年休假",)


def test_month_of_wecom(tmp_path: Path) -> None:
    rows = sheet_rows(WECOM_MONTH, "上下班打卡月报", "统计时间：2026-03-01 ～ 2026-03-31")
    report = read_report(book(tmp_path / "月报.xlsx", [*rows, ["合计"]], "Sheet1"))
    assert (report.source, report.kind, report.days, report.rows_read) == ("企业微信", "月报", (), 1)
    (month,) = report.months
    assert (month.due_days, month.attended_days, month.late_count, month.late_minutes) == (22, 21, 2, 27)
    assert (month.early_count, month.awol_days, month.awol_count, month.missing) == (0, None, 1, 3)
    assert [(each.kind, each.amount, each.unit) for each in month.leave] == [
        ("外出", 2, "小时"), ("公出", 1, "天"), ("年休假", Decimal("0.5"), "天"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("title", "name", "span"),
    [
        ("统计时间：12-26 ～ 01-25  制表时间：2026-01-26 08:00", "a", (date(2025, 12, 26), date(2026, 1, 25))),
        ("统计时间：03-01 ～ 03-31  制表时间：2026-03-15 08:00", "a", (date(2025, 3, 1), date(2025, 3, 31))),
        ("", "打卡_月报_20260301-20260331", (MARCH[0], MARCH[-1])),
        ("2026年3月考勤", "a", (MARCH[0], MARCH[-1])),
        ("制表时间：2026-04-02", "考勤2026-03", (MARCH[0], MARCH[-1])),
    ],
)
def test_the_period_is_found_in_the_title_or_the_name(
    tmp_path: Path, title: str, name: str, span: tuple[date, date]
) -> None:
    report = read_report(book(tmp_path / f"{name}.xlsx", sheet_rows(WECOM_MONTH, title, ""), "Sheet1"))
    assert (report.first, report.last) == span


@pytest.mark.parametrize(
    ("title", "why"),
    [("", "看不出"), ("2026-01-01 至 2026-04-03", "超过 92 天"), ("2000-01-01 至 2099-12-31", "超过 92 天")],
)
def test_a_month_of_no_known_or_endless_period_is_refused(tmp_path: Path, title: str, why: str) -> None:
    with pytest.raises(Refusal, match=why):
        read_report(book(tmp_path / "a.xlsx", sheet_rows(WECOM_MONTH, title, ""), "Sheet1"))
    fine = sheet_rows(WECOM_MONTH, "2026-01-01 至 2026-04-02", "")
    assert read_report(book(tmp_path / "b.xlsx", fine, "Sheet1")).findings == ()


def test_what_cannot_be_read_is_found_and_the_rest_is_read(tmp_path: Path) -> None:
    rows = sheet_rows(DING_MONTH, TITLE, MADE)
    late = rows[2].index("迟到次数")
    bad = [[*rows[4]] for _ in range(4)]
    bad[0][0], bad[0][3] = "王强", "1001"
    bad[0][late] = "两次"
    bad[0][-1] = "奇怪班:不知道"
    bad[1][0] = bad[1][3] = bad[1][5] = ""
    bad[2][0] = "#N/A"
    bad[3][0], bad[3][3] = "李敏", "1002"
    report = read_report(book(tmp_path / "a.xlsx", [*rows, *bad]))
    assert balanced(report)
    assert [(each.row, each.column, each.value) for each in report.findings[:4]] == [
        (6, "迟到次数", "两次"),
        (6, "03-31", "奇怪班:不知道"),
        (7, "", ""),
        (8, "姓名", "#N/A"),
    ]
    assert {each.row for each in report.findings[4:]} == {9}
    assert "与第 5 行重复" in report.findings[4].reason
    assert (len(report.months), len(report.days)) == (1, 61)


def test_a_day_outside_the_period_or_of_no_calendar_is_found(tmp_path: Path) -> None:
    title = "每日统计表 统计日期：2026-03-01 至 2026-03-31"
    rows = sheet_rows(DING_DAY, title, MADE)
    other = [[*rows[4]] for _ in range(3)]
    for row, day in zip(other, ("2026-04-01", "2026-02-30", ""), strict=True):
        row[6] = day
    other.append([*rows[4]])
    other[3][6], other[3][8] = "2026-03-06", "八点半"
    report = read_report(book(tmp_path / "a.xlsx", [*rows, *other], "每日统计"))
    assert [(each.row, each.column, each.value) for each in report.findings] == [
        (6, "日期", "2026-04-01"), (7, "日期", "2026-02-30"), (8, "日期", ""), (9, "上班1打卡时间", "八点半"),
    ]  # fmt: skip
    assert balanced(report)


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("parts", [DING_MONTH, DING_DAY, WECOM_DAY], ids=["month", "day", "wecom"])
def test_text_tables_say_the_same_as_workbooks(tmp_path: Path, parts: list[Part], encoding: str) -> None:
    title = "统计日期：2026-02-01 至 2026-03-31"
    rows = sheet_rows(parts, title, MADE)
    out = StringIO()
    csv.writer(out).writerows(rows)
    path = tmp_path / "a.csv"
    path.write_bytes(out.getvalue().encode(encoding))
    text, bound = read_report(path), read_report(book(tmp_path / "a.xlsx", rows, "Sheet1"))
    assert (text.source, text.kind, text.findings) == (bound.source, bound.kind, ())
    assert [each.day for each in text.days] == [each.day for each in bound.days]
    plain = [(m.late_minutes, m.leave, m.early_minutes) for m in text.months]
    assert plain == [(m.late_minutes, m.leave, m.early_minutes) for m in bound.months]
    assert [(d.late_minutes, d.first_in, d.leave) for d in text.days] == [
        (d.late_minutes, d.first_in, d.leave) for d in bound.days
    ]


def test_flat_headings_of_a_saved_copy_are_known_too(tmp_path: Path) -> None:
    heads = [f"{name}_{sub}" if under else name for name, under, _ in WECOM_DAY for sub in under or ("",)]
    cells = [cell for _, _, each in WECOM_DAY for cell in each]
    (day,) = read_report(book(tmp_path / "a.xlsx", [heads, cells], "Sheet1")).days
    assert (day.late_minutes, day.first_in, day.leave) == (15, datetime(2026, 2, 1, 8, 45), ("年休假",))


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (
            [
                ["工号", "姓名", "部门", "日期", "对应班次", "上班1打卡时间"],
                ["1", "张三", "", "2026-03-05", "", "08:29"],
            ],
            "认不出",
        ),
        ([["姓名", "账号", "打卡类型"], ["张三", "a", "上班"]], "认不出"),
        ([["随便", "什么"], ["都", "没有"]], "认不出"),
    ],
)
def test_other_tables_are_refused(tmp_path: Path, rows: list[list[object]], why: str) -> None:
    with pytest.raises(Refusal, match=why):
        read_report(book(tmp_path / "a.xlsx", rows, "Sheet1"))


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04junk", b"%PDF-1.7", b"<html><table></table></html>", b"\x00\x01\x02\x03" * 99]
)
def test_hostile_files_are_refused_with_a_sentence(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(data)
    with pytest.raises(Refusal) as refusal:
        read_report(path)
    assert str(refusal.value).endswith("。")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("迟到12分钟", (1, 12, 0, 0, 0, ())),
        ("上班1迟到5分钟,上班2严重迟到40分钟", (2, 45, 0, 0, 0, ())),
        ("迟到", (1, None, 0, 0, 0, ())),
        ("白班08:30-17:30:下班缺卡", (0, 0, 1, 0, 1, ())),
        ("旷工半天", (0, 0, 0, Decimal("0.5"), 0, ())),
        ("外出03-05 09:00到03-05 11:00 2小时,正常", (0, 0, 0, 0, 0, ("外出",))),
        ("早班:正常\n(08:00,12:00)\n晚班:未签退\n(13:00,-)", (0, 0, 1, 0, 1, ())),
        ("请假", (0, 0, 0, 0, 0, ("请假",))),
        ("√", (0, 0, 0, 0, 0, ())),
    ],
)
def test_words_of_a_day(text: str, said: tuple[object, ...]) -> None:
    words = read_words(text)
    assert words is not None
    assert (
        words.late_count,
        words.late_minutes,
        words.missing_out,
        words.awol_days,
        words.missing,
        words.leave,
    ) == said


@pytest.mark.parametrize("text", ["打酱油", "迟到十二分钟", "正常,打酱油", "x" * 501, "(" * 400])
def test_unknown_words_are_never_guessed(text: str) -> None:
    assert read_words(text) is None


@FAST
@given(
    cells=st.lists(
        st.tuples(
            st.integers(0, 6),
            st.integers(0, 60),
            st.text("迟到早退缺卡旷工正常假病年-(),:0123456789分钟\n\ufffd#N/A", max_size=12),
        ),
        max_size=8,
    ),
    drop=st.integers(0, 60),
    parts=st.sampled_from([DING_MONTH, DING_DAY, WECOM_DAY, WECOM_MONTH]),
)
def test_any_mutated_report_is_balanced_or_refused(
    tmp_path: Path, cells: list[tuple[int, int, str]], drop: int, parts: list[Part]
) -> None:
    rows = sheet_rows(parts, "统计日期：2026-02-01 至 2026-03-31", MADE)
    rows += [[*rows[4]], [*rows[4]]]
    for at, column, text in cells:
        rows[at][column % len(rows[at])] = text
    for row in rows[2:]:
        if drop < len(row):
            del row[drop]
    out = StringIO()
    csv.writer(out).writerows(rows)
    path = tmp_path / "a.csv"
    path.write_bytes(out.getvalue().encode("utf-8"))
    balanced_or_refused(path)


@FAST
@given(place=st.integers(0, 3000), length=st.integers(1, 40), flip=st.integers(1, 255))
def test_torn_bytes_of_a_report_are_balanced_or_refused(tmp_path: Path, place: int, length: int, flip: int) -> None:
    out = StringIO()
    csv.writer(out).writerows(sheet_rows(DING_MONTH, TITLE, MADE) * 2)
    data = bytearray(out.getvalue().encode("gbk"))
    at = place % len(data)
    data[at : at + length] = bytes(byte ^ flip for byte in data[at : at + length])
    path = tmp_path / "a.csv"
    path.write_bytes(bytes(data))
    balanced_or_refused(path)
