"""Deadlines of a visit at the user's and the points they cost: E19, X48, both sides of each boundary; blanks off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from opsdesk.rules import dispatch
from opsdesk.rules.clause import Holding, Law
from opsdesk.rules.dispatch import APPOINTED, ARRIVAL, CONTACT, INSTALLED, Points, Step, VisitFacts
from opsdesk.rules.facts import Span
from opsdesk.rules.sla import IncidentFacts, Pause, Reading
from opsdesk.rules.vocabulary import DISPATCHED, ClockState, IncidentKind, Whose
from opsdesk.services import law_library

DAY = date(2026, 3, 10)
"""A Tuesday."""
SHIPPED = law_library.shipped()
AS_SHIPPED = SHIPPED.on(DAY)
E19, T1 = "E19", "T1"
REPAIR, INSTALL, RENEWAL = IncidentKind.REPAIR, IncidentKind.INSTALL, IncidentKind.RENEWAL
FILLED: dict[str, dict[str, Any]] = {
    "E19-12": {"install.work": "装通", "install.appointed_work": "装通", "install.points": 5},
    "E19-13": {"visit.contact_min": 15},
    "E19-14": {"visit.points": 3},
    "E19-15": {"escalate.silent_min": 20, "escalate.notify_min": 10},
    "E19-16": {"escalate.still_min": 30, "escalate.fine": 100},
    "E19-17": {"tech_delay.points": 4},
    "E19-18": {"renewal.contact_min": 45, "renewal.points": 6},
    "E19-19": {"visit_check.points": 2},
}
"""What a site fills into the blanks."""


def at(written: str) -> datetime:
    """A moment; a mere clock is one of 10 March 2026."""
    return datetime.fromisoformat(written if "-" in written else f"{DAY} {written}")


def holding(key: str, values: Mapping[str, Any]) -> tuple[str, Holding]:
    return key, Holding(DAY, {**SHIPPED.clause(key).holdings[0].values, **values}, "甲方来函")


def law(*without: str, **changed: Any) -> Law:
    """The law with its blanks filled but for the clauses named; a double underscore in a value's name is its dot."""
    values = {key: dict(more) for key, more in FILLED.items() if key not in without}
    for name, value in changed.items():
        wanted = name.replace("__", ".")
        (key,) = (key for key in FILLED if wanted in SHIPPED.clause(key).holdings[0].values)
        values[key][wanted] = value
    return SHIPPED.amended([holding(key, more) for key, more in values.items()]).on(DAY)


def repealed(*keys: str) -> Law:
    """The filled law without these clauses."""
    ended = [(key, Holding(DAY, {}, "试", repealed=True)) for key in keys]
    return SHIPPED.amended([*(holding(key, more) for key, more in FILLED.items()), *ended]).on(DAY)


LAW = law()


def visit(kind: IncidentKind = REPAIR, **more: Any) -> IncidentFacts:
    """A visit dispatched at 15:00; times may be given as they are written."""
    read = {name: at(value) if isinstance(value, str) else value for name, value in more.items()}
    return replace(IncidentFacts(kind, at("15:00:00")), **read)


def clocks(
    kind: IncidentKind = REPAIR, now: str = "15:00:00", under: Law = LAW, regulation: str = E19, **more: Any
) -> dict[str, Reading]:
    found = dispatch.clocks(visit(kind, **more), under, regulation, at(now))
    assert len({each.name for each in found}) == len(found)
    return {each.name: each for each in found}


def points(
    kind: IncidentKind = REPAIR,
    found: VisitFacts | None = None,
    now: str = "2026-03-20 09:00:00",
    under: Law = LAW,
    **more: Any,
) -> list[Points]:
    facts = visit(kind, **more)
    readings = dispatch.clocks(facts, under, E19, at(now))
    return dispatch.points(facts, found or VisitFacts(), readings, under, E19)


def charged(found: list[Points]) -> list[tuple[str, int]]:
    return [(each.citation.key, each.points) for each in found]


PUNCTUAL = {"contacted": "15:15:00", "arrived": "16:00:00"}
"""Contact and arrival at the last second that is in time."""


