"""Registers of the machine room at a site that seals identity numbers: people are recognised by name and last four."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from filled_site import change, load, run, whole
from machine_room import PEOPLE, a_room, id_number, permit, save
from openpyxl import load_workbook
from sqlalchemy import select
from team import go_to
from visits import CARD, PHONE, UNIT, approved, enter, guest, row

from opsdesk.catalog import by_slug
from opsdesk.exports import archive
from opsdesk.models import LedgerRow, PermitPerson, Visit, Visitor
from opsdesk.register import Query
from opsdesk.registers.visit import documents, service
from opsdesk.registers.visit.importing import import_visits
from opsdesk.registers.visit.service import PersonEntry
from opsdesk.services import id_numbers, number_password, privacy
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal

PASSWORD = "保险柜第二层的蓝本子"


@pytest.fixture
def sealed(site: Context) -> Context:
    number_password.turn_on(site, PASSWORD)
    return site


def people(ctx: Context, model: Any) -> list[dict[str, Any]]:
    with ctx.read() as connection:
        return [dict(each) for each in connection.execute(select(model.__table__).order_by(model.id)).mappings()]


def opened(ctx: Context, what: str, record_id: int) -> str:
    return privacy.reveal(ctx, what, record_id, "核对", PASSWORD).value.id_number


def links(ctx: Context) -> int:
    with ctx.read() as connection:
        return len(connection.execute(select(LedgerRow.seq)).all())


class TestPermit:
    def test_masked_lines_come_back_as_they_are_and_nothing_is_written(self, sealed: Context) -> None:
        made = permit(sealed, a_room(sealed), people=PEOPLE)
        shown = load(sealed, "permit", made)["people"]
        assert id_numbers.masked(id_number(1)) in shown
        before = links(sealed)
        change(sealed, "permit", made)
        assert links(sealed) == before
        change(sealed, "permit", made, work="更换风扇")
        assert [opened(sealed, "permit_person", each["id"]) for each in people(sealed, PermitPerson)] == [
            id_number(1), "E12345678",
        ]  # fmt: skip

    def test_a_changed_line_keeps_the_number_behind_its_mask(self, sealed: Context) -> None:
        made = permit(sealed, a_room(sealed), people=PEOPLE)
        shown = load(sealed, "permit", made)["people"]
        change(sealed, "permit", made, people=shown.replace("139****5678", "13700000001"))
        first = people(sealed, PermitPerson)[0]
        assert (first["phone"], opened(sealed, "permit_person", first["id"])) == ("13700000001", id_number(1))

    def test_a_name_alone_brings_the_number_of_last_time(self, sealed: Context) -> None:
        room = a_room(sealed)
        permit(sealed, room, people=PEOPLE)
        again = permit(sealed, room, people="周工\n吴工")
        found = [each for each in people(sealed, PermitPerson) if each["permit_id"] == again]
        assert [opened(sealed, "permit_person", each["id"]) for each in found] == [id_number(1), "E12345678"]
        assert len(people(sealed, Visitor)) == 2

    @pytest.mark.parametrize(("line", "known"), [
        (f"周工 恒通网络 身份证 {id_number(1)}", 2), ("周工 恒通网络 身份证 0011", 2),
        (f"周工 恒通网络 身份证 {id_numbers.masked(id_number(1))}", 2), (f"周工 恒通网络 身份证 {id_number(2)}", 3),
    ])  # fmt: skip
    def test_who_comes_again_is_told_by_name_and_last_four(self, sealed: Context, line: str, known: int) -> None:
        room = a_room(sealed)
        permit(sealed, room, people=PEOPLE)
        permit(sealed, room, people=line)
        assert len(people(sealed, Visitor)) == known
        assert opened(sealed, "visitor", 1) == id_number(1)
        whole(sealed)

    def test_a_mask_that_fits_nobody_or_two_people_is_refused(self, sealed: Context) -> None:
        room = a_room(sealed)
        born = (f"1991{month:02}{day:02}" for month in range(1, 13) for day in range(1, 29))
        twin = next(number for each in born if (number := id_number(1, each))[-4:] == id_number(1)[-4:])
        permit(sealed, room, people=f"周工 恒通网络 身份证 {id_number(1)}\n钱工 恒通网络 身份证 {twin}")
        mask = id_numbers.masked(twin)
        assert mask == id_numbers.masked(id_number(1))
        for line, field in (
            (f"孙工 身份证 {mask}", "people"),
            (f"周工 身份证 {id_numbers.masked(id_number(9))}", "people"),
        ):
            with pytest.raises(Refusal, match="对不上") as refused:
                permit(sealed, room, people=line)
            assert refused.value.field == field
        again = permit(sealed, room, people=f"钱工 身份证 {mask}")
        (found,) = (each for each in people(sealed, PermitPerson) if each["permit_id"] == again)
        assert opened(sealed, "permit_person", found["id"]) == twin

    def test_a_number_is_checked_before_it_is_sealed(self, sealed: Context) -> None:
        wrong = f"{id_number(1)[:-1]}0"
        with pytest.raises(Refusal, match="校验码不对"):
            permit(sealed, a_room(sealed), people=f"周工 身份证 {wrong}")
        with pytest.raises(Refusal, match="第 1 行已经写过"):
            permit(sealed, 1, people=f"周工 身份证 {id_number(1)}\n周工 身份证 {id_number(1)}")


class TestVisit:
    def test_who_is_inside_does_not_enter_again(self, sealed: Context) -> None:
        enter(sealed, guest(id_number=CARD, phone=PHONE))
        for each in (guest(id_number=CARD), guest(unit="别的单位", id_number=CARD), guest(id_number="0070"), guest()):
            with pytest.raises(Refusal, match="还没有登记离开"):
                enter(sealed, each)
        enter(sealed, guest(id_number=id_number(8)))
        assert len(people(sealed, Visit)) == 2

    def test_one_person_twice_in_a_group_is_told(self, sealed: Context) -> None:
        save(sealed, "visitor", name="周工", unit=UNIT, id_number=CARD)
        with pytest.raises(Refusal, match="写了两次"):
            enter(sealed, PersonEntry(visitor_id=1), guest(unit="别的单位", id_number=CARD))
        enter(sealed, PersonEntry(visitor_id=1), guest(id_number=id_number(8)))

    def test_the_number_goes_from_the_permit_to_the_visit_unread(self, sealed: Context) -> None:
        room = a_room(sealed)
        paper = approved(sealed, room, people=PEOPLE)
        go_to(sealed, "2026-03-05 09:00:00")
        ids = enter(
            sealed, *(each.entry for each in service.proposal(sealed, paper).people), room_id=room, permit_id=paper
        )
        assert [opened(sealed, "visit", each) for each in ids] == [id_number(1), "E12345678"]
        assert len(people(sealed, Visitor)) == 2
        assert len({row(sealed, ids[0])["id_number"], people(sealed, PermitPerson)[0]["id_number"]}) == 1

    def test_papers_and_workbooks_print_the_last_four_only(self, sealed: Context, tmp_path: Path) -> None:
        enter(sealed, guest(id_number=CARD, phone=PHONE))
        (kept,) = archive.export([documents.day(sealed, sealed.today())], tmp_path, ("xlsx",))
        said = [str(cell.value) for line in load_workbook(kept.path).active.iter_rows() for cell in line if cell.value]
        assert "身份证 0070" in said
        assert not any(id_numbers.SEAL in each or CARD in each for each in said)
        assert id_numbers.SEAL not in str(by_slug("visit").list(sealed, Query()))

    def test_old_registers_are_sealed_as_they_come_in(self, sealed: Context, tmp_path: Path) -> None:
        room = a_room(sealed)
        go_to(sealed, "2026-03-05 18:00:00")
        path = tmp_path / "旧登记.csv"
        path.write_text(
            "日期,姓名,单位/部门,证件类型,证件号,联系电话,进入事由/操作内容,进入时间,离开时间,陪同人员签字\n"
            f"2026-03-04,周工,恒通网络,身份证,{CARD},13912345678,更换电源,09:00,11:05,赵敏\n",
            "utf-8",
        )
        assert import_visits(sealed, path).value.stored == 1
        (kept,) = people(sealed, Visit)
        assert kept["room_id"] == room
        assert id_numbers.is_sealed(kept["id_number"])
        assert opened(sealed, "visit", kept["id"]) == CARD
        sealed.reading.dispose()
        assert not any(CARD.encode() in each.read_bytes() for each in sealed.home.glob("ops.db*"))
        whole(sealed)


def test_the_act_in_the_register_takes_the_password(sealed: Context) -> None:
    made = save(sealed, "visitor", name="张三", unit="恒通", id_number=CARD)
    with pytest.raises(Refusal, match="请输入证件号密码"):
        run(sealed, "visitor", "reveal", made, reason="核对")
    assert CARD in run(sealed, "visitor", "reveal", made, reason="核对", number_password=PASSWORD)
    assert [each.key for act in by_slug("visitor").acts if act.key == "reveal" for each in act.fields] == [
        "reason", "number_password",
    ]  # fmt: skip
