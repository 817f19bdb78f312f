"""Rail, top bar, tabs, kiosk, and the picture of it all."""

import a_site
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from opsdesk.models import Correction
from opsdesk.register import Tone
from opsdesk.registers.visit.documents import evacuation
from opsdesk.rules.vocabulary import Role
from opsdesk.ui.kit import look
from opsdesk.ui.pages.sign_in import SignInPage
from opsdesk.ui.shell import app, preferences
from opsdesk.ui.shell.preferences import Preferences


def test_ctrl_and_a_figure_open_the_sections_in_their_order(desk) -> None:
    frame = desk.window.frame
    keys = [section.key for section in frame.sections]
    assert keys == [
        "sign_in", "incident", "room", "appraisal", "month", "close", "leave", "upkeep", "asset", "people", "law",
        "settings",
    ]  # fmt: skip
    for number, key in enumerate(keys[:9], 1):
        desk.ctrl(Qt.Key(Qt.Key.Key_0 + number))
        assert frame.stack.currentWidget() is frame.pages[key]
        assert frame.rail.buttons[key].isChecked()


def test_where_one_page_led_into_another_one_key_leads_back(desk) -> None:
    frame = desk.window.frame
    page = frame.open("appraisal", "appraisal")
    desk.settle()
    assert frame.bar.back.isHidden()
    page.clause_asked.emit("T2-ATT-07", page._ctx.today())
    desk.settle()
    assert frame.current.section.key == "law"
    assert frame.bar.back.text() == "返回考核评分"
    frame.show_page("incident")
    assert frame.bar.back.text() == "返回规章"
    desk.ctrl(Qt.Key.Key_BracketLeft)
    assert frame.current.section.key == "law"
    desk.click(frame.bar.back)
    assert (frame.current.section.key, frame.current.current) == ("appraisal", page)
    assert frame.bar.back.isHidden()
    desk.ctrl(Qt.Key.Key_BracketLeft)
    assert frame.current.current is page, "where nothing led here, nothing leads back"
    frame.show_page("visit")
    desk.ctrl(Qt.Key.Key_1)
    assert frame.bar.back.isHidden(), "whoever goes on by himself does not come from there"


def test_a_tab_is_made_when_it_is_first_looked_at_and_kept(desk) -> None:
    frame = desk.window.frame
    assert [len(list(page.pages())) for page in frame.pages.values()] == [1, *(0,) * 11]
    frame.open("people")
    staff = frame.pages["people"].current
    desk.ctrl(Qt.Key.Key_PageDown)
    assert frame.pages["people"].current_key == "stand_by"
    desk.ctrl(Qt.Key.Key_PageUp)
    assert frame.pages["people"].current is staff
    assert len(list(frame.pages["people"].pages())) == 2


def test_a_warning_stays_under_a_paper_and_leaves_with_its_page(desk, site) -> None:
    frame, notices = desk.window.frame, desk.window.notices
    frame.open("people", "staff")
    desk.settle()
    notices.show("请先选一个人。", Tone.WARNING)
    frame.open("people", "staff")
    frame.open_paper(evacuation(site))
    frame.preview.leave()
    desk.settle()
    assert notices.sentences() == ["请先选一个人。"]
    desk.ctrl(Qt.Key.Key_PageDown)
    assert notices.sentences() == []
    notices.show("请先选一个人。", Tone.WARNING)
    desk.ctrl(Qt.Key.Key_1)
    assert notices.sentences() == []


