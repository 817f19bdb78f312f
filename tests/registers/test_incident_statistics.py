"""Statistics of incidents against an independent computation, at both sides of every limit, and what they leave out."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import a_site
import incident_month
import pytest
import team as team_module
from sqlalchemy import select
from team import Team, go_to

from opsdesk.models import Amendment, Contract, ContractTerm, Incident, IncidentPause, Staff, Vendor
from opsdesk.registers.incident import acts, closing
from opsdesk.registers.incident import statistics as charts
from opsdesk.registers.incident.service import load, open_incident, save
from opsdesk.rules.vocabulary import OPEN_INCIDENT
from opsdesk.services import amending, incident_basis, incident_clocks, incident_figures
from opsdesk.services.context import Context
from opsdesk.services.incident_breaches import breaches
from opsdesk.services.incident_figures import UNASSIGNED, UNWRITTEN, By, Figures
from opsdesk.services.incident_measures import MEASURES, change, plain, said

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
HUAXIN, HENGTONG = 1, 2


@pytest.fixture(scope="module")
def lived(founded: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Context, Team]]:
    """March with two hundred incidents and February with sixty, seen on the first of April."""
    opened = a_site.opened_copy(founded, tmp_path_factory.mktemp("statistics"))
    ctx = next(opened)
    crew = team_module.build(ctx)
    incident_month.insert(ctx, incident_month.invented(crew, 2026, 2, 60, seed=3))
    incident_month.insert(ctx, incident_month.invented(crew, 2026, 3, 200, seed=11))
    go_to(ctx, "2026-04-01 09:00:00")
    yield ctx, crew
    opened.close()


def rows_of(ctx: Context) -> list[Mapping[str, Any]]:
    """Every row of March that is not void, read once more and by other means."""
    with ctx.read() as connection:
        rows = [dict(row) for row in connection.execute(select(Incident.__table__)).mappings()]
        pauses = [dict(row) for row in connection.execute(select(IncidentPause.__table__)).mappings()]
        people = dict(connection.execute(select(Staff.id, Staff.name)).all())  # type: ignore[arg-type]  # pairs
        vendors = dict(connection.execute(select(Vendor.id, Vendor.short_name)).all())  # type: ignore[arg-type]  # pairs
    away: dict[int, timedelta] = defaultdict(timedelta)
    for pause in pauses:
        if pause["whose"] != "外包单位":
            away[pause["incident_id"]] += pause["ends_at"] - pause["begins_at"]
    return [
        {
            **row,
            "away": away[row["id"]],
            "person": people.get(row["staff_id"]) or row["person_written"] or UNASSIGNED,
            "vendor": vendors.get(row["vendor_id"]) or row["vendor_written"] or UNASSIGNED,
        }
        for row in rows
        if row["void_at"] is None and FIRST <= row["reported_at"].date() <= LAST
    ]


def expected(rows: list[Mapping[str, Any]]) -> dict[str, Any]:
    """The figures again, with Python's own statistics."""

    def minutes(span: timedelta) -> float:
        return span.total_seconds() / 60

    def begin(row: Mapping[str, Any]) -> datetime:
        moment: datetime = row["accepted_at"] or row["reported_at"]
        return moment

    responses = [minutes(row["responded_at"] - begin(row)) for row in rows if row["responded_at"]]
    solutions = [minutes(row["resolved_at"] - begin(row) - row["away"]) for row in rows if row["resolved_at"]]
    answered = [row["respond_over"] == 0 for row in rows if row["respond_over"] is not None]
    finished = [row["solve_over"] == 0 for row in rows if row["solve_over"] is not None]
    resolved = sum(row["state"] not in OPEN_INCIDENT for row in rows)
    ninety = statistics.quantiles(solutions, n=10, method="inclusive")[8] if len(solutions) > 1 else None
    return {
        "count": len(rows),
        "resolved": resolved,
        "unresolved": len(rows) - resolved,
        "reopened": sum(row["reopened"] > 0 for row in rows),
        "response_median_min": statistics.median(responses) if responses else None,
        "resolve_median_min": statistics.median(solutions) if solutions else None,
        "resolve_p90_min": ninety if ninety is not None else (solutions[0] if solutions else None),
        "within_response": sum(answered) if answered else None,
        "response_measured": len(answered),
        "response_rate": 100 * sum(answered) / len(answered) if answered else None,
        "within_deadline": sum(finished) if finished else None,
        "deadline_measured": len(finished),
        "deadline_rate": 100 * sum(finished) / len(finished) if finished else None,
        "resolved_rate": 100 * resolved / len(rows) if rows else None,
    }


