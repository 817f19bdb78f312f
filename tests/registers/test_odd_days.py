"""Days that do not go by the book: overtime past midnight, forgotten scans, machines that scan twice, changed plans."""

from datetime import date, datetime, timedelta, timezone

import a_site
import pytest
import team as team_module
from sqlalchemy import select
from team import clock_of, go_to, grant

from opsdesk.models import Punch, RosterEntry, Shift, Staff
from opsdesk.registers.correction import service as corrections
from opsdesk.registers.roster import service as roster
from opsdesk.registers.sign_in import documents, service
from opsdesk.registers.sign_in.punch_import import import_punches
from opsdesk.registers.sign_in.roll_call import Called, roll_call
from opsdesk.registers.staff import service as staff
from opsdesk.rules.vocabulary import Direction, Judgement, LeaveKind, Role, State
from opsdesk.services import accounts, attendance
from opsdesk.services.choices import REST
from opsdesk.services.context import Actor
from opsdesk.services.errors import Refusal

DAY = date(2026, 3, 5)


@pytest.fixture
def crew(site):
    return team_module.build(site)


def result(ctx, staff_id, day=DAY):
    with ctx.read() as connection:
        (row,) = attendance.read(connection, ctx.regulations, day, day, ctx.now(), (staff_id,))
    return row.result


def sign_at(ctx, staff_id, when):
    go_to(ctx, when)
    return service.sign(ctx, staff_id=staff_id).value


def attlog(tmp_path, *punches):
    path = tmp_path / "1_attlog.dat"
    path.write_text("".join(f"{pin:>9}\t{when}\t1\t0\t1\t0\r\n" for pin, when in punches))
    return path


def test_overtime_past_midnight_closes_its_own_day(site, crew):
    sign_at(site, crew["1001"], "2026-03-05 08:25:00")
    late = sign_at(site, crew["1001"], "2026-03-06 00:10:00")
    assert (late.day, late.direction, late.judgement) == (DAY, Direction.OUT, Judgement.LEFT)
    morning = sign_at(site, crew["1001"], "2026-03-06 08:25:00")
    assert (morning.day, morning.direction) == (date(2026, 3, 6), Direction.IN)
    assert result(site, crew["1001"]).state is State.LEFT


def test_half_way_to_the_next_duty_an_open_day_is_over(site, crew):
    sign_at(site, crew["1001"], "2026-03-05 08:25:00")
    assert sign_at(site, crew["1001"], "2026-03-06 01:00:00").day == date(2026, 3, 6)


def test_stand_by_staff_in_at_night_and_out_after_midnight(site, crew):
    sign_at(site, crew["2003"], "2026-03-05 20:00:00")
    out = sign_at(site, crew["2003"], "2026-03-06 02:00:00")
    assert (out.day, out.direction) == (DAY, Direction.OUT)


def test_overtime_can_be_claimed_afterwards(site, crew):
    sign_at(site, crew["1001"], "2026-03-05 08:25:00")
    go_to(site, "2026-03-06 09:00:00")
    slip = corrections.file(
        site, staff_id=crew["1001"], day=DAY, direction=Direction.OUT, actual_at=datetime(2026, 3, 6, 0, 5),
        cause="忘签", explanation="抢修到零点以后", witness="李敏",
    ).value  # fmt: skip
    corrections.decide(site, correction_id=slip, accept=True)
    assert result(site, crew["1001"]).state is State.LEFT


def test_who_forgot_to_sign_in_leaves_in_the_evening(site, crew):
    out = sign_at(site, crew["1001"], "2026-03-05 17:31:00")
    assert (out.direction, out.judgement) == (Direction.OUT, Judgement.LEFT)
    assert "当天没有到岗记录，请补签" in out.sentence
    assert result(site, crew["1001"]).state is State.NO_SIGN_IN


def test_who_comes_late_in_the_day_is_still_coming(site, crew):
    assert sign_at(site, crew["1001"], "2026-03-05 17:29:00").direction is Direction.IN


def test_the_last_night_is_signed_out_the_morning_after_leaving(site, crew):
    with site.transaction("离场") as tx:
        tx.update(Staff, crew["2002"], left_on=DAY)
    sign_at(site, crew["2002"], "2026-03-05 19:55:00")
    assert sign_at(site, crew["2002"], "2026-03-06 08:01:00").judgement is Judgement.LEFT
    with pytest.raises(Refusal, match="已离场"):
        sign_at(site, crew["2002"], "2026-03-06 20:00:00")


