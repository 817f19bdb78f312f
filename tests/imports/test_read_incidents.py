"""Foreign registers of incidents read row by row: headings, dates in any order, what is missing, what cannot be."""

from __future__ import annotations

import contextlib
import io
import random
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from opsdesk.imports import day_order
from opsdesk.imports.column_map import ColumnMap, of_body, read_map
from opsdesk.imports.columns import heading_key
from opsdesk.imports.files import MAX_FILE_BYTES
from opsdesk.imports.incident_columns import COLUMNS, MAPPED_WORDS, MOMENTS, TITLES
from opsdesk.imports.incident_rows import UNTITLED
from opsdesk.imports.incidents import IncidentFile, lay_out, open_book, read_incidents
from opsdesk.imports.templates import write_template
from opsdesk.imports.when import Numeral
from opsdesk.services.errors import Refusal

FAST = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
AT = datetime(2016, 2, 29, 1, 16)
ORDER = ("reported_at", "accepted_at", "responded_at", "resolved_at", "closed_at")
HEADING = {"reported_at": "报告时间", "accepted_at": "接到时间", "responded_at": "响应时间", "resolved_at": "解决时间",
           "closed_at": "关闭时间", "arrived_at": "到达时间", "due_at": "要求完成时间"}  # fmt: skip


def read(path: Path, mapping: ColumnMap | None = None) -> IncidentFile:
    book = open_book(path)
    return read_incidents(book, lay_out(book, mapping), mapping)


