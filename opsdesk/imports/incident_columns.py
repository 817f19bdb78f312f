"""Columns of an incident register: our own template's, and the headings and words of the systems people come from.

ServiceNow, GLPI, iTop, Jira and the banks' 业务事件单 (F05, S09) are known by their headings, English or Chinese.
"""

from __future__ import annotations

import unicodedata

from opsdesk.imports.columns import Column
from opsdesk.rules.vocabulary import IncidentKind
from opsdesk.services.text import one_line

MOMENTS = ("reported_at", "accepted_at", "responded_at", "arrived_at", "due_at", "resolved_at", "closed_at")
"""Fields that are a day and time, in the order in which they happen; `due_at` may lie anywhere after the first two."""
LONG = ("symptom", "diagnosis", "handling", "root_cause")
"""Fields of several lines."""
LONGEST = {
    "number": 50, "title": 20_000, "reporter": 50, "reporter_dept": 60, "reporter_phone": 30, "source": 50,
    "system": 60, "device": 80, "category": 50, "severity": 50, "vendor": 60, "person": 50, "result": 200,
    "rating": 50, "related_party": 60, "customer_kind": 50, **dict.fromkeys(LONG, 20_000),
}  # fmt: skip
"""Characters that a field may have; a longer one is refused, as its columns have probably slipped."""

