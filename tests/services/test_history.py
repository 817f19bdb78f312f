"""历史: every link of the chain as a sentence in the words of the registers, found by record, person, day and word."""

from __future__ import annotations

import json
import re
from datetime import date, datetime

import pytest
import team
from sqlalchemy import select

from opsdesk import catalog
from opsdesk import history as view
from opsdesk.exports import issuing, seal
from opsdesk.models import (
    Base,
    Contract,
    ContractTerm,
    Inspection,
    InspectionItem,
    InspectionLine,
    LedgerRow,
    Room,
    RosterEntry,
    Seal,
    Settlement,
    Staff,
    Vendor,
)
from opsdesk.register import Query
from opsdesk.registers.sign_in import documents as sign_in_papers
from opsdesk.registers.sign_in.service import sign
from opsdesk.rules.vocabulary import Role
from opsdesk.services import history, record_names
from opsdesk.services.context import Actor, Context
from opsdesk.services.errors import Damaged
from opsdesk.services.history import Asked

TABLES = sorted(Base.metadata.tables)
OTHERWISE = {"report": "运维报告", "punch": "签到签退"}
"""Three registers show one table; and a punch is no whole day's 签到记录."""


def test_checks_call_tables_as_their_registers_do() -> None:
    called = {each.table: OTHERWISE.get(each.table, each.singular) for each in catalog.REGISTERS}
    assert {table: record_names.table_words(table) for table in called} == called


@pytest.mark.parametrize("table", TABLES)
def test_every_table_and_column_has_its_words(table: str) -> None:
    assert view.table_words(table) != table
    bare = [each.name for each in Base.metadata.tables[table].columns
            if re.fullmatch(r"[a-z0-9_]+", view.column_words(table, each.name))]  # fmt: skip
    assert bare == []


@pytest.fixture
def changed(site: Context) -> Context:
    """A person who changed vendor and telephone, with a reason."""
    crew = team.build(site)
    with site.transaction("调整人员", "合同更换") as tx:
        other = tx.insert(Vendor, code="V9", name="新锐网络", short_name="新锐")
        tx.update(Staff, crew["1001"], vendor_id=other, phone="13812345678")
    return site


def test_a_change_tells_before_and_after_with_names(changed: Context) -> None:
    links, total = history.listed(changed, Asked(subject="staff", text="调整人员"), 0, 10)
    assert total == 1
    (link,) = links
    assert link.name == "1001"
    assert {(each.column, each.before, each.after) for each in link.changes} == {
        ("vendor_id", "华信", "新锐"),
        ("phone", None, "13812345678"),
    }
    told = view.told(link)
    assert "人员 1001" in told
    assert "华信 → 新锐" in told
    assert "理由：合同更换。" in told


def test_a_record_without_a_number_is_called_by_whose_it_is_and_of_when(site: Context) -> None:
    crew = team.build(site)
    team.go_to(site, "2026-03-05 08:20:00")
    sign(site, staff_id=crew["1001"])
    (link,) = history.listed(site, Asked(subject="punch"), 0, 10)[0]
    assert view.record_words(link) == "签到签退 王强 2026-03-05 08:20"
    assert link.at == datetime(2026, 3, 5, 8, 20), "by the workstation's clock, wherever it stands"
    assert history.listed(site, Asked(subject="punch", first=date(2026, 3, 5), last=date(2026, 3, 5)), 0, 10)[1] == 1
    assert history.listed(site, Asked(subject="punch", first=date(2026, 3, 6)), 0, 10)[1] == 0


def test_an_issued_form_is_told_by_what_stands_on_it(site: Context) -> None:
    made = sign_in_papers.daily_sheet(site, date(2026, 3, 5))
    code = seal.code_of(issuing.issue(site, [made]).value[0])
    (link,) = history.listed(site, Asked(subject="seal"), 0, 10)[0]
    assert view.record_words(link) == "签发 DG-20260305"
    assert view.sentence(link).startswith("表单：OD-F01；编号：DG-20260305；期间：2026年3月5日")
    assert view.VIEW.load is not None
    told = str(view.VIEW.load(site, link.seq)["changes"])
    assert f"校验码：{code}" in told
    assert "标题：到岗记录" in told
    with site.read() as connection:
        kept = connection.execute(select(Seal.__table__)).mappings().one()
    for column in ("salt", "digests", "origin", "content", "head"):
        assert kept[column]
        assert kept[column] not in told, column


def test_a_telephone_is_whole_only_for_those_who_work_with_it(changed: Context) -> None:
    reader = changed.acting_as(Actor("审计员", Role.READER))
    for ctx, shown in ((changed, "13812345678"), (reader, "138****5678")):
        (link,) = history.listed(ctx, Asked(subject="staff", text="调整人员"), 0, 10)[0]
        assert next(each.after for each in link.changes if each.column == "phone") == shown