def csv(tmp_path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "事件.csv"
    path.write_bytes("\n".join(lines).encode(encoding) + "\n".encode(encoding))
    return path


def one(tmp_path: Path, **cells: str) -> IncidentFile:
    """A file of one row, number and time filled in where they are not given."""
    row = {"number": "S1", "reported_at": "2026-03-05 08:30:00", **cells}
    quoted = ['"' + text.replace('"', '""') + '"' for text in row.values()]
    return read(csv(tmp_path, ",".join(TITLES[each] for each in row), ",".join(quoted)))


def refused(tmp_path: Path, **cells: str) -> str:
    file = one(tmp_path, **cells)
    assert file.rows == ()
    assert file.findings[0].row == 2
    return file.findings[0].reason


# headings


SYSTEMS = {
    "ServiceNow": (
        "Number,Opened,Short description,Caller,Priority,State,Category,Assignment group,Assigned to,Updated,Resolved,"
        "Closed,Due date,Close code,Close notes,Contact type,Configuration item,Business service,Reopen count",
        {"number": "Number", "reported_at": "Opened", "title": "Short description", "severity": "Priority",
         "state": "State", "vendor": "Assignment group", "person": "Assigned to", "updated_at": "Updated",
         "resolved_at": "Resolved", "closed_at": "Closed", "due_at": "Due date", "handling": "Close notes",
         "result": "Close code", "device": "Configuration item", "system": "Business service",
         "reopened": "Reopen count", "source": "Contact type", "reporter": "Caller", "category": "Category"},
    ),
    "GLPI": (
        "ID,Title,Status,Last update,Opening date,Priority,Requester - Requester,Assigned to - Technician,"
        "Assigned to - Technician group,Category,Time to resolve,Resolution date,Closing date,Description,Type",
        {"number": "ID", "title": "Title", "reported_at": "Opening date", "person": "Assigned to - Technician",
         "vendor": "Assigned to - Technician group", "due_at": "Time to resolve", "resolved_at": "Resolution date",
         "closed_at": "Closing date", "reporter": "Requester - Requester", "kind": "Type", "symptom": "Description",
         "updated_at": "Last update", "severity": "Priority", "state": "Status", "category": "Category"},
    ),
    "iTop": (
        "Ref,Title,Description,Caller,Organization,Status,Start date,Assignment date,Resolution date,Close date,"
        "Priority,Origin,Service,Team,Agent,Solution,Resolution code,User satisfaction,TTR deadline",
        {"number": "Ref", "reported_at": "Start date", "accepted_at": "Assignment date", "due_at": "TTR deadline",
         "resolved_at": "Resolution date", "closed_at": "Close date", "reporter_dept": "Organization",
         "vendor": "Team", "person": "Agent", "handling": "Solution", "result": "Resolution code",
         "rating": "User satisfaction", "source": "Origin", "system": "Service", "title": "Title"},
    ),
    "Jira": (
        "Summary,Issue key,Issue id,Issue Type,Status,Priority,Assignee,Reporter,Created,Updated,Resolved,Due date",
        {"number": "Issue key", "title": "Summary", "kind": "Issue Type", "person": "Assignee",
         "reporter": "Reporter", "reported_at": "Created", "resolved_at": "Resolved", "due_at": "Due date"},
    ),
    "业务事件单": (
        "事件单编号,事件标题,所属系统,所属工作组,分类,是否紧急,事件等级,当前状态,创建人,创建时间,处理人,处理时间,"
        "发生机构,事件来源,发生时间,当事人,电话,报告时间,事件描述,处理描述,评价",
        {"number": "事件单编号", "title": "事件标题", "system": "所属系统", "vendor": "所属工作组", "category": "分类",
         "urgent": "是否紧急", "severity": "事件等级", "state": "当前状态", "person": "处理人",
         "resolved_at": "处理时间", "reporter": "当事人", "reporter_dept": "发生机构", "source": "事件来源",
         "reported_at": "报告时间", "symptom": "事件描述", "handling": "处理描述", "rating": "评价"},
    ),
    "UCI": (
        "number,incident_state,active,reassignment_count,reopen_count,caller_id,opened_by,opened_at,sys_created_at,"
        "sys_updated_at,contact_type,location,category,u_symptom,cmdb_ci,priority,assignment_group,assigned_to,vendor,"
        "closed_code,resolved_by,resolved_at,closed_at",
        {"number": "number", "state": "incident_state", "reopened": "reopen_count", "reported_at": "opened_at",
         "updated_at": "sys_updated_at", "resolved_at": "resolved_at", "closed_at": "closed_at",
         "severity": "priority", "category": "category", "vendor": "assignment_group", "person": "assigned_to",
         "symptom": "u_symptom", "result": "closed_code", "source": "contact_type"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("system", SYSTEMS)
def test_headings_of_other_systems_are_known(tmp_path: Path, system: str) -> None:
    heading, wanted = SYSTEMS[system]
    found = lay_out(open_book(csv(tmp_path, heading, "1,2"))).columns
    assert {each: found.get(each) for each in wanted} == wanted


def test_no_heading_means_two_fields_and_our_own_are_all_known(tmp_path: Path) -> None:
    names = [heading_key(name) for column in COLUMNS for name in (column.heading, *column.also)]
    assert len(names) == len(set(names))
    write_template("incidents", tmp_path / "模板.xlsx")
    file = read(tmp_path / "模板.xlsx")
    assert (file.rows_read, file.left) == (0, ())
    assert set(file.layout.places) == {column.field for column in COLUMNS}


def test_a_heading_below_a_title_is_found_and_what_nobody_asked_for_is_told(tmp_path: Path) -> None:
    file = read(csv(tmp_path, "2015 年故障登记", "", "单号,报修时间,问题概述,心情", "A1,2015-3-5 8:30,打不开,好"))
    assert [row.number for row in file.rows] == ["A1"]
    assert file.left == ("心情",)


@pytest.mark.parametrize("heading", ["甲,乙,丙", "标题,类别,处理人", "单号,标题"])
def test_a_file_without_number_or_time_is_refused_with_what_is_lacking(tmp_path: Path, heading: str) -> None:
    with pytest.raises(Refusal, match="报告时间"):
        read(csv(tmp_path, heading, "1,2,3"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_every_encoding_and_delimiter_with_quoted_commas_and_lines(tmp_path: Path, encoding: str, mark: str) -> None:
    lines = [mark.join(("编号", "报告时间", "标题", "故障现象")),
             mark.join(("S1", "2026-03-05 08:30", '"打印机, ""三楼"""', '"第一行；,\n第二行\n\n第四行"'))]  # fmt: skip
    file = read(csv(tmp_path, *lines, mark.join(("S2", "2026-03-05 09:00", "好", "")), encoding=encoding))
    assert [row.words["title"] for row in file.rows] == ['打印机, "三楼"', "好"]
    assert file.rows[0].words["symptom"] == "第一行；,\n第二行\n\n第四行"
    assert [row.row for row in file.rows] == [2, 3]


def test_workbooks_new_and_old(tmp_path: Path) -> None:
    new = Workbook()
    new.active.append(["编号", "报告时间", "解决时间", "重开次数"])
    new.active.append([1001, AT, 42429.5, 2])
    new.save(tmp_path / "a.xlsx")
    row = read(tmp_path / "a.xlsx").rows[0]
    assert (row.number, row.times.reported_at, row.reopened) == ("1001", AT, 2)
    assert row.times.resolved_at == datetime(2016, 2, 29, 12)
    old = xlwt.Workbook()
    sheet = old.add_sheet("Sheet1")
    for n, (name, value) in enumerate((("编号", "A-1"), ("报告时间", 42429.052777777775), ("标题", "旧表"))):
        sheet.write(0, n, name)
        sheet.write(1, n, value)
    old.save(tmp_path / "a.xls")
    row = read(tmp_path / "a.xls").rows[0]
    assert (row.number, row.times.reported_at, row.words["title"]) == ("A-1", AT, "旧表")


def test_a_sheet_for_each_month_is_read_and_one_of_another_kind_is_told(tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "一月"
    for title, rows in (("二月", [["二月登记"], ["编号", "报告时间"], ["2", "2016-02-05 08:30"], ["3", "?"]]),
                        ("汇总", [["月份", "件数"], ["一月", 1]]), ("空", [])):  # fmt: skip
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    for row in (["编号", "报告时间"], ["1", "2016-01-05 08:30"], ["", "2016-01-05 08:30"]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    file = read(tmp_path / "a.xlsx")
    assert [(row.number, row.place) for row in file.rows] == [
        ("1", "工作表“一月”第 2 行"),
        ("2", "工作表“二月”第 3 行"),
    ]
    assert [finding.reason[:10] for finding in file.findings] == ["工作表“一月”：编号", "工作表“二月”：报告"]
    assert file.notes == ("这些工作表的表头不同，没有读：汇总。",)


# dates


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("29/2/2016 01:16", AT),
        ("29/2/2016 1:16 AM", AT),
        ("29-02-2016 01:16:00", AT),
        ("29.02.2016 01:16", AT),
        ("29.2.2016, 1:16", AT),
        ("2/29/2016 1:16 AM", AT),
        ("2/29/2016 1:16 PM", AT + timedelta(hours=12)),
        ("2/29/2016 12:05 AM", datetime(2016, 2, 29, 0, 5)),
        ("29/Feb/16 1:16 AM", AT),
        ("29-Feb-2016 01:16", AT),
        ("Feb 29, 2016 1:16 AM", AT),
        ("29/二月/16 1:16 上午", AT),
        ("31/十二月/16 1:16 下午", datetime(2016, 12, 31, 13, 16)),
        ("2016-02-29T01:16:00Z", AT + timedelta(hours=8)),
        ("2016-02-28 17:16:00Z", AT),
        ("2016年2月29日 1时16分", AT),
        ("42429.052777777775", AT),
        (Numeral("42429.052777777775"), AT),
        ("20160229011600", AT),
    ],
)
def test_one_date_as_systems_write_it(text: str, at: datetime) -> None:
    found = day_order.recognised([(2, text)]).read(text)
    assert found is not None
    assert (found.at, found.day_only) == (at, False)


@pytest.mark.parametrize(
    "text", ["29/2/2016", "29.02.2016", "2/29/2016", "2016-02-29", "20160229", "29-Feb-2016", "42429", Numeral("42429")]
)
def test_a_day_without_a_time_is_only_a_day(text: str) -> None:
    found = day_order.recognised([(2, text)]).read(text)
    assert found == day_order.Moment(datetime(2016, 2, 29), day_only=True)


@pytest.mark.parametrize(
    "text", ["", "昨天", "30/2/2016 01:16", "29/2/1999", "29/2/2015 01:16", "8:30", "29/2/16 01:16", "12345", "99999.5",
             "29/2/2016 25:00", "1/1/2100", "29/Foo/2016", "0/0/0000"]
)  # fmt: skip
def test_what_is_no_date_is_none_and_never_a_guess(text: str) -> None:
    assert day_order.Dates().read(text) is None


def dated(tmp_path: Path, *pairs: tuple[str, str]) -> Path:
    lines = [f"S{n},{reported},{resolved}" for n, (reported, resolved) in enumerate(pairs, 1)]
    return csv(tmp_path, "编号,报告时间,解决时间", *lines)


def test_the_order_is_told_by_all_dates_of_the_file(tmp_path: Path) -> None:
    day_first = read(
        dated(tmp_path, ("3/4/2016 01:16", "?"), ("4/4/2016 08:00", "5/4/2016 09:00"), ("?", "13/4/2016 9:00"))
    )
    assert [row.times.reported_at for row in day_first.rows] == [datetime(2016, 4, 3, 1, 16), datetime(2016, 4, 4, 8)]
    month_first = read(dated(tmp_path, ("3/4/2016 01:16", "3/13/2016 1:16 PM")))
    assert month_first.rows[0].times.reported_at == datetime(2016, 3, 4, 1, 16)
    assert month_first.rows[0].times.resolved_at == datetime(2016, 3, 13, 13, 16)


def test_an_order_that_cannot_be_told_is_refused_and_a_map_settles_it(tmp_path: Path) -> None:
    path = dated(tmp_path, ("3/4/2016 01:16", "12/11/2016 02:00"), ("5/5/2016 01:16", ""))
    with pytest.raises(Refusal, match=r"分不清.*3/4/2016.*日期顺序"):
        read(path)
    for written, at in (
        ("%d/%m/%Y %H:%M", datetime(2016, 4, 3, 1, 16)),
        ("%m/%d/%Y %H:%M", datetime(2016, 3, 4, 1, 16)),
        (day_order.DAY_FIRST, datetime(2016, 4, 3, 1, 16)),
        (day_order.MONTH_FIRST, datetime(2016, 3, 4, 1, 16)),
    ):
        file = read(path, ColumnMap(dates=written))
        assert file.rows[0].times.reported_at == at
        assert len(file.rows) == 2


def test_dates_that_are_the_same_either_way_need_no_order(tmp_path: Path) -> None:
    file = read(dated(tmp_path, ("3/3/2016 01:16", "4/4/2016 02:00")))
    assert file.rows[0].times.resolved_at == datetime(2016, 4, 4, 2)


def test_two_orders_in_one_file_are_refused_with_both_rows(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"第 2 行“29/2/2016 01:16”.*第 3 行“3/14/2016 1:16 AM”"):
        read(dated(tmp_path, ("29/2/2016 01:16", ""), ("3/14/2016 1:16 AM", "")))


def test_one_mistyped_date_is_a_finding_of_its_row(tmp_path: Path) -> None:
    file = read(dated(tmp_path, ("29/2/2016 01:16", ""), ("45/45/2016 01:16", ""), ("1/3/2016 01:16", "回头再说")))
    assert [row.number for row in file.rows] == ["S1"]
    assert [finding.row for finding in file.findings] == [3, 4]
    assert "45/45/2016" in file.findings[0].reason


@pytest.mark.parametrize(
    "written", ["%Q", "%d/%m", "年月日", "%Y", "%Y-%m", "%H:%M", "%d/%m/%Y %", "%-d/%m/%Y", "dd/mm/yyyy"]
)
def test_a_format_that_can_be_none_is_refused(written: str) -> None:
    with pytest.raises(Refusal, match="日期格式"):
        day_order.given(written)


def test_a_format_that_fits_nothing_is_refused_and_one_with_an_offset_is_local_time(tmp_path: Path) -> None:
    path = dated(tmp_path, ("29/2/2016 01:16", ""))
    with pytest.raises(Refusal, match=r"与文件不符.*29/2/2016 01:16"):
        read(path, ColumnMap(dates="%y%m%d %H.%M"))
    assert day_order.given("%d %b %Y %H:%M %z").read("28 Feb 2016 17:16 +0000") == day_order.Moment(AT)


@pytest.mark.parametrize(
    ("column", "at"),
    [
        (("26-3-5 08:00",), datetime(2026, 3, 5, 8)),
        (("26/3/12 08:00", "26/3/5"), datetime(2026, 3, 12, 8)),
        (("26.03.05 08:00", "26.12.31"), None),
        (("5/3/26 08:00",), None),
        (("5/3/26 08:00", "31/3/26"), datetime(2026, 3, 5, 8)),
        (("5/3/26 08:00", "3/31/26"), datetime(2026, 5, 3, 8)),
        (("26/3/12 08:00",), None),
        (("26/3/12 08:00", "26/3/5", "3/31/26"), None),
        (("26/3/12 08:00", "26/13/45", "26/3/5"), datetime(2026, 3, 12, 8)),
        (("26-3-5 08:00", "13/3/2026"), datetime(2026, 3, 5, 8)),
    ],
)
def test_two_figures_of_the_year_are_read_where_one_order_alone_fits_them_all(
    column: tuple[str, ...], at: datetime | None
) -> None:
    found = day_order.recognised(enumerate(column, 2)).read(column[0])
    assert (found.at if found else None) == at


def test_two_figures_of_the_year_are_read_as_the_map_says(tmp_path: Path) -> None:
    path = dated(tmp_path, ("10/11/12 08:00", ""))
    assert [finding.row for finding in read(path).findings] == [2]
    for written, at in (
        ("%y/%m/%d %H:%M", datetime(2010, 11, 12, 8)),
        (day_order.YEAR_FIRST, datetime(2010, 11, 12, 8)),
        (day_order.DAY_FIRST, datetime(2012, 11, 10, 8)),
        (day_order.MONTH_FIRST, datetime(2012, 10, 11, 8)),
    ):
        assert read(path, ColumnMap(dates=written)).rows[0].times.reported_at == at
    assert day_order.given(day_order.DAY_FIRST).read("26-3-5") is None, "five is no year of two figures"
    assert day_order.given(day_order.YEAR_FIRST).read("5/3/2026") is None, "nothing was said of these"


@FAST
@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)))
def test_every_moment_is_read_back_in_either_order(at: datetime) -> None:
    at = at.replace(second=0, microsecond=0)
    for order, text in (
        (day_order.DAY_FIRST, f"{at.day}/{at.month}/{at.year} {at:%H:%M}"),
        (day_order.MONTH_FIRST, f"{at.month}.{at.day}.{at.year} {at:%I:%M %p}"),
    ):
        assert day_order.Dates(order=order).read(text) == day_order.Moment(at)


@FAST
@given(st.text("0123456789-/:. ,TAPMFebjan年月日时分上下午一十二%", max_size=30))
def test_no_text_breaks_the_dates(text: str) -> None:
    for order in day_order.ORDERS:
        day_order.Dates(order=order).read(text)
    for reads in (lambda: day_order.recognised([(1, text)]).read(text), lambda: day_order.given(text)):
        with contextlib.suppress(Refusal):
            reads()


# what is missing


MISSING = [
    "",
    "?",
    "？",
    "-",
    "--",
    "/",
    "N/A",
    "n/a",
    "NA",
    "null",
    "NULL",
    "none",
    "None",
    "nan",
    "NaN",
    "无",
    "未知",
    " ? ",
]


@pytest.mark.parametrize("word", MISSING)
def test_a_time_that_is_not_known_stays_unknown(tmp_path: Path, word: str) -> None:
    times = {each: word for each in MOMENTS if each != "reported_at"}
    file = one(tmp_path, **times, title="有", severity=word, vendor=word, person=word, urgent=word, reopened=word)
    (row,) = file.rows
    assert row.times[1:] == (None,) * 6
    assert row.words == {"title": "有"}
    assert (row.urgent, row.reopened, file.notes) == (False, 0, ())


@pytest.mark.parametrize("word", MISSING)
def test_without_number_or_time_a_row_is_refused(tmp_path: Path, word: str) -> None:
    assert "编号是空的" in refused(tmp_path, number=word, title="x")
    assert "报告时间是空的" in refused(tmp_path, reported_at=word, title="x")


def test_a_title_falls_back_to_what_there_is(tmp_path: Path) -> None:
    assert one(tmp_path, title="?", symptom="送纸就卡\n换过纸", category="硬件").rows[0].words["title"] == "送纸就卡"
    assert one(tmp_path, title="", category="硬件").rows[0].words["title"] == "硬件"
    assert one(tmp_path, system="一卡通").rows[0].words["title"] == UNTITLED
    long = one(tmp_path, title="长" * 130, symptom="现象").rows[0].words
    assert (len(long["title"]), long["symptom"]) == (120, "长" * 130 + "\n现象")
    assert one(tmp_path, title="恰" * 120).rows[0].words == {"title": "恰" * 120}


# what cannot be


@pytest.mark.parametrize(("earlier", "later"), [(a, b) for n, a in enumerate(ORDER) for b in ORDER[n + 1 :]], ids=str)
def test_times_follow_one_another_and_may_be_the_same(tmp_path: Path, earlier: str, later: str) -> None:
    start, at = "2026-03-05 08:30:00", "2026-03-05 09:15:20"
    cells = {"reported_at": start, earlier: at, later: at}
    assert len(one(tmp_path, **cells).rows) == 1
    reason = refused(tmp_path, **{**cells, later: "2026-03-05 09:15:19"})
    assert "2026-03-05 09:15:19" in reason
    assert "2026-03-05 09:15:20" in reason
    assert reason.startswith(HEADING[later])
    assert HEADING[earlier] in reason
    assert len(one(tmp_path, **{**cells, later: "2026-03-05 09:15:21"}).rows) == 1


@pytest.mark.parametrize("each", ["arrived_at", "due_at"])
@pytest.mark.parametrize("accepted", ["", "2026-03-05 08:40:00"])
def test_nobody_arrives_and_nothing_is_due_before_it_begins(tmp_path: Path, each: str, accepted: str) -> None:
    begins = accepted or "2026-03-05 08:30:00"
    assert len(one(tmp_path, accepted_at=accepted, **{each: begins}).rows) == 1
    before = datetime.fromisoformat(begins) - timedelta(seconds=1)
    assert HEADING[each] in refused(tmp_path, accepted_at=accepted, **{each: f"{before}"})


def test_days_without_times_are_in_order_within_the_day_and_begin_or_end_a_record(tmp_path: Path) -> None:
    file = one(tmp_path, responded_at="2026-03-05", resolved_at="2026-03-05", due_at="2026-03-06")
    (row,) = file.rows
    assert row.times.responded_at is None
    assert row.times.resolved_at is None
    assert (row.times.closed_at, row.closed_day) == (datetime(2026, 3, 5, 23, 59, 59), True)
    assert row.times.due_at == datetime(2026, 3, 6, 23, 59, 59)
    assert any("响应时间有 1 行只有日期" in note for note in file.notes)
    assert "2026-03-04 早于报告时间" in refused(tmp_path, resolved_at="2026-03-04")
    days = one(tmp_path, reported_at="2026-03-05", resolved_at="2026-03-05", closed_at="2026-03-05 10:00").rows[0]
    assert (days.times.reported_at, days.times.closed_at) == (datetime(2026, 3, 5), datetime(2026, 3, 5, 10))
    assert not days.closed_day


def test_how_long_it_took_is_not_counted_from_a_day_without_a_time(tmp_path: Path) -> None:
    file = one(tmp_path, reported_at="2026-03-05", resolved_at="2026-03-05 10:05")
    (row,) = file.rows
    assert row.times.reported_at == datetime(2026, 3, 5)
    assert row.times.resolved_at is None
    assert (row.times.closed_at, row.closed_day) == (datetime(2026, 3, 5, 10, 5), False)
    assert "报告时间有 1 行只有日期，没有时刻（第 2 行），用时不从它算起。" in file.notes
    closed = one(tmp_path, reported_at="2026-03-05", resolved_at="2026-03-05 10:05", closed_at="2026-03-05 11:00")
    assert closed.rows[0].times.closed_at == datetime(2026, 3, 5, 11)
    accepted = one(
        tmp_path, reported_at="2026-03-05", accepted_at="2026-03-05 09:10", resolved_at="2026-03-05 10:05"
    ).rows[0]
    assert accepted.times.resolved_at == datetime(2026, 3, 5, 10, 5)


def test_many_days_without_a_time_are_named_up_to_a_number(tmp_path: Path) -> None:
    lines = [f"S{n},2026-03-05" for n in range(1, 41)]
    (note,) = read(csv(tmp_path, "编号,报告时间", *lines)).notes
    assert note.startswith("报告时间有 40 行只有日期，没有时刻（第 2、3、")
    assert note.endswith("、31等 行），用时不从它算起。")


SPLIT = {"number": "单子号", "reported_at": "报障日期", "reported_time": "报障时间", "resolved_at": "弄好日期",
         "resolved_time": "弄好时间"}  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "reported", "resolved"),
    [
        ("2025/12/3,9:10,2025/12/3,10点05", datetime(2025, 12, 3, 9, 10), datetime(2025, 12, 3, 10, 5)),
        ("2025.12.4,14:20,2025.12.5,", datetime(2025, 12, 4, 14, 20), None),
        ("2025-12-04 00:00:00,14:20:05,2025-12-05 08:00,9:00", datetime(2025, 12, 4, 14, 20, 5),
         datetime(2025, 12, 5, 8)),
    ],
)  # fmt: skip
def test_a_day_and_a_time_in_two_columns_are_joined_by_a_map(
    tmp_path: Path, cells: str, reported: datetime, resolved: datetime | None
) -> None:
    file = read(csv(tmp_path, ",".join(SPLIT.values()), f"GZ-1,{cells}"), ColumnMap(columns=SPLIT))
    assert file.findings == ()
    assert (file.rows[0].times.reported_at, file.rows[0].times.resolved_at) == (reported, resolved)
    assert "reported_time" not in file.rows[0].words
    assert file.left == ()


def test_a_day_and_a_time_of_a_workbook_are_joined_and_what_is_no_time_is_told(tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(list(SPLIT.values()))
    book.active.append(["GZ-1", date(2025, 12, 3), time(9, 10), date(2025, 12, 3), time(10, 5)])
    book.active.append(["GZ-2", date(2025, 12, 3), "早上", date(2025, 12, 3), None])
    book.save(tmp_path / "台账.xlsx")
    file = read(tmp_path / "台账.xlsx", ColumnMap(columns=SPLIT))
    assert file.rows[0].times.reported_at == datetime(2025, 12, 3, 9, 10)
    assert file.rows[0].times.resolved_at == datetime(2025, 12, 3, 10, 5)
    assert [finding.reason for finding in file.findings] == ["报告时刻“早上”认不出来。请写成 8:30。"]
    assert map_of(tmp_path, '[columns]\nnumber = "单子号"\nreported_time = "报障时间"\n').columns["reported_time"]


def test_a_response_counted_from_a_day_without_a_time_is_refused(tmp_path: Path) -> None:
    assert "响应用了多久" in refused(tmp_path, reported_at="2026-03-05", responded_at="2026-03-05 08:40")
    both = one(tmp_path, reported_at="2026-03-05", accepted_at="2026-03-05 08:35", responded_at="2026-03-05 08:40")
    assert len(both.rows) == 1


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"title": "#N/A"}, ""),
        ({"title": "#REF!"}, "公式错误"),
        ({"title": "坏\ufffd字"}, "认不出的字"),
        ({"system": "长" * 61}, "最多 60 个"),
        ({"urgent": "也许"}, "紧急“也许”"),
        ({"reopened": "-1"}, "重开次数"),
        ({"reopened": "很多"}, "重开次数"),
        ({"reopened": "1000"}, "重开次数"),
        ({"kind": "怪事"}, "单据类型“怪事”"),
        ({"resolved_at": "过两天"}, "解决时间“过两天”认不出来"),
    ],
)
def test_a_row_that_cannot_be_kept_says_why(tmp_path: Path, cells: dict[str, str], said: str) -> None:
    reason = refused(tmp_path, **cells)
    assert said in reason
    assert reason.endswith("。")


