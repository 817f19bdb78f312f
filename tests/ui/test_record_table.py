from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

import pytest
import stand as site
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QFontMetrics, QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from opsdesk.catalog import REGISTERS, by_slug
from opsdesk.register import Chip, Column, Kind, Page, Query, Register, Row, Tone
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.ui.kit import look
from opsdesk.ui.kit.column_widths import share_width
from opsdesk.ui.kit.record_table import Deliver, RecordModel, RecordTable
from opsdesk.ui.kit.wording import minutes_in_words, shown

COLUMNS = (
    Column("code", "工号", Kind.CODE, 90),
    Column("name", "姓名", Kind.TEXT, 0),
    Column("n", "分", Kind.INTEGER, 60),
)


def rows(first: int, count: int) -> tuple[Row, ...]:
    return tuple(Row(n, {"code": f"{n:07d}", "name": f"第 {n} 人", "n": n % 60}) for n in range(first, first + count))


class Book:
    """A long list that answers when it is told to."""

    def __init__(self, total: int, *, at_once: bool = True) -> None:
        self.total, self.at_once = total, at_once
        self.asked: list[int] = []
        self.waiting: list[tuple[int, int, Deliver]] = []

    def fetch(self, offset: int, limit: int, deliver: Deliver) -> None:
        self.asked.append(offset)
        self.waiting.append((offset, limit, deliver))
        if self.at_once:
            self.answer()

    def answer(self) -> None:
        offset, limit, deliver = self.waiting.pop(0)
        deliver(Page(rows(offset, max(0, min(limit, self.total - offset))), self.total))


def table_of(qtbot, book: Book | None = None, columns=COLUMNS) -> RecordTable:
    table = RecordTable(columns, book.fetch if book else None)
    table.resize(640, 400)
    qtbot.addWidget(table)
    table.show()
    if book:
        table.reload()
    return table


def test_model_keeps_qts_rules_through_all_it_does(qtbot, qtmodeltester) -> None:
    book = Book(450)
    model = RecordModel(COLUMNS, book.fetch)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    qtmodeltester.check(model)
    model.reload()
    qtmodeltester.check(model)
    assert model.rowCount() == 450
    book.total = 20
    model.reload()
    model.set_rows(rows(0, 3))
    model.update_row(replace(rows(1, 1)[0], values={"code": "9", "name": "换名", "n": 1}))
    assert model.index(1, 1).data() == "换名"
    model.set_rows(())
    qtmodeltester.check(model)
    assert tester.model() is model


def test_only_pages_looked_at_are_fetched_from_a_million(qtbot) -> None:
    book = Book(1_000_000)
    table = table_of(qtbot, book)
    assert book.asked == [0]
    for place in range(100_000, 900_000, 50_000):
        table.scrollTo(table.records.index(place, 0), RecordTable.ScrollHint.PositionAtTop)
    table.scrollTo(table.records.index(777_777, 0), RecordTable.ScrollHint.PositionAtTop)
    qtbot.waitUntil(lambda: table.records.row_at(777_777) is not None)
    assert table.records.index(777_777, 0).data() == "0777777"
    assert len(book.asked) < 8
    table.setCurrentIndex(table.records.index(777_777, 0))
    qtbot.keyClick(table, Qt.Key.Key_End)
    assert table.currentIndex().row() == 999_999
    qtbot.waitUntil(lambda: table.records.row_at(999_999) is not None)
    qtbot.keyClick(table, Qt.Key.Key_Home)
    assert table.currentIndex().row() == 0


def test_one_question_at_a_time_and_then_the_rows_looked_at_last(qtbot) -> None:
    book = Book(100_000, at_once=False)
    table = table_of(qtbot, book)
    book.answer()
    for place in (10_000, 20_000, 30_000, 40_000):
        table.records.line(place)
        qtbot.wait(1)
    assert book.asked == [0, 10_000]
    book.answer()
    qtbot.waitUntil(lambda: len(book.asked) == 3)
    assert book.asked[-1] == 40_000


