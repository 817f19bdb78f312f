"""Punch files into the record: every row is stored, known already, or reported."""

from datetime import date, datetime

import pytest
import team as team_module
from sqlalchemy import select
from team import go_to

from opsdesk import bootstrap
from opsdesk.models import ImportBatch, Punch, Staff
from opsdesk.registers.sign_in.punch_import import import_punches
from opsdesk.rules.vocabulary import State
from opsdesk.services import attendance

DAY = date(2026, 3, 4)


@pytest.fixture
def crew(site):
    crew = team_module.build(site)
    go_to(site, "2026-03-05 18:00:00")
    return crew


def attlog(tmp_path, *lines, name="1_attlog.dat", encoding="ascii"):
    path = tmp_path / name
    path.write_bytes("".join(f"{line}\r\n" for line in lines).encode(encoding))
    return path


def line(pin, when, device="1"):
    return f"{pin:>9}\t{when}\t{device}\t0\t1\t0"


def balanced(result):
    return result.read == result.stored + result.duplicates + len(result.rejected)


def state(ctx, staff_id, day):
    with ctx.read() as connection:
        (row,) = attendance.read(connection, ctx.regulations, day, day, ctx.now(), (staff_id,))
    return row.result


def test_a_file_of_every_fate(site, crew, tmp_path):
    path = attlog(
        tmp_path,
        line("1", "2026-03-04 08:27:11"),
        line("1", "2026-03-04 17:35:00"),
        line("2", "2026-03-04 08:45:00"),
        line("99", "2026-03-04 08:30:00"),
        line("3", "2026-13-04 08:30:00"),
        line("1", "2026-03-04 08:27:11"),
        line("3", "2026-03-05 18:00:01"),
        line("3", "2025-12-31 08:00:00"),
    )
    result = import_punches(site, path).value
    assert (result.read, result.stored, result.duplicates) == (8, 3, 1)
    assert balanced(result)
    reasons = {finding.row: finding.reason for finding in result.rejected}
    assert "没有对应人员" in reasons[4]
    assert "2026-13-04" in reasons[5]
    assert "还没有到" in reasons[7]
    assert "不在场" in reasons[8]
    assert state(site, crew["1001"], DAY).state is State.LEFT
    assert state(site, crew["1002"], DAY).late_minutes == 15
    with site.read() as connection:
        assert bootstrap.verify(connection) == []
        (batch,) = connection.execute(select(ImportBatch)).mappings()
    assert (batch["rows_read"], batch["rows_stored"], batch["rows_rejected"]) == (8, 3, 4)


def test_the_same_file_twice_changes_nothing(site, crew, tmp_path):
    path = attlog(tmp_path, line("1", "2026-03-04 08:27:11"), line("1", "2026-03-04 17:35:00"))
    import_punches(site, path)
    again = import_punches(site, path).value
    assert (again.stored, again.duplicates) == (0, 2)
    with site.read() as connection:
        assert len(connection.execute(select(Punch.id)).all()) == 2


def test_a_dry_run_tells_and_writes_nothing(site, crew, tmp_path):
    path = attlog(tmp_path, line("1", "2026-03-04 08:27:11"), line("99", "2026-03-04 08:27:11"))
    told = import_punches(site, path, dry_run=True).value
    assert (told.read, told.stored, len(told.rejected)) == (2, 1, 1)
    with site.read() as connection:
        assert connection.execute(select(Punch.id)).all() == []


def test_night_punches_go_to_the_night_and_a_punch_taken_back_stays_known(site, crew, tmp_path):
    path = attlog(tmp_path, line("12", "2026-03-04 19:58:00"), line("12", "2026-03-05 08:01:00"))
    import_punches(site, path)
    with site.read() as connection:
        assert connection.execute(select(Punch.day).distinct()).scalars().all() == [DAY]
        punch_id = connection.execute(select(Punch.id).limit(1)).scalar_one()
    assert state(site, crew["2002"], DAY).state is State.LEFT
    with site.transaction("作废") as tx:
        tx.update(Punch, punch_id, void_at=datetime(2026, 3, 5, 18, 0), void_by="主管", void_reason="误刷")
    assert import_punches(site, path).value.stored == 0


def test_the_last_day_on_site_counts_and_the_day_after_is_reported(site, crew, tmp_path):
    with site.transaction("离场") as tx:
        tx.update(Staff, crew["1001"], left_on=date(2026, 3, 3))
    path = attlog(tmp_path, line("1", "2026-03-03 08:20:00"), line("1", "2026-03-05 08:20:00"))
    result = import_punches(site, path).value
    assert (result.stored, len(result.rejected)) == (1, 1)


def test_same_names_ask_for_a_number(site, crew, tmp_path):
    with site.transaction("同名") as tx:
        tx.update(Staff, crew["1002"], name="王强")
    path = tmp_path / "原始打卡.csv"
    path.write_bytes(
        "部门,姓名,日期时间,机器号\n运维部,王强,2026-03-04 08:20:00,1\n运维部,刘芳,2026-03-04 08:20:00,1\n".encode(
            "gbk"
        )
    )
    result = import_punches(site, path).value
    assert result.stored == 1
    assert "有 2 人" in result.rejected[0].reason


def test_a_stand_bys_scan_is_kept_though_he_owes_nothing(site, crew, tmp_path):
    path = attlog(tmp_path, line("1", "2026-03-04 08:27:11"), line("13", "2026-03-04 09:10:00"))
    assert import_punches(site, path).value.stored == 2
    assert state(site, crew["2003"], DAY).state is State.PRESENT_UNPLANNED
