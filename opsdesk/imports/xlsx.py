"""Workbooks from strangers, read as a stream of filled cells under fixed limits.

Libraries build a sheet as one dense block or copy each shared string into each cell: a file of 5 KB with one far cell,
or one long text used 20,000 times, then fills gigabytes. Here only filled cells cost memory, a part is never trusted
for its declared size, any DTD ends the reading (in every encoding expat knows), and the declared dimension is ignored:
WPS writes A1:A1 over full sheets.
"""

from __future__ import annotations

import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import IO
from xml.parsers import expat

from opsdesk.imports.files import Source
from opsdesk.imports.numbers import builtin_shows, shown_number, shows
from opsdesk.imports.table import MAX_COLUMNS, MAX_ROWS, Row, Sheet
from opsdesk.services.errors import Refusal
from opsdesk.services.text import clean

MAX_ENTRIES = 400
MAX_RATIO = 200
MAX_UNPACKED = 128 * 1024 * 1024
"""100,000 punches in 8 columns unpack to 38 MB; the 29 columns of 考勤明细 need three times that."""
MAX_CELLS = 6_000_000
"""Cells of padded rows: 200,000 rows of 29 columns."""
_SMALL_PART = 1024 * 1024
_CHUNK = 64 * 1024

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LETTERS = re.compile("[A-Z]{1,3}")


Attributes = dict[str, str]


_BROKEN = (EOFError, OSError, ValueError, OverflowError, NotImplementedError, RuntimeError, struct.error)
"""What zipfile and the number formats raise besides their own errors on a damaged package."""


class _Hostile(Exception):
    """Raised inside the stream of a part with the sentence that refuses the file."""


def read_workbook(source: Source) -> tuple[Sheet, ...]:
    """The visible sheets with their filled rows; hostile, encrypted, broken or foreign packages are refused."""
    try:
        with zipfile.ZipFile(BytesIO(source.data)) as package:
            names = _guard(package)
            return _sheets(package, names)
    except _Hostile as reason:
        raise Refusal(f"“{source.name}”没有读：{reason}", field="file") from None
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, *_BROKEN) as error:
        raise Refusal(
            f"“{source.name}”已损坏或不完整，读不出来。请用 Excel 或 WPS 打开并另存为 xlsx，或重新复制一份。",
            field="file",
        ) from error


