"""Personal data of visitors: revealed only on demand and on record, cleared in time, and then nowhere in any byte."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import machine_room
import pytest
import team as team_module
from machine_room import act, save
from sqlalchemy import select

from opsdesk import bootstrap
from opsdesk.catalog import by_slug
from opsdesk.models import (
    DoorEvent,
    ImportBatch,
    LedgerRow,
    Loan,
    OffHours,
    Permit,
    PermitPerson,
    PersonalValue,
    Visit,
    Visitor,
)
from opsdesk.register import Query
from opsdesk.rules.vocabulary import Role
from opsdesk.services import backup, chain, id_numbers, privacy, settings
from opsdesk.services.context import Actor, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.id_numbers import check_character

CUT = datetime(2025, 9, 5)
"""Six months before the site's day, 5 March 2026: the first that is kept."""
SECOND = timedelta(seconds=1)
MANY = 900


def card(n: int) -> str:
    seventeen = f"110101{19700101 + n % 28 + n // 28 % 12 * 100}{n:03}"
    return seventeen + check_character(seventeen)


def phone(n: int) -> str:
    return f"1391234{n:04}"


def go_to(ctx: Context, when: datetime) -> None:
    team_module.go_to(ctx, f"{when:%Y-%m-%d %H:%M:%S}")


def visit(ctx: Context, room: int, n: int, left: datetime | None, entered: datetime | None = None) -> int:
    usual: dict[str, Any] = dict.fromkeys(
        ("module", "purpose", "escort", "second_escort", "operation", "left_check", "off_hours_number", "remarks",
         "registered_by", "void_reason"), ""
    )  # fmt: skip
    entered = entered or (left or CUT) - timedelta(hours=1)
    with ctx.transaction("测试") as tx:
        return tx.insert(
            Visit, **usual, room_id=room, name=f"访客{n}", initials="FK", unit="恒通", external=True, id_kind="身份证",
            id_number=card(n), phone=phone(n), entered_at=entered, left_at=left, registered_at=entered,
        )  # fmt: skip


def loan(ctx: Context, n: int, returned: datetime | None, due: date) -> int:
    usual: dict[str, Any] = dict.fromkeys(
        ("filed_by", "unit", "place", "reason", "condition_out", "lent_by", "approved_by", "refusal", "received_by",
         "condition_in", "damage", "liability", "photo_sha256", "photo_name", "remarks"), ""
    )  # fmt: skip
    with ctx.transaction("测试") as tx:
        return tx.insert(
            Loan, **usual, number=f"JY-{n}", applied_at=CUT - timedelta(days=9), borrower=f"借用人{n}", phone=phone(n),
            due_on=due, first_due_on=due, extensions=0, returned_at=returned,
        )  # fmt: skip


def door_event(ctx: Context, n: int, at: datetime) -> int:
    with ctx.transaction("测试") as tx:
        counted = dict.fromkeys(("rows_read", "rows_stored", "rows_duplicate", "rows_rejected"), 1)
        batch = tx.insert(
            ImportBatch, what="门禁", file_name="a.csv", sha256=f"{n}", format="csv", at=ctx.now(), **counted
        )
        blank = dict.fromkeys(("staff_no", "unit", "direction", "event", "reader"), "")
        return tx.insert(
            DoorEvent,
            **blank,
            at=at,
            name=f"门前人{n}",
            door="北门",
            card=f"3891192{n:04}",
            key=f"k{n}",
            batch_id=batch,
        )


def row(ctx: Context, model: Any, record_id: int) -> dict[str, Any]:
    with ctx.read() as connection:
        return dict(connection.execute(select(model.__table__).where(model.id == record_id)).mappings().one())


def sound(ctx: Context) -> None:
    with ctx.read() as connection:
        assert bootstrap.verify(connection) == []


def raw_bytes(ctx: Context) -> bytes:
    """Database and journal as they lie on the disk."""
    ctx.reading.dispose()
    files = [each for each in ctx.home.iterdir() if each.name.startswith(backup.DATABASE)]
    assert bootstrap.database(ctx.home) in files
    return b"".join(each.read_bytes() for each in files)


