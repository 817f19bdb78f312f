"""How fast the desk is, each act beside its bare floor on the same disk in the same run (medians).

Usage: python benchmarks/desk.py [--people 500]
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path

from opsdesk import bootstrap
from opsdesk.exports.pdf import pdf_bytes
from opsdesk.models import Contract, ContractTerm, Setting, Staff, Vendor
from opsdesk.registers.sign_in import documents, service
from opsdesk.registers.sign_in.punch_import import import_punches
from opsdesk.services import settlement
from opsdesk.services.clock import FixedClock
from opsdesk.services.context import Context
from opsdesk.services.settlement import Month

MORNING = datetime(2026, 3, 31, 8, 10)
SINCE = date(2026, 1, 1)


def median(times: int, act: Callable[[], object]) -> float:
    """Median milliseconds of `act`."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def site(home: Path, people: int) -> tuple[Context, list[int]]:
    """A site with so many people of one vendor."""
    ctx = bootstrap.open_site(home, FixedClock(MORNING))
    ctx = ctx.acting_as(bootstrap.found_site(ctx, site="示例市信息中心", password="一句足够长的测试密码"))
    with ctx.transaction("建队") as tx:
        tx.insert(Setting, name="site.opened_on", value=SINCE.isoformat())
        vendor = tx.insert(Vendor, code="V1", name="华信系统集成有限公司", short_name="华信")
        contract = tx.insert(Contract, vendor_id=vendor, number="HT-1", project="一卡通", begins_on=SINCE)
        for topic, regulation in (("作息", "T1"), ("考勤罚则", "T2")):
            tx.insert(ContractTerm, contract_id=contract, topic=topic, regulation=regulation, holds_from=SINCE)
        rows = [
            {"staff_no": f"S{n:04}", "name": f"人员{n}", "initials": "RY", "pin": str(n), "vendor_id": vendor,
             "arrived_on": SINCE, "reserve": False, "remarks": ""}
            for n in range(1, people + 1)
        ]  # fmt: skip
        return ctx, tx.insert_many(Staff, rows)


def punch_file(path: Path, people: int) -> int:
    """A month of machine punches; gives how many."""
    lines = [
        f"{n:>9}\t{datetime(2026, 3, day, 8, 20) + timedelta(seconds=n, hours=hours)}\t1\t0\t1\t0\r\n"
        for day in range(1, 31)
        for n in range(1, people + 1)
        for hours in (0, 9.3)
    ]
    path.write_text("".join(lines))
    return len(lines)


BARE_MONTH = (
    "SELECT id, staff_id, day, at, direction, source, doubted, entered_by, entered_at FROM punch "
    "WHERE day BETWEEN '2026-03-01' AND '2026-03-31' AND void_at IS NULL ORDER BY at, id"
)


def standing(ctx: Context) -> Month:
    """The month of March settled from the record."""
    with ctx.read() as connection:
        return settlement.read(connection, ctx.regulations, 2026, 3, ctx.now())


def main() -> None:
    """Measure and print."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--people", type=int, default=500)
    people = words.parse_args().people
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        ctx, ids = site(home / "site", people)
        with closing(sqlite3.connect(home / "bare.db", isolation_level=None)) as bare:
            bare.execute("PRAGMA journal_mode=TRUNCATE")
            bare.execute("PRAGMA synchronous=FULL")
            bare.execute("CREATE TABLE t (a TEXT)")
            floor = median(50, lambda: bare.execute("INSERT INTO t VALUES ('x')"))
        waiting = iter(ids)
        sign = median(50, lambda: service.sign(ctx, staff_id=next(waiting)))
        print(f"签到（落盘、审计）  {sign:8.1f} ms   裸写入 {floor:.1f} ms   {sign / floor:.1f} 倍")
        count = punch_file(home / "1_attlog.dat", people)
        began = time.perf_counter()
        import_punches(ctx, home / "1_attlog.dat")
        took = time.perf_counter() - began
        print(f"导入打卡 {count} 条      {took:8.1f} s    {count / took:.0f} 条/秒")
        print(f"名单 {people} 人           {median(5, lambda: service.board(ctx)):8.1f} ms")
        print(f"月表 {people} 人           {median(3, lambda: documents.monthly_sheet(ctx, 2026, 3)):8.1f} ms")
        sheet = documents.daily_sheet(ctx, date(2026, 3, 30))
        print(f"日报 PDF {people} 行       {median(3, lambda: pdf_bytes(sheet)):8.1f} ms")
        with closing(sqlite3.connect(home / "site" / "ops.db")) as bare:
            floor = median(3, lambda: bare.execute(BARE_MONTH).fetchall())
        settle = median(3, lambda: standing(ctx))
        print(f"月度结算 {people} 人       {settle:8.1f} ms   裸读同样的行 {floor:.1f} ms   {settle / floor:.1f} 倍")
        with ctx.read() as connection:
            print(f"全库核验             {median(1, lambda: bootstrap.verify(connection)):8.1f} ms")


if __name__ == "__main__":
    main()
