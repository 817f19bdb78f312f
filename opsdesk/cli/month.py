"""`month settle` and `export vendor`: the month as it is settled from the record, and a workbook for each company."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from opsdesk.cli import desk, exits, saying
from opsdesk.cli.printing import as_object
from opsdesk.exports import issuing
from opsdesk.registers.month import service
from opsdesk.registers.month.documents import vendor_workbook
from opsdesk.registers.month.figures import Company, companies, hours_of
from opsdesk.registers.month.service import figures_json, plain
from opsdesk.rules.amounts import in_yuan
from opsdesk.rules.settlement import Line, Occurrence
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.settlement import PersonMonth
from opsdesk.services.text import one_line


def settle(home: Path, month: tuple[int, int], *, vendor: str | None, as_json: bool) -> int:
    """Settle the month from the record and tell it; what is still open comes first."""
    ctx = desk.as_command_line(desk.open_existing(home))
    chosen = company(ctx, vendor)
    standing = service.standing(ctx, *month, vendor_id=chosen.id if chosen else None)
    codes = {each.id: each.code for each in companies(ctx)}
    if as_json:
        staff = [_person(each, codes[each.person.vendor_id]) for each in standing.month.people]
        questions = [question.sentence for question in standing.questions]
        saying.one_object(
            {"month": standing.month.key, "staff": staff, "open": questions, "basis": list(standing.month.basis)}
        )
        return exits.DONE
    if standing.questions:
        saying.result(f"{standing.month.key} 有 {len(standing.questions)} 项未结：")
        for question in standing.questions:
            saying.result(f"- {question.sentence}")
    if not standing.month.people:
        saying.result(f"{standing.month.key} 没有应到岗的人员。")
    for each in standing.month.people:
        _tell(each)
    return exits.DONE


def export(home: Path, month: tuple[int, int], out: Path, *, vendor: str | None, as_json: bool) -> int:
    """Write one workbook for every company with people in the month, or for the one named."""
    ctx = desk.as_command_line(desk.open_existing(home))
    chosen = company(ctx, vendor)
    found = [chosen] if chosen else companies(ctx)
    files = []
    for each in found:
        try:
            sheets = vendor_workbook(ctx, *month, each.id)
        except Refusal:
            if chosen:
                raise
            continue
        _, kept = issuing.export(ctx, sheets, out, ("xlsx",))
        files += [{"vendor": each.short_name, **as_object(file)} for file in kept]
    if not files:
        raise Refusal(f"{month[0]}-{month[1]:02} 没有应到岗的人员，没有可以导出的考勤。请核对月份。")
    if as_json:
        saying.one_object({"month": f"{month[0]}-{month[1]:02}", "files": files})
    else:
        for file in files:
            saying.result(f"{file['path']}  {saying.size(file['size'])}")
    return exits.DONE


def company(ctx: Context, typed: str | None) -> Company | None:
    """The company with this code or name; None where none is asked for. Refuses an unknown one."""
    if typed is None:
        return None
    wanted, known = one_line(typed).casefold(), companies(ctx)
    for names in ("code", "short_name", "name"):
        found = [each for each in known if getattr(each, names).casefold() == wanted]
        if len(found) == 1:
            return found[0]
    listed = "、".join(f"{each.code}（{each.short_name}）" for each in known) or "还没有"
    raise Refusal(f"没有编码或简称是“{one_line(typed)}”的单位。现有单位：{listed}。", field="vendor")


def verdict(line: Line) -> dict[str, Any]:
    """A line of a settlement as `--json` gives it: the clause's key, yuan, the arithmetic in words, the records."""
    return {
        "clause": line.citation.key,
        "amount": plain(line.amount),
        "because": line.because,
        "evidence": list(line.evidence),
    }


def _person(each: PersonMonth, code: str) -> dict[str, Any]:
    return {
        "staff_no": each.person.staff_no,
        "name": each.person.name,
        "vendor": each.person.vendor,
        "vendor_code": code,
        "due_days": each.due_days,
        "attended_days": plain(Decimal(each.attended_half_days) / 2),
        "late": _occurrences(each.late),
        "early": _occurrences(each.early),
        **figures_json(each.settled.figures),
        "missing": [{"day": one.day.isoformat(), "what": str(one.what)} for one in each.missing],
        "leave": {
            str(kind): {"days": taken.half_days / 2, "hours": float(hours_of(taken.minutes))}
            for kind, taken in each.leave.items()
        },
        "worked_hours": float(hours_of(each.worked_minutes)),
        "overtime_hours": float(hours_of(each.overtime_minutes)),
        "over_cap_hours": float(hours_of(each.over_cap_minutes)),
        "verdicts": [verdict(line) for line in each.settled.lines],
        "warnings": list(each.warnings),
    }


def _occurrences(found: Sequence[Occurrence]) -> list[dict[str, Any]]:
    return [{"day": one.day.isoformat(), "minutes": one.minutes, "evidence": list(one.evidence)} for one in found]


def _tell(each: PersonMonth) -> None:
    figures, person = each.settled.figures, each.person
    said = [f"应出勤 {each.due_days} 天", f"实出勤 {plain(Decimal(each.attended_half_days) / 2)} 天"]
    if figures.late_count:
        said.append(f"迟到 {figures.late_count} 次 {figures.late_minutes} 分")
    if figures.early_count:
        said.append(f"早退 {figures.early_count} 次 {figures.early_minutes} 分")
    if figures.absent_days:
        said.append(f"视缺勤 {figures.absent_days} 日")
    if figures.awol_half_days:
        said.append(f"旷工 {plain(figures.awol_days)} 日")
    if each.missing:
        said.append(f"缺签 {len(each.missing)} 次")
    said += [f"{kind} {hours_of(taken.minutes)} 小时" for kind, taken in each.leave.items()]
    said.append(f"拟扣减 {in_yuan(figures.total)} 元")
    saying.result(f"{person.staff_no} {person.name}（{person.vendor}）{'，'.join(said)}。")
    for line in each.settled.lines:
        if line.amount or line.half_days:
            saying.result(f"  {line.citation.short}  {in_yuan(line.amount)} 元  {line.because}")
    for warning in each.warnings:
        saying.result(f"  {warning}")
