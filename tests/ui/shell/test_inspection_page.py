"""A round by keyboard alone: states by one key, figures typed, what is wrong handled, an incident by a click."""

from __future__ import annotations

from datetime import date, datetime

import a_room
import pytest
import team as team_module
from conftest import Hands
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from opsdesk.models import Cleaning
from opsdesk.register import Query
from opsdesk.registers.incident import listing as incident_listing
from opsdesk.registers.incident import service as incident
from opsdesk.registers.inspection import round_sheet
from opsdesk.registers.inspection import service as inspection
from opsdesk.registers.inspection.service import Typed
from opsdesk.registers.reading import service as reading
from opsdesk.registers.reading.spec import REGISTER as READING
from opsdesk.rules.vocabulary import Role
from opsdesk.services import closing, closings
from opsdesk.services.context import Actor, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.ui.kit.register_page import RegisterPage
from opsdesk.ui.pages import upkeep_incident
from opsdesk.ui.pages.inspection import NO_ROOM, InspectionPage
from opsdesk.ui.pages.inspection_entry import ItemRow

DAY = date(2026, 3, 5)
ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def main(site: Context) -> int:
    """The room, cleaned on Monday and gone round the evening before."""
    room_id = a_room.room(site)
    with site.transaction("清扫") as tx:
        texts = dict.fromkeys(("scope", "cleaned_by", "checked_by", "result", "remarks", "entered_by"), "保洁")
        tx.insert(Cleaning, room_id=room_id, day=date(2026, 3, 2), **texts)
    a_room.went_round(site, room_id, datetime(2026, 3, 4, 16, 5), 2, 漏水=Typed("异常", "已报厂家"), 旁路="/")
    return room_id


def opened(desk: Hands) -> InspectionPage:
    """The page in the window, as a section would show it."""
    desk.window.idle.stop()
    page = InspectionPage(desk.window.ctx, desk.window.desk)
    stack = desk.window.frame.current.stack
    stack.addWidget(page)
    stack.setCurrentWidget(page)
    desk.settle()
    page.focus_first()
    return page


@pytest.fixture
def page(desk: Hands, main: int) -> InspectionPage:
    return opened(desk)


def row(page: InspectionPage, name: str) -> ItemRow:
    """The row of an item; of two with one name the first."""
    return next(each for each in page.rows.rows if each.item.name == name)


def values(page: InspectionPage) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in page.rows.rows:
        found.setdefault(each.item.name, each.value)
    return found


def type_figures(page: InspectionPage) -> None:
    """Type what is still lacking of the figures, from the first on."""
    for each in page.rows.rows:
        if each.item.takes_figure and not each.value:
            each.entry.setFocus()
            QTest.keyClicks(each.entry, a_room.FIGURES.get(each.item.name, "220"))


def rounds(site: Context, room_id: int, day: date = DAY) -> dict[int, round_sheet.Round]:
    return a_room.rounds(site, room_id, day)


def test_begins_with_the_first_round_of_today_and_what_it_asks_for(page: InspectionPage) -> None:
    assert page.title.state() == "主机房　应巡检 2 次，还缺 ①、②（E15 3.2）。"
    assert page.head.day_label.text() == "2026-03-05 周四　今天"
    assert page.progress.text() == "已填 0／37"
    assert page.cleaning.chip.word() == "清扫按期"
    assert page.cleaning.said.text() == "上次清扫 03-02，已过 3 天，下次最迟 03-16。"
    assert page.cleaning.clause.text() == "依据 E1 一.7"
    first = page.rows.rows[0]
    assert first.entry.hasFocus()
    assert (first.item.name, first.item.standard, first.entry.placeholderText()) == ("温度", "18–27 ℃", "上次 23.5")
    assert [page.head.at.line.text(), page.head.by.line.text()] == ["08:00", "主管"]


