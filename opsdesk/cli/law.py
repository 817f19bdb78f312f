"""`law list`, `law show` and `law try`: the law on a day, its history, and a month tried by it.

No site is needed: without one it is the law that ships with the program.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from opsdesk import bootstrap
from opsdesk.cli import exits, saying
from opsdesk.cli.month import verdict
from opsdesk.registers.month.service import figures_json, plain
from opsdesk.rules.amounts import in_yuan
from opsdesk.rules.clause import Clause, ClauseNotInForce, Holding, Regulation, Regulations, Value
from opsdesk.rules.settlement import Account, Figures, Line, Occurrence, Settled, settle
from opsdesk.services import amending, law_library
from opsdesk.services.clock import Clock
from opsdesk.services.errors import Refusal
from opsdesk.services.law_words import is_amended, value_words, values_words, worded

READINGS = "G"


def answer(asked: argparse.Namespace, home: Path) -> int:
    """Carry out `law …`."""
    regulations, today = _law(home)
    day = asked.day or today
    if asked.action == "list":
        return _list(regulations, day, asked.regulation, as_json=asked.as_json)
    if asked.action == "show":
        return _show(_clause(regulations, asked.key), day, as_json=asked.as_json)
    return _try(regulations, day, asked)


def _law(home: Path) -> tuple[Regulations, date]:
    """The law of the site with all that was amended there, else the law that ships; and today."""
    if bootstrap.database(home).exists():
        ctx = bootstrap.open_site(home)
        return ctx.regulations, ctx.today()
    return law_library.shipped(), Clock().now().date()


def _regulation(regulations: Regulations, typed: str) -> Regulation:
    for each in regulations.regulations:
        if each.code == typed.strip().upper():
            return each
    known = "、".join(each.code for each in regulations.regulations)
    raise Refusal(f"没有规章“{typed}”。现有 {known}。", field="regulation")


def _clause(regulations: Regulations, typed: str) -> Clause:
    wanted = typed.strip().upper()
    clauses = [clause for each in regulations.regulations for clause in each.clauses]
    for clause in clauses:
        if clause.key.upper() == wanted:
            return clause
    near = [clause.key for clause in clauses if wanted and (wanted in clause.key.upper() or wanted in clause.short)]
    hint = f"要找的可能是 {'、'.join(near[:8])}。" if near else "请用 opsdesk law list 查看全部条款。"
    raise Refusal(f"没有条款“{typed}”。{hint}", field="key")


def _status(clause: Clause, day: date) -> tuple[str, Holding | None]:
    """生效, 未生效, 已废止 or 待填, with what holds on the day."""
    held = amending.standing(clause, day)
    try:
        clause.holding_on(day)
    except ClauseNotInForce:
        if held is None:
            return "未生效", None
        return ("已废止" if held.repealed else "待填"), held
    return "生效", held


def _plain_value(value: Value) -> int | str:
    return value if isinstance(value, int) else law_library.written(value)


def _values(held: Holding | None) -> dict[str, int | str]:
    return {name: _plain_value(value) for name, value in held.values.items()} if held else {}


def _facts(clause: Clause, day: date) -> dict[str, Any]:
    status, held = _status(clause, day)
    return {
        "key": clause.key,
        "regulation": clause.regulation,
        "number": clause.number,
        "wording": clause.wording,
        "amended": is_amended(clause, held),
        "kind": str(clause.kind),
        "carried_out": str(clause.carried_out),
        "governs": law_library.GOVERNED[clause.governs],
        "status": status,
        "held_from": held.begins.isoformat() if held else None,
        "values": _values(held),
    }


def _list(regulations: Regulations, day: date, code: str | None, *, as_json: bool) -> int:
    chosen: Sequence[Regulation] = [_regulation(regulations, code)] if code else regulations.regulations
    if as_json:
        clauses = [_facts(clause, day) for each in chosen for clause in each.clauses]
        saying.one_object({"day": day.isoformat(), "clauses": clauses})
        return exits.DONE
    for each in chosen:
        saying.result(f"{each.code} {each.title}")
        if each.repeats:
            saying.result(f"  与 {'、'.join(each.repeats)} 的文字重复，按其执行。")
        for clause in each.clauses:
            status, held = _status(clause, day)
            mark = "" if status == "生效" else f"（{status}）"
            saying.result(f"  {clause.key}  {clause.number}  {clause.carried_out}  {worded(clause, held)}{mark}")
    return exits.DONE


def _show(clause: Clause, day: date, *, as_json: bool) -> int:
    status, held = _status(clause, day)
    if as_json:
        saying.one_object({"day": day.isoformat(), **_facts(clause, day), **_more(clause, held)})
        return exits.DONE
    saying.result(f"{clause.key}（{clause.short}）{worded(clause, held)}")
    saying.result(f"{clause.kind}，{clause.carried_out}，用于{law_library.GOVERNED[clause.governs]}。")
    since = f"，自 {held.begins.isoformat()} 起" if held else ""
    saying.result(f"{day.isoformat()} {status}{since}。")
    for each in clause.parameters:
        shown = value_words(each, held.values.get(each.name)) if held and not held.repealed else "—"
        offered = "、".join(f"{code}（{word}）" for code, word in each.readings)
        saying.result(f"  {each.name}  {each.label}：{shown}" + (f"，可选 {offered}" if offered else ""))
    saying.result("历次数值：")
    for holding in clause.holdings:
        words = values_words(clause, holding) or "无数值"
        saying.result(f"  {holding.begins.isoformat()} 起  {words}  出处：{holding.source}")
        if holding.entered:
            saying.result(f"    {holding.entered}")
    return exits.DONE


def _more(clause: Clause, held: Holding | None) -> dict[str, Any]:
    values = held.values if held else {}
    return {
        "does": clause.does,
        "parameters": [
            {
                "name": each.name,
                "label": each.label,
                "unit": each.unit,
                "value": _plain_value(values[each.name]) if each.name in values else None,
                "words": value_words(each, values[each.name]) if each.name in values else None,
                "readings": dict(each.readings),
            }
            for each in clause.parameters
        ],
        "history": [
            {
                "from": holding.begins.isoformat(),
                "values": _values(holding),
                "words": values_words(clause, holding),
                "repealed": holding.repealed,
                "source": holding.source,
                "issued": holding.issued.isoformat() if holding.issued else None,
                "entered": holding.entered or None,
            }
            for holding in clause.holdings
        ],
    }


def _try(regulations: Regulations, day: date, asked: argparse.Namespace) -> int:
    regulation = _regulation(regulations, asked.regulation)
    if regulation.repeats:
        raise Refusal(
            f"{regulation.code} 与 {'、'.join(regulation.repeats)} 的文字重复，没有自己的条款。"
            f"请用 --regulation {regulation.repeats[0]}。",
            field="regulation",
        )
    law = _switched(regulations, regulation, day, asked.switches).on(day)
    late, early = _occurrences(day, asked.late, "迟到"), _occurrences(day, asked.early, "早退")
    settled = settle([Account(law, regulation.code, late, early)])
    lines = [_numbered(line, late) for line in settled.lines]
    if asked.as_json:
        saying.one_object({**figures_json(settled.figures), "verdicts": lines})
        return exits.DONE
    _tell(regulation, settled, lines)
    return exits.DONE


def _occurrences(day: date, minutes: Sequence[int], word: str) -> tuple[Occurrence, ...]:
    """Each on a day of its own."""
    return tuple(
        Occurrence(day + timedelta(days=place), each, (f"第 {place + 1} 次{word} {each} 分",))
        for place, each in enumerate(minutes)
    )


def _numbered(line: Line, late: Sequence[Occurrence]) -> dict[str, Any]:
    """The verdict of a line, told by the number of the time instead of a day that nobody meant."""
    said = verdict(line)
    for place, each in enumerate(late, 1):
        said["because"] = said["because"].replace(f"{each.day:%m-%d} 迟到", f"第 {place} 次迟到")
    return said


def _switched(
    regulations: Regulations, regulation: Regulation, day: date, switches: Sequence[tuple[str, str]]
) -> Regulations:
    """The law with every `--set`; a switch belongs to whichever clause of the regulation, or of G, has it."""
    own = [*regulation.clauses, *_regulation(regulations, READINGS).clauses]
    known = {parameter.name: clause for clause in reversed(own) for parameter in clause.parameters}
    typed: dict[str, dict[str, str]] = {}
    for name, value in switches:
        if name not in known:
            listed = "、".join(sorted(known))
            raise Refusal(f"{regulation.code} 没有“{name}”这一项。可以写 {listed}。", field=name)
        typed.setdefault(known[name].key, {})[name] = value
    drafts: Mapping[str, Holding] = {
        key: amending.proposed(regulations.clause(key), day, values) for key, values in typed.items()
    }
    return regulations.amended(drafts.items())


def _tell(regulation: Regulation, settled: Settled, lines: Sequence[Mapping[str, Any]]) -> None:
    figures: Figures = settled.figures
    if not lines:
        saying.result(f"按 {regulation.code} 没有扣减。")
        return
    saying.result(
        f"迟到 {figures.late_count} 次 {figures.late_minutes} 分，扣 {in_yuan(figures.late_fine)} 元；"
        f"早退 {figures.early_count} 次 {figures.early_minutes} 分，扣 {in_yuan(figures.early_fine)} 元；"
        f"缺勤 {figures.absent_days} 日，旷工 {plain(figures.awol_days)} 日；合计 {in_yuan(figures.total)} 元。"
    )
    for line in lines:
        saying.result(f"{line['clause']}  {line['amount']} 元  {line['because']}")
