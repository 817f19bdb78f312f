"""The month settled: what a person's lateness, early leaving and absence come to by the regulation in force.

Clauses: T2-ATT-03 (absence without leave), T2-ATT-07 (count fine), T2-ATT-08 (more than an hour late), T2-ATT-09
(minute bands), T2-ATT-10 (early leaving); the readings of `domain.md` 2.2 are switches of those clauses. Money is in
yuan as Decimal, minutes and half days are whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from opsdesk.rules.amounts import in_yuan
from opsdesk.rules.clause import Citation, Held, Law

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Occurrence:
    """One lateness or early leaving of a shift day, in whole minutes (G4); `evidence` leads to the records.

    `half_days` is what of the day no leave covers: a day that counts as absent costs no more than that.
    """

    day: date
    minutes: int
    evidence: tuple[str, ...] = ()
    half_days: int = 2


@dataclass(frozen=True)
class Missed:
    """Planned time of a day with neither a sign-in nor an approved absence, in half days."""

    day: date
    half_days: int
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class OpenEnd:
    """A missing sign-in or sign-out whose time for a 补签单 is over, of a day that costs nothing else (G12)."""

    day: date
    what: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Account:
    """What is settled together: the days of a month under one regulation with one set of values (G14).

    `personal` is the planned time of each day that 事假 freed, in minutes.
    """

    law: Law
    regulation: str
    late: tuple[Occurrence, ...] = ()
    early: tuple[Occurrence, ...] = ()
    missed: tuple[Missed, ...] = ()
    personal: tuple[Occurrence, ...] = ()
    open_ends: tuple[OpenEnd, ...] = ()


@dataclass(frozen=True)
class Line:
    """One proposed deduction: the part it plays, the clause, yuan, half days, the arithmetic in words, the records."""

    part: str
    citation: Citation
    amount: Decimal
    half_days: int
    because: str
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Figures:
    """The sums of a month. Fines in yuan; `absent_half_days` 视缺勤, `absent_wage_half_days` what it costs."""

    late_count: int = 0
    late_minutes: int = 0
    count_fine: Decimal = NOTHING
    minute_fine: Decimal = NOTHING
    double_fine: Decimal = NOTHING
    late_fine: Decimal = NOTHING
    early_count: int = 0
    early_minutes: int = 0
    early_fine: Decimal = NOTHING
    absent_half_days: int = 0
    absent_wage_half_days: int = 0
    awol_half_days: int = 0

    @property
    def absent_days(self) -> Decimal:
        """视缺勤 in days and halves."""
        return Decimal(self.absent_half_days) / 2

    @property
    def absent_wage_days(self) -> Decimal:
        """Days of wage that 视缺勤 costs."""
        return Decimal(self.absent_wage_half_days) / 2

    @property
    def awol_days(self) -> Decimal:
        """旷工 in days and halves."""
        return Decimal(self.awol_half_days) / 2

    @property
    def total(self) -> Decimal:
        """All fines, in yuan; wage of days not worked is counted in days, not in money."""
        return self.late_fine + self.early_fine

    def __add__(self, other: Figures) -> Figures:
        return Figures(**{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)})


@dataclass(frozen=True)
class Settled:
    """Figures and the lines behind them: the lines' amounts add up to the total."""

    figures: Figures
    lines: tuple[Line, ...]


def settle(accounts: Iterable[Account]) -> Settled:
    """Settle a month: every account by its own law, then their sum."""
    figures = Figures()
    lines: list[Line] = []
    for account in accounts:
        done = _settle(account)
        figures += done.figures
        lines.extend(done.lines)
    return Settled(figures, tuple(lines))


def _settle(account: Account) -> Settled:
    late, late_lines = _lateness(account)
    early, early_lines = _early_leaving(account)
    missed, missed_lines = _absence(account)
    ends, end_lines = _open_ends(account)
    lines = (*late_lines, *early_lines, *missed_lines, *end_lines, *_personal_leave(account))
    return Settled(late + early + missed + ends, lines)


def _evidence(found: Iterable[Occurrence | Missed]) -> tuple[str, ...]:
    return tuple(reference for each in found for reference in each.evidence)


def _listed(minutes: Sequence[int]) -> str:
    return "＋".join(map(str, minutes))