def test_enter_and_arrows_go_through_the_list_and_stop_at_its_ends(desk: Hands, page: InspectionPage) -> None:
    desk.press(Qt.Key.Key_Up)
    assert row(page, "温度").entry.hasFocus()
    desk.type("23.5")
    assert row(page, "湿度").entry.hasFocus()
    desk.press(Qt.Key.Key_Down)
    assert row(page, "漏水").entry.hasFocus()
    desk.press(Qt.Key.Key_Up)
    assert row(page, "湿度").entry.hasFocus()
    page.rows.rows[-1].entry.setFocus()
    desk.press(Qt.Key.Key_Return)
    assert page.rows.rows[-1].entry.hasFocus()


@pytest.mark.parametrize(
    ("key", "state"),
    [
        (Qt.Key.Key_Space, "正常"),
        (Qt.Key.Key_Slash, "不涉及"),
        (Qt.Key.Key_Y, ""),
        (Qt.Key.Key_5, ""),
    ],
)
def test_a_state_takes_one_key_and_nothing_else(desk: Hands, page: InspectionPage, key: Qt.Key, state: str) -> None:
    row(page, "漏水").entry.setFocus()
    desk.press(key)
    assert row(page, "漏水").value == state
    assert row(page, "漏水").entry.hasFocus()
    desk.press(Qt.Key.Key_Delete)
    assert row(page, "漏水").value == ""


def test_x_asks_for_the_disposition_in_its_row(desk: Hands, page: InspectionPage) -> None:
    leak = row(page, "漏水")
    leak.entry.setFocus()
    desk.press(Qt.Key.Key_X)
    assert (leak.value, leak.action.hasFocus()) == ("异常", True)
    assert leak.said.text() == "漏水异常（E1 一.4）。请写明处置。"
    desk.type("关阀擦干")
    assert (leak.told, leak.said.text()) == ("关阀擦干", "")
    assert row(page, "照明").entry.hasFocus()
    assert page.progress.text() == "已填 1／37　异常 1 项"
    leak.entry.setFocus()
    desk.press(Qt.Key.Key_Space)
    assert (leak.told, leak.action.isHidden()) == ("", True)


@pytest.mark.parametrize(("typed", "wrong"), [("27", False), ("27.1", True), ("18", False), ("17.9", True)])
def test_a_figure_out_of_range_turns_red_and_asks(desk: Hands, page: InspectionPage, typed: str, wrong: bool) -> None:
    first = row(page, "温度")
    desk.type(typed, enter=False)
    assert first.entry.property("wrong") is wrong
    assert first.said.text() == (f"温度 {typed} ℃，超出 18–27 ℃（E1 一.2）。请写明处置。" if wrong else "")
    desk.press(Qt.Key.Key_Return)
    assert first.action.hasFocus() is wrong
    assert row(page, "湿度").entry.hasFocus() is not wrong
    if wrong:
        desk.press(Qt.Key.Key_Escape)
        assert first.entry.hasFocus()
        desk.press(Qt.Key.Key_Return)
        desk.type("开启备用空调")
        assert row(page, "湿度").entry.hasFocus()
        assert first.said.text() == f"温度 {typed} ℃，超出 18–27 ℃（E1 一.2）。"


def test_what_is_no_figure_is_told_at_once(desk: Hands, page: InspectionPage) -> None:
    desk.type("2x", enter=False)
    assert row(page, "温度").said.text().startswith("要写数字，最多一位小数")
    assert page.rows.wrong == 0


def test_f7_fills_states_and_never_a_figure(desk: Hands, page: InspectionPage) -> None:
    row(page, "照明").entry.setFocus()
    desk.press(Qt.Key.Key_Slash)
    desk.press(Qt.Key.Key_F7)
    found = values(page)
    assert (found["漏水"], found["照明"], found["线标"]) == ("正常", "不涉及", "正常")
    assert {found[each.item.name] for each in page.rows.rows if each.item.takes_figure} == {""}
    assert row(page, "温度").entry.hasFocus()


