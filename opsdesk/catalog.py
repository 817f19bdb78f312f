"""The registers of the site in the order of their tabs."""

from __future__ import annotations

from opsdesk.register import Register
from opsdesk.registers.account.spec import REGISTER as ACCOUNT
from opsdesk.registers.appraisal.spec import REGISTER as APPRAISAL_SHEET
from opsdesk.registers.appraisal_event.spec import REGISTER as APPRAISAL_EVENT
from opsdesk.registers.asset.issue_spec import REGISTER as ASSET_ISSUE
from opsdesk.registers.asset.spec import REGISTER as ASSET
from opsdesk.registers.backup_notice.spec import REGISTER as BACKUP_NOTICE
from opsdesk.registers.calendar.spec import REGISTER as CALENDAR
from opsdesk.registers.case_report.spec import REGISTER as CASE_REPORT
from opsdesk.registers.change_request.spec import REGISTER as CHANGE_REQUEST
from opsdesk.registers.cleaning.spec import REGISTER as CLEANING
from opsdesk.registers.comp_time.spec import REGISTER as COMP_TIME
from opsdesk.registers.contact.spec import REGISTER as CONTACT
from opsdesk.registers.contract.spec import REGISTER as CONTRACT
from opsdesk.registers.correction.spec import REGISTER as CORRECTION
from opsdesk.registers.coverage_need.spec import REGISTER as COVERAGE_NEED
from opsdesk.registers.emergency_plan.spec import REGISTER as EMERGENCY_PLAN
from opsdesk.registers.equipment_move.spec import REGISTER as EQUIPMENT_MOVE
from opsdesk.registers.holiday_consent.spec import REGISTER as HOLIDAY_CONSENT
from opsdesk.registers.hours.spec import REGISTER as HOURS
from opsdesk.registers.incident.spec import REGISTER as INCIDENT
from opsdesk.registers.incident_option.spec import REGISTER as INCIDENT_OPTION
from opsdesk.registers.inspection.spec import REGISTER as INSPECTION
from opsdesk.registers.inspection_item.spec import REGISTER as INSPECTION_ITEM
from opsdesk.registers.leave.spec import REGISTER as LEAVE
from opsdesk.registers.loan.spec import REGISTER as LOAN
from opsdesk.registers.measure.spec import REGISTER as MEASURE
from opsdesk.registers.media_check.spec import REGISTER as MEDIA_CHECK
from opsdesk.registers.month.spec import REGISTER as DEDUCTION
from opsdesk.registers.off_hours.spec import REGISTER as OFF_HOURS
from opsdesk.registers.open_close.spec import REGISTER as OPEN_CLOSE
from opsdesk.registers.overtime.spec import REGISTER as OVERTIME
from opsdesk.registers.payment_term.spec import REGISTER as PAYMENT_TERM
from opsdesk.registers.permit.spec import REGISTER as PERMIT
from opsdesk.registers.post.spec import REGISTER as POST
from opsdesk.registers.problem.spec import REGISTER as PROBLEM
from opsdesk.registers.reading.spec import REGISTER as READING
from opsdesk.registers.report.spec import REGISTERS as REPORTS
from opsdesk.registers.restore_drill.spec import REGISTER as RESTORE_DRILL
from opsdesk.registers.room.spec import REGISTER as ROOM
from opsdesk.registers.roster.spec import REGISTER as ROSTER
from opsdesk.registers.scheme.spec import REGISTER as SCHEME
from opsdesk.registers.scheme_item.spec import REGISTER as SCHEME_ITEM
from opsdesk.registers.shift.spec import REGISTER as SHIFT
from opsdesk.registers.sign_in.spec import REGISTER as SIGN_IN
from opsdesk.registers.staff.spec import REGISTER as STAFF
from opsdesk.registers.stand_by.spec import REGISTER as STAND_BY
from opsdesk.registers.vendor.spec import REGISTER as VENDOR
from opsdesk.registers.visit.spec import REGISTER as VISIT
from opsdesk.registers.visitor.spec import REGISTER as VISITOR
from opsdesk.registers.wage.spec import REGISTER as WAGE

REGISTERS: tuple[Register, ...] = (
    # 运维事件记录单
    INCIDENT,
    CASE_REPORT,
    PROBLEM,
    EMERGENCY_PLAN,
    INCIDENT_OPTION,
    # 机房进出
    ROOM,
    VISIT,
    PERMIT,
    OFF_HOURS,
    VISITOR,
    # 考核评分
    APPRAISAL_SHEET,
    APPRAISAL_EVENT,
    SCHEME,
    SCHEME_ITEM,
    PAYMENT_TERM,
    MEASURE,
    # 机房巡检
    INSPECTION,
    READING,
    CLEANING,
    OPEN_CLOSE,
    INSPECTION_ITEM,
    # 设备资产
    ASSET,
    ASSET_ISSUE,
    LOAN,
    EQUIPMENT_MOVE,
    MEDIA_CHECK,
    CHANGE_REQUEST,
    BACKUP_NOTICE,
    # 请假排班
    LEAVE,
    ROSTER,
    CORRECTION,
    OVERTIME,
    COMP_TIME,
    SIGN_IN,
    # 月度考勤
    DEDUCTION,
    # 日结
    *REPORTS,
    # 人员单位
    STAFF,
    STAND_BY,
    VENDOR,
    CONTRACT,
    POST,
    COVERAGE_NEED,
    SHIFT,
    CONTACT,
    WAGE,
    # 设置
    HOURS,
    CALENDAR,
    HOLIDAY_CONSENT,
    RESTORE_DRILL,
    ACCOUNT,
)
"""Every register, in the order of the tabs."""


def by_slug(slug: str) -> Register:
    """The register called `slug`. KeyError where there is none."""
    return _BY_SLUG[slug]


_BY_SLUG = {register.slug: register for register in REGISTERS}
