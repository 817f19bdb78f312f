"""The law browser on a real site: found, opened, amended with the supervisor's password, tried, kept and dropped."""

from datetime import date, datetime

import a_site
import pytest
import team as team_module
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget
from sqlalchemy import func, select

from opsdesk.models import Amendment, Punch, StoredVerdict
from opsdesk.rules.vocabulary import Direction, Role, Source
from opsdesk.services import amending, attendance
from opsdesk.services.accounts import Actor
from opsdesk.ui.kit.change_bus import ChangeBus
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.notices import Confirmation, Notices
from opsdesk.ui.kit.operation import Operations
from opsdesk.ui.pages.law import LawPage
from opsdesk.ui.pages.law_amend import Mode
from opsdesk.ui.pages.law_detail import changes_in_words
from opsdesk.ui.pages.law_try import before_and_after, signed
from opsdesk.ui.pages.step_up import StepUp

DAY = date(2026, 3, 5)
ABSENT = "T2-ATT-08"
PAGES = {"sign_in", "leave"}


class Window(QWidget):
    """The page with its desk in a real window."""

    def __init__(self, ctx):
        super().__init__()
        bus = ChangeBus(self)
        self.notices = Notices(self)
        self.operations = Operations(bus, self.notices, self)
        desk = Desk(self.operations, bus, self.notices, lambda _paper: None, ctx.today)
        self.page = LawPage(ctx, desk, PAGES)
        column = QVBoxLayout(self)
        column.addWidget(self.page)
        column.addWidget(self.notices)
        self.resize(1182, 720)
        self.show()
        self.settle()

    def settle(self):
        for _ in range(4):
            assert self.operations.wait_idle()
            QApplication.processEvents()

    def click(self, button):
        assert button.isVisible()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        self.settle()

    def write(self, **values):
        for key, value in values.items():
            self.page.panel.form.rows[key.replace("__", ".")].editor.set_value(value)


@pytest.fixture
def crew(site):
    """王强 was 31 minutes late on 3, 4 and 5 March."""
    crew = team_module.build(site)
    with site.transaction("签到") as tx:
        for day in (3, 4, 5):
            at = datetime(2026, 3, day, 9, 1)
            tx.insert(
                Punch,
                staff_id=crew["1001"],
                day=at.date(),
                at=at,
                direction=str(Direction.IN),
                source=str(Source.CORRECTION),
                device="",
                entered_at=site.now(),
                entered_by="主管",
                doubted=False,
            )
        attendance.rejudge(tx, site.regulations, {(crew["1001"], date(2026, 3, day)) for day in (3, 4, 5)}, site.now())
    return crew


@pytest.fixture
def window(qtbot, site, crew):
    made = Window(site)
    qtbot.addWidget(made)
    yield made
    made.operations.close()


def rows(table):
    return [table.records.row_at(place) for place in range(table.records.rowCount())]


def column(table, key):
    shown = (row.values.get(key, "") for row in rows(table))
    return [getattr(value, "word", value) for value in shown]


def said(widget):
    return [each.text() for each in widget.findChildren(QLabel) if each.isVisibleTo(widget)]


def link_to(widget, word):
    buttons = (each for each in widget.findChildren(QPushButton) if each.isVisibleTo(widget))
    return next((each for each in buttons if each.text() == word), None)


def amendments(ctx):
    with ctx.read() as connection:
        return connection.execute(select(func.count()).select_from(Amendment)).scalar_one()


def judged(ctx):
    query = select(StoredVerdict.day, StoredVerdict.judgement).where(StoredVerdict.replaced_at.is_(None))
    with ctx.read() as connection:
        return {f"{row.day:%m-%d}": row.judgement for row in connection.execute(query)}


def sign_with(*passwords):
    """The supervisor answers the question for the password; the last one given is left to stand."""
    asked = []

    def answer():
        dialog = next(each for each in QApplication.topLevelWidgets() if isinstance(each, StepUp) and each.isVisible())
        assert dialog.operations.wait_idle()
        asked.append(" ".join(said(dialog)))
        for password in passwords:
            dialog.form.set_value("password", password)
            dialog.form.submit()
            assert dialog.operations.wait_idle()
        if dialog.isVisible():
            dialog.refuse.click()

    QTimer.singleShot(60, answer)
    return asked


def start_amending(window, key, **values):
    window.page.show_clause(key)
    window.settle()
    window.click(window.page.panel.amend_button)
    window.write(source="补充协议第三条", reason="双方商定", **values)