class TestNothingStays:
    def test_of_nine_hundred_visitors_no_byte_stays_and_a_hundred_are_whole(self, site: Context) -> None:
        room = machine_room.a_room(site)
        for n in range(MANY + 100):
            visit(site, room, n, CUT - SECOND if n < MANY else CUT)
        secrets = [(card(n), phone(n)) for n in range(MANY + 100)]
        before = raw_bytes(site)
        assert all(secret.encode() in before for pair in secrets for secret in pair)
        said = privacy.purge(site).value
        assert f"进出记录 {MANY} 条" in said
        after = raw_bytes(site)
        assert [pair for pair in secrets[:MANY] if any(secret.encode() in after for secret in pair)] == []
        assert all(secret.encode() in after for pair in secrets[MANY:] for secret in pair)
        sound(site)

    def test_earlier_versions_go_with_the_last(self, site: Context) -> None:
        made = visit(site, machine_room.a_room(site), 1, CUT - SECOND)
        with site.transaction("更正") as tx:
            tx.update(Visit, made, id_number=card(2), phone=None)
            tx.update(Visit, made, name="访客乙")
        privacy.purge(site)
        raw = raw_bytes(site)
        assert not any(secret.encode() in raw for secret in (card(1), card(2), phone(1)))
        assert "访客乙".encode() in raw
        assert "访客1".encode() in raw, "the name stays, its earlier version too"
        sound(site)

    def test_what_was_emptied_by_hand_is_erased_as_well(self, site: Context) -> None:
        made = visit(site, machine_room.a_room(site), 1, CUT - SECOND)
        with site.transaction("更正") as tx:
            tx.update(Visit, made, id_number=None, phone=None)
        assert card(1).encode() in raw_bytes(site)
        privacy.purge(site)
        assert card(1).encode() not in raw_bytes(site)
        assert row(site, Visit, made)["purged_at"] == site.now()
        sound(site)

    def test_a_value_put_back_or_taken_by_hand_is_found(self, site: Context) -> None:
        room = machine_room.a_room(site)
        old, new = visit(site, room, 1, CUT - SECOND), visit(site, room, 2, CUT)
        privacy.purge(site)
        with closing(sqlite3.connect(bootstrap.database(site.home))) as connection, connection:
            connection.execute("UPDATE visit SET id_number=? WHERE id=?", (card(1), old))
        with site.read() as connection:
            assert any("visit 第" in line for line in bootstrap.verify(connection))
        with closing(sqlite3.connect(bootstrap.database(site.home))) as connection, connection:
            connection.execute("UPDATE visit SET id_number=NULL WHERE id=?", (old,))
            connection.execute("DELETE FROM personal_value WHERE value=?", (card(2),))
        with site.read() as connection:
            found = bootstrap.verify(connection)
        assert any("id_number 不见了" in line for line in found)
        assert any(f"visit 第 {new} 行" in line for line in found)

    def test_a_forged_forgetting_is_found(self, site: Context) -> None:
        visit(site, machine_room.a_room(site), 1, CUT)
        with closing(sqlite3.connect(bootstrap.database(site.home))) as connection, connection:
            (seq,) = connection.execute("SELECT max(seq) FROM ledger WHERE subject='visit'").fetchone()
            connection.execute("DELETE FROM personal_value WHERE seq=? AND \"column\"='phone'", (seq,))
            last = connection.execute("SELECT * FROM ledger ORDER BY seq DESC LIMIT 1").fetchone()
            names = [each[1] for each in connection.execute("PRAGMA table_info(ledger)")]
            forged = {**dict(zip(names, last, strict=True)), "seq": last[0] + 1, "kind": "forget"}
            forged["body"] = chain.canonical({"values": [[seq, "phone"]]})
            forged["hash"] = chain.link(last[-1], forged)
            marks = ",".join("?" * len(names))
            connection.execute(f"INSERT INTO ledger VALUES ({marks})", [forged[name] for name in names])
        with site.read() as connection:
            assert any("visit 第 1 行与审计链" in line for line in bootstrap.verify(connection))

    @pytest.mark.parametrize("body", ["{}", "[]", '{"values": 5}', '{"values": [[1]]}', '{"values": [[{}, []]]}', "改"])
    def test_a_spoilt_link_is_told_and_stops_nothing(self, site: Context, body: str) -> None:
        visit(site, machine_room.a_room(site), 1, CUT - SECOND)
        privacy.purge(site)
        with closing(sqlite3.connect(bootstrap.database(site.home))) as connection, connection:
            connection.execute("UPDATE ledger SET body=? WHERE kind='forget'", (body,))
        with site.read() as connection:
            assert any("与前后不符" in line for line in bootstrap.verify(connection))


