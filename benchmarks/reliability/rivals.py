"""A site of rival vendors for P13: all that belongs to one of them bears its mark, everywhere a text can be typed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from opsdesk.catalog import by_slug
from opsdesk.registers.sign_in import service as sign_in
from opsdesk.registers.visit import service as visit
from opsdesk.registers.visit.service import PersonEntry
from opsdesk.services.clock import FixedClock
from opsdesk.services.context import Context
from opsdesk.services.id_numbers import check_character

MONTH = (2026, 3)
FIRST, PEOPLE = date(2026, 3, 2), 2
ROOM = {"name": "三楼中心机房", "modules": "网络区", "keeper": "赵敏", "door_name": "北门"}


def mark(n: int) -> str:
    """What stands in every text of vendor `n`, and nowhere else."""
    return f"QZ{'ABCDEFGHJK'[n]}X"


def phone(n: int, person: int) -> str:
    """A telephone of one of its people."""
    return f"1391{n}{person}{(n + 1) * (person + 1) * 7919 % 100_000:05}"


def card(n: int) -> str:
    """The identity number of visitor `n`, as the standard wants it."""
    day = date(1970, 1, 1) + timedelta(days=n % 9000)
    seventeen = f"110101{day:%Y%m%d}{n % 1000:03}"
    return seventeen + check_character(seventeen)


def saved(ctx: Context, slug: str, **values: Any) -> int:
    """Save a new record by its form."""
    save = by_slug(slug).save
    assert save is not None
    return save(ctx, None, values).value


def acted(ctx: Context, slug: str, key: str, record_id: int, **values: Any) -> None:
    """Run an act on a record."""
    next(act for act in by_slug(slug).acts if act.key == key).run(ctx, record_id, values)


def filled(ctx: Context, vendors: int, days: int) -> dict[int, int]:
    """Let so many vendors work for so many days; gives their ids by number."""
    clock = ctx.clock
    assert isinstance(clock, FixedClock)
    clock.at = datetime.combine(FIRST, datetime.min.time()) + timedelta(hours=7)
    with ctx.transaction("建站") as tx:
        tx.event("trial")
    ids, staff = dict[int, int](), list[tuple[int, int]]()
    for n in range(vendors):
        ids[n] = saved(
            ctx, "vendor", code=f"{mark(n)}1", name=f"{mark(n)}系统集成有限公司", short_name=f"{mark(n)}集成"
        )
        saved(
            ctx, "contract", vendor_id=ids[n], number=f"{mark(n)}-HT", project=f"{mark(n)}项目",
            begins_on=date(2026, 1, 1), ends_on=date(2026, 12, 31), hours="T1", penalties="T2",
        )  # fmt: skip
        for person in range(PEOPLE):
            made = saved(
                ctx, "staff", staff_no=f"{mark(n)}{person}", name=f"{mark(n)}王{person}号", vendor_id=ids[n],
                arrived_on=date(2026, 1, 5), reserve=False, phone=phone(n, person), remarks=f"{mark(n)}备注",
            )  # fmt: skip
            staff.append((n, made))
    room = saved(ctx, "room", **ROOM)
    for day in range(days):
        _morning(ctx, clock, day, staff)
        for n, person in staff[day::PEOPLE]:
            _work(ctx, clock, n, person, day, room)
        clock.at = datetime.combine(FIRST + timedelta(days=day), datetime.min.time()) + timedelta(hours=17, minutes=40)
        for _, person in staff:
            clock.advance(seconds=20)
            sign_in.sign(ctx, staff_id=person)
    return ids


def _morning(ctx: Context, clock: FixedClock, day: int, staff: list[tuple[int, int]]) -> None:
    """Everybody signs in, the last ones late."""
    clock.at = datetime.combine(FIRST + timedelta(days=day), datetime.min.time()) + timedelta(hours=8, minutes=25)
    for _, person in staff:
        clock.advance(seconds=50)
        sign_in.sign(ctx, staff_id=person)


def _work(ctx: Context, clock: FixedClock, n: int, person: int, day: int, room: int) -> None:
    """An incident, a leave slip for next week, overtime, a visitor: each with the vendor's mark in its texts."""
    clock.advance(minutes=3)
    incident = saved(
        ctx, "incident", title=f"{mark(n)}交换机告警{day}", kind="故障", staff_id=person, symptom=f"{mark(n)}现象",
        system=f"{mark(n)}系统", diagnosis=f"{mark(n)}诊断", root_cause=f"{mark(n)}老化", reach=f"{mark(n)}科",
    )  # fmt: skip
    acted(ctx, "incident", "respond", incident, response_way="电话")
    acted(ctx, "incident", "solve", incident, handling=f"{mark(n)}更换端口", result="已解决")
    saved(
        ctx, "leave", staff_id=person, kind="事假", first_day=FIRST + timedelta(days=7 + day),
        reason=f"{mark(n)}家中有事", place=f"{mark(n)}市", contact=phone(n, 0), handover=f"{mark(n)}交接",
        vendor_agreed_by=f"{mark(n)}经理",
    )  # fmt: skip
    saved(
        ctx, "overtime", staff_id=person, begins_at=clock.now().replace(hour=18, minute=0, second=0),
        ends_at=clock.now().replace(hour=20, minute=0, second=0), reason=f"{mark(n)}割接", settled_as="调休",
    )  # fmt: skip
    guest = PersonEntry(
        f"{mark(n)}访客{day}", f"{mark(n)}分公司", id_kind="身份证", id_number=card(n * 10 + day), phone=phone(n, 9)
    )
    visit.enter(ctx, people=[guest], room_id=room, purpose=f"{mark(n)}检修", escorts=("赵敏",))
