"""How fast incidents are found, listed, opened and counted at any size, beside a bare scan of the same rows (medians).

Usage: python benchmarks/incidents.py [--incidents 200000]
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text

from opsdesk import bootstrap
from opsdesk.models import Incident
from opsdesk.register import Query
from opsdesk.registers.incident import listing, service
from opsdesk.services import incident_figures, incident_text
from opsdesk.services.clock import FixedClock
from opsdesk.services.context import Context

NOW = datetime(2026, 3, 31, 8, 10)
PLACES = ("财务科", "教务处", "图书馆", "一食堂", "二食堂", "宿管中心", "体育馆", "行政楼", "实验楼")
THINGS = ("打印机", "核心交换机", "食堂POS机", "门禁", "圈存机", "财务系统", "OA系统", "无线网络", "投影", "服务器")
FAULTS = ("不出纸", "无法登录", "刷卡无反应", "时断时续", "报错", "死机", "蓝屏", "读卡失败", "端口掉线", "磁盘告警")
SCAN = text(
    "SELECT count(*) FROM incident WHERE title LIKE :asked OR symptom LIKE :asked OR diagnosis LIKE :asked"
    " OR root_cause LIKE :asked OR number LIKE :asked"
)


def median(times: int, act: Callable[[], object]) -> float:
    """Median milliseconds of `act`."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def rows(count: int) -> list[dict[str, Any]]:
    """Invented incidents, the last two hundred still open; written past the acts, as no chain is measured here."""
    chance = random.Random(1)
    empty = dict.fromkeys(column.name for column in Incident.__table__.columns)
    made = []
    for n in range(count):
        at = NOW - timedelta(minutes=16 * (count - n))
        solved = n < count - 200
        title = chance.choice(PLACES) + chance.choice(THINGS) + chance.choice(FAULTS)
        made.append(
            {
                **empty, **service.BLANK, "id": n + 1, "number": f"JL-{n:07}", "kind": "故障", "title": title,
                "state": "已签收" if solved else "处理中", "symptom": f"{title}，重启后恢复",
                "system": chance.choice(THINGS),
                "reported_at": at, "accepted_at": at, "responded_at": at + timedelta(minutes=chance.randint(1, 12)),
                "resolved_at": at + timedelta(minutes=chance.randint(15, 300)) if solved else None,
                "root_cause": chance.choice(FAULTS), "respond_over": chance.choice((0, 0, 0, 60)),
                "solve_over": 0 if solved else None,
            }
        )  # fmt: skip
    return made


def site(home: Path, count: int) -> Context:
    """A site with so many incidents."""
    ctx = bootstrap.open_site(home, FixedClock(NOW))
    ctx = ctx.acting_as(bootstrap.found_site(ctx, site="示例市信息中心", password="一句足够长的测试密码"))
    made = rows(count)
    with ctx.writing.begin() as connection:
        for begin in range(0, count, 5000):
            connection.execute(insert(Incident.__table__), made[begin : begin + 5000])
    return ctx


def main() -> None:
    """Print each figure in milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--incidents", type=int, default=200_000)
    count = parser.parse_args().incidents
    with tempfile.TemporaryDirectory() as folder:
        ctx = site(Path(folder), count)
        with ctx.writing.begin() as connection:
            print(f"index made anew        {median(1, lambda: incident_text.rebuild(connection)):10.1f}")
        with ctx.read() as connection:
            print(
                f"bare LIKE scan         {median(7, lambda: connection.execute(SCAN, {'asked': '%打印%'}).all()):10.1f}"
            )
        for name, query in (
            ("find 打印", Query("打印", limit=50)),
            ("find 死机 财务科", Query("死机 财务科", limit=50)),
            ("find a number", Query(f"{count - 7:07}", limit=50)),
            ("first page", Query(limit=50)),
            ("page in the middle", Query(limit=50, offset=count // 2)),
            ("still open", Query(filters={"state": "未结"}, limit=50)),
            ("exceeded", Query(filters={"breach": "超时"}, limit=50)),
        ):
            print(f"{name:<22} {median(7, lambda asked=query: listing.listed(ctx, asked)):10.1f}")
        print(f"similar while typing   {median(7, lambda: listing.similar(ctx, '财务科打印机又不出纸')):10.1f}")
        print(f"open one               {median(7, lambda: service.open_incident(ctx, '财务科打印机不出纸')):10.1f}")
        whole = (date(2000, 1, 1), NOW.date())
        by = incident_figures.By.CATEGORY
        print(f"figures of all         {median(3, lambda: incident_figures.statistics(ctx, *whole, by=by)):10.1f}")


if __name__ == "__main__":
    main()