_WHEN = "写成 2026-03-05 08:30；不知道就空着。"
COLUMNS = (
    Column(
        "number", "编号", "原来的编号，导入后仍用它；同一个编号只有一条。", "SJ-2025-0001",
        (
            "事件单编号", "事件单号", "事件编号", "工单编号", "工单号", "服务单号", "记录单号", "报修单号",
            "受理编号", "单号", "事件ID", "工单ID", "number", "incident number", "incident id", "ticket number",
            "ticket id", "ticket", "issue key", "问题关键字", "case number", "case id", "ref", "reference",
            "request id", "id",
        ),
        required=True,
    ),
    Column(
        "title", "标题", "一句话说明；空着就用故障现象或类别。", "三楼打印机卡纸",
        (
            "事件标题", "事件名称", "事件简述", "问题简述", "问题概述", "主题", "概要", "摘要", "简述",
            "short description", "title", "subject", "summary",
        ),
    ),
    Column(
        "symptom", "故障现象", "用户怎么说的，可以有几行。", "送纸就卡，换纸无效",
        (
            "事件描述", "问题描述", "故障描述", "问题现象", "现象", "报修内容", "报障内容", "事件内容", "详细描述",
            "描述", "description", "symptom", "u_symptom", "details",
        ),
    ),
    Column(
        "reporter", "报告人", "报修的人。", "李雷",
        (
            "报修人", "报障人", "当事人", "联系人", "申请人", "请求人", "发起人", "请求者 - 请求者", "请求者",
            "caller", "caller_id", "requester - requester", "requester", "reporter", "reported by", "requested for",
            "contact", "customer", "创建人",
        ),
    ),
    Column(
        "reporter_dept", "单位／科室", "报告人的单位或科室。", "财务科",
        (
            "报告单位", "报修单位", "报修部门", "使用单位", "使用部门", "所属部门", "发生机构", "科室", "部门",
            "department", "caller department", "organization", "organisation", "location", "entity",
        ),
    ),
    Column(
        "reporter_phone", "电话", "报告人的电话。", "",
        (
            "联系电话", "报告人电话", "报修电话", "联系方式", "手机", "手机号", "phone", "telephone", "mobile",
            "contact number",
        ),
    ),
    Column(
        "source", "报告方式", "电话、当面、系统、巡检发现或监控告警。", "电话",
        (
            "事件来源", "报修方式", "受理渠道", "渠道", "来源", "contact type", "channel", "origin", "request source",
            "reported source", "source",
        ),
    ),
    Column(
        "system", "系统", "所属系统。", "一卡通",
        (
            "所属系统", "系统名称", "应用系统", "业务系统", "项目/系统", "business service", "service", "application",
            "components", "component/s", "component", "模块", "system",
        ),
    ),
    Column(
        "device", "设备", "设备名称或资产编号。", "HP 打印机 3F-02",
        (
            "设备名称", "设备编号", "资产编号", "配置项", "configuration item", "cmdb_ci", "ci", "asset",
            "associated elements", "device",
        ),
    ),
    Column(
        "category", "类别", "系统里有的类别，例如硬件故障。", "硬件故障",
        (
            "事件分类", "事件类别", "事件类型", "故障类别", "故障类型", "故障分类", "问题分类", "分类", "category",
            "itil category",
        ),
    ),
    Column(
        "severity", "等级", "系统里有的等级，例如高、中、低。", "中",
        (
            "事件等级", "事件级别", "故障等级", "故障级别", "严重程度", "严重级别", "优先级", "级别", "severity",
            "priority",
        ),
    ),
    Column(
        "urgent", "紧急", "是或否；空着就是否。", "否",
        ("是否紧急", "是否加急", "加急", "紧急程度", "urgent", "is urgent"),
    ),
    Column(
        "vendor", "外包单位", "单位的编码、简称或全称。", "青禾",
        (
            "驻场单位", "运维单位", "维保单位", "服务单位", "处理单位", "维修单位", "外包公司", "服务商", "供应商",
            "supplier", "assigned to - supplier", "assignment group", "assigned group", "support group",
            "assigned to - technician group", "team", "团队", "所属工作组", "处理组", "工作组", "group", "vendor",
        ),
    ),
    Column(
        "person", "处理人", "人员的工号或姓名。", "V001",
        (
            "处理人工号", "处理人员", "处理人姓名", "运维工程师", "工程师", "维修人员", "维修人", "经办人", "办理人",
            "受派人", "服务人员", "技术员", "责任人", "负责人", "分配给 - 技术人员", "assigned to",
            "assigned to - technician", "assignee", "agent", "technician", "engineer", "resolver", "owner",
            "resolved by",
        ),
    ),
    Column(
        "reported_at", "报告时间", "用户报告的时间，" + _WHEN, "2026-03-05 08:30",
        (
            "报修时间", "报障时间", "来电时间", "申请时间", "提交时间", "报告日期", "报修日期", "opened at", "opened",
            "open date", "opened date", "opening date", "reported at", "reported on", "reported date", "submitted",
            "created at", "created", "created date", "creation date", "sys_created_at", "sys_created_on",
            "start date", "创建时间", "创建日期", "已创建", "打开时间", "开始日期", "发生时间", "发生日期",
            "登记时间", "登记日期", "日期",
        ),
        required=True,
    ),
    Column(
        "accepted_at", "接到时间", "从它起算时限；空着从报告时间起算。" + _WHEN, "2026-03-05 08:31",
        (
            "受理时间", "接单时间", "接收时间", "任务接受时间", "受理日期", "分配日期", "accepted at",
            "acknowledged at", "acknowledged", "assigned at", "assignment date",
        ),
    ),
    Column(
        "responded_at", "响应时间", _WHEN, "2026-03-05 08:38",
        (
            "首次响应时间", "开始处理时间", "responded at", "first response at", "first responded at",
            "first response", "responded", "work start",
        ),
    ),
    Column(
        "arrived_at", "到达时间", _WHEN, "",
        ("到场时间", "到达现场时间", "上门时间", "arrived at", "on site at"),
    ),
    Column(
        "due_at", "要求完成时间", "用户要求完成的时间。" + _WHEN, "2026-03-05 17:00",
        (
            "要求时间", "期望完成时间", "计划完成时间", "截止时间", "期限", "到期日", "到期时间", "due date",
            "due at", "due", "time to resolve", "ttr deadline", "resolve by",
        ),
    ),
    Column(
        "resolved_at", "解决时间", _WHEN, "2026-03-05 10:20",
        (
            "处理完成时间", "修复时间", "恢复时间", "完成时间", "解决日期", "完成日期", "已解决", "resolved at",
            "resolved", "resolved on", "resolved date", "resolution date", "date resolved", "solve date", "solved",
            "处理时间",
        ),
    ),
    Column(
        "closed_at", "关闭时间", _WHEN, "",
        (
            "关单时间", "结单时间", "办结时间", "结案时间", "归档时间", "关闭日期", "closed at", "closed",
            "closed on", "closed date", "close date", "closing date", "date closed",
        ),
    ),
    Column("diagnosis", "初步诊断", "初步判断的原因。", "搓纸轮磨损", ("诊断", "初步原因", "事件起因", "diagnosis")),
    Column(
        "handling", "处理过程", "做了什么，作为一条处理过程保存。", "更换搓纸轮，试打正常",
        (
            "处理描述", "处理情况", "处理方法", "处理措施", "处理内容", "维修过程", "解决过程", "解决方案",
            "服务内容及完成情况", "close notes", "resolution notes", "solution - solution", "solution", "work notes",
            "comments and work notes",
        ),
    ),
    Column(
        "root_cause", "根本原因与改进", "根本原因。", "",
        ("根本原因", "故障原因", "原因分析", "原因", "root cause", "cause"),
    ),
    Column(
        "result", "处理结果", "例如已解决、临时解决。", "已解决",
        (
            "结果", "完成情况", "服务后状态", "解决结果", "close code", "closed code", "resolution code",
            "resolution", "result",
        ),
    ),
    Column(
        "rating", "用户评价", "非常满意、满意、一般或不满意。", "满意",
        ("评价", "评价结果", "满意度", "user satisfaction", "satisfaction", "rating"),
    ),
    Column("reopened", "重开次数", "整数；空着就是 0。", "", ("重新打开次数", "reopen count", "reopened", "reopens")),
    Column("related_party", "关联单位", "参与处理的第三方。", "", ("第三方单位", "协同单位", "配合单位", "第三方")),
    Column("customer_kind", "客户类型", "系统里有的客户类型。", "最终用户", ("客户类别", "用户类型", "customer type")),
    Column(
        "kind", "单据类型", "、".join(IncidentKind) + "；空着就是故障。", "故障",
        ("工单类型", "类型", "问题类型", "ticket type", "issue type", "record type", "type"),
    ),
    Column(
        "state", "状态", "只看是否作废、是否已经结束；时间写全的可以空着。", "已关闭",
        ("当前状态", "事件状态", "工单状态", "处理状态", "incident state", "state", "status"),
    ),
    Column(
        "updated_at", "更新时间", "同一编号有几行时，以更新时间最晚的一行为准；一般空着。", "",
        (
            "最后更新时间", "最后更新", "更新日期", "已更新", "sys_updated_at", "sys_updated_on", "updated at",
            "updated", "last update", "last updated", "last modified",
        ),
    ),
)  # fmt: skip
"""Columns in the order of our template (F05); where several headings could be a field, the one named first counts."""
TIME_OF = {
    "reported_time": "reported_at", "accepted_time": "accepted_at", "responded_time": "responded_at",
    "resolved_time": "resolved_at", "closed_time": "closed_at",
}  # fmt: skip
"""Times of day that a register keeps in a column of their own, beside the day of a moment; only a map names them."""
TIME_COLUMNS = tuple(
    Column(each, f"{column.heading.removesuffix('时间')}时刻", f"{column.heading}只有日期时，时刻所在的列。", "")
    for each, moment in TIME_OF.items()
    for column in COLUMNS
    if column.field == moment
)
TITLES = {column.field: column.heading for column in (*COLUMNS, *TIME_COLUMNS)}
MAPPED_WORDS = tuple(each.field for each in COLUMNS if each.field not in (*MOMENTS, "number", "updated_at", *LONG))
"""Fields whose words a map may say in ours."""

