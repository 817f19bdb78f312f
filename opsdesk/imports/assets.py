"""The asset ledger (F12) as a list: one device a row, every doubt a finding with column and value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from opsdesk.imports.columns import (
    Column,
    Heading,
    Read,
    best_sheet,
    formula_error,
    require,
    synonyms,
)
from opsdesk.imports.sheets import read_sheets
from opsdesk.imports.table import Row
from opsdesk.imports.when import Numeral, parse_day
from opsdesk.services import money
from opsdesk.services.assets import AssetState
from opsdesk.services.errors import Finding
from opsdesk.services.text import clean, one_line

COLUMNS = (
    Column(
        "asset_no",
        "资产编号",
        "每台一个，不能重复，最多 32 个字。",
        "ZC-2026-0001",
        ("资产编码", "设备编号", "固定资产编号", "资产号", "编号"),
        required=True,
    ),
    Column(
        "category",
        "分类",
        "设备的类别，最多 50 个字。",
        "服务器",
        ("类别", "资产分类", "资产类别", "设备分类", "设备类别"),
        required=True,
    ),
    Column(
        "name",
        "设备名称",
        "最多 50 个字。",
        "机架式服务器",
        ("名称", "资产名称"),
        required=True,
    ),
    Column("brand", "品牌", "可以空着。", "示例牌", ("厂牌", "厂商", "生产厂家")),
    Column("model", "型号", "可以空着。", "R5300", ("规格型号", "设备型号", "规格")),
    Column("serial", "序列号", "机身上的序列号，可以空着。", "SN0012345678", ("SN", "S/N", "序列号(S/N)", "出厂编号")),
    Column("config", "配置", "处理器、内存、硬盘等，最多 200 个字。", "2 路 16 核，128 GB", ("配置信息", "硬件配置")),
    Column(
        "bought_on",
        "购置日期",
        "写成 2026-03-05，可以空着。",
        "2024-06-18",
        ("采购日期", "购买日期", "购入日期", "入库日期"),
    ),
    Column(
        "value",
        "原值",
        "单位是元，最多两位小数，可以空着。",
        "12800.00",
        ("原值(元)", "资产原值", "金额", "单价", "价格"),
    ),
    Column("dept", "使用部门", "可以空着。", "信息中心", ("部门", "所属部门", "使用科室")),
    Column("user", "使用人", "可以空着。", "刘芳", ("领用人", "保管人", "使用者")),
    Column("place", "存放地点", "可以空着。", "中心机房", ("存放位置", "地点", "位置", "安装位置")),
    Column(
        "state",
        "状态",
        f"填{'、'.join(AssetState)}之一；空着时有使用人是在用，没有是闲置。",
        "在用",
        ("资产状态", "使用状态", "设备状态"),
    ),
    Column("owner", "责任人", "可以空着。", "刘芳", ("负责人", "管理人")),
    Column(
        "warranty_until",
        "保修到期",
        "写成 2026-03-05，可以空着。",
        "2027-06-17",
        ("保修到期日", "质保到期", "保修期至", "维保到期"),
    ),
    Column("repairs", "维修记录", "以前的维修，可以空着。", "", ("维修情况", "维护记录")),
    Column("remarks", "备注", "可以空着。", "", ("说明",)),
)
"""The ledger's columns, in the order of our template."""

STATES = {
    AssetState.USED: ("在用", "使用中", "使用", "正常", "在用中", "运行"),
    AssetState.SPARE: ("闲置", "空闲", "库存", "备用", "在库"),
    AssetState.REPAIR: ("维修", "维修中", "送修", "在修", "故障"),
    AssetState.SCRAPPED: ("报废", "已报废", "待报废", "作废"),
    AssetState.LENT: ("借出", "外借", "已借出"),
}
_STATE = {word: state for state, words in STATES.items() for word in words}
_NAMES = synonyms(COLUMNS)
_HEADINGS = {column.field: column.heading for column in COLUMNS}
_LONGEST = {"asset_no": 32, "serial": 60, "config": 200, "user": 30, "owner": 30, "repairs": 1000, "remarks": 1000}
_CENT = Decimal("0.01")
_NEAR = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class AssetRow:
    """One device as the ledger has it; `row` is the row in the file, None or "" where a cell is empty."""

    row: int
    asset_no: str
    category: str
    name: str
    brand: str = ""
    model: str = ""
    serial: str = ""
    config: str = ""
    bought_on: date | None = None
    value: int | None = None
    dept: str = ""
    user: str = ""
    place: str = ""
    state: str = ""
    owner: str = ""
    warranty_until: date | None = None
    repairs: str = ""
    remarks: str = ""


class _Doubt(Exception):
    """Raised on one value with the sentence of its finding."""


