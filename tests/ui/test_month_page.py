"""The month's page on a real site: figures that open into their lines, booking, deciding, papers and files."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

import a_site
import openpyxl
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget
from team import go_to

from opsdesk import bootstrap
from opsdesk.registers.correction import service as correction
from opsdesk.registers.month import service
from opsdesk.rules.vocabulary import Decision, Direction, Role
from opsdesk.services import settlement
from opsdesk.services.context import Actor
from opsdesk.ui.kit.change_bus import ChangeBus
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.notices import Confirmation, Notices
from opsdesk.ui.kit.operation import Operations
from opsdesk.ui.pages import month_apart, month_export, month_rows
from opsdesk.ui.pages.month import MonthPage
from opsdesk.ui.pages.month_strip import MonthStrip


class Window(QWidget):
    """The page with its desk in a real window."""

    def __init__(self, ctx):
        super().__init__()
        self.bus = ChangeBus(self)
        self.notices = Notices(self)
        self.operations = Operations(self.bus, self.notices, self)
        self.papers = []
        self.desk = Desk(self.operations, self.bus, self.notices, self.papers.append, ctx.today)
        self.page = MonthPage(ctx, self.desk)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.page)
        column.addWidget(self.notices)
        self.resize(1182, 672)
        self.show()
        self.settle()

    def settle(self):
        for _ in range(4):
            assert self.operations.wait_idle()
            QApplication.processEvents()


@pytest.fixture
def ctx(lived, tmp_path):
    yield from a_site.opened_copy(lived, tmp_path)


@pytest.fixture
def open_page(qtbot) -> Callable[..., Window]:
    made = []

    def start(ctx):
        window = Window(ctx)
        qtbot.addWidget(window)
        made.append(window)
        return window

    yield start
    for window in made:
        window.operations.close()


@pytest.fixture
def window(open_page, ctx):
    return open_page(ctx)


def row_of(window, number):
    records = window.page.table.records
    return next(row for n in range(records.rowCount()) if (row := records.row_at(n)).values["staff_no"] == number)


def show(window, number, figure=""):
    window.page.open_person(row_of(window, number).id, figure)
    window.settle()
    return window.page.panel


def words(widget):
    return " ".join(label.text() for label in widget.findChildren(QLabel) if not label.isHidden())


def card(panel, part):
    return next(each for each in panel.cards if each.entry.part == part)


def press(window, button):
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    window.settle()


def answering(press_it):
    """Answer the next question in a dialog: press the action, or refuse; gives the sentences asked."""
    asked = []
    waiting = QTimer(interval=5)

    def answer():
        for each in QApplication.topLevelWidgets():
            if isinstance(each, Confirmation) and each.isVisible():
                waiting.stop()
                asked.append(" ".join(label.text() for label in each.findChildren(QLabel)))
                (each.action if press_it else each.refuse).click()

    waiting.timeout.connect(answer)
    waiting.start()
    asked.append(waiting)
    return asked


def booked(window, ctx):
    outcome = service.book(ctx, 2026, 2)
    window.bus.announce(outcome.touched)
    window.settle()


def correct(window, ctx, crew_id, day):
    slip = correction.file(
        ctx,
        staff_id=crew_id,
        day=date(2026, 2, day),
        direction=Direction.IN,
        actual_at=datetime(2026, 2, day, 8, 25),
        cause="忘签",
        explanation="到岗后直接去机房",
        witness="李敏",
    )
    outcome = correction.decide(ctx, correction_id=slip.value, accept=True)
    window.bus.announce(outcome.touched)
    window.settle()


def test_in_the_first_ten_days_one_looks_at_the_month_before():
    assert month_rows.opening_month(date(2026, 3, 10)) == (2026, 2)
    assert month_rows.opening_month(date(2026, 3, 11)) == (2026, 3)
    assert month_rows.opening_month(date(2026, 1, 1)) == (2025, 12)
    assert month_rows.step(2026, 12, 1) == (2027, 1)


def test_everybody_stands_there_with_figures_and_sums(window):
    page = window.page
    assert page.month == (2026, 2)
    assert page.head.state().startswith("应出勤 8 人 · 合计拟扣减 360 元 · 未结事项 ")
    late = row_of(window, "1001").values
    shown = [late[key] for key in ("due", "attended", "late", "count_fine", "minute_fine", "early_fine", "total")]
    assert shown == ["16", "16", "4/104", "20", "200", "", "220"]
    assert late["state"].word == "未结算"
    assert row_of(window, "1002").values["absent"] == "1"
    assert row_of(window, "1003").values["leave"] == "1"
    assert row_of(window, "1004").values["missing"] == "1"
    assert (row_of(window, "1005").values["early"], row_of(window, "1005").values["awol"]) == ("2/70", "1")
    assert page.totals.sums["total"] == "360"
    assert page.totals.sums["late"] == "5/166"
    assert page.totals.sums["awol"] == "2"


def test_a_figure_opens_into_its_lines_their_clause_and_records(window):
    panel = show(window, "1001", "late")
    assert [each.entry.part for each in panel.cards] == ["count_fine", "minute_fine"]
    assert all(each.marked for each in panel.cards)
    said = words(card(panel, "count_fine"))
    assert "次数罚 20 元" in said
    assert "当月迟到 4 次，超过 3 次的 1 次 × 20 元 = 20 元。" in said
    assert "08:56 到岗　服务台" in said
    assert "依据与上一条相同，共 4 条记录。" in words(card(panel, "minute_fine"))
    asked, days = [], []
    panel.clause_asked.connect(lambda key, day: asked.append((key, day)))
    panel.day_asked.connect(days.append)
    links = card(panel, "count_fine").findChildren(QPushButton)
    press(window, next(each for each in links if each.text() == "T2 二.7"))
    press(window, next(each for each in links if each.text() == "2026-02-04 周三"))
    assert asked == [("T2-ATT-07", date(2026, 2, 6))], "as it stood on the last day of its records"
    assert [(each.person.staff_no, each.day) for each in days] == [("1001", date(2026, 2, 4))]


def test_arrow_keys_and_enter_go_to_the_figure_they_stand_on(window):
    page = window.page
    page.table.choose(row_of(window, "1005").id)
    page.table.setFocus()
    columns = [column.key for column in month_rows.COLUMNS if not page.table.isColumnHidden(_place(column.key))]
    for _ in range(columns.index("early")):
        QTest.keyClick(page.table, Qt.Key.Key_Right)
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    window.settle()
    assert page.panel.isVisible()
    assert {each.entry.part for each in page.panel.cards if each.marked} == {"early_fine", "early_awol"}
    QTest.keyClick(page.table, Qt.Key.Key_Down)
    window.settle()
    assert page.panel.title() == "李𬭎　1006"
    QTest.keyClick(page.table, Qt.Key.Key_Escape)
    assert page.panel.isHidden()


def _place(key):
    return next(n for n, column in enumerate(month_rows.COLUMNS) if column.key == key)


def test_a_click_on_a_figure_opens_it(window):
    table = window.page.table
    place = table.records.place_of(row_of(window, "1006").id)
    spot = table.visualRect(table.records.index(place, _place("awol"))).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    window.settle()
    panel = window.page.panel
    assert [each.entry.part for each in panel.cards if each.marked] == ["awol"]
    assert "没有到岗记录" in words(panel.cards[0])


def test_a_day_of_the_strip_is_told_in_words_and_leads_to_the_day(window):
    panel = show(window, "1001")
    (strip,) = panel.findChildren(MonthStrip)
    assert strip.words(date(2026, 2, 3)) == "2026-02-03 周二：上午迟到 26 分，下午出勤。"
    assert strip.words(date(2026, 2, 7)) == "2026-02-07 周六：休。"
    days = []
    panel.day_asked.connect(lambda each: days.append(each.day))
    strip.setFocus()
    QTest.keyClick(strip, Qt.Key.Key_Down)
    QTest.keyClick(strip, Qt.Key.Key_Right)
    QTest.keyClick(strip, Qt.Key.Key_Return)
    assert days == [date(2026, 2, 18)]


def test_an_open_question_is_a_door_with_its_form_filled_in(window, ctx):
    page, asked = window.page, []
    page.door_asked.connect(lambda question, values: asked.append((question, values)))
    questions = page.questions.questions
    place = next(n for n, each in enumerate(questions) if each.kind == "未签退")
    assert questions[place].name == "吴琼"
    spot = page.questions.table.visualRect(page.questions.table.records.index(place, 0)).center()
    QTest.mouseClick(page.questions.table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    ((question, values),) = asked
    assert question.door == "correction"
    assert (values["day"], values["direction"]) == (date(2026, 2, 25), "离岗")
    assert values["actual_at"] == datetime(2026, 2, 25, 17, 30)
    assert values["staff_id"] == question.staff_id
    asked.clear()
    place = next(n for n, each in enumerate(questions) if each.kind == "无假缺席")
    page.questions.table.selectRow(place)
    QTest.keyClick(page.questions.table, Qt.Key.Key_Return)
    ((question, values),) = asked
    assert question.door == "leave"
    assert (values["first_day"], values["last_day"], values["first_part"]) == (*[date(2026, 2, 26)] * 2, "全天")


def test_booking_asks_once_while_questions_are_open(window, ctx):
    page = window.page
    assert page.head.settle.isEnabled()
    asked = answering(False)
    press(window, page.head.settle)
    assert "件未结事项" in asked[-1]
    assert service.standing(ctx, 2026, 2).booked_at == {}
    answering(True)
    press(window, page.head.settle)
    assert "已结算 8 人，7 条仍为拟扣减" in page.head.state()
    assert row_of(window, "1001").values["state"].word == "拟扣减 2"
    assert row_of(window, "2001").values["state"].word == "已结算"
    assert page.head.settle.isHidden()
    assert page.head.print.property("class") == "primary"


def test_a_line_is_waived_with_a_reason_written_in_the_panel(window, ctx):
    booked(window, ctx)
    panel = show(window, "1001", "minute_fine")
    line = card(panel, "minute_fine")
    press(window, line.waive)
    QTest.keyClick(line.reason, Qt.Key.Key_Return)
    window.settle()
    assert "理由" in line.said.text()
    assert not line.said.isHidden()
    line.reason.setText("暴雨，地铁停运")
    QTest.keyClick(line.reason, Qt.Key.Key_Return)
    window.settle()
    line = card(panel, "minute_fine")
    assert line.entry.booked.state is Decision.WAIVED
    assert "原拟 200 元，决定 0 元。" in words(line)
    assert "理由：暴雨，地铁停运" in words(line)
    press(window, card(panel, "count_fine").confirm)
    assert row_of(window, "1001").values["state"].word == "含免除"
    assert "已确认" in words(card(panel, "count_fine"))


def test_a_reason_being_written_survives_what_happens_meanwhile(window, ctx):
    booked(window, ctx)
    panel = show(window, "1001", "minute_fine")
    line = card(panel, "minute_fine")
    press(window, line.waive)
    line.reason.setText("写到一半")
    window.bus.announce({"sign_in"})
    window.settle()
    assert card(panel, "minute_fine") is line
    assert line.reason.text() == "写到一半"
    answering(False)
    assert not window.page.may_leave()


def test_everything_of_a_person_or_of_all_shown_is_confirmed_at_once(window, ctx):
    booked(window, ctx)
    page = window.page
    panel = show(window, "1005")
    assert panel.confirm_all.text() == "全部确认（2 条）"
    press(window, panel.confirm_all)
    assert row_of(window, "1005").values["state"].word == "已确认"
    page.find_field.setText("1001")
    assert page.head.confirm.text() == "全部确认（2）"
    asked = answering(True)
    press(window, page.head.confirm)
    assert "1 人的 2 条拟扣减，共 220 元。" in asked[-1]
    assert row_of(window, "1001").values["state"].word == "已确认"


def test_confirming_all_leaves_out_absences_that_are_still_a_question(window, ctx):
    booked(window, ctx)
    page = window.page
    absent = row_of(window, "1006")
    assert absent.values["state"].word == "拟扣减 1"
    assert page.head.confirm.text() == "全部确认（6）"
    asked = answering(True)
    press(window, page.head.confirm)
    assert "确认 3 人的 6 条拟扣减，共 360 元、2 日。没有列入 1 人的 1 条拟扣减：当天的“无假缺席”" in asked[-1]
    assert row_of(window, "1006").values["state"].word == "拟扣减 1"
    assert not page.head.confirm.isEnabled()
    assert "无假缺席" in page.head.confirm.toolTip()
    line = card(show(window, "1006"), "awol")
    assert line.confirm.isEnabled(), "by itself it can still be decided"
    press(window, line.waive)
    line.reason.setText("当天停电")
    QTest.keyClick(line.reason, Qt.Key.Key_Return)
    window.settle()
    line = card(page.panel, "awol")
    assert "旷工 1 日 · 已免除。" in words(line)
    assert "元" not in words(line).partition("已免除")[2]
    assert row_of(window, "1006").values["state"].word == "含免除"
    state = page.table.records.index(page.table.records.place_of(absent.id), _place("state"))
    assert page.table.cells.whole_text(state) == "旷工 1 日已免除（当天停电）。"
    (strip,) = page.panel.findChildren(MonthStrip)
    assert strip.words(date(2026, 2, 26)) == "2026-02-26 周四：旷工，已免除。"


def test_a_person_whose_record_has_changed_is_not_confirmed(window, ctx):
    booked(window, ctx)
    panel = show(window, "1001")
    correct(window, ctx, panel.staff_id, 6)
    waiting = window.page.head.waiting()
    assert panel.staff_id not in {line.staff_id for line in waiting.ready}
    assert "1 人的 2 条拟扣减：结算后记录有变动" in waiting.left_out
    assert all(not each.confirm.isEnabled() for each in panel.cards if each.confirm.isVisible())


def test_what_changed_after_the_booking_is_told_until_it_is_booked_again(window, ctx):
    booked(window, ctx)
    panel = show(window, "1001")
    correct(window, ctx, panel.staff_id, 6)
    assert row_of(window, "1001").values["state"].word == "有变化"
    assert "结算后记录有变化：原 220 元，现 100 元，重新结算后生效。" in words(panel)
    outdated = [each for each in panel.cards if not each.entry.now]
    assert {each.entry.part for each in outdated} == {"count_fine", "minute_fine"}
    assert "已作废" in words(outdated[0])
    assert "将被替代" in words(outdated[0])
    assert not outdated[0].confirm.isVisible()
    assert window.page.head.settle.text() == "重新结算"
    assert "有变化 1 人" in window.page.head.state()
    answering(True)
    press(window, window.page.head.settle)
    assert row_of(window, "1001").values["state"].word == "拟扣减 1"
    assert "重新结算后生效" not in words(panel)


def test_a_month_that_is_not_over_is_a_trial(window, ctx):
    page = window.page
    QTest.keyClick(page.table, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    window.settle()
    assert page.month == (2026, 3)
    assert not page.head.settle.isEnabled()
    assert "2026-03-31" in page.head.settle.toolTip()
    assert page.hint.text() == "未过完，暂不能结算，数据截至 03-05 08:00"
    go_to(ctx, "2026-03-31 18:00:00")
    page.refresh()
    window.settle()
    assert page.head.settle.isEnabled()


def test_every_question_names_its_place():
    from opsdesk import catalog
    from opsdesk.ui.pages.month_questions import DOORS

    slugs = {"correction", "leave", "overtime", "holiday_consent", "staff", "roster", "calendar", "contract"}
    assert {slug: DOORS[slug] for slug in slugs} == {slug: catalog.by_slug(slug).title for slug in slugs}


def test_what_no_line_counts_is_said(ctx):
    with ctx.read() as connection:
        month = settlement.read(connection, ctx.regulations, 2026, 2, ctx.now())
    strong = next(each for each in month.people if each.person.staff_no == "1001")
    assert month_apart.sentences(ctx.regulations, strong) == []
    free = replace(strong.days[0].terms, penalties="T3")
    days = [replace(each, terms=free) if each.day == date(2026, 2, 3) else each for each in strong.days]
    apart = replace(strong, days=tuple(days))
    assert month_apart.sentences(ctx.regulations, apart) == ["02-03 迟到 26 分：当日考勤罚则不适用，不计入扣减。"]
    twice = replace(strong, settled=replace(strong.settled, lines=strong.settled.lines * 2))
    assert "分段结算" in month_apart.sentences(ctx.regulations, twice)[0]


def test_filters_narrow_and_say_how_to_widen(window):
    page = window.page
    page.charged_box.setChecked(True)
    assert page.table.records.rowCount() == 4
    page.vendor_box.setCurrentIndex(2)
    assert page.table.records.rowCount() == 0
    assert page.table.list_state.sentence() == "没有找到符合条件的记录。"
    assert page.totals.isHidden()
    page._widen()
    assert page.table.records.rowCount() == 8
    page.find_field.setText("mmtalj")
    assert [row_of(window, "1005").values["name"]] == ["买买提·艾力江"]
    assert page.table.records.rowCount() == 1


def test_a_small_window_keeps_people_in_sight_and_nothing_lies_on_anything(window):
    page = window.page
    assert page.questions.table.isVisible()
    window.resize(680, 430)
    window.settle()
    assert page.questions.table.isHidden()
    assert page.questions.fold_button.text() == "展开"
    bar = (page.before, page.month_label, page.after, page.vendor_box, page.find_field, page.charged_box)
    places = [each.geometry() for each in (*bar, page.head.check, page.head.export)]
    assert all(one.right() < other.left() for one, other in pairwise(places))
    assert places[-1].right() <= page._bar.width()
    assert page.head.check.text() == ""
    assert page.head.check.accessibleName() == "对照报表"
    row = page.table.rowHeight(0)
    assert page.table.viewport().height() >= 3 * row
    assert page.table.viewport().height() % row == 0, "no row is cut in half"
    show(window, "1001")
    shown = {column.key for n, column in enumerate(month_rows.COLUMNS) if not page.table.isColumnHidden(n)}
    assert {"name", "total", "state"} <= shown
    assert page.panel.geometry().right() <= page.panel.parentWidget().width()
    press(window, page.questions.fold_button)
    assert page.questions.table.isVisible(), "what is chosen by hand stays"
    window.resize(1182, 672)
    window.settle()
    assert page.head.check.text() == "对照报表"
    assert page.questions.table.isVisible()


def test_the_folder_for_the_workbooks_is_there_before_it_is_asked_for(window, ctx, monkeypatch):
    starts = []
    monkeypatch.setattr(
        "opsdesk.ui.pages.month_head.QFileDialog.getExistingDirectory",
        lambda _parent, _title, start: starts.append(Path(start).is_dir()) or "",
    )
    assert not (ctx.home / "exports").exists()
    press(window, window.page.head.export)
    assert starts == [True]


def test_a_month_without_people_says_what_to_do_first(window):
    window.page.go_to(2025, 11)
    window.settle()
    assert "2025-11 没有应到岗的人员" in window.page.table.list_state.sentence()
    assert not window.page.head.settle.isEnabled()
    assert not window.page.head.print.isEnabled()


def test_the_paper_of_the_vendor_chosen_is_previewed(window):
    page = window.page
    press(window, page.head.print)
    assert [each.number for each in window.papers[-1]] == ["KQ-202602-V1", "KQ-202602-V2"]
    page.vendor_box.setCurrentIndex(2)
    QTest.keyClick(page.table, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    window.settle()
    assert [each.number for each in window.papers[-1]] == ["KQ-202602-V2"]


def test_the_export_writes_a_workbook_for_each_vendor_and_records_it(window, ctx, tmp_path):
    folder = tmp_path / "导出"
    window.page.head.export_to(folder)
    window.settle()
    files = sorted(folder.iterdir())
    assert [each.name for each in files] == ["考勤结算-华信-2026-02.xlsx", "考勤结算-恒通-2026-02.xlsx"]
    texts = [
        {str(cell) for sheet in openpyxl.load_workbook(each) for row in sheet.values for cell in row if cell}
        for each in files
    ]
    assert any("王强" in text for text in texts[0])
    assert not any("王强" in text for text in texts[1])
    assert any("已导出 2 家单位的考勤结算" in sentence for sentence in window.notices.sentences())
    with ctx.read() as connection:
        kept = connection.exec_driver_sql("SELECT number, format FROM printed_paper ORDER BY number").all()
    assert [tuple(each) for each in kept] == [("KQ-202602-V1", "xlsx"), ("KQ-202602-V2", "xlsx")]


def test_who_may_not_decide_sees_why(open_page, ctx):
    service.book(ctx, 2026, 2)
    window = open_page(ctx.acting_as(Actor("看看", Role.READER)))
    head = window.page.head
    assert not head.confirm.isEnabled()
    assert "主管" in head.confirm.toolTip()
    assert not head.check.isEnabled()
    panel = show(window, "1001")
    line = card(panel, "count_fine")
    assert not line.waive.isEnabled()
    assert "主管" in line.waive.toolTip()
    assert not panel.confirm_all.isEnabled()


def test_a_report_that_cannot_be_read_is_told_in_place_and_the_month_comes_back(window, tmp_path):
    page = window.page
    press(window, page.head.check)
    assert page.check.isVisible()
    assert page.head.isHidden()
    strange = tmp_path / "通讯录.csv"
    strange.write_text("甲,乙\n1,2\n", encoding="utf-8")
    page.check.take_file(strange)
    window.settle()
    assert page.check.said.text().endswith("。")
    assert not page.check.paper.isEnabled()
    QTest.keyClick(page.check.table, Qt.Key.Key_Escape)
    assert page.table.isVisible()
    assert page.head.isVisible()


def test_a_report_is_compared_in_the_page_and_its_differences_go_to_paper(window, tmp_path):
    book = openpyxl.Workbook()
    for row in (
        ["每日统计表 统计日期：2026-02-03 至 2026-02-03"],
        ["报表生成时间"],
        ["姓名", "工号", "日期", "上班1打卡时间", "下班1打卡时间", "迟到次数", "迟到时长"],
        ["王强", "1001", "2026-02-03", "08:20", "17:31", 0, 0],
        ["李敏", "1002", "2026-02-03", "08:20", "17:31", 0, 0],
    ):
        book.active.append(row)
    book.save(tmp_path / "钉钉日报.xlsx")
    check = window.page.check
    window.page.open_check()
    check.take_file(tmp_path / "钉钉日报.xlsx")
    window.settle()
    assert "钉钉" in check.said.text()
    assert check.said.text().startswith("“钉钉日报.xlsx”：钉钉")
    found = [check.table.records.row_at(n).values for n in range(check.table.records.rowCount())]
    late = [each for each in found if (each["name"], each["day"]) == ("王强", date(2026, 2, 3))]
    assert any("26 分" in each["sentence"] for each in late)
    assert not any("王强" in each["sentence"] or "2026-02-03" in each["sentence"] for each in late)
    assert not any((each["name"], each["day"]) == ("李敏", date(2026, 2, 3)) for each in found)
    check.find_field.setText("1001")
    assert {check.table.records.row_at(n).values["name"] for n in range(check.table.records.rowCount())} == {"王强"}
    assert check.counted.text() == f"符合条件 {len(late)} 处，共 {len(found)} 处"
    check.find_field.setText("张三")
    assert check.table.list_state.sentence() == "没有找到符合条件的记录。"
    check.find_field.clear()
    press(window, check.paper)
    assert window.papers[-1].number.startswith("DZ-202602")
    strange = tmp_path / "通讯录.csv"
    strange.write_text("甲,乙\n1,2\n", encoding="utf-8")
    check.take_file(strange)
    window.settle()
    assert "通讯录.csv" in check.said.text()
    assert check.table.records.rowCount() == 0, "the list of another file is no answer"
    assert check.result is None
    assert not check.paper.isEnabled()
    assert check.find_field.isHidden()


def test_a_cancelled_export_tells_what_was_written(window, ctx, tmp_path):
    vendors = list(month_rows.vendors(window.page.standing.month.people))
    assert month_export.export_vendors(ctx, 2026, 2, vendors, tmp_path / "a", lambda _done, _all: False) is None
    one = month_export.export_vendors(ctx, 2026, 2, vendors, tmp_path / "b", lambda done, _all: done < 1)
    assert len(list((tmp_path / "b").iterdir())) == 1
    month_export.tell(window.notices, one, tmp_path / "b")
    assert "已导出 1 家单位的考勤结算，还有 1 家没有导出" in window.notices.sentences()[-1]


def test_what_cannot_be_read_is_told_and_read_again(window, ctx):
    page = window.page
    with closing(sqlite3.connect(bootstrap.database(ctx.home))) as damaged:
        damaged.execute("ALTER TABLE settlement RENAME TO away")
        page.refresh()
        window.settle()
        assert page.table.list_state.sentence().endswith("。")
        assert not page.table.list_state.loading
        assert page.questions.isHidden()
        damaged.execute("ALTER TABLE away RENAME TO settlement")
    page.table.reload()
    assert page.table.list_state.loading
    window.settle()
    assert page.table.records.rowCount() == 8
    assert page.questions.isVisible()


def test_another_month_shows_a_skeleton_and_nothing_of_the_last(window):
    page = window.page
    page.go_to(2026, 3)
    assert page.table.list_state.loading
    assert page.head.state() == ""
    assert page.questions.isHidden()
    assert not page.head.settle.isEnabled()
    window.settle()
    assert row_of(window, "1001").values["awol"] == "3"