class TestWhenAndWhat:
    @pytest.mark.parametrize(
        ("today", "months", "first"),
        [
            (date(2026, 3, 5), 6, date(2025, 9, 5)),
            (date(2026, 3, 31), 1, date(2026, 2, 28)),
            (date(2024, 3, 31), 1, date(2024, 2, 29)),
            (date(2026, 8, 31), 6, date(2026, 2, 28)),
            (date(2026, 1, 1), 120, date(2016, 1, 1)),
            (date(2026, 12, 31), 12, date(2025, 12, 31)),
        ],
    )
    def test_months_before_today(self, today: date, months: int, first: date) -> None:
        assert privacy.cutoff(today, months) == first

    def test_a_visit_counts_from_its_end_or_its_beginning_where_it_has_none(self, site: Context) -> None:
        room = machine_room.a_room(site)
        gone = [
            visit(site, room, 1, CUT - SECOND),
            visit(site, room, 2, None, CUT - SECOND),
        ]
        kept = [visit(site, room, 3, CUT, CUT - timedelta(days=1)), visit(site, room, 4, None, CUT)]
        privacy.purge(site)
        for made in gone:
            cleared = row(site, Visit, made)
            assert (cleared["id_number"], cleared["phone"], cleared["purged_at"]) == (None, None, site.now())
            assert cleared["name"].startswith("访客"), "F08 on paper is kept for years and names him"
            assert cleared["unit"] == "恒通"
        assert all(row(site, Visit, made)["id_number"] for made in kept)

    def test_a_setting_says_how_many_months(self, site: Context) -> None:
        made = visit(site, machine_room.a_room(site), 1, datetime(2026, 2, 4, 23, 59, 59))
        assert "没有要清除" in privacy.purge(site).value
        settings.write(site, {"privacy.visitor_months": "1"})
        assert "进出记录 1 条" in privacy.look(site).sentence
        privacy.purge(site)
        assert row(site, Visit, made)["id_number"] is None

    @pytest.mark.parametrize(("months", "fits"), [("0", False), ("1", True), ("120", True), ("121", False)])
    def test_the_setting_has_limits(self, site: Context, months: str, fits: bool) -> None:
        if fits:
            settings.write(site, {"privacy.visitor_months": months})
        else:
            with pytest.raises(Refusal, match="1 到 120"):
                settings.write(site, {"privacy.visitor_months": months})

    def test_permits_by_the_end_of_their_time(self, site: Context) -> None:
        room = machine_room.a_room(site)
        go_to(site, CUT - timedelta(days=40))
        begins = CUT - timedelta(days=31)
        old = machine_room.permit(site, room, planned_from=begins, planned_to=CUT - SECOND, several=True)
        new = machine_room.permit(site, room, planned_from=begins, planned_to=CUT, several=True)
        go_to(site, datetime(2026, 3, 5, 8))
        privacy.purge(site)
        with site.read() as connection:
            query = select(PermitPerson.permit_id, PermitPerson.id_number, PermitPerson.phone, PermitPerson.name)
            people = connection.execute(query).all()
        assert {each.permit_id for each in people if each.id_number and each.phone} == {new}
        assert all(each.name for each in people)
        assert (row(site, Permit, old)["phone"], row(site, Permit, old)["applicant"]) == (None, "周工")
        assert row(site, Permit, new)["phone"] == "13912345678"
        sound(site)

    def test_frequent_visitors_and_the_door_lose_the_name_too(self, site: Context) -> None:
        go_to(site, CUT - timedelta(days=1))
        old = save(site, "visitor", name="张三", unit="恒通", id_number=card(1), phone=phone(1))
        go_to(site, CUT)
        new = save(site, "visitor", name="李四", unit="恒通", id_number=card(2), phone=phone(2))
        go_to(site, datetime(2026, 3, 5, 8))
        before, after = door_event(site, 1, CUT - SECOND), door_event(site, 2, CUT)
        privacy.purge(site)
        cleared = row(site, Visitor, old)
        assert (cleared["name"], cleared["initials"], cleared["id_number"]) == (privacy.PURGED, "", None)
        assert row(site, Visitor, new)["name"] == "李四"
        assert (row(site, DoorEvent, before)["name"], row(site, DoorEvent, before)["card"]) == (privacy.PURGED, None)
        assert row(site, DoorEvent, after)["card"] is not None
        raw = raw_bytes(site)
        assert not any(secret.encode() in raw for secret in ("张三", card(1), phone(1), "门前人1", "38911920001"))
        assert all(secret.encode() in raw for secret in ("李四", card(2), "门前人2", "38911920002"))
        with pytest.raises(Refusal, match="到期清除"):
            act(site, "visitor", "reveal", old, reason="核对")
        sound(site)

    def test_off_hours_slips_keep_the_names_alone(self, site: Context) -> None:
        go_to(site, CUT - timedelta(days=3))
        begins = CUT - timedelta(days=1)
        people = f"王强 {card(1)[-4:]} {phone(1)}\nTom Lee E12345678\n李敏、赵工"
        made = machine_room.off_hours(site, begins_at=begins, ends_at=CUT - SECOND, people=people, phone=phone(2))
        kept = machine_room.off_hours(site, begins_at=begins, ends_at=CUT, people=people)
        go_to(site, datetime(2026, 3, 5, 8))
        privacy.purge(site)
        cleared = row(site, OffHours, made)
        assert cleared["people"] == "王强\nTom Lee\n李敏\n赵工"
        assert (cleared["phone"], cleared["applicant"]) == (None, "周工")
        assert phone(1) in row(site, OffHours, kept)["people"]
        assert "没有要清除" in privacy.look(site).sentence
        sound(site)

    def test_an_off_hours_slip_whose_numbers_were_taken_out_before_is_cleared_of_them(self, site: Context) -> None:
        go_to(site, CUT - timedelta(days=3))
        times = {"begins_at": CUT - timedelta(days=1), "ends_at": CUT - SECOND}
        made = machine_room.off_hours(site, **times, people=f"王强 {phone(1)}", phone="")
        machine_room.off_hours(site, **times, people="王强", phone="")
        with site.transaction("更正") as tx:
            tx.update(OffHours, made, people="王强")
        go_to(site, datetime(2026, 3, 5, 8))
        assert "场地使用申请 1 条" in privacy.look(site).sentence
        privacy.purge(site)
        assert phone(1).encode() not in raw_bytes(site)
        assert "没有要清除" in privacy.look(site).sentence

    def test_a_loan_loses_its_phone_when_it_is_back_or_was_due_so_long_ago(self, site: Context) -> None:
        day = timedelta(days=1)
        ends = [
            (CUT - SECOND, CUT + day), (None, CUT - day), (CUT, CUT - day), (None, CUT),
        ]  # fmt: skip
        made = [loan(site, n, returned, due.date()) for n, (returned, due) in enumerate(ends, 1)]
        assert "借用单 2 条" in privacy.look(site).sentence
        privacy.purge(site)
        assert [row(site, Loan, each)["phone"] for each in made] == [None, None, phone(3), phone(4)]
        assert row(site, Loan, made[0])["borrower"] == "借用人1"
        assert not any(phone(n).encode() in raw_bytes(site) for n in (1, 2))
        assert "没有要清除" in privacy.look(site).sentence
        sound(site)

    def test_a_look_changes_nothing_and_a_second_clearing_finds_nothing(self, site: Context) -> None:
        room = machine_room.a_room(site)
        visit(site, room, 1, CUT - SECOND)
        with site.read() as connection:
            before = chain.count(connection)
        assert privacy.look(site).sentence.startswith("2025-09-05 以前（满 6 个月）要清除：进出记录 1 条。")
        with site.read() as connection:
            assert chain.count(connection) == before
        privacy.purge(site)
        with site.read() as connection:
            before = chain.count(connection)
        assert privacy.purge(site).value == "2025-09-05 以前（满 6 个月）没有要清除的访客个人信息。"
        with site.read() as connection:
            assert chain.count(connection) == before

    def test_a_file_that_was_not_written_anew_is_told_and_the_next_clearing_does_it(self, site: Context) -> None:
        with site.transaction(privacy.CLEARED) as tx:  # and then the power went
            tx.event("privacy")
        assert privacy.look(site).sentence == "上次清除或加密以后数据文件还没有整理，要再整理一次。"
        barred = replace(site, writing=site.reading)
        assert privacy.compact(barred) == "数据文件还没有整理（数据文件是只读的，没有保存），请稍后再清除一次。"
        assert privacy.look(site).unfinished
        privacy.purge(site)
        assert "没有要清除" in privacy.look(site).sentence
        sound(site)

    @pytest.mark.parametrize("role", [Role.DESK, Role.READER, Role.KIOSK])
    def test_only_the_supervisor_looks_and_clears(self, site: Context, role: Role) -> None:
        other = site.acting_as(Actor("李值班", role))
        for ask in (privacy.look, privacy.purge):
            with pytest.raises(Refusal, match="主管"):
                ask(other)

    def test_the_chain_says_who_cleared_how_many(self, site: Context) -> None:
        visit(site, machine_room.a_room(site), 1, CUT - SECOND)
        privacy.purge(site)
        with site.read() as connection:
            query = select(LedgerRow.act, LedgerRow.kind, LedgerRow.subject, LedgerRow.body, LedgerRow.operator)
            links = connection.execute(query.order_by(LedgerRow.seq.desc()).limit(4)).all()
        assert [(each.kind, each.subject) for each in links] == [
            ("event", "privacy"), ("event", "privacy"), ("update", "visit"), ("forget", "visit"),
        ]  # fmt: skip
        assert {each.act for each in links[1:]} == {"清除到期个人信息"}
        assert {each.operator for each in links} == {"主管"}
        assert '"visit":1' in links[1].body
        assert '"cutoff":"2025-09-05"' in links[1].body


