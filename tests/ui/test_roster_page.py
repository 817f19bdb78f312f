"""The roster page, driven by real keys on a real site."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import team as team_module
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPushButton, QVBoxLayout, QWidget
from sqlalchemy import select
from team import Team, grant

from opsdesk import bootstrap
from opsdesk.models import LedgerRow, RosterEntry, RosterSwap
from opsdesk.registers.coverage_need import service as needs
from opsdesk.registers.roster.month_plan import month_plan
from opsdesk.registers.shift import service as shifts
from opsdesk.registers.staff import service as staff
from opsdesk.rules.vocabulary import Role
from opsdesk.services import closing, closings
from opsdesk.services.context import Actor, Context
from opsdesk.ui.kit.change_bus import ChangeBus
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.notices import Notices
from opsdesk.ui.kit.operation import Operations
from opsdesk.ui.pages.roster import RosterPage
from opsdesk.ui.pages.roster_model import RosterModel

TODAY = date(2026, 3, 5)
KEY = Qt.Key
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier


class Window(QWidget):
    """The page with its desk in a real window."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self.bus = ChangeBus(self)
        self.notices = Notices(self)
        self.operations = Operations(self.bus, self.notices, self)
        self.papers: list[Any] = []
        self.page = RosterPage(ctx, Desk(self.operations, self.bus, self.notices, self.papers.append, ctx.today))
        column = QVBoxLayout(self)
        column.addWidget(self.notices)
        column.addWidget(self.page)
        self.resize(1182, 720)
        self.show()
        self.settle()
        self.page.grid.setFocus()

    def settle(self) -> None:
        for _ in range(4):
            assert self.operations.wait_idle()
            QApplication.processEvents()
            if self.page._soon.isActive():
                self.page._soon.stop()
                self.page.refresh()
        assert self.operations.wait_idle()
        QApplication.processEvents()

    def type(self, text: str) -> None:
        QTest.keyClicks(self.page.grid, text)
        self.settle()

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE, times: int = 1) -> None:
        for _ in range(times):
            QTest.keyClick(self.page.grid, key, modifier)
        self.settle()

    def go(self, staff_id: int, day: int) -> None:
        row = self.page.grid.month.row_of(staff_id)
        assert row is not None
        self.page.grid.setCurrentIndex(self.page.grid.month.index(row, day - 1))

    def where(self) -> tuple[int, int]:
        index = self.page.grid.currentIndex()
        return self.page.grid.month.line(index.row()).person.id, index.column() + 1

    def marks(self, staff_id: int) -> dict[int, str]:
        model = self.page.grid.month
        row = model.row_of(staff_id)
        assert row is not None
        found = {n + 1: model.index(row, n).data() for n in range(len(model.days))}
        return {day: mark for day, mark in found.items() if mark not in ("", "·")}

    def said(self) -> str:
        return "".join(self.notices.sentences())


@pytest.fixture
def team(site: Context) -> Team:
    made = team_module.build(site)
    shifts.save(site, None, {"code": "D", "name": "白班", "pairs": "08:30-17:30"})
    return made


@pytest.fixture
def window(qtbot: Any, site: Context, team: Team) -> Iterator[Window]:
    made = Window(site)
    qtbot.addWidget(made)
    yield made
    made.operations.close()


def entered(ctx: Context, staff_id: int) -> dict[int, str]:
    plan = month_plan(ctx, 2026, 3)
    line = next(each for each in plan.people if each.person.id == staff_id)
    return {n: cell.mark for n, cell in enumerate(line.cells, 1) if cell.entry is not None}


def acts(ctx: Context) -> list[str]:
    with ctx.read() as connection:
        query = select(LedgerRow.act).where(LedgerRow.subject == "roster_entry").order_by(LedgerRow.seq)
        return list(connection.execute(query).scalars())


def test_model_keeps_qts_rules(qtmodeltester: Any, site: Context, team: Team) -> None:
    model = RosterModel()
    qtmodeltester.check(model)
    model.set_plan(month_plan(site, 2026, 3))
    qtmodeltester.check(model)
    model.put({(team["1001"], TODAY): team.night})
    model.set_plan(month_plan(site, 2026, 2))
    qtmodeltester.check(model)
    assert (model.rowCount(), model.columnCount()) == (9, 28 + 2 + 2)