def test_an_answer_to_an_older_question_is_dropped(qtbot) -> None:
    book = Book(300, at_once=False)
    table = table_of(qtbot, book)
    old = book.waiting.pop()
    table.reload()
    old[2](Page(rows(5000, 1), 1))
    assert table.records.rowCount() == 0
    book.answer()
    assert table.records.rowCount() == 300


def test_pages_far_away_are_given_back(qtbot) -> None:
    model = RecordModel(COLUMNS, Book(100_000).fetch)
    model.reload()
    for place in range(0, 100_000, 200):
        model.line(place)
        model._ask_wanted()
    assert len(model._pages) <= 60
    assert model.row_at(99_999) is not None


def test_rows_are_36_px_without_a_vertical_header(qtbot) -> None:
    table = table_of(qtbot, Book(5))
    assert {table.rowHeight(n) for n in range(5)} == {36}
    assert not table.verticalHeader().isVisible()


def test_values_are_written_as_the_look_says() -> None:
    values = (None, True, False, 7, "a\nb", Chip("请假", Tone.AWAY), time(8, 5), date(2026, 3, 5))
    assert [shown(value) for value in values] == ["", "是", "", "7", "a b", "请假", "08:05", "2026-03-05 周四"]
    assert shown(datetime.combine(date(2026, 3, 5), time(18, 30))) == "2026-03-05 18:30"
    assert [minutes_in_words(n) for n in (0, 42, 60, 72)] == ["0 分", "42 分", "1 小时", "1 小时 12 分"]


def test_states_loading_empty_nothing_failed(qtbot) -> None:
    book, widened, made = Book(0, at_once=False), [], []
    table = table_of(qtbot, book)
    assert table.list_state.loading
    assert table.list_state.isVisible()
    skeleton = table.list_state.grab().toImage()
    assert look.colours().skeleton in {skeleton.pixelColor(x, 18).name() for x in range(skeleton.width())}
    table.set_empty("还没有登记人员，先新建一位。", "新建人员", lambda: made.append(1))
    book.answer()
    assert table.list_state.sentence() == "还没有登记人员，先新建一位。"
    table.list_state._button.click()
    assert made == [1]
    table.set_narrowed(True, lambda: widened.append(1))
    table.reload()
    book.answer()
    assert table.list_state.sentence() == "没有找到符合条件的记录。"
    table.list_state._button.click()
    assert widened == [1]
    table.show_failure(Trouble("数据库读不出来。", remedy="请检查磁盘。"))
    assert table.list_state.sentence() == "数据库读不出来。"
    table.list_state._button.click()
    assert table.list_state.loading
    book.total = 3
    while book.waiting:
        book.answer()
    assert table.records.rowCount() == 3
    assert not table.list_state.isVisible()


def test_a_failure_also_covers_rows_that_may_be_stale(qtbot) -> None:
    table = table_of(qtbot, Book(3))
    table.show_failure(Refusal("请先登录。"))
    assert table.list_state.isVisible()
    table.reload()
    assert not table.list_state.isVisible()


def test_enter_and_double_click_open_and_typing_does_nothing(qtbot) -> None:
    table, opened = table_of(qtbot, Book(30)), []
    table.opened.connect(opened.append)
    table.selectRow(4)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    qtbot.keyClick(table, Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier)
    qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(30, 2 * 36 + 10))
    assert opened == [4, 4, 2]
    qtbot.keyClicks(table, "0000009")
    assert table.currentIndex().row() == 2


def test_copy_gives_the_selected_rows_as_shown(qtbot) -> None:
    table, told = table_of(qtbot, Book(1000)), []
    table.copied.connect(lambda *figures: told.append(figures))
    table.selectRow(1)
    qtbot.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "0000001\t第 1 人\t1\n0000002\t第 2 人\t2"
    assert told == [(2, 2)]
    table.selectAll()
    assert table.copy_selected() == 200
    assert told[-1] == (200, 1000)


