"""`appraisal compute` and `print appraisal`: a period scored from the record, and all of its papers."""

from __future__ import annotations

import argparse
from decimal import Decimal
from pathlib import Path
from typing import Any

from opsdesk.cli import desk, exits, saying
from opsdesk.cli.month import company
from opsdesk.cli.printing import as_object
from opsdesk.exports import archive, issuing
from opsdesk.registers.appraisal import bundle
from opsdesk.registers.appraisal.service import period_typed
from opsdesk.registers.month.figures import companies
from opsdesk.rules.payment import HUNDRED
from opsdesk.rules.scoring import ScoredItem, Way, plain
from opsdesk.services import appraisal
from opsdesk.services.appraisal import Round, Scored
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.money import in_words, yuan


def compute(asked: argparse.Namespace, home: Path) -> int:
    """Score a period and tell it; of an appraisal on record what was ruled and decided counts. Writes nothing."""
    ctx = desk.as_command_line(desk.open_existing(home))
    made = _round(ctx, asked)
    if asked.as_json:
        codes = {each.id: each.code for each in companies(ctx)}
        saying.one_object(
            {
                "period": made.period.text,
                "scheme": made.scheme.code,
                "edition": made.scheme.edition,
                "title": made.scheme.title,
                "objects": [_object(each, codes) for each in made.objects],
            }
        )
        return exits.DONE
    if not made.objects:
        saying.result(f"{made.period.words}没有考核对象。")
    for each in made.objects:
        _tell(each)
    return exits.DONE


def paper(asked: argparse.Namespace, home: Path) -> int:
    """Write the whole period into one PDF, and a workbook for each vendor with nothing of another."""
    ctx = desk.as_command_line(desk.open_existing(home))
    made = _round(ctx, asked)
    kept: list[tuple[str, archive.Kept]] = []
    if "pdf" in asked.formats:
        documents = bundle.whole_period(ctx, made)
        _, files = issuing.export(ctx, documents, Path(asked.out), ("pdf",))
        kept += [("", file) for file in files]
    if "xlsx" in asked.formats:
        names = {each.id: each.short_name for each in companies(ctx)}
        for vendor_id, documents in bundle.vendor_books(ctx, made).items():
            short = names.get(vendor_id, documents[0].sheet)
            _, files = issuing.export(ctx, documents, Path(asked.out), ("xlsx",))
            kept += [(short, file) for file in files]
    if not kept:
        raise Refusal(f"{made.period.words}没有考核对象，没有可以打印的考核表。请核对周期。")
    if asked.as_json:
        files_said = [{**({"vendor": vendor} if vendor else {}), **as_object(file)} for vendor, file in kept]
        saying.one_object({"period": made.period.text, "scheme": made.scheme.code, "files": files_said})
        return exits.DONE
    for _, file in kept:
        saying.result(f"{file.path}  {saying.size(file.size)}")
    return exits.DONE


def _round(ctx: Context, asked: argparse.Namespace) -> Round:
    chosen = company(ctx, asked.vendor)
    period = period_typed(asked.number)
    if period.first > ctx.today():
        raise Refusal(f"{period.words}还没有开始，没有可以考核的记录。请核对周期。")
    return appraisal.compute(ctx, period, code=asked.scheme, vendor_id=chosen.id if chosen else None)


def number(value: Decimal | None) -> int | float | None:
    """A figure as JSON has it: its digits are those of the Decimal."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(plain(value))


def _object(each: Scored, codes: dict[int, str]) -> dict[str, Any]:
    subject, share = each.subject, each.per_cent
    fen = each.amount_fen if each.pays else each.money.amount_fen if each.money else None
    return {
        "kind": str(subject.kind),
        "name": subject.name,
        "vendor": subject.vendor,
        "vendor_code": codes.get(subject.vendor_id or 0, ""),
        "number": each.sheet.number if each.sheet else None,
        "state": str(each.state),
        "score": number(each.score),
        "grade": each.grade,
        "pay_factor": number(share / HUNDRED) if share is not None else None,
        "amount": number(yuan(fen)),
        "items": [_item(one) for one in each.items],
    }


def _item(one: ScoredItem) -> dict[str, Any]:
    """An item whose lines, the full points first, add up to its score."""
    item = one.item
    full: dict[str, Any] = {
        "clause": item.clause,
        "points": number(one.base),
        "because": f"满分 {plain(one.base)} 分",
        "evidence": [],
    }
    lines = [
        {
            "clause": line.proposal.citation.key if line.proposal.citation else item.clause,
            "points": number(line.counted),
            "because": line.proposal.because,
            "evidence": list(line.proposal.evidence),
            "proposed": number(line.proposal.points),
            "state": str(line.state),
        }
        for line in one.lines
    ]
    return {
        "item": item.title,
        "category": item.category,
        "weight": number(item.weight),
        "score": number(one.score),
        "source": item.source or ("人工" if item.way is Way.HAND else ""),
        "scored": not one.blank,
        "lines": [*([full] if one.base else []), *lines],
    }


def _tell(each: Scored) -> None:
    said = [f"{plain(each.score)} 分"]
    if each.grade:
        said.append(each.grade)
    if each.per_cent is not None:
        said.append(f"付款系数 {plain(each.per_cent)}%")
    if each.amount_fen is not None:
        said.append(f"应付 {in_words(each.amount_fen)} 元")
    if each.money is not None:
        said.append(f"扣 {in_words(each.money.amount_fen)} 元")
    saying.result(f"{each.subject.name} {'，'.join(said)}（{each.state}）")
    for one in each.items:
        blank = "（未评，暂按满分）" if one.blank else ""
        saying.result(f"  {one.item.title} {plain(one.score)}/{plain(one.item.weight)}{blank}")
        for line in one.lines:
            if line.counted:
                cited = line.proposal.citation.short if line.proposal.citation else one.item.clause
                saying.result(f"    {plain(line.counted)}  {cited}  {line.proposal.because}")
