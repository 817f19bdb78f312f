"""采用口径 of papers on incidents: which clauses the clocks went by, read how, each with its number (G10)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import Connection, Text, func, select, type_coerce

from opsdesk.models import Incident
from opsdesk.rules import sla
from opsdesk.rules.clause import Held, Law, Regulations
from opsdesk.rules.sla import in_words
from opsdesk.services import duties, incident_options
from opsdesk.services.incident_figures import within

DAY = timedelta(days=1)
NOT_VENDORS = "甲方、第三方、等待备件的时间不计入外包单位用时"


def response_basis(held: Held, limit: int) -> str:
    """响应：接到后 10 分内，按秒比较，等于时限为达标（T1 5 故障、G3）."""
    return f"响应：接到后 {in_words(limit)}内，按秒比较，等于时限为达标（{held.cite().short}、G3）"


def solution_basis(held: Held) -> str:
    """解决：以用户最后确认的时间为准（T1 5 故障），甲方、第三方、等待备件的时间不计入外包单位用时."""
    return f"解决：{held.word('sla.solve_by')}（{held.cite().short}），{NOT_VENDORS}"


def hand_in_basis(held: Held) -> str:
    """交单：当天下班前交运维主管，班后完成的次工作日下班前交（T3 第五条）."""
    return f"交单：当天下班前交运维主管，班后完成的{held.word('incident.after_hours')}（{held.cite().short}）"


def calendar_words(*, working: bool) -> str:
    """By which calendar a response is timed."""
    return "按工作时间计时" if working else "全天计时"


def of_period(
    connection: Connection, regulations: Regulations, first: date, last: date, vendor_id: int | None = None
) -> tuple[str, ...]:
    """The readings by which the incidents of a period were timed; what changed within it stands with its day."""
    began = func.substr(type_coerce(func.coalesce(Incident.accepted_at, Incident.reported_at), Text), 1, 10)
    query = select(Incident.vendor_id, began, Incident.urgent).where(*within(first, last, vendor_id)).distinct()
    found = [(row[0] or 0, date.fromisoformat(row[1]), row[2]) for row in connection.execute(query)]
    if not found:
        return ()
    days = [day for _, day, _ in found]
    plan = duties.load(connection, regulations, min(days) - DAY, max(days) + DAY, ())
    said: dict[str, dict[str, date]] = {}
    for vendor, day, urgent in sorted(found, key=lambda each: (each[1], each[0], each[2])):
        law, code = regulations.on(day), plan.terms_on(vendor, day).response
        for key, line in _lines(law, code, urgent=urgent):
            said.setdefault(key, {}).setdefault(line, day)
    lines = [
        f"{since.isoformat()} 起：{line}。" if len(versions) > 1 else f"{line}。"
        for versions in said.values()
        for line, since in versions.items()
    ]
    return (*lines, _calendars(connection))


def _lines(law: Law, code: str, *, urgent: bool) -> Iterator[tuple[str, str]]:
    """Each reading with the key under which its versions follow each other."""
    response = sla.response_clause(law, code, urgent=False)
    if response is None:
        yield f"{code} response", f"{code} 没有规定响应时限"
    else:
        yield response[0].clause.key, response_basis(*response)
    hurried = sla.response_clause(law, code, urgent=True) if urgent else None
    if hurried is not None and hurried != response:
        yield f"{hurried[0].clause.key} urgent", f"紧急事件的{response_basis(*hurried)}"
    if held := sla.term(law, "response.solved", code):
        yield held.clause.key, solution_basis(held)


def _calendars(connection: Connection) -> str:
    hours = incident_options.hours_of(connection)
    timed = [name for name, by in hours.items() if by == incident_options.WORKING_HOURS]
    if not timed:
        return "响应全天计时。"
    return f"响应按工作时间计时的类别：{'、'.join(timed)}；其余全天计时。"
