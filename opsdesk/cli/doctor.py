"""`doctor`: fonts, database, full text, backups, disk, clock, input method, versions, holidays; a sentence each."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from opsdesk import bootstrap
from opsdesk.cli import exits, saying
from opsdesk.services import backup, backup_keeping, backup_second, calendars, clock_guard, health, incident_text
from opsdesk.services.clock import Clock
from opsdesk.services.errors import Trouble, system_said

OK, WARN, ERROR = "ok", "warn", "error"
WORDS = {OK: "正常", WARN: "注意", ERROR: "故障"}
TRIAL = "𠅤𬭎䶮𪚥·到岗记录"
"""Rare characters of Ext A, B and E (the last of them only in the fallback face), and the middle dot of names."""
BEIJING = timedelta(hours=8)
PARTS = (
    "SQLAlchemy", "reportlab", "openpyxl", "alembic", "argon2-cffi", "cryptography", "pypinyin", "python-calamine",
    "pypdfium2",
)  # fmt: skip
CHINESE_METHODS = ("fcitx", "fcitx5")


@dataclass(frozen=True)
class Line:
    """One thing looked at: which, how it stands (ok, warn, error), and a whole sentence."""

    what: str
    level: str
    sentence: str


def examine(home: Path, *, as_json: bool, clock: Clock | None = None) -> int:
    """Look at everything; exit 1 only where something is broken, not for warnings."""
    clock = clock or Clock()
    found: list[Line] = [
        *fonts(),
        *database(home, clock),
        disk(home),
        zone(clock),
        input_method(os.environ, sys.platform),
    ]
    found.extend(versions())
    errors = sum(line.level == ERROR for line in found)
    warnings = sum(line.level == WARN for line in found)
    if as_json:
        lines = [{"what": line.what, "level": line.level, "sentence": line.sentence} for line in found]
        saying.one_object({"ok": not errors, "errors": errors, "warnings": warnings, "lines": lines})
    else:
        for line in found:
            saying.result(f"[{WORDS[line.level]}] {line.sentence}")
    return exits.REFUSED if errors else exits.DONE


def fonts() -> list[Line]:
    """Do the faces load, and have they the rare characters of names."""
    from opsdesk.exports import typeface

    found = []
    for name in (typeface.REGULAR, typeface.BOLD, typeface.RARE):
        try:
            typeface.face(name)
        except Trouble as trouble:
            found.append(Line("fonts", ERROR, f"{trouble}{trouble.remedy}"))
    if not found:
        try:
            used = {face for bold in (False, True) for face, _ in typeface.runs(TRIAL, bold=bold)}
            found.append(Line("fonts", OK, f"字库能读，{TRIAL} 每个字都有字形（{'、'.join(sorted(used))}）。"))
        except Trouble as trouble:
            found.append(Line("fonts", ERROR, f"{trouble}{trouble.remedy}"))
    return found


def database(home: Path, clock: Clock) -> list[Line]:
    """Is the database sound and of this program's schema, is the clock behind it, are the holidays announced."""
    today = clock.now().date()
    try:
        state = health.examine(home, clock)
    except Trouble as trouble:
        return [Line("database", ERROR, f"{trouble}{trouble.remedy}")]
    if state is None:
        shipped = frozenset(plan.year for plan in calendars.shipped())
        none = f"{home} 里还没有站点。请运行 opsdesk init --site 单位名称，或打开窗口完成首次设置。"
        return [Line("database", WARN, none), holidays(shipped, today)]
    place = f"{state.path}（{saying.size(state.size)}，结构 {state.schema}"
    if not state.current:
        return [Line("database", WARN, f"数据库 {place}）完好，下次打开时升级结构，升级前自动备份。")]
    sound = Line("database", OK, f"数据库 {place}，审计链 {state.links} 条）完好。")
    found = [sound, full_text(home, clock, state.text_differs), backups(home, clock.now())]
    if state.behind > clock_guard.TOLERANCE:
        minutes = int(state.behind.total_seconds()) // 60
        said = f"电脑时钟比最后一条记录倒退了 {minutes} 分钟。请校准时钟；确认无误后由主管在签到页确认。"
        found.append(Line("clock", WARN, said))
    return [*found, holidays(state.announced, today)]


def backups(home: Path, now: datetime) -> Line:
    """Is there a backup of late that was opened and counted."""
    newest = backup_keeping.newest(home / backup.FOLDER)
    if newest is None:
        return Line("backup", WARN, "还没有核对过的备份。请运行 opsdesk backup，或在窗口的“备份”页点“立即备份”。")
    said = f"最近的备份是 {newest.made_at:%Y-%m-%d %H:%M}，可恢复，审计链 {newest.links} 条。"
    late = now - newest.made_at > backup_second.LATE
    return Line("backup", WARN, f"{said}已经超过 3 天，请再备份一次。") if late else Line("backup", OK, said)


def full_text(home: Path, clock: Clock, differ: int) -> Line:
    """Does the full text of incidents say what the record says; the site is opened to make it anew where it differs."""
    if not differ:
        return Line("full_text", OK, "事件的全文索引与记录相符。")
    with bootstrap.open_site(home, clock).transaction("重建全文索引") as tx:
        count = incident_text.rebuild(tx.connection)
    return Line("full_text", WARN, f"事件的全文索引有 {differ} 处与记录不符，已按 {count} 件记录重建。")


