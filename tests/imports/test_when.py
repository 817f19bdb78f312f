from __future__ import annotations

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsdesk.imports.when import Numeral, parse_day, parse_moment, parse_time

AT = datetime(2026, 3, 5, 8, 29, 59)
AT_MINUTE = datetime(2026, 3, 5, 8, 29)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-03-05 08:29:59", AT),
        ("2026/03/05  08:29:59", AT),
        ("2026/3/5 8:29", AT_MINUTE),
        ("2026.3.5 8:29:59", AT),
        ("2026年3月5日 8时29分", AT_MINUTE),
        ("2026年3月5日8点29分59秒", AT),
        ("2026-03-05T08:29:59", AT),
        ("2026-03-05T08:29:59+08:00", AT),
        ("2026-03-05T00:29:59Z", AT),
        ("2026-03-05T08:29:59.137+0800", AT),
        ("2026-03-04T19:29:59-05:00", AT),
        ("2026/3/5 上午 8:29:59", AT),
        ("2026/3/5 下午 8:29", datetime(2026, 3, 5, 20, 29)),
        ("2026/3/5 12:05 AM", datetime(2026, 3, 5, 0, 5)),
        ("2026-03-05 星期四 08:29", AT_MINUTE),
        ("20260305082959", AT),
        ("\uff12026\uff0d03-05\u300008\uff1a29\uff1a59", AT),
        ("2000-01-01 00:00:00", datetime(2000, 1, 1)),
        ("2099-12-31 23:59:59", datetime(2099, 12, 31, 23, 59, 59)),
    ],
)
def test_moments_as_people_and_machines_write_them(text: str, at: datetime) -> None:
    assert parse_moment(text) == at


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-13-45 08:00:00",
        "0000-00-00 00:00:00",
        "2026-02-29 08:00:00",
        "1999-12-31 23:59:59",
        "2100-01-01 00:00:00",
        "2026-03-05 24:00:00",
        "2026-03-05 08:60",
        "2026-03-05 08:2",
        "2026-03-05",
        "08:29:59",
        "2026/3/5 15:29 上午",
        "46086.354",
        "昨天 08:29",
    ],
)
def test_what_cannot_be_true_is_none(text: str) -> None:
    assert parse_moment(text) is None


def test_only_a_number_of_the_sheet_is_a_serial_day() -> None:
    assert parse_moment(Numeral("46086.354155092595")) == AT
    assert parse_moment(Numeral("46086")) is None
    assert parse_day(Numeral("46086")) == date(2026, 3, 5)
    assert parse_day("46086") is None
    assert parse_day(Numeral("20260305")) == date(2026, 3, 5)
    assert parse_time(Numeral("0.5")) == time(12)
    assert parse_time("0.5") is None
    assert parse_time(Numeral("1.5")) is None


@pytest.mark.parametrize(
    "text", ["2026-03-05", "2026/3/5", "2026.3.5", "2026年3月5日", "20260305", "2026-03-05 00:00:00"]
)
def test_days(text: str) -> None:
    assert parse_day(text) == date(2026, 3, 5)


def test_a_day_before_2000_needs_leave() -> None:
    assert parse_day("1995-07-01") is None
    assert parse_day("1995-07-01", since=1950) == date(1995, 7, 1)
    assert parse_day("2026-02-30") is None


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("8:29", time(8, 29)),
        ("08:29:59", time(8, 29, 59)),
        ("8时29分", time(8, 29)),
        ("8点", time(8)),
        ("下午 5:30", time(17, 30)),
        ("5:30 PM", time(17, 30)),
        ("1899-12-30 08:29:00", time(8, 29)),
        ("24:00", None),
        ("8:2", None),
        ("08", None),
    ],
)
def test_times(text: str, clock: time | None) -> None:
    assert parse_time(text) == clock


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)))
def test_every_moment_written_plainly_is_read_back(at: datetime) -> None:
    at = at.replace(microsecond=0)
    assert parse_moment(f"{at:%Y-%m-%d %H:%M:%S}") == at
    assert parse_moment(f"{at.year}年{at.month}月{at.day}日 {at.hour}时{at.minute}分{at.second}秒") == at


@given(st.text("0123456789-/:. T年月日时分秒Z+上下午", max_size=30))
def test_no_text_breaks_the_readers(text: str) -> None:
    for word in (text, Numeral(text)):
        parse_moment(word)
        parse_day(word)
        parse_time(word)
