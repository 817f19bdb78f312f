"""17:45 at the supervisor's desk: what stands open, to its remedy and back, closed and printed, opened again."""

from __future__ import annotations

from datetime import date, datetime

import a_room
import machine_room
import pytest
from a_site import PASSWORD
from conftest import Hands
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication
from team import Team, go_to, grant

from opsdesk.registers.incident import acts, service
from opsdesk.registers.incident import closing as hand_ins
from opsdesk.registers.sign_in.service import sign
from opsdesk.rules.vocabulary import Role
from opsdesk.services import closing, closings
from opsdesk.services.closing_rules import PeriodKind
from opsdesk.services.context import Actor, Context
from opsdesk.ui.pages.day_close import DayClosePage
from opsdesk.ui.pages.step_up import StepUp

THURSDAY = date(2026, 3, 5)
WHY, REASON = "供应商夜间处理，明早补单", "王强的到岗时间登记错了"
CTRL = Qt.KeyboardModifier.ControlModifier


def team_day(ctx: Context, crew: Team, *, but: tuple[str, ...] = ()) -> None:
    """Everybody by day comes at 08:20 and goes at 17:31; it is 17:45."""
    grant(ctx, crew["2002"], "2026-03-05 20:00:00", "2026-03-06 08:00:00")
    for at in ("08:20:00", "17:31:00"):
        go_to(ctx, f"2026-03-05 {at}")
        for staff_no, staff_id in crew.ids.items():
            if staff_no not in {"2002", "2003", *but}:
                sign(ctx, staff_id=staff_id)
    go_to(ctx, "2026-03-05 17:45:00")


@pytest.fixture
def page(desk: Hands, site: Context, crew: Team) -> DayClosePage:
    """The day of the small team, in which 王强 did not come and nobody said why."""
    desk.window.idle.stop()
    team_day(site, crew, but=("1001",))
    desk.window.signature.keep(desk.window.ctx)
    shown = desk.window.frame.open("close")
    desk.settle()
    return shown


def test_the_first_item_is_chosen_as_soon_as_the_list_is_there(desk: Hands, page: DayClosePage) -> None:
    assert page.table.hasFocus()
    (chosen,) = [index.row() for index in page.table.selectionModel().selectedRows()]
    assert chosen == 0
    assert told(page)[0][1] == "请假 ›"
    desk.press(Qt.Key.Key_Return)
    assert desk.window.frame.current.section.key == "leave"


def told(page: DayClosePage) -> list[tuple[str, str]]:
    found = [page.table.records.row_at(n) for n in range(page.table.records.rowCount())]
    return [(row.values["kind"].word, row.values["door"]) for row in found if row is not None]


def close(desk: Hands, page: DayClosePage) -> None:
    """Write the reason, close, and come back from the preview."""
    page.side.reason.setText(WHY)
    page.close_period()
    desk.settle()
    desk.press(Qt.Key.Key_Escape)


def test_what_stands_open_keeps_the_day_open(desk: Hands, page: DayClosePage) -> None:
    assert told(page) == [("未到", "请假 ›")]
    assert page.title.state() == "未结 1 项"
    assert page.period_label.text() == "2026-03-05 周四　今天"
    assert not page.close_button.isEnabled()
    assert "还有 1 项没有了结" in page.close_button.toolTip()
    desk.press(Qt.Key.Key_Return, CTRL)
    assert page.side.wrong.text().endswith("写明理由（至少 5 个字）。")
    assert page.side.reason.hasFocus()
    assert page.side.wrong.isVisible()
    desk.type("没办完呢", enter=False)
    assert page.side.wrong.isHidden(), "it is being written"
    assert not page.close_button.isEnabled(), "four letters"
    desk.type("！", enter=False)
    assert page.close_button.isEnabled()


def words(page: DayClosePage) -> list[str]:
    found = [page.table.records.row_at(n) for n in range(page.table.records.rowCount())]
    return [str(row.values["sentence"]) for row in found if row is not None]


def minute(desk: Hands, site: Context, at: str) -> None:
    go_to(site, at)
    desk.window.frame.bar.show_time()
    desk.settle()


