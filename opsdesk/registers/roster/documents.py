"""排班表 (F20) on paper: the month roster with its swaps, and the duty list of the month's holidays."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, or_, select
from sqlalchemy.orm import aliased

from opsdesk.exports.document import (
    Align,
    Block,
    Column,
    Document,
    Fact,
    Kind,
    Signature,
    Table,
    Text,
    Value,
    chinese_date,
    weekday,
)
from opsdesk.exports.making import made_as
from opsdesk.models import LeaveSlip, RosterSwap, Staff
from opsdesk.registers.roster.month_plan import (
    REST_MARK,
    STANDARD_MARK,
    MonthPlan,
    PlannedCell,
    PlannedPerson,
    PlannedShift,
    month_plan,
)
from opsdesk.services import chain, settings
from opsdesk.services.context import Context
from opsdesk.services.coverage import Gap
from opsdesk.services.duties import STANDARD
from opsdesk.services.errors import Refusal
from opsdesk.services.marks import SYMBOLS

MOST_TOTALS = 4
"""Columns of shift totals beside that of rest."""
SIGNATURES = (Signature("编制（运维主管）"), Signature("审核"), Signature("批准"))
PUBLISHED = Fact("发布日期", "　　　　年　　月　　日")
RETENTION = "保存期限：1 年"
DUTY = (
    Column("序号", 10, Kind.NUMBER, Align.CENTER),
    Column("日期", 26, Kind.DATE, Align.CENTER),
    Column("星期", 14, align=Align.CENTER),
    Column("带班领导", 26),
    Column("值班人员", 34),
    Column("联系电话", 32, Kind.CODE),
    Column("值班地点", 30),
    Column("交接时间", 34, align=Align.CENTER),
    Column("备注", 51),
)
SWAPS = (
    Column("序号", 10, Kind.NUMBER, Align.CENTER),
    Column("原班", 44),
    Column("换班", 44),
    Column("原因", 65),
    Column("原班人签字", 31, Kind.SIGNATURE),
    Column("换班人签字", 31, Kind.SIGNATURE),
    Column("主管", 32),
)


@dataclass(frozen=True)
class Swap:
    """A swap as the paper tells it: who gave which day for whose, why, and which supervisor approved."""

    first: str
    second: str
    reason: str
    by: str


@made_as("roster.month")
def month_sheet(ctx: Context, year: int, number: int, *, vendor_id: int | None = None) -> Document:
    """The roster of a month: people × days, totals, room to confirm; one vendor's people if given."""
    site = settings.read_all(ctx)
    plan = month_plan(ctx, year, number, vendor_id)
    with ctx.read() as connection:
        exchanged = swaps(connection, plan, {line.person.id for line in plan.people})
        hidden = _strangers(connection) if vendor_id is not None else frozenset()
        trace = chain.short_head(connection)
    totals = _totals(plan)
    columns = (
        Column("序号", 8, Kind.NUMBER, Align.CENTER),
        Column("姓名", 19),
        Column("所属公司", 19),
        *(
            Column(str(each.day.day), 5.3, align=Align.CENTER, subtitle=weekday(each.day)[1], shaded=not each.works)
            for each in plan.days
        ),
        *(Column(title, 7, Kind.NUMBER, Align.CENTER, group="班次合计") for title, _ in totals),
        Column(REST_MARK, 7, Kind.NUMBER, Align.CENTER, group="班次合计"),
        Column("本人确认", 18, Kind.SIGNATURE),
    )
    rows: list[tuple[Value, ...]] = [_row(place, line, totals) for place, line in enumerate(plan.people, 1)]
    body: list[Block] = [
        Table(
            columns,
            tuple(rows),
            row_height=8.0,
            font_size=7.5,
            record_labels=tuple(f"{line.person.name} {year}-{number:02}" for line in plan.people),
        )
    ]
    if exchanged:
        lines = tuple(
            (place, each.first, each.second, each.reason, None, None, each.by)
            for place, each in enumerate(exchanged, 1)
        )
        body += [Text("换班记录", bold=True), Table(SWAPS, lines, row_height=12.0, font_size=9.0)]
    return Document(
        code="OD-F20",
        revision="A/0",
        title=f"{year}年{number}月排班表",
        number=f"PB-{year}{number:02}",
        name=f"排班表-{year}-{number:02}",
        sheet=f"{year}年{number}月",
        organisation=site["site.name"],
        facts=(
            Fact("项目", site["site.project"] or "—"),
            Fact("班次", "；".join(_definition(shift) for shift in _printed(plan)) or "—"),
            Fact("人数", f"{len(rows)} 人"),
            PUBLISHED,
        ),
        body=tuple(body),
        notes=_notes(plan, hidden, whole_site=vendor_id is None),
        signatures=SIGNATURES,
        retention=RETENTION,
        trace=trace,
        landscape=True,
    )


