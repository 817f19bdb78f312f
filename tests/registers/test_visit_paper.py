"""F08 and the list for an evacuation, read back from PDF and xlsx: columns, fixed rows, pages, masked numbers."""

from __future__ import annotations

import re
import zipfile
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
from filled_site import run
from filled_visits import a_room
from machine_room import PEOPLE, id_number
from team import go_to
from visits import CARD, PHONE, UNIT, approved, at, enter, guest, inside

from opsdesk.catalog import by_slug
from opsdesk.exports import archive
from opsdesk.exports.document import Document, Table
from opsdesk.exports.pdf import pdf_bytes
from opsdesk.models import Visit
from opsdesk.registers.visit import documents, service
from opsdesk.registers.visit.service import GoodsEntry, Screening
from opsdesk.services import chain, settings
from opsdesk.services.context import Context

DAY = date(2026, 3, 5)
NUMBER = id_number(1)
COLUMNS = [
    "序号", "日期", "姓名", "单位/部门（内部/外部）", "证件类型及后四位", "联系电话", "进入事由/操作内容", "申请单号",
    "进入时间", "离开时间", "携带物品", "是否上机", "陪同人员签字", "进入人签字", "备注（异常）",
]  # fmt: skip


def table(document: Document) -> Table:
    (found,) = (block for block in document.body if isinstance(block, Table))
    return found


def pages(*made: Document) -> list[str]:
    pdf = pypdfium2.PdfDocument(pdf_bytes(*made))
    try:
        return [page.get_textpage().get_text_bounded().replace("\r\n", "\n") for page in pdf]
    finally:
        pdf.close()


def numbers(*made: Document) -> list[str]:
    return [found[0] for text in pages(*made) if (found := re.search(r"第 \d+ 页 共 \d+ 页", text))]


@pytest.fixture
def morning(site: Context) -> Context:
    """A visit with a permit, gone again; one without, who overstays; one made void; one of the centre's own."""
    room = a_room(site)
    permit = approved(site, room, people=PEOPLE)
    go_to(site, "2026-03-05 09:00:00")
    people = [each.entry for each in service.proposal(site, permit).people]
    group = service.enter(
        site, people=people, room_id=room, permit_id=permit,
        goods=[GoodsEntry("电源模块", 2, "PWR-460"), GoodsEntry("笔记本电脑")],
    ).value  # fmt: skip
    go_to(site, "2026-03-05 09:30:00")
    enter(site, guest("郑工", "别家", id_number=CARD, phone=PHONE), due_at=at("10:00"), escorts=())
    (own,) = enter(site, guest("孙丽", "示例市信息中心"), escorts=(), purpose="检查\n看空调")
    (wrong,) = enter(site, guest("钱进", "客服"), remarks="来找人")
    go_to(site, "2026-03-05 11:00:00")
    first, second = (each.id for each in inside(site)["周工"].goods)
    service.leave(
        site, visit_ids=group, operation="更换 PSU2\n观察十分钟", left_check="赵敏",
        goods=[service.GoodsLeft(first, stays=2), service.GoodsLeft(second, taken=1)],
    )  # fmt: skip
    service.leave_now(site, own)
    run(site, "visit", "void", wrong, reason="登记错了人")
    return site


def test_register_has_the_columns_of_f08_and_fifteen_fixed_rows(morning: Context) -> None:
    made = documents.day(morning, DAY)
    assert (made.code, made.revision, made.number, made.landscape) == ("OD-F08", "A/0", "JC-20260305", True)
    assert [column.title for column in table(made).columns] == COLUMNS
    assert table(made).rows_per_page == 15
    assert made.retention == "保存期限：3 年，按季装订"
    assert [place.label for place in made.signatures] == ["机房管理员", "审核人"]
    with morning.read() as connection:
        assert made.trace == chain.short_head(connection)
    (text,) = pages(made)
    assert all(str(n) in text for n in range(1, 16))
    assert "第 1 页 共 1 页" in text
    assert {fact.label: fact.value for fact in made.facts} == {
        "机房": "一楼信息中心机房", "日期": "2026年3月5日 周四", "出入": "4 人次", "外单位": "3 人次",
        "有问题": "1 人次",
    }  # fmt: skip


