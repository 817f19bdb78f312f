"""Who signed last with a password, so that acts in a row ask for it once (`promises.md` H14)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsdesk.services.context import Actor, Context
from opsdesk.ui.kit.desk import Signing, asked

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

KEPT_MS = 5 * 60 * 1000
"""How long a password holds for further acts of the same person, in milliseconds of a clock that nobody can set."""


class Signature:
    """The password of the supervisor at the desk, typed a moment ago: ten waivers in a row do not ask ten times."""

    def __init__(self) -> None:
        self._whose: Actor | None = None
        self._at_ms = 0

    def holds(self, ctx: Context) -> bool:
        """Whether who is at the desk has typed the password for an act within the last five minutes."""
        return self._whose == ctx.actor and ctx.clock.uptime_ms() - self._at_ms < KEPT_MS

    def keep(self, ctx: Context) -> None:
        """The password of who is at the desk was right just now."""
        self._whose, self._at_ms = ctx.actor, ctx.clock.uptime_ms()

    def forget(self) -> None:
        """Somebody may have sat down meanwhile: the next act asks again."""
        self._whose = None

    def ask(self, parent: QWidget, ctx: Context, signing: Signing) -> Context | None:
        """Let a supervisor sign an act; None if refused. Another one than sits at the desk signs this one act alone."""
        if self.holds(ctx):
            return ctx if asked(parent, signing) else None
        from opsdesk.ui.pages.step_up import ask_supervisor  # the window opens without it

        granted = ask_supervisor(parent, ctx, f"{signing.title}。{signing.said}", verb=signing.verb)
        if granted is not None and granted.actor == ctx.actor:
            self.keep(granted)
        return granted
