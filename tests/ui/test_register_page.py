from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import stand as site
from PySide6.QtCore import QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from opsdesk.register import Act, Field, Kind, Paper, Query
from opsdesk.services.errors import Trouble
from opsdesk.ui.kit import look
from opsdesk.ui.kit.column_widths import share_width
from opsdesk.ui.kit.filter_bar import FindField
from opsdesk.ui.kit.notices import Confirmation
from opsdesk.ui.kit.parts import Button, ChoiceBox
from opsdesk.ui.kit.register_page import RegisterPage


def page_of(stand, people: site.Site, role: str = "服务台", register=site.STAFF) -> RegisterPage:
    page = RegisterPage(register, site.SiteContext(people, site.Actor(role)), stand.desk)
    stand.put(page)
    stand.window.activateWindow()
    settle(stand)
    return page


def settle(stand) -> None:
    for _ in range(3):
        QApplication.processEvents()
        assert stand.desk.operations.wait_idle()


def opened(stand, page: RegisterPage, record_id: int) -> Any:
    page.open_record(record_id)
    settle(stand)
    return page.panel.form


def answer_question(action: bool, seen: list[str]) -> None:
    def press() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, Confirmation)
        seen.append(dialog.windowTitle())
        (dialog.action if action else dialog.refuse).click()

    QTimer.singleShot(0, press)


def test_list_and_state_line_come_when_the_page_is_looked_at(stand) -> None:
    people = site.filled(40)
    page = RegisterPage(site.STAFF, site.SiteContext(people), stand.desk)
    settle(stand)
    assert people.asked == []
    stand.put(page)
    settle(stand)
    assert page.table.records.rowCount() == 40
    assert page.title.state() == "共 40 条"
    assert [query.offset for query in people.asked] == [0]


def test_find_and_filter_ask_the_register(stand, qtbot) -> None:
    people = site.filled(40)
    page = page_of(stand, people)
    page.filters.find_field.setFocus()
    qtbot.keyClicks(page.filters.find_field, "HX003")
    qtbot.waitUntil(lambda: page.table.records.rowCount() == 10)
    assert people.asked[-1] == Query("HX003", {})
    assert len(people.asked) == 2  # one question for five keys
    page.filters.choose("state", "请假")
    qtbot.waitUntil(lambda: page.table.records.rowCount() == 1)
    assert page.title.state() == "符合条件 1 条"
    qtbot.keyClick(page.filters.find_field, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: page.table.records.rowCount() == 7)
    page.filters.clear()
    qtbot.waitUntil(lambda: page.table.records.rowCount() == 40)


def test_nothing_found_says_how_to_widen_and_does_it(stand, qtbot) -> None:
    page = page_of(stand, site.filled(5))
    page.find_text("没有这个人")
    settle(stand)
    assert page.table.list_state.sentence() == "没有找到符合条件的记录。"
    page.table.list_state._button.click()
    settle(stand)
    assert page.table.records.rowCount() == 5
    assert page.filters.find_field.text() == ""


def test_an_empty_register_says_what_to_do_first(stand) -> None:
    page = page_of(stand, site.Site())
    assert page.table.list_state.sentence() == "还没有登记人员，先新建一位，或从表格导入。"
    page.table.list_state._button.click()
    settle(stand)
    assert page.panel.title() == "新建人员"
    assert page.panel.form.values()["since"] == site.TODAY
    assert page.panel.form.rows["name"].editor.input.hasFocus()


def test_a_latin_name_stands_apart_from_the_word_before_it(stand) -> None:
    case = replace(
        site.STAFF, singular="case 报告", papers=(replace(site.STAFF.papers[1], title="case 报告"),), empty=""
    )
    page = RegisterPage(case, site.SiteContext(site.Site()), stand.desk)
    stand.put(page)
    settle(stand)
    assert page.new_button.text() == "新建 case 报告"
    assert page.actions_by_key["roll"].text() == "预览 case 报告"
    assert page.table.list_state.sentence() == "还没有 case 报告。"


