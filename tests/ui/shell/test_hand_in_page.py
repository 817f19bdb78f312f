"""17:25 at the desk: who has not handed in his records, hand in, sign for all, print the day's list."""

from __future__ import annotations

from datetime import datetime

import pytest
import team as team_module
from conftest import Hands
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from opsdesk.registers.incident import acts, closing, detail, hand_in, service
from opsdesk.rules.vocabulary import Role
from opsdesk.services import amending
from opsdesk.services.context import Actor, Context
from opsdesk.ui.pages.hand_in import HandInPage


def solved(site: Context, crew: team_module.Team, staff_no: str, line: str, at: str) -> int:
    """An incident of this engineer, solved at a moment of 2026-03-05."""
    incident_id = service.open_incident(site, line).value.id
    acts.respond(site, incident_id, {"staff_id": crew[staff_no]})
    team_module.go_to(site, f"2026-03-05 {at}")
    acts.solve(site, incident_id, {})
    return incident_id


@pytest.fixture
def page(desk: Hands, site: Context, crew: team_module.Team) -> HandInPage:
    """Three records of two engineers, 17:25."""
    desk.window.idle.stop()
    team_module.go_to(site, "2026-03-05 09:00:00")
    solved(site, crew, "1001", "打印机不出纸", "10:00:00")
    solved(site, crew, "1001", "门禁读卡失败", "11:00:00")
    solved(site, crew, "2001", "交换机端口掉线", "16:00:00")
    team_module.go_to(site, "2026-03-05 17:25:00")
    shown = desk.window.frame.open("incident", "hand_in")
    desk.settle()
    return shown


def choose(page: HandInPage, name: str) -> None:
    place = next(n for n, each in enumerate(page.board.engineers) if each.name == name)  # type: ignore[union-attr]
    page.engineers.selectRow(place)


def states(page: HandInPage) -> dict[str, str]:
    assert page.board is not None
    rows = [page.engineers.records.row_at(n) for n in range(page.engineers.records.rowCount())]
    return {row.values["name"]: row.values["state"].word for row in rows if row is not None and not row.muted}


def test_those_who_still_owe_stand_first(page: HandInPage) -> None:
    assert states(page) == {"王强": "未交 2 张", "陈晨": "未交 1 张"}
    assert page.title.state() == "应交 3 · 已交 0 · 待签收 0 · 2 人未交齐"
    assert not page.all_button.isEnabled()
    assert page.clause.text() == "依据 T3 第五条"


