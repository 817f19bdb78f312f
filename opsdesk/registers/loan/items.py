"""The lines of a 借用单 as they are typed: what is lent, and what of it comes back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.models import LoanItem
from opsdesk.services import assets
from opsdesk.services.assets import AssetState
from opsdesk.services.errors import Finding, Refusal
from opsdesk.services.text import clean

MOST_LINES, MOST_PIECES, LONGEST = 30, 999, 50
PARTS = 3
"""Name, model and number stand before the quantity."""
EMPTY = frozenset({"", "-", "—", "/", "无"})
"""How a part that is not known is written."""
DIVIDED = re.compile(r"\s*[|｜\t，,]\s*")
WHOLE = re.compile(r"(\d{1,4})\s*[台件个只块条根套把]?", re.ASCII)
FORM = "名称 型号 编号 数量"


@dataclass(frozen=True)
class Item:
    """One line: an asset of the ledger, or something outside it with its own words."""

    name: str
    model: str
    asset_no: str
    quantity: int
    asset_id: int | None = None

    @property
    def written(self) -> str:
        """The line as it is typed; an asset by its number alone."""
        if self.asset_id is not None:
            return self.asset_no
        parts = [self.name, self.model or "-", self.asset_no or "-", str(self.quantity)]
        return (" | " if any(" " in part or DIVIDED.search(part) for part in parts) else " ").join(parts)


class _Doubt(Exception):
    """Raised on one line with the sentence of its finding."""


def read(connection: Connection, typed: str, key: str = "items") -> list[Item]:
    """The lines of a sheet. Refuses every line that cannot be read, all of them in one sentence."""
    found: list[Item] = []
    findings: list[Finding] = []
    lines = [(number, line) for number, line in enumerate(clean(typed).split("\n"), 1) if line.strip()]
    if not lines:
        raise Refusal("请填写“设备清单”，一行一项。", field=key)
    if len(lines) > MOST_LINES:
        raise Refusal(f"一张借用单最多 {MOST_LINES} 行，这里有 {len(lines)} 行。请分成几张。", field=key)
    for number, line in lines:
        try:
            item = _item(connection, line.strip())
            if item.asset_id is not None and item.asset_id in {each.asset_id for each in found}:
                raise _Doubt(f"{item.asset_no} 写了两次。请只留一行。")
            found.append(item)
        except _Doubt as doubt:
            findings.append(Finding(number, str(doubt), "设备清单", line))
    if findings:
        said = "".join(f"第 {each.row} 行：{each.reason}" for each in findings)
        raise Refusal(said, field=key, findings=tuple(findings))
    return found


def _item(connection: Connection, line: str) -> Item:
    parts = DIVIDED.split(line) if DIVIDED.search(line) else line.split()
    parts = [" ".join(part.split()) for part in parts]
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    if len(parts) == 1:
        return _of_ledger(connection, parts[0], 1)
    amount = WHOLE.fullmatch(parts[-1])
    words = parts[:-1] if amount else parts
    quantity = int(amount[1]) if amount else 1
    if len(words) == 1 and (known := assets.numbered(connection, words[0])) is not None:
        return _of_ledger(connection, known["asset_no"], quantity)
    if len(words) > PARTS:
        raise _Doubt(f"有 {len(parts)} 段，应是“{FORM}”。名称里有空格的，各段用“|”隔开。")
    name, model, number = [*("" if word in EMPTY else word for word in words), "", ""][:PARTS]
    if not name:
        raise _Doubt("没有写设备名称。")
    if not 1 <= quantity <= MOST_PIECES:
        raise _Doubt(f"数量要在 1 到 {MOST_PIECES} 之间。")
    if longest := next((part for part in (name, model, number) if len(part) > LONGEST), ""):
        raise _Doubt(f"“{longest[:10]}…”有 {len(longest)} 个字，最多 {LONGEST} 个。")
    if number and assets.numbered(connection, number) is not None:
        return _of_ledger(connection, number, quantity)
    return Item(name, model, number, quantity)


def _of_ledger(connection: Connection, asset_no: str, quantity: int) -> Item:
    asset = assets.numbered(connection, asset_no)
    if asset is None:
        raise _Doubt(f"“{asset_no}”不是台账里的资产编号。不在台账里的请写“{FORM}”。")
    if quantity != 1:
        raise _Doubt(f"{asset['asset_no']} 在台账里是一台，数量请写 1。")
    if asset["state"] == AssetState.SCRAPPED:
        raise _Doubt(f"{asset['asset_no']} {asset['name']}已经报废，不能借。")
    return Item(asset["name"], assets.kind_words(asset)[:LONGEST], asset["asset_no"], 1, asset["id"])


def rows(connection: Connection, loan_ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    """The lines of some loans in their order, by loan."""
    query = select(LoanItem.__table__).where(LoanItem.loan_id.in_(list(loan_ids))).order_by(LoanItem.id)
    found: dict[int, list[dict[str, Any]]] = {}
    for row in connection.execute(query).mappings():
        found.setdefault(row["loan_id"], []).append(dict(row))
    return found


def item_of(row: Mapping[str, Any]) -> Item:
    """A kept line as it was typed."""
    return Item(row["name"], row["model"], row["asset_no"], row["quantity"], row["asset_id"])


def named(row: Mapping[str, Any]) -> str:
    """A line in words: 笔记本电脑 ThinkPad T14 ZC-0001."""
    return " ".join(part for part in (row["name"], row["model"], row["asset_no"]) if part)


def back(lines: Sequence[Mapping[str, Any]], typed: str) -> dict[int, int]:
    """How many of each line come back now, by the line's id; nothing typed is everything still out.

    A line names an item by its place on the sheet, its number or its name, and then how many; without a figure all of
    it. Refuses every line that cannot be read.
    """
    open_lines = {row["id"]: row["quantity"] - row["returned"] for row in lines}
    written = [(number, line.split()) for number, line in enumerate(clean(typed).split("\n"), 1) if line.strip()]
    if not written:
        return {row_id: pieces for row_id, pieces in open_lines.items() if pieces}
    found: dict[int, int] = {}
    findings: list[Finding] = []
    for number, parts in written:
        try:
            row, pieces = _back(lines, parts)
            rest = open_lines[row["id"]]
            if row["id"] in found:
                raise _Doubt(f"{row['name']}写了两次。请合成一行。")
            if not 1 <= (pieces or rest) <= rest:
                raise _Doubt(f"{row['name']}还有 {rest} 件没还，数量不能写 {pieces}。" if rest else "这一项已经还清。")
            found[row["id"]] = pieces or rest
        except _Doubt as doubt:
            findings.append(Finding(number, str(doubt), "归还数量", " ".join(parts)))
    if findings:
        said = "".join(f"第 {each.row} 行：{each.reason}" for each in findings)
        raise Refusal(said, field="lines", findings=tuple(findings))
    return found


def _back(lines: Sequence[Mapping[str, Any]], parts: Sequence[str]) -> tuple[Mapping[str, Any], int | None]:
    amount = WHOLE.fullmatch(parts[-1]) if len(parts) > 1 else None
    wanted = " ".join(parts[:-1] if amount else parts).rstrip(".、．")
    if amount and not int(amount[1]):
        raise _Doubt("数量要大于 0。")
    if wanted.isascii() and wanted.isdigit() and 1 <= int(wanted) <= len(lines):
        return lines[int(wanted) - 1], int(amount[1]) if amount else None
    for key in ("asset_no", "name"):
        fitting = [row for row in lines if row[key] and row[key].casefold() == wanted.casefold()]
        if len(fitting) == 1:
            return fitting[0], int(amount[1]) if amount else None
    raise _Doubt(f"单上没有“{wanted}”，或者不止一项。请写序号和数量，例如 2 1。")
