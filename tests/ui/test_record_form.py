from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest
from PySide6.QtCore import QDate, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QInputMethodEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QCalendarWidget, QLabel, QLineEdit

from opsdesk.register import Field, Kind
from opsdesk.services.errors import Refusal
from opsdesk.ui.kit import look
from opsdesk.ui.kit.editors import reads
from opsdesk.ui.kit.filter_bar import FilterBar
from opsdesk.ui.kit.moment_editors import DateEditor
from opsdesk.ui.kit.notices import Confirmation
from opsdesk.ui.kit.record_form import RecordForm
from opsdesk.ui.kit.typed import read_day, read_integer, read_time

TODAY = date(2026, 3, 5)
FIELDS = (
    Field("name", "姓名", required=True, group="基本信息"),
    Field("number", "工号", Kind.CODE, required=True, group="基本信息", help="与工牌一致。"),
    Field("vendor", "外包单位", Kind.CHOICE, group="基本信息"),
    Field("posts", "岗位数", Kind.INTEGER, group="在场"),
    Field("since", "到场日期", Kind.DATE, group="在场"),
    Field("at", "签到", Kind.TIME, group="在场"),
    Field("seen", "发现时间", Kind.MOMENT, group="在场"),
    Field("high", "高处证", Kind.FLAG, group="在场"),
    Field("note", "备注", Kind.LONG_TEXT, group="在场"),
    Field("kept", "编号", read_only=True),
)
VALUES: dict[str, Any] = {
    "name": "𠅤𬭎王",
    "number": "007",
    "vendor": 2,
    "posts": 12,
    "since": TODAY,
    "at": time(8, 27),
    "seen": datetime.combine(TODAY, time(23, 59)),
    "high": True,
    "note": "第一行\n第二行",
    "kept": "DG-20260305",
}


def form_of(qtbot) -> RecordForm:
    form = RecordForm(FIELDS, lambda: TODAY)
    form.set_options("vendor", [(1, "华信系统"), (2, "中科软件"), (3, "恒通网络")])
    qtbot.addWidget(form)
    form.resize(420, 900)
    form.show()
    form.activateWindow()
    qtbot.waitUntil(form.isActiveWindow)
    return form


def test_a_moment_keeps_the_seconds_that_are_not_shown_until_its_minute_is_changed(qtbot) -> None:
    form, given = form_of(qtbot), datetime(2026, 3, 5, 8, 6, 30)
    form.set_values({**VALUES, "seen": given})
    editor = form.rows["seen"].editor
    editor.time.line.editingFinished.emit()
    assert form.values()["seen"] == given
    assert not form.dirty
    editor.time.set_value(time(8, 7))
    assert form.values()["seen"] == datetime(2026, 3, 5, 8, 7)
    editor.time.set_value(time(8, 6))
    assert form.values()["seen"] == given
    form.set_values({**VALUES, "seen": None})
    assert form.values()["seen"] is None


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-3-5", TODAY), ("20260305", TODAY), ("3-5", TODAY), ("3月5日", TODAY), ("2026/03/05", TODAY),
        ("2026.3.5", TODAY), ("2026年3月5日", TODAY), ("26-3-5", TODAY), ("2026-03-05 周四", TODAY),
        ("２０２６－３－５", TODAY), ("今天", TODAY), ("昨天", date(2026, 3, 4)), ("2-29", None),
        ("2024-2-29", date(2024, 2, 29)),
        ("2026-02-29", None), ("2026-13-01", None), ("三月", None), ("305", None), ("0-1", None),
    ],
)  # fmt: skip
def test_days_are_read_as_people_type_them(typed: str, day: date | None) -> None:
    if day is None:
        assert not reads(lambda text: read_day(text, TODAY), typed)
    else:
        assert read_day(typed, TODAY) == day


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("8:27", time(8, 27)), ("0827", time(8, 27)), ("827", time(8, 27)), ("8：27", time(8, 27)),
        ("8点27分", time(8, 27)),
        ("8点", time(8)), ("23:59", time(23, 59)), ("0:00", time(0)), ("24:00", None), ("8:60", None), ("8", None),
        ("早上", None),
    ],
)  # fmt: skip
def test_times_are_read_as_people_type_them(typed: str, at: time | None) -> None:
    if at is None:
        assert not reads(read_time, typed)
    else:
        assert read_time(typed) == at


def test_nothing_typed_is_nothing() -> None:
    assert (read_day(" ", TODAY), read_time("　"), read_integer("")) == (None, None, None)
    assert (read_integer("１２"), read_integer("-3"), read_integer("1,200")) == (12, -3, 1200)
    assert not reads(read_integer, "12.5")


