"""From the page of closing into the rest of the window: each item to the page where it is seen to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from opsdesk import closing_papers
from opsdesk.register import Tone
from opsdesk.services.context import Context
from opsdesk.services.open_item import OpenItem
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.pages.day_close import DayClosePage
from opsdesk.ui.pages.day_close_side import Papers
from opsdesk.ui.pages.settings import ThisComputer
from opsdesk.ui.shell.appraisal_doors import within

Show = Callable[[str], Any]


def page(show: Show, computer: ThisComputer, desk: Desk, ctx: Context) -> DayClosePage:
    """The page of closing, with the papers of the registers and its doors."""
    papers = Papers(closing_papers.choices, closing_papers.papers, closing_papers.close, computer.export_folder)
    made = DayClosePage(ctx, desk, papers)
    made.door_asked.connect(partial(go_through, show, desk))
    return made


def go_through(show: Show, desk: Desk, item: OpenItem, values: Mapping[str, Any]) -> None:
    """Go where an item is seen to: its record opened, a form begun, else the page on the item's day.

    A form begun there and not saved is never left without asking.
    """
    there = within(show(item.door))
    if there is None:
        return
    if item.door in {"sign_in", "hand_in"} and item.day is not None:
        there.go_to(item.day)
    elif item.door == "month" and item.day is not None:
        there.go_to(item.day.year, item.day.month)
    elif item.door == "inspection_round" and item.day is not None:
        there.head.go_to(item.day, item.id)
    elif hasattr(there, "panel") and hasattr(there, "open_record"):
        _open(there, desk, item, values)
    elif item.name and hasattr(there, "find_text"):
        there.find_text(item.name)


def _open(there: Any, desk: Desk, item: OpenItem, values: Mapping[str, Any]) -> None:
    if not there.may_leave():
        what = f"{there.register.singular}还没有保存，先留在这里。保存或者关闭以后，再从日结页去办理。"
        desk.notices.show(what, Tone.WARNING)
    elif item.id is not None:
        there.open_record(item.id)
    elif values:
        there.new_with(values)
    elif item.name:
        there.find_text(item.name)
