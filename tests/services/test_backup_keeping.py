"""Which backups are kept: the rule on a fake calendar, both sides of every border, and what stops the thinning."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import a_site
import pytest

from opsdesk import bootstrap
from opsdesk.services import backup, backup_keeping, backup_second, privacy, restoring, settings, unsound
from opsdesk.services.backup_keeping import DAILY, MONTHLY, WEEKLY, to_keep
from opsdesk.services.context import Context

NOW = datetime(2026, 3, 5, 18, 0)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def every_day(days: int, at: datetime = NOW) -> list[datetime]:
    return [at - DAY * n for n in range(days)]


class TestRule:
    def test_all_of_two_days_to_the_second(self) -> None:
        half_hours = [NOW - timedelta(minutes=30) * n for n in range(200)]
        kept = to_keep(half_hours, NOW)
        recent = {each for each in half_hours if NOW - each <= 2 * DAY}
        assert recent <= kept
        assert len(recent) == 97
        border = NOW - 2 * DAY
        assert to_keep([NOW, border, border - SECOND], NOW) == {NOW, border}, "one day has one, once it is older"
        assert to_keep([NOW, border + SECOND, border], NOW) == {NOW, border + SECOND, border}

    def test_then_the_newest_of_each_of_twelve_days(self) -> None:
        moments = [each - timedelta(hours=hour) for each in every_day(14) for hour in (0, 3, 6)]
        kept = sorted(to_keep(moments, NOW), reverse=True)
        older = [each for each in kept if NOW - each > 2 * DAY]
        assert older == [NOW - DAY * n for n in range(3, 14)]
        assert len({each.date() for each in kept}) == 14

    def test_then_weeks_then_months_and_what_is_older_goes(self) -> None:
        moments = every_day(800)
        kept = sorted(to_keep(moments, NOW), reverse=True)
        recent, older = kept[:3], kept[3:]
        assert len(recent) == 3
        daily, weekly, monthly = older[:DAILY], older[DAILY : DAILY + WEEKLY], older[DAILY + WEEKLY :]
        assert daily == [NOW - DAY * n for n in range(3, 15)]
        assert len(weekly) == WEEKLY
        assert all(each.weekday() == 6 for each in weekly), "the last day of its week"
        assert len({each.isocalendar()[:2] for each in weekly}) == WEEKLY
        assert len(monthly) == MONTHLY
        assert len({(each.year, each.month) for each in monthly}) == MONTHLY
        assert monthly[-1] > datetime(2025, 2, 1)
        assert moments[-1] not in kept

    def test_days_without_a_backup_take_no_place(self) -> None:
        each_month = [
            datetime(2024, 1 + n % 12, 5, 9) if n < 12 else datetime(2025, 1 + n % 12, 5, 9) for n in range(24)
        ]
        assert to_keep(each_month, NOW) == set(each_month), "twelve days, ten weeks, and of months two"
        assert len(to_keep([datetime(2020, 1, 1) + 31 * DAY * n for n in range(40)], NOW)) == DAILY + WEEKLY + MONTHLY

    def test_nothing_and_the_future_are_no_matter(self) -> None:
        assert to_keep([], NOW) == set()
        ahead = [NOW + DAY * n for n in range(1, 400)]
        assert to_keep(ahead, NOW) == set(ahead), "the clock was set back: nothing is let go by it"

    def test_a_clock_that_jumps_ahead_lets_go_no_more_than_the_rule(self) -> None:
        moments = every_day(12)
        assert to_keep(moments, NOW + 365 * 70 * DAY) == set(moments)

    @pytest.mark.parametrize("begins", [date(2023, 1, 1), date(2024, 2, 20), date(2025, 12, 25)])
    def test_over_two_years_of_half_hours_the_steps_never_gape(self, begins: date) -> None:
        """Thinned each evening as in earnest: months, weeks and days stand in their places on every day."""
        held: set[datetime] = set()
        for day in range(730):
            today = datetime.combine(begins, datetime.min.time()) + DAY * day
            if today.weekday() < 5:
                held |= {today + timedelta(hours=8, minutes=30 * n) for n in range(20)}
            now = today + timedelta(hours=18)
            held = to_keep(held, now)
            older = sorted((each for each in held if now - each > 2 * DAY), reverse=True)
            assert len(older) <= DAILY + WEEKLY + MONTHLY
            if day < 500:
                continue
            gaps = [(a - b).days for a, b in pairwise(older)]
            assert max(gaps[: DAILY - 1]) <= 3, "a weekend between two working days"
            assert max(gaps[: DAILY + WEEKLY - 1]) <= 7
            assert max(gaps) <= 35
            assert (now - older[-1]).days > 300


def lying(ctx: Context, moments: list[datetime]) -> list[Path]:
    """Backups made at these moments, the record moved on before each."""
    made = []
    for each in moments:
        settings.write(ctx, {"site.project": f"{each}"})
        made.append(backup.make(ctx.home, each, "定时").path)
    return made


class TestThinning:
    MOMENTS = (datetime(2026, 2, 20, 9), datetime(2026, 2, 20, 15), datetime(2026, 3, 5, 9))

    def test_what_goes_goes_with_its_manifest(self, site: Context) -> None:
        first, second, third = lying(site, list(self.MOMENTS))
        strange = site.home / backup.FOLDER / "ops-旧.db"
        strange.write_bytes(b"x")
        assert backup_keeping.thin(site.home / backup.FOLDER, NOW) == [first]
        assert not backup.manifest_of(first).exists()
        assert sorted(backup.listed(site.home)) == sorted([second, third, strange])

    def test_while_the_record_is_damaged_what_was_made_before_stays(self, site: Context) -> None:
        first, second, third = lying(site, list(self.MOMENTS))
        folder = site.home / backup.FOLDER
        assert backup_keeping.thin(folder, NOW, since=self.MOMENTS[0]) == []
        assert backup_keeping.thin(folder, NOW, since=self.MOMENTS[0] - SECOND) == [first]
        assert backup.listed(site.home) == [third, second]

    def test_an_older_record_in_its_place_turns_nothing_out(self, site: Context) -> None:
        lying(site, [*self.MOMENTS[:2], datetime(2026, 3, 4, 9)])
        folder = site.home / backup.FOLDER
        manifest = backup.manifest_of(backup.listed(site.home)[0])
        told = manifest.read_text("utf-8")
        links = backup.kept(folder)[0].manifest.links  # type: ignore[union-attr]
        manifest.write_text(told.replace(f'"links": {links}', '"links": 3'), "utf-8")
        assert backup_keeping.thin(folder, NOW) == []
        manifest.write_text(told, "utf-8")
        assert len(backup_keeping.thin(folder, NOW)) == 1

    def test_without_a_manifest_of_the_newest_nothing_goes(self, site: Context) -> None:
        lying(site, list(self.MOMENTS))
        backup.manifest_of(backup.listed(site.home)[0]).unlink()
        assert backup_keeping.thin(site.home / backup.FOLDER, NOW) == []


class TestRounds:
    def test_one_is_due_when_the_chain_has_moved_and_only_then(self, site: Context) -> None:
        assert backup_keeping.moved(site)
        first = backup_keeping.go_round(site).here
        assert first is not None
        assert first.why == "定时"
        assert not backup_keeping.moved(site)
        assert backup_keeping.go_round(site).here is None
        settings.write(site, {"site.project": "新项目"})
        assert backup_keeping.moved(site)
        assert backup_keeping.go_round(site, "关闭").here is not None
        assert [each.why for each in backup.kept(site.home / backup.FOLDER)] == ["关闭", "定时"]

    def test_a_backup_without_a_manifest_does_not_count(self, site: Context) -> None:
        made = backup_keeping.go_round(site).here
        assert made is not None
        backup.manifest_of(made.path).unlink()
        assert backup_keeping.moved(site)

    def test_a_marker_keeps_the_good_ones_until_all_is_sound_again(self, site: Context) -> None:
        made = lying(site, list(TestThinning.MOMENTS))
        unsound.note(site.home, datetime(2026, 3, 5, 10), "坏过")
        site.clock.set(NOW)
        settings.write(site, {"site.project": "再写"})
        backup_keeping.go_round(site)
        assert set(made) < set(backup.listed(site.home))
        assert bootstrap.check_whole(site) == []
        assert unsound.found(site.home) is None
        settings.write(site, {"site.project": "又写"})
        backup_keeping.go_round(site)
        assert not made[0].exists()

    @pytest.mark.parametrize(("rows", "wanted"), [(499, False), (500, True)])
    def test_before_many_rows_come_in(self, site: Context, rows: int, wanted: bool) -> None:
        made = backup_keeping.before_import(site, rows)
        assert (made is not None) == wanted
        if made is not None:
            assert made.why == "导入前"
            assert backup_keeping.before_import(site, rows) is None, "nothing was written since"


class TestWitnesses:
    def test_a_rewritten_chain_is_contradicted_by_a_backup(self, site: Context) -> None:
        lying(site, [datetime(2026, 3, 5, 8)])
        settings.write(site, {"site.project": "后来"})
        assert bootstrap.check_whole(site) == []
        rewrite(site)
        (said,) = bootstrap.check_whole(site)
        assert said.startswith("审计链与 2026-03-05 08:00 的备份不一致")
        assert unsound.found(site.home) is not None

    def test_a_restore_explains_what_was_given_up_and_nothing_else(self, site: Context) -> None:
        lying(site, [datetime(2026, 3, 5, 8), datetime(2026, 3, 5, 9)])
        site.clock.set(datetime(2026, 3, 5, 10))
        a_site.close(site)
        restoring.restore(site.home, backup.listed(site.home)[1], site.now(), clock=site.clock)
        assert bootstrap.check_whole(site) == []
        rewrite(site)
        assert len(bootstrap.check_whole(site)) == 1


def rewrite(ctx: Context) -> None:
    """Change a word in the record and make the whole chain anew, as somebody does who knows how."""
    from sqlalchemy import select, update

    from opsdesk.models import LedgerRow, Setting
    from opsdesk.services import chain

    table = LedgerRow.__table__
    with ctx.writing.begin() as connection:
        previous = chain.GENESIS
        for row in connection.execute(select(table).order_by(table.c.seq)).mappings().all():
            changed = dict(row)
            changed["body"] = changed["body"].replace("示例市信息中心", "另一个中心")
            changed["hash"] = previous = chain.link(previous, changed)
            connection.execute(update(table).where(table.c.seq == row["seq"]).values(**changed))
        connection.execute(update(Setting.__table__).where(Setting.name == "site.name").values(value="另一个中心"))
    with ctx.read() as connection:
        assert bootstrap.verify(connection) == [], "the chain itself does not tell"


class TestWhatAKilledProgramLeft:
    @pytest.mark.parametrize("clear", [backup_keeping.go_round, privacy.purge])
    def test_a_copy_under_way_goes_and_one_that_is_still_written_stays(
        self, site: Context, tmp_path_factory: pytest.TempPathFactory, clear: Callable[[Context], object]
    ) -> None:
        stick = tmp_path_factory.mktemp("stick")
        backup_second.choose(site, stick)
        folder = site.home / backup.FOLDER
        folder.mkdir()
        left = [folder / ".ops.db.71.tmp", folder / ".ops.db.71.tmp-journal", stick / ".ops.db.71.part"]
        writing = folder / ".ops.db.72.tmp"
        for each in (*left, writing):
            each.write_bytes(b"everything")
            age = timedelta(minutes=59 if each == writing else 61)
            os.utime(each, ((site.now() - age).timestamp(),) * 2)
        clear(site)
        assert [each for each in (*left, writing) if each.exists()] == [writing]