def test_codes_are_typed_from_left_to_right_and_saved_at_once(window: Window, site: Context, team: Team) -> None:
    window.go(team["1001"], 9)
    window.type("ddn.")
    assert window.where() == (team["1001"], 13)
    assert entered(site, team["1001"]) == {9: "D", 10: "D", 11: "N", 12: "休"}
    assert window.marks(team["1001"]) == {9: "D", 10: "D", 11: "N", 12: "休"}
    window.type("12")  # first and second shift of the legend
    assert entered(site, team["1001"])[13] == "D"
    assert entered(site, team["1001"])[14] == "N"
    assert window.page.title.state() == "9 人 · 改动随时保存"


def test_delete_clears_enter_goes_down_and_home_to_the_first_day(window: Window, site: Context, team: Team) -> None:
    window.go(team["1001"], 9)
    window.type("nn")
    window.go(team["1001"], 9)
    QTest.keyClick(window.page.grid, KEY.Key_Delete)
    shown = window.page.grid.month.index(window.page.grid.month.row_of(team["1001"]) or 0, 8)
    assert shown.data() == "·"  # at once, before it is saved
    window.settle()
    assert (entered(site, team["1001"]), window.where()) == ({10: "N"}, (team["1001"], 9))
    assert shown.data() == "·"
    window.press(KEY.Key_Right)
    window.press(KEY.Key_Backspace)
    assert entered(site, team["1001"]) == {}
    window.go(team["1001"], 9)
    window.press(KEY.Key_Return)
    assert window.where() == (team["1002"], 9)
    window.press(KEY.Key_Return, SHIFT)
    window.press(KEY.Key_End)
    assert window.where() == (team["1001"], 31)
    window.press(KEY.Key_Right)  # never into the totals
    assert window.where() == (team["1001"], 31)
    window.press(KEY.Key_Home)
    assert window.where() == (team["1001"], 1)


def test_a_block_is_filled_by_one_key_in_one_act(window: Window, site: Context, team: Team) -> None:
    before = len(acts(site))
    window.go(team["1001"], 9)
    window.press(KEY.Key_Right, SHIFT, 2)
    window.press(KEY.Key_Down, SHIFT)
    window.type("n")
    for number in ("1001", "1002"):
        assert entered(site, team[number]) == {9: "N", 10: "N", 11: "N"}
    assert entered(site, team["1003"]) == {}
    assert acts(site)[before:] == ["排班"] * 6
    assert len(window.page.grid.chosen()) == 6
    window.press(KEY.Key_Z, CTRL)
    for number in ("1001", "1002"):
        assert entered(site, team[number]) == {}
    with site.read() as connection:
        assert bootstrap.verify(connection) == []


def test_ctrl_z_takes_back_one_change_after_the_other(window: Window, site: Context, team: Team) -> None:
    night = team["2002"]
    window.go(night, 5)
    assert not window.page.bar.undo.isEnabled()
    window.type(".")
    window.type("d")
    assert entered(site, night) == {4: "N", 5: "休", 6: "D"}
    window.press(KEY.Key_Z, CTRL, 2)
    assert entered(site, night) == {4: "N", 5: "N"}
    assert not window.page.bar.undo.isEnabled()
    assert "已撤销 1 格。" in window.said()


def test_undo_pressed_while_saving_waits_for_it(window: Window, site: Context, team: Team) -> None:
    window.go(team["2002"], 5)
    QTest.keyClicks(window.page.grid, ".")
    QTest.keyClick(window.page.grid, KEY.Key_Z, CTRL)
    window.settle()
    assert entered(site, team["2002"])[5] == "N"