def test_every_kind_gives_back_what_was_set(qtbot) -> None:
    form = form_of(qtbot)
    form.set_values(VALUES)
    assert form.values() == VALUES
    assert not form.dirty
    form.set_values({})
    assert form.values() == {
        "name": "", "number": "", "vendor": None, "posts": None, "since": None, "at": None, "seen": None, "high": False,
        "note": "", "kept": "",
    }  # fmt: skip
    assert not form.dirty


def test_it_stands_in_the_order_of_the_paper_for_tab(qtbot) -> None:
    form = form_of(qtbot)
    form.focus_first()
    passed = []
    for _ in range(10):
        focus = QApplication.focusWidget()
        assert focus is not None
        passed += [key for key, row in form.rows.items() if row.isAncestorOf(focus)]
        qtbot.keyClick(focus, Qt.Key.Key_Tab)
    assert passed == ["name", "number", "vendor", "posts", "since", "at", "seen", "seen", "high", "note"]


def test_a_form_begun_for_the_user_starts_at_what_is_missing(qtbot) -> None:
    form = form_of(qtbot)
    form.set_values({"name": "王强"})
    form.focus_first(missing=True)
    assert form.rows["number"].editor.input.hasFocus()
    form.set_values({"name": "王强", "number": "007"})
    form.focus_first(missing=True)
    assert form.rows["name"].editor.input.hasFocus()


def test_no_heading_stands_above_fields_that_are_all_hidden(qtbot) -> None:
    form = RecordForm((Field("name", "姓名", group="报告"), Field("sent", "提交时间", read_only=True, group="提交")))
    qtbot.addWidget(form)
    headings = {label.text(): label for label in form.findChildren(QLabel) if label.property("class") == "heading"}
    form.hide_unwritten()
    assert [text for text, label in headings.items() if not label.isHidden()] == ["报告"]
    form.set_values({"sent": "17:30"})
    form.hide_unwritten()
    assert [text for text, label in headings.items() if not label.isHidden()] == ["报告", "提交"]


def test_dirty_only_while_something_differs(qtbot) -> None:
    form, changes = form_of(qtbot), []
    form.set_values(VALUES)
    form.changed.connect(lambda: changes.append(1))
    line = form.rows["name"].editor.input
    qtbot.keyClicks(line, "x")
    assert form.dirty
    assert changes
    qtbot.keyClick(line, Qt.Key.Key_Backspace)
    form.rows["name"].editor.set_value(VALUES["name"])
    assert not form.dirty
    form.rows["since"].editor.set_value("2026-13-45")
    assert form.dirty


def test_what_is_missing_or_unreadable_is_said_beside_the_field(qtbot) -> None:
    form = form_of(qtbot)
    form.set_values({"name": "王强"})
    form.rows["since"].editor.set_value("2026-13-45")
    form.rows["posts"].editor.set_value("很多")
    form.rows["vendor"].editor.box.setEditText("没有这家")
    form.rows["seen"].editor.day.set_value(TODAY)
    assert not form.check()
    assert set(form.errors()) == {"number", "vendor", "posts", "since", "seen"}
    assert form.errors()["number"] == "请填写“工号”。"
    row = form.rows["number"]
    assert row._message.isVisible()
    assert row.editor.input.property("wrong") is True
    assert row.editor.input.hasFocus()
    qtbot.keyClicks(row.editor.input, "9")
    assert "number" not in form.errors()
    assert row._message.text() == "与工牌一致。"
    assert form.rows["since"].editor.line.text() == "2026-13-45"


def test_a_refusal_stands_beside_its_field_and_nothing_typed_is_lost(qtbot) -> None:
    form = form_of(qtbot)
    form.set_values({})
    for key in ("name", "number", "vendor", "since", "note"):
        form.rows[key].editor.set_value(VALUES[key])
    before = form.values()
    assert form.show_refusal(Refusal("工号 007 已经属于李静。", field="number"))
    assert form.errors() == {"number": "工号 007 已经属于李静。"}
    assert form.values() == before
    assert form.dirty
    assert not form.show_refusal(Refusal("本日已日结。", field="day"))


