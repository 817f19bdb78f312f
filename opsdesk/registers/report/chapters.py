"""What each kind of report is called and consists of, in the order of its form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from opsdesk.rules.reporting import ReportKind


@dataclass(frozen=True)
class Chapter:
    """A chapter: the column that holds it, its title, its least height on paper in millimetres, what helps to write it.

    `required` has to be written before the report can be kept.
    """

    key: str
    title: str
    height: float = 22.0
    help: str = ""
    required: bool = False


@dataclass(frozen=True)
class Form:
    """A kind of report: slug of its register, template number, prefix of its numbers, chapters."""

    slug: str
    code: str
    prefix: str
    chapters: tuple[Chapter, ...]


LINES = "一行一件，可以写成 事项|系统|起止|结果。"
FORMS: Mapping[ReportKind, Form] = {
    ReportKind.DAILY: Form(
        "report",
        "OD-F07a",
        "RB",
        (
            Chapter("people", "在岗人员", 10),
            Chapter("work", "今日工作", help=LINES, required=True),
            Chapter("incidents", "故障处理", 26),
            Chapter("inspections", "巡检情况", 18),
            Chapter("systems", "系统运行情况", 18),
            Chapter("problems", "遗留和需协调", 18),
            Chapter("plan", "明日计划", 18),
        ),
    ),
    ReportKind.WEEKLY: Form(
        "report_weekly",
        "OD-F07b",
        "ZB",
        (
            Chapter("work", "本周工作完成", 40, help="一行一件。", required=True),
            Chapter("incidents", "事件统计", 28),
            Chapter("inspections", "巡检统计", 20),
            Chapter("problems", "问题与风险", 30),
            Chapter("plan", "下周计划", 36, help="周报要有下周计划（E8 四.4）。", required=True),
            Chapter("people", "考勤小结", 22),
        ),
    ),
    ReportKind.QUARTERLY: Form(
        "report_quarterly",
        "OD-F07c",
        "JB",
        (
            Chapter("work", "概述", 30, required=True),
            Chapter("people", "人员", 20),
            Chapter("incidents", "服务量与 SLA", 26),
            Chapter("trends", "故障分类与趋势", 26),
            Chapter("inspections", "巡检", 18),
            Chapter("revisits", "回访结果", 18),
            Chapter("self_assessment", "考核自评", 20),
            Chapter("problems", "问题改进", 24),
            Chapter("plan", "下季计划", 24, required=True),
            Chapter("enclosures", "附件", 12),
        ),
    ),
}
KEYS = tuple(dict.fromkeys(chapter.key for form in FORMS.values() for chapter in form.chapters))
"""Every chapter of any kind, by its column."""