def read_assets(path: Path) -> Read[AssetRow]:
    """Read an asset ledger by its headings; rows with findings are left out of `rows`. `value` is in 分.

    A row may have several findings, so rows_read == len(rows) + the number of different rows in `findings`.
    """
    book = read_sheets(path)
    found = best_sheet(book.sheets, _NAMES)
    heading = require(found[1] if found else None, COLUMNS, "设备台账")
    rows: list[AssetRow] = []
    findings: list[Finding] = []
    filled = found[0].rows[heading.at + 1 :] if found else ()
    for row in filled:
        doubts: list[Finding] = []
        asset = _asset(row, heading, doubts)
        findings.extend(doubts)
        if asset is not None and not doubts:
            rows.append(asset)
    repeated = list(_repeated(rows, heading))
    bad = {finding.row for finding in repeated}
    kept = tuple(asset for asset in rows if asset.row not in bad)
    findings = sorted([*findings, *repeated], key=lambda finding: finding.row)
    return Read(kept, tuple(findings), len(filled), book.sha256, heading.unknown)


def _asset(row: Row, heading: Heading, doubts: list[Finding]) -> AssetRow | None:
    if row.fault:
        doubts.append(Finding(row.number, row.fault, "", " ".join(row.cells)[:80]))
        return None
    values: dict[str, object] = {}
    for column in COLUMNS:
        text = heading.value(row, column.field)
        try:
            values[column.field] = _READ.get(column.field, _text)(column.field, text)
        except _Doubt as doubt:
            title = heading.name(column.field) or column.heading
            doubts.append(Finding(row.number, str(doubt), title, one_line(text)[:80]))
    if doubts:
        return None
    asset = AssetRow(row=row.number, **values)  # type: ignore[arg-type]  # _READ gives each field its own type
    if asset.bought_on and asset.warranty_until and asset.warranty_until < asset.bought_on:
        reason = f"保修到期早于购置日期 {asset.bought_on}。请核对这两个日期。"
        doubts.append(Finding(row.number, reason, heading.name("warranty_until"), str(asset.warranty_until)))
    return asset


def _fit(field: str, value: str) -> str:
    if formula_error(value):
        raise _Doubt(f"单元格里是公式错误“{value}”，不是内容。请改成真实的值。")
    if "\ufffd" in value:
        raise _Doubt("里面有认不出的字，可能是文件损坏或编码不对。请重新导出，或改正这一格。")
    longest = _LONGEST.get(field, 50)
    if len(value) > longest:
        raise _Doubt(f"{_HEADINGS[field]}有 {len(value)} 个字，最多 {longest} 个。请改短。")
    return value


def _text(field: str, text: str) -> str:
    return _fit(field, one_line(text))


def _long(field: str, text: str) -> str:
    return _fit(field, clean(text))


def _required(field: str, text: str) -> str:
    value = _text(field, text)
    if not value:
        raise _Doubt(f"{_HEADINGS[field]}是空的。请补上。")
    return value


def _code(field: str, text: str) -> str:
    """A number that is a name: refused where the sheet has rounded its last digits away."""
    value = _text(field, text)
    if isinstance(text, Numeral) and len(value) > 15:
        raise _Doubt(f"{_HEADINGS[field]}超过 15 位，Excel 已经丢了后几位。请把这一列设成文本格式后重填。")
    return value


def _asset_no(field: str, text: str) -> str:
    _required(field, text)
    return "".join(_code(field, text).split())


def _day(field: str, text: str) -> date | None:
    if not _text(field, text).strip("-—/"):
        return None
    day = parse_day(text, since=1950)
    if day is None:
        raise _Doubt(f"{_HEADINGS[field]}认不出来或不存在。请写成 2026-03-05 这样。")
    return day


def _value(field: str, text: str) -> int | None:
    value = _text(field, text)
    if not value.strip("-—/"):
        return None
    try:
        if isinstance(text, Numeral):
            value = _plain(value)
        return money.read_fen(value)
    except ValueError:
        raise _Doubt(f"{_HEADINGS[field]}要写成数字，单位是元，最多两位小数，例如 12800.00。") from None


def _plain(value: str) -> str:
    """A sheet's own number with its cents; what binary fractions add behind them is taken away."""
    number = Decimal(value) if "e" not in value.lower() else Decimal(str(float(value)))
    cents = number.quantize(_CENT, ROUND_HALF_UP)
    return f"{cents:f}" if abs(number - cents) < _NEAR else value


def _state(field: str, text: str) -> str:
    value = _text(field, text)
    if not value:
        return ""
    if value not in _STATE:
        raise _Doubt(f"没有“{value}”这种状态。请填{'、'.join(AssetState)}之一。")
    return str(_STATE[value])


_READ: dict[str, Callable[[str, str], object]] = {
    "asset_no": _asset_no,
    "category": _required,
    "name": _required,
    "serial": _code,
    "bought_on": _day,
    "warranty_until": _day,
    "value": _value,
    "state": _state,
    "repairs": _long,
    "remarks": _long,
}


def _repeated(rows: list[AssetRow], heading: Heading) -> Iterator[Finding]:
    """Asset numbers that two rows share, capitals or not."""
    first: dict[str, AssetRow] = {}
    for asset in rows:
        before = first.setdefault(asset.asset_no.casefold(), asset)
        if before is not asset:
            reason = f"资产编号与第 {before.row} 行（{before.name}）重复。请核对后只留一个。"
            yield Finding(asset.row, reason, heading.name("asset_no"), asset.asset_no)