def assert_same(figures: Figures, wanted: Mapping[str, Any]) -> None:
    for key, value in wanted.items():
        got = getattr(figures, key)
        if value is None or isinstance(value, int):
            assert got == value, key
        else:
            assert isinstance(got, Decimal)
            assert abs(float(got) - value) <= 0.00501, key
            assert -got.as_tuple().exponent == 2, key  # type: ignore[operator]  # finite


def test_the_month_is_as_python_counts_it(lived: tuple[Context, Team]) -> None:
    ctx, _ = lived
    rows = rows_of(ctx)
    assert len(rows) > 180
    assert_same(incident_figures.statistics(ctx, FIRST, LAST).total, expected(rows))


@pytest.mark.parametrize("by", list(By))
@pytest.mark.parametrize("vendor", [None, HUAXIN, HENGTONG])
def test_every_group_is_as_python_counts_it(lived: tuple[Context, Team], by: By, vendor: int | None) -> None:
    ctx, _ = lived
    rows = [row for row in rows_of(ctx) if vendor is None or row["vendor_id"] == vendor]
    groups: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row[by] or UNWRITTEN].append(row)
    found = incident_figures.statistics(ctx, FIRST, LAST, by=by, vendor_id=vendor)
    assert {group.name for group in found.groups} == set(groups)
    for group in found.groups:
        assert_same(group.figures, expected(groups[group.name]))
    assert_same(found.total, expected(rows))
    assert sum(group.figures.count for group in found.groups) == found.total.count


def test_groups_stand_in_the_sites_order_or_the_largest_first(lived: tuple[Context, Team]) -> None:
    ctx, _ = lived
    severities = incident_figures.statistics(ctx, FIRST, LAST, by=By.SEVERITY).groups
    assert [group.name for group in severities] == ["高", "中", "低", UNWRITTEN]
    systems = incident_figures.statistics(ctx, FIRST, LAST, by=By.SYSTEM).groups
    counts = [group.figures.count for group in systems if group.name != UNWRITTEN]
    assert counts == sorted(counts, reverse=True)
    people = incident_figures.statistics(ctx, FIRST, LAST, by=By.PERSON).groups
    assert people[-1].name == UNASSIGNED


@pytest.mark.parametrize(
    ("seconds", "median", "ninety"),
    [
        ([60], "1.00", "1.00"),
        ([60, 120], "1.50", "1.90"),
        ([1, 2, 3], "0.03", "0.05"),
        ([0, 100], "0.83", "1.50"),
        (list(range(0, 6060, 60)), "50.00", "90.00"),
    ],
)
def test_percentiles_are_interpolated(seconds: list[int], median: str, ninety: str) -> None:
    assert incident_figures.percentile(seconds, 50) == Decimal(median)
    assert incident_figures.percentile(seconds, 90) == Decimal(ninety)
    assert incident_figures.percentile([], 50) is None


def test_nothing_is_never_zero(site: Context) -> None:
    crew = team_module.build(site)
    empty = incident_figures.statistics(site, FIRST, LAST, by=By.VENDOR)
    assert empty.groups == ()
    assert (empty.total.count, empty.total.within_response, empty.total.response_rate) == (0, None, None)
    go_to(site, "2026-03-05 09:00:00")
    open_incident(site, "门禁刷不开", {"staff_id": crew["1001"], "vendor_id": HUAXIN})
    total = incident_figures.statistics(site, FIRST, LAST).total
    assert (total.count, total.unresolved, total.resolved_rate) == (1, 1, Decimal("0.00"))
    assert (total.response_median_min, total.resolve_median_min, total.resolve_p90_min) == (None, None, None)
    assert (total.within_response, total.response_measured) == (None, 0)
    assert (total.within_deadline, total.deadline_measured, total.deadline_rate) == (None, 0, None)


def acted(
    ctx: Context,
    staff_id: int,
    *,
    respond: str,
    due: str = "",
    solve: str = "",
    more: Callable[[int], object] | None = None,
) -> int:
    """One incident at nine o'clock by the acts of the desk."""
    day = f"{ctx.today().isoformat()} "
    go_to(ctx, f"{day}09:00:00")
    incident_id = open_incident(ctx, "打印机不出纸").value.id
    if due:
        acts.ask_due(ctx, incident_id, {"due_at": datetime.fromisoformat(f"{day}{due}"), "confirmed": True})
    go_to(ctx, f"{day}{respond}")
    acts.respond(ctx, incident_id, {"staff_id": staff_id})
    if more:
        more(incident_id)
    if solve:
        go_to(ctx, f"{day}{solve}")
        acts.solve(ctx, incident_id, {})
    return incident_id