def test_a_failed_list_says_what_now_and_tries_again(stand) -> None:
    people = site.filled(3)
    people.trouble = Trouble("数据库读不出来。", remedy="请检查磁盘。")
    page = page_of(stand, people)
    assert page.table.list_state.sentence() == "数据库读不出来。"
    people.trouble = None
    page.table.list_state._button.click()
    settle(stand)
    assert page.table.records.rowCount() == 3
    people.trouble = ZeroDivisionError()
    page.refresh()
    settle(stand)
    assert page.table.list_state.sentence().startswith("程序出错")


def test_click_enter_and_arrows_open_records_beside_the_list(stand, qtbot) -> None:
    page = page_of(stand, site.filled(10))
    qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(40, 36 + 10))
    settle(stand)
    assert page.panel.isVisible()
    assert page.table.isVisible()
    assert page.panel.width() == 420
    assert page.panel.form.values()["number"] == "HX0002"
    qtbot.keyClick(page.table, Qt.Key.Key_Down)
    settle(stand)
    assert page.panel.form.values()["number"] == "HX0003"
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    settle(stand)
    focus = page.panel.form.rows["name"].editor.input
    assert focus.hasFocus()
    qtbot.keyClick(focus, Qt.Key.Key_Escape)
    assert not page.panel.isVisible()
    assert page.table.hasFocus()


def test_from_the_find_field_the_first_row_is_chosen_and_seen(stand, qtbot) -> None:
    page = page_of(stand, site.filled(10))
    page.filters.focus_find()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down)
    assert page.table.hasFocus()
    assert page.table.selected == {0}


def test_a_record_opened_from_elsewhere_is_the_row_chosen(stand) -> None:
    people = site.filled(10)
    page = RegisterPage(site.STAFF, site.SiteContext(people), stand.desk)
    stand.put(page)
    page.open_record(4)
    settle(stand)
    assert page.table.chosen_row().id == 4
    assert len(page.table.selected) == 1
    opened(stand, page, 7)
    assert page.table.chosen_row().id == 7
    assert page.panel.record_id == 7


def test_a_record_that_begins_with_a_choice_is_named_by_what_was_chosen(stand) -> None:
    people = site.filled(3)
    vendor = next(field for field in site.STAFF.fields if field.key == "vendor")
    vendor = replace(vendor, options=lambda ctx: [(name, f"{name}公司") for name in site.VENDORS])
    page = page_of(stand, people, register=replace(site.STAFF, fields=(vendor, *site.STAFF.fields[3:])))
    opened(stand, page, 1)
    assert page.panel.title() == f"人员 · {people.people[1]['vendor']}公司 · {people.people[1]['state']}"


