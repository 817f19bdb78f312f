"""A small team for tests: two vendors with contracts, day and night people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from opsdesk.models import Contract, ContractTerm, Leave, Post, RosterEntry, Setting, Shift, Staff, Vendor
from opsdesk.services.clock import FixedClock
from opsdesk.services.context import Context

SINCE = date(2026, 1, 1)


@dataclass(frozen=True)
class Team:
    """Ids by staff number: 1001–1006 work days for 华信, 2001 and 2002 for 恒通 (2002 by night), 2003 is stand-by."""

    ids: dict[str, int]
    night: int

    def __getitem__(self, staff_no: str) -> int:
        return self.ids[staff_no]


PEOPLE = (
    ("1001", "王强", "WQ", "1", "0004711", "华信"),
    ("1002", "李敏", "LM", "2", None, "华信"),
    ("1003", "刘芳", "LF", "3", None, "华信"),
    ("1004", "吴琼", "WQ", "4", None, "华信"),
    ("1005", "买买提·艾力江", "MMTALJ", "5", None, "华信"),
    ("1006", "李𬭎", "LH", "6", None, "华信"),
    ("2001", "陈晨", "CC", "11", None, "恒通"),
    ("2002", "赵夜", "ZY", "12", None, "恒通"),
    ("2003", "孙备", "SB", "13", None, "恒通"),
)


def build(ctx: Context) -> Team:
    """Put the team into the record."""
    with ctx.transaction("建队") as tx:
        tx.insert(Setting, name="site.opened_on", value=SINCE.isoformat())
        vendors = {}
        for code, name, short, hours in (
            ("V1", "华信系统集成有限公司", "华信", "T1"),
            ("V2", "恒通网络", "恒通", "T1"),
        ):
            vendors[short] = tx.insert(Vendor, code=code, name=name, short_name=short)
            contract = tx.insert(
                Contract, vendor_id=vendors[short], number=f"HT-{code}", project="一卡通", begins_on=SINCE
            )
            tx.insert(ContractTerm, contract_id=contract, topic="作息", regulation=hours, holds_from=SINCE)
            tx.insert(ContractTerm, contract_id=contract, topic="考勤罚则", regulation="T2", holds_from=SINCE)
        post = tx.insert(Post, name="网络运维", duties="")
        night = tx.insert(Shift, code="N", name="夜班", pairs="20:00-32:00")
        ids = {
            number: tx.insert(
                Staff,
                staff_no=number,
                name=name,
                initials=initials,
                pin=pin,
                badge_no=badge,
                vendor_id=vendors[vendor],
                post_id=post,
                arrived_on=SINCE,
                reserve=number == "2003",
                remarks="",
            )
            for number, name, initials, pin, badge, vendor in PEOPLE
        }
        for day in (date(2026, 3, 4), date(2026, 3, 5)):
            tx.insert(RosterEntry, staff_id=ids["2002"], day=day, shift_id=night)
    return Team(ids, night)


def clock_of(ctx: Context) -> FixedClock:
    """The site's clock, to be moved."""
    assert isinstance(ctx.clock, FixedClock)
    return ctx.clock


def go_to(ctx: Context, written: str) -> None:
    """Let time pass until this moment (2026-03-05 08:27:00), on both clocks of the machine."""
    clock = clock_of(ctx)
    clock.advance(seconds=(datetime.fromisoformat(written) - clock.now()).total_seconds())


def grant(ctx: Context, staff_id: int, begins: str, ends: str, kind: str = "事假") -> None:
    """An approved absence, as the leave register writes it."""
    with ctx.transaction("请假") as tx:
        tx.insert(
            Leave,
            staff_id=staff_id,
            kind=kind,
            begins_at=datetime.fromisoformat(begins),
            ends_at=datetime.fromisoformat(ends),
            reason="家中有事",
            approved_by="主管",
        )
