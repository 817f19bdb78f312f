"""What every page is given beside its Context: where work runs, who is told, where sentences and papers are shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opsdesk.ui.kit.change_bus import ChangeBus
    from opsdesk.ui.kit.notices import Notices
    from opsdesk.ui.kit.operation import Operations


@dataclass(frozen=True)
class Desk:
    """The window's own parts, passed to pages, never global.

    `open_paper(document)` shows the preview of a Document. `today()` gives the day by the site's clock: it completes
    dates typed without a year and is where the calendar opens; without it the computer's own day is taken.
    `open_history(slug, id)` shows who changed a record of a register, where the window has a page for it.
    """

    operations: Operations
    bus: ChangeBus
    notices: Notices
    open_paper: Callable[[Any], None]
    today: Callable[[], date] | None = None
    open_history: Callable[[str, int], object] | None = None