# --- installation ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resolved", "state"),
    [
        pytest.param("2026-03-12 15:00:01", ClockState.MET, id="X47: 48 hours do not matter"),
        pytest.param("2026-03-12 23:59:59", ClockState.MET, id="X47: to the end of the second day"),
        pytest.param("2026-03-13 00:00:00", ClockState.BREACHED, id="X47: midnight is the day after"),
    ],
)
def test_installation_has_two_days_without_the_day_of_dispatch(resolved: str, state: ClockState) -> None:
    found = clocks(INSTALL, resolved=resolved, now="2026-03-20 09:00:00", **PUNCTUAL)[INSTALLED]
    assert (found.state, found.citation.key) == (state, "E19-12")
    assert found.over == (1 if state is ClockState.BREACHED else 0)


@pytest.mark.parametrize(
    ("resolved", "state"),
    [
        pytest.param("2026-03-12 15:00:00", ClockState.MET, id="X48 in time"),
        pytest.param("2026-03-12 15:00:01", ClockState.BREACHED, id="X48 one second late"),
    ],
)
def test_installation_has_forty_eight_hours_in_the_other_reading(resolved: str, state: ClockState) -> None:
    hours = law(install__count="hours")
    found = clocks(INSTALL, under=hours, resolved=resolved, now="2026-03-20 09:00:00", **PUNCTUAL)[INSTALLED]
    assert (found.state, found.limit) == (state, 48 * 3600)
    assert found.over == (1 if state is ClockState.BREACHED else 0)


@pytest.mark.parametrize(
    ("dispatched", "last_day"),
    [
        pytest.param("2026-03-10 00:00:00", "2026-03-12", id="first second of the day"),
        pytest.param("2026-03-10 23:59:59", "2026-03-12", id="last second of the day"),
        pytest.param("2026-03-13 15:00:00", "2026-03-15", id="natural days, a week-end is not left out"),
        pytest.param("2026-09-30 15:00:00", "2026-10-02", id="nor are holidays"),
        pytest.param("2026-12-30 15:00:00", "2027-01-01", id="over the year's end"),
    ],
)
def test_installation_days_are_natural_days_to_the_end_of_the_last(dispatched: str, last_day: str) -> None:
    held = LAW.part("dispatch.install", E19)
    assert held is not None
    due = dispatch.install_due(at(dispatched), held)
    assert due.date() == date.fromisoformat(last_day)
    assert (due + timedelta(seconds=1)).date() > due.date()


@pytest.mark.parametrize(
    ("count", "due"), [("days", "2026-03-13 23:59:59"), ("hours", "2026-03-13 15:00:00")], ids=["days", "hours"]
)
def test_other_number_of_days_in_both_readings(count: str, due: str) -> None:
    held = law(install__days=3, install__count=count).part("dispatch.install", E19)
    assert held is not None
    assert dispatch.install_due(at("15:00:00"), held) == at(due)


def test_running_installation_warns_at_three_quarters_of_its_hours() -> None:
    hours = law(install__count="hours")
    before = clocks(INSTALL, under=hours, now="2026-03-12 02:59:59")[INSTALLED]
    assert (before.state, before.deadline) == (ClockState.RUNNING, at("2026-03-12 15:00:00"))
    assert clocks(INSTALL, under=hours, now="2026-03-12 03:00:00")[INSTALLED].state is ClockState.WARNING


def test_installation_is_moved_by_pauses_of_others_and_not_by_working_hours() -> None:
    hours = law(install__count="hours")
    others = (Pause(at("2026-03-11 09:00:00"), at("2026-03-11 11:00:00"), Whose.CLIENT),)
    own = (replace(others[0], whose=Whose.VENDOR),)
    idle: dict[str, Any] = {"under": hours, "now": "2026-03-20 09:00:00", "working": lambda _: ()}
    kept = clocks(INSTALL, resolved="2026-03-12 17:00:00", pauses=others, **idle)[INSTALLED]
    assert (kept.state, kept.deadline) == (ClockState.MET, at("2026-03-12 17:00:00"))
    assert clocks(INSTALL, resolved="2026-03-12 17:00:01", pauses=others, **idle)[INSTALLED].over == 1
    assert clocks(INSTALL, resolved="2026-03-12 15:00:01", pauses=own, **idle)[INSTALLED].over == 1