@pytest.mark.parametrize(("at", "within", "over"), [("09:10:00", 1, 0), ("09:10:01", 0, 1), ("09:09:59", 1, 0)])
def test_both_sides_of_the_response_limit(site: Context, at: str, within: int, over: int) -> None:
    crew = team_module.build(site)
    acted(site, crew["1001"], respond=at)
    total = incident_figures.statistics(site, FIRST, LAST).total
    assert (total.within_response, total.response_measured) == (within, 1)
    with site.read() as connection:
        late = breaches(connection, site.regulations, FIRST, LAST, site.now())
    assert [(each.clock, each.over, each.clause, each.running) for each in late] == (
        [("响应", over, "T1 5 故障", False)] if over else []
    )


@pytest.mark.parametrize(("at", "within", "over"), [("11:00:00", 1, 0), ("11:00:01", 0, 1)])
def test_both_sides_of_the_time_the_user_asked_for(site: Context, at: str, within: int, over: int) -> None:
    crew = team_module.build(site)
    acted(site, crew["1001"], respond="09:05:00", due="11:00:00", solve=at)
    total = incident_figures.statistics(site, FIRST, LAST).total
    assert (total.within_deadline, total.deadline_measured) == (within, 1)
    assert total.resolve_median_min == Decimal("120.00") + (Decimal("0.02") if over else 0)
    with site.read() as connection:
        late = breaches(connection, site.regulations, FIRST, LAST, site.now())
    assert [(each.clock, each.over) for each in late] == ([("解决", over)] if over else [])


def test_waiting_for_others_is_taken_off_and_the_vendors_own_is_not(site: Context) -> None:
    crew = team_module.build(site)

    def wait(whose: str) -> Callable[[int], object]:
        def act(incident_id: int) -> None:
            go_to(site, f"{site.today().isoformat()} 10:00:00")
            acts.wait(site, incident_id, {"whose": whose, "reason": "等"})
            go_to(site, f"{site.today().isoformat()} 12:00:00")
            acts.resume(site, incident_id, {})

        return act

    acted(site, crew["1001"], respond="09:05:00", due="12:00:00", solve="13:30:00", more=wait("甲方"))
    total = incident_figures.statistics(site, FIRST, LAST).total
    assert (total.resolve_median_min, total.within_deadline) == (Decimal("150.00"), 1)
    go_to(site, "2026-03-06 08:30:00")
    acted(site, crew["1001"], respond="09:05:00", due="12:00:00", solve="13:30:00", more=wait("外包单位"))
    second = incident_figures.statistics(site, date(2026, 3, 6), date(2026, 3, 6)).total
    assert (second.resolve_median_min, second.within_deadline, second.deadline_measured) == (Decimal("270.00"), 0, 1)


def test_reopened_is_counted_once_and_void_not_at_all(site: Context) -> None:
    crew = team_module.build(site)
    again = acted(site, crew["1001"], respond="09:05:00", solve="10:00:00")
    for reason in ("又坏了", "还是坏的"):
        closing.reopen(site, again, {"reason": reason})
        acts.solve(site, again, {})
    by_mistake = open_incident(site, "打错了").value.id
    closing.void(site, by_mistake, {"reason": "重复"})
    total = incident_figures.statistics(site, FIRST, LAST).total
    assert (total.count, total.reopened, total.resolved) == (1, 1, 1)


def test_the_period_holds_both_its_days_to_the_second(site: Context) -> None:
    team_module.build(site)
    moments = ("2026-02-28 23:59:59", "2026-03-01 00:00:00", "2026-03-31 23:59:59", "2026-04-01 00:00:00")
    incident_month.insert(
        site,
        [
            {"number": f"SJ-{place}", "title": at, "reported_at": datetime.fromisoformat(at)}
            for place, at in enumerate(moments)
        ],
    )
    assert incident_figures.statistics(site, FIRST, LAST).total.count == 2
    assert incident_figures.statistics(site, date(2026, 3, 31), date(2026, 3, 31)).total.count == 1
    month = incident_figures.of_month(site, 2026, 3)
    assert (month.total.count, month.before.count) == (2, 1)
    assert [(each.day.day, each.opened, each.unresolved) for each in month.days if each.opened] == [
        (1, 1, 1),
        (31, 1, 1),
    ]


