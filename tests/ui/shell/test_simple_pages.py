"""规章, 设置, and importing: what they show and what they refuse."""

import json
from datetime import date

import a_site
import pytest
from openpyxl import Workbook, load_workbook
from PySide6.QtCore import QMimeData, QPoint, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog

from opsdesk.rules.vocabulary import Role
from opsdesk.services import accounts, backup, calendars, duties, record_names, settings
from opsdesk.services.context import Actor
from opsdesk.ui.pages.law import begins_in_words, value_in_words, values_in_words
from opsdesk.ui.pages.settings import FIELDS
from opsdesk.ui.pages.step_up import StepUp


@pytest.fixture
def law(desk):
    return desk.window.frame.open("law")


@pytest.fixture
def site_page(desk):
    page = desk.window.frame.open("settings", "site")
    desk.settle()
    return page


def shown(table) -> list[tuple[str, ...]]:
    return [table.records.line(n)[1] for n in range(table.records.rowCount())]


def test_a_clause_is_shown_with_its_values_in_words(law, site) -> None:
    clause = site.law_on(date(2026, 3, 5)).clauses["T2-ATT-07"]
    assert values_in_words(clause, clause.holdings[0]) == "不扣减的次数 3 次；每多一次 20 元"
    bands = site.law_on(date(2026, 3, 5)).clauses["T2-ATT-09"]
    assert "100 分以内 100 元，150 分以内 200 元，以上 500 元" in values_in_words(bands, bands.holdings[0])
    assert value_in_words(clause.parameters[0], None) == "不扣减的次数待填"
    assert begins_in_words(clause.holdings[0]) == "未署日期"


def test_the_law_is_found_and_a_clause_jumped_to(law, desk) -> None:
    everything = len(shown(law.table))
    law.filters.set_text("迟到 20 元")
    assert [row[1] for row in shown(law.table)] == ["二.7", "二.9"]
    law.filters.set_text("t2-att-07")
    assert [row[1] for row in shown(law.table)] == ["二.7"]
    law.show_clause("T2-ATT-10a")
    assert len(shown(law.table)) == everything
    assert law.panel.isVisible()
    assert law.panel.title() == "T2 二.10"
    with pytest.raises(KeyError):
        law.show_clause("T9-NONE")


def test_before_a_clause_begins_it_is_not_in_force(law) -> None:
    state = [column.key for column in law.table.records.columns].index("state")
    law.day.set_value(date(1999, 12, 31))
    assert {row[state] for row in shown(law.table)} == {"未生效"}
    law.day.set_value(date(2000, 1, 1))
    assert "未生效" not in {row[state] for row in shown(law.table)}
    before = shown(law.table)
    law.day.line.setText("2026-13-45")
    assert shown(law.table) == before


def test_a_number_out_of_its_limits_is_refused_beside_its_field(desk, site, site_page) -> None:
    site_page.form.rows["paper.rows"].editor.set_value("19")
    desk.click(site_page.save)
    assert site_page.form.errors() == {"paper.rows": "这里要填 5 到 18 之间的整数，填的是“19”。"}
    assert settings.read(site, "paper.rows") == "15"
    site_page.form.rows["paper.rows"].editor.set_value("18")
    desk.ctrl(Qt.Key.Key_S)
    assert site_page.form.errors() == {}
    assert settings.read(site, "paper.rows") == "18"
    assert not site_page.form.dirty
    assert desk.window.notices.sentences() == ["设置已保存。"]


def test_a_site_without_a_name_is_refused_and_what_was_typed_stays(desk, site, site_page) -> None:
    site_page.form.rows["site.name"].editor.set_value("")
    site_page.form.rows["site.project"].editor.set_value("新项目")
    desk.click(site_page.save)
    assert site_page.form.errors() == {"site.name": "请填写“站点名称”。"}
    assert site_page.form.rows["site.project"].editor.value() == "新项目"
    assert settings.read(site, "site.name") == "示例市信息中心"
    site_page.form.rows["site.project"].editor.set_value("一卡通运维")
    site_page.form.rows["site.name"].editor.set_value("示例市信息中心")


def test_the_service_desk_needs_a_supervisors_password_to_change_settings(desk, site, site_page) -> None:
    accounts.create(site, name="值班员", role=Role.DESK, password="另一句只有我知道的话")
    desk.window.sit_down(site.acting_as(accounts.Actor("值班员", Role.DESK)))
    desk.settle()
    site_page.form.rows["site.project"].editor.set_value("新项目")

    def answer(password: str) -> None:
        dialog = next(each for each in QApplication.topLevelWidgets() if isinstance(each, StepUp) and each.isVisible())
        assert dialog.operations.wait_idle()
        assert dialog.form.value("name") == "主管"
        dialog.form.set_value("password", password)
        dialog.form.submit()
        assert dialog.operations.wait_idle()
        if dialog.isVisible():
            assert "不对" in dialog.form.rows["password"].error
            dialog.refuse.click()

    QTimer.singleShot(0, lambda: answer("另一句只有我知道的话"))
    desk.click(site_page.save)
    assert settings.read(site, "site.project") == "一卡通运维"
    QTimer.singleShot(0, lambda: answer(a_site.PASSWORD))
    desk.click(site_page.save)
    assert settings.read(site, "site.project") == "新项目"
    assert desk.window.ctx.actor.name == "值班员"


