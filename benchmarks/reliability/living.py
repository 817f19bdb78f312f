"""A site to hold trials on, and numbered acts of its desk: act 7 does the same on every copy of the site.

Every act is one of the program's own: a sign-in or sign-out with its verdict, or an incident from one line. From the
record alone one can tell how many were done, so a trial knows what has to be there after any end.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import func, select

from opsdesk import bootstrap
from opsdesk.models import Contract, ContractTerm, Incident, Punch, Setting, Staff, Vendor
from opsdesk.registers.incident import service as incident
from opsdesk.registers.sign_in import service as sign_in
from opsdesk.services.clock import FixedClock
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal, Trouble

PASSWORD = "值班室里有一盆绿萝"
SINCE, FIRST = date(2026, 1, 1), date(2026, 3, 2)
VENDORS = (("V1", "华信系统集成有限公司", "华信"), ("V2", "恒通网络", "恒通"))
PEOPLE = 8
A_DAY = 2 * PEOPLE + 2
"""Acts of a day: everybody in, an incident, everybody out, another incident."""
MEMORY = Path("/dev/shm")


@contextmanager
def folder(*, on_disk: bool = False) -> Iterator[Path]:
    """A folder that is gone afterwards, in memory where the system has that: the disk's speed is not on trial."""
    place = MEMORY if MEMORY.is_dir() and not on_disk else None
    with tempfile.TemporaryDirectory(prefix="opsdesk-trial-", dir=place, ignore_cleanup_errors=True) as made:
        yield Path(made)


def close(ctx: Context) -> None:
    """Let go of the files."""
    ctx.reading.dispose()
    ctx.writing.dispose()


@cache
def template() -> Path:
    """Data folder of a site with two vendors and their people; copied, never worked on."""
    home = Path(tempfile.mkdtemp(prefix="opsdesk-trial-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    ctx = bootstrap.open_site(home, FixedClock(datetime.combine(FIRST, datetime.min.time()) - timedelta(days=1)))
    ctx = ctx.acting_as(bootstrap.found_site(ctx, site="示例市信息中心", password=PASSWORD, project="一卡通运维"))
    with ctx.transaction("建队") as tx:
        tx.insert(Setting, name="site.opened_on", value=SINCE.isoformat())
        for place, (code, name, short) in enumerate(VENDORS):
            vendor = tx.insert(Vendor, code=code, name=name, short_name=short)
            contract = tx.insert(Contract, vendor_id=vendor, number=f"HT-{code}", project="一卡通运维", begins_on=SINCE)
            for topic, regulation in (("作息", "T1"), ("考勤罚则", "T2")):
                tx.insert(ContractTerm, contract_id=contract, topic=topic, regulation=regulation, holds_from=SINCE)
            tx.insert_many(
                Staff,
                [
                    {"staff_no": f"S{n:03}", "name": f"驻场{n}号", "initials": "ZC", "pin": str(n), "vendor_id": vendor,
                     "arrived_on": SINCE, "reserve": False, "remarks": "", "phone": f"1380000{n:04}"}
                    for n in range(place * PEOPLE // 2 + 1, (place + 1) * PEOPLE // 2 + 1)
                ],
            )  # fmt: skip
    close(ctx)
    return home


def copy(home: Path) -> None:
    """A site of one's own in `home`."""
    home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(bootstrap.database(template()), bootstrap.database(home))


def moment(n: int) -> datetime:
    """When act `n` is done: from day to day, mornings until after the beginning of work, so that some are late."""
    day, place = divmod(n, A_DAY)
    morning = place <= PEOPLE
    start = datetime.combine(FIRST + timedelta(days=day), datetime.min.time())
    return start + (timedelta(hours=8, minutes=20) if morning else timedelta(hours=17, minutes=20)) + timedelta(
        minutes=5 * (place if morning else place - PEOPLE)
    )  # fmt: skip


def clock(n: int) -> FixedClock:
    """A clock at act `n`, on a machine that has been up since the first one."""
    return FixedClock(moment(n), up_ms=int((moment(n) - moment(0)).total_seconds() * 1000) + 1)


def opened(home: Path, n: int = 0) -> Context:
    """The supervisor at a site, at the time of act `n`."""
    ctx = bootstrap.open_site(home, clock(n))
    return ctx.acting_as(bootstrap.supervisor_of(ctx))


def act(ctx: Context, n: int) -> None:
    """Do act `n`, which is the next one; the site's clock goes on to its time."""
    assert isinstance(ctx.clock, FixedClock)
    ctx.clock.advance(seconds=(moment(n) - ctx.clock.now()).total_seconds())
    place = n % A_DAY
    if place in {PEOPLE, A_DAY - 1}:
        incident.open_incident(ctx, f"{n} 号楼网络不通")
    else:
        sign_in.sign(ctx, staff_id=1 + (place if place < PEOPLE else place - PEOPLE - 1))


def done(ctx: Context) -> int:
    """How many acts the record holds."""
    with ctx.read() as connection:
        return sum(
            connection.execute(select(func.count()).select_from(table)).scalar_one() for table in (Punch, Incident)
        )


def findings(ctx: Context) -> list[str]:
    """What the program's own check finds wrong."""
    with ctx.read() as connection:
        return bootstrap.verify(connection)


def shape(ctx: Context) -> tuple[int, ...]:
    """Links of the chain and rows of every table: the same after the same acts."""
    with ctx.read() as connection:
        names = connection.exec_driver_sql(
            "SELECT name FROM pragma_table_list WHERE schema='main' AND type='table' AND name NOT LIKE 'sqlite_%'"
            " ORDER BY name"
        ).scalars()
        return tuple(connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar_one() for name in list(names))


class Twin:
    """A site to which nothing ever happens: what the record looks like after so many acts."""

    def __init__(self) -> None:
        self._folder = folder()
        home = self._folder.__enter__()
        copy(home)
        self._ctx = opened(home)
        self._shapes = [shape(self._ctx)]

    def after(self, n: int) -> tuple[int, ...]:
        """The shape after `n` acts."""
        while len(self._shapes) <= n:
            act(self._ctx, len(self._shapes) - 1)
            self._shapes.append(shape(self._ctx))
        return self._shapes[n]

    def close(self) -> None:
        """Let it go."""
        close(self._ctx)
        self._folder.__exit__(None, None, None)


def compared(home: Path, kept: int, twin: Twin) -> tuple[list[str], int]:
    """What is wrong with a site that was cut off after `kept` acts were acknowledged, and how many it has now.

    One more may be there: kept, but not yet told. Anything else is a loss or an act that is there by half.
    """
    try:
        ctx = opened(home, kept)
    except (Refusal, Trouble) as error:
        return [f"the site does not open: {error}"], kept
    try:
        found = done(ctx)
        wrong = [f"the check finds: {each}" for each in findings(ctx)[:3]]
        if not kept <= found <= kept + 1:
            wrong.append(f"{kept} acts were acknowledged, {found} are there")
        elif shape(ctx) != twin.after(found):
            wrong.append(f"after {found} acts the tables do not hold what they hold after {found} whole acts")
        return wrong, max(found, kept)
    except (Refusal, Trouble) as error:
        return [f"the record cannot be read: {error}"], kept
    finally:
        close(ctx)
