"""Loads the regulations from `resources/regulations`, refusing anything that is not complete and sourced."""

from __future__ import annotations

import json
import re
import threading
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, select

from opsdesk import paths
from opsdesk.models import Amendment
from opsdesk.rules.clause import Clause, Holding, Parameter, Regulation, Regulations, Value
from opsdesk.rules.vocabulary import CarriedOut, ClauseKind

BLANK = "待填"
MOST = 1_000_000
SWITCH = "口径"
TIMES = "时刻"
TEXTS = {TIMES, "文字"}
CLOCK = r"([01]?\d|2[0-9]|3[0-2]):[0-5]\d"
"""Hours above 24 are the next day's, as in shifts."""
DIGITS = re.compile(r"-?[0-9]+")
"""How a whole number is written: “1_0”, “+5” and figures of other scripts are none."""
TIME_OR_SPANS = re.compile(rf"{CLOCK}|{CLOCK}-{CLOCK}(,{CLOCK}-{CLOCK})*")
BANDS = "档"
NUMBERS = {"秒", "分", "小时", "日", "周", "月", "年", "元", "元/次", "次", "人", "个", "级", "%", "℃", "分值"}
UNITS = {*NUMBERS, *TEXTS, SWITCH, BANDS}
GOVERNED = {
    "law": "规章",
    "calendar": "日历",
    "staff": "人员",
    "contact": "接口人",
    "contract": "合同",
    "sign_in": "到岗记录",
    "leave": "请假单",
    "overtime": "加班与调休",
    "roster": "排班",
    "month": "月度考勤",
    "incident": "运维事件记录单",
    "dispatch": "派单",
    "room": "机房出入",
    "goods": "设备资产",
    "media": "移动介质",
    "inspection": "巡检",
    "change": "停机与变更",
    "backup": "备份",
    "off_hours": "非工作时间",
    "open_close": "开关门与消防",
    "report": "报告",
    "callback": "回访与投诉",
    "conduct": "违规",
    "appraisal": "考核评分",
    "training": "培训与例会",
    "leaving": "离职与交接",
    "security": "信息安全",
}
"""Which work a clause speaks of, by its slug; not all of it has a register in the program yet."""
CLAUSE_KEYS = {"key", "number", "wording", "kind", "carried_out", "governs", "does", "parameters", "holds"}
HOLDING_KEYS = {"source", "issued", "repealed"}


class UnsoundRegulation(ValueError):
    """A regulation file that may not be loaded; the message names file, key and remedy."""


def _fail(where: str, what: str, remedy: str) -> UnsoundRegulation:
    return UnsoundRegulation(f"{where}：{what}。{remedy}。")


def _value(where: str, parameter: Parameter, value: object) -> Value:
    unit = parameter.unit
    if value == BLANK:
        return None
    if unit == SWITCH:
        if isinstance(value, str) and value in dict(parameter.readings):
            return value
        raise _fail(where, f"没有 {value!r} 这种口径", f"请用 {'、'.join(dict(parameter.readings))} 之一")
    if unit == BANDS:
        sound = isinstance(value, list) and all(
            isinstance(band, dict) and set(band) <= {"upto", "yuan"} and isinstance(band.get("yuan"), int)
            for band in value
        )
        if sound:
            return tuple((band.get("upto"), band["yuan"]) for band in value)  # type: ignore[attr-defined]
    elif unit == TIMES:
        if isinstance(value, str) and _is_time(value):
            return value
    elif unit in TEXTS:
        if isinstance(value, str):
            return value
    elif isinstance(value, int) and not isinstance(value, bool):
        return value
    raise _fail(where, f"值 {value!r} 与单位“{unit}”不符", "请按单位改写该值")


def _holding(where: str, begins: str, raw: Mapping[str, Any], parameters: Mapping[str, Parameter]) -> Holding:
    try:
        day = date.fromisoformat(begins)
    except ValueError:
        raise _fail(where, f"生效日“{begins}”不是日期", "请写成 2026-01-01") from None
    if not raw.get("source"):
        raise _fail(f"{where} {begins}", "没有写明出处 source", "请写出该值出自哪份文件哪一条")
    if raw.get("repealed"):
        return Holding(day, {}, raw["source"], raw.get("issued"), repealed=True)
    given = set(raw) - HOLDING_KEYS
    if unknown := given - set(parameters):
        raise _fail(f"{where} {begins}", f"未知的键 {'、'.join(sorted(unknown))}", "请先在 parameters 中声明")
    if missing := set(parameters) - given:
        raise _fail(f"{where} {begins}", f"缺少 {'、'.join(sorted(missing))}", f"请写出全部数值，空白写“{BLANK}”")
    values = {name: _value(f"{where} {begins} {name}", parameters[name], raw[name]) for name in parameters}
    return Holding(day, values, raw["source"], raw.get("issued"))