def test_f8_copies_the_last_round_but_never_a_figure(desk: Hands, page: InspectionPage) -> None:
    row(page, "漏水").entry.setFocus()
    desk.press(Qt.Key.Key_Space)
    desk.press(Qt.Key.Key_F8)
    found = values(page)
    assert (found["漏水"], found["旁路"], found["照明"]) == ("正常", "不涉及", "正常")
    assert {found[each.item.name] for each in page.rows.rows if each.item.takes_figure} == {""}
    row(page, "漏水").entry.setFocus()
    desk.press(Qt.Key.Key_Delete)
    desk.press(Qt.Key.Key_F8)
    assert (row(page, "漏水").value, row(page, "漏水").told) == ("异常", "已报厂家")


def test_saving_tells_beside_each_field_what_is_missing(desk: Hands, site: Context, page: InspectionPage) -> None:
    desk.press(Qt.Key.Key_F7)
    desk.press(Qt.Key.Key_S, CTRL)
    assert page.said.text() == "还有 15 项没有填好。"
    assert row(page, "温度").said.text() == "请读数后填写；没有这一项就写 /。"
    assert row(page, "温度").entry.hasFocus()
    row(page, "照明").entry.setFocus()
    desk.press(Qt.Key.Key_Delete)
    desk.press(Qt.Key.Key_S, CTRL)
    assert row(page, "照明").said.text() == "还没有看。正常按空格，异常按 x，没有这一项按 /。"
    assert rounds(site, 1) == {}


def test_what_is_too_long_is_refused_with_a_sentence_and_stays_whole(
    desk: Hands, site: Context, main: int, page: InspectionPage
) -> None:
    desk.press(Qt.Key.Key_F7)
    type_figures(page)
    QGuiApplication.clipboard().setText("长" * 201)
    page.remarks.setFocus()
    desk.press(Qt.Key.Key_V, CTRL)
    desk.press(Qt.Key.Key_S, CTRL)
    assert "备注" in page.said.text()
    assert "200" in page.said.text()
    assert page.remarks.text() == "长" * 201
    assert rounds(site, main) == {}


def test_a_whole_round_is_saved_and_then_only_read(desk: Hands, site: Context, main: int, page: InspectionPage) -> None:
    desk.press(Qt.Key.Key_F7)
    type_figures(page)
    page.remarks.setFocus()
    desk.type("下周换滤网", enter=False)
    desk.press(Qt.Key.Key_S, CTRL)
    made = rounds(site, main)[1]
    assert (made.number, made.inspected_by, made.remarks) == ("XJ-20260305-1", "主管", "下周换滤网")
    assert desk.window.desk.notices.sentences() == ["XJ-20260305-1 已保存，各项正常。"]
    assert page.progress.text() == "XJ-20260305-1　各项正常　08:00 主管巡检，待复核"
    assert (len(page.rows.rows), len(page.rows.lines), page.save_button.isHidden()) == (0, 37, True)
    assert page.title.state() == "主机房　应巡检 2 次，还缺 ②（E15 3.2）。"
    assert page.check_button.isVisible()
    desk.press(Qt.Key.Key_2, ALT)
    assert (page.progress.text(), page.head.turn, page.remarks.text()) == ("已填 0／37", 2, "")
    assert page.check_button.isHidden()
    desk.press(Qt.Key.Key_1, ALT)
    assert page.rows.lines[0].line.value == "23.5"
    shown = desk.window.frame.show_page("inspection_round")
    desk.settle()
    shown.head.choose_turn(1)
    desk.settle()
    desk.click(shown.check_button)
    register = desk.window.frame.current.current
    assert (register.register.slug, register.panel.record_id) == ("inspection", made.id)
    assert "check" in register.panel.buttons.acts


def test_an_anomaly_has_its_incident_by_one_press(desk: Hands, site: Context, main: int, page: InspectionPage) -> None:
    asked: list[int] = []
    page.record_asked.connect(asked.append)
    desk.type("28.5")
    desk.type("开启备用空调")
    desk.press(Qt.Key.Key_F7)
    type_figures(page)
    desk.press(Qt.Key.Key_S, CTRL)
    button = page.rows.lines[0].button
    assert button.hasFocus()
    desk.press(Qt.Key.Key_Return)
    line = rounds(site, main)[1].lines[0]
    assert (line.name, line.incident_number) == ("温度", "SJ-20260305-001")
    link = page.rows.lines[0].button
    assert link.text() == "SJ-20260305-001"
    desk.click(link)
    assert len(asked) == 1


