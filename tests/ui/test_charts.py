from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QColor, QFontMetrics, QImage
from PySide6.QtWidgets import QApplication, QToolTip

from opsdesk.exports import bars
from opsdesk.exports.document import BarChart, Series
from opsdesk.register import Tone
from opsdesk.ui.kit import look
from opsdesk.ui.kit.charts import ChartView

SIZES = [QSize(420, 220), QSize(900, 360)]
DAYS = tuple(str(day) for day in range(1, 32))
SOLVED = Series("已解决", tuple((day * 7) % 13 for day in range(1, 32)))
UNSOLVED = Series("未解决", tuple((day * 5) % 3 for day in range(1, 32)))
VENDORS = ("华信系统集成有限公司", "新疆维吾尔自治区信息化建设服务有限责任公司运维中心", "阿卜杜热合曼·吾布力", "恒通")
RATES = (
    Series("响应及时率", (Decimal("97.5"), Decimal("100"), Decimal("88.9"), None)),
    Series("解决及时率", (Decimal("91.2"), Decimal("94.8"), Decimal("75"), None)),
)
DAILY = BarChart("每日事件数", DAYS, (SOLVED, UNSOLVED), "件", stacked=True)
BY_VENDOR = BarChart(
    "按厂商的事件数",
    VENDORS,
    (Series("已解决", (41, 30, 5, 2)), Series("未解决", (3, 0, 1, 0))),
    "件",
    stacked=True,
    horizontal=True,
)
RATE = BarChart("各组及时率", ("网络组", "主机组", "应用组", "桌面组"), RATES, "%", target=95)
LYING_RATE = replace(RATE, horizontal=True)
LEVELS = BarChart(
    "各级事件数",
    tuple(f"{month}月" for month in range(1, 7)),
    tuple(Series(name, (3, 9, 0, 12, 5, 20)) for name in ("特别重大", "重大", "较大", "一般", "轻微", "咨询")),
    "件",
    stacked=True,
)
EMPTY = BarChart("没有的", (), (), "件")
CHARTS = {
    "daily": DAILY,
    "two shifts": replace(DAILY, stacked=False),
    "zeros": replace(DAILY, series=(Series("已解决", (0,) * 31),)),
    "one": BarChart("一条", ("3月",), (Series("事件数", (7,)),), "件", target=5),
    "large": BarChart("流量", DAYS, (Series("流量", tuple(day * 1_234_567 for day in range(1, 32))),), "次"),
    "lying large": BarChart("流量", VENDORS, (Series("流量", (10**9, 10**8, 7, 0)),), "次", horizontal=True),
    "long names standing": replace(BY_VENDOR, horizontal=False),
    "vendors": BY_VENDOR,
    "rates": RATE,
    "lying rates": LYING_RATE,
    "levels": LEVELS,
    "many lying": replace(DAILY, horizontal=True),
}
FEW = BarChart("数", ("甲", "乙", "丙", "丁"), (Series("数", (2, 5, 10, 0)),), "件")


@pytest.fixture
def dark(qapp: QApplication) -> Iterator[None]:
    look.apply(qapp, dark=True)
    yield
    look.apply(qapp, dark=False)


def shown(qtbot: Any, chart: BarChart, size: QSize = SIZES[1]) -> ChartView:
    """The chart in a window of this size, higher where it cannot be as low."""
    view = ChartView(chart)
    qtbot.addWidget(view)
    view.resize(size.expandedTo(QSize(0, view.minimumSizeHint().height())))
    view.show()
    return view


def pixels_down(image: QImage, x: int, rows: QRect, colour: str) -> int:
    return sum(image.pixelColor(x, y).name() == colour for y in range(rows.top(), rows.bottom() + 1))


def pixels_across(image: QImage, y: int, columns: QRect, colour: str) -> int:
    return sum(image.pixelColor(x, y).name() == colour for x in range(columns.left(), columns.right() + 1))


