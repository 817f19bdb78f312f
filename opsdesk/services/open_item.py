"""One thing that stands open when a period is to be closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class OpenItem:
    """What it is in a word and in a sentence, and where its remedy is.

    `door` is the page to go to and `id` the record to open there, of rounds the room (None: the page itself);
    `name` is to be found there otherwise. `staff_id` and `day` say whose day a form that begins there is for.
    """

    kind: str
    sentence: str
    door: str
    id: int | None = None
    name: str = ""
    staff_id: int | None = None
    day: date | None = None
