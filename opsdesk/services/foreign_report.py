"""What a report of 钉钉 or 企业微信 says, whatever its layout; None stands for a figure it has no column for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from opsdesk.rules.calendar import month
from opsdesk.services.errors import Finding

Source = Literal["钉钉", "企业微信"]
Kind = Literal["月报", "日报"]
Unit = Literal["天", "小时", ""]

ANY_LEAVE = "请假"
"""Leave whose kind the report does not say."""


@dataclass(frozen=True)
class Entry:
    """Whose figures they are and in which row; `user_id` is UserId of 钉钉 or 账号 of 企业微信."""

    row: int
    staff_no: str
    user_id: str
    name: str
    dept: str


@dataclass(frozen=True)
class LeaveSum:
    """Leave of one kind in days or hours as its heading says; unit "" where it does not say."""

    kind: str
    amount: Decimal
    unit: Unit


@dataclass(frozen=True)
class MonthFigures(Entry):
    """One person's period: days, times and whole minutes. `absent_days` is 旷工迟到, our 视缺勤."""

    due_days: Decimal | None = None
    attended_days: Decimal | None = None
    late_count: int | None = None
    late_minutes: int | None = None
    absent_days: Decimal | None = None
    early_count: int | None = None
    early_minutes: int | None = None
    awol_days: Decimal | None = None
    awol_count: int | None = None
    missing_in: int | None = None
    missing_out: int | None = None
    missing: int | None = None
    leave: tuple[LeaveSum, ...] = ()


@dataclass(frozen=True)
class DayFigures(Entry):
    """One person's day. `timed` where the report shows times at all; `leave` kinds in our words; `raw` as it stood."""

    day: date
    first_in: datetime | None = None
    last_out: datetime | None = None
    timed: bool = False
    late_count: int | None = None
    late_minutes: int | None = None
    absent: bool | None = None
    early_count: int | None = None
    early_minutes: int | None = None
    awol: bool | None = None
    awol_days: Decimal | None = None
    missing_in: int | None = None
    missing_out: int | None = None
    missing: int | None = None
    leave: tuple[str, ...] | None = None
    raw: str = ""

    @property
    def punched(self) -> bool:
        """Whether the report shows any time."""
        return self.first_in is not None or self.last_out is not None


@dataclass(frozen=True)
class Report:
    """A report read whole: rows_read == len(months) + len(days) + len(findings).

    A row of a month counts once, and each of its filled day cells once more.
    """

    source: Source
    kind: Kind
    first: date
    last: date
    sha256: str
    months: tuple[MonthFigures, ...]
    days: tuple[DayFigures, ...]
    findings: tuple[Finding, ...]
    rows_read: int

    @property
    def period(self) -> str:
        """2026-03 for a whole month, else 2026-03-01 至 2026-03-15."""
        whole = month(self.first.year, self.first.month)
        if (self.first, self.last) == (whole[0], whole[-1]):
            return f"{self.first:%Y-%m}"
        return f"{self.first.isoformat()} 至 {self.last.isoformat()}"
