"""The month of one vendor as a workbook of its own: nothing in it is about anybody else's people or contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from opsdesk.exports.document import Align, Column, Document, Fact, Kind, Signature, Table, Value, chinese_date, weekday
from opsdesk.exports.making import made_as
from opsdesk.registers.month import service
from opsdesk.registers.month.figures import (
    Company,
    charged,
    companies,
    day_columns,
    days_of,
    decided_sum,
    decisions,
    evidence_words,
    file_name,
    handled_words,
    hours_of,
    leave_of,
    line_days,
    nonzero,
    part_sum,
    person_words,
    until,
    warning_words,
    whole,
)
from opsdesk.registers.month.incident_sheet import incident_sheet
from opsdesk.registers.month.service import Standing
from opsdesk.rules import hours
from opsdesk.rules.clause import Citation, ClauseNotInForce, Law
from opsdesk.rules.vocabulary import LeaveKind, State
from opsdesk.services import chain, marks, settings
from opsdesk.services.attendance import PersonDay
from opsdesk.services.context import Context
from opsdesk.services.day_charges import PENALTY_PARTS
from opsdesk.services.errors import Refusal
from opsdesk.services.law_words import quoted, values_words, worded
from opsdesk.services.settlement import Month, PersonMonth

HOURS_PARTS = ("attendance.hours", "attendance.client_hours")
ROWS_ROOM, LINE_HEIGHT, LINE_LENGTH = 128.0, 4.4, 75
"""Millimetres on one page of 汇总 for rows and the lines below; of a line its height, and its characters."""
SIGNATURES = (
    Signature("制表人"),
    Signature("驻场公司负责人", seal=True),
    Signature("信息中心审核"),
    Signature("批准"),
)
LEAST_HEIGHT, USUAL_HEIGHT = 6.0, 9.0
READINGS = ("G4", "G6", "G7", "G11", "G12", "G13", "G14")
"""Readings by which every month is settled, whatever the contract."""


@made_as("month.workbook")
def vendor_workbook(ctx: Context, year: int, number: int, vendor_id: int) -> list[Document]:
    """One vendor's workbook: 汇总, 每日, 明细, 判定, 口径, 事件. Refuses a vendor without people that month."""
    site = settings.read_all(ctx)
    standing = service.standing(ctx, year, number, vendor_id=vendor_id)
    month = standing.month
    with ctx.read() as connection:
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

    notes = _notes(ctx, standing)

    def sheet(name: str, table: Table, **more: tuple[object, ...]) -> Document:
        title = f"{year}年{number}月考勤结算（{name}）"
        return replace(plain, title=title, sheet=name, body=(table,), **more)  # type: ignore[arg-type]  # notes and signatures

    return [
        sheet("汇总", _sums(standing, (*notes, *month.basis)), notes=notes, basis=month.basis, signatures=SIGNATURES),
        sheet("每日", _days(ctx, month), notes=(marks.LEGEND,)),
        sheet("明细", _details(month)),
        sheet("判定", _verdicts(ctx, standing), notes=("有异议的，请在异议栏写明理由并签名。",)),
        sheet("口径", _readings(ctx, month), basis=month.basis),
        incident_sheet(ctx, plain, year, number, vendor_id),
    ]


def _facts(company: Company, month: Month, project: str) -> tuple[Fact, ...]:
    return (
        Fact("所属公司", company.name),
        Fact("项目", project or "—"),
        Fact("统计期间", f"{chinese_date(month.dates[0])}至{month.dates[-1].day}日"),
        Fact("人数", f"{len(month.people)} 人"),
    )


def _notes(ctx: Context, standing: Standing) -> tuple[str, ...]:
    month = standing.month
    said = [
        "拟扣减为按条款算出的建议数，由信息中心主管逐条确认或免除，按核定执行。有异议的，请在异议栏写明并签名。",
        "日数栏的“扣薪”为迟到视缺勤按条款扣薪的日数。",
    ]
    if _doubles(month):
        said.append("“另罚”为单次迟到视缺勤时双重处罚另扣的金额。")
    if names := [each.person.name for each in month.people if each.person.id in standing.changed]:
        said.append(f"{'、'.join(names)}的记录在结算后有变动，本表按现有记录印出，请重新结算。")
    said += until(month.dates, ctx.now())
    return (*said, *(words for each in month.people for words in warning_words(each)))


def _doubles(month: Month) -> bool:
    return any(part_sum(each.settled.lines, DOUBLE) for each in month.people)


def _count(title: str, group: str = "", width: float = 8.0) -> Column:
    return Column(title, width, Kind.NUMBER, Align.CENTER, group=group)


DOUBLE, LEAVE_PAY = "absent", "leave_pay"
FINES = (("count_fine", "次数罚"), ("minute_fine", "分钟罚"), (DOUBLE, "另罚"), ("early_fine", "早退扣"))
OPEN_END = ("open_end", "缺签扣")
"""“另罚” is what the double penalty adds (T2-ATT-08), “缺签扣” what a missing end comes to (G12)."""
_COUNTS = (
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
    _count("净工时", "工时（时）", 19.0),
    _count("加班", "工时（时）", 13.0),
    _count("超176", "工时（时）", 14.0),
)
"""“扣薪” are the days of wage that 视缺勤 costs."""


