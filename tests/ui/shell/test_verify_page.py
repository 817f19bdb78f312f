"""设置 · 校验: a code typed or scanned, a file chosen or dropped, and the answer in large words."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from opsdesk import bootstrap, issued
from opsdesk.exports import issuing, seal
from opsdesk.registers.incident import detail
from opsdesk.registers.incident import service as incident
from opsdesk.registers.month.workbook import vendor_workbook
from opsdesk.registers.sign_in import documents, service
from opsdesk.rules.vocabulary import Role
from opsdesk.services import backup, seal_code, settings
from opsdesk.services.context import Actor
from opsdesk.services.errors import Refusal
from opsdesk.ui.pages import verify
from opsdesk.ui.pages.verify import VerifyPage


@pytest.fixture
def form(site, crew):
    """A sheet that was issued before anybody came."""
    return issuing.issue(site, [documents.daily_sheet(site, site.today())]).value[0]


@pytest.fixture
def page(desk) -> VerifyPage:
    shown = desk.window.frame.open("settings", "verify")
    desk.settle()
    return shown


def shown(table) -> list[tuple[str, ...]]:
    return [table.records.line(n)[1] for n in range(table.records.rowCount())]


def drop(page: VerifyPage, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    no_button, no_key = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    event = QDropEvent(QPoint(50, 50), Qt.DropAction.CopyAction, data, no_button, no_key)
    page.dropEvent(event)


def test_the_page_waits_with_the_cursor_in_its_field(desk, page) -> None:
    assert QApplication.focusWidget() is page.field
    assert page.headline.text() == verify.READY
    assert "拖到这里" in page.sentence.text()
    assert not page.field.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled), "a scan gun loses signs under one"
    assert not page.places.isVisible()
    assert not page.chip.isVisible()


def test_its_tab_pressed_with_the_mouse_waits_so_too(desk) -> None:
    desk.window.frame.open("settings", "site")
    desk.settle()
    section = desk.window.frame.current
    place = [tab.key for tab in section.section.tabs].index("verify")
    QTest.mouseClick(section.tabs, Qt.MouseButton.LeftButton, pos=section.tabs.tabRect(place).center())
    desk.settle()
    assert section.current_key == "verify"
    assert QApplication.focusWidget() is section.current.field, "else a scan gun presses 选择文件"


def test_a_scan_is_answered_in_large_words(desk, site, form, page) -> None:
    desk.type("hello")
    desk.window.frame.open("people")
    desk.window.frame.open("settings", "verify")
    desk.type(form.seal)
    assert page.headline.text() == "与今日记录一致"
    assert page.headline.property("tone") == "fine"
    assert page.sentence.text() == "这张表与今日的记录一字不差。"
    facts = page.facts.text().split("\n")
    assert facts[0] == "到岗记录　DG-20260305　2026年3月5日 周四（工作日）（OD-F01）"
    assert facts[1] == f"2026-03-05 08:00 由主管签发，校验码 {seal.code_of(form)}。"
    assert facts[2].startswith("表上印的链首")
    assert (page.chip.word(), page.chip.isVisible()) == ("链首相符", True)
    assert not page.places.isVisible()
    other = issuing.issue(site, [replace(form, number="DG-X")]).value[0]
    desk.type(other.seal)
    assert page.field.text() == other.seal, "the next scan takes the place of the last"


def test_what_is_typed_carelessly_is_meant_well(desk, form, page) -> None:
    page.field.setText(f"校验码：{seal.code_of(form).lower().replace('-', ' ')}")
    desk.click(page.button)
    assert page.headline.text() == "与今日记录一致"


def test_every_place_that_changed_is_listed(desk, site, crew, form, page) -> None:
    service.sign(site, staff_id=crew["1002"])
    desk.type(seal.code_of(form))
    assert page.headline.text() == "记录有变动"
    assert page.headline.property("tone") == "warning"
    assert page.places.isVisible()
    places = shown(page.places)
    assert ("第 2 行（李敏 2026-03-05） 到岗时间", "今日记录为 08:00") in places
    assert f"表上有 {len(places)} 处" in page.sentence.text()


def test_what_is_none_of_ours_and_what_is_no_code(desk, form, page) -> None:
    desk.type(seal_code.made_of("another"))
    assert (page.headline.text(), page.headline.property("tone")) == ("从未签发", "broken")
    assert page.facts.text() == ""
    right = seal_code.made_of("another")
    desk.type(right[:-1] + ("0" if right[-1] != "0" else "1"))
    assert (page.headline.text(), page.headline.property("tone")) == ("校验码有误", "warning")
    desk.type("DG-20260305")
    assert (page.headline.text(), page.sentence.text()) == ("没有校验", issued.NO_CODE)
    desk.press(Qt.Key.Key_Escape)
    assert (page.headline.text(), page.field.text()) == (verify.READY, "")
    desk.press(Qt.Key.Key_Return)
    assert page.headline.text() == verify.READY, "an empty field asks nothing"


def test_a_file_is_dropped_and_one_that_was_touched_is_told(desk, site, crew, page, tmp_path) -> None:
    _, kept = issuing.export(site, documents.daily_sheet(site, site.today()), tmp_path)
    drop(page, kept[0].path)
    desk.settle()
    assert page.headline.text() == "与今日记录一致"
    assert page.facts.text().endswith("由主管写出的一样，没有改动过。")
    assert not page.forms.isVisible()
    kept[1].path.write_bytes(kept[1].path.read_bytes() + b" ")
    drop(page, kept[1].path)
    desk.settle()
    assert (page.headline.text(), page.headline.property("tone")) == ("文件被改动过", "broken")
    assert "文件不是写出时的原样" in page.facts.text()
    other = tmp_path / "通知.pdf"
    other.write_bytes(b"%PDF-1.4 of somebody else")
    drop(page, other)
    desk.settle()
    assert page.sentence.text() == issued.NO_CODE_IN_FILE
    drop(page, tmp_path / "没有.pdf")
    desk.settle()
    assert page.sentence.text() == "找不到文件“没有.pdf”。请重新选择文件，或检查 U 盘是否还插着。"


def test_a_workbook_lists_its_sheets_and_tells_the_one_chosen(desk, site, crew, page, tmp_path) -> None:
    sheets = vendor_workbook(site, 2026, 3, 1)
    _, (file,) = issuing.export(site, sheets, tmp_path, ("xlsx",))
    service.sign(site, staff_id=crew["1001"])
    page.take_file(file.path)
    desk.settle()
    assert page.forms.isVisible()
    states = [row[3] for row in shown(page.forms)]
    assert len(states) == len(sheets)
    assert {"与今日记录一致", "记录有变动"} <= set(states)
    assert page.headline.text() == "记录有变动", "what is wrong is told first"
    page.forms.choose(page.forms.row_of(states.index("与今日记录一致")).id)
    assert page.headline.text() == "与今日记录一致"
    desk.type(seal_code.made_of("another"))
    assert not page.forms.isVisible()


def test_the_find_field_on_top_takes_codes_too(desk, form) -> None:
    desk.ctrl(Qt.Key.Key_K)
    desk.type(seal.code_of(form))
    page = desk.window.frame.current.current
    assert isinstance(page, VerifyPage)
    assert page.headline.text() == "与今日记录一致"
    desk.ctrl(Qt.Key.Key_K)
    desk.type("王强")
    assert not isinstance(desk.window.frame.current.current, VerifyPage)


def test_another_person_at_the_desk_begins_anew(desk, site, form, page) -> None:
    desk.type(form.seal)
    desk.window.sit_down(site.acting_as(Actor("看看", Role.READER)))
    desk.settle()
    fresh = desk.window.frame.open("settings", "verify")
    assert fresh.headline.text() == verify.READY
    desk.type(form.seal)
    assert fresh.headline.text() == "与今日记录一致"


def test_what_leaves_the_preview_is_known_here(desk, site, crew, tmp_path) -> None:
    frame = desk.window.frame
    frame.open_paper(documents.daily_sheet(site, site.today()))
    desk.settle()
    text = "".join(frame.preview.pages._pdf[0].get_textpage().get_text_range().split())
    assert "预览，未签发" in text
    frame.preview.export(("pdf",), tmp_path / "U盘")
    desk.settle()
    (file,) = (tmp_path / "U盘").iterdir()
    page = frame.open("settings", "verify")
    drop(page, file)
    desk.settle()
    assert page.headline.text() == "与今日记录一致"
    assert page.facts.text().endswith("没有改动过。")


def test_the_form_itself_is_laid_beside_the_paper(desk, page, site, crew, form) -> None:
    page.verify(form.seal)
    desk.settle()
    assert page.headline.text() == "与今日记录一致"
    desk.click(page.look)
    preview = desk.window.frame.preview
    assert desk.window.frame.stack.currentWidget() is preview
    assert preview.title.text() == "到岗记录　DG-20260305"
    desk.click(preview.close_button)
    page.verify("K7")
    desk.settle()
    assert page.look.isHidden()


def test_what_cannot_be_made_anew_is_refused_with_a_sentence(site) -> None:
    with pytest.raises(Refusal, match="不能按今日的记录重做"):
        issued.anew(site, "0" * 16)


def test_everything_is_looked_through_and_what_is_wrong_is_told_with_its_remedy(desk, page, site) -> None:
    settings.write(site, {"site.project": "一卡通"})
    page.field.setText("ABC")
    desk.click(page.whole)
    assert page.headline.text() == "全部相符"
    assert re.fullmatch(rf"数据库、附件和备份完好，审计链 [\d,]+ 条前后相符。{verify.COMPARE}", page.sentence.text())
    assert page.facts.text() == ""
    assert page.field.text() == ""
    assert backup.listed(site.home) == [], "what was looked at is gone again"
    with closing(sqlite3.connect(bootstrap.database(site.home))) as connection:
        connection.execute("UPDATE setting SET value='假的' WHERE name='site.project'")
        connection.commit()
    desk.click(page.whole)
    assert page.headline.text() == "有问题"
    assert page.sentence.text() == "发现 1 处问题。请到“设置 · 备份”修复，或从备份恢复。"
    assert "设置" in page.facts.text()
    page.verify("K7")
    desk.settle()
    assert page.facts.text() == "", "the next answer takes its place"


def test_a_backup_whose_bytes_changed_is_told_and_no_longer_offered(desk, page, site) -> None:
    good, spoilt = (backup.make(site.home, site.now(), why).path for why in ("定时", "关闭"))
    half = spoilt.stat().st_size // 2
    with spoilt.open("r+b") as file:
        file.seek(half)
        file.write(bytes(4096))
    desk.click(page.whole)
    assert page.headline.text() == "有问题"
    said = f"备份 {spoilt.name} 和写完时不一样，不能用来恢复。"
    assert page.facts.text() == said
    assert page.sentence.text() == f"发现 1 处问题。{verify.BESIDE}", "the record itself need not be set back"
    desk.click(page.whole)
    assert page.facts.text() == said, "it is told every time"
    desk.window.frame.open("settings", "backup")
    desk.settle()
    shown_now = {each.path: each.sound for each in backup.kept(site.home / backup.FOLDER)}
    assert shown_now == {good: True, spoilt: False}
    lying = desk.window.frame.current.current.table
    assert sorted(row[3] for row in shown(lying)) == ["不能恢复", "可恢复 ✔"]


def test_an_attachment_that_is_gone_is_told_too(desk, page, site) -> None:
    made = incident.open_incident(site, "打印机不出纸").value.id
    photo = site.home / "photo.png"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50))
    detail.attach(site, made, photo)
    kept = next(each for each in (site.home / "attachments").rglob("*.png"))
    kept.unlink()
    desk.click(page.whole)
    assert page.headline.text() == "有问题"
    assert "photo.png" in page.facts.text()
