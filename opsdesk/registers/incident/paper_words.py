"""How the papers of incidents write times, lengths and the readings of the law."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from opsdesk.exports.document import chinese_date
from opsdesk.rules import dispatch, sla
from opsdesk.rules.sla import Pause, Reading, in_words
from opsdesk.rules.vocabulary import DISPATCHED, Whose
from opsdesk.services.incident_basis import calendar_words, hand_in_basis, response_basis, solution_basis
from opsdesk.services.incident_clocks import Standing

SIGN_WITH_TIME = "签字：　　　　年　月　日　时　分"
"""The place to sign with the time of day: the supervisor's signature ends the hand-in."""


def moment(at: datetime | None) -> str:
    """2026年3月5日 09:10:01: to the second, by which deadlines are compared; what is not known is left to the pen."""
    return f"{chinese_date(at.date())} {at:%H:%M:%S}" if at else ""


def this_year(at: datetime) -> str:
    """3月5日 09:10."""
    return f"{at.month}月{at.day}日 {at:%H:%M}"


def minutes_and_seconds(seconds: int) -> str:
    """10 分 1 秒, with minutes alone going on above sixty: 72 分 0 秒."""
    return f"{seconds // 60} 分 {seconds % 60} 秒"


def judged(reading: Reading) -> str:
    """达标, or 超时 1 秒, with the clause: 超时 1 秒（T1 5 故障）."""
    said = f"超时 {in_words(reading.over)}" if reading.over else "达标"
    return f"{said}（时限 {in_words(reading.limit)}，{reading.citation.short}）"


def entered(what: str, at: datetime, entered_at: datetime) -> str:
    """响应 3月5日 09:05，录入于 3月5日 15:00."""
    return f"{what} {this_year(at)}，录入于 {this_year(entered_at)}"


def pause_words(pause: Pause, number: int) -> str:
    """1. 3月5日 10:00 至 13:00，共 3 小时，等待甲方：用户要求下午再修（不计入用时）."""
    ends = "今"
    if pause.ends is not None:
        same_day = pause.ends.date() == pause.begins.date()
        ends = f"{pause.ends:%H:%M}" if same_day else this_year(pause.ends)
    took = f"，共 {in_words(int((pause.ends - pause.begins).total_seconds()))}" if pause.ends else ""
    counts = "计入" if pause.whose is Whose.VENDOR else "不计入"
    who = str(pause.whose).removeprefix("等待")
    return f"{number}. {this_year(pause.begins)} 至 {ends}{took}，等待{who}：{pause.reason}（{counts}用时）"


def record_basis(standing: Standing) -> tuple[str, ...]:
    """采用口径 of one record: the clauses its clocks go by, each with its number (`domain.md` G10)."""
    said = []
    if (response := standing.response) is not None:
        calendar = calendar_words(working=standing.facts.working is not None)
        said.append(f"{response_basis(response.held, response.limit)}，{calendar}")
    elif sla.response_clause(standing.law, standing.regulation, urgent=standing.facts.urgent) is None:
        said.append(f"{standing.regulation} 没有规定响应时限")
    if held := sla.term(standing.law, "response.solved", standing.regulation):
        said.append(solution_basis(held))
    if standing.facts.kind in DISPATCHED:
        said += _visit_basis(standing.visit)
    if held := standing.hand_in:
        said.append(hand_in_basis(held))
    return ("；".join(said) + "。",) if said else ()


def _visit_basis(visit: Iterable[Reading]) -> list[str]:
    named = {dispatch.CONTACT: "派单后 {}内", dispatch.ARRIVAL: "派单后 {}内"}
    return [
        f"{reading.name}：{named.get(reading.name, '自派单起 {}').format(in_words(reading.limit))}"
        f"（{reading.citation.short}）"
        for reading in visit
    ]
