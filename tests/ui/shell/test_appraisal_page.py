"""The scoring page in the real window: scored with the keys, ruled, decided, told, answered, handed in, filed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import an_appraisal
import pytest
from a_site import PASSWORD
from an_appraisal import CODE, QUARTER
from conftest import Hands, Opener, doing
from openpyxl import load_workbook
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from sqlalchemy import select, update
from team import Team, go_to

from opsdesk.models import AppraisalMark, Contract, Vendor
from opsdesk.registers.appraisal import board, service
from opsdesk.rules import periods
from opsdesk.rules.scoring import LineState
from opsdesk.rules.vocabulary import Role
from opsdesk.services.appraisal import Scored
from opsdesk.services.appraisal_record import SheetState
from opsdesk.services.context import Actor, Context
from opsdesk.ui.kit import look
from opsdesk.ui.kit.notices import Confirmation
from opsdesk.ui.pages import appraisal_rows as rows
from opsdesk.ui.pages.appraisal import AppraisalPage
from opsdesk.ui.pages.appraisal_line import LineCard

MANNER, PAPERS, BREACHES, RATE, PRAISE, TOTAL = range(6)
"""The columns of the grid: four items, the praise, and the sum."""
CTRL = Qt.KeyboardModifier.ControlModifier


class Desk(Hands):
    """Hands before the scoring page."""

    @property
    def page(self) -> AppraisalPage:
        return self.window.frame.pages["appraisal"].current

    def settle(self) -> None:
        """Wait until what was done is saved and what it changed has been computed anew."""
        super().settle()
        if "appraisal" in self.window.frame.pages and isinstance(self.page, AppraisalPage):
            for _ in range(3):
                if self.page._soon.isActive():
                    QTest.qWait(self.page._soon.remainingTime() + 5)
                QApplication.processEvents()
                super().settle()

    def scored(self, row: int = 0) -> Scored:
        return self.page.grid.model.objects[row]

    def cell(self, row: int, column: int) -> str:
        return self.page.grid.model.cell(row, column).text

    def stand(self, row: int, column: int) -> None:
        self.page.grid.table.setFocus()
        self.page.grid.table.go(row, column)
        self.settle()

    def keys(self, text: str) -> None:
        """Type without Enter, each sign to whatever has the keys by then."""
        for sign in text if text.isascii() else [text]:
            self.type(sign, enter=False)
        self.settle()

    def points(self, text: str, reason: str = "") -> None:
        """Type points, and below them why some were taken off."""
        self.keys(text)
        self.press(Qt.Key.Key_Return)
        if reason:
            self.type(reason)
            self.settle()

    def notices(self) -> list[str]:
        return self.window.notices.sentences()


def open_desk(open_window: Opener, site: Context, actor: Actor | None = None) -> Desk:
    """Somebody before the quarter of the small team."""
    hands = open_window(site.home, site.clock)
    hands.window.resize(1366, 768)
    hands.window.idle.stop()
    hands.window.sit_down(hands.window.ctx.acting_as(actor or site.actor))
    hands.window.signature.keep(hands.window.ctx)
    desk = Desk(hands.window)
    Hands.settle(desk)
    desk.window.frame.open("appraisal", "appraisal")
    desk.settle()
    desk.page.go_to(CODE, QUARTER)
    desk.settle()
    return desk


@pytest.fixture
def lived(site: Context, crew: Team) -> Context:
    """The site on the first of April with a quarter to score."""
    an_appraisal.lived(site, crew)
    return site


@pytest.fixture
def desk(open_window: Opener, lived: Context) -> Desk:
    """The supervisor before a quarter that nobody has begun to score."""
    return open_desk(open_window, lived)


@pytest.fixture
def begun(open_window: Opener, lived: Context) -> Desk:
    """The supervisor before a quarter that has been begun."""
    scheme_id = service_scheme(lived)
    service.begin(lived, scheme_id=scheme_id, period=QUARTER)
    return open_desk(open_window, lived)


def service_scheme(ctx: Context) -> int:
    found = board.read(ctx, CODE, QUARTER).round
    assert found is not None
    return found.scheme.id


def answering(press_it: bool) -> list[str]:
    """Answer the next question in a dialog: press the action, or refuse; gives the sentences asked."""
    asked: list[str] = []
    waiting = QTimer(QApplication.instance(), interval=5)

    def answer() -> None:
        for each in QApplication.topLevelWidgets():
            if isinstance(each, Confirmation) and each.isVisible():
                waiting.stop()
                asked.append(" ".join(label.text() for label in each.findChildren(QLabel)))
                (each.action if press_it else each.refuse).click()

    waiting.timeout.connect(answer)
    waiting.start()
    return asked


def words(widget: QWidget) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


def marks(ctx: Context) -> list[tuple[str, str, str]]:
    """Points on record that hold, with scorer and reason."""
    with ctx.read() as connection:
        query = select(AppraisalMark.scorer, AppraisalMark.points, AppraisalMark.reason).where(
            AppraisalMark.replaced_at.is_(None)
        )
        return [tuple(row) for row in connection.execute(query.order_by(AppraisalMark.id))]


def card(desk: Desk, place: int = 0) -> LineCard:
    return desk.page.panel.cards[place]


def finish_scoring(desk: Desk) -> None:
    """Everything by hand full, every line confirmed."""
    for row in range(2):
        for column in (MANNER, PAPERS):
            desk.stand(row, column)
            desk.points("20")
    for column in (BREACHES, PRAISE):
        desk.page.scoring.open_cell(0, column)
        desk.settle()
        button = desk.page.panel.confirm_all if len(desk.page.panel.cards) > 1 else card(desk).confirm
        desk.click(button)


def decide(desk: Desk) -> str:
    """Press 核定 and confirm the open questions; gives what was asked."""
    asked = answering(press_it=True)
    desk.press(Qt.Key.Key_F3)
    desk.window.activateWindow()
    desk.settle()
    return asked[0]


def fill(form: Any, **values: Any) -> None:
    for key, value in values.items():
        form.rows[key].editor.set_value(value)


def test_before_it_begins_the_scores_are_a_trial_and_nothing_can_be_typed(desk: Desk) -> None:
    page = desk.page
    assert page.head.state() == "2026 年第一季度 · 2 家单位 · 尚未建立，分数为试算 · 拟扣分待处理 3"
    assert (page.bar.period.text(), page.bar.scheme_box.currentText()) == ("2026 年第一季度", "Q9 · 外包单位季度评分")
    assert [desk.cell(0, n) for n in range(6)] == ["", "", "20", "30", "+1", "91"]
    assert page.questions.isVisible()
    desk.stand(0, MANNER)
    desk.keys("1")
    assert not page.grid.editor.open_now
    assert desk.notices() == ["还没有建立考核，现在的分数是试算。先建立考核，再打分。"]


def test_it_begins_after_the_open_questions_were_told(desk: Desk, lived: Context) -> None:
    asked = answering(press_it=False)
    desk.press(Qt.Key.Key_F3)
    assert "还有 1 件考前检查事项没有处理" in asked[0]
    assert desk.scored().state is SheetState.LIVE
    answering(press_it=True)
    desk.click(desk.page.head.primary)
    assert desk.scored().state is SheetState.SCORING
    assert not desk.page.questions.isVisible()
    assert desk.page.grid.place == (0, MANNER)
    assert desk.window.focusWidget() is desk.page.grid.table
    assert desk.page.head.primary.text() == "继续评分"


def test_points_are_typed_like_a_sheet_and_the_sum_follows(begun: Desk, lived: Context) -> None:
    begun.stand(0, MANNER)
    begun.points("20")
    assert begun.page.grid.place == (1, MANNER)
    begun.points("18.5", "2 月 3 日用户反映没有回电")
    assert begun.page.grid.place == (1, MANNER)  # the last row
    assert marks(lived) == [("主管", "20", ""), ("主管", "18.5", "2 月 3 日用户反映没有回电")]
    assert (begun.cell(1, MANNER), begun.cell(1, TOTAL)) == ("18.5", "98.5")
    assert begun.page.head.state() == "2026 年第一季度 · 2 家单位 · 拟扣分待处理 3 · 未评 2 项"


def test_tab_goes_right_and_an_arrow_keeps_what_was_typed(begun: Desk, lived: Context) -> None:
    begun.stand(0, MANNER)
    begun.keys("20")
    begun.press(Qt.Key.Key_Tab)
    assert begun.page.grid.place == (0, PAPERS)
    begun.keys("20")
    begun.press(Qt.Key.Key_Down)
    assert begun.page.grid.place == (1, PAPERS)
    assert len(marks(lived)) == 2


def test_f2_writes_on_in_what_stands_there_and_esc_leaves_it(begun: Desk, lived: Context) -> None:
    begun.stand(0, MANNER)
    begun.points("18", "没有回电")
    begun.stand(0, MANNER)
    begun.press(Qt.Key.Key_F2)
    editor = begun.page.grid.editor
    assert (editor.points.text(), editor.reason.text()) == ("18", "没有回电")
    begun.keys("12")
    begun.press(Qt.Key.Key_Escape)
    assert not editor.open_now
    assert begun.cell(0, MANNER) == "18"
    assert QApplication.focusWidget() is begun.page.grid.table


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("20.1", "服务态度满分 20 分，得分要在 0 到 20 之间。"),
        ("1.234", "得分最多两位小数。请改写。"),
        ("1..2", "“1..2”不是分数。请写数字，例如 20 或 8.5。"),
    ],
)
def test_what_cannot_be_given_stays_as_it_was_typed(begun: Desk, lived: Context, typed: str, said: str) -> None:
    begun.stand(0, MANNER)
    begun.points(typed)
    editor = begun.page.grid.editor
    assert editor.open_now
    assert editor.points.text() == typed
    assert said in words(editor)
    assert marks(lived) == []


def test_without_a_reason_less_than_full_points_are_not_kept(begun: Desk, lived: Context) -> None:
    begun.stand(0, MANNER)
    begun.points("15")
    editor = begun.page.grid.editor
    assert QApplication.focusWidget() is editor.reason
    begun.press(Qt.Key.Key_Return)
    assert "要写明扣分的事实依据（T4 2.2）" in words(editor)
    assert editor.points.text() == "15"
    begun.type("三次没有回电")
    begun.settle()
    assert marks(lived) == [("主管", "15", "三次没有回电")]


def test_a_press_elsewhere_keeps_what_is_whole_and_stays_with_what_is_not(begun: Desk, lived: Context) -> None:
    table = begun.page.grid.table
    begun.stand(0, MANNER)
    begun.keys("20")
    press_cell(begun, 1, PAPERS)
    assert (marks(lived), begun.page.grid.place) == ([("主管", "20", "")], (1, PAPERS))
    begun.keys("12")
    press_cell(begun, 0, MANNER)
    assert begun.page.grid.editor.open_now
    assert begun.page.grid.place == (1, PAPERS)
    assert len(marks(lived)) == 1
    assert table.currentIndex().row() == 1


def press_cell(desk: Desk, row: int, column: int) -> None:
    table = desk.page.grid.table
    where = table.visualRect(table.model().index(row, column)).bottomLeft() + QPoint(4, -4)
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=where)
    desk.settle()


def test_points_are_taken_back_and_repeated_as_acts_on_record(begun: Desk, lived: Context) -> None:
    begun.stand(0, MANNER)
    begun.points("18", "没有回电")
    begun.stand(0, MANNER)
    begun.points("16", "没有回电，两次")
    begun.stand(1, PAPERS)
    begun.press(Qt.Key.Key_Z, CTRL)
    assert begun.page.grid.place == (0, MANNER)
    assert marks(lived) == [("主管", "18", "没有回电")]
    begun.press(Qt.Key.Key_Z, CTRL)
    assert (marks(lived), begun.cell(0, MANNER)) == ([], "")
    assert not begun.page.bar.undo.isEnabled()
    begun.press(Qt.Key.Key_Y, CTRL)
    begun.press(Qt.Key.Key_Y, CTRL)
    assert marks(lived) == [("主管", "16", "没有回电，两次")]
    assert begun.cell(0, TOTAL) == "87"


def test_delete_takes_a_mark_back(begun: Desk, lived: Context) -> None:
    begun.stand(0, MANNER)
    begun.points("20")
    begun.stand(0, MANNER)
    begun.press(Qt.Key.Key_Delete)
    assert (marks(lived), begun.cell(0, MANNER)) == ([], "")
    begun.press(Qt.Key.Key_Z, CTRL)
    assert begun.cell(0, MANNER) == "20"


def test_the_group_and_the_appraisee_score_beside_the_decided_points(begun: Desk, lived: Context) -> None:
    box = begun.page.bar.scorer_box
    assert [box.itemText(n) for n in range(box.count())] == [
        "核定",
        "小组 · 孙丽",
        "小组 · 赵敏",
        "小组 · 钱进",
        "自评",
    ]
    for place, points, reason in ((2, "18", "没有回电"), (3, "16", "两次没有回电"), (4, "19", "")):
        box.setCurrentIndex(place)
        box.activated.emit(place)
        begun.settle()
        begun.stand(0, MANNER)
        begun.points(points, reason)
        assert begun.cell(0, MANNER) == points
    box.setCurrentIndex(0)
    box.activated.emit(0)
    begun.settle()
    assert (begun.cell(0, MANNER), begun.page.grid.model.cell(0, MANNER).below) == ("17", "自 19")
    begun.stand(0, MANNER)
    begun.press(Qt.Key.Key_Space)
    said = words(begun.page.panel)
    assert "小组 2 人：最高 18 · 最低 16 · 平均 17" in said
    begun.stand(0, MANNER)
    begun.points("16.5", "核过记录")
    assert begun.page.grid.model.cell(0, MANNER).below == "自 19 组 17"


def test_whoever_scored_stays_named_while_his_points_cannot_be_kept(begun: Desk, lived: Context) -> None:
    begun.stand(0, MANNER)
    begun.keys("21")
    box = begun.page.bar.scorer_box
    box.setCurrentIndex(4)
    box.activated.emit(4)
    begun.settle()
    assert (box.currentText(), begun.page.grid.model.scorer) == ("核定", rows.DECIDED)
    assert begun.page.grid.editor.points.text() == "21"
    begun.page.grid.table.setFocus()
    begun.press(Qt.Key.Key_Escape)
    assert not begun.page.grid.editor.open_now
    assert begun.page.isVisible()


def test_an_item_from_the_record_is_opened_and_not_typed(begun: Desk) -> None:
    begun.stand(0, BREACHES)
    begun.keys("2")
    assert begun.notices()[-1] == "“违规”由记录取数，不能直接打分。按回车在右侧逐条确认、修改或免除。"
    assert begun.page.panel.isVisible()
    said = words(begun.page.panel)
    assert "30 − 10 = 20" in said
    assert "没有佩戴工作证" in said
    assert [line.line.proposal.points for line in begun.page.panel.cards] == [-5, -5]


def test_lines_are_confirmed_changed_and_waived_with_their_reasons(begun: Desk) -> None:
    begun.page.scoring.open_cell(0, BREACHES)
    begun.settle()
    begun.click(card(begun).confirm)
    assert begun.scored().open_lines == 2
    waiting = next(each for each in begun.page.panel.cards if each.waits)
    begun.click(waiting.waive)
    begun.press(Qt.Key.Key_Return)
    assert "免除要写明理由" in words(waiting)
    begun.type("保安认错了人")
    begun.settle()
    assert begun.cell(0, BREACHES) == "25"
    waived = next(each for each in begun.page.panel.cards if each.line.state is LineState.WAIVED)
    assert "原拟扣 5 分，免除。主管：保安认错了人。" in words(waived)
    begun.click(waived.change)
    waived.points.setText("2.5")
    waived.points.setFocus()
    begun.press(Qt.Key.Key_Return)
    begun.type("情节轻")
    begun.settle()
    assert begun.cell(0, BREACHES) == "22.5"
    assert "原拟扣 5 分，改为扣 2.5 分。" in words(begun.page.panel)
    begun.page.grid.table.setFocus()
    for score in ("25", "20", "20"):
        begun.press(Qt.Key.Key_Z, CTRL)
        assert begun.cell(0, BREACHES) == score
    assert begun.scored().open_lines == 3


def test_enter_leads_into_the_panel_and_from_one_open_line_to_the_next(begun: Desk) -> None:
    begun.stand(0, BREACHES)
    begun.press(Qt.Key.Key_Space)
    assert begun.window.focusWidget() is begun.page.grid.table
    begun.press(Qt.Key.Key_Return)
    assert begun.window.focusWidget() is card(begun).confirm
    begun.press(Qt.Key.Key_Space)
    waiting = next(each for each in begun.page.panel.cards if each.waits)
    assert begun.window.focusWidget() is waiting.confirm
    begun.press(Qt.Key.Key_Space)
    assert begun.scored().open_lines == 1
    begun.press(Qt.Key.Key_Escape)
    assert begun.window.focusWidget() is begun.page.grid.table


def test_a_line_confirmed_beside_a_reason_half_written_is_shown_so_afterwards(begun: Desk) -> None:
    begun.page.scoring.open_cell(0, BREACHES)
    begun.settle()
    begun.click(card(begun).waive)
    begun.click(card(begun, 1).confirm)
    assert [each.line.state for each in begun.page.panel.cards] == [LineState.PROPOSED] * 2  # what is written stays
    begun.press(Qt.Key.Key_Escape)
    assert [each.line.state for each in begun.page.panel.cards] == [LineState.PROPOSED, LineState.CONFIRMED]


def test_a_change_by_more_than_the_item_holds_stays_as_it_was_typed(begun: Desk) -> None:
    begun.page.scoring.open_cell(0, BREACHES)
    begun.settle()
    begun.click(card(begun).change)
    card(begun).points.setText("31")
    card(begun).reason.setFocus()
    begun.type("特别严重")
    begun.settle()
    assert "违规满分 30 分，一条不能扣 31 分" in words(card(begun))
    assert (card(begun).points.text(), card(begun).reason.text()) == ("31", "特别严重")
    card(begun).give_up()


def test_a_reason_half_written_is_not_lost_by_a_click_elsewhere(begun: Desk) -> None:
    begun.page.scoring.open_cell(0, BREACHES)
    begun.settle()
    begun.click(card(begun).waive)
    begun.keys("保安")
    begun.stand(1, BREACHES)
    assert card(begun).reason.text() == "保安"
    asked = answering(press_it=False)
    assert not begun.page.may_leave()
    assert asked
    begun.page.panel.cards[0].give_up()
    assert begun.page.may_leave()


def test_the_sheet_tells_the_payment_and_what_one_more_breach_costs(begun: Desk) -> None:
    begun.stand(0, TOTAL)
    begun.press(Qt.Key.Key_Return)
    said = words(begun.page.panel)
    assert "应付 91,000.00 元" in said
    assert "人民币（大写）玖万壹仟元整" in said
    assert "违规再扣一次 得 86 分 少付 5,000 元" in said
    assert not begun.page.panel.decide.isEnabled()
    assert begun.page.panel.decide.toolTip() == "还有 2 项没有评分、3 条没有处理，处理完再核定。"
    link = next(each for each in begun.page.panel.findChildren(QPushButton) if each.text() == "违规")
    begun.click(link)
    assert begun.page.grid.place == (0, BREACHES)
    assert len(begun.page.panel.cards) == 2


def test_esc_leads_out_of_the_table(begun: Desk) -> None:
    begun.stand(0, TOTAL)
    begun.press(Qt.Key.Key_Return)
    begun.page.grid.table.setFocus()
    begun.press(Qt.Key.Key_Escape)
    assert not begun.page.panel.isVisible()
    begun.press(Qt.Key.Key_Escape)
    assert begun.window.focusWidget() is begun.page.head.primary


def test_f4_goes_from_one_open_cell_to_the_next(begun: Desk) -> None:
    begun.stand(0, MANNER)
    places = []
    for _ in range(6):
        begun.press(Qt.Key.Key_F4)
        places.append(begun.page.grid.place)
    assert places == [(0, PAPERS), (0, BREACHES), (0, PRAISE), (1, MANNER), (1, PAPERS), (0, MANNER)]


def test_scores_are_decided_and_taken_back_with_the_password_only(begun: Desk, lived: Context) -> None:
    finish_scoring(begun)
    begun.window.signature.forget()
    assert "核定 2 份考核表。还有 1 件考前检查事项没有处理" in doing(begun, begun.page.head.primary.click, "不是这句话")
    assert [each.state for each in begun.page.grid.model.objects] == [SheetState.SCORING] * 2
    assert "核定 2 份考核表" in doing(begun, begun.page.head.primary.click, PASSWORD)
    assert [each.state for each in begun.page.grid.model.objects] == [SheetState.DECIDED] * 2
    begun.window.signature.forget()
    begun.page.acts._ask_void()
    begun.settle()
    fill(begun.page.ask.form, reason="选错了方案")
    assert "作废这次考核" in doing(begun, begun.page.ask.submit.click, "不是这句话")
    assert begun.scored().state is SheetState.DECIDED
    assert doing(begun, begun.page.ask.submit.click, PASSWORD)
    assert begun.scored().state is SheetState.LIVE


def test_from_the_decision_over_an_objection_to_the_file(begun: Desk, lived: Context) -> None:
    finish_scoring(begun)
    assert begun.page.head.primary.text() == "核定（2）"
    asked = decide(begun)
    assert "核定 2 份考核表 还有 1 件考前检查事项没有处理（没有数据）。" in asked
    assert [each.state for each in begun.page.grid.model.objects] == [SheetState.DECIDED] * 2
    begun.stand(0, MANNER)
    begun.keys("1")
    assert "已经核定，不能再改" in begun.notices()[-1]
    for row, opinion in ((0, "申诉"), (1, "同意")):
        tell_and_hear(begun, row, opinion)
    assert begun.page.head.primary.text() == "答复申诉"
    assert begun.scored(0).state is SheetState.OBJECTED
    begun.press(Qt.Key.Key_F3)
    part = begun.page.panel.feedback
    assert part is not None
    assert part.lacking == ("对申诉还没有答复", "还没有提交综合管理部")
    fill(part.form, answer="查过监控，维持原评分。")
    begun.click(part.submit)
    assert begun.page.head.primary.text() == "提交（2）"
    begun.press(Qt.Key.Key_F3)
    ask = begun.page.ask
    assert ask.title() == "提交 2 份考核结果"
    fill(ask.form, submitted_to="韩书仪")
    begun.click(ask.submit)
    assert "逾期（T4 2.3）" in begun.notices()[-1]
    assert begun.page.head.primary.text() == "归档（2）"
    begun.press(Qt.Key.Key_F3)
    assert [each.state for each in begun.page.grid.model.objects] == [SheetState.FILED] * 2
    assert begun.page.head.state() == "2026 年第一季度 · 2 家单位 · 已核定 2 · 已归档 2"
    assert not begun.page.head.primary.isVisible()
    begun.stand(0, TOTAL)
    begun.press(Qt.Key.Key_Return)
    assert "应在 2026-03-31 24:00 前提交" in words(begun.page.panel)
    assert begun.page.panel.feedback is not None
    assert begun.page.panel.feedback.form is None


def tell_and_hear(desk: Desk, row: int, opinion: str) -> None:
    """Both forms of one sheet, each in the panel."""
    desk.page.scoring.open_cell(row, TOTAL, enters=True)
    desk.settle()
    part = desk.page.panel.feedback
    assert part is not None
    assert part.form is not None
    assert part.form.values()["talk_at"] == datetime(2026, 4, 1, 9, 0)
    fill(part.form, talk="当面交付评分表。")
    desk.press(Qt.Key.Key_S, CTRL)
    part = desk.page.panel.feedback
    assert part is not None
    assert part.form is not None
    fill(part.form, opinion=opinion)
    if opinion == "申诉":
        desk.click(part.submit)
        assert part.form.errors() == {"opinion_text": "请填写“意见内容”。"}
        fill(part.form, opinion_text="第二次不是我们的人。")
    desk.click(part.submit)


def test_a_decision_is_taken_back_with_a_reason(begun: Desk) -> None:
    finish_scoring(begun)
    decide(begun)
    begun.page.scoring.open_cell(0, TOTAL)
    begun.settle()
    part = begun.page.panel.feedback
    assert part is not None
    begun.click(part.again["withdraw"])
    begun.click(part.submit)
    assert part.form is not None
    assert part.form.errors() == {"reason": "请填写“原因”。"}
    fill(part.form, reason="申诉成立")
    begun.click(part.submit)
    assert begun.scored(0).state is SheetState.SCORING
    assert begun.page.panel.feedback is None
    assert begun.page.head.decide.isVisible() or begun.page.head.primary.text() == "核定（1）"


def test_points_refused_by_the_record_stand_over_their_cell_again(begun: Desk, lived: Context) -> None:
    finish_scoring(begun)
    sheet = begun.scored(0).sheet
    assert sheet is not None
    service.decide(lived, sheet_ids=[sheet.id])  # by somebody else, at another desk
    begun.stand(0, MANNER)
    begun.points("15", "没有回电")
    editor = begun.page.grid.editor
    assert editor.open_now
    assert (editor.points.text(), editor.reason.text()) == ("15", "没有回电")
    assert "已经核定，不能再改" in words(editor)
    editor.give_up()
    assert begun.scored(0).state is SheetState.DECIDED


def test_the_service_desk_scores_but_neither_rules_nor_decides(open_window: Opener, lived: Context) -> None:
    service.begin(lived, scheme_id=service_scheme(lived), period=QUARTER)
    desk = open_desk(open_window, lived, Actor("台席", Role.DESK))
    box = desk.page.bar.scorer_box
    assert [box.itemText(n) for n in range(box.count())] == ["小组 · 孙丽", "小组 · 赵敏", "小组 · 钱进", "自评"]
    for row in range(2):
        for column in (MANNER, PAPERS):
            desk.stand(row, column)
            desk.points("20")
    assert [scorer for scorer, _, _ in marks(lived)] == ["孙丽"] * 4
    desk.page.scoring.open_cell(0, BREACHES)
    desk.settle()
    assert not card(desk).confirm.isEnabled()
    assert card(desk).waive.toolTip() == "扣分由主管确认、修改或免除。"
    assert not desk.page.panel.confirm_all.isEnabled()
    desk.page.scoring.open_cell(1, TOTAL)
    desk.settle()
    assert (desk.page.panel.decide.isEnabled(), desk.page.panel.decide.toolTip()) == (False, "核定由主管来做。")
    assert (desk.page.head.decide.isEnabled(), desk.page.head.decide.toolTip()) == (False, "这一步由主管来做。")
    assert not desk.page.head.void.isEnabled()


def test_a_reader_types_nothing(open_window: Opener, lived: Context) -> None:
    service.begin(lived, scheme_id=service_scheme(lived), period=QUARTER)
    desk = open_desk(open_window, lived, Actor("看看", Role.READER))
    desk.stand(0, MANNER)
    desk.keys("1")
    assert not desk.page.grid.editor.open_now
    assert desk.notices()[-1] == "只读账号不能打分。"
    assert (desk.page.head.primary.isEnabled(), desk.page.head.primary.toolTip()) == (False, "只读账号不能登记。")


def test_links_lead_to_the_record_and_to_the_clause(begun: Desk) -> None:
    begun.page.scoring.open_cell(0, BREACHES)
    begun.settle()
    page = begun.page
    texts = [button.text() for button in card(begun).findChildren(QPushButton)]
    assert texts[:2] == ["T3 八", "考核事项 KS-202602-001"] or "考核事项 KS-202602-001" in texts
    card(begun).record_asked.emit("appraisal_event:1")
    begun.settle()
    assert begun.window.frame.current.current_key == "appraisal_event"
    assert begun.window.frame.current.current.panel.record_id == 1
    page.panel.clause_asked.emit("T3-08a", date(2026, 2, 10))
    begun.settle()
    assert begun.window.frame.current.section.key == "law"
    page.record_asked.emit("day:1:2026-02-06")
    begun.settle()
    shown = begun.window.frame.current.current
    assert (begun.window.frame.current.section.key, shown.page.day) == ("sign_in", date(2026, 2, 6))
    assert "王强" in shown.page.panel.title()


def test_a_question_leads_to_the_page_where_it_is_answered(desk: Desk) -> None:
    question = desk.page.questions.questions[0]
    assert (question.kind, question.door) == ("没有数据", "incident")
    desk.page.questions.table.opened.emit(0)
    desk.settle()
    assert desk.window.frame.current.section.key == "incident"


def test_pictures_show_the_shares_the_ranking_and_where_points_were_lost(begun: Desk) -> None:
    begun.stand(1, MANNER)
    begun.click(begun.page.bar.pictures_button)
    views = begun.page.pictures.views
    assert views["shares"].chart().title == "恒通网络各项得分率"
    assert views["ranking"].chart().labels == ("恒通网络", "华信系统集成有限公司")
    assert views["lost"].chart().labels == ("违规（累计 100%）",)
    assert views["lost"].chart().series[0].values == (Decimal(10),)
    assert "从下一期起可以看走势" in words(begun.page.pictures)
    begun.page.pictures.box.activated.emit(0)
    assert views["shares"].chart().title == "华信系统集成有限公司各项得分率"
    begun.press(Qt.Key.Key_F4)
    assert begun.page.stack.currentWidget() is begun.page.grid


def test_papers_are_previewed_of_the_sheet_and_of_the_period(begun: Desk) -> None:
    begun.stand(0, MANNER)
    menu = begun.page.head.preview.menu()
    menu.aboutToShow.emit()
    titles = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert titles == ["考核评分表（华信）", "扣分明细", "考核汇总表", "考核图表", "全部考核表"]
    menu.actions()[0].trigger()
    begun.settle()
    preview = begun.window.frame.preview
    assert begun.window.frame.stack.currentWidget() is preview
    assert preview.title.text() == "2026 年第一季度考核评分表（征求意见）　KH-2026Q1-001"
    assert preview.pages is not None


def test_the_books_are_written_one_a_vendor(begun: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "books"
    folder.mkdir()
    begun.page.acts.export_to(folder)
    begun.settle()
    names = sorted(path.name for path in folder.iterdir())
    assert len(names) == 6
    assert sum(name.endswith(".pdf") for name in names) == 3
    book = next(path for path in folder.glob("*华信*.xlsx"))
    said = [str(cell.value) for row in load_workbook(book).active.iter_rows() for cell in row if cell.value]
    assert any("华信系统集成有限公司" in text for text in said)
    assert not any("恒通" in text for text in said)
    assert begun.notices()[-1] == f"已导出汇总和各单位的考核表共 3 册（xlsx 和 PDF）：{folder}。"


def test_an_appraisal_is_voided_with_a_reason_and_begun_anew(begun: Desk) -> None:
    begun.page.head.void.trigger()
    begun.settle()
    ask = begun.page.ask
    assert ask.title() == "作废“2026 年第一季度外包单位季度评分”"
    begun.click(ask.submit)
    assert ask.form is not None
    assert ask.form.errors() == {"reason": "请填写“原因”。"}
    fill(ask.form, reason="选错了方案")
    begun.click(ask.submit)
    assert begun.scored().state is SheetState.LIVE
    assert begun.page.head.primary.text() == "建立考核"


def test_whoever_came_since_is_given_a_sheet_from_the_page(begun: Desk, lived: Context) -> None:
    assert not begun.page.head.complete.isVisible()
    with lived.transaction("签约") as tx:
        vendor = tx.insert(Vendor, code="V3", name="V3 新签单位", short_name="V3")
        tx.insert(Contract, vendor_id=vendor, number="HT-V3", project="布线", begins_on=date(2026, 3, 31))
    begun.stand(0, MANNER)
    begun.press(Qt.Key.Key_F5)
    (question,) = [each for each in begun.page.board.questions if each.kind == "没有考核表"]
    assert "请用“更多”里的“补建考核表”" in question.sentence
    assert begun.page.head.complete.isVisible()
    begun.page.head.complete.trigger()
    begun.settle()
    assert [each.subject.vendor for each in begun.page.grid.model.objects] == ["华信", "恒通", "V3"]
    assert not begun.page.head.complete.isVisible()
    begun.window.sit_down(begun.window.ctx.acting_as(Actor("小张", Role.DESK)))
    begun.settle()
    assert not begun.page.head.complete.isEnabled()


def test_teams_are_named_before_they_are_scored(open_window: Opener, site: Context, crew: Team) -> None:
    an_appraisal.scheme(site, "B9", object_kind="班组", period_kind="抽查", title="班组抽查")
    go_to(site, "2026-04-01 09:00")
    desk = open_desk(open_window, site)
    desk.page.go_to("B9", None)
    desk.settle()
    state = desk.page.grid.table.list_state
    assert state.sentence() == "按“班组抽查”还没有建立考核。"
    desk.press(Qt.Key.Key_F3)
    form = desk.page.ask.form
    assert form is not None
    fill(form, first=date(2026, 3, 31), last=date(2026, 3, 30), names="白班\n夜班")
    desk.click(desk.page.ask.submit)
    assert form.errors() == {"last": "结束日期早于开始日期。请核对。"}
    fill(form, last=date(2026, 3, 31))
    desk.click(desk.page.ask.submit)
    assert [each.subject.name for each in desk.page.grid.model.objects] == ["白班", "夜班"]
    assert desk.page.bar.period.text() == "2026-03-31"
    assert (desk.page.bar.before.isEnabled(), desk.page.bar.after.isEnabled()) == (False, False)


def test_a_second_spot_check_is_begun_beside_the_first(open_window: Opener, site: Context, crew: Team) -> None:
    scheme_id = an_appraisal.scheme(site, "B9", object_kind="班组", period_kind="抽查", title="班组抽查")
    go_to(site, "2026-04-01 09:00")
    service.begin(site, scheme_id=scheme_id, period=periods.parse("2026-03-30..2026-03-30"), names=["白班"])
    desk = open_desk(open_window, site)
    assert not desk.page.head.another.isVisible()  # a quarter is begun by its own button
    desk.page.go_to("B9", None)
    desk.settle()
    assert [each.subject.name for each in desk.page.grid.model.objects] == ["白班"]
    desk.page.head.another.trigger()
    desk.settle()
    fill(desk.page.ask.form, first=date(2026, 4, 1), last=date(2026, 4, 1), names="夜班")
    desk.click(desk.page.ask.submit)
    assert [each.subject.name for each in desk.page.grid.model.objects] == ["夜班"]
    assert (desk.page.bar.before.isEnabled(), desk.page.bar.after.isEnabled()) == (True, False)


def test_without_a_scheme_for_the_period_the_page_says_what_to_do(desk: Desk) -> None:
    desk.page.go_to(CODE, periods.parse("2025Q4"))
    desk.settle()
    state = desk.page.grid.table.list_state
    assert "没有编码为 Q9 的考核方案在 2025-12-31 有效" in state.sentence()
    assert not desk.page.head.primary.isVisible()
    desk.click(state.findChild(QPushButton))
    assert desk.window.frame.current.current_key == "scheme"


def test_periods_are_turned_with_the_keys(desk: Desk) -> None:
    desk.press(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert desk.page.bar.period.text() == "2025 年第四季度"
    desk.press(Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    desk.press(Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert desk.page.bar.period.text() == "2026 年第二季度"


def test_long_names_and_the_open_panel_fit_a_small_window(begun: Desk, lived: Context, qapp: QApplication) -> None:
    long = "乌鲁木齐阿卜杜热合曼·吾布力喀斯木·买买提依明系统集成与信息技术服务股份有限公司西北第三分公司"
    with lived.transaction("改名") as tx:
        tx.connection.execute(update(Vendor).where(Vendor.id == 1).values(name=long, short_name=long))
    begun.window.resize(1366, 768)
    begun.page.refresh()
    begun.page.scoring.open_cell(0, TOTAL)
    begun.settle()
    assert begun.page.minimumSizeHint().width() <= 1366 - look.px(look.RAIL_WIDTH)
    assert begun.window.width() == 1366
    narrow = begun.page.grid.sums
    model = begun.page.grid.model
    hidden = {key for n, key in enumerate(model.keys) if narrow.isColumnHidden(len(model.items) + n)}
    assert hidden == {rows.GRADE, rows.PAY}
    for dark in (True, False):
        look.apply(qapp, dark=dark)
        assert not begun.page.grab().isNull()
    begun.page.panel.leave()
    begun.page._make_room()
    assert not narrow.isColumnHidden(len(model.items) + 1)
    begun.window.resize(911, 512)  # 1366 × 768 at 150 %
    begun.settle()
    assert narrow.isColumnHidden(len(model.items) + 1)


@pytest.fixture
def teams(open_window: Opener, site: Context, crew: Team) -> Desk:
    """The supervisor before a spot check of three teams, that has been begun."""
    scheme_id = an_appraisal.scheme(site, "B9", object_kind="班组", period_kind="抽查", title="班组抽查")
    go_to(site, "2026-04-01 09:00")
    names = ["白班", "夜班", "早班"]
    service.begin(site, scheme_id=scheme_id, period=periods.parse("2026-03-30..2026-03-30"), names=names)
    desk = open_desk(open_window, site)
    desk.page.go_to("B9", periods.parse("2026-03-30..2026-03-30"))
    desk.settle()
    return desk


def choose(desk: Desk, first: int, last: int, column: int) -> None:
    desk.stand(first, column)
    for _ in range(last - first):
        desk.press(Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)


def kept(ctx: Context, item_id: int) -> list[tuple[str, str]]:
    query = select(AppraisalMark.points, AppraisalMark.reason).where(
        AppraisalMark.item_id == item_id, AppraisalMark.replaced_at.is_(None)
    )
    with ctx.read() as connection:
        return [(row.points, row.reason) for row in connection.execute(query.order_by(AppraisalMark.sheet_id))]


def column_of(desk: Desk, column: int) -> list[str]:
    return [desk.cell(row, column) for row in range(3)]


def test_a_mark_is_filled_down_and_taken_back_in_one_step(teams: Desk, site: Context) -> None:
    manner = teams.page.grid.model.items[MANNER].id
    teams.stand(0, MANNER)
    teams.points("20")
    choose(teams, 0, 2, MANNER)
    teams.press(Qt.Key.Key_D, CTRL)
    assert column_of(teams, MANNER) == ["20", "20", "20"]
    assert kept(site, manner) == [("20", "")] * 3
    teams.press(Qt.Key.Key_Z, CTRL)
    assert column_of(teams, MANNER) == ["20", "", ""]
    teams.press(Qt.Key.Key_Y, CTRL)
    assert kept(site, manner) == [("20", "")] * 3
    choose(teams, 1, 2, MANNER)
    teams.press(Qt.Key.Key_Delete)
    assert column_of(teams, MANNER) == ["20", "", ""]
    teams.stand(1, MANNER)
    teams.press(Qt.Key.Key_D, CTRL)
    assert column_of(teams, MANNER) == ["20", "20", ""], "of a single cell, that of the cell above"


def test_what_cannot_be_filled_down_says_why(teams: Desk, site: Context) -> None:
    teams.stand(0, MANNER)
    teams.press(Qt.Key.Key_D, CTRL)
    assert "上面没有分数可以向下填" in teams.notices()[-1]
    choose(teams, 0, 2, MANNER)
    teams.press(Qt.Key.Key_D, CTRL)
    assert "白班的“服务态度”还没有打分" in teams.notices()[-1]
    choose(teams, 0, 2, BREACHES)
    teams.press(Qt.Key.Key_D, CTRL)
    assert "由记录取数，不能直接打分" in teams.notices()[-1]
    choose(teams, 0, 2, TOTAL)
    teams.press(Qt.Key.Key_V, CTRL)
    assert not kept(site, teams.page.grid.model.items[MANNER].id)


def test_points_taken_off_are_filled_down_with_their_fact(teams: Desk, site: Context) -> None:
    teams.stand(0, MANNER)
    teams.points("18", "三班都没有交接签字")
    choose(teams, 0, 1, MANNER)
    teams.press(Qt.Key.Key_D, CTRL)
    assert kept(site, teams.page.grid.model.items[MANNER].id) == [("18", "三班都没有交接签字")] * 2
    assert "请核对是否人人如此" in teams.notices()[-1]


def test_a_column_of_marks_is_copied_and_pasted(teams: Desk, site: Context) -> None:
    papers = teams.page.grid.model.items[PAPERS].id
    clipboard = QApplication.clipboard()
    clipboard.setText("20\r\n19\t缺两份周报\r\n\r\n")
    teams.stand(0, PAPERS)
    teams.press(Qt.Key.Key_V, CTRL)
    assert column_of(teams, PAPERS) == ["20", "19", ""]
    assert kept(site, papers) == [("20", ""), ("19", "缺两份周报")]
    choose(teams, 0, 1, PAPERS)
    teams.press(Qt.Key.Key_C, CTRL)
    assert clipboard.text() == "20\t\n19\t缺两份周报"
    clipboard.setText("20")
    choose(teams, 0, 2, PAPERS)
    teams.press(Qt.Key.Key_V, CTRL)
    assert column_of(teams, PAPERS) == ["20", "20", "20"]
    teams.press(Qt.Key.Key_Z, CTRL)
    assert kept(site, papers) == [("20", ""), ("19", "缺两份周报")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("20\n19\n20", "夜班 19 分：没有给满分，要写明扣分的事实依据（T4 2.2）"),
        ("20\n好\n20", "夜班：“好”不是分数"),
        ("20\n21", "得分要在 0 到 20 之间"),
        ("20\n20\n20\n20", "剪贴板有 4 行，从这里往下只有 3 行"),
        ("20\t缺\t20", "不止一列分数"),
        ("", "剪贴板里没有分数"),
    ],
)
def test_a_paste_is_kept_whole_or_not_at_all(teams: Desk, site: Context, text: str, said: str) -> None:
    QApplication.clipboard().setText(text)
    teams.stand(0, PAPERS)
    teams.press(Qt.Key.Key_V, CTRL)
    assert said in teams.notices()[-1]
    assert column_of(teams, PAPERS) == ["", "", ""]
    assert not kept(site, teams.page.grid.model.items[PAPERS].id)