def test_clauses_are_narrowed_by_regulation_register_way_and_state(window):
    page = window.page
    everything = len(rows(page.table))
    assert everything > 260
    page.filters.choose("state", "待填")
    assert set(column(page.table, "state")) == {"待填"}
    assert "E19" in set(column(page.table, "regulation"))
    page.filters.choose("state", None)
    page.filters.choose("carried_out", "核对")
    page.filters.choose("governs", "leave")
    assert set(column(page.table, "carried_out")) == {"核对"}
    assert set(column(page.table, "governs")) == {"请假单"}
    page.filters.choose("regulation", "T2")
    assert set(column(page.table, "regulation")) == {"T2"}
    page.filters.clear()
    assert len(rows(page.table)) == everything


def test_a_repeated_regulation_is_one_line_that_leads_to_the_original(window):
    page = window.page
    page.filters.set_text("e16")
    assert column(page.table, "wording") == ["与 T1、T2 相同。"]
    page.table.setFocus()
    page.table.selectRow(0)
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    window.settle()
    assert page.panel.title() == "E16"
    assert not page.panel.amend_button.isVisible()
    window.click(next(each for each in page.panel.findChildren(QPushButton) if each.text() == "看 T2"))
    assert set(column(page.table, "regulation")) == {"T2"}


def test_a_clause_says_how_it_is_carried_out_and_where_it_is_used(window):
    page = window.page
    page.show_clause("T2-ATT-07")
    window.settle()
    words = said(page.panel)
    assert "计算：由程序按记录计算。" in words
    assert "可量化，编号 T2-ATT-07" in words
    assert any(
        "华信　HT-V1　考勤罚则" in each and "2026 年 3 月有 3 条判定引用这一条，涉及 1 人。" in each for each in words
    )
    page.show_clause(ABSENT)
    window.settle()
    words = said(page.panel)
    assert "缺勤一日，该次照常计次数和分钟" in words
    assert any(each.startswith("另有口径：缺勤一日，该次另扣两份次数罚") for each in words)
    page.show_clause("T2-CON-01")
    window.settle()
    assert "仅提醒：目前只供查阅，程序不判定。" in said(page.panel)


def test_the_register_a_clause_governs_is_one_click_away_where_it_has_a_page(window, qtbot):
    page = window.page
    page.show_clause("T2-ATT-07")
    window.settle()
    with qtbot.waitSignal(page.page_asked) as asked:
        window.click(link_to(page.panel, "到岗记录"))
    assert asked.args == ["sign_in"]
    page.show_clause("T2-CON-01")
    window.settle()
    assert link_to(page.panel, "违规") is None
    assert "违规" in said(page.panel)


def test_an_amendment_is_signed_and_the_days_are_judged_again(window, site):
    page = window.page
    start_amending(window, ABSENT, absent__over=30, begins_on=date(2026, 3, 4))
    assert "超过即视缺勤：60 分 → 30 分" in page.panel.changes()
    assert "重新判定" in page.panel.changes()
    asked = sign_with("不是这个密码", a_site.PASSWORD)
    window.click(page.panel.submit)
    assert "超过即视缺勤：60 分 → 30 分" in asked[0]
    assert judged(site) == {"03-03": "迟到", "03-04": "视缺勤", "03-05": "视缺勤"}
    assert window.notices.sentences() == [
        "T2 二.8 自 2026-03-04 起按新的数值办。1 人共 2 天的判定已重新作出，原判定保留备查。"
    ]
    assert page.panel.mode is Mode.READ
    words = said(page.panel)
    assert "自 2026-03-04 起，当日适用" in words
    assert "超过即视缺勤：60 分 → 30 分" in words
    assert any("主管 录入：双方商定" in each for each in words)
    row = page.table.chosen_row()
    assert row.values["begins"] == "2026-03-04"
    assert "超过即视缺勤 30 分" in row.values["values"]
    page.show_clause_on(ABSENT, date(2026, 3, 3))
    window.settle()
    assert "60 分" in said(page.panel)
    assert page.day.value() == date(2026, 3, 3)


def test_without_the_password_nothing_is_kept_and_what_was_typed_stays(window, site):
    page = window.page
    start_amending(window, ABSENT, absent__over=30)
    sign_with("不是这个密码")
    window.click(page.panel.submit)
    assert amendments(site) == 0
    assert page.panel.mode is Mode.AMEND
    assert page.panel.form.values()["absent.over"] == 30
    page.panel.form.accept(page.panel.form.written())


