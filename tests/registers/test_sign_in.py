"""The sign-in desk on a real database: signing, taking back, roll-call, corrections, the clock."""

from datetime import date, datetime, timedelta

import pytest
import team as team_module
from sqlalchemy import select
from team import clock_of, go_to, grant

from opsdesk import bootstrap
from opsdesk.models import Correction, Punch, StoredVerdict
from opsdesk.registers.correction import service as corrections
from opsdesk.registers.sign_in import find, service
from opsdesk.registers.sign_in.roll_call import Called, roll_call
from opsdesk.registers.sign_in.spec import REGISTER as SIGN_IN
from opsdesk.rules.vocabulary import Direction, Judgement, LeaveKind, Role, State
from opsdesk.services import attendance, clock_guard
from opsdesk.services.context import Actor
from opsdesk.services.errors import Refusal

DAY = date(2026, 3, 5)


@pytest.fixture
def crew(site):
    return team_module.build(site)


def state_of(ctx, staff_id, day=DAY):
    with ctx.read() as connection:
        (row,) = attendance.read(connection, ctx.regulations, day, day, ctx.now(), (staff_id,))
    return row


def sound(ctx):
    with ctx.read() as connection:
        return bootstrap.verify(connection) == []


def verdicts(ctx, *, open_only=True):
    with ctx.read() as connection:
        query = select(StoredVerdict.judgement, StoredVerdict.minutes, StoredVerdict.sentence)
        if open_only:
            query = query.where(StoredVerdict.replaced_at.is_(None))
        return connection.execute(query).all()


def test_first_scan_arrives_and_the_next_leaves(site, crew):
    go_to(site, "2026-03-05 08:27:00")
    arrived = service.sign(site, staff_id=crew["1001"]).value
    assert (arrived.direction, arrived.judgement) == (Direction.IN, Judgement.ON_TIME)
    assert arrived.sentence == "王强 08:27 到岗，准时。"
    go_to(site, "2026-03-05 17:31:00")
    left = service.sign(site, staff_id=crew["1001"]).value
    assert (left.direction, left.judgement) == (Direction.OUT, Judgement.LEFT)
    assert state_of(site, crew["1001"]).result.state is State.LEFT
    assert sound(site)


@pytest.mark.parametrize(("seconds", "repeated"), [(0, True), (5, True), (6, False)])
def test_a_double_scan_within_seconds_is_one(site, crew, seconds, repeated):
    go_to(site, "2026-03-05 08:27:00")
    service.sign(site, staff_id=crew["1001"])
    clock_of(site).advance(seconds=seconds)
    again = service.sign(site, staff_id=crew["1001"]).value
    assert again.repeated is repeated
    assert len(state_of(site, crew["1001"]).punches) == (1 if repeated else 2)


def test_lateness_is_frozen_with_its_clause(site, crew):
    go_to(site, "2026-03-05 09:12:00")
    signed = service.sign(site, staff_id=crew["1002"]).value
    assert signed.sentence == "李敏 09:12 到岗，应到 08:30，迟到 42 分。依据 T2 二.7。"
    ((judgement, minutes, sentence),) = verdicts(site)
    assert (judgement, minutes) == ("迟到", 42)
    assert "T2 二.7" in sentence


def test_taking_back_in_time_leaves_a_mark_and_no_verdict(site, crew):
    go_to(site, "2026-03-05 09:12:00")
    signed = service.sign(site, staff_id=crew["1001"]).value
    clock_of(site).advance(seconds=12)
    service.take_back(site.acting_as(Actor("自助", Role.KIOSK)), punch_id=signed.punch_id)
    assert state_of(site, crew["1001"]).result.state is State.DUE
    assert verdicts(site) == []
    (line,) = service.history(site, staff_id=crew["1001"], day=DAY)
    assert "撤销" in line.void
    assert sound(site)


def test_voiding_in_the_list_is_the_supervisors_even_in_the_first_moment(site, crew):
    signed = service.sign(site, staff_id=crew["1001"]).value
    (void,) = SIGN_IN.acts
    for role in (Role.DESK, Role.KIOSK, Role.READER):
        with pytest.raises(Refusal, match="主管"):
            void.run(site.acting_as(Actor("李值班", role)), signed.punch_id, {"reason": "点错了人"})
    void.run(site, signed.punch_id, {"reason": "点错了人"})
    assert state_of(site, crew["1001"]).result.state is State.DUE