def test_a_row_longer_than_its_heading_has_slipped(tmp_path: Path) -> None:
    file = read(csv(tmp_path, "编号,报告时间,标题", "S1,2026-03-05 08:30,打印机,三楼", "S2,2026-03-05 08:30,好,,"))
    assert [row.number for row in file.rows] == ["S2"]
    assert "多 1 列" in file.findings[0].reason


def test_words_of_other_systems_are_said_in_ours(tmp_path: Path) -> None:
    row = one(tmp_path, kind="Service Request", source="Self-service", rating="很满意", urgent="Yes", reopened="2.0",
              person="王强（离职）", reporter_phone="0991 123 4567", state="Canceled").rows[0]  # fmt: skip
    assert row.words | {} == {
        "kind": "服务请求", "source": "系统", "rating": "非常满意", "person": "王强", "reporter_phone": "09911234567",
        "state": "Canceled", "title": UNTITLED,
    }  # fmt: skip
    assert (row.urgent, row.reopened, row.cancelled, row.ended) == (True, 2, True, False)
    assert one(tmp_path, state="已关闭").rows[0].ended
    assert not one(tmp_path, state="处理中").rows[0].ended


# maps


def toml(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "MAP.toml"
    path.write_bytes(text.encode())
    return path


def map_of(tmp_path: Path, text: str) -> ColumnMap:
    return read_map(toml(tmp_path, text), fields=TITLES, worded=MAPPED_WORDS)


def test_a_map_says_columns_dates_and_words(tmp_path: Path) -> None:
    mapping = map_of(
        tmp_path,
        '[columns]\nnumber = "No"\nreported_at = "When"\nseverity = "Prio"\n'
        '[dates]\nformat = "%d.%m.%Y %H:%M"\n[values.severity]\n"1 - Critical" = "高"\n"?" = "低"\n',
    )
    path = csv(tmp_path, "Title,No,When,Prio", "a,1,03.04.2016 01:16,1 - critical", "b,2,04.04.2016 01:16,?", "c,3,?,x")
    file = read(path, mapping)
    assert [(row.number, row.words.get("severity")) for row in file.rows] == [("1", "高"), ("2", "低")]
    assert file.rows[0].times.reported_at == datetime(2016, 4, 3, 1, 16)
    assert file.left == ("Title",)  # a map that names columns names them all
    assert file.rows[0].words["title"] == UNTITLED
    assert of_body(mapping.body()) == mapping


def test_number_time_and_update_are_recognised_beside_a_map(tmp_path: Path) -> None:
    path = csv(tmp_path, "number,opened_at,sys_updated_at,priority,x", "1,29/2/2016 01:16,29/2/2016 02:16,高,标题")
    row = read(path, ColumnMap({"title": "X", "severity": ""})).rows[0]
    assert row.words == {"title": "标题"}
    assert row.updated_at == datetime(2016, 2, 29, 2, 16)
    with pytest.raises(Refusal, match="编号"):
        read(path, ColumnMap({"title": "x", "number": ""}))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[columns\n", "第 1 行"),
        ("[columns]\nnumber = No\n", "第 2 行"),
        ('[columns]\nnummer = "No"\n', "“nummer”"),
        ("[columns]\nnumber = 1\n", "[columns]"),
        ('columns = "x"\n', "[columns]"),
        ('[column]\nnumber = "No"\n', "“column”"),
        ('[dates]\nform = "x"\n', "“form”"),
        ('[dates]\nformat = "%Q"\n', "日期格式“%Q”"),
        ("[dates]\nformat = 7\n", "[dates]"),
        ('values = "x"\n', "[values]"),
        ('[values]\nseverity = "x"\n', "[values.severity]"),
        ('[values.reported_at]\n"x" = "y"\n', "“reported_at”"),
        ("[values.severity]\nx = 1\n", "[values.severity]"),
    ],
)
def test_a_wrong_map_is_refused_in_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(Refusal) as refusal:
        map_of(tmp_path, text)
    assert said in str(refusal.value)
    assert str(refusal.value).endswith("。")


