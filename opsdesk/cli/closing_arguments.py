"""What can be typed after `opsdesk month`, `opsdesk day` and `opsdesk quarter`; argparse only, as in `arguments`."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from typing import Any

Read = Callable[[str], Any]
SETTLE, STATUS, CLOSE = "settle", "status", "close"
OPEN = "看还有什么没有了结（不需要密码）"
SET = "锁定、备份、把整套表写成文件"


def _quarter(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(20\d{2})Q([1-4])", text.upper(), re.ASCII)
    if found is None:
        raise argparse.ArgumentTypeError(f"“{text}”不是季度，请写成 2026Q1")
    return int(found[1]), int(found[2])


def add(
    command: Callable[[str, str], argparse.ArgumentParser],
    json_of: Callable[[argparse.ArgumentParser], None],
    day: Read,
    month: Read,
) -> None:
    """`month settle`, and `status` and `close` of a day, a month and a quarter."""
    months = command("month", "月度考勤结算，或者月结")
    _acts(months, (SETTLE, STATUS, CLOSE), f"结算（只读不写，不需要密码），{OPEN}，或者月结：{SET}")
    months.add_argument("month", type=month, metavar="YYYY-MM", help="哪个月")
    months.add_argument("--vendor", metavar="V", help="只算一家单位，写编码或简称（只用于 settle）")
    days = command("day", "日结，或者看一天还有什么没有了结")
    _acts(days, (STATUS, CLOSE), f"{OPEN}，或者日结：{SET}")
    days.add_argument("day", type=day, metavar="YYYY-MM-DD", help="哪一天")
    quarters = command("quarter", "季结，或者看一个季度还有什么没有了结")
    _acts(quarters, (STATUS, CLOSE), f"{OPEN}，或者季结：{SET}")
    quarters.add_argument("quarter", type=_quarter, metavar="2026Q1", help="哪个季度")
    for made, word in ((months, "月结"), (days, "日结"), (quarters, "季结")):
        made.add_argument("--because", metavar="TEXT", default="", help=f"还有未结事项时，写明为什么这样{word}")
        made.add_argument("--out", metavar="DIR", help=f"{word}的表写到哪个文件夹，默认是数据文件夹里的 exports")
        json_of(made)


def _acts(made: argparse.ArgumentParser, acts: tuple[str, ...], said: str) -> None:
    made.add_argument("action", metavar="|".join(acts), choices=acts, help=said)