def check_standing(qtbot: Any, size: QSize) -> None:
    view, accent = shown(qtbot, FEW, size), look.colours().accent
    image, drawn = view.grab().toImage(), view.drawing()
    heights = [pixels_down(image, slot.center().x(), drawn.plot, accent) for slot in drawn.slots]
    assert heights[3] == 0
    assert heights[2] == drawn.plot.height()
    assert heights[:2] == [pytest.approx(heights[2] * share, abs=1) for share in (0.2, 0.5)]


def check_lying(qtbot: Any, size: QSize) -> None:
    view, accent = shown(qtbot, replace(FEW, horizontal=True), size), look.colours().accent
    image, drawn = view.grab().toImage(), view.drawing()
    lengths = [pixels_across(image, slot.center().y(), drawn.plot, accent) for slot in drawn.slots]
    assert lengths[3] == 0
    assert lengths[2] == drawn.plot.width()
    assert lengths[:2] == [pytest.approx(lengths[2] * share, abs=1) for share in (0.2, 0.5)]


@pytest.mark.parametrize("size", SIZES, ids=["small", "large"])
def test_bars_are_as_long_as_their_values(qtbot: Any, size: QSize) -> None:
    check_standing(qtbot, size)
    check_lying(qtbot, size)


@pytest.mark.parametrize("size", SIZES, ids=["small", "large"])
def test_the_same_in_the_dark(qtbot: Any, dark: None, size: QSize) -> None:
    assert look.colours().dark
    check_standing(qtbot, size)
    check_lying(qtbot, size)


def test_the_same_enlarged_to_one_and_a_half(qtbot: Any, qapp: QApplication) -> None:
    try:
        look.apply(qapp, dark=False, scale=1.5)
        check_standing(qtbot, QSize(900, 480))
        check_lying(qtbot, QSize(900, 480))
        assert ChartView(FEW).sizeHint() == QSize(840, look.px(70 * 96 / 25.4))
    finally:
        look.apply(qapp, dark=False)


def test_a_stack_shows_the_second_series_above_the_first(qtbot: Any) -> None:
    chart = BarChart("数", ("甲", "乙"), (Series("好", (6, 2)), Series("坏", (4, 0))), "件", stacked=True)
    view, c = shown(qtbot, chart), look.colours()
    image, drawn = view.grab().toImage(), view.drawing()
    x, plot = drawn.slots[0].center().x(), drawn.plot
    first, second = (pixels_down(image, x, plot, colour) for colour in (c.accent, c.line_strong))
    assert first == pytest.approx(plot.height() * 0.6, abs=1)
    assert second == pytest.approx(plot.height() * 0.4, abs=2)
    lowest = {
        colour: max(y for y in range(plot.top(), plot.bottom() + 1) if image.pixelColor(x, y).name() == colour)
        for colour in (c.accent, c.line_strong)
    }
    assert lowest[c.line_strong] < lowest[c.accent]
    assert pixels_down(image, drawn.slots[1].center().x(), plot, c.line_strong) == 0


@pytest.mark.parametrize("size", [*SIZES, QSize(300, 300)], ids=["small", "large", "narrow"])
@pytest.mark.parametrize("name", CHARTS)
def test_no_words_overlap_or_leave_the_widget(qtbot: Any, name: str, size: QSize) -> None:
    view = shown(qtbot, CHARTS[name], size)
    drawn = view.drawing()
    metrics = QFontMetrics(look.font(look.SECONDARY_SIZE, tabular=True))
    words = [*drawn.labels, *drawn.marks, *((box, text) for box, text, _ in drawn.ticks)]
    assert len(drawn.labels) >= 1
    for box, text in words:
        assert metrics.horizontalAdvance(text) <= box.width(), text
        assert view.rect().contains(box), (text, box)
    for rank in (drawn.labels, drawn.marks, [(box, text) for box, text, _ in drawn.ticks]):
        glyphs = [(text, middle(box, metrics.horizontalAdvance(text), metrics.capHeight())) for box, text in rank]
        assert [(a, b) for (a, one), (b, other) in combinations(glyphs, 2) if one.intersects(other)] == []
    assert all(drawn.plot.adjusted(0, -1, 1, 1).contains(box) for box, _, _ in drawn.bars)


