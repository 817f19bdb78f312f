"""The only place that reads the machine's clock; everything else is told the time."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

BOOT_FILE = Path("/proc/sys/kernel/random/boot_id")
_PROCESS = uuid.uuid4().hex


class Clock:
    """The workstation's clock: local wall time to the second, and how long the machine has been up."""

    def moment(self) -> datetime:
        """Now, with the machine's offset from UTC, cut to the second."""
        return datetime.now().astimezone().replace(microsecond=0)  # noqa: TID251 — the one place

    def now(self) -> datetime:
        """Now as local wall time without zone, cut to the second."""
        return self.moment().replace(tzinfo=None)

    def uptime_ms(self) -> int:
        """Milliseconds on a clock that nobody can set, comparable within one `boot`."""
        return time.monotonic_ns() // 1_000_000

    def boot(self) -> str:
        """Which run of the machine `uptime_ms` belongs to."""
        return BOOT_FILE.read_text().strip() if BOOT_FILE.exists() else _PROCESS


@dataclass
class FixedClock(Clock):
    """A clock that stands still until it is moved: for the demo site's past, for trials and for pictures."""

    at: datetime
    run: str = "fixed"
    up_ms: int = field(default=0)

    def moment(self) -> datetime:
        """The set moment, in the machine's zone."""
        return self.at.astimezone() if self.at.tzinfo is None else self.at

    def uptime_ms(self) -> int:
        """Moves only with `advance`."""
        return self.up_ms

    def boot(self) -> str:
        """The run given."""
        return self.run

    def advance(self, **units: float) -> None:
        """Let time pass, on the wall clock and on the machine's (`minutes=5`)."""
        step = timedelta(**units)
        self.at += step
        self.up_ms += int(step.total_seconds() * 1000)

    def set(self, at: datetime) -> None:
        """Set the wall clock alone, as somebody who changes the time does."""
        self.at = at
