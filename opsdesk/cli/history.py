"""`history`: who changed what, when and why, as the audit chain has it."""

from __future__ import annotations

import argparse
from pathlib import Path

from opsdesk import history
from opsdesk.cli import desk, exits, saying
from opsdesk.services import history as chain_read
from opsdesk.services.errors import Refusal
from opsdesk.services.history import Asked
from opsdesk.services.text import one_line


def answer(asked: argparse.Namespace, home: Path) -> int:
    """Tell the links that were asked for, the newest first. Refuses a record that is not there."""
    ctx = desk.as_command_line(desk.open_existing(home))
    records: list[tuple[str, int | None]] = [("", None)]
    if asked.record:
        records = [*chain_read.record_named(ctx, one_line(asked.record))]
        if not records:
            raise Refusal(f"没有编号为 {one_line(asked.record)} 的记录。请核对编号、工号或设备编号。")
    links, total = [], 0
    for subject, subject_id in records:
        question = Asked(subject, subject_id, asked.by or "", asked.first, asked.last, one_line(asked.find))
        found, count = chain_read.listed(ctx, question, 0, asked.limit)
        links += found
        total += count
    links = sorted(links, key=lambda link: -link.seq)[: asked.limit]
    if asked.as_json:
        saying.one_object({"total": total, "links": [history.as_object(link) for link in links]})
        return exits.DONE
    for link in links:
        saying.result(f"{link.seq}  {history.told(link)}")
    if total > len(links):
        saying.result(f"共 {total} 条，只列出最近的 {len(links)} 条。")
    if not total:
        saying.result("没有符合条件的改动。")
    return exits.DONE
