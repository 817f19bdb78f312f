"""`doctor`: what it finds, both sides of each boundary, and that it changes nothing."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from a_call import NOW, PASSWORD, Call

from opsdesk import bootstrap
from opsdesk.cli import doctor
from opsdesk.cli.doctor import ERROR, OK, WARN
from opsdesk.models.schema import SCHEMA
from opsdesk.services import backup, backup_keeping
from opsdesk.services.clock import Clock, FixedClock


def lines(out: str) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for line in json.loads(out)["lines"]:
        assert list(line) == ["what", "level", "sentence"]
        found.setdefault(line["what"], []).append((line["level"], line["sentence"]))
    return found


def test_it_looks_at_everything_without_making_anything(call: Call, tmp_path: Path) -> None:
    done = call("doctor", "--json")
    found = json.loads(done.out)
    assert (done.code, found["ok"], found["errors"]) == (0, True, 0)
    assert found["warnings"] == sum(line["level"] == WARN for line in found["lines"])
    by = lines(done.out)
    assert set(by) == {"fonts", "database", "disk", "clock", "input_method", "versions", "holidays"}
    assert by["fonts"][0][0] == OK
    assert "HanaMinB" in by["fonts"][0][1]
    assert by["database"][0][0] == WARN
    assert "opsdesk init" in by["database"][0][1]
    assert not (tmp_path / "site").exists()
    said = call("doctor").out.splitlines()
    assert len(said) == len(found["lines"])
    assert all(line.startswith(("[正常] ", "[注意] ")) and line.endswith("。") for line in said)


def test_a_sound_site_is_named_with_its_size_and_left_as_it_is(call: Call, site: Path) -> None:
    before = (site / "ops.db").read_bytes()
    level, said = lines(call("doctor", "--json").out)["database"][0]
    assert level == OK
    assert str(site / "ops.db") in said
    assert f"结构 {SCHEMA}" in said
    assert (site / "ops.db").read_bytes() == before


@pytest.mark.parametrize(
    ("statement", "said"), [("PRAGMA user_version=99", "更新版本"), ("PRAGMA application_id=7", "不是")]
)
def test_a_strange_database_is_an_error(call: Call, site: Path, statement: str, said: str) -> None:
    with closing(sqlite3.connect(site / "ops.db")) as connection:
        connection.execute(statement)
    done = call("doctor", "--json")
    assert done.code == 1
    assert said in lines(done.out)["database"][0][1]
    assert lines(done.out)["database"][0][0] == ERROR


def test_a_torn_database_is_an_error(call: Call, site: Path) -> None:
    (site / "ops.db").write_bytes((site / "ops.db").read_bytes()[:6000])
    done = call("doctor", "--json")
    assert (done.code, lines(done.out)["database"][0][0]) == (1, ERROR)


def test_a_clock_behind_the_record_is_a_warning(call: Call, tmp_path: Path) -> None:
    home = tmp_path / "site"
    ahead = FixedClock(Clock().now() + timedelta(hours=2))
    bootstrap.found_site(bootstrap.open_site(home, ahead), site="云渡市信息中心", password=PASSWORD)
    done = call("doctor", "--json")
    assert done.code == 0
    assert [level for level, said in lines(done.out)["clock"] if "倒退" in said] == [WARN]


def test_only_beijing_time_is_right() -> None:
    noon = datetime(2026, 3, 5, 12)
    assert doctor.zone(FixedClock(noon.replace(tzinfo=timezone(timedelta(hours=8))))).level == OK
    line = doctor.zone(FixedClock(noon.replace(tzinfo=UTC)))
    assert line.level == WARN
    assert "UTC+00:00" in line.sentence


def test_holidays_of_this_year_and_in_december_of_the_next() -> None:
    both, one = frozenset({2026, 2027}), frozenset({2026})
    assert doctor.holidays(both, date(2026, 12, 1)).level == OK
    assert doctor.holidays(one, date(2026, 11, 30)).level == OK
    assert doctor.holidays(one, date(2026, 12, 1)).level == WARN
    assert doctor.holidays(one, date(2027, 1, 1)).level == WARN
    assert doctor.holidays(one, date(2025, 12, 31)).level == WARN


def test_input_method_needs_a_plugin_on_linux_only(tmp_path: Path) -> None:
    (tmp_path / "libibusplatforminputcontextplugin.so").touch()

    def judged(platform: str = "linux", **environment: str) -> doctor.Line:
        return doctor.input_method(environment, platform, lambda: tmp_path)

    assert judged("win32").level == OK
    assert judged().level == WARN
    assert judged(QT_IM_MODULE="ibus").level == OK
    missing = judged(XMODIFIERS="@im=fcitx")
    assert missing.level == WARN
    assert "ibus" in missing.sentence
    (tmp_path / "libfcitx5platforminputcontextplugin.so").touch()
    assert judged(QT_IM_MODULE="fcitx").level == OK
    assert doctor.input_method({}, "linux", lambda: None).level == WARN


def test_the_plugins_of_the_installed_qt_are_found() -> None:
    folder = doctor.plugins()
    assert folder is not None
    assert list(folder.iterdir())


def test_python_and_qt_go_together_or_not() -> None:
    assert doctor.together((3, 11), "6.9.3").level == OK
    assert doctor.together((3, 11), "6.10.0").level == WARN
    assert doctor.together((3, 12), "6.10.0").level == OK
    assert doctor.together((3, 11), "").level == WARN


def test_little_room_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.disk(tmp_path / "not" / "there").level == OK
    monkeypatch.setattr(backup_keeping, "LEAST_FREE", 10**18)
    assert doctor.disk(tmp_path).level == WARN


def test_a_backup_of_late_is_asked_for(call: Call, site: Path) -> None:
    ((level, said),) = lines(call("doctor", "--json").out)["backup"]
    assert (level, "还没有核对过的备份" in said) == (WARN, True)
    made = backup.make(site, NOW, "手动")
    assert doctor.backups(site, NOW + timedelta(days=3)).level == OK
    late = doctor.backups(site, NOW + timedelta(days=3, seconds=1))
    assert (late.level, "超过 3 天" in late.sentence) == (WARN, True)
    made.path.write_bytes(b"x")
    assert "还没有核对过的备份" in doctor.backups(site, NOW).sentence
