"""机房进入审批单: people behind masks, approval, urgent ones and their paper, states, what one may enter with now."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2
import pytest
from filled_site import as_role, change, load, new_vendor, run, save, whole
from machine_room import PEOPLE, a_room, id_number, permit
from sqlalchemy import select
from team import go_to

from opsdesk.catalog import by_slug
from opsdesk.exports.document import Choice, Document, FormGrid, Table
from opsdesk.exports.pdf import pdf_bytes
from opsdesk.exports.workbook import write_workbook
from opsdesk.models import LedgerRow, Permit, PermitPerson, Visit, Visitor
from opsdesk.register import Chip, Query, Row
from opsdesk.rules.vocabulary import Role
from opsdesk.services import amending, chain, permit_states, room_permits
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.permit_states import PermitState

NINE, NOON = datetime(2026, 3, 5, 9), datetime(2026, 3, 5, 12)
SECOND = timedelta(seconds=1)
URGENT: dict[str, Any] = {
    "urgent": True,
    "phoned_by": "王主任",
    "phoned_at": datetime(2026, 3, 5, 7, 30),
    "planned_from": datetime(2026, 3, 5, 7, 30),
    "planned_to": NINE,
}


@pytest.fixture
def room(site: Context) -> int:
    return a_room(site)


def rows(ctx: Context, text: str = "", **filters: Any) -> list[Row]:
    return list(by_slug("permit").list(ctx, Query(text=text, filters=filters)).rows)


def state(ctx: Context, permit_id: int) -> str:
    (row,) = [each for each in rows(ctx) if each.id == permit_id]
    assert isinstance(row.values["state"], Chip)
    word = row.values["state"].word
    assert permit_id in [each.id for each in rows(ctx, state=word)]
    for other in PermitState:
        if other != word:
            assert permit_id not in [each.id for each in rows(ctx, state=str(other))]
    return word


def kept(ctx: Context, permit_id: int) -> list[tuple[Any, ...]]:
    with ctx.read() as connection:
        people = room_permits.people_of(connection, [permit_id])[permit_id]
    return [(each.name, each.unit, each.id_kind, each.id_number, each.phone) for each in people]


def links(ctx: Context) -> int:
    with ctx.read() as connection:
        return chain.count(connection)


def enter(ctx: Context, permit_id: int, name: str, at: datetime, left: datetime | None = None, **more: Any) -> int:
    """A visit on a permit as the record holds it."""
    usual: dict[str, Any] = dict.fromkeys(
        ("module", "initials", "unit", "id_kind", "purpose", "escort", "second_escort", "operation", "left_check",
         "off_hours_number", "remarks", "registered_by", "void_reason"), ""
    )  # fmt: skip
    with ctx.transaction("测试") as tx:
        room_id = tx.connection.execute(select(Permit.room_id).where(Permit.id == permit_id)).scalar_one()
        return tx.insert(
            Visit, **{**usual, "external": True, **more}, room_id=room_id, permit_id=permit_id, name=name,
            entered_at=at, left_at=left, registered_at=at,
        )  # fmt: skip


def gone(ctx: Context, visit_id: int, at: datetime) -> None:
    with ctx.transaction("测试") as tx:
        tx.update(Visit, visit_id, left_at=at)


class TestNumber:
    def test_two_digits_within_the_day_and_never_twice(self, site: Context, room: int) -> None:
        for n in range(3):
            permit(site, room)
            if n == 1:
                run(site, "permit", "void", 2, reason="填错")
        go_to(site, "2026-03-06 09:00:00")
        permit(site, room)
        numbers = sorted(str(row.values["number"]) for row in rows(site))
        assert numbers == ["JF-20260305-01", "JF-20260305-02", "JF-20260305-03", "JF-20260306-01"]

    def test_the_hundredth_has_three(self, site: Context, room: int) -> None:
        made = permit(site, room)
        for number, following in (("JF-20260305-99", "JF-20260305-100"), ("JF-20260305-100", "JF-20260305-101")):
            with site.transaction("测试") as tx:
                tx.update(Permit, made, number=number)
            made = permit(site, room)
            assert load(site, "permit", made)["number"] == following


class TestPeople:
    def test_kept_whole_and_shown_masked(self, site: Context, room: int) -> None:
        made = permit(site, room)
        assert kept(site, made) == [
            ("周工", "恒通网络", "身份证", id_number(1), "13912345678"),
            ("吴工", "恒通网络", "护照", "E12345678", "010-88880001"),
        ]
        assert load(site, "permit", made)["people"] == (
            f"周工 恒通网络 身份证 {id_number(1)[:4]}**********{id_number(1)[-4:]} 139****5678\n"
            "吴工 恒通网络 护照 E****5678 010****0001"
        )
        whole(site)

    def test_a_changed_line_changes_one_row_and_a_line_gone_is_marked(self, site: Context, room: int) -> None:
        made = permit(site, room)
        before = load(site, "permit", made)["people"]
        change(
            site, "permit", made, people=before.replace("139****5678", "13900000002").replace("E****5678", "E87654321")
        )
        assert kept(site, made) == [
            ("周工", "恒通网络", "身份证", id_number(1), "13900000002"),
            ("吴工", "恒通网络", "护照", "E87654321", "010-88880001"),
        ]
        change(site, "permit", made, people=load(site, "permit", made)["people"].split("\n")[1] + "\n郑工")
        assert [each[0] for each in kept(site, made)] == ["吴工", "郑工"]
        with site.read() as connection:
            ids = connection.execute(select(PermitPerson.id, PermitPerson.void_at).order_by(PermitPerson.id)).all()
        assert [(each.id, each.void_at is None) for each in ids] == [(1, False), (2, True), (3, True)]
        whole(site)

    def test_remembered_and_completed_by_the_name(self, site: Context, room: int) -> None:
        permit(site, room)
        made = permit(site, room, unit="别的单位", people="周工\n郑工 13700000001")
        assert kept(site, made) == [
            ("周工", "恒通网络", "身份证", id_number(1), "13912345678"),
            ("郑工", "别的单位", "", None, "13700000001"),
        ]

    def test_who_comes_again_is_remembered_once_and_with_the_latest(self, site: Context, room: int) -> None:
        permit(site, room)
        later = {"planned_from": datetime(2026, 3, 9, 9), "planned_to": datetime(2026, 3, 9, 12)}
        permit(site, room, people=f"周工 恒通集团 {id_number(1)} 13900000009\n周工 中科 {id_number(2)}", **later)
        permit(site, room, people=f"周工 恒通集团 {id_number(1)[-4:]}")
        with site.read() as connection:
            query = select(Visitor.name, Visitor.unit, Visitor.id_number, Visitor.phone, Visitor.last_on)
            known = connection.execute(query.order_by(Visitor.id)).all()
        assert [tuple(each) for each in known] == [
            ("周工", "恒通集团", id_number(1), "13900000009", date(2026, 3, 9)),
            ("吴工", "恒通网络", "E12345678", "010-88880001", date(2026, 3, 5)),
            ("周工", "中科", id_number(2), None, date(2026, 3, 9)),
        ]

    def test_wrong_lines_are_refused_and_nothing_is_kept(self, site: Context, room: int) -> None:
        before = links(site)
        with pytest.raises(Refusal, match="第 2 行：吴工的身份证号的校验码不对") as refused:
            permit(
                site,
                room,
                people=f"{PEOPLE.splitlines()[0]}\n吴工 {id_number(1)[:-1]}{(int(id_number(1)[-1]) + 1) % 10}",
            )
        assert refused.value.field == "people"
        assert links(site) == before

    def test_a_reason_lets_a_number_pass_and_the_chain_has_it(self, site: Context, room: int) -> None:
        odd = f"{id_number(1)[:-1]}{(int(id_number(1)[-1]) + 1) % 10}"
        made = permit(site, room, people=f"吴工 {odd}", id_reason="证件上就是这个号")
        assert kept(site, made)[0][3] == odd
        with site.read() as connection:
            reasons = set(connection.execute(select(LedgerRow.reason).where(LedgerRow.subject == "permit")).scalars())
        assert reasons == {"证件上就是这个号"}
        assert change(site, "permit", made, remarks="再存一次") == made

    def test_the_applicants_telephone_is_whole_for_those_who_write(self, site: Context, room: int) -> None:
        made = permit(site, room)
        assert load(as_role(site, Role.DESK), "permit", made)["phone"] == "13912345678"
        assert load(as_role(site, Role.READER), "permit", made)["phone"] == "139****5678"


class TestForm:
    @pytest.mark.parametrize(
        ("typed", "shown"),
        [
            ("检查 维护", "维护、检查"),
            ("施工,勘察，施工", "勘察、施工"),
            ("其他（布线）、维护", "维护、其他（布线）"),
            ("其他", "其他"),
        ],
    )
    def test_purposes_in_the_order_of_the_paper(self, site: Context, room: int, typed: str, shown: str) -> None:
        assert load(site, "permit", permit(site, room, purposes=typed))["purposes"] == shown

    @pytest.mark.parametrize(
        ("changes", "field", "said"),
        [
            ({"purposes": "打扫"}, "purposes", "没有“打扫”这种事由"),
            ({"purposes": "、"}, "purposes", "请填写"),
            ({"planned_to": NINE}, "planned_to", "晚于预计进入"),
            ({"planned_to": datetime(2026, 3, 6, 9, 0, 1)}, "planned_to", "超过 24 小时"),
            ({"planned_to": datetime(2027, 3, 7, 9), "several": True}, "planned_to", "最长一年"),
            ({"incident_number": "SJ-1"}, "incident_number", "没有编号是"),
            ({"escorts": "甲、乙、丙、丁"}, "escorts", "最多 3 人"),
            ({"applied_at": datetime(2026, 3, 5, 8, 1)}, "applied_at", "还没有到"),
            ({"sealed_on": date(2026, 3, 6)}, "sealed_on", "还没有到"),
            ({"urgent": True}, "phoned_by", "电话批准"),
            ({"urgent": True, "phoned_by": "王主任"}, "phoned_at", "时刻"),
            ({"phoned_by": "王主任"}, "urgent", "勾选“紧急”"),
            ({"urgent": True, "phoned_by": "王", "phoned_at": datetime(2026, 3, 5, 8, 1)}, "phoned_at", "还没有到"),
            ({"room_id": 99}, "room_id", "不在可选"),
        ],
    )
    def test_what_cannot_be_is_refused_beside_its_field(
        self, site: Context, room: int, changes: dict[str, Any], field: str, said: str
    ) -> None:
        with pytest.raises(Refusal, match=said) as refused:
            permit(site, room, **changes)
        assert refused.value.field == field

    @pytest.mark.parametrize(
        "changes",
        [
            {"planned_to": datetime(2026, 3, 6, 9)},
            {"planned_to": datetime(2027, 3, 6, 9), "several": True},
            {"escorts": "甲 乙 丙"},
            {"applied_at": datetime(2026, 3, 5, 8)},
        ],
    )
    def test_what_just_fits_is_kept(self, site: Context, room: int, changes: dict[str, Any]) -> None:
        permit(site, room, **changes)

    def test_an_incident_is_found_by_its_number_and_a_vendor_by_its_name(self, site: Context, room: int) -> None:
        vendor = new_vendor(site)
        save(site, "incident", title="核心交换机告警", kind="故障")
        made = permit(site, room, unit="华信", incident_number="sj-20260305-001")
        shown = load(site, "permit", made)
        assert (shown["incident_number"], shown["vendor_id"]) == ("SJ-20260305-001", vendor)
        change(site, "permit", made, unit="华信系统集成有限公司（分部）")
        assert load(site, "permit", made)["vendor_id"] is None

    def test_a_room_out_of_use_takes_no_new_permit_and_keeps_its_old_ones(self, site: Context, room: int) -> None:
        made = permit(site, room)
        run(site, "room", "retire", room)
        with pytest.raises(Refusal, match="停用") as refused:
            permit(site, room)
        assert refused.value.field == "room_id"
        change(site, "permit", made, remarks="照旧")


class TestApproval:
    @pytest.mark.parametrize(
        ("changes", "lacks", "clause", "field"),
        [
            ({"cause": ""}, "原因判断", "（E1 二.1）", "cause"),
            ({"plan": " "}, "处理方案", "（E1 二.1）", "plan"),
            ({"reach": ""}, "影响范围", "（E1 二.1）", "reach"),
            ({"cause": "", "reach": ""}, "原因判断、影响范围", "（E1 二.1）", "cause"),
            ({"secrecy": False}, "保密承诺", "（E1 二.3）", "secrecy"),
            ({"plan": "", "secrecy": False}, "处理方案、保密承诺", "（E1 二.1、E1 二.3）", "plan"),
            ({"people": ""}, "出入人员", "", "people"),
        ],
    )
    def test_what_says_too_little_is_warned_of_and_not_approved(
        self, site: Context, room: int, changes: dict[str, Any], lacks: str, clause: str, field: str
    ) -> None:
        made = permit(site, room, **changes)
        (row,) = rows(site)
        assert row.values["lacks"] == lacks
        assert f"还缺{lacks}，写齐以后才能批准" in load(site, "permit", made)["course"]
        with pytest.raises(Refusal, match=lacks) as refused:
            run(site, "permit", "approve", made)
        assert clause in str(refused.value)
        assert refused.value.field == field
        change(site, "permit", made, people=PEOPLE, cause="a", plan="b", reach="c", secrecy=True)
        assert "已批准，可用到 03-05 12:00" in run(site, "permit", "approve", made)
        assert rows(site)[0].values["lacks"] == ""

    def test_who_does_not_work_on_the_machines_need_not_say_it(self, site: Context, room: int) -> None:
        bare = {"operates": False, "cause": "", "plan": "", "reach": "", "secrecy": False, "purposes": "参观"}
        made = permit(site, room, **bare)
        run(site, "permit", "approve", made)
        assert state(site, made) == "已批准"

    def test_nor_where_the_clauses_are_repealed(self, site: Context, room: int) -> None:
        for clause in ("E1-15", "E1-17"):
            amending.amend(
                site, clause=clause, begins_on=date(2026, 3, 5), typed={}, source="通知", reason="调整", repealed=True
            )
        made = permit(site, room, cause="", plan="", reach="", secrecy=False)
        assert rows(site)[0].values["lacks"] == ""
        run(site, "permit", "approve", made)

    def test_too_late_is_told_and_after_the_end_refused(self, site: Context, room: int) -> None:
        made = [permit(site, room) for _ in range(4)]
        go_to(site, "2026-03-05 09:00:00")
        assert "晚于" not in run(site, "permit", "approve", made[0])
        go_to(site, "2026-03-05 12:00:00")
        assert "晚于预计进入时间" in run(site, "permit", "approve", made[1])
        go_to(site, "2026-03-05 12:00:01")
        with pytest.raises(Refusal, match="已经过去") as refused:
            run(site, "permit", "approve", made[2])
        assert refused.value.field == "approved_at"
        run(site, "permit", "approve", made[2], approved_at=datetime(2026, 3, 5, 8, 30), approved_by="王主任")
        assert "2026-03-05 08:30 由王主任批准。" in load(site, "permit", made[2])["course"]
        with pytest.raises(Refusal, match="还没有到"):
            run(site, "permit", "approve", made[3], approved_at=datetime(2026, 3, 5, 12, 1))

    def test_what_was_decided_stands(self, site: Context, room: int) -> None:
        approved, refused, void = (permit(site, room) for _ in range(3))
        run(site, "permit", "approve", approved, sealed_on=date(2026, 3, 4))
        assert load(site, "permit", approved)["sealed_on"] == date(2026, 3, 4)
        run(site, "permit", "refuse", refused, reason="改到周末")
        run(site, "permit", "void", void, reason="填错")
        for made in (approved, refused, void):
            with pytest.raises(Refusal, match="不能改"):
                change(site, "permit", made, work="别的")
            with pytest.raises(Refusal):
                run(site, "permit", "approve", made)
            with pytest.raises(Refusal):
                run(site, "permit", "refuse", made, reason="不行")
        for made in (refused, void):
            for act in ("extend", "void", "paper"):
                with pytest.raises(Refusal, match="已经"):
                    run(site, "permit", act, made, reason="再来", planned_to=datetime(2026, 3, 5, 13))
        assert [state(site, made) for made in (approved, refused, void)] == ["已批准", "未批准", "已作废"]
        whole(site)

    @pytest.mark.parametrize("act", ["approve", "refuse", "paper", "extend", "reveal"])
    def test_the_desk_decides_nothing(self, site: Context, room: int, act: str) -> None:
        made = permit(site, room)
        with pytest.raises(Refusal, match="主管"):
            run(as_role(site, Role.DESK), "permit", act, made, reason="测试", planned_to=datetime(2026, 3, 5, 13))

    def test_the_desk_files_and_takes_back_what_nobody_decided(self, site: Context, room: int) -> None:
        desk = as_role(site, Role.DESK)
        made, other = permit(desk, room), permit(desk, room)
        run(desk, "permit", "void", made, reason="填错")
        run(site, "permit", "approve", other)
        with pytest.raises(Refusal, match="主管"):
            run(desk, "permit", "void", other, reason="不来了")
        run(site, "permit", "void", other, reason="不来了")


class TestUrgent:
    def test_phone_first_and_paper_until_the_end_of_the_next_day(self, site: Context, room: int) -> None:
        made = permit(site, room, **URGENT)
        for now, word in (
            ("2026-03-05 08:00:00", "紧急待补单"),
            ("2026-03-06 23:59:59", "紧急待补单"),
            ("2026-03-07 00:00:00", "紧急逾期"),
        ):
            go_to(site, now)
            assert state(site, made) == word
        assert "最晚 2026-03-06 补交" in load(site, "permit", made)["course"]

    def test_the_day_counts_from_the_entry(self, site: Context, room: int) -> None:
        late = {**URGENT, "planned_from": datetime(2026, 3, 5, 23), "planned_to": datetime(2026, 3, 6, 3)}
        made = permit(site, room, **late)
        visit = enter(site, made, "周工", datetime(2026, 3, 6, 0, 30))
        for now, word in (("2026-03-07 23:59:59", "紧急待补单"), ("2026-03-08 00:00:00", "紧急逾期")):
            go_to(site, now)
            assert state(site, made) == word
        with site.transaction("测试") as tx:
            tx.update(Visit, visit, void_at=site.now())
        go_to(site, "2026-03-07 00:00:00")
        assert state(site, made) == "紧急逾期"

    @pytest.mark.parametrize(
        ("papered", "said"),
        [("2026-03-06 23:59:59", "已补单。"), ("2026-03-07 00:00:00", "超过了期限 2026-03-06")],
    )
    def test_paper_in_time_and_too_late(self, site: Context, room: int, papered: str, said: str) -> None:
        made = permit(site, room, **URGENT)
        go_to(site, papered)
        assert said in run(site, "permit", "paper", made)
        assert state(site, made) == "已过期"
        with pytest.raises(Refusal, match="已经补单"):
            run(site, "permit", "paper", made)
        with site.read() as connection:
            facts = room_permits.facts(connection, [made])[made]
        assert (facts.urgent, facts.approved, facts.papered) == (True, None, site.now())
        assert facts.phoned == datetime(2026, 3, 5, 7, 30)

    def test_paper_has_to_be_complete_and_later_than_the_call(self, site: Context, room: int) -> None:
        made = permit(site, room, **{**URGENT, "cause": ""})
        assert rows(site)[0].values["lacks"] == "原因判断"
        with pytest.raises(Refusal, match="原因判断"):
            run(site, "permit", "paper", made)
        change(site, "permit", made, cause="电源坏")
        with pytest.raises(Refusal, match="早于电话批准"):
            run(site, "permit", "paper", made, papered_at=datetime(2026, 3, 5, 7, 29))
        closed = by_slug("permit").closed
        assert closed
        assert not closed(load(site, "permit", made))  # the word by telephone is not the decision
        run(site, "permit", "paper", made, papered_at=datetime(2026, 3, 5, 7, 30))
        assert closed(load(site, "permit", made))
        with pytest.raises(Refusal, match="不能改"):
            change(site, "permit", made, cause="别的")

    def test_each_way_has_its_act(self, site: Context, room: int) -> None:
        urgent, usual = permit(site, room, **URGENT), permit(site, room)
        with pytest.raises(Refusal, match="请用“补单”"):
            run(site, "permit", "approve", urgent)
        with pytest.raises(Refusal, match="请用“批准”"):
            run(site, "permit", "paper", usual)
        offered = {act.key: act.offered for act in by_slug("permit").acts if act.offered}
        for made, keys in ((urgent, {"paper", "refuse", "extend", "reveal", "void"}),
                           (usual, {"approve", "refuse", "reveal", "void"})):  # fmt: skip
            shown = load(site, "permit", made)
            assert {key for key, when in offered.items() if when(shown)} == keys
        run(site, "permit", "refuse", urgent, reason="没有打过电话")
        with site.read() as connection:
            facts = room_permits.facts(connection, [urgent])[urgent]
        assert (facts.approved, facts.phoned) == (None, None)


class TestStates:
    def test_asked_and_over(self, site: Context, room: int) -> None:
        waiting, approved = permit(site, room), permit(site, room)
        run(site, "permit", "approve", approved)
        for now, words in (
            ("2026-03-05 12:00:00", ["待批准", "已批准"]),
            ("2026-03-05 12:00:01", ["已过期", "已过期"]),
        ):
            go_to(site, now)
            assert [state(site, made) for made in (waiting, approved)] == words

    def test_one_visit_is_used_up_when_all_have_come_and_gone(self, site: Context, room: int) -> None:
        once, often = permit(site, room), permit(site, room, several=True)
        for made in (once, often):
            run(site, "permit", "approve", made)
            first = enter(site, made, "周工", NINE)
            gone(site, first, NINE + SECOND)
        go_to(site, "2026-03-05 10:00:00")
        assert state(site, once) == "已批准", "吴工 has not come yet"
        second = enter(site, once, "吴工", NINE)
        assert state(site, once) == "已批准", "he is inside"
        gone(site, second, NINE + SECOND)
        assert [state(site, made) for made in (once, often)] == ["已用完", "已批准"]
        go_to(site, "2026-03-05 12:00:01")
        assert [state(site, made) for made in (once, often)] == ["已用完", "已用完"]
        assert "进入 2 人次，都已离开" in load(site, "permit", once)["course"]

    def test_found_by_words_room_and_month(self, site: Context, room: int) -> None:
        other = a_room(site, "二楼配线间")
        april = {"planned_from": datetime(2026, 3, 31, 9), "planned_to": datetime(2026, 4, 2, 12), "several": True}
        first, second = permit(site, room), permit(site, other, work="布放光缆", people="郑工", **april)
        assert [row.id for row in rows(site, "吴工")] == [first]
        assert [row.id for row in rows(site, "郑工 光缆")] == [second]
        assert [row.id for row in rows(site, room=other)] == [second]
        assert [row.id for row in rows(site, month="2026-03")] == [second, first]
        assert [row.id for row in rows(site, month="2026-04")] == [second]
        assert rows(site, month="2026-05") == []
        assert rows(site, id_number(1)) == [], "nobody is found by his number"
        shown = {row.id: row.values for row in rows(site)}
        assert (shown[first]["people"], shown[second]["people"]) == ("周工等 2 人", "郑工")
        assert (shown[first]["planned_to"], shown[second]["planned_to"]) == ("12:00", "04-02 12:00")


class TestUsable:
    def names(self, ctx: Context, at: datetime) -> list[tuple[int, list[str]]]:
        return [(each.id, [one.name for one in each.people]) for each in room_permits.usable(ctx, at)]

    def test_granted_and_within_its_time(self, site: Context, room: int) -> None:
        made = permit(site, room)
        assert self.names(site, NINE) == []
        run(site, "permit", "approve", made)
        both = [(made, ["周工", "吴工"])]
        for at, found in ((NINE - SECOND, []), (NINE, both), (NOON, both), (NOON + SECOND, [])):
            assert self.names(site, at) == found
        (shown,) = room_permits.usable(site, NINE)
        assert (shown.number, shown.room) == ("JF-20260305-01", "三楼中心机房")

    def test_not_before_it_was_granted(self, site: Context, room: int) -> None:
        made = permit(site, room)
        go_to(site, "2026-03-05 10:00:00")
        run(site, "permit", "approve", made)
        assert self.names(site, NINE) == []
        assert len(self.names(site, datetime(2026, 3, 5, 10))) == 1

    def test_urgent_ones_by_the_call(self, site: Context, room: int) -> None:
        urgent = permit(site, room, **URGENT)
        assert self.names(site, datetime(2026, 3, 5, 7, 30))[0][0] == urgent
        run(site, "permit", "refuse", urgent, reason="没有打过电话")
        assert self.names(site, NINE) == []

    def test_one_visit_each_or_as_many_as_one_likes(self, site: Context, room: int) -> None:
        once, often = permit(site, room), permit(site, room, several=True)
        for made in (once, often):
            run(site, "permit", "approve", made)
        visit = enter(site, once, "周工", NINE)
        enter(site, often, "周工", NINE)
        assert self.names(site, NINE) == [(once, ["吴工"]), (often, ["周工", "吴工"])]
        enter(site, once, "吴工", NINE)
        assert self.names(site, NINE) == [(often, ["周工", "吴工"])]
        with site.transaction("测试") as tx:
            tx.update(Visit, visit, void_at=site.now())
        assert self.names(site, NINE)[0] == (once, ["周工"])


class TestLonger:
    def test_who_is_inside_stays_as_long(self, site: Context, room: int) -> None:
        made = permit(site, room)
        with pytest.raises(Refusal, match="还没有批准"):
            run(site, "permit", "extend", made, planned_to=datetime(2026, 3, 5, 14), reason="备件晚到")
        run(site, "permit", "approve", made)
        inside = enter(site, made, "周工", NINE, due_at=NOON)
        own = enter(site, made, "吴工", NINE, due_at=datetime(2026, 3, 5, 10))
        left = enter(site, made, "郑工", NINE, NINE + SECOND, due_at=NOON)
        with pytest.raises(Refusal, match="要更晚"):
            run(site, "permit", "extend", made, planned_to=NOON, reason="备件晚到")
        with pytest.raises(Refusal, match="24 小时"):
            run(site, "permit", "extend", made, planned_to=datetime(2026, 3, 6, 9, 0, 1), reason="备件晚到")
        until = datetime(2026, 3, 5, 14)
        assert "延长至 03-05 14:00" in run(site, "permit", "extend", made, planned_to=until, reason="备件晚到")
        with site.read() as connection:
            due = {row.id: row.due_at for row in connection.execute(select(Visit.id, Visit.due_at))}
        assert (due[inside], due[own], due[left]) == (until, datetime(2026, 3, 5, 10), NOON)
        assert "由 03-05 12:00 延长至 03-05 14:00：备件晚到。" in load(site, "permit", made)["remarks"]
        whole(site)

    def test_a_used_permit_is_not_made_void(self, site: Context, room: int) -> None:
        made = permit(site, room)
        visit = enter(site, made, "周工", NINE)
        with pytest.raises(Refusal, match="已有 1 人次"):
            run(site, "permit", "void", made, reason="不要了")
        with site.transaction("测试") as tx:
            tx.update(Visit, visit, void_at=site.now())
        run(site, "permit", "void", made, reason="不要了")


class TestReveal:
    def test_one_of_the_people_by_name(self, site: Context, room: int) -> None:
        made = permit(site, room)
        with pytest.raises(Refusal, match="周工、吴工") as refused:
            run(site, "permit", "reveal", made, reason="核对")
        assert refused.value.field == "name"
        assert run(site, "permit", "reveal", made, name="吴工", reason="核对") == (
            "吴工：护照号 E12345678，电话 010-88880001。查看已记入审计。"
        )
        alone = permit(site, room, people="郑工 13700000001")
        assert "13700000001" in run(site, "permit", "reveal", alone, reason="核对")


def paper(ctx: Context, permit_id: int) -> Document:
    made: Document = by_slug("permit").papers[0].make(ctx, permit_id)
    return made


def cells(document: Document) -> dict[str, Any]:
    grids = [block for block in document.body if isinstance(block, FormGrid)]
    return {cell.label: cell.value for grid in grids for row in grid.rows for cell in row}


def text_of(document: Document) -> str:
    pdf = pypdfium2.PdfDocument(pdf_bytes(document))
    assert len(pdf) == 1
    return "".join(pdf[0].get_textpage().get_text_range().split())


def in_workbook(document: Document, folder: Path) -> str:
    write_workbook(document, folder / "a.xlsx")
    sheet = openpyxl.load_workbook(folder / "a.xlsx").worksheets[0]
    return "".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None)


class TestPaper:
    def test_says_what_the_record_holds_and_of_numbers_the_last_four(
        self, site: Context, room: int, tmp_path: Path
    ) -> None:
        made = permit(site, room, sealed_on=date(2026, 3, 4), equipment="电源模块 2 块")
        run(site, "permit", "approve", made)
        document = paper(site, made)
        text = text_of(document)
        for words in (
            "OD-F09 A/0", "机房进入申请审批单", "JF-20260305-01", "示例市信息中心", "恒通网络", "（盖章）2026年3月4日",
            "2026年3月5日", "13912345678", "周工", "吴工", "身份证", "护照", id_number(1)[-4:], "5678", "139****5678",
            "三楼中心机房", "网络区", "自 2026年3月5日 09:00 至 12:00（3 小时）", "更换核心交换机电源", "电源模块 2 块",
            "赵敏、王强", "电源模块老化", "逐个更换", "双电源冗余", "同意", "须知", "E1 二.1", "E1 二.3", "E1 一.8",
            "责任人签字", "随工签字", "现场已清理", "值班员签字", "保存期限：3 年，按季度装订", "可电话批准，次日补单",
        ):  # fmt: skip
            assert words.replace(" ", "") in text, words
        for secret in (id_number(1), id_number(1)[6:14], "E12345678", "010-88880001"):
            assert secret not in text
            assert secret not in in_workbook(document, tmp_path)

    def test_boxes_are_ticked(self, site: Context, room: int) -> None:
        made = permit(site, room, several=True, purposes="施工、其他（布线）", secrecy=False, operates=False)
        ticked = {key: value.chosen for key, value in cells(paper(site, made)).items() if isinstance(value, Choice)}
        assert ticked == {
            "进出次数": ("多次有效",), "事由": ("施工", "其他（布线）"), "是否上机操作": ("否",), "保密承诺": (),
            "紧急进入": (), "离场确认": (),
        }  # fmt: skip

    def test_an_urgent_one_names_the_call_and_its_late_paper(self, site: Context, room: int) -> None:
        made = permit(site, room, **URGENT)
        shown = cells(paper(site, made))
        assert shown["紧急进入"].chosen == ("电话批准",)
        assert shown["批准人、时刻"] == "王主任　2026年3月5日 07:30"
        assert paper(site, made).notes[1:] == ()
        go_to(site, "2026-03-07 00:00:00")
        assert "紧急进入应在 2026年3月6日 前补单。" in paper(site, made).notes
        run(site, "permit", "paper", made)
        assert cells(paper(site, made))["补单日期"] == "2026年3月7日 00:00"
        assert "紧急进入应在 2026年3月6日 前补单。" in paper(site, made).notes

    def test_refused_void_and_empty(self, site: Context, room: int) -> None:
        refused, void = permit(site, room), permit(site, room, people="", remarks="一\n二")
        run(site, "permit", "refuse", refused, reason="改到周末")
        run(site, "permit", "void", void, reason="填错")
        assert "不同意：改到周末" in cells(paper(site, refused))["信息中心意见"]
        document = paper(site, void)
        assert document.title.endswith("（已作废）")
        assert document.notes[1:3] == ("一", "二")
        (table,) = [block for block in document.body if isinstance(block, Table)]
        assert [row[1] for row in table.rows] == [None] * 5

    def test_ten_people_and_long_texts_go_on_one_page_or_over_it_whole(self, site: Context, room: int) -> None:
        people = "\n".join(f"工程师{chr(0x4E00 + n)} 恒通网络技术工程有限责任公司 {id_number(n)}" for n in range(10))
        assert text_of(paper(site, permit(site, room, people=people, planned_to=datetime(2026, 4, 5), several=True)))
        long = permit(site, room, people=people, work="更换电源。" * 100, plan="先切换，再更换。" * 60)
        pdf = pypdfium2.PdfDocument(pdf_bytes(paper(site, long)))
        assert len(pdf) >= 2
        text = "".join("".join(page.get_textpage().get_text_range().split()) for page in pdf)
        assert text.count("更换电源。") == 100


class TestRoom:
    def test_limits_and_modules(self, site: Context) -> None:
        made = a_room(site, modules=" 网络区 \n\n主机区\n网络区", temp_min=18, temp_max=27, humidity_max=65)
        shown = by_slug("room").list(site, Query()).rows[0].values
        assert (shown["modules"], shown["temperature"], shown["humidity"]) == (
            "网络区、主机区",
            "18 至 27 ℃",
            "65 %以下",
        )
        for changes, field in (
            ({"temp_min": 27}, "temp_max"), ({"temp_max": 81}, "temp_max"), ({"humidity_min": 65}, "humidity_max"),
            ({"humidity_min": -1}, "humidity_min"),
        ):  # fmt: skip
            with pytest.raises(Refusal) as refused:
                change(site, "room", made, **changes)
            assert refused.value.field == field
        change(site, "room", made, temp_min=26, humidity_min=64)
        with pytest.raises(Refusal, match="已经登记过"):
            a_room(site)

    def test_out_of_use_and_back(self, site: Context, room: int) -> None:
        run(site, "room", "retire", room)
        listed = by_slug("room").list
        assert [row.muted for row in listed(site, Query(filters={"state": "已停用"})).rows] == [True]
        run(site, "room", "bring_back", room)
        assert listed(site, Query(filters={"state": "已停用"})).total == 0
        assert listed(site, Query(filters={"state": "在用"})).total == 1


class TestVisitor:
    def test_masked_numbers_that_come_back_are_kept(self, site: Context) -> None:
        made = save(site, "visitor", name="张三", unit="恒通", id_number=id_number(1), phone="13912345678")
        assert load(site, "visitor", made)["id_number"].count("*") == 10
        change(site, "visitor", made, unit="中科")
        with site.read() as connection:
            row = connection.execute(select(Visitor.__table__)).mappings().one()
        assert (row["id_number"], row["phone"], row["unit"]) == (id_number(1), "13912345678", "中科")
        change(site, "visitor", made, id_number="E12345678", id_kind=None, phone="")
        assert load(site, "visitor", made)["id_kind"] == "护照"
        for wrong, field in (({"id_number": "E****5679"}, "id_number"), ({"phone": "139****5678"}, "phone")):
            with pytest.raises(Refusal) as refused:
                change(site, "visitor", made, **wrong)
            assert refused.value.field == field

    def test_one_of_a_name_in_a_unit(self, site: Context) -> None:
        save(site, "visitor", name="张三", unit="恒通")
        save(site, "visitor", name="张三", unit="中科")
        with pytest.raises(Refusal, match="已经登记过"):
            save(site, "visitor", name="张三", unit="恒通")

    def test_the_panel_says_what_would_be_cleared(self, site: Context, room: int) -> None:
        act = next(each for each in by_slug("visitor").acts if each.key == "purge")
        (field,) = act.fields
        assert field.default is not None
        assert "没有要清除" in field.default(site)
        assert field.default(as_role(site, Role.DESK)) == ""
        go_to(site, "2025-08-01 08:00:00")
        earlier = {"planned_from": datetime(2025, 8, 1, 9), "planned_to": datetime(2025, 8, 1, 12)}
        permit(site, room, **earlier)
        go_to(site, "2026-03-05 08:00:00")
        assert "审批单人员 2 条、审批单 1 条、常来人员 2 条" in field.default(site)
        assert "已清除" in run(site, "visitor", "purge", 0)
        assert by_slug("visitor").list(site, Query()).total == 0
        whole(site)


def test_every_state_is_met_by_the_same_condition_that_names_it(site: Context, room: int) -> None:
    made = permit(site, room)
    with site.read() as connection:
        row = connection.execute(permit_states.rows(site.now()).where(Permit.id == made)).mappings().one()
    assert row["state"] == PermitState.WAITING
    assert permit_states.due({**row}) == datetime(2026, 3, 6, 23, 59, 59)
