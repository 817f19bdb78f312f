"""What every page is given beside its Context: where work runs, who is told, where sentences and papers are shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from opsdesk.services.context import Context
    from opsdesk.ui.kit.change_bus import ChangeBus
    from opsdesk.ui.kit.notices import Notices
    from opsdesk.ui.kit.operation import Operations


@dataclass(frozen=True)
class Signing:
    """What a supervisor is about to sign: the act in words (核定 3 份考核表), the word on its button, what to know."""

    title: str
    verb: str
    said: str = ""
    danger: bool = False


@dataclass(frozen=True)
class Desk:
    """The window's own parts, passed to pages, never global.

    `open_paper(document)` shows the preview of a Document. `today()` gives the day by the site's clock: it completes
    dates typed without a year and is where the calendar opens; without it the computer's own day is taken.
    `open_history(slug, id)` shows who changed a record of a register, where the window has a page for it.
    `ask_signature` lets a supervisor sign with the password; the window has it, a page alone in a trial may not.
    """

    operations: Operations
    bus: ChangeBus
    notices: Notices
    open_paper: Callable[[Any], None]
    today: Callable[[], date] | None = None
    open_history: Callable[[str, int], object] | None = None
    ask_signature: Callable[[QWidget, Context, Signing], Context | None] | None = None

    def signed(self, parent: QWidget, ctx: Context, signing: Signing) -> Context | None:
        """The site with the supervisor who signs what others are fined, scored or shown by; None where nobody did."""
        if self.ask_signature is not None:
            return self.ask_signature(parent, ctx, signing)
        return ctx if asked(parent, signing) else None


def asked(parent: QWidget, signing: Signing) -> bool:
    """Whether the user goes on after what there is to know; where there is nothing, nobody is asked."""
    from opsdesk.ui.kit.notices import confirm

    if not signing.said:
        return True
    return confirm(parent, signing.title, signing.said, signing.verb, danger=signing.danger)