def test_the_incident_says_what_was_found(site: Context, main: int) -> None:
    a_room.went_round(site, main, datetime(2026, 3, 5, 7, 50), 温度=Typed("28.5", "开启备用空调"))
    line = rounds(site, main)[1].lines[0]
    opened = upkeep_incident.for_line(site, line.id).value
    kept = incident.load(site, opened.id)
    assert kept["title"] == "主机房 环境 温度 28.5，标准 18–27 ℃"
    assert kept["symptom"].endswith("已处置：开启备用空调。")
    assert (kept["source"], kept["category"]) == ("巡检发现", "动力环境")


def test_no_incident_is_opened_that_could_not_be_tied(site: Context, main: int) -> None:
    made = a_room.went_round(site, main, datetime(2026, 3, 5, 7, 50), 温度=Typed("28.5", "开启备用空调"))
    line = rounds(site, main)[1].lines[0]
    inspection.void(site, made.id, "填错了机房")
    with pytest.raises(Refusal, match="作废"):
        upkeep_incident.for_line(site, line.id)
    assert incident_listing.listed(site, Query()).total == 0


def test_what_was_typed_is_there_again_after_leaving(desk: Hands, site: Context, page: InspectionPage) -> None:
    desk.type("28.5")
    desk.type("开启备用空调", enter=False)
    page.remarks.setFocus()
    desk.type("先记到这里", enter=False)
    assert page.may_leave()
    desk.press(Qt.Key.Key_2, ALT)
    assert values(page)["温度"] == ""
    desk.press(Qt.Key.Key_1, ALT)
    assert (row(page, "温度").value, row(page, "温度").told) == ("28.5", "开启备用空调")
    assert page.said.text() == "上次填到一半，已接着填。"
    again = opened(desk)
    assert (row(again, "温度").value, again.remarks.text()) == ("28.5", "先记到这里")
    page.rows.rows[0].entry.setFocus()


def test_what_changes_elsewhere_does_not_touch_what_is_typed(desk: Hands, site: Context, page: InspectionPage) -> None:
    desk.type("23.5")
    desk.window.desk.bus.announce({"cleaning"})
    desk.settle()
    assert (values(page)["温度"], row(page, "湿度").entry.hasFocus()) == ("23.5", True)


def test_another_day_has_its_own_sheet_and_none_is_to_come(desk: Hands, page: InspectionPage) -> None:
    desk.press(Qt.Key.Key_Right, ALT)
    assert page.head.day == DAY
    desk.press(Qt.Key.Key_Left, ALT)
    assert page.head.day_label.text() == "2026-03-04 周三"
    assert (page.head.turn, page.head.at.line.text()) == (1, "")
    desk.press(Qt.Key.Key_F7)
    type_figures(page)
    desk.press(Qt.Key.Key_S, CTRL)
    assert page.said.text() == "请写巡检时间，例如 08:10。"
    assert page.head.at.line.hasFocus()
    desk.type("0810", enter=False)
    desk.press(Qt.Key.Key_S, CTRL)
    assert page.progress.text().startswith("XJ-20260304-1")
    desk.click(page.head.today_button)
    assert page.head.day == DAY


def test_a_time_to_come_is_refused_beside_its_field(
    desk: Hands, site: Context, main: int, page: InspectionPage
) -> None:
    desk.press(Qt.Key.Key_F7)
    type_figures(page)
    page.head.at.line.selectAll()
    page.head.at.line.setFocus()
    desk.type("0801", enter=False)
    desk.press(Qt.Key.Key_S, CTRL)
    assert page.said.text() == "08:01 还没有到，请核对巡检时间。"
    assert page.head.at.line.property("wrong") is True
    assert rounds(site, main) == {}


def test_a_round_begins_when_its_first_item_is_typed(desk: Hands, site: Context, page: InspectionPage) -> None:
    team_module.go_to(site, "2026-03-05 09:15:00")
    desk.type("23.5")
    assert page.head.at.line.text() == "09:15"


