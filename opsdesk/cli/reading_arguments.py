"""What can be typed after `opsdesk appraisal` and `opsdesk history`; argparse only, as in `arguments`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

EXAMPLE = "2026Q1"
Read = Callable[[str], Any]


def appraisal(
    asked: argparse.ArgumentParser, again: list[Any], json_of: Callable[[argparse.ArgumentParser], None]
) -> None:
    """`appraisal compute PERIOD`."""
    acts = asked.add_subparsers(dest="action", metavar="compute", title="动作", required=True)
    said = "按记录算出一个周期的考核得分，什么也不写"
    made = acts.add_parser("compute", help=said, description=said, parents=again)
    made.add_argument("number", metavar="PERIOD", help=f"周期：{EXAMPLE}（季度）、2026-03（月）或 2026（年）")
    made.add_argument("--scheme", metavar="S", help="考核方案的编码，例如 T1Q；不写就用这种周期的第一个方案")
    made.add_argument("--vendor", metavar="V", help="只算一家单位，写编码或简称")
    json_of(made)


def history(asked: argparse.ArgumentParser, day: Read, limit: Read) -> None:
    """`history [--record R] [--from D] [--to D] [--by NAME] [--limit N]`."""
    asked.add_argument("--record", metavar="R", help="只看一条记录：编号、工号或设备编号，例如 SJ-20260305-001")
    asked.add_argument("--from", type=day, metavar="YYYY-MM-DD", dest="first", help="从哪天起的改动")
    asked.add_argument("--to", type=day, metavar="YYYY-MM-DD", dest="last", help="到哪天为止，含当天")
    asked.add_argument("--by", metavar="NAME", help="只看一个操作人的")
    asked.add_argument("--find", metavar="TEXT", default="", help="动作、理由或内容里的字词")
    asked.add_argument("--limit", type=limit, metavar="N", default=200, help="最多列出多少条，最近的在前，默认 200")
    asked.set_defaults(refuse=asked.error)
