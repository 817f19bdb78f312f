"""The month of one vendor as a workbook of its own: nothing in it is about anybody else's people or contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from opsdesk.exports.document import Align, Column, Document, Fact, Kind, Signature, Table, Value, chinese_date, weekday
from opsdesk.registers.month.figures import (
    Company,
    companies,
    day_columns,
    days_of,
    evidence_words,
    file_name,
    hours_of,
    leave_of,
    line_days,
    nonzero,
    part_sum,
    until,
    warning_words,
    whole,
)
from opsdesk.rules import hours
from opsdesk.rules.clause import Citation, ClauseNotInForce, Law
from opsdesk.rules.vocabulary import LeaveKind, State
from opsdesk.services import chain, marks, settings, settlement
from opsdesk.services.attendance import PersonDay
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.law_words import quoted, values_words, worded
from opsdesk.services.settlement import PENALTY_PARTS, Month, PersonMonth

HOURS_PARTS = ("attendance.hours", "attendance.client_hours")
READINGS = ("G4", "G6", "G7", "G11", "G12", "G13", "G14")
"""Readings by which every month is settled, whatever the contract."""


def vendor_workbook(ctx: Context, year: int, number: int, vendor_id: int) -> list[Document]:
    """The sheets of one vendor's workbook: 汇总, 每日, 明细, 判定, 口径. Refuses a vendor without people that month."""
    site = settings.read_all(ctx)
    with ctx.read() as connection:
        month = settlement.read(connection, ctx.regulations, year, number, ctx.now(), vendor_id=vendor_id)
        trace = chain.short_head(connection)
    found = companies(ctx, vendor_id)
    if not found or not month.people:
        raise Refusal(f"{year}-{number:02} 这家单位没有应到岗的人员，没有可以导出的考勤。")
    company = found[0]
    plain = Document(
        code="OD-F04",
        revision="A/0",
        title="",
        number=f"KQ-{year}{number:02}-{company.code}",
        name=file_name(ctx, "考勤结算", company, month.key),
        sheet="",
        organisation=site["site.name"],
        body=(),
        facts=_facts(company, month, site["site.project"]),
        retention=f"保存期限：{site['paper.retention_years']} 年",
        trace=trace,
        landscape=True,
    )

    def sheet(name: str, table: Table, **more: tuple[object, ...]) -> Document:
        title = f"{year}年{number}月考勤结算（{name}）"
        return replace(plain, title=title, sheet=name, body=(table,), **more)  # type: ignore[arg-type]  # notes and signatures

    return [
        sheet("汇总", _sums(month), notes=_notes(ctx, month), basis=month.basis, signatures=_signatures()),
        sheet("每日", _days(ctx, month), notes=(marks.LEGEND,)),
        sheet("明细", _details(month)),
        sheet("判定", _verdicts(ctx, month), notes=("有异议的，请在异议栏写明理由并签名。",)),
        sheet("口径", _readings(ctx, month), basis=month.basis),
    ]


def _facts(company: Company, month: Month, project: str) -> tuple[Fact, ...]:
    return (
        Fact("所属公司", company.name),
        Fact("项目", project or "—"),
        Fact("统计期间", f"{chinese_date(month.dates[0])}至{month.dates[-1].day}日"),
        Fact("人数", f"{len(month.people)} 人"),
    )


def _signatures() -> tuple[Signature, ...]:
    return (
        Signature("制表人"),
        Signature("驻场公司负责人", seal=True),
        Signature("信息中心审核"),
        Signature("批准"),
    )


def _notes(ctx: Context, month: Month) -> tuple[str, ...]:
    said = ["本表为拟扣减，由信息中心主管确认或免除后执行。有异议的，请在异议栏写明并签名。"]
    said += until(month.dates, ctx.now())
    return (*said, *(words for each in month.people for words in warning_words(each)))


def _count(title: str, group: str = "", width: float = 8.0) -> Column:
    return Column(title, width, Kind.NUMBER, Align.CENTER, group=group)