def _lateness(account: Account) -> tuple[Figures, list[Line]]:
    late = [each for each in account.late if each.minutes > 0]
    absent = account.law.part("attendance.absent", account.regulation)
    over = [each for each in late if absent and each.minutes > absent.number("absent.over")]
    mode = absent.text("double.mode") if absent else "A"
    counted = late if mode == "A" else [each for each in late if each not in over]
    count, minutes = len(counted), sum(each.minutes for each in counted)
    by_count = account.law.part("attendance.late_count", account.regulation)
    by_minutes = account.law.part("attendance.late_minutes", account.regulation)
    lines: list[Line] = []
    count_fine = minute_fine = double_fine = NOTHING
    if by_count and counted:
        lines.append(_count_line(by_count, counted))
        count_fine = lines[-1].amount
    if by_minutes and counted:
        lines.append(_minute_line(by_minutes, counted))
        minute_fine = lines[-1].amount
    late_fine = count_fine + minute_fine
    if by_minutes and by_minutes.text("late.combine") == "max" and count_fine and minute_fine:
        late_fine = max(count_fine, minute_fine)
        lines = [_only_the_heavier(line, late_fine, lines) for line in lines]
    figures = Figures(count, minutes, count_fine, minute_fine)
    halves = sum({each.day: each.half_days for each in over}.values())
    if absent and over:
        each = Decimal(by_count.number("late.unit")) if by_count else NOTHING
        double_fine = 2 * each * len(over) if mode == "B" else NOTHING
        lines.append(_absent_line(absent, over, halves, double_fine))
    as_awol = absent is not None and absent.text("absent.as") == "awol"
    wage = 2 * halves if mode == "C" else halves
    figures += Figures(
        double_fine=double_fine,
        late_fine=late_fine + double_fine,
        absent_half_days=0 if as_awol else halves,
        absent_wage_half_days=wage - halves if as_awol else wage,
        awol_half_days=halves if as_awol else 0,
    )
    return figures, lines


def _count_line(held: Held, counted: Sequence[Occurrence]) -> Line:
    free, each, count = held.number("late.free"), held.number("late.unit"), len(counted)
    amount = Decimal(each * max(0, count - free))
    said = (
        f"当月迟到 {count} 次，超过 {free} 次的 {count - free} 次 × {each} 元 = {in_yuan(amount)} 元。"
        if count > free
        else f"当月迟到 {count} 次，未超过 {free} 次，不扣减。"
    )
    return Line("count_fine", held.cite(), amount, 0, said, _evidence(counted))


def _minute_line(held: Held, counted: Sequence[Occurrence]) -> Line:
    minutes, bands = sum(each.minutes for each in counted), held.bands("late.bands")
    listed = f"累计迟到 {_listed([each.minutes for each in counted])} = {minutes} 分" if len(counted) > 1 else ""
    said = listed or f"累计迟到 {minutes} 分"
    least = held.number("late.from")
    if minutes < least:
        said, amount = f"{said}，未满 {least} 分，不扣减。", NOTHING
    else:
        reached = next(n for n, (upto, _) in enumerate(bands) if upto is None or minutes <= upto)
        band = band_words(bands, reached, least)
        if held.text("late.bracket") == "sum":
            parts = [yuan for _, yuan in bands[: reached + 1]]
            amount = Decimal(sum(parts))
            said = f"{said}，到“{band}”一档，逐档累加 {_listed(parts)} = {in_yuan(amount)} 元。"
        else:
            amount = Decimal(bands[reached][1])
            said = f"{said}，在“{band}”一档，扣 {in_yuan(amount)} 元。"
    return Line("minute_fine", held.cite(), amount, 0, said, _evidence(counted))


def band_words(bands: Sequence[tuple[int | None, int]], place: int, least: int) -> str:
    """A band of minutes in words: 60 至 100 分, 超过 100 至 150 分, 超过 150 分."""
    upto = bands[place][0]
    if place == 0:
        return f"{least} 至 {upto} 分" if upto is not None else f"{least} 分以上"
    below = bands[place - 1][0]
    return f"超过 {below} 至 {upto} 分" if upto is not None else f"超过 {below} 分"


def _only_the_heavier(line: Line, kept: Decimal, lines: Sequence[Line]) -> Line:
    first_kept = next(each for each in lines if each.amount == kept)
    if line is first_kept:
        return Line(
            line.part, line.citation, kept, 0, f"{line.because}次数罚与分钟罚从重取一，取这一项。", line.evidence
        )
    said = f"{line.because}次数罚与分钟罚从重取一，这一项不计。"
    return Line(line.part, line.citation, NOTHING, 0, said, line.evidence)


def _absent_line(held: Held, over: Sequence[Occurrence], halves: int, double_fine: Decimal) -> Line:
    limit, mode = held.number("absent.over"), held.text("double.mode")
    which = "、".join(f"{each.day:%m-%d} 迟到 {each.minutes} 分" for each in over)
    awol = held.text("absent.as") == "awol"
    said = f"{which}，单次超过 {limit} 分，视当天缺勤，{'计旷工' if awol else '计缺勤'} {days_in_words(halves)} 日。"
    if mode == "B":
        said += f"双重处罚：{len(over)} 次另扣两份次数罚，共 {in_yuan(double_fine)} 元，不再计次数和分钟。"
    elif mode == "C":
        said += f"双重处罚：按 {days_in_words(2 * halves)} 日扣薪，不再计次数和分钟。"
    else:
        said += "双重处罚：该次照常计入次数和分钟。"
    return Line("absent", held.cite(), double_fine, halves, said, _evidence(over))