def test_a_clerk_changes_the_own_password(desk, site, site_page) -> None:
    accounts.create(site, name="小林", role=Role.DESK, password="主管替我想的密码")
    desk.window.sit_down(desk.window.ctx.acting_as(Actor("小林", Role.DESK)))
    desk.settle()
    card = site_page.password
    assert "小林" in card.whose.text()
    for old, new, again, key, said in (
        ("主管替我想的密码", "只有我知道的一句话", "只有我知道的", "again", "不一样"),
        ("记错了的密码", "只有我知道的一句话", "只有我知道的一句话", "old", "不对"),
        ("主管替我想的密码", "12345678", "12345678", "password", "太常见"),
        ("主管替我想的密码", "只有我知道的一句话", "只有我知道的一句话", "", ""),
    ):
        for field, value in (("old", old), ("password", new), ("again", again)):
            card.form.set_value(field, value)
        desk.click(card.submit)
        if key:
            assert said in card.form.rows[key].error
    assert desk.window.notices.sentences() == ["密码已修改，下次登录用新密码。"]
    assert card.form.value("old") in {None, ""}
    assert accounts.log_in(site, name="小林", password="只有我知道的一句话").role is Role.DESK


@pytest.mark.parametrize("size", [(1366, 768), (1093, 614), (911, 512)])
def test_the_folder_of_exports_is_told_whole_at_every_magnification(desk, site_page, monkeypatch, size) -> None:
    chosen = "/data/信息中心运维处/云渡市政务信息系统运维服务/2026年度/导出的表"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: chosen)
    desk.window.resize(*size)
    desk.click(site_page.choose_folder)
    desk.settle()
    folder = site_page.folder
    assert folder.text().replace("\u200b", "") == chosen
    longest = max(folder.fontMetrics().horizontalAdvance(part) for part in folder.text().split("\u200b"))
    assert folder.height() >= folder.heightForWidth(folder.width()) > 0
    assert folder.width() >= min(longest, folder.fontMetrics().horizontalAdvance("信息中心运维处/"))
    card = folder.parentWidget()
    assert card.rect().contains(folder.geometry())


def test_the_calendar_says_which_years_are_known_and_imports_a_notice(desk, site, tmp_path) -> None:
    page = desk.window.frame.open("settings", "calendar")
    desk.settle()
    assert page.said.text() == "已导入 2025、2026 年放假安排。"
    desk.window.clock.set(a_site.NOW.replace(year=2027))
    page.refresh()
    desk.settle()
    assert "2027 年放假安排尚未导入" in page.said.text()
    notice = tmp_path / "2027.json"
    plan = {"source": "通知", "off": [["元旦", "2027-01-01", "2027-01-03"]], "work": [], "statutory": ["2027-01-01"]}
    notice.write_text(json.dumps({"2027": plan}, ensure_ascii=False), "utf-8")
    page.import_file(notice)
    desk.settle()
    QApplication.processEvents()
    desk.settle()
    assert page.said.text() == "已导入 2025、2026、2027 年放假安排。"
    with site.read() as connection:
        assert calendars.load(connection).name(date(2027, 1, 1)) == "元旦"


def test_a_backup_is_made_checked_and_told(desk, site) -> None:
    page = desk.window.frame.open("settings", "backup")
    desk.settle()
    assert "还没有备份" in page.table.list_state.sentence()
    desk.click(page.make)
    made = backup.listed(site.home)[0]
    links = backup.check_file(made)
    assert f"可恢复 ✔ 含 {links:,} 条审计链" in desk.window.notices.sentences()[0]
    assert shown(page.table)[0][:2] == ("2026-03-05 08:00", "手动")
    made.write_bytes(made.read_bytes()[:9000])
    page.look_at(0)
    desk.settle()
    assert "不能恢复" in shown(page.table)[0]


def staff_file(path, rows):
    from opsdesk.imports.templates import write_template

    write_template("staff", path)
    book = load_workbook(path)
    sheet = book.worksheets[0]
    headings = [cell.value for cell in sheet[1]]
    for row in rows:
        sheet.append([row.get(heading, "") for heading in headings])
    book.save(path)
    return path


