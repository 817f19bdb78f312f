"""个人信息副本: everything about one person, nothing about another, no number in full."""

from __future__ import annotations

from datetime import date, datetime

import a_room
import machine_room
import pytest
import team as team_module
from sqlalchemy import select
from team import Team, go_to

from opsdesk import history, issued, personal_extract
from opsdesk.exports import issuing
from opsdesk.exports.document import Document, Table, Text
from opsdesk.exports.layout import compose
from opsdesk.models import Base, Loan, LoanItem, Staff, Visitor
from opsdesk.registers.incident import acts, service
from opsdesk.registers.sign_in.service import sign, take_back
from opsdesk.registers.visit import service as visit
from opsdesk.registers.visit.service import GoodsEntry, PersonEntry
from opsdesk.rules.vocabulary import Role
from opsdesk.services import held
from opsdesk.services.context import Actor, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.seals import Finding

NUMBER = "11010519491231002X"


@pytest.fixture
def crew(site: Context) -> Team:
    return team_module.build(site)


def told(paper: Document) -> dict[str, list[str]]:
    """What the copy says: the lines below each heading."""
    headings = [each.text for each in paper.body if isinstance(each, Text)]
    tables = [each for each in paper.body if isinstance(each, Table)]
    return {
        heading.partition("　")[0]: [str(row[2]) for row in table.rows]
        for heading, table in zip(headings, tables, strict=True)
    }


def days(ctx: Context, crew: Team) -> None:
    """王强 comes late and asks for leave, 李敏 comes in time; both have an incident."""
    go_to(ctx, "2026-03-05 08:47:00")
    first = sign(ctx, staff_id=crew["1001"]).value
    for number in ("1002", "1001"):
        made = service.open_incident(ctx, f"{number} 的打印机不出纸").value.id
        acts.respond(ctx, made, {"staff_id": crew[number]})
    machine_room.save(ctx, "leave", staff_id=crew["1001"], kind="事假", reason="家中有事", first_day=date(2026, 3, 9))
    sign(ctx, staff_id=crew["1002"])
    take_back(ctx, punch_id=first.punch_id, reason="登记到别人名下")


def test_it_holds_all_that_leads_to_the_person_and_nothing_of_another(site: Context, crew: Team) -> None:
    days(site, crew)
    paper = personal_extract.of_staff(site, crew["1001"])
    found = told(paper)
    assert list(found) == ["人员", "事件记录", "获准的请假", "签到签退", "判定", "请假单"]
    (punch,) = found["签到签退"]
    assert "时间：2026-03-05 08:47" in punch
    assert "登记到别人名下" in punch, "what was taken back is told as such"
    (incident,) = found["事件记录"]
    assert "标题：1001 的打印机不出纸；报告时间：2026-03-05 08:47" in incident
    assert "李敏" not in str(paper.body)
    assert "1002" not in str(paper.body)
    assert paper.facts[0].value == "王强（1001）"
    assert paper.facts[1].value == f"{sum(map(len, found.values()))} 条"
    assert len(compose(paper)) >= 1


def test_no_row_that_leads_to_a_person_is_forgotten(filled: Context) -> None:
    found: dict[str, set[int]] = {}
    with filled.read() as connection:
        for table in Base.metadata.sorted_tables:
            for key in table.foreign_keys:
                if key.column.table.name == "staff" and key.parent.name != "deputy_id":
                    query = select(table.c.id).where(key.parent == 1)
                    found.setdefault(table.name, set()).update(connection.execute(query).scalars())
    with filled.read() as connection:
        lent = select(LoanItem.id).join(Loan, Loan.id == LoanItem.loan_id).where(Loan.staff_id == 1)
        found["loan_item"] = set(connection.execute(lent).scalars())
    told_of = {each.subject: {row.subject_id for row in each.rows} for each in held.about_staff(filled, 1)}
    assert told_of.pop("staff") == {1}
    assert told_of == {name: ids for name, ids in found.items() if ids}
    assert len(told_of) >= 8


def test_who_stands_in_gets_nothing_of_the_reason_and_no_telephone_is_whole(site: Context, crew: Team) -> None:
    machine_room.save(
        site, "leave", staff_id=crew["1001"], kind="病假", reason="腰椎手术", contact="13800005678",
        first_day=date(2026, 3, 9), deputy_id=crew["1002"],
    )  # fmt: skip
    own, other = (str(personal_extract.of_staff(site, crew[number]).body) for number in ("1001", "1002"))
    assert "腰椎手术" in own
    assert "138****5678" in own
    assert "13800005678" not in own
    assert "腰椎手术" not in other
    assert "请假单" not in other


