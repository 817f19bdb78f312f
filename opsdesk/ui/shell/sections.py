"""What stands behind each item of the rail: the pages, made from the registers and by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from opsdesk import catalog, history, issued, personal_extract
from opsdesk.imports.door_log import IN
from opsdesk.register import Page, Paper, Query, Register, Tone
from opsdesk.registers.incident import detail, documents
from opsdesk.registers.report.chapters import FORMS
from opsdesk.registers.visit.door_view import VIEW
from opsdesk.rules.reporting import ReportKind
from opsdesk.rules.vocabulary import Role
from opsdesk.services.attendance import PersonDay
from opsdesk.services.context import Context
from opsdesk.services.health import Whole
from opsdesk.services.open_questions import Question
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.operation import Progress
from opsdesk.ui.kit.record_panel import RecordPanel
from opsdesk.ui.kit.register_page import RegisterPage
from opsdesk.ui.pages.appraisal import AppraisalPage
from opsdesk.ui.pages.backups import BackupsPage
from opsdesk.ui.pages.calendar import CalendarPage
from opsdesk.ui.pages.hand_in import HandInPage
from opsdesk.ui.pages.import_wizard import ImportKind
from opsdesk.ui.pages.incident import IncidentPage
from opsdesk.ui.pages.incident_statistics import IncidentStatisticsPage
from opsdesk.ui.pages.inspection import InspectionPage
from opsdesk.ui.pages.law import LawPage
from opsdesk.ui.pages.loan import LoanPanel
from opsdesk.ui.pages.month import MonthPage
from opsdesk.ui.pages.open_close import OfficePanel
from opsdesk.ui.pages.report import ReportPanel
from opsdesk.ui.pages.room_access import RoomPage
from opsdesk.ui.pages.roster import RosterPage
from opsdesk.ui.pages.settings import SitePage, ThisComputer
from opsdesk.ui.pages.sign_in import SignInPage
from opsdesk.ui.pages.upkeep_incident import with_incident
from opsdesk.ui.pages.verify import VerifyPage
from opsdesk.ui.pages.with_import import WithImport
from opsdesk.ui.shell import appraisal_doors, closing_doors
from opsdesk.ui.shell.import_kinds import ASSETS, DOOR_LOG, INCIDENTS, LEAVE, PUNCHES, ROSTER, STAFF, VISITS
from opsdesk.ui.shell.navigation import Section, Tab

EXTRACTS: Mapping[str, Callable[[Context, int], Any]] = {
    "staff": personal_extract.of_staff,
    "visitor": personal_extract.of_visitor,
}
MOST_SLIPS = 500
"""As many slips of one person are looked through for the one a question names."""


@dataclass(frozen=True)
class Doors:
    """Ways from one page into another part of the window."""

    show_clause: Callable[[str], object]
    show_page: Callable[[str], Any]
    count: Callable[[str, int], object]
    computer: ThisComputer


def registers() -> Mapping[str, Register]:
    """Every register by its slug, people with the copy of all that is held about them."""
    known = {each.slug: each for each in catalog.REGISTERS}
    for slug, make in EXTRACTS.items():
        paper = Paper("extract", "个人信息副本", make, roles=frozenset({str(Role.SUPERVISOR)}))
        known[slug] = replace(known[slug], papers=(*known[slug].papers, paper))
    return known


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
        page.clause_asked.connect(lambda key: _show_clause(doors, key, ctx.today()))
        return WithImport(page, ctx, desk, (INCIDENTS,))

    def hand_in(ctx: Context) -> QWidget:
        page = HandInPage(ctx, desk)
        page.record_asked.connect(partial(_show_incident, doors))
        page.clause_asked.connect(lambda key: _show_clause(doors, key, ctx.today()))
        return page

    def room(ctx: Context) -> QWidget:
        page = RoomPage(ctx, desk)
        return WithImport(page, ctx, desk, (VISITS,))

    def door_check(ctx: Context) -> QWidget:
        page = RegisterPage(VIEW, ctx, desk)
        page.table.opened.connect(lambda _id: _from_the_door(doors, page))
        return WithImport(page, ctx, desk, (DOOR_LOG,))

    readings = with_incident(known["reading"])

    def case_paper(ctx: Context, record_id: int) -> Any:
        load = known["case_report"].load
        assert load is not None  # noqa: S101 — the register has it
        return documents.case_report(ctx, detail.id_of(ctx, load(ctx, record_id)["incident"]))

    cases = replace(known["case_report"], papers=(Paper("case", "case 报告", case_paper),))

    def month(ctx: Context) -> QWidget:
        page = MonthPage(ctx, desk)
        page.panel.clause_asked.connect(partial(_show_clause, doors))
        page.panel.day_asked.connect(partial(_show_day, doors))
        page.door_asked.connect(partial(_go_through, doors, desk, ctx))
        return page

    def appraisal(ctx: Context) -> QWidget:
        page = AppraisalPage(ctx, desk)
        page.clause_asked.connect(partial(_show_clause, doors))
        page.record_asked.connect(
            partial(appraisal_doors.show_record, doors.show_page, partial(_show_day, doors), desk, ctx)
        )
        page.door_asked.connect(partial(_go_through, doors, desk, ctx))
        page.page_asked.connect(doors.show_page)
        return page

    def day_close(ctx: Context) -> QWidget:
        return closing_doors.page(doors.show_page, doors.computer, desk, ctx)

    def roster(ctx: Context) -> QWidget:
        page = RosterPage(ctx, desk)
        page.page_asked.connect(doors.show_page)
        return WithImport(page, ctx, desk, (ROSTER,))

    def register(slug: str, *kinds: ImportKind) -> Tab:
        def make(ctx: Context) -> QWidget:
            page = RegisterPage(known[slug], ctx, desk)
            return WithImport(page, ctx, desk, kinds) if kinds else page

        return Tab(slug, known[slug].title, make)

    loan = Tab("loan", known["loan"].title, partial(_with_panel, known["loan"], desk, LoanPanel))

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
        Section(
            "room",
            "机房出入记录表",
            "door-open",
            (
                Tab("visit", known["visit"].title, room),
                register("permit"),
                register("off_hours"),
                Tab("door_check", VIEW.title, door_check),
                register("visitor"),
                register("room"),
            ),
        ),
        Section(
            "appraisal",
            "考核评分",
            "award",
            (
                Tab("appraisal", "考核评分", appraisal),
                register("appraisal_sheet"),
                register("appraisal_event"),
                register("scheme"),
                register("scheme_item"),
                register("payment_term"),
                register("measure"),
            ),
        ),
        Section("month", "月度考勤", "calculator", (Tab("month", "月度考勤", month), register("deduction"))),
        Section(
            "close",
            "日结",
            "lock",
            (
                Tab("day_close", "日结", day_close),
                *(
                    Tab(
                        FORMS[kind].slug,
                        str(kind),
                        partial(_with_panel, known[FORMS[kind].slug], desk, partial(ReportPanel, kind)),
                    )
                    for kind in ReportKind
                ),
            ),
        ),
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
            "upkeep",
            "巡检安全",
            "clipboard-check",
            (
                Tab("inspection_round", "巡检", partial(_inspection, desk, doors)),
                register("inspection"),
                Tab("reading", known["reading"].title, lambda ctx: RegisterPage(readings, ctx, desk)),
                register("cleaning"),
                Tab(
                    "open_close",
                    known["open_close"].title,
                    partial(_with_panel, known["open_close"], desk, OfficePanel),
                ),
                register("media_check"),
                register("change_request"),
                register("backup_notice"),
                register("inspection_item"),
            ),
        ),
        Section(
            "asset",
            "设备资产",
            "server",
            (loan, register("asset", ASSETS), register("asset_issue"), register("equipment_move")),
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
                Tab("verify", "校验", partial(_verify, desk)),
                Tab("backup", "备份", lambda ctx: BackupsPage(ctx, desk, doors.computer.restore, doors.computer.mend)),
                register("restore_drill"),
                Tab("history", history.VIEW.title, lambda ctx: RegisterPage(history.VIEW, ctx, desk)),
            ),
        ),
    )
    return made


def _verify(desk: Desk, ctx: Context) -> QWidget:
    return VerifyPage(ctx, desk, issued.check, issued.check_file, _check_all, issued.anew)


def _check_all(ctx: Context, progress: Progress) -> Whole | None:
    from opsdesk import bootstrap

    return bootstrap.check_everything(ctx, lambda: not progress(0, 0))


def _with_panel(register: Register, desk: Desk, panel: Callable[..., RecordPanel], ctx: Context) -> QWidget:
    """The page of a register that has a panel of its own."""
    return RegisterPage(register, ctx, desk, make_panel=panel)


def _show_day(doors: Doors, each: PersonDay) -> None:
    """Open a person's day among the sign-ins."""
    shown = doors.show_page("sign_in")
    shown.close_import()
    shown.page.go_to(each.day)
    shown.page.panel.show_day(each)


def _from_the_door(doors: Doors, page: RegisterPage) -> None:
    """Open the visit that a line of 门禁核对 names; of one that nobody registered begin the entry."""
    row = page.table.chosen_row()
    if row is None:
        return
    shown = doors.show_page("visit")
    shown.close_import()
    if row.values["visit_id"] is not None:
        shown.page.open_record(row.values["visit_id"])
    elif row.values["way"] == IN:
        shown.page.enter(row.values["name"], row.values["at"])
    else:
        shown.page.find_text(row.values["name"])


def _inspection(desk: Desk, doors: Doors, ctx: Context) -> QWidget:
    page = InspectionPage(ctx, desk)
    page.record_asked.connect(partial(_show_incident, doors))
    page.round_asked.connect(lambda round_id: doors.show_page("inspection").open_record(round_id))
    page.clause_asked.connect(lambda key: _show_clause(doors, key, ctx.today()))
    return page


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