def test_a_block_is_copied_and_pasted(window: Window, site: Context, team: Team) -> None:
    window.go(team["1001"], 9)
    window.type("dn.")
    window.page.grid.choose_block((window.page.grid.month.row_of(team["1001"]) or 0, 8), (0, 10))
    window.press(KEY.Key_C, CTRL)
    assert QApplication.clipboard().text() == "D\tN\t休"
    window.go(team["1003"], 30)
    window.press(KEY.Key_V, CTRL)  # the third day is beyond the month
    assert entered(site, team["1003"]) == {30: "D", 31: "N"}
    QApplication.clipboard().setText("白班\t夜班\r\n\t○")
    window.go(team["1004"], 9)
    window.press(KEY.Key_V, CTRL)
    assert entered(site, team["1004"]) == {9: "D", 10: "N"}
    assert entered(site, team["1005"]) == {10: "休"}
    window.page.grid.choose_block((window.page.grid.month.row_of(team["1001"]) or 0, 10), (0, 11))
    window.press(KEY.Key_C, CTRL)
    assert QApplication.clipboard().text() == "休\t·"
    window.go(team["1004"], 9)
    window.press(KEY.Key_V, CTRL)  # “no entry” clears
    assert entered(site, team["1004"]) == {9: "休"}
    QApplication.clipboard().setText("D\tQ")
    before = len(acts(site))
    window.press(KEY.Key_V, CTRL)
    assert "“Q”不是班次" in window.said()
    assert len(acts(site)) == before


def test_a_code_that_begins_another_waits(window: Window, site: Context, team: Team) -> None:
    shifts.save(site, None, {"code": "D2", "name": "中班", "pairs": "13:00-21:00"})
    window.page.refresh()
    window.settle()
    window.go(team["1001"], 9)
    window.type("d")
    assert window.page.grid.typed_so_far == "d"
    assert entered(site, team["1001"]) == {}
    window.type("2")
    assert entered(site, team["1001"]) == {9: "D2"}
    window.type("dn")  # d cannot be the beginning of dn: both count
    assert entered(site, team["1001"]) == {9: "D2", 10: "D", 11: "N"}
    window.type("d")
    window.press(KEY.Key_Down)
    assert entered(site, team["1001"])[12] == "D"
    assert window.where() == (team["1002"], 12)
    window.type("d")
    window.press(KEY.Key_Escape)
    window.press(KEY.Key_Right)
    assert entered(site, team["1002"]) == {}


def test_what_is_no_code_is_said(window: Window, site: Context, team: Team) -> None:
    window.go(team["1001"], 9)
    window.type("q")
    assert "“Q”不是班次的代码" in window.said()
    assert entered(site, team["1001"]) == {}


def test_the_past_is_changed_by_the_supervisor_with_one_reason(window: Window, site: Context, team: Team) -> None:
    window.go(team["1001"], 3)
    window.type("n")
    panel = window.page.panel
    assert panel.isVisible()
    assert "要写明原因" in panel.said()
    assert entered(site, team["1001"]) == {}
    assert panel.form is not None
    panel.form.set_values({"reason": "漏排"})
    panel.submit.click()
    window.settle()
    assert not panel.isVisible()
    assert entered(site, team["1001"]) == {3: "N"}
    window.go(team["1001"], 4)
    window.type("n")
    assert entered(site, team["1001"]) == {3: "N", 4: "N"}
    with site.read() as connection:
        reasons = connection.execute(select(LedgerRow.reason).where(LedgerRow.act == "排班")).scalars().all()
    assert set(reasons) == {"漏排"}


def test_without_a_reason_the_grid_shows_what_stands(window: Window, site: Context, team: Team) -> None:
    window.go(team["1001"], 3)
    window.type("n")
    assert window.marks(team["1001"]) == {3: "N"}
    window.page.panel.cancel.click()
    window.settle()
    assert window.marks(team["1001"]) == {}
    assert not window.page.saving.busy


def test_the_desk_may_not_change_the_past_and_a_reader_nothing(window: Window, site: Context, team: Team) -> None:
    window.page.set_context(site.acting_as(Actor("李值班", Role.DESK)))
    window.settle()
    window.go(team["1001"], 3)
    window.type("n")
    assert "只有主管可以改动以前的排班" in window.said()
    assert window.marks(team["1001"]) == {}
    assert not window.page.bar.swap.isEnabled()
    window.page.set_context(site.acting_as(Actor("周审计", Role.READER)))
    window.settle()
    window.go(team["1001"], 9)
    window.type("n")
    assert "只读账号不能排班" in window.said()
    assert entered(site, team["1001"]) == {}


