"""The sign-in page and the kiosk, driven by keys on a real site."""

from datetime import date, datetime

import a_site
import pytest
import team as team_module
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
from team import clock_of, go_to

from opsdesk.registers.correction import service as correction
from opsdesk.registers.sign_in import service
from opsdesk.rules.vocabulary import Direction, Role, State
from opsdesk.services import attendance, clock_guard, closing, closings
from opsdesk.services.context import Actor
from opsdesk.ui.kit import look
from opsdesk.ui.kit.change_bus import ChangeBus
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.notices import Notices
from opsdesk.ui.kit.operation import Operations
from opsdesk.ui.pages.kiosk import KioskPage
from opsdesk.ui.pages.roll_call import ARRIVED, read_entry
from opsdesk.ui.pages.sign_in import SignInPage
from opsdesk.ui.pages.step_up import StepUp

DAY = date(2026, 3, 5)


class Window(QWidget):
    """A page with its desk in a real window."""

    def __init__(self, ctx, make):
        super().__init__()
        self.bus = ChangeBus(self)
        self.notices = Notices(self)
        self.operations = Operations(self.bus, self.notices, self)
        self.papers = []
        self.desk = Desk(self.operations, self.bus, self.notices, self.papers.append, ctx.today)
        self.page = make(ctx, self.desk)
        column = QVBoxLayout(self)
        column.addWidget(self.notices)
        column.addWidget(self.page)
        self.resize(1182, 720)
        self.show()
        self.settle()

    def settle(self):
        for _ in range(3):
            assert self.operations.wait_idle()
            QApplication.processEvents()

    def type(self, text):
        QTest.keyClicks(self.page.desk_field.field if hasattr(self.page, "desk_field") else self.page.sign.field, text)
        field = self.page.desk_field.field if hasattr(self.page, "desk_field") else self.page.sign.field
        QTest.keyClick(field, Qt.Key.Key_Return)
        self.settle()


@pytest.fixture
def crew(site):
    return team_module.build(site)


@pytest.fixture
def window(qapp, qtbot, site, crew):
    look.apply(qapp, dark=False)
    go_to(site, "2026-03-05 08:27:00")
    made = Window(site, SignInPage)
    qtbot.addWidget(made)
    yield made
    made.operations.close()


def headline(window):
    return window.page.desk_field._headline.text()


def row_of(window, number):
    records = window.page.table.records
    for place in range(records.rowCount()):
        row = records.row_at(place)
        if row.values["staff_no"] == number:
            return row
    raise AssertionError(number)


def state_of(ctx, staff_id):
    with ctx.read() as connection:
        (row,) = attendance.read(connection, ctx.regulations, DAY, DAY, ctx.now(), (staff_id,))
    return row


def test_six_people_sign_in_by_keyboard_alone(window, site, crew):
    for typed in ("1001", "2", "0011", "LF", "mmtalj", "1006"):
        window.type(typed)
        clock_of(site).advance(seconds=2)
    board = service.board(site)
    assert board.arrived == 6
    assert window.page.title.state().startswith("应到 8 · 已到 6 · 迟到 0")
    assert row_of(window, "1001").values["state"].word == "准时 08:27"


def test_the_result_names_the_clause_and_can_be_taken_back(window, site, crew):
    go_to(site, "2026-03-05 09:12:00")
    window.type("1002")
    assert headline(window) == "李敏  09:12  到岗"
    assert "迟到 42 分。依据 T2 二.7" in window.page.desk_field._sentence.text()
    assert row_of(window, "1002").values["state"].word == "迟到 42 分"
    undo = window.page.desk_field.undo
    assert undo.isVisible()
    QTest.mouseClick(undo, Qt.MouseButton.LeftButton)
    window.settle()
    assert row_of(window, "1002").values["state"].word == "未到"
    assert not undo.isVisible()


def test_several_who_fit_are_offered_and_a_digit_with_enter_chooses(window, site, crew):
    window.type("wq")
    assert headline(window) == "有 2 人"
    window.type("2")
    assert headline(window).startswith("吴琼")


