"""A person and goods on a line at the door: told apart by looks, no number of a paper left in a name or a unit."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import machine_room
import pytest

from opsdesk.catalog import by_slug
from opsdesk.registers.off_hours import documents as off_hours_documents
from opsdesk.registers.permit import documents as permit_documents
from opsdesk.registers.visit import form, service, typed
from opsdesk.rules.vocabulary import Role
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal

ID = machine_room.id_number(7)
WIDE = "".join(chr(ord(sign) + 0xFEE0) for sign in ID)
PHONE = "13800001234"


@pytest.mark.parametrize(
    "line",
    [
        f"李四 恒通 {ID}",
        f"李四 恒通 身份证号{ID}",
        f"李四 恒通 身份证:{ID}",
        f"李四 恒通 身份证号码： {ID}",
        f"李四 恒通 证件号{ID}",
        f"李四 恒通身份证{ID}",
        f"李四,恒通,{ID}",
        f"李四、恒通；{ID}",
        f"李四，恒通，身份证，{ID}",
        f"李四 恒通 {WIDE}",
        f"李四 恒通 {ID[:6]} {ID[6:14]} {ID[14:]}",
        f"李四 恒通 {ID[:6]}-{ID[6:14]}-{ID[14:]}",
    ],
)
@pytest.mark.parametrize("phone", ["", PHONE])
def test_a_whole_number_is_told_however_it_is_written(line: str, phone: str) -> None:
    read = typed.read_person(f"{line} {phone}")
    assert (read.name, read.unit, read.id_kind, read.id_number, read.phone) == ("李四", "恒通", "身份证", ID, phone)


@pytest.mark.parametrize(
    "line",
    [f"李四{ID}", f"{ID} 恒通", f"李四 恒通 {ID}1", f"李四 恒通{WIDE}", f"李四 恒通（{ID}）", f"李四 1101/{ID[4:]}"],
)
def test_a_number_in_a_name_or_a_unit_is_refused_without_repeating_it(line: str) -> None:
    with pytest.raises(Refusal, match="像是证件号") as refused:
        typed.read_person(line)
    assert refused.value.field == "people"
    assert ID[:8] not in str(refused.value)


@pytest.mark.parametrize(
    ("line", "unit", "kind", "number", "phone"),
    [
        ("孙八 恒通 身份证 002X", "恒通", "身份证", "002X", ""),
        ("孙八 恒通 身份证：0011", "恒通", "身份证", "0011", ""),
        ("孙八 恒通 002x", "恒通", "身份证", "002X", ""),
        (f"孙八 恒通 0011 {PHONE}", "恒通", "身份证", "0011", PHONE),
        (f"孙八 恒通 {PHONE} 0011", "恒通", "身份证", "0011", PHONE),
        ("孙八 恒通 0011 010-88880001", "恒通", "身份证", "0011", "010-88880001"),
        ("孙八 恒通 0011", "恒通", "", "", "0011"),
        (f"孙八 恒通 {ID} 0011", "恒通", "身份证", ID, "0011"),
        ("孙八 恒通 护照：E12345678", "恒通", "护照", "E12345678", ""),
        ("孙八 恒通（北京） 3M", "恒通（北京）3M", "", "", ""),
        ("孙八", "", "", "", ""),
    ],
)
def test_the_last_four_and_other_papers(line: str, unit: str, kind: str, number: str, phone: str) -> None:
    read = typed.read_person(line)
    assert (read.unit, read.id_kind, read.id_number, read.phone) == (unit, kind, number, phone)


def test_why_a_number_is_written_is_kept_without_a_number() -> None:
    read = typed.read_person(f"李四 恒通 {ID[:-1]}1，证件号说明：旧证 {ID}")
    assert (read.unit, read.id_number, read.id_reason) == ("恒通", f"{ID[:-1]}1", f"旧证 {ID[-4:]}")
    with pytest.raises(Refusal, match="请写进入的人"):
        typed.read_person(" ")


@pytest.mark.parametrize(
    ("line", "brought", "model", "serial"),
    [
        ("笔记本", 1, "", ""),
        ("笔记本 T14 2台", 2, "T14", ""),
        ("笔记本 T14 2 台", 2, "T14", ""),
        ("笔记本 T14 x2 SN123", 2, "T14", "SN123"),
        ("笔记本 1 T14 SN123", 1, "T14", "SN123"),
        ("笔记本 1 ThinkPad T14 SN123", 1, "ThinkPad T14", "SN123"),
        ("笔记本 T14 20231234", 1, "T14", "20231234"),
        ("硬盘 2 块 SN1", 2, "SN1", ""),
        ("硬盘 ２块", 2, "", ""),
        ("硬盘 ×2", 2, "", ""),
        ("硬盘 9999", 9999, "", ""),
        ("硬盘 T ² 块", 1, "T ²", "块"),
    ],
)
def test_goods_of_a_line(line: str, brought: int, model: str, serial: str) -> None:
    (read,) = typed.read_goods(f"{line}\n \n")
    assert (read.brought, read.model, read.serial) == (brought, model, serial)


@pytest.mark.parametrize(
    "line", ["硬盘 99999", "硬盘 10000块", "硬盘 ９９９９９", f"硬盘 {'9' * 5000}", "硬盘 0", "硬盘 T 0块"]
)
def test_goods_out_of_all_measure_are_refused(line: str) -> None:
    with pytest.raises(Refusal, match="9999") as refused:
        typed.read_goods(line)
    assert refused.value.field == "goods"
    assert len(str(refused.value)) < 80


def test_free_texts_of_a_visit_and_a_permit_keep_the_last_four_only(site: Context) -> None:
    room = machine_room.a_room(site)
    guest = service.PersonEntry(name="张三", unit="恒通")
    made = service.enter(site, people=[guest], room_id=room, purpose=f"维护 {ID}", escorts=["赵敏"]).value[0]
    assert form.load(site, made)["purpose"] == f"维护 {ID[-4:]}"
    form.save(site, made, {**form.load(site, made), "remarks": f"代李四 {WIDE}"})
    assert form.load(site, made)["remarks"] == f"代李四 {ID[-4:]}"
    texts = {key: f"{key} {ID}" for key in ("work", "equipment", "cause", "plan", "reach", "remarks")}
    load = by_slug("permit").load
    assert load is not None
    kept = load(site, machine_room.permit(site, room, **texts))
    assert {key: kept[key] for key in texts} == {key: f"{key} {ID[-4:]}" for key in texts}


@pytest.mark.parametrize(("role", "whole"), [(Role.SUPERVISOR, True), (Role.DESK, True), (Role.READER, False)])
def test_papers_show_the_telephone_of_who_asks_as_the_form_does(site: Context, role: Role, whole: bool) -> None:
    permit = machine_room.permit(site, machine_room.a_room(site))
    slip = machine_room.off_hours(site, begins_at=datetime(2026, 3, 5, 19))
    seen = site.acting_as(replace(site.actor, role=role))
    for paper in (permit_documents.permit(seen, permit), off_hours_documents.slip(seen, slip)):
        assert ("13912345678" in repr(paper)) is whole
        assert "139****5678" in repr(paper)