def test_after_the_moment_only_the_supervisor_takes_back_with_a_reason(site, crew):
    go_to(site, "2026-03-05 08:20:00")
    signed = service.sign(site, staff_id=crew["1001"]).value
    clock_of(site).advance(seconds=13)
    clerk = site.acting_as(Actor("值班员", Role.DESK))
    with pytest.raises(Refusal, match="撤销的时间已过"):
        service.take_back(clerk, punch_id=signed.punch_id)
    with pytest.raises(Refusal, match="写明原因"):
        service.take_back(site, punch_id=signed.punch_id)
    service.take_back(site, punch_id=signed.punch_id, reason="替他人刷卡")
    assert state_of(site, crew["1001"]).punches == ()


def test_a_missing_sign_out_stays_open_and_the_next_morning_is_a_new_day(site, crew):
    go_to(site, "2026-03-05 08:20:00")
    service.sign(site, staff_id=crew["1001"])
    go_to(site, "2026-03-06 08:25:00")
    assert state_of(site, crew["1001"]).result.state is State.NO_SIGN_OUT
    signed = service.sign(site, staff_id=crew["1001"]).value
    assert (signed.day, signed.direction) == (date(2026, 3, 6), Direction.IN)
    assert [row.person.staff_no for row in service.open_sign_outs(site, DAY, date(2026, 3, 6))] == ["1001"]
    assert state_of(site, crew["1001"]).left_at is None, "a departure is never invented"


def test_a_night_shift_is_one_day_and_stands_on_the_morning_board(site, crew):
    go_to(site, "2026-03-05 19:55:00")
    assert service.sign(site, staff_id=crew["2002"]).value.day == DAY
    go_to(site, "2026-03-06 07:50:00")
    board = service.board(site)
    assert [(row.person.staff_no, row.day) for row in board.rows if row.day != board.day] == [("2002", DAY)]
    assert all(row.day == board.day for row in board.own)
    left = service.sign(site, staff_id=crew["2002"]).value
    assert (left.day, left.direction, left.judgement) == (DAY, Direction.OUT, Judgement.EARLY)
    assert "早退 10 分" in left.sentence


def test_stand_by_and_rest_days_owe_nothing(site, crew):
    board = service.board(site)
    assert board.due == 8, "2003 is stand-by"
    saturday = service.board(site, date(2026, 3, 7))
    assert saturday.due == 0
    assert "休息" in saturday.notes[0]
    make_up = service.board(site, date(2026, 2, 28))
    assert make_up.due == 8, "调休上班 is a workday"


def test_a_year_not_announced_is_said(site, crew):
    assert any("2027 年放假安排尚未导入" in note for note in service.board(site, date(2027, 3, 5)).notes)


def test_the_clock_going_back_stops_signing_until_it_is_confirmed(site, crew):
    go_to(site, "2026-03-05 08:40:00")
    service.sign(site, staff_id=crew["1001"])
    clock_of(site).set(datetime(2026, 3, 5, 8, 0))
    with pytest.raises(clock_guard.ClockSetBack, match="倒退了 40 分钟"):
        service.sign(site, staff_id=crew["1002"])
    with pytest.raises(Refusal, match="需要主管"):
        clock_guard.confirm(site.acting_as(Actor("值班员", Role.DESK)), reason="昨晚校时")
    with pytest.raises(Refusal, match="五个字"):
        clock_guard.confirm(site, reason="校时")
    clock_guard.confirm(site, reason="开机时钟快了四十分钟")
    signed = service.sign(site, staff_id=crew["1002"]).value
    assert signed.doubted
    assert "时间存疑" in signed.sentence
    clock_of(site).advance(minutes=41)
    assert not service.sign(site, staff_id=crew["1003"]).value.doubted
    assert sound(site)


@pytest.mark.parametrize(("seconds", "refused"), [(120, False), (121, True)])
def test_two_minutes_are_tolerated(site, crew, seconds, refused):
    go_to(site, "2026-03-05 08:40:00")
    service.sign(site, staff_id=crew["1001"])
    clock_of(site).set(site.clock.now() - timedelta(seconds=seconds))
    if refused:
        with pytest.raises(clock_guard.ClockSetBack):
            service.sign(site, staff_id=crew["1002"])
    else:
        service.sign(site, staff_id=crew["1002"])


def test_a_clock_set_back_unseen_within_one_run_of_the_machine_is_found(site, crew):
    go_to(site, "2026-03-05 08:40:00")
    service.sign(site, staff_id=crew["1001"])
    clock_of(site).advance(minutes=30)
    clock_of(site).set(datetime(2026, 3, 5, 8, 45))  # later than the last entry, yet 25 minutes were cut out
    with pytest.raises(clock_guard.ClockSetBack, match="倒退了 25 分钟"):
        service.sign(site, staff_id=crew["1002"])