def test_a_map_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="找不到 MAP"):
        read_map(tmp_path / "没有.toml", fields=TITLES, worded=())
    (tmp_path / "MAP.toml").write_bytes('[columns]\nnumber = "编号"\n'.encode("gbk"))
    with pytest.raises(Refusal, match="UTF-8"):
        read_map(tmp_path / "MAP.toml", fields=TITLES, worded=())


def test_a_column_of_the_map_that_the_file_lacks_is_refused(tmp_path: Path) -> None:
    path = csv(tmp_path, "编号,报告时间,标题", "1,2026-03-05 08:30,x")
    with pytest.raises(Refusal, match=r"severity.*“Prio”.*编号、报告时间、标题"):
        read(path, ColumnMap({"number": "编号", "reported_at": "报告时间", "severity": "Prio"}))


# at size, and damaged


def test_text_may_be_larger_than_a_workbook_but_not_without_end(tmp_path: Path) -> None:
    line = "S{},2026-03-05 08:30,标题," + "x" * 900
    text = "编号,报告时间,标题,备注\n" + "\n".join(line.format(n) for n in range(24_000))
    path = tmp_path / "大.csv"
    path.write_text(text, encoding="utf-8")
    assert path.stat().st_size > MAX_FILE_BYTES
    assert len(read(path).rows) == 24_000
    path.write_bytes(b"PK\x03\x04" + bytes(MAX_FILE_BYTES))
    with pytest.raises(Refusal, match="20 MB"):
        open_book(path)
    path.write_bytes(b"a" * (64 * 1024 * 1024 + 1))
    with pytest.raises(Refusal, match="64 MB"):
        open_book(path)


