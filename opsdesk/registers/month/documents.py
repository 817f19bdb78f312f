"""月度考勤汇总表 on paper (F04, OD-F04 A/0): one sheet a vendor, because each company confirms and stamps its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from opsdesk.exports.document import (
    Align,
    Column,
    Document,
    Fact,
    Kind,
    Signature,
    Table,
    Text,
    Value,
    chinese_date,
)
from opsdesk.exports.making import made_as
from opsdesk.registers.month import service
from opsdesk.registers.month.figures import (
    DAY,
    Company,
    charged,
    companies,
    day_columns,
    days_of,
    decided_sum,
    decisions,
    file_name,
    handled_words,
    hours_of,
    leave_of,
    leave_words,
    line_days,
    nonzero,
    part_sum,
    totals,
    until,
    warning_words,
)
from opsdesk.registers.month.service import Standing
from opsdesk.registers.month.workbook import vendor_workbook
from opsdesk.rules.amounts import in_yuan
from opsdesk.rules.vocabulary import Decision, LeaveKind
from opsdesk.services import chain, closings, marks, settings
from opsdesk.services.context import Context
from opsdesk.services.law_words import quoted
from opsdesk.services.money import in_capitals
from opsdesk.services.settlement import PersonMonth

__all__ = ["month_sheets", "vendor_workbook"]

CODE, REVISION = "OD-F04", "A/0"
SIGN_ROOM = 9.0
"""Height of a row in which somebody signs, in millimetres."""
NUMBER, NAME, POST, END, SIGN = 8.0, 18.0, 22.0, 9.0, 20.5
"""Widths that all three tables share, so that their rules stand in line: with 31 days they fill the paper."""
FINES = (("count_fine", "次数罚"), ("minute_fine", "分钟罚"), ("early_fine", "早退扣"))
DOUBLE = "absent"
PROPOSED = "合计拟扣减为按条款算出的建议数，由主管逐条确认或免除；缺勤、旷工、事假的扣薪按日、按时另计，不在金额内。"


@dataclass(frozen=True)
class _Sheet:
    """One vendor's month while its sheet is made."""

    company: Company
    standing: Standing

    @property
    def people(self) -> tuple[PersonMonth, ...]:
        """Everybody on the sheet."""
        return self.standing.month.people

    @property
    def ruled(self) -> bool:
        """True once anything has been confirmed or waived: the sheet then says what became of every line."""
        booked = self.standing.booked.values()
        return any(kept.state is not Decision.PROPOSED for lines in booked for kept in lines)

    def decided(self, each: PersonMonth) -> Decimal:
        """What the person's confirmed lines come to, in yuan."""
        return decided_sum(self.standing, each)


@made_as("month.sheets")
def month_sheets(ctx: Context, year: int, number: int, vendor_id: int | None = None) -> list[Document]:
    """The F04 of every vendor with people in the month, by vendor code; of one vendor if given."""
    sheets = []
    for company in companies(ctx, vendor_id):
        standing = service.standing(ctx, year, number, vendor_id=company.id)
        if standing.month.people:
            sheets.append(_document(ctx, _Sheet(company, standing), alone=vendor_id is not None))
    return sheets


def _document(ctx: Context, sheet: _Sheet, *, alone: bool) -> Document:
    site = settings.read_all(ctx)
    month, company = sheet.standing.month, sheet.company
    with ctx.read() as connection:
        trace = chain.short_head(connection)
    dates = month.dates
    working = sum(month.calendar.works(day) for day in dates)
    body: list[Table | Text] = [
        _days(ctx, sheet),
        Text("汇总与拟扣减", 10.5, bold=True),
        _sums(sheet),
        Text(_amount_words(sheet), 10.0),
    ]
    if lines := _lines(ctx, sheet):
        body += [Text("扣减依据", 10.5, bold=True), lines]
    return Document(
        code=CODE,
        revision=REVISION,
        title=f"{month.year}年{month.number}月考勤汇总表",
        number=f"KQ-{month.year}{month.number:02}-{company.code}",
        name=file_name(ctx, "考勤汇总", company, month.key) if alone else f"考勤汇总-{month.key}",
        sheet=company.short_name,
        organisation=site["site.name"],
        facts=(
            Fact("所属公司", company.name),
            Fact("项目", site["site.project"] or "—"),
            Fact("统计期间", f"{chinese_date(dates[0])}至{dates[-1].day}日"),
            Fact("工作日", f"{working} 天"),
            Fact("人数", f"{len(sheet.people)} 人"),
        ),
        body=tuple(body),
        notes=_notes(ctx, sheet),
        basis=month.basis,
        signatures=(
            Signature("制表人"),
            Signature("驻场公司负责人", seal=True),
            Signature("信息中心审核"),
            Signature("批准"),
        ),
        retention=f"保存期限：{site['paper.retention_years']} 年",
        trace=trace,
        landscape=True,
    )