def test_the_first_entry_after_each_start_of_the_machine_is_told(site, crew):
    signed = []
    for run, at, number in (
        ("monday", "2026-03-05 08:20:00", "1001"),
        ("monday", "2026-03-05 08:21:00", "1002"),
        ("evening", "2026-03-05 17:31:00", "1001"),
        ("evening", "2026-03-05 17:32:00", "1002"),
    ):
        clock_of(site).run = run
        go_to(site, at)
        signed.append(service.sign(site, staff_id=crew[number]).value.punch_id)
    with site.read() as connection:
        assert [clock_guard.first_of_run(connection, each) for each in signed] == [True, False, True, False]
    assert [line.first for line in service.history(site, staff_id=crew["1001"], day=DAY)] == [True, True]


def test_other_acts_do_not_hide_a_clock_set_back(site, crew):
    go_to(site, "2026-03-05 08:40:00")
    service.sign(site, staff_id=crew["1001"])
    clock_of(site).set(datetime(2026, 3, 5, 8, 0))
    grant(site, crew["1003"], "2026-03-06 08:30", "2026-03-06 17:30")
    with pytest.raises(clock_guard.ClockSetBack):
        service.sign(site, staff_id=crew["1002"])


def test_who_may_sign(site, crew):
    with pytest.raises(Refusal, match="需要主管"):
        service.sign(site.acting_as(Actor("看看", Role.READER)), staff_id=crew["1001"])
    service.sign(site.acting_as(Actor("自助", Role.KIOSK)), staff_id=crew["1001"])


def test_before_arrival_and_after_leaving_nobody_signs(site, crew):
    from opsdesk.models import Staff

    with site.transaction("离场") as tx:
        tx.update(Staff, crew["1001"], left_on=date(2026, 3, 4))
        tx.update(Staff, crew["1002"], left_on=DAY)
        tx.update(Staff, crew["1003"], arrived_on=date(2026, 3, 6))
    with pytest.raises(Refusal, match="2026-03-04 已离场"):
        service.sign(site, staff_id=crew["1001"])
    service.sign(site, staff_id=crew["1002"])
    with pytest.raises(Refusal, match="2026-03-06 到场"):
        service.sign(site, staff_id=crew["1003"])


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("1001", ["1001"]),
        ("4711", ["1001"]),
        ("0004711", ["1001"]),
        ("wq", ["1001", "1004"]),
        ("MMT", ["1005"]),
        ("𬭎", ["1006"]),
        ("0011", ["2001"]),
        ("李", ["1002", "1006"]),
        ("  lm ", ["1002"]),
        ("9999", []),
        ("", []),
        ("%", []),
    ],
)
def test_finding_by_number_badge_initials_and_name(site, crew, typed, numbers):
    assert [person.staff_no for person in find.find(service.staff_of(site), typed, DAY)] == numbers


def test_roll_call_enters_times_and_leave_at_once(site, crew):
    go_to(site, "2026-03-05 09:30:00")
    said = roll_call(
        site,
        day=DAY,
        lines=[
            Called(crew["1001"], arrived_at=datetime(2026, 3, 5, 8, 30)),
            Called(crew["1002"], arrived_at=datetime(2026, 3, 5, 9, 12)),
            Called(crew["1003"], away=LeaveKind.SICK),
        ],
    ).value
    assert said == "点名已记录：2 人 2 条，1 人请假。"
    assert state_of(site, crew["1001"]).result.state is State.ON_TIME
    assert state_of(site, crew["1002"]).result.late_minutes == 42
    assert state_of(site, crew["1003"]).result.state is State.ON_LEAVE
    assert len(verdicts(site)) == 1
    assert sound(site)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (lambda crew: Called(crew["1001"], arrived_at=datetime(2026, 3, 5, 9, 31)), "还没有到"),
        (lambda crew: Called(crew["1001"], arrived_at=datetime(2026, 3, 4, 8, 30)), "不属于"),
        (
            lambda crew: Called(crew["1001"], datetime(2026, 3, 5, 9, 0), datetime(2026, 3, 5, 9, 0)),
            "不晚于到岗",
        ),
    ],
)
def test_a_wrong_line_of_a_roll_call_stores_nothing(site, crew, line, sentence):
    go_to(site, "2026-03-05 09:30:00")
    good = Called(crew["1002"], arrived_at=datetime(2026, 3, 5, 8, 30))
    with pytest.raises(Refusal, match=sentence):
        roll_call(site, day=DAY, lines=[good, line(crew)])
    assert state_of(site, crew["1002"]).punches == ()