def holidays(announced: frozenset[int], today: date) -> Line:
    """Are this year's holidays known, and in December the next year's; they are announced in November."""
    year = today.year
    if year not in announced:
        said = f"{year} 年放假安排尚未导入，节假日与调休按普通星期计算。请在设置中导入当年通知。"
        return Line("holidays", WARN, said)
    if year + 1 in announced:
        return Line("holidays", OK, f"{year} 年和 {year + 1} 年放假安排都已导入。")
    said = f"{year} 年放假安排已导入，{year + 1} 年的还没有。一般在上年 11 月公布，公布后请在设置中导入。"
    return Line("holidays", WARN if today.month == 12 else OK, said)


def disk(home: Path) -> Line:
    """Is there room for records and backups."""
    place = next(folder for folder in (home, *home.parents) if folder.exists())
    try:
        free = shutil.disk_usage(place).free
    except OSError as error:
        return Line("disk", WARN, f"看不到 {place} 还有多少空间（{system_said(error)}）。请检查磁盘。")
    if free < backup_keeping.LEAST_FREE:
        return Line("disk", WARN, f"{place} 所在磁盘只剩 {saying.size(free)}，少于 2 GB。请清理磁盘，以免记录存不下。")
    return Line("disk", OK, f"{place} 所在磁盘还有 {saying.size(free)}。")


def zone(clock: Clock) -> Line:
    """Is the workstation's clock set to Beijing time."""
    moment = clock.moment()
    offset = moment.strftime("%z")
    shown = f"{moment:%Y-%m-%d %H:%M:%S}（UTC{offset[:3]}:{offset[3:5]}）"
    if moment.utcoffset() != BEIJING:
        return Line("clock", WARN, f"电脑时间 {shown} 不是北京时间（UTC+08:00）。签到按本机时间记，请核对时区。")
    return Line("clock", OK, f"电脑时间 {shown}，是北京时间。")


def plugins() -> Path | None:
    """Folder of Qt's input method plug-ins as installed; None where Qt is not found. Qt itself is not loaded."""
    spec = importlib.util.find_spec("PySide6")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for place in (Path(folder) / "Qt" / "plugins", Path(folder) / "plugins"):
            if (place / "platforminputcontexts").is_dir():
                return place / "platforminputcontexts"
    return None


def input_method(environment: Mapping[str, str], platform: str, folder: Callable[[], Path | None] = plugins) -> Line:
    """Will a Chinese input method reach the window; on Linux Qt needs a plug-in for it."""
    if not platform.startswith("linux"):
        return Line("input_method", OK, "输入法由系统直接支持。")
    wanted = environment.get("QT_IM_MODULE") or environment.get("XMODIFIERS", "").removeprefix("@im=")
    place = folder()
    files = sorted(path.name for path in place.glob("lib*platforminputcontextplugin.so")) if place else []
    names = [name.removeprefix("lib").removesuffix("platforminputcontextplugin.so") for name in files]
    have = "、".join(names) or "无"
    if not wanted:
        said = f"没有设置输入法（QT_IM_MODULE 为空），窗口里可能打不出中文。Qt 现有的输入法插件：{have}。"
        return Line("input_method", WARN, said)
    if wanted in names or (wanted in CHINESE_METHODS and set(CHINESE_METHODS) & set(names)):
        return Line("input_method", OK, f"输入法 {wanted} 有对应的 Qt 插件。")
    said = f"输入法是 {wanted}，但 PySide6 没带它的 Qt 插件（现有：{have}），窗口里可能打不出中文。"
    if wanted in CHINESE_METHODS:
        said += "请设 QT_IM_MODULE=ibus 并启用 fcitx5 的 ibus 前端，或把与 Qt 同版本的 fcitx5-qt 插件放进该目录。"
    else:
        said += "请改用 ibus，或装上与 Qt 同版本的插件。"
    return Line("input_method", WARN, said)


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def versions() -> list[Line]:
    """Which versions run, and whether Python and Qt go together."""
    python = ".".join(str(part) for part in sys.version_info[:3])
    qt = _version("PySide6-Essentials") or _version("PySide6")
    found = [together(sys.version_info[:2], qt)]
    others = "，".join(f"{name} {_version(name) or '没有装'}" for name in PARTS)
    own = _version("opsdesk") or "源码"
    said = f"运维台 {own}，Python {python}，PySide6 {qt or '没有装'}，SQLite {sqlite3.sqlite_version}，{others}。"
    missing = [name for name in PARTS if not _version(name)]
    if missing:
        said += f"缺 {'、'.join(missing)}，请重新安装程序。"
    return [*found, Line("versions", ERROR if missing else OK, said)]


def together(python: tuple[int, int], qt: str) -> Line:
    """PySide6 before 6.10, or Python 3.12 and later: newer PySide6 is not safe on Python 3.11."""
    running = f"Python {python[0]}.{python[1]} 和 PySide6 {qt}"
    if not qt:
        return Line("versions", WARN, "没有装 PySide6，打不开窗口；命令行照常可用。请重新安装程序。")
    number = tuple(int(part) for part in qt.split(".")[:2])
    if number < (6, 10) or python >= (3, 12):
        return Line("versions", OK, f"{running} 可以一起用。")
    return Line("versions", WARN, f"{running} 一起用不稳定。请装 6.10 以前的 PySide6，或用 Python 3.12 以上。")
