"""The values of a clause as people read them: 不扣减的次数 3 次；次数罚与分钟罚 相加."""

from __future__ import annotations

from opsdesk.rules.clause import Clause, Holding, Parameter, Value
from opsdesk.services.law_library import BANDS, BLANK, SWITCH, TEXTS


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