def test_whoever_is_at_the_desk_can_check_a_copy_that_was_given(site: Context, crew: Team) -> None:
    (issued_paper,) = issuing.issue(site, [personal_extract.of_staff(site, crew["1001"])]).value
    clerk = site.acting_as(Actor("值班员", Role.DESK))
    assert issued.check(clerk, issued_paper.seal).finding is Finding.SAME
    go_to(site, "2026-03-05 08:20:00")
    sign(site, staff_id=crew["1001"])
    assert issued.check(site, issued_paper.seal).finding is Finding.CHANGED
    said = issued.check(clerk, issued_paper.seal)
    assert (said.finding, said.sentence) == (Finding.CHANGED, issued.HIDDEN)
    (anew,) = issued.anew(site, issued.check(site, issued_paper.seal).code)
    assert anew.facts[2].value == "2026-03-05 08:20", "made from the record of now, it says so"
    with pytest.raises(Refusal, match="需要主管"):
        issued.anew(clerk, said.code)


def test_clauses_are_told_by_their_numbers(site: Context, crew: Team) -> None:
    go_to(site, "2026-03-05 08:47:00")
    sign(site, staff_id=crew["1001"])
    (verdict,) = told(personal_extract.of_staff(site, crew["1001"]))["判定"]
    assert "依据条款：T2 二.7、T1 2.3" in verdict
    assert "{" not in verdict, "what only the program reads is left out"


def test_a_visitor_is_found_by_name_and_unit_and_no_number_stands_in_full(site: Context, crew: Team) -> None:
    room = a_room.room(site)
    for name, unit, number in (("周工", "恒通网络", NUMBER), ("吴工", "恒通网络", ""), ("周工", "别家", "")):
        machine_room.save(
            site, "visit", name=name, unit=unit, external=True, room_id=room, purpose=f"{unit}维护",
            entered_at=datetime(2026, 3, 5, 7, 30), escort="王强", id_number=number, phone="13800005678",
        )  # fmt: skip
    with site.read() as connection:
        query = select(Visitor.id).where(Visitor.name == "周工", Visitor.unit == "恒通网络")
        known = connection.execute(query).scalar_one()
    paper = personal_extract.of_visitor(site, known)
    found = told(paper)
    assert set(found) == {"常来人员", "出入记录"}
    (visit,) = found["出入记录"]
    assert "恒通网络维护" in visit
    for secret in ("吴工", "别家", NUMBER, "13800005678"):
        assert secret not in str(paper.body)
    assert "138****5678" in str(paper.body)


def test_what_a_visitor_carried_is_told_with_him(site: Context, crew: Team) -> None:
    room = a_room.room(site)
    for name, thing in (("周工", "光纤熔接机"), ("吴工", "电源模块")):
        people = [PersonEntry(name, "恒通网络")]
        visit.enter(site, people=people, room_id=room, purpose="熔纤", goods=[GoodsEntry(thing, 1)])
    with site.read() as connection:
        known = connection.execute(select(Visitor.id).where(Visitor.name == "周工")).scalar_one()
    found = told(personal_extract.of_visitor(site, known))
    (goods,) = found["出入物品"]
    assert "光纤熔接机" in goods
    assert "电源模块" not in str(found)


def test_parts_of_a_settlement_are_told_in_words() -> None:
    assert history.change_value("deduction", "part", "count_fine") == "次数罚"
    assert history.change_value("incident", "part", "count_fine") == "count_fine"


def test_only_the_supervisor_gives_it(site: Context, crew: Team) -> None:
    clerk = site.acting_as(Actor("值班员", Role.DESK))
    with pytest.raises(Refusal, match="需要主管"):
        personal_extract.of_staff(clerk, crew["1001"])
    with pytest.raises(Refusal, match="需要主管"):
        personal_extract.of_visitor(clerk, 1)


def test_nobody_is_refused(site: Context) -> None:
    with pytest.raises(Refusal):
        personal_extract.of_staff(site, 99)
    assert held.about_staff(site, 99) == []
    with site.read() as connection:
        assert connection.execute(select(Staff.id)).all() == []