def _guard(package: zipfile.ZipFile) -> frozenset[str]:
    parts = package.infolist()
    names = frozenset(part.filename for part in parts)
    lower = {name.lower() for name in names}
    if len(parts) > MAX_ENTRIES:
        raise _Hostile(f"里面有 {len(parts)} 个部件，超过 {MAX_ENTRIES} 个。请把数据复制到新表另存。")
    if len(lower) != len(parts):
        raise _Hostile("里面有重名的部件，不是正常保存的表格。请把数据复制到新表另存。")
    if any(name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") for name in names):
        raise _Hostile("里面有指向文件外面的路径，不是正常保存的表格。")
    if any(part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for part in parts):
        raise _Hostile("压缩方式不是表格用的那一种。请用 Excel 或 WPS 打开并另存为 xlsx。")
    if any(part.flag_bits & 1 for part in parts):
        raise _Hostile("文件加了密码。请先去掉密码再导入。")
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED:
        raise _Hostile(f"展开后有 {unpacked / 1_048_576:.0f} MB，超过 128 MB。请按月拆成几个文件，或另存为 CSV。")
    if any(part.file_size > max(_SMALL_PART, part.compress_size * MAX_RATIO) for part in parts):
        raise _Hostile("压缩率异常，像是压缩炸弹。请把数据复制到新表另存，或另存为 CSV。")
    if any(name.endswith("vbaproject.bin") or name.startswith("xl/macrosheets/") for name in lower):
        raise _Hostile("里面带有宏。请另存为不带宏的 xlsx 再导入。")
    if any(name.startswith("xl/externallinks/") for name in lower):
        raise _Hostile("里面链接着别的工作簿。请在“数据-编辑链接”里断开链接，或另存为 CSV 再导入。")
    if "xl/workbook.xml" not in lower:
        raise _Hostile("它不是 xlsx 工作簿。请用 Excel 或 WPS 另存为 xlsx，或选择 csv、xls、dat 文件。")
    return names


def _sheets(package: zipfile.ZipFile, names: frozenset[str]) -> tuple[Sheet, ...]:
    by_lower = {name.lower(): name for name in names}

    def opened(path: str) -> IO[bytes] | None:
        name = by_lower.get(path.lower())
        return package.open(name) if name else None

    listed, base_1904 = _listed_sheets(opened("xl/workbook.xml"))
    targets = _targets(opened("xl/_rels/workbook.xml.rels"))
    strings = _shared_strings(opened("xl/sharedStrings.xml"))
    styles = _styles(opened("xl/styles.xml"))
    budget = [MAX_CELLS]
    sheets = []
    for name, relation in listed:
        part = opened(targets.get(relation, ""))
        if part is not None:
            stream = _SheetStream(strings, styles, 1462 if base_1904 else 0, budget)
            _parse(part, stream.start, stream.end, stream.text)
            sheets.append(Sheet(clean(name), tuple(stream.rows)))
    if not sheets:
        raise _Hostile("里面没有工作表。请确认选对了文件。")
    return tuple(sheets)


def _parse(
    part: IO[bytes],
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Feed one part to expat; a DTD of any kind ends it, so no entity can ever expand."""

    def no_dtd(*_: object) -> None:
        raise _Hostile("里面有 DTD 声明，正常保存的表格不会有。请把数据复制到新表另存。")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = no_dtd
    parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    if text is not None:
        parser.CharacterDataHandler = text
    with part:
        while chunk := part.read(_CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)


def _local(tag: str) -> str:
    return tag.rpartition(":")[2] if ":" in tag else tag


def _listed_sheets(part: IO[bytes] | None) -> tuple[list[tuple[str, str]], bool]:
    found: list[tuple[str, str]] = []
    base_1904 = False

    def start(tag: str, attributes: Attributes) -> None:
        nonlocal base_1904
        if _local(tag) == "sheet" and attributes.get("state", "visible") == "visible":
            relation = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            found.append((attributes.get("name", ""), relation))
        elif _local(tag) == "workbookPr":
            base_1904 = attributes.get("date1904", "0").lower() in {"1", "true", "on"}

    if part is not None:
        _parse(part, start)
    return found, base_1904


def _targets(part: IO[bytes] | None) -> dict[str, str]:
    found: dict[str, str] = {}

    def start(tag: str, attributes: Attributes) -> None:
        if _local(tag) == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "").replace("\\", "/")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            found[attributes.get("Id", "")] = path

    if part is not None:
        _parse(part, start)
    return found


def _shared_strings(part: IO[bytes] | None) -> list[str]:
    """Texts in order; runs of rich text are joined, phonetic readings (rPh) left out."""
    strings: list[str] = []
    pieces: list[str] = []
    inside = [False, False]  # in <t>, in <rPh>

    def start(tag: str, _: Attributes) -> None:
        local = _local(tag)
        if local == "t":
            inside[0] = not inside[1]
        elif local == "rPh":
            inside[1] = True

    def text(data: str) -> None:
        if inside[0]:
            pieces.append(data)

    def end(tag: str) -> None:
        local = _local(tag)
        if local == "t":
            inside[0] = False
        elif local == "rPh":
            inside[1] = False
        elif local == "si":
            strings.append(_unescaped("".join(pieces)))
            pieces.clear()

    if part is not None:
        _parse(part, start, end, text)
    return strings


def _unescaped(text: str) -> str:
    if "_x" in text:
        text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    return clean(text)


def _styles(part: IO[bytes] | None) -> list[tuple[bool, bool]]:
    """For each cell style whether its number format shows a day and whether it shows a time."""
    formats: dict[int, tuple[bool, bool]] = {}
    styles: list[tuple[bool, bool]] = []
    in_cells = [False]

    def start(tag: str, attributes: Attributes) -> None:
        local = _local(tag)
        if local == "numFmt":
            formats[_whole(attributes.get("numFmtId"))] = shows(attributes.get("formatCode", ""))
        elif local == "cellXfs":
            in_cells[0] = True
        elif local == "xf" and in_cells[0]:
            number = _whole(attributes.get("numFmtId"))
            styles.append(formats.get(number, builtin_shows(number)))

    def end(tag: str) -> None:
        if _local(tag) == "cellXfs":
            in_cells[0] = False

    if part is not None:
        _parse(part, start, end)
    return styles


def _whole(text: str | None, default: int = 0) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else default


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


class _SheetStream:
    """Hears one sheet part from expat and keeps its filled rows; only what is filled costs memory."""

    def __init__(self, strings: list[str], styles: list[tuple[bool, bool]], shift: int, budget: list[int]) -> None:
        self.rows: list[Row] = []
        self._strings, self._styles, self._shift, self._budget = strings, styles, shift, budget
        self._columns: dict[str, int] = {}
        self._cells: dict[int, str] = {}
        self._pieces: list[str] = []
        self._row, self._column = 0, -1
        self._kind = self._style = ""
        self._reading = self._phonetic = False

    def start(self, tag: str, attributes: Attributes) -> None:
        """An element begins: note where the cell stands, by its reference or else by counting."""
        local = tag.rpartition(":")[2] if ":" in tag else tag
        if local == "c":
            self._kind, self._style = attributes.get("t", ""), attributes.get("s", "")
            reference = attributes.get("r", "")
            letters = reference.rstrip("0123456789")
            if letters not in self._columns and _LETTERS.fullmatch(letters):
                self._columns[letters] = _column(letters)
            self._column = self._columns.get(letters, self._column + 1)
        elif local in {"v", "t"}:
            self._reading = not self._phonetic
        elif local == "rPh":
            self._phonetic = True
        elif local == "row":
            self._row = _whole(attributes.get("r"), self._row + 1)
            self._column = -1

    def text(self, data: str) -> None:
        """Text between elements counts inside a value only."""
        if self._reading:
            self._pieces.append(data)

    def end(self, tag: str) -> None:
        """An element ends: a filled cell joins its row, a filled row joins the sheet."""
        local = tag.rpartition(":")[2] if ":" in tag else tag
        if local in {"v", "t"}:
            self._reading = False
        elif local == "c":
            if self._pieces:
                self._keep_cell("".join(self._pieces))
                self._pieces.clear()
        elif local == "row":
            if self._cells:
                self._keep_row()
        elif local == "rPh":
            self._phonetic = False

    def _keep_cell(self, raw: str) -> None:
        value = self._value(raw)
        if not value:
            return
        if self._column >= MAX_COLUMNS or self._row > MAX_ROWS:
            raise _Hostile(
                f"第 {self._row} 行第 {self._column + 1} 列有内容，超出能读的 {MAX_ROWS} 行、{MAX_COLUMNS} 列。"
                "请删掉表格外面的零散内容再保存。"
            )
        self._cells[self._column] = value

    def _keep_row(self) -> None:
        width = max(self._cells) + 1
        self._budget[0] -= width
        if self._budget[0] < 0:
            raise _Hostile("表里的单元格太多。请按月拆成几个文件再导入。")
        self.rows.append(Row(self._row, tuple(self._cells.get(index, "") for index in range(width))))
        self._cells.clear()

    def _value(self, raw: str) -> str:
        kind = self._kind
        if kind == "s":
            index = _whole(raw.strip(), -1)
            return self._strings[index] if 0 <= index < len(self._strings) else ""
        if kind in {"str", "inlineStr", "e"}:
            return _unescaped(raw)
        if kind == "b":
            return "是" if raw.strip() in {"1", "true"} else "否"
        if kind == "d":
            return clean(raw)
        style = _whole(self._style)
        day, time = self._styles[style] if style < len(self._styles) else (False, False)
        return shown_number(raw.strip(), day=day, time=time, shift=self._shift)