_SUMS = (
    Column("序号", 8, Kind.NUMBER, Align.CENTER),
    Column("工号", 16, Kind.CODE),
    Column("姓名", 19),
    _count("应", "天数"),
    _count("实", "天数"),
    _count("次", "迟到", 7.0),
    _count("分", "迟到"),
    _count("次", "早退", 7.0),
    _count("分", "早退"),
    _count("缺勤", "日数", 8.5),
    _count("扣薪", "日数", 8.5),
    _count("旷工", "日数", 8.5),
    _count("缺签", "日数", 8.5),
    _count("日", "事假", 7.0),
    _count("时", "事假", 9.0),
    _count("日", "病假", 7.0),
    _count("时", "病假", 9.0),
    _count("日", "其他假", 7.0),
    _count("时", "其他假", 9.0),
    _count("净工时", "工时（时）", 15.0),
    _count("加班", "工时（时）", 11.0),
    _count("超176", "工时（时）", 12.0),
    _count("次数罚", "拟扣减（元）", 11.0),
    _count("分钟罚", "拟扣减（元）", 11.0),
    _count("另罚", "拟扣减（元）", 9.0),
    _count("早退扣", "拟扣减（元）", 11.0),
    _count("合计", "拟扣减（元）", 11.0),
    Column("本人签名", 17, Kind.SIGNATURE),
    Column("异议", 17, Kind.SIGNATURE),
)
"""“扣薪” are the days of wage that 视缺勤 costs, “另罚” what the double penalty adds (T2-ATT-08)."""


def _sum_figures(each: PersonMonth) -> tuple[int | Decimal | None, ...]:
    figures, lines = each.settled.figures, each.settled.lines
    leave = [leave_of(each, kind) for kind in (LeaveKind.PERSONAL, LeaveKind.SICK, None)]
    return (
        each.due_days,
        days_of(each.attended_half_days),
        nonzero(figures.late_count),
        nonzero(figures.late_minutes),
        nonzero(figures.early_count),
        nonzero(figures.early_minutes),
        nonzero(figures.absent_days),
        nonzero(figures.absent_wage_days),
        nonzero(days_of(figures.awol_half_days)),
        nonzero(len(each.missing)),
        *(nonzero(value) for taken in leave for value in (days_of(taken.half_days), hours_of(taken.minutes))),
        hours_of(each.worked_minutes),
        nonzero(hours_of(each.overtime_minutes)),
        nonzero(hours_of(each.over_cap_minutes)),
        *(nonzero(part_sum(lines, part)) for part in ("count_fine", "minute_fine", "absent", "early_fine")),
        nonzero(figures.total),
    )


def _sums(month: Month) -> Table:
    figures = [_sum_figures(each) for each in month.people]
    rows: list[tuple[Value, ...]] = [
        (place, each.person.staff_no, each.person.name, *own, None, None)
        for place, (each, own) in enumerate(zip(month.people, figures, strict=True), 1)
    ]
    if len(rows) > 1:
        summed = (sum((Decimal(value or 0) for value in column), Decimal(0)) for column in zip(*figures, strict=True))
        rows.append((None, "", "合计", *(nonzero(whole(value)) for value in summed), None, None))
    return Table(_SUMS, tuple(rows), row_height=10.0, font_size=8.0, record_labels=_labels(month))


def _labels(month: Month) -> tuple[str, ...]:
    return (*(f"{each.person.name} {month.key}" for each in month.people), "合计")


def _days(ctx: Context, month: Month) -> Table:
    columns = (
        Column("序号", 8, Kind.NUMBER, Align.CENTER),
        Column("工号", 15, Kind.CODE),
        Column("姓名", 18),
        *day_columns(month.dates, month.calendar, 6.4),
        _count("应出勤"),
        _count("实出勤"),
    )
    rows = tuple(
        (
            place,
            each.person.staff_no,
            each.person.name,
            *marks.month_cells(each, month.dates, ctx.today()),
            each.due_days,
            days_of(each.attended_half_days),
        )
        for place, each in enumerate(month.people, 1)
    )
    return Table(columns, rows, row_height=9.0, font_size=7.5, record_labels=_labels(month))


_DETAILS = (
    Column("序号", 10, Kind.NUMBER, Align.CENTER),
    Column("工号", 16, Kind.CODE),
    Column("姓名", 19),
    Column("日期", 22, Kind.DATE),
    Column("星期", 11, align=Align.CENTER),
    Column("班次", 18),
    Column("应到", 14, Kind.TIME),
    Column("应离", 14, Kind.TIME),
    Column("到岗", 33, Kind.MOMENT),
    Column("离岗", 33, Kind.MOMENT),
    _count("迟到分", width=12),
    _count("早退分", width=12),
    Column("请假", 18, align=Align.CENTER),
    Column("上午", 11, align=Align.CENTER),
    Column("下午", 11, align=Align.CENTER),
    Column("状态", 15, align=Align.CENTER),
)