def test_a_record_is_found_by_its_number(changed: Context) -> None:
    rows = view.VIEW.list(changed, Query(text="1001")).rows
    assert [str(row.values["act"]) for row in rows] == ["调整人员", "建队"]
    assert view.VIEW.list(changed, Query(text="9999")).total == 0


@pytest.mark.parametrize("word", ["祝子期", "1001", "zzq"])
def test_what_was_done_to_a_person_is_found_by_name_number_and_initials(site: Context, word: str) -> None:
    crew = team.build(site)
    with site.transaction("改名") as tx:
        tx.update(Staff, crew["1001"], name="祝子期", initials="zzq")
    sign(site, staff_id=crew["1001"])
    links, _ = history.listed(site, Asked(text=word), 0, 20)
    assert {"staff", "punch"} <= {link.subject for link in links}
    assert not [link for link in links if link.subject == "staff" and link.subject_id != crew["1001"]]


def test_what_only_stands_in_a_hash_is_not_found(changed: Context) -> None:
    with changed.read() as connection:
        query = select(LedgerRow.seq, LedgerRow.body).where(LedgerRow.body.contains('"commitment"'))
        seq, body = connection.execute(query.limit(1)).one()
    hashed = next(each["commitment"] for each in json.loads(body).values() if isinstance(each, dict))
    links, _ = history.listed(changed, Asked(text=hashed), 0, 20)
    assert seq not in {link.seq for link in links}
    assert history.listed(changed, Asked(text="队"), 0, 1)[1] > 0


def test_days_and_people_narrow_the_list(changed: Context) -> None:
    today, after = date(2026, 3, 5), date(2026, 3, 6)
    everything = history.listed(changed, Asked(), 0, 1)[1]
    assert history.listed(changed, Asked(first=today, last=today), 0, 1)[1] == everything
    assert history.listed(changed, Asked(first=after), 0, 1)[1] == 0
    assert history.listed(changed, Asked(operator="没有这个人"), 0, 1)[1] == 0
    assert history.listed(changed, Asked(operator=changed.actor.name), 0, 1)[1] > 0


def test_one_link_is_told_whole(changed: Context) -> None:
    (row,) = view.VIEW.list(changed, Query(filters={"subject": "vendor"}, text="新锐")).rows
    assert view.VIEW.load is not None
    values = view.VIEW.load(changed, row.id)
    assert "单位全称：新锐网络" in values["changes"]
    assert len(values["hash"].replace(" ", "")) == 64


def test_a_row_taken_out_says_what_it_was(site: Context) -> None:
    crew = team.build(site)

    with site.transaction("删除排班") as tx:
        entry = tx.connection.execute(select(RosterEntry.id)).scalars().first()
        tx.remove(RosterEntry, entry)
    (link,) = history.listed(site, Asked(text="删除排班"), 0, 10)[0]
    assert link.kind == "delete"
    assert ("staff_id", "赵夜") in {(each.column, each.before) for each in link.changes}
    assert crew["2002"]