def test_the_keys_belong_to_the_page_again_once_a_pressed_notice_has_gone(desk, site) -> None:
    frame, notices = desk.window.frame, desk.window.notices
    page = frame.current.current.page

    def press_one(tone: Tone = Tone.INFORMATION) -> None:
        notices.show("补签单已填。", tone, [("认可并生效", lambda: None)])
        desk.click(notices.shown[-1].buttons[0])
        assert notices.shown[-1].buttons[0].hasFocus()

    press_one()
    notices.shown[-1].gone.emit()  # decided
    assert page.desk_field.field.hasFocus()
    desk.type("1001")
    assert page.desk_field._headline.text().startswith("王强")
    frame.open("people", "staff")
    desk.settle()
    press_one()
    notices.clear()
    assert frame.current.current.page.filters.find_field.hasFocus()
    frame.open_paper(evacuation(site))
    desk.settle()
    press_one()
    notices.clear()
    assert frame.preview.view.hasFocus()
    desk.window.lock()
    desk.settle()
    press_one(Tone.BROKEN)
    notices.clear()
    assert desk.window.log_in.form.line("password").hasFocus()


def test_whoever_writes_elsewhere_keeps_the_cursor_when_a_notice_goes(desk) -> None:
    notices, finder = desk.window.notices, desk.window.frame.bar.finder
    finder.setFocus()
    notices.show("已备份。", Tone.FINE, [("打开文件夹", lambda: None)])
    notices.shown[-1].gone.emit()
    assert finder.hasFocus()


def test_every_tab_shows_its_page_without_a_fault(desk) -> None:
    frame = desk.window.frame
    for section in frame.sections:
        for tab in section.tabs:
            frame.open(section.key, tab.key)
            desk.settle()
            assert frame.pages[section.key].current.isVisible()
    assert desk.window.notices.sentences() == []


def test_ctrl_k_finds_a_person_in_the_list_of_staff(desk) -> None:
    desk.ctrl(Qt.Key.Key_K)
    desk.type("mmt")
    page = desk.window.frame.pages["people"].current.page
    desk.settle()
    assert desk.window.frame.current.current_key == "staff"
    assert page.filters.find_field.text() == "mmt"
    assert page.table.records.rowCount() == 1
    assert page.table.records.line(0)[1][1] == "买买提·艾力江"


def test_the_top_bar_tells_site_day_minute_and_person(desk) -> None:
    bar = desk.window.frame.bar
    assert bar.site.text() == "示例市信息中心"
    assert (bar.day.text(), bar.kind.word(), bar.clock.text()) == ("2026-03-05 周四", "工作日", "08:00")
    desk.window.clock.advance(minutes=1)
    bar.show_time()
    assert bar.clock.text() == "08:01"
    desk.window.clock.advance(days=31, hours=8)
    bar.show_time()
    desk.settle()
    assert (bar.day.text(), bar.kind.word()) == ("2026-04-05 周日", "清明节")
    desk.window.clock.advance(days=300)
    bar.show_time()
    desk.settle()
    assert bar.kind.toolTip().startswith("2027 年放假安排尚未导入")


def test_what_waits_is_counted_on_the_rail(desk, site, crew) -> None:
    button = desk.window.frame.rail.buttons["leave"]
    assert button.count == 0
    with site.transaction("补签") as tx:
        tx.insert(
            Correction,
            number="BQ-202603-001",
            staff_id=crew["1001"],
            day=a_site.NOW.date(),
            direction="到岗",
            actual_at=a_site.NOW,
            cause="忘签",
            explanation="已经到岗，忘了签。",
            witness="李敏",
            evidence="",
            state="待审批",
            decision_note="",
            filed_at=a_site.NOW,
            filed_by="主管",
        )
    desk.window.bus.announce({"correction"})
    desk.settle()
    QApplication.processEvents()
    desk.settle()
    assert button.count == 1
    assert button.accessibleDescription() == "1 项待处理"


def test_the_rail_folds_to_its_icons_and_stays_so(desk, site) -> None:
    rail = desk.window.frame.rail
    assert rail.width() == look.RAIL_WIDTH
    desk.click(rail.fold_button)
    assert rail.width() == look.RAIL_FOLDED
    assert rail.buttons["law"].text() == ""
    assert "规章" in rail.buttons["law"].toolTip()
    assert desk.window.close()
    assert preferences.load(site.home).rail_folded


