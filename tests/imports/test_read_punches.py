from __future__ import annotations

import hashlib
import time as clock
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from opsdesk.imports.punches import read_punches
from opsdesk.imports.raw import PunchFile
from opsdesk.services.errors import Refusal

START = datetime(2026, 3, 5, 8, 0, 1)
FAST = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

GLG_HEADING = "No\tMchn\tEnNo\t\tName\t\tMode\tIOMd\tDateTime\t\r\n"


def attlog(count: int, *, device: int = 1) -> str:
    times = (START + timedelta(minutes=7 * number) for number in range(count))
    return "".join(f"{number % 9 + 1:>9}\t{at}\t{device}\t0\t1\t0\r\n" for number, at in enumerate(times))


def glg(count: int) -> str:
    times = (START + timedelta(minutes=7 * number) for number in range(count))
    rows = (
        f"{number + 1:06}\t1\t{number % 9 + 1:09}\t{'张三':<12}\t1\t0\t{at:%Y/%m/%d  %H:%M:%S}\r\n"
        for number, at in enumerate(times)
    )
    return GLG_HEADING + "".join(rows)


def save(path: Path, data: str | bytes, encoding: str = "utf-8") -> Path:
    path.write_bytes(data if isinstance(data, bytes) else data.encode(encoding))
    return path


def balanced(file: PunchFile) -> bool:
    return (
        file.rows_read == len(file.punches) + len(file.findings)
        and len({finding.row for finding in file.findings}) == len(file.findings)
        and all(finding.reason.endswith("。") for finding in file.findings)
    )


def test_usb_record_of_zkteco(tmp_path: Path) -> None:
    path = save(tmp_path / "1_attlog.dat", attlog(3))
    file = read_punches(path)
    assert (file.format_key, file.format, file.alternatives) == ("zk_udisk", "中控考勤机 U 盘记录", ())
    assert file.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert balanced(file)
    first = file.punches[0]
    assert (first.row, first.key_kind, first.key, first.at, first.device) == (1, "pin", "1", START, "1")
    assert (first.status, first.verify) == ("0", "1")


def test_extended_usb_record_skips_serial_and_checksum(tmp_path: Path) -> None:
    path = save(tmp_path / "CQZ7231260123_attlog.dat", f"CQZ7231260123\r\n{attlog(4, device=99)}A3F1\r\n")
    file = read_punches(path)
    assert (file.format_key, file.rows_read, file.findings) == ("zk_udisk", 4, ())
    assert [punch.row for punch in file.punches] == [2, 3, 4, 5]


def test_letters_in_the_pin_stay_and_leading_zeros_do_not_decide(tmp_path: Path) -> None:
    lines = "EMP-20001\t2026-06-02 09:15:00\t99\t0\t3\t0\n000052\t2026-06-02 09:16:00\t99\t255\t3\t0\n"
    punches = read_punches(save(tmp_path / "99_attlog.dat", lines)).punches
    assert [(punch.key, punch.pin, punch.status) for punch in punches] == [
        ("EMP-20001", "EMP-20001", "0"),
        ("52", "000052", "255"),
    ]


def test_pushed_records_have_no_device(tmp_path: Path) -> None:
    line = "11\t2025-08-27 10:57:49\t0\t25\t0\t0\t0\t0\t0\t0\n"
    file = read_punches(save(tmp_path / "push.txt", line * 2))
    assert (file.format_key, file.rows_read, len(file.punches)) == ("zk_push", 2, 2)
    punch = file.punches[0]
    assert (punch.key, punch.device, punch.status, punch.verify) == ("11", "", "0", "25")


def test_six_columns_of_an_unknown_name_leave_the_choice_to_the_user(tmp_path: Path) -> None:
    path = save(tmp_path / "export.txt", attlog(3, device=255))
    file = read_punches(path)
    assert (file.format_key, file.alternatives) == ("zk_udisk", ("zk_push",))
    assert read_punches(save(tmp_path / "7.txt", attlog(3, device=7))).alternatives == ()
    assert read_punches(path, file_name="7_attlog.dat").alternatives == ()
    pushed = read_punches(path, as_format="zk_push")
    assert (pushed.format_key, pushed.alternatives) == ("zk_push", ())
    assert (pushed.punches[0].device, pushed.punches[0].status) == ("", "255")


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "utf-16", "utf-16-le"])
def test_glg_text_with_its_crooked_heading(tmp_path: Path, encoding: str) -> None:
    file = read_punches(save(tmp_path / "GLG_001.TXT", glg(5), encoding))
    assert (file.format_key, file.rows_read, file.findings) == ("glg", 5, ())
    first = file.punches[0]
    assert (first.row, first.key, first.pin, first.name) == (2, "1", "000000001", "张三")
    assert (first.at, first.device, first.verify, first.status) == (START, "1", "1", "0")