def _clause(file: str, regulation: str, raw: Mapping[str, Any]) -> Clause:
    where = f"{file} {raw.get('key', '（无 key）')}"
    if unknown := set(raw) - CLAUSE_KEYS:
        raise _fail(where, f"未知的键 {'、'.join(sorted(unknown))}", "请删去或改正拼写")
    if missing := CLAUSE_KEYS - {"parameters", "does"} - set(raw):
        raise _fail(where, f"缺少 {'、'.join(sorted(missing))}", "请补全")
    parameters = {}
    for name, declared in raw.get("parameters", {}).items():
        if declared.get("unit") not in UNITS:
            raise _fail(
                where, f"{name} 的单位 {declared.get('unit')!r} 不认识", f"请用 {'、'.join(sorted(UNITS))} 之一"
            )
        if unknown := set(declared) - {"unit", "label", "readings"}:
            raise _fail(f"{where} {name}", f"未知的键 {'、'.join(sorted(unknown))}", "请删去或改正拼写")
        readings = tuple(declared.get("readings", {}).items())
        if (declared["unit"] == SWITCH) != bool(readings):
            raise _fail(f"{where} {name}", "口径与 readings 不配", "口径要列出 readings，其余单位不列")
        parameters[name] = Parameter(name, declared["unit"], declared["label"], readings)
    holdings = [_holding(where, day, values, parameters) for day, values in raw["holds"].items()]
    if not holdings:
        raise _fail(where, "没有任何生效日", "请至少写一个 holds")
    if raw["governs"] not in GOVERNED:
        raise _fail(where, f"governs 写的 {raw['governs']!r} 不认识", f"请用 {'、'.join(GOVERNED)} 之一")
    try:
        kind, carried_out = ClauseKind(raw["kind"]), CarriedOut(raw["carried_out"])
    except ValueError as error:
        raise _fail(where, str(error), "请用可量化、可判定、软指标，或计算、核对、提示、仅提醒") from None
    return Clause(
        key=raw["key"],
        regulation=regulation,
        number=raw["number"],
        wording=raw["wording"],
        kind=kind,
        carried_out=carried_out,
        governs=raw["governs"],
        does=raw.get("does", ""),
        parameters=tuple(parameters.values()),
        holdings=tuple(sorted(holdings, key=lambda holding: holding.begins)),
    )


