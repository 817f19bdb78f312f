"""The site's own hours are dated: a new time from a day on leaves the days before as they were."""

from datetime import date

import pytest
import team as team_module
from sqlalchemy import select
from team import go_to

from opsdesk import bootstrap
from opsdesk.models import ContractTerm, StoredVerdict
from opsdesk.registers.hours import service as hours
from opsdesk.registers.sign_in import service
from opsdesk.rules.vocabulary import DayKind
from opsdesk.services import attendance, calendar_acts
from opsdesk.services.errors import Refusal


@pytest.fixture
def crew(site):
    crew = team_module.build(site)
    with site.transaction("随客户单位") as tx:
        terms = select(ContractTerm.id).where(ContractTerm.topic == "作息")
        for term in tx.connection.execute(terms).scalars().all():
            tx.update(ContractTerm, term, regulation="T3")
    return crew


def late(ctx, staff_id, day):
    with ctx.read() as connection:
        (row,) = attendance.read(connection, ctx.regulations, day, day, ctx.now(), (staff_id,))
    return row.result.late_minutes


def test_new_hours_hold_from_their_day_and_not_the_day_before(site, crew):
    for day in ("2026-03-05", "2026-03-06"):
        go_to(site, f"{day} 08:40:00")
        service.sign(site, staff_id=crew["1001"])
    assert [late(site, crew["1001"], date(2026, 3, n)) for n in (5, 6)] == [10, 10]
    hours.save(site, None, {"holds_from": date(2026, 3, 6), "pairs": "08:00-17:00"})
    assert [late(site, crew["1001"], date(2026, 3, n)) for n in (5, 6)] == [10, 40]
    with site.read() as connection:
        kept = connection.execute(
            select(StoredVerdict.day, StoredVerdict.minutes).where(StoredVerdict.replaced_at.is_(None))
        ).all()
        assert sorted(tuple(row) for row in kept) == [(date(2026, 3, 5), 10), (date(2026, 3, 6), 40)]
        assert bootstrap.verify(connection) == []


def test_the_same_day_twice_corrects_that_day(site, crew):
    first = hours.save(site, None, {"holds_from": date(2026, 3, 6), "pairs": "08:00-17:00"}).value
    again = hours.save(site, None, {"holds_from": date(2026, 3, 6), "pairs": "09:00-18:00"}).value
    assert first == again
    with pytest.raises(Refusal, match="生效日不能改"):
        hours.save(site, first, {"holds_from": date(2026, 3, 7), "pairs": "09:00-18:00"})


@pytest.mark.parametrize("pairs", ["八点半到五点半", "25:00-26:00", "08:30-12:00 11:00-17:30", ""])
def test_what_hours_cannot_be(site, pairs):
    with pytest.raises(Refusal) as refused:
        hours.save(site, None, {"holds_from": date(2026, 3, 6), "pairs": pairs})
    assert refused.value.field == "pairs"


def test_a_holiday_marked_afterwards_takes_the_verdict_away(site, crew):
    go_to(site, "2026-03-05 08:40:00")
    service.sign(site, staff_id=crew["1001"])
    calendar_acts.set_day(site, day=date(2026, 3, 5), kind=DayKind.DAY_OFF, name="本单位放假")
    with site.read() as connection:
        assert connection.execute(select(StoredVerdict.id).where(StoredVerdict.replaced_at.is_(None))).all() == []
