"""The form of a 修订 and of a 试算: an input for each value of a clause, and what the form amounts to in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from opsdesk.register import Field, Kind, Options
from opsdesk.rules.clause import Clause, Holding, Parameter
from opsdesk.services import amending, law_library
from opsdesk.services.errors import Refusal
from opsdesk.ui.kit.form_panel import Sheet
from opsdesk.ui.kit.record_form import RecordForm
from opsdesk.ui.pages.law_detail import SHOWN_UNITS, changes_in_words

VALUES, AMENDMENT, ASSUMED = "数值", "修订", "假设"
BEGINS, ISSUED, SOURCE, REASON, REPEALED = "begins_on", "issued_on", "source", "reason", "repealed"
BANDS_HELP = "写成 100=100,150=200,=500：分钟上限=元，逐档升高，最后一档不写上限。"
HOURS_HELP = "例如 08:30-17:30，分段写 08:30-12:00 13:30-17:30。"
BLANK_HELP = "原文留空，现在待填。"


def value_field(parameter: Parameter, now: Holding) -> Field:
    """The input for one value: a whole number, a time, a reading, bands."""
    blank = now.values.get(parameter.name) is None
    kind, said = Kind.INTEGER, ""
    title = f"{parameter.label}（{SHOWN_UNITS.get(parameter.unit, parameter.unit)}）"
    if parameter.unit == law_library.SWITCH:
        words = [word for _, word in parameter.readings]
        kind, title, said = Kind.CHOICE, parameter.label, f"可选：{'；'.join(words)}。"
    elif parameter.unit == law_library.BANDS:
        kind, title, said = Kind.CODE, parameter.label, BANDS_HELP
    elif parameter.unit in law_library.TEXTS:
        clock = parameter.unit == law_library.TIMES
        kind, title = Kind.CODE if clock else Kind.TEXT, parameter.label
        said = HOURS_HELP if parameter.name.startswith("hours.") else "例如 20:00。" if clock else ""
    return Field(parameter.name, title, kind, not blank, VALUES, f"{BLANK_HELP if blank else ''}{said}")


def amendment_fields(clause: Clause, day: date) -> list[Field]:
    """What a 修订 asks: the values, from when, by which source and why, or that the clause is repealed."""
    fields = [
        *_value_fields(clause, day),
        Field(BEGINS, "生效日", Kind.DATE, required=True, group=AMENDMENT),
        Field(ISSUED, "发布日", Kind.DATE, group=AMENDMENT, help="文件没有写日期的，不填。"),
        Field(SOURCE, "出处", required=True, group=AMENDMENT, help="写明哪份文件、哪一条。"),
        Field(REASON, "理由", required=True, group=AMENDMENT, help="为什么修订，至少两个字。"),
    ]
    now = amending.standing(clause, day)
    if now is not None and not now.repealed and not clause.does.startswith(amending.READING):
        said = "自生效日起整条不再执行，上面的数值不用改。" if clause.parameters else "自生效日起整条不再执行。"
        fields.append(Field(REPEALED, "废止", Kind.FLAG, group=AMENDMENT, help=said))
    return fields


def trial_fields(clause: Clause, day: date) -> list[Field]:
    """What a 试算 asks: the values, and from which day they are assumed."""
    begins = Field(BEGINS, "从哪一天起", Kind.DATE, required=True, group=ASSUMED, help="不写进记录，只用来试算。")
    return [*_value_fields(clause, day), begins]


def sheet(clause: Clause, day: date, values: Mapping[str, Any]) -> Sheet:
    """The values that hold on `day`, the choices of the readings, and what else is to stand in the form."""
    now = amending.base(clause, day)
    shown: dict[str, Any] = {}
    options: dict[str, Options] = {}
    for parameter in clause.parameters:
        value = now.values.get(parameter.name)
        shown[parameter.name] = law_library.written(value) if isinstance(value, tuple) else value
        if parameter.readings:
            options[parameter.name] = parameter.readings
    return Sheet({**shown, **values}, options)


def draft_of(form: RecordForm, clause: Clause) -> tuple[date, dict[str, str]]:
    """From when, and the values as they are typed for the law library; asked of a form that can be read."""
    values = form.values()
    typed = {each.name: "" if values[each.name] is None else str(values[each.name]) for each in clause.parameters}
    return values[BEGINS], typed


def form_in_words(form: RecordForm, clause: Clause, today: date, *, signing: bool) -> str:
    """Old → new, from when, and what follows from it; `signing` for a 修订, which judges signed days again."""
    holding = _proposed(form, clause)
    if holding is None:
        return "数值或日期还读不出来，请先改正。"
    lines = changes_in_words(clause, amending.standing(clause, holding.begins), holding)
    if not lines:
        return "和现行的一样，还没有改动。"
    if left := sum(value is None for value in holding.values.values()):
        lines.append(f"还有 {left} 项待填，填齐之前这一条不执行。")
    if (later := amending.following(clause, holding.begins)) is not None:
        lines.append(f"{later.begins.isoformat()} 起另有数值，这里只管到前一天。")
    if signing and amending.judges(clause):
        again = "这一天到今天的到岗记录会重新判定，原判定保留备查。"
        lines.append(again if holding.begins <= today else "到那一天才生效，已有的判定不变。")
    return "\n".join([f"自 {holding.begins.isoformat()} 起：", *lines])


def _value_fields(clause: Clause, day: date) -> list[Field]:
    now = amending.base(clause, day)
    return [value_field(parameter, now) for parameter in clause.parameters]


def _proposed(form: RecordForm, clause: Clause) -> Holding | None:
    """What the form says, None while it cannot be read."""
    if any(form.rows[key].problem() for key in (BEGINS, *(each.name for each in clause.parameters))):
        return None
    begins, typed = draft_of(form, clause)
    try:
        return amending.proposed(clause, begins, typed, repealed=bool(form.values().get(REPEALED)))
    except Refusal:
        return None
