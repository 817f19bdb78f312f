"""Which files can be imported where, and how each is read."""

from __future__ import annotations

from pathlib import Path

from opsdesk.imports.column_map import ColumnMap
from opsdesk.imports.incident_columns import COLUMNS
from opsdesk.registers.asset.importing import import_assets
from opsdesk.registers.incident.import_maps import remember
from opsdesk.registers.incident.import_trial import tried
from opsdesk.registers.incident.importing import import_incidents
from opsdesk.registers.leave.importing import import_leave
from opsdesk.registers.roster.service import import_roster
from opsdesk.registers.staff.service import import_staff
from opsdesk.registers.visit.door_import import import_door_log
from opsdesk.registers.visit.importing import import_visits
from opsdesk.services.context import Context
from opsdesk.services.import_result import ImportResult
from opsdesk.services.outcome import Outcome
from opsdesk.ui.kit.operation import Progress
from opsdesk.ui.pages.import_matching import Matching
from opsdesk.ui.pages.import_wizard import ImportKind
from opsdesk.ui.pages.sign_in import run_import


def _import_staff(ctx: Context, path: Path, dry_run: bool, _progress: Progress | None) -> Outcome[ImportResult]:
    result = import_staff(ctx, path, dry_run=dry_run)
    return Outcome(result, frozenset() if dry_run else frozenset({"staff", "sign_in"}))


def _import_roster(ctx: Context, path: Path, dry_run: bool, _progress: Progress | None) -> Outcome[ImportResult]:
    result = import_roster(ctx, path, dry_run=dry_run)
    return Outcome(result, frozenset() if dry_run else frozenset({"roster", "sign_in"}))


def _import_leave(ctx: Context, path: Path, dry_run: bool, _progress: Progress | None) -> Outcome[ImportResult]:
    result = import_leave(ctx, path, dry_run=dry_run)
    return Outcome(result, frozenset() if dry_run else frozenset({"leave", "sign_in"}))


def _import_incidents(
    ctx: Context, path: Path, mapping: ColumnMap | None, dry_run: bool, progress: Progress | None
) -> Outcome[ImportResult]:
    result = import_incidents(ctx, path, mapping=mapping, dry_run=dry_run, progress=progress)
    return Outcome(result, frozenset() if dry_run else frozenset({"incident"}))


def _import_visits(ctx: Context, path: Path, dry_run: bool, _progress: Progress | None) -> Outcome[ImportResult]:
    return import_visits(ctx, path, dry_run=dry_run)


def _import_assets(ctx: Context, path: Path, dry_run: bool, _progress: Progress | None) -> Outcome[ImportResult]:
    result = import_assets(ctx, path, dry_run=dry_run)
    return Outcome(result, frozenset() if dry_run else frozenset({"asset"}))


STAFF = ImportKind(
    "staff",
    "人员",
    "选择人员名单（xlsx 或 csv），按表头认列。外包单位要先登记。有一行不对，整份都不导入。",
    _import_staff,
    all_or_nothing=True,
)
ROSTER = ImportKind(
    "roster",
    "排班",
    "选择排班表（xlsx 或 csv），一行一条或一月一张都可以。有一行不对，整份都不导入。",
    _import_roster,
    all_or_nothing=True,
)
LEAVE = ImportKind(
    "leave",
    "请假",
    "选择请假表或钉钉导出的请假单据（xlsx 或 csv）。有一行不对，整份都不导入；钉钉里没有同意的单只列出来。",
    _import_leave,
    all_or_nothing=False,
)
PUNCHES = ImportKind(
    "punches",
    "打卡",
    "选择考勤机导出的文件，格式自动识别。好的行导入，有问题的行列出来，一行也不丢。",
    run_import,
    all_or_nothing=False,
)


INCIDENTS = ImportKind(
    "incidents",
    "事件记录",
    "选择旧的事件登记表，或别的系统导出的表（xlsx、xls 或 csv）。列按表头认，认不出的用“对照列”说明一次。",
    lambda ctx, path, dry_run, progress: _import_incidents(ctx, path, None, dry_run, progress),
    all_or_nothing=False,
    matching=Matching(
        COLUMNS,
        tried,
        lambda ctx, path, mapping, progress: _import_incidents(ctx, path, mapping, False, progress),
        remember,
    ),
)

VISITS = ImportKind(
    "visits",
    "出入登记",
    "选择旧的机房出入登记表（xlsx、xls 或 csv），按表头认列。好的行导入，有问题的行列出来。",
    _import_visits,
    all_or_nothing=False,
)
DOOR_LOG = ImportKind(
    "door_log",
    "门禁记录",
    "选择门禁系统导出的文件，格式自动识别。重复的不再导入；导入以后和登记核对。",
    lambda ctx, path, dry_run, _progress: import_door_log(ctx, path, dry_run=dry_run),
    all_or_nothing=False,
)
ASSETS = ImportKind(
    "assets",
    "设备台账",
    "选择设备台账（xlsx、xls 或 csv），按资产编号认设备。有一行不对，整份都不导入。",
    _import_assets,
    all_or_nothing=True,
)