class TestCopies:
    def backup_of(self, ctx: Context, at: datetime) -> Path:
        return backup.make(ctx.home, at, "手动").path

    def test_copies_as_old_are_deleted_and_the_newest_is_kept(self, site: Context) -> None:
        old, newer = self.backup_of(site, CUT - SECOND), self.backup_of(site, CUT)
        aside = site.home / "set-aside-20250904-120000"
        recent = site.home / "set-aside-20250905-120000"
        for folder in (aside, recent):
            folder.mkdir()
            (folder / "ops.db").write_bytes(b"x")
        assert "旧备份 2 份" in privacy.look(site).sentence
        assert privacy.purge(site).value == "已清除 2025-09-05 以前的旧备份 2 份。"
        assert [each.exists() for each in (old, newer, aside, recent)] == [False, True, False, True]
        sound(site)

    def test_a_single_old_backup_stays(self, site: Context) -> None:
        old = self.backup_of(site, CUT - timedelta(days=365))
        assert "没有要清除" in privacy.purge(site).value
        assert old.exists()

    def test_what_is_named_otherwise_is_left_alone(self, site: Context) -> None:
        self.backup_of(site, CUT)
        strange = site.home / backup.FOLDER / "ops-旧.db"
        strange.write_bytes(b"x")
        privacy.purge(site)
        assert strange.exists()


