"""The password of the identity numbers: set, changed, given up; nowhere in any byte is a whole number left."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import a_site
import machine_room
import pytest
from machine_room import act, id_number, save
from sqlalchemy import select
from team import go_to

from opsdesk import bootstrap, issued
from opsdesk import history as words
from opsdesk.catalog import by_slug
from opsdesk.exports import issuing
from opsdesk.models import LedgerRow, OffHours, PermitPerson, PersonalValue, Visit, Visitor
from opsdesk.register import Query
from opsdesk.registers.off_hours import documents as off_hours_papers
from opsdesk.registers.permit import documents as permit_papers
from opsdesk.registers.visit import documents as visit_papers
from opsdesk.rules.vocabulary import Role
from opsdesk.services import (
    backup,
    backup_second,
    closing,
    closing_changes,
    closings,
    history,
    id_numbers,
    number_password,
    privacy,
    restoring,
    unsound,
)
from opsdesk.services.context import Actor, Context
from opsdesk.services.drafts import Drafts
from opsdesk.services.errors import Refusal
from opsdesk.services.history import Asked
from opsdesk.services.seals import Finding

PASSWORD, NEXT = "保险柜第二层的蓝本子", "档案室左边的铁皮柜子"
CARD, OLDER, PASS = id_number(1), id_number(5), "E12345678"
SECRETS = (CARD, OLDER, PASS, "G99887766")
NUMBERS = {"visitor": Visitor, "visit": Visit, "permit_person": PermitPerson}


@pytest.fixture
def lived(site: Context) -> Context:
    """A permit with two people, corrected once; a visit on it; a slip on which a passport stood whole."""
    room = machine_room.a_room(site)
    people = machine_room.PEOPLE.replace(CARD, OLDER)
    paper = machine_room.permit(site, room, people=people)
    register = by_slug("permit")
    assert register.save is not None
    assert register.load is not None
    register.save(site, paper, {**register.load(site, paper), "people": machine_room.PEOPLE})
    go_to(site, "2026-03-05 08:30:00")
    act(site, "permit", "approve", paper)
    go_to(site, "2026-03-05 09:00:00")
    usual = {"room_id": room, "purpose": "检查", "escort": "赵敏", "permit_number": "JF-20260305-01"}
    save(site, "visit", name="周工", unit="恒通网络", id_number=CARD, phone="13912345678", **usual)
    slip = machine_room.off_hours(site)
    with site.transaction("测试") as tx:
        tx.update(OffHours, slip, people="周工 恒通网络 护照 G99887766 13912345678\n吴工")
    return site


def change(ctx: Context, slug: str, record_id: int, **more: object) -> None:
    """Change these fields of a record by its form."""
    register = by_slug(slug)
    assert register.save is not None
    assert register.load is not None
    register.save(ctx, record_id, {**register.load(ctx, record_id), **more})


def values(ctx: Context) -> list[str]:
    """Every identity number as it lies in the tables and beside the chain."""
    with ctx.read() as connection:
        found = [each for model in NUMBERS.values() for each in connection.execute(select(model.id_number)).scalars()]
        query = select(PersonalValue.value).where(PersonalValue.column == "id_number")
        return [each for each in (*found, *connection.execute(query).scalars()) if each]


def whole(ctx: Context) -> None:
    with ctx.read() as connection:
        assert bootstrap.verify(connection) == []


def lying(ctx: Context, but: str = "nothing") -> list[str]:
    """Secrets that can be read in some byte of the data folder, and in which file."""
    ctx.reading.dispose()
    files = [each for each in ctx.home.rglob("*") if each.is_file() and but not in each.parts]
    return [f"{each.name}: {secret}" for each in files for secret in SECRETS if secret.encode() in each.read_bytes()]


def seen(ctx: Context) -> str:
    """What lists, forms and papers show of people."""
    shown = []
    for slug in ("visitor", "visit", "permit", "off_hours"):
        register = by_slug(slug)
        assert register.load is not None
        page = register.list(ctx, Query())
        shown += [str(page), *(str(register.load(ctx, row.id)) for row in page.rows)]
    day = visit_papers.day(ctx, ctx.today())
    papers = [day, permit_papers.permit(ctx, 1), off_hours_papers.slip(ctx, 1)]
    return "\n".join([*shown, *(str(paper.body) for paper in papers)])


def reveal(ctx: Context, password: str = PASSWORD, what: str = "visit", record_id: int = 1) -> str:
    return privacy.reveal(ctx, what, record_id, "公安核查", password).value.id_number


class TestTurningOn:
    def test_no_byte_of_the_data_folder_says_a_number_any_more(self, lived: Context) -> None:
        assert len(lying(lived)) == len(SECRETS)
        before = seen(lived)
        said = number_password.turn_on(lived, PASSWORD).value
        assert "证件号已加密，共 6 处。" in said
        assert PASSWORD not in said
        assert lying(lived) == []
        assert all(id_numbers.is_sealed(each) for each in values(lived))
        assert seen(lived).replace("护照 7766 ", "护照 G99887766 ") == before
        whole(lived)
        made = backup.make(lived.home, lived.now(), "手动")
        assert made.path.is_file()
        assert lying(lived) == []
        with lived.read() as connection:
            link = connection.execute(
                select(LedgerRow.body).where(LedgerRow.act == "加密证件号", LedgerRow.kind == "event")
            ).scalar_one()
        assert link == '{"permit_person":2,"visit":1,"visitor":3}'

    def test_what_is_written_afterwards_is_sealed_before_it_is_written(self, lived: Context) -> None:
        number_password.turn_on(lived, PASSWORD)
        later, passport = id_number(40), "E00112233"
        save(lived, "visitor", name="新来", unit="恒通", id_number=later)
        permit = by_slug("permit")
        assert permit.save is not None
        assert permit.load is not None
        other = machine_room.permit(lived, 1, people=f"钱工 身份证 {later}\n孙工 恒通网络 护照 {passport}")
        permit.save(lived, other, {**permit.load(lived, other), "people": f"钱工 身份证 {id_number(41)}\n孙工"})
        visit = by_slug("visit")
        assert visit.save is not None
        assert visit.load is not None
        usual = {"room_id": 1, "purpose": "检查", "escort": "赵敏"}
        made = save(lived, "visit", name="李工", unit="恒通网络", id_number=id_number(42), **usual)
        visit.save(lived, made, {**visit.load(lived, made), "id_number": id_number(43)})
        machine_room.off_hours(lived, people=f"孙工 护照 {passport}\n钱工 {later}")
        drafts = Drafts(lived.home)
        drafts.keep("incident:1:symptom", "换了门禁")
        drafts.close()
        backup.make(lived.home, lived.now(), "手动")
        lived.reading.dispose()
        raw = b"".join(each.read_bytes() for each in lived.home.rglob("*") if each.is_file())
        assert not any(each.encode() in raw for each in (later, passport, *(id_number(n) for n in (41, 42, 43))))
        assert reveal(lived, record_id=made) == id_number(43)
        assert all(id_numbers.is_sealed(each) for each in values(lived))
        whole(lived)

    def test_the_history_shows_masks_and_never_what_is_sealed(self, lived: Context) -> None:
        number_password.turn_on(lived, PASSWORD)
        save(lived, "visitor", name="新来", unit="恒通", id_number=CARD)
        reveal(lived)
        links, total = history.listed(lived, Asked(), 0, 1000)
        said = "".join(str(each) for each in links)
        assert total == len(links)
        assert id_numbers.SEAL not in said
        assert id_numbers.masked(CARD) in said
        assert CARD not in said
        told = {(each.act, words.sentence(each)) for each in links if each.kind == "event"}
        assert ("查看证件号", "查看：证件号、联系电话") in told
        assert ("加密证件号", "进入人员：2；出入记录：1；常来人员：3") in told

    def test_more_numbers_than_a_batch_are_all_sealed_at_once(self, lived: Context) -> None:
        rows = [
            {"name": f"访客{n}", "initials": "FK", "unit": "恒通", "id_kind": "身份证", "id_number": id_number(n),
             "last_on": lived.today()}
            for n in range(100, 1000)
        ]  # fmt: skip
        with lived.transaction("测试") as tx:
            tx.insert_many(Visitor, rows)
        number_password.turn_on(lived, PASSWORD)
        lived.reading.dispose()
        raw = bootstrap.database(lived.home).read_bytes()
        assert not any(row["id_number"].encode() in raw for row in rows)
        whole(lived)

    def test_days_that_are_closed_are_sealed_too(self, lived: Context) -> None:
        go_to(lived, "2026-03-06 09:00:00")
        closing.close(lived, closings.named("2026-03-05"), because="现在就要关")
        number_password.turn_on(lived, PASSWORD)
        assert lying(lived, but="backups") == []
        whole(lived)

    def test_sealing_is_no_correction_of_a_day_that_stands_open_again(self, lived: Context) -> None:
        go_to(lived, "2026-03-06 09:00:00")
        closed = closing.close(lived, closings.named("2026-03-05"), because="现在就要关").value.id
        closing.reopen(lived, closed, password=a_site.PASSWORD, reason="补一个备注")
        visit = by_slug("visit")
        assert visit.save is not None
        assert visit.load is not None
        visit.save(lived, 1, {**visit.load(lived, 1), "unit": "恒通公司"})
        number_password.turn_on(lived, PASSWORD)
        number_password.change(lived, PASSWORD, NEXT)
        (link,) = closing_changes.of_closing(lived, closed).links
        assert [each.column for each in link.changes] == ["unit"]
        number_password.turn_off(lived, NEXT)
        assert len(closing_changes.of_closing(lived, closed).links) == 1

    @pytest.mark.parametrize("password", ["1234567", "88888888"])
    def test_a_weak_password_changes_nothing(self, lived: Context, password: str) -> None:
        with pytest.raises(Refusal) as refused:
            number_password.turn_on(lived, password)
        assert refused.value.field == "password"
        assert not number_password.look(lived).sealed
        assert CARD in values(lived)

    def test_the_login_password_is_no_second_lock(self, lived: Context) -> None:
        with pytest.raises(Refusal, match="证件号密码不能和登录密码一样") as refused:
            number_password.turn_on(lived, a_site.PASSWORD)
        assert refused.value.field == "password"
        assert not number_password.look(lived).sealed
        number_password.turn_on(lived, f"{a_site.PASSWORD}。")
        with pytest.raises(Refusal, match="登录密码"):
            number_password.change(lived, f"{a_site.PASSWORD}。", a_site.PASSWORD)
        assert CARD not in values(lived)

    @pytest.mark.parametrize("role", [Role.DESK, Role.READER, Role.KIOSK])
    def test_only_the_supervisor_may(self, lived: Context, role: Role) -> None:
        other = lived.acting_as(Actor("李值班", role))
        acts = (
            lambda: number_password.turn_on(other, PASSWORD),
            lambda: number_password.change(other, PASSWORD, NEXT),
            lambda: number_password.turn_off(other, PASSWORD),
            lambda: number_password.give_up(other),
            lambda: number_password.drop_copies(other),
        )
        for asked in acts:
            with pytest.raises(Refusal, match="主管"):
                asked()

    def test_twice_is_refused_and_the_first_password_stays(self, lived: Context) -> None:
        number_password.turn_on(lived, PASSWORD)
        with pytest.raises(Refusal, match="已经加密"):
            number_password.turn_on(lived, NEXT)
        assert reveal(lived) == CARD

    def test_a_reason_does_not_carry_a_number_into_the_chain(self, lived: Context) -> None:
        number_password.turn_on(lived, PASSWORD)
        wrong = f"{CARD[:-1]}2"
        save(lived, "visitor", name="老证", unit="恒通", id_number=wrong, id_reason=f"证上就是 {wrong}")
        enter = {"room_id": 1, "purpose": "检查", "escort": "赵敏", "id_reason": f"证上就是 {wrong}"}
        save(lived, "visit", name="老证", unit="恒通", id_number=wrong, **enter)
        privacy.reveal(lived, "visit", 1, f"核对 {CARD}", PASSWORD)
        lived.reading.dispose()
        raw = bootstrap.database(lived.home).read_bytes()
        assert wrong.encode() not in raw
        assert CARD.encode() not in raw
        assert "核对 0011".encode() in raw

    def test_no_reason_that_stays_in_a_record_carries_a_number_either(self, lived: Context) -> None:
        number_password.turn_on(lived, PASSWORD)
        order = "202603050000123456"
        why = f"{CARD} 填错，见工单 {order}"
        room = 1
        act(lived, "permit", "extend", 1, reason=why, planned_to=datetime(2026, 3, 5, 13))
        change(lived, "visit", 1, operation=why, id_number=None)
        act(lived, "visit", "void", 1, reason=why)
        act(lived, "permit", "refuse", machine_room.permit(lived, room, people="吴工"), reason=why)
        act(lived, "permit", "void", machine_room.permit(lived, room, people="吴工"), reason=why)
        act(lived, "off_hours", "refuse", machine_room.off_hours(lived, reason=why), reason=why)
        act(lived, "off_hours", "void", machine_room.off_hours(lived), reason=why)
        lived.reading.dispose()
        raw = bootstrap.database(lived.home).read_bytes()
        assert CARD.encode() not in raw
        assert raw.count(order.encode()) >= 14, "what is no identity number stays as it was written"

    def test_papers_issued_before_are_what_the_record_still_holds(self, lived: Context) -> None:
        forms = [issuing.issue(lived, [made]).value[0] for made in (
            visit_papers.day(lived, lived.today()), permit_papers.permit(lived, 1),
        )]  # fmt: skip
        number_password.turn_on(lived, PASSWORD)
        assert [issued.check(lived, form.seal).finding for form in forms] == [Finding.SAME, Finding.SAME]
        number_password.turn_off(lived, PASSWORD)
        assert [issued.check(lived, form.seal).finding for form in forms] == [Finding.SAME, Finding.SAME]


class TestReveal:
    def test_the_password_shows_the_whole_number_of_every_record(self, lived: Context) -> None:
        number_password.turn_on(lived, PASSWORD)
        said = act(lived, "visit", "reveal", 1, reason="公安核查", number_password=PASSWORD)
        assert CARD in said
        assert PASS in act(lived, "permit", "reveal", 1, name="吴工", reason="核对", number_password=PASSWORD)
        assert OLDER in act(lived, "visitor", "reveal", 1, reason="核对", number_password=PASSWORD)
        whole(lived)

    def test_without_it_the_telephone_is_shown_alone(self, lived: Context) -> None:
        number_password.turn_on(lived, PASSWORD)
        shown = privacy.reveal(lived, "visit", 1, "打电话给他").value
        assert (shown.id_number, shown.phone) == (id_numbers.masked(CARD), "13912345678")
        assert shown.sentence == (
            f"周工：身份证号 {id_numbers.masked(CARD)}，全号要填证件号密码，电话 13912345678。查看已记入审计。"
        )
        with lived.read() as connection:
            query = select(LedgerRow.body).where(LedgerRow.act == "查看证件号").order_by(LedgerRow.seq.desc())
            assert connection.execute(query).scalars().first() == '{"shown":["phone"]}'

    @pytest.mark.parametrize("password", ["", NEXT, f"{PASSWORD} "])
    def test_without_the_right_one_nothing_is_shown_and_nothing_recorded(self, lived: Context, password: str) -> None:
        number_password.turn_on(lived, PASSWORD)
        with lived.transaction("测试") as tx:
            tx.update(Visit, 1, phone="13912345678" if password else None)
        with lived.read() as connection:
            before = connection.execute(select(LedgerRow.seq).order_by(LedgerRow.seq.desc())).scalars().first()
        with pytest.raises(Refusal, match="证件号密码") as refused:
            reveal(lived, password)
        assert refused.value.field == "number_password"
        with lived.read() as connection:
            assert connection.execute(select(LedgerRow.seq).order_by(LedgerRow.seq.desc())).scalars().first() == before

    def test_where_nothing_is_sealed_no_password_is_asked_for(self, lived: Context) -> None:
        assert reveal(lived, "") == CARD
        number_password.turn_on(lived, PASSWORD)
        made = save(lived, "visitor", name="无证", unit="恒通", id_number="002X", phone="13912345678")
        assert reveal(lived, "", "visitor", made) == "002X"


class TestChangingAndTurningOff:
    def test_another_password_opens_every_number_and_the_old_one_none(self, lived: Context) -> None:
        number_password.turn_on(lived, PASSWORD)
        before = values(lived)
        assert "6 处" in number_password.change(lived, PASSWORD, NEXT).value
        assert not set(before) & set(values(lived))
        lived.reading.dispose()
        raw = bootstrap.database(lived.home).read_bytes()
        assert not any(each.encode() in raw for each in before)
        assert reveal(lived, NEXT) == CARD
        with pytest.raises(Refusal, match="密码不对"):
            reveal(lived, PASSWORD)
        whole(lived)

    @pytest.mark.parametrize(("old", "new", "field"), [
        (NEXT, NEXT, "number_password"), ("", NEXT, "number_password"), (PASSWORD, "1234567", "password"),
    ])  # fmt: skip
    def test_a_refused_change_leaves_the_password_as_it_was(
        self, lived: Context, old: str, new: str, field: str
    ) -> None:
        number_password.turn_on(lived, PASSWORD)
        before = values(lived)
        with pytest.raises(Refusal) as refused:
            number_password.change(lived, old, new)
        assert refused.value.field == field
        assert values(lived) == before
        assert reveal(lived) == CARD

    def test_turned_off_every_number_is_whole_again(self, lived: Context) -> None:
        before = seen(lived)
        number_password.turn_on(lived, PASSWORD)
        with pytest.raises(Refusal, match="密码不对"):
            number_password.turn_off(lived, NEXT)
        assert "6 处证件号恢复成全号" in number_password.turn_off(lived, PASSWORD).value
        assert {CARD, OLDER, PASS} == set(values(lived))
        assert seen(lived) == before.replace("G99887766", "7766")
        assert reveal(lived, "") == CARD
        assert not number_password.look(lived).sealed
        whole(lived)

    def test_a_lost_password_leaves_the_masks_and_a_new_one_can_be_set(self, lived: Context) -> None:
        number_password.turn_on(lived, PASSWORD)
        before = seen(lived)
        assert "6 处证件号只留下遮住的号码" in number_password.give_up(lived).value
        assert {id_numbers.masked(each) for each in (CARD, OLDER, PASS)} == set(values(lived))
        assert seen(lived) == before
        assert reveal(lived, "") == id_numbers.masked(CARD)
        number_password.turn_on(lived, NEXT)
        assert id_numbers.masked(CARD) in values(lived)
        assert lying(lived) == []
        whole(lived)

    def test_what_is_not_sealed_has_no_password_to_change(self, lived: Context) -> None:
        acts = (
            lambda: number_password.change(lived, PASSWORD, NEXT),
            lambda: number_password.turn_off(lived, PASSWORD),
            lambda: number_password.give_up(lived),
        )
        for asked in acts:
            with pytest.raises(Refusal, match="没有加密"):
                asked()

    def test_a_seal_that_was_spoilt_stops_the_change_with_nothing_changed(self, lived: Context) -> None:
        number_password.turn_on(lived, PASSWORD)
        kept = values(lived)[0]
        spoilt = f"{kept[:-12]}AAAAAAAAAAAA"
        with lived.transaction("测试") as tx:
            tx.update(Visitor, 1, id_number=spoilt)
        with pytest.raises(Exception, match="读不出来"):
            number_password.change(lived, PASSWORD, NEXT)
        assert reveal(lived) == CARD
        whole(lived)


class TestCopies:
    def older(self, ctx: Context) -> Path:
        backup.make(ctx.home, datetime(2026, 3, 4, 18), "日终")
        (aside := ctx.home / "set-aside-20260301-120000").mkdir()
        (aside / "ops.db").write_text(CARD)
        return aside

    def test_backups_from_before_are_told_and_kept_unless_one_asks(self, lived: Context) -> None:
        aside = self.older(lived)
        said = number_password.turn_on(lived, PASSWORD).value
        assert "以前的备份有 2 份，里面仍是全号" in said
        assert aside.is_dir()
        assert lying(lived)
        standing = number_password.look(lived)
        assert standing.since == datetime(2026, 3, 5, 9)
        assert len(standing.copies) == 2
        assert "自 2026-03-05 起加密保存" in standing.sentence
        assert "备份还有 2 份" in standing.sentence
        assert "删除旧备份 2 份" in number_password.drop_copies(lived).value
        assert lying(lived) == []
        assert [each.why for each in backup.kept(lived.home / backup.FOLDER)] == ["加密证件号"]
        with pytest.raises(Refusal, match="没有加密以前的旧备份"):
            number_password.drop_copies(lived)
        whole(lived)

    def test_with_the_sealing_a_new_backup_takes_their_place(
        self, lived: Context, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        self.older(lived)
        second = tmp_path_factory.mktemp("u") / "stick"
        second.mkdir()
        backup_second.choose(lived, second)
        backup_second.copy(lived, "手动")
        said = number_password.turn_on(lived, PASSWORD, drop_copies=True).value
        assert "已写一份新备份，删除旧备份 3 份。" in said
        assert lying(lived) == []
        assert not any(CARD.encode() in each.read_bytes() for each in second.rglob("*") if each.is_file())
        assert [each.why for each in backup.kept(second)] == ["加密证件号"]

    def test_a_second_place_that_is_not_there_is_told(
        self, lived: Context, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        second = tmp_path_factory.mktemp("u") / "stick"
        second.mkdir()
        backup_second.choose(lived, second)
        backup_second.copy(lived, "手动")
        go_to(lived, "2026-03-06 09:00:00")
        second.rename(second.with_name("in a drawer"))
        said = number_password.turn_on(lived, PASSWORD, drop_copies=True).value
        assert f"第二备份位置 {second} 现在不在，那里的旧备份里仍是全号。" in said
        assert number_password.look(lived).copies == ()
        second.with_name("in a drawer").rename(second)
        assert len(number_password.look(lived).copies) == 1

    def test_of_a_record_known_to_be_damaged_no_backup_is_let_go(self, lived: Context) -> None:
        self.older(lived)
        unsound.note(lived.home, lived.now(), "坏了。")
        with pytest.raises(Refusal, match="旧备份不能删除") as refused:
            number_password.turn_on(lived, PASSWORD, drop_copies=True)
        assert refused.value.field == "copies"
        assert CARD in values(lived)
        number_password.turn_on(lived, PASSWORD)
        with pytest.raises(Refusal, match="旧备份不能删除"):
            number_password.drop_copies(lived)

    def test_a_backup_that_cannot_be_written_keeps_the_old_ones(self, lived: Context) -> None:
        self.older(lived)
        folder = lived.home / backup.FOLDER
        folder.rename(lived.home / "elsewhere")
        folder.write_text("no folder")
        said = number_password.turn_on(lived, PASSWORD, drop_copies=True).value
        assert "旧备份没有删除" in said
        assert number_password.look(lived).sealed


class TestWithTheRest:
    def test_what_is_over_is_cleared_as_before(self, lived: Context) -> None:
        number_password.turn_on(lived, PASSWORD)
        go_to(lived, "2026-12-01 09:00:00")
        privacy.purge(lived)
        assert values(lived) == []
        with pytest.raises(Refusal, match="到期清除"):
            reveal(lived)
        whole(lived)

    def test_a_backup_brings_back_how_numbers_were_kept_then(self, lived: Context, tmp_path: Path) -> None:
        plain = backup.make(lived.home, lived.now(), "手动")
        number_password.turn_on(lived, PASSWORD)
        sealed = backup.make(lived.home, lived.now(), "手动")
        for made, password, other in ((plain, "", ""), (sealed, PASSWORD, "没有这个密码")):
            restoring.into(made.path, tmp_path / made.path.name)
            ctx = bootstrap.open_site(tmp_path / made.path.name, lived.clock)
            ctx = ctx.acting_as(bootstrap.supervisor_of(ctx))
            assert reveal(ctx, password) == CARD
            if other:
                with pytest.raises(Refusal, match="密码不对"):
                    reveal(ctx, other)
            whole(ctx)
            a_site.close(ctx)

    def test_an_interrupted_writing_anew_is_told_and_done_by_the_next_clearing(self, lived: Context) -> None:
        with lived.transaction(number_password.SEALED) as tx:  # and then the power went
            tx.event("privacy")
        assert "要再整理一次" in privacy.look(lived).sentence
        privacy.purge(lived)
        assert "要再整理一次" not in privacy.look(lived).sentence
