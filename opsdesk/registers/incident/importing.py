"""An old register or another system's export into the record: all good rows in one transaction, the others reported.

What is taken over has ended elsewhere: it is kept as history, nobody signs it, and no verdict follows from it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from opsdesk.imports.column_map import ColumnMap
from opsdesk.imports.incidents import LABEL, IncidentFile, lay_out, open_book, read_incidents
from opsdesk.models import Base, Incident, IncidentAct, IncidentDue
from opsdesk.registers.incident import import_maps, import_names, import_sorting
from opsdesk.registers.incident.import_names import Names
from opsdesk.registers.incident.import_sorting import New, Sorted
from opsdesk.registers.incident.service import Course
from opsdesk.rules.vocabulary import OPEN_INCIDENT
from opsdesk.services import incident_clocks, incident_text
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.import_result import ImportResult, note_batch
from opsdesk.services.text import one_line
from opsdesk.services.transaction import Transaction

Progress = Callable[[int, int], bool]
STEP = 1000
"""Records that are judged and written at a time."""
WHAT = "incidents"
COLUMNS = tuple(column.name for column in Base.metadata.tables[Incident.__tablename__].columns)


def import_incidents(
    ctx: Context,
    path: Path,
    *,
    mapping: ColumnMap | None = None,
    dry_run: bool = False,
    create_values: bool = False,
    progress: Progress | None = None,
) -> ImportResult:
    """Import a register of incidents; `dry_run` only says what would happen, `progress` giving False stores nothing.

    Without `mapping` the one remembered for a file of these headings counts, else the headings are recognised; what was
    said or found out (also the order of day and month) is remembered. A number known with the same content is a
    duplicate. Words that the site does not have are refused row by row, or with `create_values` become choices of the
    site; vendors and people are then kept as they are written.
    """
    ctx.require(*WRITERS)
    book = open_book(path)
    with ctx.read() as connection:
        used = mapping or import_maps.remembered(connection, book)
    layout = lay_out(book, used)
    file = read_incidents(book, layout, used, _part(progress, 0, 1 if dry_run else 2))
    used = used or ColumnMap()
    if dry_run:
        with ctx.read() as connection:
            names = import_names.load(connection, used, create=create_values)
            return result_of(file, import_sorting.sort(connection, file, names, ctx.now()))
    with ctx.transaction("导入事件记录", one_line(path.name)) as tx:
        names = import_names.load(tx.connection, used, create=create_values)
        found = import_sorting.sort(tx.connection, file, names, ctx.now())
        result = result_of(file, found)
        if found.new:
            batch = note_batch(tx, result, what=WHAT, file_name=path.name, sha256=book.sha256, at=ctx.now())
            _store(ctx, tx, found.new, names, batch, _part(progress, 1, 2))
            if mapping is not None or file.order:
                import_maps.keep(tx, ctx, layout.headings, replace(used, order=file.order or used.order))
    return result


def result_of(file: IncidentFile, found: Sorted) -> ImportResult:
    """What an import came to, or would come to."""
    findings = sorted((*file.findings, *found.findings), key=lambda finding: finding.row)
    left = (f"这些列没有导入：{'、'.join(file.left)}。",) if file.left else ()
    notes = (*found.notes, *file.notes, *left)
    return ImportResult(file.rows_read, len(found.new), found.duplicates, tuple(findings), LABEL, notes)


def _part(progress: Progress | None, part: int, of: int) -> Progress | None:
    """Progress of one of several parts as progress of the whole."""
    if progress is None:
        return None
    return lambda done, total: progress(part * total + done, of * total)


def _store(
    ctx: Context, tx: Transaction, new: Sequence[New], names: Names, batch: int, progress: Progress | None
) -> None:
    import_names.add_options(tx, names.wanted)
    for begin in range(0, len(new), STEP):
        _go_on(progress, begin, len(new))
        some = new[begin : begin + STEP]
        ids = tx.insert_many(Incident, _judged(ctx, tx, [each.columns for each in some], batch))
        tx.insert_many(IncidentAct, _course(ctx, some, ids))
        tx.insert_many(IncidentDue, _dues(some, ids))
        incident_text.refresh(tx.connection, ids)
        tx.flush()
    _go_on(progress, len(new), len(new))


def _go_on(progress: Progress | None, done: int, total: int) -> None:
    """Tell how far it is; refuses once the user has cancelled, so that nothing is kept."""
    if progress and not progress(done, total):
        raise Refusal("导入已取消，没有写入任何记录。")


def _judged(ctx: Context, tx: Transaction, some: Sequence[dict[str, Any]], batch: int) -> list[dict[str, Any]]:
    """The rows of `incident` with what is kept of their clocks: judged first, so that each is written only once."""
    now = ctx.now()
    empty: dict[str, Any] = dict.fromkeys(COLUMNS)
    rows = [{**empty, **columns, "batch_id": batch, "id": -n} for n, columns in enumerate(some, 1)]
    found = incident_clocks.standings(tx.connection, ctx.regulations, rows, now)
    return [{**row, **incident_clocks.derived(found[row["id"]], row, now)} for row in rows]


def _course(ctx: Context, some: Sequence[New], ids: Sequence[int]) -> list[dict[str, Any]]:
    """The course of events: acceptance of what is still open, and what the file tells of the handling."""
    now, lines = ctx.now(), []
    for incident_id, each in zip(ids, some, strict=True):
        row = each.columns
        entered = {"incident_id": incident_id, "result": "", "entered_at": now, "entered_by": ctx.actor.name}
        if row["state"] in OPEN_INCIDENT:
            at = row["accepted_at"] or row["reported_at"]
            lines.append({**entered, "at": at, "what": str(Course.ACCEPT), "said": row["title"], "by": ctx.actor.name})
        if each.handling:
            at = row["resolved_at"] or row["responded_at"] or row["closed_at"] or row["reported_at"]
            lines.append({**entered, "at": at, "what": str(Course.STEP), "said": each.handling, "by": each.who})
    return lines


def _dues(some: Sequence[New], ids: Sequence[int]) -> list[dict[str, Any]]:
    """The time by which the user asked for the solution, confirmed as it stands in the file."""
    return [
        {
            "incident_id": incident_id,
            "asked_at": each.columns["accepted_at"] or each.columns["reported_at"],
            "due_at": each.columns["due_at"],
            "confirmed": True,
            "asked_by": each.columns["reporter"] or "用户",
            "reason": "",
        }
        for incident_id, each in zip(ids, some, strict=True)
        if each.columns["due_at"] is not None
    ]