def test_an_engineer_hands_in_all_of_his_by_one_key(desk: Hands, site: Context, page: HandInPage) -> None:
    choose(page, "王强")
    assert page.slips.records.rowCount() == 2
    page.engineers.setFocus()
    desk.press(Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    assert states(page)["王强"] == "已交齐"
    assert page.title.state() == "应交 3 · 已交 2 · 待签收 2 · 1 人未交齐"
    desk.click(page.all_button)
    assert page.title.state() == "应交 3 · 已交 2 · 待签收 0 · 1 人未交齐"
    assert [slip.signed for slip in page.board.slips] == [True, True, False]  # type: ignore[union-attr]


def test_what_comes_after_the_shift_is_late_by_its_seconds(desk: Hands, site: Context, page: HandInPage) -> None:
    assert page.board is not None
    last = page.board.slips[-1].row["id"]
    team_module.go_to(site, "2026-03-05 17:30:00")
    assert hand_in.board(site, site.today()).slips[-1].verdict.word == "待交"
    team_module.go_to(site, "2026-03-05 17:30:01")
    assert hand_in.board(site, site.today()).slips[-1].verdict.word == "未交，超过 1 秒"
    closing.hand_in(site, [last], {})
    page.refresh()
    desk.settle()
    assert states(page)["陈晨"] == "晚交 1 张"
    closing.sign(site, [last], {})
    assert "晚交单" in [each.judgement for each in verdicts(site, last)]


def verdicts(site: Context, incident_id: int) -> list:
    from sqlalchemy import select

    from opsdesk.models import StoredVerdict

    with site.read() as connection:
        return list(
            connection.execute(
                select(StoredVerdict.judgement, StoredVerdict.sentence).where(
                    StoredVerdict.subject == "incident", StoredVerdict.subject_id == incident_id
                )
            )
        )


def test_a_record_opens_in_the_list_by_enter(desk: Hands, site: Context, page: HandInPage) -> None:
    page.slips.setFocus()
    page.slips.selectRow(0)
    desk.press(Qt.Key.Key_Return)
    shown = desk.window.frame.current.current
    assert getattr(shown, "page", shown).panel.title().startswith("SJ-20260305-001")


def test_the_day_before_shows_what_was_due_then(desk: Hands, site: Context, page: HandInPage) -> None:
    page.engineers.setFocus()
    desk.press(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert page.day_label.text().startswith("2026-03-04")
    assert page.board is not None
    assert page.board.slips == ()
    assert page.today_button.isVisible()


def test_the_desk_may_hand_in_but_not_sign(desk: Hands, site: Context, page: HandInPage) -> None:
    page.set_context(site.acting_as(Actor("李值班", Role.DESK)))
    desk.settle()
    assert page.hand_in_button.isEnabled()
    assert not page.all_button.isEnabled()
    assert page.all_button.toolTip() == "签收由主管来做。"


def test_where_the_site_asks_for_it_everybody_on_duty_owes_a_zero_report(
    desk: Hands, site: Context, page: HandInPage, crew: team_module.Team
) -> None:
    amending.amend(
        site,
        clause="T3-05",
        begins_on=site.today(),
        typed={"incident.zero_report": "zero"},
        source="信息中心通知",
        reason="改为零报告",
    )
    page.refresh()
    desk.settle()
    assert states(page)["李敏"] == "待交零报告"
    choose(page, "李敏")
    assert page.zero_button.isVisible()
    desk.click(page.zero_button)
    assert page.board is not None
    assert next(each for each in page.board.engineers if each.name == "李敏").zero is False


def test_the_list_of_the_day_is_previewed(desk: Hands, site: Context, page: HandInPage) -> None:
    desk.click(page.print_button)
    assert desk.window.frame.stack.currentWidget() is desk.window.frame.preview
    QTest.keyClick(desk.window, Qt.Key.Key_Escape)
    assert datetime(2026, 3, 5, 17, 25) == site.now()


def test_a_signed_record_given_back_has_to_be_handed_in_again(
    desk: Hands, site: Context, page: HandInPage, crew: team_module.Team
) -> None:
    assert page.board is not None
    first = page.board.slips[0].row["id"]
    closing.sign(site, [first], {})
    closing.give_back(site, first, {"reason": "处理过程不全"})
    page.refresh()
    desk.settle()
    assert states(page)["王强"] == "未交 2 张"
    detail.add_step(site, first, {"said": "补写处理过程"})
    closing.hand_in(site, [first], {})
    page.refresh()
    desk.settle()
    assert states(page)["王强"] == "未交 1 张"


def test_what_earlier_days_leave_to_sign_is_told_and_one_press_away(
    desk: Hands, site: Context, page: HandInPage
) -> None:
    assert page.board is not None
    closing.hand_in(site, [slip.row["id"] for slip in page.board.slips], {})
    closing.sign(site, [page.board.slips[0].row["id"]], {})
    team_module.go_to(site, "2026-03-06 08:30:00")
    page.go_to(site.today())
    desk.settle()
    assert page.title.state() == "应交 0 · 已交 0 · 待签收 0 · 全部交齐"
    assert page.earlier_button.isVisible()
    assert page.earlier_button.text() == "往日还有 2 张待签收"
    desk.click(page.earlier_button)
    assert page.day_label.text().startswith("2026-03-05")
    assert not page.earlier_button.isVisible()
    assert page.engineers.hasFocus()
    assert page.all_button.text() == "全部签收 2 张"
    desk.click(page.all_button)
    page.go_to(site.today())
    desk.settle()
    assert not page.earlier_button.isVisible()


def test_nobody_is_chosen_by_focus_or_by_another_day(desk: Hands, site: Context, page: HandInPage) -> None:
    assert page.board is not None
    closing.hand_in(site, [slip.row["id"] for slip in page.board.slips], {})
    page.refresh()
    desk.settle()
    desk.click(page.all_button)
    assert page.engineers.hasFocus(), "not the button of the day before"
    assert page.whose.text() == "全部记录"
    page.refresh()
    desk.settle()
    assert page.whose.text() == "全部记录"
    assert page.slips.selected == frozenset()
    choose(page, "王强")
    assert page.whose.text() == "王强的记录"
    desk.press(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert page.whose.text() == "全部记录"
    desk.press(Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert page.whose.text() == "全部记录"
    assert page.slips.records.rowCount() == 3


def test_f3_signs_the_record_chosen_and_says_what_is_lacking(desk: Hands, site: Context, page: HandInPage) -> None:
    assert page.board is not None
    closing.hand_in(site, [page.board.slips[0].row["id"]], {})
    page.refresh()
    desk.settle()
    page.slips.setFocus()
    desk.press(Qt.Key.Key_F3)
    assert "请先选中要签收的记录" in desk.window.notices.sentences()[-1]
    page.slips.selectRow(0)
    assert page.sign_button.toolTip() == "F3"
    desk.press(Qt.Key.Key_F3)
    assert page.board.slips[0].signed


def test_after_a_hand_in_the_next_who_owes_is_chosen(desk: Hands, site: Context, page: HandInPage) -> None:
    choose(page, "王强")
    page.engineers.setFocus()
    desk.press(Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    assert page.whose.text() == "陈晨的记录"
    assert page.engineers.hasFocus()
    desk.press(Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    assert states(page) == {"王强": "已交齐", "陈晨": "已交齐"}
    assert page.whose.text() == "陈晨的记录", "nobody owes any more"


def test_one_record_of_several_handed_in_keeps_its_engineer(desk: Hands, site: Context, page: HandInPage) -> None:
    choose(page, "王强")
    page.slips.selectRow(0)
    desk.press(Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    assert states(page)["王强"] == "未交 1 张"
    assert page.whose.text() == "王强的记录"
