from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QKeyEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from opsdesk.register import Tone
from opsdesk.ui.kit import look
from opsdesk.ui.kit import notices as kit
from opsdesk.ui.kit.notices import Confirmation, Notices, confirm, exported, size_in_words
from opsdesk.ui.kit.parts import secondary_button


def bar(qtbot) -> Notices:
    window = QWidget()
    column = QVBoxLayout(window)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    page = QWidget()
    column.addWidget(page, 1)
    made = Notices()
    column.addWidget(made)
    made.window_kept, made.page = window, page
    window.resize(900, 400)
    qtbot.addWidget(window)
    window.show()
    return made


def test_it_takes_no_room_until_it_has_something_to_say(qtbot) -> None:
    notices = bar(qtbot)
    assert not notices.isVisible()
    notices.show("王强 08:27 签到，准时。", Tone.FINE)
    assert notices.isVisible()
    assert notices.sentences() == ["王强 08:27 签到，准时。"]
    notices.clear()
    assert not notices.isVisible()


def test_a_warning_leaves_with_its_page_and_what_is_broken_or_offers_something_stays(qtbot) -> None:
    notices = bar(qtbot)
    notices.show("还没有批准，不能借出。", Tone.WARNING)
    notices.show("磁盘已满，没有保存。", Tone.BROKEN)
    notices.show("上次的文字没有恢复。", Tone.WARNING, [("复制这些文字", lambda: None)])
    notices.leave_page()
    assert notices.sentences() == ["磁盘已满，没有保存。", "上次的文字没有恢复。"]


def test_what_is_fine_does_not_lie_over_the_next_page_for_long_but_an_undo_keeps_its_seconds(qtbot) -> None:
    notices = bar(qtbot)
    notices.show("已备份。", Tone.FINE, [("打开文件夹", lambda: None)])
    notices.show("已签到。", Tone.FINE, [("撤销", lambda: None)], seconds=20)
    notices.leave_page()
    assert [notice.left for notice in notices.shown] == [kit.SECONDS[Tone.FINE], 20]


def test_what_stays_while_nobody_is_at_the_desk_begins_to_count_with_the_first_page(qtbot) -> None:
    notices = bar(qtbot)
    notices.show("已恢复。", Tone.FINE, seconds=0)
    notices.show("数据和备份不符。", Tone.BROKEN, seconds=0)
    restored, broken = notices.shown
    assert not restored._timer.isActive()
    notices.leave_page()
    assert (restored._timer.isActive(), restored.left) == (True, kit.SECONDS[Tone.FINE])
    assert not broken._timer.isActive()


def test_they_float_over_the_lower_edge_the_newest_on_top_and_the_page_does_not_move(qtbot) -> None:
    notices = bar(qtbot)
    before = notices.page.geometry()
    notices.show("第一条。", Tone.WARNING)
    QApplication.processEvents()
    first = notices.shown[0].mapTo(notices.window_kept, QPoint(0, 0))
    notices.show("第二条。", Tone.WARNING)
    QApplication.processEvents()
    older, newer = (each.mapTo(notices.window_kept, QPoint(0, 0)) for each in notices.shown)
    assert older == first, "what stands there does not move when another comes"
    assert newer.y() < older.y()
    assert notices.page.geometry() == before
    place = notices.showing()
    assert place.bottom() < before.bottom()
    assert place.right() < before.right() - look.px(look.PANEL_WIDTH), "the buttons of a side panel stay in reach"
    notices.window_kept.resize(900, 500)
    QApplication.processEvents()
    assert notices.showing().top() == place.top() + 100
    notices.clear()
    assert notices.showing().isEmpty()


def test_they_follow_to_another_screen_and_hang_from_an_upper_edge(qtbot) -> None:
    notices = bar(qtbot)
    notices.show("还在。", Tone.WARNING)
    other = QWidget()
    qtbot.addWidget(other)
    other.resize(900, 400)
    column = QVBoxLayout(other)
    column.addWidget(notices)
    column.addWidget(QWidget(), 1)
    other.show()
    QApplication.processEvents()
    assert notices.shown[0].window() is other
    assert notices.shown[0].isVisible()
    assert 0 < notices.showing().top() < 40


def test_what_only_informs_leaves_even_with_buttons(qtbot) -> None:
    notices = bar(qtbot)
    notices.show("已保存：到岗记录.pdf。", Tone.FINE, [("打开文件", lambda: None)])
    notices.show("没有找到文件。", Tone.BROKEN, [("重试", lambda: None)])
    kept, broken = notices.shown
    assert kept.buttons[0].text() == "打开文件", "no countdown on it"
    for _ in range(kit.WITH_BUTTONS):
        assert kept in notices.shown
        kept._timer.timeout.emit()
    assert notices.shown == [broken]
    assert not broken._timer.isActive()


def test_fine_leaves_by_itself_and_broken_stays(qtbot) -> None:
    notices = bar(qtbot)
    notices.show("已保存。", Tone.FINE)
    notices.show("磁盘已满。", Tone.BROKEN)
    notices.show("迟到 42 分。", Tone.WARNING)
    for notice in tuple(notices.shown):
        for _ in range(kit.SECONDS[Tone.FINE]):
            notice._timer.timeout.emit()
            if notice not in notices.shown:
                break
        if notice.tone is not Tone.FINE:
            assert not notice._timer.isActive()
    assert "已保存。" not in notices.sentences()
    fine_only = bar(qtbot)
    fine_only.show("已保存。", Tone.FINE, seconds=1)
    qtbot.waitUntil(lambda: fine_only.sentences() == [], timeout=2500)