def test_names_of_an_import_stand_as_written_and_namesakes_are_told_apart(site: Context) -> None:
    crew = team_module.build(site)
    with site.transaction("同名") as tx:
        tx.update(Staff, crew["1002"], name="王强")
    at = datetime(2026, 3, 5, 9, 0)
    common = {"title": "旧", "reported_at": at, "state": "已签收"}
    incident_month.insert(
        site,
        [
            {**common, "number": "A1", "vendor_written": "远山公司", "person_written": "赵某"},
            {**common, "number": "A2", "vendor_written": "", "person_written": None},
            {**common, "number": "A3", "vendor_id": HUAXIN, "staff_id": crew["1001"]},
            {**common, "number": "A4", "vendor_id": HUAXIN, "staff_id": crew["1002"]},
        ],
    )
    people = incident_figures.statistics(site, FIRST, LAST, by=By.PERSON)
    assert {group.name for group in people.groups} == {"赵某", UNASSIGNED, "王强（1001）", "王强（1002）"}
    assert people.total.resolved == 4, "the state says so, though nobody knows the time"
    assert people.total.resolve_median_min is None
    vendors = incident_figures.statistics(site, FIRST, LAST, by=By.VENDOR)
    assert {group.name: group.figures.count for group in vendors.groups} == {"远山公司": 1, UNASSIGNED: 1, "华信": 2}


def test_days_add_up_to_the_month(lived: tuple[Context, Team]) -> None:
    ctx, _ = lived
    month = incident_figures.of_month(ctx, 2026, 3)
    assert len(month.days) == 31
    assert sum(each.opened for each in month.days) == month.total.count
    assert sum(each.resolved for each in month.days) == month.total.resolved
    by_hand = [row for row in rows_of(ctx) if row["reported_at"].day == 10]
    assert month.days[9].opened == len(by_hand)
    assert month.days[9].resolved == sum(row["state"] not in OPEN_INCIDENT for row in by_hand)
    assert month.before.count == incident_figures.statistics(ctx, date(2026, 2, 1), date(2026, 2, 28)).total.count


def test_breaches_are_all_that_was_exceeded_and_of_one_vendor_only_his(lived: tuple[Context, Team]) -> None:
    ctx, _ = lived
    with ctx.read() as connection:
        found = breaches(connection, ctx.regulations, FIRST, LAST, ctx.now())
        own = breaches(connection, ctx.regulations, FIRST, LAST, ctx.now(), vendor_id=HENGTONG)
    rows = rows_of(ctx)
    kept = {
        (row["number"], word, row[key])
        for row in rows
        for word, key in (("响应", "respond_over"), ("解决", "solve_over"))
        if row[key]
    }
    assert {(each.number, each.clock, each.over) for each in found if not each.running} == kept
    overdue = [row for row in rows if any(row[key] and row[key] < ctx.now() for key in ("respond_by", "solve_by"))]
    assert {each.number for each in found if each.running} == {row["number"] for row in overdue}
    assert all(each.clause for each in found)
    assert {each.vendor for each in own} == {"恒通"}
    assert {each.number for each in own} == {each.number for each in found if each.vendor == "恒通"}


def test_a_visits_own_deadlines_are_breaches_too(site: Context) -> None:
    team_module.build(site)
    with site.transaction("合同") as tx:
        contract = tx.connection.execute(select(Contract.id).where(Contract.vendor_id == HUAXIN)).scalar_one()
        tx.insert(ContractTerm, contract_id=contract, topic="响应", regulation="E19", holds_from=date(2026, 1, 1))
    at = datetime(2026, 3, 5, 9, 0)
    late = at + timedelta(hours=9)
    (incident_id,) = incident_month.insert(
        site,
        [
            {
                "number": "SJ-20260305-001", "title": "上门报修", "kind": "上门报修", "reported_at": at,
                "accepted_at": at, "responded_at": at, "contacted_at": late, "arrived_at": late, "resolved_at": late,
                "state": "已解决", "vendor_id": HUAXIN,
            }
        ],
    )  # fmt: skip
    clause = site.regulations.clause("E19-13")
    values = {"visit.contact_min": "30"}
    law = site.regulations.amended([(clause.key, amending.proposed(clause, date(2026, 1, 1), values))])
    with site.read() as connection:
        row = dict(connection.execute(select(Incident.__table__).where(Incident.id == incident_id)).mappings().one())
        readings = incident_clocks.standings(connection, law, [row], site.now())[incident_id].readings
        found = breaches(connection, law, FIRST, LAST, site.now())
        assert breaches(connection, site.regulations, FIRST, LAST, site.now()) == [], "the figure is left blank"
    assert {each.clock for each in found} == {"联系用户", "到达"}
    assert {(each.clock, each.over) for each in found} == {(each.name, each.over) for each in readings if each.over}
    assert all(each.clause.startswith("E19") for each in found)