def test_left_open_it_goes_with_the_time_and_with_it_the_row_chosen(
    desk: Hands, site: Context, crew: Team, page: DayClosePage
) -> None:
    service.open_incident(site, "打印机不出纸")
    page.refresh()
    desk.settle()
    assert told(page) == [("未到", "请假 ›")]
    minute(desk, site, "2026-03-05 18:00:00")
    assert told(page) == [("未到", "请假 ›"), ("超时", "事件单 ›")]
    page.table.choose(1)
    page.side.reason.setText("没办")
    tick = next(iter(page.side.ticks.values()))
    grant(site, crew["1001"], "2026-03-05 08:30:00", "2026-03-05 17:30:00")
    minute(desk, site, "2026-03-05 18:01:00")
    assert told(page) == [("超时", "事件单 ›")]
    assert page.table.currentIndex().row() == 0
    assert page.side.reason.text() == "没办"
    assert tick in page.side.ticks.values(), "the box under the keys is still there"
    minute(desk, site, "2026-03-06 00:00:00")
    assert page.period_label.text() == "2026-03-05 周四"


@pytest.mark.parametrize(("count", "together"), [(2, False), (3, True)])
def test_many_records_to_sign_stand_in_one_row_and_are_signed_by_one_press(
    desk: Hands, site: Context, crew: Team, page: DayClosePage, count: int, together: bool
) -> None:
    made = [service.open_incident(site, f"{n} 号打印机不出纸").value.id for n in range(count)]
    for each in made:
        acts.respond(site, each, {"staff_id": crew["1002"]})
        acts.solve(site, each, {})
    hand_ins.hand_in(site, made, {})
    page.refresh()
    desk.settle()
    assert page.title.state() == f"未结 {count + 1} 项"
    if not together:
        assert told(page)[1:] == [("未签收", "事件单 ›")] * count
        return
    assert told(page)[1:] == [("未签收", "交单签收 ›")]
    assert words(page)[1] == ("03-05 交来的 3 张记录单还没有签收，可以一次签：SJ-20260305-001、SJ-20260305-002 等。")
    page.table.choose(1)
    desk.press(Qt.Key.Key_Return)
    desk.settle()
    assert desk.window.frame.current.current_key == "hand_in"
    desk.press(Qt.Key.Key_Return, CTRL)
    desk.press(Qt.Key.Key_BracketLeft, CTRL)
    assert told(page) == [("未到", "请假 ›")]
    closed = closing.close(site, closings.of_day(THURSDAY), because=WHY).value
    assert len(closed.open_items) == 1


def test_behind_the_lock_it_grows_old_and_is_read_anew_with_the_password(
    desk: Hands, site: Context, crew: Team, page: DayClosePage
) -> None:
    page.show_period(closings.of_day(date(2026, 3, 6)))
    minute(desk, site, "2026-03-06 08:41:00")
    assert any("的班到 17:30 才结束" in each for each in words(page))
    desk.window.lock()
    desk.settle()
    minute(desk, site, "2026-03-06 21:42:00")
    desk.window.log_in.form.focus("password")
    desk.type(PASSWORD)
    assert not desk.window.locked
    assert not any("17:30 才结束" in each for each in words(page))
    assert page.title.state() == f"未结 {len(words(page))} 项"


def test_enter_leads_to_a_form_that_begins_with_what_is_known(
    desk: Hands, site: Context, crew: Team, page: DayClosePage
) -> None:
    page.focus_first()
    desk.press(Qt.Key.Key_Return)
    leave = desk.window.frame.current.current.page
    assert leave.register.slug == "leave"
    assert leave.panel.form.values()["staff_id"] == crew["1001"]
    assert leave.panel.form.values()["first_day"] == THURSDAY
    leave.panel.left.emit()
    grant(site, crew["1001"], "2026-03-05 08:30:00", "2026-03-05 17:30:00")
    desk.window.frame.open("close")
    page.refresh()
    desk.settle()
    assert told(page) == []
    assert page.title.state() == "没有未结事项，可以日结"
    assert page.close_button.isEnabled()
    assert page.side.why.isHidden()


def test_each_door_opens_its_record(desk: Hands, site: Context, crew: Team, page: DayClosePage) -> None:
    made = service.open_incident(site, "打印机不出纸").value.id
    acts.respond(site, made, {"staff_id": crew["1002"]})
    acts.solve(site, made, {})
    visit = machine_room.save(
        site, "visit", name="周工", unit="恒通网络", external=True, room_id=a_room.room(site), purpose="维护",
        entered_at=datetime(2026, 3, 5, 16), escort="王强",
    )  # fmt: skip
    second = a_room.room(site, "汇聚机房")
    page.refresh()
    desk.settle()
    assert [kind for kind, _ in told(page)] == ["未到", "在机房", "巡检", "巡检"]
    page._open(1)
    desk.settle()
    assert desk.window.frame.current.current.page.panel.record_id == visit
    for place, room in ((3, second), (2, a_room.room(site))):
        page._open(place)
        desk.settle()
        rounds = desk.window.frame.current.current.head
        assert (rounds.day, rounds.room_id, rounds.room.currentData()) == (THURSDAY, room, room)