def test_days_off_site_are_left_out_of_a_block_and_refused_alone(window: Window, site: Context, team: Team) -> None:
    staff.leave_site(site, staff_id=team["1001"], day=date(2026, 3, 10), reason="合同到期")
    window.page.refresh()
    window.settle()
    window.go(team["1001"], 11)
    window.type("n")
    assert "不在场" in window.said()
    window.go(team["1001"], 9)
    window.press(KEY.Key_Right, SHIFT, 3)
    window.type("n")
    assert entered(site, team["1001"]) == {9: "N", 10: "N"}


def test_rotation_for_the_rows_chosen(window: Window, site: Context, team: Team) -> None:
    window.go(team["1001"], 9)
    window.press(KEY.Key_Down, SHIFT)
    window.press(KEY.Key_Right, SHIFT, 5)
    window.page.bar.rotation.click()
    window.settle()
    panel = window.page.panel
    assert panel.form is not None
    values = panel.form.values()
    assert (values["who"], values["first"], values["last"]) == ("王强、李敏", date(2026, 3, 9), date(2026, 3, 14))
    assert values["usual"] == "D D N N 休 休"
    panel.form.set_values({**values, "pattern": "D Q"})
    panel.submit.click()
    window.settle()
    assert "“q”不是班次" in panel.form.rows["pattern"].error
    panel.form.set_values({**values, "offset": 2})
    panel.submit.click()
    window.settle()
    assert "".join(entered(site, team["1001"]).values()) == "DDNN休休"
    assert "".join(entered(site, team["1002"]).values()) == "NN休休DD"
    assert "已为 2 人排" in window.said()
    assert not panel.isVisible()


def test_copying_last_week_can_be_taken_back(window: Window, site: Context, team: Team) -> None:
    window.go(team["1001"], 9)
    window.type("nnn")
    window.go(team["1001"], 18)
    window.page.copy("week")
    window.settle()
    assert entered(site, team["1001"]) == {9: "N", 10: "N", 11: "N", 16: "N", 17: "N", 18: "N"}
    assert "写入 3 格" in window.said()
    window.page.bar.undo.click()
    window.settle()
    assert entered(site, team["1001"]) == {9: "N", 10: "N", 11: "N"}


def test_a_swap_is_filled_in_from_two_rows(window: Window, site: Context, team: Team) -> None:
    window.page.grid.choose_block(
        (window.page.grid.month.row_of(team["2001"]) or 0, 4), (window.page.grid.month.row_of(team["2002"]) or 0, 4)
    )
    window.page.bar.swap.click()
    window.settle()
    panel = window.page.panel
    assert panel.form is not None
    panel.form.set_values({**panel.form.values(), "reason": "家中有事"})
    panel.submit.click()
    window.settle()
    assert entered(site, team["2001"]) == {5: "N"}
    assert 5 not in entered(site, team["2002"])
    assert "陈晨 3月6日 08:00 下夜班，08:30 又上标准班，中间只隔 30 分钟。" in window.said()
    assert "请双方在换班记录上签字" in window.said()
    with site.read() as connection:
        assert connection.execute(select(RosterSwap.by)).scalar_one() == site.actor.name


def test_too_little_rest_is_told_once_and_listed(window: Window, site: Context, team: Team) -> None:
    assert window.page.bar.gaps.text() == "间隔过短 1 处"  # 赵夜 from the 5th to the 6th
    window.go(team["1001"], 10)
    window.type("n")
    assert window.said() == ""
    window.type("d")
    sentence = "王强 3月11日 08:00 下夜班，08:30 又上白班，中间只隔 30 分钟。"
    assert window.said() == f"{sentence}请核对。"
    assert entered(site, team["1001"]) == {10: "N", 11: "D"}
    window.page.bar.gaps.click()
    words = [each.text() for each in window.page.panel.findChildren(QLabel)]
    assert [each for each in words if "下夜班" in each] == [
        "赵夜 3月6日 08:00 下夜班，08:30 又上标准班，中间只隔 30 分钟。",
        sentence,
    ]
    assert "两班之间不足 8 小时" in words
    place = window.page.grid.month.index(window.page.grid.month.row_of(team["1001"]) or 0, 10)
    assert window.page.grid.month.sentence(place).endswith(sentence)