def test_a_staff_list_is_tried_then_imported_whole(desk, site, tmp_path) -> None:
    page = desk.window.frame.open("people", "staff")
    desk.settle()
    desk.click(page.button)
    panel = page.importing
    assert page.currentWidget() is panel
    assert not panel.submit.isEnabled()
    good = {"姓名": "新来的", "工号": "3001", "外包单位": "华信", "到场日期": "2026-03-02"}
    bad = {"姓名": "另一位", "工号": "3002", "外包单位": "没有登记的单位", "到场日期": "2026-03-02"}
    panel.take_file(staff_file(tmp_path / "两行.xlsx", [good, bad]))
    desk.settle()
    assert panel.result.read == 2
    assert [row[0] for row in shown(panel.table)] == ["3"]
    assert "没有登记的单位" in shown(panel.table)[0][2]
    assert not panel.submit.isEnabled()
    assert "要么都不导入" in panel.submit.toolTip()
    panel.take_file(staff_file(tmp_path / "一行.xlsx", [good]))
    desk.settle()
    assert panel.submit.isEnabled()
    assert not _has(site, "3001")
    desk.click(panel.submit)
    assert _has(site, "3001")
    assert not _has(site, "3002")
    assert page.currentWidget() is page.page
    assert any("3001" in row for row in shown(page.page.table))


def test_a_punch_file_is_dropped_and_its_good_rows_stored(desk, site, tmp_path) -> None:
    page = desk.window.frame.open("sign_in")
    page.page.import_button.click()
    panel = page.importing
    book = Workbook()
    sheet = book.active
    sheet.append(["考勤号", "时间"])
    sheet.append(["1", "2026-03-04 08:21:00"])
    sheet.append(["1", "2026-03-04 17:40:00"])
    sheet.append(["99", "2026-03-04 08:20:00"])
    path = tmp_path / "打卡.xlsx"
    book.save(path)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    panel.dropEvent(
        QDropEvent(
            QPoint(5, 5), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
    )
    desk.settle()
    assert (panel.result.read, panel.result.stored, len(panel.result.rejected)) == (3, 2, 1)
    assert "将导入 2 条，1 处有问题的不导入" in panel.said.text()
    panel.table.selectRow(0)
    panel.table.copy_selected()
    assert "99" in QApplication.clipboard().text()
    desk.click(panel.submit)
    assert "已导入 2 条" in desk.window.notices.sentences()[-1]
    assert not panel.submit.isEnabled()
    panel.take_file(path)
    desk.settle()
    assert (panel.result.stored, panel.result.duplicates) == (0, 2)
    assert not panel.submit.isEnabled()


def test_the_template_is_written_where_chosen(desk, tmp_path) -> None:
    page = desk.window.frame.open("leave", "roster")
    panel = page.open_import()
    panel.write_template(tmp_path / "排班模板.xlsx")
    desk.settle()
    assert load_workbook(tmp_path / "排班模板.xlsx").sheetnames == ["模板", "填写说明"]
    assert str(tmp_path / "排班模板.xlsx") in desk.window.notices.sentences()[0]


def test_a_file_of_no_known_kind_is_refused_with_a_sentence(desk, tmp_path) -> None:
    page = desk.window.frame.open("people", "staff")
    panel = page.open_import()
    (tmp_path / "图片.xlsx").write_bytes(b"\x89PNG not a sheet")
    panel.take_file(tmp_path / "图片.xlsx")
    desk.settle()
    assert not panel.submit.isEnabled()
    assert panel.said.text()
    assert panel.table.records.rowCount() == 1


def test_the_copy_of_what_is_held_about_a_person_is_the_supervisors_to_give(desk, site, crew) -> None:
    page = desk.window.frame.open("people", "staff").page
    desk.settle()
    page.open_record(crew["1001"])
    desk.settle()
    button = page.panel.buttons.papers["extract"]
    desk.click(button)
    shown_paper = desk.window.frame.preview
    assert desk.window.frame.stack.currentWidget() is shown_paper
    assert shown_paper.title.text() == "个人信息副本"
    desk.click(shown_paper.close_button)
    desk.window.frame.set_context(desk.window.ctx.acting_as(Actor("值班员", Role.DESK)))
    desk.settle()
    page = desk.window.frame.open("people", "staff").page
    page.open_record(crew["1001"])
    desk.settle()
    button = page.panel.buttons.papers["extract"]
    assert not button.isEnabled()
    assert "主管" in button.toolTip()


def _has(ctx, staff_no: str) -> bool:
    with ctx.read() as connection:
        return any(person.staff_no == staff_no for person in duties.people(connection))


def test_what_a_check_finds_calls_settings_as_their_page_does() -> None:
    called = record_names.words()["settings"]
    assert {field.key: called[field.key] for field in FIELDS} == {field.key: field.title for field in FIELDS}
