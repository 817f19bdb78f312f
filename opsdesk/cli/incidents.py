"""`incidents list`, `show` and `stats`, and the papers of incidents: all of it only reads."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from opsdesk.cli import desk, exits, saying
from opsdesk.cli.printing import one, told
from opsdesk.exports import issuing
from opsdesk.register import Chip, Query
from opsdesk.registers.incident import detail, documents, listing
from opsdesk.registers.incident.detail import Detail
from opsdesk.registers.vendor.spec import REGISTER as VENDOR
from opsdesk.services import incident_figures, masking
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.incident_figures import WORDS, By, Figures
from opsdesk.services.incident_measures import MEASURES, said
from opsdesk.services.text import one_line

IDS = frozenset({"id", "vendor_id", "staff_id", "problem_id", "batch_id"})
"""Columns that mean nothing outside the database."""
FIRST, LAST = date(2000, 1, 1), date(2099, 12, 31)
MOST_VENDORS = 10_000


def answer(asked: argparse.Namespace, home: Path) -> int:
    """Carry out `incidents …`."""
    ctx = desk.as_command_line(desk.open_existing(home))
    if asked.action == "list":
        return _list(ctx, asked)
    if asked.action == "show":
        return _show(ctx, asked)
    return _stats(ctx, asked)


def paper(asked: argparse.Namespace, home: Path) -> int:
    """Carry out `print incident`, `print case` and `print incidents`; prints path and size of every file."""
    ctx = desk.as_command_line(desk.open_existing(home))
    if asked.paper == "incidents" and asked.day is not None:
        document = documents.day_list(ctx, asked.day)
    elif asked.paper == "incidents":
        year, month = asked.month
        document = documents.month_statistics(ctx, year, month, _vendor(ctx, asked.vendor))
    else:
        make = documents.record if asked.paper == "incident" else documents.case_report
        document = make(ctx, detail.id_of(ctx, asked.number))
    sealed, kept = issuing.export(ctx, document, Path(asked.out), asked.formats)
    return told(kept, one(sealed), as_json=asked.as_json)


def _vendor(ctx: Context, typed: str | None) -> int | None:
    """The vendor with this code or name; None where none is asked for. Refuses an unknown one."""
    if typed is None:
        return None
    wanted, rows = one_line(typed).casefold(), VENDOR.list(ctx, Query(limit=MOST_VENDORS)).rows
    for key in ("code", "short_name", "name"):
        found = [row.id for row in rows if str(row.values[key]).casefold() == wanted]
        if len(found) == 1:
            return found[0]
    known = "、".join(f"{row.values['code']}（{row.values['short_name']}）" for row in rows) or "还没有"
    raise Refusal(f"没有编码或简称是“{one_line(typed)}”的单位。现有单位：{known}。", field="vendor")


def _list(ctx: Context, asked: argparse.Namespace) -> int:
    if asked.state is not None and asked.state not in listing.STATES:
        raise Refusal(f"没有“{asked.state}”这种状态。可选：{'、'.join(listing.STATES)}。", field="state")
    filters: dict[str, Any] = {"state": asked.state, "vendor": _vendor(ctx, asked.vendor)}
    if asked.first or asked.last:
        filters["period"] = f"{asked.first or FIRST}/{asked.last or LAST}"
    page = listing.listed(ctx, Query(text=asked.find, filters=filters, limit=asked.limit))
    rows = [{key: _plain(value) for key, value in row.values.items() if key != "when"} for row in page.rows]
    if asked.as_json:
        saying.one_object({"total": page.total, "incidents": rows})
        return exits.DONE
    for row in rows:
        parts = [row["number"], row["reported_at"], row["state"], row["clock"], row["person"], row["title"]]
        saying.result("  ".join(str(part) for part in parts if part))
    more = f"，这里列出最近的 {len(rows)} 件" if page.total > len(rows) else ""
    saying.result(f"共 {page.total} 件{more}。")
    return exits.DONE


def _plain(value: object) -> Any:
    """A value as `--json` writes it: times to the second, a chip as its word."""
    if isinstance(value, Chip):
        return value.word
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def _show(ctx: Context, asked: argparse.Namespace) -> int:
    found = detail.detail(ctx, detail.id_of(ctx, asked.number))
    if asked.as_json:
        saying.one_object(_as_object(found))
    else:
        _tell(found)
    return exits.DONE


def _as_object(found: Detail) -> dict[str, Any]:
    """All of an incident: its fields, and what belongs to it."""
    standing, row = found.standing, found.row
    return {
        **{key: _plain(value) for key, value in row.items() if key not in IDS},
        "reporter_phone": masking.phone(row["reporter_phone"]) or None,
        "imported": row["batch_id"] is not None,
        "clocks": [
            {
                "name": each.name, "state": str(each.state), "limit": each.limit, "used": each.used,
                "over": each.over, "running": each.running, "deadline": _plain(each.deadline),
                "clause": each.citation.key, "sentence": each.sentence,
            }
            for each in standing.readings
        ],
        "points": [
            {"points": each.points, "clause": each.citation.key, "because": each.because} for each in standing.points
        ],
        "due_steps": [
            {"sentence": each.sentence, "since": _plain(each.since), "clause": each.citation.key}
            for each in standing.due_steps
        ],
        "course": [_fields(each) for each in found.course],
        "pauses": [{**_fields(each), "whose": str(each.whose)} for each in found.pauses],
        "parts": [_fields(each) for each in found.parts],
        "files": [_fields(each) for each in found.files],
        "lacking": [
            {"field": each.field, "sentence": each.sentence, "clause": each.citation.key} for each in found.lacking
        ],
        "problem": found.problem,
        "case_number": found.case_number,
    }  # fmt: skip


def _fields(line: Any) -> dict[str, Any]:
    return {key: _plain(value) for key, value in asdict(line).items() if key != "id"}


def _tell(found: Detail) -> None:
    row = found.row
    saying.result(f"{row['number']}  {row['title']}")
    told_of = (
        ("状态", row["state"]), ("报告人", row["reporter"]), ("单位", row["reporter_dept"]), ("系统", row["system"]),
        ("类别", row["category"]), ("等级", row["severity"]), ("处理人", row["person"]), ("外包单位", row["vendor"]),
        ("结果", row["result"]),
    )  # fmt: skip
    saying.result("，".join(f"{label} {value}" for label, value in told_of if value) + "。")
    for each in found.standing.readings:
        saying.result(f"  {each.sentence}")
    for line in found.course:
        words = "；".join(part for part in (line.said, line.result) if part)
        struck = "（已划去）" if line.void else ""
        saying.result(f"  {_plain(line.at)}  {line.what}  {words}  {line.by}{struck}")
    for sentence in (each.sentence for each in found.lacking):
        saying.result(f"  {sentence}")
    for sentence in (each.sentence for each in found.standing.due_steps):
        saying.result(f"  {sentence}")


def _stats(ctx: Context, asked: argparse.Namespace) -> int:
    by = By(asked.by) if asked.by else None
    found = incident_figures.statistics(ctx, asked.first, asked.last, by=by, vendor_id=_vendor(ctx, asked.vendor))
    if asked.as_json:
        groups = [{"group": group.name, **_numbers(group.figures)} for group in found.groups]
        period = {"from": asked.first.isoformat(), "to": asked.last.isoformat()}
        saying.one_object({**period, "by": asked.by, "groups": groups, "total": _numbers(found.total)})
        return exits.DONE
    for group in found.groups:
        saying.result(f"{WORDS[By(asked.by)]} {group.name}：{_sentence(group.figures)}")
    saying.result(f"合计：{_sentence(found.total)}")
    return exits.DONE


def _numbers(figures: Figures) -> Mapping[str, Any]:
    """The figures as numbers; of nothing measured none was in time, and no median can be told."""
    kept = {"within_response": figures.within_response or 0, "within_deadline": figures.within_deadline or 0}
    return {key: _plain(value) for key, value in (asdict(figures) | kept).items()}


def _sentence(figures: Figures) -> str:
    measured: Sequence[str] = [f"{each.title} {said(each, figures)}" for each in MEASURES]
    return f"{'，'.join(measured)}。"