def test_half_a_days_leave_is_two_lines(window: Window, site: Context, team: Team) -> None:
    grant(site, team["1001"], "2026-03-10 08:30:00", "2026-03-10 12:00:00")
    grant(site, team["1002"], "2026-03-10 13:00:00", "2026-03-11 17:30:00", "病假")
    window.bus.announce({"leave"})
    window.settle()
    assert window.marks(team["1001"]) == {10: "△\n·"}
    assert window.marks(team["1002"]) == {10: "·\n＋", 11: "＋"}
    assert window.page.legend.text().endswith(
        "· 标准班，没有排班的按日历和合同　休 休息　△ 事假　＋ 病假　一格两行：先上后下"
    )


def test_escape_brings_the_keys_back_to_the_grid(window: Window, site: Context, team: Team) -> None:
    window.activateWindow()
    window.go(team["1001"], 9)
    window.page.bar.swap.click()
    window.settle()
    panel = window.page.panel
    focused = QApplication.focusWidget()
    assert focused is not None
    assert panel.isAncestorOf(focused)
    QTest.keyClick(focused, KEY.Key_Escape)
    window.settle()
    assert not panel.isVisible()
    assert QApplication.focusWidget() is window.page.grid


@pytest.mark.parametrize("width", [1182, 760, 520])
def test_the_bar_folds_before_anything_overlaps(window: Window, width: int) -> None:
    window.resize(width, 720)
    window.settle()
    bar = window.page.bar
    shown = [each for each in [*bar.findChildren(QAbstractButton), bar.vendors] if each.isVisible()]
    places = [QRect(each.mapTo(bar, QPoint()), each.size()) for each in shown]
    assert len(places) >= 7
    assert all(bar.rect().contains(place) for place in places)
    assert not any(one.intersects(other) for n, one in enumerate(places) for other in places[:n])
    assert bar.height() == max(place.bottom() for place in places) + 1
    bar.swap.click()
    window.settle()
    assert bar.swap.isVisible() == window.page.import_button.isVisible() == (width == 1182)
    window.page.panel.leave()
    assert bar.swap.isVisible()
    assert window.page.import_button.isVisible()


def test_shortages_are_red_figures_and_sentences(window: Window, site: Context, team: Team) -> None:
    window.go(team["2002"], 6)
    window.type(".")
    assert window.page.bar.gaps.isHidden()
    window.go(team["2002"], 6)
    window.press(KEY.Key_Delete)
    needs.save(
        site,
        None,
        {"post_id": 0, "shift_id": team.night, "days": "每天", "need": 1, "begins_on": TODAY, "ends_on": None},
    )
    grant(site, team["2002"], "2026-03-05 20:00:00", "2026-03-05 22:00:00", "病假")
    window.bus.announce({"coverage_need", "leave"})
    window.settle()
    assert window.page.duty.missing() == dict.fromkeys(range(4, 31), 1)
    assert window.page.bar.gaps.text() == "缺口 27 · 间隔过短 1"
    column = 4
    x = window.page.grid.verticalHeader().width() + window.page.grid.columnViewportPosition(column) + 8
    QTest.mouseClick(window.page.duty, Qt.MouseButton.LeftButton, NONE, QPoint(x, 36))
    window.settle()
    words = " ".join(each.text() for each in window.page.panel.findChildren(QLabel))
    assert "2026-03-05 夜班 全体需要 1 人，能到岗 0 人（赵夜请假或外出），缺 1 人。" in words
    assert "2026-03-06" not in words
    window.go(team["1001"], 6)
    window.type("n")
    assert 5 not in window.page.duty.missing()
    tip = window.page.grid.month.sentence(window.page.grid.month.index(window.page.grid.month.row_of(team["2002"]), 4))
    assert tip == "赵夜 2026-03-05 周四：夜班 20:00–次日08:00；病假 20:00–22:00。"


