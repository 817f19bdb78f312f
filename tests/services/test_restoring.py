"""Going back: what a backup holds, a copy first, what was there set aside, the chain says so; and the trial of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import a_site
import pytest
from sqlalchemy import select

from opsdesk import bootstrap
from opsdesk.models import LedgerRow
from opsdesk.models.schema import SCHEMA
from opsdesk.services import backup, backup_second, chain, restoring, settings, unsound
from opsdesk.services.clock import FixedClock
from opsdesk.services.context import Context
from opsdesk.services.errors import Damaged, Refusal, Trouble

NOW = a_site.NOW
PASSWORD = "门卫室的钥匙挂在左边"


@pytest.fixture
def away(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder outside the data folder."""
    return tmp_path_factory.mktemp("away")


def write(ctx: Context, *projects: str) -> None:
    """So many links more, a minute apart."""
    for each in projects:
        ctx.clock.advance(minutes=1)
        settings.write(ctx, {"site.project": each})


def project(home: Path) -> str:
    with closing(sqlite3.connect(home / "ops.db")) as connection:
        return str(connection.execute("SELECT value FROM setting WHERE name='site.project'").fetchone()[0])


class TestPreview:
    def test_it_says_what_is_in_it_and_what_would_be_lost(self, site: Context) -> None:
        made = backup.make(site.home, site.now(), "手动")
        same = restoring.preview(site.home, made.path)
        assert (same.site, same.shared, same.later.count) == ("示例市信息中心", made.links, 0)
        assert same.first == same.last == NOW
        assert same.loss == "现在的数据和这份备份一样，恢复不会少掉记录。"
        assert dict(same.kinds)["人员"] == 0
        assert dict(same.kinds)["设置"] == made.contents.tables["setting"]
        write(site, "一", "二", "三")
        later = restoring.preview(site.home, made.path)
        assert (later.shared, later.later.count, later.ahead.count) == (made.links, 3, 0)
        assert later.loss == "将丢失这份备份以后的 3 条记录（2026-03-05 08:01 到 2026-03-05 08:03）。"

    def test_of_another_history_it_says_so(self, site: Context, away: Path) -> None:
        made = backup.make(site.home, site.now(), "手动")
        other = bootstrap.open_site(away, FixedClock(NOW + timedelta(minutes=1)))
        bootstrap.found_site(other, site="另一个中心", password=a_site.PASSWORD)
        a_site.close(other)
        seen = restoring.preview(away, made.path)
        assert seen.shared == 0
        assert seen.loss.startswith("这份备份和现在的数据不是同一段历史，没有一条相同。恢复以后，现在的 ")
        a_site.close(site)
        bootstrap.database(site.home).write_bytes(b"broken" * 100)
        assert restoring.preview(site.home, made.path).shared is None
        bootstrap.database(site.home).unlink()
        assert "没有能读的数据" in restoring.preview(site.home, made.path).loss

    def test_a_newer_backup_than_the_record_loses_nothing_it_has(self, site: Context) -> None:
        old = backup.make(site.home, site.now(), "手动")
        write(site, "一")
        new = backup.make(site.home, site.now(), "手动")
        a_site.close(site)
        bootstrap.database(site.home).write_bytes(old.path.read_bytes())
        seen = restoring.preview(site.home, new.path)
        assert (seen.shared, seen.later.count, seen.ahead.count) == (old.links, 0, new.links - old.links)
        assert seen.loss == (
            "现在的数据都在这份备份里，恢复不会少掉记录，会多出 1 条记录（2026-03-05 08:01 到 2026-03-05 08:01）。"
        )

    def test_a_link_that_is_missing_on_the_way_parts_nothing(self, site: Context) -> None:
        write(site, "一", "二", "三")
        made = backup.make(site.home, site.now(), "手动")
        write(site, "四")
        a_site.close(site)
        with closing(sqlite3.connect(site.home / "ops.db")) as connection:
            connection.execute("DELETE FROM ledger WHERE seq IN (2, ?)", (made.links // 2,))
            connection.commit()
        seen = restoring.preview(site.home, made.path)
        assert (seen.shared, seen.later.count, seen.ahead.count) == (made.links, 1, 0)

    @pytest.mark.parametrize("before", [0, 1, 2, 3, 8, 13])
    def test_a_newer_backup_after_an_older_one_tells_what_each_side_has(self, site: Context, before: int) -> None:
        write(site, *map(str, range(before)))
        old = backup.make(site.home, site.now(), "手动")
        write(site, "一", "二", "三")
        new = backup.make(site.home, site.now(), "手动")
        a_site.close(site)
        restoring.restore(site.home, old.path, site.now(), clock=site.clock)
        again = bootstrap.open_site(site.home, FixedClock(site.now()))
        write(again.acting_as(bootstrap.supervisor_of(again)), "另一条路")
        seen = restoring.preview(site.home, new.path)
        assert (seen.shared, seen.later.count, seen.ahead.count) == (old.links, 2, 3)
        assert seen.loss.startswith(f"两边前 {old.links:,} 条相同，以后各走各的：将丢失现在才有的 2 条记录（")
        assert "，换成这份备份里的 3 条记录（2026-03-05 08:" in seen.loss
        a_site.close(again)
        done = restoring.restore(site.home, new.path, site.now(), clock=site.clock)
        with closing(sqlite3.connect(site.home / "ops.db")) as connection:
            said = connection.execute("SELECT body FROM ledger ORDER BY seq DESC LIMIT 1").fetchone()[0]
        assert '"lost":2' in said, done

    def test_a_locked_one_asks_for_its_password(self, site: Context, away: Path) -> None:
        backup_second.set_password(site, PASSWORD)
        made = backup_second.elsewhere(site, away, "U盘")
        with pytest.raises(Refusal, match="请输入备份密码"):
            restoring.preview(site.home, made.path)
        with pytest.raises(Refusal, match="备份密码不对"):
            restoring.preview(site.home, made.path, "不是这一句")
        seen = restoring.preview(site.home, made.path, PASSWORD)
        assert (seen.site, seen.encrypted, seen.later.count) == ("示例市信息中心", True, 0)
        assert not list(site.home.glob(f"{restoring.TRIAL}*"))

    def test_one_that_another_program_holds_is_no_bad_one(self, site: Context) -> None:
        made = backup.make(site.home, site.now(), "手动")
        with closing(sqlite3.connect(made.path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(Damaged):
                restoring.preview(site.home, made.path)
            other.execute("ROLLBACK")
        (kept,) = backup.kept(made.path.parent)
        assert (kept.sound, kept.wrong) == (True, "")
        assert restoring.preview(site.home, made.path).wrong == ""

    def test_what_is_gone_or_spoilt_is_told(self, site: Context) -> None:
        made = backup.make(site.home, site.now(), "手动")
        made.path.write_bytes(made.path.read_bytes()[:5000])
        with pytest.raises(Damaged):
            restoring.preview(site.home, made.path)
        made.path.unlink()
        with pytest.raises(Trouble, match="找不到备份"):
            restoring.preview(site.home, made.path)


class TestRestore:
    def test_the_record_is_the_backup_and_its_chain_says_so(self, site: Context) -> None:
        write(site, "旧")
        made = backup.make(site.home, site.now(), "手动")
        write(site, "新", "更新")
        a_site.close(site)
        signer = chain.Signer("周主管", "主管", "desk")
        done = restoring.restore(site.home, made.path, site.now(), by=signer, clock=site.clock)
        assert project(site.home) == "旧"
        assert project(done.aside) == "更新"
        assert done.contents.links == made.links + 1
        again = bootstrap.open_site(site.home, FixedClock(site.now()))
        assert bootstrap.check_whole(again) == []
        with again.read() as connection:
            link = connection.execute(select(LedgerRow).order_by(LedgerRow.seq.desc()).limit(1)).mappings().one()
        assert (link["act"], link["operator"], link["body"]) == (
            "恢复备份", "周主管", f'{{"file":"{made.path.name}","lost":2}}',
        )  # fmt: skip

    def test_sidecars_are_set_aside_and_nothing_is_ever_overwritten(self, site: Context) -> None:
        made = backup.make(site.home, site.now(), "手动")
        a_site.close(site)
        before = bootstrap.database(site.home).read_bytes()
        for suffix in backup.SIDECARS:
            (site.home / f"ops.db{suffix}").write_bytes(b"stale")
        first = restoring.restore(site.home, made.path, NOW, clock=site.clock).aside
        second = restoring.restore(site.home, made.path, NOW, clock=site.clock).aside
        assert first != second
        assert sorted(each.name for each in first.iterdir()) == ["ops.db", "ops.db-journal", "ops.db-shm", "ops.db-wal"]
        assert (first / "ops.db").read_bytes() == before
        assert sorted(each.name for each in site.home.glob("ops.db*")) == ["ops.db"]
        assert not list(site.home.glob(f"{restoring.TRIAL}*"))

    @pytest.mark.parametrize("spoilt", ["cut", "foreign", "newer", "other application"])
    def test_what_cannot_be_worked_with_moves_nothing(self, site: Context, spoilt: str) -> None:
        made = backup.make(site.home, site.now(), "手动")
        a_site.close(site)
        if spoilt == "cut":
            made.path.write_bytes(made.path.read_bytes()[:9000])
        elif spoilt == "foreign":
            made.path.unlink()
            with closing(sqlite3.connect(made.path)) as connection:
                connection.execute("CREATE TABLE recipes (name TEXT)")
        else:
            with closing(sqlite3.connect(made.path)) as connection:
                pragma = f"user_version={SCHEMA + 1}" if spoilt == "newer" else "application_id=7"
                connection.execute(f"PRAGMA {pragma}")
        before = bootstrap.database(site.home).read_bytes()
        with pytest.raises(Trouble):
            restoring.restore(site.home, made.path, NOW, clock=site.clock)
        assert bootstrap.database(site.home).read_bytes() == before
        assert not list(site.home.glob("set-aside-*"))

    def test_where_the_files_cannot_be_moved_they_are_put_back(self, site: Context) -> None:
        made = backup.make(site.home, site.now(), "手动")
        a_site.close(site)
        before = bootstrap.database(site.home).read_bytes()
        blocked = site.home / "blocked"
        blocked.mkdir()
        (blocked / "ops.db").mkdir()  # a folder cannot take the file's place
        incoming = blocked / "ops.db"
        with pytest.raises(Trouble, match="原来的数据文件还在原处"):
            restoring.swap(site.home, incoming, NOW)
        assert bootstrap.database(site.home).read_bytes() == before
        assert not list(site.home.glob("set-aside-*"))
        assert made.path.exists()

    def test_a_locked_one_comes_back_by_its_password(self, site: Context, away: Path) -> None:
        write(site, "旧")
        backup_second.set_password(site, PASSWORD)
        made = backup_second.elsewhere(site, away, "U盘")
        write(site, "新")
        a_site.close(site)
        with pytest.raises(Refusal, match="密码不对"):
            restoring.restore(site.home, made.path, NOW, password="猜的", clock=site.clock)
        assert project(site.home) == "新"
        restoring.restore(site.home, made.path, NOW, password=PASSWORD, clock=site.clock)
        assert project(site.home) == "旧"

    def test_the_mark_of_damage_goes_with_it(self, site: Context) -> None:
        made = backup.make(site.home, site.now(), "手动")
        a_site.close(site)
        bootstrap.database(site.home).write_bytes(b"x" * 8192)
        with pytest.raises(Damaged):
            bootstrap.open_site(site.home, site.clock)
        assert unsound.found(site.home) is not None
        restoring.restore(site.home, made.path, NOW, clock=site.clock)
        assert unsound.found(site.home) is None


class TestInto:
    def test_a_new_folder_has_the_site_and_the_record_here_is_not_touched(self, site: Context, away: Path) -> None:
        made = backup.make(site.home, site.now(), "手动")
        before = bootstrap.database(site.home).read_bytes()
        found = restoring.into(made.path, away / "new")
        assert found == made.contents
        assert sorted(each.name for each in (away / "new").iterdir()) == ["ops.db"]
        again = bootstrap.open_site(away / "new", site.clock)
        assert bootstrap.check_whole(again) == []
        assert bootstrap.database(site.home).read_bytes() == before

    def test_an_empty_folder_is_taken_and_no_other(self, site: Context, away: Path) -> None:
        made = backup.make(site.home, site.now(), "手动")
        (away / "full").mkdir()
        (away / "full" / "something").write_text("x")
        (away / "file").write_text("x")
        for folder in (away / "full", away / "file", site.home):
            with pytest.raises(Refusal, match="不是空文件夹"):
                restoring.into(made.path, folder)
        (away / "empty").mkdir()
        restoring.into(made.path, away / "empty")

    def test_a_spoilt_backup_leaves_the_folder_empty(self, site: Context, away: Path) -> None:
        made = backup.make(site.home, site.now(), "手动")
        made.path.write_bytes(b"x" * 5000)
        with pytest.raises(Damaged):
            restoring.into(made.path, away / "new")
        assert list((away / "new").iterdir()) == []


class SlowClock(FixedClock):
    """Each look at it takes a second and a half."""

    def uptime_ms(self) -> int:
        self.up_ms += 1500
        return self.up_ms


class TestRehearsal:
    def test_a_sound_one_passes_counted_and_timed_and_leaves_nothing(self, site: Context) -> None:
        made = backup.make(site.home, NOW - timedelta(hours=2), "手动")
        done = restoring.rehearse(site.home, made.path, SlowClock(NOW))
        assert done.passed
        assert (done.links, done.rows, done.sha256) == (made.links, made.contents.rows, made.sha256)
        assert (done.made_at, done.milliseconds) == (NOW - timedelta(hours=2), 1500)
        assert not list(site.home.glob(f"{restoring.TRIAL}*"))

    def test_without_a_manifest_the_name_tells_when(self, site: Context) -> None:
        made = backup.make(site.home, NOW, "手动")
        backup.manifest_of(made.path).unlink()
        done = restoring.rehearse(site.home, made.path, site.clock)
        assert (done.passed, done.made_at) == (True, NOW)

    def test_what_does_not_hold_is_found(self, site: Context) -> None:
        made = backup.make(site.home, NOW, "手动")
        with closing(sqlite3.connect(made.path)) as connection:
            connection.execute("UPDATE setting SET value='别的中心' WHERE name='site.name'")
            connection.commit()
        done = restoring.rehearse(site.home, made.path, site.clock)
        assert not done.passed
        assert done.findings[0] == "文件与写成时的校验值不一致。"
        assert "设置 站点名称 与审计链第" in done.findings[1]
        made.path.write_bytes(b"x" * 5000)
        assert "已损坏" in restoring.rehearse(site.home, made.path, site.clock).findings[1]
        made.path.unlink()
        gone = restoring.rehearse(site.home, made.path, site.clock)
        assert (gone.passed, gone.sha256, gone.rows) == (False, "", 0)

    def test_a_wrong_password_is_no_finding(self, site: Context, away: Path) -> None:
        backup_second.set_password(site, PASSWORD)
        made = backup_second.elsewhere(site, away, "U盘")
        with pytest.raises(Refusal, match="密码不对"):
            restoring.rehearse(site.home, made.path, site.clock, password="猜的")
        assert restoring.rehearse(site.home, made.path, site.clock, password=PASSWORD).passed


def test_trial_copies_that_a_power_cut_left_are_swept(site: Context) -> None:
    left = site.home / f"{restoring.TRIAL}abc"
    left.mkdir()
    (left / "ops.db").write_bytes(b"x")
    restoring.sweep(site.home)
    assert not left.exists()