def _printed(plan: MonthPlan) -> list[PlannedShift]:
    used = {shift for line in plan.people for shift in line.shifts}
    return [shift for shift in plan.shifts if shift.id in used]


def _definition(shift: PlannedShift) -> str:
    return f"{shift.code}＝{shift.name}＝{shift.hours}"


def _totals(plan: MonthPlan) -> list[tuple[str, frozenset[int | None]]]:
    """Columns of totals: each shift worked this month by its code, the standard hours, and 他 for what is too many."""
    found: list[tuple[str, frozenset[int | None]]] = [(shift.code, frozenset({shift.id})) for shift in _printed(plan)]
    if any(line.standard for line in plan.people):
        found.append((STANDARD_MARK, frozenset({None})))
    if len(found) > MOST_TOTALS:
        rest = frozenset(key for _, keys in found[MOST_TOTALS - 1 :] for key in keys)
        found = [*found[: MOST_TOTALS - 1], ("他", rest)]
    return found


def _row(place: int, line: PlannedPerson, totals: Sequence[tuple[str, frozenset[int | None]]]) -> tuple[Value, ...]:
    counts: dict[int | None, int] = {None: line.standard}
    counts.update(line.shifts.items())
    summed = (sum(counts.get(key, 0) for key in keys) or None for _, keys in totals)
    marks = (printed_mark(cell) for cell in line.cells)
    name = f"{line.person.name}（储备）" if line.person.reserve else line.person.name
    return (place, name, line.person.vendor, *marks, *summed, line.rest or None, None)


def printed_mark(cell: PlannedCell) -> str:
    """What paper shows of a day: as the grid does, and 休 also where the calendar rests; nothing off site."""
    return "\n".join(cell.signs) if cell.due else cell.holds


def _strangers(connection: Connection) -> frozenset[tuple[int, str]]:
    """Absent people with the names of those deputies that belong to another vendor, as slips of old may say."""
    deputy = aliased(Staff)
    query = (
        select(LeaveSlip.staff_id, deputy.name)
        .join(Staff, Staff.id == LeaveSlip.staff_id)
        .join(deputy, deputy.id == LeaveSlip.deputy_id)
        .where(deputy.vendor_id != Staff.vendor_id)
    )
    return frozenset((row.staff_id, row.name) for row in connection.execute(query))


def _notes(plan: MonthPlan, hidden: Collection[tuple[int, str]], *, whole_site: bool) -> tuple[str, ...]:
    signs = [f"{REST_MARK} 休息"]
    if any(line.standard for line in plan.people):
        signs.append(f"{STANDARD_MARK} {STANDARD}，按合同作息")
    signs += leave_signs(plan.people)
    absent = [sentence for line in plan.people for sentence in absences(line, plan, hidden)]
    halves = any(len(cell.signs) > 1 for line in plan.people for cell in line.cells)
    halved = "一格两行的，先上行后下行。" if halves else ""
    special = [f"{_short(each.day)} {each.name}" for each in plan.days if each.name]
    notes = ["图例：" + "　".join(signs) + f"。{halved}请按排班到岗；换班须双方和主管签字。"]
    if special:
        notes.append("节假日与调休：" + "，".join(special) + "。")
    if absent:
        notes.append("请假与顶岗：" + "；".join(absent) + "。")
    if whole_site and plan.gaps:
        notes.append("岗位缺口：" + shortages(plan.gaps) + "。")
    if plan.warning:
        notes.append(plan.warning)
    return tuple(notes)


def leave_signs(people: Sequence[PlannedPerson]) -> list[str]:
    """The signs of the kinds of absence that these people's month shows, with their names: △ 事假."""
    kinds = {cell.leave for line in people for cell in line.cells if cell.due}
    return [f"{sign} {kind}" for kind, sign in SYMBOLS.items() if kind in kinds]


def shortages(gaps: Sequence[Gap]) -> str:
    """Gaps told briefly, those of one post and shift together: 安全运维 白班 3月1日、3月7日缺 1 人."""
    days: dict[tuple[str, str, int], list[date]] = {}
    for gap in gaps:
        days.setdefault((gap.post, gap.shift, gap.need - gap.there), []).append(gap.day)
    return "；".join(
        f"{post} {shift} {'、'.join(_short(day) for day in own)}缺 {missing} 人"
        for (post, shift, missing), own in days.items()
    )