def test_installation_stands_while_the_users_pause_lasts() -> None:
    waits = (Pause(at("2026-03-11 09:00:00"), None, Whose.CLIENT),)
    found = clocks(INSTALL, now="2026-03-18 09:00:00", pauses=waits)[INSTALLED]
    assert (found.state, found.used, found.deadline) == (ClockState.PAUSED, 18 * 3600, None)


@pytest.mark.parametrize(
    ("resolved", "state"),
    [("2026-03-11 10:00:00", ClockState.MET), ("2026-03-11 10:00:01", ClockState.BREACHED)],
)
def test_installation_keeps_the_time_agreed_with_the_user_too(resolved: str, state: ClockState) -> None:
    found = clocks(INSTALL, due="2026-03-11 10:00:00", resolved=resolved, now="2026-03-20 09:00:00", **PUNCTUAL)
    assert (found[APPOINTED].state, found[APPOINTED].citation.key) == (state, "E19-12")
    assert found[INSTALLED].state is ClockState.MET


def test_only_an_installation_has_its_clocks() -> None:
    for kind in (REPAIR, RENEWAL):
        assert not {INSTALLED, APPOINTED} & set(clocks(kind, due="2026-03-11 10:00:00"))
    assert APPOINTED not in clocks(INSTALL)


# --- contact and arrival --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [REPAIR, INSTALL])
@pytest.mark.parametrize(
    ("contacted", "state"), [("15:15:00", ClockState.MET), ("15:15:01", ClockState.BREACHED)], ids=["15:00", "15:01"]
)
def test_user_is_called_within_the_minutes_that_were_filled_in(
    kind: IncidentKind, contacted: str, state: ClockState
) -> None:
    found = clocks(kind, contacted=contacted, now="18:00:00")[CONTACT]
    assert (found.state, found.limit, found.deadline) == (state, 900, at("15:15:00"))
    assert found.citation.key == "E19-13"


@pytest.mark.parametrize("kind", [REPAIR, INSTALL])
@pytest.mark.parametrize(
    ("arrived", "state"), [("16:00:00", ClockState.MET), ("16:00:01", ClockState.BREACHED)], ids=["60:00", "60:01"]
)
def test_engineer_arrives_within_the_hour(kind: IncidentKind, arrived: str, state: ClockState) -> None:
    found = clocks(kind, arrived=arrived, now="18:00:00")[ARRIVAL]
    assert (found.state, found.limit, found.deadline) == (state, 3600, at("16:00:00"))
    assert (found.over, found.citation.key) == (1 if state is ClockState.BREACHED else 0, "E19-13")


@pytest.mark.parametrize(
    ("now", "contact", "arrival"),
    [
        ("15:11:14", ClockState.RUNNING, ClockState.RUNNING),
        ("15:11:15", ClockState.WARNING, ClockState.RUNNING),
        ("15:15:00", ClockState.WARNING, ClockState.RUNNING),
        ("15:15:01", ClockState.BREACHED, ClockState.RUNNING),
        ("15:44:59", ClockState.BREACHED, ClockState.RUNNING),
        ("15:45:00", ClockState.BREACHED, ClockState.WARNING),
        ("16:00:00", ClockState.BREACHED, ClockState.WARNING),
        ("16:00:01", ClockState.BREACHED, ClockState.BREACHED),
    ],
)
def test_visit_that_nobody_has_begun_runs_out_clock_by_clock(
    now: str, contact: ClockState, arrival: ClockState
) -> None:
    found = clocks(now=now)
    assert (found[CONTACT].state, found[ARRIVAL].state) == (contact, arrival)


def test_waiting_for_the_user_moves_contact_and_arrival_and_own_waiting_does_not() -> None:
    others = (Pause(at("15:05:00"), at("15:25:00"), Whose.CLIENT),)
    kept = clocks(pauses=others, now="18:00:00", contacted="15:35:00", arrived="16:20:00")
    assert {each.state for each in kept.values()} == {ClockState.MET}
    late = clocks(pauses=others, now="18:00:00", contacted="15:35:01", arrived="16:20:01")
    assert {each.over for each in late.values()} == {1}
    own = (replace(others[0], whose=Whose.VENDOR),)
    assert clocks(pauses=own, now="18:00:00", contacted="15:15:01")[CONTACT].over == 1