def test_a_badge_scanned_while_names_are_offered_is_not_taken_for_a_choice(window, site, crew):
    window.type("wq")
    window.type("2001")
    assert headline(window).startswith("陈晨")


def test_what_is_not_found_stays_in_the_field(window, site, crew):
    window.type("9876")
    assert headline(window) == "没有找到"
    assert window.page.desk_field.field.text() == "9876"
    assert window.page.desk_field.field.selectedText() == "9876"


def test_a_refused_sign_in_comes_back_with_what_was_typed(window, site, crew):
    window.type("1001")
    clock_of(site).set(datetime(2026, 3, 5, 7, 0))
    asked = []
    window.page.desk_field.clock_refused.disconnect()
    window.page.desk_field.clock_refused.connect(asked.append)
    window.type("1002")
    assert "时钟" in asked[0]
    assert window.page.desk_field.field.text() == "1002"


def test_the_panel_shows_the_day_and_files_a_correction(window, site, crew):
    go_to(site, "2026-03-05 09:12:00")
    window.type("1001")
    window.page.open_person(row_of(window, "1001").id)
    window.settle()
    panel = window.page.panel
    words = " ".join(label.text() for label in panel.findChildren(QLabel))
    assert "迟到 42 分" in words
    assert "2000-01-01 起" in words
    (button,) = [b for b in panel.findChildren(QPushButton) if b.text() == "补到岗"]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    window.settle()
    panel.form.set_values(
        {
            "direction": "到岗",
            "actual_at": datetime(2026, 3, 5, 8, 25),
            "cause": "忘签",
            "explanation": "先去了机房",
            "witness": "李敏",
            "evidence": "",
        }
    )
    QTest.mouseClick(panel.submit, Qt.MouseButton.LeftButton)
    window.settle()
    (notice,) = [n for n in window.notices.shown if "待主管审批" in n.sentence]
    (accept,) = [b for b in notice.findChildren(QPushButton) if b.text().startswith("认可")]
    QTest.mouseClick(accept, Qt.MouseButton.LeftButton)
    window.settle()
    assert not any("待主管审批" in sentence for sentence in window.notices.sentences())
    assert state_of(site, crew["1001"]).result.state is State.ON_TIME
    assert row_of(window, "1001").values["state"].word == "准时 08:25"


def test_a_slip_decided_elsewhere_no_longer_waits(window, site, crew):
    window.page.open_person(row_of(window, "1001").id)
    window.settle()
    panel = window.page.panel
    panel.start_correction(Direction.IN)
    panel.form.set_values({**panel.form.values(), "explanation": "先去了机房", "witness": "李敏"})
    go_to(site, "2026-03-05 09:12:00")
    QTest.mouseClick(panel.submit, Qt.MouseButton.LeftButton)
    window.settle()
    assert any("待主管审批" in sentence for sentence in window.notices.sentences())
    window.bus.announce({"correction"})
    window.settle()
    assert any("待主管审批" in sentence for sentence in window.notices.sentences()), "nobody has decided yet"
    correction.decide(site, correction_id=1, accept=False, note="不属实")
    window.bus.announce({"correction"})
    window.settle()
    assert not any("待主管审批" in sentence for sentence in window.notices.sentences())


def test_a_correction_without_a_witness_says_so_beside_the_field(window, site, crew):
    window.page.open_person(row_of(window, "1001").id)
    window.settle()
    window.page.panel.start_correction(service.Direction.IN)
    panel = window.page.panel
    panel.form.set_values(
        {"direction": "到岗", "actual_at": datetime(2026, 3, 5, 8, 20), "cause": "忘签", "explanation": "忘了"}
    )
    QTest.mouseClick(panel.submit, Qt.MouseButton.LeftButton)
    window.settle()
    assert panel.form is not None
    assert "witness" in panel.form.errors()


