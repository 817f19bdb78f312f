"""February 2026 as the team lived it: who came late, left early, stayed away or forgot to sign out."""

from __future__ import annotations

from datetime import date, datetime

import team as team_module
from team import Team, grant

from opsdesk.models import Punch
from opsdesk.services.context import Context

WORKDAYS = [date(2026, 2, day) for day in (2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 14, 24, 25, 26, 27, 28)]
"""The fourteenth and the twenty-eighth are worked for the Spring Festival."""
USUAL = ("08:20", "17:31")
HOURS: dict[tuple[str, int], tuple[str | None, str | None]] = {
    **{("1001", day): ("08:56", "17:31") for day in (3, 4, 5, 6)},
    ("1002", 10): ("09:32", "17:31"),
    ("1003", 12): (None, None),
    ("1004", 25): ("08:20", None),
    ("1005", 9): ("08:20", "17:00"),
    ("1005", 13): ("08:20", "16:50"),
    ("1006", 26): (None, None),
}
"""1001 late four times by 26; 1002 by 62, so absent; 1003 on leave; 1004 not signed out; 1005 early; 1006 not there."""


def live(ctx: Context) -> Team:
    """Put team and month into the record; it is the fifth of March."""
    crew = team_module.build(ctx)
    grant(ctx, crew["1003"], "2026-02-12 08:30", "2026-02-12 17:30")
    with ctx.transaction("二月") as tx:
        tx.insert_many(
            Punch,
            [
                {
                    "staff_id": crew[number],
                    "day": day,
                    "at": (at := datetime.fromisoformat(f"{day.isoformat()} {clock}")),
                    "direction": direction,
                    "source": "服务台",
                    "device": "",
                    "entered_at": at,
                    "entered_by": "主管",
                    "doubted": False,
                }
                for day in WORKDAYS
                for number in ("1001", "1002", "1003", "1004", "1005", "1006", "2001", "2002")
                for clock, direction in zip(HOURS.get((number, day.day), USUAL), ("到岗", "离岗"), strict=True)
                if clock
            ],
        )
    return crew