def _details(month: Month) -> Table:
    rows: list[tuple[Value, ...]] = []
    labels = []
    for each in month.people:
        for day in each.days:
            if day.duty is not None or day.punches:
                rows.append((len(rows) + 1, each.person.staff_no, each.person.name, *_detail(each, day)))
                labels.append(f"{each.person.name} {day.day.isoformat()}")
    return Table(_DETAILS, tuple(rows), row_height=7.0, font_size=8.0, record_labels=tuple(labels))


def _detail(each: PersonMonth, day: PersonDay) -> tuple[Value, ...]:
    duty, halves = day.duty, each.halves.get(day.day)
    leave = dict.fromkeys(str(half.leave) for half in halves or () if half.leave)
    if not leave and day.absence:
        leave = {f"{day.absence.kind} {day.absence.span.begins:%H:%M}–{day.absence.span.ends:%H:%M}": None}
    shown = State.REST if duty is None and not day.punches else day.result.state
    return (
        day.day,
        weekday(day.day),
        duty.shift if duty else "",
        duty.begins if duty else None,
        duty.ends if duty else None,
        day.arrived_at,
        day.left_at,
        nonzero(day.result.late_minutes),
        nonzero(day.result.early_minutes),
        "、".join(leave),
        *(map(marks.half_mark, halves) if halves else ("", "")),
        str(shown),
    )


_VERDICTS = (
    Column("序号", 9, Kind.NUMBER, Align.CENTER),
    Column("工号", 15, Kind.CODE),
    Column("姓名", 18),
    Column("条款", 18, align=Align.CENTER),
    Column("条款内容", 58),
    Column("计算", 66),
    Column("日", 9, Kind.NUMBER, Align.CENTER),
    Column("金额（元）", 18, Kind.MONEY),
    Column("证据（到岗记录）", 46),
    Column("异议", 26, Kind.SIGNATURE),
)


def _verdicts(ctx: Context, month: Month) -> Table:
    regulations = ctx.regulations
    found = [(each, line) for each in month.people for line in each.settled.lines]
    rows = tuple(
        (
            place,
            each.person.staff_no,
            each.person.name,
            line.citation.short,
            quoted(regulations, line.citation),
            line.because,
            line_days(line),
            line.amount,
            evidence_words(each, line),
            None,
        )
        for place, (each, line) in enumerate(found, 1)
    )
    labels = tuple(f"{each.person.name} {line.citation.short}" for each, line in found)
    return Table(_VERDICTS, rows, row_height=8.0, font_size=9.0, record_labels=labels)


_READINGS = (
    Column("序号", 12, Kind.NUMBER, Align.CENTER),
    Column("条款", 24, align=Align.CENTER),
    Column("条款内容", 150),
    Column("数值和口径", 90),
    Column("自何日起", 40, Kind.DATE),
)


def _readings(ctx: Context, month: Month) -> Table:
    """Every clause by which these people were judged in the month; one that changed within it stands once a version."""
    found: dict[tuple[str, date], tuple[Citation, str, str]] = {}
    terms = {(day.terms.hours, day.terms.penalties) for each in month.people for day in each.days}
    for day in month.dates:
        law = ctx.law_on(day)
        for hours_code, penalties in sorted(terms):
            for cited, wording, values in _cited(law, hours_code, penalties):
                found.setdefault((cited.key, cited.held_from), (cited, wording, values))
    rows = tuple(
        (place, cited.short, wording, values, cited.held_from)
        for place, (cited, wording, values) in enumerate(found.values(), 1)
    )
    return Table(_READINGS, rows, row_height=8.0, font_size=10.0)


def _cited(law: Law, hours_code: str, penalties: str) -> Sequence[tuple[Citation, str, str]]:
    parts = [*((part, hours_code) for part in HOURS_PARTS), *((part, penalties) for part in PENALTY_PARTS)]
    held = [*(law.part(does, code) for does, code in parts), hours.cap_of(law, hours_code)]
    for key in READINGS:
        try:
            held.append(law.held(key))
        except ClauseNotInForce:
            continue
    return [
        (one.cite(), worded(one.clause, one.holding), values_words(one.clause, one.holding))
        for one in held
        if one is not None
    ]