def test_the_reader_tells_how_far_it_is_and_stops_when_told(tmp_path: Path) -> None:
    path = csv(tmp_path, "编号,报告时间", *(f"S{n},2026-03-05 08:30" for n in range(1200)))
    book = open_book(path)
    told: list[tuple[int, int]] = []

    def progress(done: int, total: int) -> bool:
        told.append((done, total))
        return done < 1000

    with pytest.raises(Refusal, match="已取消"):
        read_incidents(book, lay_out(book), None, progress)
    assert told == [(0, 1200), (500, 1200), (1000, 1200)]


SOUND = (
    "编号,报告时间,解决时间,标题,等级,处理过程\n"
    + "\n".join(
        f'S{n},{n % 28 + 1}/2/2016 0{n % 9}:16,{n % 28 + 1}/2/2016 1{n % 9}:00,"打印机, {n}",中,"换\n纸"'
        for n in range(40)
    )
).encode()


@FAST
@given(st.integers(0, 2**32), st.sampled_from(["utf-8", "gb18030", "utf-16"]))
def test_damaged_bytes_are_read_or_told_and_never_break(tmp_path: Path, seed: int, encoding: str) -> None:
    chance = random.Random(seed)
    data = bytearray(SOUND.decode().encode(encoding))
    for _ in range(chance.randrange(1, 12)):
        place = chance.randrange(len(data))
        act = chance.randrange(4)
        if act == 0:
            data[place] = chance.randrange(256)
        elif act == 1:
            del data[place : place + chance.randrange(1, 40)]
        elif act == 2:
            data[place:place] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 8)))
        else:
            data[place : place + 16] = bytes(16)
    path = tmp_path / "坏.csv"
    path.write_bytes(data)
    try:
        file = read(path)
    except Refusal:
        return
    assert file.rows_read == len(file.layout.sheet.rows) - file.layout.at - 1
    assert len({row.row for row in (*file.rows, *file.findings)}) == file.rows_read
    assert all(finding.reason.endswith("。") for finding in file.findings)
    for row in file.rows:
        known = [at for each in ORDER if (at := getattr(row.times, each)) is not None]
        assert known == sorted(known)


def test_torn_workbooks_are_refused(tmp_path: Path) -> None:
    book, data = Workbook(), io.BytesIO()
    book.active.append(["编号", "报告时间"])
    book.active.append(["1", "2026-03-05 08:30"])
    book.save(data)
    whole = data.getvalue()
    for cut in range(200, len(whole) - 1, 400):
        (tmp_path / "a.xlsx").write_bytes(whole[:cut])
        with pytest.raises(Refusal, match="。"):
            open_book(tmp_path / "a.xlsx")
