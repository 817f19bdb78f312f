"""The asset ledger read from sheets: headings, prices, states, and what each doubt says."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from opsdesk.imports.assets import COLUMNS, STATES, AssetRow, read_assets
from opsdesk.services.assets import AssetState
from opsdesk.services.errors import Refusal

GOOD = {"资产编号": "ZC-1", "分类": "服务器", "设备名称": "机架式服务器"}


def book(path: Path, rows: list[list[object]]) -> Path:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    made.save(path)
    return path


def csv(path: Path, *rows: dict[str, str]) -> Path:
    headings = list(dict.fromkeys(key for row in rows for key in row))
    lines = [",".join(f'"{cell}"' for cell in headings)]
    lines += [",".join(f'"{row.get(heading, "")}"' for heading in headings) for row in rows]
    path.write_text("\n".join(lines), encoding="utf-8-sig")
    return path


def one(path: Path, **more: str) -> AssetRow:
    read = read_assets(csv(path / "a.csv", {**GOOD, **more}))
    assert read.findings == ()
    (row,) = read.rows
    return row


def test_a_whole_device_under_a_title(tmp_path: Path) -> None:
    cells = [
        "ZC-1", "服务器", "机架式服务器", "示例牌", "R5300", "SN001", "2 路 16 核\n128 GB",
        datetime(2024, 6, 18), 128000.5, "信息中心", "刘芳", "中心机房", "使用中", "李主任", "2027年6月17日",
        "2025-01-02 换风扇\n2025-03-04 换电源", "重点",
    ]  # fmt: skip
    path = book(tmp_path / "a.xlsx", [["设备台账"], [], [column.heading for column in COLUMNS], cells])
    read = read_assets(path)
    assert (read.findings, read.rows_read, read.unknown_columns) == ((), 1, ())
    assert read.rows == (
        AssetRow(
            row=4, asset_no="ZC-1", category="服务器", name="机架式服务器", brand="示例牌", model="R5300",
            serial="SN001", config="2 路 16 核 128 GB", bought_on=date(2024, 6, 18), value=12800050, dept="信息中心",
            user="刘芳", place="中心机房", state="在用", owner="李主任", warranty_until=date(2027, 6, 17),
            repairs="2025-01-02 换风扇\n2025-03-04 换电源", remarks="重点",
        ),
    )  # fmt: skip


def test_headings_go_by_many_names_in_any_order(tmp_path: Path) -> None:
    read = read_assets(
        csv(
            tmp_path / "a.csv",
            {"固定资产编号*": "ZC-1", "资产名称": "投影仪", "资产类别": "办公", "S/N": "1", "数量": "1"},
        )
    )
    row = read.rows[0]
    assert (row.asset_no, row.name, row.category, row.serial) == ("ZC-1", "投影仪", "办公", "1")
    assert read.unknown_columns == ("数量",)


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("12800", 1280000), ("12,800.50", 1280050), ("￥300", 30000), ("¥ 0.01", 1), ("450 元", 45000), ("", None),
        ("-", None), ("/", None), ("0", 0), ("999999999999.99", 99999999999999),
    ],
)  # fmt: skip
def test_prices_as_people_write_them(tmp_path: Path, typed: str, fen: int | None) -> None:
    assert one(tmp_path, 原值=typed).value == fen


@pytest.mark.parametrize(
    ("number", "fen"), [(12800.5, 1280050), (0.1 + 0.2, 30), (1.1 * 3, 330), (12800, 1280000), (0.005, None)]
)
def test_prices_that_the_sheet_holds_as_numbers(tmp_path: Path, number: float, fen: int | None) -> None:
    path = book(tmp_path / "a.xlsx", [[*GOOD, "原值"], [*GOOD.values(), number]])
    read = read_assets(path)
    if fen is None:
        assert [finding.column for finding in read.findings] == ["原值"]
    else:
        assert read.rows[0].value == fen


@pytest.mark.parametrize(("state", "word"), [(state, word) for state, words in STATES.items() for word in words])
def test_states_go_by_many_words(tmp_path: Path, state: AssetState, word: str) -> None:
    assert one(tmp_path, 状态=word).state == str(state)


@pytest.mark.parametrize(
    ("column", "value", "word"),
    [
        ("资产编号", "", "空的"),
        ("资产编号", "Z" * 33, "最多 32"),
        ("资产编号", "#N/A", "公式错误"),
        ("分类", "", "空的"),
        ("设备名称", "", "空的"),
        ("设备名称", "机" * 51, "最多 50"),
        ("配置", "配" * 201, "最多 200"),
        ("原值", "一万", "最多两位小数"),
        ("原值", "-5", "最多两位小数"),
        ("原值", "1.234", "最多两位小数"),
        ("原值", "1000000000000", "最多两位小数"),
        ("购置日期", "2026-02-30", "不存在"),
        ("保修到期", "2020-01-01", "早于购置日期"),
        ("状态", "丢了", "没有“丢了”这种状态"),
    ],
)
def test_each_doubt_is_a_finding_with_column_and_value(tmp_path: Path, column: str, value: str, word: str) -> None:
    row = {**GOOD, "购置日期": "2024-06-18", column: value}
    read = read_assets(csv(tmp_path / "a.csv", row, {**GOOD, "资产编号": "ZC-2"}))
    assert [(finding.row, finding.column, finding.value) for finding in read.findings] == [(2, column, value[:80])]
    assert word in read.findings[0].reason
    assert read.findings[0].reason.endswith("。")
    assert [asset.asset_no for asset in read.rows] == ["ZC-2"]
    assert read.rows_read == 2


@pytest.mark.parametrize(
    ("column", "value"),
    [("资产编号", "Z" * 32), ("设备名称", "机" * 50), ("配置", "配" * 200), ("保修到期", "2024-06-18")],
)
def test_values_on_the_boundary_pass(tmp_path: Path, column: str, value: str) -> None:
    read = read_assets(csv(tmp_path / "a.csv", {**GOOD, "购置日期": "2024-06-18", column: value}))
    assert (len(read.rows), read.findings) == (1, ())


def test_numbers_shared_by_two_devices_are_findings(tmp_path: Path) -> None:
    read = read_assets(csv(tmp_path / "a.csv", GOOD, {**GOOD, "资产编号": "zc-1"}, {**GOOD, "资产编号": "ZC-3"}))
    assert [(finding.row, finding.column, finding.value) for finding in read.findings] == [(3, "资产编号", "zc-1")]
    assert "第 2 行（机架式服务器）" in read.findings[0].reason
    assert [asset.asset_no for asset in read.rows] == ["ZC-1", "ZC-3"]


def test_long_numbers_that_excel_has_rounded_are_doubted(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx", [[*GOOD, "序列号"], [*GOOD.values(), 4.4e17], ["ZC-2", "仪表", "示波器", "SN" * 20]]
    )
    read = read_assets(path)
    assert [(finding.column, finding.value) for finding in read.findings] == [("序列号", "440000000000000000")]
    assert len(read.rows) == 1


def test_missing_columns_and_missing_headings_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="缺少列：分类"):
        read_assets(csv(tmp_path / "a.csv", {"资产编号": "ZC-1", "设备名称": "投影仪"}))
    with pytest.raises(Refusal, match="资产编号、分类、设备名称"):
        read_assets(csv(tmp_path / "b.csv", {"a": "1", "b": "2"}))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.text(max_size=20), min_size=1, max_size=6), max_size=8))
def test_any_cells_are_rows_or_findings(tmp_path: Path, cells: list[list[str]]) -> None:
    lines = ["资产编号\t分类\t设备名称\t原值\t购置日期\t状态", *("\t".join(row) for row in cells)]
    if any(mark < " " and mark not in "\t\r\n" for line in lines for mark in line):
        return  # control characters are the matter of test_read_sheets
    path = tmp_path / "a.tsv"
    path.write_text("\n".join(lines), encoding="utf-8")
    read = read_assets(path)
    assert read.rows_read == len(read.rows) + len({finding.row for finding in read.findings})
    assert all(asset.asset_no and asset.name and asset.category for asset in read.rows)
