"""The commands: which function answers which word."""

from __future__ import annotations

import argparse
from pathlib import Path

from opsdesk.cli import exits


def run(asked: argparse.Namespace, home: Path) -> int:
    """Carry out the command; gives the exit code."""
    if asked.command == "import":
        from opsdesk.cli.importing import bring_in

        return bring_in(asked, home)
    return exits.guarded(lambda: _answer(asked, home), home, as_json=asked.as_json)


def _answer(asked: argparse.Namespace, home: Path) -> int:
    from opsdesk.cli import signing

    match asked.command:
        case "init":
            return signing.init(home, site=asked.site, project=asked.project, supervisor=asked.supervisor)
        case "sign-in" | "sign-out":
            return signing.sign(
                home, asked.staff_no, operator=asked.operator, out=asked.command == "sign-out", as_json=asked.as_json
            )
        case "print" | "export" | "law" | "month" | "incidents" | "visits" | "appraisal" | "history":
            return _paper_or_reading(asked, home)
        case "day" | "quarter":
            from opsdesk.cli import closing

            return closing.answer(asked, home)
        case "verify":
            from opsdesk.cli import checking, verifying

            if asked.words:
                return verifying.verify(home, asked.words, as_json=asked.as_json)
            return checking.verify(home, as_json=asked.as_json)
        case "backup" | "restore":
            from opsdesk.cli import backing_up

            if asked.command == "restore":
                return backing_up.restore(Path(asked.file), Path(asked.into), as_json=asked.as_json)
            return backing_up.make(home, to=asked.to, as_json=asked.as_json)
        case "purge":
            from opsdesk.cli import clearing

            return clearing.purge(home, operator=asked.operator, dry_run=asked.dry_run, as_json=asked.as_json)
        case "doctor":
            from opsdesk.cli import doctor

            return doctor.examine(home, as_json=asked.as_json)
    raise ValueError(asked.command)


def _paper_or_reading(asked: argparse.Namespace, home: Path) -> int:
    """The commands that change nothing and need no password, and `month close`."""
    if asked.command == "history":
        from opsdesk.cli import history

        return history.answer(asked, home)
    if asked.command == "appraisal" or (asked.command == "print" and asked.paper == "appraisal"):
        from opsdesk.cli import appraisal

        return appraisal.compute(asked, home) if asked.command == "appraisal" else appraisal.paper(asked, home)
    if asked.command == "visits" or (asked.command == "print" and asked.paper in {"visits", "permit", "evacuation"}):
        from opsdesk.cli import visits

        return visits.answer(asked, home) if asked.command == "visits" else visits.paper(asked, home)
    if asked.command == "incidents" or (asked.command == "print" and asked.paper in {"incident", "case", "incidents"}):
        from opsdesk.cli import incidents

        return incidents.answer(asked, home) if asked.command == "incidents" else incidents.paper(asked, home)
    if asked.command == "print":
        from opsdesk.cli import printing

        return printing.paper(asked, home)
    if asked.command == "law":
        from opsdesk.cli import law

        return law.answer(asked, home)
    if asked.command == "month" and asked.action != "settle":
        from opsdesk.cli import closing

        return closing.answer(asked, home)
    from opsdesk.cli import month

    if asked.command == "export":
        return month.export(home, asked.month, Path(asked.out), vendor=asked.vendor, as_json=asked.as_json)
    return month.settle(home, asked.month, vendor=asked.vendor, as_json=asked.as_json)