class TestReveal:
    def person(self, ctx: Context) -> int:
        return save(ctx, "visitor", name="张三", unit="恒通", id_number=card(1), phone=phone(1))

    def test_the_supervisor_sees_the_whole_number_and_the_chain_says_so(self, site: Context) -> None:
        made = self.person(site)
        shown = privacy.reveal(site, "visitor", made, "公安核查").value
        assert (shown.name, shown.id_kind, shown.id_number, shown.phone) == ("张三", "身份证", card(1), phone(1))
        assert card(1) in shown.sentence
        with site.read() as connection:
            link = connection.execute(select(LedgerRow).order_by(LedgerRow.seq.desc()).limit(1)).mappings().one()
        assert (link["act"], link["kind"], link["subject"], link["subject_id"], link["reason"]) == (
            "查看证件号", "event", "visitor", made, "公安核查",
        )  # fmt: skip
        assert card(1) not in link["body"]
        sound(site)

    @pytest.mark.parametrize("role", [Role.DESK, Role.READER, Role.KIOSK])
    def test_nobody_else_does(self, site: Context, role: Role) -> None:
        with pytest.raises(Refusal, match="主管"):
            privacy.reveal(site.acting_as(Actor("李值班", role)), "visitor", self.person(site), "核对")

    @pytest.mark.parametrize(("reason", "enough"), [("", False), ("核", False), (" \u200b核", False), ("核对", True)])
    def test_a_reason_is_asked_for(self, site: Context, reason: str, enough: bool) -> None:
        made = self.person(site)
        with site.read() as connection:
            before = chain.count(connection)
        if enough:
            privacy.reveal(site, "visitor", made, reason)
        else:
            with pytest.raises(Refusal, match="为什么") as refused:
                privacy.reveal(site, "visitor", made, reason)
            assert refused.value.field == "reason"
        with site.read() as connection:
            assert chain.count(connection) == before + enough

    def test_of_visits_and_permits_too_and_not_after_they_were_cleared(self, site: Context) -> None:
        room = machine_room.a_room(site)
        made = visit(site, room, 1, CUT - SECOND)
        permit = machine_room.permit(site, room)
        assert privacy.reveal(site, "visit", made, "核对").value.id_number == card(1)
        assert machine_room.id_number(1) in act(site, "permit", "reveal", permit, name="周工", reason="核对")
        privacy.purge(site)
        with pytest.raises(Refusal, match="2026-03-05 到期清除"):
            privacy.reveal(site, "visit", made, "核对")
        with pytest.raises(Refusal, match="已经不在了"):
            privacy.reveal(site, "visit", 999, "核对")

    def test_lists_and_forms_show_masks_only(self, site: Context) -> None:
        made = self.person(site)
        permit = machine_room.permit(site, machine_room.a_room(site))
        visitors, permits = by_slug("visitor"), by_slug("permit")
        assert visitors.load is not None
        assert permits.load is not None
        seen = f"{visitors.list(site, Query())}{visitors.load(site, made)}"
        seen += f"{permits.list(site, Query())}{permits.load(site, permit)['people']}"
        for secret in (card(1), phone(1), machine_room.id_number(1), "E12345678"):
            assert secret not in seen
        assert id_numbers.masked(card(1)) in seen

    def test_the_side_table_holds_a_value_for_each_commitment_that_is_left(self, site: Context) -> None:
        visit(site, machine_room.a_room(site), 1, CUT - SECOND)
        privacy.purge(site)
        with site.read() as connection:
            held = connection.execute(select(PersonalValue.column).where(PersonalValue.value == card(1))).all()
        assert held == []
