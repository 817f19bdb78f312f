from __future__ import annotations

import hashlib
import io
import re
import struct
import time as clock
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import pytest
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from opsdesk.imports.files import MAX_FILE_BYTES
from opsdesk.imports.sheets import read_sheets
from opsdesk.imports.when import Numeral
from opsdesk.services.errors import Refusal, Trouble

TABLE = "工号,姓名,班次\r\nV001,张三,白班\r\n007,李四,夜班\r\n"


def _book(path: Path, rows: list[list[object]]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def _rewrite(path: Path, part: str, change) -> None:
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts[part] = change(parts.get(part, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            new.writestr(name, data)


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_tables_in_every_encoding_and_delimiter(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "名册.weird"
    path.write_bytes(TABLE.replace(",", delimiter).encode(encoding))
    book = read_sheets(path)
    assert [(row.number, row.cells) for row in book.sheets[0].rows] == [
        (1, ("工号", "姓名", "班次")),
        (2, ("V001", "张三", "白班")),
        (3, ("007", "李四", "夜班")),
    ]
    assert book.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert book.kind == "text"


def test_gbk_with_a_torn_last_character_is_still_gbk(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("工号,姓名\nV001,张三\nV002,李四".encode("gbk")[:-1])
    rows = read_sheets(path).sheets[0].rows
    assert rows[1].cells == ("V001", "张三")
    assert rows[2].torn
    assert rows[2].cells[1].startswith("李")


def test_a_block_of_nul_spoils_its_own_row_only(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\r\n1,2\r\n3," + bytes(512) + b"4\r\n5,6\r\n")
    rows = read_sheets(path).sheets[0].rows
    assert [bool(row.fault) for row in rows] == [False, False, True, False]
    assert rows[3].cells == ("5", "6")


def test_quoted_cells_may_break_lines_but_a_stray_quote_swallows_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b\n"x\ny, z",2\n"打不开,3\n4,5\n6,7\n', encoding="utf-8")
    rows = read_sheets(path).sheets[0].rows
    assert [row.cells for row in rows] == [("a", "b"), ("x\ny, z", "2"), ('"打不开', "3"), ("4", "5"), ("6", "7")]
    assert [row.number for row in rows] == [1, 2, 3, 4, 5]


def test_xlsx_values_as_people_see_them(tmp_path: Path) -> None:
    path = tmp_path / "改名.csv"
    real = _book(
        tmp_path / "a.xlsx",
        [
            ["工号", "考勤号", "日期", "时刻", "时间", "数", "对", "长"],
            [],
            ["007", 1001.0, date(2026, 3, 5), datetime(2026, 3, 5), time(8, 29, 59), 1.5, True, 389119233412345],
        ],
    )
    path.write_bytes(real.read_bytes())
    rows = read_sheets(path).sheets[0].rows
    assert [row.number for row in rows] == [1, 3]
    assert rows[1].cells == (
        "007",
        "1001",
        "2026-03-05",
        "2026-03-05 00:00:00",
        "08:29:59",
        "1.5",
        "是",
        "389119233412345",
    )
    assert isinstance(rows[1].cells[1], Numeral)
    assert not isinstance(rows[1].cells[0], Numeral)


def test_wps_dimension_a1_is_read_whole(tmp_path: Path) -> None:
    path = _book(tmp_path / "wps.xlsx", [[f"r{row}", row, "x"] for row in range(1, 201)])
    _rewrite(path, SHEET, lambda xml: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:A1"', xml))
    assert b'ref="A1:A1"' in zipfile.ZipFile(path).read(SHEET)
    rows = read_sheets(path).sheets[0].rows
    assert len(rows) == 200
    assert rows[-1].cells == ("r200", "200", "x")


def test_cells_without_references_and_prefixed_parts_are_read(tmp_path: Path) -> None:
    path = _book(tmp_path / "a.xlsx", [["x"]])
    sheet = (
        '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>'
        '<x:row><x:c t="inlineStr"><x:is><x:r><x:t>张</x:t></x:r><x:r><x:t>三_x000D_</x:t></x:r>'
        "<x:rPh><x:t>zhang</x:t></x:rPh></x:is></x:c><x:c><x:v>5</x:v></x:c></x:row>"
        '<x:row r="4"><x:c r="C4" t="str"><x:f>A1</x:f><x:v>公式</x:v></x:c><x:c t="e"><x:v>#N/A</x:v></x:c></x:row>'
        "</x:sheetData></x:worksheet>"
    )
    _rewrite(path, SHEET, lambda _: sheet.encode())
    rows = read_sheets(path).sheets[0].rows
    assert [(row.number, row.cells) for row in rows] == [(1, ("张三", "5")), (4, ("", "", "公式", "#N/A"))]


def test_shared_strings_rich_text_and_readings(tmp_path: Path) -> None:
    path = _book(tmp_path / "a.xlsx", [["x"]])
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    strings = (
        f'<sst {space}><si><t>工号</t></si><si><r><t>张</t></r><r><rPr><b/></rPr><t xml:space="preserve">三 </t></r>'
        '<rPh sb="0" eb="1"><t>zhang</t></rPh></si><si/><si><t>最后</t></si></sst>'
    )
    cells = "".join(
        f'<c r="{letter}1" t="s"><v>{index}</v></c>' for letter, index in zip("ABCDE", (0, 1, 2, 3, 9), strict=True)
    )
    _rewrite(path, "xl/sharedStrings.xml", lambda _: strings.encode())
    _rewrite(
        path,
        SHEET,
        lambda _: f'<worksheet {space}><sheetData><row r="1">{cells}</row></sheetData></worksheet>'.encode(),
    )
    assert read_sheets(path).sheets[0].rows[0].cells == ("工号", "张三", "", "最后")


def test_hidden_sheets_are_left_out(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["看得见"])
    book.create_sheet("藏着").append(["看不见"])
    book["藏着"].sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    assert [len(sheet.rows) for sheet in read_sheets(tmp_path / "a.xlsx").sheets] == [1]


def test_days_counted_from_1904(tmp_path: Path) -> None:
    book = Workbook()
    book.epoch = datetime(1904, 1, 1)
    book.active.append([datetime(2026, 3, 5, 8, 29, 59)])
    book.save(tmp_path / "mac.xlsx")
    assert read_sheets(tmp_path / "mac.xlsx").sheets[0].rows[0].cells == ("2026-03-05 08:29:59",)


def test_old_xls(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("考勤")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm:ss")
    for at, value in enumerate(["007", 1001.0, "张三"]):
        sheet.write(2, at + 1, value)
    sheet.write(2, 4, datetime(2026, 3, 5, 8, 29, 59), day)
    book.save(str(tmp_path / "a.xls"))
    read = read_sheets(tmp_path / "a.xls")
    assert read.kind == "xls"
    assert read.sheets[0].name == "考勤"
    assert [(row.number, row.cells) for row in read.sheets[0].rows] == [
        (3, ("", "007", "1001", "张三", "2026-03-05 08:29:59"))
    ]


def _bomb_ratio(path: Path) -> None:
    _rewrite(path, SHEET, lambda xml: xml + b" " * 60_000_000)


def _bomb_padding(path: Path) -> None:
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as book,
        book.open("xl/pad.xml", "w") as part,
    ):
        for _ in range(150):
            part.write(bytes(1024 * 1024))


def _doctype(xml: bytes) -> bytes:
    return xml.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><worksheet', 1)


def _wide_doctype(path: Path) -> None:
    def change(xml: bytes) -> bytes:
        return _doctype(xml).decode().replace("utf-8", "utf-16").replace("UTF-8", "utf-16").encode("utf-16")

    _rewrite(path, SHEET, change)


def _far(path: Path) -> None:
    cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    _rewrite(path, SHEET, lambda xml: xml.replace(b"</sheetData>", cell))


def _many_parts(path: Path) -> None:
    with zipfile.ZipFile(path, "a") as book:
        for number in range(500):
            book.writestr(f"xl/junk{number}.xml", b"x")


def _slip(path: Path) -> None:
    with zipfile.ZipFile(path, "a") as book:
        book.writestr("../../evil.xml", b"x")


def _lying_size(path: Path) -> None:
    data = bytearray(path.read_bytes())
    listed = data.rindex(SHEET.encode()) - 46
    assert data[listed : listed + 4] == b"PK\x01\x02"
    data[listed + 24 : listed + 28] = (10).to_bytes(4, "little")
    path.write_bytes(bytes(data))


def _scrambled(path: Path) -> None:
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as book:
        begin = book.getinfo(SHEET).header_offset + 80
    data[begin : begin + 40] = bytes(range(200, 240))
    path.write_bytes(bytes(data))


HOSTILE = {
    "ratio": (_bomb_ratio, "压缩炸弹"),
    "padding": (_bomb_padding, "超过 128 MB"),
    "doctype": (lambda path: _rewrite(path, SHEET, _doctype), "DTD"),
    "doctype in utf-16": (_wide_doctype, "DTD"),
    "far cell": (_far, "超出能读的"),
    "many parts": (_many_parts, "部件"),
    "zip slip": (_slip, "路径"),
    "macros": (lambda path: _rewrite(path, "xl/vbaProject.bin", lambda _: b"x"), "宏"),
    "external link": (lambda path: _rewrite(path, "xl/externalLinks/externalLink1.xml", lambda _: b"<x/>"), "链接"),
    "half a zip": (lambda path: path.write_bytes(path.read_bytes()[:2000]), "损坏"),
    "lying size": (_lying_size, "损坏"),
    "scrambled part": (_scrambled, "损坏"),
    "torn xml": (lambda path: _rewrite(path, SHEET, lambda xml: xml[: len(xml) // 2]), "损坏"),
    "no workbook": (lambda path: _zip(path, {"word/document.xml": b"<x/>"}), "不是 xlsx"),
}


def _zip(path: Path, parts: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as book:
        for name, data in parts.items():
            book.writestr(name, data)


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_workbooks_are_refused_fast_with_a_sentence(tmp_path: Path, case: str) -> None:
    make, word = HOSTILE[case]
    path = _book(tmp_path / "a.xlsx", [["工号", "姓名"], ["V001", "张三"]])
    make(path)
    started = clock.perf_counter()
    with pytest.raises(Refusal, match=word) as refusal:
        read_sheets(path)
    assert clock.perf_counter() - started < 2
    assert str(refusal.value).endswith("。")


def test_a_stray_format_far_away_does_not_refuse_the_table(tmp_path: Path) -> None:
    path = _book(tmp_path / "a.xlsx", [["工号"]])
    empty = b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    _rewrite(path, SHEET, lambda xml: xml.replace(b"</sheetData>", empty))
    assert [row.cells for row in read_sheets(path).sheets[0].rows] == [("工号",)]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, 10_000), st.binary(min_size=1, max_size=8)), min_size=1, max_size=5),
    st.booleans(),
)
def test_any_damage_to_a_workbook_is_read_or_refused(
    tmp_path: Path, wounds: list[tuple[int, bytes]], inside: bool
) -> None:
    def wound(data: bytes) -> bytes:
        out = bytearray(data)
        for place, patch in wounds:
            out[place % len(out) : place % len(out) + len(patch)] = patch
        return bytes(out)

    path = _book(tmp_path / "a.xlsx", [["工号", "姓名", "日期"], ["V001", "张三", datetime(2026, 3, 5, 8)]])
    if inside:
        for part in (SHEET, "xl/styles.xml", "xl/workbook.xml"):
            _rewrite(path, part, wound)
    else:
        path.write_bytes(wound(path.read_bytes()))
    try:
        sheets = read_sheets(path).sheets
    except Refusal as refusal:
        sentence = str(refusal)
        assert sentence.endswith("。")
    else:
        assert all(isinstance(cell, str) for sheet in sheets for row in sheet.rows for cell in row.cells)


@pytest.mark.parametrize("name", ["EncryptedPackage", "Workbook"])
def test_encrypted_and_broken_ole_files_are_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "secret.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + name.encode("utf-16-le") + bytes(2000))
    with pytest.raises(Refusal, match="密码" if name == "EncryptedPackage" else "损坏"):
        read_sheets(path)


def test_torn_xls_is_refused_or_read_never_crashes(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    for row in range(300):
        sheet.write(row, 0, f"V{row:03}")
    stream = io.BytesIO()
    book.save(stream)
    whole = stream.getvalue()
    path = tmp_path / "a.xls"
    sentences = []
    for share in range(1, 20):
        path.write_bytes(whole[: len(whole) * share // 20])
        try:
            read_sheets(path)
        except Refusal as refusal:
            sentences.append(str(refusal))
    assert all(sentence.endswith("。") for sentence in sentences)


@pytest.mark.parametrize("circle", ["sectors", "tables of sectors", "small sectors"])
def test_an_xls_that_runs_in_a_circle_is_refused_before_it_fills_the_memory(tmp_path: Path, circle: str) -> None:
    book = xlwt.Workbook()
    book.add_sheet("a").write(0, 0, "甲" * 300)
    stream = io.BytesIO()
    book.save(stream)
    spoilt = bytearray(stream.getvalue())
    (table,) = struct.unpack_from("<I", spoilt, 76)
    (directory,) = struct.unpack_from("<I", spoilt, 48)
    if circle == "sectors":
        struct.pack_into("<I", spoilt, (table + 1) * 512 + 4 * directory, directory)
    else:
        field = 68 if circle == "tables of sectors" else 60
        struct.pack_into("<I", spoilt, field, 0)
        struct.pack_into("<I", spoilt, 512 + 508, 0 if circle == "tables of sectors" else 127)
    path = tmp_path / "a.xls"
    path.write_bytes(spoilt)
    with pytest.raises(Refusal, match="损坏"):
        read_sheets(path)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "空文件"),
        (b"\x00" * 4096, "空文件"),
        (b"%PDF-1.7\n" + b"x" * 100, "PDF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "图片"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
        (bytes(range(256)) * 20, "二进制"),
        (b"a" * (MAX_FILE_BYTES + 1), "20 MB"),
    ],
    ids=["empty", "zeros", "pdf", "png", "html", "binary", "oversized"],
)
def test_files_that_are_no_tables_are_refused(tmp_path: Path, data: bytes, word: str) -> None:
    path = tmp_path / "table.xls"
    path.write_bytes(data)
    with pytest.raises(Refusal, match=word) as refusal:
        read_sheets(path)
    assert str(refusal.value).endswith("。")


def test_a_missing_file_is_trouble_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="找不到") as trouble:
        read_sheets(tmp_path / "没有.csv")
    assert trouble.value.remedy
