"""到岗记录 on paper: the daily sheet (F01, OD-F01 A/0) and its monthly matrix."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from opsdesk.exports.document import (
    Align,
    Column,
    Document,
    Fact,
    Kind,
    Signature,
    Table,
    Value,
    chinese_date,
    weekday,
)
from opsdesk.exports.layout import on_fewest_pages
from opsdesk.exports.making import made_as
from opsdesk.rules.attendance import PairResult
from opsdesk.rules.calendar import Calendar, month
from opsdesk.rules.clause import Law
from opsdesk.rules.facts import Terms
from opsdesk.rules.vocabulary import Judgement, Source, State
from opsdesk.services import attendance, calendars, chain, closings, marks, settings, settlement
from opsdesk.services.attendance import PersonDay
from opsdesk.services.context import Context
from opsdesk.services.settlement import ATTENDED, PersonMonth

DAILY = (
    Column("序号", 10, Kind.NUMBER, Align.CENTER),
    Column("姓名", 29),
    Column("所属公司", 30),
    Column("岗位", 24),
    Column("到岗时间", 20, Kind.TIME),
    Column("本人签名", 24, Kind.SIGNATURE),
    Column("离岗时间", 20, Kind.TIME),
    Column("本人签名", 24, Kind.SIGNATURE),
    Column("缺勤/请假说明", 38),
    Column("备注", 38),
)
LOWERED = {8.0: 7.0}
"""The height of rows that makes room for what is said of the closing, so that the paper stays on its page."""
LEGEND = f"图例：√ 出勤　迟、退 加分钟数　缺 迟到视缺勤　未 未签退或缺签到　— 未到　○ 休　{marks.LEAVE_LEGEND}"


def basis(law: Law, terms: Sequence[Terms]) -> tuple[str, ...]:
    """采用口径: the clauses and readings by which the sheet was judged, each with its number (`domain.md` G10)."""
    rounding = law.held("G4")
    lines = [f"迟到、早退分钟{rounding.word('clock.rounding')}（G4）"]
    for code in sorted({each.hours for each in terms}):
        if held := law.part("attendance.hours", code):
            lines.append(f"作息 {held.text('hours.pairs')}（{held.cite().short}）")
        elif held := law.part("attendance.client_hours", code):
            lines.append(f"作息随客户单位（{held.cite().short}）")
    for code in sorted({each.penalties for each in terms}):
        if held := law.part("attendance.late_count", code):
            free, each = held.number("late.free"), held.number("late.unit")
            lines.append(f"当月迟到超过 {free} 次，每多一次 {each} 元（{held.cite().short}）")
        if held := law.part("attendance.absent", code):
            lines.append(f"单次迟到超过 {held.number('absent.over')} 分视当天缺勤（{held.cite().short}）")
        if held := law.part("attendance.early_each", code):
            lines.append(f"早退每次 {held.number('early.unit')} 元（{held.cite().short}）")
    return ("；".join(lines) + "。",)


@made_as("sign_in.day")
def daily_sheet(ctx: Context, day: date) -> Document:
    """The sign-in sheet of `day`: everybody due or present, one row a planned pair, blanks to write in."""
    site = settings.read_all(ctx)
    with ctx.read() as connection:
        people = attendance.read(connection, ctx.regulations, day, day, ctx.now())
        calendar = calendars.load(connection)
        remarks = closings.remarks(connection, day, day)
        trace = chain.short_head(connection)
    people = [each for each in people if each.duty or each.punches]
    rows: list[tuple[Value, ...]] = []
    labels = []
    for each in people:
        for line in _lines(each):
            rows.append((len(rows) + 1, *line))
            labels.append(f"{each.person.name} {day.isoformat()}")
    shifts = "、".join(dict.fromkeys(each.duty.shift for each in people if each.duty)) or "—"
    kind = calendar.name(day) or str(calendar.kind(day))
    made = Document(
        code="OD-F01",
        revision="A/0",
        title="到岗记录",
        number=f"DG-{day:%Y%m%d}",
        name=f"到岗记录-{day.isoformat()}",
        sheet=f"{day:%m月%d日}",
        organisation=site["site.name"],
        facts=(
            Fact("项目", site["site.project"] or "—"),
            Fact("日期", f"{chinese_date(day)} {weekday(day)}（{kind}）"),
            Fact("班次", shifts),
            Fact("应到", f"{sum(each.duty is not None for each in people)} 人"),
        ),
        body=(Table(DAILY, tuple(rows), rows_per_page=int(site["paper.rows"]), record_labels=tuple(labels)),),
        notes=("到岗、离岗由本人到服务台签写，不得代签（T3 第二条）。空白行供手写补登。", *remarks),
        basis=basis(ctx.law_on(day), [each.terms for each in people]),
        signatures=(Signature("服务台值班员"), Signature("运维主管")),
        retention=f"保存期限：{site['paper.retention_years']} 年",
        trace=trace,
        landscape=True,
    )
    return on_fewest_pages(made, LOWERED) if remarks else made


def _lines(each: PersonDay) -> list[tuple[Value, ...]]:
    who = each.person
    if not each.result.pairs:
        remark = "未排班到岗" if each.punches else ""
        times = (_clock(each.arrived_at, each.day), None, _clock(each.left_at, each.day), None)
        return [(who.name, who.vendor, who.post, *times, "", _remark(each, remark))]
    lines: list[tuple[Value, ...]] = []
    for index, pair in enumerate(each.result.pairs):
        arrived = _clock(pair.arrival.at if pair.arrival else None, each.day)
        left = _clock(pair.departure.at if pair.departure else None, each.day)
        remark = _remark(each, _charge(pair)) if index == 0 else _charge(pair)
        lines.append((who.name, who.vendor, who.post, arrived, None, left, None, _absence(each, index), remark))
    return lines


def _clock(at: datetime | None, day: date) -> Value:
    if at is None:
        return None
    return at.time() if at.date() == day else f"次日 {at:%H:%M}"


def _charge(pair: PairResult) -> str:
    said = []
    for verdict in (pair.arrival_verdict, pair.departure_verdict):
        if verdict and verdict.judgement in {Judgement.LATE, Judgement.ABSENT, Judgement.EARLY}:
            word = "早退" if verdict.judgement is Judgement.EARLY else "迟到"
            end = "，视缺勤" if verdict.judgement is Judgement.ABSENT else ""
            clause = f"（{verdict.citations[0].short}）" if verdict.citations else ""
            said.append(f"{word}{verdict.minutes}分{end}{clause}")
    return "；".join(said)


def _remark(each: PersonDay, charge: str) -> str:
    said = [charge] if charge else []
    if each.result.state is State.NO_SIGN_OUT:
        said.append("未签退")
    if each.result.state is State.NO_SIGN_IN:
        said.append("缺签到")
    sources = {punch.source for punch in each.punches}
    said.extend(str(source) for source in (Source.CORRECTION, Source.ROLL_CALL) if source in sources)
    if any(punch.doubted for punch in each.punches):
        said.append("时间存疑")
    return "；".join(said)


def _absence(each: PersonDay, index: int) -> str:
    if each.absence is None or index:
        return ""
    whole = each.result.state is State.ON_LEAVE
    span = each.absence.span
    when = "全天" if whole else f"{span.begins:%H:%M}–{span.ends:%H:%M}"
    cover = f"；顶岗：{each.absence.cover}" if each.absence.cover else ""
    return f"{each.absence.kind} {when} {each.absence.reason}".strip() + cover


@made_as("sign_in.month")
def monthly_sheet(ctx: Context, year: int, number: int, *, vendor_id: int | None = None) -> Document:
    """The monthly matrix: people × days, each day two marks (morning over afternoon); one vendor's people if given."""
    site = settings.read_all(ctx)
    dates = month(year, number)
    with ctx.read() as connection:
        settled = settlement.read(connection, ctx.regulations, year, number, ctx.now(), vendor_id=vendor_id)
        remarks = closings.remarks(connection, dates[0], dates[-1])
        trace = chain.short_head(connection)
    calendar, people = settled.calendar, settled.people
    rows: list[tuple[Value, ...]] = []
    labels = []
    for person in people:
        rows.append(_month_row(len(rows) + 1, person, dates, ctx.today()))
        labels.append(f"{person.person.name} {year}-{number:02}")
    columns = (
        Column("序号", 8, Kind.NUMBER, Align.CENTER),
        Column("姓名", 17),
        Column("所属公司", 21),
        *(_day_column(day, calendar) for day in dates),
        Column("应到", 8, Kind.NUMBER, Align.CENTER, group="天数"),
        Column("实到", 8, Kind.NUMBER, Align.CENTER, group="天数"),
        Column("次", 7, Kind.NUMBER, Align.CENTER, group="迟到"),
        Column("分", 8, Kind.NUMBER, Align.CENTER, group="迟到"),
        Column("次", 7, Kind.NUMBER, Align.CENTER, group="早退"),
        Column("分", 8, Kind.NUMBER, Align.CENTER, group="早退"),
        Column("未签退", 8, Kind.NUMBER, Align.CENTER),
    )
    terms = [day.terms for each in people for day in each.days]
    last = min(dates[-1], max(dates[0], ctx.today()))
    return Document(
        code="OD-F01M",
        revision="A/0",
        title=f"{year}年{number}月到岗记录",
        number=f"DG-{year}{number:02}",
        name=f"到岗记录-{year}-{number:02}",
        sheet=f"{year}年{number}月",
        organisation=site["site.name"],
        facts=(
            Fact("项目", site["site.project"] or "—"),
            Fact("统计期间", f"{chinese_date(dates[0])} 至 {chinese_date(dates[-1])}"),
            Fact("工作日", f"{sum(calendar.works(day) for day in dates)} 天"),
            Fact("人数", f"{len(rows)} 人"),
        ),
        body=(
            Table(
                columns,
                tuple(rows),
                rows_per_page=None,
                row_height=8.6,
                font_size=7.0,
                record_labels=tuple(labels),
            ),
        ),
        notes=(LEGEND + "。每格上行为上午，下行为下午；上下相同只印一个。", *remarks),
        basis=basis(ctx.law_on(last), terms),
        signatures=(Signature("制表人"), Signature("驻场公司负责人", seal=True), Signature("运维主管")),
        retention=f"保存期限：{site['paper.retention_years']} 年",
        trace=trace,
        landscape=True,
    )


def _day_column(day: date, calendar: Calendar) -> Column:
    return Column(str(day.day), 5.6, Kind.TEXT, Align.CENTER, subtitle=weekday(day)[1], shaded=not calendar.works(day))


def _month_row(number: int, each: PersonMonth, dates: Sequence[date], today: date) -> tuple[Value, ...]:
    cells = [cell.replace(marks.AWOL, "—") for cell in marks.month_cells(each, dates, today)]
    due = sum(day.due for day in each.days)
    present = sum(half.mark in ATTENDED for halves in each.halves.values() for half in halves)
    missing = sum(day.result.state is State.NO_SIGN_OUT for day in each.days)
    charged = (
        len(each.late),
        sum(one.minutes for one in each.late),
        len(each.early),
        sum(one.minutes for one in each.early),
        missing,
    )
    person = each.person
    days = present // 2 if present % 2 == 0 else Decimal(present) / 2
    return (number, person.name, person.vendor, *cells, due, days, *(count or None for count in charged))
