"""From the scoring page into the rest of the window: to the record behind a line, and to the remedy of a question."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from opsdesk.registers.appraisal import evidence
from opsdesk.services.attendance import PersonDay
from opsdesk.services.context import Context
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.pages.with_import import WithImport

PAGES = {
    "incident": "incident",
    "visit": "visit",
    "loan": "loan",
    "equipment_move": "equipment_move",
    "media_check": "media_check",
    "change_request": "change_request",
    "off_hours": "off_hours",
    "inspection": "inspection",
    "cleaning": "cleaning",
    "report": "report",
    "report_weekly": "report_weekly",
    "report_quarterly": "report_quarterly",
    "appraisal_event": "appraisal_event",
    "sheet": "appraisal_sheet",
}
"""The page that opens a record, by the word that its reference begins with."""
Show = Callable[[str], Any]


def show_record(show: Show, show_day: Callable[[PersonDay], object], desk: Desk, ctx: Context, reference: str) -> None:
    """Open the record that a reference names (“incident:17”): beside its list, or the person's day."""
    kind, _, rest = reference.partition(":")
    if kind in PAGES:
        if (page := within(show(PAGES[kind]))) is not None:
            page.open_record(int(rest))
    elif kind in {"punch", "day"}:
        found = partial(evidence.person_day, ctx, reference)
        desk.operations.run(found, done=lambda each: show_day(each) if each else None, owner=desk.notices)
    elif kind == "report_due":
        show(rest.split(":")[1])
    elif kind == "room" and (page := within(show("inspection_round"))) is not None:
        room, _, day = rest.partition(":")
        page.head.go_to(date.fromisoformat(day), int(room))


def within(shown: Any) -> Any:
    """The page itself, its import put away."""
    if isinstance(shown, WithImport):
        shown.close_import()
        return shown.page
    return shown