def test_minutes_of_a_visit_run_on_the_working_calendar_of_its_category() -> None:
    def mornings(each: date) -> list[Span]:
        return [Span(datetime(each.year, each.month, each.day, 9), datetime(each.year, each.month, each.day, 12))]

    found = clocks(now="2026-03-11 08:00:00", working=mornings)
    assert (found[CONTACT].used, found[CONTACT].deadline) == (0, at("2026-03-11 09:15:00"))
    assert found[ARRIVAL].deadline == at("2026-03-11 10:00:00")


@pytest.mark.parametrize("kind", sorted(DISPATCHED))
@pytest.mark.parametrize(
    ("arrived", "state"), [("2026-03-11 10:00:00", ClockState.MET), ("2026-03-11 10:00:01", ClockState.BREACHED)]
)
def test_appointment_replaces_the_hour(kind: IncidentKind, arrived: str, state: ClockState) -> None:
    found = clocks(kind, appointed="2026-03-11 10:00:00", arrived=arrived, now="2026-03-20 09:00:00")[ARRIVAL]
    assert (found.state, found.deadline) == (state, at("2026-03-11 10:00:00"))
    assert (found.over, found.citation.key) == (1 if state is ClockState.BREACHED else 0, "E19-24")


def test_appointment_within_the_hour_is_the_limit_too() -> None:
    assert clocks(appointed="15:30:00", arrived="15:30:01", now="18:00:00")[ARRIVAL].over == 1


def test_appointment_that_had_passed_at_the_dispatch_leaves_no_second() -> None:
    assert clocks(appointed="14:00:00", arrived="15:00:01", now="18:00:00")[ARRIVAL].over == 1


def test_hour_counts_where_the_clause_on_appointments_is_repealed() -> None:
    found = clocks(under=repealed("E19-24"), appointed="2026-03-11 10:00:00", arrived="16:00:01", now="18:00:00")
    assert (found[ARRIVAL].over, found[ARRIVAL].citation.key) == (1, "E19-13")


@pytest.mark.parametrize(("contacted", "state"), [("15:45:00", ClockState.MET), ("15:45:01", ClockState.BREACHED)])
def test_renewal_has_its_own_minutes_for_the_call_and_no_hour_for_the_arrival(
    contacted: str, state: ClockState
) -> None:
    found = clocks(RENEWAL, contacted=contacted, now="2026-03-20 09:00:00")
    assert set(found) == {CONTACT}
    assert (found[CONTACT].state, found[CONTACT].limit, found[CONTACT].citation.key) == (state, 45 * 60, "E19-18")


def test_time_that_nobody_wrote_down_is_not_judged_once_the_work_is_done() -> None:
    assert clocks(resolved="15:50:00", now="2026-03-20 09:00:00") == {}
    assert set(clocks(resolved="15:50:00", contacted="15:10:00", now="2026-03-20 09:00:00")) == {CONTACT}
    assert set(clocks(resolved="15:50:00", arrived="15:30:00", now="2026-03-20 09:00:00")) == {ARRIVAL}
    appointed = clocks(resolved="15:50:00", appointed="15:30:00", now="2026-03-20 09:00:00")
    assert appointed == {}


@pytest.mark.parametrize("kind", sorted(set(IncidentKind) - DISPATCHED))
def test_nothing_is_asked_where_nobody_is_sent(kind: IncidentKind) -> None:
    late: dict[str, Any] = {"appointed": "15:10:00", "due": "15:20:00"}
    assert clocks(kind, now="2026-03-20 09:00:00", **late) == {}
    bad = VisitFacts(missing=("工作证",), delayed=True, complained=True)
    assert points(kind, bad, **late) == []
    assert dispatch.escalation(visit(kind), LAW, E19, at("2026-03-20 09:00:00")) == []


def test_nothing_runs_before_the_dispatch_is_known_or_under_another_regulation() -> None:
    assert clocks(accepted=None, now="2026-03-20 09:00:00") == {}
    assert clocks(INSTALL, regulation=T1, appointed="15:10:00", now="2026-03-20 09:00:00") == {}


