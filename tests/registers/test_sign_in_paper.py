"""到岗记录 and 补签单 on paper: read back from the PDF and the xlsx."""

from datetime import date, datetime

import openpyxl
import pypdfium2
import pytest
import team as team_module
from sqlalchemy import select
from team import go_to, grant

from opsdesk.exports import archive
from opsdesk.exports.layout import compose
from opsdesk.exports.pdf import pdf_bytes
from opsdesk.models import Staff, Vendor
from opsdesk.registers.correction import documents as slips
from opsdesk.registers.correction import service as corrections
from opsdesk.registers.sign_in import documents, service
from opsdesk.rules.vocabulary import Direction

DAY = date(2026, 3, 5)


@pytest.fixture
def worked(site):
    crew = team_module.build(site)
    grant(site, crew["1003"], "2026-03-05 08:30", "2026-03-05 17:30")
    for number, clock in (("1001", "08:27:00"), ("1006", "08:29:00"), ("1002", "09:12:00")):
        go_to(site, f"2026-03-05 {clock}")
        service.sign(site, staff_id=crew[number])
    go_to(site, "2026-03-05 17:31:00")
    service.sign(site, staff_id=crew["1001"])
    go_to(site, "2026-03-05 20:00:00")
    service.sign(site, staff_id=crew["2002"])
    go_to(site, "2026-03-06 08:01:00")
    service.sign(site, staff_id=crew["2002"])
    return site, crew


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def test_the_daily_sheet_says_what_the_record_holds(worked):
    ctx, _ = worked
    text = text_of(pdf_bytes(documents.daily_sheet(ctx, DAY)))
    for words in (
        "到岗记录", "示例市信息中心", "DG-20260305", "2026年3月5日", "服务台值班员", "运维主管", "第 1 页",
        "保存期限：3 年", "08:27", "17:31", "迟到42分（T2 二.7）", "事假 全天 家中有事", "次日 08:01",
        "买买提·艾力江", "李𬭎", "不得代签",
    ):  # fmt: skip
        assert words in text, words


def test_the_sheet_keeps_its_fixed_rows_with_blanks_to_write_in(worked):
    ctx, _ = worked
    document = documents.daily_sheet(ctx, DAY)
    (table,) = document.body
    assert (table.rows_per_page, len(table.rows)) == (15, 8)
    assert document.landscape
    text = text_of(pdf_bytes(document))
    assert "\n15" in text.replace("\r", "")


def test_the_workbook_holds_real_times_and_the_same_words(worked, tmp_path):
    ctx, _ = worked
    (kept,) = archive.export([documents.daily_sheet(ctx, DAY)], tmp_path, ("xlsx",))
    sheet = openpyxl.load_workbook(kept.path).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    values = {cell.value for cell in cells}
    assert datetime(2026, 3, 5, 8, 27).time() in values
    assert "王强" in values
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.print_title_rows
    assert sheet.freeze_panes


def test_what_people_type_is_text_on_paper_and_in_the_workbook(worked, tmp_path):
    ctx, crew = worked
    with ctx.transaction("改名") as tx:
        tx.update(Staff, crew["1001"], name="=1+1<b>&")
    document = documents.daily_sheet(ctx, DAY)
    assert "=1+1<b>&" in text_of(pdf_bytes(document))
    (kept,) = archive.export([document], tmp_path, ("xlsx",))
    sheet = openpyxl.load_workbook(kept.path).active
    (cell,) = [cell for row in sheet.iter_rows() for cell in row if cell.value == "=1+1<b>&"]
    assert cell.data_type == "s"


def test_a_character_no_face_has_is_refused_with_name_and_day(worked):
    ctx, crew = worked
    with ctx.transaction("改名") as tx:
        tx.update(Staff, crew["1001"], name="王\U0001f600")
    with pytest.raises(Exception, match="U\\+1F600") as refused:
        pdf_bytes(documents.daily_sheet(ctx, DAY))
    assert "2026-03-05" in str(refused.value)


def test_the_month_sheet_marks_halves_and_sums(worked):
    ctx, _ = worked
    document = documents.monthly_sheet(ctx, 2026, 3)
    (table,) = document.body
    by_name = {row[1]: row for row in table.rows}
    assert by_name["李敏"][3 + 4] == "迟42\n未"
    assert by_name["刘芳"][3 + 4] == "△"
    assert by_name["王强"][3 + 4] == "√"
    assert by_name["王强"][3 + 3] == "—"
    assert by_name["王强"][3] == "○"
    assert by_name["李敏"][-5:] == (1, 42, None, None, 1)
    assert by_name["刘芳"][3 + 31] == 21, "leave takes the day out of what is due"
    assert "2026年3月到岗记录" in text_of(pdf_bytes(document))


def test_one_vendors_month_holds_nobody_else(worked):
    ctx, _ = worked
    with ctx.read() as connection:
        vendor = connection.exec_driver_sql("SELECT id FROM vendor WHERE short_name='恒通'").scalar_one()
    text = text_of(pdf_bytes(documents.monthly_sheet(ctx, 2026, 3, vendor_id=vendor)))
    assert "赵夜" in text
    assert "王强" not in text
    assert "华信" not in text


def test_the_basis_printed_follows_the_contract(worked):
    ctx, _ = worked
    (basis,) = documents.daily_sheet(ctx, DAY).basis
    assert basis == (
        "迟到、早退分钟向下取整（G4）；作息 08:30-17:30（T1 2.3）；当月迟到超过 3 次，每多一次 20 元（T2 二.7）；"
        "单次迟到超过 60 分视当天缺勤（T2 二.8）；早退每次 20 元（T2 二.10）。"
    )


def test_the_correction_slip_shows_old_and_new(worked):
    ctx, crew = worked
    slip = corrections.file(
        ctx,
        staff_id=crew["1002"],
        day=DAY,
        direction=Direction.IN,
        actual_at=datetime(2026, 3, 5, 8, 25),
        cause="忘签",
        explanation="到岗后直接去机房处理告警",
        witness="王强",
    ).value
    text = text_of(pdf_bytes(slips.slip(ctx, slip)))
    for words in (
        "补签单",
        "BQ-202603-001",
        "2026-03-05 09:12 到岗",
        "2026-03-05 08:25",
        "本月第 1 次",
        "王强",
        "考勤员",
    ):
        assert words in text, words


def test_long_names_leave_the_sheet_its_page(worked):
    site, _ = worked
    with site.transaction("改名") as tx:
        for staff in tx.connection.execute(select(Staff.id)).scalars().all():
            tx.update(Staff, staff, name="阿卜杜热合曼·买买提明·艾合买提·吐尔逊江·阿不都")
        for vendor in tx.connection.execute(select(Vendor.id)).scalars().all():
            name = f"中国电子信息产业集团第六研究所华北信息系统集成与运行维护服务有限公司第 {vendor} 分部"
            tx.update(Vendor, vendor, name=name, short_name=name)
    (page,) = compose(documents.daily_sheet(site, DAY))
    assert sum(ink.text == "15" for ink in page.inks) == 1, "all fifteen rows stand on the page"
    assert "吐尔逊江" in text_of(pdf_bytes(documents.daily_sheet(site, DAY)))