def test_rooms_have_sheets_of_their_own(desk: Hands, site: Context, page: InspectionPage) -> None:
    a_room.room(site, "二号机房", temp_max=25)
    page.refresh()
    desk.settle()
    place = page.head.room.findText("二号机房")
    page.head.room.setCurrentIndex(place)
    page.head.room.activated.emit(place)
    desk.settle()
    assert page.title.state().startswith("二号机房")
    assert row(page, "温度").item.standard == "18–25 ℃"
    assert not page.copy_button.isEnabled()
    assert page.cleaning.chip.word() == "没有清扫记录"


def test_without_a_room_it_says_what_to_do_first(desk: Hands, site: Context) -> None:
    page = opened(desk)
    assert (page.empty.text(), page.save_button.isHidden(), page.print_button.isEnabled()) == (NO_ROOM, True, False)
    a_room.room(site)
    desk.window.desk.bus.announce({"room"})
    desk.settle()
    assert (len(page.rows.rows), page.empty.isHidden(), page.save_button.isHidden()) == (37, True, False)


def test_who_may_only_look_types_nothing(desk: Hands, site: Context, page: InspectionPage) -> None:
    page.set_context(site.acting_as(Actor("周审计", Role.READER)))
    desk.settle()
    assert not row(page, "温度").entry.isEnabled()
    assert (page.save_button.isHidden(), page.normal_button.isHidden()) == (True, True)
    page.save()
    assert rounds(site, 1) == {}


def test_the_sheet_of_the_day_is_previewed(desk: Hands, page: InspectionPage) -> None:
    desk.press(Qt.Key.Key_P, CTRL)
    assert desk.window.frame.stack.currentWidget() is desk.window.frame.preview
    QTest.keyClick(desk.window, Qt.Key.Key_Escape)


def test_the_clause_of_the_cleaning_can_be_asked_for(desk: Hands, page: InspectionPage) -> None:
    asked: list[str] = []
    page.clause_asked.connect(asked.append)
    desk.click(page.cleaning.clause)
    assert asked == ["E1-11"]


def test_late_cleaning_is_told(desk: Hands, site: Context, page: InspectionPage) -> None:
    for now, word in (("2026-03-14 08:00:00", "清扫将到期"), ("2026-03-17 08:00:00", "清扫逾期 1 天")):
        team_module.go_to(site, now)
        page.head.go_to(site.today())
        desk.settle()
        assert page.cleaning.chip.word() == word


def test_a_reading_out_of_range_has_its_incident_by_one_press(desk: Hands, site: Context, main: int) -> None:
    desk.window.idle.stop()
    made: Outcome[int] = reading.save(
        site,
        None,
        {"room_id": main, "at": datetime(2026, 3, 5, 7), "temperature": "28", "action": "通风", "read_by": "王强"},
    )
    page = RegisterPage(upkeep_incident.with_incident(READING), desk.window.ctx, desk.window.desk)
    stack = desk.window.frame.current.stack
    stack.addWidget(page)
    stack.setCurrentWidget(page)
    desk.settle()
    page.open_record(made.value)
    desk.settle()
    desk.click(page.panel.buttons.acts["open_incident"])
    assert reading.load(site, made.value)["incident_number"] == "SJ-20260305-001"
    assert "open_incident" not in page.panel.buttons.acts
    assert QApplication.focusWidget() is not None


def test_a_closed_day_takes_no_round_and_says_why(desk: Hands, page: InspectionPage, site: Context) -> None:
    yesterday = date(2026, 3, 4)
    closing.close(site, closings.of_day(yesterday), because="先结后补都说明了")
    page.head.go_to(yesterday)
    desk.settle()
    assert page.head.closed.isVisible()
    assert page.head.closed.word() == "已日结"
    assert page.said.text().startswith("2026-03-04 已日结，这一天的巡检表不能再补记或更改。")
    assert not page.save_button.isVisible()
    page.head.go_to(DAY)
    desk.settle()
    assert not page.head.closed.isVisible()
    assert page.save_button.isVisible()
