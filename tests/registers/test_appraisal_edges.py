"""考核 at its edges: rulings while the record changes, decisions taken back, odd periods, contracts, points."""

from __future__ import annotations

from decimal import Decimal

import an_appraisal
import pytest
from an_appraisal import CODE, QUARTER
from sqlalchemy import update
from team import Team, build

from opsdesk.models import AppraisalEvent
from opsdesk.registers.appraisal import check, rulings, service
from opsdesk.registers.appraisal.rulings import Wish
from opsdesk.rules.scoring import Line, LineState
from opsdesk.services import appraisal
from opsdesk.services.appraisal import Scored
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal


@pytest.fixture
def crew(site: Context) -> Team:
    return build(site)


@pytest.fixture
def quarter(site: Context, crew: Team) -> Context:
    """The first of April; the quarter of both vendors is begun, nothing of it is scored."""
    scheme_id = an_appraisal.lived(site, crew)
    service.begin(site, scheme_id=scheme_id, period=QUARTER)
    return site


def scored(ctx: Context, vendor: str = "华信") -> Scored:
    return next(each for each in appraisal.compute(ctx, QUARTER, code=CODE).objects if each.subject.vendor == vendor)


def lines(ctx: Context, title: str = "违规") -> tuple[Line, ...]:
    return next(each.lines for each in scored(ctx).items if each.item.title == title)


def wish(
    ctx: Context, line: Line, state: LineState, points: str = "", reason: str = "核实情节", title: str = "违规"
) -> Wish:
    one = scored(ctx)
    assert one.sheet is not None
    item = next(each.item for each in one.items if each.item.title == title)
    return Wish(one.sheet.id, item.id, line.proposal.key, state, Decimal(points) if points else None, reason)


def retype(ctx: Context, line: Line, points: str) -> None:
    """The record behind a line sets other points from now on."""
    event_id = int(line.proposal.evidence[0].removeprefix("appraisal_event:"))
    with ctx.writing.begin() as connection:
        connection.execute(update(AppraisalEvent).where(AppraisalEvent.id == event_id).values(points=points))


# --- ruled ------------------------------------------------------------------------------------------------------------


def test_what_was_confirmed_waits_anew_once_the_record_says_otherwise(quarter: Context) -> None:
    first, second = lines(quarter)
    rulings.rule(quarter, wishes=[wish(quarter, each, LineState.CONFIRMED) for each in (first, second)])
    assert [each.state for each in lines(quarter)] == [LineState.CONFIRMED] * 2
    retype(quarter, first, "8")
    again, other = lines(quarter)
    assert (again.state, again.counted, other.state) == (LineState.PROPOSED, Decimal(-8), LineState.CONFIRMED)
    retype(quarter, first, "")
    assert lines(quarter)[0].state is LineState.CONFIRMED, "the record says again what was confirmed"


def test_what_was_waived_stands_but_is_asked_about_once_the_record_says_otherwise(quarter: Context) -> None:
    first = lines(quarter)[0]
    rulings.rule(quarter, wishes=[wish(quarter, first, LineState.WAIVED)])

    def asked() -> list[str]:
        made = appraisal.compute(quarter, QUARTER, code=CODE)
        return [each.sentence for each in check.of_round(quarter, made) if each.kind == "处理后有变"]

    assert asked() == []
    retype(quarter, first, "8")
    assert lines(quarter)[0].counted == 0
    assert asked() == [
        "华信系统集成有限公司的“违规”有一条已免的扣分，处理以后记录变了，现在拟 8 分。请核对原来的处理是否仍然合适。"
    ]


@pytest.mark.parametrize("points", ["-0.333", "1e9", "NaN", "-Infinity"])
def test_odd_points_of_a_ruling_are_refused(quarter: Context, points: str) -> None:
    with pytest.raises(Refusal, match="两位小数"):
        rulings.rule(quarter, wishes=[wish(quarter, lines(quarter)[0], LineState.CHANGED, points)])


def test_a_bonus_without_a_limit_takes_a_hundred_at_most(quarter: Context) -> None:
    praise = lines(quarter, "表扬")[0]
    rulings.rule(quarter, wishes=[wish(quarter, praise, LineState.CHANGED, "100", title="表扬")])
    assert lines(quarter, "表扬")[0].counted == 3, "the item adds three at most"
    with pytest.raises(Refusal, match="最多改到 100 分"):
        rulings.rule(quarter, wishes=[wish(quarter, praise, LineState.CHANGED, "100.01", title="表扬")])


def test_points_by_hand_are_not_ruled_upon(quarter: Context) -> None:
    from opsdesk.registers.appraisal import marks
    from opsdesk.registers.appraisal.marks import Entry
    from opsdesk.rules.scoring import ScorerKind

    one = scored(quarter)
    assert one.sheet is not None
    item = one.items[0].item
    entries = [Entry(one.sheet.id, item.id, Decimal(18), "台账缺两页")]
    marks.mark(quarter, entries=entries, scorer_kind=ScorerKind.DECIDED)
    with pytest.raises(Refusal, match="由人工评分"):
        rulings.rule(
            quarter,
            wishes=[wish(quarter, lines(quarter, item.title)[0], LineState.WAIVED, title=item.title)],
        )
