"""试算: both laws side by side, per person, and nothing of it in the record."""

from datetime import date, datetime
from decimal import Decimal

import pytest
import team as team_module
from sqlalchemy import select

from opsdesk.models import Amendment, LedgerRow, Punch, StoredVerdict
from opsdesk.rules.vocabulary import Direction, Source
from opsdesk.services import amending, attendance, duties, what_if

MARCH = date(2026, 3, 1)


@pytest.fixture
def crew(site):
    """王强 is late by 31 minutes on three days, 陈晨 by five on one."""
    crew = team_module.build(site)
    rows = [(crew["1001"], f"2026-03-0{day} 09:01:00") for day in (2, 3, 4)] + [(crew["2001"], "2026-03-04 08:35:00")]
    with site.transaction("签到") as tx:
        for staff_id, written in rows:
            at = datetime.fromisoformat(written)
            for direction, moment in ((Direction.IN, at), (Direction.OUT, at.replace(hour=17, minute=30))):
                tx.insert(
                    Punch,
                    staff_id=staff_id,
                    day=at.date(),
                    at=moment,
                    direction=str(direction),
                    source=str(Source.CORRECTION),
                    device="",
                    entered_at=site.now(),
                    entered_by="主管",
                    doubted=False,
                )
        days = {(staff_id, datetime.fromisoformat(written).date()) for staff_id, written in rows}
        attendance.rejudge(tx, site.regulations, days, site.now())
    return crew


def compared(ctx, clause, typed, **more):
    draft = amending.drafted(ctx, clause, more.pop("begins_on", MARCH), typed)
    return what_if.compare(ctx, draft, 2026, 3, **more)


def row_of(comparison, staff_no):
    return next(row for row in comparison.rows if row.person.staff_no == staff_no)


def test_a_draft_stands_beside_the_law_in_force_per_person(site, crew):
    found = compared(site, "T2-ATT-07", {"late.free": "1"})
    his = row_of(found, "1001")
    assert (his.person.name, his.person.vendor) == ("王强", "华信")
    assert (his.figures.count_fine, his.draft.count_fine) == (Decimal(0), Decimal(40))
    assert his.difference == Decimal(40)
    assert any("未超过 3 次" in line.because for line in his.lines)
    assert any("超过 1 次的 2 次 × 20 元 = 40 元" in line.because for line in his.draft_lines)
    assert [row.person.staff_no for row in found.changed] == ["1001"]
    assert not row_of(found, "2001").changed


def test_totals_per_vendor_and_for_all(site, crew):
    found = compared(site, "T2-ATT-07", {"late.free": "0"})
    vendors = found.vendors
    assert {name: total.difference for name, total in vendors.items()} == {"华信": Decimal(60), "恒通": Decimal(20)}
    assert found.total.difference == sum(row.difference for row in found.rows) == Decimal(80)
    assert found.total.draft.total == vendors["华信"].draft.total + vendors["恒通"].draft.total


def test_days_count_as_a_change_though_the_money_is_the_same(site, crew):
    found = compared(site, "T2-ATT-08", {"absent.over": "30"})
    his = row_of(found, "1001")
    assert (his.figures.absent_days, his.draft.absent_days, his.difference) == (0, 3, Decimal(0))
    assert his.changed


def test_the_draft_holds_only_from_its_day(site, crew):
    found = compared(site, "T2-ATT-08", {"absent.over": "30"}, begins_on=date(2026, 3, 4))
    assert row_of(found, "1001").draft.absent_days == 1


def test_one_vendor_alone(site, crew):
    with site.read() as connection:
        own = next(p.vendor_id for p in duties.people(connection) if p.vendor == "恒通")
    found = compared(site, "T2-ATT-07", {"late.free": "0"}, vendor_id=own)
    assert {row.person.vendor for row in found.rows} == {"恒通"}
    assert found.total.difference == Decimal(20)


def test_nothing_is_written(site, crew):
    def kept():
        with site.read() as connection:
            return [
                connection.execute(select(table)).all()
                for table in (Amendment.__table__, StoredVerdict.__table__, LedgerRow.__table__)
            ]

    before = kept()
    compared(site, "T2-ATT-08", {"absent.over": "30"})
    assert kept() == before
    assert site.law_on(MARCH).held("T2-ATT-08").number("absent.over") == 60


def test_it_says_how_far_it_is_and_can_be_given_up(site, crew):
    far = []
    assert compared(site, "T2-ATT-07", {"late.free": "0"}, progress=lambda *at: not far.append(at)) is not None
    assert far == [(1, 2), (2, 2)]
    assert compared(site, "T2-ATT-07", {"late.free": "0"}, progress=lambda *_at: False) is None


def test_which_clauses_can_be_tried(site):
    tried = {key for key in ("T2-ATT-07", "G12", "E7-04", "T2-CON-01") if what_if.tries(site.regulations.clause(key))}
    assert tried == {"T2-ATT-07", "G12", "E7-04"}


@pytest.mark.parametrize(
    ("clause", "typed", "noted"),
    [
        ("T1-ATT-01", {"hours.pairs": "20:00-32:00"}, True),
        ("T1-ATT-01", {"hours.pairs": "05:00-13:00"}, True),
        ("T1-ATT-01", {"hours.pairs": "09:00-18:00"}, False),
        ("T2-ATT-07", {"late.free": "1"}, False),
    ],
)
def test_where_sign_ins_would_go_to_other_days_the_trial_says_so(site, crew, clause, typed, noted):
    note = compared(site, clause, typed).note
    assert note == (what_if.NOT_SORTED if noted else "")


def test_the_unit_of_leave_can_be_tried(site):
    assert what_if.tries(site.regulations.clause("T2-ATT-05"))