def test_ctrl_s_saves_and_esc_asks_only_when_something_would_be_lost(qtbot) -> None:
    form, told, asked = form_of(qtbot), [], []
    form.save_requested.connect(lambda: told.append("save"))
    form.close_requested.connect(lambda: told.append("close"))
    form.set_values(VALUES)
    line = form.rows["name"].editor.input
    line.setFocus()
    qtbot.keyClick(line, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert told == ["save", "close"]

    def answer(accept: bool) -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, Confirmation)
        asked.append(accept)
        (dialog.action if accept else dialog.refuse).click()

    qtbot.keyClicks(line, "x")
    for accept in (False, True):
        form.activateWindow()
        qtbot.waitUntil(form.isActiveWindow)
        line.setFocus()
        QTimer.singleShot(0, lambda accept=accept: answer(accept))
        qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert asked == [False, True]
    assert told == ["save", "close", "close"]


def test_what_was_typed_while_saving_is_still_unsaved(qtbot) -> None:
    form = form_of(qtbot)
    form.set_values(VALUES)
    form.rows["note"].editor.set_value("改过")
    sent = form.written()
    form.rows["name"].editor.set_value("又改")
    form.accept(sent)
    assert form.dirty
    form.rows["name"].editor.set_value(VALUES["name"])
    assert not form.dirty


def test_read_only_shows_and_takes_nothing(qtbot) -> None:
    form = form_of(qtbot)
    form.set_values(VALUES)
    form.set_read_only(True)
    for key in ("name", "note"):
        ground = form.rows[key].editor.input.grab().toImage()
        at = QPoint(ground.width() - 12, ground.height() - 6)
        assert ground.pixelColor(at).name() == look.colours().sunken, f"{key} looks as if it could be written"
    for row in form.rows.values():
        qtbot.keyClicks(row.editor.input, "7")
        qtbot.keyClick(row.editor.input, Qt.Key.Key_Space)
    assert form.values() == VALUES
    form.set_read_only(False)
    assert form.rows["kept"].editor.line.isReadOnly()
    assert not form.rows["name"].editor.line.isReadOnly()


def test_no_line_has_a_limit_that_would_cut_and_too_long_is_said(qtbot) -> None:
    form = form_of(qtbot)
    assert {line.maxLength() for line in form.findChildren(QLineEdit)} == {32767}
    form.set_values({"number": "1", "name": "𠮷" * 16_382})
    assert form.check()
    assert form.values()["name"] == "𠮷" * 16_382
    form.rows["name"].editor.set_value("𠮷" * 20_000)
    assert not form.check()
    assert "太长" in form.errors()["name"]


def compose(line, preedit: str, commit: str = "") -> None:
    event = QInputMethodEvent(preedit, [])
    event.setCommitString(commit)
    QApplication.sendEvent(line, event)


def test_text_being_composed_is_neither_a_change_nor_a_question(qtbot) -> None:
    form, changes = form_of(qtbot), []
    form.changed.connect(lambda: changes.append(1))
    line = form.rows["name"].editor.input
    line.setFocus()
    compose(line, "wang")
    assert changes == []
    assert not form.dirty
    compose(line, "", "王")
    assert form.values()["name"] == "王"

    bar, asked = FilterBar(), []
    qtbot.addWidget(bar)
    bar.show()
    bar.activateWindow()
    bar.changed.connect(asked.append)
    bar.find_field.setFocus()
    compose(bar.find_field, "wang")
    qtbot.wait(160)
    assert asked == []
    compose(bar.find_field, "", "王")
    qtbot.waitUntil(lambda: [query.text for query in asked] == ["王"])


def test_a_choice_is_found_by_typing_a_part_and_not_changed_by_the_wheel(qtbot) -> None:
    form = form_of(qtbot)
    box = form.rows["vendor"].editor.box
    box.setEditText("恒通网络")
    assert form.values()["vendor"] == 3
    completer = box.completer()
    completer.setCompletionPrefix("软件")
    assert completer.completionCount() == 1
    wheel = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPointF(0, -120).toPoint(), QPointF(0, -120).toPoint(),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(box, wheel)
    assert form.values()["vendor"] == 3
    form.rows["vendor"].editor.set_value(9)
    assert form.values()["vendor"] == 9  # what is kept but no longer offered is not lost


def test_a_choice_is_found_by_number_and_initials_and_settles_to_its_label(qtbot) -> None:
    form = RecordForm((Field("who", "姓名", Kind.CHOICE), Field("next", "下一栏")))
    qtbot.addWidget(form)
    form.set_options("who", [(1, "ls001 王强（华信）"), (2, "ls002 李敏（华信）"), (3, "事假"), (4, "丧假")])
    form.show()
    form.activateWindow()
    QApplication.processEvents()
    editor = form.rows["who"].editor
    for typed, value in (("ls001", 1), ("LM", 2), ("wq", 1), ("事", 3)):
        editor.set_value(None)
        editor.box.setFocus()
        line = editor.box.lineEdit()
        line.selectAll()
        qtbot.keyClicks(line, typed) if typed.isascii() else line.setText(typed)
        assert editor.value() == value
        QApplication.processEvents()
        qtbot.keyClick(QApplication.activePopupWidget() or line, Qt.Key.Key_Tab)
        QApplication.processEvents()
        assert line.text() == dict(editor_options(editor))[value], "it settles when the field is left"
        assert editor.problem() == ""
    editor.box.setEditText("sj")
    assert form.check() is False, "事假 or 丧假"
    assert form.errors() == {"who": "请从列表中选择一项。"}
    editor.box.setEditText("李")
    assert form.check()
    assert editor.box.currentText() == "ls002 李敏（华信）", "Ctrl+S leaves no field"