def test_filters_and_days(window, site, crew):
    window.type("1001")
    page = window.page
    page.state_box.setCurrentIndex(page.state_box.findData("未到"))
    assert page.table.records.rowCount() == 7
    page.vendor_box.setCurrentIndex(page.vendor_box.findData("恒通"))
    assert page.table.records.rowCount() == 2
    page._widen()
    page.go_to(date(2026, 3, 7))
    window.settle()
    assert page.title.state().startswith("应到 0")
    assert "周六" in page.day_label.text()
    assert page.notes.isVisible()


def test_roll_call_by_keyboard(window, site, crew):
    go_to(site, "2026-03-05 09:30:00")
    window.type("1001")
    page = window.page
    page.refresh()
    window.settle()
    page.toggle_roll_call()
    table = page.roll_call.table
    numbers = [table.item(n, 0).text() for n in range(table.rowCount())]
    assert table.item(numbers.index("1002"), ARRIVED).text() == "08:30"
    assert table.item(numbers.index("2002"), ARRIVED).text() == "", "the night has not begun"
    for number, text in (("1002", "0912"), ("1003", "病"), ("1004", "-")):
        table.item(numbers.index(number), ARRIVED).setText(text)
    page.roll_call.save()
    window.settle()
    assert state_of(site, crew["1002"]).result.late_minutes == 42
    assert state_of(site, crew["1003"]).result.state is State.ON_LEAVE
    assert state_of(site, crew["1004"]).result.state is State.DUE
    assert state_of(site, crew["1005"]).result.state is State.ON_TIME
    assert page.roll_call.isHidden()


def test_a_roll_call_with_an_unreadable_cell_keeps_everything_typed(window, site, crew):
    go_to(site, "2026-03-05 09:30:00")
    window.page.refresh()
    window.settle()
    window.page.toggle_roll_call()
    roll = window.page.roll_call
    roll.table.item(0, ARRIVED).setText("二十五点")
    roll.table.item(1, ARRIVED).setText("0845")
    roll.save()
    window.settle()
    assert "看不懂" in roll.said.text()
    assert roll.table.item(1, ARRIVED).text() == "0845"
    assert service.board(site).arrived == 0


@pytest.mark.parametrize(
    ("text", "arriving", "at"),
    [
        ("0912", True, datetime(2026, 3, 5, 9, 12)),
        ("9:12", True, datetime(2026, 3, 5, 9, 12)),
        ("-", True, None),
        ("", True, None),
        ("1731", False, datetime(2026, 3, 5, 17, 31)),
    ],
)
def test_cells_of_a_roll_call(text, arriving, at):
    from opsdesk.rules.facts import Duty, Span

    duty = Duty(DAY, "班", (Span(datetime(2026, 3, 5, 8, 30), datetime(2026, 3, 5, 17, 30)),))
    assert read_entry(text, duty, arriving=arriving).at == at


def test_times_of_a_night_shift_fall_on_the_right_day():
    from opsdesk.rules.facts import Duty, Span

    night = Duty(DAY, "夜", (Span(datetime(2026, 3, 5, 20, 0), datetime(2026, 3, 6, 8, 0)),))
    assert read_entry("1955", night, arriving=True).at == datetime(2026, 3, 5, 19, 55)
    assert read_entry("0805", night, arriving=False).at == datetime(2026, 3, 6, 8, 5)
    assert read_entry("次日 08:00", night, arriving=False).at == datetime(2026, 3, 6, 8, 0)


def test_the_days_paper_is_offered_for_preview(window, site, crew):
    window.page.open_day()
    window.settle()
    window.page.open_month()
    window.settle()
    assert [paper.code for paper in window.papers] == ["OD-F01", "OD-F01M"]


def test_a_reader_cannot_sign(window, site, crew):
    window.page.set_context(site.acting_as(Actor("看看", Role.READER)))
    window.settle()
    assert not window.page.desk_field.field.isEnabled()
    assert not window.page.roll_call_button.isEnabled()


