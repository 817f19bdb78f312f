"""Making backups: opened and counted, with a manifest, never over another, never of a damaged record."""

from __future__ import annotations

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import a_site
import pytest

from opsdesk import bootstrap
from opsdesk.models.schema import SCHEMA
from opsdesk.registers.incident import detail, service
from opsdesk.services import (
    attachments,
    backup,
    backup_crypt,
    backup_keeping,
    backup_second,
    chain,
    privacy,
    restoring,
    settings,
    unsound,
    whole_files,
)
from opsdesk.services.context import Context
from opsdesk.services.errors import Damaged, Refusal, Trouble

NOW = a_site.NOW
PASSWORD = "门卫室的钥匙挂在左边"


def head(ctx: Context) -> tuple[int, str]:
    with ctx.read() as connection:
        return chain.head(connection)


def spoil(path: Path, what: bytes) -> None:
    """Overwrite the page on which something stands."""
    whole = path.read_bytes()
    page = whole.index(what) // 4096 * 4096
    path.write_bytes(whole[:page] + b"\xff" * 4096 + whole[page + 4096 :])


@pytest.fixture
def away(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder outside the data folder."""
    return tmp_path_factory.mktemp("away")


class TestMaking:
    def test_two_at_once_are_both_whole_and_none_is_taken_for_damage(self, site: Context) -> None:
        with ThreadPoolExecutor(2) as beside:
            rounds = [beside.submit(backup.make, site.home, NOW, why) for why in ("定时", "日结") * 10]
        made = {each.result().path for each in rounds}
        assert len(made) == 20
        assert unsound.found(site.home) is None
        assert all(each.sound and not each.wrong for each in backup.kept(site.home / backup.FOLDER))
        assert not list((site.home / backup.FOLDER).glob(".*")), "no draft is left"

    def test_it_is_opened_counted_and_told_in_a_manifest(self, site: Context) -> None:
        made = backup.make(site.home, NOW, "手动")
        assert made.path.name == "ops-20260305-080000-手动.db"
        told = json.loads(backup.manifest_of(made.path).read_text("utf-8"))
        assert (told["made_at"], told["why"], told["encrypted"], told["schema"]) == (
            "2026-03-05T08:00:00", "手动", False, SCHEMA,
        )  # fmt: skip
        assert (told["seq"], told["head"]) == head(site) == (made.links, made.contents.head)
        assert told["sha256"] == whole_files.sha256_of(made.path)
        assert told["size"] == made.path.stat().st_size
        with site.read() as connection:
            links = connection.exec_driver_sql("SELECT count(*) FROM ledger").scalar_one()
            named = connection.exec_driver_sql("SELECT count(*) FROM setting").scalar_one()
        assert (told["tables"]["ledger"], told["tables"]["setting"]) == (links, named)
        assert told["rows"] == sum(told["tables"].values())
        assert made.contents.whole
        assert not [name for name in told["tables"] if name.startswith("incident_text")], "the full text is no record"
        (kept,) = backup.kept(site.home / backup.FOLDER)
        assert (kept.path, kept.at, kept.why, kept.sound, kept.encrypted) == (made.path, NOW, "手动", True, False)
        assert kept.manifest == made

    def test_two_of_one_second_never_overwrite_each_other(self, site: Context) -> None:
        made = [backup.make(site.home, NOW, "手动") for _ in range(3)]
        assert len({each.path for each in made}) == 3
        assert backup.listed(site.home) == [each.path for each in reversed(made)]
        assert [each.why for each in backup.kept(site.home / backup.FOLDER)] == ["手动"] * 3

    def test_a_reason_becomes_a_name_that_every_system_takes(self, site: Context) -> None:
        made = backup.make(site.home, NOW, '日结 2026-03-05: "全部"/补')
        assert made.path.name == "ops-20260305-080000-日结-2026-03-05-全部-补.db"
        assert made.why == '日结 2026-03-05: "全部"/补'
        assert backup.moment_of(made.path) == NOW

    def test_nothing_half_written_stays(self, site: Context) -> None:
        with pytest.raises(Trouble, match="备份没有写成（已取消）"):
            backup.make(site.home, NOW, "手动", progress=lambda _done, _total: False)
        assert list((site.home / backup.FOLDER).iterdir()) == []

    def test_a_place_that_takes_nothing_is_told(self, site: Context, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("x")
        with pytest.raises(Trouble, match="备份没有写成（那里已有同名的文件）") as told:
            backup.make(site.home, NOW, "手动", folder=tmp_path / "file")
        assert "是否可写" in told.value.remedy
        assert unsound.found(site.home) is None

    def test_a_damaged_record_is_not_backed_up_but_remembered(self, site: Context) -> None:
        good = backup.make(site.home, NOW, "手动")
        a_site.close(site)
        spoil(bootstrap.database(site.home), "示例市信息中心".encode())
        with pytest.raises(Damaged, match="原来的备份都保留着"):
            backup.make(site.home, NOW + timedelta(hours=1), "定时")
        assert backup.listed(site.home) == [good.path]
        marker = unsound.found(site.home)
        assert marker is not None
        assert marker.since == NOW + timedelta(hours=1)
        bootstrap.database(site.home).write_bytes(b"no database" * 1000)
        with pytest.raises(Damaged):
            backup.make(site.home, NOW + timedelta(hours=2), "定时")
        again = unsound.found(site.home)
        assert again is not None
        assert again.since == marker.since, "the first time counts"

    def test_a_broken_chain_is_told_but_no_reason_to_make_none(self, site: Context) -> None:
        a_site.close(site)
        with closing(sqlite3.connect(bootstrap.database(site.home))) as connection:
            connection.execute("DELETE FROM ledger WHERE seq=2")
            connection.commit()
        assert not backup.make(site.home, NOW, "手动").contents.whole

    def test_a_manifest_that_cannot_be_read_makes_a_backup_unchecked(self, site: Context) -> None:
        made = backup.make(site.home, NOW, "手动")
        for text in ("", "[]", "{}", '{"tables": 1}', '{"seq": "x", "tables": {}}'):
            backup.manifest_of(made.path).write_text(text, "utf-8")
            (kept,) = backup.kept(made.path.parent)
            assert (kept.manifest, kept.sound, kept.why, kept.at) == (None, False, "手动", NOW)
        with made.path.open("ab") as file:
            file.write(b"x")
        assert backup.kept(made.path.parent)[0].sound is False

    def test_a_file_that_grew_or_shrank_since_is_not_sound(self, site: Context) -> None:
        made = backup.make(site.home, NOW, "手动")
        made.path.write_bytes(made.path.read_bytes()[:-4096])
        assert backup.kept(made.path.parent)[0].sound is False
        with pytest.raises(Damaged):
            backup.check_file(made.path)


class TestElsewhere:
    def test_it_is_compared_after_writing_and_nothing_else_lies_there(self, site: Context, tmp_path: Path) -> None:
        made = backup.make(site.home, NOW, "手动", folder=tmp_path / "U盘")
        assert sorted(each.name for each in (tmp_path / "U盘").iterdir()) == [
            made.path.name, f"{made.path.name}.json",
        ]  # fmt: skip
        assert backup.contents(made.path) == made.contents
        assert list((site.home / backup.FOLDER).iterdir()) == []

    def test_under_a_password_no_word_of_the_record_can_be_read(self, site: Context, tmp_path: Path) -> None:
        photo = tmp_path / "现场.jpg"
        photo.write_bytes(b"\xff\xd8 a photo of the room")
        detail.attach(site, service.open_incident(site, "打印机坏了").value.id, photo)
        backup_second.set_password(site, PASSWORD)
        made = backup_second.elsewhere(site, tmp_path / "U盘", "U盘")
        assert made.path.name == "ops-20260305-080000-U盘.db.aes"
        assert made.encrypted
        lying = b"".join(each.read_bytes() for each in (tmp_path / "U盘").rglob("*") if each.is_file())
        for word in ("示例市信息中心", "打印机坏了", "SQLite format"):
            assert word.encode() not in lying
        assert b"a photo of the room" not in lying
        assert PASSWORD not in settings.read(site, backup_second.LOCK)
        lock = backup_second.lock(site)
        assert lock is not None
        assert backup_crypt.lock_in(made.path) == lock
        with restoring.readable(made.path, PASSWORD, near=tmp_path) as plain:
            assert backup.contents(plain) == made.contents
        assert not list(tmp_path.glob(f"{restoring.TRIAL}*")), "no copy stays"
        home = tmp_path / "another"
        restoring.into(made.path, home, password=PASSWORD)
        (kept,) = (home / attachments.FOLDER).glob("??/*")
        assert kept.read_bytes() == photo.read_bytes()
        assert kept.name == attachments.place(site.home, kept.name[:64], "现场.jpg").name

    def test_after_a_new_password_each_backup_opens_with_its_own(self, site: Context, tmp_path: Path) -> None:
        photo = tmp_path / "现场.jpg"
        photo.write_bytes(b"\xff\xd8 photo")
        detail.attach(site, service.open_incident(site, "打印机坏了").value.id, photo)
        made = {}
        for password in (PASSWORD, "另一句也够长的话"):
            backup_second.set_password(site, password)
            made[password] = backup_second.elsewhere(site, tmp_path / "U盘", "U盘")
        for number, (password, each) in enumerate(made.items()):
            restoring.into(each.path, tmp_path / f"home{number}", password=password)
            assert len(list((tmp_path / f"home{number}" / attachments.FOLDER).glob("??/*"))) == 1
        with pytest.raises(Refusal, match="密码不对"):
            restoring.into(made[PASSWORD].path, tmp_path / "wrong", password="另一句也够长的话")

    def test_a_spoilt_locked_attachment_is_left_out_and_the_record_comes_back(
        self, site: Context, tmp_path: Path
    ) -> None:
        photo = tmp_path / "现场.jpg"
        photo.write_bytes(b"\xff\xd8 photo")
        detail.attach(site, service.open_incident(site, "打印机坏了").value.id, photo)
        backup_second.set_password(site, PASSWORD)
        made = backup_second.elsewhere(site, tmp_path / "U盘", "U盘")
        (locked,) = (tmp_path / "U盘").glob("attachments-*/??/*.aes")
        locked.write_bytes(locked.read_bytes()[:-3])
        restoring.into(made.path, tmp_path / "home", password=PASSWORD)
        assert not list((tmp_path / "home" / attachments.FOLDER).glob("??/*"))
        assert backup.check_file(tmp_path / "home" / "ops.db") == made.links

    def test_a_weak_password_is_refused_and_none_ends_it(self, site: Context, tmp_path: Path) -> None:
        with pytest.raises(Refusal, match="8 个字符"):
            backup_second.set_password(site, "1234567")
        backup_second.set_password(site, PASSWORD)
        assert "不再加密" in backup_second.set_password(site, "").value
        assert not backup_second.elsewhere(site, tmp_path / "U盘", "U盘").encrypted


class TestSecondPlace:
    def test_until_one_is_chosen_it_says_why_one_should(self, site: Context) -> None:
        second = backup_second.look(site)
        assert (second.folder, second.present, second.late, second.fine) == (None, False, True, False)
        assert "还没有第二备份位置" in second.sentence
        assert not backup_second.due(site)
        with pytest.raises(Trouble, match="还没有第二备份位置"):
            backup_second.copy(site, "手动")

    def test_one_a_day_and_late_after_three_days(self, site: Context, away: Path) -> None:
        stick = away / "stick"
        stick.mkdir()
        assert "同一块磁盘" in backup_second.choose(site, stick).value
        assert backup_second.due(site)
        done = backup_keeping.go_round(site)
        assert done.second is not None
        assert done.second.path.parent == stick
        assert not backup_second.due(site)
        assert backup_second.look(site).fine
        site.clock.advance(hours=15, minutes=59, seconds=59)
        assert not backup_second.due(site), "still the same day"
        site.clock.advance(seconds=1)
        assert backup_second.due(site)
        site.clock.set(NOW + timedelta(days=3))
        assert not backup_second.look(site).late
        site.clock.set(NOW + timedelta(days=3, seconds=1))
        second = backup_second.look(site)
        assert second.late
        assert "已经 3 天，超过 3 天" in second.sentence

    def test_unplugged_it_is_a_sentence_and_the_round_goes_on(self, site: Context, away: Path) -> None:
        stick, pocket = away / "stick", away / "pocket"
        stick.mkdir()
        backup_second.choose(site, stick)
        backup_keeping.go_round(site)
        stick.rename(pocket)
        stick.mkdir()  # what is left where a drive was mounted
        site.clock.advance(days=1, hours=1)
        second = backup_second.look(site)
        assert (second.present, second.late, second.last) == (False, False, NOW)
        assert "现在不在，最近一次备份到那里是 2026-03-05 08:00，已经 1 天" in second.sentence
        settings.write(site, {"site.project": "第二天"})
        done = backup_keeping.go_round(site)
        assert (done.here is None, done.second, done.trouble) == (False, None, None)
        assert list(stick.iterdir()) == []
        stick.rmdir()
        pocket.rename(stick)
        assert backup_keeping.go_round(site).second is not None

    def test_one_that_fails_is_told_and_the_backup_here_stands(self, site: Context, away: Path) -> None:
        stick = away / "stick"
        stick.mkdir()
        backup_second.choose(site, stick)
        (stick / attachments.FOLDER).write_text("in the way")
        photo = away / "现场.jpg"
        photo.write_bytes(b"\xff\xd8 photo")
        detail.attach(site, service.open_incident(site, "打印机坏了").value.id, photo)
        done = backup_keeping.go_round(site)
        assert done.here is not None
        assert "备份没有写成" in str(done.trouble)

    @pytest.mark.parametrize("place", ["missing", "home", "inside", "blanks", "file"])
    def test_an_unfit_place_is_refused(self, site: Context, away: Path, place: str) -> None:
        folder = {
            "missing": away / "missing",
            "home": site.home,
            "inside": site.home / "backups",
            "blanks": away / "two  blanks",
            "file": away / "file",
        }[place]
        if place == "file":
            folder.write_text("x")
        elif place != "missing":
            folder.mkdir(exist_ok=True)
        with pytest.raises(Refusal) as refused:
            backup_second.choose(site, folder)
        assert refused.value.field == backup_second.SETTING
        assert settings.read(site, backup_second.SETTING) == ""

    def test_it_can_be_given_up(self, site: Context, away: Path) -> None:
        (away / "stick").mkdir()
        backup_second.choose(site, away / "stick")
        backup_second.choose(site, None)
        assert backup_second.look(site).folder is None


class TestMoment:
    @pytest.mark.parametrize(
        ("name", "at"),
        [
            ("ops-20260305-080000-手动.db", NOW),
            ("ops-20260305-080000-手动.db.aes", NOW),
            ("ops-20260305-080000-手动.db.json", None),
            ("ops-20261305-080000-手动.db", None),
            ("ops-旧.db", None),
        ],
    )
    def test_the_name_tells_it(self, name: str, at: datetime | None) -> None:
        assert backup.moment_of(Path(name)) == at


def test_what_is_as_old_as_the_visitors_numbers_goes_in_the_second_place_too(site: Context, away: Path) -> None:
    backup_second.choose(site, away)
    old, newest = NOW - timedelta(days=300), NOW - timedelta(days=200)
    made = [backup.make(site.home, at, "手动", folder=away) for at in (old, newest)]
    assert "旧备份 1 份" in privacy.purge(site).value
    assert backup.found_in(away) == [made[1].path], "the newest of each place stays"
    assert not backup.manifest_of(made[0].path).exists()
