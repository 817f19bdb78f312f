"""What a trial comes to: how often it was held, what failed, what was measured on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Result:
    """The outcome of a trial. `failures` holds a sentence for each, `figures` what else was counted or measured.

    `unheld` says why it could not be held on this machine; nothing is then proved, and nothing has failed.
    """

    name: str
    count: int
    failures: tuple[str, ...] = ()
    figures: Mapping[str, int | float | str] = field(default_factory=dict)
    unheld: str = ""

    @property
    def passed(self) -> bool:
        """Held, and nothing failed."""
        return not self.failures and not self.unheld
