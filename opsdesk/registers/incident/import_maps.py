"""Maps of foreign files, remembered by their headings: made once, used for every file that looks the same."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, select

from opsdesk.imports import column_map
from opsdesk.imports.column_map import ColumnMap
from opsdesk.imports.columns import HEADING_ROWS, heading_key
from opsdesk.imports.sheets import Sheets
from opsdesk.models import ImportMap
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.outcome import Outcome
from opsdesk.services.text import one_line
from opsdesk.services.transaction import Transaction

WHAT = "incidents"


def _key(headings: Sequence[str]) -> str:
    """Headings as they are remembered: their order and their width do not matter."""
    return json.dumps(sorted({heading_key(text) for text in headings if text}), ensure_ascii=False)


def remembered(connection: Connection, book: Sheets) -> ColumnMap | None:
    """The map that was made for a file of these headings."""
    query = select(ImportMap.headings, ImportMap.body).where(ImportMap.what == WHAT)
    known = {row.headings: row.body for row in connection.execute(query)}
    if not known:
        return None
    for sheet in book.sheets:
        for row in sheet.rows[:HEADING_ROWS]:
            if (body := known.get(_key([one_line(text) for text in row.cells]))) is not None:
                return column_map.of_body(body)
    return None


def keep(tx: Transaction, ctx: Context, headings: Sequence[str], mapping: ColumnMap) -> None:
    """Remember a map within a transaction; the same one again changes nothing, an order of dates stays known."""
    key = _key(headings)
    query = select(ImportMap.id, ImportMap.body).where(ImportMap.what == WHAT, ImportMap.headings == key)
    known = tx.connection.execute(query).one_or_none()
    if known is None:
        tx.insert(ImportMap, what=WHAT, headings=key, body=mapping.body(), at=ctx.now(), by=ctx.actor.name)
        return
    body = replace(mapping, order=mapping.order or column_map.of_body(known.body).order).body()
    if body != known.body:
        tx.update(ImportMap, known.id, body=body, at=ctx.now(), by=ctx.actor.name)


def remember(ctx: Context, headings: Sequence[str], mapping: ColumnMap) -> Outcome[None]:
    """Remember a map for files of these headings."""
    ctx.require(*WRITERS)
    with ctx.transaction("记住列的对照") as tx:
        keep(tx, ctx, headings, mapping)
    return Outcome(None)