def test_a_change_is_saved_and_every_list_of_the_topic_refreshes(stand, qtbot) -> None:
    people = site.filled(10)
    page = page_of(stand, people)
    form = opened(stand, page, 2)
    line = form.rows["name"].editor.input
    line.setFocus()
    line.selectAll()
    line.insert("李新名")
    qtbot.keyClick(line, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    settle(stand)
    assert people.people[2]["name"] == "李新名"
    assert page.table.records.index(1, 1).data() == "李新名"
    assert page.panel.title() == f"人员 · 李新名 · {people.people[2]['state']}"
    assert not page.panel.dirty
    assert "已保存人员。" in stand.desk.notices.sentences()


def test_a_new_record_is_kept_and_shown(stand) -> None:
    people = site.filled(3)
    page = page_of(stand, people)
    page.new_button.click()
    settle(stand)
    form = page.panel.form
    for key, value in {"name": "赵新", "number": "HX0100", "vendor": site.VENDORS[0]}.items():
        form.rows[key].editor.set_value(value)
    page.panel.submit.click()
    settle(stand)
    assert people.people[4]["number"] == "HX0100"
    assert page.table.records.rowCount() == 4
    assert page.panel.record_id == 4


def test_a_refusal_stands_beside_its_field_and_nothing_is_lost(stand) -> None:
    people = site.filled(3)
    page = page_of(stand, people)
    form = opened(stand, page, 2)
    form.rows["number"].editor.set_value("HX0001")
    form.rows["note"].editor.set_value("写了很多")
    page.panel.submit.click()
    settle(stand)
    assert page.panel.form is form
    assert form.errors()["number"].startswith("工号 HX0001 已经属于")
    assert form.values()["note"] == "写了很多"
    assert people.people[2]["number"] == "HX0002"
    assert not page.panel.submit.property("busy")


def test_trouble_is_said_in_the_panel_and_nothing_is_lost(stand, disk_full: Trouble) -> None:
    people = site.filled(3)
    page = page_of(stand, people)
    form = opened(stand, page, 2)
    form.rows["note"].editor.set_value("写了很多")
    people.trouble = disk_full
    page.panel.submit.click()
    settle(stand)
    assert page.panel.said() == "磁盘已满，没有保存。请清理磁盘后再保存一次。"
    assert form.values()["note"] == "写了很多"
    people.trouble = None
    page.panel.submit.click()
    settle(stand)
    assert people.people[2]["note"] == "写了很多"


def test_somebody_elses_change_does_not_overwrite_what_is_typed(stand) -> None:
    people = site.filled(3)
    page = page_of(stand, people)
    form = opened(stand, page, 2)
    people.people[2]["phone"] = "111"
    stand.desk.bus.announce({"staff"})
    settle(stand)
    assert page.panel.form is form
    assert form.values()["phone"] == "111"
    form.rows["note"].editor.set_value("正在写")
    people.people[2]["phone"] = "222"
    stand.desk.bus.announce({"staff"})
    settle(stand)
    assert page.panel.form is form
    assert form.values()["note"] == "正在写"
    assert form.values()["phone"] == "111"


def test_leaving_a_changed_record_asks_first(stand) -> None:
    page = page_of(stand, site.filled(3))
    seen: list[str] = []
    form = opened(stand, page, 2)
    form.rows["note"].editor.set_value("改了")
    answer_question(False, seen)
    page.open_record(1)
    settle(stand)
    assert page.panel.form is form
    answer_question(True, seen)
    page.open_record(1)
    settle(stand)
    assert page.panel.record_id == 1
    assert seen == ["放弃修改", "放弃修改"]


def test_an_act_asks_its_fields_in_the_panel(stand) -> None:
    people = site.filled(3)
    page = page_of(stand, people)
    opened(stand, page, 2)
    page.panel.buttons.acts["leave"].click()
    settle(stand)
    assert page.panel.title() == f"办理离场 · {people.people[2]['name']} {site.VENDORS[1]}", "whose record it is"
    assert page.panel.beneath.values()["number"] == "HX0002", "what is decided on stays in sight"
    assert page.panel.beneath.rows["note"].editor.text.isReadOnly()
    assert page.panel.submit.text() == "办理离场"
    assert page.panel.form.values()["day"] == site.TODAY
    page.panel.form.rows["day"].editor.set_value(date(2025, 1, 1))
    page.panel.submit.click()
    settle(stand)
    assert page.panel.form.errors() == {"day": "离场日期早于到场日期，请核对。"}
    page.panel.form.rows["day"].editor.set_value(site.TODAY)
    page.panel.submit.click()
    settle(stand)
    assert people.people[2]["state"] == "已离场"
    assert f"{people.people[2]['name']}已离场。" in stand.desk.notices.sentences()
    assert page.panel.record_id == 2
    assert "leave" not in page.panel.buttons.acts  # no longer offered


def in_list(page: RegisterPage) -> bool:
    row = page.table.chosen_row()
    return page.table.hasFocus() and row is not None


def test_the_keys_belong_to_the_row_again_after_saving_an_act_and_esc(stand, qtbot) -> None:
    people = site.filled(3)
    page = page_of(stand, people)
    other = QLineEdit()
    stand.window.layout().insertWidget(0, other)  # what Qt would go to instead
    for leave_it in (
        lambda: qtbot.keySequence(page.panel, QKeySequence("Ctrl+S")),
        page.panel.submit.click,
        lambda: qtbot.keySequence(page.panel, QKeySequence("Esc")),
        page.panel.cancel.click,
        page.panel.closed.emit,
    ):
        page.table.choose(2)
        page.open_record(2, enter=True)
        settle(stand)
        assert page.panel.has_focus()
        leave_it()
        settle(stand)
        assert in_list(page)
        assert page.table.chosen_row().id == 2
    page.open_record(2)
    settle(stand)
    page.panel.buttons.acts["leave"].setFocus()
    qtbot.keyClick(page.panel.buttons.acts["leave"], Qt.Key.Key_Return)
    settle(stand)
    assert page.panel.form.rows["day"].editor.input.hasFocus()
    qtbot.keySequence(page.panel, QKeySequence("Esc"))
    settle(stand)
    assert in_list(page)
    kept = people.people[2]
    assert page.panel.title() == f"人员 · {kept['name']} · {kept['state']}", "Esc in an act goes back to the record"
    page.panel.buttons.acts["leave"].click()
    settle(stand)
    qtbot.keySequence(page.panel, QKeySequence("Ctrl+S"))
    settle(stand)
    assert people.people[2]["state"] == "已离场"
    assert in_list(page)
    qtbot.keySequence(page.table, QKeySequence("Esc"))
    settle(stand)
    assert not page.panel.isVisible()
    assert in_list(page)


def test_a_new_record_is_the_row_that_has_the_keys_and_shows_nothing_unwritten(stand, qtbot) -> None:
    people = site.filled(3)
    fields = (Field("id", "编号", Kind.CODE, read_only=True), *site.STAFF.fields)
    page = page_of(stand, people, register=replace(site.STAFF, fields=fields))
    page.new_with({"name": "李新名", "number": "HX9", "vendor": site.VENDORS[0]})
    settle(stand)
    assert page.panel.form.rows["id"].isHidden()
    qtbot.keySequence(page.panel, QKeySequence("Ctrl+S"))
    settle(stand)
    assert in_list(page)
    assert page.table.chosen_row().id == 4


def test_typing_elsewhere_meanwhile_is_not_interrupted(stand) -> None:
    page = page_of(stand, site.filled(3))
    form = opened(stand, page, 2)
    form.focus_first()
    page.panel.submit.click()
    page.filters.focus_find()
    settle(stand)
    assert page.filters.find_field.hasFocus()


def test_what_signs_is_asked_once_and_is_not_red(stand, qtbot) -> None:
    people = site.filled(3)
    sign = Act("sign", "认可", site.strike, confirm="认可后计入。", fields=(Field("note", "意见"),))
    bare = Act("bare", "确认", site.strike, confirm="确认后计入。")
    page = page_of(stand, people, register=replace(site.STAFF, acts=(sign, bare)))
    opened(stand, page, 2)
    page.panel.buttons.acts["sign"].click()
    settle(stand)
    assert page.panel.said() == "认可后计入。"
    assert page.panel.submit.hasFocus()
    qtbot.keyClick(page.panel.submit, Qt.Key.Key_Return)
    settle(stand)
    assert 2 not in people.people, "no third question"
    opened(stand, page, 3)
    classes: list[str] = []

    def press() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, Confirmation)
        classes.append(dialog.action.property("class"))
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)

    QTimer.singleShot(0, press)
    page.panel.buttons.acts["bare"].click()
    settle(stand)
    assert classes == ["primary"]
    assert 3 not in people.people