def test_what_the_rules_refuse_is_told_before_anybody_signs(window, site):
    page = window.page
    start_amending(window, ABSENT)
    assert page.panel.changes() == "和现行的一样，还没有改动。"
    window.click(page.panel.submit)
    assert "没有需要修订的内容" in page.panel.form.errors()["absent.over"]
    window.write(absent__over=30, begins_on=date(1999, 12, 31))
    window.click(page.panel.submit)
    assert set(page.panel.form.errors()) == {"begins_on"}
    window.write(begins_on=DAY, reason="改")
    window.click(page.panel.submit)
    assert set(page.panel.form.errors()) == {"reason"}
    window.write(absent__over=None)
    window.click(page.panel.submit)
    assert "absent.over" in page.panel.form.errors()
    assert "读不出来" in page.panel.changes()
    assert amendments(site) == 0
    page.panel.form.accept(page.panel.form.written())


def test_a_blank_clause_is_filled_in_and_comes_into_force(window, site):
    page = window.page
    page.filters.choose("regulation", "E19")
    start_amending(window, "E19-01", hours__pairs="9:00-18:00", begins_on=DAY)
    assert page.panel.changes().startswith("自 2026-03-05 起：\n作息：待填 → 09:00-18:00")
    sign_with(a_site.PASSWORD)
    window.click(page.panel.submit)
    assert site.law_on(DAY).held("E19-01").text("hours.pairs") == "09:00-18:00"
    assert page.table.chosen_row().values["state"] == "生效"
    page.day.set_value(date(2026, 3, 4))
    window.settle()
    assert page.table.chosen_row().values["state"].word == "待填"


def test_a_clause_is_repealed(window, site):
    page = window.page
    start_amending(window, "T2-CON-01", repealed=True)
    assert "整条废止" in page.panel.changes()
    sign_with(a_site.PASSWORD)
    window.click(page.panel.submit)
    assert page.table.chosen_row().values["state"].word == "已废止"
    window.click(page.panel.amend_button)
    assert "repealed" not in page.panel.form.rows
    assert "恢复执行" in page.panel.changes()
    window.click(page.panel.cancel)


def test_a_draft_is_tried_side_by_side_and_dropped(window, site):
    page, trial = window.page, window.page.trial
    page.show_clause("T2-ATT-07")
    window.settle()
    window.click(page.panel.try_button)
    assert page.stack.currentWidget() is trial
    window.write(late__free=1)
    window.click(page.panel.submit)
    assert column(trial.table, "name")[:3] == ["全部合计", "华信合计", "恒通合计"]
    place = column(trial.table, "name").index("王强")
    his = rows(trial.table)[place]
    assert (his.values["now"], his.values["draft"], his.values["difference"]) == ("100", "140", "+40")
    assert "1 人有变化，扣减合计 100 元 → 140 元（+40 元）" in trial.title.state()
    trial.only_changed.setChecked(True)
    assert column(trial.table, "name") == ["全部合计", "华信合计", "恒通合计", "王强"]
    trial.table.choose(his.id)
    sides = trial.lines.sentences()
    assert sides.index("现行　扣减 100 元") < sides.index("试算　扣减 140 元")
    assert any("未超过 3 次" in each for each in sides)
    assert any("2 次 × 20 元 = 40 元" in each for each in sides)
    window.write(late__free=0)
    assert "还是上一次的结果" in trial.title.state()
    window.click(page.panel.cancel)
    assert page.stack.currentWidget() is not trial
    assert page.panel.mode is Mode.READ
    assert amendments(site) == 0
    assert site.law_on(DAY).held("T2-ATT-07").number("late.free") == 3


def test_a_result_of_an_older_draft_says_so_and_one_of_a_dropped_trial_is_not_shown(window):
    page, trial = window.page, window.page.trial
    page.show_clause("T2-ATT-07")
    window.click(page.panel.try_button)
    window.write(late__free=1)
    page.panel.submit.click()
    window.write(late__free=0)
    window.settle()
    assert trial.comparison.total.difference == 40
    assert "还是上一次的结果" in trial.title.state()
    page.panel.submit.click()
    page.panel.cancel.click()
    page.show_clause(ABSENT)
    page.panel.try_button.click()
    window.settle()
    assert trial.comparison is None
    window.click(page.panel.cancel)


def test_another_month_is_tried_from_its_own_first_day(window):
    page, trial = window.page, window.page.trial
    page.show_clause("T2-ATT-07")
    window.click(page.panel.try_button)
    window.write(late__free=0)
    window.click(trial.earlier)
    assert trial.comparison.number == 2
    assert page.panel.form.values()["begins_on"] == date(2026, 2, 1)
    assert not trial.comparison.changed
    window.click(trial.later)
    assert [each.person.name for each in trial.comparison.changed] == ["王强"]
    window.click(page.panel.cancel)


