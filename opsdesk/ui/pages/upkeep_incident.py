"""An incident out of what a round or a reading found: opened and tied to what it was opened for by one act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from opsdesk.register import Act, Register
from opsdesk.registers.incident import service as incident
from opsdesk.registers.inspection import service as inspection
from opsdesk.registers.reading import service as reading
from opsdesk.services import incident_options
from opsdesk.services.context import Context
from opsdesk.services.incident_options import What
from opsdesk.services.outcome import Outcome
from opsdesk.services.transaction import Transaction

CATEGORY, SOURCE = "动力环境", "巡检发现"


@dataclass(frozen=True)
class OpenedFor:
    """An incident just opened for a finding: its id, its number and the sentence that tells so."""

    id: int
    number: str
    sentence: str


def for_line(ctx: Context, line_id: int) -> Outcome[OpenedFor]:
    """Open an incident for an item of a round that was not normal."""
    told = inspection.incident_line(ctx, line_id)
    return _open(ctx, told, lambda tx, number: inspection.link(tx, line_id, number), inspection.TOUCHED)


def for_reading(ctx: Context, reading_id: int) -> Outcome[OpenedFor]:
    """Open an incident for a reading that was out of range."""
    told = reading.incident_line(ctx, reading_id)
    return _open(ctx, told, lambda tx, number: reading.link(tx, reading_id, number), reading.TOUCHED)


def _open(
    ctx: Context, told: tuple[str, str], link: Callable[[Transaction, str], str], touched: frozenset[str]
) -> Outcome[OpenedFor]:
    title, symptom = told
    category = CATEGORY if (CATEGORY, CATEGORY) in incident_options.offered(ctx, What.CATEGORY) else ""
    more = {"source": SOURCE, "symptom": symptom, **({"category": category} if category else {})}
    opened = incident.open_incident(ctx, title[: incident.LONGEST_TITLE], more, also=link)
    sentence = f"已开事件单 {opened.value.number}，来源写作{SOURCE}。"
    return Outcome(OpenedFor(opened.value.id, opened.value.number, sentence), opened.touched | touched)


def with_incident(register: Register) -> Register:
    """环境记录 with the act 开事件单, which the register by itself cannot have: registers do not know each other."""

    def run(ctx: Context, record_id: int, _values: Mapping[str, Any]) -> Outcome[str]:
        done = for_reading(ctx, record_id)
        return Outcome(done.value.sentence, done.touched)

    link = next(act for act in register.acts if act.key == "link_incident")
    return replace(register, acts=(Act("open_incident", "开事件单", run, offered=link.offered), *register.acts))