def test_a_machine_that_scans_twice_invents_no_departure(site, crew, tmp_path):
    go_to(site, "2026-03-05 12:00:00")
    path = attlog(tmp_path, (1, "2026-03-05 08:24:01"), (1, "2026-03-05 08:24:09"))
    import_punches(site, path)
    assert (result(site, crew["1001"]).state, result(site, crew["1001"]).early_minutes) == (State.ON_TIME, 0)


@pytest.mark.parametrize(("clock", "state"), [("08:55:00", State.ON_TIME), ("08:55:01", State.EARLY)])
def test_a_machine_scan_beside_a_desk_scan_is_the_same_coming_for_half_an_hour(site, crew, tmp_path, clock, state):
    sign_at(site, crew["1001"], "2026-03-05 08:25:00")
    go_to(site, "2026-03-05 12:00:00")
    import_punches(site, attlog(tmp_path, (1, f"2026-03-05 {clock}")))
    assert result(site, crew["1001"]).state is state


def test_leave_in_the_middle_of_the_day_is_not_charged(site, crew):
    grant(site, crew["1001"], "2026-03-05 09:00", "2026-03-05 12:00")
    assert "迟到 30 分" in sign_at(site, crew["1001"], "2026-03-05 12:00:00").sentence
    grant(site, crew["1002"], "2026-03-05 10:00", "2026-03-05 15:00")
    sign_at(site, crew["1002"], "2026-03-05 17:00:00")
    service.take_back(site, punch_id=1, reason="试一试撤销")
    assert result(site, crew["1002"]).early_minutes == 0


def test_leaving_for_approved_hours_and_not_coming_back_counts_the_rest(site, crew):
    grant(site, crew["1001"], "2026-03-05 10:00", "2026-03-05 15:00")
    sign_at(site, crew["1001"], "2026-03-05 08:20:00")
    sign_at(site, crew["1001"], "2026-03-05 10:00:00")
    assert result(site, crew["1001"]).early_minutes == 150


@pytest.fixture
def split(site, crew):
    with site.transaction("两段") as tx:
        shift = tx.insert(Shift, code="S", name="两段班", pairs="08:30-12:00 13:30-17:30")
        tx.insert(RosterEntry, staff_id=crew["1001"], day=DAY, shift_id=shift)
    return crew["1001"]


def test_coming_back_early_from_lunch_belongs_to_the_afternoon(site, split):
    for when in ("08:25", "12:01", "12:40", "17:31"):
        sign_at(site, split, f"2026-03-05 {when}:00")
    day = result(site, split)
    assert (day.state, day.late_minutes, day.early_minutes) == (State.LEFT, 0, 0)


def test_going_late_to_lunch_belongs_to_the_morning(site, split):
    for when in ("08:25", "12:50", "13:20", "17:31"):
        sign_at(site, split, f"2026-03-05 {when}:00")
    day = result(site, split)
    assert (day.state, day.late_minutes, day.early_minutes) == (State.LEFT, 0, 0)


def test_a_missed_morning_is_not_hidden_by_a_punctual_afternoon(site, split):
    sign_at(site, split, "2026-03-05 13:25:00")
    assert result(site, split).state is State.NO_SIGN_IN


def test_a_roster_entered_afterwards_puts_night_punches_in_their_night(site, crew, tmp_path):
    go_to(site, "2026-03-05 12:00:00")
    path = attlog(tmp_path, (4, "2026-03-03 19:50:00"), (4, "2026-03-04 08:02:00"))
    import_punches(site, path)
    for day, shift in ((date(2026, 3, 3), crew.night), (date(2026, 3, 4), None)):
        roster.save(site, None, {"staff_id": crew["1004"], "day": day, "shift_id": shift or REST})
    assert result(site, crew["1004"], date(2026, 3, 3)).state is State.LEFT
    assert result(site, crew["1004"], date(2026, 3, 4)).state is State.REST


def test_a_clerk_cannot_call_the_roll_over_a_record(site, crew):
    sign_at(site, crew["1001"], "2026-03-05 08:55:00")
    lines = [Called(crew["1001"], arrived_at=datetime(2026, 3, 5, 8, 25))]
    with pytest.raises(Refusal, match="需要主管"):
        roll_call(site.acting_as(Actor("值班员", Role.DESK)), day=DAY, lines=lines)
    with pytest.raises(Refusal, match="已有记录"):
        roll_call(site, day=DAY, lines=lines)
    away = [Called(crew["1002"], away=LeaveKind.SICK)]
    roll_call(site, day=DAY, lines=away)
    with pytest.raises(Refusal, match="已有请假"):
        roll_call(site, day=DAY, lines=away)