def middle(box: QRect, width: int, height: int) -> QRect:
    """The part of a box that is ink."""
    made = QRect(0, 0, width, height)
    made.moveCenter(box.center())
    return made


def test_figures_stand_at_the_bars_where_they_have_room(qtbot: Any) -> None:
    assert [words for _, words in shown(qtbot, FEW).drawing().marks] == ["2", "5", "10", "0"]
    assert shown(qtbot, DAILY, QSize(260, 220)).drawing().marks == []
    assert len(shown(qtbot, DAILY).drawing().marks) == 31


def test_the_pointer_is_told_the_exact_values(qtbot: Any) -> None:
    view = shown(qtbot, DAILY)
    slot = view.drawing().slots[2]
    qtbot.mouseMove(view, QPoint(slot.center().x(), slot.center().y()))
    assert QToolTip.text() == "<div>3<br>已解决 8 件<br>未解决 0 件<br>合计 8 件</div>"
    assert view.words(2) == "3\n已解决 8 件\n未解决 0 件\n合计 8 件"
    image = view.grab().toImage()
    assert image.pixelColor(slot.left() + 1, slot.top() + 1).name() == look.colours().hover
    qtbot.mouseMove(view, QPoint(1, 1))
    assert view.grab().toImage().pixelColor(slot.left() + 1, slot.top() + 1).name() != look.colours().hover


def test_a_name_is_never_markup(qtbot: Any) -> None:
    view = shown(qtbot, replace(FEW, labels=("<img src=x>", "<b>乙</b>", "&amp;", "丁")))
    qtbot.mouseMove(view, view.drawing().slots[1].center())
    assert QToolTip.text() == "<div>&lt;b&gt;乙&lt;/b&gt;<br>数 5 件</div>"


@pytest.mark.parametrize(
    ("chart", "on", "back"), [(FEW, Qt.Key.Key_Right, Qt.Key.Key_Left), (BY_VENDOR, Qt.Key.Key_Down, Qt.Key.Key_Up)]
)
def test_the_keyboard_walks_along_the_bars(qtbot: Any, chart: BarChart, on: Qt.Key, back: Qt.Key) -> None:
    view = shown(qtbot, chart)
    spoken: list[str] = []
    view.activateWindow()
    qtbot.waitUntil(view.isActiveWindow)
    view.clearFocus()
    view.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(view.hasFocus)
    last = len(chart.labels) - 1
    for key in (on, on, back, Qt.Key.Key_End, on, Qt.Key.Key_Home, back):
        qtbot.keyClick(view, key)
        spoken.append(QToolTip.text().removeprefix("<div>").split("<br>")[0])
    labels = bars.labels(chart)
    assert spoken == [labels[place] for place in (1, 2, 1, last, last, 0, 0)]
    ring = view.drawing().slots[0]
    assert view.grab().toImage().pixelColor(ring.left() + 1, ring.center().y()).name() == look.colours().accent


def test_a_screen_reader_hears_all_values(qtbot: Any) -> None:
    view = shown(qtbot, RATE)
    heard = QAccessible.queryAccessibleInterface(view)
    assert heard.text(QAccessible.Text.Name) == "各组及时率，单位：%"
    assert heard.text(QAccessible.Text.Description) == bars.described(RATE)
    view.show_chart(FEW)
    assert heard.text(QAccessible.Text.Description) == "甲：数 2 件；乙：数 5 件；丙：数 10 件；丁：数 0 件。"