def test_what_changed_within_the_period_is_told_with_its_day(lived: tuple[Context, Team]) -> None:
    ctx, _ = lived
    with ctx.read() as connection:
        plainly = incident_basis.of_period(connection, ctx.regulations, FIRST, LAST)
    assert plainly[0] == "响应：接到后 10 分内，按秒比较，等于时限为达标（T1 5 故障、G3）。"
    assert any("以用户最后确认的时间为准" in line for line in plainly)
    assert plainly[-1] == "响应全天计时。"
    clause = ctx.regulations.clause("T1-FLT-01")
    draft = ctx.regulations.amended(
        [(clause.key, amending.proposed(clause, date(2026, 3, 16), {"sla.respond_min": "5"}))]
    )
    with ctx.read() as connection:
        changed = incident_basis.of_period(connection, draft, FIRST, LAST)
        assert incident_basis.of_period(connection, draft, date(2025, 1, 1), date(2025, 1, 31)) == ()
        assert connection.execute(select(Amendment.id)).first() is None
    assert any("2026-03-16 起：响应：接到后 5 分内" in line for line in changed)


def test_words_of_figures_and_their_change(lived: tuple[Context, Team]) -> None:
    ctx, _ = lived
    month = incident_figures.of_month(ctx, 2026, 3)
    known = {each.title: each for each in MEASURES}
    more = month.total.count - month.before.count
    assert change(known["受理"], month.total, month.before) == f"↑ 多 {more} 件"
    assert change(known["受理"], month.before, month.total) == f"↓ 少 {more} 件"
    assert change(known["受理"], month.total, month.total) == "持平"
    part = f"（{month.total.within_response}/{month.total.response_measured}）"
    assert said(known["响应达标率"], month.total).endswith(part)
    nothing = incident_figures.of_month(ctx, 2025, 3)
    assert {said(each, nothing.total) for each in MEASURES} == {"0 件", "—"}
    assert {change(each, month.total, nothing.total) for each in MEASURES} == {"—"}
    assert [plain(each) for each in (1234, Decimal("97.50"), Decimal("12.00"), Decimal("1234.05"), None)] == [
        "1,234", "97.5", "12", "1,234.05", "—",
    ]  # fmt: skip


def test_charts_show_the_largest_groups_in_the_tables_order(lived: tuple[Context, Team]) -> None:
    ctx, _ = lived
    month = incident_figures.of_month(ctx, 2026, 3)
    daily = charts.daily_chart(month)
    assert daily.labels == tuple(str(day) for day in range(1, 32))
    assert sum(value for series in daily.series for value in series.values if value) == month.total.count
    systems = charts.group_chart(month, By.SYSTEM, "各系统受理")
    assert len(systems.labels) == 10
    assert systems.title == "各系统受理（最多的 10 个）"
    assert list(systems.labels) == [group.name for group in month.groups[By.SYSTEM]][:10]
    few = charts.group_chart(month, By.CATEGORY, "各类别受理", 3)
    largest = sorted((group.figures.count for group in month.groups[By.CATEGORY]), reverse=True)[:3]
    sums = [sum(values) for values in zip(*(series.values for series in few.series), strict=True)]  # type: ignore[arg-type]  # counts
    assert sorted(sums, reverse=True) == largest
    rates = charts.rate_chart(month, By.VENDOR, "各单位达标率")
    assert (rates.unit, rates.labels[-1]) == ("%", UNASSIGNED)


def test_the_form_of_an_incident_moves_it_between_groups(site: Context) -> None:
    crew = team_module.build(site)
    incident_id = acted(site, crew["1001"], respond="09:05:00")
    save(site, incident_id, {**load(site, incident_id), "severity": "高", "system": "门禁系统"})
    assert [group.name for group in incident_figures.statistics(site, FIRST, LAST, by=By.SEVERITY).groups] == ["高"]
    assert [group.name for group in incident_figures.statistics(site, FIRST, LAST, by=By.SYSTEM).groups] == ["门禁系统"]