def _notes(ctx: Context, sheet: _Sheet) -> tuple[str, ...]:
    standing = sheet.standing
    notes = [marks.LEGEND, PROPOSED, *until(standing.month.dates, ctx.now())]
    if standing.questions:
        notes.append(f"本月有 {len(standing.questions)} 项未结事项，办结后数据可能变动。")
    if names := [each.person.name for each in sheet.people if each.person.id in standing.changed]:
        notes.append(f"{'、'.join(names)}的记录在结算后有变动，本表按现有记录印出，请重新结算。")
    if standing.dropped:
        notes.append(f"{'、'.join(standing.dropped)}结算后已不在本月名单，原结算还没有作废，请重新结算。")
    for each in sheet.people:
        notes += warning_words(each)
    with ctx.read() as connection:
        notes += closings.remarks(connection, standing.month.dates[0], standing.month.dates[-1])
    return tuple(notes)


def _days(ctx: Context, sheet: _Sheet) -> Table:
    month = sheet.standing.month
    columns = (
        Column("序号", NUMBER, Kind.NUMBER, Align.CENTER),
        Column("姓名", NAME),
        Column("岗位", POST),
        *day_columns(month.dates, month.calendar, DAY * 31 / len(month.dates)),
        Column("应出勤", END, Kind.NUMBER, Align.CENTER),
        Column("实出勤", END, Kind.NUMBER, Align.CENTER),
        Column("本人确认", SIGN, Kind.SIGNATURE),
    )
    rows = tuple(
        (
            place,
            each.person.name,
            each.person.post,
            *marks.month_cells(each, month.dates, ctx.today()),
            each.due_days,
            days_of(each.attended_half_days),
            None,
        )
        for place, each in enumerate(sheet.people, 1)
    )
    return Table(columns, rows, row_height=SIGN_ROOM, font_size=7.0, record_labels=_labels(sheet))


def _labels(sheet: _Sheet) -> tuple[str, ...]:
    return tuple(f"{each.person.name} {sheet.standing.month.key}" for each in sheet.people)


def _sums(sheet: _Sheet) -> Table:
    people, double = sheet.people, any(part_sum(each.settled.lines, DOUBLE) for each in sheet.people)
    columns = _sum_columns(double=double, ruled=sheet.ruled)
    rows = [(place, each.person.name, *_sum_row(sheet, each, double=double)) for place, each in enumerate(people, 1)]
    if len(people) > 1:
        rows.append((None, "合计", *_sum_total(sheet, double=double)))
    labels = (*_labels(sheet), "合计")
    return Table(columns, tuple(rows), row_height=7.0, font_size=7.5, record_labels=labels)


def _sum_columns(*, double: bool, ruled: bool) -> tuple[Column, ...]:
    def count(title: str, width: float, group: str = "", kind: Kind = Kind.NUMBER) -> Column:
        return Column(title, width, kind, Align.CENTER, group=group)

    fines = [count(title, 2 * DAY, "拟扣减（元）") for _, title in FINES]
    if double:
        fines.append(count("另罚", 1.5 * DAY, "拟扣减（元）"))
    decided = [count("核定（元）", 2 * DAY)] if ruled else []
    return (
        Column("序号", NUMBER, Kind.NUMBER, Align.CENTER),
        Column("姓名", NAME),
        count("应出勤", POST / 2, "天数"),
        count("实出勤", POST / 2, "天数"),
        count("次", DAY, "迟到"),
        count("分", 2 * DAY, "迟到"),
        count("次", DAY, "早退"),
        count("分", 2 * DAY, "早退"),
        count("缺勤", 1.5 * DAY, "日数"),
        count("旷工", 1.5 * DAY, "日数"),
        count("缺签", DAY, "日数"),
        count("事假", 2 * DAY, "请假", Kind.TEXT),
        count("病假", 2 * DAY, "请假", Kind.TEXT),
        count("其他", 2 * DAY, "请假", Kind.TEXT),
        count("净工时", 2 * DAY, "工时（时）"),
        count("加班", 2 * DAY, "工时（时）"),
        count("超176h", 2 * DAY, "工时（时）"),
        *fines,
        count("合计", 2 * DAY, "拟扣减（元）"),
        Column("备注", DAY + 2 * END - (2 * DAY if ruled else 0)),
        *decided,
        Column("异议", SIGN - (1.5 * DAY if double else 0), Kind.SIGNATURE),
    )


