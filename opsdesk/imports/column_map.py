"""Which column of a foreign file is which of our fields, said once in a TOML file or in the window, and remembered."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from opsdesk.imports import day_order
from opsdesk.services.errors import Refusal, Trouble, system_said
from opsdesk.services.text import one_line

PARTS = {"columns": "列的对照", "dates": "日期格式", "values": "值的对照"}
MOST_BYTES = 1_000_000


@dataclass(frozen=True)
class ColumnMap:
    """A foreign file in our terms: field → its heading; how its dates are written; field → its word → ours.

    Without `columns` the headings are recognised. `accepted` are words by field that become choices of the site, with
    `create` all of them do. `order` is that of day and month in earlier files of these headings.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    dates: str = ""
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    accepted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    create: bool = False
    order: str = ""

    def body(self) -> str:
        """The map as it is kept."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)


def of_body(body: str) -> ColumnMap:
    """A map as it was kept."""
    parts = json.loads(body)
    accepted = {key: tuple(words) for key, words in parts["accepted"].items()}
    return ColumnMap(**{**parts, "accepted": accepted})


def read_map(path: Path, *, fields: Collection[str], worded: Collection[str]) -> ColumnMap:
    """Read a map from TOML: [columns] our field = their heading, [dates] format, [values.field] their word = ours.

    Refuses what is no TOML, what it does not know, and a date format that cannot be one.
    """
    parts = _parsed(path)
    _refuse_unknown(path, "", parts, PARTS)
    columns = _texts(path, "columns", parts.get("columns", {}))
    _refuse_unknown(path, "[columns] 里", columns, fields)
    dates = _texts(path, "dates", parts.get("dates", {}))
    _refuse_unknown(path, "[dates] 里", dates, ("format",))
    values = parts.get("values", {})
    if not isinstance(values, dict):
        raise _refusal(path, "[values] 要按字段分开写，例如 [values.severity]")
    _refuse_unknown(path, "[values] 里", values, worded)
    written = one_line(dates.get("format", ""))
    if written:
        day_order.given(written)
    return ColumnMap(columns, written, {key: _texts(path, f"values.{key}", words) for key, words in values.items()})


def _parsed(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        if not path.exists():
            raise Refusal(f"找不到 MAP 文件 {path}。请核对文件名和所在文件夹。", field="map") from None
        raise Trouble(f"打不开 MAP 文件“{path.name}”（{system_said(error)}）。", remedy="请核对文件和权限。") from error
    if len(data) > MOST_BYTES:
        raise _refusal(path, "超过 1 MB，不像是列的对照")
    try:
        return tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError:
        raise _refusal(path, "不是 UTF-8 编码的文本") from None
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+), column (\d+)", str(error))
        where = f"第 {place[1]} 行第 {place[2]} 个字附近" if place else "末尾"
        raise _refusal(path, f"{where}不合 TOML 的写法，文字要加双引号") from None
    except RecursionError:
        raise _refusal(path, "嵌套太深，不像是列的对照") from None


def _refuse_unknown(path: Path, where: str, found: Mapping[str, Any], known: Collection[str]) -> None:
    if strange := [key for key in found if key not in known]:
        raise _refusal(path, f"{where}没有“{'、'.join(strange[:5])}”这个名称，可用：{'、'.join(known)}")


def _texts(path: Path, part: str, found: object) -> dict[str, str]:
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        raise _refusal(path, f'[{part}] 里每一项都要写成 名称 = "文字"')
    return {key: one_line(value) for key, value in found.items()}


def _refusal(path: Path, what: str) -> Refusal:
    return Refusal(f"MAP 文件“{path.name}”{what}。请改正后再导入。", field="map")
