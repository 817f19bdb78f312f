"""排班 on a real database: one entry, the list, what is judged again, and roster files in both layouts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from a_site import NOW
from filled_site import as_role, change, load, new_staff, new_vendor, run, save, whole
from sqlalchemy import func, select

from opsdesk.catalog import by_slug
from opsdesk.models import ImportBatch, RosterEntry, StoredVerdict
from opsdesk.register import Query, Row
from opsdesk.registers.roster.service import import_roster
from opsdesk.registers.sign_in.service import sign
from opsdesk.rules.vocabulary import Judgement, Role
from opsdesk.services import chain
from opsdesk.services.clock import FixedClock
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal

TODAY = NOW.date()
DAY = timedelta(days=1)


def listed(ctx: Context, text: str = "", **filters: Any) -> list[Row]:
    return list(by_slug("roster").list(ctx, Query(text, filters)).rows)


def shown(ctx: Context, **filters: Any) -> list[tuple[Any, ...]]:
    return [tuple(row.values[key] for key in ("day", "staff_no", "shift")) for row in listed(ctx, **filters)]


def shifts(ctx: Context) -> tuple[int, int]:
    day = save(ctx, "shift", code="B", name="白班", pairs="08:30-17:30")
    return day, save(ctx, "shift", code="Y", name="夜班", pairs="20:00-次日08:00")


def standing_verdicts(ctx: Context) -> list[str]:
    with ctx.read() as connection:
        query = select(StoredVerdict.judgement).where(StoredVerdict.replaced_at.is_(None))
        return list(connection.execute(query).scalars())


def links(ctx: Context) -> int:
    with ctx.read() as connection:
        return chain.count(connection)


def sheet(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


class TestEntry:
    def test_a_second_entry_for_the_day_replaces_the_first(self, site: Context) -> None:
        person = new_staff(site, new_vendor(site))
        day, night = shifts(site)
        made = save(site, "roster", staff_id=person, day=TODAY, shift_id=day)
        assert save(site, "roster", staff_id=person, day=TODAY, shift_id=night) == made
        assert shown(site) == [(TODAY, "V001", "夜班")]
        assert listed(site)[0].values["pairs"] == "20:00–次日08:00"
        assert save(site, "roster", staff_id=person, day=TODAY, shift_id=0) == made
        assert shown(site) == [(TODAY, "V001", "休")]
        whole(site)

    def test_only_while_on_site(self, site: Context) -> None:
        person = new_staff(site, new_vendor(site), arrived_on=TODAY)
        day, _ = shifts(site)
        run(site, "staff", "leave_site", person, day=TODAY + DAY, reason="合同到期")
        for wrong in (TODAY - DAY, TODAY + 2 * DAY):
            with pytest.raises(Refusal, match="不能排班") as refused:
                save(site, "roster", staff_id=person, day=wrong, shift_id=day)
            assert refused.value.field == "day"
        for right in (TODAY, TODAY + DAY):
            save(site, "roster", staff_id=person, day=right, shift_id=day)

    def test_an_entry_keeps_its_person_and_day(self, site: Context) -> None:
        person = new_staff(site, new_vendor(site))
        day, _ = shifts(site)
        made = save(site, "roster", staff_id=person, day=TODAY, shift_id=day)
        with pytest.raises(Refusal, match="只能改班次"):
            change(site, "roster", made, day=TODAY + DAY)
        save(site, "roster", staff_id=person, day=TODAY + DAY, shift_id=day)
        with pytest.raises(Refusal, match="只能改班次"):
            change(site, "roster", made, day=TODAY + DAY)

    def test_shift_out_of_use_stays_where_it_stands(self, site: Context) -> None:
        person = new_staff(site, new_vendor(site))
        day, _ = shifts(site)
        made = save(site, "roster", staff_id=person, day=TODAY, shift_id=day)
        run(site, "shift", "retire", day)
        change(site, "roster", made)
        with pytest.raises(Refusal, match="已停用") as refused:
            save(site, "roster", staff_id=person, day=TODAY + DAY, shift_id=day)
        assert refused.value.field == "shift_id"

    def test_a_signed_day_is_judged_again(self, site: Context) -> None:
        person = new_staff(site, new_vendor(site))
        day, _ = shifts(site)
        assert isinstance(site.clock, FixedClock)
        site.clock.advance(hours=1)  # 09:00, thirty minutes after the ordinary beginning
        sign(site, staff_id=person)
        assert standing_verdicts(site) == [Judgement.LATE]
        made = save(site, "roster", staff_id=person, day=TODAY, shift_id=0)
        assert standing_verdicts(site) == []
        change(site, "roster", made, shift_id=day)
        assert standing_verdicts(site) == [Judgement.LATE]
        whole(site)


class TestList:
    def test_by_month_and_vendor(self, site: Context) -> None:
        first, second = new_vendor(site), new_vendor(site, "W02", "中科软件", "中科")
        one, two = new_staff(site, first), new_staff(site, second, "V002", "李丽")
        day, _ = shifts(site)
        for person, when in (
            (one, date(2026, 2, 28)),
            (one, date(2026, 3, 1)),
            (two, date(2026, 3, 31)),
            (two, date(2026, 4, 1)),
        ):
            save(site, "roster", staff_id=person, day=when, shift_id=day)
        assert [row[0].day for row in shown(site, month="2026-03")] == [1, 31]
        assert [row[0] for row in shown(site, vendor=second)] == [date(2026, 4, 1), date(2026, 3, 31)]
        assert len(shown(site)) == 4
        months = by_slug("roster").filters[0].options(site)
        assert (months[0], len(months)) == (("2026-03", "2026 年 3 月"), 15)

    def test_found_by_initials_and_shift(self, site: Context) -> None:
        person = new_staff(site, new_vendor(site))
        day, night = shifts(site)
        save(site, "roster", staff_id=person, day=TODAY, shift_id=day)
        save(site, "roster", staff_id=person, day=TODAY + DAY, shift_id=night)
        assert len(listed(site, "wq")) == 2
        assert [row.values["shift"] for row in listed(site, "V001 夜")] == ["夜班"]


class TestImport:
    HEAD = "工号,姓名,日期,班次"

    @pytest.fixture
    def ready(self, site: Context) -> Context:
        vendor = new_vendor(site)
        new_staff(site, vendor)
        new_staff(site, vendor, "V002", "李丽", arrived_on=date(2026, 3, 3))
        shifts(site)
        return site

    def test_by_code_name_and_rest(self, ready: Context, tmp_path: Path) -> None:
        path = sheet(
            tmp_path / "三月.csv", self.HEAD, "V001,王强,2026-03-05,B", "v001,,2026-03-06,夜班", "V002,李丽,2026/3/5,休"
        )
        assert import_roster(ready, path).as_json() == {"read": 3, "stored": 3, "duplicates": 0, "rejected": []}
        assert sorted(shown(ready)) == [
            (TODAY, "V001", "白班"),
            (TODAY, "V002", "休"),
            (TODAY + DAY, "V001", "夜班"),
        ]
        with ready.read() as connection:
            batch = connection.execute(select(ImportBatch.what, ImportBatch.file_name, ImportBatch.rows_stored)).one()
        assert tuple(batch) == ("roster", "三月.csv", 3)
        whole(ready)

    def test_month_grid(self, ready: Context, tmp_path: Path) -> None:
        path = sheet(
            tmp_path / "grid.csv", "2026年3月排班表", "工号,姓名,1,2,3,4,5,6", "V001,王强,,,B,休,B,", ",李丽,,,,,,Y"
        )
        assert import_roster(ready, path).as_json()["stored"] == 4
        assert sorted(shown(ready))[-1] == (TODAY + DAY, "V002", "夜班")

    def test_same_file_twice_changes_nothing(self, ready: Context, tmp_path: Path) -> None:
        path = sheet(tmp_path / "a.csv", self.HEAD, "V001,,2026-03-05,B", "V001,,2026-03-06,休", "V001,,2026-03-05,B")
        first = import_roster(ready, path)
        assert (first.read, first.stored, first.duplicates) == (3, 2, 1)
        before = links(ready)
        assert import_roster(ready, path).as_json() == {"read": 3, "stored": 0, "duplicates": 3, "rejected": []}
        assert links(ready) == before

    def test_changed_shift_replaces(self, ready: Context, tmp_path: Path) -> None:
        import_roster(ready, sheet(tmp_path / "a.csv", self.HEAD, "V001,,2026-03-05,B"))
        result = import_roster(ready, sheet(tmp_path / "b.csv", self.HEAD, "V001,,2026-03-05,Y"))
        assert (result.stored, shown(ready)) == (1, [(TODAY, "V001", "夜班")])

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("V009,,2026-03-05,B", "工号 V009 没有登记"),
            ("V001,,2026-03-05,Q", "班次“Q”没有登记"),
            ("V001,李丽,2026-03-05,B", "V001 是王强"),
            ("V002,,2026-03-02,B", "才到场"),
            (",张三,2026-03-05,B", "没有张三"),
            ("V001,,2026-03-32,B", "日期"),
        ],
    )
    def test_one_bad_row_keeps_the_whole_file_out(self, ready: Context, tmp_path: Path, line: str, said: str) -> None:
        before = links(ready)
        result = import_roster(ready, sheet(tmp_path / "a.csv", self.HEAD, "V001,,2026-03-04,B", line))
        assert (result.read, result.stored, [finding.row for finding in result.rejected]) == (2, 0, [3])
        assert said in result.rejected[0].reason
        assert (shown(ready), links(ready)) == ([], before)

    def test_first_day_on_site_is_good(self, ready: Context, tmp_path: Path) -> None:
        assert import_roster(ready, sheet(tmp_path / "a.csv", self.HEAD, "V002,,2026-03-03,B")).stored == 1

    def test_two_of_a_name_need_the_number(self, ready: Context, tmp_path: Path) -> None:
        vendor = new_vendor(ready, "W02", "中科软件", "中科")
        new_staff(ready, vendor, "V003", "王强")
        result = import_roster(ready, sheet(tmp_path / "a.csv", self.HEAD, ",王强,2026-03-05,B"))
        assert "请补上工号" in result.rejected[0].reason

    def test_name_and_number_of_one_person_may_not_differ(self, ready: Context, tmp_path: Path) -> None:
        result = import_roster(ready, sheet(tmp_path / "a.csv", self.HEAD, "V001,,2026-03-05,B", ",王强,2026-03-05,Y"))
        assert [finding.row for finding in result.rejected] == [3]
        assert "第 2 行" in result.rejected[0].reason

    def test_dry_run_stores_nothing(self, ready: Context, tmp_path: Path) -> None:
        path = sheet(tmp_path / "a.csv", self.HEAD, "V001,,2026-03-05,B")
        assert import_roster(ready, path, dry_run=True).stored == 1
        assert shown(ready) == []

    def test_signed_days_are_judged_again(self, ready: Context, tmp_path: Path) -> None:
        assert isinstance(ready.clock, FixedClock)
        ready.clock.set(datetime(2026, 3, 5, 9, 0))
        with ready.read() as connection:
            person = connection.execute(select(func.min(RosterEntry.staff_id))).scalar_one()
        assert person is None
        staff_id = by_slug("staff").list(ready, Query("V001")).rows[0].id
        sign(ready, staff_id=staff_id)
        assert standing_verdicts(ready) == [Judgement.LATE]
        import_roster(ready, sheet(tmp_path / "a.csv", self.HEAD, "V001,,2026-03-05,休"))
        assert standing_verdicts(ready) == []
        whole(ready)

    def test_readers_may_not(self, ready: Context, tmp_path: Path) -> None:
        path = sheet(tmp_path / "a.csv", self.HEAD, "V001,,2026-03-05,B")
        with pytest.raises(Refusal, match="登录"):
            import_roster(as_role(ready, Role.READER), path)


def test_form_of_an_entry(site: Context) -> None:
    person = new_staff(site, new_vendor(site))
    made = save(site, "roster", staff_id=person, day=TODAY, shift_id=0)
    assert load(site, "roster", made) == {"staff_id": person, "day": TODAY, "shift_id": 0}