def test_record_sheet_of_an_old_xls_report(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    for name in ("排班信息表", "考勤汇总表"):
        book.add_sheet(name).write(0, 0, "排班日期 2026-03-01 ~ 2026-03-31")
    sheet = book.add_sheet("考勤记录表")
    sheet.write(0, 0, "考勤记录表")
    for at, title in enumerate(["工号", "姓名", "部门", "打卡日期", "打卡时间", "状态", "异常说明"]):
        sheet.write(1, at, title)
    rows = [
        ("V001", "张三(离职)", "运维部", "2026/3/5", "08:29:59", "正常"),
        ("V002", "李四", "运维部", "2026-13-45", "08:29", "正常"),
        ("V003", "王五", "运维部", "2026/3/5", "08:17 18:30", ""),
        ("V004", "赵六", "运维部", "2026/3/5", "", "缺卡"),
    ]
    for at, row in enumerate(rows, start=2):
        for column, value in enumerate(row):
            sheet.write(at, column, value)
    sheet.write(6, 0, 1005.0)
    sheet.write(6, 3, datetime(2026, 3, 5), xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    sheet.write(6, 4, time(8, 1), xlwt.easyxf(num_format_str="hh:mm"))
    detail = book.add_sheet("考勤明细表")
    for at, title in enumerate(["工号", "姓名", "部门", "日期", "对应班次", "上班1打卡时间", "上班1打卡结果"]):
        detail.write(0, at, title)
    for at, value in enumerate(["V001", "张三", "运维部", "2026/3/5", "白班", "08:29:59", "正常"]):
        detail.write(1, at, value)
    book.save(str(tmp_path / "标准报表.xls"))
    file = read_punches(tmp_path / "标准报表.xls")
    assert file.format_key == "record_sheet"
    assert balanced(file)
    assert file.rows_read == 6
    assert [(punch.row, punch.key, punch.at.isoformat(" ")) for punch in file.punches] == [
        (3, "V001", "2026-03-05 08:29:59"),
        (5, "V003", "2026-03-05 08:17:00"),
        (5, "V003", "2026-03-05 18:30:00"),
        (7, "1005", "2026-03-05 08:01:00"),
    ]
    assert file.punches[0].name == "张三"
    assert [(finding.row, finding.column, finding.value) for finding in file.findings] == [
        (4, "打卡日期", "2026-13-45"),
        (6, "打卡时间", ""),
    ]


def test_raw_punches_as_csv_with_columns_in_any_order(tmp_path: Path) -> None:
    lines = (
        "原始记录\n机器号,多余,日期时间,,考勤号码,姓名,部门,比对方式\n"
        "1,x,2026/3/5 8:29:41,,0012,张三,运维部,指纹\n"
        "1,x,0000-00-00 00:00:00,,13,李四,运维部,指纹\n"
        "\n"
        "1,x,2026/3/5 8:30:02,,,王五,运维部,人脸\n"
        "1,x,2026/3/5 8:30:05,,,,,人脸\n"
    )
    file = read_punches(save(tmp_path / "原始.csv", lines, "gbk"))
    assert (file.format_key, file.rows_read) == ("raw_sheet", 4)
    assert balanced(file)
    assert [(p.row, p.key_kind, p.key, p.device, p.verify) for p in file.punches] == [
        (3, "pin", "12", "1", "指纹"),
        (6, "name", "王五", "1", "人脸"),
    ]
    assert [finding.row for finding in file.findings] == [4, 7]


def test_day_sheet_gives_up_to_two_punches_a_row(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(
        [
            "序号",
            "考勤号码",
            "自定义编号",
            "姓名",
            "日期",
            "对应时段",
            "上班时间",
            "下班时间",
            "签到时间",
            "签退时间",
            "部门",
        ]
    )
    day = "2026/8/10"
    sheet.append([1, "12", "", "张三", day, "白班", "08:30", "17:30", "08:21", "17:35", "运维部"])
    sheet.append([2, "13", "", "李四", day, "白班", "08:30", "17:30", "08:22", None, "运维部"])
    sheet.append([3, "14", "", "王五", day, "白班", "08:30", "17:30", None, None, "运维部"])
    sheet.append([4, "15", "", "赵六", day, "夜班", "20:00", "08:00", "19:55", "08:03", "运维部"])
    sheet.append([5, "16", "", "钱七", day, "夜班", "20:00", "08:00", None, "08:04", "运维部"])
    sheet.append([6, "17", "", "孙八", day, "白班", "08:30", "17:30", "08:25", "25:99", "运维部"])
    book.save(tmp_path / "明细.xlsx")
    file = read_punches(tmp_path / "明细.xlsx")
    assert file.format_key == "detail_sheet"
    assert balanced(file)
    assert [(p.row, p.key, f"{p.at:%m-%d %H:%M}") for p in file.punches] == [
        (2, "12", "08-10 08:21"),
        (2, "12", "08-10 17:35"),
        (3, "13", "08-10 08:22"),
        (5, "15", "08-10 19:55"),
        (5, "15", "08-11 08:03"),
        (6, "16", "08-11 08:04"),
        (7, "17", "08-10 08:25"),
    ]
    assert [(finding.row, finding.column, finding.value) for finding in file.findings] == [(7, "签退时间", "25:99")]


def test_real_dates_and_serial_numbers_of_a_sheet(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["工号", "姓名", "日期", "时间"])
    sheet.append(["V001", "张三", datetime(2026, 3, 5), time(8, 29, 59)])
    sheet.append(["V002", "李四", 46086, 0.354155092592593])
    book.save(tmp_path / "a.xlsx")
    file = read_punches(tmp_path / "a.xlsx")
    assert file.format_key == "template"
    assert [punch.at for punch in file.punches] == [datetime(2026, 3, 5, 8, 29, 59)] * 2


def test_several_sheets_name_their_sheet_in_findings(tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "3月"
    for sheet in (book.active, book.create_sheet("4月")):
        sheet.append(["工号", "打卡时间"])
        sheet.append(["V001", "2026-03-05 08:29:59"])
        sheet.append(["V001", "坏"])
    book.save(tmp_path / "a.xlsx")
    file = read_punches(tmp_path / "a.xlsx")
    assert (file.rows_read, len(file.punches)) == (4, 2)
    assert [finding.reason.split("：")[0] for finding in file.findings] == ["工作表“3月”", "工作表“4月”"]


def test_the_same_punch_twice_is_passed_on_twice(tmp_path: Path) -> None:
    file = read_punches(save(tmp_path / "1_attlog.dat", attlog(1) * 2))
    assert len(file.punches) == 2
    assert not file.findings


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        ("        1\t2026-13-45 08:00:00\t1\t0\t1\t0\r\n", "时刻"),
        ("        1\t0000-00-00 00:00:00\t1\t0\t1\t0\r\n", "时刻"),
        ("        1\t2101-01-01 00:00:00\t1\t0\t1\t0\r\n", "时刻"),
        ("        1\t2026-03-05 08:00\t1\t0\t1\t0\r\n", "没写完"),
        ("        1\t2026-03-05 08:00:0", "不完整"),
        ("2026-03-05 08:00:00\t1\t0\t1\t0\r\n", "不完整"),
        ("         \t2026-03-05 08:00:00\t1\t0\t1\t0\r\n", "考勤号"),
        ("   1\x002\t2026-03-05 08:00:00\t1\t0\t1\t0\r\n", "损坏"),
        ("   1\x032\t2026-03-05 08:00:00\t1\t0\t1\t0\r\n", "损坏"),
        ("\x00" * 512 + "\r\n", "损坏"),
    ],
)
def test_each_bad_line_is_one_finding(tmp_path: Path, bad: str, word: str) -> None:
    file = read_punches(save(tmp_path / "1_attlog.dat", attlog(5) + bad))
    assert (file.rows_read, len(file.punches), len(file.findings)) == (6, 5, 1)
    assert file.findings[0].row == 6
    assert word in file.findings[0].reason


def test_a_block_of_nul_in_the_middle_costs_only_what_it_covers(tmp_path: Path) -> None:
    data = bytearray(attlog(200).encode())
    data[2000:4048] = bytes(2048)
    file = read_punches(save(tmp_path / "1_attlog.dat", bytes(data)))
    assert balanced(file)
    assert len(file.findings) == 1
    assert 140 < len(file.punches) < 155


def test_a_torn_glg_row_is_reported_not_read_early(tmp_path: Path) -> None:
    whole = glg(3).rstrip("\r\n")
    for cut in range(1, 12):
        file = read_punches(save(tmp_path / "GLG_001.TXT", whole[:-cut]))
        assert (file.rows_read, len(file.punches), [finding.row for finding in file.findings]) == (3, 2, [4])


def test_a_torn_last_line_of_a_sheet_is_reported(tmp_path: Path) -> None:
    text = "工号,日期时间\nV001,2026-03-05 08:29:59\nV002,2026-03-05 08:29:59"
    assert len(read_punches(save(tmp_path / "a.csv", text)).punches) == 2
    for cut in range(1, 20):
        file = read_punches(save(tmp_path / "a.csv", text[:-cut]))
        assert (len(file.punches), [finding.row for finding in file.findings]) == (1, [3]), text[:-cut]


@pytest.mark.parametrize(
    "data",
    [b"hello\nworld\n", bytes(range(256)) * 40, "工号,姓名\nV001,张三\n".encode(), b"1,2026-03-05 08:00:00\n"],
    ids=["prose", "binary", "no time", "no heading"],
)
def test_unknown_files_are_refused_with_a_way_out(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(Refusal) as refusal:
        read_punches(save(tmp_path / "1_attlog.dat", data))
    assert "请" in str(refusal.value)
    assert str(refusal.value).endswith("。")


MUTATIONS = st.lists(
    st.tuples(
        st.sampled_from(["flip", "nul", "cut", "insert", "drop"]),
        st.integers(0, 10_000),
        st.integers(1, 60),
        st.binary(max_size=6),
    ),
    max_size=6,
)


def mutate(data: bytes, steps: list[tuple[str, int, int, bytes]]) -> bytes:
    out = bytearray(data)
    for what, place, length, extra in steps:
        at = place % (len(out) + 1)
        if what == "flip" and at < len(out):
            out[at] ^= length
        elif what == "nul":
            out[at : at + length] = bytes(len(out[at : at + length]))
        elif what == "cut":
            del out[max(at, 200) :]
        elif what == "insert":
            out[at:at] = extra
        else:
            del out[at : at + length]
    return bytes(out)


def sentence(refusal: Refusal) -> None:
    assert str(refusal).endswith("。")


def data_lines(data: bytes) -> int:
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    return sum(bool(line.strip(b" \t\x0c\x1a")) for line in lines)


@FAST
@given(steps=MUTATIONS)
def test_attlog_however_mutated_loses_no_line(tmp_path: Path, steps: list[tuple[str, int, int, bytes]]) -> None:
    data = mutate(attlog(30).encode(), [(w, p, n, bytes(b & 0x7F for b in e)) for w, p, n, e in steps])
    try:
        file = read_punches(save(tmp_path / "1_attlog.dat", data))
    except Refusal as refusal:
        sentence(refusal)
        return
    assert balanced(file)
    assert data_lines(data) - 2 <= file.rows_read <= data_lines(data)
    if not data.split(b"\n")[0].strip().isalnum():
        assert file.rows_read == data_lines(data)


@FAST
@given(
    steps=MUTATIONS,
    form=st.sampled_from(
        [
            ("GLG_001.TXT", glg(20), "gbk"),
            ("a.csv", "工号,姓名,打卡时间\n" + "V1,张三,2026-03-05 08:29:59\n" * 20, "gbk"),
        ]
    ),
    encoding=st.sampled_from(["gbk", "utf-8", "utf-16"]),
)
def test_any_mutated_file_is_balanced_or_refused(
    tmp_path: Path, steps: list[tuple[str, int, int, bytes]], form: tuple[str, str, str], encoding: str
) -> None:
    name, text, _ = form
    try:
        file = read_punches(save(tmp_path / name, mutate(text.encode(encoding), steps)))
    except Refusal as refusal:
        sentence(refusal)
        return
    assert balanced(file)
    assert all(2000 <= punch.at.year <= 2099 and punch.key and punch.raw for punch in file.punches)


def test_a_hundred_thousand_lines_in_seconds(tmp_path: Path) -> None:
    path = save(tmp_path / "1_attlog.dat", attlog(100_000))
    started = clock.perf_counter()
    file = read_punches(path)
    took = clock.perf_counter() - started
    started = clock.perf_counter()
    bare = []
    for line in path.read_text("utf-8").split("\n")[:-1]:
        pin, at, *_ = line.split("\t")
        bare.append(
            (
                pin.strip(),
                datetime(int(at[:4]), int(at[5:7]), int(at[8:10]), int(at[11:13]), int(at[14:16]), int(at[17:])),
            )
        )
    floor = clock.perf_counter() - started
    print(f"100,000 punches in {took:.2f} s, {took / floor:.1f} times a bare split")
    assert [(punch.pin, punch.at) for punch in file.punches] == bare
    assert took < 5
