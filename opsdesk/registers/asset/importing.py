"""The asset ledger into the record: all or nothing, and the same file twice changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.imports.assets import AssetRow, read_assets
from opsdesk.models import Asset
from opsdesk.registers.asset.service import first_state, no_change
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Finding, Refusal
from opsdesk.services.import_result import ImportResult, note_batch
from opsdesk.services.text import one_line
from opsdesk.services.transaction import Transaction

LABEL = "设备台账"
TITLES = {"state": "状态", "user": "使用人"}
SAID = tuple(
    column.name for column in Asset.__table__.columns if column.name not in {"id", "asset_no", "state", "value_fen"}
)


@dataclass
class _Plan:
    """What would be written: new assets, changes by id; and what stands in the way."""

    new: list[dict[str, Any]] = field(default_factory=list)
    changed: dict[int, dict[str, Any]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    duplicates: int = 0


def import_assets(ctx: Context, path: Path, *, dry_run: bool = False) -> ImportResult:
    """Import an asset ledger; a dry run says what would be stored. An empty cell says nothing about what is known."""
    ctx.require(*WRITERS)
    read = read_assets(path)
    with ctx.transaction("导入设备台账", one_line(path.name)) if not dry_run else ctx.read() as work:
        connection = work.connection if isinstance(work, Transaction) else work
        plan = _compare(connection, read.rows)
        findings = tuple(sorted((*read.findings, *plan.findings), key=lambda finding: finding.row))
        stored = 0 if findings else len(plan.new) + len(plan.changed)
        result = ImportResult(read.rows_read, stored, plan.duplicates, findings, LABEL)
        if isinstance(work, Transaction) and stored:
            for asset_id, changes in plan.changed.items():
                work.update(Asset, asset_id, **changes)
            work.insert_many(Asset, plan.new)
            note_batch(work, result, what="assets", file_name=path.name, sha256=read.sha256, at=ctx.now())
    return result


def _compare(connection: Connection, rows: tuple[AssetRow, ...]) -> _Plan:
    plan = _Plan()
    query = select(Asset.__table__)
    known = {row["asset_no"].casefold(): dict(row) for row in connection.execute(query).mappings()}
    for row in rows:
        try:
            old = known.get(row.asset_no.casefold())
            if old is None:
                plan.new.append(_new(row))
            elif changes := _changes(connection, old, row):
                plan.changed[old["id"]] = changes
            else:
                plan.duplicates += 1
        except Refusal as refusal:
            plan.findings.append(Finding(row.row, str(refusal), TITLES.get(refusal.field, ""), row.asset_no))
    return plan


def _new(row: AssetRow) -> dict[str, Any]:
    made = {name: value for name, value in asdict(row).items() if name not in {"row", "value"}}
    return {**made, "value_fen": row.value, "state": first_state(made)}


def _changes(connection: Connection, old: Mapping[str, Any], row: AssetRow) -> dict[str, Any]:
    """What the row says otherwise than the record. Refuses a change of state or user that goes by an act."""
    given = asdict(row)
    wanted = {name: given[name] for name in SAID if given[name] not in (None, "")}
    if row.repairs:  # what was entered since stays
        lines = old["repairs"].split("\n")
        told = [line for line in row.repairs.split("\n") if line not in lines]
        wanted["repairs"] = "\n".join(line for line in (*lines, *told) if line)
    if row.value is not None:
        wanted["value_fen"] = row.value
    if row.state:
        wanted["state"] = row.state
    if said := no_change(connection, old, {**old, **wanted}):
        raise Refusal(said[1], field=said[0])
    return {name: value for name, value in wanted.items() if old[name] != value}