def test_a_refresh_keeps_the_chosen_record_and_the_place(qtbot) -> None:
    book, told = Book(150), []
    table = table_of(qtbot, book)
    table.selectRow(100)
    table.verticalScrollBar().setValue(95 * 36)
    table.chosen.connect(told.append)
    book.total = 149
    table.reload()
    assert table.chosen_row().id == 100
    assert table.selected == frozenset({100})
    assert table.verticalScrollBar().value() == 95 * 36
    assert told == []
    book.total = 50
    table.reload()
    assert told == [None]


def test_a_short_list_changes_in_place(qtbot) -> None:
    table, resets = table_of(qtbot), []
    table.set_rows(rows(0, 5))
    table.records.modelReset.connect(lambda: resets.append(1))
    table.set_rows([replace(row, values={**row.values, "name": "换"}) for row in rows(0, 5)])
    assert resets == []
    assert table.records.index(4, 1).data() == "换"
    table.set_rows(rows(1, 5))
    assert resets == [1]


def test_a_long_text_is_shortened_and_told_whole_by_its_tooltip(qtbot) -> None:
    table = table_of(qtbot, columns=(Column("name", "姓名", Kind.TEXT, 120), Column("s", "状态", Kind.CHIP, 120)))
    name = "阿卜杜热合曼·吾布力喀斯木·买买提依明·阿卜杜热合曼·吾布力喀斯木·买买提依明·阿卜杜热合曼·吾布力喀斯木"
    table.set_rows([Row(1, {"name": name, "s": Chip("在岗", Tone.FINE)})])
    painter = table.itemDelegate()
    assert painter.whole_text(table.records.index(0, 0)) == name
    assert painter.whole_text(table.records.index(0, 1)) == ""


@pytest.mark.parametrize("tone", list(Tone))
def test_a_chip_is_drawn_in_the_colours_of_its_tone(qtbot, tone: Tone) -> None:
    table = table_of(qtbot, columns=(Column("s", "状态", Kind.CHIP, 0),))
    table.set_rows([Row(1, {"s": Chip("一二三", tone)})])
    image = table.viewport().grab().toImage()
    colours = {image.pixelColor(x, y).name() for x in range(10, 100) for y in range(36)}
    made = look.colours().tones[tone]
    assert made.tint in colours
    ink = QColor(made.text)
    distances = [
        max(abs(ink.red() - c.red()), abs(ink.green() - c.green()), abs(ink.blue() - c.blue()))
        for c in map(QColor, colours)
    ]
    assert min(distances) < 16  # thin strokes are smoothed, none is drawn in the very ink


def test_columns_share_the_width() -> None:
    columns = site.STAFF.columns
    wide = share_width(columns, 1200)
    assert sum(wide.values()) == 1200
    assert wide[2] == 1200 - sum(c.width for c in columns)
    narrow = share_width(columns, 770)
    assert set(narrow) == set(range(8))
    assert sum(narrow.values()) == 770
    compact = share_width(columns, 698, compact=True)
    assert sum(compact.values()) == 698
    assert 7 in compact
    assert 6 not in compact
    assert {0, 1, 7} <= set(share_width(columns, 100, compact=True))
    assert share_width(columns[:2], 500) == {0: 88, 1: 412}
    assert share_width(columns, 1200, {2: 300})[2] == 300


def test_texts_give_way_each_by_its_part() -> None:
    columns = (Column("a", "甲", Kind.TEXT, 288), Column("b", "乙", Kind.TEXT, 188), Column("c", "日", Kind.DATE, 100))
    assert share_width(columns, 576) == {0: 288, 1: 188, 2: 100}
    assert share_width(columns, 426) == {0: 188, 1: 138, 2: 100}
    assert share_width(columns, 276) == share_width(columns, 100) == {0: 88, 1: 88, 2: 100}


def test_a_wide_window_gives_room_to_more_than_the_title() -> None:
    from opsdesk.registers.incident.spec import REGISTER

    place = {column.key: n for n, column in enumerate(REGISTER.columns)}
    least = share_width(REGISTER.columns, look.px(1120))
    wide = share_width(REGISTER.columns, look.px(1680))
    assert sum(wide.values()) == look.px(1680)
    assert wide[place["title"]] >= look.px(480)
    for key in ("clock", "severity", "system", "category", "state"):
        assert wide[place[key]] > least[place[key]]
        assert wide[place[key]] <= look.px(REGISTER.columns[place[key]].width) * 3 // 2
    assert wide[place["number"]] == least[place["number"]], "a number is as long as it is"
    assert share_width(REGISTER.columns, look.px(1680), {1: 900})[1] == 900, "set by hand"


