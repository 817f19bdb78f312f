"""日报, 周报 and 季度总结 as registers: the same table, a form for each."""

from __future__ import annotations

from functools import partial

from opsdesk.register import Act, Column, Field, Filter, Kind, Paper, Register
from opsdesk.registers.report import documents, service
from opsdesk.registers.report.chapters import FORMS
from opsdesk.rules.reporting import ReportKind
from opsdesk.rules.vocabulary import Role
from opsdesk.services import choices, listing, reporting, suggestions
from opsdesk.services.context import Context

SUPERVISOR = frozenset({str(Role.SUPERVISOR)})
HEAD, SENDING = "报告", "提交和签收"
DAYS = {ReportKind.DAILY: "日期", ReportKind.WEEKLY: "周内任一天", ReportKind.QUARTERLY: "季内任一天"}
SENT_HELP = "空着就是现在；邮件早先收到的，填收到的时间。"
EMPTY = {
    ReportKind.DAILY: "还没有日报。点“新建日报”，在岗、故障、巡检按记录填好，补写工作和计划后提交。",
    ReportKind.WEEKLY: "还没有周报。点“新建周报”，事件、巡检、考勤按记录统计好，补写完成情况和下周计划后提交。",
    ReportKind.QUARTERLY: "还没有季度总结。点“新建季度总结”，服务量、分类、巡检按记录统计好，补写概述和计划后提交。",
}


def first_vendor(ctx: Context) -> int | None:
    """The vendor with which a form begins: one that owes a report today, else the first."""
    today = ctx.today()
    with ctx.read() as connection:
        due = reporting.owed(connection, ctx.regulations, today, today, ctx.now(), (ReportKind.DAILY,))
        owing = [each.vendor_id for each in due if each.row is None]
    known = [key for key, _ in choices.vendors(ctx)]
    return next((each for each in [*owing, *known] if each in known), None)


def _months(ctx: Context) -> list[tuple[str, str]]:
    return listing.months_around(ctx.today(), after=1)


def _open(values: service.Values) -> bool:
    return values["submitted_at"] is None and values["void_at"] is None


def _fields(kind: ReportKind) -> tuple[Field, ...]:
    weather = (Field("weather", "天气", group=HEAD, help="可以不写。"),) if kind is ReportKind.DAILY else ()
    chapters = tuple(
        Field(
            each.key, each.title, Kind.LONG_TEXT, required=each.required, group="正文", help=each.help)
        for each in FORMS[kind].chapters
    )  # fmt: skip
    return (
        Field("number", "编号", Kind.CODE, group=HEAD, read_only=True),
        Field("told", "说明", Kind.LONG_TEXT, group=HEAD, read_only=True),
        Field("vendor_id", "外包单位", Kind.CHOICE, required=True, group=HEAD, options=choices.vendors,
              default=first_vendor),
        Field("day", DAYS[kind], Kind.DATE, required=True, group=HEAD, default=lambda ctx: ctx.today()),
        Field("author", "填报人", required=True, group=HEAD, options=suggestions.people),
        *weather,
        *chapters,
        Field("submitted_at", "提交时间", Kind.MOMENT, group=SENDING, read_only=True),
        Field("submitted_to", "收件人", group=SENDING, read_only=True),
        Field("copied_to", "抄送", group=SENDING, read_only=True),
    )  # fmt: skip


def _acts(kind: ReportKind) -> tuple[Act, ...]:
    return (
        Act(
            "submit", "提交", partial(service.submit, kind),
            fields=(
                Field("submitted_at", "提交时间", Kind.MOMENT, help=SENT_HELP),
                Field("submitted_to", "收件人", help="甲方管理接口人。没有发给就空着，会判为收件不齐。",
                      default=lambda ctx: reporting.addressed(ctx, reporting.CONTACT)),
                Field("copied_to", "抄送", help="甲方客服专员。没有抄送就空着，会判为收件不齐。",
                      default=lambda ctx: reporting.addressed(ctx, reporting.SERVICE)),
            ),
            offered=_open,
        ),
        Act(
            "sign", "签收", partial(service.sign, kind), roles=SUPERVISOR,
            offered=lambda values: (
                values["submitted_at"] is not None and values["signed_at"] is None and values["void_at"] is None
            ),
        ),
        Act(
            "void", "作废", partial(service.void, kind), fields=(Field("reason", "原因", required=True),),
            roles=SUPERVISOR, offered=lambda values: values["void_at"] is None,
        ),
    )  # fmt: skip


def _register(kind: ReportKind) -> Register:
    return Register(
        slug=FORMS[kind].slug,
        stored_as="report",
        title=str(kind),
        singular=str(kind),
        topics=frozenset({"report", "contract", "vendor", "law", "sign_in"}),
        columns=(
            Column("number", "编号", Kind.CODE, 152),
            Column("period", "日期", Kind.CODE, 128 if kind is ReportKind.DAILY else 176),
            Column("vendor", "外包单位", width=96),
            Column("state", "状态", Kind.CHIP, 152),
            Column("submitted_at", "提交时间", Kind.MOMENT, 144),
            Column("author", "填报人", width=88),
            Column("work", FORMS[kind].chapters[0 if kind is not ReportKind.DAILY else 1].title, width=0),
            Column("signed_by", "签收", width=88),
        ),
        list=partial(service.listed, kind),
        fields=_fields(kind),
        load=partial(service.load, kind),
        save=partial(service.save, kind),
        filters=(Filter("month", "月份", _months), Filter("vendor", "外包单位", choices.vendors)),
        acts=_acts(kind),
        papers=(Paper("paper", str(kind), documents.paper),),
        empty=EMPTY[kind],
        closed=lambda values: not _open(values),
    )


DAILY, WEEKLY, QUARTERLY = (_register(kind) for kind in ReportKind)
REGISTERS = (DAILY, WEEKLY, QUARTERLY)