def absences(line: PlannedPerson, plan: MonthPlan, hidden: Collection[tuple[int, str]]) -> list[str]:
    """Who is away when and who stands in: neighbouring days of one kind are told once.

    Deputies that are `hidden` (the absent person's id with the deputy's name) are not named.
    """
    told: list[tuple[date, date, str, str]] = []
    for each, cell in zip(plan.days, line.cells, strict=True):
        if not cell.away:
            continue
        if told and told[-1][2:] == (cell.away, cell.covered) and (each.day - told[-1][1]).days <= 3:
            told[-1] = (told[-1][0], each.day, *told[-1][2:])
        else:
            told.append((each.day, each.day, cell.away, cell.covered))
    return [
        f"{line.person.name} {_short(first)}{'' if first == last else f'至{_short(last)}'} {away}"
        + (f"，{'有人' if (line.person.id, covered) in hidden else covered}顶岗" if covered else "")
        for first, last, away, covered in told
    ]


def swaps(connection: Connection, plan: MonthPlan, staff_ids: set[int]) -> list[Swap]:
    """The swaps that touch the month's days between people of the sheet, as they were recorded."""
    first, last = plan.days[0].day, plan.days[-1].day
    touched = or_(RosterSwap.first_day.between(first, last), RosterSwap.second_day.between(first, last))
    query = select(RosterSwap.__table__).where(touched)
    names = {row.id: row.name for row in connection.execute(select(Staff.id, Staff.name))}
    return [
        Swap(
            f"{names[row['first_staff_id']]} {_short(row['first_day'])}",
            f"{names[row['second_staff_id']]} {_short(row['second_day'])}",
            row["reason"],
            f"{row['by']}　{_short(row['at'].date())}",
        )
        for row in connection.execute(query.order_by(RosterSwap.at, RosterSwap.id)).mappings()
        if {row["first_staff_id"], row["second_staff_id"]} <= staff_ids
    ]


@made_as("roster.holidays")
def holiday_sheet(ctx: Context, year: int, number: int) -> Document:
    """节假日值班表: who is on duty on the month's holidays. Refuses a month without any."""
    site = settings.read_all(ctx)
    plan = month_plan(ctx, year, number)
    holidays = [place for place, each in enumerate(plan.days) if each.name and not each.works]
    if not holidays:
        raise Refusal(f"{year}年{number}月没有节假日。{plan.warning or '节假日值班表只在有节假日的月份打印。'}")
    with ctx.read() as connection:
        trace = chain.short_head(connection)
        phones = _phones(connection)
    short = [gap for gap in plan.gaps if gap.day in {plan.days[place].day for place in holidays}]
    rows: list[tuple[Value, ...]] = []
    labels = []
    for place in holidays:
        on_duty: list[PlannedPerson | None] = [line for line in plan.people if line.cells[place].due]
        for line in on_duty or [None]:
            rows.append((len(rows) + 1, *_duty_row(plan, place, line, phones)))
            labels.append(plan.days[place].day.isoformat())
    first, last = plan.days[holidays[0]].day, plan.days[holidays[-1]].day
    names = "、".join(dict.fromkeys(plan.days[place].name for place in holidays))
    return Document(
        code="OD-F20H",
        revision="A/0",
        title=f"{names}值班表",
        number=f"PB-{year}{number:02}-J",
        name=f"节假日值班表-{year}-{number:02}",
        sheet="节假日值班",
        organisation=site["site.name"],
        facts=(
            Fact("项目", site["site.project"] or "—"),
            Fact("日期", f"{chinese_date(first)} 至 {chinese_date(last)}"),
            Fact("值班", f"{len({row[4] for row in rows if row[4]})} 人"),
            PUBLISHED,
        ),
        body=(Table(DUTY, tuple(rows), row_height=9.0, record_labels=tuple(labels)),),
        notes=(
            "值班人员按时交接，如实填写值班记录；离开前检查门窗，停电来电后重启空调。带班领导和值班地点由主管填写。",
            *([f"岗位缺口：{shortages(short)}。"] if short else []),
        ),
        signatures=SIGNATURES,
        retention=RETENTION,
        trace=trace,
        landscape=True,
    )


def _phones(connection: Connection) -> dict[int, str]:
    rows = connection.execute(select(Staff.id, Staff.phone, Staff.hotline_phone))
    return {row.id: row.phone or row.hotline_phone or "" for row in rows}


def _duty_row(plan: MonthPlan, place: int, line: PlannedPerson | None, phones: Mapping[int, str]) -> tuple[Value, ...]:
    each = plan.days[place]
    if line is None:
        return (each.day, weekday(each.day), "", "", "", "", "", f"{each.name}，未安排值班")
    cell, who = line.cells[place], line.person
    hours = next((shift.hours for shift in plan.shifts if shift.id == cell.entry), "")
    remark = "，".join(filter(None, (cell.holds, cell.away, f"{cell.covered}顶岗" if cell.covered else "")))
    return (each.day, weekday(each.day), "", who.name, phones.get(who.id, ""), "", hours, remark)


def _short(day: date) -> str:
    return f"{day.month}月{day.day}日"