def test_a_sentence_keeps_the_room_that_others_do_not_need() -> None:
    columns = (Column("kind", "事项", Kind.CHIP, 124), Column("said", "说明", Kind.LONG_TEXT, 0))
    assert share_width(columns, look.px(768)) == {0: look.px(124), 1: look.px(768) - look.px(124)}


@pytest.mark.parametrize("register", REGISTERS, ids=lambda register: register.slug)
def test_no_column_is_narrower_than_a_list_lets_it_be(qtbot, register: Register) -> None:
    least = RecordTable(register.columns).horizontalHeader().minimumSectionSize()
    assert all(look.px(column.width) >= least for column in register.columns if column.width)


@pytest.mark.parametrize("slug", ["incident", "case_report", "problem"])
def test_what_a_list_is_read_for_is_not_cut(qtbot, slug: str) -> None:
    from opsdesk.catalog import by_slug

    register = by_slug(slug)
    said = {
        "number": "CASE-20261129-001" if slug == "case_report" else "SJ-20261129-001", "incident": "SJ-20261129-001",
        "when": "11-29 08:30", "severity": "高　急", "clock": Chip("响应超时 7 小时 52 分", Tone.BROKEN),
        "state": Chip("逾期提交" if slug == "case_report" else "已逾期", Tone.BROKEN),
        "closed_on": date(2026, 11, 29), "due_on": date(2026, 11, 29),
    }  # fmt: skip
    table = RecordTable(register.columns)
    qtbot.addWidget(table)
    table.resize(look.px(1120), 300)
    table.set_rows([Row(1, said)])
    table.show()
    QApplication.processEvents()
    small, figures = (QFontMetrics(look.font(look.SECONDARY_SIZE)), QFontMetrics(look.font(tabular=True)))
    cut = []
    for n, column in enumerate(register.columns):
        if (value := said.get(column.key)) is not None:
            chip = isinstance(value, Chip)
            air = look.px(20) + (look.px(36) if chip else 0)
            if (small if chip else figures).horizontalAdvance(shown(value)) > table.columnWidth(n) - air:
                cut.append(column.title)
    assert cut == []


def test_beside_the_panel_the_incidents_keep_when_limit_and_state() -> None:
    from opsdesk.registers.incident.spec import REGISTER

    kept = [REGISTER.columns[n].title for n in share_width(REGISTER.columns, look.px(698), compact=True)]
    assert kept == ["编号", "标题", "接到时间", "时限", "状态"]


def test_a_real_question_is_answered_page_by_page(qtbot) -> None:
    people = site.filled(450)
    table = RecordTable(
        site.STAFF.columns, lambda offset, limit, deliver: deliver(site.people(people, Query("", {}, offset, limit)))
    )
    qtbot.addWidget(table)
    table.reload()
    table.records.line(449)
    qtbot.waitUntil(lambda: table.records.row_at(449) is not None)
    assert [query.offset for query in people.asked] == [0, 400]
    assert table.records.index(449, 0).data() == "HX0450"


@pytest.mark.parametrize("register", REGISTERS, ids=lambda register: register.slug)
def test_days_and_moments_have_the_room_they_need(qapp: QApplication, register: Register) -> None:
    metrics = QFontMetrics(look.font(tabular=True))
    longest = {Kind.DATE: "2026-12-28 周四", Kind.MOMENT: "2026-12-28 20:28"}
    for column in register.columns:
        if column.kind in longest:
            assert look.px(column.width) >= metrics.horizontalAdvance(longest[column.kind]) + 2 * look.px(10), column


def test_the_day_of_a_report_does_not_give_way() -> None:
    assert share_width(by_slug("report").columns, 680)[1] == 128