def test_nothing_to_draw_is_said_on_the_window(qtbot: Any) -> None:
    view = shown(qtbot, EMPTY)
    assert view.drawing().slots == []
    assert view.accessibleDescription() == bars.NOTHING
    colours = {view.grab().toImage().pixelColor(x, y).name() for x in range(160) for y in range(120, 260)}
    assert look.colours().text_secondary in colours
    qtbot.mouseMove(view, QPoint(50, 50))
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert QToolTip.text() == ""


def test_open_charts_follow_the_mode(qtbot: Any, qapp: QApplication) -> None:
    view = shown(qtbot, FEW)
    x, y = view.drawing().slots[2].center().x(), view.drawing().plot.center().y()
    assert view.grab().toImage().pixelColor(x, y).name() == look.LIGHT.accent
    try:
        look.apply(qapp, dark=True)
        assert view.grab().toImage().pixelColor(x, y).name() == look.DARK.accent
    finally:
        look.apply(qapp, dark=False)


def test_only_colours_of_the_look_are_used(qtbot: Any) -> None:
    view, c = shown(qtbot, LEVELS), look.colours()
    image, drawn = view.grab().toImage(), view.drawing()
    known = {c.accent, c.line_strong, c.tones[Tone.NEUTRAL].edge, c.tones[Tone.NEUTRAL].text, c.window, c.line}
    for box, _, _ in drawn.bars:
        inside = box.adjusted(1, 1, -1, -1)
        assert {
            image.pixelColor(x, y).name()
            for x in range(inside.left(), inside.right() + 1, 3)
            for y in range(inside.top(), inside.bottom() + 1)
        } <= known | {QColor(c.surface).name()}


def test_the_line_of_the_target_spares_the_figures(qtbot: Any) -> None:
    for chart in (RATE, LYING_RATE):
        view = shown(qtbot, chart)
        image, drawn = view.grab().toImage(), view.drawing()
        assert len(drawn.marks) == 8
        line = drawn.target
        crossed = [box for box, _ in drawn.marks if box.intersects(line)]
        assert crossed
        inked = [
            image.pixelColor(x, y).name() == look.colours().text
            for x in range(line.left(), line.right() + 1)
            for y in range(line.top(), line.bottom() + 1)
            if not any(box.contains(x, y) for box in crossed)
        ]
        assert 0.4 < sum(inked) / len(inked) < 0.8


def test_lying_charts_grow_with_their_labels_and_empty_ones_are_low(qtbot: Any) -> None:
    few = replace(BY_VENDOR, labels=BY_VENDOR.labels[:2], series=tuple(
        Series(each.name, each.values[:2]) for each in BY_VENDOR.series))  # fmt: skip
    heights = [ChartView(chart).sizeHint().height() for chart in (EMPTY, few, BY_VENDOR)]
    assert heights == sorted(set(heights))
    for chart in (EMPTY, few, BY_VENDOR, DAILY):
        view = ChartView(chart)
        least, best = view.minimumSizeHint(), view.sizeHint()
        assert least.width() <= best.width()
        assert least.height() <= best.height()


def test_large_figures_and_shares_have_their_axis(qtbot: Any) -> None:
    chart = BarChart("率", ("甲",), (Series("率", (Decimal("88.8"),)),), "%", horizontal=True)
    ticks = [text for _, text, _ in shown(qtbot, chart).drawing().ticks]
    assert ticks == ["0%", "20%", "40%", "60%", "80%", "100%"]
    narrow = [text for _, text, _ in shown(qtbot, chart, QSize(160, 120)).drawing().ticks]
    assert len(narrow) < len(ticks)


@pytest.mark.parametrize("name", CHARTS)
def test_a_window_too_small_to_read_is_drawn_all_the_same(qtbot: Any, name: str) -> None:
    view = ChartView(CHARTS[name])
    qtbot.addWidget(view)
    view.show()
    for size in (QSize(1, 1), QSize(40, 12), QSize(12, 90), QSize(120, 60)):
        view.resize(size)
        assert not view.grab().isNull()