def test_only_the_desks_own_scans_can_be_undone_at_once(site, crew):
    go_to(site, "2026-03-05 09:00:00")
    roll_call(site, day=DAY, lines=[Called(crew["1001"], arrived_at=datetime(2026, 3, 5, 8, 25))])
    with pytest.raises(Refusal, match="撤销的时间已过"):
        service.take_back(site.acting_as(Actor("自助", Role.KIOSK)), punch_id=1)


def test_approving_a_slip_keeps_the_reason_of_an_earlier_voiding(site, crew):
    punch = sign_at(site, crew["1001"], "2026-03-05 09:00:00").punch_id
    clock_of(site).advance(minutes=5)
    slip = corrections.file(
        site, staff_id=crew["1001"], day=DAY, direction=Direction.IN, actual_at=datetime(2026, 3, 5, 8, 20),
        cause="忘签", explanation="先去了机房", witness="李敏",
    ).value  # fmt: skip
    service.take_back(site, punch_id=punch, reason="误刷了卡")
    corrections.decide(site, correction_id=slip, accept=True)
    with site.read() as connection:
        assert connection.execute(select(Punch.void_reason).where(Punch.id == punch)).scalar_one() == "误刷了卡"


def test_an_unrostered_day_is_corrected_too(site, crew):
    sign_at(site, crew["2003"], "2026-03-05 09:00:00")
    go_to(site, "2026-03-05 12:00:00")
    slip = corrections.file(
        site, staff_id=crew["2003"], day=DAY, direction=Direction.IN, actual_at=datetime(2026, 3, 5, 9, 30),
        cause="其他", explanation="误由他人代刷", witness="李敏",
    ).value  # fmt: skip
    corrections.decide(site, correction_id=slip, accept=True)
    (old, new) = service.history(site, staff_id=crew["2003"], day=DAY)
    assert old.void
    assert not new.void


def test_the_stand_by_mark_of_who_has_signed_stays(site, crew):
    sign_at(site, crew["1001"], "2026-03-05 08:55:00")
    values = {**staff.load(site, crew["1001"]), "reserve": True}
    with pytest.raises(Refusal) as refused:
        staff.save(site, crew["1001"], values)
    assert refused.value.field == "reserve"


def test_a_changed_time_zone_stops_signing_until_it_is_confirmed(site, crew):
    clock = clock_of(site)
    sign_at(site, crew["1001"], "2026-03-05 08:40:00")
    home = clock.moment().utcoffset()
    clock.at = clock.moment().astimezone(timezone(home - timedelta(hours=1)))
    with pytest.raises(Refusal, match="时区变了"):
        service.sign(site, staff_id=crew["1002"])
    accounts.log_in(site, name="主管", password=a_site.PASSWORD)
    with pytest.raises(Refusal, match="时区变了"):
        service.sign(site, staff_id=crew["1002"])


def test_wrong_passwords_under_a_clock_set_ahead_lock_nobody_out(site):
    clock_of(site).set(datetime(2030, 1, 1, 8, 0))
    for _ in range(6):
        with pytest.raises(Refusal):
            accounts.log_in(site, name="主管", password="猜一猜吧猜一猜")
    clock_of(site).set(datetime(2026, 3, 5, 8, 0))
    assert accounts.log_in(site, name="主管", password=a_site.PASSWORD).name == "主管"


@pytest.mark.parametrize(
    ("begins", "ends", "mark"),
    [("08:30", "12:00", "△\n√"), ("13:30", "17:30", "√\n△"), ("08:30", "10:30", "√")],
)
def test_half_days_of_leave_stand_in_the_month_sheet(site, crew, begins, ends, mark):
    grant(site, crew["1001"], f"2026-03-05 {begins}", f"2026-03-05 {ends}")
    sign_at(site, crew["1001"], "2026-03-05 08:20:00" if begins != "08:30" else f"2026-03-05 {ends}:00")
    go_to(site, "2026-03-05 17:31:00" if ends != "17:30" else "2026-03-05 13:30:00")
    service.sign(site, staff_id=crew["1001"])
    (table,) = documents.monthly_sheet(site, 2026, 3).body
    (row,) = [row for row in table.rows if row[1] == "王强"]
    assert row[3 + 4] == mark