def test_undo_counts_down_works_once_and_leaves(qtbot) -> None:
    notices, undone = bar(qtbot), []
    notices.show("王强 09:12 签到。", Tone.WARNING, [("撤销", lambda: undone.append(1))], seconds=8)
    (notice,) = notices.shown
    assert notice.buttons[0].text() == "撤销（8）"
    notice._timer.timeout.emit()
    assert notice.buttons[0].text() == "撤销（7）"
    qtbot.mouseClick(notice.buttons[0], Qt.MouseButton.LeftButton)
    assert undone == [1]
    assert notices.sentences() == []


def test_when_the_seconds_are_over_undo_is_gone(qtbot) -> None:
    notices = bar(qtbot)
    notices.show("王强 09:12 签到。", Tone.WARNING, [("撤销", lambda: None)], seconds=2)
    (notice,) = notices.shown
    notice._timer.timeout.emit()
    assert notices.shown
    notice._timer.timeout.emit()
    assert notices.shown == []


def test_three_at_most_and_the_same_sentence_once(qtbot) -> None:
    notices = bar(qtbot)
    for word in ("一", "二", "三", "四", "三"):
        notices.show(f"{word}。", Tone.WARNING)
    assert notices.sentences() == ["二。", "四。", "三。"]


def test_what_people_typed_is_text_and_never_markup(qtbot) -> None:
    notices = bar(qtbot)
    notices.show("<b>张三</b><img src='/etc/passwd'>", Tone.WARNING)
    words = [w for w in notices.shown[0].findChildren(kit.label("").__class__) if w.text()]
    assert [w.textFormat() for w in words] == [Qt.TextFormat.PlainText] * len(words)
    assert words[0].text() == "<b>张三</b><img src='/etc/passwd'>"


def test_an_export_names_its_file_and_opens_file_and_folder(qtbot, tmp_path: Path) -> None:
    notices = bar(qtbot)
    file = tmp_path / "到岗记录 2026-03-05.pdf"
    file.write_bytes(b"x" * 23_456)
    exported(notices, [file])
    (notice,) = notices.shown
    assert notice.sentence == f"已保存：{file}（22.9 KB）。"
    assert [button.text() for button in notice.buttons] == ["打开文件", "打开所在文件夹"]
    opened: list[str] = []

    class Desktop(QWidget):
        @Slot(QUrl)
        def open(self, url: QUrl) -> None:
            opened.append(url.toLocalFile())

    desktop = Desktop()
    qtbot.addWidget(desktop)
    QDesktopServices.setUrlHandler("file", desktop, "open")
    try:
        for button in notice.buttons:
            button.click()
    finally:
        QDesktopServices.unsetUrlHandler("file")
    assert opened == [str(file), str(tmp_path)]
    assert notice in notices.shown


def test_an_export_without_a_file_is_never_called_a_success(qtbot, tmp_path: Path) -> None:
    notices = bar(qtbot)
    exported(notices, [tmp_path / "nowhere.xlsx"])
    (notice,) = notices.shown
    assert notice.tone is Tone.BROKEN
    assert "没有成功" in notice.sentence


def test_sizes_as_people_say_them() -> None:
    assert [size_in_words(n) for n in (0, 1023, 1024, 1024 * 1024 - 1, 1024 * 1024)] == [
        "0 字节", "1023 字节", "1.0 KB", "1024.0 KB", "1.0 MB",
    ]  # fmt: skip


def answered(qtbot, how: str) -> bool:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()

    def press() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, Confirmation)
        assert dialog.focusWidget() is dialog.refuse
        if how == "Esc":
            qtbot.keyClick(dialog, Qt.Key.Key_Escape)
        else:
            dialog.action.click()

    QTimer.singleShot(0, press)
    return confirm(parent, "作废", "作废以后不再出现。", "作废")


def test_only_the_action_itself_confirms(qtbot) -> None:
    assert answered(qtbot, "action") is True
    assert answered(qtbot, "Esc") is False


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_keys_press_the_button_that_has_the_focus(qtbot, key: Qt.Key) -> None:
    def answer(danger: bool, moves: int) -> int:
        parent = QWidget()
        qtbot.addWidget(parent)
        dialog = Confirmation(parent, "认可", "认可后计入到岗记录。", "认可", danger=danger)
        dialog.show()
        for _ in range(moves):
            qtbot.keyClick(dialog, Qt.Key.Key_Tab)
        assert dialog.action.property("class") == ("danger-fill" if danger else "primary")
        qtbot.keyClick(dialog.focusWidget(), key)
        return dialog.result()

    yes, no = Confirmation.DialogCode.Accepted, Confirmation.DialogCode.Rejected
    assert answer(danger=False, moves=0) == yes, "what signs is one stroke away"
    assert answer(danger=True, moves=0) == no
    assert answer(danger=True, moves=1) == yes


def test_a_key_held_down_presses_nothing_further(qtbot) -> None:
    pressed: list[int] = []
    button = secondary_button("作废")
    qtbot.addWidget(button)
    button.clicked.connect(lambda: pressed.append(1))
    for held in (False, True, True):
        stroke = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", held)
        QApplication.sendEvent(button, stroke)
    assert pressed == [1]


def test_enter_does_not_destroy_anything(qtbot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = Confirmation(parent, "作废", "作废以后不再出现。", "作废", danger=True)
    dialog.show()
    answers: list[int] = []
    dialog.finished.connect(answers.append)
    qtbot.keyClick(dialog.focusWidget() or dialog, Qt.Key.Key_Return)
    assert Confirmation.DialogCode.Accepted not in answers