def test_the_command_line_lists_a_record(changed: Context, capsys: pytest.CaptureFixture[str]) -> None:
    from opsdesk.__main__ import main

    assert main(["--home", str(changed.home), "history", "--record", "1001", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["total"] == 2
    assert told["links"][0]["changes"][0]["title"] in {"外包单位", "单位", "电话"}
    assert main(["--home", str(changed.home), "history", "--record", "SJ-0"]) == 1


def test_one_record_of_a_register_is_asked_for_by_its_row(changed: Context) -> None:
    with changed.read() as connection:
        vendor_id = connection.execute(select(Vendor.id).where(Vendor.code == "V9")).scalar_one()
    asked = view.asked_for(changed, "vendor", vendor_id)
    assert asked == f"外包单位 #{vendor_id}"
    assert [row.values["record"] for row in view.VIEW.list(changed, Query(text=asked)).rows] == ["外包单位 V9"]
    assert view.VIEW.list(changed, Query(text=view.asked_for(changed, "vendor", 10_000))).total == 0


def test_a_record_with_a_number_is_asked_for_by_it(changed: Context) -> None:
    with changed.read() as connection:
        staff_id = connection.execute(select(Staff.id).where(Staff.staff_no == "1001")).scalar_one()
    asked = view.asked_for(changed, "staff", staff_id)
    assert asked == "人员 1001"
    assert [str(row.values["act"]) for row in view.VIEW.list(changed, Query(text=asked)).rows] == ["调整人员", "建队"]
    assert view.VIEW.list(changed, Query(text="外包单位 1001")).total == 0


def test_a_record_is_told_with_its_parts_even_those_taken_out(site: Context) -> None:
    team.build(site)
    with site.transaction("登记") as tx:
        vendor_id = tx.connection.execute(select(Vendor.id).limit(1)).scalar_one()
        ids = [
            tx.insert(Contract, vendor_id=vendor_id, number=number, project="运维", begins_on=date(2026, 1, 1))
            for number in ("HT-1", "HT-2")
        ]
        terms = [
            tx.insert(ContractTerm, contract_id=each, topic="考核", regulation="T1", holds_from=date(2026, 1, 1))
            for each in ids
        ]
    with site.transaction("改条款") as tx:
        tx.update(ContractTerm, terms[0], regulation="T4")
    with site.transaction("删条款") as tx:
        tx.remove(ContractTerm, terms[0])
    links, total = history.listed(site, Asked("contract", ids[0]), 0, 10)
    assert [(each.subject, each.subject_id, each.act) for each in links] == [
        ("contract_term", terms[0], "删条款"),
        ("contract_term", terms[0], "改条款"),
        ("contract_term", terms[0], "登记"),
        ("contract", ids[0], "登记"),
    ]
    assert total == 4


def test_every_column_that_leads_to_a_record_is_told_by_what_that_one_is_called() -> None:
    ends = {key.column.table for table in Base.metadata.tables.values() for key in table.foreign_keys}
    assert {table.name for table in ends} == set(history.CALLED)
    assert [table.name for table in ends if history.CALLED[table.name] not in table.columns] == []


def test_money_flags_and_records_are_told_as_people_say_them(site: Context) -> None:
    crew = team.build(site)
    with site.transaction("结算") as tx:
        booked = tx.insert(Settlement, staff_id=crew["1001"], month="2026-02", made_at=site.now(), made_by="主管",
                           figures="{}", total_fen=123450, over_cap_minutes=0, replaced_at=None)  # fmt: skip
        tx.update(Settlement, booked, total_fen=5000)
        tx.update(Staff, crew["1001"], reserve=True)
        room = tx.insert(Room, name="三楼机房", modules="", keeper="", door_name="")
        item = tx.insert(InspectionItem, room_id=room, place=99, category="卫生", name="地面", standard="干净", unit="",
                         low=None, high=None, left_on=None)  # fmt: skip
        round_ = tx.insert(
            Inspection, number="XJ-1", room_id=room, day=date(2026, 3, 5), turn=1, at=site.now(), inspected_by="甲",
            checked_by="", spot_checked_by="", entered_by="甲", entered_at=site.now(), remarks="", void_at=None,
        )  # fmt: skip
        line = tx.insert(InspectionLine, inspection_id=round_, item_id=item, category="卫生", name="地面",
                         standard="干净", value="正常", normal=True, action="", incident_number="")  # fmt: skip
    links, _ = history.listed(site, Asked(text="结算"), 0, 10)
    told = " ".join(view.told(each) for each in links)
    assert "合计：1,234.50 元 → 50.00 元" in told
    assert "储备人员：否 → 是" in told
    (found,) = (each for each in links if (each.subject, each.subject_id) == ("inspection_line", line))
    assert {each.column: each.after for each in found.changes} == {
        "inspection_id": "XJ-1", "item_id": "地面", "category": "卫生", "name": "地面", "standard": "干净",
        "value": "正常", "normal": True,
    }  # fmt: skip


def test_every_part_leads_to_its_record() -> None:
    for subject, parts in history.PARTS.items():
        for table, column in parts:
            (key,) = Base.metadata.tables[table].columns[column].foreign_keys
            assert key.column.table.name == subject


@pytest.mark.parametrize(
    "harm", ["zone='x'", "at='昨天'", "body='{'", "kind='delete', subject='contract_term', subject_id=99, body='{'"]
)
def test_a_link_spoilt_outside_names_its_remedy(changed: Context, harm: str) -> None:
    record = Asked(subject="contract", subject_id=1)
    before = history.listed(changed, record, 0, 10)[1]
    with changed.transaction("在程序之外") as tx:
        tx.connection.exec_driver_sql(f"UPDATE ledger SET {harm} WHERE seq=(SELECT max(seq) FROM ledger)")
    with pytest.raises(Damaged, match="数据损坏，或在程序之外改动过") as told:
        history.listed(changed, Asked(), 0, 10)
    assert "修复" in told.value.remedy
    assert history.listed(changed, record, 0, 10)[1] == before, "what is not spoilt is still told"