def test_the_kiosk_signs_and_shows_no_names_of_others(qapp, qtbot, site, crew):
    look.apply(qapp, dark=False)
    go_to(site, "2026-03-05 08:27:00")
    window = Window(site.acting_as(Actor("自助签到", Role.KIOSK)), KioskPage)
    qtbot.addWidget(window)
    window.type("1001")
    assert window.page.sign._headline.text() == "王强  08:27  到岗"
    assert window.page.count.text() == "今日应到 8 人，已到 1 人"
    with site.read() as connection:
        row = connection.exec_driver_sql("SELECT source, entered_by FROM punch").one()
    assert tuple(row) == ("自助", "自助签到")
    asked = []
    window.page.leave_asked.connect(lambda: asked.append(1))
    QTest.keyClick(window.page, Qt.Key.Key_Escape)
    assert asked
    window.operations.close()


def test_the_supervisor_confirms_the_clock_at_the_desk_and_signing_goes_on(window, site, crew):
    window.type("1001")
    clock_of(site).set(datetime(2026, 3, 5, 7, 0))

    def fill():
        open_ones = [each for each in QApplication.topLevelWidgets() if isinstance(each, StepUp) and each.isVisible()]
        if not open_ones:
            return
        waiting.stop()
        dialog = open_ones[0]
        dialog.operations.wait_idle()
        dialog.form.set_value("password", a_site.PASSWORD)
        dialog.form.set_value("reason", "校时")
        dialog.form.submit()
        dialog.operations.wait_idle()
        assert "五个字" in dialog.form.rows["reason"].error
        dialog.form.set_value("password", a_site.PASSWORD)
        dialog.form.set_value("reason", "昨晚校时前快了一小时")
        dialog.form.submit()

    waiting = QTimer(interval=10)
    waiting.timeout.connect(fill)
    waiting.start()
    window.type("1002")
    window.settle()
    assert any("已确认电脑时间" in sentence for sentence in window.notices.sentences())
    assert headline(window) == "李敏  07:00  到岗", "who waited is signed at once"
    assert window.page.desk_field.field.text() == ""
    with site.read() as connection:
        doubted = connection.exec_driver_sql("SELECT staff_id, doubted FROM punch ORDER BY id").all()
    assert [tuple(row) for row in doubted] == [(crew["1001"], 0), (crew["1002"], 1)]


def test_who_was_refused_for_the_clock_is_not_signed_once_another_number_stands_there(window, site, crew):
    window.type("1001")
    clock_of(site).set(datetime(2026, 3, 5, 7, 0))
    desk_field = window.page.desk_field
    desk_field.clock_refused.disconnect()
    window.type("1002")
    clock_guard.confirm(site, reason="昨晚校时前快了一小时")
    desk_field.field.setText("2001")
    desk_field.sign_refused()
    window.settle()
    assert (service.board(site).arrived, desk_field.field.text()) == (1, "2001")
    desk_field.field.setText("1002")
    desk_field.sign_refused()
    window.settle()
    assert headline(window) == "李敏  07:00  到岗"


def test_the_cursor_of_a_slip_stands_in_the_time(window, site, crew):
    window.page.open_person(row_of(window, "1001").id)
    window.settle()
    panel = window.page.panel
    for direction, due in ((Direction.IN, "08:30"), (Direction.OUT, "17:30")):
        panel.start_correction(direction)
        window.settle()
        line = QApplication.focusWidget()
        assert line is panel.form.rows["actual_at"].editor.time.line
        assert (line.text(), line.selectedText()) == (due, due)
        QTest.keyClicks(line, "0820")
        assert panel.form.values()["actual_at"] == datetime(2026, 3, 5, 8, 20)
        panel.take_form()


