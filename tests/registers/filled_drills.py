"""Three drills: two that passed, and one of a backup that was changed after it was made."""

from __future__ import annotations

from filled_site import run

from opsdesk.catalog import by_slug
from opsdesk.register import Query
from opsdesk.services import backup
from opsdesk.services.context import Context


def fill(ctx: Context) -> dict[str, list[int]]:
    """Carry them out, and leave no backup behind."""
    for number in range(3):
        made = backup.make(ctx.home, ctx.now(), "手动")
        if number == 2:
            with made.path.open("ab") as file:
                file.write(b"changed")
        run(ctx, "restore_drill", "drill", 0, remarks=f"第 {number + 1} 次，100%_")
        backup.discard(made.path)
    rows = by_slug("restore_drill").list(ctx, Query()).rows
    return {"restore_drill": [row.id for row in rows]}
