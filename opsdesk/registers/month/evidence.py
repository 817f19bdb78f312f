"""The records behind a proposed deduction, as they stand now: a sign-in taken back since is told as such."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from opsdesk.models import Punch
from opsdesk.services.context import Context

NO_RECORD = "没有到岗记录"


@dataclass(frozen=True)
class Evidence:
    """One record: its shift day and, for a sign-in, when, which way, from where; `void` says why it was taken back."""

    day: date
    at: datetime | None = None
    direction: str = ""
    source: str = ""
    void: str = ""

    @property
    def sentence(self) -> str:
        """“2026-02-06 08:41 到岗 服务台”, or that there is no record."""
        if self.at is None:
            return f"{self.day.isoformat()} {NO_RECORD}"
        gone = f"（已作废：{self.void}）" if self.void else ""
        return f"{self.at:%Y-%m-%d %H:%M} {self.direction} {self.source}{gone}"


def read(ctx: Context, references: Iterable[str]) -> Mapping[str, Evidence]:
    """What the references of a line (“punch:17”, “day:3:2026-02-06”) lead to; unknown ones are left out."""
    wanted = set(references)
    found: dict[str, Evidence] = {}
    punches: dict[int, str] = {}
    for reference in wanted:
        what, _, rest = reference.partition(":")
        if what == "punch":
            punches[int(rest)] = reference
        elif what == "day":
            found[reference] = Evidence(date.fromisoformat(rest.rpartition(":")[2]))
    if punches:
        query = select(Punch.id, Punch.day, Punch.at, Punch.direction, Punch.source, Punch.void_at, Punch.void_reason)
        with ctx.read() as connection:
            for row in connection.execute(query.where(Punch.id.in_(punches))):
                void = (row.void_reason or "无原因") if row.void_at else ""
                found[punches[row.id]] = Evidence(row.day, row.at, row.direction, row.source, void)
    return found