def _early_leaving(account: Account) -> tuple[Figures, list[Line]]:
    early = [each for each in account.early if each.minutes > 0]
    count, minutes = len(early), sum(each.minutes for each in early)
    by_count = account.law.part("attendance.early_each", account.regulation)
    by_minutes = account.law.part("attendance.early_awol", account.regulation)
    days = _early_awol_days(by_minutes, minutes)
    lines: list[Line] = []
    fine = NOTHING
    if by_count and early:
        each = by_count.number("early.unit")
        if days and by_minutes and by_minutes.text("early.keep_fine") == "false":
            said = f"当月早退 {count} 次，累计已按旷工处理，每次 {each} 元不再扣。"
        else:
            fine = Decimal(each * count)
            said = f"当月早退 {count} 次 × {each} 元 = {in_yuan(fine)} 元。"
        lines.append(Line("early_fine", by_count.cite(), fine, 0, said, _evidence(early)))
    if by_minutes and days:
        least = by_minutes.number("early.awol_from")
        sum_ = f"累计早退 {_listed([each.minutes for each in early])} = {minutes} 分" if count > 1 else ""
        said = f"{sum_ or f'累计早退 {minutes} 分'}，满 {least} 分，按旷工 {days} 日处理（{_repeat(by_minutes)}）。"
        lines.append(Line("early_awol", by_minutes.cite(), NOTHING, 2 * days, said, _evidence(early)))
    return Figures(early_count=count, early_minutes=minutes, early_fine=fine, awol_half_days=2 * days), lines


def _early_awol_days(held: Held | None, minutes: int) -> int:
    if held is None:
        return 0
    times = minutes // held.number("early.awol_from")
    return times if held.text("early.awol_repeat") == "per60" else min(times, 1)


def _repeat(held: Held) -> str:
    return held.word("early.awol_repeat")


def _absence(account: Account) -> tuple[Figures, list[Line]]:
    held = account.law.part("attendance.no_leave", account.regulation)
    missed = [each for each in account.missed if each.half_days]
    if held is None or not missed:
        return Figures(), []
    whole_days = held.text("awol.unit") == "day"
    halves = [2 if whole_days else each.half_days for each in missed]
    total = sum(halves)
    which = "、".join(
        f"{each.day:%m-%d}{'' if count == 2 else ' 半日'}" for each, count in zip(missed, halves, strict=True)
    )
    factor = held.number("awol.wage_factor")
    said = (
        f"{which} 没有到岗记录，也没有获准的请假，按旷工 {days_in_words(total)} 日处理，"
        f"每日扣 {factor} 日薪，由所属公司核算。"
    )
    line = Line("awol", held.cite(), NOTHING, total, said, _evidence(missed))
    return Figures(awol_half_days=total), [line]


def _open_ends(account: Account) -> tuple[Figures, list[Line]]:
    """What missing ends come to by the reading chosen (G12): nothing while they wait, else half a day or one early."""
    held = account.law.held("G12")
    if not account.open_ends or held.text("missing.policy") == "pending":
        return Figures(), []
    which = "、".join(f"{each.day:%m-%d} {each.what}" for each in account.open_ends)
    count = len(account.open_ends)
    said = f"{which}，{held.number('missing.hours')} 小时内没有补签，"
    evidence = tuple(reference for each in account.open_ends for reference in each.evidence)
    by_half = held.text("missing.policy") == "half"
    each = account.law.part("attendance.no_leave" if by_half else "attendance.early_each", account.regulation)
    if each is None:
        return Figures(), []
    if by_half:
        line = f"{said}按旷工半日，计 {days_in_words(count)} 日。"
        return Figures(awol_half_days=count), [Line("open_end", held.cite(), NOTHING, count, line, evidence)]
    fine = Decimal(each.number("early.unit") * count)
    line = f"{said}按早退 {count} 次，扣 {in_yuan(fine)} 元，不计分钟。"
    return Figures(early_count=count, early_fine=fine), [Line("open_end", held.cite(), fine, 0, line, evidence)]


def _personal_leave(account: Account) -> list[Line]:
    """Wage is kept back for the time of 事假 (T2-ATT-05): the hours by the clause's smallest unit, not the money."""
    held = account.law.part("leave.pay", account.regulation)
    minutes = sum(each.minutes for each in account.personal)
    if held is None or not minutes:
        return []
    unit = held.number("leave.unit")
    hours = Decimal(minutes // unit * unit) / 60
    which = "、".join(f"{each.day:%m-%d}" for each in account.personal)
    said = f"{which} 事假，以 {unit} 分为单位计 {hours.normalize():f} 小时，按事假时间扣薪，由所属公司核算。"
    return [Line("leave_pay", held.cite(), NOTHING, 0, said, _evidence(account.personal))]


def days_in_words(half_days: int) -> str:
    """Half days as days: 3 → 1.5, 4 → 2."""
    return str(half_days // 2) if half_days % 2 == 0 else f"{half_days // 2}.5"