# --- blanks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", sorted(DISPATCHED))
def test_blank_clauses_run_no_clock_and_cost_no_points(kind: IncidentKind) -> None:
    late = "2026-03-20 09:00:00"
    facts = visit(kind, due="15:20:00")
    assert dispatch.clocks(facts, AS_SHIPPED, E19, at(late)) == []
    readings = dispatch.clocks(facts, LAW, E19, at(late))
    assert readings
    bad = VisitFacts(missing=("工作证",), delayed=True, complained=True)
    assert dispatch.points(facts, bad, readings, AS_SHIPPED, E19) == []
    assert dispatch.points(facts, bad, readings, LAW, E19)
    assert dispatch.escalation(facts, AS_SHIPPED, E19, at(late)) == []


def test_appointment_has_no_blank_and_is_kept_all_the_same() -> None:
    found = clocks(under=AS_SHIPPED, appointed="16:30:00", arrived="16:30:01", now="18:00:00")
    assert {name: each.over for name, each in found.items()} == {ARRIVAL: 1}


@pytest.mark.parametrize(
    ("blank", "kind", "left"),
    [
        ("E19-13", REPAIR, set()),
        ("E19-13", INSTALL, {INSTALLED}),
        ("E19-12", INSTALL, {CONTACT, ARRIVAL}),
        ("E19-18", RENEWAL, set()),
        ("E19-18", REPAIR, {CONTACT, ARRIVAL}),
        ("E19-14", REPAIR, {CONTACT, ARRIVAL}),
    ],
)
def test_one_blank_stops_the_clocks_of_its_own_clause_only(blank: str, kind: IncidentKind, left: set[str]) -> None:
    assert set(clocks(kind, under=law(blank))) == left


def test_filled_values_hold_from_their_day_only() -> None:
    before = SHIPPED.amended([holding(key, more) for key, more in FILLED.items()]).on(DAY - timedelta(days=1))
    assert clocks(INSTALL, under=before, due="15:20:00") == {}
    assert clocks(INSTALL)[CONTACT].citation.held_from == DAY


# --- points ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("contacted", "arrived", "once", "each"),
    [
        pytest.param("15:15:00", "16:00:00", [], [], id="both in time"),
        pytest.param("15:15:01", "16:00:00", [("E19-14", 3)], [("E19-14", 3)], id="called late"),
        pytest.param("15:15:00", "16:00:01", [("E19-14", 3)], [("E19-14", 3)], id="arrived late"),
        pytest.param("15:15:01", "16:00:01", [("E19-14", 3)], [("E19-14", 6)], id="both late"),
    ],
)
def test_late_call_and_late_arrival_cost_once_or_each(
    contacted: str, arrived: str, once: list[tuple[str, int]], each: list[tuple[str, int]]
) -> None:
    times = {"contacted": contacted, "arrived": arrived}
    assert charged(points(**times)) == once
    assert charged(points(under=law(visit__twice="each"), **times)) == each


def test_points_say_what_was_late_and_how_they_were_counted() -> None:
    (found,) = points(contacted="15:15:01", arrived="16:00:01")
    assert found.because == "联系用户已用 15 分 1 秒，超时 1 秒；到达已用 1 小时，超时 1 秒，按同一派单扣一次。"
    (each,) = points(under=law(visit__twice="each"), contacted="15:15:01", arrived="16:00:01")
    assert each.because.endswith("，按两项各扣一次。")


@pytest.mark.parametrize(
    ("resolved", "once", "each"),
    [
        pytest.param("2026-03-11 10:00:00", [], [], id="both in time"),
        pytest.param("2026-03-11 10:00:01", [("E19-12", 5)], [("E19-12", 5)], id="the agreed time missed"),
        pytest.param("2026-03-12 23:59:59", [("E19-12", 5)], [("E19-12", 5)], id="the two days just kept"),
        pytest.param("2026-03-13 00:00:00", [("E19-12", 5)], [("E19-12", 10)], id="both missed"),
    ],
)
def test_late_installation_costs_once_or_each(
    resolved: str, once: list[tuple[str, int]], each: list[tuple[str, int]]
) -> None:
    times = {"due": "2026-03-11 10:00:00", "resolved": resolved, **PUNCTUAL}
    assert charged(points(INSTALL, **times)) == once
    assert charged(points(INSTALL, under=law(install__twice="each"), **times)) == each