def test_closed_in_one_go_with_backup_files_and_preview(desk: Hands, site: Context, page: DayClosePage) -> None:
    assert [box.text() for box in page.side.ticks.values()] == ["日结单", "到岗记录", "运维事件日清单"]
    page.side.reason.setFocus()
    desk.type(WHY, enter=False)
    desk.press(Qt.Key.Key_Return)
    frame = desk.window.frame
    assert frame.stack.currentWidget() is frame.preview
    assert [each.code for each in frame.preview._documents] == ["OD-RJ", "OD-F01", "OD-F05D"]
    assert any("已日结，备份可恢复 ✔" in each for each in desk.window.notices.sentences())
    desk.press(Qt.Key.Key_Escape)
    status = closing.status(site, closings.of_day(THURSDAY))
    assert status.closed is not None
    assert status.closed.because == WHY
    assert page.title.state() == "2026-03-05 17:45 由主管日结"
    assert page.heading.text() == "日结时没有了结的 1 项"
    assert page.side.result.isVisible()
    folder = site.home / "exports" / "日结-2026-03-05"
    assert sorted(each.name for each in folder.iterdir()) == ["日结-2026-03-05.pdf", "日结-2026-03-05.xlsx"]
    assert [each.name for each in (site.home / "backups").glob("*日结-2026-03-05.db")]
    assert page.close_button.isHidden()
    assert page.reopen_button.isVisible()
    page._open(0)
    desk.settle()
    assert desk.window.frame.current.current is page, "what is closed leads nowhere"


def test_on_a_small_page_what_stands_open_can_still_be_read(desk: Hands, page: DayClosePage) -> None:
    desk.window.resize(1366, 768)
    desk.settle()
    wide = page.side.width()
    assert not page.table.isColumnHidden(2)
    assert page.side.reason.geometry().bottom() + 24 > page.side.hint.geometry().top(), "nothing stands between"
    desk.window.resize(1093, 614)  # 1366 × 768 at 125 %
    desk.settle()
    assert not page.table.isColumnHidden(2)
    assert page.table.columnWidth(1) >= 360
    desk.window.resize(911, 512)  # and at 150 %
    desk.settle()
    assert page.side.width() < wide
    assert page.table.columnWidth(1) >= 330
    assert page.table.isColumnHidden(2), "the hint above says where the row leads"
    for place in (0, 1):
        page.table.selectRow(place)
        door = page.table.chosen_row().values["door"].removesuffix(" ›")
        assert page.hint.text() == f"回车或点击，到“{door}”办理。"
    desk.window.frame.rail.fold(True)
    desk.settle()
    assert page.table.columnWidth(1) >= 360
    assert not page.table.isColumnHidden(2), "the rail gave it its room"
    assert page.hint.text() == "回车或点击一行去办理。"


def test_on_a_small_page_the_column_beside_is_whole(desk: Hands, page: DayClosePage) -> None:
    desk.window.resize(911, 512)
    for kind in PeriodKind:
        page._turn_to(kind)
        desk.settle()
        for card in (page.side.why, page.side.papers):
            assert card.isHidden() or card.mapTo(page.side, card.rect().topRight()).x() < page.side.width()
    assert all(box.toolTip() == box.text() for box in page.side.ticks.values())


def test_only_what_is_ticked_is_printed(desk: Hands, page: DayClosePage) -> None:
    for key in ("closing", "incident_day"):
        page.side.ticks[key].setChecked(False)
    assert page.close_button.text() == "日结并打印"
    desk.press(Qt.Key.Key_P, CTRL)
    frame = desk.window.frame
    assert [each.code for each in frame.preview._documents] == ["OD-F01"]
    desk.press(Qt.Key.Key_Escape)
    page.refresh()
    desk.settle()
    assert page.side.chosen == {"sign_in"}, "ticks stay"
    page.side.ticks["sign_in"].setChecked(False)
    assert page.close_button.text() == "日结"
    assert not page.print_button.isEnabled()