def test_only_the_supervisor_calls_somebody_away(site, crew):
    clerk = site.acting_as(Actor("值班员", Role.DESK))
    with pytest.raises(Refusal, match="需要主管"):
        roll_call(clerk, day=DAY, lines=[Called(crew["1001"], away=LeaveKind.PERSONAL)])


def filed(site, crew, **changes):
    values = {
        "staff_id": crew["1001"],
        "day": DAY,
        "direction": Direction.IN,
        "actual_at": datetime(2026, 3, 5, 8, 25),
        "cause": "忘签",
        "explanation": "到岗后直接去机房处理告警",
        "witness": "李敏",
        **changes,
    }
    return corrections.file(site, **values).value


def test_a_correction_keeps_both_records_and_is_judged_by_the_same_rules(site, crew):
    go_to(site, "2026-03-05 09:12:00")
    old = service.sign(site, staff_id=crew["1001"]).value.punch_id
    go_to(site, "2026-03-05 09:20:00")
    slip = filed(site, crew)
    assert state_of(site, crew["1001"]).result.late_minutes == 42, "nothing changes before it is approved"
    corrections.decide(site, correction_id=slip, accept=True)
    assert state_of(site, crew["1001"]).result.state is State.ON_TIME
    with site.read() as connection:
        row = connection.execute(select(Correction).where(Correction.id == slip)).mappings().one()
        replaced = connection.execute(select(Punch.void_reason).where(Punch.id == old)).scalar_one()
    assert (row["number"], row["corrects_punch_id"], row["state"]) == ("BQ-202603-001", old, "已认可")
    assert "BQ-202603-001" in replaced
    assert len(service.history(site, staff_id=crew["1001"], day=DAY)) == 2
    assert verdicts(site) == []
    assert len(verdicts(site, open_only=False)) == 1, "the verdict that was replaced stays on record"
    assert sound(site)


def test_a_back_filled_late_time_is_late(site, crew):
    go_to(site, "2026-03-05 10:00:00")
    slip = filed(site, crew, actual_at=datetime(2026, 3, 5, 8, 45))
    corrections.decide(site, correction_id=slip, accept=True)
    assert state_of(site, crew["1001"]).result.late_minutes == 15


def test_a_declined_correction_changes_nothing_and_needs_a_reason(site, crew):
    go_to(site, "2026-03-05 10:00:00")
    slip = filed(site, crew)
    with pytest.raises(Refusal, match="理由"):
        corrections.decide(site, correction_id=slip, accept=False)
    corrections.decide(site, correction_id=slip, accept=False, note="监控显示 9 点才到")
    assert state_of(site, crew["1001"]).punches == ()
    with pytest.raises(Refusal, match="已经审批过"):
        corrections.decide(site, correction_id=slip, accept=True)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"actual_at": datetime(2026, 3, 5, 10, 1)}, "actual_at"),
        ({"actual_at": datetime(2026, 3, 4, 8, 25)}, "actual_at"),
        ({"witness": " "}, "witness"),
        ({"explanation": ""}, "explanation"),
        ({"cause": "睡过头"}, "cause"),
    ],
)
def test_what_a_correction_cannot_be(site, crew, changes, field):
    go_to(site, "2026-03-05 10:00:00")
    with pytest.raises(Refusal) as refused:
        filed(site, crew, **changes)
    assert refused.value.field == field


def test_a_clerk_files_and_only_the_supervisor_decides(site, crew):
    go_to(site, "2026-03-05 10:00:00")
    clerk = site.acting_as(Actor("值班员", Role.DESK))
    slip = filed(clerk, crew)
    with pytest.raises(Refusal, match="需要主管"):
        corrections.decide(clerk, correction_id=slip, accept=True)
    with pytest.raises(Refusal, match="已有一张待审批"):
        filed(clerk, crew)


def test_numbers_count_within_the_month(site, crew):
    go_to(site, "2026-03-05 10:00:00")
    for number, staff in (("BQ-202603-001", "1001"), ("BQ-202603-002", "1002")):
        slip = filed(site, crew, staff_id=crew[staff])
        assert corrections.load(site, slip)["number"] == number
    go_to(site, "2026-04-01 09:00:00")
    slip = filed(site, crew, day=date(2026, 4, 1), actual_at=datetime(2026, 4, 1, 8, 20))
    assert corrections.load(site, slip)["number"] == "BQ-202604-001"


def test_leave_before_the_sign_in_frees_the_morning(site, crew):
    grant(site, crew["1001"], "2026-03-05 08:30", "2026-03-05 09:30", "外出")
    go_to(site, "2026-03-05 09:20:00")
    assert service.sign(site, staff_id=crew["1001"]).value.judgement is Judgement.ON_TIME
