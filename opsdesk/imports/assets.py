"""The asset ledger (F12) as a list: one device a row, every doubt a finding with column and value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from pathlib import Path

from opsdesk.imports.columns import (
    Column,
    Heading,
    Read,
)
from opsdesk.imports.listed import Cells, Doubt, Reader, read_list
from opsdesk.imports.when import Numeral
from opsdesk.services import money
from opsdesk.services.assets import AssetState
from opsdesk.services.errors import Finding

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
_CELLS = Cells(
    COLUMNS,
    {"asset_no": 32, "serial": 60, "config": 200, "user": 30, "owner": 30, "repairs": 1000, "remarks": 1000},
)
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


def read_assets(path: Path) -> Read[AssetRow]:
    """Read an asset ledger by its headings; rows with findings are left out of `rows`. `value` is in 分."""
    return read_list(path, _CELLS, _READ, what="设备台账", make=AssetRow, against=_disorder, repeated=_repeated)


def _disorder(asset: AssetRow, heading: Heading) -> Finding | None:
    if asset.bought_on and asset.warranty_until and asset.warranty_until < asset.bought_on:
        reason = f"保修到期早于购置日期 {asset.bought_on}。请核对这两个日期。"
        return Finding(asset.row, reason, heading.name("warranty_until"), str(asset.warranty_until))
    return None


def _asset_no(field: str, text: str) -> str:
    _CELLS.required(field, text)
    return "".join(_CELLS.number(field, text).split())


def _value(field: str, text: str) -> int | None:
    value = _CELLS.text(field, text)
    if not value.strip("-—/"):
        return None
    try:
        if isinstance(text, Numeral):
            value = _plain(value)
        return money.read_fen(value)
    except ValueError:
        raise Doubt(f"{_CELLS.heading(field)}要写成数字，单位是元，最多两位小数，例如 12800.00。") from None


def _plain(value: str) -> str:
    """A sheet's own number with its cents; what binary fractions add behind them is taken away."""
    number = Decimal(value) if "e" not in value.lower() else Decimal(str(float(value)))
    cents = number.quantize(_CENT, ROUND_HALF_UP)
    return f"{cents:f}" if abs(number - cents) < _NEAR else value


def _state(field: str, text: str) -> str:
    value = _CELLS.text(field, text)
    if not value:
        return ""
    if value not in _STATE:
        raise Doubt(f"没有“{value}”这种状态。请填{'、'.join(AssetState)}之一。")
    return str(_STATE[value])


_READ: Mapping[str, Reader] = {
    "asset_no": _asset_no,
    "category": _CELLS.required,
    "name": _CELLS.required,
    "serial": _CELLS.number,
    "bought_on": partial(_CELLS.day, since=1950),
    "warranty_until": partial(_CELLS.day, since=1950),
    "value": _value,
    "state": _state,
    "repairs": _CELLS.long_text,
    "remarks": _CELLS.long_text,
}


def _repeated(rows: Sequence[AssetRow], heading: Heading) -> Iterator[Finding]:
    """Asset numbers that two rows share, capitals or not."""
    first: dict[str, AssetRow] = {}
    for asset in rows:
        before = first.setdefault(asset.asset_no.casefold(), asset)
        if before is not asset:
            reason = f"资产编号与第 {before.row} 行（{before.name}）重复。请核对后只留一个。"
            yield Finding(asset.row, reason, heading.name("asset_no"), asset.asset_no)