def editor_options(editor) -> list[tuple[object, str]]:
    return [(editor.box.itemData(n), editor.box.itemText(n)) for n in range(editor.box.count())]


def test_the_first_letter_typed_over_a_choice_is_not_swallowed(qtbot) -> None:
    form = RecordForm((Field("source", "报告方式", Kind.CHOICE),))
    qtbot.addWidget(form)
    form.set_options("source", [(1, "电话"), (2, "系统"), (3, "当面")])
    form.set_values({"source": 1})
    form.show()
    editor = form.rows["source"].editor
    line = editor.box.lineEdit()
    editor.box.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, "xt")
    assert line.text() == "xt"
    assert editor.box.completer().completionCount() == 1
    assert editor.value() == 2
    editor.settle()
    assert line.text() == "系统"


def test_what_can_only_be_read_is_as_high_as_its_text(qtbot) -> None:
    form = RecordForm(
        (Field("course", "办理情况", Kind.LONG_TEXT, read_only=True), Field("note", "备注", Kind.LONG_TEXT))
    )
    qtbot.addWidget(form)
    form.resize(380, 600)
    form.show()
    course, note = (form.rows[key].editor.text for key in ("course", "note"))
    heights = []
    for lines in (1, 4, 12):
        form.set_values({"course": "\n".join(["还没有盖章。"] * lines), "note": "字\n" * 12})
        QApplication.processEvents()
        heights.append(course.height())
        assert course.verticalScrollBar().maximum() == 0
        assert not course.verticalScrollBar().isVisible()
    assert heights[0] < heights[1] < heights[2]
    form.set_values({"course": "同意前不计为请假，按旷工处理。" * 6})
    QApplication.processEvents()
    wide = course.height()
    form.resize(280, 600)
    QApplication.processEvents()
    assert course.height() > wide, "more lines in less width"
    assert note.height() == look.px(96)


def test_an_hour_alone_is_one_of_today_and_a_day_alone_still_asks(qtbot) -> None:
    fields = (Field("seen", "发现时间", Kind.MOMENT, required=True), Field("at", "签到", Kind.TIME))
    form = RecordForm(fields, lambda: TODAY)
    qtbot.addWidget(form)
    form.show()
    form.activateWindow()
    qtbot.waitUntil(form.isActiveWindow)
    editor = form.rows["seen"].editor
    editor.time.line.setFocus()
    qtbot.keyClicks(editor.time.line, "1600")
    assert editor.problem() == ""
    assert form.values()["seen"] == datetime.combine(TODAY, time(16))
    qtbot.keyClick(editor.time.line, Qt.Key.Key_Tab)
    assert (editor.day.line.text(), editor.time.line.text()) == ("2026-03-05 周四", "16:00")
    editor.set_value(None)
    editor.time.line.setText("1600")
    assert form.check()
    assert editor.day.line.text() == "2026-03-05 周四", "Ctrl+S leaves no field"
    editor.set_value(None)
    editor.day.line.setText("3-4")
    assert form.check() is False
    assert form.errors() == {"seen": "还要填写时间。"}
    editor.day.line.setText("3-40")
    editor.time.line.setText("1600")
    assert form.values()["seen"] is None, "a day that cannot be read is not today"


def test_the_calendar_opens_at_the_day_and_takes_a_click(qtbot) -> None:
    editor = DateEditor(lambda: TODAY)
    qtbot.addWidget(editor)
    editor.show()
    popup = editor.open_calendar()
    calendar = popup.findChild(QCalendarWidget)
    assert calendar.selectedDate() == QDate(2026, 3, 5)
    calendar.clicked.emit(QDate(2026, 3, 9))
    assert editor.value() == date(2026, 3, 9)
    assert editor.line.text() == "2026-03-09 周一"
    editor.line.setText("3-10")
    editor.line.editingFinished.emit()
    assert editor.line.text() == "2026-03-10 周二"
