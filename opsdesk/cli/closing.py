"""`day`, `month` and `quarter`: what still stands open, and closing in one go."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from opsdesk import closing_papers
from opsdesk.cli import desk, exits, saying
from opsdesk.cli.closing_arguments import CLOSE
from opsdesk.cli.printing import as_object
from opsdesk.services import closing, closings
from opsdesk.services.closings import Period
from opsdesk.services.open_item import OpenItem

EXPORTS = "exports"


def answer(asked: argparse.Namespace, home: Path) -> int:
    """Tell how a period stands, or close it as the supervisor."""
    chosen = _period(asked)
    if asked.action == CLOSE:
        out = Path(asked.out) if asked.out else home / EXPORTS
        return close(home, chosen, out, because=asked.because, operator=asked.operator, as_json=asked.as_json)
    return status(home, chosen, as_json=asked.as_json)


def _period(asked: argparse.Namespace) -> Period:
    if asked.command == "day":
        return closings.of_day(asked.day)
    if asked.command == "month":
        return closings.of_month(*asked.month)
    return closings.of_quarter(*asked.quarter)


def status(home: Path, period: Period, *, as_json: bool) -> int:
    """Every item that is open, and the state of things in one line."""
    found = closing.status(desk.as_command_line(desk.open_existing(home)), period)
    closed = found.closed
    if as_json:
        saying.one_object(
            {
                "period": period.label,
                "closed": closed.closed_at.isoformat(" ") if closed else None,
                "open": [_object(each) for each in found.items],
                "state": found.sentence,
            }
        )
        return exits.DONE
    saying.result(f"{period.label}：{found.sentence}。")
    for each in found.items:
        saying.result(f"- {each.sentence}")
    return exits.DONE


def _object(each: OpenItem) -> dict[str, Any]:
    return {
        "kind": each.kind,
        "sentence": each.sentence,
        "door": each.door,
        "id": each.id,
        "day": each.day.isoformat() if each.day else None,
    }


def close(home: Path, period: Period, out: Path, *, because: str, operator: str | None, as_json: bool) -> int:
    """Close the period; prints when, the backup, and every file. What failed after the lock is told and gives 1."""
    ctx = desk.log_in(desk.open_existing(home), operator)
    done = closing_papers.close(ctx, period, out, because=because).value
    files = [*done.written.files, *done.written.vendors] if done.written else []
    kept = done.backup.here if done.backup else None
    if as_json:
        saying.one_object(
            {
                "period": period.label,
                "closed": done.closed.closed_at.isoformat(" "),
                "by": done.closed.closed_by,
                "open": list(done.closed.open_items),
                "because": done.closed.because,
                "links": done.closed.seq,
                "head": done.closed.head,
                "backup": {"file": str(kept.path), "sha256": kept.sha256} if kept else None,
                "files": [as_object(each) for each in files],
                "troubles": list(done.troubles),
            }
        )
    else:
        said = f"，{len(done.closed.open_items)} 项没有了结" if done.closed.open_items else ""
        when = f"{done.closed.closed_at:%Y-%m-%d %H:%M}"
        saying.result(f"{period.label} 已{period.kind}（{when} {done.closed.closed_by}{said}）。")
        if kept is not None:
            saying.result(f"已备份，可恢复 ✔ {kept.path}")
        for each in files:
            saying.result(f"{each.path}  {saying.size(each.size)}")
    for trouble in done.troubles:
        saying.sentence(trouble)
    return exits.REFUSED if done.troubles else exits.DONE