def test_what_cannot_be_tried_is_said_beside_its_field(window):
    page = window.page
    page.show_clause("T2-ATT-09")
    window.click(page.panel.try_button)
    window.write(late__bands="100=100,90=200,=500")
    window.click(page.panel.submit)
    assert "逐档升高" in page.panel.form.errors()["late.bands"]
    assert page.trial.comparison is None
    window.click(page.panel.cancel)


def test_a_draft_is_kept_as_an_amendment(window, site):
    page = window.page
    start_amending(window, ABSENT, absent__over=30, begins_on=date(2026, 3, 4))
    window.click(page.panel.try_button)
    assert page.panel.form.values()["absent.over"] == 30
    window.write(absent__over=20)
    window.click(page.panel.submit)
    assert page.trial.comparison.total.draft.absent_days == 2, "tried from the day of the amendment"
    window.write(begins_on=date(2026, 3, 3))
    window.click(page.panel.submit)
    assert page.trial.comparison.total.draft.absent_days == 3
    window.click(page.panel.adopt_button)
    assert page.panel.mode is Mode.AMEND
    values = page.panel.form.values()
    assert (values["absent.over"], values["source"]) == (20, "补充协议第三条")
    assert values["begins_on"] == date(2026, 3, 3), "what was tried is what is signed"
    sign_with(a_site.PASSWORD)
    window.click(page.panel.submit)
    assert site.law_on(DAY).held(ABSENT).number("absent.over") == 20
    (told,) = window.notices.sentences()
    assert "1 人共 3 天的判定已重新作出" in told
    assert told.endswith("试算的 1 人是 2026 年 3 月扣减有变化的人，这里数的是自生效日起重新判定的人和天。")


def test_an_earlier_day_does_not_go_on_showing_what_was_amended(window):
    page = window.page
    page.day.set_value(date(2026, 3, 1))
    start_amending(window, ABSENT, absent__over=30, begins_on=date(2026, 3, 4))
    sign_with(a_site.PASSWORD)
    window.click(page.panel.submit)
    assert page.day.value() == date(2026, 3, 4)
    assert "超过即视缺勤 30 分" in page.table.chosen_row().values["values"]


def test_esc_asks_before_a_draft_is_dropped_and_its_own_button_does_not(window):
    page = window.page
    page.show_clause(ABSENT)
    window.settle()
    for typed, answer, left in ((False, None, True), (True, False, False), (True, True, True)):
        if page.panel.mode is Mode.READ:
            window.click(page.panel.try_button)
        if typed:
            window.write(absent__over=15)
        asked = []

        def press(answer=answer, asked=asked):
            dialog = QApplication.activeModalWidget()
            if isinstance(dialog, Confirmation):
                asked.append(dialog.windowTitle())
                (dialog.action if answer else dialog.refuse).click()

        QTimer.singleShot(0, press)
        page.panel.closed.emit()
        window.settle()
        assert asked == ([] if answer is None else ["放弃修改"])
        assert (page.panel.mode is Mode.READ) is left
    window.click(page.panel.try_button)
    window.write(absent__over=15)
    window.click(page.panel.cancel)
    assert page.panel.mode is Mode.READ


def test_who_may_amend_and_what_can_be_tried(window, site):
    page = window.page
    page.show_clause("T2-CON-01")
    window.settle()
    assert page.panel.amend_button.isEnabled()
    assert not page.panel.try_button.isEnabled()
    assert "没有可以试算的结果" in page.panel.try_button.toolTip()
    page.set_context(site.acting_as(Actor("查阅", Role.READER)))
    window.settle()
    assert not page.panel.amend_button.isEnabled()
    assert "只读账号不能修订" in page.panel.amend_button.toolTip()


def test_an_amendment_made_elsewhere_is_seen_after_reading_anew(window, site):
    page = window.page
    amending.amend(
        site, clause=ABSENT, begins_on=DAY, typed={"absent.over": "45"}, source="补充协议", reason="双方商定"
    )
    page.reload()
    window.settle()
    page.show_clause(ABSENT)
    window.settle()
    assert "45 分" in said(page.panel)


def test_words_of_a_change(site):
    clause = site.regulations.clause(ABSENT)
    first = clause.holdings[0]
    after = amending.proposed(clause, DAY, {"double.mode": "B"})
    assert changes_in_words(clause, first, after) == [
        "双重处罚：缺勤一日，该次照常计次数和分钟 → 缺勤一日，该次另扣两份次数罚，不计次数和分钟"
    ]
    gone = amending.proposed(clause, DAY, {}, repealed=True)
    assert changes_in_words(clause, first, gone) == ["自这一天起整条废止。"]
    assert [signed(amount) for amount in (40, 0, -20)] == ["+40", "0", "−20"]
    assert (before_and_after("0", "3"), before_and_after("1", "1")) == ("0 → 3", "1")