def test_unreadable_preferences_are_as_at_first(tmp_path) -> None:
    (tmp_path / preferences.FILE).write_text('{"width": "wide", "appearance": 7, "rail_folded": true', "utf-8")
    assert preferences.load(tmp_path) == Preferences()
    (tmp_path / preferences.FILE).write_text('{"width": "wide", "rail_folded": true, "unknown": 1}', "utf-8")
    assert preferences.load(tmp_path) == Preferences(rail_folded=True)


def test_closing_with_something_typed_asks_first(desk, monkeypatch) -> None:
    desk.window.frame.open("people")
    desk.settle()
    page = desk.window.frame.pages["people"].current.page
    page.new_record()
    desk.settle()
    page.panel.form.rows["name"].editor.set_value("打了一半的人")
    answers = []
    monkeypatch.setattr("opsdesk.ui.kit.record_form.confirm", lambda *_a, **_k: answers.append(1) or len(answers) > 1)
    assert not desk.window.close()
    assert desk.window.close()
    assert len(answers) == 2


def test_the_kiosk_is_not_left_without_a_password(desk, crew) -> None:
    window = desk.window
    desk.press(Qt.Key.Key_F11)
    assert window.in_kiosk
    assert window.kiosk._ctx.actor.role is Role.KIOSK
    assert window.isFullScreen()
    assert not window.close()
    assert window.in_kiosk
    assert window.kiosk.asking
    desk.settle()
    desk.type("不对的密码")
    assert window.in_kiosk
    assert "不对" in window.kiosk.question.form.rows["password"].error
    desk.press(Qt.Key.Key_Escape)
    assert not window.kiosk.asking
    desk.ctrl(Qt.Key.Key_4)
    assert window.in_kiosk
    window.lock()
    assert window.in_kiosk
    desk.click(window.kiosk.page.leave_button)
    assert window.kiosk.asking
    desk.type(a_site.PASSWORD)
    assert desk.screen is window.frame
    assert not window.isFullScreen()
    assert window.ctx.actor.name == "主管"


def test_a_question_for_the_password_gives_way_when_nobody_answers(desk, qtbot) -> None:
    desk.window.enter_kiosk()
    kiosk = desk.window.kiosk
    kiosk._patience.setInterval(10)
    kiosk.ask()
    assert kiosk.asking
    qtbot.waitUntil(lambda: not kiosk.asking)
    desk.settle()


def test_it_can_start_as_a_kiosk(open_window, site, crew) -> None:
    hands = open_window(site.home, site.clock, kiosk=True)
    assert hands.window.in_kiosk
    assert hands.window.frame is None
    assert not hands.window.close()
    hands.settle()
    hands.type(a_site.PASSWORD)
    assert isinstance(hands.window.frame.pages["sign_in"].current.page, SignInPage)


def test_the_look_follows_the_choice_and_is_kept(desk, site) -> None:
    desk.window.set_appearance("dark")
    assert look.colours().dark
    assert preferences.load(site.home).appearance == "dark"
    desk.window.set_appearance("light")
    assert not look.colours().dark


def test_the_picture_has_the_size_asked_for_and_shows_the_page(site, crew, tmp_path) -> None:
    links = _links(site)
    app.picture(site, tmp_path / "p" / "one.png", size=(1366, 768))
    app.picture(site, tmp_path / "law.png", size=(1200, 700), page="law", dark=True)
    one, law = QImage(str(tmp_path / "p" / "one.png")), QImage(str(tmp_path / "law.png"))
    assert (one.width(), one.height()) == (1366, 768)
    assert (law.width(), law.height()) == (1200, 700)
    assert one.pixelColor(4, 400).lightness() > 200 > law.pixelColor(4, 400).lightness()
    assert len({one.pixelColor(x, y).rgb() for x in range(200, 1366, 9) for y in range(60, 760, 5)}) > 20
    assert _links(site) == links
    app.look.apply(QApplication.instance(), dark=False)


def _links(ctx) -> int:
    from opsdesk.services import chain

    with ctx.read() as connection:
        return chain.count(connection)
