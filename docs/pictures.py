"""Make the pictures of docs/ anew: the invented demo site on a fixed morning, drawn without a screen."""

from __future__ import annotations

import os
import tempfile
from datetime import datetime
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from opsdesk import bootstrap, demo_site
from opsdesk.services.clock import FixedClock
from opsdesk.ui.shell.app import picture

MORNING = datetime(2026, 3, 5, 9, 20)
PICTURES = (
    ("sign-in.png", "sign_in"),
    ("kiosk.png", "kiosk"),
    ("paper.png", "paper"),
    ("people.png", "people"),
    ("incident.png", "incident"),
    ("incident-statistics.png", "incident.incident_statistics"),
    ("room.png", "room.visit"),
    ("inspection.png", "upkeep.inspection_round"),
    ("appraisal.png", "appraisal"),
    ("month.png", "month"),
    ("day-close.png", "close"),
    ("roster.png", "leave.roster"),
    ("law.png", "law"),
)


def main() -> None:
    """Write the pictures and say where they are."""
    here = Path(__file__).parent
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "site"
        built = demo_site.build(home, seed=7, clock=FixedClock(MORNING))
        built.ctx.writing.dispose()
        built.ctx.reading.dispose()
        ctx = bootstrap.open_site(home, FixedClock(MORNING))
        for name, page in PICTURES:
            picture(ctx, here / name, page=page)
            print(here / name)
        ctx.writing.dispose()
        ctx.reading.dispose()


if __name__ == "__main__":
    main()