def test_enter_in_the_roll_call_goes_down_with_the_cell_open(window, site, crew):
    go_to(site, "2026-03-05 09:30:00")
    window.page.refresh()
    window.settle()
    window.page.toggle_roll_call()
    table = window.page.roll_call.table
    table.editItem(table.currentItem())
    for text in ("0845", "0901", "-"):
        (editor,) = [line for line in table.findChildren(QLineEdit) if line.isVisible()]
        editor.selectAll()
        QTest.keyClicks(editor, text)
        QTest.keyClick(editor, Qt.Key.Key_Return)
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QApplication.processEvents()
    assert [table.item(n, ARRIVED).text() for n in range(4)] == ["0845", "0901", "-", "08:30"]
    assert table.currentRow() == 3


def test_a_scan_after_a_click_on_the_board_is_not_lost(window, site, crew):
    window.page.table.setFocus()
    window.page.table.selectRow(2)
    for key in "1001":
        QTest.keyClicks(window.page.table, key)
    QTest.keyClick(window.page.desk_field.field, Qt.Key.Key_Return)
    window.settle()
    assert headline(window).startswith("王强")
    window.page.table.setFocus()
    QTest.keyClick(window.page.table, Qt.Key.Key_Escape)
    assert window.page.desk_field.field.hasFocus()


def test_ctrl_z_takes_the_last_signing_back_and_never_brings_the_number_back(window, site, crew):
    window.type("1001")
    field = window.page.desk_field.field
    QTest.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    window.settle()
    assert headline(window) == "已撤销"
    assert field.text() == ""
    QTest.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert field.text() == ""


def test_lateness_stays_in_sight_after_signing_out(window, site, crew):
    go_to(site, "2026-03-05 09:41:00")
    window.type("1001")
    go_to(site, "2026-03-05 17:00:00")
    window.type("1001")
    assert row_of(window, "1001").values["state"].word == "迟到 71 · 早退 30"


def test_one_click_on_a_row_opens_the_persons_day(window, site, crew):
    table = window.page.table
    place = table.visualRect(table.records.index(1, 2)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    window.settle()
    assert window.page.panel.isVisible()
    assert window.page.panel.title() == "李敏　1002"


def test_a_closed_day_is_marked_beside_its_date(window, site, crew):
    page = window.page
    closing.close(site, closings.of_day(date(2026, 3, 4)), because="先结后补都说明了")
    page.go_to(date(2026, 3, 4))
    window.settle()
    assert page.closed.isVisible()
    assert page.closed.toolTip().startswith("2026-03-04 已日结，这一天的到岗记录不能再补记或更改。")
    page.go_to(DAY)
    window.settle()
    assert not page.closed.isVisible()


def test_a_day_closed_in_its_course_says_what_still_can_be_recorded(window, site, crew):
    page = window.page
    window.type("1001")
    go_to(site, "2026-03-05 17:45:00")
    closing.close(site, closings.of_day(DAY), because="夜班还在岗上")
    for at, word in (("2026-03-05 17:46:00", "今日已日结"), ("2026-03-06 08:00:00", "已日结")):
        go_to(site, at)
        page.refresh()
        window.settle()
        assert page.closed.isVisible()
        assert page.closed.word() == word
        assert page.closed.toolTip().startswith("2026-03-05 已在 17:45 日结。之后的签到、签退照常记录，可以再次日结；")
        if word == "今日已日结":
            window.type("1001")
            assert headline(window) == "王强  17:46  离岗"


def test_on_a_small_page_everything_above_the_list_is_whole(window, site, crew):
    page = window.page
    window.type("1001")
    go_to(site, "2026-03-06 08:20:00")
    page.go_to(date(2026, 3, 6))
    window.settle()
    for width in (1182, 728):  # the page at 100 % and at 150 % of 1366 × 768
        window.resize(width, 440)
        window.settle()
        assert page.open_ends.text() == "往日 1 条未签退"
        for part in (page.day_label, page.vendor_box, page.state_box, page.find_field, page.open_ends):
            assert part.width() >= part.minimumSizeHint().width()
            assert part.mapTo(page, part.rect().topRight()).x() < page.width()
        assert page.day_label.width() >= page.day_label.sizeHint().width()