def test_what_destroys_is_asked_and_belongs_to_the_supervisor(stand) -> None:
    people = site.filled(3)
    page = page_of(stand, people)
    opened(stand, page, 2)
    strike = page.panel.buttons.acts["strike"]
    assert not strike.isEnabled()
    assert strike.toolTip() == "这一步需要主管来做。"
    page.set_context(site.SiteContext(people, site.Actor("主管")))
    settle(stand)
    assert not page.panel.isVisible()
    seen: list[str] = []
    opened(stand, page, 2)
    answer_question(False, seen)
    page.panel.buttons.acts["strike"].click()
    settle(stand)
    assert 2 in people.people
    answer_question(True, seen)
    page.panel.buttons.acts["strike"].click()
    settle(stand)
    assert 2 not in people.people
    assert seen == ["作废", "作废"]
    assert page.table.records.rowCount() == 2
    assert not page.panel.isVisible()


def test_a_reader_sees_everything_and_writes_nothing(stand) -> None:
    people = site.filled(3)
    page = page_of(stand, people, role="只读")
    form = opened(stand, page, 2)
    assert not page.new_button.isEnabled()
    assert page.new_button.toolTip() == "这一步需要主管或服务台来做。"
    assert page.panel.submit.isHidden()
    assert form.rows["name"].editor.line.isReadOnly()
    assert page.panel.buttons.papers["card"].isEnabled()
    page.new_record()
    settle(stand)
    assert page.panel.record_id == 2


