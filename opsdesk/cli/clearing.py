"""`purge`: what the window does by 清除到期信息 among the frequent visitors."""

from __future__ import annotations

from pathlib import Path

from opsdesk.cli import desk, exits, saying
from opsdesk.services import privacy


def purge(home: Path, *, operator: str | None, dry_run: bool, as_json: bool) -> int:
    """Clear the personal data of visitors whose time is over, or say what that would be."""
    ctx = desk.open_existing(home)
    ctx = desk.looking(ctx) if dry_run else desk.log_in(ctx, operator)
    due = privacy.look(ctx)
    said = due.sentence if dry_run else privacy.purge(ctx).value
    if as_json:
        saying.one_object(
            {
                "before": due.cutoff.isoformat(),
                "records": {each.what: len(each.ids) for each in due.due},
                "copies": len(due.copies),
                "told": said,
            }
        )
    else:
        saying.result(said)
    return exits.DONE