def test_points_follow_the_time_by_which_the_clock_was_read() -> None:
    assert charged(points(now="15:15:00")) == []
    assert charged(points(now="15:15:01")) == [("E19-14", 3)]


def test_missed_appointment_costs_the_points_of_the_visit() -> None:
    late = {"contacted": "15:10:00", "appointed": "2026-03-11 10:00:00", "arrived": "2026-03-11 10:00:01"}
    assert charged(points(**late)) == [("E19-14", 3)]
    assert charged(points(**{**late, "arrived": "2026-03-11 10:00:00"})) == []


def test_delay_costs_points_only_where_a_human_confirmed_it() -> None:
    assert charged(points(found=VisitFacts(delayed=True), **PUNCTUAL)) == [("E19-17", 4)]
    assert points(found=VisitFacts(delayed=False), **PUNCTUAL) == []


def test_renewal_costs_points_only_where_somebody_complained() -> None:
    late = {"contacted": "15:45:01", "appointed": "2026-03-11 10:00:00", "arrived": "2026-03-11 10:00:01"}
    assert points(RENEWAL, **late) == []
    assert charged(points(RENEWAL, VisitFacts(complained=True), **late)) == [("E19-18", 6)]


@pytest.mark.parametrize("kind", [REPAIR, INSTALL])
def test_complaint_about_another_visit_is_not_charged_here(kind: IncidentKind) -> None:
    assert points(kind, VisitFacts(complained=True), resolved="16:00:00", **PUNCTUAL) == []


@pytest.mark.parametrize(
    ("missing", "visit_points", "item_points"),
    [((), [], []), (("工作证",), [2], [2]), (("工作证", "着装", "工具"), [2], [6])],
    ids=["nothing", "one item", "three items"],
)
def test_what_was_missing_at_the_visit_costs_once_or_by_item(
    missing: tuple[str, ...], visit_points: list[int], item_points: list[int]
) -> None:
    seen = VisitFacts(missing=missing)
    assert [each.points for each in points(found=seen, **PUNCTUAL)] == visit_points
    by_item = points(found=seen, under=law(visit_check__count="item"), **PUNCTUAL)
    assert [each.points for each in by_item] == item_points
    assert all(each.citation.key == "E19-19" and "、".join(missing) in each.because for each in by_item)


def test_everything_at_once_comes_in_the_order_of_the_regulation() -> None:
    bad = VisitFacts(missing=("工作证",), delayed=True, complained=True)
    late = {"contacted": "15:15:01", "arrived": "16:00:01", "resolved": "2026-03-13 00:00:00"}
    assert charged(points(INSTALL, bad, **late)) == [("E19-12", 5), ("E19-14", 3), ("E19-17", 4), ("E19-19", 2)]
    assert charged(points(RENEWAL, bad, **late)) == [("E19-17", 4), ("E19-18", 6), ("E19-19", 2)]


@pytest.mark.parametrize("blank", ["E19-12", "E19-14", "E19-17", "E19-19"])
def test_one_blank_leaves_the_other_points(blank: str) -> None:
    bad = VisitFacts(missing=("工作证",), delayed=True)
    late = {"contacted": "15:15:01", "arrived": "16:00:01", "resolved": "2026-03-13 00:00:00"}
    keys = [key for key, _ in charged(points(INSTALL, bad, under=law(blank), **late))]
    assert keys == [key for key in ("E19-12", "E19-14", "E19-17", "E19-19") if key != blank]


# --- who has to be told ---------------------------------------------------------------------------------------------


def steps(now: str, under: Law = LAW, kind: IncidentKind = REPAIR, **more: Any) -> list[Step]:
    return dispatch.escalation(visit(kind, **more), under, E19, at(now))


@pytest.mark.parametrize("kind", sorted(DISPATCHED))
@pytest.mark.parametrize(
    ("now", "keys"),
    [
        ("15:20:00", []),
        ("15:20:01", ["E19-15"]),
        ("15:30:01", ["E19-15"]),
        ("16:00:00", ["E19-15"]),
        ("16:00:01", ["E19-15", "E19-16"]),
    ],
)
def test_chain_goes_up_step_by_step_while_nobody_calls_the_user(kind: IncidentKind, now: str, keys: list[str]) -> None:
    assert [each.citation.key for each in steps(now, kind=kind)] == keys