def _sum_row(sheet: _Sheet, each: PersonMonth, *, double: bool) -> tuple[Value, ...]:
    figures, lines = each.settled.figures, each.settled.lines
    remarks = []
    if figures.absent_wage_days > figures.absent_days:
        remarks.append(f"缺勤按 {figures.absent_wage_days} 日扣薪")
    if each.unplanned:
        remarks.append(f"未排班到岗 {len(each.unplanned)} 天")
    return (
        each.due_days,
        days_of(each.attended_half_days),
        nonzero(figures.late_count),
        nonzero(figures.late_minutes),
        nonzero(figures.early_count),
        nonzero(figures.early_minutes),
        nonzero(figures.absent_days),
        nonzero(days_of(figures.awol_half_days)),
        nonzero(len(each.missing)),
        leave_words(leave_of(each, LeaveKind.PERSONAL)),
        leave_words(leave_of(each, LeaveKind.SICK)),
        leave_words(leave_of(each, None)),
        hours_of(each.worked_minutes),
        nonzero(hours_of(each.overtime_minutes)),
        nonzero(hours_of(each.over_cap_minutes)),
        *(nonzero(part_sum(lines, part)) for part, _ in FINES),
        *([nonzero(part_sum(lines, DOUBLE))] if double else []),
        nonzero(figures.total),
        "；".join(remarks),
        *([nonzero(sheet.decided(each))] if sheet.ruled else []),
        None,
    )


def _sum_total(sheet: _Sheet, *, double: bool) -> tuple[Value, ...]:
    people = sheet.people

    def fine(part: str) -> Value:
        return totals(people, lambda each: part_sum(each.settled.lines, part))

    return (
        totals(people, lambda each: each.due_days),
        totals(people, lambda each: days_of(each.attended_half_days)),
        totals(people, lambda each: each.settled.figures.late_count),
        totals(people, lambda each: each.settled.figures.late_minutes),
        totals(people, lambda each: each.settled.figures.early_count),
        totals(people, lambda each: each.settled.figures.early_minutes),
        totals(people, lambda each: each.settled.figures.absent_days),
        totals(people, lambda each: each.settled.figures.awol_days),
        totals(people, lambda each: len(each.missing)),
        None,
        None,
        None,
        hours_of(sum(each.worked_minutes for each in people)),
        nonzero(hours_of(sum(each.overtime_minutes for each in people))),
        nonzero(hours_of(sum(each.over_cap_minutes for each in people))),
        *(fine(part) for part, _ in FINES),
        *([fine(DOUBLE)] if double else []),
        totals(people, lambda each: each.settled.figures.total),
        "",
        *([totals(people, sheet.decided)] if sheet.ruled else []),
        None,
    )


def _amount_words(sheet: _Sheet) -> str:
    proposed = sum((each.settled.figures.total for each in sheet.people), Decimal(0))
    said = f"本月合计拟扣减 {in_yuan(proposed, exact=True)} 元，人民币（大写）{in_capitals(proposed)}。"
    if sheet.ruled:
        decided = sum((sheet.decided(each) for each in sheet.people), Decimal(0))
        said += f"核定扣减 {in_yuan(decided, exact=True)} 元，人民币（大写）{in_capitals(decided)}。"
    return said


def _lines(ctx: Context, sheet: _Sheet) -> Table | None:
    """Every line of the people to whom any line comes to something; None where nobody has one."""
    found = [
        (each, line, kept)
        for each in sheet.people
        if charged(each)
        for line, kept in zip(each.settled.lines, decisions(sheet.standing, each), strict=True)
    ]
    if not found:
        return None
    shares: Mapping[str, float] = {"wording": 13, "because": 18, "days": END}
    if sheet.ruled:
        shares = {"wording": 10, "because": 15, "days": END}
    columns = [
        Column("序号", NUMBER, Kind.NUMBER, Align.CENTER),
        Column("姓名", NAME),
        Column("条款", POST, align=Align.CENTER),
        Column("内容", shares["wording"] * DAY),
        Column("计算", shares["because"] * DAY),
    ]
    if sheet.ruled:
        columns.append(Column("处理", 6 * DAY))
    columns += [Column("日", END, Kind.NUMBER, Align.CENTER), Column("金额（元）", END + SIGN, Kind.MONEY)]
    handled = [(handled_words(line, kept),) if sheet.ruled else () for _, line, kept in found]
    regulations = ctx.regulations
    rows = tuple(
        (
            place,
            each.person.name,
            line.citation.short,
            quoted(regulations, line.citation),
            line.because,
            *said,
            line_days(line),
            line.amount,
        )
        for place, ((each, line, _), said) in enumerate(zip(found, handled, strict=True), 1)
    )
    labels = tuple(f"{each.person.name} {line.citation.short}" for each, line, _ in found)
    return Table(tuple(columns), rows, row_height=7.0, font_size=8.0, record_labels=labels)
