"""What stands behind each item of the rail: the pages, made from the registers and by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QWidget

from opsdesk import catalog
from opsdesk.imports.column_map import ColumnMap
from opsdesk.imports.incident_columns import COLUMNS
from opsdesk.register import Page, Paper, Query, Register, Tone
from opsdesk.registers.correction import service as correction
from opsdesk.registers.correction.spec import REGISTER as CORRECTION
from opsdesk.registers.incident import documents
from opsdesk.registers.incident.import_maps import remember
from opsdesk.registers.incident.import_trial import tried
from opsdesk.registers.incident.importing import import_incidents
from opsdesk.registers.leave.importing import import_leave
from opsdesk.registers.roster.service import import_roster
from opsdesk.registers.staff.service import import_staff
from opsdesk.services.attendance import PersonDay
from opsdesk.services.context import Context
from opsdesk.services.import_result import ImportResult
from opsdesk.services.open_questions import Question
from opsdesk.services.outcome import Outcome
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.operation import Progress
from opsdesk.ui.kit.register_page import RegisterPage
from opsdesk.ui.pages.backups import BackupsPage
from opsdesk.ui.pages.calendar import CalendarPage
from opsdesk.ui.pages.hand_in import HandInPage
from opsdesk.ui.pages.import_matching import Matching
from opsdesk.ui.pages.import_wizard import ImportKind
from opsdesk.ui.pages.incident import IncidentPage
from opsdesk.ui.pages.incident_statistics import IncidentStatisticsPage
from opsdesk.ui.pages.law import LawPage
from opsdesk.ui.pages.month import MonthPage
from opsdesk.ui.pages.roster import RosterPage
from opsdesk.ui.pages.settings import SitePage, ThisComputer
from opsdesk.ui.pages.sign_in import SignInPage, run_import
from opsdesk.ui.pages.with_import import WithImport
from opsdesk.ui.shell.navigation import Section, Tab

MOST_SLIPS = 500
"""As many slips of one person are looked through for the one a question names."""


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


@dataclass(frozen=True)
class Doors:
    """Ways from one page into another part of the window."""

    show_clause: Callable[[str], object]
    show_page: Callable[[str], Any]
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
        page.panel.clause_asked.connect(lambda key: _show_clause(doors, key, page.day))
        return WithImport(page, ctx, desk, (PUNCHES,))

    def incident(ctx: Context) -> QWidget:
        page = IncidentPage(ctx, desk)
        page.waiting.connect(partial(doors.count, "incident"))
        page.clause_asked.connect(lambda key: _show_clause(doors, key, ctx.today()))
        return WithImport(page, ctx, desk, (INCIDENTS,))

    def hand_in(ctx: Context) -> QWidget:
        page = HandInPage(ctx, desk)
        page.record_asked.connect(partial(_show_incident, doors))
        page.clause_asked.connect(lambda key: _show_clause(doors, key, ctx.today()))
        return page

    def case_paper(ctx: Context, record_id: int) -> Any:
        load = known["case_report"].load
        assert load is not None  # noqa: S101 — the register has it
        return documents.case_report(ctx, load(ctx, record_id)["incident_id"])

    cases = replace(known["case_report"], papers=(Paper("case", "case 报告", case_paper),))

    def month(ctx: Context) -> QWidget:
        page = MonthPage(ctx, desk)
        page.panel.clause_asked.connect(partial(_show_clause, doors))
        page.panel.day_asked.connect(partial(_show_day, doors))
        page.door_asked.connect(partial(_go_through, doors, desk, ctx))
        return page

    def roster(ctx: Context) -> QWidget:
        page = RosterPage(ctx, desk)
        page.page_asked.connect(doors.show_page)
        return WithImport(page, ctx, desk, (ROSTER,))

    def register(slug: str, *kinds: ImportKind) -> Tab:
        def make(ctx: Context) -> QWidget:
            page = RegisterPage(known[slug], ctx, desk)
            return WithImport(page, ctx, desk, kinds) if kinds else page

        return Tab(slug, known[slug].title, make)

    def law(ctx: Context) -> QWidget:
        page = LawPage(ctx, desk, {tab.key for section in made for tab in section.tabs})
        page.page_asked.connect(doors.show_page)
        return page

    made = (
        Section("sign_in", "到岗记录", "log-in", (Tab("sign_in", "到岗记录", sign_in),)),
        Section(
            "incident",
            "运维事件记录单",
            "ticket",
            (
                Tab("incident", known["incident"].title, incident),
                Tab("hand_in", "交单签收", hand_in),
                Tab("incident_statistics", "统计", lambda ctx: IncidentStatisticsPage(ctx, desk)),
                Tab("case_report", cases.title, lambda ctx: RegisterPage(cases, ctx, desk)),
                register("problem"),
                register("emergency_plan"),
                register("incident_option"),
            ),
        ),
        Section("month", "月度考勤", "calculator", (Tab("month", "月度考勤", month), register("deduction"))),
        Section(
            "leave",
            "请假排班",
            "calendar-days",
            (
                register("leave", LEAVE),
                Tab("roster", known["roster"].title, roster),
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
        Section("law", "规章", "scale", (Tab("law", "规章", law),), apart=True),
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
    return made


def _show_day(doors: Doors, each: PersonDay) -> None:
    """Open a person's day among the sign-ins."""
    shown = doors.show_page("sign_in")
    shown.close_import()
    shown.page.go_to(each.day)
    shown.page.panel.show_day(each)


def _show_incident(doors: Doors, incident_id: int) -> None:
    """Open one incident beside the list."""
    shown = doors.show_page("incident")
    shown.close_import()
    shown.page.open_record(incident_id)


def _show_clause(doors: Doors, key: str, day: date) -> None:
    """Open a clause as it stood on the day it was applied."""
    doors.show_page("law").show_clause_on(key, day)


def _go_through(doors: Doors, desk: Desk, ctx: Context, question: Question, values: Mapping[str, Any]) -> None:
    """Go where a question is answered: a form filled in as far as is known, the record it names, else a list.

    A form begun there and not saved is never left without asking, and the list beside it stays as it is till then.
    """
    shown = doors.show_page(question.door)
    page = shown.page if isinstance(shown, WithImport) else shown
    if isinstance(shown, WithImport):
        shown.close_import()
    if not isinstance(page, RegisterPage):
        return
    if not page.panel.may_leave():
        what = f"{page.register.singular}还没有保存，先留在这里。保存或者关闭以后，再从未结事项去处理。"
        desk.notices.show(what, Tone.WARNING)
        return
    page.panel.left.emit()
    page.filters.clear()
    if question.name:
        page.find_text(question.name)
    if values:
        page.new_with(values)
    elif question.name:
        asked = Query(text=question.name, limit=MOST_SLIPS)
        desk.operations.run(
            partial(page.register.list, ctx, asked), done=partial(_open_named, page, question), owner=page
        )


def _open_named(page: RegisterPage, question: Question, found: Page) -> None:
    """Open the slip whose number stands in the question's sentence."""
    named = [row.id for row in found.rows if (number := row.values.get("number")) and str(number) in question.sentence]
    if len(named) == 1:
        page.open_record(named[0])


def waiting_corrections(ctx: Context) -> int:
    """How many 补签单 wait for the supervisor."""
    return CORRECTION.list(ctx, Query(filters={"state": correction.WAITING}, limit=1)).total