def test_papers_go_to_the_preview(stand) -> None:
    page = page_of(stand, site.filled(3))
    page.actions_by_key["roll"].click()
    settle(stand)
    opened(stand, page, 2)
    page.panel.buttons.papers["card"].click()
    settle(stand)
    assert stand.papers == [("roll", 0), ("card", 2)]


def test_many_papers_stand_in_a_menu(stand) -> None:
    papers = tuple(Paper(f"p{n}", f"《表 {n}》", lambda ctx, n: ("paper", n), on_record=False) for n in range(3))
    page = page_of(stand, site.filled(1), register=replace(site.STAFF, papers=papers))
    menu = page.actions_by_key["papers"].menu()
    assert [action.text() for action in menu.actions()] == ["《表 0》", "《表 1》", "《表 2》"]
    menu.actions()[1].trigger()
    settle(stand)
    assert stand.papers == [("paper", 0)]


@pytest.mark.parametrize(("keys", "title"), [("Ctrl+N", "新建人员")])
def test_keys_of_the_page(stand, qtbot, keys: str, title: str) -> None:
    page = page_of(stand, site.filled(3))
    page.table.setFocus()
    qtbot.keySequence(page.table, QKeySequence(keys))
    settle(stand)
    assert page.panel.title() == title
    qtbot.keySequence(page, QKeySequence("Ctrl+F"))
    assert page.filters.find_field.hasFocus()


def test_with_the_panel_open_the_state_of_each_row_stays_in_sight(stand) -> None:
    page = page_of(stand, site.filled(3))
    opened(stand, page, 2)
    QApplication.processEvents()
    table = page.table
    last = table.columnViewportPosition(7) + table.columnWidth(7)
    assert not table.isColumnHidden(7)
    assert last <= table.viewport().width()
    page.panel.close_asked.emit()
    QApplication.processEvents()
    assert not any(table.isColumnHidden(n) for n in range(8))


def test_a_new_leave_slip_is_not_consented_to_by_saving_it() -> None:
    from opsdesk.registers.leave.spec import REGISTER

    fields = {field.key: field for field in REGISTER.fields}
    assert fields["consented_by"].default is None
    assert fields["consented_at"].default is None
    assert fields["consented_by"].help == "纸质单已经同意的，填同意人；空着就是待同意。"


def test_beside_the_panel_the_list_keeps_who_when_and_how_it_stands() -> None:
    from opsdesk.registers.leave.spec import REGISTER

    def kept(room: int) -> list[str]:
        widths = share_width(REGISTER.columns, look.px(room), compact=True)
        assert sum(widths.values()) <= max(look.px(room), look.px(336))
        return [REGISTER.columns[n].title for n in widths]

    assert kept(714) == ["编号", "工号", "姓名", "开始时间", "结束时间", "状态"]
    assert kept(500) == ["编号", "姓名", "开始时间", "状态"]
    assert kept(340) == ["编号", "姓名", "状态"]
    widths = share_width(REGISTER.columns, look.px(714), compact=True)
    assert widths[2] < look.px(128), "the name takes no air"


@pytest.mark.parametrize("width", [1182, 726, 696])
def test_in_a_narrow_window_nothing_is_cut_or_lies_over_another(stand, width: int) -> None:
    page = page_of(stand, site.filled(3))
    stand.window.resize(width, 485)
    opened(stand, page, 2)
    QApplication.processEvents()
    assert page.width() == width, "the page asks for no more than there is"
    assert page.panel.geometry().right() <= width - 1
    for holder in (page.title, page.filters):
        parts = [each for each in holder.findChildren(QWidget) if type(each) in (Button, FindField, ChoiceBox)]
        shown = [QRect(each.mapTo(page, QPoint(0, 0)), each.size()) for each in parts if each.isVisible()]
        assert len(shown) >= 2
        for n, rect in enumerate(shown):
            assert rect.right() < page.panel.geometry().left()
            assert not any(rect.intersects(other) for other in shown[:n])
            assert not rect.intersects(page.table.geometry())
        for part in parts:
            assert part.width() >= part.sizeHint().width() or part.width() == part.maximumWidth()
