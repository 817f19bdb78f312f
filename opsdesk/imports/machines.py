"""Line formats that attendance machines write themselves: ZKTeco USB and push records, GLG/AGL text."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from opsdesk.imports.lines import DAMAGED, damaged
from opsdesk.imports.raw import FormatKey, Person, RawPunch, mark, person, punch
from opsdesk.imports.when import parse_moment
from opsdesk.services.errors import Finding
from opsdesk.services.text import clean

_HEAD = 10
_SAMPLE = 500
_TIME = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2} +\d{1,2}:\d{2}(:\d{2})?", re.ASCII)
_SPACED = re.compile(r"\s*(\S+)\s+(\d{4}\S+\s+\d{1,2}:\S+)((?:\s+\S+)*)\s*", re.ASCII)
_PIN = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.\-]{0,23}", re.ASCII)
_SERIAL = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.\-]{3,31}", re.ASCII)
_CHECKSUM = re.compile(r"[0-9A-Za-z]{1,32}", re.ASCII)
_NUMBER_IN_NAME = re.compile(r"(?<!\d)(\d{1,3})(?=_attlog|_gl|[_.]|$)", re.IGNORECASE)

_SHORT = "这一行不完整，只有 {found} 列，应有 {wanted} 列，可能是导出中断。请重新导出，或手工补录这一行。"
_NO_TIME = "打卡时间“{text}”不是真实的时刻，可能是机器时钟坏了或文件损坏。请核对后手工补录。"
_NO_SECONDS = "打卡时间“{text}”没写完，别的行都有秒。请重新导出，或手工补录这一行。"
_NO_PIN = "考勤号“{text}”认不出来，不知道是谁打的卡。请重新导出，或手工补录这一行。"

_GLG_NAMES = {"enno": "pin", "name": "name", "datetime": "at", "mchn": "device", "tmno": "device"}
_GLG_NAMES |= {"mode": "verify", "iomd": "status", "inout": "status"}


@dataclass(frozen=True)
class Machine:
    """Punches and findings of one machine file; every non-blank data line is in exactly one of them."""

    format_key: FormatKey
    punches: tuple[RawPunch, ...]
    findings: tuple[Finding, ...]
    alternatives: tuple[FormatKey, ...] = ()


def _blank(line: str) -> bool:
    solid = line.strip(" \t\x0c\x1a")
    return not solid or (not solid.isascii() and not damaged(solid) and not clean(solid))


def _moment(text: str, seconds: bool) -> datetime | str:
    """The moment, or the sentence that refuses it; a machine writes two digits always, so 07:4 is a torn row."""
    tidy = text.strip()
    shape = _TIME.fullmatch(tidy)
    if shape and seconds and shape[1] is None:
        return _NO_SECONDS.format(text=tidy)
    at = parse_moment(tidy) if shape else None
    return at or _NO_TIME.format(text=clean(tidy)[:40])


# ZKTeco: PIN, time, device, status, verify, work code; pushed: PIN, time, status, verify, work code, reserved …


def _zk_fields(line: str) -> list[str]:
    if "\t" in line:
        return line.split("\t")
    spaced = _SPACED.fullmatch(line)
    return [spaced[1], spaced[2], *spaced[3].split()] if spaced else [line]


def read_zk(lines: tuple[str, ...], file_name: str, as_format: FormatKey | None = None) -> Machine | None:
    """Punches of ZKTeco lines, USB or pushed; None where too few lines look like them."""
    shape = _zk_shape(lines)
    if shape is None:
        return None
    width, seconds, devices = shape
    filled = [at for at, line in enumerate(lines) if not _blank(line)]
    skip: set[int] = set()
    if _SERIAL.fullmatch(lines[filled[0]].strip()) and not damaged(lines[filled[0]]):
        skip.add(filled[0])
        if _CHECKSUM.fullmatch(lines[filled[-1]].rstrip(" \r\x1a")):
            skip.add(filled[-1])
    format_key, alternatives = _zk_format(width, devices, file_name, extended=bool(skip))
    if as_format in {"zk_udisk", "zk_push"}:
        format_key, alternatives = as_format, ()
    device, status = (2, 3) if format_key == "zk_udisk" else (-1, 2)
    punches, findings = [], []
    for at in filled:
        if at in skip:
            continue
        line, number = lines[at], at + 1
        if damaged(line):
            findings.append(Finding(number, DAMAGED, "", clean(line)[:80]))
            continue
        fields = _zk_fields(line)
        if len(fields) < width:
            findings.append(Finding(number, _SHORT.format(found=len(fields), wanted=width), "", clean(line)[:80]))
            continue
        pin = fields[0].strip()
        if not _PIN.fullmatch(pin):
            shown = clean(pin)[:40]
            findings.append(Finding(number, _NO_PIN.format(text=shown), "考勤号", shown))
            continue
        moment = _moment(fields[1], seconds)
        if isinstance(moment, str):
            findings.append(Finding(number, moment, "时间", clean(fields[1])[:40]))
            continue
        values = [mark(field) for field in fields[2:5]] + [""] * 3
        punches.append(
            punch(
                number,
                Person(pin=pin),
                moment,
                device=values[device - 2] if device > 0 else "",
                status=values[status - 2],
                verify=values[status - 1],
                raw=clean(line)[:500],
            )
        )
    return Machine(format_key, tuple(punches), tuple(findings), alternatives)


def _zk_shape(lines: tuple[str, ...]) -> tuple[int, bool, frozenset[str]] | None:
    """Usual number of columns, whether times have seconds, and what stands in the third column."""
    widths: Counter[int] = Counter()
    devices: set[str] = set()
    seconds = strangers = 0
    for line in lines:
        if _blank(line) or damaged(line):
            continue
        fields = _zk_fields(line)
        found = _TIME.fullmatch(fields[1].strip()) if len(fields) > 1 else None
        if found and _PIN.fullmatch(fields[0].strip()):
            widths[len(fields)] += 1
            seconds += found[1] is not None
            devices.add(fields[2].strip() if len(fields) > 2 else "")
        else:
            strangers += 1
        if widths.total() >= _SAMPLE or strangers > _SAMPLE:
            break
    if not widths or widths.total() * 10 < strangers:
        return None
    return widths.most_common(1)[0][0], seconds * 2 > widths.total(), frozenset(devices)


def _zk_format(
    width: int, devices: frozenset[str], file_name: str, *, extended: bool
) -> tuple[FormatKey, tuple[FormatKey, ...]]:
    """Seven columns and more are pushed records; six with the machine's own number in the third are USB records.

    A name ending in attlog.dat or the serial and checksum lines also tell USB records. Otherwise the user may choose.
    """
    if width >= 7:
        return "zk_push", ()
    if width <= 4 or extended or file_name.lower().endswith("attlog.dat"):
        return "zk_udisk", ()
    number = _NUMBER_IN_NAME.search(file_name)
    if number and devices == {number[1].lstrip("0") or "0"}:
        return "zk_udisk", ()
    return "zk_udisk", ("zk_push",)


# GLG/AGL: No, Mchn, EnNo, Name, Mode, IOMd, DateTime; the heading has more tabs than the rows


def _glg_heading(lines: tuple[str, ...]) -> int | None:
    filled = [at for at, line in enumerate(lines[:200]) if not _blank(line)][:_HEAD]
    for at in filled:
        names = {name.strip().casefold() for name in lines[at].split("\t")}
        if "enno" in names and "datetime" in names:
            return at
    return None


def read_glg(lines: tuple[str, ...]) -> Machine | None:
    """Punches of a GLG/AGL text; None where no heading near the top names EnNo and DateTime between tabs."""
    heading = _glg_heading(lines)
    if heading is None:
        return None
    wide = [name.strip().casefold() for name in lines[heading].split("\t")]
    while wide and not wide[-1]:
        wide.pop()
    layouts = {len(names): names for names in (wide, [name for name in wide if name])}
    narrow = min(layouts)
    seconds = _glg_seconds(lines[heading + 1 :])
    punches, findings = [], []
    for number, line in enumerate(lines, start=1):
        if number <= heading + 1 or _blank(line):
            continue
        if damaged(line):
            findings.append(Finding(number, DAMAGED, "", clean(line)[:80]))
            continue
        fields = line.rstrip("\t \x1a").split("\t")
        names = layouts.get(len(fields))
        if names is None:
            findings.append(Finding(number, _SHORT.format(found=len(fields), wanted=narrow), "", clean(line)[:80]))
            continue
        values = {_GLG_NAMES.get(name, name): clean(field) for name, field in zip(names, fields, strict=True)}
        if not _PIN.fullmatch(values["pin"]):
            shown = values["pin"][:40]
            findings.append(Finding(number, _NO_PIN.format(text=shown), "EnNo", shown))
            continue
        moment = _moment(values["at"], seconds)
        if isinstance(moment, str):
            findings.append(Finding(number, moment, "DateTime", values["at"][:40]))
            continue
        punches.append(
            punch(
                number,
                person(pin=values["pin"], name=values.get("name", "")),
                moment,
                device=mark(values.get("device", "")),
                status=mark(values.get("status", "")),
                verify=mark(values.get("verify", "")),
                raw=clean(line)[:500],
            )
        )
    return Machine("glg", tuple(punches), tuple(findings))


def _glg_seconds(lines: tuple[str, ...]) -> bool:
    shapes = [_TIME.fullmatch(line.rstrip("\t \x1a").rpartition("\t")[2].strip()) for line in lines[:_SAMPLE]]
    told = [shape[1] is not None for shape in shapes if shape]
    return sum(told) * 2 > len(told)