def _fines(month: Month) -> tuple[tuple[str, str], ...]:
    """The parts that cost money, by part and title; seldom ones only where somebody has them."""
    lines = [line for each in month.people for line in each.settled.lines]
    return tuple(
        (part, title)
        for part, title in (*FINES, OPEN_END)
        if part not in {DOUBLE, OPEN_END[0]} or part_sum(lines, part)
    )


def _sum_figures(standing: Standing, each: PersonMonth, fines: Sequence[tuple[str, str]]) -> list[int | Decimal | None]:
    figures, lines = each.settled.figures, each.settled.lines
    leave = [leave_of(each, kind) for kind in (LeaveKind.PERSONAL, LeaveKind.SICK, None)]
    return [
        each.due_days,
        days_of(each.attended_half_days),
        nonzero(figures.late_count),
        nonzero(figures.late_minutes),
        nonzero(figures.early_count),
        nonzero(figures.early_minutes),
        nonzero(days_of(figures.absent_half_days)),
        nonzero(days_of(figures.absent_wage_half_days)),
        nonzero(days_of(figures.awol_half_days)),
        nonzero(len(each.missing)),
        *(nonzero(value) for taken in leave for value in (days_of(taken.half_days), hours_of(taken.minutes))),
        hours_of(each.worked_minutes),
        nonzero(hours_of(each.overtime_minutes)),
        nonzero(hours_of(each.over_cap_minutes)),
        *(nonzero(part_sum(lines, part)) for part, _ in fines),
        nonzero(figures.total),
        decided_sum(standing, each) if _decided(standing, each) else None,
    ]


def _decided(standing: Standing, each: PersonMonth) -> bool:
    """True once a line of money of the person has been confirmed or waived: zero is then a decision."""
    return any(kept is not None and kept.decided is not None and kept.amount for kept in decisions(standing, each))


def _sums(standing: Standing, words: Sequence[str]) -> Table:
    """Everybody's figures; `words` stand below it and take their room from the rows."""
    month, fines = standing.month, _fines(standing.month)
    columns = (
        Column("序号", 7, Kind.NUMBER, Align.CENTER),
        Column("工号", 15, Kind.CODE),
        Column("姓名", 19),
        *_COUNTS,
        *(_count(title, "拟扣减（元）", 11.0) for _, title in fines),
        _count("合计", "拟扣减（元）", 11.0),
        _count("元", "核定", 11.0),
        Column("处理", 40),
        Column("本人签名", 16, Kind.SIGNATURE),
        Column("异议", 16, Kind.SIGNATURE),
    )
    figures = [_sum_figures(standing, each, fines) for each in month.people]
    rows: list[tuple[Value, ...]] = [
        (place, each.person.staff_no, each.person.name, *own, person_words(standing, each), None, None)
        for place, (each, own) in enumerate(zip(month.people, figures, strict=True), 1)
    ]
    if len(rows) > 1:
        summed = (sum((Decimal(value or 0) for value in column), Decimal(0)) for column in zip(*figures, strict=True))
        rows.append((None, "", "合计", *(nonzero(whole(value)) for value in summed), "", None, None))
    return Table(
        columns, tuple(rows), row_height=_row_height(len(rows), words), font_size=8.0, record_labels=_labels(month)
    )


def _row_height(rows: int, words: Sequence[str]) -> float:
    """So high that the signatures stand on the same page, as long as one can sign there; else as high as is usual."""
    lines = sum(-(-len(each) // LINE_LENGTH) for each in words)
    height = (ROWS_ROOM - LINE_HEIGHT * lines) / rows
    return min(height, USUAL_HEIGHT) if height >= LEAST_HEIGHT else USUAL_HEIGHT


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
    Column("条款内容", 50),
    Column("计算", 60),
    Column("日", 9, Kind.NUMBER, Align.CENTER),
    Column("金额（元）", 21, Kind.MONEY),
    Column("处理", 28),
    Column("核定（元）", 21, Kind.MONEY),
    Column("证据（到岗记录）", 42),
    Column("异议", 20, Kind.SIGNATURE),
)


def _verdicts(ctx: Context, standing: Standing) -> Table:
    """Every line of the people to whom any line comes to something, with what became of it; others' 事假 too."""
    regulations = ctx.regulations
    found = [
        (each, line, kept)
        for each in standing.month.people
        for line, kept in zip(each.settled.lines, decisions(standing, each), strict=True)
        if charged(each) or line.part == LEAVE_PAY
    ]
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
            handled_words(line, kept),
            kept.decided if kept and line.amount else None,
            evidence_words(each, line),
            None,
        )
        for place, (each, line, kept) in enumerate(found, 1)
    )
    labels = tuple(f"{each.person.name} {line.citation.short}" for each, line, _ in found)
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
