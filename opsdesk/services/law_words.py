"""The values of a clause as people read them: 不扣减的次数 3 次；次数罚与分钟罚 相加."""

from __future__ import annotations

from opsdesk.rules.clause import Citation, Clause, Holding, Parameter, Regulations, Value
from opsdesk.services.law_library import BANDS, BLANK, SWITCH, TEXTS

AMENDED = "（现按修订后的数值执行）"


def value_words(parameter: Parameter, value: Value) -> str:
    """A value with its unit, a switch by the word of its reading; 待填 where it is left open."""
    if value is None:
        return BLANK
    if isinstance(value, tuple):
        return "，".join(f"{f'至 {upto} 分' if upto is not None else '再多'} {yuan} 元" for upto, yuan in value)
    if parameter.unit == SWITCH:
        return parameter.word(str(value))
    if parameter.unit in TEXTS or parameter.unit == BANDS:
        return str(value)
    return f"{value} {parameter.unit}"


def values_words(clause: Clause, holding: Holding) -> str:
    """All values of a holding in one line; empty for a clause without values, 废止 for a repealed one."""
    if holding.repealed:
        return "废止"
    said = (f"{each.label} {value_words(each, holding.values[each.name])}" for each in clause.parameters)
    return "；".join(said)


def is_amended(clause: Clause, holding: Holding | None) -> bool:
    """Whether a holding has other values than the clause's wording tells; where that was blank, it tells none."""
    first = clause.holdings[0]
    if holding is None or holding.repealed or first.blank:
        return False
    return dict(holding.values) != dict(first.values)


def worded(clause: Clause, holding: Holding | None) -> str:
    """The clause's wording; where it holds by other values than the wording tells, it says so."""
    return f"{clause.wording}{AMENDED}" if is_amended(clause, holding) else clause.wording


def quoted(regulations: Regulations, citation: Citation) -> str:
    """The wording of a clause as it is cited, and whether it held by other values than the wording tells."""
    begun = [each for each in regulations.clause(citation.key).holdings if each.begins <= citation.held_from]
    return worded(regulations.clause(citation.key), begun[-1] if begun else None)