def test_the_desk_may_look_and_not_close(desk: Hands, site: Context, page: DayClosePage) -> None:
    page.set_context(site.acting_as(Actor("李值班", Role.DESK)))
    desk.settle()
    assert not page.close_button.isEnabled()
    assert page.close_button.toolTip() == "日结由主管来做。"
    desk.press(Qt.Key.Key_Return, CTRL)
    assert "日结由主管来做。" in desk.window.notices.sentences()


def answer(password: str, reason: str) -> None:
    """Fill in the dialog that asks for the supervisor."""

    def fill() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, StepUp) or not dialog.operations.wait_idle():
            QTimer.singleShot(20, fill)
            return
        dialog.form.set_value("password", password)
        dialog.form.set_value("reason", reason)
        assert dialog.submit.text() == "重新打开"
        dialog.submit.click()
        dialog.operations.wait_idle()
        if dialog.isVisible():
            dialog.reject()

    QTimer.singleShot(20, fill)


def test_opening_again_takes_password_and_reason(desk: Hands, site: Context, page: DayClosePage) -> None:
    desk.window.resize(1366, 768)
    close(desk, page)
    assert page.table.isColumnHidden(2), "what is closed has no column of doors"
    answer("不是这个密码", REASON)
    page.reopen()
    desk.settle()
    assert page.reopen_button.isVisible()
    answer(PASSWORD, REASON)
    page.reopen()
    desk.settle()
    assert "重新打开，还没有再次日结" in page.title.state()
    assert page.window().focusWidget() is page.table
    assert not page.table.isColumnHidden(2)
    assert page.close_button.text() == "再次日结并打印"
    assert told(page) == [("未到", "请假 ›")]
    assert "correction" in page.side.ticks
    assert page.side.course.isVisible()
    close(desk, page)
    assert page.title.state() == "2026-03-05 17:45 由主管日结 · 曾重新打开更正"


def test_what_comes_after_closing_can_be_closed_once_more(
    desk: Hands, site: Context, crew: Team, page: DayClosePage
) -> None:
    close(desk, page)
    go_to(site, "2026-03-05 18:30:00")
    desk.window.signature.keep(desk.window.ctx)
    service.open_incident(site, "机房断电")
    page.refresh()
    desk.settle()
    assert page.title.state().endswith("之后又有记录")
    assert page.close_button.text() == "再次日结并打印"
    assert page.reopen_button.isVisible()


def test_a_quarter_leads_to_the_month_that_has_to_be_closed_first(
    desk: Hands, site: Context, page: DayClosePage
) -> None:
    go_to(site, "2026-04-01 09:00:00")
    desk.window.signature.keep(desk.window.ctx)
    page.show_period(closings.named("2026Q1"))
    desk.settle()
    assert page.period_label.text() == "2026 年第一季度"
    assert told(page) == [("月结", "月结 ›")] * 3
    assert page.side.why.isHidden(), "no reason closes a quarter before its months"
    assert (page.close_button.isEnabled(), page.close_button.toolTip()) == (
        False,
        "还有月份没有月结。请先月结，再季结。",
    )
    page._open(2)
    desk.settle()
    assert page.period.label == "2026-03"


def test_months_and_quarters_by_the_same_page(desk: Hands, site: Context, page: DayClosePage) -> None:
    page.kinds.setCurrentIndex(1)
    page.kinds.activated.emit(1)
    desk.settle()
    assert page.period.label == "2026-03"
    assert page.close_button.toolTip() == "2026-03 还没有过完。"
    desk.press(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert page.period.label == "2026-02"
    assert page.title.state().startswith("未结")
    assert "月度考勤汇总表" in [box.text() for box in page.side.ticks.values()]
    page.kinds.setCurrentIndex(2)
    page.kinds.activated.emit(2)
    desk.settle()
    assert page.period.label == "2026Q1"
    page.show_period(closings.of_month(2026, 2))
    desk.settle()
    close(desk, page)
    assert page.title.state().endswith("由主管月结")
    assert (site.home / "exports" / "月结-2026-02" / "单位").is_dir()


def test_days_before_and_after_by_keys(desk: Hands, page: DayClosePage) -> None:
    page.table.setFocus()
    desk.press(Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert page.period_label.text() == "2026-03-06 周五"
    assert page.close_button.toolTip() == "2026-03-06 还没有到。"
    desk.click(page.today_button)
    assert page.period.label == "2026-03-05"
    assert page.today_button.isHidden()
