"""采用口径: the readings by which a month was settled, with their clauses, as every sheet prints them (G10)."""

from __future__ import annotations

import re

from opsdesk.rules.clause import Law
from opsdesk.rules.settlement import band_words


def common_basis(law: Law) -> str:
    """Readings that hold for everybody, each with its clause (采用口径, G10)."""
    rounding, missing = law.held("G4"), law.held("G12")
    limit, chosen = missing.number("missing.hours"), missing.word("missing.policy")
    return f"迟到、早退按秒差{rounding.word('clock.rounding')}到分（G4）；缺签满 {limit} 小时未补：{chosen}（G12）。"


def hours_basis(law: Law, regulation: str) -> str:
    """The working hours of a regulation as the sheet prints them; empty where it has none."""
    if held := law.part("attendance.hours", regulation):
        return f"作息 {_clock_words(held.text('hours.pairs'))}（{held.cite().short}）。"
    if held := law.part("attendance.client_hours", regulation):
        return f"作息随客户单位（{held.cite().short}）。"
    return ""


def _clock_words(pairs: str) -> str:
    """Working hours as people read them: what lies beyond midnight is 次日."""
    return re.sub(r"\b(2[4-9]|3\d):", lambda found: f"次日{int(found[1]) - 24:02}:", pairs)


def penalty_basis(law: Law, regulation: str) -> str:
    """The readings of a regulation's penalties, each with its clause; 不适用 where it has none."""
    said = []
    if held := law.part("attendance.late_count", regulation):
        free, each = held.number("late.free"), held.number("late.unit")
        said.append(f"迟到免扣 {free} 次，每多一次 {each} 元（{held.cite().short}）")
    if held := law.part("attendance.absent", regulation):
        said.append(
            f"单次迟到超过 {held.number('absent.over')} 分视缺勤，{held.word('absent.as')}；"
            f"双重处罚：{held.word('double.mode')}（{held.cite().short}）"
        )
    if held := law.part("attendance.late_minutes", regulation):
        bands, least = held.bands("late.bands"), held.number("late.from")
        listed = "，".join(f"{band_words(bands, n, least)} {yuan} 元" for n, (_, yuan) in enumerate(bands))
        said.append(
            f"当月累计迟到 {listed}，{held.word('late.bracket')}，"
            f"次数罚与分钟罚{held.word('late.combine')}（{held.cite().short}）"
        )
    if held := law.part("attendance.early_each", regulation):
        said.append(f"早退每次 {held.number('early.unit')} 元（{held.cite().short}）")
    if held := law.part("attendance.early_awol", regulation):
        said.append(
            f"当月累计早退满 {held.number('early.awol_from')} 分按旷工，{held.word('early.awol_repeat')}，"
            f"每次的扣减{held.word('early.keep_fine')}（{held.cite().short}）"
        )
    if held := law.part("attendance.no_leave", regulation):
        said.append(f"无获准请假的缺席按旷工，以{held.word('awol.unit')}为单位（{held.cite().short}）")
    if held := law.part("leave.pay", regulation):
        said.append(f"事假按时间扣薪，以 {held.number('leave.unit')} 分为单位（{held.cite().short}）")
    return "；".join(said) + "。" if said else "考勤罚则不适用。"


def basis(law: Law, hours: str, penalties: str) -> tuple[str, ...]:
    """采用口径 of a month under two regulations: common readings, hours, penalties."""
    return tuple(filter(None, (common_basis(law), hours_basis(law, hours), penalty_basis(law, penalties))))
