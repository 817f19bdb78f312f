"""Loads the regulations from `resources/regulations`, refusing anything that is not complete and sourced."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from opsdesk import paths
from opsdesk.rules.clause import Clause, Holding, Parameter, Regulation, Regulations, Value
from opsdesk.rules.vocabulary import CarriedOut, ClauseKind

BLANK = "待填"
UNITS = {"分", "元", "元/次", "次", "日", "年", "人", "时刻", "口径", "档"}
CLAUSE_KEYS = {"key", "number", "wording", "kind", "carried_out", "governs", "does", "parameters", "holds"}
HOLDING_KEYS = {"source", "issued", "repealed"}


class UnsoundRegulation(ValueError):
    """A regulation file that may not be loaded; the message names file, key and remedy."""


def _fail(where: str, what: str, remedy: str) -> UnsoundRegulation:
    return UnsoundRegulation(f"{where}：{what}。{remedy}。")


def _value(where: str, unit: str, value: object) -> Value:
    if value == BLANK:
        return None
    if unit == "档":
        sound = isinstance(value, list) and all(
            isinstance(band, dict) and set(band) <= {"upto", "yuan"} and isinstance(band.get("yuan"), int)
            for band in value
        )
        if sound:
            return tuple((band.get("upto"), band["yuan"]) for band in value)  # type: ignore[attr-defined]
    elif unit in {"时刻", "口径"}:
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
    values = {name: _value(f"{where} {begins} {name}", parameters[name].unit, raw[name]) for name in parameters}
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
        parameters[name] = Parameter(name, declared["unit"], declared["label"])
    holdings = [_holding(where, day, values, parameters) for day, values in raw["holds"].items()]
    if not holdings:
        raise _fail(where, "没有任何生效日", "请至少写一个 holds")
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
    if unknown := set(raw) - {"code", "title", "origin", "clause"}:
        raise _fail(path.name, f"未知的键 {'、'.join(sorted(unknown))}", "请删去或改正拼写")
    clauses = tuple(_clause(path.name, raw["code"], clause) for clause in raw["clause"])
    keys = [clause.key for clause in clauses]
    if twice := {key for key in keys if keys.count(key) > 1}:
        raise _fail(path.name, f"条款键重复 {'、'.join(sorted(twice))}", "每条只写一次，改值请加新的生效日")
    return Regulation(raw["code"], raw["title"], raw["origin"], clauses)


def load_regulations(folder: Path) -> Regulations:
    """Load every regulation of a folder, in the order of the file names. Raises UnsoundRegulation."""
    return Regulations(tuple(load_regulation(path) for path in sorted(folder.glob("*.toml"))))


@cache
def shipped() -> Regulations:
    """The regulations that ship with the program."""
    return load_regulations(paths.resources() / "regulations")