def load_regulation(path: Path) -> Regulation:
    """Load one regulation file. Raises UnsoundRegulation."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _fail(path.name, f"不是有效的 TOML（{error}）", "请检查引号与括号") from None
    if unknown := set(raw) - {"code", "title", "origin", "repeats", "clause"}:
        raise _fail(path.name, f"未知的键 {'、'.join(sorted(unknown))}", "请删去或改正拼写")
    clauses = tuple(_clause(path.name, raw["code"], clause) for clause in raw.get("clause", ()))
    keys = [clause.key for clause in clauses]
    if twice := {key for key in keys if keys.count(key) > 1}:
        raise _fail(path.name, f"条款键重复 {'、'.join(sorted(twice))}", "每条只写一次，改值请加新的生效日")
    repeats = tuple(raw.get("repeats", ()))
    if bool(clauses) == bool(repeats):
        raise _fail(path.name, "既要有条款，又不能只是重复", "有条款就不写 repeats，只重复别的规章就写 repeats")
    return Regulation(raw["code"], raw["title"], raw["origin"], clauses, repeats)


def load_regulations(folder: Path) -> Regulations:
    """Load every regulation of a folder, G, T1 … T4, E1 … E19. Raises UnsoundRegulation."""
    return Regulations(tuple(load_regulation(path) for path in sorted(folder.glob("*.toml"), key=_rank)))


def _rank(path: Path) -> tuple[int, int]:
    """Our readings first, then T1 … T4, then E1 … E19."""
    return "GTE".index(path.stem[0]), int(path.stem[1:] or 0)


def _is_time(written: str) -> bool:
    """True for one time of day, or for spans that each end after they begin, in order."""
    if not TIME_OR_SPANS.fullmatch(written):
        return False
    marks = [int(clock.split(":")[0]) * 60 + int(clock.split(":")[1]) for clock in re.split("[-,]", written)]
    return "-" not in written or marks == sorted(set(marks))


def read_value(parameter: Parameter, typed: str) -> Value:
    """A value as somebody types it: a whole number, a time, the code or the word of a reading, “100=100,150=200,=500”.

    Empty or 待填 leaves it open. Raises ValueError with a sentence.
    """
    typed = typed.strip()
    if typed in ("", BLANK):
        return None
    if parameter.unit == SWITCH:
        for code, word in parameter.readings:
            if typed in (code, word):
                return code
        offered = "、".join(f"{code}（{word}）" for code, word in parameter.readings)
        raise ValueError(f"{parameter.label}没有“{typed}”这种口径，可填 {offered}。")
    if parameter.unit == BANDS:
        return _read_bands(parameter, typed)
    if parameter.unit == TIMES:
        typed = typed.replace("：", ":").replace("，", ",").replace("–", "-").replace(" ", "")
        if not _is_time(typed) or (parameter.name.startswith("hours.") and "-" not in typed):
            raise ValueError(f"{parameter.label}要写成 20:00，或 08:30-17:30 这样的起止时间，“{typed}”看不懂。")
        return typed
    if parameter.unit in TEXTS:
        return typed
    try:
        number = _whole(typed)
    except ValueError:
        raise ValueError(f"{parameter.label}要填整数（{parameter.unit}），“{typed}”不是。") from None
    if not 0 <= number <= MOST:
        raise ValueError(f"{parameter.label}要在 0 到 {MOST} 之间，请核对“{typed}”。")
    return number


def _whole(typed: str) -> int:
    if not DIGITS.fullmatch(typed):
        raise ValueError(typed)
    return int(typed)


def _read_bands(parameter: Parameter, typed: str) -> Value:
    found: list[tuple[int | None, int]] = []
    for part in typed.replace("，", ",").split(","):
        upto, _, yuan = (each.strip() for each in part.partition("="))
        try:
            found.append((_whole(upto) if upto else None, _whole(yuan)))
        except ValueError:
            found.clear()
            break
    ends = [upto for upto, _ in found]
    rising = [upto for upto in ends[:-1] if upto is not None]
    if not found or ends[-1] is not None or len(rising) != len(ends) - 1 or rising != sorted(set(rising)):
        raise ValueError(f"{parameter.label}要写成“100=100,150=200,=500”：分钟上限=元，逐档升高，最后一档不写上限。")
    if any(yuan < 0 for _, yuan in found) or any(upto <= 0 for upto in rising):
        raise ValueError(f"{parameter.label}里的分钟要大于零，金额不能小于零。")
    if any(value > MOST for value in (*rising, *(yuan for _, yuan in found))):
        raise ValueError(f"{parameter.label}里的分钟和金额都不能超过 {MOST}。")
    return tuple(found)


def written(value: Value) -> str:
    """A value as it is typed and kept: the counterpart of `read_value`."""
    if value is None:
        return BLANK
    if isinstance(value, tuple):
        return ",".join(f"{'' if upto is None else upto}={yuan}" for upto, yuan in value)
    return str(value)


def holding(clause: Clause, row: Mapping[str, Any]) -> Holding:
    """An amendment's row as a holding of its clause; a value the clause had not yet got is as it ships."""
    kept = json.loads(row["held"])
    values = {
        each.name: read_value(each, kept[each.name]) if each.name in kept else clause.holdings[0].values.get(each.name)
        for each in clause.parameters
    }
    entered = f"{row['entered_at']:%Y-%m-%d %H:%M} {row['entered_by']} 录入：{row['reason']}"
    return Holding(
        row["begins_on"],
        {} if row["repealed"] else values,
        row["source"],
        row["issued_on"],
        repealed=row["repealed"],
        entered=entered,
    )


def merged(base: Regulations, connection: Connection) -> Regulations:
    """`base` with every amendment of the record, in the order in which they were entered."""
    rows = connection.execute(select(Amendment.__table__).order_by(Amendment.id)).mappings().all()
    return (
        base.amended((row["clause"], holding(base.clause(row["clause"]), dict(row))) for row in rows) if rows else base
    )


class Library:
    """The law of a site: what ships with the program and what has been amended since.

    Reads the amendments again when there is a new one; a fixed library is a draft and never looks.
    """

    def __init__(self, base: Regulations, *, fixed: bool = False) -> None:
        self._base = self._current = base
        self._fixed = fixed
        self._newest = 0
        self._within = threading.local()

    def current(self, engine: Engine) -> Regulations:
        """The regulations as they stand now; within a transaction of this thread, as they stood when it began."""
        if not self._fixed and not getattr(self._within, "transaction", False):
            with engine.connect() as connection:
                self._look(connection)
        return self._current

    @contextmanager
    def kept_within(self, connection: Connection) -> Iterator[None]:
        """Look once on a transaction's own connection: no other may read while a large one is being written."""
        if not self._fixed:
            self._look(connection)
        self._within.transaction = True
        try:
            yield
        finally:
            self._within.transaction = False

    def _look(self, connection: Connection) -> None:
        newest = connection.exec_driver_sql("SELECT coalesce(max(id), 0) FROM amendment").scalar_one()
        if newest != self._newest:
            self._current, self._newest = merged(self._base, connection), newest


@cache
def shipped() -> Regulations:
    """The regulations that ship with the program."""
    return load_regulations(paths.resources() / "regulations")