_MISSING = frozenset(
    "? - -- --- — —— / // \\ n/a na nil null none nan (null) (空) (无) 无 未知 不详 暂无 空".split()  # noqa: SIM905 — reads better
)
KIND_WORDS = {
    **{str(kind): kind for kind in IncidentKind},
    "事件": IncidentKind.FAULT, "事件单": IncidentKind.FAULT, "故障单": IncidentKind.FAULT, "报障": IncidentKind.FAULT,
    "incident": IncidentKind.FAULT, "bug": IncidentKind.FAULT, "请求": IncidentKind.REQUEST,
    "需求": IncidentKind.REQUEST, "咨询": IncidentKind.REQUEST, "request": IncidentKind.REQUEST,
    "service request": IncidentKind.REQUEST, "userrequest": IncidentKind.REQUEST,
}  # fmt: skip
"""Words for the kinds of record."""
SOURCE_WORDS = {
    "来电": "电话", "热线": "电话", "phone": "电话", "telephone": "电话", "call": "电话", "ivr": "电话",
    "现场": "当面", "walk-in": "当面", "direct": "当面", "direct opening": "当面",
    "邮件": "系统", "email": "系统", "e-mail": "系统", "mail": "系统", "web": "系统", "portal": "系统",
    "helpdesk": "系统",
    "self service": "系统", "self-service": "系统", "自助": "系统", "网上": "系统", "平台": "系统",
    "监控": "监控告警", "告警": "监控告警", "monitoring": "监控告警", "event": "监控告警", "alert": "监控告警",
    "巡检": "巡检发现",
}  # fmt: skip
"""Foreign words for the ways of reporting; others are kept as they are written."""
RATING_WORDS = {
    "很满意": "非常满意", "very satisfied": "非常满意", "satisfied": "满意", "neutral": "一般",
    "dissatisfied": "不满意",
}  # fmt: skip
"""Foreign words for the user's opinion; others are kept as they are written."""
YES = frozenset("是 有 紧急 加急 特急 y yes true 1 √ 对 urgent".split())  # noqa: SIM905
NO = frozenset("否 不 不紧急 常规 一般 普通 正常 n no false 0 × 错".split())  # noqa: SIM905
CANCELLED = frozenset("作废 已作废 取消 已取消 撤销 已撤销 撤单 已撤单 void canceled cancelled withdrawn".split())  # noqa: SIM905
"""States of a record that does not count."""
ENDED = frozenset(
    ("关闭", "已关闭", "解决", "已解决", "完成", "已完成", "办结", "已办结", "结单", "已结单", "归档", "已归档",
     "已签收", "待评价", "已评价", "closed", "resolved", "solved", "done", "complete", "completed", "fixed")
)  # fmt: skip
"""States of a record on which nobody works any more."""


def missing(text: str) -> bool:
    """Whether a cell says that nothing is known: empty, ?, -, N/A, 无, 未知 …"""
    return not text or (len(text) < 8 and _plain(text) in _MISSING)


def word_key(text: str) -> str:
    """A word as it is compared: one width, one space, capitals or not."""
    return _plain(one_line(text))


def _plain(text: str) -> str:
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).strip().casefold()