def test_steps_say_since_when_and_by_when() -> None:
    first, second = steps("17:00:00")
    assert (first.since, second.since) == (at("15:20:00"), at("16:00:00"))
    assert first.sentence == "15:20 前没有联系用户，请客服在 15:30 前报告运营部经理。"
    assert second.sentence.endswith("只提示，不出扣减单。")
    assert steps("17:00:00", law(escalate__joint="deduct"))[1].sentence.endswith("五类人员各扣一份。")


def test_chain_ends_with_the_call_or_the_solution() -> None:
    assert steps("17:00:00", contacted="16:30:00") == []
    assert steps("17:00:00", resolved="16:30:00") == []
    assert steps("17:00:00", accepted=None) == []


def test_chain_without_its_first_step_says_nothing_and_without_its_second_only_the_first() -> None:
    assert steps("17:00:00", law("E19-15")) == []
    assert [each.citation.key for each in steps("17:00:00", law("E19-16"))] == ["E19-15"]


def told(
    now: str, kind: IncidentKind = REPAIR, under: Law = LAW, resolved: str | None = None, **seen: str
) -> list[Step]:
    facts = visit(kind, resolved=resolved)
    found = VisitFacts(**{name: at(value) for name, value in seen.items()})
    return dispatch.told(facts, found, under, E19, at(now))


@pytest.mark.parametrize(
    ("technician", "service", "missed"),
    [
        pytest.param("16:30:00", "16:30:00", [], id="both at the last second"),
        pytest.param("16:30:01", "16:30:00", ["技术人员"], id="technicians late"),
        pytest.param("16:30:00", "16:30:01", ["客服"], id="service late"),
        pytest.param("16:30:01", "16:30:01", ["技术人员", "客服"], id="both late"),
    ],
)
def test_technicians_and_service_are_told_of_an_unsolved_repair_within_half_an_hour(
    technician: str, service: str, missed: list[str]
) -> None:
    found = told("18:00:00", unsolved_at="16:00:00", technician_at=technician, service_at=service)
    assert [each.sentence for each in found] == [f"未能解决的报修没有在 16:30 前告知{who}。" for who in missed]
    assert all(each.citation.key == "E19-26" and each.since == at("16:30:00") for each in found)


@pytest.mark.parametrize(("now", "missed"), [("16:30:00", 0), ("16:30:01", 2)])
def test_nobody_told_yet_is_late_only_after_half_an_hour(now: str, missed: int) -> None:
    assert len(told(now, unsolved_at="16:00:00")) == missed
    assert len(told(now, unsolved_at="16:00:00", technician_at="16:10:00")) == missed / 2


def test_other_minutes_to_tell_of_an_unsolved_repair() -> None:
    sooner = SHIPPED.amended([("E19-26", Holding(DAY, {"tech_feedback.min": 10}, "甲方来函"))]).on(DAY)
    assert told("16:10:00", under=sooner, unsolved_at="16:00:00") == []
    assert len(told("16:10:01", under=sooner, unsolved_at="16:00:00")) == 2


def test_only_an_unsolved_repair_has_to_be_told() -> None:
    assert told("18:00:00") == []
    assert told("18:00:00", INSTALL, unsolved_at="16:00:00") == []
    assert told("18:00:00", under=repealed("E19-26"), unsolved_at="16:00:00") == []


@pytest.mark.parametrize("kind", sorted(DISPATCHED))
def test_result_is_told_back_before_the_shift_ends(kind: IncidentKind) -> None:
    done = {"resolved": "17:00:00", "tell_back_by": "17:30:00"}
    assert told("18:00:00", kind, tell_back_by="17:30:00") == []
    assert told("17:30:00", kind, **done) == []
    (found,) = told("17:30:01", kind, **done)
    assert (found.since, found.citation.key) == (at("17:30:00"), "E19-25")
    assert told("18:00:00", kind, **done, told_back_at="17:30:00") == []
    assert len(told("18:00:00", kind, **done, told_back_at="17:30:01")) == 1
    assert told("18:00:00", kind, repealed("E19-25"), **done) == []


def test_result_of_what_needed_no_visit_is_not_asked_for() -> None:
    assert told("18:00:00", IncidentKind.FAULT, resolved="17:00:00", tell_back_by="17:30:00") == []
