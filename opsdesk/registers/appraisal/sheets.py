"""The sheets that an act is about, as they stand within its transaction; what every act refuses."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select

from opsdesk.models import Appraisal, AppraisalSheet
from opsdesk.services import appraisal
from opsdesk.services.appraisal import Scored
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.text import one_line
from opsdesk.services.transaction import Transaction

TOUCHED = frozenset({"appraisal"})
LEAST_REASON = 2


def scored_sheets(
    tx: Transaction, ctx: Context, sheet_ids: Collection[int], item_ids: Collection[int] = ()
) -> dict[int, Scored]:
    """These sheets as they stand now, within the transaction; of these items alone where they are given."""
    query = select(AppraisalSheet.id, AppraisalSheet.appraisal_id).where(AppraisalSheet.id.in_(sheet_ids))
    of: dict[int, list[int]] = {}
    for row in tx.connection.execute(query):
        of.setdefault(row.appraisal_id, []).append(row.id)
    found: dict[int, Scored] = {}
    for appraisal_id, ids in of.items():
        made = appraisal.of_appraisal(tx.connection, ctx.regulations, appraisal_id, ctx.now(), ids, item_ids)
        found |= {each.sheet.id: each for each in made.objects if each.sheet}
    if missing := set(sheet_ids) - set(found):
        raise Refusal(f"有 {len(missing)} 份考核表已经不在了。请刷新后再看。")
    return found


def sheet_row(tx: Transaction, sheet_id: int) -> Mapping[str, Any]:
    """A sheet that is not void. Refuses any other."""
    query = select(AppraisalSheet.__table__, Appraisal.void_at.label("round_void")).join(
        Appraisal, Appraisal.id == AppraisalSheet.appraisal_id
    )
    row = tx.connection.execute(query.where(AppraisalSheet.id == sheet_id)).mappings().one_or_none()
    if row is None or row["void_at"] or row["round_void"]:
        raise Refusal("这份考核表已经作废或不在了。请刷新后再看。")
    return dict(row)


def open_sheet(tx: Transaction, sheet_id: int) -> Mapping[str, Any]:
    """A sheet that may still be scored. Refuses a decided one."""
    row = sheet_row(tx, sheet_id)
    if row["decided_at"]:
        raise Refusal(f"{row['number']} 已经核定，不能再改。要改请先撤回核定并写明原因。")
    return row


def appraisal_row(tx: Transaction, sheet_id: int) -> Mapping[str, Any]:
    """The appraisal of a sheet."""
    query = select(Appraisal.__table__).join(AppraisalSheet, AppraisalSheet.appraisal_id == Appraisal.id)
    return dict(tx.connection.execute(query.where(AppraisalSheet.id == sheet_id)).mappings().one())


def reason_typed(text: str, sentence: str) -> str:
    """The reason typed for an act; refuses with `sentence` where there is none."""
    reason = one_line(text)
    if len(reason) < LEAST_REASON:
        raise Refusal(sentence, field="reason")
    return reason
