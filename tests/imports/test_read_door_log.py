"""Logs of doors in the four formats of `domain.md` 4.8: told by headings, times the site's, unknown ways unknown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from opsdesk.imports import door_log
from opsdesk.imports.door_log import HIK, IN, LIST, OUT, UNKNOWN, WECOM, ZK, DoorFile, granted, read_door_log
from opsdesk.services.errors import Refusal

HIK_HEADING = (
    "eventId,eventName,eventTime,cardNo,personId,personName,orgName,doorName,doorIndexCode,eventType,inAndOutType,"
    "readerDevName,devName,receiveTime,jobNo"
)
HIK_ROW = (
    "{id},合法卡比对通过,{time},3891192334,p1,张三,某公司,一楼信息中心机房,d1,198914,{way},读卡器_1,控制器,{time},V012"
)
LIST_HEADING = "事件时间,人员姓名,工号,所属组织,门禁点,进出方向,事件,卡号,读卡器"
LIST_ROW = "2026-03-05 08:27:13,张三,V012,某公司,一楼信息中心机房,进,刷卡成功,3891192334,读卡器_1"
ZK_HEADING = "时间,PIN,门 id,事件类型,出入状态,验证方式,卡号,设备号"
AT = datetime(2026, 3, 5, 8, 27, 13)
FAST = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def save(tmp_path: Path, *lines: str, name: str = "门禁.csv", encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    path.write_bytes("".join(f"{line}\r\n" for line in lines).encode(encoding))
    return path


def hik(way: str = "1", time: str = "2026-03-05T08:27:13+08:00", number: str = "e1") -> str:
    return HIK_ROW.format(id=number, time=time, way=way)


def balanced(file: DoorFile) -> bool:
    sentences = all(finding.reason.endswith("。") for finding in file.findings)
    return sentences and file.rows_read == len(file.rows) + len(file.findings)


def test_hikvision_list_with_its_offset(tmp_path: Path) -> None:
    file = read_door_log(save(tmp_path, HIK_HEADING, hik(), hik("0", "2026-03-05T00:27:13Z", "e2")))
    assert (file.label, file.rows_read, file.findings) == (HIK, 2, ())
    first, second = file.rows
    assert (first.at, first.name, first.staff_no, first.unit, first.door, first.direction) == (
        AT, "张三", "V012", "某公司", "一楼信息中心机房", IN,
    )  # fmt: skip
    assert (first.event, first.card, first.reader) == ("合法卡比对通过", "3891192334", "读卡器_1")
    assert (second.at, second.direction) == (AT, OUT)
    assert first.key != second.key


@pytest.mark.parametrize(("way", "expected"), [("1", IN), ("0", OUT), ("-1", UNKNOWN), ("", UNKNOWN), ("7", UNKNOWN)])
def test_direction_of_hikvision(tmp_path: Path, way: str, expected: str) -> None:
    (row,) = read_door_log(save(tmp_path, HIK_HEADING, hik(way))).rows
    assert row.direction == expected


@pytest.mark.parametrize(("state", "expected"), [("0", IN), ("1", OUT), ("2", UNKNOWN), ("255", UNKNOWN), ("入", IN)])
@pytest.mark.parametrize("headed", [True, False])
def test_zkaccess_with_and_without_a_heading(tmp_path: Path, state: str, expected: str, headed: bool) -> None:
    row = f"2026-03-05 08:27:13,12,2,0,{state},1,3891192334,1"
    file = read_door_log(save(tmp_path, *([ZK_HEADING] * headed), row, row.replace(":13", ":14")))
    assert (file.label, file.rows_read, file.findings) == (ZK, 2, ())
    found = file.rows[0]
    assert (found.at, found.pin, found.door, found.direction, found.event, found.card) == (
        AT, "12", "设备 1 门 2", expected, "事件 0", "3891192334",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("number", "lets_in"), [("19", True), ("20", False), ("27", False), ("199", False), ("200", True)]
)
def test_numbers_of_zkaccess_events_that_let_nobody_in(tmp_path: Path, number: str, lets_in: bool) -> None:
    (row,) = read_door_log(save(tmp_path, ZK_HEADING, f"2026-03-05 08:27:13,12,2,{number},0,1,38911,1")).rows
    assert granted(row.event) is lets_in


@pytest.mark.parametrize(("way", "expected"), [("1", IN), ("2", OUT), ("3", UNKNOWN)])
def test_wecom_counts_seconds(tmp_path: Path, way: str, expected: str) -> None:
    (row,) = read_door_log(
        save(tmp_path, "userid,timestamp,pass_type,pass_method", f"ZhangSan,1772670433,{way},1")
    ).rows
    assert (row.at, row.staff_no, row.direction, row.event, row.door) == (AT, "ZhangSan", expected, "人脸", "")


def test_answers_of_an_interface_as_json(tmp_path: Path) -> None:
    path = tmp_path / "door.json"
    listed = [{"userid": "V012", "timestamp": 1772670433, "pass_type": 1, "pass_method": 2}, {"userid": "V013"}]
    path.write_text(json.dumps({"errcode": 0, "data": {"list": listed}}), "utf-8")
    file = read_door_log(path)
    assert (file.label, [row.at for row in file.rows], file.rows[0].event) == (WECOM, [AT], "二维码")
    assert [(finding.row, finding.reason[:8]) for finding in file.findings] == [(2, "事件时间是空的。")]
    for broken in ('{"a": ', "[]", "{}", "[1, 2]", "[" * 5000):
        path.write_text(broken, "utf-8")
        with pytest.raises(Refusal):
            read_door_log(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_plain_list_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    file = read_door_log(save(tmp_path, LIST_HEADING, LIST_ROW, encoding=encoding))
    (row,) = file.rows
    assert file.label == LIST
    assert (row.at, row.name, row.staff_no, row.unit, row.door, row.direction, row.event) == (
        AT, "张三", "V012", "某公司", "一楼信息中心机房", IN, "刷卡成功",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("进", IN),
        ("入门", IN),
        ("IN", IN),
        ("出", OUT),
        ("出门", OUT),
        ("未知", UNKNOWN),
        ("1", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_words_for_the_direction(tmp_path: Path, word: str, expected: str) -> None:
    (row,) = read_door_log(save(tmp_path, LIST_HEADING, LIST_ROW.replace(",进,", f",{word},"))).rows
    assert row.direction == expected


def test_workbook_with_date_and_time_apart(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["门禁记录导出"])
    sheet.append(["日期", "时间", "姓名", "门名称", "方向"])
    sheet.append([datetime(2026, 3, 5), "08:27:13", "张三", "机房", "进"])
    sheet.append([datetime(2026, 3, 5), "25:00", "张三", "机房", "进"])
    book.save(tmp_path / "a.xlsx")
    file = read_door_log(tmp_path / "a.xlsx")
    assert [(row.row, row.at) for row in file.rows] == [(3, AT)]
    assert [(finding.row, finding.value) for finding in file.findings] == [(4, "25:00")]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (("2026-03-05 08:27:13", ""), "是空的"),
        (("2026-03-05", "2026-02-30"), "认不出来或不存在"),
        (("张三", "#N/A"), "公式错误"),
        (("张三", "三" * 101), "超过 100 个字"),
        (("张三", "张\ufffd"), "认不出的字"),
    ],
)
def test_bad_row_is_one_finding_and_costs_no_other(tmp_path: Path, changed: tuple[str, str], said: str) -> None:
    file = read_door_log(save(tmp_path, LIST_HEADING, LIST_ROW, LIST_ROW.replace(*changed), LIST_ROW))
    assert balanced(file)
    assert len(file.rows) == 2
    (finding,) = file.findings
    assert (finding.row, said in finding.reason) == (3, True)


def test_same_event_has_the_same_key_in_another_file_and_order(tmp_path: Path) -> None:
    columns, values = LIST_HEADING.split(","), LIST_ROW.split(",")
    (one,) = read_door_log(save(tmp_path, LIST_HEADING, LIST_ROW)).rows
    turned = save(tmp_path, ",".join(reversed(columns)), ",".join(reversed(values)), name="b.csv")
    (two,) = read_door_log(turned).rows
    assert one.key == two.key
    assert "张三" not in one.key
    for changed in (LIST_ROW.replace(":13", ":14"), LIST_ROW.replace("V012", "V013"), LIST_ROW.replace(",进,", ",出,")):
        (other,) = read_door_log(save(tmp_path, LIST_HEADING, changed)).rows
        assert other.key != one.key


@pytest.mark.parametrize(
    "lines", [("姓名,年龄", "张三,3"), ("一,二,三",), ("2026-03-05 08:00,1,2",), ("eventName,doorName", "x,y")]
)
def test_files_of_no_known_format_are_refused_with_a_way_out(tmp_path: Path, lines: Sequence[str]) -> None:
    with pytest.raises(Refusal, match="事件时间、人员姓名、工号、门禁点、进出方向"):
        read_door_log(save(tmp_path, *lines))


def test_every_column_of_the_plain_list_is_known() -> None:
    assert [column.heading for column in door_log.TEMPLATE] == LIST_HEADING.split(",")


MUTATIONS = st.lists(
    st.tuples(st.sampled_from(["flip", "cut", "insert", "drop"]), st.integers(0, 5000), st.integers(1, 60),
              st.binary(max_size=6)),
    max_size=6,
)  # fmt: skip
FORMS = (
    "\r\n".join([HIK_HEADING, *(hik(number=f"e{n}") for n in range(15))]),
    "\r\n".join(f"2026-03-05 08:27:{n:02},12,2,0,1,1,3891192334,1" for n in range(20)),
    "\r\n".join(["userid,timestamp,pass_type,pass_method", *(f"a{n},17726704{n:02},1,1" for n in range(20))]),
    "\r\n".join([LIST_HEADING, *[LIST_ROW] * 15]),
    json.dumps([{"userid": "V012", "timestamp": 1772670433 + n, "pass_type": 1} for n in range(15)]),
)


def sentence(refusal: Refusal) -> None:
    assert str(refusal).endswith("。")


def mutate(data: bytes, steps: list[tuple[str, int, int, bytes]]) -> bytes:
    out = bytearray(data)
    for what, place, length, extra in steps:
        at = place % (len(out) + 1)
        if what == "flip" and at < len(out):
            out[at] ^= length
        elif what == "cut":
            del out[max(at, 120) :]
        elif what == "insert":
            out[at:at] = extra
        else:
            del out[at : at + length]
    return bytes(out)


@FAST
@given(steps=MUTATIONS, form=st.sampled_from(FORMS), encoding=st.sampled_from(["gbk", "utf-8", "utf-16"]))
def test_any_mutated_log_is_balanced_or_refused(
    tmp_path: Path, steps: list[tuple[str, int, int, bytes]], form: str, encoding: str
) -> None:
    path = tmp_path / "door.csv"
    path.write_bytes(mutate(form.encode(encoding), steps))
    try:
        file = read_door_log(path)
    except Refusal as refusal:
        sentence(refusal)
        return
    assert balanced(file)
    assert all(2000 <= row.at.year <= 2099 and row.direction in {IN, OUT, UNKNOWN} for row in file.rows)
