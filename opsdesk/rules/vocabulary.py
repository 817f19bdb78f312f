"""The trade's words as enums with their Chinese labels: one word per thing (`domain.md` 1.98)."""

from __future__ import annotations

from enum import StrEnum


class Direction(StrEnum):
    """Which way a punch goes; machines do not say (`domain.md` 4.1)."""

    IN = "到岗"
    OUT = "离岗"
    UNKNOWN = "未定"


class DayKind(StrEnum):
    """The five kinds of day (`domain.md` 5.3)."""

    WORKDAY = "工作日"
    WEEKEND = "周末"
    MAKE_UP = "调休上班"
    STATUTORY = "法定假日"
    DAY_OFF = "调休放假"


class ClauseKind(StrEnum):
    """How far a clause can be decided from records."""

    QUANTIFIED = "可量化"
    DECIDABLE = "可判定"
    SOFT = "软指标"


class CarriedOut(StrEnum):
    """What the program does for a clause."""

    COMPUTED = "计算"
    CHECKED = "核对"
    PROMPTED = "提示"
    REMINDER = "仅提醒"


class Judgement(StrEnum):
    """What a punch or its absence amounts to."""

    ON_TIME = "准时"
    LATE = "迟到"
    ABSENT = "视缺勤"
    LEFT = "已签退"
    EARLY = "早退"
    UNPLANNED = "未排班"


class State(StrEnum):
    """State of a person on a day, as the board shows it."""

    DUE = "未到"
    ON_TIME = "准时"
    LATE = "迟到"
    ABSENT = "视缺勤"
    LEFT = "已签退"
    EARLY = "早退"
    NO_SIGN_OUT = "未签退"
    NO_SIGN_IN = "缺签到"
    ON_LEAVE = "请假"
    PRESENT_UNPLANNED = "未排班到岗"
    REST = "休"


class LeaveKind(StrEnum):
    """Kinds of approved absence (form F02)."""

    PERSONAL = "事假"
    SICK = "病假"
    ANNUAL = "年休假"
    COMP_TIME = "调休"
    OFFICIAL = "公出"
    OUT = "外出"
    REMOTE = "远程办公"
    MARRIAGE = "婚假"
    MATERNITY = "产假"
    BEREAVEMENT = "丧假"
    INJURY = "工伤"
    OTHER = "其他"


AT_WORK = frozenset({LeaveKind.OFFICIAL, LeaveKind.OUT, LeaveKind.REMOTE})
"""Absences from the desk that are work all the same: the day counts as attended."""


class Mark(StrEnum):
    """What half a planned day amounts to in the month sheet (F04)."""

    PRESENT = "出勤"
    LATE = "迟到"
    EARLY = "早退"
    ABSENT = "视缺勤"
    AWOL = "旷工"
    AWAY = "缺席"
    LEAVE = "请假"
    OPEN = "缺签"
    AHEAD = "未到"
    REST = "休"
    UNPLANNED = "未排班出勤"


class Decision(StrEnum):
    """What became of a proposed deduction."""

    PROPOSED = "拟扣减"
    CONFIRMED = "已确认"
    WAIVED = "已免除"


class Topic(StrEnum):
    """What a contract chooses a regulation for, each from a day on."""

    HOURS = "作息"
    PENALTIES = "考勤罚则"
    RESPONSE = "响应"
    REPORTS = "报告"
    APPRAISAL = "考核"


class Role(StrEnum):
    """Who sits at the desk. KIOSK is nobody's account: it may only sign people in and out."""

    SUPERVISOR = "主管"
    DESK = "服务台"
    READER = "只读"
    KIOSK = "自助"


class Source(StrEnum):
    """Where a punch comes from."""

    DESK = "服务台"
    KIOSK = "自助"
    ROLL_CALL = "点名"
    IMPORT = "导入"
    CORRECTION = "补签"


class IncidentKind(StrEnum):
    """What a call asks for; what needs a visit at the user's (派单) is under the clocks of E19."""

    FAULT = "故障"
    REQUEST = "服务请求"
    REPAIR = "上门报修"
    INSTALL = "报装"
    RENEWAL = "续费上门"


DISPATCHED = frozenset({IncidentKind.REPAIR, IncidentKind.INSTALL, IncidentKind.RENEWAL})
"""Kinds for which somebody is sent to the user."""


class IncidentState(StrEnum):
    """Where an incident stands between the call and the supervisor's signature (T3-05)."""

    ACCEPTED = "待响应"
    WORKING = "处理中"
    WAITING = "等待"
    SOLVED = "已解决"
    CONFIRMED = "已确认"
    RETURNED = "退回"
    SIGNED = "已签收"
    VOID = "已作废"


OPEN_INCIDENT = frozenset({IncidentState.ACCEPTED, IncidentState.WORKING, IncidentState.WAITING})
"""States in which somebody still works on the incident."""


class Whose(StrEnum):
    """Whose time a pause is; only the vendor's own counts against it."""

    VENDOR = "外包单位"
    CLIENT = "甲方"
    THIRD = "第三方"
    PARTS = "等待备件"


class ClockState(StrEnum):
    """How a deadline stands."""

    RUNNING = "计时中"
    WARNING = "将超时"
    PAUSED = "暂停"
    MET = "达标"
    BREACHED = "超时"
