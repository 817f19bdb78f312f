"""`opsdesk` and `python -m opsdesk`: the window, or a command without it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from opsdesk import paths
from opsdesk.cli import arguments, exits, saying

if TYPE_CHECKING:
    from opsdesk.services.clock import Clock

PICTURE = "主窗口.png"


def main(argv: Sequence[str] | None = None) -> int:
    """Run `opsdesk` with these arguments (the process's own if not given); gives the exit code."""
    saying.make_ready()
    try:
        asked = arguments.read(argv)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else exits.WRONG_CALL
    if asked.as_json:
        saying.make_ready(as_json=True)
    if asked.command == "demo":
        from opsdesk.cli import demo

        home = demo.home(asked.home)
        made = exits.guarded(lambda: demo.make(home, asked.seed), home)
        return made if made or asked.no_window else exits.guarded(lambda: _window(home), home)
    home = paths.home(asked.home)
    if asked.command is None:
        return exits.guarded(lambda: _window(home), home)
    if asked.command == "showcase":
        return exits.guarded(lambda: showcase(Path(asked.out)), home)
    from opsdesk.cli import commands

    return commands.run(asked, home)


def _no_screen() -> bool:
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return sys.platform.startswith("linux") and not any(os.environ.get(name) for name in screens)


def _window(home: Path) -> int:
    from opsdesk.services.errors import Trouble

    if _no_screen():
        raise Trouble("这里没有图形界面，窗口打不开。", remedy="请在桌面环境中运行，或用命令行：opsdesk --help。")
    from opsdesk.ui.shell import app

    return app.run(home)


def moment_to_show(clock: Clock) -> Clock:
    """The clock itself on a workday from nine o'clock on; else one that stands at the end of the workday before."""
    from datetime import datetime, time, timedelta

    from opsdesk.rules.calendar import Calendar
    from opsdesk.services import calendars
    from opsdesk.services.clock import FixedClock

    now = clock.now()
    calendar = Calendar({day: special for plan in calendars.shipped() for day, special in plan.special.items()})
    if now.time() >= time(9) and calendar.works(now.date()):
        return clock
    day = now.date() - timedelta(days=1)
    while not calendar.works(day):
        day -= timedelta(days=1)
    return FixedClock(datetime.combine(day, time(17, 56)))


def showcase(out: Path, clock: Clock | None = None) -> int:
    """Write a day's 到岗记录 of the demo site (PDF, xlsx) and a picture of the main window to `out`; tell the paths."""
    import tempfile

    from opsdesk import demo_site
    from opsdesk.exports import issuing
    from opsdesk.registers.sign_in import documents
    from opsdesk.services.clock import Clock

    clock = moment_to_show(clock or Clock())
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        ctx = demo_site.build(Path(folder) / "demo", clock=clock).ctx
        document = documents.daily_sheet(ctx, ctx.today())
        _, kept = issuing.export(ctx, document, out)
        picture = out.resolve() / PICTURE
        if _no_screen():
            os.environ["QT_QPA_PLATFORM"] = "offscreen"
        from opsdesk.ui.shell import app

        app.picture(ctx, picture)
        ctx.reading.dispose()
        ctx.writing.dispose()
    for path in (*(file.path for file in kept), picture):
        saying.result(str(path))
    return exits.DONE


if __name__ == "__main__":
    sys.exit(main())
