"""`import …`: the same acts as the window's, counted row by row.

Reports of 钉钉 and 企业微信 are a check beside our own computation: their differences are told, nothing is stored.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from opsdesk.cli import desk, exits, saying
from opsdesk.services import choices
from opsdesk.services.context import Context
from opsdesk.services.errors import Finding, Refusal, Trouble
from opsdesk.services.import_result import ImportResult

NAMES = {
    "staff": "人员名册",
    "roster": "排班表",
    "punches": "打卡文件",
    "leave": "请假单",
    "holidays": "放假安排",
    "incidents": "事件记录",
    "visits": "机房出入登记",
    "door-log": "门禁记录",
    "assets": "设备台账",
}
HOW_TO_MATCH = (
    '对照列写在一个文件里，用 --map 给出：[columns] 写列，[dates] 写 format = "%d/%m/%Y %H:%M"（日在前）'
    '或 "%m/%d/%Y %H:%M"（月在前），[values] 写归为哪个已有的值；加 --create-values 按原文接受新值。'
)
"""What the window asks on a card."""
CHECKED = ("dingtalk", "wecom")


def bring_in(asked: argparse.Namespace, home: Path) -> int:
    """Import a file and say what came of each row; with `--json` a file that is refused whole has the same shape."""
    if asked.what in CHECKED:
        return exits.guarded(lambda: _check(asked, home), home, as_json=asked.as_json)

    def work() -> int:
        try:
            result = _import(asked, home)
        except (Refusal, Trouble) as no:
            if not asked.as_json:
                raise
            said = f"{no}{no.remedy}" if isinstance(no, Trouble) else str(no)
            findings = no.findings if isinstance(no, Refusal) and no.findings else (Finding(0, said),)
            saying.one_object({"refused": said, **ImportResult(0, 0, 0, findings, "").as_json()})
            saying.sentence(said)
            return exits.REFUSED
        return _told(asked, result)

    return exits.guarded(work, home, as_json=asked.as_json)


def _opened(asked: argparse.Namespace, home: Path) -> tuple[Context, Path]:
    path = Path(asked.file)
    ctx = desk.open_existing(home)
    if not path.is_file():
        raise Refusal(f"找不到文件 {path}。请核对文件名和所在文件夹。", field="file")
    return (desk.looking(ctx) if asked.dry_run else desk.log_in(ctx, asked.operator)), path


def _import(asked: argparse.Namespace, home: Path) -> ImportResult:
    ctx, path = _opened(asked, home)
    if asked.what == "incidents":
        return _bring_incidents(ctx, path, asked)
    if asked.what in {"visits", "door-log"}:
        return _bring_visits(ctx, path, asked)
    return _bring(ctx, asked.what, path, dry_run=asked.dry_run, add_vendors=asked.add_vendors)


def _bring_incidents(ctx: Context, path: Path, asked: argparse.Namespace) -> ImportResult:
    from opsdesk.imports.column_map import read_map
    from opsdesk.imports.incident_columns import MAPPED_WORDS, TITLES
    from opsdesk.registers.incident.importing import import_incidents

    mapping = read_map(Path(asked.map), fields=TITLES, worded=MAPPED_WORDS) if asked.map else None
    try:
        result = import_incidents(ctx, path, mapping=mapping, dry_run=asked.dry_run, create_values=asked.create_values)
    except Refusal as refusal:
        if refusal.field not in {"columns", "dates"}:
            raise
        raise Refusal(f"{refusal}{HOW_TO_MATCH}", field=refusal.field) from None
    return replace(result, notes=(*result.notes, HOW_TO_MATCH)) if result.notes and result.rejected else result


def _bring_visits(ctx: Context, path: Path, asked: argparse.Namespace) -> ImportResult:
    if asked.what == "door-log":
        from opsdesk.registers.visit.door_import import import_door_log

        return import_door_log(ctx, path, dry_run=asked.dry_run).value
    from opsdesk.cli.visits import room_of
    from opsdesk.registers.visit.importing import import_visits

    return import_visits(ctx, path, room_id=room_of(ctx, asked.room), dry_run=asked.dry_run).value


def _check(asked: argparse.Namespace, home: Path) -> int:
    from opsdesk.registers.month.check import check_report

    ctx, path = _opened(asked, home)
    result = check_report(ctx, path, source=asked.what, dry_run=asked.dry_run)
    code = exits.REFUSED if any(finding.row for finding in result.findings) else exits.DONE
    if asked.as_json:
        saying.one_object(result.as_json())
        return code
    saying.result(result.sentence)
    for each in result.differences:
        saying.result(each.sentence)
    for finding in result.findings:
        saying.sentence(f"第 {finding.row} 行：{finding.reason}" if finding.row else finding.reason)
    return code


def _bring(ctx: Context, what: str, path: Path, *, dry_run: bool, add_vendors: bool) -> ImportResult:
    if what == "staff":
        from opsdesk.registers.staff.service import import_staff

        first = not choices.vendors(ctx)  # a new site learns its vendors from its first list
        return import_staff(ctx, path, dry_run=dry_run, add_vendors=add_vendors or first)
    if what == "roster":
        from opsdesk.registers.roster.service import import_roster

        return import_roster(ctx, path, dry_run=dry_run)
    if what == "leave":
        from opsdesk.registers.leave.importing import import_leave

        return import_leave(ctx, path, dry_run=dry_run)
    if what == "assets":
        from opsdesk.registers.asset.importing import import_assets

        return import_assets(ctx, path, dry_run=dry_run)
    if what == "holidays":
        from opsdesk.registers.calendar.importing import import_holidays

        return import_holidays(ctx, path, dry_run=dry_run)
    from opsdesk.registers.sign_in.punch_import import import_punches

    return import_punches(ctx, path, dry_run=dry_run).value


def _told(asked: argparse.Namespace, result: ImportResult) -> int:
    whole = asked.what not in {"punches", "leave", "incidents", "visits", "door-log"}
    refused = bool(result.rejected) and (whole or not (result.stored or result.duplicates))
    if asked.as_json:
        saying.one_object(result.as_json())
    else:
        saying.result(_sentence(NAMES[asked.what], result, dry_run=asked.dry_run, refused=refused))
    for finding in result.rejected:
        saying.sentence(f"第 {finding.row} 行：{finding.reason}" if finding.row else finding.reason)
    for note in result.notes:
        saying.sentence(note)
    return exits.REFUSED if refused else exits.DONE


def _sentence(name: str, result: ImportResult, *, dry_run: bool, refused: bool) -> str:
    said = f"{name}读到 {result.read} 条：{'可存入' if dry_run else '存入'} {result.stored} 条，"
    said += f"原来就有 {result.duplicates} 条，有问题 {len(result.rejected)} 条。"
    if dry_run:
        return said + "这是试读，没有写入。"
    return said + ("没有写入任何一条，请改正后再导入。" if refused else "")