def test_register_says_what_happened_and_what_was_missed(morning: Context) -> None:
    rows = table(documents.day(morning, DAY)).rows
    assert rows[0] == (
        1, "3月5日", "周工", "恒通网络（外部）", f"身份证 {NUMBER[-4:]}", "139****5678",
        "网络区；维护、检查：更换核心交换机电源；更换 PSU2，观察十分钟", "JF-20260305-01", at("09:00").time(),
        at("11:00").time(), "电源模块（PWR-460） 带入2 带出0 留存2；笔记本电脑 带入1 带出1", "是",
        "赵敏\n王强", None, "",
    )  # fmt: skip
    assert rows[2][2:5] == ("郑工", "别家（外部）", f"身份证 {CARD[-4:]}")
    assert rows[2][-1] == "无审批进入、无陪同、超时停留 1 小时"
    assert rows[3][3] == "示例市信息中心（内部）"
    assert rows[3][6] == "检查 看空调"
    assert rows[4][-1] == "作废：登记错了人"


def test_register_names_the_clauses_it_goes_by(morning: Context) -> None:
    (said,) = documents.day(morning, DAY).basis
    for clause in ("E1 一.8", "E1 二.1", "E1 二.2", "T3 第六条"):
        assert clause in said


def test_xlsx_says_the_same_as_the_pdf(morning: Context, tmp_path: Path) -> None:
    made = documents.day(morning, DAY)
    kept = archive.export(made, tmp_path, ("pdf", "xlsx"))
    sheet = openpyxl.load_workbook(next(file.path for file in kept if file.path.suffix == ".xlsx")).active
    cells = {str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert set(COLUMNS) | {"周工", "郑工", "139****5678", "赵敏\n王强"} <= cells
    flat = re.sub(r"\s", "", pages(made)[0])
    for row in table(made).rows:
        for value in row:
            if isinstance(value, str) and value:
                assert value in cells
                assert re.sub(r"\s", "", value) in flat


def test_no_paper_holds_a_whole_number(morning: Context, tmp_path: Path) -> None:
    made = [documents.day(morning, DAY), documents.month(morning, 2026, 3), documents.evacuation(morning)]
    raw = b""
    for file in archive.export(made, tmp_path, ("pdf", "xlsx")):
        raw += file.path.read_bytes()
        if file.path.suffix == ".xlsx":
            with zipfile.ZipFile(file.path) as book:
                raw += b"".join(book.read(name) for name in book.namelist())
    said = "".join(pages(*made)) + raw.decode("utf-8", errors="ignore")
    for number in (CARD, PHONE, NUMBER, "010-88880001", "E12345678"):
        assert number not in said


def test_pages_run_on_within_the_quarter(site: Context) -> None:
    a_room(site)
    go_to(site, "2026-03-31 09:00:00")
    for month, count in ((1, 16), (3, 31)):
        for n in range(count):
            when = at(f"2026-{month:02}-06 08:30") + timedelta(minutes=10 * n)
            (made,) = enter(site, guest(f"客{n}"), entered_at=when)
            service.leave(site, visit_ids=[made], left_at=when + timedelta(minutes=5))
    assert numbers(documents.month(site, 2026, 1)) == ["第 1 页 共 2 页", "第 2 页 共 2 页"]
    assert numbers(documents.month(site, 2026, 2)) == ["第 3 页 共 3 页"]
    assert numbers(documents.month(site, 2026, 3)) == ["第 3 页 共 5 页", "第 4 页 共 5 页", "第 5 页 共 5 页"]
    bound = documents.quarter(site, 2026, 1)
    assert [made.number for made in bound] == ["JC-202601", "JC-202603"]
    assert numbers(*bound) == [f"第 {n} 页 共 5 页" for n in range(1, 6)]
    assert numbers(*documents.quarter(site, 2026, 2)) == ["第 1 页 共 1 页"]
    assert numbers(documents.day(site, date(2026, 3, 6))) == [f"第 {n} 页 共 3 页" for n in (1, 2, 3)]


def test_xlsx_of_a_later_month_begins_with_its_page(site: Context, tmp_path: Path) -> None:
    go_to(site, "2026-03-31 09:00:00")
    for day in ("2026-01-06", "2026-03-06"):
        (made,) = enter(site, entered_at=at(f"{day} 09:00"))
        service.leave(site, visit_ids=[made], left_at=at(f"{day} 10:00"))
    (file,) = archive.export(documents.month(site, 2026, 3), tmp_path, ("xlsx",))
    sheet = openpyxl.load_workbook(file.path).active
    assert (sheet.page_setup.firstPageNumber, sheet.page_setup.useFirstPageNumber) == (2, True)
    assert sheet.oddFooter.center.text == "第 &P 页 共 2 页"


def test_empty_register_is_a_page_to_write_on(site: Context) -> None:
    made = documents.month(site, 2026, 3)
    assert table(made).rows == ()
    (text,) = pages(made)
    assert "15" in text
    assert "第 1 页 共 1 页" in text


def test_several_rooms_are_told_in_the_row(site: Context) -> None:
    enter(site, entered_at=at("07:00"))
    enter(site, guest("郑工"), room_id=a_room(site, "二楼配线间"), entered_at=at("07:10"))
    rows = table(documents.day(site, DAY)).rows
    assert [row[6] for row in rows] == ["一楼信息中心机房；检查", "二楼配线间；检查"]


def test_time_on_another_day_and_screening_are_written(site: Context) -> None:
    settings.write(site, {"room.screening": "1"})
    (made,) = enter(site, screening=[Screening(365, code_shown=True, mask=False)], entered_at=at("07:00"))
    go_to(site, "2026-03-06 09:10:00")
    service.leave_now(site, made)
    (row,) = table(documents.day_of_visit(site, made)).rows
    assert row[9] == "3-6\n09:10"
    assert "体温 36.5 ℃，已扫码，未戴口罩" in str(row[-1])


def test_cleared_numbers_are_told_as_cleared(site: Context) -> None:
    (made,) = enter(site, guest(id_number=CARD, phone=PHONE))
    with site.transaction("清除") as tx:
        tx.forget(Visit, [made], id_number=None, phone=None, purged_at=site.now())
    (row,) = table(documents.day(site, DAY)).rows
    assert (row[2], row[4], row[5]) == ("周工", "已清除", "已清除")
    load = by_slug("visit").load
    assert load
    shown = load(site, made)
    assert (shown["id_shown"], shown["phone_shown"]) == ("已清除", "已清除")


def test_evacuation_lists_visitors_and_their_escorts_by_room(site: Context) -> None:
    go_to(site, "2026-03-05 09:00:00")
    enter(site, guest("周工", phone=PHONE), guest("吴工"), module="A 区", escorts=("赵敏", "钱进"))
    go_to(site, "2026-03-05 09:05:07")
    enter(site, guest("郑工", "别家"), room_id=a_room(site, "二楼配线间"), escorts=("钱进",))
    (gone,) = enter(site, guest("孙丽", "示例市信息中心"), escorts=())
    service.leave_now(site, gone)
    made = documents.evacuation(site)
    assert (made.title, made.number, made.landscape) == ("机房疏散清点单", "SS-20260305-0905", False)
    assert [row[1:7] for row in table(made).rows] == [
        ("一楼信息中心机房　A 区", "周工", UNIT, "外部", "139****5678", "09:00"),
        ("一楼信息中心机房　A 区", "吴工", UNIT, "外部", "", "09:00"),
        ("一楼信息中心机房", "赵敏", "", "陪同", "", ""),
        ("一楼信息中心机房", "钱进", "", "陪同", "", ""),
        ("二楼配线间", "郑工", "别家", "外部", "", "09:05"),
        ("二楼配线间", "钱进", "", "陪同", "", ""),
    ]
    facts = {fact.label: fact.value for fact in made.facts}
    assert facts["清点时间"] == "2026年3月5日 09:05:07"
    assert facts["应清点"] == "6 人"
    assert facts["其中"] == "一楼信息中心机房 4 人，二楼配线间 2 人"
    (text,) = pages(made)
    assert text.count("已撤离") == text.count("未见") == 6
    paper = next(each for each in by_slug("visit").papers if each.key == "evacuation")
    assert paper.make(site, 0) == made


def test_evacuation_of_empty_rooms_is_a_page_to_write_on(site: Context) -> None:
    made = documents.evacuation(site)
    assert table(made).rows == ()
    assert "机房里没有登记在场的人" in pages(made)[0]