def test_months_vendors_and_paper(window: Window, site: Context, team: Team) -> None:
    window.go(team["1001"], 9)
    window.type("d")
    window.page.turn(1)
    window.settle()
    assert window.page.bar.month.text() == "2026 年 4 月"
    assert not window.page.bar.undo.isEnabled()
    assert len(window.page.grid.month.days) == 30
    window.page.bar.now.click()
    window.page.bar.vendors.setCurrentIndex(window.page.bar.vendors.findText("恒通"))
    window.settle()
    assert window.page.grid.month.rowCount() == 3
    window.page.print_button.click()
    window.page.holiday_button.click()
    window.settle()
    (paper,) = window.papers
    assert (paper.number, len(paper.body[0].rows)) == ("PB-202603", 3)
    assert "没有节假日" in window.said()


def test_a_month_of_other_days_and_fewer_people_gives_way_to_another(window: Window) -> None:
    """Qt asks for the names of people while it is told of the days; an IndexError there would end the program."""
    month, bar = window.page.grid.month, window.page.bar
    window.page.turn(1)
    bar.vendors.setCurrentIndex(bar.vendors.findText("恒通"))
    window.settle()
    assert (month.rowCount(), len(month.days)) == (3, 30)
    for way, there in ((Qt.Orientation.Horizontal, month.columnCount()), (Qt.Orientation.Vertical, month.rowCount())):
        assert [month.headerData(place, way) for place in (-1, there)] == [None, None]


def press_the_way_out(made: Window) -> None:
    (button,) = made.page.grid.list_state.findChildren(QPushButton)
    button.click()


def test_a_site_without_shifts_is_told_what_to_do(qtbot: Any, site: Context) -> None:
    made = Window(site)
    qtbot.addWidget(made)
    asked: list[str] = []
    made.page.page_asked.connect(asked.append)
    assert made.page.grid.list_state.sentence() == "这个月没有在场人员。"
    press_the_way_out(made)
    assert not made.page.print_button.isEnabled()
    assert made.page.print_button.toolTip() == "这个月没有在场人员，没有可打印的。"
    made.press(KEY.Key_P, CTRL)
    assert made.papers == []
    with site.transaction("建队") as tx:
        from opsdesk.models import Staff, Vendor

        vendor = tx.insert(Vendor, code="V1", name="华信系统集成有限公司", short_name="华信")
        someone = {"staff_no": "1", "name": "王强", "initials": "WQ", "vendor_id": vendor, "arrived_on": TODAY}
        tx.insert(Staff, **someone, reserve=False, remarks="")
    made.bus.announce({"staff"})
    made.settle()
    assert made.page.grid.list_state.sentence() == "还没有班次。"
    press_the_way_out(made)
    assert asked == ["staff", "shift"]
    assert (made.page.print_button.isEnabled(), made.page.print_button.toolTip()) == (True, "Ctrl+P")
    shifts.save(site, None, {"code": "D", "name": "白班", "pairs": "08:30-17:30"})
    made.bus.announce({"shift"})
    made.settle()
    assert made.page.grid.list_state.isHidden()
    with site.read() as connection:
        assert connection.execute(select(RosterEntry.id)).first() is None
    made.operations.close()


def test_a_closed_day_says_so_before_anything_is_typed(window: Window, site: Context, team: Team) -> None:
    yesterday = date(2026, 3, 4)
    closing.close(site, closings.of_day(yesterday), because="先结后补都说明了")
    window.page.refresh()
    window.settle()
    assert "1 天已结，不能再改" in window.page.title.state()
    head = window.page.grid.month.headerData(3, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    assert "2026-03-04 已日结，这一天的排班不能再补记或更改" in head
    window.go(team["1001"], 4)
    window.type("n")
    assert "2026-03-04 已日结" in window.said()
    assert not window.page.panel.isVisible()
    assert entered(site, team["1001"]) == {}
    window.go(team["1001"], 5)
    window.type("n")
    assert entered(site, team["1001"]) == {5: "N"}
