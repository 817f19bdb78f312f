"""From the month's page into the rest of the window: the law, the day, and the remedy of an open question."""

from datetime import date, datetime

import a_site
import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from opsdesk.registers.correction import service as correction
from opsdesk.registers.month import service
from opsdesk.rules.vocabulary import Direction
from opsdesk.services.open_questions import Question
from opsdesk.ui.pages.sign_in import SignInPage


@pytest.fixture
def desk(open_window, lived, tmp_path):
    """The supervisor before the month's page."""
    for ctx in a_site.opened_copy(lived, tmp_path):
        hands = open_window(ctx.home, ctx.clock)
        hands.window.sit_down(hands.window.ctx.acting_as(ctx.actor))
        hands.settle()
        hands.window.frame.open("month")
        settle(hands)
        yield hands


def settle(desk):
    for _ in range(3):
        desk.settle()
        QApplication.processEvents()


def page_of(desk):
    return desk.window.frame.pages["month"].current


def ask(desk, kind):
    """Press Enter on the first open question of a kind."""
    table = page_of(desk).questions.table
    place = next(n for n, each in enumerate(page_of(desk).questions.questions) if each.kind == kind)
    table.opened.emit(place)
    settle(desk)


def test_a_missing_sign_out_leads_to_a_slip_with_person_day_and_time(desk) -> None:
    ask(desk, "未签退")
    assert (desk.window.frame.current.section.key, desk.window.frame.current.current_key) == ("leave", "correction")
    form = desk.window.frame.current.current.panel.form
    values = form.values()
    assert (values["day"], values["direction"]) == (date(2026, 2, 25), "离岗")
    assert values["actual_at"] == datetime(2026, 2, 25, 17, 30)
    assert "吴琼" in form.rows["staff_id"].editor.box.currentText()
    assert not form.dirty


def test_an_absence_without_leave_leads_to_a_new_slip_of_leave(desk) -> None:
    ask(desk, "无假缺席")
    assert desk.window.frame.current.current_key == "leave"
    shown = desk.window.frame.current.current
    form = getattr(shown, "page", shown).panel.form
    assert (form.values()["first_day"], form.values()["first_part"]) == (date(2026, 2, 26), "全天")
    assert "李𬭎" in form.rows["staff_id"].editor.box.currentText()


def test_a_question_about_what_is_already_filed_leads_to_the_person_s_records(desk) -> None:
    question = Question("补签单", 1, "王强", "华信", date(2026, 2, 3), "王强的补签单还没有批。", "correction")
    page_of(desk).door_asked.emit(question, {})
    settle(desk)
    assert desk.window.frame.current.current.filters.find_field.text() == "王强"


def test_a_waiting_slip_is_opened_itself(desk) -> None:
    ctx = desk.window.ctx
    page = page_of(desk)
    who = next(each.person for each in page.standing.month.people if each.person.staff_no == "1004")
    slips = [
        correction.file(
            ctx,
            staff_id=who.id,
            day=date(2026, 2, day),
            direction=direction,
            actual_at=datetime(2026, 2, day, hour, 29),
            cause="忘签",
            explanation="到岗后直接去机房",
            witness="李敏",
        ).value
        for day, direction, hour in ((25, Direction.OUT, 17), (26, Direction.IN, 8))
    ]
    desk.window.bus.announce({"correction", "month"})
    settle(desk)
    question = next(each for each in page.questions.questions if each.kind == "补签单" and each.day.day == 26)
    page.door_asked.emit(question, {})
    settle(desk)
    shown = desk.window.frame.current.current
    assert shown.filters.find_field.text() == who.name
    assert shown.panel.record_id == slips[1]


def test_a_form_begun_for_somebody_else_is_not_left_without_asking(desk, monkeypatch) -> None:
    answers = []
    monkeypatch.setattr("opsdesk.ui.kit.record_form.confirm", lambda *_a, **_k: answers.append(1) or len(answers) > 1)
    ask(desk, "未签退")
    shown = desk.window.frame.current.current
    shown.panel.form.rows["witness"].editor.set_value("李敏")
    assert shown.panel.dirty
    question = Question("补签单", 1, "王强", "华信", date(2026, 2, 3), "王强的补签单还没有批。", "correction")
    page_of(desk).door_asked.emit(question, {})
    settle(desk)
    assert answers == [1]
    assert shown.panel.form.values()["witness"] == "李敏"
    assert shown.filters.find_field.text() == "吴琼", "the list stays with the person of the form"
    assert any("还没有保存" in each for each in desk.window.notices.sentences())
    page_of(desk).door_asked.emit(question, {})
    settle(desk)
    assert answers == [1, 1]
    assert shown.panel.isHidden()
    assert shown.filters.find_field.text() == "王强"


def test_the_holiday_question_leads_to_a_consent_with_vendor_and_days(desk) -> None:
    page = page_of(desk)
    question = next(each for each in page.questions.questions if each.kind == "节假日同意")
    ask(desk, "节假日同意")
    assert desk.window.frame.current.current_key == "holiday_consent"
    form = desk.window.frame.current.current.panel.form
    assert question.vendor in form.rows["vendor_id"].editor.box.currentText()
    values = form.values()
    assert values["first_day"] == question.day
    assert values["last_day"].isoformat() in question.sentence
    assert values["agreed_on"] is None


def test_a_record_leads_to_the_day_and_a_clause_to_the_law(desk) -> None:
    page = page_of(desk)
    who = next(each.person.id for each in page.standing.month.people if each.person.staff_no == "1001")
    page.open_person(who, "late")
    settle(desk)
    links = {each.text(): each for each in page.panel.findChildren(QPushButton)}
    links["2026-02-04 周三"].click()
    settle(desk)
    sign_in = desk.window.frame.current.current.page
    assert isinstance(sign_in, SignInPage)
    assert sign_in.day == date(2026, 2, 4)
    assert sign_in.panel.title() == "王强　1001"
    assert any("迟到 26 分" in each.text() for each in sign_in.panel.findChildren(QLabel))
    desk.window.frame.open("month")
    settle(desk)
    links["T2 二.7"].click()
    settle(desk)
    assert desk.window.frame.current.section.key == "law"
    assert any("T2 二.7" in each.text() for each in desk.window.frame.current.current.findChildren(QLabel))
    assert desk.window.frame.current.current.day.value() == date(2026, 2, 6), "as it stood then"


def test_the_window_asks_before_a_reason_half_written_is_lost(desk, monkeypatch) -> None:
    page = page_of(desk)
    outcome = service.book(desk.window.ctx, 2026, 2)
    desk.window.bus.announce(outcome.touched)
    settle(desk)
    who = next(each.person.id for each in page.standing.month.people if each.person.staff_no == "1001")
    page.open_person(who, "late")
    settle(desk)
    card = page.panel.cards[0]
    card.ask_reason()
    QTest.keyClicks(card.reason, "half")
    answers = []
    monkeypatch.setattr("opsdesk.ui.pages.month_person.confirm", lambda *_a, **_k: answers.append(1) or False)
    assert not desk.window.close()
    assert answers == [1]
    card.give_up()
