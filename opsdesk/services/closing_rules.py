"""To which day a row of each table belongs, and what of it may still change once that day is closed: data, no code.

A day that is closed has been printed and signed. What it said stays; what happens afterwards goes on: an incident of
that day is solved the day after, a visitor leaves in the morning, things lent come back. Tables that belong to no day
stand in `UNDATED`, each with the reason; every table of the record is in one list or the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from opsdesk import models
from opsdesk.models import Base


class PeriodKind(StrEnum):
    """What was closed: a day, a month or a quarter."""

    DAY = "日结"
    MONTH = "月结"
    QUARTER = "季结"


EVERY = frozenset(PeriodKind)
MONTHLY = frozenset({PeriodKind.MONTH, PeriodKind.QUARTER})
QUARTERLY = frozenset({PeriodKind.QUARTER})
FORGOTTEN_WITH = frozenset({"purged_at", "initials"})
"""What is written beside personal data when its time is over (H16): clearing it is no change of the day."""


@dataclass(frozen=True)
class Rule:
    """How a table is locked.

    `day` is the column by which a row belongs to a day (a date, a moment, or a month as 2026-03), `last` the other end
    of a span; with `parent` (column, table) the row belongs where its parent does. `moment` says when it happened: a
    day closed before it is over is closed up to then; where that comes later than the row was `began`, what the row
    said by then stays, and its `fixed` columns. Columns of `later` may always change; each of `moments` belongs to the
    day of its own value, and may always be emptied; the others are locked, of a table with `settled_by` (of the
    parent's, where there is one) only once one of these columns is filled, but those of `fixed` from the beginning.
    `kinds` are the closings that lock it. `why` says what may go on, and why.
    """

    name: str
    day: str = ""
    last: str = ""
    moment: str = ""
    began: str = ""
    parent: tuple[str, type[Base]] | None = None
    fixed: frozenset[str] = frozenset()
    later: frozenset[str] = frozenset()
    moments: frozenset[str] = frozenset()
    settled_by: tuple[str, ...] = ()
    kinds: frozenset[PeriodKind] = field(default=EVERY)
    why: str = ""


def _names(columns: str) -> frozenset[str]:
    return frozenset(columns.split())


SIGNED_INCIDENT = ("signed_at",)

RULES: dict[type[Base], Rule] = {
    # 到岗、排班、请假
    models.Punch: Rule("到岗记录", "day", moment="at"),
    models.RosterEntry: Rule("排班", "day"),
    models.RosterSwap: Rule("换班", "first_day", moments=_names("second_day"), why="each day for itself"),
    models.CalendarDay: Rule("日历", "day"),
    models.Leave: Rule("请假", "begins_at", last="ends_at"),
    models.LeaveSlip: Rule(
        "请假单",
        "begins_at",
        last="ends_at",
        settled_by=("leave_id",),
        later=_names(
            "returned_at withdrawn_at withdrawal leave_id submitted_on certificate hospital hospital_level archive_no"
            " vendor_agreed_by vendor_agreed_at sealed_on consented_by consented_at refused_by refused_at refusal"
        ),
        why="a slip asks, also after the event (T2-ATT-02c); what it frees is the absence, which is locked itself",
    ),
    models.Correction: Rule(
        "补签单",
        "day",
        later=_names("state decided_at decided_by decision_note corrects_punch_id punch_id"),
        why="declined, it changes nothing; accepted, it adds a punch, which is locked itself",
    ),
    models.Overtime: Rule("加班申请", "begins_at"),
    # 运维事件
    models.Incident: Rule(
        "运维事件记录单",
        "reported_at",
        fixed=_names("number reported_at accepted_at accepted_by batch_id void_at void_reason"),
        settled_by=SIGNED_INCIDENT,
        later=_names(
            "state result confirmed_by rating opinion handed_in_by signed_by reopened problem_id hand_in_due_at due_at"
            " respond_by respond_over solve_by solve_over paused_seconds"
        ),
        moments=_names(
            "responded_at contacted_at arrived_at resolved_at unsolved_at technician_at service_at told_back_at"
            " confirmed_at handed_in_at signed_at closed_at"
        ),
        why="its life goes on: each thing that happens belongs to the day on which it happens",
    ),
    models.IncidentAct: Rule("处理过程", "at"),
    models.IncidentDue: Rule("用户要求时间", "asked_at"),
    models.IncidentPart: Rule(
        "更换配件", parent=("incident_id", models.Incident), settled_by=SIGNED_INCIDENT, why="open until it is signed"
    ),
    models.IncidentFile: Rule(
        "附件", parent=("incident_id", models.Incident), settled_by=SIGNED_INCIDENT, why="open until it is signed"
    ),
    models.ZeroReport: Rule(
        "零报告", "at", why="handed in late it belongs to the day on which it comes, like a record"
    ),
    # 机房
    models.Permit: Rule(
        "机房进入审批单",
        "applied_at",
        fixed=_names("number applied_at filed_by"),
        settled_by=("approved_at", "papered_at"),
        later=_names("planned_to remarks sealed_on approved_by refused_by refused_at refusal void_at void_reason"),
        moments=_names("approved_at phoned_at papered_at"),
        why="asked for on one day, decided on another; the paper of an emergency follows",
    ),
    models.PermitPerson: Rule(
        "审批单人员",
        parent=("permit_id", models.Permit),
        settled_by=("approved_at", "papered_at"),
        later=_names("purged_at"),
        why="may be written until somebody decides",
    ),
    models.Visit: Rule(
        "机房出入记录",
        "entered_at",
        fixed=_names(
            "room_id permit_id staff_id vendor_id name initials unit external id_kind id_number phone entered_at"
            " off_hours_number temperature code_shown mask registered_by registered_at batch_id void_at void_reason"
        ),
        settled_by=("left_at",),
        later=_names("purged_at"),
        moments=_names("left_at"),
        why="who is still inside leaves later, stays longer, gets another escort",
    ),
    models.VisitItem: Rule(
        "携带物品", parent=("visit_id", models.Visit), settled_by=("left_at",), why="counted when the visitor leaves"
    ),
    models.OffHours: Rule(
        "场地使用申请",
        "applied_at",
        fixed=_names("number applied_at filed_by"),
        settled_by=("approved_at", "papered_at"),
        later=_names("approved_by refusal left_check void_at"),
        moments=_names("approved_at refused_at entered_at left_at papered_at"),
        why="asked for on one day, decided and used on another",
    ),
    models.Reading: Rule("环境记录", "at", later=_names("incident_number"), why="its incident may be opened later"),
    models.Inspection: Rule(
        "巡检表",
        "day",
        moment="at",
        later=_names("checked_by spot_checked_by"),
        why="looked over later, by the supervisor once a week",
    ),
    models.InspectionLine: Rule(
        "巡检表",
        parent=("inspection_id", models.Inspection),
        later=_names("incident_number"),
        why="its incident may be opened later",
    ),
    models.Cleaning: Rule("机房清扫记录", "day"),
    models.OfficeCheck: Rule(
        "办公室开关门检查",
        "day",
        moment="closed_at",
        began="entered_at",
        fixed=_names("office day opened_at opened_by entered_at entered_by void_at void_reason"),
        settled_by=("closed_at",),
        later=_names("remedy signed_by"),
        moments=_names("closed_at signed_at"),
        why="who leaves last closes the office, maybe after the day was closed; what was found before stays",
    ),
    models.Report: Rule(
        "运维报告",
        "made_at",
        fixed=_names("number kind vendor_id first last made_at made_by void_at void_reason"),
        settled_by=("submitted_at",),
        later=_names("signed_by"),
        moments=_names("submitted_at signed_at"),
        why="written until it is sent; sent late it belongs to the day on which it comes, taken in later",
    ),
    # 设备
    models.AssetIssue: Rule(
        "领用归还记录",
        "issued_at",
        later=_names("condition checked_by"),
        moments=_names("returned_at"),
        why="what was given out comes back later",
    ),
    models.EquipmentMove: Rule(
        "设备进出记录",
        "moved_at",
        later=_names("approved_by remarks"),
        moments=_names("approved_at returned_on"),
        why="approved later, which is told; what was moved comes back",
    ),
    models.Loan: Rule(
        "设备借用单",
        "applied_at",
        fixed=_names("number applied_at filed_by"),
        settled_by=("approved_at",),
        later=_names(
            "due_on first_due_on extensions condition_out lent_by approved_by refusal received_by condition_in damage"
            " liability photo_sha256 photo_name void_at remarks"
        ),
        moments=_names("approved_at refused_at lent_at returned_at"),
        why="asked for on one day, lent, extended and returned on others",
    ),
    models.LoanItem: Rule(
        "借用设备",
        parent=("loan_id", models.Loan),
        settled_by=("approved_at",),
        later=_names("returned"),
        why="comes back piece by piece",
    ),
    models.MediaCheck: Rule(
        "移动介质登记",
        "filed_at",
        fixed=_names("number filed_at filed_by"),
        settled_by=("checked_at", "approved_at", "used_from"),
        later=_names("scanner signatures_on result approved_by remarks void_at"),
        moments=_names("checked_at approved_at used_from used_to"),
        why="checked, approved and used on other days",
    ),
    models.ChangeRequest: Rule(
        "停机变更申请",
        "applied_at",
        fixed=_names("number applied_at filed_by"),
        settled_by=("approved_at",),
        later=_names("department_opinion approved_by security_opinion refusal result verified_by performed_by void_at"),
        moments=_names("approved_at refused_at began_at ended_at"),
        why="asked for on one day, approved and carried out on others",
    ),
    # 月度考勤、考核
    models.Settlement: Rule("考勤结算", "month", kinds=MONTHLY, why="booked after the days of its month are closed"),
    models.Deduction: Rule(
        "拟扣减",
        "month",
        kinds=MONTHLY,
        later=_names("state decided_fen decided_at decided_by decision_note"),
        why="what is proposed stays; deciding it may take longer than the month",
    ),
    models.Appraisal: Rule("考核", "ends_on", kinds=QUARTERLY, why="made after the days and months it is of"),
    models.AppraisalSheet: Rule(
        "考核评分表",
        parent=("appraisal_id", models.Appraisal),
        kinds=QUARTERLY,
        later=_names(
            "talk_at talk opinion opinion_text opinion_on witness answer answered_at answered_by submitted_at"
            " submitted_to filed_at filed_by"
        ),
        why="fed back, answered, handed in and filed after it was decided (T4-03)",
    ),
    models.AppraisalMark: Rule("考核评分", parent=("sheet_id", models.AppraisalSheet), kinds=QUARTERLY),
    models.AppraisalLine: Rule("考核评分", parent=("sheet_id", models.AppraisalSheet), kinds=QUARTERLY),
    models.AppraisalEvent: Rule("考核事项", "day", kinds=QUARTERLY, why="heard of after its day"),
}
"""Every table that is locked, by its model."""

LEDGER = "the audit chain itself, which nobody writes but the chain"
STANDING = "stands from a day on; closed days keep what they were judged by (`services.rejudging`)"
LISTED = "a list to choose from, not a record of a day"
DESK = "of the desk, not of the record"
DERIVED = "follows from what is locked; a closed day is not judged again"
UNDATED: dict[type[Base], str] = {
    models.LedgerRow: LEDGER,
    models.PersonalValue: LEDGER,
    models.ClosedPeriod: "the closings themselves",
    models.Seal: "a paper may be issued at any time, and says of when it is",
    models.PrintedPaper: "a paper may be printed at any time",
    models.RestoreDrill: "of a backup, not of a day",
    models.Account: DESK,
    models.Setting: DESK,
    models.SavedFilter: DESK,
    models.ImportMap: DESK,
    models.ImportBatch: "says which file was read; its rows are locked themselves",
    models.Amendment: STANDING,
    models.CalendarYear: "which notice is known; its days are locked themselves",
    models.Shift: STANDING,
    models.SiteHours: STANDING,
    models.Wage: STANDING,
    models.Vendor: STANDING,
    models.Contract: STANDING,
    models.ContractTerm: STANDING,
    models.PaymentTerm: STANDING,
    models.Post: LISTED,
    models.Staff: STANDING,
    models.ContactPerson: LISTED,
    models.StandBy: STANDING,
    models.CoverageNeed: STANDING,
    models.HolidayConsent: "a consent comes when it comes, and changes no duty",
    models.StoredVerdict: DERIVED,
    models.IncidentPause: "told by a line of the course, which is locked itself; reopening says whose time had passed",
    models.IncidentOption: LISTED,
    models.EmergencyPlan: LISTED,
    models.Problem: "the cause behind incidents of many days",
    models.CaseReport: "due after its incident is closed (T1-FLT-03), and fixed by its approval",
    models.Room: LISTED,
    models.Visitor: LISTED,
    models.DoorEvent: "the door's own log, which is read in later and changes no record",
    models.InspectionItem: LISTED,
    models.Asset: "the ledger says where a device is now",
    models.BackupNotice: LISTED,
    models.AppraisalScheme: "frozen by its first use",
    models.AppraisalItem: "frozen by the first use of its scheme",
    models.Measure: "proposed by what is locked, decided by a human when he decides",
}
"""Every table that belongs to no day, with the reason."""

BY_TABLE = {model.__tablename__: rule for model, rule in RULES.items()}
