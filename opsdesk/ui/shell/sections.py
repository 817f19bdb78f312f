"""What stands behind each item of the rail: the pages, made from the registers and by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QWidget

from opsdesk import catalog
from opsdesk.register import Query, Register
from opsdesk.registers.correction import service as correction
from opsdesk.registers.correction.spec import REGISTER as CORRECTION
from opsdesk.registers.leave.importing import import_leave
from opsdesk.registers.roster.service import import_roster
from opsdesk.registers.staff.service import import_staff
from opsdesk.services.context import Context
from opsdesk.services.import_result import ImportResult
from opsdesk.services.outcome import Outcome
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.register_page import RegisterPage
from opsdesk.ui.pages.backups import BackupsPage
from opsdesk.ui.pages.calendar import CalendarPage
from opsdesk.ui.pages.import_wizard import ImportKind
from opsdesk.ui.pages.law import LawPage
from opsdesk.ui.pages.settings import SitePage, ThisComputer
from opsdesk.ui.pages.sign_in import SignInPage, run_import
from opsdesk.ui.pages.with_import import WithImport
from opsdesk.ui.shell.navigation import Section, Tab


def _import_staff(ctx: Context, path: Path, dry_run: bool) -> Outcome[ImportResult]:
    result = import_staff(ctx, path, dry_run=dry_run)
    return Outcome(result, frozenset() if dry_run else frozenset({"staff", "sign_in"}))


def _import_roster(ctx: Context, path: Path, dry_run: bool) -> Outcome[ImportResult]:
    result = import_roster(ctx, path, dry_run=dry_run)
    return Outcome(result, frozenset() if dry_run else frozenset({"roster", "sign_in"}))


def _import_leave(ctx: Context, path: Path, dry_run: bool) -> Outcome[ImportResult]:
    result = import_leave(ctx, path, dry_run=dry_run)
    return Outcome(result, frozenset() if dry_run else frozenset({"leave", "sign_in"}))


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


@dataclass(frozen=True)
class Doors:
    """Ways from one page into another part of the window."""

    show_clause: Callable[[str], object]
    count: Callable[[str, int], object]
    computer: ThisComputer


def registers() -> Mapping[str, Register]:
    """Every register by its slug."""
    return {each.slug: each for each in catalog.REGISTERS}


def sections(desk: Desk, doors: Doors) -> Sequence[Section]:
    """The items of the rail in their order."""
    known = registers()

    def sign_in(ctx: Context) -> QWidget:
        page = SignInPage(ctx, desk)
        page.waiting.connect(partial(doors.count, "sign_in"))
        page.panel.clause_asked.connect(doors.show_clause)
        return WithImport(page, ctx, desk, (PUNCHES,))

    def register(slug: str, *kinds: ImportKind) -> Tab:
        def make(ctx: Context) -> QWidget:
            page = RegisterPage(known[slug], ctx, desk)
            return WithImport(page, ctx, desk, kinds) if kinds else page

        return Tab(slug, known[slug].title, make)

    return (
        Section("sign_in", "到岗记录", "log-in", (Tab("sign_in", "到岗记录", sign_in),)),
        Section(
            "leave",
            "请假排班",
            "calendar-days",
            (
                register("leave", LEAVE),
                register("roster", ROSTER),
                register("correction"),
                register("overtime"),
                register("comp_time"),
                register("sign_in"),
            ),
        ),
        Section(
            "people",
            "人员单位",
            "users",
            (
                register("staff", STAFF),
                register("stand_by"),
                register("vendor"),
                register("contract"),
                register("post"),
                register("coverage_need"),
                register("shift"),
                register("contact"),
                register("wage"),
            ),
        ),
        Section("law", "规章", "scale", (Tab("law", "规章", lambda ctx: LawPage(ctx, desk)),), apart=True),
        Section(
            "settings",
            "设置",
            "settings",
            (
                Tab("site", "站点", lambda ctx: SitePage(ctx, desk, doors.computer)),
                register("hours"),
                register("account"),
                Tab("calendar", known["calendar"].title, lambda ctx: CalendarPage(known["calendar"], ctx, desk)),
                register("holiday_consent"),
                Tab("backup", "备份", lambda ctx: BackupsPage(ctx, desk)),
            ),
        ),
    )


def waiting_corrections(ctx: Context) -> int:
    """How many 补签单 wait for the supervisor."""
    return CORRECTION.list(ctx, Query(filters={"state": correction.WAITING}, limit=1)).total
